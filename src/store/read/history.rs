//! What was recorded, fact by fact and change by change, voided ones too.

use crate::ledger::{Account, AccountId, Entry, Id, Kind, Snapshot, Stamp};
use crate::period::LocalDateTime;
use crate::store::sql::{ENTRY_COLUMNS, LABEL_JOINS, Labels, UNIT_JOINS, entry_of, kind_column, snapshot_of};
use crate::store::{Change, Fact, Store, StoreError};
use crate::text;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::Value;
use rusqlite::{Row, params};

/// The fewest characters of an id that find a change.
pub const ID_PART_MIN: usize = 4;

/// A row of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// The change that recorded it.
    pub change: Id,
    /// It no longer counts.
    pub voided: bool,
    /// Its number in the order of recording.
    pub seq: i64,
    /// The fact.
    pub fact: HistoryFact,
}

/// What a snapshot shows beyond the facts known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotDifference {
    /// Parts; nothing where the snapshot is voided.
    pub unexplained: Option<i64>,
    /// It is the account's first snapshot.
    pub first: bool,
}

/// The fact of a row of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryFact {
    /// An entry.
    Entry(Entry),
    /// A snapshot, and what it shows beyond the facts known.
    Snapshot(Snapshot, SnapshotDifference),
}

impl HistoryRow {
    /// The lasting name of the fact.
    pub fn id(&self) -> Id {
        match &self.fact {
            HistoryFact::Entry(entry) => entry.id,
            HistoryFact::Snapshot(snapshot, _) => snapshot.id,
        }
    }

    /// When it happened.
    pub fn at(&self) -> LocalDateTime {
        match &self.fact {
            HistoryFact::Entry(entry) => entry.at,
            HistoryFact::Snapshot(snapshot, _) => snapshot.at,
        }
    }
}

/// The end of an entry that is outside the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Where value comes from.
    From,
    /// Where value goes.
    To,
}

/// Which rows of the history are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Not before this moment.
    pub from: Option<LocalDateTime>,
    /// Not after this moment.
    pub to: Option<LocalDateTime>,
    /// Only entries of this kind.
    pub kind: Option<Kind>,
    /// Only entries that come from or go to outside the ledger.
    pub outside: Option<Outside>,
    /// Only snapshots.
    pub snapshots_only: bool,
    /// Only of this category, in whichever case it was written.
    pub category: Option<String>,
    /// Only of payees that contain this text, whatever its case.
    pub payee: Option<String>,
    /// Only rows that contain this text in category, payee, note or channel, whatever its case.
    pub search: Option<String>,
    /// Only the last so many.
    pub limit: Option<usize>,
}

impl Filter {
    /// Whether rows of every kind are wanted.
    pub fn is_of_all_kinds(&self) -> bool {
        let texts = [&self.category, &self.payee, &self.search];
        self.kind.is_none()
            && self.outside.is_none()
            && !self.snapshots_only
            && texts.iter().all(|text| text.is_none())
    }

    /// Whether a moment lies within the period wanted.
    pub fn takes_moment(&self, at: LocalDateTime) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

/// A change, as `undo` and `redo` look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// Its lasting name.
    pub id: Id,
    /// Its number in the order of recording.
    pub seq: i64,
    /// The command that wrote it.
    pub command: String,
    /// When it was recorded.
    pub at: LocalDateTime,
    /// The change that it voids, where it is an undo or a redo.
    pub voids: Option<Id>,
    /// It no longer counts.
    pub voided: bool,
}

impl Change {
    /// The rows of its entries, as the history will show them.
    pub fn rows_of_entries(&self) -> Vec<HistoryRow> {
        let entries = self.facts.iter().filter_map(|fact| match fact {
            Fact::Entry(entry) => Some(HistoryFact::Entry(entry.clone())),
            _ => None,
        });
        entries.zip(1..).map(|(fact, seq)| HistoryRow { change: self.id, voided: false, seq, fact }).collect()
    }
}

