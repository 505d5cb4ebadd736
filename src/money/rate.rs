//! Rates: the units received for one unit, as an exact fraction.

/// A positive fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Units received …
    pub num: i64,
    /// … for this many units.
    pub den: i64,
}

impl Rate {
    /// Returns whether another rate is higher.
    pub fn is_below(self, other: Rate) -> bool {
        i128::from(self.num) * i128::from(other.den) < i128::from(other.num) * i128::from(self.den)
    }
}

/// Why a text is not a rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RateError {
    /// It is neither a decimal nor a fraction of two whole numbers.
    NotARate(String),
    /// It is zero, or a fraction over zero.
    NotPositive(String),
    /// It has more than nine decimals, or too many digits.
    TooPrecise(String),
}

impl Rate {
    /// The rate one to one.
    pub const ONE: Rate = Rate { num: 1, den: 1 };

    /// Parses a decimal with at most nine places (`"0.67"`) or a fraction (`"2/3"`).
    pub fn parse(text: &str) -> Result<Rate, RateError> {
        let text = text.trim();
        let (num, den) = match text.split_once('/') {
            Some((num, den)) => (whole(num.trim(), text)?, whole(den.trim(), text)?),
            None => {
                let (units, fraction) = text.split_once('.').unwrap_or((text, ""));
                if fraction.len() > 9 {
                    return Err(RateError::TooPrecise(text.into()));
                }
                if text.ends_with('.') {
                    return Err(RateError::NotARate(text.into()));
                }
                let scale = 10_i64.pow(fraction.len() as u32);
                let fraction = if fraction.is_empty() { 0 } else { whole(fraction, text)? };
                let num = whole(units, text)?
                    .checked_mul(scale)
                    .and_then(|n| n.checked_add(fraction))
                    .ok_or_else(|| RateError::TooPrecise(text.into()))?;
                (num, scale)
            }
        };
        if num == 0 || den == 0 {
            return Err(RateError::NotPositive(text.into()));
        }
        // The common divisor of two numbers that fit also fits.
        let common = super::gcd(num.into(), den.into()) as i64;
        Ok(Rate { num: num / common, den: den / common })
    }
}

fn whole(digits: &str, text: &str) -> Result<i64, RateError> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(match text.strip_prefix('-') {
            Some(_) => RateError::NotPositive(text.into()),
            None => RateError::NotARate(text.into()),
        });
    }
    digits.parse().map_err(|_| RateError::TooPrecise(text.into()))
}

impl std::fmt::Display for Rate {
    /// Formats the rate as a decimal if one with at most nine places is exact and can be parsed
    /// again, else as a fraction.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for places in 0..=9u8 {
            let scale = 10_i128.pow(u32::from(places));
            let minor = i128::from(self.num) * scale;
            if minor % i128::from(self.den) == 0 {
                let minor = minor / i128::from(self.den);
                // The parser does not accept more digits than these.
                if i64::try_from(minor).is_err() {
                    break;
                }
                return f.write_str(&super::to_plain_string(minor, places));
            }
        }
        write!(f, "{}/{}", self.num, self.den)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_decimals_and_fractions_in_lowest_terms() {
        assert_eq!(Rate::parse("1").unwrap(), Rate::ONE);
        assert_eq!(Rate::parse("0.50").unwrap(), Rate { num: 1, den: 2 });
        assert_eq!(Rate::parse("2/3").unwrap().to_string(), "2/3");
        assert_eq!(Rate::parse("1400.25").unwrap().to_string(), "1400.25");
        assert_eq!(Rate::parse("0.000000001").unwrap().to_string(), "0.000000001");
    }

    #[test]
    fn writes_no_decimal_that_it_would_not_read() {
        for text in ["100000000000000001/8", "9223372036854775807/2", "9223372036854775807", "1/1024"] {
            let rate = Rate::parse(text).unwrap();
            assert_eq!(Rate::parse(&rate.to_string()), Ok(rate), "{text}");
        }
        assert_eq!(Rate::parse("9223372036854775807/2").unwrap().to_string(), "9223372036854775807/2");
    }

    #[test]
    fn refuses_what_is_not_a_positive_rate() {
        assert!(matches!(Rate::parse("0"), Err(RateError::NotPositive(_))));
        assert!(matches!(Rate::parse("-1"), Err(RateError::NotPositive(_))));
        assert!(matches!(Rate::parse("1/0"), Err(RateError::NotPositive(_))));
        assert!(matches!(Rate::parse("0.0000000001"), Err(RateError::TooPrecise(_))));
        for text in ["", ".5", "5.", "1e3", "x", "1/2/3"] {
            assert!(matches!(Rate::parse(text), Err(RateError::NotARate(_))), "{text}");
        }
    }
}
