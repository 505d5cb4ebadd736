//! The process: arguments, environment, clock, folders, terminal and exit status.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "this room is where the process meets the world"
)]

use jandon::cli::failure::Failure;
use jandon::cli::session::{Session, World};
use jandon::cli::{self, ColorWord, Globals, Note, Stream, Words};
use jandon::money::FigureError;
use jandon::period::Moment;
use jandon::view::worth::Drawing;
use jandon::view::{self, Format};
use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    bear_limits();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let words = match cli::parse(arguments.iter().cloned()) {
        Ok(words) => words,
        Err(error) => return said_by_grammar(&error, &arguments),
    };
    let format = format(&words.globals);
    match answer(&words, format) {
        Ok(status) => ExitCode::from(status),
        // The ending of an output file picks the form of the answer, not of what stands on stderr.
        Err(failure) => {
            fail(&failure, format == Format::Json && asked(&words.globals), colour(&words.globals))
        }
    }
}

/// Where a file may not grow any further the write says so, and the command can; the signal that comes
/// along would end the process before it said a word.
fn bear_limits() {
    #[cfg(unix)]
    {
        let met = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, met);
    }
}

/// Runs the verb, writes its answer and says its notes; fails where the answer comes with a refusal.
fn answer(words: &Words, format: Format) -> Result<u8, Failure> {
    let session = Session::new(world(&words.globals), &words.globals)?;
    let outcome = cli::run(&words.verb, &session).inspect_err(|failure| {
        // The file of a platform that is missed may be one that was left out.
        if matches!(failure, Failure::UnknownPlatform { .. } | Failure::PlatformGone { .. })
            && format != Format::Json
        {
            say(&session.catalog_warnings(), &words.globals);
        }
    })?;
    let output = words.globals.output.as_deref();
    if let Some(stream) = outcome.stream {
        say(&write_stream(stream, output)?, &words.globals);
    } else {
        let width = if output.is_some() { None } else { width() };
        let text = view::render(outcome.answer.as_ref(), format, width);
        match output {
            Some(path) => write_file(path, &text)?,
            None => write_stdout(&text)?,
        }
    }
    say(&outcome.notes, &words.globals);
    outcome.refusal.map_or(Ok(outcome.status), Err)
}

/// Says notes on stderr, unless quiet was asked for.
fn say(notes: &[Note], globals: &Globals) {
    let colour = colour(globals);
    for note in notes.iter().filter(|_| !globals.quiet) {
        match note {
            Note::Done(text) => eprintln!("{}", fitted(text)),
            Note::Warning(text) => eprintln!("{}", led("warning:", text, "33", colour)),
        }
    }
}

/// A sentence with a word in front that may be coloured.
fn led(word: &str, text: &str, code: &str, colour: bool) -> String {
    let line = fitted(&format!("{word} {text}"));
    line.replacen(word, &painted(word, code, colour), 1)
}

/// A sentence for stderr, broken between words where a terminal shows it.
fn fitted(text: &str) -> String {
    match width().filter(|_| std::io::stderr().is_terminal()) {
        Some(width) => view::page::wrapped(text, width),
        None => text.to_string(),
    }
}

/// The form of the answer: as asked, else by the ending of the output file, else for people.
fn format(globals: &Globals) -> Format {
    if globals.json {
        return Format::Json;
    }
    if let Some(word) = globals.format {
        return word.into();
    }
    let ending = globals.output.as_deref().and_then(Path::extension).and_then(|e| e.to_str());
    match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Table,
    }
}

/// Was the form of the answer asked for?
fn asked(globals: &Globals) -> bool {
    globals.json || globals.format.is_some()
}

