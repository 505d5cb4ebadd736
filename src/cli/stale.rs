//! `stale`: accounts whose balance nobody has seen for long.

use super::Outcome;
use super::balance::is_stale;
use super::expiring::days;
use super::failure::Failure;
use super::session::Session;
use crate::view::report::{Stale, StaleRow};

/// Show the accounts whose balance nobody has seen for long
#[derive(Debug, clap::Args)]
pub struct Words {
    /// How long
    #[arg(long, value_name = "N", default_value = "30")]
    days: String,
    /// Exit with 3 when there is one
    #[arg(long)]
    exit_code: bool,
}

/// Answers with one row an account.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let limit = days(&words.days, "--days")?;
    session.read(|book| {
        let standings = book.store.standings(session.now)?;
        let mut rows = Vec::new();
        for account in book.accounts.iter().filter(|a| !a.closed) {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if is_stale(standing, session.now, limit) {
                let days = standing.seen.map(|seen| session.today().0 - seen.day().0);
                rows.push(StaleRow { account: account.name.clone(), seen: standing.seen, days });
            }
        }
        rows.sort_unstable_by(|a, b| (a.seen, &a.account).cmp(&(b.seen, &b.account)));
        let found = words.exit_code && !rows.is_empty();
        let mut outcome = Outcome::of(Stale::new(rows));
        outcome.status = if found { 3 } else { 0 };
        Ok(outcome)
    })
}
