//! A checksum for every fact: whether a fact is what was recorded.
//!
//! Totals that differ from the facts do not show which of the two was damaged. Each row of a fact
//! therefore carries the CRC-32 of all its columns, which finds every single flipped bit.

use super::check::Finding;
use super::damage::{Damage, DamagedFact};
use super::sql::{kind_of, moment_in_range};
use super::{Store, StoreError};
use crate::ledger::Id;
use crate::period::{Day, LocalDateTime};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Row};

/// A table of facts and its columns, without the checksum.
pub(super) struct FactTable {
    pub name: &'static str,
    /// The first one is the number of the row.
    pub columns: &'static str,
}

/// Every table of facts, with its columns in the order in which the schema has them.
pub(super) const FACT_TABLES: [FactTable; 10] = [
    FactTable { name: "change", columns: "seq, id, at, command, within" },
    FactTable { name: "foreign_id", columns: "id, text" },
    FactTable { name: "void", columns: "seq, change, of" },
    FactTable { name: "unit", columns: "seq, change, code, decimals" },
    FactTable { name: "account", columns: "id, change" },
    FactTable {
        name: "account_version",
        columns: "seq, account, change, name, platform, kind, unit, limit_amount, bill_day, note, closed",
    },
    FactTable { name: "label", columns: "id, text" },
    FactTable {
        name: "entry",
        columns: "seq, id, change, at, kind, from_account, to_account, unit_out, unit_in, amount_out,
                  amount_in, fee, tax, category, payee, channel, expires, note",
    },
    FactTable { name: "snapshot", columns: "seq, id, change, at, account, balance, note" },
    FactTable { name: "rate", columns: "seq, change, unit, value, of, day" },
];

/// Damaged facts of one table that are named; the others are counted.
const NAMED_MAX: usize = 5;

/// The facts of one table whose checksums are not those of their columns.
pub(super) struct Damaged {
    pub table: &'static str,
    /// The first ones.
    pub named: Vec<DamagedFact>,
    /// How many there are in all.
    pub count: u64,
}

impl Damaged {
    /// Says so of each fact that is named, and how many more there are.
    pub fn findings(self) -> impl Iterator<Item = Finding> {
        let Damaged { table, named, count } = self;
        let more = count.saturating_sub(named.len() as u64);
        let more = (more > 0).then_some(Damage::MoreAltered { table, count: more });
        let named = named.into_iter().map(Damage::Altered);
        named.chain(more).map(|what| Finding { part: "checksum", what })
    }
}

/// Returns the checksum of a row: the CRC-32 of its values, which fits in four bytes.
///
/// A number is hashed as a tag and its eight bytes, a text as a tag, its length and its bytes. There
/// is no checksum of what no fact holds: a float, a blob, or a text that is not UTF-8.
pub(super) fn of<'v>(values: impl IntoIterator<Item = ValueRef<'v>>) -> Option<i64> {
    const BLOCK: usize = 18 * 9;
    let mut hasher = crc32fast::Hasher::new();
    let (mut block, mut filled) = ([0; BLOCK], 0);
    for value in values {
        if filled + 9 > BLOCK {
            hasher.update(&block[..filled]);
            filled = 0;
        }
        let (tag, number) = match value {
            ValueRef::Null => (0, None),
            ValueRef::Integer(number) => (1, Some(number)),
            ValueRef::Text(text) => (2, i64::try_from(text.len()).ok()),
            ValueRef::Real(_) | ValueRef::Blob(_) => return None,
        };
        block[filled] = tag;
        filled += 1;
        if let Some(number) = number {
            block[filled..filled + 8].copy_from_slice(&number.to_le_bytes());
            filled += 8;
        }
        if let ValueRef::Text(text) = value {
            std::str::from_utf8(text).ok()?;
            hasher.update(&block[..filled]);
            hasher.update(text);
            filled = 0;
        }
    }
    hasher.update(&block[..filled]);
    Some(i64::from(hasher.finalize().cast_signed()))
}

/// Returns the checksum of values that are about to be written.
pub(super) fn of_written(values: &[&dyn ToSql]) -> rusqlite::Result<Option<i64>> {
    let written: Vec<ToSqlOutput<'_>> =
        values.iter().map(|value| value.to_sql()).collect::<rusqlite::Result<_>>()?;
    Ok(of(written.iter().map(|value| match value {
        ToSqlOutput::Borrowed(value) => *value,
        ToSqlOutput::Owned(value) => ValueRef::from(value),
        // No other kind is ever bound.
        _ => ValueRef::Real(0.0),
    })))
}

/// Adds the SQL function `checksum(column, …)` to a connection.
pub(super) fn add_function(db: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    let checksum = |row: &Context<'_>| Ok(of((0..row.len()).map(|column| row.get_raw(column))));
    db.create_scalar_function("checksum", -1, flags, checksum)
}

