//! Every record of the ledger, newest last.

use super::amount::Amounts;
use super::csv::Csv;
use super::page::{Cell, Column, Layout, Measure, Page, Style, Table};
use super::{Form, Format, Render};
use crate::jsonl::expires_text;
use crate::ledger::{Entry, Expires, Id, Kind};
use crate::messages::{
    self, ChangeRemark, Heading, HistoryKind, HistoryRemark, HistoryText, Language, LedgerChangeKind,
    short_id,
};
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use serde::{Serialize, Serializer};

const SCHEMA: &str = "jandon.history/1";
/// What stands before the first row of [`History`] as JSON.
const JSON_HEAD: &str = "{\"schema\":\"jandon.history/1\",\"rows\":[";

/// The answer of `history`.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    schema: &'static str,
    /// One row a fact.
    pub rows: Vec<HistoryLine>,
    /// The account that all rows are of, with its unit; each row has its [`Running`] then.
    #[serde(skip)]
    account: Option<(String, Unit)>,
    /// The present day.
    #[serde(skip)]
    today: Day,
    /// What people read below the rows, or in their place.
    #[serde(skip)]
    ending: Option<HistoryText>,
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
    /// What it was.
    #[serde(skip)]
    pub detail: LedgerChangeKind,
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
            HistoryLine::Entry(line) => line.kind.as_str(),
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
    #[serde(serialize_with = "kind_word")]
    pub kind: Kind,
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
    #[serde(serialize_with = "expiry_text")]
    pub expires: Expires,
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

/// Writes a kind as scripts read it.
fn expiry_text<S: Serializer>(expires: &Expires, serializer: S) -> Result<S::Ok, S::Error> {
    expires_text(*expires).serialize(serializer)
}

fn kind_word<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
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
            kind: entry.kind,
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
            expires: entry.expires,
            voided,
            seq: 0,
            running: None,
        }
    }
}

impl History {
    /// The answer with those rows, newest last.
    pub fn new(rows: Vec<HistoryLine>, today: Day) -> History {
        History { schema: SCHEMA, rows, account: None, today, ending: None }
    }

    /// The answer with the rows of one account.
    pub fn of_account(rows: Vec<HistoryLine>, today: Day, account: String, unit: Unit) -> History {
        History { account: Some((account, unit)), ..History::new(rows, today) }
    }

    /// The answer whose page ends with this, and says only this where there is no row.
    pub fn ending_with(self, ending: Option<HistoryText>) -> History {
        History { ending, ..self }
    }

    /// Adds what stands above the rows of one account.
    fn add_title(&self, page: &mut Page) {
        if let Some((name, unit)) = &self.account {
            page.name(name, &format!(" ({unit})"));
        }
    }

    /// What stands below the rows.
    fn end_of_page(&self, ending: Option<&HistoryText>, language: Language) -> Page {
        let mut page = Page::new();
        if let Some(ending) = ending {
            page.line("");
            page.line(language.say(ending));
        }
        page
    }
}

/// Writes the rows of a history one by one, in the form of its answer, whatever their number.
pub struct Rows<'f> {
    form: &'f Form,
    /// The answer without its rows.
    history: History,
    /// The widths with every decimal, and without those of whole amounts.
    measures: [Measure; 2],
    /// Whether every amount so far is whole.
    is_whole: bool,
    layout: Option<Layout>,
    count: u64,
    /// The last change that can be undone.
    last: Option<Id>,
}

