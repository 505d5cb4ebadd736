//! The page of `chart`.

use super::Message;
use crate::money::Unit;
use crate::text::quoted_name;

/// A line of the page of `chart`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ChartLine {
    Account { account: String, unit: Unit },
    AccountOwed { account: String, unit: Unit },
    All { unit: Unit },
    AllLessOwed { unit: Unit },
    NothingRecorded,
    OnlyBanks,
    OneAccount { account: String },
    History { account: String },
}

impl Message for ChartLine {
    fn english(&self) -> String {
        match self {
            ChartLine::Account { account, unit } => format!("{account}, {unit} at the end of each month"),
            ChartLine::AccountOwed { account, unit } => {
                format!("{account}, {unit} owed at the end of each month")
            }
            ChartLine::All { unit } => format!("All small balances, {unit} at the end of each month"),
            ChartLine::AllLessOwed { unit } => {
                format!("All small balances less what you owe, {unit} at the end of each month")
            }
            ChartLine::NothingRecorded => "Nothing was recorded in these months.".into(),
            ChartLine::OnlyBanks => "Banks are drawn only by name: jandon chart NAME".into(),
            ChartLine::OneAccount { account } => {
                format!("One account month by month: jandon chart {}", quoted_name(account))
            }
            ChartLine::History { account } => {
                format!("What moved it: jandon history {}", quoted_name(account))
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            ChartLine::Account { account, unit } => format!("{account}, 월말 잔액 ({unit})"),
            ChartLine::AccountOwed { account, unit } => format!("{account}, 월말에 납부할 금액 ({unit})"),
            ChartLine::All { unit } => format!("소액 잔액 합계, 월말 ({unit})"),
            ChartLine::AllLessOwed { unit } => format!("소액 잔액에서 납부할 금액을 뺀 합계, 월말 ({unit})"),
            ChartLine::NothingRecorded => "이 기간에는 기록이 없습니다.".into(),
            ChartLine::OnlyBanks => "은행은 이름을 적을 때만 그립니다: jandon chart NAME".into(),
            ChartLine::OneAccount { account } => {
                format!("계정 하나를 월별로 보기: jandon chart {}", quoted_name(account))
            }
            ChartLine::History { account } => {
                format!("움직인 내역 보기: jandon history {}", quoted_name(account))
            }
        }
    }
}
