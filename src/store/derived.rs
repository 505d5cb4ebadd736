//! What is derived from the facts, computed from all of them at once. The door keeps the same
//! figures step by step; `check` holds the two against each other.

mod lots;
mod share;

use crate::ledger::{Bills, Entry, Expires, Flow, Kind, Measure};
use crate::period::{Day, Moment};
use std::collections::{BTreeMap, HashMap};

pub use lots::{LotWalk, lots_of};
use share::Days;
pub use share::{Move, Share, Sums};

/// How "never" is written in the column `expires`.
pub const NEVER: i64 = i32::MAX as i64;

/// The expiry that a value of the column `expires` stands for.
pub fn expires_of(column: Option<i64>) -> Expires {
    match column {
        None => Expires::Unknown,
        Some(NEVER) => Expires::Never,
        Some(day) => Expires::After(Day(day as i32)),
    }
}

/// The value of the column `expires` for an expiry.
pub fn expires_column(expires: Expires) -> Option<i64> {
    match expires {
        Expires::Unknown => None,
        Expires::Never => Some(NEVER),
        Expires::After(day) => Some(i64::from(day.0)),
    }
}

/// The number of a kind of entry in the column `kind`.
pub fn kind_column(kind: Kind) -> i64 {
    kind as i64 + 1
}

/// The kind of that number.
pub fn kind_of(column: i64) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind_column(*kind) == column)
}

/// Does an entry stand under a category in the totals?
pub fn is_categorised(kind: Kind) -> bool {
    matches!(kind, Kind::Spend | Kind::Earn | Kind::Refund)
}

/// Returns the amount of an entry in the totals of categories, and its unit: of a spend what leaves
/// without fee and tax, else what arrives and the fee and tax that were kept of it.
pub fn categorised(entry: &Entry, labels: Labels) -> (i64, i64) {
    let one_unit = labels.unit_out == labels.unit_in;
    let amounts = [entry.out.amount, entry.arriving.amount, entry.fee, entry.tax];
    category_amount(entry.kind, one_unit, amounts, [labels.unit_out, labels.unit_in])
}

/// As [`categorised`], from the columns of an entry: out, in, fee and tax, and the two units.
pub fn category_amount(
    kind: Kind,
    one_unit: bool,
    [out, arriving, fee, tax]: [i64; 4],
    [unit_out, unit_in]: [i64; 2],
) -> (i64, i64) {
    match kind {
        Kind::Spend => (out.wrapping_sub(fee).wrapping_sub(tax), unit_out),
        _ if one_unit => (arriving.wrapping_add(fee).wrapping_add(tax), unit_in),
        _ => (arriving, unit_in),
    }
}

/// The amount of an entry in the totals of channels, or `None` where it has no place there: what
/// leaves, but for a top-up what leaves less the charges, as it was typed.
pub fn charged_amount(kind: Kind, has_channel: bool, out: i64, charges: i64) -> Option<i64> {
    (has_channel || charges > 0).then_some(if kind == Kind::Topup { out - charges } else { out })
}

/// A fact of one account on the path of its balance.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Step {
    /// An entry arrives.
    Arrive { kind: Kind, amount: i64, expires: Expires },
    /// An entry leaves.
    Leave { amount: i64 },
    /// A snapshot shows more, or less where negative, than the facts before.
    Differ(i64),
}

impl Step {
    /// By how much it moves the balance.
    pub fn change(self) -> i64 {
        match self {
            Step::Arrive { amount, .. } => amount,
            Step::Leave { amount } => -amount,
            Step::Differ(unexplained) => unexplained,
        }
    }

    /// Are points of a known expiry earned?
    pub fn is_dated(self) -> bool {
        matches!(self, Step::Arrive { kind: Kind::Earn, expires, .. } if expires != Expires::Unknown)
    }
}

/// The lots of an account that holds points, or the bills of a carrier, after some of its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Of anything but a carrier.
    Lots(LotWalk),
    /// Of a carrier.
    Bills(Bills),
}

impl Parts {
    /// Nothing yet.
    pub fn new(is_carrier: bool) -> Parts {
        if is_carrier { Parts::Bills(Bills::default()) } else { Parts::Lots(LotWalk::default()) }
    }

    /// One fact further.
    pub fn step(&mut self, at: Moment, step: Step) {
        match self {
            Parts::Lots(walk) => walk.step(at, step),
            Parts::Bills(bills) => step_bills(bills, at, step),
        }
    }
}

