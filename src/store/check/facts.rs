//! Reads every fact: whether all are there, whether each entry keeps the rules under which it was
//! recorded, and what follows from those that count.

use super::FINDINGS_MAX;
use crate::ledger::{Account, AccountId, Entry, RuleViolation};
use crate::period::LocalDateTime;
use crate::store::damage::Damage;
use crate::store::derive::{Derivation, DerivedTable};
use crate::store::sql::{AmountReader, LIVE, sum_at};
use crate::store::{Store, StoreError};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use std::collections::{BTreeSet, HashMap};

/// The tables whose rows are numbered from one counter, and the columns of number and change. In a
/// damaged ledger two rows may have one number: then they are read in this order, a change last.
const NUMBERED: [(&str, &str, &str); 8] = [
    ("entry", "seq", "change"),
    ("void", "seq", "change"),
    ("unit", "seq", "change"),
    ("account", "id", "change"),
    ("account_version", "seq", "change"),
    ("snapshot", "seq", "change"),
    ("rate", "seq", "change"),
    ("change", "seq", "at"),
];

/// The order in which findings name tables.
const REPORTED: [&str; 7] = ["void", "unit", "account", "account_version", "entry", "snapshot", "rate"];

/// What is known before the entries are read.
pub(super) struct CheckContext<'l> {
    /// The accounts that count.
    pub accounts: &'l [Account],
    /// The changes that are void.
    pub voided: &'l BTreeSet<i64>,
    /// Whether entries are checked against the rules: which of them count must be known for sure.
    pub checks_rules: bool,
}

/// What reading the facts found.
#[derive(Default)]
pub(super) struct FactScan {
    /// What is wrong with the numbers of facts.
    pub numbers: Vec<Damage>,
    /// Which entries break a rule.
    pub entries: Vec<Damage>,
    /// How many entries count.
    pub entries_counted: i64,
    /// How many snapshots count.
    pub snapshots_counted: i64,
    /// A value that no fact can have, so that nothing can be derived.
    unreadable: Option<rusqlite::Error>,
    derived: Vec<DerivedTable>,
}

impl FactScan {
    /// Keeps the first error about a value, so that the other rows are read all the same.
    fn readable<T>(&mut self, read: rusqlite::Result<T>) -> Option<T> {
        read.map_err(|error| self.unreadable.get_or_insert(error)).ok()
    }

    /// Returns the derived tables, or the error of a value that cannot be read.
    pub fn derived(self) -> rusqlite::Result<Vec<DerivedTable>> {
        self.unreadable.map_or(Ok(self.derived), Err)
    }
}

/// A note that can be shown.
struct ReadableNote;

impl FromSql for ReadableNote {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<ReadableNote> {
        value.as_str_or_null().map(|_| ReadableNote)
    }
}

impl Store {
    /// Reads all facts: by number with `checks_numbers`, and by time.
    pub(super) fn scan_facts(
        &self,
        context: &CheckContext<'_>,
        checks_numbers: bool,
    ) -> Result<FactScan, StoreError> {
        let mut scan = FactScan::default();
        if checks_numbers {
            self.scan_numbers(&mut scan)?;
        }
        self.scan_by_time(context, &mut scan)?;
        Ok(scan)
    }

    /// Reads the numbers of all facts in their order.
    fn scan_numbers(&self, scan: &mut FactScan) -> Result<(), StoreError> {
        // Each table is in the order of its numbers, so SQLite merges them without sorting. The one
        // with the most rows is merged last, which spares its rows the other merges.
        let select = |(at, (table, number, change)): (usize, &(&str, &str, &str))| {
            format!("SELECT {number}, {at}, {change} FROM {table} NOT INDEXED")
        };
        let mut tables: Vec<String> = NUMBERED.iter().enumerate().map(select).collect();
        tables.rotate_left(1);
        let sql = format!("{} ORDER BY 1, 2", tables.join(" UNION ALL "));
        let mut numbers = NumberCheck::default();
        self.all(&sql, [], |row| {
            let table = NUMBERED[row.get::<_, u8>(1)? as usize].0;
            let number = row.get(0)?;
            numbers.next(number);
            if table == "change" {
                scan.readable(row.get::<_, LocalDateTime>(2));
                numbers.change = Some(number);
            } else if let Some(change) = scan.readable(row.get(2)) {
                numbers.follow(table, number, change);
            }
            Ok(())
        })?;
        scan.numbers = numbers.findings();
        Ok(())
    }

