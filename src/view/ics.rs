//! The iCalendar format (RFC 5545): lines of at most 75 octets that end with CRLF, and escaped texts.
//!
//! These rules are all that a feed of whole days needs. The crates that write the format add random ids,
//! time zones and a parser to the program.

use crate::period::{Day, LocalDateTime};
use crate::text;

/// The longest line in octets, without the line break.
const LINE_MAX: usize = 75;

/// A file in the making.
#[derive(Debug, Default)]
pub struct Ics {
    out: String,
}

impl Ics {
    /// Adds a property whose value needs no escapes, such as `VERSION`.
    pub fn property(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let (mut rest, mut room) = (line.as_str(), LINE_MAX);
        while rest.len() > room {
            let end = (0..=room).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(room);
            self.out.push_str(&rest[..end]);
            self.out.push_str("\r\n ");
            rest = &rest[end..];
            // The blank that continues a line counts.
            room = LINE_MAX - 1;
        }
        self.out.push_str(rest);
        self.out.push_str("\r\n");
    }

    /// Adds a property whose value is a text for people.
    pub fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for letter in text::escape_controls(value).chars() {
            if matches!(letter, '\\' | ';' | ',') {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        self.property(name, &escaped);
    }

    /// Adds a property whose value is a day.
    pub fn day(&mut self, name: &str, day: Day) {
        self.property(&format!("{name};VALUE=DATE"), &compact(day));
    }

    /// Adds a property whose value is a moment, which the format wants in UTC: local time is written as if
    /// it were, for the ledger knows no time zone.
    pub fn moment(&mut self, name: &str, moment: LocalDateTime) {
        let seconds = moment.0.rem_euclid(86_400);
        let time = format!("{:02}{:02}{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        self.property(name, &format!("{}T{time}Z", compact(moment.day())));
    }

    /// Returns the file.
    pub fn finish(self) -> String {
        self.out
    }
}

fn compact(day: Day) -> String {
    day.to_string().replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters() {
        for text in ["가".repeat(100), format!("a{}", "가".repeat(100)), "💰é".repeat(60), "x".repeat(300)]
        {
            let mut ics = Ics::default();
            ics.text("SUMMARY", &text);
            let file = ics.finish();
            let lines: Vec<&str> = file.split_terminator("\r\n").collect();
            assert!(lines.len() > 2 && lines.iter().all(|line| line.len() <= LINE_MAX), "{file}");
            assert!(lines[0].len() > LINE_MAX - 4, "{file}");
            assert_eq!(file.replace("\r\n ", ""), format!("SUMMARY:{text}\r\n"));
        }
    }

    #[test]
    fn texts_are_escaped() {
        let mut ics = Ics::default();
        ics.text("SUMMARY", "a,b;c\\d\r\nBEGIN:VEVENT\u{1b}");
        assert_eq!(ics.finish(), "SUMMARY:a\\,b\\;c\\\\d\\\\u{d}\\\\u{a}BEGIN:VEVENT\\\\u{1b}\r\n");
    }

    #[test]
    fn days_and_moments_are_written_without_hyphens() {
        let mut ics = Ics::default();
        let day = Day::parse_iso("2026-03-04").expect("a date");
        ics.day("DTSTART", day);
        ics.moment("DTSTAMP", LocalDateTime(day.start().0 + 3_661));
        assert_eq!(ics.finish(), "DTSTART;VALUE=DATE:20260304\r\nDTSTAMP:20260304T010101Z\r\n");
    }
}
