//! `import`: what a file tells, as one change.

use super::failure::Failure;
use super::session::Session;
use super::{Note, Outcome};
use crate::import::{self, LINE_MAX, Line, Wrong};
use crate::store::CarryError;
use crate::view::carried::Imported;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// Add what a file tells, all of it or nothing; what is known is not added twice
#[derive(Debug, clap::Args)]
pub struct Words {
    /// A file that export wrote, or lines of that form; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Show what would be added, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What stops an import, before the name of the file is added.
enum Stopped {
    Failure(Failure),
    Line(CarryError),
}

impl From<crate::store::StoreError> for Stopped {
    fn from(error: crate::store::StoreError) -> Stopped {
        Stopped::Failure(error.into())
    }
}

impl From<CarryError> for Stopped {
    fn from(error: CarryError) -> Stopped {
        Stopped::Line(error)
    }
}

/// Imports one file.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let name = words.file.display().to_string();
    let source: Box<dyn Read + Send> = if words.file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let fail = |error| Failure::File { path: words.file.clone(), error };
        Box::new(std::fs::File::open(&words.file).map_err(fail)?)
    };
    let lines = read_ahead(Lines {
        source: std::io::BufReader::with_capacity(1 << 16, source),
        path: words.file.clone(),
        number: 0,
    });
    let store = session.store_for_import()?;
    let unit_of = |code: &str| session.catalog().unit(code).filter(|unit| *unit.code == *code);
    let id = session.new_id(session.now);
    let carried = store.carry(id, session.now, lines, &unit_of).map_err(|stopped| match stopped {
        Stopped::Failure(failure) => failure,
        Stopped::Line(error) => Failure::Line { file: name.clone(), error },
    })?;
    let mut notes = vec![Note::Done(format!(
        "{} {name}: {} read, {} new, {} known, 0 skipped, 0 bad",
        if words.dry_run { "would have imported" } else { "imported" },
        carried.read,
        carried.new,
        carried.known
    ))];
    let mut change = carried.change;
    if words.dry_run {
        change = None;
        notes.push(Note::Done("nothing was written (dry run)".into()));
    } else if change.is_some() {
        store.keep()?;
        notes.push(Note::Done("to take it back: jandon undo".into()));
    }
    Ok(Outcome::of(Imported::new(change, carried.read, carried.new, carried.known)).with(notes))
}

/// So many lines are handed on at once.
const LINES_AT_ONCE: usize = 128;
/// So many times that, before the reader waits.
const AHEAD: usize = 8;

/// Reads lines beside the one who takes them. Nobody waits for the reader once that one is done.
fn read_ahead(mut lines: Lines) -> impl Iterator<Item = Result<(u64, Line), Stopped>> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(AHEAD);
    std::thread::spawn(move || {
        loop {
            let batch: Vec<_> = lines.by_ref().take(LINES_AT_ONCE).collect();
            let is_last = batch.len() < LINES_AT_ONCE || batch.iter().any(Result::is_err);
            if sender.send(batch).is_err() || is_last {
                return;
            }
        }
    });
    receiver.into_iter().flatten()
}

/// The lines of a file, one after the other, with their numbers.
struct Lines {
    source: std::io::BufReader<Box<dyn Read + Send>>,
    path: PathBuf,
    number: u64,
}

impl Lines {
    /// The bytes of the next line without its end, or none after the last.
    fn bytes(&mut self) -> Result<Option<Vec<u8>>, Stopped> {
        let mut bytes = Vec::new();
        let read = (&mut self.source).take(LINE_MAX + 1).read_until(b'\n', &mut bytes);
        let fail = |error| Stopped::Failure(Failure::File { path: self.path.clone(), error });
        if read.map_err(fail)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if bytes.len() as u64 > LINE_MAX {
            return Err(self.wrong(Wrong::TooLong));
        }
        Ok(Some(bytes))
    }

    fn wrong(&self, what: Wrong) -> Stopped {
        Stopped::Line(CarryError::Line { line: self.number, what })
    }

    fn step(&mut self) -> Result<Option<(u64, Line)>, Stopped> {
        if self.number == 0 {
            let first = self.bytes()?.unwrap_or_default();
            self.number = 1;
            import::header(&first).map_err(|what| self.wrong(what))?;
        }
        while let Some(bytes) = self.bytes()? {
            if let Some(line) = import::line(&bytes).map_err(|what| self.wrong(what))? {
                return Ok(Some((self.number, line)));
            }
        }
        Ok(None)
    }
}

impl Iterator for Lines {
    type Item = Result<(u64, Line), Stopped>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
