//! What holds for every text that a reader of ours is handed: what it takes can be written and read
//! again, what it refuses it refuses with a way out, and nothing makes it fall over. The laws are
//! held over texts at random, and over whatever a fuzzer comes up with.

#[path = "../support/roundtrip.rs"]
mod roundtrip;

use jandon::export::HEADER;
use jandon::fee::{Platform, QuotaUsage, QuoteRequest, parse, quotes};
use jandon::import;
use jandon::money::{AmountError, ParsedAmount, Rate, Unit, parse_minor, to_grouped_string, to_plain_string};
use jandon::period::{DateInput, Day, LocalDateTime, Month, Period, parse_date, parse_date_input};
use jandon::store::Store;
use roundtrip::{carried, told};
use std::path::PathBuf;
use std::time::Duration;

fn day(text: &str) -> Day {
    Day::parse_iso(text).expect("a day")
}

/// Days around which dates and periods are read: plain ones, leap days, and the ends of the calendar.
pub const DAYS: [&str; 6] =
    ["2026-11-22", "2024-02-29", "2026-01-01", "2026-12-31", "1900-01-01", "9999-12-31"];

/// A file of someone else's: every reader takes it, or refuses it with a place; nothing makes one fall over.
pub fn statement(bytes: &[u8]) {
    use jandon::statement::read::delimited::{DELIMITERS, DelimitedRecord, DelimitedRecords, first_rows};
    use jandon::statement::read::{
        Encoding, TextFormat, Workbook, candidates, decode, detect, html_tables, messages, ofx, qif,
    };
    let _ = detect(bytes);
    for password in [None, Some("900101")] {
        if let Ok(book) = Workbook::open(bytes.to_vec(), password) {
            for sheet in 0..book.sheets().len() {
                let _ = book.rows(sheet).map(|rows| rows.take(10_000).filter(Result::is_ok).count());
            }
        }
    }
    let _ = ofx::parse(bytes);
    let labels = ["utf-8", "euc-kr", "shift_jis", "gb18030", "windows-1252"];
    let encodings: Vec<Encoding> = labels.into_iter().filter_map(Encoding::for_label).collect();
    for encoding in candidates(bytes, &encodings) {
        for delimiter in DELIMITERS {
            let format = TextFormat { encoding, delimiter };
            let head = first_rows(bytes, true, format, 60);
            let mut records = DelimitedRecords::new(bytes, format);
            let mut record = DelimitedRecord::default();
            let mut count = 0;
            let end = loop {
                match records.next_record(&mut record) {
                    Ok(true) => count += 1,
                    end => break end,
                }
            };
            if let (Ok(rows), Ok(_)) = (head, end) {
                assert!(rows.len() <= count.min(60), "{rows:?}");
            }
        }
        if let Ok(text) = decode(bytes, encoding) {
            let _ = html_tables(&text);
            let _ = qif::parse(&text);
            let _ = messages::split(&text, |line| line.starts_with('['), |line| line == "----");
        }
    }
}

/// A profile, or rules.
pub fn profile(text: &str) {
    use jandon::statement::profile::{parse_profile, parse_rules};
    for faults in [parse_profile(text).err(), parse_rules(text).err()].into_iter().flatten() {
        let lines = text.lines().count() + 1;
        assert!(
            !faults.is_empty() && faults.iter().all(|fault| (1..=lines).contains(&fault.line)),
            "{faults:?}"
        );
    }
}

