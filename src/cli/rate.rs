//! `rate`: what a unit is worth in another, from a day on.

use super::failure::Failure;
use super::session::Session;
use super::{Note, Outcome};
use crate::money::{Figure, Rate, Unit};
use crate::period;
use crate::store::Fact;
use crate::view::worth::{RateRow, Rates};

/// Set or list what a unit is worth in another
#[derive(Debug, clap::Subcommand)]
pub enum Words {
    /// Say that one UNIT is worth VALUE of another: rate set USD 1400 KRW
    Set(SetWords),
    /// List every rate, oldest first
    List,
}

/// What sets a rate.
#[derive(Debug, clap::Args)]
pub struct SetWords {
    /// The unit that is valued: USD, TOSSP
    unit: String,
    /// How much one of it is worth: 1400, 0.95 or 2/3
    #[arg(allow_negative_numbers = true)]
    value: String,
    /// In which unit
    of: String,
    /// From which day on [default: today]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Sets or lists.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    match words {
        Words::Set(words) => set(words, session),
        Words::List => session.read(|book| {
            let row = |r: crate::report::DatedRate| RateRow {
                unit: r.unit,
                value: r.rate.to_string(),
                of: r.of,
                date: r.day,
            };
            Ok(Outcome::of(Rates::new(book.store.rates()?.into_iter().map(row).collect())))
        }),
    }
}

fn set(words: &SetWords, session: &Session) -> Result<Outcome, Failure> {
    // Groups of thousands are read as in any amount: well formed, or not at all.
    let plain = match Figure::parse(&words.value) {
        Ok(figure) if figure.mark().is_none() => words.value.replace([',', '_'], ""),
        _ => words.value.clone(),
    };
    let rate = Rate::parse(&plain)?;
    let day = match &words.date {
        None => session.today(),
        Some(text) => period::parse_date(text, session.today())?,
    };
    let units = std::cell::RefCell::new(None);
    let (recorded, mut notes) = session.record("rate set", words.dry_run, |book| {
        let known = book.store.units()?;
        let find = |code: &str| unit(session, &known, code);
        let (unit, of) = (find(&words.unit)?, find(&words.of)?);
        if unit == of {
            let message = format!("one {unit} is always worth one {unit}");
            return Err(Failure::Usage { message, hint: "name two different units".into() });
        }
        *units.borrow_mut() = Some((unit.clone(), of.clone()));
        Ok(vec![Fact::Rate { unit, rate, of, day }])
    })?;
    let (unit, of) =
        units.into_inner().unwrap_or_else(|| (Unit::new(&words.unit, 0), Unit::new(&words.of, 0)));
    notes.insert(0, Note::Done(format!("from {day} on, 1 {unit} is worth {rate} {of}")));
    Ok(Outcome::of(recorded).with(notes))
}

/// A unit that the ledger, the catalog or ISO 4217 knows.
pub fn unit(session: &Session, known: &[Unit], code: &str) -> Result<Unit, Failure> {
    let wanted = code.trim().to_uppercase();
    let found = known.iter().find(|u| *u.code == *wanted).cloned();
    let found = found.or_else(|| session.catalog().unit(&wanted));
    let found = found.map(Ok).or_else(|| session.everyday_unit(code).transpose()).transpose()?;
    found.ok_or_else(|| Failure::UnknownUnit { code: code.into() })
}
