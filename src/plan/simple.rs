//! The obvious way, for comparison: the largest balances first, each at once today.

use super::blocked::largest;
use super::group::{Group, Spent};
use super::{Alternative, Move, Question, Step, ceil, lcm, parts};
use crate::fee::{Amounts, Outcome, Terms, Use, Used};
use std::collections::HashMap;

/// The withdrawals of the obvious way.
pub struct Simple {
    /// In their order.
    pub steps: Vec<Step>,
    /// What arrives in all.
    pub net: i128,
    /// What it costs in all, in the fraction of a part below.
    pub cost: i128,
    /// The fraction of a part that the cost is counted in.
    pub scale: i128,
}

impl Simple {
    /// The cost, rounded up once.
    pub fn rounded_cost(&self) -> i128 {
        ceil(self.cost, self.scale)
    }

    /// What it comes to.
    pub fn alternative(&self) -> Alternative {
        Alternative { steps: self.steps.len(), net: parts(self.net), cost: parts(self.rounded_cost()) }
    }
}

impl<'p> Question<'p> {
    /// The obvious way: the largest balances first, each at once today; `None` where it misses the target.
    pub(super) fn simple(&'p self, used: &HashMap<Use, Used>) -> Option<Simple> {
        let mut groups: Vec<Group<'p>> = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].today() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if !accounts.is_empty() {
                groups.extend(Group::of(self, platform, accounts, used));
            }
        }
        let scale = groups.iter().fold(1, |sum, g| lcm(sum, g.par.1));
        let mut order: Vec<(usize, usize)> = groups
            .iter()
            .enumerate()
            .flat_map(|(g, group)| (0..group.accounts.len()).map(move |a| (g, a)))
            .collect();
        let worth = |(g, a): &(usize, usize)| {
            let (num, den) = groups[*g].par;
            i128::from(groups[*g].holdings[*a].today()) * num * (scale / den)
        };
        order.sort_by_key(|at| (-worth(at), groups[at.0].accounts[at.1]));
        let mut spent: Vec<Vec<Spent>> = groups.iter().map(|g| vec![Vec::new(); g.quotas.len()]).collect();
        let mut simple = Simple { steps: Vec::new(), net: 0, cost: 0, scale };
        for (g, account) in order {
            let rest = self.target.map(|target| i128::from(target) - simple.net);
            if rest.is_some_and(|rest| rest <= 0) {
                break;
            }
            let group = &groups[g];
            let Some((channel, amount, outcome)) = simple_step(group, account, &spent[g], rest) else {
                continue;
            };
            group.spend(&mut spent[g], channel, 0, amount);
            simple.net += outcome.net;
            simple.cost += group.cost(&outcome) * (scale / group.par.1);
            let (debit, net) = (parts(outcome.debit), parts(outcome.net));
            let (fee, tax) = (parts(outcome.fee), parts(outcome.tax));
            simple
                .steps
                .push(self.step(group, Move { day: 0, account, channel, amount, debit, fee, tax, net }));
        }
        self.target.is_none_or(|target| simple.net >= i128::from(target)).then_some(simple)
    }
}

/// The withdrawal that is made without a thought: all of a balance through the channel that nets
/// the most, or the smallest amount through it that nets the rest.
fn simple_step(
    group: &Group<'_>,
    account: usize,
    spent: &[Spent],
    rest: Option<i128>,
) -> Option<(usize, i64, Outcome)> {
    let holding = group.holdings[account];
    let decimals = group.platform.unit.decimals;
    let ways = (0..group.ways.len()).filter_map(|way| {
        let terms = group.terms(way, 0, holding.total(), spent)?;
        let amount = largest(&terms, decimals, holding)?;
        let outcome = group.outcome(&terms, amount).ok()?;
        Some((way, terms, amount, outcome))
    });
    let mut best: Option<(usize, Terms<'_>, i64, Outcome)> = None;
    for other in ways {
        if best.as_ref().is_none_or(|b| other.3.net > b.3.net) {
            best = Some(other);
        }
    }
    let (way, terms, amount, outcome) = best?;
    let Some(rest) = rest.filter(|rest| outcome.net > *rest) else { return Some((way, amount, outcome)) };
    let (num, den) = terms.conversion(decimals);
    let smaller = Amounts::of(&terms, decimals).smallest_keeping((rest * den + num - 1).div_euclid(num));
    let smaller = smaller.and_then(|x| Some((way, x, group.outcome(&terms, x).ok()?)));
    let fits = smaller.filter(|(_, _, o)| o.debit <= i128::from(holding.today()));
    Some(fits.unwrap_or((way, amount, outcome)))
}
