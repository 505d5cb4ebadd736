//! Dates and times as statements write them.

use crate::period::{Day, LocalDateTime, MONTH_NAMES};

/// One way to write a date, such as `%Y.%m.%d %H:%M:%S`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    parts: Vec<FormatPart>,
    /// The order of day and month.
    pub order: Option<DateOrder>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FormatPart {
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Hour,
    Hour12,
    Minute,
    Second,
    Fraction,
    HalfDay,
    Blank,
    Literal(char),
}

/// In which order day, month and year stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum DateOrder {
    Dmy,
    Mdy,
    Ymd,
}

/// A date without its year is of one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedDate {
    /// The month and the day of the month.
    pub month: u32,
    /// The day of the month.
    pub day: u32,
    /// The year, where it is written.
    pub year: Option<i32>,
    /// Seconds since midnight.
    pub seconds: i64,
    /// Whether a time is written.
    pub has_time: bool,
}

impl ParsedDate {
    /// Returns the moment, in the year that is written or else in that one.
    pub fn moment(self, year: i32) -> Option<LocalDateTime> {
        let day = Day::new(self.year.unwrap_or(year), self.month, self.day)?;
        Some(LocalDateTime(day.start().0 + self.seconds))
    }

    /// Returns the moment in the latest year in which it is not after a day.
    pub fn nearest_past(self, today: Day) -> Option<LocalDateTime> {
        // A 29 February may be years ago.
        (0..8).find_map(|back| {
            let at = self.moment(today.year() - back)?;
            (at.day() <= today).then_some(at)
        })
    }
}

