//! A disk that is full, fails at one step or is gone, and power that goes, at every step of what
//! writes: the command says so, and the ledger is as it was, or has the whole of it.

use super::disk::{Done, Fault, after_power_cut, failing, remembered};
use super::harness::{Dice, Home, NOW, facts, state};
use jandon::cli;
use jandon::cli::context::{Context, Env};
use jandon::cli::error::CommandError;
use jandon::messages::Language;
use jandon::messages::error::Diagnostic;
use jandon::store::Store;
use jandon::view::chart::ChartStyle;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs a line within this process; an answer in minor units is thrown away.
fn run(home: &Home, line: &str) -> Result<u8, CommandError> {
    let words = ["jandon"].into_iter().chain(line.split(' ')).map(Into::into);
    let words = cli::parse(words).expect("words that the grammar knows");
    let inside = |path: &PathBuf| home.folder().join(path);
    let mut globals = words.globals.clone();
    globals.ledger = globals.ledger.as_ref().map(inside);
    let world = Env {
        now: jandon::period::LocalDateTime(0),
        data: None,
        config: None,
        region: Some("KR".into()),
        ledger: Some(home.ledger()),
        catalog: None,
        today: Some(NOW.into()),
        language: jandon::messages::Language::English,
        random: 7,
        progress: None,
        terminal: None,
        drawing: ChartStyle::Figures,
    };
    let session = Context::new(world, &globals)?;
    cli::run(&words.command, &session).map(|outcome| outcome.status)
}

/// Is the ledger what its facts say it is?
fn is_sound(ledger: &Path) -> bool {
    let store = Store::read(ledger, Duration::ZERO).expect("the ledger opens at once");
    store.check().expect("a check").findings.is_empty()
}

/// A command, and the ledger that it is tried on.
struct Trial {
    line: String,
    ground: Home,
    /// The file that tells what the command did.
    result: &'static str,
}

/// Everything that writes.
fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    let mut add = |line: &str, result, prepare: &dyn Fn(&Home)| {
        let ground = Home::with_a_ledger();
        prepare(&ground);
        let at = |name: &str| ground.path(name).display().to_string();
        let line = line
            .replace("MORE", &at("more.jsonl"))
            .replace("COPY", &at("copy.db"))
            .replace("NEW", &at("new.db"));
        trials.push(Trial { line, ground, result });
    };
    let nothing = |_: &Home| {};
    for line in [
        "log kakao=41,000 bank=900,000",
        "log kakao=39,000 --date 2026-10-15",
        "spend kakao 500 coffee",
        "earn points 100 --expires 2027-01-31",
        "transfer bank kakao 10000",
        "withdraw kakao 5000 --via other-bank --to bank",
        "undo",
        "redo",
        "account add naver",
        "expire points 5",
        "rate set TOSSP 0.9 KRW",
    ] {
        add(line, "ledger.db", &nothing);
    }
    add("import MORE", "ledger.db", &|home| {
        std::fs::write(home.path("more.jsonl"), super::killed::more(40)).expect("a file");
    });
    add("check --repair", "ledger.db", &|home| {
        let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
        db.execute_batch("UPDATE monthly_flow SET spent = spent + 1; DELETE FROM lot").expect("damage");
        drop(db);
        home.settle();
    });
    add("backup COPY", "copy.db", &nothing);
    add("restore COPY", "ledger.db", &|home| {
        home.fine("backup copy.db");
        home.fine("spend kakao 500 coffee");
        home.settle();
    });
    add("account add kakao --ledger NEW", "new.db", &nothing);
    trials
}

/// What lies under a name: a ledger's rows, or nothing.
fn held(path: &Path) -> Option<Vec<String>> {
    path.exists().then(|| state(path))
}

