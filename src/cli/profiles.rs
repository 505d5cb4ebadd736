//! `profiles`: how the statements of each platform are read, and a check of a file of one's own.

use super::context::Context;
use super::error::CommandError;
use super::{CommandOutput, text_file};
use crate::ledger::name;
use crate::messages::error::StatementError;
use crate::statement::profile::{BUILT_IN_PROFILES, Profile, UserRules, parse_profile, parse_rules};
use crate::view::profiles::{ProfileChecked, ProfileInFull, ProfileRow, ProfilesAnswer};
use std::path::{Path, PathBuf};

/// Show how the statements of banks and wallets are read
#[derive(Debug, clap::Args)]
pub struct ProfilesArgs {
    /// One profile in full
    id: Option<String>,
    /// Check your own profile
    #[arg(long, value_name = "FILE", conflicts_with = "id")]
    check: Option<PathBuf>,
}

impl ProfilesArgs {
    /// Returns the file that is checked.
    pub fn file(&self) -> Option<&PathBuf> {
        self.check.as_ref()
    }
}

/// A profile with its text.
pub struct LoadedProfile {
    /// The profile.
    pub profile: Profile,
    /// Its text.
    pub text: String,
    /// Its file, if it is not built in.
    pub path: Option<PathBuf>,
}

/// Answers with the profiles, one in full, or the check of a file.
pub fn run(args: &ProfilesArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    if let Some(path) = &args.check {
        let profile = read(path)?.profile;
        let shown = path.display().to_string();
        return Ok(CommandOutput::of(ProfileChecked::new(shown, &profile)));
    }
    let profiles = load(context)?;
    let row = |loaded: &LoadedProfile| {
        ProfileRow::new(&loaded.profile, loaded.path.as_ref().map(|path| path.display().to_string()))
    };
    let Some(typed) = &args.id else {
        return Ok(CommandOutput::of(ProfilesAnswer::new(profiles.iter().map(row).collect())));
    };
    let found = profiles.iter().find(|loaded| loaded.profile.id == *typed);
    let found =
        found.ok_or_else(|| unknown(typed, profiles.iter().map(|loaded| loaded.profile.id.as_str())))?;
    Ok(CommandOutput::of(ProfileInFull::new(row(found), found.text.clone())))
}

fn unknown<'a>(typed: &str, ids: impl Iterator<Item = &'a str>) -> CommandError {
    let close = name::suggest(typed, ids);
    let error = StatementError::UnknownProfile { typed: typed.into(), close };
    CommandError::Statement { file: String::new(), error: Box::new(error) }
}

fn faults(path: &Path, faults: Vec<crate::statement::profile::ProfileFault>) -> CommandError {
    let shown = path.display().to_string();
    let error = StatementError::Faults { path: shown.clone(), faults };
    CommandError::Statement { file: shown, error: Box::new(error) }
}

/// Reads the profile of a file.
fn read(path: &Path) -> Result<LoadedProfile, CommandError> {
    let text =
        text_file::read(path).map_err(|error| CommandError::File { path: path.to_path_buf(), error })?;
    let profile = parse_profile(&text).map_err(|found| faults(path, found))?;
    Ok(LoadedProfile { profile, text, path: Some(path.to_path_buf()) })
}

/// Returns every profile: the user's own, and the built-in ones under them.
pub fn load(context: &Context) -> Result<Vec<LoadedProfile>, CommandError> {
    let mut profiles: Vec<LoadedProfile> = Vec::new();
    let folder = context.config_folder().map(|folder| folder.join("profiles"));
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort_unstable();
    for path in paths {
        profiles.push(read(&path)?);
    }
    for built_in in BUILT_IN_PROFILES {
        if profiles.iter().all(|own| own.profile.id != built_in.id) {
            // The tests hold that every built-in profile is free of faults.
            let Ok(profile) = parse_profile(built_in.text) else { continue };
            profiles.push(LoadedProfile { profile, text: built_in.text.into(), path: None });
        }
    }
    profiles.sort_by(|a, b| a.profile.id.cmp(&b.profile.id));
    Ok(profiles)
}

/// Returns the profile that an option names: an id or a file.
pub fn named(context: &Context, typed: &str) -> Result<LoadedProfile, CommandError> {
    let is_file = typed.contains(['/', '\\']) || typed.ends_with(".toml");
    if is_file {
        return read(Path::new(typed));
    }
    let mut profiles = load(context)?;
    match profiles.iter().position(|loaded| loaded.profile.id == typed) {
        Some(place) => Ok(profiles.swap_remove(place)),
        None => Err(unknown(typed, profiles.iter().map(|loaded| loaded.profile.id.as_str()))),
    }
}

/// Returns the user's rules: those of a file that was named, or those in the config folder.
pub fn rules(context: &Context, named: Option<&Path>) -> Result<UserRules, CommandError> {
    let default = context.config_folder().map(|folder| folder.join("rules.toml"));
    let Some(path) = named.map(Path::to_path_buf).or(default) else { return Ok(UserRules::default()) };
    let text = match text_file::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Ok(UserRules::default());
        }
        Err(error) => return Err(CommandError::File { path, error }),
    };
    parse_rules(&text).map_err(|found| faults(&path, found))
}
