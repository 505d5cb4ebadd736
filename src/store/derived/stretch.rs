//! What some entries in a row come to, whatever came before them: several such stretches can be summed
//! at the same time, and are put together in their order.

use super::{CategoryKey, ChannelKey, Labels, MonthTotal, Rows, SizeKey, Step};
use super::{categorised, charged_amount, is_categorised, kind_column};
use crate::ledger::{Entry, Kind};
use crate::period::{Day, Moment};
use foldhash::HashMap;
use std::collections::BTreeMap;

/// An entry moves the balance of an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub account: i64,
    pub at: Moment,
    pub seq: i64,
    pub step: Step,
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
        let day = i64::from(day.0);
        let last = self.last.entry(account).or_insert((i64::MIN, 0));
        if last.0 != day {
            let place = *self.places.entry((account, day)).or_insert_with(|| {
                self.rows.push(((account, day), MonthTotal::default()));
                self.rows.len() - 1
            });
            *last = (day, place);
        }
        &mut self.rows[last.1].1
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

/// The sums of entries, in whatever order.
#[derive(Default)]
pub(super) struct Sums {
    pub days: Days,
    pub categories: HashMap<CategoryKey, (i64, i64)>,
    pub channels: HashMap<ChannelKey, [i64; 4]>,
    pub sizes: HashMap<SizeKey, i64>,
}

impl Sums {
    /// Adds those of other entries.
    pub fn add(&mut self, other: Sums) {
        for ((account, day), sums) in other.days.rows {
            self.days.of(account, Day(day as i32)).add_all(&sums);
        }
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

/// What some entries in a row come to.
#[derive(Default)]
pub struct Stretch {
    pub(super) sums: Sums,
    pub(super) moves: Vec<Move>,
    /// The month of the last entry, from its first second to its last.
    month: Option<(i64, i64, i64)>,
}

impl Stretch {
    /// The next entry, of that number.
    pub fn entry(&mut self, seq: i64, entry: &Entry, labels: Labels) {
        let (at, day, month) = (entry.at, entry.at.day(), self.month(entry.at));
        let sums = &mut self.sums;
        for flow in entry.flows() {
            sums.days.of(flow.account.0, day).flow(flow.measure, flow.amount);
        }
        let (kind, expires) = (entry.kind, entry.expires);
        if let Some(account) = entry.out.account.map(|account| account.0) {
            sums.days.of(account, day).facts += 1;
            let step = Step::Leave { kind, amount: entry.out.amount, expires };
            self.moves.push(Move { account, at, seq, step });
        }
        if let Some(account) = entry.arriving.account.map(|account| account.0) {
            sums.days.of(account, day).facts += 1;
            let step = Step::Arrive { kind, amount: entry.arriving.amount, expires };
            self.moves.push(Move { account, at, seq, step });
        }
        if is_categorised(kind) {
            let (amount, unit) = categorised(entry, labels);
            let total = sums.categories.entry((month, kind_column(kind), labels.category, unit)).or_default();
            *total = (total.0 + 1, total.1.wrapping_add(amount));
        }
        if kind == Kind::Spend {
            *sums.sizes.entry((month, labels.unit_out, entry.out.amount)).or_default() += 1;
        }
        let charges = entry.fee.wrapping_add(entry.tax);
        if let Some(amount) = charged_amount(kind, labels.channel != 0, entry.out.amount, charges) {
            let total = sums.channels.entry((month, labels.channel, labels.unit_out)).or_default();
            for (sum, value) in total.iter_mut().zip([1, amount, entry.fee, entry.tax]) {
                *sum = sum.wrapping_add(value);
            }
        }
    }

    /// The number of the month of a moment.
    fn month(&mut self, at: Moment) -> i64 {
        if let Some((_, _, month)) = self.month.filter(|(first, last, _)| (*first..=*last).contains(&at.0)) {
            return month;
        }
        let month = at.month();
        let number = i64::from(month.0);
        self.month = Some((month.first().start().0, month.last().end().0, number));
        number
    }
}
