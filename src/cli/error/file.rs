//! What is wrong with a line of a file of facts, or with a platform file.

use super::ledger::store_message;
use super::{quoted, quoted_name, text_hint, text_message};
use crate::fee::parse::{Fault, FileError};
use crate::import::{Difference, LINE_MAX, LineError};
use crate::money::to_grouped_string;
use crate::store::{Refusal, StoreError};

pub(super) fn wrong_message(what: &LineError) -> (String, String) {
    let words = |message: String, hint: &str| (message, hint.to_string());
    match what {
        LineError::NoHeader => words(
            "the first line is not {\"jandon\":1}".into(),
            "give a file of jandon's own: one that `jandon export` wrote, or lines below that header",
        ),
        LineError::Newer(form) => {
            words(format!("the file was written by a newer jandon (form {form})"), "use the newer jandon")
        }
        LineError::NotText => words("the line is not text in UTF-8".into(), "write the file as UTF-8"),
        LineError::TooLong => {
            words(format!("the line is longer than {LINE_MAX} bytes"), "one fact stands on one line")
        }
        LineError::NotJson(error) => {
            words(format!("the line is not JSON ({error})"), "one fact stands on one line, as JSON")
        }
        LineError::Form(error) => words(
            format!("the line is not a fact ({error})"),
            "a line is one of unit, account, rate, change, entry, snapshot, void; see: jandon export",
        ),
        LineError::Text { key, error } => {
            (format!("`{key}` {}", text_message(error)), text_hint(error).into())
        }
        LineError::Value { key, text, wanted } => {
            (format!("`{key}` is {text:?}"), format!("`{key}` wants {wanted}"))
        }
        LineError::AmountMissing(what) => words(format!("an amount is missing: {what}"), "say what moved"),
        LineError::UnknownAccount(name) => words(
            format!("no account is called {name:?} there"),
            "open it on a line before, or with `jandon account add NAME`; leave out a place that is not an account",
        ),
        LineError::UnknownUnit(code) => words(
            format!("no unit is called {code:?}"),
            "declare it on a line before: {\"unit\":{\"code\":…,\"decimals\":…}}",
        ),
        LineError::UnknownChange(id) => {
            words(format!("no change is called {id:?} there"), "its line must come before what names it")
        }
        LineError::ChangeIsOver(id) => words(
            format!("the change {id:?} is over, and this was not in it"),
            "keep the facts of a change together, or leave `change` out",
        ),
        LineError::AccountDiffers(name) => words(
            format!("the ledger has an account called {name:?} already, and it is another one"),
            "rename one of the two",
        ),
        LineError::Differs(difference) => {
            let Difference { what, id, said, known, values, recorded } = &**difference;
            let of = if matches!(*what, "account" | "rate" | "unit") { " of the change" } else { "" };
            let message = format!("the {what}{of} {id:?} has {said} here, but {known} where it was recorded");
            let hint = match recorded {
                Some(id) => match edit_options(values) {
                    Some(options) => format!("to correct what was recorded: jandon edit {id}{options}"),
                    None => "to record it beside the known one, give the line another id or none".into(),
                },
                None => "keep lines as they were exported; what is new has no `id` and no `change`".into(),
            };
            (message, hint)
        }
    }
}

/// What is wrong with a line that the ledger refuses, and what can be done.
pub(super) fn refused_message(error: &StoreError) -> (String, String) {
    let (message, hint) = store_message(error);
    let hint = match error {
        StoreError::Refused(Refusal::NameTaken(name)) => {
            format!("rename it first: jandon account edit {} --rename NAME", quoted_name(name))
        }
        _ => hint,
    };
    (message, hint)
}

/// The options of `edit` that give a record these values, if it has such options.
fn edit_options(values: &[(String, String)]) -> Option<String> {
    let mut given: Vec<(&str, &str)> = Vec::new();
    for (key, value) in values {
        let option = match key.as_str() {
            "at" => "date",
            // A carrier's balance is typed as what is owed.
            "out" | "in" | "balance" if !value.starts_with('-') => "amount",
            "from" | "to" | "account" => "account",
            key @ ("category" | "payee" | "expires" | "note") => key,
            _ => return None,
        };
        if value.is_empty() && !matches!(option, "category" | "payee" | "note") {
            return None;
        }
        match given.iter().find(|(known, _)| *known == option) {
            Some((_, same)) if same == value => {}
            Some(_) => return None,
            None => given.push((option, value)),
        }
    }
    let options: String = given.iter().map(|(key, value)| format!(" --{key} {}", quoted(value))).collect();
    Some(options).filter(|options| !options.is_empty())
}

/// A fault of a platform file as one sentence: file, line, key, what is wrong and what is allowed.
pub fn file_error(path: &str, error: &FileError) -> String {
    let what = match &error.fault {
        Fault::TooMany(max) => {
            format!("`{}` has more than {} tables", error.key, to_grouped_string(*max as i128, 0))
        }
        Fault::NotToml(message) => format!("not TOML: {}", message.lines().next().unwrap_or_default()),
        Fault::UnknownKey(allowed) => {
            format!("unknown key `{}`; allowed there: {}", error.key, allowed.join(", "))
        }
        Fault::Text(wrong) => format!("`{}` {}", error.key, text_message(wrong)),
        Fault::Missing => format!("`{}` is missing", error.key),
        Fault::Wanted(wanted) => format!("`{}` wants {wanted}", error.key),
        Fault::RateNotPositive => format!("`{}` must be above zero", error.key),
        Fault::MinAboveMax => format!("`{}` is above `max`; it must be at most that", error.key),
        Fault::SlabsOverlap => {
            format!("`{}` ends at or below the one before; each `to` must be above the last", error.key)
        }
        Fault::SlabOpenBeforeLast => {
            format!("`{}` follows one without `to`; only the last may be open", error.key)
        }
        Fault::DatesOverlap(day) => {
            format!(
                "`{}` is in force on {day} together with another; the dates of a channel must not overlap",
                error.key
            )
        }
        Fault::DatesBackwards => format!("`{}` is before `from`", error.key),
        Fault::DuplicateChannel(id) => format!("`{}` has the id {id} of another channel", error.key),
        Fault::ChannelOnCarrier => format!(
            "`{}`: a carrier has no channel; a billing limit is credit, not money, and selling it on is an offence",
            error.key
        ),
        Fault::ChannelOnClosed => {
            format!("`{}`: a platform that is not withdrawable has no channel", error.key)
        }
        Fault::UnknownUnit(code) => {
            format!("`{}` is {code}, which is neither a currency nor the unit of a platform", error.key)
        }
    };
    format!("{path}:{}: {what}", error.line)
}
