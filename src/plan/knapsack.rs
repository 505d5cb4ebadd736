//! One choice from each of several lists, so that together they bring enough at the least cost.
//!
//! A list is put under its lower hull. The hulls together bound from below what the lists still to
//! come can cost; what cannot come under the best known choice is put aside. The slope of the
//! hulls at the target says besides how much a point of a list costs above the cheapest way, and
//! a point that costs more than the room between bound and best choice is never looked at.

use std::cmp::Ordering;

/// What decides between plans of the same worth, smallest first, in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TieBreak {
    /// How many withdrawals there are.
    pub steps: i64,
    /// How much of what expires in the time of the plan is taken, negated.
    pub expiring: i128,
    /// How far from today the withdrawals are, in days, summed.
    pub days: i64,
    /// From which accounts and through which channels.
    pub order: Order,
}

/// The first few accounts and channels that withdrawals use, in ascending order of their numbers.
///
/// Between plans with as many withdrawals the lexicographic order of two such lists does not change
/// when both grow by the same withdrawals, so parts of plans can be compared by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order([u16; ORDER_MAX]);

/// Withdrawals beyond this number are not compared by account and channel.
const ORDER_MAX: usize = 8;

impl Default for Order {
    fn default() -> Order {
        Order([u16::MAX; ORDER_MAX])
    }
}

impl Order {
    /// Returns the order of so many withdrawals from one account through one channel.
    pub fn of(number: usize, count: usize) -> Order {
        let mut numbers = [u16::MAX; ORDER_MAX];
        numbers[..count.min(ORDER_MAX)].fill(u16::try_from(number).unwrap_or(u16::MAX));
        Order(numbers)
    }

    /// Returns the order of the withdrawals of both.
    pub fn and(self, other: Order) -> Order {
        if other.0[0] == u16::MAX {
            return self;
        }
        let (mut merged, mut a, mut b) = ([u16::MAX; ORDER_MAX], 0, 0);
        for number in &mut merged {
            // Neither index can pass the end: each merged number moves one of them on.
            if self.0[a] <= other.0[b] {
                *number = self.0[a];
                a += 1;
            } else {
                *number = other.0[b];
                b += 1;
            }
        }
        Order(merged)
    }
}

/// One of the things that can be done with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it costs, with the step cost of each withdrawal; every point of a problem in the same
    /// fraction of a part.
    pub cost: i128,
    /// What it brings, in parts of the target's unit.
    pub net: i128,
    /// What decides between equals.
    pub ties: TieBreak,
    /// Where it is from.
    pub origin: usize,
}

/// What is wanted of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The least cost that brings at least so much.
    Reach(i128),
    /// As much as can be, less so much for each withdrawal.
    Most(i128),
}

/// The sum of two ties.
pub fn plus(a: TieBreak, b: TieBreak) -> TieBreak {
    TieBreak {
        steps: a.steps + b.steps,
        expiring: a.expiring + b.expiring,
        days: a.days + b.days,
        order: a.order.and(b.order),
    }
}

impl Choice {
    /// The point of no withdrawals, with a mark.
    pub fn nothing(origin: usize) -> Choice {
        Choice { cost: 0, net: 0, ties: TieBreak::default(), origin }
    }

    /// Returns what it brings less the step cost of its withdrawals.
    pub fn value(&self, step_cost: i128) -> i128 {
        self.net - step_cost * i128::from(self.ties.steps)
    }
}

/// The points of a list that no other makes needless, by cost.
pub fn pareto_frontier(mut choices: Vec<Choice>, goal: Goal) -> Vec<Choice> {
    if let Goal::Most(step) = goal {
        choices.sort_by(|a, b| {
            b.value(step).cmp(&a.value(step)).then(a.ties.cmp(&b.ties)).then(a.cost.cmp(&b.cost))
        });
        choices.truncate(1);
        return choices;
    }
    choices.sort_by(|a, b| {
        a.cost.cmp(&b.cost).then(b.net.cmp(&a.net)).then(a.ties.cmp(&b.ties)).then(a.origin.cmp(&b.origin))
    });
    let mut kept: Vec<Choice> = Vec::new();
    let mut most_before = i128::MIN;
    let mut from = 0;
    while from < choices.len() {
        let cost = choices[from].cost;
        let to = from + choices[from..].iter().take_while(|p| p.cost == cost).count();
        // Of one cost, the most comes first; less is of use only where it is better among equals.
        let mut best: Option<TieBreak> = None;
        for choice in &choices[from..to] {
            if choice.net <= most_before {
                break;
            }
            if best.is_none_or(|ties| choice.ties < ties) {
                best = Some(choice.ties);
                kept.push(*choice);
            }
        }
        most_before = most_before.max(choices[from].net);
        from = to;
    }
    kept
}

