//! A longer period, month by month.

use super::{AccountSummary, CategorySummary, Conversion, Headline, HeadlineChange, headlines};
use crate::ledger::FlowKind;
use crate::money::{Money, Unit};
use crate::period::Day;
use serde::Serialize;
use std::collections::BTreeMap;

/// How the balances of one unit changed in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthSummary {
    /// The month: `2026-10`.
    pub month: String,
    /// Its first day in the period.
    pub from: Day,
    /// Its last day in the period.
    pub to: Day,
    /// The unit.
    pub unit: Unit,
    /// All accounts of the unit before the month, money owed counted as negative.
    pub opening: Money,
    /// One sum for each kind of flow.
    #[serde(flatten)]
    pub flows: BTreeMap<&'static str, Money>,
    /// All accounts of the unit at its end.
    pub closing: Money,
    /// What was spent, by category.
    pub spending: Vec<MonthSpending>,
    /// What changed the balances.
    #[serde(skip)]
    pub changes: Vec<(HeadlineChange, Money)>,
}

/// What was spent on one category in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthSpending {
    /// The category, or null.
    pub category: Option<String>,
    /// The sum.
    pub amount: Money,
    /// Entries.
    pub count: i64,
    /// The amount refunded.
    pub refunded: Money,
}

/// Returns one row for each unit of a month, money before points.
pub fn month_summaries(
    month: &str,
    (from, to): (Day, Day),
    accounts: &[AccountSummary],
    spending: &[CategorySummary],
    conversions: &[Conversion],
) -> Vec<MonthSummary> {
    let row = |headline: Headline| {
        let unit = headline.closing.unit.clone();
        let of_unit = || accounts.iter().filter(|account| account.unit == unit);
        let sum = |kind: FlowKind| {
            let amounts = of_unit().filter_map(|account| account.flows.get(kind.as_str()));
            unit.money(amounts.fold(0, |sum, money| money.minor.saturating_add(sum)))
        };
        let spent = |row: &CategorySummary| MonthSpending {
            category: row.group.name().map(String::from),
            amount: row.amount.clone(),
            count: row.count,
            refunded: row.refunded.clone(),
        };
        MonthSummary {
            month: month.to_string(),
            from,
            to,
            opening: headline.opening,
            flows: FlowKind::ALL.into_iter().map(|kind| (kind.as_str(), sum(kind))).collect(),
            closing: headline.closing,
            spending: spending.iter().filter(|row| row.unit == unit).map(spent).collect(),
            changes: headline.changes,
            unit,
        }
    };
    headlines(accounts, conversions).into_iter().map(row).collect()
}
