//! The file under the ledger while several processes use it: waiting, copying, putting back.

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
        Command::new(env!("CARGO_BIN_EXE_jandon"))
            .args(line.split(' '))
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("JANDON_LEDGER", self.ledger())
            .env("JANDON_TODAY", "2026-11-22T13:05")
            .env("LANG", "ko_KR.UTF-8")
            .output()
            .expect("jandon runs")
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
    for (seconds, words) in [(0, "is busy"), (1, "stayed busy for 1 second")] {
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
    assert!(said(&output).contains("stayed busy for 1 second"), "{}", said(&output));
}
