//! Lots of points at a moment, and what expired of them by itself. How they are kept is told in
//! `store/derived/lots.rs`.

use super::{amount_at, day_at, expires_at};
use crate::ledger::{AccountId, Expires, Lots};
use crate::period::{Day, Moment, Month};
use crate::store::derived::{LotWalk, NEVER, lots_of};
use crate::store::{Store, StoreError};
use rusqlite::params;

/// The day of an account's last fact, counted from 1970-01-01 and rounded down before it too.
const FACT_DAY: &str = "((w.fact_at - (w.fact_at % 86400 + 86400) % 86400) / 86400)";

/// Which expiries are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiries {
    /// All of them.
    All,
    /// Those up to the last fact of their account, which the stored sums contain.
    Stored,
    /// The later ones, which they do not contain.
    Pending,
}

impl Store {
    /// Returns what expired by itself between two moments, both inside: account, day on which it was
    /// gone, amount in parts; ordered by account and day.
    pub fn expiries(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
        which: Expiries,
    ) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        // What has its last day today is gone with the first second of tomorrow.
        let day = |at: i64| at.div_euclid(86_400);
        let first = from.map_or(i64::MIN, |from| day(from.0.saturating_sub(1)));
        let last = to.map_or(NEVER - 1, |to| (day(to.0) - 1).min(NEVER - 1));
        let (low, high) = match which {
            Expiries::All => ("?1".into(), "?2".into()),
            Expiries::Stored => ("?1".into(), format!("min(?2, {FACT_DAY} - 1)")),
            Expiries::Pending => (format!("max(?1, {FACT_DAY})"), "?2".into()),
        };
        let sql = format!(
            "SELECT l.account, l.expires, sum(l.amount) FROM standing w CROSS JOIN lot l ON l.account = w.account
             WHERE w.dated > 0 AND l.expires BETWEEN {low} AND {high}
             GROUP BY l.account, l.expires HAVING sum(l.amount) > 0"
        );
        self.all(&sql, params![first, last], |row| {
            Ok((AccountId(row.get(0)?), day_at(row, 1)?.plus(1), amount_at(row, 2)?))
        })
    }

    /// Returns the open lots of every account at a moment, by their last day.
    pub fn lots(&self, at: Moment) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        self.lots_until(at, Day(NEVER as i32 - 1))
    }

    /// The same of lots whose last day is not after another day.
    pub fn lots_until(&self, at: Moment, last: Day) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        let dated = |(account, expires, amount)| match expires {
            Expires::After(day) => Some((account, day, amount)),
            Expires::Unknown | Expires::Never => None,
        };
        Ok(self.open_lots(at, i64::from(last.0))?.into_iter().filter_map(dated).collect())
    }

    /// Returns the open lots of every account at a moment, with what never expires. The rest of a
    /// balance is of unknown expiry.
    pub fn all_lots(&self, at: Moment) -> Result<Vec<(AccountId, Expires, i64)>, StoreError> {
        self.open_lots(at, NEVER)
    }

    fn open_lots(&self, at: Moment, last: i64) -> Result<Vec<(AccountId, Expires, i64)>, StoreError> {
        let is_end = at == at.month().last().end();
        // At the end of a month all accounts are answered by the rows up to it, at another moment those
        // that have no later fact.
        let which = if is_end { "l.month <= ?1" } else { "w.fact_at <= ?1" };
        let limit = if is_end { i64::from(at.month().0) } else { at.0 };
        let sql = format!(
            "SELECT l.account, l.expires, sum(l.amount) FROM standing w CROSS JOIN lot l ON l.account = w.account
             WHERE w.dated > 0 AND l.expires BETWEEN ?2 AND ?3 AND {which}
             GROUP BY l.account, l.expires HAVING sum(l.amount) > 0"
        );
        let mut lots = self.all(&sql, params![limit, at.day().0, last], |row| {
            Ok((AccountId(row.get(0)?), expires_at(row, 1)?, amount_at(row, 2)?))
        })?;
        if is_end {
            return Ok(lots);
        }
        let sql = "SELECT account FROM standing WHERE dated > 0 AND fact_at > ?1";
        let later: Vec<i64> = self.all(sql, [at.0], |row| row.get(0))?;
        for account in later.into_iter().map(AccountId) {
            let found = self.lots_before(account, at)?;
            let open = found.dated.into_iter().filter(|(day, _)| i64::from(day.0) <= last);
            lots.extend(open.map(|(day, amount)| (account, Expires::After(day), amount)));
            let never = (found.never > 0 && last == NEVER).then_some(found.never);
            lots.extend(never.map(|amount| (account, Expires::Never, amount)));
        }
        Ok(lots)
    }

    /// The lots at a moment of an account that has later facts.
    fn lots_before(&self, account: AccountId, at: Moment) -> Result<Lots, StoreError> {
        let month = at.month();
        let mut walk = LotWalk::new(self.lots_at_end(account, month.plus(-1))?);
        self.each_step(account, month.first().start(), at, &mut |at, step| walk.step(at, step))?;
        walk.expire(at.day());
        Ok(walk.lots)
    }

    /// The lots of an account at the end of a month, of which the totals must be written; what expires
    /// with the next second is among them.
    pub(in crate::store) fn lots_at_end(&self, account: AccountId, month: Month) -> Result<Lots, StoreError> {
        let sql = "SELECT expires, amount FROM lot WHERE account = ?1 AND expires >= ?2 AND month <= ?3";
        let rows: Vec<(i64, i64)> = self.all(sql, params![account.0, month.last().0, month.0], |row| {
            Ok((row.get(0)?, amount_at(row, 1)?))
        })?;
        Ok(lots_of(rows.into_iter(), self.balance_at_end(account, month)?))
    }
}
