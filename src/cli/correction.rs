//! The command that was probably meant, offered as the hint of an error.

use super::context::{Context, LedgerView, positive};
use super::error::{CommandError, quoted};
use super::rate::RateCommand;
use super::{Command, record};
use crate::ledger::name::NameError;
use crate::messages::error::Correction;
use crate::money::{AmountError, ParsedAmount, Rate, RateError};

/// What a positional argument holds.
#[derive(Clone, Copy, PartialEq)]
enum Slot {
    /// An account.
    Name,
    /// An amount.
    Amount,
    /// A category or a person.
    Text,
}

/// Returns the failure with the corrected command as its hint, where the arguments make sense in
/// another order.
pub fn offered(failure: CommandError, verb: &Command, context: &Context) -> CommandError {
    let correction = match &failure {
        CommandError::Name { error: NameError::Unknown { .. }, .. }
        | CommandError::UnknownPlatform { .. }
        | CommandError::Amount(AmountError::NotAnAmount(_)) => match verb {
            Command::Log(args) if args.seen.iter().all(|word| word.contains('=')) => {
                swapped(&args.seen, context)
            }
            _ => reordered(verb, context),
        },
        CommandError::Rate(RateError::NotARate(_)) => rate(verb, context),
        CommandError::NoChannel { channels } => through(channels, context),
        CommandError::NumericCategory { amount, category } => numeric_category(context, amount, category),
        _ => None,
    };
    match correction {
        Some(correction) => CommandError::Corrected { failure: Box::new(failure), correction },
        None => failure,
    }
}

/// The positional arguments of a recording command, in order.
fn slots(verb: &Command) -> Vec<(Slot, &str)> {
    use Slot::{Amount, Name, Text};
    let (names, amount, text): (Vec<&str>, &str, Option<&str>) = match verb {
        Command::Spend(w) => (vec![&w.name], &w.amount, w.about.category.as_deref()),
        Command::Earn(w) => (vec![&w.name], &w.amount, w.about.category.as_deref()),
        Command::Refund(w) => (vec![&w.name], &w.amount, w.about.category.as_deref()),
        Command::Send(w) => (vec![&w.name], &w.amount, w.who.as_deref()),
        Command::Receive(w) => (vec![&w.name], &w.amount, w.who.as_deref()),
        Command::Topup(w) => (vec![&w.name], &w.amount, None),
        Command::Pay(w) => (vec![&w.carrier], &w.amount, None),
        Command::Withdraw(w) => (vec![&w.name], &w.amount, None),
        Command::Expire(w) => (vec![&w.name], &w.amount, None),
        Command::Fees(w) => (vec![&w.name], w.amount.as_deref().unwrap_or_default(), None),
        Command::Transfer(w) => (vec![&w.from, &w.to], &w.amount, None),
        Command::Log(w) if w.seen.len() % 2 == 0 && !w.seen.iter().any(|word| word.contains('=')) => {
            let slots = [Name, Amount].into_iter().cycle();
            return w.seen.iter().zip(slots).map(|(word, slot)| (slot, &**word)).collect();
        }
        _ => return Vec::new(),
    };
    let names = names.into_iter().map(|name| (Name, name));
    names.chain([(Amount, amount)]).chain(text.map(|text| (Text, text))).collect()
}

/// The command with its arguments in the first order in which every one fits its place.
fn reordered(verb: &Command, context: &Context) -> Option<Correction> {
    let slots = slots(verb);
    let typed: Vec<&str> = slots.iter().map(|(_, text)| *text).collect();
    let kinds: Vec<Slot> = slots.iter().map(|(slot, _)| *slot).collect();
    let orders = if matches!(verb, Command::Log(_)) {
        vec![typed.chunks(2).flat_map(|pair| pair.iter().rev().copied()).collect()]
    } else {
        orders(&typed)
    };
    let fits =
        |order: &Vec<&str>| context.read(|book| Ok(fit(context, book, &kinds, order))).unwrap_or(false);
    let meant = orders.into_iter().skip_while(|order| *order == typed).find(fits)?;
    Some(Correction::Command(command(context, &typed, &meant)?))
}

