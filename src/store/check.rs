//! Is the ledger what its facts say it is, and are the facts all there?

use super::derived::{Derivation, Derived, MonthTotal, SeenRow, StandingRow};
use super::read::{ENTRY_COLUMNS, UNIT_JOINS, WORD_JOINS, amount_at, entry_of, moment_at, unit_at};
use super::{Store, StoreError};
use crate::ledger::{Account, AccountId, Measure, RuleBroken, name};
use crate::money::Unit;
use crate::period::Moment;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where: `file`, `references`, `total`, `lot` and so on.
    pub part: &'static str,
    /// What is wrong, in a few words.
    pub what: String,
}

/// What a check looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that count.
    pub entries: i64,
    /// Snapshots that count.
    pub snapshots: i64,
    /// Accounts.
    pub accounts: i64,
    /// What is wrong; empty where all is well.
    pub findings: Vec<Finding>,
}

/// At most so many findings of one part are told.
const FINDINGS_MAX: usize = 5;

impl Store {
    /// Holds the file against itself, and everything derived against the facts.
    pub fn check(&self) -> Result<Report, StoreError> {
        let mut report = Report { findings: self.damage()?, ..Report::default() };
        match self.look_through(&mut report) {
            // What a row holds can be so wrong that nothing follows from it.
            Err(StoreError::Damaged(_, what)) => report.findings.push(Finding { part: "facts", what }),
            looked => looked?,
        }
        Ok(report)
    }

    /// Holds the facts against their rules, and what is derived against the facts.
    fn look_through(&self, report: &mut Report) -> Result<(), StoreError> {
        self.check_numbers(report)?;
        self.check_voids(report)?;
        // What nothing is derived from must be readable all the same.
        self.rates()?;
        self.all("SELECT at FROM change", [], |row| moment_at(row, 0))?;
        let accounts = self.accounts()?;
        self.check_accounts(report)?;
        // Which entries count is known only where the voids are sound.
        if report.findings.iter().all(|finding| finding.part != "voided") {
            self.check_entries(&accounts, report)?;
        }
        report.accounts = accounts.len() as i64;
        let derived = self.derive(&accounts.iter().map(|a| (a.id.0, a.is_carrier())).collect(), report)?;
        let kept = self.kept()?;
        let found = &mut report.findings;
        compare("standing", &derived.standing, &kept.standing, found);
        compare("seen", &derived.seen, &kept.seen, found);
        compare("total", &derived.total, &kept.total, found);
        compare("category_total", &derived.category_total, &kept.category_total, found);
        compare("channel_total", &derived.channel_total, &kept.channel_total, found);
        if self.has_sizes()? {
            compare("spend_size", &derived.spend_size, &kept.spend_size, found);
        }
        if self.has_days()? {
            compare("day_total", &derived.day_total, &kept.day_total, found);
        }
        compare("lot", &derived.lot, &kept.lot, found);
        compare("bill", &derived.bill, &kept.bill, found);
        Ok(())
    }

    /// An account has a name that prints and a unit whose code is one; only a carrier has bills.
    fn check_accounts(&self, report: &mut Report) -> Result<(), StoreError> {
        let sql =
            "SELECT v.seq, v.name, v.kind = 'carrier' OR (v.limit_amount IS NULL AND v.bill_day IS NULL)
                   FROM account_version v";
        let rows: Vec<(i64, String, bool)> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let wrong = rows.into_iter().filter_map(|(seq, name, fits)| {
            let prints = name::printable(&name).is_some_and(|printed| printed == name);
            let what = match (prints, fits) {
                (false, _) => "has a name that does not print",
                (_, false) => "has a limit or a bill day, and is no carrier",
                _ => return None,
            };
            Some(Finding { part: "account", what: format!("row {seq} {what}") })
        });
        report.findings.extend(wrong.take(FINDINGS_MAX));
        let units: Vec<(i64, Unit)> =
            self.all("SELECT seq, code, decimals FROM unit", [], |row| Ok((row.get(0)?, unit_at(row, 1)?)))?;
        let odd = units.into_iter().filter(|(_, unit)| {
            let blank = |c: char| c.is_control() || c.is_whitespace();
            Unit::new(&unit.code, unit.decimals) != *unit
                || unit.code.chars().any(blank)
                || Unit::currency(&unit.code).is_some_and(|currency| currency.decimals != unit.decimals)
        });
        let what = |seq| format!("row {seq} has no code of a unit, or not the decimals of that currency");
        let odd = odd.map(|(seq, _)| Finding { part: "unit", what: what(seq) });
        report.findings.extend(odd.take(FINDINGS_MAX));
        Ok(())
    }

