//! A disk that fails at a chosen step, or that remembers every step: a file system of SQLite's that
//! stands before the real one. It does nothing in a thread that asked for nothing.
//!
//! What SQLite asks of it is written down in C; so are the pointers that it hands over, which is why
//! this room may do what no other room may.

#![allow(unsafe_code, reason = "a file system of SQLite's is a table of C functions over C pointers")]

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// What a disk is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Open,
    Write,
    Truncate,
    Sync,
    Delete,
    Map,
    Read,
}

/// How a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no room left: what would take more of it fails, from then on.
    Full,
    /// One step fails, and those after it do not.
    Once,
    /// Every step fails from then on, but for reading.
    Gone,
    /// One read fails.
    Unread,
}

impl Fault {
    /// Can a disk that fails so fail at that step?
    fn meets(self, step: Step) -> bool {
        match self {
            Fault::Full => matches!(step, Step::Open | Step::Write | Step::Map),
            Fault::Once | Fault::Gone => step != Step::Read,
            Fault::Unread => step == Step::Read,
        }
    }

    fn goes_on(self) -> bool {
        matches!(self, Fault::Full | Fault::Gone)
    }
}

/// A step that changed a file.
#[derive(Clone, Debug)]
pub enum Done {
    Wrote { file: PathBuf, at: usize, bytes: Vec<u8> },
    Truncated { file: PathBuf, to: usize },
    Synced { file: PathBuf },
    Deleted { file: PathBuf },
}

#[derive(Default)]
struct Disk {
    /// How it fails, and at which step of those that it can fail at.
    fault: Option<(Fault, u64)>,
    met: u64,
    /// What was done, where it is to be remembered.
    log: Option<Vec<Done>>,
}

thread_local! {
    static DISK: RefCell<Disk> = RefCell::default();
}

/// Runs something on a disk that fails at that step, counted from 1, and tells how many such steps
/// were asked for.
pub fn failing<T>(fault: Fault, at: u64, run: impl FnOnce() -> T) -> (T, u64) {
    stand_before_the_disk();
    DISK.with_borrow_mut(|disk| *disk = Disk { fault: Some((fault, at)), ..Disk::default() });
    let result = run();
    (result, DISK.with_borrow_mut(std::mem::take).met)
}

/// Runs something and remembers every step that it does.
pub fn remembered<T>(run: impl FnOnce() -> T) -> (T, Vec<Done>) {
    stand_before_the_disk();
    DISK.with_borrow_mut(|disk| *disk = Disk { log: Some(Vec::new()), ..Disk::default() });
    let result = run();
    (result, DISK.with_borrow_mut(std::mem::take).log.unwrap_or_default())
}

/// Does the next step fail?
fn fails(step: Step) -> bool {
    DISK.with_borrow_mut(|disk| {
        let Some((fault, at)) = disk.fault.filter(|(fault, _)| fault.meets(step)) else { return false };
        disk.met += 1;
        disk.met == at || disk.met > at && fault.goes_on()
    })
}

fn is_full() -> bool {
    DISK.with_borrow(|disk| matches!(disk.fault, Some((Fault::Full, _))))
}

fn remember(done: impl FnOnce() -> Done) {
    DISK.with_borrow_mut(|disk| {
        if let Some(log) = &mut disk.log {
            log.push(done());
        }
    });
}

/// The files of a folder after the power went at a moment of the log: what was synced stands, of what
/// was written since each sector stands or not, as `stands` says.
pub fn after_power_cut(
    before: &BTreeMap<PathBuf, Vec<u8>>,
    log: &[Done],
    mut stands: impl FnMut() -> bool,
) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = before.clone();
    for (at, done) in log.iter().enumerate() {
        let file = match done {
            Done::Wrote { file, .. } | Done::Truncated { file, .. } | Done::Deleted { file } => file,
            Done::Synced { .. } => continue,
        };
        let synced = log[at..].iter().any(|later| matches!(later, Done::Synced { file: f } if f == file));
        match done {
            Done::Wrote { at, bytes, .. } => {
                let content = files.entry(file.clone()).or_default();
                for (n, sector) in bytes.chunks(512).enumerate() {
                    if synced || stands() {
                        let from = at + n * 512;
                        content.resize(content.len().max(from + sector.len()), 0);
                        content[from..from + sector.len()].copy_from_slice(sector);
                    }
                }
            }
            Done::Truncated { to, .. } if synced || stands() => {
                files.entry(file.clone()).or_default().resize(*to, 0);
            }
            Done::Deleted { .. } if stands() => drop(files.remove(file)),
            _ => {}
        }
    }
    files
}

