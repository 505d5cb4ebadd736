//! The calendar file, read back by another program's parser.

#![allow(clippy::disallowed_methods, reason = "a test starts programs")]

use icalendar::parser::{Component, read_calendar, unfold};
use std::collections::BTreeMap;
use std::path::Path;

#[path = "support/program.rs"]
mod program;

const TODAY: &str = "2026-11-22T13:05";
const NAME: &str = "쿠폰, \"여름\"; 50% \\ 할인 포인트 모음 계정 — long enough that its summary is folded";

fn jandon(folder: &Path, arguments: &[&str]) -> String {
    program::jandon(folder, TODAY, arguments)
}

/// Returns a ledger with two expiry days in an account, one in another, and two bills.
fn ledger() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| jandon(folder.path(), arguments);
    run(&["account", "add", "toss", "--platform", "toss-points"]);
    run(&["account", "add", NAME, "--kind", "rewards", "--unit", "TOSSP"]);
    run(&["account", "add", "skt", "--bill-day", "25"]);
    run(&["account", "add", "kt"]);
    run(&["earn", "toss", "300", "--expires", "2026-12-31"]);
    run(&["earn", "toss", "200", "--expires", "2026-12-31"]);
    run(&["earn", "toss", "70", "--expires", "2027-02-28"]);
    run(&["earn", "toss", "9", "--expires", "never"]);
    run(&["earn", NAME, "1,000", "--expires", "2026-11-22"]);
    run(&["spend", "skt", "15,000", "--date", "2026-10-03"]);
    run(&["spend", "skt", "9,900", "--date", "2026-11-03"]);
    run(&["spend", "kt", "500", "--date", "2026-11-03"]);
    folder
}

/// Returns a property of a component.
fn value<'c>(component: &'c Component<'_>, name: &str) -> &'c str {
    component.find_prop(name).unwrap_or_else(|| panic!("no {name}: {component:?}")).val.as_str()
}

/// Returns the events of a file by their UID: day, day after, title and alarm.
fn events(file: &str) -> BTreeMap<String, [String; 4]> {
    let unfolded = unfold(file);
    let calendar = read_calendar(&unfolded).expect("a calendar");
    let header: Vec<&str> = calendar.properties.iter().map(|property| property.name.as_str()).collect();
    assert!(["VERSION", "PRODID"].iter().all(|name| header.contains(name)), "{header:?}");
    let of_component = |event: &Component<'_>| {
        assert_eq!(event.name.as_str(), "VEVENT");
        assert_eq!(value(event, "DTSTAMP").len(), "20261122T130500Z".len());
        let [alarm] = event.components.as_slice() else { panic!("no alarm: {event:?}") };
        assert_eq!((alarm.name.as_str(), value(alarm, "ACTION")), ("VALARM", "DISPLAY"));
        assert_eq!(value(alarm, "DESCRIPTION"), value(event, "SUMMARY"));
        let fields = [value(event, "DTSTART"), value(event, "DTEND"), value(event, "SUMMARY")];
        let [start, end, title] = fields.map(String::from);
        (value(event, "UID").to_string(), [start, end, title, value(alarm, "TRIGGER").into()])
    };
    let events: Vec<_> = calendar.components.iter().map(of_component).collect();
    let count = events.len();
    let events: BTreeMap<_, _> = events.into_iter().collect();
    assert_eq!(events.len(), count, "a UID stands twice");
    events
}

#[test]
fn another_parser_reads_one_event_for_each_expiry_and_bill() {
    let folder = ledger();
    let file = jandon(folder.path(), &["calendar"]);
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
    assert!(file.ends_with("END:VCALENDAR\r\n"));
    assert!(file.split("\r\n").all(|line| line.len() <= 75), "{file}");
    assert!(file.contains("\r\n "), "nothing is folded: {file}");
    let mut said: Vec<[String; 4]> = events(&file).into_values().collect();
    said.sort();
    let hostile = format!("{NAME}: 1,000 TOSSP expire");
    let wanted = [
        ["20261122", "20261123", &hostile, "-P7D"],
        ["20261125", "20261126", "skt: 15,000 KRW due", "-P7D"],
        ["20261225", "20261226", "skt: 9,900 KRW due (so far)", "-P7D"],
        ["20261231", "20270101", "toss: 500 TOSSP expire", "-P7D"],
        ["20270228", "20270301", "toss: 70 TOSSP expire", "-P7D"],
    ];
    assert_eq!(said, wanted);
    let korean = events(&jandon(folder.path(), &["calendar", "--lang", "ko"]));
    assert!(korean.values().any(|event| event[2] == "skt: 15,000 KRW 납부일"), "{korean:?}");
}

#[test]
fn a_second_export_changes_only_what_changed() {
    let folder = ledger();
    let path = folder.path().join("points.ics");
    jandon(folder.path(), &["calendar", "-o", path.to_str().expect("a path")]);
    let first = std::fs::read_to_string(&path).expect("the file");
    assert_eq!(first, jandon(folder.path(), &["calendar"]));
    assert_eq!(first, jandon(folder.path(), &["calendar", "--today", "2026-11-22T23:00"]));
    jandon(folder.path(), &["earn", "toss", "50", "--expires", "2026-12-31"]);
    jandon(folder.path(), &["account", "edit", "skt", "--bill-day", "27"]);
    let second = jandon(folder.path(), &["calendar"]);
    let (before, after) = (events(&first), events(&second));
    assert!(before.keys().eq(after.keys()), "{before:?} {after:?}");
    let changed: Vec<_> = before.iter().filter(|(uid, event)| after[*uid] != **event).collect();
    assert_eq!(changed.len(), 3, "{changed:?}");
    assert!(after.values().any(|event| event[2] == "toss: 550 TOSSP expire"));
    assert!(after.values().any(|event| event[0] == "20261127" && event[2] == "skt: 15,000 KRW due"));
}

#[test]
fn the_file_and_the_document_hold_the_same_events() {
    let folder = ledger();
    let document: serde_json::Value =
        serde_json::from_str(&jandon(folder.path(), &["calendar", "--json"])).expect("a document");
    let events = events(&jandon(folder.path(), &["calendar"]));
    let rows = document["events"].as_array().expect("events");
    assert_eq!(rows.len(), events.len());
    for row in rows {
        let event = &events[row["uid"].as_str().expect("a UID")];
        assert_eq!(event[0], row["date"].as_str().expect("a date").replace('-', ""));
        assert!(event[2].starts_with(row["account"].as_str().expect("an account")));
    }
}
