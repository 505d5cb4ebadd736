//! Every fact of the ledger, newest last.

use super::csv::Csv;
use super::page::{Column, Layout, Measure, Page, Table};
use super::{Form, Format, Render};
use crate::ledger::{Entry, Expires, Id};
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::LocalDateTime;
use serde::Serialize;

const SCHEMA: &str = "jandon.history/1";
/// What stands before the first row of [`History`] as JSON.
const JSON_HEAD: &str = "{\"schema\":\"jandon.history/1\",\"rows\":[";

/// The answer of `history`.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    schema: &'static str,
    /// One row a fact.
    pub rows: Vec<HistoryLine>,
    /// All rows are of one account, so that each has its [`Running`].
    #[serde(skip)]
    of_account: bool,
    /// Why there is no row, for people.
    #[serde(skip)]
    nothing: String,
}

/// What a row did to the account whose history is shown.
#[derive(Clone, Debug, Serialize)]
pub struct Running {
    /// By how much it moved the balance; of a snapshot, what is unexplained. Null of a voided snapshot.
    pub amount: Option<Money>,
    /// The balance after it; null where it is voided.
    pub balance_after: Option<Money>,
    /// What expired since the row before it.
    #[serde(skip)]
    pub expired: Option<Money>,
    /// The account is a carrier, so people read its balance as what is owed.
    #[serde(skip)]
    pub owed: bool,
}

/// A fact as scripts read it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum HistoryLine {
    /// An entry.
    Entry(Box<HistoryEntry>),
    /// A snapshot.
    Snapshot(HistorySnapshot),
    /// An account, unit or rate change, an undo or a redo.
    Change(HistoryChange),
}

/// An account, unit or rate change, an undo or a redo, as scripts read it.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryChange {
    /// The change that recorded it.
    pub change: Id,
    /// When it was recorded.
    pub at: LocalDateTime,
    /// `account`, `unit`, `rate`, `edit`, `undo` or `redo`.
    pub kind: &'static str,
    /// The account, where it is one's.
    pub account: Option<String>,
    /// What it was, in English.
    pub what: String,
    /// It no longer counts.
    pub voided: bool,
    /// Its number in the order of recording.
    #[serde(skip)]
    pub seq: i64,
    /// What it did, where the history is that of one account.
    #[serde(flatten)]
    pub running: Option<Running>,
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

    /// The change that recorded it.
    pub fn change(&self) -> Id {
        match self {
            HistoryLine::Entry(line) => line.change,
            HistoryLine::Snapshot(line) => line.change,
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

    /// What it did to the account whose history is shown.
    pub fn running(&self) -> Option<&Running> {
        match self {
            HistoryLine::Entry(line) => line.running.as_ref(),
            HistoryLine::Snapshot(line) => line.running.as_ref(),
            HistoryLine::Change(line) => line.running.as_ref(),
        }
    }

    /// Adds what it did to the account whose history is shown.
    pub fn with_running(mut self, running: Running) -> HistoryLine {
        match &mut self {
            HistoryLine::Entry(line) => line.running = Some(running),
            HistoryLine::Snapshot(line) => line.running = Some(running),
            HistoryLine::Change(line) => line.running = Some(running),
        }
        self
    }

    /// Its place in the order of facts: when it happened, then the order of recording.
    pub fn position(&self) -> (LocalDateTime, i64) {
        let seq = match self {
            HistoryLine::Entry(line) => line.seq,
            HistoryLine::Snapshot(line) => line.seq,
            HistoryLine::Change(line) => line.seq,
        };
        (self.at(), seq)
    }

    /// When it happened, or was recorded.
    pub fn at(&self) -> LocalDateTime {
        match self {
            HistoryLine::Entry(line) => line.at,
            HistoryLine::Snapshot(line) => line.at,
            HistoryLine::Change(line) => line.at,
        }
    }
}

/// An entry as scripts read it.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryEntry {
    /// Its lasting name.
    pub id: Id,
    /// The change that recorded it.
    pub change: Id,
    /// When it happened.
    pub at: LocalDateTime,
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
    /// Its number in the order of recording.
    #[serde(skip)]
    pub seq: i64,
    /// What it did, where the history is that of one account.
    #[serde(flatten)]
    pub running: Option<Running>,
}

