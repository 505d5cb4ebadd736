//! The arithmetic of charges: what one withdrawal costs, exactly.

use super::{
    Base, Channel, Charge, ChargeKind, Crossing, PERCENT_WHOLE, Percent, Platform, Scale, Side, Slab,
};
use super::{QuotaKey, QuotaUsage, Tariff};
use crate::money::{RoundingMode, round};
use crate::period::LocalDateTime;

/// A tariff at a moment, with what the balance and the ledger decide about it.
#[derive(Clone, Debug)]
pub struct PricingContext<'a> {
    /// The rule in force.
    pub tariff: &'a Tariff,
    /// The channel it belongs to.
    pub channel: &'a Channel,
    /// What may leave the balance, in minor units; `None` where it is not known.
    pub available: Option<i64>,
    /// Parts that the limits still allow, or `None` for no limit.
    pub amount_left: Option<i64>,
    /// A limit on the number of withdrawals is used up.
    pub count_used_up: bool,
    /// What is left of the free quota of each charge, in the order of the charges.
    free_left: Vec<FreeLeft>,
    /// Which end of a range of percents is taken.
    end: RateEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RateEnd {
    Low,
    High,
}

/// What is left of a free quota; `None` where there is no such part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreeLeft {
    /// Withdrawals.
    pub count: Option<i64>,
    /// Parts.
    pub amount: Option<i64>,
}

/// What the charges of one withdrawal come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charges {
    /// The sum of the fees.
    pub fee: i128,
    /// The sum of the taxes.
    pub tax: i128,
}

impl Charges {
    /// Fees and taxes together.
    pub fn sum(&self) -> i128 {
        self.fee + self.tax
    }
}

