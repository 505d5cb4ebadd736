//! The rows of one stretch of numbers, met in their order from all tables that have numbers.

use super::super::derived::{Labels, Move, Share};
use super::super::given::{Given, Giving, Take};
use super::super::read::{Values, expires_at, kind_at, moment_at, size_at};
use super::FINDINGS_MAX;
use super::walk::Ground;
use crate::ledger::{Account, AccountId, Entry, Expires, Id, Kind, Place, RuleBroken};
use crate::money::Unit;
use crate::period::Moment;
use rusqlite::types::{FromSql, FromSqlResult, ValueRef};
use rusqlite::{Connection, Statement};
use std::collections::{BTreeSet, HashMap};
use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::vec::IntoIter;

/// The columns of an entry that sums follow from. Words are told apart by their numbers; that there are
/// such is seen to by the references. The one that lies last comes first: to reach it SQLite makes out
/// where all the others lie, at once and not one by one.
const COLUMNS: [&str; 14] = [
    "expires",
    "seq",
    "at",
    "kind",
    "from_account",
    "to_account",
    "unit_out",
    "unit_in",
    "amount_out",
    "amount_in",
    "fee",
    "tax",
    "category",
    "channel",
];

/// What it was recorded by; where nothing is void and only sums are asked for it is all the same.
const CHANGE: (usize, &str) = (COLUMNS.len(), "change");

/// Nothing follows from a note, but it is part of the ledger.
const NOTE: (usize, &str) = (COLUMNS.len() + 1, "note");

/// The tables whose rows have numbers, but for `change` and `entry`, and the columns of these numbers.
pub(super) const NUMBERED: [(&str, &str); 6] = [
    ("void", "seq"),
    ("unit", "seq"),
    ("account", "id"),
    ("account_version", "seq"),
    ("snapshot", "seq"),
    ("rate", "seq"),
];

/// The order in which tables are told of.
const TOLD: [&str; 7] = ["void", "unit", "account", "account_version", "entry", "snapshot", "rate"];

/// What some numbers in a row came to.
#[derive(Default)]
pub(super) struct Part {
    pub numbers: Sequence,
    /// What is wrong with the entries.
    pub entries: Vec<String>,
    /// Entries that count.
    pub counted: i64,
    /// A row from which nothing follows, for what it holds.
    pub unreadable: Option<rusqlite::Error>,
    /// What the entries that count move.
    pub moves: Vec<Move>,
}

impl Part {
    /// What was read, or nothing where a row holds what none can.
    fn read<T>(&mut self, read: rusqlite::Result<T>) -> Option<T> {
        read.map_err(|error| self.unreadable.get_or_insert(error)).ok()
    }
}

/// What is known beside the entries.
pub(super) struct Known {
    /// The changes that do not count.
    voided: BTreeSet<i64>,
    /// Are the rules held against the entries?
    holds_rules: bool,
    /// Is all of the ledger looked at, with its numbers?
    whole: bool,
    /// Every account with whether it is there, as if none had been closed: one may have been since.
    accounts: foldhash::HashMap<i64, (Account, bool)>,
    units: foldhash::HashMap<i64, Unit>,
}

impl Known {
    /// Units by their numbers, and the accounts whose opening was undone.
    pub fn new(ground: &Ground<'_>, gone: &[Account], units: foldhash::HashMap<i64, Unit>) -> Known {
        let there = ground.accounts.iter().map(|account| (account, true));
        let all = gone.iter().map(|account| (account, false)).chain(there);
        let open = |(account, there): (&Account, bool)| {
            (account.id.0, (Account { closed: false, ..account.clone() }, there))
        };
        let (voided, accounts) = (ground.voided.clone(), all.map(open).collect());
        Known { voided, holds_rules: ground.whole && ground.sound, whole: ground.whole, accounts, units }
    }

    /// Is it looked at what an entry was recorded by?
    fn has_changes(&self) -> bool {
        self.whole || !self.voided.is_empty()
    }

    /// What is wrong with an entry. Under one that does not count the account may have become another
    /// one.
    fn broken(&self, entry: &Entry, counts: bool) -> Option<&'static str> {
        let sides = [entry.out.account, entry.arriving.account];
        let is_there = |id: AccountId| self.accounts.get(&id.0).is_some_and(|(_, there)| *there || !counts);
        if !sides.into_iter().flatten().all(is_there) {
            return Some("is of an account that is not there");
        }
        match entry.check(|id| self.accounts.get(&id.0).map(|(account, _)| account)) {
            Ok(()) => None,
            Err(
                RuleBroken::UnitNotOfAccount { .. }
                | RuleBroken::CarrierTakesOnlySpendRefundPay { .. }
                | RuleBroken::PayNeedsCarrier { .. },
            ) if !counts => None,
            Err(_) => Some("breaks a rule of the ledger"),
        }
    }
}

/// Walks stretches over one connection.
pub(super) struct Pass<'c> {
    others: Vec<(&'static str, Statement<'c>)>,
    entries: Giving<'c, Box<Reader>>,
    /// Finds the change that a stretch begins within, where numbers are looked at.
    change_before: Option<Statement<'c>>,
    /// Away while entries are given to it; nothing is walked after an error.
    reader: Option<Box<Reader>>,
}

