//! `report`: what a period did.

use super::balance::{held, totals};
use super::context::{Context, LedgerView};
use super::error::CommandError;
use super::{CommandOutput, Notice};
use crate::ledger::Kind;
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime, Period};
use crate::report;
use crate::view::report::{Days, Report};

/// How far a report looks ahead for points that expire.
const EXPIRING_DAYS: i32 = 60;

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
        let mut notes: Vec<Notice> = no_total.into_iter().collect();
        if book.accounts.is_empty() {
            notes.push(Notice::Done("open an account with: jandon account add NAME".into()));
        }
        Ok(CommandOutput::of(summary).with(notes))
    })
}

/// The day of `--month-start`.
pub fn month_start(text: &str) -> Result<u32, CommandError> {
    let day = text.trim().parse::<u32>();
    let wrong = || CommandError::Usage {
        message: format!("{text:?} is no day of a month"),
        hint: "give --month-start a number from 1 to 31".into(),
    };
    match day {
        Ok(day) if (1..=31).contains(&day) => Ok(day),
        Ok(day) => Err(CommandError::MonthStart { day }),
        Err(_) => Err(wrong()),
    }
}

fn summary(
    context: &Context,
    book: &LedgerView<'_>,
    (begin, end): (LocalDateTime, LocalDateTime),
    previous: Option<(Day, Day)>,
) -> Result<(Report, Option<Notice>), CommandError> {
    let store = book.store;
    let activity = store.activity(Some(begin), Some(end))?;
    let flows = activity.flows()?;
    let closings = store.account_balances(end)?;
    let mut accounts = Vec::new();
    for account in &book.accounts {
        let flows = flows.get(&account.id).copied().unwrap_or_default();
        let closing = closings.get(&account.id).map_or(0, |s| s.balance);
        accounts.extend(report::account_summary(account, closing - flows.net(), flows));
    }
    let now = activity.categories()?;
    let before = match previous {
        None => Vec::new(),
        Some((from, to)) => store.activity(Some(from.start()), Some(to.end()))?.categories()?,
    };
    let spent = |unit: &Unit| -> Option<i64> {
        let spends = now.iter().filter(|total| total.kind == Kind::Spend && total.unit == *unit);
        spends.map(|total| total.amount).reduce(|a, b| a + b)
    };
    let limits = context.config()?.micropayments.iter();
    let (limits, spent): (Vec<Money>, Vec<i64>) =
        limits.filter_map(|limit| Some((limit.clone(), spent(&limit.unit)?))).unzip();
    let amounts = activity.micropayments(&limits)?;
    let micropayments = limits.into_iter().zip(amounts).zip(spent);
    let micropayments = micropayments
        .map(|((limit, amounts), spent)| report::micropayments(limit, &amounts, spent))
        .collect();
    let mut fees = Vec::new();
    for mut total in activity.channels()? {
        // Charges on top are no part of the amount that they are a share of.
        let amount = total.channel.as_ref().and_then(|id| {
            let platform = context.catalog().get(id.split_once('/')?.0)?;
            Some(platform.amount_of(id, end, total.amount, total.fee + total.tax))
        });
        total.amount = amount.unwrap_or(total.amount);
        fees.push(report::channel_summary(&total));
    }
    let totals = totals(&held(book, &closings));
    let (exchange, no_total) = context.exchanged(book, &totals, end.day())?;
    let lots = store.lots_until(end, end.day().add_days(EXPIRING_DAYS))?;
    let bills = store.bills(end)?;
    let report = Report {
        schema: "jandon.report/1",
        period: None,
        from: begin.day(),
        to: end.day(),
        part: false,
        previous: previous.map(|(from, to)| Days { from, to }),
        headlines: report::headlines(&accounts),
        accounts,
        spending: report::categories(Kind::Spend, &now, &before),
        income: report::categories(Kind::Earn, &now, &before),
        micropayments,
        fees,
        expiring: report::expiring(&book.accounts, &lots, end.day(), EXPIRING_DAYS),
        due: report::bills(&book.accounts, &bills, end.day()),
        totals,
        exchange,
    };
    Ok((report, no_total))
}
