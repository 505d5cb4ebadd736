//! The totals of a ledger, and what each entry adds to them.
//!
//! Three tables hold sums over all facts that count: `monthly_flow` by account and month,
//! `monthly_category` by month, kind, category and unit, and `monthly_channel` by month, channel and
//! unit. They are materialized views: a report reads a few rows instead of thousands of entries.
//!
//! The views are maintained incrementally (*incremental view maintenance*): each sum is linear in the
//! entries, so an insertion adds the figures of one entry and a void subtracts them. A spend of 4,500
//! for coffee on 3 October adds 4,500 to `spent` of its account in October, and 1 and 4,500 to count
//! and amount of the category `coffee` in October; its void takes them away again.
//!
//! [`Totals::add`] is the only definition of what an entry adds. The writer, a report of part of a
//! month, a check and a repair all use it, so they cannot disagree. It costs O(1) an entry, and
//! writing the sums O(log n) a row. See Gupta and Mumick, "Maintenance of Materialized Views", 1995.

mod write;

use super::sql::Labels;
use crate::ledger::{AccountId, Entry, Flow, FlowKind, Flows, Kind};
use crate::period::{LocalDateTime, Month};
use foldhash::HashMap;

/// Key of a row of `monthly_category`: month, kind, category and unit.
pub type CategoryKey = (Month, Kind, i64, i64);
/// Key of a row of `monthly_channel`: month, channel and unit.
pub type ChannelKey = (Month, i64, i64);

/// Upper bound of the sums of one table that the writer keeps in memory.
const ROWS_MAX: usize = 1 << 13;

/// Sums over entries and snapshots.
#[derive(Default)]
pub struct Totals {
    /// Facts and flows of an account in a month.
    pub months: HashMap<(AccountId, Month), Flows>,
    /// Count and amount of a category in a month.
    pub categories: HashMap<CategoryKey, [i64; 2]>,
    /// Count, amount, fee and tax of a channel in a month.
    pub channels: HashMap<ChannelKey, [i64; 4]>,
    /// An account one of whose sums does not fit in 64 bits.
    pub overflow: Option<AccountId>,
}

impl Totals {
    /// Adds an entry, or subtracts it if `sign` is -1.
    pub fn add(&mut self, entry: &Entry, labels: Labels, sign: i64) {
        let accounts = || [entry.from.account, entry.to.account].into_iter().flatten();
        for account in accounts() {
            self.add_fact(account, entry.at, sign);
        }
        for flow in entry.flows() {
            self.add_flow(Flow { amount: sign * flow.amount, ..flow }, entry.at);
        }
        let (month, mut fits) = (entry.at.month(), true);
        if let Some((amount, unit)) = category_amount(entry, labels) {
            let sums = self.categories.entry((month, entry.kind, labels.category, unit)).or_default();
            fits &= add_all(sums, [sign, sign * amount]);
        }
        if let Some(amount) = charged_amount(entry, labels) {
            let sums = self.channels.entry((month, labels.channel, labels.unit_out)).or_default();
            fits &= add_all(sums, [sign, sign * amount, sign * entry.fee, sign * entry.tax]);
        }
        if !fits {
            self.overflow = accounts().next();
        }
    }

    /// Counts one more fact of an account in the month of a moment, or one less.
    pub fn add_fact(&mut self, account: AccountId, at: LocalDateTime, sign: i64) {
        self.months.entry((account, at.month())).or_default().facts += sign;
    }

    /// Adds to one measure of an account in the month of a moment.
    pub fn add_flow(&mut self, flow: Flow, at: LocalDateTime) {
        let month = self.months.entry((flow.account, at.month())).or_default();
        if !month.checked_add(flow.measure, flow.amount) {
            self.overflow = Some(flow.account);
        }
    }

    /// Adds the difference between a snapshot and the facts before it. That of an account's first
    /// snapshot counts as [`FlowKind::FirstSeen`], too.
    pub fn add_unexplained(&mut self, account: AccountId, at: LocalDateTime, amount: i64, is_first: bool) {
        let first = is_first.then_some(FlowKind::FirstSeen);
        for measure in [FlowKind::Unexplained].into_iter().chain(first) {
            self.add_flow(Flow { account, measure, amount }, at);
        }
    }

    /// Returns whether the sums should be written to bound memory.
    pub fn are_many(&self) -> bool {
        self.categories.len().max(self.months.len()) >= ROWS_MAX
    }
}

/// Adds to several sums; returns whether all fit.
fn add_all<const N: usize>(sums: &mut [i64; N], more: [i64; N]) -> bool {
    sums.iter_mut().zip(more).fold(true, |fits, (sum, more)| {
        let (total, overflows) = sum.overflowing_add(more);
        *sum = total;
        fits && !overflows
    })
}

