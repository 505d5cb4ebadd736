//! Every fact of the ledger, newest last.

use super::csv::Csv;
use super::page::{Column, Layout, Measure, Page, Table};
use super::{Form, Format, Render};
use crate::ledger::{Entry, Expires, Id};
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::Moment;
use serde::Serialize;

const SCHEMA: &str = "jandon.history/1";
/// What stands before the first row of [`History`] as JSON.
const JSON_HEAD: &str = "{\"schema\":\"jandon.history/1\",\"rows\":[";

/// The answer of `history`.
#[derive(Debug, Serialize)]
pub struct History {
    schema: &'static str,
    /// One row a fact.
    pub rows: Vec<HistoryLine>,
}

/// A fact as scripts read it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum HistoryLine {
    /// An entry.
    Entry(Box<EntryLine>),
    /// A snapshot.
    Snapshot(SnapshotLine),
    /// An account, unit or rate change, an undo or a redo.
    Change(ChangeLine),
}

/// An account, unit or rate change, an undo or a redo, as scripts read it.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeLine {
    /// The change that recorded it.
    pub change: Id,
    /// When it was recorded.
    pub at: Moment,
    /// `account`, `unit`, `rate`, `undo` or `redo`.
    pub kind: &'static str,
    /// The account, where it is one's.
    pub account: Option<String>,
    /// What it was, in English.
    pub what: String,
    /// It no longer counts.
    pub voided: bool,
}

impl HistoryLine {
    /// The lasting name of the fact.
    pub fn id(&self) -> Id {
        match self {
            HistoryLine::Entry(line) => line.id,
            HistoryLine::Snapshot(line) => line.id,
            HistoryLine::Change(line) => line.change,
        }
    }

    /// Its kind: `spend`, `snapshot`.
    pub fn kind(&self) -> &'static str {
        match self {
            HistoryLine::Entry(line) => line.kind,
            HistoryLine::Snapshot(line) => line.kind,
            HistoryLine::Change(line) => line.kind,
        }
    }

    /// When it happened, or was recorded.
    pub fn at(&self) -> Moment {
        match self {
            HistoryLine::Entry(line) => line.at,
            HistoryLine::Snapshot(line) => line.at,
            HistoryLine::Change(line) => line.at,
        }
    }
}

/// An entry as scripts read it.
#[derive(Clone, Debug, Serialize)]
pub struct EntryLine {
    /// Its lasting name.
    pub id: Id,
    /// The change that recorded it.
    pub change: Id,
    /// When it happened.
    pub at: Moment,
    /// What it is.
    pub kind: &'static str,
    /// The account that value left, or null for outside.
    pub from: Option<String>,
    /// The account that value reached, or null for outside.
    pub to: Option<String>,
    /// What left.
    pub out: Money,
    /// Its unit.
    pub out_unit: Unit,
    /// What arrived.
    #[serde(rename = "in")]
    pub arriving: Money,
    /// Its unit.
    pub in_unit: Unit,
    /// The fee, in the unit that left.
    pub fee: Money,
    /// The tax, in the unit that left.
    pub tax: Money,
    /// What it was for.
    pub category: Option<String>,
    /// Who was paid.
    pub payee: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// The channel of a withdrawal.
    pub channel: Option<String>,
    /// The last day of what arrived, `never`, or null where unknown.
    pub expires: Option<String>,
    /// It no longer counts.
    pub voided: bool,
}

/// A snapshot as scripts read it.
#[derive(Clone, Debug, Serialize)]
pub struct SnapshotLine {
    /// Its lasting name.
    pub id: Id,
    /// The change that recorded it.
    pub change: Id,
    /// When it was seen.
    pub at: Moment,
    /// Always `snapshot`.
    pub kind: &'static str,
    /// Whose balance.
    pub account: String,
    /// The balance seen, negative where money is owed.
    pub balance: Money,
    /// Its unit.
    pub unit: Unit,
    /// What it shows beyond the entries known; null where it is voided.
    pub unexplained: Option<Money>,
    /// A remark.
    pub note: Option<String>,
    /// It no longer counts.
    pub voided: bool,
    /// It is the account's first snapshot.
    #[serde(skip)]
    pub first: bool,
    /// The account is a carrier, so people read its balance as what is owed.
    #[serde(skip)]
    pub owed: bool,
}

