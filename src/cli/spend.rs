//! `spend`: money out for something.

use super::failure::Failure;
use super::session::{Session, When, positive};
use super::{Outcome, record};
use crate::ledger::Kind;

/// Record money spent
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The account it came from
    pub(super) name: String,
    /// How much: 4500, 4,500, 1만5천, 3.50
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    pub(super) about: record::AboutArgs,
    #[command(flatten)]
    when: When,
}

/// Records one spend.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let (category, payee) = words.about.labels(&words.amount)?;
    let recorded = session.record("spend", words.when.dry_run, |book| {
        let account = session.account(book, &words.name, true)?;
        let amount = positive(&words.amount, account)?;
        let mut entry = record::entry(session, Kind::Spend, at, &account.unit, amount.parts, &words.when);
        entry.out.account = Some(account.id);
        (entry.category, entry.payee) =
            (category.as_deref().map(Into::into), payee.as_deref().map(Into::into));
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("spent", recorded, words.when.dry_run))
}
