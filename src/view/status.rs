//! The state of everything on one screen: totals, what needs attention, and the accounts.

use super::Render;
use super::balance::{BalanceRow, balance_table, totals_line};
use super::csv::Csv;
use super::page::{Page, Style};
use crate::ledger::AccountKind;
use crate::messages::{Language, StatusLine};
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use crate::report::Total;
use serde::Serialize;

/// The most lines about what needs attention, so that nine accounts fit on one screen.
const ATTENTION_LINES: usize = 6;

/// The answer of `status`.
#[derive(Debug, Serialize)]
pub struct Status {
    schema: &'static str,
    /// The present moment.
    pub at: LocalDateTime,
    /// One row a unit.
    pub totals: Vec<Total>,
    /// What needs attention, the most urgent first.
    pub attention: Vec<Attention>,
    /// One row an account.
    pub accounts: Vec<BalanceRow>,
    /// The totals of all accounts but banks.
    #[serde(skip)]
    pub small: Vec<Total>,
    /// The totals of banks.
    #[serde(skip)]
    pub banks: Vec<Total>,
    /// After how many days a balance counts as stale.
    #[serde(skip)]
    pub stale_days: i32,
    /// After how many days a fee rule counts as outdated.
    #[serde(skip)]
    pub rule_days: i32,
}

/// One thing that needs attention.
#[derive(Clone, Debug, Serialize)]
pub struct Attention {
    /// What it is.
    pub code: AttentionCode,
    /// The account.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// How much is owed, expires or expired, or by how much a limit is exceeded; of a negative account
    /// its balance.
    pub amount: Option<Money>,
    /// When it is or was due, or the last day of the points; when the balance or the rule was last checked.
    pub date: Option<Day>,
    /// Days from now until that date, or since then.
    pub days: Option<i32>,
}

/// What needs attention, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a code says itself")]
pub enum AttentionCode {
    BillOverdue,
    OverLimit,
    Negative,
    BillDue,
    Expiring,
    Expired,
    Stale,
    RuleOutdated,
}

impl Status {
    /// The answer for these accounts.
    pub fn new(at: LocalDateTime, mut attention: Vec<Attention>, accounts: Vec<BalanceRow>) -> Status {
        // Bills and points are equally urgent on the same day.
        let rank = |code| if code == AttentionCode::Expiring { AttentionCode::BillDue } else { code };
        attention.sort_by_key(|found| (rank(found.code), found.date.is_none(), found.date));
        Status {
            schema: "jandon.status/1",
            at,
            totals: Vec::new(),
            attention,
            accounts,
            small: Vec::new(),
            banks: Vec::new(),
            stale_days: 0,
            rule_days: 0,
        }
    }

    /// Returns one line for each thing that needs attention. Lots of one account are one thing, and so
    /// are all accounts that were not checked.
    fn attention_lines(&self) -> Vec<(StatusLine, Style)> {
        let today = self.at.day();
        let mut lines = Vec::new();
        let of = |code: AttentionCode| self.attention.iter().filter(move |found| found.code == code);
        let mut is_said: Vec<(AttentionCode, &str)> = Vec::new();
        for found in &self.attention {
            let (code, account) = (found.code, found.account.clone());
            let amount = found.amount.clone().unwrap_or_else(|| found.unit.zero());
            let is_merged = match code {
                AttentionCode::Expiring | AttentionCode::Expired => Some((code, found.account.as_str())),
                AttentionCode::Stale | AttentionCode::RuleOutdated => Some((code, "")),
                _ => None,
            };
            if let Some(key) = is_merged {
                if is_said.contains(&key) {
                    continue;
                }
                is_said.push(key);
            }
            let lots = || {
                let lots: Vec<&Attention> = of(code).filter(|lot| lot.account == found.account).collect();
                let parts = lots.iter().filter_map(|lot| lot.amount.as_ref()).map(|money| money.minor);
                (lots.len(), found.unit.money(parts.fold(0, i64::saturating_add)))
            };
            let names = || of(code).map(|other| other.account.clone()).collect();
            let day = found.date.unwrap_or(today);
            lines.push(match code {
                AttentionCode::BillOverdue => {
                    (StatusLine::Overdue { account, amount, since: day, today }, Style::Loss)
                }
                AttentionCode::OverLimit => (StatusLine::OverLimit { account, by: amount }, Style::Loss),
                AttentionCode::Negative => (StatusLine::BelowZero { account, balance: amount }, Style::Loss),
                AttentionCode::BillDue if found.date.is_none() => {
                    (StatusLine::DueSometime { account, amount }, Style::Attention)
                }
                AttentionCode::BillDue => {
                    (StatusLine::Due { account, amount, due: day, today }, Style::Attention)
                }
                AttentionCode::Expiring => match lots() {
                    (1, amount) => (StatusLine::Expiring { account, amount, day, today }, Style::Attention),
                    (_, amount) => {
                        (StatusLine::ExpiringFrom { account, amount, first: day, today }, Style::Attention)
                    }
                },
                AttentionCode::Expired => match lots() {
                    (1, amount) => (StatusLine::Expired { account, amount, day, today }, Style::Loss),
                    (_, amount) => {
                        (StatusLine::ExpiredFrom { account, amount, first: day, today }, Style::Loss)
                    }
                },
                AttentionCode::Stale => {
                    (StatusLine::Stale { accounts: names(), days: self.stale_days }, Style::Attention)
                }
                AttentionCode::RuleOutdated => {
                    (StatusLine::RulesOutdated { accounts: names(), days: self.rule_days }, Style::Attention)
                }
            });
        }
        lines
    }
}

impl Render for Status {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.accounts.is_empty() {
            page.line(language.say(&StatusLine::Begin));
            page.preformatted("  jandon account add 카카오페이");
            page.preformatted("  jandon log 카카오페이 50,000");
            page.line(language.say(&StatusLine::BeginWithDemo));
            return page;
        }
        if self.accounts.iter().any(|row| row.kind != AccountKind::Bank) {
            page.styled_line(language.say(&totals_line(&self.small, false)), Style::Strong);
        }
        if self.accounts.iter().any(|row| row.kind == AccountKind::Bank) {
            page.styled_line(language.say(&totals_line(&self.banks, true)), Style::Strong);
        }
        page.gap();
        let lines = self.attention_lines();
        if lines.is_empty() {
            page.line(language.say(&StatusLine::NothingToDo));
        }
        let shown = if lines.len() > ATTENTION_LINES { ATTENTION_LINES - 1 } else { lines.len() };
        for (line, style) in &lines[..shown] {
            page.styled_line(language.say(line), *style);
        }
        if lines.len() > shown {
            page.line(language.say(&StatusLine::MoreToDo { count: lines.len() - shown }));
        }
        page.gap();
        page.table(balance_table(self.accounts.iter().collect(), self.at.day(), false, language));
        page.gap();
        let can_leave = |row: &&BalanceRow| {
            row.platform.is_some() && row.available.as_ref().is_some_and(|available| available.minor > 0)
        };
        let account = self.accounts.iter().find(can_leave).map(|row| row.account.clone());
        page.line(language.say(&StatusLine::More { account }));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["code", "account", "unit", "amount", "date", "days"]);
        for found in &self.attention {
            csv.row(vec![
                serde_json::to_value(found.code).ok().and_then(|code| code.as_str().map(String::from)),
                Some(found.account.clone()),
                Some(found.unit.to_string()),
                found.amount.as_ref().map(Money::to_plain_string),
                found.date.map(|day| day.to_string()),
                found.days.map(|days| days.to_string()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
