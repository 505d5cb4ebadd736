//! The grammar of the command line, and the verbs behind it: one verb, one file.

mod account;
mod backup;
mod balance;
mod change;
mod channels;
mod chart;
mod check;
mod correction;
mod demo;
mod due;
mod earn;
mod edit;
mod expire;
mod expiring;
mod export;
pub mod failure;
mod fees;
mod history;
mod import;
mod log;
pub mod output;
mod pay;
mod plan;
mod rate;
mod record;
mod refund;
mod report;
mod restore;
mod send;
pub mod session;
mod spend;
mod stale;
mod text_file;
mod topup;
mod transfer;
mod undo;
mod unit;
pub mod usage;
mod value;
mod withdraw;

use crate::output_file::Protected;
use crate::period::{DateError, Day, Period, parse_instant};
use crate::store::ledger_files;
use crate::view::{Answer, Form, Format, Warning};
use clap::{Args, Command, FromArgMatches, Parser, Subcommand, ValueEnum};
use failure::Failure;
use session::Session;
use std::ffi::OsString;
use std::path::PathBuf;

/// Keep track of small mobile-payment balances, and see what a withdrawal would net
#[derive(Debug, Parser)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
#[command(name = "jandon", version, about, max_term_width = 100)]
pub struct Words {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub verb: Verb,
}

/// The options that every verb takes, before or after it.
#[derive(Debug, Clone, Args)]
pub struct Globals {
    /// The ledger [env: JANDON_LEDGER] [default: ledger.db in the user's data folder]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub ledger: Option<PathBuf>,
    /// A folder of platform files of your own [env: JANDON_CATALOG] [default: platforms in the config folder]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Global options")]
    pub catalog: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, global = true, value_name = "FORM", help_heading = "Global options")]
    pub format: Option<FormatWord>,
    /// Begin CSV cells with ' that a spreadsheet would run as a formula
    #[arg(long, global = true, help_heading = "Global options")]
    pub csv_safe: bool,
    /// Same as --format json
    #[arg(long, global = true, conflicts_with = "format", help_heading = "Global options")]
    pub json: bool,
    /// Write the answer to a file; its ending picks the form
    #[arg(short, long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub output: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long, global = true, help_heading = "Global options")]
    pub force: bool,
    /// How many seconds to wait for another process that holds the ledger
    #[arg(long, global = true, value_name = "SECS", default_value = "10", help_heading = "Global options",
          value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub lock_timeout: u64,
    /// A fixed clock, 2026-11-22 or 2026-11-22T13:05 [env: JANDON_TODAY]
    #[arg(long, global = true, value_name = "DATE", help_heading = "Global options")]
    pub today: Option<String>,
    /// Colour in what people read
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: ColorWord,
    /// Also total in that unit, by the rates known
    #[arg(short = 'X', long, global = true, value_name = "UNIT", help_heading = "Global options")]
    pub exchange: Option<String>,
    /// Say nothing but errors on stderr
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    #[arg(skip)]
    #[allow(missing_docs, reason = "not an option: the arguments as they were typed, for hints")]
    pub typed: Vec<OsString>,
}

/// `table`, `json` or `csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum FormatWord {
    Table,
    Json,
    Csv,
}

impl From<FormatWord> for Format {
    fn from(word: FormatWord) -> Format {
        match word {
            FormatWord::Table => Format::Table,
            FormatWord::Json => Format::Json,
            FormatWord::Csv => Format::Csv,
        }
    }
}

/// `auto`, `always` or `never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum ColorWord {
    Auto,
    Always,
    Never,
}

