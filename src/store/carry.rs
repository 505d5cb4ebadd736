//! The ledger as lines, out and in again. In, every line goes through the one door, within one
//! change that is undone as a whole; what the ledger knows already is not added twice.

use super::door::Pass;
use super::read::{ENTRY_COLUMNS, ENTRY_JOINS, entry_of};
use super::{Refusal, Store, StoreError};
use crate::export::{Name, Told};
use crate::import::{
    self, AccountLine, ChangeLine, Content, EntryLine, Line, RateLine, SnapshotLine, UnitLine, VoidLine,
    Wrong,
};
use crate::ledger::{Account, AccountId, AccountKind, Id, Snapshot, name};
use crate::money::{Rate, Unit};
use crate::period::{Day, Moment};
use rusqlite::params;
use std::collections::{HashMap, HashSet};

/// What became of the lines of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// Lines that hold something.
    pub read: u64,
    /// Lines that added something.
    pub new: u64,
    /// Lines that the ledger knew already.
    pub known: u64,
    /// Entries and snapshots among them that were undone, and not by the file: they do not count by
    /// being told again.
    pub undone: u64,
    /// The change that holds what is new.
    pub change: Option<Id>,
}

/// Why a file cannot be carried in.
#[derive(Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum CarryError {
    /// A line is wrong in itself, or refers to what is not there.
    Line { line: u64, what: Wrong },
    /// The ledger refuses a line.
    Refused { line: u64, error: StoreError },
}

