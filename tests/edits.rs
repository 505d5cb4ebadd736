//! Whatever is recorded, edited, undone and redone in whatever order, the ledger stands where a plain
//! list of facts stands, and every total agrees with the facts.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test says what it found")]

use jandon::cli::context::{Context, Env};
use jandon::cli::{self, GlobalArgs};
use jandon::messages::Language;
use jandon::view::Format;
use jandon::view::chart::ChartStyle;
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;

/// Runs one command in this process and returns its JSON answer, or the code of its refusal.
fn run(folder: &Path, random: u64, line: &str) -> Result<Value, &'static str> {
    let words = ["jandon"].into_iter().chain(line.split(' ')).map(Into::into);
    let words = cli::parse(words).expect("words that the grammar knows");
    let world = Env {
        now: jandon::period::LocalDateTime(0),
        data: None,
        config: None,
        region: Some("KR".into()),
        ledger: Some(folder.join("ledger.db")),
        catalog: None,
        today: Some("2026-11-22T13:05".into()),
        language: Language::English,
        random,
        drawing: ChartStyle::Figures,
        progress: None,
        terminal: None,
    };
    let globals: GlobalArgs = words.globals.clone();
    let session = Context::new(world, &globals).expect("a session");
    match cli::run(&words.command, &session) {
        Ok(mut outcome) => {
            let form = outcome.form(Format::Json, Default::default(), Default::default(), false);
            let mut document = String::new();
            match outcome.stream.take() {
                Some(stream) => {
                    let mut put = |text: &str| {
                        document.push_str(text);
                        Ok(())
                    };
                    (stream.write)(&form, &mut put).map(drop).map_err(|failure| failure.code())?;
                }
                None => document = jandon::view::render(outcome.answer.as_ref(), &form),
            }
            Ok(serde_json::from_str(&document).expect("JSON"))
        }
        Err(failure) => Err(failure.code()),
    }
}

/// A fact as a person thinks of it: the balance after it is known, or it adds or takes something.
#[derive(Clone, Debug, PartialEq)]
struct Fact {
    hour: u32,
    kind: &'static str,
    amount: i64,
}

/// Where a list of facts leads: in the order of hours, and within one in the order of the list.
fn balance(facts: &[Fact]) -> i64 {
    let mut facts: Vec<&Fact> = facts.iter().collect();
    facts.sort_by_key(|fact| fact.hour);
    facts.iter().fold(0, |balance, fact| match fact.kind {
        "log" => fact.amount,
        "earn" => balance + fact.amount,
        _ => balance - fact.amount,
    })
}

