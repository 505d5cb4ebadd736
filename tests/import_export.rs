//! What holds for every ledger that is carried out as lines and in again.

#[path = "support/ops.rs"]
mod ops;
#[path = "support/roundtrip.rs"]
mod roundtrip;

use jandon::export::HEADER;
use jandon::import;
use jandon::ledger::Id;
use jandon::store::{Change, Fact, Filter, HistoryFact, HistoryRow, Refusal, Store, StoreError};
use ops::{Folder, Op, WAIT, act, now, op};
use proptest::prelude::*;
use roundtrip::{answers, carried, carried_together, told};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

fn exported(path: &Path) -> String {
    let store = Store::read(path, WAIT).expect("a ledger");
    told(&store)
}

/// Voids or unvoids the import, as `undo` and `redo` choose.
fn turn(path: &Path, undo: bool, number: i64) {
    let store = Store::write(path, WAIT).expect("a ledger");
    let change = store.last_change(undo).expect("changes").expect("something to take back");
    let command = if undo { "undo" } else { "redo" };
    let facts = vec![Fact::Void(change.id)];
    store.apply(&Change { id: Id(number), at: now(), command, facts }).expect("taken back");
    store.commit().expect("kept");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_carried_out_comes_back_the_same(
        ops in prop::collection::vec(op(), 1..70),
        again in prop::collection::vec(op(), 0..12),
        odd in any::<bool>(),
    ) {
        let folder = Folder::new();
        let (first, second, third) = (folder.at("a.db"), folder.at("b.db"), folder.at("c.db"));
        for (number, op) in ops.iter().enumerate() {
            act(&first, number as i64 + 1, op);
        }
        let mut text = exported(&first);
        if odd {
            // Ids need not be of the ledger's own form.
            text = text.replace("\"0000000000", "\"가-0");
        }
        let store = Store::write(&second, WAIT).expect("a ledger");
        let came = carried(&store, 1 << 60, text.as_bytes()).expect("an import");
        prop_assert_eq!(came.read, text.lines().count() as u64 - 1);
        if came.change.is_some() {
            store.commit().expect("kept");
        } else {
            return Ok(());
        }
        prop_assert_eq!(exported(&second), text.clone());
        prop_assert_eq!(answers(&second), answers(&first));

        let store = Store::write(&second, WAIT).expect("a ledger");
        let twice = carried(&store, 2 << 60, text.as_bytes()).expect("an import");
        prop_assert_eq!((twice.new, twice.change), (0, None));
        drop(store);

        let before = answers(&second);
        turn(&second, true, 3 << 59);
        let store = Store::read(&second, WAIT).expect("a ledger");
        let report = store.check().expect("a check");
        prop_assert!(report.findings.is_empty(), "{:?}", report.findings);
        prop_assert_eq!((report.accounts, report.entries, report.snapshots), (0, 0, 0));
        drop(store);
        let undone = exported(&second);
        turn(&second, false, (3 << 59) + 1);
        prop_assert_eq!(answers(&second), before);

        // What was done after an import, and the undoing of an import, is carried along too.
        let store = Store::write(&third, WAIT).expect("a ledger");
        carried(&store, 1 << 60, undone.as_bytes()).expect("an import");
        store.commit().expect("kept");
        prop_assert_eq!(exported(&third), undone);
        for (number, op) in again.iter().enumerate() {
            act(&second, number as i64 + 1000, op);
        }
        let later = exported(&second);
        let fourth = folder.at("d.db");
        let store = Store::write(&fourth, WAIT).expect("a ledger");
        carried(&store, 1 << 60, later.as_bytes()).expect("an import");
        store.commit().expect("kept");
        prop_assert_eq!(exported(&fourth), later.clone());
        prop_assert_eq!(answers(&fourth), answers(&second));
        // A ledger that has the earlier part takes the rest.
        let store = Store::write(&first, WAIT).expect("a ledger");
        if !odd && again.iter().all(|d| !matches!(d, Op::Undo | Op::UndoEarlier { .. } | Op::Redo)) {
            carried(&store, 1 << 60, later.as_bytes()).expect("an import");
            store.commit().expect("kept");
        }
    }

    #[test]
    fn files_that_tell_the_same_together_are_one(
        ops in prop::collection::vec(op(), 1..50),
        again in prop::collection::vec(op(), 0..12),
        nameless in any::<bool>(),
    ) {
        let folder = Folder::new();
        let (first, second, third) = (folder.at("a.db"), folder.at("b.db"), folder.at("c.db"));
        for (number, op) in ops.iter().enumerate() {
            act(&first, number as i64 + 1, op);
        }
        let early = exported(&first);
        for (number, op) in again.iter().enumerate() {
            act(&first, number as i64 + 1000, op);
        }
        let mut late = exported(&first);
        if nameless {
            // Lines of a person have no ids and no changes, and nothing is voided.
            let whole = late.lines().filter(|l| !l.starts_with("{\"change\"") && !l.starts_with("{\"void\""));
            let without = |line: &str, key: &str| match line.find(&format!("\"{key}\":\"")) {
                Some(at) => {
                    let end = at + key.len() + 4;
                    let rest = &line[end + line[end..].find('"').expect("an end") + 1..];
                    format!("{}{}", &line[..at], rest.strip_prefix(',').unwrap_or(rest))
                }
                None => line.to_string(),
            };
            late = whole.map(|line| without(&without(line, "change"), "id") + "\n").collect();
        }
        let one = Store::write(&second, WAIT).expect("a ledger");
        let Ok(once) = carried(&one, 1 << 60, late.as_bytes()) else { return Ok(()) };
        if once.change.is_none() {
            return Ok(());
        }
        one.commit().expect("kept");
        let both = Store::write(&third, WAIT).expect("a ledger");
        let files: &[&[u8]] = if nameless {
            &[late.as_bytes(), late.as_bytes()]
        } else {
            &[early.as_bytes(), late.as_bytes(), early.as_bytes()]
        };
        let twice = carried_together(&both, 1 << 60, files).expect("an import");
        both.commit().expect("kept");
        prop_assert_eq!(twice.new, once.new);
        prop_assert_eq!(answers(&third), answers(&second));
        if !nameless {
            prop_assert_eq!(exported(&third), late);
        }
    }

    #[test]
    fn two_ledgers_that_exchange_all_they_have_answer_the_same(
        facts in prop::collection::vec((op(), any::<bool>()), 1..60),
    ) {
        let folder = Folder::new();
        let [first, second, both] = ["a.db", "b.db", "c.db"].map(|name| folder.at(name));
        for (number, kind) in (1..).zip([1, 1, 0]) {
            act(&first, number, &Op::Open { name: number as usize - 1, kind, unit: 0 });
        }
        std::fs::copy(&first, &second).expect("a copy");
        std::fs::copy(&first, &both).expect("a copy");
        // One fact a day: of one second the order of recording decides.
        let mut days: BTreeSet<i32> = BTreeSet::new();
        for (number, (op, here)) in (10..).zip(&facts) {
            let (Op::Entry { day, .. } | Op::See { day, .. }) = op else { continue };
            if days.insert(*day) {
                act(if *here { &first } else { &second }, number, op);
                act(&both, number, op);
            }
        }
        let texts = [exported(&first), exported(&second)];
        for (path, text) in [(&first, &texts[1]), (&second, &texts[0])] {
            let store = Store::write(path, WAIT).expect("a ledger");
            carried(&store, 1 << 60, text.as_bytes()).expect("an import");
            store.commit().expect("kept");
        }
        prop_assert_eq!(answers(&first), answers(&both));
        prop_assert_eq!(answers(&second), answers(&both));
    }

    #[test]
    fn a_broken_line_anywhere_imports_nothing(
        ops in prop::collection::vec(op(), 5..20),
        at in any::<prop::sample::Index>(),
    ) {
        let folder = Folder::new();
        let (first, second) = (folder.at("a.db"), folder.at("b.db"));
        for (number, op) in ops.iter().enumerate() {
            act(&first, number as i64 + 1, op);
        }
        // Twice, so that the file is in the form that writers leave it in.
        for number in 1..3 {
            act(&second, 900 + number, &Op::Open { name: 5 - number as usize, kind: 0, unit: 0 });
        }
        let before = std::fs::read(&second).expect("a ledger");
        let mut lines: Vec<String> = exported(&first).lines().map(str::to_string).collect();
        lines.insert(at.index(lines.len() + 1), "{\"entry\":{}}".into());
        let store = Store::write(&second, WAIT).expect("a ledger");
        prop_assert!(carried(&store, 1 << 60, lines.join("\n").as_bytes()).is_err());
        drop(store);
        prop_assert_eq!(std::fs::read(&second).expect("a ledger"), before);
    }

    #[test]
    fn no_text_makes_an_import_fall_over(lines in prop::collection::vec(any::<Vec<u8>>(), 0..6), text in ".{0,80}") {
        let store = Store::in_memory().expect("a ledger");
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend(lines.join(&b'\n'));
        let _ = carried(&store, 1, &bytes);
        let _ = import::header(text.as_bytes());
        let _ = import::line(text.as_bytes());
    }

    #[test]
    fn no_value_makes_an_import_fall_over(
        values in prop::collection::vec(".{0,12}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?|-?[0-9]{1,20}(\\.[0-9]{0,3})?|kakao|KRW|spend|transfer|never", 14),
    ) {
        let text = |at: usize| format!("{:?}", values[at].as_str().chars().filter(|c| *c != '\\' && !c.is_control()).collect::<String>()).replace("\\u{", "u{").replace("\\'", "'");
        let store = Store::in_memory().expect("a ledger");
        let lines = [
            "{\"jandon\":1}".to_string(),
            "{\"account\":{\"name\":\"kakao\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}".into(),
            format!("{{\"entry\":{{\"at\":{},\"kind\":\"transfer\",\"from\":{},\"out\":{},\"fee\":{},\"tax\":{},\"in\":{},\"in_unit\":{},\"expires\":{}}}}}", text(0), text(1), text(2), text(3), text(4), text(5), text(6), text(7)),
            format!("{{\"snapshot\":{{\"id\":{},\"at\":\"2026-10-01\",\"account\":\"kakao\",\"balance\":{}}}}}", text(8), text(9)),
            format!("{{\"rate\":{{\"unit\":\"USD\",\"value\":{},\"of\":\"KRW\",\"date\":{}}}}}", text(10), text(11)),
            format!("{{\"void\":{{\"of\":{},\"at\":{}}}}}", text(12), text(13)),
        ];
        for skip in 1..lines.len() {
            let some: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != skip).map(|(_, l)| l.as_str()).collect();
            let _ = carried(&store, skip as i64, some.join("\n").as_bytes());
        }
    }
}

