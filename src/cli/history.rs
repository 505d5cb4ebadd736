//! `history`: every fact, newest last.

use super::context::{Context, LedgerView};
use super::error::CommandError;
use super::{CommandOutput, Stream, change, record};
use crate::ledger::Kind;
use crate::period::Period;
use crate::store::{Filter, LedgerChange, Recorded, Store};
use crate::view::Form;
use crate::view::history::{ChangeLine, History, HistoryLine, Rows};
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
    /// Also list account, unit and rate changes and undos
    #[arg(long)]
    changes: bool,
}

/// Answers with the rows that are wanted.
pub fn run(args: &HistoryArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let period = args.period.as_ref().map(|text| Period::parse(text, context.today(), 1)).transpose()?;
    let kind_word = args.kind.as_ref().map(|w| w.trim().to_lowercase());
    let snapshots_only = kind_word.as_deref() == Some("snapshot");
    let kind = match kind_word.filter(|_| !snapshots_only) {
        None => None,
        Some(word) => Some(Kind::parse(&word).ok_or_else(|| {
            let args = Kind::ALL.map(Kind::word);
            let allowed = args.into_iter().chain(["snapshot"]).collect();
            CommandError::Word { what: "kind of entry", typed: word, allowed }
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
        others.sort_by_key(HistoryLine::at);
    }
    match filter.limit {
        Some(limit) if limit <= HELD_MAX => {
            let mut lines = book.lines(&store.history(&filter)?)?;
            lines.extend(others);
            lines.sort_by_key(HistoryLine::at);
            lines.drain(..lines.len().saturating_sub(limit));
            Ok(CommandOutput::of(History::new(lines)))
        }
        _ => {
            let stream = Some(stream(store, filter, others));
            Ok(CommandOutput { stream, ..CommandOutput::of(History::new(Vec::new())) })
        }
    }
}

/// The largest number of rows that are held at once.
const HELD_MAX: usize = 1_000;

/// Returns what writes the rows of a filter one by one, however many there are, with `others` among
/// them, which are in the order of time.
fn stream(store: ManuallyDrop<Store>, filter: Filter, others: Vec<HistoryLine>) -> Stream {
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
            let mut give = |line: &HistoryLine| {
                number += 1;
                if number > skip { visit(line) } else { Ok(()) }
            };
            let mut rest = others.iter().peekable();
            store.for_each_row_of::<CommandError>(&filter, true, &mut |row| {
                while let Some(other) = rest.next_if(|other| other.at() < row.at()) {
                    give(other)?;
                }
                book.lines(std::slice::from_ref(row))?.iter().try_for_each(&mut give)
            })?;
            rest.try_for_each(give)
        };
        let mut rows = Rows::new(form);
        if rows.are_measured() {
            each(&mut |line| {
                rows.measure(line);
                Ok(())
            })?;
        }
        each(&mut |line| put(&rows.row(line)))?;
        put(&rows.end())?;
        Ok(Vec::new())
    };
    Stream { write: Box::new(write) }
}

/// A change of accounts, units or rates, or an undo, as a row of the history.
fn line(other: &LedgerChange) -> HistoryLine {
    let (kind, account) = match &other.what {
        Recorded::Account { after, .. } => ("account", Some(after.name.clone())),
        Recorded::Rate { .. } => ("rate", None),
        Recorded::Unit(_) => ("unit", None),
        Recorded::Void { command, .. } if command == "redo" => ("redo", None),
        Recorded::Void { .. } => ("undo", None),
    };
    HistoryLine::Change(ChangeLine {
        change: other.change,
        at: other.at,
        kind,
        account,
        what: change::described(&other.what),
        voided: other.voided,
    })
}
