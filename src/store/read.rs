//! What is read from the ledger: aggregates by account, month and kind, and the rows of the history.
//!
//! No question here reads every entry, but for a history that is asked for whole.

mod below;
mod changes;
mod expiry;
mod history;
mod parts;
mod span;

use super::derived::{Labels, NEVER, expires_of, kind_of};
use super::{Store, StoreError};
use crate::ledger::{
    Account, AccountId, AccountKind, Entry, Expires, Flows, Id, Kind, Measure, Place, Stamp, Standing,
};
use crate::money::{Rate, Unit};
use crate::period::{Day, Moment, Month};
use crate::report::DatedRate;
use rusqlite::types::FromSql;
use rusqlite::{OptionalExtension, Row, params};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::collections::HashMap;

pub use changes::{LedgerChange, Recorded};
pub use expiry::Expiries;
pub use history::{ChangeRow, Filter, HistoryFact, HistoryRow, Seen};
pub(super) use parts::{facts_sql, step_at};
pub use span::Done;

const LIVE: &str = "change NOT IN (SELECT change FROM voided)";
pub(super) const ENTRY_COLUMNS: &str =
    "e.seq, e.id, e.at, e.kind, e.from_account, e.to_account, uo.code, uo.decimals, ui.code,
     ui.decimals, e.amount_out, e.amount_in, e.fee, e.tax, ca.text, pa.text, ch.text, e.expires, e.note,
     ifnull(e.category, 0), ifnull(e.channel, 0), e.unit_out, e.unit_in, e.change";
pub(super) const UNIT_JOINS: &str = "JOIN unit uo ON uo.seq = e.unit_out JOIN unit ui ON ui.seq = e.unit_in";
pub(super) const WORD_JOINS: &str =
    "LEFT JOIN label ca ON ca.id = e.category LEFT JOIN label pa ON pa.id = e.payee
     LEFT JOIN label ch ON ch.id = e.channel";

/// The first and the last second of the years that a date may lie in.
const MOMENTS: std::ops::RangeInclusive<i64> = -2_208_988_800..=253_402_300_799;

/// The values of a row, in whichever way SQLite hands them over.
pub(super) trait Values {
    /// The value of one column.
    fn value<T: FromSql>(&self, column: usize) -> rusqlite::Result<T>;
}

impl Values for Row<'_> {
    fn value<T: FromSql>(&self, column: usize) -> rusqlite::Result<T> {
        self.get(column)
    }
}

/// An amount that the door lets in, or a sum of such amounts. What lies beyond is damage, and sums
/// over it would pass what a number holds.
pub(super) fn amount_at(row: &impl Values, column: usize) -> rusqlite::Result<i64> {
    within(row.value(column)?, column, -(1 << 62)..=1 << 62)
}

/// An amount of an entry, which is never below zero.
pub(super) fn size_at(row: &impl Values, column: usize) -> rusqlite::Result<i64> {
    within(row.value(column)?, column, 0..=1 << 62)
}

/// A day of the years that a date may lie in.
fn day_at(row: &impl Values, column: usize) -> rusqlite::Result<Day> {
    let [first, last] = [MOMENTS.start(), MOMENTS.end()].map(|at| i64::from(Moment(*at).day().0));
    within(row.value(column)?, column, first..=last).map(|day| Day(day as i32))
}

/// A moment of the years that a date may lie in.
pub(super) fn moment_at(row: &impl Values, column: usize) -> rusqlite::Result<Moment> {
    within(row.value(column)?, column, MOMENTS).map(Moment)
}

/// A month of those years.
fn month_at(row: &impl Values, column: usize) -> rusqlite::Result<Month> {
    let [first, last] = [MOMENTS.start(), MOMENTS.end()].map(|at| i64::from(Moment(*at).month().0));
    within(row.value(column)?, column, first..=last).map(|month| Month(month as i32))
}

/// When something expires.
pub(super) fn expires_at(row: &impl Values, column: usize) -> rusqlite::Result<Expires> {
    let day: Option<i64> = row.value(column)?;
    if day.is_some_and(|day| day != NEVER) {
        day_at(row, column)?;
    }
    Ok(expires_of(day))
}

/// The moment of a number of seconds, where it lies in the years of a date.
pub(super) fn moment_in_range(seconds: i64) -> Option<Moment> {
    MOMENTS.contains(&seconds).then_some(Moment(seconds))
}

fn within(number: i64, column: usize, range: std::ops::RangeInclusive<i64>) -> rusqlite::Result<i64> {
    let fits = range.contains(&number);
    if fits { Ok(number) } else { Err(rusqlite::Error::IntegralValueOutOfRange(column, number)) }
}

