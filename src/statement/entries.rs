//! From a row to an entry.

use super::profile::RowKind;
use super::rows::StatementRow;
use super::typed::TypedEntry;
use crate::ledger::{Account, AccountId, Entry, Expires, Id, Kind, Leg};

/// Returns the kind of the entry of a row, unless the row replaces a typed entry.
pub fn kind_of_row(row: &StatementRow, account: &Account) -> Kind {
    ledger_kind(row_kind(row, account))
}

fn row_kind(row: &StatementRow, account: &Account) -> RowKind {
    let leaves = row.effect < 0;
    let default = if leaves { RowKind::Spend } else { RowKind::Earn };
    match (account.is_carrier(), row.kind.unwrap_or(default)) {
        (true, _) if leaves => RowKind::Spend,
        (true, RowKind::Pay) => RowKind::Pay,
        (true, _) => RowKind::Refund,
        (false, kind) => kind,
    }
}

fn ledger_kind(kind: RowKind) -> Kind {
    match kind {
        RowKind::Spend => Kind::Spend,
        RowKind::Send | RowKind::Receive | RowKind::Transfer => Kind::Transfer,
        RowKind::Withdraw => Kind::Withdraw,
        RowKind::Earn => Kind::Earn,
        RowKind::Topup => Kind::Topup,
        RowKind::Refund => Kind::Refund,
        RowKind::Expire => Kind::Expire,
        RowKind::Pay => Kind::Pay,
    }
}

/// Returns the entry of a row of an account. `other` is the other account of a transfer; `typed` an entry
/// that it replaces, of which it keeps what a person knew better.
pub fn entry_of_row(
    row: &StatementRow,
    account: &Account,
    other: Option<AccountId>,
    typed: Option<&TypedEntry>,
    id: Id,
) -> Entry {
    let leaves = row.effect < 0;
    let size = row.effect.abs();
    let kind = row_kind(row, account);
    let other = other.filter(|_| kind == RowKind::Transfer);
    let (mine, unit) = (Some(account.id), account.unit.clone());
    let charges = row.fee + row.tax;
    let leg = |account, amount| Leg { account, amount, unit: unit.clone() };
    let (from, to) = match leaves {
        true => (leg(mine, size), leg(other, size - charges)),
        false => (leg(other, size + charges), leg(mine, size)),
    };
    let mut entry = Entry {
        id,
        at: row.at,
        kind: ledger_kind(kind),
        from,
        to,
        fee: row.fee,
        tax: row.tax,
        category: row.category.clone(),
        payee: row.payee.clone(),
        note: row.note.as_ref().map(ToString::to_string),
        channel: None,
        expires: Expires::Unknown,
    };
    if let Some(TypedEntry { entry: typed, .. }) = typed {
        entry.category = typed.category.clone().or(entry.category);
        entry.note = typed.note.clone().or(entry.note);
        entry.payee = entry.payee.or_else(|| typed.payee.clone());
        let has_other_end = typed.from.account.is_some() && typed.to.account.is_some();
        if has_other_end || typed.channel.is_some() || typed.expires != Expires::Unknown {
            // The kind, the legs and the charges belong together.
            entry.kind = typed.kind;
            (entry.from, entry.to) = (typed.from.clone(), typed.to.clone());
            (entry.fee, entry.tax) = (typed.fee, typed.tax);
            (entry.channel, entry.expires) = (typed.channel.clone(), typed.expires);
        }
    }
    entry
}
