//! Accounts, units and rates.

use crate::ledger::{Account, AccountId, Stamp};
use crate::money::Unit;
use crate::report::DatedRate;
use crate::store::sql::{ACCOUNT_COLUMNS, LIVE, account_of, unit_at};
use crate::store::{Store, StoreError};

impl Store {
    /// Returns every account, closed ones included, in the order of opening.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let versions = self.versions(&format!("a.{LIVE} AND v.{LIVE}"), [])?;
        Ok(latest(versions).into_iter().map(|(_, account)| account).collect())
    }

    /// Returns the accounts whose opening was undone, as they last were: the history still names them.
    pub fn voided_accounts(&self) -> Result<Vec<Account>, StoreError> {
        let versions = self.versions("a.change IN (SELECT change FROM voided_change)", [])?;
        Ok(latest(versions).into_iter().map(|(_, account)| account).collect())
    }

    /// Returns the version of an account that holds, with its stamp.
    pub(in crate::store) fn current_version(
        &self,
        id: AccountId,
    ) -> Result<Option<(Stamp, Account)>, StoreError> {
        let versions = self.versions(&format!("a.{LIVE} AND v.{LIVE} AND v.account = ?1"), [id])?;
        Ok(latest(versions).pop())
    }

    /// Returns versions of accounts with their stamps, those of one account together, in the order in
    /// which they were recorded. `which` is a condition on `a`, the account, and `v`, the version.
    pub(in crate::store) fn versions(
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
            let stamp = Stamp { at: row.get(10)?, change: row.get(11)? };
            Ok((stamp, account_of(row)?))
        })
    }

    /// Returns every unit in use, with its number.
    pub(in crate::store) fn live_units(&self) -> Result<Vec<(i64, Unit)>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        // A unit that came into use with something else stays known when that is undone.
        let sql = "SELECT u.seq, u.code, u.decimals FROM unit u JOIN change c ON c.seq = u.change
                   WHERE NOT (c.command = 'unit add' AND c.seq IN (SELECT change FROM voided_change)) ORDER BY u.seq";
        self.all(sql, [], |row| Ok((row.get(0)?, unit_at(row, 1)?)))
    }

    /// Returns every unit in use.
    pub fn units(&self) -> Result<Vec<Unit>, StoreError> {
        Ok(self.live_units()?.into_iter().map(|(_, unit)| unit).collect())
    }

    /// Returns every rate that counts, oldest first.
    pub fn rates(&self) -> Result<Vec<DatedRate>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let sql = "SELECT u.code, u.decimals, r.value, o.code, o.decimals, r.day FROM rate r
                   JOIN unit u ON u.seq = r.unit JOIN unit o ON o.seq = r.of
                   WHERE r.change NOT IN (SELECT change FROM voided_change) ORDER BY r.day, r.seq";
        self.all(sql, [], |row| {
            Ok(DatedRate {
                unit: unit_at(row, 0)?,
                rate: row.get(2)?,
                of: unit_at(row, 3)?,
                day: row.get(5)?,
            })
        })
    }
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
