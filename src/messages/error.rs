//! Every error in English and in Korean.
//!
//! An error is data. [`CommandError::diagnostic`] returns its sentence and its hint in a language; each
//! language has one exhaustive `match`, so that a missing translation does not compile. Codes and exit
//! statuses are in `cli`.

mod english;
mod korean;
mod statement;

use super::Language;
use crate::fee::parse::FileError;
use crate::fee::{Reason, Text};
use crate::ledger::name::NameError;
use crate::ledger::{Id, Kind, RuleViolation};
use crate::money::{AmountError, Money, MoneyError, RateError, Unit};
use crate::output_file::OutputError;
use crate::period::{DateError, Day};
use crate::store::{ImportError, Refusal, StoreError};
use crate::text::{TextError, quoted, quoted_name};
use std::io;
use std::path::PathBuf;

pub use statement::{
    StatementError, bad_row_english, bad_row_korean, correction, fault_english, fault_korean,
};

/// An error as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// One sentence that names the thing and what is wrong.
    pub message: String,
    /// What can be done about it; empty where nothing can.
    pub hint: String,
}

/// A command that could not be carried out.
#[derive(Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum CommandError {
    /// The command line, or the arguments of a command, cannot be used.
    Usage(Box<UsageError>),
    /// There is no home folder, so no place for a ledger.
    NoHome,
    /// A variable of the environment is not text.
    NotText { name: &'static str },
    /// `--today` is not a date.
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
    /// A text cannot be stored.
    Text { field: TextField, error: TextError },
    /// A word is not one of those that are allowed.
    Word { expected: ExpectedWord, typed: String, allowed: Vec<&'static str> },
    /// No platform has that name.
    UnknownPlatform { typed: String, close: Vec<String> },
    /// Several platforms have names like that.
    AmbiguousPlatform { typed: String, fits: Vec<String> },
    /// The account has no platform, so no channels are known.
    NoPlatform { account: String, close: Vec<String> },
    /// The account is a bank account, so no withdrawal leads out of it.
    IsABank { account: String },
    /// The platform of the account is not in the catalog any more.
    PlatformGone { account: String, platform: String },
    /// The account has another unit or kind than its platform, so the platform's rules do not fit it.
    PlatformDiffers {
        account: String,
        platform: String,
        property: PlatformProperty,
        own: String,
        wanted: String,
    },
    /// A folder of platform files that was named is not there.
    NoCatalogFolder { path: PathBuf },
    /// The account is open already.
    NotClosed { account: String },
    /// No unit has that code.
    UnknownUnit { code: String },
    /// Several currencies are called like that.
    AmbiguousUnit { typed: String, fits: Vec<&'static str> },
    /// A platform decides kind and unit, and something else was asked.
    PlatformDecides { platform: String, property: PlatformProperty, value: String },
    /// The platform has no channel of that id.
    UnknownChannel { typed: String, platform: String, channels: Vec<String> },
    /// Several channels have ids that begin like that.
    AmbiguousChannel { typed: String, fits: Vec<String> },
    /// A withdrawal needs a channel for its fee, or else the fee itself.
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
    Withdrawal(Box<WithdrawalError>),
    /// A rule of the ledger forbids it.
    Rule(RuleViolation),
    /// `pay` needs a carrier account; the one of the ledger, if it has any.
    PayNeedsCarrier { account: String, amount: String, carrier: Option<String> },
    /// Money cannot be sent from a carrier account.
    SendFromCarrier { account: String, amount: String },
    /// Money cannot be received on a carrier account.
    ReceiveOnCarrier { account: String, amount: String },
    /// The ledger on disk.
    Store(StoreError),
    /// A file of the user's cannot be read or written.
    File { path: PathBuf, error: io::Error },
    /// The file of `-o` cannot be written.
    Output(OutputError),
    /// The extension of the file of `-o` is not a format of the answer.
    UnknownEnding { ending: String, allowed: Vec<&'static str> },
    /// The command did its work, and then its answer could not be written.
    NotShown { done: Done, cause: Box<CommandError> },
    /// A line of a file cannot be imported.
    Line { file: String, error: Box<ImportError> },
    /// A statement cannot be imported.
    Statement { file: String, error: Box<StatementError> },
    /// A platform file has a fault.
    PlatformFile { path: String, error: FileError },
    /// The config is not understood.
    Config { path: PathBuf, error: ConfigError },
    /// `check` found something wrong.
    Unsound { findings: usize },
    /// A category that reads as an amount, after the amount it was given with.
    NumericCategory { amount: String, category: String },
    /// Another failure, with the command that was probably meant.
    Corrected { failure: Box<CommandError>, correction: Correction },
    /// The reader of the answer has stopped reading.
    BrokenPipe,
}

/// What a command did to the files of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum Done {
    Recorded(Id),
    BackedUp,
    Restored,
    Repaired,
}

/// A text that a command stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum TextField {
    AccountName,
    Category,
    Channel,
    Note,
    Payee,
    UnitCode,
}

/// What one word of a list stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum ExpectedWord {
    AccountKind,
    EntryKind,
    ExportFormat,
    Language,
}

