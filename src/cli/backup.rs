//! `backup`: a copy of the ledger, whole and looked through.

use super::CommandOutput;
use super::context::Context;
use super::error::{CommandError, Done};
use crate::messages::error::UsageError;
use crate::store::{Contents, Store};
use crate::view::backup::{BackedUp, Held};
use std::path::{Path, PathBuf};

/// Copy the ledger to another file
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// The copy
    file: PathBuf,
}

impl BackupArgs {
    /// Returns the file that the copy is written to.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Copies the ledger; the copy appears whole or not at all.
pub fn run(args: &BackupArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    if args.file == Path::new("-") {
        return Err(UsageError::BackupToStdout.into());
    }
    let ledger = context.ledger_path();
    let contents = Store::backup(ledger, &args.file, context.existing, context.wait())?;
    context.set_done(Done::BackedUp);
    let (ledger, copy) = (ledger.display().to_string(), args.file.display().to_string());
    Ok(CommandOutput::of(BackedUp::new(ledger, copy, held(contents))))
}

/// What a ledger holds, as the answers say it.
pub fn held(contents: Contents) -> Held {
    let Contents { accounts, entries, snapshots } = contents;
    Held { accounts, entries, snapshots }
}
