//! Backups, and putting one in the place of a ledger. Each copy is complete and open_verified before it gets
//! its name, and a file of that name is never overwritten unless asked for.

use super::open::{open, plain_name};
use super::{Store, StoreError, exists, failure};
use crate::output_file::{
    self, Existing, OutputError, OutputFile, Protected, folder_of, identity, with_suffix,
};
use rusqlite::backup::Progress;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait between two attempts to have a ledger alone.
const PAUSE: Duration = Duration::from_millis(20);

/// What a ledger holds, in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Accounts.
    pub accounts: i64,
    /// Entries that count.
    pub entries: i64,
    /// Snapshots that count.
    pub snapshots: i64,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the ledger holds now.
    pub contents: Contents,
    /// Where the previous ledger was moved, if there was one.
    pub previous: Option<PathBuf>,
}

impl Store {
    /// Copies a ledger to another file, also while others write to it.
    pub fn backup(
        path: &Path,
        to: &Path,
        existing: Existing,
        wait: Duration,
    ) -> Result<Contents, StoreError> {
        let protected = Protected { ledger: ledger_files(path), inputs: Vec::new() };
        let mut copy = OutputFile::create(to, existing, &protected)?;
        // A journal left of another file would be taken for the copy's own.
        let mut journals = Vec::new();
        for file in companions(to) {
            match is_there(&file) {
                Ok(true) if existing == Existing::Refuse => return Err(OutputError::Exists(file).into()),
                Ok(true) => journals.push(file),
                Ok(false) => {}
                Err(e) => return Err(OutputError::Io(file, e).into()),
            }
        }
        if !exists(path)? {
            return Err(StoreError::Io(path.to_path_buf(), io::ErrorKind::NotFound.into()));
        }
        let store = Store::read(path, wait)?;
        store.copy_into(&mut copy, to)?;
        let contents = contents_of_draft(&mut copy, path, to, wait)?;
        for journal in journals {
            std::fs::remove_file(&journal).map_err(|e| OutputError::Io(journal, e))?;
        }
        copy.commit()?;
        Ok(contents)
    }

    /// Puts a copy in the place of a ledger, which stays in the same folder under a name with `suffix`.
    pub fn restore(path: &Path, from: &Path, suffix: &str, wait: Duration) -> Result<Restored, StoreError> {
        if output_file::is_same_file(path, from) {
            return Err(OutputError::IsTheLedger(from.to_path_buf()).into());
        }
        // Where a link leads to the ledger, the ledger gives way and not the link.
        let real = if path.is_symlink() { std::fs::canonicalize(path) } else { Ok(path.to_path_buf()) };
        let real = real.map_err(|e| StoreError::Io(path.to_path_buf(), e))?;
        let path = real.as_path();
        if !exists(from)? {
            let missing = std::fs::metadata(from).err().map(|e| StoreError::Io(from.to_path_buf(), e));
            return Err(missing.unwrap_or_else(|| StoreError::NotALedger(from.to_path_buf())));
        }
        let source = open_verified(from, from, wait)?;
        exists(path)?;
        let mut draft = draft_of_ledger(path)?;
        source.copy_into(&mut draft, path)?;
        let contents = contents_of_draft(&mut draft, from, path, wait)?;
        loop {
            let met = identity(path);
            if !exists(path)? {
                let aside = SetAside::new(path, suffix)?;
                place_ledger(draft, path, wait)?;
                return Ok(Restored { contents, previous: aside.commit() });
            }
            // Held until the new file is in place, so that no process writes to the old one.
            let alone = lock_exclusive(path, wait);
            if identity(path) != met {
                continue;
            }
            let alone = alone?;
            let aside = SetAside::new(path, suffix)?;
            draft.commit_over()?;
            drop(alone);
            return Ok(Restored { contents, previous: aside.commit() });
        }
    }

