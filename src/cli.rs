//! The grammar of the command line, and the commands behind it: one command, one file.

mod account;
mod backup;
mod balance;
mod calendar;
mod channels;
mod chart;
mod check;
mod commit;
pub mod config;
pub mod context;
mod correction;
mod demo;
mod due;
mod earn;
mod edit;
pub mod error;
mod expire;
mod expiring;
mod export;
mod fees;
pub mod help;
mod history;
mod import;
mod log;
mod month_page;
pub mod output;
mod pay;
mod plan;
mod profiles;
mod rate;
mod record;
mod refund;
mod report;
mod restore;
mod send;
mod spend;
mod stale;
mod status;
mod text_file;
mod topup;
mod transfer;
mod undo;
mod unit;
pub mod usage;
mod value;
mod withdraw;

use crate::messages::error::UsageError;
use crate::messages::{Language, Message, Notice, Warning};
use crate::output_file::Protected;
use crate::period::{DateError, Day, Period, parse_date_input};
use crate::store::ledger_files;
use crate::view::page::Screen;
use crate::view::{self, Form, Format, Render};
use clap::{Args, Command as ClapCommand, FromArgMatches, Parser, Subcommand, ValueEnum};
use context::Context;
use error::CommandError;
use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;

/// Track small mobile-payment balances and see what a withdrawal pays out
#[derive(Debug, Parser)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
#[command(name = "jandon", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub globals: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

/// The most seconds that `--lock-timeout` takes.
pub const LOCK_TIMEOUT_MAX: u64 = 86_400;

/// The options that every command takes, before or after it.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// The ledger file [env: JANDON_LEDGER] [default: ledger.db in your data folder]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub ledger: Option<PathBuf>,
    /// A folder of your own platform files [env: JANDON_CATALOG] [default: platforms in your config folder]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub catalog: Option<PathBuf>,
    /// The output format
    #[arg(long, global = true, value_name = "FORM", help_heading = "Global options")]
    pub format: Option<OutputFormat>,
    /// Prefix ' to CSV cells that a spreadsheet would run as a formula
    #[arg(long, global = true, help_heading = "Global options")]
    pub csv_safe: bool,
    /// Same as --format json
    #[arg(long, global = true, conflicts_with = "format", help_heading = "Global options")]
    pub json: bool,
    /// Write the answer to a file; its extension picks the format
    #[arg(short, long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, global = true, help_heading = "Global options")]
    pub force: bool,
    /// Seconds to wait while another process uses the ledger
    #[arg(long, global = true, value_name = "SECS", default_value = "10", help_heading = "Global options",
          value_parser = clap::value_parser!(u64).range(..=LOCK_TIMEOUT_MAX))]
    pub lock_timeout: u64,
    /// Use this date as today: 2026-11-22 or 2026-11-22T13:05 [env: JANDON_TODAY]
    #[arg(long, global = true, value_name = "DATE", help_heading = "Global options")]
    pub today: Option<String>,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: ColorChoice,
    /// The language of pages and messages [env: JANDON_LANG] [default: from the locale]
    #[arg(long, global = true, value_name = "LANG", help_heading = "Global options")]
    pub lang: Option<LanguageChoice>,
    /// Also show a total in this unit, at the known rates
    #[arg(short = 'X', long, global = true, value_name = "UNIT", help_heading = "Global options")]
    pub exchange: Option<String>,
    /// Write only errors to stderr
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    #[arg(skip)]
    #[allow(missing_docs, reason = "not an option: the arguments as they were typed, for hints")]
    pub typed: Vec<OsString>,
}

impl GlobalArgs {
    /// Returns whether messages are JSON. The ending of an output file does not decide it.
    pub fn wants_json(&self) -> bool {
        self.json || self.format == Some(OutputFormat::Json)
    }
}

/// `table`, `json`, `csv` or `html`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum OutputFormat {
    Table,
    Json,
    Csv,
    Html,
}

