//! Which choices of runs can still be part of a plan that is no dearer than one that is known.

use super::{Envelope, Label, Segment, SegmentRule};
use std::cell::Cell;
use std::rc::Rc;

/// Up to so many parts the least that a choice must bring is noted for each cost.
const NOTED_MAX: i64 = 100_000;
/// What is not known yet.
const UNKNOWN: i64 = i64::MIN;

/// How dear a choice may be: its cost times `run` less what it brings times `rise` is at most
/// `limit`, where it is to be part of a plan that is no dearer than one that is known.
#[derive(Clone, Debug)]
pub struct CostWindow {
    /// What a part that arrives is worth …
    pub rise: i128,
    /// … over this.
    pub run: i128,
    /// The most that a choice may be above that.
    pub limit: i128,
    /// Where it is known what else the plan may consist of: a choice must meet one of these, of which
    /// the first is what it may cost at the most and the second what it must bring. Empty for all.
    pub needs: Rc<[(i64, i64)]>,
}

impl CostWindow {
    /// What brings no less than that, where as much as can be is to arrive.
    pub fn bringing(net: i128) -> CostWindow {
        CostWindow { rise: 1, run: 0, limit: -net, needs: Rc::default() }
    }

    /// How far a choice is above what it brings is worth, and what it takes at the most.
    pub(super) fn above(&self, label: &Label, budget: i128) -> (i128, i128) {
        let debit = i128::from(label.most()).min(budget);
        (self.height(label.cost, label.charges, debit), debit)
    }

    /// What a withdrawal in a run takes at the most, and how far that is above what it brings.
    pub(super) fn of_run(&self, rule: &SegmentRule, segment: &Segment) -> (i64, i128) {
        (rule.takes(segment), self.height(rule.price(segment), segment.charges, rule.takes(segment).into()))
    }

    /// How far something of that cost, those charges and that debit is above what it brings is worth.
    fn height(&self, cost: i64, charges: i64, debit: i128) -> i128 {
        // Without a target what is brought is less by all that it costs.
        let lost = if self.run == 0 { cost } else { charges };
        self.run * i128::from(cost) + self.rise * (i128::from(lost) - debit)
    }
}

/// Which choices can still come to lie in a window.
pub(super) struct ReachTable {
    window: CostWindow,
    budget: i128,
    /// Withdrawals cost more than their charges, so a cost does not tell what leaves.
    with_step_cost: bool,
    /// By how much the rest of a choice can bring it down, for so much of the budget: corners.
    gains: Vec<(i128, i128)>,
    /// By how much what arrives grows for so much more cost: corners.
    brings: Vec<(i128, i128)>,
    /// What a choice of each cost must bring and pay in charges together, as far as it was asked for.
    noted: Vec<Cell<i64>>,
}

impl ReachTable {
    /// What can be reached with a rest of such outlines, the flattest steps first.
    pub(super) fn of(
        window: &CostWindow,
        heights: &Envelope,
        rest: &Envelope,
        budget: i64,
        with_step_cost: bool,
    ) -> ReachTable {
        let mut gains = vec![(0, 0)];
        let (mut debit, mut gain) = (0, 0);
        for step in heights.iter().take_while(|step| step.1 < 0) {
            debit += step.0;
            gain += step.1;
            gains.push((debit, gain));
        }
        let mut brings = vec![(0, 0)];
        let (mut cost, mut more) = (0, 0);
        for step in rest {
            cost += step.1;
            more += step.0;
            brings.push((cost, more));
        }
        let most = window.needs.iter().map(|need| need.0).max().filter(|most| *most < NOTED_MAX);
        let noted = vec![Cell::new(UNKNOWN); most.map_or(0, |most| most.max(-1) as usize + 1)];
        ReachTable {
            window: window.clone(),
            budget: i128::from(budget),
            with_step_cost,
            gains,
            brings,
            noted,
        }
    }

    /// Can a choice still come to lie in the window?
    pub(super) fn holds(&self, label: &Label) -> bool {
        self.left(label) >= 0 && (self.noted.is_empty() || self.least(label) <= label.most())
    }

    /// How much further above a choice may come.
    pub(super) fn left(&self, label: &Label) -> i128 {
        let (above, debit) = self.window.above(label, self.budget);
        let left = self.budget - debit;
        let at = self.gains.partition_point(|g| g.0 <= left);
        let gain = match (self.gains[at - 1], self.gains.get(at)) {
            (from, Some(to)) => from.1 + ((to.1 - from.1) * (left - from.0)).div_euclid(to.0 - from.0),
            (from, None) => from.1,
        };
        self.window.limit - above - gain
    }

    /// What a choice must take at the most to meet some need with its rest.
    fn least(&self, label: &Label) -> i64 {
        let Some(noted) = usize::try_from(label.cost).ok().and_then(|cost| self.noted.get(cost)) else {
            return i64::MAX;
        };
        if noted.get() == UNKNOWN {
            let cost = i128::from(label.cost);
            let least = self.window.needs.iter().filter_map(|(most, net)| {
                let (most, net) = (i128::from(*most), i128::from(*net));
                let mut more = most - cost;
                if !self.with_step_cost {
                    more = more.min(self.budget - cost - net);
                }
                (more >= 0).then(|| net - self.most_more(more))
            });
            noted.set(least.min().map_or(i64::MAX, super::super::parts));
        }
        noted.get().saturating_add(label.charges)
    }

    /// How much more arrives at the most, for so much more cost.
    fn most_more(&self, cost: i128) -> i128 {
        let at = self.brings.partition_point(|corner| corner.0 <= cost);
        match (self.brings[at - 1], self.brings.get(at)) {
            (from, Some(to)) => from.1 + ((to.1 - from.1) * (cost - from.0)).div_euclid(to.0 - from.0),
            (from, None) => from.1,
        }
    }
}
