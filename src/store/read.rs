//! Queries of the ledger: balances and sums, and the rows of the history.
//!
//! No query reads all entries, except for a history without limits.

mod accounts;
mod balances;
mod below_zero;
mod bills;
mod changes;
mod expiry;
mod flows;
mod history;
mod rows;
mod running;
mod withdrawals;

use super::{Store, StoreError};
use rusqlite::{OptionalExtension, Row};

pub(super) use bills::{facts_sql, step_at};
pub use changes::{LedgerChange, LedgerChangeKind};
pub use expiry::Expiries;
pub use flows::Activity;
pub use history::{ChangeRow, Filter, HistoryFact, HistoryRow, ID_PART_MIN, Outside, SnapshotDifference};
pub use running::{Movement, RunningBalance};

impl Store {
    /// Returns all rows of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<T>> {
            let mut statement = self.db()?.prepare_cached(sql)?;
            let mut rows = statement.query(values)?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                out.push(read(row)?);
            }
            Ok(out)
        };
        rows().map_err(|e| self.fail(e))
    }

    /// Returns the first row of a query, if there is one.
    pub(super) fn maybe<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let statement = self.db().and_then(|db| db.prepare_cached(sql));
        let mut statement = statement.map_err(|e| self.fail(e))?;
        statement.query_row(values, read).optional().map_err(|e| self.fail(e))
    }
}