    /// Copies the ledger, whose write lock is held, page by page as it is on disk: without what the
    /// present transaction changes, and with whatever is damaged.
    pub fn copy_before_repair(&self, suffix: &str) -> Result<PathBuf, StoreError> {
        // A transaction that may write cannot be copied from; a separate reader sees what is committed.
        let reader = Store::read(&self.path, self.wait)?;
        for name in names(&self.path, suffix) {
            let fail = |e| StoreError::from(OutputError::Io(name.clone(), e));
            let mut draft = OutputFile::next_to(&name, Existing::Refuse).map_err(fail)?;
            reader
                .db
                .backup("main", plain_name(draft.hand_over()), None::<fn(Progress)>)
                .map_err(|e| self.fail(e))?;
            match draft.commit() {
                Ok(()) => return Ok(name),
                Err(OutputError::Exists(_)) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        Err(OutputError::Exists(with_suffix(&self.path, suffix)).into())
    }

    /// Copies a ledger that was opened for reading; what it shows is of one moment.
    fn copy_into(&self, draft: &mut OutputFile, target: &Path) -> Result<(), StoreError> {
        self.db().and_then(|_| self.run("COMMIT")).map_err(|e| self.fail(e))?;
        let result = fill(&self.db, draft, target).map_err(|e| match e {
            StoreError::Sqlite(_, e) => copy_failure(self.fail(e), target),
            e => e,
        });
        self.run("BEGIN").map_err(|e| self.fail(e))?;
        result
    }

    fn contents(&self) -> Result<Contents, StoreError> {
        let count = |table: &str| {
            let live = "change NOT IN (SELECT change FROM voided_change)";
            self.number(&format!("SELECT count(*) FROM {table} WHERE {live}")).map_err(|e| self.fail(e))
        };
        Ok(Contents { accounts: count("account")?, entries: count("entry")?, snapshots: count("snapshot")? })
    }
}

/// Verifies the draft of a copy of `from` that will be `target`, and returns what it holds.
fn contents_of_draft(
    draft: &mut OutputFile,
    from: &Path,
    target: &Path,
    wait: Duration,
) -> Result<Contents, StoreError> {
    let contents = open_verified(draft.hand_over(), from, wait).and_then(|store| store.contents());
    contents.map_err(|e| copy_failure(e, target))
}

/// Reports a failing disk as one of the copy, since the name of its draft means nothing to a user.
fn copy_failure(error: StoreError, target: &Path) -> StoreError {
    let error = match error {
        StoreError::DiskFull(_) => io::ErrorKind::StorageFull.into(),
        StoreError::ReadOnly(_) => io::ErrorKind::PermissionDenied.into(),
        StoreError::DiskFailed(_, what) => io::Error::other(what),
        StoreError::Io(_, e) => e,
        e => return e,
    };
    OutputError::Io(target.to_path_buf(), error).into()
}

/// Opens a ledger and verifies it. Errors name the file `told`.
fn open_verified(path: &Path, told: &Path, wait: Duration) -> Result<Store, StoreError> {
    let store = Store::read(path, wait)?;
    if store.is_new {
        return Err(StoreError::NotALedger(told.to_path_buf()));
    }
    // A damaged fact says more than the index that no longer fits it.
    let facts = store.verify_facts();
    if let Err(StoreError::DamagedFact(_, what)) = facts {
        return Err(StoreError::DamagedFact(told.to_path_buf(), what));
    }
    match store.check()?.findings.into_iter().next() {
        Some(finding) if finding.is_derived() => Err(StoreError::WrongTotals(told.to_path_buf())),
        Some(finding) => Err(StoreError::Damaged(told.to_path_buf(), finding.what.into())),
        None => facts.map(|()| store),
    }
}

/// Has a ledger alone, its journal written back into it, until the connection is dropped. `None`
/// where it is too damaged for that, so that no other process can write to it either.
fn lock_exclusive(path: &Path, wait: Duration) -> Result<Option<Connection>, StoreError> {
    let fail = |e| failure(path, wait, e);
    let db = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(fail)?;
    let mut store = Store::over(db, path, true, wait);
    let alone = || -> Result<(), StoreError> {
        store.check_header(wait)?;
        // SQLite does not wait where a journal is given up, so the waiting is done here.
        store.db.busy_timeout(Duration::ZERO).map_err(fail)?;
        let mut waited = Duration::ZERO;
        loop {
            let attempt = take_all_locks(&store);
            match attempt.map_err(fail) {
                Ok(true) => {
                    let [journal, ..] = companions(path);
                    let gone = is_there(&journal)
                        .and_then(|is_there| if is_there { std::fs::remove_file(&journal) } else { Ok(()) });
                    return gone.map_err(|e| StoreError::Io(journal, e));
                }
                Ok(false) | Err(StoreError::Busy(..)) if waited < wait => {
                    // If all locks were refused, release those taken, or the other processes would wait for us.
                    // The next attempt finds out if the ledger is still busy.
                    let _ = store.run("PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema");
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
                Ok(false) => return Err(StoreError::Busy(path.to_path_buf(), wait)),
                Err(error) => return Err(error),
            }
        }
    };
    match { alone }() {
        Ok(()) => Ok(Some(store.db)),
        Err(StoreError::Damaged(..)) => Ok(None),
        // A ledger whose first bytes are damaged is none any more to SQLite. What was never one, a text
        // or another program's database, is left alone.
        Err(StoreError::NotALedger(_)) if !is_another_database(&store) && was_a_ledger(path) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Does a file show that it was a ledger once: by its first words, its mark, or the words of a table?
fn was_a_ledger(path: &Path) -> bool {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 20).read_to_end(&mut bytes));
    let traces: [&[u8]; 3] = [b"SQLite format 3\0", b"jndn", b"CREATE TABLE change"];
    read.is_ok() && traces.into_iter().any(|trace| bytes.windows(trace.len()).any(|part| part == trace))
}

/// Is it a database that holds something else than a ledger?
fn is_another_database(store: &Store) -> bool {
    let ours = "SELECT count(*) FROM sqlite_schema WHERE name IN ('change', 'entry', 'snapshot')";
    matches!(store.number(ours), Ok(tables) if tables < 3)
}

/// Tries once to have a ledger alone; `false` or busy where others have it open.
fn take_all_locks(store: &Store) -> Result<bool, rusqlite::Error> {
    let mode = |word: &str| {
        store.db.query_row(&format!("PRAGMA journal_mode = {word}"), [], |row| row.get::<_, String>(0))
    };
    store.run("PRAGMA locking_mode = EXCLUSIVE")?;
    if mode("DELETE")? != "delete" {
        return Ok(false);
    }
    // The holder of all locks keeps an empty journal until the end and then deletes the file of
    // that name, by that time the journal of the new ledger.
    mode("MEMORY")?;
    store.run("BEGIN EXCLUSIVE").map(|()| true)
}

/// A ledger with a second name, until another file takes its place.
struct SetAside {
    kept: Option<PathBuf>,
    /// The files that got other names: the former name, the present one.
    moved: Vec<(PathBuf, PathBuf)>,
    /// The second name of a file that has its first one as well.
    linked: Option<PathBuf>,
}

impl SetAside {
    /// Gives the ledger a second name, which no file has yet, and takes its journals along. The first
    /// name goes to another file in one step, so that there is a ledger under it at every moment;
    /// only where the file system has no hard links it is free for the moment between.
    fn new(path: &Path, suffix: &str) -> Result<SetAside, StoreError> {
        let mut aside = SetAside { kept: None, moved: Vec::new(), linked: None };
        aside.fill(path, suffix).map_err(|e| OutputError::Io(path.to_path_buf(), e))?;
        Ok(aside)
    }

    fn fill(&mut self, path: &Path, suffix: &str) -> io::Result<()> {
        let [journal, wal, shared] = companions(path);
        if !(holds_something(path)? || holds_something(&journal)? || holds_something(&wal)?) {
            return Ok(());
        }
        for name in names(path, suffix) {
            let mut taken = false;
            for file in companions(&name) {
                taken |= is_there(&file)?;
            }
            if taken {
                continue;
            }
            if is_there(path)? {
                match output_file::link_or_move(path, &name) {
                    Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                    Err(e) => return Err(e),
                    Ok(true) => self.linked = Some(name.clone()),
                    Ok(false) => self.moved.push((path.to_path_buf(), name.clone())),
                }
            }
            let [kept_journal, kept_wal, _] = companions(&name);
            for (from, to) in [(journal, kept_journal), (wal, kept_wal)] {
                if is_there(&from)? {
                    std::fs::rename(&from, &to)?;
                    self.moved.push((from, to));
                }
            }
            if is_there(&shared)? {
                std::fs::remove_file(&shared)?;
            }
            // The second name must last before the first one goes to another file.
            output_file::sync_folder(&folder_of(path));
            self.kept = Some(name);
            return Ok(());
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Leaves the ledger under its second name, readable only by its owner, and returns that name.
    fn commit(mut self) -> Option<PathBuf> {
        (self.linked, self.moved) = (None, Vec::new());
        let kept = self.kept.take()?;
        #[cfg(unix)]
        {
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            let _ = std::fs::set_permissions(&kept, private);
        }
        Some(kept)
    }
}

impl Drop for SetAside {
    /// Nothing took the ledger's place: what was moved goes back, and the second name goes away.
    fn drop(&mut self) {
        for (from, to) in self.moved.drain(..).rev() {
            let _ = std::fs::rename(to, from);
        }
        if let Some(linked) = self.linked.take() {
            let _ = std::fs::remove_file(linked);
        }
    }
}

/// Returns whether a file is there and not empty.
fn holds_something(path: &Path) -> io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(meta) => Ok(meta.len() > 0),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// Names in the folder of a ledger that say what was done: `ledger.db.before-restore-2026-11-22T130500`, and then with a number.
fn names(path: &Path, suffix: &str) -> impl Iterator<Item = PathBuf> {
    let (path, suffix) = (path.to_path_buf(), suffix.to_string());
    (1..1000).map(move |n| {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        with_suffix(&path, &format!(".{suffix}{number}"))
    })
}

/// The files that SQLite keeps next to a database: its journals, and the memory that readers share.
pub(super) fn companions(path: &Path) -> [PathBuf; 3] {
    ["-journal", "-wal", "-shm"].map(|suffix| with_suffix(path, suffix))
}

/// Returns the file that a link to a ledger leads to: SQLite keeps its files next to that one.
pub(super) fn real_path(path: &Path) -> PathBuf {
    let real = if path.is_symlink() { std::fs::canonicalize(path).ok() } else { None };
    real.unwrap_or_else(|| path.to_path_buf())
}

/// Returns whether the journal of a file may hold something that the file does not.
pub fn has_journal(path: &Path) -> bool {
    let [journal, wal, _] = companions(&real_path(path));
    [journal, wal].iter().any(|file| std::fs::metadata(file).is_ok_and(|meta| meta.len() > 0))
}

/// Returns whether there is a file of that name; only an answer of the system means that there is none.
fn is_there(path: &Path) -> io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}

/// Returns a ledger and the files that SQLite keeps next to it, under the names that it is known by:
/// the one given, and the one that a link leads to.
pub fn ledger_files(path: &Path) -> Vec<PathBuf> {
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let with_companions = |path: PathBuf| companions(&path).into_iter().chain([path]);
    with_companions(path.to_path_buf()).chain(with_companions(real)).collect()
}

/// Creates the draft of a ledger, whose folder is created where it is missing.
pub(super) fn draft_of_ledger(path: &Path) -> Result<OutputFile, StoreError> {
    output_file::create_folder(&folder_of(path))
        .and_then(|()| OutputFile::next_to(path, Existing::Refuse))
        .map_err(|e| birth_failure(path, e))
}

/// Writes a whole ledger into a draft.
pub(super) fn fill(db: &Connection, draft: &mut OutputFile, target: &Path) -> Result<(), StoreError> {
    // A path need not be UTF-8; SQLite hands its bytes on as they are.
    let path = plain_name(draft.hand_over());
    let path = ToSqlOutput::Borrowed(ValueRef::Text(path.as_os_str().as_encoded_bytes()));
    db.execute("VACUUM INTO ?1", [path]).map_err(|e| StoreError::Sqlite(target.to_path_buf(), e))?;
    Ok(())
}

/// Gives the draft of a ledger its name. An existing ledger is never replaced; an empty file holds
/// nothing, so it gives way.
pub(super) fn place_ledger(draft: OutputFile, path: &Path, wait: Duration) -> Result<(), StoreError> {
    let is_empty = || std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == 0);
    let placed = if is_empty() {
        // Two processes that find the empty file must not replace each other's ledger.
        let _folder = lock_folder(path, wait)?;
        if is_empty() { draft.commit_over() } else { draft.commit() }
    } else {
        draft.commit()
    };
    placed.map_err(|e| match e {
        OutputError::Exists(path) => StoreError::CreatedMeanwhile(path),
        OutputError::Io(_, e) => birth_failure(path, e),
        e => e.into(),
    })
}

/// Locks the folder of a ledger, waiting for others no longer than that; none where the file system
/// has no such locks.
fn lock_folder(path: &Path, wait: Duration) -> Result<Option<File>, StoreError> {
    let Ok(folder) = File::open(folder_of(path)) else { return Ok(None) };
    let mut waited = Duration::ZERO;
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(std::fs::TryLockError::Error(_)) => return Ok(None),
            Err(std::fs::TryLockError::WouldBlock) if waited < wait => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::Busy(path.to_path_buf(), wait)),
        }
    }
}

/// Lets a ledger begin in WAL mode: to change over to it later takes a moment without any reader, and
/// two who try at once are told that it is busy without having waited.
pub(super) fn begin_log(draft: &mut OutputFile) -> Result<(), rusqlite::Error> {
    let db = open(draft.hand_over(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.execute_batch("PRAGMA journal_mode = WAL")?;
    db.close().map_err(|(_, e)| e)
}

/// What stops a ledger from coming into being.
fn birth_failure(path: &Path, error: io::Error) -> StoreError {
    let path = path.to_path_buf();
    match error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::CreatedMeanwhile(path),
        io::ErrorKind::StorageFull => StoreError::DiskFull(path),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly(path),
        _ => StoreError::Io(path, error),
    }
}
