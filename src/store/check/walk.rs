//! One walk through everything that was recorded, in the order of its numbers: are they all there, does
//! each entry keep the rules that it was recorded under, and what follows from those that count?

use super::super::derived::{Derivation, Labels, Step};
use super::super::read::{expires_at, kind_at, moment_at, size_at, unit_at};
use super::super::{Store, StoreError};
use super::FINDINGS_MAX;
use crate::ledger::{Account, AccountId, Entry, Expires, Id, Kind, Place, RuleBroken};
use crate::money::Unit;
use crate::period::Moment;
use rusqlite::{Row, Rows, Statement};
use std::collections::{BTreeSet, HashMap};

/// The columns of an entry that something follows from, and its note. Words are told apart by their
/// numbers; that there are such is seen to by the references.
const ENTRY: &str = "SELECT seq, change, at, kind, from_account, to_account, unit_out, unit_in, amount_out,
                            amount_in, fee, tax, expires, note, category, channel
                     FROM entry NOT INDEXED ORDER BY seq";

/// The tables whose rows have numbers, but for `change` and `entry`, and the columns of these numbers.
const NUMBERED: [(&str, &str); 6] = [
    ("void", "seq"),
    ("unit", "seq"),
    ("account", "id"),
    ("account_version", "seq"),
    ("snapshot", "seq"),
    ("rate", "seq"),
];

/// The order in which tables are told of.
const TOLD: [&str; 7] = ["void", "unit", "account", "account_version", "entry", "snapshot", "rate"];

/// What the walk came to.
#[derive(Default)]
pub(super) struct Walk {
    /// What is wrong with the numbers.
    pub numbers: Vec<String>,
    /// What is wrong with the entries.
    pub entries: Vec<String>,
    /// Entries that count.
    pub counted: i64,
    /// A row from which nothing follows, for what it holds.
    pub unreadable: Option<rusqlite::Error>,
}

/// What an entry is held against.
pub(super) struct Ground<'l> {
    /// The accounts that there are.
    pub accounts: &'l [Account],
    /// The changes that do not count.
    pub voided: &'l BTreeSet<i64>,
    /// Is it known which ones count? Else no rule is held against an entry.
    pub sound: bool,
}

impl Store {
    /// Walks through all that was recorded, and tells a derivation of the entries that count.
    pub(super) fn walk_through(
        &self,
        ground: &Ground<'_>,
        derivation: &mut Derivation,
    ) -> Result<Walk, StoreError> {
        let gone = self.accounts_undone()?;
        let units =
            self.all("SELECT seq, code, decimals FROM unit", [], |row| Ok((row.get(0)?, unit_at(row, 1)?)));
        let mut reader = Reader::new(ground, &gone, units?.into_iter().collect());
        let mut walk = Walk::default();
        let walked = self.walk_rows(&mut walk, &mut |row, walk| reader.entry(row, walk, derivation));
        walked.map_err(|e| self.fail(e))?;
        if walk.unreadable.is_none() {
            for account in derivation.out_of_order() {
                self.walk_again(account, derivation)?;
            }
        }
        Ok(walk)
    }

    /// Merges the rows of all tables that have numbers.
    fn walk_rows(
        &self,
        walk: &mut Walk,
        entry: &mut dyn FnMut(&Row<'_>, &mut Walk) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let of = |(table, key): (&str, &str)| {
            self.db.prepare(&format!("SELECT {key}, change FROM {table} NOT INDEXED ORDER BY {key}"))
        };
        let mut others = NUMBERED.into_iter().map(of).collect::<rusqlite::Result<Vec<Statement<'_>>>>()?;
        let mut changes = self.db.prepare("SELECT seq, at FROM change NOT INDEXED ORDER BY seq")?;
        let mut entries = self.db.prepare(ENTRY)?;
        let mut entries = entries.query([])?;
        let mut numbers = Sequence::default();
        let mut streams = Vec::new();
        for (statement, (table, _)) in others.iter_mut().zip(NUMBERED) {
            streams.push(Stream::new(table, statement.query([])?)?);
        }
        // What has the number of a change comes before it, for it cannot follow it.
        streams.push(Stream::new("change", changes.query([])?)?);
        let mut next_entry = next_row(&mut entries, walk, entry)?;
        loop {
            let first = streams.iter().filter_map(|stream| stream.next.map(|(number, _)| number)).min();
            while let Some((number, change)) = next_entry
                && first.is_none_or(|first| number <= first)
            {
                numbers.meet(number);
                numbers.follow("entry", number, change);
                next_entry = next_row(&mut entries, walk, entry)?;
            }
            let next = streams.iter_mut().find(|stream| stream.next.map(|(number, _)| number) == first);
            let Some((stream, (number, change))) = next.and_then(|s| s.next.map(|next| (s, next))) else {
                break;
            };
            numbers.meet(number);
            if stream.table == "change" {
                numbers.change = Some(number);
            } else {
                numbers.follow(stream.table, number, change);
            }
            stream.step(walk)?;
        }
        walk.numbers = numbers.findings();
        Ok(())
    }

