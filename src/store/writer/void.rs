//! Undo and redo: changes that no longer count, or count again.

use super::Writer;
use crate::ledger::{Account, AccountId, Id, RuleViolation, Snapshot};
use crate::store::balances::{Delta, FactKey};
use crate::store::{Refusal, StoreError};
use rusqlite::params;

impl Writer<'_> {
    /// Returns a change and, of an import or an edit, the changes within it that count. The undo within
    /// an edit is voided with it; one within an import stays, because what it undid came with the import.
    pub(super) fn with_parts(&self, id: Id) -> Result<Vec<Id>, StoreError> {
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT c.seq FROM change c JOIN change g ON g.seq = c.within WHERE g.id = ?1
                     UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
                   SELECT c.id FROM part p JOIN change c ON c.seq = p.seq
                   WHERE c.seq NOT IN (SELECT change FROM voided_change)
                     AND (c.seq NOT IN (SELECT change FROM void)
                          OR (SELECT g.command FROM change g WHERE g.seq = c.within) = 'edit')
                   ORDER BY c.seq";
        let parts: Vec<Id> = self.store.all(sql, [id], |row| row.get(0))?;
        Ok(std::iter::once(id).chain(parts).collect())
    }

    /// Voids changes together: their facts no longer count. Where one is an undo, what it voided
    /// counts again.
    pub(in crate::store) fn void(&mut self, ids: &[Id], change: i64) -> Result<(), StoreError> {
        let (mut out, mut back) = (Vec::new(), Vec::new());
        (self.counting, self.edited) = (None, None);
        for id in ids {
            let sql = "SELECT seq FROM change WHERE id = ?1";
            let target: Option<i64> = self.store.maybe(sql, [id], |row| row.get(0))?;
            let target = target.ok_or_else(|| Refusal::UnknownChange(id.to_string()))?;
            if self
                .store
                .maybe("SELECT 1 FROM voided_change WHERE change = ?1", [target], |_| Ok(()))?
                .is_some()
            {
                return Err(Refusal::AlreadyUndone(*id).into());
            }
            let sql = "SELECT of FROM void WHERE change = ?1 ORDER BY seq";
            let undone: Vec<i64> = self.store.all(sql, [target], |row| row.get(0))?;
            let sql = "SELECT 1 FROM void v JOIN void w ON w.change = v.of JOIN change o ON o.seq = v.of
                       WHERE v.change = ?1 AND o.command <> 'edit' LIMIT 1";
            if self.store.maybe(sql, [target], |_| Ok(()))?.is_some() {
                return Err(Refusal::UndoOfUndo(*id).into());
            }
            let seq = self.next_seq();
            let sql = "INSERT INTO void (seq, change, of, checksum) VALUES (?1, ?2, ?3, ?4)";
            self.insert_fact(sql, params![seq, change, target])?;
            self.store.execute("INSERT INTO voided_change (change) VALUES (?1)", [target])?;
            for original in &undone {
                self.store.execute("DELETE FROM voided_change WHERE change = ?1", [original])?;
                // An edit that counts again takes back anew what it replaced.
                let sql =
                    "SELECT of FROM void WHERE change = ?1 AND of NOT IN (SELECT change FROM voided_change)";
                for replaced in self.store.all(sql, [*original], |row| row.get::<_, i64>(0))? {
                    self.store.execute("INSERT INTO voided_change (change) VALUES (?1)", [replaced])?;
                    out.push(replaced);
                }
            }
            if undone.is_empty() {
                out.push(target);
            }
            back.extend(undone);
        }
        for (changes, delta) in [(out, Delta::Void), (back, Delta::Restore)] {
            if !changes.is_empty() {
                self.apply_changes(&changes, delta)?;
            }
        }
        Ok(())
    }

    /// Applies all facts of some changes together: entries first, so that a snapshot is compared with
    /// the balance after all of them.
    fn apply_changes(&mut self, changes: &[i64], delta: Delta) -> Result<(), StoreError> {
        let before: Vec<Account> = self.balances.accounts.values().cloned().collect();
        self.balances.accounts = self.store.accounts()?.into_iter().map(|a| (a.id, a)).collect();
        let used = std::mem::replace(&mut self.units, self.store.unit_numbers()?);
        // A unit that came into use meanwhile with other decimals keeps its code.
        for unit in used.keys() {
            let other = self.units.keys().find(|u| u.code == unit.code && u.decimals != unit.decimals);
            if let Some(other) = other {
                let wanted = other.decimals;
                return Err(Refusal::UnitDiffers { unit: unit.clone(), wanted }.into());
            }
        }
        self.check_accounts(&before)?;
        for change in changes {
            for (seq, entry, labels) in self.store.entries_of(*change)? {
                for account in [entry.from.account, entry.to.account].into_iter().flatten() {
                    self.check_fact(account, seq, &before, delta)?;
                }
                self.balances.apply_entry(&entry, labels, seq, delta)?;
            }
        }
        for change in changes {
            for (seq, snapshot) in self.store.snapshots_of(*change)? {
                let Snapshot { account, at, balance, .. } = snapshot;
                self.check_fact(account, seq, &before, delta)?;
                let key = FactKey { account, at, seq };
                match delta {
                    Delta::Void => self.balances.void_snapshot(key)?,
                    _ => self.balances.apply_snapshot(key, balance, delta)?,
                }
            }
        }
        self.remove_accounts(&before)
    }

    /// Checks the accounts as they are after a change was voided or restored.
    fn check_accounts(&mut self, before: &[Account]) -> Result<(), StoreError> {
        for account in self.balances.accounts.values() {
            self.check_name(account)?;
            if !self.units.contains_key(&account.unit) {
                return Err(Refusal::StillNeeded { account: account.name.clone() }.into());
            }
            if let Some(old) = before.iter().find(|a| a.id == account.id)
                && old != account
            {
                self.balances.touched.insert(account.id);
                let in_use = self.store.maybe(
                    "SELECT 1 FROM account_balance WHERE account = ?1",
                    [account.id],
                    |_| Ok(()),
                )?;
                if in_use.is_some() && (old.unit != account.unit || old.is_carrier() != account.is_carrier())
                {
                    return Err(Refusal::AccountInUse(account.name.clone()).into());
                }
            }
        }
        Ok(())
    }

    /// Removes the accounts that a voided change opened, unless other changes recorded facts on them.
    fn remove_accounts(&mut self, before: &[Account]) -> Result<(), StoreError> {
        let gone: Vec<&Account> =
            before.iter().filter(|a| !self.balances.accounts.contains_key(&a.id)).collect();
        if !gone.is_empty() {
            // What expired of its points is removed with its last fact.
            self.flush()?;
        }
        for account in gone {
            let facts = self.store.maybe(
                "SELECT 1 FROM monthly_flow WHERE account = ?1 LIMIT 1",
                [account.id],
                |_| Ok(()),
            )?;
            if facts.is_some() {
                return Err(Refusal::StillNeeded { account: account.name.clone() }.into());
            }
            self.balances.remove_account(account.id)?;
        }
        Ok(())
    }

    /// Checks that a fact can count, or be void, on its account.
    fn check_fact(
        &self,
        account: AccountId,
        seq: i64,
        before: &[Account],
        delta: Delta,
    ) -> Result<(), StoreError> {
        self.check_open(account, before)?;
        if delta == Delta::Void { Ok(()) } else { self.check_same_nature(account, seq) }
    }

    /// A fact counts only on an account of the unit, and of the nature, that it was recorded in.
    fn check_same_nature(&self, account: AccountId, seq: i64) -> Result<(), StoreError> {
        let sql = "SELECT v.unit, v.kind = 'carrier' FROM account_version v JOIN change c ON c.seq = v.change
                   WHERE v.account = ?1 AND v.seq < ?2 AND v.change NOT IN (SELECT change FROM voided_change)
                   ORDER BY c.at DESC, c.id DESC, v.seq DESC LIMIT 1";
        let nature = |before: i64| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?));
            self.store.maybe(sql, params![account, before], row)
        };
        if nature(seq)? == nature(i64::MAX)? {
            return Ok(());
        }
        Err(Refusal::AccountChanged(self.balances.account(account)?.name).into())
    }

    fn check_open(&self, account: AccountId, before: &[Account]) -> Result<(), StoreError> {
        match self.balances.accounts.get(&account) {
            // What closes or opens the account itself may bring its facts along.
            Some(known)
                if known.closed && !self.merging && before.iter().any(|a| a.id == account && a.closed) =>
            {
                Err(RuleViolation::AccountClosed { account: known.name.clone() }.into())
            }
            Some(_) => Ok(()),
            None if before.iter().any(|a| a.id == account) => Ok(()),
            None => Err(Refusal::StillNeeded { account: String::new() }.into()),
        }
    }
}
