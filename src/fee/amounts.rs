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

/// The amounts that a channel allows for one withdrawal, as multiples of its step. Where only the
/// app knows a percent, an amount can be made if it can at both ends of the range, and it brings
/// what the worse end leaves.
#[derive(Clone, Debug)]
pub struct Amounts<'t, 'a> {
    terms: &'t Terms<'a>,
    /// The same terms at the lower end of each range, where there is one.
    low: Option<Terms<'a>>,
    /// The smallest and largest multiple of the step; none where the first is above the second.
    steps: (i128, i128),
    /// What must leave the balance at least, and may at most.
    debit: (i128, i128),
    /// What must be kept at least, so that something arrives, and may at most, so that it fits.
    kept: (i128, i128),
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

/// Charges that take so much more than all, in billionths, leave nothing either way; what they
/// take beyond it is not followed, so that no figure outgrows its room.
const OVERDRAWN: i128 = -(1 << 65) * FINE;

/// A run of steps: so many, each so far above the one before.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: i128,
    count: i128,
    stride: i128,
}

/// A run of amounts, in parts: the first, the last, and how far each is from the one before.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i128,
    to: i128,
    gap: i128,
}

/// A value over a stretch that is known exactly: whole at the first amount, and growing by the
/// same from each amount to the next.
#[derive(Clone, Copy, Debug)]
struct Even {
    first: i128,
    rise: i128,
}

/// What some charges leave of a stretch.
#[derive(Clone, Copy, Debug)]
struct Rest {
    strip: Strip,
    /// The same in parts, where it is even.
    even: Option<Even>,
    /// It is a whole number of so many parts …
    grain: i128,
    /// … and these.
    odd: i128,
    /// Every so-many-th amount a charge is rounded in the same way: the smallest such number above
    /// 1, or 1 where all charges are at every amount, or 0 where it does not matter.
    classes: i128,
}

/// What is known of a run of steps at one end of the percents that are a range.
struct Prospect {
    /// Smallest and largest that may be kept, in parts.
    kept: (i128, i128),
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
struct Outlook {
    high: Prospect,
    low: Option<Prospect>,
}

impl Outlook {
    fn ends(&self) -> impl Iterator<Item = &Prospect> {
        std::iter::once(&self.high).chain(&self.low)
    }

    /// The most that may be kept at the worse end.
    fn kept_most(&self) -> i128 {
        self.low.as_ref().map_or(self.high.kept.1, |low| low.kept.1.min(self.high.kept.1))
    }

    fn classes(&self) -> i128 {
        self.ends().map(|end| end.classes).max().unwrap_or(1)
    }
}

impl Run {
    fn of(first: i128, last: i128) -> Run {
        Run { first, count: last - first + 1, stride: 1 }
    }

    fn step(&self, index: i128) -> i128 {
        self.first + index * self.stride
    }

    /// The parts of a run, those with the smallest first steps first.
    fn split(self, classes: i128) -> impl DoubleEndedIterator<Item = Run> {
        let Run { first, count, stride } = self;
        let (parts, half) = if classes > 1 { (classes, 0) } else { (2, count.div_euclid(2)) };
        (0..parts).map(move |part| {
            if half == 0 {
                let count = (count - part + parts - 1).div_euclid(parts);
                Run { first: first + part * stride, count, stride: stride * parts }
            } else if part == 0 {
                Run { first, count: half, stride }
            } else {
                Run { first: first + half * stride, count: count - half, stride }
            }
        })
    }

    /// The steps of a run up to a last one.
    fn up_to(self, last: i128) -> Run {
        let fit = (last - self.first).div_euclid(self.stride) + 1;
        Run { count: self.count.min(fit), ..self }
    }

    /// The steps of a run from a first one on.
    fn on_from(self, first: i128) -> Run {
        let cut = ceil(first - self.first, self.stride).max(0);
        Run { first: self.step(cut), count: self.count - cut, ..self }
    }
}

impl Stretch {
    fn width(&self) -> i128 {
        self.to - self.from
    }
}

impl Rest {
    /// The whole numbers of parts that it may be between two values in billionths.
    fn whole(&self, (low, high): (i128, i128)) -> (i128, i128) {
        let (grain, odd) = (self.grain * FINE, self.odd * FINE);
        let low = ceil(low - odd, grain) * self.grain + self.odd;
        (low, (high - odd).div_euclid(grain) * self.grain + self.odd)
    }
}

impl Even {
    fn less(self, other: Even) -> Even {
        Even { first: self.first - other.first, rise: self.rise - other.rise }
    }
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

