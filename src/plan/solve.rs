//! What can be worth doing with each group: the easy ones first, so that the hard ones need only be
//! looked at where a plan can still be better than one that is known.

mod coupled;

use super::knapsack::{Choice, Goal, LowerHull, select};
use super::pareto::pareto_frontier;
use super::relaxation::LowerBound;
use super::search;
use super::shares;
use super::subproblem::Subproblem;
use super::{Withdrawal, dp, parts, segments, with_budget};
use crate::money::lcm;
use coupled::solve_coupled;
use std::rc::Rc;

/// More of what all groups but one come to together is not held against the last one.
const OTHERS_MAX: usize = 4_000;

/// Where in a mark it stands which sample it is of.
const SAMPLE_SHIFT: u32 = 32;

/// What can be done with one group.
pub struct SolvedSubproblem<'p> {
    pub subproblem: Subproblem<'p>,
    pub choices: Vec<Choice>,
    found: Solution,
    /// From below, where the points are not all that can be done.
    pub bound: Option<Vec<LowerBound>>,
}

/// How the points of a group were found.
enum Solution {
    SegmentSolution(segments::SegmentSolution),
    /// Several samples; the upper half of a mark says which of them.
    Samples(Vec<segments::SegmentSolution>),
    Search(search::SearchResult),
    Shares(shares::IntervalResult),
    Table(dp::DpResult),
}

impl SolvedSubproblem<'_> {
    pub fn withdrawals(&self, origin: usize) -> Vec<Withdrawal> {
        self.found.withdrawals(&self.subproblem, origin)
    }
}

impl Solution {
    /// The steps of a point of a group.
    fn withdrawals(&self, subproblem: &Subproblem<'_>, origin: usize) -> Vec<Withdrawal> {
        match self {
            Solution::SegmentSolution(segments) => segments.withdrawals(subproblem, origin),
            Solution::Samples(samples) => sampled_withdrawals(samples, subproblem, origin),
            Solution::Search(found) => found.withdrawals(origin),
            Solution::Shares(found) => found.withdrawals(subproblem, origin),
            Solution::Table(found) => found.withdrawals(origin),
        }
    }
}

/// Solves each of some groups, and tells what no plan costs less than; `None` where they cannot bring
/// the target together. With a target, `known` is what a plan costs that is known already, in parts.
pub fn solve<'p>(
    subproblems: Vec<Subproblem<'p>>,
    goal: Goal,
    slow: &[usize],
    known: Option<i128>,
    effort: &mut u64,
) -> Option<(Vec<SolvedSubproblem<'p>>, i128)> {
    let mut all: Vec<Progress<'p>> = Vec::new();
    let scale = subproblems.iter().fold(1, |sum, subproblem| lcm(sum, subproblem.par.1));
    // Without a target what is known to cost less may bring less.
    let known = known.filter(|_| matches!(goal, Goal::Reach(_))).map(|known| known * scale);
    let worth: i128 = subproblems.iter().map(Subproblem::worth).sum();
    let mut left = subproblems.len() as u64;
    for subproblem in subproblems {
        let is_slow = slow.contains(&subproblem.accounts[0]);
        let prepared = if is_slow { None } else { segments::prepare(&subproblem) };
        // What one group leaves of its share the others may use.
        let share = *effort / left.max(1);
        left -= 1;
        all.push(match prepared {
            Some(plain) => {
                Progress::Open { subproblem, plain, curve: None, samples: Vec::new(), choices: Vec::new() }
            }
            None => Progress::SolvedSubproblem({
                let limits = match goal {
                    // The others bring all that they hold at the most.
                    Goal::Reach(target) => shares::Limits {
                        cost: known.map_or(i128::MAX, |known| known / (scale / subproblem.par.1)),
                        net: (target - (worth - subproblem.worth())).max(0),
                    },
                    Goal::Most(_) => shares::Limits::NONE,
                };
                with_budget(effort, share, |share| solve_coupled(subproblem, goal, limits, share))
            }),
        });
    }
    let mut all = Master { goal, scale, hulls: Vec::new(), parts: all, best: known, least: 0 };
    all.hulls = all.parts.iter().map(|progress| all.hulls_of(progress)).collect();
    // What is out of reach of all together is not looked for.
    if !all.could_reach() {
        return None;
    }
    all.sampled(effort);
    if all.best.is_none() {
        all.explore_curves(effort);
    }
    all.solved(effort)
}

