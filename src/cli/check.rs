//! `check`: is the ledger what its facts say it is?

use super::failure::{Done, Failure};
use super::session::Session;
use super::{Note, Outcome};
use crate::store::{CheckReport, Finding, Repair, Store};
use crate::view::checked::{Checked, FindingLine};

/// Verify the ledger: the file, its references, and every total against the entries
#[derive(Debug, clap::Args)]
pub struct Words {
    /// Rebuild from the entries whatever is derived from them; never an entry itself
    #[arg(long)]
    repair: bool,
    /// Only hold the totals against what was recorded, which is quick; the file is not looked through
    #[arg(long, conflicts_with = "repair")]
    totals: bool,
}

/// Answers with what was found; anything that stays wrong is exit status 1.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    if words.repair {
        return repair(session);
    }
    // Nothing is asked of the ledger before it was looked at.
    let store = session.store()?;
    let report = if words.totals { store.check_totals()? } else { store.check()? };
    let mendable = !report.findings.is_empty() && report.findings.iter().all(Finding::is_derived);
    let mut outcome = outcome(&store, report, Vec::new(), words.totals);
    if outcome.status != 0 {
        outcome.notes.push(Note::warning("ledger-unsound", "keep a copy of the file before you go on"));
    }
    if mendable {
        let hint = "no entry is harmed: jandon check --repair rebuilds what is wrong from the entries";
        outcome.notes.push(Note::Done(hint.into()));
    }
    Ok(outcome)
}

/// Rebuilds what is derived under the write lock, where that is all that is wrong.
fn repair(session: &Session) -> Result<Outcome, Failure> {
    let store = Store::write(session.ledger_path(), session.wait())?;
    let Repair { mended, report } = store.repair()?;
    let repaired = !mended.is_empty();
    let mut outcome = outcome(&store, report, mended, false);
    if outcome.status != 0 {
        let what = "the file or its entries are damaged, which nothing can rebuild; nothing was written";
        outcome.notes.push(Note::warning("ledger-unsound", what));
    }
    // A ledger that is not there yet is not made by looking at it.
    if repaired {
        store.keep_last()?;
        session.set_done(Done::Repaired);
    }
    Ok(outcome)
}

fn outcome(store: &Store, report: CheckReport, mended: Vec<Finding>, totals_only: bool) -> Outcome {
    let lines = |found: Vec<Finding>| -> Vec<FindingLine> {
        found.into_iter().map(|f| FindingLine { part: f.part, what: f.what }).collect()
    };
    let sound = report.findings.is_empty();
    let path = store.path().display().to_string();
    let counts = [report.accounts, report.entries, report.snapshots];
    let mut checked = Checked::new(path, counts, lines(report.findings), lines(mended));
    checked.totals_only = totals_only;
    let mut outcome = Outcome::of(checked);
    outcome.status = u8::from(!sound);
    outcome
}
