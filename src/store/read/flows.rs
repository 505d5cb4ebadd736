//! Sums over a period: of whole months from totals, of the rest from entries.

use super::Expiries;
use crate::ledger::{AccountId, FlowKind, Flows, Kind};
use crate::money::{Money, Unit};
use crate::period::{LocalDateTime, Month};
use crate::report::{CategoryTotal, ChannelTotal};
use crate::store::sql::{AmountReader, LIVE_OF_MANY, amount_at, has_room, sum_at};
use crate::store::totals::Totals;
use crate::store::{Damage, Store, StoreError};
use rusqlite::params;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// What happened between two moments.
pub struct Activity<'s> {
    store: &'s Store,
    from: Option<LocalDateTime>,
    to: Option<LocalDateTime>,
    period: PeriodQuery,
    /// Sums over the entries of partial months.
    partial: Totals,
}

impl Store {
    /// Reads the entries of partial months between two moments, both included. All else is read when
    /// it is asked for.
    pub fn activity(
        &self,
        from: Option<LocalDateTime>,
        to: Option<LocalDateTime>,
    ) -> Result<Activity<'_>, StoreError> {
        let (period, mut partial) = (PeriodQuery::new(from, to), Totals::default());
        if !period.parts.is_empty() {
            let reader = self.db().and_then(AmountReader::new);
            let mut reader = reader.map_err(|e| self.fail(e))?;
            let columns = AmountReader::COLUMNS;
            let sql = format!("SELECT {columns} FROM entry WHERE at BETWEEN ?1 AND ?2 AND {LIVE_OF_MANY}");
            for (first, last, sign) in &period.parts {
                self.all(&sql, [first, last], |row| {
                    let (entry, labels) = reader.read(row)?.ok_or(rusqlite::Error::InvalidQuery)?;
                    partial.add(entry, labels, *sign);
                    Ok(())
                })?;
            }
        }
        if partial.overflow.is_some() {
            return Err(self.overflow());
        }
        Ok(Activity { store: self, from, to, period, partial })
    }

    /// Returns what moved each account between two moments, both included, and what expired.
    pub fn flows(
        &self,
        from: Option<LocalDateTime>,
        to: Option<LocalDateTime>,
    ) -> Result<HashMap<AccountId, Flows>, StoreError> {
        self.activity(from, to)?.flows()
    }

    /// Returns by how much each balance moved in each month of a range.
    pub fn month_nets(&self, from: Month, to: Month) -> Result<Vec<(AccountId, Month, i64)>, StoreError> {
        // An account may have several rows for one month.
        let sql = "SELECT account, month, earned + topped_up + refunded + moved_in + bill_paid + unexplained
                          - spent - withdrawn - moved_out - fees - taxes - expired
                   FROM monthly_flow WHERE month BETWEEN ?1 AND ?2 ORDER BY month";
        let mut nets = self.all(sql, [from, to], |row| Ok((row.get(0)?, row.get(1)?, sum_at(row, 2)?)))?;
        let (first, last) = (from.first().start(), to.last().end());
        let pending = self.expiries(Some(first), Some(last), Expiries::Pending)?;
        nets.extend(pending.into_iter().map(|(account, day, amount)| (account, day.month(), -amount)));
        Ok(nets)
    }

    fn overflow(&self) -> StoreError {
        StoreError::Damaged(self.path.clone(), Damage::SumTooLarge.into())
    }

    fn label(&self, label: i64) -> Result<Option<String>, StoreError> {
        if label == 0 {
            return Ok(None);
        }
        self.maybe("SELECT text FROM label WHERE id = ?1", [label], |row| row.get(0))
    }
}

