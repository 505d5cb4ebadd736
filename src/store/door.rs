//! The one door through which the ledger is written.

mod record;

use super::tally::{Counted, Place, Tally};
use super::{Applied, Change, Expiries, Fact, Refusal, Store, StoreError, checksum};
use crate::ledger::{Account, AccountId, Id, RuleBroken, Stamp, name};
use crate::money::{Rate, Unit};
use crate::period::{Day, Moment};
use record::{Insert, KnownDay, Waiting};
use rusqlite::{OptionalExtension, ToSql, params, params_from_iter};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// No ledger ever comes this far: what has a higher number is damage.
const SEQ_MAX: i64 = 1 << 62;
/// So many words are remembered at most.
const LABELS_MAX: usize = 4096;
/// But no longer ones.
const LABEL_LONG: usize = 1024;

/// The state of one pass through the door.
pub(super) struct Pass<'s> {
    pub(super) store: &'s Store,
    /// The next number in the order of recording.
    seq: i64,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) units: BTreeMap<Unit, i64>,
    pub(super) touched: BTreeSet<AccountId>,
    pub(super) tally: Tally,
    /// The numbers of words that were looked up.
    labels: foldhash::HashMap<SmolStr, i64>,
    /// The entries of the day that was asked for last.
    known: KnownDay,
    /// Entries that are still to be written.
    waiting: Option<Waiting>,
    /// The statements with which an import writes them: several at once, and one.
    insert_entries: Option<Insert<'s>>,
    insert_entry: Option<Insert<'s>>,
    /// The one with which an entry is written that may be there.
    insert_if_new: Option<Insert<'s>>,
    /// Whether the change that was asked for last counts.
    counting: Option<(i64, bool)>,
    /// The change that was last looked up as one that an edit voided, and whether it is one.
    edited: Option<(i64, bool)>,
    /// Facts of another ledger come in: what two ledgers did at the same time is brought together.
    /// A name may be taken for a while, and a closed account may get facts and stay closed.
    pub(super) merging: bool,
}

impl Store {
    /// Writes one change within the transaction. What is read afterwards shows it; [`Store::keep`]
    /// makes it lasting, and without that nobody else will ever see it.
    pub fn apply(&self, change: &Change) -> Result<Applied, StoreError> {
        let mut pass = Pass::new(self)?;
        let change_seq = pass.change(change.id, change.at, change.command, None)?;
        pass.facts(&change.facts, change_seq, change.at)?;
        pass.settle()?;
        Ok(Applied { accounts: pass.touched.into_iter().collect() })
    }

    /// Returns a change whose edits of accounts are later than every version of those accounts, also
    /// where the clock is behind or the latest version is of the same second.
    pub fn in_order(&self, mut change: Change) -> Result<Change, StoreError> {
        for fact in &change.facts {
            if let Fact::Edit(account) = fact
                && let Some((latest, _)) = self.current_version(account.id)?
            {
                let stamp = Stamp { at: change.at, change: change.id }.after(latest);
                (change.at, change.id) = (stamp.at, stamp.change);
            }
        }
        Ok(change)
    }

    /// The highest number that anything recorded has.
    fn last_seq(&self) -> Result<i64, StoreError> {
        let sql = "SELECT max(ifnull((SELECT max(seq) FROM change), 0), ifnull((SELECT max(seq) FROM entry), 0),
                          ifnull((SELECT max(seq) FROM snapshot), 0), ifnull((SELECT max(seq) FROM void), 0),
                          ifnull((SELECT max(seq) FROM unit), 0), ifnull((SELECT max(seq) FROM account_version), 0),
                          ifnull((SELECT max(seq) FROM rate), 0), ifnull((SELECT max(id) FROM account), 0))";
        self.number(sql).map_err(|e| self.fail(e))
    }

    fn unit_numbers(&self) -> Result<BTreeMap<Unit, i64>, StoreError> {
        Ok(self.live_units()?.into_iter().map(|(seq, unit)| (unit, seq)).collect())
    }
}

