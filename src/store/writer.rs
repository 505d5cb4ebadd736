//! Writes changes to the ledger: the only code that modifies it.
//!
//! A [`Writer`] lives for one change, within the transaction of its [`Store`]. It inserts the facts
//! and keeps what follows from them up to date.

mod void;

use super::balances::{Balances, Delta, FactKey};
use super::insert::{EntryInserter, EntryKeys};
use super::sql::{LAST_MOMENT, Labels, snapshot_of};
use super::{Applied, Change, Damage, Fact, Refusal, Store, StoreError, checksum};
use crate::ledger::{Account, AccountId, Entry, Id, RuleViolation, Snapshot, Stamp, name};
use crate::money::{Rate, Unit};
use crate::period::{Day, LocalDateTime};
use rusqlite::{ToSql, params, params_from_iter};
use smol_str::SmolStr;
use std::collections::{BTreeMap, HashMap};

/// Upper bound of the numbers of facts. A larger one means damage.
const SEQ_MAX: i64 = 1 << 62;
/// Maximum number of cached labels.
const CACHED_LABELS_MAX: usize = 4096;
/// Longest label that is cached, in bytes: one can be as long as a line of an import.
const CACHED_LABEL_LEN_MAX: usize = 1024;

/// Writes the facts of one change.
pub(super) struct Writer<'s> {
    pub(super) store: &'s Store,
    /// The next number in the order of recording.
    seq: i64,
    pub(super) units: BTreeMap<Unit, i64>,
    pub(super) balances: Balances<'s>,
    pub(super) entries: EntryInserter<'s>,
    /// The numbers of labels that were looked up.
    labels: foldhash::HashMap<SmolStr, i64>,
    /// The change that was asked for last, and whether it counts.
    counting: Option<(i64, bool)>,
    /// The change that was last looked up as one that an edit voided, and whether it is one.
    edited: Option<(i64, bool)>,
    /// Whether facts of another ledger are merged. Then a name may be taken for a while, and a closed
    /// account may get facts and stay closed.
    pub(super) merging: bool,
}

