//! `unit`: points units of the user's own.

use super::context::Context;
use super::error::CommandError;
use super::{CommandOutput, Note};
use crate::messages::Notice;
use crate::messages::error::UsageError;
use crate::money::{DECIMALS_MAX, Unit};
use crate::store::{Fact, Refusal};

/// Declare your own points unit
#[derive(Debug, clap::Subcommand)]
pub enum UnitCommand {
    /// Define a unit: unit add MILES --decimals 0
    Add(UnitAddArgs),
}

/// What declares a unit.
#[derive(Debug, clap::Args)]
pub struct UnitAddArgs {
    /// Its code, of letters and digits
    code: String,
    /// The decimals of its amounts, 0 to 9
    #[arg(long, value_name = "N", default_value = "0")]
    decimals: String,
    /// Show what would be recorded without recording it
    #[arg(long)]
    dry_run: bool,
}

/// Declares one unit.
pub fn run(args: &UnitCommand, context: &Context) -> Result<CommandOutput, CommandError> {
    let UnitCommand::Add(args) = args;
    let code = args.code.trim();
    let fits = (1..=16).contains(&code.chars().count()) && code.chars().all(char::is_alphanumeric);
    if !fits || code.chars().all(|c| c.is_ascii_digit()) {
        return Err(UsageError::InvalidUnitCode { typed: args.code.clone() }.into());
    }
    if Unit::is_everyday_name(code) && Unit::currency(&code.to_uppercase()).is_none() {
        return Err(UsageError::EverydayUnitName { typed: code.into() }.into());
    }
    let decimals = args.decimals.trim().parse::<u8>().ok().filter(|d| *d <= DECIMALS_MAX);
    let decimals = decimals
        .ok_or_else(|| UsageError::InvalidDecimals { typed: args.decimals.clone(), most: DECIMALS_MAX })?;
    let unit = Unit::new(code, decimals);
    let (recorded, mut notes) = context.record("unit add", args.dry_run, |book| {
        let known = book.store.units()?.into_iter().find(|u| u.code == unit.code);
        match known.or_else(|| context.catalog().unit(&unit.code)) {
            Some(other) if other == unit => Ok(Vec::new()),
            Some(other) => Err(Refusal::UnitDiffers { unit: other, wanted: unit.decimals }.into()),
            None => Ok(vec![Fact::Unit(unit.clone())]),
        }
    })?;
    let did = match recorded.change.is_some() || args.dry_run {
        true => Notice::UnitDefined { unit, dry_run: args.dry_run },
        false => Notice::UnitKnown { unit },
    };
    notes.insert(0, Note::Done(did));
    Ok(CommandOutput::of(recorded).with(notes))
}
