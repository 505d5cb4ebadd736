//! Where the answer of a command and its messages go: standard output or a file, and standard error.
//!
//! Nothing else in the program writes to them. A standard error that cannot be written is ignored:
//! what a command did does not depend on whether anybody reads its messages.

use super::error::CommandError;
use super::{Command, Format, GlobalArgs, Note, OutputFormat, Stream};
use crate::messages::error::{Diagnostic, UsageError};
use crate::messages::{Language, Notice};
use crate::output_file::{Existing, OutputFile, Protected};
use crate::view::Form;
use crate::{text, view};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Standard error, and how its lines look.
#[derive(Clone, Debug)]
pub struct Messages {
    /// Nothing but errors is written.
    pub quiet: bool,
    /// The first word of a line is coloured.
    pub color: bool,
    /// Lines are broken between words to fit this many columns.
    pub width: Option<usize>,
    /// The language of what people read.
    pub language: Language,
    /// The ledger of `--ledger`, as a shell takes it: commands in messages name it, too.
    pub ledger: Option<String>,
}

impl Messages {
    /// Writes notes, unless they are not wanted.
    pub fn notes(&self, notes: &[Note]) {
        for note in notes.iter().filter(|_| !self.quiet) {
            let text = self.with_ledger(&self.language.say(note));
            match note {
                Note::Done(_) => self.line("", &text, ""),
                Note::Warning(_) => self.line(warning_label(self.language), &text, "33"),
            }
        }
    }

    /// Writes what went wrong, as one JSON document or as a sentence with its hint.
    pub fn failure(&self, failure: &CommandError, json: bool) {
        if json {
            return write_stderr(&failure.json(|hint| self.with_ledger(hint)));
        }
        let Diagnostic { message, hint } = failure.diagnostic(self.language);
        let (error_label, hint_label) = match self.language {
            Language::English => ("error: ", "hint: "),
            Language::Korean => ("오류: ", "도움말: "),
        };
        // A list of rows or faults has a line for each.
        for (number, line) in message.lines().enumerate() {
            self.line(
                if number == 0 { error_label } else { "  " },
                line,
                if number == 0 { "31" } else { "" },
            );
        }
        if !hint.is_empty() {
            self.line(hint_label, &self.with_ledger(&hint), "36");
        }
    }

    /// Returns a text whose commands name the ledger that this one named: pasted back without it, they
    /// would run on another.
    fn with_ledger(&self, text: &str) -> String {
        let Some(ledger) = self.ledger.as_ref().filter(|_| !text.contains("--ledger")) else {
            return text.into();
        };
        let mut parts = text.split("jandon ");
        let mut out = parts.next().unwrap_or_default().to_string();
        for rest in parts {
            let command: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            out.push_str("jandon ");
            if super::is_command(&command) {
                out.push_str(&format!("--ledger {ledger} "));
            }
            out.push_str(rest);
        }
        out
    }

    fn line(&self, label: &str, text: &str, color: &str) {
        let line = format!("{label}{}", text::escape_controls(text));
        let line = self.width.map_or(line.clone(), |width| view::page::wrapped(&line, width));
        let Some((word, rest)) = line.split_at_checked(label.trim_end().len()) else { return };
        match self.color && !word.is_empty() {
            true => write_stderr(&format!("\u{1b}[{color}m{word}\u{1b}[0m{rest}")),
            false => write_stderr(&line),
        }
    }
}

/// Returns what stands before a warning.
pub fn warning_label(language: Language) -> &'static str {
    match language {
        Language::English => "warning: ",
        Language::Korean => "주의: ",
    }
}

