//! `earn`: points or money in.

use super::context::{Context, EntryArgs, positive};
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::ledger::{Account, AccountKind, Expires, Kind};
use crate::period::{self, LocalDateTime};

/// Record points or money earned
#[derive(Debug, clap::Args)]
pub struct EarnArgs {
    /// The account that received it
    pub(super) name: String,
    /// The amount: 120, 1,200, 1천
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    #[command(flatten)]
    pub(super) about: record::AboutArgs,
    /// The last day of the points, or never [default: the platform's rule]
    #[arg(long, value_name = "DATE|never")]
    expires: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one earning.
pub fn run(args: &EarnArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let (category, payee) = args.about.labels(&args.amount)?;
    let given = match args.expires.as_deref().map(str::trim) {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("never") => Some(Expires::Never),
        Some(date) => Some(Expires::On(period::parse_last_day(date, at.day())?)),
    };
    let recorded = context.record("earn", args.when.dry_run, |book| {
        let account = context.account(book, &args.name, true)?;
        let amount = positive(&args.amount, account)?;
        let mut entry = record::entry(context, Kind::Earn, at, &account.unit, amount.minor, &args.when);
        entry.to.account = Some(account.id);
        entry.expires = given.unwrap_or_else(|| by_platform(context, account, at));
        (entry.category, entry.payee) =
            (category.as_deref().map(Into::into), payee.as_deref().map(Into::into));
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry(recorded, args.when.dry_run))
}

/// Returns when points earned at a moment expire by the rule of the account's platform.
pub(super) fn by_platform(context: &Context, account: &Account, earned: LocalDateTime) -> Expires {
    let platform = account.platform.as_deref().filter(|_| account.kind == AccountKind::Rewards);
    match platform.and_then(|id| context.catalog().life(id)) {
        None => Expires::Unknown,
        Some(life) => life.last_day(earned.day()).map_or(Expires::Never, Expires::On),
    }
}
