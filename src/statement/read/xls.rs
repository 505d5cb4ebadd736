//! Workbooks of Excel 97 to 2003 (BIFF8, MS-XLS).

use super::number::{is_builtin_date_format, is_date_format, moment_of_serial, plain_double, plain_number};
use super::zip::{u16_at, u32_at, u64_at};
use super::{COLUMNS, FilePlace, ROW_BYTES, ReadError, ReadLimit, Row, SheetCell, UNPACKED_BYTES};
use std::collections::HashMap;
use std::slice;

const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000a;
const DATE_MODE: u16 = 0x0022;
const FILE_PASS: u16 = 0x002f;
const CONTINUE: u16 = 0x003c;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00bd;
const RSTRING: u16 = 0x00d6;
const XF: u16 = 0x00e0;
const SST: u16 = 0x00fc;
const LABEL_SST: u16 = 0x00fd;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027e;
const FORMAT: u16 = 0x041e;
const BOF: u16 = 0x0809;

/// An opened workbook.
pub(super) struct Xls {
    stream: Vec<u8>,
    pub(super) sheets: Vec<String>,
    /// Where in the stream each sheet begins.
    starts: Vec<u32>,
    strings: Vec<String>,
    /// Whether each cell format shows dates or times.
    shows_dates: Vec<bool>,
    pub(super) counts_from_1904: bool,
}

impl Xls {
    /// Reads the global part of the stream `Workbook`.
    pub(super) fn open(stream: Vec<u8>) -> Result<Xls, ReadError> {
        let mut records = XlsRecords { stream: &stream, at: 0 };
        let (mut sheets, mut starts, mut strings) = (Vec::new(), Vec::new(), Vec::new());
        let (mut defined, mut formats, mut counts_from_1904) = (HashMap::new(), Vec::new(), false);
        let first = records.next()?;
        if first.id != BOF || first.u16(0) != Some(0x0600) {
            return Err(ReadError::Unsupported {
                what: "a workbook of a version before Excel 97".to_owned(),
            });
        }
        loop {
            let record = records.next()?;
            let wrong = || damaged("a record is wrong");
            match record.id {
                FILE_PASS => {
                    return Err(ReadError::Unsupported {
                        what: "an XLS workbook with a password".to_owned(),
                    });
                }
                DATE_MODE => counts_from_1904 = record.u16(0) == Some(1),
                // Charts and macro sheets hold no rows.
                BOUND_SHEET if record.u8(5) == Some(0) => {
                    starts.push(u32_at(record.data(), 0).ok_or_else(wrong)?);
                    let length = usize::from(record.u8(6).ok_or_else(wrong)?);
                    sheets.push(record.text_at(7, length).ok_or_else(wrong)?);
                }
                FORMAT => {
                    let length = usize::from(record.u16(2).ok_or_else(wrong)?);
                    let code = record.text_at(4, length).ok_or_else(wrong)?;
                    defined.insert(record.u16(0), is_date_format(&code));
                }
                XF => formats.push(record.u16(2)),
                SST => strings = shared_strings(&record).ok_or(damaged("the shared strings are cut off"))?,
                EOF => break,
                _ => {}
            }
        }
        let builtin =
            |format: Option<u16>| format.is_some_and(|format| is_builtin_date_format(format.into()));
        let shows_dates =
            formats.iter().map(|format| defined.get(format).copied().unwrap_or_else(|| builtin(*format)));
        let shows_dates = shows_dates.collect();
        Ok(Xls { stream, sheets, starts, strings, shows_dates, counts_from_1904 })
    }

    /// Returns the rows of a sheet.
    pub(super) fn rows(&self, sheet: usize) -> Result<Vec<Row>, ReadError> {
        let mut records = XlsRecords { stream: &self.stream, at: self.starts[sheet] as usize };
        if records.next()?.id != BOF {
            return Err(damaged("a sheet does not begin where it should"));
        }
        let mut cells = XlsCells { book: self, sheet: &self.sheets[sheet], cells: Vec::new(), bytes: 0 };
        // A chart within the sheet is a stream of its own.
        let mut depth = 1;
        let mut text_of = None;
        while depth > 0 {
            let record = records.next()?;
            match record.id {
                BOF => depth += 1,
                EOF => depth -= 1,
                _ if depth > 1 => {}
                STRING => {
                    if let Some((row, column)) = text_of.take() {
                        let text = record.u16(0).and_then(|length| record.text_at(2, length.into()));
                        cells.push(row, column, text.map(|text| SheetCell::from_text(&text)))?;
                    }
                }
                _ => cells.read(&record, &mut text_of)?,
            }
        }
        cells.into_rows()
    }
}

fn damaged(fault: &'static str) -> ReadError {
    ReadError::damaged(FilePlace::Part("Workbook".to_owned()), fault)
}

