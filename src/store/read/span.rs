//! What happened between two moments, summed: from totals where they reach, else entry by entry.

use super::{Expiries, LIVE, Values, amount_at, kind_at, moment_at, month_at, size_at, unit_at, within};
use crate::fee::{Paid, Use, Used};
use crate::ledger::{AccountId, Entry, Expires, Flows, Id, Kind, Measure, Place};
use crate::money::{Money, Unit};
use crate::period::{Day, Moment, Month};
use crate::report::{CategoryTotal, ChannelTotal, Conversion};
use crate::store::derived::{
    category_amount, charged_amount, is_categorised, kind_column, kind_of, measure_of,
};
use crate::store::given::{Given, Giving, Take};
use crate::store::{Store, StoreError};
use rusqlite::{Row, params};
use std::collections::{BTreeMap, HashMap};

/// Kind, category and unit.
type CategoryKey = (i64, i64, i64);

type CountAndAmount = (i64, i64);

/// A sum with more added to it, of amounts as the door lets them in: what passes that is damage.
fn more(sum: i64, amount: i64, column: usize) -> rusqlite::Result<i64> {
    within(sum.saturating_add(amount), column, -(1 << 62)..=1 << 62)
}

impl Store {
    /// Returns what moved every account's balance between two moments, both inside, with what expired
    /// by itself.
    pub fn flows(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<HashMap<AccountId, Flows>, StoreError> {
        let mut flows = self.stored_flows(from, to)?;
        for (account, _, amount) in self.expiries(from, to, Expiries::Pending)? {
            flows.entry(account).or_default().add(Measure::Expired, amount);
        }
        Ok(flows)
    }

    /// The same up to the last fact of each account. Whole months and days are answered from totals;
    /// of a day that is not whole its entries are read.
    pub(super) fn stored_flows(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<HashMap<AccountId, Flows>, StoreError> {
        let mut flows: HashMap<AccountId, Flows> = HashMap::new();
        let Span { months: (low, high), parts } = Span::of(from, to);
        if low <= high {
            // Account by account, so that of each only those months are read.
            let columns = Measure::ALL.map(Measure::word).join(", ");
            let sql = format!(
                "SELECT account, facts, {columns} FROM account a CROSS JOIN total
                 WHERE account = a.id AND month BETWEEN ?1 AND ?2"
            );
            self.all(&sql, [low, high], |row| {
                let flows = flows.entry(AccountId(row.get(0)?)).or_default();
                flows.facts = more(flows.facts, amount_at(row, 1)?, 1)?;
                for (measure, column) in Measure::ALL.into_iter().zip(2..) {
                    let amount = amount_at(row, column)?;
                    if amount != 0 {
                        more(flows.of(measure), amount, column)?;
                        flows.add(measure, amount);
                    }
                }
                Ok(())
            })?;
        }
        let (days, parts) = by_days(parts);
        for (first, last, sign) in days {
            let sql = "SELECT account, measure, amount FROM day_total WHERE day BETWEEN ?1 AND ?2";
            let rows = self.all(sql, [first.0, last.0], |row| {
                Ok((AccountId(row.get(0)?), row.get::<_, i64>(1)?, amount_at(row, 2)?))
            })?;
            for (account, measure, amount) in rows {
                let flows = flows.entry(account).or_default();
                match measure_of(measure) {
                    Some(measure) => flows.add(measure, sign * amount),
                    None => flows.facts += sign * amount,
                }
            }
        }
        for (a, b, sign) in parts {
            self.each_moved_between(a, b, &mut |entry| {
                for flow in entry.flows() {
                    flows.entry(flow.account).or_default().add(flow.measure, sign * flow.amount);
                }
                for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
                    flows.entry(account).or_default().facts += sign;
                }
            })?;
            for (account, _, amount) in self.expiries(Some(a), Some(b), Expiries::Stored)? {
                flows.entry(account).or_default().add(Measure::Expired, sign * amount);
            }
            let sql = "SELECT account, unexplained, first FROM seen WHERE at BETWEEN ?1 AND ?2";
            let seen: Vec<(i64, i64, bool)> =
                self.all(sql, [a.0, b.0], |row| Ok((row.get(0)?, amount_at(row, 1)?, row.get(2)?)))?;
            for (account, unexplained, first) in seen {
                let flows = flows.entry(AccountId(account)).or_default();
                flows.facts += sign;
                flows.add(Measure::Unexplained, sign * unexplained);
                if first {
                    flows.add(Measure::FirstSeen, sign * unexplained);
                }
            }
        }
        Ok(flows)
    }

    /// What entries between two moments, both inside, moved.
    fn each_moved_between(
        &self,
        from: Moment,
        to: Moment,
        each: &mut dyn FnMut(&Entry),
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT at, kind, from_account, to_account, amount_out, amount_in, fee, tax, unit_out, unit_in
             FROM entry WHERE at BETWEEN ?1 AND ?2 AND {LIVE}"
        );
        // Of units it only counts whether the two are one.
        let unit = |number: i64| Unit::new(&number.to_string(), 0);
        let account = |row: &Row<'_>, column| row.get::<_, Option<i64>>(column).map(|id| id.map(AccountId));
        self.all(&sql, [from.0, to.0], |row| {
            let [out, arriving] = [(2, 4, 8), (3, 5, 9)].map(|(owner, amount, of)| {
                let (account, amount) = (account(row, owner)?, size_at(row, amount)?);
                Ok::<Place, rusqlite::Error>(Place { account, amount, unit: unit(row.get(of)?) })
            });
            each(&Entry {
                id: Id(0),
                at: moment_at(row, 0)?,
                kind: kind_at(row, 1)?,
                out: out?,
                arriving: arriving?,
                fee: size_at(row, 6)?,
                tax: size_at(row, 7)?,
                category: None,
                payee: None,
                channel: None,
                expires: Expires::Unknown,
                note: None,
            });
            Ok(())
        })
        .map(|_| ())
    }