/// The steps of a point of one of several samples.
fn sampled_withdrawals(
    samples: &[segments::SegmentSolution],
    subproblem: &Subproblem<'_>,
    origin: usize,
) -> Vec<Withdrawal> {
    samples[origin >> SAMPLE_SHIFT].withdrawals(subproblem, origin & ((1 << SAMPLE_SHIFT) - 1))
}

/// A group on the way to being solved.
enum Progress<'p> {
    SolvedSubproblem(SolvedSubproblem<'p>),
    Open {
        subproblem: Subproblem<'p>,
        plain: segments::SegmentModel,
        /// The most that it can bring at each cost, where that was looked at.
        curve: Option<segments::ValueByCost>,
        /// Some of what can be done with it.
        samples: Vec<segments::SegmentSolution>,
        /// What they come to.
        choices: Vec<Choice>,
    },
}

impl<'p> Progress<'p> {
    fn subproblem(&self) -> &Subproblem<'p> {
        match self {
            Progress::SolvedSubproblem(solved) => &solved.subproblem,
            Progress::Open { subproblem, .. } => subproblem,
        }
    }

    /// Notes what else can be done with it.
    fn add(&mut self, sample: Option<segments::SegmentSolution>, goal: Goal) {
        let (Progress::Open { samples, choices, .. }, Some(sample)) = (self, sample) else { return };
        let place = samples.len() << SAMPLE_SHIFT;
        choices.extend(sample.choices.iter().map(|p| Choice { origin: place | p.origin, ..*p }));
        *choices = pareto_frontier(std::mem::take(choices), goal);
        samples.push(sample);
    }

    /// What is no worse than whatever is done with it.
    fn bounds(&self) -> Vec<LowerBound> {
        match self {
            Progress::SolvedSubproblem(SolvedSubproblem { bound: Some(bounds), .. }) => bounds.clone(),
            Progress::SolvedSubproblem(SolvedSubproblem { choices, .. }) => {
                vec![LowerBound { choices: choices.clone(), divisible: false }]
            }
            Progress::Open { curve: Some(curve), .. } => {
                vec![LowerBound { choices: curve.choices(), divisible: false }]
            }
            Progress::Open { plain, .. } => vec![LowerBound::envelope(plain)],
        }
    }

    /// What is known of it.
    fn choices(&self) -> Option<&[Choice]> {
        match self {
            Progress::SolvedSubproblem(solved) => Some(&solved.choices),
            Progress::Open { choices, .. } => (!choices.is_empty()).then_some(choices.as_slice()),
        }
    }
}

/// All groups of a question, on the way to being solved.
struct Master<'p> {
    goal: Goal,
    /// Costs of all groups are counted in this fraction of a part.
    scale: i128,
    parts: Vec<Progress<'p>>,
    /// What each group can do at the best.
    hulls: Vec<Vec<LowerHull>>,
    /// What a plan costs that is known.
    best: Option<i128>,
    /// What no plan costs less than.
    least: i128,
}

impl<'p> Master<'p> {
    fn scaled(&self, choices: &[Choice], subproblem: &Subproblem<'_>) -> Vec<Choice> {
        let by = self.scale / subproblem.par.1;
        choices.iter().map(|p| Choice { cost: p.cost * by, ..*p }).collect()
    }

    fn hulls_of(&self, progress: &Progress<'p>) -> Vec<LowerHull> {
        let hull = |bound: LowerBound| LowerHull::of(&self.scaled(&bound.choices, progress.subproblem()));
        progress.bounds().into_iter().map(hull).collect()
    }

    /// Looks at a few of the runs of each group, for a plan to begin with; coarsely first, and what
    /// that leaves room for more finely.
    fn sampled(&mut self, effort: &mut u64) {
        if !self.parts.iter().any(|progress| matches!(progress, Progress::Open { .. })) {
            return;
        }
        for (finer, share) in [(&[10, 4, 2, 1][..], 8), (&[80, 30], 4)] {
            let share = *effort / share;
            with_budget(effort, share, |share| self.sample(finer, share));
            self.improve_best(effort);
        }
    }

