//! `import`: what files say, as one change: lines of our own, and the statements of banks and wallets.

mod describe;
mod files;
mod lines;
mod record;
mod spool;
mod statements;

use super::context::Context;
use super::error::{CommandError, Done};
use super::{CommandOutput, Note, profiles, text_file};
use crate::messages::error::StatementError;
use crate::messages::{ImportLine, Notice, Warning};
use crate::money::Unit;
use crate::period::{Day, LocalDateTime};
use crate::statement::dates::DateOrder;
use crate::statement::figures::Decimal;
use crate::statement::profile::{Profile, UserRules, Verified, parse_profile};
use crate::statement::read::{Encoding, ReadError};
use crate::statement::rows::ReadSettings;
use crate::store::{ImportError, ImportSession, ImportSummary, Store};
use crate::view::import::{BadRowJson, ImportAnswer, ImportBlock, ImportedFile, SkippedJson};
use files::{FileContent, InputFile};
use lines::{Lines, ReadAhead};
use record::{NamedAccounts, RecordedStatement};
use statements::{ReadOptions, ReadStatement, StatementReader};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Import statements, messages or exports, all of it or nothing; known rows are not added twice
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Statements (CSV, XLSX, XLS, HTML, OFX, QIF), messages or files written by export; - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Say what a file is, without any of its values
    #[arg(long)]
    describe: bool,
    /// The profile that reads the file: an id or a file [default: the one that knows its header]
    #[arg(long, value_name = "P")]
    profile: Option<String>,
    /// Which account gets the rows; with LABEL= for one account of a file with several
    #[arg(long, value_name = "[LABEL=]NAME")]
    account: Vec<String>,
    /// Show what would be imported without recording it
    #[arg(long)]
    dry_run: bool,
    /// Leave out rows that are not understood
    #[arg(long)]
    skip_bad: bool,
    /// The encoding of the file
    #[arg(long, value_name = "E")]
    encoding: Option<String>,
    /// What separates its cells
    #[arg(long, value_name = "C")]
    delimiter: Option<String>,
    /// The order of day and month in its dates
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrderChoice>,
    /// The decimal character of its amounts
    #[arg(long, value_name = "C", value_parser = [".", ","])]
    decimal: Option<String>,
    /// The day of messages that name none
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// A file whose first line is the password of a locked workbook
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Your rules [default: rules.toml in your config folder]
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Take no balances from the file
    #[arg(long)]
    no_balance: bool,
    /// Do not replace entries typed by hand
    #[arg(long)]
    keep_typed: bool,
    /// Do not ask before recording
    #[arg(short, long)]
    yes: bool,
}

/// `dmy`, `mdy` or `ymd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[allow(missing_docs, reason = "a comment here would stand in the help")]
pub enum DateOrderChoice {
    Dmy,
    Mdy,
    Ymd,
}

impl ImportArgs {
    /// Returns the files that are read.
    pub fn files(&self) -> Vec<PathBuf> {
        self.files.iter().chain(&self.password_file).chain(&self.rules).cloned().collect()
    }
}

/// What stops an import, before the name of the file is added.
pub enum Stopped {
    /// An error that names its file.
    CommandError(CommandError),
    /// An error of a line.
    Line(ImportError),
}

impl From<crate::store::StoreError> for Stopped {
    fn from(error: crate::store::StoreError) -> Stopped {
        Stopped::CommandError(error.into())
    }
}

impl From<ImportError> for Stopped {
    fn from(error: ImportError) -> Stopped {
        Stopped::Line(error)
    }
}

impl From<ReadError> for Stopped {
    fn from(error: ReadError) -> Stopped {
        let (file, error) = (String::new(), Box::new(StatementError::Read(error)));
        Stopped::CommandError(CommandError::Statement { file, error })
    }
}

impl From<CommandError> for Stopped {
    fn from(error: CommandError) -> Stopped {
        Stopped::CommandError(error)
    }
}