/// Takes the next fact of a carrier.
pub fn step_bills(bills: &mut Bills, at: Moment, step: Step) {
    match step {
        Step::Arrive { kind: Kind::Refund, amount, .. } => bills.refund(amount),
        Step::Arrive { amount, .. } => bills.pay(amount),
        Step::Leave { amount } => bills.charge(amount, at.month()),
        // What is owed is a negative balance, so a lower balance is a charge.
        Step::Differ(unexplained) => bills.differ(-unexplained, at.month()),
    }
}

/// The rows of the table `bill`, without the account.
pub fn bill_rows(bills: &Bills) -> BTreeMap<i64, i64> {
    bills.open.iter().map(|(month, amount)| (i64::from(month.0), *amount)).collect()
}

/// What an account's month came to, in the order of [`Measure::ALL`], and how many facts it had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthTotal {
    /// Facts of the account in the month; an entry counts for each of its sides.
    pub facts: i64,
    /// One sum for each measure.
    pub sums: [i64; Measure::COUNT],
}

impl MonthTotal {
    /// Adds to one of the sums; does it fit?
    pub fn add(&mut self, flow: Flow) -> bool {
        let sum = &mut self.sums[flow.measure as usize];
        let more = sum.checked_add(flow.amount);
        *sum = more.unwrap_or(*sum);
        more.is_some()
    }

    /// Adds to one of the sums where nothing is told if it does not fit: then it differs from what is
    /// kept.
    fn flow(&mut self, measure: Measure, amount: i64) {
        let sum = &mut self.sums[measure as usize];
        *sum = sum.wrapping_add(amount);
    }

    /// Adds all that another one holds, in the same way.
    fn add_all(&mut self, other: &MonthTotal) {
        self.facts += other.facts;
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum = sum.wrapping_add(more);
        }
    }
}

/// A row of the table `seen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenRow {
    /// What was seen.
    pub balance: i64,
    /// What it shows beyond the facts known.
    pub unexplained: i64,
    /// The account's first snapshot.
    pub first: bool,
}

/// A row of the table `standing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StandingRow {
    /// The balance after all facts.
    pub balance: i64,
    /// The last fact.
    pub fact_at: i64,
    /// The last snapshot.
    pub seen_at: Option<i64>,
    /// How many earnings of points of a known expiry it has.
    pub dated: i64,
}

/// Key of `category_total`: month, kind, category, unit.
pub type CategoryKey = (i64, i64, i64, i64);
/// Key of `channel_total`: month, channel, unit.
pub type ChannelKey = (i64, i64, i64);

/// Key of `spend_size`: month, unit, amount.
pub type SizeKey = (i64, i64, i64);

/// Key of `day_total`: day, account, measure.
pub type DayKey = (i64, i64, i64);

/// What stands in the column `measure` of `day_total` where facts are counted.
pub const FACTS: i64 = 0;

/// The number of a measure in the column `measure`.
pub fn measure_column(measure: Measure) -> i64 {
    measure as i64 + 1
}

/// The measure of that number.
pub fn measure_of(column: i64) -> Option<Measure> {
    Measure::ALL.into_iter().find(|measure| measure_column(*measure) == column)
}

/// Rows of a table, in the order of their keys.
pub type Rows<K, V> = Vec<(K, V)>;

/// Everything that the facts lead to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// By account.
    pub standing: Rows<i64, StandingRow>,
    /// By account, moment and number of the snapshot.
    pub seen: Rows<(i64, i64, i64), SeenRow>,
    /// By account and month.
    pub total: Rows<(i64, i64), MonthTotal>,
    /// Count and amount.
    pub category_total: Rows<CategoryKey, (i64, i64)>,
    /// Count, amount, fee, tax.
    pub channel_total: Rows<ChannelKey, [i64; 4]>,
    /// Count of the spends of one amount.
    pub spend_size: Rows<SizeKey, i64>,
    /// Of one day, account and measure; never a sum of 0.
    pub day_total: Rows<DayKey, i64>,
    /// By account, last day and month.
    pub lot: Rows<(i64, i64, i64), i64>,
    /// By account and month.
    pub bill: Rows<(i64, i64), i64>,
}

