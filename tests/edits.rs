//! Whatever is recorded, edited, undone and redone in whatever order, the ledger stands where a plain
//! list of facts stands, and every total agrees with the facts.

#![allow(clippy::disallowed_methods, clippy::disallowed_macros, reason = "a test says what it found")]

use jandon::cli::context::{Context, Env};
use jandon::cli::{self, GlobalArgs};
use jandon::view::Format;
use jandon::view::value::ChartStyle;
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;

/// Runs one command in this process and returns its JSON answer, or the code of its refusal.
fn run(folder: &Path, random: u64, line: &str) -> Result<Value, &'static str> {
    let words = ["jandon"].into_iter().chain(line.split(' ')).map(Into::into);
    let words = cli::parse(words).expect("words that the grammar knows");
    let world = Env {
        now: jandon::period::Moment(0),
        data: None,
        config: None,
        region: Some("KR".into()),
        ledger: Some(folder.join("ledger.db")),
        catalog: None,
        today: Some("2026-11-22T13:05".into()),
        language: None,
        locale: None,
        random,
        drawing: ChartStyle::Figures,
        progress: None,
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
enum Deed {
    Record { kind: &'static str, hour: u32 },
    EditAmount(usize),
    EditHour(usize, u32),
    Undo,
    Redo,
}

fn deed() -> impl Strategy<Value = Deed> {
    // Few hours, so that many facts share one second.
    prop_oneof![
        4 => (prop::sample::select(vec!["log", "earn", "spend"]), 1..4_u32)
            .prop_map(|(kind, hour)| Deed::Record { kind, hour }),
        3 => any::<usize>().prop_map(Deed::EditAmount),
        1 => (any::<usize>(), 1..4_u32).prop_map(|(at, hour)| Deed::EditHour(at, hour)),
        3 => Just(Deed::Undo),
        2 => Just(Deed::Redo),
    ]
}

fn check(deeds: &[Deed]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = 1;
    let mut ran = |line: &str| {
        random += 1;
        run(folder.path(), random, line)
    };
    ran("account add W --kind wallet --unit KRW").expect("an account");
    // What was so before each change that can be undone, and after each that can be redone.
    let (mut facts, mut undone, mut redone): (Vec<Fact>, Vec<Vec<Fact>>, Vec<Vec<Fact>>) = Default::default();
    for (step, deed) in deeds.iter().enumerate() {
        // Every amount is another, so that it tells which row is which.
        let amount = 1_000 + step as i64;
        let before = facts.clone();
        match deed {
            Deed::Record { kind, hour } => {
                ran(&format!("{kind} W {amount} --date 2026-11-01T0{hour}:00")).expect("recorded");
                facts.push(Fact { hour: *hour, kind, amount });
            }
            Deed::EditAmount(at) | Deed::EditHour(at, _) if !facts.is_empty() => {
                let at = at % facts.len();
                let rows = ran("history").expect("a history");
                let wanted = Value::from(facts[at].amount.to_string());
                let row =
                    rows["rows"].as_array().expect("rows").iter().find(|row| {
                        row["voided"] == false && [&row["out"], &row["balance"]].contains(&&wanted)
                    });
                let id = row.expect("the row of a fact")["id"].as_str().expect("an id").to_string();
                if let Deed::EditHour(_, hour) = deed {
                    ran(&format!("edit {id} --date 2026-11-01T0{hour}:00")).expect("edited");
                    let mut moved = facts.remove(at);
                    // What moves to another second is the last recorded there.
                    if moved.hour == *hour {
                        facts.insert(at, moved)
                    } else {
                        moved.hour = *hour;
                        facts.push(moved)
                    }
                } else {
                    ran(&format!("edit {id} --amount {amount}")).expect("edited");
                    facts[at].amount = amount;
                }
            }
            Deed::EditAmount(_) | Deed::EditHour(..) => continue,
            Deed::Undo => match undone.pop() {
                Some(earlier) => {
                    ran("undo").expect("undone");
                    redone.push(std::mem::replace(&mut facts, earlier));
                }
                None => continue,
            },
            Deed::Redo => match redone.pop() {
                Some(later) => {
                    ran("redo").expect("redone");
                    undone.push(std::mem::replace(&mut facts, later));
                }
                None => prop_assert_eq!(ran("redo").err(), Some("nothing-to-do")),
            },
        }
        if !matches!(deed, Deed::Undo | Deed::Redo) {
            undone.push(before);
            redone.clear();
        }
        let answer = ran("balance W").expect("a balance");
        let there = &answer["accounts"][0]["balance"];
        prop_assert_eq!(there, &Value::from(balance(&facts).to_string()), "after {:?}: {:?}", deed, facts);
    }
    prop_assert_eq!(&ran("check").expect("a check")["ok"], &Value::from(true));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn edits_undos_and_redos_lead_where_the_facts_lead(deeds in prop::collection::vec(deed(), 1..16)) {
        check(&deeds)?;
    }
}

#[test]
fn an_edited_balance_stays_before_what_was_recorded_in_the_same_second() {
    let record = |kind, hour| Deed::Record { kind, hour };
    check(&[record("earn", 1), record("log", 1), record("spend", 1), Deed::EditAmount(1), Deed::Undo])
        .expect("the same balance");
}
