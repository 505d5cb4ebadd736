//! What the recording verbs share: an entry in the making, and the line that says what was done.

use super::failure::Failure;
use super::session::{Session, When};
use super::{Note, Outcome};
use crate::ledger::{Account, Entry, Expires, Kind, Place};
use crate::money::Unit;
use crate::period::Moment;
use crate::store::Fact;
use crate::text::{self, NAME_MAX, TEXT_MAX};
use crate::view::history::{HistoryLine, SnapshotLine};
use crate::view::recorded::Recorded;
use std::borrow::Cow;

/// An entry of one unit without charges, between an account and the outside or another account.
pub fn entry(session: &Session, kind: Kind, at: Moment, unit: &Unit, amount: i64, when: &When) -> Entry {
    let outside = Place { account: None, amount, unit: unit.clone() };
    Entry {
        id: session.new_id(at),
        at,
        kind,
        out: outside.clone(),
        arriving: outside,
        fee: 0,
        tax: 0,
        category: None,
        payee: None,
        note: when.note.clone(),
        channel: None,
        expires: Expires::Unknown,
    }
}

/// A category or payee in the form in which it is stored.
pub fn label(what: &'static str, text: Option<&str>) -> Result<Option<String>, Failure> {
    text.map(|text| stored(what, text, TEXT_MAX)).transpose()
}

/// Returns a text as it is stored; `what` names it in the message.
pub fn stored(what: &'static str, text: &str, max: usize) -> Result<String, Failure> {
    text::checked(text, max).map(Cow::into_owned).map_err(|error| Failure::Text { what, error })
}

/// Returns a fact with every text of it as it is stored.
///
/// Every recording command passes its facts through here. An edited account keeps what it had; what
/// is new of it is checked where it is read.
pub fn with_stored_texts(mut fact: Fact) -> Result<Fact, Failure> {
    let check = |what, text: &mut Option<String>| -> Result<(), Failure> {
        *text = label(what, text.as_deref())?;
        Ok(())
    };
    match &mut fact {
        Fact::Entry(entry) => {
            check("note", &mut entry.note)?;
            let labels = [
                ("category", &mut entry.category),
                ("payee", &mut entry.payee),
                ("channel", &mut entry.channel),
            ];
            for (what, text) in labels {
                *text = label(what, text.as_deref())?.map(Into::into);
            }
        }
        Fact::Snapshot(snapshot) => check("note", &mut snapshot.note)?,
        Fact::Open(account) => {
            account.name = stored("name of the account", &account.name, NAME_MAX)?;
            check("note", &mut account.note)?;
        }
        Fact::Unit(unit) => drop(stored("code of the unit", &unit.code, TEXT_MAX)?),
        _ => {}
    }
    Ok(fact)
}

/// Checks an entry against the accounts, before the door does the same: a broken rule of one's own
/// making is told in the words of the command.
pub fn checked(entry: Entry, accounts: &[Account]) -> Result<Fact, Failure> {
    entry.check(|id| accounts.iter().find(|a| a.id == id))?;
    Ok(Fact::Entry(entry))
}

/// The outcome of a recording verb: the answer, and a line with what was done and where it leads.
pub fn outcome(recorded: Recorded, notes: Vec<Note>, did: &str, dry_run: bool) -> Outcome {
    let balances: Vec<String> = recorded
        .balances
        .iter()
        .map(|b| match (b.owed, b.balance.parts > 0) {
            (false, _) => format!("{} {}", b.account, b.balance),
            (true, true) => format!("{} {} in credit", b.account, b.balance),
            (true, false) => {
                format!("{} owed {}", b.account, b.unit.money(b.balance.parts.saturating_neg()))
            }
        })
        .collect();
    // A log says the balances already.
    let now = if balances.is_empty() || did.starts_with("logged") {
        String::new()
    } else {
        format!("; now {}", balances.join(", "))
    };
    let would = if dry_run { "would have " } else { "" };
    let mut all = vec![Note::Done(format!("{would}{did}{now}"))];
    all.extend(notes);
    Outcome::of(recorded).with(all)
}

/// What an entry did, in a few words: `spent 4,500 KRW from kakao (coffee)`.
pub fn did(verb: &str, line: &HistoryLine) -> String {
    let line = match line {
        HistoryLine::Entry(line) => line,
        HistoryLine::Snapshot(line) => return format!("{verb} {}", seen(line)),
    };
    let mut words = match (&line.from, &line.to) {
        (Some(from), Some(to)) => format!("{verb} {} from {from} to {to}", line.out),
        (Some(from), None) => format!("{verb} {} from {from}", line.out),
        (None, Some(to)) => format!("{verb} {} on {to}", line.arriving),
        (None, None) => verb.to_string(),
    };
    let mut about: Vec<String> = [&line.category, &line.payee].into_iter().flatten().cloned().collect();
    if line.fee.parts != 0 {
        about.push(format!("fee {}", line.fee.grouped()));
    }
    if line.tax.parts != 0 {
        about.push(format!("tax {}", line.tax.grouped()));
    }
    if line.from.is_some() && (line.out_unit != line.in_unit || line.out.parts != line.arriving.parts) {
        about.push(format!("{} arrive", line.arriving));
    }
    if let Some(expires) = &line.expires {
        about.push(if expires == "never" {
            "never expires".into()
        } else {
            format!("expires after {expires}")
        });
    }
    if !about.is_empty() {
        words += &format!(" ({})", about.join(", "));
    }
    words
}

/// The outcome of a verb that wrote one entry.
pub fn one_entry(verb: &str, recorded: (Recorded, Vec<Note>), dry_run: bool) -> Outcome {
    let (recorded, notes) = recorded;
    let did = recorded.entries.first().map_or(String::new(), |line| did(verb, line));
    outcome(recorded, notes, &did, dry_run)
}

/// A snapshot in a few words: `kakao at 12,500 KRW (-2,500 unexplained)`.
pub fn seen(line: &SnapshotLine) -> String {
    let sign = if line.owed { -1 } else { 1 };
    let gap = line.unexplained.as_ref().map_or(0, |u| sign * u.parts);
    let gap = match gap {
        0 => String::new(),
        _ if line.first => String::new(),
        gap => format!(" ({}{} unexplained)", if gap > 0 { "+" } else { "" }, line.unit.money(gap).grouped()),
    };
    format!("{} at {}{gap}", line.account, line.unit.money(sign * line.balance.parts))
}
