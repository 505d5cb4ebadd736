//! Lines of imported files, platform files and output files that cannot be used, in Korean.

use super::super::{Diagnostic, edit_options, io_cause};
use super::{ledger, quoted_object, quoted_subject, typed};
use crate::fee::parse::{ExpectedSetting, Fault, FileError};
use crate::import::{Difference, ExpectedValue, LINE_MAX, LineError, MissingAmount};
use crate::messages::Language;
use crate::messages::particle::{object, subject, topic};
use crate::money::to_grouped_string;
use crate::output_file::OutputError;
use crate::store::{ImportError, Refusal, StoreError};
use crate::text::quoted_name;

pub(super) fn line(file: &str, error: &ImportError) -> Diagnostic {
    let (line, what) = match error {
        ImportError::Line { line, what } => (line, wrong(what)),
        ImportError::Refused { line, error } => (line, refused(error)),
    };
    Diagnostic::new(format!("{file}:{line}: {}. 아무것도 가져오지 않았습니다", what.message), what.hint)
}

fn refused(error: &StoreError) -> Diagnostic {
    let found = ledger::store(error);
    match error {
        StoreError::Refused(Refusal::NameTaken(name)) => Diagnostic::new(
            found.message,
            format!("먼저 이름을 바꾸십시오: jandon account edit {} --rename NAME", quoted_name(name)),
        ),
        _ => found,
    }
}

fn wrong(error: &LineError) -> Diagnostic {
    match error {
        LineError::NoHeader => Diagnostic::new(
            "첫 줄이 {\"jandon\":1}이 아닙니다",
            "`jandon export`로 쓴 파일이나 첫 줄이 그렇게 시작하는 파일을 쓰십시오",
        ),
        LineError::Newer(version) => Diagnostic::new(
            format!("더 새로운 jandon이 쓴 파일입니다(형식 {version})"),
            "더 새로운 jandon을 쓰십시오",
        ),
        LineError::NotText => Diagnostic::new("줄이 UTF-8 텍스트가 아닙니다", "파일을 UTF-8로 저장하십시오"),
        LineError::TooLong => {
            Diagnostic::new(format!("줄이 {LINE_MAX}바이트보다 깁니다"), "한 줄에 기록을 하나씩 쓰십시오")
        }
        LineError::NotJson(error) => Diagnostic::new(
            format!("줄이 JSON이 아닙니다({error})"),
            "한 줄에 기록을 하나씩 JSON으로 쓰십시오",
        ),
        LineError::Form(error) => Diagnostic::new(
            format!("줄이 기록의 형식에 맞지 않습니다({error})"),
            "unit, account, rate, change, entry, snapshot, void 중 하나를 쓰십시오. 예: jandon export",
        ),
        LineError::Text { key, error } => {
            Diagnostic::new(typed::wrong_text(&format!("`{key}`"), error), typed::text_hint(error))
        }
        LineError::Value { key, text, expected } => Diagnostic::new(
            format!("`{key}`의 값 {} 올바르지 않습니다", quoted_subject(text)),
            format!("`{key}`에 필요한 값: {}", expected_value(*expected)),
        ),
        LineError::AmountMissing(missing) => Diagnostic::new(
            match missing {
                MissingAmount::Place => "금액이 없습니다: `from`과 `out`, 또는 `to`와 `in`이 필요합니다",
                MissingAmount::Either => "금액이 없습니다: `out` 또는 `in`이 필요합니다",
                MissingAmount::Both => "금액이 없습니다: 단위가 둘이므로 `out`과 `in`이 모두 필요합니다",
            },
            "금액을 더하십시오",
        ),
        LineError::UnknownAccount(name) => Diagnostic::new(
            format!("계정 {} 찾을 수 없습니다", quoted_object(name)),
            "앞줄에서 열거나 `jandon account add NAME`으로 여십시오. 내 계정이 아닌 곳은 빼십시오",
        ),
        LineError::UnknownUnit(code) => Diagnostic::new(
            format!("알 수 없는 단위: {code:?}"),
            "앞줄에서 단위를 정하십시오: {\"unit\":{\"code\":…,\"decimals\":…}}",
        ),
        LineError::UnknownChange(id) => Diagnostic::new(
            format!("변경 {} 찾을 수 없습니다", quoted_object(id)),
            "변경을 가리키는 줄보다 앞에 그 변경의 줄을 두십시오",
        ),
        LineError::ChangeIsOver(id) => Diagnostic::new(
            format!("변경 {} 이 줄 없이 이미 끝났습니다", quoted_subject(id)),
            "한 변경의 줄을 모두 붙여 두거나 `change`를 빼십시오",
        ),
        LineError::AccountDiffers(name) => Diagnostic::new(
            format!("장부에 이름이 {name:?}인 다른 계정이 이미 있습니다"),
            "둘 중 하나의 이름을 바꾸십시오",
        ),
        LineError::Differs(difference) => {
            let Difference { what, id, said, known, values, recorded } = &**difference;
            Diagnostic::new(
                match *what {
                    "account" | "rate" | "unit" => format!(
                        "변경 {id:?}의 `{what}` 내용이 이 줄에서는 {said}인데, 기록된 것은 {known}입니다"
                    ),
                    what => {
                        format!("`{what}` {id:?}의 내용이 이 줄에서는 {said}인데, 기록된 것은 {known}입니다")
                    }
                },
                match (recorded, edit_options(values)) {
                    (Some(id), Some(options)) => {
                        format!("기록된 것을 바로잡으려면: jandon edit {id}{options}")
                    }
                    (Some(_), None) => "따로 더 기록하려면 줄의 id를 바꾸거나 빼십시오".into(),
                    (None, _) => {
                        "내보낸 줄은 그대로 두고, 새로운 줄에는 `id`와 `change`를 쓰지 마십시오".into()
                    }
                },
            )
        }
    }
}

