//! The exact arithmetic of the charges of one withdrawal.

use super::{
    Base, Channel, Charge, ChargeKind, Crossing, PERCENT_WHOLE, Percent, Platform, Scale, Side, Slab,
};
use super::{QuotaKey, QuotaUsage, Tariff};
use crate::money::{RoundingMode, round};
use crate::period::LocalDateTime;

/// A rule at a moment, with the balance and the used quotas.
#[derive(Clone, Debug)]
pub struct PricingContext<'a> {
    /// The rule in force.
    pub tariff: &'a Tariff,
    /// The channel it belongs to.
    pub channel: &'a Channel,
    /// The available balance in minor units; `None` if it is unknown.
    pub available: Option<i64>,
    /// Minor units that the limits still allow, or `None` for no limit.
    pub amount_left: Option<i64>,
    /// Whether a limit on the number of withdrawals is used up.
    pub count_used_up: bool,
    /// The rest of the free quota of each charge, in the order of the charges.
    free_left: Vec<FreeLeft>,
    /// Which end of a range of percentages applies.
    end: RateEnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RateEnd {
    Low,
    High,
}

/// The rest of a free quota; `None` for a part that the quota does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreeLeft {
    /// Number of withdrawals.
    pub count: Option<i64>,
    /// Minor units.
    pub amount: Option<i64>,
}

/// The charges of one withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charges {
    /// The sum of the fees.
    pub fee: i128,
    /// The sum of the taxes.
    pub tax: i128,
}

impl Charges {
    /// Returns the sum of fees and taxes.
    pub fn sum(&self) -> i128 {
        self.fee + self.tax
    }
}

impl<'a> PricingContext<'a> {
    /// Returns the terms of a channel at a moment, or `None` if no rule is in force. `used` returns
    /// the used part of a quota.
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

    /// Returns the terms of one rule of a channel. `limit` and `free` return the used part of a
    /// limit, or of the free quota of a charge, by its index in the rule.
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

    /// Returns the terms at the lower end of every range of percentages; `None` if there is no
    /// range.
    pub fn at_low_end(&self) -> Option<PricingContext<'a>> {
        let ranges = |slab: &Slab| slab.percent.low != slab.percent.high;
        let ranged = self.tariff.charges.iter().any(|c| match &c.scale {
            Scale::Line(line) => ranges(line),
            Scale::Slabs(slabs) | Scale::Brackets(slabs) => slabs.iter().any(ranges),
        });
        ranged.then(|| PricingContext { end: RateEnd::Low, ..self.clone() })
    }

    /// Returns each charge with the rest of its free quota.
    pub(super) fn charges(&self) -> impl Iterator<Item = (&'a Charge, FreeLeft)> + '_ {
        self.tariff.charges.iter().zip(self.free_left.iter().copied())
    }

    /// Returns the rest of the free quota of a charge, by its index.
    pub fn free_of(&self, charge: usize) -> FreeLeft {
        self.free_left.get(charge).copied().unwrap_or_default()
    }

    /// Returns the free amount that a charge leaves for the next withdrawal, and how a larger one
    /// is charged; `None` if none of it is free, or all of it.
    pub fn free_amount_of(&self, charge: usize) -> Option<(i64, Crossing)> {
        let free = self.tariff.charges.get(charge)?.free.as_ref()?;
        let left = self.free_of(charge);
        Some((left.amount.filter(|_| left.count != Some(0))?, free.crossing))
    }

    /// Uses up the free amounts of some charges.
    pub fn use_up_free_amounts(&mut self, of: impl Fn(usize) -> bool) {
        for (charge, left) in self.free_left.iter_mut().enumerate() {
            left.amount = left.amount.map(|amount| if of(charge) { 0 } else { amount });
        }
    }

    /// Returns whether a charge, by its index, is zero for any amount because free withdrawals are
    /// left.
    pub fn is_free(&self, charge: usize) -> bool {
        let free = self.tariff.charges.get(charge).and_then(|c| c.free.as_ref());
        let left = self.free_of(charge);
        free.is_some() && left.count != Some(0) && left.amount.is_none()
    }

    /// Returns the bracket charge on a base in hundred-millionths of a minor unit; `None` past the
    /// last bracket, or without brackets.
    pub fn bracket_sum(&self, charge: &Charge, base: i128) -> Option<i128> {
        match &charge.scale {
            Scale::Brackets(brackets) => self.brackets(brackets, base),
            _ => None,
        }
    }

    /// Returns the rest of the first free quota of the rule.
    pub fn free_left(&self) -> Option<FreeLeft> {
        self.charges().find(|(charge, _)| charge.free.is_some()).map(|(_, left)| left)
    }

    /// Returns the percentage that applies, in millionths of a percent.
    pub(super) fn percent(&self, percent: Percent) -> i128 {
        i128::from(if self.end == RateEnd::High { percent.high } else { percent.low })
    }

    /// Returns whether an amount is below the share of the balance from which a charge applies. If
    /// the balance is unknown, the charge applies.
    pub(super) fn below_share(&self, charge: &Charge, amount: i128) -> bool {
        match (charge.share_from, self.available) {
            (Some(share), Some(available)) => {
                amount * PERCENT_WHOLE < i128::from(share) * i128::from(available)
            }
            _ => false,
        }
    }

    /// Returns the charges of a withdrawal of an amount in minor units, or `None` past the end of a
    /// scale.
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

    /// Returns one charge of an amount, after the charges `before`.
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
        // In hundred-millionths of a minor unit, every percentage is a whole number.
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

    /// Returns the charge of a scale of brackets in hundred-millionths of a minor unit; `None` past
    /// its end.
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

    /// Returns what leaves the balance for a withdrawal of an amount with these charges.
    pub fn debit(&self, amount: i128, charges: Charges) -> i128 {
        match self.tariff.side {
            Side::Deducted => amount,
            Side::OnTop => amount + charges.sum(),
        }
    }

    /// Returns the rest of the amount before it is converted.
    pub fn net_before_conversion(&self, amount: i128, charges: Charges) -> i128 {
        match self.tariff.side {
            Side::Deducted => amount - charges.sum(),
            Side::OnTop => amount,
        }
    }

    /// Returns the fraction that converts withdrawn to received minor units.
    pub fn conversion(&self, withdrawn_decimals: u8) -> (i128, i128) {
        self.channel.conversion(withdrawn_decimals)
    }
}

/// Returns the first slab that reaches the base.
pub(super) fn slab_of(slabs: &[Slab], base: i128) -> Option<&Slab> {
    slabs.iter().find(|slab| slab.to.is_none_or(|to| base <= i128::from(to)))
}

/// Applies the minimum, then the maximum, in hundred-millionths of a minor unit.
fn bound(value: i128, charge: &Charge) -> i128 {
    let fine = |minor: i64| i128::from(minor) * PERCENT_WHOLE;
    let value = charge.min.map_or(value, |min| value.max(fine(min)));
    charge.max.map_or(value, |max| value.min(fine(max)))
}

/// Rounds hundred-millionths of a minor unit to a multiple of `to` minor units.
pub(super) fn rounded(value: i128, mode: RoundingMode, to: i64) -> i128 {
    let to = i128::from(to);
    round(value, PERCENT_WHOLE * to, mode) * to
}
