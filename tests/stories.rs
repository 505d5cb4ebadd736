//! What a person sees: every page in `tests/stories/` and the README are run, block by block,
//! against the binary, each in a fresh folder with a fixed clock.

use std::path::{Path, PathBuf};

fn pages() -> Vec<PathBuf> {
    let stories = std::fs::read_dir("tests/stories").expect("tests/stories is a folder");
    let mut pages: Vec<PathBuf> = stories
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    pages.sort();
    pages.push(PathBuf::from("README.md"));
    pages
}

/// Runs one page; what it records is forgotten with its folder.
fn run(page: &Path) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| home.path().join(name).display().to_string();
    // A page with a config keeps it in its folder.
    let config = std::fs::canonicalize(page.with_extension("in").join("config"));
    let config = config.map_or(at("config"), |folder| folder.display().to_string());
    let cases = trycmd::TestCases::new();
    cases
        .env("HOME", at(""))
        .env("XDG_CONFIG_HOME", config)
        .env("XDG_DATA_HOME", at("data"))
        .env("JANDON_LEDGER", at("ledger.db"))
        .env("JANDON_CATALOG", at("platforms"))
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .env("COLUMNS", "80")
        .env("LANG", "ko_KR.UTF-8")
        .env("LC_ALL", "")
        .env("LC_MONETARY", "")
        .env("NO_COLOR", "1")
        .case(page);
    cases.run();
}

#[test]
fn every_page_tells_the_truth() {
    let mut lies = Vec::new();
    for page in pages() {
        if std::panic::catch_unwind(|| run(&page)).is_err() {
            lies.push(page.display().to_string());
        }
    }
    assert!(lies.is_empty(), "these pages do not hold: {}", lies.join(", "));
}

#[test]
fn every_story_has_prose() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).expect("a readable page");
        let outside: usize = text.split("```").step_by(2).map(|prose| prose.split_whitespace().count()).sum();
        assert!(outside > 20, "{} has no prose", page.display());
    }
}

#[test]
fn the_platform_file_of_the_readme_can_be_read() {
    let readme = std::fs::read_to_string("README.md").expect("a README");
    let file =
        readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a platform file");
    let platform = jandon::fee::file::parse(file, &|_| None).expect("a platform file without fault");
    assert_eq!(platform.channels.len(), 1);
}