impl FactTable {
    /// The column that numbers the rows.
    fn key(&self) -> &'static str {
        self.columns.split(',').next().unwrap_or_default()
    }
}

impl Store {
    /// Verifies the checksum of every fact in the tables that are there.
    pub(super) fn damaged_facts(&self, missing: &[String]) -> Result<Vec<Damaged>, StoreError> {
        add_function(&self.db).map_err(|e| self.fail(e))?;
        let tables = FACT_TABLES.iter().filter(|table| !missing.iter().any(|gone| gone == table.name));
        let mut damaged = Vec::new();
        for table in tables {
            let (key, columns, name) = (table.key(), table.columns, table.name);
            let sql =
                format!("SELECT {key} FROM {name} NOT INDEXED WHERE checksum({columns}) IS NOT checksum");
            let (mut rows, mut count) = (Vec::new(), 0);
            self.all(&sql, [], |row| {
                count += 1;
                if rows.len() < NAMED_MAX {
                    rows.push(row.get::<_, i64>(0)?);
                }
                Ok(())
            })?;
            if count > 0 {
                let named = rows.into_iter().map(|row| self.name_of_fact(table, row)).collect();
                damaged.push(Damaged { table: name, named, count });
            }
        }
        Ok(damaged)
    }

    /// Verifies that every fact is there and what was recorded. The error names the first one that is
    /// not.
    pub fn verify_facts(&self) -> Result<(), StoreError> {
        let damaged = self.damaged_facts(&[])?.into_iter().flat_map(Damaged::findings).next();
        let what = match damaged {
            Some(finding) => finding.what,
            None if self.has_all_facts()? => return Ok(()),
            None => Damage::FactsMissing,
        };
        Err(StoreError::DamagedFact(self.path.clone(), what.into()))
    }

    /// Returns whether there are as many facts as the highest number of one says: numbers are given
    /// without gaps. A check names the missing ones.
    fn has_all_facts(&self) -> Result<bool, StoreError> {
        let numbered = FACT_TABLES.iter().filter(|table| !matches!(table.name, "foreign_id" | "label"));
        let counted: Vec<String> = numbered
            .map(|table| format!("SELECT count(*) AS n, max({}) AS last FROM {}", table.key(), table.name))
            .collect();
        let sql = format!("SELECT sum(n), ifnull(max(last), 0) FROM ({})", counted.join(" UNION ALL "));
        let counts = self.maybe(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        Ok(counts.is_none_or(|(count, last)| count == last))
    }

    /// Names a fact by what of it can be read.
    fn name_of_fact(&self, table: &FactTable, number: i64) -> DamagedFact {
        let (key, columns, name) = (table.key(), table.columns, table.name);
        let sql = format!("SELECT {columns} FROM {name} WHERE {key} = ?1");
        let read = |row: &Row<'_>| {
            let values = columns.split(',').enumerate().map(|(at, column)| {
                let text = |bytes: &[u8]| Value::Text(String::from_utf8_lossy(bytes).into_owned());
                let value = match row.get_ref(at)? {
                    ValueRef::Text(bytes) => text(bytes),
                    value => Value::try_from(value)?,
                };
                Ok((column.trim(), value))
            });
            values.collect::<rusqlite::Result<Vec<_>>>()
        };
        let values = self.maybe(&sql, [number], read).ok().flatten().unwrap_or_default();
        let fact = FactRow { store: self, table: name, values };
        fact.named().unwrap_or(DamagedFact::Row { table: name, number })
    }
}

/// A row of a fact, whatever its columns hold.
struct FactRow<'s> {
    store: &'s Store,
    table: &'static str,
    values: Vec<(&'static str, Value)>,
}