impl DateFormat {
    /// Reads a format; `None` where it has an unknown part, or no day and month.
    pub fn parse(text: &str) -> Option<DateFormat> {
        let mut parts = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            parts.push(match letter {
                '%' => match letters.next()? {
                    'Y' => FormatPart::Year,
                    'y' => FormatPart::ShortYear,
                    'm' => FormatPart::Month,
                    'd' => FormatPart::Day,
                    'b' => FormatPart::MonthName,
                    'H' => FormatPart::Hour,
                    'I' => FormatPart::Hour12,
                    'p' => FormatPart::HalfDay,
                    'M' => FormatPart::Minute,
                    'S' => FormatPart::Second,
                    'f' => FormatPart::Fraction,
                    '%' => FormatPart::Literal('%'),
                    _ => return None,
                },
                blank if blank.is_whitespace() => FormatPart::Blank,
                letter => FormatPart::Literal(letter),
            });
        }
        let place = |wanted: &[FormatPart]| parts.iter().position(|part| wanted.contains(part));
        let (day, month) = (place(&[FormatPart::Day])?, place(&[FormatPart::Month, FormatPart::MonthName])?);
        let year = place(&[FormatPart::Year, FormatPart::ShortYear]);
        let is_named = parts.contains(&FormatPart::MonthName);
        let order = match year {
            _ if is_named => None,
            Some(year) if year < day.min(month) => Some(DateOrder::Ymd),
            _ if day < month => Some(DateOrder::Dmy),
            _ => Some(DateOrder::Mdy),
        };
        Some(DateFormat { parts, order })
    }

    /// Reads a text of this format. Seconds may be missing; a zone after it is dropped.
    pub fn read(&self, text: &str) -> Option<ParsedDate> {
        let mut rest = text.trim();
        let (mut year, mut month, mut day) = (None, 0, 0);
        let (mut hour, mut minute, mut second) = (None, 0, 0);
        let mut half: Option<bool> = None;
        let mut is_twelve = false;
        let mut parts = self.parts.iter().copied().peekable();
        while let Some(part) = parts.next() {
            // What may be missing: `:%S` and what follows it up to a half of the day.
            if rest.is_empty() || part == FormatPart::Literal(':') && !rest.starts_with(':') {
                let left: Vec<FormatPart> = std::iter::once(part).chain(parts.clone()).collect();
                let is_optional = matches!(
                    left.as_slice(),
                    [FormatPart::Literal(':' | '.'), FormatPart::Second | FormatPart::Fraction, ..]
                );
                if !is_optional {
                    return None;
                }
                let after = left.iter().position(|part| *part == FormatPart::Blank);
                if rest.is_empty() || after.is_none() {
                    break;
                }
                while parts.peek().is_some_and(|part| *part != FormatPart::Blank) {
                    parts.next();
                }
                continue;
            }
            match part {
                FormatPart::Blank => rest = rest.trim_start(),
                FormatPart::Literal(letter) => rest = rest.strip_prefix(letter)?,
                FormatPart::MonthName => {
                    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
                    let name = rest.get(..letters)?.to_ascii_lowercase();
                    let known = MONTH_NAMES.iter().position(|month| {
                        name.len() >= 3
                            && (month.starts_with(&name) || name == "sept" && *month == "september")
                    })?;
                    month = known as u32 + 1;
                    rest = rest[letters..].strip_prefix('.').unwrap_or(&rest[letters..]);
                }
                FormatPart::HalfDay => {
                    let halves = [
                        ("AM", false),
                        ("PM", true),
                        ("오전", false),
                        ("오후", true),
                        ("a.m.", false),
                        ("p.m.", true),
                    ];
                    let (word, is_pm) = halves.into_iter().find(|(word, _)| {
                        rest.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word))
                    })?;
                    half = Some(is_pm);
                    rest = &rest[word.len()..];
                }
                FormatPart::Fraction => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    if !(1..=9).contains(&digits) {
                        return None;
                    }
                    rest = &rest[digits..];
                }
                FormatPart::Year => {
                    year = Some(digits(&mut rest, 4, 4)? as i32);
                }
                FormatPart::ShortYear => {
                    year = Some(2000 + digits(&mut rest, 2, 2)? as i32);
                }
                FormatPart::Month => month = digits(&mut rest, 1, 2)?,
                FormatPart::Day => day = digits(&mut rest, 1, 2)?,
                FormatPart::Hour => hour = Some(digits(&mut rest, 1, 2)?),
                FormatPart::Hour12 => {
                    is_twelve = true;
                    hour = Some(digits(&mut rest, 1, 2)?);
                }
                FormatPart::Minute => minute = digits(&mut rest, 1, 2)?,
                FormatPart::Second => {
                    second = digits(&mut rest, 1, 2)?;
                }
            }
        }
        if !is_zone(rest, hour.is_some()) {
            return None;
        }
        let mut hours = hour.unwrap_or(0);
        if is_twelve {
            if !(1..=12).contains(&hours) {
                return None;
            }
            hours = hours % 12 + if half? { 12 } else { 0 };
        }
        if hours > 23 || minute > 59 || second > 59 {
            return None;
        }
        // A year that is not known may be a leap year.
        Day::new(year.unwrap_or(2000), month, day)?;
        let seconds = i64::from(hours * 3600 + minute * 60 + second);
        Some(ParsedDate { month, day, year, seconds, has_time: hour.is_some() })
    }
}

/// Reads a number of so many digits.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if count < least {
        return None;
    }
    let (front, back) = rest.split_at(count);
    *rest = back;
    front.parse().ok()
}

