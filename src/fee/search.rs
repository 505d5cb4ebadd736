//! Exact search for the best amount that a channel allows.
//!
//! The net of a withdrawal need not grow with its amount: it jumps at slabs, thresholds and shares,
//! and rounding makes it non-monotone. So the answers here are branch-and-bound searches over every
//! allowed amount. Over a range of amounts, each charge lies within a strip around a straight line
//! ([`LinearBounds`]). A range whose strip cannot contain the answer is excluded; others are
//! halved. Within one piece of the tariff the strip is a few minor units wide, so only a handful of
//! amounts around each edge remain, however large the balance.

use super::charge::{FreeLeft, PricingContext, slab_of};
use super::{Base, Charge, Crossing, PERCENT_WHOLE, Scale, Slab};
use crate::money::{RoundingMode, div_ceil, gcd};

/// The amounts that a channel allows for one withdrawal, as multiples of its step. If only the app
/// knows a percentage, an amount must be possible at both ends of the range, and its net is the
/// lower of the two.
#[derive(Clone, Debug)]
pub struct AmountSearch<'t, 'a> {
    pricing: &'t PricingContext<'a>,
    /// The terms at the lower end of each range of percentages, if there is one.
    low: Option<PricingContext<'a>>,
    /// The smallest and the largest multiple of the step; empty if the first is above the second.
    step_limits: (i128, i128),
    /// The minimum and the maximum debit.
    debit: (i128, i128),
    /// The minimum and the maximum rest after charges: something must be paid out, and it must not
    /// overflow.
    net: (i128, i128),
}

/// Bounds of a function on a range that begins at `x0`, in billionths: `value(x)` lies between
/// `low + slope · (x - x0)` and `high + slope · (x - x0)`.
#[derive(Clone, Copy, Debug)]
struct LinearBounds {
    slope: i128,
    low: i128,
    high: i128,
}

/// Billionths: over a trillion minor units the error of a slope is at most a thousand minor units,
/// and on the short ranges that decide it is zero.
const FINE: i128 = 1_000_000_000;

/// A rest below this, in billionths, is cut off to avoid overflow: nothing is left either way.
const OVERDRAWN: i128 = -(1 << 65) * FINE;

/// An arithmetic progression of steps.
#[derive(Clone, Copy, Debug)]
struct StepRange {
    first: i128,
    count: i128,
    stride: i128,
}

/// An arithmetic progression of amounts, in minor units: the first, the last, and the difference.
#[derive(Clone, Copy, Debug)]
struct AmountRange {
    from: i128,
    to: i128,
    gap: i128,
}

/// A value that is known exactly over a range: a whole number at the first amount, and a constant
/// rise from each amount to the next.
#[derive(Clone, Copy, Debug)]
struct Exact {
    first: i128,
    rise: i128,
}

/// The rest of a range of amounts after some charges.
#[derive(Clone, Copy, Debug)]
struct Remainder {
    linear: LinearBounds,
    /// The same in minor units, if it is linear.
    exact: Option<Exact>,
    /// It is congruent to `odd` modulo this number of minor units.
    grain: i128,
    /// Its remainder modulo `grain`, or a number congruent to it.
    odd: i128,
    /// Amounts that are a multiple of this number of steps apart are rounded alike by a charge: the
    /// smallest such number above 1; 1 if all amounts are; 0 if it does not matter.
    classes: i128,
}

/// Bounds of a range of steps at one end of the ranges of percentages.
struct EndBounds {
    /// Minimum and maximum rest, in minor units.
    net: (i128, i128),
    /// Minimum and maximum debit, in minor units.
    debit: (i128, i128),
    /// Whether some amounts may lie past the end of a scale.
    maybe_past: bool,
    /// Whether all amounts lie past the end of a scale.
    all_past: bool,
    /// The number of progressions to split into; 1 to halve the range.
    classes: i128,
}

/// Bounds of a range of steps at both ends.
struct Bounds {
    high: EndBounds,
    low: Option<EndBounds>,
}

impl Bounds {
    fn ends(&self) -> impl Iterator<Item = &EndBounds> {
        std::iter::once(&self.high).chain(&self.low)
    }

    /// Returns the maximum rest at the worse end.
    fn net_max(&self) -> i128 {
        self.low.as_ref().map_or(self.high.net.1, |low| low.net.1.min(self.high.net.1))
    }

