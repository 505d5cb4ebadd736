//! Tables: how wide each column is, and how a cell that is wider is broken.
//!
//! Columns are measured cell by cell and rows are written one by one, so that a table of any length
//! can be written without being held. Both take time linear in the length of the texts.

use super::visible;
use std::cmp::Reverse;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Spaces between two columns. The last column has one behind it.
const GAP: usize = 2;

/// A table of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    /// Columns without any text are left out.
    skips_empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    title: String,
    right: bool,
}

impl Table {
    /// A table with columns of text and, where the title begins with `>`, of figures.
    pub fn new(titles: &[&str]) -> Table {
        let column = |title: &&str| match title.strip_prefix('>') {
            Some(title) => Column { title: title.to_string(), right: true },
            None => Column { title: title.to_string(), right: false },
        };
        Table { columns: titles.iter().map(column).collect(), ..Table::default() }
    }

    /// One more row, a cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells.into_iter().map(visible).collect());
    }

    /// Leaves columns out in which no row has anything to say.
    #[must_use]
    pub fn without_empty_columns(self) -> Table {
        Table { skips_empty: true, ..self }
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn render(&self, width: Option<usize>, out: &mut String) {
        let mut measure = Measure::default();
        measure.add(self);
        let layout = Layout::new(self, &measure, width);
        layout.header(out);
        layout.rows(self, out);
    }
}

/// How wide the cells of a table are, column by column.
#[derive(Clone, Debug, Default)]
pub struct Measure {
    columns: Vec<CellWidths>,
}

/// The largest width by which cells are counted; wider ones count as this.
const COUNTED_MAX: usize = 1_000;

/// The widths of some cells.
#[derive(Clone, Debug, Default)]
struct CellWidths {
    /// Of a whole cell; 0 where all are empty.
    cell: usize,
    /// Of a part between spaces.
    word: usize,
    /// Of a part between spaces or behind a slash.
    part: usize,
    /// How many cells have each width.
    counts: Vec<u64>,
}

impl CellWidths {
    fn add(&mut self, cell: &str) {
        let width = cell.width();
        self.cell = self.cell.max(width);
        let counted = width.min(COUNTED_MAX);
        if self.counts.len() <= counted {
            self.counts.resize(counted + 1, 0);
        }
        self.counts[counted] += 1;
        for word in cell.split(' ') {
            self.word = self.word.max(word.width());
            for part in word.split_inclusive('/') {
                self.part = self.part.max(part.width());
            }
        }
    }

    /// About how many lines the cells take in a column of that width, but for the first of each.
    fn lines(&self, width: usize) -> u64 {
        let wider = self.counts.iter().enumerate().skip(width + 1);
        wider.map(|(cell, count)| count * ((cell - 1) / width) as u64).sum()
    }
}

impl Measure {
    /// Takes the rows of a table into account.
    pub fn add(&mut self, table: &Table) {
        self.columns.resize(table.columns.len(), CellWidths::default());
        for row in &table.rows {
            for (widths, cell) in self.columns.iter_mut().zip(row) {
                widths.add(cell);
            }
        }
    }
}

/// How the rows of a table are laid out.
#[derive(Clone, Debug)]
pub struct Layout {
    columns: Vec<Place>,
    /// A cell may be broken behind a slash: an id behind its platform.
    breaks_at_slash: bool,
}

/// The place of a column in a line.
#[derive(Clone, Debug)]
struct Place {
    /// Which cell of a row stands there.
    index: usize,
    title: String,
    right: bool,
    width: usize,
}

