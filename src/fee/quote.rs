//! Quotes: what each official channel of a platform pays out, best first.
//!
//! If only the app knows a percentage (`percent = ["8", "9"]`), a quote takes the worse end for its
//! amount, and so does every search. The lower percentage need not be the better one, for example
//! if a later charge is a slab of the rest.

use super::charge::FreeLeft;
use super::{
    AmountSearch, Channel, Confidence, Delay, Destination, Platform, PricingContext, QuotaKey, QuotaUsage,
    Text,
};
use crate::money::{ParsedAmount, Unit};
use crate::period::{Day, LocalDateTime};
use std::cmp::Reverse;

/// The amount that is asked of every channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuoteRequest {
    /// A withdrawal of this many minor units.
    Amount(i64),
    /// The largest possible withdrawal.
    All,
    /// The smallest withdrawal that pays out at least this much, in the unit received.
    Receive(ParsedAmount),
}

/// Why a withdrawal is not possible. If several reasons apply, the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The platform has no official channel.
    NotWithdrawable,
    /// The service has ended.
    Ended,
    /// No rule is known for the day.
    NotInForce,
    /// Below the minimum of one withdrawal.
    BelowMinimum,
    /// Above the maximum of one withdrawal, or past the end of its scale.
    AboveMaximum,
    /// Not a multiple of the step.
    OffStep,
    /// Only the whole balance can be withdrawn.
    WholeBalanceOnly,
    /// More than is available would leave.
    InsufficientBalance,
    /// A limit within a window of time is reached.
    OverLimit,
    /// Nothing is left after the charges.
    NothingLeft,
    /// No amount pays out that much.
    OutOfReach,
}

impl Reason {
    /// Returns its code for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NotWithdrawable => "not-withdrawable",
            Reason::Ended => "ended",
            Reason::NotInForce => "not-in-force",
            Reason::BelowMinimum => "below-minimum",
            Reason::AboveMaximum => "above-maximum",
            Reason::OffStep => "off-step",
            Reason::WholeBalanceOnly => "whole-balance-only",
            Reason::InsufficientBalance => "insufficient-balance",
            Reason::OverLimit => "over-limit",
            Reason::NothingLeft => "nothing-left",
            Reason::OutOfReach => "out-of-reach",
        }
    }
}

/// The result of one withdrawal, in minor units of the platform's unit, except `net`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The amount that leaves the balance.
    pub debit: i128,
    /// The fees.
    pub fee: i128,
    /// The taxes.
    pub tax: i128,
    /// The amount received, in minor units of the unit received.
    pub net: i128,
}

/// A smaller amount that pays out at least as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The amount to withdraw instead.
    pub amount: i64,
    /// The amount that it pays out.
    pub net: i128,
}

/// A withdrawal that is not possible, and the nearest ones that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The reason.
    pub reason: Reason,
    /// The nearest possible amounts below and above, ascending.
    pub nearest: Vec<i64>,
    /// The result if the balance were large enough and that is the only obstacle.
    pub if_covered: Option<Outcome>,
}

/// The source of a rule and its trustworthiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSource {
    /// The address of the source.
    pub address: String,
    /// The day it was last checked.
    pub checked: Day,
    /// How trustworthy it is.
    pub confidence: Confidence,
    /// The keys of the rule that the source does not state.
    pub assumed: Vec<String>,
    /// Whether the rule has a first or a last day.
    pub is_dated: bool,
}

/// The result of one withdrawal through one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The full id of the channel.
    pub channel: String,
    /// The name of the channel.
    pub name: Text,
    /// The amount quoted; `None` if none could be found.
    pub amount: Option<i64>,
    /// The result, or why it is not possible.
    pub outcome: Result<Outcome, Rejection>,
    /// The result at the best end of a range that only the app knows; `outcome` is the worst.
    pub outcome_best: Option<Outcome>,
    /// The unit received.
    pub net_unit: Unit,
    /// Where the money arrives.
    pub to: Destination,
    /// Earliest and latest arrival.
    pub arrives: Option<(Delay, Delay)>,
    /// What the user needs.
    pub requires: Vec<Text>,
    /// What must be true for the channel to be open, if the ledger cannot know it.
    pub condition: Option<Text>,
    /// Whether the condition, if there is one, is assumed to be met.
    pub is_assumed: bool,
    /// The rest of the free quota before this withdrawal.
    pub free_left: Option<FreeLeft>,
    /// The smaller amount that pays out the most, if it pays out at least as much.
    pub better: Option<Advice>,
    /// The source of the rule; `None` if no rule is known.
    pub source: Option<RuleSource>,
}

impl Quote {
    /// Returns whether the channel has a condition that is not assumed to be met.
    pub fn is_conditional(&self) -> bool {
        self.condition.is_some() && !self.is_assumed
    }

