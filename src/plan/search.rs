//! Every sequence of withdrawals of one group, told apart only by what it leaves behind.
//!
//! Two sequences that leave the same balances, the same use of every quota and the same day have
//! the same future, so only the better of them goes on. That is exact for every rule a tariff can
//! state, whatever the order of the steps does to shares, free quotas, pools and lots. It looks at
//! every amount, so it is for small balances; for large ones it can look at telling amounts only,
//! and what it finds then is a good plan without a proof.

use super::Move;
use super::blend::{Goal, Point, Ties};
use super::group::{Group, Spent};
use crate::fee::{Amounts, Charge, Scale, Terms};
use std::collections::BTreeMap;

/// A group after some steps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// What left the accounts in all; steps go from less to more, so each state is final when met.
    debits: i64,
    /// What each account has left.
    left: Vec<i64>,
    /// How many withdrawals of the month each account made through each channel.
    counts: Vec<u32>,
    /// What quotas must remember.
    spent: Vec<Spent>,
    /// How many withdrawals there were, where that makes a difference: with a target and a step cost,
    /// fewer withdrawals at a higher charge may be as good as more at a lower one.
    steps: i64,
}

/// The best way to a state.
#[derive(Clone, Copy, Debug)]
struct Way {
    cost: i128,
    net: i128,
    ties: Ties,
    /// The last step that was noted.
    step: usize,
    /// The step after that, which is noted once no better way to the state can be found.
    last: Option<Move>,
}

/// What a search found.
pub struct Found {
    /// Longer sequences were left out.
    pub cut: bool,
    /// Everything that can be done, marked by the last step.
    pub points: Vec<Point>,
    /// The steps, each with the one before it.
    steps: Vec<(usize, Move)>,
}

const NO_STEP: usize = usize::MAX;

impl Found {
    /// Nothing can be done.
    pub fn nothing() -> Found {
        let nothing = Point::nothing(NO_STEP);
        Found { cut: true, points: vec![nothing], steps: Vec::new() }
    }

    /// What another search of the same group found as well.
    pub fn add(&mut self, other: Found, goal: Goal) {
        let behind = |mark: usize| if mark == NO_STEP { NO_STEP } else { mark + self.steps.len() };
        let points = other.points.iter().map(|point| Point { mark: behind(point.mark), ..*point });
        self.points.extend(points.collect::<Vec<_>>());
        let steps = other.steps.iter().map(|(before, step)| (behind(*before), *step));
        let steps: Vec<(usize, Move)> = steps.collect();
        self.steps.extend(steps);
        self.points = super::blend::frontier(std::mem::take(&mut self.points), goal);
    }

    /// What was found of the same group in another way as well.
    pub fn add_moves(&mut self, points: &[Point], moves: impl Fn(usize) -> Vec<Move>, goal: Goal) {
        for point in points {
            let mut mark = NO_STEP;
            for step in moves(point.mark) {
                self.steps.push((mark, step));
                mark = self.steps.len() - 1;
            }
            self.points.push(Point { mark, ..*point });
        }
        self.points = super::blend::frontier(std::mem::take(&mut self.points), goal);
    }

    /// The steps of a point, in the order in which they were taken.
    pub fn moves(&self, mark: usize) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut at = mark;
        while let Some((before, step)) = self.steps.get(at) {
            moves.push(*step);
            at = *before;
        }
        moves.reverse();
        moves
    }
}

/// Which amounts a search looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Every amount: what is found is exact.
    All,
    /// Amounts at which something changes, and those that reach the target.
    Telling,
}

/// So many steps are remembered at most, which takes some hundred and fifty mebibytes with all they lead to.
const STEPS_MAX: usize = 200_000;
/// What it takes to try one of all amounts or one of those that tell, and to find these, in looks at a
/// choice.
const EFFORT_OF_EACH: u64 = 20;
const EFFORT_OF_AMOUNT: u64 = 12;
const EFFORT_OF_TELLING: u64 = 500;
/// What it takes to ask for the terms of a channel, and to take a state to the next day.
const EFFORT_OF_TERMS: u64 = 20;
const EFFORT_OF_STATE: u64 = 40;

