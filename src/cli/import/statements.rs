//! From a file to the rows of a statement.

use super::files::{FileContent, InputFile, TextSource, text_of};
use crate::messages::error::StatementError;
use crate::money::Unit;
use crate::statement::Statement;
use crate::statement::balances::StatedBalance;
use crate::statement::dates::read_iso;
use crate::statement::find::{self, FoundHeader, HEADER_ROWS};
use crate::statement::profile::{Profile, UserRules};
use crate::statement::read::delimited::{DELIMITERS, DelimitedRecord, DelimitedRecords, first_rows};
use crate::statement::read::{
    Encoding, FileForm, MESSAGES_BYTES, ReadError, Row, SheetCell, TextFormat, candidates, messages, ofx, qif,
};
use crate::statement::rows::{Cells, Interpreter, ReadSettings};

/// What the options say about how files are read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The delimiter.
    pub delimiter: Option<u8>,
}

/// A statement, and how it was read.
pub struct ReadStatement<'p> {
    /// Its rows.
    pub statement: Statement,
    /// The profile.
    pub profile: &'p Profile,
    /// Whether the profile is one that people know.
    pub is_by_profile: bool,
    /// The form of the file.
    pub form: &'static str,
    /// Its encoding.
    pub encoding: Option<String>,
    /// The line of its header.
    pub header_line: Option<u64>,
}

/// Everything that reading needs.
pub struct StatementReader<'p> {
    /// The profiles that a file may be of.
    pub profiles: &'p [Profile],
    /// The profile that was asked for.
    pub wanted: Option<&'p Profile>,
    /// The profiles of OFX and QIF.
    pub ofx: &'p Profile,
    /// The same for QIF.
    pub qif: &'p Profile,
    /// The user's rules.
    pub rules: &'p UserRules,
    /// The options.
    pub options: &'p ReadOptions,
    /// Whether no balance is taken from files.
    pub ignores_balances: bool,
    /// Account and unit of files that name none.
    pub account: Option<(String, Unit)>,
}

/// A table: where it begins, and how its rows are read.
struct FoundTable<'p> {
    profile: &'p Profile,
    header: FoundHeader,
}

impl<'p> StatementReader<'p> {
    fn new_statement(&self, profile: &Profile) -> Statement {
        Statement::new(profile, self.ignores_balances, super::spool::new_store)
    }

