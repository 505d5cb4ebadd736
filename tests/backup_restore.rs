//! The file under the ledger while several processes use it: waiting, copying, putting back.

#![allow(clippy::disallowed_methods, reason = "how long a process waits is measured by the clock")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A ledger of its own in a fresh folder.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn ledger(&self) -> PathBuf {
        self.path("ledger.db")
    }

    /// Runs a line such as `spend toss 500`.
    fn run(&self, line: &str) -> Output {
        self.command(line).output().expect("jandon runs")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jandon"));
        command
            .args(line.split(' '))
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("JANDON_LEDGER", self.ledger())
            .env("JANDON_TODAY", "2026-11-22T13:05")
            .env("LANG", "ko_KR.UTF-8")
            .env("JANDON_LANG", "en");
        command
    }

    fn fine(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output));
        String::from_utf8(output.stdout).expect("text")
    }

    fn with_an_account() -> Home {
        let home = Home::new();
        home.fine("account add toss");
        home.fine("log toss 50,000");
        home
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn held(ledger: &Path) -> rusqlite::Connection {
    let db = rusqlite::Connection::open(ledger).expect("the ledger opens");
    db.execute_batch("BEGIN IMMEDIATE").expect("the write lock");
    db
}

#[test]
fn a_writer_waits_as_long_as_it_is_told_and_then_changes_nothing() {
    let home = Home::with_an_account();
    let before = home.fine("history --json");
    let lock = held(&home.ledger());
    for (seconds, words) in [(0, "is busy"), (1, "was still busy after 1 second")] {
        let began = Instant::now();
        let output = home.run(&format!("spend toss 500 --lock-timeout {seconds}"));
        let took = began.elapsed();
        assert_eq!(output.status.code(), Some(5), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
        assert!(took >= Duration::from_secs(seconds), "gave up after {took:?}");
        assert!(took < Duration::from_secs(seconds + 3), "waited {took:?}");
    }
    // A reader does not wait for a writer.
    assert_eq!(home.fine("history --json --lock-timeout 0"), before);
    drop(lock);
    assert_eq!(home.fine("history --json"), before);
    home.fine("spend toss 500 --lock-timeout 0");
}

#[test]
fn a_reader_waits_as_long_as_it_is_told() {
    let home = Home::with_an_account();
    let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    db.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; PRAGMA user_version = 1")
        .expect("all locks");
    let output = home.run("balance --lock-timeout 1");
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("was still busy after 1 second"), "{}", said(&output));
}

/// The ids of all changes that a ledger holds.
fn changes(ledger: &Path) -> Vec<i64> {
    let db = rusqlite::Connection::open(ledger).expect("a ledger opens");
    let mut statement = db.prepare("SELECT id FROM change").expect("a ledger");
    statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("changes")
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[cfg(unix)]
#[test]
fn copies_are_for_their_owner_alone_and_leave_no_draft() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    std::fs::set_permissions(home.path("copy.db"), std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .expect("opened to others");
    home.fine("backup copy.db --force");
    assert_eq!(mode(&home.path("copy.db")), 0o600);
    home.fine("restore copy.db");
    assert_eq!(mode(&home.ledger()), 0o600);
    assert_eq!(home.run("restore nothing.db").status.code(), Some(1));
    assert_eq!(home.run("backup copy.db").status.code(), Some(2));
    let mut names: Vec<String> = std::fs::read_dir(home.0.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["copy.db", "ledger.db", "ledger.db.before-restore-2026-11-22T130500"]);
}

#[test]
fn a_backup_is_made_while_another_process_holds_the_write_lock() {
    let home = Home::with_an_account();
    let lock = held(&home.ledger());
    lock.execute_batch("INSERT INTO label (text, checksum) VALUES ('not yet', 0)")
        .expect("a row in the making");
    home.fine("backup copy.db --lock-timeout 0");
    let labels: i64 = rusqlite::Connection::open(home.path("copy.db"))
        .and_then(|db| db.query_row("SELECT count(*) FROM label", [], |row| row.get(0)))
        .expect("the copy opens");
    assert_eq!(labels, 0, "what was not committed is not in the copy");
}

#[test]
fn a_restore_waits_for_writers_and_readers_and_then_changes_nothing() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    home.fine("spend toss 500");
    let before = home.fine("history --json");
    for hold in ["BEGIN IMMEDIATE", "BEGIN; SELECT * FROM change"] {
        let lock = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
        lock.execute_batch(hold).expect("held");
        let began = Instant::now();
        let output = home.run("restore copy.db --lock-timeout 1");
        assert_eq!(output.status.code(), Some(5), "{hold}: {}", said(&output));
        assert!(began.elapsed() < Duration::from_secs(4), "{hold}: waited {:?}", began.elapsed());
        drop(lock);
        assert_eq!(home.fine("history --json"), before, "{hold}");
    }
    home.fine("restore copy.db");
    assert_ne!(home.fine("history --json"), before);
}

#[test]
fn a_journal_left_by_a_killed_process_stays_with_its_own_ledger() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    // A process that is killed leaves what it committed in the journal beside the file.
    let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0").expect("a journal");
    db.execute_batch("INSERT INTO label (text, checksum) VALUES ('committed', 0)").expect("a row");
    for ending in ["", "-wal"] {
        let from = home.path(&format!("ledger.db{ending}"));
        std::fs::copy(from, home.path(&format!("killed.db{ending}"))).expect("a copy of the two files");
    }
    drop(db);
    home.fine("restore copy.db --ledger killed.db");
    let kept = home.path("killed.db.before-restore-2026-11-22T130500");
    let labels = |path: &Path| -> i64 {
        let db = rusqlite::Connection::open(path).expect("a ledger opens");
        db.query_row("SELECT count(*) FROM label", [], |row| row.get(0)).expect("labels")
    };
    assert_eq!((labels(&home.path("killed.db")), labels(&kept)), (0, 1));
    // The same where the file itself is gone and only its journal is left.
    std::fs::write(home.path("gone.db-wal"), "left over").expect("a file");
    home.fine("restore copy.db --ledger gone.db");
    assert!(!home.path("gone.db-wal").exists());
    let kept = home.path("gone.db.before-restore-2026-11-22T130500-wal");
    assert_eq!(std::fs::read(kept).expect("kept"), b"left over");
}

