//! What the ledger withstands: processes that are killed, disks that are full or fail, files that are
//! damaged, folders that cannot be written, many writers at once.
//!
//! Whatever is left to chance is drawn from one seed, which a failure prints: `JANDON_SEED=… cargo
//! test --test faults` shows it again. The long runs are kept for `cargo test --test faults -- --ignored`.

#![allow(clippy::disallowed_methods, reason = "a test reads the clock, and how it is to run")]
#![allow(clippy::disallowed_macros, reason = "a test tells what it did")]

#[cfg(target_os = "linux")]
#[path = "faults/answers.rs"]
mod answers;
#[path = "faults/damaged.rs"]
mod damaged;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/failing.rs"]
mod failing;
#[path = "faults/flips.rs"]
mod flips;
#[path = "faults/harness.rs"]
mod harness;
#[path = "faults/killed.rs"]
mod killed;
#[path = "faults/place.rs"]
mod place;
#[path = "faults/writers.rs"]
mod writers;
