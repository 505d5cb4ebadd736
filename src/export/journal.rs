//! What the journals have in common: facts in the order of time, written one by one.

use super::double_entry::{Names, PostingAccount};
use crate::ledger::{Account, AccountId, Entry, Snapshot};
use crate::money::{Rate, Unit};
use crate::period::Day;
use crate::text;
use std::collections::HashSet;

/// A rate, from a day on.
#[derive(Clone, Debug)]
pub struct Price {
    /// The unit.
    pub unit: Unit,
    /// Its worth …
    pub rate: Rate,
    /// … in this unit.
    pub of: Unit,
    /// The first day.
    pub day: Day,
}

/// The contents of the head of a journal.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Every account, in the order of opening.
    pub accounts: Vec<Account>,
    /// Every unit in use.
    pub units: Vec<Unit>,
    /// Every rate, oldest first.
    pub prices: Vec<Price>,
    /// The day of the first fact.
    pub first: Day,
}

/// A journal for another program. Facts arrive in the order of local time, and their text is
/// written at once: memory grows with the number of accounts and categories, not of entries.
pub trait Journal {
    /// Returns the text before the first fact.
    fn head(&mut self) -> String;
    /// Returns an entry.
    fn entry(&mut self, entry: &Entry) -> String;
    /// Returns a snapshot, with its unexplained part and whether it is the first of its account.
    fn snapshot(&mut self, snapshot: &Snapshot, unexplained: i64, first: bool) -> String;
    /// Returns points that expired by themselves, at the first second of a day.
    fn expired(&mut self, account: AccountId, day: Day, minor: i64) -> String;
    /// Returns the text after the last fact.
    fn end(&mut self) -> String;
}

/// The names of accounts and units in a file.
pub(super) struct NameMap {
    pub opening: Opening,
    sides: Names<PostingAccount>,
    symbols: Names<String>,
    /// Converts one part of the name of an account to the program's syntax.
    part: fn(&str) -> String,
    /// Converts the code of a unit to the program's syntax.
    symbol: fn(&str) -> String,
}

impl NameMap {
    pub fn new(mut opening: Opening, part: fn(&str) -> String, symbol: fn(&str) -> String) -> NameMap {
        // A unit that was undone and declared again occurs twice.
        let mut known = HashSet::new();
        opening.units.retain(|unit| known.insert(unit.code.clone()));
        let (sides, symbols) = (Names::default(), Names::default());
        let mut names = NameMap { opening, sides, symbols, part, symbol };
        // A code that needs no conversion keeps its name, even if another one is converted to the
        // same.
        let codes: Vec<String> = names.opening.units.iter().map(|unit| unit.code.to_string()).collect();
        let (kept, turned): (Vec<String>, Vec<String>) =
            codes.into_iter().partition(|code| symbol(code) == *code);
        for code in kept.into_iter().chain(turned) {
            let wanted = symbol(&code);
            names.symbols.give(code, &wanted);
        }
        for side in PostingAccount::FIXED {
            names.give(side);
        }
        let own: Vec<AccountId> = names.opening.accounts.iter().map(|account| account.id).collect();
        for id in own {
            names.give(PostingAccount::Own(id));
        }
        names
    }

    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.opening.accounts.iter().find(|account| account.id == id)
    }

    fn give(&mut self, side: PostingAccount) -> String {
        let path: Vec<String> =
            side.path(|id| self.account(id)).into_iter().map(|part| (self.part)(part)).collect();
        self.sides.give(side, &path.join(":"))
    }

    /// Returns the name of an account of the journal, and whether it is new.
    pub fn side(&mut self, side: &PostingAccount) -> (String, bool) {
        match self.sides.of(side) {
            Some(name) => (name.to_string(), false),
            None => (self.give(side.clone()), true),
        }
    }

    /// Returns a unit as the file writes it.
    pub fn unit(&mut self, unit: &Unit) -> String {
        match self.symbols.of(&unit.code.to_string()) {
            Some(symbol) => symbol.to_string(),
            None => {
                let wanted = (self.symbol)(&unit.code);
                self.symbols.give(unit.code.to_string(), &wanted)
            }
        }
    }
}

/// Returns text on one line, with non-printing characters escaped.
pub(super) fn one_line(text: &str) -> String {
    text::escape_controls(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}
