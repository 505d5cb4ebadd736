//! `fees`: compare every official channel before withdrawing. It writes nothing.

use super::context::{Context, LedgerView, RULE_STALE_DAYS};
use super::error::CommandError;
use super::withdraw::{channel_of, conditional, is_all};
use super::{CommandOutput, Note, account};
use crate::fee::{self, Platform, QuotaKey, QuotaUsage, Quote, QuoteRequest};
use crate::ledger::{Account, AccountKind, name};
use crate::messages::FreeLeftText;
use crate::messages::error::UsageError;
use crate::messages::warning::{PaidCharges, RuleDifference};
use crate::messages::{FeesLine, Warning};
use crate::money::{ParsedAmount, Unit, parse_minor, percent};
use crate::period::{Day, parse_date_input};
use crate::plan::{Holding, PlanRequest, SPLITS};
use crate::text;
use crate::view::fees::{
    AskedAmount, BestCase, Better, ChannelQuote, Fees, FeesDetails, PlanHint, gains_enough,
};
use std::collections::HashMap;

/// How many things the search for several withdrawals may look at.
const PLAN_EFFORT: u64 = 100_000;

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
    /// Also show the source of each rule, and what each channel needs
    #[arg(long)]
    sources: bool,
}

impl FeesArgs {
    /// Returns the command with its options, without --sources.
    fn command(&self) -> String {
        let mut command = format!("jandon fees {}", text::quoted_name(&self.name));
        let mut push = |option: &str, value: Option<&str>| {
            let value = value.map(text::quoted);
            value.into_iter().for_each(|value| command.push_str(&format!(" {option}{value}")));
        };
        push("", self.amount.as_deref());
        push("--receive ", self.receive.as_deref());
        push("--via ", self.via.as_deref());
        self.assume.iter().for_each(|channel| push("--assume ", Some(channel)));
        push("--on ", self.on.as_deref());
        push("--used-count ", self.used_count.map(|count| count.to_string()).as_deref());
        push("--used-amount ", self.used_amount.as_deref());
        command
    }

