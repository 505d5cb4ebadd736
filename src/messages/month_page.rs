//! What the web page of a period says.

use super::{Language, Message, StatusLine, date, list_all, particle};
use crate::ledger::FlowKind;
use crate::money::Money;
use crate::period::{Day, Month};
use crate::report::{AttentionItem, HeadlineChange};

/// A title of a section, a column or a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a title says itself")]
pub enum PageTitle {
    Summary,
    Attention,
    Balances,
    BankBalances,
    Spending,
    SpendingByPayee,
    Income,
    IncomeByPayee,
    SmallPayments,
    Fees,
    Expiring,
    Bills,
    Accounts,
    Category,
    NoCategory,
    Payee,
    NoPayee,
    Amount,
    Before,
    Change,
    Share,
    Times,
    Refunded,
    Size,
    Sum,
    Channel,
    ByHand,
    Fee,
    Tax,
    ChargedPercent,
    Cheapest,
    Saving,
    Month,
    Account,
    LastDay,
    DaysLeft,
    ChargesOf,
    DueDate,
    State,
    Overdue,
    Due,
    Unbilled,
    Opening,
    Closing,
    Figures,
}

impl Message for PageTitle {
    fn english(&self) -> String {
        match self {
            PageTitle::Summary => "In short",
            PageTitle::Attention => "Needs attention",
            PageTitle::Balances => "Balances over twelve months",
            PageTitle::BankBalances => "Banks",
            PageTitle::Spending => "Spending by category",
            PageTitle::SpendingByPayee => "Spending by payee",
            PageTitle::IncomeByPayee => "Earned by payee",
            PageTitle::Income => "Earned by category",
            PageTitle::SmallPayments => "Small payments",
            PageTitle::Fees => "Fees by channel",
            PageTitle::Expiring => "Expiring points",
            PageTitle::Bills => "Bills",
            PageTitle::Accounts => "Accounts",
            PageTitle::Category => "Category",
            PageTitle::NoCategory => "(no category)",
            PageTitle::Payee => "Payee",
            PageTitle::NoPayee => "(no payee)",
            PageTitle::Amount => "Amount",
            PageTitle::Before => "Before",
            PageTitle::Change => "Change",
            PageTitle::Share => "Share",
            PageTitle::Times => "Times",
            PageTitle::Refunded => "Refunded",
            PageTitle::Size => "Size",
            PageTitle::Sum => "Sum",
            PageTitle::Channel => "Channel",
            PageTitle::ByHand => "(entered by hand)",
            PageTitle::Fee => "Fee",
            PageTitle::Tax => "Tax",
            PageTitle::ChargedPercent => "% of amount",
            PageTitle::Cheapest => "Cheapest official way",
            PageTitle::Saving => "More than needed",
            PageTitle::Month => "Month",
            PageTitle::Account => "Account",
            PageTitle::LastDay => "Last day",
            PageTitle::DaysLeft => "Days left",
            PageTitle::ChargesOf => "Charges of",
            PageTitle::DueDate => "Due date",
            PageTitle::State => "State",
            PageTitle::Overdue => "overdue",
            PageTitle::Due => "due",
            PageTitle::Unbilled => "not billed yet",
            PageTitle::Opening => "Opening balance",
            PageTitle::Closing => "Closing balance",
            PageTitle::Figures => "Figures",
        }
        .into()
    }