    /// The strip times a share in hundred-millionths, which may be negative, opened by what its
    /// slope loses.
    fn share(self, share: i128, width: i128) -> Strip {
        let (slope, lost) = {
            let exact = self.slope * share;
            (exact.div_euclid(PERCENT_WHOLE), exact.rem_euclid(PERCENT_WHOLE))
        };
        let (low, high) = if share < 0 { (self.high, self.low) } else { (self.low, self.high) };
        Strip {
            slope,
            low: (low * share).div_euclid(PERCENT_WHOLE),
            high: ceil(high * share, PERCENT_WHOLE) + ceil(lost * width, PERCENT_WHOLE),
        }
    }

    /// The larger of the strip and a constant.
    fn at_least(self, least: i128, width: i128) -> Strip {
        let (low, high) = self.range(width);
        if low >= least { self } else { Strip::constant(least, high.max(least)) }
    }

    /// The smaller of the strip and a constant.
    fn at_most(self, most: i128, width: i128) -> Strip {
        let (low, high) = self.range(width);
        if high <= most { self } else { Strip::constant(low.min(most), most) }
    }

    /// The narrower of two strips that hold the same values.
    fn or(self, other: Strip) -> Strip {
        if other.high - other.low <= self.high - self.low { other } else { self }
    }
}

/// The ends of what comes from rounding anything between two values, all in billionths. Rounding
/// keeps the order, so rounded ends are the ends of what is rounded; what is finer than a
/// billionth was opened outwards already.
fn rounded_ends((low, high): (i128, i128), mode: RoundingMode, to: i64) -> Strip {
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
    Strip::constant(nearest(low, false), nearest(high, true))
}

/// What rounding adds to a value, in billionths, where the value is `even` in hundred-millionths,
/// or any whole number of them; and how many values on the rounding is the same again.
fn rounding(even: Option<Even>, mode: RoundingMode, to: i64) -> (Strip, i128) {
    let grain = i128::from(to) * PERCENT_WHOLE;
    // All that matters of a value is how far it is above a multiple of the grain, and only every
    // `apart`-th such distance is met.
    let (first, apart) = even.map_or((0, 1), |even| (even.first, gcd(even.rise.abs(), grain)));
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
    (Strip::constant(low * 10, high * 10), if low == high { 1 } else { grain / apart })
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
        let debit_most = i128::from(terms.available.unwrap_or(i64::MAX));
        let debit_least = match (tariff.whole_balance, terms.available) {
            (true, Some(available)) => i128::from(available),
            _ => 0,
        };
        let (num, den) = terms.conversion(withdrawn_decimals);
        Amounts {
            terms,
            low: terms.at_best(),
            steps: ((least + step - 1) / step, last),
            debit: (debit_least, debit_most),
            kept: (ceil(den, num), ((1_i128 << 63).saturating_mul(den) - 1) / num),
        }
    }

    /// The largest amount that can be made.
    pub fn largest(&self) -> Option<i64> {
        self.last(self.run(), self.kept.0)
    }

    /// The smallest amount that can be made.
    pub fn smallest(&self) -> Option<i64> {
        self.first(self.run(), self.kept.0)
    }

    /// The smallest amount of which at least so many parts are kept.
    pub fn smallest_keeping(&self, kept: i128) -> Option<i64> {
        self.first(self.run(), kept.max(self.kept.0))
    }

    /// The nearest amounts below and above that can be made.
    pub fn nearest(&self, amount: i64) -> Vec<i64> {
        let step = i128::from(self.terms.tariff.step);
        let amount = i128::from(amount);
        let below = self.run().up_to((amount - 1).div_euclid(step));
        let above = self.run().on_from(amount.div_euclid(step) + 1);
        let below = self.last(below, self.kept.0);
        let above = self.first(above, self.kept.0);
        below.into_iter().chain(above).collect()
    }

    /// The most that any smaller amount keeps, if any smaller amount can be made.
    pub fn most_kept_below(&self, amount: i64) -> Option<i128> {
        let below = (i128::from(amount) - 1).div_euclid(i128::from(self.terms.tariff.step));
        let mut best = None;
        let run = self.run().up_to(below);
        if run.count > 0 {
            self.most(run, &self.outlook(run), &mut best);
        }
        best
    }

