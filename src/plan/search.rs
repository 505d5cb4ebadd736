//! Every sequence of withdrawals of one group, told apart only by what it leaves behind.
//!
//! Two sequences that leave the same balances, the same use of every quota and the same day have
//! the same future, so only the better of them goes on. That is exact for every rule a tariff can
//! state, whatever the order of the steps does to shares, free quotas, pools and lots. It looks at
//! every amount, so it is for small balances; for large ones it can look at telling amounts only,
//! and what it finds then is a good plan without a proof.

use super::Withdrawal;
use super::knapsack::{Choice, Goal, TieBreak};
use super::pareto::pareto_frontier;
use super::subproblem::{PlannedUse, Subproblem};
use crate::fee::{AmountSearch, Charge, PricingContext, Scale};
use std::collections::BTreeMap;

/// A group after some steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SearchState {
    /// What left the accounts in all; steps go from less to more, so each state is final when met.
    debits: i64,
    /// What each account has left.
    left: Vec<i64>,
    /// How many withdrawals of the month each account made through each channel.
    counts: Vec<u32>,
    /// What quotas must remember.
    spent: Vec<PlannedUse>,
    /// How many withdrawals there were, where that makes a difference: with a target and a step cost,
    /// fewer withdrawals at a higher charge may be as good as more at a lower one.
    steps: i64,
}

/// The best way to a state.
#[derive(Clone, Copy, Debug)]
struct Path {
    cost: i128,
    net: i128,
    ties: TieBreak,
    /// The last step that was noted.
    step: usize,
    /// The step after that, which is noted once no better way to the state can be found.
    last: Option<Withdrawal>,
}

/// What a search found.
pub struct SearchResult {
    /// Longer sequences were left out.
    pub cut: bool,
    /// Everything that can be done, marked by the last step.
    pub choices: Vec<Choice>,
    /// The steps, each with the one before it.
    steps: Vec<(usize, Withdrawal)>,
}

const NO_STEP: usize = usize::MAX;

impl SearchResult {
    /// Nothing can be done.
    pub fn nothing() -> SearchResult {
        let nothing = Choice::nothing(NO_STEP);
        SearchResult { cut: true, choices: vec![nothing], steps: Vec::new() }
    }

    /// What another search of the same group found as well.
    pub fn add(&mut self, other: SearchResult, goal: Goal) {
        let behind = |origin: usize| if origin == NO_STEP { NO_STEP } else { origin + self.steps.len() };
        let choices = other.choices.iter().map(|choice| Choice { origin: behind(choice.origin), ..*choice });
        self.choices.extend(choices.collect::<Vec<_>>());
        let steps = other.steps.iter().map(|(before, step)| (behind(*before), *step));
        let steps: Vec<(usize, Withdrawal)> = steps.collect();
        self.steps.extend(steps);
        self.choices = pareto_frontier(std::mem::take(&mut self.choices), goal);
    }

    /// What was found of the same group in another way as well.
    pub fn add_withdrawals(
        &mut self,
        choices: &[Choice],
        withdrawals: impl Fn(usize) -> Vec<Withdrawal>,
        goal: Goal,
    ) {
        for choice in choices {
            let mut origin = NO_STEP;
            for step in withdrawals(choice.origin) {
                self.steps.push((origin, step));
                origin = self.steps.len() - 1;
            }
            self.choices.push(Choice { origin, ..*choice });
        }
        self.choices = pareto_frontier(std::mem::take(&mut self.choices), goal);
    }

    /// The steps of a point, in the order in which they were taken.
    pub fn withdrawals(&self, origin: usize) -> Vec<Withdrawal> {
        let mut withdrawals = Vec::new();
        let mut at = origin;
        while let Some((before, step)) = self.steps.get(at) {
            withdrawals.push(*step);
            at = *before;
        }
        withdrawals.reverse();
        withdrawals
    }
}

/// Which amounts a search looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Every amount: what is found is exact.
    All,
    /// Amounts at which something changes, and those that reach the target.
    Breakpoints,
}

