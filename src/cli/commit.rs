//! Commits one change: decides under the write lock, applies, warns, and tells the new balances.

use super::context::{Context, LedgerView};
use super::error::{CommandError, Done};
use super::{Note, record};
use crate::ledger::{Account, AccountBalance, AccountId, Entry, Expires};
use crate::messages::record::Because;
use crate::messages::warning::BalanceTime;
use crate::messages::{Notice, Warning};
use crate::period::LocalDateTime;
use crate::store::{Applied, Change, Fact, HistoryFact, HistoryRow, Store, StoreError};
use crate::view::change::{BalanceAfter, ChangeSummary};
use std::collections::HashMap;

/// A date that lies this many days before the first record is doubtful.
const LONG_AGO_DAYS: i32 = 2 * 365;

/// What a command recorded.
pub struct Committed<T> {
    /// The change with its records and the new balances.
    pub summary: ChangeSummary,
    /// The warnings about it.
    pub notes: Vec<Note>,
    /// What `decide` returned beside the facts.
    pub value: T,
}

impl Context {
    /// Records the facts that `decide` returns as one change; see [`Context::commit`].
    pub fn record(
        &self,
        command: &'static str,
        dry_run: bool,
        mut decide: impl FnMut(&LedgerView<'_>) -> Result<Vec<Fact>, CommandError>,
    ) -> Result<(ChangeSummary, Vec<Note>), CommandError> {
        let committed = self.commit(command, dry_run, |ledger| Ok((decide(ledger)?, ())))?;
        Ok((committed.summary, committed.notes))
    }

    /// Records one change.
    ///
    /// `decide` sees the ledger under its write lock and returns the facts to add, with a value for the
    /// caller. It runs again where another process creates the ledger at the same moment. A dry run
    /// does the same on a copy of the ledger.
    pub fn commit<T>(
        &self,
        command: &'static str,
        dry_run: bool,
        mut decide: impl FnMut(&LedgerView<'_>) -> Result<(Vec<Fact>, T), CommandError>,
    ) -> Result<Committed<T>, CommandError> {
        loop {
            let store = match dry_run {
                true => Store::trial(self.ledger_path(), self.wait())?,
                false => Store::write(self.ledger_path(), self.wait())?,
            };
            let before = LedgerView { accounts: store.accounts()?, store: &store };
            let last_recorded = store.last_recorded()?;
            let (facts, value) = decide(&before)?;
            if facts.is_empty() {
                let summary = ChangeSummary::new(None, Vec::new(), Vec::new());
                return Ok(Committed { summary, notes: Vec::new(), value });
            }
            let facts = facts.into_iter().map(record::with_stored_texts).collect::<Result<Vec<_>, _>>()?;
            let earlier = self.balances_before(&before, &facts)?;
            let long_ago = self.long_ago(&before, &facts)?;
            let change =
                store.in_order(Change { id: self.new_id(self.now), at: self.now, command, facts })?;
            let applied = store.apply(&change)?;
            let rows = rows(&store, &change)?;
            let adds_only_entries = adds_only_entries(&change);
            let accounts = if adds_only_entries { before.accounts } else { store.accounts()? };
            let after = LedgerView { accounts, store: &store };
            let balances = store.account_balances(self.now)?;
            let mut notes = Vec::new();
            if !is_void(command) {
                notes.extend(self.clock_behind(last_recorded, &rows));
                notes.extend(long_ago);
                notes.extend(self.warnings(&after, &rows, &balances)?.into_iter().map(Note::Warning));
            }
            let reason = |id, balance| match is_void(command) {
                true => Because::Moved,
                false => expired_since(id, &rows, &earlier, balance)
                    .unwrap_or_else(|| self.because(id, &rows, balance)),
            };
            let balances = balances_after(&after, &applied, &balances, reason);
            let mut summary = ChangeSummary::new(Some(change.id), after.lines(&rows)?, balances);
            summary.now = Some(self.now);
            if dry_run {
                summary.change = None;
                notes.push(Note::Done(Notice::NothingWritten));
                return Ok(Committed { summary, notes, value });
            }
            match store.commit_and_exit() {
                Err(StoreError::CreatedMeanwhile(_)) => continue,
                committed => committed?,
            }
            self.set_done(Done::Recorded(change.id));
            notes.extend(self.permission_warnings());
            return Ok(Committed { summary, notes, value });
        }
    }

    /// Warns of a fact that is dated years before all others: the year is probably wrong.
    fn long_ago(&self, book: &LedgerView<'_>, facts: &[Fact]) -> Result<Option<Note>, CommandError> {
        let day = |fact: &Fact| match fact {
            Fact::Entry(entry) => Some(entry.at.day()),
            Fact::Snapshot(snapshot) => Some(snapshot.at.day()),
            _ => None,
        };
        let earliest = facts.iter().filter_map(day).min();
        // What is near today is not looked up.
        let Some(day) = earliest.filter(|day| *day < self.today().add_days(-LONG_AGO_DAYS)) else {
            return Ok(None);
        };
        let first = book.store.first_fact()?.map(LocalDateTime::day);
        let first = first.filter(|first| day < first.add_days(-LONG_AGO_DAYS));
        Ok(first.map(|first| Note::Warning(Warning::DateLongAgo { day, first })))
    }

    /// Returns the present balances of the accounts with points of a known expiry that entries of an
    /// earlier day will move: some of these points may have expired since.
    fn balances_before(
        &self,
        book: &LedgerView<'_>,
        facts: &[Fact],
    ) -> Result<HashMap<AccountId, i64>, CommandError> {
        let is_earlier = |entry: &&Entry| entry.at.day() < self.today();
        let entries = facts.iter().filter_map(|fact| match fact {
            Fact::Entry(entry) => Some(entry),
            _ => None,
        });
        let mut balances = HashMap::new();
        for entry in entries.filter(is_earlier) {
            for id in [entry.from.account, entry.to.account].into_iter().flatten() {
                if entry.expires != Expires::Unknown || book.store.has_dated_points(id)? {
                    balances.insert(id, 0);
                }
            }
        }
        if !balances.is_empty() {
            let present = book.store.account_balances(self.now)?;
            for (id, balance) in &mut balances {
                *balance = present.get(id).map_or(0, |present| present.balance);
            }
        }
        Ok(balances)
    }

    /// Returns why a change did not move the balance of an account, or what else the balance rests on.
    fn because(&self, account: AccountId, rows: &[HistoryRow], balance: AccountBalance) -> Because {
        let of_account = |row: &&HistoryRow| match &row.fact {
            HistoryFact::Entry(e) => [e.from.account, e.to.account].contains(&Some(account)),
            HistoryFact::Snapshot(snapshot, _) => snapshot.account == account,
        };
        let Some(latest) = rows.iter().filter(of_account).map(HistoryRow::at).max() else {
            return Because::Moved;
        };
        match (balance.seen, balance.last_fact) {
            _ if latest > self.now => Because::NotYet,
            (Some(seen), _) if latest < seen => Because::SeenLater(seen),
            (_, Some(last)) if latest < last && last <= self.now => Because::LaterRecords(last),
            _ => Because::Moved,
        }
    }

    /// Warns where the clock is behind the last write, of rows dated now.
    fn clock_behind(&self, recorded_last: Option<LocalDateTime>, rows: &[HistoryRow]) -> Option<Note> {
        let last =
            recorded_last.filter(|last| *last > self.now && rows.iter().any(|row| row.at() == self.now))?;
        Some(Note::Warning(Warning::ClockBehind { now: self.now, last }))
    }

    /// Warns of rows dated in the future, and of accounts that entries take below zero.
    fn warnings(
        &self,
        book: &LedgerView<'_>,
        rows: &[HistoryRow],
        balances: &HashMap<AccountId, AccountBalance>,
    ) -> Result<Vec<Warning>, CommandError> {
        let mut notes = Vec::new();
        let mut warned: Vec<AccountId> = Vec::new();
        for row in rows {
            if row.at() > self.now {
                let from = row.at();
                if !notes.contains(&Warning::FutureDate { from }) {
                    notes.push(Warning::FutureDate { from });
                }
            }
            let HistoryFact::Entry(entry) = &row.fact else { continue };
            let Some(from) = entry.from.account.and_then(|id| book.account(id)) else { continue };
            if from.is_carrier() || warned.contains(&from.id) {
                continue;
            }
            let now = balances.get(&from.id).copied().unwrap_or_default();
            // With nothing after the entry, the present balance is the one it left.
            let is_last = entry.at <= self.now && now.last_fact.is_none_or(|last| last <= entry.at);
            let balance = match is_last || entry.at == self.now {
                true => now.balance,
                false => book.store.account_balances(entry.at)?.get(&from.id).map_or(0, |s| s.balance),
            };
            let below = match balance < 0 {
                true => Some((entry.at, balance)),
                false if is_last => None,
                false => book.store.first_below_zero(from.id, entry.at, balance, false)?,
            };
            if let Some((at, balance)) = below {
                warned.push(from.id);
                notes.push(self.below_zero(from, at, balance));
            }
        }
        Ok(notes)
    }

    /// Warns that an account was, is or will be below zero.
    pub fn below_zero(&self, account: &Account, at: LocalDateTime, balance: i64) -> Warning {
        Warning::NegativeBalance {
            account: account.name.clone(),
            balance: account.unit.money(balance),
            when: match at.cmp(&self.now) {
                std::cmp::Ordering::Equal => BalanceTime::Now,
                std::cmp::Ordering::Less => BalanceTime::Past(at),
                std::cmp::Ordering::Greater => BalanceTime::Future(at),
            },
        }
    }
}

/// Whether a command voids a change and records nothing of its own.
fn is_void(command: &str) -> bool {
    matches!(command, "undo" | "redo")
}

/// Whether every fact of a change is an entry, so that no account changes by it.
fn adds_only_entries(change: &Change) -> bool {
    change.facts.iter().all(|fact| matches!(fact, Fact::Entry(_)))
}

/// Returns the records of a change; of an undo those of the change that it voids.
fn rows(store: &Store, change: &Change) -> Result<Vec<HistoryRow>, CommandError> {
    Ok(match change.facts.as_slice() {
        [Fact::Void(voided)] => {
            store.history_for_change(store.voided_original(*voided)?.unwrap_or(*voided))?
        }
        _ if adds_only_entries(change) => change.rows_of_entries(),
        _ => store.history_for_change(change.id)?,
    })
}

/// Returns the new balances of the accounts that a change touched, each with the reason of it.
fn balances_after(
    ledger: &LedgerView<'_>,
    applied: &Applied,
    balances: &HashMap<AccountId, AccountBalance>,
    reason: impl Fn(AccountId, AccountBalance) -> Because,
) -> Vec<BalanceAfter> {
    let touched = ledger.accounts.iter().filter(|account| applied.accounts.contains(&account.id));
    let after = |account: &Account| {
        let balance = balances.get(&account.id).copied().unwrap_or_default();
        BalanceAfter {
            account: account.name.clone(),
            unit: account.unit.clone(),
            balance: account.unit.money(balance.balance),
            owed: account.is_carrier(),
            because: reason(account.id, balance),
        }
    };
    touched.map(after).collect()
}

/// Returns the reason where points that entries earned or took have expired since, so that the
/// balance moved by less.
fn expired_since(
    account: AccountId,
    rows: &[HistoryRow],
    earlier: &HashMap<AccountId, i64>,
    present: AccountBalance,
) -> Option<Because> {
    let earlier = *earlier.get(&account)?;
    let entries = rows.iter().filter_map(|row| match &row.fact {
        HistoryFact::Entry(entry) => Some(entry),
        HistoryFact::Snapshot(..) => None,
    });
    let mut moved = 0;
    for entry in entries {
        // A later snapshot decides the balance.
        if present.seen.is_some_and(|seen| entry.at < seen) {
            return None;
        }
        moved += if entry.from.account == Some(account) { -entry.from.amount } else { 0 };
        moved += if entry.to.account == Some(account) { entry.to.amount } else { 0 };
    }
    let by = present.balance - earlier;
    (by != moved).then_some(Because::ExpiredSince(by == 0))
}