/// A snapshot as scripts read it.
#[derive(Clone, Debug, Serialize)]
pub struct HistorySnapshot {
    /// Its lasting name.
    pub id: Id,
    /// The change that recorded it.
    pub change: Id,
    /// When it was seen.
    pub at: LocalDateTime,
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
    /// Its number in the order of recording.
    #[serde(skip)]
    pub seq: i64,
    /// What it did, where the history is that of one account.
    #[serde(flatten)]
    pub running: Option<Running>,
}

impl HistoryEntry {
    /// An entry between accounts of those names.
    pub fn new(
        entry: &Entry,
        change: Id,
        voided: bool,
        from: Option<String>,
        to: Option<String>,
    ) -> HistoryEntry {
        let out_unit = entry.from.unit.clone();
        HistoryEntry {
            id: entry.id,
            change,
            at: entry.at,
            kind: entry.kind.as_str(),
            from,
            to,
            out: out_unit.money(entry.from.amount),
            arriving: entry.to.unit.money(entry.to.amount),
            in_unit: entry.to.unit.clone(),
            fee: out_unit.money(entry.fee),
            tax: out_unit.money(entry.tax),
            out_unit,
            category: entry.category.as_deref().map(String::from),
            payee: entry.payee.as_deref().map(String::from),
            note: entry.note.clone(),
            channel: entry.channel.as_deref().map(String::from),
            expires: match entry.expires {
                Expires::Unknown => None,
                Expires::On(day) => Some(day.to_string()),
                Expires::Never => Some("never".into()),
            },
            voided,
            seq: 0,
            running: None,
        }
    }
}

impl History {
    /// The answer with those rows, newest last.
    pub fn new(rows: Vec<HistoryLine>) -> History {
        History { schema: SCHEMA, rows, of_account: false, nothing: "Nothing recorded.".into() }
    }

    /// The answer with the rows of one account.
    pub fn of_account(rows: Vec<HistoryLine>) -> History {
        History { of_account: true, ..History::new(rows) }
    }

    /// The answer, which says this where it has no row.
    pub fn or_nothing(self, nothing: String) -> History {
        History { nothing, ..self }
    }
}

/// Writes the rows of a history one by one, in the form of its answer, whatever their number.
pub struct Rows<'f> {
    form: &'f Form,
    /// The answer without its rows.
    history: History,
    measure: Measure,
    layout: Option<Layout>,
    count: u64,
}

