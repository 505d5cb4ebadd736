//! Rows for spreadsheets: a header, then one record a line, quoted where it must be.
//!
//! RFC 4180 has no control characters in a field. What does not print is escaped as it is for
//! people, so that a record is always one line; the JSON forms hold every text as it is.

use crate::text;

/// A table of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Csv {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Csv {
    /// A table of those columns.
    pub fn new(header: &[&'static str]) -> Csv {
        Csv { header: header.to_vec(), rows: Vec::new() }
    }

    /// One more record; a missing field is an empty one.
    pub fn row(&mut self, fields: Vec<Option<String>>) {
        debug_assert_eq!(fields.len(), self.header.len());
        self.rows.push(fields.into_iter().map(Option::unwrap_or_default).collect());
    }

    /// The text, by RFC 4180 but for the plain line ends. Where `safe`, no cell begins as a formula.
    pub fn render(&self, safe: bool) -> String {
        let mut out = String::new();
        write_record(&mut out, &self.header, false);
        out + &self.records(safe)
    }

    /// The text without the header.
    pub fn records(&self, safe: bool) -> String {
        let mut out = String::new();
        for row in &self.rows {
            write_record(&mut out, row, safe);
        }
        out
    }
}

fn write_record(out: &mut String, fields: &[impl AsRef<str>], safe: bool) {
    for (i, field) in fields.iter().map(AsRef::as_ref).enumerate() {
        if i > 0 {
            out.push(',');
        }
        let shown = text::escape_controls(field);
        let guard = if safe && is_formula(field) { "'" } else { "" };
        if shown.contains([',', '"']) {
            out.push('"');
            out.push_str(guard);
            out.push_str(&shown.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(guard);
            out.push_str(&shown);
        }
    }
    out.push('\n');
}

/// Whether a spreadsheet runs a cell as a formula. Signs in full width begin one too where Korean or
/// Japanese is typed. A plain negative number is a number.
fn is_formula(cell: &str) -> bool {
    let begins = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && !is_negative_number(cell)
}

fn is_negative_number(cell: &str) -> bool {
    let Some(figure) = cell.strip_prefix('-') else { return false };
    let (whole, part) = figure.split_once('.').unwrap_or((figure, "0"));
    [whole, part].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_would_break_a_row() {
        let mut csv = Csv::new(&["name", "amount"]);
        csv.row(vec![Some("a,\"b\"".into()), None]);
        assert_eq!(csv.render(false), "name,amount\n\"a,\"\"b\"\"\",\n");
    }

    #[test]
    fn a_record_is_one_line_of_what_prints() {
        let mut csv = Csv::new(&["note"]);
        csv.row(vec![Some("one\ntwo,\u{1b}[31m".into())]);
        assert_eq!(csv.render(false), "note\n\"one\\u{a}two,\\u{1b}[31m\"\n");
    }

    #[test]
    fn no_cell_is_run_where_it_is_to_be_safe() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("+cmd", "'+cmd"),
            ("-10% coupon", "'-10% coupon"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\u{9}=1"),
            ("\r=1", "'\\u{d}=1"),
            ("＝1+1", "'＝1+1"),
            ("-1-1", "'-1-1"),
            ("-", "'-"),
            ("-1.", "'-1."),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""),
            ("-500", "-500"),
            ("-0.50", "-0.50"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            let mut csv = Csv::new(&["cell"]);
            csv.row(vec![Some(cell.into())]);
            assert_eq!(csv.render(true), format!("cell\n{safe}\n"), "{cell:?}");
        }
    }
}
