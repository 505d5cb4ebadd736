//! Recorded entries and balances as sentences name them, and the balances that a change leads to.

use super::Language;
use super::history::short_id;
use super::particle::toward;
use super::terms::{kind_of_account, kind_of_entry, korean_day, korean_moment};
use crate::ledger::{Account, AccountKind, Expires, Kind};
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use crate::store::LedgerChangeKind;

/// An entry or a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedFact {
    /// An entry.
    Entry(Box<RecordedEntry>),
    /// A snapshot.
    Snapshot(RecordedSnapshot),
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEntry {
    /// What it is.
    pub kind: Kind,
    /// The account that value left, `None` for outside.
    pub from: Option<String>,
    /// The account that value reached, `None` for outside.
    pub to: Option<String>,
    /// What left.
    pub out: Money,
    /// What was received.
    pub received: Money,
    /// The fee, in the unit of what left.
    pub fee: Money,
    /// The tax, in the unit of what left.
    pub tax: Money,
    /// What it was for.
    pub category: Option<String>,
    /// Who was paid, or who paid.
    pub payee: Option<String>,
    /// When the points expire.
    pub expires: Expires,
    /// The day, unless it is the present one.
    pub date: Option<Day>,
}

/// A snapshot of a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSnapshot {
    /// The account.
    pub account: String,
    /// The balance, negative where money is owed.
    pub balance: Money,
    /// Whether the account is carrier billing.
    pub is_owed: bool,
    /// How the balance compares with the records before it; `None` where that is unknown.
    pub difference: Option<SnapshotComparison>,
    /// The day, unless it is the present one.
    pub date: Option<Day>,
}

/// How a snapshot compares with the records before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotComparison {
    /// It is the first one of the account.
    First,
    /// It is as recorded.
    AsExpected,
    /// It is more than recorded; of carrier billing, more is owed.
    More(Money),
    /// It is less than recorded; of carrier billing, less is owed.
    Less(Money),
}

/// The balance of an account after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBalance {
    /// The account.
    pub account: String,
    /// The balance, negative where money is owed.
    pub balance: Money,
    /// Whether the account is carrier billing.
    pub is_owed: bool,
    /// How the change and the balance go together.
    pub because: Because,
}

/// How a change and the balance after it go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The change is the latest record.
    Moved,
    /// The balance was seen after what the change records.
    SeenLater(LocalDateTime),
    /// What the change records has yet to come.
    NotYet,
    /// There are later records, up to that moment.
    LaterRecords(LocalDateTime),
    /// Points that the change earned or took have expired since; whether that is all of it.
    ExpiredSince(bool),
}

impl RecordedFact {
    /// Returns the kind as scripts read it: `spend`, `snapshot`.
    pub(super) fn kind(&self, language: Language) -> &'static str {
        match (self, language) {
            (RecordedFact::Entry(entry), language) => kind_of_entry(entry.kind, language),
            (RecordedFact::Snapshot(_), Language::English) => "snapshot",
            (RecordedFact::Snapshot(_), Language::Korean) => "잔액",
        }
    }

    /// Returns it in English: `4,500 KRW from kakao for coffee`, `balance of kakao 12,500 KRW (first balance)`.
    pub fn english(&self) -> String {
        match self {
            RecordedFact::Entry(entry) => entry.english(),
            RecordedFact::Snapshot(snapshot) => {
                format!("balance of {}{}", snapshot.english(), on(snapshot.date))
            }
        }
    }

    /// Returns it in Korean: `카카오페이에서 4,500 KRW 사용(커피)`, `카카오페이 잔액 12,500 KRW(첫 기록)`.
    pub fn korean(&self) -> String {
        match self {
            RecordedFact::Entry(entry) => format!("{}{}", entry.korean(), entry.korean_details()),
            RecordedFact::Snapshot(snapshot) => {
                format!("{}{}", korean_on(snapshot.date), snapshot.korean())
            }
        }
    }
}

