//! The code and the exit status of every error. Their sentences are in `messages`.

use crate::fee::Reason;
use crate::import::LineError;
use crate::ledger::RuleViolation;
use crate::ledger::name::NameError;
use crate::messages::Language;
use crate::messages::error::{Diagnostic, WithdrawalError};
use crate::money::AmountError;
use crate::output_file::OutputError;
use crate::store::{ImportError, Refusal, StoreError};
use serde::Serialize;

pub use crate::messages::error::{CommandError, Done};
pub use crate::text::{quoted, quoted_name};

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
    /// Returns the error as scripts read it, in English and on one line.
    pub fn json(&self, edit_hint: impl FnOnce(&str) -> String) -> String {
        let Diagnostic { message, hint } = self.diagnostic(Language::English);
        let hint = edit_hint(&hint);
        crate::view::json(&ErrorDocument {
            error: ErrorBody { code: self.code(), message: &message, hint: &hint },
        })
    }

    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            CommandError::BrokenPipe => 0,
            CommandError::Corrected { failure, .. } => failure.status(),
            CommandError::Withdrawal(_)
            | CommandError::NotClosed { .. }
            | CommandError::PayNeedsCarrier { .. }
            | CommandError::SendFromCarrier { .. }
            | CommandError::ReceiveOnCarrier { .. } => 4,
            CommandError::Rule(rule) => rule_status(rule),
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
            CommandError::Statement { error, .. } => error.status(),
            CommandError::Output(error) => output_status(error),
            CommandError::NotShown { .. }
            | CommandError::NoHome
            | CommandError::File { .. }
            | CommandError::Unsound { .. } => 1,
            _ => 2,
        }
    }

    /// A code that scripts can branch on.
    pub fn code(&self) -> &'static str {
        match self {
            CommandError::Usage(_) => "usage",
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
            CommandError::PlatformDiffers { .. } => "platform-differs",
            CommandError::IsABank { .. } => "is-a-bank",
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
            CommandError::Withdrawal(error) => match &**error {
                WithdrawalError::NotWithdrawable { .. } => Reason::NotWithdrawable.code(),
                WithdrawalError::Rejected { reason, .. } => reason.code(),
                WithdrawalError::NothingWithdrawable { .. } | WithdrawalError::NothingPaysOut { .. } => {
                    "no-way-out"
                }
                WithdrawalError::TargetOutOfReach { .. } | WithdrawalError::NoBetterPlan { .. } => {
                    "out-of-reach"
                }
            },
            CommandError::Rule(rule) => rule_code(rule),
            CommandError::PayNeedsCarrier { .. } => "pay-needs-carrier",
            CommandError::SendFromCarrier { .. } | CommandError::ReceiveOnCarrier { .. } => {
                "carrier-takes-only-spend-refund-pay"
            }
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
                    Refusal::NothingToUndo | Refusal::NothingToRedo => "nothing-to-do",
                    Refusal::UnknownChange(_) => "unknown-change",
                    Refusal::AmbiguousChange(..) => "ambiguous-change",
                    Refusal::AlreadyUndone(_) => "already-undone",
                    Refusal::ReplacedByEdit { .. } => "replaced-by-edit",
                    Refusal::UndoOfUndo(_) => "undo-of-undo",
                    Refusal::StillNeeded { .. } => "still-needed",
                },
            },
            CommandError::File { .. } => "file",
            CommandError::Output(error) => output_code(error),
            CommandError::UnknownEnding { .. } => "unknown-ending",
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
            CommandError::Statement { error, .. } => error.code(),
            CommandError::PlatformFile { .. } => "platform-file",
            CommandError::Config { .. } => "config",
            CommandError::Unsound { .. } => "unsound",
            CommandError::NumericCategory { .. } => "numeric-category",
            CommandError::Corrected { failure, .. } => failure.code(),
            CommandError::BrokenPipe => "broken-pipe",
        }
    }
}

fn rule_status(rule: &RuleViolation) -> u8 {
    match rule {
        RuleViolation::CarrierTakesOnlySpendRefundPay { .. }
        | RuleViolation::PayNeedsCarrier { .. }
        | RuleViolation::AccountClosed { .. } => 4,
        _ => 2,
    }
}

fn rule_code(rule: &RuleViolation) -> &'static str {
    match rule {
        RuleViolation::AmountsDoNotBalance { .. } => "amounts-do-not-balance",
        RuleViolation::AmountNotPositive => "amount-not-positive",
        RuleViolation::UnitNotOfAccount { .. } => "wrong-unit",
        RuleViolation::CarrierTakesOnlySpendRefundPay { .. } => "carrier-takes-only-spend-refund-pay",
        RuleViolation::PayNeedsCarrier { .. } => "pay-needs-carrier",
        RuleViolation::AccountClosed { .. } => "account-closed",
        RuleViolation::SamePlaceTwice { .. } => "same-account-twice",
        RuleViolation::PlacesDoNotFitKind { .. } => "places-do-not-fit-kind",
        RuleViolation::ExpiresBeforeEarned { .. } => "expires-before-earned",
        RuleViolation::BalanceTooLarge { .. } => "balance-too-large",
    }
}

fn output_status(error: &OutputError) -> u8 {
    if matches!(error, OutputError::Io(..)) { 1 } else { 2 }
}

fn output_code(error: &OutputError) -> &'static str {
    match error {
        OutputError::IsTheLedger(_) => "is-the-ledger",
        OutputError::IsInput(_) => "is-input",
        OutputError::Exists(_) => "file-exists",
        OutputError::NotAPlainFile(_) => "not-a-plain-file",
        OutputError::Io(..) => "file-not-written",
    }
}
