//! A process is killed at any moment: what it acknowledged is there once, anything else whole or not at
//! all, and the ledger is sound and opens at once.

use super::harness::{Dice, Home, facts, names, said, state, told};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Every command that records.
const RECORDING: [&str; 19] = [
    "log kakao=41,000 bank=900,000",
    "log kakao=39,000 --date 2026-10-15",
    "spend kakao 500 coffee",
    "spend points 50 --date 2026-01-10",
    "earn points 100 --expires 2027-01-31",
    "topup kakao 3000 --from bank --fee 100",
    "refund kakao 300 tea",
    "transfer bank kakao 10000",
    "withdraw kakao 5000 --via other-bank --to bank",
    "pay skt 2000 --from bank",
    "undo",
    "redo",
    "account add naver",
    "account edit kakao --note yours",
    "account close empty",
    "expire points 5",
    "rate set TOSSP 0.9 KRW",
    "unit add STAR --decimals 2",
    "import more.jsonl",
];

/// What became of a process that was to be killed.
struct Ended {
    /// It came to its end, or said what it did, before.
    acknowledged: bool,
    /// It was killed while it ran.
    killed: bool,
    said: String,
}

/// Starts a command and kills it after so long.
fn kill_after(mut command: Command, wait: Duration) -> Ended {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("jandon runs");
    let began = Instant::now();
    // Sleeping is too coarse for the last stretch.
    std::thread::sleep(wait.saturating_sub(Duration::from_micros(200)));
    while began.elapsed() < wait {
        std::hint::spin_loop();
    }
    child.kill().expect("a signal");
    let output = child.wait_with_output().expect("an end");
    let done = output.status.code() == Some(0);
    assert!(done || output.status.code().is_none(), "{}", said(&output));
    Ended { acknowledged: done || told(&output).ends_with("}\n"), killed: !done, said: said(&output) }
}

/// How long a command takes where nobody kills it, and what the ledger is then.
fn typical(home: &Home, like: &Home, line: &str) -> (Duration, Vec<String>) {
    let mut shortest = Duration::MAX;
    let mut whole = Vec::new();
    for _ in 0..3 {
        home.become_like(like);
        let began = Instant::now();
        home.fine(line);
        shortest = shortest.min(began.elapsed());
        whole = state(&home.ledger());
    }
    (shortest, whole)
}

/// How the kills came out, so that it shows whether they met anything.
#[derive(Debug, Default)]
struct Outcomes {
    done: u32,
    killed_and_nothing: u32,
    killed_and_whole: u32,
}

impl Outcomes {
    fn count(&mut self, ended: &Ended, whole: bool) {
        match (ended.killed, whole) {
            (false, _) => self.done += 1,
            (true, false) => self.killed_and_nothing += 1,
            (true, true) => self.killed_and_whole += 1,
        }
    }
}

/// Two ledgers that hold the same: one in its file alone, one with most of it in its journal still.
fn grounds() -> [Home; 2] {
    let settled = Home::with_a_ledger();
    std::fs::write(settled.path("more.jsonl"), more(40)).expect("a file");
    let unsettled = Home::new();
    std::fs::write(unsettled.path("more.jsonl"), more(40)).expect("a file");
    // The journal stays where a process is killed; here the files are copied while they are in use.
    let work = Home::with_a_ledger();
    let db = rusqlite::Connection::open(work.ledger()).expect("the ledger opens");
    db.execute_batch("PRAGMA wal_autocheckpoint = 0; BEGIN; SELECT 1 FROM change").expect("held open");
    work.fine("spend kakao 33 tea --date 2026-11-21");
    work.fine("undo");
    for name in ["ledger.db", "ledger.db-wal"] {
        std::fs::copy(work.path(name), unsettled.path(name)).expect("a copy");
    }
    assert!(std::fs::metadata(unsettled.path("ledger.db-wal")).expect("a journal").len() > 4096);
    [settled, unsettled]
}

/// A file of that many entries.
pub fn more(lines: u32) -> String {
    let mut text = String::from("{\"jandon\":1}\n");
    for n in 0..lines {
        let day = 1 + n % 28;
        let (kind, place) = if n % 3 == 0 { ("earn", "to") } else { ("spend", "from") };
        let side = if n % 3 == 0 { "in" } else { "out" };
        text += &format!(
            "{{\"entry\":{{\"at\":\"2026-08-{day:02}\",\"kind\":\"{kind}\",\"{place}\":\"kakao\",\"{side}\":\"{}\",\"payee\":\"shop {n}\"}}}}\n",
            100 + n
        );
    }
    text
}

