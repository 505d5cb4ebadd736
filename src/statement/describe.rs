//! What a file is, without any of its values: names of columns, and the shapes of cells in which every digit
//! is `9` and every letter `a` or `가`.

use super::find::names_of;
use super::read::Row;
use super::rows::{CellKind, Cells};
use std::collections::HashMap;

/// The longest shape, in characters.
const SHAPE_MAX: usize = 40;
/// Distinct shapes of one column that are counted.
const SHAPES_MAX: usize = 200;
/// Shapes of one column that are shown.
const SHAPES_SHOWN: usize = 5;

/// Returns the shape of a text. Nothing of it can be read from that but where its words, figures and marks
/// stand.
pub fn shape(text: &str) -> String {
    let mut out = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == SHAPE_MAX {
            out.push('…');
            break;
        }
        out.push(match letter {
            '\n' | '\r' | '\t' | '\u{a0}' | '\u{3000}' => ' ',
            _ if letter.is_numeric() => '9',
            ' '..='~' if !letter.is_ascii_alphanumeric() => letter,
            '₩' | '￦' | '¥' | '￥' | '€' | '£' | '−' | '▲' | '△' | '·' | '（' | '）' | '、' | '。' => {
                letter
            }
            _ if letter.is_ascii() || letter.is_lowercase() || letter.is_uppercase() => 'a',
            // Other letters, and every sign that may stand for a name.
            _ => '가',
        });
    }
    out
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum ColumnType {
    Empty,
    Text,
    Number,
    Date,
    Mixed,
}

impl ColumnType {
    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            ColumnType::Empty => "empty",
            ColumnType::Text => "text",
            ColumnType::Number => "number",
            ColumnType::Date => "date",
            ColumnType::Mixed => "mixed",
        }
    }
}

/// A column of a table, without its values.
#[derive(Clone, Debug, Default)]
pub struct ColumnShapes {
    /// Its name in the header.
    pub name: String,
    /// Cells that are empty.
    pub empty: u64,
    shapes: HashMap<String, u64>,
    types: [u64; 3],
}

impl ColumnShapes {
    /// Starts a column.
    pub fn new(name: &str) -> ColumnShapes {
        ColumnShapes { name: name.into(), ..ColumnShapes::default() }
    }

    /// Adds a cell.
    pub fn add(&mut self, text: &str, kind: CellKind) {
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        let shape = shape(text);
        let digits = shape.chars().filter(|c| *c == '9').count();
        let is_number = digits > 0
            && !shape.contains(['a', '가', ':', '/'])
            && shape.matches('.').count() < 2
            && !shape.trim_start_matches(['-', '+', ' ']).contains('-');
        let is_date =
            digits >= 3 && shape.contains([':', '/', '.', '-']) && !is_number && !shape.contains('가');
        let place = match kind {
            CellKind::Moment => 2,
            CellKind::Number => 1,
            CellKind::Text if is_number => 1,
            CellKind::Text if is_date => 2,
            CellKind::Text => 0,
        };
        self.types[place] += 1;
        if self.shapes.len() < SHAPES_MAX || self.shapes.contains_key(&shape) {
            *self.shapes.entry(shape).or_default() += 1;
        }
    }

    /// Returns what its cells are.
    pub fn column_type(&self) -> ColumnType {
        match self.types {
            [0, 0, 0] => ColumnType::Empty,
            [_, 0, 0] => ColumnType::Text,
            [0, _, 0] => ColumnType::Number,
            [0, 0, _] => ColumnType::Date,
            _ => ColumnType::Mixed,
        }
    }

    /// Returns its most frequent shapes with their counts.
    pub fn shapes(&self) -> Vec<(String, u64)> {
        let mut shapes: Vec<(String, u64)> =
            self.shapes.iter().map(|(shape, count)| (shape.clone(), *count)).collect();
        shapes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        shapes.truncate(SHAPES_SHOWN);
        shapes
    }
}

/// Returns the row that is probably a header where no profile knows one: the first that fills most of the
/// width, has no digit and no name twice, and whose names stand in no row below it.
pub fn probable_header(rows: &[Row]) -> Option<&Row> {
    let filled = |row: &Row| (0..row.count()).filter(|column| !row.text(*column).is_empty()).count();
    let width = rows.iter().map(filled).max()?;
    let has_digit = |row: &Row| (0..row.count()).any(|column| row.text(column).contains(char::is_numeric));
    let is_header = |(number, row): &(usize, &Row)| {
        let names = names_of(row);
        let below = &rows[number + 1..];
        let is_repeated = below.iter().any(|row| {
            let cells = names_of(row);
            cells.iter().any(|cell| !cell.is_empty() && names.contains(cell))
        });
        width >= 3
            && filled(row) * 10 >= width * 6
            && !has_digit(row)
            && !names.iter().any(|name| name.contains('#'))
            && !is_repeated
            && below.iter().take(3).all(&has_digit)
            && !below.is_empty()
    };
    rows.iter().enumerate().find(is_header).map(|(_, row)| row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::read::SheetCell;

    #[test]
    fn a_shape_holds_no_letter_and_no_digit_of_the_text() {
        for (text, wanted) in [
            ("2026.08.12 08:31:45", "9999.99.99 99:99:99"),
            ("[-] 결제", "[-] 가가"),
            ("-6,800", "-9,999"),
            ("Café Zoë №7", "aaaa aaa 가9"),
            ("김철수\n3333-01-1234567", "가가가 9999-99-9999999"),
            ("☕ ١٢", "가 99"),
        ] {
            assert_eq!(shape(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_table_without_a_header_has_none() {
        let row = |line: u64, cells: &[&str]| Row {
            line,
            cells: cells.iter().map(|text| SheetCell::Text(text.to_string())).collect(),
        };
        let headless = [row(1, &["2026-01-02", "Secret Name", "5"]), row(2, &["2026-01-03", "Other", "6"])];
        assert!(probable_header(&headless).is_none());
        let table = [
            row(1, &["Account of Secret Name"]),
            row(2, &["Date", "Payee", "Amount"]),
            row(3, &["2026-01-02", "x", "5"]),
        ];
        assert_eq!(probable_header(&table).map(|row| row.line), Some(2));
    }
}
