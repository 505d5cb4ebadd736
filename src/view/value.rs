//! What units, platforms and months were worth.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::{Day, Month};
use crate::report::PlatformValue;
use serde::Serialize;

/// The answer of `rate list`.
#[derive(Debug, Serialize)]
pub struct RateList {
    schema: &'static str,
    /// Every rate, oldest first.
    pub rates: Vec<RateRow>,
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
    pub fn new(rates: Vec<RateRow>) -> RateList {
        RateList { schema: "jandon.rates/1", rates }
    }
}

impl Render for RateList {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.rates.is_empty() {
            page.line("No rate is known. Set one: jandon rate set USD 1400 KRW");
        }
        let mut table = Table::new(vec![
            Column::fixed("from"),
            Column::fixed("unit"),
            Column::figure("worth"),
            Column::fixed("of"),
        ]);
        for row in &self.rates {
            table.row(vec![
                row.date.to_string(),
                row.unit.to_string(),
                row.value.clone(),
                row.of.to_string(),
            ]);
        }
        page.table(table);
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
}

impl Value {
    /// The answer for a period.
    pub fn new(from: Day, to: Day, platforms: Vec<PlatformValue>) -> Value {
        Value { schema: "jandon.value/1", from, to, platforms }
    }
}

impl Render for Value {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        page.line(format!("{} to {}", self.from, self.to));
        if self.platforms.is_empty() {
            page.line("Nothing moved.");
            return page;
        }
        page.gap();
        let mut table = Table::new(vec![
            Column::name("platform"),
            Column::figure("worth"),
            Column::fixed("unit"),
            Column::figure("earned"),
            Column::figure("fees"),
            Column::figure("taxes"),
            Column::figure("expired"),
            Column::figure("converted"),
            Column::figure("spent"),
            Column::figure("% of spend"),
        ]);
        let blank = |m: &Money| if m.minor == 0 { String::new() } else { m.to_grouped_string() };
        for row in &self.platforms {
            table.row(vec![
                row.platform.clone(),
                row.value.as_ref().map_or("unknown".into(), Money::to_grouped_string),
                row.unit.to_string(),
                blank(&row.earned),
                blank(&row.fees),
                blank(&row.taxes),
                blank(&row.expired),
                row.converted.as_ref().map_or("unknown".into(), blank),
                blank(&row.spent),
                row.percent_of_spend.clone().unwrap_or_default(),
            ]);
        }
        page.table(table);
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

/// How a chart may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartStyle {
    /// Only figures: nobody looks, or there is no room.
    Figures,
    /// With bars of that sign, on so many columns.
    Bars(char, usize),
}

/// The answer of `chart`.
#[derive(Debug, Serialize)]
pub struct Chart {
    schema: &'static str,
    /// One series an account, or a unit.
    pub series: Vec<Series>,
    #[serde(skip)]
    drawing: ChartStyle,
}

/// The balances at the ends of months.
#[derive(Debug, Serialize)]
pub struct Series {
    /// The account, or null for all of the unit together.
    pub account: Option<String>,
    /// The unit.
    pub unit: Unit,
    /// One point a month, oldest first.
    pub points: Vec<Point>,
}

/// The balance at the end of a month; of the running month, the present one.
#[derive(Debug, Serialize)]
pub struct Point {
    /// The month.
    pub month: Month,
    /// The balance, negative where it is owed; null before the first fact.
    pub balance: Option<Money>,
}

impl Chart {
    /// The answer for those series.
    pub fn new(series: Vec<Series>, drawing: ChartStyle) -> Chart {
        Chart { schema: "jandon.chart/1", series, drawing }
    }
}

impl Render for Chart {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.series.is_empty() {
            page.line("No accounts yet.");
        }
        for series in &self.series {
            page.gap();
            let name = series.account.clone().unwrap_or_else(|| "all accounts".into());
            page.line(format!("{name}, {}", series.unit));
            let begun = series.points.iter().position(|p| p.balance.is_some());
            let points = &series.points[begun.unwrap_or(series.points.len())..];
            if points.is_empty() {
                page.line("Nothing is recorded in these months.");
            }
            let figure = |p: &Point| p.balance.as_ref().map_or_else(String::new, Money::to_grouped_string);
            let figures: Vec<String> = points.iter().map(figure).collect();
            let size = |p: &Point| p.balance.as_ref().map_or(0, |balance| balance.minor.unsigned_abs());
            let widest = figures.iter().map(String::len).max().unwrap_or(0);
            let most = points.iter().map(size).max().unwrap_or(0);
            for (point, figure) in points.iter().zip(&figures) {
                let bar = match self.drawing {
                    ChartStyle::Figures => String::new(),
                    ChartStyle::Bars(sign, columns) => {
                        let room = columns.saturating_sub(widest + 12) as u128;
                        let share = u128::from(size(point)) * room;
                        let length = share.checked_div(u128::from(most)).unwrap_or(0);
                        // What is below zero is drawn hollow.
                        let is_owed = point.balance.as_ref().is_some_and(|balance| balance.minor < 0);
                        let sign = if is_owed { '-' } else { sign };
                        std::iter::repeat_n(sign, length as usize).collect()
                    }
                };
                let line = format!("{}  {figure:>widest$}  {bar}", point.month);
                page.preformatted(line.trim_end());
            }
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["account", "unit", "month", "balance"]);
        for series in &self.series {
            for point in &series.points {
                csv.row(vec![
                    series.account.clone(),
                    Some(series.unit.to_string()),
                    Some(point.month.to_string()),
                    point.balance.as_ref().map(Money::to_plain_string),
                ]);
            }
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
