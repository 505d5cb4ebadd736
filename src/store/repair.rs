//! Rebuilds everything derived from the facts, and never changes a fact.

use super::check::{CheckReport, Finding};
use super::checksum;
use super::damage::Damage;
use super::derive::DERIVED;
use super::{SCHEMA, Store, StoreError};
use crate::ledger::AccountId;
use rusqlite::config::DbConfig;
use std::collections::{BTreeMap, BTreeSet};

/// What a repair came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// What was wrong and is right now.
    pub mended: Vec<Finding>,
    /// What was damaged and counts from now on as it is.
    pub accepted: Vec<Finding>,
    /// The balance of each account before and after; empty where nothing is changed.
    pub balances: Vec<RepairedBalance>,
    /// The ledger as it stands afterwards, with what cannot be mended from the facts.
    pub report: CheckReport,
}

/// What a repair makes of the balance of one account, in minor units of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepairedBalance {
    /// The account.
    pub account: AccountId,
    /// None where no balance was kept or it could not be read.
    pub before: Option<i64>,
    /// None where the facts lead to none.
    pub after: Option<i64>,
}

impl Repair {
    /// Returns whether the ledger is another one than before, so that it has to be kept.
    pub fn changes_something(&self) -> bool {
        !(self.mended.is_empty() && self.accepted.is_empty())
    }
}

impl Store {
    /// Rebuilds what is derived, within the write transaction; [`Store::commit`] makes it lasting.
    ///
    /// Where a fact is damaged nothing is changed, unless `accept_damage`: then damaged facts count as
    /// they are, if they can be read. They get new checksums, and the totals follow from them.
    pub fn repair(&self, accept_damage: bool) -> Result<Repair, StoreError> {
        debug_assert!(self.writing, "only a store opened for writing has the lock");
        let before = self.check()?;
        let unchanged = |report| Repair { report, ..Repair::default() };
        let is_verified = before.findings.iter().all(Finding::is_derived);
        if before.findings.is_empty() || !(is_verified || accept_damage) {
            return Ok(unchanged(before));
        }
        let kept = self.kept_balances();
        if !is_verified {
            self.accept_damaged_facts()?;
        }
        self.make_derived_again()?;
        if self.rebuild_indexes().is_err() {
            // Two facts with one id: no index can hold them.
            return Ok(unchanged(before));
        }
        // What is wrong with the voids hides what they lead to, so they come first.
        let voided = self.voided_by_facts()?;
        self.refill("voided_change", &["change"], voided.into_iter().map(|change| vec![Some(change)]))?;
        let counting = self.check()?;
        if counting.findings.iter().any(|f| !f.is_derived()) {
            return Ok(unchanged(counting));
        }
        for table in self.all_derived()? {
            self.refill(table.name, &table.columns, table.rows.into_iter())?;
        }
        if !is_verified {
            // Everything must be readable, or the next export would fail.
            self.for_each_record::<StoreError>(&mut |_| Ok(()))?;
        }
        let report = self.check()?;
        let gone = before.findings.into_iter().filter(|f| !report.findings.contains(f));
        let (mended, accepted) = gone.partition(Finding::is_derived);
        let balances = self.repaired_balances(&kept);
        Ok(Repair { mended, accepted, balances, report })
    }

    /// Creates the indexes that are missing, and writes all of them anew from their tables.
    fn rebuild_indexes(&self) -> Result<(), rusqlite::Error> {
        for (name, sql) in indexes() {
            let count = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = ?1";
            if self.db.query_row(count, [name], |row| row.get::<_, i64>(0))? == 0 {
                self.run(sql)?;
            }
        }
        self.run("REINDEX")
    }

    /// The balances as the ledger keeps them; none where they cannot be read.
    fn kept_balances(&self) -> BTreeMap<i64, i64> {
        let sql = "SELECT account, balance FROM account_balance";
        let rows = self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap_or_default().into_iter().collect()
    }

    fn repaired_balances(&self, before: &BTreeMap<i64, i64>) -> Vec<RepairedBalance> {
        let after = self.kept_balances();
        let accounts: BTreeSet<i64> = before.keys().chain(after.keys()).copied().collect();
        let of = |account: i64| RepairedBalance {
            account: AccountId(account),
            before: before.get(&account).copied(),
            after: after.get(&account).copied(),
        };
        accounts.into_iter().map(of).collect()
    }

