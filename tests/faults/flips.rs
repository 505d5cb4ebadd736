//! Single flipped bits in the tables of facts: each is found by a check, or changes no answer.

use super::harness::{Dice, FACTS, Home};
use jandon::store::Store;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

/// The size of a page.
const PAGE: usize = 4096;

/// Commands whose answers a flip must not change unnoticed.
const ANSWERS: [&str; 13] = [
    "balance --json",
    "balance --json --at 2026-10-09",
    "history --json",
    "account list --json",
    "rate list --json",
    "report 2026-10 --json",
    "report 2026-10-03..2026-11-11 --json -X KRW",
    "expiring --json",
    "due --json",
    "stale --json",
    "value 2026 --json",
    "export --to json",
    "export --to csv",
];

/// Bytes of one column, or of something else that a table's pages consist of.
struct Spot {
    /// `entry.at`, `entry rowid`, `entry page`.
    name: String,
    bytes: Range<usize>,
}

/// Reads the pages of one table as the file format of SQLite describes them.
struct Pages<'f> {
    file: &'f [u8],
    table: &'static str,
    columns: Vec<String>,
    spots: Vec<Spot>,
}

impl Pages<'_> {
    fn number(&self, at: usize, bytes: usize) -> usize {
        self.file[at..at + bytes].iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    /// A number of one to nine bytes, and where it ends.
    fn varint(&self, at: usize) -> (usize, usize) {
        let mut number = 0;
        for i in 0..8 {
            let byte = self.file[at + i];
            number = number << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return (number, at + i + 1);
            }
        }
        (number << 8 | usize::from(self.file[at + 8]), at + 9)
    }

    fn spot(&mut self, what: &str, bytes: Range<usize>) {
        if !bytes.is_empty() {
            self.spots.push(Spot { name: format!("{}{what}", self.table), bytes });
        }
    }

    fn page(&mut self, number: usize) {
        let start = (number - 1) * PAGE;
        let head = if number == 1 { start + 100 } else { start };
        let cells = self.number(head + 3, 2);
        let is_leaf = self.file[head] == 13;
        let pointers = head + if is_leaf { 8 } else { 12 };
        self.spot(" page", head..pointers + 2 * cells);
        for cell in 0..cells {
            let at = start + self.number(pointers + 2 * cell, 2);
            if is_leaf {
                self.row(at);
            } else {
                self.spot(" page", at..self.varint(at + 4).1);
                self.page(self.number(at, 4));
            }
        }
        if !is_leaf {
            self.page(self.number(head + 8, 4));
        }
    }

    fn row(&mut self, at: usize) {
        let (length, rowid) = self.varint(at);
        let (_, record) = self.varint(rowid);
        self.spot(" length", at..rowid);
        self.spot(" rowid", rowid..record);
        // What does not fit on the page goes on elsewhere.
        let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
        let here = match least + (length.wrapping_sub(least)) % (PAGE - 4) {
            _ if length <= most => length,
            here if here <= most => here,
            _ => least,
        };
        let (header, mut kind) = self.varint(record);
        self.spot(" header", record..kind);
        let mut value = record + header;
        for column in self.columns.clone() {
            let (code, next) = self.varint(kind);
            let bytes = match code {
                0 | 8 | 9 => 0,
                1..=4 => code,
                5 => 6,
                6 | 7 => 8,
                _ => (code - 12) / 2,
            };
            let end = (value + bytes).min(record + here);
            self.spot(&format!(".{column}"), kind..next);
            self.spot(&format!(".{column}"), value.min(end)..end);
            (kind, value) = (next, value + bytes);
        }
        if here < length {
            self.spot(" page", record + here..record + here + 4);
            self.overflow(self.number(record + here, 4), length - here);
        }
    }

    fn overflow(&mut self, mut page: usize, mut left: usize) {
        while page != 0 && left > 0 {
            let start = (page - 1) * PAGE;
            let bytes = left.min(PAGE - 4);
            self.spot(" overflow", start..start + 4 + bytes);
            (page, left) = (self.number(start, 4), left - bytes);
        }
    }
}

/// Every byte of the tables of facts that is in use.
fn spots(ledger: &Path) -> Vec<Spot> {
    let file = std::fs::read(ledger).expect("a ledger");
    let db = Connection::open(ledger).expect("the ledger opens");
    let mut spots = Vec::new();
    for table in FACTS {
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
        let root: i64 = db.query_row(sql, [table], |row| row.get(0)).expect("a table");
        let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1)").expect("columns");
        let columns = statement.query_map([table], |row| row.get(0)).and_then(Iterator::collect);
        let mut pages = Pages { file: &file, table, columns: columns.expect("columns"), spots: Vec::new() };
        pages.page(root as usize);
        spots.append(&mut pages.spots);
    }
    spots
}

