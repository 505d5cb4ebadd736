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

#[path = "support/sql_counter.rs"]
mod sql_counter;

use jandon::cli::context::{Context, Env};
use jandon::cli::{self, GlobalArgs};
use jandon::view::chart::ChartStyle;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

static RANDOM: AtomicU64 = AtomicU64::new(1);

/// Runs a command in this process, on a ledger in a folder.
fn ran(folder: &Path, line: &str) -> sql_counter::Ran {
    let words = ["jandon"].into_iter().chain(line.split_whitespace());
    let words = cli::parse(words.map(Into::into)).expect("words that the grammar knows");
    let world = Env {
        now: jandon::period::LocalDateTime(0),
        data: None,
        config: None,
        region: Some("KR".into()),
        ledger: Some(folder.join("ledger.db")),
        catalog: None,
        today: Some(history::NOW.into()),
        language: jandon::messages::Language::English,
        // Each change draws an id of its own.
        random: RANDOM.fetch_add(1, Ordering::Relaxed),
        drawing: ChartStyle::Figures,
        progress: None,
        terminal: None,
    };
    let globals: GlobalArgs = words.globals.clone();
    let session = Context::new(world, &globals).expect("a session");
    let (answer, ran) = sql_counter::ran(|| cli::run(&words.command, &session));
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
const BUDGETS: [(&str, usize, u64); 15] = [
    ("status", 16, 4_000),
    // What expires next, overdue bills and the rates of points are on the page.
    ("balance", 16, 4_800),
    ("history --limit 20", 8, 2_800),
    // Also the present balance, the facts from the first row on, and what expired: the running balance.
    ("history 카카오페이 --limit 20", 12, 4_700),
    // Bills as of its end: here nobody ever pays one, so all sixty months are summed, in windows.
    ("report 2026-10", 60, 25_000),
    // It sums all open lots, two years of them here, for what has no known expiry.
    ("expiring", 10, 5_500),
    ("due", 12, 2_700),
    ("stale", 8, 1_050),
    ("chart", 17, 8_300),
    ("value 2026-10", 9, 1_500),
    ("fees 카카오페이 all", 12, 1_250),
    ("account list", 6, 850),
    ("rate list", 7, 850),
    ("spend 카카오페이 4500", 29, 2_600),
    ("undo", 62, 4_100),
];

#[test]
fn no_command_runs_more_than_it_may() {
    sql_counter::start();
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
    sql_counter::start();
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
const INSTRUCTIONS: [(&str, &str, u64); 8] = [
    ("--version", "ledger.db", 4),
    ("balance", "ledger.db", 11),
    ("spend 카카오페이 4500 -q", "ledger.db", 8),
    ("status", "ledger.db", 10),
    ("balance", "none.db", 3),
    ("status", "none.db", 3),
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
