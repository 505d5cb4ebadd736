//! Records the rows of statements: what the ledger has already, what a person typed before, and the
//! balances that the rows end at.

use super::{ImportSession, Importer, PendingChange, SeqSet};
use crate::import::Content;
use crate::ledger::{Account, AccountId, Entry, Id, Snapshot};
use crate::period::{Day, LocalDateTime};
use crate::statement::identity::RowIdentity;
use crate::statement::typed::TYPING_COMMANDS;
use crate::store::StoreError;
use crate::store::sql::{ENTRY_COLUMNS, LABEL_JOINS, UNIT_JOINS, entry_of};
use rusqlite::params;

/// What the ledger knows of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowMatch {
    /// Nothing: the id of its entry.
    New(Id),
    /// It is recorded, in this entry, between these accounts.
    Known {
        /// The entry.
        entry: Id,
        /// Where it left.
        from: Option<AccountId>,
        /// Where it arrived.
        to: Option<AccountId>,
    },
    /// Another row of the file is that one.
    Repeated,
    /// Its id is recorded with another amount.
    Changed {
        /// The entry that counts.
        entry: Id,
        /// Its effect.
        was: i64,
    },
}

/// An entry that counts near a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearbyEntry {
    /// Its change.
    pub change: Id,
    /// The entry.
    pub entry: Entry,
    /// Whether a person typed it, alone in its change.
    pub is_typed: bool,
}

