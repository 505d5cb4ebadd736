//! `undo` and `redo`: a change no longer counts, or counts again. Nothing is deleted.

use super::failure::Failure;
use super::session::Session;
use super::{Note, Outcome, record};
use crate::store::{ChangeRow, Fact, Refusal, Store};
use crate::view::recorded::Recorded;
use std::cell::RefCell;

/// Take back the latest change, or the one of that id; again goes further back
#[derive(Debug, clap::Args)]
pub struct UndoWords {
    /// The id of a change, or its end, as `history` shows it
    id: Option<String>,
    /// Show what would be taken back, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Bring back what was undone last
#[derive(Debug, clap::Args)]
pub struct RedoWords {
    /// Show what would be brought back, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Voids a change.
pub fn undo(words: &UndoWords, session: &Session) -> Result<Outcome, Failure> {
    change(session, "undo", words.dry_run, |store| {
        let found = match &words.id {
            None => store.last_change(true)?.ok_or(Refusal::NothingTo("undo"))?,
            Some(typed) => named(store, typed)?,
        };
        if found.voids.is_some() {
            return Err(Refusal::UndoOfUndo(found.id).into());
        }
        if found.voided {
            return Err(Refusal::AlreadyUndone(found.id).into());
        }
        Ok(found)
    })
}

/// Voids the latest undo.
pub fn redo(words: &RedoWords, session: &Session) -> Result<Outcome, Failure> {
    change(session, "redo", words.dry_run, |store| {
        Ok(store.last_change(false)?.ok_or(Refusal::NothingTo("redo"))?)
    })
}

fn change(
    session: &Session,
    command: &'static str,
    dry_run: bool,
    find: impl Fn(&Store) -> Result<ChangeRow, Failure>,
) -> Result<Outcome, Failure> {
    let target: RefCell<Option<String>> = RefCell::new(None);
    let (recorded, notes) = session.record(command, dry_run, |book| {
        let found = find(book.store)?;
        let original = match found.voids {
            Some(original) => book.store.changes_like(&original.to_string())?.into_iter().next(),
            None => None,
        };
        let (shown, command) = original.map_or((found.id, found.command.clone()), |o| (o.id, o.command));
        // What opened, changed or closed an account is told by the account's name; an import may
        // have opened many.
        let mut names = if command == "import" { Vec::new() } else { book.store.names_given(shown)? };
        names.insert(0, command);
        *target.borrow_mut() = Some(names.join(" "));
        Ok(vec![Fact::Void(found.id)])
    })?;
    let what = target.into_inner().unwrap_or_default();
    let did = sentence(command, &what, &recorded, dry_run);
    let mut outcome = record::outcome(recorded, notes, &did, dry_run);
    if command == "undo" && !dry_run {
        outcome.notes.push(Note::Done("to bring it back: jandon redo".into()));
    }
    Ok(outcome)
}

fn sentence(command: &str, what: &str, recorded: &Recorded, dry_run: bool) -> String {
    let verb = match (command, dry_run) {
        ("undo", false) => "undid",
        ("undo", true) => "undone",
        (_, false) => "redid",
        (_, true) => "redone",
    };
    match recorded.entries.as_slice() {
        [] => format!("{verb} `{what}`"),
        [one] => format!("{verb} `{what}`: {}", record::did("", one).trim()),
        many => format!("{verb} `{what}` with {} records", many.len()),
    }
}

fn named(store: &Store, typed: &str) -> Result<ChangeRow, Failure> {
    let mut found = store.changes_like(typed)?;
    match found.len() {
        0 => Err(Refusal::UnknownChange(typed.trim().into()).into()),
        1 => Ok(found.remove(0)),
        _ => Err(Refusal::AmbiguousChange(typed.trim().into()).into()),
    }
}
