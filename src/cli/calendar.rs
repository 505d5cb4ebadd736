//! `calendar`: the days on which points expire and bills are due, as an iCalendar feed.

use super::context::Context;
use super::error::CommandError;
use super::{CommandOutput, Note};
use crate::messages::Notice;
use crate::messages::calendar::CalendarText;
use crate::report::{self, calendar};
use crate::view::calendar::Calendar;
use std::collections::BTreeSet;

/// Write expiry dates and bills as a calendar file, with an alarm a week before
#[derive(Debug, clap::Args)]
pub struct CalendarArgs {}

/// Answers with one event for each expiry and each bill.
pub fn run(_: &CalendarArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    context.read(|book| {
        let today = context.today();
        let lots = report::expiring(&book.accounts, &book.store.lots(context.now)?, today, i32::MAX);
        let bills = report::bills(&book.accounts, &book.store.bills(context.now)?, today);
        let events = calendar::events(&lots, &bills);
        let recorded = book.store.last_recorded()?;
        let without_day: BTreeSet<&str> =
            bills.iter().filter(|bill| bill.due.is_none()).map(|bill| bill.account.as_str()).collect();
        let left_out =
            without_day.into_iter().map(|account| CalendarText::NoBillDay { account: account.into() });
        let empty = events.is_empty().then_some(CalendarText::Empty);
        let notes = empty.into_iter().chain(left_out);
        let notes = notes.map(|note| Note::Done(Notice::Calendar(note))).collect();
        Ok(CommandOutput::of(Calendar::new(events, recorded)).with(notes))
    })
}