fn expected_value(expected: ExpectedValue) -> &'static str {
    match expected {
        ExpectedValue::Moment => "2026-11-20 또는 2026-11-20T18:30:00 같은 날짜",
        ExpectedValue::Day => "2026-11-20 같은 날짜",
        ExpectedValue::Expiry => "2031-10-05 같은 날짜 또는 never",
        ExpectedValue::Amount => {
            "\"12500\"이나 \"3.50\"처럼 따옴표로 묶고 단위의 소수 자릿수를 넘지 않는 금액"
        }
        ExpectedValue::AmountNotBelowZero => "0 이상의 금액",
        ExpectedValue::AmountThatFits => "장부에 기록할 수 있는 크기의 금액",
        ExpectedValue::SumOfParts => "받는 금액, 수수료, 세금의 합",
        ExpectedValue::UnitCode => "대문자나 숫자 1~16자",
        ExpectedValue::OtherUnit => "`unit`과 다른 단위",
        ExpectedValue::UnitOfAccount => "계정의 단위",
        ExpectedValue::Decimals => "0부터 9까지의 수",
        ExpectedValue::DayOfMonth => "1부터 31까지의 수",
        ExpectedValue::Rate => "\"1400\", \"0.95\" 또는 \"2/3\" 같은 비율",
        ExpectedValue::AccountKind => "wallet, rewards, giftcard, carrier, bank 중 하나",
        ExpectedValue::CarrierAccount => "휴대폰 소액결제 계정",
        ExpectedValue::EntryKind => "spend, earn, topup, refund, transfer, withdraw, pay, expire 중 하나",
    }
}

pub(in super::super) fn platform_file_error(path: &str, error: &FileError) -> String {
    let key = &error.key;
    let what = match &error.fault {
        Fault::TooMany(max) => {
            format!("`{key}`의 표가 {}개보다 많습니다", to_grouped_string(*max as i128, 0))
        }
        Fault::NotToml(why) => format!("TOML이 아닙니다({})", why.lines().next().unwrap_or_default()),
        Fault::UnknownKey(allowed) => {
            format!("알 수 없는 키 `{key}`. 쓸 수 있는 키: {}", allowed.join(", "))
        }
        Fault::Text(error) => typed::wrong_text(&format!("`{key}`"), error),
        Fault::Missing => format!("`{key}` 키가 없습니다"),
        Fault::Expected(expected) => format!("`{key}`에 필요한 값: {}", setting(expected)),
        Fault::RateNotPositive => format!("`{key}` 값은 0보다 커야 합니다"),
        Fault::MinAboveMax => format!("`{key}` 값이 `max`보다 큽니다. `max` 이하여야 합니다"),
        Fault::SlabsOverlap => {
            format!("`{key}` 구간이 앞 구간보다 늦게 끝나지 않습니다. `to`는 앞의 것보다 커야 합니다")
        }
        Fault::SlabOpenBeforeLast => {
            format!("`{key}` 앞에 `to`가 없는 구간이 있습니다. 마지막 구간만 끝이 없을 수 있습니다")
        }
        Fault::DatesOverlap(day) => format!(
            "{day}에 `{key}` 규칙과 다른 규칙이 함께 적용됩니다. 한 출금 방법의 기간은 겹칠 수 없습니다"
        ),
        Fault::DatesBackwards => format!("`{key}` 날짜가 `from`보다 빠릅니다"),
        Fault::DuplicateChannel(id) => format!("`{key}`의 id {} 다른 출금 방법과 같습니다", subject(id)),
        Fault::ChannelOnCarrier => format!(
            "`{key}`: 휴대폰 소액결제에는 출금 방법이 없습니다. 결제 한도는 돈이 아니라 신용이며, 되파는 것은 불법입니다"
        ),
        Fault::ChannelOnClosed => {
            format!("`{key}`: 출금할 수 없는 플랫폼에는 출금 방법이 없습니다")
        }
        Fault::UnknownUnit(code) => {
            format!("`{key}` 값 {} 통화도 플랫폼의 단위도 아닙니다", topic(code))
        }
    };
    format!("{path}:{}: {what}", error.line)
}

