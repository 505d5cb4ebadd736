//! Counts what every connection of this process runs, by SQLite's own trace.

#![allow(unsafe_code, reason = "statements and steps are counted through SQLite's own C interface")]

use rusqlite::ffi;
use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

/// What a piece of work ran.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// The statements that ended.
    pub statements: Vec<String>,
    /// Steps of SQLite's machine.
    pub steps: u64,
    /// Rows that were stepped over without an index.
    pub scanned: u64,
}

thread_local!(static RAN: RefCell<Ran> = RefCell::default());

unsafe extern "C" fn count(_: c_uint, _: *mut c_void, statement: *mut c_void, _: *mut c_void) -> c_int {
    // SAFETY: for a profile event SQLite hands in the statement that has just ended.
    let (steps, scanned, sql) = unsafe {
        let count = |what| ffi::sqlite3_stmt_status(statement.cast(), what, 1) as u64;
        let sql = CStr::from_ptr(ffi::sqlite3_sql(statement.cast()));
        let scanned = count(ffi::SQLITE_STMTSTATUS_FULLSCAN_STEP);
        (count(ffi::SQLITE_STMTSTATUS_VM_STEP), scanned, sql.to_string_lossy().into_owned())
    };
    RAN.with_borrow_mut(|ran| {
        ran.steps += steps;
        ran.scanned += scanned;
        ran.statements.push(sql);
    });
    0
}

unsafe extern "C" fn attach(
    db: *mut ffi::sqlite3,
    _: *mut *mut c_char,
    _: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: SQLite calls this with the connection that it is opening.
    unsafe { ffi::sqlite3_trace_v2(db, ffi::SQLITE_TRACE_PROFILE, Some(count), std::ptr::null_mut()) }
}

/// Counts on every connection that is opened from now on.
pub fn start() {
    // SAFETY: `attach` has the form that SQLite asks for, and lives as long as the process.
    let set = unsafe { ffi::sqlite3_auto_extension(Some(attach)) };
    assert_eq!(set, ffi::SQLITE_OK);
}

/// What this thread runs while it does a piece of work.
pub fn ran<T>(work: impl FnOnce() -> T) -> (T, Ran) {
    RAN.with_borrow_mut(std::mem::take);
    let done = work();
    (done, RAN.with_borrow_mut(std::mem::take))
}