#[test]
fn nothing_acknowledged_is_lost_while_copies_are_made_and_put_back() {
    let home = Home::with_an_account();
    home.fine("backup first.db");
    let acknowledged = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut told = Vec::new();
                    for _ in 0..15 {
                        let output = home.run("spend toss 1 --json --lock-timeout 60");
                        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
                        told.push(String::from_utf8(output.stdout).expect("text"));
                    }
                    told
                })
            })
            .collect();
        for n in 0..6 {
            home.fine(&format!("backup copy-{n}.db --lock-timeout 60"));
            home.fine("restore first.db --lock-timeout 60");
        }
        writers.into_iter().flat_map(|writer| writer.join().expect("a writer")).collect::<Vec<String>>()
    });
    // Every change that was acknowledged is in the ledger or in one of those it took the place of.
    let mut held = changes(&home.ledger());
    let mut kept = 0;
    for entry in std::fs::read_dir(home.0.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.contains("before-restore") && !name.ends_with("-wal") && !name.ends_with("-shm") {
            kept += 1;
            held.extend(changes(&path));
            let output = home.run(&format!("check --ledger {name}"));
            assert_eq!(output.status.code(), Some(0), "{name}: {}", said(&output));
        }
    }
    assert_eq!(kept, 6, "each restore kept the ledger of before");
    held.sort_unstable();
    held.dedup();
    // Two changes opened the account and its balance; each spend is one more.
    assert_eq!((acknowledged.len(), held.len()), (45, 2 + 45));
    home.fine("check");
}

#[cfg(unix)]
#[test]
fn who_records_is_warned_of_a_place_that_others_can_reach() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_an_account();
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let told = |line: &str| {
        let output = home.run(line);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        said(&output)
    };
    assert!(!told("spend toss 1").contains("warning"));
    allow(&home.ledger(), 0o644);
    let warned = told("spend toss 1");
    assert_eq!(warned.matches("warning: other users can read all that is recorded").count(), 1, "{warned}");
    assert!(!told("spend toss 1 --quiet").contains("warning"));
    assert!(!told("spend toss 1 --dry-run").contains("warning"), "nothing was recorded");
    assert!(!told("balance").contains("warning"), "nothing was recorded");
    allow(&home.ledger(), 0o600);
    allow(home.0.path(), 0o777);
    assert!(told("spend toss 1").contains("take the ledger away"));
    allow(home.0.path(), 0o700);
    assert!(!told("spend toss 1").contains("warning"));
}

