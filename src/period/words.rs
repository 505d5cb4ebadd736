//! The words people use for dates and periods, in English and Korean.

use super::{Day, Moment, Month};
use std::fmt;

/// A typed date: a whole day, or one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instant {
    /// A date alone.
    Day(Day),
    /// A date with a time of day.
    At(Moment),
}

/// Why a text is not a date or a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateError {
    /// It has the form of a date, but the calendar has no such day.
    Impossible(String),
    /// It is no date at all.
    NotADate(String),
    /// It is no period at all.
    NotAPeriod(String),
    /// The range ends before it begins: its first and last day, and the range turned round, as typed.
    Backwards(Day, Day, String),
}

impl Instant {
    /// The moment for an entry: a date alone is its first second, today is the present second.
    pub fn start(self, now: Moment) -> Moment {
        match self {
            Instant::At(moment) => moment,
            Instant::Day(day) if day == now.day() => now,
            Instant::Day(day) => day.start(),
        }
    }

    /// The moment for a snapshot: a date alone is its last second, today is the present second.
    pub fn end(self, now: Moment) -> Moment {
        match self {
            Instant::At(moment) => moment,
            Instant::Day(day) if day == now.day() => now,
            Instant::Day(day) => day.end(),
        }
    }

    /// The day.
    pub fn day(self) -> Day {
        match self {
            Instant::Day(day) => day,
            Instant::At(moment) => moment.day(),
        }
    }
}

/// Has the text the outline of an ISO date, so that a failure is an impossible day?
fn looks_iso(text: &str) -> bool {
    text.len() >= 7 && text.starts_with(|c: char| c.is_ascii_digit()) && text.matches('-').count() >= 1
}

/// Reads a date with or without a time: `2026-11-20`, `2026-11-20T18:30`, `yesterday`, `3d ago`, `어제`.
pub fn parse_instant(text: &str, today: Day) -> Result<Instant, DateError> {
    let text = text.trim();
    if let Some(moment) = Moment::parse_iso(text) {
        return Ok(Instant::At(moment));
    }
    parse_date(text, today).map(Instant::Day)
}

/// Reads a date without a time: `2026-11-20`, `today`, `yesterday`, `tomorrow`, `3d ago`, `2주 전`.
pub fn parse_date(text: &str, today: Day) -> Result<Day, DateError> {
    let text = text.trim();
    if let Some(day) = Day::parse_iso(text) {
        return Ok(day);
    }
    let words = text.to_lowercase();
    let within = |day: Day| {
        let calendar = super::YEAR_MIN..=super::YEAR_MAX;
        if calendar.contains(&day.year()) { Ok(day) } else { Err(DateError::Impossible(text.into())) }
    };
    match words.as_str() {
        "today" | "now" | "오늘" | "지금" => return within(today),
        "yesterday" | "어제" => return within(today.plus(-1)),
        "tomorrow" | "내일" => return within(today.plus(1)),
        "그제" | "그저께" => return within(today.plus(-2)),
        _ => {}
    }
    let ago = words.strip_suffix("ago").or_else(|| words.strip_suffix('전')).map(str::trim);
    if let Some((count, unit)) = ago.and_then(count_and_unit) {
        let months = |n: i32| {
            let month = today.month().plus(-n);
            month.day(today.of_month())
        };
        let day = match unit {
            "d" | "day" | "days" | "일" => today.plus(-count),
            "w" | "week" | "weeks" | "주" => today.plus(-7 * count),
            "m" | "month" | "months" | "달" | "개월" => months(count),
            "y" | "year" | "years" | "년" => months(12 * count),
            _ => return Err(DateError::NotADate(text.into())),
        };
        return within(day);
    }
    if looks_iso(text) {
        Err(DateError::Impossible(text.into()))
    } else {
        Err(DateError::NotADate(text.into()))
    }
}

/// `3d`, `3 days`, `3일`: a count of at most four digits and the word behind it.
fn count_and_unit(text: &str) -> Option<(i32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(end);
    if count.is_empty() || count.len() > 4 {
        return None;
    }
    Some((count.parse().ok()?, unit.trim()))
}

/// What a period counts in; it decides which period came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grain {
    /// So many calendar months, beginning with that one.
    Months(Month, i32),
    /// Days from the first to the last, both inside.
    Days,
}

