//! Opens the file of a ledger, and refuses one that is not safe to open.

use super::{SCHEMA, Store, StoreError, backup};
use crate::output_file::{folder_of, with_suffix};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often a journal is compared with its file before it is refused, and the pause between: a file
/// that another process is writing can be read half old and half new.
const COMPARISONS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(20);

/// Opens the database file of that name with everything off that a ledger does not need, so that a
/// file from elsewhere can do no more than be wrong.
pub(super) fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(plain_name(path), flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    hardened(db)
}

/// Opens a file as it lies, without locks and without its journal.
pub(super) fn open_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let uri = format!("file:{}?immutable=1", escaped(&plain_name(path)));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    hardened(Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?)
}

fn hardened(db: Connection) -> rusqlite::Result<Connection> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Otherwise SQLite compares a bound value with the conditions of partial indexes, and parses the
    // statement again for each new value: an export took ten times as long.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.execute_batch("PRAGMA cell_size_check = ON")?;
    // Elsewhere fsync reaches the disk; on macOS only this does.
    #[cfg(target_os = "macos")]
    db.execute_batch("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON")?;
    Ok(db)
}

/// Returns a path that SQLite takes for nothing but the name of a file: alone it would take
/// `file:x?mode=ro` for an address and `:memory:` for no file at all.
pub(super) fn plain_name(path: &Path) -> PathBuf {
    if path.is_relative() { Path::new(".").join(path) } else { path.to_path_buf() }
}

/// A path within a `file:` address, byte by byte.
fn escaped(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(*byte));
            }
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
    out
}

/// What a file looked like when it was opened without locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
    /// The header of the file, in which SQLite counts changes.
    header: Vec<u8>,
}

impl FileState {
    /// Returns how the file looks now.
    pub(super) fn of(path: &Path) -> std::io::Result<FileState> {
        let (mut header, file) = (Vec::new(), std::fs::File::open(path)?);
        let meta = file.metadata()?;
        file.take(100).read_to_end(&mut header)?;
        Ok(FileState { path: path.to_path_buf(), length: meta.len(), modified: meta.modified().ok(), header })
    }

    /// Fails where another process has changed the file since: what was read from it may be half old
    /// and half new.
    pub fn verify_unchanged(&self) -> Result<(), StoreError> {
        match FileState::of(&self.path) {
            Ok(now) if now == *self => Ok(()),
            Ok(_) => Err(StoreError::BeingWritten(self.path.clone())),
            Err(error) => Err(StoreError::Io(self.path.clone(), error)),
        }
    }
}

/// The tables whose rows share one count.
const COUNTED: [&str; 8] =
    ["change", "unit", "account", "account_version", "rate", "entry", "snapshot", "void"];

/// Returns the highest number of a fact.
fn last_number(db: &Connection) -> rusqlite::Result<i64> {
    let last: Vec<String> =
        COUNTED.iter().map(|table| format!("SELECT max(rowid) AS number FROM {table}")).collect();
    db.query_row(&format!("SELECT ifnull(max(number), 0) FROM ({})", last.join(" UNION ALL ")), [], |row| {
        row.get(0)
    })
}

/// Returns how many facts have a number above that one.
fn count_above(db: &Connection, number: i64) -> rusqlite::Result<i64> {
    let counts: Vec<String> =
        COUNTED.iter().map(|table| format!("(SELECT count(*) FROM {table} WHERE rowid > ?1)")).collect();
    db.query_row(&format!("SELECT {}", counts.join(" + ")), [number], |row| row.get(0))
}

/// Refuses a file next to the journal of another file, an earlier or a later one: SQLite
/// would mix the pages of the two. Facts are numbered one by one, and a journal goes on where its file
/// ends. So it is another's if the last change of the file is missing in what the two show together,
/// or of the facts that follow on the last one of the file some are missing, or the two together cannot
/// be read at all.
pub(super) fn refuse_stale_journal(path: &Path, wait: Duration) -> Result<(), StoreError> {
    let [_, journal, _] = backup::companions(&backup::real_path(path));
    if !std::fs::metadata(&journal).is_ok_and(|meta| meta.len() > 0) {
        return Ok(());
    }
    for attempt in 0..COMPARISONS {
        if attempt > 0 {
            std::thread::sleep(PAUSE);
        }
        // The file comes first, so that a writer can only make the other one go further.
        let alone = open_immutable(path).and_then(|db| {
            let sql = "SELECT seq, id FROM change ORDER BY seq DESC LIMIT 1";
            let last = db.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
            Ok((last, last_number(&db)?))
        });
        let Ok((last, number)) = alone else { return Ok(()) };
        let with_journal = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|db| {
            db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            db.busy_timeout(wait)?;
            db.query_row("SELECT 1 FROM change WHERE (seq, id) = (?1, ?2)", last, |_| Ok(()))?;
            Ok(last_number(&db)? - number == count_above(&db, number)?)
        });
        match with_journal {
            Ok(false) | Err(Error::QueryReturnedNoRows) => {}
            Err(error)
                if matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                ) => {}
            // What else is wrong is said when it is opened.
            _ => return Ok(()),
        }
    }
    Err(StoreError::StaleJournal { path: path.to_path_buf(), journal })
}

