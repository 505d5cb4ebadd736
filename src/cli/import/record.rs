//! Writes the rows of a statement into the ledger, and says what they came to.

use super::Stopped;
use super::statements::ReadStatement;
use crate::cli::context::{Context, LedgerView};
use crate::cli::error::CommandError;
use crate::ledger::{Account, AccountId, AccountKind, Kind, name};
use crate::messages::error::StatementError;
use crate::messages::{ImportLine, Language};
use crate::money::Money;
use crate::period::Day;
use crate::statement::accounts::{AccountChoice, choose};
use crate::statement::balances::AccountChain;
use crate::statement::entries::{entry_of_row, kind_of_row};
use crate::statement::profile::UserRules;
use crate::statement::read::ReadError;
use crate::statement::rows::{SkipReason, StatementAccount, StatementRow};
use crate::statement::typed::{Nearness, TypedEntry, is_other_leg, nearness};
use crate::statement::{LISTED_MAX, SkippedRows, add_skipped};
use crate::store::{ImportError, ImportSession, NearbyEntry, RowMatch, Store, StoreError};
use crate::view::import::{BreakJson, ChangedEntry, ImportedAccount, PreviewRow, RowEntry};
use std::collections::{HashMap, VecDeque};

/// Which account each label leads to, as options and rules say.
pub struct NamedAccounts<'a> {
    /// `--account`: label, if one is given, and account.
    pub options: &'a [(Option<String>, String)],
    /// The user's rules.
    pub rules: &'a UserRules,
}

/// What the rows of a statement came to.
#[derive(Default)]
pub struct RecordedStatement {
    /// Rows that added an entry.
    pub new: u64,
    /// Rows that the ledger knew.
    pub known: u64,
    /// Rows that are not for the ledger.
    pub skipped: Vec<SkippedRows>,
    /// The accounts.
    pub accounts: Vec<ImportedAccount>,
    /// The first and the last rows of each account.
    pub previews: Vec<AccountPreview>,
    /// Rows that are known in another account.
    pub elsewhere: Vec<(u64, String)>,
    /// Rows like the other leg of a transfer.
    pub other_legs: Vec<u64>,
    /// Payees of rows without a category.
    pub uncategorised: HashMap<String, u64>,
    /// How many rows have no category.
    pub uncategorised_count: u64,
    /// Labels whose account `--account` named.
    pub named: Vec<(String, String)>,
}

impl RecordedStatement {
    /// Returns each account with the rows that people see of it.
    pub fn shown(&self) -> impl Iterator<Item = (&AccountPreview, &ImportedAccount)> {
        // An account that no row goes to is not among those of the answer.
        self.previews.iter().filter(|preview| preview.has_account).zip(&self.accounts)
    }
}

/// The rows of an account that people see.
#[derive(Default)]
pub struct AccountPreview {
    /// The account that is opened.
    pub opens: Option<Account>,
    /// The first rows.
    pub first: Vec<PreviewRow>,
    /// The last rows.
    pub last: VecDeque<PreviewRow>,
    /// How many there are.
    pub count: usize,
    /// Whether the ledger has the account, or gets it.
    has_account: bool,
}

/// The most payees without a category that are counted.
const PAYEES_MAX: usize = 10_000;
/// Rows shown at either end of an account.
const SHOWN: usize = 5;

impl AccountPreview {
    fn add(&mut self, row: PreviewRow) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(row);
            return;
        }
        if self.last.len() == SHOWN {
            self.last.pop_front();
        }
        self.last.push_back(row);
    }
}

