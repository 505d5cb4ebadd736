//! What a balance consists of: lots of points by their last day, bills by their month.
//!
//! Both are a plain walk through the facts of one account in the order of time. The walk is cheap
//! to go on with and cannot be turned back, so a fact that arrives late means walking again.

use super::{Expires, Kind};
use crate::period::{Day, Moment, Month};
use std::collections::BTreeMap;

/// The lots of one account. `dated + unknown + never - missing` is its balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lots {
    /// What lapses after each day; never an amount of 0.
    pub dated: BTreeMap<Day, i64>,
    /// What is of unknown expiry.
    pub unknown: i64,
    /// What never lapses.
    pub never: i64,
    /// By how much the balance is below zero; the next arrivals fill it first.
    pub missing: i64,
}

impl Lots {
    /// Lots that hold a balance of which nothing else is known.
    pub fn of_balance(balance: i64) -> Lots {
        Lots { unknown: balance.max(0), missing: (-balance).max(0), ..Lots::default() }
    }

    /// The balance they add up to.
    pub fn balance(&self) -> i64 {
        self.dated.values().sum::<i64>() + self.unknown + self.never - self.missing
    }

    /// Something arrives: it fills what is missing, the rest is kept by its expiry.
    pub fn arrive(&mut self, amount: i64, expires: Expires) {
        let filled = amount.min(self.missing);
        self.missing -= filled;
        let rest = amount - filled;
        if rest == 0 {
            return;
        }
        match expires {
            Expires::Unknown => self.unknown += rest,
            Expires::Never => self.never += rest,
            Expires::After(day) => *self.dated.entry(day).or_default() += rest,
        }
    }

    /// Something leaves on a day: unlapsed lots by expiry, then unknown, then never; then lapsed
    /// lots, latest first; then nothing, and the balance goes below zero.
    pub fn leave(&mut self, mut amount: i64, on: Day) {
        let unlapsed: Vec<Day> = self.dated.range(on..).map(|(day, _)| *day).collect();
        for day in unlapsed {
            amount = self.take(day, amount);
        }
        for part in [&mut self.unknown, &mut self.never] {
            let taken = amount.min(*part);
            *part -= taken;
            amount -= taken;
        }
        let lapsed: Vec<Day> = self.dated.range(..on).rev().map(|(day, _)| *day).collect();
        for day in lapsed {
            amount = self.take(day, amount);
        }
        self.missing += amount;
    }

    /// A lapse is booked: it takes the lot of that day, or without one the lapsed lots, earliest
    /// first; what they do not hold leaves like anything else.
    pub fn expire(&mut self, amount: i64, lot: Expires, on: Day) {
        let lots: Vec<Day> = match lot {
            Expires::After(day) => vec![day],
            _ => self.dated.range(..on).map(|(day, _)| *day).collect(),
        };
        let mut rest = amount;
        for day in lots {
            rest = self.take(day, rest);
        }
        if rest > 0 {
            self.leave(rest, on);
        }
    }

    /// A snapshot shows more or less than was expected.
    pub fn differ(&mut self, unexplained: i64, on: Day) {
        if unexplained > 0 {
            self.arrive(unexplained, Expires::Unknown);
        } else if unexplained < 0 {
            self.leave(-unexplained, on);
        }
    }

    /// What has lapsed before a day and is still there.
    pub fn lapsed(&self, on: Day) -> i64 {
        self.dated.range(..on).map(|(_, amount)| amount).sum()
    }

    /// Takes from one lot and returns what it could not give.
    fn take(&mut self, day: Day, amount: i64) -> i64 {
        let Some(held) = self.dated.get_mut(&day) else { return amount };
        let taken = amount.min(*held);
        *held -= taken;
        if *held == 0 {
            self.dated.remove(&day);
        }
        amount - taken
    }
}

/// A fact on the path of one account that holds points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFact {
    /// Something arrives.
    Arrive(i64, Expires),
    /// Something leaves; a lapse that was booked says of which lot.
    Leave(i64, Kind, Expires),
    /// A balance was seen.
    Seen(i64),
}

/// The lapses that are not booked yet, by the last day of their lots: what must be booked, each on
/// the day after, so that nothing lapsed is left on `today`. `facts` are all facts of the account
/// up to now, in order.
pub fn lapses(facts: &[(Moment, PathFact)], today: Day) -> BTreeMap<Day, i64> {
    let mut booked: BTreeMap<Day, i64> = BTreeMap::new();
    loop {
        let lots = walked(facts, &booked);
        let lapsed: Vec<(Day, i64)> = lots.dated.range(..today).map(|(day, n)| (*day, *n)).collect();
        if lapsed.is_empty() {
            return booked;
        }
        // A lapse explains a snapshot after it, which gives lots back that the unexplained loss
        // had taken; those may have lapsed since, so the walk is taken again.
        for (day, amount) in lapsed {
            *booked.entry(day).or_default() += amount;
        }
    }
}

