//! The open bills of carriers at a moment.
//!
//! The table `bill` holds them after all facts. For a moment before the last fact of an account, its
//! facts of the last months before that moment are read.

use crate::ledger::{Account, AccountId, Bills};
use crate::period::{LocalDateTime, Month};
use crate::store::lots::{LotEvent, step_bills};
use crate::store::sql::{LIVE, sum_at};
use crate::store::{Store, StoreError};
use rusqlite::{Row, params};

/// How many months back the reading starts; the next figure is tried if older bills are open.
const MONTHS_BACK: [i32; 3] = [1, 4, 16];

/// A month, and what was charged and paid in it if nothing else happened.
type MonthCharges = (Month, Option<[i64; 2]>);

impl Store {
    /// The open bills of every carrier at a moment, by the month of their charges.
    pub fn bills(&self, at: LocalDateTime) -> Result<Vec<(AccountId, Month, i64)>, StoreError> {
        let mut bills: Vec<(AccountId, Month, i64)> = Vec::new();
        let sql =
            "SELECT b.account, b.month, b.amount FROM bill b JOIN account_balance s ON s.account = b.account
                   WHERE s.fact_at <= ?1 ORDER BY b.account, b.month";
        bills.extend(self.all(sql, [at], |row| Ok((row.get(0)?, row.get(1)?, sum_at(row, 2)?)))?);
        let carriers = self.accounts()?.into_iter().filter(Account::is_carrier);
        for account in carriers {
            let sql = "SELECT 1 FROM account_balance WHERE account = ?1 AND fact_at > ?2";
            if self.maybe(sql, params![account.id, at], |_| Ok(()))?.is_some() {
                let open = self.bills_before(account.id, at)?.open;
                bills.extend(open.into_iter().map(|(month, amount)| (account.id, month, amount)));
            }
        }
        Ok(bills)
    }

    /// Returns the bills of a carrier at a moment before its last fact.
    fn bills_before(&self, account: AccountId, at: LocalDateTime) -> Result<Bills, StoreError> {
        let sql = "SELECT min(month) FROM monthly_flow WHERE account = ?1";
        let Some(first) = self.maybe(sql, [account], |row| row.get::<_, Option<Month>>(0))?.flatten() else {
            return Ok(Bills::default());
        };
        let first = first.min(at.month());
        for since in MONTHS_BACK.map(|back| at.month().add_months(-back)) {
            if since <= first {
                break;
            }
            if let Some(bills) = self.bills_since(account, since, at)? {
                return Ok(bills);
            }
        }
        Ok(self.bills_since(account, first, at)?.unwrap_or_default())
    }

    /// Returns the bills at a moment, read from a month on. What was owed before is taken for one bill,
    /// whatever its months: a payment settles the oldest bill first, so the others are right once that
    /// one is paid. `None` if some of it is left.
    fn bills_since(
        &self,
        account: AccountId,
        since: Month,
        at: LocalDateTime,
    ) -> Result<Option<Bills>, StoreError> {
        let balance = self.balance_at_end(account, since.add_months(-1))?;
        let (before, mut bills) = (since.add_months(-1), Bills::default());
        bills.adjust(-balance, before);
        let whole = if at == at.month().last().end() { at.month().add_months(1) } else { at.month() };
        for (month, sums) in self.months_of(account, since, whole)? {
            match sums {
                // Within a month charges and payments lead to the same bills in any order.
                Some([charged, paid]) => {
                    bills.charge(charged, month);
                    bills.pay(paid);
                }
                None => {
                    self.walk_bills(&mut bills, account, month.first().start(), month.last().end())?;
                }
            }
        }
        self.walk_bills(&mut bills, account, whole.first().start(), at)?;
        Ok((!bills.open.contains_key(&before)).then_some(bills))
    }

    /// Returns what a carrier was charged and paid in each month from `from` until before `until`, or
    /// `None` for a month in which anything else happened.
    fn months_of(
        &self,
        account: AccountId,
        from: Month,
        until: Month,
    ) -> Result<Vec<MonthCharges>, StoreError> {
        let sql =
            "SELECT at FROM snapshot_delta WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND unexplained <> 0";
        let values = params![account, from.first().start(), until.add_months(-1).last().end()];
        let differ = self.all(sql, values, |row| Ok(row.get::<_, LocalDateTime>(0)?.month()))?;
        // None of these is negative, so their sum is 0 only if each is.
        let sql = "SELECT month, spent + fees + taxes, bill_paid,
                          earned + topped_up + refunded + moved_in + withdrawn + moved_out + expired
                   FROM monthly_flow WHERE account = ?1 AND month >= ?2 AND month < ?3 ORDER BY month";
        self.all(sql, params![account, from, until], |row| {
            let month = row.get(0)?;
            let is_plain = row.get::<_, i64>(3)? == 0 && !differ.contains(&month);
            let sums = [sum_at(row, 1)?, sum_at(row, 2)?];
            Ok((month, is_plain.then_some(sums)))
        })
    }

    /// Returns the bills of a carrier at a moment from all its facts before.
    pub(in crate::store) fn bills_by_facts(
        &self,
        account: AccountId,
        at: LocalDateTime,
    ) -> Result<Bills, StoreError> {
        let mut bills = Bills::default();
        self.walk_bills(&mut bills, account, LocalDateTime(i64::MIN), at)?;
        Ok(bills)
    }

    fn walk_bills(
        &self,
        bills: &mut Bills,
        account: AccountId,
        from: LocalDateTime,
        to: LocalDateTime,
    ) -> Result<(), StoreError> {
        self.each_step(account, from, to, &mut |at, step| step_bills(bills, at, step))
    }

    /// Visits the facts of an account between two moments, both included, in the order of time.
    pub(super) fn each_step(
        &self,
        account: AccountId,
        from: LocalDateTime,
        to: LocalDateTime,
        each: &mut dyn FnMut(LocalDateTime, LotEvent),
    ) -> Result<(), StoreError> {
        let sql = facts_sql("unexplained");
        self.all(&sql, params![account, from, to], |row| {
            each(row.get(0)?, step_at(row)?);
            Ok(())
        })
        .map(|_| ())
    }
}

/// Reads a row of [`facts_sql`]. Of a snapshot the amount is that of its column.
pub(in crate::store) fn step_at(row: &Row<'_>) -> rusqlite::Result<LotEvent> {
    let amount = sum_at(row, 4)?;
    Ok(match row.get::<_, i64>(2)? {
        0 => LotEvent::Debit { amount },
        1 => LotEvent::Credit { kind: row.get(3)?, amount, expires: row.get(5)? },
        _ => LotEvent::Adjust(amount),
    })
}

/// Selects the facts of an account (?1) between two moments (?2, ?3), both included, in the order of
/// time, of a snapshot that column.
pub(in crate::store) fn facts_sql(of_snapshot: &str) -> String {
    let within = "at BETWEEN ?2 AND ?3";
    format!(
        "SELECT at, seq, 0, kind, amount_out, expires FROM entry WHERE from_account = ?1 AND {within} AND {LIVE}
         UNION ALL
         SELECT at, seq, 1, kind, amount_in, expires FROM entry WHERE to_account = ?1 AND {within} AND {LIVE}
         UNION ALL
         SELECT at, seq, 2, 0, {of_snapshot}, NULL FROM snapshot_delta WHERE account = ?1 AND {within}
         ORDER BY 1, 2"
    )
}
