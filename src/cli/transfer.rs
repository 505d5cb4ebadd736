//! `transfer`: between own accounts.

use super::failure::Failure;
use super::session::{Book, Session, When, any_amount, positive};
use super::{Outcome, record};
use crate::fee::Destination;
use crate::ledger::{Account, Kind};
use crate::money::{Money, Rate};
use crate::period::Moment;

/// Record value moved between two accounts of yours; AMOUNT leaves, less the fee arrives
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The account it left
    from: String,
    /// The account it reached
    to: String,
    /// What left
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// What arrived, where it is known
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    received: Option<String>,
    /// The fee, where it is known
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    fee: Option<String>,
    #[command(flatten)]
    when: When,
}

/// Records one transfer.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.entry_moment(words.when.date.as_deref())?;
    let recorded = session.record("transfer", words.when.dry_run, |book| {
        let from = session.account(book, &words.from, true)?;
        let to = session.account(book, &words.to, true)?;
        let amount = positive(&words.amount, from)?;
        let received = words.received.as_ref().map(|r| any_amount(r, to)).transpose()?;
        let fee = words.fee.as_ref().map(|f| any_amount(f, from)).transpose()?;
        let (received, fee) = if from.unit == to.unit {
            in_one_unit(&amount, received, fee)?
        } else {
            let fee = fee.unwrap_or_else(|| from.unit.zero());
            if fee.parts > amount.parts {
                return Err(Failure::FeeAboveAmount { amount: amount.to_string(), fee: fee.to_string() });
            }
            let received = match received {
                Some(received) => received,
                None => converted(session, book, from, to, &amount, &fee, at)?,
            };
            (received, fee)
        };
        let mut entry = record::entry(session, Kind::Transfer, at, &from.unit, amount.parts, &words.when);
        entry.out.account = Some(from.id);
        entry.arriving.account = Some(to.id);
        (entry.arriving.unit, entry.arriving.amount, entry.fee) =
            (to.unit.clone(), received.parts, fee.parts);
        Ok(vec![record::checked(entry, &book.accounts)?])
    })?;
    Ok(record::one_entry("moved", recorded, words.when.dry_run))
}

/// What arrived and the fee: each follows from the other, and both together must fit.
pub fn in_one_unit(
    left: &Money,
    received: Option<Money>,
    fee: Option<Money>,
) -> Result<(Money, Money), Failure> {
    let (received, fee) = match (received, fee) {
        (None, None) => (left.clone(), left.unit.zero()),
        (Some(received), None) => {
            if received.parts > left.parts {
                let (left, received) = (left.to_string(), received.to_string());
                return Err(Failure::ReceivedMoreThanLeft { left, received });
            }
            let fee = left.less(&received)?;
            (received, fee)
        }
        (None, Some(fee)) => {
            if fee.parts > left.parts {
                return Err(Failure::FeeAboveAmount { amount: left.to_string(), fee: fee.to_string() });
            }
            (left.less(&fee)?, fee)
        }
        (Some(received), Some(fee)) => (received, fee),
    };
    if received.add(&fee)? != *left {
        let (left, received, fee) = (left.to_string(), received.to_string(), fee.to_string());
        return Err(Failure::ReceivedAndFeeDisagree { left, received, fee });
    }
    Ok((received, fee))
}

/// What arrives in another unit by the rate of a channel of the catalog between the two platforms.
fn converted(
    session: &Session,
    _book: &Book<'_>,
    from: &Account,
    to: &Account,
    amount: &Money,
    fee: &Money,
    at: Moment,
) -> Result<Money, Failure> {
    let unknown = || Failure::ReceivedNeeded { from: from.unit.clone(), to: to.unit.clone() };
    let platform = from.platform.as_deref().and_then(|id| session.catalog().get(id)).ok_or_else(unknown)?;
    let rate: Option<Rate> = platform
        .channels
        .iter()
        .filter(|c| c.pays == to.unit && c.tariff_on(at.day()).is_some())
        .find(|c| match &c.to {
            Destination::Wallet(id) => to.platform.as_ref() == Some(id),
            _ => true,
        })
        .map(|c| c.rate);
    let rate = rate.ok_or_else(unknown)?;
    let kept = i128::from(amount.less(fee)?.parts);
    let num = kept * i128::from(rate.num) * i128::from(to.unit.parts_per_whole());
    let den = i128::from(rate.den) * i128::from(from.unit.parts_per_whole());
    let parts = i64::try_from(num.div_euclid(den)).map_err(|_| unknown())?;
    Ok(to.unit.money(parts))
}
