//! What an import came to.

use super::Render;
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table};
use crate::ledger::{AccountId, Id, Kind};
use crate::messages::import::skip_reason_english;
use crate::messages::{Heading, ImportLine, Language, kind_of_entry};
use crate::money::{Money, Unit};
use crate::period::LocalDateTime;
use crate::statement::rows::SkipReason;
use serde::{Serialize, Serializer};
use smol_str::SmolStr;

/// The answer of `import`: `read` is always the sum of what follows.
#[derive(Debug, Serialize)]
pub struct ImportAnswer {
    schema: &'static str,
    /// Nothing was written.
    pub dry_run: bool,
    /// The change that holds what is new, or null where nothing was written.
    pub change: Option<Id>,
    /// Rows, lines or messages.
    pub read: u64,
    /// Those that added something.
    pub new: u64,
    /// Those that the ledger knew already.
    pub known: u64,
    /// Those that are not for the ledger.
    pub skipped: u64,
    /// Those that were not understood.
    pub bad: u64,
    /// The files.
    pub files: Vec<ImportedFile>,
    /// The accounts of statements.
    pub accounts: Vec<ImportedAccount>,
    /// The rows that are not for the ledger, by reason.
    pub skipped_rows: Vec<SkippedJson>,
    /// The rows that were not understood.
    pub bad_rows: Vec<BadRowJson>,
    /// What people read.
    #[serde(skip)]
    pub blocks: Vec<ImportBlock>,
}

/// One file of an import.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct ImportedFile {
    pub file: String,
    pub profile: Option<String>,
    pub form: &'static str,
    pub encoding: Option<String>,
    pub header_line: Option<u64>,
    pub read: u64,
    pub new: u64,
    pub known: u64,
    pub skipped: u64,
    pub bad: u64,
    pub from: Option<LocalDateTime>,
    pub to: Option<LocalDateTime>,
}

/// One account of an import.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct ImportedAccount {
    #[serde(skip)]
    pub id: Option<AccountId>,
    pub account: Option<String>,
    pub label: String,
    pub unit: Unit,
    pub opened: bool,
    pub entries: u64,
    #[serde(rename = "in", serialize_with = "plain")]
    pub arrived: Money,
    #[serde(rename = "out", serialize_with = "plain")]
    pub left: Money,
    #[serde(serialize_with = "plain")]
    pub fees: Money,
    #[serde(serialize_with = "plain")]
    pub taxes: Money,
    #[serde(serialize_with = "maybe_plain")]
    pub opening: Option<Money>,
    #[serde(serialize_with = "maybe_plain")]
    pub closing: Option<Money>,
    pub closing_at: Option<LocalDateTime>,
    pub steps: u64,
    pub breaks: Vec<BreakJson>,
    #[serde(serialize_with = "maybe_plain")]
    pub balance: Option<Money>,
    #[serde(serialize_with = "plain")]
    pub unexplained: Money,
    pub replaced: Vec<RowEntry>,
    pub alike: Vec<RowEntry>,
    pub changed: Vec<ChangedEntry>,
}

/// A balance that does not follow from the one before.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct BreakJson {
    pub line: u64,
    #[serde(serialize_with = "plain")]
    pub expected: Money,
    #[serde(serialize_with = "plain")]
    pub found: Money,
}

/// A row and an entry of the ledger.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct RowEntry {
    pub line: u64,
    pub entry: Id,
}

/// A row whose entry has another amount.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct ChangedEntry {
    pub line: u64,
    pub entry: Id,
    #[serde(serialize_with = "plain")]
    pub was: Money,
    #[serde(serialize_with = "plain")]
    pub is: Money,
}

/// Rows of one reason.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct SkippedJson {
    #[serde(serialize_with = "reason_text")]
    pub reason: SkipReason,
    pub count: u64,
    pub lines: Vec<(String, u64)>,
}

/// A row that was not understood.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct BadRowJson {
    pub file: String,
    pub line: u64,
    pub column: Option<String>,
    pub reason: String,
}

fn plain<S: Serializer>(amount: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&amount.to_plain_string())
}

