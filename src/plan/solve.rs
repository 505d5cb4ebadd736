//! What can be worth doing with each group: the easy ones first, so that the hard ones need only be
//! looked at where a plan can still be better than one that is known.

mod entangled;

use super::blend::{Goal, Hull, Point, blend, frontier};
use super::bound::Bound;
use super::group::Group;
use super::search;
use super::shares;
use super::{Move, lcm, parts, runs, spend, table};
use entangled::searched;
use std::rc::Rc;

/// More of what all groups but one come to together is not held against the last one.
const OTHERS_MAX: usize = 4_000;

/// Where in a mark it stands which sample it is of.
const SAMPLE_SHIFT: u32 = 32;

/// What can be done with one group.
pub struct Solved<'p> {
    pub group: Group<'p>,
    pub points: Vec<Point>,
    found: Way,
    /// From below, where the points are not all that can be done.
    pub bound: Option<Vec<Bound>>,
}

/// How the points of a group were found.
enum Way {
    Runs(runs::Runs),
    /// Several samples; the upper half of a mark says which of them.
    Samples(Vec<runs::Runs>),
    Search(search::Found),
    Shares(shares::Found),
    Table(table::Found),
}

impl Solved<'_> {
    pub fn moves(&self, mark: usize) -> Vec<Move> {
        self.found.moves(&self.group, mark)
    }
}

impl Way {
    /// The steps of a point of a group.
    fn moves(&self, group: &Group<'_>, mark: usize) -> Vec<Move> {
        match self {
            Way::Runs(runs) => runs.moves(group, mark),
            Way::Samples(samples) => sampled_moves(samples, group, mark),
            Way::Search(found) => found.moves(mark),
            Way::Shares(found) => found.moves(group, mark),
            Way::Table(found) => found.moves(mark),
        }
    }
}

/// Solves each of some groups, and tells what no plan costs less than; `None` where they cannot bring
/// the target together. With a target, `known` is what a plan costs that is known already, in parts.
pub fn solve<'p>(
    groups: Vec<Group<'p>>,
    goal: Goal,
    slow: &[usize],
    known: Option<i128>,
    effort: &mut u64,
) -> Option<(Vec<Solved<'p>>, i128)> {
    let mut parts_of: Vec<Part<'p>> = Vec::new();
    let scale = groups.iter().fold(1, |sum, group| lcm(sum, group.par.1));
    // Without a target what is known to cost less may bring less.
    let known = known.filter(|_| matches!(goal, Goal::Reach(_))).map(|known| known * scale);
    let worth: i128 = groups.iter().map(Group::worth).sum();
    let mut left = groups.len() as u64;
    for group in groups {
        let is_slow = slow.contains(&group.accounts[0]);
        let prepared = if is_slow { None } else { runs::prepare(&group) };
        // What one group leaves of its share the others may use.
        let share = *effort / left.max(1);
        left -= 1;
        parts_of.push(match prepared {
            Some(plain) => Part::Open { group, plain, curve: None, samples: Vec::new(), points: Vec::new() },
            None => Part::Solved({
                let limits = match goal {
                    // The others bring all that they hold at the most.
                    Goal::Reach(target) => shares::Limits {
                        cost: known.map_or(i128::MAX, |known| known / (scale / group.par.1)),
                        net: (target - (worth - group.worth())).max(0),
                    },
                    Goal::Most(_) => shares::Limits::NONE,
                };
                spend(effort, share, |share| searched(group, goal, limits, share))
            }),
        });
    }
    let mut all = Whole { goal, scale, hulls: Vec::new(), parts: parts_of, best: known, least: 0 };
    all.hulls = all.parts.iter().map(|part| all.hulls_of(part)).collect();
    // What is out of reach of all together is not looked for.
    if !all.could_reach() {
        return None;
    }
    all.sampled(effort);
    if all.best.is_none() {
        all.look_along(effort);
    }
    all.solved(effort)
}

/// The steps of a point of one of several samples.
fn sampled_moves(samples: &[runs::Runs], group: &Group<'_>, mark: usize) -> Vec<Move> {
    samples[mark >> SAMPLE_SHIFT].moves(group, mark & ((1 << SAMPLE_SHIFT) - 1))
}

/// A group on the way to being solved.
enum Part<'p> {
    Solved(Solved<'p>),
    Open {
        group: Group<'p>,
        plain: runs::Plain,
        /// The most that it can bring at each cost, where that was looked at.
        curve: Option<runs::Curve>,
        /// Some of what can be done with it.
        samples: Vec<runs::Runs>,
        /// What they come to.
        points: Vec<Point>,
    },
}

