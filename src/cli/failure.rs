//! Every way a command can fail, in words to act on, with its hint and its exit status. No other
//! room knows these words.

use crate::fee::file::{Fault, FileError};
use crate::import::{LINE_MAX, Wrong};
use crate::ledger::RuleBroken;
use crate::ledger::name::NameError;
use crate::money::{FigureError, MoneyError, RateError, Unit};
use crate::period::DateError;
use crate::store::{CarryError, Refusal, StoreError};
use serde::Serialize;
use std::path::PathBuf;

/// A command that could not be carried out.
#[derive(Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Failure {
    /// The grammar refused the words.
    Usage { message: String, hint: String },
    /// There is no home folder, so no place for a ledger.
    NoHome,
    /// `--today` is no date.
    Clock { text: String },
    /// An amount is refused.
    Amount(FigureError),
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
    /// A name finds no account.
    Name { error: NameError, none_yet: bool },
    /// A name cannot be given.
    Unprintable { what: &'static str, text: String },
    /// A word is none of those that are allowed.
    Word { what: &'static str, typed: String, allowed: Vec<&'static str> },
    /// No platform has that name.
    UnknownPlatform { typed: String, close: Vec<String> },
    /// Several platforms have names like that.
    AmbiguousPlatform { typed: String, fits: Vec<String> },
    /// The account has no platform, so no channels are known.
    NoPlatform { account: String },
    /// The platform of the account is not in the catalog any more.
    PlatformGone { account: String, platform: String },
    /// No unit has that code.
    UnknownUnit { code: String },
    /// A platform decides kind and unit, and something else was asked.
    PlatformDecides { platform: String, what: &'static str, is: String },
    /// The platform has no channel of that id.
    UnknownChannel { typed: String, platform: String, channels: Vec<String> },
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
    Rule(RuleBroken),
    /// The ledger on disk.
    Store(StoreError),
    /// A file of the user's cannot be read or written.
    File { path: PathBuf, error: std::io::Error },
    /// A file is there already.
    FileExists { path: PathBuf },
    /// A line of a file cannot be imported.
    Line { file: String, error: Box<CarryError> },
    /// A platform file has a fault.
    PlatformFile { path: String, error: FileError },
    /// The config is not understood.
    Config { path: PathBuf, what: String },
    /// `check` found something wrong.
    Unsound { findings: usize },
    /// Whoever read the answer has stopped reading.
    NobodyReads,
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

impl Failure {
    /// The failure as scripts read it, on one line.
    pub fn json(&self) -> String {
        let (message, hint) = self.words();
        crate::view::json(&ErrorDocument {
            error: ErrorBody { code: self.code(), message: &message, hint: &hint },
        })
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Failure::NobodyReads => 0,
            Failure::Withdrawal { .. } => 4,
            Failure::Rule(rule) => rule_status(rule),
            Failure::Store(error) => match error {
                StoreError::Busy(..) | StoreError::CreatedMeanwhile(_) => 5,
                StoreError::Newer { .. } => 6,
                StoreError::Rule(rule) => rule_status(rule),
                StoreError::Refused(refusal) => match refusal {
                    Refusal::NameTaken(_)
                    | Refusal::UnitDiffers { .. }
                    | Refusal::UnknownChange(_)
                    | Refusal::AmbiguousChange(_) => 2,
                    _ => 4,
                },
                StoreError::Taken(_) | StoreError::IsTheLedger(_) => 2,
                _ => 1,
            },
            Failure::NoHome | Failure::File { .. } | Failure::Unsound { .. } => 1,
            _ => 2,
        }
    }

    /// A code that scripts can branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Usage { .. } => "usage",
            Failure::NoHome => "no-home",
            Failure::Clock { .. } | Failure::Date(_) | Failure::MonthStart { .. } => "bad-date",
            Failure::Amount(error) => match error {
                FigureError::TooLarge(_) => "amount-too-large",
                FigureError::WrongUnit { .. } => "wrong-unit",
                _ => "bad-amount",
            },
            Failure::ZeroAmount { .. } => "zero-amount",
            Failure::Money(_) => "units-differ",
            Failure::Rate(_) => "bad-rate",
            Failure::Name { error: NameError::Unknown { .. }, .. } => "unknown-account",
            Failure::Name { error: NameError::Ambiguous { .. }, .. } => "ambiguous-account",
            Failure::Unprintable { .. } => "bad-name",
            Failure::Word { .. } => "usage",
            Failure::UnknownPlatform { .. } => "unknown-platform",
            Failure::AmbiguousPlatform { .. } => "ambiguous-platform",
            Failure::NoPlatform { .. } => "no-platform",
            Failure::PlatformGone { .. } => "platform-gone",
            Failure::UnknownUnit { .. } => "unknown-unit",
            Failure::PlatformDecides { .. } => "platform-decides",
            Failure::UnknownChannel { .. } => "unknown-channel",
            Failure::NoChannel { .. } => "no-channel",
            Failure::CarrierOnly { .. } => "carrier-only",
            Failure::ReceivedAndFeeDisagree { .. } => "received-and-fee-disagree",
            Failure::ReceivedMoreThanLeft { .. } => "received-more-than-left",
            Failure::FeeAboveAmount { .. } => "fee-above-amount",
            Failure::ReceivedNeeded { .. } => "received-needed",
            Failure::TopupInTwoUnits { .. } | Failure::ChannelPaysOther { .. } => "wrong-unit",
            Failure::Withdrawal { code, .. } => code,
            Failure::Rule(rule) => rule_code(rule),
            Failure::Store(error) => match error {
                StoreError::Io(..) | StoreError::Sqlite(..) | StoreError::DiskFailed(..) => "ledger-io",
                StoreError::NotALedger(_) => "not-a-ledger",
                StoreError::Damaged(..) => "ledger-damaged",
                StoreError::Newer { .. } => "ledger-newer",
                StoreError::Busy(..) | StoreError::CreatedMeanwhile(_) => "ledger-busy",
                StoreError::DiskFull(_) => "disk-full",
                StoreError::ReadOnly(_) => "ledger-read-only",
                StoreError::CopyFailed(..) => "copy-failed",
                StoreError::Taken(_) => "file-exists",
                StoreError::IsTheLedger(_) => "is-the-ledger",
                StoreError::Rule(rule) => rule_code(rule),
                StoreError::Refused(refusal) => match refusal {
                    Refusal::NameTaken(_) => "name-taken",
                    Refusal::BalanceNotZero { .. } => "balance-not-zero",
                    Refusal::AccountInUse(_) => "account-in-use",
                    Refusal::AccountChanged(_) => "account-changed",
                    Refusal::UnitDiffers { .. } => "unit-differs",
                    Refusal::NothingTo(_) => "nothing-to-do",
                    Refusal::UnknownChange(_) => "unknown-change",
                    Refusal::AmbiguousChange(_) => "ambiguous-change",
                    Refusal::AlreadyUndone(_) => "already-undone",
                    Refusal::UndoOfUndo(_) => "undo-of-undo",
                    Refusal::StillNeeded { .. } => "still-needed",
                },
            },
            Failure::File { .. } => "file",
            Failure::FileExists { .. } => "file-exists",
            Failure::Line { error, .. } => match &**error {
                CarryError::Refused { error: StoreError::Rule(rule), .. } => rule_code(rule),
                CarryError::Refused { .. } => "refused-line",
                CarryError::Line { what, .. } => match what {
                    Wrong::NoHeader => "no-header",
                    Wrong::Newer(_) => "newer-file",
                    Wrong::UnknownAccount(_) => "unknown-account",
                    Wrong::UnknownUnit(_) => "unknown-unit",
                    Wrong::UnknownChange(_) => "unknown-change",
                    Wrong::ChangeIsOver(_) => "change-is-over",
                    Wrong::AccountDiffers(_) => "account-differs",
                    _ => "bad-line",
                },
            },
            Failure::PlatformFile { .. } => "platform-file",
            Failure::Config { .. } => "config",
            Failure::Unsound { .. } => "unsound",
            Failure::NobodyReads => "broken-pipe",
        }
    }

    /// One sentence on what is wrong, and one on what can be done.
    pub fn words(&self) -> (String, String) {
        let words = |message: String, hint: &str| (message, hint.to_string());
        match self {
            Failure::Usage { message, hint } => (message.clone(), hint.clone()),
            Failure::NoHome => words(
                "no home folder is known, so there is no place for a ledger".into(),
                "name one: --ledger FILE, or set JANDON_LEDGER",
            ),
            Failure::Clock { text } => words(
                format!("--today (or JANDON_TODAY) is {text:?}, which is no date"),
                "write 2026-11-22 or 2026-11-22T13:05",
            ),
            Failure::Amount(error) => amount_words(error),
            Failure::ZeroAmount { text } => {
                words(format!("{text:?} is zero, and nothing would move"), "give an amount above zero")
            }
            Failure::Money(MoneyError::UnitsDiffer(a, b)) => {
                words(format!("{a} and {b} cannot be added"), "give both amounts in one unit")
            }
            Failure::Money(MoneyError::TooLarge) => {
                words("the sum is too large for a ledger".into(), "check the amounts for a digit too many")
            }
            Failure::Date(error) => date_words(error),
            Failure::Rate(error) => {
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
            Failure::MonthStart { day } => {
                words(format!("a month cannot begin on day {day}"), "give --month-start a day from 1 to 31")
            }
            Failure::Name { error, none_yet } => name_words(error, *none_yet),
            Failure::Unprintable { what, text } => words(
                format!(
                    "{text:?} cannot be the {what}: it is empty or holds a character that does not print"
                ),
                "use letters, digits, spaces or signs that print",
            ),
            Failure::Word { what, typed, allowed } => {
                (format!("{typed:?} is no {what}"), format!("use one of {}", allowed.join(", ")))
            }
            Failure::UnknownPlatform { typed, close } => {
                let hint = match close.as_slice() {
                    [] => "see what is known: jandon channels".into(),
                    close => format!("did you mean {}?", close.join(", ")),
                };
                (format!("no platform is called {typed:?}"), hint)
            }
            Failure::AmbiguousPlatform { typed, fits } => {
                (format!("{typed:?} fits several platforms"), format!("say which: {}", fits.join(", ")))
            }
            Failure::NoPlatform { account } => (
                format!("the account {account} is on no known platform, so no channel is known"),
                format!("name its platform: jandon account edit {} --platform ID", quoted(account)),
            ),
            Failure::PlatformGone { account, platform } => words(
                format!("{account} is on the platform {platform}, which the catalog does not hold"),
                "put its file back into the platforms folder, or name the folder: --catalog DIR",
            ),
            Failure::UnknownUnit { code } => words(
                format!("no unit is called {code:?}"),
                "use a currency code such as KRW, or the points unit of a platform (jandon channels PLATFORM)",
            ),
            Failure::PlatformDecides { platform, what, is } => (
                format!("on {platform} the {what} is {is}"),
                format!("leave --{what} out, or open the account without --platform"),
            ),
            Failure::UnknownChannel { typed, platform, channels } => {
                let hint = match channels.as_slice() {
                    [] => {
                        format!("no channel of {platform} is known; give --fee or --received without --via")
                    }
                    channels => format!("its channels: {}", channels.join(", ")),
                };
                (format!("{platform} has no official channel called {typed:?}"), hint)
            }
            Failure::NoChannel { channels } => {
                let hint = match channels.as_slice() {
                    [] => "give --fee or --received to book what really happened".into(),
                    channels => format!("say through which: --via {}", channels.join(", --via ")),
                };
                ("a withdrawal needs its channel, or else --fee or --received".into(), hint)
            }
            Failure::CarrierOnly { option, account } => words(
                format!("--{option} belongs to carrier billing, and {account} is no carrier account"),
                "leave it out",
            ),
            Failure::ReceivedAndFeeDisagree { left, received, fee } => words(
                format!("{received} received and {fee} in fees do not add up to the {left} that left"),
                "give one of --received and --fee, and the other follows",
            ),
            Failure::ReceivedMoreThanLeft { left, received } => words(
                format!("{received} received is more than the {left} that left"),
                "check the two amounts",
            ),
            Failure::FeeAboveAmount { amount, fee } => words(
                format!("a fee of {fee} is more than the {amount} that leaves"),
                "check the two amounts",
            ),
            Failure::ReceivedNeeded { from, to } => (
                format!("{from} becomes {to} here, and no rate between the two accounts is known"),
                format!("say what arrived: --received AMOUNT (in {to})"),
            ),
            Failure::TopupInTwoUnits { from, holds, to, wanted } => (
                format!("{from} holds {holds}, and {to} holds {wanted}"),
                format!(
                    "record it as a transfer: jandon transfer {} {} AMOUNT --received AMOUNT",
                    quoted(from),
                    quoted(to)
                ),
            ),
            Failure::ChannelPaysOther { channel, pays, account, unit } => words(
                format!("{channel} pays {pays}, and {account} holds {unit}"),
                "choose another account with --to, or leave it out",
            ),
            Failure::Withdrawal { message, hint, .. } => (message.clone(), hint.clone()),
            Failure::Rule(rule) => rule_words(rule),
            Failure::Store(error) => store_words(error),
            Failure::File { path, error } => (
                format!("{} cannot be used: {}", path.display(), plain_io(error)),
                "check the path and who may read or write it".into(),
            ),
            Failure::FileExists { path } => words(
                format!("{} is there already", path.display()),
                "name another file, or replace it with --force",
            ),
            Failure::Line { file, error } => {
                let (line, (what, hint)) = match &**error {
                    CarryError::Line { line, what } => (line, wrong_words(what)),
                    CarryError::Refused { line, error } => (line, store_words(error)),
                };
                (format!("{file}:{line}: {what}; nothing was imported"), hint)
            }
            Failure::PlatformFile { path, error } => {
                (file_error(path, error), "the README shows one complete platform file".into())
            }
            Failure::Config { path, what } => (
                format!("{}: {what}", path.display()),
                "mend the file, or move it away to use the defaults".into(),
            ),
            Failure::Unsound { findings } => (
                format!("the ledger is not sound: {findings} findings"),
                "keep a copy of the file; what it says of facts is still there".into(),
            ),
            Failure::NobodyReads => (String::new(), String::new()),
        }
    }
}

