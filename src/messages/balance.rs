//! The page of `balance`.

use super::{Language, Message, date, list_all};
use crate::money::{Money, Unit};
use crate::period::Day;
use crate::text::quoted_name;

/// A line of the page of `balance`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum BalanceLine {
    AsOf { day: Day, today: Day },
    NothingYet { day: Day, first: Option<Day>, today: Day },
    Small { have: Vec<Money> },
    SmallAndOwed { have: Vec<Money>, owe: Vec<Money>, left: Vec<Money> },
    OnlyOwed { owe: Vec<Money> },
    Banks { have: Vec<Money> },
    InAll { net: Money },
    InAllWithout { net: Money, missing: Vec<Unit> },
    AtChannelRate { units: Vec<Unit> },
    RecordWhatYouSee { account: String },
    More,
}

/// A remark beside the balance of one account.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a remark says itself")]
pub enum BalanceRemark {
    Owed,
    Credit,
    Overdue { amount: String, since: Day, today: Day },
    OverLimit { by: String },
    Expires { amount: String, day: Day, today: Day },
    Unchecked { days: i32 },
    BelowZero,
    Closed,
}

/// Returns amounts as one list.
pub(super) fn sums(amounts: &[Money], language: Language) -> String {
    list_all(&amounts.iter().map(Money::to_string).collect::<Vec<_>>(), language)
}

/// Returns units as one list.
pub(super) fn units(units: &[Unit], language: Language) -> String {
    list_all(&units.iter().map(Unit::to_string).collect::<Vec<_>>(), language)
}

impl Message for BalanceLine {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            BalanceLine::AsOf { day, today } => format!("As of {}", date(*day, *today, en)),
            BalanceLine::NothingYet { day, first: None, today } => {
                format!("Nothing was recorded up to {}.", date(*day, *today, en))
            }
            BalanceLine::NothingYet { day, first: Some(first), today } => format!(
                "Nothing was recorded up to {}; the first record is of {}.",
                date(*day, *today, en),
                date(*first, *today, en)
            ),
            BalanceLine::Small { have } => format!("Small balances: {}", sums(have, en)),
            BalanceLine::SmallAndOwed { have, owe, left } => format!(
                "Small balances: {}; you owe {}, which leaves {}",
                sums(have, en),
                sums(owe, en),
                sums(left, en)
            ),
            BalanceLine::OnlyOwed { owe } => format!("You owe {}", sums(owe, en)),
            BalanceLine::Banks { have } => format!("Banks: {}", sums(have, en)),
            BalanceLine::InAll { net } => format!("In all: {net}"),
            BalanceLine::InAllWithout { net, missing } => {
                format!("In all: {net}, without {} (no rate)", units(missing, en))
            }
            BalanceLine::AtChannelRate { units: of } => {
                format!("Valued at the rate of the best channel: {}", units(of, en))
            }
            BalanceLine::RecordWhatYouSee { account } => {
                format!("Record what your app shows: jandon log {} AMOUNT", quoted_name(account))
            }
            BalanceLine::More => "See what changed: jandon report".into(),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            BalanceLine::AsOf { day, today } => format!("{} 기준", date(*day, *today, ko)),
            BalanceLine::NothingYet { day, first: None, today } => {
                format!("{}까지 기록된 내용이 없습니다.", date(*day, *today, ko))
            }
            BalanceLine::NothingYet { day, first: Some(first), today } => format!(
                "{}까지 기록된 내용이 없습니다. 첫 기록은 {}입니다.",
                date(*day, *today, ko),
                date(*first, *today, ko)
            ),
            BalanceLine::Small { have } => format!("소액 잔액: {}", sums(have, ko)),
            BalanceLine::SmallAndOwed { have, owe, left } => format!(
                "소액 잔액: {} · 납부할 금액: {} · 납부 후: {}",
                sums(have, ko),
                sums(owe, ko),
                sums(left, ko)
            ),
            BalanceLine::OnlyOwed { owe } => format!("납부할 금액: {}", sums(owe, ko)),
            BalanceLine::Banks { have } => format!("은행 잔액: {}", sums(have, ko)),
            BalanceLine::InAll { net } => format!("합계: {net}"),
            BalanceLine::InAllWithout { net, missing } => {
                format!("합계: {net} (환율이 없어 제외: {})", units(missing, ko))
            }
            BalanceLine::AtChannelRate { units: of } => {
                format!("가장 유리한 출금 방법의 비율로 환산: {}", units(of, ko))
            }
            BalanceLine::RecordWhatYouSee { account } => {
                format!("앱에 보이는 잔액 기록: jandon log {} AMOUNT", quoted_name(account))
            }
            BalanceLine::More => "변동 내역 보기: jandon report".into(),
        }
    }
}

impl Message for BalanceRemark {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            BalanceRemark::Owed => "owed".into(),
            BalanceRemark::Credit => "credit".into(),
            BalanceRemark::Overdue { amount, since, today } => {
                format!("{amount} overdue since {}", date(*since, *today, en))
            }
            BalanceRemark::OverLimit { by } => format!("over its limit by {by}"),
            BalanceRemark::Expires { amount, day, today } => {
                format!("expires {}: {amount}", date(*day, *today, en))
            }
            BalanceRemark::Unchecked { days } => format!("not checked for {days} days"),
            BalanceRemark::BelowZero => "below zero".into(),
            BalanceRemark::Closed => "closed".into(),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            BalanceRemark::Owed => "납부할 금액".into(),
            BalanceRemark::Credit => "미리 낸 금액".into(),
            BalanceRemark::Overdue { amount, since, today } => {
                format!("{}부터 연체: {amount}", date(*since, *today, ko))
            }
            BalanceRemark::OverLimit { by } => format!("한도보다 {by} 초과"),
            BalanceRemark::Expires { amount, day, today } => {
                format!("{} 소멸 예정: {amount}", date(*day, *today, ko))
            }
            BalanceRemark::Unchecked { days } => format!("{days}일 동안 확인하지 않음"),
            BalanceRemark::BelowZero => "마이너스 잔액".into(),
            BalanceRemark::Closed => "닫힌 계정".into(),
        }
    }
}
