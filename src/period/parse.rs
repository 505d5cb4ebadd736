//! Parsing of dates and periods as people write them, in English and Korean.

use super::{Day, LocalDateTime, Month};
use std::fmt;

/// A typed date: a whole day, or one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateInput {
    /// A date alone.
    Day(Day),
    /// A date with a time of day.
    At(LocalDateTime),
}

/// Why a text is not a date or a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateError {
    /// It looks like a date, but the calendar has no such day.
    Impossible(String),
    /// It is not a date.
    NotADate(String),
    /// It is not a period.
    NotAPeriod(String),
    /// The range ends before it begins: its first and last day, and the reversed range as typed.
    Backwards(Day, Day, String),
}

impl DateInput {
    /// Returns the moment for an entry: a date alone is its first second, and today is now.
    pub fn start(self, now: LocalDateTime) -> LocalDateTime {
        match self {
            DateInput::At(moment) => moment,
            DateInput::Day(day) if day == now.day() => now,
            DateInput::Day(day) => day.start(),
        }
    }

    /// Returns the moment for a snapshot: a date alone is its last second, and today is now.
    pub fn end(self, now: LocalDateTime) -> LocalDateTime {
        match self {
            DateInput::At(moment) => moment,
            DateInput::Day(day) if day == now.day() => now,
            DateInput::Day(day) => day.end(),
        }
    }

    /// Returns the day.
    pub fn day(self) -> Day {
        match self {
            DateInput::Day(day) => day,
            DateInput::At(moment) => moment.day(),
        }
    }
}

/// The direction in which to look for a weekday, or for a date without a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// The latest such day that is not after today.
    Back,
    /// The next such day that is not before a given one, for the last day of points.
    Ahead,
}

/// Parses a date with or without a time: `2026-11-20`, `2026-11-20T18:30`, `18:30` (today),
/// `yesterday`, `3d ago`, `Nov 20`, `금요일`, `어제 18:30`.
pub fn parse_date_input(text: &str, today: Day) -> Result<DateInput, DateError> {
    let text = text.trim();
    if let Some(moment) = LocalDateTime::parse_iso(text) {
        return Ok(DateInput::At(moment));
    }
    let at = |day: Day, seconds: i64| DateInput::At(LocalDateTime(day.start().0 + seconds));
    if let Some(time) = time_of_day(text) {
        return Ok(at(today, time.ok_or_else(|| DateError::Impossible(text.into()))?));
    }
    let split = text.rsplit_once(char::is_whitespace).or_else(|| text.split_once(['T', 't']));
    if let Some((day, time)) = split
        && let Some(time) = time_of_day(time.trim())
    {
        let whole = |error| match error {
            DateError::NotADate(_) => DateError::NotADate(text.into()),
            _ => DateError::Impossible(text.into()),
        };
        let day = parse_date(day, today).map_err(whole)?;
        return Ok(at(day, time.ok_or_else(|| DateError::Impossible(text.into()))?));
    }
    parse_date(text, today).map(DateInput::Day)
}

/// Parses a date without a time: `2026-11-20`, `20261120`, `2026.11.20`, `11-20`, `11월 20일`, `Nov
/// 20`, `today`, `yesterday`, `3d ago`, `3d`, `2주 전`, `friday`, `월요일`.
pub fn parse_date(text: &str, today: Day) -> Result<Day, DateError> {
    date(text, today, Direction::Back)
}

/// Parses the last day of something that begins on a day: like [`parse_date`], but a weekday or a
/// date without a year is the next such day, and `30d` is that many days later.
pub fn parse_last_day(text: &str, begins: Day) -> Result<Day, DateError> {
    date(text, begins, Direction::Ahead)
}