#[test]
fn a_copy_whose_references_are_broken_is_not_put_back() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    let db = rusqlite::Connection::open(home.path("copy.db")).expect("the copy opens");
    // The number that comes next, so that none is missing.
    let sql = "SELECT 1 + max(n) FROM (SELECT seq n FROM change UNION ALL SELECT seq FROM unit
               UNION ALL SELECT id FROM account UNION ALL SELECT seq FROM account_version
               UNION ALL SELECT seq FROM entry UNION ALL SELECT seq FROM snapshot)";
    let next: i64 = db.query_row(sql, [], |row| row.get(0)).expect("a number");
    let row = [next, 800, 700].map(|number| [&[1], &number.to_le_bytes()[..]].concat()).concat();
    let checksum = crc32fast::hash(&row).cast_signed();
    db.execute_batch("PRAGMA foreign_keys = OFF").expect("no guards");
    db.execute("INSERT INTO void VALUES (?1, 800, 700, ?2)", (next, checksum)).expect("damage");
    drop(db);
    let before = home.fine("history --json");
    let output = home.run("restore copy.db");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("refers to a row of `change` that is not there"), "{}", said(&output));
    assert_eq!(home.fine("history --json"), before);
    assert!(!home.path("ledger.db.before-restore-2026-11-22T130500").exists());
}

#[cfg(unix)]
#[test]
fn a_link_to_the_ledger_stays_a_link() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    std::os::unix::fs::symlink(home.ledger(), home.path("link.db")).expect("a link");
    home.fine("spend toss 500 --ledger link.db");
    assert_eq!(home.run("backup link.db --force").status.code(), Some(2), "it is the ledger itself");
    home.fine("restore copy.db --ledger link.db");
    assert!(home.path("link.db").is_symlink());
    assert_eq!(changes(&home.ledger()).len(), 2);
    assert_eq!(changes(&home.path("ledger.db.before-restore-2026-11-22T130500")).len(), 3);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_told_and_no_ledger_begins_in_its_place() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    std::os::unix::fs::symlink("disk-that-is-away/ledger.db", home.path("link.db")).expect("a link");
    for line in ["account add toss", "balance", "restore copy.db"] {
        let output = home.run(&format!("{line} --ledger link.db"));
        assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
        assert!(said(&output).contains("not found"), "{line}: {}", said(&output));
    }
    assert!(home.path("link.db").is_symlink());
}

/// What is done to the bytes of a file.
type Harm = fn(&mut Vec<u8>);

/// A ledger, a copy of it, and what lies under the name of a ledger that is not one any more.
fn harmed(harm: Harm) -> (Home, Vec<u8>) {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    home.fine("spend toss 500");
    let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("a checkpoint");
    drop(db);
    let mut bytes = std::fs::read(home.ledger()).expect("a file");
    harm(&mut bytes);
    std::fs::write(home.ledger(), &bytes).expect("a file");
    (home, bytes)
}

#[test]
fn a_copy_takes_the_place_of_a_ledger_however_damaged_which_stays_beside_it() {
    let harms: [(&str, Harm); 6] = [
        ("the first byte", |bytes| bytes[0] ^= 4),
        ("the header", |bytes| bytes[..100].fill(0xff)),
        ("the page size", |bytes| bytes[16] = 3),
        ("the mark of a ledger", |bytes| bytes[68] ^= 1),
        ("the schema", |bytes| bytes[100..4096].fill(0)),
        ("all but a few bytes", |bytes| bytes.truncate(57)),
    ];
    for (what, harm) in harms {
        let (home, bytes) = harmed(harm);
        let output = home.run("balance");
        assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
        let output = home.run("restore copy.db");
        assert_eq!(output.status.code(), Some(0), "{what}: {}", said(&output));
        let kept = "ledger.db.before-restore-2026-11-22T130500";
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(kept), "{what}: {told}");
        assert_eq!(std::fs::read(home.path(kept)).expect("kept"), bytes, "{what}");
        home.fine("check");
        assert_eq!(changes(&home.ledger()).len(), 2, "{what}");
    }
}

