//! Why a file cannot be read.

use super::ROW_BYTES;
use std::fmt;
use std::io;

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The operating system could not read it.
    Io(io::ErrorKind),
    /// A byte is not text in the encoding.
    Undecodable {
        /// The encoding's name.
        encoding: &'static str,
        /// The line with the byte, counted from 1.
        line: u64,
        /// The byte's position in the file, counted from 0.
        offset: u64,
    },
    /// A quotation mark is never closed.
    UnclosedQuote {
        /// The line on which the row begins.
        line: u64,
    },
    /// The file is not what its form prescribes.
    Damaged {
        /// Where.
        place: FilePlace,
        /// What is wrong, as a noun phrase.
        fault: &'static str,
    },
    /// The file is larger than a limit allows.
    TooLarge {
        /// Where.
        place: FilePlace,
        /// The limit.
        limit: ReadLimit,
    },
    /// The workbook is locked, and no password is known.
    Locked,
    /// The password does not open the workbook.
    WrongPassword,
    /// The form is known, but not this variant of it.
    Unsupported {
        /// The variant.
        what: String,
    },
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilePlace {
    /// The file as a whole.
    File,
    /// A line of a text, counted from 1.
    Line(u64),
    /// A part of an archive or a stream of a compound file.
    Part(String),
    /// A row of a sheet, counted from 1.
    Row {
        /// The sheet's name.
        sheet: String,
        /// The row.
        row: u64,
    },
    /// A cell of a sheet.
    Cell {
        /// The sheet's name.
        sheet: String,
        /// The cell, such as `C12`.
        cell: String,
    },
}

/// A limit of the readers, with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadLimit {
    /// Bytes of a file.
    FileBytes(u64),
    /// Bytes that a file unpacks to.
    UnpackedBytes(u64),
    /// How many times its packed size an entry of an archive may be.
    PackingRatio(u64),
    /// Rows of a sheet.
    Rows(u64),
    /// Columns of a sheet or table.
    Columns(u64),
    /// Bytes of one row.
    RowBytes(u64),
    /// Rounds of the key of a locked workbook.
    KeyRounds(u64),
}

impl FilePlace {
    /// Returns the place of a cell by its column, counted from 0, and its row, counted from 1.
    pub(super) fn cell(sheet: &str, column: usize, row: u64) -> FilePlace {
        let (mut letters, mut rest) = (Vec::new(), column + 1);
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + (rest % 26) as u8));
            rest /= 26;
        }
        let letters: String = letters.iter().rev().collect();
        FilePlace::Cell { sheet: sheet.to_owned(), cell: format!("{letters}{row}") }
    }
}

impl ReadError {
    /// Returns the error of a damaged part.
    pub(super) fn damaged(place: FilePlace, fault: &'static str) -> ReadError {
        ReadError::Damaged { place, fault }
    }

    /// Returns the error of a row or text beyond [`ROW_BYTES`].
    pub(super) fn row_too_long(place: FilePlace) -> ReadError {
        ReadError::TooLarge { place, limit: ReadLimit::RowBytes(ROW_BYTES as u64) }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Io(error.kind())
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(kind) => write!(f, "cannot be read: {kind}"),
            ReadError::Undecodable { encoding, line, offset } => {
                write!(f, "line {line}: byte {offset} is not {encoding} text")
            }
            ReadError::UnclosedQuote { line } => write!(f, "line {line}: a quotation mark is never closed"),
            ReadError::Damaged { place, fault } => write!(f, "{place} is damaged: {fault}"),
            ReadError::TooLarge { place, limit } => write!(f, "{place} is too large: {limit}"),
            ReadError::Locked => f.write_str("the workbook is locked with a password"),
            ReadError::WrongPassword => f.write_str("the password does not open the workbook"),
            ReadError::Unsupported { what } => write!(f, "{what} is not supported"),
        }
    }
}

impl std::error::Error for ReadError {}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilePlace::File => f.write_str("the file"),
            FilePlace::Line(line) => write!(f, "line {line}"),
            FilePlace::Part(part) => write!(f, "the part '{part}'"),
            FilePlace::Row { sheet, row } => write!(f, "row {row} of the sheet '{sheet}'"),
            FilePlace::Cell { sheet, cell } => write!(f, "the cell {cell} of the sheet '{sheet}'"),
        }
    }
}

impl fmt::Display for ReadLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadLimit::FileBytes(n) => write!(f, "at most {n} bytes"),
            ReadLimit::UnpackedBytes(n) => write!(f, "at most {n} bytes unpacked"),
            ReadLimit::PackingRatio(n) => write!(f, "at most {n} times its packed size"),
            ReadLimit::Rows(n) => write!(f, "at most {n} rows"),
            ReadLimit::Columns(n) => write!(f, "at most {n} columns"),
            ReadLimit::RowBytes(n) => write!(f, "at most {n} bytes in a row"),
            ReadLimit::KeyRounds(n) => write!(f, "at most {n} rounds of its key"),
        }
    }
}
