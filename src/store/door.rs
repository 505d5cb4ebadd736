//! The one door through which the ledger is written.
//!
//! A fact at or after the last one of its account moves a few sums. A fact before it moves, beside
//! its own month, only what the next snapshot leaves unexplained: balances seen later stand.

use super::derived::{
    Labels, Parts, Step, categorised, charged_amount, expires_column, expires_of, is_categorised, kind_column,
};
use super::{Applied, Change, Fact, Refusal, Store, StoreError};
use crate::ledger::{
    Account, AccountId, Bills, Entry, Expires, Flow, Id, Kind, Lots, Measure, RuleBroken, Snapshot, name,
};
use crate::money::{Rate, Unit};
use crate::period::{Day, Moment, Month};
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So much may all facts of a ledger move together. No sum over any of them, nor a difference of
/// such sums, passes what 64 bits hold.
const MOVED_MAX: i128 = 1 << 61;
/// It would take eight million amounts below this one to move that much.
const LARGE: u64 = 1 << 38;

/// The state of one pass through the door.
pub(super) struct Pass<'s> {
    pub(super) store: &'s Store,
    /// The next number in the order of recording.
    seq: i64,
    pub(super) accounts: HashMap<AccountId, Account>,
    pub(super) units: HashMap<Unit, i64>,
    touched: BTreeSet<AccountId>,
    /// Accounts whose lots or bills must be walked through again.
    replay: BTreeSet<AccountId>,
}

/// A fact on the path of one account's balance.
#[derive(Clone, Copy)]
struct Place {
    account: AccountId,
    at: Moment,
    seq: i64,
}

impl Store {
    /// Writes one change within the transaction. What is read afterwards shows it; [`Store::keep`]
    /// makes it lasting, and without that nobody else will ever see it.
    pub fn apply(&self, change: &Change) -> Result<Applied, StoreError> {
        let mut pass = Pass::new(self)?;
        let change_seq = pass.change(change.id, change.at, change.command, None)?;
        for fact in &change.facts {
            match fact {
                Fact::Unit(unit) => {
                    pass.unit(unit, change_seq)?;
                }
                Fact::Open(account) => {
                    pass.open(account, change_seq)?;
                }
                Fact::Edit(account) => pass.edit(account, change_seq)?,
                Fact::Entry(entry) => pass.record_entry(entry, change_seq)?,
                Fact::Snapshot(snapshot) => pass.record_snapshot(snapshot, change_seq)?,
                Fact::Rate { unit, rate, of, day } => pass.rate(unit, *rate, of, *day, change_seq)?,
                Fact::Void(id) => {
                    let ids = pass.with_what_is_within(*id)?;
                    pass.void(&ids, change_seq)?;
                }
            }
        }
        pass.settle()?;
        Ok(Applied { accounts: pass.touched.into_iter().collect() })
    }

    /// The highest number that anything recorded has.
    fn last_seq(&self) -> Result<i64, StoreError> {
        let sql = "SELECT max(ifnull((SELECT max(seq) FROM change), 0), ifnull((SELECT max(seq) FROM entry), 0),
                          ifnull((SELECT max(seq) FROM snapshot), 0), ifnull((SELECT max(seq) FROM void), 0),
                          ifnull((SELECT max(seq) FROM unit), 0), ifnull((SELECT max(seq) FROM account_version), 0),
                          ifnull((SELECT max(seq) FROM rate), 0), ifnull((SELECT max(id) FROM account), 0))";
        self.number(sql).map_err(|e| self.fail(e))
    }

    fn unit_numbers(&self) -> Result<HashMap<Unit, i64>, StoreError> {
        Ok(self.live_units()?.into_iter().map(|(seq, unit)| (unit, seq)).collect())
    }
}