/// A unit, of which code and decimals stand side by side.
pub(super) fn unit_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Unit> {
    Ok(Unit { code: row.get::<_, String>(column)?.into(), decimals: row.get(column + 1)? })
}

/// The columns of one version of an account, and of its unit.
pub(super) const ACCOUNT_COLUMNS: &str = "v.account, v.name, v.platform, v.kind, u.code, u.decimals,
     v.limit_amount, v.bill_day, v.note, v.closed";

/// An account as those columns have it.
pub(super) fn account_of(row: &Row<'_>) -> rusqlite::Result<Account> {
    let kind: String = row.get(3)?;
    let limit: Option<i64> = row.get(6)?;
    Ok(Account {
        id: AccountId(row.get(0)?),
        name: row.get(1)?,
        platform: row.get(2)?,
        kind: AccountKind::parse(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
        unit: unit_at(row, 4)?,
        limit: limit.map(|limit| within(limit, 6, 0..=i64::MAX)).transpose()?,
        bill_day: row.get(7)?,
        note: row.get(8)?,
        closed: row.get(9)?,
    })
}

/// Leaves of the versions of each account the one that holds: the latest by its stamp, and of one
/// change the last.
fn latest(versions: Vec<(Stamp, Account)>) -> Vec<(Stamp, Account)> {
    let mut latest: Vec<(Stamp, Account)> = Vec::with_capacity(versions.len());
    for (stamp, account) in versions {
        match latest.last_mut().filter(|(_, held)| held.id == account.id) {
            Some(held) if held.0 <= stamp => *held = (stamp, account),
            Some(_) => {}
            None => latest.push((stamp, account)),
        }
    }
    latest
}

/// The kind of an entry.
pub(super) fn kind_at(row: &impl Values, column: usize) -> rusqlite::Result<Kind> {
    let kind = row.value(column)?;
    kind_of(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, kind))
}

pub(super) fn entry_of(row: &Row<'_>) -> rusqlite::Result<(i64, Entry, Labels)> {
    let account = |column: usize| row.get::<_, Option<i64>>(column).map(|id| id.map(AccountId));
    let word = |column: usize| -> rusqlite::Result<Option<SmolStr>> {
        Ok(row.get_ref(column)?.as_str_or_null()?.map(SmolStr::new))
    };
    let entry = Entry {
        id: Id(row.get(1)?),
        at: moment_at(row, 2)?,
        kind: kind_at(row, 3)?,
        out: Place { account: account(4)?, amount: size_at(row, 10)?, unit: unit_at(row, 6)? },
        arriving: Place { account: account(5)?, amount: size_at(row, 11)?, unit: unit_at(row, 8)? },
        fee: size_at(row, 12)?,
        tax: size_at(row, 13)?,
        category: word(14)?,
        payee: word(15)?,
        channel: word(16)?,
        expires: expires_at(row, 17)?,
        note: row.get(18)?,
    };
    let labels = Labels {
        category: row.get(19)?,
        channel: row.get(20)?,
        unit_out: row.get(21)?,
        unit_in: row.get(22)?,
    };
    Ok((row.get(0)?, entry, labels))
}

impl Store {
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

