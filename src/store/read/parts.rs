//! What balances consist of at a moment: lots of points, and bills.
//!
//! After all facts the tables `lot` and `bill` have it. Where an account has facts later than the
//! moment, its facts before are walked through: of lots all, of bills those of the last months.

use super::{LIVE, amount_at, day_at, expires_at, moment_at, month_at};
use crate::ledger::{Account, AccountId, Bills, Expires, Kind, Measure, PathFact};
use crate::period::{Day, Moment, Month};
use crate::store::derived::{FACTS, NEVER, Parts, Step, kind_of, measure_of};
use crate::store::{Store, StoreError};
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// So many months back it is looked for where bills that are open begin, and then further.
const MONTHS_BACK: [i32; 3] = [1, 4, 16];

/// The lots or bills of an account after a walk through its facts.
pub(in crate::store) struct Walked {
    pub parts: Parts,
    pub has_lots: bool,
}

impl Store {
    /// The accounts whose lots have moved since a moment.
    pub(super) fn with_lots_and_later_facts(&self, at: Moment) -> Result<Vec<AccountId>, StoreError> {
        let sql = "SELECT account FROM standing WHERE has_lots = 1 AND fact_at > ?1";
        self.all(sql, [at.0], |row| Ok(AccountId(row.get(0)?)))
    }

    /// The lots of every account at a moment: what lapses after which day. Lapsed ones that are
    /// still there are among them.
    pub fn lots(&self, at: Moment) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        let mut lots: Vec<(AccountId, Day, i64)> = Vec::new();
        let sql = "SELECT l.account, l.expires, l.amount FROM lot l JOIN standing s ON s.account = l.account
                   WHERE l.expires < ?1 AND s.fact_at <= ?2 ORDER BY l.account, l.expires";
        lots.extend(self.all(sql, [NEVER, at.0], |row| {
            Ok((AccountId(row.get(0)?), day_at(row, 1)?, amount_at(row, 2)?))
        })?);
        for account in self.with_lots_and_later_facts(at)? {
            if let Parts::Lots(walked) = self.walk(account, false, Some(at))?.parts {
                lots.extend(walked.dated.into_iter().map(|(day, amount)| (account, day, amount)));
            }
        }
        Ok(lots)
    }

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
        match self.walk(account, true, Some(at))?.parts {
            Parts::Bills(bills) => Ok(bills),
            Parts::Lots(_) => Ok(Bills::default()),
        }
    }

    /// The same from a month on. What was owed before it is one bill, whichever months it is of: a
    /// payment settles the oldest first, so once that bill is paid the others are what they are.
    /// None as long as something of it is left.
    fn bills_since(&self, account: AccountId, since: Month, at: Moment) -> Result<Option<Bills>, StoreError> {
        let net: String = Measure::ALL
            .into_iter()
            .filter(|measure| measure.sign() != 0)
            .map(|measure| format!(" - {} * {}", measure.sign(), measure.word()))
            .collect();
        let sql = format!(
            "SELECT s.balance + (SELECT ifnull(sum(0{net}), 0) FROM total t WHERE t.account = s.account AND t.month >= ?2)
             FROM standing s WHERE s.account = ?1"
        );
        let balance = self.maybe(&sql, params![account.0, since.0], |row| amount_at(row, 0))?.unwrap_or(0);
        let (before, mut bills) = (since.plus(-1), Bills::default());
        bills.differ(-balance, before);
        let mut parts = Parts::Bills(bills);
        for (day, sums) in self.days_of(account, since.first(), at.day())? {
            match (&mut parts, sums) {
                // Within a day charges and payments come to the same in any order.
                (Parts::Bills(bills), Some([charged, paid])) => {
                    bills.charge(charged, day.month());
                    bills.pay(paid);
                }
                (parts, _) => drop(self.walk_on(parts, account, day.start(), day.end())?),
            }
        }
        self.walk_on(&mut parts, account, at.day().start(), at)?;
        let Parts::Bills(bills) = parts else { return Ok(None) };
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

    /// The facts of an account that holds points, up to a moment, in order.
    pub fn point_facts(
        &self,
        account: AccountId,
        until: Moment,
    ) -> Result<Vec<(Moment, PathFact)>, StoreError> {
        let sql = facts_sql("balance");
        self.all(&sql, params![account.0, i64::MIN, until.0], |row| {
            let (side, kind, amount) = (row.get::<_, i64>(2)?, row.get(3)?, amount_at(row, 4)?);
            let expires = expires_at(row, 5)?;
            let fact = match (side, kind_of(kind)) {
                (0, Some(kind)) => PathFact::Leave(amount, kind, expires),
                (1, Some(Kind::Earn)) => PathFact::Arrive(amount, expires),
                (1, _) => PathFact::Arrive(amount, Expires::Unknown),
                _ => PathFact::Seen(amount),
            };
            Ok((moment_at(row, 0)?, fact))
        })
    }

    /// Walks through the facts of an account up to a moment, for its lots or bills.
    pub(in crate::store) fn walk(
        &self,
        account: AccountId,
        is_carrier: bool,
        until: Option<Moment>,
    ) -> Result<Walked, StoreError> {
        let mut parts = Parts::new(is_carrier);
        let until = until.unwrap_or(Moment(i64::MAX));
        let has_lots = self.walk_on(&mut parts, account, Moment(i64::MIN), until)?;
        Ok(Walked { parts, has_lots })
    }

    /// Goes on with the walk from one moment to another, both inside; were points of a known expiry
    /// earned?
    fn walk_on(
        &self,
        parts: &mut Parts,
        account: AccountId,
        from: Moment,
        to: Moment,
    ) -> Result<bool, StoreError> {
        let sql = facts_sql("unexplained");
        let mut has_lots = false;
        self.all(&sql, params![account.0, from.0, to.0], |row| {
            let (at, side, kind, amount) =
                (moment_at(row, 0)?, row.get::<_, i64>(2)?, row.get(3)?, amount_at(row, 4)?);
            let expires = expires_at(row, 5)?;
            let step = match (side, kind_of(kind)) {
                (0, Some(kind)) => Step::Leave { kind, amount, expires },
                (1, Some(kind)) => {
                    has_lots |= kind == Kind::Earn && expires != Expires::Unknown;
                    Step::Arrive { kind, amount, expires }
                }
                _ => Step::Differ(amount),
            };
            parts.step(at, step);
            Ok(())
        })?;
        Ok(has_lots)
    }
}

/// The facts of an account (?1) between two moments (?2, ?3), both inside, in the order of time: of a
/// snapshot that column.
fn facts_sql(of_snapshot: &str) -> String {
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
