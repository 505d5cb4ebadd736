//! The architecture as tests: which module may use which, what no module may use, and which names and
//! words the code must not have. A failure names the file and the line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The layer of each module. A module uses modules of lower layers only.
const LAYERS: &[(&str, u8)] = &[
    ("money", 1),
    ("period", 1),
    ("text", 1),
    ("ledger", 2),
    ("fee", 3),
    ("report", 3),
    ("statement", 4),
    ("export", 4),
    ("jsonl", 3),
    ("import", 4),
    ("plan", 4),
    ("output_file", 5),
    ("store", 6),
    ("messages", 7),
    ("view", 8),
    ("cli", 9),
    ("main", 10),
];

/// The modules that may use each external crate.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("serde_json", &["view", "jsonl", "import"]),
    ("toml", &["fee", "cli", "statement"]),
    ("clap", &["cli", "main"]),
    ("directories", &["main"]),
    ("signal_hook", &["main"]),
    ("terminal_size", &["main"]),
    ("chrono", &["period", "main"]),
    ("rust_decimal", &["money", "fee"]),
    ("caseless", &["text"]),
    ("unicode_normalization", &["ledger", "text", "statement"]),
    ("strsim", &["ledger"]),
    ("unicode_width", &["view"]),
    ("smol_str", &["ledger", "jsonl", "import", "store", "statement", "view"]),
    ("regex", &["statement"]),
    ("encoding_rs", &["statement"]),
    ("memchr", &["statement"]),
    ("foldhash", &["statement", "store"]),
    ("tempfile", &["output_file"]),
    ("crc32fast", &["store", "statement"]),
    ("rustix", &["store", "main"]),
];

/// `view` formats figures, and `store` keeps facts: neither needs the other.
const NEVER: &[(&str, &str)] = &[("view", "store"), ("store", "view")];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    paths.sort();
    let module = |path: &Path| {
        let inner = path.strip_prefix("src").expect("below src");
        let first = inner.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_string()
    };
    paths
        .into_iter()
        .map(|path| (module(&path), path.clone(), std::fs::read_to_string(&path).expect("a readable file")))
        .collect()
}

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

