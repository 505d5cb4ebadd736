//! How values are stored: conversions between SQL columns and the types of the domain, and the
//! column lists that several queries share.
//!
//! A value outside the range that its type allows is an error of the column. `Store::fail` reports
//! it as damage.

use crate::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot};
use crate::money::{Rate, Unit};
use crate::period::{Day, LocalDateTime, Month};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row};
use smol_str::SmolStr;
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// Selects what counts, in a query of one table with a column `change`.
pub const LIVE: &str = "change NOT IN (SELECT change FROM voided_change)";

/// Selects the same in a query that reads many rows: a ledger without voids spares their lookup, a
/// tenth of the time of such a query.
pub const LIVE_OF_MANY: &str = "(NOT EXISTS (SELECT 1 FROM voided_change)
      OR change NOT IN (SELECT change FROM voided_change))";

/// How "never" is stored in a column `expires`.
const NEVER: i64 = i32::MAX as i64;
/// The last day on which points can expire.
pub const LAST_DAY: Day = Day(NEVER as i32 - 1);

/// The first and the last second of the years 1900 to 9999, in which every date lies.
const MOMENTS: RangeInclusive<i64> = -2_208_988_800..=253_402_300_799;
/// The last second in which a fact can happen.
pub const LAST_MOMENT: LocalDateTime = LocalDateTime(*MOMENTS.end());
/// Upper bound of the amount of one entry, and of all amounts of a ledger together.
pub const AMOUNT_MAX: i64 = 1 << 61;
/// Upper bound of a sum of amounts, or of a difference of two such sums.
const SUM_MAX: i64 = 1 << 62;

fn in_range(value: ValueRef<'_>, range: RangeInclusive<i64>) -> FromSqlResult<i64> {
    let number = value.as_i64()?;
    if range.contains(&number) { Ok(number) } else { Err(FromSqlError::OutOfRange(number)) }
}

/// The years of [`MOMENTS`] in another measure of time.
fn range_of(measure: impl Fn(LocalDateTime) -> i32) -> RangeInclusive<i64> {
    i64::from(measure(LocalDateTime(*MOMENTS.start())))..=i64::from(measure(LocalDateTime(*MOMENTS.end())))
}

/// Implements both conversions for a type of one integer, whose range is given.
macro_rules! integer_column {
    ($type:ident, $integer:ty, $range:expr) => {
        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$type> {
                in_range(value, $range).map(|number| $type(number as $integer))
            }
        }

        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(i64::from(self.0).into())
            }
        }
    };
}

integer_column!(AccountId, i64, i64::MIN..=i64::MAX);
integer_column!(Id, i64, i64::MIN..=i64::MAX);
integer_column!(LocalDateTime, i64, MOMENTS);
integer_column!(Day, i32, range_of(|at| at.day().0));
integer_column!(Month, i32, range_of(|at| at.month().0));

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Kind> {
        let number = value.as_i64()?;
        kind_of(number).ok_or(FromSqlError::OutOfRange(number))
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(kind_column(*self).into())
    }
}

/// Returns the number in a column `kind` that stands for a kind.
pub fn kind_column(kind: Kind) -> i64 {
    kind as i64 + 1
}

/// Returns the kind that a number in a column `kind` stands for.
pub fn kind_of(number: i64) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind_column(*kind) == number)
}

impl FromSql for Expires {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Expires> {
        match value {
            ValueRef::Null => Ok(Expires::Unknown),
            ValueRef::Integer(NEVER) => Ok(Expires::Never),
            value => Day::column_result(value).map(Expires::On),
        }
    }
}

impl ToSql for Expires {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(expires_column(*self).map_or(ToSqlOutput::Owned(Value::Null), Into::into))
    }
}

/// Returns the number in a column `expires` that stands for an expiry.
pub fn expires_column(expires: Expires) -> Option<i64> {
    match expires {
        Expires::Unknown => None,
        Expires::Never => Some(NEVER),
        Expires::On(day) => Some(i64::from(day.0)),
    }
}

