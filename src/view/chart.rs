//! Balances at the ends of months, as bars and as sparklines.

use super::Render;
use super::amount::{Amounts, unit_order};
use super::csv::Csv;
use super::page::{Column, Page, Style, Table, WIDTH_MIN};
use crate::messages::{BalanceRemark, ChartLine, EmptyPage, Heading, Language};
use crate::money::{Money, Unit};
use crate::period::Month;
use serde::Serialize;

/// How a chart may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartStyle {
    /// Only figures: the output is no terminal, or there is no space.
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
    /// One series an account, where all are drawn together.
    #[serde(skip)]
    pub accounts: Vec<Series>,
    /// Why there is nothing to draw.
    #[serde(skip)]
    pub nothing: Option<NothingDrawn>,
    #[serde(skip)]
    drawing: ChartStyle,
}

/// Why a chart is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NothingDrawn {
    /// There is no account.
    NoAccounts,
    /// All accounts are banks.
    OnlyBanks,
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
    /// Whether it is what a carrier is owed, or of several accounts contains that.
    #[serde(skip)]
    pub is_owed: bool,
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
    pub fn new(
        series: Vec<Series>,
        accounts: Vec<Series>,
        nothing: Option<NothingDrawn>,
        drawing: ChartStyle,
    ) -> Chart {
        Chart { schema: "jandon.chart/1", series, accounts, nothing, drawing }
    }
}

/// Characters of a sparkline, from the lowest to the highest.
const SPARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same where a terminal shows ASCII only.
const ASCII_SPARKS: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];
/// The most months in a sparkline.
const SPARK_MONTHS: usize = 24;
/// The columns of a month, `2026-10`, with the blanks around the figure and the bar.
const BESIDE_FIGURE: usize = 12;

impl Series {
    /// The points from the first fact on.
    fn begun(&self) -> &[Point] {
        let begun = self.points.iter().position(|point| point.balance.is_some());
        &self.points[begun.unwrap_or(self.points.len())..]
    }

    /// Returns a balance as people read it: what a carrier is owed is a positive number.
    fn shown(&self, point: &Point) -> Option<Money> {
        let is_owed = self.is_owed && self.account.is_some();
        let shown = |money: &Money| money.unit.money(money.minor.saturating_neg());
        point.balance.as_ref().map(|money| if is_owed { shown(money) } else { money.clone() })
    }

    /// Returns the latest months as one character each.
    fn sparkline(&self, drawing: ChartStyle) -> String {
        let ChartStyle::Bars(sign, _) = drawing else { return String::new() };
        let sparks = if sign.is_ascii() { ASCII_SPARKS } else { SPARKS };
        let latest = &self.points[self.points.len().saturating_sub(SPARK_MONTHS)..];
        let parts: Vec<Option<i128>> =
            latest.iter().map(|point| self.shown(point).map(|money| money.minor.into())).collect();
        let known = || parts.iter().flatten().copied().chain([0]);
        let (low, high) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
        let spark = |part: &Option<i128>| match part {
            None => ' ',
            // The last character stands for the highest balance alone.
            Some(part) => sparks[((part - low) * 7 / (high - low).max(1)) as usize],
        };
        parts.iter().map(spark).collect()
    }

    /// Adds a line for each month.
    fn draw(&self, page: &mut Page, drawing: ChartStyle, language: Language) {
        let unit = self.unit.clone();
        let title = match (self.account.clone(), self.is_owed) {
            (Some(account), true) => ChartLine::AccountOwed { account, unit },
            (Some(account), false) => ChartLine::Account { account, unit },
            (None, true) => ChartLine::AllLessOwed { unit },
            (None, false) => ChartLine::All { unit },
        };
        page.styled_line(language.say(&title), Style::Strong);
        let points: Vec<(String, Money)> = (self.begun().iter())
            .filter_map(|point| Some((point.month.to_string(), self.shown(point)?)))
            .collect();
        if points.is_empty() {
            page.line(language.say(&ChartLine::NothingRecorded));
        }
        let amounts = Amounts::of(points.iter().map(|(_, money)| money));
        let figures: Vec<String> = points.iter().map(|(_, money)| amounts.figure(money)).collect();
        let size = |money: &Money| u128::from(money.minor.unsigned_abs());
        let widest = figures.iter().map(String::len).max().unwrap_or(0);
        let most = points.iter().map(|(_, money)| size(money)).max().unwrap_or(0);
        for ((month, money), figure) in points.iter().zip(&figures) {
            let bar = match drawing {
                ChartStyle::Figures => String::new(),
                ChartStyle::Bars(sign, columns) => {
                    let room = columns.max(WIDTH_MIN).saturating_sub(widest + BESIDE_FIGURE) as u128;
                    let length = (size(money) * room).checked_div(most).unwrap_or(0);
                    // What is below zero is drawn hollow.
                    let sign = if money.minor < 0 { '-' } else { sign };
                    std::iter::repeat_n(sign, length as usize).collect()
                }
            };
            page.preformatted(format!("{month}  {figure:>widest$}  {bar}").trim_end());
        }
    }
}

impl Render for Chart {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        match self.nothing {
            Some(NothingDrawn::NoAccounts) => page.line(language.say(&EmptyPage::NoAccounts)),
            Some(NothingDrawn::OnlyBanks) => page.line(language.say(&ChartLine::OnlyBanks)),
            None => {}
        }
        if self.nothing.is_some() {
            return page;
        }
        let count = |unit: &Unit| self.accounts.iter().filter(|series| series.unit == *unit).count();
        let is_alone = self.accounts.len() <= 1;
        let mut series: Vec<&Series> = self.series.iter().collect();
        series.sort_by_cached_key(|series| unit_order(&series.unit));
        // What a single account holds of a unit stands below, in its own line.
        for series in series.into_iter().filter(|series| is_alone || count(&series.unit) > 1) {
            page.gap();
            series.draw(&mut page, self.drawing, language);
        }
        page.gap();
        let name = |series: &Series| series.account.clone().unwrap_or_default();
        if let [series] = self.accounts.as_slice() {
            page.line(language.say(&ChartLine::History { account: name(series) }));
        }
        if is_alone {
            return page;
        }
        let mut rows: Vec<&Series> = self.accounts.iter().collect();
        rows.sort_by_cached_key(|series| unit_order(&series.unit));
        let latest = |series: &Series| series.points.last().and_then(|point| series.shown(point));
        let latest: Vec<Money> =
            rows.iter().map(|series| latest(series).unwrap_or_else(|| series.unit.zero())).collect();
        let amounts = Amounts::of(&latest);
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Account)),
            Column::fixed(language.heading(Heading::Trend)),
            Column::figure(language.heading(Heading::Balance)),
            Column::words(""),
        ]);
        for (series, latest) in rows.into_iter().zip(&latest) {
            let owed = series.is_owed && latest.minor > 0;
            table.row(vec![
                series.account.clone().unwrap_or_default(),
                series.sparkline(self.drawing),
                amounts.with_unit(latest),
                if owed { language.say(&BalanceRemark::Owed) } else { String::new() },
            ]);
        }
        page.table(table);
        page.gap();
        if let Some(series) = self.accounts.first() {
            page.line(language.say(&ChartLine::OneAccount { account: name(series) }));
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
