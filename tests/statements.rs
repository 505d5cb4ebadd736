//! Statements of banks and wallets, from a file to the ledger: every rule of identity, order, balances, typed
//! entries and accounts, with files that are made up.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads the folder of real files that the environment names"
)]

use proptest::prelude::*;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A home of its own, with a ledger and a config folder.
struct Home(TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, bytes).expect("written");
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_jandon"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("JANDON_LEDGER", self.path("ledger.db"))
            .env("JANDON_TODAY", "2026-11-22T13:05")
            .output()
            .expect("it runs")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let all: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let output = self.run(&all);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Returns the exit status and what stands on standard error.
    fn fails(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        (output.status.code().expect("a status"), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn balances(&self) -> Vec<(String, String)> {
        let answer = self.json(&["balance"]);
        let rows = answer["accounts"].as_array().expect("accounts").iter();
        rows.map(|row| (text(&row["account"]), text(&row["balance"]))).collect()
    }

    /// Returns moment, kind, amounts and payee of the entries that count, sorted.
    fn entries(&self) -> Vec<String> {
        let output = self.ok(&["export", "--to", "csv"]);
        let mut lines: Vec<String> = output.lines().skip(1).map(String::from).collect();
        lines.sort();
        lines
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), String::from)
}

fn counts(answer: &Value) -> [u64; 5] {
    ["read", "new", "known", "skipped", "bad"].map(|key| answer[key].as_u64().expect("a count"))
}

/// A profile of a made-up bank with a running balance and no id.
const TOY: &str = r#"format = 1
[profile]
id = "toy"
name = { en = "Toy bank", ko = "장난감 은행" }
account = "Toy"
kind = "bank"
unit = "KRW"
verified = "sample"
[detect]
header = ["When", "What", "Amount", "Balance"]
[columns]
date = "When"
payee = "What"
amount = "Amount"
balance = "Balance"
fee = "Fee"
[date]
formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]
[amount]
style = "signed"
fee = "inside"
[key]
columns = ["date", "payee", "balance"]
[[rule]]
when = { payee = '^Sent' }
kind = "send"
[[rule]]
when = { payee = '^Held' }
skip = { en = "only held", ko = "승인만 됨" }
"#;

/// A profile of a made-up wallet with ids.
const IDS: &str = r#"format = 1
[profile]
id = "ids"
name = "Ids"
account = "Wallet {Unit}"
unit = "{Unit}"
verified = "sample"
[detect]
header = ["Id", "Date", "Sum", "Unit"]
[columns]
id = "Id"
date = "Date"
amount = "Sum"
payee = "Who"
[date]
formats = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]
[key]
columns = ["id", "Unit"]
once = true
"#;

fn with_profiles() -> Home {
    let home = Home::new();
    home.write("config/jandon/profiles/toy.toml", TOY);
    home.write("config/jandon/profiles/ids.toml", IDS);
    home
}

#[derive(Clone, Debug)]
struct MadeUpRow {
    at: i64,
    effect: i64,
    payee: usize,
    balance: i64,
}

fn moment(at: i64) -> String {
    // From 1 March 2026 on.
    let start = jandon::period::Day::parse_iso("2026-03-01").expect("a day").start();
    jandon::period::LocalDateTime(start.0 + at).to_string().replace('T', " ")
}

fn toy_csv(rows: &[MadeUpRow]) -> String {
    let mut out = String::from("Toy bank\n\nWhen,What,Amount,Balance\n");
    for row in rows {
        out += &format!("{},Shop {},\"{}\",{}\n", moment(row.at), row.payee, row.effect, row.balance);
    }
    out
}

