//! Workbooks of Excel 2007 and later (Office Open XML, transitional and strict).

mod sheet;

use super::number::{is_builtin_date_format, is_date_format};
use super::xml::{Xml, attribute, push_text};
use super::zip::Archive;
use super::{FilePlace, ROW_BYTES, ReadError, Row};
use quick_xml::events::Event;
use sheet::SheetRows;
use std::collections::HashMap;

/// An opened workbook.
pub(super) struct Xlsx {
    archive: Archive,
    pub(super) sheets: Vec<String>,
    /// The part of each sheet.
    parts: Vec<String>,
    strings: Strings,
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
                None => Strings::default(),
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
                Event::Start(element) => match element.local_name().as_ref() {
                    "workbookPr" => {
                        let value = attribute(&element, "date1904");
                        book.counts_from_1904 = value.is_some_and(|value| value == "1" || value == "true");
                    }
                    "sheet" => {
                        let relation = attribute(&element, "id").and_then(|id| of_workbook.get(&*id));
                        let Some(relation) = relation else {
                            return Err(ReadError::damaged(
                                FilePlace::Part(workbook.to_owned()),
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

    pub(super) fn rows(
        &self,
        sheet: usize,
    ) -> Result<impl Iterator<Item = Result<Row, ReadError>>, ReadError> {
        let xml = open_part(&self.archive, &self.parts[sheet])?;
        Ok(SheetRows::new(self, &self.sheets[sheet], xml))
    }
}

fn open_part<'a>(archive: &'a Archive, name: &str) -> Result<Xml<'a>, ReadError> {
    match archive.part(name)? {
        Some(part) => Ok(Xml::new(part)),
        None => Err(ReadError::damaged(FilePlace::Part(name.to_owned()), "it is missing")),
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

/// The shared strings of a workbook, one after the other.
#[derive(Default)]
struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    fn push(&mut self, string: &str) {
        self.text.push_str(string);
        self.ends.push(self.text.len());
    }

    fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }
}

/// Returns the shared strings of a workbook.
fn strings(archive: &Archive, name: &str) -> Result<Strings, ReadError> {
    let mut xml = open_part(archive, name)?;
    let (mut strings, mut text) = (Strings::default(), TextReader::default());
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(element) if element.local_name().as_ref() == "si" => text.text.clear(),
            Event::End(element) if element.local_name().as_ref() == "si" => {
                strings.push(&unescape(&text.text))
            }
            Event::Eof => return Ok(strings),
            event => {
                if text.push(event).is_none() {
                    return Err(xml.damaged("it has an unknown entity"));
                }
                if text.text.len() > ROW_BYTES {
                    return Err(ReadError::row_too_long(FilePlace::Part(name.to_owned())));
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
        match xml.next()? {
            Event::Start(element) => {
                let id = || attribute(&element, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                match element.local_name().as_ref() {
                    "numFmt" => {
                        let code = attribute(&element, "formatCode").unwrap_or_default();
                        defined.insert(id(), is_date_format(&code));
                    }
                    "cellXfs" => is_in_cells = true,
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
