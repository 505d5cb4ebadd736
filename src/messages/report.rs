//! The page of `report`.

use super::balance::sums;
use super::month_page::{HeadlinePart, month_name};
use super::{Language, Message, date, days};
use crate::money::{Money, Unit};
use crate::period::{Day, Month};
use crate::report::Headline;

/// A line of the page of `report`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ReportLine {
    /// The days, the name of the period where it has one, and the days with which it is compared.
    Heading {
        period: Option<String>,
        from: Day,
        to: Day,
        running: bool,
        before: Option<(Day, Day)>,
        today: Day,
    },
    /// How the balances of a unit changed; the account, where the unit has only one.
    Headline {
        account: Option<String>,
        headline: Headline,
    },
    NothingRecorded,
    NothingSpent,
    NothingRecordedBefore {
        first: Day,
        today: Day,
    },
    MoreToDo {
        count: usize,
    },
    Unchanged {
        balances: Vec<(String, Money)>,
    },
    Spending {
        unit: Unit,
    },
    Income {
        unit: Unit,
    },
    SpendingByPayee {
        unit: Unit,
    },
    IncomeByPayee {
        unit: Unit,
    },
    New,
    Others {
        count: usize,
    },
    Gone {
        from: Day,
        to: Day,
        amounts: Vec<(String, Money)>,
        others: usize,
        today: Day,
    },
    SmallPayments {
        count: i64,
        amount: Money,
        threshold: Money,
        median: Money,
        share: String,
    },
    Fees {
        charges: Vec<(String, Money, String)>,
        others: usize,
    },
    NoFees {
        withdrawals: i64,
    },
    ByHand,
    Totals {
        have: Vec<Money>,
        owe: Vec<Money>,
        net: Vec<Money>,
    },
    Expiring,
    Bills,
    More {
        command: String,
    },
    MoreOfFull {
        command: String,
    },
    Whole {
        command: String,
    },
}

impl Message for ReportLine {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            ReportLine::Heading { period, from, to, running, before, today } => {
                let shown = days(*from, *to, *today, en);
                let name = period.as_deref().map(|name| format!("{} · ", period_name(name, en)));
                let so_far = if *running { " so far" } else { "" };
                let compared =
                    before.map(|(from, to)| format!(", compared with {}", days(from, to, *today, en)));
                format!("{}{shown}{so_far}{}", name.unwrap_or_default(), compared.unwrap_or_default())
            }
            ReportLine::Headline { headline, .. } if headline.changes.is_empty() => {
                format!("{}: {}, unchanged", self.label(), headline.closing.to_grouped_string())
            }
            ReportLine::Headline { .. } => self.sum(en),
            ReportLine::NothingRecorded => "Nothing was recorded in these days.".into(),
            ReportLine::NothingSpent => "Nothing was spent or earned in these days.".into(),
            ReportLine::NothingRecordedBefore { first, today } => {
                format!("Nothing was recorded before {}.", date(*first, *today, en))
            }
            ReportLine::MoreToDo { count } => format!("{count} more with --full"),
            ReportLine::Unchanged { balances } => format!("Unchanged: {}", named(balances)),
            ReportLine::Spending { unit } => format!("spending ({unit})"),
            ReportLine::Income { unit } => format!("earned ({unit})"),
            ReportLine::SpendingByPayee { unit } => format!("spent at ({unit})"),
            ReportLine::IncomeByPayee { unit } => format!("earned from ({unit})"),
            ReportLine::New => "new".into(),
            ReportLine::Others { count } => format!("{count} others"),
            ReportLine::Gone { from, to, amounts, others, today } => {
                let more = if *others == 0 { String::new() } else { format!(" and {others} more") };
                format!("Gone since {}: {}{more}", days(*from, *to, *today, en), named(amounts))
            }
            ReportLine::SmallPayments { count, amount, threshold, median, share } => {
                format!(
                    "Small payments (up to {}): {count} for {amount}, median {}, {share} % of spending",
                    threshold.to_grouped_string(),
                    median.to_grouped_string()
                )
            }
            ReportLine::Fees { charges, others } => {
                let more = if *others == 0 { String::new() } else { format!(" and {others} more") };
                format!("Fees: {}{more}", charged(charges))
            }
            ReportLine::NoFees { withdrawals: 1 } => "Fees: none for 1 withdrawal".into(),
            ReportLine::NoFees { withdrawals } => format!("Fees: none for {withdrawals} withdrawals"),
            ReportLine::ByHand => "entered by hand".into(),
            ReportLine::Totals { have, owe, .. } if owe.is_empty() => format!("You have {}", sums(have, en)),
            ReportLine::Totals { have, owe, net } => format!(
                "You have {}; you owe {}, which leaves {}",
                sums(have, en),
                sums(owe, en),
                sums(net, en)
            ),
            ReportLine::Expiring => "Points that expire".into(),
            ReportLine::Bills => "Open bills".into(),
            ReportLine::More { command } => format!("More: {command} --full"),
            ReportLine::MoreOfFull { command } => format!("Spending by payee: {command} --by payee"),
            ReportLine::Whole { command } => format!("The whole report: {command}"),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            ReportLine::Heading { period, from, to, running, before, today } => {
                let shown = days(*from, *to, *today, ko);
                let name = period.as_deref().map(|name| format!("{} · ", period_name(name, ko)));
                let so_far = if *running { ", 진행 중" } else { "" };
                let compared = before.map(|(from, to)| format!(" (비교: {})", days(from, to, *today, ko)));
                format!("{}{shown}{so_far}{}", name.unwrap_or_default(), compared.unwrap_or_default())
            }
            ReportLine::Headline { headline, .. } if headline.changes.is_empty() => {
                format!("{}: {}, 변동 없음", self.label(), headline.closing.to_grouped_string())
            }
            ReportLine::Headline { .. } => self.sum(ko),
            ReportLine::NothingRecorded => "이 기간에는 기록된 내용이 없습니다.".into(),
            ReportLine::NothingSpent => "이 기간에는 사용이나 적립이 없습니다.".into(),
            ReportLine::NothingRecordedBefore { first, today } => {
                format!("{} 이전에는 기록된 내용이 없습니다.", date(*first, *today, ko))
            }
            ReportLine::MoreToDo { count } => format!("그 밖에 {count}건: --full"),
            ReportLine::Unchanged { balances } => format!("변동 없음: {}", named(balances)),
            ReportLine::Spending { unit } => format!("사용 ({unit})"),
            ReportLine::Income { unit } => format!("적립 ({unit})"),
            ReportLine::SpendingByPayee { unit } => format!("쓴 곳 ({unit})"),
            ReportLine::IncomeByPayee { unit } => format!("적립한 곳 ({unit})"),
            ReportLine::New => "신규".into(),
            ReportLine::Others { count } => format!("그 밖의 {count}개"),
            ReportLine::Gone { from, to, amounts, others, today } => {
                let more = if *others == 0 { String::new() } else { format!(" 외 {others}개") };
                format!("{}에만 사용: {}{more}", days(*from, *to, *today, ko), named(amounts))
            }
            ReportLine::SmallPayments { count, amount, threshold, median, share } => format!(
                "소액 결제({} 이하): {count}건 {amount}, 중앙값 {}, 전체 사용의 {share} %",
                threshold.to_grouped_string(),
                median.to_grouped_string()
            ),
            ReportLine::Fees { charges, others } => {
                let more = if *others == 0 { String::new() } else { format!(" 외 {others}개") };
                format!("수수료: {}{more}", charged(charges))
            }
            ReportLine::NoFees { withdrawals } => format!("수수료: 없음 (출금 {withdrawals}회)"),
            ReportLine::ByHand => "직접 입력".into(),
            ReportLine::Totals { have, owe, .. } if owe.is_empty() => {
                format!("보유 금액: {}", sums(have, ko))
            }
            ReportLine::Totals { have, owe, net } => format!(
                "보유 금액: {} · 납부할 금액: {} · 납부 후: {}",
                sums(have, ko),
                sums(owe, ko),
                sums(net, ko)
            ),
            ReportLine::Expiring => "소멸 예정 포인트".into(),
            ReportLine::Bills => "납부할 청구서".into(),
            ReportLine::More { command } => format!("더 보기: {command} --full"),
            ReportLine::MoreOfFull { command } => format!("쓴 곳별로 보기: {command} --by payee"),
            ReportLine::Whole { command } => format!("전체 보고서 보기: {command}"),
        }
    }
}