impl<'s> Pass<'s> {
    /// Writes the facts of a change, and those of the changes within it.
    fn facts(&mut self, facts: &[Fact], change: i64, at: Moment) -> Result<(), StoreError> {
        for fact in facts {
            match fact {
                Fact::Unit(unit) => {
                    self.unit(unit, change)?;
                }
                Fact::Open(account) => {
                    self.open(account, change)?;
                }
                Fact::Edit(account) => self.edit(account, change)?,
                Fact::Entry(entry) => self.record_entry(entry.clone(), change)?,
                Fact::Snapshot(snapshot) => self.record_snapshot(snapshot, change)?,
                Fact::Rate { unit, rate, of, day } => self.rate(unit, *rate, of, *day, change)?,
                Fact::Void(id) => {
                    let ids = self.with_what_is_within(*id)?;
                    self.void(&ids, change)?;
                }
                Fact::Part { id, command, facts } => {
                    let part = self.change(*id, at, command, Some(change))?;
                    self.facts(facts, part, at)?;
                }
            }
        }
        Ok(())
    }

    /// A pass that begins after the last fact of the ledger.
    pub(super) fn new(store: &'s Store) -> Result<Pass<'s>, StoreError> {
        debug_assert!(store.writing, "only a store opened for writing has the lock");
        let too_far =
            || StoreError::Damaged(store.path.clone(), "the numbers of its facts are used up".into());
        Ok(Pass {
            store,
            seq: store.last_seq()?.checked_add(1).filter(|seq| *seq <= SEQ_MAX).ok_or_else(too_far)?,
            accounts: store.accounts()?.into_iter().map(|a| (a.id, a)).collect(),
            units: store.unit_numbers()?,
            touched: BTreeSet::new(),
            tally: Tally::default(),
            labels: HashMap::default(),
            known: KnownDay::default(),
            waiting: None,
            insert_entries: None,
            insert_entry: None,
            insert_if_new: None,
            counting: None,
            edited: None,
            merging: false,
        })
    }

    /// Begins a change, on its own or within an import; the facts that follow are its own.
    pub(super) fn change(
        &mut self,
        id: Id,
        at: Moment,
        command: &str,
        within: Option<i64>,
    ) -> Result<i64, StoreError> {
        let seq = self.next_seq();
        let sql =
            "INSERT INTO change (seq, id, at, command, within, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.insert_fact(sql, params![seq, id.0, at.0, command, within])?;
        Ok(seq)
    }

    pub(super) fn rate(
        &mut self,
        unit: &Unit,
        rate: Rate,
        of: &Unit,
        day: Day,
        change: i64,
    ) -> Result<(), StoreError> {
        let (unit, of) = (self.unit(unit, change)?, self.unit(of, change)?);
        let sql = "INSERT INTO rate (seq, change, unit, value, of, day, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let seq = self.next_seq();
        self.insert_fact(sql, params![seq, change, unit, rate.to_string(), of, day.0])
    }

    /// The number that comes next in the order of recording.
    pub(super) fn next(&self) -> i64 {
        self.seq
    }

    fn next_seq(&mut self) -> i64 {
        self.seq += 1;
        self.seq - 1
    }

    pub(super) fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, StoreError> {
        let mut statement = self.store.db.prepare_cached(sql).map_err(|e| self.store.fail(e))?;
        statement.execute(values).map_err(|e| self.store.fail(e))
    }

    /// Inserts a row of a fact. The values are those of all columns but the checksum, in the order in
    /// which the table has them; the statement takes the checksum after them.
    pub(super) fn insert_fact(&self, sql: &str, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        let checksum = checksum::of_written(values).map_err(|e| self.store.fail(e))?;
        let values = values.iter().copied().chain([&checksum as &dyn ToSql]);
        self.execute(sql, params_from_iter(values)).map(|_| ())
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.store.db.prepare_cached(sql).map_err(|e| self.store.fail(e))?;
        statement.query_row(values, read).optional().map_err(|e| self.store.fail(e))
    }

    /// The number of a unit, which comes into use where it was not.
    pub(super) fn unit(&mut self, unit: &Unit, change: i64) -> Result<i64, StoreError> {
        if let Some(seq) = self.units.get(unit) {
            return Ok(*seq);
        }
        if let Some(other) = self.units.keys().find(|u| u.code == unit.code) {
            return Err(Refusal::UnitDiffers { unit: other.clone(), wanted: unit.decimals }.into());
        }
        let seq = self.next_seq();
        let sql = "INSERT INTO unit (seq, change, code, decimals, checksum) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.insert_fact(sql, params![seq, change, &*unit.code, unit.decimals])?;
        self.units.insert(unit.clone(), seq);
        Ok(seq)
    }

    /// The number of a word, which is noted where it was not.
    fn label(&mut self, text: Option<&str>) -> Result<Option<i64>, StoreError> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
        if let Some(id) = self.labels.get(text) {
            return Ok(Some(*id));
        }
        let id = match self.one("SELECT id FROM label WHERE text = ?1", [text], |row| row.get(0))? {
            Some(id) => id,
            None => self.new_label(text)?,
        };
        if text.len() <= LABEL_LONG {
            if self.labels.len() >= LABELS_MAX {
                self.labels.clear();
            }
            self.labels.insert(text.into(), id);
        }
        Ok(Some(id))
    }

