//! `account`: open, list, show, edit, close and reopen accounts.

use super::context::{Context, LedgerView, any_amount};
use super::error::CommandError;
use super::{CommandOutput, Note, record};
use crate::fee::Platform;
use crate::ledger::{Account, AccountId, AccountKind};
use crate::messages::error::{ExpectedWord, PlatformProperty, TextField, UsageError};
use crate::messages::record::AccountChange;
use crate::messages::{Notice, Warning};
use crate::money::Unit;
use crate::store::Fact;
use crate::text::{NAME_MAX, fold_case};
use crate::view::account::AccountCard;
use crate::view::balance::Accounts;

/// Open, list, show, edit, close and reopen accounts
#[derive(Debug, clap::Subcommand)]
pub enum AccountCommand {
    /// Open an account; the name of a platform sets its kind and unit
    Add(AccountAddArgs),
    /// List all accounts, closed ones included
    List,
    /// Change an account
    Edit(AccountEditArgs),
    /// Close an empty account
    Close {
        /// The account
        name: String,
        /// Show what would change without recording it
        #[arg(long)]
        dry_run: bool,
    },
    /// Reopen a closed account
    Reopen {
        /// The closed account
        name: String,
        /// Show what would change without recording it
        #[arg(long)]
        dry_run: bool,
    },
    /// Show one account
    Show {
        /// The account
        name: String,
    },
}

/// What an account is given.
#[derive(Debug, clap::Args)]
pub struct AccountArgs {
    /// The platform that runs it: kakaopay, toss-points, skt … (jandon channels)
    #[arg(long, value_name = "ID")]
    platform: Option<String>,
    /// wallet, rewards (points), giftcard, carrier or bank
    #[arg(long)]
    kind: Option<String>,
    /// Its unit: KRW, USD, or a points unit
    #[arg(long)]
    unit: Option<String>,
    /// The limit of a carrier account
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    limit: Option<String>,
    /// The day of the month a phone bill is due, 1 to 31
    #[arg(long, value_name = "N")]
    bill_day: Option<String>,
    /// A note
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = record::free_text)]
    note: Option<String>,
    /// Show what would change without recording it
    #[arg(long)]
    dry_run: bool,
}

/// What opens an account.
#[derive(Debug, clap::Args)]
pub struct AccountAddArgs {
    /// The name of the account
    name: String,
    #[command(flatten)]
    traits: AccountArgs,
}

/// What changes of an account.
#[derive(Debug, clap::Args)]
pub struct AccountEditArgs {
    /// The account
    name: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    #[command(flatten)]
    traits: AccountArgs,
}

/// Opens, lists, edits or closes.
pub fn run(args: &AccountCommand, context: &Context) -> Result<CommandOutput, CommandError> {
    match args {
        AccountCommand::Add(args) => add(args, context),
        AccountCommand::List => context.read(|book| Ok(CommandOutput::of(Accounts::new(&book.accounts)))),
        AccountCommand::Edit(args) => edit(args, context),
        AccountCommand::Close { name, dry_run } => close(name, *dry_run, context),
        AccountCommand::Reopen { name, dry_run } => reopen(name, *dry_run, context),
        AccountCommand::Show { name } => context.read(|book| {
            let account = context.account(book, name, false)?;
            let standing =
                book.store.account_balances(context.now)?.get(&account.id).copied().unwrap_or_default();
            Ok(CommandOutput::of(AccountCard::new(account, standing, context.today())))
        }),
    }
}