#[test]
fn what_belongs_to_another_program_does_not_give_way_to_a_copy() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    let db = rusqlite::Connection::open(home.path("other.db")).expect("a database");
    db.execute_batch("CREATE TABLE songs (title TEXT); PRAGMA application_id = 7").expect("a table");
    drop(db);
    let before = std::fs::read(home.path("other.db")).expect("a file");
    let output = home.run("restore copy.db --ledger other.db");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("is not a jandon ledger"), "{}", said(&output));
    assert_eq!(std::fs::read(home.path("other.db")).expect("a file"), before);
}

#[test]
fn a_copy_of_what_is_no_ledger_or_damaged_is_neither_made_nor_put_back() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    std::fs::write(
        home.path("notes.txt"),
        "not a ledger at all, and longer than a header would be; ".repeat(9),
    )
    .expect("a file");
    std::fs::write(home.path("empty.db"), "").expect("a file");
    let mut bytes = std::fs::read(home.path("copy.db")).expect("a file");
    bytes[8_192..].fill(7);
    std::fs::write(home.path("damaged.db"), bytes).expect("a file");
    let before = home.fine("history --json");
    let names = || -> usize { std::fs::read_dir(home.0.path()).expect("a folder").count() };
    let count = names();
    for line in [
        "backup new.db --ledger notes.txt",
        "backup new.db --ledger damaged.db",
        "backup new.db --ledger gone.db",
        "backup new.db --ledger empty.db",
        "restore notes.txt",
        "restore empty.db",
        "restore damaged.db",
        "restore gone.db",
        "restore ledger.db",
        "backup ledger.db --force",
        "restore .",
    ] {
        let output = home.run(line);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{line}: {:?} {}", output.status, said(&output));
        assert_eq!(said(&output).matches("hint: ").count(), 1, "{line}: {}", said(&output));
        assert_eq!(home.fine("history --json"), before, "{line}");
        assert_eq!(names(), count, "{line} left something behind");
    }
    home.fine("check");
}

#[test]
fn an_import_that_was_undone_says_on_its_return_that_redo_brings_it_back() {
    let home = Home::with_an_account();
    home.fine("spend toss 500");
    home.fine("export --to json -o all.jsonl");
    let import = "import all.jsonl --ledger other.db";
    home.fine(import);
    let whole = home.fine("history --json --ledger other.db");
    home.fine("undo --ledger other.db");
    let undone = home.fine("history --json --ledger other.db");
    assert_ne!(undone, whole);
    let output = home.run(import);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("2 of them were undone here, so they do not count"), "{}", said(&output));
    assert!(said(&output).contains("jandon --ledger other.db redo"), "{}", said(&output));
    assert_eq!(home.fine("history --json --ledger other.db"), undone, "nothing came twice");
    home.fine("redo --ledger other.db");
    assert_eq!(home.fine("history --json --ledger other.db"), whole);
    let output = home.run(import);
    assert!(!said(&output).contains("undone"), "{}", said(&output));
    // What the file itself undoes is no surprise.
    home.fine("undo");
    home.fine("export --to json -o undone.jsonl");
    let output = home.run("import undone.jsonl");
    assert!(!said(&output).contains("undone here"), "{}", said(&output));
    home.fine("check --ledger other.db");
}

#[test]
fn a_report_of_a_part_of_a_month_tells_of_a_damaged_entry() {
    for damage in ["fee = -5", "kind = 77"] {
        let home = Home::new();
        home.fine("account add kakao --platform kakaopay");
        home.fine("log kakao 90000 --date 2026-10-01");
        home.fine("withdraw kakao 5000 --via other-bank --date 2026-10-10");
        let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
        let set_up =
            "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; DROP TRIGGER entry_is_kept";
        db.execute_batch(&format!("{set_up}; UPDATE entry SET {damage} WHERE kind = 6"))
            .expect("damage done");
        drop(db);
        let told = home.run("report 2026-10-09..2026-10-11");
        assert_eq!(told.status.code(), Some(1), "{damage}: {}", said(&told));
    }
}