    fn new_label(&self, text: &str) -> Result<i64, StoreError> {
        let last: i64 = self.one("SELECT ifnull(max(id), 0) FROM label", [], |row| row.get(0))?.unwrap_or(0);
        let id = last + 1;
        self.insert_fact("INSERT INTO label (id, text, checksum) VALUES (?1, ?2, ?3)", &[&id, &text])?;
        Ok(id)
    }

    pub(super) fn open(&mut self, account: &Account, change: i64) -> Result<AccountId, StoreError> {
        self.check_name(account)?;
        let id = self.next_seq();
        self.insert_fact(
            "INSERT INTO account (id, change, checksum) VALUES (?1, ?2, ?3)",
            params![id, change],
        )?;
        let account = Account { id: AccountId(id), ..account.clone() };
        self.version(&account, change)?;
        Ok(account.id)
    }

    pub(super) fn edit(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        self.check_name(account)?;
        // Whether the account is in use is read from what is written.
        self.settle()?;
        let before = self.account(account.id)?;
        self.check_nature(&before, account)?;
        if account.closed && !before.closed {
            let sql = "SELECT at FROM change WHERE seq = ?1";
            let now = Moment(self.one(sql, [change], |row| row.get(0))?.unwrap_or(i64::MAX));
            let balance = self.balance_left(account.id, now)?;
            if balance != 0 {
                let balance = account.unit.money(account.shown(balance));
                return Err(Refusal::BalanceNotZero { account: account.name.clone(), balance }.into());
            }
        }
        self.version(account, change)
    }

    /// Returns the balance of an account without what has expired by `now`.
    pub(super) fn balance_left(&mut self, account: AccountId, now: Moment) -> Result<i64, StoreError> {
        let pending = self.store.expiries(None, Some(now), Expiries::Pending)?.into_iter();
        let expired: i64 = pending.filter(|(id, ..)| *id == account).map(|(_, _, amount)| amount).sum();
        Ok(self.balance(account)? - expired)
    }

    /// Adds a version of an account that another ledger made. It holds only if it is the latest.
    pub(super) fn merge_version(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        self.settle()?;
        let before = self.account(account.id)?;
        self.version(account, change)?;
        self.check_nature(&before, &self.account(account.id)?)
    }