    fn korean(&self) -> String {
        match self {
            PageTitle::Summary => "요약",
            PageTitle::Attention => "확인할 것",
            PageTitle::Balances => "최근 12개월 잔액",
            PageTitle::BankBalances => "은행",
            PageTitle::Spending => "분류별 사용",
            PageTitle::SpendingByPayee => "상대별 사용",
            PageTitle::IncomeByPayee => "상대별 적립",
            PageTitle::Income => "분류별 적립",
            PageTitle::SmallPayments => "소액 결제",
            PageTitle::Fees => "출금 방법별 수수료",
            PageTitle::Expiring => "소멸 예정 포인트",
            PageTitle::Bills => "청구서",
            PageTitle::Accounts => "계정",
            PageTitle::Category => "분류",
            PageTitle::NoCategory => "(분류 없음)",
            PageTitle::Payee => "상대",
            PageTitle::NoPayee => "(상대 없음)",
            PageTitle::Amount => "금액",
            PageTitle::Before => "이전",
            PageTitle::Change => "변화",
            PageTitle::Share => "비중",
            PageTitle::Times => "횟수",
            PageTitle::Refunded => "환불",
            PageTitle::Size => "금액대",
            PageTitle::Sum => "합계",
            PageTitle::Channel => "출금 방법",
            PageTitle::ByHand => "(직접 입력)",
            PageTitle::Fee => "수수료",
            PageTitle::Tax => "세금",
            PageTitle::ChargedPercent => "금액 대비 %",
            PageTitle::Cheapest => "가장 싼 공식 방법",
            PageTitle::Saving => "더 낸 금액",
            PageTitle::Month => "월",
            PageTitle::Account => "계정",
            PageTitle::LastDay => "마지막 날",
            PageTitle::DaysLeft => "남은 일수",
            PageTitle::ChargesOf => "이용 월",
            PageTitle::DueDate => "납부일",
            PageTitle::State => "상태",
            PageTitle::Overdue => "연체",
            PageTitle::Due => "납부 예정",
            PageTitle::Unbilled => "청구 전",
            PageTitle::Opening => "시작 잔액",
            PageTitle::Closing => "마감 잔액",
            PageTitle::Figures => "수치 보기",
        }
        .into()
    }
}

/// The title of a measure of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasureTitle(pub FlowKind);

impl Message for MeasureTitle {
    fn english(&self) -> String {
        match self.0 {
            FlowKind::Earned => "Earned",
            FlowKind::ToppedUp => "Topped up",
            FlowKind::Refunded => "Refunded",
            FlowKind::MovedIn => "Moved in",
            FlowKind::BillPaid => "Bill paid",
            FlowKind::Spent => "Spent",
            FlowKind::Withdrawn => "Withdrawn",
            FlowKind::MovedOut => "Moved out",
            FlowKind::Fees => "Fees",
            FlowKind::Taxes => "Taxes",
            FlowKind::Expired => "Expired",
            FlowKind::Unexplained => "Unexplained",
            FlowKind::FirstSeen => "of it first seen",
        }
        .into()
    }

    fn korean(&self) -> String {
        match self.0 {
            FlowKind::Earned => "적립",
            FlowKind::ToppedUp => "충전",
            FlowKind::Refunded => "환불",
            FlowKind::MovedIn => "들어온 이체",
            FlowKind::BillPaid => "청구서 납부",
            FlowKind::Spent => "사용",
            FlowKind::Withdrawn => "출금",
            FlowKind::MovedOut => "나간 이체",
            FlowKind::Fees => "수수료",
            FlowKind::Taxes => "세금",
            FlowKind::Expired => "소멸",
            FlowKind::Unexplained => "확인 필요",
            FlowKind::FirstSeen => "그중 처음 확인",
        }
        .into()
    }
}

/// A change of a headline: `spent`, with its sign and amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadlinePart(pub HeadlineChange, pub Money);

impl HeadlinePart {
    /// Returns the word of the change, which depends on its sign.
    pub fn word(&self, language: Language) -> String {
        let is_out = self.1.minor < 0;
        match (language, &self.0) {
            (Language::English, HeadlineChange::FirstSeen) => "first checked".into(),
            (Language::English, HeadlineChange::Spent) => "spent".into(),
            (Language::English, HeadlineChange::Earned) => "earned".into(),
            (Language::English, HeadlineChange::Refunded) => "refunded".into(),
            (Language::English, HeadlineChange::Fees) => "fees".into(),
            (Language::English, HeadlineChange::Expired) => "expired".into(),
            (Language::English, HeadlineChange::Points) if is_out => "to points".into(),
            (Language::English, HeadlineChange::Points) => "from points".into(),
            (Language::English, HeadlineChange::Money(unit)) if is_out => format!("to {unit}"),
            (Language::English, HeadlineChange::Money(unit)) => format!("from {unit}"),
            (Language::English, HeadlineChange::Moved) if is_out => "moved out".into(),
            (Language::English, HeadlineChange::Moved) => "moved in".into(),
            (Language::English, HeadlineChange::Unexplained) => "unexplained".into(),
            (Language::Korean, HeadlineChange::FirstSeen) => "처음 확인".into(),
            (Language::Korean, HeadlineChange::Spent) => "사용".into(),
            (Language::Korean, HeadlineChange::Earned) => "적립".into(),
            (Language::Korean, HeadlineChange::Refunded) => "환불".into(),
            (Language::Korean, HeadlineChange::Fees) => "수수료".into(),
            (Language::Korean, HeadlineChange::Expired) => "소멸".into(),
            (Language::Korean, HeadlineChange::Points) if is_out => "포인트로 전환".into(),
            (Language::Korean, HeadlineChange::Points) => "포인트에서 전환".into(),
            (Language::Korean, HeadlineChange::Money(unit)) if is_out => {
                format!("{} 전환", particle::toward(&unit.to_string()))
            }
            (Language::Korean, HeadlineChange::Money(unit)) => format!("{unit}에서 전환"),
            (Language::Korean, HeadlineChange::Moved) if is_out => "나간 이체".into(),
            (Language::Korean, HeadlineChange::Moved) => "들어온 이체".into(),
            (Language::Korean, HeadlineChange::Unexplained) => "확인 필요".into(),
        }
    }

