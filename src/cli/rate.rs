//! `rate`: what a unit is worth in another, from a day on.

use super::context::Context;
use super::error::CommandError;
use super::{CommandOutput, record};
use crate::messages::Notice;
use crate::messages::error::UsageError;
use crate::money::{ParsedAmount, Rate, Unit};
use crate::period;
use crate::store::Fact;
use crate::view::value::{RateList, RateRow};

/// Set and list what a unit is worth in another
#[derive(Debug, clap::Subcommand)]
pub enum RateCommand {
    /// Set what one UNIT is worth: rate set USD 1400 KRW
    Set(RateSetArgs),
    /// List all rates, oldest first
    List,
}

/// What sets a rate.
#[derive(Debug, clap::Args)]
pub struct RateSetArgs {
    /// The unit to value: USD, TOSSP
    pub(super) unit: String,
    /// What one of it is worth: 1400, 0.95 or 2/3
    #[arg(allow_negative_numbers = true)]
    pub(super) value: String,
    /// The unit of VALUE
    pub(super) of: String,
    /// The first day of the rate [default: today]
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Show what would be recorded without recording it
    #[arg(long)]
    dry_run: bool,
}

/// Sets or lists.
pub fn run(args: &RateCommand, context: &Context) -> Result<CommandOutput, CommandError> {
    match args {
        RateCommand::Set(args) => set(args, context),
        RateCommand::List => context.read(|book| {
            let row = |r: crate::report::DatedRate| RateRow {
                unit: r.unit,
                value: r.rate.to_string(),
                of: r.of,
                date: r.day,
            };
            let rates = book.store.rates()?.into_iter().map(row).collect();
            Ok(CommandOutput::of(RateList::new(rates, context.today())))
        }),
    }
}

fn set(args: &RateSetArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    // Groups of thousands are read as in any amount: well formed, or not at all.
    let plain = match ParsedAmount::parse(&args.value) {
        Ok(figure) if figure.symbol().is_none() => args.value.replace([',', '_'], ""),
        _ => args.value.clone(),
    };
    let rate = Rate::parse(&plain)?;
    let day = match &args.date {
        None => context.today(),
        Some(text) => period::parse_date(text, context.today())?,
    };
    let committed = context.commit("rate set", args.dry_run, |book| {
        let known = book.store.units()?;
        let find = |code: &str| unit(context, &known, code);
        let (unit, of) = (find(&args.unit)?, find(&args.of)?);
        if unit == of {
            return Err(UsageError::RateToItself { unit }.into());
        }
        Ok((vec![Fact::Rate { unit: unit.clone(), rate, of: of.clone(), day }], (unit, of)))
    })?;
    let (unit, of) = committed.value;
    let did = Notice::RateSet { unit, rate, of, from: day, dry_run: args.dry_run };
    Ok(record::outcome(committed.summary, committed.notes, did))
}

/// A unit that the ledger, the catalog or ISO 4217 knows.
pub fn unit(context: &Context, known: &[Unit], code: &str) -> Result<Unit, CommandError> {
    let wanted = code.trim().to_uppercase();
    let found = known.iter().find(|u| *u.code == *wanted).cloned();
    let found = found.or_else(|| context.catalog().unit(&wanted));
    let found = found.map(Ok).or_else(|| context.everyday_unit(code).transpose()).transpose()?;
    found.ok_or_else(|| CommandError::UnknownUnit { code: code.into() })
}
