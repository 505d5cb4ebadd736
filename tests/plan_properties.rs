//! Laws of the planner.
//!
//! A oracle walks through every sequence of withdrawals of a small problem, with the quote of each
//! step by the ledger's own rules, and knows nothing of how the planner goes about it. A failure
//! prints the problem and the seed to run it again with (`PLAN_SEED`, `PLAN_CASES`).

#![allow(clippy::disallowed_methods, reason = "a test reads the clock and how often it is to run")]
#![allow(clippy::disallowed_macros, reason = "a test says how it is to be run again")]

use jandon::fee::{Platform, PricingContext, QuotaKey, QuotaUsage, QuoteRequest, outcome, parse, quote};
use jandon::money::Unit;
use jandon::period::{Day, LocalDateTime};
use jandon::plan::{Holding, Plan, PlanRequest};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }

    fn within(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(to - from + 1)
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(i64::try_from(choices.len()).unwrap())).unwrap()]
    }
}

/// A withdrawal of the past.
#[derive(Clone, Debug)]
struct Past {
    channel: String,
    at: LocalDateTime,
    amount: i64,
}

/// A problem with all that it rests on.
#[derive(Clone)]
struct Case {
    texts: Vec<String>,
    platforms: Vec<Platform>,
    holdings: Vec<Holding>,
    past: Vec<Past>,
    now: LocalDateTime,
    by: Day,
    target: Option<i64>,
    splits: u32,
    step_cost: i64,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for text in &self.texts {
            writeln!(f, "{text}")?;
        }
        writeln!(f, "{:?}\n{:?}", self.holdings, self.past)?;
        let Case { now, by, target, splits, step_cost, .. } = self;
        writeln!(f, "now {now} by {by} target {target:?} splits {splits} step cost {step_cost}")
    }
}

impl Case {
    fn request(&self, effort: u64) -> PlanRequest<'_> {
        PlanRequest {
            platforms: &self.platforms,
            holdings: self.holdings.clone(),
            unit: Unit::currency("KRW").unwrap(),
            target: self.target,
            now: self.now,
            by: self.by,
            splits: self.splits,
            step_cost: self.step_cost,
            assumed: Vec::new(),
            effort,
        }
    }

    fn used(&self, ask: &QuotaKey, steps: &[Taken]) -> QuotaUsage {
        let mut used = QuotaUsage::default();
        let mut count = |channel: &str, at: LocalDateTime, amount: i64| {
            if ask.since.is_none_or(|s| s <= at)
                && at <= ask.until
                && ask.channels.iter().any(|c| c == channel)
            {
                used.count += 1;
                used.amount += amount;
            }
        };
        for past in &self.past {
            count(&past.channel, past.at, past.amount);
        }
        for step in steps {
            count(&step.channel, step.at, step.amount);
        }
        used
    }

    /// What of each quota the past used.
    fn all_used(&self) -> HashMap<QuotaKey, QuotaUsage> {
        let request = self.request(EFFORT);
        request.quota_keys().into_iter().map(|ask| (ask.clone(), self.used(&ask, &[]))).collect()
    }

    /// The plan, or the one that brings most where the target is too much.
    fn plan(&self, effort: u64) -> Result<Plan, Plan> {
        let request = self.request(effort);
        request.plan(&self.all_used()).map_err(|unreachable| unreachable.most)
    }

    fn at(&self, day: Day) -> LocalDateTime {
        if day == self.now.day() { self.now } else { day.start() }
    }
}

/// A step that the oracle took.
#[derive(Clone, Debug)]
struct Taken {
    channel: String,
    at: LocalDateTime,
    amount: i64,
    holding: usize,
}

/// What decides, smallest first: the cost in 60ths of a part (or the net, negated) with the step
/// costs, withdrawals, what lapses (negated), days, the accounts and channels.
type Key = (i64, i64, i64, i64, Vec<(usize, usize)>);

/// Every sequence of steps.
struct Oracle<'c> {
    case: &'c Case,
    days: Vec<BTreeSet<Day>>,
    best: Option<Key>,
    most: i64,
    looked_at: u64,
}

/// What a plan may look at.
const EFFORT: u64 = 50_000_000;
/// Problems with more sequences than this are left out.
const NODES_MAX: u64 = 6_000;

/// What lots are left, soonest first; the last lapses on no day that is known.
type Lots = Vec<(Day, i64)>;

const NEVER: Day = Day(i32::MAX);

impl Oracle<'_> {
    fn all(&mut self) {
        let lots = self.case.holdings.iter().map(|h| {
            let mut lots = h.dated.clone();
            lots.push((NEVER, h.undated));
            lots
        });
        self.go(self.case.now.day(), &lots.collect::<Vec<_>>(), &mut Vec::new(), 0, (0, 0, 0, 0, Vec::new()));
    }

    fn go(&mut self, day: Day, lots: &[Lots], steps: &mut Vec<Taken>, net: i64, key: Key) {
        self.looked_at += 1;
        self.most = self.most.max(net);
        let is_enough = self.case.target.is_none_or(|t| net >= t);
        let first = if self.case.target.is_none() { key.1 * self.case.step_cost - net } else { key.0 };
        let reached = || (first, key.1, key.2, key.3, key.4.clone());
        if is_enough && self.best.as_ref().is_none_or(|best| reached() < *best) {
            self.best = Some(reached());
        }
        if self.looked_at > NODES_MAX {
            return;
        }
        for (h, holding) in self.case.holdings.iter().enumerate() {
            let platform = &self.case.platforms[holding.platform];
            if !self.days[holding.platform].contains(&day) {
                continue;
            }
            let available: i64 = lots[h].iter().filter(|l| l.0 >= day).map(|l| l.1).sum();
            for (place, channel) in platform.channels.iter().enumerate() {
                let id = platform.full_id(channel);
                let in_month = |s: &&Taken| s.holding == h && s.channel == id && s.at.month() == day.month();
                if steps.iter().filter(in_month).count() >= self.case.splits as usize {
                    continue;
                }
                let at = self.case.at(day);
                let used = |ask: &QuotaKey| self.case.used(ask, steps);
                let Some(pricing) = PricingContext::of(platform, channel, at, Some(available), used) else {
                    continue;
                };
                for amount in 1..=available {
                    let Ok(outcome) = outcome(&pricing, platform.unit.decimals, amount) else { continue };
                    let debit = outcome.debit as i64;
                    if available - debit < holding.keep {
                        continue;
                    }
                    let mut after = lots.to_vec();
                    let (mut rest, mut lapses) = (debit, 0);
                    for lot in after[h].iter_mut().filter(|l| l.0 >= day) {
                        let taken = rest.min(lot.1);
                        lot.1 -= taken;
                        rest -= taken;
                        lapses += if lot.0 <= self.case.by { taken } else { 0 };
                    }
                    let (num, den) = par(platform);
                    let cost = debit * num * 60 / den - outcome.net as i64 * 60 + self.case.step_cost * 60;
                    let days = i64::from(day.0 - self.case.now.day().0);
                    let mut order = key.4.clone();
                    order.insert(order.partition_point(|other| *other <= (h, place)), (h, place));
                    let next = (key.0 + cost, key.1 + 1, key.2 - lapses, key.3 + days, order);
                    steps.push(Taken { channel: id.clone(), at, amount, holding: h });
                    self.go(day, &after, steps, net + outcome.net as i64, next);
                    steps.pop();
                }
            }
        }
        let next = self.days.iter().flatten().filter(|d| **d > day).min().copied();
        if let Some(next) = next {
            self.go(next, lots, steps, net, key);
        }
    }
}

