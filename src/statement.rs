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
pub mod spool;
pub mod template;
pub mod typed;

use crate::period::LocalDateTime;
use balances::StatedBalance;
use order::OrderFacts;
use profile::Profile;
use read::ReadError;
use rows::{BadReason, BadRow, Interpreter, RowOutcome, SkipReason, StatementAccount, StatementRow};
use spool::{ByteStore, RowSpool};

/// The most rows of one reason, or bad rows, of which the lines are held.
pub const LISTED_MAX: usize = 100;
/// The most rows that are held in memory; more are kept elsewhere.
const ROWS_IN_MEMORY: usize = 20_000;

/// Makes the place of the rows of a long statement.
pub type MakeStore = fn() -> Result<Box<dyn ByteStore>, ReadError>;

/// What the rows of one file say.
#[derive(Debug, Default)]
pub struct Statement {
    /// The accounts that its rows are of.
    pub accounts: Vec<StatementAccount>,
    /// The rows that are for the ledger or carry a balance, in the order of the file.
    rows: Vec<StatementRow>,
    /// The same where there are too many for the memory.
    spool: Option<RowSpool>,
    /// Makes the place for them.
    make_store: Option<MakeStore>,
    /// The first failure of that place.
    failed: Option<ReadError>,
    /// What the rows say about their order.
    order: OrderFacts,
    /// Whether the file runs from the newest row to the oldest.
    is_reversed: bool,
    /// Rows by time, where the file has them in no order.
    sorted: Option<Vec<StatementRow>>,
    /// Whether rows of one second are put in order by what they are.
    puts_first: bool,
    /// Whether a running balance is the one before its row.
    stands_before: bool,
    /// Whether fees that were taken are written negative.
    is_taken_negative: bool,
    fee_beside: bool,
    /// Whether no balance is taken.
    ignores_balances: bool,
    /// The first and the last moment.
    pub span: Option<(LocalDateTime, LocalDateTime)>,
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
    /// Returns a statement without rows. Of many rows most are kept in a place that `make_store` makes.
    pub fn new(profile: &Profile, ignores_balances: bool, make_store: MakeStore) -> Statement {
        Statement {
            make_store: Some(make_store),
            stands_before: profile.stands_before,
            fee_beside: profile.fee_beside,
            ignores_balances,
            ..Statement::default()
        }
    }

    /// Adds what a row came to.
    pub fn add(&mut self, line: u64, outcome: RowOutcome) {
        match outcome {
            RowOutcome::Balances => {}
            RowOutcome::Taken(row) => {
                self.read += 1;
                if row.effect < 0 && row.fee.abs() + row.tax > -row.effect {
                    let reason = BadReason::FeeAboveAmount;
                    self.add_bad(BadRow { line: row.line, column: None, reason });
                } else {
                    self.push(row);
                }
            }
            RowOutcome::Skipped(reason, row) => {
                self.read += 1;
                self.skip(line, reason);
                if let Some(row) = row.filter(|_| !self.ignores_balances) {
                    self.push(row);
                }
            }
            RowOutcome::Bad(bad) => {
                self.read += 1;
                self.add_bad(bad);
            }
            RowOutcome::Misfit(bad, row) => {
                self.read += 1;
                self.add_bad(bad);
                let moved = if self.stands_before { row.effect } else { 0 };
                let balance = row.balance.map(|balance| balance + moved);
                self.order.add(&StatementRow { balance, ..row }, self.stands_before);
            }
        }
    }

    fn add_bad(&mut self, bad: BadRow) {
        self.bad_count += 1;
        if self.bad.len() < LISTED_MAX {
            self.bad.push(bad);
        }
    }

    fn push(&mut self, mut row: StatementRow) {
        if self.ignores_balances {
            row.balance = None;
        } else if self.stands_before {
            row.balance = row.balance.map(|balance| balance + row.effect);
        }
        self.order.add(&row, self.stands_before);
        self.is_taken_negative |= !self.fee_beside && row.fee < 0;
        self.span = match self.span {
            None => Some((row.at, row.at)),
            Some((from, to)) => Some((from.min(row.at), to.max(row.at))),
        };
        if let Some(spool) = &mut self.spool {
            if let Err(error) = spool.push(&row) {
                self.failed = self.failed.take().or(Some(error));
            }
            return;
        }
        self.rows.push(row);
        if self.rows.len() > ROWS_IN_MEMORY && self.make_store.is_some() {
            self.spill();
        }
    }

    /// Moves the rows out of the memory.
    fn spill(&mut self) {
        let Some(make) = self.make_store.take() else { return };
        let moved = make().and_then(|store| {
            let mut spool = RowSpool::new(store);
            self.rows.iter().try_for_each(|row| spool.push(row))?;
            Ok(spool)
        });
        match moved {
            Ok(spool) => {
                self.rows = Vec::new();
                self.spool = Some(spool);
            }
            Err(error) => self.failed = Some(error),
        }
    }

