//! The files that the program writes: each appears under its name whole, or not at all.
//!
//! [`OutputFile`] is the only way to write a file. It writes to a draft in the same folder and
//! renames it into place, so a full disk or a killed process never leaves half a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::TempPath;

/// Returns an empty file without a name, which goes with the process.
pub fn scratch_file() -> std::io::Result<std::fs::File> {
    tempfile::tempfile()
}

/// How the names of drafts begin and end; sixteen random letters and digits stand between.
const DRAFT_PREFIX: &str = ".jandon-";
const DRAFT_SUFFIX: &str = ".new";
const DRAFT_RANDOM: usize = 16;
/// What the name of a draft's lock adds to the draft's name.
const LOCK_SUFFIX: &str = "-lock";

/// What happens to a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The new file is refused.
    Refuse,
    /// The new file takes its place.
    Replace,
}

/// Why a file cannot be written.
#[derive(Debug)]
pub enum OutputError {
    /// The file is the ledger, or one of the files that SQLite keeps next to it.
    IsTheLedger(PathBuf),
    /// The command reads the file.
    IsInput(PathBuf),
    /// A file of that name exists.
    Exists(PathBuf),
    /// The name belongs to a folder, a device, a pipe or a socket.
    NotAPlainFile(PathBuf),
    /// The file cannot be written.
    Io(PathBuf, io::Error),
}

/// The files that no output may replace, whatever the user asks for.
#[derive(Clone, Debug, Default)]
pub struct Protected {
    /// The ledger and the files next to it.
    pub ledger: Vec<PathBuf>,
    /// The files that the command reads.
    pub inputs: Vec<PathBuf>,
}

impl Protected {
    /// Refuses a target that is one of these files, under whatever name.
    pub fn check(&self, target: &Path) -> Result<(), OutputError> {
        if self.ledger.iter().any(|file| is_same_file(file, target)) {
            return Err(OutputError::IsTheLedger(target.to_path_buf()));
        }
        if self.inputs.iter().any(|file| is_same_file(file, target)) {
            return Err(OutputError::IsInput(target.to_path_buf()));
        }
        Ok(())
    }
}

/// A file in the making. Dropped without a commit, it leaves nothing behind.
#[derive(Debug)]
pub struct OutputFile {
    /// The open draft; none once something else, such as SQLite, writes it.
    file: Option<BufWriter<File>>,
    draft: TempPath,
    /// Held while the draft is in use, so that no other process removes it. Dropped after it.
    _lock: DraftLock,
    target: PathBuf,
    existing: Existing,
}

impl OutputFile {
    /// Creates the draft of a file, mode 0600. Nothing appears under the name of the file before
    /// [`OutputFile::commit`].
    pub fn create(
        target: &Path,
        existing: Existing,
        protected: &Protected,
    ) -> Result<OutputFile, OutputError> {
        protected.check(target)?;
        let real = link_target(target).map_err(|e| OutputError::Io(target.to_path_buf(), e))?;
        match std::fs::metadata(&real) {
            Ok(meta) if !meta.is_file() => return Err(OutputError::NotAPlainFile(target.to_path_buf())),
            Ok(_) if existing == Existing::Refuse => return Err(OutputError::Exists(target.to_path_buf())),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(OutputError::Io(target.to_path_buf(), e)),
        }
        OutputFile::next_to(&real, existing).map_err(|e| OutputError::Io(target.to_path_buf(), e))
    }

    /// Creates the draft of a file without looking at what has its name.
    pub fn next_to(target: &Path, existing: Existing) -> io::Result<OutputFile> {
        let folder = folder_of(target);
        remove_abandoned_drafts(&folder);
        let mut lock = None;
        let draft = tempfile::Builder::new()
            .prefix(DRAFT_PREFIX)
            .suffix(DRAFT_SUFFIX)
            .rand_bytes(DRAFT_RANDOM)
            .make_in(&folder, |path| {
                lock = Some(DraftLock::take(path)?);
                create_private(path)
            })?;
        let lock = lock.ok_or(io::ErrorKind::Other)?;
        let (file, draft) = draft.into_parts();
        let target = target.to_path_buf();
        Ok(OutputFile { file: Some(BufWriter::new(file)), draft, _lock: lock, target, existing })
    }

