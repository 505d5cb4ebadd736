//! What is ahead: points that expire, and bills.

use crate::ledger::{Account, AccountBalance, AccountId, AccountKind, Expires};
use crate::money::{Money, Unit};
use crate::period::{Day, Month};
use serde::Serialize;
use std::collections::HashMap;

/// A lot of points that will expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpiringLot {
    /// Whose points.
    pub account: String,
    /// Their unit.
    pub unit: Unit,
    /// How many.
    pub amount: Money,
    /// Their last day.
    pub expires: Day,
    /// Days until then; 0 on the last day.
    pub days_left: i32,
}

/// Returns the lots that expire within `within` days from a day on, soonest first.
pub fn expiring(
    accounts: &[Account],
    lots: &[(AccountId, Day, i64)],
    today: Day,
    within: i32,
) -> Vec<ExpiringLot> {
    let accounts: HashMap<AccountId, &Account> = accounts.iter().map(|a| (a.id, a)).collect();
    let mut rows: Vec<ExpiringLot> = lots
        .iter()
        .filter(|(_, day, _)| (0..=within).contains(&(day.0 - today.0)))
        .filter_map(|(id, day, amount)| {
            let account = accounts.get(id)?;
            Some(ExpiringLot {
                account: account.name.clone(),
                unit: account.unit.clone(),
                amount: account.unit.money(*amount),
                expires: *day,
                days_left: day.0 - today.0,
            })
        })
        .collect();
    rows.sort_by(|a, b| (a.expires, &a.account).cmp(&(b.expires, &b.account)));
    rows
}

/// Points of unknown expiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownExpiry {
    /// Whose points.
    pub account: String,
    /// Their unit.
    pub unit: Unit,
    /// How many.
    pub amount: Money,
}

/// Returns the part of each balance that is in no lot: of points and gift cards, and of other accounts
/// that have a lot. `lots` are all open ones, those that never expire included.
pub fn without_expiry(
    accounts: &[Account],
    balances: &HashMap<AccountId, AccountBalance>,
    lots: &[(AccountId, Expires, i64)],
) -> Vec<UnknownExpiry> {
    let mut of_lots: HashMap<AccountId, i64> = HashMap::new();
    for (account, _, amount) in lots {
        *of_lots.entry(*account).or_default() += amount;
    }
    let unknown = |account: &Account| {
        let lots = of_lots.get(&account.id);
        let may_expire = matches!(account.kind, AccountKind::Rewards | AccountKind::Giftcard);
        let rest = balances.get(&account.id)?.balance - lots.copied().unwrap_or(0);
        (rest > 0 && (may_expire || lots.is_some())).then(|| UnknownExpiry {
            account: account.name.clone(),
            unit: account.unit.clone(),
            amount: account.unit.money(rest),
        })
    };
    let mut rows: Vec<UnknownExpiry> = accounts.iter().filter_map(unknown).collect();
    rows.sort_unstable_by(|a, b| a.account.cmp(&b.account));
    rows
}

/// The state of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BillStatus {
    /// Its day of payment is over.
    Overdue,
    /// It is billed.
    Due,
    /// Its month is not over.
    Unbilled,
}

/// The amount still owed for the charges of one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// Whose.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// The amount still owed.
    pub amount: Money,
    /// The month of the charges.
    pub charges_of: Month,
    /// The day of payment; null where the account has no bill day.
    pub due: Option<Day>,
    /// Overdue, due or unbilled.
    pub status: BillStatus,
}

/// Returns every open bill on a day, the first due first.
pub fn bills(accounts: &[Account], open: &[(AccountId, Month, i64)], today: Day) -> Vec<Bill> {
    let accounts: HashMap<AccountId, &Account> = accounts.iter().map(|a| (a.id, a)).collect();
    let mut rows: Vec<Bill> = open
        .iter()
        .filter_map(|(id, month, amount)| {
            let account = accounts.get(id)?;
            let due = account.bill_day.map(|day| month.add_months(1).day(u32::from(day)));
            let status = if *month >= today.month() {
                BillStatus::Unbilled
            } else if due.is_some_and(|due| due < today) {
                BillStatus::Overdue
            } else {
                BillStatus::Due
            };
            Some(Bill {
                account: account.name.clone(),
                unit: account.unit.clone(),
                amount: account.unit.money(*amount),
                charges_of: *month,
                due,
                status,
            })
        })
        .collect();
    rows.sort_by(|a, b| (a.charges_of, a.due, &a.account).cmp(&(b.charges_of, b.due, &b.account)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_due_on_the_last_day_of_a_shorter_month() {
        let account = Account {
            id: AccountId(1),
            name: "skt".into(),
            platform: None,
            kind: crate::ledger::AccountKind::Carrier,
            unit: Unit::currency("KRW").unwrap(),
            limit: None,
            bill_day: Some(31),
            note: None,
            closed: false,
        };
        let month = Month::parse_iso("2026-01").unwrap();
        let today = Day::parse_iso("2026-02-10").unwrap();
        let bill = &bills(std::slice::from_ref(&account), &[(AccountId(1), month, 500)], today)[0];
        assert_eq!((bill.due.unwrap().to_string().as_str(), bill.status), ("2026-02-28", BillStatus::Due));
    }
}
