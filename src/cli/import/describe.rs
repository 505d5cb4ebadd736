//! `import --describe`: what a file is, without any of its values.

use super::files::{FileContent, InputFile, TextSource};
use super::statements::StatementReader;
use super::{ImportArgs, Options, open_all};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::{CommandOutput, profiles};
use crate::messages::error::StatementError;
use crate::statement::describe::{ColumnShapes, probable_header, shape};
use crate::statement::find::{self, HEADER_ROWS};
use crate::statement::profile::Profile;
use crate::statement::read::delimited::{DELIMITERS, DelimitedRecord, DelimitedRecords, first_rows};
use crate::statement::read::{
    Encoding, FileForm, MESSAGES_BYTES, ReadError, Row, TextFormat, candidates, messages, ofx, qif,
};
use crate::statement::rows::{CellKind, Cells};
use crate::view::describe::{DescribedColumn, FileDescription, NearProfile};

/// Describes a file.
pub fn run(args: &ImportArgs, options: &Options, context: &Context) -> Result<CommandOutput, CommandError> {
    let loaded = match &args.profile {
        Some(typed) => vec![profiles::named(context, typed)?],
        None => profiles::load(context)?,
    };
    let known: Vec<Profile> = loaded.into_iter().map(|loaded| loaded.profile).collect();
    let mut inputs = open_all(args, options, context)?;
    let Some(input) = inputs.first_mut() else { return Err(CommandError::NoHome) };
    let file = input.name.clone();
    let described = described(input, &known, options)
        .map_err(|error| CommandError::Statement { file, error: Box::new(error) })?;
    Ok(CommandOutput::of(described))
}

fn described(
    input: &mut InputFile,
    profiles: &[Profile],
    options: &Options,
) -> Result<FileDescription, StatementError> {
    let mut out = FileDescription {
        schema: "jandon.description/1",
        file: input.name.clone(),
        ..FileDescription::default()
    };
    match &mut input.content {
        FileContent::Lines(_) => out.form = "jsonl",
        FileContent::Text(source) => text(&mut out, source, profiles, options)?,
        FileContent::Workbook(workbook) => {
            out.form = if workbook.form() == FileForm::Xls { "xls" } else { "xlsx" };
            let mut tables = Vec::new();
            for (number, name) in workbook.sheets().to_vec().into_iter().enumerate() {
                let rows = workbook.rows(number).map_err(StatementError::Read)?;
                let rows: Result<Vec<Row>, ReadError> = rows.collect();
                tables.push((Some(name), rows.map_err(StatementError::Read)?));
            }
            tables_of(&mut out, &tables, profiles);
        }
        FileContent::Html(tables) => {
            out.form = "html";
            let tables: Vec<(Option<String>, Vec<Row>)> =
                std::mem::take(tables).into_iter().map(|rows| (None, rows)).collect();
            tables_of(&mut out, &tables, profiles);
        }
        FileContent::Ofx(bytes) => {
            out.form = "ofx";
            let lists = ofx::parse(bytes).map_err(StatementError::Read)?;
            out.rows = lists.iter().map(|list| list.transactions.len() as u64).sum();
        }
        FileContent::Qif(bytes) => {
            out.form = "qif";
            let text = String::from_utf8_lossy(bytes);
            out.rows = qif::parse(&text).map_err(StatementError::Read)?.len() as u64;
        }
    }
    Ok(out)
}

/// Describes the best of some tables.
fn tables_of(out: &mut FileDescription, tables: &[(Option<String>, Vec<Row>)], profiles: &[Profile]) {
    let heads = || tables.iter().map(|(_, rows)| &rows[..rows.len().min(HEADER_ROWS)]);
    let found = best_header(heads(), profiles);
    near(out, heads(), profiles, found.as_ref().map(|(_, _, profile)| profile.as_str()));
    let place = found.as_ref().map(|(place, line, _)| (*place, *line)).or_else(|| {
        let guess = |(place, rows)| probable_header(rows).map(|row| (place, row.line));
        heads().enumerate().find_map(guess)
    });
    let Some((place, line)) = place else {
        out.outside = tables.iter().map(|(_, rows)| rows.len() as u64).sum();
        return;
    };
    let (sheet, rows) = &tables[place];
    out.sheet.clone_from(sheet);
    out.header_line = Some(line);
    let mut columns = Vec::new();
    for row in rows {
        match row.line.cmp(&line) {
            std::cmp::Ordering::Less => out.outside += 1,
            std::cmp::Ordering::Equal => columns = columns_of(row),
            std::cmp::Ordering::Greater => {
                out.rows += 1;
                add(&mut columns, row);
            }
        }
    }
    out.columns = columns.iter().map(DescribedColumn::from).collect();
}

fn columns_of(header: &impl Cells) -> Vec<ColumnShapes> {
    (0..header.count()).map(|column| ColumnShapes::new(header.text(column))).collect()
}

fn add(columns: &mut [ColumnShapes], row: &impl Cells) {
    for (number, column) in columns.iter_mut().enumerate() {
        let kind = if number < row.count() { row.kind(number) } else { CellKind::Text };
        column.add(row.text(number), kind);
    }
}

