//! One account with a small balance: a table of all that may have left it by each day, and the best
//! way to each.
//!
//! Where a charge does not depend on what is held, what can be done through some channels on one
//! day is the same whatever left before, but for what their quotas remember. So it is found once
//! for a day and a memory, and then added to everything that may have left by then.
//!
//! What lapses bounds what may leave from a day on, whatever left before; so the days between which
//! nothing lapses are put together from the last to the first.

mod fill;

use super::Withdrawal;
use super::knapsack::{Choice, Goal, Order, TieBreak};
use super::pareto::pareto_frontier;
use super::subproblem::{DailyTariff, PlannedUse, Subproblem};
use crate::fee::Side;
use crate::money::gcd;
use crate::period::Day;
use fill::DpSolver;
use std::collections::{BTreeMap, HashMap};

/// Larger tables are not begun.
const ENTRIES_MAX: i64 = 12_000;
/// So many entries, and so many steps to them, are held at a time.
const CELLS_MAX: usize = 2_000_000;
const NODES_MAX: usize = 3_000_000;
/// So many entries are looked at in the time of one look at a choice.
const ENTRIES_OF_EFFORT: u64 = 6;
/// What it takes to find a charge, in looks at a choice.
const EFFORT_OF_CHARGE: u64 = 4;

/// What decides between two ways to one entry, as one number: the cost, then withdrawals, then what
/// is taken of what does not lapse, then days from today, then the numbers of the channels.
type DpKey = i128;
const WAYS_BITS: u32 = 12;
const DAYS_BITS: u32 = 20;
const LASTING_BITS: u32 = 34;
const COUNT_BITS: u32 = 14;
const ONE_DAY: DpKey = 1 << WAYS_BITS;
const ONE_LASTING: DpKey = ONE_DAY << DAYS_BITS;
const ONE_STEP: DpKey = ONE_LASTING << LASTING_BITS;
const ONE_COST: DpKey = ONE_STEP << COUNT_BITS;
const COST_MAX: i128 = 1 << 46;

const NO_NODE: u32 = u32::MAX;

/// The best way to an entry.
#[derive(Clone, Copy)]
struct DpCell {
    key: DpKey,
    /// An amount that is not noted as a node yet.
    amount: i64,
    node: u32,
    option: u32,
}

const EMPTY: DpCell = DpCell { key: DpKey::MAX, amount: 0, node: NO_NODE, option: 0 };

/// The best way to each sum that may have left.
type DpRow = Vec<DpCell>;

/// Nothing has left yet.
fn nothing_left(most: usize) -> DpRow {
    let mut row = vec![EMPTY; most + 1];
    row[0].key = 0;
    row
}

/// What later days can tell of how it was done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct DpState {
    /// How many withdrawals of the month were made through each channel.
    counts: Vec<u32>,
    spent: Vec<PlannedUse>,
    /// How many withdrawals were made, where that makes a difference: with a target and a step cost.
    steps: u32,
}

type DpRows = BTreeMap<DpState, DpRow>;

/// How an entry came about.
#[derive(Clone, Copy)]
enum PathNode {
    /// One more withdrawal, after what.
    Step { before: u32, day: u16, option: u16, amount: i64 },
    /// What was done on one day, after what.
    Day { before: u32, steps: u32 },
}

/// A withdrawal that may be made.
struct Transition {
    amount: i64,
    /// What it takes, in entries.
    debit: usize,
    key: DpKey,
}

/// Channels whose quotas are tied to each other's, and to no others.
struct ChannelSet {
    options: Vec<usize>,
    /// The days on which they may be of use.
    active_days: Vec<usize>,
    /// The quotas that must follow amounts.
    amounts: Vec<usize>,
    /// What they followed since the beginning is all that left.
    from_the_start: bool,
}

/// Days between which nothing lapses.
#[derive(Clone, Copy)]
struct LotPeriod {
    first: usize,
    end: usize,
    /// How much may leave on these days and later, in entries.
    most: usize,
    /// How much of it lapses in the time of the plan at the most, in parts.
    lapsing: i64,
}

/// What was found.
pub struct DpResult {
    /// All that can be worth doing.
    pub choices: Vec<Choice>,
    /// The steps of each point, by its mark.
    withdrawals: Vec<Vec<Withdrawal>>,
}

impl DpResult {
    /// The steps of a point, in the order in which they can be booked.
    pub fn withdrawals(&self, origin: usize) -> Vec<Withdrawal> {
        self.withdrawals[origin].clone()
    }
}

