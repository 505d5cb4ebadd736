//! One account at one moment, with charges that apply from a share of the balance on.
//!
//! What a withdrawal costs depends on what is held, so the order of withdrawals matters. But the
//! balances that some withdrawals can leave at a given cost are a few whole intervals: from an
//! interval of balances and a stretch of amounts that are charged the same, every balance between
//! the smallest and the largest that can remain does remain for some amount. So intervals take the
//! place of single balances, and the search is exact however large the balance is.
//!
//! A withdrawal below its share can as well come before one at its share: it is a smaller share of the
//! larger balance, and the other is charged no more of the smaller one. And two at their shares through
//! one channel can be one, where a charge for both is no more than the two charges.

use super::Withdrawal;
use super::knapsack::{Choice, Goal, Order, TieBreak};
use super::pareto::{ParetoSet, pareto_frontier};
use super::search;
use super::segments;
use super::subproblem::{PlannedUse, Subproblem};
use crate::fee::{Base, Charge, PERCENT_WHOLE, Percent, Scale, Side, Slab, Tariff};
use crate::money::{RoundingMode, div_ceil};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A cost, how many withdrawals make it, their counts, and the phase after them.
type LabelKey = (i128, u32, usize, Phase);

/// What it takes to try one stretch of amounts on an interval, in looks at a choice.
const EFFORT_OF_SEGMENT: u64 = 4;
/// More intervals than this are not held.
const INTERVALS_MAX: usize = 1_000_000;
/// After so many new ones the needless ones of a cost are dropped.
const INTERVALS_KEPT: usize = 64;

/// What was found.
pub struct IntervalResult {
    /// All that can be worth doing.
    pub choices: Vec<Choice>,
    labels: Vec<BalanceLabel>,
    intervals: Vec<Interval>,
    step: i64,
}

/// What can be a part of a plan that is of use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What it costs at the most.
    pub cost: i128,
    /// What it brings at the least.
    pub net: i128,
}

impl Limits {
    /// Whatever can be done.
    pub const NONE: Limits = Limits { cost: i128::MAX, net: 0 };
}

/// Balances that can be left at one cost by as many withdrawals through each channel.
#[derive(Clone, Debug)]
struct BalanceLabel {
    /// The smallest and the largest balance, and all between them that are whole steps away.
    left: (i64, i64),
    charges: i64,
    /// How many withdrawals went through each channel, by the number of such counts.
    counts: usize,
    /// What leads to some of the balances, and together to all.
    intervals: Range<usize>,
}

/// Balances that one withdrawal leaves of those of an entry.
#[derive(Clone, Debug)]
struct Interval {
    left: (i64, i64),
    before: usize,
    option: usize,
    band: Band,
    /// The amounts of the withdrawal, and what each is charged.
    amounts: (i64, i64),
    charge: i64,
}

/// Which withdrawals are charged alike: those from a share of the balance on, or those below it.
#[derive(Clone, Copy, Debug)]
enum Band {
    /// Whatever the share.
    Any,
    /// Below the share, in millionths of a percent.
    Below(i64),
    /// At the share and above.
    From(i64),
}

/// The stretches of amounts of a channel in one band that are charged the same, ascending.
struct BandRule {
    option: usize,
    band: Band,
    /// First and last amount, and the charge.
    intervals: Vec<(i64, i64, i64)>,
    /// Two withdrawals can be one.
    merges: bool,
}

/// The channel of the last withdrawal at its share, counted from 1; 0 where there is none yet.
type Phase = usize;

/// What the balances are bound by.
#[derive(Clone, Copy)]
struct BalanceRange {
    total: i64,
    keep: i64,
    step: i64,
}

