//! `withdraw`: out of a platform through one of its official channels, booked as its tariff has it.

use super::failure::Failure;
use super::session::{Book, Session, When, any_amount, available, positive};
use super::{Note, Outcome, record};
use crate::fee::{self, Asked, Blocked, Channel, Platform, Reason, Side};
use crate::ledger::{Account, Entry, Kind};
use crate::money::Money;
use crate::period::Moment;
use std::cell::RefCell;

/// Record a withdrawal through an official channel, with the fee and tax of its tariff
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The account it left
    name: String,
    /// The amount, or `all`
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// The channel: instant, or venmo/instant
    #[arg(long, value_name = "CHANNEL")]
    via: Option<String>,
    /// The account of yours that it reached
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<String>,
    /// What really arrived
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    received: Option<String>,
    /// The fee that was really charged
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    fee: Option<String>,
    #[command(flatten)]
    when: When,
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
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let said = RefCell::new(Vec::new());
    let recorded = session.record("withdraw", words.when.dry_run, |book| {
        said.borrow_mut().clear();
        let account = session.account(book, &words.name, true)?;
        if account.is_carrier() {
            // The same rule as the ledger's, told before anything about channels.
            let mut entry = record::entry(session, Kind::Withdraw, at, &account.unit, 1, &words.when);
            entry.out.account = Some(account.id);
            entry.check(|id| book.account(id))?;
        }
        let to = words.to.as_ref().map(|name| session.account(book, name, true)).transpose()?;
        let booking = match &words.via {
            Some(via) => by_tariff(words, session, book, account, to, via, at, &said)?,
            None => by_hand(words, session, book, account, to, at)?,
        };
        let mut entry: Entry =
            record::entry(session, Kind::Withdraw, at, &account.unit, booking.out, &words.when);
        entry.out.account = Some(account.id);
        entry.arriving.account = to.map(|a| a.id);
        (entry.arriving.unit, entry.arriving.amount) =
            (booking.received.unit.clone(), booking.received.parts);
        (entry.fee, entry.tax, entry.channel) = (booking.fee, booking.tax, booking.channel.map(Into::into));
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    let mut outcome = record::one_entry(
        if words.when.dry_run { "withdrawn" } else { "withdrew" },
        recorded,
        words.when.dry_run,
    );
    let mut notes = said.into_inner();
    notes.append(&mut outcome.notes);
    notes.extend(session.catalog_warnings());
    outcome.notes = notes;
    Ok(outcome)
}

#[allow(clippy::too_many_arguments)]
fn by_tariff(
    words: &Words,
    session: &Session,
    book: &Book<'_>,
    account: &Account,
    to: Option<&Account>,
    via: &str,
    at: Moment,
    said: &RefCell<Vec<Note>>,
) -> Result<Booking, Failure> {
    let platform = session.platform_of(account)?;
    if !platform.withdrawable {
        return Err(not_withdrawable(account, &platform));
    }
    let channel = channel_of(&platform, via)?;
    let full_id = platform.full_id(channel);
    if let Some(to) = to
        && to.unit != channel.pays
    {
        return Err(Failure::ChannelPaysOther {
            channel: full_id,
            pays: channel.pays.clone(),
            account: to.name.clone(),
            unit: to.unit.clone(),
        });
    }
    let asked = if is_all(&words.amount) {
        Asked::All
    } else {
        Asked::Amount(positive(&words.amount, account)?.parts)
    };
    let available = available(account, book.standing(account, at)?);
    let used = session.used(book.store, &platform, at)?;
    let used = |ask: &fee::Use| used.get(ask).copied().unwrap_or_default();
    let quote = fee::quote(&platform, channel, &asked, at, Some(available), used);
    let received = words
        .received
        .as_ref()
        .map(|r| Ok::<_, Failure>(crate::money::Figure::parse(r)?.money(&channel.pays)?));
    let received = received.transpose()?;
    let fee = words.fee.as_ref().map(|f| any_amount(f, account)).transpose()?;
    let as_it_was = received.is_some() || fee.is_some();
    let amount = quote.amount.unwrap_or(0);
    let (outcome, blocked) = match &quote.outcome {
        Ok(outcome) => (Some(*outcome), None),
        Err(blocked) if as_it_was && matches!(asked, Asked::Amount(_)) => (None, Some(blocked)),
        Err(blocked) => return Err(refused(account, channel, &full_id, amount, blocked)),
    };
    let side = platform.side_on(&full_id, at.day());
    let parts = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let quoted = match outcome {
        Some(outcome) => Booking {
            out: parts(outcome.debit),
            fee: parts(outcome.fee),
            tax: parts(outcome.tax),
            received: channel.pays.money(parts(outcome.net)),
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
    if outcome.is_some() {
        said.borrow_mut().push(Note::Done(quote_line(account, &full_id, &quoted)));
    }
    let booking = as_given(&quoted, amount, side, account, received, fee)?;
    if let Some(blocked) = blocked {
        let text =
            format!("the catalog calls this not possible ({}); booked as you say", blocked.reason.code());
        said.borrow_mut().push(Note::warning("not-possible-by-rule", text));
    } else if booking.fee != quoted.fee || booking.received != quoted.received {
        let more = |real: i64, by_rule: i64, unit: &crate::money::Unit| {
            let difference = unit.money((real - by_rule).abs());
            if real >= by_rule { format!("{difference} more") } else { format!("{difference} less") }
        };
        let text = format!(
            "the tariff says a fee of {} and {} received; booked as you say: {} in fees, {} received",
            account.unit.money(quoted.fee),
            quoted.received,
            more(booking.fee, quoted.fee, &account.unit),
            more(booking.received.parts, quoted.received.parts, &channel.pays),
        );
        said.borrow_mut().push(Note::warning("rule-differs", text));
    }
    Ok(booking)
}

/// The quote in one line: `1,230 TOSSP through toss-points/own-account: fee 123, 1,107 KRW arrives`.
fn quote_line(account: &Account, channel: &str, quoted: &Booking) -> String {
    let unit = &account.unit;
    let mut charges = vec![match quoted.fee {
        0 => "no fee".to_string(),
        fee => format!("fee {}", unit.money(fee).grouped()),
    }];
    if quoted.tax > 0 {
        charges.push(format!("tax {}", unit.money(quoted.tax).grouped()));
    }
    format!(
        "{} leave through {channel}: {}, {} arrive",
        unit.money(quoted.out),
        charges.join(", "),
        quoted.received
    )
}

/// What is booked where the user says what really arrived or was charged.
fn as_given(
    quoted: &Booking,
    amount: i64,
    side: Side,
    account: &Account,
    received: Option<Money>,
    fee: Option<Money>,
) -> Result<Booking, Failure> {
    let unit = &account.unit;
    let one_unit = quoted.received.unit == *unit;
    let (out, tax) = (quoted.out, quoted.tax);
    let channel = quoted.channel.clone();
    let more_than_left = |received: &Money| Failure::ReceivedMoreThanLeft {
        left: unit.money(out).to_string(),
        received: received.to_string(),
    };
    let booking = match (received, fee) {
        (None, None) => {
            let (fee, received) = (quoted.fee, quoted.received.clone());
            Booking { out, fee, tax, received, channel }
        }
        (Some(received), None) if one_unit => {
            if received.parts > out {
                return Err(more_than_left(&received));
            }
            let tax = tax.min(out - received.parts);
            Booking { out, fee: out - received.parts - tax, tax, received, channel }
        }
        (Some(received), fee) if !one_unit => {
            let fee = fee.map_or(quoted.fee, |f| f.parts);
            let out = if side == Side::OnTop { amount.saturating_add(fee).saturating_add(tax) } else { out };
            Booking { out, fee, tax, received, channel }
        }
        (None, Some(fee)) => match side {
            Side::OnTop => {
                let out = amount.saturating_add(fee.parts).saturating_add(tax);
                Booking { out, fee: fee.parts, tax, received: quoted.received.clone(), channel }
            }
            Side::Deducted => {
                let left = out.saturating_sub(fee.parts).saturating_sub(tax);
                if left < 0 {
                    return Err(Failure::FeeAboveAmount {
                        amount: unit.money(out).to_string(),
                        fee: fee.to_string(),
                    });
                }
                if !one_unit {
                    // Without a word on what arrived, another fee moves it by the same rate.
                    let before = i128::from(out - quoted.fee - tax).max(1);
                    let moved = i128::from(quoted.received.parts) * i128::from(left) / before;
                    let received = quoted.received.unit.money(i64::try_from(moved).unwrap_or(i64::MAX));
                    return Ok(Booking { out, fee: fee.parts, tax, received, channel });
                }
                Booking { out, fee: fee.parts, tax, received: unit.money(left), channel }
            }
        },
        (Some(received), Some(fee)) => {
            let sum = received.add(&fee)?.parts;
            let (out, tax) = match side {
                Side::OnTop if received.parts == amount => (sum.saturating_add(tax), tax),
                Side::Deducted if sum == out => (out, 0),
                Side::Deducted if sum.checked_add(tax) == Some(out) => (out, tax),
                Side::Deducted if received.parts > out => return Err(more_than_left(&received)),
                _ => {
                    let (left, received, fee) =
                        (unit.money(out).to_string(), received.to_string(), fee.to_string());
                    return Err(Failure::ReceivedAndFeeDisagree { left, received, fee });
                }
            };
            Booking { out, fee: fee.parts, tax, received, channel }
        }
        (Some(_), None) => unreachable!("two units are handled above"),
    };
    Ok(booking)
}

/// A withdrawal without a channel: only as the user says it was.
fn by_hand(
    words: &Words,
    session: &Session,
    book: &Book<'_>,
    account: &Account,
    to: Option<&Account>,
    at: Moment,
) -> Result<Booking, Failure> {
    if words.received.is_none() && words.fee.is_none() {
        let platform = account.platform.as_deref().and_then(|id| session.catalog().get(id));
        if let Some(platform) = platform.as_ref().filter(|p| !p.withdrawable) {
            return Err(not_withdrawable(account, platform));
        }
        let channels = platform.map_or(Vec::new(), |p| p.channels.iter().map(|c| p.full_id(c)).collect());
        return Err(Failure::NoChannel { channels });
    }
    let left = if is_all(&words.amount) {
        let parts = available(account, book.standing(account, at)?);
        if parts <= 0 {
            return Err(Failure::ZeroAmount { text: words.amount.clone() });
        }
        account.unit.money(parts)
    } else {
        positive(&words.amount, account)?
    };
    let other = to.map(|a| a.unit.clone()).filter(|unit| *unit != account.unit);
    let fee = words.fee.as_ref().map(|f| any_amount(f, account)).transpose()?;
    if let Some(unit) = other {
        let text = words.received.as_ref();
        let text =
            text.ok_or_else(|| Failure::ReceivedNeeded { from: account.unit.clone(), to: unit.clone() })?;
        let received = crate::money::Figure::parse(text)?.money(&unit)?;
        let fee = fee.map_or(0, |f| f.parts);
        return Ok(Booking { out: left.parts, fee, tax: 0, received, channel: None });
    }
    let received = words.received.as_ref().map(|r| any_amount(r, account)).transpose()?;
    let (received, fee) = super::transfer::in_one_unit(&left, received, fee)?;
    Ok(Booking { out: left.parts, fee: fee.parts, tax: 0, received, channel: None })
}

fn is_all(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "all" | "전부" | "모두")
}

/// The channel of a platform that a word means.
pub fn channel_of<'p>(platform: &'p Platform, via: &str) -> Result<&'p Channel, Failure> {
    let channels = || platform.channels.iter().map(|c| platform.full_id(c)).collect();
    let wanted = via.trim().to_lowercase();
    platform.channel(&wanted).ok_or_else(|| Failure::UnknownChannel {
        typed: via.trim().into(),
        platform: platform.id.clone(),
        channels: channels(),
    })
}