/// The best rate of a platform that pays won.
fn par(platform: &Platform) -> (i64, i64) {
    if &*platform.unit.code == "KRW" {
        return (1, 1);
    }
    let rates = platform.channels.iter().map(|c| (c.rate.num, c.rate.den));
    rates.max_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1))).unwrap()
}

/// The days on which something may leave, by the words of the contract.
fn days(case: &Case, platform: &Platform, words: &BTreeSet<&'static str>) -> BTreeSet<Day> {
    let today = case.now.day();
    let mut days = BTreeSet::from([today]);
    for offset in 1..=(case.by.0 - today.0) {
        let day = today.add_days(offset);
        let opens = |word: &&str| match *word {
            "day" => true,
            "week" => day.monday() == day,
            "month" => day.of_month() == 1,
            "year" => {
                day.of_month() == 1
                    && day.month() != day.add_days(-40).month()
                    && day.year() != day.add_days(-1).year()
            }
            "24h" | "168h" => {
                // The first day that finds a use gone which the day before still found.
                let hours = if *word == "24h" { 24 } else { 168 };
                let free_on = |at: LocalDateTime| {
                    let first = (at.0 + hours * 3600 + 86_399).div_euclid(86_400);
                    first == i64::from(day.0)
                };
                // A withdrawal that no window counts leaves none free.
                let windows = platform.quota_keys(case.now);
                let counts = |p: &&Past| windows.iter().any(|w| w.channels.contains(&p.channel));
                // What was free already when the plan was asked for opens nothing later.
                let binds = |p: &&Past| p.at.0 + hours * 3600 > case.now.0;
                case.past.iter().filter(counts).filter(binds).any(|p| free_on(p.at))
                    || days.iter().any(|d| free_on(case.at(*d)))
            }
            _ => false,
        };
        if words.iter().any(opens) {
            days.insert(day);
        }
    }
    days
}

/// A platform file of random shape, and the windows in it.
fn platform(dice: &mut Dice, number: usize, plain: bool, size: i64) -> (String, BTreeSet<&'static str>) {
    let mut text = String::new();
    let mut words = BTreeSet::new();
    let points = !plain && dice.one_in(4);
    let unit = if points { format!("unit = \"PTS{number}\"\ndecimals = 0") } else { "unit = \"KRW\"".into() };
    let _ = writeln!(text, "[platform]\nid = \"p{number}\"\nname = \"P\"\nkind = \"wallet\"\n{unit}");
    let window = dice.of(&["month", "month", "day", "week", "lifetime", "year", "24h", "168h"]);
    let pool = !plain && dice.one_in(3);
    for channel in 0..dice.within(1, 2) {
        let _ =
            writeln!(text, "\n[[channel]]\nid = \"c{channel}\"\nname = \"C\"\nto = \"bank\"\npays = \"KRW\"");
        if points && dice.one_in(2) {
            let _ = writeln!(text, "rate = \"{}\"", dice.of(&["1/2", "2/3", "1.5", "0.8", "2"]));
        }
        let _ = writeln!(
            text,
            "[[channel.tariff]]\nsource = \"https://p.example\"\nchecked = 2026-11-22\nconfidence = \"official\""
        );
        if dice.one_in(2) {
            let _ = writeln!(text, "min = \"{}\"", dice.within(1, size / 2));
        }
        if dice.one_in(3) {
            let _ = writeln!(text, "max = \"{}\"", dice.within(size / 2, size));
        }
        if dice.one_in(3) {
            let _ = writeln!(text, "step = \"{}\"", dice.of(&[2, 4]));
        }
        if dice.one_in(3) {
            text.push_str("side = \"on-top\"\n");
        }
        if !plain && dice.one_in(8) {
            text.push_str("whole_balance = true\n");
        }
        let per = if plain { "month" } else { window };
        let pooled = if pool { ", pool = \"all\"" } else { "" };
        if dice.one_in(2) {
            let mut row = format!("per = \"{per}\"{pooled}");
            let count = dice.one_in(2);
            if count {
                let _ = write!(row, ", count = {}", dice.within(1, 2));
            }
            if !count || dice.one_in(2) {
                let _ = write!(row, ", amount = \"{}\"", dice.within(size / 3, size));
            }
            let _ = writeln!(text, "limits = [{{ {row} }}]");
            words.insert(per);
        }
        for _ in 0..dice.within(0, 2).min(if plain { 1 } else { 2 }) {
            text.push_str("[[channel.tariff.charge]]\n");
            let percent = |dice: &mut Dice| dice.of(&["10", "25", "33.3", "50", "12.5", "5"]);
            match dice.below(4) {
                0 => {
                    let _ = writeln!(text, "flat = \"{}\"", dice.within(1, 4));
                }
                1 => {
                    let _ = writeln!(text, "percent = \"{}\"", percent(dice));
                    if dice.one_in(2) {
                        let _ = writeln!(text, "min = \"{}\"", dice.within(1, 2));
                    }
                    if dice.one_in(2) {
                        let _ = writeln!(text, "max = \"{}\"", dice.within(2, 4));
                    }
                }
                kind => {
                    let word = if kind == 2 { "slabs" } else { "brackets" };
                    let (a, b) = (dice.within(1, size / 2), dice.within(0, 3));
                    let more = if dice.one_in(2) {
                        format!("percent = \"{}\"", percent(dice))
                    } else {
                        format!("flat = \"{}\"", dice.within(0, 4))
                    };
                    let _ = writeln!(text, "{word} = [{{ to = \"{a}\", flat = \"{b}\" }}, {{ {more} }}]");
                }
            }
            let _ = writeln!(text, "round = \"{}\"", dice.of(&["up", "down", "half-up", "half-even"]));
            if !plain && dice.one_in(3) {
                let _ = writeln!(text, "base = \"{}\"", dice.of(&["charges", "rest"]));
            }
            if !plain && dice.one_in(4) {
                let _ = writeln!(text, "when = {{ share_from = \"{}\" }}", dice.of(&["40", "50", "75"]));
            }
            if !plain && dice.one_in(6) {
                text.push_str("clamp = true\nkind = \"tax\"\n");
            }
            if dice.one_in(3) {
                let mut row = format!("per = \"{per}\"{pooled}");
                if plain || dice.one_in(2) {
                    row.push_str(", count = 1");
                } else {
                    let _ = write!(
                        row,
                        ", amount = \"{}\", crossing = \"{}\"",
                        dice.within(1, size),
                        dice.of(&["marginal", "cliff"])
                    );
                }
                let _ = writeln!(text, "free = {{ {row} }}");
                words.insert(per);
            }
        }
    }
    (text, words)
}

