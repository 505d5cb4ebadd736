//! What a pass through the door has counted. The derived figures are kept in memory, one step a
//! fact, and written together.
//!
//! A fact at or after the last one of its account moves a few sums. A fact before it moves, beside
//! its own month, only what the next snapshot leaves unexplained: balances seen later stand. Where
//! the account has points of a known expiry, it also changes what expires after it, so its later
//! facts are replayed (`replay.rs`).

mod replay;
mod sums;

use super::StoreError;
use super::derived::{
    DayKey, Labels, LotWalk, SizeKey, StandingRow, Step, bill_rows, in_order, measure_column, step_bills,
};
use super::door::Pass;
use super::read::amount_at;
use crate::ledger::{AccountId, Bills, Entry, Flow, Measure, RuleBroken};
use crate::period::{Day, Moment, Month};
use rusqlite::params;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use sums::{Beside, Sums};

/// So much may all facts of a ledger move together. No sum over any of them, nor a difference of
/// such sums, passes what 64 bits hold.
const MOVED_MAX: i128 = 1 << 61;
/// It would take eight million amounts below this one to move that much.
const LARGE: u64 = 1 << 38;

/// So many rows of `spend_size` or of `day_total` are written by one statement.
const ROWS_AT_ONCE: usize = 32;

/// What was counted and is not written yet.
#[derive(Default)]
pub(super) struct Tally {
    ends: BTreeMap<AccountId, End>,
    sums: Sums,
    /// Of an import most are counted beside.
    beside: Option<Beside>,
}

/// Where the path of an account's balance ends.
#[derive(Default)]
struct End {
    /// After all facts, once they were walked through where they must be.
    row: StandingRow,
    /// Has the account a fact?
    is_there: bool,
    /// It differs from what is written.
    moved: bool,
    /// Bills as they are written, and as they are by now; none until they are needed.
    bills: Option<(Bills, Bills)>,
    /// Lots by now, and what is not written of their changes; none until they are needed.
    lots: Option<LotWalk>,
    /// Lots before the last fact are other ones now: what is to be replayed.
    replay: Option<Replay>,
    /// Why all facts must be walked through again.
    walk: Walk,
    /// Between which snapshots the last late entry came, and how much those there moved the path.
    gap: Option<Gap>,
}

/// A stretch between two snapshots of an account, next to each other, into which entries come late.
#[derive(Clone, Copy)]
struct Gap {
    /// Moment and number of the snapshot before it.
    after: (i64, i64),
    /// Of the snapshot behind it, and whether that is the first one; none where none follows.
    next: Option<(i64, i64, bool)>,
    /// How much less that one leaves unexplained than is written.
    explained: i64,
}

impl Gap {
    fn holds(&self, place: Place) -> bool {
        let at = (place.at.0, place.seq);
        self.after < at && self.next.is_none_or(|(next, seq, _)| at < (next, seq))
    }
}

/// What a replay of an account with lots begins with.
#[derive(Clone, Copy)]
struct Replay {
    /// The first month whose facts are walked through.
    from: Month,
    /// The day of the last fact up to which the sums contain what expired; none without a fact.
    stored: Option<Day>,
}

/// Must all facts of an account be walked through again?
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Walk {
    #[default]
    No,
    /// A fact came before the last one, so bills are other ones.
    Bills,
    /// Facts were taken out or put back, so the last one may be another.
    All,
}

/// A fact on the path of one account's balance.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) account: AccountId,
    pub(super) at: Moment,
    pub(super) seq: i64,
}

/// Does a fact count for the first time, again, or no more?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// It was just recorded: of its second it is the last.
    New,
    /// It was void.
    Again,
    /// It is void now.
    Out,
}

impl Counted {
    fn sign(self) -> i64 {
        if self == Counted::Out { -1 } else { 1 }
    }
}