    /// What was done between two moments, both inside, of which several things can be asked.
    pub fn done(&self, from: Option<Moment>, to: Option<Moment>) -> Result<Done<'_>, StoreError> {
        let span = Span::of(from, to);
        let mut rest = Rest::default();
        for (a, b, sign) in &span.parts {
            let entries = format!("FROM entry WHERE at BETWEEN ?1 AND ?2 AND {LIVE}");
            // Summed here: to group them SQLite would sort them first.
            let part = RestOfPart { rest, sign: *sign };
            let given = self.db().and_then(|db| Giving::new(db, DONE.to_vec(), &entries));
            let given = given.and_then(|mut entries| entries.all_to(part, [a.0, b.0]));
            rest = given.map_err(|e| self.fail(e))?.rest;
        }
        Ok(Done { store: self, months: span.months, rest })
    }

    fn word(&self, label: i64) -> Result<Option<String>, StoreError> {
        if label == 0 {
            return Ok(None);
        }
        self.maybe("SELECT text FROM label WHERE id = ?1", [label], |row| row.get(0))
    }

    /// Returns what of a quota the withdrawals of the ledger used. `amount` says what of a withdrawal
    /// counts, by its channel, moment, what left and the charges: the amount of its rule.
    pub fn used(
        &self,
        ask: &Use,
        amount: impl Fn(&str, Moment, i64, i64) -> i64,
    ) -> Result<Used, StoreError> {
        let mut used = Used::default();
        if self.is_blank() {
            return Ok(used);
        }
        for channel in &ask.channels {
            let sql = format!(
                "SELECT at, amount_out, fee + tax FROM entry
                 WHERE channel = (SELECT id FROM label WHERE text = ?1) AND at BETWEEN ?2 AND ?3 AND kind = ?4
                 AND {LIVE}"
            );
            let since = ask.since.map_or(i64::MIN, |m| m.0);
            let values = params![channel, since, ask.until.0, kind_column(Kind::Withdraw)];
            let rows: Vec<(i64, i64, i64)> =
                self.all(&sql, values, |row| Ok((row.get(0)?, amount_at(row, 1)?, amount_at(row, 2)?)))?;
            for (at, out, charges) in rows {
                used.count += 1;
                used.amount = used.amount.saturating_add(amount(channel, Moment(at), out, charges));
            }
        }
        Ok(used)
    }

    /// Returns the latest withdrawal up to a moment through each of those channels that has one.
    pub fn last_withdrawals(
        &self,
        channels: &[String],
        until: Moment,
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
        let (until, kind) = (until.0, kind_column(Kind::Withdraw));
        let mut values: Vec<&dyn rusqlite::ToSql> = vec![&until, &kind];
        values.extend(channels.iter().map(|channel| channel as &dyn rusqlite::ToSql));
        self.all(&sql.join(" UNION ALL "), values.as_slice(), |row| {
            let place: i64 = row.get(0)?;
            let [out, fee, tax, received] =
                [amount_at(row, 2)?, amount_at(row, 3)?, amount_at(row, 4)?, amount_at(row, 5)?];
            let paid = Paid { at: moment_at(row, 1)?, out, fee, tax, received };
            let channel = usize::try_from(place - 3).ok().and_then(|place| channels.get(place));
            Ok((channel.cloned().unwrap_or_default(), paid))
        })
    }

    /// Returns what left each account for another unit between two moments, a row for each account,
    /// unit received and day.
    pub fn conversions(&self, from: Option<Moment>, to: Moment) -> Result<Vec<Conversion>, StoreError> {
        let from = from.map_or(i64::MIN, |from| from.0);
        let sql = format!(
            "SELECT from_account, o.code, o.decimals, i.code, i.decimals, at, amount_out - fee - tax, amount_in
             FROM (SELECT * FROM entry WHERE unit_out <> unit_in AND at BETWEEN ?1 AND ?2 AND {LIVE})
             JOIN unit o ON o.seq = unit_out JOIN unit i ON i.seq = unit_in WHERE from_account IS NOT NULL"
        );
        self.all(&sql, [from, to.0], |row| {
            Ok(Conversion {
                account: AccountId(row.get(0)?),
                left: unit_at(row, 1)?.money(amount_at(row, 6)?),
                received: unit_at(row, 3)?.money(amount_at(row, 7)?),
                day: moment_at(row, 5)?.day(),
            })
        })
    }

    /// Returns what moved every account's balance in each of some months, all of each month.
    pub fn month_nets(&self, from: Month, to: Month) -> Result<Vec<(AccountId, Month, i64)>, StoreError> {
        // An account may have several rows of one month.
        let sql = "SELECT account, month, earned + topped_up + refunded + moved_in + bill_paid + unexplained
                          - spent - withdrawn - moved_out - fees - taxes - expired
                   FROM total WHERE month BETWEEN ?1 AND ?2 ORDER BY month";
        let mut nets = self.all(sql, [from.0, to.0], |row| {
            Ok((AccountId(row.get(0)?), month_at(row, 1)?, amount_at(row, 2)?))
        })?;
        let (first, last) = (from.first().start(), to.last().end());
        let pending = self.expiries(Some(first), Some(last), Expiries::Pending)?;
        nets.extend(pending.into_iter().map(|(account, day, amount)| (account, day.month(), -amount)));
        Ok(nets)
    }
}

