//! Lines of imported files, platform files and output files that cannot be used, in English.

use super::super::{Diagnostic, edit_options, io_cause};
use super::{ledger, typed};
use crate::fee::parse::{ExpectedSetting, Fault, FileError};
use crate::import::{Difference, ExpectedValue, LINE_MAX, LineError, MissingAmount};
use crate::messages::Language;
use crate::money::to_grouped_string;
use crate::output_file::OutputError;
use crate::store::{ImportError, Refusal, StoreError};
use crate::text::quoted_name;

pub(super) fn line(file: &str, error: &ImportError) -> Diagnostic {
    let (line, what) = match error {
        ImportError::Line { line, what } => (line, wrong(what)),
        ImportError::Refused { line, error } => (line, refused(error)),
    };
    Diagnostic::new(format!("{file}:{line}: {}; nothing was imported", what.message), what.hint)
}

fn refused(error: &StoreError) -> Diagnostic {
    let found = ledger::store(error);
    match error {
        StoreError::Refused(Refusal::NameTaken(name)) => Diagnostic::new(
            found.message,
            format!("rename it first: jandon account edit {} --rename NAME", quoted_name(name)),
        ),
        _ => found,
    }
}

fn wrong(error: &LineError) -> Diagnostic {
    match error {
        LineError::NoHeader => Diagnostic::new(
            "the first line is not {\"jandon\":1}",
            "give a file of jandon's own: one that `jandon export` wrote, or lines below that header",
        ),
        LineError::Newer(version) => Diagnostic::new(
            format!("the file was written by a newer jandon (format {version})"),
            "use the newer jandon",
        ),
        LineError::NotText => Diagnostic::new("the line is not UTF-8 text", "write the file as UTF-8"),
        LineError::TooLong => Diagnostic::new(
            format!("the line is longer than {LINE_MAX} bytes"),
            "write one record on each line",
        ),
        LineError::NotJson(error) => Diagnostic::new(
            format!("the line is not JSON ({error})"),
            "write one record on each line, as JSON",
        ),
        LineError::Form(error) => Diagnostic::new(
            format!("the line is not a record ({error})"),
            "write one of unit, account, rate, change, entry, snapshot, void; see: jandon export",
        ),
        LineError::Text { key, error } => {
            Diagnostic::new(typed::wrong_text(&format!("`{key}`"), error), typed::text_hint(error))
        }
        LineError::Value { key, text, expected } => Diagnostic::new(
            format!("invalid value {text:?} of `{key}`"),
            format!("`{key}` needs {}", expected_value(*expected)),
        ),
        LineError::AmountMissing(missing) => Diagnostic::new(
            match missing {
                MissingAmount::Place => "an amount is missing: `from` with `out`, or `to` with `in`",
                MissingAmount::Either => "an amount is missing: `out` or `in`",
                MissingAmount::Both => "an amount is missing: both `out` and `in`, as the two units differ",
            },
            "add the amount",
        ),
        LineError::UnknownAccount(name) => Diagnostic::new(
            format!("account not found: {name:?}"),
            "open it on a line before, or with `jandon account add NAME`; leave out a place that is not an account",
        ),
        LineError::UnknownUnit(code) => Diagnostic::new(
            format!("unknown unit {code:?}"),
            "declare it on a line before: {\"unit\":{\"code\":…,\"decimals\":…}}",
        ),
        LineError::UnknownChange(id) => {
            Diagnostic::new(format!("change not found: {id:?}"), "put its line before the lines that name it")
        }
        LineError::ChangeIsOver(id) => Diagnostic::new(
            format!("the change {id:?} has ended without this line"),
            "keep the lines of a change together, or leave `change` out",
        ),
        LineError::AccountDiffers(name) => Diagnostic::new(
            format!("the ledger already has another account called {name:?}"),
            "rename one of the two",
        ),
        LineError::Differs(difference) => {
            let Difference { what, id, said, known, values, recorded } = &**difference;
            let of = if matches!(*what, "account" | "rate" | "unit") { " of the change" } else { "" };
            Diagnostic::new(
                format!("the {what}{of} {id:?} has {said} here, but {known} where it was recorded"),
                match (recorded, edit_options(values)) {
                    (Some(id), Some(options)) => {
                        format!("to correct what was recorded: jandon edit {id}{options}")
                    }
                    (Some(_), None) => {
                        "to record it beside the known one, give the line another id or none".into()
                    }
                    (None, _) => {
                        "keep lines as they were exported; what is new has no `id` and no `change`".into()
                    }
                },
            )
        }
    }
}