/// A property of an account that its platform decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum PlatformProperty {
    Kind,
    Unit,
}

/// A record that can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum RecordKind {
    Entry(Kind),
    Snapshot,
}

/// A mistake in the command line or in the arguments of a command.
///
/// `usage` is the usage of the command without its label; `option` is an option as it was typed or as the
/// usage shows it: `--format <FORM>`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum UsageError {
    /// The command is unknown; the command that was probably meant, without `jandon`.
    UnknownCommand { typed: String, meant: Option<String> },
    /// The option is unknown; the option that was probably meant.
    UnknownOption { typed: String, meant: Option<String>, usage: String },
    /// There is an argument too many.
    UnexpectedArgument { typed: String, usage: String },
    /// There is an argument too many; the command line that was probably meant.
    MisplacedArgument { typed: String, meant: String },
    /// Required arguments are missing.
    MissingArguments { missing: Vec<String>, usage: String },
    /// The command has commands of its own, and none is named.
    MissingCommand { usage: String },
    /// The option needs a value; the values that are allowed, where that is a list.
    MissingValue { option: String, allowed: Vec<String>, usage: String },
    /// The value is none of those that are allowed; the value that was probably meant.
    ValueNotAllowed { option: String, typed: String, allowed: Vec<String>, meant: Option<String> },
    /// The value is not a whole number in that range.
    NumberOutOfRange { option: String, typed: String, least: u64, most: Option<u64> },
    /// The value is invalid.
    InvalidValue { option: String, typed: String, usage: String },
    /// An option stands where the value of another is expected.
    OptionAsValue { option: String, typed: String },
    /// The two cannot be used together, or one twice.
    Conflict { option: String, others: Vec<String>, usage: String },
    /// The argument is not UTF-8 text.
    NotUtf8 { usage: String },
    /// The arguments do not fit the command in another way.
    Invalid { usage: String },
    /// The value of the option has a minus sign.
    NegativeValue { option: String, typed: String },
    /// Accounts cannot be removed.
    RemovedAccount { name: Option<String> },
    /// `--exchange` has no effect on the command.
    UselessExchange,
    /// `fees` on a platform needs an amount.
    PlatformWithoutAmount { platform: String },
    /// No option says what to change.
    NothingToChange { options: &'static [&'static str] },
    /// The edit leaves the record as it is.
    UnchangedRecord { record: RecordKind },
    /// The record belongs to a change that also did other things.
    RecordOfLargerChange { change: Id },
    /// The change recorded no entry and no snapshot.
    ChangeWithoutRecords { typed: String },
    /// The change has several records: their ids and amounts.
    SeveralRecords { typed: String, count: usize, records: Vec<(Id, Money)> },
    /// The amount follows from a rate or a fee rule.
    ComputedAmount { kind: Kind, id: Id },
    /// A record of that kind does not have the property of the option.
    OptionNotOfRecord { record: RecordKind, option: &'static str },
    /// The text cannot be the code of a unit.
    InvalidUnitCode { typed: String },
    /// The text is an everyday name of a currency.
    EverydayUnitName { typed: String },
    /// The decimals of a unit are from 0 to `most`.
    InvalidDecimals { typed: String, most: u8 },
    /// Only a report can be written as a web page.
    NoWebPage,
    /// A backup cannot be written to standard output.
    BackupToStdout,
    /// The word belongs to the amount before it.
    SplitAmount { amount: String, word: String },
    /// The day of a month is from 1 to 31.
    InvalidDayOfMonth { option: &'static str, typed: String },
    /// `log` names the account twice.
    AccountTwice { account: String },
    /// The month has not begun.
    FutureMonth { typed: String },
    /// The period is not one month.
    NotAMonth { typed: String },
    /// `log` has no balance.
    NoBalance,
    /// `log` has no amount for the account.
    NoAmount { name: String },
    /// The channel has no condition that could be assumed.
    Unconditional { channel: String, platform: String },
    /// The text is not a number of days.
    InvalidDays { option: String, typed: String },
    /// A rate needs two units.
    RateToItself { unit: Unit },
    /// The day of `--by` is past.
    PastDay { by: Day, today: Day },
    /// A plan pays to a bank account only.
    ReceiverNotABank { account: String },
    /// `--assume` names no channel that an account can use.
    UnknownAssumption { typed: String },
    /// `--assume` fits several channels.
    AmbiguousAssumption { typed: String, channels: Vec<String> },
    /// The channels pay several units, and none was asked for.
    SeveralUnits { units: Vec<Unit> },
    /// The receiving account has another unit than the plan.
    ReceiverInOtherUnit { account: String, holds: Unit, wanted: Unit },
    /// `--keep` has no amount.
    KeepWithoutAmount { typed: String },
    /// `--keep` is more than there is.
    KeepAboveBalance { account: String, available: Money, keep: Money },
}

/// Why a withdrawal or a plan is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum WithdrawalError {
    /// The platform has no official withdrawal, for the reason that its file gives.
    NotWithdrawable { account: String, reason: Option<Text> },
    /// The channel does not allow the amount; the nearest amounts that it allows.
    Rejected { account: String, channel: String, amount: Money, reason: Reason, nearest: Vec<Money> },
    /// No account can be withdrawn from.
    NothingWithdrawable { advice: PlanAdvice },
    /// No withdrawal pays out anything.
    NothingPaysOut { advice: PlanAdvice },
    /// A plan pays out at most `most`, which is less than the target. `found` is what the best plan that was
    /// found pays out, where that is less than the bound.
    TargetOutOfReach { most: Money, found: Option<Money>, target: Money, by: Day, advice: PlanAdvice },
    /// The best plan that was found pays out `best`, which may be less than is possible.
    NoBetterPlan { best: Money, target: Option<Money>, by: Day, advice: PlanAdvice },
}