impl From<OutputFormat> for Format {
    fn from(word: OutputFormat) -> Format {
        match word {
            OutputFormat::Table => Format::Table,
            OutputFormat::Json => Format::Json,
            OutputFormat::Csv => Format::Csv,
            OutputFormat::Html => Format::Html,
        }
    }
}

/// `en` or `ko`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum LanguageChoice {
    En,
    Ko,
}

impl From<LanguageChoice> for Language {
    fn from(choice: LanguageChoice) -> Language {
        match choice {
            LanguageChoice::En => Language::English,
            LanguageChoice::Ko => Language::Korean,
        }
    }
}

/// `auto`, `always` or `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// The commands, in the order in which a user meets them.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum Command {
    #[command(subcommand)]
    Account(account::AccountCommand),
    Log(log::LogArgs),
    Spend(spend::SpendArgs),
    Earn(earn::EarnArgs),
    Send(send::SendArgs),
    Receive(send::ReceiveArgs),
    Topup(topup::TopupArgs),
    Refund(refund::RefundArgs),
    Pay(pay::PayArgs),
    Transfer(transfer::TransferArgs),
    Withdraw(withdraw::WithdrawArgs),
    Expire(expire::ExpireArgs),
    Edit(edit::EditArgs),
    Undo(undo::UndoArgs),
    Redo(undo::RedoArgs),
    Status(status::StatusArgs),
    Balance(balance::BalanceArgs),
    History(history::HistoryArgs),
    Report(report::ReportArgs),
    Chart(chart::ChartArgs),
    Expiring(expiring::ExpiringArgs),
    Due(due::DueArgs),
    Stale(stale::StaleArgs),
    Value(value::ValueArgs),
    Calendar(calendar::CalendarArgs),
    Fees(fees::FeesArgs),
    Plan(plan::PlanArgs),
    Channels(channels::ChannelsArgs),
    #[command(subcommand)]
    Rate(rate::RateCommand),
    #[command(subcommand)]
    Unit(unit::UnitCommand),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    Import(import::ImportArgs),
    Profiles(profiles::ProfilesArgs),
    Export(export::ExportArgs),
    Check(check::CheckArgs),
    Demo(demo::DemoArgs),
}

/// What a command comes to: its answer, what is said on stderr beside it, and its exit status.
pub struct CommandOutput {
    /// The answer.
    pub answer: Box<dyn Render>,
    /// Said on stderr, in this order.
    pub notes: Vec<Note>,
    /// 0, or what `--exit-code` or a refusal that has an answer asks for.
    pub status: u8,
    /// Written instead of the answer: what is too long to be held as one.
    pub stream: Option<Stream>,
    /// Why the answer is not what was asked for; said on stderr last, with its own exit status.
    pub refusal: Option<CommandError>,
}

/// Hands a long text on, part by part, and says then what is to be said beside it.
pub struct Stream {
    /// Takes what writes one part.
    pub write: WriteParts,
}

/// Writes every part of a text with what it is handed.
pub type WriteParts = Box<
    dyn FnOnce(&Form, &mut dyn FnMut(&str) -> Result<(), CommandError>) -> Result<Vec<Note>, CommandError>,
>;

/// Something said on stderr beside an answer.
#[derive(Clone, Debug)]
pub enum Note {
    /// What was done, or can follow.
    Done(Notice),
    /// What the user should know.
    Warning(Warning),
}

impl Command {
    /// Returns the files that the command reads or writes by itself, which the file of `-o` may not be.
    fn files(&self) -> Vec<PathBuf> {
        match self {
            Command::Import(args) => args.files(),
            Command::Profiles(args) => args.file().into_iter().cloned().collect(),
            Command::Channels(args) => args.file().into_iter().cloned().collect(),
            Command::Backup(args) => vec![args.file().to_path_buf()],
            Command::Restore(args) => vec![args.file().to_path_buf()],
            _ => Vec::new(),
        }
    }
}

