//! `export`: everything, as a file that others can read.

use super::failure::Failure;
use super::session::{Book, Session};
use super::{Note, Outcome, Stream, Writing};
use crate::export::{HEADER, Teller};
use crate::store::Filter;
use crate::view::Answer;
use crate::view::history::History;

/// Write everything to a file: json loses nothing and can be imported back
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The form of the file: json (one fact a line) or csv (the rows of the history)
    #[arg(long, value_name = "FORM", default_value = "json")]
    to: String,
    /// Replace the file of -o where there is one
    #[arg(long)]
    force: bool,
}

/// Answers with a text that is written as it is read, however long the ledger is.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let write = match words.to.trim().to_lowercase().as_str() {
        "json" => lines(session)?,
        "csv" => rows(session)?,
        _ => {
            let allowed = vec!["json", "csv"];
            return Err(Failure::Word { what: "form of an export", typed: words.to.clone(), allowed });
        }
    };
    let mut outcome = Outcome::of(History::new(Vec::new()));
    outcome.stream = Some(Stream { write, replace: words.force });
    Ok(outcome)
}

fn lines(session: &Session) -> Result<Writing, Failure> {
    let store = session.store()?;
    Ok(Box::new(move |put| {
        let mut teller = Teller::default();
        put(HEADER)?;
        store.each_told::<Failure>(&mut |told| put(&teller.tell(told)))?;
        let count = teller.lines();
        Ok(vec![Note::Done(format!("exported {count} {}", if count == 1 { "line" } else { "lines" }))])
    }))
}

fn rows(session: &Session) -> Result<Writing, Failure> {
    let store = session.store()?;
    Ok(Box::new(move |put| {
        let book = Book { accounts: store.accounts()?, store: &store };
        let rows = book.lines(&store.history(&Filter::default())?)?;
        let count = rows.len();
        put(&History::new(rows).csv().render())?;
        Ok(vec![Note::Done(format!("exported {count} {}", if count == 1 { "row" } else { "rows" }))])
    }))
}