    fn signed(&self, word: &str, is_behind: bool) -> String {
        let sign = if self.1.minor < 0 { '−' } else { '+' };
        let size = self.1.unit.money(self.1.minor.saturating_abs()).to_grouped_string();
        if is_behind { format!("{sign} {size} {word}") } else { format!("{sign} {word} {size}") }
    }
}

impl Message for HeadlinePart {
    fn english(&self) -> String {
        self.signed(&self.word(Language::English), true)
    }

    fn korean(&self) -> String {
        self.signed(&self.word(Language::Korean), false)
    }
}

/// Something that needs attention, as a sentence; `today` is the last day of the period.
#[derive(Clone, Copy, Debug)]
pub struct AttentionLine<'a> {
    /// What it is.
    pub what: &'a AttentionItem,
    /// The day on which it is said: dates of its year are named without it.
    pub today: Day,
}

/// Returns an amount with its sign and unit: `+1,200 KRW`, `−500 KRW`.
fn signed(money: &Money) -> String {
    let sign = if money.minor < 0 { '−' } else { '+' };
    format!("{sign}{}", money.unit.money(money.minor.saturating_abs()))
}

impl AttentionLine<'_> {
    /// Returns the sentence of `status` that says the same, or one about the period.
    fn text(&self, language: Language) -> String {
        let today = self.today;
        let is_english = language == Language::English;
        match self.what.clone() {
            AttentionItem::Overdue(account, amount, Some(since)) => {
                language.say(&StatusLine::Overdue { account, amount, since, today })
            }
            AttentionItem::Overdue(account, amount, None) if is_english => {
                format!("{account}: {amount} overdue")
            }
            AttentionItem::Overdue(account, amount, None) => format!("{account}: {amount} 연체"),
            AttentionItem::Due(account, amount, Some(due)) => {
                language.say(&StatusLine::Due { account, amount, due, today })
            }
            AttentionItem::Due(account, amount, None) => {
                language.say(&StatusLine::DueSometime { account, amount })
            }
            AttentionItem::OverLimit(account, by) => language.say(&StatusLine::OverLimit { account, by }),
            AttentionItem::Negative(account, balance) => {
                language.say(&StatusLine::BelowZero { account, balance })
            }
            AttentionItem::Expiring(account, amount, first) if is_english => {
                let first = date(first, today, language);
                format!("{account}: {amount} expire within 30 days, the first on {first}")
            }
            AttentionItem::Expiring(account, amount, first) => {
                let first = date(first, today, language);
                format!("{account}: 30일 안에 {amount} 소멸 예정, 가장 이른 날은 {first}")
            }
            AttentionItem::Expired(account, amount) if is_english => format!("{account}: {amount} expired"),
            AttentionItem::Expired(account, amount) => format!("{account}: {amount} 소멸"),
            AttentionItem::Unexplained(account, amount) if is_english => {
                format!("{account}: {} unexplained", signed(&amount))
            }
            AttentionItem::Unexplained(account, amount) => {
                format!("{account}: {} 확인 필요", signed(&amount))
            }
        }
    }
}

impl Message for AttentionLine<'_> {
    fn english(&self) -> String {
        self.text(Language::English)
    }

    fn korean(&self) -> String {
        self.text(Language::Korean)
    }
}

