//! `channels`: the catalog of official channels, and a check of a file of one's own.

use super::context::{Context, RULE_STALE_DAYS};
use super::error::CommandError;
use super::{CommandOutput, account, text_file};
use crate::fee::{Platform, parse};
use crate::view::catalog::{Channels, FileChecked};
use std::path::PathBuf;

/// Show the official channels, their rules and sources
#[derive(Debug, clap::Args)]
pub struct ChannelsArgs {
    /// One platform in full
    platform: Option<String>,
    /// Check your own platform file
    #[arg(long, value_name = "FILE", conflicts_with = "platform")]
    check: Option<PathBuf>,
}

impl ChannelsArgs {
    /// Returns the file that is checked.
    pub fn file(&self) -> Option<&PathBuf> {
        self.check.as_ref()
    }
}

/// Answers with the catalog, one platform or the check of a file.
pub fn run(args: &ChannelsArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let today = context.today();
    if let Some(path) = &args.check {
        let text = text_file::read(path).map_err(|error| CommandError::File { path: path.clone(), error })?;
        let shown = path.display().to_string();
        let platform = parse::parse_platform(&text, &|code| context.catalog().unit(code).map(|u| u.decimals))
            .map_err(|error| CommandError::PlatformFile { path: shown.clone(), error })?;
        return Ok(CommandOutput::of(FileChecked::new(shown, &platform, today)));
    }
    let catalog = context.catalog();
    let stale_before = today.add_days(-RULE_STALE_DAYS);
    let platforms: Vec<Platform> = match &args.platform {
        Some(typed) => vec![account::platform(context, typed)?],
        None => catalog.ids().iter().filter_map(|id| catalog.get(id)).collect(),
    };
    let answer = Channels::new(platforms, today, stale_before, args.platform.is_none());
    Ok(CommandOutput::of(answer).with(context.catalog_warnings()))
}
