//! Parsing of amounts as people write them, before their unit is known.
//!
//! The grammar is strict on purpose: an ambiguous text is refused and both readings are named,
//! because reading a separator the wrong way changes the amount by a factor of a thousand.

use super::{Money, Unit};
use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;

/// A typed amount: an exact decimal, and the symbol of its unit if one was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedAmount {
    value: Decimal,
    symbol: Option<String>,
    text: String,
    /// The other readings if the only separator is one comma before three digits: `1.234`, `1234`.
    comma_readings: Option<Vec<String>>,
}

/// Why a typed amount is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum AmountError {
    /// It is empty.
    Empty,
    /// It has a sign; amounts are typed without one.
    Signed(String),
    /// A comma may be a decimal mark or a misplaced group separator; the readings.
    Ambiguous(String, Vec<String>),
    /// The digits are not grouped in threes (or in Indian lakh groups); the readings.
    Misgrouped(String, Vec<String>),
    /// It has digits other than 0 to 9.
    ForeignDigits(String),
    /// It begins with `00`, as `$100` does after a shell has replaced `$1` by nothing.
    LeadingZeros(String),
    /// It is not an amount.
    NotAnAmount(String),
    /// It has more decimals than the unit; the readings.
    TooManyDecimals(String, Unit, Vec<String>),
    /// Its unit is not that of the account.
    WrongUnit { text: String, written: String, wanted: Unit },
    /// It does not fit a 64-bit number of minor units.
    TooLarge(String),
}

