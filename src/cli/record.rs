//! What the recording verbs share: an entry in the making, and the line that says what was done.

use super::context::{Context, EntryArgs};
use super::error::{CommandError, quoted};
use super::{CommandOutput, Notice, usage};
use crate::ledger::{Account, Entry, Expires, Kind, Leg};
use crate::money::{ParsedAmount, Unit};
use crate::period::LocalDateTime;
use crate::store::Fact;
use crate::text::{self, NAME_MAX, TEXT_MAX};
use crate::view::change::{BalanceAfter, Because, ChangeSummary};
use crate::view::history::{HistoryLine, HistorySnapshot};
use std::borrow::Cow;

/// An entry of one unit without charges, between an account and the outside or another account.
pub fn entry(
    context: &Context,
    kind: Kind,
    at: LocalDateTime,
    unit: &Unit,
    amount: i64,
    when: &EntryArgs,
) -> Entry {
    let outside = Leg { account: None, amount, unit: unit.clone() };
    Entry {
        id: context.new_id(at),
        at,
        kind,
        from: outside.clone(),
        to: outside,
        fee: 0,
        tax: 0,
        category: None,
        payee: None,
        note: when.note.clone(),
        channel: None,
        expires: Expires::Unknown,
    }
}

/// What a spend, an earning or a refund was about.
#[derive(Debug, clap::Args)]
pub struct AboutArgs {
    /// The category
    pub category: Option<String>,
    /// The category, as an option; needed for one that is a number
    #[arg(long = "category", value_name = "TEXT", conflicts_with = "category",
          allow_hyphen_values = true, value_parser = free_text)]
    pub category_option: Option<String>,
    /// The shop or person paid, or who paid
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = free_text)]
    pub payee: Option<String>,
}

impl AboutArgs {
    /// Returns the category and the payee as they are stored.
    ///
    /// A category that reads as an amount is an error unless it was given with `--category`.
    pub fn labels(&self, amount: &str) -> Result<(Option<String>, Option<String>), CommandError> {
        if let Some(category) = self.category.as_deref().filter(|text| reads_as_amount(text)) {
            // Where the amount is no amount, the two are the wrong way round.
            ParsedAmount::parse(amount)?;
            return Err(CommandError::NumericCategory { amount: amount.into(), category: category.into() });
        }
        if let Some(word) = self.category.as_deref().filter(|word| continues_amount(amount, word)) {
            let hint = format!(
                "join the two: {}; as a category: --category {}",
                quoted(&format!("{amount}{word}")),
                quoted(word)
            );
            let message = format!("{word:?} reads as a part of the amount, not as a category");
            return Err(CommandError::Usage { message, hint });
        }
        let category = label("category", self.category.as_deref().or(self.category_option.as_deref()))?;
        let payee = label("payee", self.payee.as_deref())?;
        Ok((category, payee))
    }
}

/// Whether a text is an amount, with or without a unit that people write beside one.
pub fn reads_as_amount(text: &str) -> bool {
    ParsedAmount::parse(text).is_ok_and(|figure| figure.has_known_symbol())
}

/// Whether a word goes on with an amount that a shell split: `5 만`, `12,500 KRW`, `4500 원`.
fn continues_amount(amount: &str, word: &str) -> bool {
    let is_mark =
        word.chars().all(|c| "억만천백십원점".contains(c)) || Unit::currency(&word.to_uppercase()).is_some();
    is_mark && !word.is_empty() && reads_as_amount(amount) && reads_as_amount(&format!("{amount}{word}"))
}

/// Accepts any text, also one that begins with a hyphen, unless it is the name of an option.
pub fn free_text(text: &str) -> Result<String, String> {
    match text.starts_with("--") && usage::is_option(text) {
        true => Err(format!("{text} is an option; give a text before it")),
        false => Ok(text.to_string()),
    }
}

