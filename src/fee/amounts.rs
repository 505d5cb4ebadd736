//! Which amounts a channel allows, and which of them is best, exactly.
//!
//! The net of a withdrawal need not grow with its amount: slabs, thresholds and shares make it
//! jump, and rounding makes it tremble. So the answers here are searches over every allowed
//! amount. A search looks at a whole stretch of amounts at once: over a stretch, each charge lies
//! within a strip around a straight line ([`Strip`]), and a stretch whose strip cannot hold the
//! answer is put aside unseen; others are halved. Inside a piece of the tariff the strip is a few
//! parts wide, so what is left to look at is a handful of amounts around each edge, whatever the
//! balance.

use super::charge::{FreeLeft, Terms, slab_of};
use super::{Base, Charge, Crossing, PERCENT_WHOLE, Scale, Slab};
use crate::money::RoundingMode;

/// The amounts that a channel allows for one withdrawal, as multiples of its step.
#[derive(Clone, Copy, Debug)]
pub struct Amounts<'t, 'a> {
    terms: &'t Terms<'a>,
    /// The smallest and largest multiple of the step; none where the first is above the second.
    steps: (i128, i128),
    /// What must leave the balance at least, and may at most.
    debit: (i128, i128),
    /// What must be kept at least, so that something arrives.
    kept_least: i128,
}

/// `value(x)` lies between `low + slope · (x - x0)` and `high + slope · (x - x0)` on a stretch
/// that begins at `x0`, all three in billionths.
#[derive(Clone, Copy, Debug)]
struct Strip {
    slope: i128,
    low: i128,
    high: i128,
}

/// Billionths: fine enough that over a trillion parts a slope is off by a thousand parts at the
/// most, and by nothing where it matters, on short stretches.
const FINE: i128 = 1_000_000_000;

/// What is known of a stretch of amounts.
struct Outlook {
    /// Smallest and largest that may be kept, in billionths.
    kept: (i128, i128),
    /// Smallest and largest that may leave, in billionths.
    debit: (i128, i128),
    /// Some amount may lie past a closed scale.
    maybe_past: bool,
    /// All amounts lie past a closed scale.
    all_past: bool,
}

impl Strip {
    fn constant(low: i128, high: i128) -> Strip {
        Strip { slope: 0, low, high }
    }

    fn parts(value: i128) -> Strip {
        Strip::constant(value * FINE, value * FINE)
    }

    fn plus(self, other: Strip) -> Strip {
        Strip { slope: self.slope + other.slope, low: self.low + other.low, high: self.high + other.high }
    }

    fn less(self, other: Strip) -> Strip {
        Strip { slope: self.slope - other.slope, low: self.low - other.high, high: self.high - other.low }
    }

    /// Smallest and largest value over a stretch of that width.
    fn range(self, width: i128) -> (i128, i128) {
        let rise = self.slope * width;
        (self.low + rise.min(0), self.high + rise.max(0))
    }

    /// The strip times a share in hundred-millionths, opened by what its slope loses.
    fn share(self, percent: i128, width: i128) -> Strip {
        let (slope, lost) = {
            let exact = self.slope * percent;
            (exact.div_euclid(PERCENT_WHOLE), exact.rem_euclid(PERCENT_WHOLE))
        };
        Strip {
            slope,
            low: (self.low * percent).div_euclid(PERCENT_WHOLE),
            high: ceil(self.high * percent, PERCENT_WHOLE) + ceil(lost * width, PERCENT_WHOLE),
        }
    }

    /// The larger of the strip and a constant.
    fn at_least(self, least: i128, width: i128) -> Strip {
        let (low, high) = self.range(width);
        if low >= least {
            self
        } else if high <= least {
            Strip::constant(least, least)
        } else {
            Strip::constant(least, high)
        }
    }

    /// The smaller of the strip and a constant.
    fn at_most(self, most: i128, width: i128) -> Strip {
        let (low, high) = self.range(width);
        if high <= most {
            self
        } else if low >= most {
            Strip::constant(most, most)
        } else {
            Strip::constant(low, most)
        }
    }