    /// Returns the result of the withdrawal, or what it would be if the balance covered it.
    pub fn figures(&self) -> Option<Outcome> {
        match &self.outcome {
            Ok(outcome) => Some(*outcome),
            Err(blocked) => blocked.if_covered,
        }
    }

    /// Returns whether the withdrawal uses up a part of a free quota.
    fn uses_quota(&self) -> bool {
        self.free_left.is_some_and(|left| left.count != Some(0) && left.amount != Some(0))
    }
}

/// Converts the rest after charges to the unit received.
#[derive(Clone, Copy, Debug)]
struct UnitFactor {
    num: i128,
    den: i128,
}

impl UnitFactor {
    /// Returns the amount received, rounded down; `None` on overflow.
    fn net(self, kept: i128) -> Option<i128> {
        let net = kept.checked_mul(self.num)?.div_euclid(self.den);
        i64::try_from(net).ok().map(i128::from)
    }

    /// Returns the smallest rest that pays out at least this much; `None` on overflow.
    fn kept_for(self, net: i128) -> Option<i128> {
        Some((net.checked_mul(self.den)?.checked_add(self.num - 1)?).div_euclid(self.num))
    }
}

/// Returns quotes of every channel of a platform, or of one, best first.
///
/// Possible withdrawals come before impossible ones; unconditional channels, and those whose full
/// id is in `assumed`, before conditional ones; money at a bank, on a card or in cash before
/// vouchers and other wallets. Then by unit: the largest payout, the smallest debit, no use of a
/// free quota, the earliest arrival, the id. Of units, money comes before points, then the
/// platform's own unit, then the code.
///
/// `available` is the available balance, or `None` if a platform is quoted without an account.
/// `used` returns the used part of a quota ([`Platform::quota_keys`] lists the keys).
pub fn quotes(
    platform: &Platform,
    only: Option<&Channel>,
    request: &QuoteRequest,
    at: LocalDateTime,
    available: Option<i64>,
    assumed: &[String],
    used: impl Fn(&QuotaKey) -> QuotaUsage,
) -> Vec<Quote> {
    let channels = platform.channels.iter().filter(|c| only.is_none_or(|o| o.id == c.id));
    let mut rows: Vec<Quote> = channels
        .map(|channel| {
            let quote = quote(platform, channel, request, at, available, &used);
            Quote { is_assumed: assumed.contains(&quote.channel), ..quote }
        })
        .collect();
    rows.sort_by_cached_key(|quote| {
        let figures = quote.figures();
        let unit = &quote.net_unit;
        (
            (quote.outcome.is_err(), quote.is_conditional(), !quote.to.is_money_in_hand()),
            (Unit::currency(&unit.code).is_none(), *unit != platform.unit, unit.code.clone()),
            Reverse(figures.map(|outcome| outcome.net)),
            figures.map(|outcome| outcome.debit),
            quote.uses_quota(),
            quote.arrives.map_or(i64::MAX, |(earliest, _)| earliest.hours_min()),
            quote.channel.clone(),
        )
    });
    rows
}