/// Records the rows of a statement.
pub fn record(
    session: &mut ImportSession<'_>,
    store: &Store,
    context: &Context,
    file: &str,
    read: &mut ReadStatement<'_>,
    named: &NamedAccounts<'_>,
    keeps_typed: bool,
) -> Result<RecordedStatement, Stopped> {
    session.begin_statement()?;
    let mut out =
        RecordedStatement { skipped: read.statement.skipped.clone(), ..RecordedStatement::default() };
    let places = accounts(session, store, context, file, read, named, &mut out)?;
    let labels = read.statement.accounts.clone();
    let mut chains = vec![AccountChain::default(); labels.len()];
    let mut others: HashMap<String, Option<AccountId>> = HashMap::new();
    let mut recorder = Recorder {
        nearby: Nearby::default(),
        used: Vec::new(),
        alike: Vec::new(),
        replaced: vec![Vec::new(); places.len()],
        changed: (0..places.len()).map(|_| Vec::new()).collect(),
        has_new: vec![false; places.len()],
        has_rows: vec![false; places.len()],
    };
    for place in &places {
        if let Some(account) = &place.account {
            recorder.nearby.is_possible.insert(account.id, session.has_typed_entries(account.id)?);
        }
    }
    read.statement.each(|row| -> Result<(), Stopped> {
        chains[row.account].add(row);
        let Some(account) = &places[row.account].account else {
            if row.effect != 0 && !row.is_part {
                let label = labels[row.account].label.clone();
                add_skipped(&mut out.skipped, row.line, SkipReason::NoAccount(label));
            }
            return Ok(());
        };
        let Some(identity) = row.identity else { return Ok(()) };
        let found = session.find_row(identity, &row.former, row.effect, account.id)?;
        let is_known = !matches!(found, RowMatch::New(_));
        let other = match &row.with {
            None => None,
            Some(label) => {
                let known = others.get(label.as_str()).copied();
                match known {
                    Some(known) => known,
                    None => {
                        let id = other_account(session, store, context, label, &places, &labels, named)?;
                        others.insert(label.to_string(), id);
                        id
                    }
                }
            }
        };
        let is_of_unit = |id: &AccountId| session.account(*id).is_some_and(|held| held.unit == account.unit);
        let other = other.filter(|id| *id != account.id).filter(is_of_unit);
        match found {
            RowMatch::Repeated => {
                if !row.is_part {
                    add_skipped(&mut out.skipped, row.line, SkipReason::Repeated);
                }
                return Ok(());
            }
            RowMatch::Known { from, to, .. } => {
                recorder.has_rows[row.account] |= [from, to].contains(&Some(account.id));
                out.known += u64::from(!row.is_part);
                if ![from, to].contains(&Some(account.id))
                    && let Some(id) = from.or(to)
                {
                    let name = session.account(id).map_or("", |held| held.name.as_str());
                    match out.elsewhere.iter_mut().find(|(_, known)| known == name) {
                        Some((count, _)) => *count += 1,
                        None => out.elsewhere.push((1, name.to_string())),
                    }
                }
            }
            RowMatch::Changed { entry, was } => {
                recorder.has_rows[row.account] = true;
                out.known += u64::from(!row.is_part);
                let unit = &account.unit;
                if recorder.changed[row.account].len() < LISTED_MAX {
                    recorder.changed[row.account].push(ChangedEntry {
                        line: row.line,
                        entry,
                        was: unit.money(was.abs()),
                        is: unit.money(row.effect.abs()),
                    });
                }
            }
            RowMatch::New(id) => {
                out.new += u64::from(!row.is_part);
                (recorder.has_new[row.account], recorder.has_rows[row.account]) = (true, true);
                let typed = recorder.typed(session, row, account, keeps_typed)?;
                let entry = entry_of_row(row, account, other, typed.as_ref(), id);
                if let Some(typed) = &typed {
                    session.replace(typed.change)?;
                    if recorder.replaced[row.account].len() < LISTED_MAX {
                        recorder.replaced[row.account].push((row.line, typed.entry.id));
                    }
                }
                if entry.category.is_none() && entry.kind == Kind::Spend {
                    out.uncategorised_count += 1;
                    if let Some(payee) = &entry.payee {
                        if let Some(count) = out.uncategorised.get_mut(payee.as_str()) {
                            *count += 1;
                        } else if out.uncategorised.len() < PAYEES_MAX {
                            out.uncategorised.insert(payee.to_string(), 1);
                        }
                    }
                }
                session.record_row(&entry).map_err(|error| match error {
                    error @ (StoreError::Rule(_) | StoreError::Refused(_)) => {
                        let error = Box::new(ImportError::Refused { line: row.line, error });
                        Stopped::CommandError(CommandError::Line { file: file.into(), error })
                    }
                    error => error.into(),
                })?;
            }
        }
        out.previews[row.account].add(PreviewRow {
            at: row.at,
            kind: kind_of_row(row, account),
            payee: row.payee.clone().unwrap_or_default(),
            amount: account.unit.money(row.effect),
            balance: row.balance.map(|balance| account.unit.money(balance)),
            known: is_known,
        });
        Ok(())
    })?;
    read.statement.finish_chains(&mut chains)?;
    for (number, chain) in chains.iter().enumerate() {
        let account = places[number].account.as_ref();
        // Of rows that are all known elsewhere the balance is that of another account.
        if let Some(account) = account.filter(|_| recorder.has_rows[number] || chain.span.is_none()) {
            balances(session, account, chain, recorder.has_new[number])?;
        }
        let label = &labels[number];
        let Some(account) = account else { continue };
        let unexplained = session.unexplained(account.id)?;
        let money = |minor: i64| label.unit.money(minor);
        let used = &recorder.used;
        let alike =
            recorder.alike.iter().filter(|(place, _, entry, _)| *place == number && !used.contains(entry));
        let alike: Vec<(u64, crate::ledger::Id, bool)> =
            alike.map(|(_, line, entry, is_leg)| (*line, *entry, *is_leg)).take(LISTED_MAX).collect();
        out.other_legs.extend(alike.iter().filter(|(.., is_leg)| *is_leg).map(|(line, ..)| *line));
        let row_entry = |(line, entry): (u64, crate::ledger::Id)| RowEntry { line, entry };
        out.accounts.push(ImportedAccount {
            id: Some(account.id),
            account: Some(account.name.clone()),
            label: label.label.clone(),
            unit: label.unit.clone(),
            opened: places[number].is_opened,
            entries: chain.entries,
            arrived: money(chain.arrived),
            left: money(chain.left),
            fees: money(chain.fees),
            taxes: money(chain.taxes),
            opening: chain.opening.map(|opening| money(opening.balance)),
            closing: chain.closing.map(|closing| money(closing.balance)),
            closing_at: chain.closing.map(|closing| closing.at),
            steps: chain.steps,
            breaks: chain
                .breaks
                .iter()
                .take(LISTED_MAX)
                .map(|found| BreakJson {
                    line: found.line,
                    expected: money(found.expected),
                    found: money(found.found),
                })
                .collect(),
            balance: None,
            unexplained: money(unexplained),
            replaced: std::mem::take(&mut recorder.replaced[number]).into_iter().map(row_entry).collect(),
            alike: alike.into_iter().map(|(line, entry, _)| RowEntry { line, entry }).collect(),
            changed: std::mem::take(&mut recorder.changed[number]),
        });
    }
    Ok(out)
}

