//! The page of `history`.

use super::particle::toward;
use super::record::{AccountChange, opened_english, opened_korean};
use super::terms::{date, kind_of_entry};
use super::{EmptyPage, Language, Message};
use crate::ledger::{Id, Kind};
use crate::money::Money;
use crate::period::Day;
pub use crate::store::LedgerChangeKind;
use crate::text::quoted_name;

/// A line of the page of `history`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum HistoryText {
    /// The page shows the last rows only; the command shows all of them.
    Last {
        shown: usize,
        total: usize,
        command: String,
    },
    UndoChange {
        change: Id,
    },
    NoneAskedFor,
    NoAccounts,
    NothingYet {
        account: Option<String>,
    },
    NothingOf {
        account: String,
    },
    NothingMatches {
        total: usize,
    },
}

/// What is to be said of a row beside its amount.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a remark says itself")]
pub enum HistoryRemark {
    Voided,
    FirstBalance,
    Unexplained,
    UnexplainedAmount { amount: String },
    To { account: String },
    From { account: String },
    Fee { amount: String },
    Tax { amount: String },
    Received { amount: Money },
    PaidWith { amount: Money },
    Expires { day: Day, today: Day },
    NeverExpires,
    AfterExpired { amount: String },
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a word says itself")]
pub enum HistoryKind {
    Entry(Kind),
    /// Money to outside the ledger.
    Send,
    /// Money from outside the ledger.
    Receive,
    Balance,
    Owed,
    Credit,
    Account,
    Unit,
    Rate,
    Edit,
    Undo,
    Redo,
}

/// How many characters of the end of an id stand on a page; commands accept them.
const ID_SHOWN: usize = 6;

/// Returns the end of an id, which commands accept.
pub fn short_id(id: Id) -> String {
    let id = id.to_string();
    id[id.len() - ID_SHOWN..].to_string()
}

impl Message for HistoryText {
    fn english(&self) -> String {
        match self {
            HistoryText::Last { shown, total, command } => {
                format!("The last {shown} of {total}. All of them: {command}")
            }
            HistoryText::UndoChange { change } => {
                format!("Undo a change: jandon undo {}", short_id(*change))
            }
            HistoryText::NoneAskedFor => "No rows were asked for. The last 20: jandon history -n 20".into(),
            HistoryText::NoAccounts => EmptyPage::NoAccounts.english(),
            HistoryText::NothingYet { account: None } => {
                "Nothing recorded yet. Record what your app shows: jandon log NAME AMOUNT".into()
            }
            HistoryText::NothingYet { account: Some(name) } => format!(
                "Nothing recorded yet. Record what your app shows: jandon log {} AMOUNT",
                quoted_name(name)
            ),
            HistoryText::NothingOf { account } => format!(
                "Nothing recorded for {account}. Record its balance: jandon log {} AMOUNT",
                quoted_name(account)
            ),
            HistoryText::NothingMatches { total } => {
                format!("Nothing matches ({total} in all). See them: jandon history")
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            HistoryText::Last { shown, total, command } => {
                format!("전체 {total}건 중 최근 {shown}건입니다. 모두 보기: {command}")
            }
            HistoryText::UndoChange { change } => format!("기록 취소: jandon undo {}", short_id(*change)),
            HistoryText::NoneAskedFor => "0건을 요청했습니다. 최근 20건 보기: jandon history -n 20".into(),
            HistoryText::NoAccounts => EmptyPage::NoAccounts.korean(),
            HistoryText::NothingYet { account: None } => {
                "아직 기록이 없습니다. 앱에 보이는 잔액 기록: jandon log NAME AMOUNT".into()
            }
            HistoryText::NothingYet { account: Some(name) } => format!(
                "아직 기록이 없습니다. 앱에 보이는 잔액 기록: jandon log {} AMOUNT",
                quoted_name(name)
            ),
            HistoryText::NothingOf { account } => {
                format!("{account}의 기록이 없습니다. 잔액 기록: jandon log {} AMOUNT", quoted_name(account))
            }
            HistoryText::NothingMatches { total } => {
                format!("조건에 맞는 기록이 없습니다(전체 {total}건). 모두 보기: jandon history")
            }
        }
    }
}

impl Message for HistoryRemark {
    fn english(&self) -> String {
        match self {
            HistoryRemark::Voided => "voided".into(),
            HistoryRemark::FirstBalance => "first balance".into(),
            HistoryRemark::Unexplained => "unexplained".into(),
            HistoryRemark::UnexplainedAmount { amount } => format!("{amount} unexplained"),
            HistoryRemark::To { account } => format!("to {account}"),
            HistoryRemark::From { account } => format!("from {account}"),
            HistoryRemark::Fee { amount } => format!("fee {amount}"),
            HistoryRemark::Tax { amount } => format!("tax {amount}"),
            HistoryRemark::Received { amount } => format!("received {amount}"),
            HistoryRemark::PaidWith { amount } => format!("for {amount}"),
            HistoryRemark::Expires { day, today } => {
                format!("expires {}", date(*day, *today, Language::English))
            }
            HistoryRemark::NeverExpires => "never expires".into(),
            HistoryRemark::AfterExpired { amount } => format!("after {amount} expired"),
        }
    }