    /// Refuses another unit, and becoming or ceasing to be a carrier, of an account with facts.
    fn check_nature(&self, before: &Account, after: &Account) -> Result<(), StoreError> {
        if before.unit == after.unit && before.is_carrier() == after.is_carrier() {
            return Ok(());
        }
        let in_use = self.one("SELECT 1 FROM standing WHERE account = ?1", [after.id.0], |_| Ok(()))?;
        in_use.map_or(Ok(()), |()| Err(Refusal::AccountInUse(before.name.clone()).into()))
    }

    fn version(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        let unit = self.unit(&account.unit, change)?;
        let seq = self.next_seq();
        let sql =
            "INSERT INTO account_version (seq, account, change, name, platform, kind, unit, limit_amount,
                       bill_day, note, closed, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let kind = account.kind.word();
        self.insert_fact(
            sql,
            params![
                seq,
                account.id.0,
                change,
                account.name,
                account.platform,
                kind,
                unit,
                account.limit,
                account.bill_day,
                account.note,
                account.closed
            ],
        )?;
        self.touched.insert(account.id);
        if let Some((_, current)) = self.store.current_version(account.id)? {
            self.accounts.insert(account.id, current);
        }
        Ok(())
    }

    /// Returns two accounts of one name, where a merge left such.
    pub(super) fn of_one_name(&self) -> Option<(&Account, &Account)> {
        let mut names = HashMap::new();
        self.accounts.values().find_map(|account| {
            names.insert(name::folded(&account.name), account).map(|other| (other, account))
        })
    }

    fn check_name(&self, account: &Account) -> Result<(), StoreError> {
        if self.merging {
            return Ok(());
        }
        let wanted = name::folded(&account.name);
        let taken = |a: &&Account| a.id != account.id && name::folded(&a.name) == wanted;
        match self.accounts.values().find(taken) {
            Some(other) => Err(Refusal::NameTaken(other.name.clone()).into()),
            None => Ok(()),
        }
    }

    /// Is the account one of a phone bill?
    pub(super) fn is_carrier(&self, id: AccountId) -> bool {
        self.accounts.get(&id).is_some_and(Account::is_carrier)
    }

