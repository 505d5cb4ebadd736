//! QIF.

use super::{FilePlace, ReadError, trim};

/// A transaction. What the file does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QifRecord {
    /// The line on which it begins, counted from 1.
    pub line: u64,
    /// The type of its list: `Bank`, `Cash` or `CCard`.
    pub kind: String,
    /// `D`, with `/` for `'` and without blanks: `12/19/18`.
    pub date: String,
    /// `T`, or `U` where there is no `T`, as the file writes it.
    pub amount: String,
    /// `P`.
    pub payee: String,
    /// `M`.
    pub memo: String,
    /// `L`: a category, or an account in square brackets.
    pub category: String,
}

/// What the records after a header are.
#[derive(Clone, Copy)]
enum List<'a> {
    Transactions(&'a str),
    /// Accounts, categories, classes and the like.
    Other,
}

/// Returns the transactions of the lists of type `Bank`, `Cash` and `CCard` in a decoded file.
///
/// # Errors
/// A list of transactions of another type, a transaction before any header, or one that does not end.
pub fn parse(text: &str) -> Result<Vec<QifRecord>, ReadError> {
    let (mut records, mut list, mut open) = (Vec::new(), None, None::<QifRecord>);
    let damaged = |line, fault| Err(ReadError::damaged(FilePlace::Line(line), fault));
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = trim(line);
        let Some(code) = line.chars().next() else { continue };
        let value = trim(&line[code.len_utf8()..]);
        match (code, &mut open, list) {
            ('!', Some(record), _) => return damaged(record.line, "the transaction does not end"),
            ('!', None, _) => list = header(value, list)?,
            (_, _, Some(List::Other)) => {}
            (_, _, None) => return damaged(number, "it stands before any header"),
            ('^', ..) => records.extend(open.take()),
            (code, _, Some(List::Transactions(kind))) => {
                let record = open.get_or_insert_with(|| QifRecord {
                    line: number,
                    kind: kind.to_owned(),
                    ..QifRecord::default()
                });
                let field = match code {
                    'D' => {
                        record.date = value.replace('\'', "/").replace(' ', "");
                        continue;
                    }
                    'T' => &mut record.amount,
                    'U' if record.amount.is_empty() => &mut record.amount,
                    'P' => &mut record.payee,
                    'M' => &mut record.memo,
                    'L' => &mut record.category,
                    // Number, address, cleared or not, and the parts of a split.
                    _ => continue,
                };
                value.clone_into(field);
            }
        }
    }
    match open {
        // The last `^` may be missing, but a line that is cut off looks just the same.
        Some(record) => damaged(record.line, "the transaction does not end"),
        None => Ok(records),
    }
}

/// Returns what follows a header.
fn header<'a>(header: &'a str, before: Option<List<'a>>) -> Result<Option<List<'a>>, ReadError> {
    let kind = match header.split_once(':') {
        Some((name, kind)) if name.eq_ignore_ascii_case("type") => trim(kind),
        Some((name, _)) if ["option", "clear"].iter().any(|other| name.eq_ignore_ascii_case(other)) => {
            return Ok(before);
        }
        _ => return Ok(Some(List::Other)),
    };
    let is = |names: &[&'static str]| names.iter().copied().find(|name| kind.eq_ignore_ascii_case(name));
    if let Some(kind) = is(&["Bank", "Cash", "CCard"]) {
        return Ok(Some(List::Transactions(kind)));
    }
    match is(&["Cat", "Class", "Tag", "Memorized", "Security", "Prices", "Budget", "Template"]) {
        Some(_) => Ok(Some(List::Other)),
        None => Err(ReadError::Unsupported { what: format!("a QIF list of type '{kind}'") }),
    }
}