impl RecordedEntry {
    /// Returns it in English: `4,500 KRW from kakao on 2026-11-03 for coffee (Mega)`.
    pub(super) fn english(&self) -> String {
        let (out, received) = (&self.out, &self.received);
        let what = match (self.kind, &self.from, &self.to) {
            (Kind::Transfer, Some(from), None) => format!("{out} sent from {from}"),
            (Kind::Transfer, None, Some(to)) => format!("{received} received in {to}"),
            (Kind::Transfer | Kind::Spend, Some(from), Some(to)) => format!("{out} from {from} to {to}"),
            (Kind::Spend, Some(from), None) => format!("{out} from {from}"),
            (Kind::Expire, Some(from), _) => format!("{out} expired in {from}"),
            (Kind::Earn, None, Some(to)) => format!("{received} earned in {to}"),
            (kind, from, to) => {
                let noun = match kind {
                    Kind::Topup => "top-up",
                    Kind::Refund => "refund",
                    Kind::Withdraw => "withdrawal",
                    Kind::Pay => "payment",
                    Kind::Transfer => "transfer",
                    Kind::Spend => "spend",
                    Kind::Earn => "earning",
                    Kind::Expire => "expiry",
                };
                match (from, to) {
                    (Some(from), Some(to)) => format!("{noun} of {out} from {from} to {to}"),
                    (Some(from), None) => format!("{noun} of {out} from {from}"),
                    (None, Some(to)) => format!("{noun} of {received} to {to}"),
                    (None, None) => format!("{noun} of {out}"),
                }
            }
        };
        let purpose = self.category.as_ref().map_or_else(String::new, |category| format!(" for {category}"));
        let mut details: Vec<String> = self.payee.iter().cloned().collect();
        if self.fee.minor != 0 {
            details.push(format!("fee {}", self.fee.to_grouped_string()));
        }
        if self.tax.minor != 0 {
            details.push(format!("tax {}", self.tax.to_grouped_string()));
        }
        if self.differs() {
            details.push(format!("{} received", self.received));
        }
        match self.expires {
            Expires::Unknown => {}
            Expires::Never => details.push("never expires".into()),
            Expires::On(day) => details.push(format!("expires {day}")),
        }
        format!("{what}{}{purpose}{}", on(self.date), in_brackets(" ", &details))
    }

    /// Returns it as a noun: `2026년 11월 3일 카카오페이에서 4,500 KRW 사용`.
    pub(super) fn korean(&self) -> String {
        let place = match (&self.from, &self.to) {
            (Some(from), Some(to)) => format!("{from}에서 {} {}", toward(to), self.out),
            (Some(from), None) => format!("{from}에서 {}", self.out),
            (None, Some(to)) => format!("{to}에 {}", self.received),
            (None, None) => self.out.to_string(),
        };
        let kind = match (self.kind, &self.from, &self.to) {
            (Kind::Transfer, Some(_), None) => "보내기",
            (Kind::Transfer, None, Some(_)) => "받기",
            (kind, ..) => kind_of_entry(kind, Language::Korean),
        };
        format!("{}{place} {kind}", korean_on(self.date))
    }

    pub(super) fn korean_details(&self) -> String {
        let mut details: Vec<String> = self.category.iter().chain(&self.payee).cloned().collect();
        if self.fee.minor != 0 {
            details.push(format!("수수료 {}", self.fee.to_grouped_string()));
        }
        if self.tax.minor != 0 {
            details.push(format!("세금 {}", self.tax.to_grouped_string()));
        }
        if self.differs() {
            details.push(format!("받는 금액 {}", self.received));
        }
        match self.expires {
            Expires::Unknown => {}
            Expires::Never => details.push("소멸 없음".into()),
            Expires::On(day) => details.push(format!("{} 소멸 예정", korean_day(day))),
        }
        in_brackets("", &details)
    }

    /// Returns whether an own account received or sent another amount than what left.
    fn differs(&self) -> bool {
        self.from.is_some() && self.out != self.received
    }
}