/// A ledger with every kind of fact, ids as others write them, and a row that is longer than a page.
fn ground() -> Home {
    let home = Home::with_a_ledger();
    let lines = [
        r#"{"jandon":1}"#,
        r#"{"change":{"id":"their change","at":"2026-11-02T09:00:00","command":"spend"}}"#,
        r#"{"entry":{"id":"their entry","change":"their change","at":"2026-11-02","kind":"spend","from":"kakao","out":"123"}}"#,
        r#"{"snapshot":{"id":"their snapshot","at":"2026-11-03","account":"bank","balance":"900000"}}"#,
    ];
    std::fs::write(home.path("theirs.jsonl"), lines.join("\n")).expect("a file");
    home.fine("import theirs.jsonl");
    let (name, note) = ("긴".repeat(100), "메모".repeat(500));
    home.fine(&format!("account add {name} --kind wallet --unit KRW --note {note}"));
    home.fine("earn points 10 --date 2026-11-04 --note 보너스");
    home.settle();
    home
}

/// Returns whether a check finds the ledger sound.
fn is_sound(ledger: &Path) -> bool {
    let report = Store::read(ledger, Duration::from_secs(5)).and_then(|store| store.check());
    report.is_ok_and(|report| report.findings.is_empty())
}

fn answers(home: &Home) -> Vec<(Option<i32>, Vec<u8>)> {
    let answer = |line: &&str| {
        let output = home.run(line);
        (output.status.code(), output.stdout)
    };
    ANSWERS.iter().map(answer).collect()
}

/// Flips bits, one at a time; returns by kind of spot how many were found and how many changed nothing.
fn flip(ground: &Home, bits: impl Iterator<Item = (String, usize, u8)>) -> BTreeMap<String, [u32; 2]> {
    let sound = answers(ground);
    assert!(sound.iter().all(|(code, _)| *code == Some(0)));
    let file = std::fs::read(ground.ledger()).expect("a ledger");
    let home = Home::new();
    let mut counts: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    let mut unnoticed = Vec::new();
    for (name, at, bit) in bits {
        home.become_like(ground);
        let mut flipped = file.clone();
        flipped[at] ^= 1 << bit;
        std::fs::write(home.ledger(), &flipped).expect("a file");
        let [found, harmless] = counts.entry(name.clone()).or_default();
        if !is_sound(&home.ledger()) {
            *found += 1;
            continue;
        }
        *harmless += 1;
        let told = answers(&home);
        let changed = ANSWERS.iter().zip(told.iter().zip(&sound)).find(|(_, (told, sound))| told != sound);
        if let Some((line, _)) = changed {
            unnoticed.push(format!("bit {bit} of byte {at} ({name}): {line} answers otherwise"));
        }
    }
    assert!(unnoticed.is_empty(), "{} flips are not found\n{}", unnoticed.len(), unnoticed.join("\n"));
    counts
}

#[test]
fn a_flipped_bit_in_any_column_of_a_fact_is_found_or_changes_no_answer() {
    let ground = ground();
    let mut dice = Dice::new();
    let mut by_name: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    for spot in spots(&ground.ledger()) {
        by_name.entry(spot.name).or_default().push(spot.bytes);
    }
    let columns = by_name.keys().filter(|name| name.contains('.')).count();
    assert!(columns > 60, "{columns} columns are too few");
    let bits = by_name.into_iter().flat_map(|(name, ranges)| {
        let mut of_spot = Vec::new();
        for _ in 0..3 {
            let range = &ranges[dice.below(ranges.len() as u64) as usize];
            let at = range.start + dice.below(range.len() as u64) as usize;
            of_spot.push((name.clone(), at, dice.below(8) as u8));
        }
        of_spot
    });
    let bits: Vec<_> = bits.collect();
    let counts = flip(&ground, bits.into_iter());
    println!("{counts:?}");
    let columns = counts.iter().filter(|(name, _)| name.contains('.'));
    let found: u32 = columns.map(|(_, [found, _])| found).sum();
    assert!(found > 150, "{found} found flips are too few");
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_flipped_bits_in_facts_are_found_or_change_no_answer() {
    let ground = ground();
    let mut dice = Dice::new();
    let bytes: Vec<(String, usize)> = spots(&ground.ledger())
        .into_iter()
        .flat_map(|spot| spot.bytes.map(move |at| (spot.name.clone(), at)))
        .collect();
    let bits = (0..10_000).map(|_| {
        let (name, at) = bytes[dice.below(bytes.len() as u64) as usize].clone();
        (name, at, dice.below(8) as u8)
    });
    let bits: Vec<_> = bits.collect();
    let counts = flip(&ground, bits.into_iter());
    let sum = |which: usize| counts.values().map(|count| count[which]).sum::<u32>();
    println!("{} flips were found, {} change no answer\n{counts:#?}", sum(0), sum(1));
}