fn world(globals: &Globals) -> World {
    let path = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folders = directories::ProjectDirs::from("", "", "jandon");
    let locale = ["LC_ALL", "LC_MONETARY", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let region = locale.and_then(|l| Some(l.split(['.', '@']).next()?.split_once('_')?.1.to_string()));
    World {
        now: Moment::from(chrono::Local::now().naive_local()),
        data: folders.as_ref().map(|f| f.data_dir().to_path_buf()),
        config: folders.as_ref().map(|f| f.config_dir().to_path_buf()),
        region,
        ledger: path("JANDON_LEDGER"),
        catalog: path("JANDON_CATALOG"),
        today: std::env::var("JANDON_TODAY").ok().filter(|v| !v.is_empty()),
        drawing: drawing(globals),
        progress: (!globals.quiet && stderr_moves()).then_some(show_progress),
        // Each hasher of the standard library is keyed by the system's randomness.
        random: std::collections::hash_map::RandomState::new().build_hasher().finish(),
    }
}

/// Is stderr a terminal that can write over a line?
fn stderr_moves() -> bool {
    std::io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb")
}

/// Shows how far a long command is, on the line that showed it before; an empty text clears it.
fn show_progress(text: &str) {
    let _ = write!(std::io::stderr(), "\r\u{1b}[K{text}");
}

/// Columns of the terminal, or `COLUMNS`; none where nobody looks at columns.
fn width() -> Option<usize> {
    let given = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    let given = given.filter(|columns| (20..=1000).contains(columns));
    given.or_else(|| {
        let stdout = std::io::stdout();
        let size = if stdout.is_terminal() { terminal_size::terminal_size_of(stdout) } else { None };
        size.map(|(width, _)| usize::from(width.0)).filter(|w| *w >= 20)
    })
}

/// A chart is drawn only where somebody looks, and in ASCII where nothing else can be shown.
fn drawing(globals: &Globals) -> Drawing {
    if globals.output.is_some() || !std::io::stdout().is_terminal() {
        return Drawing::Figures;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let utf8 = locale.is_some_and(|l| l.to_lowercase().replace('-', "").contains("utf8"));
    Drawing::Bars(if utf8 { '█' } else { '#' }, width().unwrap_or(80))
}

/// Is what stands on stderr to be coloured?
fn colour(globals: &Globals) -> bool {
    match globals.color {
        ColorWord::Always => true,
        ColorWord::Never => false,
        ColorWord::Auto => {
            let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
            let dumb = std::env::var("TERM").is_ok_and(|t| t == "dumb");
            std::io::stderr().is_terminal() && !set("NO_COLOR") && !dumb
        }
    }
}

fn painted(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
}

fn fail(failure: &Failure, json: bool, colour: bool) -> ExitCode {
    if matches!(failure, Failure::NobodyReads) {
        return ExitCode::SUCCESS;
    }
    if json {
        eprintln!("{}", failure.json());
    } else {
        let (message, hint) = failure.words();
        eprintln!("{}", led("error:", &message, "31", colour));
        if !hint.is_empty() {
            eprintln!("{}", led("hint:", &hint, "36", colour));
        }
    }
    ExitCode::from(failure.status())
}

/// Help and version go to stdout; a mistake becomes a failure like any other.
fn said_by_grammar(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let _ = write!(std::io::stdout(), "{error}");
            return ExitCode::SUCCESS;
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{error}");
            return ExitCode::from(2);
        }
        _ => {}
    }
    // What looks like an option to the grammar may be an amount with a sign.
    let signed = |a: &&str| {
        a.strip_prefix('-')
            .is_some_and(|a| a.starts_with(|c: char| c.is_ascii_digit() || "₩$€£¥".contains(c)))
    };
    let amount = arguments.iter().filter_map(|a| a.to_str()).find(signed);
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_string();
    let mut hint = "see what it takes: jandon --help".to_string();
    for line in lines {
        if let Some(tip) = line.strip_prefix("tip: ") {
            hint = tip.to_string();
            break;
        }
        if line.starts_with("Usage:") {
            hint = line.replacen("Usage:", "usage:", 1);
            break;
        }
        if message.ends_with(':') || line.starts_with('<') || line.starts_with('[') {
            message = format!("{message} {line}");
        }
    }
    let is = |a: &OsString, text: &str| a.to_str() == Some(text);
    let pair = |w: &[OsString]| is(&w[0], "--format") && is(&w[1], "json");
    let json =
        arguments.iter().any(|a| is(a, "--json") || is(a, "--format=json")) || arguments.windows(2).any(pair);
    let failure = match amount {
        Some(amount) if error.kind() == clap::error::ErrorKind::UnknownArgument => {
            Failure::Amount(FigureError::Signed(amount.to_string()))
        }
        _ => Failure::Usage { message, hint },
    };
    fail(&failure, json, std::io::stderr().is_terminal())
}

/// Writes the answer at once; a reader that has gone away is no failure of ours.
fn write_stdout(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Err(Failure::NobodyReads),
        Err(error) => Err(Failure::File { path: PathBuf::from("standard output"), error }),
    }
}

/// Writes the answer to a file, which appears whole or not at all.
fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    if path == Path::new("-") {
        return write_stdout(text);
    }
    let fail = |error| Failure::File { path: path.to_path_buf(), error };
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    if let Some(folder) = folder {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(Failure::File { path: folder.to_path_buf(), error });
    }
    let is_plain = std::fs::metadata(path).map_or(true, |meta| meta.is_file());
    if !is_plain {
        return std::fs::write(path, text).map_err(fail);
    }
    let draft = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = private_file(&draft)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&draft, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&draft);
        fail(error)
    })
}

/// Writes a long text part by part to stdout, or to a file, which appears whole or not at all.
fn write_stream(stream: Stream, output: Option<&Path>) -> Result<Vec<Note>, Failure> {
    let file = output.filter(|path| *path != Path::new("-"));
    let Some(path) = file else {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let fail = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => Failure::File { path: PathBuf::from("standard output"), error: e },
        };
        let notes = (stream.write)(&mut |text| out.write_all(text.as_bytes()).map_err(fail))?;
        return out.flush().map_err(fail).map(|()| notes);
    };
    let fail = |error| Failure::File { path: path.to_path_buf(), error };
    let meta = std::fs::metadata(path);
    if meta.is_ok() && !stream.replace {
        return Err(Failure::FileExists { path: path.to_path_buf() });
    }
    let is_plain = meta.map_or(true, |meta| meta.is_file());
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let draft = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    // A pipe or a device cannot appear whole; it takes the text as it comes.
    let target = if is_plain { draft.as_path() } else { path };
    let written = || -> Result<Vec<Note>, Failure> {
        let file = if is_plain { private_file(target) } else { std::fs::File::create(target) };
        let mut out = std::io::BufWriter::new(file.map_err(fail)?);
        let notes = (stream.write)(&mut |text| out.write_all(text.as_bytes()).map_err(fail))?;
        let file = out.into_inner().map_err(|e| fail(e.into_error()))?;
        if is_plain {
            file.sync_all().and_then(|()| std::fs::rename(&draft, path)).map_err(fail)?;
        }
        Ok(notes)
    };
    let result = written();
    if result.is_err() && is_plain {
        let _ = std::fs::remove_file(&draft);
    }
    result
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
