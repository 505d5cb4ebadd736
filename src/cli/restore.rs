//! `restore`: a copy takes the place of the ledger, and the ledger of before stays beside it.

use super::Outcome;
use super::failure::{Done, Failure, quoted};
use super::session::Session;
use crate::store::{Store, StoreError};
use crate::view::copied::Restored;
use std::path::{Path, PathBuf};

/// Put a copy in the place of the ledger; the ledger of before is kept beside it
#[derive(Debug, clap::Args)]
pub struct Words {
    /// The copy, as made by backup
    file: PathBuf,
}

impl Words {
    /// Returns the copy that is restored.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Looks through the copy, and then exchanges the two in one step.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let ledger = session.ledger_path();
    // A colon cannot stand in every file system's names.
    let suffix = format!("before-restore-{}", session.now).replace(':', "");
    let restored =
        Store::restore(ledger, &words.file, &suffix, session.wait()).map_err(|error| match error {
            StoreError::NotALedger(path) if path == words.file => {
                let hint = format!(
                    "restore takes a copy made by backup; to read an export: jandon import {}",
                    quoted(&path.display().to_string())
                );
                Failure::Corrected { failure: Box::new(StoreError::NotALedger(path).into()), hint }
            }
            error => error.into(),
        })?;
    session.set_done(Done::Restored);
    let kept = restored.kept.map(|path| path.display().to_string());
    let (ledger, from) = (ledger.display().to_string(), words.file.display().to_string());
    let held = super::backup::held(restored.contents);
    Ok(Outcome::of(Restored::new(ledger, from, kept, held)))
}
