//! The rows of one stretch of numbers, read in their order from all tables that have numbers.

use super::super::derived::{Labels, Stretch};
use super::super::read::{expires_at, kind_at, moment_at, size_at};
use super::FINDINGS_MAX;
use super::walk::Ground;
use crate::ledger::{Account, AccountId, Entry, Expires, Id, Kind, Place, RuleBroken};
use crate::money::Unit;
use crate::period::Moment;
use rusqlite::{Connection, Row, Rows, Statement};
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// The columns of an entry that something follows from. Words are told apart by their numbers; that
/// there are such is seen to by the references.
const COLUMNS: &str = "seq, change, at, kind, from_account, to_account, unit_out, unit_in, amount_out,
                       amount_in, fee, tax, expires, category, channel";

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

/// At most so many numbers, or a few more, are one part, of which little memory is taken.
pub(super) const PART: i64 = 1 << 13;

/// What some numbers in a row came to.
#[derive(Default)]
pub(super) struct Part {
    /// No other part of the stretch follows.
    pub is_last: bool,
    /// So many numbers were met.
    met: i64,
    pub numbers: Sequence,
    /// What is wrong with the entries.
    pub entries: Vec<String>,
    /// Entries that count.
    pub counted: i64,
    /// A row from which nothing follows, for what it holds.
    pub unreadable: Option<rusqlite::Error>,
    /// What the entries that count come to.
    pub stretch: Stretch,
}

impl Part {
    fn meet(&mut self, number: i64) {
        self.met += 1;
        self.numbers.meet(number);
    }

    /// The part so far, in place of which another one begins.
    fn handed_on(&mut self) -> Part {
        let numbers = Sequence { change: self.numbers.change, ..Sequence::default() };
        std::mem::replace(self, Part { numbers, ..Part::default() })
    }
}

/// What is known beside the entries.
pub(super) struct Known<'l> {
    ground: &'l Ground<'l>,
    /// Every account with whether it is there, as if none had been closed: one may have been since.
    accounts: foldhash::HashMap<i64, (Account, bool)>,
    units: foldhash::HashMap<i64, Unit>,
}

impl<'l> Known<'l> {
    /// Units by their numbers, and the accounts whose opening was undone.
    pub fn new(ground: &'l Ground<'l>, gone: &[Account], units: foldhash::HashMap<i64, Unit>) -> Known<'l> {
        let there = ground.accounts.iter().map(|account| (account, true));
        let all = gone.iter().map(|account| (account, false)).chain(there);
        let open = |(account, there): (&Account, bool)| {
            (account.id.0, (Account { closed: false, ..account.clone() }, there))
        };
        Known { ground, accounts: all.map(open).collect(), units }
    }
}

/// Reads stretches over one connection.
pub(super) struct Pass<'c> {
    others: Vec<Statement<'c>>,
    changes: Statement<'c>,
    entries: Statement<'c>,
    /// Finds the change that a stretch begins within.
    change_before: Statement<'c>,
    reader: Reader<'c>,
}

impl<'c> Pass<'c> {
    /// Over that connection.
    pub fn new(db: &'c Connection, known: &'c Known<'c>) -> rusqlite::Result<Pass<'c>> {
        let of = |(table, key): (&str, &str)| {
            db.prepare(&format!(
                "SELECT {key}, change FROM {table} NOT INDEXED WHERE {key} BETWEEN ?1 AND ?2 ORDER BY {key}"
            ))
        };
        // Nothing follows from a note, but it is part of the ledger.
        let note = if known.ground.whole { ", note" } else { "" };
        Ok(Pass {
            others: NUMBERED.into_iter().map(of).collect::<rusqlite::Result<_>>()?,
            changes: db
                .prepare("SELECT seq, at FROM change NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq")?,
            entries: db.prepare(&format!(
                "SELECT {COLUMNS}{note} FROM entry NOT INDEXED WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq"
            ))?,
            change_before: db.prepare("SELECT max(seq) FROM change WHERE seq < ?1")?,
            reader: Reader::new(known),
        })
    }

    /// Merges the rows of all tables whose numbers lie in a stretch, and hands on one part after the
    /// other, the last one in the end; whoever takes them says whether more is wanted.
    pub fn walk(
        &mut self,
        stretch: &RangeInclusive<i64>,
        hand_on: &mut dyn FnMut(Part) -> bool,
    ) -> rusqlite::Result<()> {
        let mut part = Part::default();
        let ends = [*stretch.start(), *stretch.end()];
        part.numbers.change = self.change_before.query_row([ends[0]], |row| row.get(0))?;
        let mut streams = Vec::new();
        for (statement, (table, _)) in self.others.iter_mut().zip(NUMBERED) {
            streams.push(Stream::new(table, statement.query(ends)?, &mut part)?);
        }
        // What has the number of a change comes before it, for it cannot follow it.
        streams.push(Stream::new("change", self.changes.query(ends)?, &mut part)?);
        let mut entries = self.entries.query(ends)?;
        let reader = &mut self.reader;
        let entry =
            &mut |row: &Row<'_>, numbered: Numbered, part: &mut Part| reader.entry(row, numbered, part);
        let mut next_entry = next_row(&mut entries, &mut part, entry)?;
        loop {
            let first = streams.iter().filter_map(|stream| stream.next.map(|(number, _)| number)).min();
            while let Some((number, change)) = next_entry
                && first.is_none_or(|first| number <= first)
            {
                part.meet(number);
                part.numbers.follow("entry", number, change);
                if part.met > PART && !hand_on(part.handed_on()) {
                    return Ok(());
                }
                next_entry = next_row(&mut entries, &mut part, entry)?;
            }
            let next = streams.iter_mut().find(|stream| stream.next.map(|(number, _)| number) == first);
            let Some((stream, (number, change))) = next.and_then(|s| s.next.map(|next| (s, next))) else {
                break;
            };
            part.meet(number);
            if stream.table == "change" {
                part.numbers.change = Some(number);
            } else {
                part.numbers.follow(stream.table, number, change);
            }
            stream.step(&mut part)?;
        }
        part.is_last = true;
        hand_on(part);
        Ok(())
    }
}

/// A row's number, and the change that it says it was recorded by.
type Numbered = (i64, Option<i64>);

/// The rows of one table in the order of their numbers, of which the next one is known.
struct Stream<'s> {
    table: &'static str,
    rows: Rows<'s>,
    next: Option<Numbered>,
}