impl ImportSession<'_> {
    /// Begins the rows of another file.
    pub fn begin_statement(&mut self) -> Result<(), StoreError> {
        let importer = &mut self.0;
        importer.writer.flush()?;
        importer.first = importer.writer.next();
        importer.matched = SeqSet::default();
        importer.changed_rows.clear();
        importer.names.clear();
        Ok(())
    }

    /// Returns the accounts that count now.
    pub fn accounts(&self) -> Vec<Account> {
        self.0.writer.balances.accounts.values().cloned().collect()
    }

    /// Returns an account that counts now.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.0.writer.balances.accounts.get(&id)
    }

    /// Opens an account.
    pub fn open_account(&mut self, account: &Account) -> Result<Account, StoreError> {
        let importer = &mut self.0;
        let change = importer.ungrouped_change(false)?;
        importer.writer.merging = false;
        let opened = importer.writer.open(account, change);
        importer.writer.merging = true;
        importer.has_facts = true;
        Ok(Account { id: opened?, ..account.clone() })
    }

    /// Returns what the ledger knows of a row of that effect.
    pub fn find_row(
        &mut self,
        identity: RowIdentity,
        former: &[RowIdentity],
        effect: i64,
        account: AccountId,
    ) -> Result<RowMatch, StoreError> {
        let importer = &mut self.0;
        let found = importer.find_identity(identity, effect)?;
        if !matches!(found, RowMatch::New(_)) {
            return Ok(found);
        }
        for former in former {
            let known = importer.find_identity(*former, effect)?;
            if matches!(known, RowMatch::Known { .. }) {
                return Ok(known);
            }
        }
        Ok(importer.find_changed(identity, effect, account)?.unwrap_or(found))
    }

    /// Returns where a row is recorded, without taking it for found.
    pub fn recorded_places(
        &mut self,
        identity: RowIdentity,
        effect: i64,
    ) -> Result<Option<[Option<AccountId>; 2]>, StoreError> {
        let importer = &mut self.0;
        let mut number = 1u64;
        while let Some(existing) = importer.writer.entries.existing(identity.id(number))? {
            if existing.moves(effect) && importer.writer.counts_or_was_edited(existing.change)? {
                let (from, to) = existing.places();
                return Ok(Some([from, to]));
            }
            number += 1 << 32;
        }
        Ok(None)
    }

    /// Records the entry of a row.
    pub fn record_row(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let importer = &mut self.0;
        importer.check_open(entry)?;
        let change = importer.ungrouped_change(true)?;
        importer.writer.record_entry(entry, change)?;
        importer.note_outflow(entry.from.account, entry.at);
        importer.has_facts = true;
        Ok(())
    }

    /// Records a balance. Its id follows from what it says, so that one that was undone does not stand in
    /// its way.
    pub fn record_balance(
        &mut self,
        account: AccountId,
        at: LocalDateTime,
        balance: i64,
    ) -> Result<(), StoreError> {
        let importer = &mut self.0;
        let change = importer.ungrouped_change(true)?;
        let content = Content::of("statement balance").number(at.0).number(account.0).number(balance);
        let content = content.number(importer.id.0);
        let id = Id::new(at, content.hash(importer.writer.next() as u64));
        let snapshot = Snapshot { id, at, account, balance, note: None };
        importer.writer.record_snapshot(&snapshot, change)?;
        importer.note_outflow(Some(account), at);
        importer.has_facts = true;
        Ok(())
    }

    /// Returns the balance of an account after the facts of a moment.
    pub fn balance_at(&mut self, account: AccountId, at: LocalDateTime) -> Result<i64, StoreError> {
        self.0.writer.flush()?;
        self.0.writer.store.balance_before(account, at, i64::MAX)
    }

    /// Returns whether an account has a snapshot at a moment or later.
    pub fn has_snapshot_from(&mut self, account: AccountId, at: LocalDateTime) -> Result<bool, StoreError> {
        self.0.writer.flush()?;
        let sql = "SELECT 1 FROM snapshot_delta WHERE account = ?1 AND at >= ?2 LIMIT 1";
        Ok(self.0.writer.store.maybe(sql, params![account, at], |_| Ok(()))?.is_some())
    }

    /// Returns what the snapshots of the file so far left unexplained on an account, without the first one
    /// that the account ever had.
    pub fn unexplained(&mut self, account: AccountId) -> Result<i64, StoreError> {
        self.0.writer.flush()?;
        let sql = "SELECT ifnull(sum(unexplained), 0) FROM snapshot_delta WHERE account = ?1 AND seq >= ?2 AND first = 0";
        let values = params![account, self.0.first];
        Ok(self.0.writer.store.maybe(sql, values, |row| row.get(0))?.unwrap_or(0))
    }

    /// Returns the entries of an account from the day before a day to the day after it which were typed, or
    /// are between two own accounts, and were recorded before this file.
    pub fn nearby(&mut self, account: AccountId, day: Day) -> Result<Vec<NearbyEntry>, StoreError> {
        let typing = TYPING_COMMANDS.map(|command| format!("'{command}'")).join(", ");
        // An edited entry was typed if the one that the edit replaced was.
        let sql = format!(
            "SELECT {ENTRY_COLUMNS}, c.id,
                    (c.command IN ({typing}) OR c.command = 'edit' AND EXISTS (
                       SELECT 1 FROM change p JOIN void v ON v.change = p.seq JOIN change o ON o.seq = v.of
                       WHERE p.within = c.within AND o.command IN ({typing})))
                    AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.seq > c.seq AND x.seq <= c.seq + 3
                                    AND x.change = c.seq AND x.seq <> e.seq)
                    AND NOT EXISTS (SELECT 1 FROM snapshot x WHERE x.seq > c.seq AND x.seq <= c.seq + 3
                                    AND x.change = c.seq) AS typed
             FROM entry e {UNIT_JOINS} {LABEL_JOINS} JOIN change c ON c.seq = e.change
             WHERE (e.from_account = ?1 AND e.at BETWEEN ?2 AND ?3 OR e.to_account = ?1 AND e.at BETWEEN ?2 AND ?3)
               AND e.seq < ?4 AND c.seq NOT IN (SELECT change FROM voided_change)
               AND (typed OR e.from_account IS NOT NULL AND e.to_account IS NOT NULL)
             ORDER BY e.at, e.seq"
        );
        let values = params![account, day.add_days(-1).start(), day.add_days(1).end(), self.0.first];
        self.0.writer.store.all(&sql, values, |row| {
            let (_, entry, _) = entry_of(row)?;
            Ok(NearbyEntry { entry, change: row.get(24)?, is_typed: row.get(25)? })
        })
    }

    /// Returns whether an account has an entry that a row could replace.
    pub fn has_typed_entries(&mut self, account: AccountId) -> Result<bool, StoreError> {
        self.0.writer.flush()?;
        let sql = "SELECT 1 FROM account_balance WHERE account = ?1";
        Ok(self.0.writer.store.maybe(sql, [account], |_| Ok(()))?.is_some())
    }

    /// Voids a typed entry that a row replaces. It counts again when the import is undone.
    pub fn replace(&mut self, change: Id) -> Result<(), StoreError> {
        let importer = &mut self.0;
        importer.writer.flush()?;
        // As within an edit: a void there is undone with it, and what it voids lives on in what replaces it.
        let outer = match importer.replacing {
            Some(outer) => outer,
            None => {
                let outer = importer.begin_part("edit", None)?;
                *importer.replacing.insert(outer)
            }
        };
        let part = importer.begin_part("edit", Some(outer))?;
        importer.writer.void(&[change], part)?;
        importer.writer.flush()
    }
}

