//! What a file is, without any of its values.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::messages::{Heading, ImportLine, Language};
use crate::statement::describe::ColumnShapes;
use serde::Serialize;

/// The answer of `import --describe`.
#[derive(Debug, Default, Serialize)]
#[allow(missing_docs, reason = "the fields say themselves")]
pub struct FileDescription {
    pub schema: &'static str,
    pub file: String,
    pub form: &'static str,
    pub encoding: Option<String>,
    pub delimiter: Option<String>,
    pub sheet: Option<String>,
    pub header_line: Option<u64>,
    /// Rows of the table, or messages.
    pub rows: u64,
    /// Lines that are not of the table.
    pub outside: u64,
    pub columns: Vec<DescribedColumn>,
    /// The profile that would read it.
    pub profile: Option<String>,
    /// The nearest profiles, and the names that they miss.
    pub near: Vec<NearProfile>,
}

/// A column without its values.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields say themselves")]
pub struct DescribedColumn {
    pub name: String,
    #[serde(rename = "type")]
    pub column_type: &'static str,
    pub empty: u64,
    pub shapes: Vec<ShapeCount>,
}

/// A shape and how many cells have it.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields say themselves")]
pub struct ShapeCount {
    pub shape: String,
    pub count: u64,
}

/// A profile that misses names.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the fields say themselves")]
pub struct NearProfile {
    pub profile: String,
    pub missing: Vec<String>,
}

impl From<&ColumnShapes> for DescribedColumn {
    fn from(column: &ColumnShapes) -> DescribedColumn {
        let shapes = column.shapes().into_iter().map(|(shape, count)| ShapeCount { shape, count });
        DescribedColumn {
            name: column.name.clone(),
            column_type: column.column_type().as_str(),
            empty: column.empty,
            shapes: shapes.collect(),
        }
    }
}

impl Render for FileDescription {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        page.line(language.say(&ImportLine::Describes {
            file: self.file.clone(),
            form: self.form.to_uppercase(),
            encoding: self.encoding.clone(),
            delimiter: self.delimiter.clone(),
            sheet: self.sheet.clone(),
            header: self.header_line,
        }));
        page.line(language.say(&ImportLine::DescribedRows { rows: self.rows, outside: self.outside }));
        match &self.profile {
            Some(profile) => page.line(language.say(&ImportLine::ReadBy { profile: profile.clone() })),
            None => page.line(language.say(&ImportLine::ReadByNone)),
        }
        for near in &self.near {
            let (profile, missing) = (near.profile.clone(), near.missing.clone());
            page.line(language.say(&ImportLine::NearProfile { profile, missing }));
        }
        page.gap();
        let mut table = Table::new(vec![
            Column::name(language.heading(Heading::Name)),
            Column::fixed(language.heading(Heading::Kind)),
            Column::words(language.heading(Heading::Form)),
        ]);
        for column in &self.columns {
            let shapes: Vec<String> =
                column.shapes.iter().map(|shape| format!("`{}`", shape.shape)).collect();
            let mut shapes = shapes.join("  ");
            if column.empty > 0 {
                let empty = ImportLine::EmptyCells { count: column.empty, of: self.rows };
                shapes = format!("{shapes}  {}", language.say(&empty)).trim().to_string();
            }
            table.row(vec![column.name.clone(), column.column_type.to_string(), shapes]);
        }
        page.table(table);
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["name", "type", "empty", "shapes"]);
        for column in &self.columns {
            let shapes: Vec<&str> = column.shapes.iter().map(|shape| shape.shape.as_str()).collect();
            csv.row(vec![
                Some(column.name.clone()),
                Some(column.column_type.to_string()),
                Some(column.empty.to_string()),
                Some(shapes.join(" | ")),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
