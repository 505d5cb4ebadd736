//! Files of lines, read ahead on a thread of their own.

use super::super::error::CommandError;
use super::Stopped;
use crate::import::{self, LINE_MAX, Line, LineError};
use crate::money::to_grouped_string;
use crate::store::ImportError;
use std::io::{BufRead, Read};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

/// A file that is open, and how long it is where that is known.
pub struct File {
    pub path: PathBuf,
    pub source: std::io::BufReader<Box<dyn Read + Send>>,
    pub bytes: Option<u64>,
}

/// The lines of files, one after the other, with numbers that run on through all of them.
pub struct Lines {
    files: Vec<File>,
    /// Which file is read.
    at: usize,
    /// The number of the last line so far.
    number: u64,
    /// The header of the file is still to be read.
    begins: bool,
    /// The last line was read, or one that is wrong.
    ended: bool,
    bytes: u64,
}

impl Lines {
    pub fn new(files: Vec<File>) -> Lines {
        Lines { files, at: 0, number: 0, begins: true, ended: false, bytes: 0 }
    }

    /// The bytes of the next line of the file without its end, or none after the last.
    fn bytes(&mut self) -> Result<Option<Vec<u8>>, Stopped> {
        let Some(file) = self.files.get_mut(self.at) else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = (&mut file.source).take(LINE_MAX + 1).read_until(b'\n', &mut bytes);
        let fail = |error| Stopped::CommandError(CommandError::File { path: file.path.clone(), error });
        if read.map_err(fail)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.bytes += bytes.len() as u64;
        if bytes.len() as u64 > LINE_MAX {
            return Err(self.wrong(LineError::TooLong));
        }
        Ok(Some(bytes))
    }

    fn wrong(&self, what: LineError) -> Stopped {
        Stopped::Line(ImportError::Line { line: self.number, what })
    }

    fn step(&mut self) -> Result<Option<(u64, Line)>, Stopped> {
        if std::mem::take(&mut self.begins) {
            let first = self.bytes()?;
            // A file without a line has no header in its first one.
            self.number += u64::from(first.is_none());
            import::header(&first.unwrap_or_default()).map_err(|what| self.wrong(what))?;
        }
        while let Some(bytes) = self.bytes()? {
            if let Some(line) = import::line(&bytes).map_err(|what| self.wrong(what))? {
                return Ok(Some((self.number, line)));
            }
        }
        if self.at + 1 >= self.files.len() {
            return Ok(None);
        }
        (self.at, self.begins) = (self.at + 1, true);
        Ok(Some((self.number, Line::NextFile)))
    }

    /// The next lines, up to the first that is wrong; none after the last.
    fn batch(&mut self) -> Option<Batch> {
        let (mut batch, begin) = (Vec::new(), self.bytes);
        while !self.ended && batch.len() < LINES_AT_ONCE && self.bytes - begin < BYTES_AT_ONCE {
            let next = self.next();
            self.ended = !matches!(next, Some(Ok(_)));
            batch.extend(next);
        }
        (!batch.is_empty()).then_some((batch, self.bytes))
    }
}

impl Iterator for Lines {
    type Item = Taken;

    fn next(&mut self) -> Option<Taken> {
        self.step().transpose()
    }
}

/// A line with its number, or what is wrong with it.
type Taken = Result<(u64, Line), Stopped>;

/// The most lines of one batch.
const LINES_AT_ONCE: usize = 512;
/// The most bytes of one batch, as a line can be long.
const BYTES_AT_ONCE: u64 = 1 << 18;
/// The most batches that are read ahead.
const AHEAD: usize = 4;
/// The lines between two updates of the progress.
const LINES_A_SHOW: u64 = 1_000;

/// Some lines, and the number of bytes read up to the end of the last.
type Batch = (Vec<Taken>, u64);

/// Lines that a thread reads and parses ahead. The thread ends by itself once they are dropped.
pub struct ReadAhead {
    source: Source,
    batch: std::vec::IntoIter<Taken>,
    /// The number of the last line of each file that was taken whole, and of the last line taken.
    ends: Vec<u64>,
    number: u64,
    progress: Option<fn(&str)>,
    shown: u64,
    bytes_all: Option<u64>,
}

/// Where the next lines come from.
enum Source {
    /// A thread that reads ahead.
    Thread(Receiver<Batch>),
    /// The files themselves, where the system has no thread to spare.
    Files(Lines),
}

impl Source {
    fn of(lines: Lines) -> Source {
        let (sender, batches) = std::sync::mpsc::sync_channel(AHEAD);
        // A thread that does not start leaves the lines here.
        let lines = Arc::new(Mutex::new(Some(lines)));
        let take = |lines: &Mutex<Option<Lines>>| lines.lock().unwrap_or_else(PoisonError::into_inner).take();
        let for_thread = Arc::clone(&lines);
        let thread = std::thread::Builder::new().spawn(move || {
            let Some(mut lines) = take(&for_thread) else { return };
            while let Some(batch) = lines.batch() {
                if sender.send(batch).is_err() {
                    return;
                }
            }
        });
        match thread {
            Ok(_) => Source::Thread(batches),
            Err(_) => take(&lines).map_or(Source::Thread(batches), Source::Files),
        }
    }