/// A typed amount.
pub fn amount(text: &str) {
    let units =
        [("KRW", 0), ("USD", 2), ("KWD", 3), ("POINT", 0), ("MILES", 9)].map(|(code, n)| Unit::new(code, n));
    match ParsedAmount::parse(text) {
        Ok(figure) => {
            assert_eq!(ParsedAmount::parse(&figure.to_string()).as_ref(), Ok(&figure), "{text:?}");
            for unit in &units {
                match figure.money(unit) {
                    Ok(money) => {
                        assert!(money.minor >= 0, "{text:?} is {money}");
                        for written in [money.to_plain_string(), money.to_grouped_string(), money.to_string()]
                        {
                            let again = ParsedAmount::parse(&written).and_then(|figure| figure.money(unit));
                            assert_eq!(again.as_ref(), Ok(&money), "{text:?} as {written:?}");
                        }
                    }
                    Err(
                        AmountError::TooManyDecimals(_, _, readings) | AmountError::Ambiguous(_, readings),
                    ) => {
                        for reading in readings {
                            let read = ParsedAmount::parse(&reading).and_then(|figure| figure.money(unit));
                            let fits = matches!(read, Ok(_) | Err(AmountError::TooLarge(_)));
                            assert!(fits, "{text:?} cannot mean {reading:?} {unit}: {read:?}");
                        }
                    }
                    Err(AmountError::WrongUnit { .. } | AmountError::TooLarge(_)) => {}
                    Err(error) => panic!("{text:?} is a figure, but {error:?}"),
                }
            }
        }
        Err(AmountError::Ambiguous(_, readings) | AmountError::Misgrouped(_, readings)) => {
            assert!(!readings.is_empty(), "{text:?} is refused without a reading");
            for reading in readings {
                let read = ParsedAmount::parse(&reading);
                let fits = matches!(read, Ok(_) | Err(AmountError::TooLarge(_)));
                assert!(fits, "{text:?} cannot mean {reading:?}: {read:?}");
            }
        }
        Err(_) => {}
    }
    for decimals in 0..=9 {
        let Some(minor) = parse_minor(text, decimals) else { continue };
        let written = to_plain_string(i128::from(minor), decimals);
        assert_eq!(parse_minor(&written, decimals), Some(minor), "{text:?} as {written:?}");
        let groups = to_grouped_string(i128::from(minor), decimals);
        assert_eq!(groups.replace(',', ""), written, "{text:?}");
    }
    if let Ok(rate) = Rate::parse(text) {
        assert!(rate.num > 0 && rate.den > 0, "{text:?} is {rate:?}");
        assert_eq!(Rate::parse(&rate.to_string()), Ok(rate), "{text:?} as {rate}");
    }
}

/// A typed date, with or without a time.
pub fn date(text: &str) {
    for today in DAYS.map(day) {
        let instant = parse_date_input(text, today);
        if let Ok(day) = parse_date(text, today) {
            assert_eq!(Day::parse_iso(&day.to_string()), Some(day), "{text:?} on {today}");
            assert_eq!(instant, Ok(DateInput::Day(day)), "{text:?} on {today}");
            assert_eq!(parse_date(&format!(" {text} "), today), Ok(day), "{text:?} on {today}");
        }
        if let Ok(instant) = instant {
            let now = LocalDateTime(today.start().0 + 40_000);
            let (first, last) = (instant.start(now), instant.end(now));
            assert!(first <= last && first.day() == last.day(), "{text:?} on {today}");
            for moment in [first, last] {
                assert_eq!(
                    LocalDateTime::parse_iso(&moment.to_string()),
                    Some(moment),
                    "{text:?} on {today}"
                );
            }
        }
    }
    if let Some(month) = Month::parse_iso(text) {
        assert_eq!(Month::parse_iso(&month.to_string()), Some(month), "{text:?}");
        assert!(
            month.first() <= month.last() && month.last().add_days(1) == month.add_months(1).first(),
            "{text:?}"
        );
    }
}

/// A typed period, with months that begin on that day.
pub fn period(text: &str, month_start: u32) {
    use jandon::period::DateError;
    let calendar = day("1900-01-01")..=day("9999-12-31");
    for today in DAYS.map(day) {
        match Period::parse(text, today, month_start) {
            Ok(period) => {
                if let (Some(from), Some(to)) = (period.from, period.to) {
                    assert!(from <= to, "{text:?} on {today} is {period}");
                    let before = period.previous();
                    if let Some(last) = before.and_then(|before| before.to) {
                        assert_eq!(last.add_days(1), from, "{text:?} on {today}: {period} after {before:?}");
                    }
                }
                // A month that does not begin with its first day may reach over the ends of the calendar.
                if [period.from, period.to].iter().flatten().all(|day| calendar.contains(day)) {
                    let again = Period::parse(&period.to_string(), today, month_start);
                    let ends = again.map(|again| (again.from, again.to));
                    assert_eq!(ends, Ok((period.from, period.to)), "{text:?} on {today} as {period}");
                }
                let _ = period.name();
            }
            Err(DateError::Backwards(from, to, turned)) => {
                assert!(to < from, "{text:?} on {today}");
                assert!(Period::parse(&turned, today, month_start).is_ok(), "{text:?} on {today}: {turned}");
            }
            Err(_) => {}
        }
    }
}

/// A platform file, and what follows from one that is taken.
pub fn platform_file(text: &str) {
    let decimals_of = |code: &str| code.len().is_multiple_of(2).then_some((code.len() % 10) as u8);
    match parse::parse_platform(text, &decimals_of) {
        Ok(platform) => hold_platform(&platform),
        Err(error) => {
            // A fault at the very end stands on the line after the last one.
            let lines = text.matches('\n').count() + 1;
            assert!((1..=lines).contains(&error.line), "{error:?} in {lines} lines");
        }
    }
}

