//! Which amounts a channel allows, and which of them is best, exactly.
//!
//! The net of a withdrawal need not grow with its amount: slabs, thresholds and shares make it
//! jump, and rounding makes it tremble. So the answers here are searches over every allowed
//! amount. A search looks at a whole stretch of amounts at once: over a stretch, each charge lies
//! within a strip around a straight line ([`LinearBounds`]), and a stretch whose strip cannot hold the
//! answer is put aside unseen; others are halved. Inside a piece of the tariff the strip is a few
//! parts wide, so what is left to look at is a handful of amounts around each edge, whatever the
//! balance.

use super::charge::{FreeLeft, PricingContext, slab_of};
use super::{Base, Charge, Crossing, PERCENT_WHOLE, Scale, Slab};
use crate::money::{RoundingMode, div_ceil, gcd};

/// The amounts that a channel allows for one withdrawal, as multiples of its step. Where only the
/// app knows a percent, an amount can be made if it can at both ends of the range, and it brings
/// what the worse end leaves.
#[derive(Clone, Debug)]
pub struct AmountSearch<'t, 'a> {
    pricing: &'t PricingContext<'a>,
    /// The same terms at the lower end of each range, where there is one.
    low: Option<PricingContext<'a>>,
    /// The smallest and largest multiple of the step; none where the first is above the second.
    step_limits: (i128, i128),
    /// What must leave the balance at least, and may at most.
    debit: (i128, i128),
    /// What must be kept at least, so that something arrives, and may at most, so that it fits.
    net: (i128, i128),
}

/// `value(x)` lies between `low + slope · (x - x0)` and `high + slope · (x - x0)` on a stretch
/// that begins at `x0`, all three in billionths.
#[derive(Clone, Copy, Debug)]
struct LinearBounds {
    slope: i128,
    low: i128,
    high: i128,
}

/// Billionths: fine enough that over a trillion parts a slope is off by a thousand parts at the
/// most, and by nothing where it matters, on short stretches.
const FINE: i128 = 1_000_000_000;

/// Charges that take so much more than all, in billionths, leave nothing either way; what they
/// take beyond it is not followed, so that no figure outgrows its room.
const OVERDRAWN: i128 = -(1 << 65) * FINE;

/// A run of steps: so many, each so far above the one before.
#[derive(Clone, Copy, Debug)]
struct StepRange {
    first: i128,
    count: i128,
    stride: i128,
}

/// A run of amounts, in parts: the first, the last, and how far each is from the one before.
#[derive(Clone, Copy, Debug)]
struct AmountRange {
    from: i128,
    to: i128,
    gap: i128,
}

/// A value over a stretch that is known exactly: whole at the first amount, and growing by the
/// same from each amount to the next.
#[derive(Clone, Copy, Debug)]
struct Exact {
    first: i128,
    rise: i128,
}

/// What some charges leave of a stretch.
#[derive(Clone, Copy, Debug)]
struct Remainder {
    linear: LinearBounds,
    /// The same in parts, where it is even.
    exact: Option<Exact>,
    /// It is a whole number of so many parts …
    grain: i128,
    /// … and these.
    odd: i128,
    /// Every so-many-th amount a charge is rounded in the same way: the smallest such number above
    /// 1, or 1 where all charges are at every amount, or 0 where it does not matter.
    classes: i128,
}

/// What is known of a run of steps at one end of the percents that are a range.
struct EndBounds {
    /// Smallest and largest that may be kept, in parts.
    net: (i128, i128),
    /// Smallest and largest that may leave, in parts.
    debit: (i128, i128),
    /// Some amount may lie past a closed scale.
    maybe_past: bool,
    /// All amounts lie past a closed scale.
    all_past: bool,
    /// Into how many runs of a wider stride it is best split; 1 where it is best halved.
    classes: i128,
}

/// What is known of a run of steps at both ends.
struct Bounds {
    high: EndBounds,
    low: Option<EndBounds>,
}

impl Bounds {
    fn ends(&self) -> impl Iterator<Item = &EndBounds> {
        std::iter::once(&self.high).chain(&self.low)
    }