/// So many steps are remembered at most, which takes some hundred and fifty mebibytes with all they lead to.
const STEPS_MAX: usize = 200_000;
/// What it takes to try one of all amounts or one of those that tell, and to find these, in looks at a
/// choice.
const EFFORT_OF_EACH: u64 = 20;
const EFFORT_OF_AMOUNT: u64 = 12;
const EFFORT_OF_BREAKPOINTS: u64 = 500;
/// What it takes to ask for the terms of a channel, and to take a state to the next day.
const EFFORT_OF_TERMS: u64 = 20;
const EFFORT_OF_STATE: u64 = 40;

/// Searches the sequences of a group of at most so many steps; `None` where more effort is needed
/// than there is.
pub fn search(
    subproblem: &Subproblem<'_>,
    goal: Goal,
    width: Width,
    steps_max: i64,
    effort: &mut u64,
) -> Option<SearchResult> {
    let mut cut = false;
    let accounts = subproblem.accounts.len();
    let tracked = may_exceed_splits(subproblem);
    let of_amount = if width == Width::All { EFFORT_OF_EACH } else { EFFORT_OF_AMOUNT };
    let mut steps: Vec<(usize, Withdrawal)> = Vec::new();
    let none = Path { cost: 0, net: 0, ties: TieBreak::default(), step: NO_STEP, last: None };
    let counts_steps = matches!(goal, Goal::Reach(_)) && subproblem.step_cost > 0;
    let step_cost = if counts_steps { 0 } else { i128::from(subproblem.step_cost) };
    // In one state the same left, so that more net is less cost.
    let lost = |path: &Path| step_cost * i128::from(path.ties.steps) - path.net;
    let keep_best = |paths: &mut BTreeMap<SearchState, Path>, state: SearchState, path: Path| {
        let known = paths.entry(state).or_insert(path);
        if (lost(&path), path.ties) < (lost(known), known.ties) {
            *known = path;
        }
    };
    let mut arriving = BTreeMap::from([(initial_state(subproblem), none)]);
    for day in 0..subproblem.days.len() {
        let mut open = std::mem::take(&mut arriving);
        // The last state, and the most that came of it or of the same with fewer withdrawals.
        let mut last: Option<(SearchState, i128)> = None;
        while let Some((state, mut path)) = open.pop_first() {
            if counts_steps {
                let same = |last: &SearchState| SearchState { steps: last.steps, ..state.clone() } == *last;
                let most = last.as_ref().filter(|(last, _)| same(last)).map(|(_, most)| *most);
                if most.is_some_and(|most| most >= path.net) {
                    continue;
                }
                last = Some((state.clone(), path.net));
            }
            if let Some(last) = path.last.take() {
                steps.push((path.step, last));
                path.step = steps.len() - 1;
            }
            cut |= path.ties.steps >= steps_max;
            for account in (0..accounts).filter(|_| path.ties.steps < steps_max) {
                let holding = subproblem.holdings[account];
                let left = state.left[account];
                let may_leave = left.saturating_sub(holding.keep);
                if may_leave <= 0 {
                    continue;
                }
                for channel in 0..subproblem.options.len() {
                    let place = account * subproblem.options.len() + channel;
                    if tracked && state.counts[place] >= subproblem.splits {
                        continue;
                    }
                    *effort = effort.checked_sub(EFFORT_OF_TERMS)?;
                    let Some(pricing) = subproblem.pricing(channel, day, left, &state.spent) else {
                        continue;
                    };
                    if pricing.count_used_up {
                        continue;
                    }
                    let rest = match goal {
                        Goal::Reach(target) => Some(target - path.net),
                        Goal::Most(_) => None,
                    };
                    let amounts = match width {
                        Width::All => AmountIter::All(all_amounts(&pricing, may_leave)),
                        Width::Breakpoints => {
                            *effort = effort.checked_sub(EFFORT_OF_BREAKPOINTS)?;
                            AmountIter::Some(breakpoints(
                                subproblem, &pricing, account, left, may_leave, rest,
                            ))
                        }
                    };
                    for amount in amounts {
                        *effort = effort.checked_sub(of_amount)?;
                        if open.len() + arriving.len() + steps.len() > STEPS_MAX {
                            return None;
                        }
                        let taken =
                            withdraw(subproblem, day, &state, &path, (account, channel), &pricing, amount);
                        let Some((mut next, reached, step)) = taken else { continue };
                        next.steps = if counts_steps { reached.ties.steps } else { 0 };
                        let reached = Path { step: path.step, last: Some(step), ..reached };
                        keep_best(&mut open, next, reached);
                    }
                }
            }
            *effort = effort.checked_sub(EFFORT_OF_STATE)?;
            let state = match subproblem.days.get(day + 1) {
                Some(next) => {
                    advance_day(subproblem, state, day + 1, next.month() != subproblem.days[day].month())
                }
                None => state,
            };
            keep_best(&mut arriving, state, path);
        }
    }
    let choice = |path: &Path| Choice { cost: path.cost, net: path.net, ties: path.ties, origin: path.step };
    let choices = pareto_frontier(arriving.values().map(choice).collect(), goal);
    Some(SearchResult { cut, choices, steps })
}

