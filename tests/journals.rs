//! What holds for every ledger that is written for hledger or beancount: each transaction balances,
//! each assertion holds, and the balances are those of the ledger. Where those programs are
//! installed they are asked too; elsewhere it is said that they were not.

#[path = "support/ops.rs"]
mod ops;

use jandon::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot, name};
use jandon::money::{Unit, to_plain_string};
use jandon::period::{Day, LocalDateTime};
use jandon::store::{Change, Expiries, Fact, Filter, Store, StoreError};
use ops::{Folder, Op, WAIT, act, now, op};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

/// The program itself writes the file, as for a person.
fn exported(ledger: &Path, to: &str) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(["export", "--to", to, "-q", "--ledger"])
        .arg(ledger)
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .output()
        .expect("the program");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("text")
}

/// An amount as a whole number of billionths, and its unit.
type Amount = (i128, String);

fn amount(number: &str, unit: &str) -> Amount {
    let (sign, digits) = number.strip_prefix('-').map_or((1, number), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(!whole.is_empty() && fraction.len() <= 9, "{number}");
    let minor: i128 = format!("{whole}{fraction:0<9}").parse().unwrap_or_else(|_| panic!("{number}"));
    assert!(!unit.is_empty() && !unit.contains(' '), "{unit}");
    (sign * minor, unit.to_string())
}

/// What a file comes to when it is read by its words alone.
#[derive(Default)]
struct Read {
    /// The accounts in the order of their declaration.
    accounts: Vec<String>,
    units: BTreeSet<String>,
    /// Each day's postings: the account, and what is added to it.
    postings: Vec<(String, String, Amount)>,
    assertions: usize,
}

impl Read {
    /// The balances after a day, or after all.
    fn balances(&self, until: &str) -> HashMap<String, BTreeMap<String, i128>> {
        let mut balances: HashMap<String, BTreeMap<String, i128>> = HashMap::new();
        for (day, account, (minor, unit)) in &self.postings {
            if day.as_str() <= until {
                *balances.entry(account.clone()).or_default().entry(unit.clone()).or_default() += minor;
            }
        }
        balances
    }

    fn posted(&mut self, day: &str, account: &str, words: &[&str], sums: &mut BTreeMap<String, i128>) {
        assert!(self.accounts.iter().any(|a| a == account), "{account} is not declared");
        let own = amount(words[0], words[1]);
        let weight = match words.get(2..) {
            Some(["@@", number, unit]) => {
                let price = amount(number, unit);
                assert!(price.0 >= 0 && price.1 != own.1, "{words:?}");
                (price.0 * own.0.signum(), price.1)
            }
            _ => own.clone(),
        };
        for (_, unit) in [&own, &weight] {
            assert!(self.units.contains(unit), "{unit} is not declared");
        }
        *sums.entry(weight.1).or_default() += weight.0;
        self.postings.push((day.to_string(), account.to_string(), own));
    }
}

/// Reads a journal of hledger.
fn hledger(text: &str) -> Read {
    let mut read = Read::default();
    let (mut day, mut sums) = (String::new(), BTreeMap::new());
    for line in text.lines() {
        let line = line.split("  ;").next().expect("a line").trim_end();
        if let Some(rest) = line.strip_prefix("    ") {
            if rest.starts_with(';') {
                continue;
            }
            let (account, rest) = rest.split_once("  ").unwrap_or_else(|| panic!("no posting: {line}"));
            let (own, seen) = rest.split_once(" = ").map_or((rest, None), |(own, seen)| (own, Some(seen)));
            let words: Vec<&str> = own.split(' ').collect();
            assert!(matches!(words.len(), 2 | 5), "{line}");
            read.posted(&day, account, &words, &mut sums);
            if let Some((number, unit)) = seen.map(|seen| seen.split_once(' ').expect("an amount")) {
                let seen = amount(number, unit);
                assert_eq!(read.balances("99999")[account].get(&seen.1), Some(&seen.0), "{line}");
                read.assertions += 1;
            }
            continue;
        }
        assert!(sums.values().all(|sum| *sum == 0), "before {line}: {sums:?}");
        sums.clear();
        let word = line.split(' ').next().unwrap_or_default();
        match word {
            "" | ";" | "decimal-mark" | "P" => {}
            "commodity" => {
                read.units.insert(line.split(' ').nth(2).expect("a unit").into());
            }
            "account" => read.accounts.push(line["account ".len()..].into()),
            _ => {
                assert!(word >= day.as_str(), "{line} is out of order");
                // What expired by itself is no fact and has no id.
                let id = line[word.len()..].strip_prefix(" * (").and_then(|rest| rest.get(..17));
                assert!(id.is_some_and(|id| id.ends_with(')')) || line.ends_with(" * expired"), "{line}");
                day = word.into();
            }
        }
    }
    assert!(sums.values().all(|sum| *sum == 0), "{sums:?}");
    read
}

/// Reads a file of beancount.
fn beancount(text: &str) -> Read {
    let mut read = Read::default();
    let (mut day, mut sums, mut asserted) = (String::new(), BTreeMap::new(), Vec::new());
    let mut unit_of: HashMap<String, String> = HashMap::new();
    let mut closed: HashMap<String, String> = HashMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        if line.starts_with("  ") {
            if words[0].ends_with(':') && words[0].starts_with(|c: char| c.is_ascii_lowercase()) {
                let value = line.trim_start().split_once(' ').expect("a value").1;
                assert!(value.len() >= 2 && value.starts_with('"') && value.ends_with('"'), "{line}");
                continue;
            }
            read.posted(&day, words[0], &words[1..], &mut sums);
            if let Some(unit) = unit_of.get(words[0]) {
                assert_eq!(unit, words[2], "{line}");
            }
            assert!(!closed.contains_key(words[0]), "{line} comes after the closing");
            continue;
        }
        assert!(sums.values().all(|sum| *sum == 0), "before {line}: {sums:?}");
        sums.clear();
        match words.get(..2) {
            None | Some(["option", _]) => {}
            _ if words[0] == ";" => {}
            Some([_, "commodity"]) => {
                let code = words[2];
                assert!(code.len() <= 24 && code.starts_with(|c: char| c.is_ascii_uppercase()), "{code}");
                assert!(read.units.insert(code.into()), "{code} is there twice");
            }
            Some([_, "open"]) => {
                for part in words[2].split(':') {
                    let begins = part.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
                    let goes_on = part.chars().all(|c| c.is_alphanumeric() || c == '-');
                    assert!(begins && goes_on, "{line}");
                }
                assert!(!read.accounts.iter().any(|a| a == words[2]), "{line} is there twice");
                read.accounts.push(words[2].into());
                unit_of.extend(words.get(3).map(|unit| (words[2].to_string(), unit.to_string())));
            }
            Some([_, "price"]) => {}
            Some([day, "balance"]) => {
                asserted.push((day.to_string(), words[2].to_string(), amount(words[3], words[4])));
            }
            Some([day, "close"]) => {
                closed.insert(words[2].into(), day.to_string());
            }
            Some([date, "*"]) => {
                assert!(*date >= day.as_str(), "{line} is out of order");
                day = date.to_string();
            }
            _ => panic!("{line}"),
        }
    }
    for (day, account, (minor, unit)) in &asserted {
        let before: i128 = (read.postings.iter())
            .filter(|(at, on, own)| at < day && on == account && own.1 == *unit)
            .map(|(_, _, own)| own.0)
            .sum();
        assert_eq!(before, *minor, "{account} on {day}");
    }
    read.assertions = asserted.len();
    read
}