/// A stretch of days, both ends inside; an end may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day, or `None` for "from the beginning".
    pub from: Option<Day>,
    /// The last day, or `None` for "without end".
    pub to: Option<Day>,
    grain: Grain,
    month_start: u32,
}

impl Period {
    /// Reads `2026-10`, `2026`, `2026Q4`, `2026-10-03`, `A..B`, `A..`, `..B`, `today`, `last month`,
    /// `이번달`, `last 90d` and the like. A month begins on `month_start` (1 to 31; the last day
    /// in a shorter month) and is named after the month in which most of it lies: from 16 on, the
    /// month that it ends in.
    pub fn parse(text: &str, today: Day, month_start: u32) -> Result<Period, DateError> {
        let trimmed = text.trim();
        if let Some((a, b)) = trimmed.split_once("..") {
            let (a, b) = (a.trim(), b.trim());
            if a.is_empty() && b.is_empty() {
                return Err(DateError::NotAPeriod(text.into()));
            }
            let point = |p: &str| {
                if p.is_empty() { Ok(None) } else { Period::point(p, today, month_start).map(Some) }
            };
            let (first, last) = (point(a)?, point(b)?);
            let (from, to) = (first.and_then(|p| p.from), last.and_then(|p| p.to));
            if let (Some(from), Some(to)) = (from, to)
                && to < from
            {
                return Err(DateError::Backwards(from, to, format!("{b}..{a}")));
            }
            return Ok(Period { from, to, grain: Grain::Days, month_start });
        }
        Period::point(trimmed, today, month_start)
    }

    /// The days from one to another, both inside.
    pub fn days(from: Day, to: Day) -> Period {
        Period { from: Some(from), to: Some(to), grain: Grain::Days, month_start: 1 }
    }

    /// A month; with another `month_start` than 1, the month of that name.
    pub fn month(month: Month, month_start: u32) -> Period {
        Period::months(month, 1, month_start)
    }

    /// The month, counted from `month_start`, that holds a day.
    pub fn month_of(day: Day, month_start: u32) -> Period {
        let near = day.month();
        (-1..=1)
            .map(|shift| Period::month(near.plus(shift), month_start))
            .find(|p| p.from <= Some(day) && Some(day) <= p.to)
            .unwrap_or(Period::month(near, month_start))
    }

    fn months(month: Month, count: i32, month_start: u32) -> Period {
        // A month that begins late is named after the month that most of it lies in.
        let shift = if month_start > 15 { -1 } else { 0 };
        let begin = |m: Month| m.plus(shift).day(month_start);
        Period {
            from: Some(begin(month)),
            to: Some(begin(month.plus(count)).plus(-1)),
            grain: Grain::Months(month, count),
            month_start,
        }
    }