/// Searches the sequences of a group of at most so many steps; `None` where more effort is needed
/// than there is.
pub fn search(group: &Group<'_>, goal: Goal, look: Look, steps_max: i64, effort: &mut u64) -> Option<Found> {
    let mut cut = false;
    let accounts = group.accounts.len();
    let counted = counts_matter(group);
    let of_amount = if look == Look::All { EFFORT_OF_EACH } else { EFFORT_OF_AMOUNT };
    let mut steps: Vec<(usize, Move)> = Vec::new();
    let none = Way { cost: 0, net: 0, ties: Ties::default(), step: NO_STEP, last: None };
    let steps_tell = matches!(goal, Goal::Reach(_)) && group.step_cost > 0;
    let step_cost = if steps_tell { 0 } else { i128::from(group.step_cost) };
    // In one state what left is the same, so more net is less cost.
    let is_better = |new: &Way, known: &Way| {
        let lost = |way: &Way| step_cost * i128::from(way.ties.steps) - way.net;
        (lost(new), new.ties) < (lost(known), known.ties)
    };
    let mut arriving = BTreeMap::from([(first(group), none)]);
    for day in 0..group.days.len() {
        let mut open = std::mem::take(&mut arriving);
        // The last state, and the most that came of it or of the same with fewer withdrawals.
        let mut last: Option<(State, i128)> = None;
        while let Some((state, mut way)) = open.pop_first() {
            if steps_tell {
                let same = |last: &State| State { steps: last.steps, ..state.clone() } == *last;
                let most = last.as_ref().filter(|(last, _)| same(last)).map(|(_, most)| *most);
                if most.is_some_and(|most| most >= way.net) {
                    continue;
                }
                last = Some((state.clone(), way.net));
            }
            if let Some(last) = way.last.take() {
                steps.push((way.step, last));
                way.step = steps.len() - 1;
            }
            cut |= way.ties.steps >= steps_max;
            for account in (0..accounts).filter(|_| way.ties.steps < steps_max) {
                let holding = group.holdings[account];
                let left = state.left[account];
                let may_leave = left.saturating_sub(holding.keep);
                if may_leave <= 0 {
                    continue;
                }
                for channel in 0..group.ways.len() {
                    let place = account * group.ways.len() + channel;
                    if counted && state.counts[place] >= group.splits {
                        continue;
                    }
                    *effort = effort.checked_sub(EFFORT_OF_TERMS)?;
                    let Some(terms) = group.terms(channel, day, left, &state.spent) else { continue };
                    if terms.count_used_up {
                        continue;
                    }
                    let rest = match goal {
                        Goal::Reach(target) => Some(target - way.net),
                        Goal::Most(_) => None,
                    };
                    let amounts = match look {
                        Look::All => Tried::All(all_amounts(&terms, may_leave)),
                        Look::Telling => {
                            *effort = effort.checked_sub(EFFORT_OF_TELLING)?;
                            Tried::Some(telling(group, &terms, account, left, may_leave, rest))
                        }
                    };
                    for amount in amounts {
                        *effort = effort.checked_sub(of_amount)?;
                        if open.len() + arriving.len() + steps.len() > STEPS_MAX {
                            return None;
                        }
                        let taken = take(group, day, &state, &way, (account, channel), &terms, amount);
                        let Some((mut next, reached, step)) = taken else { continue };
                        next.steps = if steps_tell { reached.ties.steps } else { 0 };
                        let reached = Way { step: way.step, last: Some(step), ..reached };
                        match open.get_mut(&next) {
                            Some(known) if !is_better(&reached, known) => {}
                            Some(known) => *known = reached,
                            None => {
                                open.insert(next, reached);
                            }
                        }
                    }
                }
            }
            *effort = effort.checked_sub(EFFORT_OF_STATE)?;
            let state = match group.days.get(day + 1) {
                Some(next) => moved_on(group, state, day + 1, next.month() != group.days[day].month()),
                None => state,
            };
            match arriving.get_mut(&state) {
                Some(known) if !is_better(&way, known) => {}
                Some(known) => *known = way,
                None => {
                    arriving.insert(state, way);
                }
            }
        }
    }
    let point = |way: &Way| Point { cost: way.cost, net: way.net, ties: way.ties, mark: way.step };
    let points = super::blend::frontier(arriving.values().map(point).collect(), goal);
    Some(Found { cut, points, steps })
}

