//! What a period did: the summary of a month, and the shorter lists that people ask for alone.
//!
//! Everything here is reckoned from aggregates; nothing is read.

use crate::ledger::{Account, AccountBalance, AccountId, AccountKind, Expires, FlowKind, Flows, Kind};
use crate::money::{Money, Rate, RoundingMode, Unit, percent, round};
use crate::period::{Day, Month, Period};
use crate::text;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// What was spent, earned or refunded under one category in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryTotal {
    /// Spend, earn or refund.
    pub kind: Kind,
    /// The category, or none.
    pub category: Option<String>,
    /// The unit of the amount.
    pub unit: Unit,
    /// Entries.
    pub count: i64,
    /// Parts.
    pub amount: i64,
}

/// What left through one channel in a stretch of time, and what it was charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelTotal {
    /// The full id, or `None` for what was booked by hand.
    pub channel: Option<String>,
    /// The unit of the amounts.
    pub unit: Unit,
    /// Entries.
    pub count: i64,
    /// What the charges are a share of, in minor units.
    pub amount: i64,
    /// The fees, in minor units.
    pub fee: i64,
    /// The taxes, in minor units.
    pub tax: i64,
}

/// One row of the accounts: how the opening balance became the closing one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountSummary {
    /// Its name.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// The balance before the period.
    pub opening: Money,
    /// One sum for each heading.
    #[serde(flatten)]
    pub flows: BTreeMap<&'static str, Money>,
    /// The balance at its end.
    pub closing: Money,
    /// Money owed: people read its balances as positive.
    #[serde(skip)]
    pub owed: bool,
}

/// The row of one account, or `None` where it has neither a balance nor a fact in the period.
pub fn account_summary(account: &Account, opening: i64, flows: Flows) -> Option<AccountSummary> {
    if flows.facts == 0 && opening == 0 {
        return None;
    }
    let money = |minor| account.unit.money(minor);
    Some(AccountSummary {
        account: account.name.clone(),
        unit: account.unit.clone(),
        opening: money(opening),
        flows: FlowKind::ALL.into_iter().map(|m| (m.as_str(), money(flows.of(m)))).collect(),
        closing: money(opening + flows.net()),
        owed: account.is_carrier(),
    })
}

/// What went to or came from one category, beside the period before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CategorySummary {
    /// The category, or null.
    pub category: Option<String>,
    /// The unit of the amounts.
    pub unit: Unit,
    /// The sum of the period.
    pub amount: Money,
    /// Entries.
    pub count: i64,
    /// What came back of it.
    pub refunded: Money,
    /// Share of all amounts in the unit.
    pub share_percent: Option<String>,
    /// The sum of the period before.
    pub previous: Money,
    /// By how much it changed.
    pub change_percent: Option<String>,
}

/// What came under one category in one unit.
#[derive(Default)]
struct CategorySums<'t> {
    /// The category as it was written first.
    category: Option<&'t str>,
    amount: i64,
    count: i64,
    refunded: i64,
    previous: i64,
    /// There is an entry of the kind in question, not only a refund.
    is_listed: bool,
}