impl Pass<'_> {
    /// From here on new entries are counted beside, as far as nothing here depends on it.
    pub(super) fn count_beside(&mut self) {
        self.tally.beside = Some(Beside::default());
    }

    /// Counts an entry that was just recorded.
    pub(super) fn count_new(&mut self, entry: Entry, labels: Labels, seq: i64) -> Result<(), StoreError> {
        let Some(mut beside) = self.tally.beside.take() else {
            return self.count_entry(&entry, labels, seq, Counted::New);
        };
        let counted = self.count_sides(&entry, seq, Counted::New);
        let is_time = beside.take(entry, labels);
        self.tally.beside = Some(beside);
        counted?;
        if is_time { self.write_totals() } else { Ok(()) }
    }

    /// Counts an entry in or out.
    pub(super) fn count_entry(
        &mut self,
        entry: &Entry,
        labels: Labels,
        seq: i64,
        counted: Counted,
    ) -> Result<(), StoreError> {
        self.count_sides(entry, seq, counted)?;
        self.tally.sums.add_entry(entry, labels, counted.sign());
        self.check_sums()?;
        self.write_many()
    }

    /// Writes the sums where there are many of them by now.
    fn write_many(&mut self) -> Result<(), StoreError> {
        if self.tally.sums.are_many() { self.write_totals() } else { Ok(()) }
    }

    /// Counts an entry on the paths of the balances that it moves.
    fn count_sides(&mut self, entry: &Entry, seq: i64, counted: Counted) -> Result<(), StoreError> {
        if let Some(account) = entry.out.account.or(entry.arriving.account).filter(|_| counted.sign() > 0) {
            self.check_fits(account, entry.out.amount.max(entry.arriving.amount))?;
        }
        for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
            self.count_side(Place { account, at: entry.at, seq }, entry, counted)?;
        }
        Ok(())
    }

    /// Every sum must be one that 64 bits hold.
    fn check_sums(&self) -> Result<(), StoreError> {
        self.tally.sums.too_large.map_or(Ok(()), |account| Err(self.too_large(account)))
    }

    /// Counts an entry on one of its sides.
    fn count_side(&mut self, place: Place, entry: &Entry, counted: Counted) -> Result<(), StoreError> {
        let account = place.account;
        let step = if entry.out.account == Some(account) {
            Step::Leave { amount: entry.out.amount }
        } else {
            Step::Arrive { kind: entry.kind, amount: entry.arriving.amount, expires: entry.expires }
        };
        let delta = counted.sign() * entry.change_of(account);
        let is_carrier = self.is_carrier(account);
        let end = self.end(account)?;
        let had_lots = end.has_lots();
        if step.is_dated() {
            end.row.dated += counted.sign();
        }
        let has_lots = had_lots || end.has_lots();
        // Most entries go on where an account without lots and bills stands.
        if end.moved && end.goes_on(place, counted) && !is_carrier && !has_lots {
            return if end.go_on(place, delta) { Ok(()) } else { Err(self.too_large(account)) };
        }
        self.touched.insert(account);
        if has_lots {
            if !self.lots_go_on(place, counted)? {
                return self.replay_from(place, counted);
            }
            if let Some(walk) = &mut self.end(account)?.lots {
                walk.step(place.at, step);
            }
            return self.end_at(place, delta);
        }
        let end = self.end(account)?;
        if end.goes_on(place, counted) {
            self.bills_go_on(place, step)?;
            return self.end_at(place, delta);
        }
        end.walk_again(counted);
        self.shift(place, delta)
    }

    /// Counts a snapshot in.
    pub(super) fn count_snapshot(
        &mut self,
        place: Place,
        balance: i64,
        counted: Counted,
    ) -> Result<(), StoreError> {
        let Place { account, at, seq } = place;
        self.check_fits(account, balance)?;
        self.close_gap(account)?;
        self.touched.insert(account);
        self.tally.sums.add_fact(account, at, 1);
        let has_lots = self.end(account)?.has_lots();
        let goes_on = match has_lots {
            true => self.lots_go_on(place, counted)?,
            false => self.end(account)?.goes_on(place, counted),
        };
        // A replay finds out what the snapshot shows.
        let is_open = has_lots && !goes_on;
        let end = self.end(account)?;
        let (expected, first) = if is_open {
            (balance, false)
        } else if goes_on {
            (end.row.balance, end.row.seen_at.is_none())
        } else {
            end.walk_again(counted);
            self.write_waiting()?;
            let before = "SELECT 1 FROM seen WHERE account = ?1 AND (at, seq) < (?2, ?3) LIMIT 1";
            let first = self.one(before, params![account.0, at.0, seq], |_| Ok(()))?.is_none();
            (self.store.balance_before(account, at, seq)?, first)
        };
        let unexplained = balance.checked_sub(expected).ok_or_else(|| self.too_large(account))?;
        self.add_unexplained(account, at, unexplained, first)?;
        if is_open {
            self.replay_from(place, counted)?;
        } else if goes_on {
            let step = Step::Differ(unexplained);
            match &mut self.end(account)?.lots {
                Some(walk) if has_lots => walk.step(at, step),
                _ if unexplained != 0 => self.bills_go_on(place, step)?,
                _ => {}
            }
            self.end_at(place, unexplained)?;
        } else {
            if first && let Some(next) = self.next_seen(place)? {
                // What was the first snapshot is one like any other now.
                self.set_first(account, next, false)?;
            }
            self.shift(place, unexplained)?;
            self.close_gap(account)?;
        }
        let end = self.end(account)?;
        end.row.seen_at = end.row.seen_at.max(Some(at.0));
        let sql = "INSERT INTO seen (account, at, seq, balance, unexplained, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.execute(sql, params![account.0, at.0, seq, balance, unexplained, first])?;
        self.write_many()
    }

    /// Counts a snapshot out.
    pub(super) fn uncount_snapshot(&mut self, place: Place) -> Result<(), StoreError> {
        let Place { account, at, seq } = place;
        self.close_gap(account)?;
        let sql = "DELETE FROM seen WHERE account = ?1 AND at = ?2 AND seq = ?3 RETURNING unexplained, first";
        let row =
            self.one(sql, params![account.0, at.0, seq], |row| Ok((amount_at(row, 0)?, row.get(1)?)))?;
        let Some((unexplained, first)): Option<(i64, bool)> = row else { return Ok(()) };
        self.touched.insert(account);
        self.tally.sums.add_fact(account, at, -1);
        self.add_unexplained(account, at, -unexplained, first)?;
        if self.end(account)?.has_lots() {
            self.replay_from(place, Counted::Out)?;
            return self.write_many();
        }
        self.end(account)?.walk_again(Counted::Out);
        self.shift(place, -unexplained)?;
        if first && let Some(next) = self.next_seen(place)? {
            self.set_first(account, next, true)?;
        }
        self.write_many()
    }

    /// The end of an account's path, read when it is first asked for.
    fn end(&mut self, account: AccountId) -> Result<&mut End, StoreError> {
        let slot = match self.tally.ends.entry(account) {
            Slot::Occupied(known) => return Ok(known.into_mut()),
            Slot::Vacant(slot) => slot,
        };
        let sql = "SELECT balance, fact_at, seen_at, dated FROM standing WHERE account = ?1";
        let row = self.store.maybe(sql, [account.0], |row| {
            let (balance, fact_at, seen_at) = (amount_at(row, 0)?, row.get(1)?, row.get(2)?);
            Ok(StandingRow { balance, fact_at, seen_at, dated: row.get(3)? })
        })?;
        let is_there = row.is_some();
        let row = row.unwrap_or(StandingRow { fact_at: i64::MIN, ..StandingRow::default() });
        Ok(slot.insert(End { row, is_there, ..End::default() }))
    }

    /// The balance of an account after all its facts.
    pub(super) fn balance(&mut self, account: AccountId) -> Result<i64, StoreError> {
        Ok(self.end(account)?.row.balance)
    }

    /// The path ends with a fact that moves the balance so far.
    fn end_at(&mut self, place: Place, delta: i64) -> Result<(), StoreError> {
        let fits = self.end(place.account)?.go_on(place, delta);
        if fits { Ok(()) } else { Err(self.too_large(place.account)) }
    }

    /// Moves the path of a balance from a place on: the next snapshot explains that much more or
    /// less, and without one the present balance moves.
    fn shift(&mut self, place: Place, delta: i64) -> Result<(), StoreError> {
        let account = place.account;
        if delta == 0 {
            return self.end_at(place, 0);
        }
        let gap = match self.end(account)?.gap.filter(|gap| gap.holds(place)) {
            Some(gap) => gap,
            None => {
                self.close_gap(account)?;
                let (after, next) = (self.seen_before(place)?, self.next_seen(place)?);
                Gap { after, next, explained: 0 }
            }
        };
        self.end_at(place, if gap.next.is_none() { delta } else { 0 })?;
        let explained = gap.explained.checked_add(delta).ok_or_else(|| self.too_large(account))?;
        self.end(account)?.gap = Some(Gap { explained, ..gap });
        match gap.next {
            Some((at, _, first)) => self.add_unexplained(account, Moment(at), -delta, first),
            None => Ok(()),
        }
    }

    /// Writes what late entries explained of the snapshot behind them.
    fn close_gap(&mut self, account: AccountId) -> Result<(), StoreError> {
        let gap = self.end(account)?.gap.take();
        self.write_gap(account, gap)
    }

    fn write_gap(&self, account: AccountId, gap: Option<Gap>) -> Result<(), StoreError> {
        let Some(Gap { next, explained, .. }) = gap else { return Ok(()) };
        let Some((at, seq, _)) = next.filter(|_| explained != 0) else { return Ok(()) };
        let sql =
            "UPDATE seen SET unexplained = unexplained - ?4 WHERE account = ?1 AND at = ?2 AND seq = ?3";
        self.execute(sql, params![account.0, at, seq, explained]).map(|_| ())
    }

    /// Moment and number of the last snapshot that counts before a place.
    fn seen_before(&self, place: Place) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT at, seq FROM seen WHERE account = ?1 AND (at, seq) < (?2, ?3)
                   ORDER BY at DESC, seq DESC LIMIT 1";
        let values = params![place.account.0, place.at.0, place.seq];
        Ok(self.one(sql, values, |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or((i64::MIN, i64::MIN)))
    }

    /// The next snapshot that counts after a place: its moment, its number, and whether it is the first.
    fn next_seen(&self, place: Place) -> Result<Option<(i64, i64, bool)>, StoreError> {
        let sql = "SELECT at, seq, first FROM seen WHERE account = ?1 AND (at, seq) > (?2, ?3)
                   ORDER BY at, seq LIMIT 1";
        let values = params![place.account.0, place.at.0, place.seq];
        self.one(sql, values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    fn set_first(
        &mut self,
        account: AccountId,
        seen: (i64, i64, bool),
        first: bool,
    ) -> Result<(), StoreError> {
        let (at, seq, _) = seen;
        self.close_gap(account)?;
        let sql =
            "UPDATE seen SET first = ?4 WHERE account = ?1 AND at = ?2 AND seq = ?3 RETURNING unexplained";
        let unexplained = self.one(sql, params![account.0, at, seq, first], |row| row.get::<_, i64>(0))?;
        let part = unexplained.unwrap_or(0) * if first { 1 } else { -1 };
        let flow = Flow { account, measure: Measure::FirstSeen, amount: part };
        self.add_flow(flow, Moment(at))
    }

    fn add_unexplained(
        &mut self,
        account: AccountId,
        at: Moment,
        amount: i64,
        first: bool,
    ) -> Result<(), StoreError> {
        self.add_flow(Flow { account, measure: Measure::Unexplained, amount }, at)?;
        if first {
            self.add_flow(Flow { account, measure: Measure::FirstSeen, amount }, at)?;
        }
        Ok(())
    }

    fn add_flow(&mut self, flow: Flow, at: Moment) -> Result<(), StoreError> {
        self.tally.sums.add_flow(flow, at);
        self.check_sums()
    }

    /// Does the ledger hold what it holds now, with a fact of that amount in it?
    fn check_fits(&mut self, account: AccountId, amount: i64) -> Result<(), StoreError> {
        if amount.unsigned_abs() < LARGE {
            return Ok(());
        }
        self.write_waiting()?;
        if self.store.moved()? <= MOVED_MAX {
            return Ok(());
        }
        Err(self.too_large(account))
    }

    fn too_large(&self, account: AccountId) -> StoreError {
        let name = self.accounts.get(&account).map(|a| a.name.clone()).unwrap_or_default();
        RuleBroken::BalanceTooLarge { account: name }.into()
    }

    /// Bills after one more fact, while the balance is still the one before it.
    fn bills_go_on(&mut self, place: Place, step: Step) -> Result<(), StoreError> {
        let account = place.account;
        let is_carrier = self.is_carrier(account);
        let end = self.end(account)?;
        if end.walk != Walk::No || !is_carrier {
            return Ok(());
        }
        if end.bills.is_none() {
            let balance = end.row.balance;
            let mut bills = self.written_bills(account)?;
            bills.credit = bills.open.values().sum::<i64>() + balance;
            self.end(account)?.bills = Some((bills.clone(), bills));
        }
        if let Some((_, now)) = &mut self.end(account)?.bills {
            step_bills(now, place.at, step);
        }
        Ok(())
    }

    /// Bills as the table has them.
    fn written_bills(&self, account: AccountId) -> Result<Bills, StoreError> {
        let sql = "SELECT month, amount FROM bill WHERE account = ?1";
        let rows = self.store.all(sql, [account.0], |row| Ok((Month(row.get(0)?), amount_at(row, 1)?)))?;
        Ok(Bills { open: rows.into_iter().collect(), credit: 0 })
    }

    /// Writes what was counted. Accounts that need it are walked through again first.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        self.write_waiting()?;
        let mut ends = std::mem::take(&mut self.tally.ends);
        if ends.values().any(|end| end.replay.is_some()) {
            // A replay begins with the balance that the totals make.
            self.write_totals()?;
        }
        for (account, end) in &mut ends {
            self.write_gap(*account, end.gap.take())?;
            if end.walk != Walk::No {
                self.walk_again(*account, end)?;
            }
            if let Some(replay) = end.replay.take() {
                self.replay(*account, end, replay)?;
            }
            self.write_end(*account, end)?;
        }
        self.tally.ends = ends;
        self.write_totals()
    }

    /// Finds an account's last fact and, of a carrier, walks through all its facts.
    fn walk_again(&self, account: AccountId, end: &mut End) -> Result<(), StoreError> {
        if self.is_carrier(account) {
            let now = self.store.bills_by_facts(account, Moment(i64::MAX))?;
            let written = match end.bills.take() {
                Some((written, _)) => written,
                None => self.written_bills(account)?,
            };
            end.bills = Some((written, now));
        }
        if end.walk == Walk::All {
            let last = self.store.last_fact(account)?;
            end.is_there = last.is_some();
            (end.row.fact_at, end.row.seen_at) = last.unwrap_or((i64::MIN, None));
        }
        (end.walk, end.moved) = (Walk::No, true);
        Ok(())
    }

    fn write_end(&self, account: AccountId, end: &mut End) -> Result<(), StoreError> {
        if !std::mem::take(&mut end.moved) {
            return Ok(());
        }
        if end.is_there {
            let sql = "INSERT INTO standing (account, balance, fact_at, seen_at, dated)
                       VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account)
                       DO UPDATE SET balance = excluded.balance, fact_at = excluded.fact_at,
                                     seen_at = excluded.seen_at, dated = excluded.dated";
            let StandingRow { balance, fact_at, seen_at, dated } = end.row;
            self.execute(sql, params![account.0, balance, fact_at, seen_at, dated])?;
        } else {
            self.execute("DELETE FROM standing WHERE account = ?1", [account.0])?;
        }
        if let Some(walk) = &mut end.lots {
            self.write_lots(account, std::mem::take(&mut walk.changes))?;
        }
        let Some((written, now)) = &mut end.bills else { return Ok(()) };
        let (rows, rows_now) = (bill_rows(written), bill_rows(now));
        for gone in rows.keys().filter(|month| !rows_now.contains_key(month)) {
            let sql = "DELETE FROM bill WHERE account = ?1 AND month = ?2";
            self.execute(sql, params![account.0, gone])?;
        }
        for (month, amount) in rows_now.iter().filter(|(month, amount)| rows.get(month) != Some(amount)) {
            let sql = "INSERT OR REPLACE INTO bill (account, month, amount) VALUES (?1, ?2, ?3)";
            self.execute(sql, params![account.0, month, amount])?;
        }
        *written = now.clone();
        Ok(())
    }

    /// Adds what was counted to the sums.
    pub(super) fn write_totals(&mut self) -> Result<(), StoreError> {
        if let Some(beside) = &mut self.tally.beside {
            beside.settle(&mut self.tally.sums);
            self.check_sums()?;
        }
        // Each in the order of its table, which is written a page at a time then.
        let sums = std::mem::take(&mut self.tally.sums);
        let names: Vec<&str> = std::iter::once("facts").chain(Measure::ALL.map(Measure::word)).collect();
        for ((account, month), total) in in_order(sums.totals) {
            let key = [account.0, i64::from(month.0)];
            let sums: Vec<i64> = std::iter::once(total.facts).chain(total.sums).collect();
            self.add_to("total", &["account", "month"], &key, &["facts", "expired"], &names, &sums)?;
        }
        for ((month, kind, category, unit), (count, amount)) in in_order(sums.categories) {
            let (keys, key) = (["month", "kind", "category", "unit"], [month, kind, category, unit]);
            self.add_to("category_total", &keys, &key, &["count"], &["count", "amount"], &[count, amount])?;
        }
        for ((month, channel, unit), sums) in in_order(sums.channels) {
            let (keys, key) = (["month", "channel", "unit"], [month, channel, unit]);
            let names = ["count", "amount", "fee", "tax"];
            self.add_to("channel_total", &keys, &key, &["count"], &names, &sums)?;
        }
        self.write_days(in_order(sums.days).into_iter().filter(|(_, amount)| *amount != 0).collect())?;
        self.write_sizes(in_order(sums.sizes).into_iter().filter(|(_, count)| *count != 0).collect())
    }

    fn write_days(&self, days: Vec<(DayKey, i64)>) -> Result<(), StoreError> {
        self.add_together("day_total", ["day", "account", "measure"], "amount", &days)?;
        // Only what can be taken back can come to nothing.
        let signed = [Measure::Unexplained, Measure::FirstSeen].map(measure_column);
        for ((day, account, measure), _) in days.iter().filter(|(key, n)| *n < 0 || signed.contains(&key.2)) {
            let sql = "DELETE FROM day_total WHERE day = ?1 AND account = ?2 AND measure = ?3 AND amount = 0";
            self.execute(sql, params![day, account, measure])?;
        }
        Ok(())
    }

    fn write_sizes(&self, sizes: Vec<(SizeKey, i64)>) -> Result<(), StoreError> {
        let (more, less): (Vec<_>, Vec<_>) = sizes.into_iter().partition(|(_, count)| *count > 0);
        self.add_together("spend_size", ["month", "unit", "amount"], "count", &more)?;
        for ((month, unit, amount), count) in less {
            let here = "WHERE month = ?1 AND unit = ?2 AND amount = ?3";
            let values = params![month, unit, amount, count];
            if self.execute(&format!("DELETE FROM spend_size {here} AND count + ?4 = 0"), values)? == 0 {
                self.execute(&format!("UPDATE spend_size SET count = count + ?4 {here}"), values)?;
            }
        }
        Ok(())
    }

    /// Adds to rows of one sum each, several at once.
    fn add_together(
        &self,
        table: &str,
        keys: [&str; 3],
        sum: &str,
        rows: &[((i64, i64, i64), i64)],
    ) -> Result<(), StoreError> {
        let keys = keys.join(", ");
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "INSERT INTO {table} ({keys}, {sum}) VALUES {}
                 ON CONFLICT ({keys}) DO UPDATE SET {sum} = {sum} + excluded.{sum}",
                vec!["(?, ?, ?, ?)"; rows.len()].join(", ")
            );
            let values = rows.iter().flat_map(|((a, b, c), more)| [a, b, c, more]);
            self.execute(&sql, rusqlite::params_from_iter(values))?;
        }
        Ok(())
    }

    /// Adds to one row of sums. A sum that nothing is added to is left as it is, and a row goes once
    /// all of `kept_by` are 0: what is counted, and of a month what expired in it by itself, which is
    /// no fact. The others follow from these.
    fn add_to(
        &self,
        table: &str,
        keys: &[&str],
        key: &[i64],
        kept_by: &[&str],
        columns: &[&str],
        sums: &[i64],
    ) -> Result<(), StoreError> {
        let more = |name: &str| columns.iter().zip(sums).find(|(c, _)| **c == name).map_or(0, |(_, n)| *n);
        let kept: Vec<i64> = kept_by.iter().map(|name| more(name)).collect();
        // What must be counted is in every row that is written for the first time.
        let is_new = kept[0] >= 0 && kept.iter().any(|n| *n > 0);
        let named = columns.iter().copied().zip(sums.iter().copied());
        let named = named.filter(|(name, sum)| *sum != 0 || is_new && *name == kept_by[0]);
        let (names, sums): (Vec<&str>, Vec<i64>) = named.unzip();
        if names.is_empty() {
            return Ok(());
        }
        let equal = |names: &[&str], first: usize, apart: &str, add: &str| -> String {
            let one = |(i, name): (usize, &&str)| match add {
                "" => format!("{name} = ?{}", i + first),
                add => format!("{name} = {name} {add} ?{}", i + first),
            };
            names.iter().enumerate().map(one).collect::<Vec<_>>().join(apart)
        };
        let adds = equal(&names, keys.len() + 1, ", ", "+");
        let here = equal(keys, 1, " AND ", "");
        let values = || rusqlite::params_from_iter(key.iter().chain(&sums));
        if is_new {
            let columns = [keys, &names].concat();
            let marks: Vec<String> = (1..=columns.len()).map(|i| format!("?{i}")).collect();
            let sql = format!(
                "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {adds}",
                columns.join(", "),
                marks.join(", "),
                keys.join(", ")
            );
            return self.execute(&sql, values()).map(|_| ());
        }
        let mut is_left = true;
        if kept.iter().any(|n| *n < 0) {
            let nothing: Vec<String> = (keys.len() + 1..)
                .zip(kept_by)
                .map(|(place, name)| format!("{name} + ?{place} = 0"))
                .collect();
            let gone = format!("DELETE FROM {table} WHERE {here} AND {}", nothing.join(" AND "));
            is_left = self.execute(&gone, rusqlite::params_from_iter(key.iter().chain(&kept)))? == 0;
        }
        if is_left {
            self.execute(&format!("UPDATE {table} SET {adds} WHERE {here}"), values())?;
        }
        Ok(())
    }

    /// What an account that is no more leaves behind is taken away.
    pub(super) fn forget(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.tally.ends.remove(&account);
        self.touched.remove(&account);
        for table in ["standing", "lot", "bill"] {
            self.execute(&format!("DELETE FROM {table} WHERE account = ?1"), [account.0])?;
        }
        Ok(())
    }
}

