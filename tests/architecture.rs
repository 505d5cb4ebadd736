//! The walls of the house: which room may use which, what no room may use, and what the pages owe
//! to the code. Each broken rule is told with its file and line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The floor of each room. A room uses rooms of lower floors only.
const FLOORS: &[(&str, u8)] = &[
    ("money", 1),
    ("period", 1),
    ("text", 1),
    ("ledger", 2),
    ("fee", 3),
    ("report", 3),
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

/// Each outside crate has its keepers.
const KEEPERS: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("serde_json", &["view", "jsonl", "import"]),
    ("toml", &["fee", "cli"]),
    ("clap", &["cli", "main"]),
    ("directories", &["main"]),
    ("signal_hook", &["main"]),
    ("terminal_size", &["main"]),
    ("chrono", &["period", "main"]),
    ("rust_decimal", &["money", "fee"]),
    ("caseless", &["text"]),
    ("unicode_normalization", &["ledger", "text"]),
    ("strsim", &["ledger"]),
    ("unicode_width", &["view"]),
    ("smol_str", &["ledger", "jsonl", "import", "store"]),
    ("foldhash", &["store"]),
    ("tempfile", &["output_file"]),
    ("crc32fast", &["store"]),
    ("rustix", &["store"]),
];

/// `view` formats what the rooms below reckon, and `store` keeps it: neither needs the other.
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
    let room = |path: &Path| {
        let inner = path.strip_prefix("src").expect("below src");
        let first = inner.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        first.trim_end_matches(".rs").to_string()
    };
    paths
        .into_iter()
        .map(|path| (room(&path), path.clone(), std::fs::read_to_string(&path).expect("a readable file")))
        .collect()
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

#[test]
fn rooms_use_only_rooms_on_lower_floors() {
    let mut broken = Vec::new();
    for (room, path, text) in sources() {
        let Some(own) = floor(&room) else { continue };
        for (number, line) in text.lines().enumerate() {
            for prefix in ["crate::", "jandon::"] {
                for (at, _) in line.match_indices(prefix) {
                    let used: String = line[at + prefix.len()..]
                        .chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect();
                    let below = floor(&used).is_none_or(|other| other < own || used == room);
                    let parted = NEVER.contains(&(room.as_str(), used.as_str()));
                    if !below || parted {
                        broken.push(format!("{}:{}: {room} uses {used}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    for (room, path, _) in sources() {
        assert!(room == "lib" || floor(&room).is_some(), "{} is in no room", path.display());
    }
}

#[test]
fn outside_crates_stay_with_their_keepers() {
    let mut broken = Vec::new();
    for (room, path, text) in sources() {
        // A test may use what serves it.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (number, line) in code.lines().enumerate() {
            for (name, keepers) in KEEPERS {
                let uses = line.match_indices(&format!("{name}::")).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
                });
                if uses && !keepers.contains(&room.as_str()) {
                    broken.push(format!("{}:{}: {name} is not {room}'s to use", path.display(), number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn below_the_store_there_is_no_disk_no_clock_and_no_terminal() {
    let mut broken = Vec::new();
    for (room, path, text) in sources() {
        if floor(&room).is_none_or(|floor| floor >= 5) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for forbidden in
                ["std::fs", "std::env", "std::io", "SystemTime", "Instant::now", "println!", " f64", " f32"]
            {
                if line.contains(forbidden) {
                    broken.push(format!("{}:{}: {forbidden}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_file_opens_with_a_sentence_on_what_it_is() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//! "), "{} says not what it is", path.display());
    }
}

#[test]
fn nothing_is_called_by_a_name_that_says_nothing() {
    for (_, path, text) in sources() {
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        for word in ["utils", "util", "helpers", "common", "misc", "manager", "types"] {
            assert_ne!(stem, word, "{}", path.display());
            assert!(!text.contains(&format!("mod {word};")), "{} has a room called {word}", path.display());
        }
    }
}

#[test]
fn every_verb_is_in_the_readme() {
    let readme = std::fs::read_to_string("README.md").expect("a README");
    let mut missing = BTreeMap::new();
    let command = <jandon::cli::Cli as clap::CommandFactory>::command();
    for verb in command.get_subcommands() {
        let name = verb.get_name().to_string();
        if !readme.contains(&format!("`{name}")) && !readme.contains(&format!("jandon {name}")) {
            missing.insert(name, ());
        }
    }
    assert!(missing.is_empty(), "the README does not name {:?}", missing.keys());
}

#[test]
fn the_packaged_sources_name_no_machine() {
    for (_, path, text) in sources() {
        for trace in ["/work/", "/root/", "/home/"] {
            assert!(!text.contains(trace), "{} holds a path of one machine", path.display());
        }
    }
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
fn nothing_in_the_house_can_reach_a_network() {
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
    let told = if output.status.success() {
        String::from_utf8_lossy(&output.stdout).into_owned()
    } else {
        let lock = std::fs::read_to_string("Cargo.lock").expect("a list of crates");
        lock.lines()
            .filter_map(|line| line.strip_prefix("name = "))
            .map(|name| name.replace('"', "") + "\n")
            .collect()
    };
    let crates: Vec<&str> = told.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"rusqlite"), "{told}");
    for name in crates {
        assert!(!OF_NETWORKS.contains(&name), "{name} reaches a network");
    }
    for (_, path, text) in sources() {
        for door in ["std::net", "std::os::unix::net", "TcpStream", "UdpSocket"] {
            assert!(!text.contains(door), "{}: {door}", path.display());
        }
    }
}
