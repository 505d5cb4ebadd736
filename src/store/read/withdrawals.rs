//! Withdrawals, what of their quotas is used, and what was converted to other units.

use crate::fee::{Paid, QuotaKey, QuotaUsage};
use crate::ledger::Kind;
use crate::period::LocalDateTime;
use crate::report::Conversion;
use crate::store::sql::{LIVE, amount_at, sum_at, unit_at};
use crate::store::{Store, StoreError};
use rusqlite::params;

impl Store {
    /// Returns the withdrawals through a channel between two moments, both included, in the order of time.
    pub fn withdrawals(
        &self,
        channel: &str,
        from: LocalDateTime,
        to: LocalDateTime,
    ) -> Result<Vec<Paid>, StoreError> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT at, amount_out, fee, tax, amount_in FROM entry
             WHERE channel = (SELECT id FROM label WHERE text = ?1) AND at BETWEEN ?2 AND ?3 AND kind = ?4
             AND {LIVE} ORDER BY at, seq"
        );
        self.all(&sql, params![channel, from, to, Kind::Withdraw], |row| {
            let [out, fee, tax, received] =
                [amount_at(row, 1)?, amount_at(row, 2)?, amount_at(row, 3)?, amount_at(row, 4)?];
            Ok(Paid { at: row.get(0)?, out, fee, tax, received })
        })
    }

    /// Returns what of a quota the withdrawals of the ledger used. `amount` says what of a withdrawal
    /// counts, by its channel, moment, what left and the charges: the amount of its rule.
    pub fn used(
        &self,
        ask: &QuotaKey,
        amount: impl Fn(&str, LocalDateTime, i64, i64) -> i64,
    ) -> Result<QuotaUsage, StoreError> {
        let mut used = QuotaUsage::default();
        if self.is_blank() {
            return Ok(used);
        }
        for channel in &ask.channels {
            let sql = format!(
                "SELECT at, amount_out, fee + tax FROM entry
                 WHERE channel = (SELECT id FROM label WHERE text = ?1) AND at BETWEEN ?2 AND ?3 AND kind = ?4
                 AND {LIVE}"
            );
            let since = ask.since.unwrap_or(LocalDateTime(i64::MIN));
            let values = params![channel, since, ask.until, Kind::Withdraw];
            let rows: Vec<(LocalDateTime, i64, i64)> =
                self.all(&sql, values, |row| Ok((row.get(0)?, amount_at(row, 1)?, sum_at(row, 2)?)))?;
            for (at, out, charges) in rows {
                used.count += 1;
                used.amount = used.amount.saturating_add(amount(channel, at, out, charges));
            }
        }
        Ok(used)
    }

    /// Returns the latest withdrawal up to a moment through each of those channels that has one.
    pub fn last_withdrawals(
        &self,
        channels: &[String],
        until: LocalDateTime,
    ) -> Result<Vec<(String, Paid)>, StoreError> {
        if channels.is_empty() || self.is_blank() {
            return Ok(Vec::new());
        }
        // One statement for all: each part ends at the first row of an index.
        let part = |place: usize| {
            format!(
                "SELECT * FROM (SELECT {place}, at, amount_out, fee, tax, amount_in FROM entry
                 WHERE channel = (SELECT id FROM label WHERE text = ?{place}) AND at <= ?1 AND kind = ?2 AND {LIVE}
                 ORDER BY at DESC, seq DESC LIMIT 1)"
            )
        };
        let sql: Vec<String> = (3..channels.len() + 3).map(part).collect();
        let kind = Kind::Withdraw;
        let mut values: Vec<&dyn rusqlite::ToSql> = vec![&until, &kind];
        values.extend(channels.iter().map(|channel| channel as &dyn rusqlite::ToSql));
        self.all(&sql.join(" UNION ALL "), values.as_slice(), |row| {
            let place: i64 = row.get(0)?;
            let [out, fee, tax, received] =
                [amount_at(row, 2)?, amount_at(row, 3)?, amount_at(row, 4)?, amount_at(row, 5)?];
            let paid = Paid { at: row.get(1)?, out, fee, tax, received };
            let channel = usize::try_from(place - 3).ok().and_then(|place| channels.get(place));
            Ok((channel.cloned().unwrap_or_default(), paid))
        })
    }

    /// Returns what left each account for another unit between two moments, a row for each account,
    /// unit received and day.
    pub fn conversions(
        &self,
        from: Option<LocalDateTime>,
        to: LocalDateTime,
    ) -> Result<Vec<Conversion>, StoreError> {
        let from = from.unwrap_or(LocalDateTime(i64::MIN));
        let sql = format!(
            "SELECT from_account, o.code, o.decimals, i.code, i.decimals, at, amount_out - fee - tax, amount_in,
                    to_account, kind
             FROM (SELECT * FROM entry WHERE unit_out <> unit_in AND at BETWEEN ?1 AND ?2 AND {LIVE})
             JOIN unit o ON o.seq = unit_out JOIN unit i ON i.seq = unit_in WHERE from_account IS NOT NULL"
        );
        self.all(&sql, [from, to], |row| {
            Ok(Conversion {
                account: row.get(0)?,
                to: row.get(8)?,
                kind: row.get(9)?,
                left: unit_at(row, 1)?.money(sum_at(row, 6)?),
                received: unit_at(row, 3)?.money(amount_at(row, 7)?),
                day: row.get::<_, LocalDateTime>(5)?.day(),
            })
        })
    }
}