/// Lets a disk fail at some or all steps of everything that writes.
fn fail_everything(fault: Fault, steps_max: u64) {
    let mut dice = Dice::new();
    for trial in trials() {
        let home = &trial.ground;
        let saved = Home::new();
        saved.become_like(home);
        // The line names whole paths, so each try is made on the same folder, put back before.
        let fresh = || home.become_like(&saved);
        let result = home.path(trial.result);
        let before = held(&result);
        let known = facts(&home.ledger());
        run(home, &trial.line).unwrap_or_else(|error| panic!("{}: {error:?}", trial.line));
        let whole = held(&result);
        let names: Vec<String> = home.names().into_iter().filter(|name| !is_companion(name)).collect();
        fresh();
        let (_, steps) = failing(fault, u64::MAX, || run(home, &trial.line));
        let (mut tried, mut refused) = (0, 0);
        for at in 1..=steps {
            if steps > steps_max && dice.below(steps) > steps_max {
                continue;
            }
            fresh();
            let (done, met) = failing(fault, at, || run(home, &trial.line));
            tried += 1;
            let about = format!("{}, {fault:?} at step {at}, seed {}", trial.line, dice.seed);
            let after = held(&result);
            assert!(is_sound(&home.ledger()) || trial.line == "check --repair", "{about}: unsound");
            let is_whole = after == whole;
            assert!(is_whole || after == before, "{about}: half written");
            match &done {
                // A check that cannot read the file answers so, and mends nothing.
                Ok(1) if trial.line.starts_with("check") => {
                    refused += 1;
                    assert!(!is_whole, "{about}");
                }
                Ok(status) => {
                    assert_eq!(*status, 0, "{about}");
                    assert!(is_whole, "{about}: acknowledged and not there");
                }
                Err(failure) => {
                    refused += 1;
                    assert!(met >= at, "{about}: {failure:?}");
                    assert_eq!(failure.status(), 1, "{about}: {failure:?}");
                    let Diagnostic { message, hint } = failure.diagnostic(Language::English);
                    assert!(!message.is_empty() && !hint.is_empty(), "{about}: {failure:?}");
                    if failure.code() == "disk-full" || failure.code() == "copy-failed" {
                        assert!(!is_whole || before == whole, "{about}: {message}");
                    }
                }
            }
            for name in home.names() {
                let draft = name.contains(".new");
                assert!(!draft, "{about}: {name} is left");
            }
            // What was known is there, and trying again leads where it would have led.
            if trial.line.starts_with("restore") {
                continue;
            }
            if trial.result != "ledger.db" {
                assert_eq!(facts(&home.ledger()), known, "{about}: a fact is gone");
            }
            if after == before {
                run(home, &trial.line).unwrap_or_else(|error| panic!("{about}, again: {error:?}"));
                assert_eq!(held(&result), whole, "{about}, again");
            }
            let left: Vec<String> = home.names().into_iter().filter(|name| !is_companion(name)).collect();
            assert_eq!(left, names, "{about}");
        }
        println!("{fault:?}: {}: {tried} of {steps} steps, {refused} refused", trial.line);
        assert!(refused > 0 || tried < 12, "{}: nothing was refused", trial.line);
    }
}

fn is_companion(name: &str) -> bool {
    name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("-journal")
}

#[test]
fn a_full_disk_costs_nothing_at_any_step() {
    fail_everything(Fault::Full, 3);
}

#[test]
fn a_disk_that_fails_once_costs_nothing_at_any_step() {
    fail_everything(Fault::Once, 4);
}

#[test]
fn a_disk_that_is_gone_costs_nothing_at_any_step() {
    fail_everything(Fault::Gone, 2);
}

#[test]
fn a_disk_that_cannot_be_read_costs_nothing_at_any_step() {
    fail_everything(Fault::Unread, 2);
}

#[test]
#[ignore = "takes minutes"]
fn a_disk_that_fails_costs_nothing_at_each_and_every_step() {
    for fault in [Fault::Full, Fault::Once, Fault::Gone, Fault::Unread] {
        fail_everything(fault, u64::MAX);
    }
}

/// Lets the power go after every step, with each sector that was not synced there or not.
fn cut_power(times: u32) {
    let mut dice = Dice::new();
    for trial in trials() {
        if trial.result != "ledger.db" || trial.line.starts_with("restore") {
            continue;
        }
        let home = &trial.ground;
        let files = |home: &Home| -> BTreeMap<PathBuf, Vec<u8>> {
            let names = home.names().into_iter().filter(|name| name.starts_with("ledger.db"));
            let read = |name: String| {
                let path = home.path(&name);
                let bytes = std::fs::read(&path).expect("a file");
                (path, bytes)
            };
            names.filter(|name| !name.ends_with("-shm")).map(read).collect()
        };
        let (before_files, before) = (files(home), state(&home.ledger()));
        let (done, log) = remembered(|| run(home, &trial.line));
        done.unwrap_or_else(|error| panic!("{}: {error:?}", trial.line));
        let whole = state(&home.ledger());
        let mut counts = (0, 0);
        for cut in 0..=log.len() {
            for time in 0..times {
                let likely = dice.below(5);
                let left = after_power_cut(&before_files, &log[..cut], || dice.below(4) < likely);
                let survivor = Home::new();
                for (path, bytes) in left {
                    // What SQLite puts aside while a statement runs has no name, and dies with the process.
                    let Some(name) = path.file_name() else { continue };
                    let name = name.to_string_lossy().into_owned();
                    std::fs::write(survivor.path(&name), bytes).expect("a file");
                }
                let about = format!("{}, cut {cut} of {}, {time}, seed {}", trial.line, log.len(), dice.seed);
                let after = state(&survivor.ledger());
                let is_whole = after == whole;
                assert!(is_whole || after == before, "{about}: half written");
                assert!(is_whole || cut < log.len(), "{about}: acknowledged and lost");
                assert!(trial.line == "check --repair" || is_sound(&survivor.ledger()), "{about}: unsound");
                if is_whole { counts.1 += 1 } else { counts.0 += 1 }
            }
        }
        let synced = log.iter().any(|done| matches!(done, Done::Synced { .. }));
        assert!(synced, "{}: nothing was synced", trial.line);
        println!(
            "{}: {} steps, then nothing {} times, whole {} times",
            trial.line,
            log.len(),
            counts.0,
            counts.1
        );
    }
}

#[test]
fn what_was_acknowledged_outlives_the_power() {
    cut_power(1);
}

#[test]
#[ignore = "takes minutes"]
fn what_was_acknowledged_outlives_the_power_however_the_disk_orders_its_sectors() {
    cut_power(100);
}
