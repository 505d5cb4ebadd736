//! `stale`: accounts whose balance was not checked lately.

use super::CommandOutput;
use super::context::Context;
use super::error::CommandError;
use super::expiring::days;
use crate::view::attention::{Stale, StaleRow};

/// List the accounts whose balance has not been checked for long
#[derive(Debug, clap::Args)]
pub struct StaleArgs {
    /// The number of days
    #[arg(long, value_name = "N", default_value = "30")]
    days: String,
    /// Exit with status 3 if there is one
    #[arg(long)]
    exit_code: bool,
}

/// Answers with one row an account.
pub fn run(args: &StaleArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let limit = days(&args.days, "--days")?;
    context.read(|book| {
        let standings = book.store.account_balances(context.now)?;
        let mut rows = Vec::new();
        for account in book.accounts.iter().filter(|a| !a.closed) {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if standing.is_stale(context.now, limit) {
                let days = standing.seen.map(|seen| context.today().0 - seen.day().0);
                rows.push(StaleRow { account: account.name.clone(), seen: standing.seen, days });
            }
        }
        rows.sort_unstable_by(|a, b| (a.seen, &a.account).cmp(&(b.seen, &b.account)));
        let found = args.exit_code && !rows.is_empty();
        let mut answer = Stale::new(rows, limit, context.today());
        answer.has_accounts = !book.accounts.is_empty();
        answer.has_facts = standings.values().any(|standing| standing.has_facts);
        let mut outcome = CommandOutput::of(answer);
        outcome.status = if found { 3 } else { 0 };
        Ok(outcome)
    })
}