fn maybe_plain<S: Serializer>(amount: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    amount.as_ref().map(Money::to_plain_string).serialize(serializer)
}

fn reason_text<S: Serializer>(reason: &SkipReason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&skip_reason_english(reason))
}

/// A part of the page.
#[derive(Debug)]
pub enum ImportBlock {
    /// A sentence.
    Line(ImportLine),
    /// A sentence that needs attention.
    Attention(ImportLine),
    /// An empty line.
    Gap,
    /// The first and the last rows of an account, and whether others lie between them.
    Rows(Vec<PreviewRow>, Vec<PreviewRow>, bool),
}

/// A row as people see it.
#[derive(Clone, Debug)]
pub struct PreviewRow {
    /// When.
    pub at: LocalDateTime,
    /// What it is.
    pub kind: Kind,
    /// Who was paid, or who paid.
    pub payee: SmolStr,
    /// Its effect.
    pub amount: Money,
    /// The balance of the file after it.
    pub balance: Option<Money>,
    /// Whether the ledger knows it already.
    pub known: bool,
}

impl ImportAnswer {
    /// Returns an answer without a file.
    pub fn new(dry_run: bool) -> ImportAnswer {
        ImportAnswer {
            schema: "jandon.import/1",
            dry_run,
            change: None,
            read: 0,
            new: 0,
            known: 0,
            skipped: 0,
            bad: 0,
            files: Vec::new(),
            accounts: Vec::new(),
            skipped_rows: Vec::new(),
            bad_rows: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Adds a file with its counts.
    pub fn add_file(&mut self, file: ImportedFile) {
        self.read += file.read;
        self.new += file.new;
        self.known += file.known;
        self.skipped += file.skipped;
        self.bad += file.bad;
        self.files.push(file);
    }
}

fn rows_table(rows: &[PreviewRow], rest: &[PreviewRow], has_more: bool, language: Language) -> Table {
    let mut table = Table::new(vec![
        Column::fixed(language.heading(Heading::When)),
        Column::fixed(language.heading(Heading::Kind)),
        Column::name(language.heading(Heading::Payee)),
        Column::figure(language.heading(Heading::Amount)),
        Column::figure(language.heading(Heading::Balance)),
    ]);
    let years: Vec<i32> = rows.iter().chain(rest).map(|row| row.at.day().year()).collect();
    let is_one_year = years.windows(2).all(|pair| pair[0] == pair[1]);
    let cells = |row: &PreviewRow| -> Vec<Cell> {
        let text = row.at.to_string().replace('T', " ");
        let when = if is_one_year { text.get(5..).unwrap_or(&text) } else { &text };
        let sign = if row.amount.minor > 0 { "+" } else { "" };
        vec![
            when.strip_suffix(" 00:00:00").unwrap_or(when).into(),
            kind_of_entry(row.kind, language).into(),
            row.payee.to_string().into(),
            format!("{sign}{}", row.amount.to_grouped_string()).into(),
            row.balance.as_ref().map_or(String::new(), Money::to_grouped_string).into(),
        ]
    };
    let style = |row: &PreviewRow| if row.known { Style::Faint } else { Style::Plain };
    rows.iter().for_each(|row| table.styled_row(cells(row), style(row)));
    if has_more {
        table.row(vec!["…", "", "", "", ""]);
    }
    rest.iter().for_each(|row| table.styled_row(cells(row), style(row)));
    table
}

impl Render for ImportAnswer {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        for block in &self.blocks {
            match block {
                ImportBlock::Line(line) => page.line(language.say(line)),
                ImportBlock::Attention(line) => page.styled_line(language.say(line), Style::Attention),
                ImportBlock::Gap => page.gap(),
                ImportBlock::Rows(rows, rest, has_more) => {
                    page.table(rows_table(rows, rest, *has_more, language));
                }
            }
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["file", "profile", "form", "read", "new", "known", "skipped", "bad"]);
        for file in &self.files {
            let mut row = vec![Some(file.file.clone()), file.profile.clone(), Some(file.form.to_string())];
            let counts = [file.read, file.new, file.known, file.skipped, file.bad];
            row.extend(counts.map(|count| Some(count.to_string())));
            csv.row(row);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
