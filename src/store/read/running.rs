//! The balance of one account after each row of its history.

use super::below_zero::Position;
use super::{Expiries, HistoryFact, HistoryRow};
use crate::ledger::AccountId;
use crate::period::LocalDateTime;
use crate::store::lots::LotEvent;
use crate::store::sql::{LIVE, sum_at};
use crate::store::{Store, StoreError};
use rusqlite::params;
use std::collections::VecDeque;

/// Facts that are read at once.
const PAGE: usize = 512;

/// What a row of the history did to an account, in minor units of the unit of the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    /// By how much it moves the balance; of a snapshot, what is unexplained. `None` of a voided snapshot.
    pub amount: Option<i64>,
    /// The balance after it; `None` where the row is voided.
    pub balance_after: Option<i64>,
    /// What expired since the row before it.
    pub expired: i64,
}

/// Computes the balance of an account after each row of its history.
///
/// It reads the facts of the account once, from the first row on, also those between two rows that a
/// filter leaves out. The balance before the first row comes from the present balance where few facts
/// follow, else from the totals of the months before.
pub struct RunningBalance<'s> {
    store: &'s Store,
    account: AccountId,
    walk: Option<Walk>,
}

/// A walk through the facts of an account.
struct Walk {
    /// The balance after the facts so far.
    balance: i64,
    /// The next facts, each with what it adds to the balance.
    facts: VecDeque<(Position, i64)>,
    /// The last fact that was read.
    read_to: Position,
    /// What expires later, from which moment on, soonest first.
    expiries: VecDeque<(LocalDateTime, i64)>,
}

impl Store {
    /// Returns what computes the running balance of an account.
    pub fn running_balance(&self, account: AccountId) -> RunningBalance<'_> {
        RunningBalance { store: self, account, walk: None }
    }

    /// Returns the next facts of an account after a position, each with what it adds to the balance.
    fn movements(
        &self,
        account: AccountId,
        after: Position,
    ) -> Result<VecDeque<(Position, i64)>, StoreError> {
        let next = "at >= ?2 AND (at, seq) > (?2, ?3)";
        let sql = format!(
            "SELECT at, seq, -amount_out FROM entry WHERE from_account = ?1 AND {next} AND {LIVE}
             UNION ALL SELECT at, seq, amount_in FROM entry WHERE to_account = ?1 AND {next} AND {LIVE}
             UNION ALL SELECT at, seq, unexplained FROM snapshot_delta WHERE account = ?1 AND {next}
             ORDER BY 1, 2 LIMIT {PAGE}"
        );
        let read = self.all(&sql, params![account, after.0, after.1], |row| {
            Ok(((row.get(0)?, row.get(1)?), sum_at(row, 2)?))
        });
        Ok(read?.into())
    }
}

impl RunningBalance<'_> {
    /// Returns what a row did. Rows come in the order of facts.
    pub fn next(&mut self, row: &HistoryRow) -> Result<Movement, StoreError> {
        let recorded = match &row.fact {
            HistoryFact::Entry(entry) => {
                let steps = LotEvent::of(entry).filter(|(account, _)| *account == self.account);
                Some(steps.map(|(_, step)| step.change()).sum())
            }
            HistoryFact::Snapshot(_, seen) => seen.unexplained,
        };
        let mut movement = Movement { amount: recorded, ..Movement::default() };
        if row.voided {
            return Ok(movement);
        }
        let mut walk = match self.walk.take() {
            Some(walk) => walk,
            None => self.start(row.at())?,
        };
        let wanted = (row.at(), row.seq);
        loop {
            if walk.facts.is_empty() {
                walk.facts = self.store.movements(self.account, walk.read_to)?;
                walk.read_to = walk.facts.back().map_or(walk.read_to, |(position, _)| *position);
            }
            let Some((position, change)) = walk.facts.pop_front_if(|(position, _)| *position <= wanted)
            else {
                break;
            };
            movement.expired += walk.expire(position.0);
            walk.balance += change;
            if position == wanted {
                break;
            }
        }
        movement.balance_after = Some(walk.balance);
        self.walk = Some(walk);
        Ok(movement)
    }

    /// Starts with the facts of a second.
    fn start(&self, at: LocalDateTime) -> Result<Walk, StoreError> {
        let before = LocalDateTime(at.0.saturating_sub(1));
        let facts = self.store.movements(self.account, (before, i64::MAX))?;
        let state = self.store.present_state(self.account)?;
        let (present, last_fact, has_lots) = state.unwrap_or((0, LocalDateTime(i64::MIN), false));
        let expiries = if has_lots { self.store.expiries(None, None, Expiries::All)? } else { Vec::new() };
        let own = expiries.into_iter().filter(|(account, ..)| *account == self.account);
        let mut expiries: VecDeque<(LocalDateTime, i64)> =
            own.map(|(_, day, amount)| (day.start(), amount)).collect();
        let balance = if facts.len() < PAGE {
            // All later facts are here. The present balance contains what expired up to the last fact.
            let later = facts.iter().map(|(_, change)| change).sum::<i64>();
            let expired = expiries.iter().map(|(from, amount)| {
                let is_stored = from.day() <= last_fact.day();
                match *from > before {
                    true if is_stored => *amount,
                    false if !is_stored => -amount,
                    _ => 0,
                }
            });
            present - later + expired.sum::<i64>()
        } else {
            let month = self.store.balance_at_end(self.account, before.month().add_months(-1))?;
            self.store.balance_within_month(self.account, month, before, has_lots)?
        };
        expiries.retain(|(from, _)| *from > before);
        let read_to = facts.back().map_or((before, i64::MAX), |(position, _)| *position);
        Ok(Walk { balance, facts, read_to, expiries })
    }
}

impl Walk {
    /// Removes what has expired at a moment from the balance and returns it.
    fn expire(&mut self, at: LocalDateTime) -> i64 {
        let mut expired = 0;
        while let Some((_, amount)) = self.expiries.pop_front_if(|(from, _)| *from <= at) {
            expired += amount;
        }
        self.balance -= expired;
        expired
    }
}
