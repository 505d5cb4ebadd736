//! The ledger as a file for others: for jandon itself, as lines of JSON that lose nothing, and for
//! bookkeeping programs, as a journal.
//!
//! The lines stand in the order of recording, one fact a line. A name in a line is the name that
//! the account had when the fact was recorded, so that a reader of
//! the lines in their order always finds it.

mod beancount;
mod double_entry;
mod hledger;
mod journal;

pub use crate::jsonl::{HEADER, Keys};
pub use beancount::Beancount;
pub use hledger::Hledger;
pub use journal::{Journal, Opening, Price};

use crate::jsonl::{AccountLine, ChangeLine, EntryLine, Line, RateLine, SnapshotLine, UnitLine, VoidLine};
use crate::ledger::{Account, AccountId, Entry, Id, Snapshot, Stamp, Versions};
use crate::money::{Rate, Unit};
use crate::period::{Day, LocalDateTime};
use std::collections::HashSet;

/// An id: its key, and the text that stands for it in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The key in the ledger.
    pub id: Id,
    /// Sixteen hexadecimal digits, or what a file called it.
    pub text: String,
}

/// Something that the ledger tells, in the order of recording.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Record {
    /// A change begins.
    Change { name: Name, at: LocalDateTime, command: String },
    /// A unit comes into use.
    Unit(Unit),
    /// An account is opened, or stands otherwise from now on.
    Account(Account),
    /// What a unit was worth from a day on.
    Rate { unit: Unit, rate: Rate, of: Unit, day: Day },
    /// A dated event, and the text of its id.
    Entry(Box<Entry>, String),
    /// A balance seen, and the text of its id.
    Snapshot(Snapshot, String),
    /// A change no longer counts, or, where it is an undo, what it voided counts again.
    Void(Name),
}

/// Turns what the ledger tells into lines. It remembers accounts and voids, never entries.
#[derive(Default)]
pub struct JsonlWriter {
    versions: Versions,
    /// Changes without a line: imports that only held others together, and their undoing.
    silent: HashSet<Id>,
    change: Option<StartedChange>,
    lines: u64,
}

/// The change whose facts are written now.
struct StartedChange {
    name: Name,
    at: LocalDateTime,
    command: String,
    /// Its line is written with its first fact.
    written: bool,
}

impl JsonlWriter {
    /// Number of facts written.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Returns the lines of the next record, each with its line end; empty if it needs none.
    pub fn write(&mut self, record: &Record) -> String {
        let mut text = String::new();
        if let Record::Change { name, at, command } = record {
            self.end();
            self.change =
                Some(StartedChange { name: name.clone(), at: *at, command: command.clone(), written: false });
            return text;
        }
        let Some(mut change) = self.change.take() else { return text };
        if let Some(line) = self.line(record, &change) {
            if !change.written {
                change.written = true;
                let line = ChangeLine::new(Some(&change.name.text), change.at, &change.command);
                text += &Line::Change(line).to_json();
                self.lines += 1;
            }
            text += &line;
            self.lines += 1;
        }
        self.change = Some(change);
        text
    }

    /// The change is over. One that had nothing to say is passed over by what refers to it.
    fn end(&mut self) {
        if let Some(change) = self.change.take()
            && !change.written
        {
            self.silent.insert(change.name.id);
        }
    }

    fn line(&mut self, record: &Record, begun: &StartedChange) -> Option<String> {
        let change = begun.name.text.as_str();
        let line = match record {
            Record::Change { .. } => return None,
            Record::Unit(unit) => Line::Unit(UnitLine { change: Some(change.into()), ..UnitLine::new(unit) }),
            Record::Account(account) => {
                let of = self.versions.current(account.id).map(|before| before.name.clone());
                self.versions.add(Stamp { at: begun.at, change: begun.name.id }, account.clone());
                Line::Account(AccountLine { change: Some(change.into()), of, ..AccountLine::new(account) })
            }
            Record::Rate { unit, rate, of, day } => {
                Line::Rate(RateLine { change: Some(change.into()), ..RateLine::new(unit, *rate, of, *day) })
            }
            Record::Entry(entry, id) => {
                let name = |id: Option<AccountId>| {
                    id.and_then(|id| self.versions.current(id)).map(|account| account.name.as_str())
                };
                let line = EntryLine::new(entry, name(entry.from.account), name(entry.to.account));
                Line::Entry(EntryLine { id: Some(id.into()), change: Some(change.into()), ..line })
            }
            Record::Snapshot(snapshot, id) => {
                let account = self.versions.current(snapshot.account)?;
                let line = SnapshotLine::new(snapshot, &account.name, &account.unit);
                Line::Snapshot(SnapshotLine { id: Some(id.into()), change: Some(change.into()), ..line })
            }
            Record::Void(of) => {
                self.versions.void(begun.name.id, of.id);
                if self.silent.contains(&of.id) {
                    return None;
                }
                Line::Void(VoidLine {
                    change: Some(change.into()),
                    of: of.text.clone(),
                    at: begun.at.to_string(),
                })
            }
        };
        Some(line.to_json())
    }
}
