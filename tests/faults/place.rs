//! Where a ledger lies: files that may not grow, folders that cannot be written, clocks that were set
//! back, and who can read what is written there.

#![cfg(unix)]

use super::harness::{Home, facts, names, said, state, told};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a line in a shell that says something first, such as `umask 0`.
fn run_after(home: &Home, first: &str, line: &str) -> Output {
    let words = format!("-c {first};exec_\"$0\"_\"$@\" {} {line}", env!("CARGO_BIN_EXE_jandon"));
    let mut command = home.command_of(Path::new("/bin/sh"), "");
    // The shell takes the sentence as one word.
    command.args(words.split(' ').map(|word| word.replace('_', " ")));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("a shell runs")
}

#[test]
fn a_file_that_may_not_grow_costs_nothing() {
    let ground = Home::with_a_ledger();
    std::fs::write(ground.path("more.jsonl"), super::killed::more(400)).expect("a file");
    std::fs::copy(ground.ledger(), ground.path("copy.db")).expect("a copy");
    ground.fine("spend bank 7");
    ground.settle();
    let home = Home::new();
    let mut refused = 0;
    for (line, result) in [
        ("spend kakao 500 coffee", "ledger.db"),
        ("log kakao=41,000 bank=900,000", "ledger.db"),
        ("undo", "ledger.db"),
        ("import more.jsonl", "ledger.db"),
        ("backup other.db", "other.db"),
        ("restore copy.db", "ledger.db"),
        ("account add kakao --ledger new.db", "new.db"),
    ] {
        home.become_like(&ground);
        let held = |name: &str| home.path(name).exists().then(|| state(&home.path(name)));
        let before = held(result);
        home.fine(line);
        let whole = held(result);
        let mut passed = false;
        for blocks in [0, 1, 3, 8, 20, 50, 80, 120, 200, 250, 290, 400, 700, 2_000] {
            home.become_like(&ground);
            let output = run_after(&home, &format!("ulimit_-f_{blocks}"), line);
            let about = format!("{line} below {blocks} blocks: {}{}", output.status, said(&output));
            home.fine("check --lock-timeout 0");
            passed = output.status.success();
            if passed {
                assert_eq!(held(result), whole, "{about}");
            } else {
                refused += 1;
                assert_eq!(output.status.code(), Some(1), "{about}");
                assert_eq!(said(&output).matches("error: ").count(), 1, "{about}");
                assert_eq!(said(&output).matches("hint: ").count(), 1, "{about}");
                assert_eq!(held(result), before, "{about}");
            }
            let left = names(home.folder());
            assert!(!left.iter().any(|name| name.starts_with('.')), "{about}: {left:?}");
        }
        assert!(passed, "{line} passes where there is room");
    }
    assert!(refused > 20, "{refused} were refused");
}

/// Runs lines as a user whom modes bind, which root is not; none where there is no way to do so.
struct Bound<'h> {
    home: &'h Home,
    as_nobody: bool,
}

impl Bound<'_> {
    fn new(home: &Home) -> Option<Bound<'_>> {
        let as_nobody = std::fs::metadata(home.folder()).expect("a folder").uid() == 0;
        if as_nobody {
            let probe = Command::new("setpriv").args(["--reuid", "65534", "true"]).status();
            if !probe.is_ok_and(|status| status.success()) {
                println!("skipped: root ignores modes, and there is no setpriv to be another user");
                return None;
            }
            std::fs::copy(env!("CARGO_BIN_EXE_jandon"), home.path("jandon")).expect("a copy of the binary");
            for path in names(home.folder()).iter().map(|name| home.path(name)) {
                std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("another owner");
            }
            std::os::unix::fs::chown(home.folder(), Some(65534), Some(65534)).expect("another owner");
        }
        Some(Bound { home, as_nobody })
    }

    fn run(&self, line: &str) -> Output {
        let mut command = if self.as_nobody {
            let program = self.home.path("jandon");
            let words = "--reuid 65534 --regid 65534 --clear-groups";
            let words = format!("{words} {} {line}", program.display());
            self.home.command_of(Path::new("setpriv"), &words)
        } else {
            self.home.command(line)
        };
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("jandon runs")
    }
}

fn allow(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

const READING: [&str; 9] = [
    "balance --json",
    "history --json",
    "report 2026-10 --json",
    "expiring --json",
    "due --json",
    "value 2026 --json",
    "stale --json",
    "export --to json",
    "check",
];

#[test]
fn a_ledger_that_cannot_be_written_is_read_and_refuses_what_writes() {
    for (folder_mode, file_mode) in [(0o555, 0o400), (0o555, 0o600), (0o700, 0o400)] {
        let home = Home::with_a_ledger();
        std::fs::create_dir(home.path("elsewhere")).expect("a folder");
        std::fs::write(home.path("more.jsonl"), super::killed::more(3)).expect("a file");
        let Some(bound) = Bound::new(&home) else { return };
        let answers: Vec<String> = READING.iter().map(|line| home.fine(line)).collect();
        home.settle();
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(home.path(&format!("ledger.db{ending}")));
        }
        let before = std::fs::read(home.ledger()).expect("a file");
        allow(&home.ledger(), file_mode);
        allow(home.folder(), folder_mode);
        for (line, answer) in READING.iter().zip(&answers) {
            let output = bound.run(line);
            assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output));
            assert_eq!(told(&output), *answer, "{line}");
        }
        for line in [
            "spend kakao 500",
            "log kakao 3",
            "undo",
            "account add naver",
            "import more.jsonl",
            "expire points 5",
        ] {
            let output = bound.run(line);
            assert_eq!(
                output.status.code(),
                Some(1),
                "{folder_mode:o} {file_mode:o} {line}: {}",
                said(&output)
            );
            assert!(said(&output).contains("cannot be written"), "{line}: {}", said(&output));
            assert!(said(&output).contains("hint: "), "{line}: {}", said(&output));
        }
        let output = bound.run("backup elsewhere/copy.db");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        if folder_mode == 0o555 {
            let output = bound.run("restore elsewhere/copy.db");
            assert_eq!(output.status.code(), Some(1), "{}", said(&output));
            let output = bound.run("backup copy.db");
            assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        }
        allow(home.folder(), 0o700);
        allow(&home.ledger(), 0o600);
        assert_eq!(std::fs::read(home.ledger()).expect("a file"), before, "{folder_mode:o} {file_mode:o}");
        home.fine("check");
    }
}

