//! `value`: what each platform was worth.

use super::CommandOutput;
use super::context::Context;
use super::error::CommandError;
use crate::period::Period;
use crate::report::{Rates, platform_values};
use crate::view::value::Value;

/// Show what using each platform gained or cost you
#[derive(Debug, clap::Args)]
pub struct ValueArgs {
    /// 2026-10, 2026, A..B, last 90d [default: this month]
    period: Vec<String>,
}

/// Answers with one row a platform and unit.
pub fn run(args: &ValueArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let today = context.today();
    let period = match args.period.as_slice() {
        [] => Period::month_of(today, 1),
        args => Period::parse(&args.join(" "), today, 1)?,
    };
    context.read(|book| {
        let from = period.from.map(|day| day.start());
        let to = context.end_of(period.from, period.to);
        let flows = book.store.flows(from, Some(to))?;
        let conversions = book.store.conversions(from, to)?;
        let rates = match conversions.is_empty() {
            true => Rates::default(),
            false => context.rates(book.store, &book.accounts, to.day())?,
        };
        let rows = platform_values(&book.accounts, &flows, &conversions, &rates);
        let first = match period.from {
            Some(from) => from,
            None => book.store.first_fact()?.map_or(today, |at| at.day()),
        };
        let last = period.to.unwrap_or(today);
        let has_accounts = !book.accounts.is_empty();
        Ok(CommandOutput::of(Value::new(first, last, rows, today, has_accounts)))
    })
}