impl<'c> Pass<'c> {
    /// Over that connection.
    pub fn new(db: &'c Connection, known: Arc<Known>) -> rusqlite::Result<Pass<'c>> {
        let of = |(table, key, second)| {
            let within = format!("{key} BETWEEN ?1 AND ?2 ORDER BY {key}");
            let sql = format!("SELECT {key}, {second} FROM {table} NOT INDEXED WHERE {within}");
            Ok((table, db.prepare(&sql)?))
        };
        let facts = NUMBERED.map(|(table, key)| (table, key, "change"));
        // What has the number of a change comes before it, for it cannot follow it.
        let others = facts.into_iter().chain([("change", "seq", "at")]).filter(|_| known.whole).map(of);
        let change = known.has_changes().then_some(CHANGE.1);
        let note = known.whole.then_some(NOTE.1);
        let columns = COLUMNS.into_iter().chain(change).chain(note).collect();
        let change_before = known.whole.then(|| db.prepare("SELECT max(seq) FROM change WHERE seq < ?1"));
        Ok(Pass {
            others: others.collect::<rusqlite::Result<_>>()?,
            entries: Giving::new(db, columns, "FROM entry NOT INDEXED WHERE seq BETWEEN ?1 AND ?2")?,
            change_before: change_before.transpose()?,
            reader: Some(Box::new(Reader::new(known))),
        })
    }

    /// Meets the rows of all tables whose numbers lie in a stretch.
    pub fn walk(&mut self, stretch: &RangeInclusive<i64>) -> rusqlite::Result<Part> {
        let ends = [*stretch.start(), *stretch.end()];
        let mut part = Part::default();
        if let Some(change_before) = &mut self.change_before {
            part.numbers.change = change_before.query_row([ends[0]], |row| row.get(0))?;
        }
        let mut others = Vec::new();
        for (table, statement) in &mut self.others {
            let mut rows = statement.query(ends)?;
            while let Some(row) = rows.next()? {
                let change = match *table {
                    "change" => moment_at(row, 1).map(|_| None),
                    _ => row.get(1).map(Some),
                };
                others.push(Other { number: row.get(0)?, table, change: part.read(change).flatten() });
            }
        }
        others.sort_unstable_by_key(|other| other.number);
        let mut reader = self.reader.take().expect("the walk before gave it back");
        (reader.part, reader.others) = (part, others.into_iter().peekable());
        let reader = self.reader.insert(self.entries.all_to(reader, ends)?);
        Ok(reader.end())
    }

    /// What the entries that were met come to.
    pub fn share(self) -> Share {
        self.reader.map(|reader| reader.share).unwrap_or_default()
    }
}

/// A row of a table that is not `entry`.
struct Other {
    number: i64,
    table: &'static str,
    /// The change that it says it was recorded by.
    change: Option<i64>,
}

/// A note that could be told.
struct Note;

impl FromSql for Note {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Note> {
        value.as_str_or_null().map(|_| Note)
    }
}

/// The numbers so far.
#[derive(Default)]
pub(super) struct Sequence {
    /// The first and the last of them.
    ends: Option<(i64, i64)>,
    /// The last change.
    pub change: Option<i64>,
    gaps: Vec<String>,
    astray: HashMap<&'static str, Vec<String>>,
}

impl Sequence {
    /// Whatever was recorded drew its number from one counter, so each number is there once.
    fn meet(&mut self, number: i64) {
        let Some((_, last)) = &mut self.ends else {
            self.ends = Some((number, number));
            return;
        };
        let last = std::mem::replace(last, number);
        self.gap(last, number);
    }

    fn gap(&mut self, last: i64, number: i64) {
        let gap = i128::from(number) - i128::from(last);
        if gap != 1 && self.gaps.len() < FINDINGS_MAX {
            self.gaps.push(match gap {
                0 => format!("number {number} was given twice"),
                2 => format!("what had number {} is gone", number - 1),
                _ if gap > 0 && last >= 0 => {
                    format!("what had the numbers {} to {} is gone", last + 1, number - 1)
                }
                _ => format!("number {number} was never given"),
            });
        }
    }

    /// The facts of a change follow it, up to the next one.
    fn follow(&mut self, table: &'static str, number: i64, change: Option<i64>) {
        let Some(change) = change.filter(|change| Some(*change) != self.change) else { return };
        let astray = self.astray.entry(table).or_default();
        if astray.len() < FINDINGS_MAX {
            astray.push(format!("row {number} of `{table}` does not follow its change {change}"));
        }
    }

    /// Goes on with the numbers after these; the very first is 1.
    pub fn go_on(&mut self, next: Sequence) {
        if let Some((first, last)) = next.ends {
            self.gap(self.ends.map_or(0, |(_, last)| last), first);
            self.ends = Some((first, last));
        }
        let more = |told: &mut Vec<String>, more: Vec<String>| {
            told.extend(more);
            told.truncate(FINDINGS_MAX);
        };
        more(&mut self.gaps, next.gaps);
        for (table, astray) in next.astray {
            more(self.astray.entry(table).or_default(), astray);
        }
    }

