//! `withdraw`: out of a platform through one of its official channels, booked as its tariff has it.

use super::commit::Committed;
use super::context::{Context, EntryArgs, LedgerView, any_amount, positive};
use super::error::CommandError;
use super::{CommandOutput, Note, record};
use crate::fee::{self, Channel, Platform, QuoteRequest, Rejection, Side};
use crate::ledger::{Account, Entry, Kind};
use crate::messages::error::{UsageError, WithdrawalError};
use crate::messages::warning::RuleDifference;
use crate::messages::{Notice, Warning};
use crate::money::{Money, Unit};
use crate::period::LocalDateTime;

/// Record a withdrawal, with the fee and tax of its channel
#[derive(Debug, clap::Args)]
pub struct WithdrawArgs {
    /// The account it leaves
    pub(super) name: String,
    /// The amount, or all
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: String,
    /// The channel: instant, venmo/instant, or a unique beginning; optional if there is only one
    #[arg(long, value_name = "CHANNEL")]
    via: Option<String>,
    /// Your account that received it
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<String>,
    /// The amount that really arrived
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    received: Option<String>,
    /// The fee really charged
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    fee: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// What is booked: all parts but `received` in the unit that leaves.
struct Booking {
    out: i64,
    fee: i64,
    tax: i64,
    received: Money,
    channel: Option<String>,
}

/// Records one withdrawal.
pub fn run(args: &WithdrawArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.entry_moment(args.when.date.as_deref())?;
    let committed = context.commit("withdraw", args.when.dry_run, |book| {
        let mut said = Vec::new();
        let account = context.account(book, &args.name, true)?;
        if account.is_carrier() {
            // The same rule as the ledger's, told before anything about channels.
            let mut entry = record::entry(context, Kind::Withdraw, at, &account.unit, 1, &args.when);
            entry.from.account = Some(account.id);
            entry.check(|id| book.account(id))?;
        }
        let to = args.to.as_ref().map(|name| context.account(book, name, true)).transpose()?;
        let via = args.via.clone().or_else(|| only_channel(context, account, to));
        let booking = match &via {
            Some(via) => by_tariff(args, context, book, account, to, via, at, &mut said)?,
            None => by_hand(args, context, book, account, to, at)?,
        };
        let mut entry: Entry =
            record::entry(context, Kind::Withdraw, at, &account.unit, booking.out, &args.when);
        entry.from.account = Some(account.id);
        entry.to.account = to.map(|a| a.id);
        (entry.to.unit, entry.to.amount) = (booking.received.unit.clone(), booking.received.minor);
        (entry.fee, entry.tax, entry.channel) = (booking.fee, booking.tax, booking.channel.map(Into::into));
        Ok((vec![record::checked(entry, &book.accounts)?], said))
    })?;
    let Committed { summary, notes, value: mut said } = committed;
    let mut outcome = record::one_entry((summary, notes), args.when.dry_run);
    said.append(&mut outcome.notes);
    let mut notes = said;
    notes.extend(context.catalog_warnings());
    outcome.notes = notes;
    Ok(outcome)
}

#[allow(clippy::too_many_arguments)]
fn by_tariff(
    args: &WithdrawArgs,
    context: &Context,
    book: &LedgerView<'_>,
    account: &Account,
    to: Option<&Account>,
    via: &str,
    at: LocalDateTime,
    said: &mut Vec<Note>,
) -> Result<Booking, CommandError> {
    let platform = context.platform_of(account)?;
    if !platform.withdrawable {
        return Err(not_withdrawable(account, &platform));
    }
    let channel = channel_of(&platform, via)?;
    let full_id = platform.full_id(channel);
    if let Some(to) = to
        && to.unit != channel.pays
    {
        return Err(CommandError::ChannelPaysOther {
            channel: full_id,
            pays: channel.pays.clone(),
            account: to.name.clone(),
            unit: to.unit.clone(),
        });
    }
    let asked = if is_all(&args.amount) {
        QuoteRequest::All
    } else {
        QuoteRequest::Amount(positive(&args.amount, account)?.minor)
    };
    let available = account.available(book.standing(account, at)?);
    let used = context.used(book.store, &platform, at)?;
    let used = |ask: &fee::QuotaKey| used.get(ask).copied().unwrap_or_default();
    let quote = fee::quote(&platform, channel, &asked, at, Some(available), used);
    let received = args
        .received
        .as_ref()
        .map(|r| Ok::<_, CommandError>(crate::money::ParsedAmount::parse(r)?.money(&channel.pays)?));
    let received = received.transpose()?;
    let fee = args.fee.as_ref().map(|f| any_amount(f, account)).transpose()?;
    let as_it_was = received.is_some() || fee.is_some();
    let amount = quote.amount.unwrap_or(0);
    let (outcome, blocked) = match &quote.outcome {
        Ok(outcome) => (Some(*outcome), None),
        Err(blocked) if as_it_was && matches!(asked, QuoteRequest::Amount(_)) => {
            (quote.figures(), Some(blocked))
        }
        Err(blocked) => return Err(refused(account, &full_id, amount, blocked)),
    };
    let side = channel.tariff_on(at.day()).map_or(Side::Deducted, |tariff| tariff.side);
    let one_unit = channel.pays == account.unit;
    let minor = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let quoted = match outcome {
        Some(outcome) => Booking {
            out: minor(outcome.debit),
            // Within one unit, what the rate takes is part of the fee.
            fee: minor(if one_unit { outcome.debit - outcome.tax - outcome.net } else { outcome.fee }),
            tax: minor(outcome.tax),
            received: channel.pays.money(minor(outcome.net)),
            channel: Some(full_id.clone()),
        },
        None => Booking {
            out: amount,
            fee: 0,
            tax: 0,
            received: channel.pays.money(if channel.pays == account.unit { amount } else { 0 }),
            channel: Some(full_id.clone()),
        },
    };
    if outcome.is_some() && blocked.is_none() {
        said.push(Note::Done(Notice::Quoted {
            channel: full_id,
            out: account.unit.money(quoted.out),
            fee: account.unit.money(quoted.fee),
            tax: account.unit.money(quoted.tax),
            received: quoted.received.clone(),
        }));
    }
    let kept_to_received = |kept: i64| channel.received_for(&platform, kept.into()).map_or(i64::MAX, minor);
    let booking = as_given(&quoted, amount, side, &account.unit, kept_to_received, received, fee)?;
    if let Some(blocked) = blocked {
        said.push(Note::Warning(Warning::NotPossibleByRule { reason: blocked.reason }));
    } else if booking.fee != quoted.fee || booking.received != quoted.received {
        let difference = RuleDifference::Recorded {
            fee: account.unit.money(quoted.fee),
            more_fee: account.unit.money(booking.fee - quoted.fee),
            more_received: channel.pays.money(booking.received.minor - quoted.received.minor),
            received: quoted.received,
        };
        said.push(Note::Warning(Warning::RuleDiffers(Box::new(difference))));
    }
    Ok(booking)
}

/// Returns what is recorded where the user says what really arrived or was charged. What is left out
/// follows from the rule: `amount` is its amount, and `received_for` what arrives of what is kept.
fn as_given(
    quoted: &Booking,
    amount: i64,
    side: Side,
    unit: &Unit,
    received_for: impl Fn(i64) -> i64,
    received: Option<Money>,
    fee: Option<Money>,
) -> Result<Booking, CommandError> {
    let one_unit = quoted.received.unit == *unit;
    let tax = quoted.tax;
    let on_top = |fee: i64| amount.saturating_add(fee).saturating_add(tax);
    let arriving = |minor: i64| quoted.received.unit.money(minor);
    let disagree = |out: i64, received: &Money, fee: &Money| CommandError::ReceivedAndFeeDisagree {
        left: unit.money(out).to_string(),
        received: received.to_string(),
        fee: fee.to_string(),
    };
    let (out, fee, tax, received) = match (received, fee, side) {
        (None, None, _) => (quoted.out, quoted.fee, tax, quoted.received.clone()),
        (Some(received), None, _) if one_unit => {
            // The rest of what left is tax, as far as the rule has it, and fee.
            let charges = quoted.out.saturating_sub(received.minor).max(0);
            (quoted.out, charges, tax.min(charges), received)
        }
        (Some(received), None, _) => (quoted.out, quoted.fee, tax, received),
        (None, Some(fee), Side::OnTop) => (on_top(fee.minor), fee.minor, tax, quoted.received.clone()),
        (None, Some(fee), Side::Deducted) => {
            let kept = quoted.out.saturating_sub(fee.minor).saturating_sub(tax);
            if kept < 0 {
                let (amount, fee) = (unit.money(quoted.out).to_string(), fee.to_string());
                return Err(CommandError::FeeAboveAmount { amount, fee });
            }
            (quoted.out, fee.minor, tax, arriving(received_for(kept)))
        }
        (Some(received), Some(fee), Side::OnTop) => {
            if one_unit && received != quoted.received {
                return Err(disagree(quoted.out, &received, &fee));
            }
            (on_top(fee.minor), fee.minor, tax, received)
        }
        (Some(received), Some(fee), Side::Deducted) if one_unit => {
            let out = quoted.out;
            let kept = out.saturating_sub(fee.minor).saturating_sub(tax);
            let sum = received.minor.saturating_add(fee.minor);
            // The fee may be all that was charged, or leave out the tax or what the rate took.
            let tax = if sum == out { 0 } else { tax };
            if sum != out && sum.saturating_add(tax) != out && received.minor != received_for(kept) {
                return Err(disagree(out, &received, &fee));
            }
            (out, fee.minor, tax, received)
        }
        (Some(received), Some(fee), Side::Deducted) => (quoted.out, fee.minor, tax, received),
    };
    // Within one unit what leaves is what arrives and what is charged.
    let fee = if one_unit { out.saturating_sub(received.minor).saturating_sub(tax) } else { fee };
    if fee < 0 {
        return Err(CommandError::ReceivedMoreThanLeft {
            left: unit.money(out).to_string(),
            received: received.to_string(),
        });
    }
    Ok(Booking { out, fee, tax, received, channel: quoted.channel.clone() })
}

/// Returns the full id of the one channel of an account's platform, where it has only one and that
/// one pays what the account `to` holds.
fn only_channel(context: &Context, account: &Account, to: Option<&Account>) -> Option<String> {
    let platform = context.catalog().get(account.platform.as_deref()?)?;
    match platform.channels.as_slice() {
        [channel] if to.is_none_or(|to| to.unit == channel.pays) => Some(platform.full_id(channel)),
        _ => None,
    }
}

/// A withdrawal without a channel: only as the user says it was.
fn by_hand(
    args: &WithdrawArgs,
    context: &Context,
    book: &LedgerView<'_>,
    account: &Account,
    to: Option<&Account>,
    at: LocalDateTime,
) -> Result<Booking, CommandError> {
    if args.received.is_none() && args.fee.is_none() {
        let platform = account.platform.as_deref().and_then(|id| context.catalog().get(id));
        if let Some(platform) = platform.as_ref().filter(|p| !p.withdrawable) {
            return Err(not_withdrawable(account, platform));
        }
        let channels = platform.map_or(Vec::new(), |p| p.channels.iter().map(|c| p.full_id(c)).collect());
        return Err(CommandError::NoChannel { channels });
    }
    let left = if is_all(&args.amount) {
        let minor = account.available(book.standing(account, at)?);
        if minor <= 0 {
            return Err(CommandError::ZeroAmount { text: args.amount.clone() });
        }
        account.unit.money(minor)
    } else {
        positive(&args.amount, account)?
    };
    let other = to.map(|a| a.unit.clone()).filter(|unit| *unit != account.unit);
    let fee = args.fee.as_ref().map(|f| any_amount(f, account)).transpose()?;
    if let Some(unit) = other {
        let text = args.received.as_ref();
        let text = text
            .ok_or_else(|| CommandError::ReceivedNeeded { from: account.unit.clone(), to: unit.clone() })?;
        let received = crate::money::ParsedAmount::parse(text)?.money(&unit)?;
        let fee = fee.map_or(0, |f| f.minor);
        return Ok(Booking { out: left.minor, fee, tax: 0, received, channel: None });
    }
    let received = args.received.as_ref().map(|r| any_amount(r, account)).transpose()?;
    let (received, fee) = super::transfer::in_one_unit(&left, received, fee)?;
    Ok(Booking { out: left.minor, fee: fee.minor, tax: 0, received, channel: None })
}

/// Whether an amount is written as all there is.
pub fn is_all(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "all" | "전부" | "모두")
}

