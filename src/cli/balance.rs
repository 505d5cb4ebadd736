//! `balance`: what is owned, owed and available.

use super::context::{BALANCE_STALE_DAYS, Context, LedgerView};
use super::error::CommandError;
use super::{CommandOutput, Note};
use crate::ledger::{Account, AccountBalance, AccountId, AccountKind};
use crate::messages::Warning;
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime};
use crate::report::{self, Bill, BillStatus, Rates};
use crate::view::balance::{BalanceAnswer, BalanceDetails, BalanceRow};
use std::collections::{HashMap, HashSet};

/// Show what you have and what you owe
#[derive(Debug, clap::Args)]
pub struct BalanceArgs {
    /// Show only these accounts
    name: Vec<String>,
    /// The balance at this date or moment
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
}

/// Answers with one row an account and one total a unit.
pub fn run(args: &BalanceArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = context.seen_moment(args.at.as_deref())?;
    context.read(|book| {
        let mut wanted: Vec<&Account> = match args.name.as_slice() {
            [] => book.accounts.iter().collect(),
            names => names.iter().map(|name| context.account(book, name, false)).collect::<Result<_, _>>()?,
        };
        // Two names may mean one account.
        let mut seen = HashSet::new();
        wanted.retain(|account| seen.insert(account.id));
        let standings = book.store.account_balances(at)?;
        let balance_of = |account: &Account| standings.get(&account.id).map_or(0, |s| s.balance);
        let is_shown = |a: &Account| !a.closed || !args.name.is_empty() || balance_of(a) != 0;
        let held: Vec<(&Account, i64)> =
            wanted.into_iter().filter(|a| is_shown(a)).map(|a| (a, balance_of(a))).collect();
        let mut rows = rows(&held, &standings, at);
        for (account, day, amount) in book.store.next_expiries(at)? {
            if let Some(at) = held.iter().position(|(held, _)| held.id == account) {
                rows[at].page.next_expiry = Some((day, rows[at].unit.money(amount)));
            }
        }
        if held.iter().any(|(account, balance)| account.is_carrier() && *balance < 0) {
            let bills = report::bills(&book.accounts, &book.store.bills(at)?, at.day());
            rows.iter_mut().for_each(|row| row.page.overdue = overdue(row, &bills));
        }
        add_worths(context, book, &held, &mut rows, at)?;
        let totals = report::totals(held.clone());
        let (exchange, no_total) = context.exchanged(book, &totals, at.day())?;
        let (banks, small): (Vec<_>, Vec<_>) =
            held.iter().copied().partition(|(account, _)| account.kind == AccountKind::Bank);
        let is_past = at < context.now && !book.accounts.is_empty();
        let first = if is_past { book.store.first_fact()? } else { None };
        let first = first.filter(|first| at < *first).map(LocalDateTime::day);
        let answer = BalanceAnswer {
            schema: BalanceAnswer::SCHEMA,
            at,
            accounts: rows,
            totals,
            exchange,
            small: report::totals(small),
            banks: report::totals(banks),
            today: context.today(),
            is_past: at < context.now,
            first,
        };
        let mut outcome = CommandOutput::of(answer);
        outcome.notes.extend(no_total);
        // A page says so in its place.
        if let Some(first) = first.filter(|_| !context.is_page()) {
            outcome.notes.push(Note::Warning(Warning::NothingYet { first }));
        }
        Ok(outcome)
    })
}

/// Returns one row for each account with its balance.
pub fn rows(
    held: &[(&Account, i64)],
    standings: &HashMap<AccountId, AccountBalance>,
    at: LocalDateTime,
) -> Vec<BalanceRow> {
    let row = |account: &Account| row(account, standings.get(&account.id).copied().unwrap_or_default(), at);
    held.iter().map(|(account, _)| row(account)).collect()
}

fn row(account: &Account, standing: AccountBalance, at: LocalDateTime) -> BalanceRow {
    BalanceRow {
        account: account.name.clone(),
        platform: account.platform.clone(),
        kind: account.kind,
        unit: account.unit.clone(),
        balance: account.unit.money(standing.balance),
        available: (!account.is_carrier()).then(|| account.unit.money(account.available(standing))),
        seen: standing.seen,
        stale: standing.is_stale(at, BALANCE_STALE_DAYS),
        limit: account.limit.map(|minor| account.unit.money(minor)),
        limit_left: account.limit_left(standing).map(|minor| account.unit.money(minor)),
        worth: None,
        page: BalanceDetails {
            has_facts: standing.has_facts,
            closed: account.closed,
            ..BalanceDetails::default()
        },
    }
}

/// Returns since when a carrier's bills are overdue, and their sum.
fn overdue(row: &BalanceRow, bills: &[Bill]) -> Option<(Day, Money)> {
    let overdue = |bill: &&Bill| bill.account == row.account && bill.status == BillStatus::Overdue;
    let overdue: Vec<&Bill> = bills.iter().filter(overdue).collect();
    let since = overdue.iter().filter_map(|bill| bill.due).min()?;
    let sum = overdue.iter().fold(0_i64, |sum, bill| sum.saturating_add(bill.amount.minor));
    Some((since, row.unit.money(sum)))
}

/// Adds what balances are worth in the unit of `--exchange`. Without it, what points are worth in the
/// only currency of the accounts.
fn add_worths(
    context: &Context,
    book: &LedgerView<'_>,
    held: &[(&Account, i64)],
    rows: &mut [BalanceRow],
    at: LocalDateTime,
) -> Result<(), CommandError> {
    let asked = context.exchange_unit(book.store)?;
    let is_currency = |unit: &Unit| Unit::currency(&unit.code).is_some();
    let Some(unit) = asked.clone().or_else(|| {
        let mut currencies = held.iter().map(|(account, _)| &account.unit).filter(|unit| is_currency(unit));
        let first = currencies.next()?;
        currencies.all(|unit| unit == first).then(|| first.clone())
    }) else {
        return Ok(());
    };
    let is_valued = |row: &BalanceRow| {
        row.unit != unit && (asked.is_some() || !is_currency(&row.unit) && row.balance.minor != 0)
    };
    let valued: Vec<Account> = held
        .iter()
        .zip(rows.iter())
        .filter(|(_, row)| is_valued(row))
        .map(|((a, _), _)| (*a).clone())
        .collect();
    if valued.is_empty() {
        return Ok(());
    }
    // A rate may lead through the unit of an account that is not among them.
    let accounts = if asked.is_some() { &book.accounts } else { &valued };
    let rates: Rates = context.rates(book.store, accounts, at.day())?;
    for row in rows.iter_mut().filter(|row| is_valued(row)) {
        let worth = rates.exchanged(&row.balance, &unit, at.day()).map(|(worth, _)| worth);
        row.worth = worth.clone().filter(|_| asked.is_some());
        row.page.worth = worth;
    }
    Ok(())
}