    fn point(text: &str, today: Day, month_start: u32) -> Result<Period, DateError> {
        let this = match Period::month_of(today, month_start).grain {
            Grain::Months(month, _) => month,
            Grain::Days => today.month(),
        };
        let (year, number) = this.year_month();
        let quarter = Month::new(year, (number - 1) / 3 * 3 + 1);
        let months = |m: Month, count: i32| Ok(Period::months(m, count, month_start));
        let week = |monday: Day| Ok(Period::days(monday, monday.plus(6)));
        let words = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        match words.as_str() {
            "this month" | "이번달" | "이번 달" => return months(this, 1),
            "last month" | "지난달" | "지난 달" => return months(this.plus(-1), 1),
            "this quarter" | "이번분기" | "이번 분기" => return months(quarter, 3),
            "last quarter" | "지난분기" | "지난 분기" => return months(quarter.plus(-3), 3),
            "this year" | "올해" => return months(Month::new(year, 1), 12),
            "last year" | "작년" | "지난해" => return months(Month::new(year - 1, 1), 12),
            "this week" | "이번주" | "이번 주" => return week(today.monday()),
            "last week" | "지난주" | "지난 주" => return week(today.monday().plus(-7)),
            _ => {}
        }
        if let Some(rest) = words.strip_prefix("last ").or_else(|| words.strip_prefix("최근 "))
            && let Some((count, unit)) = count_and_unit(rest)
        {
            let days = match unit {
                "d" | "day" | "days" | "일" => count,
                "w" | "week" | "weeks" | "주" => count * 7,
                _ => 0,
            };
            return if days > 0 {
                Ok(Period::days(today.plus(1 - days), today))
            } else {
                Err(DateError::NotAPeriod(text.into()))
            };
        }
        let year_of = |s: &str| -> Option<i32> {
            (s.len() == 4 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok()).flatten()
        };
        let in_range = |year: i32| (super::YEAR_MIN..=super::YEAR_MAX).contains(&year);
        if let Some(year) = year_of(&words) {
            return if in_range(year) {
                months(Month::new(year, 1), 12)
            } else {
                Err(DateError::Impossible(text.into()))
            };
        }
        if let Some((year, q)) = words.split_once('q')
            && let Some(year) = year_of(year.trim_end_matches('-'))
        {
            return match q {
                "1" | "2" | "3" | "4" if in_range(year) => {
                    months(Month::new(year, (q.as_bytes()[0] - b'1') as u32 * 3 + 1), 3)
                }
                _ => Err(DateError::Impossible(text.into())),
            };
        }
        if let Some(month) = Month::parse_iso(&words) {
            return months(month, 1);
        }
        match parse_date(text, today) {
            Ok(day) => Ok(Period::days(day, day)),
            Err(DateError::NotADate(_)) => Err(DateError::NotAPeriod(text.into())),
            Err(other) => Err(other),
        }
    }

    /// The calendar month, quarter or year before, else as many days before; `None` for a period
    /// with an open end.
    pub fn previous(&self) -> Option<Period> {
        match self.grain {
            Grain::Months(month, count) => Some(Period::months(month.plus(-count), count, self.month_start)),
            Grain::Days => {
                let (from, to) = (self.from?, self.to?);
                let days = to.0 - from.0 + 1;
                Some(Period::days(from.plus(-days), from.plus(-1)))
            }
        }
    }

    /// Is the moment inside?
    pub fn holds(&self, at: Moment) -> bool {
        self.from.is_none_or(|from| from.start() <= at) && self.to.is_none_or(|to| at <= to.end())
    }

    /// How a person calls it: `2026-10`, `2026 Q4`, `2026`; `None` for other stretches of days.
    pub fn name(&self) -> Option<String> {
        let Grain::Months(month, count) = self.grain else { return None };
        let (year, number) = month.year_month();
        Some(match count {
            1 => month.to_string(),
            3 => format!("{year} Q{}", (number - 1) / 3 + 1),
            _ => year.to_string(),
        })
    }
}