fn date(text: &str, today: Day, way: Direction) -> Result<Day, DateError> {
    let text = text.trim();
    if let Some(day) = Day::parse_iso(text) {
        return Ok(day);
    }
    let impossible = || DateError::Impossible(text.into());
    let within = |day: Day| {
        let calendar = super::YEAR_MIN..=super::YEAR_MAX;
        if calendar.contains(&day.year()) { Ok(day) } else { Err(impossible()) }
    };
    let words = text.to_lowercase();
    match words.as_str() {
        "today" | "now" | "오늘" | "지금" => return within(today),
        "yesterday" | "어제" => return within(today.add_days(-1)),
        "tomorrow" | "내일" => return within(today.add_days(1)),
        "그제" | "그저께" => return within(today.add_days(-2)),
        _ => {}
    }
    if let Some(weekday) = weekday(&words) {
        let this_week = today.monday().add_days(weekday);
        return within(match way {
            Direction::Back if this_week > today => this_week.add_days(-7),
            Direction::Ahead if this_week < today => this_week.add_days(7),
            _ => this_week,
        });
    }
    let ago = words.strip_suffix("ago").or_else(|| words.strip_suffix('전'));
    let count = ago.map(|count| count.trim_end_matches(['-', ' '])).unwrap_or(&words);
    if let Some((count, unit)) = count_and_unit(count)
        && let Some(step) = DateStep::parse(unit)
        // `11일` is a day of the month, not a number of days.
        && (unit != "일" || ago.is_some() || way == Direction::Ahead)
    {
        let ahead = way == Direction::Ahead && ago.is_none();
        return within(step.from(today, if ahead { count } else { -count }));
    }
    match written(&words) {
        None => Err(DateError::NotADate(text.into())),
        Some((Some(year), month, day)) => Day::new(year, month, day).ok_or_else(impossible),
        Some((None, month, day)) => {
            let this = today.year();
            // The 29th of February may be up to eight years away.
            let mut years: Box<dyn Iterator<Item = i32>> = match way {
                Direction::Back => Box::new((this - 8..=this).rev()),
                Direction::Ahead => Box::new(this..=this + 8),
            };
            let fits = |found: &Day| match way {
                Direction::Back => *found <= today,
                Direction::Ahead => *found >= today,
            };
            years.find_map(|year| Day::new(year, month, day).filter(fits)).ok_or_else(impossible)
        }
    }
}

/// A unit of time in which dates count.
#[derive(Clone, Copy)]
enum DateStep {
    Days(i32),
    Months(i32),
}

impl DateStep {
    fn parse(unit: &str) -> Option<DateStep> {
        match unit {
            "d" | "day" | "days" | "일" => Some(DateStep::Days(1)),
            "w" | "week" | "weeks" | "주" | "주일" => Some(DateStep::Days(7)),
            "m" | "month" | "months" | "달" | "개월" => Some(DateStep::Months(1)),
            "y" | "year" | "years" | "년" => Some(DateStep::Months(12)),
            _ => None,
        }
    }

    /// Returns the day a number of steps after another, or before it if negative.
    fn from(self, day: Day, count: i32) -> Day {
        match self {
            DateStep::Days(days) => day.add_days(days * count),
            DateStep::Months(months) => day.month().add_months(months * count).day(day.of_month()),
        }
    }
}

/// Parses a time of day to seconds; the inner `None` is a time that the clock does not have.
fn time_of_day(text: &str) -> Option<Option<i64>> {
    let fields: Vec<&str> = text.split(':').collect();
    let digits = |field: &&str| (1..=2).contains(&field.len()) && field.bytes().all(|b| b.is_ascii_digit());
    if !(2..=3).contains(&fields.len()) || !fields.iter().all(digits) || fields[1].len() != 2 {
        return None;
    }
    let numbers: Vec<i64> = fields.iter().filter_map(|field| field.parse().ok()).collect();
    let [hour, minute, second] = [numbers[0], numbers[1], numbers.get(2).copied().unwrap_or(0)];
    Some((hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second))
}

/// Returns the number of days from Monday to a weekday, in English or Korean.
fn weekday(word: &str) -> Option<i32> {
    const DAYS: [[&str; 4]; 7] = [
        ["monday", "mon", "월요일", "월욜"],
        ["tuesday", "tue", "화요일", "화욜"],
        ["wednesday", "wed", "수요일", "수욜"],
        ["thursday", "thu", "목요일", "목욜"],
        ["friday", "fri", "금요일", "금욜"],
        ["saturday", "sat", "토요일", "토욜"],
        ["sunday", "sun", "일요일", "일욜"],
    ];
    DAYS.iter().position(|names| names.contains(&word)).map(|at| at as i32)
}