    /// Reads entries and snapshots in the order of time, and derives what follows from them.
    fn scan_by_time(&self, context: &CheckContext<'_>, scan: &mut FactScan) -> Result<(), StoreError> {
        let sql = format!("SELECT account, at, seq, balance FROM snapshot WHERE {LIVE} ORDER BY at, seq");
        let mut snapshots = Vec::new();
        self.all(&sql, [], |row| {
            let read =
                || Ok((row.get(0)?, row.get::<_, LocalDateTime>(1)?, row.get::<_, i64>(2)?, sum_at(row, 3)?));
            snapshots.extend(scan.readable(read()));
            Ok(())
        })?;
        scan.snapshots_counted = snapshots.len() as i64;
        let mut snapshots = snapshots.into_iter().peekable();
        let carriers = context.accounts.iter().filter(|account| account.is_carrier());
        let mut derivation = Derivation::new(carriers.map(|account| account.id).collect());
        let mut take_snapshots = |derivation: &mut Derivation, until: Option<(LocalDateTime, i64)>| {
            let is_before = |at, seq| until.is_none_or(|until| (at, seq) < until);
            while let Some((account, at, seq, balance)) =
                snapshots.next_if(|(_, at, seq, _)| is_before(*at, *seq))
            {
                derivation.snapshot(account, at, seq, balance);
            }
        };
        let rules = self.rules(context)?;
        let mut reader = AmountReader::new(self.db().map_err(|e| self.fail(e))?).map_err(|e| self.fail(e))?;
        // In the order of an index, or sorted if that is missing.
        let sql = format!("SELECT {}, seq, change, note FROM entry ORDER BY at, seq", AmountReader::COLUMNS);
        let mut read = |row: &Row<'_>, scan: &mut FactScan| -> rusqlite::Result<()> {
            let (seq, change): (i64, i64) = (row.get(13)?, row.get(14)?);
            let counts = !context.voided.contains(&change);
            row.get::<_, ReadableNote>(15)?;
            // A unit that is missing is a finding of its reference.
            let Some((entry, labels)) = reader.read(row)? else { return Ok(()) };
            if let Some(rules) = rules.as_ref().filter(|_| scan.entries.len() < FINDINGS_MAX) {
                scan.entries.extend(rules.broken_by(entry, counts).map(|damage| damage(seq)));
            }
            if counts {
                scan.entries_counted += 1;
                take_snapshots(&mut derivation, Some((entry.at, seq)));
                derivation.entry(entry, labels);
            }
            Ok(())
        };
        self.all(&sql, [], |row| {
            let read = read(row, scan);
            scan.readable(read);
            Ok(())
        })?;
        take_snapshots(&mut derivation, None);
        scan.derived = derivation.finish();
        Ok(())
    }

    /// Returns the rules that entries are checked against, if they are.
    fn rules(&self, context: &CheckContext<'_>) -> Result<Option<Rules>, StoreError> {
        if !context.checks_rules {
            return Ok(None);
        }
        let gone = self.voided_accounts()?;
        let all = gone.iter().map(|account| (account, false));
        let all = all.chain(context.accounts.iter().map(|account| (account, true)));
        let open = |account: &Account| Account { closed: false, ..account.clone() };
        let accounts = all.map(|(account, counts)| (account.id, (open(account), counts))).collect();
        Ok(Some(Rules { accounts }))
    }
}

/// Checks entries against the rules of the ledger.
struct Rules {
    /// Every account and whether it counts. None is closed: an entry may be older than the closing.
    accounts: HashMap<AccountId, (Account, bool)>,
}

impl Rules {
    /// Returns what is wrong with an entry, given its row. After one that is void its account may have changed.
    fn broken_by(&self, entry: &Entry, counts: bool) -> Option<fn(i64) -> Damage> {
        let is_there = |id: AccountId| self.accounts.get(&id).is_some_and(|(_, there)| *there || !counts);
        if ![entry.from.account, entry.to.account].into_iter().flatten().all(is_there) {
            return Some(Damage::EntryWithoutAccount);
        }
        match entry.check(|id| self.accounts.get(&id).map(|(account, _)| account)) {
            Ok(()) => None,
            Err(
                RuleViolation::UnitNotOfAccount { .. }
                | RuleViolation::CarrierTakesOnlySpendRefundPay { .. }
                | RuleViolation::PayNeedsCarrier { .. },
            ) if !counts => None,
            Err(_) => Some(Damage::EntryBreaksRule),
        }
    }
}

/// Checks that the numbers of facts have no gaps, and that facts follow their changes.
#[derive(Default)]
struct NumberCheck {
    last: Option<i64>,
    change: Option<i64>,
    gaps: Vec<Damage>,
    astray: HashMap<&'static str, Vec<Damage>>,
}

impl NumberCheck {
    /// Takes the next number. The first one is 1.
    fn next(&mut self, number: i64) {
        let last = self.last.replace(number).unwrap_or(0);
        let gap = i128::from(number) - i128::from(last);
        if gap != 1 && self.gaps.len() < FINDINGS_MAX {
            self.gaps.push(match gap {
                0 => Damage::NumberTwice(number),
                2 => Damage::NumberGone(number - 1),
                _ if gap > 0 && last >= 0 => Damage::NumbersGone(last + 1, number - 1),
                _ => Damage::NumberNeverGiven(number),
            });
        }
    }

    /// Checks that a fact follows its change, before the next change.
    fn follow(&mut self, table: &'static str, number: i64, change: i64) {
        if self.change == Some(change) {
            return;
        }
        let astray = self.astray.entry(table).or_default();
        if astray.len() < FINDINGS_MAX {
            astray.push(Damage::Astray { table, number, change });
        }
    }

    fn findings(mut self) -> Vec<Damage> {
        let astray = REPORTED.into_iter().filter_map(|table| self.astray.remove(table));
        self.gaps.into_iter().chain(astray.flatten().collect::<Vec<_>>()).collect()
    }
}