    /// Gives the facts that are damaged the checksums of what they hold now. What stays damaged after
    /// that, a check still finds.
    fn accept_damaged_facts(&self) -> Result<(), StoreError> {
        // An index that does not fit its table is written anew; it cannot be where two rows have one id.
        let _ = self.run("REINDEX");
        checksum::add_function(&self.db).map_err(|e| self.fail(e))?;
        let triggers = |on| self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, on);
        triggers(false).map_err(|e| self.fail(e))?;
        let accepted = checksum::FACT_TABLES.iter().try_for_each(|table| {
            let (name, columns) = (table.name, table.columns);
            // There is no checksum of a row that holds what no fact can.
            self.run(&format!(
                "UPDATE {name} SET checksum = checksum({columns})
                 WHERE checksum({columns}) IS NOT checksum AND checksum({columns}) IS NOT NULL"
            ))
        });
        triggers(true).map_err(|e| self.fail(e))?;
        match accepted {
            // A table that is gone or made otherwise is a finding of the check.
            Err(error) if error.sqlite_error_code() != Some(rusqlite::ErrorCode::Unknown) => {
                Err(self.fail(error))
            }
            _ => Ok(()),
        }
    }
}

/// The indexes of a ledger: the name of each, and the statement that creates it.
fn indexes() -> impl Iterator<Item = (&'static str, &'static str)> {
    SCHEMA.lines().filter_map(|line| {
        let rest =
            line.strip_prefix("CREATE INDEX ").or_else(|| line.strip_prefix("CREATE UNIQUE INDEX "))?;
        Some((rest.split_whitespace().next()?, line))
    })
}

/// Returns the statement that creates an index of a ledger.
fn index_sql(name: &str) -> Option<&'static str> {
    indexes().find(|(index, _)| *index == name).map(|(_, sql)| sql)
}

