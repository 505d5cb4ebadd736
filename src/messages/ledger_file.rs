//! The pages of `check`, `backup` and `restore`.

use super::Message;

/// A line of the pages about the ledger as a file.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum LedgerFileLine {
    Copied { to: String, holds: LedgerContents },
    Restored { from: String, holds: LedgerContents },
    Kept { path: String },
    Sound { holds: LedgerContents },
    Unsound { count: usize, ledger: String, holds: LedgerContents },
    Rebuilt { count: usize },
    Accepted,
}

/// What a ledger holds, in figures.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "a count says itself")]
pub struct LedgerContents {
    pub accounts: i64,
    pub entries: i64,
    pub snapshots: i64,
}

impl LedgerContents {
    fn english(self) -> String {
        let many = |n: i64, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        format!(
            "{}, {}, {}",
            many(self.accounts, "account", "accounts"),
            many(self.entries, "entry", "entries"),
            many(self.snapshots, "snapshot", "snapshots")
        )
    }

    fn korean(self) -> String {
        format!("계정 {}개, 거래 {}건, 잔액 기록 {}건", self.accounts, self.entries, self.snapshots)
    }
}

impl Message for LedgerFileLine {
    fn english(&self) -> String {
        match self {
            LedgerFileLine::Copied { to, holds } => format!("Copied to {to}: {}.", holds.english()),
            LedgerFileLine::Restored { from, holds } => format!("Restored from {from}: {}.", holds.english()),
            LedgerFileLine::Kept { path } => format!("The previous ledger is kept as {path}"),
            LedgerFileLine::Sound { holds } => format!("All is well: {}.", holds.english()),
            LedgerFileLine::Unsound { count: 1, ledger, holds } => {
                format!("1 fault found in {ledger} ({}).", holds.english())
            }
            LedgerFileLine::Unsound { count, ledger, holds } => {
                format!("{count} faults found in {ledger} ({}).", holds.english())
            }
            LedgerFileLine::Rebuilt { count: 1 } => "1 fault was repaired from the records.".into(),
            LedgerFileLine::Rebuilt { count } => format!("{count} faults were repaired from the records."),
            LedgerFileLine::Accepted => "These damaged records are accepted as they are now:".into(),
        }
    }

    fn korean(&self) -> String {
        match self {
            LedgerFileLine::Copied { to, holds } => format!("{to}에 복사했습니다: {}.", holds.korean()),
            LedgerFileLine::Restored { from, holds } => {
                format!("{from}에서 복원했습니다: {}.", holds.korean())
            }
            LedgerFileLine::Kept { path } => format!("이전 장부를 보관한 곳: {path}"),
            LedgerFileLine::Sound { holds } => format!("이상이 없습니다: {}.", holds.korean()),
            LedgerFileLine::Unsound { count, ledger, holds } => {
                format!("{ledger}에서 문제 {count}개를 찾았습니다({}).", holds.korean())
            }
            LedgerFileLine::Rebuilt { count } => format!("문제 {count}개를 기록에서 다시 만들어 고쳤습니다."),
            LedgerFileLine::Accepted => "다음의 손상된 기록을 지금 그대로 받아들였습니다:".into(),
        }
    }
}

/// Returns the part of a ledger that a finding is about; tables keep their names.
pub fn ledger_part_in_korean(part: &str) -> &str {
    match part {
        "file" => "파일",
        "facts" => "기록",
        "numbers" => "번호",
        "references" => "참조",
        "schema" => "구조",
        "checksum" => "체크섬",
        "account" => "계정",
        "unit" => "단위",
        "entry" => "거래",
        "void" | "voided_change" => "실행 취소",
        table => table,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_languages, check_variants};
    use super::*;

    #[test]
    fn every_line_is_whole_in_both_languages() {
        let holds = LedgerContents { accounts: 1, entries: 2, snapshots: 3 };
        let name = || "장부/2".to_string();
        let lines = [
            LedgerFileLine::Copied { to: name(), holds },
            LedgerFileLine::Restored { from: name(), holds },
            LedgerFileLine::Kept { path: name() },
            LedgerFileLine::Sound { holds },
            LedgerFileLine::Unsound { count: 1, ledger: name(), holds },
            LedgerFileLine::Unsound { count: 2, ledger: name(), holds },
            LedgerFileLine::Rebuilt { count: 1 },
            LedgerFileLine::Rebuilt { count: 2 },
            LedgerFileLine::Accepted,
        ];
        check_variants(include_str!("ledger_file.rs"), "LedgerFileLine", &format!("{lines:?}"));
        lines.iter().for_each(check_languages);
    }
}