fn add(args: &AccountAddArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let traits = &args.traits;
    let platform = match &traits.platform {
        Some(typed) => Some(platform(context, typed)?),
        None => context.catalog().find(&args.name).and_then(|id| context.catalog().get(&id)),
    };
    let kind = kind(traits.kind.as_deref())?;
    let unit = traits.unit.as_deref().map(|code| unit(context, code)).transpose()?;
    // A platform that was asked for decides; one that only shares the name gives way.
    let platform = match platform {
        Some(platform) if traits.platform.is_some() => {
            agree(&platform, kind, unit.as_ref())?;
            Some(platform)
        }
        other => other.filter(|platform| agree(platform, kind, unit.as_ref()).is_ok()),
    };
    let has_no_platform = platform.is_none() && traits.platform.is_none() && kind.is_none();
    let from_platform = platform.as_ref().map(|p| (p.kind, p.unit.clone()));
    let (platform_kind, platform_unit) = from_platform.unzip();
    let chosen_unit = unit.or(platform_unit);
    let unit_by_default = chosen_unit.is_none();
    let chosen_unit = chosen_unit.map_or_else(|| context.default_unit(), Ok)?;
    let chosen_kind = kind.or(platform_kind).unwrap_or(AccountKind::Wallet);
    let mut account = Account {
        id: AccountId(0),
        name: record::stored(TextField::AccountName, &args.name, NAME_MAX)?,
        platform: platform.as_ref().map(|p| p.id.clone()),
        kind: chosen_kind,
        unit: chosen_unit,
        limit: None,
        bill_day: None,
        note: traits.note.clone(),
        closed: false,
    };
    give_carrier_traits(&mut account, traits)?;
    let committed = context.commit("account add", traits.dry_run, |book| {
        let same = |other: &&Account| {
            !other.closed && account.platform.is_some() && other.platform == account.platform
        };
        let other = book.accounts.iter().find(same).map(|other| other.name.clone());
        Ok((vec![Fact::Open(account.clone())], other))
    })?;
    let did = Notice::AccountOpened {
        name: account.name.clone(),
        kind: account.kind,
        platform: account.platform.clone(),
        unit: account.unit.clone(),
        dry_run: traits.dry_run,
    };
    let mut outcome = record::outcome(committed.summary, committed.notes, did);
    if let Some((platform, other)) = account.platform.clone().zip(committed.value) {
        outcome.notes.push(Note::Warning(Warning::SamePlatform { other, platform }));
    }
    if has_no_platform {
        let close = platforms_like(context, &account.name, None);
        outcome.notes.push(Note::Warning(Warning::NoPlatform { account: account.name.clone(), close }));
    }
    if unit_by_default {
        let (account, unit) = (account.name.clone(), account.unit.clone());
        outcome.notes.push(Note::Done(Notice::DefaultUnit { account, unit }));
    }
    if account.is_carrier() && account.bill_day.is_none() {
        outcome.notes.push(Note::Done(Notice::NoBillDay { account: account.name.clone() }));
    }
    outcome.notes.extend(context.catalog_warnings());
    Ok(outcome)
}

/// The most platforms that a message lists.
const PLATFORMS_LISTED: usize = 5;

/// Returns the ids of the platforms, of one kind or any, that the name of an account may mean. Where the country or the unit
/// of the user leaves some of them, only those.
pub fn platforms_like(context: &Context, name: &str, kind: Option<AccountKind>) -> Vec<String> {
    let catalog = context.catalog();
    let found = catalog.like(name).into_iter().take(20).filter_map(|id| catalog.get(&id));
    let found: Vec<Platform> =
        found.filter(|platform| kind.is_none_or(|kind| platform.kind == kind)).collect();
    let is_local = found.iter().any(|platform| context.is_local(platform));
    let fits = found.into_iter().filter(|platform| !is_local || context.is_local(platform));
    fits.map(|platform| platform.id).take(PLATFORMS_LISTED).collect()
}

