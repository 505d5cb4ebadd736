//! `topup`: money put into a balance.

use super::context::{Context, EntryArgs, any_amount, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::{Kind, RuleViolation};

/// Record a top-up; AMOUNT is what arrives
#[derive(Debug, clap::Args)]
pub struct TopupArgs {
    /// The account topped up
    pub(super) name: String,
    /// The amount that arrives
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// Your account that paid
    #[arg(long, value_name = "ACCOUNT")]
    from: Option<String>,
    /// The fee, paid on top of the amount
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    fee: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one top-up.
pub fn run(args: &TopupArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let recorded = context.record("topup", args.when.dry_run, |book| {
        let account = context.account(book, &args.name, true)?;
        let amount = positive(&args.amount, account)?;
        let from = args.from.as_ref().map(|name| context.account(book, name, true)).transpose()?;
        if let Some(from) = from
            && from.unit != account.unit
        {
            return Err(CommandError::TopupInTwoUnits {
                from: from.name.clone(),
                holds: from.unit.clone(),
                to: account.name.clone(),
                wanted: account.unit.clone(),
            });
        }
        let fee = args.fee.as_ref().map(|fee| any_amount(fee, account)).transpose()?;
        let fee = fee.map_or(0, |fee| fee.minor);
        let left = amount.minor.checked_add(fee);
        let left = left.ok_or_else(|| RuleViolation::BalanceTooLarge { account: account.name.clone() })?;
        let mut entry = record::entry(context, Kind::Topup, at, &account.unit, amount.minor, &args.when);
        entry.from.account = from.map(|a| a.id);
        entry.to.account = Some(account.id);
        (entry.from.amount, entry.fee) = (left, fee);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(recorded, args.when.dry_run))
}