impl Store {
    /// The rows of the history, oldest first.
    pub fn history(&self, filter: &Filter) -> Result<Vec<HistoryRow>, StoreError> {
        let limit = filter.limit.map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
        let mut rows = Vec::new();
        for ask in self.asks(filter)? {
            // Each follows one index backwards and stops at the limit.
            let (sql, values) = ask.latest(limit);
            rows.extend(self.all(&sql, rusqlite::params_from_iter(values), ask.read)?);
        }
        rows.sort_unstable_by_key(|row| (row.at(), row.seq));
        rows.dedup_by_key(|row| row.seq);
        if let Some(limit) = filter.limit {
            rows.drain(..rows.len().saturating_sub(limit));
        }
        Ok(rows)
    }

    /// Returns how many rows a filter takes, whatever its limit.
    pub fn count_history(&self, filter: &Filter) -> Result<usize, StoreError> {
        let mut count = 0;
        for ask in self.asks(filter)? {
            let (sql, values) = ask.count();
            let rows: Option<i64> = self.maybe(&sql, rusqlite::params_from_iter(values), |row| row.get(0))?;
            count += usize::try_from(rows.unwrap_or(0)).unwrap_or(usize::MAX);
        }
        Ok(count)
    }

    /// The questions that the rows of a filter answer; a row may answer two of them.
    pub(in crate::store) fn asks(&self, filter: &Filter) -> Result<Vec<Ask>, StoreError> {
        if filter.category.is_some() || filter.payee.is_some() || filter.search.is_some() {
            self.fold_texts()?;
        }
        let search = filter.search.as_deref().map(|text| text::fold_case(text).into_owned());
        let mut asks = Vec::new();
        if !filter.snapshots_only {
            let sides: &[(&str, &str)] = match filter.account {
                None => &[("entry_by_at", "")],
                Some(_) => &[("entry_by_from", "e.from_account = ?"), ("entry_by_to", "e.to_account = ?")],
            };
            for (index, side) in sides {
                let mut ask = Ask::new('e', index, filter);
                if let Some(account) = filter.account {
                    ask.and(side, account.0);
                }
                if let Some(kind) = filter.kind {
                    ask.and("e.kind = ?", kind_column(kind));
                }
                match filter.outside {
                    Some(Outside::From) => ask.and_that("e.from_account IS NULL".into()),
                    Some(Outside::To) => ask.and_that("e.to_account IS NULL".into()),
                    None => {}
                }
                if let Some(payee) = &filter.payee {
                    let payee = text::fold_case(payee).into_owned();
                    ask.and("e.payee IN (SELECT id FROM label WHERE instr(folded(text), ?) > 0)", payee);
                }
                if let Some(category) = &filter.category {
                    let category = text::fold_case(category).into_owned();
                    ask.and("e.category IN (SELECT id FROM label WHERE folded(text) = ?)", category);
                }
                if let Some(search) = &search {
                    // Each label is looked at once, however many entries have it.
                    let labels = "(SELECT id FROM label WHERE instr(folded(text), ?) > 0)";
                    let condition = format!(
                        "(e.category IN {labels} OR e.payee IN {labels} OR e.channel IN {labels}
                          OR instr(folded(e.note), ?) > 0)"
                    );
                    ask.and(&condition, search.clone());
                }
                asks.push(ask);
            }
        }
        // A snapshot is of no kind of entry, has no ends, no category and no payee.
        let is_of_entries = filter.kind.is_some() || filter.outside.is_some();
        if !is_of_entries && filter.category.is_none() && filter.payee.is_none() {
            let index = if filter.account.is_some() { "snapshot_by_account" } else { "snapshot_by_at" };
            let mut ask = Ask::new('s', index, filter);
            if let Some(account) = filter.account {
                ask.and("s.account = ?", account.0);
            }
            if let Some(search) = search {
                ask.and("instr(folded(s.note), ?) > 0", search);
            }
            asks.push(ask);
        }
        Ok(asks)
    }

    /// Lets SQL compare texts as names are compared.
    fn fold_texts(&self) -> Result<(), StoreError> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        let fold = |context: &Context<'_>| {
            let text = context.get::<Option<String>>(0)?;
            Ok(text.map(|text| text::fold_case(&text).into_owned()))
        };
        self.db.create_scalar_function("folded", 1, flags, fold).map_err(|error| self.fail(error))
    }

    /// The rows that one change recorded, of an import all it brought along, in the order of recording.
    pub fn history_for_change(&self, id: Id) -> Result<Vec<HistoryRow>, StoreError> {
        let sql = "WITH RECURSIVE part (seq) AS (
                     SELECT seq FROM change WHERE id = ?1
                     UNION ALL SELECT c.seq FROM change c JOIN part p ON c.within = p.seq)
                   SELECT c.seq, c.id FROM part p JOIN change c ON c.seq = p.seq ORDER BY c.seq";
        let changes: Vec<(i64, Id)> = self.all(sql, [id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut rows = Vec::new();
        for (seq, id) in changes {
            rows.extend(self.rows_of_change(seq, id)?);
        }
        Ok(rows)
    }

    fn rows_of_change(&self, change: i64, id: Id) -> Result<Vec<HistoryRow>, StoreError> {
        let sql = "SELECT 1 FROM voided_change WHERE change = ?1";
        let voided = self.maybe(sql, [change], |_| Ok(()))?.is_some();
        let mut rows: Vec<HistoryRow> = self
            .entries_of(change)?
            .into_iter()
            .map(|(seq, entry, _)| HistoryRow { change: id, voided, seq, fact: HistoryFact::Entry(entry) })
            .collect();
        for (seq, snapshot) in self.snapshots_of(change)? {
            let sql =
                "SELECT unexplained, first FROM snapshot_delta WHERE account = ?1 AND at = ?2 AND seq = ?3";
            let values = params![snapshot.account, snapshot.at, seq];
            let seen =
                |row: &Row<'_>| Ok(SnapshotDifference { unexplained: Some(row.get(0)?), first: row.get(1)? });
            let seen = self.maybe(sql, values, seen)?.unwrap_or_default();
            rows.push(HistoryRow { change: id, voided, seq, fact: HistoryFact::Snapshot(snapshot, seen) });
        }
        rows.sort_unstable_by_key(|row| row.seq);
        Ok(rows)
    }

    /// The change that an undo voided, where the given change is one.
    pub fn voided_original(&self, id: Id) -> Result<Option<Id>, StoreError> {
        let sql = "SELECT o.id FROM void v JOIN change c ON c.seq = v.change JOIN change o ON o.seq = v.of
                   WHERE c.id = ?1 ORDER BY v.seq LIMIT 1";
        self.maybe(sql, [id], |row| row.get(0))
    }

    /// The numbers of a change's facts lie between its own and the next change's.
    fn facts_of(&self, change: i64) -> Result<(i64, i64), StoreError> {
        let next = self.maybe("SELECT min(seq) FROM change WHERE seq > ?1", [change], |row| row.get(0))?;
        Ok((change, next.flatten().unwrap_or(i64::MAX)))
    }

    /// Returns the versions of accounts that a change made.
    pub(in crate::store) fn versions_of(&self, change: i64) -> Result<Vec<(Stamp, Account)>, StoreError> {
        let (first, last) = self.facts_of(change)?;
        self.versions("v.seq > ?1 AND v.seq < ?2", [first, last])
    }

    pub(in crate::store) fn entries_of(&self, change: i64) -> Result<Vec<(i64, Entry, Labels)>, StoreError> {
        let (first, last) = self.facts_of(change)?;
        let sql = format!(
            "SELECT {ENTRY_COLUMNS} FROM entry e {UNIT_JOINS} {LABEL_JOINS} WHERE e.seq > ?1 AND e.seq < ?2 ORDER BY e.seq"
        );
        self.all(&sql, [first, last], entry_of)
    }

    pub(in crate::store) fn snapshots_of(&self, change: i64) -> Result<Vec<(i64, Snapshot)>, StoreError> {
        let (first, last) = self.facts_of(change)?;
        let sql = "SELECT seq, id, at, account, balance, note FROM snapshot WHERE seq > ?1 AND seq < ?2 ORDER BY seq";
        self.all(sql, [first, last], |row| Ok((row.get(0)?, snapshot_of(row, 1)?)))
    }

    /// The latest change that counts and can be undone, or the latest undo that counts. What an
    /// import brought along is undone with it.
    pub fn last_change(&self, undo: bool) -> Result<Option<ChangeRow>, StoreError> {
        let voiding = if undo { "IS NULL" } else { "IS NOT NULL" };
        // A redo voids an undo; what can be redone is an undo of something else than an undo.
        // Whatever is recorded ends what could be redone.
        let original = if undo {
            ""
        } else {
            "AND NOT EXISTS (SELECT 1 FROM void w WHERE w.change = v.of)
             AND c.seq > ifnull((SELECT n.seq FROM change n WHERE n.within IS NULL
                                 AND n.seq NOT IN (SELECT change FROM void) ORDER BY n.seq DESC LIMIT 1), 0)"
        };
        let sql = format!(
            "SELECT c.id, c.seq, c.command, c.at, o.id, 0 FROM change c
             LEFT JOIN void v ON v.seq = (SELECT min(seq) FROM void WHERE change = c.seq)
             LEFT JOIN change o ON o.seq = v.of
             WHERE c.within IS NULL AND v.of {voiding} {original} AND c.seq NOT IN (SELECT change FROM voided_change)
             ORDER BY c.seq DESC LIMIT 1"
        );
        self.maybe(&sql, [], change_row)
    }

    /// The change of an id, which may be cut short at its beginning as long as it fits one only;
    /// an id of an entry or a snapshot finds the change that recorded it.
    pub fn find_changes(&self, typed: &str) -> Result<Vec<ChangeRow>, StoreError> {
        let wanted = typed.trim().to_ascii_lowercase();
        // A part of an edit stands for all of it.
        let base =
            "SELECT DISTINCT c.id, c.seq, c.command, c.at, o.id, c.seq IN (SELECT change FROM voided_change)
                    FROM change f JOIN change c ON c.seq = ifnull(
                      (SELECT g.seq FROM change g WHERE g.seq = f.within AND g.command = 'edit'), f.seq)
                    LEFT JOIN void v ON v.seq = (SELECT min(seq) FROM void WHERE change = c.seq)
                    LEFT JOIN change o ON o.seq = v.of";
        if let Some(id) = Id::parse(&wanted) {
            let sql = format!(
                "{base} WHERE f.id = ?1 OR f.seq = (SELECT change FROM entry WHERE id = ?1)
                 OR f.seq = (SELECT change FROM snapshot WHERE id = ?1)"
            );
            return self.all(&sql, [id], change_row);
        }
        if wanted.len() < ID_PART_MIN || !wanted.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Vec::new());
        }
        let sql = format!(
            "{base} WHERE printf('%016x', f.id) LIKE '%' || ?1 OR printf('%016x', f.id) LIKE ?1 || '%'"
        );
        self.all(&sql, [wanted], change_row)
    }
}

