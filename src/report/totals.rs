//! Amounts owned and owed, unit by unit and in one unit.

use super::{RateSource, Rates};
use crate::ledger::Account;
use crate::money::{Money, MoneyError, Unit};
use crate::period::Day;
use serde::Serialize;
use std::collections::BTreeMap;

/// The amounts owned and owed in one unit.
#[derive(Clone, Debug, Serialize)]
pub struct Total {
    /// The unit.
    pub unit: Unit,
    /// The amount owned.
    pub own: Money,
    /// The amount owed, at least 0.
    pub owe: Money,
    /// The difference.
    pub net: Money,
}

/// Returns the total of each unit of accounts with their balances, money before points.
pub fn totals<'a>(accounts: impl IntoIterator<Item = (&'a Account, i64)>) -> Vec<Total> {
    let mut sums: BTreeMap<&Unit, (i64, i64)> = BTreeMap::new();
    for (account, balance) in accounts {
        let (own, owe) = sums.entry(&account.unit).or_default();
        if account.is_carrier() && balance < 0 {
            *owe = owe.saturating_sub(balance);
        } else {
            *own = own.saturating_add(balance);
        }
    }
    let total = |(unit, (own, owe)): (&Unit, (i64, i64))| Total {
        unit: unit.clone(),
        own: unit.money(own),
        owe: unit.money(owe),
        net: unit.money(own.saturating_sub(owe)),
    };
    let mut totals: Vec<Total> = sums.into_iter().map(total).collect();
    totals.sort_by_cached_key(|total| Unit::currency(&total.unit.code).is_none());
    totals
}

/// The amounts owned and owed of all units, in one.
#[derive(Clone, Debug, Serialize)]
pub struct Exchange {
    /// The unit.
    pub unit: Unit,
    /// The amount owned.
    pub own: Money,
    /// The amount owed, at least 0.
    pub owe: Money,
    /// The difference.
    pub net: Money,
    /// Whether the amounts of some unit are missing.
    pub partial: bool,
    /// The units without a rate.
    pub missing: Vec<Unit>,
    /// The source of the rate of each other unit.
    pub by: BTreeMap<Unit, RateSource>,
}

/// Why totals have no sum in one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExchangeError {
    /// None of these units has a rate.
    NoRate(Vec<Unit>),
    /// A sum does not fit.
    Money(MoneyError),
}

impl From<MoneyError> for ExchangeError {
    fn from(error: MoneyError) -> ExchangeError {
        ExchangeError::Money(error)
    }
}

/// Returns totals in one unit by the rates of a day. A unit in which nothing is owned or owed needs no
/// rate; others without one are left out, unless all are.
pub fn exchange(totals: &[Total], unit: &Unit, rates: &Rates, on: Day) -> Result<Exchange, ExchangeError> {
    let (mut own, mut owe, mut missing) = (unit.zero(), unit.zero(), Vec::new());
    let mut by = BTreeMap::new();
    let mut is_known = totals.is_empty();
    for total in totals {
        if total.own.minor == 0 && total.owe.minor == 0 {
            is_known = true;
            continue;
        }
        let converted = |money: &Money| rates.exchanged(money, unit, on);
        match (converted(&total.own), converted(&total.owe)) {
            (Some((more_own, source)), Some((more_owe, _))) => {
                own = own.checked_add(&more_own)?;
                owe = owe.checked_add(&more_owe)?;
                is_known = true;
                if total.unit != *unit {
                    by.insert(total.unit.clone(), source);
                }
            }
            _ if rates.leads(&total.unit, unit, on) => return Err(MoneyError::TooLarge.into()),
            _ => missing.push(total.unit.clone()),
        }
    }
    if !is_known {
        return Err(ExchangeError::NoRate(missing));
    }
    let net = own.checked_sub(&owe)?;
    Ok(Exchange { net, partial: !missing.is_empty(), unit: unit.clone(), own, owe, missing, by })
}
