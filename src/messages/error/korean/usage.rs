//! Mistakes in the command line, and withdrawals that are not possible, in Korean.

use super::super::{Diagnostic, PlanAdvice, RecordKind, UsageError, WithdrawalError, listed};
use super::{quoted_subject, quoted_topic};
use crate::fee::Reason;
use crate::messages::particle::{object, subject, topic};
use crate::messages::{Language, kind_of_entry};
use crate::money::{Money, Unit};
use crate::text::{quoted, quoted_name};

pub(super) fn usage(error: &UsageError) -> Diagnostic {
    let shown = |usage: &str| {
        let usage = usage.replace("[OPTIONS]", "[옵션]").replace("<COMMAND>", "<명령>");
        format!("사용법: {}", usage.replace("[COMMAND]", "[명령]"))
    };
    let one_of = |words: &[String]| format!("다음 중 하나를 쓰십시오: {}", words.join(", "));
    match error {
        UsageError::UnknownCommand { typed, meant } => Diagnostic::new(
            format!("알 수 없는 명령: {typed:?}"),
            match meant {
                Some(meant) => format!("혹시 이 명령입니까: jandon {meant}"),
                None => "명령 목록: jandon --help".into(),
            },
        ),
        UsageError::UnknownOption { typed, meant, usage } => Diagnostic::new(
            format!("알 수 없는 옵션: {typed}"),
            meant.as_ref().map_or_else(|| shown(usage), |meant| format!("비슷한 옵션: {meant}")),
        ),
        UsageError::UnexpectedArgument { typed, usage } => {
            Diagnostic::new(format!("필요 없는 인자: {typed:?}"), shown(usage))
        }
        UsageError::MisplacedArgument { typed, meant } => {
            Diagnostic::new(format!("필요 없는 인자: {typed:?}"), format!("혹시 이 명령입니까: {meant}"))
        }
        UsageError::MissingArguments { missing, usage } => {
            Diagnostic::new(format!("필요한 인자가 없습니다: {}", missing.join(", ")), shown(usage))
        }
        UsageError::MissingCommand { usage } => Diagnostic::new("명령이 없습니다", shown(usage)),
        UsageError::MissingValue { option, allowed, usage } => Diagnostic::new(
            format!("{option}의 값이 없습니다"),
            match allowed.as_slice() {
                [] => shown(usage),
                allowed => one_of(allowed),
            },
        ),
        UsageError::ValueNotAllowed { option, typed, allowed, meant } => Diagnostic::new(
            format!("{option}의 값 {} 올바르지 않습니다", quoted_subject(typed)),
            match meant {
                Some(meant) => format!("비슷한 값: {meant}. {}", one_of(allowed)),
                None => one_of(allowed),
            },
        ),
        UsageError::NumberOutOfRange { option, typed, least, most } => Diagnostic::new(
            format!("{option}의 값 {} 올바르지 않습니다", quoted_subject(typed)),
            match most {
                Some(most) => format!("{least}부터 {most}까지의 정수를 쓰십시오"),
                None => format!("{least} 이상의 정수를 쓰십시오"),
            },
        ),
        UsageError::InvalidValue { option, typed, usage } => Diagnostic::new(
            format!("{option}의 값 {} 올바르지 않습니다", quoted_subject(typed)),
            shown(usage),
        ),
        UsageError::OptionAsValue { option, typed } => Diagnostic::new(
            format!("{} 옵션인데, {option}에는 텍스트가 필요합니다", topic(typed)),
            format!("{typed} 앞에 텍스트를 쓰십시오"),
        ),
        UsageError::Conflict { option, others, usage } => Diagnostic::new(
            match others.as_slice() {
                [] => format!("{} 여기에 쓸 수 없습니다", topic(option)),
                others if others.contains(option) => format!("{} 두 번 이상 썼습니다", object(option)),
                others => {
                    format!("{} 함께 쓸 수 없습니다: {}", topic(option), others.join(", "))
                }
            },
            shown(usage),
        ),
        UsageError::NotUtf8 { usage } => Diagnostic::new("UTF-8 텍스트가 아닌 인자가 있습니다", shown(usage)),
        UsageError::Invalid { usage } => Diagnostic::new("인자가 올바르지 않습니다", shown(usage)),
        UsageError::NegativeValue { option, typed } => Diagnostic::new(
            format!("{option}의 값은 음수일 수 없습니다: {typed:?}"),
            format!("부호 없이 쓰십시오: {option} {}", quoted(typed.trim_start_matches('-'))),
        ),
        UsageError::RemovedAccount { name } => Diagnostic::new(
            "기록이 남아야 하므로 계정은 지울 수 없습니다",
            format!("닫으십시오: jandon account close {}", name.as_deref().map_or("NAME".into(), quoted)),
        ),
        UsageError::UselessExchange => Diagnostic::new(
            "--exchange(-X)는 이 명령에 쓸 수 없습니다",
            "옵션을 빼거나 잔액을 보십시오: jandon balance -X UNIT",
        ),
        UsageError::PlatformWithoutAmount { platform } => Diagnostic::new(
            format!("{} 내 계정이 아니라 플랫폼이므로 잔액을 알 수 없습니다", topic(platform)),
            format!("금액을 쓰십시오: jandon fees {platform} AMOUNT"),
        ),
        UsageError::NothingToChange { options } => Diagnostic::new(
            "바꿀 내용이 없습니다",
            format!("다음 중 하나 이상을 쓰십시오: {}", options.join(", ")),
        ),
        UsageError::UnchangedRecord { record } => Diagnostic::new(
            format!("바뀌는 것이 없습니다. {} 이미 그렇게 기록되어 있습니다", topic(record_name(*record))),
            "기록 보기: jandon history",
        ),
        UsageError::RecordOfLargerChange { change } => Diagnostic::new(
            "이 기록은 계정, 환산 비율, 실행 취소와 함께 기록되어, 고치면 그것들도 취소됩니다",
            format!("모두 취소하려면: jandon undo {change}"),
        ),
        UsageError::ChangeWithoutRecords { typed } => Diagnostic::new(
            format!("변경 {typed:?}에는 내역도 잔액도 없습니다"),
            format!("취소하려면: jandon undo {}", typed.trim()),
        ),
        UsageError::SeveralRecords { typed, count, records } => Diagnostic::new(
            format!("변경 {typed:?}에 기록이 {count}건 있습니다"),
            format!("그중 하나의 id를 쓰십시오: {}", listed(records)),
        ),
        UsageError::ComputedAmount { kind, id } => Diagnostic::new(
            format!(
                "이 {}의 금액은 환산 비율이나 수수료 규칙에 따라 계산된 것입니다",
                kind_of_entry(*kind, Language::Korean)
            ),
            format!("취소하고 다시 기록하십시오: jandon undo {id}"),
        ),
        UsageError::OptionNotOfRecord { record, option } => Diagnostic::new(
            format!("{} 기록에는 {} 쓸 수 없습니다", record_name(*record), object(option)),
            format!("{} 빼십시오", object(option)),
        ),
        UsageError::InvalidUnitCode { typed } => Diagnostic::new(
            format!("단위 코드 {} 올바르지 않습니다", quoted_subject(typed)),
            "글자 하나 이상을 포함한 글자와 숫자 1~16자를 쓰십시오",
        ),
        UsageError::EverydayUnitName { typed } => Diagnostic::new(
            format!("{} 통화의 일상적인 이름입니다", quoted_topic(typed)),
            "다른 코드를 고르십시오",
        ),
        UsageError::InvalidDecimals { typed, most } => Diagnostic::new(
            format!("소수 자릿수 {} 올바르지 않습니다", quoted_subject(typed)),
            format!("--decimals에 0부터 {most}까지의 수를 쓰십시오"),
        ),
        UsageError::NoWebPage => Diagnostic::new(
            "웹 페이지(--format html)로 쓸 수 있는 것은 보고서뿐입니다",
            "보고서 쓰기: jandon report -o month.html",
        ),
        UsageError::BackupToStdout => Diagnostic::new(
            "백업은 파일로만 쓸 수 있고 표준 출력에는 쓸 수 없습니다",
            "파일을 지정하거나, 모든 기록을 텍스트로 내보내십시오: jandon export",
        ),
        UsageError::SplitAmount { amount, word } => Diagnostic::new(
            format!("{} 분류가 아니라 금액의 일부로 읽힙니다", quoted_topic(word)),
            format!(
                "붙여 쓰십시오: {}; 분류이면: --category {}",
                quoted(&format!("{amount}{word}")),
                quoted(word)
            ),
        ),
        UsageError::InvalidDayOfMonth { option, typed } => Diagnostic::new(
            format!("날 {} 올바르지 않습니다", quoted_subject(typed)),
            format!("{option}에 1부터 31까지의 수를 쓰십시오"),
        ),
        UsageError::AccountTwice { account } => {
            Diagnostic::new(format!("{} 두 번 썼습니다", object(account)), "계정을 한 번씩만 쓰십시오")
        }
        UsageError::FutureMonth { typed } => Diagnostic::new(
            format!("{} 아직 시작하지 않은 달입니다", quoted_topic(typed)),
            "--month에 이미 시작한 달을 쓰거나 빼십시오",
        ),
        UsageError::NotAMonth { typed } => Diagnostic::new(
            format!("달 {} 올바르지 않습니다", quoted_subject(typed)),
            "--month를 2026-08, aug 또는 last-month처럼 쓰십시오",
        ),
        UsageError::NoBalance => Diagnostic::new("잔액이 없습니다", PAIRS),
        UsageError::NoAmount { name } => Diagnostic::new(format!("{name:?}의 금액이 없습니다"), PAIRS),
        UsageError::Unconditional { channel, platform } => Diagnostic::new(
            format!("{channel}에는 조건이 없어 가정할 것이 없습니다"),
            format!("조건이 있는 출금 방법 보기: jandon channels {platform}"),
        ),
        UsageError::InvalidDays { option, typed } => Diagnostic::new(
            format!("날수 {} 올바르지 않습니다", quoted_subject(typed)),
            format!("{option} 30d처럼 쓰십시오"),
        ),
        UsageError::RateToItself { unit } => Diagnostic::new(
            format!("1 {} 언제나 1 {unit}입니다", topic(&unit.to_string())),
            "서로 다른 두 단위를 쓰십시오",
        ),
        UsageError::PastDay { by, today } => Diagnostic::new(
            format!("--by {by} 날짜는 이미 지났습니다"),
            format!("{today}부터의 날짜를 쓰거나, 오늘이면 --by를 빼십시오"),
        ),
        UsageError::ReceiverNotABank { account } => Diagnostic::new(
            format!("{} 은행 계정이 아닙니다. 출금 계획은 은행, 카드, 현금으로 출금합니다", topic(account)),
            "내 은행 계정을 쓰거나 새로 여십시오: jandon account add BANK --kind bank",
        ),
        UsageError::UnknownAssumption { typed } => Diagnostic::new(
            format!("--assume {typed}: 그런 이름의 출금 방법을 쓸 수 있는 계정이 없습니다"),
            "모든 플랫폼의 출금 방법 보기: jandon channels",
        ),
        UsageError::AmbiguousAssumption { typed, channels } => Diagnostic::new(
            format!("--assume {typed}: 여러 출금 방법과 맞습니다: {}", channels.join(", ")),
            format!("이름을 모두 쓰십시오: --assume {}", channels.first().map_or("", String::as_str)),
        ),
        UsageError::SeveralUnits { units } => {
            let codes: Vec<String> = units.iter().map(Unit::to_string).collect();
            Diagnostic::new(
                format!("출금 방법의 단위가 여럿인데 하나를 지정하지 않았습니다: {}", codes.join(", ")),
                format!("금액에 단위를 쓰거나 지정하십시오: -X {}", codes.first().map_or("", String::as_str)),
            )
        }
        UsageError::ReceiverInOtherUnit { account, holds, wanted } => Diagnostic::new(
            format!("{account}의 단위는 {holds}, 출금 계획의 단위는 {wanted}입니다"),
            format!("단위가 {wanted}인 계정을 쓰거나 단위를 바꾸십시오: -X {holds}"),
        ),
        UsageError::KeepWithoutAmount { typed } => {
            Diagnostic::new(format!("--keep {typed:?}에 금액이 없습니다"), "--keep NAME=AMOUNT처럼 쓰십시오")
        }
        UsageError::KeepAboveBalance { account, available, keep } => Diagnostic::new(
            format!(
                "{account}에서 쓸 수 있는 금액 {} 남길 금액 {keep}보다 적습니다",
                subject(&available.to_string())
            ),
            format!("그 금액까지만 남기십시오: --keep {}={}", quoted(account), available.to_plain_string()),
        ),
    }
}