    fn candidates(&self) -> impl Iterator<Item = &'p Profile> {
        match self.wanted {
            Some(wanted) => std::slice::from_ref(wanted).iter(),
            None => self.profiles.iter(),
        }
    }

    /// Reads a file.
    pub fn read(
        &self,
        file: &mut InputFile,
        settings: &ReadSettings<'_>,
    ) -> Result<ReadStatement<'p>, StatementError> {
        match &mut file.content {
            FileContent::Lines(_) => Err(StatementError::NoProfile { near: Vec::new() }),
            FileContent::Text(source) => self.text(source, settings),
            FileContent::Workbook(workbook) => {
                let form = if workbook.form() == FileForm::Xls { "xls" } else { "xlsx" };
                let names: Vec<String> = workbook.sheets().to_vec();
                let mut heads = Vec::new();
                for sheet in 0..names.len() {
                    let rows = workbook.rows(sheet).map_err(StatementError::Read)?;
                    let head: Result<Vec<Row>, ReadError> = rows.take(HEADER_ROWS).collect();
                    heads.push(head.map_err(StatementError::Read)?);
                }
                let tables =
                    heads.iter().zip(&names).map(|(rows, name)| (Some(name.as_str()), rows.as_slice()));
                let (place, table) = self.find(tables.collect())?;
                let rows = workbook.rows(place).map_err(StatementError::Read)?;
                let rows = rows.collect::<Result<Vec<Row>, _>>().map_err(StatementError::Read)?;
                self.of_rows(table, &rows, form, settings)
            }
            FileContent::Html(tables) => {
                let heads = tables.iter().map(|rows| (None, rows.as_slice())).collect();
                let (place, table) = self.find(heads)?;
                self.of_rows(table, &tables[place], "html", settings)
            }
            FileContent::Ofx(bytes) => self.ofx(bytes, settings),
            FileContent::Qif(bytes) => self.qif(bytes, settings),
        }
    }

    /// Finds the profile that knows most of a header among some tables.
    fn find(&self, tables: Vec<(Option<&str>, &[Row])>) -> Result<(usize, FoundTable<'p>), StatementError> {
        let mut best: Vec<(usize, FoundTable<'p>)> = Vec::new();
        for profile in self.candidates().filter(|profile| !profile.is_messages) {
            // The first sheet that holds the header.
            let found = tables.iter().enumerate().find_map(|(place, (name, rows))| {
                let fits =
                    |sheet: &crate::statement::pattern::Pattern| name.is_none_or(|name| sheet.matches(name));
                let header =
                    profile.sheet.as_ref().is_none_or(fits).then(|| find::header_of(profile, rows))??;
                Some((place, FoundTable { profile, header }))
            });
            let Some(found) = found else { continue };
            let known = best.first().map_or(0, |(_, table)| table.header.known);
            if found.1.header.known > known {
                best.clear();
            }
            if found.1.header.known >= known {
                best.push(found);
            }
        }
        match best.len() {
            1 => best.pop().ok_or(StatementError::NoProfile { near: Vec::new() }),
            0 => {
                let all = tables.iter().map(|(_, rows)| *rows);
                Err(self.unknown(all))
            }
            _ => {
                let profiles = best.iter().map(|(_, table)| table.profile.id.clone()).collect();
                Err(StatementError::SeveralProfiles { profiles })
            }
        }
    }

    fn unknown<'r>(&self, tables: impl Iterator<Item = &'r [Row]> + Clone) -> StatementError {
        if let Some(wanted) = self.wanted {
            let mut near = StatementReader::nearest(std::slice::from_ref(wanted), tables);
            let missing = near.pop().map_or(Vec::new(), |(_, missing)| missing);
            return StatementError::NotOfProfile { profile: wanted.id.clone(), missing };
        }
        StatementError::NoProfile { near: StatementReader::nearest(self.profiles, tables) }
    }

    /// Returns the profiles that know at least half of a header, with the names that they miss.
    pub fn nearest<'r>(
        profiles: &[Profile],
        tables: impl Iterator<Item = &'r [Row]> + Clone,
    ) -> Vec<(String, Vec<String>)> {
        let missing = |profile: &Profile| {
            tables.clone().filter_map(|rows| find::missing_names(profile, rows)).min_by_key(Vec::len)
        };
        let mut near: Vec<(String, Vec<String>)> =
            profiles.iter().filter_map(|profile| Some((profile.id.clone(), missing(profile)?))).collect();
        near.sort_by_key(|(_, missing)| missing.len());
        near.truncate(3);
        near
    }

    /// Reads the rows of a workbook or a page.
    fn of_rows(
        &self,
        FoundTable { profile, header }: FoundTable<'p>,
        rows: &[Row],
        form: &'static str,
        settings: &ReadSettings<'_>,
    ) -> Result<ReadStatement<'p>, StatementError> {
        refuse(profile)?;
        let mut interpreter = Interpreter::new(profile, self.rules, &header.names, settings);
        let below = || {
            let ends = |row: &&Row| !ends_table(profile, *row);
            rows.iter().filter(|row| row.line > header.line).take_while(ends)
        };
        if interpreter.needs_survey() {
            below().for_each(|row| interpreter.survey(row));
            interpreter.settle().map_err(|_| StatementError::AmbiguousDates)?;
        }
        let (mut statement, mut outcomes) = (self.new_statement(profile), Vec::new());
        for row in below() {
            interpreter.row(row.line, row, &mut outcomes);
            statement.add_all(row.line, &mut outcomes);
        }
        statement.finish(interpreter).map_err(StatementError::Read)?;
        let header_line = Some(header.line);
        Ok(ReadStatement { statement, profile, is_by_profile: true, form, encoding: None, header_line })
    }

    /// Reads a delimited text, or messages.
    fn text(
        &self,
        source: &TextSource,
        settings: &ReadSettings<'_>,
    ) -> Result<ReadStatement<'p>, StatementError> {
        let mut found: Vec<(TextFormat, FoundTable<'p>)> = Vec::new();
        let mut heads: Vec<(TextFormat, Option<Vec<Row>>)> = Vec::new();
        let mut undecodable = None;
        for profile in self.candidates().filter(|profile| !profile.is_messages) {
            for encoding in self.encodings(profile, &source.head) {
                let delimiters = self.options.delimiter.or(profile.delimiter);
                let delimiters = delimiters.as_ref().map_or(&DELIMITERS[..], std::slice::from_ref);
                for delimiter in delimiters {
                    let format = TextFormat { encoding, delimiter: *delimiter };
                    let place = heads.iter().position(|(known, _)| *known == format).unwrap_or_else(|| {
                        let rows = first_rows(&source.head, source.is_whole(), format, HEADER_ROWS);
                        heads.push((format, rows.ok()));
                        heads.len() - 1
                    });
                    let Some(rows) = &heads[place].1 else { continue };
                    if let Some(header) = find::header_of(profile, rows) {
                        found.push((format, FoundTable { profile, header }));
                    }
                }
            }
        }
        let known = found.iter().map(|(_, table)| table.header.known).max().unwrap_or(0);
        found.retain(|(_, table)| table.header.known == known);
        let first = found.first().map(|(_, table)| table.profile.id.clone());
        if let Some(other) = found.iter().find(|(_, table)| Some(&table.profile.id) != first.as_ref()) {
            let profiles = first.into_iter().chain([other.1.profile.id.clone()]).collect();
            return Err(StatementError::SeveralProfiles { profiles });
        }
        for (format, table) in found {
            refuse(table.profile)?;
            match self.delimited(source, format, &table, settings) {
                // The bytes beyond the header may not be of this encoding.
                Err(StatementError::Read(error @ ReadError::Undecodable { .. })) => {
                    undecodable = undecodable.or(Some(error));
                }
                read => return read,
            }
        }
        if let Some(error) = undecodable {
            return Err(StatementError::Read(error));
        }
        if let Some(read) = self.messages(source, settings)? {
            return Ok(read);
        }
        let rows: Vec<Vec<Row>> = heads.into_iter().filter_map(|(_, rows)| rows).collect();
        if rows.is_empty() {
            let preferred = self.options.encoding.unwrap_or(Encoding::UTF_8);
            first_rows(
                &source.head,
                source.is_whole(),
                TextFormat { encoding: preferred, delimiter: b',' },
                1,
            )
            .map_err(StatementError::Read)?;
        }
        Err(self.unknown(rows.iter().map(Vec::as_slice)))
    }

    fn encodings(&self, profile: &Profile, head: &[u8]) -> Vec<Encoding> {
        if let Some(encoding) = self.options.encoding {
            return vec![encoding];
        }
        let preferred: Vec<Encoding> =
            profile.encodings.iter().filter_map(|label| Encoding::for_label(label)).collect();
        candidates(head, &preferred)
    }

    fn delimited(
        &self,
        source: &TextSource,
        format: TextFormat,
        FoundTable { profile, header }: &FoundTable<'p>,
        settings: &ReadSettings<'_>,
    ) -> Result<ReadStatement<'p>, StatementError> {
        let mut interpreter = Interpreter::new(profile, self.rules, &header.names, settings);
        let mut record = DelimitedRecord::default();
        if interpreter.needs_survey() {
            let mut records = DelimitedRecords::new(source.open().map_err(StatementError::Read)?, format);
            while records.next_record(&mut record).map_err(StatementError::Read)? {
                if record.line() > header.line {
                    if ends_table(profile, &record) {
                        break;
                    }
                    interpreter.survey(&record);
                }
            }
            interpreter.settle().map_err(|_| StatementError::AmbiguousDates)?;
        }
        let (mut statement, mut outcomes) = (self.new_statement(profile), Vec::new());
        let mut records = DelimitedRecords::new(source.open().map_err(StatementError::Read)?, format);
        while records.next_record(&mut record).map_err(StatementError::Read)? {
            let line = record.line();
            if line <= header.line {
                continue;
            }
            if ends_table(profile, &record) {
                break;
            }
            if record.has_stray_quote() {
                statement.add_stray_quote(line);
                continue;
            }
            interpreter.row(line, &record, &mut outcomes);
            let is_row = !matches!(outcomes.as_slice(), [crate::statement::rows::RowOutcome::Balances]);
            statement.short += u64::from(is_row && record.len() < header.names.len());
            statement.add_all(line, &mut outcomes);
        }
        statement.finish(interpreter).map_err(StatementError::Read)?;
        let form = if format.delimiter == b'\t' { "tsv" } else { "csv" };
        let encoding = Some(format.encoding.name().to_ascii_lowercase());
        let header_line = Some(header.line);
        Ok(ReadStatement { statement, profile, is_by_profile: true, form, encoding, header_line })
    }

    /// Reads messages, if a profile knows any.
    fn messages(
        &self,
        source: &TextSource,
        settings: &ReadSettings<'_>,
    ) -> Result<Option<ReadStatement<'p>>, StatementError> {
        let mut best: Vec<ReadStatement<'p>> = Vec::new();
        for profile in self.candidates().filter(|profile| profile.is_messages) {
            let bytes = source.bytes(MESSAGES_BYTES).map_err(StatementError::Read)?;
            let encodings = self.encodings(profile, &source.head);
            let Ok((text, encoding)) = text_of(&bytes, &encodings) else { continue };
            let is_found = self.wanted.is_some()
                || profile.text.as_ref().is_some_and(|text_found| {
                    text.lines().take(200).any(|line| text_found.regex().is_match(line))
                });
            if !is_found {
                continue;
            }
            let mut statement = self.new_statement(profile);
            let split = messages::split(
                &text,
                |line| profile.start.as_ref().is_some_and(|start| start.regex().is_match(line)),
                |line| profile.split_messages.as_ref().is_some_and(|split| split.regex().is_match(line)),
            );
            let split = split.map_err(StatementError::Read)?;
            let mut interpreter = Interpreter::new(profile, self.rules, &[], settings);
            if interpreter.needs_survey() {
                split.iter().for_each(|message| interpreter.survey_message(message.line, &message.text));
                interpreter.settle().map_err(|_| StatementError::AmbiguousDates)?;
            }
            for message in &split {
                let outcome = interpreter.message(message.line, &message.text);
                statement.add(message.line, outcome);
            }
            statement.finish(interpreter).map_err(StatementError::Read)?;
            let read = ReadStatement {
                statement,
                profile,
                is_by_profile: true,
                form: "messages",
                encoding: Some(encoding.name().to_ascii_lowercase()),
                header_line: None,
            };
            let bad = |read: &ReadStatement<'_>| read.statement.bad_count;
            if best.first().is_some_and(|other| bad(other) > bad(&read)) {
                best.clear();
            }
            if best.first().is_none_or(|other| bad(other) >= bad(&read)) {
                best.push(read);
            }
        }
        if best.len() > 1 {
            let profiles = best.iter().map(|read| read.profile.id.clone()).collect();
            return Err(StatementError::SeveralProfiles { profiles });
        }
        Ok(best.pop())
    }

    fn ofx(&self, bytes: &[u8], settings: &ReadSettings<'_>) -> Result<ReadStatement<'p>, StatementError> {
        let profile = self.ofx;
        let statements = ofx::parse(bytes).map_err(StatementError::Read)?;
        let header: Vec<String> =
            ["acctid", "curdef", "fitid", "dtposted", "trnamt", "name", "memo", "trntype"]
                .map(String::from)
                .to_vec();
        let mut interpreter = Interpreter::new(profile, self.rules, &header, settings);
        let (mut statement, mut outcomes) = (self.new_statement(profile), Vec::new());
        let mut balances = Vec::new();
        for list in &statements {
            for transaction in &list.transactions {
                let unit =
                    if transaction.currency.is_empty() { &list.currency } else { &transaction.currency };
                let ofx::Transaction { line, fitid, amount, posted, name, memo, kind, .. } = transaction;
                let cells = [&list.account_id, unit, fitid, posted, amount, name, memo, kind];
                let row =
                    Row { line: *line, cells: cells.map(|text| SheetCell::Text(text.clone())).to_vec() };
                interpreter.row(*line, &row, &mut outcomes);
                statement.add_all(*line, &mut outcomes);
            }
            let Some((amount, moment)) = &list.ledger_balance else { continue };
            let Some(place) = interpreter.account(&list.account_id, &list.currency) else { continue };
            let unit = interpreter.accounts[place].unit.clone();
            let Some(balance) = interpreter.balance_of_line(amount, &unit) else { continue };
            let at = read_iso(&moment.replace('T', " ")).and_then(|date| {
                let at = date.moment(date.year?)?;
                // After the rows of a day that has no time.
                Some(if date.has_time { at } else { at.day().end() })
            });
            balances.push((place, StatedBalance { line: list.line, balance, at }));
        }
        statement.finish(interpreter).map_err(StatementError::Read)?;
        balances.into_iter().for_each(|(account, stated)| statement.add_closing(account, stated));
        Ok(ReadStatement {
            statement,
            profile,
            is_by_profile: false,
            form: "ofx",
            encoding: None,
            header_line: None,
        })
    }

    fn qif(&self, bytes: &[u8], settings: &ReadSettings<'_>) -> Result<ReadStatement<'p>, StatementError> {
        let profile = self.qif;
        let Some((account, unit)) = &self.account else { return Err(StatementError::AccountNeeded) };
        let encodings: Vec<Encoding> = match self.options.encoding {
            Some(encoding) => vec![encoding],
            None => ["utf-8", "windows-1252"].into_iter().filter_map(Encoding::for_label).collect(),
        };
        let (text, encoding) = text_of(bytes, &encodings).map_err(StatementError::Read)?;
        let records = qif::parse(&text).map_err(StatementError::Read)?;
        let header: Vec<String> =
            ["account", "unit", "d", "t", "p", "m", "l", "type"].map(String::from).to_vec();
        let rows: Vec<Row> = records
            .iter()
            .map(|record| {
                let qif::QifRecord { line, kind, date, amount, payee, memo, category } = record;
                let unit = unit.code.to_string();
                let cells = [account, &unit, date, amount, payee, memo, category, kind];
                Row { line: *line, cells: cells.map(|text| SheetCell::Text(text.clone())).to_vec() }
            })
            .collect();
        // The columns of QIF are known without a header.
        let header = FoundHeader { line: 0, names: header, known: 0 };
        let read = self.of_rows(FoundTable { profile, header }, &rows, "qif", settings)?;
        let encoding = Some(encoding.name().to_ascii_lowercase());
        Ok(ReadStatement { is_by_profile: false, header_line: None, encoding, ..read })
    }
}

fn refuse(profile: &Profile) -> Result<(), StatementError> {
    match &profile.refuse {
        Some(reason) => Err(StatementError::Refused { reason: reason.clone() }),
        None => Ok(()),
    }
}

/// Returns whether the first cell of a line that is not empty ends the table.
fn ends_table(profile: &Profile, cells: &impl Cells) -> bool {
    let Some(end) = &profile.end else { return false };
    let first = (0..cells.count()).map(|column| cells.text(column)).find(|text| !text.is_empty());
    first.is_some_and(|text| end.matches(text))
}
