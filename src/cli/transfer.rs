//! `transfer`: between own accounts.

use super::context::{Context, EntryArgs, LedgerView, any_amount, positive};
use super::error::CommandError;
use super::{CommandOutput, Note, record};
use crate::fee::{self, Channel, Destination, Platform, Quote, QuoteRequest};
use crate::ledger::{Account, Kind};
use crate::messages::Warning;
use crate::messages::warning::ChannelCharges;
use crate::money::Money;
use crate::period::LocalDateTime;

/// Record a transfer between two of your accounts; AMOUNT is what leaves
#[derive(Debug, clap::Args)]
pub struct TransferArgs {
    /// The account it leaves
    pub(super) from: String,
    /// The account it reaches
    pub(super) to: String,
    /// The amount that leaves
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// The amount that arrives, if known
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    received: Option<String>,
    /// The fee, if known
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    fee: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one transfer.
pub fn run(args: &TransferArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let committed = context.commit("transfer", args.when.dry_run, |book| {
        let from = context.account(book, &args.from, true)?;
        let to = context.account(book, &args.to, true)?;
        let amount = positive(&args.amount, from)?;
        let received = args.received.as_ref().map(|r| any_amount(r, to)).transpose()?;
        let fee = args.fee.as_ref().map(|f| any_amount(f, from)).transpose()?;
        let (received, fee) = if from.unit == to.unit {
            in_one_unit(&amount, received, fee)?
        } else {
            let fee = fee.unwrap_or_else(|| from.unit.zero());
            if fee.minor > amount.minor {
                return Err(CommandError::FeeAboveAmount {
                    amount: amount.to_string(),
                    fee: fee.to_string(),
                });
            }
            let received = match received {
                Some(received) => received,
                None => converted(context, from, to, &amount, &fee, at)?,
            };
            (received, fee)
        };
        let as_told = args.received.is_some() || args.fee.is_some();
        let warning = if as_told { None } else { charge(context, book, from, to, &amount, &received, at)? };
        let mut entry = record::entry(context, Kind::Transfer, at, &from.unit, amount.minor, &args.when);
        entry.from.account = Some(from.id);
        entry.to.account = Some(to.id);
        (entry.to.unit, entry.to.amount, entry.fee) = (to.unit.clone(), received.minor, fee.minor);
        Ok((vec![record::checked(entry, &book.accounts)?], warning))
    })?;
    let outcome = record::one_entry((committed.summary, committed.notes), args.when.dry_run);
    Ok(outcome.with(committed.value.into_iter().collect()).with(context.catalog_warnings()))
}

/// What arrived and the fee: each follows from the other, and both together must fit.
pub fn in_one_unit(
    left: &Money,
    received: Option<Money>,
    fee: Option<Money>,
) -> Result<(Money, Money), CommandError> {
    let (received, fee) = match (received, fee) {
        (None, None) => (left.clone(), left.unit.zero()),
        (Some(received), None) => {
            if received.minor > left.minor {
                let (left, received) = (left.to_string(), received.to_string());
                return Err(CommandError::ReceivedMoreThanLeft { left, received });
            }
            let fee = left.checked_sub(&received)?;
            (received, fee)
        }
        (None, Some(fee)) => {
            if fee.minor > left.minor {
                return Err(CommandError::FeeAboveAmount { amount: left.to_string(), fee: fee.to_string() });
            }
            (left.checked_sub(&fee)?, fee)
        }
        (Some(received), Some(fee)) => (received, fee),
    };
    if received.checked_add(&fee)? != *left {
        let (left, received, fee) = (left.to_string(), received.to_string(), fee.to_string());
        return Err(CommandError::ReceivedAndFeeDisagree { left, received, fee });
    }
    Ok((received, fee))
}

/// Returns the platform of an account, `None` where it has none that fits.
fn platform_of(context: &Context, account: &Account) -> Option<Platform> {
    // The error for an account without a platform would search the catalog for what was meant.
    account.platform.as_ref().and_then(|_| context.platform_of(account).ok())
}

/// Whether what leaves through a channel can arrive in that account.
fn leads_to(channel: &Channel, to: &Account) -> bool {
    let place = match &channel.to {
        Destination::Wallet(id) => to.platform.as_ref() == Some(id),
        Destination::Bank | Destination::Card | Destination::Cash | Destination::Voucher => {
            to.platform.is_none()
        }
    };
    place && channel.pays == to.unit
}

/// Returns what arrives in another unit by the rate of a channel of the catalog between the two
/// accounts.
fn converted(
    context: &Context,
    from: &Account,
    to: &Account,
    amount: &Money,
    fee: &Money,
    at: LocalDateTime,
) -> Result<Money, CommandError> {
    let unknown = || CommandError::ReceivedNeeded { from: from.unit.clone(), to: to.unit.clone() };
    let platform = platform_of(context, from).ok_or_else(unknown)?;
    let mut channels = platform.channels.iter();
    let channel = channels.find(|c| leads_to(c, to) && c.tariff_on(at.day()).is_some());
    let received = channel
        .and_then(|c| c.received_for(&platform, amount.checked_sub(fee).ok()?.minor.into()))
        .and_then(|minor| i64::try_from(minor).ok());
    received.map(|minor| to.unit.money(minor)).ok_or_else(unknown)
}

/// Returns a warning where the best official channel between the two accounts lets less arrive, or
/// takes more, than is recorded.
fn charge(
    context: &Context,
    book: &LedgerView<'_>,
    from: &Account,
    to: &Account,
    amount: &Money,
    received: &Money,
    at: LocalDateTime,
) -> Result<Option<Note>, CommandError> {
    let platform = platform_of(context, from);
    let Some(platform) = platform.filter(|p| p.channels.iter().any(|c| leads_to(c, to))) else {
        return Ok(None);
    };
    let available = from.available(book.standing(from, at)?);
    let used = context.used(book.store, &platform, at)?;
    let used = |ask: &fee::QuotaKey| used.get(ask).copied().unwrap_or_default();
    let leads = |quote: &Quote| platform.channel(&quote.channel).is_some_and(|c| leads_to(c, to));
    let best = |minor: i64| {
        let asked = QuoteRequest::Amount(minor);
        fee::quotes(&platform, None, &asked, at, Some(available), &[], used).into_iter().find(leads)
    };
    let Some(asked) = best(amount.minor) else { return Ok(None) };
    // Where the channel cannot move the amount, the warning names what it takes of the nearest one.
    let nearest = match &asked.outcome {
        Err(rejection) if rejection.if_covered.is_none() => rejection.nearest.first().copied(),
        _ => None,
    };
    let quote = nearest.map_or(Some(asked), best);
    let Some(best) = quote else { return Ok(None) };
    let Some(figures) = best.figures() else { return Ok(None) };
    let moved = from.unit.money(nearest.unwrap_or(amount.minor));
    let arrives_whole = match nearest {
        Some(_) => figures.fee + figures.tax == 0,
        None => figures.net >= i128::from(received.minor),
    };
    if figures.debit <= i128::from(moved.minor) && arrives_whole {
        return Ok(None);
    }
    let minor = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    Ok(Some(Note::Warning(Warning::ChannelCharges(Box::new(ChannelCharges {
        channel: best.channel.clone(),
        charges: from.unit.money(minor(figures.fee + figures.tax)),
        received: to.unit.money(minor(figures.net)),
        from: from.name.clone(),
        to: to.name.clone(),
        amount: moved,
    })))))
}