fn edit(args: &AccountEditArgs, context: &Context) -> Result<CommandOutput, CommandError> {
    let traits = &args.traits;
    let nothing = args.rename.is_none()
        && traits.platform.is_none()
        && traits.kind.is_none()
        && traits.unit.is_none()
        && traits.limit.is_none()
        && traits.bill_day.is_none()
        && traits.note.is_none();
    if nothing {
        let options = &["--rename", "--platform", "--kind", "--unit", "--limit", "--bill-day", "--note"];
        return Err(UsageError::NothingToChange { options }.into());
    }
    let new_name = args.rename.as_deref();
    let new_name = new_name.map(|name| record::stored(TextField::AccountName, name, NAME_MAX)).transpose()?;
    // An empty note takes the note away.
    let note = traits.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let note = record::label(TextField::Note, note)?;
    let (kind, platform) = (
        kind(traits.kind.as_deref())?,
        traits.platform.as_deref().map(|p| platform(context, p)).transpose()?,
    );
    let new_unit = traits.unit.as_deref().map(|code| unit(context, code)).transpose()?;
    let committed = context.commit("account edit", traits.dry_run, |book| {
        let mut account = managed(context, book, &args.name)?.clone();
        if let Some(platform) = &platform {
            account.platform = Some(platform.id.clone());
            (account.kind, account.unit) = (platform.kind, platform.unit.clone());
        }
        // What a platform decides is decided, whether it comes now or was there.
        let decides = account.platform.as_deref().and_then(|id| context.catalog().get(id));
        decides.map_or(Ok(()), |platform| agree(&platform, kind, new_unit.as_ref()))?;
        if let Some(kind) = kind {
            account.kind = kind;
        }
        if let Some(unit) = &new_unit {
            account.unit = unit.clone();
        }
        if let Some(name) = &new_name {
            account.name = name.clone();
        }
        if traits.note.is_some() {
            account.note = note.clone();
        }
        if !account.is_carrier() {
            (account.limit, account.bill_day) = (None, None);
        }
        give_carrier_traits(&mut account, traits)?;
        let before = managed(context, book, &args.name)?.name.clone();
        let changes = changes(args, &account);
        Ok((vec![Fact::Edit(account)], (before, changes)))
    })?;
    let (account, changes) = committed.value;
    let did = Notice::AccountEdited { account, changes, dry_run: traits.dry_run };
    Ok(record::outcome(committed.summary, committed.notes, did))
}

/// Returns what was asked to change, with the new values.
fn changes(args: &AccountEditArgs, account: &Account) -> Vec<AccountChange> {
    let traits = &args.traits;
    let has_platform = traits.platform.is_some();
    let limit = account.limit.map(|minor| account.unit.money(minor));
    [
        (args.rename.is_some(), AccountChange::Name(account.name.clone())),
        (has_platform, AccountChange::Platform(account.platform.clone())),
        (has_platform || traits.kind.is_some(), AccountChange::Kind(account.kind)),
        (has_platform || traits.unit.is_some(), AccountChange::Unit(account.unit.clone())),
        (traits.limit.is_some(), AccountChange::Limit(limit)),
        (traits.bill_day.is_some(), AccountChange::BillDay(account.bill_day)),
        (traits.note.is_some(), AccountChange::Note(account.note.clone())),
    ]
    .into_iter()
    .filter_map(|(is_asked, change)| is_asked.then_some(change))
    .collect()
}

fn close(typed: &str, dry_run: bool, context: &Context) -> Result<CommandOutput, CommandError> {
    let (recorded, notes) = context.record("account close", dry_run, |book| {
        let account = managed(context, book, typed)?;
        if account.closed {
            return Err(crate::ledger::RuleViolation::AccountClosed { account: account.name.clone() }.into());
        }
        Ok(vec![Fact::Edit(Account { closed: true, ..account.clone() })])
    })?;
    let name = recorded.balances.first().map_or(typed.to_string(), |b| b.account.clone());
    Ok(CommandOutput::of(recorded)
        .with(vec![Note::Done(Notice::AccountClosed { account: name, dry_run })])
        .with(notes))
}

