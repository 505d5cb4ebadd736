//! The page of `due`.

use super::balance::sums;
use super::{Language, Message};
use crate::money::Money;
use crate::text::quoted_name;

/// A line of the page of `due`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum DueLine {
    NoCarriers,
    NoBills,
    NoBillWithin { days: i32 },
    Owed { amounts: Vec<Money> },
    OwedAndOverdue { amounts: Vec<Money>, overdue: Vec<Money> },
    LimitLeft { account: String, left: Money, limit: String },
    OverLimit { account: String, by: Money, limit: String },
    NoBillDay { account: String },
    RecordPayment { account: String, amount: Money },
}

impl Message for DueLine {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            DueLine::NoCarriers => {
                "No carrier billing accounts. Add one: jandon account add SKT --bill-day 25".into()
            }
            DueLine::NoBills => "No open bills.".into(),
            DueLine::NoBillWithin { days } => format!("No bill is due within {days} days."),
            DueLine::Owed { amounts } => format!("You owe {}.", sums(amounts, en)),
            DueLine::OwedAndOverdue { amounts, overdue } if amounts == overdue => {
                format!("You owe {}, all of it overdue.", sums(amounts, en))
            }
            DueLine::OwedAndOverdue { amounts, overdue } => {
                format!("You owe {}, of which {} is overdue.", sums(amounts, en), sums(overdue, en))
            }
            DueLine::LimitLeft { account, left, limit } => {
                format!("{account}: {left} left of the limit of {limit}")
            }
            DueLine::OverLimit { account, by, limit } => {
                format!("{account}: {by} over its limit of {limit}")
            }
            DueLine::NoBillDay { account } => {
                let name = quoted_name(account);
                format!("{account}: no due day is known; set it: jandon account edit {name} --bill-day N")
            }
            DueLine::RecordPayment { account, amount } => format!(
                "Record a payment: jandon pay {} {}",
                quoted_name(account),
                amount.to_grouped_string()
            ),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            DueLine::NoCarriers => {
                "휴대폰 소액결제 계정이 없습니다. 추가하기: jandon account add SKT --bill-day 25".into()
            }
            DueLine::NoBills => "납부할 청구서가 없습니다.".into(),
            DueLine::NoBillWithin { days } => format!("{days}일 안에 납부할 청구서가 없습니다."),
            DueLine::Owed { amounts } => format!("납부할 금액: {}", sums(amounts, ko)),
            DueLine::OwedAndOverdue { amounts, overdue } if amounts == overdue => {
                format!("납부할 금액: {} (모두 연체)", sums(amounts, ko))
            }
            DueLine::OwedAndOverdue { amounts, overdue } => {
                format!("납부할 금액: {} (그중 연체: {})", sums(amounts, ko), sums(overdue, ko))
            }
            DueLine::LimitLeft { account, left, limit } => {
                format!("{account}: 한도 {limit} 중 {left} 남음")
            }
            DueLine::OverLimit { account, by, limit } => {
                format!("{account}: 한도 {limit}보다 {by} 초과")
            }
            DueLine::NoBillDay { account } => {
                let name = quoted_name(account);
                format!(
                    "{account}: 납부일을 알 수 없습니다. 설정하기: jandon account edit {name} --bill-day N"
                )
            }
            DueLine::RecordPayment { account, amount } => {
                format!("납부 기록: jandon pay {} {}", quoted_name(account), amount.to_grouped_string())
            }
        }
    }
}
