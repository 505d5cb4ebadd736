//! What a calendar of expiries and bills says.

use super::{Message, particle};
use crate::money::Money;
use crate::period::Month;
use crate::text::quoted_name;

/// A text of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are named by what they hold")]
pub enum CalendarText {
    /// The name of the calendar.
    Name,
    /// The title of the last day of points.
    Expiry { account: String, amount: Money },
    /// What the last day of points means.
    ExpiryNote { account: String, amount: Money },
    /// The title of the day of payment of a bill.
    Bill { account: String, amount: Money },
    /// The same of a bill whose month is not over.
    BillSoFar { account: String, amount: Money },
    /// What the bill is for.
    BillNote { charges_of: Month },
    /// How many events a page lists.
    Listed { expiries: usize, bills: usize },
    /// How the events get into a calendar program.
    HowToImport,
    /// There is no event.
    Empty,
    /// How a day on which points expire becomes known.
    HowToRecord,
    /// A bill that is left out, and the command that changes it.
    NoBillDay { account: String },
}

fn set_bill_day(account: &str) -> String {
    format!("jandon account edit {} --bill-day N", quoted_name(account))
}

impl Message for CalendarText {
    fn english(&self) -> String {
        match self {
            CalendarText::Name => "Points and bills (jandon)".into(),
            CalendarText::Expiry { account, amount } => format!("{account}: {amount} expire"),
            CalendarText::ExpiryNote { account, amount } => {
                format!("Last day to use {amount} in {account}.")
            }
            CalendarText::Bill { account, amount } => format!("{account}: {amount} due"),
            CalendarText::BillSoFar { account, amount } => format!("{account}: {amount} due (so far)"),
            CalendarText::BillNote { charges_of } => format!("Charges of {charges_of}."),
            CalendarText::Listed { expiries, bills } => {
                let s = |count: &usize| if *count == 1 { "" } else { "s" };
                format!("{expiries} expiry date{} and {bills} bill{}.", s(expiries), s(bills))
            }
            CalendarText::HowToImport => {
                "Write them to a file that a calendar can import: jandon calendar -o points.ics".into()
            }
            CalendarText::Empty => {
                "The calendar is empty: no points with a known expiry date and no open bill.".into()
            }
            CalendarText::HowToRecord => {
                "Record when points expire: jandon earn NAME AMOUNT --expires DATE".into()
            }
            CalendarText::NoBillDay { account } => {
                let command = set_bill_day(account);
                format!(
                    "The bills of {account} are left out, because its bill day is unknown. Set it: {command}"
                )
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            CalendarText::Name => "포인트와 청구서 (jandon)".into(),
            CalendarText::Expiry { account, amount } => format!("{account}: {amount} 소멸 예정"),
            CalendarText::ExpiryNote { account, amount } => {
                format!(
                    "{account}의 {} 사용할 수 있는 마지막 날입니다.",
                    particle::object(&amount.to_string())
                )
            }
            CalendarText::Bill { account, amount } => format!("{account}: {amount} 납부일"),
            CalendarText::BillSoFar { account, amount } => format!("{account}: {amount} 납부일 (현재까지)"),
            CalendarText::BillNote { charges_of } => {
                let (year, month) = charges_of.year_month();
                format!("{year}년 {month}월 이용분입니다.")
            }
            CalendarText::Listed { expiries, bills } => {
                format!("소멸 예정 {expiries}건, 청구서 {bills}건입니다.")
            }
            CalendarText::HowToImport => {
                "캘린더 앱에서 가져올 파일로 저장하려면: jandon calendar -o points.ics".into()
            }
            CalendarText::Empty => {
                "캘린더가 비어 있습니다. 소멸일을 아는 포인트와 납부할 청구서가 없습니다.".into()
            }
            CalendarText::HowToRecord => "포인트 소멸일 기록: jandon earn 이름 금액 --expires 날짜".into(),
            CalendarText::NoBillDay { account } => {
                let command = set_bill_day(account);
                format!("{account}의 청구서는 납부일을 알 수 없어 제외했습니다. 납부일 설정: {command}")
            }
        }
    }
}
