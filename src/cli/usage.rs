//! What the grammar refuses, as an error whose hint can be done.

use super::error::CommandError;
use super::plan::SPLITS_MAX;
use super::{Cli, LOCK_TIMEOUT_MAX, LanguageChoice, correction};
use crate::ledger::name;
use crate::messages::error::UsageError;
use crate::money::{AmountError, ParsedAmount};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, ValueEnum};
use std::ffi::OsString;

/// Words that people type for a command of another name.
const MEANT: [(&str, &str); 13] = [
    ("list ls balances show 잔액", "balance"),
    ("accounts", "account list"),
    ("add new open create init", "account add NAME"),
    ("delete remove rm revert", "undo"),
    ("entries log-list transactions 내역", "history"),
    ("month summary stats", "report"),
    ("buy expense 지출 결제", "spend NAME AMOUNT"),
    ("income cashback reward 적립", "earn NAME AMOUNT"),
    ("deposit load charge 충전", "topup NAME AMOUNT"),
    ("move mv", "transfer FROM TO AMOUNT"),
    ("cashout payout 출금", "withdraw NAME AMOUNT"),
    ("version", "--version"),
    ("usage commands 도움말", "help"),
];

/// Returns the language of `--lang` where the grammar refused other arguments.
pub fn language(arguments: &[OsString]) -> Option<LanguageChoice> {
    let value = |at: usize| match arguments[at].to_str()? {
        "--lang" => arguments.get(at + 1)?.to_str(),
        word => word.strip_prefix("--lang="),
    };
    let value = (1..arguments.len()).find_map(value)?;
    LanguageChoice::from_str(value, false).ok()
}

/// Returns the failure for arguments that the grammar refused.
pub fn failure(error: &clap::Error, arguments: &[OsString]) -> CommandError {
    let arguments: Vec<String> =
        arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let about = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let found = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            about(ContextKind::InvalidSubcommand).and_then(|word| removed_account(word, &arguments))
        }
        ErrorKind::UnknownArgument => about(ContextKind::InvalidArg).and_then(|word| {
            let own = [signed, split_amount, other_place, hyphenated, two_message];
            own.into_iter().find_map(|explain| explain(word, &arguments))
        }),
        _ => None,
    };
    found.unwrap_or_else(|| refused(error).into())
}

/// Returns the command that people also know under that name.
fn other_command(word: &str) -> Option<&'static str> {
    let typed = word.to_lowercase();
    let (_, meant) = MEANT.iter().find(|(words, _)| words.split(' ').any(|known| known == typed))?;
    Some(meant)
}

/// An account is closed, never removed: `account remove kakao`.
fn removed_account(word: &str, arguments: &[String]) -> Option<CommandError> {
    let at = arguments.windows(2).position(|pair| pair[0] == "account" && pair[1] == word)?;
    if !["delete", "remove", "rm"].contains(&word.to_lowercase().as_str()) {
        return None;
    }
    Some(UsageError::RemovedAccount { name: arguments.get(at + 2).cloned() }.into())
}

/// An argument that begins with a minus sign and a digit: the value of an option, or an amount.
fn signed(word: &str, arguments: &[String]) -> Option<CommandError> {
    let is_signed = |argument: &&String| {
        argument.starts_with(word)
            && argument
                .strip_prefix('-')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || ".₩$€£¥".contains(c)))
    };
    let at = arguments.iter().position(|argument| is_signed(&argument))?;
    let value = &arguments[at];
    let option = at.checked_sub(1).map(|before| arguments[before].as_str()).filter(|o| takes_a_value(o));
    Some(match option {
        Some(option) => UsageError::NegativeValue { option: option.into(), typed: value.clone() }.into(),
        None => CommandError::Amount(AmountError::Signed(value.clone())),
    })
}

/// Whether a word is the name of an option of any command.
pub fn is_option(word: &str) -> bool {
    any_option(word, &|_| true)
}

/// Whether a word is an option, of any command, that takes a value.
fn takes_a_value(word: &str) -> bool {
    any_option(word, &|option| option.get_action().takes_values())
}

fn any_option(word: &str, test: &dyn Fn(&clap::Arg) -> bool) -> bool {
    let Some(name) = word.strip_prefix('-') else { return false };
    let named = |option: &clap::Arg| match name.strip_prefix('-') {
        Some(long) => option.get_long() == Some(long),
        None => option.get_short().is_some_and(|short| name == short.to_string()),
    };
    fn any(command: &clap::Command, test: &dyn Fn(&clap::Arg) -> bool) -> bool {
        command.get_arguments().any(test) || command.get_subcommands().any(|inner| any(inner, test))
    }
    any(&Cli::command(), &|option| named(option) && test(option))
}

/// An amount and its unit that were not quoted: `plan 1000 KRW`.
fn split_amount(word: &str, arguments: &[String]) -> Option<CommandError> {
    if word.starts_with('-') {
        return None;
    }
    let at = arguments.iter().position(|argument| argument == word)?;
    let before = arguments.get(at.checked_sub(1)?)?;
    let has_unit = |text: &str| ParsedAmount::parse(text).ok().map(|figure| figure.symbol().is_some());
    let amount = format!("{before} {word}");
    let is_split = has_unit(before) == Some(false) && has_unit(&amount) == Some(true);
    is_split.then(|| instead(word, &[&arguments[..at - 1], &[amount], &arguments[at + 1..]].concat()))
}

