//! `value`: what each platform was worth.

use super::CommandOutput;
use super::context::Context;
use super::error::CommandError;
use crate::ledger::{Account, AccountKind, FlowKind, Flows};
use crate::money::Unit;
use crate::period::Period;
use crate::report::Rates;
use crate::view::OrWhy;
use crate::view::value::{Value, ValueRow};
use std::collections::BTreeMap;

/// Show what using each platform gained or cost you
#[derive(Debug, clap::Args)]
pub struct ValueArgs {
    /// 2026-10, 2026, A..B, last 90d [default: this month]
    period: Vec<String>,
}

/// Answers with one row a platform and unit.
pub fn run(args: &ValueArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let today = context.today();
    let period = match args.period.as_slice() {
        [] => Period::month_of(today, 1),
        args => Period::parse(&args.join(" "), today, 1)?,
    };
    context.read(|book| {
        let from = period.from.map(|day| day.start());
        let to = context.end_of(period.from, period.to);
        let flows = book.store.flows(from, Some(to))?;
        let mut sums: BTreeMap<(String, Unit), Flows> = BTreeMap::new();
        for account in &book.accounts {
            // Points can expire in a period without a fact.
            let counts = |flows: &&Flows| flows.facts > 0 || flows.of(FlowKind::Expired) != 0;
            let is_saved_in =
                matches!(account.kind, AccountKind::Rewards | AccountKind::Wallet | AccountKind::Giftcard);
            let Some(flows) = flows.get(&account.id).filter(counts).filter(|_| is_saved_in) else { continue };
            let sum = sums.entry((platform_of(account), account.unit.clone())).or_default();
            for measure in
                [FlowKind::Earned, FlowKind::Fees, FlowKind::Taxes, FlowKind::Expired, FlowKind::Spent]
            {
                sum.add(measure, flows.of(measure));
            }
        }
        // A loss by conversion is unknown as soon as one rate is.
        let mut lost: BTreeMap<(String, Unit), Option<i64>> = BTreeMap::new();
        let conversions = book.store.conversions(from, to)?;
        let rates = match conversions.is_empty() {
            true => Rates::default(),
            false => context.rates(book.store, &book.accounts, to.day())?,
        };
        for conversion in conversions {
            let Some(account) = book.account(conversion.account) else { continue };
            let loss = conversion.loss(&rates);
            let lost = lost.entry((platform_of(account), account.unit.clone())).or_insert(Some(0));
            *lost = lost.zip(loss).and_then(|(sum, loss)| sum.checked_add(loss));
        }
        let rows = sums.into_iter().map(|((platform, unit), sum)| {
            let converted = lost.get(&(platform.clone(), unit.clone())).copied().unwrap_or(Some(0));
            ValueRow::new(platform, unit, &sum, converted)
        });
        let rows = rows.collect();
        let first = match period.from {
            Some(from) => from,
            None => book.store.first_fact()?.map_or(today, |at| at.day()),
        };
        Ok(CommandOutput::of(OrWhy {
            answer: Value::new(first, period.to.unwrap_or(today), rows),
            why: book.why_empty(),
        }))
    })
}

/// Returns the platform of an account; one on no platform stands for itself.
fn platform_of(account: &Account) -> String {
    account.platform.clone().unwrap_or_else(|| account.name.clone())
}
