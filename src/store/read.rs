//! What is read from the ledger: aggregates by account, month and kind, and the rows of the history.
//!
//! No question here reads every entry, but for a history that is asked for whole.

use super::derived::{Labels, NEVER, Parts, Step, expires_of, kind_column, kind_of};
use super::{Change, Fact, Store, StoreError};
use crate::fee::{Side, Use, Used};
use crate::ledger::{
    Account, AccountId, AccountKind, Entry, Expires, Flows, Id, Kind, Measure, PathFact, Place, Snapshot,
    Standing,
};
use crate::money::{Money, Rate, Unit};
use crate::period::{Day, Moment, Month};
use crate::report::{CategoryTotal, ChannelTotal, DatedRate};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A row of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// The change that recorded it.
    pub change: Id,
    /// It no longer counts.
    pub voided: bool,
    /// Its number in the order of recording.
    pub seq: i64,
    /// The fact.
    pub fact: HistoryFact,
}

/// What a snapshot shows beyond the facts known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Parts; nothing where the snapshot is voided.
    pub unexplained: Option<i64>,
    /// It is the account's first snapshot.
    pub first: bool,
}

/// The fact of a row of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryFact {
    /// An entry.
    Entry(Entry),
    /// A snapshot, and what it shows beyond the facts known.
    Snapshot(Snapshot, Seen),
}

impl HistoryRow {
    /// When it happened.
    pub fn at(&self) -> Moment {
        match &self.fact {
            HistoryFact::Entry(entry) => entry.at,
            HistoryFact::Snapshot(snapshot, _) => snapshot.at,
        }
    }
}

/// Which rows of the history are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Not before this moment.
    pub from: Option<Moment>,
    /// Not after this moment.
    pub to: Option<Moment>,
    /// Only entries of this kind.
    pub kind: Option<Kind>,
    /// Only snapshots.
    pub snapshots_only: bool,
    /// Only of this category.
    pub category: Option<String>,
    /// Only rows that contain this text in category, payee, note or channel, whatever its case.
    pub search: Option<String>,
    /// Only the last so many.
    pub limit: Option<usize>,
}

/// A change, as `undo` and `redo` look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its lasting name.
    pub id: Id,
    /// Its number in the order of recording.
    pub seq: i64,
    /// The command that wrote it.
    pub command: String,
    /// When it was recorded.
    pub at: Moment,
    /// The change that it voids, where it is an undo or a redo.
    pub voids: Option<Id>,
    /// It no longer counts.
    pub voided: bool,
}

/// The lots or bills of an account after a walk through its facts.
pub(super) struct Walked {
    pub parts: Parts,
    pub has_lots: bool,
}

/// Kind, category and unit.
type CategoryKey = (i64, i64, i64);
type CountAndAmount = (i64, i64);

const LIVE: &str = "change NOT IN (SELECT change FROM voided)";
pub(super) const ENTRY_COLUMNS: &str =
    "e.seq, e.id, e.at, e.kind, e.from_account, e.to_account, uo.code, uo.decimals, ui.code,
     ui.decimals, e.amount_out, e.amount_in, e.fee, e.tax, ca.text, pa.text, ch.text, e.expires, e.note,
     ifnull(e.category, 0), ifnull(e.channel, 0), e.unit_out, e.unit_in, e.change";
pub(super) const ENTRY_JOINS: &str = "JOIN unit uo ON uo.seq = e.unit_out JOIN unit ui ON ui.seq = e.unit_in
     LEFT JOIN label ca ON ca.id = e.category LEFT JOIN label pa ON pa.id = e.payee
     LEFT JOIN label ch ON ch.id = e.channel";

/// The first and the last second of the years that a date may lie in.
const MOMENTS: std::ops::RangeInclusive<i64> = -2_208_988_800..=253_402_300_799;

/// An amount that the door lets in, or a sum of such amounts. What lies beyond is damage, and sums
/// over it would pass what a number holds.
pub(super) fn amount_at(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    within(row.get(column)?, column, -(1 << 62)..=1 << 62)
}

/// An amount of an entry, which is never below zero.
fn size_at(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    within(row.get(column)?, column, 0..=1 << 62)
}

/// A day of the years that a date may lie in.
fn day_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Day> {
    let [first, last] = [MOMENTS.start(), MOMENTS.end()].map(|at| i64::from(Moment(*at).day().0));
    within(row.get(column)?, column, first..=last).map(|day| Day(day as i32))
}

/// A moment of the years that a date may lie in.
pub(super) fn moment_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Moment> {
    within(row.get(column)?, column, MOMENTS).map(Moment)
}

/// A month of those years.
fn month_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Month> {
    let [first, last] = [MOMENTS.start(), MOMENTS.end()].map(|at| i64::from(Moment(*at).month().0));
    within(row.get(column)?, column, first..=last).map(|month| Month(month as i32))
}

/// When something lapses.
fn expires_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Expires> {
    let day: Option<i64> = row.get(column)?;
    if day.is_some_and(|day| day != NEVER) {
        day_at(row, column)?;
    }
    Ok(expires_of(day))
}