#[test]
fn what_is_known_of_an_account_that_was_closed_since_stands_in_the_way_of_nothing() {
    let home = Home::new();
    let lines = [
        r#"{"jandon":1}"#,
        r#"{"account":{"name":"kakao","kind":"wallet","unit":"KRW"}}"#,
        r#"{"account":{"name":"toss","kind":"wallet","unit":"KRW"}}"#,
        r#"{"entry":{"at":"2026-10-03","kind":"topup","to":"toss","in":"100"}}"#,
        r#"{"entry":{"at":"2026-10-03","kind":"topup","to":"kakao","in":"4500"}}"#,
        r#"{"entry":{"at":"2026-10-03","kind":"spend","from":"kakao","out":"4500"}}"#,
    ];
    std::fs::write(home.path("1.jsonl"), lines.join("\n")).expect("a file");
    home.fine("import 1.jsonl");
    home.fine("account close kakao");
    let new = r#"{"entry":{"at":"2026-10-02","kind":"topup","to":"toss","in":"700"}}"#;
    std::fs::write(home.path("2.jsonl"), [&[lines[0], new], &lines[3..]].concat().join("\n"))
        .expect("a file");
    assert!(said(&home.run("import 2.jsonl")).contains("4 read, 1 new, 3 known"));
    home.fine("check");
}

#[test]
fn a_line_means_the_account_that_has_the_name_now() {
    let home = Home::new();
    let line = r#"{"entry":{"at":"2026-10-03T10:00:00","kind":"spend","from":"kakao","out":"4500"}}"#;
    let account = r#"{"account":{"name":"kakao","kind":"wallet","unit":"KRW"}}"#;
    let header = r#"{"jandon":1}"#;
    std::fs::write(home.path("1.jsonl"), [header, account, line].join("\n")).expect("a file");
    std::fs::write(home.path("2.jsonl"), [header, line].join("\n")).expect("a file");
    home.fine("import 1.jsonl");
    assert!(said(&home.run("import 2.jsonl")).contains("1 read, 0 new, 1 known"));
    home.fine("account edit kakao --rename old");
    home.fine("account add kakao --kind wallet --unit KRW");
    assert!(said(&home.run("import 2.jsonl")).contains("1 read, 1 new, 0 known"));
    assert!(said(&home.run("import 2.jsonl")).contains("1 read, 0 new, 1 known"));
    assert!(home.fine("balance --json").contains(r#""net":"-9000""#));
}

#[test]
fn a_path_that_looks_like_an_address_is_the_name_of_a_file() {
    for name in ["file:x.db?mode=ro", "file:x.db?mode=memory", ":memory:", "한글.db", "a b#c%20d.db"] {
        let home = Home::new();
        for line in ["account add kakao --platform kakaopay", "log kakao 500", "check", "backup copy.db"] {
            let output = home.command(line).env("JANDON_LEDGER", name).output().expect("jandon runs");
            assert_eq!(output.status.code(), Some(0), "{name}: {line}: {}", said(&output));
        }
        assert!(home.path(name).is_file(), "{name}");
        assert_eq!(changes(&home.path("copy.db")).len(), 2, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::new();
    // A path with a replacement character in its place is another one.
    let folder = home.0.path().join(std::ffi::OsStr::from_bytes(b"d\xff\xfe"));
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::create_dir(home.path("d\u{fffd}\u{fffd}")).expect("a folder");
    let run = |line: &str, file: Option<&Path>| {
        let output = home.command(line).args(file).env("JANDON_LEDGER", folder.join("l.db")).output();
        let output = output.expect("jandon runs");
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output));
    };
    run("account add kakao --platform kakaopay", None);
    run("log kakao 500", None);
    run("backup", Some(&folder.join("copy.db")));
    run("log kakao 600", None);
    run("restore", Some(&folder.join("copy.db")));
    assert_eq!(changes(&folder.join("l.db")).len(), 2);
    assert_eq!(std::fs::read_dir(home.path("d\u{fffd}\u{fffd}")).expect("a folder").count(), 0);
}

#[cfg(unix)]
#[test]
fn a_ledger_under_two_names_is_read_and_not_written() {
    let home = Home::with_an_account();
    std::fs::hard_link(home.ledger(), home.path("other.db")).expect("a second name");
    for name in ["ledger.db", "other.db"] {
        let output = home.run(&format!("balance --ledger {name}"));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains("second name"), "{}", said(&output));
        let output = home.run(&format!("spend toss 1 --ledger {name}"));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("hint: keep one name: rm "), "{}", said(&output));
    }
    std::fs::remove_file(home.path("other.db")).expect("one name");
    home.fine("spend toss 1");
    // A restore that was killed leaves such a name; it is taken away.
    let left = home.path("ledger.db.before-restore-2026-11-22T130500");
    std::fs::hard_link(home.ledger(), &left).expect("a second name");
    home.fine("spend toss 1");
    assert!(!left.exists());
}