/// Returns one row for each category and unit that has an entry of that kind in one of the two
/// periods, the largest first within its unit.
///
/// Categories that differ only in case or Unicode form are one, spelled as it stands first in the
/// totals.
pub fn categories(kind: Kind, now: &[CategoryTotal], before: &[CategoryTotal]) -> Vec<CategorySummary> {
    let mut sums: BTreeMap<(&Unit, Option<Cow<'_, str>>), CategorySums<'_>> = BTreeMap::new();
    let mut all: HashMap<&Unit, i128> = HashMap::new();
    for (total, is_now) in now.iter().map(|t| (t, true)).chain(before.iter().map(|t| (t, false))) {
        let is_refund = is_now && kind == Kind::Spend && total.kind == Kind::Refund;
        if total.kind != kind && !is_refund {
            continue;
        }
        let folded = total.category.as_deref().map(text::fold_case);
        let row = sums.entry((&total.unit, folded)).or_default();
        row.category = row.category.or(total.category.as_deref());
        row.is_listed |= !is_refund;
        match (is_refund, is_now) {
            (true, _) => row.refunded += total.amount,
            (false, true) => {
                row.amount += total.amount;
                row.count += total.count;
                *all.entry(&total.unit).or_default() += i128::from(total.amount);
            }
            (false, false) => row.previous += total.amount,
        }
    }
    let mut rows: Vec<CategorySummary> = sums
        .into_iter()
        .filter(|(_, sums)| sums.is_listed)
        .map(|((unit, _), sums)| {
            let (amount, previous) = (i128::from(sums.amount), i128::from(sums.previous));
            CategorySummary {
                category: sums.category.map(String::from),
                unit: unit.clone(),
                amount: unit.money(sums.amount),
                count: sums.count,
                refunded: unit.money(sums.refunded),
                share_percent: percent(amount, all.get(unit).copied().unwrap_or(0)),
                previous: unit.money(sums.previous),
                change_percent: percent(amount - previous, previous),
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        (a.unit.cmp(&b.unit))
            .then(b.amount.minor.cmp(&a.amount.minor))
            .then(b.previous.minor.cmp(&a.previous.minor))
    });
    rows
}

/// The small payments of a period in one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Micropayments {
    /// The unit.
    pub unit: Unit,
    /// Payments up to this amount are small.
    pub threshold: Money,
    /// How many there were.
    pub count: i64,
    /// Their sum.
    pub amount: Money,
    /// The middle one; of two the mean, a half rounded up; null where there is none.
    pub median: Option<Money>,
    /// Their share of all that was spent in the unit.
    pub share_percent: Option<String>,
}

/// The small payments among all that was spent in a unit; `amounts` says how many there were of each
/// amount.
pub fn micropayments(threshold: Money, amounts: &BTreeMap<i64, i64>, spent: i64) -> Micropayments {
    let unit = threshold.unit.clone();
    let sum: i128 = amounts.iter().map(|(amount, count)| i128::from(*amount) * i128::from(*count)).sum();
    let count: i64 = amounts.values().sum();
    // The amount that has so many others before it.
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

/// What one channel was charged in a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChannelSummary {
    /// The full id, or null for what was booked by hand.
    pub channel: Option<String>,
    /// The unit of the amounts.
    pub unit: Unit,
    /// Entries.
    pub count: i64,
    /// What the charges are a share of.
    pub amount: Money,
    /// The fees.
    pub fee: Money,
    /// The taxes.
    pub tax: Money,
    /// Fees and taxes as a share of the amount.
    pub effective_percent: Option<String>,
}

/// The row of one channel.
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

/// A lot of points that will expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpiringLot {
    /// Whose points.
    pub account: String,
    /// Their unit.
    pub unit: Unit,
    /// How many.
    pub amount: Money,
    /// Their last day.
    pub expires: Day,
    /// Days until then; 0 on the last day.
    pub days_left: i32,
}

/// Lots that expire from a day on, within so many days, soonest first.
pub fn expiring(
    accounts: &[Account],
    lots: &[(AccountId, Day, i64)],
    today: Day,
    within: i32,
) -> Vec<ExpiringLot> {
    let accounts: HashMap<AccountId, &Account> = accounts.iter().map(|a| (a.id, a)).collect();
    let mut rows: Vec<ExpiringLot> = lots
        .iter()
        .filter(|(_, day, _)| (0..=within).contains(&(day.0 - today.0)))
        .filter_map(|(id, day, amount)| {
            let account = accounts.get(id)?;
            Some(ExpiringLot {
                account: account.name.clone(),
                unit: account.unit.clone(),
                amount: account.unit.money(*amount),
                expires: *day,
                days_left: day.0 - today.0,
            })
        })
        .collect();
    rows.sort_by(|a, b| (a.expires, &a.account).cmp(&(b.expires, &b.account)));
    rows
}

/// Points of which nobody said when they expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownExpiry {
    /// Whose points.
    pub account: String,
    /// Their unit.
    pub unit: Unit,
    /// How many.
    pub amount: Money,
}

