//! The obvious way, for comparison: the largest balances first, each at once today.

use super::blocked::largest;
use super::subproblem::{PlannedUse, Subproblem};
use super::{Alternative, PlanRequest, PlannedWithdrawal, Withdrawal, parts};
use crate::fee::{AmountSearch, Outcome, PricingContext, QuotaKey, QuotaUsage};
use crate::money::{div_ceil, lcm};
use std::collections::HashMap;

/// The withdrawals of the obvious way.
pub struct Baseline {
    /// In their order.
    pub steps: Vec<PlannedWithdrawal>,
    /// What arrives in all.
    pub net: i128,
    /// What it costs in all, in the fraction of a part below.
    pub cost: i128,
    /// The fraction of a part that the cost is counted in.
    pub scale: i128,
}

impl Baseline {
    /// The cost, rounded up once.
    pub fn rounded_cost(&self) -> i128 {
        div_ceil(self.cost, self.scale)
    }

    /// What it comes to.
    pub fn alternative(&self) -> Alternative {
        Alternative { steps: self.steps.len(), net: parts(self.net), cost: parts(self.rounded_cost()) }
    }
}

impl<'p> PlanRequest<'p> {
    /// The obvious way: the largest balances first, each at once today; `None` where it misses the target.
    pub(super) fn baseline(&'p self, used: &HashMap<QuotaKey, QuotaUsage>) -> Option<Baseline> {
        let mut subproblems: Vec<Subproblem<'p>> = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].today() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if !accounts.is_empty() {
                subproblems.extend(Subproblem::of(self, platform, accounts, used));
            }
        }
        let scale = subproblems.iter().fold(1, |sum, g| lcm(sum, g.par.1));
        let mut order: Vec<(usize, usize)> = subproblems
            .iter()
            .enumerate()
            .flat_map(|(g, subproblem)| (0..subproblem.accounts.len()).map(move |a| (g, a)))
            .collect();
        let worth = |(g, a): &(usize, usize)| {
            let (num, den) = subproblems[*g].par;
            i128::from(subproblems[*g].holdings[*a].today()) * num * (scale / den)
        };
        order.sort_by_key(|at| (-worth(at), subproblems[at.0].accounts[at.1]));
        let mut spent: Vec<Vec<PlannedUse>> =
            subproblems.iter().map(|g| vec![Vec::new(); g.quotas.len()]).collect();
        let mut baseline = Baseline { steps: Vec::new(), net: 0, cost: 0, scale };
        for (g, account) in order {
            let rest = self.target.map(|target| i128::from(target) - baseline.net);
            if rest.is_some_and(|rest| rest <= 0) {
                break;
            }
            let subproblem = &subproblems[g];
            let Some((channel, amount, outcome)) = simple_step(subproblem, account, &spent[g], rest) else {
                continue;
            };
            subproblem.record_use(&mut spent[g], channel, 0, amount);
            baseline.net += outcome.net;
            baseline.cost += subproblem.cost(&outcome) * (scale / subproblem.par.1);
            let (debit, net) = (parts(outcome.debit), parts(outcome.net));
            let (fee, tax) = (parts(outcome.fee), parts(outcome.tax));
            baseline.steps.push(
                self.step(subproblem, Withdrawal { day: 0, account, channel, amount, debit, fee, tax, net }),
            );
        }
        self.target.is_none_or(|target| baseline.net >= i128::from(target)).then_some(baseline)
    }
}

/// The withdrawal that is made without a thought: all of a balance through the channel that nets
/// the most, or the smallest amount through it that nets the rest.
fn simple_step(
    subproblem: &Subproblem<'_>,
    account: usize,
    spent: &[PlannedUse],
    rest: Option<i128>,
) -> Option<(usize, i64, Outcome)> {
    let holding = subproblem.holdings[account];
    let decimals = subproblem.platform.unit.decimals;
    let options = (0..subproblem.options.len()).filter_map(|option| {
        let pricing = subproblem.pricing(option, 0, holding.total(), spent)?;
        let amount = largest(&pricing, decimals, holding)?;
        let outcome = subproblem.outcome(&pricing, amount).ok()?;
        Some((option, pricing, amount, outcome))
    });
    let mut best: Option<(usize, PricingContext<'_>, i64, Outcome)> = None;
    for other in options {
        if best.as_ref().is_none_or(|b| other.3.net > b.3.net) {
            best = Some(other);
        }
    }
    let (option, pricing, amount, outcome) = best?;
    let Some(rest) = rest.filter(|rest| outcome.net > *rest) else { return Some((option, amount, outcome)) };
    let (num, den) = pricing.conversion(decimals);
    let smaller =
        AmountSearch::of(&pricing, decimals).smallest_netting((rest * den + num - 1).div_euclid(num));
    let smaller = smaller.and_then(|x| Some((option, x, subproblem.outcome(&pricing, x).ok()?)));
    let fits = smaller.filter(|(_, _, o)| o.debit <= i128::from(holding.today()));
    Some(fits.unwrap_or((option, amount, outcome)))
}