fn made_up_rows() -> impl Strategy<Value = Vec<MadeUpRow>> {
    let row = (prop_oneof![1 => Just(0i64), 4 => 2..90_000i64], -900..900i64, 0..4usize);
    (0..5_000i64, prop::collection::vec(row, 2..24)).prop_map(|(opening, rows)| {
        let (mut at, mut balance) = (3_600, opening);
        let each = |(gap, effect, payee): (i64, i64, usize)| {
            let effect = if effect == 0 { 1 } else { effect };
            at += gap;
            balance += effect;
            MadeUpRow { at, effect, payee, balance }
        };
        rows.into_iter().map(each).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 60, ..ProptestConfig::default() })]

    /// Any split into overlapping files, in any order, gives the same ledger; files that run the other way,
    /// and rows in any order, add nothing.
    #[test]
    fn parts_of_a_statement_give_the_same_ledger_as_the_whole(
        rows in made_up_rows(),
        cuts in prop::collection::vec((0..100usize, 0..3usize), 1..4),
        seed in any::<u64>(),
    ) {
        let (whole, parts) = (with_profiles(), with_profiles());
        let file = whole.write("whole.csv", toy_csv(&rows));
        let answer = whole.json(&["import", file.to_str().expect("a name")]);
        prop_assert_eq!(counts(&answer), [rows.len() as u64, rows.len() as u64, 0, 0, 0]);
        prop_assert_eq!(&answer["accounts"][0]["steps"], &Value::from(rows.len() as u64 - 1));
        let closing = rows.last().expect("a row").balance.to_string();
        prop_assert_eq!(text(&answer["accounts"][0]["balance"]), closing.clone());

        // Files end between two seconds, as exports do.
        let is_cut = |at: usize| at == 0 || at == rows.len() || rows[at - 1].at != rows[at].at;
        let mut ends: Vec<usize> = cuts.iter().map(|(at, _)| at % rows.len()).filter(|at| is_cut(*at)).collect();
        ends.extend([0, rows.len()]);
        ends.sort_unstable();
        ends.dedup();
        let mut files: Vec<Vec<MadeUpRow>> = ends
            .windows(2)
            .enumerate()
            .map(|(number, pair)| {
                let overlap = cuts.get(number).map_or(0, |(_, overlap)| *overlap);
                let mut begin = pair[0].saturating_sub(overlap);
                while !is_cut(begin) {
                    begin -= 1;
                }
                rows[begin..pair[1]].to_vec()
            })
            .collect();
        let mut state = seed;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % below
        };
        for at in (1..files.len()).rev() {
            let other = random(at + 1);
            files.swap(at, other);
        }
        for (number, rows) in files.iter().enumerate() {
            let mut rows = rows.clone();
            if random(2) == 0 {
                rows.reverse();
            }
            let file = parts.write(&format!("part{number}.csv"), toy_csv(&rows));
            parts.json(&["import", file.to_str().expect("a name")]);
        }
        let kept = |home: &Home| -> Vec<String> {
            home.entries().into_iter().filter(|line| !line.contains("snapshot")).collect()
        };
        let without_ids = |lines: Vec<String>| -> Vec<String> {
            lines.iter().map(|line| line.split(',').skip(2).collect::<Vec<_>>().join(",")).collect()
        };
        let (one, other) = (without_ids(kept(&whole)), without_ids(kept(&parts)));
        prop_assert_eq!(sorted(one), sorted(other));
        prop_assert_eq!(parts.balances(), vec![("Toy".to_string(), closing.clone())]);
        parts.ok(&["check"]);

        // Rows in any order, under another name.
        let mut shuffled = rows.clone();
        for at in (1..shuffled.len()).rev() {
            let other = random(at + 1);
            shuffled.swap(at, other);
        }
        for home in [&whole, &parts] {
            let file = home.write("again.txt", toy_csv(&shuffled));
            let answer = home.json(&["import", file.to_str().expect("a name"), "--no-balance"]);
            prop_assert_eq!(counts(&answer), [rows.len() as u64, 0, rows.len() as u64, 0, 0]);
            prop_assert_eq!(&answer["change"], &Value::Null);
            prop_assert_eq!(home.balances(), vec![("Toy".to_string(), closing.clone())]);
        }
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