    fn classes(&self) -> i128 {
        self.ends().map(|end| end.classes).max().unwrap_or(1)
    }
}

impl StepRange {
    fn of(first: i128, last: i128) -> StepRange {
        StepRange { first, count: last - first + 1, stride: 1 }
    }

    fn step(&self, index: i128) -> i128 {
        self.first + index * self.stride
    }

    /// Splits a range into progressions with a wider stride, or into halves; smallest first steps
    /// first.
    fn split(self, classes: i128) -> impl DoubleEndedIterator<Item = StepRange> {
        let StepRange { first, count, stride } = self;
        let (parts, half) = if classes > 1 { (classes, 0) } else { (2, count.div_euclid(2)) };
        (0..parts).map(move |part| {
            if half == 0 {
                let count = (count - part + parts - 1).div_euclid(parts);
                StepRange { first: first + part * stride, count, stride: stride * parts }
            } else if part == 0 {
                StepRange { first, count: half, stride }
            } else {
                StepRange { first: first + half * stride, count: count - half, stride }
            }
        })
    }

    /// Returns the steps up to `last`.
    fn up_to(self, last: i128) -> StepRange {
        let fit = (last - self.first).div_euclid(self.stride) + 1;
        StepRange { count: self.count.min(fit), ..self }
    }

    /// Returns the steps from `first` on.
    fn on_from(self, first: i128) -> StepRange {
        let cut = div_ceil(first - self.first, self.stride).max(0);
        StepRange { first: self.step(cut), count: self.count - cut, ..self }
    }
}

impl AmountRange {
    fn width(&self) -> i128 {
        self.to - self.from
    }
}

impl Remainder {
    /// Returns the smallest and the largest whole number of minor units between two values in
    /// billionths.
    fn whole(&self, (low, high): (i128, i128)) -> (i128, i128) {
        let (grain, odd) = (self.grain * FINE, self.odd * FINE);
        let low = div_ceil(low - odd, grain) * self.grain + self.odd;
        (low, (high - odd).div_euclid(grain) * self.grain + self.odd)
    }
}

impl Exact {
    fn less(self, other: Exact) -> Exact {
        Exact { first: self.first - other.first, rise: self.rise - other.rise }
    }
}

impl LinearBounds {
    fn constant(low: i128, high: i128) -> LinearBounds {
        LinearBounds { slope: 0, low, high }
    }

    fn parts(value: i128) -> LinearBounds {
        LinearBounds::constant(value * FINE, value * FINE)
    }

    fn plus(self, other: LinearBounds) -> LinearBounds {
        LinearBounds {
            slope: self.slope + other.slope,
            low: self.low + other.low,
            high: self.high + other.high,
        }
    }

    fn less(self, other: LinearBounds) -> LinearBounds {
        LinearBounds {
            slope: self.slope - other.slope,
            low: self.low - other.high,
            high: self.high - other.low,
        }
    }

    /// Returns the minimum and the maximum over a range of this width.
    fn range(self, width: i128) -> (i128, i128) {
        let rise = self.slope * width;
        (self.low + rise.min(0), self.high + rise.max(0))
    }

    /// Returns the strip times a share in hundred-millionths, which may be negative, widened by the
    /// rounding error of its slope.
    fn share(self, share: i128, width: i128) -> LinearBounds {
        let (slope, lost) = {
            let exact = self.slope * share;
            (exact.div_euclid(PERCENT_WHOLE), exact.rem_euclid(PERCENT_WHOLE))
        };
        let (low, high) = if share < 0 { (self.high, self.low) } else { (self.low, self.high) };
        LinearBounds {
            slope,
            low: (low * share).div_euclid(PERCENT_WHOLE),
            high: div_ceil(high * share, PERCENT_WHOLE) + div_ceil(lost * width, PERCENT_WHOLE),
        }
    }

    /// Returns the maximum of the strip and a constant.
    fn at_least(self, least: i128, width: i128) -> LinearBounds {
        let (low, high) = self.range(width);
        if low >= least { self } else { LinearBounds::constant(least, high.max(least)) }
    }

    /// Returns the minimum of the strip and a constant.
    fn at_most(self, most: i128, width: i128) -> LinearBounds {
        let (low, high) = self.range(width);
        if high <= most { self } else { LinearBounds::constant(low.min(most), most) }
    }

    /// Returns the narrower of two strips for the same values.
    fn or(self, other: LinearBounds) -> LinearBounds {
        if other.high - other.low <= self.high - self.low { other } else { self }
    }
}

