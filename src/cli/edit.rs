//! `edit`: corrects a recorded entry or snapshot, as one change.

use super::commit::Committed;
use super::context::{Context, LedgerView, any_amount, positive};
use super::error::CommandError;
use super::{CommandOutput, Note, earn, record, undo};
use crate::ledger::{Account, AccountId, Entry, Expires, Id, Kind, Snapshot};
use crate::messages::Notice;
use crate::messages::error::{RecordKind, TextField, UsageError};
use crate::money::Money;
use crate::period::parse_last_day;
use crate::store::{Fact, Filter, HistoryFact, HistoryRow, LedgerChange, LedgerChangeKind, Refusal};
use crate::view::change::Undone;
use crate::view::history::HistoryLine;

/// Correct a recorded entry or balance
#[derive(Debug, clap::Args)]
pub struct EditArgs {
    /// Change ID or its last characters, as `history` shows it; or the whole id of one record
    id: String,
    /// The right amount
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    amount: Option<String>,
    /// The right date
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// The right account
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The right category; '' for none
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    category: Option<String>,
    /// The right payee; '' for none
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    payee: Option<String>,
    /// The last day of the points, or `never`
    #[arg(long, value_name = "DATE|never")]
    expires: Option<String>,
    /// The right note; '' for none
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    note: Option<String>,
    /// Show what would be recorded without recording it
    #[arg(long)]
    dry_run: bool,
}

/// Voids the old record and records the corrected one.
pub fn run(args: &EditArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let given =
        [&args.amount, &args.date, &args.account, &args.category, &args.payee, &args.expires, &args.note];
    if given.iter().all(|option| option.is_none()) {
        let options = &["--amount", "--date", "--account", "--category", "--payee", "--expires", "--note"];
        return Err(UsageError::NothingToChange { options }.into());
    }
    let committed = context.commit("edit", args.dry_run, |book| {
        let rows = found(book, &args.id)?;
        let row = chosen(book, &args.id, &rows)?;
        let before = book.lines(std::slice::from_ref(row))?.pop();
        let corrected = match &row.fact {
            HistoryFact::Entry(entry) => HistoryFact::Entry(corrected_entry(args, context, book, entry)?),
            HistoryFact::Snapshot(seen, shown) => {
                HistoryFact::Snapshot(corrected_snapshot(args, context, book, seen)?, *shown)
            }
        };
        if corrected == row.fact {
            return Err(UsageError::UnchangedRecord { record: kind(row) }.into());
        }
        let corrected = HistoryRow { fact: corrected, ..row.clone() };
        let (changes, rows) = recorded_again(book, row, &corrected)?;
        let (mut facts, mut edited) = (Vec::new(), None);
        for other in rows {
            let is_edited = other.seq == row.seq;
            let fact = if is_edited { corrected.fact.clone() } else { other.fact };
            let (id, fact) = match fact {
                HistoryFact::Entry(entry) => {
                    let id = context.new_id(entry.at);
                    (id, Fact::Entry(Entry { id, ..entry }))
                }
                HistoryFact::Snapshot(seen, _) => {
                    let id = context.new_id(seen.at);
                    (id, Fact::Snapshot(Snapshot { id, ..seen }))
                }
            };
            if is_edited {
                edited = Some(id);
            }
            facts.push(fact);
        }
        let part = |facts| Fact::Part { id: context.new_id(context.now), command: "edit", facts };
        let voids = changes.into_iter().map(Fact::Void).collect();
        Ok((vec![part(voids), part(facts)], (before, edited)))
    })?;
    let Committed { summary: mut recorded, notes, value: (before, edited) } = committed;
    let after = recorded.entries.iter().find(|line| Some(line.id()) == edited);
    let fact = |line: Option<&HistoryLine>| line.and_then(|line| record::fact(line, recorded.now));
    let did = fact(before.as_ref()).zip(fact(after)).map(|(before, after)| Notice::Edited {
        before,
        after,
        balances: record::new_balances(&recorded),
        dry_run: args.dry_run,
    });
    // The change that the history shows beside the new records.
    recorded.change = recorded.change.and(after.map(HistoryLine::change));
    recorded.undone = Some(before.into_iter().map(Undone::fact).collect());
    Ok(CommandOutput::of(recorded).with(did.map(Note::Done).into_iter().chain(notes).collect()))
}

/// The kind of a record: `spend`, `snapshot`.
fn kind(row: &HistoryRow) -> RecordKind {
    match &row.fact {
        HistoryFact::Entry(entry) => RecordKind::Entry(entry.kind),
        HistoryFact::Snapshot(..) => RecordKind::Snapshot,
    }
}

/// The records that count of the change of an id.
fn found(book: &LedgerView<'_>, typed: &str) -> Result<Vec<HistoryRow>, CommandError> {
    let mut changes = book.store.find_changes(typed)?;
    let change = match changes.len() {
        0 => return Err(Refusal::UnknownChange(typed.trim().into()).into()),
        1 => changes.remove(0),
        _ => return Err(undo::ambiguous(typed, &changes)),
    };
    undo::check_counts(book.store, &change)?;
    let mut rows = Vec::new();
    // The records of an import or an edit lie in parts of it.
    for part in book.store.parts_of(change.id)? {
        rows.extend(book.store.history_for_change(part)?);
    }
    rows.retain(|row| !row.voided);
    rows.sort_unstable_by_key(|row| row.seq);
    rows.dedup_by_key(|row| row.seq);
    Ok(rows)
}