#[derive(Clone, Debug)]
enum Op {
    Record { kind: &'static str, hour: u32 },
    EditAmount(usize),
    EditHour(usize, u32),
    Undo,
    Redo,
}

fn op() -> impl Strategy<Value = Op> {
    // Few hours, so that many facts share one second.
    prop_oneof![
        4 => (prop::sample::select(vec!["log", "earn", "spend"]), 1..4_u32)
            .prop_map(|(kind, hour)| Op::Record { kind, hour }),
        3 => any::<usize>().prop_map(Op::EditAmount),
        1 => (any::<usize>(), 1..4_u32).prop_map(|(at, hour)| Op::EditHour(at, hour)),
        3 => Just(Op::Undo),
        2 => Just(Op::Redo),
    ]
}

fn check(ops: &[Op]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = 1;
    let mut ran = |line: &str| {
        random += 1;
        run(folder.path(), random, line)
    };
    ran("account add W --kind wallet --unit KRW").expect("an account");
    // What was so before each change that can be undone, and after each that can be redone.
    let (mut facts, mut undone, mut redone): (Vec<Fact>, Vec<Vec<Fact>>, Vec<Vec<Fact>>) = Default::default();
    for (step, op) in ops.iter().enumerate() {
        // Every amount is another, so that it tells which row is which.
        let amount = 1_000 + step as i64;
        let before = facts.clone();
        match op {
            Op::Record { kind, hour } => {
                ran(&format!("{kind} W {amount} --date 2026-11-01T0{hour}:00")).expect("recorded");
                facts.push(Fact { hour: *hour, kind, amount });
            }
            Op::EditAmount(at) | Op::EditHour(at, _) if !facts.is_empty() => {
                let at = at % facts.len();
                let rows = ran("history").expect("a history");
                let wanted = Value::from(facts[at].amount.to_string());
                let row =
                    rows["rows"].as_array().expect("rows").iter().find(|row| {
                        row["voided"] == false && [&row["out"], &row["balance"]].contains(&&wanted)
                    });
                let id = row.expect("the row of a fact")["id"].as_str().expect("an id").to_string();
                if let Op::EditHour(_, hour) = op {
                    let edited = ran(&format!("edit {id} --date 2026-11-01T0{hour}:00"));
                    if facts[at].hour == *hour {
                        prop_assert_eq!(edited.err(), Some("usage"), "an edit that changes nothing");
                        continue;
                    }
                    edited.expect("edited");
                    let mut moved = facts.remove(at);
                    // What moves to another second is the last recorded there.
                    moved.hour = *hour;
                    facts.push(moved)
                } else {
                    ran(&format!("edit {id} --amount {amount}")).expect("edited");
                    facts[at].amount = amount;
                }
            }
            Op::EditAmount(_) | Op::EditHour(..) => continue,
            Op::Undo => match undone.pop() {
                Some(earlier) => {
                    ran("undo").expect("undone");
                    redone.push(std::mem::replace(&mut facts, earlier));
                }
                None => continue,
            },
            Op::Redo => match redone.pop() {
                Some(later) => {
                    ran("redo").expect("redone");
                    undone.push(std::mem::replace(&mut facts, later));
                }
                None => prop_assert_eq!(ran("redo").err(), Some("nothing-to-do")),
            },
        }
        if !matches!(op, Op::Undo | Op::Redo) {
            undone.push(before);
            redone.clear();
        }
        let answer = ran("balance W").expect("a balance");
        let there = &answer["accounts"][0]["balance"];
        prop_assert_eq!(there, &Value::from(balance(&facts).to_string()), "after {:?}: {:?}", op, facts);
    }
    prop_assert_eq!(&ran("check").expect("a check")["ok"], &Value::from(true));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn edits_undos_and_redos_lead_where_the_facts_lead(ops in prop::collection::vec(op(), 1..16)) {
        check(&ops)?;
    }
}

#[test]
fn a_record_that_moves_to_another_second_is_the_last_there() {
    let record = |hour| Op::Record { kind: "log", hour };
    check(&[record(1), record(2), Op::EditAmount(0), Op::EditHour(1, 1)]).expect("the same balance");
}

#[test]
fn an_edited_balance_stays_before_what_was_recorded_in_the_same_second() {
    let record = |kind, hour| Op::Record { kind, hour };
    check(&[record("earn", 1), record("log", 1), record("spend", 1), Op::EditAmount(1), Op::Undo])
        .expect("the same balance");
}

/// The rows of the history that count, oldest first: kind and id.
fn live(ran: &mut dyn FnMut(&str) -> Result<Value, &'static str>) -> Vec<(String, String)> {
    let history = ran("history").expect("a history");
    let rows = history["rows"].as_array().expect("rows").iter().filter(|row| row["voided"] == false);
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    rows.map(|row| (text(&row["kind"]), text(&row["id"]))).collect()
}

#[test]
fn an_edit_records_again_only_what_must_follow_it() {
    // What is recorded in one second on an account of a kind, which of it is edited, and how many
    // records are made anew.
    let cases: [(&str, &[&str], usize, &str, usize); 9] = [
        ("wallet", &["spend", "spend", "spend"], 0, "--amount 7", 1),
        ("wallet", &["spend", "earn", "spend"], 0, "--amount 7", 1),
        ("wallet", &["spend", "spend", "log", "earn"], 0, "--amount 7", 3),
        ("wallet", &["spend", "log", "earn"], 0, "--amount 7", 3),
        ("wallet", &["spend", "log", "earn"], 0, "--date 2026-11-02", 1),
        ("wallet", &["spend", "log", "earn"], 2, "--amount 7", 1),
        ("wallet", &["log", "earn"], 0, "--amount 7", 2),
        ("rewards", &["earn", "spend"], 0, "--amount 7", 2),
        ("rewards", &["spend", "spend"], 0, "--amount 7", 1),
    ];
    for (kind, facts, edited, how, again) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let mut random = 1;
        let mut ran = |line: &str| {
            random += 1;
            run(folder.path(), random, line)
        };
        ran(&format!("account add W --kind {kind} --unit KRW")).expect("an account");
        let expires = if kind == "rewards" { " --expires 2026-12-31" } else { "" };
        ran(&format!("earn W 500 --date 2026-10-01{expires}")).expect("earned");
        for fact in facts {
            ran(&format!("{fact} W 5 --date 2026-11-01T08:00")).expect("recorded");
        }
        let before = live(&mut ran);
        let answer = ran(&format!("edit {} {how}", before[1 + edited].1)).expect("edited");
        let entries = answer["entries"].as_array().expect("entries");
        for entry in entries {
            assert_eq!(answer["change"], entry["change"], "{facts:?}");
        }
        let after = live(&mut ran);
        let new = after.iter().filter(|row| !before.contains(row)).count();
        assert_eq!((entries.len(), new), (again, again), "{kind} {facts:?} {edited} {how}");
        assert_eq!(before.len(), after.len());
    }
}

