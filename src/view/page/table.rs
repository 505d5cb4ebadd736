//! Tables that fit a width without breaking a figure, a date, an id or a name.
//!
//! What gives way, in this order: columns with one value in every row are said once above the table;
//! remarks are broken between words within the last column, or move to a line below their row; names are
//! shortened; rows are stacked, a figure a line.
//!
//! Cells are measured row by row and rows are written one by one, so that a table of any length can be
//! written without being held.

use super::{Screen, Style, shortened, visible, wrap};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// Blanks between two columns.
const GAP: usize = 2;
/// The narrowest width that a name is shortened to.
const NAME_MIN: usize = 8;
/// The narrowest column that remarks are broken within.
const WORDS_MIN: usize = 24;

/// A table of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Whether columns that do not fit continue below.
    is_continued: bool,
    /// Whether the first title stands above stacked rows, too.
    is_titled: bool,
}

/// A column of a table. One in which every cell is empty is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    title: String,
    kind: ColumnKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ColumnKind {
    /// May be shortened, to [`NAME_MIN`] columns.
    Name,
    /// A date, a code or an id: never broken or shortened.
    Fixed,
    /// Aligned to the right; never broken.
    ParsedAmount,
    /// A remark, which may be broken between words within the last column or stand below its row.
    Words,
    /// A bar that draws a figure of its row; left out where there is no room for it.
    Bar,
}

impl Column {
    /// A column of names, which may be shortened.
    pub fn name(title: impl Into<String>) -> Column {
        Column { title: title.into(), kind: ColumnKind::Name }
    }

    /// A column of dates, codes or ids, which are never broken.
    pub fn fixed(title: impl Into<String>) -> Column {
        Column { title: title.into(), kind: ColumnKind::Fixed }
    }

    /// A column of figures, aligned to the right and never broken.
    pub fn figure(title: impl Into<String>) -> Column {
        Column { title: title.into(), kind: ColumnKind::ParsedAmount }
    }

    /// A column of bars that draw a figure of their row, left out where there is no room for them.
    pub fn bar() -> Column {
        Column { title: String::new(), kind: ColumnKind::Bar }
    }

    /// A column of remarks, which may move to a line below their row.
    pub fn words(title: impl Into<String>) -> Column {
        Column { title: title.into(), kind: ColumnKind::Words }
    }
}

/// The text of one row in one column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell in a style.
    pub fn styled(text: impl Into<String>, style: Style) -> Cell {
        Cell { text: visible(text.into()), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell::styled(text, Style::Plain)
    }
}

impl Table {
    /// Returns a table without rows.
    pub fn new(columns: Vec<Column>) -> Table {
        Table { columns, ..Table::default() }
    }

    /// Returns a table whose columns continue below where they do not fit side by side, each time after
    /// the first column.
    pub fn continued(columns: Vec<Column>) -> Table {
        Table { is_continued: true, ..Table::new(columns) }
    }

    /// Returns the table with a first title that names all of it: stacked rows stand below it.
    pub fn titled(self) -> Table {
        Table { is_titled: true, ..self }
    }

