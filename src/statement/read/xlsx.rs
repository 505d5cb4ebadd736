//! Workbooks of Excel 2007 and later (Office Open XML, transitional and strict).

use super::number::{is_builtin_date_format, is_date_format, iso_date, moment_of_serial, plain_number};
use super::xml::{Xml, attribute, push_text};
use super::zip::Archive;
use super::{COLUMNS, Cell, Limit, Place, ROW_BYTES, ReadError, Row, SHEET_ROWS};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// An opened workbook.
pub(super) struct Xlsx {
    archive: Archive,
    pub(super) sheets: Vec<String>,
    /// The part of each sheet.
    parts: Vec<String>,
    strings: Vec<Box<str>>,
    /// Whether each cell format shows dates or times.
    shows_dates: Vec<bool>,
    pub(super) counts_from_1904: bool,
}

impl Xlsx {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Xlsx, ReadError> {
        let archive = Archive::open(bytes)?;
        let of_package = relations(&archive, "_rels/.rels", "")?;
        let main = of_package.values().find(|relation| relation.kind.ends_with("/officeDocument"));
        let workbook = main.map_or("xl/workbook.xml", |relation| &relation.target);
        let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", workbook));
        if !file.ends_with(".xml") || archive.part(workbook)?.is_none() {
            return Err(ReadError::Unsupported {
                what: "a ZIP archive that holds no XLSX workbook".to_owned(),
            });
        }
        let of_workbook = relations(&archive, &format!("{folder}/_rels/{file}.rels"), folder)?;
        let part_of = |kind: &str| of_workbook.values().find(|relation| relation.kind.ends_with(kind));
        let mut book = Xlsx {
            strings: match part_of("/sharedStrings") {
                Some(relation) => strings(&archive, &relation.target)?,
                None => Vec::new(),
            },
            shows_dates: match part_of("/styles") {
                Some(relation) => cell_formats(&archive, &relation.target)?,
                None => Vec::new(),
            },
            sheets: Vec::new(),
            parts: Vec::new(),
            counts_from_1904: false,
            archive,
        };
        let mut xml = open_part(&book.archive, workbook)?;
        loop {
            match xml.next()? {
                Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                    "workbookPr" => {
                        let value = attribute(&element, "date1904");
                        book.counts_from_1904 = value.is_some_and(|value| value == "1" || value == "true");
                    }
                    "sheet" => {
                        let relation = attribute(&element, "id").and_then(|id| of_workbook.get(&*id));
                        let Some(relation) = relation else {
                            return Err(ReadError::damaged(
                                Place::Part(workbook.to_owned()),
                                "a sheet has no part",
                            ));
                        };
                        // Charts and macro sheets hold no rows.
                        if relation.kind.ends_with("/worksheet") {
                            book.sheets.push(attribute(&element, "name").unwrap_or_default().into_owned());
                            book.parts.push(relation.target.clone());
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Ok(book),
                _ => {}
            }
        }
    }

    pub(super) fn rows(&self, sheet: usize) -> Result<SheetRows<'_>, ReadError> {
        let xml = open_part(&self.archive, &self.parts[sheet])?;
        Ok(SheetRows { book: self, sheet: &self.sheets[sheet], xml, row: 0, is_done: false })
    }
}

fn open_part<'a>(archive: &'a Archive, name: &str) -> Result<Xml<'a>, ReadError> {
    match archive.part(name)? {
        Some(part) => Ok(Xml::new(part)),
        None => Err(ReadError::damaged(Place::Part(name.to_owned()), "it is missing")),
    }
}

/// A relation of one part to another.
struct Relation {
    kind: String,
    target: String,
}

