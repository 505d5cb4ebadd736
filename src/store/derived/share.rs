//! What some of the entries come to: several shares of them can be summed at the same time, and their
//! sums be put together in whatever order.

use super::{Labels, MonthTotal, Rows, Step};
use super::{categorised, charged_amount, is_categorised, kind_column};
use crate::ledger::{Entry, Kind};
use crate::period::{Day, Moment};
use foldhash::HashMap;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// An entry moves the balance of an account.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    pub(super) account: i64,
    pub(super) at: Moment,
    pub(super) seq: i64,
    pub(super) step: Step,
}

/// The sums of accounts and days.
#[derive(Default)]
pub(super) struct Days {
    pub rows: Rows<(i64, i64), MonthTotal>,
    places: HashMap<(i64, i64), usize>,
    /// The last day of an account, and where its sums are.
    last: HashMap<i64, (i64, usize)>,
}

impl Days {
    /// The sums of an account and a day.
    pub fn of(&mut self, account: i64, day: Day) -> &mut MonthTotal {
        let place = self.place(account, day);
        &mut self.rows[place].1
    }

    /// Where the sums of an account and a day are among the rows.
    fn place(&mut self, account: i64, day: Day) -> usize {
        let day = i64::from(day.0);
        let last = self.last.entry(account).or_insert((i64::MIN, 0));
        if last.0 != day {
            let place = *self.places.entry((account, day)).or_insert_with(|| {
                self.rows.push(((account, day), MonthTotal::default()));
                self.rows.len() - 1
            });
            *last = (day, place);
        }
        last.1
    }

    /// What they come to by account and month.
    pub fn of_months(&self) -> Rows<(i64, i64), MonthTotal> {
        let mut months: BTreeMap<(i64, i64), MonthTotal> = BTreeMap::new();
        for ((account, day), sums) in &self.rows {
            let month = i64::from(Day(*day as i32).month().0);
            months.entry((*account, month)).or_default().add_all(sums);
        }
        months.into_iter().collect()
    }
}

/// The sums of one month, by the keys of their tables without the month. Most entries come month by
/// month, so what is added to is small.
#[derive(Default)]
pub(super) struct OfMonth {
    /// By kind, category and unit.
    pub categories: HashMap<(i64, i64, i64), (i64, i64)>,
    /// By channel and unit.
    pub channels: HashMap<(i64, i64), [i64; 4]>,
    /// By unit and amount.
    pub sizes: HashMap<(i64, i64), i64>,
}

impl OfMonth {
    /// Adds those of other entries.
    fn add(&mut self, other: OfMonth) {
        for (key, (count, amount)) in other.categories {
            let total = self.categories.entry(key).or_default();
            *total = (total.0 + count, total.1.wrapping_add(amount));
        }
        for (key, sums) in other.channels {
            let total = self.channels.entry(key).or_default();
            for (sum, more) in total.iter_mut().zip(sums) {
                *sum = sum.wrapping_add(more);
            }
        }
        for (key, count) in other.sizes {
            *self.sizes.entry(key).or_default() += count;
        }
    }
}

/// The sums of entries, in whatever order.
#[derive(Default)]
pub(super) struct Sums {
    pub days: Days,
    pub months: BTreeMap<i64, OfMonth>,
}

impl Sums {
    /// Adds those of other entries.
    pub fn add(&mut self, other: Sums) {
        for ((account, day), sums) in other.days.rows {
            self.days.of(account, Day(day as i32)).add_all(&sums);
        }
        for (month, sums) in other.months {
            self.months.entry(month).or_default().add(sums);
        }
    }

    /// One sort of the sums of months, as the rows of their table, in its order.
    pub fn rows<K: Copy, V: Copy, Key: Ord>(
        &self,
        of: impl Fn(&OfMonth) -> &HashMap<K, V>,
        key: impl Fn(i64, K) -> Key,
    ) -> Rows<Key, V> {
        let mut rows = Vec::new();
        for (month, sums) in &self.months {
            let first = rows.len();
            rows.extend(of(sums).iter().map(|(rest, value)| (key(*month, *rest), *value)));
            rows[first..].sort_unstable_by(|(key, _), (other, _)| key.cmp(other));
        }
        rows
    }
}

/// What some of the entries come to.
#[derive(Default)]
pub struct Share {
    sums: Sums,
    moves: Vec<Move>,
    /// The month of the last entry, its first and its last second, and its sums, which are not among
    /// those of the other months.
    month: Option<(i64, RangeInclusive<i64>, OfMonth)>,
}

impl Share {
    /// The moves since they were asked for last.
    pub fn moves(&mut self) -> Vec<Move> {
        let room = Vec::with_capacity(self.moves.len());
        std::mem::replace(&mut self.moves, room)
    }

    /// All that it comes to, but for the moves.
    pub(super) fn sums(mut self) -> Sums {
        self.turn_over();
        self.sums
    }

    /// The next entry, of that number.
    pub fn entry(&mut self, seq: i64, entry: &Entry, labels: Labels) {
        let (at, day, kind) = (entry.at, entry.at.day(), entry.kind);
        let leave = Step::Leave { kind, amount: entry.out.amount, expires: entry.expires };
        let arrive = Step::Arrive { kind, amount: entry.arriving.amount, expires: entry.expires };
        let mut flows = entry.flows().peekable();
        for (account, step) in [(entry.out.account, leave), (entry.arriving.account, arrive)] {
            let Some(account) = account else { continue };
            let total = self.sums.days.of(account.0, day);
            total.facts += 1;
            // What it does to the side that it leaves comes first.
            while let Some(flow) = flows.next_if(|flow| flow.account == account) {
                total.flow(flow.measure, flow.amount);
            }
            self.moves.push(Move { account: account.0, at, seq, step });
        }
        let month = self.month(at);
        if is_categorised(kind) {
            let (amount, unit) = categorised(entry, labels);
            let total = month.categories.entry((kind_column(kind), labels.category, unit)).or_default();
            *total = (total.0 + 1, total.1.wrapping_add(amount));
        }
        if kind == Kind::Spend {
            *month.sizes.entry((labels.unit_out, entry.out.amount)).or_default() += 1;
        }
        let charges = entry.fee.wrapping_add(entry.tax);
        if let Some(amount) = charged_amount(kind, labels.channel != 0, entry.out.amount, charges) {
            let total = month.channels.entry((labels.channel, labels.unit_out)).or_default();
            for (sum, value) in total.iter_mut().zip([1, amount, entry.fee, entry.tax]) {
                *sum = sum.wrapping_add(value);
            }
        }
    }

    /// The sums of the month of a moment.
    fn month(&mut self, at: Moment) -> &mut OfMonth {
        if !self.month.as_ref().is_some_and(|(_, within, _)| within.contains(&at.0)) {
            self.turn_over();
            let month = at.month();
            let number = i64::from(month.0);
            let sums = self.sums.months.remove(&number).unwrap_or_default();
            self.month = Some((number, month.first().start().0..=month.last().end().0, sums));
        }
        &mut self.month.as_mut().expect("the month was just set").2
    }

    /// Puts the sums of the last month back among the others.
    fn turn_over(&mut self) {
        if let Some((month, _, sums)) = self.month.take() {
            self.sums.months.insert(month, sums);
        }
    }
}
