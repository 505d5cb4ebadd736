//! `chart`: month-end balances, drawn.

use super::CommandOutput;
use super::context::Context;
use super::error::CommandError;
use crate::ledger::{Account, AccountKind};
use crate::money::Unit;
use crate::period::{Month, Period};
use crate::view::chart::{Chart, NothingDrawn, Point, Series};
use std::collections::BTreeMap;

/// How many months are drawn where nothing else is asked.
const MONTHS: i32 = 12;

/// Chart the balances at the end of each month
#[derive(Debug, clap::Args)]
pub struct ChartArgs {
    /// One account [default: all but banks]
    name: Option<String>,
    /// Months to draw: 2026, 2025-07..2026-06, last 90d [default: the last 12]
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
        let mut accounts: Vec<Series> = Vec::new();
        for account in &wanted {
            let first = first_facts.get(&account.id).map(|at| at.month());
            let mut balance = closings.get(&account.id).map_or(0, |s| s.balance);
            let (mut points, mut month) = (Vec::new(), to);
            while month >= from {
                let is_begun = first.is_some_and(|first| first <= month);
                points.push(Point { month, balance: is_begun.then(|| account.unit.money(balance)) });
                balance -= nets.get(&(account.id.0, month)).copied().unwrap_or(0);
                month = month.add_months(-1);
            }
            points.reverse();
            accounts.push(Series {
                account: Some(account.name.clone()),
                unit: account.unit.clone(),
                points,
                is_owed: account.is_carrier(),
            });
        }
        let nothing = match (book.accounts.is_empty(), wanted.is_empty()) {
            (true, _) => Some(NothingDrawn::NoAccounts),
            (false, true) => Some(NothingDrawn::OnlyBanks),
            (false, false) => None,
        };
        let series = match args.name {
            Some(_) => std::mem::take(&mut accounts),
            None => by_unit(&accounts),
        };
        accounts.retain(|series| series.points.iter().any(|point| point.balance.is_some()));
        Ok(CommandOutput::of(Chart::new(series, accounts, nothing, context.drawing)))
    })
}

/// Returns the sums of accounts, one series a unit.
fn by_unit(accounts: &[Series]) -> Vec<Series> {
    let mut sums: BTreeMap<&Unit, Series> = BTreeMap::new();
    for account in accounts {
        let sum = sums.entry(&account.unit).or_insert_with(|| Series {
            account: None,
            unit: account.unit.clone(),
            points: account.points.iter().map(|p| Point { month: p.month, balance: None }).collect(),
            is_owed: false,
        });
        sum.is_owed |= account.is_owed;
        for (sum, point) in sum.points.iter_mut().zip(&account.points) {
            if let Some(balance) = &point.balance {
                let before = sum.balance.as_ref().map_or(0, |money| money.minor);
                sum.balance = Some(balance.unit.money(before.saturating_add(balance.minor)));
            }
        }
    }
    sums.into_values().collect()
}