/// Nothing has left yet.
fn initial_state(subproblem: &Subproblem<'_>) -> SearchState {
    let places =
        if may_exceed_splits(subproblem) { subproblem.accounts.len() * subproblem.options.len() } else { 0 };
    SearchState {
        debits: 0,
        left: subproblem.holdings.iter().map(|h| h.left_on(subproblem.days[0], h.total())).collect(),
        counts: vec![0; places],
        spent: vec![Vec::new(); subproblem.quotas.len()],
        steps: 0,
    }
}

/// One more step: the state behind it, the way there, and what it moves.
fn withdraw(
    subproblem: &Subproblem<'_>,
    day: usize,
    state: &SearchState,
    path: &Path,
    (account, channel): (usize, usize),
    pricing: &PricingContext<'_>,
    amount: i64,
) -> Option<(SearchState, Path, Withdrawal)> {
    let (holding, left) = (subproblem.holdings[account], state.left[account]);
    let outcome = subproblem.outcome(pricing, amount).ok()?;
    let debit = i64::try_from(outcome.debit).ok().filter(|d| *d <= left.saturating_sub(holding.keep))?;
    let mut next = state.clone();
    next.debits = next.debits.saturating_add(debit);
    next.left[account] -= debit;
    if let Some(count) = next.counts.get_mut(account * subproblem.options.len() + channel) {
        *count += 1;
    }
    subproblem.record_use(&mut next.spent, channel, day, amount);
    let lapses = holding.lapsing(left) - holding.lapsing(next.left[account]);
    let days_on = i64::from(subproblem.days[day].0 - subproblem.days[0].0);
    let reached = Path {
        cost: path.cost + subproblem.cost(&outcome) + subproblem.step_price(),
        net: path.net + outcome.net,
        ties: TieBreak {
            steps: path.ties.steps + 1,
            expiring: path.ties.expiring - i128::from(lapses),
            days: path.ties.days + days_on,
            order: path.ties.order.and(subproblem.order(account, channel, 1)),
        },
        step: NO_STEP,
        last: None,
    };
    let (fee, tax, net) = (outcome.fee as i64, outcome.tax as i64, outcome.net as i64);
    Some((next, reached, Withdrawal { day, account, channel, amount, debit, fee, tax, net }))
}

/// Three long sequences, quickly. Not the best, but good ones where the rest is too much to look at.
pub fn greedy(subproblem: &Subproblem<'_>, goal: Goal) -> SearchResult {
    let mut found = greedy_path(subproblem, GreedyOrder::FreeFirst);
    found.add(greedy_path(subproblem, GreedyOrder::Any), goal);
    found.add(greedy_path(subproblem, GreedyOrder::Free), goal);
    found
}

/// What a long sequence takes, the largest first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GreedyOrder {
    /// On each day what is free, and on the last day whatever still brings something.
    FreeFirst,
    /// On each day whatever brings something.
    Any,
    /// What is free, and anywhere on the last day one step of another kind.
    Free,
}

