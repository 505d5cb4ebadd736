//! What an import came to.

use super::Render;
use super::csv::Csv;
use super::page::Page;
use crate::ledger::Id;
use crate::messages::Language;
use serde::Serialize;

/// The answer of `import`: `read` is always the sum of what follows.
#[derive(Debug, Serialize)]
pub struct Imported {
    schema: &'static str,
    /// The change that holds what is new, or null where nothing was written.
    pub change: Option<Id>,
    /// Lines that hold something.
    pub read: u64,
    /// Lines that added something.
    pub new: u64,
    /// Lines that the ledger knew already.
    pub known: u64,
    /// Lines that were passed over.
    pub skipped: u64,
    /// Lines that are wrong; one is enough to import nothing.
    pub bad: u64,
}

impl Imported {
    /// The answer for one file without a bad line.
    pub fn new(change: Option<Id>, read: u64, new: u64, known: u64) -> Imported {
        Imported { schema: "jandon.imported/1", change, read, new, known, skipped: 0, bad: 0 }
    }
}

impl Render for Imported {
    /// People read the line on stderr; stdout stays empty for them.
    fn page(&self, _: Language) -> Page {
        Page::new()
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["change", "read", "new", "known", "skipped", "bad"]);
        let mut row = vec![self.change.map(|id| id.to_string())];
        row.extend([self.read, self.new, self.known, self.skipped, self.bad].map(|n| Some(n.to_string())));
        csv.row(row);
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
