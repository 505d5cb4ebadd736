//! The ledger on disk: one SQLite file and a single writer.
//!
//! Facts are only ever added. The writer updates what is derived from them (totals, balances, lots,
//! bills) in the same transaction, so that a query costs the same whatever the length of the history.

mod backup;
mod balances;
mod check;
mod checksum;
mod damage;
mod derive;
mod export;
mod import;
mod insert;
mod lots;
mod open;
mod permissions;
mod read;
mod repair;
mod sql;
mod totals;
mod writer;

use crate::ledger::{Account, AccountId, Entry, Id, RuleViolation, Snapshot};
use crate::money::{Rate, Unit};
use crate::output_file::{OutputError, OutputFile, identity};
use crate::period::{Day, LocalDateTime};
use open::{refuse_journal_of_second_name, refuse_second_name, refuse_stale_journal};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use backup::{Contents, Restored, ledger_files};
pub use check::{CheckReport, Finding};
pub use damage::{Damage, DamagedFact};
pub use derive::DERIVED;
pub use import::{ImportError, ImportSession, ImportSummary, NearbyEntry, RowMatch};
pub use open::{FileState, SecondName, lasting_second_name};
pub use permissions::{PermissionIssue, permission_issues};
pub use read::{
    Activity, ChangeRow, Expiries, Filter, HistoryFact, HistoryRow, ID_PART_MIN, LedgerChange,
    LedgerChangeKind, Movement, Outside, RunningBalance, SnapshotDifference,
};
pub use repair::{Repair, RepairedBalance};

/// Creates every table, index and trigger of an empty ledger.
const SCHEMA: &str = include_str!("store/schema.sql");
/// The version of that schema, kept as `PRAGMA user_version`.
const VERSION: i64 = 1;

/// Marks a file as a ledger: "jndn".
const APPLICATION: i64 = 0x6a6e_646e;

/// What goes wrong with the ledger on disk.
#[derive(Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum StoreError {
    /// The file cannot be opened, read or written.
    Io(PathBuf, std::io::Error),
    /// SQLite reports an error on the file.
    Sqlite(PathBuf, rusqlite::Error),
    /// The file is no ledger.
    NotALedger(PathBuf),
    /// The file is damaged.
    Damaged(PathBuf, Box<Damage>),
    /// A fact is not what was recorded, and which.
    DamagedFact(PathBuf, Box<Damage>),
    /// Its totals do not follow from its facts.
    WrongTotals(PathBuf),
    /// A newer version wrote it.
    Newer { path: PathBuf, version: i64, known: i64 },
    /// Another process held it for longer than the wait.
    Busy(PathBuf, Duration),
    /// Another process created the ledger just now.
    CreatedMeanwhile(PathBuf),
    /// Another process changed it while it was read, and it could not be locked.
    BeingWritten(PathBuf),
    /// The journal next to it is that of an earlier file.
    StaleJournal { path: PathBuf, journal: PathBuf },
    /// It holds a table, a trigger or a view that is not of a ledger.
    Foreign { path: PathBuf, kind: String, name: String },
    /// It has a second name, so that two programs could write it without knowing of each other.
    /// `needless` is the name that has no journal, if that is known.
    SecondName { path: PathBuf, other: Option<PathBuf>, needless: Option<PathBuf> },
    /// The disk is full.
    DiskFull(PathBuf),
    /// The disk, or a limit on the size of files, did not let it be read or written.
    DiskFailed(PathBuf, String),
    /// The file or its folder cannot be written.
    ReadOnly(PathBuf),
    /// The path of the ledger leads to a device, a pipe or a socket.
    NotAPlainFile(PathBuf),
    /// A copy of the ledger cannot be written.
    Output(OutputError),
    /// A fact would break a rule of the ledger.
    Rule(RuleViolation),
    /// A change cannot be written, and why.
    Refused(Refusal),
}

