//! The history row by row, however long it is.

use super::{Filter, HistoryRow};
use crate::store::{Store, StoreError};
use rusqlite::Statement;

impl Store {
    /// Hands on every row of the history in the order of facts, one at a time; with `voided` those
    /// too that no longer count.
    pub fn for_each_row<E: From<StoreError>>(
        &self,
        voided: bool,
        each: &mut dyn FnMut(&HistoryRow) -> Result<(), E>,
    ) -> Result<(), E> {
        self.for_each_row_of(&Filter::default(), voided, each)
    }

    /// Hands on the rows of a filter in the order of facts, one at a time, whatever its limit.
    pub fn for_each_row_of<E: From<StoreError>>(
        &self,
        filter: &Filter,
        voided: bool,
        each: &mut dyn FnMut(&HistoryRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let fail = |error| E::from(self.fail(error));
        let mut asks = self.asks(filter)?;
        if !voided {
            for ask in &mut asks {
                ask.and_that(format!("{}.change NOT IN (SELECT change FROM voided_change)", ask.table()));
            }
        }
        let prepared = asks.iter().map(|ask| self.db().and_then(|db| db.prepare(&ask.oldest_first().0)));
        let mut statements: Vec<Statement<'_>> = prepared.collect::<Result<_, _>>().map_err(fail)?;
        let mut sources = Vec::new();
        for (statement, ask) in statements.iter_mut().zip(&asks) {
            let values = rusqlite::params_from_iter(ask.oldest_first().1);
            let mut rows = statement.query_map(values, ask.read).map_err(fail)?;
            let first = rows.next().transpose().map_err(fail)?;
            sources.push((first, rows));
        }
        // Each follows its index, so that all are merged and none is sorted.
        let place = |row: &Option<HistoryRow>| row.as_ref().map(|row| (row.at(), row.seq));
        let mut last = None;
        loop {
            let ready = sources.iter_mut().filter(|(row, _)| row.is_some());
            let Some((next, rest)) = ready.min_by_key(|(row, _)| place(row)) else { return Ok(()) };
            let Some(row) = next.take() else { return Ok(()) };
            *next = rest.next().transpose().map_err(fail)?;
            // A row between an account and itself would come from both sides.
            if last.replace(row.seq) != Some(row.seq) {
                each(&row)?;
            }
        }
    }
}
