//! Facts that are recorded, and facts that were.

use super::Pass;
use crate::ledger::{Account, AccountId, Entry, Id, RuleBroken, Snapshot};
use crate::period::Moment;
use crate::store::derived::{Labels, expires_column, kind_column};
use crate::store::tally::{Counted, Place};
use crate::store::{StoreError, checksum};
use foldhash::HashMap;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row, params};

/// The columns of an entry: numbers, of which the checksum is the last, and then a note.
const COLUMNS: usize = 19;
/// The numbers of an entry, and its note.
type EntryRow = ([Option<i64>; COLUMNS - 1], Option<String>);
const INTO: &str = "INTO entry (seq, id, change, at, kind, from_account, to_account, unit_out, unit_in,
                        amount_out, amount_in, fee, tax, category, payee, channel, expires, checksum,
                        note) VALUES ";
/// So many entries are written by one statement, which finds its way through each index once.
const ROWS: usize = 32;
/// An entry with a longer note does not wait: there could be thirty-two of a million bytes.
const NOTE_LONG: usize = 4096;
/// So many ids of one day are remembered at most.
const IDS_MAX: usize = 1 << 16;

/// Entries of an import on their way into the table.
pub(super) struct Waiting {
    rows: Vec<EntryRow>,
    /// The last day of which the ledger has an id.
    day: i64,
}

/// All that the ledger has of one day, by ids, while an import asks for one after the other.
#[derive(Default)]
pub(super) struct KnownDay {
    day: Option<i64>,
    entries: HashMap<Id, Known>,
    /// How often was asked, and how many entries were read for it.
    asked: usize,
    read: usize,
}

/// What tells whether an entry is the one that a line means, once they have the same id: that is made
/// of all that the line says, but the account it names may be another one by now.
#[derive(Clone, Copy, PartialEq)]
struct Known {
    seq: i64,
    change: i64,
    at: i64,
    kind: i64,
    from_account: Option<i64>,
    to_account: Option<i64>,
    amount_out: i64,
}

const KNOWN: &str = "SELECT id, seq, change, at, kind, from_account, to_account, amount_out FROM entry";

impl Known {
    fn of(row: &Row<'_>) -> rusqlite::Result<(Id, Known)> {
        let known = Known {
            seq: row.get(1)?,
            change: row.get(2)?,
            at: row.get(3)?,
            kind: row.get(4)?,
            from_account: row.get(5)?,
            to_account: row.get(6)?,
            amount_out: row.get(7)?,
        };
        Ok((Id(row.get(0)?), known))
    }

    fn new(entry: &Entry, seq: i64, change: i64) -> Known {
        Known {
            seq,
            change,
            at: entry.at.0,
            kind: kind_column(entry.kind),
            from_account: entry.out.account.map(|account| account.0),
            to_account: entry.arriving.account.map(|account| account.0),
            amount_out: entry.out.amount,
        }
    }

    fn is(self, entry: &Entry) -> bool {
        self == Known::new(entry, self.seq, self.change)
    }
}

impl KnownDay {
    /// Is it worth it to read a whole day for one question? As long as most of what was read was asked for.
    fn is_worth_it(&self) -> bool {
        self.read <= 4 * self.asked + 1024
    }

    /// A day begins that the ledger has nothing of.
    fn begin(&mut self, day: i64) {
        self.day = Some(day);
        self.entries.clear();
    }

    /// Has the ledger an entry of that id? None where that is to be asked.
    fn has(&self, id: Id) -> Option<bool> {
        (self.day == Some(id.day())).then(|| self.entries.contains_key(&id))
    }

    fn add(&mut self, id: Id, known: Known) {
        if self.entries.len() >= IDS_MAX {
            self.day = None;
            self.entries.clear();
        }
        if self.day == Some(id.day()) {
            self.entries.insert(id, known);
        }
    }
}

fn marks(rows: usize) -> String {
    let row = |row| (1..=COLUMNS).map(|i| format!("?{}", row * COLUMNS + i)).collect::<Vec<_>>().join(", ");
    (0..rows).map(|i| format!("({})", row(i))).collect::<Vec<_>>().join(", ")
}

/// A statement that writes entries, so many at once.
pub(super) struct Insert<'s> {
    statement: CachedStatement<'s>,
    /// The numbers that stand in it from the last time.
    bound: Vec<[Option<i64>; COLUMNS - 1]>,
}