/// An account that has an option of its own: `topup kakao 10000 bank`.
fn other_place(word: &str, arguments: &[String]) -> Option<CommandError> {
    let option = match arguments.first()?.as_str() {
        "topup" | "pay" => "--from",
        "withdraw" => "--to",
        _ => return None,
    };
    let at = arguments.iter().position(|argument| argument == word)?;
    if word.starts_with('-') || arguments.iter().any(|argument| argument == option) {
        return None;
    }
    Some(instead(word, &[&arguments[..at], &[option.into()], &arguments[at..]].concat()))
}

/// A category or a person that begins with a hyphen: `spend kakao 500 -food`.
fn hyphenated(word: &str, arguments: &[String]) -> Option<CommandError> {
    // Of a cluster of letters the first is named.
    let at = arguments.iter().position(|argument| argument.starts_with(word))?;
    let typed = &arguments[at];
    let is_text = typed.len() > 2 && typed.starts_with('-') && !typed.starts_with("--");
    let is_third = arguments[..at].iter().filter(|argument| !argument.starts_with('-')).count() >= 3;
    if !takes_text(arguments) || !is_text || !is_third {
        return None;
    }
    let text = [String::from("--"), typed.clone()];
    Some(instead(typed, &[&arguments[..at], &arguments[at + 1..], &text].concat()))
}

/// Whether the command takes a category or a person.
fn takes_text(arguments: &[String]) -> bool {
    let commands = ["spend", "earn", "refund", "send", "receive"];
    arguments.iter().any(|argument| commands.contains(&argument.as_str()))
}

/// A word without a place, and the command that was probably meant.
fn instead(word: &str, words: &[String]) -> CommandError {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    UsageError::MisplacedArgument { typed: word.into(), meant: correction::line(&words) }.into()
}

/// A text of two words that was not quoted: `spend kakao 4500 iced coffee`.
fn two_message(word: &str, arguments: &[String]) -> Option<CommandError> {
    let at = arguments.iter().position(|argument| argument == word)?;
    let before = arguments.get(at.checked_sub(1)?)?;
    let is_text = |text: &str| !text.starts_with('-') && ParsedAmount::parse(text).is_err();
    if !takes_text(arguments) || !is_text(word) || !is_text(before) {
        return None;
    }
    let text = format!("{before} {word}");
    Some(instead(word, &[&arguments[..at - 1], &[text], &arguments[at + 1..]].concat()))
}

/// Returns the error of a command line that the grammar refused.
fn refused(error: &clap::Error) -> UsageError {
    let texts = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    };
    let text = |kind| texts(kind).into_iter().next();
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let usage = match usage.split_once("jandon") {
        Some((_, rest)) => format!("jandon{}", rest.lines().next().unwrap_or_default()),
        None => "jandon [OPTIONS] <COMMAND>".into(),
    };
    let argument = || text(ContextKind::InvalidArg).unwrap_or_default();
    let value = || text(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            let similar = || {
                let similar = texts(ContextKind::SuggestedSubcommand).into_iter();
                similar.min_by_key(|other| name::distance(other, &typed))
            };
            UsageError::UnknownCommand {
                meant: other_command(&typed).map(Into::into).or_else(similar),
                typed,
            }
        }
        ErrorKind::UnknownArgument => match argument() {
            typed if typed.starts_with('-') => {
                UsageError::UnknownOption { typed, meant: text(ContextKind::SuggestedArg), usage }
            }
            typed => UsageError::UnexpectedArgument { typed, usage },
        },
        ErrorKind::MissingRequiredArgument => {
            UsageError::MissingArguments { missing: texts(ContextKind::InvalidArg), usage }
        }
        ErrorKind::MissingSubcommand => UsageError::MissingCommand { usage },
        ErrorKind::InvalidValue => {
            let (option, allowed) = (argument(), texts(ContextKind::ValidValue));
            match value() {
                typed if typed.is_empty() => UsageError::MissingValue { option, allowed, usage },
                typed => {
                    let meant = text(ContextKind::SuggestedValue);
                    UsageError::ValueNotAllowed { option, typed, allowed, meant }
                }
            }
        }
        ErrorKind::ValueValidation => {
            let (option, typed) = (argument(), value());
            let range = RANGES.iter().find(|(known, _, _)| option.split(' ').any(|word| word == *known));
            match range {
                Some((_, least, most)) => {
                    UsageError::NumberOutOfRange { option, typed, least: *least, most: *most }
                }
                None if is_option(&typed) => UsageError::OptionAsValue { option, typed },
                None => UsageError::InvalidValue { option, typed, usage },
            }
        }
        ErrorKind::TooFewValues | ErrorKind::NoEquals => {
            UsageError::MissingValue { option: argument(), allowed: Vec::new(), usage }
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
            UsageError::InvalidValue { option: argument(), typed: value(), usage }
        }
        ErrorKind::ArgumentConflict => {
            UsageError::Conflict { option: argument(), others: texts(ContextKind::PriorArg), usage }
        }
        ErrorKind::InvalidUtf8 => UsageError::NotUtf8 { usage },
        _ => UsageError::Invalid { usage },
    }
}

/// The options that take a whole number, with the smallest and the largest; no largest where it is beyond
/// use.
const RANGES: [(&str, u64, Option<u64>); 4] = [
    ("--lock-timeout", 0, Some(LOCK_TIMEOUT_MAX)),
    ("--splits", 1, Some(SPLITS_MAX as u64)),
    ("--used-count", 0, None),
    ("--limit", 0, None),
];
