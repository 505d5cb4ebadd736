//! `expiring`: every lot that will expire, soonest first, and what has no known expiry.

use super::CommandOutput;
use super::context::Context;
use super::error::CommandError;
use crate::ledger::{AccountId, Expires};
use crate::messages::error::UsageError;
use crate::period::Day;
use crate::report;
use crate::view::attention::Expiring;

/// List the points that will expire, soonest first
#[derive(Debug, clap::Args)]
pub struct ExpiringArgs {
    /// How far ahead to look: 90d, 12w
    #[arg(long, value_name = "DAYS", default_value = "90d")]
    within: String,
    /// Exit with status 3 if something expires
    #[arg(long)]
    exit_code: bool,
}

/// Answers with one row a lot.
pub fn run(args: &ExpiringArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let within = days(&args.within, "--within")?;
    context.read(|book| {
        let held = book.store.all_lots(context.now)?;
        let dated = |(account, expires, amount): &(AccountId, Expires, i64)| match expires {
            Expires::On(day) => Some((*account, *day, *amount)),
            Expires::Unknown | Expires::Never => None,
        };
        let dated: Vec<(AccountId, Day, i64)> = held.iter().filter_map(dated).collect();
        let lots = report::expiring(&book.accounts, &dated, context.today(), within);
        let standings = book.store.account_balances(context.now)?;
        let unknown = report::without_expiry(&book.accounts, &standings, &held);
        let found = args.exit_code && !lots.is_empty();
        let has_accounts = !book.accounts.is_empty();
        let answer = Expiring::new(within, lots, unknown, context.today(), has_accounts);
        let mut outcome = CommandOutput::of(answer);
        outcome.status = if found { 3 } else { 0 };
        Ok(outcome)
    })
}

/// A number of days: `90d`, `90`, `12w`.
pub fn days(text: &str, option: &str) -> Result<i32, CommandError> {
    let word = text.trim().to_lowercase();
    let (count, factor) = match (word.strip_suffix('d'), word.strip_suffix('w')) {
        (Some(count), _) => (count, 1),
        (_, Some(count)) => (count, 7),
        _ => (word.as_str(), 1),
    };
    let days = count.parse::<i32>().ok().filter(|n| (0..=36_500).contains(n) && !count.starts_with('+'));
    days.map(|n| n * factor)
        .ok_or_else(|| UsageError::InvalidDays { option: option.into(), typed: text.into() }.into())
}
