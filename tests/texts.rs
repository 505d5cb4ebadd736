//! Texts from outside: none that cannot be seen is kept, and none is shown as it is.

use jandon::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot};
use jandon::money::Unit;
use jandon::period::LocalDateTime;
use jandon::store::{Change, Fact, Store};
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(5);

fn now() -> LocalDateTime {
    LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment")
}

/// What a terminal or a reader must never be handed: escape sequences, a bell, a carriage return, the
/// eighth bit's escape, turned text, an invisible letter, a joiner, a tag.
const HOSTILE: [&str; 8] = [
    "x\u{1b}]0;owned\u{7}",
    "x\u{1b}[2K\ry",
    "x\ny",
    "x\u{9b}31m",
    "x\u{202e}y",
    "x\u{3164}",
    "x\u{200b}\u{200d}y",
    "x\u{e0041}",
];

fn jandon(ledger: &Path, line: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(line)
        .env("JANDON_LEDGER", ledger)
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .env("JANDON_CATALOG", ledger.parent().expect("a folder"))
        .env("HOME", ledger.parent().expect("a folder"))
        .env("COLUMNS", "60")
        .output()
        .expect("the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text in UTF-8")
}

fn prints(letter: char) -> bool {
    let hidden = matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}');
    letter == '\n' || !letter.is_control() && !hidden
}

/// Records facts with such texts, as an older ledger may hold them.
fn plant(ledger: &Path) {
    let won = Unit::currency("KRW").expect("a currency");
    let mut facts = Vec::new();
    for (at, text) in HOSTILE.iter().enumerate() {
        facts.push(Fact::Open(Account {
            id: AccountId(0),
            name: format!("{at}{text}"),
            platform: Some("kakaopay".into()),
            kind: AccountKind::Wallet,
            unit: won.clone(),
            limit: None,
            bill_day: None,
            note: Some(text.to_string()),
            closed: false,
        }));
    }
    apply(ledger, 1, facts);
    let accounts = Store::read(ledger, WAIT).expect("a ledger").accounts().expect("accounts");
    let mut facts = Vec::new();
    for (at, (text, account)) in HOSTILE.into_iter().zip(&accounts).enumerate() {
        let outside = Leg { account: None, amount: 100 + at as i64, unit: won.clone() };
        let own = Leg { account: Some(account.id), ..outside.clone() };
        facts.push(Fact::Entry(Entry {
            id: Id(2 << 32 | (2 * at as i64 + 2)),
            at: now(),
            kind: if at % 2 == 0 { Kind::Spend } else { Kind::Withdraw },
            from: own,
            to: outside,
            fee: 0,
            tax: 0,
            category: Some(text.into()),
            payee: Some(text.into()),
            note: Some(text.to_string()),
            channel: Some(text.into()),
            expires: Expires::Unknown,
        }));
        let (id, note) = (Id(2 << 32 | (2 * at as i64 + 3)), Some(text.to_string()));
        facts.push(Fact::Snapshot(Snapshot { id, at: now(), account: account.id, balance: 50_000, note }));
    }
    apply(ledger, 2, facts);
}

fn apply(ledger: &Path, number: i64, facts: Vec<Fact>) {
    let store = Store::write(ledger, WAIT).expect("a ledger");
    store.apply(&Change { id: Id(number << 32), at: now(), command: "test", facts }).expect("facts");
    store.commit().expect("kept");
}