fn kill_recording(rounds: u32) {
    let mut dice = Dice::new();
    let grounds = grounds();
    let home = Home::new();
    let learned: Vec<[(Duration, Vec<String>); 2]> =
        RECORDING.iter().map(|line| [0, 1].map(|at| typical(&home, &grounds[at], line))).collect();
    let before = [0, 1].map(|at| {
        home.become_like(&grounds[at]);
        state(&home.ledger())
    });
    let mut outcomes = Outcomes::default();
    for round in 0..rounds {
        let number = dice.below(RECORDING.len() as u64) as usize;
        let at = dice.below(2) as usize;
        let (line, (time, whole)) = (RECORDING[number], &learned[number][at]);
        home.become_like(&grounds[at]);
        let wait = dice.part_of(*time * 13 / 10);
        let ended = kill_after(home.command(&format!("{line} --json")), wait);
        let about = || format!("round {round}, seed {}: {line} after {wait:?}: {}", dice.seed, ended.said);
        home.fine("check --lock-timeout 0");
        let after = state(&home.ledger());
        let is_whole = after == *whole;
        assert!(is_whole || after == before[at], "{}: half written", about());
        assert!(is_whole || !ended.acknowledged, "{}: acknowledged and lost", about());
        outcomes.count(&ended, is_whole);
        // It goes on from there.
        if round % 4 == 0 {
            home.fine("spend bank 1 --lock-timeout 0");
            home.fine("check --lock-timeout 0");
        }
    }
    println!("{outcomes:?}");
    assert!(outcomes.killed_and_nothing > rounds / 10, "most kills came too late: {outcomes:?}");
}

#[test]
fn what_a_killed_process_records_is_there_whole_or_not_at_all() {
    kill_recording(60);
}

#[test]
#[ignore = "takes minutes"]
fn what_thousands_of_killed_processes_record_is_there_whole_or_not_at_all() {
    kill_recording(5_000);
}

fn kill_importing(rounds: u32, lines: u32) {
    let mut dice = Dice::new();
    let [ground, _] = grounds();
    std::fs::write(ground.path("more.jsonl"), more(lines)).expect("a file");
    let home = Home::new();
    let (time, whole) = typical(&home, &ground, "import more.jsonl");
    let before = state(&ground.ledger());
    let mut outcomes = Outcomes::default();
    for round in 0..rounds {
        home.become_like(&ground);
        let wait = dice.part_of(time * 11 / 10);
        let ended = kill_after(home.command("import more.jsonl --json"), wait);
        home.fine("check --lock-timeout 0");
        let after = state(&home.ledger());
        let is_whole = after == whole;
        assert!(is_whole || after == before, "round {round}, seed {}: half imported", dice.seed);
        assert!(is_whole || !ended.acknowledged, "round {round}, seed {}: lost", dice.seed);
        outcomes.count(&ended, is_whole);
        if round % 8 == 0 {
            home.fine("import more.jsonl");
            assert_eq!(state(&home.ledger()), whole, "round {round}, seed {}", dice.seed);
        }
    }
    println!("{time:?} for {lines} lines: {outcomes:?}");
    assert!(outcomes.killed_and_nothing > rounds / 4, "most kills came too late: {outcomes:?}");
}

#[test]
fn what_a_killed_import_brings_is_there_whole_or_not_at_all() {
    kill_importing(30, 1_500);
}

#[test]
#[ignore = "takes minutes"]
fn what_hundreds_of_killed_imports_bring_is_there_whole_or_not_at_all() {
    kill_importing(400, 5_000);
}

fn kill_the_first(rounds: u32) {
    let mut dice = Dice::new();
    let home = Home::new();
    let line = "account add kakao --ledger below/here/ledger.db";
    let ledger = home.path("below/here/ledger.db");
    let (time, whole) = {
        let began = Instant::now();
        home.fine(line);
        (began.elapsed(), state(&ledger))
    };
    let mut outcomes = Outcomes::default();
    for round in 0..rounds {
        std::fs::remove_dir_all(home.path("below")).expect("a fresh folder");
        std::fs::create_dir(home.path("below")).expect("a folder");
        let wait = dice.part_of(time * 13 / 10);
        let ended = kill_after(home.command(&format!("{line} --json")), wait);
        let there = ledger.exists();
        assert!(there || !ended.acknowledged, "round {round}, seed {}", dice.seed);
        if there {
            home.fine("check --lock-timeout 0 --ledger below/here/ledger.db");
            assert_eq!(state(&ledger), whole, "round {round}, seed {}", dice.seed);
        } else {
            home.fine(line);
        }
        outcomes.count(&ended, there);
        home.fine("log kakao 500 --lock-timeout 0 --ledger below/here/ledger.db");
    }
    println!("{time:?}: {outcomes:?}");
    assert!(outcomes.killed_and_nothing > rounds / 10, "most kills came too late: {outcomes:?}");
}

#[test]
fn a_ledger_whose_first_writer_is_killed_is_there_whole_or_not_at_all() {
    kill_the_first(60);
}

