//! `pay`: a carrier's bill paid.

use super::context::{Context, EntryArgs, LedgerView, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::{Account, Kind};

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
        if !carrier.is_carrier() {
            return Err(not_a_carrier(args, book, carrier));
        }
        let amount = positive(&args.amount, carrier)?;
        let from = args.from.as_ref().map(|name| context.account(book, name, true)).transpose()?;
        let mut entry = record::entry(context, Kind::Pay, at, &carrier.unit, amount.minor, &args.when);
        entry.from.account = from.map(|a| a.id);
        entry.to.account = Some(carrier.id);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(recorded, args.when.dry_run))
}

/// Names the carrier that was probably meant.
fn not_a_carrier(args: &PayArgs, book: &LedgerView<'_>, account: &Account) -> CommandError {
    let carrier = book.accounts.iter().find(|account| account.is_carrier() && !account.closed);
    CommandError::PayNeedsCarrier {
        account: account.name.clone(),
        amount: args.amount.clone(),
        carrier: carrier.map(|carrier| carrier.name.clone()),
    }
}