impl<'f> Rows<'f> {
    /// No rows so far of an answer, which is given without them.
    pub fn new(form: &'f Form, history: History) -> Rows<'f> {
        Rows { form, history, measure: Measure::default(), layout: None, count: 0 }
    }

    /// Whether every row is to be measured before the first is written.
    pub fn are_measured(&self) -> bool {
        self.form.format == Format::Table
    }

    /// Measures a row.
    pub fn measure(&mut self, line: &HistoryLine) {
        self.measure.add(&table(std::slice::from_ref(line), self.history.of_account));
    }

    /// What stands before a row, and the row.
    pub fn row(&mut self, line: &HistoryLine) -> String {
        let is_first = self.count == 0;
        self.count += 1;
        let (rows, of_account) = (std::slice::from_ref(line), self.history.of_account);
        match self.form.format {
            Format::Json => {
                let before = if is_first { JSON_HEAD } else { "," };
                format!("{before}{}", super::json(line))
            }
            Format::Csv if is_first => csv(rows, of_account).render(self.form.csv_safe),
            Format::Csv => csv(rows, of_account).records(self.form.csv_safe),
            Format::Table | Format::Html | Format::Ics => {
                let (table, mut text) = (table(rows, of_account), String::new());
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

    /// Whether no row was written.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Says why there is no row.
    pub fn or_nothing(&mut self, nothing: String) {
        self.history.nothing = nothing;
    }

    /// What stands behind the last row.
    pub fn end(&self) -> String {
        match self.form.format {
            _ if self.count == 0 => super::render(&self.history, self.form),
            Format::Json => super::with_warnings("]}".into(), &self.form.warnings),
            Format::Csv | Format::Table | Format::Html | Format::Ics => String::new(),
        }
    }
}

impl Render for History {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.rows.is_empty() {
            page.line(self.nothing.clone());
        }
        page.table(table(&self.rows, self.of_account));
        page
    }

    fn csv(&self) -> Csv {
        csv(&self.rows, self.of_account)
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// The rows as people read them; of one account with signed amounts and the balance after each.
fn table(rows: &[HistoryLine], of_account: bool) -> Table {
    let is_carrier = rows.iter().filter_map(HistoryLine::running).any(|running| running.owed);
    let balance = if is_carrier { "owed" } else { "balance" };
    let mut columns = vec![Column::fixed("date"), Column::fixed("what")];
    columns.extend(match of_account {
        false => [Column::name("account"), Column::figure("amount")],
        true => [Column::figure("amount"), Column::figure(balance)],
    });
    columns.extend([Column::fixed("unit"), Column::words("for"), Column::fixed("change")]);
    let mut table = Table::new(columns);
    for row in rows {
        table.row(match row {
            HistoryLine::Entry(line) => entry_cells(line),
            HistoryLine::Snapshot(line) => snapshot_cells(line),
            HistoryLine::Change(line) => change_cells(line),
        });
    }
    table
}

fn entry_cells(line: &HistoryEntry) -> Vec<String> {
    let mut about: Vec<String> = Vec::new();
    about.extend([&line.category, &line.payee].into_iter().flatten().cloned());
    // The account stands beside it, so the platform need not be said again.
    let local = |id: &String| id.rsplit_once('/').map_or(id.clone(), |(_, channel)| channel.to_string());
    about.extend(line.channel.as_ref().map(|c| format!("via {}", local(c))));
    for (charge, name) in [(&line.fee, "fee"), (&line.tax, "tax")] {
        if charge.minor != 0 {
            about.push(format!("{name} {}", charge.to_grouped_string()));
        }
    }
    let leaves = line.from.is_some();
    if line.out_unit != line.in_unit {
        about.push(match leaves {
            true => format!("received {}", line.arriving),
            false => format!("for {}", line.out),
        });
    }
    about.extend(line.expires.as_ref().map(|e| match e.as_str() {
        "never" => "never expires".to_string(),
        day => format!("expires {day}"),
    }));
    about.extend(line.note.clone());
    let (amount, unit) = if leaves { (&line.out, &line.out_unit) } else { (&line.arriving, &line.in_unit) };
    if let Some(running) = &line.running {
        // Money that left another account came from there.
        let moved = running.amount.as_ref().unwrap_or(amount);
        let (toward, other) = match moved.minor < 0 {
            true => ("to", &line.to),
            false => ("from", &line.from),
        };
        if let Some(other) = other {
            about.insert(0, format!("{toward} {other}"));
        }
        let unit = moved.unit.clone();
        return running_cells(line.at, line.kind, running, &unit, about, line.voided, line.change);
    }
    let account = match (&line.from, &line.to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => String::new(),
    };
    finish(line.at, line.kind, account, amount.to_grouped_string(), unit, about, line.voided, line.change)
}

fn snapshot_cells(line: &HistorySnapshot) -> Vec<String> {
    let shown = |m: &Money| if line.owed { line.unit.money(m.minor.saturating_neg()) } else { m.clone() };
    let mut about: Vec<String> = Vec::new();
    if line.first {
        about.push("first seen".into());
    } else if let Some(gap) = line.unexplained.as_ref().filter(|gap| gap.minor != 0) {
        about.push(match line.running {
            // The amount stands beside it.
            Some(_) => "unexplained".into(),
            None => format!("{} unexplained", signed(&shown(gap))),
        });
    }
    about.extend(line.note.clone());
    let what = match (line.owed, line.balance.minor > 0) {
        (false, _) => "balance",
        (true, false) => "owed",
        (true, true) => "credit",
    };
    if let Some(running) = &line.running {
        return running_cells(line.at, what, running, &line.unit, about, line.voided, line.change);
    }
    let balance = match line.owed {
        true => line.unit.money(line.balance.minor.saturating_abs()),
        false => line.balance.clone(),
    };
    let account = line.account.clone();
    finish(line.at, what, account, balance.to_grouped_string(), &line.unit, about, line.voided, line.change)
}

/// An amount with its sign: `+500`, `-500`, `0`.
fn signed(amount: &Money) -> String {
    format!("{}{}", if amount.minor > 0 { "+" } else { "" }, amount.to_grouped_string())
}

fn change_cells(line: &HistoryChange) -> Vec<String> {
    let undone = if line.voided { "undone, " } else { "" };
    let account = line.account.clone().filter(|_| line.running.is_none());
    let mut cells = vec![line.at.day().to_string(), line.kind.to_string()];
    cells.extend([account.unwrap_or_default(), String::new(), String::new()]);
    cells.extend([format!("{undone}{}", line.what), short_id(line.change)]);
    cells
}

/// The cells of a row of the history of one account.
fn running_cells(
    at: LocalDateTime,
    what: &str,
    running: &Running,
    unit: &Unit,
    mut about: Vec<String>,
    voided: bool,
    change: Id,
) -> Vec<String> {
    if let Some(expired) = &running.expired {
        about.push(format!("after {} expired", expired.to_grouped_string()));
    }
    // What a carrier is owed is read as a positive number.
    let shown = |m: &Money| if running.owed { m.unit.money(m.minor.saturating_neg()) } else { m.clone() };
    let amount = running.amount.as_ref().map_or_else(String::new, |amount| signed(&shown(amount)));
    let balance = running.balance_after.as_ref().map_or_else(String::new, |balance| {
        match running.owed && balance.minor > 0 {
            true => format!("credit {}", balance.to_grouped_string()),
            false => shown(balance).to_grouped_string(),
        }
    });
    finish(at, what, amount, balance, unit, about, voided, change)
}

#[allow(clippy::too_many_arguments)]
fn finish(
    at: LocalDateTime,
    what: &str,
    third: String,
    fourth: String,
    unit: &Unit,
    mut about: Vec<String>,
    voided: bool,
    change: Id,
) -> Vec<String> {
    if voided {
        about.insert(0, "undone".into());
    }
    vec![
        at.day().to_string(),
        what.to_string(),
        third,
        fourth,
        unit.to_string(),
        about.join(", "),
        short_id(change),
    ]
}

/// The last six digits of an id, which commands accept.
fn short_id(id: Id) -> String {
    let id = id.to_string();
    id[id.len() - 6..].to_string()
}

/// The rows as spreadsheets read them; a snapshot's balance stands under `balance`. Those of one account
/// have two more columns.
pub fn csv(rows: &[HistoryLine], of_account: bool) -> Csv {
    let mut header = vec![
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
    ];
    if of_account {
        header.extend(["amount", "balance_after"]);
    }
    let mut csv = Csv::new(&header);
    for row in rows {
        let mut cells = match row {
            HistoryLine::Entry(e) => vec![
                Some(e.id.to_string()),
                Some(e.change.to_string()),
                Some(e.at.to_string()),
                Some(e.kind.to_string()),
                e.from.clone(),
                e.to.clone(),
                Some(e.out.to_plain_string()),
                Some(e.out_unit.to_string()),
                Some(e.arriving.to_plain_string()),
                Some(e.in_unit.to_string()),
                Some(e.fee.to_plain_string()),
                Some(e.tax.to_plain_string()),
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
                    Some(s.balance.to_plain_string()),
                    Some(s.unit.to_string()),
                    s.unexplained.as_ref().map(Money::to_plain_string),
                    Some(s.voided.to_string()),
                ]);
                cells
            }
        };
        if of_account {
            let of = |amount: Option<&Money>| amount.map(Money::to_plain_string);
            let running = row.running();
            cells.push(of(running.and_then(|running| running.amount.as_ref())));
            cells.push(of(running.and_then(|running| running.balance_after.as_ref())));
        }
        csv.row(cells);
    }
    csv
}
