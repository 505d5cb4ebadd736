//! The lots of an account, how the ledger keeps them, and what expires of them.
//!
//! # What is stored
//!
//! A row of the table `lot` says what the facts of one month added to a lot or took from it. So the
//! rows of a lot add up to what is left of it: while it is open, to what is there; after its last
//! day, to what expired, because no later fact changes it. The rows up to a month add up to the lots
//! at the end of that month, so a walk through the facts of an account can start at any month.
//!
//! The balance in `account_balance` and the monthly sums contain what expired up to the last fact of
//! the account (its *stored* expiries). What expires later is never written: a reader adds it from
//! the lots whose last day lies between that fact and the moment in question (the *pending*
//! expiries). So nothing has to be written on the day after a last day.
//!
//! An example: on 1 January 100 points until 10 January are earned. `account_balance` has 100, `lot` has a
//! row of 100, and no total knows of an expiry. Asked on 12 January, the balance is 100 less the
//! pending 100. On 20 January 5 points are earned: the 100 become a stored expiry of 11 January, and
//! `account_balance` has 5. On 21 January a spend of 30 dated 5 January is recorded: the account is walked
//! through again from the first of January on, the lot is 70, and the totals change by the
//! differences, 30 spent and 30 less expired.
//!
//! # What it costs
//!
//! * A balance, a total or a list of lots reads, besides its sums, only the lots between an account's
//!   last fact and the moment asked for, or those that are open: no entry, however long the history.
//!   For a moment in the past, the account's facts of that month before the moment are read.
//! * A fact that is the last of its account reads and writes the lots that are open.
//! * A fact dated earlier, and an undo, walk through the account's facts from the beginning of the
//!   month of that fact (or of the last fact, where that is earlier), once for all that one command
//!   records. Accounts without points of a known expiry are never walked through.

use crate::ledger::{AccountId, Bills, Entry, Expires, Kind, Lots};
use crate::period::{Day, LocalDateTime, Month};
use std::collections::BTreeMap;

/// A fact as it moves the balance of one account.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum LotEvent {
    /// An entry arrives.
    Credit { kind: Kind, amount: i64, expires: Expires },
    /// An entry leaves.
    Debit { amount: i64 },
    /// A snapshot shows more than the facts before it, or less if negative.
    Adjust(i64),
}

impl LotEvent {
    /// Returns the accounts that an entry moves, each with its step.
    pub fn of(entry: &Entry) -> impl Iterator<Item = (AccountId, LotEvent)> + use<> {
        let (kind, amount, expires) = (entry.kind, entry.to.amount, entry.expires);
        let leave =
            entry.from.account.map(|account| (account, LotEvent::Debit { amount: entry.from.amount }));
        let arrive = entry.to.account.map(|account| (account, LotEvent::Credit { kind, amount, expires }));
        leave.into_iter().chain(arrive)
    }

    /// Returns by how much it moves the balance.
    pub fn change(self) -> i64 {
        match self {
            LotEvent::Credit { amount, .. } => amount,
            LotEvent::Debit { amount } => -amount,
            LotEvent::Adjust(unexplained) => unexplained,
        }
    }

    /// Returns whether points of a known expiry are earned.
    pub fn is_dated(self) -> bool {
        matches!(self, LotEvent::Credit { kind: Kind::Earn, expires, .. } if expires != Expires::Unknown)
    }
}

/// Applies the next fact of a carrier to its bills.
pub fn step_bills(bills: &mut Bills, at: LocalDateTime, step: LotEvent) {
    match step {
        LotEvent::Credit { kind: Kind::Refund, amount, .. } => bills.refund(amount),
        LotEvent::Credit { amount, .. } => bills.pay(amount),
        LotEvent::Debit { amount } => bills.charge(amount, at.month()),
        // What is owed is a negative balance, so a lower balance is a charge.
        LotEvent::Adjust(unexplained) => bills.adjust(-unexplained, at.month()),
    }
}

/// Key of a row of the table `lot` of one account: last day and month of the facts.
pub type LotKey = (Expires, Month);

/// The lots of one account on a walk through its facts, and what came of the walk so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LotWalk {
    /// The lots after the facts so far.
    pub lots: Lots,
    /// Rows of the table `lot`, by last day and month; a sum of 0 is no row.
    pub changes: BTreeMap<LotKey, i64>,
    /// What expired, by the day on which it was gone.
    pub expired: BTreeMap<Day, i64>,
}

