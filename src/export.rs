//! Exports of the ledger: JSON Lines without loss, for jandon itself, and journals for bookkeeping
//! programs.
//!
//! The lines are in the order of recording, one fact a line. A line contains the name that the
//! account had when the fact was recorded, so a reader that goes from line to line always finds it.

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

/// An id: its key in the ledger, and its text in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The key in the ledger.
    pub id: Id,
    /// Sixteen hexadecimal digits, or the id in an imported file.
    pub text: String,
}

/// A record of the ledger, in the order of recording.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Record {
    /// A change begins.
    Change { name: Name, at: LocalDateTime, command: String },
    /// A unit is declared.
    Unit(Unit),
    /// An account is opened or edited.
    Account(Account),
    /// A rate is set.
    Rate { unit: Unit, rate: Rate, of: Unit, day: Day },
    /// An entry, and the text of its id.
    Entry(Box<Entry>, String),
    /// A snapshot, and the text of its id.
    Snapshot(Snapshot, String),
    /// A change is voided; if it is an undo itself, what it voided counts again.
    Void(Name),
}

/// Converts records to lines. Keeps accounts and voids in memory, but no entries.
#[derive(Default)]
pub struct JsonlWriter {
    versions: Versions,
    /// Changes without a line: imports that only group other changes, and their undos.
    silent: HashSet<Id>,
    change: Option<StartedChange>,
    lines: u64,
}

/// The change whose facts are being written.
struct StartedChange {
    name: Name,
    at: LocalDateTime,
    command: String,
    /// Whether its line is written, which happens with its first fact.
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

    /// Ends the change. References to a change without facts are skipped.
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