    /// Adds a row, a cell for each column.
    pub fn row(&mut self, cells: Vec<impl Into<Cell>>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Adds a row whose plain cells take a style.
    pub fn styled_row(&mut self, cells: Vec<impl Into<Cell>>, style: Style) {
        let styled = |cell: Cell| if cell.style == Style::Plain { Cell { style, ..cell } } else { cell };
        self.row(cells.into_iter().map(|cell| styled(cell.into())).collect());
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn render(&self, screen: Screen, out: &mut String) {
        let mut measure = Measure::default();
        measure.add(self);
        if let Some(width) = screen.width.filter(|_| self.is_continued) {
            let parts = self.parts(&measure, width);
            if parts.len() > 1 {
                for (number, columns) in parts.into_iter().enumerate() {
                    if number > 0 {
                        out.push('\n');
                    }
                    self.only(&columns).render(screen, out);
                }
                return;
            }
        }
        let layout = Layout::new(self, &measure, screen);
        layout.header(out);
        layout.rows(self, out);
    }

    /// Returns the columns of each part that fits a width; the first column is in all of them.
    fn parts(&self, measure: &Measure, width: usize) -> Vec<Vec<usize>> {
        let widths = self.columns.iter().zip(&measure.columns);
        let widths: Vec<usize> =
            widths.map(|(column, cells)| cells.width.max(column.title.width())).collect();
        let first = widths.first().copied().unwrap_or(0);
        // A name may be shortened rather than leave no room for figures.
        let first = first.min(width / 2);
        let (mut parts, mut used): (Vec<Vec<usize>>, usize) = (vec![vec![0]], first);
        for (index, needed) in widths.iter().enumerate().skip(1) {
            if measure.columns[index].width == 0 {
                continue;
            }
            if used + GAP + needed > width && parts.last().is_some_and(|part| part.len() > 1) {
                parts.push(vec![0]);
                used = first;
            }
            used += GAP + needed;
            parts.last_mut().into_iter().for_each(|part| part.push(index));
        }
        parts
    }

    /// Returns a table of some of the columns.
    fn only(&self, columns: &[usize]) -> Table {
        let cells = |row: &Vec<Cell>| columns.iter().map(|index| row[*index].clone()).collect();
        Table {
            columns: columns.iter().map(|index| self.columns[*index].clone()).collect(),
            rows: self.rows.iter().map(cells).collect(),
            is_continued: false,
            is_titled: self.is_titled,
        }
    }
}

/// The widths of the cells of a table, column by column.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    rows: usize,
    columns: Vec<ColumnMeasure>,
}

#[derive(Clone, Debug, Default)]
struct ColumnMeasure {
    /// Of the widest cell; 0 where all are empty.
    width: usize,
    /// Of the widest word of a cell.
    word: usize,
    /// The text of every cell so far, where they are equal.
    only: Option<String>,
}

impl Measure {
    /// Takes the rows of a table into account.
    pub fn add(&mut self, table: &Table) {
        self.columns.resize(table.columns.len(), ColumnMeasure::default());
        for row in &table.rows {
            for (column, cell) in self.columns.iter_mut().zip(row) {
                column.width = column.width.max(cell.text.width());
                column.word = cell.text.split(' ').map(UnicodeWidthStr::width).fold(column.word, usize::max);
                if self.rows == 0 {
                    column.only = Some(cell.text.clone());
                } else if column.only.as_ref().is_some_and(|only| *only != cell.text) {
                    column.only = None;
                }
            }
            self.rows += 1;
        }
    }
}

/// How the rows of a table are laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What every row has in common, said above the table.
    common: Vec<String>,
    /// The columns that stand side by side, or below each other where rows are stacked.
    places: Vec<Place>,
    /// The indices of the cells whose words stand below their row.
    below: Vec<usize>,
    is_stacked: bool,
    is_titled: bool,
    screen: Screen,
}

/// The place of a column in a line.
#[derive(Clone, Debug)]
struct Place {
    index: usize,
    title: String,
    kind: ColumnKind,
    width: usize,
}

impl Layout {
    /// Returns the layout of a table whose rows were measured.
    pub fn new(table: &Table, measure: &Measure, screen: Screen) -> Layout {
        let filled = |(index, column): (usize, &Column)| {
            let cells = measure.columns.get(index).map_or(0, |column| column.width);
            let width = cells.max(column.title.width());
            (cells > 0).then(|| Place {
                index,
                title: visible(column.title.clone()),
                kind: column.kind,
                width,
            })
        };
        let places = table.columns.iter().enumerate().filter_map(filled).collect();
        let mut layout = Layout {
            common: Vec::new(),
            places,
            below: Vec::new(),
            is_stacked: false,
            is_titled: table.is_titled,
            screen,
        };
        if let Some(width) = screen.width.filter(|width| layout.width() > *width) {
            layout.say_once(measure);
            layout.leave_out_bars(width);
            layout.wrap_last_words(measure, width);
            layout.move_words_below(width);
            layout.shorten_names(width);
            layout.is_stacked = layout.width() > width;
        }
        layout
    }