impl FromSql for AccountKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<AccountKind> {
        AccountKind::parse(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for AccountKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Rate {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Rate> {
        Rate::parse(value.as_str()?).map_err(|_| FromSqlError::InvalidType)
    }
}

impl ToSql for Rate {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

/// Returns the moment of a number of seconds, if it lies in the years of a date.
pub fn moment_in_range(seconds: i64) -> Option<LocalDateTime> {
    MOMENTS.contains(&seconds).then_some(LocalDateTime(seconds))
}

fn within(row: &Row<'_>, column: usize, range: RangeInclusive<i64>) -> rusqlite::Result<i64> {
    let number = row.get(column)?;
    let error = || rusqlite::Error::IntegralValueOutOfRange(column, number);
    range.contains(&number).then_some(number).ok_or_else(error)
}

/// Returns whether other sums can be added to this one without an overflow.
pub fn has_room(sum: &i64) -> bool {
    (-SUM_MAX..=SUM_MAX).contains(sum)
}

/// Reads a sum of amounts, or a balance. A larger one is damage, and adding to it could overflow.
pub fn sum_at(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    within(row, column, -SUM_MAX..=SUM_MAX)
}

/// Reads an amount of an entry, which is never negative.
pub fn amount_at(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    within(row, column, 0..=AMOUNT_MAX)
}

/// Reads a unit from its code and, in the next column, its decimals.
pub fn unit_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Unit> {
    Ok(Unit { code: row.get_ref(column)?.as_str()?.into(), decimals: row.get(column + 1)? })
}

/// Columns of a version of an account `v` and of its unit `u`, as [`account_of`] reads them.
pub const ACCOUNT_COLUMNS: &str = "v.account, v.name, v.platform, v.kind, u.code, u.decimals,
     v.limit_amount, v.bill_day, v.note, v.closed";

/// Reads an account from [`ACCOUNT_COLUMNS`].
pub fn account_of(row: &Row<'_>) -> rusqlite::Result<Account> {
    let limit: Option<i64> = row.get(6)?;
    Ok(Account {
        id: row.get(0)?,
        name: row.get(1)?,
        platform: row.get(2)?,
        kind: row.get(3)?,
        unit: unit_at(row, 4)?,
        limit: limit.map(|_| within(row, 6, 0..=i64::MAX)).transpose()?,
        bill_day: row.get(7)?,
        note: row.get(8)?,
        closed: row.get(9)?,
    })
}

/// Keys of the labels and units of an entry, by which totals are grouped.
#[derive(Clone, Copy, Debug, Default)]
pub struct Labels {
    /// Of the category, 0 for none.
    pub category: i64,
    /// Of the channel, 0 for none.
    pub channel: i64,
    /// Of the unit that leaves.
    pub unit_out: i64,
    /// Of the unit that arrives.
    pub unit_in: i64,
}

/// Columns of an entry `e` as [`entry_of`] reads them, with [`UNIT_JOINS`] and [`LABEL_JOINS`].
pub const ENTRY_COLUMNS: &str =
    "e.seq, e.id, e.at, e.kind, e.from_account, e.to_account, uo.code, uo.decimals, ui.code,
     ui.decimals, e.amount_out, e.amount_in, e.fee, e.tax, ca.text, pa.text, ch.text, e.expires, e.note,
     ifnull(e.category, 0), ifnull(e.channel, 0), e.unit_out, e.unit_in, e.change";
/// Joins the units of an entry `e`.
pub const UNIT_JOINS: &str = "JOIN unit uo ON uo.seq = e.unit_out JOIN unit ui ON ui.seq = e.unit_in";
/// Joins the labels of an entry `e`.
pub const LABEL_JOINS: &str = "LEFT JOIN label ca ON ca.id = e.category LEFT JOIN label pa ON pa.id = e.payee
     LEFT JOIN label ch ON ch.id = e.channel";

/// Reads the number of an entry, the entry and its keys from [`ENTRY_COLUMNS`].
pub fn entry_of(row: &Row<'_>) -> rusqlite::Result<(i64, Entry, Labels)> {
    let label = |column: usize| -> rusqlite::Result<Option<SmolStr>> {
        Ok(row.get_ref(column)?.as_str_or_null()?.map(SmolStr::new))
    };
    let entry = Entry {
        id: row.get(1)?,
        at: row.get(2)?,
        kind: row.get(3)?,
        from: Leg { account: row.get(4)?, amount: amount_at(row, 10)?, unit: unit_at(row, 6)? },
        to: Leg { account: row.get(5)?, amount: amount_at(row, 11)?, unit: unit_at(row, 8)? },
        fee: amount_at(row, 12)?,
        tax: amount_at(row, 13)?,
        category: label(14)?,
        payee: label(15)?,
        channel: label(16)?,
        expires: row.get(17)?,
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

/// Reads a snapshot from its id, moment, account, balance and note.
pub fn snapshot_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Snapshot> {
    Ok(Snapshot {
        id: row.get(column)?,
        at: row.get(column + 1)?,
        account: row.get(column + 2)?,
        balance: sum_at(row, column + 3)?,
        note: row.get(column + 4)?,
    })
}

/// Reads the amounts of entries, without id, texts and note, each into the same place.
pub struct AmountReader {
    units: HashMap<i64, Unit>,
    entry: Entry,
    labels: Labels,
}

impl AmountReader {
    /// Columns of an entry that [`AmountReader::read`] takes first.
    pub const COLUMNS: &str = "at, kind, from_account, to_account, unit_out, unit_in, amount_out, amount_in,
         fee, tax, category, channel, expires";

    /// Prepares to read entries in units of that ledger.
    pub fn new(db: &Connection) -> rusqlite::Result<AmountReader> {
        let mut statement = db.prepare_cached("SELECT seq, code, decimals FROM unit")?;
        let units = statement.query_map([], |row| Ok((row.get(0)?, unit_at(row, 1)?)))?;
        let units = units.collect::<rusqlite::Result<_>>()?;
        let place = || Leg { account: None, amount: 0, unit: Unit::new("?", 0) };
        let (category, payee, note, channel) = (None, None, None, None);
        let (id, at, kind, expires) = (Id(0), LocalDateTime(0), Kind::Spend, Expires::Unknown);
        let (from, to, fee, tax) = (place(), place(), 0, 0);
        let entry = Entry { id, at, kind, from, to, fee, tax, category, payee, note, channel, expires };
        Ok(AmountReader { units, entry, labels: Labels::default() })
    }

    /// Reads the next entry; `None` if one of its units is missing.
    pub fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<Option<(&Entry, Labels)>> {
        let entry = &mut self.entry;
        (entry.at, entry.kind) = (row.get(0)?, row.get(1)?);
        (entry.from.account, entry.to.account) = (row.get(2)?, row.get(3)?);
        (entry.from.amount, entry.to.amount) = (amount_at(row, 6)?, amount_at(row, 7)?);
        (entry.fee, entry.tax, entry.expires) = (amount_at(row, 8)?, amount_at(row, 9)?, row.get(12)?);
        let label = |column| row.get::<_, Option<i64>>(column).map(Option::unwrap_or_default);
        let (category, channel) = (label(10)?, label(11)?);
        let labels = Labels { category, channel, unit_out: row.get(4)?, unit_in: row.get(5)? };
        // Most entries have the units of the one before.
        if (self.labels.unit_out, self.labels.unit_in) != (labels.unit_out, labels.unit_in) {
            let units = [labels.unit_out, labels.unit_in].map(|unit| self.units.get(&unit).cloned());
            let [Some(out), Some(arriving)] = units else { return Ok(None) };
            (entry.from.unit, entry.to.unit) = (out, arriving);
        }
        self.labels = labels;
        Ok(Some((entry, labels)))
    }
}