/// All that can be worth doing with a group within some limits; `None` where it is of another kind, or
/// takes too much.
pub fn solve(
    subproblem: &Subproblem<'_>,
    goal: Goal,
    limits: Limits,
    effort: &mut u64,
) -> Option<IntervalResult> {
    let [holding] = subproblem.holdings.as_slice() else { return None };
    let is_simple = subproblem.days.len() == 1 && !subproblem.days_cut && subproblem.is_free_of_quotas();
    if !is_simple || subproblem.par.0 != subproblem.par.1 {
        return None;
    }
    let tariffs: Vec<_> = subproblem.options.iter().map(|option| option.tariffs[0].as_ref()).collect();
    let step = tariffs.iter().flatten().next()?.tariff.step.max(1);
    let range = BalanceRange { total: holding.total(), keep: holding.keep, step };
    let fits = |t: &Tariff| t.side == Side::Deducted && t.step.max(1) == step && !t.whole_balance;
    if !tariffs.iter().flatten().all(|daily| fits(daily.tariff)) {
        return None;
    }
    let (splits, options) = (i64::from(subproblem.splits), subproblem.options.len() as i64);
    let step_costs = subproblem.step_cost.saturating_mul(splits.saturating_mul(options));
    let mut end = dearest(subproblem, goal, step_costs, effort)?.min(limits.cost);
    // No more arrives than all but the charges.
    let may_leave = i128::from(range.total - range.keep);
    let charges_end = may_leave - limits.net;
    let mut rules = Vec::new();
    for option in 0..subproblem.options.len() {
        rules.extend(rules_of(subproblem, option, &range, end.min(charges_end))?);
    }
    // A share that is reached must only add to what is charged.
    let adds = |charge: &Charge| charge.base == Base::Amount && !charge.clamp;
    let ordered = tariffs.iter().flatten().all(|daily| daily.tariff.charges.iter().all(adds));
    let first = Interval {
        left: (range.total, range.total),
        before: usize::MAX,
        option: 0,
        band: Band::Any,
        amounts: (0, 0),
        charge: 0,
    };
    let mut all = ChannelUse { known: vec![vec![0; subproblem.options.len()]], next: HashMap::new() };
    let (mut labels, mut intervals): (Vec<BalanceLabel>, Vec<Interval>) = (Vec::new(), Vec::new());
    let mut frontiers: HashMap<(usize, Phase), ParetoSet> = HashMap::new();
    // The most that arrives for less than what is looked at.
    let mut most_before = -1;
    // By cost, then by the number of withdrawals: what leads to an entry comes before it.
    let mut open: BTreeMap<LabelKey, Vec<Interval>> = BTreeMap::from([((0, 0, 0, 0), vec![first])]);
    while let Some(((cost, count, counts, phase), mut found)) = open.pop_first() {
        if cost > end {
            break;
        }
        let charges = (cost - i128::from(subproblem.step_cost) * i128::from(count)) as i64;
        drop_contained(&mut found);
        for joined in found.chunk_by(|a, b| b.left.0 <= a.left.1 + step) {
            let left = (joined[0].left.0, joined[joined.len() - 1].left.1);
            *effort = effort.checked_sub(1)?;
            let most = i128::from(range.total - left.0 - charges);
            // What nothing follows is only held against what arrives for less.
            if rules.iter().all(|rule| rule.after(phase, ordered).is_none()) {
                if most < most_before {
                    continue;
                }
            } else {
                *effort = effort.checked_sub(frontiers.len() as u64 / 2)?;
                let is_needless = frontiers.iter().any(|((fewer, earlier), frontiers)| {
                    *earlier <= phase
                        && all.known[*fewer].iter().zip(&all.known[counts]).all(|(a, b)| a <= b)
                        && frontiers.dominates(left.0, left.1, |other| other <= charges)
                });
                if is_needless {
                    continue;
                }
                frontiers.entry((counts, phase)).or_default().insert(left.0, left.1, charges);
            }
            if matches!(goal, Goal::Reach(target) if most >= target) {
                end = end.min(cost);
            }
            if matches!(goal, Goal::Reach(_)) {
                most_before = most_before.max(most);
            }
            if intervals.len() >= INTERVALS_MAX {
                return None;
            }
            let from = intervals.len();
            intervals.extend_from_slice(joined);
            labels.push(BalanceLabel { left, charges, counts, intervals: from..intervals.len() });
            for rule in &rules {
                let Some(next) = rule.after(phase, ordered) else { continue };
                let Some(then) = all.with(counts, rule.option, subproblem.splits) else { continue };
                let near = rule.within_reach(left, &range);
                *effort = effort.checked_sub(EFFORT_OF_SEGMENT * near.len() as u64)?;
                for (from, to, charge) in near {
                    let price = cost + i128::from(*charge) + i128::from(subproblem.step_cost);
                    let paid = i128::from(charges + charge);
                    // Whatever follows brings all but what is paid at the most.
                    if price > end || paid > charges_end || may_leave - paid < most_before {
                        continue;
                    }
                    let (band, amounts) = (rule.band, (*from, *to));
                    let Some(left) = range.left_after(left, band, amounts) else { continue };
                    let (before, option, charge) = (labels.len() - 1, rule.option, *charge);
                    let waiting = open.entry((price, count + 1, then, next)).or_default();
                    waiting.push(Interval { left, before, option, band, amounts, charge });
                    if waiting.len().is_multiple_of(INTERVALS_KEPT) {
                        drop_contained(waiting);
                    }
                }
            }
        }
    }
    let choice = |(origin, label): (usize, &BalanceLabel)| {
        let counts = &all.known[label.counts];
        let steps = counts.iter().map(|count| i64::from(*count)).sum::<i64>();
        let order =
            counts.iter().enumerate().map(|(option, count)| subproblem.order(0, option, *count as usize));
        let expiring = holding.lapsing(label.left.0) - holding.lapsing(range.total);
        let order = order.fold(Order::default(), Order::and);
        let ties = TieBreak { steps, expiring: expiring.into(), days: 0, order };
        let cost = i128::from(label.charges) + subproblem.step_price() * i128::from(steps);
        Choice { cost, net: (range.total - label.left.0 - label.charges).into(), ties, origin }
    };
    let choices = pareto_frontier(labels.iter().enumerate().map(choice).collect(), goal);
    Some(IntervalResult { choices, labels, intervals, step })
}

