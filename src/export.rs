//! The ledger as a file for others: for jandon itself, as lines of JSON that lose nothing, and for
//! bookkeeping programs, as a journal.
//!
//! The lines stand in the order of recording, one fact a line. A name in a line is the name that
//! the account had when the fact was recorded, so that whoever reads the lines in their order
//! always finds it.

mod beancount;
mod double_entry;
mod hledger;
mod journal;

pub use beancount::Beancount;
pub use hledger::Hledger;
pub use journal::{Journal, Opening, Price};

use crate::ledger::{Account, AccountId, Entry, Expires, Id, Snapshot, Stamp, Versions};
use crate::money::{Rate, Unit};
use crate::period::{Day, LocalDateTime};
use crate::text;
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The first line of every file.
pub const HEADER: &str = "{\"jandon\":1}\n";

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

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Line<'a> {
    Unit(UnitLine<'a>),
    Account(AccountLine<'a>),
    Rate(RateLine<'a>),
    Change(ChangeLine<'a>),
    Entry(EntryLine<'a>),
    Snapshot(SnapshotLine<'a>),
    Void(VoidLine<'a>),
}

#[derive(Serialize)]
struct UnitLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    code: &'a str,
    decimals: u8,
}

#[derive(Serialize)]
struct AccountLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
    kind: &'a str,
    unit: &'a Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_day: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    closed: bool,
}

#[derive(Serialize)]
struct RateLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    unit: &'a Unit,
    value: String,
    of: &'a Unit,
    date: Day,
}

#[derive(Serialize)]
struct ChangeLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    at: LocalDateTime,
    command: &'a str,
}

#[derive(Serialize)]
struct EntryLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    at: LocalDateTime,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_unit: Option<&'a Unit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    arriving: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_unit: Option<&'a Unit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payee: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct SnapshotLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'a str>,
    at: LocalDateTime,
    account: &'a str,
    balance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct VoidLine<'a> {
    change: &'a str,
    of: &'a str,
    at: LocalDateTime,
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
                let (id, command) = (Some(change.name.text.as_str()), change.command.as_str());
                text += &json(&Line::Change(ChangeLine { id, at: change.at, command }));
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
        let change = Some(begun.name.text.as_str());
        Some(match record {
            Record::Change { .. } => return None,
            Record::Unit(unit) => json(&Line::Unit(UnitLine { change, ..UnitLine::new(unit) })),
            Record::Account(account) => {
                let of = self.versions.current(account.id).map(|before| before.name.clone());
                self.versions.add(Stamp { at: begun.at, change: begun.name.id }, account.clone());
                json(&Line::Account(AccountLine { change, of: of.as_deref(), ..AccountLine::new(account) }))
            }
            Record::Rate { unit, rate, of, day } => {
                json(&Line::Rate(RateLine { change, ..RateLine::new(unit, *rate, of, *day) }))
            }
            Record::Entry(entry, id) => {
                let name = |id: Option<AccountId>| {
                    id.and_then(|id| self.versions.current(id)).map(|account| account.name.as_str())
                };
                let line = EntryLine::new(entry, name(entry.from.account), name(entry.to.account));
                json(&Line::Entry(EntryLine { id: Some(id), change, ..line }))
            }
            Record::Snapshot(snapshot, id) => {
                let account = self.versions.current(snapshot.account)?;
                let line = SnapshotLine::new(snapshot, &account.name, &account.unit);
                json(&Line::Snapshot(SnapshotLine { id: Some(id), change, ..line }))
            }
            Record::Void(of) => {
                self.versions.void(begun.name.id, of.id);
                if self.silent.contains(&of.id) {
                    return None;
                }
                let change = begun.name.text.as_str();
                json(&Line::Void(VoidLine { change, of: &of.text, at: begun.at }))
            }
        })
    }
}

impl<'a> UnitLine<'a> {
    fn new(unit: &'a Unit) -> UnitLine<'a> {
        UnitLine { change: None, code: &unit.code, decimals: unit.decimals }
    }
}

impl<'a> AccountLine<'a> {
    fn new(account: &'a Account) -> AccountLine<'a> {
        AccountLine {
            change: None,
            of: None,
            name: &account.name,
            platform: account.platform.as_deref(),
            kind: account.kind.as_str(),
            unit: &account.unit,
            limit: account.limit.map(|minor| account.unit.money(minor).to_plain_string()),
            bill_day: account.bill_day,
            note: account.note.as_deref(),
            closed: account.closed,
        }
    }
}

impl<'a> RateLine<'a> {
    fn new(unit: &'a Unit, rate: Rate, of: &'a Unit, date: Day) -> RateLine<'a> {
        RateLine { change: None, unit, value: rate.to_string(), of, date }
    }
}

impl<'a> SnapshotLine<'a> {
    fn new(snapshot: &'a Snapshot, account: &'a str, unit: &Unit) -> SnapshotLine<'a> {
        let balance = unit.money(snapshot.balance).to_plain_string();
        SnapshotLine {
            id: None,
            change: None,
            at: snapshot.at,
            account,
            balance,
            note: snapshot.note.as_deref(),
        }
    }
}

