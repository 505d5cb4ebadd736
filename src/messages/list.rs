//! The pages of `account list`, `account show` and `rate list`.

use super::Message;
use crate::text::quoted_name;

/// A line of the pages about accounts and rates.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ListLine {
    OneAccount { name: String },
    HistoryOfAccount { name: String },
    NoRates,
    SetRate,
}

impl Message for ListLine {
    fn english(&self) -> String {
        match self {
            ListLine::OneAccount { name } => {
                format!("One account in full: jandon account show {}", quoted_name(name))
            }
            ListLine::HistoryOfAccount { name } => {
                format!("Its entries: jandon history {}", quoted_name(name))
            }
            ListLine::NoRates => "No rates yet. Set one: jandon rate set USD 1400 KRW".into(),
            ListLine::SetRate => "Set another: jandon rate set UNIT VALUE OF".into(),
        }
    }

    fn korean(&self) -> String {
        match self {
            ListLine::OneAccount { name } => {
                format!("계정 하나를 자세히 보기: jandon account show {}", quoted_name(name))
            }
            ListLine::HistoryOfAccount { name } => format!("기록 보기: jandon history {}", quoted_name(name)),
            ListLine::NoRates => "환율이 없습니다. 설정하기: jandon rate set USD 1400 KRW".into(),
            ListLine::SetRate => "환율 추가하기: jandon rate set UNIT VALUE OF".into(),
        }
    }
}
