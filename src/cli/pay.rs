//! `pay`: a carrier's bill paid.

use super::context::{Context, EntryArgs, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::Kind;

/// Record the payment of a phone bill
#[derive(Debug, clap::Args)]
pub struct PayArgs {
    /// The carrier account
    pub(super) carrier: String,
    /// The amount paid
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// Your account that paid
    #[arg(long, value_name = "ACCOUNT")]
    from: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one payment.
pub fn run(args: &PayArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let recorded = context.record("pay", args.when.dry_run, |book| {
        let carrier = context.account(book, &args.carrier, true)?;
        let amount = positive(&args.amount, carrier)?;
        let from = args.from.as_ref().map(|name| context.account(book, name, true)).transpose()?;
        let mut entry = record::entry(context, Kind::Pay, at, &carrier.unit, amount.parts, &args.when);
        entry.out.account = from.map(|a| a.id);
        entry.arriving.account = Some(carrier.id);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("paid", recorded, args.when.dry_run))
}
