//! The files of an import, opened and told apart by their content.

use super::lines;
use crate::cli::error::CommandError;
use crate::messages::error::StatementError;
use crate::statement::read::{
    Container, Encoding, FILE_BYTES, FilePlace, ReadError, ReadLimit, Row, Workbook, decode, decode_head,
    detect, html_tables,
};
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// The bytes by which a file is told.
const HEAD: u64 = 64 << 10;

/// A file of an import.
pub struct InputFile {
    /// What messages call it.
    pub name: String,
    /// What it holds.
    pub content: FileContent,
}

/// What a file holds.
pub enum FileContent {
    /// Lines of our own.
    Lines(lines::File),
    /// A delimited text, or messages.
    Text(TextSource),
    /// A workbook.
    Workbook(Box<Workbook>),
    /// The tables of a page.
    Html(Vec<Vec<Row>>),
    /// OFX.
    Ofx(Vec<u8>),
    /// QIF.
    Qif(Vec<u8>),
}

/// A text that can be read more than once.
pub struct TextSource {
    /// The file, unless all of it is in memory.
    path: Option<PathBuf>,
    /// Its beginning, or all of it.
    pub head: Vec<u8>,
}

impl TextSource {
    /// Returns whether all of it is in memory.
    pub fn is_whole(&self) -> bool {
        self.path.is_none()
    }

    /// Returns the text from its beginning.
    pub fn open(&self) -> Result<Box<dyn Read + '_>, ReadError> {
        Ok(match &self.path {
            Some(path) => Box::new(File::open(path)?),
            None => Box::new(Cursor::new(&self.head)),
        })
    }

    /// Returns all bytes, up to a limit.
    pub fn bytes(&self, most: u64) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        self.open()?.take(most + 1).read_to_end(&mut bytes)?;
        within(bytes, most)
    }
}

fn within(bytes: Vec<u8>, most: u64) -> Result<Vec<u8>, ReadError> {
    if bytes.len() as u64 > most {
        return Err(ReadError::TooLarge { place: FilePlace::File, limit: ReadLimit::FileBytes(most) });
    }
    Ok(bytes)
}

/// Opens a file and looks at what it is. `password` is asked for where a workbook is locked.
pub fn open(
    path: &Path,
    password: &dyn Fn(&str) -> Result<Option<String>, CommandError>,
) -> Result<InputFile, CommandError> {
    let name = path.display().to_string();
    let fail = |error| CommandError::File { path: path.to_path_buf(), error };
    let unreadable =
        |error| CommandError::Statement { file: name.clone(), error: Box::new(StatementError::Read(error)) };
    let (mut source, length): (Box<dyn Read + Send>, Option<u64>) = if path == Path::new("-") {
        (Box::new(std::io::stdin()), None)
    } else {
        let file = File::open(path).map_err(fail)?;
        let meta = file.metadata().map_err(fail)?;
        (Box::new(file), meta.is_file().then_some(meta.len()))
    };
    let mut head = Vec::new();
    (&mut source).take(HEAD).read_to_end(&mut head).map_err(fail)?;
    let kind = detect(&head);
    let is_text = kind == Container::Text;
    // Lines without their header are none of a statement.
    if kind == Container::JsonLines || is_text && (head.is_empty() || head.starts_with(b"{\"")) {
        let source: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(source));
        let source = BufReader::with_capacity(1 << 16, source);
        let content = FileContent::Lines(lines::File { path: path.to_path_buf(), source, bytes: length });
        return Ok(InputFile { name, content });
    }
    // A file that can be read again need not be in memory.
    if is_text && length.is_some_and(|length| length > HEAD) {
        let source = TextSource { path: Some(path.to_path_buf()), head };
        return Ok(InputFile { name, content: FileContent::Text(source) });
    }
    source.take(FILE_BYTES + 1 - head.len() as u64).read_to_end(&mut head).map_err(fail)?;
    let bytes = within(head, FILE_BYTES).map_err(unreadable)?;
    let content = match kind {
        Container::Zip | Container::Compound { .. } => {
            let workbook = match Workbook::open(bytes.clone(), None) {
                Err(ReadError::Locked) => match password(&name)? {
                    Some(password) => Workbook::open(bytes, Some(&password)),
                    None => Err(ReadError::Locked),
                },
                opened => opened,
            };
            FileContent::Workbook(Box::new(workbook.map_err(unreadable)?))
        }
        Container::Html => {
            FileContent::Html(html_tables(&html_text(&bytes).map_err(unreadable)?).map_err(unreadable)?)
        }
        Container::Ofx => FileContent::Ofx(bytes),
        Container::Qif => FileContent::Qif(bytes),
        Container::JsonLines | Container::Text => FileContent::Text(TextSource { path: None, head: bytes }),
    };
    Ok(InputFile { name, content })
}

/// Returns the text of a page: in the encoding that it names, else in UTF-8 or that of Korean banks.
fn html_text(bytes: &[u8]) -> Result<String, ReadError> {
    let head: String = bytes.iter().take(2048).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    let named = head.split_once("charset=").map(|(_, rest)| {
        let rest = rest.trim_start_matches(['"', '\'', ' ']);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect::<String>()
    });
    let named = named.and_then(|label| Encoding::for_label(&label));
    let others = ["utf-8", "euc-kr"].into_iter().filter_map(Encoding::for_label);
    let mut first = None;
    for encoding in named.into_iter().chain(others) {
        match decode(bytes, encoding) {
            Ok(text) => return Ok(text),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(ReadError::WrongPassword))
}

/// Returns the text of a small file in the first of some encodings that decodes it.
pub fn text_of(bytes: &[u8], encodings: &[Encoding]) -> Result<(String, Encoding), ReadError> {
    let mut first = None;
    for encoding in crate::statement::read::candidates(bytes, encodings) {
        match decode(bytes, encoding) {
            Ok(text) => return Ok((text, encoding)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    let failed = || decode_head(bytes, encodings.first().copied().unwrap_or(Encoding::UTF_8)).err();
    Err(first.or_else(failed).unwrap_or(ReadError::Io(std::io::ErrorKind::InvalidData)))
}