fn wrong_words(what: &Wrong) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match what {
        Wrong::NoHeader => words(
            "the first line is not {\"jandon\":1}".into(),
            "give a file of jandon's own: one that `jandon export` wrote, or lines below that header",
        ),
        Wrong::Newer(form) => {
            words(format!("the file was written by a newer jandon (form {form})"), "use the newer jandon")
        }
        Wrong::NotText => words("the line is not text in UTF-8".into(), "write the file as UTF-8"),
        Wrong::TooLong => {
            words(format!("the line is longer than {LINE_MAX} bytes"), "one fact stands on one line")
        }
        Wrong::NotJson(error) => {
            words(format!("the line is not JSON ({error})"), "one fact stands on one line, as JSON")
        }
        Wrong::Form(error) => words(
            format!("the line is not a fact ({error})"),
            "a line is one of unit, account, rate, change, entry, snapshot, void; see: jandon export",
        ),
        Wrong::Value { key, text, wanted } => {
            (format!("`{key}` is {text:?}"), format!("`{key}` wants {wanted}"))
        }
        Wrong::AmountMissing(what) => words(format!("an amount is missing: {what}"), "say what moved"),
        Wrong::UnknownAccount(name) => words(
            format!("no account is called {name:?} there"),
            "open it on a line before, or with jandon account add; leave a place out that is no account",
        ),
        Wrong::UnknownUnit(code) => words(
            format!("no unit is called {code:?}"),
            "declare it on a line before: {\"unit\":{\"code\":…,\"decimals\":…}}",
        ),
        Wrong::UnknownChange(id) => {
            words(format!("no change is called {id:?} there"), "its line must come before what names it")
        }
        Wrong::ChangeIsOver(id) => words(
            format!("the change {id:?} is over, and this was not in it"),
            "keep the facts of a change together, or leave `change` out",
        ),
        Wrong::AccountDiffers(name) => words(
            format!("the ledger has an account called {name:?} already, and it is another one"),
            "rename one of the two",
        ),
    }
}