    /// The width of a line with every column side by side.
    fn width(&self) -> usize {
        let cells: usize = self.places.iter().map(|place| place.width).sum();
        cells + GAP * self.places.len().saturating_sub(1)
    }

    /// Takes out the columns in which every row has the same text.
    fn say_once(&mut self, measure: &Measure) {
        if measure.rows < 2 {
            return;
        }
        let first = self.places.first().map(|place| place.index);
        self.places.retain(|place| match &measure.columns[place.index].only {
            Some(only) if Some(place.index) != first && !place.title.is_empty() => {
                self.common.push(format!("{}: {only}", place.title));
                false
            }
            _ => true,
        });
    }

    /// Leaves out the bars where the line is too wide with them.
    fn leave_out_bars(&mut self, width: usize) {
        if self.width() > width {
            self.places.retain(|place| place.kind != ColumnKind::Bar);
        }
    }

    /// Breaks the remarks of the last column within it, where enough of the line is left for it.
    fn wrap_last_words(&mut self, measure: &Measure, width: usize) {
        let excess = self.width().saturating_sub(width);
        if let Some(last) = self.places.last_mut().filter(|last| last.kind == ColumnKind::Words) {
            let left = last.width.saturating_sub(excess);
            if left >= WORDS_MIN.max(measure.columns[last.index].word) {
                last.width = left;
            }
        }
    }

    /// Moves remarks below their rows, the last column first, until the rest fits.
    fn move_words_below(&mut self, width: usize) {
        while self.width() > width {
            let Some(last) = self.places.iter().rposition(|place| place.kind == ColumnKind::Words) else {
                return;
            };
            self.below.insert(0, self.places.remove(last).index);
        }
    }

    /// Shortens the widest names until a line fits, or every name is as short as it may be.
    fn shorten_names(&mut self, width: usize) {
        while self.width() > width {
            let names = self.places.iter_mut().filter(|place| place.kind == ColumnKind::Name);
            match names.max_by_key(|place| place.width) {
                Some(widest) if widest.width > NAME_MIN.max(widest.title.width()) => widest.width -= 1,
                _ => return,
            }
        }
    }

