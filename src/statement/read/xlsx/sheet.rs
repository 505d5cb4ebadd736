//! The rows of a sheet.

use super::super::number::{iso_date, moment_of_serial, plain_number};
use super::super::xml::{Xml, attribute, push_text};
use super::super::{COLUMNS, FilePlace, ROW_BYTES, ReadError, ReadLimit, Row, SHEET_ROWS, SheetCell};
use super::{TextReader, Xlsx, unescape};
use quick_xml::events::{BytesStart, Event};

/// The rows of a sheet, read while they are asked for.
pub(super) struct SheetRows<'a> {
    book: &'a Xlsx,
    sheet: &'a str,
    xml: Xml<'a>,
    /// The last row that began.
    row: u64,
    is_done: bool,
}

impl Iterator for SheetRows<'_> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let row = self.next_row();
        self.is_done = !matches!(row, Ok(Some(_)));
        row.transpose()
    }
}

impl<'a> SheetRows<'a> {
    /// Returns the rows in the part `xml`, of the sheet with that name.
    pub(super) fn new(book: &'a Xlsx, sheet: &'a str, xml: Xml<'a>) -> SheetRows<'a> {
        SheetRows { book, sheet, xml, row: 0, is_done: false }
    }

    /// Returns the next row that has content.
    fn next_row(&mut self) -> Result<Option<Row>, ReadError> {
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "row" => {
                    let number = attribute(&element, "r").map(|number| number.parse::<u64>());
                    self.begin_row(number)?;
                    if let Some(row) = self.read_row()? {
                        return Ok(Some(row));
                    }
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn begin_row(&mut self, number: Option<Result<u64, std::num::ParseIntError>>) -> Result<(), ReadError> {
        let row = match number {
            Some(number) => number.map_err(|_| self.xml.damaged("a row has no number"))?,
            None => self.row + 1,
        };
        if row <= self.row {
            return Err(ReadError::damaged(self.row_place(row), "the rows are not in order"));
        }
        if row > SHEET_ROWS {
            return Err(ReadError::TooLarge {
                place: self.row_place(row),
                limit: ReadLimit::Rows(SHEET_ROWS),
            });
        }
        self.row = row;
        Ok(())
    }

    fn row_place(&self, row: u64) -> FilePlace {
        FilePlace::Row { sheet: self.sheet.to_owned(), row }
    }

    fn cell_damaged(&self, column: usize, fault: &'static str) -> ReadError {
        ReadError::damaged(FilePlace::cell(self.sheet, column, self.row), fault)
    }

    /// Returns the row that has begun, or `None` if it has no content.
    fn read_row(&mut self) -> Result<Option<Row>, ReadError> {
        let (mut cells, mut next_column, mut bytes) = (Vec::new(), 0, 0);
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "c" => {
                    let head = CellHead::of(&element);
                    let column = match &head.reference {
                        Some(reference) => self.column(reference, next_column)?,
                        None => next_column,
                    };
                    next_column = column + 1;
                    let cell = self.read_cell(&head, column)?;
                    if cell == SheetCell::Empty {
                        continue;
                    }
                    bytes += cell.text().len();
                    if bytes > ROW_BYTES {
                        return Err(ReadError::row_too_long(self.row_place(self.row)));
                    }
                    if column >= COLUMNS {
                        let limit = ReadLimit::Columns(COLUMNS as u64);
                        return Err(ReadError::TooLarge { place: self.row_place(self.row), limit });
                    }
                    cells.resize(column, SheetCell::Empty);
                    cells.push(cell);
                }
                Event::End(element) if element.local_name().as_ref() == "row" => {
                    return Ok((!cells.is_empty()).then_some(Row { line: self.row, cells }));
                }
                _ => {}
            }
        }
    }

    /// Returns the column, counted from 0, of a reference such as `C12` in the row.
    fn column(&self, reference: &str, next_column: usize) -> Result<usize, ReadError> {
        let letters = reference.len() - reference.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (letters, row) = reference.split_at(letters);
        let column = letters.bytes().try_fold(0_usize, |column, letter| {
            column.checked_mul(26)?.checked_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
        });
        match column.and_then(|column| column.checked_sub(1)) {
            Some(column) if column < 16_384 && row.parse() == Ok(self.row) => {
                if column < next_column {
                    return Err(self.cell_damaged(column, "the cells are not in order"));
                }
                Ok(column)
            }
            _ => Err(ReadError::damaged(self.row_place(self.row), "a cell has a wrong reference")),
        }
    }

    /// Returns the cell that has begun.
    fn read_cell(&mut self, head: &CellHead, column: usize) -> Result<SheetCell, ReadError> {
        let (mut value, mut formula, mut inline) = (None::<String>, None::<String>, TextReader::default());
        let mut within = Within::SheetCell;
        loop {
            let event = self.xml.next()?;
            let known = match &event {
                Event::Start(element) if within != Within::Inline => {
                    match element.local_name().as_ref() {
                        "v" => (within, value) = (Within::Value, Some(String::new())),
                        "f" => (within, formula) = (Within::Formula, Some(String::new())),
                        "is" => within = Within::Inline,
                        _ => {}
                    }
                    Some(())
                }
                Event::End(element) => match element.local_name().as_ref() {
                    "c" => break,
                    "v" | "f" | "is" => {
                        within = Within::SheetCell;
                        Some(())
                    }
                    _ => inline.push(&event),
                },
                event => match (within, &mut value, &mut formula) {
                    (Within::Value, Some(value), _) => push_text(event, value),
                    (Within::Formula, _, Some(formula)) => push_text(event, formula),
                    (Within::Inline, ..) => inline.push(event),
                    _ => Some(()),
                },
            };
            if known.is_none() {
                return Err(self.cell_damaged(column, "it has an unknown entity"));
            }
            let length = value.as_ref().map_or(0, String::len)
                + formula.as_ref().map_or(0, String::len)
                + inline.text.len();
            if length > ROW_BYTES {
                return Err(ReadError::row_too_long(self.row_place(self.row)));
            }
        }
        if head.kind.as_deref() == Some("inlineStr") {
            return Ok(SheetCell::from_text(&unescape(&inline.text)));
        }
        match (value, formula) {
            (Some(value), _) => self.cell_of_value(head, value.trim(), column),
            // A formula whose result was never stored: shown as it is, so that it is not taken for empty.
            (None, Some(formula)) => Ok(SheetCell::from_text(&format!("={formula}"))),
            (None, None) => Ok(SheetCell::Empty),
        }
    }

    fn cell_of_value(&self, head: &CellHead, value: &str, column: usize) -> Result<SheetCell, ReadError> {
        match head.kind.as_deref().unwrap_or("n") {
            "s" => {
                let index = value.parse::<usize>().ok();
                let text = index.and_then(|index| self.book.strings.get(index));
                text.map(SheetCell::from_text).ok_or_else(|| self.cell_damaged(column, "its text is missing"))
            }
            "str" => Ok(SheetCell::from_text(&unescape(value))),
            "e" => Ok(SheetCell::from_text(value)),
            "b" => Ok(SheetCell::from_text(if matches!(value, "1" | "true") { "TRUE" } else { "FALSE" })),
            "d" => Ok(moment_of_iso(value).map_or_else(|| SheetCell::from_text(value), SheetCell::Moment)),
            "n" if value.is_empty() => Ok(SheetCell::Empty),
            "n" => {
                let number =
                    plain_number(value).ok_or_else(|| self.cell_damaged(column, "it holds no number"))?;
                let format = head.format.unwrap_or(0);
                let moment = match self.book.shows_dates.get(format) {
                    Some(true) => moment_of_serial(&number, self.book.counts_from_1904),
                    _ => None,
                };
                Ok(moment.map_or(SheetCell::Number(number), SheetCell::Moment))
            }
            _ => Err(self.cell_damaged(column, "it is of an unknown type")),
        }
    }
}

/// Where in a cell a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    SheetCell,
    Value,
    Formula,
    Inline,
}

/// The attributes of a cell.
struct CellHead {
    reference: Option<String>,
    kind: Option<String>,
    format: Option<usize>,
}

impl CellHead {
    fn of(element: &BytesStart<'_>) -> CellHead {
        CellHead {
            reference: attribute(element, "r").map(|reference| reference.into_owned()),
            kind: attribute(element, "t").map(|kind| kind.into_owned()),
            format: attribute(element, "s").and_then(|format| format.parse().ok()),
        }
    }
}

/// Returns a moment of a strict workbook without fraction and zone, or `None` if it is none.
fn moment_of_iso(text: &str) -> Option<String> {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let date = match date {
        Some(date) => {
            let mut parts = date.split('-').map(|part| part.parse().ok());
            let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
            Some(iso_date(year, month, day)?)
        }
        None => None,
    };
    let time = match time {
        Some(time) => {
            let clock = time.get(..8)?;
            let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
            let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
            (hour < 24 && minute < 60 && second < 60).then_some(())?;
            Some(clock)
        }
        None => None,
    };
    match (date, time) {
        (Some(date), Some(time)) => Some(format!("{date}T{time}")),
        (Some(date), None) => Some(date),
        (None, time) => time.map(str::to_owned),
    }
}
