//! The days on which points expire and bills are due, for calendars.

use super::Render;
use super::csv::Csv;
use super::ics::Ics;
use super::page::{Cell, Column, Page, Style, Table};
use crate::messages::calendar::CalendarText;
use crate::messages::{Heading, Language};
use crate::money::Money;
use crate::period::LocalDateTime;
use crate::report::BillStatus;
use crate::report::calendar::{Event, EventKind};
use serde::Serialize;

/// The answer of `calendar`.
#[derive(Debug, Serialize)]
pub struct Calendar {
    schema: &'static str,
    /// One event for each expiry and each bill, the earliest first.
    pub events: Vec<Event>,
    /// When the ledger was last written to: the feed changes only with it.
    #[serde(skip)]
    recorded: LocalDateTime,
}

impl Calendar {
    /// Returns the answer for those events of a ledger that was last written to at that moment.
    pub fn new(events: Vec<Event>, recorded: Option<LocalDateTime>) -> Calendar {
        Calendar { schema: "jandon.calendar/1", events, recorded: recorded.unwrap_or(LocalDateTime(0)) }
    }
}

/// Returns the title of an event.
fn title(event: &Event, language: Language) -> String {
    let (account, amount) = (event.account.clone(), event.amount.clone());
    language.say(&match (event.kind, event.status) {
        (EventKind::Expiry, _) => CalendarText::Expiry { account, amount },
        (EventKind::Bill, Some(BillStatus::Unbilled)) => CalendarText::BillSoFar { account, amount },
        (EventKind::Bill, _) => CalendarText::Bill { account, amount },
    })
}

/// Returns what an event means.
fn note(event: &Event, language: Language) -> String {
    let expiry = || CalendarText::ExpiryNote { account: event.account.clone(), amount: event.amount.clone() };
    language.say(&event.charges_of.map_or_else(expiry, |charges_of| CalendarText::BillNote { charges_of }))
}

impl Render for Calendar {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.events.is_empty() {
            page.line(language.say(&CalendarText::HowToRecord));
            return page;
        }
        let bills = self.events.iter().filter(|event| event.kind == EventKind::Bill).count();
        page.line(language.say(&CalendarText::Listed { expiries: self.events.len() - bills, bills }));
        page.gap();
        let mut table = Table::new(vec![
            Column::fixed(language.heading(Heading::Date)),
            Column::words(language.heading(Heading::Note)),
        ]);
        for event in &self.events {
            let style = match event.status {
                Some(BillStatus::Overdue) => Style::Loss,
                _ => Style::Plain,
            };
            table.styled_row(vec![Cell::from(event.date.to_string()), title(event, language).into()], style);
        }
        page.table(table);
        page.gap();
        page.line(language.say(&CalendarText::HowToImport));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["uid", "kind", "date", "account", "unit", "amount", "charges_of", "status"]);
        for event in &self.events {
            csv.row(vec![
                Some(event.uid.clone()),
                Some(format!("{:?}", event.kind).to_lowercase()),
                Some(event.date.to_string()),
                Some(event.account.clone()),
                Some(event.unit.to_string()),
                Some(Money::to_plain_string(&event.amount)),
                event.charges_of.map(|month| month.to_string()),
                event.status.map(|status| format!("{status:?}").to_lowercase()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }

    fn ics(&self, language: Language) -> String {
        let mut ics = Ics::default();
        ics.property("BEGIN", "VCALENDAR");
        ics.property("VERSION", "2.0");
        ics.property("PRODID", "-//jandon//jandon//EN");
        ics.property("CALSCALE", "GREGORIAN");
        ics.text("X-WR-CALNAME", &language.say(&CalendarText::Name));
        for event in &self.events {
            let title = title(event, language);
            ics.property("BEGIN", "VEVENT");
            ics.property("UID", &event.uid);
            ics.moment("DTSTAMP", self.recorded);
            ics.day("DTSTART", event.date);
            ics.day("DTEND", event.date.add_days(1));
            ics.text("SUMMARY", &title);
            ics.text("DESCRIPTION", &note(event, language));
            // A day with an event on it is not a busy one.
            ics.property("TRANSP", "TRANSPARENT");
            ics.property("BEGIN", "VALARM");
            ics.property("ACTION", "DISPLAY");
            ics.text("DESCRIPTION", &title);
            ics.property("TRIGGER", "-P7D");
            ics.property("END", "VALARM");
            ics.property("END", "VEVENT");
        }
        ics.property("END", "VCALENDAR");
        ics.finish()
    }
}
