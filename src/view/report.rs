//! The summary of a period, and the shorter lists that people ask for alone.

use super::Render;
use super::balance::totals_lines;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::Day;
use crate::report::month_page::MonthPage;
use crate::report::{
    AccountSummary, Bill, BillStatus, CategorySummary, Exchange, ExpiringLot, Headline, HeadlineChange,
    Summary,
};
use serde::Serialize;

/// The answer of `report`.
#[derive(Debug, Serialize)]
pub struct PeriodReport {
    /// The form of the document.
    pub schema: &'static str,
    /// The name of the period: `2026-10`; null for other stretches of days.
    pub period: Option<String>,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// It is still running, and compared with as many days of the period before.
    pub part: bool,
    /// The days it is compared with.
    pub previous: Option<Days>,
    /// The figures.
    #[serde(flatten)]
    pub summary: Summary,
    /// The totals in one unit, if asked for.
    pub exchange: Option<Exchange>,
    /// What only the web page shows.
    #[serde(skip)]
    pub web_page: Option<MonthPage>,
}

/// A stretch of days, both ends inside.
#[derive(Debug, Serialize)]
pub struct Days {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

impl PeriodReport {
    /// Returns one line for each unit: how its opening balance became the closing one.
    fn headline_lines(&self) -> Vec<String> {
        let line = |headline: &Headline| {
            let mut line = format!("{}: {}", headline.opening.unit, headline.opening.to_grouped_string());
            for (change, money) in &headline.changes {
                let what = match change {
                    HeadlineChange::FirstSeen => "first seen",
                    HeadlineChange::Spent => "spent",
                    HeadlineChange::Earned => "earned",
                    HeadlineChange::Refunded => "refunded",
                    HeadlineChange::Fees => "fees",
                    HeadlineChange::Expired => "expired",
                    HeadlineChange::Moved if money.minor < 0 => "moved out",
                    HeadlineChange::Moved => "moved in",
                    HeadlineChange::Unexplained => "unexplained",
                };
                let sign = if money.minor < 0 { '−' } else { '+' };
                let size = money.unit.money(money.minor.saturating_abs()).to_grouped_string();
                line.push_str(&format!(" {sign} {size} {what}"));
            }
            match headline.changes.is_empty() {
                true => line + ", nothing moved.",
                false => line + &format!(" = {}", headline.closing.to_grouped_string()),
            }
        };
        self.summary.headlines.iter().map(line).collect()
    }
}

impl Render for PeriodReport {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        let name = self.period.as_ref().map_or(String::new(), |p| format!("{p} · "));
        let part = if self.part { ", still running" } else { "" };
        page.line(format!("{name}{} to {}{part}", self.from, self.to));
        for line in self.headline_lines() {
            page.line(line);
        }
        page.gap();
        accounts_tables(&mut page, &self.summary.accounts);
        category_table(&mut page, "spending", &self.summary.spending);
        category_table(&mut page, "income", &self.summary.income);
        if let Some(previous) = &self.previous
            && !(self.summary.spending.is_empty() && self.summary.income.is_empty())
        {
            page.line(format!("before: {} to {}", previous.from, previous.to));
        }
        page.gap();
        for micro in self.summary.micropayments.iter().filter(|m| m.count > 0) {
            let median = micro.median.as_ref().map(Money::to_grouped_string).unwrap_or_default();
            let share =
                micro.share_percent.as_ref().map_or(String::new(), |s| format!(", {s} % of spending"));
            page.line(format!(
                "Small payments up to {}: {} of them, {} in all, median {median}{share}.",
                micro.threshold,
                micro.count,
                micro.amount.to_grouped_string()
            ));
        }
        page.gap();
        let mut table = Table::new(vec![
            Column::name("charged by"),
            Column::figure("times"),
            Column::figure("amount"),
            Column::figure("fee"),
            Column::figure("tax"),
            Column::figure("%"),
            Column::fixed("unit"),
        ]);
        for row in &self.summary.fees {
            table.row(vec![
                row.channel.clone().unwrap_or_else(|| "(by hand)".into()),
                row.count.to_string(),
                row.amount.to_grouped_string(),
                row.fee.to_grouped_string(),
                if row.tax.minor == 0 { String::new() } else { row.tax.to_grouped_string() },
                row.effective_percent.clone().unwrap_or_default(),
                row.unit.to_string(),
            ]);
        }
        page.table(table);
        page.gap();
        expiring_table(&mut page, &self.summary.expiring);
        page.gap();
        bills_table(&mut page, &self.summary.due);
        page.gap();
        totals_lines(&mut page, &self.summary.totals, self.exchange.as_ref());
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["section", "name", "unit", "measure", "value"]);
        let mut put =
            |section: &str, name: Option<&str>, unit: &Unit, measure: &str, value: Option<String>| {
                csv.row(vec![
                    Some(section.to_string()),
                    name.map(String::from),
                    Some(unit.to_string()),
                    Some(measure.to_string()),
                    value,
                ]);
            };
        for row in &self.summary.accounts {
            put("accounts", Some(&row.account), &row.unit, "opening", Some(row.opening.to_plain_string()));
            for measure in crate::ledger::FlowKind::ALL {
                let value = row.flows.get(measure.as_str()).map(Money::to_plain_string);
                put("accounts", Some(&row.account), &row.unit, measure.as_str(), value);
            }
            put("accounts", Some(&row.account), &row.unit, "closing", Some(row.closing.to_plain_string()));
        }
        for (section, rows) in [("spending", &self.summary.spending), ("income", &self.summary.income)] {
            for row in rows {
                let name = row.category.as_deref();
                put(section, name, &row.unit, "amount", Some(row.amount.to_plain_string()));
                put(section, name, &row.unit, "count", Some(row.count.to_string()));
                put(section, name, &row.unit, "refunded", Some(row.refunded.to_plain_string()));
                put(section, name, &row.unit, "share_percent", row.share_percent.clone());
                put(section, name, &row.unit, "previous", Some(row.previous.to_plain_string()));
                put(section, name, &row.unit, "change_percent", row.change_percent.clone());
            }
        }
        for row in &self.summary.micropayments {
            put("micropayments", None, &row.unit, "threshold", Some(row.threshold.to_plain_string()));
            put("micropayments", None, &row.unit, "count", Some(row.count.to_string()));
            put("micropayments", None, &row.unit, "amount", Some(row.amount.to_plain_string()));
            put("micropayments", None, &row.unit, "median", row.median.as_ref().map(Money::to_plain_string));
            put("micropayments", None, &row.unit, "share_percent", row.share_percent.clone());
        }
        for row in &self.summary.fees {
            let name = row.channel.as_deref();
            put("fees", name, &row.unit, "count", Some(row.count.to_string()));
            put("fees", name, &row.unit, "amount", Some(row.amount.to_plain_string()));
            put("fees", name, &row.unit, "fee", Some(row.fee.to_plain_string()));
            put("fees", name, &row.unit, "tax", Some(row.tax.to_plain_string()));
            put("fees", name, &row.unit, "effective_percent", row.effective_percent.clone());
        }
        for row in &self.summary.expiring {
            put(
                "expiring",
                Some(&row.account),
                &row.unit,
                &row.expires.to_string(),
                Some(row.amount.to_plain_string()),
            );
        }
        for row in &self.summary.due {
            put(
                "due",
                Some(&row.account),
                &row.unit,
                &row.charges_of.to_string(),
                Some(row.amount.to_plain_string()),
            );
        }
        for row in &self.summary.totals {
            put("totals", None, &row.unit, "own", Some(row.own.to_plain_string()));
            put("totals", None, &row.unit, "owe", Some(row.owe.to_plain_string()));
            put("totals", None, &row.unit, "net", Some(row.net.to_plain_string()));
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }

    fn html(&self, language: Language) -> String {
        let figures = self.web_page.as_ref();
        figures.map_or(String::new(), |figures| super::month_page::page(self, figures, language))
    }
}

/// How each opening balance became a closing one: what came, what went, what nobody explained.
fn accounts_tables(page: &mut Page, accounts: &[AccountSummary]) {
    let mut table = Table::new(vec![
        Column::name("account"),
        Column::figure("opening"),
        Column::figure("first seen"),
        Column::figure("in"),
        Column::figure("out"),
        Column::figure("fees"),
        Column::figure("expired"),
        Column::figure("unexplained"),
        Column::figure("closing"),
        Column::fixed("unit"),
    ]);
    for row in accounts {
        let columns = row.columns();
        let blank = |money: Money| if money.minor == 0 { String::new() } else { money.to_grouped_string() };
        let name = if row.owed { format!("{} (owed)", row.account) } else { row.account.clone() };
        table.row(vec![
            name,
            columns.opening.to_grouped_string(),
            blank(columns.first_seen),
            blank(columns.inward),
            blank(columns.outward),
            blank(columns.charges),
            blank(columns.expired),
            blank(columns.unexplained),
            columns.closing.to_grouped_string(),
            row.unit.to_string(),
        ]);
    }
    page.table(table);
    page.gap();
}

fn category_table(page: &mut Page, title: &str, rows: &[CategorySummary]) {
    let mut table = Table::new(vec![
        Column::name(title),
        Column::figure("amount"),
        Column::figure("times"),
        Column::figure("share %"),
        Column::figure("before"),
        Column::figure("change %"),
        Column::figure("refunded"),
        Column::fixed("unit"),
    ]);
    for row in rows {
        table.row(vec![
            row.category.clone().unwrap_or_else(|| "(none)".into()),
            row.amount.to_grouped_string(),
            row.count.to_string(),
            row.share_percent.clone().unwrap_or_default(),
            if row.previous.minor == 0 { String::new() } else { row.previous.to_grouped_string() },
            row.change_percent.clone().unwrap_or_default(),
            if row.refunded.minor == 0 { String::new() } else { row.refunded.to_grouped_string() },
            row.unit.to_string(),
        ]);
    }
    page.table(table);
    page.gap();
}

fn expiring_table(page: &mut Page, lots: &[ExpiringLot]) {
    let mut table = Table::new(vec![
        Column::fixed("expires"),
        Column::figure("in days"),
        Column::name("account"),
        Column::figure("amount"),
        Column::fixed("unit"),
    ]);
    for lot in lots {
        table.row(vec![
            lot.expires.to_string(),
            lot.days_left.to_string(),
            lot.account.clone(),
            lot.amount.to_grouped_string(),
            lot.unit.to_string(),
        ]);
    }
    page.table(table);
}

fn bills_table(page: &mut Page, bills: &[Bill]) {
    let mut table = Table::new(vec![
        Column::fixed("bill of"),
        Column::fixed("due"),
        Column::name("account"),
        Column::figure("amount"),
        Column::fixed("unit"),
        Column::fixed("state"),
    ]);
    for bill in bills {
        let state = match bill.status {
            BillStatus::Overdue => "overdue",
            BillStatus::Due => "due",
            BillStatus::Unbilled => "unbilled",
        };
        table.row(vec![
            bill.charges_of.to_string(),
            bill.due.map(|d| d.to_string()).unwrap_or_default(),
            bill.account.clone(),
            bill.amount.to_grouped_string(),
            bill.unit.to_string(),
            state.into(),
        ]);
    }
    page.table(table);
}