/// The profile of OFX files.
const OFX: &str = r#"format = 1
[profile]
id = "ofx"
name = "OFX"
account = "{account}"
kind = "bank"
unit = "{unit}"
verified = "sample"
[detect]
header = ["ACCTID"]
[columns]
account = "ACCTID"
unit = "CURDEF"
id = "FITID"
date = "DTPOSTED"
amount = "TRNAMT"
payee = "NAME"
note = "MEMO"
type = "TRNTYPE"
[date]
formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
[key]
columns = ["account", "id", "date", "payee"]
once = true
"#;

/// The profile of QIF files. Their dates may be in any order.
const QIF: &str = r#"format = 1
[profile]
id = "qif"
name = "QIF"
account = "{account}"
kind = "bank"
unit = "{unit}"
open = false
verified = "sample"
[detect]
header = ["account"]
[columns]
account = "account"
unit = "unit"
date = "D"
amount = "T"
payee = "P"
note = "M"
category = "L"
[date]
formats = ["%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%m-%d-%Y", "%d-%m-%Y", "%m-%d-%y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y"]
[amount]
style = "signed"
decimal = "auto"
[key]
columns = ["account", "date", "payee", "note"]
[[rule]]
when = { category = '^\[(?P<other>[^\]]+)\]' }
kind = "transfer"
with = "{other}"
category = ""
"#;

/// Imports files as one change.
pub fn run(args: &ImportArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let options = Options::new(args, context)?;
    if args.describe {
        return describe::run(args, &options, context);
    }
    let is_asked = !args.yes && !args.dry_run && !context.wants_json;
    if let Some(terminal) = context.terminal.filter(|_| is_asked) {
        let (preview, has_statements) = attempt(args, &options, context, true, false)?;
        if has_statements && preview.refusal.is_none() {
            (terminal.show)(
                &preview.answer.page(context.language()).render(crate::view::page::Screen::default()),
            );
            let answer = (terminal.ask)(&format!("{} ", context.language().say(&ImportLine::Question)));
            let agrees = answer.is_some_and(|answer| {
                matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "예" | "네" | "ㅛ")
            });
            if !agrees {
                let answer = ImportAnswer::new(true);
                return Ok(CommandOutput::of(answer).with(vec![Note::Done(Notice::NothingWritten)]));
            }
            // The rows were seen.
            return attempt(args, &options, context, false, true).map(|(output, _)| output);
        }
    }
    attempt(args, &options, context, args.dry_run, false).map(|(output, _)| output)
}

/// What the options say.
struct Options {
    read: ReadOptions,
    order: Option<DateOrder>,
    decimal: Option<Decimal>,
    day: Option<Day>,
    accounts: Vec<(Option<String>, String)>,
    rules: UserRules,
    /// Passwords that were given, by file.
    passwords: RefCell<HashMap<String, String>>,
}

impl Options {
    fn new(args: &ImportArgs, context: &Context) -> Result<Options, CommandError> {
        let wrong = |error| CommandError::Statement { file: String::new(), error: Box::new(error) };
        let encoding = args.encoding.as_ref().map(|typed| {
            Encoding::for_label(typed)
                .ok_or_else(|| wrong(StatementError::UnknownEncoding { typed: typed.clone() }))
        });
        let delimiter = args.delimiter.as_ref().map(|typed| match typed.as_str() {
            "tab" | "\\t" | "\t" => Ok(b'\t'),
            one if one.len() == 1 && one != "\"" => Ok(one.as_bytes()[0]),
            _ => Err(wrong(StatementError::UnknownDelimiter { typed: typed.clone() })),
        });
        let account = |typed: &String| match typed.split_once('=') {
            Some((label, name)) if !label.trim().is_empty() => {
                (Some(label.trim().to_string()), name.trim().to_string())
            }
            _ => (None, typed.clone()),
        };
        let day = args.date.as_deref().map(|text| context.entry_moment(Some(text)));
        Ok(Options {
            read: ReadOptions { encoding: encoding.transpose()?, delimiter: delimiter.transpose()? },
            order: args.date_order.map(|order| match order {
                DateOrderChoice::Dmy => DateOrder::Dmy,
                DateOrderChoice::Mdy => DateOrder::Mdy,
                DateOrderChoice::Ymd => DateOrder::Ymd,
            }),
            decimal: args.decimal.as_deref().map(|c| if c == "," { Decimal::Comma } else { Decimal::Point }),
            day: day.transpose()?.map(LocalDateTime::day),
            accounts: args.account.iter().map(account).collect(),
            rules: profiles::rules(context, args.rules.as_deref())?,
            passwords: RefCell::default(),
        })
    }

