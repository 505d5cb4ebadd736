//! The balances of accounts while facts are written, and what follows from them.
//!
//! A balance is a running sum over the facts of an account in the order of time. A fact at or after
//! the last one of its account advances that sum in O(1). A late fact changes, besides its month, only
//! the difference that the next snapshot shows: the balance that was seen stays what it was. Points
//! that expire depend on all later facts, so such an account is replayed (`replay.rs`).
//!
//! An example: 100 on 1 May, a snapshot of 90 on 10 May, which leaves −10 unexplained. A spend of 30
//! of 5 May comes late. The snapshot still is 90, now with +20 unexplained; the present balance is as
//! before.

mod replay;

use super::lots::{LotEvent, LotWalk, step_bills};
use super::sql::{AMOUNT_MAX, Labels, sum_at};
use super::totals::Totals;
use super::{Damage, Expiries, Store, StoreError};
use crate::ledger::{Account, AccountId, Bills, Entry, Flow, FlowKind, RuleViolation};
use crate::period::{Day, LocalDateTime, Month};
use rusqlite::params;
use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

/// Amounts below it need no check: it takes eight million of them to reach [`AMOUNT_MAX`].
const LARGE: u64 = 1 << 38;

/// Accounts, their balances and totals as far as they were changed, ahead of the tables.
pub(super) struct Balances<'s> {
    store: &'s Store,
    /// The accounts that count.
    pub accounts: BTreeMap<AccountId, Account>,
    /// Accounts that the change touched.
    pub touched: BTreeSet<AccountId>,
    totals: Totals,
    states: BTreeMap<AccountId, AccountState>,
}

/// The end of an account's running balance.
#[derive(Default)]
struct AccountState {
    /// After all facts, once the account was recomputed where it must be.
    row: StoredBalance,
    /// Whether the account has a fact.
    has_facts: bool,
    /// Whether it differs from the tables.
    changed: bool,
    /// Bills in the table, and bills now; `None` until they are needed.
    bills: Option<(Bills, Bills)>,
    /// Lots now, with their unwritten changes; `None` until they are needed.
    lots: Option<LotWalk>,
    /// Where to replay lots from, after an earlier fact changed.
    replay: Option<Replay>,
    recompute: Recompute,
    gap: Option<SnapshotGap>,
}

/// A row of `account_balance` without the account.
#[derive(Clone, Copy)]
struct StoredBalance {
    balance: i64,
    /// The moment of the last fact.
    fact_at: LocalDateTime,
    /// The moment of the last snapshot.
    seen_at: Option<LocalDateTime>,
    /// Earnings of points of a known expiry.
    dated: i64,
}

impl Default for StoredBalance {
    fn default() -> StoredBalance {
        StoredBalance { balance: 0, fact_at: LocalDateTime(i64::MIN), seen_at: None, dated: 0 }
    }
}

/// The time between two consecutive snapshots of an account, into which late facts came.
#[derive(Clone, Copy)]
struct SnapshotGap {
    /// Time and number of the snapshot before it.
    after: (LocalDateTime, i64),
    /// The snapshot at its end, if there is one.
    next: Option<NextSnapshot>,
    /// How much less the next snapshot leaves unexplained than its row says.
    explained: i64,
}

#[derive(Clone, Copy)]
struct NextSnapshot {
    at: LocalDateTime,
    seq: i64,
    is_first: bool,
}

impl SnapshotGap {
    fn contains(&self, key: FactKey) -> bool {
        self.after < key.position() && self.next.is_none_or(|next| key.position() < (next.at, next.seq))
    }
}

/// Where the replay of an account with lots starts.
#[derive(Clone, Copy)]
struct Replay {
    /// The first month whose facts are read.
    from: Month,
    /// The day up to which the totals contain what expired; `None` without a fact.
    stored: Option<Day>,
}

