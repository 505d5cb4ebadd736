//! The bills of carriers at a moment.
//!
//! After all facts the table `bill` has them. Where an account has facts later than the moment, its
//! facts of the last months before it are walked through.

use super::{LIVE, amount_at, day_at, expires_at, moment_at, month_at};
use crate::ledger::{Account, AccountId, Bills, Measure};
use crate::period::{Day, Moment, Month};
use crate::store::derived::{FACTS, Step, kind_of, measure_of, step_bills};
use crate::store::{Store, StoreError};
use rusqlite::{Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// So many months back it is looked for where bills that are open begin, and then further.
const MONTHS_BACK: [i32; 3] = [1, 4, 16];

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
        for back in MONTHS_BACK {
            if let Some(bills) = self.bills_since(account, at.month().plus(-back), at)? {
                return Ok(bills);
            }
        }
        self.bills_by_facts(account, at)
    }

    /// The same from a month on. What was owed before it is one bill, whichever months it is of: a
    /// payment settles the oldest first, so once that bill is paid the others are what they are.
    /// None as long as something of it is left.
    fn bills_since(&self, account: AccountId, since: Month, at: Moment) -> Result<Option<Bills>, StoreError> {
        let balance = self.balance_at_end(account, since.plus(-1))?;
        let (before, mut bills) = (since.plus(-1), Bills::default());
        bills.differ(-balance, before);
        for (day, sums) in self.days_of(account, since.first(), at.day())? {
            match sums {
                // Within a day charges and payments come to the same in any order.
                Some([charged, paid]) => {
                    bills.charge(charged, day.month());
                    bills.pay(paid);
                }
                None => self.walk_bills(&mut bills, account, day.start(), day.end())?,
            }
        }
        self.walk_bills(&mut bills, account, at.day().start(), at)?;
        Ok((!bills.open.contains_key(&before)).then_some(bills))
    }

    /// What a carrier was charged and paid on each of some days, the last one not among them; none
    /// of a day on which anything else happened.
    fn days_of(
        &self,
        account: AccountId,
        from: Day,
        until: Day,
    ) -> Result<BTreeMap<Day, Option<[i64; 2]>>, StoreError> {
        let sql = "SELECT at FROM seen WHERE account = ?1 AND at BETWEEN ?2 AND ?3 AND unexplained <> 0";
        let values = params![account.0, from.start().0, until.start().0 - 1];
        let differ = self.all(sql, values, |row| Ok(moment_at(row, 0)?.day()))?;
        let differ: BTreeSet<Day> = differ.into_iter().collect();
        let mut days: BTreeMap<Day, Option<[i64; 2]>> = BTreeMap::new();
        // Day by day, so that nothing of other accounts is read.
        let sql =
            "WITH RECURSIVE asked (day) AS (SELECT ?1 UNION ALL SELECT day + 1 FROM asked WHERE day < ?2 - 1)
                   SELECT t.day, measure, amount FROM asked a CROSS JOIN day_total t
                   WHERE t.day = a.day AND account = ?3";
        let rows = self.all(sql, params![from.0, until.0, account.0], |row| {
            Ok((day_at(row, 0)?, row.get::<_, i64>(1)?, amount_at(row, 2)?))
        })?;
        for (day, measure, amount) in rows {
            let sums = days.entry(day).or_insert((!differ.contains(&day)).then_some([0, 0]));
            match (measure, measure_of(measure), &mut *sums) {
                (FACTS, ..) | (.., None) => {}
                (_, Some(Measure::Spent), Some([charged, _])) => *charged = amount,
                (_, Some(Measure::BillPaid), Some([_, paid])) => *paid = amount,
                _ => *sums = None,
            }
        }
        Ok(days)
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