/// A ledger with a change that lies in the journal alone, as a killed process leaves it.
fn with_a_journal(home: &Home, name: &str) {
    let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    db.execute_batch("BEGIN; SELECT * FROM change").expect("a reader");
    home.fine("spend toss 1");
    for ending in ["", "-wal"] {
        let from = home.path(&format!("ledger.db{ending}"));
        std::fs::copy(from, home.path(&format!("{name}{ending}"))).expect("a copy");
    }
}

#[test]
fn a_journal_of_an_earlier_file_is_refused_and_can_be_moved_away() {
    let home = Home::with_an_account();
    with_a_journal(&home, "old.db");
    // The journal belongs to its file: nothing is refused.
    assert_eq!(home.fine("history --json --ledger old.db"), home.fine("history --json"));
    with_a_journal(&home, "old.db");
    for _ in 0..3 {
        home.fine("spend toss 2");
    }
    home.fine("backup newer.db");
    std::fs::copy(home.path("newer.db"), home.path("old.db")).expect("copied over");
    let journal = std::fs::read(home.path("old.db-wal")).expect("a journal");
    for line in ["balance", "check", "spend toss 1", "export", "backup copy.db"] {
        let output = home.run(&format!("{line} --ledger old.db"));
        assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
        assert!(
            said(&output).contains("hint: move it away: mv old.db-wal old.db-wal-old"),
            "{}",
            said(&output)
        );
        assert!(std::fs::read(home.path("old.db-wal")).expect("a journal") == journal, "{line}");
    }
    std::fs::rename(home.path("old.db-wal"), home.path("old.db-wal-old")).expect("moved away");
    assert_eq!(home.fine("history --json --ledger old.db"), home.fine("history --json"));
    home.fine("check --ledger old.db");
}