fn case(seed: u64, plain: bool) -> (Case, Vec<BTreeSet<&'static str>>) {
    let mut dice = Dice(seed);
    let number = dice.within(1, 2) as usize;
    let size = if plain { dice.within(8, 24) } else { dice.within(5, 14) };
    let drawn: Vec<_> = (0..number).map(|i| platform(&mut dice, i, plain, size)).collect();
    let texts: Vec<String> = drawn.iter().map(|d| d.0.clone()).collect();
    let read =
        |text: &String| parse::parse_platform(text, &|_| None).unwrap_or_else(|e| panic!("{text}\n{e:?}"));
    let platforms: Vec<Platform> = texts.iter().map(read).collect();
    let now =
        LocalDateTime::parse_iso(dice.of(&["2026-11-22T13:05", "2026-11-30T00:00", "2026-12-31T23:59"]))
            .unwrap();
    let by = now.day().add_days(dice.of(&[0, 0, 1, 2, 12, 35]));
    let accounts = if number == 1 && !plain && dice.one_in(3) { 2 } else { number };
    let holding = |i: usize, dice: &mut Dice| {
        let mut dated = Vec::new();
        if !plain && dice.one_in(3) {
            dated.push((now.day().add_days(dice.within(0, 3) as i32), dice.within(1, size / 2)));
            if dice.one_in(2) {
                dated.push((now.day().add_days(dice.within(4, 40) as i32), dice.within(1, size / 3)));
            }
        }
        let undated = dice.within(1, size);
        let total = undated + dated.iter().map(|l| l.1).sum::<i64>();
        let keep = if dice.one_in(6) { dice.within(1, total) } else { 0 };
        Holding { account: format!("a{i}"), platform: i.min(number - 1), dated, undated, keep, by }
    };
    let holdings: Vec<Holding> = (0..accounts).map(|i| holding(i, &mut dice)).collect();
    let mut past = Vec::new();
    for _ in 0..dice.below(3) {
        let channel = format!("p{}/c{}", dice.below(number as i64), dice.below(2));
        past.push(Past {
            channel,
            at: LocalDateTime(now.0 - dice.below(9 * 86_400)),
            amount: dice.within(1, size),
        });
    }
    let total: i64 = holdings.iter().map(Holding::total).sum();
    let target = (!dice.one_in(4)).then(|| dice.within(1, (total * 9 / 10).max(1)));
    let words = drawn.into_iter().map(|d| d.1).collect();
    let splits = dice.within(1, 3) as u32;
    (Case { texts, platforms, holdings, past, now, by, target, splits, step_cost: 0 }, words)
}

/// Says how to run a problem again that ends in a panic.
struct Again(String);

impl Drop for Again {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to run this again: {}", self.0);
        }
    }
}

/// What the oracle has to say of a problem; `None` where it had too much to look at.
fn refereed<'c>(case: &'c Case, words: &[BTreeSet<&'static str>]) -> Option<Oracle<'c>> {
    let days: Vec<BTreeSet<Day>> = case.platforms.iter().zip(words).map(|(p, w)| days(case, p, w)).collect();
    if days.iter().map(BTreeSet::len).sum::<usize>() > 12 {
        return None;
    }
    let mut oracle = Oracle { case, days, best: None, most: 0, looked_at: 0 };
    oracle.all();
    (oracle.looked_at <= NODES_MAX).then_some(oracle)
}

/// What each withdrawal counts for in a problem.
fn step_cost(seed: u64) -> i64 {
    Dice(!seed).of(&[0, 0, 1, 1, 2, 3, 7])
}

/// Returns how much money a plan could save at all, or bring beyond what it does.
fn most_gained(case: &Case, plan: &Plan) -> i64 {
    if case.target.is_some_and(|target| plan.net >= target) {
        return plan.cost;
    }
    let worth = |holding: &Holding| {
        let (num, den) = par(&case.platforms[holding.platform]);
        let leaves =
            (holding.undated + holding.dated.iter().map(|lot| lot.1).sum::<i64>() - holding.keep).max(0);
        -(-leaves * num).div_euclid(den)
    };
    case.holdings.iter().map(worth).sum::<i64>() - plan.net
}

/// Holds a plan that was made in a hurry to the oracle: it may be worse than the best, but by no more
/// than it says.
fn hold_hurried(seed: u64, plain: bool, step_cost: i64) -> Option<()> {
    let effort = [300, 3_000, 30_000, 300_000][(seed % 4) as usize];
    let (case, words) = case(seed, plain);
    let case = Case { step_cost, ..case };
    let oracle = refereed(&case, &words)?;
    let again = format!("PLAN_SEED={seed} PLAN_CASES=1\n{case:?}");
    let _again = Again(again.clone());
    let found = case.plan(effort);
    let (Ok(plan) | Err(plan)) = &found;
    let cost = replayed(&case, plan).unwrap_or_else(|why| panic!("{why}: {plan:?}\n{again}"));
    assert!(plan.gap >= 0 && (!plan.proven || plan.gap == 0), "{plan:?}\n{again}");
    assert!(plan.gap <= most_gained(&case, plan), "{plan:?}\n{again}");
    let steps = plan.steps.len() as i64;
    if found.is_err() {
        let bound = plan.net + plan.gap;
        assert!(plan.net <= oracle.most && oracle.most <= bound, "{plan:?} {}\n{again}", oracle.most);
        assert!(case.target.is_none_or(|target| plan.net < target), "{plan:?}\n{again}");
    } else if let Some(best) = oracle.best {
        let in_whole = |cost: i64| -(-cost).div_euclid(60);
        let (own, best_own) = match case.target {
            Some(_) => (cost + steps * step_cost * 60, in_whole(best.0)),
            None => (steps * step_cost - plan.net, best.0),
        };
        let whole = if case.target.is_some() { in_whole(own) } else { own };
        // Of a better plan the gap counts no step costs beyond those of the money that can be gained.
        let saved = step_cost * (steps - 1).max(0);
        let bound = if plan.gap < most_gained(&case, plan) { 0 } else { saved };
        assert!(own >= best.0 && best_own >= whole - plan.gap - bound, "{plan:?} {best:?}\n{again}");
        assert!(!plan.proven || (own, steps) == (best.0, best.1), "{plan:?} {best:?}\n{again}");
        if seed % 4 == 1 {
            held_alternatives(&case, effort, plan, &again);
        }
    } else {
        panic!("{plan:?} found, but there is none\n{again}");
    }
    Some(())
}

/// Holds the alternatives of a plan to what they are called.
fn held_alternatives(case: &Case, effort: u64, plan: &Plan, again: &str) {
    let request = case.request(effort);
    let alternatives = request.alternatives(plan, &case.all_used());
    let [fewest, cheapest] = alternatives.as_slice() else {
        assert!(plan.steps.is_empty(), "{plan:?}\n{again}");
        return;
    };
    let enough = |net: i64| case.target.is_none_or(|target| net >= target);
    assert!(enough(fewest.net) && enough(cheapest.net), "{plan:?}\n{again}");
    assert!(plan.steps.is_empty() || fewest.steps <= plan.steps.len(), "{plan:?}\n{again}");
    match case.target {
        Some(_) => assert!(cheapest.cost <= plan.cost, "{plan:?}\n{again}"),
        None => assert!(cheapest.net >= plan.net, "{plan:?}\n{again}"),
    }
}

/// Holds a problem to the oracle; `None` where the oracle had too much to look at.
fn hold(seed: u64, plain: bool, step_cost: i64) -> Option<()> {
    let (case, words) = case(seed, plain);
    let case = Case { step_cost, ..case };
    let oracle = refereed(&case, &words)?;
    let again = format!("PLAN_SEED={seed} PLAN_CASES=1\n{case:?}");
    let _again = Again(again.clone());
    match (case.plan(EFFORT), oracle.best) {
        (Err(most), None) => assert_eq!((most.net, most.proven), (oracle.most, true), "the most\n{again}"),
        (Err(most), Some(best)) => panic!("only {most:?} found, but there is {best:?}\n{again}"),
        (Ok(plan), None) => panic!("{plan:?} found, but there is none\n{again}"),
        (Ok(plan), Some(best)) => {
            assert!(plan.proven, "not proven: {plan:?}\n{again}");
            let key = (
                replayed(&case, &plan).unwrap_or_else(|why| panic!("{why}: {plan:?}\n{again}")),
                plan.steps.len() as i64,
            );
            let lapses = lapsing(&case, &plan);
            let later: i64 = plan.steps.iter().map(|s| i64::from(s.date.0 - case.now.day().0)).sum();
            let step_costs = key.1 * case.step_cost;
            let first = if case.target.is_none() { step_costs - plan.net } else { key.0 + step_costs * 60 };
            let mut order: Vec<(usize, usize)> = plan.steps.iter().map(|s| place_of(&case, s)).collect();
            order.sort_unstable();
            assert_eq!((first, key.1, -lapses, later, order), best, "{plan:?}\n{again}");
            if seed % 4 == 1 {
                held_alternatives(&case, EFFORT, &plan, &again);
            }
        }
    }
    Some(())
}

/// The account and the channel of a step, by their places.
fn place_of(case: &Case, step: &jandon::plan::PlannedWithdrawal) -> (usize, usize) {
    let platform = &case.platforms[case.holdings[step.holding].platform];
    let channel = platform.channels.iter().position(|c| platform.full_id(c) == step.channel);
    (step.holding, channel.expect("a channel of its platform"))
}

/// The exact cost of a plan in 60ths, each step quoted in its turn.
fn replayed(case: &Case, plan: &Plan) -> Result<i64, String> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut lots: Vec<Lots> =
        case.holdings.iter().map(|h| h.dated.iter().copied().chain([(NEVER, h.undated)]).collect()).collect();
    let (mut cost, mut net) = (0, 0);
    for step in &plan.steps {
        let holding = &case.holdings[step.holding];
        let platform = &case.platforms[holding.platform];
        let channel = platform.channel(&step.channel).unwrap();
        let lots = &mut lots[step.holding];
        let available: i64 = lots.iter().filter(|l| l.0 >= step.date).map(|l| l.1).sum();
        let at = case.at(step.date);
        let quote =
            quote(platform, channel, &QuoteRequest::Amount(step.amount), at, Some(available), |ask| {
                case.used(ask, &taken)
            });
        let outcome = quote.outcome.map_err(|blocked| format!("{step:?} is {blocked:?}"))?;
        let said = (i128::from(step.debit), i128::from(step.fee), i128::from(step.tax), i128::from(step.net));
        if said != (outcome.debit, outcome.fee, outcome.tax, outcome.net)
            || available - step.debit < holding.keep
        {
            return Err(format!("{step:?} is {outcome:?}"));
        }
        let mut rest = step.debit;
        for lot in lots.iter_mut().filter(|l| l.0 >= step.date) {
            let out = rest.min(lot.1);
            lot.1 -= out;
            rest -= out;
        }
        let (num, den) = par(platform);
        cost += step.debit * num * 60 / den - step.net * 60;
        net += step.net;
        taken.push(Taken { channel: step.channel.clone(), at, amount: step.amount, holding: step.holding });
    }
    if net != plan.net || -(-cost).div_euclid(60) != plan.cost {
        return Err(format!("sums are {net} and {cost}/60"));
    }
    Ok(cost)
}

