//! What was copied from the ledger, or put in its place.

use super::Render;
use super::csv::Csv;
use super::page::Page;
use crate::messages::Language;
use serde::Serialize;

/// What a ledger holds, in figures.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Held {
    /// Accounts.
    pub accounts: i64,
    /// Entries that count.
    pub entries: i64,
    /// Snapshots that count.
    pub snapshots: i64,
}

/// The answer of `backup`.
#[derive(Debug, Serialize)]
pub struct BackedUp {
    schema: &'static str,
    /// The ledger.
    pub ledger: String,
    /// Its copy.
    pub copy: String,
    /// What the copy holds.
    #[serde(flatten)]
    pub held: Held,
}

/// The answer of `restore`.
#[derive(Debug, Serialize)]
pub struct RestoreSummary {
    schema: &'static str,
    /// The ledger.
    pub ledger: String,
    /// The copy that it was restored from.
    pub from: String,
    /// Where the ledger of before lies, or null where there was none.
    pub kept: Option<String>,
    /// What the ledger holds now.
    #[serde(flatten)]
    pub held: Held,
}

impl Held {
    fn words(self) -> String {
        let many = |n: i64, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        format!(
            "{}, {}, {}",
            many(self.accounts, "account", "accounts"),
            many(self.entries, "entry", "entries"),
            many(self.snapshots, "snapshot", "snapshots")
        )
    }

    fn cells(self) -> [Option<String>; 3] {
        [self.accounts, self.entries, self.snapshots].map(|n| Some(n.to_string()))
    }
}

impl BackedUp {
    /// The answer for one copy.
    pub fn new(ledger: String, copy: String, held: Held) -> BackedUp {
        BackedUp { schema: "jandon.backup/1", ledger, copy, held }
    }
}

impl RestoreSummary {
    /// The answer for one restored ledger.
    pub fn new(ledger: String, from: String, kept: Option<String>, held: Held) -> RestoreSummary {
        RestoreSummary { schema: "jandon.restore/1", ledger, from, kept, held }
    }
}

impl Render for BackedUp {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        page.line(format!("Copied to {}: {}.", self.copy, self.held.words()));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["ledger", "copy", "accounts", "entries", "snapshots"]);
        let names = [&self.ledger, &self.copy].map(|name| Some(name.clone()));
        csv.row(names.into_iter().chain(self.held.cells()).collect());
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

impl Render for RestoreSummary {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        page.line(format!("Restored from {}: {}.", self.from, self.held.words()));
        if let Some(kept) = &self.kept {
            page.line(format!("The ledger of before is kept as {kept}"));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["ledger", "from", "kept", "accounts", "entries", "snapshots"]);
        let names = [Some(self.ledger.clone()), Some(self.from.clone()), self.kept.clone()];
        csv.row(names.into_iter().chain(self.held.cells()).collect());
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
