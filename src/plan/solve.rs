//! What can be worth doing with each group: the easy ones first, so that the hard ones need only be
//! looked at where a plan can still be better than one that is known.

use super::blend::{Goal, Hull, Point, blend};
use super::group::Group;
use super::search::{self, Look};
use super::{Move, bound, lcm, parts, runs};

/// Below so many amounts that a step could have, every one of them is looked at.
const AMOUNTS_ALL: i128 = 3_000;

/// Groups of so many runs are worth another look at the best plan first.
const HEAVY: u64 = 2_000;

/// What can be done with one group.
pub struct Solved<'p> {
    pub group: Group<'p>,
    pub points: Vec<Point>,
    found: Way,
    /// From below, where the points are not all that can be done.
    pub bound: Option<Vec<Vec<Point>>>,
}

/// How the points of a group were found.
enum Way {
    Runs(runs::Runs),
    Search(search::Found),
}

impl Solved<'_> {
    pub fn moves(&self, mark: usize) -> Vec<Move> {
        match &self.found {
            Way::Runs(runs) => runs.moves(&self.group, mark),
            Way::Search(found) => found.moves(mark),
        }
    }
}

/// Solves each of some groups.
pub fn solve<'p>(groups: Vec<Group<'p>>, goal: Goal, slow: &[usize], effort: &mut u64) -> Vec<Solved<'p>> {
    let mut parts_of: Vec<Part<'p>> = Vec::new();
    let mut left = groups.len() as u64;
    for group in groups {
        let is_slow = slow.contains(&group.accounts[0]);
        let prepared = if is_slow { None } else { runs::prepare(&group) };
        // What one group leaves of its share the others may use.
        let mut share = *effort / left.max(1);
        left -= 1;
        let before = share;
        parts_of.push(match prepared {
            Some(plain) => Part::Open { group, plain, sample: None },
            None => Part::Solved(searched(group, goal, &mut share)),
        });
        *effort = effort.saturating_sub(before - share);
    }
    let scale = parts_of.iter().fold(1, |sum, part| lcm(sum, part.group().par.1));
    let mut all = Whole { goal, scale, hulls: Vec::new(), parts: parts_of, best: None };
    all.hulls = all.parts.iter().map(|part| all.hulls_of(part)).collect();
    all.sampled(effort);
    all.solved(effort)
}

/// A group on the way to being solved.
enum Part<'p> {
    Solved(Solved<'p>),
    Open {
        group: Group<'p>,
        plain: runs::Plain,
        /// Some of what can be done with it.
        sample: Option<runs::Runs>,
    },
}

