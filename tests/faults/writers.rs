//! Many processes write at once, and every entry is kept.

use super::harness::{Home, facts, said};
use std::collections::BTreeSet;
use std::time::Instant;

fn write_at_once(writers: usize, entries: usize) {
    let home = Home::new();
    home.fine("account add kakao");
    home.fine("log kakao 1,000,000");
    home.settle();
    let known = facts(&home.ledger()).len();
    let began = Instant::now();
    std::thread::scope(|scope| {
        let home = &home;
        for writer in 0..writers {
            scope.spawn(move || {
                for entry in 0..entries {
                    let output =
                        home.run(&format!("spend kakao 3 --note {writer}-{entry} --lock-timeout 600 --json"));
                    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
                }
            });
        }
    });
    println!("{writers} writers, {entries} entries each: {:?}", began.elapsed());
    let all = writers * entries;
    let db = rusqlite::Connection::open(home.ledger()).expect("the ledger opens");
    let mut statement = db.prepare("SELECT note FROM entry").expect("entries");
    let notes: Vec<String> =
        statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).expect("notes");
    assert_eq!(notes.len(), all);
    assert_eq!(notes.iter().collect::<BTreeSet<_>>().len(), all, "each once");
    assert_eq!(facts(&home.ledger()).len(), known + 2 * all, "a change and an entry each");
    home.fine("check");
    let balance = home.fine("balance kakao --json");
    assert!(balance.contains(&format!("\"balance\":\"{}\"", 1_000_000 - 3 * all)), "{balance}");
}

#[test]
fn every_entry_of_many_writers_is_kept() {
    write_at_once(8, 50);
}

#[test]
#[ignore = "takes half a minute"]
fn every_one_of_1600_entries_of_many_writers_is_kept() {
    write_at_once(8, 200);
}