impl ReportLine {
    /// Returns the unit of a headline, with its account where it has only one.
    fn label(&self) -> String {
        match self {
            ReportLine::Headline { account: Some(account), headline } => {
                format!("{account} ({})", headline.closing.unit)
            }
            ReportLine::Headline { account: None, headline } => headline.closing.unit.to_string(),
            _ => String::new(),
        }
    }

    /// Returns a headline as a sum: `KRW: 50,000 − 4,500 spent = 45,500`.
    fn sum(&self, language: Language) -> String {
        let ReportLine::Headline { headline, .. } = self else { return String::new() };
        let parts = headline
            .changes
            .iter()
            .map(|(change, money)| language.say(&HeadlinePart(change.clone(), money.clone())));
        let parts: Vec<String> = parts.collect();
        let (opening, closing) = (headline.opening.to_grouped_string(), headline.closing.to_grouped_string());
        format!("{}: {opening} {} = {closing}", self.label(), parts.join(" "))
    }
}

/// Returns the name of a period: `October 2026`, `2026 Q4`, `2026`.
fn period_name(name: &str, language: Language) -> String {
    match (Month::parse_iso(name), name.split_once(" Q"), language) {
        (Some(month), ..) => month_name(month, language),
        (None, Some((year, quarter)), Language::Korean) => format!("{year}년 {quarter}분기"),
        (None, None, Language::Korean) => format!("{name}년"),
        (None, _, Language::English) => name.to_string(),
    }
}

/// Returns names with their amounts.
fn named(amounts: &[(String, Money)]) -> String {
    let item = |(name, money): &(String, Money)| format!("{name} {money}");
    amounts.iter().map(item).collect::<Vec<_>>().join(", ")
}

/// Returns channels with what they charged.
fn charged(charges: &[(String, Money, String)]) -> String {
    let item = |(name, money, percent): &(String, Money, String)| match percent.is_empty() {
        true => format!("{name} {money}"),
        false => format!("{name} {money} ({percent} %)"),
    };
    charges.iter().map(item).collect::<Vec<_>>().join(", ")
}