impl ParsedAmount {
    /// Parses a typed amount: `12500`, `12,500`, `12_500`, `₩12,500`, `12500원`, `12,500 KRW`,
    /// `3.50`, `$3.50`, `8000P`, `1천`, `1만5천`, `1.5만`.
    pub fn parse(text: &str) -> Result<ParsedAmount, AmountError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(AmountError::Empty);
        }
        let owned = || trimmed.to_string();
        if trimmed.starts_with(['-', '+', '−', '－', '＋']) || trimmed.starts_with('(') {
            return Err(AmountError::Signed(owned()));
        }
        if trimmed.chars().any(|c| c.is_numeric() && !c.is_ascii_digit()) {
            return Err(AmountError::ForeignDigits(owned()));
        }
        let is_figure = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '_');
        // The period of `Rs.500` belongs to the abbreviation.
        let first = trimmed.find(is_figure).map(|at| match &trimmed[at..] {
            rest if rest.starts_with('.') && trimmed[..at].ends_with(char::is_alphabetic) => {
                rest[1..].find(is_figure).map_or(at, |next| at + 1 + next)
            }
            _ => at,
        });
        let last = trimmed.rfind(|c: char| {
            c.is_ascii_digit() || matches!(c, '.' | ',' | '_' | '천' | '만' | '백' | '십' | '억')
        });
        let (Some(first), Some(last)) = (first, last) else {
            return Err(AmountError::NotAnAmount(owned()));
        };
        let end = last + trimmed[last..].chars().next().map_or(1, char::len_utf8);
        if end <= first {
            return Err(AmountError::NotAnAmount(owned()));
        }
        let (before, number, after) = (&trimmed[..first], &trimmed[first..end], &trimmed[end..]);
        let before = before.trim().trim_end_matches('.');
        if before.ends_with(['-', '+', '−']) || number.contains(['-', '+', '−']) {
            return Err(AmountError::Signed(owned()));
        }
        let symbol = match (before, after.trim()) {
            ("", "") => None,
            (symbol, "") | ("", symbol) => Some(symbol.trim_end_matches('.').to_string()),
            _ => return Err(AmountError::NotAnAmount(owned())),
        };
        if symbol.as_deref().is_some_and(|m| m.chars().any(char::is_whitespace)) {
            return Err(AmountError::NotAnAmount(owned()));
        }
        if number.starts_with("00") {
            return Err(AmountError::LeadingZeros(owned()));
        }
        let value = korean(number, trimmed)?;
        Ok(ParsedAmount { value, symbol, comma_readings: comma_readings(number), text: owned() })
    }

    /// Parses a typed amount of a unit whose code may contain digits: `5 T1`, `5T1`, `5 9P`.
    pub fn parse_in(text: &str, unit: &Unit) -> Result<Money, AmountError> {
        let trimmed = text.trim();
        let bare = without_code(trimmed, &unit.code);
        if let Some(bare) = bare {
            return ParsedAmount::parse(bare)?.money(unit);
        }
        ParsedAmount::parse(trimmed)?.money(unit)
    }

    /// Returns whether the symbol, if there is one, is known for any unit.
    pub fn has_known_symbol(&self) -> bool {
        self.symbol.as_deref().is_none_or(|symbol| {
            Unit::currency(symbol).is_some() || Unit::is_everyday_name(symbol) || is_points_symbol(symbol)
        })
    }

    /// Returns the typed symbol of the unit, if any: `₩`, `KRW`, `원`, `P`.
    pub fn symbol(&self) -> Option<&str> {
        self.symbol.as_deref()
    }

    /// Returns the currency of the symbol, if it means only one (`USD`, `원`, `€`).
    pub fn unit_written(&self) -> Option<Unit> {
        let symbol = self.symbol.as_deref()?;
        Unit::currency(symbol).or_else(|| match symbol {
            "$" => Unit::currency("USD"),
            _ => Unit::by_everyday_name(symbol),
        })
    }

    /// Converts the amount to money of a unit, or returns why it cannot be.
    pub fn money(&self, unit: &Unit) -> Result<Money, AmountError> {
        if let Some(symbol) = &self.symbol
            && !matches_unit(symbol, unit)
        {
            return Err(AmountError::WrongUnit {
                text: self.text.clone(),
                written: symbol.clone(),
                wanted: unit.clone(),
            });
        }
        if unit.decimals >= 3
            && let Some(readings) = &self.comma_readings
        {
            return Err(AmountError::Ambiguous(self.text.clone(), readings.clone()));
        }
        if self.value.scale() > u32::from(unit.decimals) {
            let readings = decimal_readings(self.value, unit);
            return Err(AmountError::TooManyDecimals(self.text.clone(), unit.clone(), readings));
        }
        let shift = u32::from(unit.decimals) - self.value.scale();
        let minor = 10_i128
            .checked_pow(shift)
            .and_then(|scale| self.value.mantissa().checked_mul(scale))
            .and_then(|minor| i64::try_from(minor).ok())
            .ok_or_else(|| AmountError::TooLarge(self.text.clone()))?;
        Ok(unit.money(minor))
    }
}

impl fmt::Display for ParsedAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Parses a plain decimal string from a file (`"12500"`, `"-3.50"`) to minor units of a unit with
/// `decimals`; `None` if it is not a decimal, has more decimals, or does not fit.
pub fn parse_minor(text: &str, decimals: u8) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let decimals = usize::from(decimals);
    if whole.is_empty()
        || digits.ends_with('.')
        || !numeric(whole)
        || !numeric(fraction)
        || fraction.len() > decimals
    {
        return None;
    }
    let mut minor: i64 = 0;
    let padding = decimals - fraction.len();
    for digit in whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', padding)) {
        minor = minor.checked_mul(10)?.checked_add(sign * i64::from(digit - b'0'))?;
    }
    Some(minor)
}

/// Returns whether a typed symbol names this unit.
fn matches_unit(symbol: &str, unit: &Unit) -> bool {
    symbol.to_uppercase() == *unit.code
        || unit.has_everyday_name(symbol)
        || is_points_symbol(symbol) && Unit::currency(&unit.code).is_none()
}

/// Everyday names of points; each fits any unit that is not a currency.
fn is_points_symbol(symbol: &str) -> bool {
    matches!(symbol, "P" | "p" | "포인트" | "점" | "pt" | "pts" | "points")
}