/// The verbs, in the order in which a user meets them.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum Verb {
    #[command(subcommand)]
    Account(account::Words),
    Log(log::Words),
    Spend(spend::Words),
    Earn(earn::Words),
    Send(send::SendArgs),
    Receive(send::ReceiveArgs),
    Topup(topup::Words),
    Refund(refund::Words),
    Pay(pay::Words),
    Transfer(transfer::Words),
    Withdraw(withdraw::Words),
    Expire(expire::Words),
    Edit(edit::EditArgs),
    Undo(undo::UndoWords),
    Redo(undo::RedoWords),
    Balance(balance::Words),
    History(history::Words),
    Report(report::Words),
    Chart(chart::Words),
    Expiring(expiring::Words),
    Due(due::Words),
    Stale(stale::Words),
    Value(value::Words),
    Fees(fees::Words),
    Plan(plan::Words),
    Channels(channels::Words),
    #[command(subcommand)]
    Rate(rate::Words),
    #[command(subcommand)]
    Unit(unit::Words),
    Backup(backup::Words),
    Restore(restore::Words),
    Import(import::Words),
    Export(export::Words),
    Check(check::Words),
    Demo(demo::Words),
}

/// What a verb comes to: its answer, what is said on stderr beside it, and its exit status.
pub struct Outcome {
    /// The answer.
    pub answer: Box<dyn Answer>,
    /// Said on stderr, in this order.
    pub notes: Vec<Note>,
    /// 0, or what `--exit-code` or a refusal that has an answer asks for.
    pub status: u8,
    /// Written instead of the answer: what is too long to be held as one.
    pub stream: Option<Stream>,
    /// Why the answer is not what was asked for; said on stderr last, with its own exit status.
    pub refusal: Option<Failure>,
}

/// Hands a long text on, part by part, and says then what is to be said beside it.
pub struct Stream {
    /// Takes what writes one part.
    pub write: Writing,
}

/// Writes every part of a text with what it is handed.
pub type Writing =
    Box<dyn FnOnce(&Form, &mut dyn FnMut(&str) -> Result<(), Failure>) -> Result<Vec<Note>, Failure>>;

/// Something said on stderr beside an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// What was done.
    Done(String),
    /// What the user should know.
    Warning(Warning),
}

impl Verb {
    /// Returns the files that the command reads or writes by itself, which the file of `-o` may not be.
    fn files(&self) -> Vec<PathBuf> {
        match self {
            Verb::Import(args) => args.files().to_vec(),
            Verb::Channels(args) => args.file().into_iter().cloned().collect(),
            Verb::Backup(args) => vec![args.file().to_path_buf()],
            Verb::Restore(args) => vec![args.file().to_path_buf()],
            _ => Vec::new(),
        }
    }
}

/// Fails for an option that the command does not use.
pub fn check_options(words: &Words) -> Result<(), Failure> {
    let values = matches!(words.verb, Verb::Balance(_) | Verb::Report(_) | Verb::Plan(_));
    match &words.globals.exchange {
        Some(_) if !values => Err(Failure::Usage {
            message: "--exchange (-X) has no effect on this command".into(),
            hint: "leave it out, or ask: jandon balance -X UNIT".into(),
        }),
        _ => Ok(()),
    }
}

/// Returns the files that the file of `-o` may not be: the ledger, and what the command reads.
pub fn protected(verb: &Verb, session: &Session) -> Protected {
    let inputs = verb.files().into_iter().chain(session.settings_files()).collect();
    Protected { ledger: ledger_files(session.ledger_path()), inputs }
}

impl Note {
    /// A warning with a stable code.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Note {
        Note::Warning(Warning { code, message: message.into() })
    }
}

impl Outcome {
    /// An answer with nothing beside it.
    pub fn of(answer: impl Answer + 'static) -> Outcome {
        Outcome { answer: Box::new(answer), notes: Vec::new(), status: 0, stream: None, refusal: None }
    }

    /// The same answer with those notes.
    pub fn with(mut self, notes: Vec<Note>) -> Outcome {
        self.notes.extend(notes);
        self
    }

    /// Returns how the answer is written, its warnings among the values of a JSON document.
    pub fn form(&self, format: Format, width: Option<usize>, csv_safe: bool) -> Form {
        let warning = |note: &Note| match note {
            Note::Done(_) => None,
            Note::Warning(warning) => Some(warning.clone()),
        };
        let warnings = self.notes.iter().filter_map(warning).collect();
        Form { format, width, csv_safe, warnings }
    }