impl EntryLine {
    /// An entry between accounts of those names.
    pub fn new(
        entry: &Entry,
        change: Id,
        voided: bool,
        from: Option<String>,
        to: Option<String>,
    ) -> EntryLine {
        let out_unit = entry.out.unit.clone();
        EntryLine {
            id: entry.id,
            change,
            at: entry.at,
            kind: entry.kind.word(),
            from,
            to,
            out: out_unit.money(entry.out.amount),
            arriving: entry.arriving.unit.money(entry.arriving.amount),
            in_unit: entry.arriving.unit.clone(),
            fee: out_unit.money(entry.fee),
            tax: out_unit.money(entry.tax),
            out_unit,
            category: entry.category.as_deref().map(String::from),
            payee: entry.payee.as_deref().map(String::from),
            note: entry.note.clone(),
            channel: entry.channel.as_deref().map(String::from),
            expires: match entry.expires {
                Expires::Unknown => None,
                Expires::After(day) => Some(day.to_string()),
                Expires::Never => Some("never".into()),
            },
            voided,
        }
    }
}

impl History {
    /// The answer with those rows, newest last.
    pub fn new(rows: Vec<HistoryLine>) -> History {
        History { schema: SCHEMA, rows }
    }
}

/// Writes the rows of a history one by one, in the form of its answer, whatever their number.
pub struct Rows<'f> {
    form: &'f Form,
    measure: Measure,
    layout: Option<Layout>,
    count: u64,
}

impl<'f> Rows<'f> {
    /// No rows so far.
    pub fn new(form: &'f Form) -> Rows<'f> {
        Rows { form, measure: Measure::default(), layout: None, count: 0 }
    }

    /// Whether every row is to be measured before the first is written.
    pub fn are_measured(&self) -> bool {
        self.form.format == Format::Table
    }

    /// Measures a row.
    pub fn measure(&mut self, line: &HistoryLine) {
        self.measure.add(&table(std::slice::from_ref(line)));
    }

    /// What stands before a row, and the row.
    pub fn row(&mut self, line: &HistoryLine) -> String {
        let is_first = self.count == 0;
        self.count += 1;
        let rows = std::slice::from_ref(line);
        match self.form.format {
            Format::Json => {
                let before = if is_first { JSON_HEAD } else { "," };
                format!("{before}{}", super::json(line))
            }
            Format::Csv if is_first => csv(rows).render(self.form.csv_safe),
            Format::Csv => csv(rows).records(self.form.csv_safe),
            Format::Table => {
                let (table, mut text) = (table(rows), String::new());
                let layout = self.layout.get_or_insert_with(|| {
                    let layout = Layout::new(&table, &self.measure, self.form.screen);
                    layout.header(&mut text);
                    layout
                });
                layout.rows(&table, &mut text);
                text
            }
        }
    }

    /// What stands behind the last row.
    pub fn end(&self) -> String {
        match self.form.format {
            _ if self.count == 0 => super::render(&History::new(Vec::new()), self.form),
            Format::Json => super::with_warnings("]}".into(), &self.form.warnings),
            Format::Csv | Format::Table => String::new(),
        }
    }
}

impl Render for History {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.rows.is_empty() {
            page.line("Nothing recorded.");
        }
        page.table(table(&self.rows));
        page
    }

