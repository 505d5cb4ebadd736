//! Is the ledger what its facts say it is?

use super::derived::{Derivation, Derived, MonthTotal, SeenRow, StandingRow};
use super::{Store, StoreError};
use crate::ledger::Measure;
use crate::period::Moment;
use std::collections::{BTreeSet, HashMap};
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
        self.check_voids(&mut report)?;
        let accounts = self.accounts()?;
        report.accounts = accounts.len() as i64;
        let derived =
            self.derive(&accounts.iter().map(|a| (a.id.0, a.is_carrier())).collect(), &mut report)?;
        let kept = self.kept()?;
        let found = &mut report.findings;
        compare("standing", &derived.standing, &kept.standing, found);
        compare("seen", &derived.seen, &kept.seen, found);
        compare("total", &derived.total, &kept.total, found);
        compare("category_total", &derived.category_total, &kept.category_total, found);
        compare("channel_total", &derived.channel_total, &kept.channel_total, found);
        compare("lot", &derived.lot, &kept.lot, found);
        compare("bill", &derived.bill, &kept.bill, found);
        Ok(report)
    }

    /// What is wrong with the file itself and with its references, whatever its facts say.
    pub(super) fn damage(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        let told: Vec<String> = self.all("PRAGMA integrity_check(20)", [], |row| row.get(0))?;
        for what in told.into_iter().filter(|t| t != "ok") {
            findings.push(Finding { part: "file", what });
        }
        let broken: Vec<(String, String)> =
            self.all("PRAGMA foreign_key_check", [], |row| Ok((row.get(0)?, row.get(2)?)))?;
        for (table, parent) in broken.into_iter().take(FINDINGS_MAX) {
            let what = format!("a row of `{table}` refers to a row of `{parent}` that is not there");
            findings.push(Finding { part: "references", what });
        }
        Ok(findings)
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

    /// The voided changes must be those that the chain of voids leads to.
    fn check_voids(&self, report: &mut Report) -> Result<(), StoreError> {
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
        let snapshots: Vec<(i64, i64, i64, i64)> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
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
