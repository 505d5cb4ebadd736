//! Amounts of one column, which lose their decimals where all of a unit are whole.

use crate::money::{Money, Unit};
use std::borrow::Borrow;

/// How the amounts of a column are written.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    /// Units with an amount that is not whole.
    with_decimals: Vec<Unit>,
    /// Every amount has its decimals, whole or not.
    is_exact: bool,
}

impl Amounts {
    /// Returns how to write these amounts.
    pub fn of<M: Borrow<Money>>(column: impl IntoIterator<Item = M>) -> Amounts {
        let mut with_decimals: Vec<Unit> = Vec::new();
        for money in column {
            let money = money.borrow();
            if money.minor % money.unit.minor_per_major() != 0 && !with_decimals.contains(&money.unit) {
                with_decimals.push(money.unit.clone());
            }
        }
        Amounts { with_decimals, is_exact: false }
    }

    /// Returns how to write amounts that are not known beforehand: all with their decimals.
    pub fn exact() -> Amounts {
        Amounts { with_decimals: Vec::new(), is_exact: true }
    }

    /// Returns an amount without its unit: `1,200`, `3.50`.
    pub fn figure(&self, money: &Money) -> String {
        let grouped = money.to_grouped_string();
        match grouped.split_once('.') {
            Some((whole, _)) if !self.is_exact && !self.with_decimals.contains(&money.unit) => {
                whole.to_string()
            }
            _ => grouped,
        }
    }

    /// Returns an amount with its unit: `1,200 USD`.
    pub fn with_unit(&self, money: &Money) -> String {
        format!("{} {}", self.figure(money), money.unit)
    }
}

/// Returns the place of a unit among others: money before points, then by code.
pub fn unit_order(unit: &Unit) -> (bool, Unit) {
    (Unit::currency(&unit.code).is_none(), unit.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_amounts_lose_their_decimals_where_all_of_the_unit_are_whole() {
        let (usd, kwd) = (Unit::new("USD", 2), Unit::new("KWD", 3));
        let column = [usd.money(120_000), usd.money(-350), kwd.money(5_000_000)];
        let amounts = Amounts::of(&column);
        let shown: Vec<String> = column.iter().map(|money| amounts.with_unit(money)).collect();
        assert_eq!(shown, ["1,200.00 USD", "-3.50 USD", "5,000 KWD"]);
    }

    #[test]
    fn money_comes_before_points() {
        let mut units =
            [Unit::new("TOSSP", 0), Unit::new("USD", 2), Unit::new("AAAP", 0), Unit::new("KRW", 0)];
        units.sort_by_cached_key(unit_order);
        assert_eq!(units.map(|unit| unit.to_string()), ["KRW", "USD", "AAAP", "TOSSP"]);
    }
}