/// The records of a stream.
struct XlsRecords<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> XlsRecords<'a> {
    /// Returns the next record with those that continue it.
    fn next(&mut self) -> Result<XlsRecord<'a>, ReadError> {
        let (id, first) = self.piece().ok_or(damaged("it ends too early"))?;
        let mut pieces = vec![first];
        while u16_at(self.stream, self.at) == Some(CONTINUE)
            && let Some((_, piece)) = self.piece()
        {
            pieces.push(piece);
        }
        Ok(XlsRecord { id, pieces })
    }

    fn piece(&mut self) -> Option<(u16, &'a [u8])> {
        let (id, length) = (u16_at(self.stream, self.at)?, u16_at(self.stream, self.at + 2)?);
        let data = self.stream.get(self.at + 4..)?.get(..usize::from(length))?;
        self.at += 4 + data.len();
        Some((id, data))
    }
}

/// A record: its data, and that of the records that continue it.
struct XlsRecord<'a> {
    id: u16,
    pieces: Vec<&'a [u8]>,
}

impl<'a> XlsRecord<'a> {
    fn data(&self) -> &'a [u8] {
        self.pieces[0]
    }

    fn u8(&self, at: usize) -> Option<u8> {
        self.data().get(at).copied()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        u16_at(self.data(), at)
    }

    /// Returns the text of `length` units that begins, with its flags, at a position.
    fn text_at(&self, at: usize, length: usize) -> Option<String> {
        let mut reader = PieceReader::new(&self.pieces);
        reader.skip(at)?;
        let flags = reader.u8()?;
        reader.text(flags, length)
    }
}

/// Reads the data of a record over the ends of its pieces.
struct PieceReader<'a> {
    piece: &'a [u8],
    pieces: slice::Iter<'a, &'a [u8]>,
}

impl<'a> PieceReader<'a> {
    fn new(pieces: &'a [&'a [u8]]) -> PieceReader<'a> {
        PieceReader { piece: &[], pieces: pieces.iter() }
    }

    /// Goes to the next piece if this one is at its end, and returns whether it did.
    fn turn(&mut self) -> Option<bool> {
        let mut turned = false;
        while self.piece.is_empty() {
            self.piece = self.pieces.next()?;
            turned = true;
        }
        Some(turned)
    }

    fn u8(&mut self) -> Option<u8> {
        self.turn()?;
        let (byte, rest) = self.piece.split_first()?;
        self.piece = rest;
        Some(*byte)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes([self.u8()?, self.u8()?, self.u8()?, self.u8()?]))
    }

    fn skip(&mut self, mut length: usize) -> Option<()> {
        while length > 0 {
            self.turn()?;
            let skipped = length.min(self.piece.len());
            self.piece = &self.piece[skipped..];
            length -= skipped;
        }
        Some(())
    }

    /// Returns a text of `length` units: of 16 bits if the lowest flag is set, else of 8. Where a text goes
    /// over the end of a piece, the next one begins with flags of its own.
    fn text(&mut self, mut flags: u8, length: usize) -> Option<String> {
        let mut units = Vec::new();
        for _ in 0..length {
            if self.turn()? {
                flags = self.u8()?;
                self.turn()?;
            }
            units.push(if flags & 1 == 1 { self.u16()? } else { u16::from(self.u8()?) });
        }
        String::from_utf16(&units).ok()
    }
}

fn shared_strings(record: &XlsRecord<'_>) -> Option<Vec<String>> {
    let mut reader = PieceReader::new(&record.pieces);
    reader.skip(4)?;
    let count = reader.u32()?;
    let mut strings = Vec::new();
    for _ in 0..count {
        let length = reader.u16()?;
        let flags = reader.u8()?;
        let runs = if flags & 8 == 8 { usize::from(reader.u16()?) } else { 0 };
        let phonetic = if flags & 4 == 4 { reader.u32()? as usize } else { 0 };
        strings.push(reader.text(flags, length.into())?);
        reader.skip(4 * runs)?;
        reader.skip(phonetic)?;
    }
    Some(strings)
}

/// Collects the cells of a sheet.
struct XlsCells<'a> {
    book: &'a Xls,
    sheet: &'a str,
    cells: Vec<(u16, u16, SheetCell)>,
    bytes: u64,
}

