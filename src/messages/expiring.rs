//! The page of `expiring`.

use super::balance::sums;
use super::{Language, Message};
use crate::money::Money;
use crate::text::quoted_name;

/// A line of the page of `expiring`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ExpiringLine {
    Sums { amounts: Vec<Money>, days: i32 },
    Nothing { days: i32 },
    NothingKnown { days: i32 },
    Unknown { account: String, amount: Money },
    RecordExpiry { account: String },
    UseThem { account: String },
}

impl Message for ExpiringLine {
    fn english(&self) -> String {
        match self {
            ExpiringLine::Sums { amounts, days } => {
                format!("{} expire within {days} days.", sums(amounts, Language::English))
            }
            ExpiringLine::Nothing { days } => format!("Nothing expires within {days} days."),
            ExpiringLine::NothingKnown { days } => format!("Nothing known expires within {days} days."),
            ExpiringLine::Unknown { account, amount } => {
                format!("{account}: {amount} without a known expiry date")
            }
            ExpiringLine::RecordExpiry { account } => format!(
                "Record when points expire: jandon earn {} AMOUNT --date DATE --expires DATE",
                quoted_name(account)
            ),
            ExpiringLine::UseThem { account } => {
                format!("See what you could withdraw: jandon fees {}", quoted_name(account))
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            ExpiringLine::Sums { amounts, days } => {
                format!("{days}일 안에 소멸 예정: {}", sums(amounts, Language::Korean))
            }
            ExpiringLine::Nothing { days } => format!("{days}일 안에 소멸되는 것이 없습니다."),
            ExpiringLine::NothingKnown { days } => {
                format!("{days}일 안에 소멸되는 것으로 알려진 것이 없습니다.")
            }
            ExpiringLine::Unknown { account, amount } => format!("{account}: {amount}의 소멸일을 알 수 없음"),
            ExpiringLine::RecordExpiry { account } => format!(
                "소멸일과 함께 적립 기록: jandon earn {} AMOUNT --date DATE --expires DATE",
                quoted_name(account)
            ),
            ExpiringLine::UseThem { account } => {
                format!("출금하면 받는 금액 보기: jandon fees {}", quoted_name(account))
            }
        }
    }
}
