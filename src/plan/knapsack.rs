//! The multiple-choice knapsack: picks one choice for each subproblem, so that together they bring
//! the target at the least cost.
//!
//! Every list of choices lies above its lower convex hull. The hulls of several lists add up
//! ([`LowerHull::of_all`] merges their edges by slope), and their sum is the linear relaxation: a lower
//! bound of what the remaining lists must cost. The lists are processed one after the other by dynamic
//! programming over partial selections; a partial selection is dropped if another one dominates it, or
//! if it costs more than the best known selection even with the bound of the remaining lists. Before
//! that, a choice that lies further above the slope of the hulls at the target than the gap between
//! bound and best selection is dropped (reduced-cost fixing).
//!
//! Example: `{0 for 0, 5 for 1, 9 for 4}` and `{0 for 0, 6 for 2}` with target 11: the hulls bound the
//! cost by 3, and `5 for 1` with `6 for 2` meets the bound, so that no other pair is tried.
//!
//! With n lists of at most k choices and at most p partial selections that are not dominated it takes
//! O(n · p · k) steps. See Kellerer, Pferschy and Pisinger, Knapsack Problems (2004), chapter 11.

use super::pareto::pareto_frontier;
use crate::money::div_ceil;
use std::cmp::Ordering;

/// Decides between plans of the same worth: the smaller one wins, field by field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TieBreak {
    /// The number of withdrawals.
    pub steps: i64,
    /// The amount taken of what expires within the plan's time, negated.
    pub expiring: i128,
    /// The days from today to each withdrawal, summed.
    pub days: i64,
    /// The accounts and channels of the withdrawals.
    pub order: Order,
}

impl TieBreak {
    /// Returns the tie break of the withdrawals of both.
    pub fn plus(self, other: TieBreak) -> TieBreak {
        TieBreak {
            steps: self.steps + other.steps,
            expiring: self.expiring + other.expiring,
            days: self.days + other.days,
            order: self.order.and(other.order),
        }
    }
}

/// The first few accounts and channels that withdrawals use, in ascending order of their numbers.
///
/// Between plans with as many withdrawals the lexicographic order of two such lists does not change
/// when both grow by the same withdrawals, so that parts of plans can be compared by it.
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
    /// Returns the order of `count` withdrawals that all use the account and channel of one number.
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

/// One way to draw on a subproblem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its cost with the step cost of each withdrawal. All choices of a problem count it in the same
    /// fraction of a part.
    pub cost: i128,
    /// What arrives, in parts of the target's unit.
    pub net: i128,
    /// What decides between choices of the same worth.
    pub ties: TieBreak,
    /// Where the solver of the subproblem finds its withdrawals.
    pub origin: usize,
}

/// What a plan is to achieve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// At least this net, at the least cost.
    Reach(i128),
    /// The largest net, less this step cost for each withdrawal.
    Most(i128),
}

impl Choice {
    /// Returns the choice without withdrawals.
    pub fn nothing(origin: usize) -> Choice {
        Choice { cost: 0, net: 0, ties: TieBreak::default(), origin }
    }

    /// Returns its net less the step cost of its withdrawals.
    pub fn value(&self, step_cost: i128) -> i128 {
        self.net - step_cost * i128::from(self.ties.steps)
    }
}

/// One choice of each list.
pub struct Selection {
    /// The choices, in the order of the lists.
    pub picks: Vec<Choice>,
    /// Whether no other selection is better.
    pub proven: bool,
}

/// The lower convex hull of one list or of the sums of several: the least cost of each net, if choices
/// could be divided.
#[derive(Clone, Debug)]
pub struct LowerHull {
    start: (i128, i128),
    /// Cost and net of each edge, the flattest first.
    edges: Vec<(i128, i128)>,
    /// Net and cost of each corner, ascending.
    corners: Vec<(i128, i128)>,
}

impl LowerHull {
    /// Returns the hull of a list, which must not be empty.
    pub fn of(choices: &[Choice]) -> LowerHull {
        let mut sorted: Vec<(i128, i128)> = choices.iter().map(|p| (p.net, p.cost)).collect();
        // Of several at the lowest cost, the hull begins at the one that brings most.
        sorted.sort_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
        let mut corners: Vec<(i128, i128)> = Vec::new();
        for (net, cost) in sorted {
            if corners.last().is_some_and(|last| net <= last.0) {
                continue;
            }
            while let [.., a, b] = corners.as_slice() {
                let is_above = (b.1 - a.1) * (net - a.0) >= (cost - a.1) * (b.0 - a.0);
                if !is_above {
                    break;
                }
                corners.pop();
            }
            corners.push((net, cost));
        }
        let edges = corners.windows(2).map(|w| (w[1].1 - w[0].1, w[1].0 - w[0].0)).collect();
        let start = corners.first().copied().unwrap_or((0, 0));
        LowerHull { start, edges, corners }
    }