impl FactRow<'_> {
    fn number(&self, column: &str) -> Option<i64> {
        match self.values.iter().find(|(name, _)| *name == column)? {
            (_, Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    fn text(&self, column: &str) -> Option<String> {
        match self.values.iter().find(|(name, _)| *name == column)? {
            (_, Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    fn asked(&self, sql: &str, number: i64) -> Option<String> {
        let read = |row: &Row<'_>| match row.get_ref(0)? {
            ValueRef::Text(bytes) => Ok(Some(String::from_utf8_lossy(bytes).into_owned())),
            ValueRef::Integer(number) => Ok(Some(Id(number).to_string())),
            _ => Ok(None),
        };
        self.store.maybe(sql, [number], read).ok().flatten().flatten()
    }

    fn account(&self, column: &str) -> Option<String> {
        let sql = "SELECT name FROM account_version WHERE account = ?1 ORDER BY seq DESC LIMIT 1";
        self.asked(sql, self.number(column)?)
    }

    fn unit(&self, column: &str) -> Option<String> {
        self.asked("SELECT code FROM unit WHERE seq = ?1", self.number(column)?)
    }

    fn change(&self, column: &str) -> Option<String> {
        self.asked("SELECT id FROM change WHERE seq = ?1", self.number(column)?)
    }

    fn id(&self) -> String {
        self.number("id").map(|id| Id(id).to_string()).unwrap_or_default()
    }

    fn day(&self) -> Option<Day> {
        let at = match self.number("day") {
            Some(day) => day.checked_mul(86_400),
            None => self.number("at"),
        };
        at.and_then(moment_in_range).map(LocalDateTime::day)
    }

    /// Returns what of the row can be read; `None` where that does not name it.
    fn named(&self) -> Option<DamagedFact> {
        Some(match self.table {
            "change" => {
                DamagedFact::Change { id: self.id(), day: self.day(), command: self.text("command")? }
            }
            "foreign_id" => DamagedFact::ForeignId { text: self.text("text")? },
            "void" => DamagedFact::Void { by: self.change("change"), of: self.change("of") },
            "unit" => DamagedFact::Unit { code: self.text("code")? },
            "account" => DamagedFact::Account { name: self.account("id")? },
            "account_version" => DamagedFact::Account { name: self.text("name")? },
            "label" => DamagedFact::Label { text: self.text("text")? },
            "entry" => DamagedFact::Entry {
                kind: self.number("kind").and_then(kind_of),
                day: self.day(),
                from: self.account("from_account"),
                to: self.account("to_account"),
                id: self.id(),
            },
            "snapshot" => {
                DamagedFact::Snapshot { account: self.account("account"), day: self.day(), id: self.id() }
            }
            "rate" => DamagedFact::Rate { unit: self.unit("unit"), of: self.unit("of"), day: self.day() },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covers_every_column_of_every_fact() {
        let store = Store::in_memory().expect("a ledger");
        for table in FACT_TABLES {
            let sql = "SELECT name FROM pragma_table_info(?1)";
            let columns: Vec<String> = store.all(sql, [table.name], |row| row.get(0)).expect("columns");
            let mut covered: Vec<&str> = table.columns.split(',').map(str::trim).collect();
            covered.push("checksum");
            assert_eq!(covered, columns, "{}", table.name);
        }
        let sql = "SELECT group_concat(tbl_name) FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%BEFORE UPDATE%'";
        let kept: String = store.maybe(sql, [], |row| row.get(0)).expect("triggers").expect("triggers");
        assert_eq!(FACT_TABLES.map(|table| table.name).join(","), kept);
    }

    #[test]
    fn is_the_crc_32_of_tags_numbers_lengths_and_bytes() {
        let bytes = b"\x01\x07\0\0\0\0\0\0\0\x02\x03\0\0\0\0\0\0\0abc\0";
        let row = [ValueRef::Integer(7), ValueRef::Text(b"abc"), ValueRef::Null];
        assert_eq!(of(row), Some(i64::from(crc32fast::hash(bytes) as i32)));
        let fits = i64::from(i32::MIN)..=i64::from(i32::MAX);
        assert!(of([ValueRef::Integer(-1)]).is_some_and(|sum| fits.contains(&sum)));
        for other in [ValueRef::Real(7.0), ValueRef::Blob(b"abc"), ValueRef::Text(b"\xff")] {
            assert_eq!(of([other]), None);
        }
    }

    #[test]
    fn a_long_row_is_hashed_to_its_end() {
        let row = |last| (0..40).map(ValueRef::Integer).chain([ValueRef::Integer(last)]);
        assert_ne!(of(row(1)), of(row(2)));
        let bytes: Vec<u8> = (0..40_i64).flat_map(|n| std::iter::once(1).chain(n.to_le_bytes())).collect();
        assert_eq!(of((0..40).map(ValueRef::Integer)), Some(i64::from(crc32fast::hash(&bytes) as i32)));
    }

    #[test]
    fn finds_every_flipped_bit_of_a_number_as_sqlite_stores_it() {
        // A flip within one, two, three, four, six or eight bytes, and their sign.
        for number in [0, 1, -1, 127, -128, 20_000, 8_000_000, 1 << 30, 1 << 44, i64::MAX, i64::MIN] {
            for bytes in [1, 2, 3, 4, 6, 8] {
                for bit in 0..bytes * 8 {
                    let shift = 64 - bytes * 8;
                    let flipped = ((number ^ (1_i64 << bit)) << shift) >> shift;
                    let same = flipped == number;
                    assert_eq!(of([ValueRef::Integer(flipped)]) == of([ValueRef::Integer(number)]), same);
                }
            }
        }
    }
}
