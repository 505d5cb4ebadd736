//! What is owned, owed and available; and the accounts themselves.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::ledger::{Account, AccountKind};
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::LocalDateTime;
use crate::report::{Exchange, RateSource, Total};
use serde::Serialize;

/// The answer of `balance`.
#[derive(Debug, Serialize)]
pub struct BalanceAnswer {
    schema: &'static str,
    /// The moment of the balances.
    pub at: LocalDateTime,
    /// One row an account.
    pub accounts: Vec<BalanceRow>,
    /// One row a unit.
    pub totals: Vec<Total>,
    /// All of it in one unit, where asked for.
    pub exchange: Option<Exchange>,
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
    /// Nobody has seen the balance for long.
    pub stale: bool,
    /// The credit limit of a carrier.
    pub limit: Option<Money>,
    /// What is left of the limit.
    pub limit_left: Option<Money>,
    /// The balance in the unit of `--exchange`, where it is another one and a rate is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<Money>,
}

impl BalanceAnswer {
    /// The answer of that moment.
    pub fn new(
        at: LocalDateTime,
        accounts: Vec<BalanceRow>,
        totals: Vec<Total>,
        exchange: Option<Exchange>,
    ) -> BalanceAnswer {
        BalanceAnswer { schema: "jandon.balance/1", at, accounts, totals, exchange }
    }
}

impl Render for BalanceAnswer {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.accounts.is_empty() {
            page.line("No accounts yet.");
            return page;
        }
        totals_lines(&mut page, &self.totals, self.exchange.as_ref());
        page.gap();
        let mut table = Table::new(vec![
            Column::name("account"),
            Column::fixed("kind"),
            Column::figure("balance"),
            Column::figure("limit left"),
            Column::fixed("unit"),
            Column::figure("worth"),
            Column::fixed("seen"),
            Column::words(""),
        ]);
        for row in &self.accounts {
            let carrier = row.kind == AccountKind::Carrier;
            let owed = carrier && row.balance.minor <= 0;
            let shown =
                if owed { row.unit.money(row.balance.minor.saturating_neg()) } else { row.balance.clone() };
            let mut marks = Vec::new();
            if carrier && row.balance.minor != 0 {
                marks.push(if owed { "owed" } else { "in credit" }.to_string());
            }
            if let Some(limit) = &row.limit {
                marks.push(format!("limit {}", limit.to_grouped_string()));
            }
            if row.stale {
                marks.push("stale".to_string());
            }
            table.row(vec![
                row.account.clone(),
                row.kind.to_string(),
                shown.to_grouped_string(),
                row.limit_left.as_ref().map(Money::to_grouped_string).unwrap_or_default(),
                row.unit.to_string(),
                row.worth.as_ref().map(Money::to_string).unwrap_or_default(),
                row.seen.map_or("never".into(), |seen| seen.day().to_string()),
                marks.join(", "),
            ]);
        }
        page.table(table);
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

/// The lines that say what is owned and owed, a unit each.
pub fn totals_lines(page: &mut Page, totals: &[Total], exchange: Option<&Exchange>) {
    if let Some(sum) = exchange {
        let missing: Vec<String> = sum.missing.iter().map(Unit::to_string).collect();
        let partial = if sum.partial {
            format!(" (partial: no rate for {})", missing.join(", "))
        } else {
            String::new()
        };
        let of_catalog: Vec<String> = sum
            .by
            .iter()
            .filter(|(_, by)| **by == RateSource::Catalog)
            .map(|(unit, _)| unit.to_string())
            .collect();
        let catalog = match of_catalog.as_slice() {
            [] => String::new(),
            units => format!(" ({} at the rate of its best channel)", units.join(", ")),
        };
        page.line(format!("{} in all{partial}{catalog}", sum.net));
        page.gap();
    }
    let mut table = Table::new(vec![
        Column::words(""),
        Column::figure("own"),
        Column::figure("owe"),
        Column::figure("net"),
    ]);
    for total in totals {
        let owe = if total.owe.minor == 0 { String::new() } else { total.owe.to_grouped_string() };
        let net = if total.owe.minor == 0 { String::new() } else { total.net.to_grouped_string() };
        table.row(vec![total.unit.to_string(), total.own.to_grouped_string(), owe, net]);
    }
    page.table(table);
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
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.accounts.is_empty() {
            page.line("No accounts yet.");
        }
        let mut table = Table::new(vec![
            Column::name("account"),
            Column::name("platform"),
            Column::fixed("kind"),
            Column::fixed("unit"),
            Column::figure("limit"),
            Column::figure("bill day"),
            Column::words("note"),
            Column::words(""),
        ]);
        for row in &self.accounts {
            table.row(vec![
                row.account.clone(),
                row.platform.clone().unwrap_or_default(),
                row.kind.to_string(),
                row.unit.to_string(),
                row.limit.as_ref().map(Money::to_grouped_string).unwrap_or_default(),
                row.bill_day.map(|d| d.to_string()).unwrap_or_default(),
                row.note.clone().unwrap_or_default(),
                if row.closed { "closed".into() } else { String::new() },
            ]);
        }
        page.table(table);
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