    /// Returns the path of the draft for something that writes it by name. The own handle is closed
    /// first: closing it later would drop the locks that SQLite has on the file.
    pub fn hand_over(&mut self) -> &Path {
        self.file = None;
        &self.draft
    }

    /// Syncs the draft and gives it its name.
    pub fn commit(self) -> Result<(), OutputError> {
        let target = self.target.clone();
        self.place().map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => OutputError::Exists(target),
            _ => OutputError::Io(target, e),
        })
    }

    /// As [`OutputFile::commit`], in place of a file that has the name.
    pub fn commit_over(mut self) -> Result<(), OutputError> {
        self.existing = Existing::Replace;
        self.commit()
    }

    fn place(mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?,
            // A handle that may only read cannot be synced on every system.
            None => std::fs::OpenOptions::new().write(true).open(&self.draft)?.sync_all()?,
        }
        match self.existing {
            Existing::Replace => std::fs::rename(&self.draft, &self.target)?,
            Existing::Refuse => rename_new(&self.draft, &self.target, rename_without_replacing)?,
        }
        sync_folder(&folder_of(&self.target));
        Ok(())
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().ok_or(io::ErrorKind::Unsupported)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

/// A locked file next to a draft. It is not the draft itself: on some systems such a lock would keep
/// SQLite out of the draft.
#[derive(Debug)]
struct DraftLock {
    draft: PathBuf,
    _held: File,
}

impl DraftLock {
    /// Creates the lock of a draft; `AlreadyExists` where another process was there first.
    fn take(draft: &Path) -> io::Result<DraftLock> {
        let path = lock_path(draft);
        let held = create_private(&path)?;
        // Until it was locked another process could take it for an abandoned one and remove it. On a
        // file system without locks nothing is ever cleared away.
        if held.lock().is_ok() && identity(&path) != identity_of(&held) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        Ok(DraftLock { draft: draft.to_path_buf(), _held: held })
    }
}

impl Drop for DraftLock {
    fn drop(&mut self) {
        remove_draft(&self.draft);
    }
}

fn lock_path(draft: &Path) -> PathBuf {
    with_suffix(draft, LOCK_SUFFIX)
}

/// Removes a draft, the journals that SQLite may have left next to it, and then its lock.
fn remove_draft(draft: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm", LOCK_SUFFIX] {
        let _ = std::fs::remove_file(with_suffix(draft, suffix));
    }
}

/// Removes the drafts of killed processes from a folder. What cannot be removed stays: a new draft
/// does not depend on it.
#[cfg(unix)]
fn remove_abandoned_drafts(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Some(draft) = draft_of_lock(&entry.path()) else { continue };
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        let Ok(file) = File::open(&path) else { continue };
        // Only the holder of the lock removes it, so the name cannot go to another file.
        if file.try_lock().is_ok() && identity(&path) == identity_of(&file) {
            remove_draft(&draft);
        }
    }
}

#[cfg(not(unix))]
fn remove_abandoned_drafts(_: &Path) {}

/// Returns the draft that a lock file belongs to; none for any other file.
#[cfg(unix)]
fn draft_of_lock(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let draft = name.strip_suffix(LOCK_SUFFIX)?;
    let random = draft.strip_prefix(DRAFT_PREFIX)?.strip_suffix(DRAFT_SUFFIX)?;
    let is_draft = random.len() == DRAFT_RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric());
    is_draft.then(|| path.with_file_name(draft))
}

/// Creates a file that must be new and that only its owner can read.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Renames a file to a name that no file has yet. `rename` is tried first; where the file system
/// knows neither hard links nor a rename that replaces nothing (exFAT, FAT, some network and FUSE
/// file systems), the name is taken by an empty file, which the draft replaces.
fn rename_new(from: &Path, to: &Path, rename: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let refused = match rename(from, to) {
        Err(e) if !matches!(e.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => e,
        result => return result,
    };
    create_private(to).map_err(|e| if e.kind() == io::ErrorKind::AlreadyExists { e } else { refused })?;
    std::fs::rename(from, to).inspect_err(|_| {
        let _ = std::fs::remove_file(to);
    })
}

fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    // The draft's own guard stays with its owner: this one only lends its name.
    let mut path = TempPath::try_from_path(from)?;
    path.disable_cleanup(true);
    path.persist_noclobber(to).map_err(|e| e.error)
}

