//! `send` and `receive`: money to or from a person outside.

use super::context::{Context, EntryArgs, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::Kind;
use crate::messages::error::TextField;

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
    let who = record::label(TextField::Payee, who)?;
    let command = if way == Way::Out { "send" } else { "receive" };
    let recorded = context.record(command, when.dry_run, |book| {
        let account = context.account(book, name, true)?;
        if account.is_carrier() {
            let (account, amount) = (account.name.clone(), amount.to_string());
            return Err(match way {
                Way::Out => CommandError::SendFromCarrier { account, amount },
                Way::In => CommandError::ReceiveOnCarrier { account, amount },
            });
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