impl<'f> Rows<'f> {
    /// No rows so far of an answer, which is given without them.
    pub fn new(form: &'f Form, history: History) -> Rows<'f> {
        Rows {
            form,
            history,
            measures: Default::default(),
            is_whole: true,
            layout: None,
            count: 0,
            last: None,
        }
    }

    /// Whether every row is to be measured before the first is written.
    pub fn are_measured(&self) -> bool {
        self.form.format == Format::Table
    }

    /// Measures a row.
    pub fn measure(&mut self, line: &HistoryLine) {
        let rows = std::slice::from_ref(line);
        self.is_whole &= are_whole(rows, self.history.account.is_some());
        let amounts = [Amounts::exact(), Amounts::default()];
        for (measure, amounts) in self.measures.iter_mut().zip(amounts) {
            measure.add(&table(rows, &self.history, &amounts, self.form.language));
        }
    }

    /// What stands before a row, and the row.
    pub fn row(&mut self, line: &HistoryLine) -> String {
        let is_first = self.count == 0;
        self.count += 1;
        let (rows, of_account) = (std::slice::from_ref(line), self.history.account.is_some());
        match self.form.format {
            Format::Json => {
                let before = if is_first { JSON_HEAD } else { "," };
                format!("{before}{}", super::json(line))
            }
            Format::Csv if is_first => csv(rows, of_account).render(self.form.csv_safe),
            Format::Csv => csv(rows, of_account).records(self.form.csv_safe),
            Format::Table | Format::Html | Format::Ics => {
                self.last = undoable(rows).or(self.last);
                let (amounts, measure) = match self.is_whole {
                    true => (Amounts::default(), &self.measures[1]),
                    false => (Amounts::exact(), &self.measures[0]),
                };
                let table = table(rows, &self.history, &amounts, self.form.language);
                let mut text = String::new();
                let layout = self.layout.get_or_insert_with(|| {
                    let mut page = Page::new();
                    self.history.add_title(&mut page);
                    text.push_str(&page.render(self.form.screen));
                    let layout = Layout::new(&table, measure, self.form.screen);
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
    pub fn or_nothing(&mut self, nothing: HistoryText) {
        self.history.ending = Some(nothing);
    }

    /// What stands behind the last row.
    pub fn end(&self) -> String {
        match self.form.format {
            _ if self.count == 0 => super::render(&self.history, self.form),
            Format::Json => super::with_warnings("]}".into(), &self.form.warnings),
            Format::Csv => String::new(),
            Format::Table | Format::Html | Format::Ics => {
                let ending = self.last.map(|change| HistoryText::UndoChange { change });
                let page = self.history.end_of_page(ending.as_ref(), self.form.language);
                super::render_page(page, self.form)
            }
        }
    }
}

impl Render for History {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if let Some(ending) = self.ending.as_ref().filter(|_| self.rows.is_empty()) {
            page.line(language.say(ending));
            return page;
        }
        self.add_title(&mut page);
        let amounts = match are_whole(&self.rows, self.account.is_some()) {
            true => Amounts::default(),
            false => Amounts::exact(),
        };
        page.table(table(&self.rows, self, &amounts, language));
        let last = undoable(&self.rows).map(|change| HistoryText::UndoChange { change });
        page.append(self.end_of_page(self.ending.as_ref().or(last.as_ref()), language));
        page
    }

    fn csv(&self) -> Csv {
        csv(&self.rows, self.account.is_some())
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// Returns whether every amount of those rows is whole: none needs its decimals then.
fn are_whole(rows: &[HistoryLine], of_account: bool) -> bool {
    let mut amounts = rows.iter().flat_map(|row| row.amounts(of_account));
    amounts.all(|money| money.minor % money.unit.minor_per_major() == 0)
}

/// Returns the last change of those rows that can be undone.
fn undoable(rows: &[HistoryLine]) -> Option<Id> {
    let row = rows.iter().rev().find(|row| !row.is_voided() && !matches!(row, HistoryLine::Change(_)));
    row.map(HistoryLine::change)
}

/// The rows as people read them; of one account with signed amounts and the balance after each.
fn table(rows: &[HistoryLine], history: &History, amounts: &Amounts, language: Language) -> Table {
    let is_owed = rows.iter().filter_map(HistoryLine::running).any(|running| running.owed);
    let balance = if is_owed { Heading::Owed } else { Heading::Balance };
    let title = |heading| language.heading(heading);
    let mut columns = vec![Column::fixed(title(Heading::Date)), Column::fixed(title(Heading::Kind))];
    columns.extend(match history.account {
        None => [Column::name(title(Heading::Account)), Column::figure(title(Heading::Amount))],
        Some(_) => [Column::figure(title(Heading::Amount)), Column::figure(title(balance))],
    });
    columns.extend([Column::words(title(Heading::Change)), Column::words(title(Heading::For))]);
    let mut table = Table::new(columns);
    for row in rows {
        let remarks = row.remarks(history.today, language);
        let figures = match &history.account {
            None => [row.account(), row.amount(amounts)],
            Some(_) => row.running().map_or_else(Default::default, |r| r.figures(amounts, language)),
        };
        let mut cells = vec![messages::date(row.at().day(), history.today, language)];
        cells.push(language.say(&row.page_kind()));
        cells.extend(figures);
        let mut cells: Vec<Cell> = cells.into_iter().map(Cell::from).collect();
        cells.push(Cell::styled(short_id(row.change()), Style::Faint));
        cells.push(Cell::from(remarks.join(" · ")));
        table.styled_row(cells, if row.is_voided() { Style::Faint } else { Style::Plain });
    }
    table
}

/// An amount with its sign: `+500`, `-500`, `0`.
fn signed(amount: &Money, amounts: &Amounts) -> String {
    format!("{}{}", if amount.minor > 0 { "+" } else { "" }, amounts.figure(amount))
}

/// What a carrier is owed, read as a positive number; other amounts as they are.
fn shown(amount: &Money, is_owed: bool) -> Money {
    if is_owed { amount.unit.money(amount.minor.saturating_neg()) } else { amount.clone() }
}

impl Running {
    /// The signed amount, and the balance after it.
    fn figures(&self, amounts: &Amounts, language: Language) -> [String; 2] {
        let amount = self.amount.as_ref().map(|amount| signed(&shown(amount, self.owed), amounts));
        let balance = self.balance_after.as_ref().map(|balance| {
            let figure = amounts.figure(&shown(balance, self.owed && balance.minor < 0));
            match self.owed && balance.minor > 0 {
                true => format!("{} {figure}", language.say(&HistoryKind::Credit)),
                false => figure,
            }
        });
        [amount.unwrap_or_default(), balance.unwrap_or_default()]
    }
}

impl HistoryLine {
    /// Whether it no longer counts.
    fn is_voided(&self) -> bool {
        match self {
            HistoryLine::Entry(line) => line.voided,
            HistoryLine::Snapshot(line) => line.voided,
            HistoryLine::Change(line) => line.voided,
        }
    }

    /// What a page calls it.
    fn page_kind(&self) -> HistoryKind {
        match self {
            HistoryLine::Entry(line) => match (line.kind, &line.from, &line.to) {
                (Kind::Transfer, Some(_), None) => HistoryKind::Send,
                (Kind::Transfer, None, Some(_)) => HistoryKind::Receive,
                (kind, ..) => HistoryKind::Entry(kind),
            },
            HistoryLine::Snapshot(line) => match (line.owed, line.balance.minor > 0) {
                (false, _) => HistoryKind::Balance,
                (true, false) => HistoryKind::Owed,
                (true, true) => HistoryKind::Credit,
            },
            HistoryLine::Change(line) => HistoryKind::of_change(&line.detail),
        }
    }

    /// The accounts that it is about: `통장 → 카카오페이`.
    fn account(&self) -> String {
        match self {
            HistoryLine::Entry(line) => match (&line.from, &line.to) {
                (Some(from), Some(to)) => format!("{from} → {to}"),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => String::new(),
            },
            HistoryLine::Snapshot(line) => line.account.clone(),
            HistoryLine::Change(line) => line.account.clone().unwrap_or_default(),
        }
    }

    /// What moved, or the balance seen; none of other changes.
    fn moved(&self) -> Option<Money> {
        match self {
            HistoryLine::Entry(line) if line.from.is_some() => Some(line.out.clone()),
            HistoryLine::Entry(line) => Some(line.arriving.clone()),
            HistoryLine::Snapshot(line) if line.owed => {
                Some(line.unit.money(line.balance.minor.saturating_abs()))
            }
            HistoryLine::Snapshot(line) => Some(line.balance.clone()),
            HistoryLine::Change(_) => None,
        }
    }

    fn amount(&self, amounts: &Amounts) -> String {
        self.moved().map(|money| amounts.with_unit(&money)).unwrap_or_default()
    }

    /// The amounts in the columns of figures.
    fn amounts(&self, of_account: bool) -> Vec<Money> {
        match self.running().filter(|_| of_account) {
            Some(running) => running.amount.iter().chain(&running.balance_after).cloned().collect(),
            None => self.moved().into_iter().collect(),
        }
    }

    /// What is to be said beside its figures.
    fn remarks(&self, today: Day, language: Language) -> Vec<String> {
        let mut remarks: Vec<String> = Vec::new();
        if self.is_voided() {
            remarks.push(language.say(&HistoryRemark::Voided));
        }
        match self {
            HistoryLine::Entry(line) => line.add_remarks(&mut remarks, today, language),
            HistoryLine::Snapshot(line) => line.add_remarks(&mut remarks, language),
            HistoryLine::Change(line) => {
                remarks.push(language.say(&ChangeRemark { change: &line.detail, today }));
            }
        }
        if let Some(expired) = self.running().and_then(|running| running.expired.as_ref()) {
            let amount = expired.to_grouped_string();
            remarks.push(language.say(&HistoryRemark::AfterExpired { amount }));
        }
        remarks
    }
}

impl HistoryEntry {
    fn add_remarks(&self, remarks: &mut Vec<String>, today: Day, language: Language) {
        let mut say = |remark: HistoryRemark| remarks.push(language.say(&remark));
        let leaves = match self.running.as_ref().and_then(|running| running.amount.as_ref()) {
            Some(moved) => moved.minor < 0,
            None => self.from.is_some(),
        };
        if self.running.is_some() {
            match (leaves, &self.from, &self.to) {
                (true, _, Some(to)) => say(HistoryRemark::To { account: to.clone() }),
                (false, Some(from), _) => say(HistoryRemark::From { account: from.clone() }),
                _ => {}
            }
        }
        remarks.extend([&self.category, &self.payee, &self.channel].into_iter().flatten().cloned());
        let mut say = |remark: HistoryRemark| remarks.push(language.say(&remark));
        if self.fee.minor != 0 {
            say(HistoryRemark::Fee { amount: self.fee.to_grouped_string() });
        }
        if self.tax.minor != 0 {
            say(HistoryRemark::Tax { amount: self.tax.to_grouped_string() });
        }
        match self.out_unit != self.in_unit {
            true if leaves => say(HistoryRemark::Received { amount: self.arriving.clone() }),
            true => say(HistoryRemark::PaidWith { amount: self.out.clone() }),
            false => {}
        }
        match self.expires {
            Expires::Unknown => {}
            Expires::On(day) => say(HistoryRemark::Expires { day, today }),
            Expires::Never => say(HistoryRemark::NeverExpires),
        }
        remarks.extend(self.note.clone());
    }
}

impl HistorySnapshot {
    fn add_remarks(&self, remarks: &mut Vec<String>, language: Language) {
        let unexplained = self.unexplained.as_ref().filter(|amount| amount.minor != 0);
        let remark = match (self.first, unexplained, &self.running) {
            (true, ..) => Some(HistoryRemark::FirstBalance),
            (false, None, _) => None,
            // The amount stands beside it.
            (false, Some(_), Some(_)) => Some(HistoryRemark::Unexplained),
            (false, Some(amount), None) => Some(HistoryRemark::UnexplainedAmount {
                amount: signed(&shown(amount, self.owed), &Amounts::exact()),
            }),
        };
        remarks.extend(remark.map(|remark| language.say(&remark)));
        remarks.extend(self.note.clone());
    }
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
                Some(e.kind.as_str().to_string()),
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
                expires_text(e.expires),
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
