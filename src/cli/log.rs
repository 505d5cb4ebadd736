//! `log`: balances seen.

use super::commit::Committed;
use super::context::{Context, EntryArgs, LedgerView, any_amount};
use super::error::CommandError;
use super::{CommandOutput, Note, record};
use crate::ledger::{Account, AccountBalance, Snapshot};
use crate::messages::error::{Correction, UsageError};
use crate::messages::record::{Because, RecordedSnapshot};
use crate::messages::{Notice, Warning};
use crate::money::{AmountError, ParsedAmount};
use crate::period::{LocalDateTime, Period};
use crate::store::Fact;
use crate::view::history::HistoryLine;

/// Record the balances you see: log kakao 12,500 toss 8,000
#[derive(Debug, clap::Args)]
pub struct LogArgs {
    /// NAME AMOUNT or NAME=AMOUNT, one or more times
    #[arg(value_name = "NAME AMOUNT | NAME=AMOUNT", allow_negative_numbers = true)]
    pub(super) seen: Vec<String>,
    /// Confirm the present balance of these accounts, or of all
    #[arg(long, value_name = "NAME", num_args = 0..)]
    same: Option<Vec<String>>,
    /// The carrier shows a credit, not a debt
    #[arg(long)]
    credit: bool,
    /// Count the carrier's balance in this month: 2026-08
    #[arg(long, value_name = "MONTH", conflicts_with = "date")]
    month: Option<String>,
    #[command(flatten)]
    when: EntryArgs,
}

/// Records one snapshot an account, all or none.
pub fn run(args: &LogArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let at = moment(args, context)?;
    let pairs = pairs(args)?;
    let Committed { summary, notes, value } = context.commit("log", args.when.dry_run, |book| {
        let mut bills = Vec::new();
        let standings = book.store.account_balances(at)?;
        let mut wanted: Vec<(&Account, i64)> = Vec::new();
        for (name, amount) in &pairs {
            let account = context.account(book, name, true)?;
            let seen = any_amount(amount, account).map_err(|error| credited(error, account, amount))?;
            for (option, given) in [("credit", args.credit), ("month", args.month.is_some())] {
                if given && !account.is_carrier() {
                    return Err(CommandError::CarrierOnly { option, account: account.name.clone() });
                }
            }
            let balance = if args.credit { seen.minor } else { account.display_balance(seen.minor) };
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if args.month.is_none() {
                bills.extend(bill_note(account, standing, balance, at, amount));
            }
            wanted.push((account, balance));
        }
        for account in same(args, context, book)? {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            if args.same.as_ref().is_some_and(Vec::is_empty) && !standing.has_facts {
                continue;
            }
            wanted.push((account, standing.balance));
        }
        for (i, (account, _)) in wanted.iter().enumerate() {
            if wanted[..i].iter().any(|(other, _)| other.id == account.id) {
                return Err(UsageError::AccountTwice { account: account.name.clone() }.into());
            }
        }
        let mut facts = Vec::new();
        for (account, balance) in wanted {
            let note = args.when.note.clone();
            facts.push(Fact::Snapshot(Snapshot {
                id: context.new_id(at),
                at,
                account: account.id,
                balance,
                note,
            }));
        }
        Ok((facts, bills))
    })?;
    let (recorded, bills) = (summary, value);
    let mut outcome = if recorded.entries.is_empty() {
        CommandOutput::of(recorded)
    } else {
        // The sentence names the balances; only those that stay are named again.
        let balances = record::new_balances(&recorded).into_iter();
        let did = Notice::Logged {
            seen: seen(&recorded.entries),
            date: record::date(at, Some(context.now)),
            stayed: balances.filter(|after| matches!(after.because, Because::SeenLater(_))).collect(),
            dry_run: args.when.dry_run,
        };
        record::outcome(recorded, notes, did)
    };
    outcome.notes.extend(bills);
    if outcome.notes.is_empty() {
        outcome.notes.push(Note::Done(Notice::NothingToLog));
    }
    Ok(outcome)
}

