//! What a person sees: every page in `tests/stories/` and both READMEs are run, block by block,
//! against the binary, each in a fresh folder with a fixed clock.

use rusqlite::config::DbConfig;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The same text in English and in Korean.
const READMES: [&str; 2] = ["README.md", "README.ko.md"];

fn pages() -> Vec<PathBuf> {
    let stories = std::fs::read_dir("tests/stories").expect("tests/stories is a folder");
    let mut pages: Vec<PathBuf> = stories
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    pages.sort();
    pages.extend(READMES.map(PathBuf::from));
    pages
}

/// Runs one page; what it records is forgotten with its folder.
fn run(page: &Path) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| home.path().join(name).display().to_string();
    // A page with a config keeps it in its folder.
    let config = std::fs::canonicalize(page.with_extension("in").join("config"));
    let config = config.map_or(at("config"), |folder| folder.display().to_string());
    let language = if page.ends_with("README.ko.md") { "ko" } else { "en" };
    let cases = trycmd::TestCases::new();
    cases
        .env("HOME", at(""))
        .env("XDG_CONFIG_HOME", config)
        .env("XDG_DATA_HOME", at("data"))
        .env("JANDON_LEDGER", at("ledger.db"))
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .env("COLUMNS", "80")
        .env("LANG", "ko_KR.UTF-8")
        .env("JANDON_LANG", language)
        .env("LC_ALL", "")
        .env("LC_MONETARY", "")
        .env("NO_COLOR", "1")
        .case(page);
    cases.run();
}

/// The facts of the ledgers that the page on damaged ledgers is about.
const FACTS: &str = r#"{"jandon":1}
{"account":{"name":"kakao","platform":"kakaopay","kind":"wallet","unit":"KRW"}}
{"change":{"id":"51a0000000000001","at":"2026-11-20T09:00:00","command":"log"}}
{"snapshot":{"id":"51a0000000000002","change":"51a0000000000001","at":"2026-11-20T09:00:00","account":"kakao","balance":"50000"}}
{"change":{"id":"51a0000000000003","at":"2026-11-21T18:30:00","command":"spend"}}
{"entry":{"id":"51a0000000000004","change":"51a0000000000003","at":"2026-11-21T18:30:00","kind":"spend","from":"kakao","out":"4500","category":"coffee"}}
"#;

/// Makes the damaged ledgers anew: kept as files they would be of an older schema once that changes.
fn make_damaged_ledgers() {
    let folder = Path::new("tests/stories/damaged-ledgers.in");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir(folder).expect("a folder");
    std::fs::write(folder.join("facts.jsonl"), FACTS).expect("a file");
    for (name, damage) in [
        ("wrong-total.db", "UPDATE account_balance SET balance = balance + 1"),
        ("wrong-fact.db", "UPDATE entry SET amount_out = 5500, amount_in = 5500"),
        ("wrong-name.db", "UPDATE account_version SET name = 'kakau'"),
        ("trigger.db", "CREATE TRIGGER thief AFTER INSERT ON entry BEGIN DELETE FROM lot; END"),
        ("sound.db", ""),
        ("stale.db", ""),
    ] {
        let made = Command::new(env!("CARGO_BIN_EXE_jandon"))
            .args(["import", "facts.jsonl", "--ledger", name, "--quiet"])
            .args(["--today", "2026-11-22T13:05"])
            .current_dir(folder)
            .status();
        assert!(made.expect("jandon runs").success(), "{name}");
        let db = rusqlite::Connection::open(folder.join(name)).expect("the ledger opens");
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).expect("no guards");
        db.execute_batch(&format!("{damage}; PRAGMA journal_mode = DELETE")).expect("damage done");
    }
    // A journal of the empty file of before.
    let before = rusqlite::Connection::open(folder.join("before.db")).expect("a database");
    let journal = "PRAGMA journal_mode = WAL; CREATE TABLE change (seq INTEGER PRIMARY KEY, id INTEGER)";
    before.execute_batch(journal).expect("a journal");
    std::fs::copy(folder.join("before.db-wal"), folder.join("stale.db-wal")).expect("a copy");
    drop(before);
    std::fs::remove_file(folder.join("before.db")).expect("gone");
    std::fs::remove_file(folder.join("facts.jsonl")).expect("gone");
}

#[test]
fn every_page_tells_the_truth() {
    make_damaged_ledgers();
    let mut lies = Vec::new();
    for page in pages() {
        if std::panic::catch_unwind(|| run(&page)).is_err() {
            lies.push(page.display().to_string());
        }
    }
    assert!(lies.is_empty(), "these pages do not hold: {}", lies.join(", "));
}

#[test]
fn every_story_has_prose() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        let outside: usize = text.split("```").step_by(2).map(|prose| prose.split_whitespace().count()).sum();
        assert!(outside > 20, "{} has no prose", page.display());
    }
}

/// The blocks of a page in that language: `toml`, `console`.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    text.split(&*begin).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn both_readmes_say_the_same() {
    let texts = READMES.map(|readme| std::fs::read_to_string(readme).expect("a README"));
    let outlines = texts.each_ref().map(|text| {
        let levels = text.lines().filter(|line| line.starts_with('#') && !line.starts_with("# condition"));
        let levels = levels.filter_map(|line| line.split(' ').next()).map(str::to_string);
        let tables = text.lines().filter(|line| line.starts_with("| ")).count();
        // The categories that a person types are of the language.
        let console = blocks(text, "console").into_iter().flat_map(str::lines);
        let commands =
            console.filter(|line| line.starts_with("$ ")).map(|line| line.replace("커피", "coffee"));
        (levels.chain(commands).collect::<Vec<String>>(), tables)
    });
    assert_eq!(outlines[0], outlines[1]);
    let files = texts.each_ref().map(|text| {
        // The settings come first.
        let file = blocks(text, "toml")[1];
        jandon::fee::parse::parse_platform(file, &|_| None).expect("a platform file without fault")
    });
    assert_eq!(files[0], files[1]);
    assert_eq!(files[0].channels.len(), 1);
    let settings = texts.each_ref().map(|text| {
        let table: toml::Table =
            blocks(text, "toml")[0].replace("\"ko\"", "\"en\"").parse().expect("settings");
        table
    });
    assert_eq!(settings[0], settings[1]);
    let [english, korean] = texts.each_ref().map(|text| text.lines().take(4).collect::<String>());
    assert!(english.contains("(README.ko.md)") && korean.contains("(README.md)"));
}
