//! What was copied from the ledger, or put in its place.

use super::Render;
use super::csv::Csv;
use super::page::Page;
use crate::messages::{Language, LedgerContents, LedgerFileLine};
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
    /// The same for a message.
    fn contents(self) -> LedgerContents {
        let Held { accounts, entries, snapshots } = self;
        LedgerContents { accounts, entries, snapshots }
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
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        let (to, holds) = (self.copy.clone(), self.held.contents());
        page.line(language.say(&LedgerFileLine::Copied { to, holds }));
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
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        let (from, holds) = (self.from.clone(), self.held.contents());
        page.line(language.say(&LedgerFileLine::Restored { from, holds }));
        if let Some(path) = self.kept.clone() {
            page.line(language.say(&LedgerFileLine::Kept { path }));
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