/// Why the writer refuses a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Refusal {
    /// Another account has that name.
    NameTaken(String),
    /// An account with a balance cannot be closed.
    BalanceNotZero { account: String, balance: crate::money::Money },
    /// The account has facts, so its unit, or whether it is a carrier, cannot change.
    AccountInUse(String),
    /// The account has another unit now, or is a carrier or none where it was not, so what was
    /// recorded on it cannot count again.
    AccountChanged(String),
    /// The unit has other decimals already.
    UnitDiffers { unit: Unit, wanted: u8 },
    /// There is nothing to undo.
    NothingToUndo,
    /// There is nothing to redo.
    NothingToRedo,
    /// No change has that id.
    UnknownChange(String),
    /// Several changes have ids like that.
    AmbiguousChange(String, Vec<Id>),
    /// The change is undone already.
    AlreadyUndone(Id),
    /// An edit replaced records of the change.
    ReplacedByEdit {
        /// The change.
        change: Id,
        /// The edit.
        edit: Id,
    },
    /// An undo is taken back by redo.
    UndoOfUndo(Id),
    /// Later facts stand on what the change opened.
    StillNeeded { account: String },
}

impl From<OutputError> for StoreError {
    fn from(error: OutputError) -> StoreError {
        StoreError::Output(error)
    }
}

impl From<RuleViolation> for StoreError {
    fn from(rule: RuleViolation) -> StoreError {
        StoreError::Rule(rule)
    }
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> StoreError {
        StoreError::Refused(refusal)
    }
}

/// One thing that a change adds to the ledger.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Fact {
    /// A unit comes into use.
    Unit(Unit),
    /// An account is opened; the writer assigns its id.
    Open(Account),
    /// An account is changed from now on.
    Edit(Account),
    /// A dated event.
    Entry(Entry),
    /// A balance that the user saw.
    Snapshot(Snapshot),
    /// What a unit was worth from a day on.
    Rate { unit: Unit, rate: Rate, of: Unit, day: Day },
    /// A change no longer counts, or, where it is an undo, counts again.
    Void(Id),
    /// A change within this one, with which it is undone.
    Part { id: Id, command: &'static str, facts: Vec<Fact> },
}

/// What one command writes.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its lasting name.
    pub id: Id,
    /// When it was recorded.
    pub at: LocalDateTime,
    /// The command: `spend`, `log`, `undo`.
    pub command: &'static str,
    /// What it adds, in this order.
    pub facts: Vec<Fact>,
}

/// For a transaction that writes much: SQLite holds 16 MiB of pages in memory. The writer itself makes
/// every reference that it writes, so that to look each up again would only cost time.
const FOR_MUCH: &str = "PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF";

/// A ledger, opened for reading or with its write lock held.
pub struct Store {
    db: Connection,
    path: PathBuf,
    /// The file did not exist: everything happens in memory until it is created whole.
    is_new: bool,
    /// There will never be a file.
    in_memory: bool,
    /// How the file looked when it was opened without locks.
    unlocked: Option<FileState>,
    /// Of a ledger that does not exist and is only read, the tables in memory are not made yet.
    blank: Cell<bool>,
    /// Of a ledger that does not exist either, but that much is about to be written to.
    draft: Option<OutputFile>,
    writing: bool,
    /// How long it waits for other processes.
    wait: Duration,
}

impl Store {
    /// A ledger over a connection to its file.
    fn over(db: Connection, path: &Path, writing: bool, wait: Duration) -> Store {
        let path = path.to_path_buf();
        let blank = Cell::new(false);
        Store { db, path, is_new: false, blank, in_memory: false, unlocked: None, draft: None, writing, wait }
    }

    /// Opens a ledger for reading. One that does not exist reads as an empty one.
    pub fn read(path: &Path, wait: Duration) -> Result<Store, StoreError> {
        if !exists(path)? {
            nothing_but_a_journal(path)?;
            return Store::new_ledger(path, false, wait);
        }
        refuse_journal_of_second_name(path)?;
        refuse_stale_journal(path, wait)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = open::open(path, flags).map_err(|e| failure(path, wait, e))?;
        let mut store = Store::over(db, path, false, wait);
        if let Err(error) = store.check_header(wait) {
            if !matches!(error, StoreError::ReadOnly(_) | StoreError::DiskFailed(..) | StoreError::Sqlite(..))
            {
                return Err(error);
            }
            if backup::has_journal(path) {
                // What a process that was killed had begun is taken back by whoever may write; without
                // that the file may lack, or hold, what it should not.
                if recover(path, wait).is_err() {
                    return Err(error);
                }
                store.db = open::open(path, flags).map_err(|e| failure(path, wait, e))?;
            } else {
                // In a folder that cannot be written SQLite cannot set up its shared memory, so the file
                // is read as it stands. Others may be writing to it: what was read counts only if it
                // looks the same afterwards.
                let unlocked = FileState::of(path).map_err(|e| StoreError::Io(path.to_path_buf(), e))?;
                store.unlocked = Some(unlocked);
                store.db = open::open_immutable(path).map_err(|e| failure(path, wait, e))?;
            }
            store.check_header(wait)?;
        }
        if store.is_new {
            return Ok(store);
        }
        store.refuse_foreign_objects()?;
        // All that one answer shows is of one moment.
        store.run("BEGIN").map_err(|e| failure(path, wait, e))?;
        Ok(store)
    }