    /// Every account, closed ones too, in the order of opening.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let versions = self.versions(&format!("a.{LIVE} AND v.{LIVE}"), [])?;
        Ok(latest(versions).into_iter().map(|(_, account)| account).collect())
    }

    /// The accounts whose opening was undone, as they last stood: the history still names them.
    pub fn accounts_undone(&self) -> Result<Vec<Account>, StoreError> {
        let versions = self.versions("a.change IN (SELECT change FROM voided)", [])?;
        Ok(latest(versions).into_iter().map(|(_, account)| account).collect())
    }

    /// Returns the version of an account that holds, with its stamp.
    pub(super) fn current_version(&self, id: AccountId) -> Result<Option<(Stamp, Account)>, StoreError> {
        let versions = self.versions(&format!("a.{LIVE} AND v.{LIVE} AND v.account = ?1"), [id.0])?;
        Ok(latest(versions).pop())
    }

    /// Returns versions of accounts with their stamps, those of one account together, in the order in
    /// which they were recorded. `which` is a condition on `a`, the account, and `v`, the version.
    pub(super) fn versions(
        &self,
        which: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<(Stamp, Account)>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {ACCOUNT_COLUMNS}, c.at, c.id
             FROM account_version v JOIN account a ON a.id = v.account
             JOIN change c ON c.seq = v.change JOIN unit u ON u.seq = v.unit
             WHERE {which} ORDER BY v.account, v.seq"
        );
        self.all(&sql, values, |row| {
            let stamp = Stamp { at: Moment(row.get(10)?), change: Id(row.get(11)?) };
            Ok((stamp, account_of(row)?))
        })
    }

    /// Every unit in use, with its number.
    pub(super) fn live_units(&self) -> Result<Vec<(i64, Unit)>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        // A unit that came into use with something else stays known when that is undone.
        let sql = "SELECT u.seq, u.code, u.decimals FROM unit u JOIN change c ON c.seq = u.change
                   WHERE NOT (c.command = 'unit add' AND c.seq IN (SELECT change FROM voided)) ORDER BY u.seq";
        self.all(sql, [], |row| Ok((row.get(0)?, unit_at(row, 1)?)))
    }

    /// Every unit that the ledger knows.
    pub fn units(&self) -> Result<Vec<Unit>, StoreError> {
        Ok(self.live_units()?.into_iter().map(|(_, unit)| unit).collect())
    }

    /// Every rate that counts, oldest first.
    pub fn rates(&self) -> Result<Vec<DatedRate>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let sql = "SELECT u.code, u.decimals, r.value, o.code, o.decimals, r.day FROM rate r
                   JOIN unit u ON u.seq = r.unit JOIN unit o ON o.seq = r.of
                   WHERE r.change NOT IN (SELECT change FROM voided) ORDER BY r.day, r.seq";
        self.all(sql, [], |row| {
            let value: String = row.get(2)?;
            let rate = Rate::parse(&value).map_err(|_| rusqlite::Error::InvalidQuery)?;
            Ok(DatedRate { unit: unit_at(row, 0)?, rate, of: unit_at(row, 3)?, day: day_at(row, 5)? })
        })
    }

    /// Returns where every account with a fact stands at a moment, after the facts of that second and
    /// without what has expired.
    pub fn standings(&self, at: Moment) -> Result<HashMap<AccountId, Standing>, StoreError> {
        if self.is_blank() {
            return Ok(HashMap::new());
        }
        let sql = "SELECT account, balance, fact_at, seen_at, dated FROM standing";
        let rows: Vec<(i64, i64, i64, Option<i64>, i64)> = self.all(sql, [], |row| {
            Ok((row.get(0)?, amount_at(row, 1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        let mut standings = HashMap::new();
        let (mut is_past, mut has_lots) = (true, false);
        for (account, balance, fact_at, seen_at, dated) in rows {
            let seen = seen_at.map(Moment);
            let last_fact = Some(Moment(fact_at));
            standings.insert(AccountId(account), Standing { balance, seen, has_facts: true, last_fact });
            is_past &= fact_at <= at.0;
            has_lots |= dated > 0;
        }
        // An account with later facts has no pending expiry before them.
        let pending = if has_lots { self.expiries(None, Some(at), Expiries::Pending)? } else { Vec::new() };
        for (account, _, amount) in pending {
            standings.entry(account).or_default().balance -= amount;
        }
        if is_past {
            return Ok(standings);
        }
        let later = self.stored_flows(Some(Moment(at.0 + 1)), None)?;
        // Most accounts have facts in an earlier month; of the others all are counted.
        let sql = "SELECT w.account, (SELECT max(n.at) FROM seen n WHERE n.account = w.account AND n.at <= ?1),
                          iif(EXISTS (SELECT 1 FROM total t WHERE t.account = w.account AND t.month < ?2), NULL,
                              (SELECT ifnull(sum(t.facts), 0) FROM total t WHERE t.account = w.account))
                   FROM standing w WHERE w.fact_at > ?1";
        let rows: Vec<(i64, Option<i64>, Option<i64>)> =
            self.all(sql, [at.0, i64::from(at.month().0)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        for (account, seen, facts) in rows {
            let account = AccountId(account);
            let later = later.get(&account);
            let standing = standings.entry(account).or_default();
            standing.balance -= later.map_or(0, Flows::net);
            standing.seen = seen.map(Moment);
            standing.has_facts = facts.is_none_or(|facts| facts > later.map_or(0, |flows| flows.facts));
        }
        Ok(standings)
    }

    /// The moment of the first fact that counts.
    pub fn first_fact(&self) -> Result<Option<Moment>, StoreError> {
        let sql = format!("SELECT at FROM entry WHERE {LIVE} ORDER BY at LIMIT 1");
        let entry = self.maybe(&sql, [], |row| row.get::<_, i64>(0))?;
        let seen: Option<i64> = self.maybe("SELECT min(at) FROM seen", [], |row| row.get(0))?.flatten();
        Ok([entry, seen].into_iter().flatten().min().map(Moment))
    }

    /// The moment of the first fact that counts of each account that has one.
    pub fn first_facts(&self) -> Result<BTreeMap<AccountId, Moment>, StoreError> {
        // One account at a time, each from the beginning of an index.
        let sql = format!(
            "SELECT a.id,
                    (SELECT at FROM entry WHERE from_account = a.id AND {LIVE} ORDER BY at LIMIT 1),
                    (SELECT at FROM entry WHERE to_account = a.id AND {LIVE} ORDER BY at LIMIT 1),
                    (SELECT min(at) FROM seen WHERE account = a.id)
             FROM account a"
        );
        let rows = self.all(&sql, [], |row| {
            let moments: [Option<i64>; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
            Ok((AccountId(row.get(0)?), moments.into_iter().flatten().min()))
        })?;
        Ok(rows.into_iter().filter_map(|(account, at)| Some((account, Moment(at?)))).collect())
    }

    /// The balance of an account just before a place in the order of facts.
    pub(super) fn balance_before(&self, account: AccountId, at: Moment, seq: i64) -> Result<i64, StoreError> {
        let sql = "SELECT at, seq, balance FROM seen WHERE account = ?1 AND (at, seq) < (?2, ?3)
                   ORDER BY at DESC, seq DESC LIMIT 1";
        let values = params![account.0, at.0, seq];
        let seen: Option<(i64, i64, i64)> =
            self.maybe(sql, values, |row| Ok((row.get(0)?, row.get(1)?, amount_at(row, 2)?)))?;
        let (since, since_seq, mut balance) = seen.unwrap_or((i64::MIN, i64::MIN, 0));
        for (side, amount, sign) in [("from_account", "amount_out", -1), ("to_account", "amount_in", 1)] {
            let sql = format!(
                "SELECT ifnull(sum({amount}), 0) FROM entry WHERE {side} = ?1 AND at BETWEEN ?2 AND ?4
                 AND (at, seq) > (?2, ?3) AND (at, seq) < (?4, ?5) AND {LIVE}"
            );
            let values = params![account.0, since, since_seq, at.0, seq];
            balance += sign * self.maybe(&sql, values, |row| amount_at(row, 0))?.unwrap_or(0);
        }
        Ok(balance)
    }

    /// The balance of an account at the end of a month, from the totals of the months up to it.
    pub(super) fn balance_at_end(&self, account: AccountId, month: Month) -> Result<i64, StoreError> {
        let net: String = Measure::ALL
            .into_iter()
            .filter(|measure| measure.sign() != 0)
            .map(|measure| format!(" + {} * {}", measure.sign(), measure.word()))
            .collect();
        let sql = format!("SELECT ifnull(sum(0{net}), 0) FROM total WHERE account = ?1 AND month <= ?2");
        Ok(self.maybe(&sql, params![account.0, month.0], |row| amount_at(row, 0))?.unwrap_or(0))
    }

    /// What all facts that count move and show together, whatever their units.
    pub(super) fn moved(&self) -> Result<i128, StoreError> {
        let sql = format!(
            "SELECT amount_out, amount_in FROM entry WHERE {LIVE}
             UNION ALL SELECT balance, 0 FROM snapshot WHERE {LIVE}"
        );
        let mut moved = 0;
        self.all(&sql, [], |row| {
            for amount in [row.get::<_, i64>(0)?, row.get(1)?] {
                moved += i128::from(amount).abs();
            }
            Ok(())
        })?;
        Ok(moved)
    }

    /// The moments of the last fact and of the last snapshot of an account, if it has a fact.
    pub(super) fn last_fact(&self, account: AccountId) -> Result<Option<(i64, Option<i64>)>, StoreError> {
        let mut last: Option<i64> = None;
        for side in ["from_account", "to_account"] {
            let sql = format!("SELECT at FROM entry WHERE {side} = ?1 AND {LIVE} ORDER BY at DESC LIMIT 1");
            last = last.max(self.maybe(&sql, [account.0], |row| row.get(0))?);
        }
        let sql = "SELECT max(at) FROM seen WHERE account = ?1";
        let seen: Option<i64> = self.maybe(sql, [account.0], |row| row.get(0))?.flatten();
        Ok(last.max(seen).map(|fact| (fact, seen)))
    }
}