/// What a plan takes of what lapses in its time.
fn lapsing(case: &Case, plan: &Plan) -> i64 {
    let mut lots: Vec<Lots> = case.holdings.iter().map(|h| h.dated.clone()).collect();
    let mut sum = 0;
    for step in &plan.steps {
        let mut rest = step.debit;
        for lot in lots[step.holding].iter_mut().filter(|l| l.0 >= step.date) {
            let out = rest.min(lot.1);
            lot.1 -= out;
            rest -= out;
            sum += if lot.0 <= case.by { out } else { 0 };
        }
    }
    sum
}

/// Problems that a planner once got wrong: their seeds, and whether their tariffs are plain.
const ONCE_WRONG: &[(u64, bool)] = &[
    // What was free already opened a rolling window anew.
    (278_807_800_215_822, false),
    (278_807_800_007_766, false),
    // A charge that falls with the amount, on top of it, was held dearer than it is.
    (9_009_365, true),
    (20_290_093, true),
    (20_305_644, true),
    (20_329_436, true),
    // Of two ways to bring the same, the one that takes less of what lapses was kept.
    (278_807_800_056_973, false),
    (278_807_800_074_088, false),
    (278_807_800_142_279, false),
    // The first of several days to wait for was held nearer than it is.
    (878_807_800_040_261, false),
    // Of a count that channels share the lowest limit was taken for the limit of all.
    (1_795_861_820_580_459, false),
    // A charge that falls with the amount was held dearer without its free amount.
    (881_010_535, false),
    // What another account must keep was left out of the balance that a share is of.
    (881_002_190, false),
    // As much with fewer withdrawals was not looked for.
    (881_000_768, false),
    // What is charged was to be withdrawn before what is free, where a month began with nothing free.
    (52_012_380, true),
    (53_005_092, true),
];

