//! The rules of a group as runs: which withdrawals each window allows, and what each may be.

use super::{RUNS_MAX, Resolution, RuleKey, STRETCHES, Segment, SegmentRule, WindowBucket};
use crate::fee::{self, Base, Charge, Crossing, PERCENT_WHOLE, PricingContext, Scale, Side, Slab, Tariff};
use crate::money::{RoundingMode, gcd, lcm};
use crate::plan::subproblem::{PlannedUse, Quota, QuotaTracking, Subproblem};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The windows of a channel with the withdrawals that may be made in each; `None` where its rules
/// are not plain. An empty list where nothing can be withdrawn.
pub(super) fn buckets(
    subproblem: &Subproblem<'_>,
    option: usize,
    budget: i64,
    strides: &[i64],
    resolution: Resolution,
    rules: &mut Vec<SegmentRule>,
) -> Option<Vec<WindowBucket>> {
    let tariffs = &subproblem.options[option].tariffs;
    let mut per: Option<fee::Window> = None;
    for quota in subproblem
        .quotas
        .iter()
        .filter(|q| q.tracked != QuotaTracking::default() && q.options.contains(&option))
    {
        let has_part = subproblem.options[option].count_max.is_some() && !quota.tracked.amount;
        let alone = quota.options == [option] || has_part;
        let calendar = !matches!(quota.per, fee::Window::Hours(_)) || subproblem.days.len() == 1;
        let same = per.is_none_or(|per| per == quota.per) || subproblem.days.len() == 1;
        if !alone || !calendar || !same {
            return None;
        }
        per = Some(quota.per);
    }
    if !tariffs.iter().flatten().all(|o| is_plain(subproblem, o.tariff, &o.frees)) {
        return None;
    }
    let own = |quota: &&Quota| quota.options.contains(&option);
    let same_use = |a: usize, b: usize| subproblem.quotas.iter().filter(own).all(|q| q.base[a] == q.base[b]);
    // Days of one window together.
    let mut days: Vec<Vec<usize>> = Vec::new();
    for day in (0..subproblem.days.len()).filter(|day| tariffs[*day].is_some()) {
        let together = |before: &Vec<usize>| match per {
            Some(per) => subproblem.same_window(per, before[0], day),
            None => {
                subproblem.days[before[0]].month() == subproblem.days[day].month() && same_use(before[0], day)
            }
        };
        match days.last_mut() {
            Some(last) if together(last) => last.push(day),
            _ => days.push(vec![day]),
        }
    }
    let tariff = |day: usize| tariffs[day].as_ref().map(|o| o.tariff);
    let same_rule = |a: usize, b: usize| tariff(a).zip(tariff(b)).is_some_and(|(a, b)| std::ptr::eq(a, b));
    if days
        .iter()
        .any(|window| window.iter().any(|day| !same_rule(window[0], *day) || !same_use(window[0], *day)))
    {
        return None;
    }
    let mut known: HashMap<RuleKey, usize> = HashMap::new();
    let mut buckets = Vec::new();
    for window in days {
        let first = window[0];
        let tariff = tariff(first)?;
        // In a window of several months, each month allows so many withdrawals.
        let mut dates: Vec<usize> = Vec::new();
        for day in &window {
            let month = subproblem.days[*day].month();
            let taken = dates.iter().filter(|d| subproblem.days[**d].month() == month).count();
            dates.extend(std::iter::repeat_n(
                *day,
                subproblem.splits as usize - taken.min(subproblem.splits as usize),
            ));
        }
        let mut spent = vec![PlannedUse::new(); subproblem.quotas.len()];
        let mut slots = Vec::new();
        let mut sum = None;
        let stride = strides.iter().position(|s| *s == tariff.step)?;
        let smallest = tariff.min.unwrap_or(1).max(tariff.step).max(1);
        let most = usize::try_from(budget / smallest).unwrap_or(usize::MAX);
        let most = if tariff.whole_balance { most.min(1) } else { most };
        let most = subproblem.options[option].count_max.map_or(most, |count_max| most.min(count_max));
        for day in dates.into_iter().take(most) {
            let mut pricing = subproblem.pricing(option, first, budget, &spent)?;
            if pricing.count_used_up {
                break;
            }
            if !slots.is_empty() {
                // The first withdrawal uses up what is free ([`only_first_is_free`]).
                let frees = &tariffs[first].as_ref()?.frees;
                pricing.use_up_free_amounts(|charge| binds(subproblem, frees[charge]));
            }
            if slots.is_empty() {
                sum = pricing.amount_left.map(|left| left / tariff.step * tariff.step);
            }
            // What of the free quotas makes one withdrawal different from another.
            let free = |i: usize| (pricing.free_of(i).count == Some(0), pricing.free_of(i).amount);
            let frees: Vec<(bool, Option<i64>)> = (0..tariff.charges.len()).map(free).collect();
            let cap = pricing.amount_left.unwrap_or(i64::MAX).min(budget);
            let key = (std::ptr::from_ref(tariff) as usize, frees, cap);
            let rule = match known.get(&key) {
                Some(rule) => *rule,
                None => {
                    let (segments, period) = runs_of(&pricing, budget, resolution, i64::MAX)?;
                    let on_top = tariff.side == Side::OnTop;
                    let (whole, percent) = (tariff.whole_balance, percent(&pricing));
                    let is_used_up = |(count, amount): &&(bool, Option<i64>)| *count || *amount == Some(0);
                    let used_up = key.1.iter().filter(is_used_up).count();
                    let exchange = (0, 0);
                    let step_cost = subproblem.step_cost;
                    rules.push(SegmentRule {
                        option,
                        used_up,
                        whole,
                        on_top,
                        step_cost,
                        stride,
                        period,
                        percent,
                        exchange,
                        segments,
                    });
                    known.insert(key, rules.len() - 1);
                    rules.len() - 1
                }
            };
            slots.push((day, rule));
            subproblem.record_use(&mut spent, option, first, 0);
        }
        let reach = |sum: i64| {
            let most =
                slots.iter().map(|(_, rule)| rules[*rule].segments.last().map_or(0, |r| i128::from(r.to)));
            i128::from(sum) < most.sum::<i128>().min(i128::from(budget))
        };
        let sum = sum.filter(|sum| reach(*sum));
        if !slots.is_empty() {
            buckets.push(WindowBucket { slots, sum, month: subproblem.days[first].month().0 });
        }
    }
    cut_to_splits(subproblem, buckets, budget, option)
}

