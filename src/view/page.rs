//! A page for people: sentences and tables, aligned by the columns that a terminal shows.
//!
//! Every text of a page is escaped here, whoever wrote it: no invisible character reaches a terminal.

mod table;

use crate::messages::MONTHS;
use crate::text;
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub use table::{Cell, Column, Layout, Measure, Table};

/// The narrowest width that pages are laid out for.
pub const WIDTH_MIN: usize = 40;

/// Where a page is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Its columns; `None` where lines have no limit, as in a pipe.
    pub width: Option<usize>,
    /// Whether styles are shown in colour.
    pub color: bool,
}

/// What a text means, where colour can show it. Every page is readable without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Nothing special.
    #[default]
    Plain,
    /// A heading, or the best row: bold.
    Strong,
    /// Needs attention: yellow.
    Attention,
    /// Lost or overdue: red.
    Loss,
    /// Voided rows and sources: dim.
    Faint,
}

impl Style {
    /// Appends a text in this style.
    fn paint(self, text: &str, color: bool, out: &mut String) {
        let code = match self {
            Style::Plain => "",
            Style::Strong => "1",
            Style::Attention => "33",
            Style::Loss => "31",
            Style::Faint => "2",
        };
        if color && !code.is_empty() && !text.is_empty() {
            out.push_str(&format!("\u{1b}[{code}m{text}\u{1b}[0m"));
        } else {
            out.push_str(text);
        }
    }
}

/// The blocks of a page, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Line(String, Style),
    Verbatim(String, Style),
    Name { name: String, rest: String },
    Gap,
    Table(Table),
}

impl Page {
    /// Returns an empty page.
    pub fn new() -> Page {
        Page::default()
    }

    /// Adds a sentence; long ones are wrapped.
    pub fn line(&mut self, text: impl Into<String>) {
        self.styled_line(text, Style::Plain);
    }

    /// Adds a sentence in a style.
    pub fn styled_line(&mut self, text: impl Into<String>, style: Style) {
        self.blocks.push(Block::Line(visible(text.into()), style));
    }

    /// Adds a line that is never wrapped: a source address, or a line that is laid out already.
    pub fn preformatted(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Verbatim(visible(text.into()), Style::Plain));
    }

    /// Adds a name as the title of what follows; it is shortened where it is wider than the page.
    /// What stands behind it is never shortened.
    pub fn name(&mut self, name: &str, rest: &str) {
        self.blocks.push(Block::Name { name: visible(name.into()), rest: visible(rest.into()) });
    }

    /// Adds the address of a source, alone on its line.
    pub fn source(&mut self, address: &str) {
        self.blocks.push(Block::Verbatim(visible(format!("  {address}")), Style::Faint));
    }

    /// Adds an empty line, but none at the top and never two in a row.
    pub fn gap(&mut self) {
        if !matches!(self.blocks.last(), None | Some(Block::Gap)) {
            self.blocks.push(Block::Gap);
        }
    }

    /// Adds a table; one without rows is left out.
    pub fn table(&mut self, table: Table) {
        if !table.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    /// Adds the blocks of another page.
    pub fn append(&mut self, other: Page) {
        self.blocks.extend(other.blocks);
    }

    /// Makes the commands of its sentences name a ledger: pasted back without it, they would run on
    /// another.
    pub fn name_ledger(&mut self, ledger: &str) {
        for block in &mut self.blocks {
            // What begins with `$` was run already.
            if let Block::Line(text, _) | Block::Verbatim(text, _) = block
                && !text.starts_with('$')
            {
                *text = visible(naming_ledger(text, ledger));
            }
        }
    }

    /// Returns the text of the page, laid out for a screen.
    pub fn render(&self, screen: Screen) -> String {
        let screen = Screen { width: screen.width.map(|width| width.max(WIDTH_MIN)), ..screen };
        let mut out = String::new();
        let end = self.blocks.iter().rposition(|block| *block != Block::Gap).map_or(0, |last| last + 1);
        for block in &self.blocks[..end] {
            match block {
                Block::Line(line, style) => {
                    for line in wrap(line, screen.width) {
                        style.paint(&line, screen.color, &mut out);
                        out.push('\n');
                    }
                }
                Block::Verbatim(line, style) => {
                    style.paint(line, screen.color, &mut out);
                    out.push('\n');
                }
                Block::Name { name, rest } => {
                    let width = screen.width.unwrap_or(usize::MAX).saturating_sub(rest.width());
                    let title = format!("{}{rest}", shortened(name, width));
                    Style::Strong.paint(&title, screen.color, &mut out);
                    out.push('\n');
                }
                Block::Gap => out.push('\n'),
                Block::Table(table) => table.render(screen, &mut out),
            }
        }
        out
    }
}