/// Returns the bounds of any rounded value between two values, in billionths. Rounding is monotone,
/// so the rounded ends are the bounds; errors below a billionth are already included in the ends.
fn rounded_ends((low, high): (i128, i128), mode: RoundingMode, to: i64) -> LinearBounds {
    let grain = i128::from(to) * FINE;
    let nearest = |value: i128, up: bool| {
        let (floor, rest) = (value.div_euclid(grain), value.rem_euclid(grain));
        let above = match mode {
            RoundingMode::Down => false,
            RoundingMode::Up => rest > 0,
            RoundingMode::HalfUp => rest >= grain - rest,
            RoundingMode::HalfEven => rest > grain - rest || (rest == grain - rest && up),
        };
        (floor + i128::from(above)) * grain
    };
    LinearBounds::constant(nearest(low, false), nearest(high, true))
}

/// Returns the bounds of what rounding adds to a value, in billionths, and the number of values
/// after which the rounding repeats. `exact` is the value in hundred-millionths, if it is known.
fn rounding(exact: Option<Exact>, mode: RoundingMode, to: i64) -> (LinearBounds, i128) {
    let grain = i128::from(to) * PERCENT_WHOLE;
    // Rounding depends only on the distance of a value above a multiple of the grain, and these
    // distances are multiples of `apart` from each other.
    let (first, apart) = exact.map_or((0, 1), |exact| (exact.first, gcd(exact.rise.abs(), grain)));
    let above = |shift: i128| {
        let least = (first + shift).rem_euclid(apart);
        (least, grain - apart + least)
    };
    let half = grain / 2;
    let (low, high) = match mode {
        RoundingMode::Down => {
            let (least, most) = above(0);
            (-most, -least)
        }
        RoundingMode::Up => {
            let (least, most) = above(grain - 1);
            (grain - 1 - most, grain - 1 - least)
        }
        RoundingMode::HalfUp | RoundingMode::HalfEven => {
            let (least, most) = above(half);
            let tie = least == 0 && mode == RoundingMode::HalfEven;
            (if tie { -half } else { half - most }, half - least)
        }
    };
    (LinearBounds::constant(low * 10, high * 10), if low == high { 1 } else { grain / apart })
}

impl<'t, 'a> AmountSearch<'t, 'a> {
    /// Returns the possible amounts under these terms. `withdrawn_decimals` are those of the
    /// platform's unit.
    pub fn of(pricing: &'t PricingContext<'a>, withdrawn_decimals: u8) -> AmountSearch<'t, 'a> {
        let tariff = pricing.tariff;
        let step = i128::from(tariff.step);
        let most = [tariff.max, pricing.amount_left, pricing.available].into_iter().flatten().min();
        let most = i128::from(most.unwrap_or(i64::MAX));
        let least = i128::from(tariff.min.unwrap_or(1).max(1));
        let last = if pricing.count_used_up { 0 } else { most.div_euclid(step) };
        let debit_most = i128::from(pricing.available.unwrap_or(i64::MAX));
        let debit_least = match (tariff.whole_balance, pricing.available) {
            (true, Some(available)) => i128::from(available),
            _ => 0,
        };
        let (num, den) = pricing.conversion(withdrawn_decimals);
        AmountSearch {
            pricing,
            low: pricing.at_low_end(),
            step_limits: ((least + step - 1) / step, last),
            debit: (debit_least, debit_most),
            net: (div_ceil(den, num), ((1_i128 << 63).saturating_mul(den) - 1) / num),
        }
    }

    /// Excludes the amounts that leave less than `keep` in the balance.
    pub fn keeping(mut self, keep: i64) -> AmountSearch<'t, 'a> {
        self.debit.1 -= i128::from(keep);
        self.step_limits.1 = self.step_limits.1.min(self.debit.1.div_euclid(self.pricing.tariff.step.into()));
        self
    }

    /// Returns the largest possible amount.
    pub fn largest(&self) -> Option<i64> {
        self.last(self.step_range(), self.net.0)
    }

    /// Returns the smallest possible amount.
    pub fn smallest(&self) -> Option<i64> {
        self.first(self.step_range(), self.net.0)
    }

    /// Returns the smallest amount with a rest of at least `net` minor units.
    pub fn smallest_netting(&self, net: i128) -> Option<i64> {
        self.first(self.step_range(), net.max(self.net.0))
    }

