//! `log`: balances seen.

use super::failure::Failure;
use super::session::{Book, Session, When, any_amount};
use super::{Note, Outcome, record};
use crate::ledger::{Account, AccountId, Snapshot};
use crate::money::Figure;
use crate::period::Moment;
use crate::store::Fact;
use crate::view::history::HistoryLine;
use std::cell::RefCell;

/// Record the balances that you see: `log kakao 12,500` or `log kakao=12500 toss=8000`
#[derive(Debug, clap::Args)]
pub struct Words {
    /// NAME AMOUNT, or NAME=AMOUNT as often as you like
    #[arg(value_name = "NAME AMOUNT | NAME=AMOUNT", allow_negative_numbers = true)]
    seen: Vec<String>,
    /// Confirm the present balance of these accounts, or of all of them
    #[arg(long, value_name = "NAME", num_args = 0..)]
    same: Option<Vec<String>>,
    #[command(flatten)]
    when: When,
}

/// Records one snapshot an account, all or none.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let at = session.seen_moment(words.when.date.as_deref())?;
    let pairs = pairs(words)?;
    let unchanged: RefCell<Vec<AccountId>> = RefCell::new(Vec::new());
    let already: RefCell<Vec<String>> = RefCell::new(Vec::new());
    let (recorded, notes) = session.record("log", words.when.dry_run, |book| {
        unchanged.borrow_mut().clear();
        already.borrow_mut().clear();
        let standings = book.store.standings(at)?;
        let mut wanted: Vec<(&Account, i64)> = Vec::new();
        for (name, amount) in &pairs {
            let account = session.account(book, name, true)?;
            let seen = any_amount(amount, account)?;
            wanted.push((account, account.shown(seen.parts)));
        }
        for account in same(words, session, book)? {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if words.same.as_ref().is_some_and(Vec::is_empty) && !standing.has_facts {
                continue;
            }
            wanted.push((account, standing.balance));
        }
        for (i, (account, _)) in wanted.iter().enumerate() {
            if wanted[..i].iter().any(|(other, _)| other.id == account.id) {
                let message = format!("{} is named twice", account.name);
                return Err(Failure::Usage { message, hint: "name each account once".into() });
            }
        }
        let mut facts = Vec::new();
        for (account, balance) in wanted {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if standing.has_facts && standing.balance == balance {
                unchanged.borrow_mut().push(account.id);
                if standing.seen == Some(at) {
                    // Seen at this very moment already: there is nothing to add.
                    already.borrow_mut().push(account.name.clone());
                    continue;
                }
            }
            let note = words.when.note.clone();
            facts.push(Fact::Snapshot(Snapshot {
                id: session.new_id(at),
                at,
                account: account.id,
                balance,
                note,
            }));
        }
        Ok(facts)
    })?;
    let did = sentence(&recorded.entries, at, session);
    let mut outcome = if recorded.entries.is_empty() {
        Outcome::of(recorded)
    } else {
        record::outcome(recorded, notes, &did, words.when.dry_run)
    };
    let already = already.into_inner();
    if !already.is_empty() {
        outcome.notes.push(Note::Done(format!("unchanged, and seen already: {}", already.join(", "))));
    } else if !unchanged.borrow().is_empty() && words.same.is_none() {
        let all = outcome.notes.first_mut();
        if let Some(Note::Done(text)) = all {
            text.push_str(" (unchanged)");
        }
    }
    if outcome.notes.is_empty() {
        outcome.notes.push(Note::Done("there was nothing to log".into()));
    }
    Ok(outcome)
}

/// `logged kakao at 12,500 KRW` and, where a snapshot shows more than the entries known, by how much.
fn sentence(lines: &[HistoryLine], at: Moment, session: &Session) -> String {
    let seen: Vec<String> = lines
        .iter()
        .filter_map(|line| match line {
            HistoryLine::Snapshot(line) => Some(record::seen(line)),
            HistoryLine::Entry(_) => None,
        })
        .collect();
    let day = if at.day() == session.today() { String::new() } else { format!(" on {}", at.day()) };
    format!("logged {}{day}", seen.join(", "))
}

fn pairs(words: &Words) -> Result<Vec<(String, String)>, Failure> {
    let usage = |message: String| Failure::Usage {
        message,
        hint: "write NAME AMOUNT, or NAME=AMOUNT for several, or --same".into(),
    };
    match words.seen.as_slice() {
        [] if words.same.is_some() => Ok(Vec::new()),
        [] => Err(usage("no balance was given".into())),
        // Two words are a name and an amount, but for `A=1 B`, where the second amount was forgotten.
        [name, amount] if !amount.contains('=') && (!name.contains('=') || Figure::parse(amount).is_ok()) => {
            Ok(vec![(name.clone(), amount.clone())])
        }
        many => many
            .iter()
            .map(|pair| match pair.rsplit_once('=') {
                Some((name, amount)) if !name.trim().is_empty() => Ok((name.to_string(), amount.to_string())),
                _ => Err(usage(format!("{pair:?} is not NAME=AMOUNT"))),
            })
            .collect(),
    }
}

/// The accounts whose present balance is confirmed.
fn same<'b>(words: &Words, session: &Session, book: &'b Book<'_>) -> Result<Vec<&'b Account>, Failure> {
    match &words.same {
        None => Ok(Vec::new()),
        Some(names) if names.is_empty() => Ok(book.accounts.iter().filter(|a| !a.closed).collect()),
        Some(names) => names.iter().map(|name| session.account(book, name, true)).collect(),
    }
}