/// Returns the amount of an entry in the totals of categories, and its unit: of a spend what leaves
/// without fee and tax, of an earning or a refund what arrives and the charges kept of it.
fn category_amount(entry: &Entry, labels: Labels) -> Option<(i64, i64)> {
    match entry.kind {
        Kind::Spend => Some((entry.from.amount - entry.fee - entry.tax, labels.unit_out)),
        Kind::Earn | Kind::Refund if labels.unit_out == labels.unit_in => {
            Some((entry.to.amount + entry.fee + entry.tax, labels.unit_in))
        }
        Kind::Earn | Kind::Refund => Some((entry.to.amount, labels.unit_in)),
        _ => None,
    }
}

/// Returns the amount of an entry in the totals of channels: what leaves, but for a top-up what
/// leaves without the charges. `None` if it has neither a channel nor charges.
fn charged_amount(entry: &Entry, labels: Labels) -> Option<i64> {
    let charges = entry.fee + entry.tax;
    let on_top = if entry.kind == Kind::Topup { charges } else { 0 };
    (labels.channel != 0 || charges > 0).then_some(entry.from.amount - on_top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Expires, Id, Leg};
    use crate::money::Unit;
    use crate::store::{Store, StoreError};

    fn entry(kind: Kind, at: LocalDateTime, amount: i64, fee: i64) -> Entry {
        let place = |account, amount| Leg { account, amount, unit: Unit::new("KRW", 0) };
        let (from, to) = (place(Some(AccountId(7)), amount), place(None, amount - fee));
        let (category, payee, note, channel) = (None, None, None, None);
        let (id, tax, expires) = (Id(0), 0, Expires::Unknown);
        Entry { id, at, kind, from, to, fee, tax, category, payee, note, channel, expires }
    }

    fn labels(category: i64, channel: i64) -> Labels {
        Labels { category, channel, unit_out: 1, unit_in: 1 }
    }

    #[test]
    fn adds_an_entry_to_its_account_category_and_channel_and_takes_it_away_again() {
        let (mut totals, at) = (Totals::default(), LocalDateTime(0));
        totals.add(&entry(Kind::Spend, at, 4_500, 0), labels(3, 0), 1);
        totals.add(&entry(Kind::Withdraw, at, 1_000, 100), labels(0, 5), 1);
        let month = totals.months[&(AccountId(7), at.month())];
        let sums = [FlowKind::Spent, FlowKind::Withdrawn, FlowKind::Fees].map(|measure| month.of(measure));
        assert_eq!((month.facts, sums), (2, [4_500, 900, 100]));
        assert_eq!(totals.categories, HashMap::from_iter([((at.month(), Kind::Spend, 3, 1), [1, 4_500])]));
        assert_eq!(totals.channels, HashMap::from_iter([((at.month(), 5, 1), [1, 1_000, 100, 0])]));
        totals.add(&entry(Kind::Spend, at, 4_500, 0), labels(3, 0), -1);
        totals.add(&entry(Kind::Withdraw, at, 1_000, 100), labels(0, 5), -1);
        assert_eq!(totals.months[&(AccountId(7), at.month())], Flows::default());
        assert!(totals.categories.values().all(|sums| *sums == [0, 0]));
        assert!(totals.channels.values().all(|sums| *sums == [0; 4]));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_noticed() {
        let mut totals = Totals::default();
        let flow = Flow { account: AccountId(7), measure: FlowKind::Spent, amount: i64::MAX };
        totals.add_flow(flow, LocalDateTime(0));
        assert_eq!(totals.overflow, None);
        totals.add_flow(flow, LocalDateTime(0));
        assert_eq!(totals.overflow, Some(AccountId(7)));
    }

    #[test]
    fn rows_that_come_to_nothing_are_deleted() -> Result<(), StoreError> {
        let store = Store::in_memory()?;
        let unit = "INSERT INTO change VALUES (1, 1, 0, 'test', NULL, 0);
                    INSERT INTO unit VALUES (1, 1, 'KRW', 0, 0)";
        store.run(unit).expect("a unit");
        let sql = "SELECT (SELECT count(*) FROM monthly_category) + (SELECT count(*) FROM monthly_channel)";
        let rows = || store.number(sql);
        for (sign, left) in [(1, 2), (-1, 0)] {
            let mut totals = Totals::default();
            totals.add(&entry(Kind::Spend, LocalDateTime(0), 4_500, 500), labels(3, 0), sign);
            totals.months.clear();
            totals.write(&store.db).expect("sums are written");
            assert_eq!(rows().expect("a number"), left);
        }
        Ok(())
    }

    #[test]
    fn many_sums_are_to_be_written() {
        let mut totals = Totals::default();
        for account in 0..ROWS_MAX as i64 {
            assert!(!totals.are_many());
            totals.add_fact(AccountId(account), LocalDateTime(0), 1);
        }
        assert!(totals.are_many());
    }
}
