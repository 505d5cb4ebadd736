//! `expire`: points that the platform took away. Lots of a known expiry expire by themselves.

use super::context::{Context, EntryArgs, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::Kind;

/// Record points that the platform took away
#[derive(Debug, clap::Args)]
pub struct ExpireArgs {
    /// The account
    pub(super) name: String,
    /// The number of points
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one expiry.
pub fn run(args: &ExpireArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let recorded = context.record("expire", args.when.dry_run, |book| {
        let account = context.account(book, &args.name, true)?;
        let amount = positive(&args.amount, account)?;
        let mut entry = record::entry(context, Kind::Expire, at, &account.unit, amount.minor, &args.when);
        entry.from.account = Some(account.id);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(recorded, args.when.dry_run))
}