impl Activity<'_> {
    /// Returns what moved each account, and what expired.
    pub fn flows(&self) -> Result<HashMap<AccountId, Flows>, StoreError> {
        let mut flows: HashMap<AccountId, Flows> = HashMap::new();
        let (first, last) = self.period.months;
        if first <= last {
            // Account by account, so that only the months in question are read.
            let columns = FlowKind::ALL.map(FlowKind::as_str).join(", ");
            let sql = format!(
                "SELECT account, facts, {columns} FROM account a CROSS JOIN monthly_flow
                 WHERE account = a.id AND month BETWEEN ?1 AND ?2"
            );
            self.store.all(&sql, [first, last], |row| {
                let mut sums = [0; FlowKind::COUNT];
                for (sum, column) in sums.iter_mut().zip(2..) {
                    *sum = sum_at(row, column)?;
                }
                add_flows(flows.entry(row.get(0)?).or_default(), &Flows::new(sum_at(row, 1)?, sums))
            })?;
        }
        for ((account, _), month) in &self.partial.months {
            add_flows(flows.entry(*account).or_default(), month).map_err(|e| self.store.fail(e))?;
        }
        for (first, last, sign) in &self.period.parts {
            for (account, _, amount) in self.store.expiries(Some(*first), Some(*last), Expiries::Stored)? {
                flows.entry(account).or_default().add(FlowKind::Expired, sign * amount);
            }
            let sql = "SELECT account, unexplained, first FROM snapshot_delta WHERE at BETWEEN ?1 AND ?2";
            self.store.all(sql, [first, last], |row| {
                let (unexplained, is_first) = (sum_at(row, 1)?, row.get(2)?);
                let mut snapshot = Flows::new(*sign, Default::default());
                snapshot.add(FlowKind::Unexplained, sign * unexplained);
                snapshot.add(FlowKind::FirstSeen, if is_first { sign * unexplained } else { 0 });
                add_flows(flows.entry(row.get(0)?).or_default(), &snapshot)
            })?;
        }
        for (account, _, amount) in self.store.expiries(self.from, self.to, Expiries::Pending)? {
            flows.entry(account).or_default().add(FlowKind::Expired, amount);
        }
        Ok(flows)
    }

    /// Returns what was spent, earned and refunded, by category and unit.
    pub fn categories(&self) -> Result<Vec<CategoryTotal>, StoreError> {
        let sql = "SELECT kind, category, unit, sum(count), sum(amount),
                          (SELECT l.text FROM label l WHERE l.id = category) FROM monthly_category
                   WHERE month BETWEEN ?1 AND ?2 GROUP BY kind, category, unit";
        let mut totals: BTreeMap<(Kind, i64, i64), [i64; 2]> = BTreeMap::new();
        let mut names: HashMap<i64, Option<String>> = HashMap::new();
        let (first, last) = self.period.months;
        self.store.all(sql, [first, last], |row| {
            let (category, sums) = (row.get(1)?, [sum_at(row, 3)?, sum_at(row, 4)?]);
            names.insert(category, row.get(5)?);
            totals.insert((row.get(0)?, category, row.get(2)?), sums);
            Ok(())
        })?;
        self.named(totals, &self.partial, names)
    }

    /// Returns what was spent, earned and refunded, by payee and unit. It reads every entry.
    pub fn payees(&self) -> Result<Vec<CategoryTotal>, StoreError> {
        let reader = self.store.db().and_then(AmountReader::new);
        let mut reader = reader.map_err(|e| self.store.fail(e))?;
        let columns = AmountReader::COLUMNS.replace("category", "payee");
        let sql = format!(
            "SELECT {columns} FROM entry
             WHERE at BETWEEN ?1 AND ?2 AND kind IN (?3, ?4, ?5) AND {LIVE_OF_MANY}"
        );
        let from = self.from.map_or(i64::MIN, |from| from.0);
        let to = self.to.map_or(i64::MAX, |to| to.0);
        let mut sums = Totals::default();
        self.store.all(&sql, params![from, to, Kind::Spend, Kind::Earn, Kind::Refund], |row| {
            let (entry, labels) = reader.read(row)?.ok_or(rusqlite::Error::InvalidQuery)?;
            sums.add(entry, labels, 1);
            Ok(())
        })?;
        if sums.overflow.is_some() {
            return Err(self.store.overflow());
        }
        self.named(BTreeMap::new(), &sums, HashMap::new())
    }

    /// Returns sums by kind, label and unit with those of `more` added, and with the texts of their
    /// labels, from `names` where they are among them.
    fn named(
        &self,
        mut totals: BTreeMap<(Kind, i64, i64), [i64; 2]>,
        more: &Totals,
        mut names: HashMap<i64, Option<String>>,
    ) -> Result<Vec<CategoryTotal>, StoreError> {
        for ((_, kind, label, unit), sums) in &more.categories {
            self.add_sums(totals.entry((*kind, *label, *unit)).or_default(), sums)?;
        }
        let units = self.units()?;
        let mut named = Vec::new();
        for ((kind, label, unit), [count, amount]) in totals {
            let Some(unit) = units.get(&unit).filter(|_| count != 0) else { continue };
            let name = self.name(&mut names, label)?;
            named.push(CategoryTotal { kind, name, unit: unit.clone(), count, amount });
        }
        Ok(named)
    }

    /// Returns what left through channels, and what it was charged.
    pub fn channels(&self) -> Result<Vec<ChannelTotal>, StoreError> {
        let sql = "SELECT channel, unit, sum(count), sum(amount), sum(fee), sum(tax),
                          (SELECT l.text FROM label l WHERE l.id = channel) FROM monthly_channel
                   WHERE month BETWEEN ?1 AND ?2 GROUP BY channel, unit";
        let mut totals: BTreeMap<(i64, i64), [i64; 4]> = BTreeMap::new();
        let mut names: HashMap<i64, Option<String>> = HashMap::new();
        let (first, last) = self.period.months;
        self.store.all(sql, [first, last], |row| {
            let (channel, sums) =
                (row.get(0)?, [sum_at(row, 2)?, sum_at(row, 3)?, sum_at(row, 4)?, sum_at(row, 5)?]);
            names.insert(channel, row.get(6)?);
            totals.insert((channel, row.get(1)?), sums);
            Ok(())
        })?;
        for ((_, channel, unit), sums) in &self.partial.channels {
            self.add_sums(totals.entry((*channel, *unit)).or_default(), sums)?;
        }
        let units = self.units()?;
        let mut named = Vec::new();
        for ((channel, unit), [count, amount, fee, tax]) in totals {
            let Some(unit) = units.get(&unit).filter(|_| count > 0) else { continue };
            let channel = self.name(&mut names, channel)?;
            named.push(ChannelTotal { channel, unit: unit.clone(), count, amount, fee, tax });
        }
        Ok(named)
    }

    /// Returns the spends up to each limit, one limit for each unit: how many there are of each amount.
    pub fn micropayments(&self, limits: &[Money]) -> Result<Vec<BTreeMap<i64, i64>>, StoreError> {
        let mut spends = vec![Vec::new(); limits.len()];
        let Some(largest) = limits.iter().map(|limit| limit.minor).max() else { return Ok(Vec::new()) };
        let units = self.store.live_units()?;
        let key = |unit: &Unit| units.iter().find(|(_, known)| known == unit).map(|(key, _)| *key);
        let limits: Vec<(Option<i64>, i64)> = limits.iter().map(|l| (key(&l.unit), l.minor)).collect();
        let sql = format!(
            "SELECT unit_out, amount_out FROM entry
             WHERE at BETWEEN ?1 AND ?2 AND kind = ?3 AND amount_out <= ?4 AND {LIVE_OF_MANY}"
        );
        let from = self.from.map_or(i64::MIN, |from| from.0);
        let to = self.to.map_or(i64::MAX, |to| to.0);
        self.store.all(&sql, params![from, to, Kind::Spend, largest], |row| {
            let (unit, amount) = (row.get(0)?, amount_at(row, 1)?);
            let of_unit = limits.iter().zip(&mut spends).filter(|((key, _), _)| *key == Some(unit));
            of_unit.filter(|((_, limit), _)| amount <= *limit).for_each(|(_, found)| found.push(amount));
            Ok(())
        })?;
        Ok(spends.into_iter().map(counted).collect())
    }

    fn add_sums<const N: usize>(&self, sums: &mut [i64; N], more: &[i64; N]) -> Result<(), StoreError> {
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum = sum.checked_add(*more).filter(has_room).ok_or_else(|| self.store.overflow())?;
        }
        Ok(())
    }

    fn units(&self) -> Result<HashMap<i64, Unit>, StoreError> {
        Ok(self.store.live_units()?.into_iter().collect())
    }

    /// Returns the text of a label, from those that were read with the totals if it is among them.
    fn name(
        &self,
        names: &mut HashMap<i64, Option<String>>,
        label: i64,
    ) -> Result<Option<String>, StoreError> {
        Ok(match names.entry(label) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(self.store.label(label)?).clone(),
        })
    }
}

