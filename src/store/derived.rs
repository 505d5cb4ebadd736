//! What is derived from the facts, computed from all of them at once. The door keeps the same
//! figures step by step; `check` holds the two against each other.

use crate::ledger::{Bills, Entry, Expires, Flow, Kind, Lots, Measure};
use crate::period::{Day, Moment};
use std::collections::{BTreeMap, HashMap};

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
    Kind::ALL.iter().position(|k| *k == kind).map_or(0, |i| i as i64 + 1)
}

/// The kind of that number.
pub fn kind_of(column: i64) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind_column(*kind) == column)
}

/// Does an entry stand under a category in the totals?
pub fn is_categorised(kind: Kind) -> bool {
    matches!(kind, Kind::Spend | Kind::Earn | Kind::Refund)
}

/// The amount of an entry in the totals of categories, and its unit: of a spend what leaves, else
/// what arrives.
pub fn categorised(entry: &Entry, labels: Labels) -> (i64, i64) {
    match entry.kind {
        Kind::Spend => (entry.out.amount, labels.unit_out),
        _ => (entry.arriving.amount, labels.unit_in),
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
    Leave { kind: Kind, amount: i64, expires: Expires },
    /// A snapshot shows more, or less where negative, than the facts before.
    Differ(i64),
}

/// The lots of a point account, or the bills of a carrier, after some of its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parts {
    /// Of anything but a carrier.
    Lots(Lots),
    /// Of a carrier.
    Bills(Bills),
}

impl Parts {
    /// Nothing yet.
    pub fn new(is_carrier: bool) -> Parts {
        if is_carrier { Parts::Bills(Bills::default()) } else { Parts::Lots(Lots::default()) }
    }

    /// One fact further.
    pub fn step(&mut self, at: Moment, step: Step) {
        match self {
            Parts::Lots(lots) => match step {
                Step::Arrive { kind: Kind::Earn, amount, expires } => lots.arrive(amount, expires),
                Step::Arrive { amount, .. } => lots.arrive(amount, Expires::Unknown),
                Step::Leave { kind: Kind::Expire, amount, expires } => lots.expire(amount, expires, at.day()),
                Step::Leave { amount, .. } => lots.leave(amount, at.day()),
                Step::Differ(unexplained) => lots.differ(unexplained, at.day()),
            },
            Parts::Bills(bills) => match step {
                Step::Arrive { kind: Kind::Refund, amount, .. } => bills.refund(amount),
                Step::Arrive { amount, .. } => bills.pay(amount),
                Step::Leave { amount, .. } => bills.charge(amount, at.month()),
                // What is owed is a negative balance, so a lower balance is a charge.
                Step::Differ(unexplained) => bills.differ(-unexplained, at.month()),
            },
        }
    }

    /// The rows of the table `lot`: dated lots and what never lapses.
    pub fn lot_rows(&self) -> BTreeMap<i64, i64> {
        let Parts::Lots(lots) = self else { return BTreeMap::new() };
        let dated = lots.dated.iter().map(|(day, amount)| (i64::from(day.0), *amount));
        let never = (lots.never > 0).then_some((NEVER, lots.never));
        dated.chain(never).collect()
    }

    /// The rows of the table `bill`.
    pub fn bill_rows(&self) -> BTreeMap<i64, i64> {
        let Parts::Bills(bills) = self else { return BTreeMap::new() };
        bills.open.iter().map(|(month, amount)| (i64::from(month.0), *amount)).collect()
    }
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
    /// Points of a known expiry were earned.
    pub has_lots: bool,
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

/// Everything that the facts lead to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// By account.
    pub standing: BTreeMap<i64, StandingRow>,
    /// By account, moment and number of the snapshot.
    pub seen: BTreeMap<(i64, i64, i64), SeenRow>,
    /// By account and month.
    pub total: BTreeMap<(i64, i64), MonthTotal>,
    /// Count and amount.
    pub category_total: BTreeMap<CategoryKey, (i64, i64)>,
    /// Count, amount, fee, tax.
    pub channel_total: BTreeMap<ChannelKey, [i64; 4]>,
    /// Count of the spends of one amount.
    pub spend_size: BTreeMap<SizeKey, i64>,
    /// Of one day, account and measure; never a sum of 0.
    pub day_total: BTreeMap<DayKey, i64>,
    /// By account and last day.
    pub lot: BTreeMap<(i64, i64), i64>,
    /// By account and month.
    pub bill: BTreeMap<(i64, i64), i64>,
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

/// Walks through facts in the order of time and derives what follows from them.
#[derive(Default)]
pub struct Derivation {
    derived: Derived,
    parts: HashMap<i64, Parts>,
    carriers: HashMap<i64, bool>,
}

impl Derivation {
    /// A walk over accounts of which it is known whether they are carriers.
    pub fn new(carriers: HashMap<i64, bool>) -> Derivation {
        Derivation { carriers, ..Derivation::default() }
    }

