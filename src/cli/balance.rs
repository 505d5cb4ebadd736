//! `balance`: what is owned, owed and available.

use super::context::{BALANCE_STALE_DAYS, Context, available, limit_left};
use super::error::CommandError;
use super::{CommandOutput, Notice};
use crate::ledger::{Account, AccountBalance};
use crate::period::LocalDateTime;
use crate::report::{self, Rates};
use crate::view::balance::{BalanceAnswer, BalanceRow};

/// Show what you have and what you owe
#[derive(Debug, clap::Args)]
pub struct BalanceArgs {
    /// Only these accounts
    name: Vec<String>,
    /// The balance at this date or moment
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
}

/// Answers with one row an account and one total a unit.
pub fn run(args: &BalanceArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.seen_moment(args.at.as_deref())?;
    context.read(|book| {
        let wanted: Vec<&Account> = match args.name.as_slice() {
            [] => book.accounts.iter().collect(),
            names => names.iter().map(|name| context.account(book, name, false)).collect::<Result<_, _>>()?,
        };
        let standings = book.store.account_balances(at)?;
        let exchange_unit = context.exchange_unit(book.store)?;
        let rates = match exchange_unit {
            Some(_) => context.rates(book.store, &book.accounts, at.day())?,
            None => Rates::default(),
        };
        let mut rows = Vec::new();
        let mut held = Vec::new();
        for account in wanted {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if account.closed && args.name.is_empty() && standing.balance == 0 {
                continue;
            }
            held.push((account, standing.balance));
            let mut row = row(account, standing, at);
            if let Some(unit) = exchange_unit.as_ref().filter(|u| **u != account.unit) {
                row.worth = rates.exchanged(&row.balance, unit, at.day()).map(|(worth, _)| worth);
            }
            rows.push(row);
        }
        let totals = report::totals(held);
        let (exchange, no_total) = context.exchanged(book, &totals, at.day())?;
        let mut outcome = CommandOutput::of(BalanceAnswer::new(at, rows, totals, exchange));
        outcome.notes.extend(no_total);
        let is_past = at < context.now && !book.accounts.is_empty();
        let first = if is_past { book.store.first_fact()? } else { None };
        if let Some(first) = first.filter(|first| at < *first).map(LocalDateTime::day) {
            outcome
                .notes
                .push(Notice::warning("nothing-yet", format!("nothing was recorded before {first}")));
        }
        if book.accounts.is_empty() {
            outcome.notes.push(Notice::Done("open one with: jandon account add NAME".into()));
        }
        Ok(outcome)
    })
}

fn row(account: &Account, standing: AccountBalance, at: LocalDateTime) -> BalanceRow {
    BalanceRow {
        account: account.name.clone(),
        platform: account.platform.clone(),
        kind: account.kind,
        unit: account.unit.clone(),
        balance: account.unit.money(standing.balance),
        available: (!account.is_carrier()).then(|| account.unit.money(available(account, standing))),
        seen: standing.seen,
        stale: is_stale(standing, at, BALANCE_STALE_DAYS),
        limit: account.limit.map(|minor| account.unit.money(minor)),
        limit_left: limit_left(account, standing).map(|minor| account.unit.money(minor)),
        worth: None,
    }
}

/// Returns whether nobody has checked the balance of an account with facts for so many days, or ever.
pub fn is_stale(standing: AccountBalance, at: LocalDateTime, days: i32) -> bool {
    standing.has_facts && standing.seen.is_none_or(|seen| at.day().0 - seen.day().0 >= days)
}