const PAIRS: &str = "NAME AMOUNT로 쓰거나, 여럿이면 NAME=AMOUNT로, 그대로이면 --same으로 쓰십시오";

fn record_name(record: RecordKind) -> &'static str {
    match record {
        RecordKind::Entry(kind) => kind_of_entry(kind, Language::Korean),
        RecordKind::Snapshot => "잔액",
    }
}

pub(super) fn withdrawal(error: &WithdrawalError) -> Diagnostic {
    match error {
        WithdrawalError::NotWithdrawable { account, reason } => Diagnostic::new(
            format!("{account}에는 공식 출금 방법이 없습니다"),
            reason.as_ref().map_or("", |reason| Language::Korean.text(reason)),
        ),
        WithdrawalError::Rejected { account, channel, amount, reason, nearest } => {
            let amount_subject = subject(&amount.to_string());
            let message = match reason {
                Reason::NotWithdrawable => format!("{account}에는 공식 출금 방법이 없습니다"),
                Reason::Ended => format!("{channel}의 서비스가 종료되었습니다"),
                Reason::NotInForce => format!("그날 적용되는 {channel}의 규칙을 알 수 없습니다"),
                Reason::BelowMinimum => format!("{amount_subject} {channel}의 최소 금액보다 적습니다"),
                Reason::AboveMaximum => format!("{amount_subject} {channel}의 최대 금액보다 많습니다"),
                Reason::OffStep => {
                    format!("{} {channel}의 금액 단위로 나누어떨어지지 않습니다", topic(&amount.to_string()))
                }
                Reason::WholeBalanceOnly => format!(
                    "{} 잔액 전부만 출금하며, {} 전부가 아닙니다",
                    topic(channel),
                    topic(&amount.to_string())
                ),
                Reason::InsufficientBalance => {
                    format!("{amount}에 수수료를 더하면 {account}에서 쓸 수 있는 금액보다 많습니다")
                }
                Reason::OverLimit => format!("{} {channel}의 한도를 넘습니다", topic(&amount.to_string())),
                Reason::NothingLeft => {
                    format!("{amount}에서 {channel}의 수수료를 빼면 남는 것이 없습니다")
                }
                Reason::OutOfReach => {
                    format!("{channel}에는 {} 받을 수 있는 출금 금액이 없습니다", object(&amount.to_string()))
                }
            };
            let nearest: Vec<String> = nearest.iter().map(Money::to_grouped_string).collect();
            let hint = match nearest.as_slice() {
                [] => format!("출금 방법 비교: jandon fees {}", quoted_name(account)),
                amounts => format!("가능한 금액: {}", amounts.join(", ")),
            };
            Diagnostic::new(message, hint)
        }
        WithdrawalError::NothingWithdrawable { advice: why } => {
            Diagnostic::new("출금할 수 있는 계정이 없습니다", advice(why))
        }
        WithdrawalError::NothingPaysOut { advice: why } => {
            Diagnostic::new("받는 금액이 있는 출금을 찾지 못했습니다", advice(why))
        }
        WithdrawalError::TargetOutOfReach { most, found, target, by, advice: why } => Diagnostic::new(
            match found {
                Some(found) => format!(
                    "{by}까지 받을 수 있는 금액은 많아야 {most}이며(찾은 계획은 {found}), 목표 {target}보다 적습니다"
                ),
                None => {
                    format!("{by}까지 받을 수 있는 금액은 많아야 {most}이며, 목표 {target}보다 적습니다")
                }
            },
            advice(why),
        ),
        WithdrawalError::NoBetterPlan { best, target, by, advice: why } => Diagnostic::new(
            match target {
                Some(target) => {
                    format!("{by}까지 {best}보다 많이 받는 계획을 찾지 못했습니다. 목표는 {target}입니다")
                }
                None => format!("{by}까지 {best}보다 많이 받는 계획을 찾지 못했습니다"),
            },
            advice(why),
        ),
    }
}

fn advice(advice: &PlanAdvice) -> String {
    match advice {
        PlanAdvice::AskForLess(most) => {
            format!("목표를 낮추거나(--target {}) 날짜를 늦추십시오: --by DATE", most.to_plain_string())
        }
        PlanAdvice::ShowBalances => "잔액 보기: jandon balance".into(),
        PlanAdvice::ShowFees(account) => {
            format!("계정의 출금 방법 보기: jandon fees {}", quoted_name(account))
        }
        PlanAdvice::ShowPlan(command) => format!("까닭 보기: {command}"),
    }
}
