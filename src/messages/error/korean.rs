//! Errors in Korean.

mod file;
mod ledger;
mod typed;
mod usage;

pub(super) use file::platform_file_error;

use super::{
    CommandError, ConfigError, Correction, Diagnostic, Done, ExpectedWord, PlatformProperty, set_platform,
};
use crate::messages::particle::{and, object, subject, topic, toward};
use crate::money::{MoneyError, RateError};
use crate::text::{quoted, quoted_name};

pub(super) fn diagnostic(error: &CommandError) -> Diagnostic {
    match error {
        CommandError::Usage(error) => usage::usage(error),
        CommandError::NoHome => Diagnostic::new(
            "홈 폴더가 없어 장부를 둘 곳이 없습니다",
            "파일을 지정하십시오: --ledger FILE 또는 환경 변수 JANDON_LEDGER",
        ),
        CommandError::NotText { name } => Diagnostic::new(
            format!("환경 변수 {name}의 값이 UTF-8 텍스트가 아닙니다"),
            "텍스트로 지정하거나 지정하지 마십시오",
        ),
        CommandError::Clock { text } => Diagnostic::new(
            format!("--today 또는 JANDON_TODAY의 날짜 {} 올바르지 않습니다", quoted_subject(text)),
            "2026-11-22 또는 2026-11-22T13:05처럼 쓰십시오",
        ),
        CommandError::Amount(error) => typed::amount(error),
        CommandError::ZeroAmount { text } => {
            Diagnostic::new(format!("금액 {} 0입니다", quoted_topic(text)), "0보다 큰 금액을 쓰십시오")
        }
        CommandError::Money(MoneyError::UnitsDiffer(a, b)) => Diagnostic::new(
            format!("{} {} 더할 수 없습니다", and(&a.to_string()), topic(&b.to_string())),
            "두 금액을 같은 단위로 쓰십시오",
        ),
        CommandError::Money(MoneyError::TooLarge) => Diagnostic::new(
            "합계가 장부에 기록하기에 너무 큽니다",
            "금액에 숫자가 더 들어가지 않았는지 확인하십시오",
        ),
        CommandError::Date(error) => typed::date(error),
        CommandError::Rate(error) => Diagnostic::new(
            match error {
                RateError::NotARate(text) => format!("환산 비율 {} 올바르지 않습니다", quoted_subject(text)),
                RateError::NotPositive(text) => {
                    format!("환산 비율 {} 0보다 크지 않습니다", quoted_subject(text))
                }
                RateError::TooPrecise(text) => {
                    format!("환산 비율 {text:?}의 자릿수가 너무 많습니다")
                }
            },
            "0.95처럼 소수점 아래 아홉 자리까지의 소수나 2/3 같은 분수로 쓰십시오",
        ),
        CommandError::MonthStart { day } => Diagnostic::new(
            format!("한 달은 {day}일에 시작할 수 없습니다"),
            "--month-start에 1부터 31까지의 날을 쓰십시오",
        ),
        CommandError::Name { error, can_be_opened } => typed::name(error, *can_be_opened),
        CommandError::Text { field, error } => typed::text(*field, error),
        CommandError::Word { expected, typed, allowed } => {
            let what = match expected {
                ExpectedWord::AccountKind => "계정 종류",
                ExpectedWord::EntryKind => "내역 종류",
                ExpectedWord::ExportFormat => "내보내기 형식",
                ExpectedWord::Language => "JANDON_LANG의 언어",
            };
            Diagnostic::new(
                format!("알 수 없는 {what}: {typed:?}"),
                format!("다음 중 하나를 쓰십시오: {}", allowed.join(", ")),
            )
        }
        CommandError::UnknownPlatform { typed, close } => Diagnostic::new(
            format!("플랫폼 {} 찾을 수 없습니다", quoted_object(typed)),
            match close.as_slice() {
                [] => "플랫폼 목록: jandon channels".into(),
                close => typed::similar(close),
            },
        ),
        CommandError::AmbiguousPlatform { typed, fits } => Diagnostic::new(
            format!("{} 여러 플랫폼의 이름과 맞습니다", quoted_topic(typed)),
            typed::similar(fits),
        ),
        CommandError::NoPlatform { account, close } => Diagnostic::new(
            format!("계정 {account}의 플랫폼이 정해지지 않아 출금 방법을 알 수 없습니다"),
            match close.as_slice() {
                [] => "플랫폼 목록: jandon channels".into(),
                [one] => format!("플랫폼을 정하십시오: {}", set_platform(account, one)),
                [first, others @ ..] => format!(
                    "플랫폼을 정하십시오: {} (또는 {})",
                    set_platform(account, first),
                    others.join(", ")
                ),
            },
        ),
        CommandError::IsABank { account } => Diagnostic::new(
            format!("{} 은행 계정이므로 계산할 출금이 없습니다", topic(account)),
            "출금할 계정을 지정하십시오. 계정 보기: jandon balance",
        ),
        CommandError::PlatformDiffers { account, platform, property, own, wanted } => {
            let what = match property {
                PlatformProperty::Kind => "종류",
                PlatformProperty::Unit => "단위",
            };
            Diagnostic::new(
                format!(
                    "계정 {account}의 {what}({own})와 플랫폼 {platform}의 {what}({wanted})가 달라 이 플랫폼의 \
                     수수료 규정을 쓸 수 없습니다"
                ),
                match property {
                    PlatformProperty::Kind => format!(
                        "플랫폼의 종류로 바꾸십시오: jandon account edit {} --platform {platform}",
                        quoted_name(account)
                    ),
                    PlatformProperty::Unit => format!(
                        "다른 계정을 쓰십시오: jandon account add {platform}-{wanted} --platform {platform}"
                    ),
                },
            )
        }
        CommandError::PlatformGone { account, platform } => Diagnostic::new(
            format!("계정 {account}의 플랫폼 {} 카탈로그에 없습니다", subject(platform)),
            "플랫폼 파일을 platforms 폴더에 다시 넣거나 폴더를 지정하십시오: --catalog DIR",
        ),
        CommandError::NoCatalogFolder { path } => Diagnostic::new(
            format!("플랫폼 파일 폴더 {} 찾을 수 없습니다", object(&path.display().to_string())),
            "--catalog DIR 또는 JANDON_CATALOG에 있는 폴더를 지정하거나 둘 다 빼십시오",
        ),
        CommandError::NotClosed { account } => Diagnostic::new(
            format!("계정 {} 이미 열려 있습니다", topic(account)),
            format!("계정 보기: jandon account show {}", quoted_name(account)),
        ),
        CommandError::UnknownUnit { code } => Diagnostic::new(
            format!("알 수 없는 단위: {code:?}"),
            format!(
                "KRW 같은 통화 코드나 플랫폼의 포인트 단위를 쓰거나 단위를 정하십시오: jandon unit add {} --decimals 0",
                quoted(code)
            ),
        ),
        CommandError::AmbiguousUnit { typed, fits } => Diagnostic::new(
            format!("{} 여러 단위의 이름입니다: {}", quoted_topic(typed), fits.join(", ")),
            format!("{} 같은 코드를 쓰십시오", fits.first().unwrap_or(&"")),
        ),
        CommandError::PlatformDecides { platform, property, value } => {
            let (what, option) = match property {
                PlatformProperty::Kind => ("종류", "--kind"),
                PlatformProperty::Unit => ("단위", "--unit"),
            };
            Diagnostic::new(
                format!("플랫폼 {platform}의 계정은 {} {value}입니다", subject(what)),
                format!("플랫폼이 정하므로 {} 빼십시오", object(option)),
            )
        }
        CommandError::UnknownChannel { typed, platform, channels } => Diagnostic::new(
            format!("플랫폼 {platform}의 공식 출금 방법 중에 {} 없습니다", quoted_subject(typed)),
            match channels.as_slice() {
                [] => format!(
                    "{platform}의 출금 방법이 알려져 있지 않습니다. --via 없이 --fee 또는 --received를 쓰십시오"
                ),
                channels => format!("출금 방법: {}", channels.join(", ")),
            },
        ),
        CommandError::AmbiguousChannel { typed, fits } => Diagnostic::new(
            format!("{} 여러 출금 방법과 맞습니다", quoted_topic(typed)),
            format!("다음 중 하나를 쓰십시오: {}", fits.join(", ")),
        ),
        CommandError::NoChannel { channels } => Diagnostic::new(
            "출금을 기록하려면 출금 방법이나 --fee 또는 --received가 필요합니다",
            match channels.as_slice() {
                [] => "실제 금액을 기록하려면 --fee 또는 --received를 쓰십시오".into(),
                channels => format!("출금 방법을 지정하십시오: --via {}", channels.join(", --via ")),
            },
        ),
        CommandError::CarrierOnly { option, account } => Diagnostic::new(
            format!(
                "--{option} 옵션은 휴대폰 소액결제 계정에만 쓰며, {} 다른 종류의 계정입니다",
                topic(account)
            ),
            "옵션을 빼십시오",
        ),
        CommandError::ReceivedAndFeeDisagree { left, received, fee } => Diagnostic::new(
            format!("받은 금액 {} 수수료 {fee}의 합이 나간 금액 {} 다릅니다", and(received), and(left)),
            "--received와 --fee 중 하나만 쓰십시오. 나머지는 계산됩니다",
        ),
        CommandError::ReceivedMoreThanLeft { left, received } => Diagnostic::new(
            format!("받은 금액 {} 나간 금액 {left}보다 큽니다", subject(received)),
            "두 금액을 확인하십시오",
        ),
        CommandError::FeeAboveAmount { amount, fee } => Diagnostic::new(
            format!("수수료 {} 나가는 금액 {amount}보다 큽니다", subject(fee)),
            "두 금액을 확인하십시오",
        ),
        CommandError::ReceivedNeeded { from, to } => Diagnostic::new(
            format!("단위가 {from}에서 {} 바뀌는데 환산 비율을 알 수 없습니다", toward(&to.to_string())),
            format!("받은 금액을 쓰십시오: --received AMOUNT (단위 {to})"),
        ),
        CommandError::TopupInTwoUnits { from, holds, to, wanted } => Diagnostic::new(
            format!("{from}의 단위는 {holds}, {to}의 단위는 {wanted}입니다"),
            format!(
                "이체로 기록하십시오: jandon transfer {} {} AMOUNT --received AMOUNT",
                quoted_name(from),
                quoted_name(to)
            ),
        ),
        CommandError::ChannelPaysOther { channel, pays, account, unit } => Diagnostic::new(
            format!(
                "{} {} 지급하는데 {account}의 단위는 {unit}입니다",
                topic(channel),
                object(&pays.to_string())
            ),
            "--to로 다른 계정을 고르거나 빼십시오",
        ),
        CommandError::Withdrawal(error) => usage::withdrawal(error),
        CommandError::Rule(rule) => ledger::rule(rule),
        CommandError::PayNeedsCarrier { account, amount, carrier } => Diagnostic::new(
            format!(
                "{} 휴대폰 소액결제 계정이 아닙니다. `pay`는 휴대폰 요금 납부를 기록합니다",
                topic(account)
            ),
            match carrier {
                Some(carrier) => format!(
                    "혹시 이 명령입니까: jandon pay {} {} --from {}",
                    quoted_name(carrier),
                    quoted(amount),
                    quoted_name(account)
                ),
                None => "먼저 계정을 여십시오: jandon account add phone --kind carrier".into(),
            },
        ),
        CommandError::SendFromCarrier { account, amount } => Diagnostic::new(
            format!("휴대폰 소액결제 계정 {account}에서는 돈을 보낼 수 없습니다"),
            format!("결제를 기록하십시오: jandon spend {} {}", quoted_name(account), quoted(amount)),
        ),
        CommandError::ReceiveOnCarrier { account, amount } => Diagnostic::new(
            format!("휴대폰 소액결제 계정 {account}에는 돈을 받을 수 없습니다"),
            format!("환불을 기록하십시오: jandon refund {} {}", quoted_name(account), quoted(amount)),
        ),
        CommandError::Store(error) => ledger::store(error),
        CommandError::File { path, error } => Diagnostic::new(
            format!("{} 사용할 수 없습니다: {}", object(&path.display().to_string()), file::cause(error)),
            "경로와 읽기·쓰기 권한을 확인하십시오",
        ),
        CommandError::Output(error) => file::output(error),
        CommandError::UnknownEnding { ending, allowed } => Diagnostic::new(
            format!("알 수 없는 파일 확장자: .{ending}"),
            format!(".{} 중 하나를 쓰거나 형식을 지정하십시오: --format csv", allowed.join(", .")),
        ),
        CommandError::NotShown { done, cause } => {
            let cause = match &**cause {
                CommandError::BrokenPipe => "읽는 쪽이 읽기를 멈췄습니다".to_string(),
                cause => diagnostic(cause).message,
            };
            match done {
                Done::Recorded(id) => Diagnostic::new(
                    format!("{} 기록했지만 결과를 쓰지 못했습니다({cause})", toward(&id.to_string())),
                    "명령을 다시 실행하지 마십시오. 기록 보기: jandon history",
                ),
                Done::BackedUp => Diagnostic::new(
                    format!("백업했지만 결과를 쓰지 못했습니다({cause})"),
                    "백업은 온전합니다. 명령을 다시 실행하지 마십시오",
                ),
                Done::Restored => Diagnostic::new(
                    format!("장부를 복원했지만 결과를 쓰지 못했습니다({cause})"),
                    "명령을 다시 실행하지 마십시오. 장부 보기: jandon balance",
                ),
                Done::Repaired => Diagnostic::new(
                    format!("장부를 복구했지만 결과를 쓰지 못했습니다({cause})"),
                    "장부 확인: jandon check",
                ),
            }
        }
        CommandError::Line { file, error } => file::line(file, error),
        CommandError::Statement { file, error } => super::statement::korean(file, error),
        CommandError::PlatformFile { path, error } => {
            Diagnostic::new(platform_file_error(path, error), "README에 온전한 플랫폼 파일의 예가 있습니다")
        }
        CommandError::Config { path, error } => Diagnostic::new(
            format!("{}: {}", path.display(), config(error)),
            "파일을 고치거나, 기본값을 쓰려면 파일을 다른 곳으로 옮기십시오",
        ),
        CommandError::Unsound { findings } => Diagnostic::new(
            format!("장부에 문제가 {findings}건 있습니다"),
            "파일의 사본을 보관하십시오. 기록은 남아 있습니다",
        ),
        CommandError::NumericCategory { category, .. } => Diagnostic::new(
            format!("{} 분류가 아니라 금액으로 읽힙니다", quoted_topic(category)),
            "숫자로 된 분류는 --category로 쓰십시오",
        ),
        CommandError::Corrected { failure, correction } => Diagnostic {
            hint: match correction {
                Correction::Command(command) => format!("혹시 이 명령입니까: {command}"),
                Correction::Channel { command, others } if others.is_empty() => {
                    format!("출금 방법을 지정하십시오: {command}")
                }
                Correction::Channel { command, others } => {
                    format!("출금 방법을 지정하십시오: {command} (또는 --via {})", others.join(", --via "))
                }
                Correction::Category { one_amount: Some(amount), category } => {
                    format!("한 금액이면: {amount}; 숫자로 된 분류이면: {category}")
                }
                Correction::Credit { account, amount } => format!(
                    "돌려받을 돈이면: jandon log {} {} --credit",
                    quoted_name(account),
                    quoted(amount)
                ),
                Correction::Import(path) => format!(
                    "restore는 백업만 읽습니다. 내보낸 파일이면: jandon import {}",
                    quoted(&path.display().to_string())
                ),
                Correction::Category { one_amount: None, category } => {
                    format!("숫자로 된 분류이면: {category}")
                }
            },
            ..diagnostic(failure)
        },
        CommandError::BrokenPipe => Diagnostic::new("", ""),
    }
}