const MONTH: &str = "When,What,Amount,Balance\n\
    2026-10-01 09:00:00,Salary,\"5,000\",\"7,000\"\n\
    2026-10-02 12:30:00,Shop,-1200,5800\n\
    2026-10-02 12:30:00,Held back,-100,\n\
    2026-10-05 18:00:00,Sent to Kim,-800,5000\n";

#[test]
fn a_dry_run_says_what_the_import_does_and_writes_nothing() {
    let home = with_profiles();
    let file = home.write("month.csv", MONTH);
    let file = file.to_str().expect("a name");
    let dry = home.json(&["import", file, "--dry-run"]);
    assert!(home.balances().is_empty());
    let real = home.json(&["import", file]);
    assert_eq!(counts(&dry), [4, 3, 0, 1, 0]);
    for key in ["files", "accounts", "skipped_rows", "bad_rows", "read", "new", "known", "skipped", "bad"] {
        assert_eq!(dry[key], real[key], "{key}");
    }
    assert_eq!((&dry["change"], &dry["dry_run"]), (&Value::Null, &Value::Bool(true)));
    let account = &real["accounts"][0];
    assert_eq!(
        ["account", "label", "in", "out", "opening", "closing", "closing_at", "balance", "unexplained"]
            .map(|key| text(&account[key])),
        ["Toy", "Toy", "5000", "2000", "2000", "5000", "2026-10-05T18:00:00", "5000", "0"]
    );
    assert_eq!(real["skipped_rows"][0]["reason"], "only held");
    assert_eq!(real["skipped_rows"][0]["lines"][0][1], 4);
    assert_eq!(real["files"][0]["header_line"], 1);
    home.ok(&["undo"]);
    assert!(home.balances().is_empty());
    assert_eq!(counts(&home.json(&["import", file])), [4, 3, 0, 1, 0], "undone, the rows are not known");
    home.ok(&["check"]);
}

#[test]
fn the_same_rows_are_known_in_another_encoding_and_with_more_columns() {
    let home = with_profiles();
    let file = home.write("month.csv", MONTH);
    home.json(&["import", file.to_str().expect("a name")]);
    let utf16: Vec<u8> = MONTH.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide = MONTH
        .replace('\n', ",more\n")
        .replace(',', ";")
        .replace("\"5;000\"", "\"5,000\"")
        .replace("\"7;000\"", "7000");
    for (name, bytes) in [("utf16.csv", utf16), ("wide.txt", wide.into_bytes())] {
        let file = home.write(name, bytes);
        let answer = home.json(&["import", file.to_str().expect("a name")]);
        assert_eq!(counts(&answer), [4, 0, 3, 1, 0], "{name}");
        assert_eq!(answer["change"], Value::Null, "{name}");
    }
}

