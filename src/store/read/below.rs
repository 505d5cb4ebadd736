//! When a balance falls below zero.

use super::{amount_at, moment_at};
use crate::ledger::AccountId;
use crate::period::{Day, Moment};
use crate::store::{Store, StoreError};
use rusqlite::params;

/// A place in the order of facts: the moment, and the number in the order of recording.
type Place = (Moment, i64);

impl Store {
    /// Returns the first moment after `after` at which an account is below zero, with its balance then.
    ///
    /// It looks no further than the account's next snapshot, which says anew what was there, unless
    /// `past_snapshots`. `balance` is what the account held at `after`. Days are added up from their
    /// totals; the entries of a day are read only where the day could go below zero.
    pub fn first_below_zero(
        &self,
        account: AccountId,
        after: Moment,
        balance: i64,
        past_snapshots: bool,
    ) -> Result<Option<(Moment, i64)>, StoreError> {
        let (mut from, mut balance) = ((after, i64::MAX), balance);
        loop {
            let sql = "SELECT at, seq, balance FROM seen WHERE account = ?1 AND (at, seq) > (?2, ?3)
                       ORDER BY at, seq LIMIT 1";
            let next = self.maybe(sql, params![account.0, from.0.0, from.1], |row| {
                Ok(((moment_at(row, 0)?, row.get::<_, i64>(1)?), amount_at(row, 2)?))
            })?;
            let found = self.below_between(account, from, next.map(|(place, _)| place), balance)?;
            match next.filter(|_| found.is_none() && past_snapshots) {
                Some(seen) => (from, balance) = seen,
                None => return Ok(found),
            }
        }
    }

    /// The same after one place and before another, between which there is no snapshot.
    fn below_between(
        &self,
        account: AccountId,
        from: Place,
        until: Option<Place>,
        mut balance: i64,
    ) -> Result<Option<(Moment, i64)>, StoreError> {
        let until = until.unwrap_or((Day(i32::MAX).start(), 0));
        let (first, last) = (from.0.day(), until.0.day());
        let start = |day: Day| (day.start(), i64::MIN);
        if let Some(found) =
            self.below_within(account, from, until.min(start(first.plus(1))), &mut balance)?
        {
            return Ok(Some(found));
        }
        if first == last {
            return Ok(None);
        }
        // Measures 1 to 5 add to a balance and 6 to 11 take away.
        let sql =
            "SELECT day, sum(iif(measure <= 5, amount, 0)), sum(iif(measure <= 5, 0, amount)) FROM day_total
                   WHERE account = ?1 AND day > ?2 AND day < ?3 AND measure BETWEEN 1 AND 11
                   GROUP BY day ORDER BY day";
        let days: Vec<(i32, i64, i64)> = self.all(sql, params![account.0, first.0, last.0], |row| {
            Ok((row.get(0)?, amount_at(row, 1)?, amount_at(row, 2)?))
        })?;
        for (day, arriving, leaving) in days {
            if balance.saturating_sub(leaving) >= 0 {
                balance = balance.saturating_add(arriving).saturating_sub(leaving);
                continue;
            }
            let (begins, ends) = (start(Day(day)), start(Day(day).plus(1)));
            balance = balance.saturating_sub(self.expired_with(account, Day(day))?);
            if let Some(found) = self.below_within(account, begins, ends, &mut balance)? {
                return Ok(Some(found));
            }
        }
        balance = balance.saturating_sub(self.expired_with(account, last)?);
        self.below_within(account, start(last), until, &mut balance)
    }

    /// Returns what of an account's points expires by itself with the first second of a day.
    fn expired_with(&self, account: AccountId, day: Day) -> Result<i64, StoreError> {
        let sql = "SELECT ifnull(sum(amount), 0) FROM lot WHERE account = ?1 AND expires = ?2";
        let left = self.maybe(sql, params![account.0, day.plus(-1).0], |row| amount_at(row, 0))?;
        Ok(left.unwrap_or(0).max(0))
    }

    /// Follows the entries of an account after one place and before another, one by one.
    fn below_within(
        &self,
        account: AccountId,
        after: Place,
        before: Place,
        balance: &mut i64,
    ) -> Result<Option<(Moment, i64)>, StoreError> {
        let side = |column: &str, amount: &str| {
            format!(
                "SELECT at, seq, {amount} FROM entry
                 WHERE {column} = ?1 AND at BETWEEN ?2 AND ?4 AND (at, seq) > (?2, ?3) AND (at, seq) < (?4, ?5)
                   AND change NOT IN (SELECT change FROM voided)"
            )
        };
        let sql = format!(
            "{} UNION ALL {} ORDER BY 1, 2",
            side("from_account", "-amount_out"),
            side("to_account", "amount_in")
        );
        let values = params![account.0, after.0.0, after.1, before.0.0, before.1];
        let steps: Vec<(Moment, i64)> =
            self.all(&sql, values, |row| Ok((moment_at(row, 0)?, amount_at(row, 2)?)))?;
        for (at, step) in steps {
            *balance = balance.saturating_add(step);
            if *balance < 0 {
                return Ok(Some((at, *balance)));
            }
        }
        Ok(None)
    }

    /// Returns when the latest change was recorded.
    pub fn last_recorded(&self) -> Result<Option<Moment>, StoreError> {
        // An id begins with the day of its change, so only the changes of the latest day are looked at.
        let sql = "SELECT max(at) FROM change WHERE id >= (SELECT max(id) >> 48 << 48 FROM change)";
        let at: Option<Option<i64>> = self.maybe(sql, [], |row| row.get(0))?;
        Ok(at.flatten().map(Moment))
    }
}
