//! What the recording commands share: an entry to be recorded, and the message about it.

use super::context::{Context, EntryArgs};
use super::error::CommandError;
use super::{CommandOutput, Note, usage};
use crate::ledger::{Account, Entry, Expires, Kind, Leg};
use crate::messages::Notice;
use crate::messages::error::{TextField, UsageError};
use crate::messages::record::{
    NewBalance, RecordedEntry, RecordedFact, RecordedSnapshot, SnapshotComparison,
};
use crate::money::{ParsedAmount, Unit};
use crate::period::{Day, LocalDateTime};
use crate::store::Fact;
use crate::text::{self, NAME_MAX, TEXT_MAX};
use crate::view::change::{BalanceAfter, ChangeSummary};
use crate::view::history::{HistoryLine, HistorySnapshot};
use std::borrow::Cow;

/// An entry of one unit without charges, between an account and the outside or another account.
pub fn entry(
    context: &Context,
    kind: Kind,
    at: LocalDateTime,
    unit: &Unit,
    amount: i64,
    when: &EntryArgs,
) -> Entry {
    let outside = Leg { account: None, amount, unit: unit.clone() };
    Entry {
        id: context.new_id(at),
        at,
        kind,
        from: outside.clone(),
        to: outside,
        fee: 0,
        tax: 0,
        category: None,
        payee: None,
        note: when.note.clone(),
        channel: None,
        expires: Expires::Unknown,
    }
}

/// What a spend, an earning or a refund was about.
#[derive(Debug, clap::Args)]
pub struct AboutArgs {
    /// The category
    pub category: Option<String>,
    /// The category, as an option; needed for one that is a number
    #[arg(long = "category", value_name = "TEXT", conflicts_with = "category",
          allow_hyphen_values = true, value_parser = free_text)]
    pub category_option: Option<String>,
    /// The shop or person paid, or who paid
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = free_text)]
    pub payee: Option<String>,
}

impl AboutArgs {
    /// Returns the category and the payee as they are stored.
    ///
    /// A category that reads as an amount is an error unless it was given with `--category`.
    pub fn labels(&self, amount: &str) -> Result<(Option<String>, Option<String>), CommandError> {
        if let Some(category) = self.category.as_deref().filter(|text| reads_as_amount(text)) {
            // An invalid amount means that the two are swapped.
            ParsedAmount::parse(amount)?;
            return Err(CommandError::NumericCategory { amount: amount.into(), category: category.into() });
        }
        if let Some(word) = self.category.as_deref().filter(|word| continues_amount(amount, word)) {
            return Err(UsageError::SplitAmount { amount: amount.into(), word: word.into() }.into());
        }
        let category =
            label(TextField::Category, self.category.as_deref().or(self.category_option.as_deref()))?;
        let payee = label(TextField::Payee, self.payee.as_deref())?;
        Ok((category, payee))
    }
}

/// Whether a text is an amount, with or without a unit that people write beside one.
pub fn reads_as_amount(text: &str) -> bool {
    ParsedAmount::parse(text).is_ok_and(|figure| figure.has_known_symbol())
}

/// Whether a word goes on with an amount that a shell split: `5 만`, `12,500 KRW`, `4500 원`.
fn continues_amount(amount: &str, word: &str) -> bool {
    let is_mark =
        word.chars().all(|c| "억만천백십원점".contains(c)) || Unit::currency(&word.to_uppercase()).is_some();
    is_mark && !word.is_empty() && reads_as_amount(amount) && reads_as_amount(&format!("{amount}{word}"))
}

/// Accepts any text, also one that begins with a hyphen, unless it is the name of an option.
pub fn free_text(text: &str) -> Result<String, String> {
    match text.starts_with("--") && usage::is_option(text) {
        true => Err(format!("{text} is an option; give a text before it")),
        false => Ok(text.to_string()),
    }
}

/// A category or payee in the form in which it is stored.
pub fn label(field: TextField, text: Option<&str>) -> Result<Option<String>, CommandError> {
    text.map(|text| stored(field, text, TEXT_MAX)).transpose()
}

/// Returns a text as it is stored.
pub fn stored(field: TextField, text: &str, max: usize) -> Result<String, CommandError> {
    text::checked(text, max).map(Cow::into_owned).map_err(|error| CommandError::Text { field, error })
}