/// Returns the amount without the code of its unit, if the code contains digits and is at one end.
///
/// A digit of the code must not touch the amount: `5 9P` is 5 of 9P, and `59P` is 59 points.
fn without_code<'a>(text: &'a str, code: &str) -> Option<&'a str> {
    if !code.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let is_code = |part: &str| part.to_uppercase() == code;
    let ends = text.char_indices().map(|(at, _)| at).skip(1);
    ends.filter_map(|at| {
        let (front, back) = text.split_at(at);
        let touches = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let (behind, before) = (back.chars().next(), front.chars().next_back());
        if is_code(back) && !touches(behind) || is_code(back) && before.is_some_and(char::is_whitespace) {
            Some(front)
        } else if is_code(front) && !touches(before)
            || is_code(front) && behind.is_some_and(char::is_whitespace)
        {
            Some(back)
        } else {
            None
        }
    })
    .map(str::trim)
    .find(|rest| !rest.is_empty())
}

/// Returns both readings of a number whose only separator is one comma before three digits.
fn comma_readings(number: &str) -> Option<Vec<String>> {
    let (whole, fraction) = number.split_once(',')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (digits(whole) && digits(fraction) && fraction.len() == 3)
        .then(|| vec![format!("{whole}.{fraction}"), format!("{whole}{fraction}")])
}

/// Returns the value of a number with or without 억, 만, 천, 백, 십.
fn korean(number: &str, text: &str) -> Result<Decimal, AmountError> {
    const SCALES: [(char, i64); 5] =
        [('억', 100_000_000), ('만', 10_000), ('천', 1_000), ('백', 100), ('십', 10)];
    let scale_of = |c: char| SCALES.iter().find(|(symbol, _)| *symbol == c).map(|(_, scale)| *scale);
    if !number.contains(|c| scale_of(c).is_some()) {
        return arabic(number, text);
    }
    let not_an_amount = || AmountError::NotAnAmount(text.to_string());
    let too_large = || AmountError::TooLarge(text.to_string());
    let times = |a: Decimal, b: i64| a.checked_mul(Decimal::from(b)).ok_or_else(too_large);
    let plus = |a: Decimal, b: Decimal| a.checked_add(b).ok_or_else(too_large);

    // Two levels: 천, 백 and 십 are added up in a section, and 만 or 억 multiplies the section before
    // it.
    let (mut total, mut section) = (Decimal::ZERO, Decimal::ZERO);
    let (mut myriad, mut small) = (i64::MAX, i64::MAX);
    let (mut digits, mut pieces, mut has_fraction) = (String::new(), 0, false);
    let mut section_open = false;
    for c in number.chars() {
        let Some(scale) = scale_of(c) else {
            if !c.is_whitespace() || !digits.is_empty() {
                digits.push(c);
            }
            continue;
        };
        let piece = digits.trim();
        let value = if piece.is_empty() { None } else { Some(arabic(piece, text)?) };
        has_fraction |= value.is_some_and(|v| v.scale() > 0);
        pieces += usize::from(value.is_some());
        digits.clear();
        if scale >= 10_000 {
            if scale >= myriad || (value.is_none() && !section_open) {
                return Err(not_an_amount());
            }
            if small < i64::MAX && value.is_some_and(|v| v >= Decimal::from(small)) {
                return Err(not_an_amount());
            }
            section = plus(section, value.unwrap_or_default())?;
            total = plus(total, times(section, scale)?)?;
            (section, section_open, small, myriad) = (Decimal::ZERO, false, i64::MAX, scale);
        } else {
            let value = value.ok_or_else(not_an_amount)?;
            if scale >= small || times(value, scale)? >= Decimal::from(small.min(myriad)) {
                return Err(not_an_amount());
            }
            section = plus(section, times(value, scale)?)?;
            (section_open, small) = (true, scale);
        }
    }
    if !digits.trim().is_empty() {
        let value = arabic(digits.trim(), text)?;
        has_fraction |= value.scale() > 0;
        pieces += 1;
        if value >= Decimal::from(small.min(myriad)) {
            return Err(not_an_amount());
        }
        section = plus(section, value)?;
    }
    // 1.5만 is unambiguous, 1.5만5천 is not.
    if has_fraction && pieces > 1 {
        return Err(not_an_amount());
    }
    Ok(plus(total, section)?.normalize())
}

