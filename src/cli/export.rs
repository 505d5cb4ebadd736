//! `export`: everything, as a file that others can read.

use super::context::{Context, LedgerView};
use super::error::CommandError;
use super::{CommandOutput, Note, Stream, WriteParts};
use crate::export::{Beancount, HEADER, Hledger, Journal, JsonlWriter, Opening, Price};
use crate::messages::Notice;
use crate::messages::error::ExpectedWord;
use crate::messages::notice::ExportedPart;
use crate::store::{Expiries, HistoryFact};
use crate::view::history::{self, History};

/// Export everything; JSON can be imported without loss
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The form of the file: json (one fact a line), csv (the rows of the history; with --csv-safe for a spreadsheet), or hledger or
    /// beancount (a journal for that program) [default: by --format or the ending of -o, else json]
    #[arg(long, value_name = "FORM")]
    to: Option<String>,
}

impl ExportArgs {
    /// Returns whether the form of the file was named.
    pub fn has_form(&self) -> bool {
        self.to.is_some()
    }
}

/// Answers with a text that is written as it is read, however long the ledger is.
pub fn run(args: &ExportArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let form = args.to.as_deref().or(context.form).unwrap_or("json");
    let write = match form.trim().to_lowercase().as_str() {
        "json" => lines(context)?,
        "csv" => rows(context)?,
        "hledger" => journal(context, |opening| Box::new(Hledger::new(opening)))?,
        "beancount" => journal(context, |opening| Box::new(Beancount::new(opening)))?,
        _ => {
            let allowed = vec!["json", "csv", "hledger", "beancount"];
            return Err(CommandError::Word {
                expected: ExpectedWord::ExportFormat,
                typed: form.into(),
                allowed,
            });
        }
    };
    let mut outcome = CommandOutput::of(History::new(Vec::new(), context.today()));
    outcome.stream = Some(Stream { write });
    Ok(outcome)
}

fn lines(context: &Context) -> Result<WriteParts, CommandError> {
    let store = context.verified_store()?;
    Ok(Box::new(move |_, put| {
        let mut writer = JsonlWriter::default();
        put(HEADER)?;
        store.for_each_record::<CommandError>(&mut |told| put(&writer.write(told)))?;
        Ok(exported(writer.lines(), ExportedPart::Lines))
    }))
}

fn rows(context: &Context) -> Result<WriteParts, CommandError> {
    let (store, safe) = (context.verified_store()?, context.csv_safe);
    Ok(Box::new(move |_, put| {
        let mut accounts = store.accounts()?;
        // What was undone is in the history too, and with it accounts that are no more.
        accounts.extend(store.voided_accounts()?);
        let book = LedgerView { accounts, store: &store };
        let mut count = 0;
        put(&history::csv(&[], false).render(safe))?;
        store.for_each_row::<CommandError>(true, &mut |row| {
            count += 1;
            put(&history::csv(&book.lines(std::slice::from_ref(row))?, false).records(safe))
        })?;
        Ok(exported(count, ExportedPart::Rows))
    }))
}

/// A journal of what counts; `program` begins it.
fn journal(context: &Context, program: fn(Opening) -> Box<dyn Journal>) -> Result<WriteParts, CommandError> {
    let (store, today, now) = (context.verified_store()?, context.today(), context.now);
    Ok(Box::new(move |_, put| {
        let prices = store.rates()?.into_iter();
        let mut journal = program(Opening {
            accounts: store.accounts()?,
            units: store.units()?,
            prices: prices.map(|r| Price { unit: r.unit, rate: r.rate, of: r.of, day: r.day }).collect(),
            first: store.first_fact()?.map_or(today, |moment| moment.day()),
        });
        // What has expired until now, or before a later fact: that one stands on it.
        let mut expired = store.expiries(None, None, Expiries::Stored)?;
        expired.extend(store.expiries(None, Some(now), Expiries::Pending)?);
        expired.sort_by_key(|(account, day, _)| (*day, *account));
        let mut expired = expired.into_iter().peekable();
        let mut count = 0;
        put(&journal.head())?;
        store.for_each_row::<CommandError>(false, &mut |row| {
            count += 1;
            while let Some((account, day, minor)) = expired.next_if(|(_, day, _)| day.start() <= row.at()) {
                put(&journal.expired(account, day, minor))?;
            }
            put(&match &row.fact {
                HistoryFact::Entry(entry) => journal.entry(entry),
                HistoryFact::Snapshot(snapshot, seen) => {
                    journal.snapshot(snapshot, seen.unexplained.unwrap_or(0), seen.first)
                }
            })
        })?;
        for (account, day, minor) in expired {
            put(&journal.expired(account, day, minor))?;
        }
        put(&journal.end())?;
        Ok(exported(count, ExportedPart::Facts))
    }))
}

fn exported(count: u64, what: ExportedPart) -> Vec<Note> {
    vec![Note::Done(Notice::Exported { count, what })]
}
