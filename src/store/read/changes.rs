//! What was recorded other than entries and snapshots: accounts, units, rates, and undos.

use crate::ledger::{Account, AccountId, Id};
use crate::money::{Rate, Unit};
use crate::period::{Day, LocalDateTime};
use crate::store::sql::{ACCOUNT_COLUMNS, account_of, unit_at};
use crate::store::{Store, StoreError};
use std::collections::HashMap;

/// One thing that a change recorded, other than entries and snapshots.
#[derive(Clone, Debug)]
pub struct LedgerChange {
    /// The change that recorded it.
    pub change: Id,
    /// When it was recorded.
    pub at: LocalDateTime,
    /// Its number in the order of recording.
    pub seq: i64,
    /// It no longer counts.
    pub voided: bool,
    /// What it is.
    pub what: LedgerChangeKind,
}

/// What a change recorded, other than entries and snapshots.
#[derive(Clone, Debug)]
pub enum LedgerChangeKind {
    /// An account was opened, or stands otherwise than before.
    Account {
        /// How it stood before, `None` where it was opened.
        before: Option<Account>,
        /// How it stands since.
        after: Account,
    },
    /// A rate was set.
    Rate {
        /// The unit that is valued.
        unit: Unit,
        /// What one of it is worth.
        rate: Rate,
        /// The unit of that worth.
        of: Unit,
        /// From when on.
        day: Day,
    },
    /// A unit was declared.
    Unit(Unit),
    /// A change was undone or redone, or a record of it was edited.
    Void {
        /// The command that did it.
        command: String,
        /// The change it was done to.
        of: Id,
        /// The command of that change.
        of_command: String,
    },
}

/// The id that the history shows for a change `c` with voids: of an edit that of the part with its records.
const SHOWN_ID: &str = "ifnull((SELECT p.id FROM change p WHERE p.within = c.within AND p.seq > c.seq
                                AND c.command = 'edit' ORDER BY p.seq LIMIT 1), c.id)";

impl Store {
    /// Returns what was recorded other than entries and snapshots, in the order of recording.
    pub fn ledger_changes(&self) -> Result<Vec<LedgerChange>, StoreError> {
        let mut changes = self.account_changes()?;
        let sql =
            "SELECT r.seq, c.id, c.at, c.seq IN (SELECT change FROM voided_change), u.code, u.decimals, r.value,
                          o.code, o.decimals, r.day
                   FROM rate r JOIN change c ON c.seq = r.change
                   JOIN unit u ON u.seq = r.unit JOIN unit o ON o.seq = r.of";
        changes.extend(self.all(sql, [], |row| {
            let (unit, rate, of, day) = (unit_at(row, 4)?, row.get(6)?, unit_at(row, 7)?, row.get(9)?);
            change_of(row, LedgerChangeKind::Rate { unit, rate, of, day })
        })?);
        // A unit that came along with something else is no change of its own.
        let sql = "SELECT u.seq, c.id, c.at, c.seq IN (SELECT change FROM voided_change), u.code, u.decimals
                   FROM unit u JOIN change c ON c.seq = u.change WHERE c.command = 'unit add'";
        changes.extend(self.all(sql, [], |row| change_of(row, LedgerChangeKind::Unit(unit_at(row, 4)?)))?);
        changes.extend(self.void_changes()?);
        changes.sort_unstable_by_key(|change| change.seq);
        Ok(changes)
    }

    fn account_changes(&self) -> Result<Vec<LedgerChange>, StoreError> {
        let sql = format!(
            "SELECT {ACCOUNT_COLUMNS}, v.seq, c.id, c.at, c.seq IN (SELECT change FROM voided_change)
             FROM account_version v JOIN unit u ON u.seq = v.unit JOIN change c ON c.seq = v.change
             ORDER BY v.seq"
        );
        let mut latest: HashMap<AccountId, Account> = HashMap::new();
        self.all(&sql, [], |row| {
            let after = account_of(row)?;
            let (seq, change, at, voided) =
                (row.get(10)?, row.get(11)?, row.get(12)?, row.get::<_, bool>(13)?);
            let before = latest.get(&after.id).cloned();
            if !voided {
                latest.insert(after.id, after.clone());
            }
            Ok(LedgerChange { change, at, seq, voided, what: LedgerChangeKind::Account { before, after } })
        })
    }

