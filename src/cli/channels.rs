//! `channels`: the catalog of official channels, and a check of a file of one's own.

use super::failure::Failure;
use super::session::{RULE_STALE_DAYS, Session};
use super::{Outcome, account, text_file};
use crate::fee::file;
use crate::view::catalog::{Channels, FileChecked};
use std::path::PathBuf;

/// Show the official channels: their rules, dates and sources
#[derive(Debug, clap::Args)]
pub struct Words {
    /// One platform in full
    platform: Option<String>,
    /// Check a platform file of your own
    #[arg(long, value_name = "FILE", conflicts_with = "platform")]
    check: Option<PathBuf>,
}

impl Words {
    /// Returns the file that is checked.
    pub fn file(&self) -> Option<&PathBuf> {
        self.check.as_ref()
    }
}

/// Answers with the catalog, one platform or the check of a file.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let today = session.today();
    if let Some(path) = &words.check {
        let text = text_file::read(path).map_err(|error| Failure::File { path: path.clone(), error })?;
        let shown = path.display().to_string();
        let platform = file::parse(&text, &|code| session.catalog().unit(code).map(|u| u.decimals))
            .map_err(|error| Failure::PlatformFile { path: shown.clone(), error })?;
        return Ok(Outcome::of(FileChecked::new(shown, &platform, today)));
    }
    let catalog = session.catalog();
    let stale_before = today.plus(-RULE_STALE_DAYS);
    let platforms = match &words.platform {
        Some(typed) => vec![account::platform(session, typed)?],
        None => catalog.ids().iter().filter_map(|id| catalog.get(id)).collect(),
    };
    let answer = Channels::new(&platforms, today, stale_before, words.platform.is_none());
    Ok(Outcome::of(answer).with(session.catalog_warnings()))
}
