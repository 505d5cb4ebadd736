//! Amounts as statements write them, exactly.

/// A number as it is written: its digits without a separator, and how many of them are decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// All digits as one number, with its sign.
    pub digits: i128,
    /// How many of the digits are decimals.
    pub scale: u32,
}

/// Which character is the decimal one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decimal {
    /// `1,234.56`
    #[default]
    Point,
    /// `1.234,56`
    Comma,
}

impl Decimal {
    fn letter(self) -> char {
        if self == Decimal::Point { '.' } else { ',' }
    }

    fn group(self) -> char {
        if self == Decimal::Point { ',' } else { '.' }
    }
}

impl Figure {
    /// Reads a number. Currency signs and codes, `원`, `円`, `元` and blanks at either end are dropped; a minus
    /// may be `-`, `−`, `▲`, `△` or brackets, in front or behind.
    pub fn parse(text: &str, decimal: Decimal) -> Option<Figure> {
        let mut rest = text;
        let (mut minus, mut signed, mut opened) = (false, false, false);
        // The front, then the back, as long as something is dropped.
        loop {
            let mut letters = rest.chars();
            let first = letters.next()?;
            if is_dropped(first) {
                rest = letters.as_str();
            } else if is_minus(first) || first == '+' || first == '＋' {
                if signed {
                    return None;
                }
                (signed, minus) = (true, is_minus(first));
                rest = letters.as_str();
            } else if matches!(first, '(' | '（') {
                if signed {
                    return None;
                }
                (signed, minus, opened) = (true, true, true);
                rest = letters.as_str();
            } else if let Some(after) = without_code(rest) {
                rest = after;
            } else {
                break;
            }
        }
        loop {
            let mut letters = rest.chars();
            let last = letters.next_back()?;
            if is_dropped(last) {
                rest = letters.as_str();
            } else if is_minus(last) || last == '+' {
                if signed {
                    return None;
                }
                (signed, minus) = (true, is_minus(last));
                rest = letters.as_str();
            } else if matches!(last, ')' | '）') {
                if !opened {
                    return None;
                }
                opened = false;
                rest = letters.as_str();
            } else if let Some(before) = before_code(rest) {
                rest = before;
            } else {
                break;
            }
        }
        if opened {
            return None;
        }
        let (whole, fraction) = match rest.split_once(decimal.letter()) {
            Some((whole, fraction)) => (whole, fraction),
            None => (rest, ""),
        };
        if whole.is_empty() && fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut digits: i128 = 0;
        let mut add = |digit: u8| -> Option<()> {
            digits = digits.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
            Some(())
        };
        // The lengths of the groups after the first separator.
        let (mut group, mut groups_fit, mut separator) = (0usize, true, None);
        for letter in whole.chars() {
            match letter {
                '0'..='9' => {
                    group += 1;
                    add(letter as u8)?;
                }
                _ if letter == decimal.group()
                    || matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '’' | '\'') =>
                {
                    let fits = match separator {
                        None => (1..=3).contains(&group),
                        // Indian groups have two digits but for the last.
                        Some(known) => known == letter && (2..=3).contains(&group),
                    };
                    groups_fit &= fits;
                    (separator, group) = (Some(letter), 0);
                }
                _ => return None,
            }
        }
        if separator.is_some() && (group != 3 || !groups_fit) {
            return None;
        }
        for letter in fraction.bytes() {
            add(letter)?;
        }
        let digits = if minus { -digits } else { digits };
        Some(Figure { digits, scale: fraction.len() as u32 })
    }

    /// Returns the amount in minor units of a unit; more decimals than it has must be zeros.
    pub fn minor(self, decimals: u8) -> Option<i64> {
        let decimals = u32::from(decimals);
        let minor = match self.scale.checked_sub(decimals) {
            None | Some(0) => self.digits.checked_mul(10i128.checked_pow(decimals - self.scale)?)?,
            Some(more) => {
                let ten = 10i128.checked_pow(more)?;
                if self.digits % ten != 0 {
                    return None;
                }
                self.digits / ten
            }
        };
        // Room for sums.
        i64::try_from(minor).ok().filter(|minor| minor.unsigned_abs() < 1 << 53)
    }

    /// Returns the number without separators and closing zeros: `1234.5`.
    pub fn plain(self) -> String {
        let (mut digits, mut scale) = (self.digits, self.scale);
        while scale > 0 && digits % 10 == 0 {
            (digits, scale) = (digits / 10, scale - 1);
        }
        let sign = if digits < 0 { "-" } else { "" };
        let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale as usize + 1);
        let (whole, fraction) = text.split_at(text.len() - scale as usize);
        if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

fn is_minus(letter: char) -> bool {
    matches!(letter, '-' | '−' | '▲' | '△' | '‐' | '–' | '－' | '﹣')
}

/// Returns whether a character at an end of an amount says nothing about its size.
fn is_dropped(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '$' | '¢' | '£' | '¤' | '¥' | '\u{20a0}'..='\u{20cf}' | '￠' | '￡' | '￥' | '￦' | '＄'
        )
        || matches!(letter, '원' | '円' | '元' | '\\')
}