    /// Whether the plan would answer the same question.
    fn is_plain(&self) -> bool {
        self.receive.is_none()
            && self.via.is_none()
            && self.on.is_none()
            && self.used_count.is_none()
            && self.used_amount.is_none()
    }
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
            Some(QuoteRequest::All) => answer.asked = Some(AskedAmount::All),
            Some(QuoteRequest::Amount(minor)) => {
                answer.asked = Some(AskedAmount::Amount(unit.money(*minor)));
            }
            Some(QuoteRequest::Receive(figure)) => {
                let mut units = platform.channels.iter().map(|channel| &channel.pays);
                answer.receive = units.find_map(|unit| figure.money(unit).ok());
            }
            None => {}
        }
        if platform.kind == AccountKind::Carrier {
            answer.advice = carrier_advice(platform.country.as_deref());
        }
        answer.details = FeesDetails {
            today: Some(context.today()),
            command: args.command(),
            has_sources: args.sources,
            plan: None,
        };
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
            notes.extend(warnings(&answer, context)?);
            if let (None, Some(account), Some(available)) = (context.form, account, may_leave)
                && args.is_plain()
            {
                let platforms = std::slice::from_ref(&platform);
                answer.details.plan =
                    several(context, book, (account, available), platforms, &answer, &asked, assumed)?;
            }
            notes.extend(deviations(context, book, &platform, &answer.channels)?);
        } else {
            answer.reason = Some(match platform.reason.clone() {
                Some(reason) => FeesLine::NotWithdrawable { reason },
                None => FeesLine::NoKnownChannel { platform: platform.name.clone() },
            });
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
    match context.open_account(book, &args.name) {
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
        // Where no channel is known, any unit is as good.
        let mut units: Vec<&Unit> = platform.channels.iter().map(|c| &c.pays).collect();
        if units.is_empty() {
            units.push(unit);
        }
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
    let left = |left: fee::FreeLeft| FreeLeftText {
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
        is_conditional: quote.is_conditional(),
        requires: quote.requires,
        condition: quote.condition,
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

/// Returns the withdrawals from which more arrives than from the best single one: of the account alone,
/// today, of no more than the amount asked.
fn several(
    context: &Context,
    book: &LedgerView<'_>,
    (account, available): (&Account, i64),
    platforms: &[Platform],
    answer: &Fees,
    asked: &QuoteRequest,
    assumed: Vec<String>,
) -> Result<Option<PlanHint>, CommandError> {
    let best = answer.best();
    let charged =
        |quote: &&ChannelQuote| [&quote.fee, &quote.tax].into_iter().flatten().any(|money| money.minor > 0);
    let Some((best, net)) = best.filter(charged).and_then(|best| Some((best, best.net.clone()?))) else {
        return Ok(None);
    };
    let kept = match asked {
        QuoteRequest::Amount(minor) => available.saturating_sub(*minor).max(0),
        _ => 0,
    };
    let step_cost = context.config()?.step_costs.iter().find(|money| money.unit == net.unit);
    let request = PlanRequest {
        platforms,
        holdings: vec![Holding {
            account: account.name.clone(),
            platform: 0,
            dated: Vec::new(),
            undated: available,
            keep: kept,
            by: context.today(),
        }],
        unit: net.unit.clone(),
        target: None,
        now: context.now,
        by: context.today(),
        splits: SPLITS,
        step_cost: step_cost.map_or(0, |money| money.minor),
        assumed,
        effort: PLAN_EFFORT,
    };
    let used = super::plan::quota_usage(book, &request)?;
    let Ok(plan) = request.plan(&used) else { return Ok(None) };
    let one = best.better.as_ref().map_or(net.minor, |better| better.net.minor.max(net.minor));
    if plan.steps.len() < 2 || !gains_enough(plan.net, one) {
        return Ok(None);
    }
    let all = format!("jandon plan --only {}", text::quoted_name(&account.name));
    Ok(Some(PlanHint {
        withdrawals: plan.steps.len(),
        command: match asked {
            QuoteRequest::Amount(_) => {
                format!("{all} --target {}", net.unit.money(plan.net).to_grouped_string())
            }
            _ => all,
        },
        net: net.unit.money(plan.net),
    }))
}

/// Returns warnings about the best channel, or the only one. The page says itself how far its rule can be
/// trusted.
fn warnings(answer: &Fees, context: &Context) -> Result<Vec<Note>, CommandError> {
    let warn_above = context.config()?.warn_above;
    let mut notes = Vec::new();
    let Some(best) = answer.channels.first().filter(|quote| quote.status == "ok") else { return Ok(notes) };
    let share = best.effective_percent.as_deref().and_then(|p| parse_minor(p, 2));
    if share.is_some_and(|share| share > warn_above) {
        let charges = best.fee.as_ref().zip(best.tax.as_ref()).and_then(|(f, t)| f.checked_add(t).ok());
        let values = best.effective_percent.clone().zip(charges);
        notes.extend(values.map(|(percent, charges)| {
            Note::Warning(Warning::HighCost { channel: best.channel.clone(), percent, charges })
        }));
    }
    if context.form.is_some() {
        let channels = vec![best.channel.clone()];
        if best.stale {
            notes.push(Note::Warning(Warning::RuleOutdated { channels, days: RULE_STALE_DAYS }));
        } else if best.confidence.is_some_and(|word| word != "official") {
            notes.push(Note::Warning(Warning::RuleNotOfficial { channels }));
        }
    }
    Ok(notes)
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

/// Returns what can be done with carrier billing instead of "cashing it out".
fn carrier_advice(country: Option<&str>) -> Vec<FeesLine> {
    match country {
        Some("KR") => vec![FeesLine::CashingOutIsAnOffence, FeesLine::LowerTheLimit, FeesLine::GetHelp],
        _ => vec![FeesLine::LowerTheLimit],
    }
}