    fn run(&self) -> Run {
        Run::of(self.steps.0, self.steps.1)
    }

    /// The terms at each end of the percents that are a range; once where none is.
    fn ends(&self) -> impl Iterator<Item = &Terms<'a>> {
        std::iter::once(self.terms).chain(&self.low)
    }

    /// What is kept of an amount that can be made, else `None`.
    fn kept(&self, step: i128) -> Option<i128> {
        let amount = step * i128::from(self.terms.tariff.step);
        let within = |value: i128, (least, most): (i128, i128)| least <= value && value <= most;
        let mut worst = i128::MAX;
        for terms in self.ends() {
            let charges = terms.charge(amount)?;
            let kept = terms.kept(amount, charges);
            if !within(terms.debit(amount, charges), self.debit) || !within(kept, self.kept) {
                return None;
            }
            worst = worst.min(kept);
        }
        Some(worst)
    }

    fn amount(&self, step: i128) -> Option<i64> {
        i64::try_from(step * i128::from(self.terms.tariff.step)).ok()
    }

    /// The smallest amount of a run of which at least so much is kept.
    fn first(&self, run: Run, kept: i128) -> Option<i64> {
        let mut best = None;
        self.before(run, kept, &mut best);
        self.amount(best?)
    }

    /// The largest amount of a run of which at least so much is kept.
    fn last(&self, run: Run, kept: i128) -> Option<i64> {
        let mut best = None;
        self.behind(run, kept, &mut best);
        self.amount(best?)
    }

    /// Looks for a smaller step than the best of which at least so much is kept.
    fn before(&self, run: Run, kept: i128, best: &mut Option<i128>) {
        let run = best.map_or(run, |best| run.up_to(best - 1));
        match self.judge(run, kept) {
            Judgement::None => {}
            Judgement::All => *best = Some(run.first),
            Judgement::Some(classes) => run.split(classes).for_each(|part| self.before(part, kept, best)),
        }
    }

    /// Looks for a larger step than the best of which at least so much is kept.
    fn behind(&self, run: Run, kept: i128, best: &mut Option<i128>) {
        let run = best.map_or(run, |best| run.on_from(best + 1));
        match self.judge(run, kept) {
            Judgement::None => {}
            Judgement::All => *best = Some(run.step(run.count - 1)),
            Judgement::Some(classes) => {
                run.split(classes).rev().for_each(|part| self.behind(part, kept, best));
            }
        }
    }

    /// Looks for more than the best that is kept of any of a run of steps.
    fn most(&self, run: Run, outlook: &Outlook, best: &mut Option<i128>) {
        if run.count == 1 {
            *best = (*best).max(self.kept(run.first));
            return;
        }
        if self.hopeless(outlook, best.map_or(self.kept.0, |best| best + 1)) {
            return;
        }
        let parts = run.split(outlook.classes()).filter(|part| part.count > 0);
        let mut parts: Vec<(Run, Outlook)> = parts.map(|part| (part, self.outlook(part))).collect();
        // What promises more comes first; of two that promise the same, the larger amounts.
        parts.sort_by_key(|(part, outlook)| (-outlook.kept_most(), -part.first));
        for (part, outlook) in &parts {
            self.most(*part, outlook, best);
        }
    }

    /// Is so much kept of the steps of a run?
    fn judge(&self, run: Run, kept: i128) -> Judgement {
        if run.count < 1 {
            return Judgement::None;
        }
        if run.count == 1 {
            let enough = self.kept(run.first).is_some_and(|k| k >= kept);
            return if enough { Judgement::All } else { Judgement::None };
        }
        let outlook = self.outlook(run);
        if self.hopeless(&outlook, kept) {
            return Judgement::None;
        }
        let sure = |end: &Prospect| {
            !end.maybe_past
                && end.kept.0 >= kept
                && end.kept.1 <= self.kept.1
                && end.debit.0 >= self.debit.0
                && end.debit.1 <= self.debit.1
        };
        if outlook.ends().all(sure) { Judgement::All } else { Judgement::Some(outlook.classes()) }
    }

    /// Whether no amount of a run can be made and keeps so much.
    fn hopeless(&self, outlook: &Outlook, kept: i128) -> bool {
        outlook.ends().any(|end| {
            end.all_past
                || end.kept.1 < kept
                || end.kept.0 > self.kept.1
                || end.debit.0 > self.debit.1
                || end.debit.1 < self.debit.0
        })
    }

    /// What a run of steps may bring.
    fn outlook(&self, run: Run) -> Outlook {
        Outlook { high: self.terms.prospect(run), low: self.low.as_ref().map(|terms| terms.prospect(run)) }
    }
}