/// The balances of the ledger at the end of a day, account by account, before what expires after now
/// and after every fact: a journal does not foretell it.
fn balances(store: &Store, day: Day) -> Vec<(Account, i64)> {
    let standings = store.account_balances(day.end()).expect("standings");
    let later = Some(LocalDateTime(now().0 + 1));
    let expiring = store.expiries(later, Some(day.end()), Expiries::Pending).expect("expiries");
    let accounts = store.accounts().expect("accounts").into_iter();
    let balance = |account: &Account| {
        let expiring = expiring.iter().filter(|(id, ..)| *id == account.id).map(|(_, _, amount)| amount);
        standings.get(&account.id).map_or(0, |s| s.balance) + expiring.sum::<i64>()
    };
    accounts.map(|account| (balance(&account), account)).map(|(b, a)| (a, b)).collect()
}

/// Holds what a file says against the ledger, on some days.
fn hold(read: &Read, store: &Store) {
    let names: BTreeSet<&String> = read.accounts.iter().collect();
    assert_eq!(names.len(), read.accounts.len(), "two accounts have one name: {:?}", read.accounts);
    for day in ["2026-09-20", "2026-10-31", "2026-11-22", "9999-12-31"] {
        let found = read.balances(day);
        for (at, (account, balance)) in
            balances(store, Day::parse_iso(day).expect("a day")).iter().enumerate()
        {
            let name = &read.accounts[at];
            let sums: Vec<i128> =
                found.get(name).into_iter().flat_map(|sums| sums.values().copied()).collect();
            assert!(sums.len() <= 1, "{name} holds several units");
            let scale = 10_i128.pow(9 - u32::from(account.unit.decimals));
            assert_eq!(sums.first().copied().unwrap_or(0), i128::from(*balance) * scale, "{name} on {day}");
        }
    }
}