/// How many withdrawals go through each channel, each such list with a number.
struct ChannelUse {
    known: Vec<Vec<u32>>,
    /// The number of a list with one withdrawal more through a channel.
    next: HashMap<(usize, usize), usize>,
}

impl ChannelUse {
    /// The number of a list with one withdrawal more through a channel, where that may be.
    fn with(&mut self, counts: usize, option: usize, most: u32) -> Option<usize> {
        if self.known[counts][option] >= most {
            return None;
        }
        if let Some(next) = self.next.get(&(counts, option)) {
            return Some(*next);
        }
        let mut more = self.known[counts].clone();
        more[option] += 1;
        let next = self.known.iter().position(|known| *known == more).unwrap_or_else(|| {
            self.known.push(more);
            self.known.len() - 1
        });
        self.next.insert((counts, option), next);
        Some(next)
    }
}

/// Keeps, in ascending order, the segments that no other contains.
fn drop_contained(intervals: &mut Vec<Interval>) {
    intervals.sort_by_key(|interval| (interval.left.0, -interval.left.1));
    let mut most = i64::MIN;
    intervals.retain(|interval| {
        let reaches = interval.left.1 > most;
        most = most.max(interval.left.1);
        reaches
    });
}

/// What costs more is of no use, by what a few good sequences come to.
fn dearest(subproblem: &Subproblem<'_>, goal: Goal, step_costs: i64, effort: &mut u64) -> Option<i128> {
    let holding = subproblem.holdings[0];
    let all = i128::from(holding.today());
    let found = search::greedy(subproblem, goal);
    *effort = effort.checked_sub(1_000)?;
    let end = found.choices.iter().map(|choice| match goal {
        // No more arrives than all but the charges, and all but the step costs of the cost are charges.
        Goal::Reach(_) => choice.cost.max(all - choice.net + i128::from(step_costs)),
        Goal::Most(step) => all - choice.value(step),
    });
    Some(end.min().unwrap_or(i128::from(i64::MAX)))
}

