//! What the grammar refuses, as an error whose hint can be done.

use super::Cli;
use super::error::{CommandError, quoted};
use crate::money::{AmountError, ParsedAmount};
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
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

/// Returns the failure for arguments that the grammar refused.
pub fn failure(error: &clap::Error, arguments: &[OsString]) -> CommandError {
    let arguments: Vec<String> =
        arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let about = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let found = match error.kind() {
        ErrorKind::InvalidSubcommand => about(ContextKind::InvalidSubcommand)
            .and_then(|word| removed_account(word, &arguments).or_else(|| other_command(word))),
        ErrorKind::UnknownArgument => about(ContextKind::InvalidArg).and_then(|word| {
            let own = [signed, split_amount, other_place, hyphenated, two_message];
            own.into_iter().find_map(|explain| explain(word, &arguments))
        }),
        _ => None,
    };
    found.unwrap_or_else(|| as_told(error))
}

/// A command that people know under another name.
fn other_command(word: &str) -> Option<CommandError> {
    let typed = word.to_lowercase();
    let (_, meant) = MEANT.iter().find(|(words, _)| words.split(' ').any(|known| known == typed))?;
    let message = format!("there is no command {word:?}");
    Some(CommandError::Usage { message, hint: format!("did you mean: jandon {meant}") })
}

/// An account is closed, never removed: `account remove kakao`.
fn removed_account(word: &str, arguments: &[String]) -> Option<CommandError> {
    let at = arguments.windows(2).position(|pair| pair[0] == "account" && pair[1] == word)?;
    if !["delete", "remove", "rm"].contains(&word.to_lowercase().as_str()) {
        return None;
    }
    let name = arguments.get(at + 2).map_or("NAME".into(), |name| quoted(name));
    let message = "accounts are not removed, for their history stays".into();
    Some(CommandError::Usage { message, hint: format!("close it: jandon account close {name}") })
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
        Some(option) => CommandError::Usage {
            message: format!("{option} cannot be negative: {value:?}"),
            hint: format!("give it without the sign: {option} {}", quoted(value.trim_start_matches('-'))),
        },
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
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    CommandError::Usage {
        message: format!("there is no place for the argument {word:?}"),
        hint: format!("did you mean: jandon {}", words.join(" ")),
    }
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

/// The error in the grammar's own words: its first sentence, and its tip or the usage as the hint.
fn as_told(error: &clap::Error) -> CommandError {
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut message = lines.next().unwrap_or_default().trim_start_matches("error: ").to_string();
    let mut hint = "see what it takes: jandon --help".to_string();
    for line in lines {
        // Nobody who mistypes an option means it as a value.
        if let Some(tip) = line.strip_prefix("tip: ")
            && !tip.starts_with("to pass ")
        {
            hint = tip.to_string();
            break;
        }
        if line.starts_with("Usage:") {
            hint = line.replacen("Usage:", "usage:", 1);
            break;
        }
        if message.ends_with(':') || line.starts_with('<') || line.starts_with('[') {
            message = format!("{message} {line}");
        }
    }
    CommandError::Usage { message, hint }
}
