//! The figures of a period.
//!
//! Everything here is computed from totals that the caller has read. For each account, and for each
//! unit, the opening balance and all flows add up to the closing balance.

mod accounts;
mod attention;
pub mod calendar;
mod categories;
mod charges;
mod due;
pub mod month_page;
mod months;
mod rates;
mod totals;
mod value;

use crate::ledger::{Account, AccountBalance, AccountId, Flows, Kind};
use crate::money::{Money, Unit};
use crate::period::{Day, Month, Period};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

pub use accounts::{AccountColumns, AccountSummary, Headline, HeadlineChange, account_summary, headlines};
pub use attention::{AttentionItem, attention};
pub use categories::{CategorySummary, CategoryTotal, Group, Grouping, categories};
pub use charges::{ChannelSummary, ChannelTotal, Micropayments, channel_summary, micropayments};
pub use due::{Bill, BillStatus, ExpiringLot, UnknownExpiry, bills, expiring, without_expiry};
pub use months::{MonthSpending, MonthSummary, month_summaries};
pub use rates::{Conversion, DatedRate, RateSource, Rates, exchanged, worth};
pub use totals::{Exchange, ExchangeError, Total, exchange, totals};
pub use value::{PlatformValue, platform_values};

/// Number of days after the end of a period for which its summary lists points that expire.
pub const EXPIRING_DAYS: i32 = 60;

/// The totals of a period from which its summary is built.
#[derive(Debug)]
pub struct SummaryInput<'a> {
    /// Every account.
    pub accounts: &'a [Account],
    /// What moved each account in the period.
    pub flows: HashMap<AccountId, Flows>,
    /// The balances at the end of the period.
    pub closing: HashMap<AccountId, AccountBalance>,
    /// What spending and income are grouped by.
    pub grouping: Grouping,
    /// The totals by category or payee.
    pub categories: Vec<CategoryTotal>,
    /// The same of the period that it is compared with.
    pub previous: Vec<CategoryTotal>,
    /// For each threshold in use the number of payments of each amount up to it.
    pub micropayments: Vec<(Money, BTreeMap<i64, i64>)>,
    /// The totals by channel. Charges on top are no part of the amount that they are a share of.
    pub channels: Vec<ChannelTotal>,
    /// What was converted from one unit into another.
    pub conversions: Vec<Conversion>,
    /// The lots that are open at the end.
    pub lots: Vec<(AccountId, Day, i64)>,
    /// The bills that are open at the end.
    pub bills: Vec<(AccountId, Month, i64)>,
    /// The last day.
    pub end: Day,
}

/// The figures of a period.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// How the balances of each unit changed: sums of `accounts`.
    #[serde(skip)]
    pub headlines: Vec<Headline>,
    /// One row an account.
    pub accounts: Vec<AccountSummary>,
    /// What needs attention at the end, the most urgent first.
    #[serde(skip)]
    pub attention: Vec<AttentionItem>,
    /// Amounts spent, by category or payee.
    pub spending: Vec<CategorySummary>,
    /// Amounts earned, by category or payee.
    pub income: Vec<CategorySummary>,
    /// The small payments, a unit each.
    pub micropayments: Vec<Micropayments>,
    /// The cost of leaving, by channel.
    pub fees: Vec<ChannelSummary>,
    /// Points that expire soon after the period.
    pub expiring: Vec<ExpiringLot>,
    /// Open bills at the end of the period.
    pub due: Vec<Bill>,
    /// Amounts owned and owed at the end, a unit each.
    pub totals: Vec<Total>,
}

impl Summary {
    /// Computes all figures of a period.
    pub fn build(input: &SummaryInput<'_>) -> Summary {
        let closing = |account: &Account| input.closing.get(&account.id).map_or(0, |closing| closing.balance);
        let row = |account: &Account| {
            let flows = input.flows.get(&account.id).copied().unwrap_or_default();
            account_summary(account, closing(account) - flows.net(), flows)
        };
        let accounts: Vec<AccountSummary> = input.accounts.iter().filter_map(row).collect();
        let held = input.accounts.iter().map(|account| (account, closing(account)));
        let held = held.filter(|(account, balance)| !account.closed || *balance != 0);
        let small = input.micropayments.iter().map(|(threshold, amounts)| {
            let spent = spent(&input.categories, &threshold.unit).unwrap_or(0);
            micropayments(threshold.clone(), amounts, spent)
        });
        let grouped = |kind| categories(kind, input.grouping, &input.categories, &input.previous);
        let expiring = expiring(input.accounts, &input.lots, input.end, EXPIRING_DAYS);
        let due = bills(input.accounts, &input.bills, input.end);
        Summary {
            headlines: headlines(&accounts, &input.conversions),
            attention: attention(input.accounts, &accounts, &due, &expiring),
            accounts,
            spending: grouped(Kind::Spend),
            income: grouped(Kind::Earn),
            micropayments: small.collect(),
            fees: input.channels.iter().map(channel_summary).collect(),
            expiring,
            due,
            totals: totals(held),
        }
    }
}

/// Returns the amount spent in a unit; `None` without a payment in it.
pub fn spent(totals: &[CategoryTotal], unit: &Unit) -> Option<i64> {
    let spends = totals.iter().filter(|total| total.kind == Kind::Spend && total.unit == *unit);
    spends.map(|total| total.amount).reduce(|a, b| a + b)
}

/// The stretch of days that a running period is compared with: as many days of the period before.
pub fn compared(period: &Period, today: Day) -> (Option<(Day, Day)>, bool) {
    let (Some(from), Some(to)) = (period.from, period.to) else { return (None, false) };
    let Some((before_from, before_to)) = period.previous().and_then(|p| p.from.zip(p.to)) else {
        return (None, false);
    };
    let running = from <= today && today < to;
    if !running {
        return (Some((before_from, before_to)), false);
    }
    let last = before_from.add_days(today.0 - from.0);
    (Some((before_from, last.min(before_to))), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_month_is_compared_with_as_many_days_of_the_month_before() {
        let day = |text: &str| Day::parse_iso(text).unwrap();
        let compare = |period: &str, today: &str| {
            let (days, part) = compared(&Period::parse(period, day(today), 1).unwrap(), day(today));
            (days.map(|(a, b)| format!("{a}..{b}")), part)
        };
        assert_eq!(compare("2026-10", "2026-11-22"), (Some("2026-09-01..2026-09-30".into()), false));
        assert_eq!(compare("2026-11", "2026-11-22"), (Some("2026-10-01..2026-10-22".into()), true));
        assert_eq!(compare("2026-03", "2026-03-30"), (Some("2026-02-01..2026-02-28".into()), true));
    }
}
