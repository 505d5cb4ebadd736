//! An answer as a value, and its faces: a page for people, JSON and CSV for scripts.
//!
//! A face formats; it does not reckon. Every figure on a page is in the value.

pub mod balance;
pub mod carried;
pub mod catalog;
pub mod checked;
pub mod copied;
pub mod csv;
pub mod fees;
pub mod history;
pub mod page;
pub mod plan;
pub mod recorded;
pub mod report;
pub mod worth;

use csv::Csv;
use page::Page;
use serde::Serialize;

/// What a command answers.
pub trait Answer {
    /// The page that people read.
    fn page(&self) -> Page;
    /// The rows that spreadsheets read.
    fn csv(&self) -> Csv;
    /// The document that scripts read, without the newline at its end.
    fn json(&self) -> String;
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One document.
    Json,
    /// Rows.
    Csv,
}

/// A value as a JSON document on one line.
pub fn json(value: &impl Serialize) -> String {
    // A value of text, whole numbers and lists of them has no way to fail.
    serde_json::to_string(value).unwrap_or_default()
}

/// An answer in one of its forms, ready to be written.
pub fn render(answer: &dyn Answer, format: Format, width: Option<usize>) -> String {
    match format {
        Format::Table => answer.page().render(width),
        Format::Json => answer.json() + "\n",
        Format::Csv => answer.csv().render(),
    }
}
