//! Small payments, and what leaving a platform cost.

use crate::money::{Money, RoundingMode, Unit, percent, round};
use serde::Serialize;
use std::collections::BTreeMap;

/// The withdrawals through one channel over a period, and their charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTotal {
    /// The full id, or `None` for withdrawals recorded by hand.
    pub channel: Option<String>,
    /// The unit of the amounts.
    pub unit: Unit,
    /// Entries.
    pub count: i64,
    /// The amount that the charges are a share of, in minor units.
    pub amount: i64,
    /// The fees, in minor units.
    pub fee: i64,
    /// The taxes, in minor units.
    pub tax: i64,
}

/// The small payments of a period in one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Micropayments {
    /// The unit.
    pub unit: Unit,
    /// Payments up to this amount are small.
    pub threshold: Money,
    /// The number of payments.
    pub count: i64,
    /// Their sum.
    pub amount: Money,
    /// The median; of two middle payments their mean, a half rounded up; null without a payment.
    pub median: Option<Money>,
    /// Their share of all that was spent in the unit.
    pub share_percent: Option<String>,
}

/// Returns the small payments in a unit. `amounts` has the number of payments of each amount, `spent`
/// the sum of all payments in the unit.
pub fn micropayments(threshold: Money, amounts: &BTreeMap<i64, i64>, spent: i64) -> Micropayments {
    let unit = threshold.unit.clone();
    let sum: i128 = amounts.iter().map(|(amount, count)| i128::from(*amount) * i128::from(*count)).sum();
    let count: i64 = amounts.values().sum();
    // The amount at a place in the ordered list of payments.
    let at = |place: i64| {
        let mut before = 0;
        let found = amounts.iter().find(|(_, count)| {
            before += **count;
            before > place
        });
        found.map(|(amount, _)| i128::from(*amount))
    };
    let middle = at((count - 1) / 2).zip(at(count / 2));
    let median = middle.map(|(lower, upper)| round(lower + upper, 2, RoundingMode::HalfUp) as i64);
    Micropayments {
        count,
        amount: unit.money(i64::try_from(sum).unwrap_or(i64::MAX)),
        median: median.map(|m| unit.money(m)),
        share_percent: percent(sum, i128::from(spent)),
        threshold,
        unit,
    }
}

/// The charges of one channel in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelSummary {
    /// The full id, or null for withdrawals recorded by hand.
    pub channel: Option<String>,
    /// The unit of the amounts.
    pub unit: Unit,
    /// Entries.
    pub count: i64,
    /// The amount that the charges are a share of.
    pub amount: Money,
    /// The fees.
    pub fee: Money,
    /// The taxes.
    pub tax: Money,
    /// Fees and taxes as a share of the amount.
    pub effective_percent: Option<String>,
}

/// Returns the row of one channel.
pub fn channel_summary(total: &ChannelTotal) -> ChannelSummary {
    let money = |minor| total.unit.money(minor);
    ChannelSummary {
        channel: total.channel.clone(),
        unit: total.unit.clone(),
        count: total.count,
        amount: money(total.amount),
        fee: money(total.fee),
        tax: money(total.tax),
        effective_percent: percent(i128::from(total.fee) + i128::from(total.tax), i128::from(total.amount)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn won(minor: i64) -> Money {
        Unit::currency("KRW").unwrap().money(minor)
    }

    #[test]
    fn the_median_of_two_middle_payments_is_their_mean_rounded_up() {
        let of = |amounts: &[i64]| {
            let mut counts = BTreeMap::new();
            amounts.iter().for_each(|amount| *counts.entry(*amount).or_default() += 1);
            micropayments(won(10_000), &counts, 100).median.map(|m| m.minor)
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[5]), Some(5));
        assert_eq!(of(&[9, 1, 4]), Some(4));
        assert_eq!(of(&[9, 1, 4, 5]), Some(5));
        assert_eq!(of(&[9, 1, 1, 1]), Some(1));
        assert_eq!(of(&[9, 9, 4, 4]), Some(7));
    }
}