    /// The same answer, which is not what was asked for.
    pub fn refused(self, refusal: Option<Failure>) -> Outcome {
        Outcome { refusal, ..self }
    }
}

/// Runs one verb.
pub fn run(verb: &Verb, session: &Session) -> Result<Outcome, Failure> {
    let outcome = session.after_reading(run_verb(verb, session));
    outcome.map_err(|failure| correction::offered(failure, verb, session))
}

fn run_verb(verb: &Verb, session: &Session) -> Result<Outcome, Failure> {
    match verb {
        Verb::Account(words) => account::run(words, session),
        Verb::Log(words) => log::run(words, session),
        Verb::Spend(words) => spend::run(words, session),
        Verb::Earn(words) => earn::run(words, session),
        Verb::Send(args) => send::send(args, session),
        Verb::Receive(args) => send::receive(args, session),
        Verb::Topup(words) => topup::run(words, session),
        Verb::Refund(words) => refund::run(words, session),
        Verb::Pay(words) => pay::run(words, session),
        Verb::Transfer(words) => transfer::run(words, session),
        Verb::Withdraw(words) => withdraw::run(words, session),
        Verb::Expire(words) => expire::run(words, session),
        Verb::Edit(args) => edit::run(args, session),
        Verb::Undo(words) => undo::undo(words, session),
        Verb::Redo(words) => undo::redo(words, session),
        Verb::Balance(words) => balance::run(words, session),
        Verb::History(words) => history::run(words, session),
        Verb::Report(words) => report::run(words, session),
        Verb::Chart(words) => chart::run(words, session),
        Verb::Expiring(words) => expiring::run(words, session),
        Verb::Due(words) => due::run(words, session),
        Verb::Stale(words) => stale::run(words, session),
        Verb::Value(words) => value::run(words, session),
        Verb::Fees(words) => fees::run(words, session),
        Verb::Plan(words) => plan::run(words, session),
        Verb::Channels(words) => channels::run(words, session),
        Verb::Rate(words) => rate::run(words, session),
        Verb::Unit(words) => unit::run(words, session),
        Verb::Backup(words) => backup::run(words, session),
        Verb::Restore(words) => restore::run(words, session),
        Verb::Import(words) => import::run(words, session),
        Verb::Export(words) => export::run(words, session),
        Verb::Check(words) => check::run(words, session),
        Verb::Demo(words) => demo::run(words, session),
    }
}

/// The arguments as words, or what the grammar says instead: help, the version, or a mistake.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Words, clap::Error> {
    let arguments: Vec<OsString> = arguments.collect();
    let has_date = arguments.iter().any(|word| word.to_str().is_some_and(|word| DATED.contains(&word)));
    let joined = has_date.then(|| with_whole_dates(&arguments));
    let read = joined.as_deref().unwrap_or(&arguments);
    let mut words = match parse_by_verb(read) {
        Some(words) => words,
        None => Words::try_parse_from(read)?,
    };
    words.globals.typed = arguments;
    Ok(words)
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
    !matches!(parse_instant(text, some_day), Err(DateError::NotADate(_)))
        || !matches!(Period::parse(text, some_day, 1), Err(DateError::NotAPeriod(_)))
}

/// The arguments as words, by the grammar of the one verb that they name: to build the whole of it
/// takes as long as most commands. None where they are not of that verb; the whole grammar says why.
fn parse_by_verb(arguments: &[OsString]) -> Option<Words> {
    let verb = arguments.iter().skip(1).find_map(|word| grammar_of(word.to_str()?))?;
    let grammar = Globals::augment_args(Command::new("jandon")).subcommand_required(true);
    let mut grammar = grammar.subcommand(verb);
    let words = Words::from_arg_matches(&grammar.try_get_matches_from_mut(arguments).ok()?).ok()?;
    // The process ends soon: to take a grammar apart piece by piece is work for nothing.
    std::mem::forget(grammar);
    Some(words)
}

