//! Lines of a file of ours, carried in and out again.

#![no_main]

#[allow(dead_code, reason = "each target holds one of the laws")]
#[path = "../../tests/parsers/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

use std::cell::OnceCell;

thread_local! {
    static SHELF: OnceCell<(tempfile::TempDir, laws::Shelf)> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    SHELF.with(|shelf| {
        let (_, shelf) = shelf.get_or_init(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("ledger.db");
            (folder, laws::Shelf::new(path))
        });
        laws::lines(bytes, shelf);
    });
});
