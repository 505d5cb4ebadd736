//! `expire`: points that the platform took away. Lots of a known expiry expire by themselves.

use super::failure::Failure;
use super::session::{Session, When, positive};
use super::{Outcome, record};
use crate::ledger::Kind;

/// Record points that the platform took away; points with a known date expire by themselves
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The account that they are gone from
    pub(super) name: String,
    /// How many
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    when: When,
}

/// Records one expiry.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let recorded = session.record("expire", words.when.dry_run, |book| {
        let account = session.account(book, &words.name, true)?;
        let amount = positive(&words.amount, account)?;
        let mut entry = record::entry(session, Kind::Expire, at, &account.unit, amount.parts, &words.when);
        entry.out.account = Some(account.id);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("expired", recorded, words.when.dry_run))
}