    /// The most that may be kept at the worse end.
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

    /// The parts of a run, those with the smallest first steps first.
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

    /// The steps of a run up to a last one.
    fn up_to(self, last: i128) -> StepRange {
        let fit = (last - self.first).div_euclid(self.stride) + 1;
        StepRange { count: self.count.min(fit), ..self }
    }

    /// The steps of a run from a first one on.
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
    /// The whole numbers of parts that it may be between two values in billionths.
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

    /// Smallest and largest value over a stretch of that width.
    fn range(self, width: i128) -> (i128, i128) {
        let rise = self.slope * width;
        (self.low + rise.min(0), self.high + rise.max(0))
    }

    /// The strip times a share in hundred-millionths, which may be negative, opened by what its
    /// slope loses.
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

    /// The larger of the strip and a constant.
    fn at_least(self, least: i128, width: i128) -> LinearBounds {
        let (low, high) = self.range(width);
        if low >= least { self } else { LinearBounds::constant(least, high.max(least)) }
    }

    /// The smaller of the strip and a constant.
    fn at_most(self, most: i128, width: i128) -> LinearBounds {
        let (low, high) = self.range(width);
        if high <= most { self } else { LinearBounds::constant(low.min(most), most) }
    }

    /// The narrower of two strips that hold the same values.
    fn or(self, other: LinearBounds) -> LinearBounds {
        if other.high - other.low <= self.high - self.low { other } else { self }
    }
}

/// The ends of what comes from rounding anything between two values, all in billionths. Rounding
/// keeps the order, so rounded ends are the ends of what is rounded; what is finer than a
/// billionth was opened outwards already.
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

/// What rounding adds to a value, in billionths, where the value is `even` in hundred-millionths,
/// or any whole number of them; and how many values on the rounding is the same again.
fn rounding(exact: Option<Exact>, mode: RoundingMode, to: i64) -> (LinearBounds, i128) {
    let grain = i128::from(to) * PERCENT_WHOLE;
    // All that matters of a value is how far it is above a multiple of the grain, and only every
    // `apart`-th such distance is met.
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
    /// The amounts that can be made under those terms. `withdrawn_decimals` are those of the
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

    /// Leaves out the amounts after which less than `keep` would stay in the balance.
    pub fn keeping(mut self, keep: i64) -> AmountSearch<'t, 'a> {
        self.debit.1 -= i128::from(keep);
        self.step_limits.1 = self.step_limits.1.min(self.debit.1.div_euclid(self.pricing.tariff.step.into()));
        self
    }

    /// The largest amount that can be made.
    pub fn largest(&self) -> Option<i64> {
        self.last(self.step_range(), self.net.0)
    }

    /// The smallest amount that can be made.
    pub fn smallest(&self) -> Option<i64> {
        self.first(self.step_range(), self.net.0)
    }

    /// The smallest amount of which at least so many parts are kept.
    pub fn smallest_netting(&self, net: i128) -> Option<i64> {
        self.first(self.step_range(), net.max(self.net.0))
    }

    /// The nearest amounts below and above that can be made.
    pub fn nearest(&self, amount: i64) -> Vec<i64> {
        let step = i128::from(self.pricing.tariff.step);
        let amount = i128::from(amount);
        let below = self.step_range().up_to((amount - 1).div_euclid(step));
        let above = self.step_range().on_from(amount.div_euclid(step) + 1);
        let below = self.last(below, self.net.0);
        let above = self.first(above, self.net.0);
        below.into_iter().chain(above).collect()
    }

    /// The most that any smaller amount keeps, if any smaller amount can be made.
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

    /// The terms at each end of the percents that are a range; once where none is.
    fn ends(&self) -> impl Iterator<Item = &PricingContext<'a>> {
        std::iter::once(self.pricing).chain(&self.low)
    }

    /// What is kept of an amount that can be made, else `None`.
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

    /// The smallest amount of a run of which at least so much is kept.
    fn first(&self, steps: StepRange, net: i128) -> Option<i64> {
        let mut best = None;
        self.find_first(steps, net, &mut best);
        self.amount(best?)
    }

    /// The largest amount of a run of which at least so much is kept.
    fn last(&self, steps: StepRange, net: i128) -> Option<i64> {
        let mut best = None;
        self.find_last(steps, net, &mut best);
        self.amount(best?)
    }

    /// Looks for a smaller step than the best of which at least so much is kept.
    fn find_first(&self, steps: StepRange, net: i128, best: &mut Option<i128>) {
        let steps = best.map_or(steps, |best| steps.up_to(best - 1));
        match self.verdict(steps, net) {
            Verdict::None => {}
            Verdict::All => *best = Some(steps.first),
            Verdict::Some(classes) => steps.split(classes).for_each(|part| self.find_first(part, net, best)),
        }
    }

    /// Looks for a larger step than the best of which at least so much is kept.
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

    /// Looks for more than the best that is kept of any of a run of steps.
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
        // What promises more comes first; of two that promise the same, the larger amounts.
        parts.sort_by_key(|(part, bounds)| (-bounds.net_max(), -part.first));
        for (part, bounds) in &parts {
            self.most(*part, bounds, best);
        }
    }

    /// Is so much kept of the steps of a run?
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

    /// Whether no amount of a run can be made and keeps so much.
    fn is_excluded(&self, bounds: &Bounds, net: i128) -> bool {
        bounds.ends().any(|end| {
            end.all_past
                || end.net.1 < net
                || end.net.0 > self.net.1
                || end.debit.0 > self.debit.1
                || end.debit.1 < self.debit.0
        })
    }

    /// What a run of steps may bring.
    fn bounds(&self, steps: StepRange) -> Bounds {
        Bounds {
            high: self.pricing.end_bounds(steps),
            low: self.low.as_ref().map(|pricing| pricing.end_bounds(steps)),
        }
    }
}