    /// Hands on every row, the oldest first once [`Statement::put_in_order`] has decided.
    pub fn each<E: From<ReadError>>(
        &mut self,
        mut each: impl FnMut(&StatementRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let (is_taken_negative, puts_first) = (self.is_taken_negative, self.puts_first);
        let mut second: Vec<StatementRow> = Vec::new();
        let mut hand_on = |mut row: StatementRow| -> Result<(), E> {
            // Where a fee that was taken is written negative, one that is not was given back, and what was
            // given back is part of the effect.
            row.fee = if is_taken_negative { (-row.fee).max(0) } else { row.fee.max(0) };
            if !puts_first {
                return each(&row);
            }
            if second.first().is_some_and(|first| first.at != row.at) {
                second.sort_by_key(|row| !row.is_first);
                second.drain(..).try_for_each(|row| each(&row))?;
            }
            second.push(row);
            Ok(())
        };
        match (&self.sorted, &mut self.spool) {
            (Some(rows), _) => rows.iter().cloned().try_for_each(&mut hand_on)?,
            (None, Some(spool)) => spool.replay(self.is_reversed, &mut hand_on)?,
            (None, None) if self.is_reversed => self.rows.iter().rev().cloned().try_for_each(&mut hand_on)?,
            (None, None) => self.rows.iter().cloned().try_for_each(&mut hand_on)?,
        }
        second.sort_by_key(|row| !row.is_first);
        second.iter().try_for_each(each)
    }

    /// Sorts the rows by time. Rows of one second stay in the order of the file, or the other way round.
    fn sort(&mut self) -> Result<(), ReadError> {
        let mut rows = std::mem::take(&mut self.rows);
        match &mut self.spool {
            Some(spool) => spool.replay(self.is_reversed, |row| -> Result<(), ReadError> {
                rows.push(row);
                Ok(())
            })?,
            None if self.is_reversed => {
                self.rows = rows.clone();
                rows.reverse();
            }
            None => self.rows.clone_from(&rows),
        }
        rows.sort_by_key(|row| row.at);
        self.sorted = Some(rows);
        Ok(())
    }

    /// Adds everything that a line came to.
    pub fn add_all(&mut self, line: u64, outcomes: &mut Vec<RowOutcome>) {
        if outcomes.len() < 2 {
            return outcomes.drain(..).for_each(|outcome| self.add(line, outcome));
        }
        // A row for several accounts counts once: as one for the ledger, if a part of it is.
        let is_any_taken = outcomes.iter().any(|outcome| matches!(outcome, RowOutcome::Taken(_)));
        let mut is_counted = false;
        for outcome in outcomes.drain(..) {
            match outcome {
                RowOutcome::Taken(mut row) if is_counted => {
                    row.is_part = true;
                    self.push(row);
                }
                RowOutcome::Skipped(_, row) if is_any_taken || is_counted => {
                    row.into_iter().for_each(|row| self.push(row));
                }
                RowOutcome::Bad(_) | RowOutcome::Misfit(..) if is_counted => {}
                outcome => {
                    is_counted = true;
                    self.add(line, outcome);
                }
            }
        }
    }

    /// Adds a line in which text follows a closing quotation mark.
    pub fn add_stray_quote(&mut self, line: u64) {
        self.add(line, RowOutcome::Bad(BadRow { line, column: None, reason: BadReason::StrayQuote }));
    }

    /// Takes what the interpreter learnt from all rows.
    ///
    /// # Errors
    ///
    /// Returns an error if the rows could not be kept.
    pub fn finish(&mut self, interpreter: Interpreter<'_>) -> Result<(), ReadError> {
        let only = interpreter.accounts.first().map(|account| account.unit.clone());
        let stated = |carried: &Option<(u64, String)>| {
            let (line, text) = carried.as_ref().filter(|_| !self.ignores_balances)?;
            let balance = interpreter.balance_of_line(text, only.as_ref()?)?;
            Some(StatedBalance { line: *line, balance, at: None })
        };
        let (opening, closing) = (stated(&interpreter.opening), stated(&interpreter.closing));
        self.opening = opening;
        self.closing.extend(closing.map(|closing| (0, closing)));
        self.accounts = interpreter.accounts;
        self.failed.take().map_or(Ok(()), Err)
    }

    /// Adds a balance that a list says of an account.
    pub fn add_closing(&mut self, account: usize, stated: StatedBalance) {
        if !self.ignores_balances {
            self.closing.push((account, stated));
        }
    }

    /// Counts a row that is not for the ledger.
    pub fn skip(&mut self, line: u64, reason: SkipReason) {
        add_skipped(&mut self.skipped, line, reason);
    }

    /// Returns how many rows are not for the ledger.
    pub fn skipped_count(&self) -> u64 {
        self.skipped.iter().map(|rows| rows.count).sum()
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
