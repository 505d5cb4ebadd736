//! Tables of web pages.

use super::markup::{Token, Tokens, attribute, push_decoded};
use super::{
    COLUMNS, Encoding, FilePlace, ROW_BYTES, ReadError, ReadLimit, Row, SheetCell, UNPACKED_BYTES, trim,
};

/// Most rows that a cell may span; browsers have the same limit.
const ROW_SPAN: usize = 65_534;
/// Deepest nesting of tables.
const DEPTH: usize = 64;

/// Returns the encoding that a web page declares (`charset=euc-kr`) in its first bytes.
pub fn html_encoding(head: &[u8]) -> Option<Encoding> {
    let head = String::from_utf8_lossy(&head[..head.len().min(4096)]).to_ascii_lowercase();
    let label = head.split("charset").skip(1).find_map(|rest| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start_matches(['"', '\'', ' ']);
        let end =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
        Encoding::for_label(&rest[..end])
    })?;
    // A page that says UTF-16 in single bytes is not in it.
    Some(if label.is_utf16() { Encoding::UTF_8 } else { label })
}

/// Returns the tables of a web page in the order in which they begin, each as its rows; rows without content
/// are left out.
///
/// A text in a table within a cell belongs to that table alone. A cell over several columns is followed by
/// empty ones; a cell over several rows stands in each of them.
///
/// # Errors
/// A row or table beyond a limit.
pub fn html_tables(text: &str) -> Result<Vec<Vec<Row>>, ReadError> {
    let mut tokens = Tokens::new(text);
    let (mut tables, mut open): (Vec<Vec<Row>>, Vec<HtmlTable>) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    while let Some((line, token)) = tokens.next() {
        let name = match token {
            Token::Start(name, _) | Token::End(name) => name.to_ascii_lowercase(),
            Token::Text(_) | Token::Raw(_) => String::new(),
        };
        let depth = open.len();
        let table = open.last_mut();
        match (token, name.as_str(), table) {
            (Token::Start(..), "script" | "style", _) => tokens.skip_element(&name),
            (Token::Start(..), "table", _) if depth == DEPTH => {
                return Err(ReadError::damaged(FilePlace::Line(line), "tables are nested too deep"));
            }
            (Token::Start(..), "table", _) => {
                open.push(HtmlTable::new(tables.len()));
                tables.push(Vec::new());
            }
            (Token::End(_), "table", Some(table)) => {
                table.end_row(&mut bytes)?;
                tables[table.number] = std::mem::take(&mut table.rows);
                open.pop();
            }
            (Token::Start(..), "tr", Some(table)) => {
                table.end_row(&mut bytes)?;
                table.row = Some(OpenRow { line, ..OpenRow::default() });
            }
            (Token::End(_), "tr", Some(table)) => table.end_row(&mut bytes)?,
            (Token::Start(_, attributes), "td" | "th", Some(table)) => table.begin_cell(line, attributes)?,
            (Token::End(_), "td" | "th", Some(table)) => table.end_cell()?,
            (Token::Start(..), "br", Some(table)) => table.push("\n")?,
            (Token::Text(text) | Token::Raw(text), _, Some(table)) if table.is_in_cell() => {
                let mut decoded = String::new();
                match token {
                    Token::Raw(text) => decoded.push_str(text),
                    _ => push_decoded(&folded(text), &mut decoded),
                }
                table.push(&decoded)?;
            }
            _ => {}
        }
    }
    // A table that is not closed ends with the page.
    for mut table in open {
        table.end_row(&mut bytes)?;
        tables[table.number] = table.rows;
    }
    Ok(tables)
}

/// Returns `text` with every run of white space as one blank, as browsers show it.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        let word = part.trim_ascii_end();
        folded.push_str(word);
        if word.len() < part.len() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded
}

/// A table that is being read.
struct HtmlTable {
    number: usize,
    rows: Vec<Row>,
    row: Option<OpenRow>,
    /// By column: the text of a cell that goes on in the rows below, and in how many.
    below: Vec<Option<(String, usize)>>,
}

