//! `status`: totals, what needs attention, and the accounts on one screen.

use super::CommandOutput;
use super::balance;
use super::context::{BALANCE_STALE_DAYS, Context, RULE_STALE_DAYS};
use super::error::CommandError;
use crate::ledger::{Account, AccountKind};
use crate::period::Day;
use crate::report::{self, BillStatus, EXPIRING_DAYS};
use crate::store::Expiries;
use crate::view::status::{Attention, AttentionCode, Status};

/// For how many days points that expired are still mentioned.
const EXPIRED_DAYS: i32 = 30;

/// Show balances and what needs attention on one screen
#[derive(Debug, clap::Args)]
pub struct StatusArgs {}

/// Answers with totals, what needs attention and one row an account.
pub fn run(_: &StatusArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    context.read(|book| {
        let (now, today) = (context.now, context.today());
        let standings = book.store.account_balances(now)?;
        let balance_of = |account: &Account| standings.get(&account.id).map_or(0, |s| s.balance);
        let held: Vec<(&Account, i64)> = (book.accounts.iter())
            .map(|account| (account, balance_of(account)))
            .filter(|(account, balance)| !account.closed || *balance != 0)
            .collect();
        let rows = balance::rows(&held, &standings, now);
        let mut attention = Vec::new();
        let mut add = |code, account: &Account, amount: Option<i64>, date: Option<Day>| {
            attention.push(Attention {
                code,
                account: account.name.clone(),
                unit: account.unit.clone(),
                amount: amount.map(|parts| account.unit.money(parts)),
                date,
                days: date.map(|date| (date.0 - today.0).abs()),
            });
        };
        if held.iter().any(|(account, balance)| account.is_carrier() && *balance < 0) {
            for bill in report::bills(&book.accounts, &book.store.bills(now)?, today) {
                let code = match bill.status {
                    BillStatus::Overdue => AttentionCode::BillOverdue,
                    BillStatus::Due => AttentionCode::BillDue,
                    BillStatus::Unbilled => continue,
                };
                if let Some(account) = book.accounts.iter().find(|account| account.name == bill.account) {
                    add(code, account, Some(bill.amount.minor), bill.due);
                }
            }
        }
        for (row, (account, balance)) in rows.iter().zip(&held) {
            if let Some(over) = row.limit_left.as_ref().filter(|left| left.minor < 0) {
                add(AttentionCode::OverLimit, account, Some(over.minor.saturating_neg()), None);
            }
            if *balance < 0 && !account.is_carrier() {
                add(AttentionCode::Negative, account, Some(*balance), None);
            }
            if row.stale && !account.closed {
                add(AttentionCode::Stale, account, None, row.seen.map(|seen| seen.day()));
            }
            let checked = account.platform.as_deref().and_then(|id| context.catalog().rules_checked(id));
            if let Some(checked) = checked.filter(|checked| today.0 - checked.0 > RULE_STALE_DAYS) {
                add(AttentionCode::RuleOutdated, account, None, Some(checked));
            }
        }
        let find = |id| book.account(id);
        // A ledger that is not there is not asked for more.
        if !standings.is_empty() {
            for (id, last, amount) in book.store.lots_until(now, today.add_days(EXPIRING_DAYS))? {
                if let Some(account) = find(id) {
                    add(AttentionCode::Expiring, account, Some(amount), Some(last));
                }
            }
            let since = today.add_days(1 - EXPIRED_DAYS).start();
            for (id, gone, amount) in book.store.expiries(Some(since), Some(now), Expiries::All)? {
                if let Some(account) = find(id) {
                    add(AttentionCode::Expired, account, Some(amount), Some(gone.add_days(-1)));
                }
            }
        }
        let is_bank = |account: &Account| account.kind == AccountKind::Bank;
        let (banks, small): (Vec<_>, Vec<_>) = held.iter().copied().partition(|(a, _)| is_bank(a));
        let mut answer = Status::new(now, attention, rows);
        answer.totals = report::totals(held.clone());
        (answer.small, answer.banks) = (report::totals(small), report::totals(banks));
        (answer.stale_days, answer.rule_days) = (BALANCE_STALE_DAYS, RULE_STALE_DAYS);
        Ok(CommandOutput::of(answer))
    })
}
