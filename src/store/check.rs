//! Verifies a ledger: the file, every fact, and every derived table against the facts.

mod facts;

use super::damage::Damage;
use super::derive::{DERIVED, DerivedTable};
use super::sql::unit_at;
use super::{Store, StoreError};
use crate::money::Unit;
use crate::text::{self, TextError};
use facts::CheckContext;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Something that is wrong with the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where: `file`, `references`, `total`, `lot` and so on.
    pub part: &'static str,
    /// What is wrong.
    pub what: Damage,
}

/// What a check looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Entries that count.
    pub entries: i64,
    /// Snapshots that count.
    pub snapshots: i64,
    /// Accounts.
    pub accounts: i64,
    /// What is wrong; empty where all is well.
    pub findings: Vec<Finding>,
    /// The tables of facts that are not what was recorded.
    pub damaged: Vec<&'static str>,
}

impl CheckReport {
    /// Returns the report with earlier findings first, given how checking the facts ended.
    fn after(
        mut self,
        mut before: Vec<Finding>,
        looked: Result<(), StoreError>,
    ) -> Result<CheckReport, StoreError> {
        match looked {
            // A value that no fact can have.
            Err(StoreError::Damaged(_, what)) => self.findings.push(Finding { part: "facts", what: *what }),
            // A query of a table that is missing.
            Err(StoreError::Sqlite(..)) if before.iter().any(|finding| finding.part == "schema") => {}
            looked => looked?,
        }
        before.append(&mut self.findings);
        Ok(CheckReport { findings: before, ..self })
    }
}

/// Maximum number of reported findings of one kind.
const FINDINGS_MAX: usize = 5;

