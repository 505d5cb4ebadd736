//! What the ledger refuses, and a ledger that cannot be used, in English.

use super::super::Diagnostic;
use super::file::{cause, output};
use crate::ledger::{Id, RuleViolation};
use crate::messages::{Language, Message, kind_of_entry};
use crate::store::{ID_PART_MIN, Refusal, StoreError};
use crate::text::{quoted, quoted_name};
use std::path::Path;

pub(super) fn rule(rule: &RuleViolation) -> Diagnostic {
    match rule {
        RuleViolation::AmountsDoNotBalance { out, arriving, charges } => Diagnostic::new(
            format!("{out} minor units leave, but {arriving} arrive and {charges} are charged"),
            "make what leaves the sum of what arrives, fee and tax",
        ),
        RuleViolation::AmountNotPositive => {
            Diagnostic::new("the amount is zero or less", "give an amount above zero")
        }
        RuleViolation::UnitNotOfAccount { account, wanted, given } => Diagnostic::new(
            format!("{account} holds {wanted}, not {given}"),
            format!("give the amount in {wanted}"),
        ),
        RuleViolation::CarrierTakesOnlySpendRefundPay { account, kind } => Diagnostic::new(
            format!(
                "{account} is carrier billing, which is money owed: the command {} does not apply",
                kind_of_entry(*kind, Language::English)
            ),
            "use spend, refund, pay or log; nothing can be withdrawn from a billing limit",
        ),
        RuleViolation::PayNeedsCarrier { account } => Diagnostic::new(
            format!(
                "`pay` pays the bill of a carrier from an account of another kind, and {account} does not fit"
            ),
            "name the carrier first: jandon pay CARRIER AMOUNT --from ACCOUNT",
        ),
        RuleViolation::AccountClosed { account } => Diagnostic::new(
            format!("the account {account} is closed"),
            format!("reopen it: jandon account reopen {}", quoted_name(account)),
        ),
        RuleViolation::SamePlaceTwice { account } => Diagnostic::new(
            format!("money cannot move from {account} to itself"),
            "name two different accounts",
        ),
        RuleViolation::PlacesDoNotFitKind { kind } => Diagnostic::new(
            format!("the command {} does not apply to those accounts", kind.as_str()),
            format!("see which accounts it takes: jandon {} --help", kind.as_str()),
        ),
        RuleViolation::ExpiresBeforeEarned { expires, earned } => Diagnostic::new(
            format!("points earned on {earned} cannot expire on {expires}"),
            "give --expires the day of earning or a later one, or never",
        ),
        RuleViolation::BalanceTooLarge { account } => Diagnostic::new(
            format!("the balance of {account} would be larger than a ledger can hold"),
            "check the amount for a digit too many",
        ),
    }
}

pub(super) fn store(error: &StoreError) -> Diagnostic {
    let file = |path: &Path| quoted(&path.display().to_string());
    match error {
        StoreError::Io(path, error) => Diagnostic::new(
            format!("the ledger {} cannot be used: {}", path.display(), cause(error)),
            "check the path and who may read and write it",
        ),
        StoreError::Sqlite(path, error) => Diagnostic::new(
            format!("the ledger {} cannot be used: {error}", path.display()),
            "try again; if it fails again, check the file: jandon check",
        ),
        StoreError::NotALedger(path) => Diagnostic::new(
            format!("{} is not a jandon ledger", path.display()),
            "name another file: --ledger FILE, or set JANDON_LEDGER",
        ),
        StoreError::Damaged(path, what) => Diagnostic::new(
            format!("the ledger {} is damaged ({})", path.display(), what.english()),
            format!(
                "keep the file as it is, and restore a backup: jandon restore FILE --ledger {}",
                file(path)
            ),
        ),
        StoreError::WrongTotals(path) => Diagnostic::new(
            format!("the totals of the ledger {} do not follow from its records", path.display()),
            format!("rebuild them: jandon check --repair --ledger {}", file(path)),
        ),
        StoreError::DamagedFact(path, what) => Diagnostic::new(
            format!("the ledger {} is damaged: {}", path.display(), what.english()),
            format!("see all that is damaged, and how to recover it: jandon check --ledger {}", file(path)),
        ),
        StoreError::Newer { path, version, known } => Diagnostic::new(
            format!(
                "the ledger {} was written by a newer jandon (format {version}, this one knows {known})",
                path.display()
            ),
            "use the newer jandon; the file was not changed",
        ),
        StoreError::Busy(path, wait) => Diagnostic::new(
            match wait.as_secs() {
                0 => format!("the ledger {} is busy", path.display()),
                1 => format!("the ledger {} was still busy after 1 second", path.display()),
                n => format!("the ledger {} was still busy after {n} seconds", path.display()),
            },
            "another jandon uses it; try again, or wait longer: --lock-timeout SECS",
        ),
        StoreError::CreatedMeanwhile(path) => Diagnostic::new(
            format!("another process has just created the ledger {}", path.display()),
            "try again",
        ),
        StoreError::BeingWritten(path) => Diagnostic::new(
            format!("the ledger {} was written to while it was read", path.display()),
            "try again; it is not damaged, but it cannot be locked without write access to its folder",
        ),
        StoreError::StaleJournal { path, journal } => Diagnostic::new(
            format!(
                "the journal {} belongs to an earlier file in the place of the ledger {}",
                journal.display(),
                path.display()
            ),
            format!("move it away: mv {0} {0}-old", file(journal)),
        ),
        StoreError::Foreign { path, kind, name } => Diagnostic::new(
            format!("the ledger {} has a {kind} that jandon did not make: {name}", path.display()),
            format!("do not trust the file; restore a backup: jandon restore FILE --ledger {}", file(path)),
        ),
        StoreError::SecondName { path, other, needless } => Diagnostic::new(
            match other {
                Some(other) => format!(
                    "the ledger {} has a second name (hard link), {}: records written under one name can be lost under the other",
                    path.display(),
                    other.display()
                ),
                None => format!(
                    "the ledger {} has a second name (hard link): records written under one name can be lost under the other",
                    path.display()
                ),
            },
            match (other, needless) {
                (_, Some(name)) => format!("keep one name: rm {}", file(name)),
                (Some(_), None) => {
                    "both names have a journal: copy them and their -wal files elsewhere before anything else"
                        .into()
                }
                (None, None) => format!("find it: find / -samefile {}", file(path)),
            },
        ),
        StoreError::DiskFull(path) => Diagnostic::new(
            format!("the disk is full, so nothing was added to the ledger {}", path.display()),
            "free some space and try again; what was recorded before is safe",
        ),
        StoreError::DiskFailed(path, error) => Diagnostic::new(
            format!("the ledger {} could not be read or written: {error}", path.display()),
            "check whether the disk has space and is sound, and whether files may grow (ulimit -f); then try again",
        ),
        StoreError::ReadOnly(path) => Diagnostic::new(
            format!("the ledger {} or its folder cannot be written", path.display()),
            "check who owns them, or name another place: --ledger FILE",
        ),
        StoreError::NotAPlainFile(path) => Diagnostic::new(
            format!("the ledger {} is not a regular file", path.display()),
            "name another file: --ledger FILE, or set JANDON_LEDGER",
        ),
        StoreError::Output(error) => output(error),
        StoreError::Rule(violation) => rule(violation),
        StoreError::Refused(error) => refusal(error),
    }
}