    fn korean(&self) -> String {
        match self {
            HistoryRemark::Voided => "취소됨".into(),
            HistoryRemark::FirstBalance => "첫 잔액".into(),
            HistoryRemark::Unexplained => "확인 필요".into(),
            HistoryRemark::UnexplainedAmount { amount } => format!("확인 필요 {amount}"),
            HistoryRemark::To { account } => toward(account),
            HistoryRemark::From { account } => format!("{account}에서"),
            HistoryRemark::Fee { amount } => format!("수수료 {amount}"),
            HistoryRemark::Tax { amount } => format!("세금 {amount}"),
            HistoryRemark::Received { amount } => format!("받은 금액 {amount}"),
            HistoryRemark::PaidWith { amount } => format!("낸 금액 {amount}"),
            HistoryRemark::Expires { day, today } => {
                format!("{} 소멸 예정", date(*day, *today, Language::Korean))
            }
            HistoryRemark::NeverExpires => "소멸 없음".into(),
            HistoryRemark::AfterExpired { amount } => format!("그 전에 {amount} 소멸"),
        }
    }
}

impl HistoryKind {
    /// Returns the kind of a row about accounts, units, rates or undos.
    pub fn of_change(change: &LedgerChangeKind) -> HistoryKind {
        match change {
            LedgerChangeKind::Account { .. } => HistoryKind::Account,
            LedgerChangeKind::Rate { .. } => HistoryKind::Rate,
            LedgerChangeKind::Unit(_) => HistoryKind::Unit,
            LedgerChangeKind::Void { command, .. } if command == "redo" => HistoryKind::Redo,
            LedgerChangeKind::Void { command, .. } if command == "edit" => HistoryKind::Edit,
            LedgerChangeKind::Void { .. } => HistoryKind::Undo,
        }
    }

    /// Returns its English word, which scripts read, too.
    pub fn word(self) -> &'static str {
        match self {
            HistoryKind::Entry(kind) => kind_of_entry(kind, Language::English),
            HistoryKind::Send => "send",
            HistoryKind::Receive => "receive",
            HistoryKind::Balance => "balance",
            HistoryKind::Owed => "owed",
            HistoryKind::Credit => "credit",
            HistoryKind::Account => "account",
            HistoryKind::Unit => "unit",
            HistoryKind::Rate => "rate",
            HistoryKind::Edit => "edit",
            HistoryKind::Undo => "undo",
            HistoryKind::Redo => "redo",
        }
    }
}

impl Message for HistoryKind {
    fn english(&self) -> String {
        self.word().into()
    }

    fn korean(&self) -> String {
        match self {
            HistoryKind::Entry(kind) => kind_of_entry(*kind, Language::Korean),
            HistoryKind::Send => "보내기",
            HistoryKind::Receive => "받기",
            HistoryKind::Balance => "잔액",
            HistoryKind::Owed => "청구액",
            HistoryKind::Credit => "선납액",
            HistoryKind::Account => "계정",
            HistoryKind::Unit => "단위",
            HistoryKind::Rate => "환율",
            HistoryKind::Edit => "수정",
            HistoryKind::Undo => "실행 취소",
            HistoryKind::Redo => "다시 실행",
        }
        .into()
    }
}

/// What a change of accounts, units or rates, or an undo, did, beside its [`HistoryKind`].
#[derive(Clone, Debug)]
pub struct ChangeRemark<'c> {
    /// The change.
    pub change: &'c LedgerChangeKind,
    /// The present day.
    pub today: Day,
}