/// One account with little in it, up to two channels and lots, and quotas of every kind.
fn tiny(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let size = dice.within(300, 2_500);
    let mut text = String::from("[platform]\nid = \"p0\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n");
    for channel in 0..dice.within(1, 2) {
        let _ = writeln!(
            text,
            "[[channel]]\nid = \"c{channel}\"\nname = \"C\"\nto = \"bank\"\npays = \"KRW\"\n\
             [[channel.tariff]]\nsource = \"https://p.example\"\nchecked = 2026-11-22\nconfidence = \"official\""
        );
        // One window for what is counted by amount: a day, a month or all time.
        let per = dice.of(&["month", "24h", "lifetime"]);
        let _ = writeln!(text, "min = \"{}\"", dice.within(1, size / 8));
        match dice.below(3) {
            0 => {}
            1 => {
                let _ = writeln!(text, "limits = [{{ per = \"{per}\", count = {} }}]", dice.within(1, 3));
            }
            _ => {
                let amount = dice.within(size / 8, size);
                let _ = writeln!(text, "limits = [{{ per = \"{per}\", amount = \"{amount}\" }}]");
            }
        }
        text.push_str("[[channel.tariff.charge]]\n");
        match dice.below(3) {
            0 => {
                let _ = writeln!(text, "flat = \"{}\"", dice.within(1, 500));
            }
            1 => {
                let _ = writeln!(
                    text,
                    "percent = \"{}\"\nmin = \"{}\"",
                    dice.of(&["1", "2.5"]),
                    dice.within(1, 30)
                );
            }
            _ => {
                let _ = writeln!(
                    text,
                    "slabs = [{{ to = \"{}\", flat = \"5\" }}, {{ flat = \"20\" }}]",
                    size / 3
                );
            }
        }
        match dice.below(3) {
            0 => {}
            1 => {
                let _ = writeln!(text, "free = {{ per = \"month\", count = {} }}", dice.within(1, 2));
            }
            _ => {
                let amount = dice.within(1, size);
                let _ = writeln!(text, "free = {{ per = \"{per}\", amount = \"{amount}\" }}");
            }
        }
    }
    let read = parse::parse_platform(&text, &|_| None).unwrap_or_else(|e| panic!("{text}\n{e:?}"));
    let now = LocalDateTime::parse_iso(dice.of(&["2026-11-22T13:05", "2026-11-30T00:00"])).unwrap();
    let by = now.day().add_days(dice.of(&[0, 3, 12, 60]));
    let lots = (0..dice.below(3)).map(|i| (now.day().add_days(i as i32 * 20 + 5), dice.within(1, size / 2)));
    let dated: Vec<(Day, i64)> = lots.collect();
    let undated = dice.within(0, size / 2);
    let total = undated + dated.iter().map(|l| l.1).sum::<i64>();
    let past = (0..dice.below(2)).map(|_| Past {
        channel: "p0/c0".into(),
        at: LocalDateTime(now.0 - 40_000),
        amount: dice.within(1, size),
    });
    let past = past.collect();
    let keep = if dice.one_in(4) { dice.within(0, total) } else { 0 };
    let target = (total > 0 && !dice.one_in(3)).then(|| dice.within(1, total));
    let holdings = vec![Holding { account: "a".into(), platform: 0, dated, undated, keep, by }];
    Case {
        texts: vec![text],
        platforms: vec![read],
        holdings,
        past,
        now,
        by,
        target,
        splits: 12,
        step_cost: 0,
    }
}

/// Some accounts on platforms of their own, by plain tariffs, with far more in them than a oracle can
/// walk through.
fn wide(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let (mut texts, mut platforms, mut holdings) = (Vec::new(), Vec::new(), Vec::new());
    let now = LocalDateTime::parse_iso("2026-11-22T13:05").unwrap();
    let by = now.day().add_days(dice.of(&[0, 12, 45]));
    for number in 0..dice.within(1, 3) {
        let mut text =
            format!("[platform]\nid = \"p{number}\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n");
        for channel in 0..dice.within(1, 3) {
            let _ = writeln!(
                text,
                "[[channel]]\nid = \"c{channel}\"\nname = \"C\"\nto = \"bank\"\npays = \"KRW\"\n\
                 [[channel.tariff]]\nsource = \"https://p.example\"\nchecked = 2026-11-22\nconfidence = \"official\""
            );
            let step = dice.of(&[1, 1, 10, 100, 1_000]);
            let _ =
                writeln!(text, "min = \"{}\"\nstep = \"{step}\"", step.max(dice.of(&[100, 1_000, 3_000])));
            let max = dice.of(&[10_000, 30_000, 100_000]);
            let _ = writeln!(text, "max = \"{max}\"");
            if dice.one_in(3) {
                text.push_str("side = \"on-top\"\n");
            }
            let count = dice.within(1, 5);
            let amount = if dice.one_in(3) { format!(", amount = \"{max}\"") } else { String::new() };
            let _ = writeln!(text, "limits = [{{ per = \"month\", count = {count}{amount} }}]");
            text.push_str("[[channel.tariff.charge]]\n");
            match dice.below(4) {
                0 => {
                    let _ = writeln!(text, "flat = \"{}\"", dice.of(&[100, 300, 500]));
                }
                1 => text.push_str("slabs = [{ to = \"10000\", flat = \"100\" }, { flat = \"250\" }]\n"),
                _ => {
                    let percent = dice.of(&["0.5", "1", "1.5", "3.3", "5", "8", "10"]);
                    let min = dice.of(&[0, 0, 100, 300]);
                    let _ = writeln!(text, "percent = \"{percent}\"\nmin = \"{min}\"");
                    if dice.one_in(2) {
                        let _ = writeln!(text, "max = \"{}\"", min + 1_000);
                    }
                }
            }
            let _ = writeln!(text, "round = \"{}\"", dice.of(&["up", "down", "half-up", "half-even"]));
            if dice.one_in(6) {
                text.push_str("free = { per = \"month\", count = 1 }\n");
            }
        }
        platforms.push(parse::parse_platform(&text, &|_| None).unwrap_or_else(|e| panic!("{text}\n{e:?}")));
        texts.push(text);
        let most = dice.of(&[2_000, 20_000, 60_000]);
        let (account, undated) = (format!("a{number}"), dice.within(500, most));
        let platform = number as usize;
        holdings.push(Holding { account, platform, dated: Vec::new(), undated, keep: 0, by });
    }
    let total: i64 = holdings.iter().map(Holding::total).sum();
    let target = (!dice.one_in(6)).then(|| total * dice.within(40, 90) / 100);
    Case { texts, platforms, holdings, past: Vec::new(), now, by, target, splits: 12, step_cost: 0 }
}

/// Where to begin and how many problems to take: each plain run takes others.
fn runs(default: u64) -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse().ok());
    let fresh = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(1, |since| since.as_micros() as u64)
    };
    let (seed, cases) = (number("PLAN_SEED").unwrap_or_else(fresh), number("PLAN_CASES").unwrap_or(default));
    println!("PLAN_SEED={seed} PLAN_CASES={cases}");
    (seed, cases)
}

#[test]
fn a_plan_is_the_best_of_all_sequences_of_withdrawals() {
    let (seed, cases) = runs(1_500);
    let held = (seed..seed + cases).filter_map(|seed| hold(seed, false, step_cost(seed))).count();
    assert!(cases < 100 || held as u64 > cases / 3, "only {held} of {cases} problems were small enough");
}

#[test]
fn a_plan_by_plain_tariffs_is_the_best_of_all_sequences_of_withdrawals() {
    let (seed, cases) = runs(1_500);
    let held = (seed..seed + cases).filter_map(|seed| hold(seed, true, step_cost(seed))).count();
    assert!(cases < 100 || held as u64 > cases / 3, "only {held} of {cases} problems were small enough");
}

#[test]
fn a_plan_made_in_a_hurry_is_no_worse_than_it_says() {
    let (seed, cases) = runs(400);
    for seed in seed..seed + cases {
        hold_hurried(seed, seed % 3 == 0, step_cost(seed));
    }
}

