//! Statements of other people: the files that platforms and banks give their users, as rows that moved a
//! balance.
//!
//! A [`profile::Profile`] says how the rows of one platform are read, a [`rows::Interpreter`] reads them, and
//! a [`Statement`] holds what they say. Nothing here touches a disk or a ledger.

pub mod accounts;
pub mod balances;
pub mod dates;
pub mod describe;
pub mod entries;
pub mod figures;
pub mod find;
pub mod identity;
pub mod order;
pub mod pattern;
pub mod profile;
pub mod read;
pub mod rows;
pub mod template;
pub mod typed;

use balances::StatedBalance;
use profile::Profile;
use rows::{BadReason, BadRow, Interpreter, RowOutcome, SkipReason, StatementAccount, StatementRow};

/// The most rows of one reason, or bad rows, of which the lines are held.
pub const LISTED_MAX: usize = 100;

/// What the rows of one file say.
#[derive(Debug, Default)]
pub struct Statement {
    /// The accounts that its rows are of.
    pub accounts: Vec<StatementAccount>,
    /// The rows that are for the ledger or carry a balance.
    pub rows: Vec<StatementRow>,
    /// How many rows were read.
    pub read: u64,
    /// The rows that are not for the ledger, by reason.
    pub skipped: Vec<SkippedRows>,
    /// The rows that were not understood, as far as they are listed.
    pub bad: Vec<BadRow>,
    /// How many there are.
    pub bad_count: u64,
    /// Rows in which cells at the end are missing.
    pub short: u64,
    /// An opening balance that a line carries.
    pub opening: Option<StatedBalance>,
    /// Closing balances that lines or lists carry, by account.
    pub closing: Vec<(usize, StatedBalance)>,
}

/// The rows of one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedRows {
    /// The reason.
    pub reason: SkipReason,
    /// How many there are.
    pub count: u64,
    /// The lines of the first of them.
    pub lines: Vec<u64>,
}

impl Statement {
    /// Adds what a row came to.
    pub fn add(&mut self, line: u64, outcome: RowOutcome) {
        match outcome {
            RowOutcome::Balances => {}
            RowOutcome::Taken(row) => {
                self.read += 1;
                self.rows.push(row);
            }
            RowOutcome::Skipped(reason, row) => {
                self.read += 1;
                self.skip(line, reason);
                self.rows.extend(row);
            }
            RowOutcome::Bad(bad) => {
                self.read += 1;
                self.bad_count += 1;
                if self.bad.len() < LISTED_MAX {
                    self.bad.push(bad);
                }
            }
        }
    }

    /// Counts a row that is not for the ledger.
    pub fn skip(&mut self, line: u64, reason: SkipReason) {
        add_skipped(&mut self.skipped, line, reason);
    }

    /// Adds everything that a line came to.
    pub fn add_all(&mut self, line: u64, outcomes: &mut Vec<RowOutcome>) {
        outcomes.drain(..).for_each(|outcome| self.add(line, outcome));
    }

    /// Adds a line in which text follows a closing quotation mark.
    pub fn add_stray_quote(&mut self, line: u64) {
        self.add(line, RowOutcome::Bad(BadRow { line, column: None, reason: BadReason::StrayQuote }));
    }

    /// Takes what the interpreter learnt from all rows.
    pub fn finish(&mut self, interpreter: Interpreter<'_>, profile: &Profile) {
        self.settle_fees(profile);
        let only = interpreter.accounts.first().map(|account| account.unit.clone());
        let stated = |carried: &Option<(u64, String)>| {
            let (line, text) = carried.as_ref()?;
            let balance = interpreter.balance_of_line(text, only.as_ref()?)?;
            Some(StatedBalance { line: *line, balance, at: None })
        };
        self.opening = stated(&interpreter.opening);
        self.closing.extend(stated(&interpreter.closing).map(|closing| (0, closing)));
        self.accounts = interpreter.accounts;
    }

    /// Decides which fees were taken: where one of them is written negative, those that are not were given
    /// back, and what was given back is part of the effect.
    fn settle_fees(&mut self, profile: &Profile) {
        let is_taken_negative = !profile.fee_beside && self.rows.iter().any(|row| row.fee < 0);
        let mut bad = Vec::new();
        self.rows.retain_mut(|row| {
            row.fee = if is_taken_negative { (-row.fee).max(0) } else { row.fee.max(0) };
            let is_too_much = row.effect < 0 && row.fee + row.tax > -row.effect;
            if is_too_much {
                bad.push(BadRow { line: row.line, column: None, reason: BadReason::FeeAboveAmount });
            }
            !is_too_much
        });
        for row in bad {
            self.bad_count += 1;
            if self.bad.len() < LISTED_MAX {
                self.bad.push(row);
            }
        }
    }

    /// Returns how many rows are not for the ledger.
    pub fn skipped_count(&self) -> u64 {
        self.skipped.iter().map(|rows| rows.count).sum()
    }

    /// Forgets every balance.
    pub fn without_balances(&mut self) {
        self.rows.retain(|row| row.effect != 0);
        self.rows.iter_mut().for_each(|row| row.balance = None);
        (self.opening, self.closing) = (None, Vec::new());
    }
}

/// Counts a row among those of its reason.
pub fn add_skipped(skipped: &mut Vec<SkippedRows>, line: u64, reason: SkipReason) {
    let place = skipped.iter().position(|rows| rows.reason == reason);
    let place = place.unwrap_or_else(|| {
        skipped.push(SkippedRows { reason, count: 0, lines: Vec::new() });
        skipped.len() - 1
    });
    let rows = &mut skipped[place];
    rows.count += 1;
    if rows.lines.len() < LISTED_MAX {
        rows.lines.push(line);
    }
}