fn expected_value(expected: ExpectedValue) -> &'static str {
    match expected {
        ExpectedValue::Moment => "a date such as 2026-11-20 or 2026-11-20T18:30:00",
        ExpectedValue::Day => "a date such as 2026-11-20",
        ExpectedValue::Expiry => "a date such as 2031-10-05, or never",
        ExpectedValue::Amount => {
            "an amount in quotes with no more decimals than its unit has, such as \"12500\" or \"3.50\""
        }
        ExpectedValue::AmountNotBelowZero => "an amount that is not below zero",
        ExpectedValue::AmountThatFits => "an amount that a ledger can hold",
        ExpectedValue::SumOfParts => "what arrives, the fee and the tax together",
        ExpectedValue::UnitCode => "one to sixteen capital letters or digits",
        ExpectedValue::OtherUnit => "another unit than `unit`",
        ExpectedValue::UnitOfAccount => "the unit of the account",
        ExpectedValue::Decimals => "a number from 0 to 9",
        ExpectedValue::DayOfMonth => "a number from 1 to 31",
        ExpectedValue::Rate => "a rate such as \"1400\", \"0.95\" or \"2/3\"",
        ExpectedValue::AccountKind => "wallet, rewards, giftcard, carrier or bank",
        ExpectedValue::CarrierAccount => "an account of the kind carrier",
        ExpectedValue::EntryKind => "spend, earn, topup, refund, transfer, withdraw, pay or expire",
    }
}

pub(in super::super) fn platform_file_error(path: &str, error: &FileError) -> String {
    let key = &error.key;
    let what = match &error.fault {
        Fault::TooMany(max) => format!("`{key}` has more than {} tables", to_grouped_string(*max as i128, 0)),
        Fault::NotToml(why) => format!("not TOML: {}", why.lines().next().unwrap_or_default()),
        Fault::UnknownKey(allowed) => {
            format!("unknown key `{key}`; allowed there: {}", allowed.join(", "))
        }
        Fault::Text(error) => typed::wrong_text(&format!("`{key}`"), error),
        Fault::Missing => format!("`{key}` is missing"),
        Fault::Expected(expected) => format!("`{key}` needs {}", setting(expected)),
        Fault::RateNotPositive => format!("`{key}` must be above zero"),
        Fault::MinAboveMax => format!("`{key}` is above `max`; it must be at most that"),
        Fault::SlabsOverlap => {
            format!("`{key}` ends at or below the one before; each `to` must be above the last")
        }
        Fault::SlabOpenBeforeLast => format!("`{key}` follows one without `to`; only the last may be open"),
        Fault::DatesOverlap(day) => {
            format!("`{key}` is in force on {day} with another; the dates of a channel must not overlap")
        }
        Fault::DatesBackwards => format!("`{key}` is before `from`"),
        Fault::DuplicateChannel(id) => format!("`{key}` has the id {id} of another channel"),
        Fault::ChannelOnCarrier => format!(
            "`{key}`: a carrier has no channel; a billing limit is credit, not money, and selling it on is an offence"
        ),
        Fault::ChannelOnClosed => {
            format!("`{key}`: a platform that is not withdrawable has no channel")
        }
        Fault::UnknownUnit(code) => {
            format!("`{key}` is {code}, which is neither a currency nor the unit of a platform")
        }
    };
    format!("{path}:{}: {what}", error.line)
}