/// What the choice came to.
pub struct Selection {
    /// A point of each list.
    pub picks: Vec<Choice>,
    /// No choice is better.
    pub proven: bool,
}

/// The lower hull of several lists together: the least that so much can cost, were points divisible.
#[derive(Clone, Debug, Default)]
pub struct LowerHull {
    start: (i128, i128),
    /// Steps of cost and net, the flattest first.
    steps: Vec<(i128, i128)>,
    /// The corners: net and cost, ascending.
    corners: Vec<(i128, i128)>,
}

impl LowerHull {
    /// The hull of one list, which must not be empty.
    pub fn of(choices: &[Choice]) -> LowerHull {
        let mut sorted: Vec<(i128, i128)> = choices.iter().map(|p| (p.net, p.cost)).collect();
        // From the cheapest point on, of several the one that brings most.
        sorted.sort_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
        let mut corners: Vec<(i128, i128)> = Vec::new();
        for (net, cost) in sorted {
            if corners.last().is_some_and(|last| net <= last.0) {
                continue;
            }
            while let [.., a, b] = corners.as_slice() {
                let turns = (b.1 - a.1) * (net - a.0) >= (cost - a.1) * (b.0 - a.0);
                if !turns {
                    break;
                }
                corners.pop();
            }
            corners.push((net, cost));
        }
        let steps = corners.windows(2).map(|w| (w[1].1 - w[0].1, w[1].0 - w[0].0)).collect();
        let start = corners.first().copied().unwrap_or((0, 0));
        LowerHull { start, steps, corners }
    }

    /// The hull of two together.
    pub fn with(&self, other: &LowerHull) -> LowerHull {
        LowerHull::of_all([self, other])
    }

    /// The hull of several together.
    pub fn of_all<'h>(hulls: impl IntoIterator<Item = &'h LowerHull>) -> LowerHull {
        let (mut start, mut steps) = ((0, 0), Vec::new());
        for hull in hulls {
            start = (start.0 + hull.start.0, start.1 + hull.start.1);
            steps.extend_from_slice(&hull.steps);
        }
        steps.sort_by(|a: &(i128, i128), b| (a.0 * b.1).cmp(&(b.0 * a.1)));
        let mut corners = vec![start];
        let mut last = start;
        for (cost, net) in &steps {
            last = (last.0 + net, last.1 + cost);
            corners.push(last);
        }
        LowerHull { start, steps, corners }
    }

    /// The least that so much can cost; `None` where there is not so much.
    pub fn least(&self, net: i128) -> Option<i128> {
        let at = self.corners.partition_point(|c| c.0 < net);
        let to = self.corners.get(at)?;
        if at == 0 {
            return Some(to.1);
        }
        let from = self.corners[at - 1];
        let (num, den) = ((net - from.0) * (to.1 - from.1), to.0 - from.0);
        Some(from.1 + num.div_euclid(den) + i128::from(num.rem_euclid(den) > 0))
    }

    /// The most that can be had.
    pub fn most(&self) -> i128 {
        self.corners.last().map_or(0, |corner| corner.0)
    }

    /// The least of its points' cost times `run` less their net times `rise`.
    pub fn lowest(&self, rise: i128, run: i128) -> i128 {
        let above = |corner: &(i128, i128)| corner.1 * run - corner.0 * rise;
        self.corners.iter().map(above).min().unwrap_or(0)
    }

    /// The slope at a net, as cost for net.
    pub fn slope(&self, net: i128) -> (i128, i128) {
        let at = self.corners.partition_point(|c| c.0 < net);
        match at {
            0 => (0, 1),
            _ => self.steps.get(at - 1).copied().unwrap_or((0, 1)),
        }
    }
}