/// Where the rows of a label go.
struct LabelPlace {
    account: Option<Account>,
    is_opened: bool,
}

/// Finds the account of each label, or opens it.
fn accounts(
    session: &mut ImportSession<'_>,
    store: &Store,
    context: &Context,
    file: &str,
    read: &mut ReadStatement<'_>,
    named: &NamedAccounts<'_>,
    out: &mut RecordedStatement,
) -> Result<Vec<LabelPlace>, Stopped> {
    let labels = &read.statement.accounts.clone();
    let stop =
        |error| Stopped::CommandError(CommandError::Statement { file: file.into(), error: Box::new(error) });
    let names = || {
        let mut names: Vec<String> = labels.iter().map(|account| account.label.clone()).collect();
        names.dedup();
        names
    };
    if let Some((_, account)) = named.options.iter().find(|(label, _)| label.is_none())
        && names().len() > 1
    {
        return Err(stop(StatementError::SeveralLabels { account: account.clone(), labels: names() }));
    }
    let mut places = Vec::new();
    for label in labels {
        out.previews.push(AccountPreview::default());
        let by_name = named_account(session, store, context, label, named)?;
        if let (Some(id), Some((None, _))) =
            (by_name, named.options.iter().find(|(label, _)| label.is_none()))
        {
            let named = session.account(id).map(|account| (label.label.clone(), account.name.clone()));
            out.named.extend(named);
        }
        let known = session.accounts();
        let account = |id: AccountId| known.iter().find(|account| account.id == id).cloned();
        let mut choice = choose(label, by_name, Some(read.profile), &known);
        if matches!(choice, AccountChoice::Open | AccountChoice::None)
            && let Some(id) = known_account(session, &mut read.statement, places.len(), label, &known)?
        {
            choice = AccountChoice::Known(id);
        }
        let place = match choice {
            AccountChoice::Known(id) => LabelPlace { account: account(id), is_opened: false },
            AccountChoice::None => LabelPlace { account: None, is_opened: false },
            AccountChoice::Ambiguous(fits) => {
                return Err(stop(StatementError::AmbiguousAccount { label: label.label.clone(), fits }));
            }
            AccountChoice::OtherUnit(id) => {
                let held = account(id).map(|account| (account.name, account.unit));
                let (account, holds) = held.unwrap_or_else(|| (String::new(), label.unit.clone()));
                return Err(stop(StatementError::OtherUnit { account, holds, wanted: label.unit.clone() }));
            }
            AccountChoice::Open => {
                let wanted = new_account(context, read, label, &known);
                let opened = session.open_account(&wanted)?;
                if let Some(preview) = out.previews.last_mut() {
                    preview.opens = Some(opened.clone());
                }
                LabelPlace { account: Some(opened), is_opened: true }
            }
        };
        if let Some(preview) = out.previews.last_mut() {
            preview.has_account = place.account.is_some();
        }
        places.push(place);
    }
    Ok(places)
}

