//! Balances of accounts, now and at earlier moments.

use super::Expiries;
use crate::ledger::{AccountBalance, AccountId, FlowKind};
use crate::period::{LocalDateTime, Month};
use crate::store::sql::{LIVE, sum_at};
use crate::store::{Store, StoreError};
use rusqlite::params;
use std::collections::{BTreeMap, HashMap};

impl Store {
    /// Returns the state of every account with a fact at a moment, after the facts of that second and
    /// without what has expired.
    pub fn account_balances(
        &self,
        at: LocalDateTime,
    ) -> Result<HashMap<AccountId, AccountBalance>, StoreError> {
        if self.is_blank() {
            return Ok(HashMap::new());
        }
        let sql = "SELECT account, balance, fact_at, seen_at, dated FROM account_balance";
        let rows: Vec<(AccountId, i64, LocalDateTime, Option<LocalDateTime>, i64)> =
            self.all(sql, [], |row| {
                Ok((row.get(0)?, sum_at(row, 1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
        let has_later = rows.iter().any(|(_, _, fact_at, ..)| *fact_at > at);
        let mut past = if has_later { self.past_balances(at)? } else { HashMap::new() };
        let (mut balances, mut has_lots) = (HashMap::new(), false);
        for (account, balance, fact_at, seen, dated) in rows {
            let mut balance_row = past.remove(&account).unwrap_or(AccountBalance {
                balance,
                seen,
                has_facts: true,
                last_fact: None,
            });
            balance_row.last_fact = Some(fact_at);
            balances.insert(account, balance_row);
            has_lots |= dated > 0;
        }
        // What expired before the last fact of an account is not in its balance any more.
        let pending = if has_lots { self.expiries(None, Some(at), Expiries::Pending)? } else { Vec::new() };
        for (account, _, amount) in pending {
            balances.entry(account).or_default().balance -= amount;
        }
        Ok(balances)
    }

    /// Returns the state at a moment of the accounts that have later facts: the balance at the end of a
    /// month is the present one less the totals of later months. Within a month, entries are read from
    /// the last snapshot or from the beginning of the month, whichever is later.
    fn past_balances(&self, at: LocalDateTime) -> Result<HashMap<AccountId, AccountBalance>, StoreError> {
        let is_end = at == at.month().last().end();
        let month = if is_end { at.month() } else { at.month().add_months(-1) };
        let sql = format!(
            "SELECT w.account,
                    w.balance - (SELECT ifnull(sum({}), 0) FROM monthly_flow WHERE account = w.account AND month > ?2),
                    (SELECT max(at) FROM snapshot_delta WHERE account = w.account AND at <= ?1),
                    EXISTS (SELECT 1 FROM monthly_flow WHERE account = w.account AND month <= ?2), w.dated > 0
             FROM account_balance w WHERE w.fact_at > ?1",
            net_sql()
        );
        let rows: Vec<(AccountId, i64, Option<LocalDateTime>, bool, bool)> =
            self.all(&sql, params![at, month], |row| {
                Ok((row.get(0)?, sum_at(row, 1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
        let mut balances = HashMap::new();
        for (account, mut balance, seen, mut has_facts, has_lots) in rows {
            if !is_end {
                balance = self.balance_within_month(account, balance, at, has_lots)?;
                has_facts = has_facts || seen.is_some() || self.has_entry(account, at)?;
            }
            balances.insert(account, AccountBalance { balance, seen, has_facts, last_fact: None });
        }
        Ok(balances)
    }

    /// Returns the balance of an account at a moment before its last fact, given that at the end of the
    /// month before.
    pub(super) fn balance_within_month(
        &self,
        account: AccountId,
        balance: i64,
        at: LocalDateTime,
        has_lots: bool,
    ) -> Result<i64, StoreError> {
        let month = at.month().first().start();
        let sql = "SELECT at, seq, balance FROM snapshot_delta WHERE account = ?1 AND at BETWEEN ?2 AND ?3
                   ORDER BY at DESC, seq DESC LIMIT 1";
        let snapshot: Option<(LocalDateTime, i64, i64)> =
            self.maybe(sql, params![account, month, at], |row| {
                Ok((row.get(0)?, row.get(1)?, sum_at(row, 2)?))
            })?;
        let (since, seq, balance) = snapshot.unwrap_or((LocalDateTime(month.0 - 1), i64::MAX, balance));
        let moved = self.moved_between(account, (since, seq), (at, i64::MAX))?;
        let expired = match has_lots {
            true => self.expiries(Some(LocalDateTime(since.0 + 1)), Some(at), Expiries::Stored)?,
            false => Vec::new(),
        };
        let own = expired.into_iter().filter(|(other, ..)| *other == account);
        Ok(balance + moved - own.map(|(.., amount)| amount).sum::<i64>())
    }

    /// Returns by how much entries moved an account between two positions, both excluded.
    fn moved_between(
        &self,
        account: AccountId,
        after: (LocalDateTime, i64),
        before: (LocalDateTime, i64),
    ) -> Result<i64, StoreError> {
        let mut moved = 0;
        for (side, amount) in [("from_account", "-amount_out"), ("to_account", "amount_in")] {
            let sql = format!(
                "SELECT ifnull(sum({amount}), 0) FROM entry WHERE {side} = ?1 AND at BETWEEN ?2 AND ?4
                 AND (at, seq) > (?2, ?3) AND (at, seq) < (?4, ?5) AND {LIVE}"
            );
            let values = params![account, after.0, after.1, before.0, before.1];
            moved += self.maybe(&sql, values, |row| sum_at(row, 0))?.unwrap_or(0);
        }
        Ok(moved)
    }

    /// Returns whether an account has an entry up to a moment.
    fn has_entry(&self, account: AccountId, at: LocalDateTime) -> Result<bool, StoreError> {
        for side in ["from_account", "to_account"] {
            let sql =
                format!("SELECT 1 FROM entry WHERE {side} = ?1 AND at <= ?2 AND {LIVE} ORDER BY at LIMIT 1");
            if self.maybe(&sql, params![account, at], |_| Ok(()))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the balance of an account after all its facts, the moment of the last one, and whether it
    /// has points of a known expiry; `None` of an account without a fact.
    pub(super) fn present_state(
        &self,
        account: AccountId,
    ) -> Result<Option<(i64, LocalDateTime, bool)>, StoreError> {
        let sql = "SELECT balance, fact_at, dated > 0 FROM account_balance WHERE account = ?1";
        self.maybe(sql, [account], |row| Ok((sum_at(row, 0)?, row.get(1)?, row.get(2)?)))
    }

    /// Returns whether an account has points of a known expiry.
    pub fn has_dated_points(&self, account: AccountId) -> Result<bool, StoreError> {
        Ok(self.present_state(account)?.is_some_and(|(.., has_lots)| has_lots))
    }

    /// Returns the moment of the first fact that counts.
    pub fn first_fact(&self) -> Result<Option<LocalDateTime>, StoreError> {
        let sql = format!("SELECT at FROM entry WHERE {LIVE} ORDER BY at LIMIT 1");
        let entry: Option<LocalDateTime> = self.maybe(&sql, [], |row| row.get(0))?;
        let snapshot = self.maybe("SELECT min(at) FROM snapshot_delta", [], |row| row.get(0))?.flatten();
        Ok([entry, snapshot].into_iter().flatten().min())
    }

    /// The moment of the first fact that counts of each account that has one.
    pub fn first_facts(&self) -> Result<BTreeMap<AccountId, LocalDateTime>, StoreError> {
        // One account at a time, each from the beginning of an index.
        let sql = format!(
            "SELECT a.id,
                    (SELECT at FROM entry WHERE from_account = a.id AND {LIVE} ORDER BY at LIMIT 1),
                    (SELECT at FROM entry WHERE to_account = a.id AND {LIVE} ORDER BY at LIMIT 1),
                    (SELECT min(at) FROM snapshot_delta WHERE account = a.id)
             FROM account a"
        );
        let rows = self.all(&sql, [], |row| {
            let moments: [Option<LocalDateTime>; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
            Ok((row.get(0)?, moments.into_iter().flatten().min()))
        })?;
        Ok(rows.into_iter().filter_map(|(account, at)| Some((account, at?))).collect())
    }

    /// Returns the balance of an account just before a position in the order of facts.
    pub(in crate::store) fn balance_before(
        &self,
        account: AccountId,
        at: LocalDateTime,
        seq: i64,
    ) -> Result<i64, StoreError> {
        let sql = "SELECT at, seq, balance FROM snapshot_delta WHERE account = ?1 AND (at, seq) < (?2, ?3)
                   ORDER BY at DESC, seq DESC LIMIT 1";
        let snapshot: Option<(LocalDateTime, i64, i64)> =
            self.maybe(sql, params![account, at, seq], |row| {
                Ok((row.get(0)?, row.get(1)?, sum_at(row, 2)?))
            })?;
        let (since, since_seq, balance) = snapshot.unwrap_or((LocalDateTime(i64::MIN), i64::MIN, 0));
        Ok(balance + self.moved_between(account, (since, since_seq), (at, seq))?)
    }

    /// Returns the balance of an account at the end of a month, from the totals of the months up to it.
    pub(super) fn balance_at_end(&self, account: AccountId, month: Month) -> Result<i64, StoreError> {
        let sql = format!(
            "SELECT ifnull(sum({}), 0) FROM monthly_flow WHERE account = ?1 AND month <= ?2",
            net_sql()
        );
        Ok(self.maybe(&sql, params![account, month], |row| sum_at(row, 0))?.unwrap_or(0))
    }

    /// Returns the sum of all amounts of facts that count, whatever their units.
    pub(in crate::store) fn moved(&self) -> Result<i128, StoreError> {
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

    /// Returns the moments of the last fact and of the last snapshot of an account, if it has a fact.
    pub(in crate::store) fn last_fact(
        &self,
        account: AccountId,
    ) -> Result<Option<(LocalDateTime, Option<LocalDateTime>)>, StoreError> {
        let mut last: Option<LocalDateTime> = None;
        for side in ["from_account", "to_account"] {
            let sql = format!("SELECT at FROM entry WHERE {side} = ?1 AND {LIVE} ORDER BY at DESC LIMIT 1");
            last = last.max(self.maybe(&sql, [account], |row| row.get(0))?);
        }
        let sql = "SELECT max(at) FROM snapshot_delta WHERE account = ?1";
        let snapshot: Option<LocalDateTime> = self.maybe(sql, [account], |row| row.get(0))?.flatten();
        Ok(last.max(snapshot).map(|fact| (fact, snapshot)))
    }
}

/// By how much a row of `total` moved the balance, as an expression of SQL.
fn net_sql() -> String {
    let measures = FlowKind::ALL.into_iter().filter(|measure| measure.sign() != 0);
    let terms = measures.map(|measure| (if measure.sign() > 0 { " + " } else { " - " }, measure.as_str()));
    format!("0{}", terms.map(|(sign, word)| format!("{sign}{word}")).collect::<String>())
}
