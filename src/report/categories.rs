//! What was spent and earned, by category or by payee.

use crate::ledger::Kind;
use crate::money::{Money, Unit, percent};
use crate::text;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// What spending and income are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// What it was for.
    #[default]
    Category,
    /// Who received or paid it.
    Payee,
}

/// The name of a group of spending or income; a document has it under `category` or `payee`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// A category, or none.
    Category(Option<String>),
    /// A payee, or none.
    Payee(Option<String>),
}

impl Group {
    /// Returns the category or the payee.
    pub fn name(&self) -> Option<&str> {
        match self {
            Group::Category(name) | Group::Payee(name) => name.as_deref(),
        }
    }
}

/// The amount spent, earned or refunded in one category, or with one payee, over a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryTotal {
    /// Spend, earn or refund.
    pub kind: Kind,
    /// The category or the payee, or none.
    pub name: Option<String>,
    /// The unit of the amount.
    pub unit: Unit,
    /// Entries.
    pub count: i64,
    /// The amount, in minor units.
    pub amount: i64,
}

/// The amounts of one category or payee in a period and in the period before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CategorySummary {
    /// The category or the payee.
    #[serde(flatten)]
    pub group: Group,
    /// The unit of the amounts.
    pub unit: Unit,
    /// The sum of the period.
    pub amount: Money,
    /// Entries.
    pub count: i64,
    /// The amount refunded.
    pub refunded: Money,
    /// Share of all amounts in the unit.
    pub share_percent: Option<String>,
    /// The sum of the period before.
    pub previous: Money,
    /// By how much it changed.
    pub change_percent: Option<String>,
}

/// The sums of one category or payee in one unit.
#[derive(Default)]
struct CategorySums<'t> {
    /// The name as it was written first.
    name: Option<&'t str>,
    amount: i64,
    count: i64,
    refunded: i64,
    previous: i64,
    /// There is an entry of the kind in question, not only a refund.
    is_listed: bool,
}

/// Returns one row for each category or payee and unit that has an entry of that kind in one of the two
/// periods, the largest first within its unit.
///
/// Names that differ only in case or Unicode form are one, spelled as it stands first in the
/// totals.
pub fn categories(
    kind: Kind,
    grouping: Grouping,
    now: &[CategoryTotal],
    before: &[CategoryTotal],
) -> Vec<CategorySummary> {
    let mut sums: BTreeMap<(&Unit, Option<Cow<'_, str>>), CategorySums<'_>> = BTreeMap::new();
    let mut all: HashMap<&Unit, i128> = HashMap::new();
    for (total, is_now) in now.iter().map(|t| (t, true)).chain(before.iter().map(|t| (t, false))) {
        let is_refund = is_now && kind == Kind::Spend && total.kind == Kind::Refund;
        if total.kind != kind && !is_refund {
            continue;
        }
        let folded = total.name.as_deref().map(text::fold_case);
        let row = sums.entry((&total.unit, folded)).or_default();
        row.name = row.name.or(total.name.as_deref());
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
            let name = sums.name.map(String::from);
            CategorySummary {
                group: match grouping {
                    Grouping::Category => Group::Category(name),
                    Grouping::Payee => Group::Payee(name),
                },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn won(minor: i64) -> Money {
        Unit::currency("KRW").unwrap().money(minor)
    }

    #[test]
    fn categories_that_differ_in_case_are_one() {
        let total = |kind, category: Option<&str>, amount| CategoryTotal {
            kind,
            name: category.map(String::from),
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
        let rows = categories(Kind::Spend, Grouping::Category, &now, &before);
        let said: Vec<_> = rows
            .iter()
            .map(|r| (r.group.name(), r.amount.minor, r.count, r.refunded.minor, r.previous.minor))
            .collect();
        assert_eq!(said, [(None, 60, 1, 0, 0), (Some("Café"), 40, 2, 5, 20)]);
        assert_eq!(rows[1].share_percent.as_deref(), Some("40.00"));
        assert_eq!(rows[1].change_percent.as_deref(), Some("100.00"));
        assert_eq!(categories(Kind::Earn, Grouping::Category, &now, &before).len(), 1);
    }
}