/// The numbers under which an entry's words and units are stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Labels {
    /// Of the category, 0 for none.
    pub category: i64,
    /// Of the channel, 0 for none.
    pub channel: i64,
    /// Of the unit that leaves.
    pub unit_out: i64,
    /// Of the unit that arrives.
    pub unit_in: i64,
}

/// A snapshot on the path of its account's balance.
struct Sight {
    at: i64,
    seq: i64,
    balance: i64,
    /// By how much the entries since the snapshot before it moved the balance.
    moved: i64,
    /// What expired since that snapshot.
    expired: i64,
}

/// The path of one account's balance.
struct Path {
    /// Every snapshot, in the order of time.
    sights: Vec<Sight>,
    /// By how much the entries since the last snapshot moved the balance.
    moved_since: i64,
    /// What expired since the last snapshot.
    expired_since: i64,
    /// The moment and the number of the latest entry so far.
    latest: Option<(i64, i64)>,
    /// Earnings of points of a known expiry.
    dated: i64,
    /// Lots or bills after the entries so far, and after as many snapshots.
    parts: Parts,
    passed: usize,
    /// An entry came after one that happened later, so that lots or bills do not follow from the
    /// entries as they came.
    is_late: bool,
}

impl Path {
    fn new(is_carrier: bool) -> Path {
        Path {
            sights: Vec::new(),
            moved_since: 0,
            expired_since: 0,
            latest: None,
            dated: 0,
            parts: Parts::new(is_carrier),
            passed: 0,
            is_late: false,
        }
    }

    /// An entry moves the balance. In which order the entries come is all the same, but for the lots
    /// and bills.
    fn entry(&mut self, Move { at, seq, step, .. }: Move) {
        let (place, change) = ((at.0, seq), step.change());
        self.dated += i64::from(step.is_dated());
        self.is_late |= Some(place) < self.latest;
        self.latest = self.latest.max(Some(place));
        let next = if self.is_late {
            self.sights.partition_point(|sight| (sight.at, sight.seq) < place)
        } else {
            self.step(at, seq, step);
            self.passed
        };
        let moved = self.sights.get_mut(next).map_or(&mut self.moved_since, |sight| &mut sight.moved);
        *moved = moved.wrapping_add(change);
    }

    /// Lots or bills after an entry that is later than all before it, and after the snapshots between.
    fn step(&mut self, at: Moment, seq: i64, step: Step) {
        self.pass(Some((at.0, seq)));
        self.expire(at);
        self.parts.step(at, step);
    }

    /// Lots after what expired before a moment, which the next snapshot does not show any more.
    fn expire(&mut self, at: Moment) {
        let Parts::Lots(walk) = &mut self.parts else { return };
        let expired = walk.expire(at.day());
        match self.sights.get_mut(self.passed) {
            Some(sight) => sight.expired += expired,
            None => self.expired_since += expired,
        }
    }

    /// Lots or bills after the snapshots before a place in the order of facts, or after all of them.
    fn pass(&mut self, place: Option<(i64, i64)>) {
        while let Some(sight) = self.sights.get(self.passed)
            && place.is_none_or(|place| (sight.at, sight.seq) < place)
        {
            let at = Moment(sight.at);
            self.expire(at);
            self.parts.step(at, Step::Differ(self.unexplained(self.passed)));
            self.passed += 1;
        }
    }

    /// What one of the snapshots shows beyond the facts before it.
    fn unexplained(&self, at: usize) -> i64 {
        let before = at.checked_sub(1).map_or(0, |before| self.sights[before].balance);
        let sight = &self.sights[at];
        sight.balance.wrapping_sub(before.wrapping_add(sight.moved).wrapping_sub(sight.expired))
    }

    /// The balance after all facts.
    fn balance(&self) -> i64 {
        let seen = self.sights.last().map_or(0, |sight| sight.balance);
        seen.wrapping_add(self.moved_since).wrapping_sub(self.expired_since)
    }
}

/// Derives what follows from facts. It is told of the snapshots first, and of the entries in any
/// order; in the order in which they happened it is done soonest.
#[derive(Default)]
pub struct Derivation {
    carriers: HashMap<i64, bool>,
    paths: Vec<(i64, Path)>,
    path_of: foldhash::HashMap<i64, usize>,
    sums: Sums,
}

impl Derivation {
    /// Begins with accounts of which it is known whether they are carriers.
    pub fn new(carriers: HashMap<i64, bool>) -> Derivation {
        Derivation { carriers, ..Derivation::default() }
    }

