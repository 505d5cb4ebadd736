//! Imports lines within one change, which is undone as a whole. What the ledger has already is not
//! added twice.
//!
//! Two ledgers that import each other's files hold the same facts, whatever the order, with one
//! exception: facts of one account in one second keep the order in which each ledger recorded them.

mod existing;
mod line;
mod statement;

use super::sql::LAST_MOMENT;
use super::writer::Writer;
use super::{Refusal, Store, StoreError};
use crate::import::{self, Content, Line, LineError};
use crate::ledger::{Account, AccountId, Entry, Id, RuleViolation, Stamp, Versions, name};
use crate::money::Unit;
use crate::period::LocalDateTime;
use rusqlite::params;
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

pub use statement::{NearbyEntry, RowMatch};

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Lines that hold something.
    pub read: u64,
    /// Lines that added something.
    pub new: u64,
    /// Lines that the ledger knew already.
    pub known: u64,
    /// Entries and snapshots among them that were undone here, and not by the file: they stay undone.
    pub undone: u64,
    /// For each file of lines, how many were read and how many were new.
    pub files: Vec<(u64, u64)>,
    /// The change that holds what is new.
    pub change: Option<Id>,
    /// Accounts that were closed in one ledger while another one used them, with their balances.
    pub closed: Vec<(Account, i64)>,
    /// Accounts that a new fact can leave below zero, with the moment of the earliest such fact.
    pub taken_from: Vec<(Account, LocalDateTime)>,
}

/// Why a file cannot be imported.
#[derive(Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum ImportError {
    /// A line is wrong in itself, or refers to what is not there.
    Line { line: u64, what: LineError },
    /// The ledger refuses a line.
    Refused { line: u64, error: StoreError },
}

/// An import that goes on: files of lines and of statements as one change.
pub struct ImportSession<'s>(Importer<'s>);

impl Store {
    /// Imports the lines of one file or several within the transaction, as one change of that id.
    /// `unit_of` finds units that the ledger does not use yet. After an error the transaction must be
    /// rolled back.
    pub fn import<E: From<StoreError> + From<ImportError>>(
        &self,
        id: Id,
        at: LocalDateTime,
        lines: impl Iterator<Item = Result<(u64, Line), E>>,
        unit_of: &dyn Fn(&str) -> Option<Unit>,
    ) -> Result<ImportSummary, E> {
        let mut session = self.begin_import(id, at, unit_of)?;
        session.lines(lines)?;
        session.finish()
    }

    /// Begins an import within the transaction.
    pub fn begin_import<'s>(
        &'s self,
        id: Id,
        at: LocalDateTime,
        unit_of: &'s dyn Fn(&str) -> Option<Unit>,
    ) -> Result<ImportSession<'s>, StoreError> {
        let mut writer = Writer::new(self)?;
        writer.entries.start_buffering()?;
        writer.merging = true;
        Ok(ImportSession(Importer {
            began: writer.next(),
            first: writer.next(),
            writer,
            id,
            at,
            unit_of,
            summary: ImportSummary::default(),
            group: None,
            ungrouped: None,
            ungrouped_is_of_events: false,
            latest: None,
            ungrouped_count: 0,
            pending: HashMap::new(),
            looked_up: None,
            voids: Vec::new(),
            voiding: None,
            undone: HashMap::new(),
            has_facts: false,
            versions: Versions::default(),
            version_lines: HashMap::new(),
            aliases: HashMap::new(),
            once_called: HashSet::new(),
            earliest: HashMap::default(),
            names: HashMap::default(),
            matched: SeqSet::default(),
            repeats: HashMap::default(),
            changed_rows: Vec::new(),
            replacing: None,
        }))
    }
}

