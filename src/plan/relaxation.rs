//! What no plan can beat, for groups whose rules are too entangled to be solved outright.
//!
//! Every rule is loosened until it is plain: the windows of a limit or a free quota become one that
//! lets through what they let through together, a free amount has no end, a share is never reached.
//! What is left is solved, and no real withdrawal costs less.

use super::knapsack::{Choice, Goal};
use super::subproblem::{ChannelOption, DailyTariff, Quota, Subproblem};
use super::{Holding, segments, with_budget};
use crate::fee::{
    Base, Channel, Charge, Free, Limit, PricingContext, QuotaUsage, Scale, Side, Slab, Tariff, Window,
};
use crate::money::gcd;

/// What no plan for one or more accounts can beat.
#[derive(Clone)]
pub struct LowerBound {
    /// Of all that can be done each is no better than one of these, or than what lies between two.
    pub choices: Vec<Choice>,
    /// What lies between two of them counts.
    pub divisible: bool,
}

impl LowerBound {
    /// The outline of plain rules.
    pub fn envelope(plain: &segments::SegmentModel) -> LowerBound {
        LowerBound { choices: plain.least(), divisible: true }
    }

    /// Whether nothing else that can be done costs less than these choices, brings more, or does as well
    /// with fewer withdrawals; `fewest` is how many a net takes at the least.
    pub fn is_met(&self, choices: &[Choice], fewest: impl Fn(i128) -> i64) -> bool {
        let mut own: Vec<&Choice> = self.choices.iter().collect();
        own.sort_by_key(|own| (own.cost, own.net));
        // What brings no more than this is met at a lower cost.
        let mut met = 0;
        let mut is_met = |own: &Choice| {
            let as_cheap = || choices.iter().filter(|choice| choice.cost <= own.cost);
            if met == 0 && !as_cheap().any(|choice| choice.net >= own.net.min(0)) {
                return false;
            }
            while met < own.net {
                let more = as_cheap().filter(|choice| choice.net > met);
                let Some(steps) = more.map(|choice| choice.ties.steps).min() else { return false };
                if steps > fewest(met + 1) {
                    return false;
                }
                let alike = as_cheap().filter(|choice| choice.ties.steps == steps);
                met = alike.map(|choice| choice.net).max().unwrap_or(met);
            }
            true
        };
        !self.divisible && own.into_iter().all(&mut is_met)
    }
}

/// From below what can be done with each account of a group.
pub fn lower_bounds(subproblem: &Subproblem<'_>, effort: &mut u64) -> Vec<LowerBound> {
    let most = over_horizon(subproblem);
    let held: i64 = subproblem.holdings.iter().fold(0, |sum, h| sum.saturating_add(h.today()));
    if subproblem.accounts.len() > 1 && most.is_some_and(|most| most < held) {
        // What binds them together binds them as one.
        let all = Holding { undated: held, dated: Vec::new(), keep: 0, ..subproblem.holdings[0].clone() };
        if let Some(lower_bounds) = relaxed(subproblem, &all, subproblem.accounts.len() as u32, most, effort)
        {
            return vec![lower_bounds];
        }
    }
    let alone = |(account, holding): (usize, &&Holding)| {
        relaxed(subproblem, holding, 1, most, effort).unwrap_or_else(|| trivial_bound(subproblem, account))
    };
    subproblem.holdings.iter().enumerate().map(alone).collect()
}

/// By the loosened rules, for a holding that stands for so many accounts and lets out so much at the
/// most; `None` where these are not plain either.
fn relaxed(
    subproblem: &Subproblem<'_>,
    holding: &Holding,
    accounts: u32,
    most: Option<i64>,
    effort: &mut u64,
) -> Option<LowerBound> {
    let mut channels: Vec<Channel> = Vec::new();
    for option in &subproblem.options {
        let mut tariffs: Vec<&DailyTariff<'_>> = option.tariffs.iter().flatten().collect();
        tariffs.dedup_by(|a, b| std::ptr::eq(a.tariff, b.tariff));
        let relaxed = tariffs.into_iter().map(|daily| relax(subproblem, daily));
        channels.extend(relaxed.map(|t| Channel { tariffs: vec![t], ..option.channel.clone() }));
    }
    let most = most.map_or(i64::MAX, |most| most.saturating_add(holding.keep));
    let holding = Holding { undated: holding.total().min(most), dated: Vec::new(), ..holding.clone() };
    let months = subproblem.days.last().map_or(0, |d| d.month().0 - subproblem.days[0].month().0) + 1;
    let options = channels.iter().enumerate().map(|(i, channel)| option(i, channel)).collect();
    let quotas = (0..channels.len()).map(Quota::of_way).collect();
    let relax = subproblem.relaxed(&holding, options, quotas, months.unsigned_abs().saturating_mul(accounts));
    let share = *effort / 8;
    let finest = segments::prepare(&relax);
    let curve = finest.and_then(|plain| with_budget(effort, share, |share| plain.curve(i64::MAX, share)));
    if let Some(curve) = curve {
        return Some(LowerBound { choices: curve.choices(), divisible: false });
    }
    let plain = segments::prepare_coarse(&relax)?;
    let share = *effort / 8;
    let solved = with_budget(effort, share, |share| plain.solve(Goal::Reach(0), None, share));
    let choices =
        |solved: segments::SegmentSolution| LowerBound { choices: solved.choices, divisible: false };
    Some(solved.map_or_else(|| LowerBound::envelope(&plain), choices))
}

