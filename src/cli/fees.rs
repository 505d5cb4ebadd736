//! `fees`: compare every official channel before withdrawing. It writes nothing.

use super::failure::Failure;
use super::session::{Book, RULE_STALE_DAYS, Session, available};
use super::withdraw::channel_of;
use super::{Note, Outcome, account};
use crate::fee::{self, Asked, Platform, Quote, Use, Used};
use crate::ledger::{Account, AccountKind, name};
use crate::money::{Figure, Money, Unit, decimal_parts, percent};
use crate::period::{Day, parse_instant};
use crate::view::fees::{BestCase, Better, ChannelQuote, Fees, FreeLeft};
use std::collections::HashMap;

/// Compare what every official channel would net, best first
#[derive(Debug, clap::Args)]
pub struct Words {
    /// An account of yours, or a platform of the catalog
    name: String,
    /// The amount, or `all` [default: all, for an account]
    #[arg(allow_negative_numbers = true)]
    amount: Option<String>,
    /// Find the smallest amount that nets at least this
    #[arg(long, value_name = "AMOUNT", conflicts_with = "amount", allow_negative_numbers = true)]
    receive: Option<String>,
    /// Only this channel
    #[arg(long, value_name = "CHANNEL")]
    via: Option<String>,
    /// By the rules of that day
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// Withdrawals already made in every window, instead of the ledger's
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    used_count: Option<u32>,
    /// Amount already withdrawn in every window, instead of the ledger's
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    used_amount: Option<String>,
}

/// Answers with one row a channel.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = match &words.on {
        None => session.now,
        Some(text) => parse_instant(text, session.today())?.end(session.now),
    };
    session.read(|book| {
        let (platform, account) = asked_of(words, session, book)?;
        let standing = account.map(|a| book.standing(a, session.now)).transpose()?;
        let may_leave = account.zip(standing).map(|(a, s)| available(a, s));
        let unit = platform.unit.clone();
        let mut answer = Fees::new(platform.id.clone(), unit.clone(), at.day());
        answer.account = account.map(|a| a.name.clone());
        answer.balance = standing.map(|s| unit.money(s.balance));
        answer.available = may_leave.map(|parts| unit.money(parts));
        let asked = asked(words, &platform, account)?;
        match &asked {
            Asked::All => answer.asked = Some("all".into()),
            Asked::Amount(parts) => answer.asked = Some(unit.money(*parts).plain()),
            Asked::Receive(figure) => answer.receive = Some(figure.to_string()),
        }
        if platform.kind == AccountKind::Carrier {
            answer.advice = carrier_advice(platform.country.as_deref());
        }
        let mut notes = session.catalog_warnings();
        if !platform.withdrawable || platform.channels.is_empty() {
            let unknown = || format!("No channel of {} is known well enough to be quoted.", platform.name.en);
            answer.reason = Some(platform.reason.as_ref().map_or_else(unknown, |r| r.en.clone()));
        } else {
            let only = words.via.as_ref().map(|via| channel_of(&platform, via)).transpose()?;
            let used_amount = words.used_amount.as_ref();
            let used_amount =
                used_amount.map(|a| Ok::<_, Failure>(Figure::parse(a)?.money(&unit)?)).transpose()?;
            let known: HashMap<Use, Used> = session.used(book.store, &platform, at)?;
            let used = |ask: &Use| {
                let mut used = known.get(ask).copied().unwrap_or_default();
                if let Some(count) = words.used_count {
                    used.count = i64::from(count);
                }
                if let Some(amount) = &used_amount {
                    used.amount = amount.parts;
                }
                used
            };
            let rows = fee::quotes(&platform, only, &asked, at, may_leave, used);
            let stale_before = session.today().plus(-RULE_STALE_DAYS);
            answer.channels = rows.into_iter().map(|q| line(q, &unit, stale_before)).collect();
            notes.extend(warnings(&answer, session.config()?.warn_above));
        }
        let mut outcome = Outcome { status: if answer.any_ok() { 0 } else { 4 }, ..Outcome::of(answer) };
        outcome.notes = notes;
        Ok(outcome)
    })
}

/// The account that is asked of, with its platform; or, where no account has that name, a platform
/// of the catalog. What a platform is called exactly comes before a fragment of an account's name.
fn asked_of<'b>(
    words: &Words,
    session: &Session,
    book: &'b Book<'_>,
) -> Result<(Platform, Option<&'b Account>), Failure> {
    let folded = name::folded(&words.name);
    let is_account = book.accounts.iter().any(|a| name::folded(&a.name) == folded);
    let exact = session.catalog().find(&words.name).filter(|_| !is_account);
    let without_account = exact.filter(|id| !book.accounts.iter().any(|a| a.platform.as_ref() == Some(id)));
    if let Some(platform) = without_account.and_then(|id| session.catalog().get(&id)) {
        return Ok((platform, None));
    }
    match session.account(book, &words.name, false) {
        Ok(account) => Ok((session.platform_of(account)?, Some(account))),
        Err(no_account @ Failure::Name { .. }) => match account::platform(session, &words.name) {
            Ok(platform) => Ok((platform, None)),
            Err(Failure::UnknownPlatform { .. }) => Err(no_account),
            Err(other) => Err(other),
        },
        Err(other) => Err(other),
    }
}

