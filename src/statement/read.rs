//! Readers of the files that platforms and banks give their users.
//!
//! A file is told by its content ([`detect()`]), then read as rows of cells ([`delimited`], [`Workbook`],
//! [`html_tables`]), as transactions ([`ofx`], [`qif`]) or as messages ([`messages`]). Nothing is guessed in
//! silence: a byte that does not decode, a damaged part and a limit are errors that name their place.

mod compound;
pub mod delimited;
mod detect;
mod encoding;
mod error;
mod html;
mod locked;
mod markup;
pub mod messages;
mod number;
pub mod ofx;
pub mod qif;
mod workbook;
mod xls;
mod xlsx;
mod xml;
mod zip;

pub use detect::{Container, detect};
pub use encoding::{Encoding, candidates, decode, decode_head};
pub use error::{FilePlace, ReadError, ReadLimit};
pub use html::{html_encoding, html_tables};
pub use number::moment_of_serial;
pub use workbook::{Workbook, WorkbookRows};

/// Largest workbook file in bytes, and the most of any other file that is kept in memory.
pub const FILE_BYTES: u64 = 64 << 20;
/// Most bytes that the parts of one workbook, or the tables of one page, unpack to.
pub const UNPACKED_BYTES: u64 = 512 << 20;
/// Most rows of one sheet.
pub const SHEET_ROWS: u64 = 1_048_576;
/// Most columns of a sheet or a table.
pub const COLUMNS: usize = 1024;
/// Most bytes of one row.
pub const ROW_BYTES: usize = 1 << 20;
/// How many times its packed size an entry of an archive may be.
pub const PACKING_RATIO: u64 = 100;
/// Most rounds of hashing that the key of a locked workbook may ask for.
pub const KEY_ROUNDS: u32 = 10_000_000;
/// Most bytes of pasted messages.
pub const MESSAGES_BYTES: u64 = 16 << 20;

/// How a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// A delimited text.
    Table(TextFormat),
    /// An Excel workbook of 2007 or later.
    Xlsx,
    /// An Excel workbook before 2007.
    Xls,
    /// A web page with tables, whatever its name says.
    Html,
    /// OFX or QFX.
    Ofx,
    /// QIF.
    Qif,
    /// JSON Lines of jandon.
    JsonLines,
    /// Messages as text.
    Text,
}

/// Encoding and delimiter of a delimited text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextFormat {
    /// What the bytes are decoded with.
    pub encoding: Encoding,
    /// The ASCII character between two fields.
    pub delimiter: u8,
}

/// A cell of a workbook or a page. Texts are trimmed ([`trim`]) and not normalised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SheetCell {
    /// Nothing, or blanks only.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// A number in plain decimal notation (`-6800`, `0.05`), rounded to 15 significant digits.
    Number(String),
    /// A moment, where the workbook types it as one: `2026-08-12T08:31:45`, `2026-08-12`, or `08:31:45` for
    /// a time without a day.
    Moment(String),
}

impl SheetCell {
    /// Returns the text of the cell, whatever it holds; empty for [`SheetCell::Empty`].
    pub fn text(&self) -> &str {
        match self {
            SheetCell::Empty => "",
            SheetCell::Text(text) | SheetCell::Number(text) | SheetCell::Moment(text) => text,
        }
    }

    /// Returns the cell that holds `text` after trimming.
    fn from_text(text: &str) -> SheetCell {
        match trim(text) {
            "" => SheetCell::Empty,
            text => SheetCell::Text(text.to_owned()),
        }
    }
}

/// A row of a workbook or a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The row of the sheet or the line of the text, counted from 1.
    pub line: u64,
    /// The cells from the first column on; empty cells at the end are left out.
    pub cells: Vec<SheetCell>,
}

/// Returns whether a character counts as a blank at the ends of a cell: a space, a tab, a line break, a
/// no-break space or an ideographic space.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}' | '\u{3000}')
}

/// Returns `text` without blanks at either end.
pub fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    match (bytes.first(), bytes.last()) {
        (Some(b'!'..=0x7f), Some(b'!'..=0x7f)) | (None, _) => text,
        _ => text.trim_matches(is_blank),
    }
}

#[cfg(test)]
mod tests;
