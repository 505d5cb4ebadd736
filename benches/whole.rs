//! How long whole commands take, beside the least that the machine allows and beside other programs
//! that keep accounts.
//!
//! `cargo bench` makes histories of five years, measures every command on them with hyperfine, whole
//! processes from start to exit, and prints a table. Commands of one row take turns, so that the
//! ratios hold on a busy machine too. Sizes may be given: `cargo bench -- 1000 1000000`. Programs
//! that are not installed are left out; `--no-peers` leaves out all of them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "a bench reads its words, prints a table and divides times"
)]

#[path = "whole/history.rs"]
mod history;
#[path = "whole/limit.rs"]
mod limit;

use std::path::Path;
use std::process::{Command, Stdio};

const JANDON: &str = env!("CARGO_BIN_EXE_jandon");
/// The commands of a row take turns so often.
const ROUNDS: u32 = 5;
/// So many seconds tell enough in one round.
const LONG: f64 = 5.0;

/// What is measured: commands that give the same answer, our own first.
struct Row {
    name: &'static str,
    /// Who runs it, the words, and what is to be deleted before.
    commands: Vec<(&'static str, Vec<String>)>,
    fresh: Option<String>,
    /// Runs of each command in a round.
    runs: u32,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if words.first().is_some_and(|word| word == "limit") {
        return limit::run(&words[1..]).expect("the bare program runs");
    }
    let peers = !words.iter().any(|word| word == "--no-peers");
    let mut sizes: Vec<u64> = words.iter().filter_map(|word| word.replace('_', "").parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 100_000];
    }
    if find("hyperfine").is_none() {
        return println!("hyperfine measures the commands: install it, and run this again");
    }
    for size in sizes {
        measure(size, peers);
    }
}

fn find(program: &str) -> Option<String> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    found.map(|file| file.display().to_string())
}