    pub(super) fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        let missing = || StoreError::Damaged(self.store.path.clone(), format!("no account {}", id.0));
        self.accounts.get(&id).cloned().ok_or_else(missing)
    }

    /// Does a change count?
    pub(super) fn counts(&mut self, change: i64) -> Result<bool, StoreError> {
        if let Some((_, counts)) = self.counting.filter(|(known, _)| *known == change) {
            return Ok(counts);
        }
        let sql = "SELECT 1 FROM voided WHERE change = ?1";
        let counts = self.one(sql, [change], |_| Ok(()))?.is_none();
        self.counting = Some((change, counts));
        Ok(counts)
    }

    /// Returns whether a change counts, or was voided by an edit that counts: its records live on in
    /// that, so a file that still has them brings nothing new.
    pub(super) fn counts_or_was_edited(&mut self, change: i64) -> Result<bool, StoreError> {
        if self.counts(change)? {
            return Ok(true);
        }
        if let Some((_, was_edited)) = self.edited.filter(|(known, _)| *known == change) {
            return Ok(was_edited);
        }
        let sql = "SELECT 1 FROM void v JOIN change c ON c.seq = v.change
                   WHERE v.of = ?1 AND c.command = 'edit' AND c.seq NOT IN (SELECT change FROM voided)";
        let was_edited = self.one(sql, [change], |_| Ok(()))?.is_some();
        self.edited = Some((change, was_edited));
        Ok(was_edited)
    }

    /// A change and, where it is an import or an edit, what within it counts. The undo within an edit is
    /// taken back with it; that within an import stays, for what it undid came with the import.
    fn with_what_is_within(&self, id: Id) -> Result<Vec<Id>, StoreError> {
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT c.seq FROM change c JOIN change g ON g.seq = c.within WHERE g.id = ?1
                     UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
                   SELECT c.id FROM part p JOIN change c ON c.seq = p.seq
                   WHERE c.seq NOT IN (SELECT change FROM voided)
                     AND (c.seq NOT IN (SELECT change FROM void)
                          OR (SELECT g.command FROM change g WHERE g.seq = c.within) = 'edit')
                   ORDER BY c.seq";
        let parts: Vec<i64> = self.store.all(sql, [id.0], |row| row.get(0))?;
        Ok(std::iter::once(id).chain(parts.into_iter().map(Id)).collect())
    }

    /// Voids changes together: their facts no longer count. Where one is an undo, what it voided
    /// counts again.
    pub(super) fn void(&mut self, ids: &[Id], change: i64) -> Result<(), StoreError> {
        let (mut out, mut back) = (Vec::new(), Vec::new());
        (self.counting, self.edited) = (None, None);
        for id in ids {
            let sql = "SELECT seq FROM change WHERE id = ?1";
            let target: Option<i64> = self.one(sql, [id.0], |row| row.get(0))?;
            let target = target.ok_or_else(|| Refusal::UnknownChange(id.to_string()))?;
            if self.one("SELECT 1 FROM voided WHERE change = ?1", [target], |_| Ok(()))?.is_some() {
                return Err(Refusal::AlreadyUndone(*id).into());
            }
            let sql = "SELECT of FROM void WHERE change = ?1 ORDER BY seq";
            let undone: Vec<i64> = self.store.all(sql, [target], |row| row.get(0))?;
            let sql = "SELECT 1 FROM void v JOIN void w ON w.change = v.of JOIN change o ON o.seq = v.of
                       WHERE v.change = ?1 AND o.command <> 'edit' LIMIT 1";
            if self.one(sql, [target], |_| Ok(()))?.is_some() {
                return Err(Refusal::UndoOfUndo(*id).into());
            }
            let seq = self.next_seq();
            let sql = "INSERT INTO void (seq, change, of, checksum) VALUES (?1, ?2, ?3, ?4)";
            self.insert_fact(sql, params![seq, change, target])?;
            self.execute("INSERT INTO voided (change) VALUES (?1)", [target])?;
            for original in &undone {
                self.execute("DELETE FROM voided WHERE change = ?1", [original])?;
                // An edit that counts again takes back anew what it replaced.
                let sql = "SELECT of FROM void WHERE change = ?1 AND of NOT IN (SELECT change FROM voided)";
                for replaced in self.store.all(sql, [*original], |row| row.get::<_, i64>(0))? {
                    self.execute("INSERT INTO voided (change) VALUES (?1)", [replaced])?;
                    out.push(replaced);
                }
            }
            if undone.is_empty() {
                out.push(target);
            }
            back.extend(undone);
        }
        for (changes, counted) in [(out, false), (back, true)] {
            if !changes.is_empty() {
                self.set_counted(&changes, counted)?;
            }
        }
        Ok(())
    }

    /// Counts all facts of some changes in or out, together: entries first, so that a snapshot
    /// meets the balance that all of them make.
    fn set_counted(&mut self, changes: &[i64], counted: bool) -> Result<(), StoreError> {
        let before: Vec<Account> = self.accounts.values().cloned().collect();
        self.accounts = self.store.accounts()?.into_iter().map(|a| (a.id, a)).collect();
        let used = std::mem::replace(&mut self.units, self.store.unit_numbers()?);
        // A unit that came into use meanwhile with other decimals keeps its code.
        for unit in used.keys() {
            let other = self.units.keys().find(|u| u.code == unit.code && u.decimals != unit.decimals);
            if let Some(other) = other {
                let wanted = other.decimals;
                return Err(Refusal::UnitDiffers { unit: unit.clone(), wanted }.into());
            }
        }
        for account in self.accounts.values() {
            self.check_name(account)?;
            if !self.units.contains_key(&account.unit) {
                return Err(Refusal::StillNeeded { account: account.name.clone() }.into());
            }
            if let Some(old) = before.iter().find(|a| a.id == account.id)
                && old != account
            {
                self.touched.insert(account.id);
                let in_use =
                    self.one("SELECT 1 FROM standing WHERE account = ?1", [account.id.0], |_| Ok(()))?;
                if in_use.is_some() && (old.unit != account.unit || old.is_carrier() != account.is_carrier())
                {
                    return Err(Refusal::AccountInUse(account.name.clone()).into());
                }
            }
        }
        let how = if counted { Counted::Again } else { Counted::Out };
        for change in changes {
            for (seq, entry, labels) in self.store.entries_of(*change)? {
                for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
                    self.check_open(account, &before)?;
                    if counted {
                        self.check_same_nature(account, seq)?;
                    }
                }
                self.count_entry(&entry, labels, seq, how)?;
            }
        }
        for change in changes {
            for (seq, snapshot) in self.store.snapshots_of(*change)? {
                self.check_open(snapshot.account, &before)?;
                let place = Place { account: snapshot.account, at: snapshot.at, seq };
                if counted {
                    self.check_same_nature(snapshot.account, seq)?;
                    self.count_snapshot(place, snapshot.balance, how)?;
                } else {
                    self.uncount_snapshot(place)?;
                }
            }
        }
        // An account that this change opened must not have facts of other changes.
        let gone: Vec<&Account> = before.iter().filter(|a| !self.accounts.contains_key(&a.id)).collect();
        if !gone.is_empty() {
            // What expired of its points goes with its last fact.
            self.settle()?;
        }
        for account in gone {
            let facts =
                self.one("SELECT 1 FROM total WHERE account = ?1 LIMIT 1", [account.id.0], |_| Ok(()))?;
            if facts.is_some() {
                return Err(Refusal::StillNeeded { account: account.name.clone() }.into());
            }
            self.forget(account.id)?;
        }
        Ok(())
    }

    /// A fact counts only on an account of the unit, and of the nature, that it was recorded in.
    fn check_same_nature(&self, account: AccountId, seq: i64) -> Result<(), StoreError> {
        let sql = "SELECT v.unit, v.kind = 'carrier' FROM account_version v JOIN change c ON c.seq = v.change
                   WHERE v.account = ?1 AND v.seq < ?2 AND v.change NOT IN (SELECT change FROM voided)
                   ORDER BY c.at DESC, c.id DESC, v.seq DESC LIMIT 1";
        let nature = |before: i64| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?));
            self.one(sql, params![account.0, before], row)
        };
        if nature(seq)? == nature(i64::MAX)? {
            return Ok(());
        }
        Err(Refusal::AccountChanged(self.account(account)?.name).into())
    }

    fn check_open(&self, account: AccountId, before: &[Account]) -> Result<(), StoreError> {
        match self.accounts.get(&account) {
            // What closes or opens the account itself may bring its facts along.
            Some(known)
                if known.closed && !self.merging && before.iter().any(|a| a.id == account && a.closed) =>
            {
                Err(RuleBroken::AccountClosed { account: known.name.clone() }.into())
            }
            Some(_) => Ok(()),
            None if before.iter().any(|a| a.id == account) => Ok(()),
            None => Err(Refusal::StillNeeded { account: String::new() }.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_as_long_as_a_line_is_noted_once_and_not_held_in_memory() -> Result<(), StoreError> {
        let store = Store::in_memory()?;
        let mut pass = Pass::new(&store)?;
        let words = ["x".repeat(1 << 20), "coffee".to_string()];
        let ids = words.each_ref().map(|word| pass.label(Some(word)).ok().flatten());
        assert_eq!(words.each_ref().map(|word| pass.label(Some(word)).ok().flatten()), ids);
        assert!(ids.iter().all(Option::is_some) && ids[0] != ids[1]);
        assert!(pass.labels.keys().eq(["coffee"]));
        Ok(())
    }
}
