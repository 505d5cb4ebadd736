//! `due`: carrier bills, and what is left of the limits.

use super::CommandOutput;
use super::context::Context;
use super::error::CommandError;
use super::expiring::days;
use crate::report::{self, BillStatus};
use crate::view::attention::{Due, LimitLeft};

/// How far `--exit-code` looks where nothing else is asked.
const WITHIN: i32 = 30;

/// List phone bills: amount, due date, limit left
#[derive(Debug, clap::Args)]
pub struct DueArgs {
    /// Only overdue bills and bills due within this time [default: all; 30d with --exit-code]
    #[arg(long, value_name = "DAYS")]
    within: Option<String>,
    /// Exit with status 3 if a bill is due or overdue
    #[arg(long)]
    exit_code: bool,
}

/// Answers with one row a bill.
pub fn run(args: &DueArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let within = args.within.as_ref().map(|text| days(text, "--within")).transpose()?;
    context.read(|book| {
        let today = context.today();
        let mut bills = report::bills(&book.accounts, &book.store.bills(context.now)?, today);
        if let Some(within) = within {
            bills.retain(|bill| bill.due.is_none_or(|due| due.0 - today.0 <= within));
        }
        let near = |bill: &report::Bill| {
            let limit = within.unwrap_or(WITHIN);
            bill.status == BillStatus::Overdue
                || bill.due.map_or(bill.status == BillStatus::Due, |due| due.0 - today.0 <= limit)
        };
        let found = args.exit_code && bills.iter().any(near);
        let standings = book.store.account_balances(context.now)?;
        let carriers = book.accounts.iter().filter(|a| a.is_carrier() && !a.closed);
        let limits = carriers.map(|a| {
            let standing = standings.get(&a.id).copied().unwrap_or_default();
            LimitLeft {
                account: a.name.clone(),
                unit: a.unit.clone(),
                limit: a.limit.map(|parts| a.unit.money(parts)),
                limit_left: a.limit_left(standing).map(|parts| a.unit.money(parts)),
                has_bill_day: a.bill_day.is_some(),
            }
        });
        let mut outcome = CommandOutput::of(Due::new(bills, limits.collect(), today, within));
        outcome.status = if found { 3 } else { 0 };
        Ok(outcome)
    })
}
