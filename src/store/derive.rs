//! Everything that follows from the facts, computed from all of them in the order of time.
//!
//! The writer maintains the same tables fact by fact. A check compares the two, and a repair writes
//! what is computed here.

use super::lots::{LotEvent, LotWalk, step_bills};
use super::sql::{Labels, expires_column, kind_column};
use super::totals::Totals;
use crate::ledger::{AccountId, Bills, Entry, Flow, FlowKind};
use crate::period::LocalDateTime;
use foldhash::HashMap;
use std::collections::HashSet;

/// The tables that follow from the facts, as the schema names them.
pub const DERIVED: [&str; 8] = [
    "voided_change",
    "account_balance",
    "snapshot_delta",
    "monthly_flow",
    "monthly_category",
    "monthly_channel",
    "lot",
    "bill",
];

/// A derived table as the facts determine it.
pub struct DerivedTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns, those of the primary key first.
    pub columns: Vec<&'static str>,
    /// How many columns the primary key has.
    pub keys: usize,
    /// Its rows, in the order of the primary key.
    pub rows: Vec<Vec<Option<i64>>>,
}

impl DerivedTable {
    fn new(name: &'static str, keys: &[&'static str], values: &[&'static str]) -> DerivedTable {
        DerivedTable { name, columns: [keys, values].concat(), keys: keys.len(), rows: Vec::new() }
    }

    fn push(&mut self, row: impl IntoIterator<Item = i64>) {
        self.rows.push(row.into_iter().map(Some).collect());
    }

    fn sorted(mut self) -> DerivedTable {
        self.rows.sort_unstable();
        self
    }
}

/// The state of one account after some of its facts.
struct AccountPath {
    balance: i64,
    fact_at: LocalDateTime,
    seen_at: Option<LocalDateTime>,
    /// Earnings of points of a known expiry.
    dated: i64,
    components: Components,
}

/// What a balance consists of.
enum Components {
    /// Lots of points, of an account that is no carrier.
    Lots(LotWalk),
    /// Open bills of a carrier.
    Bills(Bills),
}

impl AccountPath {
    fn new(is_carrier: bool) -> AccountPath {
        let components = match is_carrier {
            true => Components::Bills(Bills::default()),
            false => Components::Lots(LotWalk::default()),
        };
        AccountPath { balance: 0, fact_at: LocalDateTime(0), seen_at: None, dated: 0, components }
    }

    /// Removes what has expired by a moment.
    fn expire(&mut self, at: LocalDateTime) {
        if let Components::Lots(walk) = &mut self.components {
            self.balance = self.balance.wrapping_sub(walk.expire(at.day()));
        }
    }

    /// Applies a fact, after what expired before it.
    fn step(&mut self, at: LocalDateTime, step: LotEvent) {
        self.expire(at);
        match &mut self.components {
            Components::Lots(walk) => walk.step(at, step),
            Components::Bills(bills) => step_bills(bills, at, step),
        }
        self.balance = self.balance.wrapping_add(step.change());
        self.fact_at = at;
        self.dated += i64::from(step.is_dated());
    }
}

/// Derives the tables from facts that it is given in the order of time.
pub struct Derivation {
    carriers: HashSet<AccountId>,
    paths: HashMap<AccountId, AccountPath>,
    totals: Totals,
    snapshots: DerivedTable,
}

impl Derivation {
    /// Starts without any fact.
    pub fn new(carriers: HashSet<AccountId>) -> Derivation {
        let values = ["balance", "unexplained", "first"];
        let snapshots = DerivedTable::new("snapshot_delta", &["account", "at", "seq"], &values);
        Derivation { carriers, paths: HashMap::default(), totals: Totals::default(), snapshots }
    }

    fn path(&mut self, account: AccountId) -> &mut AccountPath {
        let is_carrier = || self.carriers.contains(&account);
        self.paths.entry(account).or_insert_with(|| AccountPath::new(is_carrier()))
    }

    /// Applies the next entry.
    pub fn entry(&mut self, entry: &Entry, labels: Labels) {
        self.totals.add(entry, labels, 1);
        for (account, step) in LotEvent::of(entry) {
            self.path(account).step(entry.at, step);
        }
    }

    /// Applies the next snapshot.
    pub fn snapshot(&mut self, account: AccountId, at: LocalDateTime, seq: i64, balance: i64) {
        let path = self.path(account);
        path.expire(at);
        let unexplained = balance.wrapping_sub(path.balance);
        let is_first = path.seen_at.replace(at).is_none();
        path.step(at, LotEvent::Adjust(unexplained));
        self.totals.add_fact(account, at, 1);
        self.totals.add_unexplained(account, at, unexplained, is_first);
        self.snapshots.push([account.0, at.0, seq, balance, unexplained, i64::from(is_first)]);
    }

