//! `balance`: what is owned, owed and available.

use super::context::{BALANCE_STALE_DAYS, Context, LedgerView, available, limit_left};
use super::error::CommandError;
use super::{CommandOutput, Notice};
use crate::ledger::{Account, AccountBalance, AccountId};
use crate::money::Unit;
use crate::period::LocalDateTime;
use crate::report::Rates;
use crate::view::balance::{Balance, BalanceRow, Total};
use std::collections::{BTreeMap, HashMap};

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
        let totals = totals(&held);
        let (exchange, no_total) = context.exchanged(book, &totals, at.day())?;
        let mut outcome = CommandOutput::of(Balance::new(at, rows, totals, exchange));
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

/// What is owned and owed, a unit each, from accounts and their balances.
pub fn totals(held: &[(&Account, i64)]) -> Vec<Total> {
    let mut sums: BTreeMap<&Unit, (i64, i64)> = BTreeMap::new();
    for (account, balance) in held {
        let sum = sums.entry(&account.unit).or_default();
        if account.is_carrier() && *balance < 0 {
            sum.1 = sum.1.saturating_sub(*balance);
        } else {
            sum.0 = sum.0.saturating_add(*balance);
        }
    }
    let total = |(unit, (own, owe)): (&Unit, (i64, i64))| Total {
        unit: unit.clone(),
        own: unit.money(own),
        owe: unit.money(owe),
        net: unit.money(own.saturating_sub(owe)),
    };
    let mut totals: Vec<Total> = sums.into_iter().map(total).collect();
    // Money comes before points.
    totals.sort_by_cached_key(|total| Unit::currency(&total.unit.code).is_none());
    totals
}

/// Every account with its balance, from where they stood.
pub fn held<'b>(
    book: &'b LedgerView<'_>,
    standings: &HashMap<AccountId, AccountBalance>,
) -> Vec<(&'b Account, i64)> {
    let balance = |a: &Account| standings.get(&a.id).map_or(0, |s| s.balance);
    book.accounts.iter().map(|a| (a, balance(a))).filter(|(a, b)| !a.closed || *b != 0).collect()
}
