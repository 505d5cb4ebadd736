//! Which way a file runs, and whether its running balances contradict its amounts.

use super::Statement;
use super::profile::{Direction, Profile};
use super::rows::StatementRow;

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

/// Counts the steps that hold.
fn steps<'r>(
    rows: impl Iterator<Item = &'r StatementRow>,
    accounts: usize,
    reading: Reading,
    stands_before: bool,
) -> u64 {
    let mut states: Vec<(Option<i64>, i64)> = vec![(None, 0); accounts];
    let mut held = 0;
    for row in rows {
        let (last, since) = &mut states[row.account];
        let effect = if reading == Reading::Turned { -row.effect } else { row.effect };
        let moved = *since + effect;
        let Some(balance) = row.balance else {
            *since = moved;
            continue;
        };
        // Balances are those after their rows; on the other side they were read the other way.
        let balance = match (reading, stands_before) {
            (Reading::OtherSide, false) => balance + row.effect,
            (Reading::OtherSide, true) => balance - row.effect,
            (Reading::Turned, true) => balance - 2 * row.effect,
            _ => balance,
        };
        held += u64::from(last.is_some_and(|last| last + moved == balance));
        (*last, *since) = (Some(balance), 0);
    }
    held
}

impl Statement {
    /// Puts the rows in order, the oldest first.
    ///
    /// The times tell which way the file runs; where they do not differ, the balances do; else the profile.
    /// Rows whose times run both ways are sorted, unless more steps hold in the order of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if more steps hold with the signs turned round, or with the balances on the other
    /// side of their rows.
    pub fn put_in_order(&mut self, profile: &Profile) -> Result<(), ContradictedAmounts> {
        let accounts = self.accounts.len();
        let before = profile.stands_before;
        if before {
            for row in &mut self.rows {
                row.balance = row.balance.map(|balance| balance + row.effect);
            }
        }
        let (mut up, mut down) = (0u64, 0u64);
        for pair in self.rows.windows(2) {
            up += u64::from(pair[0].at < pair[1].at);
            down += u64::from(pair[0].at > pair[1].at);
        }
        let held = |rows: &[StatementRow], reading| steps(rows.iter(), accounts, reading, before);
        let held_back = |rows: &[StatementRow], reading| steps(rows.iter().rev(), accounts, reading, before);
        let direction = match up.cmp(&down) {
            std::cmp::Ordering::Greater => Direction::OldestFirst,
            std::cmp::Ordering::Less => Direction::NewestFirst,
            std::cmp::Ordering::Equal => {
                let (forward, back) = (held(&self.rows, Reading::AsRead), held_back(&self.rows, Reading::AsRead));
                match forward.cmp(&back) {
                    std::cmp::Ordering::Greater => Direction::OldestFirst,
                    std::cmp::Ordering::Less => Direction::NewestFirst,
                    std::cmp::Ordering::Equal => profile.order.unwrap_or(Direction::OldestFirst),
                }
            }
        };
        if direction == Direction::NewestFirst {
            self.rows.reverse();
        }
        if up > 0 && down > 0 {
            let in_file = held(&self.rows, Reading::AsRead);
            let mut numbers: Vec<usize> = (0..self.rows.len()).collect();
            numbers.sort_by_key(|number| self.rows[*number].at);
            let sorted = numbers.iter().filter_map(|number| self.rows.get(*number));
            if steps(sorted, accounts, Reading::AsRead, before) >= in_file {
                self.rows.sort_by_key(|row| row.at);
            }
        }
        if !profile.first.is_empty() {
            let mut begin = 0;
            while begin < self.rows.len() {
                let at = self.rows[begin].at;
                let length = self.rows[begin..].iter().take_while(|row| row.at == at).count();
                self.rows[begin..begin + length].sort_by_key(|row| !row.is_first);
                begin += length;
            }
        }
        let hold = held(&self.rows, Reading::AsRead);
        for (reading, are_signs_turned) in [(Reading::Turned, true), (Reading::OtherSide, false)] {
            let mut would_hold = held(&self.rows, reading);
            if up == 0 && down == 0 {
                would_hold = would_hold.max(held_back(&self.rows, reading));
            }
            if would_hold > hold {
                return Err(ContradictedAmounts { are_signs_turned, would_hold, hold });
            }
        }
        Ok(())
    }
}
