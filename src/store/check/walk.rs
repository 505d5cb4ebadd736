//! One walk through everything that was recorded, in the order of its numbers: are they all there, does
//! each entry keep the rules that it was recorded under, and what follows from those that count?
//!
//! The way is cut into stretches, and where the machine can do several things at a time so many
//! stretches are walked at once, each over a connection of its own; they are put together in order.

use super::super::derived::{Derivation, Step, Sums};
use super::super::read::{expires_at, kind_at, moment_at, size_at, unit_at};
use super::super::{Store, StoreError};
use super::FINDINGS_MAX;
use super::pass::{Known, NUMBERED, Part, Pass, Sequence};
use crate::ledger::Account;
use rusqlite::OpenFlags;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, available_parallelism, scope};

/// So many numbers are one stretch, of which little memory is taken.
const STRETCH: i64 = 1 << 13;
/// At most so many stretches are numbered apart, however large a number a damaged ledger has.
const STRETCHES_MAX: i64 = 1 << 16;
/// None runs ahead of the others by more, so that what waits takes little memory.
const AHEAD: usize = 6;
/// At most so many are walked at once.
const AT_ONCE_MAX: usize = 4;

/// What the walk came to.
#[derive(Default)]
pub(super) struct Walk {
    /// What is wrong with the numbers.
    pub numbers: Vec<String>,
    /// What is wrong with the entries.
    pub entries: Vec<String>,
    /// Entries that count.
    pub counted: i64,
    /// A row from which nothing follows, for what it holds.
    pub unreadable: Option<rusqlite::Error>,
}

/// What an entry is held against.
pub(super) struct Ground<'l> {
    /// The accounts that there are.
    pub accounts: &'l [Account],
    /// The changes that do not count.
    pub voided: &'l BTreeSet<i64>,
    /// Is it known which ones count? Else no rule is held against an entry.
    pub sound: bool,
    /// Is all of the ledger looked at, so that the file is read through at the same time? Else only
    /// what totals follow from is, and neither numbers nor rules.
    pub whole: bool,
}

/// What was walked so far.
struct Way<'d> {
    walk: Walk,
    numbers: Sequence,
    derivation: &'d mut Derivation,
}

impl Way<'_> {
    /// Goes on with the next part.
    fn take(&mut self, part: Part) {
        self.numbers.go_on(part.numbers);
        self.walk.entries.extend(part.entries);
        self.walk.entries.truncate(FINDINGS_MAX);
        self.walk.counted += part.counted;
        if let Some(error) = part.unreadable {
            self.walk.unreadable.get_or_insert(error);
        }
        self.derivation.moves(&part.moves);
    }
}

impl Store {
    /// Walks through all that was recorded, and tells a derivation of the entries that count, after
    /// `first` told it of what comes before them.
    pub(super) fn walk_through(
        &self,
        ground: &Ground<'_>,
        derivation: &mut Derivation,
        first: impl FnOnce(&mut Derivation),
    ) -> Result<Walk, StoreError> {
        let gone = self.accounts_undone()?;
        let units =
            self.all("SELECT seq, code, decimals FROM unit", [], |row| Ok((row.get(0)?, unit_at(row, 1)?)));
        let known = Arc::new(Known::new(ground, &gone, units?.into_iter().collect()));
        let mut way = Way { walk: Walk::default(), numbers: Sequence::default(), derivation };
        let stretches = stretches(self.last_number()?);
        let others = match self.others_alike(stretches.len(), usize::from(ground.whole)) {
            // One other would only do what can be done here.
            others if others.len() < 2 => Vec::new(),
            others => others,
        };
        let walked = self.walk_with(others, &known, &stretches, first, &mut way);
        walked.map_err(|e| self.fail(e))?;
        let mut walk = way.walk;
        walk.numbers = way.numbers.findings();
        if walk.unreadable.is_none() {
            for account in derivation.out_of_order() {
                self.walk_again(account, derivation)?;
            }
        }
        Ok(walk)
    }

