//! One account: what is known of it and where it stands.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::ledger::{Account, AccountBalance, AccountKind};
use crate::messages::{self, CellWord, Heading, Language, ListLine};
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use serde::Serialize;

/// The answer of `account show`.
#[derive(Debug, Serialize)]
pub struct AccountCard {
    schema: &'static str,
    /// Its name.
    pub account: String,
    /// Its platform.
    pub platform: Option<String>,
    /// What kind of balance.
    pub kind: AccountKind,
    /// Its unit.
    pub unit: Unit,
    /// The credit limit of a carrier.
    pub limit: Option<Money>,
    /// The day of payment of a carrier.
    pub bill_day: Option<u8>,
    /// A remark.
    pub note: Option<String>,
    /// No longer in use.
    pub closed: bool,
    /// Its balance now, negative where money is owed.
    pub balance: Money,
    /// The last snapshot.
    pub seen: Option<LocalDateTime>,
    /// The latest record of any kind.
    pub last_record: Option<LocalDateTime>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
}

impl AccountCard {
    /// The answer for an account and where it stands.
    pub fn new(account: &Account, standing: AccountBalance, today: Day) -> AccountCard {
        AccountCard {
            schema: "jandon.account/1",
            account: account.name.clone(),
            platform: account.platform.clone(),
            kind: account.kind,
            unit: account.unit.clone(),
            limit: account.limit.map(|minor| account.unit.money(minor)),
            bill_day: account.bill_day,
            note: account.note.clone(),
            closed: account.closed,
            balance: account.unit.money(standing.balance),
            seen: standing.seen,
            last_record: standing.last_fact,
            today,
        }
    }

    fn is_owed(&self) -> bool {
        self.kind == AccountKind::Carrier && self.balance.minor < 0
    }
}

impl Render for AccountCard {
    fn page(&self, language: Language) -> Page {
        let day = |moment: &Option<LocalDateTime>| match moment {
            Some(at) => messages::date(at.day(), self.today, language),
            None => language.say(&CellWord::Never),
        };
        let none = || language.say(&CellWord::None);
        let balance = match self.is_owed() {
            true => (Heading::Owed, self.unit.money(self.balance.minor.saturating_neg())),
            false => (Heading::Balance, self.balance.clone()),
        };
        let kind = messages::kind_of_account(self.kind, language).to_string();
        let mut rows = vec![
            (balance.0, balance.1.to_string()),
            (Heading::LastChecked, day(&self.seen)),
            (Heading::LastRecord, day(&self.last_record)),
            (Heading::Kind, kind),
            (Heading::Unit, self.unit.to_string()),
            (Heading::Platform, self.platform.clone().unwrap_or_else(none)),
        ];
        rows.extend(self.limit.as_ref().map(|limit| (Heading::Limit, limit.to_string())));
        rows.extend(self.bill_day.map(|day| (Heading::BillDay, day.to_string())));
        rows.extend(self.note.as_ref().map(|note| (Heading::Note, note.clone())));
        if self.closed {
            rows.push((Heading::State, language.say(&CellWord::Closed)));
        }
        let mut table = Table::new(vec![Column::fixed(""), Column::words("")]);
        for (heading, value) in rows {
            table.row(vec![language.heading(heading).to_string(), value]);
        }
        let mut page = Page::new();
        page.name(&self.account, "");
        page.table(table);
        page.gap();
        page.line(language.say(&ListLine::HistoryOfAccount { name: self.account.clone() }));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&[
            "account",
            "platform",
            "kind",
            "unit",
            "limit",
            "bill_day",
            "note",
            "closed",
            "balance",
            "seen",
            "last_record",
        ]);
        csv.row(vec![
            Some(self.account.clone()),
            self.platform.clone(),
            Some(self.kind.to_string()),
            Some(self.unit.to_string()),
            self.limit.as_ref().map(Money::to_plain_string),
            self.bill_day.map(|day| day.to_string()),
            self.note.clone(),
            Some(self.closed.to_string()),
            Some(self.balance.to_plain_string()),
            self.seen.map(|at| at.to_string()),
            self.last_record.map(|at| at.to_string()),
        ]);
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
