//! Is the ledger what its facts say it is, and are the facts all there?

mod pass;
mod walk;

use super::derived::{Derivation, Derived, MonthTotal, Rows, SeenRow, StandingRow};
use super::given::{Given, Giving, Take};
use super::read::{Values, amount_at, moment_at, unit_at};
use super::repair::DERIVED;
use super::{Store, StoreError};
use crate::ledger::Measure;
use crate::money::Unit;
use crate::text::{self, TextError};
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::iter::Peekable;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;
use walk::{Ground, Walk};

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
    /// The tables of facts that are not what was recorded.
    pub damaged: Vec<&'static str>,
}

impl Report {
    /// What came of looking through the facts, after what was found before.
    fn after(
        mut self,
        mut before: Vec<Finding>,
        looked: Result<(), StoreError>,
    ) -> Result<Report, StoreError> {
        match looked {
            // What a row holds can be so wrong that nothing follows from it.
            Err(StoreError::Damaged(_, what)) => self.findings.push(Finding { part: "facts", what }),
            // Nor can anything be asked of a table that is not there.
            Err(StoreError::Sqlite(..)) if before.iter().any(|finding| finding.part == "schema") => {}
            looked => looked?,
        }
        before.append(&mut self.findings);
        Ok(Report { findings: before, ..self })
    }
}

/// At most so many findings of one part are told.
const FINDINGS_MAX: usize = 5;