/// Returns the table, the line of the header and the profile that knows most of it.
fn best_header<'r>(
    tables: impl Iterator<Item = &'r [Row]> + Clone,
    profiles: &[Profile],
) -> Option<(usize, u64, String)> {
    let found = profiles.iter().flat_map(|profile| {
        tables.clone().enumerate().filter_map(|(place, rows)| {
            let header = find::header_of(profile, rows)?;
            Some((header.known, place, header.line, profile.id.clone()))
        })
    });
    found.max_by_key(|(known, ..)| *known).map(|(_, place, line, id)| (place, line, id))
}

/// Notes the profile that reads the file, or the nearest ones.
fn near<'r>(
    out: &mut FileDescription,
    tables: impl Iterator<Item = &'r [Row]> + Clone,
    profiles: &[Profile],
    found: Option<&str>,
) {
    out.profile = found.map(String::from);
    if found.is_some() {
        return;
    }
    let near = StatementReader::nearest(profiles, tables);
    out.near = near.into_iter().map(|(profile, missing)| NearProfile { profile, missing }).collect();
}

fn text(
    out: &mut FileDescription,
    source: &TextSource,
    profiles: &[Profile],
    options: &Options,
) -> Result<(), StatementError> {
    let labels = ["utf-8", "euc-kr", "shift_jis", "gb18030", "windows-1252"];
    let usual: Vec<Encoding> = match options.read.encoding {
        Some(encoding) => vec![encoding],
        None => labels.into_iter().filter_map(Encoding::for_label).collect(),
    };
    let delimiters = options.read.delimiter.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);
    let mut best: Option<(usize, TextFormat, u64, Option<String>)> = None;
    let mut heads: Vec<Vec<Row>> = Vec::new();
    for encoding in candidates(&source.head, &usual) {
        for delimiter in delimiters {
            let format = TextFormat { encoding, delimiter: *delimiter };
            let Ok(rows) = first_rows(&source.head, source.is_whole(), format, HEADER_ROWS) else { continue };
            let found = best_header(std::iter::once(rows.as_slice()), profiles);
            let found = found.map(|(_, line, id)| (1_000, line, Some(id)));
            let guess = || {
                let header = probable_header(&rows)?;
                Some((header.count(), header.line, None))
            };
            if let Some((known, line, id)) = found.or_else(guess)
                && best.as_ref().is_none_or(|(other, ..)| known > *other)
            {
                best = Some((known, format, line, id));
            }
            heads.push(rows);
        }
    }
    let Some((_, format, line, profile)) = best else {
        return messages_of(out, source, &usual, profiles, &heads);
    };
    let encoding = format.encoding.name().to_ascii_lowercase();
    (out.form, out.encoding) = (if format.delimiter == b'\t' { "tsv" } else { "csv" }, Some(encoding));
    out.delimiter = Some(char::from(format.delimiter).to_string());
    out.header_line = Some(line);
    near(out, heads.iter().map(Vec::as_slice), profiles, profile.as_deref());
    let (mut record, mut columns) = (DelimitedRecord::default(), Vec::new());
    let mut records = DelimitedRecords::new(source.open().map_err(StatementError::Read)?, format);
    while records.next_record(&mut record).map_err(StatementError::Read)? {
        match record.line().cmp(&line) {
            std::cmp::Ordering::Less => out.outside += 1,
            std::cmp::Ordering::Equal => columns = columns_of(&record),
            std::cmp::Ordering::Greater => {
                out.rows += 1;
                add(&mut columns, &record);
            }
        }
    }
    out.columns = columns.iter().map(DescribedColumn::from).collect();
    Ok(())
}

/// Describes a text that is no table.
fn messages_of(
    out: &mut FileDescription,
    source: &TextSource,
    encodings: &[Encoding],
    profiles: &[Profile],
    heads: &[Vec<Row>],
) -> Result<(), StatementError> {
    out.form = "messages";
    let bytes = source.bytes(MESSAGES_BYTES).map_err(StatementError::Read)?;
    let (text, encoding) = super::files::text_of(&bytes, encodings).map_err(StatementError::Read)?;
    out.encoding = Some(encoding.name().to_ascii_lowercase());
    let found = profiles.iter().find(|profile| {
        let is_found = |pattern: &crate::statement::pattern::Pattern| {
            text.lines().take(200).any(|line| pattern.regex().is_match(line))
        };
        profile.is_messages && profile.text.as_ref().is_some_and(is_found)
    });
    near(out, heads.iter().map(Vec::as_slice), profiles, found.map(|profile| profile.id.as_str()));
    let Some(profile) = found else {
        out.outside = text.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        return Ok(());
    };
    let split = messages::split(
        &text,
        |line| profile.start.as_ref().is_some_and(|start| start.regex().is_match(line)),
        |line| profile.split_messages.as_ref().is_some_and(|split| split.regex().is_match(line)),
    );
    let split = split.map_err(StatementError::Read)?;
    let mut column = ColumnShapes::new("message");
    for message in &split {
        column.add(&shape(&message.text), CellKind::Text);
    }
    out.rows = split.len() as u64;
    out.columns = vec![DescribedColumn::from(&column)];
    Ok(())
}
