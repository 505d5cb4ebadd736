//! The pages of `channels`.

use super::{Language, Message, date, list_all};
use crate::period::Day;

/// A line of the pages of `channels`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ChannelsLine {
    Count { platforms: usize, channels: usize },
    OneInFull { example: String },
    NoWayOut(Vec<String>),
    Ended(Vec<String>),
    NoneKnown(Vec<String>),
    NotKnownWellEnough,
    HasEnded,
    Compare { command: String },
    FileIsRight { file: String, platform: String, channels: usize, rules: usize },
}

/// A word about a rule in a cell.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a word says itself")]
pub enum RuleWord {
    NoRuleToday,
    OnACondition,
    AnyAmount,
    UpTo { amount: String },
    Above { amount: String },
    OnlyIf { condition: String },
    Always,
    Since { from: Day, today: Day },
    Until { until: Day, today: Day },
    Between { from: Day, until: Day, today: Day },
    Checked { confidence: &'static str, day: Day, today: Day, is_stale: bool },
}

/// Returns the name of a country, or its code where it is not known here.
pub fn country(code: &str, language: Language) -> &str {
    let (english, korean) = match code {
        "AR" => ("Argentina", "아르헨티나"),
        "AU" => ("Australia", "호주"),
        "BD" => ("Bangladesh", "방글라데시"),
        "BR" => ("Brazil", "브라질"),
        "CN" => ("China", "중국"),
        "CO" => ("Colombia", "콜롬비아"),
        "DE" => ("Germany", "독일"),
        "DK" => ("Denmark", "덴마크"),
        "GB" => ("United Kingdom", "영국"),
        "GH" => ("Ghana", "가나"),
        "HK" => ("Hong Kong", "홍콩"),
        "ID" => ("Indonesia", "인도네시아"),
        "IN" => ("India", "인도"),
        "JP" => ("Japan", "일본"),
        "KE" => ("Kenya", "케냐"),
        "KR" => ("South Korea", "대한민국"),
        "MY" => ("Malaysia", "말레이시아"),
        "PH" => ("Philippines", "필리핀"),
        "PK" => ("Pakistan", "파키스탄"),
        "SG" => ("Singapore", "싱가포르"),
        "UG" => ("Uganda", "우간다"),
        "US" => ("United States", "미국"),
        "VN" => ("Vietnam", "베트남"),
        "ZZ" => ("Several countries", "여러 나라"),
        "" => ("No country given", "나라 미지정"),
        other => (other, other),
    };
    match language {
        Language::English => english,
        Language::Korean => korean,
    }
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl Message for ChannelsLine {
    fn english(&self) -> String {
        match self {
            ChannelsLine::Count { platforms, channels } => {
                format!("{}, {}", many(*platforms, "platform"), many(*channels, "official channel"))
            }
            ChannelsLine::OneInFull { example } => {
                format!("One platform in full, with sources: jandon channels {example}")
            }
            ChannelsLine::NoWayOut(platforms) => format!("No official way out: {}", platforms.join(", ")),
            ChannelsLine::Ended(platforms) => format!("Ended: {}", platforms.join(", ")),
            ChannelsLine::NoneKnown(platforms) => format!("No channel known: {}", platforms.join(", ")),
            ChannelsLine::NotKnownWellEnough => "No channel of it is known well enough to be listed.".into(),
            ChannelsLine::HasEnded => "The service has ended.".into(),
            ChannelsLine::Compare { command } => format!("What a withdrawal pays out: {command}"),
            ChannelsLine::FileIsRight { file, platform, channels, rules } => format!(
                "{file} has no faults: platform {platform}, {}, {}.",
                many(*channels, "channel"),
                many(*rules, "rule")
            ),
        }
    }

    fn korean(&self) -> String {
        let list = |platforms: &[String]| list_all(platforms, Language::Korean);
        match self {
            ChannelsLine::Count { platforms, channels } => {
                format!("플랫폼 {platforms}개, 공식 출금 방법 {channels}개")
            }
            ChannelsLine::OneInFull { example } => {
                format!("플랫폼 하나를 출처와 함께 자세히 보기: jandon channels {example}")
            }
            ChannelsLine::NoWayOut(platforms) => format!("공식 출금 방법 없음: {}", list(platforms)),
            ChannelsLine::Ended(platforms) => format!("서비스 종료: {}", list(platforms)),
            ChannelsLine::NoneKnown(platforms) => format!("알려진 출금 방법 없음: {}", list(platforms)),
            ChannelsLine::NotKnownWellEnough => "목록에 올릴 만큼 확인된 출금 방법이 없습니다.".into(),
            ChannelsLine::HasEnded => "서비스가 종료되었습니다.".into(),
            ChannelsLine::Compare { command } => format!("출금하면 받는 금액 보기: {command}"),
            ChannelsLine::FileIsRight { file, platform, channels, rules } => {
                format!("{file}: 오류 없음. 플랫폼 {platform}, 출금 방법 {channels}개, 규칙 {rules}개.")
            }
        }
    }
}

impl Message for RuleWord {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            RuleWord::NoRuleToday => "no rule in force today".into(),
            RuleWord::OnACondition => "on a condition".into(),
            RuleWord::AnyAmount => "any".into(),
            RuleWord::UpTo { amount } => format!("up to {amount}"),
            RuleWord::Above { amount } => format!("above {amount}"),
            RuleWord::OnlyIf { condition } => format!("only if {condition}"),
            RuleWord::Always => "dates not known".into(),
            RuleWord::Since { from, today } => format!("since {}", date(*from, *today, en)),
            RuleWord::Until { until, today } => format!("until {}", date(*until, *today, en)),
            RuleWord::Between { from, until, today } => {
                format!("{} to {}", date(*from, *today, en), date(*until, *today, en))
            }
            RuleWord::Checked { confidence, day, today, is_stale } => {
                let again = if *is_stale { "; check it again" } else { "" };
                format!("{confidence}, checked {}{again}", date(*day, *today, en))
            }
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            RuleWord::NoRuleToday => "오늘 적용되는 규칙 없음".into(),
            RuleWord::OnACondition => "조건부".into(),
            RuleWord::AnyAmount => "제한 없음".into(),
            RuleWord::UpTo { amount } => format!("{amount}까지"),
            RuleWord::Above { amount } => format!("{amount} 초과"),
            RuleWord::OnlyIf { condition } => format!("조건: {condition}"),
            RuleWord::Always => "명시되지 않음".into(),
            RuleWord::Since { from, today } => format!("{}부터", date(*from, *today, ko)),
            RuleWord::Until { until, today } => format!("{}까지", date(*until, *today, ko)),
            RuleWord::Between { from, until, today } => {
                format!("{} ~ {}", date(*from, *today, ko), date(*until, *today, ko))
            }
            RuleWord::Checked { confidence, day, today, is_stale } => {
                let again = if *is_stale { ", 다시 확인 필요" } else { "" };
                format!("{confidence}, {} 확인{again}", date(*day, *today, ko))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_languages, check_variants};
    use super::*;
    use crate::fee::catalog::Catalog;

    #[test]
    fn every_line_and_word_is_whole_in_both_languages() {
        let day = Day::parse_iso("2026-11-25").expect("a day");
        let names = || vec!["kakaopay".to_string(), "toss-points".to_string()];
        let lines = [
            ChannelsLine::Count { platforms: 123, channels: 1 },
            ChannelsLine::OneInFull { example: "kakaopay".into() },
            ChannelsLine::NoWayOut(names()),
            ChannelsLine::Ended(names()),
            ChannelsLine::NoneKnown(names()),
            ChannelsLine::NotKnownWellEnough,
            ChannelsLine::HasEnded,
            ChannelsLine::Compare { command: "jandon fees kakaopay 10,000".into() },
            ChannelsLine::FileIsRight {
                file: "a.toml".into(),
                platform: "kakaopay".into(),
                channels: 1,
                rules: 2,
            },
        ];
        let words = [
            RuleWord::NoRuleToday,
            RuleWord::OnACondition,
            RuleWord::AnyAmount,
            RuleWord::UpTo { amount: "500".into() },
            RuleWord::Above { amount: "500".into() },
            RuleWord::Always,
            RuleWord::Since { from: day, today: day },
            RuleWord::Until { until: day, today: day },
            RuleWord::Between { from: day, until: day, today: day },
        ];
        let source = include_str!("channels.rs");
        check_variants(source, "ChannelsLine", &format!("{lines:?}"));
        check_variants(source, "RuleWord", &format!("{words:?} OnlyIf Checked"));
        lines.iter().for_each(check_languages);
        words.iter().for_each(check_languages);
        for (language, condition, confidence) in
            [(Language::English, "charged", "unverified"), (Language::Korean, "충전한 경우", "제3자 출처")]
        {
            let condition = RuleWord::OnlyIf { condition: condition.into() };
            let checked = RuleWord::Checked { confidence, day, today: day, is_stale: true };
            assert!(!language.say(&condition).is_empty() && language.say(&checked).contains(confidence));
        }
    }

    #[test]
    fn every_country_of_the_catalog_has_a_name() {
        let catalog = Catalog::default();
        for platform in catalog.ids().iter().filter_map(|id| catalog.get(id)) {
            let code = platform.country.as_deref().unwrap_or_default();
            assert_ne!(country(code, Language::Korean), code, "{}", platform.id);
        }
    }
}
