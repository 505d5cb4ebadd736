//! The web page of a report: its structure, what a browser makes of it, and the pictures of the README.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test starts programs and says so"
)]

mod browser;
#[path = "support/program.rs"]
mod program;

use browser::Browser;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const TODAY: &str = "2026-11-01T09:00";
/// Names that would be elements, attributes or scripts if they were not escaped.
const HOSTILE: [&str; 3] = [
    "</td><script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "&lt;b&gt; & <style>*{display:none}</style>",
];

fn jandon(folder: &Path, arguments: &[&str]) -> String {
    program::jandon(folder, TODAY, arguments)
}

/// Returns a ledger with the month of `demo`.
fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let demo: Value = serde_json::from_str(&jandon(folder.path(), &["demo", "--json"])).expect("a document");
    for step in demo["steps"].as_array().expect("steps") {
        let command: Vec<&str> = step["command"].as_str().expect("a command").split(' ').skip(1).collect();
        let records = ["account", "log", "spend", "earn", "topup", "withdraw", "pay"];
        if records.contains(&command[0]) {
            jandon(folder.path(), &command);
        }
    }
    folder
}

/// Returns a ledger with many accounts, long and hostile names, large amounts and several units.
fn busy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| jandon(folder.path(), arguments);
    run(&["account", "add", "카카오페이"]);
    run(&["account", "add", "toss", "--platform", "toss-points"]);
    run(&["account", "add", "lpoint", "--platform", "l-point"]);
    run(&["account", "add", "skt", "--limit", "300,000", "--bill-day", "25"]);
    run(&["account", "add", "bank", "--kind", "bank", "--unit", "KRW"]);
    run(&[
        "log",
        "카카오페이=50,000",
        "toss=8,000",
        "lpoint=100,000",
        "bank=1,200,000",
        "--date",
        "2026-10-05",
    ]);
    run(&["spend", "skt", "15,000", "games", "--date", "2026-09-20"]);
    run(&["spend", "skt", "9,900", "music", "--date", "2026-10-11"]);
    run(&["spend", "카카오페이", "4,500", "coffee", "--payee", "Mega", "--date", "2026-10-06"]);
    run(&["withdraw", "toss", "2,000", "--via", "own-account", "--to", "bank", "--date", "2026-10-20"]);
    run(&["pay", "skt", "10,000", "--from", "bank", "--date", "2026-10-25"]);
    run(&["log", "카카오페이", "61,000", "--date", "2026-10-31"]);
    run(&["account", "add", "venmo"]);
    run(&["log", "venmo", "120.50", "--date", "2026-08-01"]);
    run(&["withdraw", "venmo", "20", "--via", "instant", "--date", "2026-10-09"]);
    run(&["spend", "venmo", "3.25", "lunch", "--date", "2026-10-10"]);
    run(&["earn", "toss", "700", "--expires", "2026-11-20", "--date", "2026-10-25"]);
    run(&["earn", "toss", "900", "--expires", "2027-03-31", "--date", "2026-10-25"]);
    run(&["earn", "lpoint", "35", "--expires", "2026-10-20", "--date", "2026-10-06"]);
    run(&["topup", "카카오페이", "1,000", "--fee", "50", "--from", "bank", "--date", "2026-10-16"]);
    for (place, name) in HOSTILE.iter().enumerate() {
        run(&["account", "add", name, "--kind", "wallet", "--unit", "KRW"]);
        run(&["log", name, &format!("{}", 70_000 + place), "--date", "2026-07-05"]);
        run(&["spend", name, &format!("{}", 1_001 + place), name, "--date", "2026-10-08"]);
        run(&["spend", name, "250", name, "--date", "2026-09-08"]);
        run(&["refund", name, "111", name, "--date", "2026-10-18"]);
    }
    run(&["account", "add", "vault", "--kind", "wallet", "--unit", "KRW"]);
    run(&["log", "vault", "8,000,000,000,000,123", "--date", "2026-10-05"]);
    run(&["spend", "vault", "1,234,567,890,123,456", "rent", "--date", "2026-10-06"]);
    for place in 0..40 {
        let words = "of a name that is longer than its column and so continues on a second and a third line";
        let category = format!("first{place:02} {words} last{place:02}");
        run(&["spend", "카카오페이", "10", &category, "--date", "2026-10-20"]);
    }
    folder
}

/// Writes the page of October and returns it with the answer for scripts.
fn written(folder: &Path, language: &str) -> (String, Value) {
    let page = jandon(folder, &["report", "2026-10", "--format", "html", "--lang", language, "-X", "KRW"]);
    let document = jandon(folder, &["report", "2026-10", "--json", "-X", "KRW"]);
    (page, serde_json::from_str(&document).expect("a document"))
}

