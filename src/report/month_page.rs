//! Figures of a period that only its web page shows: balances over twelve months, sizes of small
//! payments, what the cheapest channels would have charged, expiries by month.

use super::ChannelSummary;
use crate::ledger::{Account, AccountId, AccountKind};
use crate::money::{Money, Unit};
use crate::period::{Day, Month};
use std::collections::{BTreeMap, HashMap};

/// How many months of balances are shown.
pub const MONTHS: i32 = 12;
/// How many ranges the sizes of small payments are counted in.
const SIZES: i64 = 10;

/// What the web page shows beside the summary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonthPage {
    /// Balances at the ends of months, by unit; banks apart.
    pub balances: Vec<BalanceChart>,
    /// The sizes of small payments, in the order of the summary's micropayments.
    pub sizes: Vec<Vec<PaymentSize>>,
    /// What the cheapest channels would have charged, in the order of the summary's fees.
    pub cheapest: Vec<Option<CheapestCharge>>,
    /// What expires in each month.
    pub expiries: Vec<ExpiryMonth>,
}

/// Balances of accounts of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalanceChart {
    /// The unit.
    pub unit: Unit,
    /// Whether the accounts are at banks: beside them, small balances could not be seen.
    pub is_bank: bool,
    /// The months, oldest first.
    pub months: Vec<Month>,
    /// One line an account.
    pub lines: Vec<MonthlyBalances>,
}

/// The balances of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyBalances {
    /// Its name.
    pub account: String,
    /// The balance at the end of each month, of the last one at the end of the period; `None` before the
    /// first fact.
    pub balances: Vec<Option<Money>>,
}

/// How many small payments were of one range of amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentSize {
    /// The smallest amount of the range.
    pub from: Money,
    /// The largest.
    pub to: Money,
    /// How many there were.
    pub count: i64,
    /// Their sum.
    pub amount: Money,
}

/// What was charged for the withdrawals through a channel, and the least that it could have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheapestCharge {
    /// Fees and taxes.
    pub charged: Money,
    /// Fees and taxes through the cheapest official channel.
    pub cheapest: Money,
    /// The difference.
    pub saving: Money,
}

/// What expires in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiryMonth {
    /// The month.
    pub month: Month,
    /// What expires in it, of one unit.
    pub amount: Money,
}

/// Returns the balances of accounts over the months up to `to`. `closings` are those at the end of the
/// period, `changes` says by how much each balance changed in a month, in the last one until that end;
/// `begun` is the month of each account's first fact.
pub fn balance_charts(
    accounts: &[Account],
    closings: &HashMap<AccountId, i64>,
    changes: &HashMap<(AccountId, Month), i64>,
    begun: &BTreeMap<AccountId, Month>,
    to: Month,
) -> Vec<BalanceChart> {
    let months: Vec<Month> = (1 - MONTHS..=0).map(|back| to.add_months(back)).collect();
    let mut charts: BTreeMap<(bool, bool, &Unit), Vec<MonthlyBalances>> = BTreeMap::new();
    for account in accounts {
        let Some(begun) = begun.get(&account.id).filter(|begun| **begun <= to) else { continue };
        let mut balance = closings.get(&account.id).copied().unwrap_or(0);
        let mut balances: Vec<Option<Money>> = Vec::new();
        for month in months.iter().rev() {
            balances.push((month >= begun).then(|| account.unit.money(balance)));
            balance = balance.saturating_sub(changes.get(&(account.id, *month)).copied().unwrap_or(0));
        }
        balances.reverse();
        // A closed account that was empty all the time would be a line at zero.
        if balances.iter().flatten().all(|balance| balance.minor == 0) {
            continue;
        }
        let is_bank = account.kind == AccountKind::Bank;
        let is_points = Unit::currency(&account.unit.code).is_none();
        let lines = charts.entry((is_bank, is_points, &account.unit)).or_default();
        lines.push(MonthlyBalances { account: account.name.clone(), balances });
    }
    let chart = |((is_bank, _, unit), lines): ((bool, bool, &Unit), Vec<MonthlyBalances>)| BalanceChart {
        unit: unit.clone(),
        is_bank,
        months: months.clone(),
        lines,
    };
    charts.into_iter().map(chart).collect()
}

/// Returns how many payments there are of each range of amounts up to a threshold, in equal ranges.
/// `amounts` says how many there are of each amount.
pub fn sizes(threshold: &Money, amounts: &BTreeMap<i64, i64>) -> Vec<PaymentSize> {
    let unit = &threshold.unit;
    let ranges = SIZES.min(threshold.minor).max(1);
    let end = |range: i64| {
        let end = i128::from(threshold.minor) * i128::from(range) / i128::from(ranges);
        i64::try_from(end).unwrap_or(i64::MAX)
    };
    let size = |range: i64| {
        let (from, to) = (end(range) + 1, end(range + 1));
        let within = if from <= to { amounts.range(from..=to) } else { amounts.range(0..0) };
        let (count, amount) = within.fold((0_i64, 0_i64), |(count, sum), (amount, times)| {
            (count + times, sum.saturating_add(amount.saturating_mul(*times)))
        });
        PaymentSize { from: unit.money(from), to: unit.money(to), count, amount: unit.money(amount) }
    };
    (0..ranges).map(size).collect()
}

