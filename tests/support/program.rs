//! The program as a test starts it.

use std::path::Path;
use std::process::Command;

/// Runs a command that succeeds, on the ledger of a folder at a fixed time, and returns what it prints.
pub fn jandon(folder: &Path, today: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(arguments)
        .env("JANDON_LEDGER", folder.join("ledger.db"))
        .env("JANDON_TODAY", today)
        .env("HOME", folder)
        .env("COLUMNS", "80")
        .env("LC_ALL", "en_KR.UTF-8")
        .output()
        .expect("the program");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text in UTF-8")
}