    fn next(&mut self) -> Option<Batch> {
        match self {
            Source::Thread(batches) => batches.recv().ok(),
            Source::Files(lines) => lines.batch(),
        }
    }
}

impl ReadAhead {
    pub fn of(lines: Lines, progress: Option<fn(&str)>) -> ReadAhead {
        let bytes_all = lines.files.iter().map(|file| file.bytes).sum();
        let (batch, ends) = (Vec::new().into_iter(), Vec::new());
        ReadAhead { source: Source::of(lines), batch, ends, number: 0, progress, shown: 0, bytes_all }
    }

    /// Takes the next batch and updates the progress.
    fn go_on(&mut self) -> bool {
        let next = self.source.next();
        let is_time = self.number >= self.shown + LINES_A_SHOW || next.is_none() && self.shown > 0;
        if let Some(show) = self.progress.filter(|_| is_time) {
            self.shown = self.number;
            match &next {
                Some((_, bytes)) => show(&progress(self.number, *bytes, self.bytes_all)),
                None => show(&format!("recording {} lines", to_grouped_string(i128::from(self.number), 0))),
            }
        }
        next.map(|(batch, _)| self.batch = batch.into_iter()).is_some()
    }

    /// Returns the error of a line with its file and its number in that file.
    pub fn told(&self, error: ImportError, names: &[String]) -> CommandError {
        let place = |line: u64| {
            let at = self.ends.partition_point(|end| *end < line);
            let before = at.checked_sub(1).and_then(|at| self.ends.get(at)).copied().unwrap_or(0);
            (names.get(at).cloned().unwrap_or_default(), line - before)
        };
        let (file, error) = match error {
            ImportError::Line { line, what } => {
                let (file, line) = place(line);
                (file, ImportError::Line { line, what })
            }
            ImportError::Refused { line, error } => {
                let (file, line) = place(line);
                (file, ImportError::Refused { line, error })
            }
        };
        CommandError::Line { file, error: Box::new(error) }
    }

    /// Clears the progress line.
    pub fn show_no_progress(&self) {
        if let Some(show) = self.progress.filter(|_| self.shown > 0) {
            show("");
        }
    }
}

impl Iterator for ReadAhead {
    type Item = Taken;

    fn next(&mut self) -> Option<Taken> {
        let next = match self.batch.next() {
            None if self.go_on() => self.batch.next(),
            next => next,
        };
        if let Some(Ok((number, line))) = &next {
            self.number = *number;
            if matches!(line, Line::NextFile) {
                self.ends.push(*number);
            }
        }
        next
    }
}

/// Returns the progress: `read 12,000 lines, 34 %`, without the share where the length is unknown.
fn progress(lines: u64, bytes: u64, bytes_all: Option<u64>) -> String {
    let lines = to_grouped_string(i128::from(lines), 0);
    // A file that grows while it is read is never more than read.
    match bytes_all.filter(|all| *all > 0) {
        Some(all) => {
            let share = u128::from(bytes.min(all)) * 100 / u128::from(all);
            format!("read {lines} lines, {share} %")
        }
        None => format!("read {lines} lines"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_with_a_thread_and_without() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.jsonl");
        let mut text = String::from("{\"jandon\":1}\n");
        for number in 0..1_300 {
            text += &format!("{{\"void\":{{\"of\":\"{number}\",\"at\":\"2026-11-01\"}}}}\n");
        }
        let read = |source: fn(Lines) -> Source, text: &str| {
            std::fs::write(&path, text).expect("written");
            let file = || File {
                path: path.clone(),
                source: std::io::BufReader::new(Box::new(std::fs::File::open(&path).expect("a file"))),
                bytes: None,
            };
            let mut source = source(Lines::new(vec![file(), file()]));
            let mut lines = Vec::new();
            while let Some((batch, _)) = source.next() {
                lines.extend(batch.into_iter().map(|taken| match taken {
                    Ok((number, line)) => format!("{number} {line:?}"),
                    Err(_) => "wrong".to_string(),
                }));
            }
            lines
        };
        for text in [text.as_str(), "{\"jandon\":1}\n{}\n{}\n", ""] {
            assert_eq!(read(Source::of, text), read(Source::Files, text));
        }
        assert_eq!(read(Source::Files, &text).len(), 2_601);
        assert_eq!(read(Source::Files, "{\"jandon\":1}\n{}\n{}\n"), ["wrong"]);
    }

    #[test]
    fn says_how_far_the_reading_is() {
        assert_eq!(progress(12_000, 34, Some(99)), "read 12,000 lines, 34 %");
        assert_eq!(progress(1_000, 120, Some(100)), "read 1,000 lines, 100 %");
        assert_eq!(progress(1_000, 120, None), "read 1,000 lines");
        assert_eq!(progress(1_000, 120, Some(0)), "read 1,000 lines");
    }
}
