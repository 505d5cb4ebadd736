//! The sums of months, as they are counted; what writes them adds them to their tables.

use crate::ledger::{AccountId, Entry, Flow, Kind};
use crate::period::{Moment, Month};
use crate::store::derived::{
    CategoryKey, ChannelKey, DayKey, FACTS, Labels, MonthTotal, SizeKey, categorised, charged_amount,
    is_categorised, kind_column, measure_column,
};
use foldhash::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// So many sums of a sort are kept in memory at most, however much an import brings.
pub(super) const SUMS_MAX: usize = 1 << 13;

/// Sums by month and by day that were counted and are not written yet.
#[derive(Default)]
pub(super) struct Sums {
    pub(super) totals: HashMap<(AccountId, Month), MonthTotal>,
    pub(super) days: HashMap<DayKey, i64>,
    pub(super) categories: HashMap<CategoryKey, (i64, i64)>,
    pub(super) channels: HashMap<ChannelKey, [i64; 4]>,
    pub(super) sizes: HashMap<SizeKey, i64>,
    /// An account with a sum that 64 bits do not hold.
    pub(super) too_large: Option<AccountId>,
}

impl Sums {
    /// Counts an entry once more, or once less where `sign` is -1.
    pub(super) fn add_entry(&mut self, entry: &Entry, labels: Labels, sign: i64) {
        for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
            self.add_fact(account, entry.at, sign);
        }
        for flow in entry.flows() {
            self.add_flow(Flow { amount: sign * flow.amount, ..flow }, entry.at);
        }
        let month = i64::from(entry.at.month().0);
        if is_categorised(entry.kind) {
            let (amount, unit) = categorised(entry, labels);
            let key = (month, kind_column(entry.kind), labels.category, unit);
            let total = self.categories.entry(key).or_default();
            (total.0, total.1) = (total.0 + sign, total.1 + sign * amount);
        }
        if entry.kind == Kind::Spend {
            *self.sizes.entry((month, labels.unit_out, entry.out.amount)).or_default() += sign;
        }
        let charges = entry.fee + entry.tax;
        let has_channel = entry.channel.is_some();
        if let Some(amount) = charged_amount(entry.kind, has_channel, entry.out.amount, charges) {
            let total = self.channels.entry((month, labels.channel, labels.unit_out)).or_default();
            for (sum, value) in total.iter_mut().zip([1, amount, entry.fee, entry.tax]) {
                *sum += sign * value;
            }
        }
    }

    /// Counts that an account has so many more facts on the day of a moment.
    pub(super) fn add_fact(&mut self, account: AccountId, at: Moment, more: i64) {
        self.totals.entry((account, at.month())).or_default().facts += more;
        *self.days.entry((i64::from(at.day().0), account.0, FACTS)).or_default() += more;
    }

    pub(super) fn add_flow(&mut self, flow: Flow, at: Moment) {
        if self.totals.entry((flow.account, at.month())).or_default().add(flow) {
            // What a month holds, its days hold.
            let key = (i64::from(at.day().0), flow.account.0, measure_column(flow.measure));
            *self.days.entry(key).or_default() += flow.amount;
        } else {
            self.too_large = Some(flow.account);
        }
    }

    /// Is it time to write them, so that memory has a bound?
    pub(super) fn are_many(&self) -> bool {
        [self.sizes.len(), self.categories.len(), self.days.len()].into_iter().any(|sums| sums >= SUMS_MAX)
    }

    /// Adds what was counted elsewhere.
    fn absorb(&mut self, other: Sums) {
        for (key, more) in other.totals {
            let total = self.totals.entry(key).or_default();
            total.facts += more.facts;
            for (sum, more) in total.sums.iter_mut().zip(more.sums) {
                match sum.checked_add(more) {
                    Some(both) => *sum = both,
                    None => self.too_large = Some(key.0),
                }
            }
        }
        for (key, (count, amount)) in other.categories {
            let total = self.categories.entry(key).or_default();
            (total.0, total.1) = (total.0 + count, total.1 + amount);
        }
        for (key, more) in other.channels {
            let total = self.channels.entry(key).or_default();
            for (sum, more) in total.iter_mut().zip(more) {
                *sum += more;
            }
        }
        for (key, more) in other.sizes {
            *self.sizes.entry(key).or_default() += more;
        }
        for (key, more) in other.days {
            *self.days.entry(key).or_default() += more;
        }
        self.too_large = self.too_large.or(other.too_large);
    }
}

/// So many entries are handed over at once,
const AT_ONCE: usize = 256;
/// so many times that, before the one who hands them over waits,
const AHEAD: usize = 4;
/// and after so many the sums are written, so that memory has a bound.
const COUNTED_MAX: usize = 1 << 15;

type Batch = Vec<(Entry, Labels)>;

/// Entries of an import, which are counted beside the one who writes them: no fact depends on a sum.
#[derive(Default)]
pub(super) struct Beside {
    batch: Batch,
    counted: usize,
    counting: Option<(SyncSender<Batch>, JoinHandle<Sums>)>,
}

impl Beside {
    /// Takes one more entry; is it time to write the sums?
    pub(super) fn take(&mut self, entry: Entry, labels: Labels) -> bool {
        self.batch.push((entry, labels));
        self.counted += 1;
        if self.batch.len() == AT_ONCE {
            let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(AT_ONCE));
            let (sender, _) = self.counting.get_or_insert_with(|| {
                let (sender, batches) = sync_channel(AHEAD);
                (sender, std::thread::spawn(move || count(&batches)))
            });
            // Nobody takes it only where the other one panicked, which is told when it is waited for.
            let _ = sender.send(batch);
        }
        self.counted >= COUNTED_MAX
    }

    /// Moves all that was counted since the last time to `sums`.
    pub(super) fn settle(&mut self, sums: &mut Sums) {
        if let Some((sender, counting)) = self.counting.take() {
            drop(sender);
            sums.absorb(counting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        for (entry, labels) in self.batch.drain(..) {
            sums.add_entry(&entry, labels, 1);
        }
        self.counted = 0;
    }
}

fn count(batches: &Receiver<Batch>) -> Sums {
    let mut sums = Sums::default();
    for batch in batches {
        for (entry, labels) in batch {
            sums.add_entry(&entry, labels, 1);
        }
    }
    sums
}