/// Returns the quote of one channel.
pub fn quote(
    platform: &Platform,
    channel: &Channel,
    request: &QuoteRequest,
    at: LocalDateTime,
    available: Option<i64>,
    used: impl Fn(&QuotaKey) -> QuotaUsage,
) -> Quote {
    let whole = available.unwrap_or(0);
    let row = |amount: Option<i64>, outcome: Result<Outcome, Rejection>| Quote {
        channel: platform.full_id(channel),
        name: channel.name.clone(),
        amount,
        outcome,
        outcome_best: None,
        net_unit: channel.pays.clone(),
        to: channel.to.clone(),
        arrives: channel.arrives,
        requires: channel.requires.clone(),
        condition: channel.condition.clone(),
        is_assumed: false,
        free_left: None,
        better: None,
        source: None,
    };
    let typed = match request {
        QuoteRequest::Amount(amount) => Some(*amount),
        QuoteRequest::All => Some(whole),
        QuoteRequest::Receive(_) => None,
    };
    let blocked = |amount, reason, nearest| row(amount, Err(Rejection { reason, nearest, if_covered: None }));
    if !platform.withdrawable {
        return blocked(typed, Reason::NotWithdrawable, Vec::new());
    }
    if platform.ended {
        return blocked(typed, Reason::Ended, Vec::new());
    }
    let Some(pricing) = PricingContext::of(platform, channel, at, available, used) else {
        return blocked(typed, Reason::NotInForce, Vec::new());
    };
    let decimals = platform.unit.decimals;
    let amounts = AmountSearch::of(&pricing, decimals);
    let (num, den) = pricing.conversion(decimals);
    let conversion = UnitFactor { num, den };
    let amount = match request {
        QuoteRequest::Amount(amount) => Ok(*amount),
        QuoteRequest::All => amounts.largest().ok_or((Some(whole), None)),
        QuoteRequest::Receive(figure) => figure
            .money(&channel.pays)
            .ok()
            .and_then(|wanted| amounts.smallest_netting(conversion.kept_for(i128::from(wanted.minor))?))
            .ok_or((None, Some(Reason::OutOfReach))),
    };
    let covered = |amount, reason| {
        let covered = (reason == Reason::InsufficientBalance)
            .then(|| both_ends(&pricing, conversion, amount, Balance::Unchecked).ok())
            .flatten();
        covered.map_or((None, None), |(worst, best)| (Some(worst), best))
    };
    let mut quote = match amount {
        Ok(amount) => match both_ends(&pricing, conversion, amount, Balance::Covers) {
            Ok((worst, best)) => {
                let better = better(&amounts, conversion, amount, worst.net);
                Quote { outcome_best: best, better, ..row(Some(amount), Ok(worst)) }
            }
            Err(reason) => {
                let (if_covered, best) = covered(amount, reason);
                let outcome = Err(Rejection { reason, nearest: amounts.nearest(amount), if_covered });
                Quote { outcome_best: best, ..row(Some(amount), outcome) }
            }
        },
        Err((amount, reason)) => {
            let reason = reason.unwrap_or_else(|| {
                let whole = both_ends(&pricing, conversion, whole, Balance::Covers);
                whole.err().unwrap_or(Reason::InsufficientBalance)
            });
            // If no amount is possible, there is no nearest one; if the net is out of reach, it is
            // the largest.
            let nearest = if reason == Reason::OutOfReach {
                most_net(&amounts, conversion, &pricing).into_iter().collect()
            } else {
                Vec::new()
            };
            let (if_covered, best) = amount.map_or((None, None), |amount| covered(amount, reason));
            Quote { outcome_best: best, ..row(amount, Err(Rejection { reason, nearest, if_covered })) }
        }
    };
    let tariff = pricing.tariff;
    quote.free_left = pricing.free_left();
    quote.source = Some(RuleSource {
        address: tariff.source.clone(),
        checked: tariff.checked,
        confidence: tariff.confidence,
        assumed: tariff.assumed.clone(),
        is_dated: tariff.from.is_some() || tariff.until.is_some(),
    });
    quote
}

/// Returns the result of a withdrawal of an amount at the worse end of a range of percentages, or
/// the first reason why it is not possible. `withdrawn_decimals` are those of the platform's unit.
pub fn outcome(pricing: &PricingContext<'_>, withdrawn_decimals: u8, amount: i64) -> Result<Outcome, Reason> {
    let (num, den) = pricing.conversion(withdrawn_decimals);
    both_ends(pricing, UnitFactor { num, den }, amount, Balance::Covers).map(|(worst, _)| worst)
}

/// Whether a withdrawal must be covered by the balance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Balance {
    Covers,
    Unchecked,
}

/// Returns the result at the worse end of a range of percentages, and at the better end if there is
/// a range; or the first reason why the amount is not possible at one of them.
fn both_ends(
    pricing: &PricingContext<'_>,
    conversion: UnitFactor,
    amount: i64,
    balance: Balance,
) -> Result<(Outcome, Option<Outcome>), Reason> {
    let high = outcome_at_end(pricing, conversion, amount, balance)?;
    let Some(low) = pricing.at_low_end() else { return Ok((high, None)) };
    let low = outcome_at_end(&low, conversion, amount, balance)?;
    let low_is_worse = (low.net, Reverse(low.debit)) < (high.net, Reverse(high.debit));
    Ok(if low_is_worse { (low, Some(high)) } else { (high, Some(low)) })
}

/// Returns the result at one end of every range, or the first reason why the amount is not
/// possible.
fn outcome_at_end(
    pricing: &PricingContext<'_>,
    conversion: UnitFactor,
    amount: i64,
    balance: Balance,
) -> Result<Outcome, Reason> {
    let tariff = pricing.tariff;
    let minor = i128::from(amount);
    // Without a minimum, an amount of 0 is not below it: the reason is that nothing is left.
    if amount < tariff.min.unwrap_or(0) {
        return Err(Reason::BelowMinimum);
    }
    let charges = pricing.charge(minor);
    let Some(charges) = charges.filter(|_| tariff.max.is_none_or(|max| amount <= max)) else {
        return Err(Reason::AboveMaximum);
    };
    if amount % tariff.step != 0 {
        return Err(Reason::OffStep);
    }
    let debit = pricing.debit(minor, charges);
    if let Some(available) = pricing.available.map(i128::from) {
        if tariff.whole_balance && debit != available {
            return Err(Reason::WholeBalanceOnly);
        }
        if debit > available && balance == Balance::Covers {
            return Err(Reason::InsufficientBalance);
        }
    }
    if pricing.count_used_up || pricing.amount_left.is_some_and(|left| amount > left) {
        return Err(Reason::OverLimit);
    }
    let kept = pricing.net_before_conversion(minor, charges);
    if kept <= 0 {
        return Err(Reason::NothingLeft);
    }
    // An overflow is refused.
    let net = conversion.net(kept).filter(|_| i64::try_from(debit).is_ok()).ok_or(Reason::AboveMaximum)?;
    if net <= 0 {
        return Err(Reason::NothingLeft);
    }
    Ok(Outcome { debit, fee: charges.fee, tax: charges.tax, net })
}