/// The months by their English names, in small letters.
pub const MONTH_NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Returns the number of a month by its English name or its first three letters.
fn month_name(word: &str) -> Option<u32> {
    let fits = |name: &&str| word == *name || word == &name[..3] || word == "sept" && *name == "september";
    MONTH_NAMES.iter().position(fits).map(|at| at as u32 + 1)
}

/// Parses a written date, in lower case, to its numbers: the year if there is one, the month, the
/// day.
fn written(words: &str) -> Option<(Option<i32>, u32, u32)> {
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let fits = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok()).flatten()
    };
    let year = |text: &str| number(text, 4..=4).map(|year| year as i32);
    if let Some(all) = number(words, 8..=8) {
        return Some((Some((all / 10_000) as i32), all / 100 % 100, all % 100));
    }
    for mark in ['-', '.', '/'] {
        let parts: Vec<&str> = words.trim_end_matches('.').split(mark).map(str::trim).collect();
        match parts.as_slice() {
            [y, m, d] if year(y).is_some() => return Some((year(y), number(m, 1..=2)?, number(d, 1..=2)?)),
            // `11.20` could be an amount; a month and a day alone need a hyphen or a slash.
            [m, d] if mark != '.' && number(m, 1..=2).is_some() => {
                return Some((None, number(m, 1..=2)?, number(d, 1..=2)?));
            }
            _ => {}
        }
    }
    if let Some((before, day)) = words.split_once('월')
        && let Some(day) = day.trim().strip_suffix('일')
    {
        let (y, month) = match before.split_once('년') {
            Some((y, month)) => (Some(year(y.trim())?), month),
            None => (None, before),
        };
        return Some((y, number(month.trim(), 1..=2)?, number(day.trim(), 1..=2)?));
    }
    let words: Vec<&str> = words.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let day = |text: &str| {
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
        number(digits, 1..=2)
    };
    let (first, second, y) = match words.as_slice() {
        [first, second] => (first, second, None),
        [first, second, y] => (first, second, Some(year(y)?)),
        _ => return None,
    };
    match (month_name(first), month_name(second)) {
        (Some(month), _) => Some((y, month, day(second)?)),
        (_, Some(month)) => Some((y, month, day(first)?)),
        _ => None,
    }
}

/// Parses `3d`, `3 days`, `3일`: a count of at most four digits, and the word after it.
fn count_and_unit(text: &str) -> Option<(i32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(end);
    if count.is_empty() || count.len() > 4 {
        return None;
    }
    Some((count.parse().ok()?, unit.trim_matches([' ', '-'])))
}

/// The length of a period, which determines the previous period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Granularity {
    /// A number of calendar months from this one on.
    Months(Month, i32),
    /// Days from the first to the last, inclusive.
    Days,
}

/// A range of days, inclusive; either end may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day, or `None` for no beginning.
    pub from: Option<Day>,
    /// The last day, or `None` for no end.
    pub to: Option<Day>,
    grain: Granularity,
    month_start: u32,
}