impl RecordedSnapshot {
    /// Returns it in English: `kakao 12,500 KRW (2,500 less than recorded)`.
    pub(super) fn english(&self) -> String {
        let state = match &self.difference {
            None => String::new(),
            Some(SnapshotComparison::First) => " (first balance)".into(),
            Some(SnapshotComparison::AsExpected) => " (as expected)".into(),
            Some(SnapshotComparison::More(by)) => format!(" ({} more than recorded)", by.to_grouped_string()),
            Some(SnapshotComparison::Less(by)) => format!(" ({} less than recorded)", by.to_grouped_string()),
        };
        format!("{} {}{state}", self.account, amount(&self.balance, self.is_owed))
    }

    /// Returns it in Korean: `카카오페이 잔액 12,500 KRW(기록보다 2,500 적음)`.
    pub(super) fn korean(&self) -> String {
        let state = match &self.difference {
            None => String::new(),
            Some(SnapshotComparison::First) => "(첫 기록)".into(),
            Some(SnapshotComparison::AsExpected) => "(기록과 같음)".into(),
            Some(SnapshotComparison::More(by)) => format!("(기록보다 {} 많음)", by.to_grouped_string()),
            Some(SnapshotComparison::Less(by)) => format!("(기록보다 {} 적음)", by.to_grouped_string()),
        };
        let (label, amount) = korean_balance(&self.balance, self.is_owed);
        format!("{} {label} {amount}{state}", self.account)
    }
}

/// Returns where a change leaves accounts in English, as sentences after a blank: ` Balance 45,500 KRW.`
///
/// An account that stands alone is not named: the sentence before names it.
pub(super) fn balances_english(balances: &[NewBalance]) -> String {
    let (mut moved, mut stayed) = (Vec::new(), Vec::new());
    for NewBalance { account, balance, is_owed, because } in balances {
        let amount = amount(balance, *is_owed);
        let is_alone = balances.len() == 1;
        let figure = balance.unit.money(balance.minor.saturating_abs());
        let is = match (is_alone, is_owed, balance.minor > 0) {
            (false, ..) => format!("{account} {amount}"),
            (true, false, _) => format!("Balance {amount}"),
            (true, true, false) => format!("Owed {figure}"),
            (true, true, true) => format!("Credit {figure}"),
        };
        let stays = match is_alone {
            true => format!("The balance stays {amount}"),
            false => format!("The balance of {account} stays {amount}"),
        };
        match because {
            Because::Moved => moved.push(is),
            Because::LaterRecords(last) => {
                moved.push(format!("{is} (with later records up to {})", last.to_short_string()));
            }
            Because::SeenLater(seen) => {
                stayed.push(format!(" {stays}: it was checked later, on {}.", seen.to_short_string()));
            }
            Because::ExpiredSince(true) => {
                stayed.push(format!(" {stays}: those points have expired since."));
            }
            Because::ExpiredSince(false) => {
                moved.push(format!("{is} (some of those points have expired since)"));
            }
            Because::NotYet => stayed.push(format!(" {stays} until then.")),
        }
    }
    let label = if balances.len() == 1 { "" } else { "Balances: " };
    let now = if moved.is_empty() { String::new() } else { format!(" {label}{}.", moved.join(", ")) };
    format!("{now}{}", stayed.concat())
}

/// Returns where a change leaves accounts in Korean, as sentences after a blank: ` 잔액 45,500 KRW.`
///
/// An account that stands alone is not named: the sentence before names it.
pub(super) fn balances_korean(balances: &[NewBalance]) -> String {
    let (mut moved, mut stayed) = (Vec::new(), Vec::new());
    for NewBalance { account, balance, is_owed, because } in balances {
        let (label, amount) = korean_balance(balance, *is_owed);
        let name = if balances.len() == 1 { String::new() } else { format!("{account} ") };
        match because {
            Because::Moved => moved.push(format!("{name}{label} {amount}")),
            Because::LaterRecords(last) => {
                moved.push(format!("{name}{label} {amount}({}까지의 이후 기록 포함)", korean_moment(*last)));
            }
            Because::ExpiredSince(false) => {
                moved.push(format!("{name}{label} {amount}(일부 포인트는 이후 소멸)"));
            }
            Because::SeenLater(seen) => stayed.push(format!(
                " {} 잔액을 확인했으므로 {name}{label}은 {amount} 그대로입니다.",
                korean_moment(*seen)
            )),
            Because::ExpiredSince(true) => stayed
                .push(format!(" 해당 포인트는 이후 소멸했으므로 {name}{label}은 {amount} 그대로입니다.")),
            Because::NotYet => stayed.push(format!(" 그때까지 {name}{label}은 {amount} 그대로입니다.")),
        }
    }
    let now = if moved.is_empty() { String::new() } else { format!(" {}.", moved.join(", ")) };
    format!("{now}{}", stayed.concat())
}

