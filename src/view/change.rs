//! What a recording command wrote, and where it leaves the accounts.

use super::Render;
use super::csv::Csv;
use super::history::{self, HistoryLine};
use super::page::Page;
use crate::ledger::Id;
use crate::messages::Language;
use crate::messages::record::Because;
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use serde::Serialize;

/// The answer of every recording command.
#[derive(Debug, Serialize)]
pub struct ChangeSummary {
    schema: &'static str,
    /// The change, or null where nothing was written.
    pub change: Option<Id>,
    /// What it wrote; of an undo or a redo, what it took back or brought back.
    pub entries: Vec<HistoryLine>,
    /// Where it leaves the accounts it touched.
    pub balances: Vec<BalanceAfter>,
    /// What an undo, a redo or an edit took back or brought back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone: Option<Vec<Undone>>,
    /// The present moment.
    #[serde(skip)]
    pub now: Option<LocalDateTime>,
}

/// One thing that an undo took back, a redo brought back, or an edit replaced.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub enum Undone {
    Entry { id: Id, fact: HistoryLine },
    Snapshot { id: Id, fact: HistoryLine },
    Rate { unit: Unit, value: String, of: Unit, date: Day },
    Account { name: String, what: String },
    Unit { code: Unit, decimals: u8 },
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
    /// Why the change did not move the balance, or what else it rests on.
    #[serde(skip)]
    pub because: Because,
}

impl Undone {
    /// An entry or a snapshot that no longer counts, or counts again.
    pub fn fact(fact: HistoryLine) -> Undone {
        match fact {
            HistoryLine::Entry(_) | HistoryLine::Change(_) => Undone::Entry { id: fact.id(), fact },
            HistoryLine::Snapshot(_) => Undone::Snapshot { id: fact.id(), fact },
        }
    }
}

impl ChangeSummary {
    /// The answer for one change.
    pub fn new(change: Option<Id>, entries: Vec<HistoryLine>, balances: Vec<BalanceAfter>) -> ChangeSummary {
        ChangeSummary { schema: "jandon.recorded/1", change, entries, balances, undone: None, now: None }
    }
}

impl Render for ChangeSummary {
    /// People read the line on stderr; stdout stays empty for them.
    fn page(&self, _: Language) -> Page {
        Page::new()
    }

    fn csv(&self) -> Csv {
        history::csv(&self.entries, false)
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
