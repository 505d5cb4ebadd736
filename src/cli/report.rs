//! `report`: what a period did.

use super::context::{Context, LedgerView};
use super::error::CommandError;
use super::month_page;
use super::{CommandOutput, Note};
use crate::messages::Notice;
use crate::messages::error::UsageError;
use crate::money::Money;
use crate::period::{Day, LocalDateTime, Period};
use crate::report::{self, EXPIRING_DAYS, Summary, SummaryInput};
use crate::view::report::{Days, PeriodReport};

/// Summarize a month or any other period
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// 2026-10, 2026, 2026Q4, A..B, last month, last 90d, 지난달 [default: this month]
    period: Vec<String>,
    /// The day your month begins, 1 to 31
    #[arg(long, value_name = "N", default_value = "1")]
    month_start: String,
}

/// Answers with the summary.
pub fn run(args: &ReportArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let start = month_start(&args.month_start)?;
    let today = context.today();
    let period = match args.period.as_slice() {
        [] => Period::month_of(today, start),
        args => Period::parse(&args.join(" "), today, start)?,
    };
    context.read(|book| {
        let from = match period.from {
            Some(from) => from,
            None => {
                book.store.first_fact()?.map_or(today, LocalDateTime::day).min(period.to.unwrap_or(today))
            }
        };
        let to = period.to.unwrap_or(today.max(from));
        let (begin, end) = (from.start(), context.end_of(Some(from), Some(to)));
        let period =
            if period.from.is_none() || period.to.is_none() { Period::days(from, to) } else { period };
        let (previous, part) = report::compared(&period, today);
        let (mut summary, no_total) = summary(context, book, (begin, end), previous)?;
        (summary.period, summary.from, summary.to, summary.part) = (period.name(), from, to, part);
        let mut notes: Vec<Note> = no_total.into_iter().collect();
        if book.accounts.is_empty() {
            notes.push(Note::Done(Notice::NoAccounts));
        }
        Ok(CommandOutput::of(summary).with(notes))
    })
}

/// The day of `--month-start`.
pub fn month_start(text: &str) -> Result<u32, CommandError> {
    let day = text.trim().parse::<u32>();
    match day {
        Ok(day) if (1..=31).contains(&day) => Ok(day),
        Ok(day) => Err(CommandError::MonthStart { day }),
        Err(_) => Err(UsageError::InvalidDayOfMonth { option: "--month-start", typed: text.into() }.into()),
    }
}

fn summary(
    context: &Context,
    book: &LedgerView<'_>,
    (begin, end): (LocalDateTime, LocalDateTime),
    previous: Option<(Day, Day)>,
) -> Result<(PeriodReport, Option<Note>), CommandError> {
    let store = book.store;
    let activity = store.activity(Some(begin), Some(end))?;
    let categories = activity.categories()?;
    let limits = context.config()?.micropayments.iter();
    let limits: Vec<Money> =
        limits.filter(|limit| report::spent(&categories, &limit.unit).is_some()).cloned().collect();
    let amounts = activity.micropayments(&limits)?;
    let mut channels = activity.channels()?;
    for total in &mut channels {
        let id = total.channel.as_ref().and_then(|id| id.split_once('/'));
        if let Some(platform) = id.and_then(|(platform, _)| context.catalog().get(platform)) {
            let (channel, charges) = (total.channel.as_deref().unwrap_or_default(), total.fee + total.tax);
            total.amount = platform.amount_of(channel, end, total.amount, charges);
        }
    }
    let input = SummaryInput {
        accounts: &book.accounts,
        flows: activity.flows()?,
        closing: store.account_balances(end)?,
        previous: match previous {
            None => Vec::new(),
            Some((from, to)) => store.activity(Some(from.start()), Some(to.end()))?.categories()?,
        },
        categories,
        micropayments: limits.into_iter().zip(amounts).collect(),
        channels,
        lots: store.lots_until(end, end.day().add_days(EXPIRING_DAYS))?,
        bills: store.bills(end)?,
        end: end.day(),
    };
    let summary = Summary::build(&input);
    let is_web_page = context.is_web_page;
    let web_page = is_web_page
        .then(|| month_page::figures(context, book, (begin, end), &input, &summary))
        .transpose()?;
    let (exchange, no_total) = context.exchanged(book, &summary.totals, end.day())?;
    let report = PeriodReport {
        schema: "jandon.report/1",
        period: None,
        from: begin.day(),
        to: end.day(),
        part: false,
        previous: previous.map(|(from, to)| Days { from, to }),
        summary,
        exchange,
        web_page,
    };
    Ok((report, no_total))
}