/// A sentence of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are named by what they hold")]
pub enum PageLine {
    /// The title of the page: the month, or the days.
    Heading { month: Option<Month>, from: Day, to: Day },
    /// The days of the period.
    Days { from: Day, to: Day },
    /// The same of a period that is still running.
    RunningDays { from: Day, to: Day },
    /// The days with which it is compared.
    ComparedWith { from: Day, to: Day },
    /// What is owned and owed of a unit.
    Totals { own: Money, owe: Money, net: Money },
    /// All of it in one unit.
    InAll { own: Money, owe: Money, net: Money },
    /// Units without a rate, which are not in it.
    WithoutRate { units: Vec<String> },
    /// Nothing changed.
    NothingMoved,
    /// Nothing needs attention.
    NothingToDo,
    /// There are no accounts.
    NoAccounts,
    /// Nothing was spent.
    NothingSpent,
    /// The small payments.
    SmallPayments { count: i64, amount: Money, threshold: Money, median: Money, share: String },
    /// There were none.
    NoSmallPayments { threshold: Money },
    /// Nothing left through a channel.
    NoFees,
    /// What a comparison with the cheapest way takes into account.
    AboutCheapest,
    /// Nothing expires.
    NothingExpires,
    /// No bill is open.
    NoBills,
    /// How balances of carriers are written.
    OwedIsNegative,
    /// What a chart of balances shows, in words.
    Line { account: String, from: Month, to: Month, first: Money, last: Money },
    /// A chart of several accounts.
    Chart { accounts: Vec<String>, from: Month, to: Month },
    /// How the bars are to be read.
    BarsBefore,
    /// Who wrote the page, and of which days the figures are.
    Footer { until: Day },
}

impl Message for PageLine {
    fn english(&self) -> String {
        let day = |day: &Day, of: &Day| date(*day, *of, Language::English);
        // The first day of two has its year only where the second has another.
        let days = |from: &Day, to: &Day| format!("{} to {} {}", day(from, to), day(to, to), to.year());
        match self {
            PageLine::Heading { month: Some(month), .. } => month_name(*month, Language::English),
            PageLine::Heading { month: None, from, to } => days(from, to),
            PageLine::Days { from, to } => days(from, to),
            PageLine::RunningDays { from, to } => format!("{}, still running", days(from, to)),
            PageLine::ComparedWith { from, to } => format!("Compared with {}.", days(from, to)),
            PageLine::Totals { own, owe, net } if owe.minor == 0 && own == net => format!("You have {own}."),
            PageLine::Totals { own, owe, net } => format!("You have {own} and owe {owe}: {net} in all."),
            PageLine::InAll { own, owe, net } => format!("All in one unit: have {own}, owe {owe}, net {net}."),
            PageLine::WithoutRate { units } => {
                format!("Without {}, of which no rate is known.", list_all(units, Language::English))
            }
            PageLine::NothingMoved => "Nothing changed.".into(),
            PageLine::NothingToDo => "Nothing needs attention.".into(),
            PageLine::NoAccounts => "No accounts yet. Start with: jandon account add NAME".into(),
            PageLine::NothingSpent => "Nothing was spent.".into(),
            PageLine::SmallPayments { count, amount, threshold, median, share } => {
                let s = if *count == 1 { "" } else { "s" };
                format!(
                    "{count} payment{s} of up to {threshold}: {amount} together, {median} in the middle, \
                     {share} % of all that was spent."
                )
            }
            PageLine::NoSmallPayments { threshold } => format!("No payments of up to {threshold}."),
            PageLine::NoFees => "No fees were paid and nothing was withdrawn.".into(),
            PageLine::AboutCheapest => {
                "The cheapest official way is the least that each withdrawal would have cost on its day through \
                 any channel of its platform that was open without conditions, with the free withdrawals that \
                 were left."
                    .into()
            }
            PageLine::NothingExpires => "No points with a known expiry date.".into(),
            PageLine::NoBills => "No bill is open.".into(),
            PageLine::OwedIsNegative => "What is owed has a minus sign.".into(),
            PageLine::Line { account, from, to, first, last } => format!(
                "Balance of {account} from {} to {}: {first} at first, {last} at the end.",
                month_name(*from, Language::English),
                month_name(*to, Language::English)
            ),
            PageLine::Chart { accounts, from, to } => format!(
                "Balances of {} from {} to {}. The figures are in the table below.",
                list_all(accounts, Language::English),
                month_name(*from, Language::English),
                month_name(*to, Language::English)
            ),
            PageLine::BarsBefore => "The grey bar below is the period before.".into(),
            PageLine::Footer { until } => {
                format!("Written by jandon. Figures up to {} {}.", day(until, until), until.year())
            }
        }
    }