    /// The strip after rounding to multiples of `to` parts.
    fn rounded(self, mode: RoundingMode, to: i64) -> Strip {
        if self.slope == 0 {
            // Rounding keeps the order, so rounded ends are the ends of what is rounded. What is
            // finer than a billionth was opened outwards already.
            let nearest = |value: i128, up: bool| {
                let grain = i128::from(to) * FINE;
                let (floor, rest) = (value.div_euclid(grain), value.rem_euclid(grain));
                let above = match mode {
                    RoundingMode::Down => false,
                    RoundingMode::Up => rest > 0,
                    RoundingMode::HalfUp => rest >= grain - rest,
                    RoundingMode::HalfEven => rest > grain - rest || (rest == grain - rest && up),
                };
                (floor + i128::from(above)) * grain
            };
            return Strip::constant(nearest(self.low, false), nearest(self.high, true));
        }
        // What is rounded is a whole number of hundred-millionths, so on an open side the rounded
        // value stays at least that much away.
        let grain = i128::from(to) * FINE;
        let (half, least) = (grain / 2, FINE / PERCENT_WHOLE);
        let (down, up) = match mode {
            RoundingMode::Down => (grain - least, 0),
            RoundingMode::Up => (0, grain - least),
            RoundingMode::HalfUp => (half - least, half),
            RoundingMode::HalfEven => (half, half),
        };
        Strip { slope: self.slope, low: self.low - down, high: self.high + up }
    }
}

impl<'t, 'a> Amounts<'t, 'a> {
    /// The amounts that can be made under those terms. `withdrawn_decimals` are those of the
    /// platform's unit.
    pub fn of(terms: &'t Terms<'a>, withdrawn_decimals: u8) -> Amounts<'t, 'a> {
        let tariff = terms.tariff;
        let step = i128::from(tariff.step);
        let most = [tariff.max, terms.amount_left, terms.available].into_iter().flatten().min();
        let most = i128::from(most.unwrap_or(i64::MAX));
        let least = i128::from(tariff.min.unwrap_or(1).max(1));
        let last = if terms.count_used_up { 0 } else { most.div_euclid(step) };
        let debit_most = terms.available.map_or(i128::MAX / FINE / 4, i128::from);
        let debit_least = match (tariff.whole_balance, terms.available) {
            (true, Some(available)) => i128::from(available),
            _ => 0,
        };
        let (num, den) = terms.conversion(withdrawn_decimals);
        Amounts {
            terms,
            steps: ((least + step - 1) / step, last),
            debit: (debit_least, debit_most),
            kept_least: ceil(den, num).max(1),
        }
    }

    /// The largest amount that can be made.
    pub fn largest(&self) -> Option<i64> {
        self.last(self.steps.0, self.steps.1, self.kept_least)
    }

    /// The smallest amount that can be made.
    pub fn smallest(&self) -> Option<i64> {
        self.first(self.steps.0, self.steps.1, self.kept_least)
    }

    /// The smallest amount of which at least so many parts are kept.
    pub fn smallest_keeping(&self, kept: i128) -> Option<i64> {
        self.first(self.steps.0, self.steps.1, kept.max(self.kept_least))
    }

    /// The nearest amounts below and above that can be made.
    pub fn nearest(&self, amount: i64) -> Vec<i64> {
        let step = i128::from(self.terms.tariff.step);
        let amount = i128::from(amount);
        let below = (amount - 1).div_euclid(step).min(self.steps.1);
        let above = (amount.div_euclid(step) + 1).max(self.steps.0);
        let below = self.last(self.steps.0, below, self.kept_least);
        let above = self.first(above, self.steps.1, self.kept_least);
        below.into_iter().chain(above).collect()
    }

    /// The most that any smaller amount keeps, if any smaller amount can be made.
    pub fn most_kept_below(&self, amount: i64) -> Option<i128> {
        let below = (i128::from(amount) - 1).div_euclid(i128::from(self.terms.tariff.step));
        let mut best = None;
        self.most(self.steps.0, below.min(self.steps.1), &mut best);
        best
    }

    /// What is kept of an amount that can be made, else `None`.
    fn kept(&self, step: i128) -> Option<i128> {
        let amount = step * i128::from(self.terms.tariff.step);
        let charges = self.terms.charge(amount)?;
        let debit = self.terms.debit(amount, charges);
        let kept = self.terms.kept(amount, charges);
        (self.debit.0 <= debit && debit <= self.debit.1 && kept >= self.kept_least).then_some(kept)
    }

    fn amount(&self, step: i128) -> Option<i64> {
        i64::try_from(step * i128::from(self.terms.tariff.step)).ok()
    }

    /// The first of a run of steps of which at least so much is kept.
    fn first(&self, from: i128, to: i128, kept: i128) -> Option<i64> {
        match self.judge(from, to, kept)? {
            Judgement::All => self.amount(from),
            Judgement::Some => {
                let middle = from + (to - from) / 2;
                self.first(from, middle, kept).or_else(|| self.first(middle + 1, to, kept))
            }
        }
    }

