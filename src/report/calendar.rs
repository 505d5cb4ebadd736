//! The days on which points expire and bills are due, as events of a calendar.

use super::{Bill, BillStatus, ExpiringLot};
use crate::ledger::name;
use crate::money::{Money, Unit};
use crate::period::{Day, Month};
use serde::Serialize;

/// A day on which something expires or is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// A name that stays the same in every export, so that a second import replaces the event.
    pub uid: String,
    /// What happens.
    pub kind: EventKind,
    /// The day.
    pub date: Day,
    /// The account.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// What expires or is due.
    pub amount: Money,
    /// The month of the charges; null for points.
    pub charges_of: Option<Month>,
    /// The state of the bill; null for points.
    pub status: Option<BillStatus>,
}

/// What happens on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// The last day of points.
    Expiry,
    /// The day of payment of a bill.
    Bill,
}

/// Returns one event for each expiry and each bill with a day of payment, the earliest first.
pub fn events(lots: &[ExpiringLot], bills: &[Bill]) -> Vec<Event> {
    let expiry = |lot: &ExpiringLot| Event {
        uid: uid(EventKind::Expiry, &lot.account, lot.expires),
        kind: EventKind::Expiry,
        date: lot.expires,
        account: lot.account.clone(),
        unit: lot.unit.clone(),
        amount: lot.amount.clone(),
        charges_of: None,
        status: None,
    };
    let bill = |bill: &Bill| {
        Some(Event {
            // The day of payment may be changed later; the month of the charges stays.
            uid: uid(EventKind::Bill, &bill.account, bill.charges_of.first()),
            kind: EventKind::Bill,
            date: bill.due?,
            account: bill.account.clone(),
            unit: bill.unit.clone(),
            amount: bill.amount.clone(),
            charges_of: Some(bill.charges_of),
            status: Some(bill.status),
        })
    };
    let mut events: Vec<Event> = lots.iter().map(expiry).chain(bills.iter().filter_map(bill)).collect();
    events.sort_by(|a, b| (a.date, a.kind, &a.account).cmp(&(b.date, b.kind, &b.account)));
    events
}

/// Returns the same name for the same kind, account and day in every export and on every machine.
///
/// Machines that share facts match accounts by name, so the name is hashed and not its key in one
/// ledger: FNV-1a with 64 bits, by its published constants.
fn uid(kind: EventKind, account: &str, day: Day) -> String {
    let (kind, account) = (format!("{kind:?}").to_lowercase(), name::fold_case(account));
    let hash = account.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{kind}-{day}-{hash:016x}@jandon")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_depends_on_the_kind_the_folded_name_and_the_day_alone() {
        let day = |text: &str| Day::parse_iso(text).expect("a date");
        let first = uid(EventKind::Expiry, "Café", day("2026-11-30"));
        assert_eq!(first, "expiry-2026-11-30-48e8823acfa40d89@jandon");
        assert_eq!(uid(EventKind::Expiry, "CAFE\u{301}", day("2026-11-30")), first);
        assert_ne!(uid(EventKind::Expiry, "Cafe", day("2026-11-30")), first);
        assert_ne!(uid(EventKind::Bill, "Café", day("2026-11-30")), first);
        assert_ne!(uid(EventKind::Expiry, "Café", day("2026-12-01")), first);
    }
}