/// Another name (hard link) of a file, where it is in the same folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondName(pub Option<PathBuf>);

/// Refuses to write a ledger that has a second name: two programs that write under two names would
/// each have a journal, and one would lose what the other wrote. The write lock is held.
pub(super) fn refuse_second_name(path: &Path) -> Result<(), StoreError> {
    match second_name(path) {
        None => Ok(()),
        // A restore that was killed left it. No restore is under way, for that holds the lock.
        Some(SecondName(Some(other)))
            if is_set_aside(path, &other) && std::fs::remove_file(&other).is_ok() =>
        {
            refuse_second_name(path)
        }
        Some(SecondName(other)) => Err(second_name_error(path, other)),
    }
}

/// The error for a second name. The last records may be in the journal next to one of the names, so
/// that one must stay.
fn second_name_error(path: &Path, other: Option<PathBuf>) -> StoreError {
    let needless = match &other {
        Some(other) if !backup::has_journal(other) => Some(other.clone()),
        Some(_) if !backup::has_journal(path) => Some(path.to_path_buf()),
        _ => None,
    };
    StoreError::SecondName { path: path.to_path_buf(), other, needless }
}

/// Refuses to read a ledger whose journal is next to its second name: what that holds would be
/// missing in every answer.
pub(super) fn refuse_journal_of_second_name(path: &Path) -> Result<(), StoreError> {
    match lasting_second_name(path) {
        Some(SecondName(Some(other))) if backup::has_journal(&other) && !backup::has_journal(path) => {
            Err(second_name_error(path, Some(other)))
        }
        _ => Ok(()),
    }
}

/// Returns another name of a ledger that has several; none where that is from a restore, which gives
/// it such a name for a moment.
pub fn lasting_second_name(path: &Path) -> Option<SecondName> {
    second_name(path).filter(|SecondName(other)| !other.as_ref().is_some_and(|o| is_set_aside(path, o)))
}

/// Returns whether a restore gives a ledger such a name when it sets it aside.
fn is_set_aside(path: &Path, other: &Path) -> bool {
    let aside = with_suffix(&backup::real_path(path), ".before-restore-");
    let [aside, other] = [&aside, other].map(|path| path.file_name().unwrap_or_default().as_encoded_bytes());
    other.starts_with(aside)
}

fn second_name(path: &Path) -> Option<SecondName> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let meta = std::fs::metadata(path).ok().filter(|meta| meta.nlink() > 1)?;
        let real = backup::real_path(path);
        let is_other = |other: &Path, of_other: &std::fs::Metadata| {
            (of_other.dev(), of_other.ino()) == (meta.dev(), meta.ino())
                && other.file_name() != real.file_name()
        };
        let entries = std::fs::read_dir(folder_of(&real)).into_iter().flatten().flatten();
        let mut others = entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)));
        Some(SecondName(others.find(|(other, meta)| is_other(other, meta)).map(|(other, _)| other)))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

impl Store {
    /// Refuses a file with tables, triggers or views other than those of a ledger: a trigger would
    /// run at the next change. What is missing, a check finds.
    pub(super) fn refuse_foreign_objects(&self) -> Result<(), StoreError> {
        let sql = "SELECT type, name, sql FROM sqlite_schema WHERE type <> 'index'";
        let own: Vec<&str> = SCHEMA.lines().filter_map(|line| line.strip_prefix("CREATE ")).collect();
        let mut foreign = None;
        self.all(sql, [], |row| {
            let [kind, name, sql] = [row.get_ref(0)?, row.get_ref(1)?, row.get_ref(2)?]
                .map(|value| value.as_bytes_or_null().ok().flatten().unwrap_or_default());
            if foreign.is_none() && !is_own(&own, kind, name, sql) {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                foreign = Some((text(kind), text(name)));
            }
            Ok(())
        })?;
        match foreign {
            None => Ok(()),
            Some((kind, name)) => Err(StoreError::Foreign { path: self.path.clone(), kind, name }),
        }
    }
}

