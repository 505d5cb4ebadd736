//! `plan`: which balances to withdraw, through which channels, when and in how many pieces. It
//! writes nothing.

use super::context::{Context, LedgerView, any_amount};
use super::error::{CommandError, quoted};
use super::withdraw::conditional;
use super::{CommandOutput, Note, correction};
use crate::fee::{Channel, Confidence, Platform, QuotaKey, QuotaUsage};
use crate::ledger::{Account, AccountId, AccountKind, Flows};
use crate::messages::Warning;
use crate::messages::error::{PlanAdvice, UsageError, WithdrawalError};
use crate::money::{AmountError, Money, ParsedAmount, Unit};
use crate::period::{Day, LocalDateTime, parse_date};
use crate::plan::{
    BlockedAccount, EFFORT, Holding, Plan as Planned, PlanRequest, PlannedWithdrawal, SPLITS,
    eligible_channels,
};
use crate::store::Expiries;
use crate::view::plan::{AlternativeRow, Blocked, Nothing, PlanAnswer, PlanStep};
use std::collections::HashMap;

/// The most withdrawals of `--splits`.
pub const SPLITS_MAX: i64 = 1_000;

/// Find the cheapest withdrawals for an amount, or the most to withdraw
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// The least that must arrive [default: as much as possible]
    #[arg(value_name = "AMOUNT", conflicts_with = "target", allow_negative_numbers = true)]
    amount: Option<String>,
    /// The amount, as an option
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    target: Option<String>,
    /// The last day for withdrawals [default: today]
    #[arg(long, value_name = "DATE")]
    by: Option<String>,
    /// Your account that receives the money
    #[arg(long, value_name = "ACCOUNT")]
    to: Option<String>,
    /// Keep this much in an account
    #[arg(long, value_name = "NAME=A")]
    keep: Vec<String>,
    /// Only from these accounts
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// The most withdrawals for each account, channel and calendar month
    #[arg(long, value_name = "N", default_value_t = SPLITS, value_parser = clap::value_parser!(u32).range(1..=SPLITS_MAX))]
    splits: u32,
    /// What the trouble of one withdrawal is worth to you: counted while choosing, no part of the
    /// cost; 0 for the very cheapest [default: 100 KRW, 0.10 USD, 10 JPY, else 0]
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    step_cost: Option<String>,
    /// Also use this conditional channel: its condition holds
    #[arg(long, value_name = "CHANNEL")]
    assume: Vec<String>,
    /// Print only the commands that record the plan
    #[arg(long)]
    commands: bool,
}

