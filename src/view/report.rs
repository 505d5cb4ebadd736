//! The summary of a period, and the shorter lists that people ask for alone.

use super::Render;
use super::amount::{Amounts, unit_order};
use super::attention::{bills_table, lots_table};
use super::balance::exchange_lines;
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table, shortened};
use crate::ledger::FlowKind;
use crate::messages::month_page::{AttentionLine, HeadlinePart, PageTitle};
use crate::messages::{EmptyPage, Heading, Language, ReportLine};
use crate::money::{Money, RoundingMode, Unit, parse_minor, round};
use crate::period::Day;
use crate::report::month_page::MonthPage;
use crate::report::{AccountSummary, CategorySummary, Exchange, Group, MonthSummary, Summary};
use serde::Serialize;

/// The most lines about what needs attention, so that a month fits on one screen.
const ATTENTION_LINES: usize = 4;
/// How many of the largest categories are shown.
const CATEGORIES: usize = 5;
/// How many names stand in one line.
const NAMES: usize = 4;
/// The widest name of an account above a column.
const ACCOUNT_WIDTH: usize = 16;
/// The length of the longest bar.
const BAR: i128 = 16;

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
    /// The months of a longer period, a row for each unit, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<Vec<MonthSummary>>,
    /// The totals in one unit, if asked for.
    pub exchange: Option<Exchange>,
    /// What only the web page shows.
    #[serde(skip)]
    pub web_page: Option<MonthPage>,
    /// How the page looks.
    #[serde(skip)]
    pub details: ReportDetails,
}

/// What only the page in a terminal needs.
#[derive(Clone, Debug)]
pub struct ReportDetails {
    /// What of the report is shown.
    pub page: ReportPage,
    /// The present day.
    pub today: Day,
    /// The last day that counts: the present one, while the period is running.
    pub until: Day,
    /// The command with its period.
    pub command: String,
    /// The sign that bars are drawn with.
    pub bar: char,
    /// Whether there is any account.
    pub has_accounts: bool,
    /// The day of the first fact, where the period has none.
    pub first_fact: Option<Day>,
}

impl Default for ReportDetails {
    fn default() -> ReportDetails {
        ReportDetails {
            page: ReportPage::Short,
            today: Day(0),
            until: Day(0),
            command: String::new(),
            bar: '█',
            has_accounts: false,
            first_fact: None,
        }
    }
}

