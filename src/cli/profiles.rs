//! `profiles`: how the statements of each platform are read, and a check of a file of one's own.

use super::context::Context;
use super::error::CommandError;
use super::{CommandOutput, text_file};
use crate::ledger::name;
use crate::messages::error::StatementError;
use crate::statement::profile::{
    BUILT_IN_PROFILES, BuiltInProfile, Profile, UserRules, parse_profile, parse_rules,
};
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
    let row = |loaded: &LoadedProfile| {
        ProfileRow::new(&loaded.profile, loaded.path.as_ref().map(|path| path.display().to_string()))
    };
    let Some(typed) = &args.id else {
        return Ok(CommandOutput::of(ProfilesAnswer::new(load(context)?.iter().map(row).collect())));
    };
    let found = with_id(own_profiles(context)?, typed)?;
    Ok(CommandOutput::of(ProfileInFull::new(row(&found), found.text)))
}

/// Returns the user's profile of an id, else the built-in one.
fn with_id(own: Vec<LoadedProfile>, typed: &str) -> Result<LoadedProfile, CommandError> {
    let ids: Vec<String> = own.iter().map(|loaded| loaded.profile.id.clone()).collect();
    if let Some(found) = own.into_iter().find(|loaded| loaded.profile.id == typed) {
        return Ok(found);
    }
    if let Some(found) = BUILT_IN_PROFILES.iter().find(|built_in| built_in.id == typed).and_then(loaded) {
        return Ok(found);
    }
    let built_in = BUILT_IN_PROFILES.iter().map(|built_in| built_in.id);
    let close = name::suggest(typed, ids.iter().map(String::as_str).chain(built_in));
    let error = StatementError::UnknownProfile { typed: typed.into(), close };
    Err(CommandError::Statement { file: String::new(), error: Box::new(error) })
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

/// Reads the user's own profiles, in the order of their files.
fn own_profiles(context: &Context) -> Result<Vec<LoadedProfile>, CommandError> {
    let folder = context.config_folder().map(|folder| folder.join("profiles"));
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort_unstable();
    paths.iter().map(|path| read(path)).collect()
}

/// Parses a built-in profile. The tests hold that every one is free of faults.
fn loaded(built_in: &BuiltInProfile) -> Option<LoadedProfile> {
    let profile = parse_profile(built_in.text).ok()?;
    Some(LoadedProfile { profile, text: built_in.text.into(), path: None })
}

/// Returns every profile: the user's own, and the built-in ones with other ids.
pub fn load(context: &Context) -> Result<Vec<LoadedProfile>, CommandError> {
    let mut profiles = own_profiles(context)?;
    for built_in in BUILT_IN_PROFILES {
        if profiles.iter().all(|own| own.profile.id != built_in.id) {
            profiles.extend(loaded(built_in));
        }
    }
    profiles.sort_by(|a, b| a.profile.id.cmp(&b.profile.id));
    Ok(profiles)
}

/// Returns the profile that an option names: an id or a file.
pub fn named(context: &Context, typed: &str) -> Result<LoadedProfile, CommandError> {
    let is_file = typed.contains(['/', '\\']) || typed.ends_with(".toml");
    match is_file {
        true => read(Path::new(typed)),
        false => with_id(own_profiles(context)?, typed),
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