/// Windows shorter than a month share the withdrawals that the month allows.
fn cut_to_splits(
    subproblem: &Subproblem<'_>,
    mut buckets: Vec<WindowBucket>,
    budget: i64,
    option: usize,
) -> Option<Vec<WindowBucket>> {
    let splits = subproblem.splits as usize;
    let tariffs = subproblem.options[option].tariffs.iter().flatten().map(|o| o.tariff);
    let smallest = tariffs.map(|t| t.min.unwrap_or(1).max(t.step).max(1)).min().unwrap_or(1);
    let mut at = 0;
    while at < buckets.len() {
        let to = at + buckets[at..].iter().take_while(|b| b.month == buckets[at].month).count();
        let all: usize = buckets[at..to].iter().map(|b| b.slots.len()).sum();
        if to - at > 1 && all > splits && budget / smallest > splits as i64 {
            let rule = buckets[at].slots[0].1;
            let even = buckets[at..to].iter().all(|b| b.sum.is_none() && b.slots.iter().all(|s| s.1 == rule));
            if !even {
                return None;
            }
            let mut left = splits;
            for bucket in &mut buckets[at..to] {
                bucket.slots.truncate(left);
                left -= bucket.slots.len();
            }
        }
        at = to;
    }
    buckets.retain(|b| !b.slots.is_empty());
    Some(buckets)
}

/// Do the charges of a rule depend on nothing but the amount and the number of withdrawals?
pub fn is_plain(subproblem: &Subproblem<'_>, tariff: &Tariff, frees: &[Option<usize>]) -> bool {
    let one_for_one = subproblem.options.iter().all(|w| {
        let (pays, unit) = (&w.channel.pays, &subproblem.platform.unit);
        w.channel.rate.num == w.channel.rate.den && pays.decimals == unit.decimals
    });
    let only_first = only_first_is_free(subproblem, tariff, frees);
    let charges = tariff.charges.iter().zip(frees).all(|(charge, quota)| {
        let by_amount = !has_free_amount(subproblem, charge, *quota) || only_first;
        let (lines, is_line): (Vec<&Slab>, bool) = match &charge.scale {
            Scale::Line(line) => (vec![line], true),
            Scale::Slabs(slabs) | Scale::Brackets(slabs) => (slabs.iter().collect(), false),
        };
        let share = lines.iter().all(|line| i128::from(line.percent.high) <= PERCENT_WHOLE);
        // Within a stretch the charges must not fall while the amount grows.
        let grows = match charge.base {
            Base::Amount => true,
            Base::Charges => is_line,
            Base::Rest => is_line && tariff.charges.iter().all(|c| c.free.is_none() && c.round_to == 1),
        };
        charge.share_from.is_none() && by_amount && share && grows
    });
    let whole = subproblem.days.len() == 1 && subproblem.holdings.iter().all(|h| h.keep == 0);
    one_for_one && (whole || !tariff.whole_balance) && charges
}

