//! The page of `status`.

use super::{Language, Message, date, list_all};
use crate::money::Money;
use crate::period::Day;
use crate::text::quoted_name;

/// A line of the page of `status`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum StatusLine {
    Begin,
    BeginWithDemo,
    Overdue { account: String, amount: Money, since: Day, today: Day },
    OverLimit { account: String, by: Money },
    BelowZero { account: String, balance: Money },
    Due { account: String, amount: Money, due: Day, today: Day },
    DueSometime { account: String, amount: Money },
    Expiring { account: String, amount: Money, day: Day, today: Day },
    ExpiringFrom { account: String, amount: Money, first: Day, today: Day },
    Expired { account: String, amount: Money, day: Day, today: Day },
    ExpiredFrom { account: String, amount: Money, first: Day, today: Day },
    Stale { accounts: Vec<String>, days: i32 },
    RulesOutdated { accounts: Vec<String>, days: i32 },
    MoreToDo { count: usize },
    NothingToDo,
    More { account: Option<String> },
}

impl Message for StatusLine {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            StatusLine::Begin => "No accounts yet. Add one and record the balance that its app shows:".into(),
            StatusLine::BeginWithDemo => "Or look at sample data first: jandon demo".into(),
            StatusLine::Overdue { account, amount, since, today } => {
                format!("{account}: {amount} overdue since {}", date(*since, *today, en))
            }
            StatusLine::OverLimit { account, by } => format!("{account}: over its limit by {by}"),
            StatusLine::BelowZero { account, balance } => {
                format!("{account}: the balance is {balance}; an entry seems to be missing")
            }
            StatusLine::Due { account, amount, due, today } => {
                format!("{account}: {amount} due on {}", date(*due, *today, en))
            }
            StatusLine::DueSometime { account, amount } => {
                format!("{account}: {amount} due; no due day is known")
            }
            StatusLine::Expiring { account, amount, day, today } => {
                format!("{account}: {amount} expire on {}", date(*day, *today, en))
            }
            StatusLine::ExpiringFrom { account, amount, first, today } => {
                format!("{account}: {amount} expire from {} on", date(*first, *today, en))
            }
            StatusLine::Expired { account, amount, day, today } => {
                format!("{account}: {amount} expired on {}", date(*day, *today, en))
            }
            StatusLine::ExpiredFrom { account, amount, first, today } => {
                format!("{account}: {amount} expired since {}", date(*first, *today, en))
            }
            StatusLine::Stale { accounts, days } => {
                format!("Not checked for {days} days or more: {}", list_all(accounts, en))
            }
            StatusLine::RulesOutdated { accounts, days } => {
                format!("Fee rules not checked for {days} days or more: {}", list_all(accounts, en))
            }
            StatusLine::MoreToDo { count } => format!("{count} more: jandon due · jandon expiring"),
            StatusLine::NothingToDo => "Nothing needs attention.".into(),
            StatusLine::More { account: None } => "More: jandon balance · jandon report".into(),
            StatusLine::More { account: Some(account) } => {
                format!("More: jandon balance · jandon report · jandon fees {}", quoted_name(account))
            }
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            StatusLine::Begin => {
                "아직 계정이 없습니다. 계정을 추가하고 앱에 보이는 잔액을 기록하세요:".into()
            }
            StatusLine::BeginWithDemo => "예시 장부 먼저 보기: jandon demo".into(),
            StatusLine::Overdue { account, amount, since, today } => {
                format!("{account}: {amount}, {}부터 연체", date(*since, *today, ko))
            }
            StatusLine::OverLimit { account, by } => format!("{account}: 한도보다 {by} 초과"),
            StatusLine::BelowZero { account, balance } => {
                format!("{account}: 잔액 {balance} (빠진 기록이 있을 수 있습니다)")
            }
            StatusLine::Due { account, amount, due, today } => {
                format!("{account}: {amount}, {}까지 납부", date(*due, *today, ko))
            }
            StatusLine::DueSometime { account, amount } => {
                format!("{account}: {amount} 납부 예정 (납부일을 알 수 없습니다)")
            }
            StatusLine::Expiring { account, amount, day, today } => {
                format!("{account}: {amount}, {} 소멸 예정", date(*day, *today, ko))
            }
            StatusLine::ExpiringFrom { account, amount, first, today } => {
                format!("{account}: {amount}, {}부터 소멸 예정", date(*first, *today, ko))
            }
            StatusLine::Expired { account, amount, day, today } => {
                format!("{account}: {amount}, {} 소멸", date(*day, *today, ko))
            }
            StatusLine::ExpiredFrom { account, amount, first, today } => {
                format!("{account}: {amount}, {}부터 소멸", date(*first, *today, ko))
            }
            StatusLine::Stale { accounts, days } => {
                format!("{days}일 이상 확인하지 않음: {}", list_all(accounts, ko))
            }
            StatusLine::RulesOutdated { accounts, days } => {
                format!("{days}일 이상 확인하지 않은 수수료 규칙: {}", list_all(accounts, ko))
            }
            StatusLine::MoreToDo { count } => format!("그 밖에 {count}건: jandon due · jandon expiring"),
            StatusLine::NothingToDo => "지금 챙길 일이 없습니다.".into(),
            StatusLine::More { account: None } => "더 보기: jandon balance · jandon report".into(),
            StatusLine::More { account: Some(account) } => {
                format!("더 보기: jandon balance · jandon report · jandon fees {}", quoted_name(account))
            }
        }
    }
}