/// Writes a line to standard error.
pub fn write_stderr(line: &str) {
    let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Shows how far a long command is, on the line that showed it before; an empty text clears it.
pub fn show_progress(text: &str) {
    let _ = write!(io::stderr(), "\r\u{1b}[K{text}");
}

/// Where an answer is written to.
#[derive(Debug)]
pub enum OutputTarget {
    /// Standard output.
    Stdout,
    /// The file of `-o`, by the name that the user gave.
    File(PathBuf, OutputFile),
}

impl OutputTarget {
    /// Opens the file of `-o`, so that one that cannot be written stops the command before it
    /// changes anything.
    pub fn open(
        globals: &GlobalArgs,
        protected: impl FnOnce() -> Protected,
    ) -> Result<OutputTarget, CommandError> {
        let Some(path) = output_path(globals) else { return Ok(OutputTarget::Stdout) };
        let existing = if globals.force { Existing::Replace } else { Existing::Refuse };
        let file = OutputFile::create(path, existing, &protected()).map_err(CommandError::Output)?;
        Ok(OutputTarget::File(path.to_path_buf(), file))
    }

    /// Writes an answer, all of it or nothing; returns what is to be said about it.
    pub fn write(self, text: &str) -> Result<Vec<Note>, CommandError> {
        self.write_parts(|put| put(text).map(|()| Vec::new()))
    }

    /// Writes a long answer part by part.
    pub fn stream(self, stream: Stream, form: &Form) -> Result<Vec<Note>, CommandError> {
        self.write_parts(|put| (stream.write)(form, put))
    }

    fn write_parts(
        self,
        write: impl FnOnce(&mut dyn FnMut(&str) -> Result<(), CommandError>) -> Result<Vec<Note>, CommandError>,
    ) -> Result<Vec<Note>, CommandError> {
        match self {
            OutputTarget::Stdout => {
                let mut out = io::BufWriter::new(io::stdout().lock());
                let notes = write(&mut |text| out.write_all(text.as_bytes()).map_err(stdout_failure))?;
                out.flush().map_err(stdout_failure)?;
                Ok(notes)
            }
            OutputTarget::File(path, mut file) => {
                let failure =
                    |error| CommandError::Output(crate::output_file::OutputError::Io(path.clone(), error));
                let mut notes = write(&mut |text| file.write_all(text.as_bytes()).map_err(failure))?;
                file.commit().map_err(CommandError::Output)?;
                notes.push(Note::Done(Notice::Wrote { path }));
                Ok(notes)
            }
        }
    }
}

/// Writes help or the version to standard output.
pub fn write_stdout(text: &str) -> Result<(), CommandError> {
    OutputTarget::Stdout.write(text).map(|_| ())
}

/// A reader that stopped reading, as `head` does, is no error of the command.
fn stdout_failure(error: io::Error) -> CommandError {
    match error.kind() {
        io::ErrorKind::BrokenPipe => CommandError::BrokenPipe,
        _ => CommandError::File { path: PathBuf::from("standard output"), error },
    }
}

/// Refuses a file of `-o` that the command reads or keeps its records in.
pub fn refuse_protected(
    globals: &GlobalArgs,
    protected: impl FnOnce() -> Protected,
) -> Result<(), CommandError> {
    output_path(globals).map_or(Ok(()), |path| protected().check(path).map_err(CommandError::Output))
}

/// Returns the file of `-o`; `-` is standard output.
fn output_path(globals: &GlobalArgs) -> Option<&Path> {
    globals.output.as_deref().filter(|path| *path != Path::new("-"))
}

/// The ending of a file, and the form that it asks for: one of an answer, or a word of `export --to`.
struct FileEnding {
    ending: &'static str,
    format: Option<Format>,
    export: Option<&'static str>,
}

const ENDINGS: [FileEnding; 9] = [
    FileEnding { ending: "json", format: Some(Format::Json), export: Some("json") },
    FileEnding { ending: "csv", format: Some(Format::Csv), export: Some("csv") },
    FileEnding { ending: "txt", format: Some(Format::Table), export: None },
    FileEnding { ending: "html", format: Some(Format::Html), export: None },
    FileEnding { ending: "ics", format: Some(Format::Ics), export: None },
    FileEnding { ending: "jsonl", format: None, export: Some("json") },
    FileEnding { ending: "journal", format: None, export: Some("hledger") },
    FileEnding { ending: "hledger", format: None, export: Some("hledger") },
    FileEnding { ending: "beancount", format: None, export: Some("beancount") },
];

/// Returns whether a command's answer has a form.
fn has_form(command: &Command, format: Format) -> bool {
    match format {
        Format::Html => matches!(command, Command::Report(_)),
        Format::Ics => matches!(command, Command::Calendar(_)),
        Format::Table | Format::Json | Format::Csv => true,
    }
}

/// Returns the form of the answer: as asked, else by the ending of the file of `-o`, else for people, or
/// for calendars what `calendar` answers. Fails for an ending that is no form of the command's answer.
pub fn format(globals: &GlobalArgs, command: &Command) -> Result<Format, CommandError> {
    if globals.json {
        return Ok(Format::Json);
    }
    if let Some(word) = globals.format {
        let format = word.into();
        return if has_form(command, format) { Ok(format) } else { Err(UsageError::NoWebPage.into()) };
    }
    let otherwise = if has_form(command, Format::Ics) { Format::Ics } else { Format::Table };
    let Some(ending) = file_ending(globals) else { return Ok(otherwise) };
    let export = match command {
        Command::Export(args) if args.has_form() => return Ok(Format::Table),
        Command::Export(_) => true,
        _ => false,
    };
    let fits = |known: &&FileEnding| match export {
        true => known.export.is_some(),
        false => known.format.is_some_and(|format| has_form(command, format)),
    };
    let known = ENDINGS.iter().filter(fits).find(|known| known.ending == ending);
    match known {
        Some(known) => Ok(known.format.unwrap_or(Format::Table)),
        None => {
            let allowed = ENDINGS.iter().filter(fits).map(|known| known.ending).collect();
            Err(CommandError::UnknownEnding { ending, allowed })
        }
    }
}

/// Returns whether a web page is asked for.
pub fn wants_web_page(globals: &GlobalArgs) -> bool {
    match globals.format {
        Some(word) => word == OutputFormat::Html,
        None => !globals.json && file_ending(globals).is_some_and(|ending| ending == "html"),
    }
}

/// Returns the form of an exported file that --format or the ending of `-o` asks for.
pub fn export_form(globals: &GlobalArgs) -> Option<&'static str> {
    match globals.format {
        _ if globals.json => return Some("json"),
        Some(OutputFormat::Json) => return Some("json"),
        Some(OutputFormat::Csv) => return Some("csv"),
        Some(OutputFormat::Table | OutputFormat::Html) | None => {}
    }
    let ending = file_ending(globals)?;
    ENDINGS.iter().find(|known| known.ending == ending)?.export
}

/// Returns the ending of the file of `-o` in small letters.
fn file_ending(globals: &GlobalArgs) -> Option<String> {
    Some(output_path(globals)?.extension()?.to_string_lossy().to_lowercase())
}