/// What can be done where a plan does not pay out enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanAdvice {
    /// Ask for this much, or for a later day.
    AskForLess(Money),
    /// See what the accounts hold.
    ShowBalances,
    /// See what an account allows.
    ShowFees(String),
    /// See the plan, with that command.
    ShowPlan(String),
}

/// The command that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Correction {
    /// The corrected command line.
    Command(String),
    /// The command line with the first channel; the other channels.
    Channel { command: String, others: Vec<String> },
    /// The command line with one amount, where that is a reading, and with `--category`.
    Category { one_amount: Option<String>, category: String },
    /// `log` takes money in favour of the user on a carrier account with `--credit`.
    Credit { account: String, amount: String },
    /// The file may be an export, which `import` reads.
    Import(PathBuf),
}

/// What is wrong in the config.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum ConfigError {
    /// It is not TOML, and why in the words of the parser.
    NotToml(String),
    /// The key is unknown.
    UnknownKey(String),
    /// The table has one key only, as in the example.
    OnlyKey { table: &'static str, example: &'static str },
    /// The unit is unknown.
    UnknownUnit { key: String, code: String },
    /// The name means several units.
    AmbiguousUnit { key: String, name: String, fits: Vec<&'static str> },
    /// The language is unknown.
    UnknownLanguage(String),
    /// The value is not an amount of the unit in quotes.
    NotAnAmount { key: String, unit: String },
    /// The value is not an amount with its unit in quotes.
    NotAnAmountWithUnit { key: String },
}

