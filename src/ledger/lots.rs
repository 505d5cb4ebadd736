//! What a balance consists of: lots of points by their last day, bills by their month.
//!
//! Both are a plain walk through the facts of one account in the order of time.
//!
//! # Points expire by themselves
//!
//! What is left of a lot after its last day is gone with the first second of the next day, before
//! any fact of that second. So a walk expires first ([`Lots::pop_expired`]) and then takes the next
//! fact. Whatever leaves takes dated lots, earliest expiry first, then what is of unknown expiry,
//! then what never expires; then the balance goes below zero, and the next arrivals fill that first.
//!
//! An example: 100 until 31 January and 100 until 31 March are earned on 1 January. Without another
//! fact the balance is 200 in January, 100 from 1 February on and 0 from 1 April on. If 30 are spent
//! on 15 January and that is recorded in May, the first lot held 70 when it expired: the balance is
//! 170 from 15 January on, and 100 and 0 as before.

use super::Expires;
use crate::period::{Day, Month};
use std::collections::BTreeMap;

/// The lots of one account. `dated + unknown + never - missing` is its balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lots {
    /// What expires after each day; never an amount of 0.
    pub dated: BTreeMap<Day, i64>,
    /// What is of unknown expiry.
    pub unknown: i64,
    /// What never expires.
    pub never: i64,
    /// By how much the balance is below zero; then there is nothing else.
    pub missing: i64,
}

impl Lots {
    /// Returns the lots of a balance that holds these; the rest of it is of unknown expiry.
    pub fn new(dated: BTreeMap<Day, i64>, never: i64, balance: i64) -> Lots {
        let rest = balance - dated.values().sum::<i64>() - never;
        Lots { dated, never, unknown: rest.max(0), missing: (-rest).max(0) }
    }

    /// Returns the balance they add up to.
    pub fn balance(&self) -> i64 {
        self.dated.values().sum::<i64>() + self.unknown + self.never - self.missing
    }

    /// Removes the first lot whose last day is before `today` and returns that day and what was left.
    pub fn pop_expired(&mut self, today: Day) -> Option<(Day, i64)> {
        let first = self.dated.first_entry().filter(|lot| *lot.key() < today)?;
        Some(first.remove_entry())
    }

    /// Something arrives. Returns what is kept of it, after what was missing is filled.
    pub fn credit(&mut self, amount: i64, expires: Expires) -> i64 {
        let filled = amount.min(self.missing);
        self.missing -= filled;
        let kept = amount - filled;
        match expires {
            Expires::On(day) if kept > 0 => *self.dated.entry(day).or_default() += kept,
            Expires::On(_) => {}
            Expires::Unknown => self.unknown += kept,
            Expires::Never => self.never += kept,
        }
        kept
    }

    /// Something leaves: of dated lots by expiry, then of unknown expiry, then what never expires;
    /// then the balance goes below zero. Tells `taken` what leaves of each.
    pub fn debit(&mut self, mut amount: i64, mut taken: impl FnMut(Expires, i64)) {
        while amount > 0
            && let Some(mut lot) = self.dated.first_entry()
        {
            let (day, part) = (*lot.key(), amount.min(*lot.get()));
            *lot.get_mut() -= part;
            if *lot.get() == 0 {
                lot.remove();
            }
            amount -= part;
            taken(Expires::On(day), part);
        }
        for (part, expires) in [(&mut self.unknown, Expires::Unknown), (&mut self.never, Expires::Never)] {
            let leaves = amount.min(*part);
            if leaves > 0 {
                *part -= leaves;
                amount -= leaves;
                taken(expires, leaves);
            }
        }
        self.missing += amount;
    }
}

/// The bills of one carrier account. `sum(open) - credit` is what is owed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bills {
    /// What is still owed of each month's charges; never an amount of 0.
    pub open: BTreeMap<Month, i64>,
    /// What was paid beyond every bill; the next charges use it up first.
    pub credit: i64,
}

impl Bills {
    /// What is owed in all, negative where more was paid.
    pub fn owed(&self) -> i64 {
        self.open.values().sum::<i64>() - self.credit
    }

    /// A charge of a month.
    pub fn charge(&mut self, amount: i64, month: Month) {
        let used = amount.min(self.credit);
        self.credit -= used;
        if amount > used {
            *self.open.entry(month).or_default() += amount - used;
        }
    }

    /// A payment settles the oldest bill first.
    pub fn pay(&mut self, amount: i64) {
        let months: Vec<Month> = self.open.keys().copied().collect();
        self.settle(amount, months);
    }

    /// A refund settles the newest bill first.
    pub fn refund(&mut self, amount: i64) {
        let months: Vec<Month> = self.open.keys().rev().copied().collect();
        self.settle(amount, months);
    }