/// What of a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportPage {
    /// One screen.
    Short,
    /// Everything.
    Full,
    /// Only what was spent and earned, by category or payee.
    Groups,
    /// Month by month.
    Months,
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
    /// Returns what the page begins with: the days, and those with which they are compared.
    fn heading(&self) -> ReportLine {
        let before = self.previous.as_ref().map(|days| (days.from, days.to));
        ReportLine::Heading {
            period: self.period.clone(),
            // Months before the first fact are not shown.
            from: self.months.iter().flatten().map(|row| row.from).min().unwrap_or(self.from),
            to: if self.part { self.details.until } else { self.to },
            running: self.part,
            // Months stand beside each other.
            before: before.filter(|_| self.details.page != ReportPage::Months),
            today: self.details.today,
        }
    }

    /// Adds one line for each unit: how its opening balance became the closing one.
    fn headlines(&self, page: &mut Page, language: Language) {
        for (place, headline) in self.summary.headlines.iter().enumerate() {
            let only = self.only_account(&headline.closing.unit);
            // What did not move is named below.
            if place > 0 && self.details.page == ReportPage::Short && only.is_some_and(|row| !has_moved(row))
            {
                continue;
            }
            let account = only.map(|row| row.account.clone());
            let line = ReportLine::Headline { account, headline: headline.clone() };
            page.styled_line(language.say(&line), Style::Strong);
        }
        if let Some(exchange) = &self.exchange {
            exchange_lines(page, exchange, language);
        }
    }

    /// Returns the account of a unit that only one has, unless it holds money owed.
    fn only_account(&self, unit: &Unit) -> Option<&AccountSummary> {
        let mut rows = self.summary.accounts.iter().filter(|row| row.unit == *unit);
        rows.next().filter(|row| !row.owed && rows.next().is_none())
    }

    /// Adds what needs attention, at most so many lines.
    fn attention(&self, page: &mut Page, most: usize, language: Language) {
        let items = &self.summary.attention;
        let shown = if items.len() > most { most - 1 } else { items.len() };
        for what in &items[..shown] {
            let style = if what.is_loss() { Style::Loss } else { Style::Attention };
            page.styled_line(language.say(&AttentionLine { what, today: self.details.today }), style);
        }
        if items.len() > shown {
            page.line(language.say(&ReportLine::MoreToDo { count: items.len() - shown }));
        }
    }

    /// Adds the accounts of units with several: opening, change and closing. What did not move stands in
    /// one line, and what is owed in a table of its own.
    fn short_accounts(&self, page: &mut Page, language: Language) {
        let (moved, unmoved): (Vec<&AccountSummary>, Vec<&AccountSummary>) =
            self.accounts(false).into_iter().partition(|row| has_moved(row));
        // The headline of a unit with one account says more than its row would.
        let moved: Vec<&AccountSummary> =
            moved.into_iter().filter(|row| self.only_account(&row.unit).is_none()).collect();
        let first = self.summary.headlines.first().map(|headline| &headline.closing.unit);
        let is_said =
            |row: &&AccountSummary| Some(&row.unit) == first && self.only_account(&row.unit).is_some();
        let change =
            |row: &AccountSummary| row.unit.money(row.closing.minor.saturating_sub(row.opening.minor));
        let changes: Vec<Money> = moved.iter().map(|row| change(row)).collect();
        let amounts = Amounts::of(moved.iter().flat_map(|row| [&row.opening, &row.closing]).chain(&changes));
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Account)),
            Column::figure(language.heading(Heading::Opening)),
            Column::figure(language.heading(Heading::Difference)),
            Column::figure(language.heading(Heading::Closing)),
        ]);
        for (row, change) in moved.iter().zip(&changes) {
            let style = if row.closing.minor < 0 { Style::Loss } else { Style::Plain };
            table.row(vec![
                Cell::from(row.account.clone()),
                Cell::from(amounts.figure(&row.opening)),
                Cell::from(signed(&amounts, change)),
                Cell::styled(amounts.with_unit(&row.closing), style),
            ]);
        }
        page.table(table);
        let balances: Vec<(String, Money)> = unmoved
            .into_iter()
            .filter(|row| !is_said(row))
            .map(|row| (row.account.clone(), row.closing.clone()))
            .collect();
        if !balances.is_empty() {
            page.line(language.say(&ReportLine::Unchanged { balances }));
        }
        self.carriers(page, language);
    }

    /// Returns the accounts that hold money owed, or the others, money before points.
    fn accounts(&self, owed: bool) -> Vec<&AccountSummary> {
        let mut rows: Vec<&AccountSummary> =
            self.summary.accounts.iter().filter(|row| row.owed == owed).collect();
        rows.sort_by_cached_key(|row| unit_order(&row.unit));
        rows
    }

    /// Adds what was owed before, charged and paid, and is owed now.
    fn carriers(&self, page: &mut Page, language: Language) {
        let rows = self.accounts(true);
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Carrier)),
            Column::figure(language.heading(Heading::OwedBefore)),
            Column::figure(language.heading(Heading::FirstChecked)),
            Column::figure(language.heading(Heading::Charged)),
            Column::figure(language.heading(Heading::Refunded)),
            Column::figure(language.heading(Heading::Paid)),
            Column::figure(language.heading(Heading::Unexplained)),
            Column::figure(language.heading(Heading::OwedNow)),
        ]);
        for row in rows {
            let columns = row.columns();
            // Of what left, charges are a part: they are owed, too.
            let charged = columns.inward.minor.saturating_add(columns.charges.minor);
            let refunded = flow(row, FlowKind::Refunded).unwrap_or_else(|| row.unit.zero());
            let paid = columns.outward.minor.saturating_sub(refunded.minor);
            let blank = |money: &Money| {
                if money.minor == 0 { String::new() } else { money.to_grouped_string() }
            };
            table.row(vec![
                row.account.clone(),
                columns.opening.to_grouped_string(),
                blank(&columns.first_seen),
                row.unit.money(charged).to_grouped_string(),
                blank(&refunded),
                row.unit.money(paid).to_grouped_string(),
                blank(&columns.unexplained),
                columns.closing.to_string(),
            ]);
        }
        page.table(table);
    }

    /// Adds all that moved the accounts: of a unit with several in a column for each account, of the others
    /// in a row.
    fn all_accounts(&self, page: &mut Page, language: Language) {
        let (alone, together): (Vec<&AccountSummary>, Vec<&AccountSummary>) =
            self.accounts(false).into_iter().partition(|row| self.only_account(&row.unit).is_some());
        for rows in together.chunk_by(|a, b| a.unit == b.unit) {
            page.gap();
            page.table(account_columns(rows, language));
        }
        // The headline says of the others that they did not move.
        let moved: Vec<&AccountSummary> = alone.into_iter().filter(|row| has_moved(row)).collect();
        page.gap();
        page.table(account_rows(&moved, language));
        page.gap();
        self.carriers(page, language);
    }

    /// Adds the largest categories of what was spent with bars, and what is gone.
    fn largest(&self, page: &mut Page, language: Language) {
        let is_gone = |row: &&CategorySummary| row.amount.minor == 0 && row.previous.minor != 0;
        for rows in by_unit(&self.summary.spending) {
            // Where nothing was spent before, everything would be new.
            let has_before = rows.iter().any(|row| row.previous.minor != 0);
            let (gone, present): (Vec<&CategorySummary>, Vec<&CategorySummary>) =
                rows.into_iter().partition(is_gone);
            let Some(unit) = present.first().map(|row| row.unit.clone()) else {
                self.gone(page, &gone, language);
                continue;
            };
            let amounts = Amounts::of(present.iter().flat_map(|row| [&row.amount, &row.previous]));
            // One more row says as much as the sum of one.
            let shown = if present.len() > CATEGORIES + 1 { CATEGORIES } else { present.len() };
            // A bar alone says nothing.
            let is_alone = present.len() == 1;
            let most = present.iter().map(|row| row.amount.minor).max().unwrap_or(0);
            let mut table = Table::new(vec![
                Column::name(language.say(&ReportLine::Spending { unit: unit.clone() })),
                Column::figure(language.heading(Heading::Amount)),
                Column::bar(),
                Column::figure(language.heading(Heading::Difference)),
            ])
            .titled();
            for row in &present[..shown] {
                table.row(vec![
                    self.name_of(row, language),
                    amounts.figure(&row.amount),
                    if is_alone { String::new() } else { bar(self.details.bar, row.amount.minor, most) },
                    difference(has_before, &amounts, &row.amount, &row.previous, language),
                ]);
            }
            if present.len() > shown {
                let sum = |of: &dyn Fn(&CategorySummary) -> i64| {
                    unit.money(present[shown..].iter().fold(0, |sum, row| of(row).saturating_add(sum)))
                };
                let (amount, before) = (sum(&|row| row.amount.minor), sum(&|row| row.previous.minor));
                table.row(vec![
                    language.say(&ReportLine::Others { count: present.len() - shown }),
                    amounts.figure(&amount),
                    String::new(),
                    difference(has_before, &amounts, &amount, &before, language),
                ]);
            }
            page.table(table);
            self.gone(page, &gone, language);
        }
    }

    /// Adds what was spent on in the period before, and not in this one.
    fn gone(&self, page: &mut Page, rows: &[&CategorySummary], language: Language) {
        let (Some(previous), false) = (&self.previous, rows.is_empty()) else { return };
        let shown = rows.len().min(NAMES);
        let name = |row: &&CategorySummary| (self.name_of(row, language), row.previous.clone());
        page.line(language.say(&ReportLine::Gone {
            from: previous.from,
            to: previous.to,
            amounts: rows[..shown].iter().map(name).collect(),
            others: rows.len() - shown,
            today: self.details.today,
        }));
    }

    fn name_of(&self, row: &CategorySummary, language: Language) -> String {
        let none = || match row.group {
            Group::Category(_) => language.say(&PageTitle::NoCategory),
            Group::Payee(_) => language.say(&PageTitle::NoPayee),
        };
        row.group.name().map_or_else(none, String::from)
    }

    /// Adds one line for the small payments of each unit.
    fn small_payments(&self, page: &mut Page, language: Language) {
        for row in &self.summary.micropayments {
            let Some(median) = row.median.clone().filter(|_| row.count > 0) else { continue };
            page.line(language.say(&ReportLine::SmallPayments {
                count: row.count,
                amount: row.amount.clone(),
                threshold: row.threshold.clone(),
                median,
                share: row.share_percent.as_deref().map(whole_percent).unwrap_or_default(),
            }));
        }
    }

    /// Adds one line for what leaving the platforms cost.
    fn fees(&self, page: &mut Page, language: Language) {
        let mut rows: Vec<(i64, (String, Money, String))> = Vec::new();
        for row in &self.summary.fees {
            let charges = row.fee.minor.saturating_add(row.tax.minor);
            let name = row.channel.clone().unwrap_or_else(|| language.say(&ReportLine::ByHand));
            let percent = row.effective_percent.as_deref().map(short_percent).unwrap_or_default();
            if charges > 0 {
                rows.push((charges, (name, row.unit.money(charges), percent)));
            }
        }
        rows.sort_by_cached_key(|(charges, (_, money, _))| (unit_order(&money.unit), -charges));
        let (shown, withdrawals) =
            (rows.len().min(NAMES), self.summary.fees.iter().map(|row| row.count).sum::<i64>());
        let others = rows.len() - shown;
        if !rows.is_empty() {
            let charges = rows.into_iter().take(shown).map(|(_, row)| row).collect();
            page.line(language.say(&ReportLine::Fees { charges, others }));
        } else if withdrawals > 0 {
            page.line(language.say(&ReportLine::NoFees { withdrawals }));
        }
    }

    /// Adds every category or payee, a table for each unit.
    fn groups(&self, page: &mut Page, rows: &[CategorySummary], is_income: bool, language: Language) {
        for rows in by_unit(rows) {
            let Some(first) = rows.first() else { continue };
            let unit = first.unit.clone();
            let title = match (&first.group, is_income) {
                (Group::Category(_), false) => ReportLine::Spending { unit },
                (Group::Category(_), true) => ReportLine::Income { unit },
                (Group::Payee(_), false) => ReportLine::SpendingByPayee { unit },
                (Group::Payee(_), true) => ReportLine::IncomeByPayee { unit },
            };
            let amounts =
                Amounts::of(rows.iter().flat_map(|row| [&row.amount, &row.previous, &row.refunded]));
            let is_alone = rows.len() == 1;
            let most = rows.iter().map(|row| row.amount.minor).max().unwrap_or(0);
            let mut table = Table::new(vec![
                Column::name(language.say(&title)),
                Column::figure(language.heading(Heading::Amount)),
                Column::bar(),
                Column::figure(language.heading(Heading::Times)),
                Column::figure(language.heading(Heading::Share)),
                Column::figure(language.heading(Heading::Before)),
                Column::figure(language.heading(Heading::PercentChange)),
                Column::figure(language.heading(Heading::Refunded)),
            ])
            .titled();
            let blank = |money: &Money| if money.minor == 0 { String::new() } else { amounts.figure(money) };
            for row in rows {
                table.row(vec![
                    self.name_of(row, language),
                    amounts.figure(&row.amount),
                    if is_alone { String::new() } else { bar(self.details.bar, row.amount.minor, most) },
                    if row.count == 0 { String::new() } else { row.count.to_string() },
                    row.share_percent.clone().filter(|_| row.count > 0).unwrap_or_default(),
                    blank(&row.previous),
                    row.change_percent.clone().unwrap_or_default(),
                    blank(&row.refunded),
                ]);
            }
            page.gap();
            page.table(table);
        }
    }

    /// Adds the charges of each channel.
    fn all_fees(&self, page: &mut Page, language: Language) {
        let mut rows: Vec<_> = self.summary.fees.iter().collect();
        rows.sort_by_cached_key(|row| unit_order(&row.unit));
        let amounts = Amounts::of(rows.iter().flat_map(|row| [&row.amount, &row.fee, &row.tax]));
        let mut table = Table::new(vec![
            Column::fixed(language.heading(Heading::Channel)),
            Column::figure(language.heading(Heading::Fee)),
            Column::figure(language.heading(Heading::Tax)),
            Column::figure(language.heading(Heading::Amount)),
            Column::figure(language.heading(Heading::PercentOfAmount)),
            Column::figure(language.heading(Heading::Times)),
        ]);
        for row in rows {
            let tax = if row.tax.minor == 0 { String::new() } else { amounts.figure(&row.tax) };
            table.row(vec![
                row.channel.clone().unwrap_or_else(|| language.say(&PageTitle::ByHand)),
                amounts.figure(&row.fee),
                tax,
                amounts.with_unit(&row.amount),
                row.effective_percent.clone().unwrap_or_default(),
                row.count.to_string(),
            ]);
        }
        page.table(table);
    }

    /// Adds what ends a full report: points that expire, bills, and what is left.
    fn lists(&self, page: &mut Page, language: Language) {
        let (summary, today) = (&self.summary, self.details.today);
        if !summary.expiring.is_empty() {
            page.gap();
            page.styled_line(language.say(&ReportLine::Expiring), Style::Strong);
            page.table(lots_table(&summary.expiring, today, language));
        }
        if !summary.due.is_empty() {
            page.gap();
            page.styled_line(language.say(&ReportLine::Bills), Style::Strong);
            page.table(bills_table(&summary.due, today, language));
        }
        page.gap();
        let owing: Vec<_> = summary.totals.iter().filter(|total| total.owe.minor != 0).collect();
        page.line(language.say(&ReportLine::Totals {
            have: summary.totals.iter().map(|total| total.own.clone()).collect(),
            owe: owing.iter().map(|total| total.owe.clone()).collect(),
            net: owing.iter().map(|total| total.net.clone()).collect(),
        }));
    }

    /// Adds a table for each unit with a column for each month, then one of what was spent.
    fn month_columns(&self, page: &mut Page, months: &[MonthSummary], language: Language) {
        let mut units: Vec<&Unit> = months.iter().map(|row| &row.unit).collect();
        units.sort_by_cached_key(|unit| unit_order(unit));
        units.dedup();
        for unit in units {
            let rows: Vec<&MonthSummary> = months.iter().filter(|row| row.unit == *unit).collect();
            let changes = || rows.iter().flat_map(|row| &row.changes);
            let spending = || rows.iter().flat_map(|row| &row.spending);
            let amounts = Amounts::of(
                rows.iter()
                    .flat_map(|row| [&row.opening, &row.closing])
                    .chain(changes().map(|(_, money)| money))
                    .chain(spending().map(|spent| &spent.amount)),
            );
            let columns = |title: String| {
                let months = rows.iter().map(|row| Column::figure(row.month.clone()));
                [Column::name(title)].into_iter().chain(months).collect::<Vec<_>>()
            };
            let mut table = Table::continued(columns(unit.to_string())).titled();
            let mut line = |name: &str, figure: &dyn Fn(&MonthSummary) -> String| {
                let figures = rows.iter().map(|row| figure(row));
                table.row([name.to_string()].into_iter().chain(figures).collect());
            };
            line(language.heading(Heading::Opening), &|row| amounts.figure(&row.opening));
            // In the order of a headline, each sign of a change apart.
            let mut kinds: Vec<(HeadlinePart, bool)> = Vec::new();
            for (change, money) in changes() {
                let part = (HeadlinePart(change.clone(), money.clone()), money.minor < 0);
                if !kinds.iter().any(|(known, sign)| known.0 == *change && *sign == part.1) {
                    kinds.push(part);
                }
            }
            for (kind, is_out) in &kinds {
                line(&kind.word(language), &|row| {
                    let found = row
                        .changes
                        .iter()
                        .find(|(change, money)| *change == kind.0 && (money.minor < 0) == *is_out);
                    found.map(|(_, money)| signed(&amounts, money)).unwrap_or_default()
                });
            }
            line(language.heading(Heading::Closing), &|row| amounts.figure(&row.closing));
            page.gap();
            page.table(table);
            let mut names: Vec<(Option<&str>, i128)> = Vec::new();
            for spent in spending() {
                let (name, amount) = (spent.category.as_deref(), i128::from(spent.amount.minor));
                match names.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, sum)) => *sum += amount,
                    None => names.push((name, amount)),
                }
            }
            names.sort_by_key(|(_, sum)| -sum);
            let mut table =
                Table::continued(columns(language.say(&ReportLine::Spending { unit: unit.clone() })))
                    .titled();
            for (name, _) in names {
                let figure = |row: &&MonthSummary| {
                    let spent = row.spending.iter().find(|spent| spent.category.as_deref() == name);
                    let spent = spent.filter(|spent| spent.amount.minor != 0);
                    spent.map(|spent| amounts.figure(&spent.amount)).unwrap_or_default()
                };
                let title = name.map_or_else(|| language.say(&PageTitle::NoCategory), String::from);
                table.row([title].into_iter().chain(rows.iter().map(figure)).collect());
            }
            page.gap();
            page.table(table);
        }
    }
}