/// Returns the channel of a platform that a typed id means: a full or short one, or a unique
/// beginning of it.
pub fn channel_of<'p>(platform: &'p Platform, typed: &str) -> Result<&'p Channel, CommandError> {
    let ids = |channels: &mut dyn Iterator<Item = &Channel>| channels.map(|c| platform.full_id(c)).collect();
    match fee::channels_named(std::iter::once(platform), typed).as_slice() {
        [(_, channel)] => Ok(channel),
        [] => Err(CommandError::UnknownChannel {
            typed: typed.trim().into(),
            platform: platform.id.clone(),
            channels: ids(&mut platform.channels.iter()),
        }),
        several => Err(CommandError::AmbiguousChannel {
            typed: typed.trim().into(),
            fits: ids(&mut several.iter().map(|(_, channel)| *channel)),
        }),
    }
}

/// Returns the full id of a channel whose condition is to be taken as met; refuses one without any.
pub fn conditional(platform: &Platform, channel: &Channel) -> Result<String, CommandError> {
    let id = platform.full_id(channel);
    match channel.condition {
        Some(_) => Ok(id),
        None => Err(UsageError::Unconditional { channel: id, platform: platform.id.clone() }.into()),
    }
}

/// The platform has no official way out, for the reason that its file gives.
fn not_withdrawable(account: &Account, platform: &Platform) -> CommandError {
    let (account, reason) = (account.name.clone(), platform.reason.clone());
    WithdrawalError::NotWithdrawable { account, reason }.into()
}