    /// Returns the password of a locked workbook.
    fn password(
        &self,
        args: &ImportArgs,
        context: &Context,
        file: &str,
    ) -> Result<Option<String>, CommandError> {
        if let Some(path) = &args.password_file {
            let text = match path == Path::new("-") {
                true => {
                    let mut line = String::new();
                    std::io::stdin()
                        .read_line(&mut line)
                        .map_err(|error| CommandError::File { path: path.clone(), error })?;
                    line
                }
                false => {
                    text_file::read(path).map_err(|error| CommandError::File { path: path.clone(), error })?
                }
            };
            return Ok(Some(text.lines().next().unwrap_or_default().to_string()));
        }
        if let Some(known) = self.passwords.borrow().get(file) {
            return Ok(Some(known.clone()));
        }
        let Some(terminal) = context.terminal else { return Ok(None) };
        let given = (terminal.ask_unseen)(&format!("{file}: "));
        if let Some(password) = &given {
            self.passwords.borrow_mut().insert(file.into(), password.clone());
        }
        Ok(given)
    }
}

/// Opens every file.
fn open_all(args: &ImportArgs, options: &Options, context: &Context) -> Result<Vec<InputFile>, CommandError> {
    let password = |file: &str| options.password(args, context, file);
    args.files.iter().map(|path| files::open(path, &password)).collect()
}