/// A file as SQLite holds it: the head that it knows, what the real file system keeps behind it, and
/// the file's name.
#[repr(C)]
struct Shim {
    head: sqlite3_file,
    name: *mut PathBuf,
}

/// Where the real file system keeps its own part of a file.
unsafe fn real(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: the file system says that a file of its own takes so much more than a shim.
    unsafe { file.cast::<Shim>().add(1).cast() }
}

unsafe fn name_of<'a>(file: *mut sqlite3_file) -> &'a Path {
    // SAFETY: the name was put there when the file was opened, and is dropped when it is closed.
    unsafe { &*(*file.cast::<Shim>()).name }
}

/// Hands a call on to the real file.
macro_rules! real_call {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let file = unsafe { real($file) };
        // SAFETY: SQLite calls only what it has opened, with the arguments that it documents.
        unsafe { (*(*file).pMethods).$method.map_or(ffi::SQLITE_ERROR, |call| call(file $(, $argument)*)) }
    }};
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let result = real_call!(file, xClose);
    // SAFETY: SQLite closes a file once.
    drop(unsafe { Box::from_raw((*file.cast::<Shim>()).name) });
    result
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, n: c_int, at: sqlite3_int64) -> c_int {
    if fails(Step::Read) {
        return ffi::SQLITE_IOERR_READ;
    }
    real_call!(file, xRead, to, n, at)
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    n: c_int,
    at: sqlite3_int64,
) -> c_int {
    if fails(Step::Write) {
        // A disk stops in the middle of a page.
        let _ = real_call!(file, xWrite, from, n / 2, at);
        return if is_full() { ffi::SQLITE_FULL } else { ffi::SQLITE_IOERR_WRITE };
    }
    let result = real_call!(file, xWrite, from, n, at);
    // SAFETY: SQLite hands over so many bytes.
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), n as usize) };
    let name = unsafe { name_of(file) };
    remember(|| Done::Wrote { file: name.into(), at: at as usize, bytes: bytes.into() });
    result
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, to: sqlite3_int64) -> c_int {
    if fails(Step::Truncate) {
        return ffi::SQLITE_IOERR_TRUNCATE;
    }
    let name = unsafe { name_of(file) };
    remember(|| Done::Truncated { file: name.into(), to: to as usize });
    real_call!(file, xTruncate, to)
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    if fails(Step::Sync) {
        return ffi::SQLITE_IOERR_FSYNC;
    }
    let name = unsafe { name_of(file) };
    remember(|| Done::Synced { file: name.into() });
    real_call!(file, xSync, flags)
}

unsafe extern "C" fn size(file: *mut sqlite3_file, to: *mut sqlite3_int64) -> c_int {
    real_call!(file, xFileSize, to)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real_call!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real_call!(file, xUnlock, level)
}

unsafe extern "C" fn reserved(file: *mut sqlite3_file, to: *mut c_int) -> c_int {
    real_call!(file, xCheckReservedLock, to)
}

unsafe extern "C" fn control(file: *mut sqlite3_file, what: c_int, with: *mut c_void) -> c_int {
    real_call!(file, xFileControl, what, with)
}

unsafe extern "C" fn sector(file: *mut sqlite3_file) -> c_int {
    real_call!(file, xSectorSize)
}

