//! `undo` and `redo`: a change no longer counts, or counts again. Nothing is deleted.

use super::commit::Committed;
use super::context::Context;
use super::error::CommandError;
use super::{CommandOutput, Note, record};
use crate::ledger::Kind;
use crate::messages::notice::{RecordCounts, VoidedRecords};
use crate::messages::{Message, Notice};
use crate::store::{ChangeRow, Fact, LedgerChange, LedgerChangeKind, Refusal, Store};
use crate::view::change::{ChangeSummary as ChangeAnswer, Undone};
use crate::view::history::HistoryLine;

/// Undo the latest change, or the one with this ID
#[derive(Debug, clap::Args)]
pub struct UndoArgs {
    /// The ID of a change or its end, as history shows it
    id: Option<String>,
    /// Show what would be undone without recording it
    #[arg(long)]
    dry_run: bool,
}

/// Restore what was undone last
#[derive(Debug, clap::Args)]
pub struct RedoArgs {
    /// Show what would be restored without recording it
    #[arg(long)]
    dry_run: bool,
}

/// Voids a change.
pub fn undo(args: &UndoArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    void(context, "undo", args.dry_run, |store| {
        let found = match &args.id {
            None => store.last_change(true)?.ok_or(Refusal::NothingToUndo)?,
            Some(typed) => named(store, typed)?,
        };
        check_counts(store, &found)?;
        Ok(found)
    })
}

/// Fails for a change that is an undo, that does not count, or of which an edit replaced records.
pub(super) fn check_counts(store: &Store, change: &ChangeRow) -> Result<(), CommandError> {
    if change.voids.is_some() {
        return Err(Refusal::UndoOfUndo(change.id).into());
    }
    if let Some(edit) = store.edit_of(change.id)? {
        return Err(Refusal::ReplacedByEdit { change: change.id, edit }.into());
    }
    if change.voided {
        return Err(Refusal::AlreadyUndone(change.id).into());
    }
    Ok(())
}

/// Voids the latest undo.
pub fn redo(args: &RedoArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    void(context, "redo", args.dry_run, |store| {
        Ok(store.last_change(false)?.ok_or(Refusal::NothingToRedo)?)
    })
}

fn void(
    context: &Context,
    command: &'static str,
    dry_run: bool,
    find: impl Fn(&Store) -> Result<ChangeRow, CommandError>,
) -> Result<CommandOutput, CommandError> {
    let committed = context.commit(command, dry_run, |book| {
        let found = find(book.store)?;
        let original = match found.voids {
            Some(original) => book.store.find_changes(&original.to_string())?.into_iter().next(),
            None => None,
        };
        let (shown, command) = original.map_or((found.id, found.command.clone()), |o| (o.id, o.command));
        let mut others = Vec::new();
        if !records_only_facts(&command) {
            let parts = book.store.parts_of(shown)?;
            others = book.store.ledger_changes()?;
            others.retain(|other| {
                parts.contains(&other.change) && !matches!(other.what, LedgerChangeKind::Void { .. })
            });
        }
        Ok((vec![Fact::Void(found.id)], (command, others)))
    })?;
    let Committed { summary: mut recorded, notes, value: (what, others) } = committed;
    let things = things(&recorded, &others);
    let balances = record::new_balances(&recorded);
    let did = match command {
        "undo" => Notice::Undid { command: what, what: things, balances, dry_run },
        _ => Notice::Redid { command: what, what: things, balances, dry_run },
    };
    let facts = recorded.entries.clone().into_iter().map(Undone::fact);
    recorded.undone = Some(others.iter().filter_map(undone).chain(facts).collect());
    let mut outcome = record::outcome(recorded, notes, did);
    if command == "undo" && !dry_run {
        outcome.notes.push(Note::Done(Notice::CanRedo));
    }
    Ok(outcome)
}

/// Whether a command records entries and snapshots and nothing else.
fn records_only_facts(command: &str) -> bool {
    Kind::parse(command).is_some() || matches!(command, "log" | "send" | "receive")
}

/// The most things that are named one by one; more are counted.
const NAMED: usize = 3;

fn things(recorded: &ChangeAnswer, others: &[LedgerChange]) -> VoidedRecords {
    let lines = &recorded.entries;
    if others.len() + lines.len() <= NAMED {
        let facts = lines.iter().filter_map(|line| record::fact(line, recorded.now)).collect();
        return VoidedRecords::Named(others.iter().map(|other| other.what.clone()).collect(), facts);
    }
    let count = |test: fn(&LedgerChangeKind) -> bool| others.iter().filter(|other| test(&other.what)).count();
    let snapshots = lines.iter().filter(|line| matches!(line, HistoryLine::Snapshot(_))).count();
    VoidedRecords::Counted(RecordCounts {
        units: count(|what| matches!(what, LedgerChangeKind::Unit(_))),
        accounts: count(|what| matches!(what, LedgerChangeKind::Account { .. })),
        rates: count(|what| matches!(what, LedgerChangeKind::Rate { .. })),
        entries: lines.len() - snapshots,
        snapshots,
    })
}

/// What was taken or brought back, as scripts read it.
fn undone(other: &LedgerChange) -> Option<Undone> {
    Some(match &other.what {
        LedgerChangeKind::Rate { unit, rate, of, day } => {
            Undone::Rate { unit: unit.clone(), value: rate.to_string(), of: of.clone(), date: *day }
        }
        LedgerChangeKind::Unit(unit) => Undone::Unit { code: unit.clone(), decimals: unit.decimals },
        LedgerChangeKind::Account { after, .. } => {
            Undone::Account { name: after.name.clone(), what: other.what.english() }
        }
        LedgerChangeKind::Void { .. } => return None,
    })
}

fn named(store: &Store, typed: &str) -> Result<ChangeRow, CommandError> {
    let mut found = store.find_changes(typed)?;
    match found.len() {
        0 => Err(Refusal::UnknownChange(typed.trim().into()).into()),
        1 => Ok(found.remove(0)),
        _ => Err(ambiguous(typed, &found)),
    }
}

/// Several changes have what was typed in their ids.
pub(super) fn ambiguous(typed: &str, found: &[ChangeRow]) -> CommandError {
    Refusal::AmbiguousChange(typed.trim().into(), found.iter().map(|change| change.id).collect()).into()
}