    /// What is wrong with the file itself and with its references, whatever its facts say.
    pub(super) fn damage(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        // SQLite holds rows against the limits of their columns only where it could write them.
        let limits = if self.writing || self.unborn { None } else { self.able_to_write() };
        let told: Vec<String> =
            limits.as_ref().unwrap_or(self).all("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
        for what in told.into_iter().filter(|t| t != "ok") {
            findings.push(Finding { part: "file", what });
        }
        let broken: Vec<(String, String)> =
            self.all("PRAGMA foreign_key_check", [], |row| Ok((row.get(0)?, row.get(2)?)))?;
        for (table, parent) in broken.into_iter().take(FINDINGS_MAX) {
            let what = format!("a row of `{table}` refers to a row of `{parent}` that is not there");
            findings.push(Finding { part: "references", what });
        }
        self.check_schema(&mut findings)?;
        Ok(findings)
    }

    /// The same file, opened so that it could be written, where that is allowed; nothing is written.
    fn able_to_write(&self) -> Option<Store> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags).ok()?;
        let store = Store::over(db, &self.path, false, self.wait);
        store.db.busy_timeout(self.wait).ok()?;
        store.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
        store.run("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema").ok()?;
        (!store.db.is_readonly("main").ok()?).then_some(store)
    }

    /// The tables, and the triggers that guard them, must be those that a new ledger has.
    fn check_schema(&self, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
        let sql = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let schema = |store: &Store| -> Result<BTreeMap<String, Option<String>>, StoreError> {
            Ok(store.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
        };
        let (wanted, found) = (schema(&Store::as_of(self.form()?)?)?, schema(self)?);
        let wrong = wanted.iter().filter_map(|(name, sql)| match found.get(name) {
            None => Some(format!("`{name}` is missing")),
            Some(other) if other != sql => Some(format!("`{name}` is not what it was made as")),
            Some(_) => None,
        });
        let extra = found.keys().filter(|name| !wanted.contains_key(*name));
        let extra = extra.map(|name| format!("`{name}` is no part of a ledger"));
        let told = wrong.chain(extra).take(FINDINGS_MAX);
        findings.extend(told.map(|what| Finding { part: "schema", what }));
        Ok(())
    }

    /// Whatever was recorded drew its number from one counter, so each number is there once; and the
    /// facts of a change follow it, up to the next one.
    fn check_numbers(&self, report: &mut Report) -> Result<(), StoreError> {
        let mut found = Vec::new();
        let sql = "SELECT seq FROM change UNION ALL SELECT seq FROM void UNION ALL SELECT seq FROM unit
                   UNION ALL SELECT id FROM account UNION ALL SELECT seq FROM account_version
                   UNION ALL SELECT seq FROM entry UNION ALL SELECT seq FROM snapshot
                   UNION ALL SELECT seq FROM rate ORDER BY 1";
        let mut last = 0;
        self.all(sql, [], |row| {
            let number: i64 = row.get(0)?;
            let gap = i128::from(number) - i128::from(last);
            if gap != 1 && found.len() < FINDINGS_MAX {
                found.push(match gap {
                    0 => format!("number {number} was given twice"),
                    2 => format!("what had number {} is gone", number - 1),
                    _ if gap > 0 && last >= 0 => {
                        format!("what had the numbers {} to {} is gone", last + 1, number - 1)
                    }
                    _ => format!("number {number} was never given"),
                });
            }
            last = number;
            Ok(())
        })?;
        for (table, key) in [
            ("void", "seq"),
            ("unit", "seq"),
            ("account", "id"),
            ("account_version", "seq"),
            ("entry", "seq"),
            ("snapshot", "seq"),
            ("rate", "seq"),
        ] {
            let sql = format!(
                "SELECT {key}, change FROM {table}
                 WHERE change IS NOT (SELECT max(c.seq) FROM change c WHERE c.seq < {table}.{key})
                 LIMIT {FINDINGS_MAX}"
            );
            found.extend(self.all(&sql, [], |row| {
                let (number, change): (i64, i64) = (row.get(0)?, row.get(1)?);
                Ok(format!("row {number} of `{table}` does not follow its change {change}"))
            })?);
        }
        report.findings.extend(found.into_iter().map(|what| Finding { part: "numbers", what }));
        Ok(())
    }

    /// An entry keeps the rules that it was recorded under. An account may have been closed since, and
    /// under an entry that does not count it may have become another one.
    fn check_entries(&self, accounts: &[Account], report: &mut Report) -> Result<(), StoreError> {
        let gone = self.accounts_undone()?;
        let all = accounts.iter().chain(&gone);
        let open = all.map(|account| (account.id, Account { closed: false, ..account.clone() }));
        let open: HashMap<AccountId, Account> = open.collect();
        let live: BTreeSet<AccountId> = accounts.iter().map(|account| account.id).collect();
        let voided: Vec<i64> = self.all("SELECT change FROM voided", [], |row| row.get(0))?;
        let voided: BTreeSet<i64> = voided.into_iter().collect();
        let mut found = Vec::new();
        let sql = format!("SELECT {ENTRY_COLUMNS} FROM entry e {UNIT_JOINS} {WORD_JOINS}");
        self.all(&sql, [], |row| {
            let (seq, entry, _) = entry_of(row)?;
            let counts = !voided.contains(&row.get(23)?);
            let sides = [entry.out.account, entry.arriving.account];
            let known = sides
                .into_iter()
                .flatten()
                .all(|id| if counts { live.contains(&id) } else { open.contains_key(&id) });
            let keeps = match entry.check(|id| open.get(&id)) {
                Ok(()) => true,
                Err(
                    RuleBroken::UnitNotOfAccount { .. }
                    | RuleBroken::CarrierTakesOnlySpendRefundPay { .. }
                    | RuleBroken::PayNeedsCarrier { .. },
                ) => !counts,
                Err(_) => false,
            };
            if found.len() < FINDINGS_MAX && !(known && keeps) {
                let what =
                    if known { "breaks a rule of the ledger" } else { "is of an account that is not there" };
                found.push(Finding { part: "entry", what: format!("row {seq} {what}") });
            }
            Ok(())
        })?;
        report.findings.extend(found);
        Ok(())
    }

    /// The changes that the chain of voids leads to.
    pub(super) fn voided_by_facts(&self) -> Result<BTreeSet<i64>, StoreError> {
        // A void can only be voided by a later one, so latest first each is settled when it is met.
        let voids: Vec<(i64, i64)> =
            self.all("SELECT change, of FROM void ORDER BY change DESC", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let mut derived = BTreeSet::new();
        for (change, of) in voids {
            if !derived.contains(&change) {
                derived.insert(of);
            }
        }
        Ok(derived)
    }

    /// A void is of a change that counted then, and never of a redo.
    fn check_chain(&self, report: &mut Report) -> Result<(), StoreError> {
        let sql = "SELECT seq, change, of FROM void ORDER BY seq";
        let voids: Vec<(i64, i64, i64)> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut by_change: HashMap<i64, Vec<i64>> = HashMap::new();
        let mut voided = BTreeSet::new();
        let mut found = Vec::new();
        for (seq, change, of) in voids {
            let undone = by_change.get(&of).cloned().unwrap_or_default();
            let redo = undone.iter().any(|original| by_change.contains_key(original));
            if redo || !voided.insert(of) {
                let what = if redo { "a redo" } else { "a change that is void already" };
                found.push(Finding { part: "void", what: format!("row {seq} voids {what}") });
            }
            for original in undone {
                voided.remove(&original);
            }
            by_change.entry(change).or_default().push(of);
        }
        report.findings.extend(found.into_iter().take(FINDINGS_MAX));
        Ok(())
    }

    /// The voided changes must be those that the chain of voids leads to.
    fn check_voids(&self, report: &mut Report) -> Result<(), StoreError> {
        self.check_chain(report)?;
        let derived = self.voided_by_facts()?;
        let kept: Vec<i64> = self.all("SELECT change FROM voided ORDER BY change", [], |row| row.get(0))?;
        if !derived.iter().copied().eq(kept) {
            let what = "the voided changes are not those that the voids lead to".to_string();
            report.findings.push(Finding { part: "voided", what });
        }
        Ok(())
    }

    /// Everything that the facts lead to.
    pub(super) fn derive(
        &self,
        carriers: &HashMap<i64, bool>,
        report: &mut Report,
    ) -> Result<Derived, StoreError> {
        let mut walk = Derivation::new(carriers.clone());
        let sql = "SELECT at, seq, account, balance FROM snapshot
                   WHERE change NOT IN (SELECT change FROM voided) ORDER BY at, seq";
        let snapshots: Vec<(i64, i64, i64, i64)> = self
            .all(sql, [], |row| Ok((moment_at(row, 0)?.0, row.get(1)?, row.get(2)?, amount_at(row, 3)?)))?;
        report.snapshots = snapshots.len() as i64;
        let mut snapshots = snapshots.into_iter().peekable();
        let mut entries = 0;
        self.each_live_entry(&mut |seq, entry, labels| {
            while let Some((at, snap_seq, account, balance)) =
                snapshots.next_if(|s| (s.0, s.1) < (entry.at.0, seq))
            {
                walk.snapshot(account, Moment(at), snap_seq, balance);
            }
            entries += 1;
            walk.entry(entry, labels);
        })?;
        for (at, seq, account, balance) in snapshots {
            walk.snapshot(account, Moment(at), seq, balance);
        }
        report.entries = entries;
        Ok(walk.finish())
    }

    /// What the tables keep.
    fn kept(&self) -> Result<Derived, StoreError> {
        let mut kept = Derived::default();
        let sql = "SELECT account, balance, fact_at, seen_at, has_lots FROM standing";
        kept.standing.extend(self.all(sql, [], |row| {
            let standing = StandingRow {
                balance: row.get(1)?,
                fact_at: row.get(2)?,
                seen_at: row.get(3)?,
                has_lots: row.get(4)?,
            };
            Ok((row.get(0)?, standing))
        })?);
        let sql = "SELECT account, at, seq, balance, unexplained, first FROM seen";
        kept.seen.extend(self.all(sql, [], |row| {
            let seen = SeenRow { balance: row.get(3)?, unexplained: row.get(4)?, first: row.get(5)? };
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), seen))
        })?);
        let columns = Measure::ALL.map(Measure::word).join(", ");
        kept.total.extend(self.all(
            &format!("SELECT account, month, facts, {columns} FROM total"),
            [],
            |row| {
                let mut total = MonthTotal { facts: row.get(2)?, ..MonthTotal::default() };
                for (i, sum) in total.sums.iter_mut().enumerate() {
                    *sum = row.get(i + 3)?;
                }
                Ok(((row.get(0)?, row.get(1)?), total))
            },
        )?);
        let sql = "SELECT month, kind, category, unit, count, amount FROM category_total";
        kept.category_total.extend(self.all(sql, [], |row| {
            let key = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((key, (row.get(4)?, row.get(5)?)))
        })?);
        let sql = "SELECT month, channel, unit, count, amount, fee, tax FROM channel_total";
        kept.channel_total.extend(self.all(sql, [], |row| {
            let key = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((key, [row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?]))
        })?);
        if self.has_sizes()? {
            let sql = "SELECT month, unit, amount, count FROM spend_size";
            kept.spend_size
                .extend(self.all(sql, [], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?);
        }
        if self.has_days()? {
            let sql = "SELECT day, account, measure, amount FROM day_total";
            kept.day_total
                .extend(self.all(sql, [], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?)))?);
        }
        let pair = |row: &rusqlite::Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get(2)?));
        kept.lot.extend(self.all("SELECT account, expires, amount FROM lot", [], pair)?);
        kept.bill.extend(self.all("SELECT account, month, amount FROM bill", [], pair)?);
        Ok(kept)
    }
}

/// Tells where two maps differ.
fn compare<K: Ord + Debug, V: PartialEq + Debug>(
    part: &'static str,
    derived: &std::collections::BTreeMap<K, V>,
    kept: &std::collections::BTreeMap<K, V>,
    findings: &mut Vec<Finding>,
) {
    if derived == kept {
        return;
    }
    let missing = derived.iter().filter(|(k, v)| kept.get(k) != Some(v));
    let missing = missing.map(|(k, _)| match kept.get(k) {
        Some(_) => format!("row {k:?} is not what the facts lead to"),
        None => format!("row {k:?}, which the facts lead to, is missing"),
    });
    let extra = kept.keys().filter(|k| !derived.contains_key(k));
    let extra = extra.map(|k| format!("row {k:?} has no fact behind it"));
    findings.extend(missing.chain(extra).take(FINDINGS_MAX).map(|what| Finding { part, what }));
}
