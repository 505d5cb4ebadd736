//! Copies of the ledger: each is whole and looked through before it appears under its name, and
//! what was under that name is never lost unasked.

use super::{Store, StoreError, exists, failure};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How long to wait between two attempts to have a ledger alone.
const PAUSE: Duration = Duration::from_millis(20);

/// How the names of drafts end.
const DRAFT_ENDING: &str = ".new";
/// And what is added to them for the names of their locks.
const LOCK_ENDING: &str = "-lock";

/// How many drafts this process has begun.
static DRAFTS: AtomicU32 = AtomicU32::new(0);

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
    /// Where the ledger lies that was there before, if one was.
    pub kept: Option<PathBuf>,
}

impl Store {
    /// Copies a ledger to a new file, also while others write to it.
    pub fn backup(path: &Path, to: &Path, replace: bool, wait: Duration) -> Result<Contents, StoreError> {
        if is_same(path, to) || companions(path).iter().any(|file| is_same(file, to)) {
            return Err(StoreError::IsTheLedger(to.to_path_buf()));
        }
        let fail = |e| StoreError::CopyFailed(to.to_path_buf(), e);
        if to.is_dir() {
            return Err(fail(io::ErrorKind::IsADirectory.into()));
        }
        // A journal left of another file would be taken for the copy's own.
        let taken = std::iter::once(to.to_path_buf()).chain(companions(to)).find(|file| is_there(file));
        if let Some(taken) = taken.filter(|_| !replace) {
            return Err(StoreError::Taken(taken));
        }
        if !exists(path)? {
            return Err(StoreError::Io(path.to_path_buf(), io::ErrorKind::NotFound.into()));
        }
        let store = Store::read(path, wait)?;
        let draft = Draft::beside(to).map_err(fail)?;
        store.copy_into(&draft)?;
        let contents = verified(&draft.path, path, wait)?.contents()?;
        if replace {
            for file in companions(to).iter().filter(|file| is_there(file)) {
                std::fs::remove_file(file).map_err(fail)?;
            }
            draft.replace().map_err(fail)?;
        } else {
            draft.appear().map_err(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => StoreError::Taken(to.to_path_buf()),
                _ => fail(e),
            })?;
        }
        Ok(contents)
    }

    /// Puts a copy in the place of a ledger, which stays beside it under a name with `suffix`.
    pub fn restore(path: &Path, from: &Path, suffix: &str, wait: Duration) -> Result<Restored, StoreError> {
        if is_same(path, from) {
            return Err(StoreError::IsTheLedger(from.to_path_buf()));
        }
        // Where a link leads to the ledger, the ledger gives way and not the link.
        let real = if path.is_symlink() { std::fs::canonicalize(path) } else { Ok(path.to_path_buf()) };
        let real = real.map_err(|e| StoreError::Io(path.to_path_buf(), e))?;
        let path = real.as_path();
        std::fs::metadata(from).map_err(|e| StoreError::Io(from.to_path_buf(), e))?;
        let source = verified(from, from, wait)?;
        let fail = |e| StoreError::CopyFailed(path.to_path_buf(), e);
        let draft = Draft::of_new_ledger(path).map_err(fail)?;
        source.copy_into(&draft)?;
        let contents = verified(&draft.path, from, wait)?.contents()?;
        loop {
            let met = identity(path);
            if !exists(path)? {
                let kept = set_aside(path, suffix).map_err(fail)?;
                // An empty file holds nothing, so it gives way; a ledger made just now does not.
                let placed = if is_there(path) { draft.replace() } else { draft.appear() };
                placed.map_err(|e| match e.kind() {
                    io::ErrorKind::AlreadyExists => StoreError::CreatedMeanwhile(path.to_path_buf()),
                    _ => fail(e),
                })?;
                return Ok(Restored { contents, kept });
            }
            // Held until the new file is in place, so that nobody writes to the old one meanwhile.
            let alone = seize(path, wait);
            if identity(path) != met {
                continue;
            }
            let alone = alone?;
            let kept = set_aside(path, suffix).map_err(fail)?;
            draft.replace().map_err(fail)?;
            drop(alone);
            return Ok(Restored { contents, kept });
        }
    }

    /// Copies the ledger, whose write lock is held, as it is before it takes another form.
    pub(super) fn copy_before_form(&self, form: i64) -> Result<PathBuf, StoreError> {
        let fail = |e| StoreError::CopyFailed(self.path.clone(), e);
        // A transaction that may write cannot be copied from; a reader beside it sees the same.
        let reader = Store::read(&self.path, self.wait)?;
        let mut error = io::Error::from(io::ErrorKind::AlreadyExists);
        for name in names(&self.path, &format!("before-form-{form}")) {
            let draft = Draft::beside(&name).map_err(fail)?;
            reader.copy_into(&draft)?;
            match verified(&draft.path, &self.path, self.wait) {
                // A damaged ledger is copied as it is: what is damaged may be about to be mended.
                Ok(_) | Err(StoreError::Damaged(..)) => {}
                Err(e) => return Err(e),
            }
            match draft.appear() {
                Ok(()) => return Ok(name),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => error = e,
                Err(e) => return Err(fail(e)),
            }
        }
        Err(fail(error))
    }

    /// Copies a ledger that was opened for reading; what it shows is of one moment.
    fn copy_into(&self, draft: &Draft) -> Result<(), StoreError> {
        self.run("COMMIT").map_err(|e| self.fail(e))?;
        let result = draft.fill(&self.db).map_err(|e| match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => {
                StoreError::CopyFailed(draft.target.clone(), io::ErrorKind::StorageFull.into())
            }
            _ => self.fail(e),
        });
        self.run("BEGIN").map_err(|e| self.fail(e))?;
        result
    }

    fn contents(&self) -> Result<Contents, StoreError> {
        let count = |table: &str| {
            let live = "change NOT IN (SELECT change FROM voided)";
            self.number(&format!("SELECT count(*) FROM {table} WHERE {live}")).map_err(|e| self.fail(e))
        };
        Ok(Contents { accounts: count("account")?, entries: count("entry")?, snapshots: count("snapshot")? })
    }
}