/// Why a withdrawal is refused, and what would pass.
fn refused(account: &Account, full_id: &str, amount: i64, blocked: &Rejection) -> CommandError {
    let money = |minor: i64| account.unit.money(minor);
    WithdrawalError::Rejected {
        account: account.name.clone(),
        channel: full_id.into(),
        amount: money(amount),
        reason: blocked.reason,
        nearest: blocked.nearest.iter().map(|minor| money(*minor)).collect(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn won(minor: i64) -> Money {
        Unit::new("KRW", 0).money(minor)
    }

    /// What is recorded of a withdrawal of 10,000 by a rule with a fee and a tax: out, fee, tax, received.
    fn recorded(
        side: Side,
        (fee, tax): (i64, i64),
        percent: i64,
        received: Option<i64>,
        told_fee: Option<i64>,
    ) -> Result<[i64; 4], &'static str> {
        let amount = 10_000;
        let received_for = |kept: i64| kept * percent / 100;
        let (out, kept) = match side {
            Side::Deducted => (amount, amount - fee - tax),
            Side::OnTop => (amount + fee + tax, amount),
        };
        let net = received_for(kept);
        let quoted = Booking { out, fee: out - tax - net, tax, received: won(net), channel: None };
        let unit = Unit::new("KRW", 0);
        let told = as_given(&quoted, amount, side, &unit, received_for, received.map(won), told_fee.map(won));
        told.map(|b| [b.out, b.fee, b.tax, b.received.minor]).map_err(|failure| failure.code())
    }

    #[test]
    fn what_arrived_alone_sets_the_fee_and_leaves_the_tax() {
        let by_rule = (500, 77);
        let deducted = |received| recorded(Side::Deducted, by_rule, 100, Some(received), None);
        assert_eq!(deducted(9_423), Ok([10_000, 500, 77, 9_423]));
        assert_eq!(deducted(9_400), Ok([10_000, 523, 77, 9_400]));
        assert_eq!(deducted(9_950), Ok([10_000, 0, 50, 9_950]), "no more tax than was charged at all");
        assert_eq!(deducted(10_001), Err("received-more-than-left"));
        assert_eq!(recorded(Side::OnTop, by_rule, 100, Some(9_990), None), Ok([10_577, 510, 77, 9_990]));
    }

    #[test]
    fn a_fee_alone_sets_what_arrives() {
        assert_eq!(recorded(Side::Deducted, (500, 77), 100, None, Some(700)), Ok([10_000, 700, 77, 9_223]));
        assert_eq!(recorded(Side::OnTop, (500, 77), 100, None, Some(700)), Ok([10_777, 700, 77, 10_000]));
        assert_eq!(recorded(Side::Deducted, (500, 77), 100, None, Some(9_924)), Err("fee-above-amount"));
    }

    #[test]
    fn what_arrived_and_the_fee_must_agree() {
        let deducted = |received, fee| recorded(Side::Deducted, (500, 77), 100, Some(received), Some(fee));
        assert_eq!(deducted(9_223, 700), Ok([10_000, 700, 77, 9_223]));
        assert_eq!(deducted(9_300, 700), Ok([10_000, 700, 0, 9_300]));
        assert_eq!(deducted(9_300, 701), Err("received-and-fee-disagree"));
        let on_top = |received, fee| recorded(Side::OnTop, (500, 77), 100, Some(received), Some(fee));
        assert_eq!(on_top(10_000, 700), Ok([10_777, 700, 77, 10_000]));
        assert_eq!(on_top(9_999, 700), Err("received-and-fee-disagree"));
    }

    #[test]
    fn what_a_rate_takes_within_one_unit_is_part_of_the_fee() {
        assert_eq!(recorded(Side::Deducted, (500, 77), 90, None, None), Ok([10_000, 1_443, 77, 8_480]));
        assert_eq!(
            recorded(Side::Deducted, (500, 77), 90, Some(8_000), None),
            Ok([10_000, 1_923, 77, 8_000])
        );
        assert_eq!(recorded(Side::Deducted, (500, 77), 90, None, Some(0)), Ok([10_000, 993, 77, 8_930]));
        assert_eq!(recorded(Side::OnTop, (500, 77), 90, None, None), Ok([10_577, 1_500, 77, 9_000]));
        assert_eq!(recorded(Side::OnTop, (500, 77), 90, None, Some(0)), Ok([10_077, 1_000, 77, 9_000]));
        let above_one = recorded(Side::Deducted, (0, 0), 110, None, None);
        assert_eq!(above_one, Err("received-more-than-left"));
    }
}