/// The columns of an entry that tell what was done. The one that lies last comes first, as in a check.
const DONE: [&str; 9] =
    ["channel", "kind", "unit_out", "unit_in", "amount_out", "amount_in", "fee", "tax", "category"];

/// What the entries of the parts of a [`Span`] come to.
#[derive(Default)]
struct Rest {
    categories: foldhash::HashMap<CategoryKey, CountAndAmount>,
    channels: foldhash::HashMap<(i64, i64), [i64; 4]>,
    /// How many spends there were of each unit and amount.
    sizes: foldhash::HashMap<(i64, i64), i64>,
}

/// One of the parts, which counts or was counted too much.
struct RestOfPart {
    rest: Rest,
    sign: i64,
}

impl Take for RestOfPart {
    fn take(&mut self, row: &Given<'_, '_>) -> rusqlite::Result<()> {
        let (rest, sign) = (&mut self.rest, self.sign);
        let kind = kind_at(row, 1)?;
        let (unit_out, out) = (row.value(2)?, size_at(row, 4)?);
        let (fee, tax) = (size_at(row, 6)?, size_at(row, 7)?);
        if is_categorised(kind) {
            let is_spend = kind == Kind::Spend;
            // Of a spend nothing arrives that a sum follows from.
            let (unit_in, arriving) =
                if is_spend { (unit_out, 0) } else { (row.value(3)?, size_at(row, 5)?) };
            let (amount, unit) =
                category_amount(kind, unit_out == unit_in, [out, arriving, fee, tax], [unit_out, unit_in]);
            let category = row.value::<Option<i64>>(8)?.unwrap_or(0);
            let total = rest.categories.entry((kind_column(kind), category, unit)).or_default();
            *total = (total.0 + sign, more(total.1, sign * amount, 5)?);
            if is_spend {
                *rest.sizes.entry((unit_out, out)).or_default() += sign;
            }
        }
        let channel: Option<i64> = row.value(0)?;
        if let Some(amount) = charged_amount(kind, channel.is_some(), out, more(fee, tax, 6)?) {
            let sums = rest.channels.entry((channel.unwrap_or(0), unit_out)).or_default();
            for (sum, part) in sums.iter_mut().zip([1, amount, fee, tax]) {
                *sum = more(*sum, sign * part, 4)?;
            }
        }
        Ok(())
    }
}

