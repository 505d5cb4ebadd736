//! Errors in English.

mod file;
mod ledger;
mod typed;
mod usage;

pub(super) use file::platform_file_error;

use super::{
    CommandError, ConfigError, Correction, Diagnostic, Done, ExpectedWord, PlatformProperty, set_platform,
};
use crate::messages::{Language, list_any};
use crate::money::{MoneyError, RateError};
use crate::text::{quoted, quoted_name};

pub(super) fn diagnostic(error: &CommandError) -> Diagnostic {
    match error {
        CommandError::Usage(error) => usage::usage(error),
        CommandError::NoHome => Diagnostic::new(
            "there is no home folder, so there is no place for a ledger",
            "name a file: --ledger FILE, or set JANDON_LEDGER",
        ),
        CommandError::NotText { name } => {
            Diagnostic::new(format!("{name} is not UTF-8 text"), "set it to plain text, or leave it unset")
        }
        CommandError::Clock { text } => Diagnostic::new(
            format!("invalid date {text:?} in --today or JANDON_TODAY"),
            "write 2026-11-22 or 2026-11-22T13:05",
        ),
        CommandError::Amount(error) => typed::amount(error),
        CommandError::ZeroAmount { text } => {
            Diagnostic::new(format!("the amount {text:?} is zero"), "give an amount above zero")
        }
        CommandError::Money(MoneyError::UnitsDiffer(a, b)) => {
            Diagnostic::new(format!("{a} and {b} cannot be added"), "give both amounts in one unit")
        }
        CommandError::Money(MoneyError::TooLarge) => {
            Diagnostic::new("the sum is too large for a ledger", "check the amounts for a digit too many")
        }
        CommandError::Date(error) => typed::date(error),
        CommandError::Rate(error) => {
            let hint = "write a decimal of at most nine places, such as 0.95, or a fraction such as 2/3";
            Diagnostic::new(
                match error {
                    RateError::NotARate(text) => format!("invalid rate {text:?}"),
                    RateError::NotPositive(text) => format!("the rate {text:?} is not above zero"),
                    RateError::TooPrecise(text) => format!("the rate {text:?} has too many digits"),
                },
                hint,
            )
        }
        CommandError::MonthStart { day } => Diagnostic::new(
            format!("a month cannot begin on day {day}"),
            "give --month-start a day from 1 to 31",
        ),
        CommandError::Name { error, can_be_opened } => typed::name(error, *can_be_opened),
        CommandError::Text { field, error } => typed::text(*field, error),
        CommandError::Word { expected, typed, allowed } => {
            let what = match expected {
                ExpectedWord::AccountKind => "kind of account",
                ExpectedWord::EntryKind => "kind of entry",
                ExpectedWord::ExportFormat => "export format",
                ExpectedWord::Language => "language in JANDON_LANG",
            };
            Diagnostic::new(
                format!("unknown {what}: {typed:?}"),
                format!("use one of {}", allowed.join(", ")),
            )
        }
        CommandError::UnknownPlatform { typed, close } => Diagnostic::new(
            format!("platform not found: {typed:?}"),
            match close.as_slice() {
                [] => "list the platforms: jandon channels".into(),
                close => typed::did_you_mean(close),
            },
        ),
        CommandError::AmbiguousPlatform { typed, fits } => Diagnostic::new(
            format!("{typed:?} is ambiguous: several platforms have such a name"),
            typed::did_you_mean(fits),
        ),
        CommandError::NoPlatform { account, close } => Diagnostic::new(
            format!("the platform of the account {account} is not set, so its channels are unknown"),
            match close.as_slice() {
                [] => "list the platforms: jandon channels".into(),
                [one] => format!("set it: {}", set_platform(account, one)),
                [first, others @ ..] => {
                    format!("set it: {} (or {})", set_platform(account, first), others.join(", "))
                }
            },
        ),
        CommandError::IsABank { account } => Diagnostic::new(
            format!("{account} is a bank account, so there is no withdrawal to quote"),
            "name the account that the money leaves; see them: jandon balance",
        ),
        CommandError::PlatformDiffers { account, platform, property, own, wanted } => {
            let what = match property {
                PlatformProperty::Kind => "kind",
                PlatformProperty::Unit => "unit",
            };
            Diagnostic::new(
                format!(
                    "the account {account} has the {what} {own}, its platform {platform} the {what} {wanted}, \
                     so the rules of {platform} do not fit the account"
                ),
                match property {
                    PlatformProperty::Kind => format!(
                        "take the kind of the platform: jandon account edit {} --platform {platform}",
                        quoted_name(account)
                    ),
                    PlatformProperty::Unit => format!(
                        "use another account: jandon account add {platform}-{wanted} --platform {platform}"
                    ),
                },
            )
        }
        CommandError::PlatformGone { account, platform } => Diagnostic::new(
            format!("the platform {platform} of the account {account} is not in the catalog"),
            "put its file back into the platforms folder, or name the folder: --catalog DIR",
        ),
        CommandError::NoCatalogFolder { path } => Diagnostic::new(
            format!("the folder of platform files {} was not found", path.display()),
            "name a folder that exists with --catalog DIR or JANDON_CATALOG, or leave both out",
        ),
        CommandError::NotClosed { account } => Diagnostic::new(
            format!("the account {account} is already open"),
            format!("show it: jandon account show {}", quoted_name(account)),
        ),
        CommandError::UnknownUnit { code } => Diagnostic::new(
            format!("unknown unit {code:?}"),
            format!(
                "use a currency code such as KRW or the points unit of a platform, or declare it: jandon unit add {} --decimals 0",
                quoted(code)
            ),
        ),
        CommandError::AmbiguousUnit { typed, fits } => Diagnostic::new(
            format!("{typed:?} is ambiguous: it is a name of {}", fits.join(", ")),
            format!("give the code, such as {}", fits.first().unwrap_or(&"")),
        ),
        CommandError::PlatformDecides { platform, property, value } => {
            let (what, option) = match property {
                PlatformProperty::Kind => ("kind", "--kind"),
                PlatformProperty::Unit => ("unit", "--unit"),
            };
            Diagnostic::new(
                format!("accounts on {platform} have the {what} {value}"),
                format!("leave {option} out; the platform decides it"),
            )
        }
        CommandError::UnknownChannel { typed, platform, channels } => Diagnostic::new(
            format!("{platform} has no official channel {typed:?}"),
            match channels.as_slice() {
                [] => format!("no channel of {platform} is known; give --fee or --received without --via"),
                channels => format!("its channels: {}", channels.join(", ")),
            },
        ),
        CommandError::AmbiguousChannel { typed, fits } => Diagnostic::new(
            format!("{typed:?} is ambiguous: several channels have such an id"),
            format!("give one of {}", fits.join(", ")),
        ),
        CommandError::NoChannel { channels } => Diagnostic::new(
            "a withdrawal needs its channel, or else --fee or --received",
            match channels.as_slice() {
                [] => "give --fee or --received to record what really happened".into(),
                channels => format!("name the channel: --via {}", channels.join(", --via ")),
            },
        ),
        CommandError::CarrierOnly { option, account } => Diagnostic::new(
            format!("--{option} is for carrier billing only, and {account} is another kind of account"),
            "leave it out",
        ),
        CommandError::ReceivedAndFeeDisagree { left, received, fee } => Diagnostic::new(
            format!("{received} received and a fee of {fee} do not add up to {left}"),
            "give only one of --received and --fee; the other follows",
        ),
        CommandError::ReceivedMoreThanLeft { left, received } => Diagnostic::new(
            format!("{received} received is more than the {left} that left"),
            "check the two amounts",
        ),
        CommandError::FeeAboveAmount { amount, fee } => Diagnostic::new(
            format!("a fee of {fee} is more than the {amount} that leaves"),
            "check the two amounts",
        ),
        CommandError::ReceivedNeeded { from, to } => Diagnostic::new(
            format!("{from} becomes {to} here, and the rate between the two accounts is unknown"),
            format!("say how much you received: --received AMOUNT (in {to})"),
        ),
        CommandError::TopupInTwoUnits { from, holds, to, wanted } => Diagnostic::new(
            format!("{from} holds {holds}, and {to} holds {wanted}"),
            format!(
                "record it as a transfer: jandon transfer {} {} AMOUNT --received AMOUNT",
                quoted_name(from),
                quoted_name(to)
            ),
        ),
        CommandError::ChannelPaysOther { channel, pays, account, unit } => Diagnostic::new(
            format!("{channel} pays {pays}, and {account} holds {unit}"),
            "choose another account with --to, or leave it out",
        ),
        CommandError::Withdrawal(error) => usage::withdrawal(error),
        CommandError::Rule(rule) => ledger::rule(rule),
        CommandError::PayNeedsCarrier { account, amount, carrier } => Diagnostic::new(
            format!("{account} is not a carrier account; `pay` records a carrier bill"),
            match carrier {
                Some(carrier) => format!(
                    "did you mean: jandon pay {} {} --from {}",
                    quoted_name(carrier),
                    quoted(amount),
                    quoted_name(account)
                ),
                None => "open one first: jandon account add phone --kind carrier".into(),
            },
        ),
        CommandError::SendFromCarrier { account, amount } => Diagnostic::new(
            format!("money cannot be sent from {account}, which is carrier billing"),
            format!("record a charge: jandon spend {} {}", quoted_name(account), quoted(amount)),
        ),
        CommandError::ReceiveOnCarrier { account, amount } => Diagnostic::new(
            format!("money cannot be received on {account}, which is carrier billing"),
            format!("record a refund: jandon refund {} {}", quoted_name(account), quoted(amount)),
        ),
        CommandError::Store(error) => ledger::store(error),
        CommandError::File { path, error } => Diagnostic::new(
            format!("{} cannot be used: {}", path.display(), file::cause(error)),
            "check the path and who may read or write it",
        ),
        CommandError::Output(error) => file::output(error),
        CommandError::UnknownEnding { ending, allowed } => Diagnostic::new(
            format!("unknown file extension .{ending}"),
            format!("use .{}, or name the format: --format csv", allowed.join(", .")),
        ),
        CommandError::NotShown { done, cause } => {
            let cause = match &**cause {
                CommandError::BrokenPipe => "its reader has stopped reading".to_string(),
                cause => diagnostic(cause).message,
            };
            let (what, hint) = match done {
                Done::Recorded(id) => (
                    format!("recorded as {id}"),
                    "do not repeat the command; see what it recorded: jandon history",
                ),
                Done::BackedUp => {
                    ("the backup was made".into(), "the backup is complete; do not repeat the command")
                }
                Done::Restored => (
                    "the ledger was restored".into(),
                    "do not repeat the command; look at it: jandon balance",
                ),
                Done::Repaired => ("the ledger was repaired".into(), "look at it: jandon check"),
            };
            Diagnostic::new(format!("{what}, but the answer could not be written ({cause})"), hint)
        }
        CommandError::Line { file, error } => file::line(file, error),
        CommandError::Statement { file, error } => super::statement::english(file, error),
        CommandError::PlatformFile { path, error } => {
            Diagnostic::new(platform_file_error(path, error), "the README shows one complete platform file")
        }
        CommandError::Config { path, error } => Diagnostic::new(
            format!("{}: {}", path.display(), config(error)),
            "correct the file, or move it away to use the defaults",
        ),
        CommandError::Unsound { findings } => Diagnostic::new(
            match findings {
                1 => "the ledger is not sound: 1 finding".to_string(),
                n => format!("the ledger is not sound: {n} findings"),
            },
            "keep a copy of the file; its records are still there",
        ),
        CommandError::NumericCategory { category, .. } => Diagnostic::new(
            format!("{category:?} reads as an amount, not as a category"),
            "give a category that is a number with --category",
        ),
        CommandError::Corrected { failure, correction } => Diagnostic {
            hint: match correction {
                Correction::Command(command) => format!("did you mean: {command}"),
                Correction::Channel { command, others } if others.is_empty() => {
                    format!("name the channel: {command}")
                }
                Correction::Channel { command, others } => {
                    format!("name the channel: {command} (or --via {})", others.join(", --via "))
                }
                Correction::Category { one_amount: Some(amount), category } => {
                    format!("for one amount: {amount}; for a category that is a number: {category}")
                }
                Correction::Credit { account, amount } => format!(
                    "for money in your favour: jandon log {} {} --credit",
                    quoted_name(account),
                    quoted(amount)
                ),
                Correction::Import(path) => format!(
                    "restore reads backups only; to read an export: jandon import {}",
                    quoted(&path.display().to_string())
                ),
                Correction::Category { one_amount: None, category } => {
                    format!("for a category that is a number: {category}")
                }
            },
            ..diagnostic(failure)
        },
        CommandError::BrokenPipe => Diagnostic::new("", ""),
    }
}

fn config(error: &ConfigError) -> String {
    match error {
        ConfigError::NotToml(why) => format!("not TOML: {why}"),
        ConfigError::UnknownKey(key) => {
            format!("unknown key `{key}`; known keys are unit, lang, [micropayments], [fees] and [plan]")
        }
        ConfigError::OnlyKey { table, example } => format!("`{table}` has one key only: `{example}`"),
        ConfigError::UnknownUnit { key, code } => format!("unknown unit {code:?} in `{key}`"),
        ConfigError::AmbiguousUnit { key, name, fits } => {
            let fits: Vec<String> = fits.iter().map(ToString::to_string).collect();
            format!("{name:?} in `{key}` is ambiguous: write {}", list_any(&fits, Language::English))
        }
        ConfigError::UnknownLanguage(code) => {
            format!("unknown language {code:?} in `lang`; use \"en\" or \"ko\"")
        }
        ConfigError::NotAnAmount { key, unit } => {
            format!("{unit} in `{key}` needs an amount in quotes, such as \"10000\"")
        }
        ConfigError::NotAnAmountWithUnit { key } => {
            format!("`{key}` needs an amount with its unit in quotes, such as \"100 KRW\"")
        }
    }
}