    fn parts(&mut self, account: i64) -> &mut Parts {
        let is_carrier = self.carriers.get(&account).copied().unwrap_or(false);
        self.parts.entry(account).or_insert_with(|| Parts::new(is_carrier))
    }

    fn of_day(&mut self, account: i64, at: Moment, measure: i64, amount: i64) {
        *self.derived.day_total.entry((i64::from(at.day().0), account, measure)).or_default() += amount;
    }

    /// The next fact is an entry.
    pub fn entry(&mut self, entry: &Entry, labels: Labels) {
        let month = i64::from(entry.at.month().0);
        for flow in entry.flows() {
            let total = self.derived.total.entry((flow.account.0, month)).or_default();
            total.sums[flow.measure as usize] += flow.amount;
            self.of_day(flow.account.0, entry.at, measure_column(flow.measure), flow.amount);
        }
        for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
            self.derived.total.entry((account.0, month)).or_default().facts += 1;
            self.of_day(account.0, entry.at, FACTS, 1);
            let standing = self.derived.standing.entry(account.0).or_default();
            standing.balance += entry.change_of(account);
            standing.fact_at = entry.at.0;
        }
        if let Some(from) = entry.out.account {
            let step = Step::Leave { kind: entry.kind, amount: entry.out.amount, expires: entry.expires };
            self.parts(from.0).step(entry.at, step);
        }
        if let Some(to) = entry.arriving.account {
            let step =
                Step::Arrive { kind: entry.kind, amount: entry.arriving.amount, expires: entry.expires };
            self.parts(to.0).step(entry.at, step);
            if entry.kind == Kind::Earn && entry.expires != Expires::Unknown {
                self.derived.standing.entry(to.0).or_default().has_lots = true;
            }
        }
        if is_categorised(entry.kind) {
            let (amount, unit) = categorised(entry, labels);
            let key = (month, kind_column(entry.kind), labels.category, unit);
            let total = self.derived.category_total.entry(key).or_default();
            total.0 += 1;
            total.1 += amount;
        }
        if entry.kind == Kind::Spend {
            *self.derived.spend_size.entry((month, labels.unit_out, entry.out.amount)).or_default() += 1;
        }
        let charges = entry.fee + entry.tax;
        let has_channel = entry.channel.is_some();
        if let Some(amount) = charged_amount(entry.kind, has_channel, entry.out.amount, charges) {
            let key = (month, labels.channel, labels.unit_out);
            let total = self.derived.channel_total.entry(key).or_default();
            for (sum, value) in total.iter_mut().zip([1, amount, entry.fee, entry.tax]) {
                *sum += value;
            }
        }
    }

    /// The next fact is a snapshot.
    pub fn snapshot(&mut self, account: i64, at: Moment, seq: i64, balance: i64) {
        let standing = self.derived.standing.entry(account).or_default();
        let first = standing.seen_at.is_none();
        let unexplained = balance - standing.balance;
        (standing.balance, standing.fact_at, standing.seen_at) = (balance, at.0, Some(at.0));
        self.derived.seen.insert((account, at.0, seq), SeenRow { balance, unexplained, first });
        let total = self.derived.total.entry((account, i64::from(at.month().0))).or_default();
        total.facts += 1;
        total.sums[Measure::Unexplained as usize] += unexplained;
        if first {
            total.sums[Measure::FirstSeen as usize] += unexplained;
            self.of_day(account, at, measure_column(Measure::FirstSeen), unexplained);
        }
        self.of_day(account, at, FACTS, 1);
        self.of_day(account, at, measure_column(Measure::Unexplained), unexplained);
        self.parts(account).step(at, Step::Differ(unexplained));
    }

    /// All facts were walked through.
    pub fn finish(mut self) -> Derived {
        self.derived.day_total.retain(|_, amount| *amount != 0);
        for (account, parts) in &self.parts {
            let has_lots = self.derived.standing.get(account).is_some_and(|s| s.has_lots);
            if has_lots {
                self.derived.lot.extend(parts.lot_rows().into_iter().map(|(day, n)| ((*account, day), n)));
            }
            self.derived.bill.extend(parts.bill_rows().into_iter().map(|(month, n)| ((*account, month), n)));
        }
        self.derived
    }
}