fn setting(expected: &ExpectedSetting) -> String {
    let fixed = match expected {
        ExpectedSetting::Id => "소문자, 숫자, 하이픈",
        ExpectedSetting::Table => "표",
        ExpectedSetting::Tables => "표의 목록",
        ExpectedSetting::Text => "텍스트 또는 { en = \"…\", ko = \"…\" }",
        ExpectedSetting::Texts => "텍스트 목록",
        ExpectedSetting::Name => "이름",
        ExpectedSetting::Flag => "true 또는 false",
        ExpectedSetting::Country => "대문자 두 자(ISO 3166)",
        ExpectedSetting::UnitCode => "통화 코드 또는 대문자로 쓴 포인트 단위",
        ExpectedSetting::Destination => "bank, card, cash, voucher 또는 wallet:<platform>",
        ExpectedSetting::Source => "규칙의 주소, https://…",
        ExpectedSetting::Day => "2026-11-22처럼 따옴표 없는 날짜",
        ExpectedSetting::Validity => {
            "\"5y\", \"18m\", \"90d\", \"5y/month-end\", \"2y/year-end\" 같은 기간 또는 \"never\""
        }
        ExpectedSetting::Arrival => {
            "[\"0h\", \"3d\"]처럼 가장 빠른 때와 가장 늦은 때, 영업일은 [\"1bd\", \"3bd\"]"
        }
        ExpectedSetting::Rate => "소수점 아래 아홉 자리까지의 소수 또는 \"2/3\" 같은 분수",
        ExpectedSetting::OneScale => "flat과 percent, slabs, brackets 중 하나",
        ExpectedSetting::Percent => "소수점 아래 여섯 자리까지의 퍼센트",
        ExpectedSetting::PercentRange => {
            "소수점 아래 여섯 자리까지이고 1000 이하인 퍼센트 하나, 또는 작은 것부터 둘"
        }
        ExpectedSetting::AmountAboveZero => "0보다 큰 금액",
        ExpectedSetting::CurrencyDecimals(currency) => {
            return format!("{currency}의 소수 자릿수인 {}", currency.decimals);
        }
        ExpectedSetting::OneOf(words) => return format!("{} 중 하나", words.join(", ")),
        ExpectedSetting::Rounding(modes) => {
            return format!("{} 중 하나 또는 {{ mode = …, to = … }}", modes.join(", "));
        }
        ExpectedSetting::RuleKeys(keys) => {
            return format!("규칙의 키를 한 번씩 쓴 목록: {}", keys.join(", "));
        }
        ExpectedSetting::Whole { least, most: None } => {
            return format!("따옴표 없는 {least} 이상의 정수");
        }
        ExpectedSetting::Whole { least, most: Some(most) } => {
            return format!("따옴표 없는 {least}부터 {most}까지의 정수");
        }
        ExpectedSetting::Amount { decimals } => {
            return format!("따옴표로 묶고 소수가 {decimals}자리를 넘지 않는 금액");
        }
    };
    fixed.into()
}

pub(super) fn output(error: &OutputError) -> Diagnostic {
    match error {
        OutputError::IsTheLedger(path) => Diagnostic::new(
            format!("{} 장부 파일입니다", topic(&path.display().to_string())),
            "다른 파일을 지정하십시오. 다른 디스크가 가장 좋습니다",
        ),
        OutputError::IsInput(path) => Diagnostic::new(
            format!("{} 이 명령이 읽는 파일입니다", topic(&path.display().to_string())),
            "다른 파일을 지정하십시오",
        ),
        OutputError::Exists(path) => Diagnostic::new(
            format!("{} 이미 있습니다", subject(&path.display().to_string())),
            "다른 이름을 고르거나 덮어쓰십시오: --force",
        ),
        OutputError::NotAPlainFile(path) => Diagnostic::new(
            format!("{} 일반 파일이 아닙니다", topic(&path.display().to_string())),
            "파일을 지정하십시오. 표준 출력은 -o -이며 다른 곳으로 보낼 수 있습니다",
        ),
        OutputError::Io(path, error) => Diagnostic::new(
            format!(
                "{} 쓸 수 없습니다: {}",
                object(&path.display().to_string()),
                match error.kind() {
                    std::io::ErrorKind::NotFound if path.is_symlink() => "끊어진 링크".into(),
                    std::io::ErrorKind::NotFound => "폴더 없음".into(),
                    _ => cause(error),
                }
            ),
            "경로와 쓰기 권한을 확인하십시오. 장부는 바뀌지 않았습니다",
        ),
    }
}

/// Returns why a file cannot be used.
pub(super) fn cause(error: &std::io::Error) -> String {
    io_cause(error.kind(), &error.to_string(), Language::Korean).into()
}