/// Opens a ledger and looks through it; what is wrong is told of the file `told`.
fn verified(path: &Path, told: &Path, wait: Duration) -> Result<Store, StoreError> {
    let store = Store::read(path, wait)?;
    if store.unborn {
        return Err(StoreError::NotALedger(told.to_path_buf()));
    }
    match store.damage()?.into_iter().next() {
        Some(finding) => Err(StoreError::Damaged(told.to_path_buf(), finding.what)),
        None => Ok(store),
    }
}

/// Has a ledger alone, its journal written back into it, until the connection is dropped. `None`
/// where it is too damaged for that, so that nobody else can write to it either.
fn seize(path: &Path, wait: Duration) -> Result<Option<Connection>, StoreError> {
    let fail = |e| failure(path, wait, e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(fail)?;
    let mut store = Store::over(db, path, true, wait);
    let alone = || -> Result<(), StoreError> {
        store.greet(wait)?;
        // SQLite does not wait where a journal is given up, so the waiting is done here.
        store.db.busy_timeout(Duration::ZERO).map_err(fail)?;
        let mut waited = Duration::ZERO;
        loop {
            let attempt = take_all_locks(&store);
            match attempt.map_err(fail) {
                Ok(true) => {
                    let [journal, ..] = companions(path);
                    let gone = if is_there(&journal) { std::fs::remove_file(&journal) } else { Ok(()) };
                    return gone.map_err(|e| StoreError::Io(journal, e));
                }
                Ok(false) | Err(StoreError::Busy(..)) if waited < wait => {
                    // Whoever asked for all locks and did not get them must let the others go on.
                    // That it stays busy meanwhile is told by the next attempt.
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
    // Whoever holds all locks keeps an empty journal until the end, and would then delete what
    // lies under its name: by that time the journal of the new ledger.
    mode("MEMORY")?;
    store.run("BEGIN EXCLUSIVE").map(|()| true)
}

/// Gives the ledger a second name, which no file has yet, and takes its journal along. The first
/// name goes to another file in one step, so that there is a ledger under it at every moment.
fn set_aside(path: &Path, suffix: &str) -> io::Result<Option<PathBuf>> {
    let something = |file: &Path| std::fs::metadata(file).is_ok_and(|m| m.len() > 0);
    let [journal, wal, shared] = companions(path);
    if ![path, &journal, &wal].into_iter().any(something) {
        return Ok(None);
    }
    for name in names(path, suffix) {
        if companions(&name).iter().any(|file| is_there(file)) {
            continue;
        }
        match if is_there(path) { std::fs::hard_link(path, &name) } else { Ok(()) } {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
            linked => linked?,
        }
        let [kept_journal, kept_wal, _] = companions(&name);
        for (from, to) in [(&journal, kept_journal), (&wal, kept_wal)] {
            if is_there(from) {
                std::fs::rename(from, to)?;
            }
        }
        if is_there(&shared) {
            std::fs::remove_file(&shared)?;
        }
        // The second name must last before the first one goes to another file.
        File::open(folder_of(path))?.sync_all()?;
        return Ok(Some(name));
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Names beside a ledger that say what was done: `ledger.db.before-form-2`, and then with a number.
fn names(path: &Path, suffix: &str) -> impl Iterator<Item = PathBuf> {
    let (path, suffix) = (path.to_path_buf(), suffix.to_string());
    (1..1000).map(move |n| {
        let number = if n == 1 { String::new() } else { format!("-{n}") };
        with_ending(&path, &format!(".{suffix}{number}"))
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(ending);
    PathBuf::from(name)
}

/// The files that SQLite keeps beside one: its journals, and the memory that readers share.
fn companions(path: &Path) -> [PathBuf; 3] {
    ["-journal", "-wal", "-shm"].map(|ending| with_ending(path, ending))
}

/// Does a journal beside the file hold something that the file itself may not?
pub fn has_journal(path: &Path) -> bool {
    let [journal, wal, _] = companions(path);
    [journal, wal].iter().any(|file| std::fs::metadata(file).is_ok_and(|meta| meta.len() > 0))
}

fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    one == other
        || real(one).is_some_and(|path| Some(path) == real(other))
        || identity(one).is_some_and(|file| Some(file) == identity(other))
}

/// Which file lies under a name, by device and number, where the system numbers its files.
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// A file in the making, that only its owner can read, beside the place where it will appear.
pub struct Draft {
    path: PathBuf,
    folder: PathBuf,
    target: PathBuf,
    /// Locked for as long as the draft is in use. It is a file of its own: where such locks and those of
    /// SQLite are of one kind, on shared folders or other systems, the draft's own would keep SQLite out.
    _held: File,
}

impl Draft {
    /// A draft of a file in a folder that exists.
    fn beside(target: &Path) -> io::Result<Draft> {
        let folder = folder_of(target);
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        clear_away_drafts(&folder);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // A process that was killed may have left a draft, and another may have its number now.
        // Within a process no name is given twice: a draft clears its name away at its end, and by
        // then another one could lie there.
        let mut paths = (0..1000).map(|_| {
            let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
            folder.join(format!(".{name}.{}-{number}{DRAFT_ENDING}", std::process::id()))
        });
        loop {
            let path = paths.next().ok_or(io::ErrorKind::ResourceBusy)?;
            let lock = lock_of(&path);
            let held = match options.open(&lock) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                // Until it was locked, others could take it for one that was left.
                Ok(held) if !holds(&held, &lock) => continue,
                opened => opened?,
            };
            match options.open(&path) {
                Ok(_) => return Ok(Draft { path, folder, target: target.to_path_buf(), _held: held }),
                Err(e) => {
                    let _ = std::fs::remove_file(&lock);
                    if e.kind() != io::ErrorKind::AlreadyExists {
                        return Err(e);
                    }
                }
            }
        }
    }

    /// A draft of a ledger, whose folder is created, closed to others, where it is missing.
    pub fn of_new_ledger(target: &Path) -> io::Result<Draft> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder_of(target))?;
        Draft::beside(target)
    }

    /// Where the draft lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that the draft and the ledger lie in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a whole ledger into the draft.
    pub fn fill(&self, db: &Connection) -> Result<(), rusqlite::Error> {
        db.execute("VACUUM INTO ?1", [&*self.path.to_string_lossy()]).map(|_| ())
    }

    /// Lets the ledger be born with its log: to change over to one later takes a moment without any
    /// reader, and two who try at once are told that it is busy without having waited.
    pub fn begin_log(&self) -> Result<(), rusqlite::Error> {
        let db = Connection::open(&self.path)?;
        db.execute_batch("PRAGMA journal_mode = WAL")?;
        db.close().map_err(|(_, e)| e)
    }

    /// Gives the draft its name, where no file has it.
    pub fn appear(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        // A link fails where the name is taken; a rename would not.
        std::fs::hard_link(&self.path, &self.target)?;
        File::open(&self.folder)?.sync_all()
    }

    /// Gives the draft its name, in place of the file that has it.
    pub fn replace(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()?;
        std::fs::rename(&self.path, &self.target)?;
        File::open(&self.folder)?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // SQLite leaves a journal beside it where the disk failed.
        remove(&self.path);
    }
}

/// The file that is locked as long as a draft is in use.
fn lock_of(draft: &Path) -> PathBuf {
    with_ending(draft, LOCK_ENDING)
}

/// Removes a draft with what lies beside it, and at last its lock.
fn remove(draft: &Path) {
    for file in companions(draft).into_iter().chain([draft.to_path_buf(), lock_of(draft)]) {
        let _ = std::fs::remove_file(file);
    }
}

/// Locks what a draft is held by, and which was just made; `false` where it was cleared away before that.
#[cfg(unix)]
fn holds(file: &File, path: &Path) -> bool {
    // Where the file system has no such locks, nobody clears a draft away.
    file.lock().is_err() || is_at(file, path)
}

/// Where files have no numbers nobody clears a draft away.
#[cfg(not(unix))]
fn holds(_: &File, _: &Path) -> bool {
    true
}

/// Removes the drafts in a folder that nobody holds any more: their makers were killed. What cannot be
/// removed stays; a new draft does not depend on it.
#[cfg(unix)]
fn clear_away_drafts(folder: &Path) {
    use std::os::unix::fs::MetadataExt;
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let lock = path.to_str().and_then(|path| path.strip_suffix(LOCK_ENDING)).map(PathBuf::from);
        let draft = lock.as_ref().unwrap_or(&path);
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        if !is_named_as_draft(draft) || !meta.is_file() {
            continue;
        }
        // Drafts of before had no locks of their own. One that appeared under its name is that file, too,
        // and to open and close it would undo SQLite's locks on it.
        let had_none = lock.is_none() && !is_there(&lock_of(draft)) && meta.nlink() == 1;
        if lock.is_none() && !had_none {
            continue;
        }
        let Ok(mut file) = File::open(&path) else { continue };
        // Whoever has the lock is the only one to remove it, so the name cannot go to another file.
        let is_left = file.try_lock().is_ok() && is_at(&file, &path);
        if is_left && (!had_none || may_be_a_ledger(&mut file)) {
            remove(draft);
        }
    }
}

#[cfg(not(unix))]
fn clear_away_drafts(_: &Path) {}

/// Is it the name of a draft of another process: hidden, and at its end the number of the process and
/// that of the draft?
#[cfg(unix)]
fn is_named_as_draft(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let middle = name.strip_prefix('.').and_then(|name| name.strip_suffix(DRAFT_ENDING));
    let numbers = middle.and_then(|middle| middle.rsplit_once('.')).and_then(|(_, n)| n.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let own = std::process::id().to_string();
    numbers.is_some_and(|(process, draft)| is_number(process) && is_number(draft) && process != own)
}

/// Does the file begin as a ledger does, or hold nothing there yet?
#[cfg(unix)]
fn may_be_a_ledger(file: &mut File) -> bool {
    let mut head = Vec::new();
    let read = file.take(16).read_to_end(&mut head).is_ok();
    read && (head == b"SQLite format 3\0" || head.iter().all(|byte| *byte == 0))
}

/// Does an opened file still lie under its name?
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata().ok().map(|meta| (meta.dev(), meta.ino()));
    opened.is_some() && opened == identity(path)
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{APPLICATION, STEPS};
    use super::*;

    const WAIT: Duration = Duration::from_secs(1);

    fn ledger(folder: &Path) -> PathBuf {
        let path = folder.join("ledger.db");
        Store::write(&path, WAIT).and_then(Store::keep).expect("an empty ledger");
        path
    }

    #[test]
    fn a_file_is_copied_before_it_takes_another_form() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = ledger(folder.path());
        let now = STEPS.len() as i64;
        let later = ["CREATE TABLE later (n INTEGER) STRICT", "CREATE TABLE last (n INTEGER) STRICT"];
        let store = Store::write(&path, WAIT).expect("a ledger");
        store.upgrade(now, &[STEPS, &later].concat()).expect("steps taken");
        store.keep().expect("kept");
        let copy = folder.path().join(format!("ledger.db.before-form-{}", now + 2));
        let old = Store::read(&copy, WAIT).expect("the copy opens");
        assert_eq!(old.form().expect("a form"), now);
        assert_eq!(old.number("PRAGMA application_id").expect("a mark"), APPLICATION);
        let newer = Store::read(&path, WAIT);
        assert!(matches!(newer, Err(StoreError::Newer { version, .. }) if version == now + 2));
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(&copy).expect("a file").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
        }
    }

    #[test]
    fn a_step_that_fails_costs_nothing_and_no_copy_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = ledger(folder.path());
        let now = STEPS.len() as i64;
        let later = ["CREATE TABLE later (n INTEGER); oops"];
        let store = Store::write(&path, WAIT).expect("a ledger");
        assert!(store.upgrade(now, &[STEPS, &later].concat()).is_err());
        drop(store);
        let copy = folder.path().join(format!("ledger.db.before-form-{}", now + 1));
        assert!(!copy.exists(), "nothing came of it, so nothing is copied");
        std::fs::write(&copy, "kept by somebody").expect("a file");
        let store = Store::write(&path, WAIT).expect("the ledger of old");
        assert_eq!(store.form().expect("a form"), now);
        let later = ["CREATE TABLE later (n INTEGER) STRICT"];
        store.upgrade(now, &[STEPS, &later].concat()).expect("a step taken");
        let second = store.keep().expect("kept").expect("a copy");
        assert_eq!(second, folder.path().join(format!("ledger.db.before-form-{}-2", now + 1)));
        assert_eq!(std::fs::read(&copy).expect("a file"), b"kept by somebody");
    }

    #[test]
    #[cfg(unix)]
    fn drafts_that_nobody_holds_are_cleared_away_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &[u8]| {
            std::fs::write(folder.path().join(name), text).expect("a file");
            folder.path().join(name)
        };
        let left = [
            file(".copy.db.123-0.new", b""),
            file(".copy.db.123-0.new-journal", b"half"),
            file(".other.1.db.99999-12.new", b"SQLite format 3\0 and more"),
            file(".ledger.db.7-7.new", &[0; 4096]),
            file(".copy.db.8-0.new", b"half"),
            file(".copy.db.8-0.new-lock", b""),
            file(".copy.db.9-0.new-lock", b""),
        ];
        let others = [
            file("copy.db.123-0.new", b""),
            file(".copy.db.new", b""),
            file(".copy.db.12x-0.new", b""),
            file(".copy.db.-0.new", b""),
            file(".copy.db.124-0.new", b"somebody's words"),
            file(".copy.db.125-0.old", b""),
        ];
        let aside = tempfile::tempdir().expect("a folder");
        let link = folder.path().join(".copy.db.126-0.new");
        std::os::unix::fs::symlink(aside.path(), &link).expect("a link");
        let target = folder.path().join("copy.db");
        let second_name = folder.path().join(".copy.db.127-0.new");
        std::fs::hard_link(file("born.db", b"SQLite format 3\0"), &second_name).expect("a second name");
        let used = Draft::beside(&target).expect("a draft");
        let another = Draft::beside(&target).expect("another one beside it");
        assert!(left.iter().all(|file| !is_there(file)));
        assert!(others.iter().chain([&link, &second_name]).all(|file| is_there(file)));
        assert!(is_there(used.path()) && is_there(another.path()));
        drop(used);
        another.appear().expect("a file of that name");
        assert!(is_there(&target) && is_there(another.path()));
        // SQLite is to have the draft for itself.
        assert!(File::open(another.path()).expect("a file").try_lock().is_ok());
        let lock = lock_of(another.path());
        assert!(File::open(&lock).expect("a file").try_lock().is_err());
        drop(another);
        assert!(!is_there(&lock));
    }

    #[test]
    fn a_new_ledger_and_one_of_the_present_form_are_not_copied() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = ledger(folder.path());
        Store::write(&path, WAIT).and_then(Store::keep).expect("kept");
        let names = std::fs::read_dir(folder.path()).expect("a folder").flatten();
        assert!(!names.into_iter().any(|f| f.file_name().to_string_lossy().contains("before")));
    }
}