/// Returns a sentence in which every command that reads or writes a ledger names that one.
fn naming_ledger(text: &str, ledger: &str) -> String {
    let mut parts = text.split("jandon ");
    let mut out = parts.next().unwrap_or_default().to_string();
    for rest in parts {
        out.push_str("jandon ");
        if rest.starts_with(|c: char| c.is_ascii_lowercase()) && !rest.starts_with("demo") {
            out.push_str(&format!("--ledger {ledger} "));
        }
        out.push_str(rest);
    }
    out
}

/// Returns the text with every invisible character escaped.
fn visible(text: String) -> String {
    match text::escape_controls(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    }
}

/// Returns a sentence broken between words into lines of at most `width` columns, joined by newlines.
pub fn wrapped(line: &str, width: usize) -> String {
    wrap(line, Some(width)).join("\n")
}

/// Breaks a sentence between words into lines that fit. Lines after the first are indented by two more
/// columns. A word is broken only where it is wider than a line.
fn wrap(line: &str, width: Option<usize>) -> Vec<String> {
    // An address alone on its line stays whole, so that it can be opened.
    let is_address = line.contains("://") && !line.trim_start().contains(' ');
    let Some(width) = width.filter(|width| !is_address && line.width() > *width) else {
        return vec![line.to_string()];
    };
    let indent = line.chars().take_while(|c| *c == ' ').count();
    let mut lines = Vec::new();
    let mut current = " ".repeat(indent);
    let mut used = indent;
    let mut is_fresh = true;
    for word in unbroken(line.trim_start()) {
        let mut word = word;
        if !is_fresh && used + 1 + word.width() <= width {
            current.push(' ');
            used += 1;
        } else if !is_fresh {
            lines.push(std::mem::replace(&mut current, " ".repeat(indent + 2)));
            used = indent + 2;
        }
        // Counted down rather than measured again, so that a long text takes linear time.
        let mut rest = word.width();
        while used + rest > width && !word.is_empty() {
            let head = fitting(word, width.saturating_sub(used).max(2));
            rest = rest.saturating_sub(head.width());
            lines.push(current + head);
            word = &word[head.len()..];
            current = " ".repeat(indent + 2);
            used = indent + 2;
        }
        current.push_str(word);
        used += rest;
        is_fresh = false;
    }
    lines.push(current);
    lines
}

/// Splits a line at the blanks where it may be broken: not within a date (`25 Nov 2026`, `11월 25일`) or
/// between an amount and its unit (`4,500 KRW`, `5 %`).
fn unbroken(line: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = Vec::new();
    let (mut start, mut before) = (0, "");
    let mut at = 0;
    for word in line.split(' ') {
        if at > 0 && !belongs_to(before, word) {
            parts.push(&line[start..at - 1]);
            start = at;
        }
        at += word.len() + 1;
        before = word;
    }
    parts.push(&line[start..]);
    parts
}

/// Whether a word may not be parted from the one before it.
fn belongs_to(before: &str, word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '%');
    let is_number = before.ends_with(|c: char| c.is_ascii_digit())
        && before.trim_start_matches(['(', '-', '−', '+', '≈']).starts_with(|c: char| c.is_ascii_digit());
    let is_unit = bare.len() >= 3
        && bare.starts_with(|c: char| c.is_ascii_uppercase())
        && bare.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let is_month = MONTHS.contains(&bare);
    let is_year = bare.len() == 4 && bare.bytes().all(|b| b.is_ascii_digit());
    let after_year = before.ends_with('년') && bare.contains('월');
    let is_sign = matches!(before, "+" | "−" | "=");
    is_sign
        || (is_number && (is_unit || is_month || bare == "%"))
        || (is_year && MONTHS.contains(&before))
        || after_year
        || (before.ends_with('월') && bare.starts_with(|c: char| c.is_ascii_digit()) && bare.contains('일'))
}