    /// Walks the stretches, as many at a time as there are other connections, and goes on from each to
    /// the next. What nobody else walks is walked over the ledger's own connection.
    fn walk_with(
        &self,
        others: Vec<Store>,
        known: &Arc<Known>,
        stretches: &[RangeInclusive<i64>],
        first: impl FnOnce(&mut Derivation),
        way: &mut Way<'_>,
    ) -> rusqlite::Result<()> {
        let count = others.len().max(1);
        scope(|scope| {
            let mut walking = Vec::new();
            for (at, other) in others.into_iter().enumerate() {
                let (send, receive) = sync_channel(AHEAD);
                let work = move || {
                    let Ok(mut pass) = Pass::new(&other.db, Arc::clone(known)) else {
                        return Sums::default();
                    };
                    for stretch in stretches.iter().skip(at).step_by(count) {
                        let walked = pass.walk(stretch);
                        // Nobody waits for more after an error.
                        let is_last = walked.is_err();
                        if send.send(walked).is_err() || is_last {
                            break;
                        }
                    }
                    pass.share().sums()
                };
                // Of one that does not come into being nothing arrives.
                walking.push((receive, Builder::new().spawn_scoped(scope, work)));
            }
            first(way.derivation);
            let mut own = None;
            for (at, stretch) in stretches.iter().enumerate() {
                let part = walking.get(at % count).and_then(|(receive, _)| receive.recv().ok());
                let part = part.unwrap_or_else(|| {
                    let own = match &mut own {
                        Some(own) => own,
                        none => none.insert(Pass::new(&self.db, Arc::clone(known))?),
                    };
                    own.walk(stretch)
                });
                way.take(part?);
            }
            for (_, other) in walking {
                let Ok(other) = other else { continue };
                way.derivation.sums(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            if let Some(own) = own {
                way.derivation.sums(own.share().sums());
            }
            Ok(())
        })
    }

    /// The largest number that anything recorded has.
    fn last_number(&self) -> Result<Option<i64>, StoreError> {
        let largest: Vec<String> = NUMBERED
            .into_iter()
            .chain([("change", "seq"), ("entry", "seq")])
            .map(|(table, key)| format!("SELECT max({key}) AS number FROM {table}"))
            .collect();
        let sql = format!("SELECT max(number) FROM ({})", largest.join(" UNION ALL "));
        Ok(self.maybe(&sql, [], |row| row.get(0))?.flatten())
    }

    /// As many connections as the machine can serve at a time beside what it does already, and as there
    /// is use for, on which the same was recorded and nothing else.
    pub(super) fn others_alike(&self, useful: usize, taken: usize) -> Vec<Store> {
        let many = available_parallelism().map_or(1, usize::from).saturating_sub(taken);
        (0..many.min(AT_ONCE_MAX).min(useful)).map_while(|_| self.alike()).collect()
    }

    /// Another connection to the same moment of the file, where that is to be had: whatever is written
    /// adds a change.
    fn alike(&self) -> Option<Store> {
        if self.writing || self.unborn {
            return None;
        }
        let last = |store: &Store| -> Option<(i64, i64)> {
            let sql = "SELECT seq, id FROM change ORDER BY seq DESC LIMIT 1";
            store.maybe(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).ok()?
        };
        let other = self.opened_again(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        other.run("BEGIN").ok()?;
        (last(&other)? == last(self)?).then_some(other)
    }

    /// Tells the entries of one account in the order in which they happened.
    fn walk_again(&self, account: i64, derivation: &mut Derivation) -> Result<(), StoreError> {
        let live = "change NOT IN (SELECT change FROM voided)";
        let sql = format!(
            "SELECT at, seq, 0, kind, amount_out, expires FROM entry WHERE from_account = ?1 AND {live}
             UNION ALL
             SELECT at, seq, 1, kind, amount_in, expires FROM entry WHERE to_account = ?1 AND {live}
             ORDER BY 1, 2"
        );
        let mut path = derivation.again(account);
        self.all(&sql, [account], |row| {
            let (amount, expires) = (size_at(row, 4)?, expires_at(row, 5)?);
            let kind = kind_at(row, 3)?;
            let step = match row.get(2)? {
                false => Step::Leave { amount },
                true => Step::Arrive { kind, amount, expires },
            };
            path.step(moment_at(row, 0)?, row.get(1)?, step);
            Ok(())
        })
        .map(|_| ())
    }
}

/// The way up to the last number, in stretches.
fn stretches(last: Option<i64>) -> Vec<RangeInclusive<i64>> {
    let Some(last) = last else { return Vec::new() };
    let length = STRETCH.max(last / STRETCHES_MAX + 1);
    let count = (last.max(1) - 1) / length + 1;
    let begin = |at: i64| if at == 0 { i64::MIN } else { at * length + 1 };
    let end = |at: i64| if at + 1 == count { last } else { (at + 1) * length };
    (0..count).map(|at| begin(at)..=end(at)).collect()
}