    /// The last of a run of steps of which at least so much is kept.
    fn last(&self, from: i128, to: i128, kept: i128) -> Option<i64> {
        match self.judge(from, to, kept)? {
            Judgement::All => self.amount(to),
            Judgement::Some => {
                let middle = from + (to - from) / 2;
                self.last(middle + 1, to, kept).or_else(|| self.last(from, middle, kept))
            }
        }
    }

    /// The most that is kept of any of a run of steps.
    fn most(&self, from: i128, to: i128, best: &mut Option<i128>) {
        if from > to {
            return;
        }
        if from == to {
            *best = (*best).max(self.kept(from));
            return;
        }
        let needed = best.map_or(self.kept_least, |b| b + 1);
        let outlook = self.outlook(from, to);
        if self.hopeless(&outlook, needed) {
            return;
        }
        let middle = from + (to - from) / 2;
        let (left, right) = ((from, middle), (middle + 1, to));
        let promise = |(a, b): (i128, i128)| self.outlook(a, b).kept.1;
        let order = if promise(left) > promise(right) { [left, right] } else { [right, left] };
        for (from, to) in order {
            self.most(from, to, best);
        }
    }

    /// `None` where no step of the run will do.
    fn judge(&self, from: i128, to: i128, kept: i128) -> Option<Judgement> {
        if from > to {
            return None;
        }
        if from == to {
            return self.kept(from).filter(|k| *k >= kept).map(|_| Judgement::All);
        }
        let outlook = self.outlook(from, to);
        if self.hopeless(&outlook, kept) {
            return None;
        }
        let sure = !outlook.maybe_past
            && outlook.kept.0 >= kept * FINE
            && outlook.debit.0 >= self.debit.0 * FINE
            && outlook.debit.1 <= self.debit.1 * FINE;
        Some(if sure { Judgement::All } else { Judgement::Some })
    }

    fn hopeless(&self, outlook: &Outlook, kept: i128) -> bool {
        outlook.all_past
            || outlook.kept.1 < kept * FINE
            || outlook.debit.0 > self.debit.1 * FINE
            || outlook.debit.1 < self.debit.0 * FINE
    }

    /// What a run of steps may bring.
    fn outlook(&self, from: i128, to: i128) -> Outlook {
        let step = i128::from(self.terms.tariff.step);
        let (from, to) = (from * step, to * step);
        let width = to - from;
        let amount = Strip { slope: FINE, low: from * FINE, high: from * FINE };
        let mut sum = Strip::parts(0);
        let (mut maybe_past, mut all_past) = (false, false);
        for (charge, left) in self.terms.charges() {
            let (strip, past) = self.strip(charge, left, amount, sum, (from, to));
            match past {
                Past::No => {}
                Past::Maybe => maybe_past = true,
                Past::All => (maybe_past, all_past) = (true, true),
            }
            sum = sum.plus(strip);
        }
        let (kept, debit) = match self.terms.tariff.side {
            super::Side::Deducted => (amount.less(sum), amount),
            super::Side::OnTop => (amount, amount.plus(sum)),
        };
        Outlook { kept: kept.range(width), debit: debit.range(width), maybe_past, all_past }
    }

    /// One charge over a stretch of amounts.
    fn strip(
        &self,
        charge: &Charge,
        left: FreeLeft,
        amount: Strip,
        before: Strip,
        (from, to): (i128, i128),
    ) -> (Strip, Past) {
        let width = to - from;
        let rest = amount.less(before).at_least(0, width);
        let base = match charge.base {
            Base::Amount => amount,
            Base::Charges => before,
            Base::Rest => rest,
        };
        let nothing = (Strip::parts(0), Past::No);
        // A charge that may or may not apply lies anywhere between nothing and itself.
        let mut maybe_nothing = false;
        match (self.terms.below_share(charge, from), self.terms.below_share(charge, to)) {
            (_, true) => return nothing,
            (true, false) => maybe_nothing = true,
            (false, false) => {}
        }
        let mut taxed = base;
        if let Some(free) = &charge.free
            && left.count != Some(0)
        {
            let Some(rest) = left.amount.map(i128::from) else { return nothing };
            match free.crossing {
                Crossing::Cliff if to <= rest => return nothing,
                Crossing::Cliff => maybe_nothing |= from <= rest,
                Crossing::Marginal => {
                    let (low, high) = base.range(width);
                    if high <= rest * FINE {
                        return nothing;
                    }
                    maybe_nothing |= low <= rest * FINE;
                    taxed = base.less(Strip::parts(rest)).at_least(0, width);
                }
            }
        }
        let (strip, past) = self.scaled(&charge.scale, taxed, width);
        let strip = charge.min.map_or(strip, |min| strip.at_least(i128::from(min) * FINE, width));
        let strip = charge.max.map_or(strip, |max| strip.at_most(i128::from(max) * FINE, width));
        let mut strip = strip.rounded(charge.round, charge.round_to);
        if charge.clamp {
            let (own, cap) = (strip.range(width), rest.range(width));
            if cap.1 <= own.0 {
                strip = rest;
            } else if own.1 > cap.0 {
                strip = Strip::constant(own.0.min(cap.0), own.1.min(cap.1));
            }
        }
        if maybe_nothing {
            let (low, high) = strip.range(width);
            strip = Strip::constant(low.min(0), high.max(0));
        }
        (strip, if maybe_nothing && past == Past::All { Past::Maybe } else { past })
    }