    /// Returns the hull of the sums of several lists; the origin alone for none.
    pub fn of_all<'h>(hulls: impl IntoIterator<Item = &'h LowerHull>) -> LowerHull {
        let (mut start, mut edges) = ((0, 0), Vec::new());
        for hull in hulls {
            start = (start.0 + hull.start.0, start.1 + hull.start.1);
            edges.extend_from_slice(&hull.edges);
        }
        edges.sort_by(|a: &(i128, i128), b| (a.0 * b.1).cmp(&(b.0 * a.1)));
        let mut corners = vec![start];
        let mut last = start;
        for (cost, net) in &edges {
            last = (last.0 + net, last.1 + cost);
            corners.push(last);
        }
        LowerHull { start, edges, corners }
    }

    /// Returns the least cost of a net, rounded up; `None` above the largest net.
    pub fn least(&self, net: i128) -> Option<i128> {
        let at = self.corners.partition_point(|c| c.0 < net);
        let to = self.corners.get(at)?;
        if at == 0 {
            return Some(to.1);
        }
        let from = self.corners[at - 1];
        Some(from.1 + div_ceil((net - from.0) * (to.1 - from.1), to.0 - from.0))
    }

    /// Returns the largest net.
    pub fn most(&self) -> i128 {
        self.corners.last().map_or(0, |corner| corner.0)
    }

    /// Returns the minimum of cost times `run` less net times `rise` over its corners.
    pub fn lowest(&self, rise: i128, run: i128) -> i128 {
        let above = |corner: &(i128, i128)| corner.1 * run - corner.0 * rise;
        self.corners.iter().map(above).min().unwrap_or(0)
    }

    /// Returns the slope at a net as a fraction, cost over net.
    pub fn slope(&self, net: i128) -> (i128, i128) {
        let at = self.corners.partition_point(|c| c.0 < net);
        match at {
            0 => (0, 1),
            _ => self.edges.get(at - 1).copied().unwrap_or((0, 1)),
        }
    }
}

/// Returns the factor by which costs can be multiplied so that the numbers of withdrawals fit below
/// them: one sum then orders selections by cost and withdrawals, and the hulls bound both. `None` if
/// products with the figures of these lists might overflow.
fn withdrawal_factor(lists: &[Vec<Choice>]) -> Option<i128> {
    let sum_of_max = |figure: fn(&Choice) -> i128| -> i128 {
        lists.iter().filter_map(|list| list.iter().map(figure).max()).fold(0, i128::saturating_add)
    };
    let factor = sum_of_max(|p| p.ties.steps.into()) + 1;
    let cost = sum_of_max(|p| p.cost.saturating_abs()).checked_mul(factor)?.checked_add(factor)?;
    // Slopes multiply a cost by a net, and differences of both may be twice as large.
    cost.checked_mul(sum_of_max(|p| p.net.saturating_abs()).max(1))?.checked_mul(16)?;
    Some(factor)
}

/// Returns the best selection of one choice from each list; `None` if all together bring too little.
/// Takes one unit of `effort` for each pair of a partial selection and a choice, and returns the best
/// selection known when it is used up.
pub fn select(lists: &[Vec<Choice>], goal: Goal, effort: &mut u64) -> Option<Selection> {
    let frontiers = |lists: &[Vec<Choice>]| -> Vec<Vec<Choice>> {
        lists.iter().map(|list| pareto_frontier(list.clone(), goal)).collect()
    };
    let Goal::Reach(target) = goal else {
        let picks = frontiers(lists).iter().filter_map(|list| list.first().copied()).collect();
        return Some(Selection { picks, proven: true });
    };
    let Some(factor) = withdrawal_factor(lists) else {
        return select_reaching(frontiers(lists), target, effort);
    };
    // Frontiers of the weighted lists: they must ascend by the weighted cost.
    let weigh = |p: &Choice| Choice { cost: p.cost * factor + i128::from(p.ties.steps), ..*p };
    let weighted: Vec<Vec<Choice>> = lists.iter().map(|list| list.iter().map(weigh).collect()).collect();
    let mut selection = select_reaching(frontiers(&weighted), target, effort)?;
    for pick in &mut selection.picks {
        pick.cost = (pick.cost - i128::from(pick.ties.steps)) / factor;
    }
    Some(selection)
}

