//! The summary of a period as a web page: one file without scripts that loads nothing, for a browser, a
//! phone, a printer and a screen reader.
//!
//! Lengths of bars and points of lines are whole thousandths of the width of their drawing.

use super::html::Html;
use super::report::PeriodReport;
use crate::ledger::FlowKind;
use crate::messages::month_page::{
    AttentionLine, HeadlinePart, MeasureTitle, PageLine, PageTitle, month_name,
};
use crate::messages::{Language, Message};
use crate::money::{Money, Unit};
use crate::period::Month;
use crate::report::month_page::{BalanceChart, MonthPage, MonthlyBalances, PaymentSize};
use crate::report::{BillStatus, CategorySummary, Group};

/// The rules of the page. They name no font or picture that must be loaded.
const STYLE: &str = include_str!("month_page.css");
/// Styles are in the page itself, and nothing else is allowed.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// The width of a drawing.
const WIDTH: i128 = 1_000;
/// The height of a chart of lines.
const HEIGHT: i128 = 300;
/// Above this number of accounts, each has a chart of its own.
const LINES_MAX: usize = 6;
/// A table with a longer figure is written as a list: its columns would not fit a page.
const FIGURE_MAX: usize = 16;

/// Returns the page of a report.
pub fn page(report: &PeriodReport, figures: &MonthPage, language: Language) -> String {
    let writer = PageWriter { report, figures, language };
    let title = writer.say(&PageLine::Heading {
        month: report.period.as_deref().and_then(Month::parse_iso),
        from: report.from,
        to: report.to,
    });
    let code = match language {
        Language::English => "en",
        Language::Korean => "ko",
    };
    let mut html = Html::default();
    html.open("html", &[("lang", code)]);
    html.within("head", &[], |html| {
        html.empty("meta", &[("charset", "utf-8")]);
        html.empty("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
        html.empty("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        html.empty("meta", &[("name", "color-scheme"), ("content", "light dark")]);
        html.element("title", &[], &format!("{title} · jandon"));
        html.style(STYLE);
    });
    html.open("body", &[]);
    html.within("main", &[], |html| {
        writer.top(html, &title);
        writer.attention(html);
        writer.balances(html);
        writer.categories(html, PageTitle::Spending, &report.summary.spending);
        writer.small_payments(html);
        writer.fees(html);
        writer.expiring(html);
        writer.bills(html);
        writer.accounts(html);
        writer.categories(html, PageTitle::Income, &report.summary.income);
        html.within("footer", &[], |html| {
            writer.line(html, &PageLine::Footer { until: report.to });
        });
    });
    html.finish()
}

/// Writes the sections of one page.
struct PageWriter<'r> {
    report: &'r PeriodReport,
    figures: &'r MonthPage,
    language: Language,
}

/// A cell of a table.
enum RowCell {
    /// The name of the row.
    Name(String),
    /// A word or a date.
    Text(String),
    /// A figure, aligned to the right.
    Figure(String),
    /// A bar, and one of the period before below it, in thousandths.
    Bar(i128, Option<i128>),
}

impl PageWriter<'_> {
    fn say(&self, message: &impl Message) -> String {
        self.language.say(message)
    }

    fn title(&self, title: PageTitle) -> String {
        self.say(&title)
    }

    fn line(&self, html: &mut Html, line: &PageLine) {
        html.element("p", &[], &self.say(line));
    }

    fn dim_line(&self, html: &mut Html, line: &PageLine) {
        html.element("p", &[("class", "dim")], &self.say(line));
    }

    /// Writes a section with its heading.
    fn section(&self, html: &mut Html, title: PageTitle, content: impl FnOnce(&mut Html)) {
        html.within("section", &[], |html| {
            html.element("h2", &[], &self.title(title));
            content(html);
        });
    }

    fn top(&self, html: &mut Html, title: &str) {
        let report = self.report;
        html.element("h1", &[], title);
        let (from, to) = (report.from, report.to);
        let days = if report.part { PageLine::RunningDays { from, to } } else { PageLine::Days { from, to } };
        html.within("p", &[("class", "dim")], |html| {
            html.text(&self.say(&days));
            if let Some(previous) = &report.previous {
                html.text(". ");
                html.text(&self.say(&PageLine::ComparedWith { from: previous.from, to: previous.to }));
            }
        });
        self.section(html, PageTitle::Summary, |html| {
            if report.summary.headlines.is_empty() {
                self.line(html, &PageLine::NoAccounts);
            }
            html.within("div", &[("class", "cards wide")], |html| {
                for headline in &report.summary.headlines {
                    html.within("div", &[("class", "card")], |html| {
                        let total = headline.closing.to_string();
                        html.element("h3", &[], &headline.closing.unit.to_string());
                        html.element("p", &[("class", "total")], &total);
                        let parts: Vec<String> = (headline.changes.iter())
                            .map(|(change, money)| self.say(&HeadlinePart(change.clone(), money.clone())))
                            .collect();
                        let line = match parts.is_empty() {
                            true => self.say(&PageLine::NothingMoved),
                            false => {
                                let (opening, closing) = (
                                    headline.opening.to_grouped_string(),
                                    headline.closing.to_grouped_string(),
                                );
                                format!("{opening} {} = {closing}", parts.join(" "))
                            }
                        };
                        html.element("p", &[], &line);
                        let total =
                            report.summary.totals.iter().find(|total| total.unit == headline.closing.unit);
                        if let Some(total) = total {
                            let (own, owe, net) = (total.own.clone(), total.owe.clone(), total.net.clone());
                            self.dim_line(html, &PageLine::Totals { own, owe, net });
                        }
                    });
                }
            });
            let has_headline =
                |unit: &Unit| report.summary.headlines.iter().any(|headline| headline.closing.unit == *unit);
            for total in report.summary.totals.iter().filter(|total| !has_headline(&total.unit)) {
                let (own, owe, net) = (total.own.clone(), total.owe.clone(), total.net.clone());
                self.line(html, &PageLine::Totals { own, owe, net });
            }
            if let Some(all) = &report.exchange {
                let (own, owe, net) = (all.own.clone(), all.owe.clone(), all.net.clone());
                self.line(html, &PageLine::InAll { own, owe, net });
                if !all.missing.is_empty() {
                    let units = all.missing.iter().map(ToString::to_string).collect();
                    self.line(html, &PageLine::WithoutRate { units });
                }
            }
        });
    }

    fn attention(&self, html: &mut Html) {
        self.section(html, PageTitle::Attention, |html| {
            if self.report.summary.attention.is_empty() {
                return self.line(html, &PageLine::NothingToDo);
            }
            html.within("ul", &[], |html| {
                for what in &self.report.summary.attention {
                    let class = if what.is_loss() { "bad" } else { "warn" };
                    let line = AttentionLine { what, today: self.report.to };
                    html.element("li", &[("class", class)], &self.say(&line));
                }
            });
        });
    }

    fn balances(&self, html: &mut Html) {
        if self.figures.balances.is_empty() {
            return;
        }
        self.section(html, PageTitle::Balances, |html| {
            let has_many = |chart: &&BalanceChart| chart.lines.len() > LINES_MAX;
            for chart in self.figures.balances.iter().filter(has_many) {
                html.element("h3", &[], &self.chart_title(chart));
                html.within("div", &[("class", "small")], |html| {
                    chart.lines.iter().for_each(|line| self.small_chart(html, chart, line));
                });
            }
            html.within("div", &[("class", "plots")], |html| {
                let charts = self.figures.balances.iter().filter(|chart| !has_many(chart));
                charts.for_each(|chart| self.chart(html, chart));
            });
            if self.report.summary.accounts.iter().any(|row| row.owed) {
                self.dim_line(html, &PageLine::OwedIsNegative);
            }
        });
    }

    fn chart_title(&self, chart: &BalanceChart) -> String {
        match chart.is_bank {
            true => format!("{}, {}", self.title(PageTitle::BankBalances), chart.unit),
            false => chart.unit.to_string(),
        }
    }

    /// Writes the lines of all accounts into one chart, with a key and a table of the figures.
    fn chart(&self, html: &mut Html, chart: &BalanceChart) {
        let (Some(first), Some(last)) = (chart.months.first(), chart.months.last()) else { return };
        html.within("figure", &[], |html| {
            html.element("figcaption", &[], &self.chart_title(chart));
            let accounts = chart.lines.iter().map(|line| line.account.clone()).collect();
            let label = self.say(&PageLine::Chart { accounts, from: *first, to: *last });
            let lines: Vec<&MonthlyBalances> = chart.lines.iter().collect();
            self.plot(html, chart, &lines, &label);
            html.within("ul", &[("class", "key")], |html| {
                for (place, line) in chart.lines.iter().enumerate() {
                    html.within("li", &[], |html| {
                        let class = format!("l{place}");
                        let size = [("viewBox", "0 0 40 12"), ("aria-hidden", "true")];
                        html.within("svg", &size, |html| {
                            html.empty("path", &[("class", &class), ("d", "M0 6H40")]);
                        });
                        let closing = line.balances.last().and_then(Option::as_ref);
                        let closing = closing.map(|balance| format!(": {}", balance.to_grouped_string()));
                        html.text(&line.account);
                        html.text(&closing.unwrap_or_default());
                    });
                }
            });
            self.balance_table(html, chart, &lines);
        });
    }

    /// Writes the line of one account into a chart of its own.
    fn small_chart(&self, html: &mut Html, chart: &BalanceChart, line: &MonthlyBalances) {
        let (Some(from), Some(to)) = (chart.months.first(), chart.months.last()) else { return };
        let known: Vec<&Money> = line.balances.iter().flatten().collect();
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return };
        let label = PageLine::Line {
            account: line.account.clone(),
            from: *from,
            to: *to,
            first: (*first).clone(),
            last: (*last).clone(),
        };
        html.within("figure", &[("class", "card")], |html| {
            html.within("figcaption", &[], |html| {
                html.text(&line.account);
                html.text(&format!(": {}", last.to_grouped_string()));
            });
            self.plot(html, chart, &[line], &self.say(&label));
            self.balance_table(html, chart, &[line]);
        });
    }

    /// Writes a drawing of lines between its largest and its smallest figure.
    fn plot(&self, html: &mut Html, chart: &BalanceChart, lines: &[&MonthlyBalances], label: &str) {
        let known = || lines.iter().flat_map(|line| line.balances.iter().flatten()).map(|b| b.minor);
        let (top, bottom) = (known().max().unwrap_or(0).max(0), known().min().unwrap_or(0).min(0));
        let height = |parts: i64| {
            let (above, range) = (i128::from(top) - i128::from(parts), i128::from(top) - i128::from(bottom));
            if range == 0 { HEIGHT } else { above * HEIGHT / range }
        };
        let steps = (chart.months.len() as i128 - 1).max(1);
        let scale = |html: &mut Html, left: &str, right: &str| {
            html.within("p", &[("class", "scale"), ("aria-hidden", "true")], |html| {
                html.element("span", &[], left);
                html.element("span", &[], right);
            });
        };
        scale(html, &chart.unit.money(top).to_grouped_string(), "");
        let box_of_all = format!("-8 -8 {} {}", WIDTH + 16, HEIGHT + 16);
        let attributes = [
            ("class", "plot"),
            ("viewBox", &box_of_all),
            ("preserveAspectRatio", "none"),
            ("role", "img"),
            ("aria-label", label),
        ];
        html.within("svg", &attributes, |html| {
            let zero = format!("M-8 {}H{}", height(0), WIDTH + 8);
            html.empty("path", &[("class", "zero"), ("d", &zero)]);
            for (place, line) in lines.iter().enumerate() {
                let mut path = String::new();
                for (month, balance) in line.balances.iter().enumerate() {
                    let Some(balance) = balance else { continue };
                    let x = month as i128 * WIDTH / steps;
                    let command = if path.is_empty() { 'M' } else { 'L' };
                    path.push_str(&format!("{command}{x} {}", height(balance.minor)));
                }
                // A line of one point would not be seen.
                if line.balances.iter().flatten().count() == 1 {
                    path.push_str("h-30");
                }
                html.empty("path", &[("class", &format!("l{}", place % LINES_MAX)), ("d", &path)]);
            }
        });
        if bottom < 0 {
            scale(html, &chart.unit.money(bottom).to_grouped_string(), "");
        }
        let name = |month: Option<&Month>| month.map_or(String::new(), |m| month_name(*m, self.language));
        scale(html, &name(chart.months.first()), &name(chart.months.last()));
    }

    /// Writes the figures of a chart, which opens on demand.
    fn balance_table(&self, html: &mut Html, chart: &BalanceChart, lines: &[&MonthlyBalances]) {
        html.within("details", &[], |html| {
            html.element("summary", &[], &self.title(PageTitle::Figures));
            let mut titles = vec![self.title(PageTitle::Month)];
            titles.extend(lines.iter().map(|line| line.account.clone()));
            let row = |(place, month): (usize, &Month)| {
                let figure = |line: &&MonthlyBalances| {
                    let balance = line.balances.get(place).and_then(Option::as_ref);
                    RowCell::Figure(balance.map_or(String::new(), Money::to_grouped_string))
                };
                let mut cells = vec![RowCell::Name(month.to_string())];
                cells.extend(lines.iter().map(figure));
                cells
            };
            let rows = chart.months.iter().enumerate().map(row).collect();
            table(html, None, &titles, rows, lines.len() > 3);
        });
    }

    fn categories(&self, html: &mut Html, title: PageTitle, rows: &[CategorySummary]) {
        if rows.is_empty() {
            if title == PageTitle::Spending {
                self.section(html, title, |html| self.line(html, &PageLine::NothingSpent));
            }
            return;
        }
        let is_by_payee = rows.iter().any(|row| matches!(row.group, Group::Payee(_)));
        let (title, name, none) = match (is_by_payee, title) {
            (false, title) => (title, PageTitle::Category, PageTitle::NoCategory),
            (true, PageTitle::Income) => (PageTitle::IncomeByPayee, PageTitle::Payee, PageTitle::NoPayee),
            (true, _) => (PageTitle::SpendingByPayee, PageTitle::Payee, PageTitle::NoPayee),
        };
        self.section(html, title, |html| {
            for rows in rows.chunk_by(|a, b| a.unit == b.unit) {
                let unit = rows.first().map(|row| row.unit.to_string()).unwrap_or_default();
                let most = rows.iter().map(|row| row.amount.minor.max(row.previous.minor)).max().unwrap_or(0);
                let titles = [
                    self.title(name),
                    String::new(),
                    self.title(PageTitle::Amount),
                    self.title(PageTitle::Before),
                    format!("{} %", self.title(PageTitle::Change)),
                    format!("{} %", self.title(PageTitle::Share)),
                    self.title(PageTitle::Times),
                    self.title(PageTitle::Refunded),
                ];
                let row = |row: &CategorySummary| {
                    let name = row.group.name().map(String::from);
                    vec![
                        RowCell::Name(name.unwrap_or_else(|| self.title(none))),
                        RowCell::Bar(share(row.amount.minor, most), Some(share(row.previous.minor, most))),
                        RowCell::Figure(row.amount.to_grouped_string()),
                        RowCell::Figure(row.previous.to_grouped_string()),
                        RowCell::Figure(row.change_percent.clone().unwrap_or_default()),
                        RowCell::Figure(row.share_percent.clone().unwrap_or_default()),
                        RowCell::Figure(row.count.to_string()),
                        RowCell::Figure(blank_zero(&row.refunded)),
                    ]
                };
                table(html, Some(&unit), &titles, rows.iter().map(row).collect(), false);
            }
            self.dim_line(html, &PageLine::BarsBefore);
        });
    }

    fn small_payments(&self, html: &mut Html) {
        if self.report.summary.micropayments.is_empty() {
            return;
        }
        self.section(html, PageTitle::SmallPayments, |html| {
            for (row, sizes) in self.report.summary.micropayments.iter().zip(&self.figures.sizes) {
                let threshold = row.threshold.clone();
                let (Some(median), true) = (row.median.clone(), row.count > 0) else {
                    self.line(html, &PageLine::NoSmallPayments { threshold });
                    continue;
                };
                let share = row.share_percent.clone().unwrap_or_default();
                let (count, amount) = (row.count, row.amount.clone());
                self.line(html, &PageLine::SmallPayments { count, amount, threshold, median, share });
                self.sizes(html, sizes);
            }
        });
    }

    /// Writes how many payments there were of each range of amounts.
    fn sizes(&self, html: &mut Html, sizes: &[PaymentSize]) {
        let most = sizes.iter().map(|size| size.count).max().unwrap_or(0);
        let titles = [
            self.title(PageTitle::Size),
            String::new(),
            self.title(PageTitle::Times),
            self.title(PageTitle::Sum),
        ];
        let row = |size: &PaymentSize| {
            vec![
                RowCell::Name(format!("{} – {}", size.from.to_grouped_string(), size.to.to_grouped_string())),
                RowCell::Bar(share(size.count, most), None),
                RowCell::Figure(size.count.to_string()),
                RowCell::Figure(size.amount.to_grouped_string()),
            ]
        };
        let unit = sizes.first().map(|size| size.from.unit.to_string());
        table(html, unit.as_deref(), &titles, sizes.iter().map(row).collect(), false);
    }

    fn fees(&self, html: &mut Html) {
        self.section(html, PageTitle::Fees, |html| {
            if self.report.summary.fees.is_empty() {
                return self.line(html, &PageLine::NoFees);
            }
            let titles = [
                self.title(PageTitle::Channel),
                self.title(PageTitle::Times),
                self.title(PageTitle::Amount),
                self.title(PageTitle::Fee),
                self.title(PageTitle::Tax),
                self.title(PageTitle::ChargedPercent),
                self.title(PageTitle::Cheapest),
                self.title(PageTitle::Saving),
            ];
            let rows = self.report.summary.fees.iter().zip(&self.figures.cheapest).map(|(row, cheapest)| {
                let (least, saving) = match cheapest {
                    Some(charge) => (charge.cheapest.to_string(), charge.saving.to_string()),
                    None => Default::default(),
                };
                vec![
                    RowCell::Name(row.channel.clone().unwrap_or_else(|| self.title(PageTitle::ByHand))),
                    RowCell::Figure(row.count.to_string()),
                    RowCell::Figure(row.amount.to_string()),
                    RowCell::Figure(row.fee.to_string()),
                    RowCell::Figure(row.tax.to_string()),
                    RowCell::Figure(row.effective_percent.clone().unwrap_or_default()),
                    RowCell::Figure(least),
                    RowCell::Figure(saving),
                ]
            });
            table(html, None, &titles, rows.collect(), false);
            if self.figures.cheapest.iter().any(Option::is_some) {
                self.dim_line(html, &PageLine::AboutCheapest);
            }
        });
    }

    fn expiring(&self, html: &mut Html) {
        self.section(html, PageTitle::Expiring, |html| {
            if self.figures.expiries.is_empty() {
                return self.line(html, &PageLine::NothingExpires);
            }
            for months in self.figures.expiries.chunk_by(|a, b| a.amount.unit == b.amount.unit) {
                let most = months.iter().map(|month| month.amount.minor).max().unwrap_or(0);
                let titles = [self.title(PageTitle::Month), String::new(), self.title(PageTitle::Amount)];
                let rows = months.iter().map(|month| {
                    vec![
                        RowCell::Name(month_name(month.month, self.language)),
                        RowCell::Bar(share(month.amount.minor, most), None),
                        RowCell::Figure(month.amount.to_grouped_string()),
                    ]
                });
                let unit = months.first().map(|month| month.amount.unit.to_string());
                table(html, unit.as_deref(), &titles, rows.collect(), false);
            }
            if self.report.summary.expiring.is_empty() {
                return;
            }
            let titles = [
                self.title(PageTitle::Account),
                self.title(PageTitle::LastDay),
                self.title(PageTitle::DaysLeft),
                self.title(PageTitle::Amount),
            ];
            let rows = self.report.summary.expiring.iter().map(|lot| {
                vec![
                    RowCell::Name(lot.account.clone()),
                    RowCell::Text(lot.expires.to_string()),
                    RowCell::Figure(lot.days_left.to_string()),
                    RowCell::Figure(lot.amount.to_string()),
                ]
            });
            table(html, None, &titles, rows.collect(), false);
        });
    }

    fn bills(&self, html: &mut Html) {
        self.section(html, PageTitle::Bills, |html| {
            if self.report.summary.due.is_empty() {
                return self.line(html, &PageLine::NoBills);
            }
            let titles = [
                self.title(PageTitle::Account),
                self.title(PageTitle::ChargesOf),
                self.title(PageTitle::DueDate),
                self.title(PageTitle::State),
                self.title(PageTitle::Amount),
            ];
            let rows = self.report.summary.due.iter().map(|bill| {
                let state = match bill.status {
                    BillStatus::Overdue => PageTitle::Overdue,
                    BillStatus::Due => PageTitle::Due,
                    BillStatus::Unbilled => PageTitle::Unbilled,
                };
                vec![
                    RowCell::Name(bill.account.clone()),
                    RowCell::Text(bill.charges_of.to_string()),
                    RowCell::Text(bill.due.map_or(String::new(), |due| due.to_string())),
                    RowCell::Text(self.title(state)),
                    RowCell::Figure(bill.amount.to_string()),
                ]
            });
            table(html, None, &titles, rows.collect(), false);
        });
    }

    fn accounts(&self, html: &mut Html) {
        if self.report.summary.accounts.is_empty() {
            return;
        }
        self.section(html, PageTitle::Accounts, |html| {
            html.within("div", &[("class", "cards")], |html| {
                for row in &self.report.summary.accounts {
                    let figure = |title: String, money: &Money, sign: i64| {
                        let sign = if sign < 0 && money.minor > 0 { "−" } else { "" };
                        vec![
                            RowCell::Name(title),
                            RowCell::Figure(format!("{sign}{}", money.to_grouped_string())),
                        ]
                    };
                    let mut rows = vec![figure(self.title(PageTitle::Opening), &row.opening, 1)];
                    for measure in FlowKind::ALL {
                        let Some(money) = row.flows.get(measure.as_str()).filter(|money| money.minor != 0)
                        else {
                            continue;
                        };
                        rows.push(figure(self.say(&MeasureTitle(measure)), money, measure.sign()));
                    }
                    rows.push(figure(self.title(PageTitle::Closing), &row.closing, 1));
                    html.within("div", &[("class", "card")], |html| {
                        let caption = format!("{}, {}", row.account, row.unit);
                        table(html, Some(&caption), &[], rows, false);
                    });
                }
            });
        });
    }
}

