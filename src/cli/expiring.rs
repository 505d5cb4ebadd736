//! `expiring`: every lot that will expire, soonest first, and what has no known expiry.

use super::Outcome;
use super::failure::Failure;
use super::session::Session;
use crate::ledger::{AccountId, Expires};
use crate::period::Day;
use crate::report;
use crate::view::report::Expiring;

/// Show the points that will expire, soonest first, and those without a known date
#[derive(Debug, clap::Args)]
pub struct Words {
    /// How far to look: 90d, 12w
    #[arg(long, value_name = "DAYS", default_value = "90d")]
    within: String,
    /// Exit with 3 when something expires
    #[arg(long)]
    exit_code: bool,
}

/// Answers with one row a lot.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let within = days(&words.within, "--within")?;
    session.read(|book| {
        let held = book.store.all_lots(session.now)?;
        let dated = |(account, expires, amount): &(AccountId, Expires, i64)| match expires {
            Expires::After(day) => Some((*account, *day, *amount)),
            Expires::Unknown | Expires::Never => None,
        };
        let dated: Vec<(AccountId, Day, i64)> = held.iter().filter_map(dated).collect();
        let lots = report::expiring(&book.accounts, &dated, session.today(), within);
        let standings = book.store.standings(session.now)?;
        let unknown = report::without_expiry(&book.accounts, &standings, &held);
        let found = words.exit_code && !lots.is_empty();
        let mut outcome = Outcome::of(Expiring::new(within, lots, unknown));
        outcome.status = if found { 3 } else { 0 };
        Ok(outcome)
    })
}

/// A number of days: `90d`, `90`, `12w`.
pub fn days(text: &str, option: &str) -> Result<i32, Failure> {
    let word = text.trim().to_lowercase();
    let (count, factor) = match (word.strip_suffix('d'), word.strip_suffix('w')) {
        (Some(count), _) => (count, 1),
        (_, Some(count)) => (count, 7),
        _ => (word.as_str(), 1),
    };
    let days = count.parse::<i32>().ok().filter(|n| (0..=36_500).contains(n) && !count.starts_with('+'));
    days.map(|n| n * factor).ok_or_else(|| Failure::Usage {
        message: format!("{text:?} is no number of days"),
        hint: format!("write {option} 30d"),
    })
}
