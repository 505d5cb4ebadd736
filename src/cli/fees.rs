//! `fees`: compare every official channel before withdrawing. It writes nothing.

use super::context::{Context, LedgerView, RULE_STALE_DAYS};
use super::error::CommandError;
use super::withdraw::{channel_of, conditional, is_all};
use super::{CommandOutput, Note, account};
use crate::fee::{self, Platform, QuotaKey, QuotaUsage, Quote, QuoteRequest};
use crate::ledger::{Account, AccountKind, name};
use crate::messages::Warning;
use crate::messages::error::UsageError;
use crate::messages::warning::{PaidCharges, RuleDifference};
use crate::money::{ParsedAmount, Unit, parse_minor, percent};
use crate::period::{Day, parse_date_input};
use crate::view::fees::{BestCase, Better, ChannelQuote, Fees, FreeLeftRow};
use std::collections::HashMap;

/// Compare what each official channel would pay out
#[derive(Debug, clap::Args)]
pub struct FeesArgs {
    /// One of your accounts, or a platform of the catalog
    pub(super) name: String,
    /// The amount, or all [default: all, for an account]
    #[arg(allow_negative_numbers = true)]
    pub(super) amount: Option<String>,
    /// Find the smallest amount that pays out at least this
    #[arg(long, value_name = "AMOUNT", conflicts_with = "amount", allow_negative_numbers = true)]
    receive: Option<String>,
    /// Only this channel
    #[arg(long, value_name = "CHANNEL")]
    via: Option<String>,
    /// Assume that the condition of this channel holds; may be repeated
    #[arg(long, value_name = "CHANNEL")]
    assume: Vec<String>,
    /// By the rules of this day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Withdrawals already made in each quota's window, instead of the ledger's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    used_count: Option<u32>,
    /// Amount already withdrawn in each quota's window, instead of the ledger's
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    used_amount: Option<String>,
}

/// Answers with one row a channel.
pub fn run(args: &FeesArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = match &args.on {
        None => context.now,
        Some(text) => parse_date_input(text, context.today())?.end(context.now),
    };
    context.read(|book| {
        let (platform, account) = asked_of(args, context, book)?;
        let standing = account.map(|a| book.standing(a, context.now)).transpose()?;
        let may_leave = account.zip(standing).filter(|(a, _)| !a.is_carrier()).map(|(a, s)| a.available(s));
        let unit = platform.unit.clone();
        let mut answer = Fees::new(platform.id.clone(), unit.clone(), at.day());
        answer.account = account.map(|a| a.name.clone());
        answer.balance = standing.map(|s| unit.money(s.balance));
        answer.available = may_leave.map(|minor| unit.money(minor));
        let is_open = platform.withdrawable && !platform.channels.is_empty();
        let asked = asked(args, &platform, account, is_open)?;
        match &asked {
            Some(QuoteRequest::All) => answer.asked = Some("all".into()),
            Some(QuoteRequest::Amount(minor)) => answer.asked = Some(unit.money(*minor).to_plain_string()),
            Some(QuoteRequest::Receive(figure)) => answer.receive = Some(figure.to_string()),
            None => {}
        }
        if platform.kind == AccountKind::Carrier {
            answer.advice = carrier_advice(platform.country.as_deref());
        }
        let mut notes = context.catalog_warnings();
        if let Some(asked) = asked.filter(|_| is_open) {
            let only = args.via.as_ref().map(|via| channel_of(&platform, via)).transpose()?;
            let assumed =
                args.assume.iter().map(|typed| conditional(&platform, channel_of(&platform, typed)?));
            let assumed = assumed.collect::<Result<Vec<String>, CommandError>>()?;
            let used_amount = args.used_amount.as_ref();
            let used_amount = used_amount
                .map(|a| Ok::<_, CommandError>(ParsedAmount::parse(a)?.money(&unit)?))
                .transpose()?;
            let known: HashMap<QuotaKey, QuotaUsage> = context.used(book.store, &platform, at)?;
            let used = |ask: &QuotaKey| {
                let mut used = known.get(ask).copied().unwrap_or_default();
                if let Some(count) = args.used_count {
                    used.count = i64::from(count);
                }
                if let Some(amount) = &used_amount {
                    used.amount = amount.minor;
                }
                used
            };
            let rows = fee::quotes(&platform, only, &asked, at, may_leave, &assumed, used);
            let stale_before = context.today().add_days(-RULE_STALE_DAYS);
            answer.channels = rows.into_iter().map(|q| line(q, &unit, stale_before)).collect();
            notes.extend(warnings(&answer, context.config()?.warn_above));
            notes.extend(deviations(context, book, &platform, &answer.channels)?);
        } else {
            let unknown = || format!("No channel of {} is known well enough to be quoted.", platform.name.en);
            answer.reason = Some(platform.reason.as_ref().map_or_else(unknown, |r| r.en.clone()));
        }
        let mut outcome =
            CommandOutput { status: if answer.any_ok() { 0 } else { 4 }, ..CommandOutput::of(answer) };
        outcome.notes = notes;
        Ok(outcome)
    })
}