#[test]
fn plans_for_small_balances_are_proven() {
    // About one problem in two hundred of this kind is not proven without a step cost (2155, 2239, 2361),
    // so a few are let pass; with the usual one each of them is.
    let (seed, cases) = runs(16);
    let mut unproven = Vec::new();
    let known = [1_018, 1_148, 1_230].into_iter().filter(|_| cases > 1);
    for seed in (seed..seed + cases).chain(known) {
        for step_cost in [0, 100] {
            let case = Case { step_cost, ..tiny(seed) };
            let again = format!("PLAN_SEED={seed} PLAN_CASES=1\n{case:?}");
            let (Ok(plan) | Err(plan)) = case.plan(jandon::plan::EFFORT);
            replayed(&case, &plan).unwrap_or_else(|why| panic!("{why}: {plan:?}\n{again}"));
            if !plan.proven {
                unproven.push((seed, step_cost, plan.gap));
            }
        }
    }
    assert!(unproven.len() as u64 <= 1 + cases / 16, "{unproven:?}");
}

/// An account with many ways to share a percentage that is rounded among withdrawals; what it costs at
/// the least was found by a mixed-integer solver.
#[test]
fn a_rounded_percentage_of_many_withdrawals_is_proven() {
    let tariff = |id: &str, rules: &str, limit: &str, charge: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nname = \"{id}\"\nto = \"bank\"\n[[channel.tariff]]\nmin = \"1000\"\n{rules}\n\
             limits = [{{ per = \"month\", {limit} }}]\nsource = \"https://p.example\"\nchecked = 2026-01-01\n\
             confidence = \"official\"\n[[channel.tariff.charge]]\n{charge}\n"
        )
    };
    let platform = |id: &str, channels: &[String]| {
        let head = format!("[platform]\nid = \"{id}\"\nname = \"{id}\"\nkind = \"wallet\"\nunit = \"KRW\"\n");
        parse::parse_platform(&(head + &channels.concat()), &|_| None).expect("a platform")
    };
    let first = tariff(
        "c0",
        "max = \"30000\"\nstep = \"1000\"",
        "amount = \"60000\", count = 3",
        "percent = \"5\"\nmin = \"300\"\nmax = \"3300\"\nround = \"half-up\"",
    );
    let second = tariff(
        "c0",
        "max = \"300000\"\nstep = \"1000\"\nside = \"on-top\"",
        "amount = \"600000\", count = 1",
        "percent = \"10\"\nmax = \"3000\"\nround = \"up\"",
    );
    let third = tariff(
        "c1",
        "max = \"300000\"",
        "amount = \"600000\", count = 5",
        "percent = \"3.3\"\nmin = \"100\"\nround = \"half-up\"",
    );
    let platforms = vec![platform("b0", &[first]), platform("b1", &[second, third])];
    let now = LocalDateTime::parse_iso("2026-01-01T00:00").expect("a moment");
    let by = now.month().add_months(1).first();
    let holding = |(platform, undated): (usize, i64)| Holding {
        account: format!("b{platform}"),
        platform,
        dated: Vec::new(),
        undated,
        keep: 0,
        by,
    };
    let request = PlanRequest {
        platforms: &platforms,
        holdings: [123_520, 57_470].into_iter().enumerate().map(holding).collect(),
        unit: Unit::currency("KRW").expect("won"),
        target: Some(84_900),
        now,
        by,
        splits: 12,
        step_cost: 0,
        assumed: Vec::new(),
        effort: jandon::plan::EFFORT,
    };
    let used = request
        .quota_keys()
        .into_iter()
        .map(|asked| (asked, QuotaUsage::default()))
        .collect::<HashMap<_, _>>();
    let plan = request.plan(&used).expect("a plan");
    // That no plan of that cost has fewer withdrawals is not proved.
    assert_eq!((plan.cost, plan.proven, plan.gap), (3_438, false, 0), "{plan:?}");
}

/// One account on a platform, of which as much as can be is to arrive today.
fn at_once(text: String, undated: i64) -> Case {
    let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
    let by = now.day();
    Case {
        platforms: vec![parse::parse_platform(&text, &|_| None).expect("a platform")],
        texts: vec![text],
        holdings: vec![Holding { account: "a0".into(), platform: 0, dated: vec![], undated, keep: 0, by }],
        past: vec![],
        now,
        by,
        target: None,
        splits: 12,
        step_cost: 0,
    }
}

/// A pool is one whatever the windows in which channels count it: what leaves through one of them is
/// used for the others.
#[test]
fn channels_that_count_a_pool_in_different_windows_share_it() {
    let tariff = |id: &str, limit: &str, flat: i64| {
        format!(
            "[[channel]]\nid = \"{id}\"\nname = \"{id}\"\nto = \"bank\"\n[[channel.tariff]]\n\
             limits = [{{ {limit}, pool = \"all\" }}]\nsource = \"https://p.example\"\nchecked = 2026-01-01\n\
             confidence = \"official\"\n[[channel.tariff.charge]]\nflat = \"{flat}\"\n"
        )
    };
    let head = "[platform]\nid = \"p0\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n";
    let daily = tariff("c0", "per = \"day\", amount = \"60\"", 1);
    let text = head.to_owned() + &daily + &tariff("c1", "per = \"month\", amount = \"50\"", 2);
    let case = at_once(text, 100);
    let plan = case.plan(EFFORT).expect("a plan");
    assert_eq!(replayed(&case, &plan), Ok(60 * plan.cost), "{plan:?}");
    assert_eq!((plan.net, plan.proven), (59, true), "{plan:?}");
}

/// Of two channels that count their withdrawals together the one whose limit is reached first goes first,
/// and where its limit is reached the other one may still be used.
#[test]
fn a_shared_count_may_be_limited_differently_for_each_channel() {
    let tariff = |id: &str, rule: &str, count: i64| {
        format!(
            "[[channel]]\nid = \"{id}\"\nname = \"{id}\"\nto = \"bank\"\n[[channel.tariff]]\n{rule}\n\
             limits = [{{ per = \"week\", pool = \"all\", count = {count} }}]\nsource = \"https://p.example\"\n\
             checked = 2026-01-01\nconfidence = \"official\"\n"
        )
    };
    let head = "[platform]\nid = \"p0\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n";
    let used = |channel: &str, case: &Case| Past { channel: channel.into(), at: case.now, amount: 4 };
    // The second channel may not be used any more.
    let on_top = tariff("c0", "max = \"7\"\nside = \"on-top\"", 2);
    let case = at_once(head.to_owned() + &on_top + &tariff("c1", "min = \"3\"\nstep = \"4\"", 1), 3);
    let case = Case { past: vec![used("p0/c1", &case)], target: Some(2), splits: 3, ..case };
    let plan = case.plan(EFFORT).expect("a plan");
    assert_eq!((plan.cost, plan.steps.len(), plan.proven), (0, 1, true), "{plan:?}");
    // The second channel may be used once, before the first one is used twice.
    let first = tariff("c0", "max = \"3000\"", 3);
    let case = at_once(head.to_owned() + &first + &tariff("c1", "max = \"20000\"", 1), 100_000);
    for (past, net) in [(vec![], 26_000), (vec![used("p0/c0", &case)], 6_000)] {
        let case = Case { past, ..case.clone() };
        let plan = case.plan(EFFORT).expect("a plan");
        assert_eq!(replayed(&case, &plan), Ok(60 * plan.cost), "{plan:?}");
        assert_eq!((plan.net, plan.proven), (net, true), "{plan:?}");
    }
}