impl Diagnostic {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Diagnostic {
        Diagnostic { message: message.into(), hint: hint.into() }
    }
}

impl CommandError {
    /// Returns the error as people read it.
    pub fn diagnostic(&self, language: Language) -> Diagnostic {
        match language {
            Language::English => english::diagnostic(self),
            Language::Korean => korean::diagnostic(self),
        }
    }

    /// Returns the error for a code that is not that of a unit; several units may have that everyday name.
    pub fn unknown_unit(code: &str) -> CommandError {
        let fits: Vec<&str> = Unit::codes_of_everyday_name(code).collect();
        match fits.is_empty() {
            true => CommandError::UnknownUnit { code: code.into() },
            false => CommandError::AmbiguousUnit { typed: code.into(), fits },
        }
    }
}

/// Returns the command that sets the platform of an account.
fn set_platform(account: &str, platform: &str) -> String {
    format!("jandon account edit {} --platform {platform}", quoted_name(account))
}

/// Returns records by their ids with their amounts.
fn listed(records: &[(Id, Money)]) -> String {
    let records: Vec<String> = records.iter().map(|(id, amount)| format!("{id} ({amount})")).collect();
    records.join(", ")
}

/// Returns why a file cannot be used; the text of the system for the kinds without one here.
pub(super) fn io_cause(kind: io::ErrorKind, text: &str, language: Language) -> &str {
    let (english, korean) = match kind {
        io::ErrorKind::NotFound => ("not found", "없음"),
        io::ErrorKind::PermissionDenied => ("permission denied", "권한 없음"),
        io::ErrorKind::IsADirectory => ("it is a folder", "폴더임"),
        io::ErrorKind::NotADirectory => {
            ("a part of its path is a file, not a folder", "상위 경로가 폴더가 아님")
        }
        io::ErrorKind::StorageFull => ("the disk is full", "디스크가 가득 참"),
        io::ErrorKind::ReadOnlyFilesystem => ("the disk can only be read", "읽기 전용 디스크"),
        io::ErrorKind::AlreadyExists => ("it already exists", "이미 있음"),
        io::ErrorKind::InvalidInput => (text, "일반 파일이 아님"),
        io::ErrorKind::InvalidData => (text, "UTF-8 텍스트가 아님"),
        io::ErrorKind::FileTooLarge => (text, "파일이 너무 큼"),
        _ => (text, text),
    };
    match language {
        Language::English => english,
        Language::Korean => korean,
    }
}

/// Returns what is wrong with a platform file: its path, the line, the key and what is allowed there.
pub(super) fn platform_file_error(path: &str, error: &FileError, language: Language) -> String {
    match language {
        Language::English => english::platform_file_error(path, error),
        Language::Korean => korean::platform_file_error(path, error),
    }
}

/// Returns the options of `edit` that give a record these values, if it has such options.
fn edit_options(values: &[(String, String)]) -> Option<String> {
    let mut given: Vec<(&str, &str)> = Vec::new();
    for (key, value) in values {
        let option = match key.as_str() {
            "at" => "date",
            // A carrier's balance is typed as what is owed.
            "out" | "in" | "balance" if !value.starts_with('-') => "amount",
            "from" | "to" | "account" => "account",
            key @ ("category" | "payee" | "expires" | "note") => key,
            _ => return None,
        };
        if value.is_empty() && !matches!(option, "category" | "payee" | "note") {
            return None;
        }
        match given.iter().find(|(known, _)| *known == option) {
            Some((_, same)) if same == value => {}
            Some(_) => return None,
            None => given.push((option, value)),
        }
    }
    let options: String = given.iter().map(|(key, value)| format!(" --{key} {}", quoted(value))).collect();
    Some(options).filter(|options| !options.is_empty())
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

impl From<UsageError> for CommandError {
    fn from(error: UsageError) -> CommandError {
        CommandError::Usage(Box::new(error))
    }
}

impl From<WithdrawalError> for CommandError {
    fn from(error: WithdrawalError) -> CommandError {
        CommandError::Withdrawal(Box::new(error))
    }
}