fn rule_status(rule: &RuleBroken) -> u8 {
    match rule {
        RuleBroken::CarrierTakesOnlySpendRefundPay { .. }
        | RuleBroken::PayNeedsCarrier { .. }
        | RuleBroken::AccountClosed { .. } => 4,
        _ => 2,
    }
}

fn rule_code(rule: &RuleBroken) -> &'static str {
    match rule {
        RuleBroken::AmountsDoNotBalance { .. } => "amounts-do-not-balance",
        RuleBroken::AmountNotPositive => "amount-not-positive",
        RuleBroken::UnitNotOfAccount { .. } => "wrong-unit",
        RuleBroken::CarrierTakesOnlySpendRefundPay { .. } => "carrier-takes-only-spend-refund-pay",
        RuleBroken::PayNeedsCarrier { .. } => "pay-needs-carrier",
        RuleBroken::AccountClosed { .. } => "account-closed",
        RuleBroken::SamePlaceTwice { .. } => "same-account-twice",
        RuleBroken::PlacesDoNotFitKind { .. } => "places-do-not-fit-kind",
        RuleBroken::ExpiresBeforeEarned { .. } => "expires-before-earned",
        RuleBroken::BalanceTooLarge { .. } => "balance-too-large",
    }
}

fn rule_words(rule: &RuleBroken) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match rule {
        RuleBroken::AmountsDoNotBalance { out, arriving, charges } => words(
            format!("{out} parts leave, but {arriving} arrive and {charges} are charged"),
            "what leaves must be what arrives plus fee and tax",
        ),
        RuleBroken::AmountNotPositive => {
            words("nothing would move, or less than nothing".into(), "give amounts above zero")
        }
        RuleBroken::UnitNotOfAccount { account, wanted, given } => words(
            format!("{account} holds {wanted}, not {given}"),
            "give the amount in the unit of the account",
        ),
        RuleBroken::CarrierTakesOnlySpendRefundPay { account, kind } => words(
            format!("{account} is carrier billing, which is money owed: it takes no {}", kind.word()),
            "use spend, refund, pay or log; nothing can be withdrawn from a billing limit",
        ),
        RuleBroken::PayNeedsCarrier { account } => words(
            format!(
                "pay settles the bill of a carrier from an account that is none, and {account} does not fit"
            ),
            "name the carrier first: jandon pay CARRIER AMOUNT --from ACCOUNT",
        ),
        RuleBroken::AccountClosed { account } => words(
            format!("the account {account} is closed"),
            "use another account, or take the closing back while it is the latest change: jandon undo",
        ),
        RuleBroken::SamePlaceTwice { account } => {
            words(format!("value cannot go from {account} to itself"), "name two different accounts")
        }
        RuleBroken::PlacesDoNotFitKind { kind } => words(
            format!("a {} cannot go between those places", kind.word()),
            "see which accounts it takes: jandon --help",
        ),
        RuleBroken::ExpiresBeforeEarned { expires, earned } => words(
            format!("points earned on {earned} cannot lapse on {expires} already"),
            "give --expires a day on or after the day of earning, or never",
        ),
        RuleBroken::BalanceTooLarge { account } => words(
            format!("the balance of {account} would be larger than a ledger can hold"),
            "check the amount for a digit too many",
        ),
    }
}

