//! What the ledger refuses, and a ledger that cannot be used, in Korean.

use super::super::Diagnostic;
use super::file::{cause, output};
use crate::ledger::{Id, RuleViolation};
use crate::messages::particle::{object, subject, topic};
use crate::messages::{Language, Message, kind_of_entry};
use crate::store::{ID_PART_MIN, Refusal, StoreError};
use crate::text::{quoted, quoted_name};
use std::path::Path;

pub(super) fn rule(rule: &RuleViolation) -> Diagnostic {
    match rule {
        RuleViolation::AmountsDoNotBalance { out, arriving, charges } => Diagnostic::new(
            format!(
                "가장 작은 단위로 {} 나가는데 받는 금액은 {arriving}, 수수료와 세금은 {charges}입니다",
                subject(&out.to_string())
            ),
            "나가는 금액이 받는 금액, 수수료, 세금의 합과 같아야 합니다",
        ),
        RuleViolation::AmountNotPositive => {
            Diagnostic::new("금액이 0 이하입니다", "0보다 큰 금액을 쓰십시오")
        }
        RuleViolation::UnitNotOfAccount { account, wanted, given } => Diagnostic::new(
            format!("{account}의 단위는 {} 아니라 {wanted}입니다", subject(&given.to_string())),
            format!("금액을 {wanted} 단위로 쓰십시오"),
        ),
        RuleViolation::CarrierTakesOnlySpendRefundPay { account, kind } => Diagnostic::new(
            format!(
                "{} 갚을 돈인 휴대폰 소액결제 계정이므로 {} 기록할 수 없습니다",
                topic(account),
                object(kind_of_entry(*kind, Language::Korean))
            ),
            "spend, refund, pay 또는 log를 쓰십시오. 결제 한도는 출금할 수 없습니다",
        ),
        RuleViolation::PayNeedsCarrier { account } => Diagnostic::new(
            format!(
                "`pay`는 다른 종류의 계정에서 휴대폰 요금을 납부하며, {} 여기에 맞지 않습니다",
                topic(account)
            ),
            "휴대폰 소액결제 계정을 먼저 쓰십시오: jandon pay CARRIER AMOUNT --from ACCOUNT",
        ),
        RuleViolation::AccountClosed { account } => Diagnostic::new(
            format!("계정 {} 닫혀 있습니다", subject(account)),
            format!("다시 여십시오: jandon account reopen {}", quoted_name(account)),
        ),
        RuleViolation::SamePlaceTwice { account } => Diagnostic::new(
            format!("{account}에서 같은 계정으로 돈을 옮길 수 없습니다"),
            "서로 다른 두 계정을 쓰십시오",
        ),
        RuleViolation::PlacesDoNotFitKind { kind } => Diagnostic::new(
            format!("그 계정들 사이의 {} 기록할 수 없습니다", object(kind_of_entry(*kind, Language::Korean))),
            format!("쓸 수 있는 계정 보기: jandon {} --help", kind.as_str()),
        ),
        RuleViolation::ExpiresBeforeEarned { expires, earned } => Diagnostic::new(
            format!("{earned}에 적립한 포인트는 {expires}에 소멸할 수 없습니다"),
            "--expires에 적립한 날이나 그 뒤의 날짜 또는 never를 쓰십시오",
        ),
        RuleViolation::BalanceTooLarge { account } => Diagnostic::new(
            format!("{account}의 잔액이 장부에 기록하기에 너무 커집니다"),
            "금액에 숫자가 더 들어가지 않았는지 확인하십시오",
        ),
    }
}

