//! Groups whose rules are too entangled to be taken apart: by a table where there is one, else by a search.

use super::{SAMPLE_SHIFT, Solution, SolvedSubproblem};
use crate::plan::knapsack::{Choice, Goal};
use crate::plan::pareto::pareto_frontier;
use crate::plan::relaxation;
use crate::plan::search::{self, Width};
use crate::plan::segments::{self, CostWindow};
use crate::plan::shares::Limits;
use crate::plan::subproblem::Subproblem;
use crate::plan::{dp, parts, shares, with_budget};

/// Below so many amounts that a step could have, every one of them is looked at.
const AMOUNTS_ALL: i128 = 3_000;
/// More ways to divide shared counts are not looked at.
const DIVISIONS_MAX: usize = 200;
/// What fewer days or withdrawals allow is looked at with so many times the effort in all.
const NARROWER_TIMES: u64 = 2;

/// What can be done with such a group within some limits, as far as the effort goes.
pub(super) fn solve_coupled<'p>(
    subproblem: Subproblem<'p>,
    goal: Goal,
    limits: Limits,
    effort: &mut u64,
) -> SolvedSubproblem<'p> {
    let all = *effort;
    if let Some((choices, found)) = exact(&subproblem, goal, limits, effort) {
        return SolvedSubproblem { choices, found, bound: None, subproblem };
    }
    let bound = Some(relaxation::lower_bounds(&subproblem, effort));
    let mut best = deepening_search(&subproblem, goal, effort);
    if best.cut || best.choices.is_empty() {
        best.add(search::greedy(&subproblem, goal), goal);
    }
    // With more days or withdrawals there is more to look at, so what fewer allow may be found sooner;
    // a plan must not become worse by what it may do besides.
    add_narrower(&mut best, &subproblem, goal, limits, all);
    let choices = best.choices.clone();
    // Where everything that could be better is found, nothing is left to be better.
    let fewest = |net: i128| subproblem.fewest_withdrawals(0..subproblem.accounts.len(), net);
    let bound = bound.filter(|bounds| !matches!(bounds.as_slice(), [only] if only.is_met(&choices, fewest)));
    SolvedSubproblem { choices, found: Solution::Search(best), bound, subproblem }
}

/// All that can be worth doing with a group; `None` where that takes too much.
fn exact(
    subproblem: &Subproblem<'_>,
    goal: Goal,
    limits: Limits,
    effort: &mut u64,
) -> Option<(Vec<Choice>, Solution)> {
    let share = *effort - *effort / 4;
    if let Some(found) = with_budget(effort, share, |share| shares::solve(subproblem, goal, limits, share)) {
        return Some((found.choices.clone(), Solution::Shares(found)));
    }
    let share = *effort / 2;
    if let Some(found) = with_budget(effort, share, |share| by_counts(subproblem, goal, limits, share)) {
        return Some(found);
    }
    if let Some(dp) = dp::prepare(subproblem) {
        let share = *effort - *effort / 4;
        if let Some(found) = with_budget(effort, share, |share| dp.solve(goal, share)) {
            return Some((found.choices.clone(), Solution::Table(found)));
        }
    }
    let amounts: i128 = subproblem.holdings.iter().map(|h| i128::from(h.today())).sum::<i128>()
        * subproblem.options.iter().map(|w| 1.max(w.tariffs.iter().flatten().count() as i128)).sum::<i128>();
    let step =
        subproblem.options.iter().flat_map(|w| w.tariffs.iter().flatten()).map(|o| o.tariff.step).min();
    if amounts / i128::from(step.unwrap_or(1).max(1)) > AMOUNTS_ALL || subproblem.days_cut {
        return None;
    }
    let share = *effort - *effort / 4;
    let all = |share: &mut u64| search::search(subproblem, goal, Width::All, i64::MAX, share);
    let found = with_budget(effort, share, all)?;
    Some((found.choices.clone(), Solution::Search(found)))
}