/// Returns the amount of a flow, where there is any. The first balance stands apart from what is
/// unexplained.
fn flow(row: &AccountSummary, kind: FlowKind) -> Option<Money> {
    let minor = match kind {
        FlowKind::Unexplained => row.unexplained(),
        _ => row.flow(kind),
    };
    (minor != 0).then(|| row.unit.money(minor))
}

fn amounts_of(rows: &[&AccountSummary]) -> Amounts {
    Amounts::of(
        rows.iter().flat_map(|row| [&row.opening, &row.closing].into_iter().chain(row.flows.values())),
    )
}

/// Returns accounts of one unit side by side, each from its opening balance down to its closing one.
fn account_columns(rows: &[&AccountSummary], language: Language) -> Table {
    let amounts = amounts_of(rows);
    let unit = rows.first().map(|row| row.unit.to_string()).unwrap_or_default();
    let names = rows.iter().map(|row| Column::figure(shortened(&row.account, ACCOUNT_WIDTH)));
    let mut table = Table::continued([Column::name(unit)].into_iter().chain(names).collect()).titled();
    let mut line = |heading: Heading, figure: &dyn Fn(&AccountSummary) -> String| {
        let figures: Vec<String> = rows.iter().map(|row| figure(row)).collect();
        if figures.iter().any(|figure| !figure.is_empty()) {
            table.row([language.heading(heading).to_string()].into_iter().chain(figures).collect());
        }
    };
    line(Heading::Opening, &|row| amounts.figure(&row.opening));
    for (kind, heading) in FLOWS {
        line(heading, &|row| {
            let signed_flow =
                |money: Money| signed(&amounts, &money.unit.money(money.minor.saturating_mul(kind.sign())));
            flow(row, kind).map(signed_flow).unwrap_or_default()
        });
    }
    line(Heading::Closing, &|row| amounts.figure(&row.closing));
    table
}