impl<'s> Stream<'s> {
    fn new(table: &'static str, rows: Rows<'s>, part: &mut Part) -> rusqlite::Result<Stream<'s>> {
        let mut stream = Stream { table, rows, next: None };
        stream.step(part)?;
        Ok(stream)
    }

    fn step(&mut self, part: &mut Part) -> rusqlite::Result<()> {
        let is_change = self.table == "change";
        self.next = next_row(&mut self.rows, part, &mut |row, _, _| {
            if is_change { moment_at(row, 1).map(|_| ()) } else { Ok(()) }
        })?;
        Ok(())
    }
}

/// Hands on the next row and tells its number and change. What a row holds can be no reason to stop.
fn next_row(
    rows: &mut Rows<'_>,
    part: &mut Part,
    each: &mut dyn FnMut(&Row<'_>, Numbered, &mut Part) -> rusqlite::Result<()>,
) -> rusqlite::Result<Option<Numbered>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let number = row.get(0)?;
    let (change, read) = match row.get(1) {
        Ok(change) => (Some(change), each(row, (number, Some(change)), part)),
        Err(error) => (None, Err(error)),
    };
    if let Err(error) = read {
        part.unreadable.get_or_insert(error);
    }
    Ok(Some((number, change)))
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
struct Reader<'l> {
    known: &'l Known<'l>,
    /// The units of the last entry.
    held: Option<(i64, i64)>,
    entry: Entry,
    /// The last change, and whether it counts.
    change: Option<(i64, bool)>,
}

impl<'l> Reader<'l> {
    fn new(known: &'l Known<'l>) -> Reader<'l> {
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
        Reader { known, held: None, entry, change: None }
    }

    fn entry(&mut self, row: &Row<'_>, (seq, change): Numbered, part: &mut Part) -> rusqlite::Result<()> {
        let Some(change) = change else { return Ok(()) };
        let counts = match self.change {
            Some((last, counts)) if last == change => counts,
            _ => !self.known.ground.voided.contains(&change),
        };
        self.change = Some((change, counts));
        let (unit_out, unit_in) = (row.get(6)?, row.get(7)?);
        let entry = &mut self.entry;
        // A unit that is not there is told of as a reference.
        if self.held != Some((unit_out, unit_in)) {
            let (Some(out), Some(arriving)) =
                (self.known.units.get(&unit_out), self.known.units.get(&unit_in))
            else {
                return Ok(());
            };
            (entry.out.unit, entry.arriving.unit) = (out.clone(), arriving.clone());
            self.held = Some((unit_out, unit_in));
        }
        entry.at = moment_at(row, 2)?;
        entry.kind = kind_at(row, 3)?;
        let account = |column: usize| row.get::<_, Option<i64>>(column).map(|id| id.map(AccountId));
        (entry.out.account, entry.arriving.account) = (account(4)?, account(5)?);
        (entry.out.amount, entry.arriving.amount) = (size_at(row, 8)?, size_at(row, 9)?);
        (entry.fee, entry.tax) = (size_at(row, 10)?, size_at(row, 11)?);
        entry.expires = expires_at(row, 12)?;
        let label = |column: usize| row.get::<_, Option<i64>>(column).map(Option::unwrap_or_default);
        if self.known.ground.whole {
            row.get_ref(15)?.as_str_or_null()?;
        }
        let labels = Labels { category: label(13)?, channel: label(14)?, unit_out, unit_in };
        if self.known.ground.sound && part.entries.len() < FINDINGS_MAX {
            part.entries.extend(self.broken(counts).map(|what| format!("row {seq} {what}")));
        }
        if counts {
            part.counted += 1;
            part.stretch.entry(seq, &self.entry, labels);
        }
        Ok(())
    }

    /// What is wrong with the entry that was read. Under one that does not count the account may have
    /// become another one.
    fn broken(&self, counts: bool) -> Option<&'static str> {
        let entry = &self.entry;
        let sides = [entry.out.account, entry.arriving.account];
        let is_there =
            |id: AccountId| self.known.accounts.get(&id.0).is_some_and(|(_, there)| *there || !counts);
        if !sides.into_iter().flatten().all(is_there) {
            return Some("is of an account that is not there");
        }
        match entry.check(|id| self.known.accounts.get(&id.0).map(|(account, _)| account)) {
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
