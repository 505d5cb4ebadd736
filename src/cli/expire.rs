//! `expire`: book the lots past their date, each on the day after its last.

use super::failure::Failure;
use super::session::{Book, Session, When};
use super::{Note, Outcome, record};
use crate::ledger::{Account, Expires, Kind, lapses};
use crate::store::Fact;
use crate::view::history::HistoryLine;

/// Book the points that have lapsed; twice books once
#[derive(Debug, clap::Args)]
pub struct Words {
    /// A remark
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Records one entry a lapsed lot.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let (recorded, notes) = session.record("expire", words.dry_run, |book| {
        let standings = book.store.standings(session.now)?;
        let lapsed = |a: &&Account| standings.get(&a.id).is_some_and(|s| s.lapsed > 0);
        let mut facts = Vec::new();
        for account in book.accounts.iter().filter(|a| !a.closed).filter(lapsed) {
            facts.extend(booked(words, session, book, account)?);
        }
        Ok(facts)
    })?;
    if recorded.entries.is_empty() {
        return Ok(Outcome::of(recorded).with(vec![Note::Done("nothing has lapsed".into())]));
    }
    let lots: Vec<String> = recorded
        .entries
        .iter()
        .filter_map(|line| match line {
            HistoryLine::Entry(line) => Some(format!(
                "{} of {} (last day {})",
                line.out,
                line.from.clone().unwrap_or_default(),
                line.expires.clone().unwrap_or_default()
            )),
            HistoryLine::Snapshot(_) => None,
        })
        .collect();
    let did = format!("booked as lapsed: {}", lots.join(", "));
    Ok(record::outcome(recorded, notes, &did, words.dry_run))
}

/// One entry a lapsed lot of an account.
fn booked(
    words: &Words,
    session: &Session,
    book: &Book<'_>,
    account: &Account,
) -> Result<Vec<Fact>, Failure> {
    let facts = book.store.point_facts(account.id, session.now)?;
    let when = When { note: words.note.clone(), ..When::default() };
    lapses(&facts, session.today())
        .into_iter()
        .map(|(day, amount)| {
            let at = day.plus(1).start();
            let mut entry = record::entry(session, Kind::Expire, at, &account.unit, amount, &when);
            entry.out.account = Some(account.id);
            entry.expires = Expires::After(day);
            record::checked(entry, &book.accounts)
        })
        .collect()
}
