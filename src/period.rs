//! Days, months, moments and periods of the local calendar.
//!
//! A moment is a number of local seconds, so that the 31st stays the 31st in every time zone.
//! Nothing here reads a clock: the caller passes the current time.

mod parse;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use serde::{Serialize, Serializer};
use std::fmt;

pub use parse::{DateError, DateInput, MONTH_NAMES, Period, parse_date, parse_date_input, parse_last_day};

/// A calendar day, as the number of days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// A calendar month, as the number of months since January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

/// A moment of local time, in seconds since 1970-01-01T00:00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime(pub i64);

const SECONDS_PER_DAY: i64 = 86_400;
/// The first year of a date.
pub const YEAR_MIN: i32 = 1900;
/// The last year of a date.
pub const YEAR_MAX: i32 = 9999;

impl Day {
    /// Returns a day, or `None` if the calendar does not have it (2026-02-30) or the year is out of
    /// range.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Day::of)
    }

    fn of(date: NaiveDate) -> Day {
        Day(date.to_epoch_days())
    }

    fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or(NaiveDate::MAX)
    }

    /// Parses `2026-11-20`, and no other form.
    pub fn parse_iso(text: &str) -> Option<Day> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
        };
        Day::new(number(0..4)? as i32, number(5..7)?, number(8..10)?)
    }

    /// Returns the month of the day.
    pub fn month(self) -> Month {
        let date = self.date();
        Month::new(date.year(), date.month())
    }

    /// Returns the day of the month, 1 to 31.
    pub fn of_month(self) -> u32 {
        self.date().day()
    }

    /// Returns the calendar year.
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// Returns the Monday on or before the day.
    pub fn monday(self) -> Day {
        Day(self.0 - self.date().weekday().num_days_from_monday() as i32)
    }

    /// Returns the day a number of days later, or earlier if negative.
    pub fn add_days(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// Returns the first second of the day.
    pub fn start(self) -> LocalDateTime {
        LocalDateTime(i64::from(self.0) * SECONDS_PER_DAY)
    }

    /// Returns the last second of the day.
    pub fn end(self) -> LocalDateTime {
        LocalDateTime(i64::from(self.0) * SECONDS_PER_DAY + SECONDS_PER_DAY - 1)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

impl Month {
    /// Returns a month, 1 to 12, of a year.
    pub fn new(year: i32, month: u32) -> Month {
        Month(year * 12 + month as i32 - 1)
    }

    /// Returns the year and the month, 1 to 12.
    pub fn year_month(self) -> (i32, u32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1)
    }

    /// Returns its first day.
    pub fn first(self) -> Day {
        let (year, month) = self.year_month();
        NaiveDate::from_ymd_opt(year, month, 1).map_or(Day(i32::MAX), Day::of)
    }

    /// Returns its last day.
    pub fn last(self) -> Day {
        self.add_months(1).first().add_days(-1)
    }

    /// Returns the month a number of months later, or earlier if negative.
    pub fn add_months(self, months: i32) -> Month {
        Month(self.0 + months)
    }

    /// Returns a day of the month by its number, or the last day if the month is shorter.
    pub fn day(self, number: u32) -> Day {
        let last = self.last();
        if number >= last.of_month() { last } else { self.first().add_days(number.max(1) as i32 - 1) }
    }

    /// Parses `2026-10`.
    pub fn parse_iso(text: &str) -> Option<Month> {
        let day = Day::parse_iso(&format!("{text}-01"))?;
        Some(day.month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = self.year_month();
        write!(f, "{year:04}-{month:02}")
    }
}

impl LocalDateTime {
    /// Returns the day of the moment.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(SECONDS_PER_DAY) as i32)
    }

    /// Formats the moment for people: only the day if it is the first second of a day, else with
    /// the time.
    pub fn to_short_string(self) -> String {
        let day = self.day();
        if self == day.start() {
            return day.to_string();
        }
        let seconds = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        match second {
            0 => format!("{day} {hour:02}:{minute:02}"),
            _ => format!("{day} {hour:02}:{minute:02}:{second:02}"),
        }
    }

    /// Returns the month of the moment.
    pub fn month(self) -> Month {
        self.day().month()
    }

    /// Returns the moment of a local date and time, in whole seconds.
    pub fn of(at: NaiveDateTime) -> LocalDateTime {
        LocalDateTime(at.and_utc().timestamp())
    }

    /// Parses `2026-11-20T18:30` or `2026-11-20T18:30:05`, with a `T` or a space.
    pub fn parse_iso(text: &str) -> Option<LocalDateTime> {
        let (day, time) = text.split_at_checked(10)?;
        let time = time.strip_prefix(['T', 't', ' '])?;
        let day = Day::parse_iso(day)?;
        let mut fields = time.split(':');
        let mut field = |limit: u32| -> Option<Option<u32>> {
            match fields.next() {
                None => Some(None),
                Some(f) if f.len() == 2 && f.bytes().all(|b| b.is_ascii_digit()) => {
                    f.parse().ok().filter(|n| *n < limit).map(Some)
                }
                Some(_) => None,
            }
        };
        let (hour, minute, second) = (field(24)??, field(60)??, field(60)?.unwrap_or(0));
        if fields.next().is_some() {
            return None;
        }
        Some(LocalDateTime(day.start().0 + i64::from(hour * 3600 + minute * 60 + second)))
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.day())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for LocalDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<NaiveDateTime> for LocalDateTime {
    fn from(at: NaiveDateTime) -> LocalDateTime {
        LocalDateTime::of(at.with_nanosecond(0).unwrap_or(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_no_impossible_days() {
        assert!(Day::parse_iso("2024-02-29").is_some());
        for text in
            ["2026-02-29", "2026-02-30", "2026-13-01", "2026-00-10", "2026-1-1", "1899-12-31", "abcd-ef-gh"]
        {
            assert_eq!(Day::parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn clamps_a_day_number_to_short_months() {
        let month = Month::parse_iso("2026-02").unwrap();
        assert_eq!(month.day(31).to_string(), "2026-02-28");
        assert_eq!(month.day(1).to_string(), "2026-02-01");
        assert_eq!(month.last().to_string(), "2026-02-28");
        assert_eq!(month.add_months(-2).to_string(), "2025-12");
    }

    #[test]
    fn writes_and_reads_moments() {
        let moment = LocalDateTime::parse_iso("2026-11-20T18:30").unwrap();
        assert_eq!(moment.to_string(), "2026-11-20T18:30:00");
        assert_eq!(
            LocalDateTime::parse_iso("2026-11-20 18:30:05").unwrap().to_string(),
            "2026-11-20T18:30:05"
        );
        for text in
            ["2026-11-20", "2026-11-20T24:00", "2026-11-20T18", "2026-11-20T1:30", "2026-11-20T18:30:05:1"]
        {
            assert_eq!(LocalDateTime::parse_iso(text), None, "{text}");
        }
        assert_eq!(LocalDateTime::parse_iso("1969-12-31T23:59:59").unwrap(), LocalDateTime(-1));
        assert_eq!(LocalDateTime(-1).day().to_string(), "1969-12-31");
    }

    #[test]
    fn finds_mondays() {
        assert_eq!(Day::parse_iso("2026-11-22").unwrap().monday().to_string(), "2026-11-16");
        assert_eq!(Day::parse_iso("2026-11-16").unwrap().monday().to_string(), "2026-11-16");
    }
}
