//! `send` and `receive`: money to or from a person outside.

use super::context::{Context, EntryArgs, positive};
use super::error::{CommandError, quoted, quoted_name};
use super::{CommandOutput, record};
use crate::ledger::{Kind, RuleViolation};

/// Record money sent to a person
#[derive(Debug, clap::Args)]
pub struct SendArgs {
    /// The account it leaves
    pub(super) name: String,
    /// How much
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// Who received it
    pub(super) who: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Record money received from a person
#[derive(Debug, clap::Args)]
pub struct ReceiveArgs {
    /// The account it reaches
    pub(super) name: String,
    /// How much
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// Who sent it
    pub(super) who: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Which way money goes between an account and a person.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Out,
    In,
}

/// Records money sent.
pub fn send(args: &SendArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    between(context, Way::Out, (&args.name, &args.amount, args.who.as_deref()), &args.when)
}

/// Records money received.
pub fn receive(args: &ReceiveArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    between(context, Way::In, (&args.name, &args.amount, args.who.as_deref()), &args.when)
}

/// Records a transfer with one end outside the ledger: neither spending nor income.
fn between(
    context: &Context,
    way: Way,
    (name, amount, who): (&str, &str, Option<&str>),
    when: &EntryArgs,
) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(when.date.as_deref())?;
    let who = record::label("payee", who)?;
    let command = if way == Way::Out { "send" } else { "receive" };
    let recorded = context.record(command, when.dry_run, |book| {
        let account = context.account(book, name, true)?;
        if account.is_carrier() {
            let name = quoted_name(&account.name);
            let (message, hint) = match way {
                Way::Out => (
                    "cannot be sent from",
                    format!("record a charge: jandon spend {name} {}", quoted(amount)),
                ),
                Way::In => (
                    "cannot be received on",
                    format!("record a refund: jandon refund {name} {}", quoted(amount)),
                ),
            };
            let message = format!("money {message} {}, which is carrier billing", account.name);
            let rule = RuleViolation::CarrierTakesOnlySpendRefundPay {
                account: account.name.clone(),
                kind: Kind::Transfer,
            };
            return Err(CommandError::Refused { rule, message, hint });
        }
        let amount = positive(amount, account)?;
        let mut entry = record::entry(context, Kind::Transfer, at, &account.unit, amount.minor, when);
        let side = if way == Way::Out { &mut entry.from } else { &mut entry.to };
        side.account = Some(account.id);
        entry.payee = who.as_deref().map(Into::into);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(recorded, when.dry_run))
}