/// A channel of one rule, all of whose quotas are its own.
fn option(place: usize, channel: &Channel) -> ChannelOption<'_> {
    let daily = |tariff: &'_ Tariff| {
        let frees = tariff.charges.iter().map(|c| c.free.as_ref().map(|_| place)).collect();
        (vec![place; tariff.limits.len()], frees)
    };
    let tariffs = channel.tariffs.iter().map(|tariff| {
        let (limits, frees) = daily(tariff);
        Some(DailyTariff { tariff, limits, frees })
    });
    ChannelOption { channel, tariffs: tariffs.collect(), count_max: None }
}

/// How much can leave a group in all the time of the plan; `None` where some channel lets out what it is asked for.
fn over_horizon(subproblem: &Subproblem<'_>) -> Option<i64> {
    let mut most: Vec<(usize, i64)> = Vec::new();
    for option in &subproblem.options {
        let mut tightest: Option<(usize, i64)> = None;
        for daily in option.tariffs.iter().flatten() {
            // What leaves on top is no part of the amount.
            let amounts = daily.tariff.side == Side::Deducted;
            let limits = daily.tariff.limits.iter().zip(&daily.limits).filter(|_| amounts);
            let caps = limits
                .filter_map(|(l, quota)| Some((*quota, subproblem.over_horizon(*quota, None, l.amount).1?)));
            // Every rule of the channel must be bound by the same quota.
            let cap = caps.min_by_key(|(_, most)| *most)?;
            match tightest {
                Some(known) if known != cap => return None,
                _ => tightest = Some(cap),
            }
        }
        most.extend(tightest);
    }
    // Of the limits that count together the widest.
    most.sort_unstable_by_key(|(quota, most)| (*quota, std::cmp::Reverse(*most)));
    most.dedup_by_key(|(quota, _)| *quota);
    most.into_iter().try_fold(0_i64, |sum, (_, most)| sum.checked_add(most))
}

/// A rule that allows all that the other does in all the time of the plan, and charges no more.
fn relax(subproblem: &Subproblem<'_>, daily: &DailyTariff<'_>) -> Tariff {
    let tariff = daily.tariff;
    let stays = |c: &Charge| c.share_from.is_none() && c.base == Base::Amount && !c.clamp;
    let lower = |slab: &Slab| {
        let mut slab = *slab;
        slab.percent.high = slab.percent.low.min(slab.percent.high);
        slab.percent.low = slab.percent.high;
        slab
    };
    let all = |slabs: &Vec<Slab>| slabs.iter().map(lower).collect();
    let mut charges: Vec<Charge> = Vec::new();
    for (charge, quota) in tariff.charges.iter().zip(&daily.frees) {
        let free = match (&charge.free, quota) {
            (None, _) => None,
            // The withdrawals that are free in one window or another.
            (Some(Free { count: Some(count), amount: None, crossing, .. }), Some(quota)) => {
                let count = subproblem.over_horizon(*quota, Some(*count), None).0;
                Some(Free { count, amount: None, per: Window::Lifetime, crossing: *crossing, pool: None })
            }
            (Some(_), _) => continue,
        };
        if !stays(charge) {
            continue;
        }
        charges.push(Charge {
            scale: match &charge.scale {
                Scale::Line(line) => Scale::Line(lower(line)),
                Scale::Slabs(slabs) => Scale::Slabs(all(slabs)),
                Scale::Brackets(slabs) => Scale::Brackets(all(slabs)),
            },
            free,
            ..charge.clone()
        });
    }
    let limits = tariff.limits.iter().zip(&daily.limits).map(|(limit, quota)| {
        let (count, amount) = subproblem.over_horizon(*quota, limit.count, limit.amount);
        Limit { per: Window::Lifetime, count, amount, pool: None }
    });
    Tariff {
        from: None,
        until: None,
        whole_balance: false,
        limits: limits.collect(),
        charges,
        ..tariff.clone()
    }
}

/// Nothing costs less than what its rate takes, and no more arrives than all.
fn trivial_bound(subproblem: &Subproblem<'_>, account: usize) -> LowerBound {
    // Of what is no whole number of steps something stays.
    let tariffs = subproblem.options.iter().flat_map(|option| option.tariffs.iter().flatten());
    let step = tariffs.fold(0, |step, daily| gcd(step, i128::from(daily.tariff.step.max(1)))).max(1);
    let deducted = |option: &ChannelOption<'_>| {
        option.tariffs.iter().flatten().all(|daily| daily.tariff.side == Side::Deducted)
    };
    let today = i128::from(subproblem.holdings[account].today());
    let total = if subproblem.options.iter().all(deducted) { today / step * step } else { today };
    let mut most = 0;
    for option in &subproblem.options {
        let Some(daily) = option.tariffs.iter().flatten().next() else { continue };
        let pricing = PricingContext::for_tariff(
            option.channel,
            daily.tariff,
            None,
            |_| QuotaUsage::default(),
            |_| QuotaUsage::default(),
        );
        let (num, den) = pricing.conversion(subproblem.platform.unit.decimals);
        most = most.max((total * num).div_euclid(den));
    }
    let cost = (total * subproblem.par.0 - most * subproblem.par.1).min(0);
    // Whatever arrives takes a withdrawal.
    let nothing = Choice { cost, ..Choice::nothing(0) };
    let all = Choice { cost: cost + subproblem.step_price(), net: most, ..nothing };
    LowerBound { choices: vec![nothing, all], divisible: false }
}