impl Period {
    /// Parses `2026-10`, `2026`, `2026Q4`, `2026-10-03`, `A..B`, `A..`, `..B`, `today`, `last
    /// month`, `이번달`, `last 90d` and the like. A month begins on `month_start` (1 to 31; the last
    /// day in a shorter month) and is named after the calendar month in which most of it lies: from
    /// 16 on, the month in which it ends.
    pub fn parse(text: &str, today: Day, month_start: u32) -> Result<Period, DateError> {
        let trimmed = text.trim();
        if let Some((a, b)) = trimmed.split_once("..") {
            let (a, b) = (a.trim(), b.trim());
            if a.is_empty() && b.is_empty() {
                return Err(DateError::NotAPeriod(text.into()));
            }
            let point = |p: &str| match p {
                "" => Ok(None),
                // `3d..` begins three days ago, as the date `3d` does.
                p => match parse_date(p, today) {
                    Ok(day) => Ok(Some(Period::days(day, day))),
                    Err(_) => Period::point(p, today, month_start).map(Some),
                },
            };
            let (first, last) = (point(a)?, point(b)?);
            let (from, to) = (first.and_then(|p| p.from), last.and_then(|p| p.to));
            if let (Some(from), Some(to)) = (from, to)
                && to < from
            {
                return Err(DateError::Backwards(from, to, format!("{b}..{a}")));
            }
            return Ok(Period { from, to, grain: Granularity::Days, month_start });
        }
        Period::point(trimmed, today, month_start)
    }

    /// Returns the days from one to another, inclusive.
    pub fn days(from: Day, to: Day) -> Period {
        Period { from: Some(from), to: Some(to), grain: Granularity::Days, month_start: 1 }
    }

    /// Returns a month by its name, for any `month_start`.
    pub fn month(month: Month, month_start: u32) -> Period {
        Period::months(month, 1, month_start)
    }

    /// Returns the month, counted from `month_start`, that contains a day.
    pub fn month_of(day: Day, month_start: u32) -> Period {
        let near = day.month();
        (-1..=1)
            .map(|shift| Period::month(near.add_months(shift), month_start))
            .find(|p| p.from <= Some(day) && Some(day) <= p.to)
            .unwrap_or(Period::month(near, month_start))
    }

    fn months(month: Month, count: i32, month_start: u32) -> Period {
        // A month that begins late is named after the calendar month in which most of it lies.
        let shift = if month_start > 15 { -1 } else { 0 };
        let begin = |m: Month| m.add_months(shift).day(month_start);
        Period {
            from: Some(begin(month)),
            to: Some(begin(month.add_months(count)).add_days(-1)),
            grain: Granularity::Months(month, count),
            month_start,
        }
    }

    fn point(text: &str, today: Day, month_start: u32) -> Result<Period, DateError> {
        let this = match Period::month_of(today, month_start).grain {
            Granularity::Months(month, _) => month,
            Granularity::Days => today.month(),
        };
        let (year, number) = this.year_month();
        let quarter = Month::new(year, (number - 1) / 3 * 3 + 1);
        let months = |m: Month, count: i32| Ok(Period::months(m, count, month_start));
        let week = |monday: Day| Ok(Period::days(monday, monday.add_days(6)));
        let impossible = || DateError::Impossible(text.into());
        let words = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        // `last-month` needs no quotes in a shell.
        let words = match words.starts_with(|c: char| c.is_ascii_digit()) {
            true => words,
            false => words.replace('-', " "),
        };
        match words.as_str() {
            "this month" | "이번달" | "이번 달" => return months(this, 1),
            "last month" | "지난달" | "지난 달" | "저번달" | "저번 달" => {
                return months(this.add_months(-1), 1);
            }
            "this quarter" | "이번분기" | "이번 분기" => return months(quarter, 3),
            "last quarter" | "지난분기" | "지난 분기" | "저번분기" | "저번 분기" => {
                return months(quarter.add_months(-3), 3);
            }
            "this year" | "올해" => return months(Month::new(year, 1), 12),
            "last year" | "작년" | "지난해" => return months(Month::new(year - 1, 1), 12),
            "this week" | "이번주" | "이번 주" => return week(today.monday()),
            "last week" | "지난주" | "지난 주" | "저번주" | "저번 주" => {
                return week(today.monday().add_days(-7));
            }
            _ => {}
        }
        let last = words.strip_prefix("last ").or_else(|| words.strip_prefix("최근 "));
        if let Some((count, unit)) = count_and_unit(last.unwrap_or(&words))
            && let Some(step) = DateStep::parse(unit)
        {
            return match step {
                // `2026년` is a year, not a number of years.
                DateStep::Months(12) if unit == "년" && count > 1000 => {
                    year_of(count, impossible()).and_then(|y| months(Month::new(y, 1), 12))
                }
                _ if count > 0 => Ok(Period::days(step.from(today, -count).add_days(1), today)),
                _ => Err(DateError::NotAPeriod(text.into())),
            };
        }
        if let Some(found) = calendar_period(&words, this) {
            let (month, count) = found.ok_or_else(impossible)?;
            return months(month, count);
        }
        match parse_date(text, today) {
            Ok(day) => Ok(Period::days(day, day)),
            Err(DateError::NotADate(_)) => Err(DateError::NotAPeriod(text.into())),
            Err(other) => Err(other),
        }
    }