/// Returns the value of digits in well-formed groups with at most one decimal point.
fn arabic(number: &str, text: &str) -> Result<Decimal, AmountError> {
    let owned = || text.to_string();
    if !number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '_')) {
        return Err(AmountError::NotAnAmount(owned()));
    }
    let points = number.matches('.').count();
    let bare: String = number.chars().filter(char::is_ascii_digit).collect();
    if bare.is_empty() {
        return Err(AmountError::NotAnAmount(owned()));
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if points > 1 {
        return Err(AmountError::Misgrouped(owned(), readings(number, &bare)));
    }
    if fraction.contains([',', '_']) {
        return Err(AmountError::Ambiguous(owned(), readings(number, &bare)));
    }
    if whole.is_empty() || number.ends_with('.') {
        return Err(AmountError::Ambiguous(owned(), readings(number, &bare)));
    }
    let separators: Vec<char> = whole.chars().filter(|c| !c.is_ascii_digit()).collect();
    if let Some(&separator) = separators.first() {
        if separators.iter().any(|c| *c != separator) {
            return Err(AmountError::Misgrouped(owned(), readings(number, &bare)));
        }
        if !well_grouped(whole, separator) {
            let readings = readings(number, &bare);
            return Err(if separator == ',' && separators.len() == 1 && points == 0 {
                AmountError::Ambiguous(owned(), readings)
            } else {
                AmountError::Misgrouped(owned(), readings)
            });
        }
    }
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let joined = if fraction.is_empty() { digits } else { format!("{digits}.{fraction}") };
    Decimal::from_str_exact(&joined).map_err(|_| AmountError::TooLarge(owned()))
}

/// Returns whether groups are threes, or Indian lakh groups: a last one of three after groups of
/// two.
fn well_grouped(whole: &str, separator: char) -> bool {
    let groups: Vec<&str> = whole.split(separator).collect();
    let [first, middle @ .., last] = groups.as_slice() else { return false };
    let threes = (1..=3).contains(&first.len()) && middle.iter().all(|g| g.len() == 3);
    let lakhs = (1..=2).contains(&first.len()) && middle.iter().all(|g| g.len() == 2);
    last.len() == 3 && (threes || lakhs) && !first.starts_with('0')
}

/// Returns the readings of an ambiguous number: with its last separator as the decimal mark, and
/// without separators.
fn readings(number: &str, bare: &str) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(at) = number.rfind(['.', ',', '_']) {
        let whole: String = number[..at].chars().filter(char::is_ascii_digit).collect();
        let whole = whole.trim_start_matches('0');
        let fraction = &number[at + 1..];
        if !fraction.is_empty() {
            out.push(format!("{}.{fraction}", if whole.is_empty() { "0" } else { whole }));
        }
    }
    let whole = bare.trim_start_matches('0');
    out.push(if whole.is_empty() { "0".into() } else { whole.to_string() });
    out
}

