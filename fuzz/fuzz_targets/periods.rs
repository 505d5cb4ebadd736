//! A typed period; the first letter picks the day on which months begin.

#![no_main]

#[allow(dead_code, reason = "each target holds one of the laws")]
#[path = "../../tests/parsers/mod.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Some(first) = text.chars().next() else { return };
    laws::period(&text[first.len_utf8()..], u32::from(first) % 31 + 1);
});