    /// A sample of each group, as fine as can be done.
    fn sample(&mut self, per_rule: &[usize], effort: &mut u64) {
        let windows: Vec<Option<segments::CostWindow>> =
            (0..self.parts.len()).map(|i| self.window(i)).collect();
        let mut left =
            self.parts.iter().filter(|progress| matches!(progress, Progress::Open { .. })).count() as u64;
        for (progress, window) in self.parts.iter_mut().zip(windows) {
            let Progress::Open { plain, .. } = progress else { continue };
            for (tries, per_rule) in per_rule.iter().enumerate() {
                let share = if tries == 0 { 3 * *effort / (left + 2) } else { *effort / left };
                let sample = |share: &mut u64| plain.sample(self.goal, *per_rule, window.clone(), share);
                let found = with_budget(effort, share, sample);
                if found.is_some() {
                    progress.add(found, self.goal);
                    break;
                }
            }
            left -= 1;
        }
    }

    /// Makes a plan of what is known, and remembers what it costs where it is the cheapest so far.
    fn improve_best(&mut self, effort: &mut u64) -> Option<()> {
        let Goal::Reach(target) = self.goal else { return None };
        let lists: Option<Vec<Vec<Choice>>> = self
            .parts
            .iter()
            .map(|progress| Some(self.scaled(progress.choices()?, progress.subproblem())))
            .collect();
        let (lists, share) = (lists?, *effort / 8);
        let first = with_budget(effort, share, |share| select(&lists, self.goal, share))?;
        let cost: i128 = first.picks.iter().map(|p| p.cost).sum();
        let excess = first.picks.iter().map(|p| p.net).sum::<i128>() - target;
        // What is too much may be left out of one withdrawal.
        let mut saved = 0;
        for (progress, pick) in self.parts.iter().zip(&first.picks) {
            if let Progress::Open { subproblem, plain, samples, .. } = progress {
                let withdrawals = sampled_withdrawals(samples, subproblem, pick.origin);
                // Where all must leave nothing can be left out.
                let tariffs = |m: &Withdrawal| subproblem.options[m.channel].tariffs[m.day].as_ref();
                if withdrawals.iter().any(|m| tariffs(m).is_none_or(|o| o.tariff.whole_balance)) {
                    continue;
                }
                for m in withdrawals {
                    saved = saved.max(plain.saved(m.channel, m.net, m.fee + m.tax, parts(excess)));
                }
            }
        }
        let cost = cost - i128::from(saved) * self.scale;
        self.best = Some(self.best.map_or(cost, |best| best.min(cost)));
        Some(())
    }

    /// How dear a choice of a group may be to be part of a plan that is no dearer than the best known:
    /// no dearer than the other groups leave room for. `None` where no plan is known.
    fn window(&self, at: usize) -> Option<segments::CostWindow> {
        if let Goal::Most(step) = self.goal {
            let values = self.parts[at].choices()?.iter().map(|p| p.value(step));
            return values.max().map(segments::CostWindow::bringing);
        }
        self.window_to(at, self.best?)
    }

    /// The same for a plan that costs no more than that.
    fn window_to(&self, at: usize, cost: i128) -> Option<segments::CostWindow> {
        let Goal::Reach(target) = self.goal else { return None };
        let whole = self.whole_hull();
        let (rise, run) = whole.slope(target);
        let others = self.hulls.iter().enumerate().filter(|(i, _)| *i != at).flat_map(|(_, hulls)| hulls);
        let least: i128 = others.map(|hull| hull.lowest(rise, run)).sum();
        let limit = cost * run - target * rise - least;
        Some(segments::CostWindow { rise, run: run * self.scale, limit, needs: Rc::default() })
    }

    /// What all groups can come to together, were it divisible.
    fn whole_hull(&self) -> LowerHull {
        LowerHull::of_all(self.hulls.iter().flatten())
    }

