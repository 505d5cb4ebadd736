//! `check`: is the ledger what its facts say it is?

use super::failure::Failure;
use super::session::Session;
use super::{Note, Outcome};
use crate::view::checked::{Checked, FindingLine};

/// Verify the ledger: the file, its references, and every total against the entries
#[derive(Debug, clap::Args)]
pub struct Words {}

/// Answers with what was found; anything found is exit status 1.
pub fn run(_: &Words, session: &Session) -> Result<Outcome, Failure> {
    session.read(|book| {
        let report = book.store.check()?;
        let findings: Vec<FindingLine> =
            report.findings.into_iter().map(|f| FindingLine { part: f.part, what: f.what }).collect();
        let sound = findings.is_empty();
        let path = book.store.path().display().to_string();
        let counts = [report.accounts, report.entries, report.snapshots];
        let mut outcome = Outcome::of(Checked::new(path, counts, findings));
        if !sound {
            outcome.status = 1;
            outcome.notes.push(Note::Warning("keep a copy of the file before you go on".into()));
        }
        Ok(outcome)
    })
}