/// Returns how many there are of each amount.
fn counted(mut amounts: Vec<i64>) -> BTreeMap<i64, i64> {
    amounts.sort_unstable();
    amounts.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as i64)).collect()
}

/// Adds flows to others. A sum that leaves no room for others is damage.
fn add_flows(flows: &mut Flows, more: &Flows) -> rusqlite::Result<()> {
    flows.facts += more.facts;
    for measure in FlowKind::ALL {
        let amount = more.of(measure);
        if !flows.checked_add(measure, amount) || !has_room(&flows.of(measure)) {
            return Err(rusqlite::Error::IntegralValueOutOfRange(0, amount));
        }
    }
    Ok(())
}

/// A part of a month: its first and last second, and 1 if it is added, -1 if it is subtracted.
type Part = (LocalDateTime, LocalDateTime, i64);

/// A period as whole months, which have totals, and parts of months. A part is added to the months
/// or, if there is less to read, the rest of its month is subtracted from them.
struct PeriodQuery {
    /// The first and the last month that is read from totals.
    months: (Month, Month),
    parts: Vec<Part>,
}

impl PeriodQuery {
    fn new(from: Option<LocalDateTime>, to: Option<LocalDateTime>) -> PeriodQuery {
        let mut low = from.map_or(Month(i32::MIN), LocalDateTime::month);
        let mut high = to.map_or(Month(i32::MAX), LocalDateTime::month);
        let begins = |at: LocalDateTime| at.month().first().start();
        let ends = |at: LocalDateTime| at.month().last().end();
        // What lies outside the period, within the months at its two ends.
        let before =
            from.filter(|from| begins(*from) < *from).map(|from| (begins(from), LocalDateTime(from.0 - 1)));
        let behind = to.filter(|to| *to < ends(*to)).map(|to| (LocalDateTime(to.0 + 1), ends(to)));
        let seconds = |(first, last): (LocalDateTime, LocalDateTime)| last.0 - first.0;
        let mut parts = Vec::new();
        if let (Some(from), Some(to)) = (from, to)
            && low == high
        {
            let outside = before.map_or(0, seconds) + behind.map_or(0, seconds);
            if seconds((from, to)) < outside {
                return PeriodQuery { months: (low, low.add_months(-1)), parts: vec![(from, to, 1)] };
            }
            parts.extend(before.into_iter().chain(behind).map(|(first, last)| (first, last, -1)));
            return PeriodQuery { months: (low, high), parts };
        }
        // Adds one of two parts of a month; returns whether the month is not read from totals.
        let mut add_shorter = |outside: Option<(LocalDateTime, LocalDateTime)>,
                               inside: (LocalDateTime, LocalDateTime)| {
            let Some(outside) = outside else { return false };
            let is_inside = seconds(inside) < seconds(outside);
            let ((first, last), sign) = if is_inside { (inside, 1) } else { (outside, -1) };
            parts.push((first, last, sign));
            is_inside
        };
        if from.is_some_and(|from| add_shorter(before, (from, ends(from)))) {
            low = low.add_months(1);
        }
        if to.is_some_and(|to| add_shorter(behind, (begins(to), to))) {
            high = high.add_months(-1);
        }
        PeriodQuery { months: (low, high), parts }
    }
}
