//! `history`: every fact, newest last.

use super::context::{Context, LedgerView};
use super::error::{CommandError, quoted_name};
use super::{CommandOutput, Stream, record};
use crate::ledger::{AccountId, Kind};
use crate::messages::Message;
use crate::messages::error::ExpectedWord;
use crate::money::Unit;
use crate::period::Period;
use crate::store::{Filter, LedgerChange, LedgerChangeKind, Movement, Store};
use crate::view::Form;
use crate::view::history::{History, HistoryChange, HistoryLine, Rows, Running};
use std::mem::ManuallyDrop;

/// List what was recorded, newest last
#[derive(Debug, clap::Args)]
pub struct HistoryArgs {
    /// Only this account
    name: Option<String>,
    /// Only this period: 2026-10, last month, 2026-10-03..2026-10-09, 지난달
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only this kind: spend, earn, topup, refund, transfer, withdraw, pay, expire, snapshot
    #[arg(long)]
    kind: Option<String>,
    /// Only this category
    #[arg(long, allow_hyphen_values = true, value_parser = record::free_text)]
    category: Option<String>,
    /// Only rows that contain this text
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    search: Option<String>,
    /// Only the last N rows
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// Also list account, unit and rate changes, edits and undos
    #[arg(long)]
    changes: bool,
}

/// Answers with the rows that are wanted.
pub fn run(args: &HistoryArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let period = args.period.as_ref().map(|text| Period::parse(text, context.today(), 1)).transpose()?;
    let kind_word = args.kind.as_ref().map(|w| w.trim().to_lowercase());
    // A page calls a snapshot by what it shows.
    let snapshots_only =
        kind_word.as_deref().is_some_and(|word| ["snapshot", "balance", "owed", "credit"].contains(&word));
    let kind = match kind_word.filter(|_| !snapshots_only) {
        None => None,
        Some(word) => Some(Kind::parse(&word).ok_or_else(|| {
            let args = Kind::ALL.map(Kind::as_str);
            let allowed = args.into_iter().chain(["snapshot"]).collect();
            CommandError::Word { expected: ExpectedWord::EntryKind, typed: word, allowed }
        })?),
    };
    // As any reader does, it leaves the closing to the end of the process.
    let store = ManuallyDrop::new(context.store()?);
    let book = LedgerView { accounts: store.accounts()?, store: &store };
    let account = args.name.as_ref().map(|name| context.account(&book, name, false)).transpose()?;
    let filter = Filter {
        account: account.map(|a| a.id),
        from: period.and_then(|p| p.from).map(|day| day.start()),
        to: period.and_then(|p| p.to).map(|day| day.end()),
        kind,
        snapshots_only,
        category: args.category.clone(),
        search: args.search.clone(),
        limit: args.limit,
    };
    let mut others = Vec::new();
    if args.changes && filter.is_of_all_kinds() {
        others.extend(store.ledger_changes()?.iter().filter(|other| filter.takes(other)).map(line));
        others.sort_by_key(HistoryLine::position);
    }
    let (id, is_carrier) = account.map_or((None, false), |account| (Some(account.id), account.is_carrier()));
    let unit = account.map(|account| account.unit.clone());
    let of = id.zip(unit).map(|(id, unit)| OfAccount { id, unit, is_carrier });
    let mut history = match &of {
        Some(_) => History::of_account(Vec::new()),
        None => History::new(Vec::new()),
    };
    match filter.limit {
        Some(limit) if limit <= HELD_MAX => {
            let rows = store.history(&filter)?;
            let mut lines = book.lines(&rows)?;
            if let Some(of) = &of {
                let mut running = store.running_balance(of.id);
                for (line, row) in lines.iter_mut().zip(&rows) {
                    *line = of.with(line.clone(), running.next(row)?);
                }
                others = others.into_iter().map(|other| of.with(other, Movement::default())).collect();
            }
            lines.extend(others);
            lines.sort_by_key(HistoryLine::position);
            lines.drain(..lines.len().saturating_sub(limit));
            if lines.is_empty() {
                history = history.or_nothing(nothing(&book, &filter)?);
            }
            history.rows = lines;
            Ok(CommandOutput::of(history))
        }
        _ => {
            let stream = Some(stream(store, filter, others, of, history.clone()));
            Ok(CommandOutput { stream, ..CommandOutput::of(history) })
        }
    }
}

/// The account whose history is shown.
struct OfAccount {
    id: AccountId,
    unit: Unit,
    is_carrier: bool,
}

