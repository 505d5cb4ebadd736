//! Whether other users or programs can reach a ledger.

use std::path::{Path, PathBuf};

/// Something about a ledger's place that can cost the user the ledger, or its secrecy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionIssue {
    /// Other users can read the file.
    FileReadable(PathBuf),
    /// Other users can write to its folder, and so take the file away.
    FolderWritable(PathBuf),
    /// The file belongs to another user.
    OfAnother(PathBuf),
    /// A program that keeps folders of several machines alike has the folder of that name.
    Synced(String),
}

/// How the folders of such programs begin, in small letters.
const SYNCED: [&str; 13] = [
    "dropbox",
    "onedrive",
    "google drive",
    "googledrive",
    "icloud drive",
    "iclouddrive",
    "mobile documents",
    "cloudstorage",
    "syncthing",
    "nextcloud",
    "owncloud",
    "pcloud",
    "mybox",
];

/// Returns what others can do with an existing ledger.
pub fn permission_issues(path: &Path) -> Vec<PermissionIssue> {
    // A link leads to where the file really lies, and so does a path that begins nowhere.
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = real.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut found = Vec::new();
    if is_of_another(&real) {
        found.push(PermissionIssue::OfAnother(real.clone()));
    }
    if bits_of_others(&real) & 0o044 != 0 {
        found.push(PermissionIssue::FileReadable(real.clone()));
    }
    if bits_of_others(&folder) & 0o022 != 0 {
        found.push(PermissionIssue::FolderWritable(folder.clone()));
    }
    let names = folder.iter().map(|name| name.to_string_lossy().into_owned());
    found.extend(names.into_iter().find(|name| is_synced(name)).map(PermissionIssue::Synced));
    found
}

/// Is that the folder of a program that syncs? `OneDrive - Work` is, `dropboxes` is not.
fn is_synced(name: &str) -> bool {
    let name = name.to_lowercase();
    let goes_on = |rest: &str| rest.chars().next().is_some_and(char::is_alphanumeric);
    // Where one of those programs holds several accounts, it puts their names behind its own.
    SYNCED.iter().any(|known| name.strip_prefix(known).is_some_and(|rest| !goes_on(rest)))
}

/// Returns whether a file belongs to another user than the one who runs this.
fn is_of_another(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).is_ok_and(|meta| meta.uid() != rustix::process::geteuid().as_raw())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// The mode bits that are granted to anybody but the owner.
fn bits_of_others(path: &Path) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let Ok(meta) = std::fs::metadata(path) else { return 0 };
        // Many systems give each user a group of the same number, which has no other member.
        let mask = if meta.gid() == meta.uid() { 0o007 } else { 0o077 };
        meta.mode() & mask
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_folders_of_programs_that_sync() {
        for name in
            ["Dropbox", "Dropbox (Personal)", "OneDrive - Work", "Google Drive", "Mobile Documents", "MYBOX"]
        {
            assert!(is_synced(name), "{name}");
        }
        for name in ["dropboxes", "my-dropbox-notes", "share", "OneDriver", "", "drive"] {
            assert!(!is_synced(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn tells_what_others_may_do() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ledger.db");
        std::fs::write(&file, "").expect("a file");
        let allow = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        };
        let told = |folder_mode, file_mode| {
            allow(folder.path(), folder_mode);
            allow(&file, file_mode);
            let found = permission_issues(&file);
            let readable = found.iter().any(|e| matches!(e, PermissionIssue::FileReadable(_)));
            (readable, found.iter().any(|e| matches!(e, PermissionIssue::FolderWritable(_))))
        };
        assert_eq!(told(0o700, 0o600), (false, false));
        assert_eq!(told(0o755, 0o600), (false, false));
        assert_eq!(told(0o700, 0o644), (true, false));
        assert_eq!(told(0o707, 0o600), (false, true));
        assert_eq!(told(0o777, 0o666), (true, true));
        allow(folder.path(), 0o700);
    }
}
