//! The plan: which balances to withdraw, through which channels, on which days and in how many
//! pieces, so that a sum arrives at the least cost, or as much as can be.
//!
//! Platforms meet in the sum only. So each is solved alone (`group`), to a list of all that
//! can be worth doing with it, and the lists are blended (`blend`). Plain tariffs are solved
//! by the stretches of amounts that are charged the same, however large the balance
//! (`runs`); whatever else a tariff can state, by every sequence of steps (`search`).
//! All figures of a step are the fee engine's.

mod baseline;
mod blocked;
mod dp;
mod knapsack;
mod pareto;
mod relaxation;
mod search;
mod segments;
mod shares;
mod solve;
mod subproblem;
mod verify;

use crate::fee::{Platform, QuotaKey, QuotaUsage};
use crate::money::{Unit, div_ceil, lcm};
use crate::period::{Day, LocalDateTime};
use baseline::Baseline;
use knapsack::{Choice, Goal, LowerHull, select};
use relaxation::LowerBound;
use solve::{SolvedSubproblem, solve};
use std::collections::HashMap;
use subproblem::Subproblem;
use verify::{tighten, verify};

pub use subproblem::eligible_channels;

/// How many things a plan may look at unless told otherwise.
pub const EFFORT: u64 = 20_000_000;
/// How many withdrawals for each account, channel and calendar month a plan may have.
pub const SPLITS: u32 = 12;

/// What one account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The account.
    pub account: String,
    /// Its platform, by its place in the question.
    pub platform: usize,
    /// What lapses after each day, soonest first; nothing that has lapsed already.
    pub dated: Vec<(Day, i64)>,
    /// What does not lapse on a day that is known.
    pub undated: i64,
    /// What must stay.
    pub keep: i64,
    /// The last day of the plan.
    pub by: Day,
}

/// What a plan is asked for.
#[derive(Clone, Debug)]
pub struct PlanRequest<'p> {
    /// The platforms of the accounts.
    pub platforms: &'p [Platform],
    /// The accounts, in the order of their names.
    pub holdings: Vec<Holding>,
    /// The unit in which money is to arrive.
    pub unit: Unit,
    /// How much is to arrive at least; `None` for as much as can be.
    pub target: Option<i64>,
    /// The present moment.
    pub now: LocalDateTime,
    /// The last day of the plan.
    pub by: Day,
    /// At most so many withdrawals for each account, channel and calendar month.
    pub splits: u32,
    /// What each withdrawal counts for while choosing, in minor units; no part of the cost.
    pub step_cost: i64,
    /// The conditional channels that take part, by full id.
    pub assumed: Vec<String>,
    /// How many things may be looked at.
    pub effort: u64,
}

/// One withdrawal of a group, in its own counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Withdrawal {
    day: usize,
    account: usize,
    channel: usize,
    amount: i64,
    debit: i64,
    fee: i64,
    tax: i64,
    net: i64,
}

/// One withdrawal of a plan; all parts of the account's unit, but `net` of the target's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedWithdrawal {
    /// The day.
    pub date: Day,
    /// The account, by its place in the question.
    pub holding: usize,
    /// The full id of the channel.
    pub channel: String,
    /// The amount.
    pub amount: i64,
    /// What leaves the balance.
    pub debit: i64,
    /// The fees.
    pub fee: i64,
    /// The taxes.
    pub tax: i64,
    /// What arrives.
    pub net: i64,
}

/// An account from which nothing can be withdrawn in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedAccount {
    /// The account, by its place in the question.
    pub holding: usize,
    /// Why, as a code.
    pub reason: &'static str,
    /// How much more it must hold, in its own unit, where that would do.
    pub short_by: Option<i64>,
    /// The smallest amount that would do.
    pub least: Option<i64>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The withdrawals, in an order in which they can be booked.
    pub steps: Vec<PlannedWithdrawal>,
    /// What arrives in all.
    pub net: i64,
    /// What it costs in all, in the target's unit, summed exactly and rounded up once.
    pub cost: i64,
    /// No plan is better, nor as good with fewer withdrawals.
    pub proven: bool,
    /// By how much a better plan could cost less, or without a target bring more, with the step costs
    /// that it saves or adds; never more than all that this plan costs, or leaves and pays. 0 where
    /// proven, or where a better plan can only save step costs.
    pub gap: i64,
    /// The accounts from which nothing can be withdrawn.
    pub blocked: Vec<BlockedAccount>,
    /// What the obvious way would cost, or `None` where it misses the target.
    pub baseline_cost: Option<i64>,
}