/// Returns whether a word names a command.
pub fn is_command(word: &str) -> bool {
    grammar_of(word).is_some()
}

/// The grammar of one verb, as it stands in the whole one.
fn grammar_of(verb: &str) -> Option<Command> {
    let of_several = |command: Command| command.subcommand_required(true).arg_required_else_help(true);
    Some(match verb {
        "account" => of_several(account::Words::augment_subcommands(Command::new("account"))),
        "log" => log::Words::augment_args(Command::new("log")),
        "spend" => spend::Words::augment_args(Command::new("spend")),
        "earn" => earn::Words::augment_args(Command::new("earn")),
        "send" => send::SendArgs::augment_args(Command::new("send")),
        "receive" => send::ReceiveArgs::augment_args(Command::new("receive")),
        "topup" => topup::Words::augment_args(Command::new("topup")),
        "refund" => refund::Words::augment_args(Command::new("refund")),
        "pay" => pay::Words::augment_args(Command::new("pay")),
        "transfer" => transfer::Words::augment_args(Command::new("transfer")),
        "withdraw" => withdraw::Words::augment_args(Command::new("withdraw")),
        "expire" => expire::Words::augment_args(Command::new("expire")),
        "edit" => edit::EditArgs::augment_args(Command::new("edit")),
        "undo" => undo::UndoWords::augment_args(Command::new("undo")),
        "redo" => undo::RedoWords::augment_args(Command::new("redo")),
        "balance" => balance::Words::augment_args(Command::new("balance")),
        "history" => history::Words::augment_args(Command::new("history")),
        "report" => report::Words::augment_args(Command::new("report")),
        "chart" => chart::Words::augment_args(Command::new("chart")),
        "expiring" => expiring::Words::augment_args(Command::new("expiring")),
        "due" => due::Words::augment_args(Command::new("due")),
        "stale" => stale::Words::augment_args(Command::new("stale")),
        "value" => value::Words::augment_args(Command::new("value")),
        "fees" => fees::Words::augment_args(Command::new("fees")),
        "plan" => plan::Words::augment_args(Command::new("plan")),
        "channels" => channels::Words::augment_args(Command::new("channels")),
        "rate" => of_several(rate::Words::augment_subcommands(Command::new("rate"))),
        "unit" => of_several(unit::Words::augment_subcommands(Command::new("unit"))),
        "backup" => backup::Words::augment_args(Command::new("backup")),
        "restore" => restore::Words::augment_args(Command::new("restore")),
        "import" => import::Words::augment_args(Command::new("import")),
        "export" => export::Words::augment_args(Command::new("export")),
        "check" => check::Words::augment_args(Command::new("check")),
        "demo" => demo::Words::augment_args(Command::new("demo")),
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
    fn without_order(command: &Command) -> String {
        let text = format!("{command:?}");
        let (front, rest) = text.split_once("disp_ord: ").unwrap_or((&text, ""));
        format!("{front}{}", rest.split_once(", ").map_or("", |(_, rest)| rest))
    }

    #[test]
    fn the_grammar_of_each_verb_is_that_of_the_whole() {
        let whole = <Words as clap::CommandFactory>::command();
        for verb in whole.get_subcommands() {
            let one =
                grammar_of(verb.get_name()).unwrap_or_else(|| panic!("{} is left out", verb.get_name()));
            assert_eq!(without_order(&one), without_order(verb));
        }
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
            let by_verb = parse_by_verb(&said(line)).map(|words| format!("{words:?}"));
            let whole = Words::try_parse_from(said(line)).map(|words| format!("{words:?}"));
            let parsed = parse(said(line).into_iter()).map(|mut words| {
                words.globals.typed.clear();
                format!("{words:?}")
            });
            assert_eq!(parsed.as_ref().ok(), whole.as_ref().ok(), "{line}");
            assert!(by_verb.is_none() || by_verb.as_ref() == whole.as_ref().ok(), "{line}");
        }
        assert!(parse_by_verb(&said("balance --json")).is_some());
    }
}
