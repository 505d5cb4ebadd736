//! A profile, or rules.

#![no_main]

#[allow(dead_code, reason = "each target holds one of the laws")]
#[path = "../../tests/parsers/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| laws::profile(text));