/// The best choice of one point from each list; `None` where the lists together bring too little.
/// `effort` is how many points may be looked at; what is used of it is taken off.
pub fn select(lists: &[Vec<Choice>], goal: Goal, effort: &mut u64) -> Option<Selection> {
    let lists: Vec<Vec<Choice>> = lists.iter().map(|l| pareto_frontier(l.clone(), goal)).collect();
    let Goal::Reach(target) = goal else {
        let picks = lists.iter().filter_map(|l| l.first().copied()).collect();
        return Some(Selection { picks, proven: true });
    };
    let hulls: Vec<LowerHull> = lists.iter().map(|l| LowerHull::of(l)).collect();
    let whole = LowerHull::of_all(&hulls);
    let bound = whole.least(target)?;
    let (mut best, mut best_key) = first_choice(&lists, &hulls, &whole, target)?;
    let lists = within_reach(&lists, &whole, target, bound, best_key.0);
    // Long lists last: what is left of them by then is little.
    let mut order: Vec<usize> = (0..lists.len()).collect();
    order.sort_by_key(|i| (lists[*i].len(), *i));
    let mut rest = vec![LowerHull::default_start()];
    for i in order.iter().rev() {
        let last = rest[rest.len() - 1].with(&LowerHull::of(&lists[*i]));
        rest.push(last);
    }
    rest.reverse();
    // A partial choice, and the one that it goes on from.
    let mut arena: Vec<(usize, Choice)> = Vec::new();
    let mut partial = vec![Choice::nothing(usize::MAX)];
    let mut proven = true;
    for (depth, i) in order.iter().enumerate() {
        let (behind, is_last) = (&rest[depth + 1], depth + 1 == order.len());
        let mut next: Vec<Choice> = Vec::new();
        let mut parents: Vec<(usize, Choice)> = Vec::new();
        for from in &partial {
            for choice in &lists[*i] {
                let cost = from.cost + choice.cost;
                if *effort == 0 {
                    proven = false;
                    break;
                }
                *effort -= 1;
                let net = from.net + choice.net;
                // Lists are ordered by cost, but a bound above the best may come down again with
                // more net, so only what cannot be mended ends the row.
                if cost + behind.corners.first().map_or(0, |c| c.1) > best_key.0 {
                    break;
                }
                let Some(more) = behind.least(target - net) else { continue };
                if cost + more > best_key.0 {
                    continue;
                }
                let ties = plus(from.ties, choice.ties);
                if is_last && (cost, ties) >= best_key {
                    continue;
                }
                if is_last {
                    best_key = (cost, ties);
                }
                next.push(Choice { cost, net, ties, origin: parents.len() });
                parents.push((from.origin, *choice));
            }
        }
        let kept = pareto_frontier(next, goal);
        partial = kept
            .into_iter()
            .map(|p| {
                arena.push(parents[p.origin]);
                Choice { origin: arena.len() - 1, ..p }
            })
            .collect();
        if is_last {
            // What reaches the target; the frontier may hold cheaper points that came first and more.
            let reaching = partial.iter().filter(|p| p.net >= target).min_by_key(|p| (p.cost, p.ties));
            if let Some(found) = reaching {
                let mut picks = Vec::new();
                let mut at = found.origin;
                while at != usize::MAX {
                    picks.push(arena[at].1);
                    at = arena[at].0;
                }
                picks.reverse();
                let mut placed: Vec<(usize, Choice)> = order.iter().copied().zip(picks).collect();
                placed.sort_by_key(|(i, _)| *i);
                best = placed.into_iter().map(|(_, p)| p).collect();
            }
        }
    }
    Some(Selection { picks: best, proven })
}

impl LowerHull {
    /// The hull of nothing: nothing for nothing.
    pub fn default_start() -> LowerHull {
        LowerHull { start: (0, 0), steps: Vec::new(), corners: vec![(0, 0)] }
    }
}

type KeyedSelection = (Vec<Choice>, (i128, TieBreak));