/// Nothing has left yet.
fn first(group: &Group<'_>) -> State {
    let places = if counts_matter(group) { group.accounts.len() * group.ways.len() } else { 0 };
    State {
        debits: 0,
        left: group.holdings.iter().map(|h| h.left_on(group.days[0], h.total())).collect(),
        counts: vec![0; places],
        spent: vec![Vec::new(); group.quotas.len()],
        steps: 0,
    }
}

/// One more step: the state behind it, the way there, and what it moves.
fn take(
    group: &Group<'_>,
    day: usize,
    state: &State,
    way: &Way,
    (account, channel): (usize, usize),
    terms: &Terms<'_>,
    amount: i64,
) -> Option<(State, Way, Move)> {
    let (holding, left) = (group.holdings[account], state.left[account]);
    let outcome = group.outcome(terms, amount).ok()?;
    let debit = i64::try_from(outcome.debit).ok().filter(|d| *d <= left.saturating_sub(holding.keep))?;
    let mut next = state.clone();
    next.debits = next.debits.saturating_add(debit);
    next.left[account] -= debit;
    if let Some(count) = next.counts.get_mut(account * group.ways.len() + channel) {
        *count += 1;
    }
    group.spend(&mut next.spent, channel, day, amount);
    let lapses = holding.lapsing(left) - holding.lapsing(next.left[account]);
    let days_on = i64::from(group.days[day].0 - group.days[0].0);
    let reached = Way {
        cost: way.cost + group.cost(&outcome) + group.step_price(),
        net: way.net + outcome.net,
        ties: Ties {
            steps: way.ties.steps + 1,
            expiring: way.ties.expiring - i128::from(lapses),
            days: way.ties.days + days_on,
            order: way.ties.order.and(group.order(account, channel, 1)),
        },
        step: NO_STEP,
        last: None,
    };
    let (fee, tax, net) = (outcome.fee as i64, outcome.tax as i64, outcome.net as i64);
    Some((next, reached, Move { day, account, channel, amount, debit, fee, tax, net }))
}

/// Three long sequences, quickly. Not the best, but good ones where the rest is too much to look at.
pub fn in_passing(group: &Group<'_>, goal: Goal) -> Found {
    let mut found = greedy(group, Greed::FreeAtFirst);
    found.add(greedy(group, Greed::Any), goal);
    found.add(greedy(group, Greed::Free), goal);
    found
}

/// What a long sequence takes, the largest first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Greed {
    /// On each day what is free, and on the last day whatever still brings something.
    FreeAtFirst,
    /// On each day whatever brings something.
    Any,
    /// What is free, and anywhere on the last day one step of another kind.
    Free,
}

fn greedy(group: &Group<'_>, greed: Greed) -> Found {
    let mut state = first(group);
    let mut way = Way { cost: 0, net: 0, ties: Ties::default(), step: NO_STEP, last: None };
    let (mut steps, mut points) = (Vec::new(), Vec::new());
    let point = |way: &Way, mark: usize| Point { cost: way.cost, net: way.net, ties: way.ties, mark };
    for day in 0..group.days.len() {
        let is_last = day + 1 == group.days.len();
        let at_any_cost = greed == Greed::Any || (is_last && greed == Greed::FreeAtFirst);
        loop {
            if is_last
                && greed == Greed::Free
                && let Some((_, reached, step)) = best_step(group, day, &state, &way, true)
            {
                steps.push((way.step, step));
                points.push(point(&reached, steps.len() - 1));
            }
            let Some((next, reached, step)) = best_step(group, day, &state, &way, at_any_cost) else { break };
            steps.push((way.step, step));
            way = Way { step: steps.len() - 1, ..reached };
            points.push(point(&way, way.step));
            state = next;
        }
        if !is_last {
            let other_month = group.days[day + 1].month() != group.days[day].month();
            state = moved_on(group, state, day + 1, other_month);
        }
    }
    Found { cut: true, points, steps }
}