    /// Opens a private copy of a ledger that can be written to and is never kept: what a dry run
    /// changes. The ledger itself is only read.
    pub fn trial(path: &Path, wait: Duration) -> Result<Store, StoreError> {
        let source = Store::read(path, wait)?;
        if source.is_new {
            return Store::new_ledger(path, true, wait);
        }
        let fail = |e| StoreError::Sqlite(path.to_path_buf(), e);
        // A database without a name is held in memory, and on the disk only where it is too large.
        let mut db = Connection::open("").map_err(fail)?;
        rusqlite::backup::Backup::new(&source.db, &mut db)
            .and_then(|copy| copy.run_to_completion(i32::MAX, Duration::ZERO, None))
            .map_err(fail)?;
        if let Some(unlocked) = source.unlocked() {
            unlocked.verify_unchanged()?;
        }
        let store = Store::over(db, path, true, wait);
        store.run("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE").map_err(fail)?;
        Ok(store)
    }

    /// Opens a ledger and takes its write lock, waiting for other writers. A ledger that does not
    /// exist is created by [`Store::commit`], not before.
    pub fn write(path: &Path, wait: Duration) -> Result<Store, StoreError> {
        Store::write_so(path, wait, "PRAGMA foreign_keys = ON")
    }

    /// Opens a ledger for writing after some settings of its own.
    fn write_so(path: &Path, wait: Duration, settings: &str) -> Result<Store, StoreError> {
        loop {
            let met = identity(path);
            if !exists(path)? {
                nothing_but_a_journal(path)?;
                return Store::new_ledger(path, true, wait);
            }
            let locked = Store::locked(path, wait, settings);
            // While this one waited, another file may have been restored in its place; what is
            // written to the old one would be lost.
            if identity(path) != met {
                continue;
            }
            let store = locked?;
            refuse_second_name(path)?;
            // An empty database, or one that another process gave its tables while this one waited.
            if store.number("PRAGMA user_version").map_err(|e| store.fail(e))? == 0 {
                store.create_schema()?;
            }
            return Ok(store);
        }
    }

    /// As [`Store::write`], for a change of any size: a ledger that does not exist yet is written to
    /// a draft on the disk, which vanishes unless it is kept.
    pub fn write_much(path: &Path, wait: Duration) -> Result<Store, StoreError> {
        let store = Store::write_so(path, wait, FOR_MUCH)?;
        if !store.is_new {
            return Ok(store);
        }
        let mut draft = backup::draft_of_ledger(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let db = open::open(draft.hand_over(), flags).map_err(|e| failure(path, wait, e))?;
        let store = Store { is_new: true, draft: Some(draft), ..Store::over(db, path, true, wait) };
        // Whatever stops it, the draft goes: it needs no journal, and is synced once, as a whole.
        let set_up = format!("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {FOR_MUCH}; BEGIN");
        let defensive = |on| store.db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, on).map(|_| ());
        // Without a journal an error could leave the file half written, which defensive mode forbids.
        let is_set_up = defensive(false).and_then(|()| store.run(&set_up)).and_then(|()| defensive(true));
        is_set_up.map_err(|e| store.fail(e))?;
        store.create_schema()?;
        Ok(store)
    }