pub(super) fn store(error: &StoreError) -> Diagnostic {
    let file = |path: &Path| quoted(&path.display().to_string());
    let path_subject = |path: &Path| subject(&path.display().to_string());
    let path_object = |path: &Path| object(&path.display().to_string());
    match error {
        StoreError::Io(path, error) => Diagnostic::new(
            format!("장부 {} 사용할 수 없습니다: {}", path_object(path), cause(error)),
            "경로와 읽기·쓰기 권한을 확인하십시오",
        ),
        StoreError::Sqlite(path, error) => Diagnostic::new(
            format!("장부 {} 사용할 수 없습니다({error})", path_object(path)),
            "다시 시도하십시오. 또 실패하면 파일을 확인하십시오: jandon check",
        ),
        StoreError::NotALedger(path) => Diagnostic::new(
            format!("{} jandon 장부가 아닙니다", topic(&path.display().to_string())),
            "다른 파일을 지정하십시오: --ledger FILE 또는 환경 변수 JANDON_LEDGER",
        ),
        StoreError::Damaged(path, what) => Diagnostic::new(
            format!("장부 {} 손상되었습니다({})", path_subject(path), what.korean()),
            format!("파일을 그대로 두고 백업을 복원하십시오: jandon restore FILE --ledger {}", file(path)),
        ),
        StoreError::WrongTotals(path) => Diagnostic::new(
            format!("장부 {}의 합계가 기록과 맞지 않습니다", path.display()),
            format!("합계를 다시 계산하십시오: jandon check --repair --ledger {}", file(path)),
        ),
        StoreError::DamagedFact(path, what) => Diagnostic::new(
            format!("장부 {} 손상되었습니다({})", path_subject(path), what.korean()),
            format!("손상된 내용과 복구 방법 보기: jandon check --ledger {}", file(path)),
        ),
        StoreError::Newer { path, version, known } => Diagnostic::new(
            format!(
                "장부 {} 더 새로운 jandon이 썼습니다(형식 {version}, 이 jandon이 아는 형식 {known})",
                topic(&path.display().to_string())
            ),
            "더 새로운 jandon을 쓰십시오. 파일은 바뀌지 않았습니다",
        ),
        StoreError::Busy(path, wait) => Diagnostic::new(
            match wait.as_secs() {
                0 => format!("장부 {} 사용 중입니다", path_subject(path)),
                n => format!("장부 {} {n}초가 지나도 사용 중입니다", path_subject(path)),
            },
            "다른 jandon이 쓰고 있습니다. 다시 시도하거나 더 기다리십시오: --lock-timeout SECS",
        ),
        StoreError::CreatedMeanwhile(path) => Diagnostic::new(
            format!("다른 프로세스가 방금 장부 {} 만들었습니다", path_object(path)),
            "다시 시도하십시오",
        ),
        StoreError::BeingWritten(path) => Diagnostic::new(
            format!("장부 {} 읽는 동안 바뀌었습니다", path_subject(path)),
            "다시 시도하십시오. 손상된 것은 아니지만, 폴더에 쓰기 권한이 없으면 잠글 수 없습니다",
        ),
        StoreError::StaleJournal { path, journal } => Diagnostic::new(
            format!(
                "저널 {} 장부 {}의 자리에 있던 이전 파일의 것입니다",
                topic(&journal.display().to_string()),
                path.display()
            ),
            format!("다른 곳으로 옮기십시오: mv {0} {0}-old", file(journal)),
        ),
        StoreError::Foreign { path, kind, name } => Diagnostic::new(
            format!(
                "장부 {}에 jandon이 만들지 않은 {} {} 있습니다",
                path.display(),
                match kind.as_str() {
                    "trigger" => "트리거",
                    "table" => "테이블",
                    "view" => "뷰",
                    "index" => "인덱스",
                    other => other,
                },
                subject(&format!("`{name}`"))
            ),
            format!("이 파일을 믿지 말고 백업을 복원하십시오: jandon restore FILE --ledger {}", file(path)),
        ),
        StoreError::SecondName { path, other, needless } => Diagnostic::new(
            match other {
                Some(other) => format!(
                    "장부 {}에 다른 이름(하드 링크) {} 있습니다. 한 이름으로 쓴 기록을 다른 이름에서 잃을 수 있습니다",
                    path.display(),
                    path_subject(other)
                ),
                None => format!(
                    "장부 {}에 다른 이름(하드 링크)이 있습니다. 한 이름으로 쓴 기록을 다른 이름에서 잃을 수 있습니다",
                    path.display()
                ),
            },
            match (other, needless) {
                (_, Some(name)) => format!("이름을 하나만 남기십시오: rm {}", file(name)),
                (Some(_), None) => {
                    "두 이름에 모두 저널이 있습니다. 먼저 두 파일과 그 -wal 파일을 다른 곳에 복사하십시오"
                        .into()
                }
                (None, None) => format!("찾기: find / -samefile {}", file(path)),
            },
        ),
        StoreError::DiskFull(path) => Diagnostic::new(
            format!("디스크가 가득 차서 장부 {}에 아무것도 더하지 않았습니다", path.display()),
            "공간을 비우고 다시 시도하십시오. 전에 기록한 것은 안전합니다",
        ),
        StoreError::DiskFailed(path, error) => Diagnostic::new(
            format!("장부 {} 읽거나 쓸 수 없었습니다({error})", path_object(path)),
            "디스크의 공간과 상태, 파일 크기 제한(ulimit -f)을 확인하고 다시 시도하십시오",
        ),
        StoreError::ReadOnly(path) => Diagnostic::new(
            format!("장부 {} 또는 그 폴더에 쓸 수 없습니다", path.display()),
            "소유자를 확인하거나 다른 곳을 지정하십시오: --ledger FILE",
        ),
        StoreError::NotAPlainFile(path) => Diagnostic::new(
            format!("장부 {} 일반 파일이 아닙니다", topic(&path.display().to_string())),
            "다른 파일을 지정하십시오: --ledger FILE 또는 환경 변수 JANDON_LEDGER",
        ),
        StoreError::Output(error) => output(error),
        StoreError::Rule(violation) => rule(violation),
        StoreError::Refused(error) => refusal(error),
    }
}