/// The step of a day that brings most, of those that cost nothing or, where it must, of all.
fn best_step(
    group: &Group<'_>,
    day: usize,
    state: &State,
    way: &Way,
    at_any_cost: bool,
) -> Option<(State, Way, Move)> {
    let mut best: Option<(State, Way, Move)> = None;
    for account in 0..group.accounts.len() {
        let may_leave = state.left[account].saturating_sub(group.holdings[account].keep);
        for channel in 0..group.ways.len() {
            let place = account * group.ways.len() + channel;
            if may_leave <= 0 || state.counts.get(place).is_some_and(|count| *count >= group.splits) {
                continue;
            }
            let terms = group.terms(channel, day, state.left[account], &state.spent);
            let Some(terms) = terms.filter(|terms| !terms.count_used_up) else { continue };
            for amount in telling(group, &terms, account, state.left[account], may_leave, None) {
                let Some(taken) = take(group, day, state, way, (account, channel), &terms, amount) else {
                    continue;
                };
                let is_free = taken.1.cost <= way.cost + group.step_price();
                let brings = |taken: &(State, Way, Move)| (-taken.1.cost, taken.1.net);
                let brings_more = taken.1.net > way.net
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
fn counts_matter(group: &Group<'_>) -> bool {
    group.ways.iter().any(|way| {
        let least =
            way.offers.iter().flatten().map(|o| o.tariff.min.unwrap_or(1).max(o.tariff.step).max(1)).min();
        let least = least.unwrap_or(i64::MAX);
        group.holdings.iter().any(|h| h.total() / least > i64::from(group.splits))
    })
}

/// The state at the beginning of another day.
fn moved_on(group: &Group<'_>, mut state: State, day: usize, other_month: bool) -> State {
    for (left, holding) in state.left.iter_mut().zip(&group.holdings) {
        *left = holding.left_on(group.days[day], *left);
    }
    if other_month {
        state.counts.fill(0);
    }
    group.forget(&mut state.spent, day);
    state
}

/// Amounts to try.
enum Tried {
    All(std::iter::StepBy<std::ops::RangeInclusive<i64>>),
    Some(std::vec::IntoIter<i64>),
}

impl Iterator for Tried {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        match self {
            Tried::All(all) => all.next(),
            Tried::Some(some) => some.next(),
        }
    }
}

fn all_amounts(terms: &Terms<'_>, may_leave: i64) -> std::iter::StepBy<std::ops::RangeInclusive<i64>> {
    let step = terms.tariff.step.max(1);
    let least = terms.tariff.min.unwrap_or(1).max(1);
    let most = [terms.tariff.max, terms.amount_left, Some(may_leave)].into_iter().flatten().min();
    let first = least.saturating_add(step - 1) / step * step;
    (first..=most.unwrap_or(0)).step_by(usize::try_from(step).unwrap_or(usize::MAX))
}

/// Amounts at which a rule changes its mind, and their neighbours.
fn telling(
    group: &Group<'_>,
    terms: &Terms<'_>,
    account: usize,
    left: i64,
    may_leave: i64,
    rest: Option<i128>,
) -> std::vec::IntoIter<i64> {
    let tariff = terms.tariff;
    let step = tariff.step.max(1);
    let mut edges: Vec<i64> = vec![may_leave, tariff.min.unwrap_or(step).max(step)];
    edges.extend([tariff.max, terms.amount_left].into_iter().flatten());
    let lapsing = group.holdings[account].lapsing(left);
    edges.extend((lapsing > 0).then_some(lapsing));
    for (i, charge) in tariff.charges.iter().enumerate() {
        edges.extend(charge_edges(charge));
        if let Some(share) = charge.share_from {
            let first = i128::from(share) * i128::from(left);
            let whole = crate::fee::PERCENT_WHOLE;
            edges.push((first.div_euclid(whole) + i128::from(first.rem_euclid(whole) > 0)) as i64);
        }
        if let Some(free) = terms.free_of(i).amount {
            edges.push(free);
        }
    }
    let amounts = Amounts::of(terms, group.platform.unit.decimals);
    edges.extend(amounts.largest());
    let (num, den) = terms.conversion(group.platform.unit.decimals);
    if let Some(rest) = rest.filter(|rest| *rest > 0 && *rest < i128::from(i64::MAX)) {
        edges.extend(amounts.smallest_keeping((rest * den + num - 1).div_euclid(num)));
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
fn charge_edges(charge: &Charge) -> Vec<i64> {
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
