//! `history`: every record, newest last.

use super::context::{Context, LedgerView};
use super::error::CommandError;
use super::{CommandOutput, Stream, correction, record};
use crate::ledger::{AccountId, Kind};
use crate::messages::error::ExpectedWord;
use crate::messages::{HistoryKind, HistoryText, Message};
use crate::money::Unit;
use crate::period::Period;
use crate::store::{Filter, LedgerChange, LedgerChangeKind, Movement, Outside, Store};
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
    /// Only this kind: spend, earn, topup, refund, transfer, send, receive, withdraw, pay, expire, snapshot
    #[arg(long)]
    kind: Option<String>,
    /// Only this category
    #[arg(long, allow_hyphen_values = true, value_parser = record::free_text)]
    category: Option<String>,
    /// Only payees that contain this text
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    payee: Option<String>,
    /// Only rows that contain this text
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    search: Option<String>,
    /// Only the last N rows
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// All rows; on a terminal only the last 30 are shown otherwise
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Also list account, unit and rate changes, edits and undos
    #[arg(long)]
    changes: bool,
}

/// How many rows a terminal shows unless told otherwise.
const SHOWN: usize = 30;

/// Answers with the rows that are wanted.
pub fn run(args: &HistoryArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let period = args.period.as_ref().map(|text| Period::parse(text, context.today(), 1)).transpose()?;
    let kind_word = args.kind.as_ref().map(|w| w.trim().to_lowercase());
    // A page calls a snapshot by what it shows.
    let snapshots_only =
        kind_word.as_deref().is_some_and(|word| ["snapshot", "balance", "owed", "credit"].contains(&word));
    let kind_word = kind_word.filter(|_| !snapshots_only);
    // Money to or from outside the ledger has its own texts.
    let outside = match kind_word.as_deref() {
        Some("send") => Some(Outside::To),
        Some("receive") => Some(Outside::From),
        _ => None,
    };
    let kind = match kind_word {
        None => None,
        Some(_) if outside.is_some() => Some(Kind::Transfer),
        Some(word) => Some(Kind::parse(&word).ok_or_else(|| {
            let args = Kind::ALL.map(Kind::as_str);
            let allowed = args.into_iter().chain(["send", "receive", "snapshot"]).collect();
            CommandError::Word { expected: ExpectedWord::EntryKind, typed: word, allowed }
        })?),
    };
    // As any reader does, it leaves the closing to the end of the process.
    let store = ManuallyDrop::new(context.store()?);
    let book = LedgerView { accounts: store.accounts()?, store: &store };
    let account = args.name.as_ref().map(|name| context.account(&book, name, false)).transpose()?;
    let is_cut = args.limit.is_none() && !args.all && context.is_page_on_terminal();
    let filter = Filter {
        account: account.map(|a| a.id),
        from: period.and_then(|p| p.from).map(|day| day.start()),
        to: period.and_then(|p| p.to).map(|day| day.end()),
        kind,
        outside,
        snapshots_only,
        category: args.category.clone(),
        payee: args.payee.clone(),
        search: args.search.clone(),
        limit: if is_cut { Some(SHOWN) } else { args.limit },
    };
    let others = match args.changes && filter.is_of_all_kinds() {
        true => others(&store, &filter)?,
        false => Vec::new(),
    };
    let of = account.map(|account| OfAccount {
        id: account.id,
        unit: account.unit.clone(),
        is_carrier: account.is_carrier(),
    });
    let mut history = match account {
        Some(account) => {
            let (name, unit) = (account.name.clone(), account.unit.clone());
            History::of_account(Vec::new(), context.today(), name, unit)
        }
        None => History::new(Vec::new(), context.today()),
    };
    match filter.limit {
        Some(limit) if limit <= HELD_MAX => {
            let rows = store.history(&filter)?;
            let mut lines = book.lines(&rows)?;
            let mut total = others.len();
            if is_cut {
                total += if rows.len() < limit { rows.len() } else { store.count_history(&filter)? };
            }
            if let Some(of) = &of {
                let mut running = store.running_balance(of.id);
                for (line, row) in lines.iter_mut().zip(&rows) {
                    *line = of.with(line.clone(), running.next(row)?);
                }
            }
            let with_running = |other| match &of {
                Some(of) => of.with(other, Movement::default()),
                None => other,
            };
            lines.extend(others.into_iter().map(with_running));
            lines.sort_by_key(HistoryLine::position);
            lines.drain(..lines.len().saturating_sub(limit));
            let ending = match lines.len() {
                0 => Some(nothing(&book, &filter)?),
                shown if is_cut && shown < total => {
                    let command = correction::typed_with(context, &["--all"]);
                    Some(HistoryText::Last { shown, total, command })
                }
                _ => None,
            };
            history.rows = lines;
            Ok(CommandOutput::of(history.ending_with(ending)))
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
fn nothing(book: &LedgerView<'_>, filter: &Filter) -> Result<HistoryText, CommandError> {
    if filter.limit == Some(0) {
        return Ok(HistoryText::NoneAskedFor);
    }
    if book.accounts.is_empty() {
        return Ok(HistoryText::NoAccounts);
    }
    let total = book.store.count_history(&Filter::default())?;
    if total == 0 {
        let account = book.accounts.iter().find(|account| !account.closed);
        return Ok(HistoryText::NothingYet { account: account.map(|account| account.name.clone()) });
    }
    if let Some(account) = filter.account.and_then(|id| book.account(id))
        && book.store.count_history(&Filter { account: filter.account, ..Filter::default() })? == 0
    {
        return Ok(HistoryText::NothingOf { account: account.name.clone() });
    }
    Ok(HistoryText::NothingMatches { total })
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

/// The changes of accounts, units and rates, the edits and the undos that a filter takes, in the order of
/// time.
fn others(store: &Store, filter: &Filter) -> Result<Vec<HistoryLine>, CommandError> {
    let mut lines = Vec::new();
    for other in store.ledger_changes()?.into_iter().filter(|other| filter.takes_moment(other.at)) {
        let is_of_account = match (filter.account, &other.what) {
            (None, _) => true,
            (Some(account), LedgerChangeKind::Account { after, .. }) => after.id == account,
            (Some(account), LedgerChangeKind::Void { of, .. }) => store.concerns(*of, account)?,
            (Some(_), LedgerChangeKind::Rate { .. } | LedgerChangeKind::Unit(_)) => false,
        };
        if is_of_account {
            lines.push(line(other));
        }
    }
    lines.sort_by_key(HistoryLine::position);
    Ok(lines)
}

/// A change of accounts, units or rates, or an undo, as a row of the history.
fn line(other: LedgerChange) -> HistoryLine {
    let account = match &other.what {
        LedgerChangeKind::Account { after, .. } => Some(after.name.clone()),
        LedgerChangeKind::Rate { .. } | LedgerChangeKind::Unit(_) | LedgerChangeKind::Void { .. } => None,
    };
    HistoryLine::Change(HistoryChange {
        change: other.change,
        at: other.at,
        kind: HistoryKind::of_change(&other.what).word(),
        account,
        what: other.what.english(),
        detail: other.what,
        voided: other.voided,
        seq: other.seq,
        running: None,
    })
}
