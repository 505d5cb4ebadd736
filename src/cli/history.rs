//! `history`: every fact, newest last.

use super::Outcome;
use super::failure::Failure;
use super::session::Session;
use crate::ledger::Kind;
use crate::period::Period;
use crate::store::Filter;
use crate::view::history::History;

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
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
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
        Ok(Outcome::of(History::new(book.lines(&rows)?)))
    })
}
