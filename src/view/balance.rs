//! What is owned, owed and available; and the accounts themselves.

use super::Render;
use super::amount::{Amounts, unit_order};
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table};
use crate::ledger::{Account, AccountKind};
use crate::messages::{self, BalanceLine, BalanceRemark, CellWord, EmptyPage, Heading, Language, ListLine};
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use crate::report::{Exchange, RateSource, Total};
use serde::Serialize;

/// The answer of `balance`.
#[derive(Debug, Serialize)]
pub struct BalanceAnswer {
    /// The form of the document.
    pub schema: &'static str,
    /// The moment of the balances.
    pub at: LocalDateTime,
    /// One row an account.
    pub accounts: Vec<BalanceRow>,
    /// One row a unit.
    pub totals: Vec<Total>,
    /// All of it in one unit, where asked for.
    pub exchange: Option<Exchange>,
    /// The totals of all accounts but banks.
    #[serde(skip)]
    pub small: Vec<Total>,
    /// The totals of banks.
    #[serde(skip)]
    pub banks: Vec<Total>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
    /// Whether the moment of the balances is before the present one.
    #[serde(skip)]
    pub is_past: bool,
    /// The day of the first record, where it is after the moment of the balances.
    #[serde(skip)]
    pub first: Option<Day>,
}

/// One account of a [`BalanceAnswer`].
#[derive(Debug, Serialize)]
pub struct BalanceRow {
    /// Its name.
    pub account: String,
    /// Its platform.
    pub platform: Option<String>,
    /// What kind of balance.
    pub kind: AccountKind,
    /// Its unit.
    pub unit: Unit,
    /// Signed: what is owed is negative.
    pub balance: Money,
    /// The balance where there is something, else 0; none for a carrier, whose credit is no money.
    pub available: Option<Money>,
    /// The last snapshot.
    pub seen: Option<LocalDateTime>,
    /// The balance has not been checked for long.
    pub stale: bool,
    /// The credit limit of a carrier.
    pub limit: Option<Money>,
    /// What is left of the limit.
    pub limit_left: Option<Money>,
    /// The balance in the unit of `--exchange`, where it is another one and a rate is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
    /// What only people read.
    #[serde(skip)]
    pub page: BalanceDetails,
}

/// What people read of an account beside its balance.
#[derive(Debug, Default)]
pub struct BalanceDetails {
    /// Whether anything was recorded of it.
    pub has_facts: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// The balance in the unit of the total, where it is another one and a rate is known.
    pub worth: Option<Money>,
    /// The day after which points expire next, and how many.
    pub next_expiry: Option<(Day, Money)>,
    /// Since when a bill is overdue, and how much.
    pub overdue: Option<(Day, Money)>,
}

impl BalanceAnswer {
    /// The form of the document.
    pub const SCHEMA: &str = "jandon.balance/1";
}

