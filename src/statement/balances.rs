//! Running, opening and closing balances: whether they follow from the rows, and which snapshots say them.

use super::Statement;
use super::read::ReadError;
use super::rows::StatementRow;
use crate::period::LocalDateTime;

/// A balance that a line of the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedBalance {
    /// The line.
    pub line: u64,
    /// The balance.
    pub balance: i64,
    /// When it was, where the file says.
    pub at: Option<LocalDateTime>,
}

/// A balance that does not follow from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainBreak {
    /// The line of the row.
    pub line: u64,
    /// The balance that follows from the one before.
    pub expected: i64,
    /// The balance of the row.
    pub found: i64,
}

/// A balance that a snapshot may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedSnapshot {
    /// When.
    pub at: LocalDateTime,
    /// The balance.
    pub balance: i64,
}

/// What the rows of one account say about its balance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChain {
    /// Rows that moved the balance.
    pub entries: u64,
    /// What came.
    pub arrived: i64,
    /// What left.
    pub left: i64,
    /// Fees and taxes.
    pub fees: i64,
    /// The same for taxes.
    pub taxes: i64,
    /// The first and the last moment.
    pub span: Option<(LocalDateTime, LocalDateTime)>,
    /// The balance before the first row.
    pub opening: Option<PlannedSnapshot>,
    /// The balance before the rows of a second whose balance does not follow from the one before.
    pub broken: Vec<PlannedSnapshot>,
    /// The balance after the last row.
    pub closing: Option<PlannedSnapshot>,
    /// Steps that hold.
    pub steps: u64,
    /// Steps that do not.
    pub breaks: Vec<ChainBreak>,
    state: ChainState,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ChainState {
    /// The last balance, and what moved since.
    last: Option<i64>,
    since: i64,
    /// What moved before the first balance.
    first_sum: i64,
    /// The latest moment of a row with a balance.
    seen_at: Option<LocalDateTime>,
    /// Whether the times run both ways.
    is_unsorted: bool,
    /// The second of the last row, what moved in it, and the balance before it where it is broken.
    second: Option<LocalDateTime>,
    second_sum: i64,
    before: Option<i64>,
}

impl AccountChain {
    /// Adds the next row, the oldest first.
    pub fn add(&mut self, row: &StatementRow) {
        let state = &mut self.state;
        if state.second != Some(row.at) {
            if let (Some(at), Some(balance)) = (state.second, state.before.take()) {
                self.broken.push(PlannedSnapshot { at: LocalDateTime(at.0 - 1), balance });
            }
            (state.second, state.second_sum) = (Some(row.at), 0);
        }
        state.second_sum += row.effect;
        state.is_unsorted |= self.span.is_some_and(|(_, to)| row.at < to);
        if row.effect != 0 {
            self.entries += 1;
            if row.effect > 0 { self.arrived += row.effect } else { self.left -= row.effect }
        }
        self.fees += row.fee;
        self.taxes += row.tax;
        self.span = match self.span {
            None => Some((row.at, row.at)),
            Some((from, to)) => Some((from.min(row.at), to.max(row.at))),
        };
        state.since += row.effect;
        let Some(balance) = row.balance else {
            state.first_sum += if state.last.is_none() { row.effect } else { 0 };
            return;
        };
        match state.last {
            None => {
                let before = balance - state.first_sum - row.effect;
                self.opening = Some(PlannedSnapshot { at: row.at, balance: before });
            }
            Some(last) if last + state.since == balance => self.steps += 1,
            Some(last) => {
                let expected = last + state.since;
                self.breaks.push(ChainBreak { line: row.line, expected, found: balance });
                state.before = Some(balance - state.second_sum);
            }
        }
        (state.last, state.since) = (Some(balance), 0);
        state.seen_at = state.seen_at.max(Some(row.at));
    }

    /// Ends with what lines of the file say.
    pub fn finish(&mut self, opening: Option<StatedBalance>, closing: Option<StatedBalance>) {
        let state = &mut self.state;
        if let (Some(at), Some(balance)) = (state.second, state.before.take()) {
            self.broken.push(PlannedSnapshot { at: LocalDateTime(at.0 - 1), balance });
        }
        let Some((from, to)) = self.span else {
            // A list without rows may still say its balance.
            let at = closing.and_then(|stated| stated.at);
            self.closing =
                closing.zip(at).map(|(stated, at)| PlannedSnapshot { at, balance: stated.balance });
            return;
        };
        let before = LocalDateTime(from.0 - 1);
        if let Some(stated) = opening {
            let has_running = self.opening.is_some();
            self.opening = Some(PlannedSnapshot { at: before, balance: stated.balance });
            if !has_running && state.last.is_none() {
                state.last = Some(stated.balance);
            }
        }
        if let Some(opening) = &mut self.opening {
            opening.at = before;
        }
        self.closing = state.last.zip(state.seen_at).map(|(balance, at)| PlannedSnapshot { at, balance });
        if let Some(stated) = closing {
            let at = stated.at.unwrap_or(to);
            // A balance of another moment need not follow from the rows.
            if let Some(last) = state.last.filter(|_| stated.at.is_none_or(|at| at >= to)) {
                match last + state.since == stated.balance {
                    true => self.steps += 1,
                    false => {
                        let expected = last + state.since;
                        self.breaks.push(ChainBreak { line: stated.line, expected, found: stated.balance });
                    }
                }
            }
            self.closing = Some(PlannedSnapshot { at, balance: stated.balance });
        }
    }
}

impl Statement {
    /// Ends the chains of its accounts, to which every row was added.
    ///
    /// # Errors
    ///
    /// Returns an error if the rows cannot be read again.
    pub fn finish_chains(&mut self, chains: &mut [AccountChain]) -> Result<(), ReadError> {
        for (number, chain) in chains.iter_mut().enumerate() {
            let closing = self.closing.iter().find(|(account, _)| *account == number);
            let opening = self.opening.filter(|_| number == 0);
            chain.finish(opening, closing.map(|(_, stated)| *stated));
            // Where the file's order is not that of its times, the ledger still sums up by the times.
            if let (true, Some(opening), Some(seen_at), Some(last)) =
                (chain.state.is_unsorted, &mut chain.opening, chain.state.seen_at, chain.state.last)
                && self.opening.is_none()
            {
                let mut moved = 0;
                self.each(|row| -> Result<(), ReadError> {
                    moved += if row.account == number && row.at <= seen_at { row.effect } else { 0 };
                    Ok(())
                })?;
                let jumped: i64 = chain.breaks.iter().map(|found| found.found - found.expected).sum();
                opening.balance = last - moved - jumped;
            }
        }
        Ok(())
    }
}
