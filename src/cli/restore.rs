//! `restore`: a copy takes the place of the ledger, and the ledger of before stays beside it.

use super::CommandOutput;
use super::context::Context;
use super::error::{CommandError, Done};
use crate::messages::error::Correction;
use crate::store::{Store, StoreError};
use crate::view::backup::RestoreSummary;
use std::path::{Path, PathBuf};

/// Replace the ledger with a copy; the old one is kept
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The copy that backup made
    file: PathBuf,
}

impl RestoreArgs {
    /// Returns the copy that is restored.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Looks through the copy, and then exchanges the two in one step.
pub fn run(args: &RestoreArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let ledger = context.ledger_path();
    // A colon cannot stand in every file system's names.
    let suffix = format!("before-restore-{}", context.now).replace(':', "");
    let restored =
        Store::restore(ledger, &args.file, &suffix, context.wait()).map_err(|error| match error {
            StoreError::NotALedger(path) if path == args.file => {
                let correction = Correction::Import(path.clone());
                CommandError::Corrected { failure: Box::new(StoreError::NotALedger(path).into()), correction }
            }
            error => error.into(),
        })?;
    context.set_done(Done::Restored);
    let kept = restored.previous.map(|path| path.display().to_string());
    let (ledger, from) = (ledger.display().to_string(), args.file.display().to_string());
    let held = super::backup::held(restored.contents);
    Ok(CommandOutput::of(RestoreSummary::new(ledger, from, kept, held)))
}