impl Store {
    /// Verifies the file, every fact, and every derived table against the facts.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        let mut report = CheckReport::default();
        let (mut findings, (more, checked)) = self.with_integrity_check(|| {
            let (mut findings, schemas) = self.check_references_and_schema()?;
            for damaged in self.damaged_facts(&schemas.wrong())? {
                report.damaged.push(damaged.table);
                findings.extend(damaged.findings());
            }
            Ok((findings, self.check_facts(&schemas.missing(), &mut report)))
        })?;
        findings.extend(more);
        report.after(findings, checked)
    }

    /// Checks facts, and derived tables against them. A `voided` that is missing is replaced for the
    /// time of the check, because every other query reads it.
    fn check_facts(&self, missing: &[String], report: &mut CheckReport) -> Result<(), StoreError> {
        if missing.iter().all(|table| table != "voided_change") {
            return self.check_tables(missing, report);
        }
        let run = |sql: &str| self.run(sql).map_err(|e| self.fail(e));
        run("CREATE TEMP TABLE voided_change (change INTEGER PRIMARY KEY)")?;
        let checked = self
            .voided_by_facts()
            .and_then(|voided| {
                self.refill("voided_change", &["change"], voided.into_iter().map(|of| vec![Some(of)]))
            })
            .and_then(|()| self.check_tables(missing, report));
        run("DROP TABLE temp.voided_change")?;
        checked
    }

    /// Checks the tables that are there. An error is returned after all that could be checked.
    fn check_tables(&self, missing: &[String], report: &mut CheckReport) -> Result<(), StoreError> {
        let (voids, accounts) = (self.check_voids(), self.accounts());
        let nothing = (Vec::new(), BTreeSet::new());
        let known = voids.as_ref().ok().zip(accounts.as_ref().ok());
        let ((found, voided), accounts_known) = known.map_or((&nothing, &[][..]), |(v, a)| (v, a));
        // Which entries count is known only if the voids are valid.
        let checks_rules = known.is_some() && found.iter().all(|finding| finding.part != "voided_change");
        let context = CheckContext { accounts: accounts_known, voided, checks_rules };
        let mut scan = self.scan_facts(&context, true)?;
        (report.entries, report.snapshots) = (scan.entries_counted, scan.snapshots_counted);
        let findings = |part, found: Vec<Damage>| found.into_iter().map(move |what| Finding { part, what });
        report.findings.extend(findings("numbers", std::mem::take(&mut scan.numbers)));
        report.findings.extend(found.iter().cloned());
        let broken = std::mem::take(&mut scan.entries);
        voids?;
        // No total depends on these tables, but they must be readable.
        self.rates()?;
        self.all("SELECT text FROM label", [], |row| {
            row.get_ref(0)?.as_str().map(|_| ()).map_err(Into::into)
        })?;
        report.accounts = accounts?.len() as i64;
        self.check_accounts(report)?;
        report.findings.extend(findings("entry", broken));
        for table in scan.derived().map_err(|e| self.fail(e))? {
            if !missing.iter().any(|name| name == table.name) {
                let part = table.name;
                report.findings.extend(findings(part, self.compare(table)?));
            }
        }
        Ok(())
    }

    /// Compares a derived table with what the facts determine, row by row in the order of its key.
    fn compare(&self, table: DerivedTable) -> Result<Vec<Damage>, StoreError> {
        let (columns, keys) = (table.columns.len(), table.keys);
        let sql = format!("SELECT {} FROM {} NOT INDEXED", table.columns.join(", "), table.name);
        let mut derived = table.rows.into_iter().peekable();
        let (mut wrong, mut extra) = (Vec::new(), Vec::new());
        let key = |row: &[Option<i64>]| row[..keys].iter().map(|value| value.unwrap_or_default()).collect();
        self.all(&sql, [], |row| {
            let row: Vec<Option<i64>> = (0..columns).map(|at| row.get(at)).collect::<Result<_, _>>()?;
            while let Some(gone) = derived.next_if(|other| other[..keys] < row[..keys]) {
                note(&mut wrong, || Damage::RowMissing(key(&gone)));
            }
            match derived.next_if(|other| other[..keys] == row[..keys]) {
                Some(wanted) if wanted == row => {}
                Some(_) => note(&mut wrong, || Damage::RowDiffers(key(&row))),
                None => note(&mut extra, || Damage::RowUnfounded(key(&row))),
            }
            Ok(())
        })?;
        derived.for_each(|gone| note(&mut wrong, || Damage::RowMissing(key(&gone))));
        Ok(wrong.into_iter().chain(extra).take(FINDINGS_MAX).collect())
    }

    /// Checks names, units and bill days of accounts.
    fn check_accounts(&self, report: &mut CheckReport) -> Result<(), StoreError> {
        let sql =
            "SELECT v.seq, v.name, v.kind = 'carrier' OR (v.limit_amount IS NULL AND v.bill_day IS NULL)
                   FROM account_version v";
        let rows: Vec<(i64, String, bool)> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let wrong = rows.into_iter().filter_map(|(seq, name, fits)| {
            let prints = match text::checked(&name, name.len()) {
                Ok(stored) => stored == name,
                // An older ledger may hold what is refused today; only controls are damage for sure.
                Err(TextError::Invisible(hidden)) => !hidden.is_control(),
                Err(_) => false,
            };
            let what = match (prints, fits) {
                (false, _) => Damage::AccountName(seq),
                (_, false) => Damage::NotACarrier(seq),
                _ => return None,
            };
            Some(Finding { part: "account", what })
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
        let odd = odd.map(|(seq, _)| Finding { part: "unit", what: Damage::Unit(seq) });
        report.findings.extend(odd.take(FINDINGS_MAX));
        Ok(())
    }

    /// Does some work while another thread runs `PRAGMA integrity_check`, which takes as long. Returns
    /// the findings of the latter first.
    fn with_integrity_check<T>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<(Vec<Finding>, T), StoreError> {
        // SQLite verifies CHECK constraints only over a connection that could write.
        let reopen = || if self.writing || self.is_new { None } else { self.reopen_read_write() };
        let Some(other) = reopen() else { return Ok((self.integrity_check()?, work()?)) };
        std::thread::scope(|scope| {
            let checking = std::thread::Builder::new().spawn_scoped(scope, move || other.integrity_check());
            let worked = work();
            let findings = match checking {
                Ok(checking) => checking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // The system allows no more threads.
                Err(_) => reopen().as_ref().unwrap_or(self).integrity_check(),
            };
            Ok((findings?, worked?))
        })
    }

    fn integrity_check(&self) -> Result<Vec<Finding>, StoreError> {
        let lines: Vec<String> = self.all("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
        let wrong = lines.into_iter().filter(|line| line != "ok");
        Ok(wrong.map(|line| Finding { part: "file", what: Damage::Sqlite(line) }).collect())
    }

    /// Returns what is wrong with references and tables, and the schema.
    fn check_references_and_schema(&self) -> Result<(Vec<Finding>, Schemas), StoreError> {
        let broken: Vec<(String, String)> =
            self.all("PRAGMA foreign_key_check", [], |row| Ok((row.get(0)?, row.get(2)?)))?;
        let mut findings = Vec::new();
        for (table, parent) in broken.into_iter().take(FINDINGS_MAX) {
            findings.push(Finding { part: "references", what: Damage::Reference { table, parent } });
        }
        let schemas = self.schemas()?;
        findings.extend(schemas.findings());
        Ok((findings, schemas))
    }

    /// Opens the file again so that it could be written, if that is allowed. Nothing is written.
    fn reopen_read_write(&self) -> Option<Store> {
        let db = super::open::open(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        db.busy_timeout(self.wait).ok()?;
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
        let store = Store::over(db, &self.path, false, self.wait);
        store.run("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema").ok()?;
        (!store.db.is_readonly("main").ok()?).then_some(store)
    }

    /// Returns the schema of this ledger and of a new one.
    fn schemas(&self) -> Result<Schemas, StoreError> {
        let sql = "SELECT name, sql FROM main.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let of = |store: &Store| -> Result<Schema, StoreError> {
            Ok(store.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
        };
        Ok(Schemas { wanted: of(&Store::in_memory()?)?, found: of(self)? })
    }

    /// Makes the tables again that are missing and whose rows follow from the facts, empty.
    pub(super) fn make_derived_again(&self) -> Result<(), StoreError> {
        let Schemas { wanted, found } = self.schemas()?;
        for name in DERIVED.iter().filter(|name| !found.contains_key(**name)) {
            if let Some(Some(sql)) = wanted.get(*name) {
                self.run(sql).map_err(|e| self.fail(e))?;
            }
        }
        Ok(())
    }

    /// Returns the changes that are void by the chain of voids.
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

    /// Checks that each void is of a change that counted then, and never of a redo.
    fn check_chain(&self) -> Result<impl Iterator<Item = Finding>, StoreError> {
        let sql = "SELECT seq, change, of FROM void ORDER BY seq";
        let voids: Vec<(i64, i64, i64)> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        // What an edit voids it voids again when the edit is brought back.
        let edits: BTreeSet<i64> = self
            .all("SELECT seq FROM change WHERE command = 'edit'", [], |row| row.get(0))?
            .into_iter()
            .collect();
        let mut by_change: HashMap<i64, Vec<i64>> = HashMap::new();
        let mut voided = BTreeSet::new();
        let mut found = Vec::new();
        for (seq, change, of) in voids {
            let undone = by_change.get(&of).cloned().unwrap_or_default();
            let redo =
                undone.iter().any(|original| by_change.contains_key(original) && !edits.contains(original));
            if redo || !voided.insert(of) {
                let what = if redo { Damage::VoidsRedo(seq) } else { Damage::VoidsVoided(seq) };
                found.push(Finding { part: "void", what });
            }
            for original in undone {
                voided.remove(&original);
                voided.extend(by_change.get(&original).into_iter().flatten().copied());
            }
            by_change.entry(change).or_default().push(of);
        }
        Ok(found.into_iter().take(FINDINGS_MAX))
    }

    /// Returns the changes that are void by their table, and findings if the voids say otherwise.
    fn check_voids(&self) -> Result<(Vec<Finding>, BTreeSet<i64>), StoreError> {
        let mut found: Vec<Finding> = self.check_chain()?.collect();
        let derived = self.voided_by_facts()?;
        let kept: Vec<i64> =
            self.all("SELECT change FROM voided_change ORDER BY change", [], |row| row.get(0))?;
        if !derived.iter().eq(&kept) {
            found.push(Finding { part: "voided_change", what: Damage::VoidedChanges });
        }
        Ok((found, kept.into_iter().collect()))
    }

    /// Returns all derived tables as the facts determine them, given which changes are void.
    pub(super) fn all_derived(&self) -> Result<Vec<DerivedTable>, StoreError> {
        let accounts = self.accounts()?;
        let voided: Vec<i64> = self.all("SELECT change FROM voided_change", [], |row| row.get(0))?;
        let voided = voided.into_iter().collect();
        let context = CheckContext { accounts: &accounts, voided: &voided, checks_rules: false };
        self.scan_facts(&context, false)?.derived().map_err(|e| self.fail(e))
    }

    /// Empties a table and fills it again, with a value for each of the columns.
    pub(super) fn refill(
        &self,
        table: &str,
        columns: &[&str],
        rows: impl Iterator<Item = Vec<Option<i64>>>,
    ) -> Result<(), StoreError> {
        let fill = || -> Result<(), rusqlite::Error> {
            self.db.execute(&format!("DELETE FROM {table}"), [])?;
            let marks = vec!["?"; columns.len()].join(", ");
            let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "));
            let mut insert = self.db.prepare(&sql)?;
            for row in rows {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
            Ok(())
        };
        fill().map_err(|e| self.fail(e))
    }
}

/// Every table, index and trigger, and how it was made.
type Schema = BTreeMap<String, Option<String>>;

/// The tables, and the triggers that guard them, must be those that a new ledger has.
struct Schemas {
    wanted: Schema,
    found: Schema,
}

impl Schemas {
    /// What is not there: names of tables, indexes and triggers.
    fn missing(&self) -> Vec<String> {
        self.wanted.keys().filter(|name| !self.found.contains_key(*name)).cloned().collect()
    }

    /// What is not there, or was made otherwise.
    fn wrong(&self) -> Vec<String> {
        self.wanted
            .iter()
            .filter(|(name, sql)| self.found.get(*name) != Some(sql))
            .map(|(name, _)| name.clone())
            .collect()
    }

    fn findings(&self) -> impl Iterator<Item = Finding> {
        let wrong = self.wanted.iter().filter_map(|(name, sql)| match self.found.get(name) {
            None => Some(Damage::SchemaMissing(name.clone())),
            Some(other) if other != sql => Some(Damage::SchemaDiffers(name.clone())),
            Some(_) => None,
        });
        let extra = self.found.keys().filter(|name| !self.wanted.contains_key(*name));
        let extra = extra.map(|name| Damage::SchemaUnknown(name.clone()));
        let mut told: Vec<Finding> =
            wrong.chain(extra).map(|what| Finding { part: "schema", what }).collect();
        // Findings that cannot be repaired come first, because not all are reported.
        told.sort_by_key(Finding::is_derived);
        told.into_iter().take(FINDINGS_MAX)
    }
}

/// Adds a finding, up to the number of those that are reported.
fn note(findings: &mut Vec<Damage>, what: impl FnOnce() -> Damage) {
    if findings.len() < FINDINGS_MAX {
        findings.push(what());
    }
}