fn quoted_subject(text: &str) -> String {
    subject(&format!("{text:?}"))
}

fn quoted_object(text: &str) -> String {
    object(&format!("{text:?}"))
}

fn quoted_topic(text: &str) -> String {
    topic(&format!("{text:?}"))
}

fn config(error: &ConfigError) -> String {
    match error {
        ConfigError::NotToml(why) => format!("TOML이 아닙니다({why})"),
        ConfigError::UnknownKey(key) => {
            format!("알 수 없는 키 `{key}`. 쓸 수 있는 키: unit, lang, [micropayments], [fees], [plan]")
        }
        ConfigError::OnlyKey { table, example } => {
            format!("`{table}`에는 이 키만 쓸 수 있습니다: `{example}`")
        }
        ConfigError::UnknownUnit { key, code } => {
            format!("`{key}`의 단위 {} 알 수 없습니다", quoted_object(code))
        }
        ConfigError::AmbiguousUnit { key, name, fits } => format!(
            "`{key}`의 {} 여러 단위의 이름입니다. 다음 중 하나를 쓰십시오: {}",
            quoted_topic(name),
            fits.join(", ")
        ),
        ConfigError::UnknownLanguage(code) => {
            format!("`lang`의 언어 {} 알 수 없습니다. \"en\" 또는 \"ko\"를 쓰십시오", quoted_object(code))
        }
        ConfigError::NotAnAmount { key, unit } => {
            format!("`{key}`의 {unit}에는 \"10000\"처럼 따옴표로 묶은 금액이 필요합니다")
        }
        ConfigError::NotAnAmountWithUnit { key } => {
            format!("`{key}`에는 \"100 KRW\"처럼 단위와 함께 따옴표로 묶은 금액이 필요합니다")
        }
    }
}