/// Answers with one row a withdrawal.
pub fn run(args: &PlanArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let by = match &args.by {
        None => context.today(),
        Some(text) => parse_date(text, context.today())?,
    };
    if by < context.today() {
        return Err(UsageError::PastDay { by, today: context.today() }.into());
    }
    context.read(|book| {
        let receiver = receiver(args, context, book)?;
        let (only, typed) = only_and_amount(args, context, book)?;
        let mut drawn = drawn_on(only, context, book)?;
        drawn.retain(|(account, _)| receiver.is_none_or(|receiver| receiver.id != account.id));
        let mut platforms: Vec<Platform> = Vec::new();
        let mut placed: Vec<Option<usize>> = Vec::new();
        for (account, _) in &drawn {
            let Some(id) = &account.platform else {
                placed.push(None);
                continue;
            };
            let known = platforms.iter().position(|platform| platform.id == *id);
            let place = match known {
                Some(place) => context.check_platform(account, &platforms[place]).map(|()| place),
                None => context.platform_of(account).map(|platform| {
                    platforms.push(platform);
                    platforms.len() - 1
                }),
            };
            placed.push(match place {
                Ok(place) => Some(place),
                // An account without a rule does not stop the plan of the others.
                Err(CommandError::PlatformGone { .. } | CommandError::PlatformDiffers { .. }) => None,
                Err(other) => return Err(other),
            });
        }
        let assumed = assumed(args, &platforms)?;
        let offers = Offers { platforms: &platforms, assumed: &assumed, drawn: &drawn };
        let (unit, target) = wanted(typed, context, book, receiver, &offers)?;
        let step_cost = step_cost(args, context, &unit)?;
        let keeps = keeps(args, context, book, &drawn)?;
        let lots = book.store.lots(context.now)?;
        let mut holdings: Vec<Holding> = Vec::new();
        let mut held_by: Vec<&Account> = Vec::new();
        let mut blocked: Vec<Blocked> = Vec::new();
        for ((account, minor), place) in drawn.iter().zip(&placed) {
            let Some(place) = place else {
                blocked.push(Blocked::without_platform(account));
                continue;
            };
            let dated = lots.iter().filter(|(id, ..)| *id == account.id);
            let dated: Vec<(Day, i64)> = dated.map(|(_, day, minor)| (*day, *minor)).collect();
            let of_lots: i64 = dated.iter().map(|(_, minor)| minor).sum();
            held_by.push(account);
            holdings.push(Holding {
                account: account.name.clone(),
                platform: *place,
                undated: (minor - of_lots).max(0),
                dated,
                keep: keeps.get(&account.id).copied().unwrap_or(0),
                by,
            });
        }
        let accounts = holdings.len();
        let request = PlanRequest {
            platforms: &platforms,
            holdings,
            unit: unit.clone(),
            target: target.as_ref().map(|t| t.minor),
            now: context.now,
            by,
            splits: args.splits,
            step_cost: step_cost.minor,
            assumed,
            effort: EFFORT,
        };
        let used = quota_usage(book, &request)?;
        let (planned, is_enough) = match request.plan(&used) {
            Ok(plan) => (plan, true),
            Err(unreachable) => (unreachable.most, false),
        };
        let stuck = |stuck: &[BlockedAccount]| -> Vec<Blocked> {
            let row = |s: &BlockedAccount| {
                let account = held_by[s.holding];
                let money = |minor: i64| account.unit.money(minor);
                Blocked {
                    account: account.name.clone(),
                    unit: account.unit.clone(),
                    reason: s.reason,
                    short_by: s.short_by.map(money),
                    least: s.least.map(money),
                }
            };
            stuck.iter().map(row).collect()
        };
        let all_stuck = planned.blocked.len() == accounts;
        let nothing = match () {
            () if !planned.steps.is_empty() || !is_enough => None,
            () if !book.accounts.iter().any(|account| !account.closed) => Some(Nothing::NoAccounts),
            () if drawn.is_empty() => Some(Nothing::NoBalance),
            // Each of them could leave, but brings less than the trouble of a withdrawal is worth.
            () if !all_stuck && step_cost.minor > 0 => Some(Nothing::NotWorthIt),
            () => None,
        };
        blocked.extend(stuck(&planned.blocked));
        let advice = advice(args, context, &unit.money(planned.net), &blocked);
        let refusal = match () {
            () if nothing.is_some() => None,
            () if !is_enough => Some(out_of_reach(&planned, &unit, target.as_ref(), by, advice)),
            () if planned.steps.is_empty() && all_stuck => {
                Some(WithdrawalError::NothingWithdrawable { advice })
            }
            () if planned.steps.is_empty() => Some(WithdrawalError::NothingPaysOut { advice }),
            () => None,
        };
        let refusal = match refusal {
            // Commands that are piped on would record what was not asked for.
            Some(refusal) if args.commands => return Err(refusal.into()),
            refusal => refusal.map(CommandError::from),
        };
        let notes = warnings(context, &request, &planned, &platforms);
        let steps: Vec<PlanStep> = planned.steps.iter().map(|s| step(s, held_by[s.holding], &unit)).collect();
        let commands = args.commands.then(|| {
            let command = |s: &PlannedWithdrawal| command(s, held_by[s.holding], receiver);
            planned.steps.iter().map(command).collect()
        });
        let money = |minor: i64| unit.money(minor);
        let alternatives = if is_enough { request.alternatives(&planned, &used) } else { Vec::new() };
        let alternatives = alternatives.iter().map(|other| AlternativeRow {
            steps: other.steps,
            net: money(other.net),
            cost: money(other.cost),
        });
        let answer = PlanAnswer {
            schema: "jandon.plan/1",
            net: unit.money(planned.net),
            cost: unit.money(planned.cost),
            step_cost,
            alternatives: alternatives.collect(),
            proven: planned.proven,
            gap: unit.money(planned.gap),
            simple_cost: planned.baseline_cost.map(|minor| unit.money(minor)),
            target,
            by,
            steps,
            blocked,
            commands,
            nothing,
            how_to_record: Some(correction::typed_with(context, &["--commands"])),
            today: context.today(),
            unit,
        };
        Ok(CommandOutput::of(answer).with(notes).refused(refusal))
    })
}

