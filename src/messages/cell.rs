//! Words that stand alone in a cell, and the lines that several pages share.

use super::Message;
use crate::report::BillStatus;

/// A word in a cell of a table.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "a word says itself")]
pub enum CellWord {
    Never,
    None,
    Closed,
    Free,
    Unknown,
}

impl Message for CellWord {
    fn english(&self) -> String {
        match self {
            CellWord::Never => "never",
            CellWord::None => "none",
            CellWord::Closed => "closed",
            CellWord::Free => "free",
            CellWord::Unknown => "unknown",
        }
        .into()
    }

    fn korean(&self) -> String {
        match self {
            CellWord::Never | CellWord::None => "없음",
            CellWord::Closed => "닫힘",
            CellWord::Free => "무료",
            CellWord::Unknown => "알 수 없음",
        }
        .into()
    }
}

impl Message for BillStatus {
    fn english(&self) -> String {
        match self {
            BillStatus::Overdue => "overdue",
            BillStatus::Due => "due",
            BillStatus::Unbilled => "unbilled",
        }
        .into()
    }

    fn korean(&self) -> String {
        match self {
            BillStatus::Overdue => "연체",
            BillStatus::Due => "납부 예정",
            BillStatus::Unbilled => "청구 전",
        }
        .into()
    }
}

/// Why a page is empty, with what to do.
#[derive(Clone, Copy, Debug)]
pub enum EmptyPage {
    /// There is no account.
    NoAccounts,
}

impl Message for EmptyPage {
    fn english(&self) -> String {
        match self {
            EmptyPage::NoAccounts => "No accounts yet. Start with: jandon account add 카카오페이".into(),
        }
    }

    fn korean(&self) -> String {
        match self {
            EmptyPage::NoAccounts => "아직 계정이 없습니다. 시작하기: jandon account add 카카오페이".into(),
        }
    }
}
