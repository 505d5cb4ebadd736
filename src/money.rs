//! Money: a whole number of minor units of a unit.
//!
//! A typed amount stays an exact decimal ([`ParsedAmount`]) until its account, and with it the
//! unit, is known; then it becomes [`Money`]. What does not fit is refused, never rounded.

mod parse;
mod rate;

use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use parse::{AmountError, ParsedAmount, parse_minor};
pub use rate::{Rate, RateError};

/// A currency (ISO 4217) or a points unit, with the number of decimals of its amounts.
///
/// Two units are equal if their codes and decimals are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit {
    /// The code in capitals, such as `KRW` or `TOSSP`.
    pub code: Arc<str>,
    /// The number of decimals: KRW 0, USD 2.
    pub decimals: u8,
}

/// The maximum number of decimals of a unit.
pub const DECIMALS_MAX: u8 = 9;

/// Currencies without a minor unit, by ISO 4217.
const DECIMALS_0: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
/// Currencies with three decimals, by ISO 4217.
const DECIMALS_3: &str = "BHD IQD JOD KWD LYD OMR TND";
/// Currencies with two decimals, by ISO 4217.
const DECIMALS_2: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL \
     BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP \
     GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK \
     LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR \
     NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
     SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// Everyday names and signs of currencies, in lower case, and the currencies that they may mean.
const EVERYDAY: &[(&str, &str)] = &[
    ("₩ ￦ 원 won", "KRW"),
    ("$ ＄", "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP"),
    ("us$ 달러 dollar dollars bucks", "USD"),
    ("¥ ￥", "JPY CNY"),
    ("円 엔 yen", "JPY"),
    ("元 위안 yuan rmb", "CNY"),
    ("€ 유로 euro euros", "EUR"),
    ("£ 파운드 pound pounds quid", "GBP"),
    ("₹", "INR"),
    ("rs 루피 rupee rupees", "INR PKR LKR NPR"),
    ("/-", "INR PKR KES TZS UGX"),
    ("ksh kshs", "KES"),
    ("ush", "UGX"),
    ("tsh", "TZS"),
    ("shilling shillings bob", "KES UGX TZS"),
    ("₱", "PHP"),
    ("peso pesos", "PHP MXN"),
    ("฿ 바트 baht", "THB"),
    ("₫ đ 동 dong", "VND"),
    ("rp rupiah", "IDR"),
    ("rm ringgit", "MYR"),
    ("r$ real reais", "BRL"),
    ("৳ tk taka", "BDT"),
    ("₦ naira", "NGN"),
    ("₵ gh₵ cedi cedis", "GHS"),
    ("zł zloty", "PLN"),
    ("₺ lira", "TRY"),
    ("kr", "SEK NOK DKK"),
    ("fr franc francs", "CHF"),
    ("a$", "AUD"),
    ("c$ ca$", "CAD"),
    ("nz$", "NZD"),
    ("s$", "SGD"),
    ("hk$", "HKD"),
    ("nt$", "TWD"),
];

/// Returns the currencies that an everyday name may mean; `None` if it is not such a name.
fn everyday(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    let named = |names: &str| names.split(' ').any(|n| n == name);
    EVERYDAY.iter().find(|(names, _)| named(names)).map(|(_, codes)| *codes)
}

impl Unit {
    /// Returns the currency that an everyday name (`won`, `원`, `KSh`) means, if it means only one.
    pub fn by_everyday_name(name: &str) -> Option<Unit> {
        everyday(name).and_then(Unit::currency)
    }