/// What another plan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// How many withdrawals it has.
    pub steps: usize,
    /// What arrives in all.
    pub net: i64,
    /// What it costs in all.
    pub cost: i64,
}

/// No plan that brings so much was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetUnreachable {
    /// The plan that brings the most there is; what it brings is less than the target.
    pub most: Plan,
}

impl Alternative {
    fn of(plan: &Plan) -> Alternative {
        Alternative { steps: plan.steps.len(), net: plan.net, cost: plan.cost }
    }
}

impl Holding {
    /// All that has not lapsed today.
    pub fn total(&self) -> i64 {
        self.dated.iter().fold(self.undated, |sum, (_, minor)| sum.saturating_add(*minor))
    }

    /// What may leave today.
    fn today(&self) -> i64 {
        self.total().saturating_sub(self.keep).max(0)
    }

    /// What of so much is left on a day: what lapses first was taken first.
    fn left_on(&self, day: Day, left: i64) -> i64 {
        let unlapsed = self.dated.iter().filter(|(last, _)| *last >= day).map(|(_, minor)| *minor);
        left.min(self.undated.saturating_add(unlapsed.sum()))
    }

    /// What of so much lapses in the time of the plan.
    fn lapsing(&self, left: i64) -> i64 {
        let later = self.dated.iter().filter(|(last, _)| *last > self.by).map(|(_, minor)| *minor);
        (left - self.undated - later.sum::<i64>()).max(0)
    }
}

impl<'p> PlanRequest<'p> {
    /// What must be asked of the ledger before the plan can be made.
    pub fn quota_keys(&self) -> Vec<QuotaKey> {
        let mut uses = Vec::new();
        let takes_part = |p: &&Platform| !eligible_channels(p, &self.unit, &self.assumed).is_empty();
        for platform in self.platforms.iter().filter(takes_part) {
            uses.extend(subproblem::quota_keys(self, platform));
        }
        uses
    }

    /// The plan, by what of each quota is used; where the target is too much, the one that brings most.
    pub fn plan(&'p self, used: &HashMap<QuotaKey, QuotaUsage>) -> Result<Plan, Box<TargetUnreachable>> {
        let mut effort = self.effort;
        if let Some(plan) = self.found(used, None, &mut effort) {
            return Ok(plan);
        }
        // What was found not to be enough was mostly found soon. The most that can be does not depend
        // on what a withdrawal counts for.
        let mut effort = effort.max(self.effort / 4);
        let most = PlanRequest { target: None, step_cost: 0, ..self.clone() }.found(used, None, &mut effort);
        let most = most.unwrap_or_else(|| self.nothing(used));
        let most = Plan { baseline_cost: None, ..most };
        if self.target.is_some_and(|target| most.net >= target) {
            // A search that was cut short missed what another one found.
            return Ok(Plan { proven: false, gap: most.cost, ..most });
        }
        Err(Box::new(TargetUnreachable { most }))
    }

    /// What the withdrawals of a plan count for while choosing.
    fn step_costs(&self, plan: &Plan) -> i64 {
        self.step_cost.saturating_mul(plan.steps.len() as i64)
    }

    /// What the plan with the fewest withdrawals and the cheapest one come to, beside a plan that was
    /// made of this; nothing where nothing can be withdrawn.
    ///
    /// Without a target no withdrawal at all would be the fewest, so the simple plan takes its place:
    /// each account at once.
    pub fn alternatives(&'p self, plan: &Plan, used: &HashMap<QuotaKey, QuotaUsage>) -> Vec<Alternative> {
        let mut known = vec![Alternative::of(plan)];
        known.retain(|own| own.steps > 0);
        known.extend(
            self.baseline(used).filter(|baseline| !baseline.steps.is_empty()).map(|s| s.alternative()),
        );
        let mut other = |step_cost: i64| {
            let mut effort = self.effort / 16;
            let own = Alternative::of(plan);
            let plan = PlanRequest { step_cost, ..self.clone() }.found(used, Some(own), &mut effort);
            known.extend(plan.filter(|plan| !plan.steps.is_empty()).map(|plan| Alternative::of(&plan)));
        };
        if self.step_cost > 0 {
            other(0);
        }
        if self.target.is_some()
            && plan.steps.len() > 1
            && !self.has_fewest(&self.subproblems(used), &plan.steps)
        {
            // More than any charges can come to.
            let worth = self.holdings.iter().map(|holding| self.worth(holding)).sum::<i128>();
            other(parts(worth + 1));
        }
        let better = |a: &&Alternative| (self.target.map_or(-a.net, |_| a.cost), a.steps, a.cost);
        let fewest = known.iter().min_by_key(|a| (a.steps, better(a)));
        let cheapest = known.iter().min_by_key(better);
        [fewest, cheapest].into_iter().flatten().copied().collect()
    }

