//! The short lists of what needs attention: points that expire, open bills, balances not checked.

use super::Render;
use super::amount::Amounts;
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table};
use crate::messages::{
    self, BalanceLine, CellWord, DueLine, EmptyPage, ExpiringLine, Heading, Language, StaleLine,
};
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use crate::report::{Bill, BillStatus, ExpiringLot, UnknownExpiry};
use serde::Serialize;
use std::collections::BTreeMap;

/// The answer of `expiring`.
#[derive(Debug, Serialize)]
pub struct Expiring {
    schema: &'static str,
    /// How far it looks.
    pub within_days: i32,
    /// Every lot that will expire, soonest first.
    pub lots: Vec<ExpiringLot>,
    /// Their sums, a unit each.
    pub totals: Vec<UnitAmount>,
    /// What has no known expiry.
    pub unknown: Vec<UnknownExpiry>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
    /// Whether there is any account.
    #[serde(skip)]
    pub has_accounts: bool,
}

/// A sum in one unit.
#[derive(Debug, Serialize)]
pub struct UnitAmount {
    /// The unit.
    pub unit: Unit,
    /// The sum.
    pub amount: Money,
}

impl Expiring {
    /// The answer for those lots.
    pub fn new(
        within_days: i32,
        lots: Vec<ExpiringLot>,
        unknown: Vec<UnknownExpiry>,
        today: Day,
        has_accounts: bool,
    ) -> Expiring {
        let totals = sums(lots.iter().map(|lot| &lot.amount));
        let totals = totals.into_iter().map(|amount| UnitAmount { unit: amount.unit.clone(), amount });
        Expiring {
            schema: "jandon.expiring/1",
            within_days,
            totals: totals.collect(),
            lots,
            unknown,
            today,
            has_accounts,
        }
    }
}

/// Returns the sum of each unit, by code.
fn sums<'m>(amounts: impl Iterator<Item = &'m Money>) -> Vec<Money> {
    let mut sums: BTreeMap<&Unit, i64> = BTreeMap::new();
    for money in amounts {
        let sum = sums.entry(&money.unit).or_default();
        *sum = sum.saturating_add(money.minor);
    }
    sums.into_iter().map(|(unit, parts)| unit.money(parts)).collect()
}