impl Store {
    /// Tells everything that was recorded, in the order of recording, one thing at a time.
    pub fn each_told<E: From<StoreError>>(
        &self,
        each: &mut dyn FnMut(&Told) -> Result<(), E>,
    ) -> Result<(), E> {
        let fail = |error| E::from(self.fail(error));
        // Each table lies in this order already, so that the seven are merged and never sorted.
        let sql = "SELECT seq, 0 FROM change UNION ALL SELECT seq, 1 FROM unit
                   UNION ALL SELECT seq, 2 FROM account_version UNION ALL SELECT seq, 3 FROM rate
                   UNION ALL SELECT seq, 4 FROM entry UNION ALL SELECT seq, 5 FROM snapshot
                   UNION ALL SELECT seq, 6 FROM void ORDER BY 1";
        let mut statement = self.db.prepare(sql).map_err(fail)?;
        let mut rows = statement.query([]).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let (seq, table): (i64, i64) = row.get(0).and_then(|seq| Ok((seq, row.get(1)?))).map_err(fail)?;
            each(&self.told(seq, table)?)?;
        }
        Ok(())
    }

    fn told(&self, seq: i64, table: i64) -> Result<Told, StoreError> {
        let unit_at = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<Unit> {
            Ok(Unit { code: row.get::<_, String>(at)?.into(), decimals: row.get(at + 1)? })
        };
        let told = match table {
            0 => {
                let sql = "SELECT id, at, command FROM change WHERE seq = ?1";
                let row = self.maybe(sql, [seq], |row| {
                    Ok((Id(row.get(0)?), Moment(row.get(1)?), row.get::<_, String>(2)?))
                })?;
                match row {
                    Some((id, at, command)) => Some(Told::Change { name: self.name_of(id)?, at, command }),
                    None => None,
                }
            }
            1 => {
                let sql = "SELECT code, decimals FROM unit WHERE seq = ?1";
                self.maybe(sql, [seq], |row| unit_at(row, 0))?.map(Told::Unit)
            }
            2 => {
                let sql = "SELECT v.account, v.name, v.platform, v.kind, u.code, u.decimals, v.limit_amount,
                                  v.bill_day, v.note, v.closed
                           FROM account_version v JOIN unit u ON u.seq = v.unit WHERE v.seq = ?1";
                let account = self.maybe(sql, [seq], |row| {
                    let kind: String = row.get(3)?;
                    Ok(Account {
                        id: AccountId(row.get(0)?),
                        name: row.get(1)?,
                        platform: row.get(2)?,
                        kind: AccountKind::parse(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
                        unit: unit_at(row, 4)?,
                        limit: row.get(6)?,
                        bill_day: row.get(7)?,
                        note: row.get(8)?,
                        closed: row.get(9)?,
                    })
                })?;
                account.map(Told::Account)
            }
            3 => {
                let sql = "SELECT u.code, u.decimals, o.code, o.decimals, r.value, r.day FROM rate r
                           JOIN unit u ON u.seq = r.unit JOIN unit o ON o.seq = r.of WHERE r.seq = ?1";
                self.maybe(sql, [seq], |row| {
                    let value: String = row.get(4)?;
                    let rate = Rate::parse(&value).map_err(|_| rusqlite::Error::InvalidQuery)?;
                    Ok(Told::Rate {
                        unit: unit_at(row, 0)?,
                        rate,
                        of: unit_at(row, 2)?,
                        day: Day(row.get(5)?),
                    })
                })?
            }
            4 => {
                let sql = format!("SELECT {ENTRY_COLUMNS} FROM entry e {ENTRY_JOINS} WHERE e.seq = ?1");
                match self.maybe(&sql, [seq], entry_of)? {
                    Some((_, entry, _)) => {
                        let text = self.name_of(entry.id)?.text;
                        Some(Told::Entry(Box::new(entry), text))
                    }
                    None => None,
                }
            }
            5 => match self.snapshot_where("seq", seq)? {
                Some(snapshot) => {
                    let text = self.name_of(snapshot.id)?.text;
                    Some(Told::Snapshot(snapshot, text))
                }
                None => None,
            },
            _ => {
                let sql = "SELECT c.id FROM void v JOIN change c ON c.seq = v.of WHERE v.seq = ?1";
                match self.maybe(sql, [seq], |row| Ok(Id(row.get(0)?)))? {
                    Some(id) => Some(Told::Void(self.name_of(id)?)),
                    None => None,
                }
            }
        };
        told.ok_or_else(|| StoreError::Damaged(self.path.clone(), format!("no fact {seq}")))
    }

    fn snapshot_where(&self, column: &str, value: i64) -> Result<Option<Snapshot>, StoreError> {
        let sql = format!("SELECT id, at, account, balance, note FROM snapshot WHERE {column} = ?1");
        self.maybe(&sql, [value], |row| {
            Ok(Snapshot {
                id: Id(row.get(0)?),
                at: Moment(row.get(1)?),
                account: AccountId(row.get(2)?),
                balance: row.get(3)?,
                note: row.get(4)?,
            })
        })
    }

    /// An id as files write it.
    fn name_of(&self, id: Id) -> Result<Name, StoreError> {
        let text = self.maybe("SELECT text FROM foreign_id WHERE id = ?1", [id.0], |row| row.get(0))?;
        Ok(Name { id, text: text.unwrap_or_else(|| id.to_string()) })
    }

    /// Carries the lines of one file or several in, within the transaction, as one change of that id. `unit_of` knows units
    /// that the ledger does not use yet. After an error nothing of it may be kept.
    pub fn carry<E: From<StoreError> + From<CarryError>>(
        &self,
        id: Id,
        at: Moment,
        lines: impl Iterator<Item = Result<(u64, Line), E>>,
        unit_of: &dyn Fn(&str) -> Option<Unit>,
    ) -> Result<Carried, E> {
        let pass = Pass::new(self)?;
        let mut carry = Carry {
            first: pass.next(),
            pass,
            id,
            at,
            unit_of,
            carried: Carried::default(),
            group: None,
            loose: None,
            latest: None,
            loose_count: 0,
            awaited: HashMap::new(),
            looked_up: None,
            voids: Vec::new(),
            voiding: None,
            undone: HashMap::new(),
            here: HashSet::new(),
            aliases: HashMap::new(),
            names: HashMap::new(),
            matched: Matched::default(),
            repeats: HashMap::new(),
        };
        for read in lines {
            let (number, line) = read?;
            if matches!(&line, Line::NextFile) {
                carry.begin_file::<E>()?;
                continue;
            }
            carry.carried.read += 1;
            let voids = matches!(&line, Line::Void(_));
            if !voids {
                carry.void_awaited::<E>()?;
            }
            carry.line(number, line).map_err(|error| error.at::<E>(number))?;
        }
        carry.void_awaited::<E>()?;
        carry.begin_awaited()?;
        carry.pass.settle()?;
        let mut carried = carry.carried;
        carried.known = carried.read - carried.new;
        carried.undone = carry.undone.values().sum();
        carried.change = carry.group.map(|_| id);
        Ok(carried)
    }
}