fn parsed(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).expect("a well-formed page")
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter_map(|inner| inner.text().filter(|_| inner.is_text()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns every figure of a text without its sign and the commas between its groups.
fn figures(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || ",.".contains(c)));
    words.map(|word| word.trim_matches([',', '.']).replace(',', "")).filter(|word| !word.is_empty()).collect()
}

/// Visits every figure of a document that is not zero, without its sign.
fn each_figure(value: &Value, visit: &mut dyn FnMut(String)) {
    let is_figure = |text: &str| {
        text.chars().all(|c| c.is_ascii_digit() || c == '.') && text.chars().any(|c| c != '0' && c != '.')
    };
    match value {
        Value::String(text) => {
            let size = text.strip_prefix('-').unwrap_or(text);
            if is_figure(size) {
                visit(size.into());
            }
        }
        Value::Number(number) if number.as_i64() != Some(0) => visit(number.to_string().replace('-', "")),
        Value::Array(values) => values.iter().for_each(|value| each_figure(value, visit)),
        Value::Object(fields) => fields.values().for_each(|value| each_figure(value, visit)),
        _ => {}
    }
}

#[test]
fn a_page_is_well_formed_and_loads_nothing() {
    let folder = busy();
    for language in ["en", "ko"] {
        let (page, _) = written(folder.path(), language);
        assert_eq!(page.matches("http").count(), "http-equiv".matches("http").count());
        assert!(!page.contains("<script"));
        let document = parsed(&page);
        let root = document.root_element();
        assert_eq!(root.attribute("lang"), Some(language));
        let elements = || document.descendants().filter(Node::is_element);
        for element in elements() {
            let name = element.tag_name().name();
            let loads =
                ["script", "link", "img", "image", "use", "iframe", "object", "embed", "base", "form", "a"];
            assert!(!loads.contains(&name), "<{name}>");
            for attribute in element.attributes().map(|attribute| attribute.name()) {
                let loads = ["src", "srcset", "href", "action", "style", "data"].contains(&attribute);
                assert!(!loads && !attribute.starts_with("on"), "<{name} {attribute}>");
            }
            let is_style = name == "style";
            assert!(!is_style || !["url(", "@import", "<"].iter().any(|part| text(element).contains(part)));
        }
        let policy = elements().find(|meta| meta.attribute("http-equiv") == Some("Content-Security-Policy"));
        let policy = policy.and_then(|meta| meta.attribute("content")).expect("a policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"), "{policy}");
        let named = |name: &'static str| elements().filter(move |element| element.has_tag_name(name));
        assert_eq!(named("h1").count(), 1);
        assert!(named("h2").count() >= 9);
        assert_eq!(named("title").count(), 1);
        for svg in named("svg") {
            let is_hidden = svg.ancestors().any(|node| node.attribute("aria-hidden") == Some("true"));
            let is_named = svg.attribute("role") == Some("img") && svg.attribute("aria-label").is_some();
            assert!(is_hidden || is_named, "a drawing without a text");
        }
        for table in named("table") {
            assert!(table.descendants().any(|cell| cell.has_tag_name("th")), "a table without headers");
        }
        for name in HOSTILE {
            assert!(document.descendants().any(|node| node.is_text() && node.text() == Some(name)), "{name}");
        }
    }
}

#[test]
fn the_text_of_a_page_holds_every_figure_of_the_document() {
    let folder = busy();
    for language in ["en", "ko"] {
        let (page, document) = written(folder.path(), language);
        let parsed = parsed(&page);
        let all = figures(&text(parsed.root_element()));
        each_figure(&document, &mut |figure| {
            assert!(all.contains(&figure), "{figure} is missing in {language}")
        });
        // Each row holds its own figures.
        let named = |name: &'static str| parsed.descendants().filter(move |node| node.has_tag_name(name));
        let row_of = |name: &str, row: &Value| {
            let is_row = |tr: &Node<'_, '_>| {
                let has_name = tr.children().any(|th| th.has_tag_name("th") && text(th) == name);
                let here = figures(&text(*tr));
                let mut holds_all = true;
                each_figure(row, &mut |figure| holds_all &= here.contains(&figure));
                has_name && holds_all
            };
            assert!(named("tr").any(|tr| is_row(&tr)), "no row of {name} holds {row}");
        };
        for (list, name) in
            [("spending", "category"), ("fees", "channel"), ("expiring", "account"), ("due", "account")]
        {
            let rows = document[list].as_array().expect("rows");
            assert!(!rows.is_empty(), "{list}");
            for row in rows {
                row.get(name).and_then(Value::as_str).into_iter().for_each(|name| row_of(name, row));
            }
        }
        for row in document["accounts"].as_array().expect("accounts") {
            let caption =
                format!("{}, {}", row["account"].as_str().unwrap_or(""), row["unit"].as_str().unwrap_or(""));
            let table = named("table").find(|table| {
                table.children().any(|child| child.has_tag_name("caption") && text(child) == caption)
            });
            let here = figures(&text(table.expect("a table of the account")));
            each_figure(row, &mut |figure| assert!(here.contains(&figure), "{caption}: {figure}"));
        }
    }
}