/// What a table is filled from.
pub struct DpProblem<'g, 'p> {
    subproblem: &'g Subproblem<'p>,
    sets: Vec<ChannelSet>,
    periods: Vec<LotPeriod>,
    total: i64,
    /// What an entry stands for.
    unit: i64,
    /// What may have left at the most, in entries.
    most: usize,
    /// What a count of each quota matters up to.
    counts_to: Vec<i64>,
    /// Withdrawals of a month through a channel must be counted.
    tracked: bool,
}

/// The table of a group; `None` where it has no such table.
pub fn prepare<'g, 'p>(subproblem: &'g Subproblem<'p>) -> Option<DpProblem<'g, 'p>> {
    let [holding] = subproblem.holdings.as_slice() else { return None };
    let tariffs = || subproblem.options.iter().flat_map(|w| w.tariffs.iter().flatten());
    let depends = tariffs()
        .any(|o| o.tariff.whole_balance || o.tariff.charges.iter().any(|charge| charge.share_from.is_some()));
    let total = holding.left_on(subproblem.days[0], holding.total());
    let last = subproblem.days[subproblem.days.len() - 1];
    let lapses = holding.left_on(last, total) < total;
    let is_deducted = tariffs().all(|o| o.tariff.side == Side::Deducted);
    let unit = match lapses || !is_deducted {
        true => 1,
        false => tariffs().fold(0, |unit, o| gcd(unit, o.tariff.step.max(1).into())).max(1) as i64,
    };
    let entries = total.saturating_sub(holding.keep).max(0) / unit;
    if depends || subproblem.days_cut || !(1..=ENTRIES_MAX).contains(&entries) {
        return None;
    }
    // A key has only so much room for a cost.
    if subproblem.step_price().saturating_mul(entries.into()) > COST_MAX {
        return None;
    }
    let tracked = total / amount_min(tariffs()) > i64::from(subproblem.splits);
    let sets = sets(subproblem, total)?;
    if sets.iter().any(|p| p.from_the_start) && lapses {
        return None;
    }
    Some(DpProblem {
        sets,
        total,
        unit,
        most: entries as usize,
        periods: periods(subproblem, total, unit),
        counts_to: counts_to(subproblem),
        tracked,
        subproblem,
    })
}

/// The smallest amount that some rules allow.
fn amount_min<'o>(tariffs: impl Iterator<Item = &'o DailyTariff<'o>>) -> i64 {
    tariffs.map(|o| o.tariff.min.unwrap_or(1).max(o.tariff.step).max(1)).min().unwrap_or(1)
}

/// The days of a group, apart where something lapses between them.
fn periods(subproblem: &Subproblem<'_>, total: i64, unit: i64) -> Vec<LotPeriod> {
    let holding = subproblem.holdings[0];
    let left = |day: usize| holding.left_on(subproblem.days[day], total);
    let mut periods: Vec<LotPeriod> = Vec::new();
    for day in 0..subproblem.days.len() {
        match periods.last_mut() {
            Some(last) if left(last.first) == left(day) => last.end = day + 1,
            _ => {
                let unlapsed = |lot: &&(Day, i64)| lot.0 >= subproblem.days[day] && lot.0 <= holding.by;
                periods.push(LotPeriod {
                    first: day,
                    end: day + 1,
                    most: ((left(day) - holding.keep).max(0) / unit) as usize,
                    lapsing: holding.dated.iter().filter(unlapsed).map(|lot| lot.1).sum(),
                });
            }
        }
    }
    periods
}