/// What goes wrong with a line, before its number is known.
enum Fault {
    Wrong(Wrong),
    Store(StoreError),
}

impl Fault {
    fn at<E: From<StoreError> + From<CarryError>>(self, line: u64) -> E {
        match self {
            Fault::Wrong(what) => CarryError::Line { line, what }.into(),
            Fault::Store(error @ (StoreError::Rule(_) | StoreError::Refused(_))) => {
                CarryError::Refused { line, error }.into()
            }
            Fault::Store(error) => error.into(),
        }
    }
}

impl From<Wrong> for Fault {
    fn from(what: Wrong) -> Fault {
        Fault::Wrong(what)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Store(error)
    }
}

/// A change of the file whose first new fact has not come yet.
struct Awaited {
    /// Its line among those of the changes.
    order: usize,
    at: Moment,
    command: String,
}

/// Facts of the ledger that lines without an id were found to be, by their numbers.
#[derive(Default)]
struct Matched(Vec<u64>);

impl Matched {
    fn has(&self, seq: i64) -> bool {
        self.0.get(seq as usize / 64).is_some_and(|word| word >> (seq % 64) & 1 == 1)
    }

    fn add(&mut self, seq: i64) {
        let word = seq as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (seq % 64);
    }
}

/// So often may a line repeat before it is remembered how often it did.
const REPEATS: u64 = 8;

/// The state of one import.
struct Carry<'s> {
    pass: Pass<'s>,
    /// What has this number or a higher one came with this import.
    first: i64,
    id: Id,
    at: Moment,
    unit_of: &'s dyn Fn(&str) -> Option<Unit>,
    carried: Carried,
    /// The import's own change, once there is something new.
    group: Option<i64>,
    /// The change of the latest facts that name none.
    loose: Option<i64>,
    /// The change that was begun last: only it can take facts.
    latest: Option<i64>,
    loose_count: u64,
    awaited: HashMap<Id, Awaited>,
    /// The change that was looked up last.
    looked_up: Option<(Id, i64)>,
    /// Voids of one change, which are made together: their line, what they void, and that change.
    voids: Vec<(u64, Id, i64)>,
    /// The change of those voids, as the file writes it.
    voiding: Option<String>,
    /// How many known facts of each change do not count, though the file has not voided it yet.
    undone: HashMap<i64, u64>,
    /// The accounts that the file speaks of.
    here: HashSet<AccountId>,
    /// What the file calls an account that the ledger calls otherwise by now.
    aliases: HashMap<String, AccountId>,
    /// Names that were looked up since accounts last changed.
    names: HashMap<String, AccountId>,
    matched: Matched,
    /// How often a content came without an id, where it came often.
    repeats: HashMap<Content, u64>,
}

