//! Lots of points at a moment, and what expired of them by itself. `store/lots.rs` explains how they
//! are stored.

use crate::ledger::{AccountId, Expires, Lots};
use crate::period::{Day, LocalDateTime, Month};
use crate::store::lots::{LotWalk, lots_of};
use crate::store::sql::{LAST_DAY, sum_at};
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
    /// gone, amount in minor units; ordered by account and day.
    pub fn expiries(
        &self,
        from: Option<LocalDateTime>,
        to: Option<LocalDateTime>,
        which: Expiries,
    ) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        // What has its last day today is gone with the first second of tomorrow.
        let first = from.map_or(Day(i32::MIN), |from| LocalDateTime(from.0.saturating_sub(1)).day());
        let last = to.map_or(LAST_DAY, |to| to.day().add_days(-1).min(LAST_DAY));
        let (low, high) = match which {
            Expiries::All => ("?1".into(), "?2".into()),
            Expiries::Stored => ("?1".into(), format!("min(?2, {FACT_DAY} - 1)")),
            Expiries::Pending => (format!("max(?1, {FACT_DAY})"), "?2".into()),
        };
        let sql = format!(
            "SELECT l.account, l.expires, sum(l.amount) FROM account_balance w CROSS JOIN lot l ON l.account = w.account
             WHERE w.dated > 0 AND l.expires BETWEEN {low} AND {high}
             GROUP BY l.account, l.expires HAVING sum(l.amount) > 0"
        );
        self.all(&sql, params![first, last], |row| {
            Ok((row.get(0)?, row.get::<_, Day>(1)?.add_days(1), sum_at(row, 2)?))
        })
    }

    /// Returns the open lots of every account at a moment, by their last day.
    pub fn lots(&self, at: LocalDateTime) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        self.lots_until(at, LAST_DAY)
    }

    /// The same of lots whose last day is not after another day.
    pub fn lots_until(&self, at: LocalDateTime, last: Day) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        let dated = |(account, expires, amount)| match expires {
            Expires::On(day) => Some((account, day, amount)),
            Expires::Unknown | Expires::Never => None,
        };
        Ok(self.open_lots(at, Expires::On(last))?.into_iter().filter_map(dated).collect())
    }

    /// Returns the lot of every account that expires next after a moment.
    ///
    /// Reads an account's lots from that day on, up to the first with something left.
    pub fn next_expiries(&self, at: LocalDateTime) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let sql = "SELECT account, fact_at FROM account_balance WHERE dated > 0";
        let accounts: Vec<(AccountId, LocalDateTime)> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut next = Vec::new();
        for (account, fact_at) in accounts {
            let lot = if fact_at > at {
                self.lots_before(account, at)?.dated.into_iter().next()
            } else {
                let sql =
                    "SELECT expires, sum(amount) FROM lot WHERE account = ?1 AND expires BETWEEN ?2 AND ?3
                           GROUP BY expires HAVING sum(amount) > 0 ORDER BY expires LIMIT 1";
                let values = params![account, at.day(), LAST_DAY];
                self.maybe(sql, values, |row| Ok((row.get::<_, Day>(0)?, sum_at(row, 1)?)))?
            };
            next.extend(lot.map(|(day, amount)| (account, day, amount)));
        }
        Ok(next)
    }

    /// Returns the open lots of every account at a moment, with what never expires. The rest of a
    /// balance is of unknown expiry.
    pub fn all_lots(&self, at: LocalDateTime) -> Result<Vec<(AccountId, Expires, i64)>, StoreError> {
        self.open_lots(at, Expires::Never)
    }

    fn open_lots(
        &self,
        at: LocalDateTime,
        last: Expires,
    ) -> Result<Vec<(AccountId, Expires, i64)>, StoreError> {
        let is_end = at == at.month().last().end();
        // At the end of a month all accounts are answered by the rows up to it, at another moment those
        // that have no later fact.
        let which = if is_end { "l.month <= ?1" } else { "w.fact_at <= ?1" };
        let limit = if is_end { i64::from(at.month().0) } else { at.0 };
        let sql = format!(
            "SELECT l.account, l.expires, sum(l.amount) FROM account_balance w CROSS JOIN lot l ON l.account = w.account
             WHERE w.dated > 0 AND l.expires BETWEEN ?2 AND ?3 AND {which}
             GROUP BY l.account, l.expires HAVING sum(l.amount) > 0"
        );
        let mut lots = self.all(&sql, params![limit, at.day(), last], |row| {
            Ok((row.get(0)?, row.get(1)?, sum_at(row, 2)?))
        })?;
        if is_end {
            return Ok(lots);
        }
        let sql = "SELECT account FROM account_balance WHERE dated > 0 AND fact_at > ?1";
        let later: Vec<AccountId> = self.all(sql, [at], |row| row.get(0))?;
        for account in later {
            let found = self.lots_before(account, at)?;
            let open = found.dated.into_iter().map(|(day, amount)| (Expires::On(day), amount));
            let open = open.filter(|(expires, _)| *expires <= last);
            lots.extend(open.map(|(expires, amount)| (account, expires, amount)));
            let never = (found.never > 0 && last == Expires::Never).then_some(found.never);
            lots.extend(never.map(|amount| (account, Expires::Never, amount)));
        }
        Ok(lots)
    }

    /// The lots at a moment of an account that has later facts.
    fn lots_before(&self, account: AccountId, at: LocalDateTime) -> Result<Lots, StoreError> {
        let month = at.month();
        let mut walk = LotWalk::new(self.lots_at_end(account, month.add_months(-1))?);
        self.each_step(account, month.first().start(), at, &mut |at, step| walk.step(at, step))?;
        walk.expire(at.day());
        Ok(walk.lots)
    }

    /// The lots of an account at the end of a month, of which the totals must be written; what expires
    /// with the next second is among them.
    pub(in crate::store) fn lots_at_end(&self, account: AccountId, month: Month) -> Result<Lots, StoreError> {
        let sql = "SELECT expires, amount FROM lot WHERE account = ?1 AND expires >= ?2 AND month <= ?3";
        let rows: Vec<(Expires, i64)> =
            self.all(sql, params![account, month.last(), month], |row| Ok((row.get(0)?, sum_at(row, 1)?)))?;
        Ok(lots_of(rows, self.balance_at_end(account, month)?))
    }
}