impl Finding {
    /// Returns whether only derived tables are wrong, so that a repair can rebuild them.
    pub fn is_derived(&self) -> bool {
        match &self.what {
            // The sentences of SQLite: `CHECK constraint failed in lot`.
            Damage::Sqlite(line) if self.part == "file" => {
                let is_of_index = ["missing from index ", "# of entries in index ", "differ from index "]
                    .iter()
                    .filter_map(|words| line.split_once(words))
                    .any(|(_, name)| name.starts_with("sqlite_autoindex_") || index_sql(name).is_some());
                is_of_index
                    || DERIVED.iter().any(|table| {
                        *line == format!("CHECK constraint failed in {table}")
                            || line.contains(&format!("NULL value in {table}."))
                    })
            }
            Damage::Reference { table, .. } => DERIVED.contains(&table.as_str()),
            Damage::SchemaMissing(name) => DERIVED.contains(&name.as_str()) || index_sql(name).is_some(),
            Damage::SchemaDiffers(_) | Damage::SchemaUnknown(_) => false,
            _ => DERIVED.contains(&self.part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot};
    use crate::money::Unit;
    use crate::period::{Day, LocalDateTime};
    use crate::store::{Change, DamagedFact, Fact};
    use rusqlite::types::Value;

    const DAY: i64 = 86_400;

    /// A ledger with rows in every derived table: points with lots, a carrier with a bill, a
    /// withdrawal through a channel, a snapshot, a voided change.
    fn ledger() -> Store {
        let store = Store::in_memory().expect("a ledger");
        let mut number = 0;
        let mut record = |facts: Vec<Fact>| {
            number += 1;
            let change = Change { id: Id(number), at: LocalDateTime(number * DAY), command: "test", facts };
            store.apply(&change).expect("a change that fits");
            change.id
        };
        let won = Unit::new("KRW", 0);
        let open = |name: &str, kind| {
            let unit = Unit::new("KRW", 0);
            let (name, id) = (name.to_string(), AccountId(0));
            let (platform, limit, bill_day, note, closed) = (None, None, None, None, false);
            Fact::Open(Account { id, name, platform, kind, unit, limit, bill_day, note, closed })
        };
        record(vec![open("points", AccountKind::Rewards), open("bill", AccountKind::Carrier)]);
        let accounts = store.accounts().expect("accounts");
        let entry =
            |n: i64, kind, from: Option<usize>, to: Option<usize>, amount, fee, channel: Option<&str>| {
                let place = |at: Option<usize>, amount| Leg {
                    account: at.map(|at| accounts[at].id),
                    amount,
                    unit: won.clone(),
                };
                let expires = if kind == Kind::Earn { Expires::On(Day(900)) } else { Expires::Unknown };
                let category = (kind != Kind::Withdraw).then(|| "coffee".into());
                Fact::Entry(Entry {
                    id: Id(1000 + n),
                    at: LocalDateTime(n * DAY),
                    kind,
                    from: place(from, amount),
                    to: place(to, amount - fee),
                    fee,
                    tax: 0,
                    category,
                    payee: None,
                    note: None,
                    channel: channel.map(Into::into),
                    expires,
                })
            };
        record(vec![entry(10, Kind::Earn, None, Some(0), 5_000, 0, None)]);
        record(vec![entry(40, Kind::Spend, Some(0), None, 700, 0, None)]);
        record(vec![entry(41, Kind::Spend, Some(1), None, 900, 0, None)]);
        record(vec![entry(50, Kind::Withdraw, Some(0), None, 1_000, 100, Some("own"))]);
        let id = Id(2000);
        let snapshot =
            Snapshot { id, at: LocalDateTime(60 * DAY), account: accounts[0].id, balance: 3_200, note: None };
        record(vec![Fact::Snapshot(snapshot)]);
        let slip = record(vec![entry(61, Kind::Spend, Some(0), None, 50, 0, None)]);
        record(vec![Fact::Void(slip)]);
        store
    }

    /// Every row of every derived table, as text.
    fn rows(store: &Store) -> Vec<String> {
        let mut all = Vec::new();
        for table in DERIVED {
            let mut statement = store.db.prepare(&format!("SELECT * FROM {table}")).expect("a table");
            let columns = statement.column_count();
            let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
                let values: Result<Vec<Value>, _> = (0..columns).map(|i| row.get(i)).collect();
                Ok(format!("{table} {:?}", values?))
            };
            let found: Vec<String> =
                statement.query_map([], row).and_then(Iterator::collect).expect("readable rows");
            assert!(!found.is_empty(), "{table} holds nothing, so it proves nothing");
            all.extend(found);
        }
        all
    }

    #[test]
    fn knows_every_index_of_a_ledger() {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
        let found: BTreeSet<String> =
            ledger().all(sql, [], |row| row.get(0)).expect("names").into_iter().collect();
        assert_eq!(found, indexes().map(|(name, _)| name.to_string()).collect());
    }

    #[test]
    fn rebuilds_an_index_that_is_missing_or_does_not_fit_its_table() {
        let store = ledger();
        let sound = rows(&store);
        store.run("DROP INDEX entry_by_channel").expect("damage done");
        let repair = store.repair(false).expect("a repair");
        assert_eq!((repair.report.findings, rows(&store)), (Vec::new(), sound));

        let store = ledger();
        let sound = rows(&store);
        store.db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false).expect("a setting");
        let index: (i64, String) = {
            let sql = "SELECT rootpage, sql FROM sqlite_schema WHERE name = 'entry_by_at'";
            store.db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("the index")
        };
        // The index learns of another moment, and then not that it was taken back.
        damage(&store, "UPDATE entry SET at = at + 1");
        store
            .run("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'entry_by_at'; PRAGMA writable_schema = RESET")
            .expect("an index that is forgotten");
        damage(&store, "UPDATE entry SET at = at - 1");
        store.run("PRAGMA writable_schema = ON").expect("a setting");
        let sql = "INSERT INTO sqlite_schema VALUES ('index', 'entry_by_at', 'entry', ?1, ?2)";
        store.db.execute(sql, rusqlite::params![index.0, index.1]).expect("an index that is back");
        store.run("PRAGMA writable_schema = RESET").expect("a setting");
        let found = store.check().expect("a check").findings;
        assert!(
            found.iter().any(
                |f| matches!(&f.what, Damage::Sqlite(line) if line.contains("missing from index entry_by_at"))
            ),
            "{found:?}"
        );
        assert!(found.iter().all(Finding::is_derived), "{found:?}");
        let repair = store.repair(false).expect("a repair");
        assert_eq!((repair.report.findings, rows(&store)), (Vec::new(), sound));
    }

    #[test]
    fn mends_each_derived_table_to_what_it_was() {
        let store = ledger();
        assert_eq!(store.check().expect("a check").findings, []);
        let sound = rows(&store);
        let column = |table| match table {
            "voided_change" => "change = (SELECT seq FROM change ORDER BY seq LIMIT 1 OFFSET 2)",
            "account_balance" => "balance = 1",
            "snapshot_delta" => "unexplained = 1",
            "monthly_flow" => "spent = spent + 1",
            "monthly_category" | "monthly_channel" | "lot" | "bill" => "amount = 77",
            _ => unreachable!("a derived table"),
        };
        for table in DERIVED {
            let damages = [format!("DELETE FROM {table}"), format!("UPDATE {table} SET {}", column(table))];
            for damage in damages {
                store.run(&damage).expect("damage done");
                let repair = store.repair(false).expect("a repair");
                assert!(!repair.mended.is_empty(), "{damage}");
                assert_eq!(repair.report.findings, [], "{damage}");
                assert_eq!(rows(&store), sound, "{damage}");
            }
        }
    }