fn amount_words(error: &FigureError) -> (String, String) {
    let meant = |readings: &[String]| format!("did you mean {}?", readings.join(" or "));
    match error {
        FigureError::Empty => ("the amount is empty".into(), "write it as 12500 or 12,500".into()),
        FigureError::Signed(text) => (
            format!("the amount {text:?} has a sign"),
            "amounts are typed without one; the command says which way they go".into(),
        ),
        FigureError::Ambiguous(text, readings) => {
            (format!("the amount {text:?} can be read in more than one way"), meant(readings))
        }
        FigureError::Misgrouped(text, readings) => {
            (format!("the digits of {text:?} are not grouped in threes"), meant(readings))
        }
        FigureError::ForeignDigits(text) => (
            format!("the amount {text:?} has digits other than 0 to 9"),
            "write it as 12500 or 12,500".into(),
        ),
        FigureError::NotAnAmount(text) => {
            (format!("{text:?} is no amount"), "write it as 12500, 12,500, 1만5천 or 3.50".into())
        }
        FigureError::TooManyDecimals(text, unit, readings) => {
            let has = match unit.decimals {
                0 => "no decimals".to_string(),
                1 => "one decimal".to_string(),
                n => format!("{n} decimals"),
            };
            (format!("{text:?} has more decimals than {unit}, which has {has}"), meant(readings))
        }
        FigureError::WrongUnit { text, written, wanted } => (
            format!("{text:?} is in {written}, and the account holds {wanted}"),
            format!("give the amount in {wanted}"),
        ),
        FigureError::TooLarge(text) => (
            format!("the amount {text:?} is larger than a ledger can hold"),
            "check it for a digit too many".into(),
        ),
    }
}