    /// Tells the entries of one account in the order in which they happened.
    fn walk_again(&self, account: i64, derivation: &mut Derivation) -> Result<(), StoreError> {
        let live = "change NOT IN (SELECT change FROM voided)";
        let sql = format!(
            "SELECT at, seq, 0, kind, amount_out, expires FROM entry WHERE from_account = ?1 AND {live}
             UNION ALL
             SELECT at, seq, 1, kind, amount_in, expires FROM entry WHERE to_account = ?1 AND {live}
             ORDER BY 1, 2"
        );
        let mut path = derivation.again(account);
        self.all(&sql, [account], |row| {
            let (amount, expires) = (size_at(row, 4)?, expires_at(row, 5)?);
            let kind = kind_at(row, 3)?;
            let step = match row.get(2)? {
                false => Step::Leave { kind, amount, expires },
                true => Step::Arrive { kind, amount, expires },
            };
            path.step(moment_at(row, 0)?, row.get(1)?, step);
            Ok(())
        })
        .map(|_| ())
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
    fn new(table: &'static str, rows: Rows<'s>) -> rusqlite::Result<Stream<'s>> {
        let mut stream = Stream { table, rows, next: None };
        stream.step(&mut Walk::default())?;
        Ok(stream)
    }

    fn step(&mut self, walk: &mut Walk) -> rusqlite::Result<()> {
        let is_change = self.table == "change";
        self.next = next_row(&mut self.rows, walk, &mut |row, _| {
            if is_change { moment_at(row, 1).map(|_| ()) } else { Ok(()) }
        })?;
        Ok(())
    }
}

/// Hands on the next row and tells its number and change. What a row holds can be no reason to stop.
fn next_row(
    rows: &mut Rows<'_>,
    walk: &mut Walk,
    each: &mut dyn FnMut(&Row<'_>, &mut Walk) -> rusqlite::Result<()>,
) -> rusqlite::Result<Option<Numbered>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let number = row.get(0)?;
    let read = each(row, walk);
    let change = row.get(1);
    let (change, read) = match change {
        Ok(change) => (Some(change), read),
        Err(error) => (None, Err(error)),
    };
    if let Err(error) = read {
        walk.unreadable.get_or_insert(error);
    }
    Ok(Some((number, change)))
}

/// The numbers so far.
#[derive(Default)]
struct Sequence {
    last: i64,
    /// The last change.
    change: Option<i64>,
    gaps: Vec<String>,
    astray: HashMap<&'static str, Vec<String>>,
}

impl Sequence {
    /// Whatever was recorded drew its number from one counter, so each number is there once.
    fn meet(&mut self, number: i64) {
        let last = std::mem::replace(&mut self.last, number);
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

    fn findings(mut self) -> Vec<String> {
        let astray = TOLD.into_iter().filter_map(|table| self.astray.remove(table));
        let astray: Vec<String> = astray.flatten().collect();
        self.gaps.into_iter().chain(astray).collect()
    }
}

/// Reads one entry after the other into the same place.
struct Reader<'l> {
    ground: &'l Ground<'l>,
    /// Every account with whether it is there, as if none had been closed: one may have been since.
    accounts: foldhash::HashMap<i64, (Account, bool)>,
    units: foldhash::HashMap<i64, Unit>,
    /// The units of the last entry.
    held: Option<(i64, i64)>,
    entry: Entry,
    /// The last change, and whether it counts.
    change: Option<(i64, bool)>,
}

impl<'l> Reader<'l> {
    fn new(ground: &'l Ground<'l>, gone: &[Account], units: foldhash::HashMap<i64, Unit>) -> Reader<'l> {
        let there = ground.accounts.iter().map(|account| (account, true));
        let all = gone.iter().map(|account| (account, false)).chain(there);
        let open = |(account, there): (&Account, bool)| {
            (account.id.0, (Account { closed: false, ..account.clone() }, there))
        };
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
        let accounts = all.map(open).collect();
        Reader { ground, accounts, units, held: None, entry, change: None }
    }

    fn entry(&mut self, row: &Row<'_>, walk: &mut Walk, derivation: &mut Derivation) -> rusqlite::Result<()> {
        let seq = row.get(0)?;
        let change = row.get(1)?;
        let counts = match self.change {
            Some((last, counts)) if last == change => counts,
            _ => !self.ground.voided.contains(&change),
        };
        self.change = Some((change, counts));
        let (unit_out, unit_in) = (row.get(6)?, row.get(7)?);
        let entry = &mut self.entry;
        // A unit that is not there is told of as a reference.
        if self.held != Some((unit_out, unit_in)) {
            let (Some(out), Some(arriving)) = (self.units.get(&unit_out), self.units.get(&unit_in)) else {
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
        row.get_ref(13)?.as_str_or_null()?;
        let label = |column: usize| row.get::<_, Option<i64>>(column).map(Option::unwrap_or_default);
        let labels = Labels { category: label(14)?, channel: label(15)?, unit_out, unit_in };
        if self.ground.sound && walk.entries.len() < FINDINGS_MAX {
            walk.entries.extend(self.broken(counts).map(|what| format!("row {seq} {what}")));
        }
        if counts {
            walk.counted += 1;
            derivation.entry(seq, &self.entry, labels);
        }
        Ok(())
    }

    /// What is wrong with the entry that was read. Under one that does not count the account may have
    /// become another one.
    fn broken(&self, counts: bool) -> Option<&'static str> {
        let entry = &self.entry;
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
