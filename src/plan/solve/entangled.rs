//! Groups whose rules are too entangled to be taken apart: by a table where there is one, else by a search.

use super::{Solved, Way};
use crate::plan::blend::Goal;
use crate::plan::bound;
use crate::plan::group::Group;
use crate::plan::search::{self, Look};
use crate::plan::shares::Limits;
use crate::plan::{shares, spend, table};

/// Below so many amounts that a step could have, every one of them is looked at.
const AMOUNTS_ALL: i128 = 3_000;

/// What can be done with such a group within some limits, as far as the effort goes.
pub(super) fn searched<'p>(group: Group<'p>, goal: Goal, limits: Limits, effort: &mut u64) -> Solved<'p> {
    let share = *effort - *effort / 4;
    if let Some(found) = spend(effort, share, |share| shares::solve(&group, goal, limits, share)) {
        return Solved { points: found.points.clone(), found: Way::Shares(found), bound: None, group };
    }
    if let Some(table) = table::prepare(&group) {
        let share = *effort - *effort / 4;
        if let Some(found) = spend(effort, share, |share| table.solve(goal, share)) {
            return Solved { points: found.points.clone(), found: Way::Table(found), bound: None, group };
        }
    }
    let amounts: i128 = group.holdings.iter().map(|h| i128::from(h.today())).sum::<i128>()
        * group.ways.iter().map(|w| 1.max(w.offers.iter().flatten().count() as i128)).sum::<i128>();
    let step = group.ways.iter().flat_map(|w| w.offers.iter().flatten()).map(|o| o.tariff.step).min();
    if amounts / i128::from(step.unwrap_or(1).max(1)) <= AMOUNTS_ALL && !group.days_cut {
        let share = *effort - *effort / 4;
        let all = |share: &mut u64| search::search(&group, goal, Look::All, i64::MAX, share);
        if let Some(found) = spend(effort, share, all) {
            return Solved { points: found.points.clone(), found: Way::Search(found), bound: None, group };
        }
    }
    let bound = Some(bound::bound(&group, effort));
    // Longer and longer sequences, as far as the effort goes.
    let mut best = search::Found::nothing();
    let mut steps_max = 1;
    loop {
        let share = *effort / 2;
        let some = |share: &mut u64| search::search(&group, goal, Look::Telling, steps_max, share);
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
    if best.cut || best.points.is_empty() {
        best.add(search::in_passing(&group, goal), goal);
    }
    let points = best.points.clone();
    // Where everything that could be better is found, nothing is left to be better.
    let bound = bound.filter(|bounds| !matches!(bounds.as_slice(), [only] if only.is_met(&points)));
    Solved { points, found: Way::Search(best), bound, group }
}
