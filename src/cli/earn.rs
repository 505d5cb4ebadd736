//! `earn`: points or money in.

use super::failure::Failure;
use super::session::{Session, When, positive};
use super::{Outcome, record};
use crate::ledger::{Account, AccountKind, Expires, Kind};
use crate::period::{self, Moment};

/// Record points or money earned
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The account it came to
    pub(super) name: String,
    /// How much: 120, 1,200, 1천
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    pub(super) about: record::AboutArgs,
    /// The last day of the points, or `never` [default: the platform's rule]
    #[arg(long, value_name = "DATE|never")]
    expires: Option<String>,
    #[command(flatten)]
    when: When,
}

/// Records one earning.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let (category, payee) = words.about.labels(&words.amount)?;
    let given = match words.expires.as_deref().map(str::trim) {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("never") => Some(Expires::Never),
        Some(date) => Some(Expires::After(period::parse_last_day(date, at.day())?)),
    };
    let recorded = session.record("earn", words.when.dry_run, |book| {
        let account = session.account(book, &words.name, true)?;
        let amount = positive(&words.amount, account)?;
        let mut entry = record::entry(session, Kind::Earn, at, &account.unit, amount.parts, &words.when);
        entry.arriving.account = Some(account.id);
        entry.expires = given.unwrap_or_else(|| by_platform(session, account, at));
        (entry.category, entry.payee) =
            (category.as_deref().map(Into::into), payee.as_deref().map(Into::into));
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("earned", recorded, words.when.dry_run))
}

/// When points expire by the rule of their platform.
fn by_platform(session: &Session, account: &Account, earned: Moment) -> Expires {
    let platform = account.platform.as_deref().filter(|_| account.kind == AccountKind::Rewards);
    match platform.and_then(|id| session.catalog().life(id)) {
        None => Expires::Unknown,
        Some(life) => life.last_day(earned.day()).map_or(Expires::Never, Expires::After),
    }
}