impl Message for ChangeRemark<'_> {
    fn english(&self) -> String {
        match self.change {
            LedgerChangeKind::Account { before: None, after } => {
                format!("opened: {}", opened_english(after.kind, after.platform.as_deref(), &after.unit))
            }
            LedgerChangeKind::Account { before: Some(before), after } => {
                let changes = AccountChange::between(before, after);
                let changes: Vec<String> = changes.iter().map(AccountChange::english).collect();
                if changes.is_empty() { "unchanged".into() } else { changes.join(", ") }
            }
            LedgerChangeKind::Rate { unit, rate, of, day } => {
                format!("1 {unit} = {rate} {of} from {}", date(*day, self.today, Language::English))
            }
            LedgerChangeKind::Unit(unit) => format!("{unit} with {} decimals", unit.decimals),
            LedgerChangeKind::Void { command, of, of_command } if command == "edit" => {
                format!("replaces {} ({of_command})", short_id(*of))
            }
            LedgerChangeKind::Void { of, of_command, .. } => format!("{} ({of_command})", short_id(*of)),
        }
    }

    fn korean(&self) -> String {
        match self.change {
            LedgerChangeKind::Account { before: None, after } => {
                format!("추가: {}", opened_korean(after.kind, after.platform.as_deref(), &after.unit))
            }
            LedgerChangeKind::Account { before: Some(before), after } => {
                let changes = AccountChange::between(before, after);
                let changes: Vec<String> = changes.iter().map(AccountChange::korean).collect();
                if changes.is_empty() { "변경 없음".into() } else { changes.join(", ") }
            }
            LedgerChangeKind::Rate { unit, rate, of, day } => {
                format!("{}부터 1 {unit} = {rate} {of}", date(*day, self.today, Language::Korean))
            }
            LedgerChangeKind::Unit(unit) => format!("{unit}, 소수 {}자리", unit.decimals),
            LedgerChangeKind::Void { command, of, of_command } if command == "edit" => {
                format!("{}({}) 대신", short_id(*of), command_in_korean(of_command))
            }
            LedgerChangeKind::Void { of, of_command, .. } => {
                format!("{}({})", short_id(*of), command_in_korean(of_command))
            }
        }
    }
}

/// Returns what a recorded command did, as a noun in Korean; a command that is not known as it is.
pub fn command_in_korean(command: &str) -> &str {
    if let Some(kind) = Kind::parse(command) {
        return kind_of_entry(kind, Language::Korean);
    }
    match command {
        "log" => "잔액 기록",
        "send" => "보내기",
        "receive" => "받기",
        "edit" => "수정",
        "undo" => "실행 취소",
        "redo" => "다시 실행",
        "import" => "가져오기",
        "account add" => "계정 추가",
        "account edit" => "계정 변경",
        "account close" => "계정 닫기",
        "account reopen" => "계정 다시 열기",
        "rate set" => "환율 설정",
        "unit add" => "단위 추가",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_languages, check_variants};
    use super::*;
    use crate::money::Unit;

    #[test]
    fn every_line_and_remark_is_whole_in_both_languages() {
        let (day, won) = (Day::parse_iso("2026-11-25").expect("a day"), Unit::new("KRW", 0).money(500));
        let name = || "카카오페이".to_string();
        let lines = [
            HistoryText::Last { shown: 30, total: 78, command: "jandon history --all".into() },
            HistoryText::UndoChange { change: Id(1) },
            HistoryText::NoneAskedFor,
            HistoryText::NoAccounts,
            HistoryText::NothingYet { account: None },
            HistoryText::NothingYet { account: Some(name()) },
            HistoryText::NothingOf { account: name() },
            HistoryText::NothingMatches { total: 78 },
        ];
        let remarks = [
            HistoryRemark::Voided,
            HistoryRemark::FirstBalance,
            HistoryRemark::Unexplained,
            HistoryRemark::UnexplainedAmount { amount: "500".into() },
            HistoryRemark::To { account: name() },
            HistoryRemark::From { account: name() },
            HistoryRemark::Fee { amount: "500".into() },
            HistoryRemark::Tax { amount: "500".into() },
            HistoryRemark::Received { amount: won.clone() },
            HistoryRemark::PaidWith { amount: won },
            HistoryRemark::Expires { day, today: day },
            HistoryRemark::NeverExpires,
            HistoryRemark::AfterExpired { amount: "500".into() },
        ];
        let source = include_str!("history.rs");
        check_variants(source, "HistoryText", &format!("{lines:?}"));
        check_variants(source, "HistoryRemark", &format!("{remarks:?}"));
        remarks.iter().for_each(check_languages);
        for line in &lines {
            assert!(line.english().contains("jandon ") && line.korean().contains("jandon "), "{line:?}");
        }
    }

    #[test]
    fn a_recorded_command_has_a_korean_noun() {
        assert_eq!(command_in_korean("spend"), "사용");
        assert_eq!(command_in_korean("rate set"), "환율 설정");
    }
}