/// Imports the files; of a dry run nothing is committed. Also returns whether any of them is a statement.
fn attempt(
    args: &ImportArgs,
    options: &Options,
    context: &Context,
    dry_run: bool,
    is_seen: bool,
) -> Result<(CommandOutput, bool), CommandError> {
    let mut inputs = open_all(args, options, context)?;
    let is_lines = |input: &InputFile| matches!(input.content, FileContent::Lines(_));
    let has_statements = !inputs.iter().all(is_lines);
    let loaded = match (has_statements, &args.profile) {
        (false, _) => Vec::new(),
        (true, Some(typed)) => vec![profiles::named(context, typed)?],
        (true, None) => profiles::load(context)?,
    };
    let known: Vec<Profile> = loaded.into_iter().map(|loaded| loaded.profile).collect();
    let store = context.store_for_import(dry_run)?;
    let unit_of_line = |code: &str| context.catalog().unit(code).filter(|unit| *unit.code == *code);
    let id = context.new_id(context.now);
    let mut session = store.begin_import(id, context.now, &unit_of_line)?;
    let mut answer = ImportAnswer::new(dry_run);
    let mut notes = Vec::new();

    let names: Vec<String> =
        inputs.iter().filter(|input| is_lines(input)).map(|input| input.name.clone()).collect();
    if !names.is_empty() {
        let mut lines = Vec::new();
        let mut rest = Vec::new();
        for input in inputs {
            match input.content {
                FileContent::Lines(file) => lines.push(file),
                content => rest.push(InputFile { content, ..input }),
            }
        }
        inputs = rest;
        let mut lines = ReadAhead::of(Lines::new(lines), context.progress);
        let read = session.lines::<Stopped>(&mut lines);
        lines.show_no_progress();
        read.map_err(|stopped| match stopped {
            Stopped::CommandError(failure) => failure,
            Stopped::Line(error) => lines.told(error, &names),
        })?;
    }
    if has_statements {
        let mut import =
            StatementImport { args, options, context, store: &store, known: &known, answer, notes };
        let refusal = import.all(&mut session, &mut inputs)?;
        (answer, notes) = (import.answer, import.notes);
        if let Some(refusal) = refusal {
            return Ok((CommandOutput::of(answer).with(notes).refused(Some(refusal)), has_statements));
        }
    }
    let told = |stopped| match stopped {
        Stopped::CommandError(failure) => failure,
        Stopped::Line(error) => CommandError::Line { file: names.join(", "), error: Box::new(error) },
    };
    let summary = session.finish::<Stopped>().map_err(told)?;
    for (name, (read, new)) in names.iter().zip(&summary.files) {
        answer.add_file(ImportedFile {
            file: name.clone(),
            profile: None,
            form: "jsonl",
            encoding: None,
            header_line: None,
            read: *read,
            new: *new,
            known: read - new,
            skipped: 0,
            bad: 0,
            from: None,
            to: None,
        });
    }
    if !names.is_empty() {
        let ImportSummary { read, new, known, .. } = summary;
        notes.insert(0, Note::Done(Notice::Imported { files: names, read, new, known, dry_run }));
    }
    if summary.undone > 0 {
        // A new change ends what could be redone.
        let can_redo = summary.change.is_none();
        notes.push(Note::Warning(Warning::UndoneHere { count: summary.undone, can_redo }));
    }
    if summary.change.is_some() {
        notes.extend(below_zero(context, &store, &summary)?);
        notes.extend(summary.closed.iter().map(|(account, balance)| {
            Note::Warning(Warning::ClosedNotEmpty {
                account: account.name.clone(),
                balance: account.unit.money(account.display_balance(*balance)),
            })
        }));
    }
    if has_statements {
        let balances = store.account_balances(context.now)?;
        for account in &mut answer.accounts {
            let Some(id) = account.id else { continue };
            let balance = balances.get(&id).map_or(0, |known| known.balance);
            account.balance = Some(account.unit.money(balance));
        }
    }
    answer.change = summary.change.filter(|_| !dry_run);
    if is_seen {
        answer.blocks.retain(|block| !matches!(block, ImportBlock::Rows(..)));
    }
    if dry_run {
        if has_statements {
            answer.blocks.push(ImportBlock::Line(ImportLine::DryRun));
        } else {
            notes.push(Note::Done(Notice::NothingWritten));
        }
    } else if answer.change.is_some() {
        store.commit_and_exit()?;
        context.set_done(Done::Recorded(id));
        notes.push(Note::Done(Notice::CanUndoImport));
    }
    Ok((CommandOutput::of(answer).with(notes), has_statements))
}

/// The statements of one import.
struct StatementImport<'a> {
    args: &'a ImportArgs,
    options: &'a Options,
    context: &'a Context,
    store: &'a Store,
    known: &'a [Profile],
    answer: ImportAnswer,
    notes: Vec<Note>,
}

