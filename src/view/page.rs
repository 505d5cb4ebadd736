//! A page for people: sentences and tables, aligned by what a terminal shows of them.
//!
//! Every text of a page is escaped here, whoever wrote it: no character that does not print reaches
//! a terminal.

mod table;

use crate::text;
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

pub use table::{Layout, Measure, Table};

/// What stands on a page, top down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Line(String),
    Verbatim(String),
    Gap,
    Table(Table),
}

impl Page {
    /// An empty page.
    pub fn new() -> Page {
        Page::default()
    }

    /// A sentence.
    pub fn line(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(visible(text.into())));
    }

    /// A line that was laid out already.
    pub fn preformatted(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Verbatim(visible(text.into())));
    }

    /// An empty line, but none at the top and never two.
    pub fn gap(&mut self) {
        if !matches!(self.blocks.last(), None | Some(Block::Gap)) {
            self.blocks.push(Block::Gap);
        }
    }

    /// A table; one without rows is left out.
    pub fn table(&mut self, table: Table) {
        if !table.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    /// The text of the page; tables fit a width, where one is given.
    pub fn render(&self, width: Option<usize>) -> String {
        let mut out = String::new();
        // Nothing stands below the last gap of a page that ends early.
        let end = self.blocks.iter().rposition(|block| *block != Block::Gap).map_or(0, |last| last + 1);
        for block in &self.blocks[..end] {
            match block {
                Block::Line(line) => match width {
                    Some(width) => wrap(line, width, &mut out),
                    None => {
                        out.push_str(line);
                        out.push('\n');
                    }
                },
                Block::Verbatim(line) => {
                    out.push_str(line);
                    out.push('\n');
                }
                Block::Gap => out.push('\n'),
                Block::Table(table) => table.render(width, &mut out),
            }
        }
        out
    }
}

/// Returns the text with every character escaped that does not print.
fn visible(text: String) -> String {
    match text::shown(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    }
}

/// A sentence broken between words so that each line fits a width; what follows the first line is
/// set in.
pub fn wrapped(line: &str, width: usize) -> String {
    let mut out = String::new();
    wrap(line, width, &mut out);
    out.truncate(out.trim_end().len());
    out
}

/// Breaks a sentence between words so that each line fits; what follows the first line is set in.
fn wrap(line: &str, width: usize, out: &mut String) {
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    let mut used = 0;
    for word in line.trim_start().split(' ') {
        let needed = word.width();
        if used == 0 {
            out.push_str(&indent);
            used = indent.len();
        } else if used + 1 + needed > width {
            out.push('\n');
            out.push_str(&indent);
            out.push_str("  ");
            used = indent.len() + 2;
        } else {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += needed;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hangul_columns_line_up() {
        let mut table = Table::new(&["account", ">balance"]);
        table.row(vec!["카카오페이".into(), "12,500".into()]);
        table.row(vec!["toss".into(), "8,000".into()]);
        let mut page = Page::new();
        page.table(table);
        let text = page.render(Some(80));
        let ends: Vec<usize> = text.lines().map(UnicodeWidthStr::width).collect();
        assert_eq!(ends, [ends[0]; 3], "{text}");
    }

    #[test]
    fn no_word_of_a_table_is_broken_where_it_can_be_helped() {
        let mut table = Table::new(&["date", "channel", ">amount", "note"]);
        let cells = ["2026-11-22", "tmoney-card/subway-partial", "1,234,567", "one two three"];
        table.row(cells.map(String::from).into());
        let mut page = Page::new();
        page.table(table);
        for width in 45..80 {
            let text = page.render(Some(width));
            for word in ["2026-11-22", "tmoney-card/", "subway-partial", "1,234,567", "three"] {
                assert!(text.contains(word), "{width}\n{text}");
            }
            assert!(text.lines().all(|line| line.width() <= width), "{width}\n{text}");
            assert!(width < 57 || text.contains("tmoney-card/subway-partial"), "{width}\n{text}");
        }
    }

    #[test]
    fn no_text_reaches_a_terminal_with_what_does_not_print() {
        let hostile = "\u{1b}]0;x\u{7}\r\n\u{202e}\u{9b}";
        let mut page = Page::new();
        page.line(hostile);
        page.preformatted(hostile);
        let mut table = Table::new(&["name"]);
        table.row(vec![hostile.into()]);
        page.table(table);
        let shown = r"\u{1b}]0;x\u{7}\u{d}\u{a}\u{202e}\u{9b}";
        assert_eq!(page.render(None), format!("{shown}\n{shown}\nname\n{shown}\n"));
    }

    #[test]
    fn long_sentences_break_between_words() {
        let mut page = Page::new();
        page.line("one two three four");
        assert_eq!(page.render(Some(9)), "one two\n  three\n  four\n");
        assert_eq!(page.render(None), "one two three four\n");
    }
}