/// Returns what was charged through a channel beside the least that it could have been, in parts.
pub fn cheapest_charge(fees: &ChannelSummary, cheapest: i64) -> CheapestCharge {
    let charged = fees.fee.minor.saturating_add(fees.tax.minor);
    CheapestCharge {
        charged: fees.unit.money(charged),
        cheapest: fees.unit.money(cheapest),
        saving: fees.unit.money(charged.saturating_sub(cheapest)),
    }
}

/// Returns what expires in each month from a day on, unit by unit.
pub fn expiry_months(accounts: &[Account], lots: &[(AccountId, Day, i64)], from: Day) -> Vec<ExpiryMonth> {
    let units: HashMap<AccountId, &Unit> = accounts.iter().map(|a| (a.id, &a.unit)).collect();
    let mut sums: BTreeMap<(&Unit, Month), i64> = BTreeMap::new();
    for (account, day, amount) in lots.iter().filter(|(_, day, _)| *day >= from) {
        if let Some(unit) = units.get(account) {
            let sum = sums.entry((unit, day.month())).or_default();
            *sum = sum.saturating_add(*amount);
        }
    }
    let month =
        |((unit, month), parts): ((&Unit, Month), i64)| ExpiryMonth { month, amount: unit.money(parts) };
    sums.into_iter().map(month).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn won(parts: i64) -> Money {
        Unit::currency("KRW").expect("a currency").money(parts)
    }

    fn account(id: i64, kind: AccountKind) -> Account {
        Account {
            id: AccountId(id),
            name: format!("a{id}"),
            platform: None,
            kind,
            unit: won(0).unit,
            limit: None,
            bill_day: None,
            note: None,
            closed: false,
        }
    }

    #[test]
    fn balances_go_back_from_the_closing_one_to_the_first_fact() {
        let to = Month::parse_iso("2026-10").expect("a month");
        let accounts =
            [account(1, AccountKind::Wallet), account(2, AccountKind::Bank), account(3, AccountKind::Wallet)];
        let closings = HashMap::from([(AccountId(1), 500), (AccountId(2), 9), (AccountId(3), 0)]);
        let changes = HashMap::from([
            ((AccountId(1), to), 100),
            ((AccountId(1), to.add_months(-1)), -50),
            ((AccountId(1), to.add_months(-2)), 450),
        ]);
        let begun =
            BTreeMap::from([(AccountId(1), to.add_months(-2)), (AccountId(2), to), (AccountId(3), to)]);
        let charts = balance_charts(&accounts, &closings, &changes, &begun, to);
        let parts = |chart: &BalanceChart| -> Vec<Option<i64>> {
            chart.lines[0].balances.iter().map(|b| b.as_ref().map(|b| b.minor)).collect()
        };
        assert_eq!(charts.len(), 2);
        assert!(!charts[0].is_bank && charts[1].is_bank);
        assert_eq!(charts[0].lines.len(), 1, "an account that was always empty has no line");
        assert_eq!(parts(&charts[0])[9..], [Some(450), Some(400), Some(500)]);
        assert_eq!(parts(&charts[0])[..9], [None; 9]);
        assert_eq!((charts[0].months.len(), charts[0].months[11]), (12, to));
    }

    #[test]
    fn every_small_payment_is_in_one_range() {
        let amounts = BTreeMap::from([(1, 2), (1_000, 1), (1_001, 3), (9_999, 1), (10_000, 4)]);
        let rows = sizes(&won(10_000), &amounts);
        let counts: Vec<i64> = rows.iter().map(|row| row.count).collect();
        assert_eq!(counts, [3, 3, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert_eq!((rows[1].from.minor, rows[1].to.minor, rows[1].amount.minor), (1_001, 2_000, 3_003));
        for threshold in [1, 3, 7, 10, 11, 999, i64::MAX] {
            let rows = sizes(&won(threshold), &BTreeMap::new());
            assert_eq!((rows[0].from.minor, rows[rows.len() - 1].to.minor), (1, threshold));
            assert!(rows.windows(2).all(|pair| pair[0].to.minor + 1 == pair[1].from.minor), "{threshold}");
            assert!(rows.iter().all(|row| row.from.minor <= row.to.minor), "{threshold}");
        }
        assert_eq!(sizes(&won(0), &amounts).len(), 1);
    }

    #[test]
    fn expiries_are_summed_by_month_from_a_day_on() {
        let day = |text: &str| Day::parse_iso(text).expect("a date");
        let lots = [
            (AccountId(1), day("2026-10-30"), 5),
            (AccountId(1), day("2026-11-01"), 10),
            (AccountId(2), day("2026-11-30"), 20),
            (AccountId(1), day("2027-01-01"), 40),
        ];
        let accounts = [account(1, AccountKind::Rewards), account(2, AccountKind::Rewards)];
        let rows = expiry_months(&accounts, &lots, day("2026-10-31"));
        let said: Vec<(String, i64)> = rows.iter().map(|r| (r.month.to_string(), r.amount.minor)).collect();
        assert_eq!(said, [("2026-11".into(), 30), ("2027-01".into(), 40)]);
    }
}