/// Rows that are looked at before an account is opened.
const LOOKED_UP: usize = 5_000;

/// Returns the account in which rows of a label are recorded: it may have been renamed since.
fn known_account(
    session: &mut ImportSession<'_>,
    statement: &mut crate::statement::Statement,
    number: usize,
    label: &StatementAccount,
    known: &[Account],
) -> Result<Option<AccountId>, Stopped> {
    if known.is_empty() {
        return Ok(None);
    }
    let (mut looked_up, mut found) = (0, None);
    let pass = statement.each(|row| -> Result<(), PassEnd> {
        if found.is_some() || looked_up == LOOKED_UP {
            return Err(PassEnd::Enough);
        }
        let Some(identity) = row.identity.filter(|_| row.account == number) else { return Ok(()) };
        looked_up += 1;
        for identity in row.former.iter().chain([&identity]) {
            let places = session.recorded_places(*identity, row.effect)?.into_iter().flatten().flatten();
            let is_of_unit =
                |id: &AccountId| known.iter().any(|held| held.id == *id && held.unit == label.unit);
            found = found.or(places.into_iter().find(is_of_unit));
        }
        Ok(())
    });
    match pass {
        Ok(()) | Err(PassEnd::Enough) => Ok(found),
        Err(PassEnd::Failed(error)) => Err(error),
    }
}

/// Why a pass over rows ends before the last.
enum PassEnd {
    /// The rest is not needed.
    Enough,
    Failed(Stopped),
}

impl From<ReadError> for PassEnd {
    fn from(error: ReadError) -> PassEnd {
        PassEnd::Failed(error.into())
    }
}