#[test]
fn one_bad_row_stops_the_import_unless_it_is_left_out() {
    let home = with_profiles();
    let bad = MONTH.replace("-1200", "12..00").replace("2026-10-05", "2026-10-55");
    let file = home.write("bad.csv", bad);
    let file = file.to_str().expect("a name");
    let (status, message) = home.fails(&["import", file]);
    assert_eq!(status, 2);
    for part in [
        "2 rows",
        "line 3, column 'Amount': not an amount: '12..00'",
        "line 5, column 'When': not a date",
        "--skip-bad",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(home.balances().is_empty());
    let answer = home.json(&["import", file, "--skip-bad"]);
    assert_eq!(counts(&answer), [4, 1, 0, 1, 2]);
    assert_eq!(answer["bad_rows"][0]["line"], 3);
}

#[test]
fn a_break_is_reported_and_explained_by_the_rows_that_were_missing() {
    let home = with_profiles();
    let missing = "2026-10-02 12:30:00,Shop,-1200,5800\n";
    let file = home.write("broken.csv", MONTH.replace(missing, ""));
    let answer = home.json(&["import", file.to_str().expect("a name")]);
    let account = &answer["accounts"][0];
    assert_eq!(account["breaks"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (text(&account["breaks"][0]["expected"]), text(&account["breaks"][0]["found"])),
        ("6200".into(), "5000".into())
    );
    assert_eq!((text(&account["unexplained"]), text(&account["balance"])), ("-1200".into(), "5000".into()));
    let file = home.write("whole.csv", MONTH);
    let answer = home.json(&["import", file.to_str().expect("a name")]);
    assert_eq!(counts(&answer), [4, 1, 2, 1, 0]);
    assert_eq!(home.balances(), [("Toy".to_string(), "5000".to_string())]);
    let report = home.json(&["balance", "--at", "2026-10-03"]);
    assert_eq!(report["accounts"][0]["balance"], "5800");
}

#[test]
fn amounts_that_the_balances_contradict_are_refused() {
    let home = with_profiles();
    let turned = MONTH.replace("\"5,000\"", "-5000").replace("-1200", "1200").replace("-800", "800");
    let before = "When,What,Amount,Balance\n\
        2026-10-01 09:00:00,Salary,5000,2000\n2026-10-02 12:30:00,Shop,-1200,7000\n2026-10-05 18:00:00,x,-800,5800\n";
    for (name, statement, part) in [
        ("turned", turned.as_str(), "with the signs turned round"),
        ("before", before, "on the other side of its row"),
    ] {
        let file = home.write(&format!("{name}.csv"), statement);
        let file = file.to_str().expect("a name");
        let (status, message) = home.fails(&["import", file]);
        assert_eq!(status, 2, "{message}");
        assert!(message.contains(part), "{message}");
        home.ok(&["import", file, "--no-balance", "--skip-bad", "--dry-run"]);
    }
}

#[test]
fn a_typed_entry_is_replaced_and_keeps_what_a_person_knew() {
    let home = with_profiles();
    home.ok(&["account", "add", "Toy", "--unit", "KRW", "--kind", "bank"]);
    home.ok(&["spend", "Toy", "1200", "--date", "2026-10-02", "--category", "food", "--note", "lunch"]);
    home.ok(&["spend", "Toy", "1250", "--date", "2026-10-02"]);
    home.ok(&["spend", "Toy", "800", "--date", "2026-10-04"]);
    let file = home.write("month.csv", MONTH);
    let file = file.to_str().expect("a name");
    let kept = home.json(&["import", file, "--keep-typed", "--dry-run"]);
    assert_eq!(kept["accounts"][0]["replaced"].as_array().map(Vec::len), Some(0));
    let answer = home.json(&["import", file]);
    let account = &answer["accounts"][0];
    assert_eq!(account["replaced"].as_array().map(Vec::len), Some(1));
    assert_eq!(account["replaced"][0]["line"], 3);
    let alike: Vec<u64> =
        account["alike"].as_array().expect("a list").iter().filter_map(|row| row["line"].as_u64()).collect();
    assert_eq!(alike, [5], "an amount near by is no reason where an equal one was found");
    assert_eq!(account["closing"], account["balance"]);
    let entries = home.entries().join("\n");
    assert!(entries.contains("food") && entries.contains("lunch") && entries.contains("Shop"), "{entries}");
    home.ok(&["check"]);
    home.ok(&["undo"]);
    let entries = home.entries();
    assert!(entries.iter().any(|line| line.contains("lunch") && !line.contains("Shop")), "{entries:?}");
    home.ok(&["redo"]);
    assert_eq!(counts(&home.json(&["import", file])), [4, 0, 3, 1, 0]);
}

#[test]
fn an_id_is_one_row_and_one_with_another_amount_is_changed() {
    let home = with_profiles();
    let rows = |sum: &str| {
        format!(
            "Id,Date,Sum,Unit,Who\na1,13/10/2026 10:00,{sum},USD,Ann\na1,13/10/2026 10:00,{sum},USD,Ann\na2,14/10/2026 10:00,5,EUR,Bob\n"
        )
    };
    let file = home.write("ids.csv", rows("-3.50"));
    let file = file.to_str().expect("a name");
    let answer = home.json(&["import", file]);
    assert_eq!(counts(&answer), [3, 2, 0, 1, 0]);
    assert_eq!(answer["skipped_rows"][0]["reason"], "the same id twice");
    let names: Vec<String> =
        answer["accounts"].as_array().expect("accounts").iter().map(|row| text(&row["account"])).collect();
    assert_eq!(names, ["Wallet USD", "Wallet EUR"]);
    home.write("ids.csv", rows("-4.00"));
    let answer = home.json(&["import", file]);
    let changed = &answer["accounts"][0]["changed"][0];
    assert_eq!((text(&changed["was"]), text(&changed["is"])), ("3.50".into(), "4.00".into()));
    assert_eq!(answer["change"], Value::Null);
    let entry = text(&changed["entry"]);
    home.ok(&["edit", &entry, "--amount", "4.00"]);
    let answer = home.json(&["import", file]);
    assert_eq!(counts(&answer)[1], 0);
    assert_eq!(answer["accounts"][0]["changed"].as_array().map(Vec::len), Some(0), "corrected, it is known");
    assert_eq!(home.balances()[0].1, "-4.00");
}

#[test]
fn day_and_month_are_told_by_the_whole_file_or_asked_for() {
    let home = with_profiles();
    let file =
        home.write("ids.csv", "Id,Date,Sum,Unit\na1,03/10/2026 10:00,1,USD\na2,04/10/2026 10:00,2,USD\n");
    let file = file.to_str().expect("a name");
    let (status, message) = home.fails(&["import", file]);
    assert_eq!(status, 2);
    assert!(message.contains("--date-order"), "{message}");
    let answer = home.json(&["import", file, "--date-order", "mdy", "--dry-run"]);
    assert_eq!(answer["files"][0]["from"], "2026-03-10T10:00:00");
    let answer = home.json(&["import", file, "--date-order", "dmy"]);
    assert_eq!(answer["files"][0]["from"], "2026-10-03T10:00:00");
}

#[test]
fn options_and_rules_say_which_account_gets_the_rows() {
    let home = with_profiles();
    home.ok(&["account", "add", "mine", "--unit", "KRW", "--kind", "bank"]);
    let file = home.write("month.csv", MONTH);
    let file = file.to_str().expect("a name");
    let page = home.ok(&["import", file, "--account", "mine", "--dry-run"]);
    assert!(page.contains("to mine") && page.contains("\"Toy\" = \"mine\""), "{page}");
    home.write(
        "config/jandon/rules.toml",
        "format = 1\n[accounts]\nToy = \"mine\"\n[[rule]]\nprofile = \"toy\"\nwhen = { payee = 'Shop' }\ncategory = \"food\"\n",
    );
    let answer = home.json(&["import", file]);
    assert_eq!(
        (text(&answer["accounts"][0]["account"]), &answer["accounts"][0]["opened"]),
        ("mine".into(), &Value::Bool(false))
    );
    assert!(home.entries().iter().any(|line| line.contains("food")));
    let (status, message) = home.fails(&["import", file, "--account", "nobody"]);
    assert_eq!(status, 2, "{message}");
}

#[test]
fn rows_stay_known_when_their_account_is_renamed_or_another_one_is_named() {
    let home = with_profiles();
    let file = home.write("month.csv", MONTH);
    let file = file.to_str().expect("a name");
    home.json(&["import", file]);
    home.ok(&["account", "edit", "Toy", "--rename", "mine"]);
    let longer = home.write("longer.csv", format!("{MONTH}2026-10-06 18:00:00,Shop,-100,4900\n"));
    let answer = home.json(&["import", longer.to_str().expect("a name")]);
    assert_eq!(counts(&answer), [5, 1, 3, 1, 0]);
    assert_eq!(home.balances(), [("mine".to_string(), "4900".to_string())]);
    home.ok(&["account", "add", "other", "--unit", "KRW", "--kind", "bank"]);
    let answer = home.json(&["import", file, "--account", "other"]);
    assert_eq!((counts(&answer), &answer["change"]), ([4, 0, 3, 1, 0], &Value::Null));
    assert!(home.ok(&["import", file, "--account", "other"]).contains("3 known in mine"));
    home.ok(&["check"]);
}

#[test]
fn an_entry_that_was_corrected_stays_known() {
    let home = with_profiles();
    let file = home.write("month.csv", MONTH);
    let file = file.to_str().expect("a name");
    home.json(&["import", file, "--no-balance"]);
    let history = home.json(&["history"]);
    let rows = history["entries"].as_array().or(history["rows"].as_array()).expect("rows");
    let id = text(&rows.iter().find(|row| row["payee"] == "Shop").expect("a row")["id"]);
    home.ok(&["edit", &id, "--amount", "1300"]);
    let answer = home.json(&["import", file, "--no-balance"]);
    assert_eq!((counts(&answer), &answer["change"]), ([4, 0, 3, 1, 0], &Value::Null));
}

#[test]
fn messages_are_read_from_standard_input_and_open_no_account() {
    let home = Home::new();
    let text = "[Web발신]\n신한08/03 14:23\n100-***-123456\n입금     50,000\n잔액     94,800\n 아무개\n[Web발신]\n인증번호 [123456]\n";
    home.write("messages.txt", text);
    let answer = home.json(&["import", "messages.txt"]);
    assert_eq!(counts(&answer), [2, 0, 0, 2, 0]);
    home.ok(&["account", "add", "신한", "--unit", "KRW", "--kind", "bank"]);
    let answer = home.json(&["import", "messages.txt"]);
    assert_eq!(counts(&answer), [2, 1, 0, 1, 0]);
    assert_eq!(home.balances(), [("신한".to_string(), "94800".to_string())]);
    assert_eq!(counts(&home.json(&["import", "messages.txt"])), [2, 0, 1, 1, 0]);
    // A message that no pattern knows.
    home.write("odd.txt", format!("{text}[Web발신]\n알 수 없는 문자 잔액\n"));
    let (status, message) = home.fails(&["import", "odd.txt"]);
    assert_eq!((status, message.contains("unknown message")), (2, true), "{message}");
}

#[test]
fn a_description_holds_no_value_of_the_file() {
    let home = with_profiles();
    let secrets = ["Hong Gildong", "홍길동", "3333-01-7654321", "Zürich", "87654"];
    let file = home.write(
        "secret.csv",
        format!(
            "Owner,{}\n\nWhen,Place,Sum\n2026-10-01,{},{}\n2026-10-02,{},{}\n2026-10-03,{},5\n",
            secrets[0], secrets[1], secrets[4], secrets[2], secrets[4], secrets[3]
        ),
    );
    for arguments in [
        &["import", "--describe", file.to_str().expect("a name")][..],
        &["import", "--describe", file.to_str().expect("a name"), "--json"],
    ] {
        let page = home.ok(arguments);
        for secret in secrets {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
        for part in ["When", "Place", "Sum", "9999-99-99", "가가가"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
    let month = home.write("month.csv", MONTH);
    let answer = home.json(&["import", "--describe", month.to_str().expect("a name")]);
    assert_eq!(
        (text(&answer["profile"]), text(&answer["delimiter"]), &answer["header_line"]),
        ("toy".into(), ",".into(), &Value::from(1))
    );
}

#[test]
fn a_file_that_no_profile_knows_is_refused_with_what_is_near() {
    let home = with_profiles();
    let file = home.write("near.csv", "When,What,Amount,Saldo\n2026-10-01,x,1,1\n");
    let file = file.to_str().expect("a name");
    let (status, message) = home.fails(&["import", file]);
    assert_eq!(status, 2);
    assert!(message.contains("toy (without 'Balance')") && message.contains("--describe"), "{message}");
    let (status, message) = home.fails(&["import", file, "--profile", "tow"]);
    assert_eq!((status, message.contains("did you mean toy?")), (2, true), "{message}");
}

#[test]
fn faults_of_a_profile_are_all_named_with_line_and_key() {
    let home = Home::new();
    let file = home.write(
        "mine.toml",
        TOY.replace("id = \"toy\"", "id = \"Toy\"").replace("kind = \"send\"", "kind = \"sent\""),
    );
    let (status, message) = home.fails(&["profiles", "--check", file.to_str().expect("a name")]);
    assert_eq!(status, 2);
    assert!(
        message.contains("mine.toml:3: `profile, id`") && message.contains("mine.toml:26: `rule 1, kind`"),
        "{message}"
    );
    let good = home.write("good.toml", TOY);
    assert!(home.ok(&["profiles", "--check", good.to_str().expect("a name")]).contains("no faults"));
    assert!(home.ok(&["profiles"]).contains("kakaopay-money"));
    assert!(home.ok(&["profiles", "revolut"]).contains("Started Date"));
}

/// What each made-up file of the built-in profiles comes to.
#[test]
fn every_built_in_profile_reads_its_made_up_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/statements");
    let expected = std::fs::read_to_string(folder.join("expected.tsv")).expect("a table");
    let mut seen = 0;
    for line in expected.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, profile, wanted, accounts] = fields.as_slice() else { panic!("{line}") };
        let home = Home::new();
        let file = folder.join(name);
        seen += 1;
        if *wanted == "refused" {
            let (status, message) = home.fails(&["import", file.to_str().expect("a name")]);
            assert_eq!(status, 2, "{message}");
            continue;
        }
        let answer = home.json(&["import", file.to_str().expect("a name"), "--date", "2026-08-31"]);
        let found: Vec<String> = counts(&answer).iter().map(u64::to_string).collect();
        let rows = answer["accounts"].as_array().cloned().unwrap_or_default();
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                format!(
                    "{}={} {}/{}",
                    text(&row["account"]),
                    text(&row["balance"]),
                    row["steps"],
                    row["breaks"].as_array().map_or(0, Vec::len)
                )
            })
            .collect();
        let found =
            [name.to_string(), text(&answer["files"][0]["profile"]), found.join(" "), rows.join("; ")];
        assert_eq!(found, [name.to_string(), profile.to_string(), wanted.to_string(), accounts.to_string()]);
        let again = home.json(&["import", file.to_str().expect("a name"), "--date", "2026-08-31"]);
        assert_eq!((&again["new"], &again["change"]), (&Value::from(0), &Value::Null), "{name}");
    }
    assert!(seen > 0);
}

