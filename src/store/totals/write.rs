//! Adds sums to the rows of their tables.

use super::Totals;
use crate::ledger::FlowKind;
use rusqlite::{Connection, ToSql, params_from_iter};

/// A table of sums.
struct SumTable {
    name: &'static str,
    /// Columns of the primary key.
    keys: &'static [&'static str],
    /// Columns of the sums; the first counts facts.
    sums: Vec<&'static str>,
    /// Sums that keep a row: it is deleted once these are 0. The others are 0 then as well.
    kept_by: usize,
}

impl Totals {
    /// Adds all sums to their tables and forgets them.
    pub fn write(&mut self, db: &Connection) -> rusqlite::Result<()> {
        let totals = std::mem::take(self);
        // What expires by itself is no fact, so a month can have it without any.
        let measures = FlowKind::ALL.into_iter().filter(|measure| *measure != FlowKind::Expired);
        let measures: Vec<FlowKind> = [FlowKind::Expired].into_iter().chain(measures).collect();
        let sums = ["facts"].into_iter().chain(measures.iter().map(|measure| measure.as_str())).collect();
        let table = SumTable { name: "monthly_flow", keys: &["account", "month"], sums, kept_by: 2 };
        for ((account, month), flows) in in_order(totals.months) {
            let sums: Vec<i64> =
                [flows.facts].into_iter().chain(measures.iter().map(|measure| flows.of(*measure))).collect();
            table.add(db, &[&account, &month], &sums)?;
        }
        let keys = &["month", "kind", "category", "unit"];
        let table = SumTable { name: "monthly_category", keys, sums: vec!["count", "amount"], kept_by: 1 };
        for ((month, kind, category, unit), sums) in in_order(totals.categories) {
            table.add(db, &[&month, &kind, &category, &unit], &sums)?;
        }
        let (keys, sums) = (&["month", "channel", "unit"], vec!["count", "amount", "fee", "tax"]);
        let table = SumTable { name: "monthly_channel", keys, sums, kept_by: 1 };
        for ((month, channel, unit), sums) in in_order(totals.channels) {
            table.add(db, &[&month, &channel, &unit], &sums)?;
        }
        Ok(())
    }
}

/// Returns rows in the order of their table, so that it is written page by page.
pub fn in_order<K: Ord + Copy, V>(rows: impl IntoIterator<Item = (K, V)>) -> Vec<(K, V)> {
    let mut rows: Vec<(K, V)> = rows.into_iter().collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
}

impl SumTable {
    /// Adds to one row. Sums to which 0 is added are not named, so that most statements are short.
    fn add(&self, db: &Connection, key: &[&dyn ToSql], sums: &[i64]) -> rusqlite::Result<()> {
        let kept = &sums[..self.kept_by];
        // An upsert with a negative count would break the table's CHECK before it is added up.
        let is_upsert = sums[0] >= 0 && kept.iter().any(|sum| *sum > 0);
        let changed = self.sums.iter().zip(sums).enumerate();
        let changed = changed.filter(|(at, (_, sum))| **sum != 0 || is_upsert && *at == 0);
        let (names, sums): (Vec<&str>, Vec<&i64>) = changed.map(|(_, (name, sum))| (*name, sum)).unzip();
        if names.is_empty() {
            return Ok(());
        }
        let first = self.keys.len() + 1;
        let adds = list(", ", names.iter().zip(first..).map(|(name, at)| format!("{name} = {name} + ?{at}")));
        let here = list(" AND ", self.keys.iter().zip(1..).map(|(key, at)| format!("{key} = ?{at}")));
        let values =
            || params_from_iter(key.iter().copied().chain(sums.iter().map(|sum| *sum as &dyn ToSql)));
        if is_upsert {
            let columns = [self.keys, &names].concat();
            let sql = format!(
                "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {adds}",
                self.name,
                columns.join(", "),
                list(", ", (1..=columns.len()).map(|at| format!("?{at}"))),
                self.keys.join(", ")
            );
            return db.prepare_cached(&sql)?.execute(values()).map(|_| ());
        }
        if kept.iter().any(|sum| *sum < 0) {
            let gone = self.sums[..self.kept_by].iter().zip(first..);
            let gone = list(" AND ", gone.map(|(name, at)| format!("{name} + ?{at} = 0")));
            let sql = format!("DELETE FROM {} WHERE {here} AND {gone}", self.name);
            let values = key.iter().copied().chain(kept.iter().map(|sum| sum as &dyn ToSql));
            if db.prepare_cached(&sql)?.execute(params_from_iter(values))? > 0 {
                return Ok(());
            }
        }
        let sql = format!("UPDATE {} SET {adds} WHERE {here}", self.name);
        db.prepare_cached(&sql)?.execute(values()).map(|_| ())
    }
}

fn list(separator: &str, items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(separator)
}