/// Returns an amount as people read it, and nothing for 0.
fn blank_zero(money: &Money) -> String {
    if money.minor == 0 { String::new() } else { money.to_grouped_string() }
}

/// Returns the share of the largest figure in thousandths, at least 4 for any amount above zero.
fn share(part: i64, most: i64) -> i128 {
    let thousandths = (i128::from(part.max(0)) * WIDTH).checked_div(i128::from(most)).unwrap_or(0);
    if part > 0 { thousandths.max(4) } else { 0 }
}

/// Writes a table. On a narrow screen, or with a figure that is longer than a page has room for, each row
/// is a list of its cells with their titles; the roles keep what it is for a screen reader then.
fn table(html: &mut Html, caption: Option<&str>, titles: &[String], rows: Vec<Vec<RowCell>>, is_wide: bool) {
    let is_long = |cell: &RowCell| matches!(cell, RowCell::Figure(text) if text.len() > FIGURE_MAX);
    let has_long = titles.len() > 4 && rows.iter().flatten().any(is_long);
    let class = match (titles.is_empty(), has_long || is_wide) {
        (true, _) => "plain",
        (false, false) => "stack",
        (false, true) => "stack always",
    };
    html.within("table", &[("class", class), ("role", "table")], |html| {
        if let Some(caption) = caption {
            html.element("caption", &[], caption);
        }
        if !titles.is_empty() {
            let is_figure = |column: usize| {
                rows.first()
                    .and_then(|row| row.get(column))
                    .is_some_and(|cell| matches!(cell, RowCell::Figure(_)))
            };
            html.within("thead", &[("role", "rowgroup")], |html| {
                html.within("tr", &[("role", "row")], |html| {
                    for (column, title) in titles.iter().enumerate() {
                        let class = if is_figure(column) { "figure" } else { "" };
                        let attributes = [("scope", "col"), ("role", "columnheader"), ("class", class)];
                        // A bar repeats a figure of its row, so its column has no title.
                        match title.is_empty() {
                            true => html.element("td", &[("aria-hidden", "true")], ""),
                            false => html.element("th", &attributes, title),
                        }
                    }
                });
            });
        }
        html.within("tbody", &[("role", "rowgroup")], |html| {
            for row in rows {
                html.within("tr", &[("role", "row")], |html| {
                    for (column, cell) in row.into_iter().enumerate() {
                        let title = titles.get(column).map_or("", String::as_str);
                        self::cell(html, cell, title);
                    }
                });
            }
        });
    });
}

fn cell(html: &mut Html, cell: RowCell, title: &str) {
    match cell {
        RowCell::Name(text) => html.element("th", &[("scope", "row"), ("role", "rowheader")], &text),
        RowCell::Text(text) => {
            html.element("td", &[("class", "label"), ("role", "cell"), ("data-label", title)], &text);
        }
        RowCell::Figure(text) => {
            html.element("td", &[("class", "figure"), ("role", "cell"), ("data-label", title)], &text);
        }
        RowCell::Bar(now, before) => {
            html.within("td", &[("class", "bar"), ("aria-hidden", "true")], |html| {
                let size = format!("0 0 {WIDTH} 20");
                let attributes = [("class", "bars"), ("viewBox", &*size), ("preserveAspectRatio", "none")];
                html.within("svg", &attributes, |html| {
                    let thick = if before.is_some() { "12" } else { "16" };
                    let width = now.to_string();
                    html.empty("rect", &[("class", "now"), ("width", &width), ("height", thick)]);
                    if let Some(before) = before {
                        let width = before.to_string();
                        html.empty(
                            "rect",
                            &[("class", "before"), ("y", "14"), ("width", &width), ("height", "6")],
                        );
                    }
                });
            })
        }
    }
}
