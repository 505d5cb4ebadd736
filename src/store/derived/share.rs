//! What some of the entries come to: several shares of them can be summed at the same time, and their
//! sums be put together in whatever order.

use super::{CategoryKey, ChannelKey, Labels, MonthTotal, Rows, SizeKey, Step};
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

/// The sums of days and accounts.
#[derive(Default)]
pub(super) struct Days {
    rows: Rows<(i64, i64), MonthTotal>,
    places: HashMap<(i64, i64), usize>,
    /// The last day of an account, and where its sums are.
    last: HashMap<i64, (i64, usize)>,
}

impl Days {
    /// The sums of an account and a day.
    pub fn of(&mut self, account: i64, day: Day) -> &mut MonthTotal {
        let day = i64::from(day.0);
        let last = self.last.entry(account).or_insert((i64::MIN, 0));
        if last.0 != day {
            let place = *self.places.entry((day, account)).or_insert_with(|| {
                self.rows.push(((day, account), MonthTotal::default()));
                self.rows.len() - 1
            });
            *last = (day, place);
        }
        &mut self.rows[last.1].1
    }

    /// All of them in order.
    pub fn rows(mut self) -> Rows<(i64, i64), MonthTotal> {
        self.rows.sort_unstable_by_key(|(key, _)| *key);
        self.rows
    }
}

/// The sums of one month, by the keys of their tables without the month. Most entries come month by
/// month, so what is added to is small.
#[derive(Default)]
struct OfMonth {
    /// By kind, category and unit.
    categories: HashMap<(i64, i64, i64), (i64, i64)>,
    /// By channel and unit.
    channels: HashMap<(i64, i64), [i64; 4]>,
    /// By unit and amount.
    sizes: HashMap<(i64, i64), i64>,
}

/// The sums of entries, in the order of their keys.
#[derive(Default)]
pub struct Sums {
    /// By day and account.
    pub(super) days: Rows<(i64, i64), MonthTotal>,
    pub(super) categories: Rows<CategoryKey, (i64, i64)>,
    pub(super) channels: Rows<ChannelKey, [i64; 4]>,
    pub(super) sizes: Rows<SizeKey, i64>,
}

impl Sums {
    /// Adds those of other entries.
    pub fn add(&mut self, other: Sums) {
        self.add_days(other.days);
        add(&mut self.categories, other.categories, |total, more| {
            *total = (total.0 + more.0, total.1.wrapping_add(more.1));
        });
        add(&mut self.channels, other.channels, add_charges);
        add(&mut self.sizes, other.sizes, |count, more| *count += more);
    }

    /// Adds those of other days.
    pub fn add_days(&mut self, days: Rows<(i64, i64), MonthTotal>) {
        add(&mut self.days, days, |total, more| total.add_all(&more));
    }

    /// What days come to by account and month.
    pub fn of_months(&self) -> Rows<(i64, i64), MonthTotal> {
        let mut months: BTreeMap<(i64, i64), MonthTotal> = BTreeMap::new();
        for ((day, account), sums) in &self.days {
            let month = i64::from(Day(*day as i32).month().0);
            months.entry((*account, month)).or_default().add_all(sums);
        }
        months.into_iter().collect()
    }
}

/// Adds rows in order to others.
fn add<K: Ord, V>(rows: &mut Rows<K, V>, others: Rows<K, V>, add: impl Fn(&mut V, V)) {
    if rows.is_empty() {
        *rows = others;
        return;
    }
    let mut sums: Rows<K, V> = Vec::with_capacity(rows.len().max(others.len()));
    let (mut rest, mut others) = (std::mem::take(rows).into_iter().peekable(), others.into_iter().peekable());
    while let (Some((key, _)), Some((other, _))) = (rest.peek(), others.peek()) {
        let order = key.cmp(other);
        let row = if order.is_le() { rest.next() } else { others.next() };
        sums.extend(row);
        if order.is_eq()
            && let (Some((_, sum)), Some((_, more))) = (sums.last_mut(), others.next())
        {
            add(sum, more);
        }
    }
    sums.extend(rest.chain(others));
    *rows = sums;
}

fn add_charges(sums: &mut [i64; 4], more: [i64; 4]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.wrapping_add(more);
    }
}

/// What some of the entries come to.
#[derive(Default)]
pub struct Share {
    days: Days,
    months: BTreeMap<i64, OfMonth>,
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
    pub fn sums(mut self) -> Sums {
        self.turn_over();
        let mut sums = Sums { days: self.days.rows(), ..Sums::default() };
        for (month, of) in self.months {
            let categories = of.categories.into_iter();
            append(
                &mut sums.categories,
                categories.map(|((kind, word, unit), n)| ((month, kind, word, unit), n)),
            );
            let channels = of.channels.into_iter();
            append(&mut sums.channels, channels.map(|((channel, unit), n)| ((month, channel, unit), n)));
            let sizes = of.sizes.into_iter();
            append(&mut sums.sizes, sizes.map(|((unit, amount), count)| ((month, unit, amount), count)));
        }
        sums
    }

    /// The next entry, of that number.
    pub fn entry(&mut self, seq: i64, entry: &Entry, labels: Labels) {
        let (at, day, kind) = (entry.at, entry.at.day(), entry.kind);
        let leave = Step::Leave { amount: entry.out.amount };
        let arrive = Step::Arrive { kind, amount: entry.arriving.amount, expires: entry.expires };
        let mut flows = entry.flows().peekable();
        for (account, step) in [(entry.out.account, leave), (entry.arriving.account, arrive)] {
            let Some(account) = account else { continue };
            let total = self.days.of(account.0, day);
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
            add_charges(total, [1, amount, entry.fee, entry.tax]);
        }
    }

    /// The sums of the month of a moment.
    fn month(&mut self, at: Moment) -> &mut OfMonth {
        if !self.month.as_ref().is_some_and(|(_, within, _)| within.contains(&at.0)) {
            self.turn_over();
            let month = at.month();
            let number = i64::from(month.0);
            let sums = self.months.remove(&number).unwrap_or_default();
            self.month = Some((number, month.first().start().0..=month.last().end().0, sums));
        }
        &mut self.month.as_mut().expect("the month was just set").2
    }

    /// Puts the sums of the last month back among the others.
    fn turn_over(&mut self) {
        if let Some((month, _, sums)) = self.month.take() {
            self.months.insert(month, sums);
        }
    }
}

/// Puts the rows of one month, in their order, after those of the months before.
fn append<K: Ord + Copy, V>(rows: &mut Rows<K, V>, of_month: impl Iterator<Item = (K, V)>) {
    let first = rows.len();
    rows.extend(of_month);
    rows[first..].sort_unstable_by_key(|(key, _)| *key);
}
