//! Which choices of runs can still be part of a plan that is no dearer than one that is known.

use super::{Label, Outline};
use std::cell::Cell;
use std::rc::Rc;

/// Up to so many parts the least that a choice must bring is noted for each cost.
const NOTED_MAX: i64 = 100_000;
/// What is not known yet.
const UNKNOWN: i64 = i64::MIN;

/// How dear a choice may be: its cost times `run` less what it brings times `rise` is at most
/// `limit`, where it is to be part of a plan that is no dearer than one that is known.
#[derive(Clone, Debug)]
pub struct Window {
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

impl Window {
    /// How far a choice is above what it brings is worth, and what it takes at the most.
    pub(super) fn above(&self, label: &Label, budget: i128) -> (i128, i128) {
        let debit = i128::from(label.most()).min(budget);
        ((self.run + self.rise) * i128::from(label.cost) - self.rise * debit, debit)
    }

    /// By how much a choice comes down where it takes so much more at so much more charge.
    fn gain(&self, (more, charges): &(i128, i128)) -> i128 {
        (self.run + self.rise) * charges - self.rise * more
    }
}

/// Which choices can still come to lie in a window.
pub(super) struct Reach {
    window: Window,
    budget: i128,
    /// By how much the rest of a choice can bring it down, for so much of the budget: corners.
    gains: Vec<(i128, i128)>,
    /// By how much the debit grows beyond the charges, for so much more charge: corners.
    brings: Vec<(i128, i128)>,
    /// What a choice of each cost must take at the most, as far as it was asked for.
    noted: Vec<Cell<i64>>,
}

impl Reach {
    /// What can be reached with a rest of such an outline, the cheapest first.
    pub(super) fn of(window: &Window, rest: &Outline, budget: i64) -> Reach {
        let mut gains = vec![(0, 0)];
        let (mut debit, mut gain) = (0, 0);
        for step in rest.iter().take_while(|step| window.gain(step) < 0) {
            debit += step.0;
            gain += window.gain(step);
            gains.push((debit, gain));
        }
        let mut brings = vec![(0, 0)];
        let (mut charges, mut more) = (0, 0);
        for step in rest.iter().take_while(|step| step.1 < step.0) {
            charges += step.1;
            more += step.0 - step.1;
            brings.push((charges, more));
        }
        let most = window.needs.iter().map(|need| need.0).max().filter(|most| *most < NOTED_MAX);
        let noted = vec![Cell::new(UNKNOWN); most.map_or(0, |most| most.max(-1) as usize + 1)];
        Reach { window: window.clone(), budget: i128::from(budget), gains, brings, noted }
    }

    /// Can a choice still come to lie in the window?
    pub(super) fn holds(&self, label: &Label) -> bool {
        self.left(label) >= 0 && (self.noted.is_empty() || self.least(label.cost) <= label.most())
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

    /// What a choice of a cost must take at the most to meet some need with its rest.
    fn least(&self, cost: i64) -> i64 {
        let Some(noted) = usize::try_from(cost).ok().and_then(|cost| self.noted.get(cost)) else {
            return i64::MAX;
        };
        if noted.get() == UNKNOWN {
            let cost = i128::from(cost);
            let least = self.window.needs.iter().filter_map(|(most, net)| {
                let (most, net) = (i128::from(*most), i128::from(*net));
                let charges = (most - cost).min(self.budget - cost - net);
                (charges >= 0).then(|| net + cost - self.most_beyond(charges))
            });
            noted.set(least.min().map_or(i64::MAX, |least| super::super::parts(least.max(0))));
        }
        noted.get()
    }

    /// How much the debit grows beyond the charges at the most, for so much more charge.
    fn most_beyond(&self, charges: i128) -> i128 {
        let at = self.brings.partition_point(|corner| corner.0 <= charges);
        match (self.brings[at - 1], self.brings.get(at)) {
            (from, Some(to)) => from.1 + ((to.1 - from.1) * (charges - from.0)).div_euclid(to.0 - from.0),
            (from, None) => from.1,
        }
    }
}