#[test]
fn an_edit_that_changes_nothing_is_refused_and_one_that_does_is_a_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = 1;
    let mut ran = |line: &str| {
        random += 1;
        run(folder.path(), random, line)
    };
    ran("account add W --kind wallet --unit KRW").expect("an account");
    let spent = ran("spend W 5 tea --date 2026-11-01").expect("spent");
    let id = spent["change"].as_str().expect("an id").to_string();
    for same in ["--amount 5", "--date 2026-11-01", "--account w", "--category tea", "--note ", "--payee "] {
        assert_eq!(ran(&format!("edit {id} {same}")).err(), Some("usage"), "{same}");
    }
    assert_eq!(live(&mut ran).len(), 1);
    let edited = ran(&format!("edit {id} --amount 6")).expect("edited");
    let changes = ran("history --changes").expect("changes");
    let rows = changes["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| row["kind"] == "edit").expect("a row of the edit");
    assert_eq!(row["change"], edited["change"]);
    assert!(row["what"].as_str().expect("a text").contains(&id[10..]), "{row}");
    ran("undo").expect("undone");
    let changes = ran("history --changes").expect("changes");
    let row = changes["rows"].as_array().expect("rows").iter().find(|row| row["kind"] == "edit").cloned();
    assert_eq!(row.expect("a row of the edit")["voided"], true);
}

#[test]
fn an_expiry_by_the_rule_of_the_platform_follows_the_date_and_a_typed_one_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = 1;
    let mut ran = |line: &str| {
        random += 1;
        run(folder.path(), random, line)
    };
    ran("account add toss --platform toss-points").expect("an account");
    let mut expires = |options: &str| {
        let earned = ran(&format!("earn toss 5 --date 2026-11-01{options}")).expect("earned");
        let id = earned["change"].as_str().expect("an id").to_string();
        let edited = ran(&format!("edit {id} --date 2026-10-03")).expect("edited");
        edited["entries"][0]["expires"].as_str().map(String::from)
    };
    assert_eq!(expires("").as_deref(), Some("2031-10-03"));
    assert_eq!(expires(" --expires 2027-01-01").as_deref(), Some("2027-01-01"));
    assert_eq!(expires(" --expires never").as_deref(), Some("never"));
}

/// A change whose records a later edit replaced is neither undone nor edited: its records would count
/// beside the edited ones.
#[test]
fn what_an_edit_replaced_is_undone_only_after_the_edit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = 1;
    let mut ran = |line: &str| {
        random += 1;
        run(folder.path(), random, line)
    };
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    ran("account add W --kind wallet --unit KRW").expect("an account");
    ran("log W 1000 --date 2026-01-01").expect("a snapshot");
    let spend = ran("spend W 30").expect("a spend");
    let first = ran(&format!("edit {} --amount 40", text(&spend["entries"][0]["id"]))).expect("an edit");
    let again = text(&first["entries"][0]["id"]);
    let second = ran(&format!("edit {again} --amount 50")).expect("a second edit");
    assert_eq!(second["balances"][0]["balance"], "950");
    for line in [
        format!("undo {}", text(&first["change"])),
        format!("undo {}", text(&spend["change"])),
        format!("edit {again} --amount 60"),
    ] {
        assert_eq!(ran(&line).err(), Some("replaced-by-edit"), "{line}");
    }
    for balance in ["960", "970", "1000"] {
        let undone = ran("undo").expect("an undo");
        assert_eq!(undone["balances"][0]["balance"], balance);
    }
}