fn date_words(error: &DateError) -> (String, String) {
    let periods = "write 2026-10, 2026, 2026Q4, 2026-10-03, A..B, this month, last 90d or 지난달";
    match error {
        DateError::Impossible(text) => (
            format!("the calendar has no {text:?}"),
            "check the year, the month, the day and the time; a date is 2026-11-20 or 2026-11-20T18:30"
                .into(),
        ),
        DateError::NotADate(text) => (
            format!("{text:?} is no date"),
            "write 2026-11-20, 2026-11-20T18:30, yesterday, 3d ago or 어제".into(),
        ),
        DateError::NotAPeriod(text) => (format!("{text:?} is no period"), periods.into()),
        DateError::Backwards(from, to, turned) => (
            format!("the period from {from} to {to} ends before it begins"),
            format!("turn it round: {turned}"),
        ),
    }
}

fn name_words(error: &NameError, none_yet: bool) -> (String, String) {
    match error {
        NameError::Unknown { name, close } => {
            let hint = match close.as_slice() {
                [] if none_yet => {
                    format!("open it first: jandon account add {}", quoted(name))
                }
                [] => "see them all: jandon account list".into(),
                close => format!("did you mean {}?", close.join(", ")),
            };
            (format!("no account is called {name:?}"), hint)
        }
        NameError::Ambiguous { name, fits } => {
            (format!("{name:?} fits several accounts"), format!("say which: {}", fits.join(", ")))
        }
    }
}