    /// A scale over a stretch, before minimum, maximum and rounding.
    fn scaled(&self, scale: &Scale, base: Strip, width: i128) -> (Strip, Past) {
        let line = |slab: &Slab, base: Strip| {
            base.share(self.terms.percent(slab.percent), width).plus(Strip::parts(i128::from(slab.flat)))
        };
        let (low, high) = base.range(width);
        let (low, high) = (low.div_euclid(FINE).max(0), ceil(high, FINE).max(0));
        match scale {
            Scale::Line(slab) => (line(slab, base), Past::No),
            Scale::Slabs(slabs) => {
                let (Some(first), last) = (slab_of(slabs, low), slab_of(slabs, high)) else {
                    return (Strip::parts(0), Past::All);
                };
                if last.is_some_and(|last| std::ptr::eq(first, last)) {
                    return (line(first, base), Past::No);
                }
                let (mut least, mut most, mut from) = (i128::MAX, 0, low);
                for slab in slabs.iter().skip_while(|slab| !std::ptr::eq(*slab, first)) {
                    let to = slab.to.map_or(high, |to| high.min(i128::from(to)));
                    let at = |base: i128| line(slab, Strip::parts(base));
                    (least, most) = (least.min(at(from).low), most.max(at(to).high));
                    from = to + 1;
                    if from > high {
                        break;
                    }
                }
                (Strip::constant(least, most), if last.is_none() { Past::Maybe } else { Past::No })
            }
            Scale::Brackets(brackets) => {
                let end = brackets.last().and_then(|b| b.to).map(i128::from);
                if end.is_some_and(|end| low > end) {
                    return (Strip::parts(0), Past::All);
                }
                let past = end.is_some_and(|end| high > end);
                let within = |base: i128| end.map_or(base, |end| base.min(end));
                let value = |base: i128| self.terms.brackets(brackets, within(base)).unwrap_or(0);
                // Hundred-millionths of a part to billionths, outwards.
                let (least, most) = (value(low) * 10, value(high) * 10);
                let (first, last) = (slab_of(brackets, low), slab_of(brackets, within(high)));
                let same = match (first, last) {
                    (Some(first), Some(last)) => std::ptr::eq(first, last),
                    _ => false,
                };
                let begin = first.map_or(0, |f| {
                    let at = brackets.iter().position(|b| std::ptr::eq(b, f)).unwrap_or(0);
                    at.checked_sub(1).and_then(|i| brackets[i].to).map_or(0, i128::from)
                });
                if same && !past && low > begin {
                    let bracket = first.unwrap_or(&brackets[0]);
                    let start = value(begin + 1) * 10 - self.terms.percent(bracket.percent) * 10;
                    let inside = base.less(Strip::parts(begin));
                    let strip = inside.share(self.terms.percent(bracket.percent), width);
                    return (strip.plus(Strip::constant(start, start)), Past::No);
                }
                (Strip::constant(least, most), if past { Past::Maybe } else { Past::No })
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Past {
    No,
    Maybe,
    All,
}

enum Judgement {
    All,
    Some,
}

fn ceil(num: i128, den: i128) -> i128 {
    num.div_euclid(den) + i128::from(num.rem_euclid(den) > 0)
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
                    let strip = Strip::constant(value * 10, value * 10).rounded(mode, to);
                    let exact = rounded(value, mode, to) * FINE;
                    assert!(strip.low <= exact && exact <= strip.high, "{mode:?} {tenths} {to}");
                    assert!(strip.high - strip.low <= i128::from(to) * FINE);
                }
            }
        }
    }
}