impl fmt::Display for Period {
    /// The dates it resolved to: `2026-10-01..2026-10-31`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(from) = self.from {
            write!(f, "{from}")?;
        }
        f.write_str("..")?;
        if let Some(to) = self.to {
            write!(f, "{to}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        Day::parse_iso("2026-11-22").unwrap()
    }

    fn shown(text: &str) -> String {
        Period::parse(text, today(), 1).unwrap().to_string()
    }

    #[test]
    fn no_word_leads_out_of_the_calendar() {
        let day = |text: &str| Day::parse_iso(text).unwrap();
        for (text, today) in [("yesterday", "1900-01-01"), ("그저께", "1900-01-02"), ("내일", "9999-12-31")]
        {
            assert_eq!(parse_date(text, day(today)), Err(DateError::Impossible(text.into())));
        }
    }

    #[test]
    fn reads_every_period_of_the_contract() {
        for (text, wanted) in [
            ("2026-10", "2026-10-01..2026-10-31"),
            ("2026", "2026-01-01..2026-12-31"),
            ("2026Q4", "2026-10-01..2026-12-31"),
            ("2026-10-03", "2026-10-03..2026-10-03"),
            ("2026-10-03..2026-11", "2026-10-03..2026-11-30"),
            ("2026-02..", "2026-02-01.."),
            ("..2026-02", "..2026-02-28"),
            ("today", "2026-11-22..2026-11-22"),
            ("yesterday", "2026-11-21..2026-11-21"),
            ("this month", "2026-11-01..2026-11-30"),
            ("last month", "2026-10-01..2026-10-31"),
            ("이번달", "2026-11-01..2026-11-30"),
            ("지난달", "2026-10-01..2026-10-31"),
            ("last 90d", "2026-08-25..2026-11-22"),
            ("last quarter", "2026-07-01..2026-09-30"),
            ("작년", "2025-01-01..2025-12-31"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn refuses_impossible_and_backward_periods() {
        let parse = |text: &str| Period::parse(text, today(), 1);
        for text in ["2026-13", "2026-02-30", "2026Q5", "0000", "2026-00", "2026-02-30.."] {
            assert!(matches!(parse(text), Err(DateError::Impossible(_))), "{text}: {:?}", parse(text));
        }
        for text in ["", "..", "soon", "last", "last 0d", "last 5 parsecs", "20261003x"] {
            assert!(matches!(parse(text), Err(DateError::NotAPeriod(_))), "{text}: {:?}", parse(text));
        }
        assert!(matches!(parse("2026-10..2026-09"), Err(DateError::Backwards(..))));
    }

    #[test]
    fn knows_the_period_before() {
        let previous = |text: &str| Period::parse(text, today(), 1).unwrap().previous().unwrap().to_string();
        assert_eq!(previous("2026-03"), "2026-02-01..2026-02-28");
        assert_eq!(previous("2026Q1"), "2025-10-01..2025-12-31");
        assert_eq!(previous("2026"), "2025-01-01..2025-12-31");
        assert_eq!(previous("2026-10-03..2026-10-05"), "2026-09-30..2026-10-02");
        assert_eq!(Period::parse("2026-10..", today(), 1).unwrap().previous(), None);
    }

    #[test]
    fn begins_months_on_a_day_of_ones_own() {
        let month = |text: &str, start| Period::parse(text, today(), start).unwrap().to_string();
        assert_eq!(month("2026-02", 25), "2026-01-25..2026-02-24");
        assert_eq!(month("2026-02", 31), "2026-01-31..2026-02-27");
        assert_eq!(month("2026-03", 31), "2026-02-28..2026-03-30");
        assert_eq!(month("2026-02", 10), "2026-02-10..2026-03-09");
        assert_eq!(month("this month", 25), "2026-10-25..2026-11-24");
        assert_eq!(month("this month", 10), "2026-11-10..2026-12-09");
    }

    #[test]
    fn months_that_begin_on_any_day_meet_without_gap_or_overlap() {
        for start in 1..=31 {
            let mut month = Month::parse_iso("2023-12").unwrap();
            for _ in 0..40 {
                let (this, next) = (Period::month(month, start), Period::month(month.plus(1), start));
                assert_eq!(this.to.unwrap().plus(1), next.from.unwrap(), "{month} from {start}");
                month = month.plus(1);
            }
        }
    }

    #[test]
    fn reads_dates_in_words() {
        let date = |text: &str| parse_date(text, today()).map(|d| d.to_string());
        assert_eq!(date("3d ago").unwrap(), "2026-11-19");
        assert_eq!(date("3 days ago").unwrap(), "2026-11-19");
        assert_eq!(date("2주 전").unwrap(), "2026-11-08");
        assert_eq!(date("어제").unwrap(), "2026-11-21");
        assert_eq!(
            parse_date("1m ago", Day::parse_iso("2026-03-31").unwrap()).unwrap().to_string(),
            "2026-02-28"
        );
        assert!(matches!(date("2026-02-30"), Err(DateError::Impossible(_))));
        assert!(matches!(date("2026-11"), Err(DateError::Impossible(_))));
        assert!(matches!(date("friday-ish"), Err(DateError::NotADate(_))));
        assert!(matches!(date("9999y ago"), Err(DateError::Impossible(_))));
    }

    #[test]
    fn a_date_alone_is_the_first_second_of_an_entry_and_the_last_of_a_snapshot() {
        let now = Moment::parse_iso("2026-11-22T13:05").unwrap();
        let (past, present) = (Instant::Day(today().plus(-1)), Instant::Day(today()));
        assert_eq!(past.start(now).to_string(), "2026-11-21T00:00:00");
        assert_eq!(past.end(now).to_string(), "2026-11-21T23:59:59");
        assert_eq!((present.start(now), present.end(now)), (now, now));
    }
}