impl Carry<'_> {
    fn line(&mut self, number: u64, line: Line) -> Result<(), Fault> {
        let new = match line {
            Line::Unit(line) => self.unit_line(&line)?,
            Line::Account(line) => self.account_line(&line)?,
            Line::Rate(line) => self.rate_line(&line)?,
            Line::Change(line) => self.change_line(&line)?,
            Line::Entry(line) => self.entry_line(&line)?,
            Line::Snapshot(line) => self.snapshot_line(&line)?,
            Line::Void(line) => self.void_line(number, &line)?,
            Line::NextFile => false,
        };
        self.carried.new += u64::from(new);
        Ok(())
    }

    /// Another file begins: what the one before called an account means nothing in it, its lines are
    /// counted anew, and what came along so far was there.
    fn begin_file<E: From<StoreError> + From<CarryError>>(&mut self) -> Result<(), E> {
        self.void_awaited::<E>()?;
        self.begin_awaited()?;
        self.pass.settle()?;
        self.first = self.pass.next();
        self.voiding = None;
        self.here.clear();
        self.aliases.clear();
        self.names.clear();
        self.matched = Matched::default();
        self.repeats.clear();
        Ok(())
    }

    /// The key of an id as a file writes it.
    fn key(&mut self, text: &str) -> Result<Id, Fault> {
        if let Some(id) = import::own_id(text) {
            return Ok(id);
        }
        if text.is_empty() {
            let (key, wanted) = ("id", "an id that is not empty");
            return Err(Wrong::Value { key, text: String::new(), wanted }.into());
        }
        let sql = "SELECT id FROM foreign_id WHERE text = ?1";
        if let Some(id) = self.pass.one(sql, [text], |row| row.get(0))? {
            return Ok(Id(id));
        }
        for number in 0.. {
            let id = Id::new(Moment(0), Content::of(text).hash(number));
            let sql = "SELECT 1 WHERE ?1 IN (SELECT id FROM foreign_id WHERE id = ?1
                       UNION ALL SELECT id FROM entry WHERE id = ?1 UNION ALL SELECT id FROM snapshot WHERE id = ?1
                       UNION ALL SELECT id FROM change WHERE id = ?1)";
            if self.pass.one(sql, [id.0], |_| Ok(()))?.is_none() {
                let sql = "INSERT INTO foreign_id (id, text) VALUES (?1, ?2)";
                self.pass.execute(sql, params![id.0, text])?;
                return Ok(id);
            }
        }
        Err(Wrong::UnknownChange(text.into()).into())
    }

    /// The number of a change of the ledger, or of one that this import began.
    fn change_of(&mut self, id: Id) -> Result<Option<i64>, StoreError> {
        if let Some((_, seq)) = self.looked_up.filter(|(known, _)| *known == id) {
            return Ok(Some(seq));
        }
        let seq = self.pass.one("SELECT seq FROM change WHERE id = ?1", [id.0], |row| row.get(0))?;
        self.looked_up = seq.map(|seq| (id, seq));
        Ok(seq)
    }

    /// Was that change in the ledger before this import? Then what belongs to it is known.
    fn was_there(&mut self, change: Option<&str>) -> Result<Option<i64>, Fault> {
        let Some(text) = change else { return Ok(None) };
        let id = self.key(text)?;
        if self.awaited.contains_key(&id) {
            return Ok(None);
        }
        let seq = self.change_of(id)?.ok_or_else(|| Wrong::UnknownChange(text.into()))?;
        Ok(Some(seq).filter(|seq| *seq < self.first))
    }

    /// The change that a new fact belongs to, begun where it was not.
    fn home(&mut self, change: Option<&str>) -> Result<i64, Fault> {
        let Some(text) = change else { return Ok(self.home_of_loose()?) };
        let id = self.key(text)?;
        if let Some(awaited) = self.awaited.remove(&id) {
            return Ok(self.begin(id, &awaited)?);
        }
        match self.change_of(id)? {
            Some(seq) if self.latest == Some(seq) => Ok(seq),
            Some(_) => Err(Wrong::ChangeIsOver(text.into()).into()),
            None => Err(Wrong::UnknownChange(text.into()).into()),
        }
    }

    fn home_of_loose(&mut self) -> Result<i64, StoreError> {
        if let Some(seq) = self.loose.filter(|seq| self.latest == Some(*seq)) {
            return Ok(seq);
        }
        // The import's own change takes them, as long as no other has begun.
        let seq = if self.group.is_none() {
            self.group()?
        } else {
            self.loose_count += 1;
            let id = Id::new(self.at, Content::of(&self.id.to_string()).hash(self.loose_count));
            let at = self.at;
            self.begin(id, &Awaited { order: 0, at, command: "import".into() })?
        };
        (self.loose, self.latest) = (Some(seq), Some(seq));
        Ok(seq)
    }

    fn group(&mut self) -> Result<i64, StoreError> {
        if let Some(seq) = self.group {
            return Ok(seq);
        }
        let seq = self.pass.change(self.id, self.at, "import", None)?;
        self.group = Some(seq);
        self.latest = Some(seq);
        Ok(seq)
    }

    fn begin(&mut self, id: Id, awaited: &Awaited) -> Result<i64, StoreError> {
        let group = self.group()?;
        let seq = self.pass.change(id, awaited.at, &awaited.command, Some(group))?;
        self.looked_up = Some((id, seq));
        self.latest = Some(seq);
        Ok(seq)
    }

    /// Changes that came without a fact are kept all the same.
    fn begin_awaited(&mut self) -> Result<(), StoreError> {
        let mut awaited: Vec<(Id, Awaited)> = std::mem::take(&mut self.awaited).into_iter().collect();
        awaited.sort_by_key(|(_, awaited)| awaited.order);
        for (id, awaited) in awaited {
            self.begin(id, &awaited)?;
        }
        Ok(())
    }

    fn unit(&self, code: &str) -> Result<Unit, Fault> {
        let own = self.pass.units.keys().find(|unit| *unit.code == *code).cloned();
        let found = own.or_else(|| Unit::currency(code).filter(|unit| *unit.code == *code));
        let found = found.or_else(|| (self.unit_of)(code));
        found.ok_or_else(|| Wrong::UnknownUnit(code.into()).into())
    }

    fn unit_line(&mut self, line: &UnitLine) -> Result<bool, Fault> {
        let unit = line.unit()?;
        if self.was_there(line.change.as_deref())?.is_some() {
            return Ok(false);
        }
        if self.pass.units.contains_key(&unit) {
            return Ok(false);
        }
        if let Some(other) = Unit::currency(&unit.code).filter(|other| *other != unit) {
            let error = Refusal::UnitDiffers { unit: other, wanted: unit.decimals };
            return Err(StoreError::from(error).into());
        }
        let change = self.home(line.change.as_deref())?;
        self.pass.unit(&unit, change)?;
        Ok(true)
    }

    fn account_line(&mut self, line: &AccountLine) -> Result<bool, Fault> {
        let folded = name::folded(&line.name);
        if let Some(change) = self.was_there(line.change.as_deref())? {
            let sql = "SELECT account FROM account_version WHERE change = ?1 AND name = ?2";
            let account: Option<i64> = self.pass.one(sql, params![change, line.name], |row| row.get(0))?;
            if let Some(account) = account {
                self.calls(folded, AccountId(account));
            }
            return Ok(false);
        }
        let unit = self.unit(&line.unit)?;
        // What edits read is settled first: an account without facts may change its nature.
        self.pass.settle()?;
        if let Some(of) = &line.of {
            let id = self.account_named(of).map_err(|_| Wrong::UnknownAccount(of.clone()))?;
            let account = line.account(id, unit)?;
            if line.change.is_none() {
                let same = self.pass.accounts.get(&id) == Some(&account);
                if same || self.had(&account, Some(id))?.is_some() {
                    self.calls(folded, id);
                    return Ok(false);
                }
            }
            let change = self.home(line.change.as_deref())?;
            self.pass.edit(&account, change)?;
            self.calls(folded, id);
            return Ok(true);
        }
        let account = line.account(AccountId(0), unit)?;
        let live = self.pass.accounts.values().find(|a| name::folded(&a.name) == folded).cloned();
        if let Some(live) = live {
            let agrees = live.kind == account.kind
                && live.unit == account.unit
                && (account.platform.is_none() || live.platform == account.platform)
                && (account.limit.is_none() || live.limit == account.limit)
                && (account.bill_day.is_none() || live.bill_day == account.bill_day)
                && (account.note.is_none() || live.note == account.note)
                && (!account.closed || live.closed);
            if agrees {
                self.calls(folded, live.id);
                return Ok(false);
            }
        }
        if line.change.is_none()
            && let Some(id) = self.had(&account, None)?
        {
            self.calls(folded, id);
            return Ok(false);
        }
        if self.pass.accounts.values().any(|a| name::folded(&a.name) == folded) {
            return Err(Wrong::AccountDiffers(line.name.clone()).into());
        }
        let change = self.home(line.change.as_deref())?;
        let id = self.pass.open(&account, change)?;
        self.calls(folded, id);
        Ok(true)
    }

    /// The account that stands exactly so, or stood so once.
    fn had(&self, account: &Account, id: Option<AccountId>) -> Result<Option<AccountId>, StoreError> {
        let Some(unit) = self.pass.units.get(&account.unit) else { return Ok(None) };
        let sql = "SELECT v.account FROM account_version v JOIN change c ON c.seq = v.change
                   WHERE v.name = ?1 AND v.platform IS ?2 AND v.kind = ?3 AND v.unit = ?4 AND v.limit_amount IS ?5
                     AND v.bill_day IS ?6 AND v.note IS ?7 AND v.closed = ?8 AND v.account = ifnull(?9, v.account)
                     AND c.seq NOT IN (SELECT change FROM voided)
                   ORDER BY v.seq DESC LIMIT 1";
        let values = params![
            account.name,
            account.platform,
            account.kind.word(),
            unit,
            account.limit,
            account.bill_day,
            account.note,
            account.closed,
            id.map(|id| id.0)
        ];
        Ok(self.pass.one(sql, values, |row| row.get(0))?.map(AccountId))
    }

    /// From here on the file calls that account so.
    fn calls(&mut self, folded: String, id: AccountId) {
        self.here.insert(id);
        self.aliases.insert(folded, id);
        self.names.clear();
    }

    /// The account that a name means at this place of the file: one that the file spoke of, by its
    /// present name or an earlier one, else one of the ledger.
    fn account_named(&mut self, text: &str) -> Result<AccountId, Wrong> {
        if let Some(id) = self.names.get(text) {
            return Ok(*id);
        }
        let folded = name::folded(text);
        let live = self.pass.accounts.values().find(|a| name::folded(&a.name) == folded).map(|a| a.id);
        let alias = self.aliases.get(&folded).copied().filter(|id| self.pass.accounts.contains_key(id));
        let found = live.filter(|id| self.here.contains(id)).or(alias).or(live);
        let id = found.ok_or_else(|| Wrong::UnknownAccount(text.into()))?;
        self.names.insert(text.into(), id);
        Ok(id)
    }

    /// An account by its name, and its unit.
    fn place(&mut self, text: Option<&str>) -> Result<Option<(AccountId, Unit)>, Fault> {
        let Some(text) = text else { return Ok(None) };
        let id = self.account_named(text)?;
        Ok(self.pass.accounts.get(&id).map(|account| (id, account.unit.clone())))
    }

    fn rate_line(&mut self, line: &RateLine) -> Result<bool, Fault> {
        let (rate, day) = line.rate()?;
        if self.was_there(line.change.as_deref())?.is_some() {
            return Ok(false);
        }
        let (unit, of) = (self.unit(&line.unit)?, self.unit(&line.of)?);
        let numbers = (self.pass.units.get(&unit).copied(), self.pass.units.get(&of).copied());
        if let ((Some(unit), Some(of)), None) = (numbers, &line.change) {
            let sql = "SELECT 1 FROM rate r JOIN change c ON c.seq = r.change
                       WHERE r.unit = ?1 AND r.of = ?2 AND r.day = ?3 AND r.value = ?4
                         AND c.seq NOT IN (SELECT change FROM voided)";
            let values = params![unit, of, day.0, rate.to_string()];
            if self.pass.one(sql, values, |_| Ok(()))?.is_some() {
                return Ok(false);
            }
        }
        let change = self.home(line.change.as_deref())?;
        self.pass.rate(&unit, rate, &of, day, change)?;
        Ok(true)
    }

    fn change_line(&mut self, line: &ChangeLine) -> Result<bool, Fault> {
        let (id, at) = (self.key(&line.id)?, import::moment(&line.at)?);
        if line.command.trim().is_empty() {
            let (key, wanted) = ("command", "the word of a command");
            return Err(Wrong::Value { key, text: line.command.clone(), wanted }.into());
        }
        if self.awaited.contains_key(&id) || self.change_of(id)?.is_some() {
            return Ok(false);
        }
        let order = self.carried.read as usize;
        self.awaited.insert(id, Awaited { order, at, command: line.command.clone() });
        Ok(true)
    }

    fn entry_line(&mut self, line: &EntryLine) -> Result<bool, Fault> {
        let id = line.id.as_deref().map(|text| self.key(text)).transpose()?;
        if let Some(id) = id
            && self.is_known("entry", id)?
        {
            return Ok(false);
        }
        if let (Some(_), Some(_), Some(change)) = (self.was_there(line.change.as_deref())?, id, &line.change)
        {
            return Err(Wrong::ChangeIsOver(change.clone()).into());
        }
        let (from, to) = (self.place(line.from.as_deref())?, self.place(line.to.as_deref())?);
        let said = |code: &Option<String>| code.as_deref().map(|code| self.unit(code)).transpose();
        let outside = [said(&line.out_unit)?, said(&line.in_unit)?];
        for (key, place, said) in [("out_unit", &from, &outside[0]), ("in_unit", &to, &outside[1])] {
            if let (Some((_, unit)), Some(said)) = (place, said)
                && unit != said
            {
                let (text, wanted) = (said.code.to_string(), "the unit of the account");
                return Err(Wrong::Value { key, text, wanted }.into());
            }
        }
        let mut entry = line.entry(from, to, outside)?;
        let id = match id {
            Some(id) => Some(id),
            None => {
                let content = line.content(&entry);
                // Most lines of most files are new, which the door finds out by itself.
                let loose = self.loose.filter(|_| self.loose == self.latest && line.change.is_none());
                if let Some(change) = loose.filter(|_| self.repeats.is_empty()) {
                    entry.id = Id::new(entry.at, content.hash(1));
                    if self.pass.record_if_new(&entry, change)? {
                        return Ok(true);
                    }
                }
                self.made_id(content, entry.at, |carry, id| carry.pass.recorded_entry(id, &entry))?
            }
        };
        let Some(id) = id else { return Ok(false) };
        entry.id = id;
        let change = self.home(line.change.as_deref())?;
        self.pass.record_entry(&entry, change)?;
        Ok(true)
    }

    fn snapshot_line(&mut self, line: &SnapshotLine) -> Result<bool, Fault> {
        let id = line.id.as_deref().map(|text| self.key(text)).transpose()?;
        if let Some(id) = id
            && self.is_known("snapshot", id)?
        {
            return Ok(false);
        }
        if let (Some(_), Some(_), Some(change)) = (self.was_there(line.change.as_deref())?, id, &line.change)
        {
            return Err(Wrong::ChangeIsOver(change.clone()).into());
        }
        let account = self.account_named(&line.account)?;
        let unit = self.pass.account(account)?.unit;
        let mut snapshot = line.snapshot(account, &unit)?;
        let id = match id {
            Some(id) => Some(id),
            None => {
                let content = line.content(&snapshot);
                let recorded = |carry: &mut Self, id| carry.pass.recorded_snapshot(id, &snapshot);
                self.made_id(content, snapshot.at, recorded)?
            }
        };
        let Some(id) = id else { return Ok(false) };
        snapshot.id = id;
        let change = self.home(line.change.as_deref())?;
        self.pass.record_snapshot(&snapshot, change)?;
        Ok(true)
    }

    /// Is a fact of that id in the ledger? How many of the file's are there but undone is noted.
    fn is_known(&mut self, table: &str, id: Id) -> Result<bool, StoreError> {
        let sql = format!("SELECT change FROM {table} WHERE id = ?1");
        let Some(change) = self.pass.one(&sql, [id.0], |row| row.get(0))? else { return Ok(false) };
        if !self.pass.counts(change)? {
            *self.undone.entry(change).or_default() += 1;
        }
        Ok(true)
    }

    /// An id for a line without one, made from its content and how often it came before; none
    /// where the ledger knows it. `recorded` finds what has an id: its number, and whether it is
    /// the same thing and counts.
    fn made_id(
        &mut self,
        content: Content,
        at: Moment,
        recorded: impl Fn(&mut Self, Id) -> Result<Option<(i64, bool)>, StoreError>,
    ) -> Result<Option<Id>, Fault> {
        let often = |carry: &Self| carry.repeats.get(&content).copied();
        let mut number = if self.repeats.is_empty() { 1 } else { often(self).map_or(1, |n| n + 1) };
        let id = loop {
            let id = Id::new(at, content.hash(number));
            match recorded(self, id)? {
                None => break Some(id),
                Some((_, false)) => number += 1 << 32,
                // Another line of this file is that one already.
                Some((seq, true)) if seq >= self.first || self.matched.has(seq) => {
                    number = (number & u64::from(u32::MAX)) + 1;
                }
                Some((seq, true)) => {
                    self.matched.add(seq);
                    break None;
                }
            }
        };
        let count = number & u64::from(u32::MAX);
        if count >= REPEATS {
            self.repeats.insert(content, count);
        }
        Ok(id)
    }

    fn void_line(&mut self, number: u64, line: &VoidLine) -> Result<bool, Fault> {
        if line.change.is_none() || line.change != self.voiding {
            self.void_together()?;
        }
        self.voiding = line.change.clone();
        let (of, at) = (self.key(&line.of)?, import::moment(&line.at)?);
        if !self.undone.is_empty()
            && let Some(change) =
                self.pass.one("SELECT seq FROM change WHERE id = ?1", [of.0], |row| row.get(0))?
        {
            self.undone.remove(&change);
        }
        if self.was_there(line.change.as_deref())?.is_some() {
            return Ok(false);
        }
        let target: Option<(i64, bool, bool)> = self.pass.one(
            "SELECT seq, seq IN (SELECT change FROM voided), seq IN (SELECT change FROM void) FROM change
             WHERE id = ?1",
            [of.0],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let (_, voided, undo) = target.ok_or_else(|| Wrong::UnknownChange(line.of.clone()))?;
        let change = match &line.change {
            Some(text) => {
                // A change that is void already stays so, whoever voided it.
                if voided {
                    return Ok(false);
                }
                self.home(Some(text))?
            }
            None => {
                let id = Id::new(at, Content::of("void").text(&line.of).hash(at.0 as u64));
                let sql = "SELECT 1 FROM change WHERE id = ?1";
                if voided || self.pass.one(sql, [id.0], |_| Ok(()))?.is_some() {
                    return Ok(false);
                }
                let command = if undo { "redo" } else { "undo" }.to_string();
                self.begin(id, &Awaited { order: 0, at, command })?
            }
        };
        self.voids.push((number, of, change));
        Ok(true)
    }

    fn void_awaited<E: From<StoreError> + From<CarryError>>(&mut self) -> Result<(), E> {
        let line = self.voids.first().map_or(0, |(line, _, _)| *line);
        self.void_together().map_err(|error| Fault::from(error).at(line))
    }

    /// What one change voids is voided together, as it was.
    fn void_together(&mut self) -> Result<(), StoreError> {
        let voids = std::mem::take(&mut self.voids);
        let Some((_, _, change)) = voids.first() else { return Ok(()) };
        let ids: Vec<Id> = voids.iter().map(|(_, of, _)| *of).collect();
        self.pass.settle()?;
        self.pass.void(&ids, *change)?;
        self.pass.settle()?;
        self.names.clear();
        Ok(())
    }
}
