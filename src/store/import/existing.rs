//! Compares a line with what was recorded under the same id.

use super::{Importer, RowError};
use crate::export::Keys;
use crate::import::{
    self, AccountLine, ChangeLine, Difference, EntryLine, LineError, RateLine, SnapshotLine, UnitLine,
};
use crate::ledger::{Account, AccountId, Entry, Id, Snapshot, name};
use crate::money::{Rate, Unit};
use crate::period::Day;
use crate::store::StoreError;
use crate::store::sql::{ENTRY_COLUMNS, LABEL_JOINS, UNIT_JOINS, entry_of, snapshot_of, unit_at};
use smol_str::SmolStr;

/// A fact that was recorded, and its change.
struct ExistingFact<T> {
    fact: T,
    change: i64,
    /// Whether this import brought it.
    is_new: bool,
}

impl Importer<'_> {
    /// Whether an entry of that id was recorded.
    ///
    /// # Errors
    ///
    /// Returns an error if the recorded entry is not what the line says.
    pub(super) fn is_existing_entry(&mut self, id: Id, line: &EntryLine) -> Result<bool, RowError> {
        let sql = format!("SELECT {ENTRY_COLUMNS} FROM entry e {UNIT_JOINS} {LABEL_JOINS} WHERE e.id = ?1");
        let found = self.writer.store.maybe(&sql, [id], |row| Ok((entry_of(row)?, row.get(23)?)))?;
        let Some(((seq, fact, _), change)) = found else {
            return self.refuse_other_kind("entry", "snapshot", id, line.id.as_deref());
        };
        let known = ExistingFact { fact, change, is_new: seq >= self.began };
        let said = self.entry_of_line(&known.fact, line)?;
        if !same_entry(&said, &known.fact) {
            let names = |[from, to]: [Option<&str>; 2], entry: &Entry| Keys::of_entry(entry, from, to);
            let own = [line.from.as_deref(), line.to.as_deref()];
            let recorded = [known.fact.from.account, known.fact.to.account];
            let mut recorded_names = [None, None];
            for ((name, account), own) in recorded_names.iter_mut().zip(recorded).zip(own) {
                *name = account.map(|id| self.name_shown(id, own)).transpose()?;
            }
            let [from, to] = &recorded_names;
            let keys = [names(own, &said), names([from.as_deref(), to.as_deref()], &known.fact)];
            return Err(differs("entry", line.id.as_deref(), &keys, Some(id).filter(|_| !known.is_new)));
        }
        self.count_known(known.change)?;
        Ok(true)
    }

    /// The entry that a line says, read by the units and accounts of the recorded one as far as the
    /// line means the same accounts.
    fn entry_of_line(&mut self, known: &Entry, line: &EntryLine) -> Result<Entry, RowError> {
        let mut places = [None, None];
        let mut outside = [None, None];
        let said = [(&line.from, &line.out_unit), (&line.to, &line.in_unit)];
        for (at, (place, (name, unit))) in [&known.from, &known.to].into_iter().zip(said).enumerate() {
            outside[at] = unit.as_deref().map(|code| self.unit_of_line(code, &place.unit)).transpose()?;
            let Some(name) = name else { continue };
            let means = match place.account {
                Some(account) => self.means(name, account)?,
                None => false,
            };
            let account = place.account.filter(|_| means).unwrap_or(AccountId(-1));
            let unit = outside[at].clone().unwrap_or_else(|| place.unit.clone());
            places[at] = Some((account, unit));
        }
        let [from, to] = places;
        let (mut entry, _) = line.clone().entry(from, to, outside)?;
        entry.id = known.id;
        Ok(entry)
    }

    /// Whether a snapshot of that id was recorded.
    ///
    /// # Errors
    ///
    /// Returns an error if the recorded snapshot is not what the line says.
    pub(super) fn is_existing_snapshot(&mut self, id: Id, line: &SnapshotLine) -> Result<bool, RowError> {
        let sql = "SELECT s.seq, s.change, s.id, s.at, s.account, s.balance, s.note, u.code, u.decimals
                   FROM snapshot s JOIN unit u ON u.seq = (
                     SELECT v.unit FROM account_version v WHERE v.account = s.account AND v.seq < s.seq
                     ORDER BY v.seq DESC LIMIT 1)
                   WHERE s.id = ?1";
        let found = self.writer.store.maybe(sql, [id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, snapshot_of(row, 2)?, unit_at(row, 7)?))
        })?;
        let Some((seq, change, fact, unit)) = found else {
            return self.refuse_other_kind("snapshot", "entry", id, line.id.as_deref());
        };
        let known = ExistingFact { fact, change, is_new: seq >= self.began };
        let means = self.means(&line.account, known.fact.account)?;
        let account = if means { known.fact.account } else { AccountId(-1) };
        if !self.is_said(line, account, &known.fact)? {
            let said = Snapshot { id, ..line.snapshot(account, &unit)? };
            let name = self.name_shown(known.fact.account, Some(&line.account))?;
            let keys = [
                Keys::of_snapshot(&said, &line.account, &unit),
                Keys::of_snapshot(&known.fact, &name, &unit),
            ];
            return Err(differs("snapshot", line.id.as_deref(), &keys, Some(id).filter(|_| !known.is_new)));
        }
        self.count_known(known.change)?;
        Ok(true)
    }

    /// Whether a line says a recorded snapshot, in one of the units that its account ever had: while
    /// nothing counted on it, its unit could change.
    fn is_said(&self, line: &SnapshotLine, account: AccountId, known: &Snapshot) -> Result<bool, RowError> {
        let sql = "SELECT DISTINCT u.code, u.decimals FROM account_version v JOIN unit u ON u.seq = v.unit
                   WHERE v.account = ?1";
        let units: Vec<Unit> = self.writer.store.all(sql, [known.account], |row| unit_at(row, 0))?;
        let said = |unit: &Unit| {
            line.snapshot(account, unit).is_ok_and(|said| Snapshot { id: known.id, ..said } == *known)
        };
        Ok(units.iter().any(said))
    }

    /// Refuses an id under which a fact of another kind was recorded.
    fn refuse_other_kind(
        &mut self,
        kind: &'static str,
        other: &'static str,
        id: Id,
        text: Option<&str>,
    ) -> Result<bool, RowError> {
        let sql = format!("SELECT seq FROM {other} WHERE id = ?1");
        let Some(seq): Option<i64> = self.writer.store.maybe(&sql, [id], |row| row.get(0))? else {
            return Ok(false);
        };
        let named = |kind: &str| format!("{{\"{kind}\":…}}");
        let recorded = Some(id).filter(|_| seq < self.began);
        let id = text.unwrap_or_default().into();
        let (said, known, values) = (named(kind), named(other), Vec::new());
        Err(other_content(Difference { what: kind, id, said, known, values, recorded }))
    }

    /// Counts a known fact that was undone here.
    fn count_known(&mut self, change: i64) -> Result<(), StoreError> {
        if !self.writer.counts(change)? {
            *self.undone.entry(change).or_default() += 1;
        }
        Ok(())
    }

    /// Whether a name means an account, or once did: it may have been renamed since.
    fn means(&mut self, text: &str, account: AccountId) -> Result<bool, StoreError> {
        if self.names.get(text) == Some(&account) {
            return Ok(true);
        }
        let name = (name::fold_case(text), account);
        if self.once_called.contains(&name) {
            return Ok(true);
        }
        let means = self.account_called(text).ok() == Some(account)
            || self.names_of(account)?.iter().any(|once| name::fold_case(once) == name.0);
        if means {
            self.once_called.insert(name);
        }
        Ok(means)
    }

    /// Every name that an account ever had, the last one last.
    fn names_of(&self, account: AccountId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM account_version WHERE account = ?1 ORDER BY seq";
        self.writer.store.all(sql, [account], |row| row.get(0))
    }

    /// Returns the name of an account in an error about a line: that of the line, if it means the account.
    fn name_shown(&mut self, account: AccountId, said: Option<&str>) -> Result<String, StoreError> {
        if let Some(said) = said
            && self.means(said, account)?
        {
            return Ok(said.into());
        }
        let held = self.writer.balances.accounts.get(&account).map(|account| account.name.clone());
        Ok(held.or(self.names_of(account)?.pop()).unwrap_or_default())
    }

    /// The unit of a code: the recorded one, if it has that code.
    fn unit_of_line(&self, code: &str, known: &Unit) -> Result<Unit, RowError> {
        if *known.code == *code { Ok(known.clone()) } else { self.unit(code) }
    }

    /// Refuses a change whose id is known with another moment or command.
    pub(super) fn check_change(&mut self, id: Id, line: &ChangeLine) -> Result<(), RowError> {
        let said = (import::moment(&line.at)?, line.command.as_str());
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        let known = match self.pending.get(&id) {
            Some(pending) => Some((pending.at, pending.command.clone())),
            None => self.writer.store.maybe("SELECT at, command FROM change WHERE id = ?1", [id], row)?,
        };
        let Some((at, command)) = known.filter(|(at, command)| (*at, command.as_str()) != said) else {
            return Ok(());
        };
        let keys = [Keys::of_change(said.0, said.1), Keys::of_change(at, &command)];
        Err(differs("change", Some(&line.id), &keys, None))
    }

    /// Returns the account of a line of an existing change, as the line has it.
    ///
    /// # Errors
    ///
    /// Returns an error if the change has no such version.
    pub(super) fn known_version(&mut self, change: i64, line: &AccountLine) -> Result<Account, RowError> {
        let versions = self.writer.store.versions_of(change)?;
        let known: Vec<Account> = versions.into_iter().map(|(_, account)| account).collect();
        let same_name = |known: &&Account| name::fold_case(&known.name) == name::fold_case(&line.name);
        for known in known.iter().filter(same_name).filter(|known| *known.unit.code == *line.unit) {
            let said = line.account(known.id, known.unit.clone())?;
            if *known == (Account { name: known.name.clone(), ..said.clone() }) {
                return Ok(said);
            }
        }
        let nearest = known.iter().find(same_name).or(known.first());
        let unit = nearest.map(|known| known.unit.clone()).filter(|unit| *unit.code == *line.unit);
        let said = line.account(AccountId(0), unit.map_or_else(|| self.unit(&line.unit), Ok)?)?;
        let known = nearest.map(Keys::of_account);
        Err(differs_from("account", line.change.as_deref(), &Keys::of_account(&said), known))
    }

    /// Refuses a rate that a known change has otherwise.
    pub(super) fn check_rate(&mut self, change: i64, line: &RateLine) -> Result<(), RowError> {
        let (rate, day) = line.rate()?;
        // Codes are enough: the units of a known rate may have been undone.
        let sql = "SELECT u.code, r.value, o.code, r.day FROM rate r JOIN unit u ON u.seq = r.unit
                   JOIN unit o ON o.seq = r.of WHERE r.change = ?1 ORDER BY r.seq";
        let known: Vec<(Unit, Rate, Unit, Day)> = self.writer.store.all(sql, [change], |row| {
            let code = |column| row.get::<_, String>(column).map(|code| Unit::new(&code, 0));
            Ok((code(0)?, row.get(1)?, code(2)?, row.get(3)?))
        })?;
        let said = (Unit::new(&line.unit, 0), rate, Unit::new(&line.of, 0), day);
        if known.contains(&said) {
            return Ok(());
        }
        let keys = |(unit, rate, of, day): &(Unit, Rate, Unit, Day)| Keys::of_rate(unit, *rate, of, *day);
        let nearest = known.iter().find(|known| known.0 == said.0).or(known.first());
        Err(differs_from("rate", line.change.as_deref(), &keys(&said), nearest.map(keys)))
    }

    /// Refuses a unit that the ledger has with other decimals.
    pub(super) fn check_unit(&mut self, line: &UnitLine) -> Result<(), RowError> {
        let said = line.unit()?;
        let sql = "SELECT code, decimals FROM unit WHERE code = ?1 ORDER BY decimals = ?2 DESC LIMIT 1";
        let values = rusqlite::params![&*said.code, said.decimals];
        let known = self.writer.store.maybe(sql, values, |row| unit_at(row, 0))?;
        match known {
            Some(known) if known == said => Ok(()),
            known => {
                let known = known.as_ref().map(Keys::of_unit);
                Err(differs_from("unit", line.change.as_deref(), &Keys::of_unit(&said), known))
            }
        }
    }

    /// Refuses a void that a known change does not make. What was void already when it came is not
    /// recorded again.
    pub(super) fn check_void(
        &mut self,
        change: i64,
        of: Id,
        id: &str,
        of_text: &str,
    ) -> Result<(), RowError> {
        let sql = "SELECT 1 FROM void v JOIN change o ON o.seq = v.of WHERE o.id = ?1 AND v.change <= ?2";
        if self.writer.store.maybe(sql, rusqlite::params![of, change], |_| Ok(()))?.is_some() {
            return Ok(());
        }
        let sql = "SELECT o.id, f.text FROM void v JOIN change o ON o.seq = v.of
                   LEFT JOIN foreign_id f ON f.id = o.id WHERE v.change = ?1 ORDER BY v.seq LIMIT 1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Id>(0)?, row.get::<_, Option<String>>(1)?));
        let known = self.writer.store.maybe(sql, [change], row)?;
        let known = known.map(|(id, text)| Keys::of_void(&text.unwrap_or_else(|| id.to_string())));
        Err(differs_from("void", Some(id), &Keys::of_void(of_text), known))
    }
}