impl Layout {
    /// The layout of a table whose rows were measured. It fits a width, where one is given, and breaks
    /// no word where that can be helped.
    pub fn new(table: &Table, measure: &Measure, width: Option<usize>) -> Layout {
        let mut places = Vec::new();
        let mut widths = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            let mut cells = measure.columns.get(index).cloned().unwrap_or_default();
            if table.skips_empty && cells.cell == 0 {
                continue;
            }
            cells.add(&column.title);
            // A title is not broken where that can be helped.
            let title = column.title.width();
            (cells.word, cells.part) = (cells.word.max(title), cells.part.max(title));
            places.push(Place { index, title: column.title.clone(), right: column.right, width: cells.cell });
            widths.push(cells);
        }
        let room = width.map(|width| (width + 1).saturating_sub(GAP * places.len()));
        let mut breaks_at_slash = false;
        if let Some(room) = room.filter(|room| widths.iter().map(|w| w.cell).sum::<usize>() > *room) {
            breaks_at_slash = widths.iter().map(|w| w.word).sum::<usize>() > room;
            let least = widths.iter().map(|w| if breaks_at_slash { w.part } else { w.word }).collect();
            for (place, width) in places.iter_mut().zip(shared(room, &widths, least)) {
                place.width = width;
            }
        }
        Layout { columns: places, breaks_at_slash }
    }

    /// Writes the titles, where there are any.
    pub fn header(&self, out: &mut String) {
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            self.line(self.columns.iter().map(|column| column.title.as_str()), out);
        }
    }

    /// Writes the rows of a table.
    pub fn rows(&self, table: &Table, out: &mut String) {
        for row in &table.rows {
            self.line(self.columns.iter().map(|column| row[column.index].as_str()), out);
        }
    }

    fn line<'t>(&self, cells: impl Iterator<Item = &'t str>, out: &mut String) {
        let cells = cells.zip(&self.columns);
        let cells: Vec<Vec<&str>> =
            cells.map(|(cell, column)| broken(cell, column.width, self.breaks_at_slash)).collect();
        for number in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut pending = 0;
            for (column, lines) in self.columns.iter().zip(&cells) {
                let text = lines.get(number).copied().unwrap_or_default();
                let free = column.width.saturating_sub(text.width());
                if !text.is_empty() {
                    pending += if column.right { free } else { 0 };
                    out.extend(std::iter::repeat_n(' ', pending));
                    out.push_str(text);
                    pending = if column.right { 0 } else { free };
                } else {
                    pending += column.width;
                }
                pending += GAP;
            }
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
        }
    }
}

/// Shares room among columns, so that all cells together take about the fewest lines. Each column
/// gets what it needs at the least, or where that is too much, one place. What saves no line goes to
/// the last columns, where sentences stand.
fn shared(room: usize, columns: &[CellWidths], mut least: Vec<usize>) -> Vec<usize> {
    if least.iter().sum::<usize>() > room {
        least.fill(1);
    }
    least.iter_mut().for_each(|least| *least = (*least).max(1));
    let spare = room.saturating_sub(least.iter().sum());
    // For each column: with so much of the spare room, how much of it the column takes.
    let mut taken: Vec<Vec<usize>> = Vec::new();
    let mut fewest = vec![0_u64; spare + 1];
    for (column, least) in columns.iter().zip(&least) {
        let wanted = column.cell.saturating_sub(*least).min(spare);
        let lines: Vec<u64> = (0..=wanted).map(|more| column.lines(least + more)).collect();
        let choose = |room: usize| {
            let choices =
                (0..=wanted.min(room)).map(|more| (fewest[room - more] + lines[more], Reverse(more)));
            choices.min().map_or((0, 0), |(lines, Reverse(more))| (lines, more))
        };
        let (next, choices) = (0..=spare).map(choose).unzip();
        fewest = next;
        taken.push(choices);
    }
    let mut rest = spare;
    for (least, taken) in least.iter_mut().zip(&taken).rev() {
        let more = taken[rest];
        *least += more;
        rest -= more;
    }
    least
}