/// Solves channels of one account that share nothing but the number of their withdrawals on one day:
/// for each way to divide the shared counts the channels are independent. `None` where they share
/// more, or where that takes too much.
fn by_counts(
    subproblem: &Subproblem<'_>,
    goal: Goal,
    limits: Limits,
    effort: &mut u64,
) -> Option<(Vec<Choice>, Solution)> {
    let shared = shared_counts(subproblem)?;
    let divisions = divisions(subproblem, &shared)?;
    let window = match goal {
        Goal::Reach(_) => CostWindow {
            rise: 0,
            run: 1,
            limit: limits.cost,
            needs: [(parts(limits.cost), parts(limits.net))].into(),
        },
        Goal::Most(step) => {
            let known = search::greedy(subproblem, goal).choices;
            CostWindow::bringing(known.iter().map(|choice| choice.value(step)).max().unwrap_or(0).max(0))
        }
    };
    let (mut choices, mut solutions) = (Vec::new(), Vec::new());
    for (division, sequence) in divisions {
        let mut alone = subproblem.clone();
        for (option, count) in division.iter().enumerate() {
            let is_shared = shared.iter().any(|count| count.options.contains(&option));
            alone.options[option].count_max = is_shared.then_some(*count);
        }
        let mut found = segments::prepare(&alone)?.solve(goal, Some(window.clone()), effort)?;
        found.sequence = sequence;
        let place = solutions.len() << SAMPLE_SHIFT;
        choices
            .extend(found.choices.iter().map(|choice| Choice { origin: place | choice.origin, ..*choice }));
        solutions.push(found);
    }
    let choices = pareto_frontier(choices, goal);
    (!choices.is_empty()).then_some((choices, Solution::Samples(solutions)))
}

/// A number of withdrawals that several channels count together.
struct SharedCount {
    /// The channels whose withdrawals count.
    options: Vec<usize>,
    /// The channels that it limits: each may be used while fewer withdrawals than this were made.
    limits: Vec<(usize, i64)>,
}

/// Returns the numbers of withdrawals that several channels count together; `None` where there is none,
/// or where they share more than that.
fn shared_counts(subproblem: &Subproblem<'_>) -> Option<Vec<SharedCount>> {
    if subproblem.accounts.len() != 1 || subproblem.days.len() != 1 || subproblem.days_cut {
        return None;
    }
    let tariffs = || subproblem.options.iter().map(|option| option.tariffs[0].as_ref()).enumerate();
    let mut shared = Vec::new();
    for (number, quota) in subproblem.quotas.iter().enumerate().filter(|(_, quota)| quota.options.len() > 1) {
        let is_free = tariffs().any(|(_, tariff)| tariff.is_some_and(|t| t.frees.contains(&Some(number))));
        if quota.tracked.amount || (quota.tracked.count && is_free) {
            return None;
        }
        if quota.tracked.count {
            let limits = tariffs().filter_map(|(option, daily)| {
                let rows = daily?.tariff.limits.iter().zip(&daily?.limits);
                let counts = rows.filter(|(_, own)| **own == number).filter_map(|(limit, _)| limit.count);
                Some((option, counts.min()?.saturating_sub(quota.base[0].count)))
            });
            shared.push(SharedCount { options: quota.options.clone(), limits: limits.collect() });
        }
    }
    (!shared.is_empty()).then_some(shared)
}

/// Returns how many withdrawals each channel may have where the shared counts are divided among the
/// channels, with the sequence of the channels in which they fit; only the largest divisions, since one
/// that leaves room for another withdrawal allows no more than the one with it. `None` where there are
/// too many.
fn divisions(subproblem: &Subproblem<'_>, shared: &[SharedCount]) -> Option<Vec<(Vec<usize>, Vec<usize>)>> {
    let mut divisions = vec![Vec::new()];
    for option in 0..subproblem.options.len() {
        let is_shared = shared.iter().any(|count| count.options.contains(&option));
        let most = if is_shared { subproblem.splits as usize } else { 0 };
        let with = |division: &Vec<usize>, count: usize| [division.as_slice(), &[count]].concat();
        let all = divisions.iter().flat_map(|division| (0..=most).map(move |count| with(division, count)));
        divisions = all.filter(|division| sequence(subproblem, shared, division).is_some()).collect();
        if divisions.len() > DIVISIONS_MAX {
            return None;
        }
    }
    let grown = |division: &Vec<usize>, option: usize| {
        let mut grown = division.clone();
        grown[option] += 1;
        grown
    };
    let is_largest = |division: &Vec<usize>| {
        (0..division.len()).all(|option| !divisions.contains(&grown(division, option)))
    };
    let largest = divisions.iter().filter(|division| is_largest(division));
    Some(largest.filter_map(|d| Some((d.clone(), sequence(subproblem, shared, d)?))).collect())
}