    /// A snapshot, later than those of its account before it.
    pub fn snapshot(&mut self, account: i64, at: Moment, seq: i64, balance: i64) {
        let path = self.path(account);
        self.paths[path].1.sights.push(Sight { at: at.0, seq, balance, moved: 0, expired: 0 });
    }

    /// What the next entries move.
    pub fn moves(&mut self, moves: &[Move]) {
        for moved in moves {
            let path = self.path(moved.account);
            self.paths[path].1.entry(*moved);
        }
    }

    /// What a share of the entries comes to, beside what they move.
    pub fn sums(&mut self, sums: Sums) {
        self.sums.add(sums);
    }

    /// The accounts whose entries came in another order than they happened in, where lots or bills
    /// are to follow from them.
    pub fn out_of_order(&self) -> Vec<i64> {
        let wanted = |path: &Path| path.is_late && (path.dated > 0 || matches!(path.parts, Parts::Bills(_)));
        self.paths.iter().filter(|(_, path)| wanted(path)).map(|(account, _)| *account).collect()
    }

    /// The lots or bills of an account are to follow from its entries once more, which come in the
    /// order in which they happened; what else follows from them is known.
    pub fn again(&mut self, account: i64) -> Again<'_> {
        let is_carrier = self.is_carrier(account);
        let path = self.path(account);
        let path = &mut self.paths[path].1;
        (path.parts, path.passed, path.expired_since) = (Parts::new(is_carrier), 0, 0);
        path.sights.iter_mut().for_each(|sight| sight.expired = 0);
        Again(path)
    }

    /// All facts were told.
    pub fn finish(mut self) -> Derived {
        let mut derived = Derived::default();
        let mut days = Days::default();
        for at in 0..self.paths.len() {
            self.paths[at].1.pass(None);
            self.see(at, &mut days, &mut derived);
        }
        self.sums.add_days(days.rows());
        self.paths.sort_unstable_by_key(|(account, _)| *account);
        for (account, path) in self.paths {
            let seen_at = path.sights.last().map(|sight| sight.at);
            let row = StandingRow {
                balance: path.balance(),
                fact_at: path.latest.map(|(at, _)| at).max(seen_at).unwrap_or_default(),
                seen_at,
                dated: path.dated,
            };
            derived.standing.push((account, row));
            match path.parts {
                Parts::Lots(walk) => derived.lot.extend(
                    walk.changes.into_iter().map(|((expires, month), n)| ((account, expires, month), n)),
                ),
                Parts::Bills(bills) => {
                    derived.bill.extend(bill_rows(&bills).into_iter().map(|(month, n)| ((account, month), n)))
                }
            }
        }
        derived.seen.sort_unstable_by_key(|(key, _)| *key);
        derived.total = self.sums.of_months();
        let Sums { days, categories, channels, sizes } = self.sums;
        derived.day_total = days.into_iter().flat_map(|(key, sums)| of_day(key, &sums)).collect();
        (derived.category_total, derived.channel_total, derived.spend_size) = (categories, channels, sizes);
        derived
    }

    /// What the snapshots of one path show, and what expired on it.
    fn see(&self, at: usize, days: &mut Days, derived: &mut Derived) {
        for sight in 0..self.paths[at].1.sights.len() {
            let (account, path) = &self.paths[at];
            let (account, unexplained, first) = (*account, path.unexplained(sight), sight == 0);
            let Sight { at: seen_at, seq, balance, .. } = path.sights[sight];
            derived.seen.push(((account, seen_at, seq), SeenRow { balance, unexplained, first }));
            let day = days.of(account, Moment(seen_at).day());
            day.facts += 1;
            for measure in [Measure::Unexplained, Measure::FirstSeen].into_iter().take(1 + usize::from(first))
            {
                day.flow(measure, unexplained);
            }
        }
        let (account, path) = &self.paths[at];
        if let Parts::Lots(walk) = &path.parts {
            for (day, amount) in &walk.expired {
                days.of(*account, *day).flow(Measure::Expired, *amount);
            }
        }
    }

    /// Where the path of an account is.
    fn path(&mut self, account: i64) -> usize {
        if let Some(path) = self.path_of.get(&account) {
            return *path;
        }
        self.paths.push((account, Path::new(self.is_carrier(account))));
        self.path_of.insert(account, self.paths.len() - 1);
        self.paths.len() - 1
    }

    fn is_carrier(&self, account: i64) -> bool {
        self.carriers.get(&account).copied().unwrap_or(false)
    }
}