/// What was done between two moments.
pub struct Done<'s> {
    store: &'s Store,
    /// The first and the last of the months that are answered from totals.
    months: (i64, i64),
    rest: Rest,
}

impl Done<'_> {
    /// What was spent, earned and refunded, by category and unit.
    pub fn categories(&self) -> Result<Vec<CategoryTotal>, StoreError> {
        let mut totals: BTreeMap<CategoryKey, CountAndAmount> = BTreeMap::new();
        let mut words: HashMap<i64, Option<String>> = HashMap::new();
        let sql = "SELECT kind, category, unit, sum(count), sum(amount),
                          (SELECT l.text FROM label l WHERE l.id = category) FROM category_total
                   WHERE month BETWEEN ?1 AND ?2 GROUP BY kind, category, unit";
        totals.extend(self.store.all(sql, <[i64; 2]>::from(self.months), |row| {
            words.insert(row.get(1)?, row.get(5)?);
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), (amount_at(row, 3)?, amount_at(row, 4)?)))
        })?);
        for (key, (count, amount)) in &self.rest.categories {
            let total = totals.entry(*key).or_default();
            *total = (total.0 + count, total.1 + amount);
        }
        for (_, category, _) in totals.keys() {
            if !words.contains_key(category) {
                words.insert(*category, self.store.word(*category)?);
            }
        }
        let units: HashMap<i64, Unit> = self.store.live_units()?.into_iter().collect();
        let mut named = Vec::new();
        for ((kind, category, unit), (count, amount)) in totals {
            if count == 0 {
                continue;
            }
            let category = words.get(&category).cloned().flatten();
            let (Some(kind), Some(unit)) = (kind_of(kind), units.get(&unit)) else { continue };
            named.push(CategoryTotal { kind, category, unit: unit.clone(), count, amount });
        }
        Ok(named)
    }

    /// What left through channels, and what it was charged.
    pub fn channels(&self) -> Result<Vec<ChannelTotal>, StoreError> {
        let mut totals: BTreeMap<(i64, i64), [i64; 4]> = BTreeMap::new();
        let mut words: HashMap<i64, Option<String>> = HashMap::new();
        let sql = "SELECT channel, unit, sum(count), sum(amount), sum(fee), sum(tax),
                          (SELECT l.text FROM label l WHERE l.id = channel) FROM channel_total
                   WHERE month BETWEEN ?1 AND ?2 GROUP BY channel, unit";
        totals.extend(self.store.all(sql, <[i64; 2]>::from(self.months), |row| {
            words.insert(row.get(0)?, row.get(6)?);
            let sums = [amount_at(row, 2)?, amount_at(row, 3)?, amount_at(row, 4)?, amount_at(row, 5)?];
            Ok(((row.get(0)?, row.get(1)?), sums))
        })?);
        for (key, sums) in &self.rest.channels {
            let total = totals.entry(*key).or_default();
            for (sum, part) in total.iter_mut().zip(sums) {
                *sum += part;
            }
        }
        let units: HashMap<i64, Unit> = self.store.live_units()?.into_iter().collect();
        let mut named = Vec::new();
        for ((channel, unit), [count, amount, fee, tax]) in totals {
            let Some(unit) = units.get(&unit).filter(|_| count > 0) else { continue };
            let channel = match words.get(&channel) {
                Some(word) => word.clone(),
                None => self.store.word(channel)?,
            };
            named.push(ChannelTotal { channel, unit: unit.clone(), count, amount, fee, tax });
        }
        Ok(named)
    }

    /// The spends that are at most as large as each limit, a limit for each unit: how many there were
    /// of each amount.
    pub fn micropayments(&self, limits: &[Money]) -> Result<Vec<BTreeMap<i64, i64>>, StoreError> {
        let units = self.store.live_units()?;
        let number = |unit: &Unit| units.iter().find(|(_, known)| known == unit).map(|(seq, _)| *seq);
        let limits: Vec<(Option<i64>, i64)> = limits.iter().map(|m| (number(&m.unit), m.parts)).collect();
        let mut found = vec![BTreeMap::new(); limits.len()];
        let (low, high) = self.months;
        // Within one month the amounts stand in order, and the larger ones are not read.
        let months = if low == high { "month = ?1 AND month = ?2" } else { "month BETWEEN ?1 AND ?2" };
        let sql =
            format!("SELECT amount, count FROM spend_size WHERE {months} AND unit = ?3 AND amount <= ?4");
        for ((unit, at_most), found) in limits.iter().zip(&mut found) {
            self.store.all(&sql, params![low, high, unit, at_most], |row| {
                *found.entry(size_at(row, 0)?).or_default() += amount_at(row, 1)?;
                Ok(())
            })?;
        }
        for ((unit, amount), count) in &self.rest.sizes {
            for ((_, at_most), found) in limits.iter().zip(&mut found).filter(|(l, _)| l.0 == Some(*unit)) {
                if amount <= at_most {
                    *found.entry(*amount).or_default() += count;
                }
            }
        }
        for found in &mut found {
            found.retain(|_, count| *count > 0);
        }
        Ok(found)
    }
}