/// The account that is asked of, with its platform; or, where no account has that name, a platform
/// of the catalog. What a platform is called exactly comes before a fragment of an account's name.
fn asked_of<'b>(
    args: &FeesArgs,
    context: &Context,
    book: &'b LedgerView<'_>,
) -> Result<(Platform, Option<&'b Account>), CommandError> {
    let folded = name::fold_case(&args.name);
    let is_account = book.accounts.iter().any(|a| name::fold_case(&a.name) == folded);
    let exact = context.catalog().find(&args.name).filter(|_| !is_account);
    let without_account = exact.filter(|id| !book.accounts.iter().any(|a| a.platform.as_ref() == Some(id)));
    if let Some(platform) = without_account.and_then(|id| context.catalog().get(&id)) {
        return Ok((platform, None));
    }
    match context.account(book, &args.name, false) {
        Ok(account) => Ok((context.platform_of(account)?, Some(account))),
        // Each account has a balance and quotas of its own.
        Err(several @ CommandError::Name { error: name::NameError::Ambiguous { .. }, .. })
            if context.catalog().find(&args.name).is_some() =>
        {
            Err(several)
        }
        Err(no_account @ CommandError::Name { .. }) => match account::platform(context, &args.name) {
            Ok(platform) => Ok((platform, None)),
            Err(CommandError::UnknownPlatform { .. }) => Err(no_account),
            Err(other) => Err(other),
        },
        Err(other) => Err(other),
    }
}

/// Returns what is asked of every channel; `None` where there is nothing to ask, for none is open.
fn asked(
    args: &FeesArgs,
    platform: &Platform,
    account: Option<&Account>,
    is_open: bool,
) -> Result<Option<QuoteRequest>, CommandError> {
    let unit = &platform.unit;
    if let Some(text) = &args.receive {
        let figure = ParsedAmount::parse(text)?;
        let mut units: Vec<&Unit> = platform.channels.iter().map(|c| &c.pays).collect();
        units.push(unit);
        let fits = |unit: &&Unit| figure.money(unit).is_ok_and(|m| m.minor > 0);
        if !units.iter().any(fits) {
            let money = figure.money(units[0])?;
            return Err(CommandError::ZeroAmount { text: money.to_plain_string() });
        }
        return Ok(Some(QuoteRequest::Receive(figure)));
    }
    let amount = args.amount.as_deref().filter(|text| !is_all(text));
    match amount {
        Some(text) => match ParsedAmount::parse(text)?.money(unit)?.minor {
            0 => Err(CommandError::ZeroAmount { text: text.into() }),
            minor => Ok(Some(QuoteRequest::Amount(minor))),
        },
        None if account.is_some() => Ok(Some(QuoteRequest::All)),
        None if !is_open => Ok(None),
        None => Err(UsageError::PlatformWithoutAmount { platform: platform.id.clone() }.into()),
    }
}

/// A quote as scripts and people read it.
fn line(quote: Quote, unit: &Unit, stale_before: Day) -> ChannelQuote {
    let minor = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let money = |value: i128| unit.money(minor(value));
    let received = |value: i128| quote.net_unit.money(minor(value));
    let outcome = quote.figures();
    let blocked = quote.outcome.as_ref().err();
    let left = |left: fee::FreeLeft| FreeLeftRow {
        count: left.count,
        amount: left.amount.map(|minor| unit.money(minor)),
    };
    let source = quote.source.as_ref();
    ChannelQuote {
        status: if blocked.is_none() { "ok" } else { "blocked" },
        reason: blocked.map(|b| b.reason.code()),
        nearest: blocked.map(|b| b.nearest.iter().map(|minor| unit.money(*minor)).collect()),
        amount: quote.amount.map(|minor| unit.money(minor)),
        debit: outcome.map(|o| money(o.debit)),
        fee: outcome.map(|o| money(o.fee)),
        tax: outcome.map(|o| money(o.tax)),
        net: outcome.map(|o| received(o.net)),
        effective_percent: outcome
            .zip(quote.amount)
            .and_then(|(o, amount)| percent(o.fee + o.tax, i128::from(amount))),
        best_case: quote.outcome_best.map(|best| BestCase {
            fee: money(best.fee),
            tax: money(best.tax),
            net: received(best.net),
        }),
        arrives: quote.arrives.map(|(earliest, latest)| [earliest, latest]),
        free_left: quote.free_left.map(left),
        requires: quote.requires.iter().map(|r| r.en.clone()).collect(),
        condition: quote.condition.as_ref().map(|c| c.en.clone()),
        is_conditional: quote.is_conditional(),
        better: quote.better.map(|b| Better { amount: unit.money(b.amount), net: received(b.net) }),
        source: source.map(|s| s.address.clone()),
        checked: source.map(|s| s.checked),
        confidence: source.map(|s| s.confidence.as_str()),
        assumed: source.map(|s| s.assumed.clone()).unwrap_or_default(),
        stale: source.is_some_and(|s| s.checked < stale_before),
        is_dated: source.is_some_and(|s| s.is_dated),
        name: quote.name.en.clone(),
        net_unit: quote.net_unit.clone(),
        channel: quote.channel,
    }
}