fn hold_platform(platform: &Platform) {
    for (at, channel) in platform.channels.iter().enumerate() {
        let earlier = &platform.channels[..at];
        assert!(earlier.iter().all(|other| other.id != channel.id), "{} is there twice", channel.id);
        assert!(channel.rate.num > 0 && channel.rate.den > 0, "{:?}", channel.rate);
        assert!(channel.arrives.is_none_or(|(earliest, latest)| earliest.hours_min() <= latest.hours_min()));
        for tariff in &channel.tariffs {
            assert!(tariff.step >= 1 && tariff.min.is_none_or(|min| tariff.max.is_none_or(|max| min <= max)));
        }
        for on in DAYS.map(day) {
            let in_force = channel.tariffs.iter().filter(|tariff| tariff.in_force(on)).count();
            assert!(in_force <= 1, "{in_force} rules of {} are in force on {on}", channel.id);
        }
    }
    let at = day("2026-11-22").end();
    for (asked, available) in [
        (QuoteRequest::Amount(10_000), None),
        (QuoteRequest::Amount(1), Some(0)),
        (QuoteRequest::Amount(i64::MAX), Some(i64::MAX)),
        (QuoteRequest::All, Some(123_456)),
    ] {
        for quote in
            quotes(platform, None, &asked, at, available, &[], |_| QuotaUsage { count: 1, amount: 7 })
        {
            let Ok(outcome) = quote.outcome else { continue };
            assert!(outcome.fee >= 0 && outcome.tax >= 0 && outcome.net > 0, "{outcome:?}");
            assert!(available.is_none_or(|most| outcome.debit <= i128::from(most)), "{outcome:?}");
            let channel = platform.channels.iter().find(|c| quote.channel.ends_with(&format!("/{}", c.id)));
            let channel = channel.expect("a channel");
            if channel.rate == Rate::ONE && channel.pays == platform.unit {
                assert_eq!(outcome.debit, outcome.net + outcome.fee + outcome.tax, "{outcome:?}");
            }
        }
    }
}

/// What a file of lines says before its other lines.
const BEGUN: &str = "{\"unit\":{\"code\":\"MILES\",\"decimals\":3}}
{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}
{\"account\":{\"name\":\"포인트\",\"kind\":\"rewards\",\"unit\":\"MILES\"}}
{\"account\":{\"name\":\"phone\",\"kind\":\"carrier\",\"unit\":\"KRW\"}}
{\"entry\":{\"id\":\"x\",\"at\":\"2026-10-04\",\"kind\":\"earn\",\"to\":\"a\",\"in\":\"700\"}}
";

/// A ledger on disk for the lines that are refused.
pub struct Shelf {
    path: PathBuf,
    before: Vec<u8>,
}

impl Shelf {
    /// A small ledger at that path.
    pub fn new(path: PathBuf) -> Shelf {
        // Twice, so that the file is in the form that writers leave it in.
        for number in 1..3 {
            let store = Store::write(&path, Duration::from_secs(1)).expect("a ledger");
            let line =
                format!("{{\"account\":{{\"name\":\"{number}\",\"kind\":\"bank\",\"unit\":\"KRW\"}}}}");
            carried(&store, number << 50, format!("{HEADER}{line}").as_bytes()).expect("an import");
            store.commit().expect("kept");
        }
        let before = std::fs::read(&path).expect("a ledger");
        Shelf { path, before }
    }
}

/// Lines of a file of ours.
pub fn lines(bytes: &[u8], shelf: &Shelf) {
    let mut broken = false;
    for line in bytes.split(|byte| *byte == b'\n') {
        let _ = import::header(line);
        broken |= import::line(line).is_err();
    }
    // No ledger is looked at before a line is one. A few of these are enough, for they cost the most.
    if broken && !bytes.len().is_multiple_of(16) {
        return;
    }
    let file = [HEADER.as_bytes(), BEGUN.as_bytes(), bytes].concat();
    let store = Store::in_memory().expect("a ledger");
    if carried(&store, 1 << 50, &file).is_err() {
        let store = Store::write(&shelf.path, Duration::from_secs(1)).expect("a ledger");
        assert!(carried(&store, 3 << 50, &file).is_err(), "it depends on the ledger");
        drop(store);
        assert!(std::fs::read(&shelf.path).expect("a ledger") == shelf.before, "a refusal left something");
        return;
    }
    let report = store.check().expect("a check");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let text = told(&store);
    let twice = carried(&store, 2 << 50, &file).expect("what was taken once is taken again");
    assert_eq!((twice.new, twice.change), (0, None), "twice adds something");
    let other = Store::in_memory().expect("a ledger");
    carried(&other, 4 << 50, text.as_bytes()).expect("what was carried out comes in");
    assert_eq!(told(&other), text, "it comes back otherwise");
}