impl Store {
    /// Holds the file against itself, and everything derived against the facts.
    pub fn check(&self) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let (findings, (damaged, looked)) = self.beside_the_file(|| {
            let (mut findings, schemas) = self.damage_within()?;
            let mut damaged = Vec::new();
            for of_table in self.damaged_facts(&schemas.wrong())? {
                damaged.push(of_table.table);
                findings.extend(of_table.findings());
            }
            Ok((findings, (damaged, self.look_through(&schemas.missing(), true, &mut report))))
        })?;
        report.damaged = damaged;
        report.after(findings, looked)
    }

    /// Holds what is derived against the facts, and as a part of a check of the whole ledger the facts
    /// against their rules.
    fn look_through(&self, missing: &[String], whole: bool, report: &mut Report) -> Result<(), StoreError> {
        if missing.iter().all(|table| table != "voided") {
            return self.look_through_all_but(missing, whole, report);
        }
        // Every other question asks which changes count.
        let stand_in = |sql: &str| self.run(sql).map_err(|e| self.fail(e));
        stand_in("CREATE TEMP TABLE voided (change INTEGER PRIMARY KEY)")?;
        let looked = self
            .voided_by_facts()
            .and_then(|voided| self.refill("voided", "change", voided.into_iter().map(|of| vec![of])))
            .and_then(|()| self.look_through_all_but(missing, whole, report));
        stand_in("DROP TABLE temp.voided")?;
        looked
    }

    /// The same, but for tables that are not there.
    fn look_through_all_but(
        &self,
        missing: &[String],
        whole: bool,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let (voids, accounts) = (self.check_voids(), self.accounts());
        let (ground, found) = match (&voids, &accounts) {
            (Ok((found, voided)), Ok(accounts)) => {
                // Which entries count is known only where the voids are sound.
                let sound = found.iter().all(|finding| finding.part != "voided");
                (Ground { accounts, voided, sound, whole }, found.as_slice())
            }
            // Numbers are numbers all the same.
            _ => (Ground { accounts: &[], voided: &BTreeSet::new(), sound: false, whole }, &[][..]),
        };
        let (walk, derived) = self.derive(&ground, report)?;
        let findings = |part, found: Vec<String>| found.into_iter().map(move |what| Finding { part, what });
        report.findings.extend(findings("numbers", walk.numbers));
        report.findings.extend(found.iter().cloned());
        voids?;
        // What nothing is derived from must be readable all the same.
        self.rates()?;
        self.all("SELECT text FROM label", [], |row| {
            row.get_ref(0)?.as_str().map(|_| ()).map_err(Into::into)
        })?;
        report.accounts = accounts?.len() as i64;
        self.check_accounts(report)?;
        report.findings.extend(findings("entry", walk.entries));
        self.compare(derived?, missing, whole, report)
    }

    /// An account has a name that prints and a unit whose code is one; only a carrier has bills.
    fn check_accounts(&self, report: &mut Report) -> Result<(), StoreError> {
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

    /// SQLite's own look through the file, which takes as long as all else, beside that: what SQLite
    /// found stands before what the other work found. It is told of the file as it is when it is
    /// looked at, and each of the two looks at one moment of it.
    fn beside_the_file<T>(
        &self,
        work: impl FnOnce() -> Result<(Vec<Finding>, T), StoreError>,
    ) -> Result<(Vec<Finding>, T), StoreError> {
        // SQLite holds rows against the limits of their columns only where it could write them.
        let other = if self.writing || self.unborn { None } else { self.able_to_write() };
        let Some(other) = other else {
            let mut findings = self.damage_of_file()?;
            let (more, done) = work()?;
            findings.extend(more);
            return Ok((findings, done));
        };
        let other = Mutex::new(Some(other));
        let look = || {
            let other = other.lock().ok().and_then(|mut other| other.take());
            other.map(|other| other.damage_of_file())
        };
        std::thread::scope(|scope| {
            // Where no thread is to be had, one comes after the other.
            let looking = std::thread::Builder::new().spawn_scoped(scope, look);
            let worked = work();
            let found = looking.ok().and_then(|looking| looking.join().ok().flatten());
            let mut findings = found.or_else(look).unwrap_or_else(|| self.damage_of_file())?;
            let (more, done) = worked?;
            findings.extend(more);
            Ok((findings, done))
        })
    }

    /// What SQLite finds to be wrong with the file.
    fn damage_of_file(&self) -> Result<Vec<Finding>, StoreError> {
        let told: Vec<String> = self.all("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
        Ok(told.into_iter().filter(|told| told != "ok").map(|what| Finding { part: "file", what }).collect())
    }

    /// What is wrong with the references and with the tables, and which these are.
    fn damage_within(&self) -> Result<(Vec<Finding>, Schemas), StoreError> {
        let broken: Vec<(String, String)> =
            self.all("PRAGMA foreign_key_check", [], |row| Ok((row.get(0)?, row.get(2)?)))?;
        let mut findings = Vec::new();
        for (table, parent) in broken.into_iter().take(FINDINGS_MAX) {
            let what = format!("a row of `{table}` refers to a row of `{parent}` that is not there");
            findings.push(Finding { part: "references", what });
        }
        let schemas = self.schemas()?;
        findings.extend(schemas.findings());
        Ok((findings, schemas))
    }

    /// The same file, opened so that it could be written, where that is allowed; nothing is written.
    fn able_to_write(&self) -> Option<Store> {
        let store = self.opened_again(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        store.db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).ok()?;
        store.run("PRAGMA query_only = ON; SELECT 1 FROM sqlite_schema").ok()?;
        (!store.db.is_readonly("main").ok()?).then_some(store)
    }

    /// The same file over a connection of its own.
    fn opened_again(&self, flags: OpenFlags) -> Option<Store> {
        let db = super::open::open(&self.path, flags).ok()?;
        db.busy_timeout(self.wait).ok()?;
        Some(Store::over(db, &self.path, false, self.wait))
    }

    /// How the tables, indexes and triggers were made, here and in a new ledger.
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
                let what = if redo { "a redo" } else { "a change that is void already" };
                found.push(Finding { part: "void", what: format!("row {seq} voids {what}") });
            }
            for original in undone {
                voided.remove(&original);
                voided.extend(by_change.get(&original).into_iter().flatten().copied());
            }
            by_change.entry(change).or_default().push(of);
        }
        Ok(found.into_iter().take(FINDINGS_MAX))
    }

    /// The voided changes, which must be those that the chain of voids leads to.
    fn check_voids(&self) -> Result<(Vec<Finding>, BTreeSet<i64>), StoreError> {
        let mut found: Vec<Finding> = self.check_chain()?.collect();
        let derived = self.voided_by_facts()?;
        let kept: Vec<i64> = self.all("SELECT change FROM voided ORDER BY change", [], |row| row.get(0))?;
        if !derived.iter().eq(&kept) {
            let what = "the voided changes are not those that the voids lead to".to_string();
            found.push(Finding { part: "voided", what });
        }
        Ok((found, kept.into_iter().collect()))
    }

    /// Everything that the facts lead to, by the changes that do not count as the ledger keeps them.
    pub(super) fn all_derived(&self) -> Result<Derived, StoreError> {
        let accounts = self.accounts()?;
        let voided: Vec<i64> = self.all("SELECT change FROM voided", [], |row| row.get(0))?;
        let voided = voided.into_iter().collect();
        let ground = Ground { accounts: &accounts, voided: &voided, sound: false, whole: false };
        self.derive(&ground, &mut Report::default())?.1
    }

    /// What was met on the way through the facts, and what they lead to, where they can be read.
    fn derive(
        &self,
        ground: &Ground<'_>,
        report: &mut Report,
    ) -> Result<(Walk, Result<Derived, StoreError>), StoreError> {
        let carriers = ground.accounts.iter().map(|account| (account.id.0, account.is_carrier()));
        let mut derivation = Derivation::new(carriers.collect());
        let sql = "SELECT account, at, seq, balance FROM snapshot
                   WHERE change NOT IN (SELECT change FROM voided) ORDER BY account, at, seq";
        let mut snapshots = Ok(Vec::new());
        let mut walk = self.walk_through(ground, &mut derivation, |derivation| {
            snapshots = self.all(sql, [], |row| {
                derivation.snapshot(row.get(0)?, moment_at(row, 1)?, row.get(2)?, amount_at(row, 3)?);
                report.snapshots += 1;
                Ok(())
            });
        })?;
        report.entries = walk.counted;
        let entries = walk.unreadable.take().map_or(Ok(()), |error| Err(self.fail(error)));
        Ok((walk, snapshots.and(entries).map(|()| derivation.finish())))
    }

    /// Holds what the tables keep against what the facts lead to, with other connections to the same
    /// moment of the file where the machine can serve them.
    fn compare(
        &self,
        derived: Derived,
        missing: &[String],
        whole: bool,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let tables =
            self.comparisons(derived)?.into_iter().filter(|table| !missing.iter().any(|m| m == table.part));
        let mut tables: Vec<(usize, Comparison)> = tables.enumerate().collect();
        // Whoever is free takes the largest that is left.
        tables.sort_by_key(|(_, table)| table.rows);
        let (tables, found) = (Mutex::new(tables), Mutex::new(BTreeMap::new()));
        let work = |store: &Store| {
            while let Some((at, table)) = held(&tables).pop() {
                let told = (table.hold)(store);
                held(&found).insert(at, (table.part, told));
            }
        };
        let work = &work;
        std::thread::scope(|scope| {
            for other in self.others_alike(1, 1 + usize::from(whole)) {
                // Of one that does not come into being nothing is taken.
                let _ = std::thread::Builder::new().spawn_scoped(scope, move || work(&other));
            }
            work(self);
        });
        for (part, told) in std::mem::take(&mut *held(&found)).into_values() {
            report.findings.extend(told?.into_iter().map(|what| Finding { part, what }));
        }
        Ok(())
    }

    /// What is to be compared, in the order in which it is told of.
    fn comparisons(&self, derived: Derived) -> Result<Vec<Comparison>, StoreError> {
        let of_two = |row: &Given<'_, '_>| Ok(((row.value(0)?, row.value(1)?), row.value(2)?));
        let of_three =
            |row: &Given<'_, '_>| Ok(((row.value(0)?, row.value(1)?, row.value(2)?), row.value(3)?));
        let months = ["account", "month", "facts"].into_iter().chain(Measure::ALL.map(Measure::word));
        Ok(vec![
            Comparison::new(
                "standing",
                vec!["account", "balance", "fact_at", "seen_at", "dated"],
                derived.standing,
                |row| {
                    let (balance, fact_at) = (row.value(1)?, row.value(2)?);
                    let (seen_at, dated) = (row.value(3)?, row.value(4)?);
                    Ok((row.value(0)?, StandingRow { balance, fact_at, seen_at, dated }))
                },
            ),
            Comparison::new(
                "seen",
                vec!["account", "at", "seq", "balance", "unexplained", "first"],
                derived.seen,
                |row| {
                    let seen =
                        SeenRow { balance: row.value(3)?, unexplained: row.value(4)?, first: row.value(5)? };
                    Ok(((row.value(0)?, row.value(1)?, row.value(2)?), seen))
                },
            ),
            Comparison::new("total", months.collect(), derived.total, |row| {
                let mut total = MonthTotal { facts: row.value(2)?, ..MonthTotal::default() };
                for (i, sum) in total.sums.iter_mut().enumerate() {
                    *sum = row.value(i + 3)?;
                }
                Ok(((row.value(0)?, row.value(1)?), total))
            }),
            Comparison::new(
                "category_total",
                vec!["month", "kind", "category", "unit", "count", "amount"],
                derived.category_total,
                |row| {
                    let key = (row.value(0)?, row.value(1)?, row.value(2)?, row.value(3)?);
                    Ok((key, (row.value(4)?, row.value(5)?)))
                },
            ),
            Comparison::new(
                "channel_total",
                vec!["month", "channel", "unit", "count", "amount", "fee", "tax"],
                derived.channel_total,
                |row| {
                    let key = (row.value(0)?, row.value(1)?, row.value(2)?);
                    Ok((key, [row.value(3)?, row.value(4)?, row.value(5)?, row.value(6)?]))
                },
            ),
            Comparison::new(
                "spend_size",
                vec!["month", "unit", "amount", "count"],
                derived.spend_size,
                of_three,
            ),
            Comparison::new(
                "day_total",
                vec!["day", "account", "measure", "amount"],
                derived.day_total,
                of_three,
            ),
            Comparison::new("lot", vec!["account", "expires", "month", "amount"], derived.lot, of_three),
            Comparison::new("bill", vec!["account", "month", "amount"], derived.bill, of_two),
        ])
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
            None => Some(format!("`{name}` is missing")),
            Some(other) if other != sql => Some(format!("`{name}` is not what it was made as")),
            Some(_) => None,
        });
        let extra = self.found.keys().filter(|name| !self.wanted.contains_key(*name));
        let extra = extra.map(|name| format!("`{name}` is no part of a ledger"));
        let mut told: Vec<Finding> =
            wrong.chain(extra).map(|what| Finding { part: "schema", what }).collect();
        // What cannot be mended is told of first, for not all is told.
        told.sort_by_key(Finding::is_derived);
        told.into_iter().take(FINDINGS_MAX)
    }
}

