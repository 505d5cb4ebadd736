//! `backup`: a copy of the ledger, whole and looked through.

use super::Outcome;
use super::failure::{Done, Failure};
use super::session::Session;
use crate::store::{Contents, Store};
use crate::view::copied::{BackedUp, Held};
use std::path::{Path, PathBuf};

/// Copy the ledger to another file, also while it is being written to
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The copy
    file: PathBuf,
}

impl Words {
    /// Returns the file that the copy is written to.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Copies the ledger; the copy appears whole or not at all.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    if words.file == Path::new("-") {
        return Err(Failure::Usage {
            message: "a backup is a file of its own, and cannot be written to stdout".into(),
            hint: "name the file, or write every record as text: jandon export".into(),
        });
    }
    let ledger = session.ledger_path();
    let contents = Store::backup(ledger, &words.file, session.existing, session.wait())?;
    session.set_done(Done::BackedUp);
    let (ledger, copy) = (ledger.display().to_string(), words.file.display().to_string());
    Ok(Outcome::of(BackedUp::new(ledger, copy, held(contents))))
}

/// What a ledger holds, as the answers say it.
pub fn held(contents: Contents) -> Held {
    let Contents { accounts, entries, snapshots } = contents;
    Held { accounts, entries, snapshots }
}