/// Returns whether the schema has that object: a table of that name, or that very trigger. `own` are
/// the lines that begin with `CREATE `, without that.
fn is_own(own: &[&str], kind: &[u8], name: &[u8], sql: &[u8]) -> bool {
    if name.starts_with(b"sqlite_") {
        return true;
    }
    let own = own.iter().map(|line| line.as_bytes());
    match kind {
        b"table" => {
            own.filter_map(|line| line.strip_prefix(b"TABLE ")?.strip_suffix(b" (")).any(|n| n == name)
        }
        b"trigger" => {
            let Some(sql) = sql.strip_prefix(b"CREATE ") else { return false };
            own.filter_map(|line| line.strip_suffix(b";")).any(|line| line == sql)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_every_path_for_the_name_of_a_file() {
        for (path, name) in [
            (":memory:", "./:memory:"),
            ("file:x.db?mode=ro", "./file:x.db?mode=ro"),
            ("/tmp/file:x", "/tmp/file:x"),
            ("", "./"),
        ] {
            assert_eq!(plain_name(Path::new(path)), Path::new(name));
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file:x.db?mode=memory");
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        open(&path, flags).expect("a database").execute_batch("CREATE TABLE t (a)").expect("a table");
        assert!(path.is_file());
    }

    #[test]
    fn opens_a_file_of_any_name_as_it_lies() {
        let mut names = vec!["한글 #1?.db", "a%20b&c=d.db", "x\u{7f}.db"];
        names.retain(|name| cfg!(unix) || name.is_ascii());
        let folder = tempfile::tempdir().expect("a folder");
        for name in names {
            let path = folder.path().join(name);
            Store::write(&path, PAUSE).and_then(Store::commit).expect("a ledger");
            let db = open_immutable(&path).expect("the ledger");
            let tables: i64 =
                db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).expect("tables");
            assert!(tables > 0, "{name}");
            assert!(db.execute_batch("DELETE FROM lot").is_err());
        }
    }

    #[test]
    fn is_off_what_a_file_from_elsewhere_could_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.db");
        Store::write(&path, PAUSE).and_then(Store::commit).expect("a ledger");
        let store = Store::write(&path, PAUSE).expect("the ledger");
        let on = |what| store.db.db_config(what).expect("a setting");
        assert!(on(DbConfig::SQLITE_DBCONFIG_DEFENSIVE) && !on(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA));
        assert_eq!(store.number("PRAGMA cell_size_check").expect("a setting"), 1);
        assert!(store.run("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema").is_err());
    }

    #[test]
    fn an_unlocked_file_that_was_changed_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.db");
        std::fs::write(&path, [7; 200]).expect("a file");
        let before = FileState::of(&path).expect("a file");
        before.verify_unchanged().expect("unchanged");
        let mut bytes = vec![7; 200];
        bytes[27] = 8;
        std::fs::write(&path, bytes).expect("a file");
        assert!(matches!(before.verify_unchanged(), Err(StoreError::BeingWritten(_))));
    }

    #[test]
    fn knows_every_object_of_the_schema_and_no_other() {
        let store = Store::in_memory().expect("a ledger");
        store.refuse_foreign_objects().expect("its own");
        for (kind, name, sql) in [
            ("table", "more", "CREATE TABLE more (a)"),
            ("view", "more", "CREATE VIEW more AS SELECT 1"),
            ("trigger", "more", "CREATE TRIGGER more AFTER INSERT ON entry BEGIN DELETE FROM lot; END"),
            (
                "trigger",
                "rate_is_kept",
                "DROP TRIGGER rate_is_kept;
                 CREATE TRIGGER rate_is_kept BEFORE UPDATE ON rate BEGIN DELETE FROM lot; END",
            ),
        ] {
            let store = Store::in_memory().expect("a ledger");
            store.run(sql).expect("an object");
            let refused = store.refuse_foreign_objects();
            let is_named = matches!(&refused, Err(StoreError::Foreign { kind: k, name: n, .. }) if k == kind && n == name);
            assert!(is_named, "{name}: {refused:?}");
        }
    }
}
