//! `send` and `receive`: money to or from a person outside.

use super::failure::Failure;
use super::session::{Session, When, positive};
use super::{Outcome, record};
use crate::ledger::Kind;

/// Record money sent to a person
#[derive(Debug, clap::Args)]
pub struct SendArgs {
    /// The account it left
    pub(super) name: String,
    /// How much
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// Who got it
    pub(super) who: Option<String>,
    #[command(flatten)]
    when: When,
}

/// Record money received from a person
#[derive(Debug, clap::Args)]
pub struct ReceiveArgs {
    /// The account it reached
    pub(super) name: String,
    /// How much
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// Who sent it
    pub(super) who: Option<String>,
    #[command(flatten)]
    when: When,
}

/// Which way money goes between an account and a person.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Out,
    In,
}

/// Records money sent.
pub fn send(args: &SendArgs, session: &Session) -> Result<Outcome, Failure> {
    between(session, Way::Out, (&args.name, &args.amount, args.who.as_deref()), &args.when)
}

/// Records money received.
pub fn receive(args: &ReceiveArgs, session: &Session) -> Result<Outcome, Failure> {
    between(session, Way::In, (&args.name, &args.amount, args.who.as_deref()), &args.when)
}

/// Records a transfer with one end outside the ledger: neither spending nor income.
fn between(
    session: &Session,
    way: Way,
    (name, amount, who): (&str, &str, Option<&str>),
    when: &When,
) -> Result<Outcome, Failure> {
    let at = session.entry_moment(when.date.as_deref())?;
    let who = record::label("payee", who)?;
    let (command, did) = if way == Way::Out { ("send", "sent") } else { ("receive", "received") };
    let recorded = session.record(command, when.dry_run, |book| {
        let account = session.account(book, name, true)?;
        let amount = positive(amount, account)?;
        let mut entry = record::entry(session, Kind::Transfer, at, &account.unit, amount.parts, when);
        let side = if way == Way::Out { &mut entry.out } else { &mut entry.arriving };
        side.account = Some(account.id);
        entry.payee = who.as_deref().map(Into::into);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(did, recorded, when.dry_run))
}