/// The channels by what they share; `None` where amounts must be followed in more ways than one.
fn sets(subproblem: &Subproblem<'_>, total: i64) -> Option<Vec<ChannelSet>> {
    let mut sets: Vec<Vec<usize>> = (0..subproblem.options.len()).map(|option| vec![option]).collect();
    for quota in subproblem.quotas.iter().filter(|q| q.tracked.count || q.tracked.amount) {
        let tied = |set: &Vec<usize>| set.iter().any(|option| quota.options.contains(option));
        let (one, others): (Vec<Vec<usize>>, Vec<Vec<usize>>) = sets.into_iter().partition(tied);
        sets = others;
        sets.push(one.into_iter().flatten().collect());
    }
    let set = |mut options: Vec<usize>| {
        options.sort_unstable();
        let active_days = active_days(subproblem, &options, total);
        let own = |q: &usize| {
            subproblem.quotas[*q].tracked.amount && subproblem.quotas[*q].options.contains(&options[0])
        };
        let of_all = |q: &usize| options.iter().all(|option| subproblem.quotas[*q].options.contains(option));
        let touched = |q: &usize| subproblem.quotas[*q].options.iter().any(|option| options.contains(option));
        let all: Vec<usize> = (0..subproblem.quotas.len())
            .filter(|q| subproblem.quotas[*q].tracked.amount && touched(q))
            .collect();
        let amounts: Vec<usize> = all.iter().copied().filter(own).filter(of_all).collect();
        let mut tariffs =
            options.iter().flat_map(|option| subproblem.options[*option].tariffs.iter().flatten());
        let is_deducted = tariffs.all(|o| o.tariff.side == Side::Deducted);
        if amounts.len() != all.len() || (!amounts.is_empty() && !is_deducted) {
            return None;
        }
        let pairs = || {
            active_days.iter().enumerate().flat_map(|(i, a)| active_days[i + 1..].iter().map(|b| (*a, *b)))
        };
        let shares = |q: &usize, (a, b)| subproblem.same_window(subproblem.quotas[*q].per, a, b);
        let never = amounts.iter().all(|q| pairs().all(|pair| !shares(q, pair)));
        let always = amounts.iter().all(|q| pairs().all(|pair| shares(q, pair)));
        let from_the_start = !amounts.is_empty() && !never;
        (never || always).then_some(ChannelSet { options, active_days, amounts, from_the_start })
    };
    sets.into_iter().map(set).collect()
}

/// The days on which some channels may be of use: a withdrawal of another day can be made on an
/// earlier one of them at the same charge, and where a month may allow too few of them, in the same one.
fn active_days(subproblem: &Subproblem<'_>, options: &[usize], total: i64) -> Vec<usize> {
    let tariffs = options.iter().flat_map(|option| subproblem.options[*option].tariffs.iter().flatten());
    let tracked = total / amount_min(tariffs) > i64::from(subproblem.splits);
    let own = |q: &&super::subproblem::Quota| q.options.iter().any(|option| options.contains(option));
    let tariff = |option: usize, day: usize| {
        subproblem.options[option].tariffs[day].as_ref().map(|o| std::ptr::from_ref(o.tariff) as usize)
    };
    let same = |a: usize, b: usize| {
        (!tracked || subproblem.days[a].month() == subproblem.days[b].month())
            && options.iter().all(|option| tariff(*option, a) == tariff(*option, b))
            && subproblem.quotas.iter().filter(own).all(|q| {
                let is_counted = q.tracked.count || q.tracked.amount;
                let rolls = matches!(q.per, crate::fee::Window::Hours(_));
                q.base[a] == q.base[b] && (!is_counted || (!rolls && subproblem.same_window(q.per, a, b)))
            })
    };
    let mut active_days: Vec<usize> = Vec::new();
    for day in 0..subproblem.days.len() {
        let offered = options.iter().any(|option| tariff(*option, day).is_some());
        // A withdrawal must not come before those of a day between, which count with it.
        if offered && !active_days.last().is_some_and(|known| same(*known, day)) {
            active_days.push(day);
        }
    }
    active_days
}

/// Up to what each quota need be counted.
fn counts_to(subproblem: &Subproblem<'_>) -> Vec<i64> {
    let mut most = vec![0; subproblem.quotas.len()];
    for daily in subproblem.options.iter().flat_map(|option| option.tariffs.iter().flatten()) {
        let rows = daily.tariff.limits.iter().zip(&daily.limits).map(|(l, q)| (l.count, Some(*q)));
        let frees = daily.tariff.charges.iter().zip(&daily.frees);
        let frees = frees.map(|(c, q)| (c.free.as_ref().and_then(|free| free.count), *q));
        for (count, quota) in rows.chain(frees) {
            if let (Some(count), Some(quota)) = (count, quota) {
                most[quota] = count.max(most[quota]);
            }
        }
    }
    most
}