fn setting(expected: &ExpectedSetting) -> String {
    let fixed = match expected {
        ExpectedSetting::Id => "lower-case letters, digits and hyphens",
        ExpectedSetting::Table => "a table",
        ExpectedSetting::Tables => "a list of tables",
        ExpectedSetting::Text => "a text, or { en = \"…\", ko = \"…\" }",
        ExpectedSetting::Texts => "texts",
        ExpectedSetting::Name => "a name",
        ExpectedSetting::Flag => "true or false",
        ExpectedSetting::Country => "two capital letters (ISO 3166)",
        ExpectedSetting::UnitCode => "a currency code or a points unit in capitals",
        ExpectedSetting::Destination => "bank, card, cash, voucher or wallet:<platform>",
        ExpectedSetting::Source => "the address of the rule, https://…",
        ExpectedSetting::Day => "a date without quotes, such as 2026-11-22",
        ExpectedSetting::Validity => {
            "a time such as \"5y\", \"18m\", \"90d\", \"5y/month-end\" or \"2y/year-end\", or \"never\""
        }
        ExpectedSetting::Arrival => {
            "earliest and latest, such as [\"0h\", \"3d\"], or [\"1bd\", \"3bd\"] for business days"
        }
        ExpectedSetting::Rate => "a decimal of at most nine places, or a fraction such as \"2/3\"",
        ExpectedSetting::OneScale => "one of flat and percent, slabs, or brackets, not two of them",
        ExpectedSetting::Percent => "a percent with at most six decimals",
        ExpectedSetting::PercentRange => {
            "a percent with at most six decimals, at most 1000, or two of them, the lower first"
        }
        ExpectedSetting::AmountAboveZero => "an amount above zero",
        ExpectedSetting::CurrencyDecimals(currency) => {
            return format!("{}, as {currency} has", currency.decimals);
        }
        ExpectedSetting::OneOf(words) => return format!("one of {}", words.join(", ")),
        ExpectedSetting::Rounding(modes) => {
            return format!("one of {}, or {{ mode = …, to = … }}", modes.join(", "));
        }
        ExpectedSetting::RuleKeys(keys) => {
            return format!("a list of keys of the rule, each once: {}", keys.join(", "));
        }
        ExpectedSetting::Whole { least, most: None } => {
            return format!("a whole number, from {least} on, without quotes");
        }
        ExpectedSetting::Whole { least, most: Some(most) } => {
            return format!("a whole number, {least} to {most}, without quotes");
        }
        ExpectedSetting::Amount { decimals } => {
            return format!("an amount in quotes with at most {decimals} decimals");
        }
    };
    fixed.into()
}

pub(super) fn output(error: &OutputError) -> Diagnostic {
    match error {
        OutputError::IsTheLedger(path) => Diagnostic::new(
            format!("{} is the ledger itself", path.display()),
            "name another file, best on another disk",
        ),
        OutputError::IsInput(path) => {
            Diagnostic::new(format!("{} is read by this command", path.display()), "name another file")
        }
        OutputError::Exists(path) => Diagnostic::new(
            format!("{} already exists", path.display()),
            "choose another name, or replace it: --force",
        ),
        OutputError::NotAPlainFile(path) => Diagnostic::new(
            format!("{} is not a regular file", path.display()),
            "name a file; standard output is -o - and can be redirected",
        ),
        OutputError::Io(path, error) => Diagnostic::new(
            format!(
                "{} cannot be written: {}",
                path.display(),
                match error.kind() {
                    std::io::ErrorKind::NotFound if path.is_symlink() => "it is a broken link".into(),
                    std::io::ErrorKind::NotFound => "its folder was not found".into(),
                    _ => cause(error),
                }
            ),
            "check the path and who may write there; the ledger was not changed",
        ),
    }
}

/// Returns why a file cannot be used.
pub(super) fn cause(error: &std::io::Error) -> String {
    io_cause(error.kind(), &error.to_string(), Language::English).into()
}