fn store_words(error: &StoreError) -> (String, String) {
    match error {
        StoreError::Io(path, error) => (
            format!("the ledger {} cannot be used: {}", path.display(), plain_io(error)),
            "check the path and who may read and write it".into(),
        ),
        StoreError::Sqlite(path, error) => (
            format!("the ledger {} gave an error: {error}", path.display()),
            "try again; if it stays, look at the file with: jandon check".into(),
        ),
        StoreError::NotALedger(path) => (
            format!("{} is not a jandon ledger", path.display()),
            "name another file: --ledger FILE, or set JANDON_LEDGER".into(),
        ),
        StoreError::Damaged(path, what) => (
            format!("the ledger {} is damaged ({what})", path.display()),
            "keep the file as it is; an earlier copy takes its place with: jandon restore FILE".into(),
        ),
        StoreError::Newer { path, version, known } => (
            format!(
                "the ledger {} was written by a newer jandon (form {version}, this one knows {known})",
                path.display()
            ),
            "use the newer jandon; the file was left as it is".into(),
        ),
        StoreError::Busy(path, wait) => (
            match wait.as_secs() {
                0 => format!("the ledger {} is busy", path.display()),
                1 => format!("the ledger {} stayed busy for 1 second", path.display()),
                n => format!("the ledger {} stayed busy for {n} seconds", path.display()),
            },
            "another jandon holds it; try again, or wait longer: --lock-timeout SECS".into(),
        ),
        StoreError::CreatedMeanwhile(path) => (
            format!("another process created the ledger {} in this moment", path.display()),
            "try again".into(),
        ),
        StoreError::DiskFull(path) => (
            format!("the disk is full, so nothing was added to the ledger {}", path.display()),
            "make room and try again; what was recorded before is safe".into(),
        ),
        StoreError::DiskFailed(path, error) => (
            format!("the disk did not let the ledger {} be read or written ({error})", path.display()),
            "see whether it has room and is sound, and whether files may grow (ulimit -f); then try again"
                .into(),
        ),
        StoreError::ReadOnly(path) => (
            format!("the ledger {} or its folder cannot be written", path.display()),
            "check who owns them, or name another place: --ledger FILE".into(),
        ),
        StoreError::CopyFailed(path, error) => (
            match error.kind() {
                std::io::ErrorKind::NotFound => {
                    format!("{} cannot be written: its folder is not there", path.display())
                }
                _ => format!("{} cannot be written: {}", path.display(), plain_io(error)),
            },
            "check the path and who may write there; the ledger is as it was".into(),
        ),
        StoreError::Taken(path) => (
            format!("{} exists already", path.display()),
            "choose another name, or write over it: --force".into(),
        ),
        StoreError::IsTheLedger(path) => (
            format!("{} is the ledger itself", path.display()),
            "name another file, best on another disk".into(),
        ),
        StoreError::Rule(rule) => rule_words(rule),
        StoreError::Refused(refusal) => refusal_words(refusal),
    }
}