    /// Returns the previous calendar month, quarter or year, else the same number of days before;
    /// `None` for a period with an open end.
    pub fn previous(&self) -> Option<Period> {
        match self.grain {
            Granularity::Months(month, count) => {
                Some(Period::months(month.add_months(-count), count, self.month_start))
            }
            Granularity::Days => {
                let (from, to) = (self.from?, self.to?);
                let days = to.0 - from.0 + 1;
                Some(Period::days(from.add_days(-days), from.add_days(-1)))
            }
        }
    }

    /// Returns whether the period contains a moment.
    pub fn contains(&self, at: LocalDateTime) -> bool {
        self.from.is_none_or(|from| from.start() <= at) && self.to.is_none_or(|to| at <= to.end())
    }

    /// Returns the name of the period: `2026-10`, `2026 Q4`, `2026`; `None` for other ranges of
    /// days.
    pub fn name(&self) -> Option<String> {
        let Granularity::Months(month, count) = self.grain else { return None };
        let (year, number) = month.year_month();
        Some(match count {
            1 => month.to_string(),
            3 => format!("{year} Q{}", (number - 1) / 3 + 1),
            _ => year.to_string(),
        })
    }
}

/// Parses a year within the range of dates.
fn year_of(year: i32, error: DateError) -> Result<i32, DateError> {
    if (super::YEAR_MIN..=super::YEAR_MAX).contains(&year) { Ok(year) } else { Err(error) }
}

/// Parses a written month, quarter or year, in lower case, to its first month and the number of
/// months; the inner `None` is one that the calendar does not have. Without a year, it is the
/// latest one that has begun.
fn calendar_period(words: &str, this: Month) -> Option<Option<(Month, i32)>> {
    let number = |text: &str, digits: std::ops::RangeInclusive<usize>| -> Option<u32> {
        let fits = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok()).flatten()
    };
    let year = |text: &str| number(text.trim_end_matches(['년', ' ', '-']), 4..=4).map(|year| year as i32);
    let in_range = |year: i32| (super::YEAR_MIN..=super::YEAR_MAX).contains(&year);
    let (this_year, _) = this.year_month();
    let begun = |year: Option<i32>, number: u32, count: i32| -> Option<(Month, i32)> {
        let year = match year {
            Some(year) => Some(year).filter(|year| in_range(*year))?,
            None if Month::new(this_year, number) <= this => this_year,
            None => this_year - 1,
        };
        Some((Month::new(year, number), count))
    };
    let month = |year: Option<i32>, number: u32| -> Option<(Month, i32)> {
        begun(year, Some(number).filter(|n| (1..=12).contains(n))?, 1)
    };
    let quarter = |year: Option<i32>, number: u32| -> Option<(Month, i32)> {
        begun(year, Some(number).filter(|n| (1..=4).contains(n))? * 3 - 2, 3)
    };
    if let Some(year) = year(words) {
        return Some(begun(Some(year), 1, 12));
    }
    if let Some(all) = number(words, 6..=6) {
        return Some(month(Some((all / 100) as i32), all % 100));
    }
    if let Some(only) = number(words, 1..=2) {
        return Some(month(None, only));
    }
    if let Some((y, m)) = words.split_once(['-', '.', '/'])
        && let (Some(y), Some(m)) = (year(y), number(m, 1..=2))
    {
        return Some(month(Some(y), m));
    }
    if let Some(front) = words.strip_suffix('월') {
        return Some(match front.split_once('년') {
            Some((y, m)) => month(Some(year(y)?), number(m.trim(), 1..=2)?),
            None => month(None, number(front.trim(), 1..=2)?),
        });
    }
    let quarter_of = |text: &str| {
        let digits = text.strip_prefix('q').or_else(|| text.strip_suffix("분기"))?;
        number(digits.trim(), 1..=2)
    };
    if let Some(number) = quarter_of(words) {
        return Some(quarter(None, number));
    }
    if let Some(name) = month_name(words) {
        return Some(month(None, name));
    }
    // A year with a month or a quarter: `oct 2025`, `q4 2025`, `2026q4`, `2026-q4`, `2026년 4분기`.
    let (front, back) = match words.split_once(' ') {
        Some(minor) => minor,
        None => words.split_at_checked(words.find(|c: char| !c.is_ascii_digit() && c != '-')?)?,
    };
    let (y, rest) = match (year(front), year(back)) {
        (Some(y), _) => (y, back),
        (_, Some(y)) => (y, front),
        _ => return None,
    };
    match (month_name(rest.trim()), quarter_of(rest.trim())) {
        (Some(name), _) => Some(month(Some(y), name)),
        (_, Some(number)) => Some(quarter(Some(y), number)),
        _ => None,
    }
}

