//! What a recording command wrote, and where it leaves the accounts.

use super::Answer;
use super::csv::Csv;
use super::history::{self, HistoryLine};
use super::page::Page;
use crate::ledger::Id;
use crate::money::{Money, Unit};
use serde::Serialize;

/// The answer of every recording command.
#[derive(Debug, Serialize)]
pub struct Recorded {
    schema: &'static str,
    /// The change, or null where nothing was written.
    pub change: Option<Id>,
    /// What it wrote; of an undo or a redo, what it took back or brought back.
    pub entries: Vec<HistoryLine>,
    /// Where it leaves the accounts it touched.
    pub balances: Vec<BalanceAfter>,
}

/// Where a change leaves an account.
#[derive(Debug, Serialize)]
pub struct BalanceAfter {
    /// Its name.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// Its balance, negative where money is owed.
    pub balance: Money,
    /// Money owed: people read its balance as positive.
    #[serde(skip)]
    pub owed: bool,
}

impl Recorded {
    /// The answer for one change.
    pub fn new(change: Option<Id>, entries: Vec<HistoryLine>, balances: Vec<BalanceAfter>) -> Recorded {
        Recorded { schema: "jandon.recorded/1", change, entries, balances }
    }
}

impl Answer for Recorded {
    /// People read the line on stderr; stdout stays empty for them.
    fn page(&self) -> Page {
        Page::new()
    }

    fn csv(&self) -> Csv {
        history::csv(&self.entries)
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
