//! Embeds the platform files, each with its names and its unit, so that a platform is found at run
//! time by parsing only its own file.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script talks to cargo through the environment and stdout"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

fn main() {
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = Path::new(&out);
    let mut code = String::from(
        "/// Every platform that is part of the program, by id.\npub static BUILT_IN: &[BuiltIn] = &[\n",
    );
    for TomlFile { file, text, table } in toml_files("src/fee/platforms") {
        let path = file.display();
        let platform = table.get("platform").and_then(|p| p.as_table());
        let platform = platform.unwrap_or_else(|| panic!("{path}: no [platform]"));
        let word = |key: &str| platform.get(key).and_then(|v| v.as_str()).unwrap_or_default();
        let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        assert_eq!(word("id"), stem, "{path}: a platform file is named after its id");
        let mut names = vec![fold(stem)];
        match platform.get("name") {
            Some(toml::Value::String(name)) => names.push(fold(name)),
            Some(toml::Value::Table(names_by_language)) => {
                names.extend(names_by_language.values().filter_map(|v| v.as_str()).map(fold));
            }
            _ => panic!("{path}: no name"),
        }
        let aliases = platform.get("aliases").and_then(|a| a.as_array());
        names.extend(aliases.into_iter().flatten().filter_map(|a| a.as_str()).map(fold));
        names.dedup();
        let embedded = out.join(file.file_name().unwrap_or_default());
        std::fs::write(&embedded, without_comments(&text, &table)).expect("OUT_DIR can be written");
        let decimals = platform.get("decimals").and_then(|d| d.as_integer());
        let checked = checked(&table);
        writeln!(
            code,
            "BuiltIn {{ id: {stem:?}, names: &{names:?}, unit: {:?}, decimals: {decimals:?}, checked: {checked:?}, text: include_str!({embedded:?}) }},",
            word("unit"),
        )
        .expect("a string takes all text");
    }
    code.push_str("];\n");
    embed_profiles(out);
    start_at_once(out);
    leave_out_unwinding(out);
    std::fs::write(out.join("built_in.rs"), code).expect("OUT_DIR can be written");
}

/// A file of a folder, with what it says.
struct TomlFile {
    file: PathBuf,
    text: String,
    table: toml::Table,
}

/// Reads the TOML files of a folder, in the order of their names.
fn toml_files(folder: &str) -> Vec<TomlFile> {
    println!("cargo::rerun-if-changed={folder}");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{folder}: {e}"))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let read = |file: PathBuf| {
        let path = file.display();
        println!("cargo::rerun-if-changed={path}");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{path}: {e}"));
        let table = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
        TomlFile { text, table, file }
    };
    files.into_iter().map(read).collect()
}

/// Embeds the profiles of statements.
fn embed_profiles(out: &Path) {
    let mut code = String::from(
        "/// Every profile that is part of the program, by id.\npub static BUILT_IN_PROFILES: &[BuiltInProfile] = &[\n",
    );
    for TomlFile { file, text, table } in toml_files("src/statement/profiles") {
        let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let name = file.file_name().and_then(|s| s.to_str()).unwrap_or_default();
        let embedded = out.join(format!("profile-{name}"));
        std::fs::write(&embedded, without_comments(&text, &table)).expect("OUT_DIR can be written");
        writeln!(code, "BuiltInProfile {{ id: {stem:?}, text: include_str!({embedded:?}) }},")
            .expect("a string takes all text");
    }
    code.push_str("];\n");
    std::fs::write(out.join("built_in_profiles.rs"), code).expect("OUT_DIR can be written");
}

/// Returns the earliest day on which an open-ended rule was checked.
fn checked(table: &toml::Table) -> Option<String> {
    let list = |table: &toml::Table, key: &str| -> Vec<toml::Table> {
        let values = table.get(key).and_then(|value| value.as_array()).into_iter().flatten();
        values.filter_map(|value| value.as_table().cloned()).collect()
    };
    let rules = list(table, "channel").into_iter().flat_map(|channel| list(&channel, "tariff"));
    let rules = rules.filter(|rule| !rule.contains_key("until"));
    rules.filter_map(|rule| Some(rule.get("checked")?.as_datetime()?.to_string())).min()
}

/// Links libc statically and without PIE: dynamic linking and relocation take a third of a run of
/// two milliseconds. Without a static libc, only relocation is avoided.
fn start_at_once(out: &Path) {
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let is_native = std::env::var("HOST") == std::env::var("TARGET");
    if target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    let Some(found) = is_native.then(|| ["libc.a", "libgcc_eh.a", "libgcc.a"].map(static_library)) else {
        return;
    };
    let [Some(libc), Some(unwinder), Some(compiler)] = found else { return };
    // The linker asks for shared libraries by name. Put linker scripts that name the static ones
    // first in its search path.
    let folder = out.join("static");
    std::fs::create_dir_all(&folder).expect("OUT_DIR can be written");
    let script = |name: &str, libraries: &[&str]| {
        let quoted: Vec<String> = libraries.iter().map(|library| format!("\"{library}\"")).collect();
        let text = format!("GROUP ( {} )\n", quoted.join(" "));
        std::fs::write(folder.join(format!("lib{name}.so")), text).expect("OUT_DIR can be written");
    };
    script("c", &[&libc, &unwinder, &compiler]);
    script("gcc_s", &[&unwinder, &compiler]);
    for name in ["m", "dl", "rt", "util", "pthread"] {
        if let Some(library) = static_library(&format!("lib{name}.a")) {
            script(name, &[&library]);
        }
    }
    println!("cargo::rustc-link-arg-bins=-static");
    println!("cargo::rustc-link-arg-bins=-L{}", folder.display());
}

/// Returns a platform file without comments and blank lines.
fn without_comments(text: &str, table: &toml::Table) -> String {
    let is_read = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let short: String = text.lines().filter(is_read).flat_map(|line| [line, "\n"]).collect();
    // A line of a multi-line string may look like a comment; then the file stays as it is.
    if short.parse::<toml::Table>().is_ok_and(|read| read == *table) { short } else { text.to_string() }
}

/// Discards the unwinding tables, which take 400 kB: the release program aborts on panic.
fn leave_out_unwinding(out: &Path) {
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !is_release || target("OS") != "linux" || target("ENV") != "gnu" {
        return;
    }
    let script = out.join("no-unwinding.ld");
    let text = "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) } } INSERT AFTER .text;\n";
    std::fs::write(&script, text).expect("OUT_DIR can be written");
    println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", script.display());
}

/// Returns the path of a static system library, if there is one.
fn static_library(name: &str) -> Option<String> {
    let told = std::process::Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = String::from_utf8(told.stdout).ok()?.trim().to_string();
    // If the file is not found, the compiler prints the name unchanged.
    Path::new(&path).is_absolute().then_some(path)
}

/// Folds a name for comparison, as `ledger::name::fold_case` does.
fn fold(name: &str) -> String {
    let name: String = name.trim().nfc().collect();
    caseless::default_case_fold_str(&name).nfc().collect()
}
