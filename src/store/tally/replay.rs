//! Lots while facts are counted: what expires before the next fact, and how an account is replayed
//! after a fact that came late. What is kept, and why, is told in `store/derived/lots.rs`.

use super::{Counted, End, Place, Replay};
use crate::ledger::{AccountId, Flow, Measure};
use crate::period::{Day, Moment};
use crate::store::StoreError;
use crate::store::derived::{LotWalk, NEVER, Step, lots_of};
use crate::store::door::Pass;
use crate::store::read::{amount_at, facts_sql, moment_at, step_at};
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// A row of the table `seen`, by moment and number: what was unexplained, and whether it is the first.
type SeenRows = BTreeMap<(i64, i64), (i64, bool)>;

/// What the tables hold of an account's lots from a month on.
struct Stored {
    /// Rows of `lot` of the facts from then on, by last day and month.
    changes: BTreeMap<(i64, i64), i64>,
    /// What the sums contain as expired, by the day on which it was gone.
    expired: BTreeMap<Day, i64>,
    seen: SeenRows,
}

impl Pass<'_> {
    /// Prepares the lots of an account for a fact and returns whether that fact goes on where they
    /// stand: then what expired before it is counted.
    pub(super) fn lots_go_on(&mut self, place: Place, counted: Counted) -> Result<bool, StoreError> {
        let account = place.account;
        let end = self.end(account)?;
        if end.replay.is_some() || !end.goes_on(place, counted) {
            return Ok(false);
        }
        if end.lots.is_none() {
            let (balance, last) = (end.row.balance, Moment(end.row.fact_at));
            // An account without a fact has no lots yet.
            let open = if end.is_there { i64::from(last.day().0) } else { NEVER };
            let sql = "SELECT expires, amount FROM lot WHERE account = ?1 AND expires >= ?2";
            let rows: Vec<(i64, i64)> =
                self.store.all(sql, params![account.0, open], |row| Ok((row.get(0)?, amount_at(row, 1)?)))?;
            self.end(account)?.lots = Some(LotWalk::new(lots_of(rows.into_iter(), balance)));
        }
        let end = self.end(account)?;
        let Some(walk) = &mut end.lots else { return Ok(false) };
        end.row.balance -= walk.expire(place.at.day());
        let expired = std::mem::take(&mut walk.expired);
        for (day, amount) in expired {
            self.add_flow(Flow { account, measure: Measure::Expired, amount }, day.start())?;
        }
        Ok(true)
    }

    /// Leaves what follows from a fact to a replay, which begins with its month or, where the last
    /// fact of the account is in an earlier one, with that.
    pub(super) fn replay_from(&mut self, place: Place, counted: Counted) -> Result<(), StoreError> {
        let account = place.account;
        if self.end(account)?.replay.is_none() {
            // From here on the tables hold what was counted before.
            self.close_gap(account)?;
            let lots = self.end(account)?.lots.take();
            self.write_lots(account, lots.map(|walk| walk.changes).unwrap_or_default())?;
            let end = self.end(account)?;
            let stored = end.is_there.then(|| Moment(end.row.fact_at).day());
            end.replay = Some(Replay { from: stored.map_or(place.at.month(), Day::month), stored });
        }
        let end = self.end(account)?;
        if let Some(replay) = &mut end.replay {
            replay.from = replay.from.min(place.at.month());
        }
        end.walk_again(counted);
        if counted != Counted::Out {
            end.go_on(place, 0);
        }
        Ok(())
    }

    /// Walks through the facts of an account from a month on, and writes where lots, expiries,
    /// snapshots and the balance differ from what was derived before.
    pub(super) fn replay(
        &mut self,
        account: AccountId,
        end: &mut End,
        replay: Replay,
    ) -> Result<(), StoreError> {
        let last = end.is_there.then(|| Moment(end.row.fact_at).month());
        let from = last.map_or(replay.from, |last| last.min(replay.from));
        let begin = from.first().start();
        let stored = self.stored_lots(account, from.first(), i64::from(from.0), replay.stored)?;
        let lots = self.store.lots_at_end(account, from.plus(-1))?;
        let mut balance = lots.balance();
        let before = "SELECT 1 FROM seen WHERE account = ?1 AND at < ?2 LIMIT 1";
        let mut is_first = self.one(before, params![account.0, begin.0], |_| Ok(()))?.is_none();
        let mut walk = LotWalk::new(lots);
        let mut seen: SeenRows = BTreeMap::new();
        let mut fits = true;
        // Of a snapshot the walk is told what was seen, for what it shows is to be found out.
        self.store.all(&facts_sql("balance"), params![account.0, begin.0, i64::MAX], |row| {
            let (at, mut step) = (moment_at(row, 0)?, step_at(row)?);
            balance -= walk.expire(at.day());
            if let Step::Differ(shown) = step {
                let unexplained = shown.checked_sub(balance);
                fits &= unexplained.is_some();
                step = Step::Differ(unexplained.unwrap_or(0));
                seen.insert((at.0, row.get(1)?), (unexplained.unwrap_or(0), std::mem::take(&mut is_first)));
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
        end.row.balance = balance;
        self.write_lots(account, differences(&walk.changes, &stored.changes))?;
        for (day, amount) in differences(&walk.expired, &stored.expired) {
            self.add_flow(Flow { account, measure: Measure::Expired, amount }, day.start())?;
        }
        self.write_seen(account, &seen, &stored.seen)
    }

    /// What the tables hold from a month on.
    fn stored_lots(
        &self,
        account: AccountId,
        first: Day,
        month: i64,
        until: Option<Day>,
    ) -> Result<Stored, StoreError> {
        let (mut changes, mut expired) = (BTreeMap::new(), BTreeMap::<Day, i64>::new());
        let until = until.map_or(i64::MIN, |day| i64::from(day.0));
        // What has its last day at the end of the month before expires in this one.
        let sql = "SELECT expires, month, amount FROM lot WHERE account = ?1 AND expires >= ?2";
        self.store.all(sql, params![account.0, first.0 - 1], |row| {
            let (expires, of, amount): (i64, i64, i64) = (row.get(0)?, row.get(1)?, amount_at(row, 2)?);
            if of >= month {
                changes.insert((expires, of), amount);
            }
            if expires < until {
                *expired.entry(Day(expires as i32 + 1)).or_default() += amount;
            }
            Ok(())
        })?;
        let sql = "SELECT at, seq, unexplained, first FROM seen WHERE account = ?1 AND at >= ?2";
        let seen = self.store.all(sql, params![account.0, first.start().0], |row| {
            Ok(((row.get(0)?, row.get(1)?), (amount_at(row, 2)?, row.get(3)?)))
        })?;
        Ok(Stored { changes, expired, seen: seen.into_iter().collect() })
    }

    /// Adds to rows of the table `lot`.
    pub(super) fn write_lots(
        &self,
        account: AccountId,
        changes: BTreeMap<(i64, i64), i64>,
    ) -> Result<(), StoreError> {
        for ((expires, month), amount) in changes {
            let gone = "DELETE FROM lot WHERE account = ?1 AND expires = ?2 AND month = ?3 AND amount = ?4";
            if self.execute(gone, params![account.0, expires, month, -amount])? > 0 {
                continue;
            }
            let sql = "INSERT INTO lot (account, expires, month, amount) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (account, expires, month) DO UPDATE SET amount = amount + excluded.amount";
            self.execute(sql, params![account.0, expires, month, amount])?;
        }
        Ok(())
    }

    /// Writes what snapshots show where it was something else before.
    fn write_seen(
        &mut self,
        account: AccountId,
        seen: &SeenRows,
        stored: &SeenRows,
    ) -> Result<(), StoreError> {
        for ((at, seq), now) in seen {
            let before = stored.get(&(*at, *seq)).copied().unwrap_or_default();
            if before == *now {
                continue;
            }
            let sql =
                "UPDATE seen SET unexplained = ?4, first = ?5 WHERE account = ?1 AND at = ?2 AND seq = ?3";
            self.execute(sql, params![account.0, at, seq, now.0, now.1])?;
            let of_first = |(unexplained, first): (i64, bool)| if first { unexplained } else { 0 };
            let parts = [
                (Measure::Unexplained, now.0, before.0),
                (Measure::FirstSeen, of_first(*now), of_first(before)),
            ];
            for (measure, now, before) in parts {
                let amount = now.checked_sub(before).ok_or_else(|| self.too_large(account))?;
                self.add_flow(Flow { account, measure, amount }, Moment(*at))?;
            }
        }
        Ok(())
    }
}

/// Returns by how much rows differ from what they were; a row that is the same is left out.
fn differences<K: Ord + Copy>(now: &BTreeMap<K, i64>, before: &BTreeMap<K, i64>) -> BTreeMap<K, i64> {
    let keys: BTreeSet<K> = now.keys().chain(before.keys()).copied().collect();
    let of = |rows: &BTreeMap<K, i64>, key: K| rows.get(&key).copied().unwrap_or(0);
    let rows = keys.into_iter().map(|key| (key, of(now, key) - of(before, key)));
    rows.filter(|(_, amount)| *amount != 0).collect()
}