impl End {
    /// The path ends with a fact that moves the balance so far; does it fit?
    fn go_on(&mut self, place: Place, delta: i64) -> bool {
        (self.moved, self.is_there) = (true, true);
        self.row.fact_at = self.row.fact_at.max(place.at.0);
        let balance = self.row.balance.checked_add(delta);
        self.row.balance = balance.unwrap_or(self.row.balance);
        balance.is_some()
    }

    /// Has the account points of a known expiry, or had it before what is counted now?
    fn has_lots(&self) -> bool {
        self.row.dated > 0 || self.replay.is_some()
    }

    /// Is a fact at that place the last one on the path?
    fn goes_on(&self, place: Place, counted: Counted) -> bool {
        counted == Counted::New && self.walk != Walk::All && place.at.0 >= self.row.fact_at
    }

    fn walk_again(&mut self, counted: Counted) {
        if counted != Counted::New {
            self.walk = Walk::All;
        } else if self.walk == Walk::No {
            self.walk = Walk::Bills;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sums::SUMS_MAX;
    use super::*;
    use crate::ledger::{Account, AccountKind, Id, Snapshot};
    use crate::money::Unit;
    use crate::store::{Store, StoreError};

    #[test]
    fn the_sums_of_snapshots_on_many_days_do_not_gather_in_memory() -> Result<(), StoreError> {
        let store = Store::in_memory()?;
        let mut pass = Pass::new(&store)?;
        let change = pass.change(Id(1), Moment(0), "import", None)?;
        let (id, name, unit) = (AccountId(0), "kakao".to_string(), Unit::new("KRW", 0));
        let (kind, platform, limit, bill_day, note) = (AccountKind::Wallet, None, None, None, None);
        let account = Account { id, name, platform, kind, unit, limit, bill_day, note, closed: false };
        let account = pass.open(&account, change)?;
        let days = SUMS_MAX as i64;
        let at_most = |pass: &Pass<'_>| assert!(pass.tally.sums.days.len() < SUMS_MAX + 4);
        for day in 0..days {
            let (id, at, balance) = (Id(day), Moment(day * 86_400), day % 7);
            pass.record_snapshot(&Snapshot { id, at, account, balance, note: None }, change)?;
            at_most(&pass);
        }
        pass.settle()?;
        assert_eq!(store.check()?.findings, []);
        for (seq, snapshot) in store.snapshots_of(change)? {
            pass.uncount_snapshot(Place { account, at: snapshot.at, seq })?;
            at_most(&pass);
        }
        pass.settle()?;
        assert_eq!(store.number("SELECT count(*) FROM day_total").expect("a number"), 0);
        Ok(())
    }
}