/// What a careful friend would say about the quotes.
fn warnings(answer: &Fees, warn_above: i64) -> Vec<Note> {
    let mut notes = Vec::new();
    for quote in answer.channels.iter().filter(|c| c.status == "ok") {
        let share = quote.effective_percent.as_deref().and_then(|p| parse_minor(p, 2));
        if share.is_some_and(|share| share > warn_above) {
            let charges = quote.fee.as_ref().zip(quote.tax.as_ref()).and_then(|(f, t)| f.checked_add(t).ok());
            let values = quote.effective_percent.clone().zip(charges);
            notes.extend(values.map(|(percent, charges)| {
                Note::Warning(Warning::HighCost { channel: quote.channel.clone(), percent, charges })
            }));
        }
    }
    let ok = || answer.channels.iter().filter(|c| c.status == "ok");
    let names = |wanted: &dyn Fn(&ChannelQuote) -> bool| {
        ok().filter(|c| wanted(c)).map(|c| c.channel.clone()).collect::<Vec<_>>()
    };
    let old = names(&|c| c.stale);
    let third_party = names(&|c| !c.stale && c.confidence.is_some_and(|word| word != "official"));
    if !old.is_empty() {
        notes.push(Note::Warning(Warning::RuleOutdated { channels: old, days: RULE_STALE_DAYS }));
    }
    if !third_party.is_empty() {
        notes.push(Note::Warning(Warning::RuleNotOfficial { channels: third_party }));
    }
    notes
}

/// Warns where the ledger's latest withdrawal through a channel was not charged as its rule says.
fn deviations(
    context: &Context,
    book: &LedgerView<'_>,
    platform: &Platform,
    quotes: &[ChannelQuote],
) -> Result<Vec<Note>, CommandError> {
    let ids: Vec<String> = quotes.iter().map(|quote| quote.channel.clone()).collect();
    let mut notes = Vec::new();
    for (id, paid) in book.store.last_withdrawals(&ids, context.now)? {
        let Some(channel) = platform.channel(&id) else { continue };
        let used = context.used(book.store, platform, paid.at)?;
        let used = |ask: &QuotaKey| used.get(ask).copied().unwrap_or_default();
        let Some(says) = fee::deviation(platform, channel, &paid, used) else { continue };
        let charges = |fee: i128, tax: i128, received: i128| {
            let money = |minor: i128, unit: &Unit| unit.money(i64::try_from(minor).unwrap_or(i64::MAX));
            PaidCharges {
                fee: money(fee, &platform.unit),
                tax: money(tax, &platform.unit),
                received: money(received, &channel.pays),
            }
        };
        notes.push(Note::Warning(Warning::RuleDiffers(Box::new(RuleDifference::Latest {
            channel: id,
            day: paid.at.day(),
            rule: charges(says.fee, says.tax, says.received),
            paid: charges(paid.fee.into(), paid.tax.into(), paid.received.into()),
        }))));
    }
    Ok(notes)
}

/// What can be done with carrier billing instead of "cashing it out".
fn carrier_advice(country: Option<&str>) -> Vec<String> {
    let mut advice = Vec::new();
    if country == Some("KR") {
        advice.push(
            "Whoever lends, brokers or advertises 소액결제 현금화 commits an offence (정보통신망법 제72조 제1항 제4호); it costs its victims 20 to 60 %."
                .to_string(),
        );
    }
    advice.push("What you can do: lower the limit in the carrier's app or set it to 0, and ask the shop for a refund of what you do not need.".to_string());
    if country == Some("KR") {
        advice.push(
            "In need of money or caught in such an offer: call 1332 (금융감독원), free and confidential."
                .to_string(),
        );
    }
    advice
}
