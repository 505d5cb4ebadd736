//! Parts of a workbook as XML events.

use super::zip::ArchivePart;
use super::{FilePlace, ROW_BYTES, ReadError};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::io::{self, BufReader};

/// Deepest nesting of elements.
const DEPTH: usize = 64;

/// An XML part, read event by event. Names are compared without their prefix, so that strict workbooks,
/// whose namespaces are others, read the same.
pub(super) struct Xml<'a> {
    name: String,
    reader: quick_xml::Reader<BufReader<ArchivePart<'a>>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: ArchivePart<'a>) -> Xml<'a> {
        let name = part.name.clone();
        let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
        reader.config_mut().expand_empty_elements = true;
        Xml { name, reader, buffer: Vec::new(), depth: 0 }
    }

    /// Returns the next event; [`Event::Eof`] once the whole part was read and its checksum verified. An empty
    /// element (`<v/>`) starts and ends like any other.
    pub(super) fn next(&mut self) -> Result<Event<'_>, ReadError> {
        self.buffer.clear();
        self.reader.get_mut().get_mut().budget = 2 * ROW_BYTES as u64;
        let place = || FilePlace::Part(self.name.clone());
        let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                ReadError::row_too_long(place())
            }
            quick_xml::Error::Io(_) => {
                ReadError::damaged(place(), "its data does not unpack to what it should")
            }
            _ => ReadError::damaged(place(), "it is not well-formed XML"),
        })?;
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            Event::Eof if self.depth > 0 => return Err(ReadError::damaged(place(), "it ends too early")),
            _ => {}
        }
        if self.depth > DEPTH {
            return Err(ReadError::damaged(place(), "its elements are nested too deep"));
        }
        Ok(event)
    }

    /// Returns the error that this part has a fault.
    pub(super) fn damaged(&self, fault: &'static str) -> ReadError {
        ReadError::damaged(FilePlace::Part(self.name.clone()), fault)
    }
}

/// Returns the value of an attribute by its name without prefix.
pub(super) fn attribute<'e>(element: &'e BytesStart<'_>, name: &str) -> Option<Cow<'e, str>> {
    let found = element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|found| found.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok()
}

/// Appends the text of a text event to `text`. Returns `None` for an entity that XML does not define.
pub(super) fn push_text(event: &Event<'_>, text: &mut String) -> Option<()> {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
            Some(character) => text.push(character),
            None => text.push_str(quick_xml::escape::resolve_xml_entity(reference)?),
        },
        _ => {}
    }
    Some(())
}