/// Returns the accounts of `--only`, none for all, and the amount that is asked for.
///
/// `--only` takes several names, separated by blanks or commas. So it also takes an amount behind them:
/// the last word is one where it names no account.
fn only_and_amount<'a, 'b>(
    args: &'a PlanArgs,
    context: &Context,
    book: &'b LedgerView<'_>,
) -> Result<(Vec<&'b Account>, Option<&'a str>), CommandError> {
    let mut typed = args.amount.as_deref().or(args.target.as_deref());
    let mut accounts = Vec::new();
    for (place, text) in args.only.iter().enumerate() {
        let found = match context.open_account(book, text) {
            Err(_) if text.contains(',') && ParsedAmount::parse(text).is_err() => text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| context.open_account(book, name))
                .collect(),
            found => found.map(|account| vec![account]),
        };
        match found {
            Ok(found) => accounts.extend(found),
            Err(_)
                if place > 0 && place + 1 == args.only.len() && typed.is_none() && reads_as_amount(text) =>
            {
                typed = Some(text);
            }
            Err(unknown) => return Err(unknown),
        }
    }
    Ok((accounts, typed))
}

/// Whether a text is an amount of some unit.
fn reads_as_amount(text: &str) -> bool {
    ParsedAmount::parse(text).is_ok()
}

/// The accounts that a plan may draw on, with what is available in each, in the order of their names.
fn drawn_on<'b>(
    only: Vec<&'b Account>,
    context: &Context,
    book: &'b LedgerView<'_>,
) -> Result<Vec<(&'b Account, i64)>, CommandError> {
    let mut accounts = match only.as_slice() {
        [] => book.accounts.iter().filter(|a| !a.closed).collect(),
        _ => only,
    };
    accounts.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    accounts.dedup_by_key(|a| a.id);
    let standings = book.store.account_balances(context.now)?;
    // What the ledger knows will leave later, such as a step of a plan booked ahead, is not there to take.
    let later = LocalDateTime(context.now.0 + 1);
    let flows = book.store.flows(Some(later), None)?;
    // What expires later is there until then.
    let mut expiring: HashMap<AccountId, i64> = HashMap::new();
    for (account, _, minor) in book.store.expiries(Some(later), None, Expiries::All)? {
        *expiring.entry(account).or_default() += minor;
    }
    let held = |account: &Account| {
        let standing = standings.get(&account.id).copied().unwrap_or_default();
        let moves = flows.get(&account.id).map_or(0, Flows::net);
        let leaves = -(moves + expiring.get(&account.id).copied().unwrap_or(0));
        account.available(standing) - leaves.max(0)
    };
    // Money owed cannot be withdrawn, and money in the bank has arrived.
    let drawn = accounts.into_iter().filter(|a| !a.is_carrier() && a.kind != AccountKind::Bank);
    let drawn = drawn.map(|account| (account, held(account)));
    Ok(drawn.filter(|(_, minor)| *minor > 0).collect())
}

/// The account that receives the money.
fn receiver<'b>(
    args: &PlanArgs,
    context: &Context,
    book: &'b LedgerView<'_>,
) -> Result<Option<&'b Account>, CommandError> {
    let Some(name) = &args.to else { return Ok(None) };
    let account = context.account(book, name, false)?;
    if account.kind != AccountKind::Bank {
        return Err(UsageError::ReceiverNotABank { account: account.name.clone() }.into());
    }
    Ok(Some(account))
}

/// The conditional channels that are to take part, by full id.
fn assumed(args: &PlanArgs, platforms: &[Platform]) -> Result<Vec<String>, CommandError> {
    let full_id = |typed: &String| {
        let typed = typed.trim().to_lowercase();
        let with = |platform| Some((platform, Platform::channel(platform, &typed)?));
        let found: Vec<(&Platform, &Channel)> = platforms.iter().filter_map(with).collect();
        match found.as_slice() {
            [(platform, channel)] => conditional(platform, channel),
            [] => Err(UsageError::UnknownAssumption { typed }.into()),
            several => {
                let channels = several.iter().map(|(p, channel)| p.full_id(channel)).collect();
                Err(UsageError::AmbiguousAssumption { typed, channels }.into())
            }
        }
    };
    args.assume.iter().map(full_id).collect()
}