fn refusal(refusal: &Refusal) -> Diagnostic {
    match refusal {
        Refusal::NameTaken(name) => {
            Diagnostic::new(format!("an account called {name:?} already exists"), "choose another name")
        }
        Refusal::BalanceNotZero { account, balance } => Diagnostic::new(
            format!("{account} still holds {balance}, so it cannot be closed"),
            format!(
                "withdraw or spend the rest, or log a balance of 0: jandon log {} 0",
                quoted_name(account)
            ),
        ),
        Refusal::AccountInUse(name) => Diagnostic::new(
            format!("{name} has records, so its unit cannot change, nor whether it is a carrier account"),
            "open another account instead",
        ),
        Refusal::AccountChanged(name) => Diagnostic::new(
            format!(
                "the unit of {name}, or whether it is a carrier account, has changed since that was recorded"
            ),
            format!("change it back with jandon account edit {}, or record it again", quoted_name(name)),
        ),
        Refusal::UnitDiffers { unit, wanted } => Diagnostic::new(
            format!("the unit {unit} already has {} decimals, not {wanted}", unit.decimals),
            "use it as it is, or choose another code",
        ),
        Refusal::NothingToUndo => {
            Diagnostic::new("there is nothing to undo", "see what was recorded: jandon history")
        }
        Refusal::NothingToRedo => {
            Diagnostic::new("there is nothing to redo", "see what was recorded: jandon history")
        }
        Refusal::UnknownChange(id) if id.chars().count() < ID_PART_MIN => Diagnostic::new(
            format!("the id {id:?} is too short"),
            format!("give at least {ID_PART_MIN} characters of it; see the ids: jandon history --changes"),
        ),
        Refusal::UnknownChange(id) => {
            Diagnostic::new(format!("change not found: {id:?}"), "see the changes: jandon history --changes")
        }
        Refusal::AmbiguousChange(id, fits) => {
            let ids: Vec<String> = fits.iter().take(9).map(Id::to_string).collect();
            Diagnostic::new(
                format!("{id:?} is ambiguous: several changes have it in their ids"),
                format!("give one of {}", ids.join(", ")),
            )
        }
        Refusal::AlreadyUndone(id) => Diagnostic::new(
            format!("the change {id} is already undone"),
            "see what counts now: jandon history; redo what was undone last: jandon redo",
        ),
        Refusal::ReplacedByEdit { change, edit } => Diagnostic::new(
            format!("the records of the change {change} were replaced by the edit {edit}"),
            format!("undo the edit first: jandon undo {edit}"),
        ),
        Refusal::UndoOfUndo(id) => Diagnostic::new(
            format!("the change {id} is an undo or a redo itself"),
            "use jandon redo, or jandon undo",
        ),
        Refusal::StillNeeded { account } if account.is_empty() => Diagnostic::new(
            "later records depend on that change",
            "undo those first; see them: jandon history --changes",
        ),
        Refusal::StillNeeded { account } => Diagnostic::new(
            format!("later records of {account} depend on that change"),
            format!("undo those first; see them: jandon history {} --changes", quoted_name(account)),
        ),
    }
}