/// Returns a fact with every text of it as it is stored.
///
/// Every recording command passes its facts through here. An edited account keeps what it had; what
/// is new of it is checked where it is read.
pub fn with_stored_texts(mut fact: Fact) -> Result<Fact, CommandError> {
    let check = |field, text: &mut Option<String>| -> Result<(), CommandError> {
        *text = label(field, text.as_deref())?;
        Ok(())
    };
    match &mut fact {
        Fact::Entry(entry) => {
            check(TextField::Note, &mut entry.note)?;
            let labels = [
                (TextField::Category, &mut entry.category),
                (TextField::Payee, &mut entry.payee),
                (TextField::Channel, &mut entry.channel),
            ];
            for (field, text) in labels {
                *text = label(field, text.as_deref())?.map(Into::into);
            }
        }
        Fact::Snapshot(snapshot) => check(TextField::Note, &mut snapshot.note)?,
        Fact::Open(account) => {
            account.name = stored(TextField::AccountName, &account.name, NAME_MAX)?;
            check(TextField::Note, &mut account.note)?;
        }
        Fact::Unit(unit) => drop(stored(TextField::UnitCode, &unit.code, TEXT_MAX)?),
        Fact::Part { facts, .. } => {
            *facts = std::mem::take(facts).into_iter().map(with_stored_texts).collect::<Result<_, _>>()?;
        }
        _ => {}
    }
    Ok(fact)
}

/// Checks an entry against the accounts, before the writer does the same: a broken rule of one's own
/// making is told in the words of the command.
pub fn checked(entry: Entry, accounts: &[Account]) -> Result<Fact, CommandError> {
    entry.check(|id| accounts.iter().find(|a| a.id == id))?;
    Ok(Fact::Entry(entry))
}

/// Returns the output of a recording command: the answer, and what was done.
pub fn outcome(recorded: ChangeSummary, notes: Vec<Note>, did: Notice) -> CommandOutput {
    CommandOutput::of(recorded).with(vec![Note::Done(did)]).with(notes)
}

/// Returns the output of a command that recorded one entry.
pub fn one_entry((recorded, notes): (ChangeSummary, Vec<Note>), dry_run: bool) -> CommandOutput {
    let did =
        recorded.entries.first().and_then(|line| fact(line, recorded.now)).and_then(|fact| match fact {
            RecordedFact::Entry(entry) => Some(entry),
            RecordedFact::Snapshot(_) => None,
        });
    let balances = new_balances(&recorded);
    let did = did.map(|entry| Note::Done(Notice::Recorded { entry, balances, dry_run }));
    CommandOutput::of(recorded).with(did.into_iter().chain(notes).collect())
}

/// Returns where a change leaves the accounts.
pub fn new_balances(recorded: &ChangeSummary) -> Vec<NewBalance> {
    let balance = |after: &BalanceAfter| NewBalance {
        account: after.account.clone(),
        balance: after.balance.clone(),
        is_owed: after.owed,
        because: after.because,
    };
    recorded.balances.iter().map(balance).collect()
}

/// Returns an entry or a snapshot as messages name it, with its date unless that is the day of `now`.
pub fn fact(line: &HistoryLine, now: Option<LocalDateTime>) -> Option<RecordedFact> {
    let line = match line {
        HistoryLine::Entry(line) => line,
        HistoryLine::Snapshot(line) => {
            return Some(RecordedFact::Snapshot(snapshot(line, date(line.at, now))));
        }
        HistoryLine::Change(_) => return None,
    };
    Some(RecordedFact::Entry(Box::new(RecordedEntry {
        kind: line.kind,
        from: line.from.clone(),
        to: line.to.clone(),
        out: line.out.clone(),
        received: line.arriving.clone(),
        fee: line.fee.clone(),
        tax: line.tax.clone(),
        category: line.category.clone(),
        payee: line.payee.clone(),
        expires: line.expires,
        date: date(line.at, now),
    })))
}

/// Returns the day of a moment, unless it is that of `now`.
pub fn date(at: LocalDateTime, now: Option<LocalDateTime>) -> Option<Day> {
    Some(at.day()).filter(|day| now.is_none_or(|now| now.day() != *day))
}

/// Returns a snapshot as messages name it.
pub fn snapshot(line: &HistorySnapshot, date: Option<Day>) -> RecordedSnapshot {
    let sign = if line.owed { -1 } else { 1 };
    let difference = line.unexplained.as_ref().map(|money| sign * money.minor).map(|minor| {
        let amount = line.unit.money(minor.saturating_abs());
        match minor.signum() {
            _ if line.first => SnapshotComparison::First,
            0 => SnapshotComparison::AsExpected,
            1 => SnapshotComparison::More(amount),
            _ => SnapshotComparison::Less(amount),
        }
    });
    RecordedSnapshot {
        account: line.account.clone(),
        balance: line.balance.clone(),
        is_owed: line.owed,
        difference,
        date,
    }
}