impl<'p> Part<'p> {
    fn group(&self) -> &Group<'p> {
        match self {
            Part::Solved(solved) => &solved.group,
            Part::Open { group, .. } => group,
        }
    }

    /// Notes what else can be done with it.
    fn add(&mut self, sample: Option<runs::Runs>, goal: Goal) {
        let (Part::Open { samples, points, .. }, Some(sample)) = (self, sample) else { return };
        let place = samples.len() << SAMPLE_SHIFT;
        points.extend(sample.points.iter().map(|p| Point { mark: place | p.mark, ..*p }));
        *points = frontier(std::mem::take(points), goal);
        samples.push(sample);
    }

    /// What is no worse than whatever is done with it.
    fn bounds(&self) -> Vec<Bound> {
        match self {
            Part::Solved(Solved { bound: Some(bounds), .. }) => bounds.clone(),
            Part::Solved(Solved { points, .. }) => vec![Bound { points: points.clone(), divisible: false }],
            Part::Open { curve: Some(curve), .. } => {
                vec![Bound { points: curve.points(), divisible: false }]
            }
            Part::Open { plain, .. } => vec![Bound::outline(plain)],
        }
    }

    /// What is known of it.
    fn points(&self) -> Option<&[Point]> {
        match self {
            Part::Solved(solved) => Some(&solved.points),
            Part::Open { points, .. } => (!points.is_empty()).then_some(points.as_slice()),
        }
    }
}

/// All groups of a question, on the way to being solved.
struct Whole<'p> {
    goal: Goal,
    /// Costs of all groups are counted in this fraction of a part.
    scale: i128,
    parts: Vec<Part<'p>>,
    /// What each group can do at the best.
    hulls: Vec<Vec<Hull>>,
    /// What a plan costs that is known.
    best: Option<i128>,
    /// What no plan costs less than.
    least: i128,
}

impl<'p> Whole<'p> {
    fn scaled(&self, points: &[Point], group: &Group<'_>) -> Vec<Point> {
        let by = self.scale / group.par.1;
        points.iter().map(|p| Point { cost: p.cost * by, ..*p }).collect()
    }

    fn hulls_of(&self, part: &Part<'p>) -> Vec<Hull> {
        let hull = |bound: Bound| Hull::of(&self.scaled(&bound.points, part.group()));
        part.bounds().into_iter().map(hull).collect()
    }

    /// Looks at a few of the runs of each group, for a plan to begin with; coarsely first, and what
    /// that leaves room for more finely.
    fn sampled(&mut self, effort: &mut u64) {
        if !self.parts.iter().any(|part| matches!(part, Part::Open { .. })) {
            return;
        }
        for (finer, share) in [(&[10, 4, 2, 1][..], 8), (&[80, 30], 4)] {
            let share = *effort / share;
            spend(effort, share, |share| self.sample(finer, share));
            self.see(effort);
        }
    }

    /// A sample of each group, as fine as can be done.
    fn sample(&mut self, per_rule: &[usize], effort: &mut u64) {
        let windows: Vec<Option<runs::Window>> = (0..self.parts.len()).map(|i| self.window(i)).collect();
        let mut left = self.parts.iter().filter(|part| matches!(part, Part::Open { .. })).count() as u64;
        for (part, window) in self.parts.iter_mut().zip(windows) {
            let Part::Open { plain, .. } = part else { continue };
            for (tries, per_rule) in per_rule.iter().enumerate() {
                let share = if tries == 0 { 3 * *effort / (left + 2) } else { *effort / left };
                let sample = |share: &mut u64| plain.sample(self.goal, *per_rule, window.clone(), share);
                let found = spend(effort, share, sample);
                if found.is_some() {
                    part.add(found, self.goal);
                    break;
                }
            }
            left -= 1;
        }
    }