/// Returns what the balances of points and gift cards hold beyond their lots, and so do those of
/// other accounts with a lot; `lots` are all that are open, with what never expires.
pub fn without_expiry(
    accounts: &[Account],
    balances: &HashMap<AccountId, AccountBalance>,
    lots: &[(AccountId, Expires, i64)],
) -> Vec<UnknownExpiry> {
    let mut of_lots: HashMap<AccountId, i64> = HashMap::new();
    for (account, _, amount) in lots {
        *of_lots.entry(*account).or_default() += amount;
    }
    let unknown = |account: &Account| {
        let lots = of_lots.get(&account.id);
        let may_expire = matches!(account.kind, AccountKind::Rewards | AccountKind::Giftcard);
        let rest = balances.get(&account.id)?.balance - lots.copied().unwrap_or(0);
        (rest > 0 && (may_expire || lots.is_some())).then(|| UnknownExpiry {
            account: account.name.clone(),
            unit: account.unit.clone(),
            amount: account.unit.money(rest),
        })
    };
    let mut rows: Vec<UnknownExpiry> = accounts.iter().filter_map(unknown).collect();
    rows.sort_unstable_by(|a, b| a.account.cmp(&b.account));
    rows
}

/// What state a bill is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BillStatus {
    /// Its day of payment is over.
    Overdue,
    /// It is billed.
    Due,
    /// Its month is not over.
    Unbilled,
}

/// What is still owed of a month's charges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// Whose.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// What is still owed.
    pub amount: Money,
    /// The month of the charges.
    pub charges_of: Month,
    /// The day of payment; null where the account has no bill day.
    pub due: Option<Day>,
    /// Overdue, due or unbilled.
    pub status: BillStatus,
}

/// Every open bill on a day, the first due first.
pub fn bills(accounts: &[Account], open: &[(AccountId, Month, i64)], today: Day) -> Vec<Bill> {
    let accounts: HashMap<AccountId, &Account> = accounts.iter().map(|a| (a.id, a)).collect();
    let mut rows: Vec<Bill> = open
        .iter()
        .filter_map(|(id, month, amount)| {
            let account = accounts.get(id)?;
            let due = account.bill_day.map(|day| month.add_months(1).day(u32::from(day)));
            let status = if *month >= today.month() {
                BillStatus::Unbilled
            } else if due.is_some_and(|due| due < today) {
                BillStatus::Overdue
            } else {
                BillStatus::Due
            };
            Some(Bill {
                account: account.name.clone(),
                unit: account.unit.clone(),
                amount: account.unit.money(*amount),
                charges_of: *month,
                due,
                status,
            })
        })
        .collect();
    rows.sort_by(|a, b| (a.charges_of, a.due, &a.account).cmp(&(b.charges_of, b.due, &b.account)));
    rows
}

/// A rate with the day from which it holds: one `unit` is worth `rate` of `of`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedRate {
    /// What is valued.
    pub unit: Unit,
    /// How much of `of` one of it is worth.
    pub rate: Rate,
    /// In which unit.
    pub of: Unit,
    /// From which day on.
    pub day: Day,
}

/// What one part of a unit is worth in minor units of another on a day, as a fraction: by the latest
/// rate between the two, either way round, else through one third unit; `None` where no rate leads
/// there. Of two rates of one day the later one in the list holds.
pub fn worth(rates: &[DatedRate], unit: &Unit, of: &Unit, on: Day) -> Option<(i128, i128)> {
    if unit == of {
        return Some((1, 1));
    }
    let direct = |a: &Unit, b: &Unit| -> Option<(i128, i128)> {
        let fits =
            |r: &&DatedRate| r.day <= on && ((&r.unit == a && &r.of == b) || (&r.unit == b && &r.of == a));
        let found = rates.iter().filter(fits).max_by_key(|r| r.day)?;
        let (num, den) = (i128::from(found.rate.num), i128::from(found.rate.den));
        let (num, den) = if &found.unit == a { (num, den) } else { (den, num) };
        Some((num * i128::from(b.minor_per_major()), den * i128::from(a.minor_per_major())))
    };
    direct(unit, of).or_else(|| {
        let mut between: Vec<&Unit> = rates.iter().flat_map(|r| [&r.unit, &r.of]).collect();
        between.sort_unstable();
        between.dedup();
        between.into_iter().filter(|u| *u != unit && *u != of).find_map(|third| {
            let (a, b) = (direct(unit, third)?, direct(third, of)?);
            Some((a.0.checked_mul(b.0)?, a.1.checked_mul(b.1)?))
        })
    })
}