/// Fails for an option that the command does not use.
pub fn check_options(words: &Cli) -> Result<(), CommandError> {
    let values = matches!(words.command, Command::Balance(_) | Command::Report(_) | Command::Plan(_));
    match &words.globals.exchange {
        Some(_) if !values => Err(UsageError::UselessExchange.into()),
        _ => Ok(()),
    }
}

/// Returns the files that the file of `-o` may not be: the ledger, and what the command reads.
pub fn protected(command: &Command, context: &Context) -> Protected {
    let inputs = command.files().into_iter().chain(context.settings_files()).collect();
    Protected { ledger: ledger_files(context.ledger_path()), inputs }
}

impl Message for Note {
    fn english(&self) -> String {
        match self {
            Note::Done(notice) => notice.english(),
            Note::Warning(warning) => warning.english(),
        }
    }

    fn korean(&self) -> String {
        match self {
            Note::Done(notice) => notice.korean(),
            Note::Warning(warning) => warning.korean(),
        }
    }
}

impl CommandOutput {
    /// An answer with nothing beside it.
    pub fn of(answer: impl Render + 'static) -> CommandOutput {
        CommandOutput { answer: Box::new(answer), notes: Vec::new(), status: 0, stream: None, refusal: None }
    }

    /// The same answer with those notes.
    pub fn with(mut self, notes: Vec<Note>) -> CommandOutput {
        self.notes.extend(notes);
        self
    }

    /// Returns how the answer is written, its warnings among the values of a JSON document.
    pub fn form(&self, format: Format, screen: Screen, language: Language, csv_safe: bool) -> Form {
        let warning = |note: &Note| match note {
            Note::Done(_) => None,
            Note::Warning(warning) => {
                Some(view::JsonWarning { code: warning.code(), message: warning.english() })
            }
        };
        let warnings = self.notes.iter().filter_map(warning).collect();
        Form { format, screen, language, csv_safe, warnings, ledger: None }
    }

    /// The same answer, which is not what was asked for.
    pub fn refused(self, refusal: Option<CommandError>) -> CommandOutput {
        CommandOutput { refusal, ..self }
    }
}

/// Runs one command.
pub fn run(command: &Command, context: &Context) -> Result<CommandOutput, CommandError> {
    let outcome = context.after_reading(run_command(command, context));
    outcome.map_err(|failure| correction::offered(failure, command, context))
}

fn run_command(command: &Command, context: &Context) -> Result<CommandOutput, CommandError> {
    match command {
        Command::Account(words) => account::run(words, context),
        Command::Log(words) => log::run(words, context),
        Command::Spend(words) => spend::run(words, context),
        Command::Earn(words) => earn::run(words, context),
        Command::Send(args) => send::send(args, context),
        Command::Receive(args) => send::receive(args, context),
        Command::Topup(words) => topup::run(words, context),
        Command::Refund(words) => refund::run(words, context),
        Command::Pay(words) => pay::run(words, context),
        Command::Transfer(words) => transfer::run(words, context),
        Command::Withdraw(words) => withdraw::run(words, context),
        Command::Expire(words) => expire::run(words, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Undo(words) => undo::undo(words, context),
        Command::Redo(words) => undo::redo(words, context),
        Command::Status(args) => status::run(args, context),
        Command::Balance(words) => balance::run(words, context),
        Command::History(words) => history::run(words, context),
        Command::Report(words) => report::run(words, context),
        Command::Chart(words) => chart::run(words, context),
        Command::Expiring(words) => expiring::run(words, context),
        Command::Due(words) => due::run(words, context),
        Command::Stale(words) => stale::run(words, context),
        Command::Value(words) => value::run(words, context),
        Command::Calendar(args) => calendar::run(args, context),
        Command::Fees(words) => fees::run(words, context),
        Command::Plan(words) => plan::run(words, context),
        Command::Channels(words) => channels::run(words, context),
        Command::Rate(words) => rate::run(words, context),
        Command::Unit(words) => unit::run(words, context),
        Command::Backup(words) => backup::run(words, context),
        Command::Restore(words) => restore::run(words, context),
        Command::Import(words) => import::run(words, context),
        Command::Profiles(args) => profiles::run(args, context),
        Command::Export(words) => export::run(words, context),
        Command::Check(words) => check::run(words, context),
        Command::Demo(words) => demo::run(words, context),
    }
}

/// The arguments as words, or what the grammar says instead: help, the version, or a mistake.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let arguments: Vec<OsString> = arguments.collect();
    let has_date = arguments.iter().any(|word| word.to_str().is_some_and(|word| DATED.contains(&word)));
    let joined = has_date.then(|| with_whole_dates(&arguments));
    let read = joined.as_deref().unwrap_or(&arguments);
    let mut words = match parse_by_command(read) {
        Some(words) => words,
        None => parse_by_whole_grammar(read)?,
    };
    words.globals.typed = arguments;
    Ok(words)
}