impl<'p> Part<'p> {
    fn group(&self) -> &Group<'p> {
        match self {
            Part::Solved(solved) => &solved.group,
            Part::Open { group, .. } => group,
        }
    }

    /// What is known of it.
    fn points(&self) -> Option<&[Point]> {
        match self {
            Part::Solved(solved) => Some(&solved.points),
            Part::Open { sample, .. } => sample.as_ref().map(|sample| sample.points.as_slice()),
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
}

impl<'p> Whole<'p> {
    fn scaled(&self, points: &[Point], group: &Group<'_>) -> Vec<Point> {
        let by = self.scale / group.par.1;
        points.iter().map(|p| Point { cost: p.cost * by, ..*p }).collect()
    }

    fn hulls_of(&self, part: &Part<'p>) -> Vec<Hull> {
        match part {
            Part::Solved(solved) => match &solved.bound {
                Some(bounds) => bounds.iter().map(|b| Hull::of(&self.scaled(b, &solved.group))).collect(),
                None => vec![Hull::of(&self.scaled(&solved.points, &solved.group))],
            },
            Part::Open { group, plain, .. } => vec![Hull::of(&self.scaled(&plain.least(), group))],
        }
    }

    /// Looks at a few of the runs of each group, for a plan to begin with; coarsely first, and what
    /// that leaves room for more finely.
    fn sampled(&mut self, effort: &mut u64) {
        if !matches!(self.goal, Goal::Reach(_)) || !self.parts.iter().any(|p| matches!(p, Part::Open { .. }))
        {
            return;
        }
        for (per_rule, share) in [(10, 8), (80, 4)] {
            let mut budget = *effort / share;
            let before = budget;
            let seen = self.sample(per_rule, &mut budget);
            *effort -= before - budget;
            if seen.is_none() {
                break;
            }
            self.see(effort);
        }
    }

    fn sample(&mut self, per_rule: usize, effort: &mut u64) -> Option<()> {
        let windows: Vec<Option<runs::Window>> = (0..self.parts.len()).map(|i| self.window(i)).collect();
        for (part, window) in self.parts.iter_mut().zip(windows) {
            if let Part::Open { plain, sample, .. } = part {
                *sample = Some(plain.sample(self.goal, per_rule, window, effort)?);
            }
        }
        Some(())
    }

    /// Makes a plan of what is known, and remembers what it costs where it is the cheapest so far.
    fn see(&mut self, effort: &mut u64) -> Option<()> {
        let Goal::Reach(target) = self.goal else { return None };
        let mut budget = *effort / 8;
        let before = budget;
        let lists: Option<Vec<Vec<Point>>> =
            self.parts.iter().map(|part| Some(self.scaled(part.points()?, part.group()))).collect();
        let first = blend(&lists?, self.goal, &mut budget);
        *effort -= before - budget;
        let first = first?;
        let cost: i128 = first.picks.iter().map(|p| p.cost).sum();
        let excess = first.picks.iter().map(|p| p.net).sum::<i128>() - target;
        // What is too much may be left out of one withdrawal.
        let mut saved = 0;
        for (part, pick) in self.parts.iter().zip(&first.picks) {
            if let Part::Open { group, plain, sample: Some(sample) } = part {
                let moves = sample.moves(group, pick.mark);
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
        let Goal::Reach(target) = self.goal else { return None };
        let best = self.best?;
        let whole = self.hulls.iter().flatten().fold(Hull::default_start(), |sum, hull| sum.with(hull));
        let (rise, run) = whole.slope(target);
        let others = self.hulls.iter().enumerate().filter(|(i, _)| *i != at).flat_map(|(_, hulls)| hulls);
        let least: i128 = others.map(|hull| hull.lowest(rise, run)).sum();
        Some(runs::Window { rise, run: run * self.scale, limit: best * run - target * rise - least })
    }

    fn solved(mut self, effort: &mut u64) -> Vec<Solved<'p>> {
        let mut order: Vec<(u64, usize)> = Vec::new();
        for (i, part) in self.parts.iter().enumerate() {
            if let Part::Open { plain, .. } = part {
                order.push((plain.weight(), i));
            }
        }
        order.sort_unstable();
        let last = order.last().map(|(_, i)| *i);
        for (weight, i) in order {
            if weight > HEAVY {
                self.see(effort);
            }
            let window = self.window(i);
            let goal = self.goal;
            let Part::Open { group, plain, .. } = &self.parts[i] else { continue };
            // Most take little, so the first of those that take much may have a good deal.
            let mut share = if Some(i) == last { *effort } else { *effort / 2 };
            let before = share;
            let runs = plain.solve(goal, window, &mut share);
            *effort = effort.saturating_sub(before - share);
            let (runs, bound) = match runs {
                Some(runs) => (Some(runs), None),
                // Of what is too much to look at, as many runs as there is effort for.
                None => {
                    let few = |per_rule: &usize| plain.sample(goal, *per_rule, window, &mut 3_000_000);
                    ([300, 80, 12].iter().find_map(few), Some(vec![plain.least()]))
                }
            };
            let group = group.clone();
            let solved = match runs {
                Some(runs) => Solved { points: runs.points.clone(), found: Way::Runs(runs), bound, group },
                None => searched(group, goal, effort),
            };
            let part = Part::Solved(solved);
            self.hulls[i] = self.hulls_of(&part);
            self.parts[i] = part;
        }
        let solved = |part| match part {
            Part::Solved(solved) => Some(solved),
            Part::Open { .. } => None,
        };
        self.parts.into_iter().filter_map(solved).collect()
    }
}

/// A group whose rules only a search can follow.
fn searched<'p>(group: Group<'p>, goal: Goal, effort: &mut u64) -> Solved<'p> {
    let amounts: i128 = group.holdings.iter().map(|h| i128::from(h.today())).sum::<i128>()
        * group.ways.iter().map(|w| 1.max(w.offers.iter().flatten().count() as i128)).sum::<i128>();
    let step = group.ways.iter().flat_map(|w| w.offers.iter().flatten()).map(|o| o.tariff.step).min();
    if amounts / i128::from(step.unwrap_or(1).max(1)) <= AMOUNTS_ALL && !group.days_cut {
        let mut all = *effort - *effort / 4;
        let before = all;
        let found = search::search(&group, goal, Look::All, i64::MAX, &mut all);
        *effort -= before - all;
        if let Some(found) = found {
            return Solved { points: found.points.clone(), found: Way::Search(found), bound: None, group };
        }
    }
    let bound = Some(bound::bound(&group, effort));
    // Longer and longer sequences, as far as the effort goes.
    let mut best = search::Found::nothing();
    let mut steps_max = 1;
    loop {
        let mut share = *effort / 2;
        let before = share;
        let found = search::search(&group, goal, Look::Telling, steps_max, &mut share);
        *effort -= before - share;
        let Some(found) = found else { break };
        let cut = found.cut;
        best = found;
        // What costs nothing is not beaten, and a longer sequence is worse among equals.
        let is_free = |target: i128| best.points.iter().any(|p| p.cost <= 0 && p.net >= target);
        if !cut || matches!(goal, Goal::Reach(target) if is_free(target)) {
            break;
        }
        steps_max += 1 + steps_max / 3;
    }
    if best.cut || best.points.is_empty() {
        best.add(search::in_passing(&group), goal);
    }
    Solved { points: best.points.clone(), found: Way::Search(best), bound, group }
}
