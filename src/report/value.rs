//! The value of using each platform: amounts earned less fees, taxes and losses.

use super::{Conversion, Rates};
use crate::ledger::{Account, AccountId, AccountKind, FlowKind, Flows};
use crate::money::{Money, Unit, percent};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// The value of using one platform in one unit.
#[derive(Debug, Serialize)]
pub struct PlatformValue {
    /// The platform, or the account that is on none.
    pub platform: String,
    /// The accounts on it.
    #[serde(skip)]
    pub names: Vec<String>,
    /// The unit.
    pub unit: Unit,
    /// The amount earned.
    pub earned: Money,
    /// The fees paid.
    pub fees: Money,
    /// The taxes withheld.
    pub taxes: Money,
    /// The amount expired.
    pub expired: Money,
    /// The loss by conversion to other units; null if a rate between two is unknown.
    pub converted: Option<Money>,
    /// The amount earned less fees, taxes, expired points and losses; null if a loss is unknown.
    pub value: Option<Money>,
    /// The amount spent.
    pub spent: Money,
    /// The value as a share of the amount spent.
    pub percent_of_spend: Option<String>,
}

impl PlatformValue {
    fn new(
        platform: String,
        names: Vec<String>,
        unit: Unit,
        flows: &Flows,
        converted: Option<i64>,
    ) -> PlatformValue {
        let money = |kind| unit.money(flows.of(kind));
        let kept = flows.of(FlowKind::Earned)
            - flows.of(FlowKind::Fees)
            - flows.of(FlowKind::Taxes)
            - flows.of(FlowKind::Expired);
        let value = converted.map(|lost| kept - lost);
        PlatformValue {
            platform,
            names,
            earned: money(FlowKind::Earned),
            fees: money(FlowKind::Fees),
            taxes: money(FlowKind::Taxes),
            expired: money(FlowKind::Expired),
            converted: converted.map(|minor| unit.money(minor)),
            value: value.map(|minor| unit.money(minor)),
            spent: money(FlowKind::Spent),
            percent_of_spend: value
                .and_then(|value| percent(i128::from(value), i128::from(flows.of(FlowKind::Spent)))),
            unit,
        }
    }
}

/// Returns one row for each platform and unit in which something happened. Banks and carriers have
/// none; an account on no platform stands for itself.
pub fn platform_values(
    accounts: &[Account],
    flows: &HashMap<AccountId, Flows>,
    conversions: &[Conversion],
    rates: &Rates,
) -> Vec<PlatformValue> {
    let key = |account: &Account| {
        let platform = account.platform.clone().unwrap_or_else(|| account.name.clone());
        (platform, account.unit.clone())
    };
    let mut sums: BTreeMap<(String, Unit), (Flows, Vec<String>)> = BTreeMap::new();
    for account in accounts {
        // Points can expire in a period without a fact.
        let counts = |flows: &&Flows| flows.facts > 0 || flows.of(FlowKind::Expired) != 0;
        let holds_value =
            matches!(account.kind, AccountKind::Rewards | AccountKind::Wallet | AccountKind::Giftcard);
        let Some(flows) = flows.get(&account.id).filter(counts).filter(|_| holds_value) else { continue };
        let (sum, names) = sums.entry(key(account)).or_default();
        names.push(account.name.clone());
        for kind in [FlowKind::Earned, FlowKind::Fees, FlowKind::Taxes, FlowKind::Expired, FlowKind::Spent] {
            sum.add(kind, flows.of(kind));
        }
    }
    // The loss of a row is unknown as soon as the rate of one conversion is.
    let mut lost: BTreeMap<(String, Unit), Option<i64>> = BTreeMap::new();
    for conversion in conversions {
        let Some(account) = accounts.iter().find(|account| account.id == conversion.account) else {
            continue;
        };
        let lost = lost.entry(key(account)).or_insert(Some(0));
        *lost = lost.zip(conversion.loss(rates)).and_then(|(sum, loss)| sum.checked_add(loss));
    }
    let rows = sums.into_iter().map(|(key, (sum, names))| {
        let converted = lost.get(&key).copied().unwrap_or(Some(0));
        PlatformValue::new(key.0, names, key.1, &sum, converted)
    });
    rows.collect()
}