fn kill_copying(rounds: u32) {
    let mut dice = Dice::new();
    let grounds = grounds();
    let home = Home::new();
    for (line, force) in [("backup copy.db", false), ("backup copy.db --force", true)] {
        let mut outcomes = Outcomes::default();
        let (time, _) = typical(&home, &grounds[1], line);
        for round in 0..rounds {
            home.become_like(&grounds[dice.below(2) as usize]);
            let before = facts(&home.ledger());
            if force {
                std::fs::write(home.path("copy.db"), "what was there").expect("a file");
            }
            let wait = dice.part_of(time * 13 / 10);
            let ended = kill_after(home.command(&format!("{line} --json")), wait);
            home.fine("check --lock-timeout 0");
            assert_eq!(facts(&home.ledger()), before, "{line}, round {round}, seed {}", dice.seed);
            let old = std::fs::read(home.path("copy.db")).is_ok_and(|bytes| bytes == b"what was there");
            let there = home.path("copy.db").exists() && !old;
            assert!(there || !ended.acknowledged, "{line}, round {round}, seed {}", dice.seed);
            assert!(!force || old || there, "{line}, round {round}, seed {}: nothing left", dice.seed);
            if there {
                home.fine("check --ledger copy.db");
                assert_eq!(facts(&home.path("copy.db")), before, "{line}, round {round}, seed {}", dice.seed);
            }
            outcomes.count(&ended, there);
        }
        println!("{line}, {time:?}: {outcomes:?}");
    }
}

#[test]
fn a_copy_whose_maker_is_killed_is_there_whole_or_not_at_all() {
    kill_copying(30);
}

fn kill_restoring(rounds: u32) {
    let mut dice = Dice::new();
    let grounds = grounds();
    for ground in &grounds {
        let other = Home::with_a_ledger();
        other.fine("spend kakao 123 other");
        other.settle();
        std::fs::copy(other.ledger(), ground.path("copy.db")).expect("a copy");
    }
    let home = Home::new();
    let line = "restore copy.db";
    let (time, whole) = typical(&home, &grounds[1], line);
    let mut outcomes = Outcomes::default();
    for round in 0..rounds {
        home.become_like(&grounds[dice.below(2) as usize]);
        let before = state(&home.ledger());
        let wait = dice.part_of(time * 13 / 10);
        let ended = kill_after(home.command(&format!("{line} --json")), wait);
        let about = || format!("round {round}, seed {}, after {wait:?}: {}", dice.seed, ended.said);
        home.fine("check --lock-timeout 0");
        let after = state(&home.ledger());
        let is_whole = after == whole;
        assert!(is_whole || after == before, "{}: neither the one nor the other", about());
        assert!(is_whole || !ended.acknowledged, "{}: acknowledged and lost", about());
        if is_whole {
            let kept = home.path("ledger.db.before-restore-2026-11-22T130500");
            assert!(kept.exists(), "{}: the ledger of before is gone", about());
            home.fine("check --ledger ledger.db.before-restore-2026-11-22T130500");
            assert_eq!(state(&kept), before, "{}: the ledger of before", about());
        }
        outcomes.count(&ended, is_whole);
        if round % 4 == 0 {
            home.fine("spend bank 1 --lock-timeout 0");
            home.fine("restore copy.db --lock-timeout 0");
            assert_eq!(state(&home.ledger()), whole, "{}", about());
        }
    }
    println!("{time:?}: {outcomes:?}");
    assert!(outcomes.killed_and_nothing > rounds / 10, "most kills came too late: {outcomes:?}");
}

#[test]
fn a_restore_that_is_killed_leaves_one_ledger_or_the_other_and_loses_none() {
    kill_restoring(25);
}

#[test]
#[ignore = "takes minutes"]
fn thousands_of_killed_copies_and_restores_lose_nothing() {
    kill_the_first(800);
    kill_copying(800);
    kill_restoring(1_500);
}

fn kill_repairing(rounds: u32) {
    let mut dice = Dice::new();
    let [ground, _] = grounds();
    let sound = state(&ground.ledger());
    let known = facts(&ground.ledger());
    let db = rusqlite::Connection::open(ground.ledger()).expect("the ledger opens");
    db.execute_batch(
        "UPDATE monthly_flow SET spent = spent + 1; DELETE FROM lot; UPDATE account_balance SET balance = 5",
    )
    .expect("damage");
    drop(db);
    ground.settle();
    let home = Home::new();
    let (time, whole) = typical(&home, &ground, "check --repair");
    assert_eq!(whole, sound);
    let mut outcomes = Outcomes::default();
    for round in 0..rounds {
        home.become_like(&ground);
        let before = state(&home.ledger());
        let wait = dice.part_of(time * 13 / 10);
        let ended = kill_after(home.command("check --repair --json"), wait);
        let after = state(&home.ledger());
        let is_whole = after == sound;
        assert!(is_whole || after == before, "round {round}, seed {}: half mended", dice.seed);
        assert!(is_whole || !ended.acknowledged, "round {round}, seed {}", dice.seed);
        assert_eq!(facts(&home.ledger()), known, "round {round}, seed {}: a fact was touched", dice.seed);
        outcomes.count(&ended, is_whole);
        home.fine("check --repair --lock-timeout 0");
        assert_eq!(state(&home.ledger()), sound, "round {round}, seed {}", dice.seed);
    }
    println!("{time:?}: {outcomes:?}");
}