/// Returns the best selection that reaches the target. The lists must be Pareto
/// frontiers, by ascending cost.
fn select_reaching(lists: Vec<Vec<Choice>>, target: i128, effort: &mut u64) -> Option<Selection> {
    let hulls: Vec<LowerHull> = lists.iter().map(|l| LowerHull::of(l)).collect();
    let whole = LowerHull::of_all(&hulls);
    let bound = whole.least(target)?;
    let (mut best, mut best_key) = first_selection(&lists, &hulls, &whole, target)?;
    let lists = within_gap(&lists, &whole, target, bound, best_key.0);
    // Long lists come last, when the bound leaves few partial selections.
    let mut order: Vec<usize> = (0..lists.len()).collect();
    order.sort_by_key(|i| (lists[*i].len(), *i));
    let mut remaining = vec![LowerHull::of_all([])];
    for i in order.iter().rev() {
        let last = LowerHull::of_all([&remaining[remaining.len() - 1], &LowerHull::of(&lists[*i])]);
        remaining.push(last);
    }
    remaining.reverse();
    // The last choice of each partial selection, and the partial selection before it.
    let mut arena: Vec<(usize, Choice)> = Vec::new();
    let mut partial = vec![Choice::nothing(usize::MAX)];
    let mut proven = true;
    for (depth, i) in order.iter().enumerate() {
        let (behind, is_last) = (&remaining[depth + 1], depth + 1 == order.len());
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
                // The bound of the missing net may fall again with more net, so that only the
                // cheapest completion of all ends the list.
                if cost + behind.start.1 > best_key.0 {
                    break;
                }
                let Some(more) = behind.least(target - net) else { continue };
                if cost + more > best_key.0 {
                    continue;
                }
                let ties = from.ties.plus(choice.ties);
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
        partial = pareto_frontier(next, Goal::Reach(target));
        for p in &mut partial {
            arena.push(parents[p.origin]);
            p.origin = arena.len() - 1;
        }
        if is_last {
            let reaching = partial.iter().filter(|p| p.net >= target).min_by_key(|p| (p.cost, p.ties));
            if let Some(found) = reaching {
                let mut placed: Vec<(usize, Choice)> = Vec::new();
                let mut at = found.origin;
                for i in order.iter().rev() {
                    placed.push((*i, arena[at].1));
                    at = arena[at].0;
                }
                placed.sort_by_key(|(i, _)| *i);
                best = placed.into_iter().map(|(_, p)| p).collect();
            }
        }
    }
    Some(Selection { picks: best, proven })
}

/// A selection with its cost and tie break.
type KeyedSelection = (Vec<Choice>, (i128, TieBreak));

/// Returns the cost and the tie break of a selection.
fn key(picks: &[Choice]) -> (i128, TieBreak) {
    picks.iter().fold((0, TieBreak::default()), |key, p| (key.0 + p.cost, key.1.plus(p.ties)))
}

/// Returns a good selection to begin with: the corners of the hulls up to the target, with one of them
/// replaced by the cheapest choice that still reaches it.
fn first_selection(
    lists: &[Vec<Choice>],
    hulls: &[LowerHull],
    whole: &LowerHull,
    target: i128,
) -> Option<KeyedSelection> {
    let slope = whole.slope(target);
    let flatter = |edge: &(i128, i128)| (edge.0 * slope.1).cmp(&(slope.0 * edge.1));
    let mut best: Option<KeyedSelection> = None;
    // With and without the edges that have just the slope at the target.
    for with_equal in [false, true] {
        let corner = |i: usize| {
            let taken = hulls[i].edges.iter().take_while(|edge| match flatter(edge) {
                Ordering::Less => true,
                Ordering::Equal => with_equal,
                Ordering::Greater => false,
            });
            let (net, cost) = hulls[i].corners[taken.count()];
            lists[i].iter().find(|p| p.net == net && p.cost == cost).copied()
        };
        let Some(base) = (0..lists.len()).map(corner).collect::<Option<Vec<Choice>>>() else { continue };
        let sum = base.iter().map(|p| p.net).sum::<i128>();
        let mut consider = |picks: Vec<Choice>| {
            let (net, key) = (picks.iter().map(|p| p.net).sum::<i128>(), key(&picks));
            if net >= target && best.as_ref().is_none_or(|(_, known)| key < *known) {
                best = Some((picks, key));
            }
        };
        consider(base.clone());
        for i in 0..lists.len() {
            let wanted = target - (sum - base[i].net);
            // The list ascends by cost, so that the first that reaches the target is the cheapest.
            if let Some(choice) = lists[i].iter().find(|p| p.net >= wanted) {
                let mut picks = base.clone();
                picks[i] = *choice;
                consider(picks);
            }
        }
    }
    let all =
        lists.iter().map(|l| l.iter().max_by_key(|p| p.net).copied()).collect::<Option<Vec<Choice>>>()?;
    if best.is_none() && all.iter().map(|p| p.net).sum::<i128>() >= target {
        let key = key(&all);
        best = Some((all, key));
    }
    best
}

/// Returns the choices that can be part of a selection no dearer than the best known one: their reduced
/// cost is at most the gap between bound and best.
fn within_gap(
    lists: &[Vec<Choice>],
    whole: &LowerHull,
    target: i128,
    bound: i128,
    best: i128,
) -> Vec<Vec<Choice>> {
    let (rise, run) = whole.slope(target);
    let above = |p: &Choice| p.cost * run - p.net * rise;
    let gap = (best - bound + 1) * run;
    let keep = |list: &Vec<Choice>| {
        let least = list.iter().map(above).min().unwrap_or(0);
        list.iter().filter(|p| above(p) - least <= gap).copied().collect()
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
                    (s.0 + p.net, s.1 + p.cost, s.2.plus(p.ties))
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
                b.picks
                    .iter()
                    .fold((0, TieBreak::default()), |k: (i128, TieBreak), p| (k.0 + p.cost, k.1.plus(p.ties)))
            });
            assert_eq!(key, wanted, "{lists:?} {target}");
        }
    }
}