/// What each withdrawal counts for while choosing: as asked, else as configured, else by the unit.
fn step_cost(args: &PlanArgs, context: &Context, unit: &Unit) -> Result<Money, CommandError> {
    if let Some(text) = &args.step_cost {
        return Ok(ParsedAmount::parse(text)?.money(unit)?);
    }
    let set = context.config()?.step_costs.iter().find(|money| money.unit == *unit);
    Ok(set.cloned().unwrap_or_else(|| unit.zero()))
}

/// What a plan can choose from.
struct Offers<'o> {
    platforms: &'o [Platform],
    assumed: &'o [String],
    drawn: &'o [(&'o Account, i64)],
}

/// The unit in which money is to arrive, and how much of it.
fn wanted(
    typed: Option<&str>,
    context: &Context,
    book: &LedgerView<'_>,
    receiver: Option<&Account>,
    offers: &Offers<'_>,
) -> Result<(Unit, Option<Money>), CommandError> {
    let Offers { platforms, assumed, drawn } = *offers;
    let figure = typed.map(ParsedAmount::parse).transpose()?;
    let mut paid: Vec<Unit> = Vec::new();
    for platform in platforms {
        for channel in &platform.channels {
            if !eligible_channels(platform, &channel.pays, assumed).is_empty()
                && !paid.contains(&channel.pays)
            {
                paid.push(channel.pays.clone());
            }
        }
    }
    paid.sort_unstable();
    let mut held: Vec<&Unit> = drawn.iter().map(|(account, _)| &account.unit).collect();
    held.sort_unstable();
    held.dedup();
    let written = figure.as_ref().filter(|f| f.symbol().is_some()).and_then(|figure| {
        let fits = |u: &&Unit| !matches!(figure.money(u), Err(AmountError::WrongUnit { .. }));
        let fitting: Vec<&Unit> = paid.iter().filter(fits).collect();
        match fitting.as_slice() {
            [one] => Some((*one).clone()),
            _ => figure.unit_written(),
        }
    });
    let received = receiver.map(|account| account.unit.clone());
    let unit = match written.or(context.exchange_unit(book.store)?).or(received) {
        Some(unit) => unit,
        None if drawn.is_empty() => context.default_unit()?,
        None => match paid.as_slice() {
            [one] => one.clone(),
            // Where nothing can leave, the answer says so in the accounts' own unit.
            [] => match held.as_slice() {
                [one] => (*one).clone(),
                _ => context.default_unit()?,
            },
            several => return Err(UsageError::SeveralUnits { units: several.to_vec() }.into()),
        },
    };
    if let Some(receiver) = receiver.filter(|receiver| receiver.unit != unit) {
        let (account, holds) = (receiver.name.clone(), receiver.unit.clone());
        return Err(UsageError::ReceiverInOtherUnit { account, holds, wanted: unit }.into());
    }
    let target = figure.map(|figure| figure.money(&unit)).transpose()?;
    match target {
        Some(target) if target.minor == 0 => {
            Err(CommandError::ZeroAmount { text: typed.unwrap_or_default().into() })
        }
        target => Ok((unit, target)),
    }
}

/// What must stay in which account.
fn keeps(
    args: &PlanArgs,
    context: &Context,
    book: &LedgerView<'_>,
    drawn: &[(&Account, i64)],
) -> Result<HashMap<crate::ledger::AccountId, i64>, CommandError> {
    let mut keeps = HashMap::new();
    for text in &args.keep {
        let Some((name, amount)) = text.rsplit_once('=') else {
            return Err(UsageError::KeepWithoutAmount { typed: text.clone() }.into());
        };
        let account = context.account(book, name, false)?;
        let keep = any_amount(amount, account)?;
        let held = drawn.iter().find(|(a, _)| a.id == account.id).map_or(0, |(_, minor)| *minor);
        if keep.minor > held {
            let (account, available) = (account.name.clone(), account.unit.money(held));
            return Err(UsageError::KeepAboveBalance { account, available, keep }.into());
        }
        keeps.insert(account.id, keep.minor);
    }
    Ok(keeps)
}