/// Several withdrawals that could each take all of a large balance come to more than a number has room for.
#[test]
fn a_large_balance_may_leave_free_of_charge_more_than_once() {
    let text = "[platform]\nid = \"p0\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n\
                [[channel]]\nid = \"c0\"\nname = \"C\"\nto = \"bank\"\n[[channel.tariff]]\n\
                source = \"https://p.example\"\nchecked = 2026-01-01\nconfidence = \"official\"\n\
                [[channel.tariff.charge]]\nflat = \"500\"\nfree = { count = 10, per = \"month\" }\n";
    for undated in [1 << 28, (1 << 29) - 1, 1 << 29, (1 << 29) + 1, 1 << 31] {
        let plan = at_once(text.to_owned(), undated).plan(EFFORT).expect("a plan");
        assert_eq!((plan.net, plan.proven, plan.steps.len()), (undated, true, 1), "{plan:?}");
    }
}

#[test]
fn more_than_there_is_gets_the_answer_of_as_much_as_can_be() {
    let (seed, cases) = runs(60);
    for seed in seed..seed + cases {
        let effort = [3_000, 30_000, 300_000][(seed % 3) as usize];
        let asked = wide(seed);
        let total: i64 = asked.holdings.iter().map(Holding::total).sum();
        let most = Case { target: None, ..asked.clone() }.plan(effort).expect("a plan");
        let unreachable =
            Case { target: Some(3 * total), ..asked.clone() }.plan(effort).expect_err("too much");
        let of = |plan: Plan| format!("{:?}", Plan { baseline_cost: None, ..plan });
        assert_eq!(of(unreachable), of(most), "PLAN_SEED={seed} PLAN_CASES=1\n{asked:?}");
    }
}

#[test]
fn no_plan_made_in_a_hurry_beats_what_another_proved() {
    let (seed, cases) = runs(60);
    // Once a cost known of another plan cut the bound of a plan without a target.
    for seed in [1_795_834_390_242_202].into_iter().chain(seed..seed + cases) {
        let case = if seed % 6 == 0 { tiny(seed) } else { wide(seed) };
        let again = format!("PLAN_SEED={seed} PLAN_CASES=1\n{case:?}");
        let _again = Again(again.clone());
        let found = [4_000_000, 400_000, 40_000].map(|effort| case.plan(effort));
        for plan in found.iter().flat_map(|found| found.iter().chain(found.as_ref().err())) {
            replayed(&case, plan).unwrap_or_else(|why| panic!("{why}: {plan:?}\n{again}"));
            assert!(plan.gap >= 0 && (!plan.proven || plan.gap == 0), "{plan:?}\n{again}");
        }
        let reaching = |plan: &&Plan| case.target.is_none_or(|target| plan.net >= target);
        for one in &found {
            for other in found.iter().flatten().filter(reaching) {
                match one {
                    Ok(one) if case.target.is_none() => {
                        assert!(other.net <= one.net + one.gap, "{one:?} {other:?}\n{again}");
                    }
                    Ok(one) => assert!(one.cost - one.gap <= other.cost, "{one:?} {other:?}\n{again}"),
                    Err(most) => assert!(other.net <= most.net + most.gap, "{most:?} {other:?}\n{again}"),
                }
            }
        }
    }
}

/// One channel of random shape that charges from a share of the balance on, and may charge a little
/// whatever the share.
fn share_platform(dice: &mut Dice, number: usize) -> String {
    let step = dice.of(&[1, 1, 1, 5]);
    let mut text = format!(
        "[platform]\nid = \"p{number}\"\nname = \"P\"\nkind = \"rewards\"\nunit = \"PTS{number}\"\ndecimals = 0\n\
         [[channel]]\nid = \"c0\"\nname = \"C\"\nto = \"bank\"\npays = \"KRW\"\n[[channel.tariff]]\n\
         min = \"{}\"\nstep = \"{step}\"\nsource = \"https://p.example\"\nchecked = 2026-01-01\n\
         confidence = \"official\"\n[[channel.tariff.charge]]\npercent = \"{}\"\nround = \"{}\"\n\
         when = {{ share_from = \"{}\" }}\n",
        step * dice.within(1, 3),
        dice.of(&["5", "10", "12.5", "30"]),
        dice.of(&["up", "down", "half-up"]),
        dice.of(&["40", "25", "66.6", "90", "100"]),
    );
    match dice.below(4) {
        0 => text.push_str("[[channel.tariff.charge]]\nflat = \"2\"\n"),
        1 => text.push_str("[[channel.tariff.charge]]\npercent = \"1\"\nmin = \"1\"\n"),
        _ => {}
    }
    text
}

/// The least charges by which so many withdrawals leave each balance: from every balance by every amount.
fn by_balance(case: &Case, holding: &Holding) -> Vec<Vec<Option<i64>>> {
    let platform = &case.platforms[holding.platform];
    let none = |_: &QuotaKey| QuotaUsage::default();
    let total = holding.total();
    let mut first = vec![None; total as usize + 1];
    first[total as usize] = Some(0);
    let mut layers: Vec<Vec<Option<i64>>> = vec![first];
    for _ in 0..case.splits {
        let last = layers[layers.len() - 1].clone();
        let mut next: Vec<Option<i64>> = vec![None; last.len()];
        for (left, charges) in last.iter().enumerate().filter_map(|(left, c)| Some((left as i64, (*c)?))) {
            let pricing = PricingContext::of(platform, &platform.channels[0], case.now, Some(left), none);
            let pricing = pricing.expect("a rule");
            for amount in 1..=left - holding.keep {
                let Ok(outcome) = outcome(&pricing, 0, amount) else { continue };
                let (place, charges) =
                    ((left - amount) as usize, charges + (outcome.fee + outcome.tax) as i64);
                next[place] = Some(next[place].map_or(charges, |known| known.min(charges)));
            }
        }
        layers.push(next);
    }
    layers
}