impl Importer<'_> {
    fn begin_part(&mut self, command: &str, within: Option<i64>) -> Result<i64, StoreError> {
        let group = self.group()?;
        self.ungrouped_count += 1;
        let id = Id::new(self.at, Content::of(&self.id.to_string()).hash(self.ungrouped_count));
        let pending = PendingChange { order: 0, at: self.at, command: command.into() };
        let seq = self.writer.change(id, pending.at, &pending.command, within.or(Some(group)))?;
        (self.looked_up, self.latest) = (Some((id, seq)), Some(seq));
        Ok(seq)
    }

    fn find_identity(&mut self, identity: RowIdentity, effect: i64) -> Result<RowMatch, StoreError> {
        let mut number = 1u64;
        loop {
            let id = identity.id(number);
            let Some(existing) = self.writer.entries.existing(id)? else { return Ok(RowMatch::New(id)) };
            let (seq, change) = (existing.seq, existing.change);
            if !existing.moves(effect) || !self.writer.counts_or_was_edited(change)? {
                // It was undone, or another row has that id by chance.
                number += 1 << 32;
            } else if seq >= self.first || self.matched.has(seq) {
                if identity.once {
                    return Ok(RowMatch::Repeated);
                }
                number = (number & u64::from(u32::MAX)) + 1;
            } else {
                self.matched.add(seq);
                let (from, to) = existing.places();
                return Ok(RowMatch::Known { entry: id, from, to });
            }
        }
    }

    /// Finds the entry of a row's id with another effect.
    fn find_changed(
        &mut self,
        identity: RowIdentity,
        effect: i64,
        account: AccountId,
    ) -> Result<Option<RowMatch>, StoreError> {
        let Some((first, last)) = identity.ids_of_key() else { return Ok(None) };
        if self.changed_rows.contains(&(first, effect)) {
            return Ok(Some(RowMatch::Repeated));
        }
        // Only rows before this file count, and `begin_statement` wrote them all.
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry e {UNIT_JOINS} {LABEL_JOINS}
             WHERE e.id BETWEEN ?1 AND ?2 AND e.seq < ?3 ORDER BY e.seq DESC"
        );
        let rows: Vec<(i64, Entry, i64)> =
            self.writer.store.all(&sql, params![first, last, self.first], |row| {
                let (seq, entry, _) = entry_of(row)?;
                Ok((seq, entry, row.get(23)?))
            })?;
        for (seq, entry, change) in rows {
            if self.matched.has(seq) || !self.writer.counts_or_was_edited(change)? {
                continue;
            }
            // A person may have corrected it since.
            let live = match self.writer.counts(change)? {
                true => entry,
                false => self.edited_version(&entry, effect, account)?.unwrap_or(entry),
            };
            let was = live.change_of(account);
            self.matched.add(seq);
            if self.changed_rows.len() < 10_000 {
                self.changed_rows.push((first, effect));
            }
            return Ok(Some(match was == effect {
                true => RowMatch::Known { entry: live.id, from: live.from.account, to: live.to.account },
                false => RowMatch::Changed { entry: live.id, was },
            }));
        }
        Ok(None)
    }

    /// Returns what an edit made of an entry: the one of its moment with the wanted effect, else the nearest.
    fn edited_version(
        &mut self,
        old: &Entry,
        effect: i64,
        account: AccountId,
    ) -> Result<Option<Entry>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry e {UNIT_JOINS} {LABEL_JOINS} JOIN change c ON c.seq = e.change
             WHERE e.at = ?1 AND (e.from_account = ?2 OR e.to_account = ?2) AND c.command = 'edit'
               AND c.seq NOT IN (SELECT change FROM voided_change) ORDER BY e.seq"
        );
        let rows: Vec<Entry> =
            self.writer.store.all(&sql, params![old.at, account], |row| Ok(entry_of(row)?.1))?;
        let same = rows.iter().position(|entry| entry.change_of(account) == effect);
        Ok(rows.into_iter().nth(same.unwrap_or(0)))
    }
}