/// Returns the smaller amount that pays out the most, if it pays out at least as much; of several,
/// the smallest.
fn better(amounts: &AmountSearch<'_, '_>, conversion: UnitFactor, amount: i64, net: i128) -> Option<Advice> {
    let most = conversion.net(amounts.net_max_below(amount)?)?;
    if most < net {
        return None;
    }
    let amount = amounts.smallest_netting(conversion.kept_for(most)?)?;
    Some(Advice { amount, net: most })
}

/// Returns the smallest of the amounts that pay out the most.
fn most_net(
    amounts: &AmountSearch<'_, '_>,
    conversion: UnitFactor,
    pricing: &PricingContext<'_>,
) -> Option<i64> {
    let largest = amounts.largest()?;
    let (worst, _) = both_ends(pricing, conversion, largest, Balance::Covers).ok()?;
    Some(better(amounts, conversion, largest, worst.net).map_or(largest, |advice| advice.amount))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Returns a platform with one channel that charges 8 to 9 % of the amount, and then by slabs
    /// of the rest, so that a lower percentage can reach a more expensive slab.
    fn platform() -> Platform {
        let text = "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n\
             [[channel]]\nid = \"c\"\nname = \"C\"\nto = \"bank\"\n\
             [[channel.tariff]]\nsource = \"https://p.example/fees\"\nchecked = 2026-11-22\n\
             confidence = \"official\"\n\
             [[channel.tariff.charge]]\npercent = [\"8\", \"9\"]\nround = \"down\"\n\
             [[channel.tariff.charge]]\nbase = \"rest\"\n\
             slabs = [{ to = \"914\" }, { flat = \"68\" }]\n";
        parse::parse_platform(text, &|_| None).unwrap()
    }

    fn quoted(request: &QuoteRequest, available: i64) -> Quote {
        let platform = platform();
        quote(&platform, &platform.channels[0], request, LocalDateTime(0), Some(available), |_| {
            QuotaUsage::default()
        })
    }

    fn net(amount: i64) -> i128 {
        quoted(&QuoteRequest::Amount(amount), 10_000).outcome.unwrap().net
    }

    #[test]
    fn a_range_is_quoted_at_its_worse_end_for_each_amount() {
        // At the higher end, 910 of 1,000 are left, which is free; at the lower end 920, which is
        // not.
        let quote = quoted(&QuoteRequest::Amount(1_000), 10_000);
        assert_eq!((quote.outcome.unwrap().net, quote.outcome_best.unwrap().net), (852, 910));
    }

    #[test]
    fn every_search_goes_by_the_worse_end() {
        let receive = ParsedAmount::parse("880").unwrap();
        let quote = quoted(&QuoteRequest::Receive(receive), 10_000);
        let amount = quote.amount.unwrap();
        assert!(quote.outcome.unwrap().net >= 880);
        assert!((1..amount).all(|smaller| net(smaller) < 880), "{amount} is the smallest");
        for asked in [993, 995, 1_000, 1_055, 1_100] {
            let quote = quoted(&QuoteRequest::Amount(asked), 10_000);
            let most = (1..asked).map(net).max().unwrap();
            let smallest = (1..asked).find(|smaller| net(*smaller) == most).unwrap();
            let better = (most >= net(asked)).then_some(Advice { amount: smallest, net: most });
            assert_eq!(quote.better, better, "instead of {asked}");
        }
    }

    #[test]
    fn what_only_the_balance_blocks_keeps_its_figures() {
        let quote = quoted(&QuoteRequest::Amount(1_000), 900);
        let blocked = quote.outcome.clone().unwrap_err();
        assert_eq!(blocked.reason, Reason::InsufficientBalance);
        assert_eq!(blocked.nearest, [900]);
        assert_eq!(quote.figures().map(|figures| figures.net), Some(852));
        assert_eq!(quote.outcome_best.map(|best| best.net), Some(910));
        let out_of_reach = quoted(&QuoteRequest::Receive(ParsedAmount::parse("5000").unwrap()), 900);
        assert_eq!(out_of_reach.figures(), None);
    }
}