/// A question for rows of the history, all of which lie along one index.
///
/// Only what is asked stands in it: SQLite plans a statement anew when it is told the value of a
/// condition that may be none.
pub(in crate::store) struct Ask {
    /// The table, by its letter in the question: `e` or `s`.
    table: char,
    index: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
    /// Reads a row of the answer.
    pub read: fn(&Row<'_>) -> rusqlite::Result<HistoryRow>,
}

impl Ask {
    fn new(table: char, index: &'static str, filter: &Filter) -> Ask {
        let low = filter.from.map_or(i64::MIN, |m| m.0);
        let high = filter.to.map_or(i64::MAX, |m| m.0);
        let read = if table == 'e' { entry_row } else { snapshot_row };
        let conditions = vec![format!("{table}.at BETWEEN ?1 AND ?2")];
        Ask { table, index, conditions, values: vec![low.into(), high.into()], read }
    }

    /// What must hold of a value as well, for which each `?` stands.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        self.conditions.push(condition.replace('?', &format!("?{}", self.values.len())));
    }

    /// What must hold as well.
    pub fn and_that(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    /// The letter of the table.
    pub fn table(&self) -> char {
        self.table
    }

    fn select(&self) -> String {
        let (table, index, conditions) = (self.table, self.index, self.conditions.join(" AND "));
        let (columns, from) = match table {
            'e' => (
                format!("{ENTRY_COLUMNS}, c.id, e.change IN (SELECT change FROM voided_change)"),
                format!(
                    "entry e INDEXED BY {index} {UNIT_JOINS} {LABEL_JOINS} JOIN change c ON c.seq = e.change"
                ),
            ),
            _ => (
                "s.seq, s.id, s.at, s.account, s.balance, s.note, n.unexplained, ifnull(n.first, 0), c.id,
                 s.change IN (SELECT change FROM voided_change)"
                    .to_string(),
                format!(
                    "snapshot s INDEXED BY {index} JOIN change c ON c.seq = s.change
                     LEFT JOIN snapshot_delta n ON n.account = s.account AND n.at = s.at AND n.seq = s.seq"
                ),
            ),
        };
        format!("SELECT {columns} FROM {from} WHERE {conditions}")
    }

    /// The question how many rows it has.
    fn count(&self) -> (String, &[Value]) {
        let (name, letter) = (if self.table == 'e' { "entry" } else { "snapshot" }, self.table);
        let conditions = self.conditions.join(" AND ");
        // An entry between an account and itself answers both questions.
        let once = match self.index {
            "entry_by_to" => " AND e.from_account IS NOT e.to_account",
            _ => "",
        };
        let sql = format!(
            "SELECT count(*) FROM {name} {letter} INDEXED BY {} WHERE {conditions}{once}",
            self.index
        );
        (sql, &self.values)
    }

    /// The question for all of its rows, oldest first.
    pub fn oldest_first(&self) -> (String, &[Value]) {
        (format!("{} ORDER BY {1}.at, {1}.seq", self.select(), self.table), &self.values)
    }

    /// The question for the latest of its rows, newest first; -1 for all of them.
    fn latest(&self, limit: i64) -> (String, Vec<Value>) {
        let mut values = self.values.clone();
        values.push(limit.into());
        let order = format!("ORDER BY {0}.at DESC, {0}.seq DESC LIMIT ?{1}", self.table, values.len());
        (format!("{} {order}", self.select()), values)
    }
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    let (seq, entry, _) = entry_of(row)?;
    Ok(HistoryRow { change: row.get(24)?, voided: row.get(25)?, seq, fact: HistoryFact::Entry(entry) })
}

fn snapshot_row(row: &Row<'_>) -> rusqlite::Result<HistoryRow> {
    let seen = SnapshotDifference { unexplained: row.get(6)?, first: row.get(7)? };
    let fact = HistoryFact::Snapshot(snapshot_of(row, 1)?, seen);
    Ok(HistoryRow { change: row.get(8)?, voided: row.get(9)?, seq: row.get(0)?, fact })
}

fn change_row(row: &Row<'_>) -> rusqlite::Result<ChangeRow> {
    Ok(ChangeRow {
        id: row.get(0)?,
        seq: row.get(1)?,
        command: row.get(2)?,
        at: row.get(3)?,
        voids: row.get(4)?,
        voided: row.get(5)?,
    })
}