#[derive(Default)]
struct OpenRow {
    line: u64,
    cells: Vec<String>,
    bytes: usize,
    cell: Option<OpenCell>,
}

struct OpenCell {
    text: String,
    columns: usize,
    rows: usize,
}

impl HtmlTable {
    fn new(number: usize) -> HtmlTable {
        HtmlTable { number, rows: Vec::new(), row: None, below: Vec::new() }
    }

    fn is_in_cell(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.cell.is_some())
    }

    /// Appends to the text of the cell that is being read, if there is one.
    fn push(&mut self, text: &str) -> Result<(), ReadError> {
        let Some(row) = &mut self.row else { return Ok(()) };
        let Some(cell) = &mut row.cell else { return Ok(()) };
        cell.text.push_str(text);
        let length = cell.text.len();
        row.verify_length(length)
    }

    fn begin_cell(&mut self, line: u64, attributes: &str) -> Result<(), ReadError> {
        self.end_cell()?;
        let span = |name| attribute(attributes, name).and_then(|span| span.trim().parse::<usize>().ok());
        let cell = OpenCell {
            text: String::new(),
            columns: span("colspan").unwrap_or(1).max(1),
            rows: span("rowspan").unwrap_or(1).clamp(1, ROW_SPAN),
        };
        self.row.get_or_insert_with(|| OpenRow { line, ..OpenRow::default() }).cell = Some(cell);
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), ReadError> {
        let Some(row) = &mut self.row else { return Ok(()) };
        let Some(cell) = row.cell.take() else { return Ok(()) };
        row.fill(&mut self.below, false)?;
        let column = row.cells.len();
        let end = column.saturating_add(cell.columns);
        if end > COLUMNS {
            return Err(too_large(row.line, ReadLimit::Columns(COLUMNS as u64)));
        }
        let text = trim(&cell.text);
        if cell.rows > 1 {
            self.below.resize(self.below.len().max(end), None);
            self.below[column..end].fill(Some((String::new(), cell.rows - 1)));
            self.below[column] = Some((text.to_owned(), cell.rows - 1));
        }
        row.push(text)?;
        row.cells.resize(end, String::new());
        Ok(())
    }

    /// Ends the row that is being read, if there is one. `bytes` counts what the tables hold.
    fn end_row(&mut self, bytes: &mut u64) -> Result<(), ReadError> {
        self.end_cell()?;
        let Some(mut row) = self.row.take() else { return Ok(()) };
        row.fill(&mut self.below, true)?;
        let mut cells: Vec<SheetCell> = row.cells.iter().map(|text| SheetCell::from_text(text)).collect();
        while cells.pop_if(|cell| *cell == SheetCell::Empty).is_some() {}
        *bytes += (row.bytes + cells.len() * size_of::<SheetCell>()) as u64;
        if *bytes > UNPACKED_BYTES {
            return Err(too_large(row.line, ReadLimit::UnpackedBytes(UNPACKED_BYTES)));
        }
        if !cells.is_empty() {
            self.rows.push(Row { line: row.line, cells });
        }
        Ok(())
    }
}

impl OpenRow {
    /// Adds the cells that come from above at the next columns: up to a free one, or all of them.
    fn fill(&mut self, below: &mut [Option<(String, usize)>], all: bool) -> Result<(), ReadError> {
        while let Some(cell) = below.get_mut(self.cells.len()) {
            match cell {
                Some((text, rows)) => {
                    self.push(text)?;
                    *rows -= 1;
                    if *rows == 0 {
                        *cell = None;
                    }
                }
                None if all => self.cells.push(String::new()),
                None => break,
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), ReadError> {
        self.verify_length(text.len())?;
        self.bytes += text.len();
        self.cells.push(text.to_owned());
        Ok(())
    }

    fn verify_length(&self, more: usize) -> Result<(), ReadError> {
        match self.bytes + more > ROW_BYTES {
            true => Err(ReadError::row_too_long(FilePlace::Line(self.line))),
            false => Ok(()),
        }
    }
}

fn too_large(line: u64, limit: ReadLimit) -> ReadError {
    ReadError::TooLarge { place: FilePlace::Line(line), limit }
}
