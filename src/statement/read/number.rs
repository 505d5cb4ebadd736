//! Numbers and moments as workbooks store them.

/// Most significant digits of a number that people see.
const DIGITS: usize = 15;
/// Largest power of ten of a number; IEEE doubles go up to 308.
const EXPONENT_MAX: i32 = 330;

/// A decimal number of at most 15 significant digits: `digits` × 10^`exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PlainDecimal {
    is_negative: bool,
    digits: u64,
    exponent: i32,
}

/// Returns a number, which may have an exponent (`1.5E-3`), in plain decimal notation, rounded to 15
/// significant digits. `None` if it is no number.
pub(super) fn plain_number(text: &str) -> Option<String> {
    PlainDecimal::parse(text).map(PlainDecimal::to_plain)
}

/// Returns the number of IEEE-754 bits in plain decimal notation, rounded to 15 significant digits. `None`
/// if they are infinite or no number.
#[expect(clippy::disallowed_types, reason = "XLS stores numbers as IEEE doubles; they become text at once")]
pub(super) fn plain_double(bits: u64) -> Option<String> {
    // Seventeen digits say every double exactly enough to be rounded again.
    plain_number(&format!("{:.16e}", f64::from_bits(bits)))
}

/// Returns the moment of a serial number in plain decimal notation (as in [`super::SheetCell::Number`]), to the
/// second: `2026-08-12T08:31:45`; `2026-08-12` for a whole number; `08:31:45` below 1. `None` if it is
/// no number, negative or later than the year 9999.
pub fn moment_of_serial(serial: &str, counts_from_1904: bool) -> Option<String> {
    let PlainDecimal { is_negative, digits, exponent } = PlainDecimal::parse(serial)?;
    let mut seconds = i128::from(digits) * i128::from(DAY_SECONDS);
    for _ in 0..exponent {
        seconds = seconds.checked_mul(10)?;
    }
    if exponent < 0 {
        // The product has at most 20 digits, so a divisor of more makes it 0.
        let divisor = 10_i128.pow(exponent.unsigned_abs().min(25));
        seconds = (seconds + divisor / 2) / divisor;
    }
    let seconds = i64::try_from(seconds).ok().filter(|_| !is_negative || digits == 0)?;
    let (days, second) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if days == 0 {
        return Some(time);
    }
    // Lotus 1-2-3 took 1900 for a leap year; its day 60 does not exist.
    let since_1970 = match (counts_from_1904, days) {
        (true, _) => days - 24_107,
        (false, 1..60) => days - 25_568,
        (false, 60) => return None,
        (false, _) => days - 25_569,
    };
    let (year, month, day) = date_of_day(since_1970);
    let date = format!("{year:04}-{month:02}-{day:02}");
    let is_whole = exponent >= 0;
    (year <= 9999).then(|| if is_whole { date } else { format!("{date}T{time}") })
}

const DAY_SECONDS: i64 = 86_400;

impl PlainDecimal {
    fn parse(text: &str) -> Option<PlainDecimal> {
        let (text, is_negative) = match text.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (text.strip_prefix('+').unwrap_or(text), false),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none()
            || !all().all(|byte| byte.is_ascii_digit())
            || exponent.abs() > EXPONENT_MAX
            || mantissa.len() > 2 * EXPONENT_MAX as usize
        {
            return None;
        }
        let zeros = all().take_while(|byte| *byte == b'0').count();
        let significant = all().count() - zeros;
        let mut digits =
            all().skip(zeros).take(DIGITS).fold(0, |sum, byte| sum * 10 + u64::from(byte - b'0'));
        let mut exponent = exponent - fraction.len() as i32 + significant.saturating_sub(DIGITS) as i32;
        digits += u64::from(all().nth(zeros + DIGITS).is_some_and(|next| next >= b'5'));
        while digits != 0 && digits.is_multiple_of(10) {
            digits /= 10;
            exponent += 1;
        }
        match digits {
            0 => Some(PlainDecimal { is_negative: false, digits: 0, exponent: 0 }),
            _ => Some(PlainDecimal { is_negative, digits, exponent }),
        }
    }

    fn to_plain(self) -> String {
        let digits = self.digits.to_string();
        let sign = if self.is_negative { "-" } else { "" };
        match usize::try_from(self.exponent) {
            Ok(zeros) => format!("{sign}{digits}{}", "0".repeat(zeros)),
            Err(_) => {
                let decimals = self.exponent.unsigned_abs() as usize;
                let digits = format!("{digits:0>width$}", width = decimals + 1);
                let (whole, fraction) = digits.split_at(digits.len() - decimals);
                format!("{sign}{whole}.{fraction}")
            }
        }
    }
}

/// Returns year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn date_of_day(since_1970: i64) -> (i64, i64, i64) {
    // Years from March on, so that the leap day is the last of its year; eras of 400 years.
    let days = since_1970 + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

/// Returns the ISO text of a date and time of day, or `None` if the calendar does not have it.
pub(super) fn iso_date(year: u32, month: u32, day: u32) -> Option<String> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    ((1..=9999).contains(&year) && (1..=days).contains(&day))
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// Returns whether a number format of a workbook shows dates or times, rather than numbers or durations.
pub(super) fn is_date_format(code: &str) -> bool {
    let mut characters = code.chars();
    let mut shows_dates = false;
    while let Some(character) = characters.next() {
        match character {
            '"' => drop(characters.by_ref().find(|c| *c == '"')),
            '\\' | '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                // `[h]:mm` is a duration.
                let letters = inside.to_ascii_lowercase();
                if !letters.is_empty()
                    && ["h", "m", "s"].iter().any(|unit| letters.replace(unit, "").is_empty())
                {
                    return false;
                }
            }
            ';' => break,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => shows_dates = true,
            // `Standard`, `G/표준` and the like stand for any number.
            'G' | 'g' if code.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("general")) => {
                return false;
            }
            _ => {}
        }
    }
    shows_dates
}

/// Returns whether a number format that every workbook has without defining it shows dates or times.
pub(super) fn is_builtin_date_format(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45 | 47 | 50..=58)
}