    /// Makes a plan of what is known, and remembers what it costs where it is the cheapest so far.
    fn see(&mut self, effort: &mut u64) -> Option<()> {
        let Goal::Reach(target) = self.goal else { return None };
        let lists: Option<Vec<Vec<Point>>> =
            self.parts.iter().map(|part| Some(self.scaled(part.points()?, part.group()))).collect();
        let (lists, share) = (lists?, *effort / 8);
        let first = spend(effort, share, |share| blend(&lists, self.goal, share))?;
        let cost: i128 = first.picks.iter().map(|p| p.cost).sum();
        let excess = first.picks.iter().map(|p| p.net).sum::<i128>() - target;
        // What is too much may be left out of one withdrawal.
        let mut saved = 0;
        for (part, pick) in self.parts.iter().zip(&first.picks) {
            if let Part::Open { group, plain, samples, .. } = part {
                let moves = sampled_moves(samples, group, pick.mark);
                // Where all must leave nothing can be left out.
                let offers = |m: &Move| group.ways[m.channel].offers[m.day].as_ref();
                if moves.iter().any(|m| offers(m).is_none_or(|o| o.tariff.whole_balance)) {
                    continue;
                }
                for m in moves {
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
    fn window(&self, at: usize) -> Option<runs::Window> {
        if let Goal::Most(step) = self.goal {
            let values = self.parts[at].points()?.iter().map(|p| p.value(step));
            return values.max().map(runs::Window::bringing);
        }
        self.window_to(at, self.best?)
    }

    /// The same for a plan that costs no more than that.
    fn window_to(&self, at: usize, cost: i128) -> Option<runs::Window> {
        let Goal::Reach(target) = self.goal else { return None };
        let whole = self.whole_hull();
        let (rise, run) = whole.slope(target);
        let others = self.hulls.iter().enumerate().filter(|(i, _)| *i != at).flat_map(|(_, hulls)| hulls);
        let least: i128 = others.map(|hull| hull.lowest(rise, run)).sum();
        let limit = cost * run - target * rise - least;
        Some(runs::Window { rise, run: run * self.scale, limit, needs: Rc::default() })
    }

    /// What all groups can come to together, were it divisible.
    fn whole_hull(&self) -> Hull {
        Hull::of_all(self.hulls.iter().flatten())
    }

    /// All that the groups but one can come to together in a plan that is no dearer than the best known;
    /// `None` where one of them is not solved, or it is too much.
    fn others(&self, at: usize, effort: &mut u64) -> Option<Vec<Point>> {
        let (Goal::Reach(target), best) = (self.goal, self.best?) else { return None };
        let whole = self.whole_hull();
        let (rise, run) = whole.slope(target);
        let above = |p: &Point| p.cost * run - p.net * rise;
        let least: i128 = self.hulls.iter().flatten().map(|hull| hull.lowest(rise, run)).sum();
        let room = best * run - target * rise - least;
        let mut sums = vec![Point::nothing(0)];
        let mut lowest = 0;
        for (i, part) in self.parts.iter().enumerate().filter(|(i, _)| *i != at) {
            let Part::Solved(Solved { bound: None, points, group, .. }) = part else { return None };
            let points = self.scaled(points, group);
            lowest += self.hulls[i].iter().map(|hull| hull.lowest(rise, run)).sum::<i128>();
            *effort = effort.checked_sub(sums.len() as u64 * points.len() as u64)?;
            let mut next = Vec::new();
            for from in &sums {
                let sum = |p: &Point| Point { cost: from.cost + p.cost, net: from.net + p.net, ..*from };
                next.extend(points.iter().map(sum).filter(|sum| above(sum) - lowest <= room));
            }
            sums = frontier(next, self.goal);
            if sums.len() > OTHERS_MAX {
                return None;
            }
        }
        Some(sums)
    }

    /// Is the target no more than what all groups bring at the best?
    fn could_reach(&self) -> bool {
        let Goal::Reach(target) = self.goal else { return true };
        self.hulls.iter().flatten().map(Hull::most).sum::<i128>() >= target
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
        let most_of = |hulls: &Vec<Hull>| hulls.iter().map(Hull::most).sum::<i128>();
        // What can be reached at all does not depend on what a withdrawal costs besides.
        let of_most = |part: &Part<'_>, plain: &runs::Plain, share: &mut u64| {
            let known = part.points().and_then(|points| points.iter().map(|p| p.net).max());
            let window = known.map(runs::Window::bringing);
            let runs = plain.without_step_cost().solve(Goal::Most(0), window, share)?;
            let most = runs.points.into_iter().max_by_key(|p| p.net)?;
            let steps = i128::from(most.ties.steps) * part.group().step_price();
            Some(Point { cost: most.cost + steps, ..most })
        };
        let (mut net, mut cost, mut most) = (0, 0, 0);
        for (part, hulls) in self.parts.iter().zip(&self.hulls) {
            let known =
                part.points().and_then(|points| points.iter().max_by_key(|p| (p.net, -p.cost)).copied());
            let found = match part {
                Part::Open { plain, .. } if known.is_none_or(|known| known.net < most_of(hulls)) => {
                    let share = *effort / 4;
                    spend(effort, share, |share| of_most(part, plain, share))
                }
                _ => None,
            };
            most += found.map_or_else(|| most_of(hulls), |point| point.net);
            if let Some(point) = found.or(known) {
                net += point.net;
                cost += point.cost * (self.scale / part.group().par.1);
            }
        }
        if net >= target {
            self.best = Some(cost);
        }
        most >= target
    }

    /// Each group in turn, with more and more effort: what one of them comes to leaves less to be
    /// looked at of the others.
    fn solved(mut self, effort: &mut u64) -> Option<(Vec<Solved<'p>>, i128)> {
        if !self.can_reach(effort) {
            return None;
        }
        let weight = |part: &Part<'p>| match part {
            Part::Open { plain, .. } => Some(plain.weight()),
            Part::Solved(_) => None,
        };
        let weights = self.parts.iter().enumerate().filter_map(|(i, part)| Some((weight(part)?, i)));
        let mut open: Vec<(u64, usize)> = weights.collect();
        open.sort_unstable();
        let kept_back = *effort / 12;
        *effort -= kept_back;
        for part_of in [64, 8, 1] {
            if part_of < 64 && !open.is_empty() {
                self.look_along(effort);
            }
            let mut share = *effort / part_of;
            open.retain(|(_, i)| {
                let before = *effort;
                let is_solved = spend(effort, share, |share| self.solve_one(*i, share));
                share = if part_of > 1 { *effort / part_of } else { share - (before - *effort) };
                !is_solved
            });
        }
        // What is open by now must not go without anything.
        *effort += kept_back;
        if !open.is_empty() {
            self.look_along(effort);
        }
        for (done, (_, i)) in open.iter().enumerate() {
            let share = *effort / (open.len() - done) as u64;
            spend(effort, share, |share| self.settle(*i, share));
        }
        let solved = |part| match part {
            Part::Solved(solved) => Some(solved),
            Part::Open { .. } => None,
        };
        Some((self.parts.into_iter().filter_map(solved).collect(), self.least))
    }

    /// Looks at the most that what is still open can bring at each cost: no plan is better than one
    /// of these, and mostly it can be made.
    fn look_along(&mut self, effort: &mut u64) {
        for i in 0..self.parts.len() {
            let others = self.hulls.iter().enumerate().filter(|(other, _)| *other != i);
            let others: i128 = others.flat_map(|(_, hulls)| hulls).map(|hull| hull.lowest(0, 1)).sum();
            let room = self.best.map(|best| best - others);
            let Part::Open { group, plain, curve: curve @ None, points, .. } = &mut self.parts[i] else {
                continue;
            };
            // What cannot bring more than is known to come for less is of no use.
            let known = points.iter().map(|p| plain.most() - p.net + plain.step_costs());
            let cost_end = known.chain(room.map(|room| room / (self.scale / group.par.1))).min();
            let share = *effort / 4;
            *curve = spend(effort, share, |share| plain.curve(cost_end.map_or(i64::MAX, parts), share));
            self.hulls[i] = self.hulls_of(&self.parts[i]);
        }
        let share = *effort / 4;
        let Some(picks) = spend(effort, share, |share| self.best_along(share)) else { return };
        for (i, pick) in picks {
            if let Part::Open { plain, curve: Some(curve), .. } = &self.parts[i] {
                let runs = plain.along(curve, pick.mark);
                self.parts[i].add(Some(runs), self.goal);
            }
        }
        self.see(effort);
    }

    /// What is best of all that is no worse than what can be done with each group.
    fn best_along(&mut self, effort: &mut u64) -> Option<Vec<(usize, Point)>> {
        let mut lists: Vec<Vec<Point>> = Vec::new();
        let mut groups: Vec<usize> = Vec::new();
        for (i, part) in self.parts.iter().enumerate() {
            for bound in part.bounds() {
                if bound.divisible {
                    return None;
                }
                lists.push(self.scaled(&bound.points, part.group()));
                groups.push(i);
            }
        }
        let found = blend(&lists, self.goal, effort)?;
        if found.proven {
            self.least = self.least.max(found.picks.iter().map(|p| p.cost).sum());
        }
        Some(groups.into_iter().zip(found.picks).collect())
    }

    /// What no plan costs less than, were all that can be done divisible.
    fn least_of_hulls(&self, target: i128) -> i128 {
        let whole = self.whole_hull();
        whole.least(target).unwrap_or(i128::MAX)
    }

    /// How dear a choice of a group may be beside one of these of all others, in a plan that costs no
    /// more than that.
    fn window_beside(&self, at: usize, others: &[Point], cost: i128) -> Option<runs::Window> {
        let Goal::Reach(target) = self.goal else { return None };
        let needs = others.iter().map(|p| ((cost - p.cost).div_euclid(self.scale), target - p.net));
        let needs = needs.filter(|(cost, _)| *cost >= 0).map(|(cost, net)| (parts(cost), parts(net)));
        self.window_to(at, cost).map(|w| runs::Window { needs: needs.collect(), ..w })
    }

    /// Solves one group; `false` where that takes more effort.
    fn solve_one(&mut self, at: usize, effort: &mut u64) -> bool {
        let share = *effort / 4;
        let others = match self.parts[at] {
            Part::Open { .. } => spend(effort, share, |share| self.others(at, share)),
            Part::Solved(_) => return true,
        };
        match others {
            Some(others) => self.solve_last(at, &others, effort),
            None => {
                let window = self.window(at);
                self.solve_within(at, window, effort)
            }
        }
    }

    fn solve_within(&mut self, at: usize, window: Option<runs::Window>, effort: &mut u64) -> bool {
        let Part::Open { group, plain, .. } = &self.parts[at] else { return true };
        let Some(runs) = plain.solve(self.goal, window, effort) else { return false };
        let points = runs.points.clone();
        let solved = Solved { points, found: Way::Runs(runs), bound: None, group: group.clone() };
        self.close(at, solved);
        true
    }

    /// Solves the only group that is open yet: first for plans that are hardly dearer than what none is
    /// cheaper than, since there is little to look at for these; and where there are none, for dearer ones.
    fn solve_last(&mut self, at: usize, others: &[Point], effort: &mut u64) -> bool {
        let (Goal::Reach(target), Some(best)) = (self.goal, self.best) else { return false };
        self.least = self.least_of_hulls(target).max(self.least).min(best);
        let mut share = *effort / 2;
        for part_of in [64, 16, 4, 2] {
            let cost = self.least + (best - self.least) / part_of;
            let before = *effort;
            match spend(effort, share, |share| self.solve_to(at, others, cost, share)) {
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
    fn solve_to(&mut self, at: usize, others: &[Point], cost: i128, effort: &mut u64) -> Option<bool> {
        let Goal::Reach(target) = self.goal else { return None };
        let window = self.window_beside(at, others, cost);
        let Part::Open { group, plain, .. } = &self.parts[at] else { return Some(true) };
        let found = plain.solve(self.goal, window, effort)?;
        let cheapest = others.iter().filter_map(|other| {
            let own = found.points.iter().find(|p| p.net >= target - other.net)?;
            Some(other.cost + own.cost * self.scale)
        });
        let is_there = cheapest.min().is_some_and(|cheapest| cheapest <= cost);
        if is_there {
            let (points, group) = (found.points.clone(), group.clone());
            self.close(at, Solved { points, found: Way::Runs(found), bound: None, group });
        } else {
            self.least = self.least.max(cost + 1);
        }
        Some(is_there)
    }

    /// Of what is too much to look at, as many runs as there is effort for.
    fn settle(&mut self, at: usize, effort: &mut u64) {
        let window = self.window(at);
        let Part::Open { plain, points, .. } = &self.parts[at] else { return };
        if points.iter().all(|point| point.net <= 0) {
            let some = |per_rule: usize| {
                let share = *effort / 3;
                spend(effort, share, |share| plain.sample(self.goal, per_rule, window.clone(), share))
            };
            let sample = [12, 4, 2, 1].into_iter().find_map(some);
            self.parts[at].add(sample, self.goal);
        }
        let bound = Some(self.parts[at].bounds());
        let Part::Open { group, samples, points, .. } = &mut self.parts[at] else { return };
        let group = group.clone();
        let solved = match points.is_empty() {
            true => searched(group, self.goal, shares::Limits::NONE, effort),
            false => Solved {
                points: std::mem::take(points),
                found: Way::Samples(std::mem::take(samples)),
                bound,
                group,
            },
        };
        self.close(at, solved);
    }

    fn close(&mut self, at: usize, solved: Solved<'p>) {
        let part = Part::Solved(solved);
        self.hulls[at] = self.hulls_of(&part);
        self.parts[at] = part;
    }
}