/// Reads a folder of real files, if one is named: each must be read or refused with a reason, and a second
/// import must add nothing. Prints what each comes to.
#[test]
fn real_files_are_read_where_a_folder_of_them_is_named() {
    let Some(folder) = std::env::var_os("JANDON_SAMPLES").map(PathBuf::from) else { return };
    let mut folders = vec![folder];
    let mut table = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let home = Home::new();
            home.ok(&["account", "add", "main", "--unit", "USD", "--kind", "bank"]);
            home.write("password", std::env::var("JANDON_SAMPLES_PASSWORD").unwrap_or_default());
            let name = path.to_str().expect("a name");
            let is_qif = name.ends_with(".qif");
            let mut arguments =
                vec!["import", name, "--password-file", "password", "--date", "2026-08-31", "--json"];
            if is_qif {
                arguments.extend(["--account", "main"]);
            }
            let first = home.run(&arguments);
            let status = first.status.code();
            table += &format!("{} {status:?} ", path.display());
            if status == Some(0) {
                let answer: Value = serde_json::from_slice(&first.stdout).expect("JSON");
                table += &format!("{} {:?}\n", answer["files"][0]["profile"], counts(&answer));
                let again: Value = serde_json::from_slice(&home.run(&arguments).stdout).expect("JSON");
                assert_eq!(again["new"], 0, "{name}");
                home.ok(&["check"]);
            } else {
                table += &String::from_utf8_lossy(&first.stderr).chars().take(160).collect::<String>();
                table.push('\n');
                assert!(matches!(status, Some(1 | 2)), "{table}");
            }
        }
    }
    std::fs::write(std::env::temp_dir().join("jandon-samples.txt"), table).expect("written");
}