/// A range of time, as months of which there are totals, and parts of months that are added to them
/// or, where that is less to read, taken away from them.
struct Span {
    /// The first and the last of the months, as numbers in a column.
    months: (i64, i64),
    /// Both ends inside, and whether the part counts (1) or was counted too much (-1).
    parts: Vec<(Moment, Moment, i64)>,
}

impl Span {
    fn of(from: Option<Moment>, to: Option<Moment>) -> Span {
        let number = |m: Moment| i64::from(m.month().0);
        let (mut low, mut high) = (from.map_or(i64::MIN, number), to.map_or(i64::MAX, number));
        let begins = |m: Moment| m.month().first().start();
        let ends = |m: Moment| m.month().last().end();
        // What lies outside the range, within the months at its two ends.
        let before = from.filter(|from| begins(*from) < *from).map(|from| (begins(from), Moment(from.0 - 1)));
        let behind = to.filter(|to| *to < ends(*to)).map(|to| (Moment(to.0 + 1), ends(to)));
        let seconds = |(a, b): (Moment, Moment)| b.0 - a.0;
        let mut parts = Vec::new();
        let mut part = |outside: Option<(Moment, Moment)>, inside: (Moment, Moment)| {
            let Some(outside) = outside else { return false };
            let is_left_out = seconds(inside) < seconds(outside);
            parts.push(if is_left_out { (inside.0, inside.1, 1) } else { (outside.0, outside.1, -1) });
            is_left_out
        };
        match (from, to) {
            (Some(from), Some(to)) if low == high => {
                let outside = before.map_or(0, seconds) + behind.map_or(0, seconds);
                if seconds((from, to)) < outside {
                    return Span { months: (low, low - 1), parts: vec![(from, to, 1)] };
                }
                parts.extend(before.into_iter().chain(behind).map(|(a, b)| (a, b, -1)));
            }
            _ => {
                low += i64::from(from.is_some_and(|from| part(before, (from, ends(from)))));
                high -= i64::from(to.is_some_and(|to| part(behind, (begins(to), to))));
            }
        }
        Span { months: (low, high), parts }
    }
}

/// Days, the last one inside, that count or were counted too much, as parts of a [`Span`] do.
type Days = (Day, Day, i64);

/// Parts of months as whole days, and what is left of them.
fn by_days(parts: Vec<(Moment, Moment, i64)>) -> (Vec<Days>, Vec<(Moment, Moment, i64)>) {
    let (mut days, mut rest) = (Vec::new(), Vec::new());
    for (a, b, sign) in parts {
        let first = if a == a.day().start() { a.day() } else { a.day().plus(1) };
        let last = if b == b.day().end() { b.day() } else { b.day().plus(-1) };
        if first > last {
            rest.push((a, b, sign));
            continue;
        }
        days.push((first, last, sign));
        rest.push((a, Moment(first.start().0 - 1), sign));
        rest.push((Moment(last.end().0 + 1), b, sign));
    }
    rest.retain(|(a, b, _)| a <= b);
    (days, rest)
}
