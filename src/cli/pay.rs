//! `pay`: a carrier's bill paid.

use super::failure::Failure;
use super::session::{Session, When, positive};
use super::{Outcome, record};
use crate::ledger::Kind;

/// Record the payment of a carrier's bill
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The carrier account
    pub(super) carrier: String,
    /// How much was paid
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// The account of yours that paid
    #[arg(long, value_name = "ACCOUNT")]
    from: Option<String>,
    #[command(flatten)]
    when: When,
}

/// Records one payment.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let recorded = session.record("pay", words.when.dry_run, |book| {
        let carrier = session.account(book, &words.carrier, true)?;
        let amount = positive(&words.amount, carrier)?;
        let from = words.from.as_ref().map(|name| session.account(book, name, true)).transpose()?;
        let mut entry = record::entry(session, Kind::Pay, at, &carrier.unit, amount.parts, &words.when);
        entry.out.account = from.map(|a| a.id);
        entry.arriving.account = Some(carrier.id);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("paid", recorded, words.when.dry_run))
}
