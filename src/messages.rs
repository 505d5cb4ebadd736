//! Every sentence that people read: what it says as data, and its words in each language.
//!
//! A [`Message`] carries values, never text. Its words in English and in Korean stand side by side, each
//! in one exhaustive `match`: a missing translation does not compile. One message is one whole sentence;
//! no sentence is put together from clauses, which have another order in another language.
//!
//! JSON and CSV never depend on a language: their messages are the English ones.

pub mod calendar;
pub mod damage;
pub mod error;
pub mod help;
pub mod import;
pub mod month_page;
pub mod notice;
pub mod particle;
pub mod record;
pub mod rule;
pub mod warning;

mod balance;
mod cell;
mod channels;
mod chart;
mod demo;
mod due;
mod expiring;
mod fees;
mod heading;
mod history;
mod ledger_file;
mod list;
mod plan;
mod report;
mod stale;
mod status;
mod terms;
mod value;

pub use balance::{BalanceLine, BalanceRemark};
pub use cell::{CellWord, EmptyPage};
pub use channels::{ChannelsLine, RuleWord, country};
pub use chart::ChartLine;
pub use demo::DemoLine;
pub use due::DueLine;
pub use expiring::ExpiringLine;
pub use fees::{Arrival, BlockedChannel, ChannelTerms, FeesLine, FreeLeftText, RulesOf, Trust};
pub use heading::Heading;
pub use history::{ChangeRemark, HistoryKind, HistoryRemark, HistoryText, LedgerChangeKind, short_id};
pub use import::{ImportLine, ProfileLine};
pub use ledger_file::{LedgerContents, LedgerFileLine, ledger_part_in_korean};
pub use list::ListLine;
pub use notice::Notice;
pub use plan::{AlternativeFigure, PlanLine};
pub use report::ReportLine;
pub use stale::StaleLine;
pub use status::StatusLine;
pub use terms::{MONTHS, date, day_and_time, days, kind_of_account, kind_of_entry, list_all, list_any};
pub use value::ValueLine;
pub use warning::Warning;

/// A language that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Korean.
    Korean,
}

/// A sentence for people.
pub trait Message {
    /// Returns it in English.
    fn english(&self) -> String;
    /// Returns it in Korean.
    fn korean(&self) -> String;
}

impl Language {
    /// Returns a message in this language.
    pub fn say(self, message: &impl Message) -> String {
        match self {
            Language::English => message.english(),
            Language::Korean => message.korean(),
        }
    }

    /// Returns a heading in this language.
    pub fn heading(self, heading: Heading) -> &'static str {
        match self {
            Language::English => heading.english(),
            Language::Korean => heading.korean(),
        }
    }

    /// Returns a text of the catalog in this language, or in the only one that it has.
    pub fn text(self, text: &crate::fee::Text) -> &str {
        match (self, &text.ko) {
            (Language::Korean, Some(korean)) => korean,
            (Language::Korean, None) | (Language::English, _) => &text.en,
        }
    }

    /// Returns the language of a code: `en`, `ko`, or a locale that begins with it.
    pub fn of_code(code: &str) -> Option<Language> {
        match code.split(['_', '-', '.', '@']).next()?.to_ascii_lowercase().as_str() {
            "ko" => Some(Language::Korean),
            "en" => Some(Language::English),
            _ => None,
        }
    }

    /// Returns the language of a locale, such as `ko_KR.UTF-8`. Locales of other languages read English;
    /// `None` where the variable says nothing.
    pub fn of_locale(locale: &str) -> Option<Language> {
        (!locale.is_empty()).then(|| Language::of_code(locale).unwrap_or(Language::English))
    }
}

/// What the tests of the messages share.
#[cfg(test)]
mod testing {
    use super::Message;

    /// Words in Latin letters that a Korean sentence may have: commands and their words, codes, units of
    /// measure, and the names of the samples.
    const ALLOWED: &[&str] = &[
        "jandon",
        "SQLite",
        "account",
        "add",
        "edit",
        "reopen",
        "backup",
        "channels",
        "check",
        "fees",
        "import",
        "log",
        "profiles",
        "rate",
        "redo",
        "restore",
        "set",
        "undo",
        "withdraw",
        "chmod",
        "chown",
        "go",
        "go-w",
        "MiB",
        "dropbox",
        "below-minimum",
        "kakaopay",
        "toss-points",
    ];

    /// Returns the words of a sentence that are English and no name, code, command, option, unit or file.
    fn english_words(text: &str) -> Vec<&str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_./$".contains(c);
        // What stands between backticks is quoted.
        text.split('`')
            .step_by(2)
            .flat_map(|text| text.split(|c| !is_part(c)))
            .filter(|word| word.contains(|c: char| c.is_ascii_lowercase()))
            .filter(|word| {
                !word.contains(|c: char| "/$".contains(c) || c.is_ascii_digit()) && !word.starts_with("--")
            })
            .map(|word| word.trim_end_matches('.'))
            .filter(|word| !word.contains('.') && !ALLOWED.contains(word))
            .collect()
    }

    /// Checks that a Korean sentence is Korean and the English one is not.
    pub fn check_languages(message: &impl Message) {
        let (english, korean) = (message.english(), message.korean());
        let is_hangul = |c: char| ('가'..='힣').contains(&c);
        assert!(korean.contains(is_hangul), "{korean}");
        assert_eq!(english_words(&korean), Vec::<&str>::new(), "{korean}");
        assert!(english.contains(|c: char| c.is_ascii_lowercase()), "{english}");
        for text in [&english, &korean] {
            assert!(!text.contains("  ") && text.trim() == text && !text.contains(['\n', '{']), "{text:?}");
        }
    }

    /// Checks that the samples, as Rust shows them, have every variant of an enum of a source file.
    pub fn check_variants(source: &str, name: &str, samples: &str) {
        let body =
            source.split(&format!("pub enum {name} {{")).nth(1).and_then(|rest| rest.split("\n}").next());
        let body = body.unwrap_or_else(|| panic!("no enum {name}"));
        let variants = body.lines().filter_map(|line| {
            let line = line
                .strip_prefix("    ")
                .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))?;
            line.split(|c: char| !c.is_alphanumeric()).next()
        });
        let words: Vec<&str> = samples.split(|c: char| !c.is_alphanumeric()).collect();
        let missing: Vec<&str> = variants.filter(|variant| !words.contains(variant)).collect();
        assert!(missing.is_empty(), "{name} without a sample: {missing:?}");
    }

    #[test]
    fn english_words_are_found_beside_names_and_commands() {
        let text = "카카오페이에서 KRW로 spent 하려면: jandon log 카카오 --date a/b.db";
        assert_eq!(english_words(text), ["spent"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_language_of_a_locale() {
        for (locale, language) in [
            ("ko_KR.UTF-8", Some(Language::Korean)),
            ("ko", Some(Language::Korean)),
            ("ko-KR", Some(Language::Korean)),
            ("en_US.UTF-8", Some(Language::English)),
            ("C", Some(Language::English)),
            ("kok_IN", Some(Language::English)),
            ("", None),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
        assert_eq!(Language::of_code("fr"), None);
    }
}
