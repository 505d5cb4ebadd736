//! What the ledger refuses: a rule that would be broken, or a file that cannot be read or written.

use super::{quoted, quoted_name};
use crate::ledger::{Id, RuleViolation};
use crate::messages::Message;
use crate::output_file::OutputError;
use crate::store::{Refusal, StoreError};

pub(super) fn rule_status(rule: &RuleViolation) -> u8 {
    match rule {
        RuleViolation::CarrierTakesOnlySpendRefundPay { .. }
        | RuleViolation::PayNeedsCarrier { .. }
        | RuleViolation::AccountClosed { .. } => 4,
        _ => 2,
    }
}

pub(super) fn rule_code(rule: &RuleViolation) -> &'static str {
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

pub(super) fn rule_message(rule: &RuleViolation) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match rule {
        RuleViolation::AmountsDoNotBalance { out, arriving, charges } => words(
            format!("{out} parts leave, but {arriving} arrive and {charges} are charged"),
            "what leaves must be what arrives plus fee and tax",
        ),
        RuleViolation::AmountNotPositive => {
            words("nothing would move, or less than nothing".into(), "give amounts above zero")
        }
        RuleViolation::UnitNotOfAccount { account, wanted, given } => words(
            format!("{account} holds {wanted}, not {given}"),
            "give the amount in the unit of the account",
        ),
        RuleViolation::CarrierTakesOnlySpendRefundPay { account, kind } => words(
            format!("{account} is carrier billing, which is money owed: it takes no {}", kind.as_str()),
            "use spend, refund, pay or log; nothing can be withdrawn from a billing limit",
        ),
        RuleViolation::PayNeedsCarrier { account } => words(
            format!(
                "pay settles the bill of a carrier from an account that is none, and {account} does not fit"
            ),
            "name the carrier first: jandon pay CARRIER AMOUNT --from ACCOUNT",
        ),
        RuleViolation::AccountClosed { account } => (
            format!("the account {account} is closed"),
            format!("reopen it: jandon account reopen {}", quoted_name(account)),
        ),
        RuleViolation::SamePlaceTwice { account } => {
            words(format!("value cannot go from {account} to itself"), "name two different accounts")
        }
        RuleViolation::PlacesDoNotFitKind { kind } => words(
            format!("a {} cannot go between those places", kind.as_str()),
            "see which accounts it takes: jandon --help",
        ),
        RuleViolation::ExpiresBeforeEarned { expires, earned } => words(
            format!("points earned on {earned} cannot expire on {expires} already"),
            "give --expires a day on or after the day of earning, or never",
        ),
        RuleViolation::BalanceTooLarge { account } => words(
            format!("the balance of {account} would be larger than a ledger can hold"),
            "check the amount for a digit too many",
        ),
    }
}

pub(super) fn store_message(error: &StoreError) -> (String, String) {
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
            format!("the ledger {} is damaged ({})", path.display(), what.english()),
            format!(
                "keep the file as it is; an earlier copy takes its place with: jandon restore FILE --ledger {}",
                quoted(&path.display().to_string())
            ),
        ),
        StoreError::WrongTotals(path) => (
            format!("the totals of the ledger {} do not follow from its facts", path.display()),
            format!("rebuild them: jandon check --repair --ledger {}", quoted(&path.display().to_string())),
        ),
        StoreError::DamagedFact(path, what) => (
            format!("the ledger {} is damaged: {}", path.display(), what.english()),
            format!(
                "see all that is damaged, and how to get it back: jandon check --ledger {}",
                quoted(&path.display().to_string())
            ),
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
        StoreError::BeingWritten(path) => (
            format!("the ledger {} was written to while it was read", path.display()),
            "try again; it is not damaged, but cannot be locked by who may not write to its folder".into(),
        ),
        StoreError::StaleJournal { path, journal } => (
            format!(
                "the journal {} is not that of the ledger {}, but of an earlier file in its place",
                journal.display(),
                path.display()
            ),
            format!("move it away: mv {0} {0}-old", quoted(&journal.display().to_string())),
        ),
        StoreError::Foreign { path, kind, name } => (
            format!("the ledger {} holds a {kind} that jandon did not make: {name}", path.display()),
            format!(
                "trust no answer of that file; an earlier copy takes its place with: jandon restore FILE --ledger {}",
                quoted(&path.display().to_string())
            ),
        ),
        StoreError::SecondName { path, other, needless } => {
            let other_name =
                other.as_ref().map_or_else(String::new, |other| format!(", {}", other.display()));
            let hint = match (other, needless) {
                (_, Some(name)) => format!("keep one name: rm {}", quoted(&name.display().to_string())),
                (Some(_), None) => {
                    "both names have a journal: copy them and their -wal files elsewhere before \
                                    anything else"
                        .into()
                }
                (None, None) => format!("find it: find / -samefile {}", quoted(&path.display().to_string())),
            };
            let what = "facts written under one name can be lost under the other";
            (format!("the ledger {} has a second name (hard link){other_name}: {what}", path.display()), hint)
        }
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
        StoreError::NotAPlainFile(path) => (
            format!("the ledger {} is not a regular file", path.display()),
            "name another file: --ledger FILE, or set JANDON_LEDGER".into(),
        ),
        StoreError::Output(error) => output_message(error),
        StoreError::Rule(rule) => rule_message(rule),
        StoreError::Refused(refusal) => refusal_message(refusal),
    }
}

