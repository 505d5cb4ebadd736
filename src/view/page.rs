//! A page for people: sentences and tables, aligned by what a terminal shows of them.
//!
//! Every text of a page is escaped here, whoever wrote it: no character that does not print reaches
//! a terminal.

use crate::text;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table as Grid, Width, presets};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

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

/// A table of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    title: String,
    right: bool,
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
    pub fn verbatim(&mut self, text: impl Into<String>) {
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
        if !table.rows.is_empty() {
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

impl Table {
    /// A table with columns of text and, where the title begins with `>`, of figures.
    pub fn new(titles: &[&str]) -> Table {
        let column = |title: &&str| match title.strip_prefix('>') {
            Some(title) => Column { title: title.to_string(), right: true },
            None => Column { title: title.to_string(), right: false },
        };
        Table { columns: titles.iter().map(column).collect(), rows: Vec::new() }
    }

    /// One more row, a cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells.into_iter().map(visible).collect());
    }

    /// Takes columns away in which no row has anything to say.
    pub fn without_empty_columns(mut self) -> Table {
        let keep: Vec<bool> =
            (0..self.columns.len()).map(|i| self.rows.iter().any(|row| !row[i].is_empty())).collect();
        let mut kept = keep.iter();
        self.columns.retain(|_| *kept.next().unwrap_or(&true));
        for row in &mut self.rows {
            let mut kept = keep.iter();
            row.retain(|_| *kept.next().unwrap_or(&true));
        }
        self
    }

    fn render(&self, width: Option<usize>, out: &mut String) {
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        let mut rows = Cow::Borrowed(&self.rows);
        let mut least: Option<Vec<usize>> = None;
        match width {
            Some(width) => {
                grid.set_content_arrangement(ContentArrangement::Dynamic);
                grid.set_width(u16::try_from(width).unwrap_or(u16::MAX));
                // An id that is too long is broken behind its platform before any word is.
                if self.least(&rows).is_some_and(|least| least.iter().sum::<usize>() > width) {
                    let broken = |cell: &String| cell.replace('/', "/\n");
                    rows = Cow::Owned(rows.iter().map(|row| row.iter().map(broken).collect()).collect());
                }
                least = self.least(&rows).filter(|least| least.iter().sum::<usize>() <= width);
            }
            None => {
                grid.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        if self.columns.iter().any(|c| !c.title.is_empty()) {
            grid.set_header(self.columns.iter().map(|c| c.title.as_str()));
        }
        for row in rows.iter() {
            grid.add_row(row);
        }
        for (i, column) in self.columns.iter().enumerate() {
            if let Some(grid_column) = grid.column_mut(i) {
                grid_column.set_padding((if i == 0 { 0 } else { 1 }, 1));
                if column.right {
                    grid_column.set_cell_alignment(CellAlignment::Right);
                }
                if let Some(least) = least.as_ref().and_then(|least| u16::try_from(least[i]).ok()) {
                    grid_column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
                }
            }
        }
        for line in grid.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }

    /// How wide each column must be at the least, with what stands around it, so that no word is
    /// broken; `None` where there are no columns.
    fn least(&self, rows: &[Vec<String>]) -> Option<Vec<usize>> {
        let longest = |cell: &str| cell.split([' ', '\n']).map(UnicodeWidthStr::width).max().unwrap_or(0);
        let column = |(i, column): (usize, &Column)| {
            let cells = rows.iter().map(|row| row[i].as_str()).chain([column.title.as_str()]);
            cells.map(longest).max().unwrap_or(0) + if i == 0 { 1 } else { 2 }
        };
        let least: Vec<usize> = self.columns.iter().enumerate().map(column).collect();
        (!least.is_empty()).then_some(least)
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
        page.verbatim(hostile);
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