/// Whether withdrawals can use up the free amount of a quota, so that what is left of it matters.
fn binds(subproblem: &Subproblem<'_>, quota: Option<usize>) -> bool {
    quota.is_some_and(|quota| subproblem.quotas[quota].tracked.amount)
}

/// Whether a charge has a free amount that withdrawals can use up.
fn has_free_amount(subproblem: &Subproblem<'_>, charge: &Charge, quota: Option<usize>) -> bool {
    charge.free.as_ref().is_some_and(|free| free.amount.is_some()) && binds(subproblem, quota)
}

/// Whether only the first withdrawal of a window needs to find anything left of a free amount.
///
/// Two withdrawals of which the first leaves some of the free amount can then be made as one: beyond
/// a marginal free amount r, x and y are charged for x + y - r either way; within one with a cliff
/// both are free. A charge that is free at first must not fall with the amount, the other charges must not
/// be larger for a sum than for its parts, and nothing may limit a single amount. So all later withdrawals are charged in full: that overstates the charges
/// only of plans that are not the best, since the merged one has a withdrawal less at the same cost.
fn only_first_is_free(subproblem: &Subproblem<'_>, tariff: &Tariff, frees: &[Option<usize>]) -> bool {
    let charges = || tariff.charges.iter().zip(frees);
    let is_free = |charge: &Charge, quota: &Option<usize>| has_free_amount(subproblem, charge, *quota);
    let Some((first, quota)) = charges().find(|(charge, quota)| is_free(charge, quota)) else { return true };
    let amount_and_crossing = |charge: &Charge| charge.free.as_ref().map(|free| (free.amount, free.crossing));
    let held = subproblem.holdings.iter().map(|holding| holding.today()).max().unwrap_or(0);
    let adds = |charge: &Charge| match &charge.scale {
        Scale::Line(line) => line.percent.high == 0 || charge.round == RoundingMode::Up,
        Scale::Slabs(_) | Scale::Brackets(_) => false,
    };
    tariff.max.is_none_or(|max| max >= held)
        && !tariff.whole_balance
        && charges().all(|(charge, other)| {
            let is_alike = other == quota && amount_and_crossing(charge) == amount_and_crossing(first);
            let fits = if is_free(charge, other) { is_alike && never_falls(charge) } else { adds(charge) };
            charge.base == Base::Amount && !charge.clamp && fits
        })
}

/// Whether a charge is never less for a larger base.
fn never_falls(charge: &Charge) -> bool {
    let Scale::Slabs(slabs) = &charge.scale else { return true };
    let value = |slab: &Slab, base: i64| {
        i128::from(slab.flat) * PERCENT_WHOLE + i128::from(slab.percent.high) * i128::from(base)
    };
    slabs
        .windows(2)
        .all(|pair| pair[0].to.is_some_and(|to| value(&pair[0], to) <= value(&pair[1], to.saturating_add(1))))
}

/// The percentage that a rule charges wherever what it charges grows; `None` where there is not just one.
fn percent(pricing: &PricingContext<'_>) -> Option<i64> {
    // Within a free amount it charges none.
    if (0..pricing.tariff.charges.len()).any(|i| pricing.free_of(i).amount.is_some_and(|left| left > 0)) {
        return None;
    }
    let charges = pricing.tariff.charges.iter().enumerate().filter(|(i, _)| !pricing.is_free(*i));
    let lines = charges.map(|(_, charge)| match &charge.scale {
        Scale::Line(line) if charge.base == Base::Amount => Some(line.percent.high),
        _ => None,
    });
    let percents: Vec<i64> = lines.collect::<Option<_>>()?;
    let mut grow = percents.into_iter().filter(|percent| *percent > 0);
    grow.next().filter(|_| grow.next().is_none())
}

