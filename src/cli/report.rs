//! `report`: what a period did.

use super::context::{Context, LedgerView};
use super::error::CommandError;
use super::month_page;
use super::{CommandOutput, Note};
use crate::ledger::{AccountId, Kind};
use crate::messages::error::UsageError;
use crate::money::Money;
use crate::period::{Day, LocalDateTime, Period};
use crate::report::{self, AccountSummary, EXPIRING_DAYS, Grouping, MonthSummary, Summary, SummaryInput};
use crate::view::chart::ChartStyle;
use crate::view::report::{Days, PeriodReport, ReportDetails, ReportPage};
use std::collections::HashMap;

/// How many months `--by month` shows where nothing else is asked.
const MONTHS: usize = 12;

/// Summarize a month or any other period
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// 2026-10, 2026, 2026Q4, A..B, last month, last 90d, 지난달 [default: this month]
    period: Vec<String>,
    /// The day your month begins, 1 to 31
    #[arg(long, value_name = "N", default_value = "1")]
    month_start: String,
    /// Every column of the accounts, every category, and all lists
    #[arg(long)]
    full: bool,
    /// Only what was spent and earned: by category, by payee, or month by month
    #[arg(long, value_name = "GROUP")]
    by: Option<ReportGroup>,
}

/// What `--by` groups by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportGroup {
    /// What it was for.
    Category,
    /// Who received or paid it.
    Payee,
    /// The months of a longer period.
    Month,
}

/// Answers with the summary.
pub fn run(args: &ReportArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let start = month_start(&args.month_start)?;
    let today = context.today();
    let is_by_month = args.by == Some(ReportGroup::Month);
    let period = match args.period.as_slice() {
        [] if is_by_month => last_months(today, start),
        [] => Period::month_of(today, start),
        args => Period::parse(&args.join(" "), today, start)?,
    };
    context.read(|book| {
        let first_fact = || Ok::<_, CommandError>(book.store.first_fact()?.map(LocalDateTime::day));
        let from = match period.from {
            Some(from) => from,
            None => first_fact()?.unwrap_or(today).min(period.to.unwrap_or(today)),
        };
        let to = period.to.unwrap_or(today.max(from));
        let (begin, end) = (from.start(), context.end_of(Some(from), Some(to)));
        let period =
            if period.from.is_none() || period.to.is_none() { Period::days(from, to) } else { period };
        let (previous, part) = report::compared(&period, today);
        let grouping = match args.by {
            Some(ReportGroup::Payee) => Grouping::Payee,
            _ => Grouping::Category,
        };
        let (mut summary, no_total) = summary(context, book, (begin, end), previous, grouping)?;
        (summary.period, summary.from, summary.to, summary.part) = (period.name(), from, to, part);
        if is_by_month {
            summary.months = Some(months(book, (begin, end), start)?);
        }
        summary.details = ReportDetails {
            page: match args.by {
                Some(ReportGroup::Month) => ReportPage::Months,
                _ if args.full => ReportPage::Full,
                Some(_) => ReportPage::Groups,
                None => ReportPage::Short,
            },
            today,
            until: end.day(),
            command: args.command(),
            bar: match context.drawing {
                ChartStyle::Bars(sign, _) => sign,
                ChartStyle::Figures => '█',
            },
            has_accounts: !book.accounts.is_empty(),
            first_fact: if summary.summary.accounts.is_empty() { first_fact()? } else { None },
        };
        Ok(CommandOutput::of(summary).with(no_total.into_iter().collect()))
    })
}

impl ReportArgs {
    /// Returns the command with its period, without what shows it in another way.
    fn command(&self) -> String {
        let mut command = "jandon report".to_string();
        for word in &self.period {
            command.push(' ');
            command.push_str(word);
        }
        if self.month_start != "1" {
            command.push_str(&format!(" --month-start {}", self.month_start));
        }
        command
    }
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

/// Returns the months up to the running one.
fn last_months(today: Day, start: u32) -> Period {
    let this = Period::month_of(today, start);
    let first = std::iter::successors(Some(this), Period::previous).nth(MONTHS - 1).unwrap_or(this);
    match (first.from, this.to) {
        (Some(from), Some(to)) => Period::days(from, to),
        _ => this,
    }
}

/// Returns how each unit changed in each month of a period, from the first fact on.
fn months(
    book: &LedgerView<'_>,
    (begin, end): (LocalDateTime, LocalDateTime),
    start: u32,
) -> Result<Vec<MonthSummary>, CommandError> {
    let Some(first) = book.store.first_fact()? else { return Ok(Vec::new()) };
    let (mut from, last) = (begin.day().max(first.day()), end.day());
    let mut parts: Vec<(Period, LocalDateTime, LocalDateTime)> = Vec::new();
    while from <= last {
        let month = Period::month_of(from, start);
        let to = month.to.unwrap_or(last).min(last);
        // The days before the first fact belong to its month.
        let shown = month.from.unwrap_or(from).max(begin.day());
        parts.push((month, shown.start(), to.end().min(end)));
        from = to.add_days(1);
    }
    let closing = book.store.account_balances(end)?;
    let mut balances: HashMap<AccountId, i64> =
        closing.into_iter().map(|(account, closing)| (account, closing.balance)).collect();
    let mut months: Vec<Vec<MonthSummary>> = Vec::new();
    for (month, from, to) in parts.into_iter().rev() {
        let activity = book.store.activity(Some(from), Some(to))?;
        let flows = activity.flows()?;
        let mut rows: Vec<AccountSummary> = Vec::new();
        for account in &book.accounts {
            let flows = flows.get(&account.id).copied().unwrap_or_default();
            let balance = balances.entry(account.id).or_default();
            *balance = balance.saturating_sub(flows.net());
            rows.extend(report::account_summary(account, *balance, flows));
        }
        let spending = report::categories(Kind::Spend, Grouping::Category, &activity.categories()?, &[]);
        let conversions = book.store.conversions(Some(from), to)?;
        let name = month.name().unwrap_or_default();
        months.push(report::month_summaries(&name, (from.day(), to.day()), &rows, &spending, &conversions));
    }
    Ok(months.into_iter().rev().flatten().collect())
}

fn summary(
    context: &Context,
    book: &LedgerView<'_>,
    (begin, end): (LocalDateTime, LocalDateTime),
    previous: Option<(Day, Day)>,
    grouping: Grouping,
) -> Result<(PeriodReport, Option<Note>), CommandError> {
    let store = book.store;
    let activity = store.activity(Some(begin), Some(end))?;
    let grouped = |activity: &crate::store::Activity<'_>| match grouping {
        Grouping::Category => activity.categories(),
        Grouping::Payee => activity.payees(),
    };
    let categories = grouped(&activity)?;
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
        grouping,
        previous: match previous {
            None => Vec::new(),
            Some((from, to)) => grouped(&store.activity(Some(from.start()), Some(to.end()))?)?,
        },
        categories,
        micropayments: limits.into_iter().zip(amounts).collect(),
        channels,
        conversions: store.conversions(Some(begin), end)?,
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
        months: None,
        exchange,
        web_page,
        details: ReportDetails::default(),
    };
    Ok((report, no_total))
}