    /// Returns the nearest possible amounts below and above.
    pub fn nearest(&self, amount: i64) -> Vec<i64> {
        let step = i128::from(self.pricing.tariff.step);
        let amount = i128::from(amount);
        let below = self.step_range().up_to((amount - 1).div_euclid(step));
        let above = self.step_range().on_from(amount.div_euclid(step) + 1);
        let below = self.last(below, self.net.0);
        let above = self.first(above, self.net.0);
        below.into_iter().chain(above).collect()
    }

    /// Returns the maximum rest of all smaller amounts, if one is possible.
    pub fn net_max_below(&self, amount: i64) -> Option<i128> {
        let below = (i128::from(amount) - 1).div_euclid(i128::from(self.pricing.tariff.step));
        let mut best = None;
        let steps = self.step_range().up_to(below);
        if steps.count > 0 {
            self.most(steps, &self.bounds(steps), &mut best);
        }
        best
    }

    fn step_range(&self) -> StepRange {
        StepRange::of(self.step_limits.0, self.step_limits.1)
    }

    /// Returns the terms at each end of the ranges of percentages; once if there is no range.
    fn ends(&self) -> impl Iterator<Item = &PricingContext<'a>> {
        std::iter::once(self.pricing).chain(&self.low)
    }

    /// Returns the rest of an amount, or `None` if it is not possible.
    fn net(&self, step: i128) -> Option<i128> {
        let amount = step * i128::from(self.pricing.tariff.step);
        let within = |value: i128, (least, most): (i128, i128)| least <= value && value <= most;
        let mut worst = i128::MAX;
        for pricing in self.ends() {
            let charges = pricing.charge(amount)?;
            let net = pricing.net_before_conversion(amount, charges);
            if !within(pricing.debit(amount, charges), self.debit) || !within(net, self.net) {
                return None;
            }
            worst = worst.min(net);
        }
        Some(worst)
    }

    fn amount(&self, step: i128) -> Option<i64> {
        i64::try_from(step * i128::from(self.pricing.tariff.step)).ok()
    }

    /// Returns the smallest amount of a range with a rest of at least `net`.
    fn first(&self, steps: StepRange, net: i128) -> Option<i64> {
        let mut best = None;
        self.find_first(steps, net, &mut best);
        self.amount(best?)
    }

    /// Returns the largest amount of a range with a rest of at least `net`.
    fn last(&self, steps: StepRange, net: i128) -> Option<i64> {
        let mut best = None;
        self.find_last(steps, net, &mut best);
        self.amount(best?)
    }

    /// Searches for a step below `best` with a rest of at least `net`.
    fn find_first(&self, steps: StepRange, net: i128, best: &mut Option<i128>) {
        let steps = best.map_or(steps, |best| steps.up_to(best - 1));
        match self.verdict(steps, net) {
            Verdict::None => {}
            Verdict::All => *best = Some(steps.first),
            Verdict::Some(classes) => steps.split(classes).for_each(|part| self.find_first(part, net, best)),
        }
    }

    /// Searches for a step above `best` with a rest of at least `net`.
    fn find_last(&self, steps: StepRange, net: i128, best: &mut Option<i128>) {
        let steps = best.map_or(steps, |best| steps.on_from(best + 1));
        match self.verdict(steps, net) {
            Verdict::None => {}
            Verdict::All => *best = Some(steps.step(steps.count - 1)),
            Verdict::Some(classes) => {
                steps.split(classes).rev().for_each(|part| self.find_last(part, net, best));
            }
        }
    }

    /// Searches a range for a rest above `best`.
    fn most(&self, steps: StepRange, bounds: &Bounds, best: &mut Option<i128>) {
        if steps.count == 1 {
            *best = (*best).max(self.net(steps.first));
            return;
        }
        if self.is_excluded(bounds, best.map_or(self.net.0, |best| best + 1)) {
            return;
        }
        let parts = steps.split(bounds.classes()).filter(|part| part.count > 0);
        let mut parts: Vec<(StepRange, Bounds)> = parts.map(|part| (part, self.bounds(part))).collect();
        // The most promising parts first; of equal ones, the larger amounts.
        parts.sort_by_key(|(part, bounds)| (-bounds.net_max(), -part.first));
        for (part, bounds) in &parts {
            self.most(*part, bounds, best);
        }
    }

    /// Returns whether the steps of a range have a rest of at least `net`.
    fn verdict(&self, steps: StepRange, net: i128) -> Verdict {
        if steps.count < 1 {
            return Verdict::None;
        }
        if steps.count == 1 {
            let enough = self.net(steps.first).is_some_and(|k| k >= net);
            return if enough { Verdict::All } else { Verdict::None };
        }
        let bounds = self.bounds(steps);
        if self.is_excluded(&bounds, net) {
            return Verdict::None;
        }
        let sure = |end: &EndBounds| {
            !end.maybe_past
                && end.net.0 >= net
                && end.net.1 <= self.net.1
                && end.debit.0 >= self.debit.0
                && end.debit.1 <= self.debit.1
        };
        if bounds.ends().all(sure) { Verdict::All } else { Verdict::Some(bounds.classes()) }
    }

    /// Returns whether no amount of a range is possible with a rest of at least `net`.
    fn is_excluded(&self, bounds: &Bounds, net: i128) -> bool {
        bounds.ends().any(|end| {
            end.all_past
                || end.net.1 < net
                || end.net.0 > self.net.1
                || end.debit.0 > self.debit.1
                || end.debit.1 < self.debit.0
        })
    }

    /// Returns the bounds of a range of steps at both ends.
    fn bounds(&self, steps: StepRange) -> Bounds {
        Bounds {
            high: self.pricing.end_bounds(steps),
            low: self.low.as_ref().map(|pricing| pricing.end_bounds(steps)),
        }
    }
}