    /// A snapshot shows more owed than was expected (a charge of its month) or less (a settlement
    /// of its month's bill, then of the oldest).
    pub fn adjust(&mut self, owed_more: i64, month: Month) {
        if owed_more >= 0 {
            self.charge(owed_more, month);
        } else {
            let others = self.open.keys().copied().filter(|m| *m != month);
            let months: Vec<Month> = std::iter::once(month).chain(others).collect();
            self.settle(-owed_more, months);
        }
    }

    fn settle(&mut self, mut amount: i64, months: Vec<Month>) {
        for month in months {
            let Some(owed) = self.open.get_mut(&month) else { continue };
            let paid = amount.min(*owed);
            *owed -= paid;
            amount -= paid;
            if *owed == 0 {
                self.open.remove(&month);
            }
        }
        self.credit += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    fn until(text: &str) -> Expires {
        Expires::On(day(text))
    }

    /// What leaves, with the lots that it is taken from.
    fn taken(lots: &mut Lots, amount: i64) -> Vec<(Expires, i64)> {
        let mut taken = Vec::new();
        lots.debit(amount, |expires, part| taken.push((expires, part)));
        taken
    }

    #[test]
    fn takes_the_earliest_expiry_first_then_unknown_then_never_then_goes_below_zero() {
        let mut lots = Lots::default();
        let arrivals = [
            (4, until("2026-03-01")),
            (8, Expires::Never),
            (2, until("2026-01-20")),
            (16, Expires::Unknown),
            (1, until("2026-01-20")),
        ];
        for (amount, expires) in arrivals {
            assert_eq!(lots.credit(amount, expires), amount);
        }
        assert_eq!(taken(&mut lots, 2), [(until("2026-01-20"), 2)]);
        assert_eq!(taken(&mut lots, 2), [(until("2026-01-20"), 1), (until("2026-03-01"), 1)]);
        assert_eq!(taken(&mut lots, 5), [(until("2026-03-01"), 3), (Expires::Unknown, 2)]);
        assert_eq!(taken(&mut lots, 15), [(Expires::Unknown, 14), (Expires::Never, 1)]);
        assert_eq!(lots.balance(), 7);
        assert_eq!(taken(&mut lots, 11), [(Expires::Never, 7)]);
        assert_eq!((lots.missing, lots.balance()), (4, -4));
    }

    #[test]
    fn the_next_arrivals_fill_what_is_missing_first() {
        let mut lots = Lots::new(BTreeMap::new(), 0, -10);
        assert_eq!(lots.missing, 10);
        assert_eq!((lots.credit(7, until("2026-01-31")), lots.balance()), (0, -3));
        assert_eq!((lots.credit(4, until("2026-01-31")), lots.balance()), (1, 1));
        assert_eq!(lots.dated, BTreeMap::from([(day("2026-01-31"), 1)]));
    }

    #[test]
    fn a_lot_is_there_on_its_last_day_and_gone_on_the_next() {
        let mut lots = Lots::default();
        lots.credit(10, until("2026-01-10"));
        lots.credit(7, until("2026-01-09"));
        lots.credit(5, Expires::Unknown);
        assert_eq!(lots.pop_expired(day("2026-01-09")), None);
        assert_eq!(lots.pop_expired(day("2026-01-10")), Some((day("2026-01-09"), 7)));
        assert_eq!(lots.pop_expired(day("2026-01-10")), None);
        assert_eq!(lots.pop_expired(day("2026-01-11")), Some((day("2026-01-10"), 10)));
        assert_eq!((lots.pop_expired(day("9999-12-31")), lots.balance()), (None, 5));
    }

    #[test]
    fn what_a_balance_holds_beyond_its_lots_is_of_unknown_expiry() {
        let dated = BTreeMap::from([(day("2026-01-31"), 30)]);
        let lots = Lots::new(dated, 20, 60);
        assert_eq!((lots.unknown, lots.missing, lots.balance()), (10, 0, 60));
    }

    #[test]
    fn payments_settle_the_oldest_bill_and_refunds_the_newest() {
        let month = |text: &str| Month::parse_iso(text).unwrap();
        let mut bills = Bills::default();
        bills.charge(100, month("2026-09"));
        bills.charge(50, month("2026-10"));
        bills.refund(20);
        assert_eq!(bills.open.get(&month("2026-10")), Some(&30));
        bills.pay(110);
        assert_eq!(bills.open.get(&month("2026-10")), Some(&20));
        assert_eq!(bills.owed(), 20);
        bills.pay(50);
        assert_eq!((bills.owed(), bills.credit), (-30, 30));
        bills.charge(40, month("2026-11"));
        assert_eq!(bills.open.get(&month("2026-11")), Some(&10));
        bills.adjust(-10, month("2026-11"));
        assert_eq!(bills.owed(), 0);
    }
}
