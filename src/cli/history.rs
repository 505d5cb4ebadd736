//! `history`: every fact, newest last.

use super::failure::Failure;
use super::session::Session;
use super::{Outcome, change};
use crate::ledger::Kind;
use crate::period::Period;
use crate::store::{Filter, LedgerChange, Recorded};
use crate::view::history::{ChangeLine, History, HistoryLine};

/// Show what was recorded, newest last
#[derive(Debug, clap::Args)]
pub struct Words {
    /// Only this account
    name: Option<String>,
    /// Only this period: 2026-10, last month, 2026-10-03..2026-10-09, 지난달
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Only this kind: spend, earn, topup, refund, transfer, withdraw, pay, expire, snapshot
    #[arg(long)]
    kind: Option<String>,
    /// Only this category
    #[arg(long)]
    category: Option<String>,
    /// Only what contains this text
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only the last so many
    #[arg(short = 'n', long, value_name = "N")]
    limit: Option<usize>,
    /// List account, unit and rate changes, undos and redos too
    #[arg(long)]
    changes: bool,
}

/// Answers with the rows that are wanted.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let period = words.period.as_ref().map(|text| Period::parse(text, session.today(), 1)).transpose()?;
    let kind_word = words.kind.as_ref().map(|w| w.trim().to_lowercase());
    let snapshots_only = kind_word.as_deref() == Some("snapshot");
    let kind = match kind_word.filter(|_| !snapshots_only) {
        None => None,
        Some(word) => Some(Kind::parse(&word).ok_or_else(|| {
            let words = Kind::ALL.map(Kind::word);
            let allowed = words.into_iter().chain(["snapshot"]).collect();
            Failure::Word { what: "kind of entry", typed: word, allowed }
        })?),
    };
    session.read(|book| {
        let account = words.name.as_ref().map(|name| session.account(book, name, false)).transpose()?;
        let filter = Filter {
            account: account.map(|a| a.id),
            from: period.and_then(|p| p.from).map(|day| day.start()),
            to: period.and_then(|p| p.to).map(|day| day.end()),
            kind,
            snapshots_only,
            category: words.category.clone(),
            search: words.search.clone(),
            limit: words.limit,
        };
        let rows = book.store.history(&filter)?;
        let mut lines = book.lines(&rows)?;
        if words.changes && filter.is_of_all_kinds() {
            let others = book.store.ledger_changes()?;
            lines.extend(others.iter().filter(|other| filter.takes(other)).map(line));
            lines.sort_by_key(HistoryLine::at);
            lines.drain(..lines.len().saturating_sub(words.limit.unwrap_or(usize::MAX)));
        }
        Ok(Outcome::of(History::new(lines)))
    })
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