impl<'s> Insert<'s> {
    /// The one in a slot, which is prepared for whoever asks for it first.
    fn prepared<'p>(
        slot: &'p mut Option<Insert<'s>>,
        db: &'s Connection,
        rows: usize,
        sql: impl FnOnce() -> String,
    ) -> rusqlite::Result<&'p mut Insert<'s>> {
        match slot {
            Some(insert) => Ok(insert),
            none => {
                let bound = vec![[None; COLUMNS - 1]; rows];
                Ok(none.insert(Insert { statement: db.prepare_cached(&sql())?, bound }))
            }
        }
    }

    /// Writes as many entries as it is for; returns how many were written. Most numbers of an entry
    /// are those of the one before it in that place, and only what differs is bound again.
    fn write(&mut self, rows: &[EntryRow]) -> rusqlite::Result<usize> {
        for (row, ((numbers, note), bound)) in rows.iter().zip(&mut self.bound).enumerate() {
            for (column, (number, bound)) in numbers.iter().zip(bound).enumerate() {
                if number != bound {
                    self.statement.raw_bind_parameter(row * COLUMNS + column + 1, number)?;
                    *bound = *number;
                }
            }
            self.statement.raw_bind_parameter((row + 1) * COLUMNS, note.as_deref())?;
        }
        self.statement.raw_execute()
    }
}