    /// Undos, redos and edits, one row each. The voids of an edit lie in a part of it; it is named by the
    /// part with its records, as they are.
    fn void_changes(&self) -> Result<Vec<LedgerChange>, StoreError> {
        let sql = format!(
            "SELECT v.seq, {SHOWN_ID}, c.at, c.seq IN (SELECT change FROM voided_change), c.command, o.id, o.command
             FROM void v JOIN change c ON c.seq = v.change JOIN change o ON o.seq = v.of
             WHERE v.seq = (SELECT min(w.seq) FROM void w WHERE w.change = c.seq)"
        );
        self.all(&sql, [], |row| {
            let (command, of, of_command) = (row.get(4)?, row.get(5)?, row.get(6)?);
            change_of(row, LedgerChangeKind::Void { command, of, of_command })
        })
    }

    /// Returns the edit that counts and replaced records of a change, under the id that the history shows.
    pub fn edit_of(&self, id: Id) -> Result<Option<Id>, StoreError> {
        let sql = format!(
            "WITH RECURSIVE part (seq) AS (
               SELECT seq FROM change WHERE id = ?1
               UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
             SELECT {SHOWN_ID} FROM part p JOIN void v ON v.of = p.seq JOIN change c ON c.seq = v.change
             WHERE c.command = 'edit' AND c.seq NOT IN (SELECT change FROM voided_change)
             ORDER BY c.seq DESC LIMIT 1"
        );
        self.maybe(&sql, [id], |row| row.get(0))
    }

    /// Returns whether a change recorded something of an account, or undid or edited what another change
    /// recorded of it.
    pub fn concerns(&self, change: Id, account: AccountId) -> Result<bool, StoreError> {
        // The facts of a change lie between its number and that of the next one.
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT seq FROM change WHERE id = ?1
                     UNION SELECT c.seq FROM change c JOIN part p ON c.within = p.seq
                     UNION SELECT v.of FROM void v JOIN part p ON v.change = p.seq),
                   span (low, high) AS (
                     SELECT seq, ifnull((SELECT min(c.seq) FROM change c WHERE c.seq > p.seq), 9223372036854775807)
                     FROM part p)
                   SELECT 1 FROM span
                   WHERE EXISTS (SELECT 1 FROM entry e WHERE e.seq > low AND e.seq < high
                                 AND (e.from_account = ?2 OR e.to_account = ?2))
                      OR EXISTS (SELECT 1 FROM snapshot s WHERE s.seq > low AND s.seq < high AND s.account = ?2)
                      OR EXISTS (SELECT 1 FROM account_version a WHERE a.seq > low AND a.seq < high
                                 AND a.account = ?2)
                   LIMIT 1";
        Ok(self.maybe(sql, rusqlite::params![change, account], |_| Ok(()))?.is_some())
    }

    /// Returns the ids of a change and of every change within it.
    pub fn parts_of(&self, id: Id) -> Result<Vec<Id>, StoreError> {
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT seq FROM change WHERE id = ?1
                     UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
                   SELECT c.id FROM part p JOIN change c ON c.seq = p.seq";
        self.all(sql, [id], |row| row.get(0))
    }
}

/// A row that begins with number, change, moment and whether it is void.
fn change_of(row: &rusqlite::Row<'_>, what: LedgerChangeKind) -> rusqlite::Result<LedgerChange> {
    Ok(LedgerChange { seq: row.get(0)?, change: row.get(1)?, at: row.get(2)?, voided: row.get(3)?, what })
}
