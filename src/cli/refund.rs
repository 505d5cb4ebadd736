//! `refund`: a purchase that came back.

use super::context::{Context, EntryArgs, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::Kind;

/// Record a refund
#[derive(Debug, clap::Args)]
pub struct RefundArgs {
    /// The account refunded
    pub(super) name: String,
    /// How much
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    pub(super) about: record::AboutArgs,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one refund.
pub fn run(args: &RefundArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let (category, payee) = args.about.labels(&args.amount)?;
    let recorded = context.record("refund", args.when.dry_run, |book| {
        let account = context.account(book, &args.name, true)?;
        let amount = positive(&args.amount, account)?;
        let mut entry = record::entry(context, Kind::Refund, at, &account.unit, amount.minor, &args.when);
        entry.to.account = Some(account.id);
        (entry.category, entry.payee) =
            (category.as_deref().map(Into::into), payee.as_deref().map(Into::into));
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(recorded, args.when.dry_run))
}
