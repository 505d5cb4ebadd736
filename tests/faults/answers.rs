//! Answers and messages that cannot be written: no command panics, none loses a file, and the exit
//! status says whether something was recorded.

use super::harness::{Home, facts, said, told};
use std::fs::File;
use std::process::{Output, Stdio};

/// Commands that change the ledger, each possible on the ledger of `Home::with_a_ledger`.
const RECORDING: [&str; 16] = [
    "account add naver",
    "account edit kakao --note wallet",
    "log kakao=41,000 bank=900,000",
    "spend kakao 500 coffee",
    "earn points 100 --expires 2027-01-31",
    "topup kakao 3000 --from bank",
    "refund kakao 500 coffee",
    "pay skt 2000 --from bank",
    "transfer bank kakao 10000",
    "withdraw kakao 5000 --via other-bank --to bank",
    "undo",
    "redo",
    "rate set TOSSP 0.9 KRW",
    "unit add STAMP --decimals 0",
    "account close empty",
    "import more.jsonl",
];

/// Commands that only read.
const READING: [&str; 18] = [
    "account list",
    "balance",
    "history",
    "report 2026-10",
    "chart",
    "expiring",
    "due",
    "stale",
    "value",
    "fees kakao all",
    "plan --target 10000KRW",
    "channels",
    "rate list",
    "check",
    "export --to json",
    "export --to hledger",
    "spend kakao nothing",
    "frobnicate",
];

fn home() -> Home {
    let home = Home::with_a_ledger();
    std::fs::write(home.path("more.jsonl"), super::killed::more(3)).expect("a file");
    home
}

/// A pipe whose reader is gone.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

fn full_disk() -> Stdio {
    File::options().write(true).open("/dev/full").expect("a full device").into()
}

fn run(home: &Home, line: &str, stdout: Stdio, stderr: Stdio) -> Output {
    home.command(line)
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .expect("jandon runs")
        .wait_with_output()
        .expect("ends")
}

#[test]
fn no_command_depends_on_a_reader_of_its_messages() {
    let ground = home();
    for line in RECORDING.iter().chain(&READING) {
        let usual = home_like(&ground);
        let expected = usual.run(line).status.code();
        for (what, stderr) in [("a full disk", full_disk as fn() -> Stdio), ("a closed pipe", closed_pipe)] {
            let tried = home_like(&ground);
            let output = run(&tried, line, Stdio::null(), stderr());
            assert_eq!(output.status.code(), expected, "{line}, stderr is {what}");
        }
    }
}

#[test]
fn a_change_that_cannot_be_shown_is_told_to_be_recorded() {
    let ground = home();
    for line in RECORDING {
        for (what, stdout) in [("a full disk", full_disk as fn() -> Stdio), ("a closed pipe", closed_pipe)] {
            let tried = home_like(&ground);
            let before = facts(&tried.ledger()).len();
            let output = run(&tried, &format!("{line} --json"), stdout(), Stdio::piped());
            assert_eq!(output.status.code(), Some(1), "{line}, stdout is {what}: {}", said(&output));
            assert!(said(&output).contains("recorded as"), "{line}, stdout is {what}: {}", said(&output));
            assert!(facts(&tried.ledger()).len() > before, "{line}, stdout is {what}");
        }
    }
    for line in ["backup copy.db --json", "restore copy.db --json"] {
        let tried = home_like(&ground);
        if line.starts_with("restore") {
            tried.fine("backup copy.db");
        }
        let output = run(&tried, line, full_disk(), Stdio::piped());
        assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
        assert!(said(&output).contains("but the answer could not be written"), "{line}: {}", said(&output));
    }
}

#[test]
fn an_answer_that_cannot_be_written_fails_and_a_reader_that_left_does_not() {
    let ground = home();
    for line in READING.iter().chain(&["--help", "--version", "spend --help"]) {
        let usual = ground.run(line);
        if told(&usual).is_empty() {
            continue;
        }
        let full = run(&ground, line, full_disk(), Stdio::null());
        assert_eq!(full.status.code(), Some(1), "{line}");
        let closed = run(&ground, line, closed_pipe(), Stdio::piped());
        assert!(closed.status.code().is_some_and(|code| code != 1), "{line}: {}", said(&closed));
    }
}

#[test]
fn a_file_that_cannot_be_written_stops_a_command_before_it_changes_anything() {
    let ground = home();
    std::fs::create_dir(ground.path("folder.json")).expect("a folder");
    std::fs::write(ground.path("taken.json"), "mine").expect("a file");
    let fifo = std::process::Command::new("mkfifo").arg(ground.path("pipe.json")).status();
    assert!(fifo.expect("mkfifo runs").success());
    let before = facts(&ground.ledger());
    let bytes = std::fs::read(ground.ledger()).expect("a ledger");
    let journal = format!("{}-wal", ground.ledger().display());
    let ledger = ground.ledger().display().to_string();
    let targets = [
        ("nowhere/x.json", 1),
        ("folder.json", 2),
        ("pipe.json", 2),
        ("/dev/null", 2),
        ("taken.json", 2),
        ("x.xlsx", 2),
        (&ledger, 2),
        ("./ledger.db", 2),
        (&journal, 2),
    ];
    for line in RECORDING.iter().chain(&["balance", "backup copy.db", "check --repair"]) {
        for (target, code) in targets {
            let output = ground.run(&format!("{line} -o {target}"));
            assert_eq!(output.status.code(), Some(code), "{line} -o {target}: {}", said(&output));
        }
    }
    for (line, target) in
        [("import more.jsonl", "more.jsonl"), ("balance", "ledger.db"), ("balance", &journal)]
    {
        let output = ground.run(&format!("{line} --format json --force -o {target}"));
        assert_eq!(output.status.code(), Some(2), "{line} --force -o {target}: {}", said(&output));
    }
    assert_eq!(facts(&ground.ledger()), before);
    assert_eq!(std::fs::read(ground.ledger()).expect("a ledger"), bytes);
    assert_eq!(std::fs::read(ground.path("taken.json")).expect("a file"), b"mine");
    assert!(!ground.path("copy.db").exists());
    assert!(ground.names().iter().all(|name| !name.contains(".new")), "{:?}", ground.names());
}

/// A folder with the same files.
fn home_like(other: &Home) -> Home {
    let home = Home::new();
    for name in other.names().iter().filter(|name| !name.ends_with("-shm")) {
        std::fs::copy(other.path(name), home.path(name)).expect("a copy");
    }
    home
}
