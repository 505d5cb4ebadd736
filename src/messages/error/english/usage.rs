//! Mistakes in the command line, and withdrawals that are not possible, in English.

use super::super::{Diagnostic, PlanAdvice, RecordKind, UsageError, WithdrawalError, listed};
use crate::fee::Reason;
use crate::messages::{Language, kind_of_entry, list_any};
use crate::money::{Money, Unit};
use crate::text::{quoted, quoted_name};

pub(super) fn usage(error: &UsageError) -> Diagnostic {
    let shown = |usage: &str| format!("usage: {usage}");
    match error {
        UsageError::UnknownCommand { typed, meant } => Diagnostic::new(
            format!("unknown command {typed:?}"),
            match meant {
                Some(meant) => format!("did you mean: jandon {meant}"),
                None => "list the commands: jandon --help".into(),
            },
        ),
        UsageError::UnknownOption { typed, meant, usage } => Diagnostic::new(
            format!("unknown option {typed}"),
            meant.as_ref().map_or_else(|| shown(usage), |meant| format!("did you mean {meant}?")),
        ),
        UsageError::UnexpectedArgument { typed, usage } => {
            Diagnostic::new(format!("unexpected argument {typed:?}"), shown(usage))
        }
        UsageError::MisplacedArgument { typed, meant } => {
            Diagnostic::new(format!("unexpected argument {typed:?}"), format!("did you mean: {meant}"))
        }
        UsageError::MissingArguments { missing, usage } => Diagnostic::new(
            match missing.as_slice() {
                [one] => format!("the argument {one} is missing"),
                several => format!("the arguments {} are missing", several.join(", ")),
            },
            shown(usage),
        ),
        UsageError::MissingCommand { usage } => Diagnostic::new("the command is missing", shown(usage)),
        UsageError::MissingValue { option, allowed, usage } => Diagnostic::new(
            format!("the value of {option} is missing"),
            match allowed.as_slice() {
                [] => shown(usage),
                allowed => format!("use one of {}", allowed.join(", ")),
            },
        ),
        UsageError::ValueNotAllowed { option, typed, allowed, meant } => Diagnostic::new(
            format!("invalid value {typed:?} of {option}"),
            match meant {
                Some(meant) => format!("did you mean {meant}? Use one of {}", allowed.join(", ")),
                None => format!("use one of {}", allowed.join(", ")),
            },
        ),
        UsageError::NumberOutOfRange { option, typed, least, most } => Diagnostic::new(
            format!("invalid value {typed:?} of {option}"),
            match most {
                Some(most) => format!("give a whole number from {least} to {most}"),
                None => format!("give a whole number from {least} up"),
            },
        ),
        UsageError::InvalidValue { option, typed, usage } => {
            Diagnostic::new(format!("invalid value {typed:?} of {option}"), shown(usage))
        }
        UsageError::OptionAsValue { option, typed } => Diagnostic::new(
            format!("{typed} is an option, and {option} needs a text"),
            format!("give a text before {typed}"),
        ),
        UsageError::Conflict { option, others, usage } => Diagnostic::new(
            match others.as_slice() {
                [] => format!("{option} cannot be used here"),
                others if others.contains(option) => format!("{option} is given more than once"),
                others => {
                    format!("{option} cannot be used with {}", list_any(others, Language::English))
                }
            },
            shown(usage),
        ),
        UsageError::NotUtf8 { usage } => Diagnostic::new("an argument is not UTF-8 text", shown(usage)),
        UsageError::Invalid { usage } => Diagnostic::new("invalid arguments", shown(usage)),
        UsageError::NegativeValue { option, typed } => Diagnostic::new(
            format!("{option} cannot be negative: {typed:?}"),
            format!("write it without the sign: {option} {}", quoted(typed.trim_start_matches('-'))),
        ),
        UsageError::RemovedAccount { name } => Diagnostic::new(
            "accounts cannot be removed, as their history stays",
            format!("close it: jandon account close {}", name.as_deref().map_or("NAME".into(), quoted)),
        ),
        UsageError::UselessExchange => Diagnostic::new(
            "--exchange (-X) has no effect on this command",
            "leave it out, or ask: jandon balance -X UNIT",
        ),
        UsageError::PlatformWithoutAmount { platform } => Diagnostic::new(
            format!("{platform} is a platform, not an account of yours, so its balance is unknown"),
            format!("give an amount: jandon fees {platform} AMOUNT"),
        ),
        UsageError::NothingToChange { options } => Diagnostic::new(
            "nothing to change is given",
            format!("give {}", list_any(&owned(options), Language::English)),
        ),
        UsageError::UnchangedRecord { record } => Diagnostic::new(
            format!("the edit changes nothing: this {} record is already like that", record_name(*record)),
            "see what is recorded: jandon history",
        ),
        UsageError::RecordOfLargerChange { change } => Diagnostic::new(
            "this record came with accounts, rates or undos, which an edit would void",
            format!("void all of them: jandon undo {change}"),
        ),
        UsageError::ChangeWithoutRecords { typed } => Diagnostic::new(
            format!("the change {typed:?} recorded no entry and no balance"),
            format!("void it: jandon undo {}", typed.trim()),
        ),
        UsageError::SeveralRecords { typed, count, records } => Diagnostic::new(
            format!("the change {typed:?} has {count} records"),
            format!("give the id of one of them: {}", listed(records)),
        ),
        UsageError::ComputedAmount { kind, id } => Diagnostic::new(
            format!(
                "the amount of this {} follows from a rate or a fee rule",
                kind_of_entry(*kind, Language::English)
            ),
            format!("void it and record it again: jandon undo {id}"),
        ),
        UsageError::OptionNotOfRecord { record, option } => Diagnostic::new(
            format!("{option} does not apply to this {} record", record_name(*record)),
            format!("leave {option} out"),
        ),
        UsageError::InvalidUnitCode { typed } => Diagnostic::new(
            format!("invalid unit code {typed:?}"),
            "use one to sixteen letters and digits, at least one of them a letter",
        ),
        UsageError::EverydayUnitName { typed } => {
            Diagnostic::new(format!("{typed:?} is an everyday name of a currency"), "choose another code")
        }
        UsageError::InvalidDecimals { typed, most } => Diagnostic::new(
            format!("invalid number of decimals {typed:?}"),
            format!("give --decimals a number from 0 to {most}"),
        ),
        UsageError::NoWebPage => Diagnostic::new(
            "only a report can be written as a web page (--format html)",
            "write the report: jandon report -o month.html",
        ),
        UsageError::BackupToStdout => Diagnostic::new(
            "a backup needs a file and cannot be written to standard output",
            "name the file, or write every record as text: jandon export",
        ),
        UsageError::SplitAmount { amount, word } => Diagnostic::new(
            format!("{word:?} reads as a part of the amount, not as a category"),
            format!(
                "join the two: {}; as a category: --category {}",
                quoted(&format!("{amount}{word}")),
                quoted(word)
            ),
        ),
        UsageError::InvalidDayOfMonth { option, typed } => Diagnostic::new(
            format!("invalid day of a month {typed:?}"),
            format!("give {option} a number from 1 to 31"),
        ),
        UsageError::AccountTwice { account } => {
            Diagnostic::new(format!("{account} is named twice"), "name each account once")
        }
        UsageError::FutureMonth { typed } => Diagnostic::new(
            format!("the month {typed:?} has not begun"),
            "give --month a month that has begun, or leave it out",
        ),
        UsageError::NotAMonth { typed } => {
            Diagnostic::new(format!("invalid month {typed:?}"), "give --month as 2026-08, aug or last-month")
        }
        UsageError::NoBalance => Diagnostic::new("no balance is given", PAIRS),
        UsageError::NoAmount { name } => Diagnostic::new(format!("{name:?} has no amount"), PAIRS),
        UsageError::Unconditional { channel, platform } => Diagnostic::new(
            format!("{channel} has no condition, so there is nothing to assume"),
            format!("see which channels have one: jandon channels {platform}"),
        ),
        UsageError::InvalidDays { option, typed } => {
            Diagnostic::new(format!("invalid number of days {typed:?}"), format!("write {option} 30d"))
        }
        UsageError::RateToItself { unit } => {
            Diagnostic::new(format!("one {unit} is always worth one {unit}"), "name two different units")
        }
        UsageError::PastDay { by, today } => Diagnostic::new(
            format!("--by {by} is in the past"),
            format!("give a day from {today} on, or leave --by out for today"),
        ),
        UsageError::ReceiverNotABank { account } => Diagnostic::new(
            format!("{account} is not a bank account, and a plan pays to a bank, to a card or in cash"),
            "name a bank account of yours, or open one: jandon account add BANK --kind bank",
        ),
        UsageError::UnknownAssumption { typed } => Diagnostic::new(
            format!("--assume {typed}: no account can use a channel of that name"),
            "see the channels of all platforms: jandon channels",
        ),
        UsageError::AmbiguousAssumption { typed, channels } => Diagnostic::new(
            format!("--assume {typed} is ambiguous: {}", channels.join(", ")),
            format!("name one of them in full: --assume {}", channels.first().map_or("", String::as_str)),
        ),
        UsageError::SeveralUnits { units } => {
            let codes: Vec<String> = units.iter().map(Unit::to_string).collect();
            Diagnostic::new(
                format!("the channels pay {}, and none of them is named", codes.join(", ")),
                format!(
                    "write the unit with the amount, or name it: -X {}",
                    codes.first().map_or("", String::as_str)
                ),
            )
        }
        UsageError::ReceiverInOtherUnit { account, holds, wanted } => Diagnostic::new(
            format!("{account} holds {holds}, and the plan pays {wanted}"),
            format!("name an account that holds {wanted}, or ask for {holds}: -X {holds}"),
        ),
        UsageError::KeepWithoutAmount { typed } => {
            Diagnostic::new(format!("--keep {typed:?} has no amount"), "write --keep NAME=AMOUNT")
        }
        UsageError::KeepAboveBalance { account, available, keep } => Diagnostic::new(
            format!("{account} has {available} available, less than the {keep} to be kept"),
            format!("keep at most that: --keep {}={}", quoted(account), available.to_plain_string()),
        ),
    }
}