/// The platform has no official way out, for the reason that its file gives.
fn not_withdrawable(account: &Account, platform: &Platform) -> Failure {
    let reason = platform.reason.as_ref().map_or(String::new(), |reason| reason.en.clone());
    Failure::Withdrawal {
        channel: platform.id.clone(),
        code: Reason::NotWithdrawable.code(),
        message: format!("{} has no official way out", account.name),
        hint: reason,
    }
}

/// Why a withdrawal is refused, and what would pass.
fn refused(account: &Account, channel: &Channel, full_id: &str, amount: i64, blocked: &Blocked) -> Failure {
    let unit = &account.unit;
    let amount = unit.money(amount);
    let message = match blocked.reason {
        Reason::NotWithdrawable => format!("{} has no official way out", account.name),
        Reason::Ended => format!("the service behind {full_id} has ended"),
        Reason::NotInForce => format!("no rule of {full_id} is known for that day"),
        Reason::BelowMinimum => format!("{amount} is below the smallest amount of {full_id}"),
        Reason::AboveMaximum => format!("{amount} is above the largest amount of {full_id}"),
        Reason::OffStep => format!("{amount} is not a multiple of the step of {full_id}"),
        Reason::WholeBalanceOnly => {
            format!("{full_id} lets only the whole balance leave, and {amount} is not that")
        }
        Reason::InsufficientBalance => {
            format!("{amount} with its charges is more than {} has available", account.name)
        }
        Reason::OverLimit => format!("{amount} is over a limit of {full_id}"),
        Reason::NothingLeft => format!("the charges of {full_id} leave nothing of {amount}"),
        Reason::OutOfReach => format!("no amount through {full_id} nets that much"),
    };
    let nearest: Vec<String> = blocked.nearest.iter().map(|parts| unit.money(*parts).grouped()).collect();
    let hint = match nearest.as_slice() {
        [] => format!("compare the channels: jandon fees {}", super::failure::quoted(&account.name)),
        amounts => format!("possible is {}", amounts.join(" or ")),
    };
    let _ = channel;
    Failure::Withdrawal { channel: full_id.into(), code: blocked.reason.code(), message, hint }
}