/// Returns the readings of a number with too many decimals for a unit.
fn decimal_readings(value: Decimal, unit: &Unit) -> Vec<String> {
    let mut out = Vec::new();
    let cut = value.trunc_with_scale(u32::from(unit.decimals));
    if cut == value {
        out.push(format!("{cut:.width$}", width = usize::from(unit.decimals)));
    }
    if value.scale() == 3 {
        out.push(value.mantissa().to_string());
    }
    if out.is_empty() {
        // Zero is hardly what was meant.
        let near = if cut.is_zero() {
            value.round_dp_with_strategy(u32::from(unit.decimals), RoundingStrategy::AwayFromZero)
        } else {
            cut
        };
        out.push(format!("{near:.width$}", width = usize::from(unit.decimals)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn won(text: &str) -> Result<i64, AmountError> {
        ParsedAmount::parse(text)?.money(&Unit::currency("KRW").unwrap()).map(|m| m.minor)
    }

    fn dollars(text: &str) -> Result<i64, AmountError> {
        ParsedAmount::parse(text)?.money(&Unit::currency("USD").unwrap()).map(|m| m.minor)
    }

    #[test]
    fn reads_every_form_of_the_contract() {
        for text in ["12500", "12,500", "12_500", "₩12,500", "12500원", "12,500 KRW", "12500krw"] {
            assert_eq!(won(text), Ok(12_500), "{text}");
        }
        assert_eq!(dollars("3.50"), Ok(350));
        assert_eq!(dollars("$3.5"), Ok(350));
        assert_eq!(dollars("USD 3"), Ok(300));
        assert_eq!(won("1천"), Ok(1_000));
        assert_eq!(won("1만5천"), Ok(15_000));
        assert_eq!(won("1만 5천원"), Ok(15_000));
        assert_eq!(won("1.5만"), Ok(15_000));
        assert_eq!(won("2만3500"), Ok(23_500));
        assert_eq!(won("1억2천만"), Ok(120_000_000));
        assert_eq!(won("3천5백"), Ok(3_500));
        assert_eq!(won("1,00,000"), Ok(100_000));
        assert_eq!(won("0"), Ok(0));
        let points = Unit::new("TOSSP", 0);
        assert_eq!(ParsedAmount::parse("8000P").unwrap().money(&points).unwrap().minor, 8_000);
        assert_eq!(ParsedAmount::parse("8,000 tossp").unwrap().money(&points).unwrap().minor, 8_000);
    }

    #[test]
    fn refuses_a_comma_that_could_be_a_decimal_mark() {
        assert_eq!(
            won("1,00"),
            Err(AmountError::Ambiguous("1,00".into(), vec!["1.00".into(), "100".into()]))
        );
        for text in ["1.234,56", ",5", ".5", "5.", "12,50"] {
            assert!(matches!(dollars(text), Err(AmountError::Ambiguous(..))), "{text}");
        }
    }

    #[test]
    fn refuses_groups_that_are_not_groups() {
        for text in ["1,2345,678", "10.999.99", "1,000_000", "0,500,000", "1_00"] {
            assert!(matches!(won(text), Err(AmountError::Misgrouped(..))), "{text}");
        }
    }

    #[test]
    fn refuses_a_fraction_that_the_unit_does_not_have() {
        assert!(matches!(won("10.5"), Err(AmountError::TooManyDecimals(..))));
        assert_eq!(
            dollars("1.000"),
            Err(AmountError::TooManyDecimals(
                "1.000".into(),
                Unit::currency("USD").unwrap(),
                vec!["1.00".into(), "1000".into()]
            ))
        );
        assert!(matches!(won("1.00005만"), Err(AmountError::TooManyDecimals(..))));
    }

    #[test]
    fn refuses_signs_foreign_digits_and_other_units() {
        for text in ["-5", "+5", "−5", "(5)", "₩-5", "5-3"] {
            assert!(matches!(won(text), Err(AmountError::Signed(_))), "{text}");
        }
        for text in ["５００", "٥", "1²", "Ⅴ"] {
            assert!(matches!(won(text), Err(AmountError::ForeignDigits(_))), "{text}");
        }
        for text in ["$5", "5 USD", "5P", "5엔", "5 yen", "KSh5"] {
            assert!(matches!(won(text), Err(AmountError::WrongUnit { .. })), "{text}");
        }
    }

    #[test]
    fn reads_everyday_names_of_units() {
        for text in ["4500won", "4,500 Won", "4500원", "￦4500"] {
            assert_eq!(won(text), Ok(4_500), "{text}");
        }
        let of = |code: &str, text: &str| {
            ParsedAmount::parse(text)?
                .money(&Unit::currency(code).unwrap())
                .map(|money| money.to_plain_string())
        };
        for (code, text, wanted) in [
            ("KES", "KSh150", "150.00"),
            ("KES", "150/-", "150.00"),
            ("INR", "Rs.500", "500.00"),
            ("PKR", "Rs 500.50", "500.50"),
            ("INR", "₹1,00,000", "100000.00"),
            ("JPY", "500円", "500"),
            ("USD", "3.50 dollars", "3.50"),
            ("EUR", "5 euros", "5.00"),
            ("BRL", "R$5", "5.00"),
        ] {
            assert_eq!(of(code, text).as_deref(), Ok(wanted), "{code} {text}");
        }
        assert!(matches!(of("EUR", "Rs 5"), Err(AmountError::WrongUnit { .. })));
    }

    #[test]
    fn reads_units_whose_code_holds_digits() {
        let of = |unit: &Unit, text: &str| ParsedAmount::parse_in(text, unit).map(|money| money.minor);
        let (t1, nine) = (Unit::new("T1", 0), Unit::new("9P", 0));
        for text in ["5 T1", "5T1", "5 t1", "T1 5"] {
            assert_eq!(of(&t1, text), Ok(5), "{text}");
        }
        assert_eq!(of(&nine, "5 9P"), Ok(5));
        assert_eq!(of(&nine, "59P"), Ok(59));
        assert_eq!(of(&nine, "5"), Ok(5));
        assert!(of(&t1, "T1").is_err());
        assert!(of(&Unit::new("T2", 0), "5 T1").is_err());
    }

    #[test]
    fn refuses_a_comma_before_the_decimals_of_a_unit_with_three() {
        let dinars =
            |text: &str| ParsedAmount::parse_in(text, &Unit::currency("KWD").unwrap()).map(|m| m.minor);
        let both = |one: &str, other: &str| vec![one.to_string(), other.to_string()];
        for (text, readings) in [("1,234", both("1.234", "1234")), ("12,345 KWD", both("12.345", "12345"))] {
            assert_eq!(dinars(text), Err(AmountError::Ambiguous(text.into(), readings)), "{text}");
        }
        for (text, minor) in [("1,234,567", 1_234_567_000), ("1,234.5", 1_234_500), ("1_234", 1_234_000)] {
            assert_eq!(dinars(text), Ok(minor), "{text}");
        }
        assert_eq!(won("1,234"), Ok(1_234));
    }

    #[test]
    fn refuses_what_a_shell_leaves_of_a_dollar_amount() {
        for text in ["00", "0050", "000.00"] {
            assert_eq!(dollars(text), Err(AmountError::LeadingZeros(text.into())), "{text}");
        }
        assert_eq!(dollars("0.50"), Ok(50));
        assert_eq!(dollars("05"), Ok(500));
    }

    #[test]
    fn refuses_what_is_no_amount() {
        assert_eq!(won("  "), Err(AmountError::Empty));
        for text in [
            "abc",
            "1e3",
            "12 500",
            "1 2",
            "만",
            "원",
            "1천2만3천만",
            "5천1만2천2천",
            "1.5만5천",
            "₩5원",
            "십",
            "천만",
            "1만2만",
            "3백4천",
            "0x10",
            "5 a b",
        ] {
            assert!(matches!(won(text), Err(AmountError::NotAnAmount(_))), "{text}: {:?}", won(text));
        }
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(won("9223372036854775807"), Ok(i64::MAX));
        assert!(matches!(won("9223372036854775808"), Err(AmountError::TooLarge(_))));
        assert!(matches!(won(&"9".repeat(60)), Err(AmountError::TooLarge(_))));
        assert!(matches!(won("99999999999999999999억"), Err(AmountError::TooLarge(_))));
        assert!(matches!(dollars("92233720368547758.08"), Err(AmountError::TooLarge(_))));
    }

    #[test]
    fn reads_plain_decimals_of_files() {
        assert_eq!(parse_minor("12500", 0), Some(12_500));
        assert_eq!(parse_minor("-3.5", 2), Some(-350));
        assert_eq!(parse_minor("-9223372036854775808", 0), Some(i64::MIN));
        for text in ["", "-", "1.", ".5", "1,000", "1.234", "9223372036854775808", "1e3", "+1"] {
            assert_eq!(parse_minor(text, 2), None, "{text}");
        }
    }
}