impl Store {
    /// Writes one change within the transaction. Later queries see it; [`Store::commit`] commits it.
    pub fn apply(&self, change: &Change) -> Result<Applied, StoreError> {
        let mut writer = Writer::new(self)?;
        let seq = writer.change(change.id, change.at, change.command, None)?;
        writer.facts(&change.facts, seq, change.at)?;
        writer.flush()?;
        Ok(Applied { accounts: writer.balances.touched.into_iter().collect() })
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

    /// Returns the highest number of any fact or change.
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

impl<'s> Writer<'s> {
    /// Starts after the last fact of the ledger.
    pub(super) fn new(store: &'s Store) -> Result<Writer<'s>, StoreError> {
        debug_assert!(store.writing, "only a store opened for writing has the lock");
        let too_far = || StoreError::Damaged(store.path.clone(), Damage::NumbersUsedUp.into());
        Ok(Writer {
            store,
            seq: store.last_seq()?.checked_add(1).filter(|seq| *seq <= SEQ_MAX).ok_or_else(too_far)?,
            units: store.unit_numbers()?,
            balances: Balances::new(store)?,
            entries: EntryInserter::new(store),
            labels: HashMap::default(),
            counting: None,
            edited: None,
            merging: false,
        })
    }

    /// Writes buffered entries, balances and totals, so that queries see them.
    pub(super) fn flush(&mut self) -> Result<(), StoreError> {
        self.entries.flush()?;
        self.balances.flush()
    }

    /// Writes the facts of a change, and of the changes within it.
    fn facts(&mut self, facts: &[Fact], change: i64, at: LocalDateTime) -> Result<(), StoreError> {
        for fact in facts {
            match fact {
                Fact::Unit(unit) => {
                    self.unit(unit, change)?;
                }
                Fact::Open(account) => {
                    self.open(account, change)?;
                }
                Fact::Edit(account) => self.edit(account, change)?,
                Fact::Entry(entry) => self.record_entry(entry, change)?,
                Fact::Snapshot(snapshot) => self.record_snapshot(snapshot, change)?,
                Fact::Rate { unit, rate, of, day } => self.rate(unit, *rate, of, *day, change)?,
                Fact::Void(id) => {
                    let ids = self.with_parts(*id)?;
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

    /// Begins a change, on its own or within another; the facts that follow belong to it.
    pub(super) fn change(
        &mut self,
        id: Id,
        at: LocalDateTime,
        command: &str,
        within: Option<i64>,
    ) -> Result<i64, StoreError> {
        let seq = self.next_seq();
        let sql =
            "INSERT INTO change (seq, id, at, command, within, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.insert_fact(sql, params![seq, id, at, command, within])?;
        Ok(seq)
    }

    /// Adds a rate.
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
        self.insert_fact(sql, params![seq, change, unit, rate, of, day])
    }

    /// Returns the next number in the order of recording.
    pub(super) fn next(&self) -> i64 {
        self.seq
    }

    fn next_seq(&mut self) -> i64 {
        self.seq += 1;
        self.seq - 1
    }

    /// Inserts a row of a fact. The values are those of all columns but the checksum, in the order in
    /// which the table has them; the statement takes the checksum after them.
    pub(super) fn insert_fact(&self, sql: &str, values: &[&dyn ToSql]) -> Result<(), StoreError> {
        let checksum = checksum::of_written(values).map_err(|e| self.store.fail(e))?;
        let values = values.iter().copied().chain([&checksum as &dyn ToSql]);
        self.store.execute(sql, params_from_iter(values)).map(|_| ())
    }

    /// Returns the number of a unit, which is added if it is not in use.
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

    /// Returns the number of a label, which is added if there is none. An empty text has none.
    fn label(&mut self, text: Option<&str>) -> Result<Option<i64>, StoreError> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
        if let Some(id) = self.labels.get(text) {
            return Ok(Some(*id));
        }
        let id = match self.store.maybe("SELECT id FROM label WHERE text = ?1", [text], |row| row.get(0))? {
            Some(id) => id,
            None => self.new_label(text)?,
        };
        if text.len() <= CACHED_LABEL_LEN_MAX {
            if self.labels.len() >= CACHED_LABELS_MAX {
                self.labels.clear();
            }
            self.labels.insert(text.into(), id);
        }
        Ok(Some(id))
    }

    fn new_label(&self, text: &str) -> Result<i64, StoreError> {
        let last: i64 =
            self.store.maybe("SELECT ifnull(max(id), 0) FROM label", [], |row| row.get(0))?.unwrap_or(0);
        let id = last + 1;
        self.insert_fact("INSERT INTO label (id, text, checksum) VALUES (?1, ?2, ?3)", &[&id, &text])?;
        Ok(id)
    }

    /// Opens an account.
    pub(super) fn open(&mut self, account: &Account, change: i64) -> Result<AccountId, StoreError> {
        self.check_name(account)?;
        let id = self.next_seq();
        let sql = "INSERT INTO account (id, change, checksum) VALUES (?1, ?2, ?3)";
        self.insert_fact(sql, params![id, change])?;
        let account = Account { id: AccountId(id), ..account.clone() };
        self.version(&account, change)?;
        Ok(account.id)
    }

    /// Adds a version of an account.
    pub(super) fn edit(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        self.check_name(account)?;
        // Whether the account is in use is read from what is written.
        self.flush()?;
        let before = self.balances.account(account.id)?;
        self.check_nature(&before, account)?;
        if account.closed && !before.closed {
            let sql = "SELECT at FROM change WHERE seq = ?1";
            let now = self.store.maybe(sql, [change], |row| row.get(0))?.unwrap_or(LAST_MOMENT);
            let balance = self.balances.balance_left(account.id, now)?;
            if balance != 0 {
                let balance = account.unit.money(account.display_balance(balance));
                return Err(Refusal::BalanceNotZero { account: account.name.clone(), balance }.into());
            }
        }
        self.version(account, change)
    }

    /// Adds a version of an account that another ledger made. It holds only if it is the latest.
    pub(super) fn merge_version(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        self.flush()?;
        let before = self.balances.account(account.id)?;
        self.version(account, change)?;
        self.check_nature(&before, &self.balances.account(account.id)?)
    }

    /// Refuses another unit, and becoming or ceasing to be a carrier, of an account with facts.
    fn check_nature(&self, before: &Account, after: &Account) -> Result<(), StoreError> {
        if before.unit == after.unit && before.is_carrier() == after.is_carrier() {
            return Ok(());
        }
        let in_use =
            self.store.maybe("SELECT 1 FROM account_balance WHERE account = ?1", [after.id], |_| Ok(()))?;
        in_use.map_or(Ok(()), |()| Err(Refusal::AccountInUse(before.name.clone()).into()))
    }

    fn version(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        let unit = self.unit(&account.unit, change)?;
        let seq = self.next_seq();
        let sql =
            "INSERT INTO account_version (seq, account, change, name, platform, kind, unit, limit_amount,
                       bill_day, note, closed, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let Account { id, name, platform, kind, limit, bill_day, note, closed, .. } = account;
        let values = params![seq, id, change, name, platform, kind, unit, limit, bill_day, note, closed];
        self.insert_fact(sql, values)?;
        self.balances.touched.insert(account.id);
        if let Some((_, current)) = self.store.current_version(account.id)? {
            self.balances.accounts.insert(account.id, current);
        }
        Ok(())
    }

    /// Returns two accounts of one name, if a merge left such.
    pub(super) fn of_one_name(&self) -> Option<(&Account, &Account)> {
        let mut names = HashMap::new();
        self.balances.accounts.values().find_map(|account| {
            names.insert(name::fold_case(&account.name), account).map(|other| (other, account))
        })
    }

    fn check_name(&self, account: &Account) -> Result<(), StoreError> {
        if self.merging {
            return Ok(());
        }
        let wanted = name::fold_case(&account.name);
        let taken = |a: &&Account| a.id != account.id && name::fold_case(&a.name) == wanted;
        match self.balances.accounts.values().find(taken) {
            Some(other) => Err(Refusal::NameTaken(other.name.clone()).into()),
            None => Ok(()),
        }
    }

    /// Returns whether a change counts.
    pub(super) fn counts(&mut self, change: i64) -> Result<bool, StoreError> {
        if let Some((_, counts)) = self.counting.filter(|(known, _)| *known == change) {
            return Ok(counts);
        }
        let sql = "SELECT 1 FROM voided_change WHERE change = ?1";
        let counts = self.store.maybe(sql, [change], |_| Ok(()))?.is_none();
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
                   WHERE v.of = ?1 AND c.command = 'edit' AND c.seq NOT IN (SELECT change FROM voided_change)";
        let was_edited = self.store.maybe(sql, [change], |_| Ok(()))?.is_some();
        self.edited = Some((change, was_edited));
        Ok(was_edited)
    }

    /// Records an entry whose id is free.
    pub(super) fn record_entry(&mut self, entry: &Entry, change: i64) -> Result<(), StoreError> {
        self.check(entry)?;
        match self.record_if_new(entry, change)? {
            true => Ok(()),
            false => Err(self.store.fail(rusqlite::Error::StatementChangedRows(0))),
        }
    }

    /// Checks that an entry keeps the rules of the ledger.
    pub(super) fn check(&self, entry: &Entry) -> Result<(), RuleViolation> {
        let accounts = &self.balances.accounts;
        match entry.check(|id| accounts.get(&id)) {
            Err(RuleViolation::AccountClosed { .. }) if self.merging => {
                let ids = [entry.from.account, entry.to.account].into_iter().flatten();
                let open = |account: &Account| Account { closed: false, ..account.clone() };
                let opened: Vec<Account> = ids.filter_map(|id| accounts.get(&id)).map(open).collect();
                entry.check(|id| opened.iter().find(|account| account.id == id))
            }
            checked => checked,
        }
    }

    /// Records an entry that keeps the rules, unless its id is taken. Returns whether it is new.
    pub(super) fn record_if_new(&mut self, entry: &Entry, change: i64) -> Result<bool, StoreError> {
        if self.entries.has(entry.id) {
            return Ok(false);
        }
        let labels = Labels {
            category: self.label(entry.category.as_deref())?.unwrap_or(0),
            channel: self.label(entry.channel.as_deref())?.unwrap_or(0),
            unit_out: self.unit(&entry.from.unit, change)?,
            unit_in: self.unit(&entry.to.unit, change)?,
        };
        let payee = self.label(entry.payee.as_deref())?;
        let seq = self.seq;
        if !self.entries.insert_if_new(entry, EntryKeys { seq, change, labels, payee })? {
            return Ok(false);
        }
        self.seq += 1;
        if self.balances.reads_entries_for(entry.from.amount.max(entry.to.amount)) {
            self.entries.flush()?;
        }
        self.balances.apply_entry(entry, labels, seq, Delta::Insert)?;
        Ok(true)
    }

    /// Records a snapshot whose id is free.
    pub(super) fn record_snapshot(&mut self, snapshot: &Snapshot, change: i64) -> Result<(), StoreError> {
        let account = self.balances.account(snapshot.account)?;
        if account.closed && !self.merging {
            return Err(RuleViolation::AccountClosed { account: account.name }.into());
        }
        let seq = self.next_seq();
        let sql = "INSERT INTO snapshot (seq, id, change, at, account, balance, note, checksum)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let Snapshot { id, at, account, balance, note } = snapshot;
        self.insert_fact(sql, params![seq, id, change, at, account, balance, note])?;
        let key = FactKey { account: *account, at: *at, seq };
        if self.balances.reads_entries_for_snapshot(key, *balance, Delta::Insert)? {
            self.entries.flush()?;
        }
        self.balances.apply_snapshot(key, *balance, Delta::Insert)
    }

    /// Returns the number of the entry of that id, if there is one, and whether it is the same entry as
    /// `wanted`, whatever the id of that, and counts.
    pub(super) fn recorded_entry(
        &mut self,
        id: Id,
        wanted: &Entry,
    ) -> Result<Option<(i64, bool)>, StoreError> {
        let Some(existing) = self.entries.existing(id)? else { return Ok(None) };
        Ok(Some((existing.seq, existing.is(wanted) && self.counts_or_was_edited(existing.change)?)))
    }

    /// Returns the same of a snapshot.
    pub(super) fn recorded_snapshot(
        &mut self,
        id: Id,
        wanted: &Snapshot,
    ) -> Result<Option<(i64, bool)>, StoreError> {
        let sql = "SELECT seq, change, id, at, account, balance, note FROM snapshot WHERE id = ?1";
        let found: Option<(i64, i64, Snapshot)> =
            self.store.maybe(sql, [id], |row| Ok((row.get(0)?, row.get(1)?, snapshot_of(row, 2)?)))?;
        let Some((seq, change, found)) = found else { return Ok(None) };
        let is_same = Snapshot { id: wanted.id, ..found } == *wanted;
        Ok(Some((seq, is_same && self.counts_or_was_edited(change)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_as_long_as_a_line_is_noted_once_and_not_held_in_memory() -> Result<(), StoreError> {
        let store = Store::in_memory()?;
        let mut writer = Writer::new(&store)?;
        let words = ["x".repeat(1 << 20), "coffee".to_string()];
        let ids = words.each_ref().map(|word| writer.label(Some(word)).ok().flatten());
        assert_eq!(words.each_ref().map(|word| writer.label(Some(word)).ok().flatten()), ids);
        assert!(ids.iter().all(Option::is_some) && ids[0] != ids[1]);
        assert!(writer.labels.keys().eq(["coffee"]));
        Ok(())
    }
}
