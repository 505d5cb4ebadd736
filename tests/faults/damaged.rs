//! Files that are damaged: every command answers or says what is wrong, none panics or hangs, and
//! `check` notices whatever the answers would show.

use super::harness::{Dice, FACTS, Home, facts, said, state, told};
use jandon::store::DERIVED;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Commands that answer from the ledger.
const ANSWERING: [&str; 11] = [
    "balance --json",
    "balance --json --at 2026-10-09",
    "history --json",
    "report 2026-10 --json",
    "report 2026-10-03..2026-11-11 --json -X KRW",
    "expiring --json",
    "due --json",
    "stale --json",
    "value 2026 --json",
    "chart --json",
    "fees kakao all --json",
];

/// Commands that write, in an order in which each meets what the others wrote.
const WRITING: [&str; 12] = [
    "spend kakao 500 coffee",
    "log points=5,000 skt=9,000 --date 2026-11-21",
    "spend points 3 --date 2026-09-03",
    "earn points 9 --expires 2027-01-01",
    "undo",
    "undo",
    "redo",
    "account edit kakao --note again",
    "expire points 5",
    "import more.jsonl",
    "backup copy.db --force",
    "check --repair",
];

/// Runs a line, which may fail but must answer.
fn answered(home: &Home, line: &str, about: &str) -> Option<String> {
    let output = home.run(line);
    let code = output.status.code();
    assert!(
        matches!(code, Some(0 | 1 | 2 | 4 | 6)),
        "{about}: {line}: {:?} {}",
        output.status,
        said(&output)
    );
    // A refusal may have an answer of its own.
    if matches!(code, Some(1 | 2 | 6)) && !line.starts_with("check") {
        assert!(said(&output).contains("error"), "{about}: {line}: {}", said(&output));
    }
    (code == Some(0)).then(|| told(&output))
}

/// Puts a damaged ledger to every use. Tells whether `check` found it sound.
fn used(home: &Home, about: &str) -> bool {
    let sound = answered(home, "check", about).is_some();
    let answers: Vec<Option<String>> = ANSWERING.iter().map(|line| answered(home, line, about)).collect();
    let lines = answered(home, "export --to json", about);
    if sound {
        // What is sound answers as its facts do, told to an empty ledger.
        let lines = lines.unwrap_or_else(|| panic!("{about}: sound, and not to be exported"));
        std::fs::write(home.path("told.jsonl"), lines).expect("a file");
        let output = home.run("import told.jsonl --ledger told.db");
        assert_eq!(output.status.code(), Some(0), "{about}: sound, but {}", said(&output));
        for (line, answer) in ANSWERING.iter().zip(answers) {
            let again = answered(home, &format!("{line} --ledger told.db"), about);
            assert_eq!(answer, again, "{about}: sound, but its facts answer {line} otherwise");
        }
    }
    for line in WRITING {
        answered(home, line, about);
    }
    sound
}

/// The ground that is damaged, with a file to import beside it.
fn ground() -> Home {
    let home = Home::with_a_ledger();
    std::fs::write(home.path("more.jsonl"), super::killed::more(5)).expect("a file");
    home
}

/// Does to a ledger what its triggers and checks forbid.
fn against_the_rules(ledger: &Path, harm: impl FnOnce(&Connection)) {
    let db = Connection::open(ledger).expect("the ledger opens");
    db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").expect("no guards");
    let mut triggers: Vec<(String, String)> = Vec::new();
    let mut statement =
        db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").expect("a schema");
    let mut rows = statement.query([]).expect("triggers");
    while let Some(row) = rows.next().expect("a trigger") {
        triggers.push((row.get(0).expect("a name"), row.get(1).expect("its words")));
    }
    drop(rows);
    drop(statement);
    for (name, _) in &triggers {
        db.execute_batch(&format!("DROP TRIGGER {name}")).expect("no trigger");
    }
    harm(&db);
    for (_, sql) in &triggers {
        db.execute_batch(sql).expect("the trigger again");
    }
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("a checkpoint");
}

/// Every column of every table, and whether it holds numbers.
fn columns(ledger: &Path) -> Vec<(&'static str, String, bool)> {
    let db = Connection::open(ledger).expect("the ledger opens");
    let mut all = Vec::new();
    for table in FACTS.iter().chain(&DERIVED) {
        let mut statement = db.prepare("SELECT name, type FROM pragma_table_info(?1)").expect("columns");
        let mut rows = statement.query([table]).expect("columns");
        while let Some(row) = rows.next().expect("a column") {
            let kind: String = row.get(1).expect("a type");
            all.push((*table, row.get(0).expect("a name"), kind == "INTEGER"));
        }
    }
    all
}