/// An amount in another unit on a day, a half rounded away from zero; `None` without a rate, or
/// where it does not fit.
pub fn exchanged(rates: &[DatedRate], amount: &Money, of: &Unit, on: Day) -> Option<Money> {
    let (num, den) = worth(rates, &amount.unit, of, on)?;
    let minor = i128::from(amount.minor).unsigned_abs() as i128;
    let converted = round(minor.checked_mul(num)?, den, RoundingMode::HalfUp);
    let minor = i64::try_from(converted).ok()?;
    Some(of.money(if amount.minor < 0 { -minor } else { minor }))
}

/// Whose rate leads from one unit to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RateSource {
    /// The user set it.
    User,
    /// The catalog's best channel has it.
    Catalog,
}

/// The rates by which amounts are valued: the user's and, where they lead nowhere, the catalog's.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    user: Vec<DatedRate>,
    all: Vec<DatedRate>,
}

impl Rates {
    /// Rates of the user and of the catalog's channels; the latter hold whatever the day.
    pub fn new(user: Vec<DatedRate>, catalog: Vec<DatedRate>) -> Rates {
        let since_ever = catalog.into_iter().map(|rate| DatedRate { day: Day(i32::MIN), ..rate });
        let all = since_ever.chain(user.iter().cloned()).collect();
        Rates { user, all }
    }

    /// Returns an amount in another unit on a day, as [`exchanged`] does, and whose rate led there.
    pub fn exchanged(&self, amount: &Money, of: &Unit, on: Day) -> Option<(Money, RateSource)> {
        let by = |rates: &[DatedRate], source| Some((exchanged(rates, amount, of, on)?, source));
        by(&self.user, RateSource::User).or_else(|| by(&self.all, RateSource::Catalog))
    }

    /// Returns whether a rate leads from one unit to another on a day.
    pub fn leads(&self, from: &Unit, to: &Unit, on: Day) -> bool {
        worth(&self.all, from, to, on).is_some()
    }
}

/// What left an account on a day for another unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The account.
    pub account: AccountId,
    /// What left it, without fee and tax.
    pub left: Money,
    /// What was received for it.
    pub received: Money,
    /// The day.
    pub day: Day,
}

impl Conversion {
    /// Returns by how much more left than what was received is worth, in minor units of the unit that left;
    /// none where no rate between the two units is known.
    pub fn loss(&self, rates: &Rates) -> Option<i64> {
        let (worth, _) = rates.exchanged(&self.received, &self.left.unit, self.day)?;
        self.left.minor.checked_sub(worth.minor)
    }
}

/// How the balances of one unit changed over a period. `opening` and all `changes` add up to
/// `closing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// All accounts of the unit before the period, what is owed counted as negative.
    pub opening: Money,
    /// What changed them, signed; nothing that is 0.
    pub changes: Vec<(HeadlineChange, Money)>,
    /// All accounts of the unit at the end.
    pub closing: Money,
}

/// A reason for which the balances of a unit change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadlineChange {
    /// Seen for the first time.
    FirstSeen,
    /// Spent.
    Spent,
    /// Earned.
    Earned,
    /// Refunded.
    Refunded,
    /// Fees and taxes.
    Fees,
    /// Expired points.
    Expired,
    /// To or from other people, other units, or outside. Transfers between accounts of the unit
    /// cancel out.
    Moved,
    /// What snapshots show beyond the entries.
    Unexplained,
}

/// Returns the headline of each unit that has an account, money before points.
pub fn headlines(accounts: &[AccountSummary]) -> Vec<Headline> {
    let mut units: Vec<&Unit> = accounts.iter().map(|account| &account.unit).collect();
    units.sort_by_cached_key(|unit| (Unit::currency(&unit.code).is_none(), *unit));
    units.dedup();
    units.into_iter().map(|unit| headline(unit, accounts.iter().filter(|a| a.unit == *unit))).collect()
}