/// Gives a file a second name that no file has yet, or where hard links are not supported moves it
/// there. Returns whether the first name is still there.
pub fn link_or_move(from: &Path, to: &Path) -> io::Result<bool> {
    match std::fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(e) if matches!(e.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => Err(e),
        Err(_) => rename_new(from, to, rename_without_replacing).map(|()| false),
    }
}

/// Makes the names in a folder last. A failure is not reported: the file is in place, and an error
/// would make a completed command look failed.
pub fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// Creates a folder and its missing parents, closed to other users.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folder(parent)?;
    }
    match create_private_folder(folder) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(e) => Err(e),
        Ok(()) => {
            sync_folder(&folder_of(folder));
            Ok(())
        }
    }
}

/// Creates one folder, closed to other users.
pub fn create_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Returns the folder that a file is in.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Returns a path with something added to its last part.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// Returns the file that a link leads to, or the path itself where it is no link. Fails for a link
/// that leads nowhere.
fn link_target(path: &Path) -> io::Result<PathBuf> {
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => std::fs::canonicalize(path),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(path.to_path_buf()),
    }
}

/// Returns whether two paths name one file, whether or not it exists.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| {
        std::fs::canonicalize(path)
            .or_else(|_| {
                Ok::<_, io::Error>(
                    std::fs::canonicalize(folder_of(path))?.join(path.file_name().unwrap_or_default()),
                )
            })
            .ok()
    };
    one == other
        || real(one).is_some_and(|path| Some(path) == real(other))
        || identity(one).is_some_and(|file| Some(file) == identity(other))
}