fn refusal_words(refusal: &Refusal) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match refusal {
        Refusal::NameTaken(name) => {
            words(format!("an account is called {name:?} already"), "choose another name")
        }
        Refusal::BalanceNotZero { account, balance } => words(
            format!("{account} still holds {balance}, so it cannot be closed"),
            "withdraw or spend what is left, or log a balance of 0",
        ),
        Refusal::AccountInUse(name) => words(
            format!("{name} has entries, so neither its unit nor whether it is a carrier can change"),
            "open another account instead",
        ),
        Refusal::AccountChanged(name) => words(
            format!("{name} had another unit, or was no carrier or one, when that was recorded"),
            "give it back what it had (jandon account edit), or record it anew",
        ),
        Refusal::UnitDiffers { unit, wanted } => words(
            format!("the unit {unit} has {} decimals already, not {wanted}", unit.decimals),
            "use it as it is, or choose another code",
        ),
        Refusal::NothingTo(verb) => {
            words(format!("there is nothing to {verb}"), "see what was recorded: jandon history")
        }
        Refusal::UnknownChange(id) => {
            words(format!("no change is called {id:?}"), "see the changes: jandon history")
        }
        Refusal::AmbiguousChange(id) => words(
            format!("several changes have {id:?} in their ids"),
            "give more of the id (jandon history --json)",
        ),
        Refusal::AlreadyUndone(id) => words(
            format!("the change {id} is undone already"),
            "bring back what was undone last: jandon redo",
        ),
        Refusal::UndoOfUndo(id) => {
            words(format!("the change {id} is an undo or a redo itself"), "use jandon redo, or jandon undo")
        }
        Refusal::StillNeeded { account } => words(
            format!(
                "later records stand on that change{}",
                if account.is_empty() { String::new() } else { format!(" (account {account})") }
            ),
            "undo those first",
        ),
    }
}