#[test]
fn charges_from_a_share_on_are_proven_for_one_account_and_for_two() {
    let (seed, cases) = runs(150);
    for seed in seed..seed + cases {
        let mut dice = Dice(seed);
        let number = dice.within(1, 2) as usize;
        let texts: Vec<String> = (0..number).map(|number| share_platform(&mut dice, number)).collect();
        let platforms =
            texts.iter().map(|text| parse::parse_platform(text, &|_| None).expect("a platform")).collect();
        let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
        let by = now.day();
        let holdings = (0..number).map(|platform| {
            let undated = dice.within(20, if number == 1 { 150 } else { 60 });
            let keep = if dice.one_in(4) { dice.within(0, undated / 2) } else { 0 };
            Holding { account: format!("a{platform}"), platform, dated: Vec::new(), undated, keep, by }
        });
        let holdings: Vec<Holding> = holdings.collect();
        let total: i64 = holdings.iter().map(Holding::total).sum();
        let target = (!dice.one_in(3)).then(|| dice.within(1, total));
        let (splits, step_cost) = (dice.within(1, 4) as u32, dice.of(&[0, 1, 2, 5]));
        let case = Case { texts, platforms, holdings, past: Vec::new(), now, by, target, splits, step_cost };
        let again = format!("PLAN_SEED={seed} PLAN_CASES=1\n{case:?}");
        // What each account can bring by how many withdrawals, at which charges.
        let mut sums: Vec<(i64, i64, i64)> = vec![(0, 0, 0)];
        for holding in &case.holdings {
            let layers = by_balance(&case, holding);
            let own = layers.iter().enumerate().flat_map(|(steps, layer)| {
                let left = layer.iter().enumerate();
                left.filter_map(move |(left, c)| {
                    Some((steps as i64, holding.total() - left as i64 - (*c)?, (*c)?))
                })
            });
            let own: BTreeSet<(i64, i64, i64)> = own.collect();
            let all = sums.iter().flat_map(|a| own.iter().map(|b| (a.0 + b.0, a.1 + b.1, a.2 + b.2)));
            sums = all.collect::<BTreeSet<_>>().into_iter().collect();
        }
        let worth = |(steps, net, charges): &(i64, i64, i64)| match target {
            Some(target) => (*net >= target).then_some((charges + steps * step_cost, *steps)),
            None => Some((steps * step_cost - net, *steps)),
        };
        let best = sums.iter().filter_map(worth).min();
        match (case.plan(EFFORT), best) {
            (Ok(plan), Some(best)) => {
                replayed(&case, &plan).unwrap_or_else(|why| panic!("{why}: {plan:?}\n{again}"));
                let steps = plan.steps.len() as i64;
                let worth = worth(&(steps, plan.net, plan.cost));
                assert_eq!((worth, plan.proven), (Some(best), true), "{plan:?}\n{again}");
            }
            (Err(most), None) => {
                let best = sums.iter().map(|sum| sum.1).max();
                assert_eq!((Some(most.net), most.proven), (best, true), "{most:?}\n{again}");
            }
            (found, best) => panic!("{found:?} {best:?}\n{again}"),
        }
    }
}

/// How good a plan is, smallest first: what it costs or, without a target, does not bring, with the step
/// costs.
fn badness(case: &Case, plan: &Plan) -> i64 {
    let step_costs = case.step_cost * plan.steps.len() as i64;
    step_costs + if case.target.is_some() { plan.cost } else { -plan.net }
}

#[test]
fn more_time_and_more_withdrawals_make_no_plan_worse_than_it_says() {
    let (seed, cases) = runs(10);
    for seed in seed..seed + cases {
        let mut dice = Dice(!seed);
        let (case, effort) = (tiny(seed), dice.of(&[100_000, 400_000, 2_000_000]));
        let case = Case { step_cost: dice.of(&[0, 0, 10]), ..case };
        let days = [0, dice.within(1, 6), dice.within(7, 20), dice.within(21, 60)];
        let longer = days.map(|days| {
            let by = case.now.day().add_days(days as i32);
            let holdings = case.holdings.iter().map(|h| Holding { by, ..h.clone() }).collect();
            Case { by, holdings, ..case.clone() }
        });
        let wider = [1, 2, 5, 12].map(|splits| Case { splits, ..longer[2].clone() });
        for cases in [&longer, &wider] {
            let plans = cases.iter().map(|case| case.plan(effort).ok());
            let plans: Vec<Option<Plan>> = plans.collect();
            for (plan, then) in plans.iter().zip(&plans[1..]).filter_map(|(a, b)| Some((a.as_ref()?, b))) {
                let then = then.as_ref().unwrap_or_else(|| panic!("nothing after {plan:?}\n{case:?}"));
                // A search that was cut short can miss what a smaller question finds; it says by how much.
                let saved = case.step_cost * (then.steps.len() as i64 - 1).max(0);
                let worse = badness(&case, then) - then.gap - saved > badness(&case, plan);
                assert!(!worse, "PLAN_SEED={seed} PLAN_CASES=1\n{case:?}\n{plan:?}\n{then:?}");
            }
        }
    }
}

/// Of two accounts that can both do it, free, at once, the one whose name comes first does.
#[test]
fn the_first_account_does_what_either_could() {
    let platform = |number: usize, rule: &str| {
        format!(
            "[platform]\nid = \"p{number}\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n[[channel]]\n\
             id = \"c\"\nname = \"C\"\nto = \"bank\"\n[[channel.tariff]]\n{rule}\nsource = \"https://p.example\"\n\
             checked = 2026-01-01\nconfidence = \"official\"\n[[channel.tariff.charge]]\nflat = \"2\"\n\
             free = {{ count = 1, per = \"month\" }}\n"
        )
    };
    let texts = vec![platform(0, "step = \"2\""), platform(1, "min = \"3\"")];
    let read = |text: &String| parse::parse_platform(text, &|_| None).expect("a platform");
    let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
    let by = now.day();
    let holding = |(platform, undated): (usize, i64)| Holding {
        account: format!("a{platform}"),
        platform,
        dated: Vec::new(),
        undated,
        keep: 0,
        by,
    };
    for step_cost in [0, 100] {
        let case = Case {
            platforms: texts.iter().map(read).collect(),
            texts: texts.clone(),
            holdings: [16, 7].into_iter().enumerate().map(holding).collect(),
            past: Vec::new(),
            now,
            by,
            target: Some(5),
            splits: 12,
            step_cost,
        };
        let plan = case.plan(EFFORT).expect("a plan");
        let steps: Vec<(usize, i64)> = plan.steps.iter().map(|step| (step.holding, step.amount)).collect();
        assert_eq!((steps, plan.proven), (vec![(0, 6)], true), "{plan:?}");
    }
}

/// A withdrawal of this afternoon still counts tomorrow at midnight, when the next one could be made.
#[test]
fn what_a_window_counts_is_asked_at_the_beginning_of_a_day() {
    let channel = |id: &str, rule: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nname = \"C\"\nto = \"bank\"\n[[channel.tariff]]\n{rule}\n\
             source = \"https://p.example\"\nchecked = 2026-01-01\nconfidence = \"official\"\n"
        )
    };
    let head = "[platform]\nid = \"p0\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n";
    let rolling = channel("c0", "max = \"60\"\nlimits = [{ per = \"24h\", count = 1 }]");
    // Not of use for so little, but it makes each day one on which something may be withdrawn.
    let daily = channel("c1", "min = \"1000\"\nlimits = [{ per = \"day\", count = 1 }]");
    let case = at_once(head.to_owned() + &rolling + &daily, 100);
    for (days, net) in [(0, 60), (1, 60), (2, 100)] {
        let by = case.now.day().add_days(days);
        let holdings = case.holdings.iter().map(|h| Holding { by, ..h.clone() }).collect();
        let case = Case { by, holdings, ..case.clone() };
        let plan = case.plan(EFFORT).expect("a plan");
        replayed(&case, &plan).unwrap_or_else(|why| panic!("{why}: {plan:?}"));
        assert_eq!((plan.net, plan.proven), (net, true), "{plan:?}");
    }
}

#[test]
fn what_was_once_planned_wrong_is_planned_right() {
    for (seed, plain) in ONCE_WRONG {
        assert!(hold(*seed, *plain, 0).is_some(), "{seed} is not small any more");
        assert!(hold_hurried(*seed, *plain, 0).is_some(), "{seed} is not small any more");
    }
}
