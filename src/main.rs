//! The process: arguments, environment, clock, folders, terminal and exit status.

#![allow(clippy::disallowed_methods, reason = "the clock and the environment are read here and handed in")]

use directories::ProjectDirs;
use jandon::cli::config::Config;
use jandon::cli::context::{Context, Env, Terminal};
use jandon::cli::error::{CommandError, quoted};
use jandon::cli::output::{self, Messages, OutputTarget};
use jandon::cli::{self, Cli, ColorChoice, Command, GlobalArgs, LanguageChoice};
use jandon::messages::Language;
use jandon::messages::error::ExpectedWord;
use jandon::period::LocalDateTime;
use jandon::view::chart::ChartStyle;
use jandon::view::page::Screen;
use jandon::view::{self, Format};
use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    ignore_sigxfsz();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli_args = match cli::parse(arguments.iter().cloned()) {
        Ok(cli_args) => cli_args,
        Err(error) => return usage_error(&error, &arguments),
    };
    let messages = messages(&cli_args.globals);
    match run(&cli_args, &messages) {
        Ok(status) => ExitCode::from(status),
        // The ending of an output file picks the form of the answer, not of what stands on stderr.
        Err(failure) => fail(&failure, cli_args.globals.wants_json(), &messages),
    }
}

/// Ignores the signal for a file at its size limit, so that the failed write is an error like any other.
fn ignore_sigxfsz() {
    #[cfg(unix)]
    {
        let met = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, met);
    }
}

/// Runs a command and writes its answer and its messages.
fn run(cli_args: &Cli, messages: &Messages) -> Result<u8, CommandError> {
    cli::check_options(cli_args)?;
    let context = Context::new(env(&cli_args.globals, messages.language)?, &cli_args.globals)?;
    let protected = || cli::protected(&cli_args.command, &context);
    output::refuse_protected(&cli_args.globals, protected)?;
    let format = output::format(&cli_args.globals, &cli_args.command)?;
    let destination = OutputTarget::open(&cli_args.globals, protected)?;
    let mut outcome = cli::run(&cli_args.command, &context).inspect_err(|failure| {
        // The file of a platform that is missed may be one that was left out.
        let is_missed = match failure {
            CommandError::UnknownPlatform { .. } | CommandError::PlatformGone { .. } => true,
            CommandError::Name { .. } => matches!(cli_args.command, Command::Fees(_)),
            _ => false,
        };
        if is_missed && format != Format::Json {
            messages.notes(&context.catalog_warnings());
        }
    })?;
    let screen = match cli_args.globals.output {
        Some(_) => Screen::default(),
        None => Screen { width: width(), color: color(cli_args.globals.color, &std::io::stdout()) },
    };
    let mut form = outcome.form(format, screen, context.language(), cli_args.globals.csv_safe);
    form.ledger = messages.ledger.clone();
    let written = match outcome.stream.take() {
        Some(stream) => destination.stream(stream, &form),
        None => destination.write(&view::render(outcome.answer.as_ref(), &form)),
    };
    let written = written.map_err(|cause| match context.done() {
        Some(done) => CommandError::NotShown { done, cause: Box::new(cause) },
        None => cause,
    });
    messages.notes(&outcome.notes);
    messages.notes(&written?);
    outcome.refusal.map_or(Ok(outcome.status), Err)
}

/// Returns how messages are written to stderr.
fn messages(globals: &GlobalArgs) -> Messages {
    let width = width().filter(|_| std::io::stderr().is_terminal());
    let ledger = globals.ledger.as_ref().map(|path| quoted(&path.display().to_string()));
    let color = color(globals.color, &std::io::stderr());
    Messages { quiet: globals.quiet, color, width, language: language(globals.lang), ledger }
}

fn env(globals: &GlobalArgs, language: Language) -> Result<Env, CommandError> {
    if let Some(code) = text_variable("JANDON_LANG")?
        && Language::of_code(&code).is_none()
    {
        let allowed = vec!["en", "ko"];
        return Err(CommandError::Word { expected: ExpectedWord::Language, typed: code, allowed });
    }
    let path = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let folders = folders();
    let locale = ["LC_ALL", "LC_MONETARY", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let region = locale.and_then(|l| Some(l.split(['.', '@']).next()?.split_once('_')?.1.to_string()));
    Ok(Env {
        now: LocalDateTime::from(chrono::Local::now().naive_local()),
        data: folders.as_ref().map(|f| f.data_dir().to_path_buf()),
        config: folders.as_ref().map(|f| f.config_dir().to_path_buf()),
        region,
        ledger: path("JANDON_LEDGER"),
        catalog: path("JANDON_CATALOG"),
        today: text_variable("JANDON_TODAY")?,
        language,
        drawing: drawing(globals),
        progress: (!globals.quiet && is_interactive()).then_some(output::show_progress),
        terminal: (std::io::stdin().is_terminal() && std::io::stderr().is_terminal()).then_some(Terminal {
            show: |text| output::write_stderr(text.trim_end()),
            ask,
            ask_unseen,
        }),
        // Each hasher of the standard library is keyed by the system's randomness.
        random: std::collections::hash_map::RandomState::new().build_hasher().finish(),
    })
}

/// Asks for a line; nothing where the input ends.
fn ask(question: &str) -> Option<String> {
    let _ = std::io::stderr().write_all(question.as_bytes());
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_string()),
    }
}