#[test]
fn a_repair_that_is_killed_mends_all_or_nothing_and_touches_no_fact() {
    kill_repairing(40);
}

/// What is left beside a ledger after a kill says by its name what it is.
#[test]
fn what_a_killed_process_leaves_beside_the_ledger_is_hidden_and_nobody_elses() {
    let mut dice = Dice::new();
    let [ground, _] = grounds();
    let home = Home::new();
    let (time, _) = typical(&home, &ground, "backup copy.db");
    for _ in 0..20 {
        home.become_like(&ground);
        kill_after(home.command("backup copy.db"), dice.part_of(time));
        for name in names(home.folder()) {
            let known = ["ledger.db", "ledger.db-wal", "ledger.db-shm", "copy.db", "more.jsonl"];
            assert!(known.contains(&name.as_str()) || name.starts_with(".jandon-"), "{name}");
            assert_owner_only(&home.path(&name));
        }
    }
}

/// The drafts in a folder.
fn drafts(home: &Home) -> Vec<String> {
    home.names().into_iter().filter(|name| name.ends_with(".new")).collect()
}

#[test]
#[cfg(unix)]
fn what_a_killed_maker_of_copies_leaves_is_cleared_away_by_the_next_one() {
    let [ground, _] = grounds();
    std::fs::write(ground.path("more.jsonl"), more(3_000)).expect("a file");
    ground.fine("import more.jsonl");
    ground.fine("backup before.db");
    let home = Home::new();
    for (line, next) in [
        ("backup copy.db", "backup other.db"),
        ("restore before.db", "restore before.db"),
        ("import more.jsonl --ledger first.db", "account add kakao --ledger second.db"),
    ] {
        let mut left = 0;
        for round in 0..200 {
            home.become_like(&ground);
            for name in ["before.db", "more.jsonl"] {
                std::fs::copy(ground.path(name), home.path(name)).expect("a copy");
            }
            let child = home.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let mut child = child.expect("jandon runs");
            // Killed as soon as there is a draft, unless it is quicker.
            while drafts(&home).is_empty() && child.try_wait().expect("a process").is_none() {}
            child.kill().expect("a signal");
            child.wait().expect("an end");
            let found = drafts(&home);
            left += found.len();
            home.fine(next);
            assert_eq!(drafts(&home), [""; 0], "{line}, round {round}: {found:?}");
            if left >= 5 {
                break;
            }
        }
        assert!(left > 0, "{line}: none was killed in time");
    }
}

#[test]
#[cfg(unix)]
fn copies_that_are_made_at_once_leave_each_other_alone() {
    let [home, _] = grounds();
    std::fs::write(home.path("more.jsonl"), more(3_000)).expect("a file");
    home.fine("import more.jsonl");
    let known = facts(&home.ledger());
    for round in 0..5 {
        let lines: Vec<String> = (0..6).map(|n| format!("backup copy-{round}-{n}.db")).collect();
        let started = lines.iter().map(|line| home.command(line).stdout(Stdio::null()).spawn());
        let started: Vec<_> = started.map(|child| child.expect("jandon runs")).collect();
        for mut child in started {
            assert!(child.wait().expect("an end").success());
        }
        for n in 0..6 {
            assert_eq!(facts(&home.path(&format!("copy-{round}-{n}.db"))), known);
        }
    }
    // One that stands still is in use as well.
    let mut child = home.command("backup slow.db").stdout(Stdio::null()).spawn().expect("jandon runs");
    while drafts(&home).is_empty() && child.try_wait().expect("a process").is_none() {}
    let signal = |name: &str| Command::new("kill").args([name, &child.id().to_string()]).status();
    signal("-STOP").expect("a signal");
    let held = drafts(&home);
    home.fine("backup quick.db");
    assert_eq!(drafts(&home), held);
    signal("-CONT").expect("a signal");
    assert!(child.wait().expect("an end").success());
    assert_eq!(facts(&home.path("slow.db")), known);
    assert_eq!(drafts(&home), [""; 0]);
}

fn assert_owner_only(path: &Path) {
    #[cfg(unix)]
    if path.extension().is_none_or(|ending| ending != "jsonl") {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}