/// Notes which rules exchange with each other: where two withdrawals both lie far from the ends of a
/// percentage, what the dearer one takes can be taken by the other, in parts that are periods of both.
pub(super) fn note_exchanges(options: &[Vec<WindowBucket>], rules: &mut [SegmentRule]) {
    let free = options.iter().flatten().filter(|bucket| bucket.sum.is_none());
    let free: BTreeSet<usize> = free.flat_map(|bucket| bucket.slots.iter().map(|slot| slot.1)).collect();
    // What leaves on top of an amount stays the same only where the charge does.
    let mut kinds: BTreeMap<Option<i64>, Vec<usize>> = BTreeMap::new();
    for number in free {
        let rule = &rules[number];
        if rule.segments.iter().any(|segment| segment.margin > 0) && (!rule.on_top || rule.percent.is_some())
        {
            kinds.entry(rule.percent.filter(|_| rule.on_top)).or_default().push(number);
        }
    }
    for (class, numbers) in kinds.into_values().filter(|numbers| numbers.len() > 1).enumerate() {
        let periods = numbers.iter().filter_map(|number| rules[*number].period);
        let period = periods.fold(1, |all, period| lcm(all, i128::from(period)).min(1 << 60));
        for number in numbers {
            rules[number].exchange = (class as u32 + 1, period as i64);
        }
    }
}

/// The first amount, the last and the charge of each run of a rule that is charged no more than so much;
/// `None` where there are too many.
pub fn segments_of_tariff(
    pricing: &PricingContext<'_>,
    budget: i64,
    dearest: i64,
) -> Option<Vec<(i64, i64, i64)>> {
    let (segments, _) = runs_of(pricing, budget, Resolution::Each, dearest)?;
    Some(segments.into_iter().map(|segment| (segment.from, segment.to, segment.charges)).collect())
}

/// The runs of a rule in ascending order, as far as they are charged no more than so much; `None` where
/// there are too many.
fn runs_of(
    pricing: &PricingContext<'_>,
    budget: i64,
    resolution: Resolution,
    dearest: i64,
) -> Option<(Vec<Segment>, Option<i64>)> {
    let tariff = pricing.tariff;
    let step = tariff.step.max(1);
    let most = [tariff.max, pricing.amount_left, Some(budget)].into_iter().flatten().min()? / step;
    let least = tariff.min.unwrap_or(1).max(1);
    let least = least / step + i64::from(least % step > 0);
    let charge = |at: i64| pricing.charge(i128::from(at) * i128::from(step)).map(|c| c.sum() as i64);
    let on_top = tariff.side == Side::OnTop;
    let linear_pieces = linear_pieces(pricing, least, most);
    let mut segments: Vec<Segment> = Vec::new();
    for (piece, next) in linear_pieces.iter().zip(linear_pieces.iter().skip(1).map(Some).chain([None])) {
        let end = next.map_or(most, |next| next.from - 1).min(most);
        let mut at = piece.from;
        while at <= end {
            // Charges do not fall within a regime.
            let Some(charges) = charge(at).filter(|charges| *charges <= dearest) else { break };
            // The last amount that is charged the same, by doubling and halving.
            let (mut low, mut wide) = (at, 1);
            while low + wide <= end && charge(low + wide) == Some(charges) {
                low += wide;
                wide *= 2;
            }
            while wide > 0 {
                if low + wide <= end && charge(low + wide) == Some(charges) {
                    low += wide;
                }
                wide /= 2;
            }
            if resolution == Resolution::Few {
                low = low.max(at.saturating_add((end - piece.from) / STRETCHES).min(end));
            }
            // Nothing would be left, or more leave than there is.
            let kept = if on_top { 1 } else { charges / step + 1 };
            let from = at.max(kept);
            let to = if on_top { low.min((budget - charges) / step) } else { low };
            if from <= to {
                let margin = (from - piece.from).min(end - to).max(0);
                let inner = resolution == Resolution::Each && piece.period.is_some_and(|p| margin >= p);
                let margin = if inner { margin * step } else { 0 };
                segments.push(Segment { from: from * step, to: to * step, charges, margin });
            }
            if segments.len() > RUNS_MAX {
                return None;
            }
            at = low + 1;
        }
    }
    let period = linear_pieces.first().and_then(|r| r.period?.checked_mul(step));
    let period = period.filter(|_| resolution == Resolution::Each);
    Some((segments, period))
}