impl StatementImport<'_> {
    /// Imports every file; returns the reason to write nothing where rows were not understood.
    fn all(
        &mut self,
        session: &mut ImportSession<'_>,
        inputs: &mut [InputFile],
    ) -> Result<Option<CommandError>, CommandError> {
        let built_in = |text| {
            parse_profile(text).map_err(|faults| {
                let error = StatementError::Faults { path: "OFX".into(), faults };
                CommandError::Statement { file: "OFX".into(), error: Box::new(error) }
            })
        };
        let (ofx, qif) = (built_in(OFX)?, built_in(QIF)?);
        let own = self.store.units()?;
        let context = self.context;
        let unit_of = |code: &str| {
            let wanted = code.trim().to_uppercase();
            let own = own.iter().find(|unit| *unit.code == *wanted).cloned();
            own.or_else(|| context.catalog().unit(&wanted))
        };
        let mut payees: HashMap<String, u64> = HashMap::new();
        let mut uncategorised = 0;
        let mut named = Vec::new();
        let mut refusal = None;
        let count = inputs.len();
        for input in inputs {
            let file = input.name.clone();
            let fail = |error| CommandError::Statement { file: file.clone(), error: Box::new(error) };
            let reader = StatementReader {
                profiles: self.known,
                wanted: self.args.profile.as_ref().and(self.known.first()),
                ofx: &ofx,
                qif: &qif,
                rules: &self.options.rules,
                options: &self.options.read,
                ignores_balances: self.args.no_balance,
                account: self.only_account(session)?,
            };
            let settings = ReadSettings {
                today: self.context.today(),
                file_year: year_in(&file),
                day: self.options.day,
                decimal: self.options.decimal,
                order: self.options.order,
                unit_of: &unit_of,
            };
            let mut read = reader.read(input, &settings).map_err(fail)?;
            let profile = read.profile;
            read.statement
                .put_in_order(profile)
                .map_err(|error| fail(StatementError::Read(error)))?
                .map_err(|what| fail(StatementError::Contradicted { profile: profile.id.clone(), what }))?;
            self.bad_rows(&file, &read);
            if read.statement.bad_count > 0 && !self.args.skip_bad {
                let (count, rows) = (read.statement.bad_count, read.statement.bad.clone());
                self.answer.add_file(counts(&file, &read, None));
                refusal = refusal.or(Some(fail(StatementError::BadRows { count, rows })));
                continue;
            }
            if refusal.is_some() {
                self.answer.add_file(counts(&file, &read, None));
                continue;
            }
            let names = NamedAccounts { options: &self.options.accounts, rules: &self.options.rules };
            let recorded = record::record(
                session,
                self.store,
                self.context,
                &file,
                &mut read,
                &names,
                self.args.keep_typed,
            );
            let mut recorded = recorded.map_err(|stopped| match stopped {
                Stopped::CommandError(error) => error,
                Stopped::Line(error) => CommandError::Line { file: file.clone(), error: Box::new(error) },
            })?;
            self.answer.add_file(counts(&file, &read, Some(&recorded)));
            self.warn(&file, &read, &recorded);
            self.page(&file, &read, &recorded, count > 1);
            for (payee, count) in recorded.uncategorised.drain() {
                *payees.entry(payee).or_default() += count;
            }
            uncategorised += recorded.uncategorised_count;
            named.append(&mut recorded.named);
            self.skipped(&file, &recorded);
            self.answer.accounts.append(&mut recorded.accounts);
        }
        if refusal.is_some() {
            self.answer.blocks.clear();
            self.answer.accounts.clear();
            (self.answer.new, self.answer.known) = (0, 0);
            return Ok(refusal);
        }
        if count > 1 {
            let ImportAnswer { read, new, known, skipped, bad, .. } = self.answer;
            self.answer.blocks.push(ImportBlock::Gap);
            let line = ImportLine::Counts { read, new, known, skipped, bad, moved: Vec::new() };
            self.answer.blocks.push(ImportBlock::Line(line));
        }
        if uncategorised > 0 && !payees.is_empty() {
            let mut payees: Vec<(u64, String)> =
                payees.into_iter().map(|(payee, count)| (count, payee)).collect();
            payees.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            payees.truncate(3);
            let line = ImportLine::NoCategory { count: uncategorised, payees };
            self.answer.blocks.push(ImportBlock::Line(line));
        }
        for (label, account) in named {
            let line = ImportLine::AccountRule { label, account };
            self.answer.blocks.push(ImportBlock::Line(line));
        }
        Ok(None)
    }

    /// Returns the account of a file that names none, and its unit.
    fn only_account(&self, session: &ImportSession<'_>) -> Result<Option<(String, Unit)>, CommandError> {
        let Some((_, typed)) = self.options.accounts.iter().find(|(label, _)| label.is_none()) else {
            return Ok(None);
        };
        let book = super::context::LedgerView { store: self.store, accounts: session.accounts() };
        let account = self.context.account(&book, typed, true)?;
        Ok(Some((account.name.clone(), account.unit.clone())))
    }

    fn bad_rows(&mut self, file: &str, read: &ReadStatement<'_>) {
        for row in &read.statement.bad {
            if self.answer.bad_rows.len() < crate::statement::LISTED_MAX {
                self.answer.bad_rows.push(BadRowJson {
                    file: file.into(),
                    line: row.line,
                    column: row.column.clone(),
                    reason: crate::messages::import::bad_reason_english(&row.reason),
                });
            }
        }
    }

    fn skipped(&mut self, file: &str, recorded: &RecordedStatement) {
        for rows in &recorded.skipped {
            let place = self.answer.skipped_rows.iter().position(|known| known.reason == rows.reason);
            let place = place.unwrap_or_else(|| {
                let row = SkippedJson { reason: rows.reason.clone(), count: 0, lines: Vec::new() };
                self.answer.skipped_rows.push(row);
                self.answer.skipped_rows.len() - 1
            });
            let known = &mut self.answer.skipped_rows[place];
            known.count += rows.count;
            let free = crate::statement::LISTED_MAX.saturating_sub(known.lines.len());
            known.lines.extend(rows.lines.iter().take(free).map(|line| (file.to_string(), *line)));
        }
    }

    fn warn(&mut self, file: &str, read: &ReadStatement<'_>, recorded: &RecordedStatement) {
        let mut warn = |warning| self.notes.push(Note::Warning(warning));
        if read.statement.short > 0 {
            warn(Warning::ShortRows { file: file.into(), count: read.statement.short });
        }
        if read.is_by_profile && read.profile.verified == Verified::Unverified {
            warn(Warning::UnverifiedProfile { profile: read.profile.id.clone() });
        }
        for account in &recorded.accounts {
            for found in account.breaks.iter().take(20) {
                warn(Warning::BalanceBreak {
                    file: file.into(),
                    line: found.line,
                    expected: found.expected.clone(),
                    found: found.found.clone(),
                });
            }
            for changed in account.changed.iter().take(20) {
                warn(Warning::RowChanged {
                    file: file.into(),
                    line: changed.line,
                    entry: changed.entry,
                    was: changed.was.clone(),
                    is: changed.is.clone(),
                });
            }
        }
    }

    /// Adds what people read of one file.
    fn page(
        &mut self,
        file: &str,
        read: &ReadStatement<'_>,
        recorded: &RecordedStatement,
        is_one_of_several: bool,
    ) {
        let today = self.context.today();
        let blocks = &mut self.answer.blocks;
        if is_one_of_several {
            blocks.push(ImportBlock::Gap);
        }
        let name = self.context.language().text(&read.profile.name).to_string();
        let days = read.statement.span.map(|(from, to)| (from.day(), to.day()));
        let (form, header) = (read.form.to_uppercase(), read.header_line);
        let mut line = |line| blocks.push(ImportBlock::Line(line));
        line(ImportLine::File { file: file.into(), profile: name, form, header, days });
        if let Some(encoding) = read.encoding.as_ref().filter(|encoding| *encoding != "utf-8") {
            line(ImportLine::Encoding { encoding: encoding.clone() });
        }
        let has_several = recorded.accounts.iter().filter(|account| account.account.is_some()).count() > 1;
        for (preview, account) in recorded.shown() {
            match (&preview.opens, &account.account) {
                (Some(opened), _) => line(record::opens(opened)),
                (None, Some(account)) => line(ImportLine::To { account: account.clone() }),
                (None, None) => {}
            }
        }
        for (preview, account) in recorded.shown() {
            if preview.count == 0 {
                continue;
            }
            blocks.push(ImportBlock::Gap);
            if let Some(account) = account.account.as_ref().filter(|_| has_several) {
                blocks.push(ImportBlock::Line(ImportLine::To { account: account.clone() }));
            }
            let has_more = preview.count > preview.first.len() + preview.last.len();
            blocks.push(ImportBlock::Rows(
                preview.first.clone(),
                preview.last.iter().cloned().collect(),
                has_more,
            ));
        }
        blocks.push(ImportBlock::Gap);
        let ImportedFile { read: all, new, known, skipped, bad, .. } = counts(file, read, Some(recorded));
        let moved = record::moved(&recorded.accounts);
        let counts = ImportLine::Counts { read: all, new, known, skipped, bad, moved };
        blocks.push(ImportBlock::Line(counts));
        for account in &recorded.accounts {
            if let (Some(balance), Some(at)) = (&account.closing, account.closing_at) {
                let of = account.account.clone().filter(|_| has_several);
                let (balance, day, steps) = (balance.clone(), at.day(), account.steps);
                let breaks = account.breaks.len() as u64;
                blocks.push(match breaks {
                    0 => ImportBlock::Line(ImportLine::Closing { account: of, balance, day, today, steps }),
                    breaks => ImportBlock::Attention(ImportLine::ClosingWithBreaks {
                        account: of,
                        balance,
                        day,
                        today,
                        steps,
                        breaks,
                    }),
                });
            }
            for found in account.breaks.iter().take(5) {
                let (line, expected, found) = (found.line, found.expected.clone(), found.found.clone());
                blocks.push(ImportBlock::Attention(ImportLine::Break { line, expected, found }));
            }
            if !account.replaced.is_empty() {
                let count = account.replaced.len() as u64;
                blocks.push(ImportBlock::Line(ImportLine::Replaced { count }));
            }
            for alike in account.alike.iter().take(20) {
                let (line, entry) = (alike.line, alike.entry.to_string());
                let is_leg = recorded.other_legs.contains(&alike.line);
                blocks.push(ImportBlock::Attention(match is_leg {
                    true => ImportLine::OtherLeg { line, entry },
                    false => ImportLine::Alike { line, entry },
                }));
            }
        }
        for (count, account) in &recorded.elsewhere {
            let line = ImportLine::KnownElsewhere { count: *count, account: account.clone() };
            blocks.push(ImportBlock::Line(line));
        }
        for rows in &recorded.skipped {
            let line = ImportLine::Skipped { count: rows.count, reason: rows.reason.clone() };
            blocks.push(ImportBlock::Line(line));
        }
        for row in read.statement.bad.iter().take(20) {
            let line = ImportLine::Bad { file: file.into(), row: row.clone() };
            blocks.push(ImportBlock::Attention(line));
        }
    }
}

