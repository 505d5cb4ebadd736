//! The planner compared with another solver, on problems kept as files outside of this repository.
//!
//! Not part of a plain test run: `PLAN_INSTANCES=FOLDER cargo test --release --test plan_reference --
//! --ignored --nocapture`. Each file of the folder is a problem as JSON: `months`, `target`,
//! `balances` (`id`, `amount`), `channels` (`from`, `min`, `max`, `step`, `month_sum`,
//! `month_count`, `quota`, `fee_mode`, `fee`), and as `reference` what the other solver found:
//! `feasible`, `cost`, `bound`, `proved`, `solve_s`. Every channel pays out at once, once a month.

#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock and where its problems lie")]
#![allow(clippy::disallowed_macros, reason = "a measurement prints what it found")]
#![allow(clippy::disallowed_types, clippy::float_arithmetic, reason = "times are no money")]

use jandon::fee::{Platform, parse};
use jandon::money::Unit;
use jandon::period::LocalDateTime;
use jandon::plan::{EFFORT, Holding, PlanRequest};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::time::Instant;

fn whole(value: &Value) -> i64 {
    value.as_i64().expect("a whole number")
}

/// The platform file of one balance.
fn platform(problem: &Value, balance: &Value) -> String {
    let id = balance["id"].as_str().expect("an id");
    let mut text = format!("[platform]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"wallet\"\nunit = \"KRW\"\n");
    let channels = problem["channels"].as_array().expect("channels");
    for channel in channels.iter().filter(|c| c["from"] == balance["id"]) {
        let name = channel["id"].as_str().expect("an id");
        let _ = writeln!(
            text,
            "\n[[channel]]\nid = \"{name}\"\nname = \"{name}\"\nto = \"bank\"\n\n[[channel.tariff]]"
        );
        for key in ["min", "max", "step"] {
            let _ = writeln!(text, "{key} = \"{}\"", whole(&channel[key]));
        }
        if channel["fee_mode"] == "outside" {
            text.push_str("side = \"on-top\"\n");
        }
        text.push_str("source = \"https://p.example\"\nchecked = 2026-01-01\nconfidence = \"official\"\n");
        let mut limit = String::from("per = \"month\"");
        if let Some(sum) = channel["month_sum"].as_i64() {
            let _ = write!(limit, ", amount = \"{sum}\"");
        }
        if let Some(count) = channel["month_count"].as_i64() {
            let _ = write!(limit, ", count = {count}");
        }
        let _ = writeln!(text, "limits = [{{ {limit} }}]\n\n[[channel.tariff.charge]]");
        let fee = &channel["fee"];
        match fee["kind"].as_str() {
            Some("flat") => {
                let _ = writeln!(text, "flat = \"{}\"", whole(&fee["fee"]));
            }
            Some("slab") => {
                let slab = |s: &Value| match s[0].as_i64() {
                    Some(to) => format!("{{ to = \"{to}\", flat = \"{}\" }}", whole(&s[1])),
                    None => format!("{{ flat = \"{}\" }}", whole(&s[1])),
                };
                let slabs: Vec<String> = fee["slabs"].as_array().expect("slabs").iter().map(slab).collect();
                let _ = writeln!(text, "slabs = [{}]", slabs.join(", "));
            }
            _ => {
                let millionths = whole(&fee["num"]) * 100_000_000 / whole(&fee["den"]);
                let (ones, rest) = (millionths / 1_000_000, millionths % 1_000_000);
                let _ = writeln!(text, "percent = \"{ones}.{rest:06}\"\nmin = \"{}\"", whole(&fee["min"]));
                if let Some(max) = fee["max"].as_i64() {
                    let _ = writeln!(text, "max = \"{max}\"");
                }
                let round = match fee["round"].as_str() {
                    Some("up") => "up",
                    Some("down") => "down",
                    _ => "half-up",
                };
                let _ = writeln!(text, "round = \"{round}\"");
            }
        }
        if whole(&channel["quota"]) > 0 {
            let _ = writeln!(text, "free = {{ count = {}, per = \"month\" }}", whole(&channel["quota"]));
        }
    }
    text
}