/// A stretch of steps on which every charge is a constant or one percentage.
#[derive(Clone, Copy, Debug)]
struct LinearPiece {
    from: i64,
    /// After so many steps the charges grow by a whole number and go on as before; `None` where
    /// that is not known.
    period: Option<i64>,
}

fn linear_pieces(pricing: &PricingContext<'_>, least: i64, most: i64) -> Vec<LinearPiece> {
    let tariff = pricing.tariff;
    let step = i128::from(tariff.step.max(1));
    let all_of_amount = tariff.charges.iter().all(|c| c.base == Base::Amount);
    // The steps at which a charge may begin to follow another line.
    let mut edges: Vec<i128> = vec![least.into()];
    for (i, charge) in tariff.charges.iter().enumerate() {
        let (lines, ends): (Vec<Slab>, Vec<i64>) = match &charge.scale {
            Scale::Line(line) => (vec![*line], Vec::new()),
            Scale::Slabs(s) | Scale::Brackets(s) => (s.clone(), s.iter().filter_map(|s| s.to).collect()),
        };
        // What is free, and what of it does not count for a larger amount either.
        let free = pricing.free_amount_of(i);
        edges.extend(free.map(|(left, _)| i128::from(left) / step + 1));
        let shift = free.filter(|free| free.1 == Crossing::Marginal).map_or(0, |free| i128::from(free.0));
        edges.extend(ends.iter().map(|end| (i128::from(*end) + shift) / step + 1));
        if !all_of_amount {
            continue;
        }
        let brackets = matches!(charge.scale, Scale::Brackets(_));
        for bound in [charge.min, charge.max].into_iter().flatten() {
            let bound = i128::from(bound) * PERCENT_WHOLE;
            if brackets {
                // A sum of brackets grows, so it meets a bound once; found by halving.
                let above = |at: i128| {
                    pricing.bracket_sum(charge, (at * step - shift).max(0)).is_none_or(|value| value > bound)
                };
                let (mut low, mut high) = (i128::from(least) - 1, i128::from(most) + 1);
                while low + 1 < high {
                    let middle = (low + high) / 2;
                    if above(middle) { high = middle } else { low = middle }
                }
                edges.push(high);
                continue;
            }
            for line in &lines {
                let percent = i128::from(line.percent.high);
                let over = bound - i128::from(line.flat) * PERCENT_WHOLE;
                if percent > 0 && over >= 0 {
                    edges.push((over.div_euclid(percent) + shift).div_euclid(step) + 1);
                }
            }
        }
    }
    let mut edges: Vec<i64> = edges
        .into_iter()
        .filter_map(|e| i64::try_from(e).ok())
        .filter(|e| (least..=most).contains(e))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    // Two withdrawals may lie on two different stretches, so what they exchange must fit both.
    let periods = edges.iter().map(|from| period(pricing, *from).filter(|_| all_of_amount));
    let common = periods.reduce(|a, b| {
        let combine = lcm(a?.into(), b?.into());
        i64::try_from(combine).ok().filter(|combine| *combine < 1 << 40)
    });
    edges.into_iter().map(|from| LinearPiece { from, period: common.flatten() }).collect()
}

/// After how many steps the charges of a regime repeat.
fn period(pricing: &PricingContext<'_>, from: i64) -> Option<i64> {
    let tariff = pricing.tariff;
    let amount = i128::from(from) * i128::from(tariff.step.max(1));
    let mut period: i128 = i128::from(tariff.step.max(1));
    for (i, charge) in tariff.charges.iter().enumerate() {
        if pricing.is_free(i) {
            continue;
        }
        let shift = pricing.free_amount_of(i).filter(|free| free.1 == Crossing::Marginal);
        let amount = amount - shift.map_or(0, |free| i128::from(free.0));
        let line = match &charge.scale {
            Scale::Line(line) => Some(line),
            Scale::Slabs(slabs) | Scale::Brackets(slabs) => {
                slabs.iter().find(|s| s.to.is_none_or(|to| amount <= i128::from(to)))
            }
        };
        let percent = i128::from(line?.percent.high);
        if percent > 0 {
            let even = if charge.round == RoundingMode::HalfEven { 2 } else { 1 };
            let whole = PERCENT_WHOLE * i128::from(charge.round_to) * even;
            period = lcm(period, whole / gcd(percent, whole));
            if period > 1 << 60 {
                return None;
            }
        }
    }
    i64::try_from(period / i128::from(tariff.step.max(1))).ok()
}
