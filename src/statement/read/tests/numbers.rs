//! Numbers and dates of workbooks.

use super::super::moment_of_serial;
use super::super::number::{is_date_format, iso_date, plain_double, plain_number};
use super::config;
use proptest::prelude::*;

#[test]
fn shows_numbers_as_people_see_them() {
    for (stored, plain) in [
        ("0", "0"),
        ("-0.0", "0"),
        ("6800", "6800"),
        ("-6800.50", "-6800.5"),
        ("+007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1E3", "1000"),
        ("1.5e-3", "0.0015"),
        ("0.30000000000000004", "0.3"),
        ("1000.0000000000001", "1000"),
        ("9999999999999999", "10000000000000000"),
        ("123456789012345.5", "123456789012346"),
        ("19.989999999999998", "19.99"),
        ("1e0", "1"),
    ] {
        assert_eq!(plain_number(stored).as_deref(), Some(plain), "{stored}");
    }
    for text in
        ["", "-", ".", "1e", "e5", "1,000", "12..34", "0x10", "NaN", "inf", "1e9999", "--1", " 1", "1-"]
    {
        assert_eq!(plain_number(text), None, "{text}");
    }
}

#[test]
#[expect(clippy::disallowed_types, reason = "the stored form of a number in XLS")]
fn shows_doubles_as_people_see_them() {
    for (double, plain) in [
        (0.1_f64 + 0.2, "0.3"),
        (-6800.0, "-6800"),
        (1e21, "1000000000000000000000"),
        (37_507.0, "37507"),
        (-0.0, "0"),
        (1.1 * 1.1, "1.21"),
    ] {
        assert_eq!(plain_double(double.to_bits()).as_deref(), Some(plain), "{double}");
    }
    for double in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(plain_double(double.to_bits()), None, "{double}");
    }
}

#[test]
fn counts_days_as_workbooks_do() {
    for (serial, from_1900, from_1904) in [
        ("0", Some("00:00:00"), Some("00:00:00")),
        ("0.5", Some("12:00:00"), Some("12:00:00")),
        ("1", Some("1900-01-01"), Some("1904-01-02")),
        ("59", Some("1900-02-28"), Some("1904-02-29")),
        ("60", None, Some("1904-03-01")),
        ("61", Some("1900-03-01"), Some("1904-03-02")),
        ("46246", Some("2026-08-12"), Some("2030-08-13")),
        ("46246.355381944445", Some("2026-08-12T08:31:45"), Some("2030-08-13T08:31:45")),
        ("46246.9999999", Some("2026-08-13T00:00:00"), Some("2030-08-14T00:00:00")),
        ("2958465", Some("9999-12-31"), None),
        ("2958466", None, None),
        ("1e300", None, None),
        ("-1", None, None),
        ("x", None, None),
    ] {
        assert_eq!(moment_of_serial(serial, false).as_deref(), from_1900, "{serial}");
        assert_eq!(moment_of_serial(serial, true).as_deref(), from_1904, "{serial}");
    }
}

#[test]
fn every_day_follows_the_day_before() {
    let mut serial = 61;
    for year in 1900..=2200 {
        for month in 1..=12 {
            let days = (1..=31).map_while(|day| iso_date(year, month, day));
            for date in days.skip(if (year, month) < (1900, 3) { 31 } else { 0 }) {
                assert_eq!(moment_of_serial(&serial.to_string(), false), Some(date));
                serial += 1;
            }
        }
    }
}

#[test]
fn tells_formats_of_dates_from_those_of_numbers() {
    for code in [
        "yyyy-mm-dd",
        "m/d/yy h:mm",
        "[$-412]yyyy\"년\" m\"월\" d\"일\"",
        "h:mm:ss AM/PM",
        "mm:ss.0",
        "[Red]d;@",
        "yyyy\\-mm",
    ] {
        assert!(is_date_format(code), "{code}");
    }
    for code in [
        "General",
        "GENERAL",
        "0.00",
        "#,##0;[Red]-#,##0",
        "\"days\" 0",
        "0\\d",
        "[h]:mm:ss",
        "[mm]:ss",
        "0.00E+00",
        "@",
        "",
        "_d0",
        "[$KRW] #,##0",
        "G/표준",
    ] {
        assert!(!is_date_format(code), "{code}");
    }
}

proptest! {
    #![proptest_config(config(5_000))]

    #[test]
    fn numbers_of_fifteen_digits_stay_as_they_are(digits in 1_i64..1_000_000_000_000_000, decimals in 0_usize..20, is_negative: bool) {
        let digits = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let fraction = fraction.trim_end_matches('0');
        let sign = if is_negative { "-" } else { "" };
        let plain = if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
        let shown = plain_number(&plain);
        prop_assert_eq!(shown.as_deref(), Some(plain.as_str()));
        // The shortest text of the double with that value is the same number.
        #[expect(clippy::disallowed_types, reason = "the stored form of a number in XLS")]
        let bits = plain.parse::<f64>().unwrap().to_bits();
        prop_assert_eq!(plain_double(bits), Some(plain));
    }

    #[test]
    fn longer_numbers_are_rounded_to_fifteen_digits(digits in 1_000_000_000_000_000_u128..10_u128.pow(30)) {
        let unit = 10_u128.pow((digits.ilog10() + 1) - 15);
        let rounded = (digits + unit / 2) / unit * unit;
        prop_assert_eq!(plain_number(&digits.to_string()), Some(rounded.to_string()));
    }

    #[test]
    fn seconds_of_a_day_come_back(day in 61_i64..2_958_466, second in 0_i64..86_400) {
        // Eleven decimals are what a double of that size keeps.
        let fraction = i128::from(second) * 100_000_000_000 / 86_400;
        let moment = moment_of_serial(&format!("{day}.{fraction:011}"), false);
        let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        let date = moment_of_serial(&day.to_string(), false).unwrap();
        let expected = if second == 0 { date } else { format!("{date}T{time}") };
        prop_assert_eq!(moment, Some(expected));
    }

    #[test]
    fn no_text_makes_numbers_fail(text in "[-+0-9.eE]{0,30}|\\PC{0,12}") {
        if let Some(plain) = plain_number(&text) {
            prop_assert_eq!(plain_number(&plain), Some(plain));
        }
        let _ = (moment_of_serial(&text, false), moment_of_serial(&text, true), is_date_format(&text));
    }
}
