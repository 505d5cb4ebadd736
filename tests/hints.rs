//! A hint that is a command can be pasted: it is understood, and what it was given for works.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test starts programs")]

use std::path::Path;
use std::process::{Command, Output};

fn jandon(folder: &Path, words: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(words)
        .env_clear()
        .env("HOME", folder)
        .env("JANDON_LEDGER", folder.join("ledger.db"))
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .env("LANG", "ko_KR.UTF-8")
        .env("JANDON_LANG", "en")
        .output()
        .expect("the program starts")
}

/// The words of a command line as a shell hands them on: blanks part them, single quotes keep them.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => (quoted, begun) = (!quoted, true),
            '\\' if !quoted => word.extend(letters.next()),
            letter if letter.is_whitespace() && !quoted => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            letter => word.push(letter),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The commands that a message offers, without the name of the program.
fn commands(message: &str) -> Vec<Vec<String>> {
    let begins = message.match_indices("jandon ").filter(|(at, _)| {
        let before = message[..*at].chars().next_back();
        let after = message[at + "jandon ".len()..].chars().next();
        before.is_none_or(|c| matches!(c, ' ' | '`' | '('))
            && after.is_some_and(|c| c.is_ascii_lowercase() || c == '-')
    });
    let command = |(at, _): (usize, &str)| {
        let rest = &message[at + "jandon ".len()..];
        let mut quoted = false;
        let end = rest.char_indices().find(|(at, letter)| {
            quoted ^= *letter == '\'';
            let next = rest[at + letter.len_utf8()..].chars().next();
            let ends = matches!(letter, ';' | '`' | ')' | '(' | '?' | '·' | '\n')
                || matches!(letter, ',' | '.' | ':') && next.is_none_or(char::is_whitespace);
            ends && !quoted
        });
        split(rest[..end.map_or(rest.len(), |(at, _)| at)].trim())
    };
    // A usage line shows the grammar itself.
    let is_command = |words: &Vec<String>| !words.iter().any(|word| word.starts_with(['<', '[']));
    begins.map(command).filter(is_command).collect()
}

/// The command with something real in the places that it leaves open.
fn filled(words: &[String]) -> Vec<String> {
    let real = |word: &String| match word.as_str() {
        "AMOUNT" => "1000".to_string(),
        "NAME" | "ACCOUNT" => "new".to_string(),
        "N" => "5".to_string(),
        "CODE" if words[0] == "unit" => "NEWUNIT".to_string(),
        "CODE" => "EUR".to_string(),
        _ => word.clone(),
    };
    words.iter().map(real).collect()
}

/// Command lines that are refused or warn, each with a hint or a note that is a command.
const PROVOKED: &[&str] = &[
    "spend 4,500 kakao",
    "spend kakao coffee 4500",
    "spend kakao 4 500",
    "spend kakao 45 7",
    "spend kakao 500 iced coffee",
    "earn points coffee 40 --note 'a b'",
    "refund coffee kakao 40",
    "topup 1000 kakao --from 'My Bank'",
    "transfer kakao 1000 'My Bank'",
    "transfer 1000 'My Bank' kakao",
    "pay 1000 skt",
    "send mom 5000 kakao",
    "receive kakao mom 5000",
    "fees 10000 kakao",
    "log 10000 kakao",
    "log 10000 kakao 500 'My Bank'",
    "spend 새지갑 5",
    "spend nobody 5",
    "spend closed 5",
    "account reopen kakao",
    "account add PayPal",
    "account add zzzz",
    "account add kt",
    "account close kakao",
    "log skt 32,000",
    "list",
    "add",
    "version",
    "edit nonsense --amount 5",
    "undo nonsense",
    "spend kakao 99999999",
    "rate set XBT 5 KRW",
    "balance nobody",
    "topup kakao 1000 'My Bank'",
    "pay skt 1000 'My Bank'",
    "pay kakao 1000",
    "withdraw points 300 'My Bank'",
    "withdraw kakao 1000",
    "withdraw 300 points",
    "earn 10 kakao",
    "send kakao mom 5000",
    "receive skt 1000",
    "send skt 1000",
    "log 10000=kakao",
    "log 10000=kakao 'My Bank=5'",
    "log skt=-3000",
    "log skt -3000",
    "rate set 1470 KRW USD",
    "rate set USD KRW 1470",
    "spend kakao 500 -food",
    "send kakao 500 -mom",
    "account add Starbucks",
    "account add 토스",
    "account add x",
    "fees wallet",
    "account reopen ' -x'",
    "spend ' -x' 5",
    "history --category none",
];

/// A ledger on which all of them can be tried.
fn ledger() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for line in [
        "account add kakao",
        "account add 'My Bank' --kind bank",
        "account add points --platform toss-points",
        "account add skt --bill-day 25",
        "account add closed --kind wallet",
        "account close closed",
        "account add ' -x' --kind wallet",
        "account add wallet --kind wallet",
        "log kakao 50000 'My Bank' 100000 points 500 --date 2026-11-01",
    ] {
        let ran = jandon(folder.path(), &split(line));
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    }
    folder
}

#[test]
fn what_a_hint_offers_works() {
    let mut without = Vec::new();
    for line in PROVOKED {
        let folder = ledger();
        let said = jandon(folder.path(), &split(line));
        let said =
            format!("{}{}", String::from_utf8_lossy(&said.stderr), String::from_utf8_lossy(&said.stdout));
        let offered = commands(&said);
        if offered.is_empty() {
            without.push(format!("{line}: {said}"));
        }
        for words in offered {
            // Each is tried on a ledger that was left as it was.
            let folder = ledger();
            let _ = jandon(folder.path(), &split(line));
            let ran = jandon(folder.path(), &filled(&words));
            let told = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert_ne!(ran.status.code(), Some(2), "{line}\n{said}\n  then {words:?}\n{told}");
            assert!(ran.status.code().is_some(), "{words:?} ends by a signal");
        }
    }
    assert!(without.is_empty(), "these offer no command:\n{}", without.join("\n"));
}

#[test]
fn a_refused_command_changes_nothing() {
    for line in PROVOKED {
        let folder = ledger();
        let export = || jandon(folder.path(), &split("export")).stdout;
        let before = export();
        let ran = jandon(folder.path(), &split(line));
        if !ran.status.success() {
            assert!(export() == before, "{line} is refused and changes the ledger");
        }
    }
}

#[test]
fn every_command_that_a_page_offers_is_one() {
    let mut pages: Vec<std::path::PathBuf> = std::fs::read_dir("tests/stories")
        .expect("the stories")
        .map(|entry| entry.expect("a page").path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.extend(["README.md", "README.ko.md"].map(Into::into));
    let mut wrong = Vec::new();
    for page in pages {
        // A long line goes on indented on the next.
        let text = std::fs::read_to_string(&page).expect("a readable page").replace("\n  --", " --");
        let text = text.replace("\n  '", " '");
        // Typed commands and documents in JSON are not pages.
        let is_page = |line: &&str| line.contains("jandon ") && !line.starts_with(['$', '{']);
        for line in text.lines().filter(is_page) {
            let is_said = ["hint:", "warning:", "도움말:"].iter().any(|word| line.starts_with(word))
                || line.contains(": jandon ");
            for words in commands(line).into_iter().filter(|_| is_said) {
                let typed = ["jandon".to_string()].into_iter().chain(filled(&words)).map(Into::into);
                if let Err(error) = jandon::cli::parse(typed)
                    && error.use_stderr()
                {
                    wrong.push(format!("{}: {words:?}: {error}", page.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
