//! What needs attention at the end of a period.

use super::{AccountSummary, Bill, BillStatus, ExpiringLot};
use crate::ledger::{Account, FlowKind};
use crate::money::Money;
use crate::period::Day;

/// Points that expire within so many days need attention.
const SOON_DAYS: i32 = 30;

/// Something that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttentionItem {
    /// Bills of an account that are overdue, and the day of payment of the oldest.
    Overdue(String, Money, Option<Day>),
    /// Bills of an account that are due, and the day of payment of the first.
    Due(String, Money, Option<Day>),
    /// A carrier's limit that is exceeded, and by how much.
    OverLimit(String, Money),
    /// A balance below zero.
    Negative(String, Money),
    /// Points of an account that expire soon, and the last day of the first of them.
    Expiring(String, Money, Day),
    /// Points that expired in the period.
    Expired(String, Money),
    /// What nothing recorded in the period explains.
    Unexplained(String, Money),
}

impl AttentionItem {
    /// Returns whether something is lost or overdue already.
    pub fn is_loss(&self) -> bool {
        match self {
            AttentionItem::Overdue(..)
            | AttentionItem::OverLimit(..)
            | AttentionItem::Negative(..)
            | AttentionItem::Expired(..) => true,
            AttentionItem::Due(..) | AttentionItem::Expiring(..) | AttentionItem::Unexplained(..) => false,
        }
    }
}

/// Returns what needs attention, the most urgent first.
pub fn attention(
    accounts: &[Account],
    rows: &[AccountSummary],
    bills: &[Bill],
    lots: &[ExpiringLot],
) -> Vec<AttentionItem> {
    let mut found: Vec<AttentionItem> = Vec::new();
    let of_status = |status| {
        let bills = bills.iter().filter(move |bill| bill.status == status);
        by_account(bills.map(|bill| (&bill.account, &bill.amount, bill.due)))
    };
    found.extend(
        of_status(BillStatus::Overdue).into_iter().map(|(a, sum, due)| AttentionItem::Overdue(a, sum, due)),
    );
    found.extend(of_status(BillStatus::Due).into_iter().map(|(a, sum, due)| AttentionItem::Due(a, sum, due)));
    for row in rows.iter().filter(|row| row.closing.minor < 0) {
        if !row.owed {
            found.push(AttentionItem::Negative(row.account.clone(), row.closing.clone()));
            continue;
        }
        let limit = accounts.iter().find(|a| a.name == row.account).and_then(|a| a.limit);
        let over = limit.map_or(0, |limit| row.closing.minor.saturating_add(limit).min(0).saturating_neg());
        if over > 0 {
            found.push(AttentionItem::OverLimit(row.account.clone(), row.unit.money(over)));
        }
    }
    let soon = lots.iter().filter(|lot| lot.days_left <= SOON_DAYS);
    let soon = by_account(soon.map(|lot| (&lot.account, &lot.amount, lot.expires)));
    found.extend(soon.into_iter().map(|(account, sum, first)| AttentionItem::Expiring(account, sum, first)));
    for row in rows.iter().filter(|row| row.flow(FlowKind::Expired) > 0) {
        let expired = row.unit.money(row.flow(FlowKind::Expired));
        found.push(AttentionItem::Expired(row.account.clone(), expired));
    }
    for row in rows.iter().filter(|row| row.unexplained() != 0) {
        let unexplained = row.unit.money(row.unexplained());
        found.push(AttentionItem::Unexplained(row.account.clone(), unexplained));
    }
    found
}

/// Returns the sum of each account and the first day of it, in the order in which the accounts appear.
fn by_account<'r, D: Copy>(
    rows: impl Iterator<Item = (&'r String, &'r Money, D)>,
) -> Vec<(String, Money, D)> {
    let mut sums: Vec<(String, Money, D)> = Vec::new();
    for (account, amount, day) in rows {
        match sums.iter_mut().find(|(known, ..)| known == account) {
            Some((_, sum, _)) => sum.minor = sum.minor.saturating_add(amount.minor),
            None => sums.push((account.clone(), amount.clone(), day)),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Unit;
    use crate::period::Month;

    fn won(parts: i64) -> Money {
        Unit::currency("KRW").expect("a currency").money(parts)
    }

    #[test]
    fn bills_of_one_account_are_one_line() {
        let bill = |month: &str, amount: i64| Bill {
            account: "skt".into(),
            unit: won(0).unit,
            amount: won(amount),
            charges_of: Month::parse_iso(month).expect("a month"),
            due: Some(Month::parse_iso(month).expect("a month").add_months(1).day(25)),
            status: BillStatus::Overdue,
        };
        let bills = [bill("2026-08", 500), bill("2026-09", 70)];
        let first = bills[0].due;
        let found = attention(&[], &[], &bills, &[]);
        assert_eq!(found, [AttentionItem::Overdue("skt".into(), won(570), first)]);
    }
}