/// The rules of a channel on the first day: one, or two where charges apply from a share on; `None`
/// where its charges are not plain otherwise. None at all where it is not to be had.
fn rules_of(
    subproblem: &Subproblem<'_>,
    option: usize,
    range: &BalanceRange,
    end: i128,
) -> Option<Vec<BandRule>> {
    let none = vec![PlannedUse::new(); subproblem.quotas.len()];
    let Some(daily) = &subproblem.options[option].tariffs[0] else { return Some(Vec::new()) };
    let pricing = subproblem.pricing(option, 0, range.total, &none)?;
    if pricing.count_used_up {
        return Some(Vec::new());
    }
    let mut shares: Vec<i64> = daily.tariff.charges.iter().filter_map(|charge| charge.share_from).collect();
    shares.dedup();
    let bands = match shares.as_slice() {
        [] => vec![Band::Any],
        [share] => vec![Band::Below(*share), Band::From(*share)],
        _ => return None,
    };
    let mut rules = Vec::new();
    for band in bands {
        let applies = |charge: &Charge| charge.share_from.is_none() || matches!(band, Band::From(_));
        let in_band = |charge: &Charge| match applies(charge) {
            true => Charge { share_from: None, ..charge.clone() },
            false => Charge {
                scale: Scale::Line(Slab { to: None, flat: 0, percent: Percent { low: 0, high: 0 } }),
                min: None,
                max: None,
                share_from: None,
                ..charge.clone()
            },
        };
        let charges = daily.tariff.charges.iter().map(in_band).collect();
        let tariff = Tariff { charges, ..daily.tariff.clone() };
        if !segments::is_plain(subproblem, &tariff, &daily.frees) {
            return None;
        }
        let mut pricing = pricing.clone();
        pricing.tariff = &tariff;
        let budget = range.total - range.keep;
        let intervals =
            segments::segments_of_tariff(&pricing, budget, i64::try_from(end).unwrap_or(i64::MAX))?;
        // What a line charges, rounded up, is no more for a sum than for its parts.
        let is_line = |charge: &Charge| {
            let is_line = matches!(charge.scale, Scale::Line(_)) && charge.base == Base::Amount;
            is_line && charge.round == RoundingMode::Up && charge.free.is_none() && !charge.clamp
        };
        let merges =
            tariff.max.is_none() && pricing.amount_left.is_none() && tariff.charges.iter().all(is_line);
        rules.push(BandRule { option, band, intervals, merges });
    }
    Some(rules)
}

impl BandRule {
    /// The phase after one more withdrawal; `None` where there is no use in it.
    fn after(&self, phase: Phase, ordered: bool) -> Option<Phase> {
        let own = self.option + 1;
        match self.band {
            _ if !ordered => Some(0),
            Band::Any | Band::Below(_) => (phase == 0).then_some(0),
            Band::From(_) => (phase < own || (phase == own && !self.merges)).then_some(own),
        }
    }

    /// The stretches that some of the balances can be withdrawn by.
    fn within_reach(&self, left: (i64, i64), range: &BalanceRange) -> &[(i64, i64, i64)] {
        let least = match self.band {
            Band::From(share) => div_ceil(i128::from(share) * i128::from(left.0), PERCENT_WHOLE),
            Band::Any | Band::Below(_) => 0,
        };
        let begin = self.intervals.partition_point(|(_, to, _)| i128::from(*to) < least);
        let end = self.intervals.partition_point(|(from, ..)| *from <= left.1 - range.keep);
        &self.intervals[begin.min(end)..end]
    }
}

