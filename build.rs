//! Embeds the platform files, each with the names and the unit that it declares, so that at run
//! time a platform is found without reading any file but its own.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script talks to cargo through the environment and stdout"
)]

use std::fmt::Write as _;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

fn main() {
    let folder = Path::new("src/fee/platforms");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("src/fee/platforms is a folder")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = Path::new(&out);
    let mut code = String::from(
        "/// Every platform that is part of the program, by id.\npub static BUILT_IN: &[BuiltIn] = &[\n",
    );
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let path = file.display();
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{path}: {e}"));
        let table: toml::Table = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
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
    start_at_once(out);
    leave_out_unwinding(out);
    std::fs::write(out.join("built_in.rs"), code).expect("OUT_DIR can be written");
}

/// Returns the earliest day on which a rule that holds until further notice was checked.
fn checked(table: &toml::Table) -> Option<String> {
    let list = |table: &toml::Table, key: &str| -> Vec<toml::Table> {
        let values = table.get(key).and_then(|value| value.as_array()).into_iter().flatten();
        values.filter_map(|value| value.as_table().cloned()).collect()
    };
    let rules = list(table, "channel").into_iter().flat_map(|channel| list(&channel, "tariff"));
    let rules = rules.filter(|rule| !rule.contains_key("until"));
    rules.filter_map(|rule| Some(rule.get("checked")?.as_datetime()?.to_string())).min()
}

/// Links the system's C library into the program and lets it lie where it was linked to lie: a
/// process that lives for two milliseconds would spend a third of them on looking for libraries and
/// on moving itself elsewhere. Where there is no static C library, only the latter is spared.
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
    // Whoever links asks for the shared ones by name. It meets these first: scripts for the linker
    // that name the static ones in their place.
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

/// A platform file without its comments and blank lines, which no run of the program reads.
fn without_comments(text: &str, table: &toml::Table) -> String {
    let is_read = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let short: String = text.lines().filter(is_read).flat_map(|line| [line, "\n"]).collect();
    // A line within a long text may look like a comment; then the file stays as it is.
    if short.parse::<toml::Table>().is_ok_and(|read| read == *table) { short } else { text.to_string() }
}

/// Leaves the tables for unwinding out of the release program: it aborts where it panics, and they
/// are four hundred kilobytes.
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

/// The path of a static library of the system, where it has one.
fn static_library(name: &str) -> Option<String> {
    let told = std::process::Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    let path = String::from_utf8(told.stdout).ok()?.trim().to_string();
    // A compiler that knows no such file says its name again.
    Path::new(&path).is_absolute().then_some(path)
}

/// The form in which names are compared; the same as `text::folded`.
fn fold(name: &str) -> String {
    let name: String = name.trim().nfc().collect();
    caseless::default_case_fold_str(&name).nfc().collect()
}
