//! What is wrong with words that were typed: amounts, dates and names.

use super::quoted;
use crate::ledger::name::NameError;
use crate::money::FigureError;
use crate::period::DateError;

pub(super) fn amount_words(error: &FigureError) -> (String, String) {
    let meant = |readings: &[String]| format!("did you mean {}?", readings.join(" or "));
    match error {
        FigureError::Empty => ("the amount is empty".into(), "write it as 12500 or 12,500".into()),
        FigureError::Signed(text) => (
            format!("the amount {text:?} has a sign"),
            "amounts are typed without one; the command says which way they go".into(),
        ),
        FigureError::Ambiguous(text, readings) => {
            (format!("the amount {text:?} can be read in more than one way"), meant(readings))
        }
        FigureError::Misgrouped(text, readings) => {
            (format!("the digits of {text:?} are not grouped in threes"), meant(readings))
        }
        FigureError::ForeignDigits(text) => (
            format!("the amount {text:?} has digits other than 0 to 9"),
            "write it as 12500 or 12,500".into(),
        ),
        FigureError::NotAnAmount(text) => {
            (format!("{text:?} is no amount"), "write it as 12500, 12,500, 1만5천 or 3.50".into())
        }
        FigureError::TooManyDecimals(text, unit, readings) => {
            let has = match unit.decimals {
                0 => "no decimals".to_string(),
                1 => "one decimal".to_string(),
                n => format!("{n} decimals"),
            };
            (format!("{text:?} has more decimals than {unit}, which has {has}"), meant(readings))
        }
        FigureError::WrongUnit { text, written, wanted } => (
            format!("{text:?} is in {written}, and the account holds {wanted}"),
            format!("give the amount in {wanted}"),
        ),
        FigureError::TooLarge(text) => (
            format!("the amount {text:?} is larger than a ledger can hold"),
            "check it for a digit too many".into(),
        ),
    }
}

pub(super) fn date_words(error: &DateError) -> (String, String) {
    let periods = "write 2026-10, 2026, 2026Q4, 2026-10-03, A..B, this month, last 90d or 지난달";
    match error {
        DateError::Impossible(text) => (
            format!("the calendar has no {text:?}"),
            "check the year, the month, the day and the time; a date is 2026-11-20 or 2026-11-20T18:30"
                .into(),
        ),
        DateError::NotADate(text) => (
            format!("{text:?} is no date"),
            "write 2026-11-20, 2026-11-20T18:30, yesterday, 3d ago or 어제".into(),
        ),
        DateError::NotAPeriod(text) => (format!("{text:?} is no period"), periods.into()),
        DateError::Backwards(from, to, turned) => (
            format!("the period from {from} to {to} ends before it begins"),
            format!("turn it round: {turned}"),
        ),
    }
}

pub(super) fn name_words(error: &NameError, none_yet: bool) -> (String, String) {
    match error {
        NameError::Unknown { name, close } => {
            let hint = match close.as_slice() {
                [] if none_yet => {
                    format!("open it first: jandon account add {}", quoted(name))
                }
                [] => "see them all: jandon account list".into(),
                close => format!("did you mean {}?", close.join(", ")),
            };
            (format!("no account is called {name:?}"), hint)
        }
        NameError::Ambiguous { name, fits } => {
            (format!("{name:?} fits several accounts"), format!("say which: {}", fits.join(", ")))
        }
    }
}