#[test]
fn fees_stand_beside_the_cheapest_way() {
    let folder = busy();
    let (page, _) = written(folder.path(), "en");
    let parsed = parsed(&page);
    let row = parsed.descendants().find(|tr| tr.has_tag_name("tr") && text(*tr).contains("venmo/instant"));
    let cells: Vec<String> =
        row.expect("the channel").children().filter(|cell| cell.has_tag_name("td")).map(text).collect();
    // The bank transfer of the same platform is free.
    let fee = cells[2].as_str();
    assert_ne!(fee, "0.00 USD");
    assert_eq!(cells[5..], ["0.00 USD", fee], "{cells:?}");
}

#[test]
fn only_a_report_is_a_web_page() {
    let folder = demo();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_jandon"))
            .args(arguments)
            .env("JANDON_LEDGER", folder.path().join("ledger.db"))
            .env("HOME", folder.path())
            .current_dir(folder.path())
            .output()
            .expect("the program");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, message) = run(&["balance", "--format", "html"]);
    assert_eq!(status, Some(2));
    assert!(message.contains("only a report can be written as a web page"), "{message}");
    assert_eq!(run(&["balance", "-o", "balance.html"]).0, Some(2));
    assert_eq!(run(&["report", "2026-10", "-o", "month.html"]).0, Some(0));
    let file = std::fs::read_to_string(folder.path().join("month.html")).expect("the page");
    assert!(file.starts_with("<!DOCTYPE html>"));
    let empty = tempfile::tempdir().expect("a folder");
    parsed(&jandon(empty.path(), &["report", "--format", "html"]));
}

/// Elements that reach beyond the window, or whose content reaches beyond them.
const OVERFLOWING: &str = "[...document.querySelectorAll('body *')].filter(e => {
    if (e.closest('svg, thead') && !e.matches('svg')) return false;
    const box = e.getBoundingClientRect();
    const isOut = box.width > 0 && (box.left < -0.5 || box.right > innerWidth + 0.5);
    const isBlock = e instanceof HTMLElement && getComputedStyle(e).display != 'inline';
    return isOut || isBlock && e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1;
}).map(e => e.outerHTML.slice(0, 150))";
/// Blocks that a page break may cut.
const BREAKABLE: &str = "[...document.querySelectorAll('tr, figure, .card')]
    .filter(e => getComputedStyle(e).breakInside != 'avoid').map(e => e.outerHTML.slice(0, 150))";

#[test]
fn a_browser_shows_and_prints_all_of_it() {
    let Some(mut browser) = Browser::start() else {
        return println!("skipped: headless Chromium is not installed");
    };
    let folder = busy();
    for language in ["en", "ko"] {
        let (page, _) = written(folder.path(), language);
        let file = folder.path().join("month.html");
        std::fs::write(&file, page).expect("the page");
        browser.resize(1_280, 900);
        browser.open(&file);
        for event in &browser.events {
            let method = event["method"].as_str().unwrap_or_default();
            let is_bad =
                ["Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"].contains(&method);
            assert!(!is_bad, "{event}");
            let is_own = event["params"]["type"] == "Document";
            assert!(method != "Network.requestWillBeSent" || is_own, "{event}");
        }
        for width in [360, 800, 1_280] {
            browser.resize(width, 900);
            assert_eq!(browser.value(OVERFLOWING), json!([]), "at {width} in {language}");
            let page_width = browser.value("document.documentElement.scrollWidth");
            assert!(page_width.as_u64() <= Some(width.into()), "{page_width} at {width}");
        }
        let back = "getComputedStyle(document.body).backgroundColor";
        let light = browser.value(back);
        let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
        browser.ask("Emulation.setEmulatedMedia", dark);
        assert_ne!(browser.value(back), light);
        browser.ask("Emulation.setEmulatedMedia", json!({ "media": "print" }));
        // A4 less its margins of 15 mm.
        browser.resize(680, 900);
        assert_eq!(browser.value(OVERFLOWING), json!([]), "in print in {language}");
        assert_eq!(browser.value(BREAKABLE), json!([]));
        browser.ask("Emulation.setEmulatedMedia", json!({ "media": "", "features": [] }));
        let printed = folder.path().join("month.pdf");
        std::fs::write(&printed, browser.print()).expect("a file");
        check_rows(&printed);
    }
}