/// The changes that an edit voids, and the records that it records again, in their order.
///
/// A void takes back a whole change, so what came along with the record is recorded again. So is what
/// was recorded later in the same second, where its order matters: see [`commute`].
fn recorded_again(
    book: &LedgerView<'_>,
    edited: &HistoryRow,
    corrected: &HistoryRow,
) -> Result<(Vec<Id>, Vec<HistoryRow>), CommandError> {
    let (mut changes, mut rows): (Vec<Id>, Vec<HistoryRow>) = (Vec::new(), Vec::new());
    let mut waiting = vec![edited.change];
    while let Some(change) = waiting.pop() {
        if changes.contains(&change) {
            continue;
        }
        changes.push(change);
        let mut own = book.store.history_for_change(change)?;
        own.retain(|row| !row.voided);
        for row in &own {
            let row = if row.seq == edited.seq { corrected } else { row };
            // What moves to another second or account is the last record there.
            let stays = |account: &AccountId| {
                row.seq != edited.seq
                    || (corrected.at() == edited.at() && accounts_of(edited).any(|old| old == *account))
            };
            for account in accounts_of(row).filter(stays) {
                let later = later_in_its_second(book, row, account)?;
                waiting.extend(later.into_iter().map(|later| later.change));
            }
        }
        rows.extend(own);
    }
    rows.sort_unstable_by_key(|row| row.seq);
    rows.dedup_by_key(|row| row.seq);
    let mut parts = Vec::new();
    for change in &changes {
        parts.extend(book.store.parts_of(*change)?);
    }
    // An account that came with the change cannot be recorded again without all that stands on it.
    let brought = |other: &LedgerChange| {
        let is_edit = matches!(&other.what, LedgerChangeKind::Void { command, .. } if command == "edit");
        !is_edit && parts.contains(&other.change)
    };
    if book.store.ledger_changes()?.iter().any(brought) {
        return Err(UsageError::RecordOfLargerChange { change: edited.change }.into());
    }
    Ok((changes, rows))
}

/// The accounts of a record.
fn accounts_of(row: &HistoryRow) -> impl Iterator<Item = AccountId> + use<> {
    let accounts = match &row.fact {
        HistoryFact::Entry(entry) => [entry.from.account, entry.to.account],
        HistoryFact::Snapshot(snapshot, _) => [Some(snapshot.account), None],
    };
    accounts.into_iter().flatten()
}

/// What was recorded on an account after a record in its second and must stay after it.
fn later_in_its_second(
    book: &LedgerView<'_>,
    row: &HistoryRow,
    account: AccountId,
) -> Result<Vec<HistoryRow>, CommandError> {
    let second =
        Filter { account: Some(account), from: Some(row.at()), to: Some(row.at()), ..Filter::default() };
    let mut later = book.store.history(&second)?;
    later.retain(|other| other.seq > row.seq && !other.voided);
    if later.is_empty() {
        return Ok(later);
    }
    let is_carrier = book.account(account).is_some_and(Account::is_carrier);
    let is_split = is_carrier || book.store.has_dated_points(account)?;
    later.retain(|other| !commute(row, other, account, is_split));
    Ok(later)
}

/// Whether two records of one account lead to the same state in either order. A snapshot fixes the
/// balance, so nothing commutes with it. Where the balance consists of parts, lots or bills, an arrival
/// fills what a departure took, or does not.
fn commute(a: &HistoryRow, b: &HistoryRow, account: AccountId, is_split: bool) -> bool {
    let leaves = |row: &HistoryRow| match &row.fact {
        HistoryFact::Entry(entry) => Some(entry.from.account == Some(account)),
        HistoryFact::Snapshot(..) => None,
    };
    match (leaves(a), leaves(b)) {
        (Some(a), Some(b)) => !is_split || a && b,
        _ => false,
    }
}

/// The one record that is meant: that of the id, or the only one of the change.
fn chosen<'r>(
    book: &LedgerView<'_>,
    typed: &str,
    rows: &'r [HistoryRow],
) -> Result<&'r HistoryRow, CommandError> {
    let wanted = Id::parse(&typed.trim().to_ascii_lowercase());
    if let Some(row) = rows.iter().find(|row| Some(row.id()) == wanted) {
        return Ok(row);
    }
    match rows {
        [one] => Ok(one),
        [] => Err(UsageError::ChangeWithoutRecords { typed: typed.into() }.into()),
        many => {
            let amount = |row: &HistoryRow| match &row.fact {
                HistoryFact::Entry(entry) if entry.from.account.is_some() => {
                    Some((entry.id, entry.from.unit.money(entry.from.amount)))
                }
                HistoryFact::Entry(entry) => Some((entry.id, entry.to.unit.money(entry.to.amount))),
                HistoryFact::Snapshot(seen, _) => {
                    let account = book.account(seen.account)?;
                    Some((seen.id, account.unit.money(account.display_balance(seen.balance))))
                }
            };
            let records = many.iter().take(9).filter_map(amount).collect();
            Err(UsageError::SeveralRecords { typed: typed.into(), count: many.len(), records }.into())
        }
    }
}