/// `log 10000=kakao` with each pair the other way round where its sides are an amount and an account.
fn swapped(seen: &[String], context: &Context) -> Option<Correction> {
    let turned = |word: &String| {
        let (amount, name) = word.split_once('=')?;
        let is_swapped =
            context.read(|book| Ok(fit(context, book, &[Slot::Name, Slot::Amount], &[name, amount])));
        is_swapped.unwrap_or(false).then(|| format!("{name}={amount}"))
    };
    let meant: Vec<String> = seen.iter().map(|word| turned(word).unwrap_or_else(|| word.clone())).collect();
    let typed: Vec<&str> = seen.iter().map(String::as_str).collect();
    let meant: Vec<&str> = meant.iter().map(String::as_str).collect();
    let command = command(context, &typed, &meant).filter(|_| typed != meant)?;
    Some(Correction::Command(command))
}

/// The command through the first of those channels.
fn through(channels: &[String], context: &Context) -> Option<Correction> {
    let [first, others @ ..] = channels else { return None };
    let command = typed_with(context, &["--via", first]);
    Some(Correction::Channel { command, others: others.to_vec() })
}

/// Returns the command as it was typed, with further arguments.
pub fn typed_with(context: &Context, more: &[&str]) -> String {
    let typed = context.typed();
    let all: Vec<&str> = typed.iter().map(String::as_str).chain(more.iter().copied()).collect();
    line(&all)
}

/// `rate set 1470 KRW USD` and `rate set USD KRW 1470` with the value between the units: it goes with the
/// unit beside it.
fn rate(verb: &Command, context: &Context) -> Option<Correction> {
    let Command::Rate(RateCommand::Set(args)) = verb else { return None };
    let typed = [args.unit.as_str(), args.value.as_str(), args.of.as_str()];
    let is_rate = |text: &str| Rate::parse(&text.replace([',', '_'], "")).is_ok();
    let meant = match typed {
        [value, of, unit] if is_rate(value) => [unit, value, of],
        [unit, of, value] if is_rate(value) => [unit, value, of],
        _ => return None,
    };
    Some(Correction::Command(command(context, &typed, &meant)?))
}

/// Whether every argument fits its slot: an account of the ledger, an amount of its unit, a text.
fn fit(context: &Context, book: &LedgerView<'_>, kinds: &[Slot], order: &[&str]) -> bool {
    let mut account = None;
    kinds.iter().zip(order).all(|(slot, text)| match slot {
        Slot::Name => context.account(book, text, true).is_ok_and(|found| {
            // Of two accounts the amount is the first one's, unless each has an amount of its own.
            if account.is_none() || kinds.get(1) == Some(&Slot::Amount) {
                account = Some(found);
            }
            true
        }),
        Slot::Amount => account.is_none_or(|account| *text == "all" || positive(text, account).is_ok()),
        Slot::Text => !record::reads_as_amount(text),
    })
}

/// Every order of up to four words, beginning with the one given.
fn orders<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    if words.len() <= 1 {
        return vec![words.to_vec()];
    }
    let mut all = Vec::new();
    for first in 0..words.len().min(4) {
        let mut rest = words.to_vec();
        let word = rest.remove(first);
        all.extend(orders(&rest).into_iter().map(|rest| std::iter::once(word).chain(rest).collect()));
    }
    all
}

/// The command as it was typed, with some of its words replaced.
fn command(context: &Context, typed: &[&str], meant: &[&str]) -> Option<String> {
    let all = context.typed();
    let mut words: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut from = 0;
    for (old, new) in typed.iter().zip(meant) {
        let at = from + words.get(from..)?.iter().position(|word| word == old)?;
        words[at] = new;
        from = at + 1;
    }
    Some(line(&words))
}

/// Returns words as a shell takes them, after the name of the program.
pub fn line(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("jandon {}", words.join(" "))
}

/// Both meanings of `spend kakao 4 500`: one amount with a blank inside, or a category that is a number.
fn numeric_category(context: &Context, amount: &str, category: &str) -> Option<Correction> {
    let all = context.typed();
    let words: Vec<&str> = all.iter().map(String::as_str).collect();
    let at = words.windows(2).position(|pair| pair == [amount, category])?;
    let with = |replacement: &[&str]| {
        let words = [&words[..at], replacement, &words[at + 2..]].concat();
        line(&words)
    };
    let named = with(&[amount, "--category", category]);
    let joined = format!("{amount}{category}");
    let is_group = category.len() == 3 && category.bytes().all(|b| b.is_ascii_digit());
    let is_amount = is_group && (1..=3).contains(&amount.len()) && ParsedAmount::parse(&joined).is_ok();
    Some(Correction::Category { one_amount: is_amount.then(|| with(&[&joined])), category: named })
}
