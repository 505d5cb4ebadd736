//! Amounts, dates, names and texts that cannot be used, in English.

use super::super::{Diagnostic, TextField};
use crate::ledger::name::NameError;
use crate::messages::{Language, list_all, list_any};
use crate::money::{AmountError, to_grouped_string};
use crate::period::DateError;
use crate::text::{TextError, quoted_name};

/// What happens to an amount with a dollar sign outside quotes.
const SHELL: &str = "a shell reads `$12` as a variable: write 12.50, or '$12.50' in quotes";

pub(super) fn amount(error: &AmountError) -> Diagnostic {
    let meant = |readings: &[String]| format!("did you mean {}?", list_any(readings, Language::English));
    match error {
        AmountError::Empty => Diagnostic::new("the amount is empty", "write it as 12500 or 12,500"),
        AmountError::Signed(text) => Diagnostic::new(
            format!("the amount {text:?} has a sign"),
            "write it without a sign; the command says which way it goes",
        ),
        AmountError::Ambiguous(text, readings) => Diagnostic::new(
            format!("the amount {text:?} is ambiguous"),
            match text.starts_with(['.', ',']) {
                true => format!("{}; {SHELL}", meant(readings)),
                false => meant(readings),
            },
        ),
        AmountError::LeadingZeros(text) => {
            Diagnostic::new(format!("the amount {text:?} begins with two zeros"), SHELL)
        }
        AmountError::Misgrouped(text, readings) => {
            Diagnostic::new(format!("the digits of {text:?} are not grouped in threes"), meant(readings))
        }
        AmountError::ForeignDigits(text) => Diagnostic::new(
            format!("the amount {text:?} has digits other than 0 to 9"),
            "write it as 12500 or 12,500",
        ),
        AmountError::NotAnAmount(text) => {
            Diagnostic::new(format!("invalid amount {text:?}"), "write it as 12500, 12,500, 1만5천 or 3.50")
        }
        AmountError::TooManyDecimals(text, unit, readings) => Diagnostic::new(
            match unit.decimals {
                0 => format!("the amount {text:?} has decimals, and {unit} has none"),
                1 => format!("the amount {text:?} has too many decimals: {unit} has one"),
                n => format!("the amount {text:?} has too many decimals: {unit} has {n}"),
            },
            meant(readings),
        ),
        AmountError::WrongUnit { text, written, wanted } => Diagnostic::new(
            format!("{text:?} is in {written}, and the account holds {wanted}"),
            format!("give the amount in {wanted}"),
        ),
        AmountError::TooLarge(text) => Diagnostic::new(
            format!("the amount {text:?} is larger than a ledger can hold"),
            "check it for a digit too many",
        ),
    }
}

pub(super) fn date(error: &DateError) -> Diagnostic {
    match error {
        DateError::Impossible(text) => Diagnostic::new(
            format!("the date {text:?} does not exist"),
            "check the year, the month, the day and the time; a date is 2026-11-20 or 2026-11-20T18:30",
        ),
        DateError::NotADate(text) => Diagnostic::new(
            format!("invalid date {text:?}"),
            "write 2026-11-20, 11-20, 18:30, yesterday, 3d, friday or 어제",
        ),
        DateError::NotAPeriod(text) => Diagnostic::new(
            format!("invalid period {text:?}"),
            "write 2026-10, oct, 2026, Q4, 2026-10-03, A..B, last-month, 90d or 지난달",
        ),
        DateError::Backwards(from, to, reversed) => Diagnostic::new(
            format!("the period from {from} to {to} ends before it begins"),
            format!("reverse it: {reversed}"),
        ),
    }
}

pub(super) fn name(error: &NameError, can_be_opened: bool) -> Diagnostic {
    match error {
        NameError::Unknown { name, close } => Diagnostic::new(
            format!("account not found: {name:?}"),
            match close.as_slice() {
                [] if can_be_opened => format!("open it first: jandon account add {}", quoted_name(name)),
                [] => "list your accounts: jandon account list".into(),
                close => did_you_mean(close),
            },
        ),
        NameError::Ambiguous { name, fits } => Diagnostic::new(
            format!("{name:?} is ambiguous: it fits {}", list_all(fits, Language::English)),
            did_you_mean(fits),
        ),
    }
}

/// Returns `did you mean toss or 'Toss Bank'?`, each name as a shell takes it.
pub(super) fn did_you_mean(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted_name(name)).collect();
    format!("did you mean {}?", list_any(&names, Language::English))
}

pub(super) fn text(field: TextField, error: &TextError) -> Diagnostic {
    let what = match field {
        TextField::AccountName => "name of the account",
        TextField::Category => "category",
        TextField::Channel => "channel",
        TextField::Note => "note",
        TextField::Payee => "payee",
        TextField::UnitCode => "code of the unit",
    };
    Diagnostic::new(wrong_text(&format!("the {what}"), error), text_hint(error))
}

/// Returns what is wrong with a text that has that name: `the note is empty`.
pub(super) fn wrong_text(what: &str, error: &TextError) -> String {
    match error {
        TextError::Empty => format!("{what} is empty"),
        TextError::TooLong(max) => {
            format!("{what} is longer than {} characters", to_grouped_string(*max as i128, 0))
        }
        TextError::Invisible(hidden) => {
            format!("{what} has the invisible character {}", hidden.escape_unicode())
        }
    }
}

pub(super) fn text_hint(error: &TextError) -> &'static str {
    match error {
        TextError::Empty => "write at least one letter, digit or sign, or leave it out",
        TextError::TooLong(_) => "shorten it",
        TextError::Invisible(_) => "write it again without that character",
    }
}