/// What must be recomputed from the facts of an account.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Recompute {
    #[default]
    Nothing,
    /// Bills, because a fact came late.
    Bills,
    /// Also the last fact, because facts were voided or restored.
    All,
}

/// The position of a fact in the history of one account.
#[derive(Clone, Copy)]
pub(super) struct FactKey {
    pub account: AccountId,
    pub at: LocalDateTime,
    pub seq: i64,
}

impl FactKey {
    fn position(self) -> (LocalDateTime, i64) {
        (self.at, self.seq)
    }
}

/// How a fact changes what counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delta {
    /// It was just recorded; within its second it is the last.
    Insert,
    /// It was void and counts again.
    Restore,
    /// It is void now.
    Void,
}

impl Delta {
    fn sign(self) -> i64 {
        if self == Delta::Void { -1 } else { 1 }
    }
}

impl<'s> Balances<'s> {
    /// Starts with the accounts of a ledger.
    pub fn new(store: &'s Store) -> Result<Balances<'s>, StoreError> {
        let accounts = store.accounts()?.into_iter().map(|account| (account.id, account)).collect();
        let (touched, totals, states) = (BTreeSet::new(), Totals::default(), BTreeMap::new());
        Ok(Balances { store, accounts, touched, totals, states })
    }

    /// Returns an account that must be there.
    pub fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        let missing = || StoreError::Damaged(self.store.path.clone(), Damage::MissingAccount(id.0).into());
        self.accounts.get(&id).cloned().ok_or_else(missing)
    }

    /// Returns whether an account is one of a phone bill.
    pub fn is_carrier(&self, id: AccountId) -> bool {
        self.accounts.get(&id).is_some_and(Account::is_carrier)
    }

    /// Returns whether entries are read when an entry of that amount is applied.
    pub fn reads_entries_for(&self, amount: i64) -> bool {
        amount.unsigned_abs() >= LARGE
    }

    /// Returns whether entries are read when a snapshot is applied.
    pub fn reads_entries_for_snapshot(
        &mut self,
        key: FactKey,
        balance: i64,
        delta: Delta,
    ) -> Result<bool, StoreError> {
        Ok(self.reads_entries_for(balance) || !self.state(key.account)?.can_advance(key, delta))
    }

    /// Applies an entry to totals and balances.
    pub fn apply_entry(
        &mut self,
        entry: &Entry,
        labels: Labels,
        seq: i64,
        delta: Delta,
    ) -> Result<(), StoreError> {
        let legs = || LotEvent::of(entry);
        if let Some((account, _)) = legs().next().filter(|_| delta != Delta::Void) {
            self.check_fits(account, entry.from.amount.max(entry.to.amount))?;
        }
        for (account, step) in legs() {
            self.apply_leg(FactKey { account, at: entry.at, seq }, step, delta)?;
        }
        self.totals.add(entry, labels, delta.sign());
        self.check_totals()?;
        self.flush_if_many()
    }

    /// Applies one leg of an entry to the balance of its account.
    fn apply_leg(&mut self, key: FactKey, step: LotEvent, delta: Delta) -> Result<(), StoreError> {
        let account = key.account;
        let change = delta.sign() * step.change();
        let is_carrier = self.is_carrier(account);
        let state = self.state(account)?;
        let had_lots = state.has_lots();
        if step.is_dated() {
            state.row.dated += delta.sign();
        }
        let has_lots = had_lots || state.has_lots();
        // Most entries advance an account without lots and bills.
        if state.changed && state.can_advance(key, delta) && !is_carrier && !has_lots {
            return self.advance(key, change);
        }
        self.touched.insert(account);
        if has_lots {
            if !self.prepare_lots(key, delta)? {
                return self.replay_from(key, delta);
            }
            if let Some(walk) = &mut self.state(account)?.lots {
                walk.step(key.at, step);
            }
            return self.advance(key, change);
        }
        let state = self.state(account)?;
        if state.can_advance(key, delta) {
            self.step_bills(key, step)?;
            return self.advance(key, change);
        }
        state.invalidate(delta);
        self.shift_later(key, change)
    }

