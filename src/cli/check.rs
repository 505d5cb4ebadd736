//! `check`: is the ledger what its facts say it is?

use super::context::{Context, exposed};
use super::error::{CommandError, Done};
use super::{CommandOutput, Notice};
use crate::store::{CheckReport, Finding, Repair, Store, permission_issues};
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
        notes.extend(permission_issues(context.ledger_path()).iter().map(exposed));
    } else {
        notes.push(Notice::warning("ledger-unsound", "keep a copy of the file before you go on"));
        if !report.findings.iter().all(Finding::is_derived) {
            notes.extend(what_is_left(&report));
            notes.extend(ways_back());
        } else {
            let what = "every fact was verified; only totals are wrong: jandon check --repair";
            notes.push(Notice::Done(what.into()));
        }
    }
    Ok(outcome(checked(&store, report)).with(notes))
}

/// What can still be answered where facts are damaged.
fn what_is_left(report: &CheckReport) -> Option<Notice> {
    let only_facts = |finding: &Finding| finding.part == "checksum" || finding.is_derived();
    if report.damaged.is_empty() || !report.findings.iter().all(only_facts) {
        return None;
    }
    let is_event =
        |table: &&'static str| matches!(*table, "change" | "foreign_id" | "void" | "entry" | "snapshot");
    Some(Notice::Done(match report.damaged.iter().all(is_event) {
        true => {
            "all other facts were verified; the balances of now and the sums of whole months come from totals, \
                 which damage of a fact does not change; history, categories and the balance on a past day show \
                 the damaged facts as they are now"
                .into()
        }
        false => {
            "all other facts were verified; answers that show these accounts, units, rates or texts may be \
                  wrong"
                .into()
        }
    }))
}

/// How the facts can be had back.
fn ways_back() -> [Notice; 2] {
    [
        Notice::Done("to get the facts back, restore a backup: jandon restore FILE".into()),
        Notice::Done(
            "or import an export into a new ledger: jandon --ledger NEW.db import FILE.jsonl".into(),
        ),
    ]
}

/// Rebuilds the totals under the write lock, after a copy of the ledger.
fn repair(accept_damage: bool, context: &Context) -> Result<CommandOutput, CommandError> {
    let store = Store::write(context.ledger_path(), context.wait())?;
    let repair = store.repair(accept_damage)?;
    let (is_sound, changes_something) = (repair.report.findings.is_empty(), repair.changes_something());
    let mut notes = Vec::new();
    if !is_sound {
        let what = match accept_damage {
            true => "nothing was changed: what is damaged cannot be read or breaks a rule of the ledger",
            false => "nothing was changed: totals that follow from damaged facts would be wrong, too",
        };
        notes.push(Notice::warning("ledger-unsound", what));
        notes.extend(what_is_left(&repair.report));
        notes.extend(ways_back());
        if !accept_damage {
            let what = "for want of both, let the facts count as they are now: jandon check --repair --accept-damage";
            notes.push(Notice::Done(what.into()));
        }
    }
    let mut copy = None;
    if is_sound && changes_something {
        // A colon cannot stand in every file system's names.
        let suffix = format!("before-repair-{}", context.now).replace(':', "");
        let kept = copy.insert(store.copy_before_repair(&suffix)?);
        notes.push(Notice::Done(format!("the ledger as it was lies in {}", kept.display())));
        if !repair.accepted.is_empty() {
            let what = "damaged facts were accepted as they are now, with new checksums, and the totals follow from \
                        them: what was recorded there is lost";
            notes.push(Notice::warning("damage-accepted", what));
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
