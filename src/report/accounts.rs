//! How the opening balance of each account and unit became the closing one.

use super::Conversion;
use crate::ledger::{Account, FlowKind, Flows, Kind};
use crate::money::{Money, Unit};
use serde::Serialize;
use std::collections::BTreeMap;

/// The opening balance of an account, its flows, and the closing balance that they add up to.
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
    /// Whether the account holds money owed, which people read as a positive number.
    #[serde(skip)]
    pub owed: bool,
}

/// The summary of an account in the columns of a table. A carrier's balance reads as the amount owed,
/// so its signs are turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountColumns {
    /// The balance before the period.
    pub opening: Money,
    /// The balance of the first snapshot, as far as entries do not explain it.
    pub first_seen: Money,
    /// All that arrived.
    pub inward: Money,
    /// All that left, less its charges.
    pub outward: Money,
    /// Fees and taxes.
    pub charges: Money,
    /// Points that expired.
    pub expired: Money,
    /// The differences that later snapshots show.
    pub unexplained: Money,
    /// The balance at the end.
    pub closing: Money,
}

impl AccountSummary {
    /// Returns the difference that snapshots show beyond the first one, in minor units.
    pub fn unexplained(&self) -> i64 {
        self.flow(FlowKind::Unexplained).saturating_sub(self.flow(FlowKind::FirstSeen))
    }

    /// Returns the sum of one kind of flow, in minor units.
    pub fn flow(&self, kind: FlowKind) -> i64 {
        self.flows.get(kind.as_str()).map_or(0, |money| money.minor)
    }

    /// Returns the columns of its row.
    pub fn columns(&self) -> AccountColumns {
        use FlowKind::*;
        let sum = |kinds: &[FlowKind]| kinds.iter().map(|kind| self.flow(*kind)).sum::<i64>();
        let inward = sum(&[Earned, ToppedUp, Refunded, MovedIn, BillPaid]);
        let outward = sum(&[Spent, Withdrawn, MovedOut]);
        let (sign, inward, outward) = if self.owed { (-1, outward, inward) } else { (1, inward, outward) };
        let money = |minor| self.unit.money(minor);
        AccountColumns {
            opening: money(sign * self.opening.minor),
            first_seen: money(sign * self.flow(FirstSeen)),
            inward: money(inward),
            outward: money(outward),
            charges: money(sum(&[Fees, Taxes])),
            expired: money(self.flow(Expired)),
            unexplained: money(sign * self.unexplained()),
            closing: money(sign * self.closing.minor),
        }
    }
}

/// Returns the row of an account; `None` without a balance or a fact in the period.
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

/// How the balances of one unit changed over a period. `opening` and all `changes` add up to
/// `closing`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// All accounts of the unit before the period, money owed counted as negative.
    pub opening: Money,
    /// What changed them, signed; nothing that is 0.
    pub changes: Vec<(HeadlineChange, Money)>,
    /// All accounts of the unit at the end.
    pub closing: Money,
}

/// A reason for which the balances of a unit change.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// From or to points of any unit.
    Points,
    /// From or to money of another unit.
    Money(Unit),
    /// To or from other people, or outside. Transfers between accounts of the unit cancel out.
    Moved,
    /// Differences that snapshots show.
    Unexplained,
}

/// Returns the headline of each unit that has an account, money before points. `conversions` are those of
/// the same period.
pub fn headlines(accounts: &[AccountSummary], conversions: &[Conversion]) -> Vec<Headline> {
    let mut units: Vec<&Unit> = accounts.iter().map(|account| &account.unit).collect();
    units.sort_by_cached_key(|unit| (Unit::currency(&unit.code).is_none(), *unit));
    units.dedup();
    let of_unit = |unit: &Unit| {
        headline(unit, accounts.iter().filter(|a| a.unit == *unit), &converted(unit, conversions))
    };
    units.into_iter().map(of_unit).collect()
}