impl<'a> EntryLine<'a> {
    fn new(entry: &'a Entry, from: Option<&'a str>, to: Option<&'a str>) -> EntryLine<'a> {
        let (out_unit, in_unit) = (&entry.from.unit, &entry.to.unit);
        let two = out_unit != in_unit;
        let charge = |minor: i64| (minor != 0).then(|| out_unit.money(minor).to_plain_string());
        EntryLine {
            id: None,
            change: None,
            at: entry.at,
            kind: entry.kind.as_str(),
            from,
            out: (two || from.is_some()).then(|| out_unit.money(entry.from.amount).to_plain_string()),
            out_unit: (two && from.is_none()).then_some(out_unit),
            // Beside both amounts a fee of nothing need not be said, but what is withheld must be.
            fee: charge(entry.fee),
            tax: charge(entry.tax),
            to,
            arriving: (two || to.is_some()).then(|| in_unit.money(entry.to.amount).to_plain_string()),
            in_unit: (two && to.is_none()).then_some(in_unit),
            category: entry.category.as_deref(),
            payee: entry.payee.as_deref(),
            channel: entry.channel.as_deref(),
            expires: expires_text(entry.expires),
            note: entry.note.as_deref(),
        }
    }
}

/// The values of a line by key, without ids and the names that accounts had before.
pub struct Keys(Map<String, Value>);

impl std::fmt::Display for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).unwrap_or_default())
    }
}

impl Keys {
    /// Returns what a line says of an entry between places of those names.
    pub fn of_entry(entry: &Entry, from: Option<&str>, to: Option<&str>) -> Keys {
        Keys::of(&EntryLine::new(entry, from, to))
    }

    /// Returns what a line says of a snapshot of an account of that name and unit.
    pub fn of_snapshot(snapshot: &Snapshot, account: &str, unit: &Unit) -> Keys {
        Keys::of(&SnapshotLine::new(snapshot, account, unit))
    }

    /// Returns what a line says of an account.
    pub fn of_account(account: &Account) -> Keys {
        Keys::of(&AccountLine::new(account))
    }

    /// Returns what a line says of a rate.
    pub fn of_rate(unit: &Unit, rate: Rate, of: &Unit, day: Day) -> Keys {
        Keys::of(&RateLine::new(unit, rate, of, day))
    }

    /// Returns what a line says of a unit.
    pub fn of_unit(unit: &Unit) -> Keys {
        Keys::of(&UnitLine::new(unit))
    }

    /// Returns what a line says of a change.
    pub fn of_change(at: LocalDateTime, command: &str) -> Keys {
        Keys::of(&ChangeLine { id: None, at, command })
    }

    /// Returns what a line says of a void.
    pub fn of_void(of: &str) -> Keys {
        Keys(Map::from_iter([("of".to_string(), Value::from(of))]))
    }

    fn of(line: &impl Serialize) -> Keys {
        match serde_json::to_value(line) {
            Ok(Value::Object(keys)) => Keys(keys),
            _ => Keys(Map::new()),
        }
    }

    /// Returns what each of the two says that the other does not. What only one of them says is null
    /// in the other.
    pub fn differing(&self, other: &Keys) -> [Keys; 2] {
        let part = |one: &Keys, other: &Keys| {
            let all = one.0.keys().chain(other.0.keys());
            let differ = all.filter(|key| one.0.get(*key) != other.0.get(*key));
            Keys(differ.map(|key| (key.clone(), one.0.get(key).cloned().unwrap_or_default())).collect())
        };
        [part(self, other), part(other, self)]
    }

    /// Returns the texts by their keys, empty for null; nothing if there is a value of another kind.
    pub fn texts(&self) -> Vec<(String, String)> {
        let text = |(key, value): (&String, &Value)| {
            let text = if value.is_null() { "" } else { value.as_str()? };
            Some((key.clone(), text.to_string()))
        };
        self.0.iter().map(text).collect::<Option<_>>().unwrap_or_default()
    }
}

/// When something expires, as files write it.
fn expires_text(expires: Expires) -> Option<String> {
    match expires {
        Expires::Unknown => None,
        Expires::On(day) => Some(day.to_string()),
        Expires::Never => Some("never".into()),
    }
}

/// A line with its end.
fn json(line: &Line<'_>) -> String {
    // A value of text and whole numbers has no way to fail.
    let line = serde_json::to_string(line).unwrap_or_default();
    let escaped = match text::json_escaped(&line) {
        Cow::Borrowed(_) => line,
        Cow::Owned(escaped) => escaped,
    };
    escaped + "\n"
}