fn refusal(refusal: &Refusal) -> Diagnostic {
    match refusal {
        Refusal::NameTaken(name) => {
            Diagnostic::new(format!("이름이 {name:?}인 계정이 이미 있습니다"), "다른 이름을 고르십시오")
        }
        Refusal::BalanceNotZero { account, balance } => Diagnostic::new(
            format!("{account}의 잔액이 {balance}이므로 닫을 수 없습니다"),
            format!(
                "남은 금액을 출금하거나 쓰고, 또는 잔액 0을 기록하십시오: jandon log {} 0",
                quoted_name(account)
            ),
        ),
        Refusal::AccountInUse(name) => Diagnostic::new(
            format!("{name}에 기록이 있어 단위나 휴대폰 소액결제 여부를 바꿀 수 없습니다"),
            "대신 다른 계정을 여십시오",
        ),
        Refusal::AccountChanged(name) => Diagnostic::new(
            format!("기록한 뒤에 {name}의 단위나 휴대폰 소액결제 여부가 바뀌었습니다"),
            format!("`jandon account edit {}`로 되돌리거나 다시 기록하십시오", quoted_name(name)),
        ),
        Refusal::UnitDiffers { unit, wanted } => Diagnostic::new(
            format!(
                "단위 {unit}의 소수 자릿수는 {} 아니라 {}입니다",
                subject(&wanted.to_string()),
                unit.decimals
            ),
            "그대로 쓰거나 다른 코드를 고르십시오",
        ),
        Refusal::NothingToUndo => Diagnostic::new("실행 취소할 기록이 없습니다", "기록 보기: jandon history"),
        Refusal::NothingToRedo => Diagnostic::new("다시 실행할 기록이 없습니다", "기록 보기: jandon history"),
        Refusal::UnknownChange(id) if id.chars().count() < ID_PART_MIN => Diagnostic::new(
            format!("id {} 너무 짧습니다", subject(&format!("{id:?}"))),
            format!("{ID_PART_MIN}자 이상 쓰십시오. id 보기: jandon history --changes"),
        ),
        Refusal::UnknownChange(id) => Diagnostic::new(
            format!("변경 {} 찾을 수 없습니다", object(&format!("{id:?}"))),
            "변경 보기: jandon history --changes",
        ),
        Refusal::AmbiguousChange(id, fits) => {
            let ids: Vec<String> = fits.iter().take(9).map(Id::to_string).collect();
            Diagnostic::new(
                format!("{} 여러 변경의 id와 맞습니다", topic(&format!("{id:?}"))),
                format!("다음 중 하나를 쓰십시오: {}", ids.join(", ")),
            )
        }
        Refusal::AlreadyUndone(id) => Diagnostic::new(
            format!("변경 {} 이미 실행 취소되었습니다", topic(&id.to_string())),
            "현재 기록 보기: jandon history; 마지막으로 취소한 것을 다시 실행: jandon redo",
        ),
        Refusal::ReplacedByEdit { change, edit } => Diagnostic::new(
            format!("변경 {change}의 기록은 수정 {edit}에서 바뀌었습니다"),
            format!("수정을 먼저 실행 취소하십시오: jandon undo {edit}"),
        ),
        Refusal::UndoOfUndo(id) => Diagnostic::new(
            format!("변경 {} 실행 취소 또는 다시 실행입니다", topic(&id.to_string())),
            "`jandon redo`나 `jandon undo`를 쓰십시오",
        ),
        Refusal::StillNeeded { account } if account.is_empty() => Diagnostic::new(
            "나중의 기록이 이 변경을 바탕으로 합니다",
            "나중의 기록부터 취소하십시오. 보기: jandon history --changes",
        ),
        Refusal::StillNeeded { account } => Diagnostic::new(
            format!("{account}의 나중 기록이 이 변경을 바탕으로 합니다"),
            format!("나중의 기록부터 취소하십시오. 보기: jandon history {} --changes", quoted_name(account)),
        ),
    }
}
