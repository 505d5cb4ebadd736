//! Rows for spreadsheets: a header, then one record a line, quoted where it must be.

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

    /// The text, by RFC 4180 but for the plain line ends.
    pub fn render(&self) -> String {
        let mut out = String::new();
        write_record(&mut out, &self.header);
        out + &self.records()
    }

    /// The text without the header.
    pub fn records(&self) -> String {
        let mut out = String::new();
        for row in &self.rows {
            write_record(&mut out, row);
        }
        out
    }
}

fn write_record(out: &mut String, fields: &[impl AsRef<str>]) {
    for (i, field) in fields.iter().map(AsRef::as_ref).enumerate() {
        if i > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_would_break_a_row() {
        let mut csv = Csv::new(&["name", "amount"]);
        csv.row(vec![Some("a,\"b\"".into()), None]);
        assert_eq!(csv.render(), "name,amount\n\"a,\"\"b\"\"\",\n");
    }
}
