//! Exports everything that was recorded, in the order of recording.

use super::sql::{ACCOUNT_COLUMNS, ENTRY_COLUMNS, LABEL_JOINS, UNIT_JOINS};
use super::sql::{account_of, entry_of, snapshot_of, unit_at};
use super::{Store, StoreError};
use crate::export::{Name, Record};
use crate::ledger::{Id, Snapshot};

impl Store {
    /// Visits everything that was recorded, in the order of recording.
    pub fn for_each_record<E: From<StoreError>>(
        &self,
        each: &mut dyn FnMut(&Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let fail = |error| E::from(self.fail(error));
        // Each table is in this order already, so SQLite merges them without sorting.
        let sql = "SELECT seq, 0 FROM change UNION ALL SELECT seq, 1 FROM unit
                   UNION ALL SELECT seq, 2 FROM account_version UNION ALL SELECT seq, 3 FROM rate
                   UNION ALL SELECT seq, 4 FROM entry UNION ALL SELECT seq, 5 FROM snapshot
                   UNION ALL SELECT seq, 6 FROM void ORDER BY 1";
        let mut statement = self.db().and_then(|db| db.prepare(sql)).map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let (seq, table): (i64, i64) = row.get(0).and_then(|seq| Ok((seq, row.get(1)?))).map_err(fail)?;
            each(&self.record(seq, table)?)?;
        }
        Ok(())
    }

    fn record(&self, seq: i64, table: i64) -> Result<Record, StoreError> {
        let record = match table {
            0 => {
                let sql = "SELECT id, at, command FROM change WHERE seq = ?1";
                let row = self.maybe(sql, [seq], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
                match row {
                    Some((id, at, command)) => Some(Record::Change { name: self.name_of(id)?, at, command }),
                    None => None,
                }
            }
            1 => {
                let sql = "SELECT code, decimals FROM unit WHERE seq = ?1";
                self.maybe(sql, [seq], |row| unit_at(row, 0))?.map(Record::Unit)
            }
            2 => {
                let sql = format!(
                    "SELECT {ACCOUNT_COLUMNS} FROM account_version v JOIN unit u ON u.seq = v.unit
                     WHERE v.seq = ?1"
                );
                let account = self.maybe(&sql, [seq], account_of)?;
                account.map(Record::Account)
            }
            3 => {
                let sql = "SELECT u.code, u.decimals, o.code, o.decimals, r.value, r.day FROM rate r
                           JOIN unit u ON u.seq = r.unit JOIN unit o ON o.seq = r.of WHERE r.seq = ?1";
                self.maybe(sql, [seq], |row| {
                    let (unit, of) = (unit_at(row, 0)?, unit_at(row, 2)?);
                    Ok(Record::Rate { unit, rate: row.get(4)?, of, day: row.get(5)? })
                })?
            }
            4 => {
                let sql = format!(
                    "SELECT {ENTRY_COLUMNS} FROM entry e {UNIT_JOINS} {LABEL_JOINS} WHERE e.seq = ?1"
                );
                match self.maybe(&sql, [seq], entry_of)? {
                    Some((_, entry, _)) => {
                        let text = self.name_of(entry.id)?.text;
                        Some(Record::Entry(Box::new(entry), text))
                    }
                    None => None,
                }
            }
            5 => match self.snapshot_where("seq", seq)? {
                Some(snapshot) => {
                    let text = self.name_of(snapshot.id)?.text;
                    Some(Record::Snapshot(snapshot, text))
                }
                None => None,
            },
            _ => {
                let sql = "SELECT c.id FROM void v JOIN change c ON c.seq = v.of WHERE v.seq = ?1";
                match self.maybe(sql, [seq], |row| row.get(0))? {
                    Some(id) => Some(Record::Void(self.name_of(id)?)),
                    None => None,
                }
            }
        };
        record.ok_or_else(|| StoreError::Damaged(self.path.clone(), format!("no fact {seq}")))
    }

    pub(super) fn snapshot_where(&self, column: &str, value: i64) -> Result<Option<Snapshot>, StoreError> {
        let sql = format!("SELECT id, at, account, balance, note FROM snapshot WHERE {column} = ?1");
        self.maybe(&sql, [value], |row| snapshot_of(row, 0))
    }

    /// Returns an id as files write it.
    fn name_of(&self, id: Id) -> Result<Name, StoreError> {
        let text = self.maybe("SELECT text FROM foreign_id WHERE id = ?1", [id], |row| row.get(0))?;
        Ok(Name { id, text: text.unwrap_or_else(|| id.to_string()) })
    }
}