const PAIRS: &str = "write NAME AMOUNT, or NAME=AMOUNT for several, or --same";

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn record_name(record: RecordKind) -> &'static str {
    match record {
        RecordKind::Entry(kind) => kind_of_entry(kind, Language::English),
        RecordKind::Snapshot => "snapshot",
    }
}

pub(super) fn withdrawal(error: &WithdrawalError) -> Diagnostic {
    match error {
        WithdrawalError::NotWithdrawable { account, reason } => Diagnostic::new(
            format!("{account} has no official withdrawal"),
            reason.as_ref().map_or("", |reason| Language::English.text(reason)),
        ),
        WithdrawalError::Rejected { account, channel, amount, reason, nearest } => {
            let message = match reason {
                Reason::NotWithdrawable => format!("{account} has no official withdrawal"),
                Reason::Ended => format!("the service of {channel} has ended"),
                Reason::NotInForce => format!("no rule of {channel} is known for that day"),
                Reason::BelowMinimum => format!("{amount} is below the minimum of {channel}"),
                Reason::AboveMaximum => format!("{amount} is above the maximum of {channel}"),
                Reason::OffStep => format!("{amount} is not a multiple of the step of {channel}"),
                Reason::WholeBalanceOnly => {
                    format!("{channel} pays out the whole balance only, and {amount} is not all of it")
                }
                Reason::InsufficientBalance => {
                    format!("{amount} with its fees is more than {account} has available")
                }
                Reason::OverLimit => format!("{amount} is over a limit of {channel}"),
                Reason::NothingLeft => format!("the fees of {channel} leave nothing of {amount}"),
                Reason::OutOfReach => format!("no amount through {channel} pays out {amount}"),
            };
            let nearest: Vec<String> = nearest.iter().map(Money::to_grouped_string).collect();
            let hint = match nearest.as_slice() {
                [] => format!("compare the channels: jandon fees {}", quoted_name(account)),
                amounts => format!("possible: {}", list_any(amounts, Language::English)),
            };
            Diagnostic::new(message, hint)
        }
        WithdrawalError::NothingWithdrawable { advice: why } => {
            Diagnostic::new("no account can be withdrawn from", advice(why))
        }
        WithdrawalError::NothingPaysOut { advice: why } => {
            Diagnostic::new("no withdrawal was found that pays out anything", advice(why))
        }
        WithdrawalError::TargetOutOfReach { most, found, target, by, advice: why } => Diagnostic::new(
            match found {
                Some(found) => format!(
                    "you can get at most {most} by {by} (a plan was found for {found}), less than {target}"
                ),
                None => format!("you can get at most {most} by {by}, less than {target}"),
            },
            advice(why),
        ),
        WithdrawalError::NoBetterPlan { best, target, by, advice: why } => Diagnostic::new(
            match target {
                Some(target) => {
                    format!("no plan was found that pays out more than {best} by {by}, less than {target}")
                }
                None => format!("no plan was found that pays out more than {best} by {by}"),
            },
            advice(why),
        ),
    }
}

fn advice(advice: &PlanAdvice) -> String {
    match advice {
        PlanAdvice::AskForLess(most) => {
            format!("ask for less (--target {}), or for a later day: --by DATE", most.to_plain_string())
        }
        PlanAdvice::ShowBalances => "see what the accounts hold: jandon balance".into(),
        PlanAdvice::ShowFees(account) => {
            format!("see what an account allows: jandon fees {}", quoted_name(account))
        }
        PlanAdvice::ShowPlan(command) => format!("see why: {command}"),
    }
}