/// The columns of a table's key, as SQL names them.
fn keys(db: &Connection, table: &str) -> String {
    let sql = "SELECT group_concat(name, ', ') FROM pragma_table_info(?1) WHERE pk > 0";
    db.query_row(sql, [table], |row| row.get(0)).expect("a key")
}

/// Puts values into single fields that no command writes there.
fn write_values(tries: Option<u32>) {
    let mut dice = Dice::new();
    let ground = ground();
    let home = Home::new();
    let columns = columns(&ground.ledger());
    let numbers = [
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Integer(i64::from(i32::MAX)),
        Value::Integer(-1),
        Value::Integer(0),
        Value::Integer(1),
        Value::Integer(2),
        Value::Integer(1 << 40),
        Value::Integer(-(1 << 61)),
        Value::Null,
    ];
    let texts =
        [Value::Text(String::new()), Value::Text("x".into()), Value::Text("9".repeat(5_000)), Value::Null];
    let mut cases: Vec<(usize, Value)> = Vec::new();
    for (at, (_, _, numeric)) in columns.iter().enumerate() {
        cases
            .extend(if *numeric { &numbers[..] } else { &texts[..] }.iter().map(|value| (at, value.clone())));
    }
    let chosen: Vec<(usize, Value)> = match tries {
        None => cases,
        Some(tries) => (0..tries).map(|_| cases[dice.below(cases.len() as u64) as usize].clone()).collect(),
    };
    let sound_state = state(&ground.ledger());
    let mut noticed: BTreeMap<bool, u32> = BTreeMap::new();
    let mut broken: Vec<String> = Vec::new();
    for (at, value) in chosen {
        let (table, column, _) = &columns[at];
        home.become_like(&ground);
        let row = dice.any() >> 1;
        let mut about = format!("seed {}: {table}.{column} = {value:?}", dice.seed);
        about.truncate(160);
        let mut done = false;
        against_the_rules(&home.ledger(), |db| {
            let rows: i64 =
                db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("rows");
            let at = row % rows.max(1) as u64;
            let key = keys(db, table);
            about += &format!(" in row {at}");
            let pick = format!("({key}) = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {at})");
            let sql = format!("UPDATE OR IGNORE {table} SET {column} = ?1 WHERE {pick}");
            let result = db.execute(&sql, [&value]);
            done = result.is_ok_and(|rows| rows > 0);
        });
        if !done || state(&home.ledger()) == sound_state {
            continue;
        }
        // All that goes wrong is told at once.
        match std::panic::catch_unwind(|| used(&home, &about)) {
            Ok(true) if DERIVED.contains(table) => broken.push(format!("{about}: unnoticed")),
            Ok(sound) => *noticed.entry(!sound).or_default() += 1,
            Err(why) => broken.push(why.downcast_ref::<String>().cloned().unwrap_or_default()),
        }
    }
    println!("noticed: {noticed:?}");
    assert!(broken.is_empty(), "{} broken\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn a_value_that_no_command_writes_is_noticed_or_answered_for() {
    write_values(Some(6));
}

#[test]
#[ignore = "takes minutes"]
fn every_value_that_no_command_writes_is_noticed_or_answered_for() {
    write_values(None);
}

/// The parts that `check` names for a damaged ledger.
fn parts(home: &Home, harm: &str) -> Vec<String> {
    let output = home.run("check --format csv");
    assert_eq!(output.status.code(), Some(1), "{harm}: unnoticed: {}", told(&output));
    told(&output).lines().skip(1).filter_map(|line| line.split(',').next().map(str::to_string)).collect()
}

#[test]
fn whatever_is_derived_wrongly_is_named_and_mended() {
    let ground = ground();
    let (sound, known) = (state(&ground.ledger()), facts(&ground.ledger()));
    let home = Home::new();
    let mut cases: Vec<(&str, String)> = Vec::new();
    for (table, column, numeric) in columns(&ground.ledger()) {
        if DERIVED.contains(&table) && numeric {
            let first = format!(
                "UPDATE {table} SET {column} = {column} + 1 WHERE {column} = (SELECT max({column}) FROM {table})"
            );
            cases.push((table, first));
        }
    }
    for table in DERIVED {
        cases.push((table, format!("DELETE FROM {table}")));
    }
    cases.push(("voided_change", "INSERT INTO voided_change SELECT min(seq) FROM change".into()));
    cases.push(("lot", "INSERT INTO lot SELECT min(id), 20000, 24321, 5 FROM account".into()));
    cases.push(("bill", "INSERT INTO bill SELECT min(id), 24310, 5 FROM account".into()));
    for (table, harm) in cases {
        home.become_like(&ground);
        let db = Connection::open(home.ledger()).expect("the ledger opens");
        db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            .expect("no guards");
        db.execute_batch(&harm).unwrap_or_else(|error| panic!("{harm}: {error}"));
        drop(db);
        if state(&home.ledger()) == sound {
            continue;
        }
        let parts = parts(&home, &harm);
        let named = |part: &String| part == table || part == "file" || part == "references";
        assert!(parts.iter().any(named), "{harm}: {parts:?}");
        home.fine("check --repair");
        assert_eq!(state(&home.ledger()), sound, "{harm}");
        assert_eq!(facts(&home.ledger()), known, "{harm}");
    }
}

#[test]
fn what_is_derived_wrongly_is_told_of_table_by_table() {
    let home = ground();
    against_the_rules(&home.ledger(), |db| {
        for table in DERIVED.into_iter().filter(|table| *table != "voided_change") {
            db.execute_batch(&format!("DELETE FROM {table}")).expect("an empty table");
        }
    });
    let told = told(&home.run("check --format csv"));
    let parts = told.lines().filter_map(|line| line.split(',').next());
    let mut tables: Vec<&str> = parts.filter(|part| DERIVED.contains(part)).collect();
    tables.dedup();
    assert_eq!(tables, DERIVED[1..], "{told}");
}

#[test]
fn facts_that_are_gone_doubled_or_out_of_their_place_are_named_and_left_alone() {
    let ground = ground();
    let home = Home::new();
    for (part, harm) in [
        ("numbers", "DELETE FROM rate"),
        ("numbers", "DELETE FROM entry WHERE seq = (SELECT min(seq) FROM entry)"),
        ("numbers", "DELETE FROM snapshot WHERE seq = (SELECT min(seq) FROM snapshot)"),
        ("numbers", "DELETE FROM void WHERE seq = (SELECT min(seq) FROM void)"),
        (
            "numbers",
            "UPDATE entry SET seq = (SELECT min(seq) FROM snapshot) WHERE seq = (SELECT max(seq) FROM entry)",
        ),
        ("numbers", "UPDATE entry SET seq = 900 WHERE seq = (SELECT min(seq) FROM entry)"),
        (
            "numbers",
            "UPDATE entry SET change = (SELECT min(seq) FROM change) WHERE seq = (SELECT max(seq) FROM entry)",
        ),
        ("numbers", "UPDATE snapshot SET change = change + 1 WHERE seq = (SELECT min(seq) FROM snapshot)"),
        (
            "references",
            "UPDATE entry SET from_account = 800 WHERE seq = (SELECT min(seq) FROM entry WHERE kind = 1)",
        ),
        (
            "references",
            "UPDATE entry SET category = 800 WHERE seq = (SELECT min(seq) FROM entry WHERE kind = 1)",
        ),
        (
            "references",
            "UPDATE account_version SET unit = 800 WHERE seq = (SELECT max(seq) FROM account_version)",
        ),
        (
            "void",
            "UPDATE void SET of = (SELECT of FROM void LIMIT 1) WHERE seq = (SELECT max(seq) FROM void)",
        ),
        (
            "entry",
            "UPDATE entry SET unit_out = (SELECT max(seq) FROM unit), unit_in = (SELECT max(seq) FROM unit) WHERE kind = 5 AND unit_in = unit_out",
        ),
        ("entry", "UPDATE entry SET kind = 2 WHERE kind = 6 AND channel IS NULL"),
        ("file", "UPDATE entry SET fee = -5 WHERE seq = (SELECT max(seq) FROM entry)"),
    ] {
        home.become_like(&ground);
        against_the_rules(&home.ledger(), |db| {
            db.execute_batch(harm).unwrap_or_else(|error| panic!("{harm}: {error}"));
        });
        let parts = parts(&home, harm);
        assert!(parts.iter().any(|found| found == part), "{harm}: {parts:?}");
        let before = state(&home.ledger());
        assert_eq!(home.run("check --repair").status.code(), Some(1), "{harm}");
        assert_eq!(state(&home.ledger()), before, "{harm}: something was written");
    }
    // A trigger that keeps the facts from being altered belongs to the ledger.
    home.become_like(&ground);
    let db = Connection::open(home.ledger()).expect("the ledger opens");
    db.execute_batch("DROP TRIGGER entry_is_kept").expect("no guard");
    assert!(parts(&home, "no trigger").iter().any(|part| part == "schema"));
}

#[test]
fn a_damaged_fact_is_neither_copied_nor_put_back_nor_exported() {
    let ground = ground();
    ground.fine("backup sound.db");
    for (harm, named) in [
        (
            "UPDATE snapshot SET balance = balance + 1 WHERE note IS NULL AND balance = 47000",
            "the balance of",
        ),
        ("UPDATE entry SET payee = 1 WHERE payee = 3", "the spend of"),
        ("UPDATE unit SET code = 'TSD' WHERE code = 'TOSSP'", "the unit"),
        ("UPDATE rate SET value = '3'", "the rate of"),
        ("UPDATE change SET command = CAST(x'ff' AS TEXT) WHERE command = 'topup'", "the change"),
        ("UPDATE account_version SET bill_day = 3 WHERE kind = 'carrier'", "the account"),
        ("UPDATE label SET text = 'tee' WHERE text = 'tea'", "the text"),
        ("UPDATE void SET of = of - 1 WHERE seq = (SELECT min(seq) FROM void)", "the undo"),
    ] {
        let home = Home::new();
        home.become_like(&ground);
        against_the_rules(&home.ledger(), |db| {
            assert!(db.execute(harm, []).expect("damage done") > 0, "{harm}");
        });
        let check = home.run("check");
        assert_eq!(check.status.code(), Some(1), "{harm}");
        assert!(told(&check).contains(named), "{harm}: {}", told(&check));
        assert!(said(&check).contains("jandon restore FILE"), "{harm}: {}", said(&check));
        let before = state(&home.ledger());
        for line in ["export", "export --to csv", "export --to hledger", "backup copy.db", "check --repair"] {
            let output = home.run(line);
            assert_eq!(output.status.code(), Some(1), "{harm}: {line}");
            assert!(line.starts_with("check") || told(&output).is_empty(), "{harm}: {line}");
        }
        assert_eq!(home.run("restore ledger.db --ledger sound.db").status.code(), Some(1), "{harm}");
        assert_eq!(state(&home.ledger()), before, "{harm}: something was written");
        assert!(!home.path("copy.db").exists());
        assert_eq!(facts(&home.path("sound.db")), facts(&ground.ledger()), "{harm}");
        home.fine("restore sound.db");
        assert_eq!(facts(&home.ledger()), facts(&ground.ledger()), "{harm}");
    }
}

#[test]
fn damage_is_accepted_after_a_copy_and_the_ledger_can_be_used_again() {
    let home = ground();
    against_the_rules(&home.ledger(), |db| {
        let harm = "UPDATE snapshot SET balance = 40001 WHERE balance = 40000";
        assert_eq!(db.execute(harm, []).expect("damage done"), 1);
    });
    let damaged = facts(&home.ledger());
    assert_eq!(home.run("check --repair").status.code(), Some(1));
    let repaired = home.run("check --repair --accept-damage --json");
    assert_eq!(repaired.status.code(), Some(0), "{}", said(&repaired));
    let kakao = r#"{"account":"kakao","unit":"KRW","before":"39989","after":"39990"}"#;
    assert!(told(&repaired).contains(kakao), "{}", told(&repaired));
    assert!(said(&repaired).contains("what was recorded there is lost"), "{}", said(&repaired));
    let copy = home.path("ledger.db.before-repair-2026-11-22T130500");
    assert_eq!(facts(&copy), damaged);
    assert!(home.fine("check").contains("All is well"));
    for line in ["spend kakao 5", "undo", "backup copy.db"] {
        home.fine(line);
    }
    std::fs::write(home.path("told.jsonl"), home.fine("export")).expect("a file");
    home.fine("import told.jsonl --ledger told.db");
}

#[test]
fn a_ledger_with_something_that_jandon_did_not_make_is_refused() {
    let ground = ground();
    ground.fine("backup sound.db");
    for (harm, what) in [
        ("CREATE TRIGGER more AFTER INSERT ON entry BEGIN DELETE FROM lot; END", "a trigger"),
        ("CREATE VIEW more AS SELECT * FROM entry", "a view"),
        ("CREATE TABLE more (a)", "a table"),
    ] {
        let home = Home::new();
        home.become_like(&ground);
        Connection::open(home.ledger()).and_then(|db| db.execute_batch(harm)).expect("done");
        let before = state(&home.ledger());
        for line in ["balance", "check", "spend kakao 1", "export", "backup copy.db", "import more.jsonl"] {
            let output = home.run(line);
            assert_eq!(output.status.code(), Some(1), "{harm}: {line}");
            let words = format!("has {what} that jandon did not make: more");
            assert!(said(&output).contains(&words), "{harm}: {line}: {}", said(&output));
        }
        assert_eq!(state(&home.ledger()), before);
        assert_eq!(home.run("restore ledger.db --ledger sound.db").status.code(), Some(1), "{harm}");
        home.fine("restore sound.db");
        home.fine("check");
    }
}

#[test]
fn a_table_that_is_gone_is_named_and_made_again_where_the_facts_tell_what_was_in_it() {
    let ground = ground();
    let (sound, known) = (state(&ground.ledger()), facts(&ground.ledger()));
    let home = Home::new();
    let every_one = DERIVED.join(", ");
    for gone in DERIVED.iter().copied().chain([every_one.as_str()]) {
        home.become_like(&ground);
        against_the_rules(&home.ledger(), |db| {
            for table in gone.split(", ") {
                db.execute_batch(&format!("DROP TABLE {table}")).expect("a table less");
            }
        });
        let output = home.run("check --format csv");
        assert_eq!(output.status.code(), Some(1), "{gone}: {}", said(&output));
        for table in gone.split(", ").take(5) {
            let finding = format!("schema,`{table}` is missing");
            assert!(gone == every_one || told(&output).contains(&finding), "{gone}: {}", told(&output));
        }
        let hint = home.run("check");
        assert!(said(&hint).contains("check --repair"), "{gone}: {}{}", told(&hint), said(&hint));
        home.fine("check --repair");
        assert!(home.fine("check").contains("All is well"), "{gone}");
        assert_eq!(state(&home.ledger()), sound, "{gone}");
        assert_eq!(facts(&home.ledger()), known, "{gone}");
        let tables = |ledger: &Path| {
            let db = Connection::open(ledger).expect("the ledger opens");
            let sql = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
            db.query_row(sql, [], |row| row.get::<_, String>(0)).expect("a schema")
        };
        assert_eq!(tables(&home.ledger()), tables(&ground.ledger()), "{gone}");
    }
    for table in FACTS {
        home.become_like(&ground);
        let db = Connection::open(home.ledger()).expect("the ledger opens");
        let harm = format!("PRAGMA foreign_keys = OFF; DROP TABLE {table}");
        db.execute_batch(&harm).expect("a table less");
        drop(db);
        let parts = parts(&home, table);
        assert!(parts.iter().any(|part| part == "schema"), "{table}: {parts:?}");
        assert_eq!(home.run("check --repair").status.code(), Some(1), "{table}");
        let after = self::parts(&home, table);
        assert_eq!(after, parts, "{table}: something was written");
    }
}

#[test]
fn a_limit_below_nothing_is_told_of() {
    let ground = ground();
    let home = Home::new();
    for limit in [i64::MIN, -1] {
        home.become_like(&ground);
        against_the_rules(&home.ledger(), |db| {
            let harm = format!("UPDATE account_version SET limit_amount = {limit} WHERE kind = 'carrier'");
            assert!(db.execute(&harm, []).expect("damage done") > 0);
        });
        assert!(!used(&home, &format!("a limit of {limit}")), "{limit}: unnoticed");
        let parts = parts(&home, "a limit");
        assert!(parts.iter().any(|part| part == "facts"), "{parts:?}");
    }
}

#[test]
fn payments_below_nothing_are_reported() {
    let ground = ground();
    let home = Home::new();
    home.become_like(&ground);
    against_the_rules(&home.ledger(), |db| {
        let harm = "UPDATE entry SET amount_out = -1 WHERE kind = 1";
        assert!(db.execute(harm, []).expect("damage done") > 0);
    });
    let parts = parts(&home, "payments below nothing");
    assert!(parts.iter().any(|part| part == "facts"), "{parts:?}");
    assert!(!used(&home, "payments below nothing"), "unnoticed");
}

/// Damages the bytes of a file.
fn harm_bytes(bytes: &mut Vec<u8>, page: usize, dice: &mut Dice) -> String {
    let length = bytes.len() as u64;
    // Chance would seldom meet the header and the schema, on which everything stands.
    let at = match dice.below(6) {
        0 => dice.below(100.min(length)),
        1 => dice.below((page as u64).min(length)),
        // The heads of pages, which say how the rest is to be read.
        2 => (dice.below(length) / page as u64 * page as u64 + dice.below(40)).min(length - 1),
        _ => dice.below(length),
    } as usize;
    let start = at / page * page;
    let end = (start + page).min(bytes.len());
    match dice.below(9) {
        0..=3 => {
            let bit = dice.below(8);
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at}")
        }
        4 => {
            bytes[at] = dice.any() as u8;
            format!("byte {at}")
        }
        5 => {
            let end = (at + 1 + dice.below(64) as usize).min(bytes.len());
            bytes[at..end].fill_with(|| dice.any() as u8);
            format!("bytes {at} to {end}")
        }
        6 => {
            bytes[start..end].fill(0);
            format!("page at {start} emptied")
        }
        7 => {
            let other = dice.below(length / page as u64 + 1) as usize * page;
            let other = if other + (end - start) > bytes.len() { 0 } else { other };
            let copy = bytes[other..other + (end - start)].to_vec();
            bytes[start..end].copy_from_slice(&copy);
            format!("page at {start} taken from {other}")
        }
        _ => {
            let to = if dice.below(2) == 0 { at } else { start };
            bytes.truncate(to);
            format!("cut off at {to}")
        }
    }
}