    /// Applies a snapshot that counts from now on.
    pub fn apply_snapshot(&mut self, key: FactKey, balance: i64, delta: Delta) -> Result<(), StoreError> {
        let FactKey { account, at, seq } = key;
        self.check_fits(account, balance)?;
        self.close_gap(account)?;
        self.touched.insert(account);
        self.totals.add_fact(account, at, 1);
        let has_lots = self.state(account)?.has_lots();
        let advances = match has_lots {
            true => self.prepare_lots(key, delta)?,
            false => self.state(account)?.can_advance(key, delta),
        };
        // A replay finds out what the snapshot shows.
        let is_open = has_lots && !advances;
        let state = self.state(account)?;
        let (expected, is_first) = if is_open {
            (balance, false)
        } else if advances {
            (state.row.balance, state.row.seen_at.is_none())
        } else {
            state.invalidate(delta);
            let is_first = self.snapshot_before(key)?.is_none();
            (self.store.balance_before(account, at, seq)?, is_first)
        };
        let unexplained = balance.checked_sub(expected).ok_or_else(|| self.too_large(account))?;
        self.totals.add_unexplained(account, at, unexplained, is_first);
        self.check_totals()?;
        if is_open {
            self.replay_from(key, delta)?;
        } else if advances {
            let step = LotEvent::Adjust(unexplained);
            match &mut self.state(account)?.lots {
                Some(walk) if has_lots => walk.step(at, step),
                _ if unexplained != 0 => self.step_bills(key, step)?,
                _ => {}
            }
            self.advance(key, unexplained)?;
        } else {
            if is_first && let Some(next) = self.snapshot_after(key)? {
                // What was the first snapshot is one like any other now.
                self.set_first(account, next, false)?;
            }
            self.shift_later(key, unexplained)?;
            self.close_gap(account)?;
        }
        let state = self.state(account)?;
        state.row.seen_at = state.row.seen_at.max(Some(at));
        let sql = "INSERT INTO snapshot_delta (account, at, seq, balance, unexplained, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.store.execute(sql, params![account, at, seq, balance, unexplained, is_first])?;
        self.flush_if_many()
    }

    /// Removes a snapshot that is void now.
    pub fn void_snapshot(&mut self, key: FactKey) -> Result<(), StoreError> {
        let FactKey { account, at, seq } = key;
        self.close_gap(account)?;
        let sql = "DELETE FROM snapshot_delta WHERE account = ?1 AND at = ?2 AND seq = ?3 RETURNING unexplained, first";
        let row: Option<(i64, bool)> =
            self.store.maybe(sql, params![account, at, seq], |row| Ok((sum_at(row, 0)?, row.get(1)?)))?;
        let Some((unexplained, is_first)) = row else { return Ok(()) };
        self.touched.insert(account);
        self.totals.add_fact(account, at, -1);
        self.totals.add_unexplained(account, at, -unexplained, is_first);
        self.check_totals()?;
        if self.state(account)?.has_lots() {
            self.replay_from(key, Delta::Void)?;
            return self.flush_if_many();
        }
        self.state(account)?.invalidate(Delta::Void);
        self.shift_later(key, -unexplained)?;
        if is_first && let Some(next) = self.snapshot_after(key)? {
            self.set_first(account, next, true)?;
        }
        self.flush_if_many()
    }

    /// Returns the state of an account, which is read when it is first needed.
    fn state(&mut self, account: AccountId) -> Result<&mut AccountState, StoreError> {
        let slot = match self.states.entry(account) {
            Slot::Occupied(known) => return Ok(known.into_mut()),
            Slot::Vacant(slot) => slot,
        };
        let sql = "SELECT balance, fact_at, seen_at, dated FROM account_balance WHERE account = ?1";
        let row = self.store.maybe(sql, [account], |row| {
            let (balance, fact_at, seen_at) = (sum_at(row, 0)?, row.get(1)?, row.get(2)?);
            Ok(StoredBalance { balance, fact_at, seen_at, dated: row.get(3)? })
        })?;
        let has_facts = row.is_some();
        Ok(slot.insert(AccountState { row: row.unwrap_or_default(), has_facts, ..AccountState::default() }))
    }