/// Runs a program, or says that it is not there.
fn asked(program: &str, arguments: &[&str]) -> Option<String> {
    let out = Command::new(program).args(arguments).env("LC_ALL", "C.UTF-8").output();
    let out = match out {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            static MISSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
            if MISSED.lock().expect("a list").insert(program.to_string()) {
                let told = format!("skipped: {program} is not installed\n");
                std::io::stderr().write_all(told.as_bytes()).expect("stderr");
            }
            return None;
        }
        out => out.expect("a program that runs"),
    };
    let (text, wrong) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && wrong.is_empty(), "{program} {arguments:?}: {wrong}{text}");
    Some(text.into_owned())
}

/// A record of a file with commas.
fn record(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut within = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = fields.last_mut().expect("a field");
        match letter {
            '"' if within && letters.peek() == Some(&'"') => last.extend(letters.next()),
            '"' => within = !within,
            ',' if !within => fields.push(String::new()),
            _ => last.push(letter),
        }
    }
    fields
}

/// Asks the programs themselves, where they are installed. Tells whether one was.
fn ask_programs(folder: &Folder, ledger: &Path) -> [bool; 2] {
    let store = Store::read(ledger, WAIT).expect("a ledger");
    let today = now().day();
    // What is dated later than now counts on its day, and the programs count whole days.
    let wanted = balances(&store, today);
    let mut met = [false; 2];

    let (file, text) = (folder.at("a.journal"), exported(ledger, "hledger"));
    std::fs::write(&file, &text).expect("written");
    let path = file.to_str().expect("a path");
    let names = hledger(&text).accounts;
    let end = today.add_days(1).to_string();
    if let Some(out) =
        asked("hledger", &["-f", path, "bal", "type:AL", "--flat", "-N", "-E", "-O", "csv", "-e", &end])
    {
        asked("hledger", &["-f", path, "check", "--strict"]);
        let rows: HashMap<String, String> =
            out.lines().map(record).map(|fields| (fields[0].clone(), fields[1].clone())).collect();
        // Whatever things are called, the accounts of the ledger are what is owned and owed, and nothing else.
        let own = &names[..wanted.len()];
        let header = "account".to_string();
        assert!(rows.keys().all(|name| *name == header || own.contains(name)), "{own:?}: {out}");
        for (at, (account, balance)) in wanted.iter().enumerate() {
            let found = rows.get(&names[at]).map_or("0", |text| text.split(' ').next().expect("a number"));
            let found = if found == "0" { account.unit.zero().to_plain_string() } else { found.to_string() };
            assert_eq!(found, account.unit.money(*balance).to_plain_string(), "{} in {out}", names[at]);
        }
        met[0] = true;
    }

    let (file, text) = (folder.at("a.beancount"), exported(ledger, "beancount"));
    std::fs::write(&file, &text).expect("written");
    let path = file.to_str().expect("a path");
    let names = beancount(&text).accounts;
    if asked("bean-check", &[path]).is_some() {
        let sql = format!("SELECT account, sum(number) WHERE date <= {today} GROUP BY account, currency");
        if let Some(out) = asked("bean-query", &["-f", "csv", path, &sql]) {
            let rows: HashMap<String, String> = out
                .lines()
                .skip(1)
                .map(record)
                .map(|fields| (fields[0].trim().to_string(), fields[1].trim().to_string()))
                .collect();
            for (at, (account, balance)) in wanted.iter().enumerate() {
                let found = rows.get(&names[at]).map_or("0", String::as_str);
                let found = amount(found, "it").0;
                let scale = 10_i128.pow(9 - u32::from(account.unit.decimals));
                let shown = to_plain_string(i128::from(*balance), account.unit.decimals);
                assert_eq!(found, i128::from(*balance) * scale, "{} is {shown} in {out}", names[at]);
            }
            met[1] = true;
        }
    }
    met
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_journal_balances_and_gives_the_balances_of_the_ledger(
        ops in prop::collection::vec(op(), 1..60),
    ) {
        let folder = Folder::new();
        let ledger = folder.at("a.db");
        for (number, op) in ops.iter().enumerate() {
            act(&ledger, number as i64 + 1, op);
        }
        let store = Store::read(&ledger, WAIT).expect("a ledger");
        hold(&hledger(&exported(&ledger, "hledger")), &store);
        hold(&beancount(&exported(&ledger, "beancount")), &store);
        let mut rows = Vec::new();
        let each = store.for_each_row::<StoreError>(true, &mut |row| {
            rows.push(row.clone());
            Ok(())
        });
        each.expect("a readable ledger");
        prop_assert_eq!(rows, store.history(&Filter::default()).expect("history"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_programs_themselves_take_it(ops in prop::collection::vec(op(), 60..120)) {
        let folder = Folder::new();
        let ledger = folder.at("a.db");
        for (number, op) in ops.iter().enumerate() {
            act(&ledger, number as i64 + 1, op);
        }
        ask_programs(&folder, &ledger);
    }
}

/// Texts that may mean something to another program.
fn text() -> impl Strategy<Value = String> {
    let told = prop::sample::select(vec![
        "2026-10-01",
        "date:2026-13-45",
        "[2026-99-99]",
        "  ",
        "\t",
        "; ",
        ":",
        "::",
        "|",
        "\"",
        "\\",
        "\n",
        "\r",
        "(x)",
        "[y]",
        "*",
        "!",
        "= 5 KRW",
        "@@ 1 KRW",
        "{2 KRW}",
        "#tag",
        "^link",
        "assets:",
        "Assets:",
        "-",
        "~",
        "%",
        "include x",
        "end",
        "'",
        ",",
        "\u{feff}",
        "\u{2028}",
        "\u{202e}",
        "\u{3164}",
        "type:R",
        ", type:A",
        "，type：R",
        "\u{a0}",
        "\u{3000}",
        "\0",
        "가",
        "x",
        "é",
        "e\u{301}",
        "💳",
    ]);
    prop_oneof![
        3 => prop::collection::vec(told, 1..6).prop_map(|minor| minor.concat()),
        1 => any::<String>(),
        1 => "\\PC{1,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 60, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_beside_an_entry_every_program_takes_it(
        texts in prop::collection::vec([text(), text(), text()], 30..60),
        names in prop::collection::vec(text(), 1..12),
    ) {
        let folder = Folder::new();
        let ledger = folder.at("a.db");
        plant(&ledger, &names, &texts);
        let store = Store::read(&ledger, WAIT).expect("a ledger");
        hold(&hledger(&exported(&ledger, "hledger")), &store);
        hold(&beancount(&exported(&ledger, "beancount")), &store);
        ask_programs(&folder, &ledger);
    }
}

/// Records facts with texts as they are: an old ledger may hold what no command would take today.
fn plant(ledger: &Path, names: &[String], texts: &[[String; 3]]) {
    let won = Unit::currency("KRW").expect("a currency");
    let mut folded = BTreeSet::new();
    let names = names.iter().map(|name| name.trim());
    let open = names.filter(|name| !name.is_empty() && folded.insert(name::fold_case(name))).map(|name| {
        Fact::Open(Account {
            id: AccountId(0),
            name: name.into(),
            platform: None,
            kind: AccountKind::Wallet,
            unit: won.clone(),
            limit: None,
            bill_day: None,
            note: None,
            closed: false,
        })
    });
    apply(ledger, 1, open.collect());
    let accounts = Store::read(ledger, WAIT).expect("a ledger").accounts().expect("accounts");
    let mut facts = Vec::new();
    for (at, ([category, payee, note], account)) in texts.iter().zip(accounts.iter().cycle()).enumerate() {
        let part = 2 * at as i64 + 2;
        let day = Day::parse_iso("2026-10-01").expect("a day").add_days(at as i32 % 28);
        let is_earned = at % 3 == 0;
        let amount = at as i64 * 10 + 1;
        let outside = Leg { account: None, amount, unit: won.clone() };
        let own = Leg { account: Some(account.id), ..outside.clone() };
        let (from, to) = if is_earned { (outside, own) } else { (own, outside) };
        facts.push(Fact::Entry(Entry {
            id: Id(2 << 32 | part),
            at: day.start(),
            kind: if is_earned { Kind::Earn } else { Kind::Spend },
            from,
            to,
            fee: 0,
            tax: 0,
            category: Some(category.into()),
            payee: Some(payee.into()),
            note: Some(note.clone()),
            channel: None,
            expires: Expires::Unknown,
        }));
        let id = Id(2 << 32 | (part + 1));
        let (account, balance) = (account.id, at as i64);
        facts.push(Fact::Snapshot(Snapshot {
            id,
            at: day.end(),
            account,
            balance,
            note: Some(note.clone()),
        }));
    }
    apply(ledger, 2, facts);
}

fn apply(ledger: &Path, number: i64, facts: Vec<Fact>) {
    let store = Store::write(ledger, WAIT).expect("a ledger");
    let at = LocalDateTime(now().0 + number);
    store.apply(&Change { id: Id(number << 32), at, command: "test", facts }).expect("facts");
    store.commit().expect("kept");
}

/// Records with the program itself; what it says goes nowhere.
fn jandon(ledger: &Path, line: &[&str]) {
    let out = Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(line)
        .arg("--ledger")
        .arg(ledger)
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .output()
        .expect("the program");
    assert!(out.status.success(), "{line:?}: {}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn names_that_look_alike_stay_apart_and_no_text_breaks_a_journal() {
    let folder = Folder::new();
    let ledger = folder.at("a.db");
    let run = |line: &[&str]| jandon(&ledger, line);
    for (name, kind) in [
        ("카카오페이", "wallet"),
        ("카카오페이!", "wallet"),
        ("카카오페이  !", "wallet"),
        ("a:b", "bank"),
        ("a：b", "bank"),
        ("a b", "bank"),
        ("a  b", "bank"),
        ("(x) [y]", "bank"),
        ("(x) ; y", "bank"),
        ("💳", "giftcard"),
        ("🎁", "giftcard"),
        ("* = 5 KRW @ 3", "wallet"),
    ] {
        run(&["account", "add", name, "--kind", kind, "--unit", "KRW"]);
    }
    let codes = ["P", "도토리", "콩", "9X", "NULL", "A'B;C", "UNIT", "UNIT-2", "A-B"];
    let mut lines = String::from("{\"jandon\":1}\n");
    for code in codes {
        lines += &format!("{{\"unit\":{{\"code\":\"{code}\",\"decimals\":3}}}}\n");
        let account = format!("\"name\":\"in {code}\",\"kind\":\"rewards\",\"unit\":\"{code}\"");
        lines += &format!("{{\"account\":{{{account}}}}}\n");
    }
    let file = folder.at("units.jsonl");
    std::fs::write(&file, lines.replace("'", "\\\"")).expect("written");
    run(&["import", file.to_str().expect("a path")]);
    for code in codes.map(|code| code.replace('\'', "\"")) {
        run(&["earn", &format!("in {code}"), "7.125", "--date", "2026-10-01"]);
    }
    let notes = [
        "date:2026-13-45 [2026-99-99] date2:x",
        "; a | b \"c\" \\ 'd' \\n",
        "2026-10-01 * x",
        "(a) ! * @ @@ = {x} #tag ^link",
        "e\u{301} 커피\u{3000}둘",
    ];
    for (at, note) in notes.iter().enumerate() {
        for category in ["coffee", "Coffee", "coffee ", "COFFEE!", "fees", "Fees", "uncategorized", note] {
            let number = format!("{}", 100 + at);
            run(&[
                "spend",
                "카카오페이",
                &number,
                category,
                "--payee",
                note,
                "--note",
                note,
                "--date",
                "2026-10-02",
            ]);
        }
    }
    run(&["log", "카카오페이=50000", "--date", "2026-10-02"]);
    run(&["log", "카카오페이=49999", "--date", "2026-10-03T10:00"]);
    run(&["spend", "카카오페이", "1", "--date", "2026-10-03T11:00"]);
    run(&["transfer", "in P", "a:b", "7", "--received", "3", "--date", "2026-10-04"]);
    run(&["transfer", "a:b", "in 도토리", "3", "--received", "7", "--date", "2026-10-04"]);
    run(&["rate", "set", "P", "2/3", "KRW", "--date", "2026-10-04"]);
    run(&["log", "in 콩=0", "in P=0.001"]);
    run(&["account", "close", "in 콩"]);
    let store = Store::read(&ledger, WAIT).expect("a ledger");
    for (read, to) in [(hledger as fn(&str) -> Read, "hledger"), (beancount, "beancount")] {
        let read = read(&exported(&ledger, to));
        hold(&read, &store);
        assert_eq!((read.units.len(), read.assertions), (10, 4), "{to}");
    }
    drop(store);
    ask_programs(&folder, &ledger);
}

#[test]
fn no_name_makes_an_account_another_kind_of_account() {
    let folder = Folder::new();
    let ledger = folder.at("a.db");
    let names =
        ["plain", "type:R", "x, type:E", "expenses", "income:a", "a  ; type:X", "equity, type:", "bank"];
    let mut spends = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let [category, payee, note] = [names[(at + 1) % names.len()], name, name].map(String::from);
        spends.push([category, payee, note]);
    }
    plant(&ledger, &names.map(String::from), &spends);
    let store = Store::read(&ledger, WAIT).expect("a ledger");
    let text = exported(&ledger, "hledger");
    hold(&hledger(&text), &store);
    for line in text.lines().filter(|line| line.starts_with("account ")) {
        let remark = line.split_once("  ; type:").expect("a type").1;
        let kind = if line.starts_with("account assets:") { "A" } else { &remark[..1] };
        assert_eq!(remark.split(',').next(), Some(kind), "{line}");
        assert_eq!(remark.matches(':').count(), 0, "{line}");
    }
    ask_programs(&folder, &ledger);
}

#[test]
fn a_ledger_with_nothing_in_it_is_a_journal_too() {
    let folder = Folder::new();
    let ledger = folder.at("a.db");
    assert_eq!(hledger(&exported(&ledger, "hledger")).postings.len(), 0);
    assert_eq!(beancount(&exported(&ledger, "beancount")).postings.len(), 0);
    ask_programs(&folder, &ledger);
    act(&ledger, 1, &Op::Open { name: 0, kind: 0, unit: 0 });
    ask_programs(&folder, &ledger);
}

#[test]
fn assertions_reach_to_the_ends_of_the_calendar() {
    let folder = Folder::new();
    let ledger = folder.at("a.db");
    jandon(&ledger, &["account", "add", "old", "--kind", "bank", "--unit", "USD"]);
    jandon(&ledger, &["log", "old=1.50", "--date", "1900-01-01"]);
    jandon(&ledger, &["spend", "old", "0.50", "--date", "9999-12-31"]);
    jandon(&ledger, &["log", "old=2.25", "--date", "9999-12-31"]);
    let store = Store::read(&ledger, WAIT).expect("a ledger");
    let (one, two) = (exported(&ledger, "hledger"), exported(&ledger, "beancount"));
    hold(&hledger(&one), &store);
    hold(&beancount(&two), &store);
    ask_programs(&folder, &ledger);
}

#[test]
#[cfg(unix)]
fn a_file_is_private_and_takes_the_place_of_no_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let (ledger, file) = (folder.at("a.db"), folder.at("a.out"));
    jandon(&ledger, &["account", "add", "a", "--kind", "bank", "--unit", "KRW"]);
    let path = file.to_str().expect("a path");
    for to in ["hledger", "beancount", "csv", "json"] {
        let _ = std::fs::remove_file(&file);
        jandon(&ledger, &["export", "--to", to, "-o", path]);
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{to}");
        let before = std::fs::read(&file).expect("a file");
        assert_eq!(before, exported(&ledger, to).into_bytes());
        jandon(&ledger, &["log", "a=5"]);
        let again = Command::new(env!("CARGO_BIN_EXE_jandon"))
            .args(["export", "--to", to, "-o", path, "--ledger"])
            .arg(&ledger)
            .output()
            .expect("the program");
        assert_eq!(again.status.code(), Some(2));
        assert_eq!(std::fs::read(&file).expect("a file"), before);
        jandon(&ledger, &["export", "--to", to, "-o", path, "--force"]);
        assert_ne!(std::fs::read(&file).expect("a file"), before);
        jandon(&ledger, &["undo"]);
    }
    let left: Vec<_> = std::fs::read_dir(file.parent().expect("a folder"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| name.to_string_lossy().ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
