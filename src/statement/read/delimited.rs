//! Delimited text: CSV, TSV and their kin.
//!
//! Fields may stand in quotation marks, doubled inside; blanks before an opening mark do not count. Rows end
//! with `\n`, `\r\n` or `\r`. Rows whose fields are all empty are left out.

use super::encoding::TextDecoder;
use super::{FilePlace, ROW_BYTES, ReadError, Row, SheetCell, TextFormat, decode_head, trim};
use memchr::{memchr, memchr3};
use std::io::{ErrorKind, Read};

/// The delimiters to try, most usual first, where nothing tells which one a file has.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A row of fields. Reading the next row into it reuses its memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DelimitedRecord {
    line: u64,
    /// The fields one after the other, with what stands between them.
    text: String,
    /// Start and end of each field in `text`.
    fields: Vec<(u32, u32)>,
    stray_quote: bool,
}

impl DelimitedRecord {
    /// Returns the line on which the row begins, counted from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Returns whether there are no fields, as before the first row is read.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Returns a field, trimmed, by its position counted from 0.
    pub fn get(&self, field: usize) -> Option<&str> {
        self.fields.get(field).map(|&(start, end)| &self.text[start as usize..end as usize])
    }

    /// Returns the fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.fields.iter().map(|&(start, end)| &self.text[start as usize..end as usize])
    }

    /// Returns whether text follows a closing quotation mark (`"a"b`): fields may be cut wrongly then.
    pub fn has_stray_quote(&self) -> bool {
        self.stray_quote
    }

    /// Returns the row as cells of text.
    pub fn to_row(&self) -> Row {
        Row { line: self.line, cells: self.iter().map(SheetCell::from_text).collect() }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
        self.stray_quote = false;
    }

    /// Ends the field that began at `start` of `text`.
    fn end_field(&mut self, start: usize) {
        self.push_field(start, self.text.len());
    }

    fn push_field(&mut self, start: usize, end: usize) {
        let field = &self.text[start..end];
        let trimmed = trim(field);
        let start = start + (trimmed.as_ptr().addr() - field.as_ptr().addr());
        // Rows are at most 1 MiB.
        self.fields.push((start as u32, (start + trimmed.len()) as u32));
    }
}

/// The rows of a delimited text, read in constant memory.
pub struct DelimitedRecords<R> {
    source: R,
    decoder: TextDecoder,
    delimiter: u8,
    bytes: Box<[u8]>,
    /// Decoded text, of which the rows before `start` are done.
    text: String,
    start: usize,
    is_complete: bool,
    line: u64,
}

impl<R: Read> DelimitedRecords<R> {
    /// Reads rows from `source`.
    pub fn new(source: R, format: TextFormat) -> DelimitedRecords<R> {
        DelimitedRecords {
            source,
            decoder: TextDecoder::new(format.encoding),
            delimiter: format.delimiter,
            bytes: vec![0; 64 << 10].into_boxed_slice(),
            text: String::new(),
            start: 0,
            is_complete: false,
            line: 1,
        }
    }

    /// Reads the next row into `record` and returns whether there was one.
    ///
    /// # Errors
    /// An undecodable byte, an unclosed quotation mark, a row of more than 1 MiB, or a failure to read.
    pub fn next_record(&mut self, record: &mut DelimitedRecord) -> Result<bool, ReadError> {
        loop {
            match parse(&self.text[self.start..], self.is_complete, self.delimiter, record) {
                Parsed::Row { length, lines } => {
                    record.line = self.line;
                    self.start += length;
                    self.line += lines;
                    if length > ROW_BYTES {
                        return Err(ReadError::row_too_long(FilePlace::Line(record.line)));
                    }
                    if record.iter().any(|field| !field.is_empty()) {
                        return Ok(true);
                    }
                }
                Parsed::NeedsMore if self.text.len() - self.start > ROW_BYTES => {
                    return Err(ReadError::row_too_long(FilePlace::Line(self.line)));
                }
                Parsed::NeedsMore => self.fill()?,
                Parsed::Unclosed => return Err(ReadError::UnclosedQuote { line: self.line }),
                Parsed::End => return Ok(false),
            }
        }
    }