/// A table that is held against what is derived.
struct Comparison {
    part: &'static str,
    /// How many rows should be there.
    rows: usize,
    hold: Hold,
}

/// Tells where a table, over some connection, is not what it should be.
type Hold = Box<dyn FnOnce(&Store) -> Result<Vec<String>, StoreError> + Send>;

impl Comparison {
    /// The rows that should be there, in the order of their keys, and how one that is there is read.
    fn new<K: Ord + Debug + Send + 'static, V: PartialEq + Send + 'static>(
        part: &'static str,
        columns: Vec<&'static str>,
        derived: Rows<K, V>,
        read: fn(&Given<'_, '_>) -> rusqlite::Result<(K, V)>,
    ) -> Comparison {
        let rows = derived.len();
        let held =
            Held { read, derived: derived.into_iter().peekable(), wrong: Vec::new(), extra: Vec::new() };
        // Rows come in the order of their keys: that is how these tables lie.
        let rest = format!("FROM {part} NOT INDEXED");
        let hold = move |store: &Store| {
            let giving = Giving::new(&store.db, columns, &rest);
            let held = giving.and_then(|mut giving| giving.all_to(held, []));
            Ok(held.map_err(|e| store.fail(e))?.told())
        };
        Comparison { part, rows, hold: Box::new(hold) }
    }
}

