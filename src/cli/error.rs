//! Every way a command can fail, in words to act on, with its hint and its exit status. No other
//! room knows these words.

mod file;
mod ledger;
mod typed;

use crate::fee::parse::FileError;
use crate::import::LineError;
use crate::ledger::name::NameError;
use crate::ledger::{Id, RuleViolation};
use crate::messages::{Message, form::FormError};
use crate::money::{AmountError, MoneyError, RateError, Unit, to_grouped_string};
use crate::output_file::OutputError;
use crate::period::DateError;
use crate::store::{ImportError, Refusal, StoreError};
use crate::text::TextError;
pub use crate::text::{quoted, quoted_name};
use file::{refused_message, wrong_message};
pub use ledger::plain_io;
use ledger::{
    output_code, output_message, output_status, rule_code, rule_message, rule_status, store_message,
};
use serde::Serialize;
use std::path::PathBuf;
use typed::{amount_message, date_message, did_you_mean, name_message};

pub use file::file_error;

/// A command that could not be carried out.
#[derive(Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum CommandError {
    /// The grammar refused the words.
    Usage { message: String, hint: String },
    /// There is no home folder, so no place for a ledger.
    NoHome,
    /// A variable of the environment is not text.
    NotText { name: &'static str },
    /// `--today` is no date.
    Clock { text: String },
    /// An amount is refused.
    Amount(AmountError),
    /// An amount of zero where something must move.
    ZeroAmount { text: String },
    /// Two amounts cannot be put together.
    Money(MoneyError),
    /// A date or period is refused.
    Date(DateError),
    /// A rate is refused.
    Rate(RateError),
    /// A month can begin on day 1 to 31.
    MonthStart { day: u32 },
    /// A name finds no account; whether an account of that name could be opened.
    Name { error: NameError, can_be_opened: bool },
    /// A name cannot be given.
    Text { what: &'static str, error: TextError },
    /// A word is none of those that are allowed.
    Word { what: &'static str, typed: String, allowed: Vec<&'static str> },
    /// No platform has that name.
    UnknownPlatform { typed: String, close: Vec<String> },
    /// Several platforms have names like that.
    AmbiguousPlatform { typed: String, fits: Vec<String> },
    /// The account has no platform, so no channels are known.
    NoPlatform { account: String, close: Vec<String> },
    /// The platform of the account is not in the catalog any more.
    PlatformGone { account: String, platform: String },
    /// A folder of platform files that was named is not there.
    NoCatalogFolder { path: PathBuf },
    /// The account is open already.
    NotClosed { account: String },
    /// No unit has that code.
    UnknownUnit { code: String },
    /// Several currencies are called like that.
    AmbiguousUnit { typed: String, fits: Vec<&'static str> },
    /// A platform decides kind and unit, and something else was asked.
    PlatformDecides { platform: String, what: &'static str, is: String },
    /// The platform has no channel of that id.
    UnknownChannel { typed: String, platform: String, channels: Vec<String> },
    /// Several channels have ids that begin like that.
    AmbiguousChannel { typed: String, fits: Vec<String> },
    /// A channel is needed to book by the tariff.
    NoChannel { channels: Vec<String> },
    /// The option belongs to carriers only.
    CarrierOnly { option: &'static str, account: String },
    /// What was received and the fee do not add up to what left.
    ReceivedAndFeeDisagree { left: String, received: String, fee: String },
    /// More was received than left.
    ReceivedMoreThanLeft { left: String, received: String },
    /// The fee is more than what left.
    FeeAboveAmount { amount: String, fee: String },
    /// Two units need to know what arrived.
    ReceivedNeeded { from: Unit, to: Unit },
    /// A top-up has one unit; a transfer can have two.
    TopupInTwoUnits { from: String, holds: Unit, to: String, wanted: Unit },
    /// The account that receives has another unit than the channel pays.
    ChannelPaysOther { channel: String, pays: Unit, account: String, unit: Unit },
    /// A withdrawal is not possible as asked.
    Withdrawal { channel: String, code: &'static str, message: String, hint: String },
    /// A rule of the ledger forbids it.
    Rule(RuleViolation),
    /// A rule of the ledger forbids it, said in the words of the command.
    Refused { rule: RuleViolation, message: String, hint: String },
    /// The ledger on disk.
    Store(StoreError),
    /// A file of the user's cannot be read or written.
    File { path: PathBuf, error: std::io::Error },
    /// The file of `-o` cannot be written.
    Output(OutputError),
    /// The ending of the file of `-o` is no form of the answer.
    UnknownEnding { ending: String, allowed: Vec<&'static str> },
    /// The command has no answer of the form of --format.
    Form(FormError),
    /// The command did its work, and then its answer could not be written.
    NotShown { done: Done, cause: Box<CommandError> },
    /// A line of a file cannot be imported.
    Line { file: String, error: Box<ImportError> },
    /// A platform file has a fault.
    PlatformFile { path: String, error: FileError },
    /// The config is not understood.
    Config { path: PathBuf, what: String },
    /// `check` found something wrong.
    Unsound { findings: usize },
    /// A category that reads as an amount, after the amount it was given with.
    NumericCategory { amount: String, category: String },
    /// Another failure, with the command that was probably meant.
    Corrected { failure: Box<CommandError>, hint: String },
    /// Whoever read the answer has stopped reading.
    BrokenPipe,
}

/// What a command did to the files of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Done {
    Recorded(Id),
    BackedUp,
    Restored,
    Repaired,
}

/// A failure as scripts read it.
#[derive(Serialize)]
struct ErrorDocument<'a> {
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
}

impl CommandError {
    /// The failure as scripts read it, on one line, with that message and that hint.
    pub fn json(&self, message: &str, hint: &str) -> String {
        crate::view::json(&ErrorDocument { error: ErrorBody { code: self.code(), message, hint } })
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            CommandError::BrokenPipe => 0,
            CommandError::Corrected { failure, .. } => failure.status(),
            CommandError::Withdrawal { .. } | CommandError::NotClosed { .. } => 4,
            CommandError::Rule(rule) | CommandError::Refused { rule, .. } => rule_status(rule),
            CommandError::Store(error) => match error {
                StoreError::Busy(..) | StoreError::CreatedMeanwhile(_) | StoreError::BeingWritten(_) => 5,
                StoreError::Newer { .. } => 6,
                StoreError::Rule(rule) => rule_status(rule),
                StoreError::Refused(refusal) => match refusal {
                    Refusal::NameTaken(_)
                    | Refusal::UnitDiffers { .. }
                    | Refusal::UnknownChange(_)
                    | Refusal::AmbiguousChange(..) => 2,
                    _ => 4,
                },
                StoreError::Output(error) => output_status(error),
                _ => 1,
            },
            CommandError::Output(error) => output_status(error),
            CommandError::NotShown { .. }
            | CommandError::NoHome
            | CommandError::File { .. }
            | CommandError::Unsound { .. } => 1,
            _ => 2,
        }
    }

    /// No unit has that code; several may have that everyday name.
    pub fn unknown_unit(code: &str) -> CommandError {
        let fits: Vec<&str> = Unit::codes_of_everyday_name(code).collect();
        match fits.is_empty() {
            true => CommandError::UnknownUnit { code: code.into() },
            false => CommandError::AmbiguousUnit { typed: code.into(), fits },
        }
    }

    /// A code that scripts can branch on.
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::Usage { .. } => "usage",
            CommandError::NoHome => "no-home",
            CommandError::NotText { .. } => "not-utf-8",
            CommandError::Clock { .. } | CommandError::Date(_) | CommandError::MonthStart { .. } => {
                "bad-date"
            }
            CommandError::Amount(error) => match error {
                AmountError::TooLarge(_) => "amount-too-large",
                AmountError::WrongUnit { .. } => "wrong-unit",
                _ => "bad-amount",
            },
            CommandError::ZeroAmount { .. } => "zero-amount",
            CommandError::Money(_) => "units-differ",
            CommandError::Rate(_) => "bad-rate",
            CommandError::Name { error: NameError::Unknown { .. }, .. } => "unknown-account",
            CommandError::Name { error: NameError::Ambiguous { .. }, .. } => "ambiguous-account",
            CommandError::Text { .. } => "bad-text",
            CommandError::Word { .. } => "usage",
            CommandError::UnknownPlatform { .. } => "unknown-platform",
            CommandError::AmbiguousPlatform { .. } => "ambiguous-platform",
            CommandError::NoPlatform { .. } => "no-platform",
            CommandError::PlatformGone { .. } => "platform-gone",
            CommandError::NoCatalogFolder { .. } => "no-catalog-folder",
            CommandError::NotClosed { .. } => "account-open",
            CommandError::UnknownUnit { .. } => "unknown-unit",
            CommandError::AmbiguousUnit { .. } => "ambiguous-unit",
            CommandError::PlatformDecides { .. } => "platform-decides",
            CommandError::UnknownChannel { .. } => "unknown-channel",
            CommandError::AmbiguousChannel { .. } => "ambiguous-channel",
            CommandError::NoChannel { .. } => "no-channel",
            CommandError::CarrierOnly { .. } => "carrier-only",
            CommandError::ReceivedAndFeeDisagree { .. } => "received-and-fee-disagree",
            CommandError::ReceivedMoreThanLeft { .. } => "received-more-than-left",
            CommandError::FeeAboveAmount { .. } => "fee-above-amount",
            CommandError::ReceivedNeeded { .. } => "received-needed",
            CommandError::TopupInTwoUnits { .. } | CommandError::ChannelPaysOther { .. } => "wrong-unit",
            CommandError::Withdrawal { code, .. } => code,
            CommandError::Rule(rule) | CommandError::Refused { rule, .. } => rule_code(rule),
            CommandError::Store(error) => match error {
                StoreError::Io(..) | StoreError::Sqlite(..) | StoreError::DiskFailed(..) => "ledger-io",
                StoreError::NotALedger(_) => "not-a-ledger",
                StoreError::Damaged(..) | StoreError::DamagedFact(..) | StoreError::WrongTotals(_) => {
                    "ledger-damaged"
                }
                StoreError::Newer { .. } => "ledger-newer",
                StoreError::StaleJournal { .. } => "stale-journal",
                StoreError::Foreign { .. } => "foreign-object",
                StoreError::SecondName { .. } => "second-name",
                StoreError::Busy(..) | StoreError::CreatedMeanwhile(_) | StoreError::BeingWritten(_) => {
                    "ledger-busy"
                }
                StoreError::DiskFull(_) => "disk-full",
                StoreError::ReadOnly(_) => "ledger-read-only",
                StoreError::NotAPlainFile(_) => "not-a-plain-file",
                StoreError::Output(error) => output_code(error),
                StoreError::Rule(rule) => rule_code(rule),
                StoreError::Refused(refusal) => match refusal {
                    Refusal::NameTaken(_) => "name-taken",
                    Refusal::BalanceNotZero { .. } => "balance-not-zero",
                    Refusal::AccountInUse(_) => "account-in-use",
                    Refusal::AccountChanged(_) => "account-changed",
                    Refusal::UnitDiffers { .. } => "unit-differs",
                    Refusal::NothingTo(_) => "nothing-to-do",
                    Refusal::UnknownChange(_) => "unknown-change",
                    Refusal::AmbiguousChange(..) => "ambiguous-change",
                    Refusal::AlreadyUndone(_) => "already-undone",
                    Refusal::UndoOfUndo(_) => "undo-of-undo",
                    Refusal::StillNeeded { .. } => "still-needed",
                },
            },
            CommandError::File { .. } => "file",
            CommandError::Output(error) => output_code(error),
            CommandError::UnknownEnding { .. } => "unknown-ending",
            CommandError::Form(_) => "usage",
            CommandError::NotShown { .. } => "recorded-not-shown",
            CommandError::Line { error, .. } => match &**error {
                ImportError::Refused { error: StoreError::Rule(rule), .. } => rule_code(rule),
                ImportError::Refused { .. } => "refused-line",
                ImportError::Line { what, .. } => match what {
                    LineError::NoHeader => "no-header",
                    LineError::Newer(_) => "newer-file",
                    LineError::UnknownAccount(_) => "unknown-account",
                    LineError::UnknownUnit(_) => "unknown-unit",
                    LineError::UnknownChange(_) => "unknown-change",
                    LineError::ChangeIsOver(_) => "change-is-over",
                    LineError::AccountDiffers(_) => "account-differs",
                    LineError::Differs(_) => "id-differs",
                    _ => "bad-line",
                },
            },
            CommandError::PlatformFile { .. } => "platform-file",
            CommandError::Config { .. } => "config",
            CommandError::Unsound { .. } => "unsound",
            CommandError::NumericCategory { .. } => "numeric-category",
            CommandError::Corrected { failure, .. } => failure.code(),
            CommandError::BrokenPipe => "broken-pipe",
        }
    }

    /// One sentence on what is wrong, and one on what can be done.
    pub fn message_and_hint(&self) -> (String, String) {
        let words = |message: String, hint: &str| (message, hint.to_string());
        match self {
            CommandError::Usage { message, hint } | CommandError::Refused { message, hint, .. } => {
                (message.clone(), hint.clone())
            }
            CommandError::NoHome => words(
                "no home folder is known, so there is no place for a ledger".into(),
                "name one: --ledger FILE, or set JANDON_LEDGER",
            ),
            CommandError::NotText { name } => {
                words(format!("{name} is not UTF-8 text"), "set it to plain text, or leave it unset")
            }
            CommandError::Clock { text } => words(
                format!("--today (or JANDON_TODAY) is {text:?}, which is no date"),
                "write 2026-11-22 or 2026-11-22T13:05",
            ),
            CommandError::Amount(error) => amount_message(error),
            CommandError::ZeroAmount { text } => {
                words(format!("{text:?} is zero, and nothing would move"), "give an amount above zero")
            }
            CommandError::Money(MoneyError::UnitsDiffer(a, b)) => {
                words(format!("{a} and {b} cannot be added"), "give both amounts in one unit")
            }
            CommandError::Money(MoneyError::TooLarge) => {
                words("the sum is too large for a ledger".into(), "check the amounts for a digit too many")
            }
            CommandError::Date(error) => date_message(error),
            CommandError::Rate(error) => {
                let hint = "write a decimal of at most nine places, such as 0.95, or a fraction such as 2/3";
                match error {
                    RateError::NotARate(text) => words(format!("{text:?} is no rate"), hint),
                    RateError::NotPositive(text) => {
                        words(format!("a rate must be above zero, and {text:?} is not"), hint)
                    }
                    RateError::TooPrecise(text) => {
                        words(format!("the rate {text:?} has too many digits"), hint)
                    }
                }
            }
            CommandError::MonthStart { day } => {
                words(format!("a month cannot begin on day {day}"), "give --month-start a day from 1 to 31")
            }
            CommandError::Name { error, can_be_opened } => name_message(error, *can_be_opened),
            CommandError::Text { what, error } => {
                (format!("the {what} {}", text_message(error)), text_hint(error).into())
            }
            CommandError::Word { what, typed, allowed } => {
                (format!("{typed:?} is no {what}"), format!("use one of {}", allowed.join(", ")))
            }
            CommandError::UnknownPlatform { typed, close } => {
                let hint = match close.as_slice() {
                    [] => "see what is known: jandon channels".into(),
                    close => did_you_mean(close),
                };
                (format!("no platform is called {typed:?}"), hint)
            }
            CommandError::AmbiguousPlatform { typed, fits } => {
                (format!("{typed:?} fits several platforms"), did_you_mean(fits))
            }
            CommandError::NoPlatform { account, close } => (
                format!("the account {account} has no platform set, so its channels are not known"),
                super::account::to_set_platform(account, close),
            ),
            CommandError::PlatformGone { account, platform } => words(
                format!("{account} is on the platform {platform}, which the catalog does not hold"),
                "put its file back into the platforms folder, or name the folder: --catalog DIR",
            ),
            CommandError::NoCatalogFolder { path } => words(
                format!("{} is not a folder of platform files", path.display()),
                "name a folder that exists with --catalog DIR or JANDON_CATALOG, or leave both out",
            ),
            CommandError::NotClosed { account } => (
                format!("the account {account} is open already"),
                format!("see it with: jandon account show {}", quoted_name(account)),
            ),
            CommandError::UnknownUnit { code } => (
                format!("no unit is called {code:?}"),
                format!(
                    "use a currency code such as KRW or the points unit of a platform, or declare it: jandon unit add {} --decimals 0",
                    quoted(code)
                ),
            ),
            CommandError::AmbiguousUnit { typed, fits } => (
                format!("{typed:?} is ambiguous: it is a name of {}", fits.join(", ")),
                format!("give the code, such as {}", fits.first().unwrap_or(&"")),
            ),
            CommandError::PlatformDecides { platform, what, is } => (
                format!("on {platform} the {what} is {is}"),
                format!("leave --{what} out; the platform decides it"),
            ),
            CommandError::UnknownChannel { typed, platform, channels } => {
                let hint = match channels.as_slice() {
                    [] => {
                        format!("no channel of {platform} is known; give --fee or --received without --via")
                    }
                    channels => format!("its channels: {}", channels.join(", ")),
                };
                (format!("{platform} has no official channel called {typed:?}"), hint)
            }
            CommandError::AmbiguousChannel { typed, fits } => {
                (format!("{typed:?} fits several channels"), format!("say which: {}", fits.join(", ")))
            }
            CommandError::NoChannel { channels } => {
                let hint = match channels.as_slice() {
                    [] => "give --fee or --received to book what really happened".into(),
                    channels => format!("say through which: --via {}", channels.join(", --via ")),
                };
                ("a withdrawal needs its channel, or else --fee or --received".into(), hint)
            }
            CommandError::CarrierOnly { option, account } => words(
                format!("--{option} belongs to carrier billing, and {account} is no carrier account"),
                "leave it out",
            ),
            CommandError::ReceivedAndFeeDisagree { left, received, fee } => words(
                format!("{received} received and {fee} in fees do not add up to the {left} that left"),
                "give one of --received and --fee, and the other follows",
            ),
            CommandError::ReceivedMoreThanLeft { left, received } => words(
                format!("{received} received is more than the {left} that left"),
                "check the two amounts",
            ),
            CommandError::FeeAboveAmount { amount, fee } => words(
                format!("a fee of {fee} is more than the {amount} that leaves"),
                "check the two amounts",
            ),
            CommandError::ReceivedNeeded { from, to } => (
                format!("{from} becomes {to} here, and no rate between the two accounts is known"),
                format!("say what arrived: --received AMOUNT (in {to})"),
            ),
            CommandError::TopupInTwoUnits { from, holds, to, wanted } => (
                format!("{from} holds {holds}, and {to} holds {wanted}"),
                format!(
                    "record it as a transfer: jandon transfer {} {} AMOUNT --received AMOUNT",
                    quoted_name(from),
                    quoted_name(to)
                ),
            ),
            CommandError::ChannelPaysOther { channel, pays, account, unit } => words(
                format!("{channel} pays {pays}, and {account} holds {unit}"),
                "choose another account with --to, or leave it out",
            ),
            CommandError::Withdrawal { message, hint, .. } => (message.clone(), hint.clone()),
            CommandError::Rule(rule) => rule_message(rule),
            CommandError::Store(error) => store_message(error),
            CommandError::File { path, error } => (
                format!("{} cannot be used: {}", path.display(), plain_io(error)),
                "check the path and who may read or write it".into(),
            ),
            CommandError::Output(error) => output_message(error),
            CommandError::UnknownEnding { ending, allowed } => (
                format!(".{ending} is not a form of this answer"),
                format!("use .{}, or name the form: --format csv", allowed.join(", .")),
            ),
            CommandError::Form(error) => words(error.english(), "jandon report -o month.html"),
            CommandError::NotShown { done, cause } => {
                let (cause, _) = match &**cause {
                    CommandError::BrokenPipe => ("nobody read it".to_string(), String::new()),
                    cause => cause.message_and_hint(),
                };
                let (what, hint) = match done {
                    Done::Recorded(id) => (
                        format!("recorded as {id}"),
                        "do not repeat the command; see what it recorded: jandon history",
                    ),
                    Done::BackedUp => {
                        ("the backup was made".into(), "the backup is complete; do not repeat the command")
                    }
                    Done::Restored => (
                        "the ledger was restored".into(),
                        "do not repeat the command; look at it: jandon balance",
                    ),
                    Done::Repaired => ("the ledger was repaired".into(), "look at it: jandon check"),
                };
                words(format!("{what}, but the answer could not be written ({cause})"), hint)
            }
            CommandError::Line { file, error } => {
                let (line, (what, hint)) = match &**error {
                    ImportError::Line { line, what } => (line, wrong_message(what)),
                    ImportError::Refused { line, error } => (line, refused_message(error)),
                };
                (format!("{file}:{line}: {what}; nothing was imported"), hint)
            }
            CommandError::PlatformFile { path, error } => {
                (file_error(path, error), "the README shows one complete platform file".into())
            }
            CommandError::Config { path, what } => (
                format!("{}: {what}", path.display()),
                "mend the file, or move it away to use the defaults".into(),
            ),
            CommandError::Unsound { findings } => (
                format!("the ledger is not sound: {findings} findings"),
                "keep a copy of the file; what it says of facts is still there".into(),
            ),
            CommandError::NumericCategory { category, .. } => words(
                format!("{category:?} reads as an amount, not as a category"),
                "give a category that is a number with --category",
            ),
            CommandError::Corrected { failure, hint } => (failure.message_and_hint().0, hint.clone()),
            CommandError::BrokenPipe => (String::new(), String::new()),
        }
    }
}

/// What is wrong with a text: `is empty`, `is longer than 1,000 characters`.
fn text_message(error: &TextError) -> String {
    match error {
        TextError::Empty => "is empty".into(),
        TextError::TooLong(max) => {
            format!("is longer than {} characters", to_grouped_string(*max as i128, 0))
        }
        TextError::Invisible(hidden) => {
            format!("holds the character {}, which cannot be seen", hidden.escape_unicode())
        }
    }
}

/// What to do about a text that is not stored.
fn text_hint(error: &TextError) -> &'static str {
    match error {
        TextError::Empty => "write at least one letter, digit or sign, or leave it out",
        TextError::TooLong(_) => "shorten it",
        TextError::Invisible(_) => "write it again without that character",
    }
}

impl From<AmountError> for CommandError {
    fn from(error: AmountError) -> CommandError {
        CommandError::Amount(error)
    }
}

impl From<MoneyError> for CommandError {
    fn from(error: MoneyError) -> CommandError {
        CommandError::Money(error)
    }
}

impl From<DateError> for CommandError {
    fn from(error: DateError) -> CommandError {
        CommandError::Date(error)
    }
}

impl From<RateError> for CommandError {
    fn from(error: RateError) -> CommandError {
        CommandError::Rate(error)
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> CommandError {
        CommandError::Store(error)
    }
}

impl From<RuleViolation> for CommandError {
    fn from(rule: RuleViolation) -> CommandError {
        CommandError::Rule(rule)
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> CommandError {
        CommandError::Store(StoreError::Refused(refusal))
    }
}
