//! What a change did beside entries and snapshots, in a few words.

use crate::ledger::Account;
use crate::store::LedgerChangeKind;

/// Describes it: `1 USD = 1400 KRW from 2026-11-01`, `account kakao opened (wallet, KRW)`.
pub fn described(what: &LedgerChangeKind) -> String {
    match what {
        LedgerChangeKind::Rate { unit, rate, of, day } => format!("1 {unit} = {rate} {of} from {day}"),
        LedgerChangeKind::Unit(unit) => format!("unit {unit} with {} decimals", unit.decimals),
        LedgerChangeKind::Account { before: None, after } => {
            let on = after.platform.as_ref().map_or(String::new(), |id| format!(" on {id}"));
            format!("account {} opened ({}{on}, {})", after.name, after.kind, after.unit)
        }
        LedgerChangeKind::Account { before: Some(before), after } => {
            format!("account {} {}", before.name, differences(before, after).join(", "))
        }
        LedgerChangeKind::Void { of, of_command, .. } => {
            let id = of.to_string();
            format!("`{of_command}` ({})", &id[id.len() - 6..])
        }
    }
}

/// What is otherwise about an account than before.
fn differences(before: &Account, after: &Account) -> Vec<String> {
    let mut out = Vec::new();
    if before.name != after.name {
        out.push(format!("renamed to {}", after.name));
    }
    match (before.closed, after.closed) {
        (false, true) => out.push("closed".into()),
        (true, false) => out.push("reopened".into()),
        _ => {}
    }
    let none = || "none".to_string();
    let limit =
        |account: &Account| account.limit.map_or_else(none, |l| account.unit.money(l).to_grouped_string());
    let day = |account: &Account| account.bill_day.map_or_else(none, |day| day.to_string());
    let text = |text: &Option<String>| text.clone().unwrap_or_else(none);
    for (name, old, new) in [
        ("platform", text(&before.platform), text(&after.platform)),
        ("kind", before.kind.to_string(), after.kind.to_string()),
        ("unit", before.unit.to_string(), after.unit.to_string()),
        ("limit", limit(before), limit(after)),
        ("bill day", day(before), day(after)),
        ("note", text(&before.note), text(&after.note)),
    ] {
        if old != new {
            out.push(format!("{name} {new}"));
        }
    }
    if out.is_empty() {
        out.push("unchanged".into());
    }
    out
}