fn measure(size: u64, peers: bool) {
    let folder = std::env::temp_dir().join(format!("jandon-bench-{}-{size}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the histories");
    history::write(&folder, size).expect("a history is written");
    let at = |name: &str| folder.join(name).display().to_string();
    let own = |words: &str| -> Vec<String> {
        let ledger = at("ledger.db");
        let before = [JANDON, "--ledger", &ledger].map(String::from);
        before.into_iter().chain(words.split_whitespace().map(String::from)).collect()
    };
    let this = std::env::current_exe().expect("this program").display().to_string();
    let bare = |command: &str| -> Vec<String> {
        [&this, "limit", command, &at("limit.db")].map(|word| word.to_string()).to_vec()
    };
    let with = |mut words: Vec<String>, more: &str| {
        words.push(more.to_string());
        words
    };
    run(&with(own("import -q"), &at("history.jsonl")));
    run(&with(bare("load"), &at("history.csv")));
    let journals = [("hledger", at("history.journal")), ("beancount", at("history.beancount"))];
    for (program, file) in journals.iter().filter(|_| peers) {
        run(&[own(&format!("export --to {program}")), vec!["-o".into(), file.clone()]].concat());
    }
    let plain = at("history.plain.journal");
    if peers {
        without_decimal_mark(Path::new(&journals[0].1), Path::new(&plain)).expect("a journal is written");
    }
    let import = |name: &str| -> Vec<String> {
        vec![JANDON.into(), "--ledger".into(), at(name), "import".into(), "-q".into(), at("history.jsonl")]
    };
    let slow = if size > 100_000 { 1 } else { 3 };
    let mut rows = vec![
        row("balance", own("balance"), bare("balances")),
        row("history --limit 20", own("history --limit 20"), bare("last")),
        row("expiring", own("expiring"), bare("lots")),
        row("report of a month", own(&format!("report {}", history::MONTH)), bare("month")),
        row("spend (durable)", own("spend 카카오페이 4500 -q"), bare("add")),
        Row { commands: vec![("jandon", own("fees 카카오페이 all"))], ..row("fees", vec![], vec![]) },
        Row { commands: vec![("jandon", own("plan"))], ..row("plan", vec![], vec![]) },
        Row { commands: vec![("jandon", own("--version"))], ..row("--version", vec![], vec![]) },
        Row { runs: slow, ..row("check", own("check -q"), bare("scan")) },
        Row {
            runs: slow,
            fresh: Some(format!("rm -f {}", ["new.db", "new-limit.db"].map(|f| at(f) + "*").join(" "))),
            ..row("import", import("new.db"), {
                let words = [&this, "limit", "load", &at("new-limit.db"), &at("history.csv")];
                words.map(|word| word.to_string()).to_vec()
            })
        },
        Row {
            runs: slow,
            commands: vec![("jandon", import("ledger.db"))],
            ..row("import again", vec![], vec![])
        },
    ];
    if peers {
        add_peers(&mut rows, &journals[0].1, &plain, &journals[1].1, slow);
    }
    println!("\n{size} facts over five years; medians, and what they are of the first column's\n");
    for row in &rows {
        print_row(row);
    }
    let bytes = std::fs::metadata(at("ledger.db")).map_or(0, |meta| meta.len());
    println!("{:<20}  {} bytes a fact", "size of the ledger", bytes / size);
    let _ = std::fs::remove_dir_all(&folder);
}

fn row(name: &'static str, own: Vec<String>, bare: Vec<String>) -> Row {
    Row { name, commands: vec![("jandon", own), ("bare SQLite", bare)], fresh: None, runs: 20 }
}

/// The journal for those who read journals of that kind, but know no directive for the decimal mark.
fn without_decimal_mark(journal: &Path, plain: &Path) -> std::io::Result<()> {
    use std::io::{BufRead, BufReader, BufWriter, Write};
    let mut out = BufWriter::new(std::fs::File::create(plain)?);
    for line in BufReader::new(std::fs::File::open(journal)?).lines() {
        let line = line?;
        if !line.starts_with("decimal-mark") {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

/// Other programs that answer the same from the same history, where they are installed.
fn add_peers(rows: &mut [Row], journal: &str, plain: &str, beancount: &str, runs: u32) {
    let sums = "SELECT account, sum(position) GROUP BY account";
    let answers: [(&str, &str, Vec<&str>); 9] = [
        ("balance", "hledger", vec!["-f", journal, "bal", "-N", "--flat"]),
        ("balance", "ledger", vec!["-f", plain, "bal", "--flat"]),
        ("balance", "bean-query", vec![beancount, sums]),
        ("balance", "rledger", vec!["query", "--no-cache", beancount, sums]),
        ("balance", "okane", vec!["balance", plain]),
        ("report of a month", "hledger", vec!["-f", journal, "is", "-p", history::MONTH]),
        ("report of a month", "ledger", vec!["-f", plain, "bal", "-p", history::MONTH, "Expenses", "Income"]),
        ("history --limit 20", "hledger", vec!["-f", journal, "reg", "-b", "2026-11-15"]),
        ("history --limit 20", "okane", vec!["register", "--start", "2026-11-15", plain]),
    ];
    for (name, program, words) in answers {
        let Some(path) = find(program) else { continue };
        let command: Vec<String> = std::iter::once(path.as_str()).chain(words).map(String::from).collect();
        let mut once = Command::new(&command[0]);
        once.args(&command[1..]).stdout(Stdio::null()).stderr(Stdio::null());
        if !once.status().is_ok_and(|status| status.success()) {
            eprintln!("{program} is left out of {name}: it does not answer");
            continue;
        }
        if let Some(row) = rows.iter_mut().find(|row| row.name == name) {
            row.commands.push((program, command));
            row.runs = row.runs.min(runs.max(2));
        }
    }
}

fn run(words: &[String]) {
    let status = Command::new(&words[0])
        .args(&words[1..])
        .env("JANDON_TODAY", history::NOW)
        .stdout(Stdio::null())
        .status()
        .expect("a program that can be started");
    assert!(status.success(), "{words:?} failed");
}

fn print_row(row: &Row) {
    // A command that this version does not have is left out.
    let works = |words: &[String]| {
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .env("JANDON_TODAY", history::NOW)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        row.fresh.is_some() || command.status().is_ok_and(|status| status.code() != Some(2))
    };
    if !works(&row.commands[0].1) {
        return;
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); row.commands.len()];
    for round in 0..ROUNDS {
        for (at, (_, words)) in row.commands.iter().enumerate() {
            if !times[at].iter().any(|time| *time > LONG) {
                times[at].extend(hyperfine(words, row, round == 0));
            }
        }
    }
    let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
    let cells: Vec<String> = row
        .commands
        .iter()
        .zip(&medians)
        .enumerate()
        .map(|(at, ((who, _), time))| match at {
            0 => format!("{:>10.2} ms", time * 1e3),
            _ => format!("{who} {:.2} ms ({:.2} x)", time * 1e3, time / medians[0]),
        })
        .collect();
    println!("{:<20}  {}", row.name, cells.join("   "));
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The times of some runs of a command, in seconds.
fn hyperfine(words: &[String], row: &Row, first: bool) -> Vec<f64> {
    let results = std::env::temp_dir().join(format!("jandon-bench-{}.json", std::process::id()));
    let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
    let mut command = Command::new("hyperfine");
    command.args(["-N", "-i", "--style", "none", "--export-json"]).arg(&results);
    command.args(["--runs", &row.runs.to_string()]);
    if first && row.runs > 3 {
        command.args(["--warmup", "3"]);
    }
    if let Some(fresh) = &row.fresh {
        command.args(["--prepare", &format!("sh -c '{fresh}'")]);
    }
    command.arg(quoted.join(" ")).env("JANDON_TODAY", history::NOW);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "hyperfine cannot run {words:?}");
    times_of(&results)
}

fn times_of(results: &Path) -> Vec<f64> {
    let text = std::fs::read_to_string(results).expect("the results of hyperfine");
    let json: serde_json::Value = serde_json::from_str(&text).expect("its JSON");
    let times = json["results"][0]["times"].as_array().expect("times").clone();
    times.iter().filter_map(serde_json::Value::as_f64).collect()
}