fn headline<'a>(unit: &Unit, accounts: impl Iterator<Item = &'a AccountSummary> + Clone) -> Headline {
    use HeadlineChange::*;
    let total = |of: &dyn Fn(&AccountSummary) -> i64| {
        unit.money(accounts.clone().fold(0_i64, |sum, account| sum.saturating_add(of(account))))
    };
    let sum = |measures: &[(FlowKind, i64)]| {
        total(&|account| {
            let minor =
                |measure: FlowKind| account.flows.get(measure.as_str()).map_or(0, |money| money.minor);
            measures.iter().map(|(measure, sign)| sign * minor(*measure)).sum()
        })
    };
    let changes = [
        (FirstSeen, sum(&[(FlowKind::FirstSeen, 1)])),
        (Spent, sum(&[(FlowKind::Spent, -1)])),
        (Earned, sum(&[(FlowKind::Earned, 1)])),
        (Refunded, sum(&[(FlowKind::Refunded, 1)])),
        (Fees, sum(&[(FlowKind::Fees, -1), (FlowKind::Taxes, -1)])),
        (Expired, sum(&[(FlowKind::Expired, -1)])),
        (
            Moved,
            sum(&[
                (FlowKind::MovedIn, 1),
                (FlowKind::ToppedUp, 1),
                (FlowKind::BillPaid, 1),
                (FlowKind::MovedOut, -1),
                (FlowKind::Withdrawn, -1),
            ]),
        ),
        (Unexplained, sum(&[(FlowKind::Unexplained, 1), (FlowKind::FirstSeen, -1)])),
    ];
    Headline {
        opening: total(&|account| account.opening.minor),
        changes: changes.into_iter().filter(|(_, money)| money.minor != 0).collect(),
        closing: total(&|account| account.closing.minor),
    }
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

    #[test]
    fn categories_that_differ_in_case_are_one() {
        let total = |kind, category: Option<&str>, amount| CategoryTotal {
            kind,
            category: category.map(String::from),
            unit: won(0).unit,
            count: 1,
            amount,
        };
        let now = [
            total(Kind::Spend, Some("Café"), 30),
            total(Kind::Spend, Some("CAFE\u{301}"), 10),
            total(Kind::Spend, None, 60),
            total(Kind::Refund, Some("café"), 5),
            total(Kind::Refund, Some("bus"), 7),
            total(Kind::Earn, Some("café"), 1),
        ];
        let before = [total(Kind::Spend, Some("CAFÉ"), 20), total(Kind::Refund, Some("tram"), 3)];
        let rows = categories(Kind::Spend, &now, &before);
        let said: Vec<_> = rows
            .iter()
            .map(|r| (r.category.as_deref(), r.amount.minor, r.count, r.refunded.minor, r.previous.minor))
            .collect();
        assert_eq!(said, [(None, 60, 1, 0, 0), (Some("Café"), 40, 2, 5, 20)]);
        assert_eq!(rows[1].share_percent.as_deref(), Some("40.00"));
        assert_eq!(rows[1].change_percent.as_deref(), Some("100.00"));
        assert_eq!(categories(Kind::Earn, &now, &before).len(), 1);
    }

    #[test]
    fn a_rate_holds_from_its_day_on_and_leads_both_ways_and_through_a_third_unit() {
        let unit = |code: &str| Unit::currency(code).unwrap_or_else(|| Unit::new(code, 0));
        let rate = |a: &str, value: &str, b: &str, day: &str| DatedRate {
            unit: unit(a),
            rate: Rate::parse(value).unwrap(),
            of: unit(b),
            day: Day::parse_iso(day).unwrap(),
        };
        let rates = [
            rate("USD", "1300", "KRW", "2026-01-01"),
            rate("USD", "1400", "KRW", "2026-06-01"),
            rate("TOSSP", "1", "KRW", "2026-01-01"),
        ];
        let in_unit = |amount: Money, of: &str, day: &str| {
            exchanged(&rates, &amount, &unit(of), Day::parse_iso(day).unwrap()).map(|m| m.minor)
        };
        assert_eq!(in_unit(unit("USD").money(150), "KRW", "2026-05-31"), Some(1_950));
        assert_eq!(in_unit(unit("USD").money(150), "KRW", "2026-06-01"), Some(2_100));
        assert_eq!(in_unit(unit("KRW").money(-2_100), "USD", "2026-06-01"), Some(-150));
        assert_eq!(in_unit(unit("TOSSP").money(14_000), "USD", "2026-06-01"), Some(1_000));
        assert_eq!(in_unit(unit("USD").money(100), "KRW", "2025-12-31"), None);
        assert_eq!(in_unit(unit("EUR").money(100), "KRW", "2026-06-01"), None);
    }

    #[test]
    fn a_headline_adds_up_and_transfers_within_a_unit_cancel() {
        let account = |name: &str, opening: i64, sums: &[(FlowKind, i64)]| {
            let mut flows = Flows::default();
            flows.facts = 1;
            sums.iter().for_each(|(measure, amount)| flows.add(*measure, *amount));
            let account = Account {
                id: AccountId(1),
                name: name.into(),
                platform: None,
                kind: crate::ledger::AccountKind::Wallet,
                unit: Unit::currency("KRW").unwrap(),
                limit: None,
                bill_day: None,
                note: None,
                closed: false,
            };
            account_summary(&account, opening, flows).unwrap()
        };
        let rows = [
            account(
                "kakao",
                50_000,
                &[
                    (FlowKind::Spent, 12_000),
                    (FlowKind::MovedOut, 10_000),
                    (FlowKind::Fees, 500),
                    (FlowKind::Unexplained, -2_500),
                ],
            ),
            account(
                "bank",
                0,
                &[
                    (FlowKind::Unexplained, 300_000),
                    (FlowKind::FirstSeen, 300_000),
                    (FlowKind::MovedIn, 11_250),
                ],
            ),
        ];
        let [headline] = <[Headline; 1]>::try_from(headlines(&rows)).unwrap();
        let changes: Vec<(HeadlineChange, i64)> =
            headline.changes.iter().map(|(change, money)| (*change, money.minor)).collect();
        use HeadlineChange::*;
        assert_eq!(
            changes,
            [(FirstSeen, 300_000), (Spent, -12_000), (Fees, -500), (Moved, 1_250), (Unexplained, -2_500)]
        );
        let sum: i64 = headline.changes.iter().map(|(_, money)| money.minor).sum();
        assert_eq!((headline.opening.minor, headline.closing.minor), (50_000, 336_250));
        assert_eq!(headline.opening.minor + sum, headline.closing.minor);
    }

    #[test]
    fn the_users_rates_come_before_those_of_the_catalog() {
        let unit = |code: &str| Unit::currency(code).unwrap_or_else(|| Unit::new(code, 0));
        let rate = |a: &str, value: &str, b: &str| DatedRate {
            unit: unit(a),
            rate: Rate::parse(value).unwrap(),
            of: unit(b),
            day: Day::parse_iso("2026-01-01").unwrap(),
        };
        let rates = Rates::new(
            vec![rate("TOSSP", "0.9", "KRW"), rate("USD", "1400", "KRW")],
            vec![rate("TOSSP", "1", "KRW"), rate("LPOINT", "1", "KRW")],
        );
        let on = Day::parse_iso("2026-02-01").unwrap();
        let worth = |code: &str, of: &str| {
            rates.exchanged(&unit(code).money(1_400), &unit(of), on).map(|(money, by)| (money.minor, by))
        };
        assert_eq!(worth("TOSSP", "KRW"), Some((1_260, RateSource::User)));
        assert_eq!(worth("LPOINT", "KRW"), Some((1_400, RateSource::Catalog)));
        assert_eq!(worth("LPOINT", "USD"), Some((100, RateSource::Catalog)));
        assert_eq!(worth("OTHER", "KRW"), None);
        let conversion = |left: &str, received: i64| Conversion {
            account: AccountId(1),
            left: unit(left).money(1_400),
            received: won(received),
            day: on,
        };
        assert_eq!(conversion("LPOINT", 1_260).loss(&rates), Some(140));
        assert_eq!(conversion("TOSSP", 1_260).loss(&rates), Some(0));
        assert_eq!(conversion("OTHER", 1).loss(&rates), None);
    }

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

    #[test]
    fn a_bill_is_due_on_the_last_day_of_a_shorter_month() {
        let account = Account {
            id: AccountId(1),
            name: "skt".into(),
            platform: None,
            kind: crate::ledger::AccountKind::Carrier,
            unit: Unit::currency("KRW").unwrap(),
            limit: None,
            bill_day: Some(31),
            note: None,
            closed: false,
        };
        let month = Month::parse_iso("2026-01").unwrap();
        let today = Day::parse_iso("2026-02-10").unwrap();
        let bill = &bills(std::slice::from_ref(&account), &[(AccountId(1), month, 500)], today)[0];
        assert_eq!((bill.due.unwrap().to_string().as_str(), bill.status), ("2026-02-28", BillStatus::Due));
    }
}