impl OfAccount {
    /// Adds to a row what it did to the account.
    fn with(&self, line: HistoryLine, movement: Movement) -> HistoryLine {
        let money = |parts| self.unit.money(parts);
        line.with_running(Running {
            amount: movement.amount.map(money),
            balance_after: movement.balance_after.map(money),
            expired: Some(movement.expired).filter(|parts| *parts != 0).map(money),
            owed: self.is_carrier,
        })
    }
}

/// Why a history is empty, and what can be done.
fn nothing(book: &LedgerView<'_>, filter: &Filter) -> Result<String, CommandError> {
    let latest = |filter: Filter| book.store.history(&Filter { limit: Some(1), ..filter });
    if filter.limit == Some(0) {
        return Ok("No rows were asked for (-n 0); to see the last 20: jandon history -n 20".into());
    }
    if let Some(why) = book.why_empty() {
        return Ok(why);
    }
    if latest(Filter::default())?.is_empty() {
        return Ok("Nothing recorded yet; to record a balance you see: jandon log NAME AMOUNT".into());
    }
    if let Some(account) = filter.account.and_then(|id| book.account(id))
        && latest(Filter { account: filter.account, ..Filter::default() })?.is_empty()
    {
        let name = quoted_name(&account.name);
        return Ok(format!(
            "Nothing recorded for {}; to record its balance: jandon log {name} AMOUNT",
            account.name
        ));
    }
    Ok("Nothing matches; to see all that was recorded: jandon history".into())
}

/// The largest number of rows that are held at once.
const HELD_MAX: usize = 1_000;

/// Returns what writes the rows of a filter one by one, however many there are, with `others` among
/// them, which are in the order of time.
fn stream(
    store: ManuallyDrop<Store>,
    filter: Filter,
    others: Vec<HistoryLine>,
    of: Option<OfAccount>,
    history: History,
) -> Stream {
    let write = move |form: &Form, put: &mut dyn FnMut(&str) -> Result<(), CommandError>| {
        let mut accounts = store.accounts()?;
        accounts.extend(store.voided_accounts()?);
        let book = LedgerView { accounts, store: &store };
        let skip = match filter.limit {
            None => 0,
            Some(limit) => {
                let mut count = others.len();
                store.for_each_row_of::<CommandError>(&filter, true, &mut |_| {
                    count += 1;
                    Ok(())
                })?;
                count.saturating_sub(limit)
            }
        };
        let each = |visit: &mut dyn FnMut(&HistoryLine) -> Result<(), CommandError>| {
            let mut number = 0;
            let mut running = of.as_ref().map(|of| store.running_balance(of.id));
            let mut give = |line: HistoryLine, movement: Movement| {
                number += 1;
                match &of {
                    _ if number <= skip => Ok(()),
                    Some(of) => visit(&of.with(line, movement)),
                    None => visit(&line),
                }
            };
            let mut rest = others.iter().peekable();
            store.for_each_row_of::<CommandError>(&filter, true, &mut |row| {
                while let Some(other) = rest.next_if(|other| other.position() < (row.at(), row.seq)) {
                    give(other.clone(), Movement::default())?;
                }
                let movement = running.as_mut().map(|running| running.next(row)).transpose()?;
                let mut lines = book.lines(std::slice::from_ref(row))?.into_iter();
                lines.try_for_each(|line| give(line, movement.unwrap_or_default()))
            })?;
            rest.try_for_each(|other| give(other.clone(), Movement::default()))
        };
        let mut rows = Rows::new(form, history);
        if rows.are_measured() {
            each(&mut |line| {
                rows.measure(line);
                Ok(())
            })?;
        }
        each(&mut |line| put(&rows.row(line)))?;
        if rows.is_empty() {
            rows.or_nothing(nothing(&book, &filter)?);
        }
        put(&rows.end())?;
        Ok(Vec::new())
    };
    Stream { write: Box::new(write) }
}

/// A change of accounts, units or rates, or an undo, as a row of the history.
fn line(other: &LedgerChange) -> HistoryLine {
    let (kind, account) = match &other.what {
        LedgerChangeKind::Account { after, .. } => ("account", Some(after.name.clone())),
        LedgerChangeKind::Rate { .. } => ("rate", None),
        LedgerChangeKind::Unit(_) => ("unit", None),
        LedgerChangeKind::Void { command, .. } if command == "redo" => ("redo", None),
        LedgerChangeKind::Void { command, .. } if command == "edit" => ("edit", None),
        LedgerChangeKind::Void { .. } => ("undo", None),
    };
    HistoryLine::Change(HistoryChange {
        change: other.change,
        at: other.at,
        kind,
        account,
        what: other.what.english(),
        voided: other.voided,
        seq: other.seq,
        running: None,
    })
}
