//! What is common to the files of other bookkeeping programs: the facts in the order of time,
//! written one after the other.

use super::double_entry::{Names, PostingAccount};
use crate::ledger::{Account, AccountId, Entry, Snapshot};
use crate::money::{Rate, Unit};
use crate::period::Day;
use crate::text;
use std::collections::HashSet;

/// What a unit was worth from a day on.
#[derive(Clone, Debug)]
pub struct Price {
    /// One of these …
    pub unit: Unit,
    /// … was worth so many …
    pub rate: Rate,
    /// … of those.
    pub of: Unit,
    /// The first day.
    pub day: Day,
}

/// What stands at the head of a file.
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

/// A file that another program reads. Facts are handed on in the order of local time, and each
/// piece of text is written as it comes: what is remembered grows with accounts and categories,
/// never with entries.
pub trait Journal {
    /// What stands before the first fact.
    fn head(&mut self) -> String;
    /// An entry.
    fn entry(&mut self, entry: &Entry) -> String;
    /// A snapshot: what it shows beyond the entries known, and whether it is the account's first.
    fn snapshot(&mut self, snapshot: &Snapshot, unexplained: i64, first: bool) -> String;
    /// Points that expired by themselves, gone with the first second of a day.
    fn expired(&mut self, account: AccountId, day: Day, minor: i64) -> String;
    /// What stands after the last fact.
    fn end(&mut self) -> String;
}

/// The names of accounts and units in a file.
pub(super) struct NameMap {
    pub opening: Opening,
    sides: Names<PostingAccount>,
    symbols: Names<String>,
    /// How the program wants one part of the name of an account.
    part: fn(&str) -> String,
    /// How the program wants the code of a unit.
    symbol: fn(&str) -> String,
}

impl NameMap {
    pub fn new(mut opening: Opening, part: fn(&str) -> String, symbol: fn(&str) -> String) -> NameMap {
        // A unit that was undone and came into use anew is known twice.
        let mut known = HashSet::new();
        opening.units.retain(|unit| known.insert(unit.code.clone()));
        let (sides, symbols) = (Names::default(), Names::default());
        let mut names = NameMap { opening, sides, symbols, part, symbol };
        // A code that may stand as it is keeps its name, whatever another one is turned into.
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

    /// The name of a side, and whether it was given just now.
    pub fn side(&mut self, side: &PostingAccount) -> (String, bool) {
        match self.sides.of(side) {
            Some(name) => (name.to_string(), false),
            None => (self.give(side.clone()), true),
        }
    }

    /// How the file writes a unit.
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

/// A text on one line, in which what does not print is escaped.
pub(super) fn one_line(text: &str) -> String {
    text::escape_controls(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}