fn within(number: i64, column: usize, range: std::ops::RangeInclusive<i64>) -> rusqlite::Result<i64> {
    let fits = range.contains(&number);
    if fits { Ok(number) } else { Err(rusqlite::Error::IntegralValueOutOfRange(column, number)) }
}

pub(super) fn entry_of(row: &Row<'_>) -> rusqlite::Result<(i64, Entry, Labels)> {
    let unit = |code: usize| -> rusqlite::Result<Unit> {
        Ok(Unit { code: row.get::<_, String>(code)?.into(), decimals: row.get(code + 1)? })
    };
    let account = |column: usize| row.get::<_, Option<i64>>(column).map(|id| id.map(AccountId));
    let kind = row.get(3)?;
    let entry = Entry {
        id: Id(row.get(1)?),
        at: moment_at(row, 2)?,
        kind: kind_of(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(3, kind))?,
        out: Place { account: account(4)?, amount: size_at(row, 10)?, unit: unit(6)? },
        arriving: Place { account: account(5)?, amount: size_at(row, 11)?, unit: unit(8)? },
        fee: size_at(row, 12)?,
        tax: size_at(row, 13)?,
        category: row.get(14)?,
        payee: row.get(15)?,
        channel: row.get(16)?,
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

impl Change {
    /// The rows of its entries, as the history will show them.
    pub fn rows_of_entries(&self) -> Vec<HistoryRow> {
        let entries = self.facts.iter().filter_map(|fact| match fact {
            Fact::Entry(entry) => Some(HistoryFact::Entry(entry.clone())),
            _ => None,
        });
        entries.zip(1..).map(|(fact, seq)| HistoryRow { change: self.id, voided: false, seq, fact }).collect()
    }
}

impl Store {
    pub(super) fn all<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<T>> {
            let mut statement = self.db.prepare_cached(sql)?;
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
        let mut statement = self.db.prepare_cached(sql).map_err(|e| self.fail(e))?;
        statement.query_row(values, read).optional().map_err(|e| self.fail(e))
    }

    /// Every account, closed ones too, in the order of opening.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.accounts_where(
            "w.change NOT IN (SELECT change FROM voided)",
            "a.change NOT IN (SELECT change FROM voided)",
        )
    }

    /// The accounts whose opening was undone, as they last stood: the history still names them.
    pub fn accounts_undone(&self) -> Result<Vec<Account>, StoreError> {
        self.accounts_where("1", "a.change IN (SELECT change FROM voided)")
    }

    fn accounts_where(&self, version: &str, account: &str) -> Result<Vec<Account>, StoreError> {
        let sql = format!(
            "SELECT a.id, v.name, v.platform, v.kind, u.code, u.decimals, v.limit_amount, v.bill_day, v.note,
                    v.closed
             FROM account a
             JOIN account_version v ON v.seq = (
               SELECT max(w.seq) FROM account_version w WHERE w.account = a.id AND {version})
             JOIN unit u ON u.seq = v.unit
             WHERE {account} ORDER BY a.id"
        );
        self.all(&sql, [], |row| {
            let kind: String = row.get(3)?;
            Ok(Account {
                id: AccountId(row.get(0)?),
                name: row.get(1)?,
                platform: row.get(2)?,
                kind: AccountKind::parse(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
                unit: Unit { code: row.get::<_, String>(4)?.into(), decimals: row.get(5)? },
                limit: row.get(6)?,
                bill_day: row.get(7)?,
                note: row.get(8)?,
                closed: row.get(9)?,
            })
        })
    }

    /// Every unit in use, with its number.
    pub(super) fn live_units(&self) -> Result<Vec<(i64, Unit)>, StoreError> {
        // A unit that came into use with something else stays known when that is undone.
        let sql = "SELECT u.seq, u.code, u.decimals FROM unit u JOIN change c ON c.seq = u.change
                   WHERE NOT (c.command = 'unit add' AND c.seq IN (SELECT change FROM voided)) ORDER BY u.seq";
        self.all(sql, [], |row| {
            Ok((row.get(0)?, Unit { code: row.get::<_, String>(1)?.into(), decimals: row.get(2)? }))
        })
    }

    /// Every unit that the ledger knows.
    pub fn units(&self) -> Result<Vec<Unit>, StoreError> {
        Ok(self.live_units()?.into_iter().map(|(_, unit)| unit).collect())
    }

    /// Every rate that counts, oldest first.
    pub fn rates(&self) -> Result<Vec<DatedRate>, StoreError> {
        let sql = "SELECT u.code, u.decimals, r.value, o.code, o.decimals, r.day FROM rate r
                   JOIN unit u ON u.seq = r.unit JOIN unit o ON o.seq = r.of
                   WHERE r.change NOT IN (SELECT change FROM voided) ORDER BY r.day, r.seq";
        self.all(sql, [], |row| {
            let unit = |at: usize| -> rusqlite::Result<Unit> {
                Ok(Unit { code: row.get::<_, String>(at)?.into(), decimals: row.get(at + 1)? })
            };
            let value: String = row.get(2)?;
            let rate = Rate::parse(&value).map_err(|_| rusqlite::Error::InvalidQuery)?;
            Ok(DatedRate { unit: unit(0)?, rate, of: unit(3)?, day: day_at(row, 5)? })
        })
    }

    /// Where every account with a fact stands at a moment, facts of that second included.
    pub fn standings(&self, at: Moment) -> Result<HashMap<AccountId, Standing>, StoreError> {
        let mut standings = self.balances(at)?;
        let sql = "SELECT l.account, sum(l.amount) FROM lot l JOIN standing s ON s.account = l.account
                   WHERE l.expires < ?1 AND s.fact_at <= ?2 GROUP BY l.account";
        let lapsed: Vec<(i64, i64)> =
            self.all(sql, [i64::from(at.day().0), at.0], |row| Ok((row.get(0)?, amount_at(row, 1)?)))?;
        for (account, amount) in lapsed {
            standings.entry(AccountId(account)).or_default().lapsed = amount;
        }
        for account in self.with_lots_and_later_facts(at)? {
            if let Parts::Lots(lots) = self.walk(account, false, Some(at))?.parts {
                standings.entry(account).or_default().lapsed = lots.lapsed(at.day());
            }
        }
        Ok(standings)
    }

    /// The accounts whose lots have moved since a moment.
    fn with_lots_and_later_facts(&self, at: Moment) -> Result<Vec<AccountId>, StoreError> {
        let sql = "SELECT account FROM standing WHERE has_lots = 1 AND fact_at > ?1";
        self.all(sql, [at.0], |row| Ok(AccountId(row.get(0)?)))
    }

    /// The same without what has lapsed, which costs a walk where lots have moved since.
    pub fn balances(&self, at: Moment) -> Result<HashMap<AccountId, Standing>, StoreError> {
        let sql = "SELECT account, balance, fact_at, seen_at FROM standing";
        let rows: Vec<(i64, i64, i64, Option<i64>)> =
            self.all(sql, [], |row| Ok((row.get(0)?, amount_at(row, 1)?, row.get(2)?, row.get(3)?)))?;
        let mut standings = HashMap::new();
        let mut with_later_facts = Vec::new();
        for (account, balance, fact_at, seen_at) in rows {
            let seen = seen_at.map(Moment);
            standings.insert(AccountId(account), Standing { balance, lapsed: 0, seen, has_facts: true });
            if fact_at > at.0 {
                with_later_facts.push(AccountId(account));
            }
        }
        if with_later_facts.is_empty() {
            return Ok(standings);
        }
        let later = self.flows(Some(Moment(at.0 + 1)), None)?;
        let sql = "SELECT account, ifnull(sum(facts), 0) FROM total GROUP BY account";
        let facts: HashMap<i64, i64> =
            self.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect();
        for account in with_later_facts {
            let all = facts.get(&account.0).copied().unwrap_or(0);
            let sql = "SELECT max(at) FROM seen WHERE account = ?1 AND at <= ?2";
            let seen: Option<i64> = self.maybe(sql, params![account.0, at.0], |row| row.get(0))?.flatten();
            let standing = standings.entry(account).or_default();
            standing.balance -= later.get(&account).map_or(0, Flows::net);
            standing.seen = seen.map(Moment);
            standing.has_facts = all > later.get(&account).map_or(0, |f| f.facts);
        }
        Ok(standings)
    }

    /// What moved every account's balance between two moments, both inside. Whole months are
    /// answered from totals; what a range cuts off a month is read.
    pub fn flows(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<HashMap<AccountId, Flows>, StoreError> {
        let mut flows: HashMap<AccountId, Flows> = HashMap::new();
        let (low, high) = months(from, to);
        let columns = Measure::ALL.map(|m| format!("sum({})", m.word())).join(", ");
        let sql = format!(
            "SELECT account, sum(facts), {columns} FROM total WHERE month BETWEEN ?1 AND ?2 GROUP BY account"
        );
        let rows = self.all(&sql, [low, high], |row| {
            let mut sums = [0; Measure::COUNT];
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = amount_at(row, i + 2)?;
            }
            Ok((AccountId(row.get(0)?), Flows::new(amount_at(row, 1)?, sums)))
        })?;
        flows.extend(rows);
        for (a, b) in cut_off(from, to) {
            self.each_entry_between(a, b, &mut |entry| {
                for flow in entry.flows() {
                    flows.entry(flow.account).or_default().add(flow.measure, -flow.amount);
                }
                for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
                    flows.entry(account).or_default().facts -= 1;
                }
            })?;
            let sql = "SELECT account, unexplained, first FROM seen WHERE at BETWEEN ?1 AND ?2";
            let seen: Vec<(i64, i64, bool)> =
                self.all(sql, [a.0, b.0], |row| Ok((row.get(0)?, amount_at(row, 1)?, row.get(2)?)))?;
            for (account, unexplained, first) in seen {
                let flows = flows.entry(AccountId(account)).or_default();
                flows.facts -= 1;
                flows.add(Measure::Unexplained, -unexplained);
                if first {
                    flows.add(Measure::FirstSeen, -unexplained);
                }
            }
        }
        Ok(flows)
    }

    fn each_entry_between(
        &self,
        from: Moment,
        to: Moment,
        each: &mut dyn FnMut(&Entry),
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry e {ENTRY_JOINS} WHERE e.at BETWEEN ?1 AND ?2 AND e.{LIVE}"
        );
        self.all(&sql, [from.0, to.0], |row| {
            each(&entry_of(row)?.1);
            Ok(())
        })
        .map(|_| ())
    }

    /// Every entry that counts, in the order of facts, with its number and labels.
    pub(super) fn each_live_entry(
        &self,
        each: &mut dyn FnMut(i64, &Entry, Labels),
    ) -> Result<(), StoreError> {
        let sql =
            format!("SELECT {ENTRY_COLUMNS} FROM entry e {ENTRY_JOINS} WHERE e.{LIVE} ORDER BY e.at, e.seq");
        self.all(&sql, [], |row| {
            let (seq, entry, labels) = entry_of(row)?;
            each(seq, &entry, labels);
            Ok(())
        })
        .map(|_| ())
    }

    /// What was spent, earned and refunded between two moments, by category and unit.
    pub fn categories(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<Vec<CategoryTotal>, StoreError> {
        let (low, high) = months(from, to);
        let mut totals: BTreeMap<CategoryKey, CountAndAmount> = BTreeMap::new();
        let sql = "SELECT kind, category, unit, sum(count), sum(amount) FROM category_total
                   WHERE month BETWEEN ?1 AND ?2 GROUP BY kind, category, unit";
        let key = |row: &Row<'_>| -> rusqlite::Result<(CategoryKey, CountAndAmount)> {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), (amount_at(row, 3)?, amount_at(row, 4)?)))
        };
        totals.extend(self.all(sql, [low, high], key)?);
        for (a, b) in cut_off(from, to) {
            let sql = format!(
                "SELECT kind, ifnull(category, 0), iif(kind = 1, unit_out, unit_in), count(*),
                        sum(iif(kind = 1, amount_out, amount_in))
                 FROM entry WHERE at BETWEEN ?1 AND ?2 AND kind IN (1, 2, 4) AND {LIVE} GROUP BY 1, 2, 3"
            );
            for (key, (count, amount)) in self.all(&sql, [a.0, b.0], key)? {
                let total = totals.entry(key).or_default();
                total.0 -= count;
                total.1 -= amount;
            }
        }
        let units: HashMap<i64, Unit> = self.live_units()?.into_iter().collect();
        let mut named = Vec::new();
        for ((kind, category, unit), (count, amount)) in totals {
            if count == 0 {
                continue;
            }
            let category = self.label_text(category)?;
            let (Some(kind), Some(unit)) = (kind_of(kind), units.get(&unit)) else { continue };
            named.push(CategoryTotal { kind, category, unit: unit.clone(), count, amount });
        }
        Ok(named)
    }

    /// What left through channels between two moments, and what it was charged.
    pub fn channels(
        &self,
        from: Option<Moment>,
        to: Option<Moment>,
    ) -> Result<Vec<ChannelTotal>, StoreError> {
        let (low, high) = months(from, to);
        let mut totals: BTreeMap<(i64, i64), [i64; 4]> = BTreeMap::new();
        let key = |row: &Row<'_>| -> rusqlite::Result<((i64, i64), [i64; 4])> {
            let sums = [amount_at(row, 2)?, amount_at(row, 3)?, amount_at(row, 4)?, amount_at(row, 5)?];
            Ok(((row.get(0)?, row.get(1)?), sums))
        };
        let sql = "SELECT channel, unit, sum(count), sum(amount), sum(fee), sum(tax) FROM channel_total
                   WHERE month BETWEEN ?1 AND ?2 GROUP BY channel, unit";
        totals.extend(self.all(sql, [low, high], key)?);
        for (a, b) in cut_off(from, to) {
            let sql = format!(
                "SELECT ifnull(channel, 0), unit_out, count(*),
                        sum(iif(kind = 3, amount_out - fee - tax, amount_out)), sum(fee), sum(tax)
                 FROM entry WHERE at BETWEEN ?1 AND ?2 AND (channel IS NOT NULL OR fee + tax > 0) AND {LIVE}
                 GROUP BY 1, 2"
            );
            for (key, sums) in self.all(&sql, [a.0, b.0], key)? {
                let total = totals.entry(key).or_default();
                for (sum, part) in total.iter_mut().zip(sums) {
                    *sum -= part;
                }
            }
        }
        let units: HashMap<i64, Unit> = self.live_units()?.into_iter().collect();
        let mut named = Vec::new();
        for ((channel, unit), [count, amount, fee, tax]) in totals {
            let Some(unit) = units.get(&unit).filter(|_| count > 0) else { continue };
            let channel = self.label_text(channel)?;
            named.push(ChannelTotal { channel, unit: unit.clone(), count, amount, fee, tax });
        }
        Ok(named)
    }

    /// The lots of every account at a moment: what lapses after which day. Lapsed ones that are
    /// still there are among them.
    pub fn lots(&self, at: Moment) -> Result<Vec<(AccountId, Day, i64)>, StoreError> {
        let mut lots: Vec<(AccountId, Day, i64)> = Vec::new();
        let sql = "SELECT l.account, l.expires, l.amount FROM lot l JOIN standing s ON s.account = l.account
                   WHERE l.expires < ?1 AND s.fact_at <= ?2 ORDER BY l.account, l.expires";
        lots.extend(self.all(sql, [super::derived::NEVER, at.0], |row| {
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
            if self.maybe(sql, [account.id.0, at.0], |_| Ok(()))?.is_some()
                && let Parts::Bills(walked) = self.walk(account.id, true, Some(at))?.parts
            {
                bills.extend(walked.open.into_iter().map(|(month, amount)| (account.id, month, amount)));
            }
        }
        Ok(bills)
    }

    fn label_text(&self, id: i64) -> Result<Option<String>, StoreError> {
        self.maybe("SELECT text FROM label WHERE id = ?1", [id], |row| row.get(0))
    }

    /// The amounts of the spends between two moments that are at most as large as each limit, a limit
    /// for each unit, in any order.
    pub fn micropayments(
        &self,
        limits: &[Money],
        from: Moment,
        to: Moment,
    ) -> Result<Vec<Vec<i64>>, StoreError> {
        let units = self.live_units()?;
        let number = |unit: &Unit| units.iter().find(|(_, known)| known == unit).map(|(seq, _)| *seq);
        let limits: Vec<(Option<i64>, i64)> = limits.iter().map(|m| (number(&m.unit), m.parts)).collect();
        // Few changes are void, if any: to look among them here is quicker than for each row there.
        let voided: Vec<i64> = self.all("SELECT change FROM voided", [], |row| row.get(0))?;
        let voided: HashSet<i64> = voided.into_iter().collect();
        let mut found = vec![Vec::new(); limits.len()];
        let change = if voided.is_empty() { "0" } else { "change" };
        let sql = format!(
            "SELECT unit_out, amount_out, {change} FROM entry WHERE at BETWEEN ?1 AND ?2 AND kind = 1"
        );
        self.all(&sql, [from.0, to.0], |row| {
            let (unit, amount): (i64, i64) = (row.get(0)?, amount_at(row, 1)?);
            for ((_, at_most), found) in limits.iter().zip(&mut found).filter(|(l, _)| l.0 == Some(unit)) {
                if amount <= *at_most && (voided.is_empty() || !voided.contains(&row.get(2)?)) {
                    found.push(amount);
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The moment of the first fact that counts.
    pub fn first_fact(&self) -> Result<Option<Moment>, StoreError> {
        let sql = format!("SELECT at FROM entry WHERE {LIVE} ORDER BY at LIMIT 1");
        let entry = self.maybe(&sql, [], |row| row.get::<_, i64>(0))?;
        let seen: Option<i64> = self.maybe("SELECT min(at) FROM seen", [], |row| row.get(0))?.flatten();
        Ok([entry, seen].into_iter().flatten().min().map(Moment))
    }

    /// What of a quota the withdrawals of the ledger used. `side` says on which side the charges
    /// of a channel lay on a day, for the amounts that count are the tariff's.
    pub fn used(&self, ask: &Use, side: impl Fn(&str, Day) -> Side) -> Result<Used, StoreError> {
        let mut used = Used::default();
        for channel in &ask.channels {
            let label =
                self.maybe("SELECT id FROM label WHERE text = ?1", [channel], |row| row.get::<_, i64>(0))?;
            let Some(label) = label else { continue };
            let sql = format!(
                "SELECT at, amount_out, fee + tax FROM entry
                 WHERE channel = ?1 AND at BETWEEN ?2 AND ?3 AND kind = ?4 AND {LIVE}"
            );
            let since = ask.since.map_or(i64::MIN, |m| m.0);
            let values = params![label, since, ask.until.0, kind_column(Kind::Withdraw)];
            let rows: Vec<(i64, i64, i64)> =
                self.all(&sql, values, |row| Ok((row.get(0)?, amount_at(row, 1)?, amount_at(row, 2)?)))?;
            for (at, out, charges) in rows {
                used.count += 1;
                let amount = match side(channel, Moment(at).day()) {
                    Side::Deducted => out,
                    Side::OnTop => out - charges,
                };
                used.amount = used.amount.saturating_add(amount);
            }
        }
        Ok(used)
    }

    /// The rows of the history, oldest first.
    pub fn history(&self, filter: &Filter) -> Result<Vec<HistoryRow>, StoreError> {
        let limit = filter.limit.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
        let pattern = filter.search.as_ref().map(|s| {
            let escaped = s.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{escaped}%")
        });
        let mut rows = Vec::new();
        if !filter.snapshots_only {
            // Each of these follows one index backwards and stops at the limit.
            let sides: &[Option<&str>] = match filter.account {
                None => &[None],
                Some(_) => &[Some("e.from_account = "), Some("e.to_account = ")],
            };
            for side in sides {
                let mut asked = Asked::between("e.at", filter);
                if let (Some(side), Some(account)) = (side, filter.account) {
                    asked.and(side, account.0.into());
                }
                if let Some(kind) = filter.kind {
                    asked.and("e.kind = ", kind_column(kind).into());
                }
                if let Some(category) = &filter.category {
                    asked.and("ca.text = ", category.clone().into());
                }
                if let Some(pattern) = &pattern {
                    asked.and_any(&["ca.text", "pa.text", "e.note", "ch.text"], pattern.clone().into());
                }
                let (conditions, values) = asked.limited(limit);
                let sql = format!(
                    "SELECT {ENTRY_COLUMNS}, c.id, e.change IN (SELECT change FROM voided)
                     FROM entry e {ENTRY_JOINS} JOIN change c ON c.seq = e.change
                     WHERE {conditions} ORDER BY e.at DESC, e.seq DESC LIMIT ?{}",
                    values.len()
                );
                rows.extend(self.all(&sql, rusqlite::params_from_iter(values), |row| {
                    let (seq, entry, _) = entry_of(row)?;
                    let (change, voided) = (Id(row.get(24)?), row.get(25)?);
                    Ok(HistoryRow { change, voided, seq, fact: HistoryFact::Entry(entry) })
                })?);
            }
        }
        // A snapshot is of no kind of entry and of no category.
        if filter.kind.is_none() && filter.category.is_none() {
            let mut asked = Asked::between("s.at", filter);
            if let Some(account) = filter.account {
                asked.and("s.account = ", account.0.into());
            }
            if let Some(pattern) = pattern {
                asked.and_any(&["s.note"], pattern.into());
            }
            let (conditions, values) = asked.limited(limit);
            let sql = format!(
                "SELECT s.seq, s.id, s.at, s.account, s.balance, n.unexplained, c.id,
                        s.change IN (SELECT change FROM voided), s.note, ifnull(n.first, 0)
                 FROM snapshot s JOIN change c ON c.seq = s.change
                 LEFT JOIN seen n ON n.account = s.account AND n.at = s.at AND n.seq = s.seq
                 WHERE {conditions} ORDER BY s.at DESC, s.seq DESC LIMIT ?{}",
                values.len()
            );
            rows.extend(self.all(&sql, rusqlite::params_from_iter(values), |row| {
                let (at, account) = (moment_at(row, 2)?, AccountId(row.get(3)?));
                let (balance, note) = (amount_at(row, 4)?, row.get(8)?);
                let snapshot = Snapshot { id: Id(row.get(1)?), at, account, balance, note };
                let seen = Seen { unexplained: row.get(5)?, first: row.get(9)? };
                let fact = HistoryFact::Snapshot(snapshot, seen);
                Ok(HistoryRow { change: Id(row.get(6)?), voided: row.get(7)?, seq: row.get(0)?, fact })
            })?);
        }
        rows.sort_by_key(|row| (row.at(), row.seq));
        rows.dedup_by_key(|row| row.seq);
        if let Some(limit) = filter.limit {
            rows.drain(..rows.len().saturating_sub(limit));
        }
        Ok(rows)
    }

    /// The rows that one change recorded, of an import all it brought along, in the order of recording.
    pub fn history_of_change(&self, id: Id) -> Result<Vec<HistoryRow>, StoreError> {
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT seq FROM change WHERE id = ?1
                     UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
                   SELECT c.seq, c.id FROM part p JOIN change c ON c.seq = p.seq ORDER BY c.seq";
        let changes: Vec<(i64, i64)> = self.all(sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut rows = Vec::new();
        for (seq, id) in changes {
            rows.extend(self.rows_of_change(seq, Id(id))?);
        }
        Ok(rows)
    }

    fn rows_of_change(&self, change: i64, id: Id) -> Result<Vec<HistoryRow>, StoreError> {
        let sql = "SELECT 1 FROM voided WHERE change = ?1";
        let voided = self.maybe(sql, [change], |_| Ok(()))?.is_some();
        let mut rows: Vec<HistoryRow> = self
            .entries_of(change)?
            .into_iter()
            .map(|(seq, entry, _)| HistoryRow { change: id, voided, seq, fact: HistoryFact::Entry(entry) })
            .collect();
        for (seq, snapshot) in self.snapshots_of(change)? {
            let sql = "SELECT unexplained, first FROM seen WHERE account = ?1 AND at = ?2 AND seq = ?3";
            let values = params![snapshot.account.0, snapshot.at.0, seq];
            let seen = |row: &Row<'_>| Ok(Seen { unexplained: Some(row.get(0)?), first: row.get(1)? });
            let seen = self.maybe(sql, values, seen)?.unwrap_or_default();
            rows.push(HistoryRow { change: id, voided, seq, fact: HistoryFact::Snapshot(snapshot, seen) });
        }
        rows.sort_by_key(|row| row.seq);
        Ok(rows)
    }

    /// The names that accounts were given by a change.
    pub fn names_given(&self, id: Id) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT v.name FROM account_version v JOIN change c ON c.seq = v.change WHERE c.id = ?1";
        self.all(sql, [id.0], |row| row.get(0))
    }

    /// The change that an undo voided, where the given change is one.
    pub fn voided_original(&self, id: Id) -> Result<Option<Id>, StoreError> {
        let sql = "SELECT o.id FROM void v JOIN change c ON c.seq = v.change JOIN change o ON o.seq = v.of
                   WHERE c.id = ?1 ORDER BY v.seq LIMIT 1";
        self.maybe(sql, [id.0], |row| Ok(Id(row.get(0)?)))
    }

    /// The numbers of a change's facts lie between its own and the next change's.
    fn facts_of(&self, change: i64) -> Result<(i64, i64), StoreError> {
        let next = self.maybe("SELECT min(seq) FROM change WHERE seq > ?1", [change], |row| row.get(0))?;
        Ok((change, next.flatten().unwrap_or(i64::MAX)))
    }

    pub(super) fn entries_of(&self, change: i64) -> Result<Vec<(i64, Entry, Labels)>, StoreError> {
        let (first, last) = self.facts_of(change)?;
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry e {ENTRY_JOINS} WHERE e.seq > ?1 AND e.seq < ?2 ORDER BY e.seq"
        );
        self.all(&sql, [first, last], entry_of)
    }

    pub(super) fn snapshots_of(&self, change: i64) -> Result<Vec<(i64, Snapshot)>, StoreError> {
        let (first, last) = self.facts_of(change)?;
        let sql = "SELECT seq, id, at, account, balance, note FROM snapshot WHERE seq > ?1 AND seq < ?2 ORDER BY seq";
        self.all(sql, [first, last], |row| {
            let (at, account) = (moment_at(row, 2)?, AccountId(row.get(3)?));
            let (balance, note) = (amount_at(row, 4)?, row.get(5)?);
            Ok((row.get(0)?, Snapshot { id: Id(row.get(1)?), at, account, balance, note }))
        })
    }

    /// The latest change that counts and can be undone, or the latest undo that counts. What an
    /// import brought along is undone with it.
    pub fn last_change(&self, undo: bool) -> Result<Option<ChangeRow>, StoreError> {
        let voiding = if undo { "IS NULL" } else { "IS NOT NULL" };
        // A redo voids an undo; what can be redone is an undo of something else than an undo.
        let original = if undo { "" } else { "AND NOT EXISTS (SELECT 1 FROM void w WHERE w.change = v.of)" };
        let sql = format!(
            "SELECT c.id, c.seq, c.command, c.at, o.id, 0 FROM change c
             LEFT JOIN void v ON v.seq = (SELECT min(seq) FROM void WHERE change = c.seq)
             LEFT JOIN change o ON o.seq = v.of
             WHERE c.within IS NULL AND v.of {voiding} {original} AND c.seq NOT IN (SELECT change FROM voided)
             ORDER BY c.seq DESC LIMIT 1"
        );
        self.maybe(&sql, [], change_row)
    }

    /// The change of an id, which may be cut short at its beginning as long as it fits one only;
    /// an id of an entry or a snapshot finds the change that recorded it.
    pub fn changes_like(&self, typed: &str) -> Result<Vec<ChangeRow>, StoreError> {
        let wanted = typed.trim().to_ascii_lowercase();
        let base = "SELECT c.id, c.seq, c.command, c.at, o.id, c.seq IN (SELECT change FROM voided)
                    FROM change c LEFT JOIN void v ON v.seq = (SELECT min(seq) FROM void WHERE change = c.seq)
                    LEFT JOIN change o ON o.seq = v.of";
        if let Some(id) = Id::parse(&wanted) {
            let sql = format!(
                "{base} WHERE c.id = ?1 OR c.seq = (SELECT change FROM entry WHERE id = ?1)
                 OR c.seq = (SELECT change FROM snapshot WHERE id = ?1)"
            );
            return self.all(&sql, [id.0], change_row);
        }
        if wanted.len() < 4 || !wanted.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let sql = format!(
            "{base} WHERE printf('%016x', c.id) LIKE '%' || ?1 OR printf('%016x', c.id) LIKE ?1 || '%'"
        );
        self.all(&sql, [wanted], change_row)
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

    /// The facts of an account that holds points, up to a moment, in order.
    pub fn point_facts(
        &self,
        account: AccountId,
        until: Moment,
    ) -> Result<Vec<(Moment, PathFact)>, StoreError> {
        let sql = format!(
            "SELECT at, seq, 0, kind, amount_out, expires FROM entry WHERE from_account = ?1 AND at <= ?2 AND {LIVE}
             UNION ALL
             SELECT at, seq, 1, kind, amount_in, expires FROM entry WHERE to_account = ?1 AND at <= ?2 AND {LIVE}
             UNION ALL
             SELECT at, seq, 2, 0, balance, NULL FROM seen WHERE account = ?1 AND at <= ?2
             ORDER BY 1, 2"
        );
        self.all(&sql, params![account.0, until.0], |row| {
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

    /// What moved every account's balance in each of some months, all of each month.
    pub fn month_nets(&self, from: Month, to: Month) -> Result<Vec<(AccountId, Month, i64)>, StoreError> {
        let sql = "SELECT account, month, earned + topped_up + refunded + moved_in + bill_paid + unexplained
                          - spent - withdrawn - moved_out - fees - taxes - expired
                   FROM total WHERE month BETWEEN ?1 AND ?2 ORDER BY month";
        self.all(sql, [from.0, to.0], |row| {
            Ok((AccountId(row.get(0)?), month_at(row, 1)?, amount_at(row, 2)?))
        })
    }

    /// Walks through the facts of an account up to a moment, for its lots or bills.
    pub(super) fn walk(
        &self,
        account: AccountId,
        is_carrier: bool,
        until: Option<Moment>,
    ) -> Result<Walked, StoreError> {
        let sql = format!(
            "SELECT at, seq, 0, kind, amount_out, expires FROM entry WHERE from_account = ?1 AND at <= ?2 AND {LIVE}
             UNION ALL
             SELECT at, seq, 1, kind, amount_in, expires FROM entry WHERE to_account = ?1 AND at <= ?2 AND {LIVE}
             UNION ALL
             SELECT at, seq, 2, 0, unexplained, NULL FROM seen WHERE account = ?1 AND at <= ?2
             ORDER BY 1, 2"
        );
        let mut walked = Walked { parts: Parts::new(is_carrier), has_lots: false };
        let until = until.map_or(i64::MAX, |m| m.0);
        self.all(&sql, params![account.0, until], |row| {
            let (at, side, kind, amount) =
                (moment_at(row, 0)?, row.get::<_, i64>(2)?, row.get(3)?, amount_at(row, 4)?);
            let expires = expires_at(row, 5)?;
            let step = match (side, kind_of(kind)) {
                (0, Some(kind)) => Step::Leave { kind, amount, expires },
                (1, Some(kind)) => {
                    walked.has_lots |= kind == Kind::Earn && expires != Expires::Unknown;
                    Step::Arrive { kind, amount, expires }
                }
                _ => Step::Differ(amount),
            };
            walked.parts.step(at, step);
            Ok(())
        })?;
        Ok(walked)
    }
}

/// What is asked of rows, and the values that the conditions speak of. Only what is asked stands
/// there: SQLite plans a statement anew when it is told the value of a condition that may be none.
struct Asked {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Asked {
    fn between(column: &str, filter: &Filter) -> Asked {
        let low = filter.from.map_or(i64::MIN, |m| m.0);
        let high = filter.to.map_or(i64::MAX, |m| m.0);
        let conditions = vec![format!("{column} BETWEEN ?1 AND ?2")];
        Asked { conditions, values: vec![low.into(), high.into()] }
    }

    /// What must equal a value as well.
    fn and(&mut self, what: &str, value: Value) {
        self.values.push(value);
        self.conditions.push(format!("{what}?{}", self.values.len()));
    }

    /// One of these columns must be like a pattern as well.
    fn and_any(&mut self, columns: &[&str], pattern: Value) {
        self.values.push(pattern);
        let number = self.values.len();
        let like: Vec<String> =
            columns.iter().map(|column| format!("{column} LIKE ?{number} ESCAPE '\\'")).collect();
        self.conditions.push(format!("({})", like.join(" OR ")));
    }

    /// All conditions, and the values with a limit behind them.
    fn limited(mut self, limit: i64) -> (String, Vec<Value>) {
        self.values.push(limit.into());
        (self.conditions.join(" AND "), self.values)
    }
}

fn change_row(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    Ok(ChangeRow {
        id: Id(row.get(0)?),
        seq: row.get(1)?,
        command: row.get(2)?,
        at: Moment(row.get(3)?),
        voids: row.get::<_, Option<i64>>(4)?.map(Id),
        voided: row.get(5)?,
    })
}

/// The months that a range touches, as numbers in a column.
fn months(from: Option<Moment>, to: Option<Moment>) -> (i64, i64) {
    let number = |m: Month| i64::from(m.0);
    (from.map_or(i64::MIN, |m| number(m.month())), to.map_or(i64::MAX, |m| number(m.month())))
}

/// The stretches of those months that lie outside the range, both ends inside.
fn cut_off(from: Option<Moment>, to: Option<Moment>) -> Vec<(Moment, Moment)> {
    let mut cut = Vec::new();
    if let Some(from) = from {
        let first = from.month().first().start();
        if first < from {
            cut.push((first, Moment(from.0 - 1)));
        }
    }
    if let Some(to) = to {
        let last = to.month().last().end();
        if to < last {
            cut.push((Moment(to.0 + 1), last));
        }
    }
    cut
}