/// Returns what follows an ISO code, or a word like `Ksh`, in front of an amount.
fn without_code(text: &str) -> Option<&str> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let code = &text[..letters];
    let is_code = letters == 3 && (code.bytes().all(|b| b.is_ascii_uppercase()) || code == "Ksh");
    let is_sign = matches!(code, "R" | "RM" | "Rs" | "US" | "A" | "C" | "HK" | "S" | "NZ" | "NT");
    let rest = &text[letters..];
    (is_code || is_sign && !rest.is_empty()).then_some(rest)
}

fn before_code(text: &str) -> Option<&str> {
    let letters = text.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    (letters == 3).then(|| &text[..text.len() - letters])
}

/// What the amounts of a file say about their decimal character.
#[derive(Clone, Copy, Debug, Default)]
pub struct DecimalEvidence {
    point: u64,
    comma: u64,
}

impl DecimalEvidence {
    /// Adds an amount.
    pub fn see(&mut self, text: &str) {
        let separators: Vec<(usize, char)> =
            text.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
        let Some(&(at, last)) = separators.last() else { return };
        let after = text[at + 1..].chars().take_while(char::is_ascii_digit).count();
        let same = separators.iter().filter(|(_, c)| *c == last).count();
        // The last one of two kinds, or one that no group of three follows.
        let is_decimal = match same {
            1 => separators.len() > 1 || after != 3,
            _ => false,
        };
        match (last, is_decimal) {
            ('.', true) | (',', false) if same > 1 || is_decimal => self.point += 1,
            (',', true) | ('.', false) if same > 1 || is_decimal => self.comma += 1,
            _ => {}
        }
    }

    /// Returns the decimal character.
    pub fn decimal(self) -> Decimal {
        if self.comma > self.point { Decimal::Comma } else { Decimal::Point }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_amounts_as_they_are_written() {
        for (text, plain) in [
            ("1,234.50", "1234.5"),
            ("-1,234", "-1234"),
            ("- $20.00", "-20"),
            ("+ $1,150.00", "1150"),
            ("-$2.90", "-2.9"),
            ("$-2.90", "-2.9"),
            ("(5.00)", "-5"),
            ("▲1,000", "-1000"),
            ("△ 1,000", "-1000"),
            ("1,000-", "-1000"),
            ("−7", "-7"),
            ("12,34,567.00", "1234567"),
            ("6,800원", "6800"),
            ("¥500.00", "500"),
            ("417円", "417"),
            ("INR 299.00", "299"),
            ("299.00 INR", "299"),
            ("Ksh1,200.50", "1200.5"),
            ("US$5", "5"),
            ("R$ 5", "5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1 234.5", "1234.5"),
            ("0.00", "0"),
            ("-0.05", "-0.05"),
        ] {
            assert_eq!(
                Figure::parse(text, Decimal::Point).map(Figure::plain).as_deref(),
                Some(plain),
                "{text}"
            );
        }
        for text in [
            "12..34", "", "-", "--5", "1,23", "1,2345", ",123", "1.2.3", "abc", "(5", "5)", "1,234,56",
            "5 apples", "１",
        ] {
            assert_eq!(Figure::parse(text, Decimal::Point), None, "{text}");
        }
        assert_eq!(Figure::parse("1.206,60", Decimal::Comma).map(Figure::plain).as_deref(), Some("1206.6"));
        assert_eq!(Figure::parse("-929,00", Decimal::Comma).map(Figure::plain).as_deref(), Some("-929"));
    }

    #[test]
    fn more_decimals_than_the_unit_has_must_be_zeros() {
        let minor =
            |text: &str, decimals| Figure::parse(text, Decimal::Point).and_then(|f| f.minor(decimals));
        assert_eq!(minor("12.50", 2), Some(1250));
        assert_eq!(minor("12.500", 2), Some(1250));
        assert_eq!(minor("12.505", 2), None);
        assert_eq!(minor("12.00", 0), Some(12));
        assert_eq!(minor("12.5", 0), None);
        assert_eq!(minor("12", 2), Some(1200));
        assert_eq!(minor("99999999999999999999999999", 2), None);
        assert_eq!(minor("9999999999999999999999999999999999999999999", 2), None);
    }

    #[test]
    fn the_whole_column_tells_its_decimal_character() {
        let decimal = |texts: &[&str]| {
            let mut evidence = DecimalEvidence::default();
            texts.iter().for_each(|text| evidence.see(text));
            evidence.decimal()
        };
        assert_eq!(decimal(&["1,206.60", "5"]), Decimal::Point);
        assert_eq!(decimal(&["1.206,60", "5"]), Decimal::Comma);
        assert_eq!(decimal(&["1,206", "5,60"]), Decimal::Comma);
        assert_eq!(decimal(&["1,206", "3"]), Decimal::Point);
        assert_eq!(decimal(&["1.206.111", "3"]), Decimal::Comma);
        assert_eq!(decimal(&["1,206,111", "3"]), Decimal::Point);
        assert_eq!(decimal(&["-0,50 €"]), Decimal::Comma);
    }
}