impl<'a> PricingContext<'a> {
    /// The terms of a channel at a moment, or `None` where no rule is in force. `used` answers
    /// what of each quota is used.
    pub fn of(
        platform: &Platform,
        channel: &'a Channel,
        at: LocalDateTime,
        available: Option<i64>,
        used: impl Fn(&QuotaKey) -> QuotaUsage,
    ) -> Option<PricingContext<'a>> {
        let tariff = channel.tariff_on(at.day())?;
        let asked = |per, pool: Option<&str>| used(&platform.quota_key(channel, per, pool, at));
        let limit = |i: usize| asked(tariff.limits[i].per, tariff.limits[i].pool.as_deref());
        let free = |i: usize| {
            let free = tariff.charges[i].free.as_ref();
            free.map_or(QuotaUsage::default(), |free| asked(free.per, free.pool.as_deref()))
        };
        Some(PricingContext::for_tariff(channel, tariff, available, limit, free))
    }

    /// The terms of one rule of a channel. `limit` and `free` answer what is used of the limit, or
    /// of the free quota of the charge, of that place in the rule.
    pub fn for_tariff(
        channel: &'a Channel,
        tariff: &'a Tariff,
        available: Option<i64>,
        limit: impl Fn(usize) -> QuotaUsage,
        free: impl Fn(usize) -> QuotaUsage,
    ) -> PricingContext<'a> {
        let mut amount_left: Option<i64> = None;
        let mut count_used_up = false;
        for (i, row) in tariff.limits.iter().enumerate() {
            let used = limit(i);
            if let Some(amount) = row.amount {
                let left = amount.saturating_sub(used.amount).max(0);
                amount_left = Some(amount_left.map_or(left, |other| other.min(left)));
            }
            count_used_up |= row.count.is_some_and(|count| used.count >= count);
        }
        let left = |(i, charge): (usize, &Charge)| {
            let Some(row) = &charge.free else { return FreeLeft::default() };
            let used = free(i);
            FreeLeft {
                count: row.count.map(|count| (count - used.count).max(0)),
                amount: row.amount.map(|amount| amount.saturating_sub(used.amount).max(0)),
            }
        };
        let free_left = tariff.charges.iter().enumerate().map(left).collect();
        PricingContext {
            tariff,
            channel,
            available,
            amount_left,
            count_used_up,
            free_left,
            end: RateEnd::High,
        }
    }

    /// The same terms at the lower end of every range of percents; `None` where there is no range.
    pub fn at_low_end(&self) -> Option<PricingContext<'a>> {
        let ranges = |slab: &Slab| slab.percent.low != slab.percent.high;
        let ranged = self.tariff.charges.iter().any(|c| match &c.scale {
            Scale::Line(line) => ranges(line),
            Scale::Slabs(slabs) | Scale::Brackets(slabs) => slabs.iter().any(ranges),
        });
        ranged.then(|| PricingContext { end: RateEnd::Low, ..self.clone() })
    }

    /// Each charge with what is left of its free quota.
    pub(super) fn charges(&self) -> impl Iterator<Item = (&'a Charge, FreeLeft)> + '_ {
        self.tariff.charges.iter().zip(self.free_left.iter().copied())
    }

    /// What is left of the free quota of the charge of that place.
    pub fn free_of(&self, charge: usize) -> FreeLeft {
        self.free_left.get(charge).copied().unwrap_or_default()
    }

    /// Returns the amount that a charge leaves free of the next withdrawal, and what a larger one pays;
    /// `None` where nothing of it is free, or all.
    pub fn free_amount_of(&self, charge: usize) -> Option<(i64, Crossing)> {
        let free = self.tariff.charges.get(charge)?.free.as_ref()?;
        let left = self.free_of(charge);
        Some((left.amount.filter(|_| left.count != Some(0))?, free.crossing))
    }

    /// Leaves nothing of the free amounts of some charges.
    pub fn use_up_free_amounts(&mut self, of: impl Fn(usize) -> bool) {
        for (charge, left) in self.free_left.iter_mut().enumerate() {
            left.amount = left.amount.map(|amount| if of(charge) { 0 } else { amount });
        }
    }

    /// Does the charge of that place cost nothing whatever the amount, for withdrawals are left that are free?
    pub fn is_free(&self, charge: usize) -> bool {
        let free = self.tariff.charges.get(charge).and_then(|c| c.free.as_ref());
        let left = self.free_of(charge);
        free.is_some() && left.count != Some(0) && left.amount.is_none()
    }

    /// What the brackets of a charge come to for a base, in hundred-millionths of a part; `None`
    /// past their end, or where it has none.
    pub fn bracket_sum(&self, charge: &Charge, base: i128) -> Option<i128> {
        match &charge.scale {
            Scale::Brackets(brackets) => self.brackets(brackets, base),
            _ => None,
        }
    }

    /// What is left of the first free quota, if the tariff has one.
    pub fn free_left(&self) -> Option<FreeLeft> {
        self.charges().find(|(charge, _)| charge.free.is_some()).map(|(_, left)| left)
    }

    /// The percent in force, in millionths of a percent.
    pub(super) fn percent(&self, percent: Percent) -> i128 {
        i128::from(if self.end == RateEnd::High { percent.high } else { percent.low })
    }

    /// Is an amount below the share of the balance from which the charge applies? Where the
    /// balance is not known, it applies.
    pub(super) fn below_share(&self, charge: &Charge, amount: i128) -> bool {
        match (charge.share_from, self.available) {
            (Some(share), Some(available)) => {
                amount * PERCENT_WHOLE < i128::from(share) * i128::from(available)
            }
            _ => false,
        }
    }

    /// What a withdrawal of that many minor units is charged, or `None` past a closed scale.
    pub fn charge(&self, amount: i128) -> Option<Charges> {
        let mut sums = Charges { fee: 0, tax: 0 };
        for (charge, left) in self.charges() {
            let value = self.one(charge, left, amount, sums.sum())?;
            match charge.kind {
                ChargeKind::Fee => sums.fee += value,
                ChargeKind::Tax => sums.tax += value,
            }
        }
        Some(sums)
    }

    /// One charge of an amount, after the charges `before`.
    fn one(&self, charge: &Charge, left: FreeLeft, amount: i128, before: i128) -> Option<i128> {
        let mut base = match charge.base {
            Base::Amount => amount,
            Base::Charges => before,
            Base::Rest => (amount - before).max(0),
        };
        if self.below_share(charge, amount) {
            return Some(0);
        }
        if let Some(free) = &charge.free
            && left.count != Some(0)
        {
            match (left.amount, free.crossing) {
                (None, _) => return Some(0),
                (Some(rest), Crossing::Cliff) if amount <= i128::from(rest) => return Some(0),
                (Some(_), Crossing::Cliff) => {}
                (Some(rest), Crossing::Marginal) => {
                    base = (base - i128::from(rest)).max(0);
                    if base == 0 {
                        return Some(0);
                    }
                }
            }
        }
        // In hundred-millionths of a part, so that every percent is whole.
        let value = match &charge.scale {
            Scale::Line(line) => self.line(line, base),
            Scale::Slabs(slabs) => self.line(slab_of(slabs, base)?, base),
            Scale::Brackets(brackets) => self.brackets(brackets, base)?,
        };
        let bounded = bound(value, charge);
        let value = rounded(bounded, charge.round, charge.round_to);
        Some(if charge.clamp { value.min((amount - before).max(0)) } else { value })
    }

    fn line(&self, slab: &Slab, base: i128) -> i128 {
        i128::from(slab.flat) * PERCENT_WHOLE + self.percent(slab.percent) * base
    }

    /// The charge of a marginal scale in hundred-millionths of a part; `None` past its end.
    pub(super) fn brackets(&self, brackets: &[Slab], base: i128) -> Option<i128> {
        let (mut value, mut from) = (0, 0);
        for bracket in brackets {
            if base > from {
                let to = bracket.to.map_or(base, |to| base.min(i128::from(to)));
                value += self.line(bracket, to - from);
            }
            match bracket.to {
                Some(to) if base > i128::from(to) => from = i128::from(to),
                _ => return Some(value),
            }
        }
        None
    }

    /// What leaves the balance for a withdrawal of that amount and those charges.
    pub fn debit(&self, amount: i128, charges: Charges) -> i128 {
        match self.tariff.side {
            Side::Deducted => amount,
            Side::OnTop => amount + charges.sum(),
        }
    }

    /// What is left of the amount before it is converted.
    pub fn net_before_conversion(&self, amount: i128, charges: Charges) -> i128 {
        match self.tariff.side {
            Side::Deducted => amount - charges.sum(),
            Side::OnTop => amount,
        }
    }

    /// The fraction by which kept parts become received parts.
    pub fn conversion(&self, withdrawn_decimals: u8) -> (i128, i128) {
        self.channel.conversion(withdrawn_decimals)
    }
}

/// The first slab that reaches the base.
pub(super) fn slab_of(slabs: &[Slab], base: i128) -> Option<&Slab> {
    slabs.iter().find(|slab| slab.to.is_none_or(|to| base <= i128::from(to)))
}

/// At least the minimum, then at most the maximum, in hundred-millionths of a part.
fn bound(value: i128, charge: &Charge) -> i128 {
    let fine = |minor: i64| i128::from(minor) * PERCENT_WHOLE;
    let value = charge.min.map_or(value, |min| value.max(fine(min)));
    charge.max.map_or(value, |max| value.min(fine(max)))
}

/// Hundred-millionths of a part, rounded to a multiple of `to` parts.
pub(super) fn rounded(value: i128, mode: RoundingMode, to: i64) -> i128 {
    let to = i128::from(to);
    round(value, PERCENT_WHOLE * to, mode) * to
}