/// Returns the relations in a part by their id, with targets resolved against `folder`; none if there is no
/// such part.
fn relations(archive: &Archive, name: &str, folder: &str) -> Result<HashMap<String, Relation>, ReadError> {
    let mut relations = HashMap::new();
    let Some(part) = archive.part(name.trim_start_matches('/'))? else { return Ok(relations) };
    let mut xml = Xml::new(part);
    loop {
        match xml.next()? {
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == "Relationship" =>
            {
                let value = |name| attribute(&element, name).unwrap_or_default().into_owned();
                // An external target is never followed: no part has its name.
                let target = resolve(folder, &value("Target").replace('\\', "/"));
                relations.insert(value("Id"), Relation { kind: value("Type"), target });
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// Returns the name of the part that `target` means in `folder`.
fn resolve(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

/// Returns the shared strings of a workbook.
fn strings(archive: &Archive, name: &str) -> Result<Vec<Box<str>>, ReadError> {
    let mut xml = open_part(archive, name)?;
    let (mut strings, mut text) = (Vec::new(), TextReader::default());
    loop {
        let event = xml.next()?;
        let is_string = |name: &str| name == "si";
        match &event {
            Event::Start(element) if is_string(element.local_name().as_ref()) => text.text.clear(),
            Event::Empty(element) if is_string(element.local_name().as_ref()) => strings.push("".into()),
            Event::End(element) if is_string(element.local_name().as_ref()) => {
                strings.push(unescape(&text.text).into());
            }
            Event::Eof => return Ok(strings),
            event => {
                if text.push(event).is_none() {
                    return Err(xml.damaged("it has an unknown entity"));
                }
                if text.text.len() > ROW_BYTES {
                    let limit = Limit::RowBytes(ROW_BYTES as u64);
                    return Err(ReadError::TooLarge { place: Place::Part(name.to_owned()), limit });
                }
            }
        }
    }
}

/// Collects the text of a string: that of its `t` elements, but not of phonetic hints (`rPh`).
#[derive(Default)]
struct TextReader {
    text: String,
    is_in_text: bool,
    is_in_hint: bool,
}

impl TextReader {
    /// Takes the next event in. Returns `None` for an unknown entity.
    fn push(&mut self, event: &Event<'_>) -> Option<()> {
        match event {
            Event::Start(element) => self.enter(element.local_name().as_ref(), true),
            Event::End(element) => self.enter(element.local_name().as_ref(), false),
            event if self.is_in_text && !self.is_in_hint => push_text(event, &mut self.text)?,
            _ => {}
        }
        Some(())
    }

    fn enter(&mut self, name: &str, enters: bool) {
        match name {
            "t" => self.is_in_text = enters,
            "rPh" => self.is_in_hint = enters,
            _ => {}
        }
    }
}

/// Returns a text with its escapes of the form `_x000D_` decoded.
fn unescape(text: &str) -> String {
    let (mut unescaped, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.as_bytes().get(at + 6) == Some(&b'_'));
        let character = code
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        let length = match character {
            Some(character) => {
                unescaped.push_str(&rest[..at]);
                unescaped.push(character);
                7
            }
            None => {
                unescaped.push_str(&rest[..at + 2]);
                2
            }
        };
        rest = &rest[at + length..];
    }
    unescaped + rest
}

/// Returns whether each cell format of a workbook shows dates or times.
fn cell_formats(archive: &Archive, name: &str) -> Result<Vec<bool>, ReadError> {
    let mut xml = open_part(archive, name)?;
    let (mut defined, mut formats, mut is_in_cells) = (HashMap::new(), Vec::new(), false);
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                let id = || attribute(element, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                match element.local_name().as_ref() {
                    "numFmt" => {
                        let code = attribute(element, "formatCode").unwrap_or_default();
                        defined.insert(id(), is_date_format(&code));
                    }
                    "cellXfs" => is_in_cells = matches!(event, Event::Start(_)),
                    "xf" if is_in_cells => {
                        let id = id();
                        let builtin = || id.is_some_and(is_builtin_date_format);
                        formats.push(defined.get(&id).copied().unwrap_or_else(builtin));
                    }
                    _ => {}
                }
            }
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => is_in_cells = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

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

impl SheetRows<'_> {
    /// Returns the next row that has content.
    fn next_row(&mut self) -> Result<Option<Row>, ReadError> {
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == "row" => {
                    let number = attribute(element, "r").map(|number| number.parse::<u64>());
                    let is_empty = matches!(event, Event::Empty(_));
                    self.begin_row(number)?;
                    if !is_empty && let Some(row) = self.read_row()? {
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
            return Err(ReadError::TooLarge { place: self.row_place(row), limit: Limit::Rows(SHEET_ROWS) });
        }
        self.row = row;
        Ok(())
    }

    fn row_place(&self, row: u64) -> Place {
        Place::Row { sheet: self.sheet.to_owned(), row }
    }

    fn cell_damaged(&self, column: usize, fault: &'static str) -> ReadError {
        let cell = format!("{}{}", column_letters(column), self.row);
        ReadError::damaged(Place::Cell { sheet: self.sheet.to_owned(), cell }, fault)
    }

    /// Returns the row that has begun, or `None` if it has no content.
    fn read_row(&mut self) -> Result<Option<Row>, ReadError> {
        let (mut cells, mut next_column, mut bytes) = (Vec::new(), 0, 0);
        loop {
            let event = self.xml.next()?;
            match &event {
                Event::Start(element) | Event::Empty(element) if element.local_name().as_ref() == "c" => {
                    let head = CellHead::of(element);
                    let is_empty = matches!(event, Event::Empty(_));
                    let column = match &head.reference {
                        Some(reference) => self.column(reference, next_column)?,
                        None => next_column,
                    };
                    next_column = column + 1;
                    let cell = if is_empty { Cell::Empty } else { self.read_cell(&head, column)? };
                    if cell == Cell::Empty {
                        continue;
                    }
                    bytes += cell.text().len();
                    let limit = match () {
                        () if column >= COLUMNS => Some(Limit::Columns(COLUMNS as u64)),
                        () if bytes > ROW_BYTES => Some(Limit::RowBytes(ROW_BYTES as u64)),
                        () => None,
                    };
                    if let Some(limit) = limit {
                        return Err(ReadError::TooLarge { place: self.row_place(self.row), limit });
                    }
                    cells.resize(column, Cell::Empty);
                    cells.push(cell);
                }
                Event::End(element) if element.local_name().as_ref() == "row" => {
                    return Ok((!cells.is_empty()).then_some(Row { line: self.row, cells }));
                }
                Event::Eof => return Err(self.xml.damaged("it ends too early")),
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
    fn read_cell(&mut self, head: &CellHead, column: usize) -> Result<Cell, ReadError> {
        let (mut value, mut formula, mut inline) = (None::<String>, None::<String>, TextReader::default());
        let mut within = Within::Cell;
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
                Event::Empty(element) if within == Within::Cell => {
                    match element.local_name().as_ref() {
                        "v" => value = Some(String::new()),
                        "f" => formula = Some(String::new()),
                        _ => {}
                    }
                    Some(())
                }
                Event::End(element) => match element.local_name().as_ref() {
                    "c" => break,
                    "v" | "f" | "is" => {
                        within = Within::Cell;
                        Some(())
                    }
                    _ => inline.push(&event),
                },
                Event::Eof => return Err(self.xml.damaged("it ends too early")),
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
                let limit = Limit::RowBytes(ROW_BYTES as u64);
                return Err(ReadError::TooLarge { place: self.row_place(self.row), limit });
            }
        }
        if head.kind.as_deref() == Some("inlineStr") {
            return Ok(Cell::from_text(&unescape(&inline.text)));
        }
        match (value, formula) {
            (Some(value), _) => self.cell_of_value(head, value.trim(), column),
            // A formula whose result was never stored: shown as it is, so that nobody takes it for empty.
            (None, Some(formula)) => Ok(Cell::from_text(&format!("={formula}"))),
            (None, None) => Ok(Cell::Empty),
        }
    }

    fn cell_of_value(&self, head: &CellHead, value: &str, column: usize) -> Result<Cell, ReadError> {
        match head.kind.as_deref().unwrap_or("n") {
            "s" => {
                let index = value.parse::<usize>().ok();
                let text = index.and_then(|index| self.book.strings.get(index));
                text.map(|text| Cell::from_text(text))
                    .ok_or_else(|| self.cell_damaged(column, "its text is missing"))
            }
            "str" => Ok(Cell::from_text(&unescape(value))),
            "e" => Ok(Cell::from_text(value)),
            "b" => Ok(Cell::from_text(if matches!(value, "1" | "true") { "TRUE" } else { "FALSE" })),
            "d" => Ok(moment_of_iso(value).map_or_else(|| Cell::from_text(value), Cell::Moment)),
            "n" if value.is_empty() => Ok(Cell::Empty),
            "n" => {
                let number =
                    plain_number(value).ok_or_else(|| self.cell_damaged(column, "it holds no number"))?;
                let format = head.format.unwrap_or(0);
                let moment = match self.book.shows_dates.get(format) {
                    Some(true) => moment_of_serial(&number, self.book.counts_from_1904),
                    _ => None,
                };
                Ok(moment.map_or(Cell::Number(number), Cell::Moment))
            }
            _ => Err(self.cell_damaged(column, "it is of an unknown type")),
        }
    }
}

/// Where in a cell a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Cell,
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

/// Returns the letters of a column counted from 0: `C` for 2.
pub(super) fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
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