impl<'s> Pass<'s> {
    /// A pass that begins after the last fact of the ledger.
    pub(super) fn new(store: &'s Store) -> Result<Pass<'s>, StoreError> {
        debug_assert!(store.writing, "only a store opened for writing has the lock");
        Ok(Pass {
            store,
            seq: store.last_seq()? + 1,
            accounts: store.accounts()?.into_iter().map(|a| (a.id, a)).collect(),
            units: store.unit_numbers()?,
            touched: BTreeSet::new(),
            replay: BTreeSet::new(),
        })
    }

    /// Begins a change, on its own or within an import; the facts that follow are its own.
    pub(super) fn change(
        &mut self,
        id: Id,
        at: Moment,
        command: &str,
        within: Option<i64>,
    ) -> Result<i64, StoreError> {
        let seq = self.next_seq();
        let sql = "INSERT INTO change (seq, id, at, command, within) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.execute(sql, params![seq, id.0, at.0, command, within])?;
        Ok(seq)
    }

    /// Walks again through the facts of the accounts that need it.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        for account in std::mem::take(&mut self.replay) {
            self.replay(account)?;
        }
        Ok(())
    }

    pub(super) fn rate(
        &mut self,
        unit: &Unit,
        rate: Rate,
        of: &Unit,
        day: Day,
        change: i64,
    ) -> Result<(), StoreError> {
        let (unit, of) = (self.unit(unit, change)?, self.unit(of, change)?);
        let sql = "INSERT INTO rate (seq, change, unit, value, of, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let seq = self.next_seq();
        self.execute(sql, params![seq, change, unit, rate.to_string(), of, day.0]).map(|_| ())
    }

    fn next_seq(&mut self) -> i64 {
        self.seq += 1;
        self.seq - 1
    }

    pub(super) fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, StoreError> {
        let mut statement = self.store.db.prepare_cached(sql).map_err(|e| self.store.fail(e))?;
        statement.execute(values).map_err(|e| self.store.fail(e))
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        let mut statement = self.store.db.prepare_cached(sql).map_err(|e| self.store.fail(e))?;
        statement.query_row(values, read).optional().map_err(|e| self.store.fail(e))
    }

    /// The number of a unit, which comes into use where it was not.
    pub(super) fn unit(&mut self, unit: &Unit, change: i64) -> Result<i64, StoreError> {
        if let Some(seq) = self.units.get(unit) {
            return Ok(*seq);
        }
        if let Some(other) = self.units.keys().find(|u| u.code == unit.code) {
            return Err(Refusal::UnitDiffers { unit: other.clone(), wanted: unit.decimals }.into());
        }
        let seq = self.next_seq();
        let sql = "INSERT INTO unit (seq, change, code, decimals) VALUES (?1, ?2, ?3, ?4)";
        self.execute(sql, params![seq, change, &*unit.code, unit.decimals])?;
        self.units.insert(unit.clone(), seq);
        Ok(seq)
    }

    fn label(&mut self, text: Option<&str>) -> Result<Option<i64>, StoreError> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
        let known = self.one("SELECT id FROM label WHERE text = ?1", [text], |row| row.get(0))?;
        if known.is_some() {
            return Ok(known);
        }
        self.execute("INSERT INTO label (text) VALUES (?1)", [text])?;
        Ok(Some(self.store.db.last_insert_rowid()))
    }

    pub(super) fn open(&mut self, account: &Account, change: i64) -> Result<AccountId, StoreError> {
        self.check_name(account)?;
        let id = self.next_seq();
        self.execute("INSERT INTO account (id, change) VALUES (?1, ?2)", params![id, change])?;
        let account = Account { id: AccountId(id), ..account.clone() };
        self.version(&account, change)?;
        Ok(account.id)
    }

    pub(super) fn edit(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        self.check_name(account)?;
        let before = self.account(account.id)?;
        let in_use = self.one("SELECT 1 FROM standing WHERE account = ?1", [account.id.0], |_| Ok(()))?;
        let other_nature = before.unit != account.unit || before.is_carrier() != account.is_carrier();
        if in_use.is_some() && other_nature {
            return Err(Refusal::AccountInUse(before.name).into());
        }
        if account.closed && !before.closed {
            let balance = self.balance(account.id)?;
            if balance != 0 {
                let balance = account.unit.money(account.shown(balance));
                return Err(Refusal::BalanceNotZero { account: account.name.clone(), balance }.into());
            }
        }
        self.version(account, change)
    }

    fn version(&mut self, account: &Account, change: i64) -> Result<(), StoreError> {
        let unit = self.unit(&account.unit, change)?;
        let seq = self.next_seq();
        let sql =
            "INSERT INTO account_version (seq, account, change, name, platform, kind, unit, limit_amount,
                       bill_day, note, closed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let kind = account.kind.word();
        self.execute(
            sql,
            params![
                seq,
                account.id.0,
                change,
                account.name,
                account.platform,
                kind,
                unit,
                account.limit,
                account.bill_day,
                account.note,
                account.closed
            ],
        )?;
        self.touched.insert(account.id);
        self.accounts.insert(account.id, account.clone());
        Ok(())
    }

    fn check_name(&self, account: &Account) -> Result<(), StoreError> {
        let wanted = name::folded(&account.name);
        let taken = |a: &&Account| a.id != account.id && name::folded(&a.name) == wanted;
        match self.accounts.values().find(taken) {
            Some(other) => Err(Refusal::NameTaken(other.name.clone()).into()),
            None => Ok(()),
        }
    }

    pub(super) fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        let missing = || StoreError::Damaged(self.store.path.clone(), format!("no account {}", id.0));
        self.accounts.get(&id).cloned().ok_or_else(missing)
    }

    fn balance(&self, account: AccountId) -> Result<i64, StoreError> {
        let sql = "SELECT balance FROM standing WHERE account = ?1";
        Ok(self.one(sql, [account.0], |row| row.get(0))?.unwrap_or(0))
    }

    pub(super) fn record_entry(&mut self, entry: &Entry, change: i64) -> Result<(), StoreError> {
        entry.check(|id| self.accounts.get(&id))?;
        let labels = Labels {
            category: self.label(entry.category.as_deref())?.unwrap_or(0),
            channel: self.label(entry.channel.as_deref())?.unwrap_or(0),
            unit_out: self.unit(&entry.out.unit, change)?,
            unit_in: self.unit(&entry.arriving.unit, change)?,
        };
        let payee = self.label(entry.payee.as_deref())?;
        let some = |id: i64| (id != 0).then_some(id);
        let seq = self.next_seq();
        let sql = "INSERT INTO entry (seq, id, change, at, kind, from_account, to_account, unit_out, unit_in,
                       amount_out, amount_in, fee, tax, category, payee, channel, expires, note)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
        self.execute(
            sql,
            params![
                seq,
                entry.id.0,
                change,
                entry.at.0,
                kind_column(entry.kind),
                entry.out.account.map(|a| a.0),
                entry.arriving.account.map(|a| a.0),
                labels.unit_out,
                labels.unit_in,
                entry.out.amount,
                entry.arriving.amount,
                entry.fee,
                entry.tax,
                some(labels.category),
                payee,
                some(labels.channel),
                expires_column(entry.expires),
                entry.note
            ],
        )?;
        self.count_entry(entry, labels, seq, 1)
    }

    /// Counts an entry in, or out where `sign` is -1.
    fn count_entry(&mut self, entry: &Entry, labels: Labels, seq: i64, sign: i64) -> Result<(), StoreError> {
        let month = entry.at.month();
        if let Some(account) = entry.out.account.or(entry.arriving.account).filter(|_| sign > 0) {
            self.check_fits(account, entry.out.amount.max(entry.arriving.amount))?;
        }
        for flow in entry.flows() {
            self.add_flow(Flow { amount: sign * flow.amount, ..flow }, month)?;
        }
        for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
            self.add_fact(account, month, sign)?;
            let place = Place { account, at: entry.at, seq };
            self.parts_step(place, entry, sign)?;
            self.shift(place, sign * entry.change_of(account))?;
        }
        if is_categorised(entry.kind) {
            let (amount, unit) = categorised(entry, labels);
            let key = [i64::from(month.0), kind_column(entry.kind), labels.category, unit];
            let add = "INSERT INTO category_total (month, kind, category, unit, count, amount)
                       VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT (month, kind, category, unit)
                       DO UPDATE SET count = count + 1, amount = amount + excluded.amount";
            let remove = "UPDATE category_total SET count = count - 1, amount = amount - ?5
                          WHERE month = ?1 AND kind = ?2 AND category = ?3 AND unit = ?4 AND count > 1";
            let clear =
                "DELETE FROM category_total WHERE month = ?1 AND kind = ?2 AND category = ?3 AND unit = ?4";
            let values = params![key[0], key[1], key[2], key[3], amount];
            if sign > 0 {
                self.execute(add, values)?;
            } else if self.execute(remove, values)? == 0 {
                self.execute(clear, key)?;
            }
        }
        let charges = entry.fee + entry.tax;
        let has_channel = entry.channel.is_some();
        if let Some(amount) = charged_amount(entry.kind, has_channel, entry.out.amount, charges) {
            let key = [i64::from(month.0), labels.channel, labels.unit_out];
            let add = "INSERT INTO channel_total (month, channel, unit, count, amount, fee, tax)
                       VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6) ON CONFLICT (month, channel, unit)
                       DO UPDATE SET count = count + 1, amount = amount + excluded.amount,
                                     fee = fee + excluded.fee, tax = tax + excluded.tax";
            let remove = "UPDATE channel_total SET count = count - 1, amount = amount - ?4, fee = fee - ?5,
                                 tax = tax - ?6
                          WHERE month = ?1 AND channel = ?2 AND unit = ?3 AND count > 1";
            let clear = "DELETE FROM channel_total WHERE month = ?1 AND channel = ?2 AND unit = ?3";
            let values = params![key[0], key[1], key[2], amount, entry.fee, entry.tax];
            if sign > 0 {
                self.execute(add, values)?;
            } else if self.execute(remove, values)? == 0 {
                self.execute(clear, key)?;
            }
        }
        Ok(())
    }

    pub(super) fn record_snapshot(&mut self, snapshot: &Snapshot, change: i64) -> Result<(), StoreError> {
        let account = self.account(snapshot.account)?;
        if account.closed {
            return Err(RuleBroken::AccountClosed { account: account.name }.into());
        }
        let seq = self.next_seq();
        let sql = "INSERT INTO snapshot (seq, id, change, at, account, balance, note)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Snapshot { id, at, account, balance, note } = snapshot;
        self.execute(sql, params![seq, id.0, change, at.0, account.0, balance, note])?;
        self.count_snapshot(Place { account: *account, at: *at, seq }, *balance)
    }

    fn count_snapshot(&mut self, place: Place, balance: i64) -> Result<(), StoreError> {
        let Place { account, at, seq } = place;
        self.check_fits(account, balance)?;
        let expected = self.balance_at(place)?;
        let unexplained = balance.checked_sub(expected).ok_or_else(|| self.too_large(account))?;
        let before = "SELECT 1 FROM seen WHERE account = ?1 AND (at, seq) < (?2, ?3) LIMIT 1";
        let first = self.one(before, params![account.0, at.0, seq], |_| Ok(()))?.is_none();
        let month = at.month();
        self.add_fact(account, month, 1)?;
        self.add_unexplained(account, month, unexplained, first)?;
        if self.is_last(place)? {
            self.parts_differ(place, unexplained)?;
        } else {
            self.replay.insert(account);
        }
        if first && let Some(next) = self.next_seen(place)? {
            // What was the first snapshot is one like any other now.
            self.set_first(account, next, false)?;
        }
        let sql = "INSERT INTO seen (account, at, seq, balance, unexplained, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.execute(sql, params![account.0, at.0, seq, balance, unexplained, first])?;
        self.shift(place, unexplained)?;
        let sql = "UPDATE standing SET seen_at = max(ifnull(seen_at, ?2), ?2) WHERE account = ?1";
        self.execute(sql, params![account.0, at.0])?;
        Ok(())
    }

    fn uncount_snapshot(&mut self, place: Place) -> Result<(), StoreError> {
        let Place { account, at, seq } = place;
        let sql = "DELETE FROM seen WHERE account = ?1 AND at = ?2 AND seq = ?3 RETURNING unexplained, first";
        let row = self.one(sql, params![account.0, at.0, seq], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let Some((unexplained, first)): Option<(i64, bool)> = row else { return Ok(()) };
        let month = at.month();
        self.add_fact(account, month, -1)?;
        self.add_unexplained(account, month, -unexplained, first)?;
        self.shift(place, -unexplained)?;
        if first && let Some(next) = self.next_seen(place)? {
            self.set_first(account, next, true)?;
        }
        self.replay.insert(account);
        Ok(())
    }

    /// Moves the path of a balance from a place on: the next snapshot explains that much more or
    /// less, and without one the present balance moves.
    fn shift(&mut self, place: Place, delta: i64) -> Result<(), StoreError> {
        let Place { account, at, .. } = place;
        self.touched.insert(account);
        let sql =
            "INSERT INTO standing (account, balance, fact_at, seen_at, has_lots) VALUES (?1, 0, ?2, NULL, 0)
                   ON CONFLICT (account) DO UPDATE SET fact_at = max(fact_at, excluded.fact_at)";
        self.execute(sql, params![account.0, at.0])?;
        if delta == 0 {
            return Ok(());
        }
        if let Some((next_at, next_seq, first)) = self.next_seen(place)? {
            let sql =
                "UPDATE seen SET unexplained = unexplained - ?4 WHERE account = ?1 AND at = ?2 AND seq = ?3";
            self.execute(sql, params![account.0, next_at, next_seq, delta])?;
            self.add_unexplained(account, Moment(next_at).month(), -delta, first)
        } else {
            let balance = self.balance(account)?.checked_add(delta).ok_or_else(|| self.too_large(account))?;
            let sql = "UPDATE standing SET balance = ?2 WHERE account = ?1";
            self.execute(sql, params![account.0, balance]).map(|_| ())
        }
    }

    /// The next snapshot that counts after a place: its moment, its number, and whether it is the first.
    fn next_seen(&self, place: Place) -> Result<Option<(i64, i64, bool)>, StoreError> {
        let sql = "SELECT at, seq, first FROM seen WHERE account = ?1 AND (at, seq) > (?2, ?3)
                   ORDER BY at, seq LIMIT 1";
        let values = params![place.account.0, place.at.0, place.seq];
        self.one(sql, values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    fn set_first(
        &mut self,
        account: AccountId,
        seen: (i64, i64, bool),
        first: bool,
    ) -> Result<(), StoreError> {
        let (at, seq, _) = seen;
        let sql =
            "UPDATE seen SET first = ?4 WHERE account = ?1 AND at = ?2 AND seq = ?3 RETURNING unexplained";
        let unexplained = self.one(sql, params![account.0, at, seq, first], |row| row.get::<_, i64>(0))?;
        let part = unexplained.unwrap_or(0) * if first { 1 } else { -1 };
        let flow = Flow { account, measure: Measure::FirstSeen, amount: part };
        self.add_flow(flow, Moment(at).month())
    }

    fn add_unexplained(
        &mut self,
        account: AccountId,
        month: Month,
        amount: i64,
        first: bool,
    ) -> Result<(), StoreError> {
        self.add_flow(Flow { account, measure: Measure::Unexplained, amount }, month)?;
        if first {
            self.add_flow(Flow { account, measure: Measure::FirstSeen, amount }, month)?;
        }
        Ok(())
    }

    fn add_flow(&mut self, flow: Flow, month: Month) -> Result<(), StoreError> {
        if flow.amount == 0 {
            return Ok(());
        }
        let column = flow.measure.word();
        let sql = format!("SELECT {column} FROM total WHERE account = ?1 AND month = ?2");
        let known: Option<i64> = self.one(&sql, params![flow.account.0, month.0], |row| row.get(0))?;
        let sum = known.unwrap_or(0).checked_add(flow.amount).ok_or_else(|| self.too_large(flow.account))?;
        if known.is_none() {
            self.add_fact(flow.account, month, 0)?;
        }
        let sql = format!("UPDATE total SET {column} = ?3 WHERE account = ?1 AND month = ?2");
        self.execute(&sql, params![flow.account.0, month.0, sum]).map(|_| ())
    }

    /// Counts facts of an account's month.
    fn add_fact(&mut self, account: AccountId, month: Month, count: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO total (account, month, facts, earned, topped_up, refunded, moved_in, bill_paid, spent,
                       withdrawn, moved_out, fees, taxes, expired, unexplained, first_seen)
                   VALUES (?1, ?2, max(?3, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
                   ON CONFLICT (account, month) DO UPDATE SET facts = facts + ?3";
        self.execute(sql, params![account.0, month.0, count]).map(|_| ())
    }

    /// Does the ledger hold what it holds now, with a fact of that amount in it?
    fn check_fits(&self, account: AccountId, amount: i64) -> Result<(), StoreError> {
        if amount.unsigned_abs() < LARGE || self.store.moved()? <= MOVED_MAX {
            return Ok(());
        }
        Err(self.too_large(account))
    }

    fn too_large(&self, account: AccountId) -> StoreError {
        let name = self.accounts.get(&account).map(|a| a.name.clone()).unwrap_or_default();
        RuleBroken::BalanceTooLarge { account: name }.into()
    }

    /// The balance just before a place.
    fn balance_at(&self, place: Place) -> Result<i64, StoreError> {
        if self.is_last(place)? && !self.replay.contains(&place.account) {
            return self.balance(place.account);
        }
        self.store.balance_before(place.account, place.at, place.seq)
    }

    /// Is the place at or after the last fact of its account?
    fn is_last(&self, place: Place) -> Result<bool, StoreError> {
        let sql = "SELECT fact_at <= ?2 FROM standing WHERE account = ?1";
        Ok(self.one(sql, params![place.account.0, place.at.0], |row| row.get(0))?.unwrap_or(true))
    }

    /// Lots and bills after one more entry, or a reason to walk through all of them again.
    fn parts_step(&mut self, place: Place, entry: &Entry, sign: i64) -> Result<(), StoreError> {
        let step = if entry.out.account == Some(place.account) {
            Step::Leave { kind: entry.kind, amount: entry.out.amount, expires: entry.expires }
        } else {
            Step::Arrive { kind: entry.kind, amount: entry.arriving.amount, expires: entry.expires }
        };
        let dated =
            matches!(step, Step::Arrive { kind: Kind::Earn, expires, .. } if expires != Expires::Unknown);
        if dated && sign > 0 {
            let sql = "INSERT INTO standing (account, balance, fact_at, seen_at, has_lots) VALUES (?1, 0, ?2, NULL, 1)
                       ON CONFLICT (account) DO UPDATE SET has_lots = 1";
            self.execute(sql, params![place.account.0, place.at.0])?;
        }
        if sign < 0 || !self.is_last(place)? {
            self.replay.insert(place.account);
            return Ok(());
        }
        self.parts_go_on(place, step)
    }

    fn parts_differ(&mut self, place: Place, unexplained: i64) -> Result<(), StoreError> {
        if unexplained == 0 { Ok(()) } else { self.parts_go_on(place, Step::Differ(unexplained)) }
    }

    fn parts_go_on(&mut self, place: Place, step: Step) -> Result<(), StoreError> {
        let account = place.account;
        if self.replay.contains(&account) {
            return Ok(());
        }
        let is_carrier = self.account(account)?.is_carrier();
        let sql = "SELECT balance, has_lots FROM standing WHERE account = ?1";
        let (balance, has_lots): (i64, bool) =
            self.one(sql, [account.0], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or((0, false));
        if !is_carrier && !has_lots {
            return Ok(());
        }
        let before = if is_carrier {
            let open = self.rows("SELECT month, amount FROM bill WHERE account = ?1", account)?;
            let owed: i64 = open.values().sum();
            let open = open.into_iter().map(|(month, n)| (Month(month as i32), n)).collect();
            Parts::Bills(Bills { open, credit: owed + balance })
        } else {
            let rows = self.rows("SELECT expires, amount FROM lot WHERE account = ?1", account)?;
            let mut lots = Lots::of_balance(balance);
            for (expires, amount) in rows {
                match expires_of(Some(expires)) {
                    Expires::After(day) => drop(lots.dated.insert(day, amount)),
                    _ => lots.never = amount,
                }
            }
            let known = lots.dated.values().sum::<i64>() + lots.never;
            lots.unknown = (balance - known).max(0);
            Parts::Lots(lots)
        };
        let mut after = before.clone();
        after.step(place.at, step);
        self.store_parts(account, &before, &after)
    }

    fn rows(&self, sql: &str, account: AccountId) -> Result<BTreeMap<i64, i64>, StoreError> {
        let mut statement = self.store.db.prepare_cached(sql).map_err(|e| self.store.fail(e))?;
        let rows = statement.query_map([account.0], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.and_then(Iterator::collect).map_err(|e| self.store.fail(e))
    }

    /// Writes what differs between two states of an account's lots and bills.
    fn store_parts(&self, account: AccountId, before: &Parts, after: &Parts) -> Result<(), StoreError> {
        let tables = [
            (before.lot_rows(), after.lot_rows(), "lot", "expires"),
            (before.bill_rows(), after.bill_rows(), "bill", "month"),
        ];
        for (before, after, table, key) in tables {
            for gone in before.keys().filter(|k| !after.contains_key(k)) {
                let sql = format!("DELETE FROM {table} WHERE account = ?1 AND {key} = ?2");
                self.execute(&sql, params![account.0, gone])?;
            }
            for (at, amount) in after.iter().filter(|(k, v)| before.get(k) != Some(v)) {
                let sql =
                    format!("INSERT OR REPLACE INTO {table} (account, {key}, amount) VALUES (?1, ?2, ?3)");
                self.execute(&sql, params![account.0, at, amount])?;
            }
        }
        Ok(())
    }

    /// Finds an account's last fact again and, where it has lots or bills, walks through all its facts.
    fn replay(&mut self, account: AccountId) -> Result<(), StoreError> {
        let is_carrier = self.account(account)?.is_carrier();
        let sql = "SELECT has_lots FROM standing WHERE account = ?1";
        let had_lots = self.one(sql, [account.0], |row| row.get::<_, bool>(0))?.unwrap_or(false);
        if is_carrier || had_lots {
            let walked = self.store.walk(account, is_carrier, None)?;
            let before = if is_carrier {
                let open = self.rows("SELECT month, amount FROM bill WHERE account = ?1", account)?;
                let open = open.into_iter().map(|(month, n)| (Month(month as i32), n)).collect();
                Parts::Bills(Bills { open, credit: 0 })
            } else {
                let mut lots = self.rows("SELECT expires, amount FROM lot WHERE account = ?1", account)?;
                let never = lots.remove(&super::derived::NEVER).unwrap_or(0);
                let dated = lots.into_iter().map(|(day, n)| (Day(day as i32), n)).collect();
                Parts::Lots(Lots { dated, never, ..Lots::default() })
            };
            let after = if is_carrier || walked.has_lots { walked.parts } else { Parts::new(false) };
            self.store_parts(account, &before, &after)?;
            let sql = "UPDATE standing SET has_lots = ?2 WHERE account = ?1";
            self.execute(sql, params![account.0, walked.has_lots])?;
        }
        match self.store.last_fact(account)? {
            Some((fact_at, seen_at)) => {
                let sql = "UPDATE standing SET fact_at = ?2, seen_at = ?3 WHERE account = ?1";
                self.execute(sql, params![account.0, fact_at, seen_at]).map(|_| ())
            }
            None => self.execute("DELETE FROM standing WHERE account = ?1", [account.0]).map(|_| ()),
        }
    }

    /// A change and, where it is an import, what within it counts.
    fn with_what_is_within(&self, id: Id) -> Result<Vec<Id>, StoreError> {
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT c.seq FROM change c JOIN change g ON g.seq = c.within WHERE g.id = ?1
                     UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
                   SELECT c.id FROM part p JOIN change c ON c.seq = p.seq
                   WHERE c.seq NOT IN (SELECT change FROM voided) AND c.seq NOT IN (SELECT change FROM void)
                   ORDER BY c.seq";
        let parts: Vec<i64> = self.store.all(sql, [id.0], |row| row.get(0))?;
        Ok(std::iter::once(id).chain(parts.into_iter().map(Id)).collect())
    }

    /// Voids changes together: their facts no longer count. Where one is an undo, what it voided
    /// counts again.
    pub(super) fn void(&mut self, ids: &[Id], change: i64) -> Result<(), StoreError> {
        let (mut out, mut back) = (Vec::new(), Vec::new());
        for id in ids {
            let sql = "SELECT seq FROM change WHERE id = ?1";
            let target: Option<i64> = self.one(sql, [id.0], |row| row.get(0))?;
            let target = target.ok_or_else(|| Refusal::UnknownChange(id.to_string()))?;
            if self.one("SELECT 1 FROM voided WHERE change = ?1", [target], |_| Ok(()))?.is_some() {
                return Err(Refusal::AlreadyUndone(*id).into());
            }
            let sql = "SELECT of FROM void WHERE change = ?1 ORDER BY seq";
            let undone: Vec<i64> = self.store.all(sql, [target], |row| row.get(0))?;
            let sql = "SELECT 1 FROM void v JOIN void w ON w.change = v.of WHERE v.change = ?1 LIMIT 1";
            if self.one(sql, [target], |_| Ok(()))?.is_some() {
                return Err(Refusal::UndoOfUndo(*id).into());
            }
            let seq = self.next_seq();
            self.execute(
                "INSERT INTO void (seq, change, of) VALUES (?1, ?2, ?3)",
                params![seq, change, target],
            )?;
            self.execute("INSERT INTO voided (change) VALUES (?1)", [target])?;
            for original in &undone {
                self.execute("DELETE FROM voided WHERE change = ?1", [original])?;
            }
            if undone.is_empty() {
                out.push(target);
            }
            back.extend(undone);
        }
        for (changes, counted) in [(out, false), (back, true)] {
            if !changes.is_empty() {
                self.set_counted(&changes, counted)?;
            }
        }
        Ok(())
    }

    /// Counts all facts of some changes in or out, together: entries first, so that a snapshot
    /// meets the balance that all of them make.
    fn set_counted(&mut self, changes: &[i64], counted: bool) -> Result<(), StoreError> {
        let before: Vec<Account> = self.accounts.values().cloned().collect();
        self.accounts = self.store.accounts()?.into_iter().map(|a| (a.id, a)).collect();
        let used = std::mem::replace(&mut self.units, self.store.unit_numbers()?);
        // A unit that came into use meanwhile with other decimals keeps its code.
        for unit in used.keys() {
            let other = self.units.keys().find(|u| u.code == unit.code && u.decimals != unit.decimals);
            if let Some(other) = other {
                let wanted = other.decimals;
                return Err(Refusal::UnitDiffers { unit: unit.clone(), wanted }.into());
            }
        }
        for account in self.accounts.values() {
            self.check_name(account)?;
            if !self.units.contains_key(&account.unit) {
                return Err(Refusal::StillNeeded { account: account.name.clone() }.into());
            }
            if let Some(old) = before.iter().find(|a| a.id == account.id)
                && old != account
            {
                self.touched.insert(account.id);
                let in_use =
                    self.one("SELECT 1 FROM standing WHERE account = ?1", [account.id.0], |_| Ok(()))?;
                if in_use.is_some() && (old.unit != account.unit || old.is_carrier() != account.is_carrier())
                {
                    return Err(Refusal::AccountInUse(account.name.clone()).into());
                }
            }
        }
        let sign = if counted { 1 } else { -1 };
        for change in changes {
            for (seq, entry, labels) in self.store.entries_of(*change)? {
                for account in [entry.out.account, entry.arriving.account].into_iter().flatten() {
                    self.check_open(account, &before)?;
                    if counted {
                        self.check_same_nature(account, seq)?;
                    }
                    self.replay.insert(account);
                }
                self.count_entry(&entry, labels, seq, sign)?;
            }
        }
        for change in changes {
            for (seq, snapshot) in self.store.snapshots_of(*change)? {
                self.check_open(snapshot.account, &before)?;
                let place = Place { account: snapshot.account, at: snapshot.at, seq };
                if counted {
                    self.check_same_nature(snapshot.account, seq)?;
                    self.replay.insert(snapshot.account);
                    self.count_snapshot(place, snapshot.balance)?;
                } else {
                    self.uncount_snapshot(place)?;
                }
            }
        }
        // Months that no fact is left of are as if they had never been.
        self.execute("DELETE FROM total WHERE facts = 0", [])?;
        // An account that this change opened must not have facts of other changes.
        let gone = before.iter().filter(|a| !self.accounts.contains_key(&a.id));
        for account in gone {
            let facts =
                self.one("SELECT 1 FROM total WHERE account = ?1 LIMIT 1", [account.id.0], |_| Ok(()))?;
            if facts.is_some() {
                return Err(Refusal::StillNeeded { account: account.name.clone() }.into());
            }
            self.touched.remove(&account.id);
            self.replay.remove(&account.id);
            for table in ["standing", "lot", "bill"] {
                self.execute(&format!("DELETE FROM {table} WHERE account = ?1"), [account.id.0])?;
            }
        }
        Ok(())
    }

    /// A fact counts only on an account of the unit, and of the nature, that it was recorded in.
    fn check_same_nature(&self, account: AccountId, seq: i64) -> Result<(), StoreError> {
        let sql = "SELECT unit, kind = 'carrier' FROM account_version WHERE account = ?1 AND seq < ?2
                   AND change NOT IN (SELECT change FROM voided) ORDER BY seq DESC LIMIT 1";
        let nature = |before: i64| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?));
            self.one(sql, params![account.0, before], row)
        };
        if nature(seq)? == nature(i64::MAX)? {
            return Ok(());
        }
        Err(Refusal::AccountChanged(self.account(account)?.name).into())
    }

    fn check_open(&self, account: AccountId, before: &[Account]) -> Result<(), StoreError> {
        match self.accounts.get(&account) {
            // What closes or opens the account itself may bring its facts along.
            Some(known) if known.closed && before.iter().any(|a| a.id == account && a.closed) => {
                Err(RuleBroken::AccountClosed { account: known.name.clone() }.into())
            }
            Some(_) => Ok(()),
            None if before.iter().any(|a| a.id == account) => Ok(()),
            None => Err(Refusal::StillNeeded { account: String::new() }.into()),
        }
    }
}