impl XlsCells<'_> {
    /// Takes in the cells of a record. A formula with a text leaves its place in `text_of`; the text follows.
    fn read(&mut self, record: &XlsRecord<'_>, text_of: &mut Option<(u16, u16)>) -> Result<(), ReadError> {
        if !matches!(record.id, FORMULA | MUL_RK | RSTRING | LABEL_SST | NUMBER | LABEL | BOOL_ERR | RK) {
            return Ok(());
        }
        let data = record.data();
        let (Some(row), Some(column), Some(format)) = (record.u16(0), record.u16(2), record.u16(4)) else {
            return Err(damaged("a cell is cut off"));
        };
        let cell = match record.id {
            MUL_RK => {
                let (numbers, _) = data[4..data.len() - 2].as_chunks::<6>();
                for (column, number) in (column..=u16::MAX).zip(numbers) {
                    let [f0, f1, bits @ ..] = *number;
                    let cell = self.number(u16::from_le_bytes([f0, f1]), rk(u32::from_le_bytes(bits)));
                    self.push(row, column, cell)?;
                }
                return Ok(());
            }
            RK => self.number(format, u32_at(data, 6).and_then(rk)),
            NUMBER => self.number(format, u64_at(data, 6).and_then(plain_double)),
            LABEL_SST => {
                let index = u32_at(data, 6).and_then(|index| usize::try_from(index).ok());
                index.and_then(|index| self.book.strings.get(index)).map(|text| SheetCell::from_text(text))
            }
            LABEL | RSTRING => {
                let text = record.u16(6).and_then(|length| record.text_at(8, length.into()));
                text.map(|text| SheetCell::from_text(&text))
            }
            BOOL_ERR => match (record.u8(6), record.u8(7)) {
                (Some(value), Some(0)) => Some(truth(value)),
                (Some(value), Some(_)) => Some(error(value)),
                _ => None,
            },
            _ => match (u64_at(data, 6), record.u16(12)) {
                (Some(result), Some(0xffff)) => match (result as u8, (result >> 16) as u8) {
                    (0, _) => {
                        *text_of = Some((row, column));
                        return Ok(());
                    }
                    (1, value) => Some(truth(value)),
                    (2, value) => Some(error(value)),
                    (3, _) => Some(SheetCell::Empty),
                    _ => None,
                },
                (Some(result), Some(_)) => self.number(format, plain_double(result)),
                _ => None,
            },
        };
        self.push(row, column, cell)
    }

    /// Returns the cell of a number, which is a moment if its format shows one.
    fn number(&self, format: u16, number: Option<String>) -> Option<SheetCell> {
        let number = number?;
        let moment = match self.book.shows_dates.get(usize::from(format)) {
            Some(true) => moment_of_serial(&number, self.book.counts_from_1904),
            _ => None,
        };
        Some(moment.map_or(SheetCell::Number(number), SheetCell::Moment))
    }

    fn push(&mut self, row: u16, column: u16, cell: Option<SheetCell>) -> Result<(), ReadError> {
        let cell = cell.ok_or_else(|| self.cell_damaged(row, column, "its content is missing or wrong"))?;
        if cell == SheetCell::Empty {
            return Ok(());
        }
        self.bytes += (size_of::<(u16, u16, SheetCell)>() + cell.text().len()) as u64;
        let limit = match () {
            () if usize::from(column) >= COLUMNS => ReadLimit::Columns(COLUMNS as u64),
            () if self.bytes > UNPACKED_BYTES => ReadLimit::UnpackedBytes(UNPACKED_BYTES),
            () => {
                self.cells.push((row, column, cell));
                return Ok(());
            }
        };
        Err(ReadError::TooLarge { place: self.row_place(row), limit })
    }

    /// Returns the cells in rows.
    fn into_rows(mut self) -> Result<Vec<Row>, ReadError> {
        let mut rows: Vec<Row> = Vec::new();
        let mut cells = std::mem::take(&mut self.cells);
        cells.sort_by_key(|(row, column, _)| (*row, *column));
        let mut bytes = 0;
        for (row, column, cell) in cells {
            let line = u64::from(row) + 1;
            if rows.last().is_none_or(|last| last.line != line) {
                rows.push(Row { line, cells: Vec::new() });
                bytes = 0;
            }
            let Some(last) = rows.last_mut() else { continue };
            if last.cells.len() > usize::from(column) {
                return Err(self.cell_damaged(row, column, "it stands twice"));
            }
            bytes += cell.text().len();
            if bytes > ROW_BYTES {
                return Err(ReadError::row_too_long(self.row_place(row)));
            }
            last.cells.resize(column.into(), SheetCell::Empty);
            last.cells.push(cell);
        }
        Ok(rows)
    }

    fn row_place(&self, row: u16) -> FilePlace {
        FilePlace::Row { sheet: self.sheet.to_owned(), row: u64::from(row) + 1 }
    }

    fn cell_damaged(&self, row: u16, column: u16, fault: &'static str) -> ReadError {
        ReadError::damaged(FilePlace::cell(self.sheet, column.into(), u64::from(row) + 1), fault)
    }
}

/// Returns the number of an RK value: 30 bits of a whole number or of a double, divided by 100 or not.
fn rk(bits: u32) -> Option<String> {
    let number = match bits & 2 {
        2 => (bits.cast_signed() >> 2).to_string(),
        _ => plain_double(u64::from(bits & !3) << 32)?,
    };
    if bits & 1 == 1 { plain_number(&format!("{number}e-2")) } else { Some(number) }
}

fn truth(value: u8) -> SheetCell {
    SheetCell::Text(if value == 0 { "FALSE" } else { "TRUE" }.to_owned())
}

fn error(code: u8) -> SheetCell {
    let text = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    SheetCell::Text(text.to_owned())
}