unsafe extern "C" fn traits(file: *mut sqlite3_file) -> c_int {
    real_call!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn map(
    file: *mut sqlite3_file,
    part: c_int,
    size: c_int,
    extend: c_int,
    to: *mut *mut c_void,
) -> c_int {
    if extend != 0 && fails(Step::Map) {
        return ffi::SQLITE_IOERR_SHMSIZE;
    }
    real_call!(file, xShmMap, part, size, extend, to)
}

unsafe extern "C" fn lock_map(file: *mut sqlite3_file, at: c_int, n: c_int, flags: c_int) -> c_int {
    real_call!(file, xShmLock, at, n, flags)
}

unsafe extern "C" fn barrier(file: *mut sqlite3_file) {
    let file = unsafe { real(file) };
    // SAFETY: SQLite calls only what it has opened.
    unsafe {
        if let Some(call) = (*(*file).pMethods).xShmBarrier {
            call(file);
        }
    }
}

unsafe extern "C" fn unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    real_call!(file, xShmUnmap, delete)
}

/// The second form: with shared memory, and without files mapped into memory, whose writes nobody sees.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(traits),
    xShmMap: Some(map),
    xShmLock: Some(lock_map),
    xShmBarrier: Some(barrier),
    xShmUnmap: Some(unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe fn base(vfs: *mut sqlite3_vfs) -> *mut sqlite3_vfs {
    // SAFETY: the real file system was put there when this one was made, and lives as long.
    unsafe { (*vfs).pAppData.cast() }
}

unsafe fn path(name: *const c_char) -> PathBuf {
    if name.is_null() {
        return PathBuf::new();
    }
    // SAFETY: SQLite ends its names with a zero.
    PathBuf::from(unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands over room for a whole file.
    unsafe { (*file).pMethods = std::ptr::null() };
    // A full disk opens what is there.
    let creates = unsafe { !name.is_null() && !path(name).exists() };
    if (creates || !is_full()) && fails(Step::Open) {
        return ffi::SQLITE_CANTOPEN;
    }
    let below = unsafe { real(file) };
    // SAFETY: as above; the real file system writes behind the shim only.
    let result = unsafe {
        (*below).pMethods = std::ptr::null();
        let base = base(vfs);
        (*base).xOpen.map_or(ffi::SQLITE_ERROR, |call| call(base, name, below, flags, out))
    };
    if result == ffi::SQLITE_OK {
        // SAFETY: as above; from here on SQLite closes the file.
        unsafe {
            (*file.cast::<Shim>()).name = Box::into_raw(Box::new(path(name)));
            (*file).pMethods = &raw const METHODS;
        }
    } else if unsafe { !(*below).pMethods.is_null() } {
        let _ = real_call!(file, xClose);
    }
    result
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    if fails(Step::Delete) {
        return ffi::SQLITE_IOERR_DELETE;
    }
    // SAFETY: the arguments are SQLite's own.
    unsafe {
        remember(|| Done::Deleted { file: path(name) });
        let base = base(vfs);
        (*base).xDelete.map_or(ffi::SQLITE_ERROR, |call| call(base, name, sync))
    }
}

/// Sets the file system up, once in a process, as the one that SQLite takes.
fn stand_before_the_disk() {
    static SET_UP: Once = Once::new();
    SET_UP.call_once(|| {
        // SAFETY: the real file system and this one live as long as the process; whatever this one
        // does not do itself does not look at which of the two it is called with.
        unsafe {
            let real = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!real.is_null(), "SQLite has a file system");
            let mut vfs = std::ptr::read(real);
            vfs.zName = c"failing".as_ptr();
            vfs.szOsFile += size_of::<Shim>() as c_int;
            vfs.pNext = std::ptr::null_mut();
            vfs.pAppData = real.cast();
            vfs.xOpen = Some(open);
            vfs.xDelete = Some(delete);
            let vfs = Box::leak(Box::new(vfs));
            assert_eq!(ffi::sqlite3_vfs_register(vfs, 1), ffi::SQLITE_OK);
        }
    });
}