    /// Returns the codes of the currencies that an everyday name may mean.
    pub fn codes_of_everyday_name(name: &str) -> impl Iterator<Item = &'static str> {
        everyday(name).into_iter().flat_map(|codes| codes.split(' '))
    }

    /// Returns whether it is an everyday name of any currency.
    pub fn is_everyday_name(name: &str) -> bool {
        everyday(name).is_some()
    }

    /// Returns whether it is an everyday name of this currency.
    pub fn has_everyday_name(&self, name: &str) -> bool {
        everyday(name).is_some_and(|codes| codes.split(' ').any(|code| code == &*self.code))
    }

    /// Creates a unit with a code, which is stored in capitals, and a number of decimals.
    pub fn new(code: &str, decimals: u8) -> Unit {
        Unit { code: code.trim().to_uppercase().into(), decimals }
    }

    /// Returns the currency with an ISO 4217 code in any case, or `None`.
    pub fn currency(code: &str) -> Option<Unit> {
        let code = code.trim().to_ascii_uppercase();
        let listed = |list: &str| code.len() == 3 && list.split_ascii_whitespace().any(|c| c == code);
        let decimals = if listed(DECIMALS_2) {
            2
        } else if listed(DECIMALS_0) {
            0
        } else if listed(DECIMALS_3) {
            3
        } else {
            return None;
        };
        Some(Unit::new(&code, decimals))
    }

    /// Returns the currency of a country (ISO 3166 alpha-2), if it is known.
    pub fn of_country(country: &str) -> Option<Unit> {
        let code = match country.to_ascii_uppercase().as_str() {
            "KR" => "KRW",
            "US" | "EC" | "SV" | "PR" => "USD",
            "JP" => "JPY",
            "CN" => "CNY",
            "TW" => "TWD",
            "HK" => "HKD",
            "GB" => "GBP",
            "IN" => "INR",
            "CA" => "CAD",
            "AU" => "AUD",
            "NZ" => "NZD",
            "SG" => "SGD",
            "MY" => "MYR",
            "TH" => "THB",
            "VN" => "VND",
            "ID" => "IDR",
            "PH" => "PHP",
            "BR" => "BRL",
            "MX" => "MXN",
            "KE" => "KES",
            "UG" => "UGX",
            "TZ" => "TZS",
            "GH" => "GHS",
            "NG" => "NGN",
            "BD" => "BDT",
            "PK" => "PKR",
            "CH" => "CHF",
            "SE" => "SEK",
            "DK" => "DKK",
            "NO" => "NOK",
            "PL" => "PLN",
            "DE" | "AT" | "FR" | "ES" | "IT" | "NL" | "BE" | "IE" | "PT" | "FI" | "GR" | "LU" | "SK"
            | "SI" | "EE" | "LV" | "LT" | "HR" | "CY" | "MT" => "EUR",
            _ => return None,
        };
        Unit::currency(code)
    }

    /// Returns the number of minor units in a whole unit: 1 for KRW, 100 for USD.
    pub fn minor_per_major(&self) -> i64 {
        10_i64.pow(u32::from(self.decimals))
    }

    /// Returns zero in this unit.
    pub fn zero(&self) -> Money {
        self.money(0)
    }

    /// Returns an amount in minor units of this unit.
    pub fn money(&self, minor: i64) -> Money {
        Money { minor, unit: self.clone() }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

/// A whole number of minor units of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: won, cents, points. Negative if owed, or below zero.
    pub minor: i64,
    /// The unit of the amount.
    pub unit: Unit,
}

/// Why two amounts cannot be added or subtracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// The amounts have different units.
    UnitsDiffer(Unit, Unit),
    /// The result does not fit a 64-bit number of minor units.
    TooLarge,
}

impl Money {
    /// Returns the sum, or an error if the units differ or the sum overflows.
    pub fn checked_add(&self, other: &Money) -> Result<Money, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// Returns the difference, or an error if the units differ or the difference overflows.
    pub fn checked_sub(&self, other: &Money) -> Result<Money, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    fn with(&self, other: &Money, op: fn(i64, i64) -> Option<i64>) -> Result<Money, MoneyError> {
        if self.unit != other.unit {
            return Err(MoneyError::UnitsDiffer(self.unit.clone(), other.unit.clone()));
        }
        let minor = op(self.minor, other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(self.unit.money(minor))
    }

    /// Formats the amount for scripts: `12500`, `3.50`, `-7`.
    pub fn to_plain_string(&self) -> String {
        to_plain_string(i128::from(self.minor), self.unit.decimals)
    }

    /// Formats the amount for people, in groups of three: `12,500`, `1,003.50`.
    pub fn to_grouped_string(&self) -> String {
        to_grouped_string(i128::from(self.minor), self.unit.decimals)
    }
}

impl fmt::Display for Money {
    /// Formats the amount for people, with its unit: `12,500 KRW`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_grouped_string(), self.unit)
    }
}

impl Serialize for Unit {
    /// Serializes as the code.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.code)
    }
}

impl Serialize for Money {
    /// Serializes as a decimal string without its unit.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_plain_string())
    }
}

impl PartialOrd for Money {
    /// Amounts of different units have no order.
    fn partial_cmp(&self, other: &Money) -> Option<Ordering> {
        (self.unit == other.unit).then(|| self.minor.cmp(&other.minor))
    }
}