/// Names `--credit` where a carrier's balance was given with a sign.
fn credited(error: CommandError, account: &Account, amount: &str) -> CommandError {
    match error {
        CommandError::Amount(AmountError::Signed(_)) if account.is_carrier() => {
            let correction = Correction::Credit {
                account: account.name.clone(),
                amount: amount.trim().trim_start_matches(['-', '+', '−']).into(),
            };
            CommandError::Corrected { failure: Box::new(error), correction }
        }
        other => other,
    }
}

/// Returns the snapshots of what was recorded.
fn seen(lines: &[HistoryLine]) -> Vec<RecordedSnapshot> {
    let snapshot = |line: &HistoryLine| match line {
        HistoryLine::Snapshot(line) => Some(record::snapshot(line, None)),
        HistoryLine::Entry(_) | HistoryLine::Change(_) => None,
    };
    lines.iter().filter_map(snapshot).collect()
}

/// The moment of the snapshots: as given, the end of `--month`, else now.
fn moment(args: &LogArgs, context: &Context) -> Result<LocalDateTime, CommandError> {
    let Some(text) = &args.month else { return context.seen_moment(args.when.date.as_deref()) };
    let period = Period::parse(text, context.today(), 1)?;
    match (period.from, period.to) {
        (Some(from), Some(_)) if from > context.today() => {
            Err(UsageError::FutureMonth { typed: text.clone() }.into())
        }
        (Some(from), Some(to)) if from.month().first() == from && from.month().last() == to => {
            Ok(to.end().min(context.now))
        }
        _ => Err(UsageError::NotAMonth { typed: text.clone() }.into()),
    }
}

/// Says in which month a carrier's snapshot was counted, where it may be the bill of the month before: it
/// raises what is owed, on or before the bill day; where that is not known, if it is the first one.
fn bill_note(
    account: &Account,
    standing: AccountBalance,
    balance: i64,
    at: LocalDateTime,
    amount: &str,
) -> Option<Note> {
    let month = at.month();
    let is_first = standing.seen.is_none();
    let is_raised = is_first || balance < standing.balance;
    let may_be_earlier = match account.bill_day {
        Some(day) => at.day() <= month.day(u32::from(day)),
        None => is_first,
    };
    if balance >= 0 || !is_raised || !may_be_earlier {
        return None;
    }
    Some(Note::Warning(Warning::BillMonth {
        account: account.name.clone(),
        amount: amount.into(),
        month,
        bill_day: account.bill_day,
    }))
}

fn pairs(args: &LogArgs) -> Result<Vec<(String, String)>, CommandError> {
    let seen = args.seen.as_slice();
    if seen.is_empty() {
        return if args.same.is_some() { Ok(Vec::new()) } else { Err(UsageError::NoBalance.into()) };
    }
    let is_pair = |word: &String| word.rsplit_once('=').is_some_and(|(name, _)| !name.trim().is_empty());
    let mut pairs = Vec::new();
    let mut rest = seen;
    while let [word, behind @ ..] = rest {
        // A name may hold `=` where an amount follows it.
        let named = behind
            .first()
            .filter(|next| !is_pair(word) || ParsedAmount::parse(next).is_ok() && seen.len() == 2);
        match (named, word.rsplit_once('=')) {
            (Some(amount), _) if !is_pair(amount) => {
                pairs.push((word.clone(), amount.clone()));
                rest = &behind[1..];
            }
            (_, Some((name, amount))) if !name.trim().is_empty() => {
                pairs.push((name.to_string(), amount.to_string()));
                rest = behind;
            }
            _ => return Err(UsageError::NoAmount { name: word.clone() }.into()),
        }
    }
    Ok(pairs)
}

/// The accounts whose present balance is confirmed.
fn same<'b>(
    args: &LogArgs,
    context: &Context,
    book: &'b LedgerView<'_>,
) -> Result<Vec<&'b Account>, CommandError> {
    match &args.same {
        None => Ok(Vec::new()),
        Some(names) if names.is_empty() => Ok(book.accounts.iter().filter(|a| !a.closed).collect()),
        Some(names) => names.iter().map(|name| context.account(book, name, true)).collect(),
    }
}