#[test]
fn minimal_lines_follow_from_what_they_say() {
    let text = "{\"jandon\":1}
{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}
{\"account\":{\"name\":\"b\",\"kind\":\"bank\",\"unit\":\"KRW\"}}

{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"transfer\",\"from\":\"a\",\"out\":\"1000\",\"fee\":\"100\",\"to\":\"b\"}}
{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"transfer\",\"from\":\"a\",\"to\":\"b\",\"out\":\"1000\",\"in\":\"950\"}}
{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"earn\",\"to\":\"b\",\"in\":\"7\"}}
{\"snapshot\":{\"at\":\"2026-10-04\",\"account\":\"b\",\"balance\":\"2000\"}}\n";
    let store = Store::in_memory().expect("a ledger");
    let came = carried(&store, 1, text.as_bytes()).expect("an import");
    assert_eq!((came.read, came.new, came.known), (6, 6, 0));
    let rows = store.history(&Filter::default()).expect("history");
    assert_eq!(rows.len(), 4);
    let moments: Vec<String> = rows.iter().map(|row| row.at().to_string()).collect();
    assert_eq!(moments[0], "2026-10-04T00:00:00");
    assert_eq!(moments[3], "2026-10-04T23:59:59");
    let told = told(&store);
    for part in ["\"fee\":\"100\",\"to\":\"b\",\"in\":\"900\"", "\"fee\":\"50\"", "\"command\":\"import\""] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let again = carried(&store, 2, text.as_bytes()).expect("an import");
    assert_eq!((again.new, again.change), (0, None));
}

#[test]
fn a_change_within_an_import_can_be_voided_alone_and_the_rest_with_the_import() {
    let text = "{\"jandon\":1}
{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}
{\"change\":{\"id\":\"x\",\"at\":\"2026-10-04\",\"command\":\"earn\"}}
{\"entry\":{\"id\":\"y\",\"change\":\"x\",\"at\":\"2026-10-04\",\"kind\":\"earn\",\"to\":\"a\",\"in\":\"7\"}}
{\"entry\":{\"at\":\"2026-10-05\",\"kind\":\"earn\",\"to\":\"a\",\"in\":\"5\"}}\n";
    let folder = Folder::new();
    let path = folder.at("a.db");
    let store = Store::write(&path, WAIT).expect("a ledger");
    carried(&store, 1 << 60, text.as_bytes()).expect("an import");
    store.commit().expect("kept");
    let store = Store::write(&path, WAIT).expect("a ledger");
    let x = store.history(&Filter::default()).expect("history")[0].change;
    let facts = vec![Fact::Void(x)];
    store.apply(&Change { id: Id(77), at: now(), command: "undo", facts: facts.clone() }).expect("undone");
    let twice = store.apply(&Change { id: Id(78), at: now(), command: "undo", facts });
    assert!(matches!(twice, Err(StoreError::Refused(Refusal::AlreadyUndone(_)))));
    drop(store);
    let before = answers(&path);
    turn(&path, true, 79);
    turn(&path, false, 80);
    assert_eq!(answers(&path), before);
}

#[test]
fn an_import_reads_what_is_piped_into_it() {
    let folder = Folder::new();
    let ledger = folder.at("a.db");
    let mut child = Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(["import", "-", "--json", "--ledger"])
        .arg(&ledger)
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let text = "{\"jandon\":1}\r\n{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}\r\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes()).expect("written");
    let out = child.wait_with_output().expect("an answer");
    let answer = String::from_utf8(out.stdout).expect("text");
    assert!(answer.contains("\"read\":1,\"new\":1,\"known\":0,\"skipped\":0,\"bad\":0"), "{answer}");
    assert!(exported(&ledger).contains("\"name\":\"a\""));
}

/// The id of every entry and snapshot of a ledger, oldest first.
fn ids(store: &Store) -> Vec<String> {
    let rows = store.history(&Filter::default()).expect("history");
    let id = |row: &HistoryRow| match &row.fact {
        HistoryFact::Entry(entry) => entry.id.to_string(),
        HistoryFact::Snapshot(snapshot, _) => snapshot.id.to_string(),
    };
    rows.iter().map(id).collect()
}

/// Lines of a person, with nothing that is written in more than one way.
const UNNUMBERED: &str = r#"{"jandon":1}
{"account":{"name":"카카오","kind":"wallet","unit":"KRW"}}
{"account":{"name":"Café","kind":"bank","unit":"USD"}}
{"entry":{"at":"2026-10-03T18:30:00","kind":"spend","from":"카카오","out":"4500","category":"커피","payee":"Méga","note":"a b"}}
{"entry":{"at":"2026-10-03T18:30:00","kind":"spend","from":"카카오","out":"4500","category":"커피","payee":"Méga","note":"a b"}}
{"entry":{"at":"2026-10-04","kind":"withdraw","from":"카카오","out":"30000","in":"21.50","to":"Café","fee":"500","channel":"kakaopay/other-bank"}}
{"entry":{"at":"2026-10-05","kind":"earn","to":"카카오","in":"120","expires":"2031-10-05"}}
{"entry":{"at":"2026-10-05","kind":"earn","to":"카카오","in":"120","expires":"never"}}
{"snapshot":{"at":"2026-10-31","account":"카카오","balance":"12500","note":"seen"}}
"#;

/// The same lines, written otherwise: decomposed, names and categories in other letters, texts
/// between blanks, keys in another order, derived values said, numbers with zeros, null for nothing.
const OTHERWISE: &str = r#"{"jandon":1}
 { "account": { "unit": "KRW", "kind": "wallet", "name": " 카카오 ", "note": null } }
{"account":{"name":"CAFÉ","kind":"bank","unit":"USD"}}
{"entry":{"kind":"spend","at":"2026-10-03T18:30","note":" a b ","payee":"Méga","category":" 커피","out":"04500","from":"카카오 ","fee":"0","tax":null}}
{"entry":{"kind":"spend","at":"2026-10-03T18:30:00","note":"a b","payee":"Méga","category":"커피","out":"4500","in":"4500","from":"카카오","in_unit":"KRW"}}
{"entry":{"at":"2026-10-04T00:00:00","kind":"withdraw","from":"카카오","out":"30000","in":"21.5","to":"café","fee":"500","tax":"0","channel":"kakaopay/other-bank"}}
{"entry":{"at":"2026-10-05","kind":"earn","to":"카카오","in":"120","out":"120","expires":"2031-10-05"}}
{"entry":{"at":"2026-10-05","kind":"earn","to":"카카오","in":"120","expires":"never"}}
{"snapshot":{"at":"2026-10-31T23:59:59","account":"카카오","balance":"12500","note":"seen "}}
"#;

/// Ids of lines without one are the same on every machine and in every version: this test changes
/// only if ledgers that hold such lines are given up.
#[test]
fn ids_of_unnumbered_lines_are_frozen() {
    let store = Store::in_memory().expect("a ledger");
    carried(&store, 1, UNNUMBERED.as_bytes()).expect("an import");
    let frozen = [
        "50f93d0958502338",
        "50f976004d615206",
        "50fab4a19cbc02e7",
        "50fbd81e05c86a37",
        "50fbac79b214c92c",
        "5115097b2f83592f",
    ];
    assert_eq!(ids(&store), frozen);
}

#[test]
fn lines_that_say_the_same_are_the_same_however_they_are_written() {
    use unicode_normalization::UnicodeNormalization;
    let decomposed: String = OTHERWISE.nfd().collect();
    for other in [UNNUMBERED, OTHERWISE, &decomposed] {
        for (first, second) in [(UNNUMBERED, other), (other, UNNUMBERED)] {
            let store = Store::in_memory().expect("a ledger");
            let came = carried(&store, 1, first.as_bytes()).expect("an import");
            assert_eq!((came.new, came.known), (8, 0));
            let again = carried(&store, 2, second.as_bytes()).expect("an import");
            assert_eq!((again.new, again.known), (0, 8));
        }
    }
}