impl From<StoreError> for PassEnd {
    fn from(error: StoreError) -> PassEnd {
        PassEnd::Failed(error.into())
    }
}

/// Returns the account that options or rules name for a label.
fn named_account(
    session: &ImportSession<'_>,
    store: &Store,
    context: &Context,
    label: &StatementAccount,
    named: &NamedAccounts<'_>,
) -> Result<Option<AccountId>, CommandError> {
    let is = |text: &str| {
        let folded = name::fold_case(text);
        let labels = [Some(&label.label), label.label_ko.as_ref()];
        labels.into_iter().flatten().any(|label| name::fold_case(label) == folded)
    };
    let by_option = named.options.iter().find(|(wanted, _)| wanted.as_deref().is_none_or(is));
    let by_option = by_option.map(|(_, account)| account);
    let by_rule = || named.rules.accounts.iter().find(|(wanted, _)| is(wanted)).map(|(_, account)| account);
    let Some(typed) = by_option.or_else(by_rule) else { return Ok(None) };
    let book = LedgerView { store, accounts: session.accounts() };
    Ok(Some(context.account(&book, typed, true)?.id))
}

/// Returns the account that a label of the other end of a transfer leads to.
fn other_account(
    session: &ImportSession<'_>,
    store: &Store,
    context: &Context,
    label: &str,
    places: &[LabelPlace],
    labels: &[StatementAccount],
    named: &NamedAccounts<'_>,
) -> Result<Option<AccountId>, Stopped> {
    let folded = name::fold_case(label);
    let own = labels.iter().zip(places).find(|(account, _)| name::fold_case(&account.label) == folded);
    if let Some(account) = own.and_then(|(_, place)| place.account.as_ref()) {
        return Ok(Some(account.id));
    }
    let with_label = |(wanted, account): &(Option<String>, String)| {
        let is_meant = wanted.as_deref().is_some_and(|wanted| name::fold_case(wanted) == folded);
        is_meant.then(|| account.clone())
    };
    let by_option = named.options.iter().find_map(with_label);
    let by_rule = named.rules.accounts.iter().find(|(wanted, _)| name::fold_case(wanted) == folded);
    if let Some(typed) = by_option.or_else(|| by_rule.map(|(_, account)| account.clone())) {
        let book = LedgerView { store, accounts: session.accounts() };
        return Ok(Some(context.account(&book, &typed, true)?.id));
    }
    let accounts = session.accounts();
    Ok(accounts.iter().find(|account| name::fold_case(&account.name) == folded).map(|account| account.id))
}

/// Returns the account that a label opens: its kind and unit are those of the platform or the profile.
fn new_account(
    context: &Context,
    read: &ReadStatement<'_>,
    label: &StatementAccount,
    known: &[Account],
) -> Account {
    let platform = read.profile.platform.as_deref().and_then(|id| context.catalog().get(id));
    let platform = platform.filter(|platform| platform.unit == label.unit);
    let named = match (context.language(), &label.label_ko) {
        (Language::Korean, Some(label)) => label.clone(),
        _ => label.label.clone(),
    };
    let is_taken = known.iter().any(|account| name::fold_case(&account.name) == name::fold_case(&named));
    Account {
        id: AccountId(0),
        name: if is_taken { format!("{named} {}", label.unit) } else { named },
        kind: platform.as_ref().map_or(read.profile.kind, |platform| platform.kind),
        platform: platform.map(|platform| platform.id),
        unit: label.unit.clone(),
        limit: None,
        bill_day: None,
        note: None,
        closed: false,
    }
}