/// Returns accounts below each other with a column for each flow.
fn account_rows(rows: &[&AccountSummary], language: Language) -> Table {
    let amounts = amounts_of(rows);
    let flows = FLOWS.iter().map(|(_, heading)| Column::figure(language.heading(*heading)));
    let mut columns = vec![
        Column::name(language.heading(Heading::Account)),
        Column::figure(language.heading(Heading::Opening)),
    ];
    columns.extend(flows);
    columns.push(Column::figure(language.heading(Heading::Closing)));
    let mut table = Table::new(columns);
    for row in rows {
        let mut cells = vec![row.account.clone(), amounts.figure(&row.opening)];
        cells.extend(
            FLOWS
                .iter()
                .map(|(kind, _)| flow(row, *kind).map(|money| amounts.figure(&money)).unwrap_or_default()),
        );
        cells.push(amounts.with_unit(&row.closing));
        table.row(cells);
    }
    table
}

/// The flows of an account, in the order of the columns.
const FLOWS: [(FlowKind, Heading); 13] = [
    (FlowKind::FirstSeen, Heading::FirstChecked),
    (FlowKind::Earned, Heading::Earned),
    (FlowKind::ToppedUp, Heading::ToppedUp),
    (FlowKind::Refunded, Heading::Refunded),
    (FlowKind::MovedIn, Heading::MovedIn),
    (FlowKind::BillPaid, Heading::BillPaid),
    (FlowKind::Spent, Heading::Spent),
    (FlowKind::Withdrawn, Heading::Withdrawn),
    (FlowKind::MovedOut, Heading::MovedOut),
    (FlowKind::Fees, Heading::Fees),
    (FlowKind::Taxes, Heading::Taxes),
    (FlowKind::Expired, Heading::Expired),
    (FlowKind::Unexplained, Heading::Unexplained),
];