/// Returns which file has a name, as its device and number; none where there is none, or where the
/// system does not number its files.
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn identity_of(file: &File) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        file.metadata().ok().map(|meta| (meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    }

    fn write(target: &Path, existing: Existing, text: &str) -> Result<(), OutputError> {
        let mut file = OutputFile::create(target, existing, &Protected::default())?;
        file.write_all(text.as_bytes()).expect("a draft can be written");
        file.commit()
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("잔액.json");
        let mut file = OutputFile::create(&target, Existing::Refuse, &Protected::default()).expect("a draft");
        file.write_all(b"half").expect("written");
        assert!(!target.exists());
        drop(file);
        assert!(names(folder.path()).is_empty());
        write(&target, Existing::Refuse, "whole").expect("written");
        assert_eq!(std::fs::read(&target).expect("a file"), b"whole");
        assert_eq!(names(folder.path()), ["잔액.json"]);
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(&target).expect("a file").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
        }
    }

    #[test]
    fn an_existing_file_is_replaced_only_when_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.txt");
        write(&target, Existing::Refuse, "first").expect("written");
        assert!(matches!(write(&target, Existing::Refuse, "x"), Err(OutputError::Exists(_))));
        let late = OutputFile::create(&folder.path().join("b"), Existing::Refuse, &Protected::default());
        let late = late.expect("a draft");
        std::fs::write(folder.path().join("b"), "another").expect("a file");
        assert!(matches!(late.commit(), Err(OutputError::Exists(_))));
        assert_eq!(std::fs::read(folder.path().join("b")).expect("a file"), b"another");
        write(&target, Existing::Replace, "second").expect("written");
        assert_eq!(std::fs::read(&target).expect("a file"), b"second");
        assert_eq!(names(folder.path()), ["a.txt", "b"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_protected_file_is_refused_under_every_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("ledger.db"), "facts").expect("a file");
        std::fs::write(at("in.jsonl"), "lines").expect("a file");
        std::fs::hard_link(at("ledger.db"), at("second.db")).expect("a link");
        std::os::unix::fs::symlink("ledger.db", at("link.db")).expect("a link");
        let ledger = vec![at("ledger.db"), at("ledger.db-wal")];
        let protected = Protected { ledger, inputs: vec![at("in.jsonl")] };
        let sub = at("sub");
        std::fs::create_dir(&sub).expect("a folder");
        for name in
            ["ledger.db", "second.db", "link.db", "ledger.db-wal", "sub/../ledger.db", "sub/../ledger.db-wal"]
        {
            let refused = OutputFile::create(&at(name), Existing::Replace, &protected);
            assert!(matches!(refused, Err(OutputError::IsTheLedger(_))), "{name}: {refused:?}");
        }
        let refused = OutputFile::create(&at("in.jsonl"), Existing::Replace, &protected);
        assert!(matches!(refused, Err(OutputError::IsInput(_))));
        assert_eq!(std::fs::read(at("ledger.db")).expect("a file"), b"facts");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_is_refused() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo").success());
        symlink("/dev/null", at("device")).expect("a link");
        symlink("nowhere", at("dangling")).expect("a link");
        for name in ["pipe", "device", "."] {
            let refused = OutputFile::create(&at(name), Existing::Replace, &Protected::default());
            assert!(matches!(refused, Err(OutputError::NotAPlainFile(_))), "{name}: {refused:?}");
        }
        let refused = OutputFile::create(&at("dangling"), Existing::Replace, &Protected::default());
        assert!(matches!(refused, Err(OutputError::Io(..))), "{refused:?}");
        assert_eq!(names(folder.path()), ["dangling", "device", "pipe"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_gets_its_target_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("real.txt"), "old").expect("a file");
        std::os::unix::fs::symlink("real.txt", at("link.txt")).expect("a link");
        assert!(matches!(write(&at("link.txt"), Existing::Refuse, "new"), Err(OutputError::Exists(_))));
        write(&at("link.txt"), Existing::Replace, "new").expect("written");
        assert!(at("link.txt").is_symlink());
        assert_eq!(std::fs::read(at("real.txt")).expect("a file"), b"new");
    }

    #[test]
    fn works_where_the_file_system_has_no_links() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for kind in [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::Unsupported,
            io::ErrorKind::TooManyLinks,
            io::ErrorKind::InvalidInput,
        ] {
            std::fs::write(at("draft"), "text").expect("a file");
            rename_new(&at("draft"), &at("new"), |_, _| Err(kind.into())).expect("renamed");
            assert_eq!(std::fs::read(at("new")).expect("a file"), b"text");
            std::fs::write(at("draft"), "other").expect("a file");
            let taken = rename_new(&at("draft"), &at("new"), |_, _| Err(kind.into())).expect_err("taken");
            assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(std::fs::read(at("new")).expect("a file"), b"text");
            std::fs::remove_file(at("new")).expect("removed");
        }
        // Where nothing can be created the first error is the one that tells why.
        let denied = |_: &Path, _: &Path| Err(io::ErrorKind::PermissionDenied.into());
        let refused = rename_new(&at("draft"), &at("missing/new"), denied).expect_err("no folder");
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    }

    #[cfg(unix)]
    #[test]
    fn drafts_of_killed_processes_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| {
            std::fs::write(folder.path().join(name), "half").expect("a file");
            name.to_string()
        };
        let abandoned = [
            file(".jandon-0123456789abcdEF.new"),
            file(".jandon-0123456789abcdEF.new-journal"),
            file(".jandon-0123456789abcdEF.new-lock"),
            file(".jandon-0000000000000000.new-lock"),
        ];
        let others = [
            file(".jandon-0123456789abcdEG.new"),
            file(".jandon-short.new-lock"),
            file(".jandon-0123456789abc/EF.new-lock".replace('/', "_").as_str()),
            file("jandon-0123456789abcdEF.new-lock"),
        ];
        let used = OutputFile::next_to(&folder.path().join("copy.db"), Existing::Refuse).expect("a draft");
        let second = OutputFile::next_to(&folder.path().join("copy.db"), Existing::Refuse).expect("a draft");
        let left = names(folder.path());
        assert!(abandoned.iter().all(|name| !left.contains(name)), "{left:?}");
        assert!(others.iter().all(|name| left.contains(name)), "{left:?}");
        assert!(used.draft.exists() && second.draft.exists());
        drop(used);
        second.commit().expect("written");
        let mut expected: Vec<String> = others.into_iter().chain(["copy.db".to_string()]).collect();
        expected.sort_unstable();
        assert_eq!(names(folder.path()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_created_closed_to_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("a/b/c");
        create_folder(&deep).expect("created");
        create_folder(&deep).expect("there already");
        let mode = std::fs::metadata(&deep).expect("a folder").permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o700);
    }
}