impl Terms<'_> {
    /// What a run of steps may bring.
    fn prospect(&self, run: Run) -> Prospect {
        let step = i128::from(self.tariff.step);
        let (from, to) = (run.first * step, run.step(run.count - 1) * step);
        let stretch = Stretch { from, to, gap: run.stride * step };
        let width = stretch.width();
        let amount = Strip { slope: FINE, low: from * FINE, high: from * FINE };
        let even = Some(Even { first: from, rise: stretch.gap });
        let mut rest = Rest { strip: amount, even, grain: stretch.gap, odd: from, classes: 1 };
        let (mut maybe_past, mut all_past) = (false, false);
        for (charge, left) in self.charges() {
            let past;
            (rest, past) = self.rest_after(charge, left, rest, stretch);
            let strip = rest.strip.at_least(OVERDRAWN, width);
            let (low, high) = rest.whole(strip.range(width));
            rest.strip = strip.or(Strip::constant(low * FINE, high * FINE));
            match past {
                Past::No => {}
                Past::Maybe => maybe_past = true,
                Past::All => (maybe_past, all_past) = (true, true),
            }
        }
        let debit = match self.tariff.side {
            super::Side::Deducted => (from, to),
            super::Side::OnTop => {
                let beside = Rest { odd: 2 * from - rest.odd, ..rest };
                beside.whole(amount.plus(amount.less(rest.strip)).range(width))
            }
        };
        let kept = match self.tariff.side {
            super::Side::Deducted => rest.whole(rest.strip.range(width)),
            super::Side::OnTop => (from, to),
        };
        // Where what is kept trembles more than it grows, halves of the run are no clearer than
        // the whole; amounts at which a charge is rounded in the same way are.
        let Strip { slope, low, high } = rest.strip;
        let trembles = high - low > slope.abs() * width && rest.classes > 1 && run.count >= 4 * rest.classes;
        let classes = [2, 3, 5, 7].into_iter().find(|prime| trembles && rest.classes % prime == 0);
        Prospect { kept, debit, maybe_past, all_past, classes: classes.unwrap_or(1) }
    }

    /// What one charge leaves of what the charges before leave of a stretch of amounts.
    fn rest_after(&self, charge: &Charge, left: FreeLeft, before: Rest, stretch: Stretch) -> (Rest, Past) {
        let Stretch { from, to, gap } = stretch;
        let width = stretch.width();
        let rest = before.strip;
        let amount = Strip { slope: FINE, low: from * FINE, high: from * FINE };
        let even_amount = Even { first: from, rise: gap };
        let charged = amount.less(rest);
        let (base, even) = match charge.base {
            Base::Amount => (amount, Some(even_amount)),
            Base::Charges => (charged, before.even.map(|even| even_amount.less(even))),
            Base::Rest => (rest.at_least(0, width), before.even),
        };
        let nothing = (before, Past::No);
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
        let taxed = base.less(Strip::parts(free)).at_least(0, width);
        let (share, beside, past) = self.scaled(&charge.scale, taxed, width);
        let past = if maybe_nothing && past == Past::All { Past::Maybe } else { past };
        let value = taxed.share(share, width).plus(beside);
        let bounded = charge.min.map_or(value, |min| value.at_least(i128::from(min) * FINE, width));
        let bounded = charge.max.map_or(bounded, |max| bounded.at_most(i128::from(max) * FINE, width));
        let ends = rounded_ends(bounded.range(width), charge.round, charge.round_to);
        // Is the charge a share of all of the base?
        let is_share = bounded.range(width) == value.range(width)
            && base.range(width).0 >= free * FINE
            && (charge.base != Base::Rest || rest.range(width).0 >= 0);
        // Then, where the base is even, so is the charge before it is rounded.
        let even = even.filter(|_| is_share && !maybe_nothing && beside.low == beside.high);
        let even = even.map(|even| Even {
            first: (even.first - free) * share + beside.low / 10,
            rise: even.rise * share,
        });
        let (rounding, classes) = rounding(even, charge.round, charge.round_to);
        // Where the base is what is charged or what is left already, what is left then is a share
        // of it too: it is not less certain for being charged twice.
        let free = Strip::constant(share * free * 10, share * free * 10);
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
            Some(Even { first: ends.low / FINE, rise: 0 })
        } else {
            let parts = |fine: i128| fine / PERCENT_WHOLE;
            let rounded = |even: Even| Even { first: even.first + rounding.low / 10, rise: even.rise };
            let rounded = even.filter(|_| classes == 1).map(rounded);
            rounded.map(|even| Even { first: parts(even.first), rise: parts(even.rise) })
        };
        let (grain, odd) = match known {
            Some(Even { first, rise: 0 }) => (before.grain, before.odd - first),
            _ => (gcd(before.grain, charge.round_to.into()), before.odd),
        };
        let mut after = Rest {
            strip: by_share.or(rest.less(ends)),
            even: before.even.zip(known).map(|(before, charge)| before.less(charge)),
            grain,
            odd,
            classes: match (known, even) {
                (Some(_), _) => before.classes,
                (None, Some(_)) if before.classes == 1 => classes,
                (None, Some(_)) => classes.min(before.classes),
                // The charge is no single share over all of the stretch: halves are clearer.
                (None, None) => 0,
            },
        };
        if charge.clamp && after.strip.range(width).0 < 0 {
            let (low, high) = rest.range(width);
            if high <= 0 {
                return (before, past);
            }
            let strip = if low >= 0 {
                after.strip.at_least(0, width)
            } else {
                Strip::constant(low, after.strip.range(width).1.max(0))
            };
            let grain = gcd(gcd(grain, before.grain), gcd(odd.abs(), before.odd.abs()));
            after = Rest { strip, even: None, grain, odd: 0, classes: 0 };
        }
        if maybe_nothing {
            let most = rest.less(after.strip).range(width).1;
            let strip = rest.less(Strip::constant(0, most.max(0)));
            let grain = gcd(gcd(after.grain, before.grain), (after.odd - before.odd).abs());
            after = Rest { strip, even: None, grain, odd: before.odd, classes: 0 };
        }
        (after, past)
    }

    /// A scale over a stretch, before minimum, maximum and rounding: a share of the base, and what
    /// comes beside it.
    fn scaled(&self, scale: &Scale, base: Strip, width: i128) -> (i128, Strip, Past) {
        let line = |slab: &Slab| (self.percent(slab.percent), Strip::parts(i128::from(slab.flat)));
        // A base is a whole number of parts.
        let (low, high) = base.range(width);
        let low = ceil(low, FINE).max(0);
        let high = high.div_euclid(FINE).max(low);
        match scale {
            Scale::Line(slab) => {
                let (share, beside) = line(slab);
                (share, beside, Past::No)
            }
            Scale::Slabs(slabs) => {
                let (Some(first), last) = (slab_of(slabs, low), slab_of(slabs, high)) else {
                    return (0, Strip::parts(0), Past::All);
                };
                if last.is_some_and(|last| std::ptr::eq(first, last)) {
                    let (share, beside) = line(first);
                    return (share, beside, Past::No);
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
                (0, Strip::constant(least, most), if last.is_none() { Past::Maybe } else { Past::No })
            }
            Scale::Brackets(brackets) => {
                let end = brackets.last().and_then(|b| b.to).map(i128::from);
                if end.is_some_and(|end| low > end) {
                    return (0, Strip::parts(0), Past::All);
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
                    return (share, Strip::constant(beside, beside), Past::No);
                }
                let ends = Strip::constant(value(low), value(high));
                (0, ends, if past { Past::Maybe } else { Past::No })
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
    /// Of none of them.
    None,
    /// Perhaps of some, to be told apart by so many classes, or by halves.
    Some(i128),
    /// Of all.
    All,
}

fn ceil(num: i128, den: i128) -> i128 {
    num.div_euclid(den) + i128::from(num.rem_euclid(den) > 0)
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
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
                    for strip in [
                        rounded_ends((value * 10, value * 10), mode, to),
                        Strip::constant(value * 10, value * 10).plus(rounding(None, mode, to).0),
                    ] {
                        assert!(strip.low <= exact && exact <= strip.high, "{mode:?} {tenths} {to}");
                        assert!(strip.high - strip.low <= i128::from(to) * FINE);
                    }
                }
            }
        }
    }
}