/// Returns the counts of a file; nothing is new or known of one that is not recorded.
fn counts(file: &str, read: &ReadStatement<'_>, recorded: Option<&RecordedStatement>) -> ImportedFile {
    let span = read.statement.span;
    let skipped = match recorded {
        Some(recorded) => recorded.skipped.iter().map(|rows| rows.count).sum(),
        None => read.statement.skipped_count(),
    };
    ImportedFile {
        file: file.into(),
        profile: read.is_by_profile.then(|| read.profile.id.clone()),
        form: read.form,
        encoding: read.encoding.clone(),
        header_line: read.header_line,
        read: read.statement.read,
        new: recorded.map_or(0, |recorded| recorded.new),
        known: recorded.map_or(0, |recorded| recorded.known),
        skipped,
        bad: read.statement.bad_count,
        from: span.map(|(from, _)| from),
        to: span.map(|(_, to)| to),
    }
}

/// Returns the year in the name of a file: four digits of this or the last century.
fn year_in(file: &str) -> Option<i32> {
    let name = Path::new(file).file_name()?.to_str()?;
    let digits: Vec<&str> =
        name.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() >= 4).collect();
    digits.iter().find_map(|part| part[..4].parse().ok().filter(|year| (1990..2100).contains(year)))
}

/// Warns, once an account, where what was imported leaves it below zero.
fn below_zero(context: &Context, store: &Store, summary: &ImportSummary) -> Result<Vec<Note>, CommandError> {
    let mut notes = Vec::new();
    for (account, earliest) in &summary.taken_from {
        let before = LocalDateTime(earliest.0 - 1);
        let balance = store.account_balances(before)?.get(&account.id).map_or(0, |known| known.balance);
        if let Some((at, balance)) = store.first_below_zero(account.id, before, balance, true)? {
            notes.push(Note::Warning(context.below_zero(account, at, balance)));
        }
    }
    Ok(notes)
}
