//! The history row by row, however long it is.

use super::read::{ENTRY_COLUMNS, UNIT_JOINS, WORD_JOINS, entry_of};
use super::{HistoryFact, HistoryRow, Seen, Store, StoreError};
use crate::ledger::{AccountId, Id, Snapshot};
use crate::period::Moment;
use rusqlite::Row;

/// The columns of a snapshot's row.
const SNAPSHOT_COLUMNS: &str =
    "s.seq, s.id, s.at, s.account, s.balance, s.note, n.unexplained, ifnull(n.first, 0), c.id,
     s.change IN (SELECT change FROM voided)";

impl Store {
    /// Hands on every row of the history in the order of facts, one at a time; with `voided` those
    /// too that no longer count.
    pub fn each_row<E: From<StoreError>>(
        &self,
        voided: bool,
        each: &mut dyn FnMut(&HistoryRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let fail = |error| E::from(self.fail(error));
        let live = |table: &str| match voided {
            true => String::new(),
            false => format!("WHERE {table}.change NOT IN (SELECT change FROM voided)"),
        };
        // Each follows its index, so that the two are merged and neither is sorted.
        let entries = format!(
            "SELECT {ENTRY_COLUMNS}, c.id, e.change IN (SELECT change FROM voided)
             FROM entry e INDEXED BY entry_by_at {UNIT_JOINS} {WORD_JOINS} JOIN change c ON c.seq = e.change
             {} ORDER BY e.at, e.seq",
            live("e")
        );
        let snapshots = format!(
            "SELECT {SNAPSHOT_COLUMNS} FROM snapshot s INDEXED BY snapshot_by_at
             JOIN change c ON c.seq = s.change
             LEFT JOIN seen n ON n.account = s.account AND n.at = s.at AND n.seq = s.seq
             {} ORDER BY s.at, s.seq",
            live("s")
        );
        let mut entries = self.db().and_then(|db| db.prepare(&entries)).map_err(fail)?;
        let mut entries = entries.query_map([], entry_row).map_err(fail)?;
        let mut snapshots = self.db().and_then(|db| db.prepare(&snapshots)).map_err(fail)?;
        let mut snapshots = snapshots.query_map([], snapshot_row).map_err(fail)?;
        let place = |row: &HistoryRow| (row.at(), row.seq);
        let mut entry = entries.next().transpose().map_err(fail)?;
        let mut snapshot = snapshots.next().transpose().map_err(fail)?;
        loop {
            let entry_first = match (&entry, &snapshot) {
                (Some(entry), Some(snapshot)) => place(entry) < place(snapshot),
                (entry, _) => entry.is_some(),
            };
            let (next, rest): (_, &mut dyn Iterator<Item = _>) =
                if entry_first { (&mut entry, &mut entries) } else { (&mut snapshot, &mut snapshots) };
            let Some(row) = next.take() else { return Ok(()) };
            each(&row)?;
            *next = rest.next().transpose().map_err(fail)?;
        }
    }
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    let (seq, entry, _) = entry_of(row)?;
    Ok(HistoryRow { change: Id(row.get(24)?), voided: row.get(25)?, seq, fact: HistoryFact::Entry(entry) })
}

fn snapshot_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    let (at, account) = (Moment(row.get(2)?), AccountId(row.get(3)?));
    let snapshot = Snapshot { id: Id(row.get(1)?), at, account, balance: row.get(4)?, note: row.get(5)? };
    let seen = Seen { unexplained: row.get(6)?, first: row.get(7)? };
    let fact = HistoryFact::Snapshot(snapshot, seen);
    Ok(HistoryRow { change: Id(row.get(8)?), voided: row.get(9)?, seq: row.get(0)?, fact })
}