impl PricingContext<'_> {
    /// Returns the bounds of a range of steps.
    fn end_bounds(&self, steps: StepRange) -> EndBounds {
        let step = i128::from(self.tariff.step);
        let (from, to) = (steps.first * step, steps.step(steps.count - 1) * step);
        let amounts = AmountRange { from, to, gap: steps.stride * step };
        let width = amounts.width();
        let amount = LinearBounds { slope: FINE, low: from * FINE, high: from * FINE };
        let exact = Some(Exact { first: from, rise: amounts.gap });
        let mut rest = Remainder { linear: amount, exact, grain: amounts.gap, odd: from, classes: 1 };
        let (mut maybe_past, mut all_past) = (false, false);
        for (charge, left) in self.charges() {
            let past;
            (rest, past) = self.remainder_after(charge, left, rest, amounts);
            let linear = rest.linear.at_least(OVERDRAWN, width);
            let (low, high) = rest.whole(linear.range(width));
            rest.linear = linear.or(LinearBounds::constant(low * FINE, high * FINE));
            match past {
                PastScale::No => {}
                PastScale::Maybe => maybe_past = true,
                PastScale::All => (maybe_past, all_past) = (true, true),
            }
        }
        let debit = match self.tariff.side {
            super::Side::Deducted => (from, to),
            super::Side::OnTop => {
                let beside = Remainder { odd: 2 * from - rest.odd, ..rest };
                beside.whole(amount.plus(amount.less(rest.linear)).range(width))
            }
        };
        let net = match self.tariff.side {
            super::Side::Deducted => rest.whole(rest.linear.range(width)),
            super::Side::OnTop => (from, to),
        };
        // If rounding changes the rest by more than its slope, halves have no tighter bounds than
        // the whole range; amounts that a charge rounds alike do.
        let LinearBounds { slope, low, high } = rest.linear;
        let is_not_monotone =
            high - low > slope.abs() * width && rest.classes > 1 && steps.count >= 4 * rest.classes;
        let classes = [2, 3, 5, 7].into_iter().find(|prime| is_not_monotone && rest.classes % prime == 0);
        EndBounds { net, debit, maybe_past, all_past, classes: classes.unwrap_or(1) }
    }

    /// Returns the rest of a range of amounts after one more charge.
    fn remainder_after(
        &self,
        charge: &Charge,
        left: FreeLeft,
        before: Remainder,
        amounts: AmountRange,
    ) -> (Remainder, PastScale) {
        let AmountRange { from, to, gap } = amounts;
        let width = amounts.width();
        let rest = before.linear;
        let amount = LinearBounds { slope: FINE, low: from * FINE, high: from * FINE };
        let even_amount = Exact { first: from, rise: gap };
        let charged = amount.less(rest);
        let (base, exact) = match charge.base {
            Base::Amount => (amount, Some(even_amount)),
            Base::Charges => (charged, before.exact.map(|exact| even_amount.less(exact))),
            Base::Rest => (rest.at_least(0, width), before.exact),
        };
        let nothing = (before, PastScale::No);
        // A charge that may not apply lies between zero and its value.
        let mut maybe_nothing = false;
        match (self.below_share(charge, from), self.below_share(charge, to)) {
            (_, true) => return nothing,
            (true, false) => maybe_nothing = true,
            (false, false) => {}
        }
        let mut free = 0;
        if let Some(quota) = &charge.free
            && left.count != Some(0)
        {
            let Some(left) = left.amount.map(i128::from) else { return nothing };
            match quota.crossing {
                Crossing::Cliff if to <= left => return nothing,
                Crossing::Cliff => maybe_nothing |= from <= left,
                Crossing::Marginal => {
                    let (low, high) = base.range(width);
                    if high < (left + 1) * FINE {
                        return nothing;
                    }
                    maybe_nothing |= low <= left * FINE;
                    free = left;
                }
            }
        }
        let taxed = base.less(LinearBounds::parts(free)).at_least(0, width);
        let (share, beside, past) = self.scaled(&charge.scale, taxed, width);
        let past = if maybe_nothing && past == PastScale::All { PastScale::Maybe } else { past };
        let value = taxed.share(share, width).plus(beside);
        let bounded = charge.min.map_or(value, |min| value.at_least(i128::from(min) * FINE, width));
        let bounded = charge.max.map_or(bounded, |max| bounded.at_most(i128::from(max) * FINE, width));
        let ends = rounded_ends(bounded.range(width), charge.round, charge.round_to);
        // Whether the charge is a share of the whole base.
        let is_share = bounded.range(width) == value.range(width)
            && base.range(width).0 >= free * FINE
            && (charge.base != Base::Rest || rest.range(width).0 >= 0);
        // If so, and if the base is linear, the charge is linear before rounding.
        let exact = exact.filter(|_| is_share && !maybe_nothing && beside.low == beside.high);
        let exact = exact.map(|exact| Exact {
            first: (exact.first - free) * share + beside.low / 10,
            rise: exact.rise * share,
        });
        let (rounding, classes) = rounding(exact, charge.round, charge.round_to);
        // If the base is the sum of the charges or the rest, the new rest is a share of it, too.
        // Computed this way, the width of the strip does not count twice.
        let free = LinearBounds::constant(share * free * 10, share * free * 10);
        let by_share = match charge.base {
            Base::Rest if is_share => {
                rest.share(PERCENT_WHOLE - share, width).less(beside.plus(rounding).less(free))
            }
            Base::Charges if is_share => {
                let sum = charged.share(PERCENT_WHOLE + share, width);
                amount.less(sum.plus(beside.plus(rounding).less(free)))
            }
            _ => rest.less(bounded.plus(rounding)),
        };
        // The charge itself, if it is linear, too.
        let known = if ends.low == ends.high {
            Some(Exact { first: ends.low / FINE, rise: 0 })
        } else {
            let parts = |fine: i128| fine / PERCENT_WHOLE;
            let rounded = |exact: Exact| Exact { first: exact.first + rounding.low / 10, rise: exact.rise };
            let rounded = exact.filter(|_| classes == 1).map(rounded);
            rounded.map(|exact| Exact { first: parts(exact.first), rise: parts(exact.rise) })
        };
        let (grain, odd) = match known {
            Some(Exact { first, rise: 0 }) => (before.grain, before.odd - first),
            _ => (gcd(before.grain, charge.round_to.into()), before.odd),
        };
        let mut after = Remainder {
            linear: by_share.or(rest.less(ends)),
            exact: before.exact.zip(known).map(|(before, charge)| before.less(charge)),
            grain,
            odd,
            classes: match (known, exact) {
                (Some(_), _) => before.classes,
                (None, Some(_)) if before.classes == 1 => classes,
                (None, Some(_)) => classes.min(before.classes),
                // The charge is not one share over the whole range, so halves have tighter bounds.
                (None, None) => 0,
            },
        };
        if charge.clamp && after.linear.range(width).0 < 0 {
            let (low, high) = rest.range(width);
            if high <= 0 {
                return (before, past);
            }
            let linear = if low >= 0 {
                after.linear.at_least(0, width)
            } else {
                LinearBounds::constant(low, after.linear.range(width).1.max(0))
            };
            let grain = gcd(gcd(grain, before.grain), gcd(odd.abs(), before.odd.abs()));
            after = Remainder { linear, exact: None, grain, odd: 0, classes: 0 };
        }
        if maybe_nothing {
            let most = rest.less(after.linear).range(width).1;
            let linear = rest.less(LinearBounds::constant(0, most.max(0)));
            let grain = gcd(gcd(after.grain, before.grain), (after.odd - before.odd).abs());
            after = Remainder { linear, exact: None, grain, odd: before.odd, classes: 0 };
        }
        (after, past)
    }

    /// Returns the scale over a range, before minimum, maximum and rounding: a share of the base,
    /// and what is added to it.
    fn scaled(&self, scale: &Scale, base: LinearBounds, width: i128) -> (i128, LinearBounds, PastScale) {
        let line = |slab: &Slab| (self.percent(slab.percent), LinearBounds::parts(i128::from(slab.flat)));
        // A base is a whole number of minor units.
        let (low, high) = base.range(width);
        let low = div_ceil(low, FINE).max(0);
        let high = high.div_euclid(FINE).max(low);
        match scale {
            Scale::Line(slab) => {
                let (share, beside) = line(slab);
                (share, beside, PastScale::No)
            }
            Scale::Slabs(slabs) => {
                let (Some(first), last) = (slab_of(slabs, low), slab_of(slabs, high)) else {
                    return (0, LinearBounds::parts(0), PastScale::All);
                };
                if last.is_some_and(|last| std::ptr::eq(first, last)) {
                    let (share, beside) = line(first);
                    return (share, beside, PastScale::No);
                }
                let (mut least, mut most, mut from) = (i128::MAX, 0, low);
                for slab in slabs.iter().skip_while(|slab| !std::ptr::eq(*slab, first)) {
                    let to = slab.to.map_or(high, |to| high.min(i128::from(to)));
                    let (share, beside) = line(slab);
                    let at = |base: i128| beside.low + share * base * 10;
                    (least, most) = (least.min(at(from)), most.max(at(to)));
                    from = to + 1;
                    if from > high {
                        break;
                    }
                }
                (
                    0,
                    LinearBounds::constant(least, most),
                    if last.is_none() { PastScale::Maybe } else { PastScale::No },
                )
            }
            Scale::Brackets(brackets) => {
                let end = brackets.last().and_then(|b| b.to).map(i128::from);
                if end.is_some_and(|end| low > end) {
                    return (0, LinearBounds::parts(0), PastScale::All);
                }
                let past = end.is_some_and(|end| high > end);
                let within = |base: i128| end.map_or(base, |end| base.min(end));
                // From hundred-millionths of a minor unit to billionths.
                let value = |base: i128| self.brackets(brackets, within(base)).unwrap_or(0) * 10;
                let (first, last) = (slab_of(brackets, low), slab_of(brackets, within(high)));
                if let (Some(first), Some(last)) = (first, last)
                    && std::ptr::eq(first, last)
                    && !past
                    && low > 0
                {
                    let share = self.percent(first.percent);
                    let beside = value(low) - share * low * 10;
                    return (share, LinearBounds::constant(beside, beside), PastScale::No);
                }
                let ends = LinearBounds::constant(value(low), value(high));
                (0, ends, if past { PastScale::Maybe } else { PastScale::No })
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PastScale {
    No,
    Maybe,
    All,
}

enum Verdict {
    /// No step.
    None,
    /// Perhaps some steps; split into this many progressions, or into halves for 1, to decide.
    Some(i128),
    /// All steps.
    All,
}

#[cfg(test)]
mod tests {
    use super::super::charge::rounded;
    use super::*;

    #[test]
    fn a_rounded_constant_is_rounded_as_the_charge_is() {
        for mode in [RoundingMode::HalfUp, RoundingMode::HalfEven, RoundingMode::Up, RoundingMode::Down] {
            for tenths in 0..200 {
                for to in [1, 10] {
                    let value = tenths * PERCENT_WHOLE / 10;
                    let exact = rounded(value, mode, to) * FINE;
                    for linear in [
                        rounded_ends((value * 10, value * 10), mode, to),
                        LinearBounds::constant(value * 10, value * 10).plus(rounding(None, mode, to).0),
                    ] {
                        assert!(linear.low <= exact && exact <= linear.high, "{mode:?} {tenths} {to}");
                        assert!(linear.high - linear.low <= i128::from(to) * FINE);
                    }
                }
            }
        }
    }
}
