//! What is wrong with words that were typed: amounts, dates and names.

use super::quoted_name;
use crate::ledger::name::NameError;
use crate::money::AmountError;
use crate::period::DateError;

/// What happens to an amount with a dollar sign outside quotes.
const SHELL: &str = "a shell reads `$12` as a name of its own: write 12.50, or '$12.50' in quotes";

pub(super) fn amount_message(error: &AmountError) -> (String, String) {
    let meant = |readings: &[String]| format!("did you mean {}?", readings.join(" or "));
    match error {
        AmountError::Empty => ("the amount is empty".into(), "write it as 12500 or 12,500".into()),
        AmountError::Signed(text) => (
            format!("the amount {text:?} has a sign"),
            "amounts are typed without one; the command says which way they go".into(),
        ),
        AmountError::Ambiguous(text, readings) => {
            let shell = if text.starts_with(['.', ',']) { format!("; {SHELL}") } else { String::new() };
            (
                format!("the amount {text:?} can be read in more than one way"),
                format!("{}{shell}", meant(readings)),
            )
        }
        AmountError::LeadingZeros(text) => {
            (format!("the amount {text:?} begins with two zeros"), SHELL.into())
        }
        AmountError::Misgrouped(text, readings) => {
            (format!("the digits of {text:?} are not grouped in threes"), meant(readings))
        }
        AmountError::ForeignDigits(text) => (
            format!("the amount {text:?} has digits other than 0 to 9"),
            "write it as 12500 or 12,500".into(),
        ),
        AmountError::NotAnAmount(text) => {
            (format!("{text:?} is no amount"), "write it as 12500, 12,500, 1만5천 or 3.50".into())
        }
        AmountError::TooManyDecimals(text, unit, readings) => {
            let has = match unit.decimals {
                0 => "no decimals".to_string(),
                1 => "one decimal".to_string(),
                n => format!("{n} decimals"),
            };
            (format!("{text:?} has more decimals than {unit}, which has {has}"), meant(readings))
        }
        AmountError::WrongUnit { text, written, wanted } => (
            format!("{text:?} is in {written}, and the account holds {wanted}"),
            format!("give the amount in {wanted}"),
        ),
        AmountError::TooLarge(text) => (
            format!("the amount {text:?} is larger than a ledger can hold"),
            "check it for a digit too many".into(),
        ),
    }
}

pub(super) fn date_message(error: &DateError) -> (String, String) {
    let periods = "write 2026-10, oct, 2026, Q4, 2026-10-03, A..B, last-month, 90d or 지난달";
    match error {
        DateError::Impossible(text) => (
            format!("there is no such date: {text:?}"),
            "check the year, the month, the day and the time; a date is 2026-11-20 or 2026-11-20T18:30"
                .into(),
        ),
        DateError::NotADate(text) => (
            format!("{text:?} is not a date"),
            "write 2026-11-20, 11-20, 18:30, yesterday, 3d, friday or 어제".into(),
        ),
        DateError::NotAPeriod(text) => (format!("{text:?} is not a period"), periods.into()),
        DateError::Backwards(from, to, turned) => (
            format!("the period from {from} to {to} ends before it begins"),
            format!("turn it round: {turned}"),
        ),
    }
}

pub(super) fn name_message(error: &NameError, can_be_opened: bool) -> (String, String) {
    match error {
        NameError::Unknown { name, close } => {
            let hint = match close.as_slice() {
                [] if can_be_opened => format!("open it first: jandon account add {}", quoted_name(name)),
                [] => "list your accounts: jandon account list".into(),
                close => did_you_mean(close),
            };
            (format!("no account is called {name:?}"), hint)
        }
        NameError::Ambiguous { name, fits } => {
            (format!("{name:?} is ambiguous: it fits {}", listed(fits, "and")), did_you_mean(fits))
        }
    }
}

/// `did you mean toss or 'Toss Bank'?`, each name as a shell takes it.
pub(super) fn did_you_mean(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted_name(name)).collect();
    format!("did you mean {}?", listed(&names, "or"))
}

/// `a, b and c`.
fn listed(names: &[String], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}