fn asked(words: &Words, platform: &Platform, account: Option<&Account>) -> Result<Asked, Failure> {
    let unit = &platform.unit;
    if let Some(text) = &words.receive {
        let figure = Figure::parse(text)?;
        let mut units: Vec<&Unit> = platform.channels.iter().map(|c| &c.pays).collect();
        units.push(unit);
        let fits = |unit: &&Unit| figure.money(unit).is_ok_and(|m| m.parts > 0);
        if !units.iter().any(fits) {
            let money = figure.money(units[0])?;
            return Err(Failure::ZeroAmount { text: money.plain() });
        }
        return Ok(Asked::Receive(figure));
    }
    let all = |text: &str| matches!(text.trim().to_lowercase().as_str(), "all" | "전부" | "모두");
    match &words.amount {
        None if account.is_some() => Ok(Asked::All),
        Some(text) if all(text) && account.is_some() => Ok(Asked::All),
        None if !platform.withdrawable => Ok(Asked::Amount(unit.parts_per_whole())),
        None | Some(_) if words.amount.as_deref().is_none_or(all) => Err(Failure::Usage {
            message: format!(
                "{} is a platform, not an account of yours, so its balance is not known",
                platform.id
            ),
            hint: format!("give an amount: jandon fees {} AMOUNT", platform.id),
        }),
        None => Ok(Asked::All),
        Some(text) => {
            let money = Figure::parse(text)?.money(unit)?;
            if money.parts == 0 {
                Err(Failure::ZeroAmount { text: text.clone() })
            } else {
                Ok(Asked::Amount(money.parts))
            }
        }
    }
}

/// A quote as scripts and people read it.
fn line(quote: Quote, unit: &Unit, stale_before: Day) -> ChannelQuote {
    let parts = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let money = |value: i128| unit.money(parts(value));
    let received = |value: i128| quote.net_unit.money(parts(value));
    let outcome = quote.outcome.as_ref().ok();
    let blocked = quote.outcome.as_ref().err();
    let free_left = quote.free_left.and_then(|left| match (left.count, left.amount) {
        (Some(count), _) => Some(FreeLeft::Count(count)),
        (None, Some(amount)) => Some(FreeLeft::Amount(unit.money(amount))),
        (None, None) => None,
    });
    ChannelQuote {
        status: if outcome.is_some() { "ok" } else { "blocked" },
        reason: blocked.map(|b| b.reason.code()),
        nearest: blocked.map(|b| b.nearest.iter().map(|parts| unit.money(*parts)).collect()),
        amount: quote.amount.map(|parts| unit.money(parts)),
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
        free_left,
        requires: quote.requires.iter().map(|r| r.en.clone()).collect(),
        better: quote.better.map(|b| Better { amount: unit.money(b.amount), net: received(b.net) }),
        source: quote.source.as_ref().map(|s| s.0.clone()),
        checked: quote.source.as_ref().map(|s| s.1),
        confidence: quote.source.as_ref().map(|s| s.2.word()),
        stale: quote.source.as_ref().is_some_and(|s| s.1 < stale_before),
        name: quote.name.en.clone(),
        net_unit: quote.net_unit.clone(),
        channel: quote.channel,
    }
}

/// What a careful friend would say about the quotes.
fn warnings(answer: &Fees, warn_above: i64) -> Vec<Note> {
    let mut notes = Vec::new();
    for quote in answer.channels.iter().filter(|c| c.status == "ok") {
        let share = quote.effective_percent.as_deref().and_then(|p| decimal_parts(p, 2));
        if share.is_some_and(|share| share > warn_above) {
            let share = quote.effective_percent.as_deref().unwrap_or_default();
            let charges = quote.fee.as_ref().zip(quote.tax.as_ref()).and_then(|(f, t)| f.add(t).ok());
            let charges = charges.as_ref().map(Money::to_string).unwrap_or_default();
            notes.push(Note::warning(
                "high-cost",
                format!("{} costs {share} % of the amount ({charges})", quote.channel),
            ));
        }
    }
    let ok = || answer.channels.iter().filter(|c| c.status == "ok");
    let names = |wanted: &dyn Fn(&ChannelQuote) -> bool| {
        ok().filter(|c| wanted(c)).map(|c| c.channel.as_str()).collect::<Vec<_>>().join(", ")
    };
    let old = names(&|c| c.stale);
    let hearsay = names(&|c| !c.stale && c.confidence.is_some_and(|word| word != "official"));
    let look = "look in the app before you press the button";
    if !old.is_empty() {
        notes.push(Note::warning(
            "rule-outdated",
            format!("checked more than {RULE_STALE_DAYS} days ago: {old}; {look}"),
        ));
    }
    if !hearsay.is_empty() {
        notes.push(Note::warning(
            "rule-not-official",
            format!("not the operator's own words: {hearsay}; {look}"),
        ));
    }
    notes
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
