//! `check`: is the ledger what its facts say it is?

use super::context::Context;
use super::error::{CommandError, Done};
use super::{CommandOutput, Note};
use crate::messages::warning::UnsoundLedger;
use crate::messages::{Notice, Warning};
use crate::store::{CheckReport, Finding, Repair, Store};
use crate::view::check::{Checked, FindingLine, RepairedRow};

/// Verify the ledger file, its records and its totals
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Rebuild the totals from the records, after a backup; refused if a record is damaged
    #[arg(long)]
    repair: bool,
    /// With --repair: accept damaged records as they are now, if there is no backup
    #[arg(long, requires = "repair")]
    accept_damage: bool,
}

/// Answers with what was found; anything that stays wrong is exit status 1.
pub fn run(args: &CheckArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    if args.repair {
        return repair(args.accept_damage, context);
    }
    // Nothing is asked of the ledger before it was looked at.
    let store = context.store()?;
    let report = store.check()?;
    let mut notes = Vec::new();
    if report.findings.is_empty() {
        notes.extend(context.permission_warnings());
    } else {
        notes.push(Note::Warning(Warning::LedgerUnsound(UnsoundLedger::KeepACopy)));
        if !report.findings.iter().all(Finding::is_derived) {
            notes.extend(what_is_left(&report));
            notes.extend(ways_back());
        } else {
            notes.push(Note::Done(Notice::OnlyTotalsWrong));
        }
    }
    Ok(outcome(checked(&store, report)).with(notes))
}

/// What can still be answered where facts are damaged.
fn what_is_left(report: &CheckReport) -> Option<Note> {
    let only_facts = |finding: &Finding| finding.part == "checksum" || finding.is_derived();
    if report.damaged.is_empty() || !report.findings.iter().all(only_facts) {
        return None;
    }
    let is_event =
        |table: &&'static str| matches!(*table, "change" | "foreign_id" | "void" | "entry" | "snapshot");
    Some(Note::Done(match report.damaged.iter().all(is_event) {
        true => Notice::TotalsUnaffected,
        false => Notice::OtherFactsVerified,
    }))
}

/// How the facts can be had back.
fn ways_back() -> [Note; 2] {
    [Note::Done(Notice::CanRestore), Note::Done(Notice::CanImport)]
}

/// Rebuilds the totals under the write lock, after a copy of the ledger.
fn repair(accept_damage: bool, context: &Context) -> Result<CommandOutput, CommandError> {
    let store = Store::write(context.ledger_path(), context.wait())?;
    let repair = store.repair(accept_damage)?;
    let (is_sound, changes_something) = (repair.report.findings.is_empty(), repair.changes_something());
    let mut notes = Vec::new();
    if !is_sound {
        notes.push(Note::Warning(Warning::LedgerUnsound(match accept_damage {
            true => UnsoundLedger::CannotAccept,
            false => UnsoundLedger::NotRepaired,
        })));
        notes.extend(what_is_left(&repair.report));
        notes.extend(ways_back());
        if !accept_damage {
            notes.push(Note::Done(Notice::CanAcceptDamage));
        }
    }
    let mut copy = None;
    if is_sound && changes_something {
        // A colon cannot stand in every file system's names.
        let suffix = format!("before-repair-{}", context.now).replace(':', "");
        let kept = copy.insert(store.copy_before_repair(&suffix)?);
        notes.push(Note::Done(Notice::CopyBeforeRepair { path: kept.clone() }));
        if !repair.accepted.is_empty() {
            notes.push(Note::Warning(Warning::DamageAccepted));
        }
    }
    let outcome = outcome(repaired(&store, repair)?).with(notes);
    if let Some(copy) = copy {
        store.commit_and_exit().inspect_err(|_| {
            // Nothing was repaired, so the ledger is what its copy is.
            let _ = std::fs::remove_file(&copy);
        })?;
        context.set_done(Done::Repaired);
    }
    Ok(outcome)
}

fn outcome(checked: Checked) -> CommandOutput {
    let status = u8::from(!checked.ok);
    CommandOutput { status, ..CommandOutput::of(checked) }
}

fn lines(found: Vec<Finding>) -> Vec<FindingLine> {
    found.into_iter().map(|f| FindingLine { part: f.part, what: f.what }).collect()
}

fn checked(store: &Store, report: CheckReport) -> Checked {
    let path = store.path().display().to_string();
    let counts = [report.accounts, report.entries, report.snapshots];
    Checked::new(path, counts, lines(report.findings))
}

/// What a repair did; where it changed nothing, no balance is shown.
fn repaired(store: &Store, repair: Repair) -> Result<Checked, CommandError> {
    let Repair { mended, accepted, balances, report } = repair;
    let mut checked = checked(store, report);
    (checked.mended, checked.accepted) = (lines(mended), lines(accepted));
    let accounts = if balances.is_empty() { Vec::new() } else { store.accounts()? };
    for balance in balances {
        let Some(account) = accounts.iter().find(|account| account.id == balance.account) else { continue };
        let money = |minor: Option<i64>| minor.map(|minor| account.unit.money(minor));
        checked.balances.push(RepairedRow {
            account: account.name.clone(),
            unit: account.unit.clone(),
            is_owed: account.is_carrier(),
            before: money(balance.before),
            after: money(balance.after),
        });
    }
    Ok(checked)
}