impl<'p> DpProblem<'_, 'p> {
    /// All that can be worth doing; `None` where it takes too much.
    pub fn solve(&self, goal: Goal, effort: &mut u64) -> Option<DpResult> {
        let counts_steps = matches!(goal, Goal::Reach(_)) && self.subproblem.step_cost > 0;
        // With a target the step costs are not a part of the keys' cost.
        let in_cost = if matches!(goal, Goal::Reach(_)) { 0 } else { self.subproblem.step_price() };
        let mut work = DpSolver {
            goal,
            counts_steps,
            in_cost,
            nodes: Vec::new(),
            transitions: HashMap::new(),
            end: DpKey::MAX,
            most_net: 0,
            suffixes: vec![HashMap::new(); self.periods.len()],
            is_plan: true,
            table: self,
            effort,
        };
        let nothing = DpState {
            counts: vec![0; self.subproblem.options.len()],
            spent: vec![PlannedUse::new(); self.subproblem.quotas.len()],
            steps: 0,
        };
        let rows = work.solve_from(0, &nothing)?;
        let nodes = std::mem::take(&mut work.nodes);
        let mut choices = Vec::new();
        let cells = rows.iter().flat_map(|row| row.iter().enumerate());
        for (gone, cell) in cells.filter(|(_, cell)| cell.key < DpKey::MAX) {
            let (key_cost, _) = self.worth(gone, cell.key);
            let steps = (cell.key / ONE_STEP).rem_euclid(ONE_COST / ONE_STEP);
            let charges = key_cost - in_cost * steps;
            let debit = i128::from(self.unit) * gone as i128;
            let net = (debit * self.subproblem.par.0 - charges) / self.subproblem.par.1;
            let days = (cell.key / ONE_DAY).rem_euclid(ONE_LASTING / ONE_DAY) as i64;
            let expiring = lasting_of(cell.key) - debit;
            let options = taken(&nodes, cell.node)
                .into_iter()
                .map(|(_, option, _)| self.subproblem.order(0, option, 1));
            let order = options.fold(Order::default(), Order::and);
            let ties = TieBreak { steps: steps as i64, expiring, days, order };
            let cost = charges + self.subproblem.step_price() * steps;
            choices.push(Choice { cost, net, ties, origin: cell.node as usize });
        }
        let mut choices = pareto_frontier(choices, goal);
        let mut withdrawals = Vec::new();
        for choice in &mut choices {
            withdrawals.push(self.withdrawals(taken(&nodes, choice.origin as u32))?);
            choice.origin = withdrawals.len() - 1;
        }
        Some(DpResult { choices, withdrawals })
    }

    /// What an entry costs and what has arrived by it, less step costs that are a part of the cost.
    fn worth(&self, gone: usize, key: DpKey) -> (i128, i128) {
        let cost = key.div_euclid(ONE_COST);
        let debit = i128::from(self.unit) * gone as i128;
        (cost, (debit * self.subproblem.par.0 - cost) / self.subproblem.par.1)
    }

    /// Some steps as the fee engine tells them; `None` where it does not.
    fn withdrawals(&self, taken: Vec<DpStep>) -> Option<Vec<Withdrawal>> {
        let holding = self.subproblem.holdings[0];
        let mut spent = vec![PlannedUse::new(); self.subproblem.quotas.len()];
        let (mut left, mut today, mut withdrawals) = (self.total, 0, Vec::new());
        for (day, channel, amount) in taken {
            if day > today {
                today = day;
                self.subproblem.forget(&mut spent, day);
            }
            left = holding.left_on(self.subproblem.days[day], left);
            let pricing = self.subproblem.pricing(channel, day, left, &spent)?;
            let outcome = self.subproblem.outcome(&pricing, amount).ok()?;
            let (debit, net) = (outcome.debit as i64, outcome.net as i64);
            let (fee, tax) = (outcome.fee as i64, outcome.tax as i64);
            withdrawals.push(Withdrawal { day, account: 0, channel, amount, debit, fee, tax, net });
            left -= debit;
            self.subproblem.record_use(&mut spent, channel, day, amount);
        }
        Some(withdrawals)
    }
}

/// A step of a way: its day, channel and amount.
type DpStep = (usize, usize, i64);

/// The steps that lead to a node, in their order.
fn taken(nodes: &[PathNode], node: u32) -> Vec<DpStep> {
    let mut taken: Vec<DpStep> = Vec::new();
    let mut open = vec![node];
    while let Some(at) = open.pop() {
        match nodes.get(at as usize) {
            None => {}
            Some(PathNode::Step { before, day, option, amount }) => {
                taken.push((usize::from(*day), usize::from(*option), *amount));
                open.push(*before);
            }
            Some(PathNode::Day { before, steps }) => open.extend([*before, *steps]),
        }
    }
    taken.reverse();
    // What some channels do was put behind what others do.
    taken.sort_by_key(|(day, ..)| *day);
    taken
}

/// What a way takes of what does not lapse.
fn lasting_of(key: DpKey) -> i128 {
    (key / ONE_LASTING).rem_euclid(ONE_STEP / ONE_LASTING)
}

/// The same way, where it takes so much of what does not lapse at the least.
fn with_lasting(key: DpKey, lasting: i64) -> DpKey {
    let known = lasting_of(key);
    key + (DpKey::from(lasting) - known).max(0) * ONE_LASTING
}