impl Render for BalanceAnswer {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.accounts.is_empty() {
            page.line(language.say(&EmptyPage::NoAccounts));
            return page;
        }
        let day = self.at.day();
        // An account without a fact by then may not have existed.
        let is_known = |row: &&BalanceRow| !self.is_past || row.page.has_facts;
        let rows: Vec<&BalanceRow> = self.accounts.iter().filter(is_known).collect();
        if rows.is_empty() {
            page.line(language.say(&BalanceLine::NothingYet { day, first: self.first, today: self.today }));
            return page;
        }
        if self.is_past {
            page.line(language.say(&BalanceLine::AsOf { day, today: self.today }));
        }
        if let Some(sum) = &self.exchange {
            exchange_lines(&mut page, sum, language);
        }
        let (banks, small): (Vec<&BalanceRow>, Vec<&BalanceRow>) =
            rows.into_iter().partition(|row| row.kind == AccountKind::Bank);
        for (rows, totals, is_bank) in [(small, &self.small, false), (banks, &self.banks, true)] {
            if rows.is_empty() {
                continue;
            }
            page.gap();
            page.styled_line(language.say(&totals_line(totals, is_bank)), Style::Strong);
            page.table(balance_table(rows, day, true, language));
        }
        page.gap();
        let stale = self.accounts.iter().filter(|row| row.stale && row.page.has_facts);
        page.line(language.say(&match stale.min_by_key(|row| row.seen).filter(|_| !self.is_past) {
            Some(row) => BalanceLine::RecordWhatYouSee { account: row.account.clone() },
            None => BalanceLine::More,
        }));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&[
            "account",
            "platform",
            "kind",
            "unit",
            "balance",
            "available",
            "seen",
            "stale",
            "limit",
            "limit_left",
        ]);
        for row in &self.accounts {
            csv.row(vec![
                Some(row.account.clone()),
                row.platform.clone(),
                Some(row.kind.to_string()),
                Some(row.unit.to_string()),
                Some(row.balance.to_plain_string()),
                row.available.as_ref().map(Money::to_plain_string),
                row.seen.map(|s| s.to_string()),
                Some(row.stale.to_string()),
                row.limit.as_ref().map(Money::to_plain_string),
                row.limit_left.as_ref().map(Money::to_plain_string),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// Returns the sentence that sums up small balances or banks.
pub fn totals_line(totals: &[Total], is_bank: bool) -> BalanceLine {
    // Units of which nothing is left are not worth a word, unless there is no other.
    let used = |total: &&Total| total.own.minor != 0 || total.owe.minor != 0;
    let used: Vec<&Total> = totals.iter().filter(used).collect();
    let used = if used.is_empty() { totals.iter().take(1).collect() } else { used };
    let have = |total: &&&Total| total.own.minor != 0 || total.owe.minor == 0;
    let have: Vec<Money> = used.iter().filter(have).map(|total| total.own.clone()).collect();
    let owing: Vec<&&Total> = used.iter().filter(|total| total.owe.minor != 0).collect();
    if is_bank {
        return BalanceLine::Banks { have };
    }
    match owing.as_slice() {
        [] => BalanceLine::Small { have },
        _ if have.is_empty() => {
            BalanceLine::OnlyOwed { owe: owing.iter().map(|total| total.owe.clone()).collect() }
        }
        owing => BalanceLine::SmallAndOwed {
            have,
            owe: owing.iter().map(|total| total.owe.clone()).collect(),
            left: owing.iter().map(|total| total.net.clone()).collect(),
        },
    }
}

/// Adds the total in the unit of `--exchange`, and what it leaves out or rests on.
pub fn exchange_lines(page: &mut Page, sum: &Exchange, language: Language) {
    let net = sum.net.clone();
    let line = match sum.partial {
        true => BalanceLine::InAllWithout { net, missing: sum.missing.clone() },
        false => BalanceLine::InAll { net },
    };
    page.styled_line(language.say(&line), Style::Strong);
    let of_catalog = sum.by.iter().filter(|(_, by)| **by == RateSource::Catalog);
    let units: Vec<Unit> = of_catalog.map(|(unit, _)| unit.clone()).collect();
    if !units.is_empty() {
        page.line(language.say(&BalanceLine::AtChannelRate { units }));
    }
}

/// Returns balances by unit, money first and what is owed last; with remarks that say more of each.
pub fn balance_table(mut rows: Vec<&BalanceRow>, today: Day, has_details: bool, language: Language) -> Table {
    rows.sort_by_cached_key(|row| {
        (row.kind == AccountKind::Bank, unit_order(&row.unit), row.kind == AccountKind::Carrier)
    });
    let shown: Vec<Money> = rows.iter().map(|row| row.shown()).collect();
    let amounts = Amounts::of(&shown);
    let worths = Amounts::of(rows.iter().filter_map(|row| row.page.worth.as_ref()));
    let mut table = Table::new(vec![
        Column::name(language.heading(Heading::Account)),
        Column::figure(language.heading(Heading::Balance)),
        Column::figure(language.heading(Heading::Worth)),
        Column::fixed(language.heading(Heading::LastChecked)),
        Column::words(""),
    ]);
    for (row, shown) in rows.into_iter().zip(&shown) {
        let is_negative = row.kind != AccountKind::Carrier && row.balance.minor < 0;
        let is_over = row.limit_left.as_ref().is_some_and(|left| left.minor < 0);
        let is_late = is_negative || is_over || row.page.overdue.is_some();
        let is_stale = row.stale && row.page.has_facts;
        let checked = match row.seen {
            Some(seen) => messages::date(seen.day(), today, language),
            None => language.say(&CellWord::Never),
        };
        let worth = row.page.worth.as_ref().filter(|_| has_details);
        let remarks = row.remarks(today, has_details);
        let remarks: Vec<String> = remarks.iter().map(|remark| language.say(remark)).collect();
        table.row(vec![
            Cell::from(row.account.clone()),
            Cell::styled(amounts.with_unit(shown), if is_negative { Style::Loss } else { Style::Plain }),
            Cell::from(worth.map(|worth| worths.with_unit(worth)).unwrap_or_default()),
            Cell::styled(checked, if is_stale { Style::Attention } else { Style::Plain }),
            Cell::styled(remarks.join(" · "), if is_late { Style::Loss } else { Style::Plain }),
        ]);
    }
    table
}

impl BalanceRow {
    /// The balance as people read it: what is owed is a positive number.
    fn shown(&self) -> Money {
        match self.kind == AccountKind::Carrier && self.balance.minor < 0 {
            true => self.unit.money(self.balance.minor.saturating_neg()),
            false => self.balance.clone(),
        }
    }

    /// What is to be said beside the balance, the most urgent first.
    fn remarks(&self, today: Day, has_details: bool) -> Vec<BalanceRemark> {
        let mut remarks = Vec::new();
        if self.kind == AccountKind::Carrier {
            remarks.extend(match self.balance.minor {
                // What is overdue is owed.
                ..0 if has_details && self.page.overdue.is_some() => None,
                ..0 => Some(BalanceRemark::Owed),
                0 => None,
                _ => Some(BalanceRemark::Credit),
            });
        } else if self.balance.minor < 0 {
            remarks.push(BalanceRemark::BelowZero);
        }
        if self.page.closed {
            remarks.push(BalanceRemark::Closed);
        }
        if !has_details {
            return remarks;
        }
        if let Some((since, amount)) = &self.page.overdue {
            remarks.push(BalanceRemark::Overdue { amount: amount.to_grouped_string(), since: *since, today });
        }
        if let Some(left) = self.limit_left.as_ref().filter(|left| left.minor < 0) {
            let by = left.unit.money(left.minor.saturating_neg()).to_grouped_string();
            remarks.push(BalanceRemark::OverLimit { by });
        }
        if let Some((day, amount)) = &self.page.next_expiry {
            remarks.push(BalanceRemark::Expires { amount: amount.to_grouped_string(), day: *day, today });
        }
        if let Some(seen) = self.seen.filter(|_| self.stale) {
            remarks.push(BalanceRemark::Unchecked { days: today.0 - seen.day().0 });
        }
        remarks
    }
}

/// The answer of `account list`.
#[derive(Debug, Serialize)]
pub struct Accounts {
    schema: &'static str,
    /// One row an account, closed ones too.
    pub accounts: Vec<AccountRow>,
}

/// One account of [`Accounts`].
#[derive(Debug, Serialize)]
pub struct AccountRow {
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
}

impl Accounts {
    /// The answer for those accounts.
    pub fn new(accounts: &[Account]) -> Accounts {
        let row = |a: &Account| AccountRow {
            account: a.name.clone(),
            platform: a.platform.clone(),
            kind: a.kind,
            unit: a.unit.clone(),
            limit: a.limit.map(|minor| a.unit.money(minor)),
            bill_day: a.bill_day,
            note: a.note.clone(),
            closed: a.closed,
        };
        Accounts { schema: "jandon.accounts/1", accounts: accounts.iter().map(row).collect() }
    }
}

impl Render for Accounts {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.accounts.is_empty() {
            page.line(language.say(&EmptyPage::NoAccounts));
            return page;
        }
        let limits = Amounts::of(self.accounts.iter().filter_map(|row| row.limit.as_ref()));
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Account)),
            Column::fixed(language.heading(Heading::Kind)),
            Column::fixed(language.heading(Heading::Platform)),
            Column::figure(language.heading(Heading::Limit)),
            Column::figure(language.heading(Heading::BillDay)),
            Column::words(""),
            Column::words(language.heading(Heading::Note)),
        ]);
        for row in &self.accounts {
            let kind = messages::kind_of_account(row.kind, language);
            let cells = vec![
                row.account.clone(),
                format!("{kind} ({})", row.unit),
                row.platform.clone().unwrap_or_default(),
                row.limit.as_ref().map(|limit| limits.with_unit(limit)).unwrap_or_default(),
                row.bill_day.map(|day| day.to_string()).unwrap_or_default(),
                if row.closed { language.say(&CellWord::Closed) } else { String::new() },
                row.note.clone().unwrap_or_default(),
            ];
            table.styled_row(cells, if row.closed { Style::Faint } else { Style::Plain });
        }
        page.table(table);
        page.gap();
        if let Some(row) = self.accounts.iter().find(|row| !row.closed).or(self.accounts.first()) {
            page.line(language.say(&ListLine::OneAccount { name: row.account.clone() }));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv =
            Csv::new(&["account", "platform", "kind", "unit", "limit", "bill_day", "note", "closed"]);
        for row in &self.accounts {
            csv.row(vec![
                Some(row.account.clone()),
                row.platform.clone(),
                Some(row.kind.to_string()),
                Some(row.unit.to_string()),
                row.limit.as_ref().map(Money::to_plain_string),
                row.bill_day.map(|d| d.to_string()),
                row.note.clone(),
                Some(row.closed.to_string()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
