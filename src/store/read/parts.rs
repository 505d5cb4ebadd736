//! The bills of carriers at a moment.
//!
//! After all facts the table `bill` has them. Where an account has facts later than the moment, its
//! facts of the last months before it are walked through.

use super::{LIVE, amount_at, expires_at, moment_at, month_at};
use crate::ledger::{Account, AccountId, Bills};
use crate::period::{Moment, Month};
use crate::store::derived::{Step, kind_of, step_bills};
use crate::store::{Store, StoreError};
use rusqlite::{Row, params};

/// So many months back it is looked for where bills that are open begin, and then further.
const MONTHS_BACK: [i32; 3] = [1, 4, 16];

/// A month, and what a carrier was charged and paid in it; none where anything else happened.
type ChargedAndPaid = (Month, Option<[i64; 2]>);

impl Store {
    /// The open bills of every carrier at a moment, by the month of their charges.
    pub fn bills(&self, at: Moment) -> Result<Vec<(AccountId, Month, i64)>, StoreError> {
        let mut bills: Vec<(AccountId, Month, i64)> = Vec::new();
        let sql = "SELECT b.account, b.month, b.amount FROM bill b JOIN standing s ON s.account = b.account
                   WHERE s.fact_at <= ?1 ORDER BY b.account, b.month";
        bills.extend(
            self.all(sql, [at.0], |row| Ok((AccountId(row.get(0)?), month_at(row, 1)?, amount_at(row, 2)?)))?,
        );
        let carriers = self.accounts()?.into_iter().filter(Account::is_carrier);
        for account in carriers {
            let sql = "SELECT 1 FROM standing WHERE account = ?1 AND fact_at > ?2";
            if self.maybe(sql, [account.id.0, at.0], |_| Ok(()))?.is_some() {
                let open = self.bills_before(account.id, at)?.open;
                bills.extend(open.into_iter().map(|(month, amount)| (account.id, month, amount)));
            }
        }
        Ok(bills)
    }

    /// The bills of a carrier at a moment that it has later facts than.
    fn bills_before(&self, account: AccountId, at: Moment) -> Result<Bills, StoreError> {
        let sql = "SELECT min(month) FROM total WHERE account = ?1";
        let Some(first) = self.maybe(sql, [account.0], |row| row.get::<_, Option<i32>>(0))?.flatten() else {
            return Ok(Bills::default());
        };
        let first = Month(first).min(at.month());
        for since in MONTHS_BACK.map(|back| at.month().plus(-back)) {
            if since <= first {
                break;
            }
            if let Some(bills) = self.bills_since(account, since, at)? {
                return Ok(bills);
            }
        }
        Ok(self.bills_since(account, first, at)?.unwrap_or_default())
    }

    /// The same from a month on. What was owed before it is one bill, whichever months it is of: a
    /// payment settles the oldest first, so once that bill is paid the others are what they are.
    /// None as long as something of it is left.
    fn bills_since(&self, account: AccountId, since: Month, at: Moment) -> Result<Option<Bills>, StoreError> {
        let balance = self.balance_at_end(account, since.plus(-1))?;
        let (before, mut bills) = (since.plus(-1), Bills::default());
        bills.differ(-balance, before);
        let whole = if at == at.month().last().end() { at.month().plus(1) } else { at.month() };
        for (month, sums) in self.months_of(account, since, whole)? {
            match sums {
                // Within a month charges and payments come to the same in any order.
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

    /// What a carrier was charged and paid in each month from one on, up to another, the latter not
    /// among them; none of a month in which anything else happened.
    fn months_of(
        &self,
        account: AccountId,
        from: Month,
        until: Month,
    ) -> Result<Vec<ChargedAndPaid>, StoreError> {
        let sql = "SELECT at FROM seen WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND unexplained <> 0";
        let values = params![account.0, from.first().start().0, until.first().start().0 - 1];
        let differ = self.all(sql, values, |row| Ok(moment_at(row, 0)?.day().month()))?;
        // All of these are above zero or none.
        let sql = "SELECT month, spent + fees + taxes, bill_paid,
                          earned + topped_up + refunded + moved_in + withdrawn + moved_out + expired
                   FROM total WHERE account = ?1 AND month >= ?2 AND month < ?3 ORDER BY month";
        self.all(sql, params![account.0, from.0, until.0], |row| {
            let month = month_at(row, 0)?;
            let is_plain = row.get::<_, i64>(3)? == 0 && !differ.contains(&month);
            let sums = [amount_at(row, 1)?, amount_at(row, 2)?];
            Ok((month, is_plain.then_some(sums)))
        })
    }

    /// The bills of a carrier at a moment, from all its facts before.
    pub(in crate::store) fn bills_by_facts(
        &self,
        account: AccountId,
        at: Moment,
    ) -> Result<Bills, StoreError> {
        let mut bills = Bills::default();
        self.walk_bills(&mut bills, account, Moment(i64::MIN), at)?;
        Ok(bills)
    }

    fn walk_bills(
        &self,
        bills: &mut Bills,
        account: AccountId,
        from: Moment,
        to: Moment,
    ) -> Result<(), StoreError> {
        self.each_step(account, from, to, &mut |at, step| step_bills(bills, at, step))
    }

    /// Tells the facts of an account between two moments, both inside, in the order of time.
    pub(super) fn each_step(
        &self,
        account: AccountId,
        from: Moment,
        to: Moment,
        each: &mut dyn FnMut(Moment, Step),
    ) -> Result<(), StoreError> {
        let sql = facts_sql("unexplained");
        self.all(&sql, params![account.0, from.0, to.0], |row| {
            each(moment_at(row, 0)?, step_at(row)?);
            Ok(())
        })
        .map(|_| ())
    }
}

/// A row of [`facts_sql`]: of a snapshot the amount is the value of its column.
pub(in crate::store) fn step_at(row: &Row<'_>) -> rusqlite::Result<Step> {
    let (side, kind, amount) = (row.get::<_, i64>(2)?, row.get(3)?, amount_at(row, 4)?);
    let expires = expires_at(row, 5)?;
    Ok(match (side, kind_of(kind)) {
        (0, Some(_)) => Step::Leave { amount },
        (1, Some(kind)) => Step::Arrive { kind, amount, expires },
        _ => Step::Differ(amount),
    })
}

/// The facts of an account (?1) between two moments (?2, ?3), both inside, in the order of time: of a
/// snapshot that column.
pub(in crate::store) fn facts_sql(of_snapshot: &str) -> String {
    let within = "at BETWEEN ?2 AND ?3";
    format!(
        "SELECT at, seq, 0, kind, amount_out, expires FROM entry WHERE from_account = ?1 AND {within} AND {LIVE}
         UNION ALL
         SELECT at, seq, 1, kind, amount_in, expires FROM entry WHERE to_account = ?1 AND {within} AND {LIVE}
         UNION ALL
         SELECT at, seq, 2, 0, {of_snapshot}, NULL FROM seen WHERE account = ?1 AND {within}
         ORDER BY 1, 2"
    )
}