impl ImportSession<'_> {
    /// Imports the lines of files.
    pub fn lines<E: From<StoreError> + From<ImportError>>(
        &mut self,
        lines: impl Iterator<Item = Result<(u64, Line), E>>,
    ) -> Result<(), E> {
        let importer = &mut self.0;
        for read in lines {
            let (number, line) = read?;
            if matches!(&line, Line::NextFile) {
                importer.begin_file::<E>()?;
                continue;
            }
            importer.summary.read += 1;
            let voids = matches!(&line, Line::Void(_));
            if !voids {
                importer.void_pending::<E>()?;
            }
            importer.line(number, line).map_err(|error| error.at::<E>(number))?;
        }
        importer.void_pending::<E>()?;
        importer.begin_pending()?;
        importer.writer.flush()?;
        importer.count_file();
        Ok(())
    }

    /// Ends the import.
    pub fn finish<E: From<StoreError> + From<ImportError>>(mut self) -> Result<ImportSummary, E> {
        let importer = &mut self.0;
        importer.writer.flush()?;
        importer.check_names::<E>()?;
        let mut summary = importer.summary.clone();
        summary.known = summary.read - summary.new;
        summary.undone = importer.undone.values().sum();
        summary.change = importer.group.map(|_| importer.id);
        summary.closed = importer.closed_in_use()?;
        summary.taken_from = importer.taken_from();
        // Nothing but accounts and units that were undone with the facts of the file: to open them
        // anew would stand in the way of bringing all of it back.
        if summary.undone > 0 && !importer.has_facts {
            (summary.new, summary.known, summary.change) = (0, summary.read, None);
            summary.files.iter_mut().for_each(|(_, new)| *new = 0);
        }
        Ok(summary)
    }
}

/// What is wrong with a line whose number is added later.
enum RowError {
    Line(LineError),
    Store(StoreError),
}

impl RowError {
    fn at<E: From<StoreError> + From<ImportError>>(self, line: u64) -> E {
        match self {
            RowError::Line(what) => ImportError::Line { line, what }.into(),
            RowError::Store(error @ (StoreError::Rule(_) | StoreError::Refused(_))) => {
                ImportError::Refused { line, error }.into()
            }
            RowError::Store(error) => error.into(),
        }
    }
}

impl From<LineError> for RowError {
    fn from(what: LineError) -> RowError {
        RowError::Line(what)
    }
}

impl From<StoreError> for RowError {
    fn from(error: StoreError) -> RowError {
        RowError::Store(error)
    }
}

/// A change of the file whose first new fact has not come yet.
struct PendingChange {
    /// Its line among those of the changes.
    order: usize,
    at: LocalDateTime,
    command: String,
}

/// A set of numbers of facts, as bits: those that lines without an id were found to be.
#[derive(Default)]
struct SeqSet(Vec<u64>);

impl SeqSet {
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

/// Repetitions of a line after which their number is cached.
const REPEATS: u64 = 8;

/// The state of one import.
struct Importer<'s> {
    writer: Writer<'s>,
    /// What has this number or a higher one came with this import.
    began: i64,
    /// And with this file of it.
    first: i64,
    id: Id,
    at: LocalDateTime,
    unit_of: &'s dyn Fn(&str) -> Option<Unit>,
    summary: ImportSummary,
    /// The import's own change, once there is something new.
    group: Option<i64>,
    /// The change of the latest facts that name none.
    ungrouped: Option<i64>,
    /// Whether that change is of entries and snapshots.
    ungrouped_is_of_events: bool,
    /// The change that was begun last: only it can take facts.
    latest: Option<i64>,
    ungrouped_count: u64,
    pending: HashMap<Id, PendingChange>,
    /// The change that was looked up last.
    looked_up: Option<(Id, i64)>,
    /// Voids of one change, which are made together: their line, what they void, and that change.
    voids: Vec<(u64, Id, i64)>,
    /// The change of those voids, as the file writes it.
    voiding: Option<String>,
    /// How many known facts of each change do not count, though the file has not voided it yet.
    undone: HashMap<i64, u64>,
    /// The file brought more than accounts and units.
    has_facts: bool,
    /// The versions of accounts that the file had so far, and the last line about each.
    versions: Versions,
    version_lines: HashMap<AccountId, u64>,
    /// Every name that the file gave an account, even if the account has another one by now.
    aliases: HashMap<String, AccountId>,
    /// Names that accounts of known facts once had.
    once_called: HashSet<(String, AccountId)>,
    /// The moment of the earliest new fact that can leave an account below zero.
    earliest: foldhash::HashMap<AccountId, LocalDateTime>,
    /// Names that were looked up since accounts last changed.
    names: foldhash::HashMap<SmolStr, AccountId>,
    matched: SeqSet,
    /// How often a content came without an id, where it came often.
    repeats: foldhash::HashMap<Content, u64>,
    /// Rows of this file whose id is recorded with another effect: the first id of their key, and the effect.
    changed_rows: Vec<(Id, i64)>,
    /// The change within which typed entries are voided that rows of statements replace.
    replacing: Option<i64>,
}