pub(super) fn output_status(error: &OutputError) -> u8 {
    if matches!(error, OutputError::Io(..)) { 1 } else { 2 }
}

pub(super) fn output_code(error: &OutputError) -> &'static str {
    match error {
        OutputError::IsTheLedger(_) => "is-the-ledger",
        OutputError::IsInput(_) => "is-input",
        OutputError::Exists(_) => "file-exists",
        OutputError::NotAPlainFile(_) => "not-a-plain-file",
        OutputError::Io(..) => "file-not-written",
    }
}

pub(super) fn output_message(error: &OutputError) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match error {
        OutputError::IsTheLedger(path) => words(
            format!("{} is the ledger itself", path.display()),
            "name another file, best on another disk",
        ),
        OutputError::IsInput(path) => {
            words(format!("{} is read by this command", path.display()), "name another file")
        }
        OutputError::Exists(path) => {
            words(format!("{} exists already", path.display()), "choose another name, or replace it: --force")
        }
        OutputError::NotAPlainFile(path) => words(
            format!("{} is not a regular file", path.display()),
            "name a file; standard output is -o - and can be redirected",
        ),
        OutputError::Io(path, error) => {
            let cause = match error.kind() {
                std::io::ErrorKind::NotFound if path.is_symlink() => "it is a link that leads nowhere".into(),
                std::io::ErrorKind::NotFound => "its folder is not there".into(),
                _ => plain_io(error),
            };
            words(
                format!("{} cannot be written: {cause}", path.display()),
                "check the path and who may write there; the ledger is as it was",
            )
        }
    }
}

fn refusal_message(refusal: &Refusal) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match refusal {
        Refusal::NameTaken(name) => {
            words(format!("an account is called {name:?} already"), "choose another name")
        }
        Refusal::BalanceNotZero { account, balance } => (
            format!("{account} still holds {balance}, so it cannot be closed"),
            format!(
                "withdraw or spend what is left, or log a balance of 0: jandon log {} 0",
                quoted_name(account)
            ),
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
        Refusal::AmbiguousChange(id, fits) => {
            let ids: Vec<String> = fits.iter().take(9).map(Id::to_string).collect();
            (
                format!("{id:?} is ambiguous: several changes have it in their ids"),
                format!("give one of {}", ids.join(", ")),
            )
        }
        Refusal::AlreadyUndone(id) => words(
            format!("the change {id} is undone already"),
            "see what counts now: jandon history; what was undone last comes back with: jandon redo",
        ),
        Refusal::UndoOfUndo(id) => {
            words(format!("the change {id} is an undo or a redo itself"), "use jandon redo, or jandon undo")
        }
        Refusal::StillNeeded { account } if account.is_empty() => words(
            "later records stand on that change".into(),
            "undo those first; to see them: jandon history --changes",
        ),
        Refusal::StillNeeded { account } => (
            format!("later records stand on that change (account {account})"),
            format!("undo those first; to see them: jandon history {} --changes", quoted_name(account)),
        ),
    }
}

/// Returns in plain words why a file cannot be used.
pub fn plain_io(error: &std::io::Error) -> String {
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