/// Records the balances of an account, as few as say everything.
fn balances(
    session: &mut ImportSession<'_>,
    account: &Account,
    chain: &AccountChain,
    has_new: bool,
) -> Result<(), Stopped> {
    // What is owed is negative in the ledger as in the statement of a carrier.
    for planned in chain.opening.iter().chain(&chain.broken) {
        if session.balance_at(account.id, planned.at)? != planned.balance {
            session.record_balance(account.id, planned.at, planned.balance)?;
        }
    }
    let Some(closing) = chain.closing else { return Ok(()) };
    let agrees = session.balance_at(account.id, closing.at)? == closing.balance;
    let is_needed = !agrees || has_new && !session.has_snapshot_from(account.id, closing.at)?;
    if is_needed {
        session.record_balance(account.id, closing.at, closing.balance)?;
    }
    Ok(())
}

/// The entries near the last day that was asked for, by account.
#[derive(Default)]
struct Nearby {
    day: Option<(AccountId, Day)>,
    entries: Vec<NearbyEntry>,
    /// Whether an account had anything before.
    is_possible: HashMap<AccountId, bool>,
}

/// The state of the rows of one file.
struct Recorder {
    nearby: Nearby,
    /// Typed entries that rows replaced.
    used: Vec<crate::ledger::Id>,
    /// Account, line and entry of what is alike, and whether it is the other leg of a transfer.
    alike: Vec<(usize, u64, crate::ledger::Id, bool)>,
    replaced: Vec<Vec<(u64, crate::ledger::Id)>>,
    changed: Vec<Vec<ChangedEntry>>,
    has_new: Vec<bool>,
    /// Whether rows of an account are recorded in it.
    has_rows: Vec<bool>,
}

impl Recorder {
    /// Returns the typed entry that a new row replaces, and notes those that are alike.
    fn typed(
        &mut self,
        session: &mut ImportSession<'_>,
        row: &StatementRow,
        account: &Account,
        keeps_typed: bool,
    ) -> Result<Option<TypedEntry>, StoreError> {
        if !self.nearby.is_possible.get(&account.id).copied().unwrap_or(false) {
            return Ok(None);
        }
        let key = (account.id, row.at.day());
        if self.nearby.day != Some(key) {
            self.nearby.entries = session.nearby(account.id, row.at.day())?;
            self.nearby.day = Some(key);
        }
        let is_free = |used: &[crate::ledger::Id], entry: &NearbyEntry| !used.contains(&entry.entry.id);
        let same = self.nearby.entries.iter().find(|near| {
            near.is_typed
                && is_free(&self.used, near)
                && nearness(row, account.id, &near.entry) == Some(Nearness::Same)
        });
        if let Some(near) = same.filter(|_| !keeps_typed) {
            self.used.push(near.entry.id);
            return Ok(Some(TypedEntry { change: near.change, entry: near.entry.clone() }));
        }
        for near in &self.nearby.entries {
            let is_leg = is_other_leg(row, account.id, &near.entry) && !near.is_typed;
            let is_alike = near.is_typed && nearness(row, account.id, &near.entry).is_some();
            if (is_leg || is_alike) && self.alike.len() < 10 * LISTED_MAX {
                self.alike.push((row.account, row.line, near.entry.id, is_leg));
            }
        }
        Ok(None)
    }
}

/// Returns the sums of what came and left, by unit.
pub fn moved(accounts: &[ImportedAccount]) -> Vec<(Money, Money)> {
    let mut sums: Vec<(Money, Money)> = Vec::new();
    for account in accounts {
        match sums.iter_mut().find(|(arrived, _)| arrived.unit == account.unit) {
            Some((arrived, left)) => {
                arrived.minor += account.arrived.minor;
                left.minor += account.left.minor;
            }
            None => sums.push((account.arrived.clone(), account.left.clone())),
        }
    }
    sums
}

/// Returns the line that says that an account is opened.
pub fn opens(account: &Account) -> ImportLine {
    ImportLine::Opens {
        account: account.name.clone(),
        kind: if account.is_carrier() { AccountKind::Carrier } else { account.kind },
        platform: account.platform.clone(),
        unit: account.unit.clone(),
    }
}
