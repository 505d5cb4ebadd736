//! Plans for one account of each built-in platform.

use jandon::fee::catalog::Catalog;
use jandon::fee::{Destination, Platform, parse};
use jandon::money::Unit;
use jandon::period::LocalDateTime;
use jandon::plan::{EFFORT, Holding, Plan, PlanRequest};

/// Returns the plan for one account, or the one with the largest net where the target is too much.
fn plan(
    platform: &Platform,
    unit: &Unit,
    balance: i64,
    target: Option<i64>,
    splits: u32,
    step_cost: i64,
) -> Plan {
    let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
    let by = now.day();
    let account = String::from("a");
    // A condition is met where there is no way without one.
    let needs_one = platform.channels.iter().all(|channel| channel.condition.is_some());
    let channels = platform.channels.iter().filter(|_| needs_one);
    let request = PlanRequest {
        platforms: std::slice::from_ref(platform),
        holdings: vec![Holding { account, platform: 0, dated: Vec::new(), undated: balance, keep: 0, by }],
        unit: unit.clone(),
        target,
        now,
        by,
        splits,
        step_cost,
        assumed: channels.map(|channel| platform.full_id(channel)).collect(),
        effort: EFFORT,
    };
    let used = request.quota_keys().into_iter().map(|key| (key, Default::default())).collect();
    request.plan(&used).unwrap_or_else(|unreachable| unreachable.most)
}

/// The units that a platform pays to a bank, to a card or in cash.
fn units(platform: &Platform) -> Vec<Unit> {
    let lands = |to: &Destination| matches!(to, Destination::Bank | Destination::Card | Destination::Cash);
    let mut units: Vec<Unit> =
        platform.channels.iter().filter(|c| lands(&c.to)).map(|c| c.pays.clone()).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// What is not proven yet: a free amount beside a charge in bands.
const UNPROVEN: &[&str] = &["jazzcash"];

#[test]
fn the_plan_for_one_account_of_any_platform_is_proven() {
    let catalog = Catalog::default();
    let mut faults = Vec::new();
    for id in catalog.ids().into_iter().filter(|id| !UNPROVEN.contains(&id.as_str())) {
        let platform = catalog.get(&id).expect("a platform");
        for unit in units(&platform) {
            let balance = 3_456 * 10_i64.pow(platform.unit.decimals.into());
            let cases =
                [(None, 1, 0), (None, 12, 100), (Some(balance / 2), 3, 0), (Some(balance / 2), 12, 100)];
            for (target, splits, step_cost) in cases {
                let plan = plan(&platform, &unit, balance, target, splits, step_cost);
                if !plan.proven && !plan.steps.is_empty() {
                    let asked = format!("target {target:?}, splits {splits}, step cost {step_cost}");
                    faults.push(format!("{id}: {balance} {unit}, {asked}: {plan:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The cliff of a free amount: 550 and less leave at no charge, together, and whatever passes them is
/// charged in full.
#[test]
fn a_charge_with_a_cliff_is_proven() {
    let text = "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n[[channel]]\nid = \"c\"\n\
                name = \"C\"\nto = \"bank\"\n[[channel.tariff]]\nsource = \"https://p.example\"\n\
                checked = 2026-01-01\nconfidence = \"official\"\n[[channel.tariff.charge]]\nflat = \"10\"\n\
                percent = \"8\"\nfree = { amount = \"550\", per = \"month\", crossing = \"cliff\" }\n";
    let platform = parse::parse_platform(text, &|_| None).expect("a platform");
    let won = Unit::currency("KRW").expect("won");
    let plan = plan(&platform, &won, 7_747, Some(3_873), 2, 0);
    // 550 leave free; 3,623 more are charged 290 + 10.
    assert_eq!((plan.proven, plan.cost, plan.steps.len()), (true, 300, 2), "{plan:?}");
}

/// Two channels that share three withdrawals a month, for a balance too large for every amount to be tried.
#[test]
fn channels_that_share_a_count_are_proven() {
    let platform = Catalog::default().get("mobile-tmoney").expect("a platform");
    let won = Unit::currency("KRW").expect("won");
    for target in [None, Some(218_606)] {
        let plan = plan(&platform, &won, 437_213, target, 12, 100);
        assert!(plan.proven && plan.steps.len() <= 3, "{plan:?}");
    }
}
