//! A statement: any file of someone else's.

#![no_main]

#[allow(dead_code, reason = "each target holds one of the laws")]
#[path = "../../tests/parsers/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| laws::statement(bytes));