/// Opens a closed account again; the names of open accounts do not count.
fn reopen(typed: &str, dry_run: bool, context: &Context) -> Result<CommandOutput, CommandError> {
    let (recorded, notes) = context.record("account reopen", dry_run, |book| {
        let closed: Vec<Account> = book.accounts.iter().filter(|a| a.closed).cloned().collect();
        let closed = LedgerView { store: book.store, accounts: closed };
        let account = match context.account(&closed, typed, true) {
            Ok(account) => account.clone(),
            Err(unknown) => {
                let open = context.account(book, typed, true).map_err(|_| unknown)?;
                return Err(CommandError::NotClosed { account: open.name.clone() });
            }
        };
        Ok(vec![Fact::Edit(Account { closed: false, ..account })])
    })?;
    let name = recorded.balances.first().map_or(typed.to_string(), |b| b.account.clone());
    Ok(CommandOutput::of(recorded)
        .with(vec![Note::Done(Notice::AccountReopened { account: name, dry_run })])
        .with(notes))
}

/// The account to change: one of exactly that name, open or closed, before all others.
fn managed<'b>(context: &Context, book: &'b LedgerView<'_>, name: &str) -> Result<&'b Account, CommandError> {
    let wanted = fold_case(name);
    match book.accounts.iter().find(|account| fold_case(&account.name) == wanted) {
        Some(account) => Ok(account),
        None => context.account(book, name, true),
    }
}

fn kind(word: Option<&str>) -> Result<Option<AccountKind>, CommandError> {
    let parse = |word: &str| {
        AccountKind::from_input(word).ok_or_else(|| CommandError::Word {
            expected: ExpectedWord::AccountKind,
            typed: word.into(),
            allowed: AccountKind::ALL.map(AccountKind::as_str).to_vec(),
        })
    };
    word.map(parse).transpose()
}

/// The platform that a word means: its id, its name or an alias.
pub fn platform(context: &Context, typed: &str) -> Result<Platform, CommandError> {
    let catalog = context.catalog();
    if let Some(found) = catalog.find(typed).and_then(|id| catalog.get(&id)) {
        return Ok(found);
    }
    let (fits, close) = catalog.search(typed);
    match fits.as_slice() {
        [one] => catalog.get(one).ok_or_else(|| CommandError::UnknownPlatform { typed: typed.into(), close }),
        [] => Err(CommandError::UnknownPlatform { typed: typed.into(), close }),
        _ => Err(CommandError::AmbiguousPlatform { typed: typed.into(), fits }),
    }
}

fn unit(context: &Context, code: &str) -> Result<Unit, CommandError> {
    if let Some(unit) = context.catalog().unit(code) {
        return Ok(unit);
    }
    let wanted = code.trim().to_uppercase();
    let known = context.read(|book| Ok(book.store.units()?))?;
    let found = known.into_iter().find(|u| *u.code == *wanted);
    let found = found.map(Ok).or_else(|| context.everyday_unit(code).transpose()).transpose()?;
    found.ok_or_else(|| CommandError::unknown_unit(code))
}

/// A platform decides kind and unit of its balances.
fn agree(platform: &Platform, kind: Option<AccountKind>, unit: Option<&Unit>) -> Result<(), CommandError> {
    let decides =
        |property, value| CommandError::PlatformDecides { platform: platform.id.clone(), property, value };
    match (kind, unit) {
        (Some(kind), _) if kind != platform.kind => {
            Err(decides(PlatformProperty::Kind, platform.kind.to_string()))
        }
        (_, Some(unit)) if *unit != platform.unit => {
            Err(decides(PlatformProperty::Unit, platform.unit.to_string()))
        }
        _ => Ok(()),
    }
}

fn give_carrier_traits(account: &mut Account, traits: &AccountArgs) -> Result<(), CommandError> {
    for (option, given) in [("limit", &traits.limit), ("bill-day", &traits.bill_day)] {
        if given.is_some() && !account.is_carrier() {
            return Err(CommandError::CarrierOnly { option, account: account.name.clone() });
        }
    }
    if let Some(limit) = &traits.limit {
        account.limit = Some(any_amount(limit, account)?.minor);
    }
    if let Some(text) = &traits.bill_day {
        let day = text.trim().parse::<u8>().ok().filter(|day| (1..=31).contains(day));
        let wrong = || UsageError::InvalidDayOfMonth { option: "--bill-day", typed: text.clone() };
        account.bill_day = Some(day.ok_or_else(wrong)?);
    }
    Ok(())
}