/// A text that may be taken away by giving an empty one.
fn replaced(field: TextField, new: Option<&str>, old: Option<&str>) -> Result<Option<String>, CommandError> {
    match new {
        None => Ok(old.map(String::from)),
        Some(text) if text.trim().is_empty() => Ok(None),
        Some(text) => record::label(field, Some(text)),
    }
}

fn corrected_entry(
    args: &EditArgs,
    context: &Context,
    book: &LedgerView<'_>,
    old: &Entry,
) -> Result<Entry, CommandError> {
    let mut entry = old.clone();
    if let Some(date) = &args.date {
        entry.at = context.entry_moment(Some(date))?;
    }
    // What a person names first in the command: for money in the place it reached, else the one it left.
    let arrives =
        matches!(old.kind, Kind::Earn | Kind::Refund | Kind::Topup | Kind::Pay) || old.from.account.is_none();
    if let Some(name) = &args.account {
        let account = context.account(book, name, true)?.id;
        let place = if arrives { &mut entry.to } else { &mut entry.from };
        place.account = Some(account);
    }
    if let Some(text) = &args.amount {
        if old.from.unit != old.to.unit || old.channel.is_some() {
            return Err(UsageError::ComputedAmount { kind: old.kind, id: old.id }.into());
        }
        let id = if arrives { entry.to.account } else { entry.from.account };
        let account = id.and_then(|id| book.account(id)).ok_or(CommandError::NoHome)?;
        let amount = positive(text, account)?;
        let charges = old.from.unit.money(old.fee).checked_add(&old.from.unit.money(old.tax))?;
        let (left, arrived): (Money, Money) = match arrives {
            true => (amount.checked_add(&charges)?, amount),
            false if charges.minor > amount.minor => {
                let (amount, fee) = (amount.to_string(), charges.to_string());
                return Err(CommandError::FeeAboveAmount { amount, fee });
            }
            false => (amount.clone(), amount.checked_sub(&charges)?),
        };
        (entry.from.amount, entry.to.amount) = (left.minor, arrived.minor);
    }
    if let Some(text) = args.expires.as_deref().map(str::trim) {
        if old.kind != Kind::Earn {
            return Err(not_of("--expires", RecordKind::Entry(old.kind)));
        }
        entry.expires = match text.eq_ignore_ascii_case("never") {
            true => Expires::Never,
            false => Expires::On(parse_last_day(text, entry.at.day())?),
        };
    }
    let by_rule = |entry: &Entry| {
        let account = entry.to.account.and_then(|id| book.account(id));
        account.map_or(Expires::Unknown, |account| earn::by_platform(context, account, entry.at))
    };
    // What came from the rule of the platform follows from the new date; what a person gave stays.
    if args.expires.is_none() && old.kind == Kind::Earn && old.expires == by_rule(old) {
        entry.expires = by_rule(&entry);
    }
    let category = replaced(TextField::Category, args.category.as_deref(), old.category.as_deref())?;
    let payee = replaced(TextField::Payee, args.payee.as_deref(), old.payee.as_deref())?;
    (entry.category, entry.payee) = (category.map(Into::into), payee.map(Into::into));
    entry.note = replaced(TextField::Note, args.note.as_deref(), old.note.as_deref())?;
    entry.check(|id| book.account(id))?;
    Ok(entry)
}

fn corrected_snapshot(
    args: &EditArgs,
    context: &Context,
    book: &LedgerView<'_>,
    old: &Snapshot,
) -> Result<Snapshot, CommandError> {
    let options = [("--category", &args.category), ("--payee", &args.payee), ("--expires", &args.expires)];
    if let Some((option, _)) = options.into_iter().find(|(_, given)| given.is_some()) {
        return Err(not_of(option, RecordKind::Snapshot));
    }
    let at = args.date.as_ref().map_or(Ok(old.at), |date| context.seen_moment(Some(date)))?;
    let before = book.account(old.account).ok_or(CommandError::NoHome)?;
    let account = args.account.as_ref().map_or(Ok(before), |name| context.account(book, name, true))?;
    let same_nature = account.unit == before.unit && account.is_carrier() == before.is_carrier();
    let balance = match &args.amount {
        Some(text) => account.display_balance(any_amount(text, account)?.minor),
        None if same_nature => old.balance,
        None => {
            let (wanted, given) = (account.unit.clone(), before.unit.clone());
            let account = account.name.clone();
            return Err(crate::ledger::RuleViolation::UnitNotOfAccount { account, wanted, given }.into());
        }
    };
    let note = replaced(TextField::Note, args.note.as_deref(), old.note.as_deref())?;
    Ok(Snapshot { id: old.id, at, account: account.id, balance, note })
}

fn not_of(option: &'static str, record: RecordKind) -> CommandError {
    UsageError::OptionNotOfRecord { record, option }.into()
}