/// Formats minor units as a decimal string without grouping.
pub fn to_plain_string(minor: i128, decimals: u8) -> String {
    let digits = minor.unsigned_abs().to_string();
    let sign = if minor < 0 { "-" } else { "" };
    let decimals = usize::from(decimals);
    if decimals == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    format!("{sign}{whole}.{fraction}")
}

/// Formats minor units as a decimal string with the whole part in groups of three.
pub fn to_grouped_string(minor: i128, decimals: u8) -> String {
    let text = to_plain_string(minor, decimals);
    let (sign, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// How to round an exact fraction to a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundingMode {
    /// To the nearest, halves away from zero.
    HalfUp,
    /// To the nearest, halves to the even neighbour.
    HalfEven,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// Returns `num / den` rounded to a whole number. `num` must not be negative, and `den` must be
/// positive.
pub fn round(num: i128, den: i128, mode: RoundingMode) -> i128 {
    debug_assert!(num >= 0 && den > 0);
    let (floor, rest) = (num / den, num % den);
    let up = match mode {
        RoundingMode::Down => false,
        RoundingMode::Up => rest > 0,
        RoundingMode::HalfUp => rest >= den - rest,
        RoundingMode::HalfEven => match rest.cmp(&(den - rest)) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => floor % 2 == 1,
        },
    };
    floor + i128::from(up)
}

/// Returns the quotient of two whole numbers, rounded towards positive infinity; `den` must be positive.
pub fn div_ceil(num: i128, den: i128) -> i128 {
    num.div_euclid(den) + i128::from(num.rem_euclid(den) > 0)
}

/// Returns the greatest common divisor of two non-negative numbers; `gcd(a, 0)` is `a`.
pub fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Returns the least common multiple of two positive numbers.
pub fn lcm(a: i128, b: i128) -> i128 {
    a / gcd(a, b) * b
}

/// Formats `part` in percent of `whole` with two decimals, halves away from zero; `None` if `whole`
/// is 0.
pub fn percent(part: i128, whole: i128) -> Option<String> {
    if whole == 0 {
        return None;
    }
    let negative = (part < 0) != (whole < 0);
    let (part, whole) = (part.unsigned_abs(), whole.unsigned_abs());
    let hundredths = round((part * 10_000) as i128, whole as i128, RoundingMode::HalfUp);
    Some(to_plain_string(if negative { -hundredths } else { hundredths }, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_parts_with_the_decimals_of_their_unit() {
        assert_eq!(to_plain_string(0, 2), "0.00");
        assert_eq!(to_plain_string(-5, 2), "-0.05");
        assert_eq!(to_plain_string(12_500, 0), "12500");
        assert_eq!(to_grouped_string(-1_234_567, 2), "-12,345.67");
        assert_eq!(to_grouped_string(999, 0), "999");
        assert_eq!(to_grouped_string(i128::from(i64::MIN), 0), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn rounds_halves_by_the_mode() {
        use RoundingMode::*;
        assert_eq!([HalfUp, HalfEven, Up, Down].map(|m| round(5, 2, m)), [3, 2, 3, 2]);
        assert_eq!([HalfUp, HalfEven, Up, Down].map(|m| round(7, 2, m)), [4, 4, 4, 3]);
        assert_eq!([HalfUp, HalfEven, Up, Down].map(|m| round(6, 2, m)), [3, 3, 3, 3]);
        assert_eq!(round(1, 3, HalfUp), 0);
    }

    #[test]
    fn percents_have_two_decimals_and_no_divisor_of_nothing() {
        assert_eq!(percent(1, 3).as_deref(), Some("33.33"));
        assert_eq!(percent(-1, 800).as_deref(), Some("-0.13"));
        assert_eq!(percent(0, 5).as_deref(), Some("0.00"));
        assert_eq!(percent(5, 0), None);
    }

    #[test]
    fn refuses_to_add_two_units() {
        let (won, dollar) = (Unit::currency("krw").unwrap(), Unit::currency("USD").unwrap());
        assert_eq!((won.decimals, dollar.decimals), (0, 2));
        assert!(matches!(won.money(1).checked_add(&dollar.money(1)), Err(MoneyError::UnitsDiffer(..))));
        assert_eq!(won.money(i64::MAX).checked_add(&won.money(1)), Err(MoneyError::TooLarge));
    }

    #[test]
    fn knows_each_currency_once() {
        let mut all: Vec<_> =
            [DECIMALS_0, DECIMALS_2, DECIMALS_3].iter().flat_map(|l| l.split_ascii_whitespace()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