/// Asks for a line that is not shown while it is typed.
fn ask_unseen(question: &str) -> Option<String> {
    #[cfg(unix)]
    {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let input = std::io::stdin();
        let Ok(before) = tcgetattr(&input) else { return ask(question) };
        let mut unseen = before.clone();
        unseen.local_modes.remove(LocalModes::ECHO);
        let _ = tcsetattr(&input, OptionalActions::Flush, &unseen);
        let line = ask(question);
        let _ = tcsetattr(&input, OptionalActions::Flush, &before);
        output::write_stderr("");
        line
    }
    #[cfg(not(unix))]
    ask(question)
}

/// Returns the text of an environment variable, `None` where it is not set or empty.
fn text_variable(name: &'static str) -> Result<Option<String>, CommandError> {
    match std::env::var(name) {
        Ok(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(CommandError::NotText { name }),
    }
}

/// Returns whether stderr is a terminal that can overwrite a line.
fn is_interactive() -> bool {
    std::io::stderr().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb")
}

/// Returns the width of `COLUMNS` or of the terminal, `None` for a pipe.
fn width() -> Option<usize> {
    let variable = std::env::var("COLUMNS").ok().and_then(|c| c.parse::<usize>().ok());
    let variable = variable.filter(|columns| (20..=1000).contains(columns));
    variable.or_else(|| {
        let stdout = std::io::stdout();
        let size = if stdout.is_terminal() { terminal_size::terminal_size_of(stdout) } else { None };
        size.map(|(width, _)| usize::from(width.0)).filter(|w| *w >= 20)
    })
}

/// Returns how charts are drawn: with bars on a terminal, in ASCII where the locale is not UTF-8.
fn drawing(globals: &GlobalArgs) -> ChartStyle {
    if globals.output.is_some() || !std::io::stdout().is_terminal() {
        return ChartStyle::Figures;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let utf8 = locale.is_some_and(|l| l.to_lowercase().replace('-', "").contains("utf8"));
    ChartStyle::Bars(if utf8 { '█' } else { '#' }, width().unwrap_or(80))
}

/// Returns the language of what people read: that of `--lang`, `JANDON_LANG`, the settings or the locale.
fn language(choice: Option<LanguageChoice>) -> Language {
    let variable = |name: &&str| std::env::var(name).ok();
    let asked = || variable(&"JANDON_LANG").as_deref().and_then(Language::of_code);
    let settings = || Config::language_of(&folders()?.config_dir().join("config.toml"));
    let locale = || {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(variable);
        locale.filter_map(|locale| Language::of_locale(&locale)).next()
    };
    choice.map(Language::from).or_else(asked).or_else(settings).or_else(locale).unwrap_or_default()
}

/// Returns the user's folders for data and settings.
fn folders() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "jandon")
}

/// Returns whether a stream is coloured.
fn color(word: ColorChoice, stream: &impl IsTerminal) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    match word {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set("NO_COLOR") => false,
        ColorChoice::Auto
            if std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| !v.is_empty() && v != "0") =>
        {
            true
        }
        ColorChoice::Auto => {
            let dumb = std::env::var("TERM").is_ok_and(|t| t == "dumb");
            stream.is_terminal() && !dumb
        }
    }
}

fn fail(failure: &CommandError, json: bool, messages: &Messages) -> ExitCode {
    if !matches!(failure, CommandError::BrokenPipe) {
        messages.failure(failure, json);
    }
    ExitCode::from(failure.status())
}

/// Writes help and the version to stdout; other errors of the arguments are failures.
fn usage_error(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    let color = color(ColorChoice::Auto, &std::io::stderr());
    let language = language(cli::usage::language(arguments));
    let messages = Messages { quiet: false, color, width: None, language, ledger: None };
    match error.kind() {
        DisplayHelp | DisplayVersion => {
            let page = match error.kind() {
                DisplayHelp => cli::help::page(arguments, messages.language, width()),
                _ => None,
            };
            return match output::write_stdout(&page.unwrap_or_else(|| error.to_string())) {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => fail(&failure, false, &messages),
            };
        }
        DisplayHelpOnMissingArgumentOrSubcommand => {
            let page = cli::help::page(arguments, messages.language, width());
            output::write_stderr(page.unwrap_or_else(|| error.to_string()).trim_end());
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