    #[test]
    fn mends_rows_that_have_no_fact_behind_them_and_rows_against_their_own_check() {
        let store = ledger();
        let sound = rows(&store);
        let account = store.accounts().expect("accounts")[1].id.0;
        store.run(&format!("INSERT INTO lot VALUES ({account}, 77, 9, 5)")).expect("damage done");
        store.run("PRAGMA ignore_check_constraints = ON; UPDATE bill SET amount = -4").expect("damage done");
        store.run("PRAGMA ignore_check_constraints = OFF").expect("checks again");
        let repair = store.repair(false).expect("a repair");
        assert!(repair.mended.iter().any(|f| f.part == "lot"));
        assert!(repair.mended.iter().any(|f| f.part == "file"), "{:?}", repair.mended);
        assert_eq!((repair.report.findings, rows(&store)), (Vec::new(), sound));
    }

    #[test]
    fn leaves_everything_alone_where_a_fact_is_damaged() {
        let store = ledger();
        store.run("DROP TRIGGER entry_is_kept; PRAGMA ignore_check_constraints = ON").expect("guards off");
        store.run("UPDATE entry SET fee = -5 WHERE kind = 6; UPDATE bill SET amount = 1").expect("damage");
        store.run("PRAGMA ignore_check_constraints = OFF").expect("checks again");
        let before = rows(&store);
        let repair = store.repair(false).expect("a repair");
        assert_eq!(repair.mended, []);
        assert!(
            repair
                .report
                .findings
                .iter()
                .any(|f| matches!(&f.what, Damage::Sqlite(line) if line.contains("entry")))
        );
        assert_eq!(rows(&store), before);
    }

    fn damage(store: &Store, harm: &str) {
        let off = "PRAGMA ignore_check_constraints = ON; DROP TRIGGER entry_is_kept";
        store.run(&format!("{off}; {harm}; {KEPT}")).expect("damage done");
        store.run("PRAGMA ignore_check_constraints = OFF").expect("checks again");
    }

    /// The trigger as the schema has it.
    const KEPT: &str = "CREATE TRIGGER entry_is_kept            BEFORE UPDATE ON entry            BEGIN SELECT RAISE(ABORT, 'an entry is never altered'); END";

    #[test]
    fn names_a_damaged_fact_and_changes_nothing() {
        let store = ledger();
        damage(&store, "UPDATE entry SET amount_out = 701, amount_in = 701 WHERE amount_out = 700");
        let before = rows(&store);
        let repair = store.repair(false).expect("a repair");
        assert!(!repair.changes_something());
        let named: Vec<&Damage> =
            repair.report.findings.iter().filter(|f| f.part == "checksum").map(|f| &f.what).collect();
        let day = Day::parse_iso("1970-02-10");
        let (kind, from, id) = (Some(Kind::Spend), Some("points".into()), Id(1040).to_string());
        assert_eq!(named, [&Damage::Altered(DamagedFact::Entry { kind, day, from, to: None, id })]);
        assert_eq!(rows(&store), before);
    }

    #[test]
    fn counts_damaged_facts_as_they_are_where_that_is_accepted() {
        let store = ledger();
        damage(&store, "UPDATE entry SET amount_out = 701, amount_in = 701 WHERE amount_out = 700");
        // An entry after the last snapshot moves the balance.
        damage(&store, "UPDATE entry SET amount_out = 950, amount_in = 950 WHERE amount_out = 900");
        let repair = store.repair(true).expect("a repair");
        assert_eq!(repair.report.findings, []);
        assert_eq!(repair.accepted.iter().filter(|f| f.part == "checksum").count(), 2);
        assert!(repair.mended.iter().any(|f| f.part == "account_balance"), "{:?}", repair.mended);
        let of = |balance: &RepairedBalance| (balance.before, balance.after);
        let balances: Vec<_> = repair.balances.iter().map(of).collect();
        assert_eq!(balances, [(Some(3_200), Some(3_200)), (Some(-900), Some(-950))]);
        assert!(store.run("UPDATE entry SET fee = 1").is_err(), "facts are guarded again");
    }

    #[test]
    fn accepts_no_fact_that_breaks_a_rule_or_cannot_be_read() {
        for harm in [
            "UPDATE entry SET kind = 77 WHERE amount_out = 700",
            "UPDATE entry SET at = 1 << 50 WHERE amount_out = 700",
            "UPDATE entry SET note = CAST(x'ff' AS TEXT) WHERE amount_out = 700",
        ] {
            let store = ledger();
            damage(&store, harm);
            let repair = store.repair(true).expect("a repair");
            assert!(!repair.changes_something(), "{harm}");
            assert!(!repair.report.findings.is_empty(), "{harm}");
        }
    }

    #[test]
    fn has_nothing_to_say_of_a_sound_ledger() {
        let store = ledger();
        let before = rows(&store);
        let repair = store.repair(false).expect("a repair");
        assert_eq!((repair.mended, repair.report.findings), (Vec::new(), Vec::new()));
        assert_eq!(rows(&store), before);
    }
}