/// Returns what the ledger's withdrawals used of every quota of a request.
pub(super) fn quota_usage(
    book: &LedgerView<'_>,
    request: &PlanRequest<'_>,
) -> Result<HashMap<QuotaKey, QuotaUsage>, CommandError> {
    let mut used = HashMap::new();
    for ask in request.quota_keys() {
        let amount = |channel: &str, at: LocalDateTime, out: i64, charges: i64| {
            let platform = request
                .platforms
                .iter()
                .find(|p| channel.strip_prefix(p.id.as_str()).is_some_and(|r| r.starts_with('/')));
            platform.map_or(out, |p| p.amount_of(channel, at, out, charges))
        };
        let answer = book.store.used(&ask, amount)?;
        used.insert(ask, answer);
    }
    Ok(used)
}

fn step(step: &PlannedWithdrawal, account: &Account, unit: &Unit) -> PlanStep {
    let money = |minor: i64| account.unit.money(minor);
    PlanStep {
        date: step.date,
        account: account.name.clone(),
        channel: step.channel.clone(),
        unit: account.unit.clone(),
        amount: money(step.amount),
        debit: money(step.debit),
        fee: money(step.fee),
        tax: money(step.tax),
        net: unit.money(step.net),
        net_unit: unit.clone(),
    }
}

/// The command that records a step.
fn command(step: &PlannedWithdrawal, account: &Account, receiver: Option<&Account>) -> String {
    let amount = account.unit.money(step.amount).to_plain_string();
    let name = quoted(&account.name);
    let (via, date) = (quoted(&step.channel), step.date);
    let to = receiver.map_or_else(String::new, |receiver| format!(" --to={}", quoted(&receiver.name)));
    if name.starts_with('-') {
        return format!("jandon withdraw --via {via}{to} --date {date} -- {name} {amount}");
    }
    format!("jandon withdraw {name} {amount} --via {via}{to} --date {date}")
}

/// What a careful friend would say about the channels of a plan.
fn warnings(
    context: &Context,
    request: &PlanRequest<'_>,
    planned: &Planned,
    platforms: &[Platform],
) -> Vec<Note> {
    let mut notes = context.catalog_warnings();
    let mut third_party: Vec<String> = Vec::new();
    for step in &planned.steps {
        let platform = &platforms[request.holdings[step.holding].platform];
        let rule = platform.channel(&step.channel).and_then(|c| c.tariff_on(step.date));
        if rule.is_some_and(|t| t.confidence != Confidence::Official) && !third_party.contains(&step.channel)
        {
            third_party.push(step.channel.clone());
        }
    }
    if !third_party.is_empty() {
        notes.push(Note::Warning(Warning::RuleNotOfficial { channels: third_party }));
    }
    notes
}

/// Returns why the target cannot be reached: the most that can be, and what can be done.
fn out_of_reach(
    most: &Planned,
    unit: &Unit,
    target: Option<&Money>,
    by: Day,
    advice: PlanAdvice,
) -> WithdrawalError {
    let best = unit.money(most.net);
    let bound = most.net.saturating_add(most.gap);
    match target {
        Some(target) if bound < target.minor => WithdrawalError::TargetOutOfReach {
            most: unit.money(bound),
            found: (most.gap > 0).then_some(best),
            target: target.clone(),
            by,
            advice,
        },
        target => WithdrawalError::NoBetterPlan { best, target: target.cloned(), by, advice },
    }
}

/// Returns what can be done where a plan pays out too little. Where no page lists why accounts are blocked,
/// the plan without `--commands` does.
fn advice(args: &PlanArgs, context: &Context, most: &Money, blocked: &[Blocked]) -> PlanAdvice {
    match blocked.first() {
        _ if most.minor > 0 => PlanAdvice::AskForLess(most.clone()),
        None => PlanAdvice::ShowBalances,
        Some(_) if args.commands => {
            let typed = context.typed();
            let words: Vec<&str> =
                typed.iter().map(String::as_str).filter(|word| *word != "--commands").collect();
            PlanAdvice::ShowPlan(correction::line(&words))
        }
        Some(blocked) => PlanAdvice::ShowFees(blocked.account.clone()),
    }
}