    /// Returns the balance of an account without what has expired by `now`.
    pub fn balance_left(&mut self, account: AccountId, now: LocalDateTime) -> Result<i64, StoreError> {
        let pending = self.store.expiries(None, Some(now), Expiries::Pending)?.into_iter();
        let expired: i64 = pending.filter(|(id, ..)| *id == account).map(|(_, _, amount)| amount).sum();
        Ok(self.state(account)?.row.balance - expired)
    }

    /// Moves the present balance by a fact.
    fn advance(&mut self, key: FactKey, change: i64) -> Result<(), StoreError> {
        let fits = self.state(key.account)?.advance(key, change);
        if fits { Ok(()) } else { Err(self.too_large(key.account)) }
    }

    /// Moves the balance from a late fact on: the next snapshot explains that much more or less, or
    /// else the present balance moves.
    fn shift_later(&mut self, key: FactKey, change: i64) -> Result<(), StoreError> {
        let account = key.account;
        if change == 0 {
            return self.advance(key, 0);
        }
        let gap = match self.state(account)?.gap.filter(|gap| gap.contains(key)) {
            Some(gap) => gap,
            None => {
                self.close_gap(account)?;
                let after = self.snapshot_before(key)?.unwrap_or((LocalDateTime(i64::MIN), i64::MIN));
                SnapshotGap { after, next: self.snapshot_after(key)?, explained: 0 }
            }
        };
        self.advance(key, if gap.next.is_none() { change } else { 0 })?;
        let explained = gap.explained.checked_add(change).ok_or_else(|| self.too_large(account))?;
        self.state(account)?.gap = Some(SnapshotGap { explained, ..gap });
        if let Some(next) = gap.next {
            self.totals.add_unexplained(account, next.at, -change, next.is_first);
        }
        self.check_totals()
    }

    /// Writes what late facts explained of the snapshot after them.
    fn close_gap(&mut self, account: AccountId) -> Result<(), StoreError> {
        let gap = self.state(account)?.gap.take();
        self.write_gap(account, gap)
    }

    fn write_gap(&self, account: AccountId, gap: Option<SnapshotGap>) -> Result<(), StoreError> {
        let Some(SnapshotGap { next: Some(next), explained, .. }) = gap else { return Ok(()) };
        if explained == 0 {
            return Ok(());
        }
        let sql = "UPDATE snapshot_delta SET unexplained = unexplained - ?4 WHERE account = ?1 AND at = ?2 AND seq = ?3";
        self.store.execute(sql, params![account, next.at, next.seq, explained]).map(|_| ())
    }

