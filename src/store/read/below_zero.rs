//! When a balance falls below zero.

use crate::ledger::{AccountId, FlowKind};
use crate::period::{LocalDateTime, Month};
use crate::store::sql::{LAST_MOMENT, LIVE, sum_at};
use crate::store::{Store, StoreError};
use rusqlite::params;

/// A position in the order of facts: the moment, and the number in the order of recording.
pub(super) type Position = (LocalDateTime, i64);

impl Store {
    /// Returns the first moment after `after` at which an account is below zero, with its balance then.
    ///
    /// `balance` is that of `after`. The search ends at the account's next snapshot, which sets the
    /// balance anew, unless `past_snapshots`. Whole months are added up from totals; the entries of a
    /// month are read only if the balance could fall below zero in it.
    pub fn first_below_zero(
        &self,
        account: AccountId,
        after: LocalDateTime,
        balance: i64,
        past_snapshots: bool,
    ) -> Result<Option<(LocalDateTime, i64)>, StoreError> {
        let (mut from, mut balance) = ((after, i64::MAX), balance);
        loop {
            let sql =
                "SELECT at, seq, balance FROM snapshot_delta WHERE account = ?1 AND (at, seq) > (?2, ?3)
                       ORDER BY at, seq LIMIT 1";
            let next: Option<(Position, i64)> = self.maybe(sql, params![account, from.0, from.1], |row| {
                Ok(((row.get(0)?, row.get(1)?), sum_at(row, 2)?))
            })?;
            let until = next.map_or((LAST_MOMENT, i64::MAX), |(position, _)| position);
            let found = self.below_zero_between(account, from, until, balance)?;
            match next.filter(|_| found.is_none() && past_snapshots) {
                Some(snapshot) => (from, balance) = snapshot,
                None => return Ok(found),
            }
        }
    }

    /// Searches between two positions that have no snapshot between them.
    fn below_zero_between(
        &self,
        account: AccountId,
        from: Position,
        until: Position,
        mut balance: i64,
    ) -> Result<Option<(LocalDateTime, i64)>, StoreError> {
        let (first, last) = (from.0.month(), until.0.month());
        let begin = |month: Month| (month.first().start(), i64::MIN);
        let end = until.min(begin(first.add_months(1)));
        if let Some(found) = self.below_zero_within(account, from, end, &mut balance)? {
            return Ok(Some(found));
        }
        if first == last {
            return Ok(None);
        }
        let sum = |sign: i64| {
            let measures = FlowKind::ALL.into_iter().filter(|measure| *measure != FlowKind::Unexplained);
            let measures = measures.filter(|measure| measure.sign() == sign);
            measures.map(FlowKind::as_str).collect::<Vec<_>>().join(" + ")
        };
        let sql = format!(
            "SELECT month, {}, {} FROM monthly_flow WHERE account = ?1 AND month > ?2 AND month < ?3 ORDER BY month",
            sum(1),
            sum(-1)
        );
        let months: Vec<(Month, i64, i64)> = self.all(&sql, params![account, first, last], |row| {
            Ok((row.get(0)?, sum_at(row, 1)?, sum_at(row, 2)?))
        })?;
        for (month, arriving, leaving) in months {
            if balance.saturating_sub(leaving) >= 0 {
                balance = balance.saturating_add(arriving).saturating_sub(leaving);
                continue;
            }
            let (begins, ends) = (begin(month), begin(month.add_months(1)));
            if let Some(found) = self.below_zero_within(account, begins, ends, &mut balance)? {
                return Ok(Some(found));
            }
        }
        self.below_zero_within(account, begin(last), until, &mut balance)
    }

    /// Follows the entries of an account, and what expires by itself, between two positions.
    fn below_zero_within(
        &self,
        account: AccountId,
        after: Position,
        before: Position,
        balance: &mut i64,
    ) -> Result<Option<(LocalDateTime, i64)>, StoreError> {
        // Points are gone with the first second of the day after their last, before any fact of it.
        let sql = format!(
            "SELECT at, step FROM (
               SELECT at, seq, -amount_out AS step FROM entry
               WHERE from_account = ?1 AND at BETWEEN ?2 AND ?4 AND {LIVE}
               UNION ALL
               SELECT at, seq, amount_in FROM entry WHERE to_account = ?1 AND at BETWEEN ?2 AND ?4 AND {LIVE}
               UNION ALL
               SELECT (expires + 1) * 86400, ?6, -sum(amount) FROM lot
               WHERE account = ?1 AND expires BETWEEN ?2 / 86400 - 2 AND ?4 / 86400
               GROUP BY expires HAVING sum(amount) > 0)
             WHERE (at, seq) > (?2, ?3) AND (at, seq) < (?4, ?5) ORDER BY at, seq"
        );
        let values = params![account, after.0, after.1, before.0, before.1, i64::MIN + 1];
        let mut found = None;
        self.all(&sql, values, |row| {
            if found.is_none() {
                *balance = balance.saturating_add(sum_at(row, 1)?);
                found = (*balance < 0).then_some((row.get(0)?, *balance));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Returns when the latest change was recorded.
    pub fn last_recorded(&self) -> Result<Option<LocalDateTime>, StoreError> {
        // An id begins with the day of its change, so only the changes of the latest day are looked at.
        let sql = "SELECT max(at) FROM change WHERE id >= (SELECT max(id) >> 48 << 48 FROM change)";
        Ok(self.maybe(sql, [], |row| row.get(0))?.flatten())
    }
}