impl PricingContext<'_> {
    /// What a run of steps may bring.
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
        // Where what is kept trembles more than it grows, halves of the run are no clearer than
        // the whole; amounts at which a charge is rounded in the same way are.
        let LinearBounds { slope, low, high } = rest.linear;
        let is_not_monotone =
            high - low > slope.abs() * width && rest.classes > 1 && steps.count >= 4 * rest.classes;
        let classes = [2, 3, 5, 7].into_iter().find(|prime| is_not_monotone && rest.classes % prime == 0);
        EndBounds { net, debit, maybe_past, all_past, classes: classes.unwrap_or(1) }
    }

    /// What one charge leaves of what the charges before leave of a stretch of amounts.
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
        // A charge that may or may not apply lies anywhere between nothing and itself.
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
        // Is the charge a share of all of the base?
        let is_share = bounded.range(width) == value.range(width)
            && base.range(width).0 >= free * FINE
            && (charge.base != Base::Rest || rest.range(width).0 >= 0);
        // Then, where the base is even, so is the charge before it is rounded.
        let exact = exact.filter(|_| is_share && !maybe_nothing && beside.low == beside.high);
        let exact = exact.map(|exact| Exact {
            first: (exact.first - free) * share + beside.low / 10,
            rise: exact.rise * share,
        });
        let (rounding, classes) = rounding(exact, charge.round, charge.round_to);
        // Where the base is what is charged or what is left already, what is left then is a share
        // of it too: it is not less certain for being charged twice.
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
        // What the charge is, where that is even too.
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
                // The charge is no single share over all of the stretch: halves are clearer.
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

    /// A scale over a stretch, before minimum, maximum and rounding: a share of the base, and what
    /// comes beside it.
    fn scaled(&self, scale: &Scale, base: LinearBounds, width: i128) -> (i128, LinearBounds, PastScale) {
        let line = |slab: &Slab| (self.percent(slab.percent), LinearBounds::parts(i128::from(slab.flat)));
        // A base is a whole number of parts.
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
                // Hundred-millionths of a part to billionths.
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
    /// Of none of them.
    None,
    /// Perhaps of some, to be told apart by so many classes, or by halves.
    Some(i128),
    /// Of all.
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