#[test]
fn modules_use_only_modules_of_lower_layers() {
    let mut broken = Vec::new();
    for (module, path, text) in sources() {
        let Some(own) = layer(&module) else { continue };
        for (number, line) in text.lines().enumerate() {
            for prefix in ["crate::", "jandon::"] {
                for (at, _) in line.match_indices(prefix) {
                    let used: String = line[at + prefix.len()..]
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    let below = layer(&used).is_none_or(|other| other < own || used == module);
                    let parted = NEVER.contains(&(module.as_str(), used.as_str()));
                    if !below || parted {
                        broken.push(format!("{}:{}: {module} uses {used}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    for (module, path, _) in sources() {
        assert!(module == "lib" || layer(&module).is_some(), "{} has no layer", path.display());
    }
}

#[test]
fn external_crates_are_used_only_where_they_belong() {
    let mut broken = Vec::new();
    for (module, path, text) in sources() {
        // A test may use what serves it.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            for (name, modules) in CRATES {
                let uses = line.match_indices(&format!("{name}::")).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
                });
                if uses && !modules.contains(&module.as_str()) {
                    broken.push(format!(
                        "{}:{}: {name} may not be used in {module}",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn below_the_store_there_is_no_disk_no_clock_and_no_terminal() {
    let mut broken = Vec::new();
    for (module, path, text) in sources() {
        if layer(&module).is_none_or(|layer| layer >= 5) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for forbidden in
                ["std::fs", "std::env", "std::io", "SystemTime", "Instant::now", "println!", " f64", " f32"]
            {
                // The readers of statements take any `Read`, which they are handed, and workbooks hold floats.
                let is_reader = path.starts_with("src/statement/read") || path.ends_with("statement/read.rs");
                if line.contains(forbidden) && !(is_reader && ["std::io", " f64"].contains(&forbidden)) {
                    broken.push(format!("{}:{}: {forbidden}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_has_module_documentation() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//! "), "{} has no module documentation", path.display());
    }
}

#[test]
fn no_module_has_an_empty_name() {
    for (_, path, text) in sources() {
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        for word in ["utils", "util", "helpers", "common", "misc", "manager", "types"] {
            assert_ne!(stem, word, "{}", path.display());
            assert!(!text.contains(&format!("mod {word};")), "{} has a module {word}", path.display());
        }
    }
}

#[test]
fn every_command_is_in_the_readme() {
    let command = <jandon::cli::Cli as clap::CommandFactory>::command();
    for readme in ["README.md", "README.ko.md"] {
        let text = std::fs::read_to_string(readme).expect("a README");
        let is_missing =
            |name: &&str| !text.contains(&format!("`{name}")) && !text.contains(&format!("jandon {name}"));
        let missing: Vec<&str> = command.get_subcommands().map(|c| c.get_name()).filter(is_missing).collect();
        assert!(missing.is_empty(), "{readme} does not name {missing:?}");
    }
}

#[test]
fn the_packaged_sources_name_no_machine() {
    for (_, path, text) in sources() {
        for trace in ["/work/", "/root/", "/home/"] {
            assert!(!text.contains(trace), "{} holds a path of one machine", path.display());
        }
    }
}

/// Words that the code does not use: each was once a private name for something that has an ordinary
/// one, which follows it.
const METAPHORS: &[(&str, &str)] = &[
    ("deed", "operation"),
    ("deeds", "operations"),
    ("door", "writer"),
    ("hearsay", "third-party source"),
    ("house", "architecture"),
    ("referee", "oracle"),
    ("seize", "lock"),
    ("tally", "totals"),
    ("teller", "writer"),
    ("unborn", "new"),
];

#[test]
fn metaphors_are_not_used() {
    let mut broken = Vec::new();
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    files(Path::new("tests"), &mut paths);
    for path in paths.iter().filter(|path| !path.ends_with("tests/architecture.rs")) {
        let text = std::fs::read_to_string(path).expect("a readable file");
        for (number, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
            for word in words {
                if let Some((_, better)) = METAPHORS.iter().find(|(metaphor, _)| *metaphor == word) {
                    broken.push(format!("{}:{}: {word} (say: {better})", path.display(), number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Returns the name of the type that a line declares.
fn declared_type(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub").map_or(line, |rest| match rest.split_once(") ") {
        Some((scope, rest)) if scope.starts_with('(') => rest,
        _ => rest.trim_start(),
    });
    let (keyword, rest) = line.split_once(' ')?;
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    let declares = ["struct", "enum", "trait", "type", "union"].contains(&keyword);
    (declares && name.starts_with(char::is_uppercase)).then_some(name)
}

#[test]
fn each_type_has_a_name_of_its_own() {
    assert_eq!(declared_type("pub(super) struct Writer<'s> {"), Some("Writer"));
    assert_eq!(declared_type("    type Position = (i64, i64);"), Some("Position"));
    assert_eq!(declared_type("pub fn type_of() {}"), None);
    // The associated types of traits of the standard library and of serde.
    let associated = ["Err", "Error", "Item", "Output", "Target", "Value"];
    let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let is_associated = |name: &str| line.starts_with(' ') && associated.contains(&name);
            if let Some(name) = declared_type(line).filter(|name| !is_associated(name)) {
                declared.entry(name.into()).or_default().push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    let twice: Vec<_> = declared.iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

/// Crates that reach a network, or stand under those that do.
const OF_NETWORKS: &[&str] = &[
    "async-std",
    "attohttpc",
    "curl",
    "curl-sys",
    "ftp",
    "h2",
    "hickory-resolver",
    "http",
    "hyper",
    "isahc",
    "libssh2-sys",
    "mio",
    "minreq",
    "native-tls",
    "net2",
    "openssl",
    "openssl-sys",
    "quinn",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "ssh2",
    "surf",
    "tokio",
    "trust-dns-resolver",
    "tungstenite",
    "ureq",
    "webpki",
    "websocket",
];

#[test]
fn nothing_can_reach_a_network() {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--target",
            "all",
        ])
        .output()
        .expect("cargo runs");
    // Where the sources of other systems' crates were never fetched, the list of all crates is stricter.
    let crates = if output.status.success() {
        String::from_utf8_lossy(&output.stdout).into_owned()
    } else {
        let lock = std::fs::read_to_string("Cargo.lock").expect("a list of crates");
        lock.lines()
            .filter_map(|line| line.strip_prefix("name = "))
            .map(|name| name.replace('"', "") + "\n")
            .collect()
    };
    let names: Vec<&str> = crates.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"rusqlite"), "{crates}");
    for name in names {
        assert!(!OF_NETWORKS.contains(&name), "{name} reaches a network");
    }
    for (_, path, text) in sources() {
        for api in ["std::net", "std::os::unix::net", "TcpStream", "UdpSocket"] {
            assert!(!text.contains(api), "{}: {api}", path.display());
        }
    }
}
