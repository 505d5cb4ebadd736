//! Which way a file runs, and whether its running balances contradict its amounts.

use super::Statement;
use super::profile::{FileDirection, Profile};
use super::read::ReadError;
use super::rows::StatementRow;
use crate::period::LocalDateTime;

/// The running balances say that the profile reads the amounts wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContradictedAmounts {
    /// Whether the signs are turned round; else the balance stands on the other side of its row.
    pub are_signs_turned: bool,
    /// The steps that would hold.
    pub would_hold: u64,
    /// The steps that do.
    pub hold: u64,
}

/// How a balance is compared with the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As it is read.
    AsRead,
    /// With the signs turned round.
    Turned,
    /// With the balance on the other side of its row.
    OtherSide,
}

const READINGS: [Reading; 3] = [Reading::AsRead, Reading::Turned, Reading::OtherSide];

impl Reading {
    /// Returns effect and balance of a row in this reading. As read, a balance is the one after its row.
    fn of(self, row: &StatementRow, stands_before: bool) -> (i64, Option<i64>) {
        let effect = row.effect;
        let moved = match (self, stands_before) {
            (Reading::OtherSide, false) => effect,
            (Reading::OtherSide, true) => -effect,
            (Reading::Turned, true) => -2 * effect,
            _ => 0,
        };
        let balance = row.balance.map(|balance| balance + moved);
        (if self == Reading::Turned { -effect } else { effect }, balance)
    }
}

/// Counts the steps that hold while the file is read, in both directions.
#[derive(Clone, Copy, Debug, Default)]
struct StepCount {
    /// Balance and effect of the last row with a balance, and what moved since.
    last: Option<(i64, i64)>,
    since: i64,
    forward: u64,
    back: u64,
}

impl StepCount {
    fn add(&mut self, effect: i64, balance: Option<i64>) {
        let Some(balance) = balance else {
            self.since += effect;
            return;
        };
        if let Some((last, last_effect)) = self.last {
            self.forward += u64::from(last + self.since + effect == balance);
            self.back += u64::from(balance + self.since + last_effect == last);
        }
        (self.last, self.since) = (Some((balance, effect)), 0);
    }
}

/// What the rows of a file say about its order, gathered as they are read.
#[derive(Clone, Debug, Default)]
pub struct OrderFacts {
    last_at: Option<LocalDateTime>,
    up: u64,
    down: u64,
    steps: Vec<[StepCount; READINGS.len()]>,
}

impl OrderFacts {
    /// Adds the next row of the file.
    pub fn add(&mut self, row: &StatementRow, stands_before: bool) {
        if let Some(last) = self.last_at {
            self.up += u64::from(last < row.at);
            self.down += u64::from(last > row.at);
        }
        self.last_at = Some(row.at);
        if self.steps.len() <= row.account {
            self.steps.resize_with(row.account + 1, Default::default);
        }
        for (reading, count) in READINGS.iter().zip(&mut self.steps[row.account]) {
            let (effect, balance) = reading.of(row, stands_before);
            count.add(effect, balance);
        }
    }

    /// Returns how many steps hold in a reading, from the first row on and from the last one back.
    fn held(&self, reading: Reading) -> (u64, u64) {
        let number = READINGS.iter().position(|other| *other == reading).unwrap_or(0);
        let counts = self.steps.iter().map(|counts| counts[number]);
        counts.fold((0, 0), |sum, count| (sum.0 + count.forward, sum.1 + count.back))
    }
}

impl Statement {
    /// Decides in which order the rows are handed on, the oldest first.
    ///
    /// The times tell which way the file runs; where they do not differ, the balances do; else the profile.
    /// Rows whose times run both ways are sorted, unless more steps hold in the order of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if more steps hold with the signs turned round, or with the balances on the other
    /// side of their rows.
    pub fn put_in_order(&mut self, profile: &Profile) -> Result<Result<(), ContradictedAmounts>, ReadError> {
        let facts = std::mem::take(&mut self.order);
        let (forward, back) = facts.held(Reading::AsRead);
        let by_balance = || match forward.cmp(&back) {
            std::cmp::Ordering::Greater => FileDirection::OldestFirst,
            std::cmp::Ordering::Less => FileDirection::NewestFirst,
            std::cmp::Ordering::Equal => profile.order.unwrap_or(FileDirection::OldestFirst),
        };
        let direction = match facts.up.cmp(&facts.down) {
            std::cmp::Ordering::Greater => FileDirection::OldestFirst,
            std::cmp::Ordering::Less => FileDirection::NewestFirst,
            std::cmp::Ordering::Equal => by_balance(),
        };
        self.is_reversed = direction == FileDirection::NewestFirst;
        self.puts_first = !profile.first.is_empty();
        let in_file = if self.is_reversed { back } else { forward };
        let mut hold = in_file;
        if facts.up > 0 && facts.down > 0 {
            self.sort()?;
            let sorted = self.steps_held(profile.stands_before)?;
            if sorted < in_file {
                self.sorted = None;
            } else {
                hold = sorted;
            }
        }
        if self.puts_first {
            hold = self.steps_held(profile.stands_before)?;
        }
        for (reading, are_signs_turned) in [(Reading::Turned, true), (Reading::OtherSide, false)] {
            let (forward, back) = facts.held(reading);
            let would_hold = match (facts.up, facts.down) {
                (0, 0) => forward.max(back),
                _ if self.is_reversed => back,
                _ => forward,
            };
            if would_hold > hold {
                return Ok(Err(ContradictedAmounts { are_signs_turned, would_hold, hold }));
            }
        }
        Ok(Ok(()))
    }

    /// Counts the steps that hold in the order of the rows.
    fn steps_held(&mut self, stands_before: bool) -> Result<u64, ReadError> {
        let mut counts: Vec<StepCount> = vec![StepCount::default(); self.accounts.len()];
        self.each(|row| -> Result<(), ReadError> {
            let (effect, balance) = Reading::AsRead.of(row, stands_before);
            counts[row.account].add(effect, balance);
            Ok(())
        })?;
        Ok(counts.iter().map(|count| count.forward).sum())
    }
}
