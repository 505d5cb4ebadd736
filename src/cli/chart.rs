//! `chart`: month-end balances, drawn.

use super::CommandOutput;
use super::context::Context;
use super::error::{CommandError, quoted_name};
use crate::ledger::{Account, AccountKind};
use crate::money::Unit;
use crate::period::{Month, Period};
use crate::view::OrWhy;
use crate::view::value::{Chart, Point, Series};
use std::collections::BTreeMap;

/// How many months are drawn where nothing else is asked.
const MONTHS: i32 = 12;

/// Chart the balances at the end of each month
#[derive(Debug, clap::Args)]
pub struct ChartArgs {
    /// One account [default: all but banks]
    name: Option<String>,
    /// Which months: 2026, 2025-07..2026-06, last 90d [default: the last 12]
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
}

/// Answers with one series an account or a unit.
pub fn run(args: &ChartArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let today = context.today();
    let this = today.month();
    context.read(|book| {
        let (from, to) = match &args.period {
            None => (this.add_months(1 - MONTHS), this),
            Some(text) => {
                let period = Period::parse(text, today, 1)?;
                let first = match period.from {
                    Some(from) => from,
                    None => book.store.first_fact()?.map_or(today, |at| at.day()),
                };
                (first.month(), period.to.unwrap_or(today).month().min(this.max(first.month())))
            }
        };
        let wanted: Vec<&Account> = match &args.name {
            Some(name) => vec![context.account(book, name, false)?],
            // What lies at a bank is not small change, and would dwarf it.
            None => book.accounts.iter().filter(|account| account.kind != AccountKind::Bank).collect(),
        };
        // Back from the balances of now: what came after the end of a month is taken away again.
        let end = to.last().end().min(context.now);
        let closings = book.store.account_balances(end)?;
        let mut nets: BTreeMap<(i64, Month), i64> = BTreeMap::new();
        for (account, month, net) in book.store.month_nets(from.add_months(1), to)? {
            *nets.entry((account.0, month)).or_default() += net;
        }
        if end < to.last().end() {
            // Only what happened until now counts in the running month.
            let running = book.store.flows(Some(to.first().start()), Some(end))?;
            for account in &wanted {
                let net = running.get(&account.id).map_or(0, |f| f.net());
                nets.insert((account.id.0, to), net);
            }
        }
        let first_facts = book.store.first_facts()?;
        let mut series: BTreeMap<Unit, BTreeMap<Month, Option<i64>>> = BTreeMap::new();
        for account in &wanted {
            let first = first_facts.get(&account.id).map(|at| at.month());
            let mut balance = closings.get(&account.id).map_or(0, |s| s.balance);
            let points = series.entry(account.unit.clone()).or_default();
            let mut month = to;
            while month >= from {
                let point = points.entry(month).or_default();
                if first.is_some_and(|first| first <= month) {
                    *point = Some(point.unwrap_or(0) + balance);
                }
                balance -= nets.get(&(account.id.0, month)).copied().unwrap_or(0);
                month = month.add_months(-1);
            }
        }
        let account = args.name.as_ref().and_then(|_| wanted.first()).map(|a| a.name.clone());
        let series = series.into_iter().map(|(unit, points)| Series {
            account: account.clone(),
            points: points
                .into_iter()
                .map(|(month, minor)| Point { month, balance: minor.map(|minor| unit.money(minor)) })
                .collect(),
            unit,
        });
        let why = book.why_empty().or_else(|| {
            let bank = book.accounts.iter().find(|_| wanted.is_empty())?;
            let name = quoted_name(&bank.name);
            Some(format!("Bank accounts are left out unless named: jandon chart {name}"))
        });
        Ok(CommandOutput::of(OrWhy { answer: Chart::new(series.collect(), context.drawing), why }))
    })
}