/// Whether anything moved an account, even if it came to nothing.
fn has_moved(row: &AccountSummary) -> bool {
    row.flows.values().any(|money| money.minor != 0)
}

/// Returns rows unit by unit, money before points.
fn by_unit(rows: &[CategorySummary]) -> Vec<Vec<&CategorySummary>> {
    let mut rows: Vec<&CategorySummary> = rows.iter().collect();
    rows.sort_by_cached_key(|row| unit_order(&row.unit));
    rows.chunk_by(|a, b| a.unit == b.unit).map(<[&CategorySummary]>::to_vec).collect()
}

/// Returns an amount with its sign: `+1,200`, `−500`, `0`.
fn signed(amounts: &Amounts, money: &Money) -> String {
    let size = amounts.figure(&money.unit.money(money.minor.saturating_abs()));
    match money.minor {
        0 => size,
        1.. => format!("+{size}"),
        _ => format!("−{size}"),
    }
}

/// Returns by how much an amount differs from the one before; empty where nothing has one.
fn difference(
    has_before: bool,
    amounts: &Amounts,
    now: &Money,
    before: &Money,
    language: Language,
) -> String {
    match before.minor {
        _ if !has_before => String::new(),
        0 => language.say(&ReportLine::New),
        before => signed(amounts, &now.unit.money(now.minor.saturating_sub(before))),
    }
}