/// Returns what was converted into a unit or from it, signed: by the other unit, all points as one.
fn converted(unit: &Unit, conversions: &[Conversion]) -> BTreeMap<Option<Unit>, i64> {
    let mut sums: BTreeMap<Option<Unit>, i64> = BTreeMap::new();
    let mut add = |other: &Unit, minor: i64| {
        let sum = sums.entry(Unit::currency(&other.code)).or_default();
        *sum = sum.saturating_add(minor);
    };
    for conversion in conversions {
        let (left, received) = (&conversion.left, &conversion.received);
        // Of other kinds, one side is no transfer.
        let is_transfer =
            matches!(conversion.kind, Kind::Transfer | Kind::Withdraw | Kind::Topup | Kind::Pay);
        if is_transfer && left.unit == *unit {
            add(&received.unit, left.minor.saturating_neg());
        }
        if is_transfer && conversion.to.is_some() && received.unit == *unit {
            add(&left.unit, received.minor);
        }
    }
    sums
}

fn headline<'a>(
    unit: &Unit,
    accounts: impl Iterator<Item = &'a AccountSummary> + Clone,
    converted: &BTreeMap<Option<Unit>, i64>,
) -> Headline {
    use HeadlineChange::*;
    let total = |of: &dyn Fn(&AccountSummary) -> i64| {
        unit.money(accounts.clone().fold(0_i64, |sum, account| sum.saturating_add(of(account))))
    };
    let sum = |kinds: &[(FlowKind, i64)]| {
        total(&|account| kinds.iter().map(|(kind, sign)| sign * account.flow(*kind)).sum())
    };
    let moved = sum(&[
        (FlowKind::MovedIn, 1),
        (FlowKind::ToppedUp, 1),
        (FlowKind::BillPaid, 1),
        (FlowKind::MovedOut, -1),
        (FlowKind::Withdrawn, -1),
    ]);
    let conversions = converted.iter().map(|(other, minor)| {
        (other.clone().map_or(HeadlineChange::Points, HeadlineChange::Money), unit.money(*minor))
    });
    let elsewhere = converted.values().fold(moved.minor, |rest, minor| rest.saturating_sub(*minor));
    let changes = [
        (FirstSeen, sum(&[(FlowKind::FirstSeen, 1)])),
        (Spent, sum(&[(FlowKind::Spent, -1)])),
        (Earned, sum(&[(FlowKind::Earned, 1)])),
        (Refunded, sum(&[(FlowKind::Refunded, 1)])),
        (Fees, sum(&[(FlowKind::Fees, -1), (FlowKind::Taxes, -1)])),
        (Expired, sum(&[(FlowKind::Expired, -1)])),
    ];
    let rest = [
        (Moved, unit.money(elsewhere)),
        (Unexplained, sum(&[(FlowKind::Unexplained, 1), (FlowKind::FirstSeen, -1)])),
    ];
    let changes = changes.into_iter().chain(conversions).chain(rest);
    Headline {
        opening: total(&|account| account.opening.minor),
        changes: changes.filter(|(_, money)| money.minor != 0).collect(),
        closing: total(&|account| account.closing.minor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AccountId;
    use crate::period::Day;

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
                    (FlowKind::MovedIn, 11_350),
                ],
            ),
        ];
        let points = Unit::new("TOSSP", 0);
        let conversion = |kind, to| Conversion {
            account: AccountId(1),
            to,
            kind,
            left: points.money(1_390),
            received: rows[0].unit.money(1_250),
            day: Day(0),
        };
        // What arrived nowhere, and what is no transfer, is in no sum.
        let conversions = [
            conversion(Kind::Withdraw, Some(AccountId(2))),
            conversion(Kind::Withdraw, None),
            conversion(Kind::Spend, None),
        ];
        let [headline] = <[Headline; 1]>::try_from(headlines(&rows, &conversions)).unwrap();
        let changes: Vec<(HeadlineChange, i64)> =
            headline.changes.iter().map(|(change, money)| (change.clone(), money.minor)).collect();
        use HeadlineChange::*;
        assert_eq!(
            changes,
            [
                (FirstSeen, 300_000),
                (Spent, -12_000),
                (Fees, -500),
                (Points, 1_250),
                (Moved, 100),
                (Unexplained, -2_500)
            ]
        );
        let sum: i64 = headline.changes.iter().map(|(_, money)| money.minor).sum();
        assert_eq!((headline.opening.minor, headline.closing.minor), (50_000, 336_350));
        assert_eq!(headline.opening.minor + sum, headline.closing.minor);
    }
}