fn greedy_path(subproblem: &Subproblem<'_>, order: GreedyOrder) -> SearchResult {
    let mut state = initial_state(subproblem);
    let mut path = Path { cost: 0, net: 0, ties: TieBreak::default(), step: NO_STEP, last: None };
    let (mut steps, mut choices) = (Vec::new(), Vec::new());
    let choice =
        |path: &Path, origin: usize| Choice { cost: path.cost, net: path.net, ties: path.ties, origin };
    for day in 0..subproblem.days.len() {
        let is_last = day + 1 == subproblem.days.len();
        let at_any_cost = order == GreedyOrder::Any || (is_last && order == GreedyOrder::FreeFirst);
        loop {
            if is_last
                && order == GreedyOrder::Free
                && let Some((_, reached, step)) = best_step(subproblem, day, &state, &path, true)
            {
                steps.push((path.step, step));
                choices.push(choice(&reached, steps.len() - 1));
            }
            let Some((next, reached, step)) = best_step(subproblem, day, &state, &path, at_any_cost) else {
                break;
            };
            steps.push((path.step, step));
            path = Path { step: steps.len() - 1, ..reached };
            choices.push(choice(&path, path.step));
            state = next;
        }
        if !is_last {
            let other_month = subproblem.days[day + 1].month() != subproblem.days[day].month();
            state = advance_day(subproblem, state, day + 1, other_month);
        }
    }
    SearchResult { cut: true, choices, steps }
}

/// The step of a day that brings most, of those that cost nothing or, where it must, of all.
fn best_step(
    subproblem: &Subproblem<'_>,
    day: usize,
    state: &SearchState,
    path: &Path,
    at_any_cost: bool,
) -> Option<(SearchState, Path, Withdrawal)> {
    let mut best: Option<(SearchState, Path, Withdrawal)> = None;
    for account in 0..subproblem.accounts.len() {
        let may_leave = state.left[account].saturating_sub(subproblem.holdings[account].keep);
        for channel in 0..subproblem.options.len() {
            let place = account * subproblem.options.len() + channel;
            if may_leave <= 0 || state.counts.get(place).is_some_and(|count| *count >= subproblem.splits) {
                continue;
            }
            let pricing = subproblem.pricing(channel, day, state.left[account], &state.spent);
            let Some(pricing) = pricing.filter(|pricing| !pricing.count_used_up) else { continue };
            for amount in breakpoints(subproblem, &pricing, account, state.left[account], may_leave, None) {
                let Some(taken) =
                    withdraw(subproblem, day, state, path, (account, channel), &pricing, amount)
                else {
                    continue;
                };
                let is_free = taken.1.cost <= path.cost + subproblem.step_price();
                let brings = |taken: &(SearchState, Path, Withdrawal)| (-taken.1.cost, taken.1.net);
                let brings_more = taken.1.net > path.net
                    && best.as_ref().is_none_or(|best| match at_any_cost {
                        true => taken.1.net > best.1.net,
                        false => brings(&taken) > brings(best),
                    });
                if brings_more && (is_free || at_any_cost) {
                    best = Some(taken);
                }
            }
        }
    }
    best
}

/// Can an account make more withdrawals through a channel in a month than a plan may?
fn may_exceed_splits(subproblem: &Subproblem<'_>) -> bool {
    subproblem.options.iter().any(|path| {
        let least =
            path.tariffs.iter().flatten().map(|o| o.tariff.min.unwrap_or(1).max(o.tariff.step).max(1)).min();
        let least = least.unwrap_or(i64::MAX);
        subproblem.holdings.iter().any(|h| h.total() / least > i64::from(subproblem.splits))
    })
}

/// The state at the beginning of another day.
fn advance_day(
    subproblem: &Subproblem<'_>,
    mut state: SearchState,
    day: usize,
    other_month: bool,
) -> SearchState {
    for (left, holding) in state.left.iter_mut().zip(&subproblem.holdings) {
        *left = holding.left_on(subproblem.days[day], *left);
    }
    if other_month {
        state.counts.fill(0);
    }
    subproblem.forget(&mut state.spent, day);
    state
}

