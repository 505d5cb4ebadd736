//! The process: arguments, environment, clock, folders, terminal and exit status.

#![allow(clippy::disallowed_methods, reason = "the clock and the environment are read here and handed in")]

use jandon::cli::failure::{Failure, quoted};
use jandon::cli::output::{self, Destination, Messages};
use jandon::cli::session::{Session, World};
use jandon::cli::{self, ColorWord, Globals, Verb, Words};
use jandon::period::Moment;
use jandon::view::worth::Drawing;
use jandon::view::{self, Format};
use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    bear_limits();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let words = match cli::parse(arguments.iter().cloned()) {
        Ok(words) => words,
        Err(error) => return said_by_grammar(&error, &arguments),
    };
    let messages = messages(&words.globals);
    match answer(&words, &messages) {
        Ok(status) => ExitCode::from(status),
        // The ending of an output file picks the form of the answer, not of what stands on stderr.
        Err(failure) => fail(&failure, wants_json(&words.globals), &messages),
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

/// Runs a command and writes its answer and its messages.
fn answer(words: &Words, messages: &Messages) -> Result<u8, Failure> {
    cli::check_options(words)?;
    let session = Session::new(world(&words.globals)?, &words.globals)?;
    let protected = || cli::protected(&words.verb, &session);
    output::refuse_protected(&words.globals, protected)?;
    let format = output::format(&words.globals, &words.verb)?;
    let destination = Destination::open(&words.globals, protected)?;
    let mut outcome = cli::run(&words.verb, &session).inspect_err(|failure| {
        // The file of a platform that is missed may be one that was left out.
        let is_missed = match failure {
            Failure::UnknownPlatform { .. } | Failure::PlatformGone { .. } => true,
            Failure::Name { .. } => matches!(words.verb, Verb::Fees(_)),
            _ => false,
        };
        if is_missed && format != Format::Json {
            messages.notes(&session.catalog_warnings());
        }
    })?;
    let width = if words.globals.output.is_some() { None } else { width() };
    let form = outcome.form(format, width, words.globals.csv_safe);
    let written = match outcome.stream.take() {
        Some(stream) => destination.stream(stream, &form),
        None => destination.write(&view::render(outcome.answer.as_ref(), &form)),
    };
    let written = written.map_err(|cause| match session.done() {
        Some(done) => Failure::NotShown { done, cause: Box::new(cause) },
        None => cause,
    });
    messages.notes(&outcome.notes);
    messages.notes(&written?);
    outcome.refusal.map_or(Ok(outcome.status), Err)
}

/// Is stderr to be JSON?
fn wants_json(globals: &Globals) -> bool {
    globals.json || globals.format == Some(cli::FormatWord::Json)
}

/// How messages are written to stderr.
fn messages(globals: &Globals) -> Messages {
    let width = width().filter(|_| std::io::stderr().is_terminal());
    let ledger = globals.ledger.as_ref().map(|path| quoted(&path.display().to_string()));
    Messages { quiet: globals.quiet, color: color(globals.color), width, ledger }
}

fn world(globals: &Globals) -> Result<World, Failure> {
    let path = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folders = directories::ProjectDirs::from("", "", "jandon");
    let locale = ["LC_ALL", "LC_MONETARY", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let region = locale.and_then(|l| Some(l.split(['.', '@']).next()?.split_once('_')?.1.to_string()));
    Ok(World {
        now: Moment::from(chrono::Local::now().naive_local()),
        data: folders.as_ref().map(|f| f.data_dir().to_path_buf()),
        config: folders.as_ref().map(|f| f.config_dir().to_path_buf()),
        region,
        ledger: path("JANDON_LEDGER"),
        catalog: path("JANDON_CATALOG"),
        today: text_variable("JANDON_TODAY")?,
        drawing: drawing(globals),
        progress: (!globals.quiet && stderr_moves()).then_some(output::show_progress),
        // Each hasher of the standard library is keyed by the system's randomness.
        random: std::collections::hash_map::RandomState::new().build_hasher().finish(),
    })
}

/// The text of a variable of the environment; none where it is not set or empty.
fn text_variable(name: &'static str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::NotText { name }),
    }
}

/// Is stderr a terminal that can write over a line?
fn stderr_moves() -> bool {
    std::io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb")
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

/// Is stderr coloured?
fn color(word: ColorWord) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    match word {
        ColorWord::Always => true,
        ColorWord::Never => false,
        ColorWord::Auto if set("NO_COLOR") => false,
        ColorWord::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") => {
            true
        }
        ColorWord::Auto => {
            let dumb = std::env::var("TERM").is_ok_and(|t| t == "dumb");
            std::io::stderr().is_terminal() && !dumb
        }
    }
}

fn fail(failure: &Failure, json: bool, messages: &Messages) -> ExitCode {
    if !matches!(failure, Failure::NobodyReads) {
        messages.failure(failure, json);
    }
    ExitCode::from(failure.status())
}

/// Help and version go to stdout; a mistake becomes a failure like any other.
fn said_by_grammar(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    let messages = Messages { quiet: false, color: color(ColorWord::Auto), width: None, ledger: None };
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            return match output::write_stdout(&error.to_string()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => fail(&failure, false, &messages),
            };
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            output::write_stderr(error.to_string().trim_end());
            return ExitCode::from(2);
        }
        _ => {}
    }
    let is = |a: &OsString, text: &str| a.to_str() == Some(text);
    let pair = |w: &[OsString]| is(&w[0], "--format") && is(&w[1], "json");
    let json =
        arguments.iter().any(|a| is(a, "--json") || is(a, "--format=json")) || arguments.windows(2).any(pair);
    let failure = cli::usage::failure(error, arguments);
    fail(&failure, json, &messages)
}