/// A second way along the path of one account, for its lots or bills.
pub struct Again<'d>(&'d mut Path);

impl Again<'_> {
    /// The next entry in the order of time.
    pub fn step(&mut self, at: Moment, seq: i64, step: Step) {
        self.0.step(at, seq, step);
    }
}

/// The rows of `day_total` that the sums of an account on a day come to, in their order.
fn of_day((day, account): (i64, i64), sums: &MonthTotal) -> Rows<DayKey, i64> {
    let measures =
        Measure::ALL.into_iter().map(|measure| (measure_column(measure), sums.sums[measure as usize]));
    let rows = [(FACTS, sums.facts)].into_iter().chain(measures).filter(|(_, sum)| *sum != 0);
    rows.map(|(measure, sum)| ((day, account, measure), sum)).collect()
}

/// Sums as the rows of their table, in its order.
pub fn in_order<K: Ord + Copy, V>(sums: foldhash::HashMap<K, V>) -> Rows<K, V> {
    let mut rows: Rows<K, V> = sums.into_iter().collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{AccountId, Id, Place};
    use crate::money::Unit;

    const DAY: i64 = 86_400;

    fn entry(day: i64, kind: Kind, amount: i64, expires: Expires) -> Entry {
        let arrives = kind == Kind::Earn;
        let place =
            |there: bool| Place { account: there.then_some(AccountId(7)), amount, unit: Unit::new("P", 0) };
        let (category, payee, note, channel) = (None, None, None, None);
        let (id, at, out, arriving) = (Id(0), Moment(day * DAY), place(!arrives), place(arrives));
        Entry { id, at, kind, out, arriving, fee: 0, tax: 0, category, payee, note, channel, expires }
    }

    #[test]
    fn the_same_follows_from_entries_in_whatever_order_they_come() {
        let dated = |day| Expires::After(Day(day));
        let entries = [
            entry(10, Kind::Earn, 500, dated(60)),
            entry(20, Kind::Earn, 300, dated(45)),
            entry(31, Kind::Spend, 350, Expires::Unknown),
            entry(31, Kind::Earn, 40, Expires::Never),
            entry(50, Kind::Expire, 100, Expires::Unknown),
            entry(70, Kind::Spend, 30, Expires::Unknown),
        ];
        let derived = |order: &[usize]| {
            let mut derivation = Derivation::new(HashMap::from([(7, false)]));
            for (day, seq, balance) in [(31, 100, 480), (40, 101, 450), (80, 102, 300)] {
                derivation.snapshot(7, Moment(day * DAY), seq, balance);
            }
            for some in order.chunks(4) {
                let mut share = Share::default();
                for at in some {
                    share.entry(*at as i64, &entries[*at], Labels::default());
                }
                derivation.moves(&share.moves());
                derivation.sums(share.sums());
            }
            let late = derivation.out_of_order();
            assert_eq!(late.is_empty(), order.is_sorted());
            for account in late {
                let mut path = derivation.again(account);
                for (seq, entry) in entries.iter().enumerate() {
                    let (kind, amount, expires) = (entry.kind, entry.out.amount, entry.expires);
                    let step = match kind {
                        Kind::Earn => Step::Arrive { kind, amount, expires },
                        _ => Step::Leave { amount },
                    };
                    path.step(entry.at, seq as i64, step);
                }
            }
            derivation.finish()
        };
        let wanted = derived(&[0, 1, 2, 3, 4, 5]);
        let seen: Vec<(i64, bool)> = wanted.seen.iter().map(|(_, s)| (s.unexplained, s.first)).collect();
        assert_eq!(seen, [(480 - 490, true), (-30, false), (300 - 10, false)]);
        assert_eq!(wanted.standing[0].1.balance, 300);
        // What was left of the lot of day 60 is gone from day 61 on.
        let expired = ((61, 7, measure_column(Measure::Expired)), 310);
        assert!(wanted.day_total.contains(&expired), "{:?}", wanted.day_total);
        assert!(!wanted.lot.is_empty());
        for order in [[5, 4, 3, 2, 1, 0], [1, 0, 3, 2, 5, 4], [0, 1, 2, 3, 5, 4]] {
            assert_eq!(derived(&order), wanted, "{order:?}");
        }
    }
}
