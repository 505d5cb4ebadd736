//! The page of `stale`.

use super::Message;

/// A line of the page of `stale`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum StaleLine {
    NotChecked { days: i32 },
    AllChecked { days: i32 },
    NothingRecorded,
}

impl Message for StaleLine {
    fn english(&self) -> String {
        match self {
            StaleLine::NotChecked { days } => format!("Not checked for {days} days or more:"),
            StaleLine::AllChecked { days } => {
                format!("Every balance was checked within the last {days} days.")
            }
            StaleLine::NothingRecorded => "Nothing was recorded yet.".into(),
        }
    }

    fn korean(&self) -> String {
        match self {
            StaleLine::NotChecked { days } => format!("{days}일 이상 확인하지 않은 계정:"),
            StaleLine::AllChecked { days } => format!("지난 {days}일 안에 모든 잔액을 확인했습니다."),
            StaleLine::NothingRecorded => "아직 기록이 없습니다.".into(),
        }
    }
}
