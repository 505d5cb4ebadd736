//! Exchange rates: what an amount is worth in another unit on a day.

use crate::ledger::{AccountId, Kind};
use crate::money::{Money, Rate, RoundingMode, Unit, round};
use crate::period::Day;
use serde::Serialize;

/// A rate with its first day: one `unit` is worth `rate` of `of`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedRate {
    /// The unit that is valued.
    pub unit: Unit,
    /// How much of `of` one of it is worth.
    pub rate: Rate,
    /// In which unit.
    pub of: Unit,
    /// From which day on.
    pub day: Day,
}

/// Returns the value of one minor unit in minor units of another on a day, as a fraction: by the latest
/// rate between the two, in either direction, else through one third unit; `None` without such rates.
/// Of two rates of one day the later one in the list holds.
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

/// Returns an amount in another unit on a day, a half rounded away from zero; `None` without a rate, or
/// if it does not fit.
pub fn exchanged(rates: &[DatedRate], amount: &Money, of: &Unit, on: Day) -> Option<Money> {
    let (num, den) = worth(rates, &amount.unit, of, on)?;
    let minor = i128::from(amount.minor).unsigned_abs() as i128;
    let converted = round(minor.checked_mul(num)?, den, RoundingMode::HalfUp);
    let minor = i64::try_from(converted).ok()?;
    Some(of.money(if amount.minor < 0 { -minor } else { minor }))
}

/// The source of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RateSource {
    /// The user set it.
    User,
    /// The catalog's best channel has it.
    Catalog,
}

/// The rates by which amounts are valued: those of the user, then those of the catalog.
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

/// A conversion of an amount to another unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The account.
    pub account: AccountId,
    /// The account that receives; `None` outside the ledger.
    pub to: Option<AccountId>,
    /// How it is recorded.
    pub kind: Kind,
    /// The amount converted, without fee and tax.
    pub left: Money,
    /// The amount received for it.
    pub received: Money,
    /// The day.
    pub day: Day,
}

impl Conversion {
    /// Returns the loss of value in minor units of the unit converted; `None` without a rate.
    pub fn loss(&self, rates: &Rates) -> Option<i64> {
        let (worth, _) = rates.exchanged(&self.received, &self.left.unit, self.day)?;
        self.left.minor.checked_sub(worth.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn won(minor: i64) -> Money {
        Unit::currency("KRW").unwrap().money(minor)
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
            to: None,
            kind: Kind::Withdraw,
            left: unit(left).money(1_400),
            received: won(received),
            day: on,
        };
        assert_eq!(conversion("LPOINT", 1_260).loss(&rates), Some(140));
        assert_eq!(conversion("TOSSP", 1_260).loss(&rates), Some(0));
        assert_eq!(conversion("OTHER", 1).loss(&rates), None);
    }
}