    /// Opens the file that is there, with its write lock.
    fn locked(path: &Path, wait: Duration, settings: &str) -> Result<Store, StoreError> {
        refuse_stale_journal(path, wait)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let db = open::open(path, flags).map_err(|e| failure(path, wait, e))?;
        let mut store = Store::over(db, path, true, wait);
        // A file that is refused is not changed, nor is its log.
        let log_stays = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        store.db.set_db_config(log_stays, true).map_err(|e| failure(path, wait, e))?;
        store.check_header(wait)?;
        store.refuse_foreign_objects()?;
        store.db.set_db_config(log_stays, false).map_err(|e| failure(path, wait, e))?;
        if store.db.is_readonly("main").unwrap_or(false) {
            return Err(StoreError::ReadOnly(path.to_path_buf()));
        }
        let set_up = store.run(&format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {settings}"));
        set_up.and_then(|()| store.run("BEGIN IMMEDIATE")).map_err(|e| failure(path, wait, e))?;
        Ok(store)
    }

    /// A ledger that lives in memory only, for demonstrations and tests.
    pub fn in_memory() -> Result<Store, StoreError> {
        let store = Store::new_ledger(Path::new("memory"), true, Duration::ZERO)?;
        Ok(Store { in_memory: true, ..store })
    }

    /// Returns how the file looked when it was opened, where it had to be opened without locks.
    pub fn unlocked(&self) -> Option<&FileState> {
        self.unlocked.as_ref()
    }

    fn new_ledger(path: &Path, writing: bool, wait: Duration) -> Result<Store, StoreError> {
        let fail = |e| StoreError::Sqlite(path.to_path_buf(), e);
        let db = Connection::open_in_memory().map_err(fail)?;
        let store =
            Store { is_new: true, blank: Cell::new(!writing), ..Store::over(db, path, writing, wait) };
        if writing {
            store.begin_new().map_err(fail)?;
        }
        Ok(store)
    }

    /// Makes the tables of a ledger that does not exist, in memory.
    fn begin_new(&self) -> Result<(), rusqlite::Error> {
        self.run("PRAGMA foreign_keys = ON; BEGIN IMMEDIATE")?;
        self.run_schema()
    }

    /// Returns the connection to read from. To make tables takes longer than most commands, so those
    /// of a ledger that does not exist are made at the first question that needs them.
    fn db(&self) -> Result<&Connection, rusqlite::Error> {
        if self.blank.take() {
            self.begin_new()?;
        }
        Ok(&self.db)
    }

    /// Returns whether there is no file yet.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Whether nothing is recorded and nothing can be: the ledger does not exist and is only read.
    fn is_blank(&self) -> bool {
        self.is_new && !self.writing
    }

    /// Returns the path of the ledger.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks the application id and the schema version before the file is used.
    fn check_header(&mut self, wait: Duration) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fail = |e| failure(&path, wait, e);
        self.db.busy_timeout(wait).map_err(fail)?;
        let version = self.number("PRAGMA user_version").map_err(fail)?;
        let application = self.number("PRAGMA application_id").map_err(fail)?;
        if version == 0 && application == 0 {
            // An empty file is a ledger in which nothing was recorded; one with tables is not ours.
            let tables = self.number("SELECT count(*) FROM sqlite_schema").map_err(fail)?;
            if tables > 0 {
                return Err(StoreError::NotALedger(self.path.clone()));
            }
            if !self.writing {
                *self = Store::new_ledger(&self.path.clone(), false, wait)?;
            }
            return Ok(());
        }
        if application != APPLICATION {
            return Err(StoreError::NotALedger(self.path.clone()));
        }
        match version {
            VERSION => Ok(()),
            newer if newer > VERSION => {
                Err(StoreError::Newer { path: self.path.clone(), version, known: VERSION })
            }
            _ => Err(StoreError::NotALedger(self.path.clone())),
        }
    }

    /// Creates the tables of an empty ledger within the present transaction.
    fn create_schema(&self) -> Result<(), StoreError> {
        self.run_schema().map_err(|e| self.fail(e))
    }

    fn run_schema(&self) -> Result<(), rusqlite::Error> {
        let marks = format!("PRAGMA user_version = {VERSION}; PRAGMA application_id = {APPLICATION}");
        self.run(SCHEMA).and_then(|()| self.run(&marks))
    }

    fn run(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.db.execute_batch(sql)
    }

    /// Executes a statement and returns how many rows it changed.
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, StoreError> {
        let statement = self.db.prepare_cached(sql);
        statement.and_then(|mut statement| statement.execute(values)).map_err(|e| self.fail(e))
    }

    fn number(&self, sql: &str) -> Result<i64, rusqlite::Error> {
        self.db()?.query_row(sql, [], |row| row.get(0))
    }

    /// Converts an error of SQLite to one of this ledger.
    fn fail(&self, error: rusqlite::Error) -> StoreError {
        failure(&self.path, self.wait, error)
    }

