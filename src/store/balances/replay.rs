//! Lots of points while facts are written: what expires before the next fact, and the replay of an
//! account after a late one. `store/lots.rs` explains what is stored.

use super::{AccountState, Balances, Delta, FactKey, Replay};
use crate::ledger::{AccountId, Expires, Flow, FlowKind};
use crate::period::{Day, LocalDateTime, Month};
use crate::store::StoreError;
use crate::store::lots::{LotEvent, LotKey, LotWalk, lots_of};
use crate::store::read::{facts_sql, step_at};
use crate::store::sql::sum_at;
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// Snapshots by moment and number: what is unexplained, and whether it is the first.
type SnapshotRows = BTreeMap<(LocalDateTime, i64), (i64, bool)>;

/// What the tables hold of an account's lots from a month on.
struct StoredPath {
    /// Rows of `lot` that facts from then on made.
    changes: BTreeMap<LotKey, i64>,
    /// What the totals contain as expired, by the day on which it was gone.
    expired: BTreeMap<Day, i64>,
    snapshots: SnapshotRows,
}

impl Balances<'_> {
    /// Prepares the lots of an account for a fact and returns whether that fact goes on where they
    /// stand: then what expired before it is counted.
    pub(super) fn prepare_lots(&mut self, key: FactKey, delta: Delta) -> Result<bool, StoreError> {
        let account = key.account;
        let state = self.state(account)?;
        if state.replay.is_some() || !state.can_advance(key, delta) {
            return Ok(false);
        }
        if state.lots.is_none() {
            let balance = state.row.balance;
            // An account without a fact has no lots yet.
            let open = match state.has_facts {
                true => Expires::On(state.row.fact_at.day()),
                false => Expires::Never,
            };
            let sql = "SELECT expires, amount FROM lot WHERE account = ?1 AND expires >= ?2";
            let rows: Vec<(Expires, i64)> =
                self.store.all(sql, params![account, open], |row| Ok((row.get(0)?, sum_at(row, 1)?)))?;
            self.state(account)?.lots = Some(LotWalk::new(lots_of(rows, balance)));
        }
        let state = self.state(account)?;
        let Some(walk) = &mut state.lots else { return Ok(false) };
        state.row.balance -= walk.expire(key.at.day());
        let expired = std::mem::take(&mut walk.expired);
        for (day, amount) in expired {
            self.totals.add_flow(Flow { account, measure: FlowKind::Expired, amount }, day.start());
        }
        Ok(true)
    }

    /// Notes that an account must be replayed from the month of a fact, or from that of its last fact if
    /// that is earlier.
    pub(super) fn replay_from(&mut self, key: FactKey, delta: Delta) -> Result<(), StoreError> {
        let account = key.account;
        if self.state(account)?.replay.is_none() {
            // From here on the tables hold what was counted before.
            self.close_gap(account)?;
            let lots = self.state(account)?.lots.take();
            self.write_lots(account, lots.map(|walk| walk.changes).unwrap_or_default())?;
            let state = self.state(account)?;
            let stored = state.has_facts.then(|| state.row.fact_at.day());
            state.replay = Some(Replay { from: stored.map_or(key.at.month(), Day::month), stored });
        }
        let state = self.state(account)?;
        if let Some(replay) = &mut state.replay {
            replay.from = replay.from.min(key.at.month());
        }
        state.invalidate(delta);
        if delta != Delta::Void {
            state.advance(key, 0);
        }
        Ok(())
    }

    /// Replays the facts of an account from a month on, and writes the lots, expiries, snapshots and the
    /// balance that differ from the stored ones.
    pub(super) fn replay(
        &mut self,
        account: AccountId,
        state: &mut AccountState,
        replay: Replay,
    ) -> Result<(), StoreError> {
        let last = state.has_facts.then(|| state.row.fact_at.month());
        let from = last.map_or(replay.from, |last| last.min(replay.from));
        let begin = from.first().start();
        let stored = self.stored_lots(account, from, replay.stored)?;
        let lots = self.store.lots_at_end(account, from.add_months(-1))?;
        let mut balance = lots.balance();
        let before = "SELECT 1 FROM snapshot_delta WHERE account = ?1 AND at < ?2 LIMIT 1";
        let mut is_first = self.store.maybe(before, params![account, begin], |_| Ok(()))?.is_none();
        let mut walk = LotWalk::new(lots);
        let mut snapshots = SnapshotRows::new();
        let mut fits = true;
        // Of a snapshot the balance is read, because what it shows may change.
        self.store.all(&facts_sql("balance"), params![account, begin, i64::MAX], |row| {
            let (at, mut step): (LocalDateTime, LotEvent) = (row.get(0)?, step_at(row)?);
            let seq: i64 = row.get(1)?;
            balance -= walk.expire(at.day());
            if let LotEvent::Adjust(shown) = step {
                let unexplained = shown.checked_sub(balance);
                fits &= unexplained.is_some();
                step = LotEvent::Adjust(unexplained.unwrap_or(0));
                let row = (unexplained.unwrap_or(0), std::mem::take(&mut is_first));
                snapshots.insert((at, seq), row);
            }
            walk.step(at, step);
            let moved = balance.checked_add(step.change());
            fits &= moved.is_some();
            balance = moved.unwrap_or(balance);
            Ok(())
        })?;
        if !fits {
            return Err(self.too_large(account));
        }
        state.row.balance = balance;
        self.write_lots(account, differences(&walk.changes, &stored.changes))?;
        for (day, amount) in differences(&walk.expired, &stored.expired) {
            self.totals.add_flow(Flow { account, measure: FlowKind::Expired, amount }, day.start());
        }
        self.write_snapshots(account, &snapshots, &stored.snapshots)
    }

    /// Returns what the tables hold from a month on.
    fn stored_lots(
        &self,
        account: AccountId,
        from: Month,
        until: Option<Day>,
    ) -> Result<StoredPath, StoreError> {
        let (mut changes, mut expired) = (BTreeMap::new(), BTreeMap::<Day, i64>::new());
        // What has its last day at the end of the month before expires in this one.
        let sql = "SELECT expires, month, amount FROM lot WHERE account = ?1 AND expires >= ?2";
        self.store.all(sql, params![account, from.add_months(-1).last()], |row| {
            let (expires, month, amount): (Expires, Month, i64) = (row.get(0)?, row.get(1)?, sum_at(row, 2)?);
            if month >= from {
                changes.insert((expires, month), amount);
            }
            if let Expires::On(last) = expires
                && Some(last) < until
            {
                *expired.entry(last.add_days(1)).or_default() += amount;
            }
            Ok(())
        })?;
        let sql = "SELECT at, seq, unexplained, first FROM snapshot_delta WHERE account = ?1 AND at >= ?2";
        let snapshots = self.store.all(sql, params![account, from.first().start()], |row| {
            Ok(((row.get(0)?, row.get(1)?), (sum_at(row, 2)?, row.get(3)?)))
        })?;
        Ok(StoredPath { changes, expired, snapshots: snapshots.into_iter().collect() })
    }

    /// Adds to rows of the table `lot`.
    pub(super) fn write_lots(
        &self,
        account: AccountId,
        changes: BTreeMap<LotKey, i64>,
    ) -> Result<(), StoreError> {
        for ((expires, month), amount) in changes {
            let gone = "DELETE FROM lot WHERE account = ?1 AND expires = ?2 AND month = ?3 AND amount = ?4";
            if self.store.execute(gone, params![account, expires, month, -amount])? > 0 {
                continue;
            }
            let sql = "INSERT INTO lot (account, expires, month, amount) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (account, expires, month) DO UPDATE SET amount = amount + excluded.amount";
            self.store.execute(sql, params![account, expires, month, amount])?;
        }
        Ok(())
    }

    /// Writes what snapshots show where that changed.
    fn write_snapshots(
        &mut self,
        account: AccountId,
        snapshots: &SnapshotRows,
        stored: &SnapshotRows,
    ) -> Result<(), StoreError> {
        for ((at, seq), now) in snapshots {
            let before = stored.get(&(*at, *seq)).copied().unwrap_or_default();
            if before == *now {
                continue;
            }
            let sql = "UPDATE snapshot_delta SET unexplained = ?4, first = ?5 WHERE account = ?1 AND at = ?2 AND seq = ?3";
            self.store.execute(sql, params![account, at, seq, now.0, now.1])?;
            let of_first = |(unexplained, is_first): (i64, bool)| if is_first { unexplained } else { 0 };
            let measures = [
                (FlowKind::Unexplained, now.0, before.0),
                (FlowKind::FirstSeen, of_first(*now), of_first(before)),
            ];
            for (measure, now, before) in measures {
                let amount = now.checked_sub(before).ok_or_else(|| self.too_large(account))?;
                self.totals.add_flow(Flow { account, measure, amount }, *at);
            }
        }
        self.check_totals()
    }
}

/// Returns by how much rows differ from what they were; a row that is the same is left out.
fn differences<K: Ord + Copy>(now: &BTreeMap<K, i64>, before: &BTreeMap<K, i64>) -> BTreeMap<K, i64> {
    let keys: BTreeSet<K> = now.keys().chain(before.keys()).copied().collect();
    let of = |rows: &BTreeMap<K, i64>, key: K| rows.get(&key).copied().unwrap_or(0);
    let rows = keys.into_iter().map(|key| (key, of(now, key) - of(before, key)));
    rows.filter(|(_, amount)| *amount != 0).collect()
}
