//! Entries that a person typed, and which of them a row of a statement replaces.

use super::rows::StatementRow;
use crate::ledger::{AccountId, Entry, Id};

/// An entry that a person typed, alone in its change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedEntry {
    /// The change.
    pub change: Id,
    /// The entry.
    pub entry: Entry,
}

/// The commands by which people type entries that a statement may tell again.
pub const TYPING_COMMANDS: [&str; 8] =
    ["spend", "earn", "topup", "refund", "send", "receive", "transfer", "withdraw"];

/// How near an entry is to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// Equal in account, calendar day, direction and amount.
    Same,
    /// Of the day before or after, or of nearly the same amount.
    Alike,
}

/// Returns how near an entry is to a row of an account; `None` where it is another event.
pub fn nearness(row: &StatementRow, account: AccountId, entry: &Entry) -> Option<Nearness> {
    let amount = match row.effect < 0 {
        true if entry.from.account == Some(account) => entry.from.amount,
        false if entry.to.account == Some(account) => entry.to.amount,
        _ => return None,
    };
    let size = row.effect.abs();
    let days = (entry.at.day().0 - row.at.day().0).abs();
    match (days, amount == size) {
        (0, true) => Some(Nearness::Same),
        (1, true) => Some(Nearness::Alike),
        // A tip, a fee, a rounded figure.
        (0, false) if (amount - size).abs() <= size / 20 => Some(Nearness::Alike),
        _ => None,
    }
}

/// Returns whether an entry is a transfer between two own accounts of which the row is the other leg.
pub fn is_other_leg(row: &StatementRow, account: AccountId, entry: &Entry) -> bool {
    let is_between = entry.from.account.is_some() && entry.to.account.is_some();
    is_between && nearness(row, account, entry) == Some(Nearness::Same)
}