/// Returns a balance in English: `4,500 KRW`, `33,000 KRW owed`, `500 KRW in credit`.
fn amount(balance: &Money, is_owed: bool) -> String {
    match (is_owed, balance.minor > 0) {
        (false, _) => balance.to_string(),
        (true, true) => format!("{balance} in credit"),
        (true, false) => format!("{} owed", balance.unit.money(balance.minor.saturating_neg())),
    }
}

/// Returns the word for a balance in Korean, which ends in a consonant, and the amount.
fn korean_balance(balance: &Money, is_owed: bool) -> (&'static str, Money) {
    let amount = || balance.unit.money(balance.minor.saturating_abs());
    match (is_owed, balance.minor > 0) {
        (false, _) => ("잔액", balance.clone()),
        (true, true) => ("선납 금액", amount()),
        (true, false) => ("납부할 금액", amount()),
    }
}

fn on(date: Option<Day>) -> String {
    date.map_or_else(String::new, |day| format!(" on {day}"))
}

fn korean_on(date: Option<Day>) -> String {
    date.map_or_else(String::new, |day| format!("{} ", korean_day(day)))
}

fn in_brackets(before: &str, details: &[String]) -> String {
    if details.is_empty() { String::new() } else { format!("{before}({})", details.join(", ")) }
}

/// Returns an account as it is opened in English: `wallet on kakaopay, KRW`, `gift card, KRW`.
pub(super) fn opened_english(kind: AccountKind, platform: Option<&str>, unit: &Unit) -> String {
    let on = platform.map_or_else(String::new, |id| format!(" on {id}"));
    format!("{}{on}, {unit}", kind_of_account(kind, Language::English))
}

/// Returns an account as it is opened in Korean: `지갑, kakaopay, KRW`.
pub(super) fn opened_korean(kind: AccountKind, platform: Option<&str>, unit: &Unit) -> String {
    let kind = kind_of_account(kind, Language::Korean);
    platform.map_or_else(|| format!("{kind}, {unit}"), |id| format!("{kind}, {id}, {unit}"))
}

/// A trait of an account and its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a trait says itself")]
pub enum AccountChange {
    Name(String),
    Platform(Option<String>),
    Kind(AccountKind),
    Unit(Unit),
    Limit(Option<Money>),
    BillDay(Option<u8>),
    Note(Option<String>),
    Closed,
    Reopened,
}

impl AccountChange {
    /// Returns it in English: `limit 200,000`.
    pub fn english(&self) -> String {
        let none = || "none".to_string();
        match self {
            AccountChange::Name(name) => format!("name {name}"),
            AccountChange::Platform(id) => format!("platform {}", id.clone().unwrap_or_else(none)),
            AccountChange::Kind(kind) => format!("kind {kind}"),
            AccountChange::Unit(unit) => format!("unit {unit}"),
            AccountChange::Limit(limit) => {
                format!("limit {}", limit.as_ref().map_or_else(none, Money::to_grouped_string))
            }
            AccountChange::BillDay(day) => {
                format!("bill day {}", day.map_or_else(none, |day| day.to_string()))
            }
            AccountChange::Note(None) => "no note".into(),
            AccountChange::Note(Some(note)) => format!("note {note}"),
            AccountChange::Closed => "closed".into(),
            AccountChange::Reopened => "reopened".into(),
        }
    }

