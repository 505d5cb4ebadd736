//! Amounts, dates, names and texts that cannot be used, in Korean.

use super::super::{Diagnostic, TextField};
use super::{quoted_object, quoted_subject, quoted_topic};
use crate::ledger::name::NameError;
use crate::messages::particle::{subject, topic};
use crate::money::{AmountError, to_grouped_string};
use crate::period::DateError;
use crate::text::{TextError, quoted_name};

/// What happens to an amount with a dollar sign outside quotes.
const SHELL: &str = "셸은 `$12`를 변수로 읽습니다. 12.50 또는 따옴표로 묶은 '$12.50'으로 쓰십시오";

pub(super) fn amount(error: &AmountError) -> Diagnostic {
    let meant = |readings: &[String]| format!("가능한 금액: {}", readings.join(", "));
    match error {
        AmountError::Empty => Diagnostic::new("금액이 비어 있습니다", "12500 또는 12,500처럼 쓰십시오"),
        AmountError::Signed(text) => Diagnostic::new(
            format!("금액 {text:?}에 부호가 있습니다"),
            "부호 없이 쓰십시오. 방향은 명령이 정합니다",
        ),
        AmountError::Ambiguous(text, readings) => Diagnostic::new(
            format!("금액 {} 여러 가지로 읽힙니다", quoted_subject(text)),
            match text.starts_with(['.', ',']) {
                true => format!("{}. {SHELL}", meant(readings)),
                false => meant(readings),
            },
        ),
        AmountError::LeadingZeros(text) => {
            Diagnostic::new(format!("금액 {} 0 두 개로 시작합니다", quoted_subject(text)), SHELL)
        }
        AmountError::Misgrouped(text, readings) => {
            Diagnostic::new(format!("{text:?}의 숫자가 세 자리씩 나뉘어 있지 않습니다"), meant(readings))
        }
        AmountError::ForeignDigits(text) => Diagnostic::new(
            format!("금액 {text:?}에 0부터 9까지가 아닌 숫자가 있습니다"),
            "12500 또는 12,500처럼 쓰십시오",
        ),
        AmountError::NotAnAmount(text) => Diagnostic::new(
            format!("금액 {} 올바르지 않습니다", quoted_subject(text)),
            "12500, 12,500, 1만5천 또는 3.50처럼 쓰십시오",
        ),
        AmountError::TooManyDecimals(text, unit, readings) => Diagnostic::new(
            match unit.decimals {
                0 => {
                    format!("금액 {text:?}에 소수가 있지만 {} 소수를 쓰지 않습니다", topic(&unit.to_string()))
                }
                n => format!(
                    "금액 {text:?}의 소수 자릿수가 너무 많습니다. {} 소수 {n}자리까지 씁니다",
                    topic(&unit.to_string())
                ),
            },
            meant(readings),
        ),
        AmountError::WrongUnit { text, written, wanted } => Diagnostic::new(
            format!("{text:?}의 단위는 {written}, 계정의 단위는 {wanted}입니다"),
            format!("금액을 {wanted} 단위로 쓰십시오"),
        ),
        AmountError::TooLarge(text) => Diagnostic::new(
            format!("금액 {} 장부에 기록하기에 너무 큽니다", quoted_subject(text)),
            "숫자가 더 들어가지 않았는지 확인하십시오",
        ),
    }
}

pub(super) fn date(error: &DateError) -> Diagnostic {
    match error {
        DateError::Impossible(text) => Diagnostic::new(
            format!("날짜 {} 없는 날짜입니다", quoted_topic(text)),
            "연도, 월, 일, 시각을 확인하십시오. 날짜는 2026-11-20 또는 2026-11-20T18:30처럼 씁니다",
        ),
        DateError::NotADate(text) => Diagnostic::new(
            format!("날짜 {} 올바르지 않습니다", quoted_subject(text)),
            "2026-11-20, 11-20, 18:30, yesterday, 3d, friday 또는 어제처럼 쓰십시오",
        ),
        DateError::NotAPeriod(text) => Diagnostic::new(
            format!("기간 {} 올바르지 않습니다", quoted_subject(text)),
            "2026-10, oct, 2026, Q4, 2026-10-03, A..B, last-month, 90d 또는 지난달처럼 쓰십시오",
        ),
        DateError::Backwards(from, to, reversed) => Diagnostic::new(
            format!("{from}부터 {to}까지의 기간은 끝이 시작보다 빠릅니다"),
            format!("순서를 바꾸십시오: {reversed}"),
        ),
    }
}

pub(super) fn name(error: &NameError, can_be_opened: bool) -> Diagnostic {
    match error {
        NameError::Unknown { name, close } => Diagnostic::new(
            format!("계정 {} 찾을 수 없습니다", quoted_object(name)),
            match close.as_slice() {
                [] if can_be_opened => {
                    format!("먼저 계정을 여십시오: jandon account add {}", quoted_name(name))
                }
                [] => "계정 목록: jandon account list".into(),
                close => similar(close),
            },
        ),
        NameError::Ambiguous { name, fits } => Diagnostic::new(
            format!("{} 여러 계정과 맞습니다: {}", quoted_topic(name), fits.join(", ")),
            similar(fits),
        ),
    }
}

/// Returns `비슷한 이름: toss, 'Toss Bank'`, each name as a shell takes it.
pub(super) fn similar(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted_name(name)).collect();
    format!("비슷한 이름: {}", names.join(", "))
}

pub(super) fn text(field: TextField, error: &TextError) -> Diagnostic {
    let what = match field {
        TextField::AccountName => "계정 이름",
        TextField::Category => "분류",
        TextField::Channel => "출금 방법",
        TextField::Note => "메모",
        TextField::Payee => "거래 상대",
        TextField::UnitCode => "단위 코드",
    };
    Diagnostic::new(wrong_text(what, error), text_hint(error))
}

/// Returns what is wrong with a text that has that name: `메모가 비어 있습니다`.
pub(super) fn wrong_text(what: &str, error: &TextError) -> String {
    match error {
        TextError::Empty => format!("{} 비어 있습니다", subject(what)),
        TextError::TooLong(max) => {
            format!("{} {}자보다 깁니다", subject(what), to_grouped_string(*max as i128, 0))
        }
        TextError::Invisible(hidden) => {
            format!("{what}에 보이지 않는 문자 {} 있습니다", subject(&hidden.escape_unicode().to_string()))
        }
    }
}

pub(super) fn text_hint(error: &TextError) -> &'static str {
    match error {
        TextError::Empty => "글자, 숫자, 기호를 하나 이상 쓰거나 빼십시오",
        TextError::TooLong(_) => "줄이십시오",
        TextError::Invisible(_) => "그 문자 없이 다시 쓰십시오",
    }
}