    /// The plan that leaves all where it is.
    fn nothing(&'p self, used: &HashMap<QuotaKey, QuotaUsage>) -> Plan {
        Plan {
            steps: Vec::new(),
            net: 0,
            cost: 0,
            proven: false,
            gap: 0,
            blocked: self.blocked(used),
            baseline_cost: None,
        }
    }

    /// The plan; `None` where none was found that brings the target. With a target nothing is looked for
    /// that is worse than a plan that is known.
    fn found(
        &'p self,
        used: &HashMap<QuotaKey, QuotaUsage>,
        known: Option<Alternative>,
        effort: &mut u64,
    ) -> Option<Plan> {
        let baseline = self.baseline(used);
        let known = baseline.as_ref().map(Baseline::alternative).into_iter().chain(known);
        let price =
            |known: Alternative| i128::from(known.cost) + i128::from(self.step_cost) * known.steps as i128;
        let found = self.solved(used, known.map(price).min(), effort);
        let Some(baseline) = baseline else { return found.map(|(plan, _)| plan) };
        let baseline_cost = Some(parts(baseline.rounded_cost()));
        // A search that was cut short can miss even what is done without a thought.
        let Some((plan, least)) = found else {
            return Some(self.of_simple(used, baseline, 0));
        };
        let worse = |plan: &Plan| {
            let spent = i128::from(self.step_costs(plan));
            let lost = if self.target.is_some() { plan.cost.into() } else { -i128::from(plan.net) };
            (lost + spent, plan.steps.len())
        };
        let baseline = self.of_simple(used, baseline, least);
        let plan = if !plan.proven && worse(&baseline) < worse(&plan) { baseline } else { plan };
        Some(Plan { baseline_cost, ..plan })
    }

