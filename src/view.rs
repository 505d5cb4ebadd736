//! An answer as a value, and its faces: a page for people, JSON and CSV for scripts.
//!
//! A face formats; it does not reckon. Every figure on a page is in the value.

pub mod account;
mod amount;
pub mod attention;
pub mod backup;
pub mod balance;
pub mod calendar;
pub mod catalog;
pub mod change;
pub mod chart;
pub mod check;
pub mod csv;
pub mod describe;
pub mod fees;
pub mod history;
pub mod html;
pub mod ics;
pub mod import;
mod month_page;
pub mod page;
pub mod plan;
pub mod profiles;
pub mod report;
pub mod status;
pub mod value;

use crate::messages::Language;
use crate::text;
use csv::Csv;
use page::{Page, Screen};
use serde::Serialize;
use std::borrow::Cow;

/// What a command answers.
pub trait Render {
    /// Returns the page that people read.
    fn page(&self, language: Language) -> Page;
    /// The rows that spreadsheets read.
    fn csv(&self) -> Csv;
    /// The document that scripts read, without the newline at its end.
    fn json(&self) -> String;
    /// Returns the web page that people read; empty for an answer that has none.
    fn html(&self, _: Language) -> String {
        String::new()
    }
    /// Returns the feed that calendars read; empty for an answer that has none.
    fn ics(&self, _: Language) -> String {
        String::new()
    }
}

/// An answer that says to people in its place why it is empty.
#[derive(Debug)]
pub struct OrWhy<A> {
    /// The answer.
    pub answer: A,
    /// Why it is empty, and what can be done; nothing where it is not.
    pub why: Option<String>,
}

impl<A: Render> Render for OrWhy<A> {
    fn page(&self, language: Language) -> Page {
        match &self.why {
            Some(why) => {
                let mut page = Page::new();
                page.line(why.clone());
                page
            }
            None => self.answer.page(language),
        }
    }

    fn csv(&self) -> Csv {
        self.answer.csv()
    }

    fn json(&self) -> String {
        self.answer.json()
    }

    fn html(&self, language: Language) -> String {
        self.answer.html(language)
    }

    fn ics(&self, language: Language) -> String {
        self.answer.ics(language)
    }
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
    /// A web page.
    Html,
    /// A calendar.
    Ics,
}

/// A value as a JSON document on one line, in which what does not print is escaped.
pub fn json(value: &impl Serialize) -> String {
    // A value of text, whole numbers and lists of them has no way to fail.
    let document = serde_json::to_string(value).unwrap_or_default();
    match text::json_escaped(&document) {
        Cow::Borrowed(_) => document,
        Cow::Owned(escaped) => escaped,
    }
}

/// Something the user should know beside an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonWarning {
    /// What scripts branch on; it never changes.
    pub code: &'static str,
    /// What people read.
    pub message: String,
}

/// How an answer is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The form of the answer.
    pub format: Format,
    /// Where a page is shown.
    pub screen: Screen,
    /// The language of a page.
    pub language: Language,
    /// No cell of a CSV begins as a formula.
    pub csv_safe: bool,
    /// What the user should know; a JSON document ends with it.
    pub warnings: Vec<JsonWarning>,
    /// The ledger that commands on a page name, as a shell takes it.
    pub ledger: Option<String>,
}

/// Renders an answer in one of its forms.
pub fn render(answer: &dyn Render, form: &Form) -> String {
    match form.format {
        Format::Table => render_page(answer.page(form.language), form),
        Format::Json => with_warnings(answer.json(), &form.warnings),
        Format::Csv => answer.csv().render(form.csv_safe),
        Format::Html => answer.html(form.language),
        Format::Ics => answer.ics(form.language),
    }
}

/// Lays a page out, its commands naming the ledger.
fn render_page(mut page: Page, form: &Form) -> String {
    if let Some(ledger) = &form.ledger {
        page.name_ledger(ledger);
    }
    page.render(form.screen)
}

/// Appends `"warnings"` to a JSON object.
fn with_warnings(mut document: String, warnings: &[JsonWarning]) -> String {
    debug_assert!(document.ends_with('}'), "an answer is a JSON object");
    document.truncate(document.len().saturating_sub(1));
    let comma = if document.ends_with('{') { "" } else { "," };
    format!("{document}{comma}\"warnings\":{}}}\n", json(&warnings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_with_escapes_what_does_not_print() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}가";
        let document = json(&text);
        assert_eq!(document, r#""a\u001b\u007f\u009b\u202e\udb40\udc41가""#);
        assert_eq!(serde_json::from_str::<String>(&document).expect("a text"), text);
    }
}