#[derive(Default)]
struct Row {
    problems: usize,
    agree: usize,
    unproven: usize,
    wrong: Vec<String>,
    ours: Vec<u128>,
    theirs: Vec<u128>,
}

#[test]
#[ignore = "needs a folder of problems"]
fn finds_what_another_solver_finds() {
    let folder = std::env::var("PLAN_INSTANCES").expect("PLAN_INSTANCES names a folder");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("a file").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    paths.sort();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for path in paths {
        let problem: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("JSON");
        let reference = &problem["reference"];
        let balances = problem["balances"].as_array().expect("balances");
        let months = whole(&problem["months"]) as u32;
        let platforms: Vec<Platform> = balances
            .iter()
            .map(|b| parse::parse_platform(&platform(&problem, b), &|_| None).expect("a platform file"))
            .collect();
        let now = LocalDateTime::parse_iso("2026-01-01T00:00").expect("a moment");
        let by = now.month().add_months(months as i32 - 1).first();
        let holding = |(i, b): (usize, &Value)| Holding {
            account: b["id"].as_str().expect("an id").into(),
            platform: i,
            dated: Vec::new(),
            undated: whole(&b["amount"]),
            keep: 0,
            by,
        };
        let request = PlanRequest {
            platforms: &platforms,
            holdings: balances.iter().enumerate().map(holding).collect(),
            unit: Unit::currency("KRW").expect("won"),
            target: Some(whole(&problem["target"])),
            now,
            by,
            splits: 12,
            step_cost: 0,
            assumed: Vec::new(),
            effort: EFFORT,
        };
        let begun = Instant::now();
        let used =
            request.quota_keys().into_iter().map(|u| (u, Default::default())).collect::<HashMap<_, _>>();
        let plan = request.plan(&used);
        let took = begun.elapsed().as_micros();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let row = rows.entry(problem["size"].as_str().expect("a size").into()).or_default();
        row.problems += 1;
        row.ours.push(took);
        row.theirs.push((reference["solve_s"].as_f64().unwrap_or(0.0) * 1e6) as u128);
        let (cost, bound) = (reference["cost"].as_i64(), reference["bound"].as_i64());
        let proved = reference["proved"].as_bool().unwrap_or(false);
        let good = match &plan {
            Err(unreachable) => reference["feasible"] == false && unreachable.most.proven,
            Ok(plan) if proved => cost == Some(plan.cost),
            Ok(plan) => {
                reference["feasible"] == true
                    && cost.is_none_or(|c| plan.cost <= c)
                    && bound.is_none_or(|b| b <= plan.cost)
            }
        };
        let proven = plan.as_ref().map_or_else(|e| e.most.proven, |p| p.proven);
        row.agree += usize::from(good);
        row.unproven += usize::from(!proven);
        if !good || !proven || took > 1_000_000 {
            let ours = plan.as_ref().map(|p| (p.cost, p.gap, p.steps.len())).map_err(|e| e.most.net);
            row.wrong.push(format!("{name}: {ours:?} (proven {proven}, {} ms), reference {cost:?} bound {bound:?} proved {proved}", took / 1000));
        }
    }
    println!(
        "| size | problems | agree | unproven | median ms | p90 | max | theirs: median ms | p90 | max |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut all_good = true;
    for (size, mut row) in rows {
        row.ours.sort_unstable();
        row.theirs.sort_unstable();
        let at = |v: &[u128], tenths: usize| v[(v.len() * tenths / 10).min(v.len() - 1)] as f64 / 1000.0;
        println!(
            "| {size} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            row.problems,
            row.agree,
            row.unproven,
            at(&row.ours, 5),
            at(&row.ours, 9),
            at(&row.ours, 10),
            at(&row.theirs, 5),
            at(&row.theirs, 9),
            at(&row.theirs, 10),
        );
        all_good &= row.agree == row.problems;
        for wrong in row.wrong {
            println!("{wrong}");
        }
    }
    assert!(all_good, "some differ");
}