/// A good choice to begin with: corners of the hulls up to the target, the last step of one list
/// replaced by the cheapest point that is enough.
fn first_choice(
    lists: &[Vec<Choice>],
    hulls: &[LowerHull],
    whole: &LowerHull,
    target: i128,
) -> Option<KeyedSelection> {
    let slope = whole.slope(target);
    let flatter = |step: &(i128, i128)| (step.0 * slope.1).cmp(&(slope.0 * step.1));
    let point_at =
        |i: usize, net: i128, cost: i128| lists[i].iter().find(|p| p.net == net && p.cost == cost).copied();
    let mut best: Option<KeyedSelection> = None;
    // With and without the steps of just the slope at the target.
    for with_even in [false, true] {
        let corner = |i: usize| {
            let taken = hulls[i].steps.iter().take_while(|s| match flatter(s) {
                Ordering::Less => true,
                Ordering::Equal => with_even,
                Ordering::Greater => false,
            });
            let (net, cost) = hulls[i].corners[taken.count()];
            point_at(i, net, cost)
        };
        let Some(base) = (0..lists.len()).map(corner).collect::<Option<Vec<Choice>>>() else { continue };
        let sum = base.iter().map(|p| p.net).sum::<i128>();
        let mut consider = |picks: Vec<Choice>| {
            let net: i128 = picks.iter().map(|p| p.net).sum();
            let key = picks
                .iter()
                .fold((0, TieBreak::default()), |k: (i128, TieBreak), p| (k.0 + p.cost, plus(k.1, p.ties)));
            if net >= target && best.as_ref().is_none_or(|(_, known)| key < *known) {
                best = Some((picks, key));
            }
        };
        consider(base.clone());
        for i in 0..lists.len() {
            let wanted = target - (sum - base[i].net);
            // The list is ordered by cost, and the first that is enough is the cheapest.
            if let Some(choice) = lists[i].iter().find(|p| p.net >= wanted) {
                let mut picks = base.clone();
                picks[i] = *choice;
                consider(picks);
            }
        }
    }
    let all =
        lists.iter().map(|l| l.iter().max_by_key(|p| p.net).copied()).collect::<Option<Vec<Choice>>>()?;
    let net: i128 = all.iter().map(|p| p.net).sum();
    if best.is_none() && net >= target {
        let key = all
            .iter()
            .fold((0, TieBreak::default()), |k: (i128, TieBreak), p| (k.0 + p.cost, plus(k.1, p.ties)));
        best = Some((all, key));
    }
    best
}

/// The points that can be part of a choice that is no worse than the best known.
fn within_reach(
    lists: &[Vec<Choice>],
    whole: &LowerHull,
    target: i128,
    bound: i128,
    best: i128,
) -> Vec<Vec<Choice>> {
    let (rise, run) = whole.slope(target);
    // How far a point is above the line of the target's slope, times `run`.
    let above = |p: &Choice| p.cost * run - p.net * rise;
    let room = (best - bound + 1) * run;
    let keep = |list: &Vec<Choice>| {
        let least = list.iter().map(above).min().unwrap_or(0);
        list.iter().filter(|p| above(p) - least <= room).copied().collect()
    };
    lists.iter().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_cheapest_choice_of_every_small_problem() {
        let mut seed = 7_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..3_000 {
            let lists: Vec<Vec<Choice>> = (0..1 + draw(4))
                .map(|_| {
                    let none = Choice::nothing(0);
                    let more = (0..draw(7)).map(|i| {
                        let steps = draw(3);
                        let (days, order) = (draw(4) as i64, Order::of(draw(3) as usize, steps as usize));
                        let ties = TieBreak { steps: steps as i64, days, order, ..TieBreak::default() };
                        let (cost, net) = (i128::from(draw(12)) - 1, i128::from(draw(15)));
                        Choice { cost, net, ties, origin: i as usize + 1 }
                    });
                    std::iter::once(none).chain(more.collect::<Vec<_>>()).collect()
                })
                .collect();
            let target = i128::from(draw(40));
            let mut wanted: Option<(i128, TieBreak)> = None;
            let mut at = vec![0; lists.len()];
            'all: loop {
                let picks = at.iter().zip(&lists).map(|(i, l): (&usize, _)| l[*i]);
                let sum = picks.fold((0, 0, TieBreak::default()), |s: (i128, i128, TieBreak), p| {
                    (s.0 + p.net, s.1 + p.cost, plus(s.2, p.ties))
                });
                if sum.0 >= target && wanted.is_none_or(|w| (sum.1, sum.2) < w) {
                    wanted = Some((sum.1, sum.2));
                }
                for i in 0..=lists.len() {
                    if i == lists.len() {
                        break 'all;
                    }
                    at[i] += 1;
                    if at[i] < lists[i].len() {
                        break;
                    }
                    at[i] = 0;
                }
            }
            let found = select(&lists, Goal::Reach(target), &mut 1_000_000);
            let key = found.map(|b| {
                assert!(b.proven && b.picks.iter().map(|p| p.net).sum::<i128>() >= target);
                b.picks.iter().fold((0, TieBreak::default()), |k: (i128, TieBreak), p| {
                    (k.0 + p.cost, plus(k.1, p.ties))
                })
            });
            assert_eq!(key, wanted, "{lists:?} {target}");
        }
    }
}
