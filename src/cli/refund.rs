//! `refund`: a purchase that came back.

use super::failure::Failure;
use super::session::{Session, When, positive};
use super::{Outcome, record};
use crate::ledger::Kind;

/// Record a purchase that came back
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The account it came back to
    pub(super) name: String,
    /// How much
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    pub(super) about: record::AboutArgs,
    #[command(flatten)]
    when: When,
}

/// Records one refund.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let (category, payee) = words.about.labels(&words.amount)?;
    let recorded = session.record("refund", words.when.dry_run, |book| {
        let account = session.account(book, &words.name, true)?;
        let amount = positive(&words.amount, account)?;
        let mut entry = record::entry(session, Kind::Refund, at, &account.unit, amount.parts, &words.when);
        entry.arriving.account = Some(account.id);
        (entry.category, entry.payee) =
            (category.as_deref().map(Into::into), payee.as_deref().map(Into::into));
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("refunded", recorded, words.when.dry_run))
}