    /// Returns it in Korean: `한도 200,000`.
    pub fn korean(&self) -> String {
        let none = || "없음".to_string();
        match self {
            AccountChange::Name(name) => format!("이름 {name}"),
            AccountChange::Platform(id) => format!("플랫폼 {}", id.clone().unwrap_or_else(none)),
            AccountChange::Kind(kind) => format!("종류 {}", kind_of_account(*kind, Language::Korean)),
            AccountChange::Unit(unit) => format!("단위 {unit}"),
            AccountChange::Limit(limit) => {
                format!("한도 {}", limit.as_ref().map_or_else(none, Money::to_grouped_string))
            }
            AccountChange::BillDay(day) => {
                format!("납부일 {}", day.map_or_else(none, |day| format!("매월 {day}일")))
            }
            AccountChange::Note(note) => format!("메모 {}", note.clone().unwrap_or_else(none)),
            AccountChange::Closed => "닫음".into(),
            AccountChange::Reopened => "다시 엶".into(),
        }
    }

    /// Returns every difference between two versions of an account.
    pub fn between(before: &Account, after: &Account) -> Vec<AccountChange> {
        let limit = |account: &Account| account.limit.map(|minor| account.unit.money(minor));
        let same = [
            (before.name == after.name, AccountChange::Name(after.name.clone())),
            (before.closed == after.closed || !after.closed, AccountChange::Closed),
            (before.closed == after.closed || after.closed, AccountChange::Reopened),
            (before.platform == after.platform, AccountChange::Platform(after.platform.clone())),
            (before.kind == after.kind, AccountChange::Kind(after.kind)),
            (before.unit == after.unit, AccountChange::Unit(after.unit.clone())),
            (before.limit == after.limit, AccountChange::Limit(limit(after))),
            (before.bill_day == after.bill_day, AccountChange::BillDay(after.bill_day)),
            (before.note == after.note, AccountChange::Note(after.note.clone())),
        ];
        same.into_iter().filter(|(is_same, _)| !is_same).map(|(_, change)| change).collect()
    }
}

impl super::Message for LedgerChangeKind {
    fn english(&self) -> String {
        match self {
            LedgerChangeKind::Rate { unit, rate, of, day } => format!("1 {unit} = {rate} {of} from {day}"),
            LedgerChangeKind::Unit(unit) => format!("unit {unit} with {} decimals", unit.decimals),
            LedgerChangeKind::Account { before: None, after } => {
                let traits = opened_english(after.kind, after.platform.as_deref(), &after.unit);
                format!("account {} opened ({traits})", after.name)
            }
            LedgerChangeKind::Account { before: Some(before), after } => {
                let changes = AccountChange::between(before, after);
                let text = |change: &AccountChange| match change {
                    AccountChange::Name(name) => format!("renamed to {name}"),
                    other => other.english(),
                };
                let changes: Vec<String> = changes.iter().map(text).collect();
                let changes = if changes.is_empty() { "unchanged".into() } else { changes.join(", ") };
                format!("account {} {changes}", before.name)
            }
            LedgerChangeKind::Void { of, of_command, .. } => {
                format!("`{of_command}` ({})", short_id(*of))
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            LedgerChangeKind::Rate { unit, rate, of, day } => {
                format!("{}부터 1 {unit} = {rate} {of}", korean_day(*day))
            }
            LedgerChangeKind::Unit(unit) => format!("단위 {unit}(소수 {}자리)", unit.decimals),
            LedgerChangeKind::Account { before: None, after } => {
                let traits = opened_korean(after.kind, after.platform.as_deref(), &after.unit);
                format!("계정 {} 열기({traits})", after.name)
            }
            LedgerChangeKind::Account { before: Some(before), after } => {
                let changes = AccountChange::between(before, after);
                let changes: Vec<String> = changes.iter().map(AccountChange::korean).collect();
                let changes = if changes.is_empty() { "변경 없음".into() } else { changes.join(", ") };
                format!("계정 {} 변경({changes})", before.name)
            }
            LedgerChangeKind::Void { of, of_command, .. } => {
                format!("`{of_command}`({})", short_id(*of))
            }
        }
    }
}