    /// What is wrong with them.
    pub fn findings(mut self) -> Vec<String> {
        let astray = TOLD.into_iter().filter_map(|table| self.astray.remove(table));
        let astray: Vec<String> = astray.flatten().collect();
        self.gaps.into_iter().chain(astray).collect()
    }
}

/// Reads one entry after the other into the same place.
struct Reader {
    known: Arc<Known>,
    /// What is not met yet, by its numbers.
    others: Peekable<IntoIter<Other>>,
    part: Part,
    share: Share,
    /// The units of the last entry.
    held: Option<(i64, i64)>,
    entry: Entry,
    /// The change of the last entry, and whether it counts.
    change: Option<i64>,
    counts: bool,
}

impl Reader {
    fn new(known: Arc<Known>) -> Reader {
        let place = || Place { account: None, amount: 0, unit: Unit::new("?", 0) };
        let entry = Entry {
            id: Id(0),
            at: Moment(0),
            kind: Kind::Spend,
            out: place(),
            arriving: place(),
            fee: 0,
            tax: 0,
            category: None,
            payee: None,
            note: None,
            channel: None,
            expires: Expires::Unknown,
        };
        let others = Vec::new().into_iter().peekable();
        Reader {
            known,
            others,
            part: Part::default(),
            share: Share::default(),
            held: None,
            entry,
            change: None,
            counts: true,
        }
    }

    /// All entries of the stretch were met.
    fn end(&mut self) -> Part {
        self.meet_others(None);
        Part { moves: self.share.moves(), ..std::mem::take(&mut self.part) }
    }

    /// Meets what has a number below that of an entry, or all that is left.
    fn meet_others(&mut self, entry: Option<i64>) {
        while let Some(other) = self.others.next_if(|other| entry.is_none_or(|entry| other.number < entry)) {
            let numbers = &mut self.part.numbers;
            numbers.meet(other.number);
            match other.table {
                "change" => numbers.change = Some(other.number),
                table => numbers.follow(table, other.number, other.change),
            }
        }
    }

    fn entry(&mut self, seq: i64, change: Option<i64>, row: &Given<'_, '_>) -> rusqlite::Result<()> {
        let known = &*self.known;
        if self.change != change {
            (self.change, self.counts) =
                (change, change.is_none_or(|change| !known.voided.contains(&change)));
        }
        let entry = &mut self.entry;
        let account = |column: usize| row.value::<Option<i64>>(column).map(|id| id.map(AccountId));
        entry.at = moment_at(row, 2)?;
        entry.kind = kind_at(row, 3)?;
        (entry.out.account, entry.arriving.account) = (account(4)?, account(5)?);
        let unit_out = row.value(6)?;
        // Most entries are spends, of which nothing arrives here that a sum could follow from.
        let is_gone = !known.whole && entry.kind == Kind::Spend && entry.arriving.account.is_none();
        let unit_in = if is_gone { unit_out } else { row.value(7)? };
        // A unit that is not there is told of as a reference.
        if self.held != Some((unit_out, unit_in)) {
            let (Some(out), Some(arriving)) = (known.units.get(&unit_out), known.units.get(&unit_in)) else {
                return Ok(());
            };
            (entry.out.unit, entry.arriving.unit) = (out.clone(), arriving.clone());
            self.held = Some((unit_out, unit_in));
        }
        entry.out.amount = size_at(row, 8)?;
        (entry.fee, entry.tax) = (size_at(row, 10)?, size_at(row, 11)?);
        (entry.arriving.amount, entry.expires) = match is_gone {
            true => (0, Expires::Unknown),
            false => (size_at(row, 9)?, expires_at(row, 0)?),
        };
        let label = |column: usize| row.value::<Option<i64>>(column).map(Option::unwrap_or_default);
        let labels = Labels { category: label(12)?, channel: label(13)?, unit_out, unit_in };
        if known.whole {
            row.value::<Note>(NOTE.0)?;
        }
        if known.holds_rules && self.part.entries.len() < FINDINGS_MAX {
            self.part
                .entries
                .extend(known.broken(entry, self.counts).map(|what| format!("row {seq} {what}")));
        }
        if self.counts {
            self.part.counted += 1;
            self.share.entry(seq, entry, labels);
        }
        Ok(())
    }
}

impl Take for Box<Reader> {
    /// Meets the next entry. What a row holds can be no reason to stop.
    fn take(&mut self, row: &Given<'_, '_>) -> rusqlite::Result<()> {
        let number = row.value(1)?;
        if self.known.whole {
            self.meet_others(Some(number));
            self.part.numbers.meet(number);
        }
        let change = if self.known.has_changes() { row.value(CHANGE.0).map(Some) } else { Ok(None) };
        if let Some(change) = self.part.read(change) {
            if self.known.whole {
                self.part.numbers.follow("entry", number, change);
            }
            let read = self.entry(number, change, row);
            self.part.read(read);
        }
        Ok(())
    }
}