impl Importer<'_> {
    fn line(&mut self, number: u64, line: Line) -> Result<(), RowError> {
        let is_fact = !matches!(line, Line::Unit(_) | Line::Account(_));
        // Of all lines only these read no entry, unless it is said where they do.
        let reads_no_entry = match &line {
            Line::Entry(entry) => entry.id.is_none(),
            Line::Snapshot(_) => true,
            _ => false,
        };
        if !reads_no_entry {
            self.writer.entries.flush()?;
        }
        let new = match line {
            Line::Unit(line) => self.unit_line(&line)?,
            Line::Account(line) => self.account_line(number, &line)?,
            Line::Rate(line) => self.rate_line(&line)?,
            Line::Change(line) => self.change_line(&line)?,
            Line::Entry(line) => self.entry_line(line)?,
            Line::Snapshot(line) => self.snapshot_line(&line)?,
            Line::Void(line) => self.void_line(number, &line)?,
            Line::NextFile => false,
        };
        self.summary.new += u64::from(new);
        self.has_facts |= new && is_fact;
        Ok(())
    }

    /// Another file begins: what the one before called an account means nothing in it, its lines are
    /// counted anew, and what came along so far was there.
    fn begin_file<E: From<StoreError> + From<ImportError>>(&mut self) -> Result<(), E> {
        self.void_pending::<E>()?;
        self.begin_pending()?;
        self.writer.flush()?;
        self.count_file();
        self.first = self.writer.next();
        self.voiding = None;
        self.versions = Versions::default();
        self.aliases.clear();
        self.names.clear();
        self.matched = SeqSet::default();
        self.repeats.clear();
        Ok(())
    }

    /// Counts the lines of the file that ends.
    fn count_file(&mut self) {
        let before =
            self.summary.files.iter().fold((0, 0), |(read, new), file| (read + file.0, new + file.1));
        self.summary.files.push((self.summary.read - before.0, self.summary.new - before.1));
    }

    /// The key of an id as a file writes it.
    fn key(&mut self, text: &str) -> Result<Id, RowError> {
        if let Some(id) = import::own_id(text) {
            return Ok(id);
        }
        let sql = "SELECT id FROM foreign_id WHERE text = ?1";
        if let Some(id) = self.writer.store.maybe(sql, [text], |row| row.get(0))? {
            return Ok(id);
        }
        for number in 0.. {
            let id = Id::new(LocalDateTime(0), Content::of(text).hash(number));
            let sql = "SELECT 1 WHERE ?1 IN (SELECT id FROM foreign_id WHERE id = ?1
                       UNION ALL SELECT id FROM entry WHERE id = ?1 UNION ALL SELECT id FROM snapshot WHERE id = ?1
                       UNION ALL SELECT id FROM change WHERE id = ?1)";
            if self.writer.store.maybe(sql, [id], |_| Ok(()))?.is_none() {
                let sql = "INSERT INTO foreign_id (id, text, checksum) VALUES (?1, ?2, ?3)";
                self.writer.insert_fact(sql, params![id, text])?;
                return Ok(id);
            }
        }
        Err(LineError::UnknownChange(text.into()).into())
    }

    /// The number of a change of the ledger, or of one that this import began.
    fn change_of(&mut self, id: Id) -> Result<Option<i64>, StoreError> {
        if let Some((_, seq)) = self.looked_up.filter(|(known, _)| *known == id) {
            return Ok(Some(seq));
        }
        let seq = self.writer.store.maybe("SELECT seq FROM change WHERE id = ?1", [id], |row| row.get(0))?;
        self.looked_up = seq.map(|seq| (id, seq));
        Ok(seq)
    }

    /// Returns the number of a change that was in the ledger before this import.
    fn existing_change(&mut self, change: Option<&str>) -> Result<Option<i64>, RowError> {
        let Some(text) = change else { return Ok(None) };
        let id = self.key(text)?;
        if self.pending.contains_key(&id) {
            return Ok(None);
        }
        let seq = self.change_of(id)?.ok_or_else(|| LineError::UnknownChange(text.into()))?;
        Ok(Some(seq).filter(|seq| *seq < self.first))
    }

    /// The change that a new entry or snapshot belongs to. Without a change of its own it shares none
    /// with accounts, units and rates, which an edit could not void along with it.
    fn change_for_event(&mut self, change: Option<&str>) -> Result<i64, RowError> {
        match change {
            None => Ok(self.ungrouped_change(true)?),
            named => self.change_for(named),
        }
    }

    /// The change that a new fact belongs to, begun where it was not.
    fn change_for(&mut self, change: Option<&str>) -> Result<i64, RowError> {
        let Some(text) = change else { return Ok(self.ungrouped_change(false)?) };
        let id = self.key(text)?;
        if let Some(pending) = self.pending.remove(&id) {
            return Ok(self.begin(id, &pending)?);
        }
        match self.change_of(id)? {
            Some(seq) if self.latest == Some(seq) => Ok(seq),
            Some(_) => Err(LineError::ChangeIsOver(text.into()).into()),
            None => Err(LineError::UnknownChange(text.into()).into()),
        }
    }

    fn ungrouped_change(&mut self, of_events: bool) -> Result<i64, StoreError> {
        let fits = self.ungrouped_is_of_events == of_events;
        if let Some(seq) = self.ungrouped.filter(|seq| fits && self.latest == Some(*seq)) {
            return Ok(seq);
        }
        self.ungrouped_is_of_events = of_events;
        // The import's own change takes them, as long as no other has begun.
        let seq = if self.group.is_none() {
            self.group()?
        } else {
            self.ungrouped_count += 1;
            let id = Id::new(self.at, Content::of(&self.id.to_string()).hash(self.ungrouped_count));
            let at = self.at;
            self.begin(id, &PendingChange { order: 0, at, command: "import".into() })?
        };
        (self.ungrouped, self.latest) = (Some(seq), Some(seq));
        Ok(seq)
    }

    fn group(&mut self) -> Result<i64, StoreError> {
        if let Some(seq) = self.group {
            return Ok(seq);
        }
        let seq = self.writer.change(self.id, self.at, "import", None)?;
        self.group = Some(seq);
        self.latest = Some(seq);
        Ok(seq)
    }

    fn begin(&mut self, id: Id, pending: &PendingChange) -> Result<i64, StoreError> {
        let group = self.group()?;
        let seq = self.writer.change(id, pending.at, &pending.command, Some(group))?;
        self.looked_up = Some((id, seq));
        self.latest = Some(seq);
        Ok(seq)
    }

    /// Changes that came without a fact are kept all the same.
    fn begin_pending(&mut self) -> Result<(), StoreError> {
        let mut pending: Vec<(Id, PendingChange)> = std::mem::take(&mut self.pending).into_iter().collect();
        pending.sort_unstable_by_key(|(_, pending)| pending.order);
        for (id, pending) in pending {
            self.begin(id, &pending)?;
        }
        Ok(())
    }

    fn unit(&self, code: &str) -> Result<Unit, RowError> {
        let own = self.writer.units.keys().find(|unit| *unit.code == *code).cloned();
        let found = own.or_else(|| Unit::currency(code).filter(|unit| *unit.code == *code));
        let found = found.or_else(|| (self.unit_of)(code));
        found.ok_or_else(|| LineError::UnknownUnit(code.into()).into())
    }

    /// Adds a version of an account that holds from this line of the file on.
    fn add_version(&mut self, number: u64, change: Option<&str>, account: Account) -> Result<(), RowError> {
        self.version_lines.insert(account.id, number);
        self.aliases.insert(name::fold_case(&account.name), account.id);
        self.names.clear();
        let stamp = self.stamp_of(change)?;
        self.versions.add(stamp, account);
        Ok(())
    }

    /// Returns the stamp of a version of that change; a version without one is the latest.
    fn stamp_of(&mut self, change: Option<&str>) -> Result<Stamp, RowError> {
        let Some(text) = change else { return Ok(Stamp::LAST) };
        let id = self.key(text)?;
        if let Some(pending) = self.pending.get(&id) {
            return Ok(Stamp { at: pending.at, change: id });
        }
        let at = self.writer.store.maybe("SELECT at FROM change WHERE id = ?1", [id], |row| row.get(0))?;
        Ok(Stamp { at: at.unwrap_or(LAST_MOMENT), change: id })
    }

    /// The change for a new version without one of its own, which is later than the present version.
    fn change_for_version(&mut self, id: AccountId) -> Result<i64, StoreError> {
        let seq = self.ungrouped_change(false)?;
        let Some((latest, _)) = self.writer.store.current_version(id)? else { return Ok(seq) };
        let sql = "SELECT at, id FROM change WHERE seq = ?1";
        let stamp = |row: &rusqlite::Row<'_>| Ok(Stamp { at: row.get(0)?, change: row.get(1)? });
        if self.writer.store.maybe(sql, [seq], stamp)?.is_some_and(|own| own >= latest) {
            return Ok(seq);
        }
        self.ungrouped_count += 1;
        let change = Id::new(self.at, Content::of(&self.id.to_string()).hash(self.ungrouped_count));
        let stamp = Stamp { at: self.at, change }.after(latest);
        let command = "import".into();
        let seq = self.begin(stamp.change, &PendingChange { order: 0, at: stamp.at, command })?;
        self.ungrouped = Some(seq);
        Ok(seq)
    }

    /// The account of a fact, by its name. It must be the only one of that name now, or a later
    /// export could not distinguish the two.
    fn account_named(&mut self, text: &str) -> Result<AccountId, RowError> {
        if let Some(id) = self.names.get(text) {
            return Ok(*id);
        }
        let id = self.account_called(text)?;
        let name = |account: &Account| name::fold_case(&account.name);
        let own = self.writer.balances.accounts.get(&id).map(name);
        let other = self.writer.balances.accounts.values().find(|a| a.id != id && Some(name(a)) == own);
        if let Some(other) = other {
            return Err(StoreError::from(Refusal::NameTaken(other.name.clone())).into());
        }
        self.names.insert(text.into(), id);
        Ok(id)
    }

    /// The account that a name means at this place of the file: the one that the file calls so here,
    /// else one that it called so before, else one of the ledger.
    fn account_called(&self, text: &str) -> Result<AccountId, LineError> {
        let folded = name::fold_case(text);
        let is_there = |id: &AccountId| self.writer.balances.accounts.contains_key(id);
        let versions = self.versions.named(&folded).filter(is_there);
        let versions = versions.or_else(|| self.aliases.get(&folded).copied().filter(is_there));
        let live = || {
            self.writer.balances.accounts.values().find(|a| name::fold_case(&a.name) == folded).map(|a| a.id)
        };
        versions.or_else(live).ok_or_else(|| LineError::UnknownAccount(text.into()))
    }

    /// Two ledgers may each have given one name to another account.
    fn check_names<E: From<StoreError> + From<ImportError>>(&self) -> Result<(), E> {
        let Some((one, other)) = self.writer.of_one_name() else { return Ok(()) };
        let lines = [one, other].map(|account| self.version_lines.get(&account.id).copied().unwrap_or(0));
        let error = StoreError::from(Refusal::NameTaken(one.name.clone()));
        Err(RowError::from(error).at(lines[0].max(lines[1])))
    }

    /// The accounts that were touched, are closed, and are not empty.
    fn closed_in_use(&mut self) -> Result<Vec<(Account, i64)>, StoreError> {
        let touched: Vec<AccountId> = self.writer.balances.touched.iter().copied().collect();
        let mut closed = Vec::new();
        for id in touched {
            let Some(account) = self.writer.balances.accounts.get(&id).filter(|account| account.closed)
            else {
                continue;
            };
            let account = account.clone();
            let balance = self.writer.balances.balance_left(id, self.at)?;
            if balance != 0 {
                closed.push((account, balance));
            }
        }
        Ok(closed)
    }

    /// The accounts that something was taken from, in the order of their opening.
    fn taken_from(&self) -> Vec<(Account, LocalDateTime)> {
        let accounts = self.writer.balances.accounts.values();
        accounts.filter_map(|a| self.earliest.get(&a.id).map(|at| (a.clone(), *at))).collect()
    }

    /// Refuses a line of a person for a closed account. What another ledger recorded is taken: it may
    /// have been recorded before that ledger knew.
    fn check_open(&self, entry: &Entry) -> Result<(), StoreError> {
        let places = [entry.from.account, entry.to.account].into_iter().flatten();
        let closed =
            places.filter_map(|id| self.writer.balances.accounts.get(&id)).find(|account| account.closed);
        let rule = closed.map(|account| RuleViolation::AccountClosed { account: account.name.clone() });
        rule.map_or(Ok(()), |rule| Err(rule.into()))
    }

    /// Notes a new fact after which an account may be below zero.
    fn note_outflow(&mut self, account: Option<AccountId>, at: LocalDateTime) {
        let Some(id) = account.filter(|id| !self.writer.balances.is_carrier(*id)) else { return };
        let earliest = self.earliest.entry(id).or_insert(at);
        *earliest = at.min(*earliest);
    }

    /// Returns an account by its name, and its unit: the one in the file if it has the account.
    fn place(&mut self, text: Option<&str>) -> Result<Option<(AccountId, Unit)>, RowError> {
        let Some(text) = text else { return Ok(None) };
        let id = self.account_named(text)?;
        let account = self.versions.current(id).or_else(|| self.writer.balances.accounts.get(&id));
        Ok(account.map(|account| (id, account.unit.clone())))
    }

    fn void_pending<E: From<StoreError> + From<ImportError>>(&mut self) -> Result<(), E> {
        let line = self.voids.first().map_or(0, |(line, _, _)| *line);
        self.void_together().map_err(|error| RowError::from(error).at(line))
    }

    /// What one change voids is voided together, as it was.
    fn void_together(&mut self) -> Result<(), StoreError> {
        let voids = std::mem::take(&mut self.voids);
        let Some((_, _, change)) = voids.first() else { return Ok(()) };
        let ids: Vec<Id> = voids.iter().map(|(_, of, _)| *of).collect();
        self.writer.flush()?;
        self.writer.void(&ids, *change)?;
        self.writer.flush()
    }

    /// Notes a void of the file, whether the ledger knows it or not.
    fn add_void(&mut self, change: Id, of: Id) {
        self.versions.void(change, of);
        self.names.clear();
    }
}