/// Returns a bar for an amount beside the largest one; of anything at least one sign.
fn bar(sign: char, amount: i64, most: i64) -> String {
    let length = (i128::from(amount) * BAR).checked_div(i128::from(most)).unwrap_or(0);
    std::iter::repeat_n(sign, length.max(i128::from(amount > 0)) as usize).collect()
}

/// Returns a percent without decimals, rounded.
fn whole_percent(percent: &str) -> String {
    let hundredths = parse_minor(percent, 2).unwrap_or(0);
    round(i128::from(hundredths), 100, RoundingMode::HalfUp).to_string()
}

/// Returns a percent without the zeros at its end: `1.5`, `10`.
fn short_percent(percent: &str) -> String {
    match percent.contains('.') {
        true => percent.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => percent.to_string(),
    }
}

impl Render for PeriodReport {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        let details = &self.details;
        if !details.has_accounts {
            page.line(language.say(&EmptyPage::NoAccounts));
            return page;
        }
        page.styled_line(language.say(&self.heading()), Style::Strong);
        if self.summary.accounts.is_empty() && details.page != ReportPage::Months {
            page.line(language.say(&match details.first_fact.filter(|first| *first > self.to) {
                Some(first) => ReportLine::NothingRecordedBefore { first, today: details.today },
                None => ReportLine::NothingRecorded,
            }));
            return page;
        }
        let command = details.command.clone();
        match details.page {
            ReportPage::Short => {
                self.headlines(&mut page, language);
                page.gap();
                self.attention(&mut page, ATTENTION_LINES, language);
                page.gap();
                self.short_accounts(&mut page, language);
                page.gap();
                self.largest(&mut page, language);
                self.small_payments(&mut page, language);
                self.fees(&mut page, language);
                page.line(language.say(&ReportLine::More { command }));
            }
            ReportPage::Full => {
                self.headlines(&mut page, language);
                page.gap();
                self.attention(&mut page, usize::MAX, language);
                page.gap();
                self.all_accounts(&mut page, language);
                self.groups(&mut page, &self.summary.spending, false, language);
                self.groups(&mut page, &self.summary.income, true, language);
                page.gap();
                self.small_payments(&mut page, language);
                page.gap();
                self.all_fees(&mut page, language);
                self.lists(&mut page, language);
                page.gap();
                page.line(language.say(&ReportLine::MoreOfFull { command }));
            }
            ReportPage::Groups => {
                let (spending, income) = (&self.summary.spending, &self.summary.income);
                if spending.is_empty() && income.is_empty() {
                    page.line(language.say(&ReportLine::NothingSpent));
                }
                self.groups(&mut page, spending, false, language);
                self.groups(&mut page, income, true, language);
                page.gap();
                page.line(language.say(&ReportLine::Whole { command }));
            }
            ReportPage::Months => {
                let months = self.months.as_deref().unwrap_or_default();
                if months.is_empty() {
                    page.line(language.say(&ReportLine::NothingRecorded));
                }
                self.month_columns(&mut page, months, language);
                page.gap();
                page.line(language.say(&ReportLine::Whole { command }));
            }
        }
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
            for measure in FlowKind::ALL {
                let value = row.flows.get(measure.as_str()).map(Money::to_plain_string);
                put("accounts", Some(&row.account), &row.unit, measure.as_str(), value);
            }
            put("accounts", Some(&row.account), &row.unit, "closing", Some(row.closing.to_plain_string()));
        }
        for (section, rows) in [("spending", &self.summary.spending), ("income", &self.summary.income)] {
            for row in rows {
                let name = row.group.name();
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
        for row in self.months.iter().flatten() {
            put("months", Some(&row.month), &row.unit, "opening", Some(row.opening.to_plain_string()));
            for measure in FlowKind::ALL {
                let value = row.flows.get(measure.as_str()).map(Money::to_plain_string);
                put("months", Some(&row.month), &row.unit, measure.as_str(), value);
            }
            put("months", Some(&row.month), &row.unit, "closing", Some(row.closing.to_plain_string()));
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
