//! Exports everything that was recorded, in the order of recording.

use super::sql::{ACCOUNT_COLUMNS, ENTRY_COLUMNS, LABEL_JOINS};
use super::sql::{account_of, entry_of, snapshot_of, unit_at};
use super::{Store, StoreError};
use crate::export::{Name, Record};
use crate::ledger::Id;
use rusqlite::types::FromSql;
use rusqlite::{Row, Statement};

/// How a row of a table becomes a number in the order of recording and a record.
type ReadRecord = fn(&Row<'_>) -> rusqlite::Result<(i64, Record)>;

/// Returns the query of each table, in the order of its primary key. Joins are outer ones, so that a row
/// that refers to a missing one is an error and not left out.
fn tables() -> [(String, ReadRecord); 7] {
    let name = |table: &str| format!("LEFT JOIN foreign_id f ON f.id = {table}.id");
    [
        (
            format!("SELECT c.seq, c.id, f.text, c.at, c.command FROM change c {} ORDER BY 1", name("c")),
            |row| {
                let (name, at, command) = (name_at(row, 1)?, row.get(3)?, row.get(4)?);
                Ok((row.get(0)?, Record::Change { name, at, command }))
            },
        ),
        ("SELECT seq, code, decimals FROM unit ORDER BY 1".into(), |row| {
            Ok((row.get(0)?, Record::Unit(unit_at(row, 1)?)))
        }),
        (
            format!(
                "SELECT {ACCOUNT_COLUMNS}, v.seq FROM account_version v
                 LEFT JOIN unit u ON u.seq = v.unit ORDER BY v.seq"
            ),
            |row| Ok((last_of(row)?, Record::Account(account_of(row)?))),
        ),
        (
            "SELECT r.seq, u.code, u.decimals, o.code, o.decimals, r.value, r.day FROM rate r
             LEFT JOIN unit u ON u.seq = r.unit LEFT JOIN unit o ON o.seq = r.of ORDER BY 1"
                .into(),
            |row| {
                let (unit, of) = (unit_at(row, 1)?, unit_at(row, 3)?);
                Ok((row.get(0)?, Record::Rate { unit, rate: row.get(5)?, of, day: row.get(6)? }))
            },
        ),
        (
            format!(
                "SELECT {ENTRY_COLUMNS}, f.text FROM entry e
                 LEFT JOIN unit uo ON uo.seq = e.unit_out LEFT JOIN unit ui ON ui.seq = e.unit_in
                 {LABEL_JOINS} {} ORDER BY e.seq",
                name("e")
            ),
            |row| {
                let (seq, entry, _) = entry_of(row)?;
                let text: Option<String> = last_of(row)?;
                let text = text.unwrap_or_else(|| entry.id.to_string());
                Ok((seq, Record::Entry(Box::new(entry), text)))
            },
        ),
        (
            format!(
                "SELECT s.seq, s.id, s.at, s.account, s.balance, s.note, f.text FROM snapshot s {} ORDER BY 1",
                name("s")
            ),
            |row| {
                let (snapshot, text): (_, Option<String>) = (snapshot_of(row, 1)?, row.get(6)?);
                let text = text.unwrap_or_else(|| snapshot.id.to_string());
                Ok((row.get(0)?, Record::Snapshot(snapshot, text)))
            },
        ),
        (
            format!(
                "SELECT v.seq, c.id, f.text FROM void v LEFT JOIN change c ON c.seq = v.of {} ORDER BY 1",
                name("c")
            ),
            |row| Ok((row.get(0)?, Record::Void(name_at(row, 1)?))),
        ),
    ]
}

/// Reads the last column.
fn last_of<T: FromSql>(row: &Row<'_>) -> rusqlite::Result<T> {
    row.get(row.as_ref().column_count() - 1)
}

/// Reads an id, and after it the text by which a file named it, if it is another.
fn name_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    let (id, text): (Id, Option<String>) = (row.get(column)?, row.get(column + 1)?);
    Ok(Name { id, text: text.unwrap_or_else(|| id.to_string()) })
}

impl Store {
    /// Visits everything that was recorded, in the order of recording.
    pub fn for_each_record<E: From<StoreError>>(
        &self,
        each: &mut dyn FnMut(&Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let fail = |error| E::from(self.fail(error));
        let tables = tables();
        let prepared = tables.iter().map(|(sql, _)| self.db().and_then(|db| db.prepare(sql)));
        let mut statements: Vec<Statement<'_>> = prepared.collect::<Result<_, _>>().map_err(fail)?;
        let mut sources = Vec::new();
        for (statement, (_, read)) in statements.iter_mut().zip(&tables) {
            let mut rows = statement.query_map([], read).map_err(fail)?;
            let first = rows.next().transpose().map_err(fail)?;
            sources.push((first, rows));
        }
        loop {
            let ready = sources.iter_mut().filter(|(record, _)| record.is_some());
            let first = ready.min_by_key(|(record, _)| record.as_ref().map(|(seq, _)| *seq));
            let Some((next, rest)) = first else { return Ok(()) };
            let Some((_, record)) = next.take() else { return Ok(()) };
            *next = rest.next().transpose().map_err(fail)?;
            each(&record)?;
        }
    }
}
