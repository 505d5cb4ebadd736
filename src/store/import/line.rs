//! Adds one line of each kind, unless the ledger has it already.

use super::{Importer, PendingChange, REPEATS, RowError};
use crate::import::{
    self, AccountLine, ChangeLine, Content, EntryLine, ExpectedValue, LineError, RateLine, SnapshotLine,
    UnitLine, VoidLine,
};
use crate::ledger::{Account, AccountId, Id, RuleViolation, name};
use crate::money::Unit;
use crate::period::LocalDateTime;
use crate::store::{Refusal, StoreError};
use rusqlite::params;
use smol_str::SmolStr;

impl Importer<'_> {
    pub(super) fn unit_line(&mut self, line: &UnitLine) -> Result<bool, RowError> {
        let unit = line.unit()?;
        if self.existing_change(line.change.as_deref())?.is_some() {
            self.check_unit(line)?;
            return Ok(false);
        }
        if self.writer.units.contains_key(&unit) {
            return Ok(false);
        }
        if let Some(other) = Unit::currency(&unit.code).filter(|other| *other != unit) {
            let error = Refusal::UnitDiffers { unit: other, wanted: unit.decimals };
            return Err(StoreError::from(error).into());
        }
        let change = self.change_for(line.change.as_deref())?;
        self.writer.unit(&unit, change)?;
        Ok(true)
    }

    pub(super) fn account_line(&mut self, number: u64, line: &AccountLine) -> Result<bool, RowError> {
        let change = line.change.as_deref();
        if let Some(known) = self.existing_change(change)? {
            let account = self.known_version(known, line)?;
            self.add_version(number, change, account)?;
            return Ok(false);
        }
        let unit = self.unit(&line.unit)?;
        let mut account = line.account(AccountId(0), unit)?;
        // What edits read is settled first: an account without facts may change its nature.
        self.writer.flush()?;
        let (id, is_new) = match &line.of {
            Some(of) => {
                account.id = self.account_called(of)?;
                self.edited(&account, change)?
            }
            None => self.opened(&account, change)?,
        };
        account.id = id;
        self.add_version(number, change, account)?;
        Ok(is_new)
    }

    /// Another version of an account: its id, and whether the version is new.
    fn edited(&mut self, account: &Account, change: Option<&str>) -> Result<(AccountId, bool), RowError> {
        if change.is_some() {
            let change = self.change_for(change)?;
            self.writer.merge_version(account, change)?;
            return Ok((account.id, true));
        }
        let same = self.writer.balances.accounts.get(&account.id) == Some(account);
        if same || self.find_version(account, Some(account.id))?.is_some() {
            return Ok((account.id, false));
        }
        let change = self.change_for_version(account.id)?;
        self.writer.edit(account, change)?;
        Ok((account.id, true))
    }

    /// The first version of an account, which the ledger may have opened itself.
    fn opened(&mut self, account: &Account, change: Option<&str>) -> Result<(AccountId, bool), RowError> {
        let folded = name::fold_case(&account.name);
        // A line may be there twice.
        let versions = self.versions.named(&folded).and_then(|id| self.versions.current(id));
        if let Some(versions) =
            versions.filter(|versions| **versions == Account { id: versions.id, ..account.clone() })
        {
            return Ok((versions.id, false));
        }
        let live = self.writer.balances.accounts.values().find(|a| name::fold_case(&a.name) == folded);
        // An account that the file had under another name is not the one that it opens here.
        let live = live.filter(|a| change.is_none() || !self.versions.knows(a.id)).cloned();
        match (live, change) {
            (Some(live), Some(_)) => {
                let agrees = live.kind == account.kind
                    && live.unit == account.unit
                    && live.platform == account.platform;
                if !agrees {
                    return Err(LineError::AccountDiffers(account.name.clone()).into());
                }
                let change = self.change_for(change)?;
                self.writer.merge_version(&Account { id: live.id, ..account.clone() }, change)?;
                return Ok((live.id, true));
            }
            (Some(live), None) => {
                let agrees = live.kind == account.kind
                    && live.unit == account.unit
                    && (account.platform.is_none() || live.platform == account.platform)
                    && (account.limit.is_none() || live.limit == account.limit)
                    && (account.bill_day.is_none() || live.bill_day == account.bill_day)
                    && (account.note.is_none() || live.note == account.note)
                    && (!account.closed || live.closed);
                return match self.find_version(account, None)? {
                    _ if agrees => Ok((live.id, false)),
                    Some(id) => Ok((id, false)),
                    None => Err(LineError::AccountDiffers(account.name.clone()).into()),
                };
            }
            (None, None) => {
                if let Some(id) = self.find_version(account, None)? {
                    return Ok((id, false));
                }
            }
            (None, Some(_)) => {}
        }
        let change = self.change_for(change)?;
        Ok((self.writer.open(account, change)?, true))
    }

    /// The account that stands exactly so, or stood so once.
    fn find_version(
        &self,
        account: &Account,
        id: Option<AccountId>,
    ) -> Result<Option<AccountId>, StoreError> {
        let Some(unit) = self.writer.units.get(&account.unit) else { return Ok(None) };
        let sql = "SELECT v.account FROM account_version v JOIN change c ON c.seq = v.change
                   WHERE v.name = ?1 AND v.platform IS ?2 AND v.kind = ?3 AND v.unit = ?4 AND v.limit_amount IS ?5
                     AND v.bill_day IS ?6 AND v.note IS ?7 AND v.closed = ?8 AND v.account = ifnull(?9, v.account)
                     AND c.seq NOT IN (SELECT change FROM voided_change)
                   ORDER BY v.seq DESC LIMIT 1";
        let values = params![
            account.name,
            account.platform,
            account.kind,
            unit,
            account.limit,
            account.bill_day,
            account.note,
            account.closed,
            id
        ];
        self.writer.store.maybe(sql, values, |row| row.get(0))
    }

    pub(super) fn rate_line(&mut self, line: &RateLine) -> Result<bool, RowError> {
        let (rate, day) = line.rate()?;
        if let Some(known) = self.existing_change(line.change.as_deref())? {
            self.check_rate(known, line)?;
            return Ok(false);
        }
        let (unit, of) = (self.unit(&line.unit)?, self.unit(&line.of)?);
        let numbers = (self.writer.units.get(&unit).copied(), self.writer.units.get(&of).copied());
        if let ((Some(unit), Some(of)), None) = (numbers, &line.change) {
            let sql = "SELECT 1 FROM rate r JOIN change c ON c.seq = r.change
                       WHERE r.unit = ?1 AND r.of = ?2 AND r.day = ?3 AND r.value = ?4
                         AND c.seq NOT IN (SELECT change FROM voided_change)";
            let values = params![unit, of, day, rate];
            if self.writer.store.maybe(sql, values, |_| Ok(()))?.is_some() {
                return Ok(false);
            }
        }
        let change = self.change_for(line.change.as_deref())?;
        self.writer.rate(&unit, rate, &of, day, change)?;
        Ok(true)
    }

    pub(super) fn change_line(&mut self, line: &ChangeLine) -> Result<bool, RowError> {
        let (id, at) = (self.key(&line.id)?, import::moment(&line.at)?);
        if self.pending.contains_key(&id) || self.change_of(id)?.is_some() {
            self.check_change(id, line)?;
            return Ok(false);
        }
        let order = self.summary.read as usize;
        self.pending.insert(id, PendingChange { order, at, command: line.command.clone() });
        Ok(true)
    }

    pub(super) fn entry_line(&mut self, mut line: EntryLine) -> Result<bool, RowError> {
        let id = line.id.as_deref().map(|text| self.key(text)).transpose()?;
        if let Some(id) = id
            && self.is_existing_entry(id, &line)?
        {
            return Ok(false);
        }
        if let (Some(_), Some(_), Some(change)) =
            (self.existing_change(line.change.as_deref())?, id, &line.change)
        {
            return Err(LineError::ChangeIsOver(change.to_string()).into());
        }
        let (from, to) = (self.place(line.from.as_deref())?, self.place(line.to.as_deref())?);
        let said = |code: &Option<SmolStr>| code.as_deref().map(|code| self.unit(code)).transpose();
        let outside = [said(&line.out_unit)?, said(&line.in_unit)?];
        for (key, place, said) in [("out_unit", &from, &outside[0]), ("in_unit", &to, &outside[1])] {
            if let (Some((_, unit)), Some(said)) = (place, said)
                && unit != said
            {
                let (text, expected) = (said.code.to_string(), ExpectedValue::UnitOfAccount);
                return Err(LineError::Value { key, text, expected }.into());
            }
        }
        let named = line.change.take();
        let (mut entry, content) = line.entry(from, to, outside)?;
        let (from, at) = (entry.from.account, entry.at);
        let id = match id {
            Some(id) => Some(id),
            None => {
                // Most lines of most files are new, which the writer finds out by itself.
                let goes_on = self.ungrouped == self.latest && self.ungrouped_is_of_events && named.is_none();
                let ungrouped = self.ungrouped.filter(|_| goes_on);
                let ungrouped = ungrouped.filter(|_| {
                    let is_open = self.check_open(&entry).is_ok();
                    is_open && !self.repeats.contains_key(&content) && self.writer.check(&entry).is_ok()
                });
                if let Some(change) = ungrouped {
                    entry.id = Id::new(entry.at, content.hash(1));
                    if self.writer.record_if_new(&entry, change)? {
                        self.note_outflow(from, at);
                        return Ok(true);
                    }
                }
                self.made_id(content, entry.at, |importer, id| importer.writer.recorded_entry(id, &entry))?
            }
        };
        let Some(id) = id else { return Ok(false) };
        entry.id = id;
        if named.is_none() {
            self.check_open(&entry)?;
        }
        let change = self.change_for_event(named.as_deref())?;
        self.writer.record_entry(&entry, change)?;
        self.note_outflow(from, at);
        Ok(true)
    }

    pub(super) fn snapshot_line(&mut self, line: &SnapshotLine) -> Result<bool, RowError> {
        let id = line.id.as_deref().map(|text| self.key(text)).transpose()?;
        if let Some(id) = id
            && self.is_existing_snapshot(id, line)?
        {
            return Ok(false);
        }
        if let (Some(_), Some(_), Some(change)) =
            (self.existing_change(line.change.as_deref())?, id, &line.change)
        {
            return Err(LineError::ChangeIsOver(change.to_string()).into());
        }
        let Some((account, unit)) = self.place(Some(&line.account))? else {
            return Err(LineError::UnknownAccount(line.account.to_string()).into());
        };
        let held = self.writer.balances.account(account)?;
        if held.unit != unit {
            let rule = RuleViolation::UnitNotOfAccount { account: held.name, wanted: held.unit, given: unit };
            return Err(StoreError::from(rule).into());
        }
        let mut snapshot = line.snapshot(account, &unit)?;
        let id = match id {
            Some(id) => Some(id),
            None => {
                let content = line.content(&snapshot);
                let recorded = |importer: &mut Self, id| importer.writer.recorded_snapshot(id, &snapshot);
                self.made_id(content, snapshot.at, recorded)?
            }
        };
        let Some(id) = id else { return Ok(false) };
        snapshot.id = id;
        if line.change.is_none() && held.closed {
            return Err(StoreError::from(RuleViolation::AccountClosed { account: held.name }).into());
        }
        let change = self.change_for_event(line.change.as_deref())?;
        self.writer.record_snapshot(&snapshot, change)?;
        self.note_outflow(Some(account), snapshot.at);
        Ok(true)
    }

    /// An id for a line without one, made from its content and how often it came before; none
    /// where the ledger knows it. `recorded` finds what has an id: its number, and whether it is
    /// the same thing and counts.
    fn made_id(
        &mut self,
        content: Content,
        at: LocalDateTime,
        recorded: impl Fn(&mut Self, Id) -> Result<Option<(i64, bool)>, StoreError>,
    ) -> Result<Option<Id>, RowError> {
        let mut number = self.repeats.get(&content).map_or(1, |often| often + 1);
        let id = loop {
            let id = Id::new(at, content.hash(number));
            match recorded(self, id)? {
                None => break Some(id),
                Some((_, false)) => number += 1 << 32,
                // Another line of this file is that one already.
                Some((seq, true)) if seq >= self.first || self.matched.has(seq) => {
                    number = (number & u64::from(u32::MAX)) + 1;
                }
                Some((seq, true)) => {
                    self.matched.add(seq);
                    break None;
                }
            }
        };
        let count = number & u64::from(u32::MAX);
        if count >= REPEATS {
            self.repeats.insert(content, count);
        }
        Ok(id)
    }

    pub(super) fn void_line(&mut self, number: u64, line: &VoidLine) -> Result<bool, RowError> {
        if line.change.is_none() || line.change != self.voiding {
            self.void_together()?;
        }
        self.voiding = line.change.clone();
        let (of, at) = (self.key(&line.of)?, import::moment(&line.at)?);
        if !self.undone.is_empty()
            && let Some(change) =
                self.writer.store.maybe("SELECT seq FROM change WHERE id = ?1", [of], |row| row.get(0))?
        {
            self.undone.remove(&change);
        }
        let own = match &line.change {
            Some(text) => self.key(text)?,
            None => Id::new(at, Content::of("void").text(&line.of).hash(at.0 as u64)),
        };
        if own == of {
            return Err(LineError::UnknownChange(line.of.clone()).into());
        }
        if let (Some(known), Some(text)) = (self.existing_change(line.change.as_deref())?, &line.change) {
            self.check_void(known, of, text, &line.of)?;
            self.add_void(own, of);
            return Ok(false);
        }
        // A change without a fact of its own, such as that of an edit, is begun by what voids it.
        if let Some(pending) = self.pending.remove(&of) {
            self.begin(of, &pending)?;
        }
        let target: Option<(i64, bool, bool)> = self.writer.store.maybe(
            "SELECT seq, seq IN (SELECT change FROM voided_change), seq IN (SELECT change FROM void) FROM change
             WHERE id = ?1",
            [of],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let (_, voided, undo) = target.ok_or_else(|| LineError::UnknownChange(line.of.clone()))?;
        self.add_void(own, of);
        let change = match &line.change {
            Some(text) => {
                let change = self.change_for(Some(text))?;
                // A change that is void already stays so.
                if voided {
                    return Ok(false);
                }
                change
            }
            None => {
                let sql = "SELECT 1 FROM change WHERE id = ?1";
                if voided || self.writer.store.maybe(sql, [own.0], |_| Ok(()))?.is_some() {
                    return Ok(false);
                }
                let command = if undo { "redo" } else { "undo" }.to_string();
                self.begin(own, &PendingChange { order: 0, at, command })?
            }
        };
        self.voids.push((number, of, change));
        Ok(true)
    }
}