/// Returns whether a text after a time is a fraction of a second or a zone, or nothing.
fn is_zone(rest: &str, after_time: bool) -> bool {
    if rest.is_empty() {
        return true;
    }
    if !after_time {
        return false;
    }
    let fraction =
        rest.strip_prefix(['.', ',']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let rest = fraction.map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = rest.trim_start();
    let zone = zone.strip_prefix('(').and_then(|zone| zone.strip_suffix(')')).unwrap_or(zone);
    let letters = zone.bytes().take_while(u8::is_ascii_uppercase).count();
    let (name, offset) = zone.split_at(letters);
    let is_offset = |offset: &str| {
        offset.strip_prefix(['+', '-', '−']).is_some_and(|digits| {
            let digits: String = digits.chars().filter(|c| *c != ':').collect();
            (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        })
    };
    match name.len() {
        0 => offset.is_empty() || is_offset(offset),
        1..=5 => offset.is_empty() || is_offset(offset),
        _ => false,
    }
}

/// Reads a date and time as a workbook's cell shows it: `2026-08-12 08:31:45`, or the date alone.
pub fn read_iso(text: &str) -> Option<ParsedDate> {
    let moment = LocalDateTime::parse_iso(text).map(|at| (at, true));
    let (at, has_time) = moment.or_else(|| Day::parse_iso(text).map(|day| (day.start(), false)))?;
    let day = at.day();
    let (year, month) = day.month().year_month();
    let seconds = at.0 - day.start().0;
    Some(ParsedDate { month, day: day.of_month(), year: Some(year), seconds, has_time })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        let format = DateFormat::parse(format).unwrap_or_else(|| panic!("{format}"));
        format.read(text)?.moment(2026).map(|at| at.to_string())
    }

    #[test]
    fn reads_what_statements_write() {
        for (format, text, at) in [
            ("%Y.%m.%d %H:%M:%S", "2026.08.12 08:31:45", "2026-08-12T08:31:45"),
            ("%Y.%m.%d %H:%M:%S", "2026.8.2 8:31", "2026-08-02T08:31:00"),
            ("%Y-%m-%d", "2026-08-12", "2026-08-12T00:00:00"),
            ("%Y%m%d", "20260812", "2026-08-12T00:00:00"),
            ("%d/%m/%y %I:%M %p", "3/11/26 9:05 PM", "2026-11-03T21:05:00"),
            ("%d/%m/%y %I:%M:%S %p", "3/11/26 9:05 PM", "2026-11-03T21:05:00"),
            ("%d/%m/%y %I:%M %p", "3/11/26 12:05 AM", "2026-11-03T00:05:00"),
            ("%b %d, %Y, %I:%M %p", "Nov 3, 2026, 9:05 AM", "2026-11-03T09:05:00"),
            ("%d-%m-%Y %H:%M:%S.%f", "01-03-2025 18:00:02.198", "2025-03-01T18:00:02"),
            ("%d-%m-%Y %H:%M:%S", "01-03-2025 18:00:02.198", "2025-03-01T18:00:02"),
            ("%Y-%m-%dT%H:%M:%S", "2021-06-12T03:13:29Z", "2021-06-12T03:13:29"),
            ("%Y-%m-%d %H:%M:%S", "2021-06-12 03:13:29 +09:00", "2021-06-12T03:13:29"),
            ("%Y-%m-%d %H:%M:%S", "2021-06-12 03:13:29 EDT", "2021-06-12T03:13:29"),
            ("%m/%d", "12/31", "2026-12-31T00:00:00"),
            ("%Y/%m%d %H:%M", "2026/1122 10:30", "2026-11-22T10:30:00"),
        ] {
            assert_eq!(read(format, text).as_deref(), Some(at), "{format} {text}");
        }
        for (format, text) in [
            ("%Y-%m-%d", "2026-02-30"),
            ("%Y-%m-%d", "2026-02-20 and more"),
            ("%Y-%m-%d %H:%M", "2026-02-20 25:00"),
            ("%Y-%m-%d %H:%M", "2026-02-20"),
            ("%d/%m/%y %I:%M %p", "3/11/26 13:05 PM"),
            ("%Y-%m-%d", "２０２６-01-01"),
            ("%Y-%m-%d", ""),
        ] {
            assert_eq!(read(format, text), None, "{format} {text}");
        }
        assert_eq!(DateFormat::parse("%H:%M"), None);
        assert_eq!(DateFormat::parse("%Y-%m-%q"), None);
    }

    #[test]
    fn knows_the_order_of_day_and_month() {
        let order = |text: &str| DateFormat::parse(text).and_then(|format| format.order);
        assert_eq!(order("%d/%m/%Y"), Some(DateOrder::Dmy));
        assert_eq!(order("%m/%d/%Y"), Some(DateOrder::Mdy));
        assert_eq!(order("%m/%d"), Some(DateOrder::Mdy));
        assert_eq!(order("%Y/%m/%d"), Some(DateOrder::Ymd));
        assert_eq!(order("%b %d, %Y"), None);
    }

    #[test]
    fn a_date_without_a_year_is_the_nearest_past_one() {
        let today = Day::parse_iso("2027-01-10").unwrap();
        let at = |text: &str| {
            let date = DateFormat::parse("%m/%d").unwrap().read(text).unwrap();
            date.nearest_past(today).unwrap().day().to_string()
        };
        assert_eq!(at("12/31"), "2026-12-31");
        assert_eq!(at("01/02"), "2027-01-02");
        assert_eq!(at("02/29"), "2024-02-29");
    }
}