    /// Returns moment and number of the last snapshot that counts before a fact.
    fn snapshot_before(&self, key: FactKey) -> Result<Option<(LocalDateTime, i64)>, StoreError> {
        let sql = "SELECT at, seq FROM snapshot_delta WHERE account = ?1 AND (at, seq) < (?2, ?3)
                   ORDER BY at DESC, seq DESC LIMIT 1";
        self.store.maybe(sql, params![key.account, key.at, key.seq], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Returns the next snapshot that counts after a fact.
    fn snapshot_after(&self, key: FactKey) -> Result<Option<NextSnapshot>, StoreError> {
        let sql = "SELECT at, seq, first FROM snapshot_delta WHERE account = ?1 AND (at, seq) > (?2, ?3)
                   ORDER BY at, seq LIMIT 1";
        self.store.maybe(sql, params![key.account, key.at, key.seq], |row| {
            Ok(NextSnapshot { at: row.get(0)?, seq: row.get(1)?, is_first: row.get(2)? })
        })
    }

    /// Notes that a snapshot is the first of its account, or is no longer.
    fn set_first(
        &mut self,
        account: AccountId,
        next: NextSnapshot,
        is_first: bool,
    ) -> Result<(), StoreError> {
        let NextSnapshot { at, seq, .. } = next;
        self.close_gap(account)?;
        let sql = "UPDATE snapshot_delta SET first = ?4 WHERE account = ?1 AND at = ?2 AND seq = ?3 RETURNING unexplained";
        let unexplained = self.store.maybe(sql, params![account, at, seq, is_first], |row| sum_at(row, 0))?;
        let amount = unexplained.unwrap_or(0) * if is_first { 1 } else { -1 };
        self.totals.add_flow(Flow { account, measure: FlowKind::FirstSeen, amount }, at);
        self.check_totals()
    }

    fn check_totals(&self) -> Result<(), StoreError> {
        self.totals.overflow.map_or(Ok(()), |account| Err(self.too_large(account)))
    }

    /// Checks that the sum of all amounts of the ledger, the new one included, stays in its bounds.
    fn check_fits(&self, account: AccountId, amount: i64) -> Result<(), StoreError> {
        if !self.reads_entries_for(amount) || self.store.moved()? <= i128::from(AMOUNT_MAX) {
            return Ok(());
        }
        Err(self.too_large(account))
    }

    fn too_large(&self, account: AccountId) -> StoreError {
        let name = self.accounts.get(&account).map(|a| a.name.clone()).unwrap_or_default();
        RuleViolation::BalanceTooLarge { account: name }.into()
    }

    /// Applies a fact to the bills of a carrier, while the balance is still the one before it.
    fn step_bills(&mut self, key: FactKey, step: LotEvent) -> Result<(), StoreError> {
        let account = key.account;
        let is_carrier = self.is_carrier(account);
        let state = self.state(account)?;
        if state.recompute != Recompute::Nothing || !is_carrier {
            return Ok(());
        }
        if state.bills.is_none() {
            let balance = state.row.balance;
            let mut bills = self.written_bills(account)?;
            bills.credit = bills.open.values().sum::<i64>() + balance;
            self.state(account)?.bills = Some((bills.clone(), bills));
        }
        if let Some((_, now)) = &mut self.state(account)?.bills {
            step_bills(now, key.at, step);
        }
        Ok(())
    }

    /// Returns the bills in the table.
    fn written_bills(&self, account: AccountId) -> Result<Bills, StoreError> {
        let sql = "SELECT month, amount FROM bill WHERE account = ?1";
        let rows = self.store.all(sql, [account], |row| Ok((row.get(0)?, sum_at(row, 1)?)))?;
        Ok(Bills { open: rows.into_iter().collect(), credit: 0 })
    }

    /// Writes balances and totals, after recomputing accounts that need it. All entries must be
    /// written before.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        let mut states = std::mem::take(&mut self.states);
        if states.values().any(|state| state.replay.is_some()) {
            // A replay starts with the balance that the totals add up to.
            self.flush_totals()?;
        }
        for (account, state) in &mut states {
            self.write_gap(*account, state.gap.take())?;
            if state.recompute != Recompute::Nothing {
                self.recompute(*account, state)?;
            }
            if let Some(replay) = state.replay.take() {
                self.replay(*account, state, replay)?;
            }
            self.write_state(*account, state)?;
        }
        self.states = states;
        self.flush_totals()
    }

    fn flush_totals(&mut self) -> Result<(), StoreError> {
        self.check_totals()?;
        self.totals.write(&self.store.db).map_err(|e| self.store.fail(e))
    }

    fn flush_if_many(&mut self) -> Result<(), StoreError> {
        if self.totals.are_many() { self.flush_totals() } else { Ok(()) }
    }

    /// Finds an account's last fact and, of a carrier, computes the bills from all its facts.
    fn recompute(&self, account: AccountId, state: &mut AccountState) -> Result<(), StoreError> {
        if self.is_carrier(account) {
            let now = self.store.bills_by_facts(account, LocalDateTime(i64::MAX))?;
            let written = match state.bills.take() {
                Some((written, _)) => written,
                None => self.written_bills(account)?,
            };
            state.bills = Some((written, now));
        }
        if state.recompute == Recompute::All {
            let last = self.store.last_fact(account)?;
            state.has_facts = last.is_some();
            (state.row.fact_at, state.row.seen_at) = last.unwrap_or((LocalDateTime(i64::MIN), None));
        }
        (state.recompute, state.changed) = (Recompute::Nothing, true);
        Ok(())
    }

    fn write_state(&self, account: AccountId, state: &mut AccountState) -> Result<(), StoreError> {
        if !std::mem::take(&mut state.changed) {
            return Ok(());
        }
        if state.has_facts {
            let sql = "INSERT INTO account_balance (account, balance, fact_at, seen_at, dated)
                       VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account)
                       DO UPDATE SET balance = excluded.balance, fact_at = excluded.fact_at,
                                     seen_at = excluded.seen_at, dated = excluded.dated";
            let StoredBalance { balance, fact_at, seen_at, dated } = state.row;
            self.store.execute(sql, params![account, balance, fact_at, seen_at, dated])?;
        } else {
            self.store.execute("DELETE FROM account_balance WHERE account = ?1", [account])?;
        }
        if let Some(walk) = &mut state.lots {
            self.write_lots(account, std::mem::take(&mut walk.changes))?;
        }
        let Some((written, now)) = &mut state.bills else { return Ok(()) };
        for gone in written.open.keys().filter(|month| !now.open.contains_key(month)) {
            let sql = "DELETE FROM bill WHERE account = ?1 AND month = ?2";
            self.store.execute(sql, params![account, gone])?;
        }
        for (month, amount) in
            now.open.iter().filter(|(month, amount)| written.open.get(month) != Some(amount))
        {
            let sql = "INSERT OR REPLACE INTO bill (account, month, amount) VALUES (?1, ?2, ?3)";
            self.store.execute(sql, params![account, month, amount])?;
        }
        *written = now.clone();
        Ok(())
    }