#[test]
fn no_answer_and_no_message_holds_what_does_not_print() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("a.db");
    plant(&ledger);
    let platform = "[platform]\nid = \"bad\"\nname = \"E\\u001b[31mSC\"\nkind = \"wallet\"\nunit = \"KRW\"\n";
    std::fs::write(folder.path().join("bad.toml"), platform).expect("written");
    let readers = [
        "account list",
        "balance",
        "history",
        "history 0x",
        "report",
        "report --format csv",
        "value",
        "chart",
        "stale",
        "due",
        "expiring",
        "history --json",
        "history --format csv",
        "balance --json",
        "report --json",
        "export --to csv",
        "export --to json",
        "export --to hledger",
        "export --to beancount",
        "fees 0x",
        "fees 0x --json",
        "plan",
        "channels bad",
        "check",
        "undo",
        "redo",
    ];
    for line in readers {
        let out = jandon(&ledger, &line.split(' ').collect::<Vec<_>>());
        for told in [text(&out.stdout), text(&out.stderr)] {
            assert_eq!(told.chars().find(|c| !prints(*c)), None, "{line}: {told:?}");
        }
    }
    assert!(text(&jandon(&ledger, &["history"]).stdout).contains("\\u{1b}"));
    assert!(text(&jandon(&ledger, &["history", "--json"]).stdout).contains("\\u001b]0;owned\\u0007"));
    for hostile in HOSTILE {
        let (option, unknown) = (format!("--{hostile}"), format!("{hostile}?"));
        let lines: [&[&str]; 9] = [
            &[hostile],
            &["balance", &option],
            &["balance", "--format", hostile],
            &["import", hostile],
            &["channels", "--check", hostile],
            &["spend", "0x", hostile],
            &["report", hostile],
            &["--ledger", hostile, "restore", hostile],
            &["history", &unknown],
        ];
        for line in lines {
            let out = jandon(&ledger, line);
            let told = text(&out.stderr);
            assert!(!out.status.success(), "{line:?}");
            assert_eq!(told.chars().find(|c| !prints(*c)), None, "{line:?}: {told:?}");
        }
    }
}

#[test]
fn no_entrance_of_the_command_line_takes_what_does_not_print() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("a.db");
    for name in ["k", "b"] {
        assert!(
            jandon(&ledger, &["account", "add", name, "--kind", "wallet", "--unit", "KRW"]).status.success()
        );
    }
    let before = jandon(&ledger, &["export"]).stdout;
    let long = "가".repeat(1_001);
    let refused = HOSTILE.iter().copied().chain([long.as_str()]);
    for given in refused {
        let lines: [&[&str]; 13] = [
            &["account", "add", given],
            &["account", "add", "c", "--note", given],
            &["account", "edit", "k", "--rename", given],
            &["account", "edit", "k", "--note", given],
            &["spend", "k", "5", given],
            &["spend", "k", "5", "--payee", given],
            &["spend", "k", "5", "--note", given],
            &["earn", "k", "5", given],
            &["refund", "k", "5", given],
            &["topup", "k", "5", "--note", given],
            &["transfer", "k", "b", "5", "--note", given],
            &["log", "k=5", "--note", given],
            &["unit", "add", given],
        ];
        for line in lines {
            let out = jandon(&ledger, line);
            assert_eq!(out.status.code(), Some(2), "{line:?}: {}", text(&out.stderr));
        }
    }
    assert_eq!(jandon(&ledger, &["export"]).stdout, before);
    let kept = jandon(&ledger, &["spend", "k", "5", "  한\u{3000}끼 ", "--note", &"가".repeat(1_000)]);
    assert!(kept.status.success());
    assert!(text(&jandon(&ledger, &["export"]).stdout).contains("\"category\":\"한\u{3000}끼\""));
}

#[test]
fn a_history_written_row_by_row_is_the_one_that_is_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("a.db");
    for form in ["table", "json", "csv"] {
        let line = ["history", "--format", form, "--limit", "1000"];
        assert_eq!(jandon(&ledger, &line[..3]).stdout, jandon(&ledger, &line).stdout, "{form} of nothing");
    }
    plant(&ledger);
    for filter in [
        &[][..],
        &["0x"],
        &["--kind", "snapshot"],
        &["--search", "OWNED"],
        &["--category", "nothing"],
        &["--changes"],
    ] {
        for form in ["table", "json", "csv"] {
            let rows = [&["history", "--format", form], filter].concat();
            let (streamed, held) = (rows.clone(), [&rows[..], &["--limit", "1000"]].concat());
            let streamed_last = [&rows[..], &["--limit", "1001"]].concat();
            let told = text(&jandon(&ledger, &streamed).stdout);
            assert_eq!(told, text(&jandon(&ledger, &held).stdout), "{rows:?}");
            assert_eq!(told, text(&jandon(&ledger, &streamed_last).stdout), "{rows:?}");
            if form == "json" {
                let document: serde_json::Value = serde_json::from_str(&told).expect("a document");
                assert_eq!(document["schema"], "jandon.history/1");
                assert!(document["warnings"].is_array(), "{told}");
            }
        }
    }
}