#[test]
fn an_early_copy_is_refused_beside_the_journal_of_a_ledger_that_went_on() {
    let home = Home::with_an_account();
    std::fs::copy(home.ledger(), home.path("early.db")).expect("a copy");
    let line =
        |n| format!(r#"{{"entry":{{"at":"2026-11-22T13:00","kind":"spend","from":"toss","out":"{n}"}}}}"#);
    let lines: Vec<String> = (1..400).map(line).collect();
    std::fs::write(home.path("more.jsonl"), format!("{{\"jandon\":1}}\n{}\n", lines.join("\n")))
        .expect("a file");
    home.fine("import more.jsonl");
    // All of that is in the file now; what follows is in its journal.
    with_a_journal(&home, "mixed.db");
    std::fs::copy(home.path("early.db"), home.path("mixed.db")).expect("copied over");
    for line in ["balance", "spend toss 1", "check"] {
        let output = home.run(&format!("{line} --ledger mixed.db"));
        assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
        assert!(said(&output).contains("move it away: mv mixed.db-wal"), "{line}: {}", said(&output));
    }
    std::fs::rename(home.path("mixed.db-wal"), home.path("away")).expect("moved away");
    assert_eq!(home.fine("balance --json --ledger mixed.db"), home.fine("balance --json --ledger early.db"));
}

#[cfg(unix)]
#[test]
fn of_two_names_the_one_with_the_journal_is_kept() {
    let home = Home::with_an_account();
    let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    db.execute_batch("BEGIN; SELECT * FROM change").expect("a reader");
    home.fine("spend toss 7");
    std::fs::hard_link(home.ledger(), home.path("other.db")).expect("a second name");
    // Under the other name the last record would be missing.
    for line in ["balance", "spend toss 1"] {
        let output = home.run(&format!("{line} --ledger other.db"));
        assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
        assert!(said(&output).contains("hint: keep one name: rm other.db\n"), "{line}: {}", said(&output));
        let output = home.run(&format!("{line} --ledger ledger.db"));
        assert!(line == "balance" || said(&output).contains("rm ./other.db"), "{}", said(&output));
    }
    std::fs::remove_file(home.path("other.db")).expect("one name");
    assert!(home.fine("balance").contains("49,993"));
}

#[test]
fn a_ledger_whose_totals_are_wrong_is_neither_copied_nor_put_back() {
    let home = Home::with_an_account();
    home.fine("backup copy.db");
    for name in ["ledger.db", "copy.db"] {
        let db = rusqlite::Connection::open(home.path(name)).expect("the ledger opens");
        db.execute_batch("UPDATE account_balance SET balance = balance + 1").expect("damage");
    }
    for (line, name) in [("backup other.db", "ledger.db"), ("restore copy.db", "copy.db")] {
        let output = home.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
        assert!(said(&output).contains("do not follow from its records"), "{}", said(&output));
        assert!(
            said(&output).contains("check --repair --ledger ") && said(&output).contains(name),
            "{}",
            said(&output)
        );
    }
    home.fine("check --repair");
    home.fine("backup other.db");
}

#[test]
fn what_an_edit_corrected_is_known_when_its_file_comes_again() {
    let home = Home::new();
    let line = |kind: &str, end: &str, amount| {
        format!(r#"{{"entry":{{"at":"2026-11-06T10:00:00","kind":"{kind}","{end}":"W","{amount}"}}}}"#)
    };
    let lines = [
        r#"{"jandon":1}"#.to_string(),
        r#"{"account":{"name":"W","kind":"wallet","unit":"KRW"}}"#.into(),
        line("earn", "to", r#"in":"50"#),
        line("spend", "from", r#"out":"7"#),
        line("spend", "from", r#"out":"3"#),
    ];
    std::fs::write(home.path("a.jsonl"), lines.join("\n") + "\n").expect("a file");
    home.fine("import a.jsonl");
    let history = home.fine("history --kind earn --json");
    let id = history.split(r#""id":""#).nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    home.fine(&format!("edit {id} --amount 60"));
    assert!(home.fine("balance").contains(" 50 "), "{}", home.fine("balance"));
    let output = home.run("import a.jsonl");
    assert!(said(&output).contains("0 new"), "{}", said(&output));
    assert!(home.fine("balance").contains(" 50 "), "{}", home.fine("balance"));
    // What was undone is not known any more, and comes again.
    home.fine("undo");
    assert!(home.fine("balance").contains(" 40 "), "{}", home.fine("balance"));
    home.fine("undo");
    let output = home.run("import a.jsonl");
    assert!(said(&output).contains("0 known"), "{}", said(&output));
}

#[test]
fn a_dry_run_takes_no_lock_and_changes_nothing() {
    let home = Home::with_an_account();
    home.fine("export -o more.jsonl");
    let before = home.fine("export");
    let held = held(&home.ledger());
    for line in [
        "spend toss 1 --dry-run",
        "log toss 5 --dry-run",
        "undo --dry-run",
        "account add kakao --dry-run",
        "account edit toss --note x --dry-run",
        "import more.jsonl --dry-run",
    ] {
        home.fine(&format!("{line} --lock-timeout 0"));
    }
    drop(held);
    assert_eq!(home.fine("export"), before);
    home.fine("account add kakao --dry-run --ledger none.db");
    assert!(!home.path("none.db").exists());
}

#[test]
fn the_ledger_is_refused_as_an_answer_before_its_ending() {
    let home = Home::with_an_account();
    for line in ["spend toss 5 -o ledger.db", "export --force -o ledger.db", "balance -o ledger.db-wal"] {
        let output = home.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", said(&output));
        assert!(said(&output).contains("is the ledger itself"), "{line}: {}", said(&output));
    }
}

#[cfg(unix)]
#[test]
fn the_journal_of_a_linked_ledger_lies_beside_the_file() {
    let home = Home::with_an_account();
    std::fs::create_dir(home.path("aside")).expect("a folder");
    std::fs::write(home.path("aside/l.db"), "").expect("an empty file");
    std::fs::write(home.path("aside/l.db-wal"), "left over").expect("a journal");
    std::os::unix::fs::symlink("aside/l.db", home.path("link.db")).expect("a link");
    let output = home.run("account add kakao --ledger link.db");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("its journal is there"), "{}", said(&output));
}