/// The command that runs where none is named.
const DEFAULT_COMMAND: &str = "status";
/// The words that ask for help or the version.
const HELP: [&str; 5] = ["help", "--help", "-h", "--version", "-V"];

/// Parses arguments by the grammar of all commands.
fn parse_by_whole_grammar(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    use clap::error::ErrorKind::{DisplayHelpOnMissingArgumentOrSubcommand, MissingSubcommand};
    Cli::try_parse_from(arguments).or_else(|error| match error.kind() {
        // An option may have taken the name of a command: `--ledger report`.
        MissingSubcommand | DisplayHelpOnMissingArgumentOrSubcommand => {
            Cli::try_parse_from(with_default_command(arguments)).map_err(|_| error)
        }
        _ => Err(error),
    })
}

/// Returns the arguments with the command that runs where none is named.
fn with_default_command(arguments: &[OsString]) -> Vec<OsString> {
    arguments.iter().cloned().chain([DEFAULT_COMMAND.into()]).collect()
}

/// The options that take a date or a period.
const DATED: [&str; 6] = ["--date", "--at", "--on", "--by", "--expires", "--period"];
/// The most words that a date has: `20 November 2026 18:30`.
const DATE_WORDS: usize = 4;

/// Joins the words of a date behind its option, which need no quotes: `--date 3d ago`.
fn with_whole_dates(arguments: &[OsString]) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::with_capacity(arguments.len());
    let mut rest = arguments;
    while let [argument, behind @ ..] = rest {
        joined.push(argument.clone());
        rest = behind;
        if argument.to_str().is_some_and(|word| DATED.contains(&word)) {
            let longest = (2..=DATE_WORDS.min(rest.len())).rev().find_map(|count| {
                let words: Option<Vec<&str>> = rest[..count].iter().map(|word| word.to_str()).collect();
                let text = words?.join(" ");
                is_dated(&text).then_some((count, text))
            });
            if let Some((count, text)) = longest {
                joined.push(text.into());
                rest = &rest[count..];
            }
        }
    }
    joined
}

/// Whether a text has the form of a date or a period, on whichever day it is read.
fn is_dated(text: &str) -> bool {
    let some_day = Day(20_000);
    !matches!(parse_date_input(text, some_day), Err(DateError::NotADate(_)))
        || !matches!(Period::parse(text, some_day, 1), Err(DateError::NotAPeriod(_)))
}

/// The arguments as words, by the grammar of the one command that they name: to build the whole of it
/// takes as long as most commands. None where they are not of that command; the whole grammar says why.
fn parse_by_command(arguments: &[OsString]) -> Option<Cli> {
    let named = arguments.iter().skip(1).find_map(|word| grammar_of(word.to_str()?));
    let (command, arguments) = match named {
        Some(command) => (command, Cow::Borrowed(arguments)),
        // Help and the version need the whole grammar.
        None if arguments.iter().any(|word| HELP.contains(&word.to_str().unwrap_or_default())) => {
            return None;
        }
        None => (grammar_of(DEFAULT_COMMAND)?, Cow::Owned(with_default_command(arguments))),
    };
    let grammar = GlobalArgs::augment_args(ClapCommand::new("jandon")).subcommand_required(true);
    let mut grammar = grammar.subcommand(command);
    let words = Cli::from_arg_matches(&grammar.try_get_matches_from_mut(arguments.iter()).ok()?).ok()?;
    // The process ends soon: to take a grammar apart piece by piece is work for nothing.
    std::mem::forget(grammar);
    Some(words)
}