/// The lines of a cell that fit a width, broken between words where that can be helped.
fn broken(cell: &str, width: usize, at_slash: bool) -> Vec<&str> {
    if cell.len() <= width || cell.width() <= width {
        return vec![cell];
    }
    let mut lines = Vec::new();
    let (mut start, mut used) = (0, 0);
    // Where the line could end, where the next one would begin, and how much of the line that is.
    let mut gap: Option<(usize, usize, usize)> = None;
    let mut before = ' ';
    let mut letters = cell.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let is_glued = before == '\u{200d}' || matches!(letter, '\u{1f3fb}'..='\u{1f3ff}');
        let becomes_wide = letters.peek().is_some_and(|(_, next)| *next == '\u{fe0f}');
        let needed = match letter.width().unwrap_or(0) {
            _ if is_glued => 0,
            1 if becomes_wide => 2,
            needed => needed,
        };
        before = letter;
        if needed > 0 && used > 0 && used + needed > width {
            if letter == ' ' {
                lines.push(&cell[start..at]);
                (start, used, gap) = (at + 1, 0, None);
                continue;
            }
            if let Some((end, next, taken)) = gap.take() {
                lines.push(&cell[start..end]);
                (start, used) = (next, used - taken);
            }
            if used > 0 && used + needed > width {
                lines.push(&cell[start..at]);
                (start, used) = (at, 0);
            }
        }
        used += needed;
        match letter {
            ' ' => gap = Some((at, at + 1, used)),
            '/' if at_slash => gap = Some((at + 1, at + 1, used)),
            _ => {}
        }
    }
    lines.push(&cell[start..]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_broken_between_words_and_a_long_word_within() {
        let cut = |cell: &'static str, width| broken(cell, width, false).join("|");
        assert_eq!(cut("one two three four", 9), "one two|three|four");
        assert_eq!(cut("one two three four", 80), "one two three four");
        assert_eq!(cut("abcdefghij kl", 4), "abcd|efgh|ij|kl");
        assert_eq!(cut("가나다라", 5), "가나|다라");
        assert_eq!(cut("가나", 1), "가|나");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}e\u{301}|e\u{301}");
        assert_eq!(cut("👨‍👩‍👧👨‍👩‍👧", 2), "👨‍👩‍👧|👨‍👩‍👧");
        assert_eq!(broken("venmo/instant", 8, true), ["venmo/", "instant"]);
        assert_eq!(cut("venmo/instant", 8), "venmo/in|stant");
    }

    #[test]
    fn room_goes_where_it_saves_the_most_lines() {
        let of = |cells: &[&str]| {
            let mut widths = CellWidths::default();
            cells.iter().for_each(|cell| widths.add(cell));
            widths
        };
        let (few, many) = (of(&["aaa bbb", "aaa", "aaa"]), of(&["aaa bbb ccc"; 3]));
        assert_eq!(shared(14, &[few.clone(), many.clone()], vec![3, 3]), [3, 11]);
        assert_eq!(shared(17, &[few.clone(), many.clone()], vec![3, 3]), [6, 11]);
        assert_eq!(shared(18, &[few.clone(), many.clone()], vec![3, 3]), [7, 11]);
        // No column takes more than its widest cell.
        assert_eq!(shared(80, &[few.clone(), many.clone()], vec![3, 3]), [7, 11]);
        assert_eq!(shared(4, &[few.clone(), many.clone()], vec![3, 3]).iter().sum::<usize>(), 4);
        assert_eq!(shared(0, &[few, many], vec![3, 3]), [1, 1]);
    }

    #[test]
    fn rows_that_come_one_by_one_look_like_a_table_that_is_held() {
        let rows = ["a", "가나다 라마바사 아자차카타파하", "x/yyyyyyyyyyyyyyyyyyyyyyyy 👨‍👩‍👧", ""];
        let titles = ["name", ">amount", "empty", "note"];
        let cells = |text: &str| vec![text.to_string(), "1,234".into(), String::new(), text.repeat(2)];
        let mut held = Table::new(&titles).without_empty_columns();
        rows.iter().for_each(|text| held.row(cells(text)));
        for width in [None, Some(8), Some(20), Some(33), Some(60), Some(200)] {
            let one = |text: &str| {
                let mut table = Table::new(&titles).without_empty_columns();
                table.row(cells(text));
                table
            };
            let mut measure = Measure::default();
            rows.iter().for_each(|text| measure.add(&one(text)));
            let layout = Layout::new(&Table::new(&titles).without_empty_columns(), &measure, width);
            let (mut streamed, mut whole) = (String::new(), String::new());
            layout.header(&mut streamed);
            rows.iter().for_each(|text| layout.rows(&one(text), &mut streamed));
            held.render(width, &mut whole);
            assert_eq!(streamed, whole);
            let fits = |line: &str| width.is_none_or(|width| width < 20 || line.width() <= width);
            assert!(whole.lines().all(fits), "{width:?}\n{whole}");
            assert!(!whole.contains("empty"));
        }
    }

    #[test]
    fn a_text_as_long_as_a_file_is_laid_out_in_one_pass() {
        // A layout that reads a rest again for each line would take minutes.
        for text in ["x".repeat(1 << 20), "가 ".repeat(1 << 18), "\u{301}".repeat(1 << 18)] {
            let lines = broken(&text, 5, true);
            assert!(lines.iter().all(|line| line.width() <= 5));
        }
    }
}