    fn korean(&self) -> String {
        let day = |day: &Day| {
            let (year, month) = day.month().year_month();
            format!("{year}년 {month}월 {}일", day.of_month())
        };
        let days =
            |from: &Day, to: &Day| format!("{}부터 {}까지", day(from), date(*to, *from, Language::Korean));
        match self {
            PageLine::Heading { month: Some(month), .. } => month_name(*month, Language::Korean),
            PageLine::Heading { month: None, from, to } => days(from, to),
            PageLine::Days { from, to } => days(from, to),
            PageLine::RunningDays { from, to } => format!("{}, 진행 중", days(from, to)),
            PageLine::ComparedWith { from, to } => format!("비교 기간은 {}입니다.", days(from, to)),
            PageLine::Totals { own, owe, net } if owe.minor == 0 && own == net => format!("보유 금액은 {own}입니다."),
            PageLine::Totals { own, owe, net } => {
                format!("보유 금액은 {own}, 갚을 금액은 {owe}이며 순액은 {net}입니다.")
            }
            PageLine::InAll { own, owe, net } => {
                format!("한 단위로 환산하면 보유 {own}, 갚을 금액 {owe}, 순액 {net}입니다.")
            }
            PageLine::WithoutRate { units } => {
                let units = list_all(units, Language::Korean);
                format!("{} 환율을 알 수 없어 제외했습니다.", particle::topic(&units))
            }
            PageLine::NothingMoved => "변화가 없습니다.".into(),
            PageLine::NothingToDo => "확인할 것이 없습니다.".into(),
            PageLine::NoAccounts => "아직 계정이 없습니다. 시작: jandon account add 이름".into(),
            PageLine::NothingSpent => "사용 내역이 없습니다.".into(),
            PageLine::SmallPayments { count, amount, threshold, median, share } => format!(
                "{threshold} 이하 결제 {count}건, 합계 {amount}, 중앙값 {median}, 전체 사용의 {share} %입니다."
            ),
            PageLine::NoSmallPayments { threshold } => format!("{threshold} 이하 결제가 없습니다."),
            PageLine::NoFees => "낸 수수료와 출금이 없습니다.".into(),
            PageLine::AboutCheapest => {
                "가장 싼 공식 방법은 출금한 날, 조건 없이 쓸 수 있던 같은 플랫폼의 출금 방법 가운데 비용이 가장 적은 \
                 경우이며, 남은 무료 횟수를 반영합니다."
                    .into()
            }
            PageLine::NothingExpires => "소멸일을 아는 포인트가 없습니다.".into(),
            PageLine::NoBills => "납부할 청구서가 없습니다.".into(),
            PageLine::OwedIsNegative => "갚을 금액에는 빼기 부호가 붙습니다.".into(),
            PageLine::Line { account, from, to, first, last } => format!(
                "{}부터 {}까지 {account} 잔액: 처음 {first}, 마지막 {last}.",
                month_name(*from, Language::Korean),
                month_name(*to, Language::Korean)
            ),
            PageLine::Chart { accounts, from, to } => format!(
                "{}부터 {}까지 {} 잔액. 수치는 아래 표에 있습니다.",
                month_name(*from, Language::Korean),
                month_name(*to, Language::Korean),
                list_all(accounts, Language::Korean)
            ),
            PageLine::BarsBefore => "아래 회색 막대는 이전 기간입니다.".into(),
            PageLine::Footer { until } => format!("jandon이 {} 기준으로 작성했습니다.", day(until)),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Returns a month as a heading names it: `October 2026`, `2026년 10월`.
pub fn month_name(month: Month, language: Language) -> String {
    let (year, number) = month.year_month();
    match language {
        Language::English => format!("{} {year}", MONTHS[(number as usize - 1).min(11)]),
        Language::Korean => format!("{year}년 {number}월"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_name_each_year_once() {
        let day = |text: &str| Day::parse_iso(text).expect("a date");
        let line = |from: &str, to: &str| PageLine::Days { from: day(from), to: day(to) };
        assert_eq!(line("2026-10-01", "2026-10-31").english(), "1 Oct to 31 Oct 2026");
        assert_eq!(line("2025-12-05", "2026-01-04").english(), "5 Dec 2025 to 4 Jan 2026");
        assert_eq!(line("2026-10-01", "2026-10-31").korean(), "2026년 10월 1일부터 10월 31일까지");
        assert_eq!(line("2025-12-05", "2026-01-04").korean(), "2025년 12월 5일부터 2026년 1월 4일까지");
    }
}