    fn csv(&self) -> Csv {
        csv(&self.rows)
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// The rows as people read them.
pub fn table(rows: &[HistoryLine]) -> Table {
    let mut table = Table::new(vec![
        Column::fixed("date"),
        Column::words("what"),
        Column::name("account"),
        Column::figure("amount"),
        Column::fixed("unit"),
        Column::words("for"),
        Column::fixed("change"),
    ]);
    for row in rows {
        table.row(match row {
            HistoryLine::Entry(line) => entry_cells(line),
            HistoryLine::Snapshot(line) => snapshot_cells(line),
            HistoryLine::Change(line) => change_cells(line),
        });
    }
    table
}

fn entry_cells(line: &EntryLine) -> Vec<String> {
    let account = match (&line.from, &line.to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    let leaves = line.from.is_some();
    let (amount, unit) = if leaves { (&line.out, &line.out_unit) } else { (&line.arriving, &line.in_unit) };
    let mut about: Vec<String> = Vec::new();
    about.extend([&line.category, &line.payee].into_iter().flatten().cloned());
    // The account stands beside it, so the platform need not be said again.
    let local = |id: &String| id.rsplit_once('/').map_or(id.clone(), |(_, channel)| channel.to_string());
    about.extend(line.channel.as_ref().map(|c| format!("via {}", local(c))));
    for (charge, name) in [(&line.fee, "fee"), (&line.tax, "tax")] {
        if charge.parts != 0 {
            about.push(format!("{name} {}", charge.grouped()));
        }
    }
    if line.out_unit != line.in_unit {
        about.push(format!("in {}", line.arriving));
    }
    about.extend(line.expires.as_ref().map(|e| match e.as_str() {
        "never" => "never expires".to_string(),
        day => format!("until {day}"),
    }));
    about.extend(line.note.clone());
    finish(line.at, line.kind, account, amount, unit, about, line.voided, line.change)
}

fn snapshot_cells(line: &SnapshotLine) -> Vec<String> {
    let shown = |m: &Money| if line.owed { line.unit.money(m.parts.saturating_neg()) } else { m.clone() };
    let mut about: Vec<String> = Vec::new();
    if line.first {
        about.push("first seen".into());
    } else if let Some(gap) = line.unexplained.as_ref().map(shown)
        && gap.parts != 0
    {
        let sign = if gap.parts > 0 { "+" } else { "" };
        about.push(format!("{sign}{} unexplained", gap.grouped()));
    }
    about.extend(line.note.clone());
    let what = if line.owed { "owed" } else { "balance" };
    finish(
        line.at,
        what,
        line.account.clone(),
        &shown(&line.balance),
        &line.unit,
        about,
        line.voided,
        line.change,
    )
}

fn change_cells(line: &ChangeLine) -> Vec<String> {
    let id = line.change.to_string();
    let undone = if line.voided { "undone, " } else { "" };
    vec![
        line.at.day().to_string(),
        line.kind.to_string(),
        line.account.clone().unwrap_or_default(),
        String::new(),
        String::new(),
        format!("{undone}{}", line.what),
        id[id.len() - 6..].to_string(),
    ]
}

#[allow(clippy::too_many_arguments)]
fn finish(
    at: Moment,
    what: &str,
    account: String,
    amount: &Money,
    unit: &Unit,
    mut about: Vec<String>,
    voided: bool,
    change: Id,
) -> Vec<String> {
    if voided {
        about.insert(0, "undone".into());
    }
    let id = change.to_string();
    vec![
        at.day().to_string(),
        what.to_string(),
        account,
        amount.grouped(),
        unit.to_string(),
        about.join(", "),
        id[id.len() - 6..].to_string(),
    ]
}

/// The rows as spreadsheets read them; a snapshot's balance stands under `balance`.
pub fn csv(rows: &[HistoryLine]) -> Csv {
    let mut csv = Csv::new(&[
        "id",
        "change",
        "at",
        "kind",
        "from",
        "to",
        "out",
        "out_unit",
        "in",
        "in_unit",
        "fee",
        "tax",
        "category",
        "payee",
        "note",
        "channel",
        "expires",
        "account",
        "balance",
        "unit",
        "unexplained",
        "voided",
    ]);
    for row in rows {
        csv.row(match row {
            HistoryLine::Entry(e) => vec![
                Some(e.id.to_string()),
                Some(e.change.to_string()),
                Some(e.at.to_string()),
                Some(e.kind.to_string()),
                e.from.clone(),
                e.to.clone(),
                Some(e.out.plain()),
                Some(e.out_unit.to_string()),
                Some(e.arriving.plain()),
                Some(e.in_unit.to_string()),
                Some(e.fee.plain()),
                Some(e.tax.plain()),
                e.category.clone(),
                e.payee.clone(),
                e.note.clone(),
                e.channel.clone(),
                e.expires.clone(),
                None,
                None,
                None,
                None,
                Some(e.voided.to_string()),
            ],
            HistoryLine::Change(line) => {
                let mut cells = vec![
                    None,
                    Some(line.change.to_string()),
                    Some(line.at.to_string()),
                    Some(line.kind.to_string()),
                ];
                cells.extend(std::iter::repeat_n(None, 10));
                cells.extend([Some(line.what.clone()), None, None, line.account.clone(), None, None, None]);
                cells.push(Some(line.voided.to_string()));
                cells
            }
            HistoryLine::Snapshot(s) => {
                let mut cells = vec![
                    Some(s.id.to_string()),
                    Some(s.change.to_string()),
                    Some(s.at.to_string()),
                    Some(s.kind.to_string()),
                ];
                cells.extend(std::iter::repeat_n(None, 10));
                cells.extend([s.note.clone(), None, None]);
                cells.extend([
                    Some(s.account.clone()),
                    Some(s.balance.plain()),
                    Some(s.unit.to_string()),
                    s.unexplained.as_ref().map(Money::plain),
                    Some(s.voided.to_string()),
                ]);
                cells
            }
        });
    }
    csv
}