    fn fill(&mut self) -> Result<(), ReadError> {
        self.text.drain(..self.start);
        self.start = 0;
        let length = loop {
            match self.source.read(&mut self.bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.is_complete = length == 0;
        self.decoder.decode(&self.bytes[..length], self.is_complete, &mut self.text)
    }
}

/// Returns the first `count` rows of a text that begins with `head`. Unless `head` is the `whole` text, a
/// last row that may go on is left out.
///
/// # Errors
/// An undecodable byte. An unclosed quotation mark, if the `whole` text is there.
pub fn first_rows(head: &[u8], whole: bool, format: TextFormat, count: usize) -> Result<Vec<Row>, ReadError> {
    let text = decode_head(head, format.encoding)?;
    let (mut rows, mut record) = (Vec::new(), DelimitedRecord::default());
    let (mut start, mut line) = (0, 1);
    while rows.len() < count {
        match parse(&text[start..], whole, format.delimiter, &mut record) {
            Parsed::Row { length, lines } => {
                record.line = line;
                start += length;
                line += lines;
                if record.iter().any(|field| !field.is_empty()) {
                    rows.push(record.to_row());
                }
            }
            Parsed::Unclosed => return Err(ReadError::UnclosedQuote { line }),
            Parsed::NeedsMore | Parsed::End => break,
        }
    }
    Ok(rows)
}

enum Parsed {
    /// A row of that many bytes, its line break included, over that many lines.
    Row { length: usize, lines: u64 },
    /// The row may go on after the end of the text.
    NeedsMore,
    /// The text ends within quotation marks.
    Unclosed,
    /// The text has no further row.
    End,
}

/// Reads the row at the start of `text` into `record`; `is_complete` says that nothing follows `text`.
fn parse(text: &str, is_complete: bool, delimiter: u8, record: &mut DelimitedRecord) -> Parsed {
    record.clear();
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return if is_complete { Parsed::End } else { Parsed::NeedsMore };
    }
    let mut at = 0;
    loop {
        let field = at;
        while matches!(bytes.get(at), Some(b' ' | b'\t')) && bytes[at] != delimiter {
            at += 1;
        }
        let start = record.text.len();
        let end = if bytes.get(at) == Some(&b'"') {
            loop {
                at += 1;
                let Some(length) = memchr(b'"', &bytes[at..]) else {
                    return if is_complete { Parsed::Unclosed } else { Parsed::NeedsMore };
                };
                record.text.push_str(&text[at..at + length]);
                at += length + 1;
                match bytes.get(at) {
                    Some(b'"') => record.text.push('"'),
                    None if !is_complete => return Parsed::NeedsMore,
                    _ => break,
                }
            }
            let end = at + field_end(&bytes[at..], delimiter);
            let rest = &text[at..end];
            record.stray_quote |= !trim(rest).is_empty();
            record.text.push_str(rest);
            end
        } else {
            let end = at + field_end(&bytes[at..], delimiter);
            record.text.push_str(&text[field..end]);
            end
        };
        record.end_field(start);
        let length = match (bytes.get(end), bytes.get(end + 1)) {
            (Some(b'\r'), Some(b'\n')) => end + 2,
            (Some(b'\r'), None) | (None, _) if !is_complete => return Parsed::NeedsMore,
            (Some(b'\n' | b'\r'), _) => end + 1,
            (None, _) => end,
            (Some(_), _) => {
                at = end + 1;
                continue;
            }
        };
        return Parsed::Row { length, lines: line_breaks(&bytes[..length]) };
    }
}

/// Returns where an unquoted field ends: at a delimiter, a line break or the end.
fn field_end(bytes: &[u8], delimiter: u8) -> usize {
    // Most fields are so short that a search of many bytes at once does not pay.
    let short = bytes.len().min(16);
    let is_end = |&byte: &u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    match bytes[..short].iter().position(is_end) {
        Some(end) => end,
        None => short + memchr3(delimiter, b'\n', b'\r', &bytes[short..]).unwrap_or(bytes.len() - short),
    }
}

/// Returns how many line breaks (`\n`, `\r\n`, `\r`) there are.
fn line_breaks(bytes: &[u8]) -> u64 {
    let mut count = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            count += 1;
        }
    }
    count
}
