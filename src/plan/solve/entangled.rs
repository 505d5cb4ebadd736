//! Groups whose rules are too entangled to be taken apart: by a table where there is one, else by a search.

use super::{Solved, Way};
use crate::plan::blend::{Goal, Point};
use crate::plan::bound;
use crate::plan::group::Group;
use crate::plan::search::{self, Look};
use crate::plan::shares::Limits;
use crate::plan::{shares, spend, table};

/// Below so many amounts that a step could have, every one of them is looked at.
const AMOUNTS_ALL: i128 = 3_000;
/// What fewer days or withdrawals allow is looked at with so many times the effort in all.
const NARROWER_TIMES: u64 = 2;

/// What can be done with such a group within some limits, as far as the effort goes.
pub(super) fn searched<'p>(group: Group<'p>, goal: Goal, limits: Limits, effort: &mut u64) -> Solved<'p> {
    let all = *effort;
    if let Some((points, found)) = exact(&group, goal, limits, effort) {
        return Solved { points, found, bound: None, group };
    }
    let bound = Some(bound::bound(&group, effort));
    let mut best = longer_and_longer(&group, goal, effort);
    if best.cut || best.points.is_empty() {
        best.add(search::in_passing(&group, goal), goal);
    }
    // With more days or withdrawals there is more to look at, so what fewer allow may be found sooner;
    // a plan must not become worse by what it may do besides.
    add_narrower(&mut best, &group, goal, limits, all);
    let points = best.points.clone();
    // Where everything that could be better is found, nothing is left to be better.
    let bound = bound.filter(|bounds| !matches!(bounds.as_slice(), [only] if only.is_met(&points)));
    Solved { points, found: Way::Search(best), bound, group }
}

/// All that can be worth doing with a group; `None` where that takes too much.
fn exact(group: &Group<'_>, goal: Goal, limits: Limits, effort: &mut u64) -> Option<(Vec<Point>, Way)> {
    let share = *effort - *effort / 4;
    if let Some(found) = spend(effort, share, |share| shares::solve(group, goal, limits, share)) {
        return Some((found.points.clone(), Way::Shares(found)));
    }
    if let Some(table) = table::prepare(group) {
        let share = *effort - *effort / 4;
        if let Some(found) = spend(effort, share, |share| table.solve(goal, share)) {
            return Some((found.points.clone(), Way::Table(found)));
        }
    }
    let amounts: i128 = group.holdings.iter().map(|h| i128::from(h.today())).sum::<i128>()
        * group.ways.iter().map(|w| 1.max(w.offers.iter().flatten().count() as i128)).sum::<i128>();
    let step = group.ways.iter().flat_map(|w| w.offers.iter().flatten()).map(|o| o.tariff.step).min();
    if amounts / i128::from(step.unwrap_or(1).max(1)) > AMOUNTS_ALL || group.days_cut {
        return None;
    }
    let share = *effort - *effort / 4;
    let all = |share: &mut u64| search::search(group, goal, Look::All, i64::MAX, share);
    let found = spend(effort, share, all)?;
    Some((found.points.clone(), Way::Search(found)))
}

/// Longer and longer sequences, as far as the effort goes.
fn longer_and_longer(group: &Group<'_>, goal: Goal, effort: &mut u64) -> search::Found {
    let mut best = search::Found::nothing();
    let mut steps_max = 1;
    loop {
        let share = *effort / 2;
        let some = |share: &mut u64| search::search(group, goal, Look::Telling, steps_max, share);
        let Some(found) = spend(effort, share, some) else { break };
        let cut = found.cut;
        best = found;
        // A longer sequence costs as much at the least, and is worse among equals.
        let longer = group.step_price() * i128::from(steps_max + 1);
        let is_met = |target: i128| best.points.iter().any(|p| p.cost <= longer && p.net >= target);
        if !cut || matches!(goal, Goal::Reach(target) if is_met(target)) {
            break;
        }
        steps_max += 1 + steps_max / 3;
    }
    best
}

/// Adds what can be done in the first days only, and with fewer withdrawals. Each of these is looked at
/// with as much effort as if it had been asked for.
fn add_narrower<'p>(best: &mut search::Found, group: &Group<'p>, goal: Goal, limits: Limits, effort: u64) {
    let mut left = NARROWER_TIMES * effort;
    // The longest time and the most withdrawals for which all can be found: by doubling, then by halving.
    let mut widest = |all: usize, narrowed: &dyn Fn(usize) -> Group<'p>| {
        let (mut low, mut high, mut tried) = (0, all, 1);
        while low + 1 < high && left > 0 {
            tried = tried.clamp(low + 1, high - 1);
            let narrower = narrowed(tried);
            let share = effort.min(left);
            let found = spend(&mut left, share, |share| exact(&narrower, goal, limits, share));
            if let Some((points, found)) = found {
                best.add_moves(&points, |mark| found.moves(&narrower, mark), goal);
                low = tried;
            } else {
                best.add(longer_and_longer(&narrower, goal, &mut (effort / 8)), goal);
                high = tried;
            }
            tried = if high == all { low * 2 } else { low + (high - low) / 2 };
        }
    };
    widest(group.days.len(), &|days| group.narrowed(days, group.splits));
    widest(group.splits as usize, &|splits| group.narrowed(group.days.len(), splits as u32));
}