fn harm_files(times: u32) {
    let mut dice = Dice::new();
    let settled = ground();
    // Many rows, so that there are inner pages; and pages that hold nothing any more.
    std::fs::write(settled.path("many.jsonl"), super::killed::more(700)).expect("a file");
    settled.fine("import many.jsonl");
    std::fs::remove_file(settled.path("many.jsonl")).expect("gone");
    let db = Connection::open(settled.ledger()).expect("the ledger opens");
    db.execute_batch("CREATE TABLE gone (text TEXT); INSERT INTO gone SELECT hex(zeroblob(9000)) FROM change LIMIT 5; DROP TABLE gone")
        .expect("free pages");
    drop(db);
    settled.settle();
    let work = ground();
    let reader = Connection::open(work.ledger()).expect("the ledger opens");
    reader.execute_batch("PRAGMA wal_autocheckpoint = 0; BEGIN; SELECT 1 FROM change").expect("held open");
    for line in ["spend kakao 33 tea", "log kakao 30,000", "undo"] {
        work.fine(line);
    }
    let unsettled = ground();
    for name in ["ledger.db", "ledger.db-wal"] {
        std::fs::copy(work.path(name), unsettled.path(name)).expect("a copy");
    }
    drop(reader);
    let home = Home::new();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for time in 0..times {
        let (ground, name) = match dice.below(3) {
            0 => (&unsettled, "ledger.db-wal"),
            1 => (&unsettled, "ledger.db"),
            _ => (&settled, "ledger.db"),
        };
        home.become_like(ground);
        let mut bytes = std::fs::read(home.path(name)).expect("a file");
        let page = if name.ends_with("wal") { 4096 + 24 } else { 4096 };
        let what = harm_bytes(&mut bytes, page, &mut dice);
        if bytes.is_empty() && name == "ledger.db" && home.path("ledger.db-wal").metadata().is_err() {
            // An empty file is a ledger in which nothing was recorded.
            continue;
        }
        std::fs::write(home.path(name), &bytes).expect("a file");
        let about = format!("seed {}, {time}: {name}: {what}", dice.seed);
        let verdict = if used(&home, &about) { "sound" } else { "noticed" };
        *counts.entry(verdict).or_default() += 1;
    }
    println!("{counts:?}");
}

#[test]
fn a_damaged_file_is_noticed_or_answered_for() {
    harm_files(8);
}

#[test]
#[ignore = "takes minutes"]
fn thousands_of_damaged_files_are_noticed_or_answered_for() {
    harm_files(3_000);
}