/// A category or payee in the form in which it is stored.
pub fn label(what: &'static str, text: Option<&str>) -> Result<Option<String>, CommandError> {
    text.map(|text| stored(what, text, TEXT_MAX)).transpose()
}

/// Returns a text as it is stored; `what` names it in the message.
pub fn stored(what: &'static str, text: &str, max: usize) -> Result<String, CommandError> {
    text::checked(text, max).map(Cow::into_owned).map_err(|error| CommandError::Text { what, error })
}

/// Returns a fact with every text of it as it is stored.
///
/// Every recording command passes its facts through here. An edited account keeps what it had; what
/// is new of it is checked where it is read.
pub fn with_stored_texts(mut fact: Fact) -> Result<Fact, CommandError> {
    let check = |what, text: &mut Option<String>| -> Result<(), CommandError> {
        *text = label(what, text.as_deref())?;
        Ok(())
    };
    match &mut fact {
        Fact::Entry(entry) => {
            check("note", &mut entry.note)?;
            let labels = [
                ("category", &mut entry.category),
                ("payee", &mut entry.payee),
                ("channel", &mut entry.channel),
            ];
            for (what, text) in labels {
                *text = label(what, text.as_deref())?.map(Into::into);
            }
        }
        Fact::Snapshot(snapshot) => check("note", &mut snapshot.note)?,
        Fact::Open(account) => {
            account.name = stored("name of the account", &account.name, NAME_MAX)?;
            check("note", &mut account.note)?;
        }
        Fact::Unit(unit) => drop(stored("code of the unit", &unit.code, TEXT_MAX)?),
        Fact::Part { facts, .. } => {
            *facts = std::mem::take(facts).into_iter().map(with_stored_texts).collect::<Result<_, _>>()?;
        }
        _ => {}
    }
    Ok(fact)
}

/// Checks an entry against the accounts, before the writer does the same: a broken rule of one's own
/// making is told in the words of the command.
pub fn checked(entry: Entry, accounts: &[Account]) -> Result<Fact, CommandError> {
    entry.check(|id| accounts.iter().find(|a| a.id == id))?;
    Ok(Fact::Entry(entry))
}

/// The outcome of a recording verb: the answer, and a line with what was done and where it leads.
pub fn outcome(recorded: ChangeSummary, notes: Vec<Notice>, did: &str, dry_run: bool) -> CommandOutput {
    let after = if did.starts_with("logged") {
        // A log says the balances already.
        let seen_later = |after: &&BalanceAfter| matches!(after.because, Because::SeenLater(_));
        left(recorded.balances.iter().filter(seen_later))
    } else {
        left(recorded.balances.iter())
    };
    let now = if after.is_empty() { String::new() } else { format!("; {after}") };
    let would = if dry_run { "would have " } else { "" };
    let mut all = vec![Notice::Done(format!("{would}{did}{now}"))];
    all.extend(notes);
    CommandOutput::of(recorded).with(all)
}

/// Where a change leaves accounts: `now kakao 45,500 KRW, bank 5 KRW`, or why a balance did not move.
fn left<'a>(accounts: impl Iterator<Item = &'a BalanceAfter>) -> String {
    let (mut moved, mut stayed) = (Vec::new(), Vec::new());
    for after in accounts {
        let name = &after.account;
        let is = match (after.owed, after.balance.minor > 0) {
            (false, _) => after.balance.to_string(),
            (true, true) => format!("{} in credit", after.balance),
            (true, false) => format!("owed {}", after.unit.money(after.balance.minor.saturating_neg())),
        };
        let at = if is.starts_with("owed") { "" } else { "at " };
        match after.because {
            Because::Moved => moved.push(format!("{name} {is}")),
            Because::LaterRecords(last) => {
                moved.push(format!("{name} {is} (with later records up to {})", last.to_short_string()));
            }
            Because::SeenLater(seen) => {
                stayed.push(format!("{name} stays {at}{is}, seen later ({})", seen.to_short_string()));
            }
            Because::ExpiredSince(true) => {
                stayed.push(format!("{name} stays {at}{is}, because those points have expired since"))
            }
            Because::ExpiredSince(false) => {
                moved.push(format!("{name} {is} (some of those points have expired since)"));
            }
            Because::NotYet => stayed.push(format!("{name} stays {at}{is} until then")),
        }
    }
    let now = (!moved.is_empty()).then(|| format!("now {}", moved.join(", ")));
    now.into_iter().chain(stayed).collect::<Vec<_>>().join("; ")
}