    /// The plan that the search finds, and what the best plan costs at the least or brings at the most,
    /// with the step costs; `None` where none was found that brings the target, or where the search was
    /// cut short and found none that costs no more than what is known.
    fn solved(
        &'p self,
        used: &HashMap<QuotaKey, QuotaUsage>,
        known: Option<i128>,
        effort: &mut u64,
    ) -> Option<(Plan, i128)> {
        let step_cost = i128::from(self.step_cost);
        let goal = self.target.map_or(Goal::Most(step_cost), |target| Goal::Reach(i128::from(target)));
        let blocked = self.blocked(used);
        // A sequence that cannot be replayed would be a mistake of the fast way; the slow one has
        // no such mistakes.
        let mut slow: Vec<usize> = Vec::new();
        loop {
            let (solved, known_least) = solve(self.subproblems(used), goal, &slow, known, effort)?;
            let scale = solved.iter().fold(1, |sum, s| lcm(sum, s.subproblem.par.1));
            let scaled = |choices: &[Choice], subproblem: &Subproblem<'_>| -> Vec<Choice> {
                choices.iter().map(|p| Choice { cost: p.cost * (scale / subproblem.par.1), ..*p }).collect()
            };
            let lists: Vec<Vec<Choice>> = solved.iter().map(|s| scaled(&s.choices, &s.subproblem)).collect();
            let bounds: Vec<Vec<Choice>> = solved
                .iter()
                .zip(&lists)
                .flat_map(|(s, list)| match &s.bound {
                    None => vec![list.clone()],
                    Some(bounds) => bounds.iter().map(|b| scaled(&b.choices, &s.subproblem)).collect(),
                })
                .collect();
            let divisible = solved.iter().flat_map(|s| s.bound.iter().flatten()).any(|b| b.divisible);
            let all_exact = solved.iter().all(|s| s.bound.is_none());
            let blended = select(&lists, goal, effort)?;
            let mut steps: Vec<(Day, usize, PlannedWithdrawal)> = Vec::new();
            let mut broken = None;
            let mut price = 0;
            // Without a target each group is at its best by itself.
            let mut each_best = true;
            let mut excess = match goal {
                Goal::Reach(target) => blended.picks.iter().map(|p| p.net).sum::<i128>() - target,
                Goal::Most(_) => 0,
            };
            for (solved, pick) in solved.iter().zip(&blended.picks) {
                let mut withdrawals = solved.withdrawals(pick.origin);
                let net = i128::from(withdrawals.iter().map(|m| m.net).sum::<i64>());
                let replayed = verify(&solved.subproblem, &withdrawals).filter(|_| net >= pick.net);
                let Some((cost, _)) = replayed else {
                    debug_assert!(false, "a plan that cannot be recorded: {withdrawals:?}");
                    broken = Some(solved.subproblem.accounts[0]);
                    break;
                };
                let by = scale / solved.subproblem.par.1;
                price += cost * by + self.step_price(withdrawals.len(), scale);
                if let (Some(bounds), Goal::Most(_)) = (&solved.bound, goal) {
                    let most =
                        |bound: &LowerBound| bound.choices.iter().map(|p| most_value(p, step_cost)).max();
                    let values: Vec<i128> = bounds.iter().filter_map(most).collect();
                    let is_met = values.iter().sum::<i128>() <= pick.value(step_cost);
                    each_best &=
                        is_met && (step_cost > 0 || withdrawals.len() as i64 <= fewest(solved, &values));
                }
                excess = tighten(&solved.subproblem, &mut withdrawals, excess);
                for m in withdrawals {
                    let step = self.step(&solved.subproblem, m);
                    steps.push((step.date, solved.subproblem.accounts[0], step));
                }
            }
            if let Some(account) = broken {
                slow.push(account);
                continue;
            }
            steps.sort_by_key(|(day, place, _)| (*day, *place));
            let steps: Vec<PlannedWithdrawal> = steps.into_iter().map(|(_, _, step)| step).collect();
            let step_price = self.step_price(steps.len(), scale);
            let net: i128 = steps.iter().map(|s| i128::from(s.net)).sum();
            let value = net - step_cost * steps.len() as i128;
            let least = match goal {
                Goal::Reach(target) => {
                    let hulls: Vec<LowerHull> = bounds.iter().map(|list| LowerHull::of(list)).collect();
                    let hull = LowerHull::of_all(&hulls);
                    // What is no better than one of each list is bound by the best choice of them.
                    let choice = (!all_exact && !divisible)
                        .then(|| select(&bounds, goal, &mut (*effort).max(self.effort / 64)))
                        .flatten()
                        .filter(|choice| choice.proven)
                        .map(|choice| choice.picks.iter().map(|p| p.cost).sum::<i128>());
                    let least = [Some(known_least), hull.least(target), choice].into_iter().flatten().max();
                    div_ceil(least.map_or(price, |least| least.min(price)), scale)
                }
                Goal::Most(_) => {
                    let most = |list: &Vec<Choice>| list.iter().map(|p| most_value(p, step_cost)).max();
                    bounds.iter().filter_map(most).sum()
                }
            };
            let better = match goal {
                Goal::Reach(_) => div_ceil(price, scale) - least,
                Goal::Most(_) => least - value,
            };
            let has_fewest = || self.has_fewest(solved.iter().map(|s| &s.subproblem), &steps);
            let proven = match goal {
                Goal::Most(_) => each_best,
                Goal::Reach(_) => (all_exact && blended.proven) || (better <= 0 && has_fewest()),
            };
            let cost = div_ceil(price - step_price, scale);
            let gap = if proven { 0 } else { better.min(self.most_gained(&steps, cost, &blocked)).max(0) };
            let plan = Plan {
                baseline_cost: None,
                net: parts(net),
                cost: parts(cost),
                proven,
                gap: parts(gap),
                steps,
                blocked,
            };
            return Some((plan, least));
        }
    }

    /// What so many withdrawals count for while choosing, in a fraction of a part.
    fn step_price(&self, steps: usize, scale: i128) -> i128 {
        i128::from(self.step_cost) * steps as i128 * scale
    }

    /// Can no plan that reaches the target have fewer withdrawals?
    fn has_fewest<'s>(
        &self,
        subproblems: impl IntoIterator<Item = &'s Subproblem<'p>>,
        steps: &[PlannedWithdrawal],
    ) -> bool
    where
        'p: 's,
    {
        let Some(target) = self.target else { return false };
        // The most that each withdrawal from an account can bring: all together bring no more than it holds.
        let mut most: Vec<i128> = Vec::new();
        for subproblem in subproblems {
            for (account, holding) in subproblem.holdings.iter().enumerate() {
                let (mut left, of_one) = (self.worth(holding), subproblem.most_of_one(account));
                for _ in 0..steps.len() {
                    let brings = left.min(of_one);
                    most.extend((brings > 0).then_some(brings));
                    left -= brings;
                }
            }
        }
        most.sort_unstable_by_key(|brings| -brings);
        let mut left = i128::from(target);
        let fewest = most.into_iter().take_while(|brings| {
            let is_open = left > 0;
            left -= brings;
            is_open
        });
        steps.len() <= fewest.count()
    }

    /// What of an account may leave today, in the target's unit, rounded up.
    fn worth(&self, holding: &Holding) -> i128 {
        let (num, den) = subproblem::par(self, &self.platforms[holding.platform]);
        div_ceil(i128::from(holding.today()) * num, den)
    }

    /// Returns how much money a plan could save or bring at all: with a target its cost, else all that it
    /// leaves in accounts that are not blocked, and its charges.
    fn most_gained(&self, steps: &[PlannedWithdrawal], cost: i128, blocked: &[BlockedAccount]) -> i128 {
        if self.target.is_some() {
            return cost;
        }
        let is_open = |place: &usize| !blocked.iter().any(|stuck| stuck.holding == *place);
        let open = (0..self.holdings.len()).filter(is_open);
        let net: i128 = steps.iter().map(|s| i128::from(s.net)).sum();
        open.map(|place| self.worth(&self.holdings[place])).sum::<i128>() - net
    }

    /// The simple plan, where nothing is better than a cost or value that is known.
    fn of_simple(&'p self, used: &HashMap<QuotaKey, QuotaUsage>, baseline: Baseline, least: i128) -> Plan {
        let (cost, net) = (baseline.rounded_cost(), baseline.net);
        let step_costs = i128::from(self.step_cost) * baseline.steps.len() as i128;
        let better = if self.target.is_some() { cost + step_costs - least } else { least - net + step_costs };
        let blocked = self.blocked(used);
        let gap = parts(better.min(self.most_gained(&baseline.steps, cost, &blocked)).max(0));
        Plan {
            baseline_cost: Some(parts(cost)),
            net: parts(net),
            cost: parts(cost),
            proven: false,
            gap,
            steps: baseline.steps,
            blocked,
        }
    }

    fn subproblems(&'p self, used: &HashMap<QuotaKey, QuotaUsage>) -> Vec<Subproblem<'p>> {
        let mut subproblems = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].today() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if !accounts.is_empty() {
                subproblems.extend(
                    Subproblem::of(self, platform, accounts, used).into_iter().flat_map(Subproblem::split),
                );
            }
        }
        subproblems.sort_unstable_by_key(|g| g.accounts[0]);
        subproblems
    }

    fn step(&self, subproblem: &Subproblem<'p>, m: Withdrawal) -> PlannedWithdrawal {
        PlannedWithdrawal {
            date: subproblem.days[m.day],
            holding: subproblem.accounts[m.account],
            channel: subproblem.platform.full_id(subproblem.options[m.channel].channel),
            amount: m.amount,
            debit: m.debit,
            fee: m.fee,
            tax: m.tax,
            net: m.net,
        }
    }
}

/// Does something with a share of the effort; what it leaves of the share stays there for others.
fn with_budget<T>(effort: &mut u64, share: u64, with: impl FnOnce(&mut u64) -> T) -> T {
    let mut left = share;
    let done = with(&mut left);
    *effort = effort.saturating_sub(share - left);
    done
}

/// Returns how many withdrawals it takes at the least to bring as much as the bounds of a subproblem allow.
fn fewest(solved: &SolvedSubproblem<'_>, bounds: &[i128]) -> i64 {
    let (subproblem, accounts) = (&solved.subproblem, solved.subproblem.accounts.len());
    match bounds {
        [all] => subproblem.fewest_withdrawals(0..accounts, *all),
        each => (0..accounts).map(|a| subproblem.fewest_withdrawals(a..a + 1, each[a])).sum(),
    }
}

/// What a point that stands for all that can be done is worth at the most: whatever arrives takes a
/// withdrawal.
fn most_value(choice: &Choice, step_cost: i128) -> i128 {
    let steps = i128::from(choice.ties.steps.max(i64::from(choice.net > 0)));
    choice.net - step_cost * steps
}

/// A figure of a problem whose figures all fit.
fn parts(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}
