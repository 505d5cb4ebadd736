//! The oracle: section 4 of the contract, word by word, for one amount at a time. It shares
//! nothing with the engine but the names of the reasons, and knows no shortcut.

use crate::shapes::{Base, Case, Charge, Free, Line, Mode, Past, Per, Scale, date};
use chrono::Datelike;
use jandon::fee::{Outcome, Reason};

/// Which end of the percents that are a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Low,
    High,
}

/// Fractions are whole numbers over this: it holds hundredths of a millionth of a part.
const OVER: i128 = 100_000_000;

/// What is used of a quota.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    count: i128,
    amount: i128,
}

pub struct Oracle<'c> {
    case: &'c Case,
    /// What is used of the free quota of each charge.
    frees: Vec<Spent>,
    /// What is used of each limit.
    limits: Vec<Spent>,
}

impl<'c> Oracle<'c> {
    pub fn of(case: &'c Case) -> Oracle<'c> {
        let tariff = &case.tariff;
        let frees = tariff.charges.iter().map(|charge| match &charge.free {
            Some(free) => spent(case, free.per, free.pool),
            None => Spent::default(),
        });
        let limits = tariff.limits.iter().map(|limit| spent(case, limit.per, limit.pool));
        Oracle { case, frees: frees.collect(), limits: limits.collect() }
    }

    /// Is there a rule for the day? The case leaves out the day after the last one of its rule.
    pub fn in_force(&self) -> bool {
        self.case.until.is_none_or(|until| until >= 0)
    }

    /// What one withdrawal comes to where a percent is a range that only the app knows: the less that
    /// arrives, and of equal sums the more that leaves. It can be made if it can at both ends.
    pub fn judge(&self, amount: i64) -> Result<Outcome, Reason> {
        self.of_ends(amount, true).map(|(worst, _)| worst)
    }

    /// The same at the better end.
    pub fn best(&self, amount: i64) -> Option<Outcome> {
        self.of_ends(amount, true).ok().map(|(_, best)| best)
    }

    /// What it would come to, worse and better end, where the balance alone is in the way.
    pub fn if_covered(&self, amount: i64) -> Option<(Outcome, Outcome)> {
        let alone = self.judge(amount) == Err(Reason::InsufficientBalance);
        self.of_ends(amount, false).ok().filter(|_| alone)
    }

    fn of_ends(&self, amount: i64, covered: bool) -> Result<(Outcome, Outcome), Reason> {
        let mut ends = [self.at(amount, End::High, covered)?, self.at(amount, End::Low, covered)?];
        // Of equals, the higher percent counts as the worse.
        ends.sort_by(|a, b| a.net.cmp(&b.net).then(b.debit.cmp(&a.debit)));
        Ok((ends[0], ends[1]))
    }

    /// What one withdrawal comes to at one end, or the first reason why it cannot be made.
    fn at(&self, amount: i64, end: End, covered: bool) -> Result<Outcome, Reason> {
        let (case, tariff) = (self.case, &self.case.tariff);
        let x = i128::from(amount);
        if !self.in_force() {
            return Err(Reason::NotInForce);
        }
        if tariff.min.is_some_and(|min| amount < min) {
            return Err(Reason::BelowMinimum);
        }
        let charges = self.charges(x, end);
        let Some((fee, tax)) = charges.filter(|_| tariff.max.is_none_or(|max| amount <= max)) else {
            return Err(Reason::AboveMaximum);
        };
        if amount % tariff.step != 0 {
            return Err(Reason::OffStep);
        }
        let debit = if tariff.on_top { x + fee + tax } else { x };
        if let Some(balance) = case.balance.map(i128::from) {
            if tariff.whole_balance && debit != balance {
                return Err(Reason::WholeBalanceOnly);
            }
            if debit > balance && covered {
                return Err(Reason::InsufficientBalance);
            }
        }
        for (limit, used) in tariff.limits.iter().zip(&self.limits) {
            let count_over = limit.count.is_some_and(|count| used.count + 1 > i128::from(count));
            if count_over || limit.amount.is_some_and(|most| x > (i128::from(most) - used.amount).max(0)) {
                return Err(Reason::OverLimit);
            }
        }
        let kept = if tariff.on_top { x } else { x - fee - tax };
        let net = self.converted(kept);
        if net <= 0 {
            return Err(Reason::NothingLeft);
        }
        // What does not fit a 64-bit number of minor units is refused; no reason of the contract says so
        // better than that it is too much.
        if net > i64::MAX.into() || debit > i64::MAX.into() {
            return Err(Reason::AboveMaximum);
        }
        Ok(Outcome { debit, fee, tax, net })
    }

    /// Parts of the unit received for parts kept, rounded down.
    fn converted(&self, kept: i128) -> i128 {
        let (num, den, _) = self.case.rate;
        let received = self.case.pays.unwrap_or(self.case.unit).decimals;
        let scale = |decimals: u8| 10_i128.pow(decimals.into());
        (kept * i128::from(num) * scale(received))
            .div_euclid(i128::from(den) * scale(self.case.unit.decimals))
    }

    /// Fee and tax, or `None` past the end of a closed scale.
    fn charges(&self, x: i128, end: End) -> Option<(i128, i128)> {
        let (mut fee, mut tax) = (0, 0);
        for (charge, used) in self.case.tariff.charges.iter().zip(&self.frees) {
            let value = self.charge(charge, *used, x, fee + tax, end)?;
            if charge.tax { tax += value } else { fee += value }
        }
        Some((fee, tax))
    }

    fn charge(&self, charge: &Charge, used: Spent, x: i128, before: i128, end: End) -> Option<i128> {
        // 1. The base, and the share of the balance from which the charge applies.
        let mut b = match charge.base {
            Base::Amount => x,
            Base::Charges => before,
            Base::Rest => (x - before).max(0),
        };
        if let (Some(share), Some(balance)) = (charge.share_from, self.case.balance)
            && x * OVER < i128::from(share) * i128::from(balance)
        {
            return Some(0);
        }
        // 2. What is free of it.
        if let Some(free) = &charge.free {
            match freed(free, used, x, b) {
                None => return Some(0),
                Some(left) => b = left,
            }
        }
        // 3. The value, as a fraction.
        let line = |line: &Line, b: i128| {
            let percent = line.percent.map_or(0, |(low, high)| if end == End::Low { low } else { high });
            i128::from(line.flat.unwrap_or(0)) * OVER + i128::from(percent) * b
        };
        let mut v = match &charge.scale {
            Scale::Line(only) => line(only, b),
            Scale::Slabs(slabs) => {
                let slab = slabs.iter().find(|(to, _)| to.is_none_or(|to| b <= i128::from(to)))?;
                line(&slab.1, b)
            }
            Scale::Brackets(brackets) => {
                if brackets.last().is_some_and(|(to, _)| to.is_some_and(|to| b > i128::from(to))) {
                    return None;
                }
                let mut from = 0;
                let mut sum = 0;
                for (to, bracket) in brackets {
                    // A bracket is reached by a base above where it begins.
                    if b > from {
                        sum += line(bracket, to.map_or(b, |to| b.min(to.into())) - from);
                    }
                    from = to.map_or(b, i128::from);
                }
                sum
            }
        };
        // 4. Minimum, maximum, rounding, clamp.
        v = v.max(charge.min.map_or(v, |min| i128::from(min) * OVER));
        v = v.min(charge.max.map_or(v, |max| i128::from(max) * OVER));
        let value = rounded(v, charge.mode, charge.to.into());
        // Charges before that take more than all leave nothing to clamp to.
        Some(if charge.clamp { value.min((x - before).max(0)) } else { value })
    }
}

/// What of the base is charged, or `None` where nothing is.
fn freed(free: &Free, used: Spent, x: i128, b: i128) -> Option<i128> {
    if free.count.is_some_and(|count| used.count >= i128::from(count)) {
        return Some(b);
    }
    let amount = free.amount.map(i128::from)?;
    let r = (amount - used.amount).max(0);
    match free.cliff {
        true => (x > r).then_some(b),
        false => (b > r).then(|| b - r),
    }
}

/// A fraction, rounded to a multiple of that many minor units.
fn rounded(v: i128, mode: Mode, to: i128) -> i128 {
    let grain = to * OVER;
    let below = v.div_euclid(grain);
    let twice = 2 * (v - below * grain);
    let up = match mode {
        Mode::HalfUp => twice >= grain,
        Mode::HalfEven => twice > grain || (twice == grain && below.rem_euclid(2) == 1),
        Mode::Up => twice > 0,
        Mode::Down => false,
    };
    (below + i128::from(up)) * to
}

/// What the withdrawals of the window that count here come to.
fn spent(case: &Case, per: Per, pool: Option<&'static str>) -> Spent {
    let counts = |past: &&Past| {
        let asked = case.day * 86_400 + case.second;
        let at = asked - past.seconds_ago;
        let channel = !past.other || pool.is_some_and(|pool| case.shared.contains(&pool));
        let (then, now) = (date(at.div_euclid(86_400)), date(case.day));
        let window = match per {
            Per::Day => then == now,
            Per::Week => then.iso_week() == now.iso_week(),
            Per::Month => (then.year(), then.month()) == (now.year(), now.month()),
            Per::Year => then.year() == now.year(),
            Per::Lifetime => true,
            Per::Rolling(hours) => past.seconds_ago < hours * 3_600,
        };
        // What lies after the moment asked does not count yet.
        channel && window && at <= asked
    };
    case.history.iter().filter(counts).fold(Spent::default(), |sum, past| Spent {
        count: sum.count + 1,
        amount: sum.amount + i128::from(past.amount),
    })
}