/// Returns the longest beginning of a text that fits a width; at least one character. Characters that
/// one cell shows together stay together.
fn fitting(text: &str, width: usize) -> &str {
    let mut end = 0;
    let mut starts = text.char_indices().skip(1).map(|(at, _)| at).chain([text.len()]);
    let mut before = None;
    for (at, letter) in text.char_indices() {
        let next = starts.next().unwrap_or(text.len());
        let is_joined = before == Some('\u{200d}')
            || letter.width().unwrap_or(0) == 0
            || matches!(letter, '\u{1f3fb}'..='\u{1f3ff}');
        if at > 0 && !is_joined {
            if text[..at].width() > width {
                break;
            }
            end = at;
        }
        before = Some(letter);
        if next == text.len() && text.width() <= width {
            end = next;
        }
    }
    match end {
        0 => text.char_indices().nth(1).map_or(text, |(at, _)| &text[..at]),
        end => &text[..end],
    }
}

/// Returns a name that is at most `width` columns wide, shortened with `…` where it is longer.
pub fn shortened(name: &str, width: usize) -> Cow<'_, str> {
    if name.width() <= width {
        return Cow::Borrowed(name);
    }
    Cow::Owned(format!("{}…", fitting(name, width.saturating_sub(1)).trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_invisible_character_reaches_a_terminal() {
        let hostile = "\u{1b}]0;x\u{7}\r\n\u{202e}\u{9b}";
        let mut page = Page::new();
        page.line(hostile);
        page.preformatted(hostile);
        let mut table = Table::new(vec![Column::name("name")]);
        table.row(vec![hostile]);
        page.table(table);
        let shown = r"\u{1b}]0;x\u{7}\u{d}\u{a}\u{202e}\u{9b}";
        assert_eq!(page.render(Screen::default()), format!("{shown}\n{shown}\nname\n{shown}\n"));
    }

    #[test]
    fn long_sentences_break_between_words() {
        let line = "one two three four five six seven eight nine";
        assert_eq!(wrap(line, Some(20)).join("|"), "one two three four|  five six seven|  eight nine");
        assert_eq!(wrap("  one two three", Some(10)).join("|"), "  one two|    three");
        assert_eq!(wrap(line, None), [line]);
        assert_eq!(
            wrap("가나다라마바사아자차카타파하 1", Some(12)).join("|"),
            "가나다라마바|  사아자차카|  타파하 1"
        );
    }

    #[test]
    fn commands_name_the_ledger_of_the_page() {
        let named = |text| naming_ledger(text, "'a b.db'");
        assert_eq!(
            named("More: jandon report · jandon due"),
            "More: jandon --ledger 'a b.db' report · jandon --ledger 'a b.db' due"
        );
        assert_eq!(named("Or: jandon demo"), "Or: jandon demo");
        assert_eq!(named("nothing"), "nothing");
    }

    #[test]
    fn dates_and_amounts_are_not_broken() {
        let parts = |line| unbroken(line).join("|");
        assert_eq!(parts("33,000 KRW overdue since 25 Nov."), "33,000 KRW|overdue|since|25 Nov.");
        assert_eq!(parts("(1,500 LPOINT, 5 %)"), "(1,500 LPOINT,|5 %)");
        assert_eq!(parts("4 Mar 2025 and 2 SMS"), "4 Mar 2025|and|2 SMS");
        assert_eq!(parts("2025년 3월 4일까지 3 개"), "2025년 3월 4일까지|3|개");
        assert_eq!(parts("a  b "), "a||b|");
        assert_eq!(parts("5,000 − 4,500 spent = 500"), "5,000|− 4,500|spent|= 500");
        assert_eq!(wrap("overdue since 25 Nov", Some(17)).join("|"), "overdue since|  25 Nov");
    }

    #[test]
    fn names_are_shortened_by_columns_not_by_characters() {
        assert_eq!(shortened("카카오페이머니", 14), "카카오페이머니");
        assert_eq!(shortened("카카오페이머니", 13), "카카오페이머…");
        assert_eq!(shortened("카카오페이머니", 12), "카카오페이…");
        assert_eq!(shortened("👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧", 5), "👨‍👩‍👧👨‍👩‍👧…");
        assert_eq!(shortened("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }

    #[test]
    fn styles_are_shown_only_in_colour() {
        let mut page = Page::new();
        page.styled_line("overdue", Style::Loss);
        assert_eq!(page.render(Screen::default()), "overdue\n");
        assert_eq!(page.render(Screen { width: None, color: true }), "\u{1b}[31moverdue\u{1b}[0m\n");
    }
}