impl Render for Expiring {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if !self.has_accounts {
            page.line(language.say(&EmptyPage::NoAccounts));
            return page;
        }
        let days = self.within_days;
        let amounts: Vec<Money> = self.totals.iter().map(|total| total.amount.clone()).collect();
        let line = match (amounts.is_empty(), self.unknown.is_empty()) {
            (false, _) => ExpiringLine::Sums { amounts, days },
            (true, true) => ExpiringLine::Nothing { days },
            (true, false) => ExpiringLine::NothingKnown { days },
        };
        page.styled_line(language.say(&line), Style::Strong);
        for row in &self.unknown {
            let (account, amount) = (row.account.clone(), row.amount.clone());
            page.line(language.say(&ExpiringLine::Unknown { account, amount }));
        }
        page.gap();
        page.table(lots_table(&self.lots, self.today, language));
        page.gap();
        if let Some(row) = self.unknown.first() {
            page.line(language.say(&ExpiringLine::RecordExpiry { account: row.account.clone() }));
        } else if let Some(lot) = self.lots.first() {
            page.line(language.say(&ExpiringLine::UseThem { account: lot.account.clone() }));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["account", "unit", "amount", "expires", "days_left"]);
        for lot in &self.lots {
            csv.row(vec![
                Some(lot.account.clone()),
                Some(lot.unit.to_string()),
                Some(lot.amount.to_plain_string()),
                Some(lot.expires.to_string()),
                Some(lot.days_left.to_string()),
            ]);
        }
        for row in &self.unknown {
            let (account, unit) = (row.account.clone(), row.unit.to_string());
            csv.row(vec![Some(account), Some(unit), Some(row.amount.to_plain_string()), None, None]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// The answer of `due`.
#[derive(Debug, Serialize)]
pub struct Due {
    schema: &'static str,
    /// Every open bill, the oldest first.
    pub bills: Vec<Bill>,
    /// What is left of each carrier's limit.
    pub accounts: Vec<LimitLeft>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
    /// How far it looks, where that was asked.
    #[serde(skip)]
    pub within: Option<i32>,
}

/// What is left of a carrier's limit.
#[derive(Debug, Serialize)]
pub struct LimitLeft {
    /// Its name.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// The limit, where one is set.
    pub limit: Option<Money>,
    /// What is left of it.
    pub limit_left: Option<Money>,
    /// Whether the day of payment is known.
    #[serde(skip)]
    pub has_bill_day: bool,
}

impl Due {
    /// The answer for those bills and carriers.
    pub fn new(bills: Vec<Bill>, accounts: Vec<LimitLeft>, today: Day, within: Option<i32>) -> Due {
        Due { schema: "jandon.due/1", bills, accounts, today, within }
    }
}

impl Render for Due {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.accounts.is_empty() && self.bills.is_empty() {
            page.line(language.say(&DueLine::NoCarriers));
            return page;
        }
        let is_overdue = |bill: &&Bill| bill.status == BillStatus::Overdue;
        let amounts = sums(self.bills.iter().map(|bill| &bill.amount));
        let overdue = sums(self.bills.iter().filter(is_overdue).map(|bill| &bill.amount));
        let (line, style) = match (self.within, overdue.is_empty()) {
            (Some(days), _) if amounts.is_empty() => (DueLine::NoBillWithin { days }, Style::Strong),
            _ if amounts.is_empty() => (DueLine::NoBills, Style::Strong),
            (_, true) => (DueLine::Owed { amounts }, Style::Strong),
            (_, false) => (DueLine::OwedAndOverdue { amounts, overdue }, Style::Loss),
        };
        page.styled_line(language.say(&line), style);
        page.gap();
        page.table(bills_table(&self.bills, self.today, language));
        page.gap();
        for row in &self.accounts {
            let account = row.account.clone();
            if let (Some(limit), Some(left)) = (&row.limit, &row.limit_left) {
                let limit = limit.to_grouped_string();
                match left.minor {
                    0.. => {
                        page.line(language.say(&DueLine::LimitLeft { account, left: left.clone(), limit }))
                    }
                    over => {
                        let by = left.unit.money(over.saturating_neg());
                        let line = DueLine::OverLimit { account, by, limit };
                        page.styled_line(language.say(&line), Style::Loss);
                    }
                }
            }
        }
        let has_bill = |row: &&LimitLeft| self.bills.iter().any(|bill| bill.account == row.account);
        for row in self.accounts.iter().filter(|row| !row.has_bill_day).filter(has_bill) {
            page.line(language.say(&DueLine::NoBillDay { account: row.account.clone() }));
        }
        if let Some(bill) = self.bills.first() {
            page.gap();
            let (account, amount) = (bill.account.clone(), bill.amount.clone());
            page.line(language.say(&DueLine::RecordPayment { account, amount }));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["account", "unit", "amount", "charges_of", "due", "status"]);
        for bill in &self.bills {
            csv.row(vec![
                Some(bill.account.clone()),
                Some(bill.unit.to_string()),
                Some(bill.amount.to_plain_string()),
                Some(bill.charges_of.to_string()),
                bill.due.map(|d| d.to_string()),
                Some(format!("{:?}", bill.status).to_lowercase()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// The answer of `stale`.
#[derive(Debug, Serialize)]
pub struct Stale {
    schema: &'static str,
    /// The accounts whose balance was not checked for long, the longest first.
    pub accounts: Vec<StaleRow>,
    /// How long is long.
    #[serde(skip)]
    pub limit: i32,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
    /// Whether there is any account.
    #[serde(skip)]
    pub has_accounts: bool,
    /// Whether any account has a fact.
    #[serde(skip)]
    pub has_facts: bool,
}

/// An account whose balance was not checked for long.
#[derive(Debug, Serialize)]
pub struct StaleRow {
    /// Its name.
    pub account: String,
    /// The last snapshot, or null.
    pub seen: Option<LocalDateTime>,
    /// Days since then, or null where there is none.
    pub days: Option<i32>,
}

impl Stale {
    /// The answer for the accounts that were not checked for `limit` days.
    pub fn new(accounts: Vec<StaleRow>, limit: i32, today: Day) -> Stale {
        Stale { schema: "jandon.stale/1", accounts, limit, today, has_accounts: true, has_facts: true }
    }
}

impl Render for Stale {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        let days = self.limit;
        if !self.has_accounts {
            page.line(language.say(&EmptyPage::NoAccounts));
            return page;
        }
        if !self.has_facts {
            page.line(language.say(&StaleLine::NothingRecorded));
            return page;
        }
        if self.accounts.is_empty() {
            page.line(language.say(&StaleLine::AllChecked { days }));
            return page;
        }
        page.styled_line(language.say(&StaleLine::NotChecked { days }), Style::Strong);
        page.gap();
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Account)),
            Column::fixed(language.heading(Heading::LastChecked)),
            Column::figure(language.heading(Heading::DaysAgo)),
        ]);
        for row in &self.accounts {
            let seen = row.seen.map(|seen| messages::date(seen.day(), self.today, language));
            table.row(vec![
                row.account.clone(),
                seen.unwrap_or_else(|| language.say(&CellWord::Never)),
                row.days.map(|days| days.to_string()).unwrap_or_default(),
            ]);
        }
        page.table(table);
        page.gap();
        if let Some(row) = self.accounts.first() {
            page.line(language.say(&BalanceLine::RecordWhatYouSee { account: row.account.clone() }));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["account", "seen", "days"]);
        for row in &self.accounts {
            csv.row(vec![
                Some(row.account.clone()),
                row.seen.map(|s| s.to_string()),
                row.days.map(|d| d.to_string()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// Returns lots as a table, soonest first.
pub fn lots_table(lots: &[ExpiringLot], today: Day, language: Language) -> Table {
    let amounts = Amounts::of(lots.iter().map(|lot| &lot.amount));
    let mut table = Table::new(vec![
        Column::fixed(language.heading(Heading::Expires)),
        Column::figure(language.heading(Heading::DaysLeft)),
        Column::name(language.heading(Heading::Account)),
        Column::figure(language.heading(Heading::Amount)),
    ]);
    for lot in lots {
        table.row(vec![
            messages::date(lot.expires, today, language),
            lot.days_left.to_string(),
            lot.account.clone(),
            amounts.with_unit(&lot.amount),
        ]);
    }
    table
}

/// Returns bills as a table, overdue ones in red.
pub fn bills_table(bills: &[Bill], today: Day, language: Language) -> Table {
    let amounts = Amounts::of(bills.iter().map(|bill| &bill.amount));
    let mut table = Table::new(vec![
        Column::name(language.heading(Heading::Account)),
        Column::figure(language.heading(Heading::Amount)),
        Column::fixed(language.heading(Heading::Due)),
        Column::fixed(language.heading(Heading::State)),
        Column::fixed(language.heading(Heading::ChargesOf)),
    ]);
    for bill in bills {
        let style = match bill.status {
            BillStatus::Overdue => Style::Loss,
            BillStatus::Due => Style::Attention,
            BillStatus::Unbilled => Style::Plain,
        };
        let due = bill.due.map(|due| messages::date(due, today, language));
        table.styled_row(
            vec![
                Cell::from(bill.account.clone()),
                Cell::from(amounts.with_unit(&bill.amount)),
                Cell::from(due.unwrap_or_else(|| language.say(&CellWord::Unknown))),
                Cell::from(language.say(&bill.status)),
                Cell::from(bill.charges_of.to_string()),
            ],
            style,
        );
    }
    table
}