/// Amounts to try.
enum AmountIter {
    All(std::iter::StepBy<std::ops::RangeInclusive<i64>>),
    Some(std::vec::IntoIter<i64>),
}

impl Iterator for AmountIter {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        match self {
            AmountIter::All(all) => all.next(),
            AmountIter::Some(some) => some.next(),
        }
    }
}

fn all_amounts(
    pricing: &PricingContext<'_>,
    may_leave: i64,
) -> std::iter::StepBy<std::ops::RangeInclusive<i64>> {
    let step = pricing.tariff.step.max(1);
    let least = pricing.tariff.min.unwrap_or(1).max(1);
    let most = [pricing.tariff.max, pricing.amount_left, Some(may_leave)].into_iter().flatten().min();
    let initial_state = least.saturating_add(step - 1) / step * step;
    (initial_state..=most.unwrap_or(0)).step_by(usize::try_from(step).unwrap_or(usize::MAX))
}

/// Amounts at which a rule changes its mind, and their neighbours.
fn breakpoints(
    subproblem: &Subproblem<'_>,
    pricing: &PricingContext<'_>,
    account: usize,
    left: i64,
    may_leave: i64,
    rest: Option<i128>,
) -> std::vec::IntoIter<i64> {
    let tariff = pricing.tariff;
    let step = tariff.step.max(1);
    let mut edges: Vec<i64> = vec![may_leave, tariff.min.unwrap_or(step).max(step)];
    edges.extend([tariff.max, pricing.amount_left].into_iter().flatten());
    let lapsing = subproblem.holdings[account].lapsing(left);
    edges.extend((lapsing > 0).then_some(lapsing));
    for (i, charge) in tariff.charges.iter().enumerate() {
        edges.extend(charge_breakpoints(charge));
        if let Some(share) = charge.share_from {
            let initial_state = i128::from(share) * i128::from(left);
            let whole = crate::fee::PERCENT_WHOLE;
            edges.push(
                (initial_state.div_euclid(whole) + i128::from(initial_state.rem_euclid(whole) > 0)) as i64,
            );
        }
        if let Some(free) = pricing.free_of(i).amount {
            edges.push(free);
        }
    }
    let amounts = AmountSearch::of(pricing, subproblem.platform.unit.decimals);
    edges.extend(amounts.largest());
    let (num, den) = pricing.conversion(subproblem.platform.unit.decimals);
    if let Some(rest) = rest.filter(|rest| *rest > 0 && *rest < i128::from(i64::MAX)) {
        edges.extend(amounts.smallest_netting((rest * den + num - 1).div_euclid(num)));
    }
    let near = |edge: i64| {
        let below = edge.div_euclid(step).saturating_mul(step);
        [below.saturating_sub(step), below, below.saturating_add(step)]
    };
    let mut tried: Vec<i64> =
        edges.into_iter().flat_map(near).filter(|x| *x > 0 && *x <= may_leave).collect();
    tried.sort_unstable();
    tried.dedup();
    tried.into_iter()
}

/// Where a charge bends.
fn charge_breakpoints(charge: &Charge) -> Vec<i64> {
    let mut edges = Vec::new();
    let mut lines = Vec::new();
    match &charge.scale {
        Scale::Line(line) => lines.push(*line),
        Scale::Slabs(slabs) | Scale::Brackets(slabs) => {
            edges.extend(slabs.iter().filter_map(|s| s.to));
            lines.extend(slabs);
        }
    }
    for line in lines {
        let percent = i128::from(line.percent.high);
        for bound in [Some(0), charge.min, charge.max].into_iter().flatten() {
            // The amounts around which a percentage reaches a bound, and is first rounded above it.
            for bound in [i128::from(bound), i128::from(bound) + i128::from(charge.round_to)] {
                let over = (bound - i128::from(line.flat)) * crate::fee::PERCENT_WHOLE;
                if percent > 0 && over > 0 {
                    edges.extend(i64::try_from(over / percent));
                    edges.extend(i64::try_from(over / percent / 2));
                }
            }
        }
    }
    edges
}