/// Whether two entries say the same; categories are compared as they are everywhere.
fn same_entry(said: &Entry, known: &Entry) -> bool {
    let folded = |category: &Option<SmolStr>| category.as_deref().map(name::fold_case);
    said == known
        || folded(&said.category) == folded(&known.category)
            && *said == Entry { category: said.category.clone(), ..known.clone() }
}

fn differs(
    what: &'static str,
    id: Option<&str>,
    [said, known]: &[Keys; 2],
    recorded: Option<Id>,
) -> RowError {
    let [said, known] = said.differing(known);
    let (id, values) = (id.unwrap_or_default().into(), said.texts());
    other_content(Difference { what, id, said: said.to_string(), known: known.to_string(), values, recorded })
}

/// The same for what belongs to a change of that id, which may have nothing of the kind.
fn differs_from(what: &'static str, change: Option<&str>, said: &Keys, known: Option<Keys>) -> RowError {
    let (said, known) = match &known {
        Some(known) => {
            let [said, known] = said.differing(known);
            (said.to_string(), known.to_string())
        }
        None => (said.to_string(), "nothing".to_string()),
    };
    let (id, values) = (change.unwrap_or_default().into(), Vec::new());
    other_content(Difference { what, id, said, known, values, recorded: None })
}

fn other_content(difference: Difference) -> RowError {
    LineError::Differs(Box::new(difference)).into()
}