    /// Writes what every row has in common, and the titles, where there are any.
    pub fn header(&self, out: &mut String) {
        if !self.common.is_empty() {
            for line in wrap(&self.common.join(" · "), self.screen.width) {
                out.push_str(&line);
                out.push('\n');
            }
        }
        if !self.is_stacked && self.places.iter().any(|place| !place.title.is_empty()) {
            let titles: Vec<Cell> =
                self.places.iter().map(|place| Cell::from(place.title.as_str())).collect();
            self.line(titles.iter(), out);
        }
        if self.is_stacked && self.is_titled {
            let title = self.places.first().map_or("", |place| place.title.as_str());
            for line in wrap(title, self.screen.width) {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }

    /// Writes the rows of a table.
    pub fn rows(&self, table: &Table, out: &mut String) {
        for row in &table.rows {
            if self.is_stacked {
                self.stacked(row, out);
            } else {
                self.line(self.places.iter().map(|place| &row[place.index]), out);
            }
            self.words_below(row, out);
        }
    }

    /// Writes cells side by side.
    fn line<'t>(&self, cells: impl Iterator<Item = &'t Cell>, out: &mut String) {
        let mut blanks = 0;
        let mut rest: Vec<String> = Vec::new();
        let line_width = self.width();
        for (cell, place) in cells.zip(&self.places) {
            let text = match place.kind {
                ColumnKind::Words if cell.text.width() > place.width => {
                    let mut lines = wrap(&cell.text, Some(place.width)).into_iter();
                    let first = lines.next().unwrap_or_default();
                    rest = lines.collect();
                    Cow::Owned(first)
                }
                _ => shortened(&cell.text, place.width),
            };
            let free = place.width.saturating_sub(text.width());
            let is_figure = place.kind == ColumnKind::ParsedAmount;
            if !text.is_empty() {
                blanks += if is_figure { free } else { 0 };
                out.extend(std::iter::repeat_n(' ', blanks));
                cell.style.paint(&text, self.screen.color, out);
                blanks = if is_figure { 0 } else { free };
            } else {
                blanks += place.width;
            }
            blanks += GAP;
        }
        out.push('\n');
        // Only the last column is broken.
        let indent = line_width - self.places.last().map_or(0, |last| last.width);
        for line in rest {
            out.push_str(&format!("{:indent$}{}\n", "", line.trim_start()));
        }
    }

    /// Writes the first cell on a line, and the others indented below it, with their titles.
    fn stacked(&self, row: &[Cell], out: &mut String) {
        let width = self.screen.width.unwrap_or(usize::MAX);
        let title_width = self.places.iter().skip(1).map(|place| place.title.width()).max().unwrap_or(0);
        for (number, place) in self.places.iter().enumerate() {
            let cell = &row[place.index];
            if cell.text.is_empty() {
                continue;
            }
            let text = match place.kind {
                ColumnKind::Name => shortened(&cell.text, width - if number == 0 { 0 } else { GAP }),
                _ => cell.text.as_str().into(),
            };
            let needed = GAP + title_width + GAP + text.width();
            if number > 0 && needed <= width {
                let blanks = title_width - place.title.width() + GAP;
                out.push_str(&format!("{:GAP$}{}{:blanks$}", "", place.title, ""));
            } else if number > 0 {
                // A value that does not fit beside its title stands below it.
                if !place.title.is_empty() {
                    out.push_str(&format!("{:GAP$}{}\n", "", place.title));
                }
                let indent = width.saturating_sub(text.width()).min(2 * GAP);
                out.extend(std::iter::repeat_n(' ', indent));
            }
            cell.style.paint(&text, self.screen.color, out);
            out.push('\n');
        }
    }

    /// Writes the remarks of a row on a line below it, in the style of the last.
    fn words_below(&self, row: &[Cell], out: &mut String) {
        let cells = || self.below.iter().map(|index| &row[*index]).filter(|cell| !cell.text.is_empty());
        let Some(style) = cells().next_back().map(|cell| cell.style) else { return };
        let text = cells().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" · ");
        for line in wrap(&format!("  {text}"), self.screen.width) {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            out.push_str(&line[..blanks]);
            style.paint(&line[blanks..], self.screen.color, out);
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Page, WIDTH_MIN};
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::name("account"),
            Column::fixed("kind"),
            Column::figure("amount"),
            Column::fixed("date"),
            Column::words("note"),
        ]
    }

    fn text(table: Table, width: Option<usize>) -> String {
        let mut page = Page::new();
        page.table(table);
        page.render(Screen { width, color: false })
    }

    #[test]
    fn hangul_columns_line_up() {
        let mut table = Table::new(vec![Column::name("account"), Column::figure("balance")]);
        table.row(vec!["카카오페이", "12,500"]);
        table.row(vec!["toss", "8,000"]);
        assert_eq!(text(table, None), "account     balance\n카카오페이   12,500\ntoss          8,000\n");
    }

    #[test]
    fn a_column_without_text_is_left_out() {
        let mut table = Table::new(columns());
        table.row(vec!["a", "", "1", "", ""]);
        assert_eq!(text(table, None), "account  amount\na             1\n");
    }

    #[test]
    fn what_gives_way_gives_way_in_order() {
        let name = "a name that is rather long";
        let row = |amount: &str, note: &str| {
            vec![name, "wallet", amount, "2026-11-25", note].into_iter().map(Cell::from).collect::<Vec<_>>()
        };
        let mut table = Table::new(columns());
        table.row(row("1,234,567", "coffee at the station"));
        table.row(row("20", "bread"));
        let said_once = text(table.clone(), Some(66));
        assert_eq!(said_once.lines().next(), Some("kind: wallet · date: 2026-11-25"), "{said_once}");
        let below = text(table.clone(), Some(50));
        assert!(below.contains("\n  coffee at the station\n"), "{below}");
        let mut short = Table::new(columns());
        short.row(row("1,234,567", ""));
        short.row(vec![name, "card", "2", "2026-11-26", ""]);
        let shortened = text(short, Some(40));
        assert!(shortened.contains("a name t…  wallet  1,234,567  2026-11-25"), "{shortened}");
    }

    #[test]
    fn bars_are_left_out_where_there_is_no_room() {
        let mut table = Table::new(vec![Column::name("for"), Column::figure("amount"), Column::bar()]);
        table.row(vec!["coffee", "4,500", &"█".repeat(30)]);
        assert!(text(table.clone(), Some(60)).contains('█'));
        assert_eq!(text(table, Some(40)), "for     amount\ncoffee   4,500\n");
    }

    #[test]
    fn columns_that_do_not_fit_continue_below() {
        let mut table = Table::continued(vec![
            Column::name("KRW"),
            Column::figure("2026-08"),
            Column::figure("2026-09"),
            Column::figure("2026-10"),
            Column::figure("2026-11"),
        ]);
        table.row(vec!["spent", "1", "22", "333", "4,444"]);
        let wanted = "KRW    2026-08  2026-09  2026-10\nspent        1       22      333\n\n\
                      KRW    2026-11\nspent    4,444\n";
        assert_eq!(text(table.clone(), Some(40)), wanted);
        assert_eq!(text(table, Some(50)).lines().count(), 2);
    }

    #[test]
    fn rows_are_stacked_where_nothing_else_helps() {
        let mut table =
            Table::new(vec![Column::name("account"), Column::figure("before"), Column::figure("after")]);
        table.row(vec!["kakao", "1,234,567,890,123", "9,223,372,036,854,775,807"]);
        table.row(vec!["toss", "1", ""]);
        let wanted =
            "kakao\n  before  1,234,567,890,123\n  after   9,223,372,036,854,775,807\ntoss\n  before  1\n";
        assert_eq!(text(table, Some(40)), wanted);
    }

    #[test]
    fn every_cell_is_whole_and_every_line_fits_at_every_width() {
        let rows = [
            ["카카오페이 머니", "wallet", "1,234,567.89", "2026-11-25", "coffee, 메가커피, until 2027-01-31"],
            ["a", "giftcard", "-9,223,372,036,854,775,807", "2026-11-26", ""],
            ["👨‍👩‍👧 가족", "rewards", "5", "", "tmoney-card/subway-partial"],
        ];
        for width in WIDTH_MIN..=140 {
            let mut table = Table::new(columns());
            rows.iter().for_each(|row| table.row(row.to_vec()));
            let text = text(table, Some(width));
            for line in text.lines() {
                assert!(line.width() <= width, "{width}\n{text}");
            }
            for row in rows {
                for word in row[1..].iter().flat_map(|cell| cell.split(' ')) {
                    assert!(text.contains(word), "{word} at {width}\n{text}");
                }
            }
        }
    }

    #[test]
    fn rows_that_come_one_by_one_look_like_a_table_that_is_held() {
        let rows = ["a", "가나다 라마바사 아자차카타파하", "x/yyyyyyyyyyyyyyyyyyyyyyyy 👨‍👩‍👧", ""];
        let cells =
            |text: &str| -> Vec<Cell> { [text, "k", "1,234", "", &text.repeat(2)].map(Cell::from).into() };
        let mut held = Table::new(columns());
        rows.iter().for_each(|text| held.row(cells(text)));
        for width in [None, Some(40), Some(60), Some(200)] {
            let screen = Screen { width, color: false };
            let one = |text: &str| {
                let mut table = Table::new(columns());
                table.row(cells(text));
                table
            };
            let mut measure = Measure::default();
            rows.iter().for_each(|text| measure.add(&one(text)));
            let layout = Layout::new(&Table::new(columns()), &measure, screen);
            let (mut streamed, mut whole) = (String::new(), String::new());
            layout.header(&mut streamed);
            rows.iter().for_each(|text| layout.rows(&one(text), &mut streamed));
            held.render(screen, &mut whole);
            assert_eq!(streamed, whole);
        }
    }
}