impl BalanceRange {
    /// The balances that a withdrawal of one of some amounts can leave of one of some balances.
    fn left_after(&self, left: (i64, i64), band: Band, amounts: (i64, i64)) -> Option<(i64, i64)> {
        let step = self.step;
        let (first, last) = (amounts.0 / step, amounts.1.min(left.1 - self.keep).div_euclid(step));
        // The balances that an amount can be withdrawn from.
        let held = |x: i64| {
            let x = i128::from(x) * i128::from(step);
            let least = i128::from(left.0).max(x + i128::from(self.keep));
            let (least, most) = match band {
                Band::Any => (least, left.1.into()),
                Band::Below(share) => (least.max(x * PERCENT_WHOLE / i128::from(share) + 1), left.1.into()),
                Band::From(share) => (least, i128::from(left.1).min(x * PERCENT_WHOLE / i128::from(share))),
            };
            let odd = i128::from(self.total.rem_euclid(step));
            let step = i128::from(step);
            (
                (div_ceil(least - odd, step) * step + odd) as i64,
                ((most - odd).div_euclid(step) * step + odd) as i64,
            )
        };
        let fits = |x: &i64| {
            let (least, most) = held(*x);
            least <= most
        };
        // With a larger amount what is too little a share becomes enough, and what is enough becomes too much.
        let (first, last) = match band {
            Band::From(_) => (partition_steps(first, last, fits)?, last),
            Band::Any | Band::Below(_) => (first, -partition_steps(-last, -first, |x| fits(&-x))?),
        };
        if first > last {
            return None;
        }
        // Where a bound on the balance gives way to another.
        let turn = |balance: i64| match band {
            Band::Any => balance - self.keep,
            Band::Below(share) | Band::From(share) => {
                (i128::from(share) * i128::from(balance) / PERCENT_WHOLE) as i64
            }
        };
        let turns = [left.0, left.1]
            .into_iter()
            .flat_map(|balance| [turn(balance), balance - self.keep].map(|amount| amount.div_euclid(step)));
        let near = turns.flat_map(|turn| [turn - 1, turn, turn + 1]);
        let tried = near.chain([first, last]).map(|x| x.clamp(first, last));
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for x in tried {
            let (low, high) = held(x);
            least = least.min(low - x * step);
            most = most.max(high - x * step);
        }
        Some((least, most))
    }
}

/// The first of some numbers from which on something holds; `None` where it holds for none.
fn partition_steps(first: i64, last: i64, holds: impl Fn(&i64) -> bool) -> Option<i64> {
    if first > last || !holds(&last) {
        return None;
    }
    let (mut low, mut high) = (first, last);
    if holds(&low) {
        return Some(low);
    }
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if holds(&middle) { high = middle } else { low = middle }
    }
    Some(high)
}

impl IntervalResult {
    /// The steps of a point, in their order.
    pub fn withdrawals(&self, subproblem: &Subproblem<'_>, origin: usize) -> Vec<Withdrawal> {
        let mut withdrawals = Vec::new();
        let mut label = &self.labels[origin];
        let mut left = label.left.0;
        loop {
            let own = &self.intervals[label.intervals.clone()];
            let Some(last) = own.iter().find(|last| last.left.0 <= left && left <= last.left.1) else {
                break;
            };
            let Some(before) = self.labels.get(last.before) else { break };
            // The largest amount that leads here from a balance before.
            let mut most = i128::from(last.amounts.1.min(before.left.1 - left));
            if let Band::Below(share) = last.band
                && i128::from(share) < PERCENT_WHOLE
            {
                let below =
                    div_ceil(i128::from(share) * i128::from(left), PERCENT_WHOLE - i128::from(share)) - 1;
                most = most.min(below);
            }
            let amount = (most.div_euclid(self.step.into()) * i128::from(self.step)) as i64;
            let (fee, net) = (last.charge, amount - last.charge);
            withdrawals.push(Withdrawal {
                day: 0,
                account: 0,
                channel: last.option,
                amount,
                debit: amount,
                fee,
                tax: 0,
                net,
            });
            left += amount;
            label = before;
        }
        withdrawals.reverse();
        segments::with_taxes(subproblem, &mut withdrawals);
        withdrawals
    }
}