    /// All that the groups but one can come to together in a plan that is no dearer than the best known;
    /// `None` where one of them is not solved, or it is too much.
    fn others(&self, at: usize, effort: &mut u64) -> Option<Vec<Choice>> {
        let (Goal::Reach(target), best) = (self.goal, self.best?) else { return None };
        let whole = self.whole_hull();
        let (rise, run) = whole.slope(target);
        let above = |p: &Choice| p.cost * run - p.net * rise;
        let least: i128 = self.hulls.iter().flatten().map(|hull| hull.lowest(rise, run)).sum();
        let room = best * run - target * rise - least;
        let mut sums = vec![Choice::nothing(0)];
        let mut lowest = 0;
        for (i, progress) in self.parts.iter().enumerate().filter(|(i, _)| *i != at) {
            let Progress::SolvedSubproblem(SolvedSubproblem { bound: None, choices, subproblem, .. }) =
                progress
            else {
                return None;
            };
            let choices = self.scaled(choices, subproblem);
            lowest += self.hulls[i].iter().map(|hull| hull.lowest(rise, run)).sum::<i128>();
            *effort = effort.checked_sub(sums.len() as u64 * choices.len() as u64)?;
            let mut next = Vec::new();
            for from in &sums {
                let sum = |p: &Choice| Choice { cost: from.cost + p.cost, net: from.net + p.net, ..*from };
                next.extend(choices.iter().map(sum).filter(|sum| above(sum) - lowest <= room));
            }
            sums = pareto_frontier(next, self.goal);
            if sums.len() > OTHERS_MAX {
                return None;
            }
        }
        Some(sums)
    }

    /// Is the target no more than what all groups bring at the best?
    fn could_reach(&self) -> bool {
        let Goal::Reach(target) = self.goal else { return true };
        self.hulls.iter().flatten().map(LowerHull::most).sum::<i128>() >= target
    }