/// Returns the first channels in a sequence in which so many withdrawals through each fit the shared
/// counts; `None` where there is none.
///
/// Found from the last to the first: a channel whose limits have room for all withdrawals can be the last
/// one, and without it there is more room for the others. What takes all that is left must be the last.
fn sequence(subproblem: &Subproblem<'_>, shared: &[SharedCount], division: &[usize]) -> Option<Vec<usize>> {
    let takes_all = |option: usize| {
        let daily = subproblem.options[option].tariffs[0].as_ref();
        division[option] > 0 && daily.is_some_and(|daily| daily.tariff.whole_balance)
    };
    let mut open: Vec<usize> = (0..division.len()).collect();
    let mut sequence = Vec::new();
    while !open.is_empty() {
        let fits = |option: usize| {
            division[option] == 0
                || shared.iter().all(|count| {
                    let all = open.iter().filter(|other| count.options.contains(other));
                    let all = all.map(|other| division[*other]).sum::<usize>() as i64;
                    count.limits.iter().all(|(limited, left)| *limited != option || all <= *left)
                })
        };
        let may_be_last =
            |option: usize| fits(option) && (takes_all(option) || !open.iter().any(|o| takes_all(*o)));
        let last = open.iter().rposition(|option| may_be_last(*option))?;
        sequence.push(open.remove(last));
    }
    sequence.reverse();
    Some(sequence)
}

/// Longer and longer sequences, as far as the effort goes.
fn deepening_search(subproblem: &Subproblem<'_>, goal: Goal, effort: &mut u64) -> search::SearchResult {
    let mut best = search::SearchResult::nothing();
    let mut steps_max = 1;
    loop {
        let share = *effort / 2;
        let some = |share: &mut u64| search::search(subproblem, goal, Width::Breakpoints, steps_max, share);
        let Some(found) = with_budget(effort, share, some) else { break };
        let cut = found.cut;
        best = found;
        // A longer sequence costs as much at the least, and is worse among equals.
        let longer = subproblem.step_price() * i128::from(steps_max + 1);
        let is_met = |target: i128| best.choices.iter().any(|p| p.cost <= longer && p.net >= target);
        if !cut || matches!(goal, Goal::Reach(target) if is_met(target)) {
            break;
        }
        steps_max += 1 + steps_max / 3;
    }
    best
}

/// Adds what can be done in the first days only, and with fewer withdrawals. Each of these is looked at
/// with as much effort as if it had been asked for.
fn add_narrower<'p>(
    best: &mut search::SearchResult,
    subproblem: &Subproblem<'p>,
    goal: Goal,
    limits: Limits,
    effort: u64,
) {
    let mut left = NARROWER_TIMES * effort;
    // The longest time and the most withdrawals for which all can be found: by doubling, then by halving.
    let mut widest = |all: usize, narrowed: &dyn Fn(usize) -> Subproblem<'p>| {
        let (mut low, mut high, mut tried) = (0, all, 1);
        while low + 1 < high && left > 0 {
            tried = tried.clamp(low + 1, high - 1);
            let narrower = narrowed(tried);
            let share = effort.min(left);
            let found = with_budget(&mut left, share, |share| exact(&narrower, goal, limits, share));
            if let Some((choices, found)) = found {
                best.add_withdrawals(&choices, |origin| found.withdrawals(&narrower, origin), goal);
                low = tried;
            } else {
                best.add(deepening_search(&narrower, goal, &mut (effort / 8)), goal);
                high = tried;
            }
            tried = if high == all { low * 2 } else { low + (high - low) / 2 };
        }
    };
    widest(subproblem.days.len(), &|days| subproblem.narrowed(days, subproblem.splits));
    widest(subproblem.splits as usize, &|splits| subproblem.narrowed(subproblem.days.len(), splits as u32));
}
