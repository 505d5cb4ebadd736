//! `unit`: points units of one's own.

use super::failure::Failure;
use super::session::Session;
use super::{Note, Outcome};
use crate::money::{DECIMALS_MAX, Unit};
use crate::store::{Fact, Refusal};

/// Declare a points unit of your own
#[derive(Debug, clap::Subcommand)]
pub enum Words {
    /// Declare a unit: unit add MILES --decimals 0
    Add(AddWords),
}

/// What declares a unit.
#[derive(Debug, clap::Args)]
pub struct AddWords {
    /// Its code: letters and digits
    code: String,
    /// How many decimals its amounts have, 0 to 9
    #[arg(long, value_name = "N", default_value = "0")]
    decimals: String,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Declares one unit.
pub fn run(words: &Words, session: &Session) -> Result<Outcome, Failure> {
    let Words::Add(words) = words;
    let code = words.code.trim();
    let fits = (1..=16).contains(&code.chars().count()) && code.chars().all(char::is_alphanumeric);
    if !fits || code.chars().all(|c| c.is_ascii_digit()) {
        return Err(Failure::Usage {
            message: format!("{:?} cannot be the code of a unit", words.code),
            hint: "use one to sixteen letters and digits, a letter among them".into(),
        });
    }
    let decimals = words.decimals.trim().parse::<u8>().ok().filter(|d| *d <= DECIMALS_MAX);
    let decimals = decimals.ok_or_else(|| Failure::Usage {
        message: format!("{:?} is no number of decimals", words.decimals),
        hint: format!("give --decimals a number from 0 to {DECIMALS_MAX}"),
    })?;
    let unit = Unit::new(code, decimals);
    let (recorded, mut notes) = session.record("unit add", words.dry_run, |book| {
        let known = book.store.units()?.into_iter().find(|u| u.code == unit.code);
        match known.or_else(|| session.catalog().unit(&unit.code)) {
            Some(other) if other == unit => Ok(Vec::new()),
            Some(other) => Err(Refusal::UnitDiffers { unit: other, wanted: unit.decimals }.into()),
            None => Ok(vec![Fact::Unit(unit.clone())]),
        }
    })?;
    let did = if recorded.change.is_some() || words.dry_run { "declared" } else { "known already:" };
    notes.insert(0, Note::Done(format!("{did} {unit} with {decimals} decimals")));
    Ok(Outcome::of(recorded).with(notes))
}