/// Checks that each long row of a printed page is on one sheet, and nothing beyond its edges.
fn check_rows(printed: &Path) {
    let Ok(output) = Command::new("pdftotext").arg("-bbox").arg(printed).arg("-").output() else {
        return println!("skipped: pdftotext is not installed");
    };
    let words = String::from_utf8(output.stdout).expect("text");
    let document = parsed(&words);
    let pages: Vec<Node<'_, '_>> = document.descendants().filter(|node| node.has_tag_name("page")).collect();
    assert!(pages.len() > 2, "{} pages", pages.len());
    let number = |node: &Node<'_, '_>, name: &str| -> i64 {
        let text = node.attribute(name).expect("a position");
        text.split('.').next().and_then(|whole| whole.parse().ok()).expect("a number")
    };
    for page in &pages {
        // Points of 1/72 inch.
        assert_eq!((number(page, "width"), number(page, "height")), (594, 841));
        for word in page.children().filter(|word| word.has_tag_name("word")) {
            assert!(number(&word, "xMin") >= 40 && number(&word, "xMax") <= 595 - 40, "{}", text(word));
        }
    }
    let sheet = |wanted: &str| {
        let holds = |page: &Node<'_, '_>| page.children().any(|word| text(word) == wanted);
        pages.iter().position(holds).unwrap_or_else(|| panic!("{wanted} is not printed"))
    };
    let mut sheets = BTreeSet::new();
    for place in 0..40 {
        let (first, last) = (sheet(&format!("first{place:02}")), sheet(&format!("last{place:02}")));
        assert_eq!(first, last, "row {place} is cut");
        sheets.insert(first);
    }
    assert!(sheets.len() > 1, "no break between the rows");
}

const CELL: usize = 9;
const LINE: usize = 20;

/// Returns a picture of what a terminal shows, of a text with colours.
fn terminal(command: &str, output: &str) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines: Vec<String> =
        std::iter::once(format!("$ {command}")).chain(output.lines().map(String::from)).collect();
    let (width, height) = (82 * CELL, (lines.len() + 2) * LINE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'D2Coding', monospace\" \
         font-size=\"15\">\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1b1f24\"/>\n"
    );
    for (row, line) in lines.iter().enumerate() {
        let (mut style, mut column) = ("fill=\"#e6e9ee\"", 0);
        let mut rest = line.as_str();
        let mut write = |word: &str, style: &str, column: usize| {
            let (x, y) = (CELL + column * CELL, (row + 2) * LINE - 6);
            let length = word.width() * CELL;
            svg.push_str(&format!(
                "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" {style}>{}</text>\n",
                escape(word)
            ));
        };
        while let Some(letter) = rest.chars().next() {
            if let Some(code) = rest.strip_prefix("\u{1b}[") {
                let (code, behind) = code.split_once('m').expect("the end of a code");
                style = match code {
                    "1" => "fill=\"#ffffff\" font-weight=\"bold\"",
                    "2" => "fill=\"#98a1ad\"",
                    "31" => "fill=\"#ff8a80\"",
                    "33" => "fill=\"#e9b44c\"",
                    _ => "fill=\"#e6e9ee\"",
                };
                rest = behind;
            } else if letter == ' ' {
                column += 1;
                rest = &rest[1..];
            } else {
                let is_wide = |c: char| c.width() == Some(2);
                let ends = |c: char| c == ' ' || c == '\u{1b}' || is_wide(c) != is_wide(letter);
                let end = rest.find(ends).unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                write(word, style, column);
                column += word.width();
                rest = behind;
            }
        }
    }
    svg + "</svg>\n"
}

#[test]
fn the_pictures_of_the_readme_show_what_the_program_writes() {
    let folder = demo();
    let report = jandon(folder.path(), &["report", "2026-10", "--color", "always", "--lang", "en"]);
    let picture = terminal("jandon report 2026-10", &report);
    let page = jandon(folder.path(), &["report", "2026-10", "--format", "html", "--lang", "en"]);
    let files = [("docs/month-terminal.svg", picture), ("docs/month.html", page)];
    if std::env::var("PICTURES").is_ok_and(|word| word == "overwrite") {
        for (path, text) in &files {
            std::fs::write(path, text).expect("a picture");
        }
        let mut browser = Browser::start().expect("headless Chromium is installed");
        browser.resize(1_100, 1_500);
        browser.open(&std::fs::canonicalize("docs/month.html").expect("the page"));
        std::fs::write("docs/month.png", browser.picture()).expect("a picture");
    }
    for (path, text) in files {
        let kept = std::fs::read_to_string(path).expect("a picture");
        assert!(kept == text, "{path} shows something else: PICTURES=overwrite cargo test --test web_page");
    }
}
