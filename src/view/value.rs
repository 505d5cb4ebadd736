//! What units and platforms were worth.

use super::Render;
use super::amount::{Amounts, unit_order};
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table};
use crate::messages::{self, CellWord, EmptyPage, Heading, Language, ListLine, ValueLine};
use crate::money::{Money, Unit};
use crate::period::Day;
use crate::report::PlatformValue;
use serde::Serialize;

/// The answer of `rate list`.
#[derive(Debug, Serialize)]
pub struct RateList {
    schema: &'static str,
    /// Every rate, oldest first.
    pub rates: Vec<RateRow>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
}

/// What a unit was worth from a day on.
#[derive(Debug, Serialize)]
pub struct RateRow {
    /// What is valued.
    pub unit: Unit,
    /// How much of `of` one of it is worth.
    pub value: String,
    /// In which unit.
    pub of: Unit,
    /// From which day on.
    pub date: Day,
}

impl RateList {
    /// The answer for those rates.
    pub fn new(rates: Vec<RateRow>, today: Day) -> RateList {
        RateList { schema: "jandon.rates/1", rates, today }
    }
}

impl Render for RateList {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.rates.is_empty() {
            page.line(language.say(&ListLine::NoRates));
            return page;
        }
        let mut table = Table::new(vec![
            Column::fixed(language.heading(Heading::From)),
            Column::fixed(language.heading(Heading::Rate)),
        ]);
        for row in &self.rates {
            let rate = format!("1 {} = {} {}", row.unit, row.value, row.of);
            table.row(vec![messages::date(row.date, self.today, language), rate]);
        }
        page.table(table);
        page.gap();
        page.line(language.say(&ListLine::SetRate));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["unit", "value", "of", "date"]);
        for row in &self.rates {
            let cells = [row.unit.to_string(), row.value.clone(), row.of.to_string(), row.date.to_string()];
            csv.row(cells.into_iter().map(Some).collect());
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// The answer of `value`.
#[derive(Debug, Serialize)]
pub struct Value {
    schema: &'static str,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// One row a platform and unit.
    pub platforms: Vec<PlatformValue>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
    /// Whether there is any account.
    #[serde(skip)]
    pub has_accounts: bool,
}

/// Returns the amounts of a row.
fn amounts_of(row: &PlatformValue) -> impl Iterator<Item = &Money> {
    let known = [&row.earned, &row.fees, &row.taxes, &row.expired, &row.spent];
    known.into_iter().chain(&row.value).chain(&row.converted)
}

impl Value {
    /// The answer for a period.
    pub fn new(from: Day, to: Day, platforms: Vec<PlatformValue>, today: Day, has_accounts: bool) -> Value {
        Value { schema: "jandon.value/1", from, to, platforms, today, has_accounts }
    }
}

impl Render for Value {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if !self.has_accounts {
            page.line(language.say(&EmptyPage::NoAccounts));
            return page;
        }
        let (from, to, today) = (self.from, self.to, self.today);
        page.styled_line(language.say(&ValueLine::Period { from, to, today }), Style::Strong);
        if self.platforms.is_empty() {
            page.line(language.say(&ValueLine::NothingMoved));
            return page;
        }
        page.gap();
        let mut rows: Vec<&PlatformValue> = self.platforms.iter().collect();
        rows.sort_by_cached_key(|row| unit_order(&row.unit));
        let amounts = Amounts::of(rows.iter().flat_map(|row| amounts_of(row)));
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Account)),
            Column::figure(language.heading(Heading::Gain)),
            Column::figure(language.heading(Heading::Earned)),
            Column::figure(language.heading(Heading::Fees)),
            Column::figure(language.heading(Heading::Taxes)),
            Column::figure(language.heading(Heading::Expired)),
            Column::figure(language.heading(Heading::Conversion)),
            Column::figure(language.heading(Heading::Spent)),
            Column::figure(language.heading(Heading::PercentOfSpend)),
        ]);
        let unknown = || language.say(&CellWord::Unknown);
        let blank = |money: &Money| if money.minor == 0 { String::new() } else { amounts.figure(money) };
        for row in rows {
            let is_loss = row.value.as_ref().is_some_and(|value| value.minor < 0);
            let gain = row.value.as_ref().map_or_else(unknown, |value| amounts.with_unit(value));
            table.row(vec![
                Cell::from(messages::list_all(&row.names, language)),
                Cell::styled(gain, if is_loss { Style::Loss } else { Style::Plain }),
                Cell::from(blank(&row.earned)),
                Cell::from(blank(&row.fees)),
                Cell::from(blank(&row.taxes)),
                Cell::from(blank(&row.expired)),
                Cell::from(row.converted.as_ref().map_or_else(unknown, blank)),
                Cell::from(blank(&row.spent)),
                Cell::from(row.percent_of_spend.clone().unwrap_or_default()),
            ]);
        }
        page.table(table);
        page.gap();
        let is_rate_missing = self.platforms.iter().any(|row| row.converted.is_none());
        page.line(language.say(&if is_rate_missing { ValueLine::SetRate } else { ValueLine::More }));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&[
            "platform",
            "unit",
            "earned",
            "fees",
            "taxes",
            "expired",
            "converted",
            "value",
            "spent",
            "percent_of_spend",
        ]);
        for row in &self.platforms {
            csv.row(vec![
                Some(row.platform.clone()),
                Some(row.unit.to_string()),
                Some(row.earned.to_plain_string()),
                Some(row.fees.to_plain_string()),
                Some(row.taxes.to_plain_string()),
                Some(row.expired.to_plain_string()),
                row.converted.as_ref().map(Money::to_plain_string),
                row.value.as_ref().map(Money::to_plain_string),
                Some(row.spent.to_plain_string()),
                row.percent_of_spend.clone(),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