    /// Makes what was applied lasting. A ledger that did not exist appears whole or not at all.
    pub fn commit(self) -> Result<(), StoreError> {
        let (path, wait) = (self.path.clone(), self.wait);
        self.commit_transaction()?;
        if self.needs_file() {
            return self.create_file();
        }
        self.db.close().map_err(|(_, e)| failure(&path, wait, e))
    }

    /// As [`Store::commit`], where the process ends next: the log beside the file is emptied into it, and
    /// stays for whoever comes next, as it does where a ledger is only read. To delete it and to make
    /// it anew would cost a tenth of a small change.
    pub fn commit_and_exit(self) -> Result<(), StoreError> {
        if self.needs_file() {
            return self.commit();
        }
        self.commit_transaction()?;
        // What was committed is safe in the log, too, so there is no need to wait for its readers.
        let emptied =
            self.db.busy_timeout(Duration::ZERO).and_then(|()| self.run("PRAGMA wal_checkpoint(TRUNCATE)"));
        if emptied.is_ok() {
            std::mem::forget(self.db);
        }
        Ok(())
    }

    fn commit_transaction(&self) -> Result<(), StoreError> {
        self.run("COMMIT").map_err(|e| self.fail(e))
    }

    fn needs_file(&self) -> bool {
        self.is_new && !self.in_memory
    }

    fn create_file(mut self) -> Result<(), StoreError> {
        let path = self.path.clone();
        let mut draft = match self.draft.take() {
            Some(draft) => draft,
            None => {
                let mut draft = backup::draft_of_ledger(&path)?;
                backup::fill(&self.db, &mut draft, &path).map_err(|e| match e {
                    StoreError::Sqlite(_, e) => self.fail(e),
                    e => e,
                })?;
                draft
            }
        };
        self.db.close().map_err(|(_, e)| failure(&path, self.wait, e))?;
        backup::begin_log(&mut draft).map_err(|e| failure(&path, self.wait, e))?;
        backup::place_ledger(draft, &path, self.wait)
    }
}

/// Returns whether there is a file that is not empty.
fn exists(path: &Path) -> Result<bool, StoreError> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => {
            let error = std::io::Error::from(std::io::ErrorKind::IsADirectory);
            Err(StoreError::Io(path.to_path_buf(), error))
        }
        Ok(meta) if !meta.is_file() => Err(StoreError::NotAPlainFile(path.to_path_buf())),
        Ok(meta) => Ok(meta.len() > 0),
        // A link that leads nowhere may lead to a disk that is not there now; no new ledger begins in
        // its place.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !path.is_symlink() => Ok(false),
        Err(e) => Err(StoreError::Io(path.to_path_buf(), e)),
    }
}

/// Refuses a ledger of which only the journal is left: a new ledger would take it for its own.
fn nothing_but_a_journal(path: &Path) -> Result<(), StoreError> {
    if backup::has_journal(path) {
        return Err(StoreError::Damaged(path.to_path_buf(), Damage::OnlyJournal.into()));
    }
    Ok(())
}

/// Rolls back what a killed process had begun.
fn recover(path: &Path, wait: Duration) -> Result<(), rusqlite::Error> {
    let db = open::open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(wait)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    db.query_row("PRAGMA user_version", [], |_| Ok(()))
}

/// Returns what an error of SQLite means for the file.
fn failure(path: &Path, wait: Duration, error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::*;
    let path = path.to_path_buf();
    match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => StoreError::Busy(path, wait),
        Some(NotADatabase) => StoreError::NotALedger(path),
        Some(DatabaseCorrupt) => StoreError::Damaged(path, Damage::Sqlite(error.to_string()).into()),
        Some(DiskFull) => StoreError::DiskFull(path),
        Some(SystemIoFailure) => StoreError::DiskFailed(path, error.to_string()),
        Some(ReadOnly | PermissionDenied | CannotOpen) => StoreError::ReadOnly(path),
        _ if is_of_a_row(&error) => StoreError::Damaged(path, Damage::Value(error.to_string()).into()),
        _ => StoreError::Sqlite(path, error),
    }
}

/// Returns whether an error is about a value in a row.
fn is_of_a_row(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::*;
    matches!(
        error,
        IntegralValueOutOfRange(..)
            | FromSqlConversionFailure(..)
            | InvalidColumnType(..)
            | Utf8Error(..)
            | InvalidQuery
    )
}

/// What a change did, for the answer of the command.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The accounts whose balances the change touched, in the order of their opening.
    pub accounts: Vec<AccountId>,
}