/// A fault of a platform file as one sentence: file, line, key, what is wrong and what is allowed.
pub fn file_error(path: &str, error: &FileError) -> String {
    let what = match &error.fault {
        Fault::NotToml(message) => format!("not TOML: {}", message.lines().next().unwrap_or_default()),
        Fault::UnknownKey(allowed) => {
            format!("unknown key `{}`; allowed there: {}", error.key, allowed.join(", "))
        }
        Fault::Missing => format!("`{}` is missing", error.key),
        Fault::Wanted(wanted) => format!("`{}` wants {wanted}", error.key),
        Fault::RateNotPositive => format!("`{}` must be above zero", error.key),
        Fault::MinAboveMax => format!("`{}` is above `max`; it must be at most that", error.key),
        Fault::SlabsOverlap => {
            format!("`{}` ends at or below the one before; each `to` must be above the last", error.key)
        }
        Fault::SlabOpenBeforeLast => {
            format!("`{}` follows one without `to`; only the last may be open", error.key)
        }
        Fault::DatesOverlap(day) => {
            format!(
                "`{}` is in force on {day} together with another; the dates of a channel must not overlap",
                error.key
            )
        }
        Fault::DatesBackwards => format!("`{}` is before `from`", error.key),
        Fault::DuplicateChannel(id) => format!("`{}` has the id {id} of another channel", error.key),
        Fault::ChannelOnCarrier => format!(
            "`{}`: a carrier has no channel; a billing limit is credit, not money, and selling it on is an offence",
            error.key
        ),
        Fault::ChannelOnClosed => {
            format!("`{}`: a platform that is not withdrawable has no channel", error.key)
        }
        Fault::UnknownUnit(code) => {
            format!("`{}` is {code}, which is neither a currency nor the unit of a platform", error.key)
        }
    };
    format!("{path}:{}: {what}", error.line)
}

/// A name as a shell takes it.
pub fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if !name.is_empty() && name.chars().all(plain) {
        name.to_string()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}

fn plain_io(error: &std::io::Error) -> String {
    use std::io::ErrorKind::*;
    match error.kind() {
        NotFound => "it is not there".into(),
        PermissionDenied => "permission denied".into(),
        IsADirectory => "it is a folder".into(),
        NotADirectory => "it lies below a file, which is no folder".into(),
        StorageFull => "the disk is full".into(),
        ReadOnlyFilesystem => "the disk can only be read".into(),
        AlreadyExists => "it exists already".into(),
        _ => error.to_string(),
    }
}

impl From<FigureError> for Failure {
    fn from(error: FigureError) -> Failure {
        Failure::Amount(error)
    }
}

impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Failure {
        Failure::Money(error)
    }
}

impl From<DateError> for Failure {
    fn from(error: DateError) -> Failure {
        Failure::Date(error)
    }
}

impl From<RateError> for Failure {
    fn from(error: RateError) -> Failure {
        Failure::Rate(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Store(error)
    }
}

impl From<RuleBroken> for Failure {
    fn from(rule: RuleBroken) -> Failure {
        Failure::Rule(rule)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Store(StoreError::Refused(refusal))
    }
}