/// What an entry did, in a few words: `spent 4,500 KRW from kakao (coffee)`, with its date unless that
/// is today.
pub fn did(verb: &str, line: &HistoryLine, now: Option<LocalDateTime>) -> String {
    let line = match line {
        HistoryLine::Entry(line) => line,
        HistoryLine::Change(line) => return line.what.clone(),
        HistoryLine::Snapshot(line) => return format!("{verb} {}{}", seen(line), dated(line.at, now)),
    };
    let mut words = match (&line.from, &line.to) {
        (Some(from), Some(to)) => format!("{verb} {} from {from} to {to}", line.out),
        (Some(from), None) => format!("{verb} {} from {from}", line.out),
        (None, Some(to)) => format!("{verb} {} in {to}", line.arriving),
        (None, None) => verb.to_string(),
    };
    let mut about: Vec<String> = [&line.category, &line.payee].into_iter().flatten().cloned().collect();
    if line.fee.minor != 0 {
        about.push(format!("fee {}", line.fee.to_grouped_string()));
    }
    if line.tax.minor != 0 {
        about.push(format!("tax {}", line.tax.to_grouped_string()));
    }
    if line.from.is_some() && (line.out_unit != line.in_unit || line.out.minor != line.arriving.minor) {
        about.push(format!("{} arrive", line.arriving));
    }
    if let Some(expires) = &line.expires {
        about.push(if expires == "never" {
            "never expires".into()
        } else {
            format!("expires after {expires}")
        });
    }
    words += &dated(line.at, now);
    if !about.is_empty() {
        words += &format!(" ({})", about.join(", "));
    }
    words
}

/// ` on 2026-11-20`, or nothing for what happened today.
pub fn dated(at: LocalDateTime, now: Option<LocalDateTime>) -> String {
    match now.is_some_and(|now| now.day() == at.day()) {
        true => String::new(),
        false => format!(" on {}", at.day()),
    }
}

/// The outcome of a verb that wrote one entry.
pub fn one_entry(verb: &str, recorded: (ChangeSummary, Vec<Notice>), dry_run: bool) -> CommandOutput {
    let (recorded, notes) = recorded;
    let did = recorded.entries.first().map_or(String::new(), |line| did(verb, line, recorded.now));
    outcome(recorded, notes, &did, dry_run)
}

/// A snapshot in a few words: `kakao at 12,500 KRW (2,500 less than recorded)`.
pub fn seen(line: &HistorySnapshot) -> String {
    let sign = if line.owed { -1 } else { 1 };
    let balance = line.unit.money(line.balance.minor.saturating_abs());
    let at = match (line.owed, line.balance.minor > 0) {
        (false, _) => format!("at {}", line.balance),
        (true, true) => format!("{balance} in credit"),
        (true, false) => format!("owed {balance}"),
    };
    let gap = |minor: i64| line.unit.money(minor.saturating_abs()).to_grouped_string();
    let state = match line.unexplained.as_ref().map(|u| sign * u.minor) {
        None => String::new(),
        Some(_) if line.first => " (first seen)".into(),
        Some(0) => " (as expected)".into(),
        Some(more) if more > 0 => format!(" ({} more than recorded)", gap(more)),
        Some(less) => format!(" ({} less than recorded)", gap(less)),
    };
    format!("{} {at}{state}", line.account)
}