impl Pass<'_> {
    /// From here on entries that are surely new wait, and are written several at once.
    pub(in crate::store) fn write_together(&mut self) -> Result<(), StoreError> {
        let last: Option<i64> = self.one("SELECT max(id) FROM entry", [], |row| row.get(0))?.flatten();
        let day = last.map_or(i64::MIN, |id| Id(id).day());
        self.waiting = Some(Waiting { rows: Vec::new(), day });
        Ok(())
    }

    /// Writes the entries that wait: who reads entries must see them.
    pub(in crate::store) fn write_waiting(&mut self) -> Result<(), StoreError> {
        let Some(waiting) = self.waiting.as_mut().filter(|waiting| !waiting.rows.is_empty()) else {
            return Ok(());
        };
        let fail = |error| self.store.fail(error);
        let (slot, at_once) = match waiting.rows.len() == ROWS {
            true => (&mut self.insert_entries, ROWS),
            false => (&mut self.insert_entry, 1),
        };
        // No statement is taken back alone, so none needs to note what it did.
        let sql = || format!("INSERT OR ROLLBACK {INTO}{}", marks(at_once));
        let insert = Insert::prepared(slot, &self.store.db, at_once, sql).map_err(fail)?;
        for rows in waiting.rows.chunks(at_once) {
            insert.write(rows).map_err(fail)?;
        }
        waiting.rows.clear();
        Ok(())
    }

    pub(in crate::store) fn record_entry(&mut self, entry: Entry, change: i64) -> Result<(), StoreError> {
        self.check(&entry)?;
        let known = self.record_if_new(entry, change)?;
        let taken = |_| Err(self.store.fail(rusqlite::Error::StatementChangedRows(0)));
        known.map_or(Ok(()), taken)
    }

    /// Does an entry keep the rules?
    pub(in crate::store) fn allows(&self, entry: &Entry) -> bool {
        self.check(entry).is_ok()
    }

    fn check(&self, entry: &Entry) -> Result<(), RuleBroken> {
        match entry.check(|id| self.accounts.get(&id)) {
            Err(RuleBroken::AccountClosed { .. }) if self.merging => {
                let places = [entry.out.account, entry.arriving.account].into_iter().flatten();
                let opened: Vec<Account> = places
                    .filter_map(|id| self.accounts.get(&id))
                    .map(|account| Account { closed: false, ..account.clone() })
                    .collect();
                entry.check(|id| opened.iter().find(|account| account.id == id))
            }
            checked => checked,
        }
    }

    /// Records an entry that keeps the rules, unless another has its id: then it comes back.
    pub(in crate::store) fn record_if_new(
        &mut self,
        mut entry: Entry,
        change: i64,
    ) -> Result<Option<Entry>, StoreError> {
        if let Some(waiting) = self.waiting.as_mut().filter(|waiting| waiting.day < entry.id.day()) {
            waiting.day = entry.id.day();
            self.known.begin(waiting.day);
        }
        let has = self.known.has(entry.id);
        if has == Some(true) {
            return Ok(Some(entry));
        }
        let labels = Labels {
            category: self.label(entry.category.as_deref())?.unwrap_or(0),
            channel: self.label(entry.channel.as_deref())?.unwrap_or(0),
            unit_out: self.unit(&entry.out.unit, change)?,
            unit_in: self.unit(&entry.arriving.unit, change)?,
        };
        let payee = self.label(entry.payee.as_deref())?;
        let some = |id: i64| (id != 0).then_some(id);
        let seq = self.seq;
        let mut numbers = [
            Some(seq),
            Some(entry.id.0),
            Some(change),
            Some(entry.at.0),
            Some(kind_column(entry.kind)),
            entry.out.account.map(|a| a.0),
            entry.arriving.account.map(|a| a.0),
            Some(labels.unit_out),
            Some(labels.unit_in),
            Some(entry.out.amount),
            Some(entry.arriving.amount),
            Some(entry.fee),
            Some(entry.tax),
            some(labels.category),
            payee,
            some(labels.channel),
            expires_column(entry.expires),
            None,
        ];
        let [columns @ .., checksum] = &mut numbers;
        let number = |column: &Option<i64>| column.map_or(ValueRef::Null, ValueRef::Integer);
        let note = ValueRef::from(entry.note.as_deref());
        *checksum = checksum::of(columns.iter().map(number).chain([note]));
        let row = (numbers, entry.note.take());
        if let (Some(waiting), Some(false)) = (&mut self.waiting, has) {
            let is_long = row.1.as_ref().is_some_and(|note| note.len() > NOTE_LONG);
            waiting.rows.push(row);
            if waiting.rows.len() == ROWS || is_long {
                self.write_waiting()?;
            }
        } else {
            self.write_waiting()?;
            let fail = |error| self.store.fail(error);
            let sql = || format!("INSERT {INTO}{} ON CONFLICT (id) DO NOTHING", marks(1));
            let slot = &mut self.insert_if_new;
            let insert = Insert::prepared(slot, &self.store.db, 1, sql).map_err(fail)?;
            let row = [row];
            if insert.write(&row).map_err(fail)? == 0 {
                let [(_, note)] = row;
                return Ok(Some(Entry { note, ..entry }));
            }
        }
        self.seq += 1;
        self.known.add(entry.id, Known::new(&entry, seq, change));
        // Words can be as long as lines, and what is counted knows them by their numbers.
        (entry.category, entry.payee) = (None, None);
        entry.channel = entry.channel.map(|_| Default::default());
        self.count_new(entry, labels, seq)?;
        Ok(None)
    }

    pub(in crate::store) fn record_snapshot(
        &mut self,
        snapshot: &Snapshot,
        change: i64,
    ) -> Result<(), StoreError> {
        let account = self.account(snapshot.account)?;
        if account.closed && !self.merging {
            return Err(RuleBroken::AccountClosed { account: account.name }.into());
        }
        let seq = self.next_seq();
        let sql = "INSERT INTO snapshot (seq, id, change, at, account, balance, note, checksum)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let Snapshot { id, at, account, balance, note } = snapshot;
        self.insert_fact(sql, params![seq, id.0, change, at.0, account.0, balance, note])?;
        self.count_snapshot(Place { account: *account, at: *at, seq }, *balance, Counted::New)
    }

    /// The number of the entry of that id, if there is one, and whether it is the same as `wanted`,
    /// whatever the id of that, and counts.
    pub(in crate::store) fn recorded_entry(
        &mut self,
        id: Id,
        wanted: &Entry,
    ) -> Result<Option<(i64, bool)>, StoreError> {
        let known = if self.knows_day(id)? {
            self.known.entries.get(&id).copied()
        } else {
            self.write_waiting()?;
            self.one(&format!("{KNOWN} WHERE id = ?1"), [id.0], Known::of)?.map(|(_, known)| known)
        };
        let Some(known) = known else { return Ok(None) };
        Ok(Some((known.seq, known.is(wanted) && self.counts_or_was_edited(known.change)?)))
    }

    /// Is what the ledger has of the day of an id at hand?
    fn knows_day(&mut self, id: Id) -> Result<bool, StoreError> {
        self.known.asked += 1;
        if self.known.day == Some(id.day()) {
            return Ok(true);
        }
        if !self.known.is_worth_it() {
            return Ok(false);
        }
        self.write_waiting()?;
        self.known.entries.clear();
        let sql = format!("{KNOWN} WHERE id BETWEEN ?1 AND ?2 LIMIT {}", IDS_MAX + 1);
        let day = [id.day() << 48, id.day() << 48 | 0xffff_ffff_ffff];
        let entries = self.store.all(&sql, day, Known::of)?;
        self.known.read += entries.len();
        let is_whole = entries.len() <= IDS_MAX;
        self.known.day = Some(id.day()).filter(|_| is_whole);
        if is_whole {
            self.known.entries.extend(entries);
        }
        Ok(is_whole)
    }

    /// The number of the snapshot of that id, and whether it is the same as `wanted` and counts.
    pub(in crate::store) fn recorded_snapshot(
        &mut self,
        id: Id,
        wanted: &Snapshot,
    ) -> Result<Option<(i64, bool)>, StoreError> {
        let sql = "SELECT seq, change, at, account, balance, note FROM snapshot WHERE id = ?1";
        let found = self.one(sql, [id.0], |row| {
            let (at, account, balance) = (Moment(row.get(2)?), AccountId(row.get(3)?), row.get(4)?);
            let found = Snapshot { id: wanted.id, at, account, balance, note: row.get(5)? };
            Ok((row.get(0)?, row.get(1)?, found))
        })?;
        let Some((seq, change, found)) = found else { return Ok(None) };
        Ok(Some((seq, found == *wanted && self.counts_or_was_edited(change)?)))
    }
}