    /// Deletes the rows of an account that no longer exists.
    pub fn remove_account(&mut self, account: AccountId) -> Result<(), StoreError> {
        self.states.remove(&account);
        self.touched.remove(&account);
        for table in ["account_balance", "lot", "bill"] {
            self.store.execute(&format!("DELETE FROM {table} WHERE account = ?1"), [account])?;
        }
        Ok(())
    }
}

impl AccountState {
    /// Moves the balance by a fact; returns whether it fits in 64 bits.
    fn advance(&mut self, key: FactKey, change: i64) -> bool {
        (self.changed, self.has_facts) = (true, true);
        self.row.fact_at = self.row.fact_at.max(key.at);
        let balance = self.row.balance.checked_add(change);
        self.row.balance = balance.unwrap_or(self.row.balance);
        balance.is_some()
    }

    /// Returns whether the account has points of a known expiry, or had some before this change.
    fn has_lots(&self) -> bool {
        self.row.dated > 0 || self.replay.is_some()
    }

    /// Returns whether a fact is the last of its account.
    fn can_advance(&self, key: FactKey, delta: Delta) -> bool {
        delta == Delta::Insert && self.recompute != Recompute::All && key.at >= self.row.fact_at
    }

    /// Notes what must be recomputed after a fact that is not the last.
    fn invalidate(&mut self, delta: Delta) {
        if delta != Delta::Insert {
            self.recompute = Recompute::All;
        } else if self.recompute == Recompute::Nothing {
            self.recompute = Recompute::Bills;
        }
    }
}
