//! `import --describe`: what a file is, without any of its values.

use super::{ImportArgs, Options};
use crate::cli::CommandOutput;
use crate::cli::context::Context;
use crate::cli::error::CommandError;

/// Describes a file.
pub fn run(_args: &ImportArgs, _options: &Options, _context: &Context) -> Result<CommandOutput, CommandError> {
    Err(CommandError::NoHome)
}