/// Returns whether a word names a command.
pub fn is_command(word: &str) -> bool {
    grammar_of(word).is_some()
}

/// The grammar of one command, as it stands in the whole one.
fn grammar_of(command: &str) -> Option<ClapCommand> {
    let of_several = |command: ClapCommand| command.subcommand_required(true).arg_required_else_help(true);
    Some(match command {
        "account" => of_several(account::AccountCommand::augment_subcommands(ClapCommand::new("account"))),
        "log" => log::LogArgs::augment_args(ClapCommand::new("log")),
        "spend" => spend::SpendArgs::augment_args(ClapCommand::new("spend")),
        "earn" => earn::EarnArgs::augment_args(ClapCommand::new("earn")),
        "send" => send::SendArgs::augment_args(ClapCommand::new("send")),
        "receive" => send::ReceiveArgs::augment_args(ClapCommand::new("receive")),
        "topup" => topup::TopupArgs::augment_args(ClapCommand::new("topup")),
        "refund" => refund::RefundArgs::augment_args(ClapCommand::new("refund")),
        "pay" => pay::PayArgs::augment_args(ClapCommand::new("pay")),
        "transfer" => transfer::TransferArgs::augment_args(ClapCommand::new("transfer")),
        "withdraw" => withdraw::WithdrawArgs::augment_args(ClapCommand::new("withdraw")),
        "expire" => expire::ExpireArgs::augment_args(ClapCommand::new("expire")),
        "edit" => edit::EditArgs::augment_args(ClapCommand::new("edit")),
        "undo" => undo::UndoArgs::augment_args(ClapCommand::new("undo")),
        "redo" => undo::RedoArgs::augment_args(ClapCommand::new("redo")),
        "status" => status::StatusArgs::augment_args(ClapCommand::new("status")),
        "balance" => balance::BalanceArgs::augment_args(ClapCommand::new("balance")),
        "history" => history::HistoryArgs::augment_args(ClapCommand::new("history")),
        "report" => report::ReportArgs::augment_args(ClapCommand::new("report")),
        "chart" => chart::ChartArgs::augment_args(ClapCommand::new("chart")),
        "expiring" => expiring::ExpiringArgs::augment_args(ClapCommand::new("expiring")),
        "due" => due::DueArgs::augment_args(ClapCommand::new("due")),
        "stale" => stale::StaleArgs::augment_args(ClapCommand::new("stale")),
        "value" => value::ValueArgs::augment_args(ClapCommand::new("value")),
        "calendar" => calendar::CalendarArgs::augment_args(ClapCommand::new("calendar")),
        "fees" => fees::FeesArgs::augment_args(ClapCommand::new("fees")),
        "plan" => plan::PlanArgs::augment_args(ClapCommand::new("plan")),
        "channels" => channels::ChannelsArgs::augment_args(ClapCommand::new("channels")),
        "rate" => of_several(rate::RateCommand::augment_subcommands(ClapCommand::new("rate"))),
        "unit" => of_several(unit::UnitCommand::augment_subcommands(ClapCommand::new("unit"))),
        "backup" => backup::BackupArgs::augment_args(ClapCommand::new("backup")),
        "restore" => restore::RestoreArgs::augment_args(ClapCommand::new("restore")),
        "import" => import::ImportArgs::augment_args(ClapCommand::new("import")),
        "profiles" => profiles::ProfilesArgs::augment_args(ClapCommand::new("profiles")),
        "export" => export::ExportArgs::augment_args(ClapCommand::new("export")),
        "check" => check::CheckArgs::augment_args(ClapCommand::new("check")),
        "demo" => demo::DemoArgs::augment_args(ClapCommand::new("demo")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Vec<OsString> {
        ["jandon"].into_iter().chain(line.split(' ')).map(Into::into).collect()
    }

    /// A command in full, but for its place in the list of commands.
    fn without_order(command: &ClapCommand) -> String {
        let text = format!("{command:?}");
        let (front, rest) = text.split_once("disp_ord: ").unwrap_or((&text, ""));
        format!("{front}{}", rest.split_once(", ").map_or("", |(_, rest)| rest))
    }

    #[test]
    fn the_grammar_of_each_verb_is_that_of_the_whole() {
        let whole = <Cli as clap::CommandFactory>::command();
        for command in whole.get_subcommands() {
            let one = grammar_of(command.get_name())
                .unwrap_or_else(|| panic!("{} is left out", command.get_name()));
            assert_eq!(without_order(&one), without_order(command));
        }
    }

    #[test]
    fn without_a_command_the_status_is_shown() {
        let is_status = |line: &[&str]| {
            let arguments = ["jandon"].iter().chain(line).map(Into::into);
            parse(arguments).is_ok_and(|cli| matches!(cli.command, Command::Status(_)))
        };
        assert!(is_status(&[]));
        assert!(is_status(&["--json", "--lang", "ko"]));
        assert!(is_status(&["--ledger", "report"]));
        assert!(!is_status(&["spend", "kakao"]));
        assert!(!is_status(&["account"]));
        assert!(!is_status(&["--ledger"]));
        assert!(!is_status(&["balanc"]));
    }

    #[test]
    fn words_of_a_date_need_no_quotes() {
        let joined = |line: &str| {
            let words = with_whole_dates(&said(line));
            words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join("|")
        };
        for (line, wanted) in [
            ("spend a 5 --date 3d ago", "spend|a|5|--date|3d ago"),
            ("spend a 5 --date 3d coffee", "spend|a|5|--date|3d|coffee"),
            ("spend --date Nov 20 a 5", "spend|--date|Nov 20|a|5"),
            ("spend a 5 --date 어제 18:30", "spend|a|5|--date|어제 18:30"),
            ("spend a 5 --date 11월 20일 --note ago", "spend|a|5|--date|11월 20일|--note|ago"),
            ("history --period last month a", "history|--period|last month|a"),
            ("history --period 2026-10 a", "history|--period|2026-10|a"),
            ("balance --at", "balance|--at"),
        ] {
            assert_eq!(joined(line), wanted);
        }
    }

    #[test]
    fn a_text_may_begin_with_a_hyphen_and_is_never_an_option() {
        for text in ["-10% off", "- dash", "--", "--sale--", "plain"] {
            assert_eq!(record::free_text(text).as_deref(), Ok(text));
        }
        for text in ["--dry-run", "--date", "--ledger"] {
            assert!(record::free_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_grammar_of_one_verb_reads_what_the_whole_one_reads() {
        let lines = [
            "balance",
            "--ledger report balance --json",
            "balance --ledger report",
            "spend toss 4500 at balance",
            "-q log toss 1 kakao 2 --same",
            "account add toss --kind wallet",
            "history --limit 20 -o report",
            "--help",
            "balance --help",
            "--version",
            "balanc",
            "balance --nonsense",
            "",
        ];
        for line in lines {
            let by_verb = parse_by_command(&said(line)).map(|words| format!("{words:?}"));
            let whole = parse_by_whole_grammar(&said(line)).map(|words| format!("{words:?}"));
            let parsed = parse(said(line).into_iter()).map(|mut words| {
                words.globals.typed.clear();
                format!("{words:?}")
            });
            assert_eq!(parsed.as_ref().ok(), whole.as_ref().ok(), "{line}");
            assert!(by_verb.is_none() || by_verb.as_ref() == whole.as_ref().ok(), "{line}");
        }
        assert!(parse_by_command(&said("balance --json")).is_some());
    }
}