#[test]
fn what_stands_in_the_journal_is_read_or_missed_aloud_where_nothing_can_be_written() {
    let work = Home::with_a_ledger();
    let db = rusqlite::Connection::open(work.ledger()).expect("the ledger opens");
    db.execute_batch("PRAGMA wal_autocheckpoint = 0; BEGIN; SELECT 1 FROM change").expect("held open");
    work.fine("log kakao 12,345");
    for files in [&["", "-wal", "-shm"][..], &["", "-wal"]] {
        let home = Home::new();
        for ending in files {
            let name = format!("ledger.db{ending}");
            std::fs::copy(work.path(&name), home.path(&name)).expect("a copy");
        }
        let Some(bound) = Bound::new(&home) else { return };
        for ending in files {
            allow(&home.path(&format!("ledger.db{ending}")), 0o400);
        }
        allow(home.folder(), 0o555);
        let output = bound.run("balance kakao --json");
        match output.status.code() {
            Some(0) => assert!(told(&output).contains("\"12345\""), "{files:?}: {}", told(&output)),
            code => {
                assert_eq!(code, Some(1), "{files:?}: {}", said(&output));
                assert!(said(&output).contains("\"hint\""), "{files:?}: {}", said(&output));
            }
        }
        allow(home.folder(), 0o700);
    }
}

#[test]
fn a_clock_that_was_set_back_bends_neither_the_order_nor_undo() {
    let home = Home::with_a_ledger();
    let entries = facts(&home.ledger()).len();
    home.fine("spend kakao 600 late --today 2027-03-01T10:00");
    home.fine("spend kakao 601 early --today 2026-08-15T10:00");
    home.fine("log kakao 30,000 --today 2026-08-16T10:00");
    home.fine("earn points 9 --expires 2026-12-31 --today 2025-01-01");
    home.fine("account add naver --today 2024-05-05");
    home.fine("log naver 5 --today 2024-05-05");
    home.fine("check --today 2020-01-01");
    assert!(facts(&home.ledger()).len() > entries + 10);
    // The history stands in the order of local time.
    let history = home.fine("history --format csv --today 2027-12-31");
    let times: Vec<&str> =
        history.lines().skip(1).filter_map(|line| line.split(',').find(|cell| cell.contains("T"))).collect();
    assert!(times.len() > 20 && times.is_sorted(), "{times:?}");
    // The newest recorded goes first, whatever its date and whatever the clock says.
    for (undone, today) in [
        ("balance of naver", "2026-11-22"),
        ("account naver opened", "2020-01-01"),
        ("earned", "2030-01-01"),
        ("balance of", "2024-01-01"),
        ("601 KRW", "2026-08-15"),
        ("600 KRW", "2026-08-15"),
    ] {
        let output = home.run(&format!("undo --today {today}"));
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(said(&output).contains(undone), "{undone}: {}", said(&output));
        home.fine("check --today 2020-01-01");
    }
    for _ in 0..6 {
        home.fine("redo --today 2019-01-01");
    }
    home.fine("check");
    // It comes back the same from its lines.
    home.fine("export --to json -o all.jsonl");
    home.fine("import all.jsonl --ledger again.db");
    home.fine("check --ledger again.db");
    for line in ["balance --json --today 2028-01-01", "report 2026 --json --today 2028-01-01"] {
        assert_eq!(home.fine(line), home.fine(&format!("{line} --ledger again.db")), "{line}");
    }
}

#[test]
fn whatever_the_umask_nobody_else_reads_what_is_written() {
    let home = Home::with_a_ledger();
    let mode = |name: &str| home.path(name).metadata().expect("a file").permissions().mode() & 0o777;
    let fine = |line: &str| {
        let output = run_after(&home, "umask_0", line);
        assert_eq!(output.status.code(), Some(0), "{line}: {}", said(&output));
    };
    fine("account add kakao --ledger deep/er/new.db");
    assert_eq!((mode("deep"), mode("deep/er"), mode("deep/er/new.db")), (0o700, 0o700, 0o600));
    fine("backup copy.db");
    fine("restore copy.db");
    fine("export --to json -o all.jsonl");
    fine("balance -o balance.json");
    fine("history -o history.csv");
    fine("import all.jsonl --ledger again.db");
    fine("backup deep/copy.db");
    fine("restore copy.db --ledger deep/restored.db");
    // While somebody has the ledger open its journal stays.
    let reader = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    let read = |sql: &str| reader.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    assert!(read("SELECT count(*) FROM change") > 0);
    fine("spend kakao 500");
    assert!(read("SELECT count(*) FROM change") > 0);
    for name in [
        "ledger.db",
        "ledger.db-wal",
        "ledger.db-shm",
        "ledger.db.before-restore-2026-11-22T130500",
        "copy.db",
        "all.jsonl",
        "balance.json",
        "history.csv",
        "again.db",
        "deep/copy.db",
        "deep/restored.db",
    ] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}