impl fmt::Display for Period {
    /// Formats the days: `2026-10-01..2026-10-31`.
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
            ("last-month", "2026-10-01..2026-10-31"),
            ("저번달", "2026-10-01..2026-10-31"),
            ("저번주", "2026-11-09..2026-11-15"),
            ("Q4", "2026-10-01..2026-12-31"),
            ("q1", "2026-01-01..2026-03-31"),
            ("4분기", "2026-10-01..2026-12-31"),
            ("Q4 2025", "2025-10-01..2025-12-31"),
            ("2026-Q4", "2026-10-01..2026-12-31"),
            ("2025년 3분기", "2025-07-01..2025-09-30"),
            ("oct", "2026-10-01..2026-10-31"),
            ("December", "2025-12-01..2025-12-31"),
            ("Oct 2025", "2025-10-01..2025-10-31"),
            ("10월", "2026-10-01..2026-10-31"),
            ("12월", "2025-12-01..2025-12-31"),
            ("2025년 12월", "2025-12-01..2025-12-31"),
            ("2025년", "2025-01-01..2025-12-31"),
            ("10", "2026-10-01..2026-10-31"),
            ("12", "2025-12-01..2025-12-31"),
            ("2026-1", "2026-01-01..2026-01-31"),
            ("202610", "2026-10-01..2026-10-31"),
            ("3m", "2026-08-23..2026-11-22"),
            ("last 3 months", "2026-08-23..2026-11-22"),
            ("7d", "2026-11-16..2026-11-22"),
            ("1y", "2025-11-23..2026-11-22"),
            ("7d..", "2026-11-15.."),
            ("oct..nov", "2026-10-01..2026-11-30"),
            ("friday", "2026-11-20..2026-11-20"),
            ("11월 20일", "2026-11-20..2026-11-20"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn refuses_impossible_and_backward_periods() {
        let parse = |text: &str| Period::parse(text, today(), 1);
        for text in [
            "2026-13",
            "2026-02-30",
            "2026Q5",
            "0000",
            "2026-00",
            "2026-02-30..",
            "13",
            "0",
            "Q5",
            "13월",
            "202613",
            "20261301",
            "13/40",
        ] {
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
                let (this, next) = (Period::month(month, start), Period::month(month.add_months(1), start));
                assert_eq!(this.to.unwrap().add_days(1), next.from.unwrap(), "{month} from {start}");
                month = month.add_months(1);
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
        assert!(matches!(date("friday-ish"), Err(DateError::NotADate(_))));
        assert!(matches!(date("9999y ago"), Err(DateError::Impossible(_))));
    }

    #[test]
    fn reads_every_date_of_the_contract() {
        for (text, wanted) in [
            ("2026-11-20", "2026-11-20"),
            ("20261120", "2026-11-20"),
            ("2026.11.20", "2026-11-20"),
            ("2026. 11. 20.", "2026-11-20"),
            ("2026/11/2", "2026-11-02"),
            ("11-20", "2026-11-20"),
            ("11/20", "2026-11-20"),
            ("11-22", "2026-11-22"),
            ("11-23", "2025-11-23"),
            ("2/29", "2024-02-29"),
            ("Nov 20", "2026-11-20"),
            ("20 november", "2026-11-20"),
            ("Nov 20th, 2025", "2025-11-20"),
            ("Dec 1", "2025-12-01"),
            ("11월 20일", "2026-11-20"),
            ("11월20일", "2026-11-20"),
            ("2025년 11월 20일", "2025-11-20"),
            ("3d ago", "2026-11-19"),
            ("3d-ago", "2026-11-19"),
            ("3d", "2026-11-19"),
            ("3일 전", "2026-11-19"),
            ("3일전", "2026-11-19"),
            ("2w", "2026-11-08"),
            ("friday", "2026-11-20"),
            ("Sun", "2026-11-22"),
            ("월요일", "2026-11-16"),
        ] {
            assert_eq!(parse_date(text, today()).map(|d| d.to_string()).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn reads_times_of_day() {
        let moment = |text: &str| match parse_date_input(text, today()) {
            Ok(DateInput::At(moment)) => Ok(moment.to_string()),
            Ok(DateInput::Day(day)) => panic!("{text} is all of {day}"),
            Err(error) => Err(error),
        };
        for (text, wanted) in [
            ("18:30", "2026-11-22T18:30:00"),
            ("9:05:07", "2026-11-22T09:05:07"),
            ("2026-11-20 18:30", "2026-11-20T18:30:00"),
            ("어제 18:30", "2026-11-21T18:30:00"),
            ("Nov 20 9:00", "2026-11-20T09:00:00"),
            ("11-20T18:30", "2026-11-20T18:30:00"),
        ] {
            assert_eq!(moment(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["24:00", "18:60", "2026-11-20T25:00", "2026-02-30 18:30"] {
            assert_eq!(moment(text), Err(DateError::Impossible(text.into())), "{text}");
        }
        for text in ["18", "18:3", "soon 18:30", "2026-11-20T18"] {
            let error = parse_date_input(text, today());
            assert_eq!(error, Err(DateError::NotADate(text.into())), "{text}");
        }
    }

    #[test]
    fn tells_an_impossible_date_from_a_text_in_no_known_form() {
        for text in ["2026-02-30", "11-31", "2/30", "20261399", "Nov 31", "13월 1일", "2026.13.01"] {
            assert_eq!(parse_date(text, today()), Err(DateError::Impossible(text.into())), "{text}");
        }
        for text in ["26-11-20", "2026-11", "soon", "11.20", "3x", "", "Nov", "fryday", "2026-11-20-1"] {
            assert_eq!(parse_date(text, today()), Err(DateError::NotADate(text.into())), "{text}");
        }
    }

    #[test]
    fn looks_ahead_for_the_last_day_of_points() {
        let last = |text: &str| parse_last_day(text, today()).map(|day| day.to_string());
        for (text, wanted) in [
            ("12-31", "2026-12-31"),
            ("11-21", "2027-11-21"),
            ("30d", "2026-12-22"),
            ("1y", "2027-11-22"),
            ("friday", "2026-11-27"),
            ("2030-01-01", "2030-01-01"),
        ] {
            assert_eq!(last(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn a_date_alone_is_the_first_second_of_an_entry_and_the_last_of_a_snapshot() {
        let now = LocalDateTime::parse_iso("2026-11-22T13:05").unwrap();
        let (past, present) = (DateInput::Day(today().add_days(-1)), DateInput::Day(today()));
        assert_eq!(past.start(now).to_string(), "2026-11-21T00:00:00");
        assert_eq!(past.end(now).to_string(), "2026-11-21T23:59:59");
        assert_eq!((present.start(now), present.end(now)), (now, now));
    }
}