    /// Where no plan is known: is there one at all? `false` where there is none; else the plan that
    /// brings most is a first one.
    fn can_reach(&mut self, effort: &mut u64) -> bool {
        let Goal::Reach(target) = self.goal else { return true };
        if !self.could_reach() {
            return false;
        }
        if self.best.is_some() {
            return true;
        }
        let most_of = |hulls: &Vec<LowerHull>| hulls.iter().map(LowerHull::most).sum::<i128>();
        // What can be reached at all does not depend on what a withdrawal costs besides.
        let of_most = |progress: &Progress<'_>, plain: &segments::SegmentModel, share: &mut u64| {
            let known = progress.choices().and_then(|choices| choices.iter().map(|p| p.net).max());
            let window = known.map(segments::CostWindow::bringing);
            let segments = plain.without_step_cost().solve(Goal::Most(0), window, share)?;
            let most = segments.choices.into_iter().max_by_key(|p| p.net)?;
            let steps = i128::from(most.ties.steps) * progress.subproblem().step_price();
            Some(Choice { cost: most.cost + steps, ..most })
        };
        let (mut net, mut cost, mut most) = (0, 0, 0);
        for (progress, hulls) in self.parts.iter().zip(&self.hulls) {
            let known = progress
                .choices()
                .and_then(|choices| choices.iter().max_by_key(|p| (p.net, -p.cost)).copied());
            let found = match progress {
                Progress::Open { plain, .. } if known.is_none_or(|known| known.net < most_of(hulls)) => {
                    let share = *effort / 4;
                    with_budget(effort, share, |share| of_most(progress, plain, share))
                }
                _ => None,
            };
            most += found.map_or_else(|| most_of(hulls), |choice| choice.net);
            if let Some(choice) = found.or(known) {
                net += choice.net;
                cost += choice.cost * (self.scale / progress.subproblem().par.1);
            }
        }
        if net >= target {
            self.best = Some(cost);
        }
        most >= target
    }

    /// Each group in turn, with more and more effort: what one of them comes to leaves less to be
    /// looked at of the others.
    fn solved(mut self, effort: &mut u64) -> Option<(Vec<SolvedSubproblem<'p>>, i128)> {
        if !self.can_reach(effort) {
            return None;
        }
        let weight = |progress: &Progress<'p>| match progress {
            Progress::Open { plain, .. } => Some(plain.weight()),
            Progress::SolvedSubproblem(_) => None,
        };
        let weights = self.parts.iter().enumerate().filter_map(|(i, progress)| Some((weight(progress)?, i)));
        let mut open: Vec<(u64, usize)> = weights.collect();
        open.sort_unstable();
        let kept_back = *effort / 12;
        *effort -= kept_back;
        for part_of in [64, 8, 1] {
            if part_of < 64 && !open.is_empty() {
                self.explore_curves(effort);
            }
            let mut share = *effort / part_of;
            open.retain(|(_, i)| {
                let before = *effort;
                let is_solved = with_budget(effort, share, |share| self.solve_one(*i, share));
                share = if part_of > 1 { *effort / part_of } else { share - (before - *effort) };
                !is_solved
            });
        }
        // What is open by now must not go without anything.
        *effort += kept_back;
        if !open.is_empty() {
            self.explore_curves(effort);
        }
        for (done, (_, i)) in open.iter().enumerate() {
            let share = *effort / (open.len() - done) as u64;
            with_budget(effort, share, |share| self.settle(*i, share));
        }
        let solved = |progress| match progress {
            Progress::SolvedSubproblem(solved) => Some(solved),
            Progress::Open { .. } => None,
        };
        Some((self.parts.into_iter().filter_map(solved).collect(), self.least))
    }

    /// Looks at the most that what is still open can bring at each cost: no plan is better than one
    /// of these, and mostly it can be made.
    fn explore_curves(&mut self, effort: &mut u64) {
        for i in 0..self.parts.len() {
            let others = self.hulls.iter().enumerate().filter(|(other, _)| *other != i);
            let others: i128 = others.flat_map(|(_, hulls)| hulls).map(|hull| hull.lowest(0, 1)).sum();
            let room = self.best.map(|best| best - others);
            let Progress::Open { subproblem, plain, curve: curve @ None, choices, .. } = &mut self.parts[i]
            else {
                continue;
            };
            // What cannot bring more than is known to come for less is of no use.
            let known = choices.iter().map(|p| plain.most() - p.net + plain.step_costs());
            let cost_end = known.chain(room.map(|room| room / (self.scale / subproblem.par.1))).min();
            let share = *effort / 4;
            *curve = with_budget(effort, share, |share| plain.curve(cost_end.map_or(i64::MAX, parts), share));
            self.hulls[i] = self.hulls_of(&self.parts[i]);
        }
        let share = *effort / 4;
        let Some(picks) = with_budget(effort, share, |share| self.best_on_curves(share)) else { return };
        for (i, pick) in picks {
            if let Progress::Open { plain, curve: Some(curve), .. } = &self.parts[i] {
                let segments = plain.along(curve, pick.origin);
                self.parts[i].add(Some(segments), self.goal);
            }
        }
        self.improve_best(effort);
    }

    /// What is best of all that is no worse than what can be done with each group.
    fn best_on_curves(&mut self, effort: &mut u64) -> Option<Vec<(usize, Choice)>> {
        let mut lists: Vec<Vec<Choice>> = Vec::new();
        let mut subproblems: Vec<usize> = Vec::new();
        for (i, progress) in self.parts.iter().enumerate() {
            for bound in progress.bounds() {
                if bound.divisible {
                    return None;
                }
                lists.push(self.scaled(&bound.choices, progress.subproblem()));
                subproblems.push(i);
            }
        }
        let found = select(&lists, self.goal, effort)?;
        if found.proven {
            self.least = self.least.max(found.picks.iter().map(|p| p.cost).sum());
        }
        Some(subproblems.into_iter().zip(found.picks).collect())
    }

    /// What no plan costs less than, were all that can be done divisible.
    fn least_of_hulls(&self, target: i128) -> i128 {
        let whole = self.whole_hull();
        whole.least(target).unwrap_or(i128::MAX)
    }

    /// How dear a choice of a group may be beside one of these of all others, in a plan that costs no
    /// more than that.
    fn window_with_others(&self, at: usize, others: &[Choice], cost: i128) -> Option<segments::CostWindow> {
        let Goal::Reach(target) = self.goal else { return None };
        let needs = others.iter().map(|p| ((cost - p.cost).div_euclid(self.scale), target - p.net));
        let needs = needs.filter(|(cost, _)| *cost >= 0).map(|(cost, net)| (parts(cost), parts(net)));
        self.window_to(at, cost).map(|w| segments::CostWindow { needs: needs.collect(), ..w })
    }

    /// Solves one group; `false` where that takes more effort.
    fn solve_one(&mut self, at: usize, effort: &mut u64) -> bool {
        let share = *effort / 4;
        let others = match self.parts[at] {
            Progress::Open { .. } => with_budget(effort, share, |share| self.others(at, share)),
            Progress::SolvedSubproblem(_) => return true,
        };
        match others {
            Some(others) => self.solve_last(at, &others, effort),
            None => {
                let window = self.window(at);
                self.solve_within(at, window, effort)
            }
        }
    }

    fn solve_within(&mut self, at: usize, window: Option<segments::CostWindow>, effort: &mut u64) -> bool {
        let Progress::Open { subproblem, plain, .. } = &self.parts[at] else { return true };
        let Some(segments) = plain.solve(self.goal, window, effort) else { return false };
        let choices = segments.choices.clone();
        let solved = SolvedSubproblem {
            choices,
            found: Solution::SegmentSolution(segments),
            bound: None,
            subproblem: subproblem.clone(),
        };
        self.close(at, solved);
        true
    }

    /// Solves the only group that is open yet: first for plans that are hardly dearer than what none is
    /// cheaper than, since there is little to look at for these; and where there are none, for dearer ones.
    fn solve_last(&mut self, at: usize, others: &[Choice], effort: &mut u64) -> bool {
        let (Goal::Reach(target), Some(best)) = (self.goal, self.best) else { return false };
        self.least = self.least_of_hulls(target).max(self.least).min(best);
        let mut share = *effort / 2;
        for part_of in [64, 16, 4, 2] {
            let cost = self.least + (best - self.least) / part_of;
            let before = *effort;
            match with_budget(effort, share, |share| self.solve_to(at, others, cost, share)) {
                None => break,
                Some(true) => return true,
                Some(false) => {}
            }
            share -= before - *effort;
        }
        self.solve_to(at, others, best, effort) == Some(true)
    }

    /// Solves it where there is a plan beside one of these of all others that costs no more than that,
    /// and tells whether there is one; `None` where that takes more effort.
    fn solve_to(&mut self, at: usize, others: &[Choice], cost: i128, effort: &mut u64) -> Option<bool> {
        let Goal::Reach(target) = self.goal else { return None };
        let window = self.window_with_others(at, others, cost);
        let Progress::Open { subproblem, plain, .. } = &self.parts[at] else { return Some(true) };
        let found = plain.solve(self.goal, window, effort)?;
        let cheapest = others.iter().filter_map(|other| {
            let own = found.choices.iter().find(|p| p.net >= target - other.net)?;
            Some(other.cost + own.cost * self.scale)
        });
        let is_there = cheapest.min().is_some_and(|cheapest| cheapest <= cost);
        if is_there {
            let (choices, subproblem) = (found.choices.clone(), subproblem.clone());
            self.close(
                at,
                SolvedSubproblem {
                    choices,
                    found: Solution::SegmentSolution(found),
                    bound: None,
                    subproblem,
                },
            );
        } else {
            self.least = self.least.max(cost + 1);
        }
        Some(is_there)
    }

    /// Of what is too much to look at, as many runs as there is effort for.
    fn settle(&mut self, at: usize, effort: &mut u64) {
        let window = self.window(at);
        let Progress::Open { plain, choices, .. } = &self.parts[at] else { return };
        if choices.iter().all(|choice| choice.net <= 0) {
            let some = |per_rule: usize| {
                let share = *effort / 3;
                with_budget(effort, share, |share| plain.sample(self.goal, per_rule, window.clone(), share))
            };
            let sample = [12, 4, 2, 1].into_iter().find_map(some);
            self.parts[at].add(sample, self.goal);
        }
        let bound = Some(self.parts[at].bounds());
        let Progress::Open { subproblem, samples, choices, .. } = &mut self.parts[at] else { return };
        let subproblem = subproblem.clone();
        let solved = match choices.is_empty() {
            true => solve_coupled(subproblem, self.goal, shares::Limits::NONE, effort),
            false => SolvedSubproblem {
                choices: std::mem::take(choices),
                found: Solution::Samples(std::mem::take(samples)),
                bound,
                subproblem,
            },
        };
        self.close(at, solved);
    }

    fn close(&mut self, at: usize, solved: SolvedSubproblem<'p>) {
        let progress = Progress::SolvedSubproblem(solved);
        self.hulls[at] = self.hulls_of(&progress);
        self.parts[at] = progress;
    }
}