    /// Returns the tables in the order of [`DERIVED`], without the first.
    pub fn finish(mut self) -> Vec<DerivedTable> {
        let values = ["balance", "fact_at", "seen_at", "dated"];
        let mut balances = DerivedTable::new("account_balance", &["account"], &values);
        let mut lots = DerivedTable::new("lot", &["account", "expires", "month"], &["amount"]);
        let mut bills = DerivedTable::new("bill", &["account", "month"], &["amount"]);
        for (AccountId(account), path) in self.paths {
            let seen_at = path.seen_at.map(|at| at.0);
            let row =
                vec![Some(account), Some(path.balance), Some(path.fact_at.0), seen_at, Some(path.dated)];
            balances.rows.push(row);
            match path.components {
                Components::Lots(walk) => {
                    for ((expires, month), amount) in walk.changes {
                        let expires = expires_column(expires).unwrap_or_default();
                        lots.push([account, expires, i64::from(month.0), amount]);
                    }
                    for (day, amount) in walk.expired {
                        let flow = Flow { account: AccountId(account), measure: FlowKind::Expired, amount };
                        self.totals.add_flow(flow, day.start());
                    }
                }
                Components::Bills(open) => {
                    for (month, amount) in open.open {
                        bills.push([account, i64::from(month.0), amount]);
                    }
                }
            }
        }
        let measures: Vec<&str> = ["facts"].into_iter().chain(FlowKind::ALL.map(FlowKind::as_str)).collect();
        let mut months = DerivedTable::new("monthly_flow", &["account", "month"], &measures);
        for ((account, month), flows) in self.totals.months {
            let sums = FlowKind::ALL.map(|measure| flows.of(measure));
            months.push([account.0, i64::from(month.0), flows.facts].into_iter().chain(sums));
        }
        let keys = ["month", "kind", "category", "unit"];
        let mut categories = DerivedTable::new("monthly_category", &keys, &["count", "amount"]);
        for ((month, kind, category, unit), sums) in self.totals.categories {
            let key = [i64::from(month.0), kind_column(kind), category, unit];
            categories.push(key.into_iter().chain(sums));
        }
        let (keys, values) = (["month", "channel", "unit"], ["count", "amount", "fee", "tax"]);
        let mut channels = DerivedTable::new("monthly_channel", &keys, &values);
        for ((month, channel, unit), sums) in self.totals.channels {
            channels.push([i64::from(month.0), channel, unit].into_iter().chain(sums));
        }
        let tables = [balances, self.snapshots, months, categories, channels, lots, bills];
        tables.into_iter().map(DerivedTable::sorted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Expires, Id, Kind, Leg};
    use crate::money::Unit;
    use crate::period::Day;

    const DAY: i64 = 86_400;

    fn entry(day: i64, kind: Kind, amount: i64, expires: Expires) -> Entry {
        let arrives = kind == Kind::Earn;
        let place =
            |there: bool| Leg { account: there.then_some(AccountId(7)), amount, unit: Unit::new("P", 0) };
        let (category, payee, note, channel) = (None, None, None, None);
        let (id, at, from, to) = (Id(0), LocalDateTime(day * DAY), place(!arrives), place(arrives));
        Entry { id, at, kind, from, to, fee: 0, tax: 0, category, payee, note, channel, expires }
    }

    fn rows(tables: &[DerivedTable], name: &str) -> Vec<Vec<i64>> {
        let table = tables.iter().find(|table| table.name == name).expect("a table");
        table.rows.iter().map(|row| row.iter().map(|n| n.unwrap_or(-1)).collect()).collect()
    }

    #[test]
    fn derives_snapshots_balances_and_what_expired() {
        let dated = |day| Expires::On(Day(day));
        let mut derivation = Derivation::new(HashSet::new());
        let labels = Labels::default();
        derivation.entry(&entry(10, Kind::Earn, 500, dated(60)), labels);
        derivation.entry(&entry(20, Kind::Earn, 300, dated(45)), labels);
        derivation.entry(&entry(31, Kind::Spend, 350, Expires::Unknown), labels);
        derivation.entry(&entry(31, Kind::Earn, 40, Expires::Never), labels);
        derivation.snapshot(AccountId(7), LocalDateTime(31 * DAY), 100, 480);
        derivation.snapshot(AccountId(7), LocalDateTime(40 * DAY), 101, 450);
        derivation.entry(&entry(50, Kind::Expire, 100, Expires::Unknown), labels);
        derivation.entry(&entry(70, Kind::Spend, 30, Expires::Unknown), labels);
        derivation.snapshot(AccountId(7), LocalDateTime(80 * DAY), 102, 300);
        let tables = derivation.finish();
        let shown: Vec<[i64; 2]> =
            rows(&tables, "snapshot_delta").iter().map(|row| [row[4], row[5]]).collect();
        // Of the earlier lot nothing was left on day 46; 310 of the other expired on day 61.
        assert_eq!(shown, [[480 - 490, 1], [-30, 0], [300 - 10, 0]]);
        assert_eq!(rows(&tables, "account_balance"), [[7, 300, 80 * DAY, 80 * DAY, 3]]);
        let months = tables.iter().find(|table| table.name == "monthly_flow").expect("totals");
        let expired = months.columns.iter().position(|column| *column == "expired").expect("a column");
        let expired: Vec<i64> = rows(&tables, "monthly_flow").iter().map(|row| row[expired]).collect();
        assert_eq!(expired, [0, 100, 310]);
    }

    #[test]
    fn names_the_tables_in_their_order() {
        let names: Vec<&str> =
            Derivation::new(HashSet::new()).finish().iter().map(|table| table.name).collect();
        assert_eq!(names, DERIVED[1..]);
    }
}