/// What several threads have a hand in.
fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The rows of a table, which are held against the derived ones.
struct Held<K, V> {
    read: fn(&Given<'_, '_>) -> rusqlite::Result<(K, V)>,
    /// Those that were not come by yet.
    derived: Peekable<IntoIter<(K, V)>>,
    /// What is not what it should be or not there at all, and what should not be there.
    wrong: Vec<String>,
    extra: Vec<String>,
}

impl<K: Ord + Debug, V: PartialEq> Held<K, V> {
    /// Tells of the derived rows before a key, or of all that are left, that they are missing.
    fn pass(&mut self, key: Option<&K>) {
        while let Some((key, _)) = self.derived.next_if(|(other, _)| key.is_none_or(|key| other < key)) {
            tell(&mut self.wrong, || format!("row {key:?}, which the facts lead to, is missing"));
        }
    }

    /// What is to be told of the table.
    fn told(mut self) -> Vec<String> {
        self.pass(None);
        self.wrong.into_iter().chain(self.extra).take(FINDINGS_MAX).collect()
    }
}

impl<K: Ord + Debug + Send + 'static, V: PartialEq + Send + 'static> Take for Held<K, V> {
    fn take(&mut self, row: &Given<'_, '_>) -> rusqlite::Result<()> {
        let (key, value) = (self.read)(row)?;
        self.pass(Some(&key));
        match self.derived.next_if(|(other, _)| *other == key) {
            Some((_, wanted)) if wanted == value => {}
            Some(_) => tell(&mut self.wrong, || format!("row {key:?} is not what the facts lead to")),
            None => tell(&mut self.extra, || format!("row {key:?} has no fact behind it")),
        }
        Ok(())
    }
}

fn tell(told: &mut Vec<String>, what: impl FnOnce() -> String) {
    if told.len() < FINDINGS_MAX {
        told.push(what());
    }
}
