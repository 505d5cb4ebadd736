//! What each command costs, counted and not timed: SQL statements, steps of SQLite's machine, and,
//! where valgrind is installed, instructions of whole processes. A figure that grows past its budget
//! is a regression; one that shrank is written down here.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test starts programs and says what it found"
)]

#[allow(dead_code, reason = "the bench needs more of it")]
#[path = "../benches/whole/history.rs"]
mod history;

mod meter;

use jandon::cli::session::{Session, World};
use jandon::cli::{self, Globals};
use jandon::view::worth::Drawing;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

static RANDOM: AtomicU64 = AtomicU64::new(1);

/// Runs a command in this process, on a ledger in a folder.
fn ran(folder: &Path, line: &str) -> meter::Ran {
    let words = ["jandon"].into_iter().chain(line.split_whitespace());
    let words = cli::parse(words.map(Into::into)).expect("words that the grammar knows");
    let world = World {
        now: jandon::period::Moment(0),
        data: None,
        config: None,
        region: Some("KR".into()),
        ledger: Some(folder.join("ledger.db")),
        catalog: None,
        today: Some(history::NOW.into()),
        // Each change draws an id of its own.
        random: RANDOM.fetch_add(1, Ordering::Relaxed),
        drawing: Drawing::Figures,
        progress: None,
    };
    let globals: Globals = words.globals.clone();
    let session = Session::new(world, &globals).expect("a session");
    let (answer, ran) = meter::ran(|| cli::run(&words.verb, &session));
    assert!(answer.is_ok(), "{line} fails");
    ran
}

fn ledger_of(facts: u64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    history::write(folder.path(), facts).expect("a history");
    let file = folder.path().join("history.jsonl").display().to_string();
    ran(folder.path(), &format!("import {file}"));
    folder
}

/// Commands, how many statements each may run, and how many steps on a ledger of ten thousand facts.
/// Each balance asks once what has expired since the last fact of an account, if one has lots.
const BUDGETS: [(&str, usize, u64); 14] = [
    ("balance", 7, 780),
    ("history --limit 20", 6, 2_600),
    ("history 카카오페이 --limit 20", 7, 4_200),
    ("report 2026-10", 24, 7_700),
    // It sums all open lots, two years of them here, for what has no known expiry.
    ("expiring", 8, 5_300),
    ("due", 10, 2_400),
    ("stale", 6, 730),
    ("chart", 14, 8_000),
    ("value 2026-10", 6, 1_000),
    ("fees 카카오페이 all", 9, 840),
    ("account list", 4, 530),
    ("rate list", 5, 540),
    ("spend 카카오페이 4500", 25, 2_150),
    ("undo", 53, 3_650),
];

#[test]
fn no_command_runs_more_than_it_may() {
    meter::start();
    let ledger = ledger_of(10_000);
    let mut over = Vec::new();
    for (line, statements, steps) in BUDGETS {
        let ran = ran(ledger.path(), line);
        let cost = format!("{line}: {} statements, {} steps", ran.statements.len(), ran.steps);
        println!("{cost}, {} rows stepped over without an index", ran.scanned);
        if ran.statements.len() > statements || ran.steps > steps {
            over.push(format!("{cost}; {statements} and {steps} are allowed"));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn no_command_reads_entries_without_an_index() {
    meter::start();
    let ledger = ledger_of(1_000);
    let db = rusqlite::Connection::open(ledger.path().join("ledger.db")).expect("the ledger opens");
    let mut statements = BTreeSet::new();
    for (line, ..) in BUDGETS {
        statements.extend(ran(ledger.path(), line).statements);
    }
    assert!(statements.iter().any(|sql| sql.contains("FROM entry")), "nothing was asked of the entries");
    for sql in statements {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let nothing = vec![None::<i64>; plan.parameter_count()];
        let rows = plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3));
        for step in rows.expect("the steps of a plan").flatten() {
            // Walking along an index is no scan where it ends after a few rows.
            let ends = step.contains("INDEX") && sql.contains("LIMIT");
            let scans = ["SCAN e", "SCAN entry", "SCAN s", "SCAN snapshot"];
            let words = step.split(" USING").next().unwrap_or_default();
            assert!(ends || !scans.contains(&words), "{step}: {sql}");
        }
    }
}

/// Commands, the file of the ledger, and how many millions of instructions their process may take.
/// Where there is no ledger yet, no tables are made to find nothing in.
const INSTRUCTIONS: [(&str, &str, u64); 6] = [
    ("--version", "ledger.db", 4),
    ("balance", "ledger.db", 6),
    ("spend 카카오페이 4500 -q", "ledger.db", 7),
    ("balance", "none.db", 3),
    ("fees venmo 100", "none.db", 5),
    ("fees kakaopay 30000 --json", "none.db", 5),
];

#[test]
fn no_process_takes_more_instructions_than_it_may() {
    let ledger = ledger_of(1_000);
    let mut over = Vec::new();
    for (line, file, millions) in INSTRUCTIONS {
        let counted = std::process::Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", env!("CARGO_BIN_EXE_jandon")])
            .arg("--ledger")
            .arg(ledger.path().join(file))
            .args(line.split(' '))
            .env("JANDON_TODAY", history::NOW)
            .env("HOME", ledger.path())
            .env("LC_ALL", "C.UTF-8")
            .output();
        let Ok(counted) = counted else {
            return println!("skipped: valgrind is not installed");
        };
        assert!(counted.status.success(), "{line} fails: {}", String::from_utf8_lossy(&counted.stderr));
        let said = String::from_utf8_lossy(&counted.stderr).into_owned();
        let refs = said.lines().find_map(|line| line.split_once("Collected : ")).expect("a count").1;
        let taken: u64 = refs.trim().parse().expect("a number");
        println!("{line} ({file}): {taken} instructions");
        if taken > millions * 1_000_000 {
            over.push(format!("{line} ({file}): {taken} instructions; {millions} millions are allowed"));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}