/// The lots after all facts and the lapses booked so far.
fn walked(facts: &[(Moment, PathFact)], booked: &BTreeMap<Day, i64>) -> Lots {
    let mut lots = Lots::default();
    let mut booked = booked.iter().map(|(day, amount)| (day.plus(1).start(), *day, *amount)).peekable();
    let book = |lots: &mut Lots, (at, day, amount): (Moment, Day, i64)| {
        lots.expire(amount, Expires::After(day), at.day());
    };
    for (at, fact) in facts {
        // What is booked later comes after what happened in the same second.
        while let Some(lapse) = booked.next_if(|(booked_at, _, _)| booked_at < at) {
            book(&mut lots, lapse);
        }
        match *fact {
            PathFact::Arrive(amount, expires) => lots.arrive(amount, expires),
            PathFact::Leave(amount, Kind::Expire, lot) => lots.expire(amount, lot, at.day()),
            PathFact::Leave(amount, ..) => lots.leave(amount, at.day()),
            PathFact::Seen(balance) => lots.differ(balance - lots.balance(), at.day()),
        }
    }
    for lapse in booked {
        book(&mut lots, lapse);
    }
    lots
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
    pub fn differ(&mut self, owed_more: i64, month: Month) {
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

    #[test]
    fn the_lot_that_lapses_first_is_spent_first() {
        let mut lots = Lots::default();
        lots.arrive(100, Expires::After(day("2026-01-31")));
        lots.arrive(100, Expires::After(day("2026-06-30")));
        lots.leave(120, day("2026-01-15"));
        assert_eq!(lots.balance(), 80);
        assert_eq!(lots.lapsed(day("2026-02-01")), 0);
        assert_eq!(lots.dated.get(&day("2026-06-30")), Some(&80));
    }

    #[test]
    fn takes_unlapsed_then_unknown_then_never_then_lapsed_latest_first() {
        let mut lots = Lots::default();
        for (amount, expires) in [
            (1, Expires::After(day("2026-01-10"))),
            (2, Expires::After(day("2026-01-20"))),
            (4, Expires::After(day("2026-03-01"))),
            (8, Expires::Never),
            (16, Expires::Unknown),
        ] {
            lots.arrive(amount, expires);
        }
        let on = day("2026-02-01");
        lots.leave(4 + 16, on);
        assert_eq!((lots.unknown, lots.never, lots.dated.len()), (0, 8, 2));
        lots.leave(8 + 2, on);
        assert_eq!((lots.never, lots.lapsed(on)), (0, 1));
        lots.leave(5, on);
        assert_eq!((lots.missing, lots.balance()), (4, -4));
        lots.arrive(10, Expires::Never);
        assert_eq!((lots.missing, lots.never), (0, 6));
    }

    #[test]
    fn a_lot_may_still_be_spent_on_its_last_day() {
        let mut lots = Lots::default();
        lots.arrive(10, Expires::After(day("2026-01-10")));
        lots.arrive(10, Expires::Unknown);
        lots.leave(5, day("2026-01-10"));
        assert_eq!(lots.dated.get(&day("2026-01-10")), Some(&5));
        lots.expire(5, Expires::After(day("2026-01-10")), day("2026-01-11"));
        assert_eq!((lots.dated.len(), lots.unknown), (0, 10));
    }

    #[test]
    fn a_lapse_that_a_snapshot_had_shown_already_gives_the_other_lot_back() {
        let at = |text: &str| day(text).start();
        let (january, march) = (day("2026-01-31"), day("2026-03-31"));
        let facts = [
            (at("2026-01-01"), PathFact::Arrive(100, Expires::After(january))),
            (at("2026-01-01"), PathFact::Arrive(100, Expires::After(march))),
            (at("2026-02-15"), PathFact::Seen(100)),
        ];
        let in_february = lapses(&facts, day("2026-02-20"));
        assert_eq!(in_february, BTreeMap::from([(january, 100)]));
        let in_april = lapses(&facts, day("2026-04-01"));
        assert_eq!(in_april, BTreeMap::from([(january, 100), (march, 100)]));
        assert_eq!(walked(&facts, &in_april).balance(), 0);
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
        bills.differ(-10, month("2026-11"));
        assert_eq!(bills.owed(), 0);
    }
}