impl LotWalk {
    /// Begins a walk with these lots.
    pub fn new(lots: Lots) -> LotWalk {
        LotWalk { lots, ..LotWalk::default() }
    }

    /// Removes what has expired by a day and returns its sum.
    pub fn expire(&mut self, today: Day) -> i64 {
        let mut sum = 0;
        while let Some((last, amount)) = self.lots.pop_expired(today) {
            *self.expired.entry(last.add_days(1)).or_default() += amount;
            sum += amount;
        }
        sum
    }

    /// Takes the next fact, after what expired before it.
    pub fn step(&mut self, at: LocalDateTime, step: LotEvent) {
        self.expire(at.day());
        match step {
            LotEvent::Credit { kind: Kind::Earn, amount, expires } => self.credit(amount, expires, at),
            LotEvent::Credit { amount, .. } => self.credit(amount, Expires::Unknown, at),
            LotEvent::Debit { amount } => self.debit(amount, at),
            LotEvent::Adjust(more) if more > 0 => self.credit(more, Expires::Unknown, at),
            LotEvent::Adjust(less) => self.debit(-less, at),
        }
    }

    fn credit(&mut self, amount: i64, expires: Expires, at: LocalDateTime) {
        let kept = self.lots.credit(amount, expires);
        change(&mut self.changes, expires, at.month(), kept);
    }

    fn debit(&mut self, amount: i64, at: LocalDateTime) {
        let (lots, changes) = (&mut self.lots, &mut self.changes);
        lots.debit(amount, |expires, taken| change(changes, expires, at.month(), -taken));
    }
}

/// Adds to a row of the table `lot`. Points of unknown expiry have no row.
fn change(rows: &mut BTreeMap<LotKey, i64>, expires: Expires, month: Month, amount: i64) {
    if expires == Expires::Unknown || amount == 0 {
        return;
    }
    let sum = rows.entry((expires, month)).or_default();
    *sum += amount;
    if *sum == 0 {
        rows.remove(&(expires, month));
    }
}

/// Returns the lots of a balance, from rows of the table `lot`.
pub fn lots_of(rows: impl IntoIterator<Item = (Expires, i64)>, balance: i64) -> Lots {
    let (mut dated, mut never) = (BTreeMap::new(), 0);
    for (expires, amount) in rows {
        match expires {
            Expires::On(day) => *dated.entry(day).or_default() += amount,
            Expires::Never => never += amount,
            Expires::Unknown => {}
        }
    }
    dated.retain(|_, amount| *amount != 0);
    Lots::new(dated, never, balance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> LocalDateTime {
        Day::parse_iso(text).unwrap().start()
    }

    #[test]
    fn keeps_what_each_month_did_to_a_lot_and_what_was_left_when_it_expired() {
        let (january, march) = (at("2026-01-31").day(), at("2026-03-31").day());
        let mut walk = LotWalk::default();
        let earn = |amount, day| LotEvent::Credit { kind: Kind::Earn, amount, expires: Expires::On(day) };
        let spend = |amount| LotEvent::Debit { amount };
        walk.step(at("2026-01-01"), earn(100, january));
        walk.step(at("2026-01-02"), earn(50, march));
        walk.step(at("2026-01-31"), spend(30));
        walk.step(at("2026-02-01"), spend(20));
        let key = |day: Day, at: LocalDateTime| (Expires::On(day), at.month());
        let rows = [
            (key(january, at("2026-01-01")), 70),
            (key(march, at("2026-01-01")), 50),
            (key(march, at("2026-02-01")), -20),
        ];
        assert_eq!(walk.changes, BTreeMap::from(rows));
        assert_eq!(walk.expired, BTreeMap::from([(january.add_days(1), 70)]));
        assert_eq!(walk.lots.balance(), 30);
        let open = walk.changes.iter().filter(|((last, _), _)| *last > Expires::On(january));
        assert_eq!(lots_of(open.map(|((last, _), amount)| (*last, *amount)), 30), walk.lots);
    }

    #[test]
    fn a_lot_that_one_month_fills_and_empties_leaves_no_row() {
        let mut walk = LotWalk::default();
        let expires = Expires::Never;
        walk.step(at("2026-01-01"), LotEvent::Credit { kind: Kind::Earn, amount: 5, expires });
        walk.step(at("2026-01-31"), LotEvent::Adjust(-5));
        assert_eq!((walk.changes, walk.lots), (BTreeMap::new(), Lots::default()));
    }
}
