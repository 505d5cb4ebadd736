//! What every command gets: the clock, the paths, the settings, the catalog and access to the ledger.

use super::config::Config;
use super::error::{CommandError, Done};
use super::{CommandOutput, GlobalArgs, Note, OutputFormat, Stream, WriteParts, output, text_file};
use crate::fee::catalog::{Catalog, LeftOut, UserFile};
use crate::fee::{Platform, QuotaKey, QuotaUsage};
use crate::ledger::{Account, AccountBalance, AccountId, AccountKind, Id, name};
use crate::messages::error::PlatformProperty;
use crate::messages::warning::IgnoredFile;
use crate::messages::{Language, Warning};
use crate::money::{Money, ParsedAmount, Rate, Unit};
use crate::output_file::Existing;
use crate::period::{self, DateInput, Day, LocalDateTime};
use crate::report::{self, DatedRate, Exchange, ExchangeError, Rates, Total};
use crate::store::{self, FileState, HistoryFact, HistoryRow, SecondName, Store};
use crate::view::chart::ChartStyle;
use crate::view::history::{HistoryEntry, HistoryLine, HistorySnapshot};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The days after which a fee rule is stale unless it was checked.
pub const RULE_STALE_DAYS: i32 = 180;
/// The days after which a balance is stale unless it was checked.
pub const BALANCE_STALE_DAYS: i32 = 30;

/// The environment of the process, as `main` reads it.
#[derive(Clone, Debug)]
pub struct Env {
    /// The local time.
    pub now: LocalDateTime,
    /// The user's data folder, where the ledger lies by default.
    pub data: Option<PathBuf>,
    /// The user's config folder.
    pub config: Option<PathBuf>,
    /// The region of the locale, such as `KR`.
    pub region: Option<String>,
    /// `JANDON_LEDGER`.
    pub ledger: Option<PathBuf>,
    /// `JANDON_CATALOG`.
    pub catalog: Option<PathBuf>,
    /// `JANDON_TODAY`.
    pub today: Option<String>,
    /// The language of what people read.
    pub language: Language,
    /// A random number, the seed of new ids.
    pub random: u64,
    /// How a chart may be drawn.
    pub drawing: ChartStyle,
    /// Shows the progress of a long command on a terminal.
    pub progress: Option<fn(&str)>,
    /// The terminal of someone who can be asked.
    pub terminal: Option<Terminal>,
}

/// How someone at a terminal is asked.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Shows a text.
    pub show: fn(&str),
    /// Asks for a line.
    pub ask: fn(&str) -> Option<String>,
    /// Asks for a line that is not shown while it is typed.
    pub ask_unseen: fn(&str) -> Option<String>,
}

/// A platform file, or their folder, that could not be read.
struct Unread {
    path: PathBuf,
    error: std::io::Error,
}

/// What every command gets.
pub struct Context {
    /// The present moment.
    pub now: LocalDateTime,
    /// How a chart may be drawn.
    pub drawing: ChartStyle,
    /// Shows the progress of a long command on a terminal.
    pub progress: Option<fn(&str)>,
    /// The terminal of someone who can be asked.
    pub terminal: Option<Terminal>,
    /// Whether the answer is a JSON document.
    pub wants_json: bool,
    /// What a command does with a file that exists: `--force` replaces it.
    pub existing: Existing,
    /// The form of a file that --format asks for, or the ending of -o where that is a known one.
    pub form: Option<&'static str>,
    /// Whether the answer is a web page, which shows more than other forms.
    pub is_web_page: bool,
    /// Whether the answer is a page: neither JSON nor CSV nor a web page.
    is_page: bool,
    /// No cell of a CSV may begin as a formula.
    pub csv_safe: bool,
    language: Language,
    exchange: Option<String>,
    typed: Vec<OsString>,
    ledger: PathBuf,
    wait: Duration,
    catalog_folder: Option<PathBuf>,
    config_file: Option<PathBuf>,
    region: Option<String>,
    random: Cell<u64>,
    catalog: OnceCell<(Catalog, Vec<Unread>)>,
    config: OnceCell<Config>,
    done: Cell<Option<Done>>,
    /// The ledger was read.
    read: Cell<bool>,
    /// How it looked then, where it was read without locks.
    unlocked: RefCell<Option<FileState>>,
}

/// The options of every recording command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct EntryArgs {
    /// When it happened: 2026-11-20, 2026-11-20T18:30, yesterday, 3d ago, 어제
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    /// A note
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, value_parser = super::record::free_text)]
    pub note: Option<String>,
    /// Show what would be recorded without recording it
    #[arg(long)]
    pub dry_run: bool,
}

/// The ledger while a command reads it or decides: the store and its accounts.
pub struct LedgerView<'s> {
    /// The ledger.
    pub store: &'s Store,
    /// Its accounts.
    pub accounts: Vec<Account>,
}

impl Context {
    /// Returns the context of an environment and the global options. Fails for an invalid clock,
    /// a missing catalog folder, and where no ledger can be found.
    pub fn new(world: Env, globals: &GlobalArgs) -> Result<Context, CommandError> {
        let now = match globals.today.as_ref().or(world.today.as_ref()) {
            None => world.now,
            Some(text) => fixed_clock(text)?,
        };
        let named = globals.catalog.clone().or(world.catalog);
        if let Some(folder) = named.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(CommandError::NoCatalogFolder { path: folder.clone() });
        }
        let ledger = globals.ledger.clone().or(world.ledger);
        let ledger = ledger.or_else(|| world.data.map(|folder| folder.join("ledger.db")));
        let config_file = world.config.as_ref().map(|folder| folder.join("config.toml"));
        let in_config = world.config.map(|folder| folder.join("platforms"));
        Ok(Context {
            now,
            drawing: world.drawing,
            progress: world.progress,
            terminal: world.terminal,
            wants_json: globals.wants_json(),
            existing: if globals.force { Existing::Replace } else { Existing::Refuse },
            form: output::export_form(globals),
            is_web_page: output::wants_web_page(globals),
            is_page: !globals.json && matches!(globals.format, None | Some(OutputFormat::Table)),
            csv_safe: globals.csv_safe,
            language: globals.lang.map_or(world.language, Language::from),
            exchange: globals.exchange.clone(),
            typed: globals.typed.clone(),
            ledger: ledger.ok_or(CommandError::NoHome)?,
            wait: Duration::from_secs(globals.lock_timeout),
            catalog_folder: named.or(in_config),
            config_file,
            region: world.region,
            random: Cell::new(world.random),
            catalog: OnceCell::new(),
            config: OnceCell::new(),
            done: Cell::new(None),
            read: Cell::new(false),
            unlocked: RefCell::new(None),
        })
    }

    /// Returns a context on another ledger at another moment, for the demo.
    pub fn elsewhere(&self, ledger: &Path, now: LocalDateTime, language: Language) -> Context {
        Context {
            now,
            drawing: ChartStyle::Figures,
            progress: None,
            terminal: None,
            wants_json: false,
            existing: Existing::Refuse,
            form: None,
            is_web_page: false,
            is_page: true,
            csv_safe: false,
            language,
            exchange: None,
            typed: Vec::new(),
            ledger: ledger.to_path_buf(),
            wait: self.wait,
            catalog_folder: None,
            config_file: None,
            region: Some("KR".into()),
            random: Cell::new(self.random.get() ^ 0x9e37_79b9_7f4a_7c15),
            catalog: OnceCell::new(),
            config: OnceCell::new(),
            done: Cell::new(None),
            read: Cell::new(false),
            unlocked: RefCell::new(None),
        }
    }

    /// Returns what the command has done for good, so that a failure after it can say so.
    pub fn done(&self) -> Option<Done> {
        self.done.get()
    }

    /// Notes what the command has done for good.
    pub fn set_done(&self, done: Done) {
        self.done.set(Some(done));
    }

    /// Returns the files of the user's settings: the config and the platform files.
    pub fn settings_files(&self) -> Vec<PathBuf> {
        let entries =
            self.catalog_folder.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        entries.flatten().map(|entry| entry.path()).chain(self.config_file.clone()).collect()
    }

    /// Returns the language of what people read.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns whether the answer is a page for people, neither JSON nor CSV nor a web page.
    pub fn is_page(&self) -> bool {
        self.is_page
    }

    /// Returns whether the answer is a page on a terminal, where a long one scrolls away.
    pub fn is_page_on_terminal(&self) -> bool {
        // A chart is drawn only there.
        self.is_page && self.drawing != ChartStyle::Figures
    }

    /// Returns the user's config folder.
    pub fn config_folder(&self) -> Option<&Path> {
        self.config_file.as_deref().and_then(Path::parent)
    }

    /// The present day.
    pub fn today(&self) -> Day {
        self.now.day()
    }

    /// The arguments of the command as they were typed.
    pub fn typed(&self) -> Vec<String> {
        self.typed.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// Where the ledger lies.
    pub fn ledger_path(&self) -> &Path {
        &self.ledger
    }

    /// How long to wait for another process that holds the ledger.
    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The catalog, with the user's own files; read at the first question.
    pub fn catalog(&self) -> &Catalog {
        &self.read_catalog().0
    }

    /// The catalog, and what of the user's folder could not be read.
    fn read_catalog(&self) -> &(Catalog, Vec<Unread>) {
        self.catalog.get_or_init(|| {
            let mut unread = Vec::new();
            let folder = self.catalog_folder.as_deref();
            let entries = folder.map_or(Ok(Vec::new()), |folder| {
                std::fs::read_dir(folder).and_then(|entries| entries.map(|e| Ok(e?.path())).collect())
            });
            let mut paths: Vec<PathBuf> = entries.unwrap_or_else(|error| {
                // The default folder need not exist; one that was named is known to.
                if error.kind() != std::io::ErrorKind::NotFound {
                    unread.push(Unread { path: folder.unwrap_or(Path::new("")).to_path_buf(), error });
                }
                Vec::new()
            });
            paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
            paths.sort_unstable();
            let mut files = Vec::new();
            for path in paths {
                match text_file::read(&path) {
                    Ok(text) => files.push(UserFile { path: path.display().to_string(), text }),
                    Err(error) => unread.push(Unread { path, error }),
                }
            }
            (Catalog::new(files), unread)
        })
    }

    /// Warnings about the user's platform files that do not count.
    pub fn catalog_warnings(&self) -> Vec<Note> {
        let (catalog, unread) = self.read_catalog();
        let unread = unread.iter().map(|Unread { path, error }| IgnoredFile::Unreadable {
            path: path.clone(),
            kind: error.kind(),
            text: error.to_string(),
        });
        let left_out = catalog.left_out().iter().map(|left_out| match left_out.clone() {
            LeftOut::Faulty { path, error } => IgnoredFile::Faulty { path, error: Box::new(error) },
            LeftOut::SameId { path, other, id } => IgnoredFile::SameId { path, other, id },
        });
        unread.chain(left_out).map(|file| Note::Warning(Warning::PlatformFile(file))).collect()
    }

    /// Returns the user's settings, read at the first call.
    pub fn config(&self) -> Result<&Config, CommandError> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = match &self.config_file {
            Some(path) => Config::read(path, self.catalog())?,
            None => Config::default(),
        };
        Ok(self.config.get_or_init(|| config))
    }

    /// The unit of a new account that nothing else decides: the config's, else the locale's, else won.
    pub fn default_unit(&self) -> Result<Unit, CommandError> {
        if let Some(unit) = &self.config()?.unit {
            return Ok(unit.clone());
        }
        let local = self.region.as_deref().and_then(Unit::of_country);
        Ok(local.unwrap_or_else(|| Unit::new("KRW", 0)))
    }

    /// The unit that an everyday name such as `won` means; of several the one of the locale.
    pub fn everyday_unit(&self, name: &str) -> Result<Option<Unit>, CommandError> {
        if let Some(unit) = Unit::by_everyday_name(name) {
            return Ok(Some(unit));
        }
        let own = self.default_unit()?;
        Ok(Unit::codes_of_everyday_name(name).find(|code| **code == *own.code).map(|_| own))
    }

    /// Whether a platform is of the country of the locale, or holds the unit of new accounts.
    pub fn is_local(&self, platform: &Platform) -> bool {
        let country = self.region.as_deref().zip(platform.country.as_deref());
        match country {
            Some((region, country)) => region.eq_ignore_ascii_case(country),
            // Points are not of one country's currency.
            None => {
                let is_points = Unit::currency(&platform.unit.code).is_none();
                is_points || self.default_unit().is_ok_and(|unit| unit == platform.unit)
            }
        }
    }

    /// The unit of `--exchange`, where one is asked for.
    pub fn exchange_unit(&self, store: &Store) -> Result<Option<Unit>, CommandError> {
        let Some(code) = &self.exchange else { return Ok(None) };
        let wanted = code.trim().to_uppercase();
        let own = store.units()?.into_iter().find(|u| *u.code == *wanted);
        let unit = own.or_else(|| self.catalog().unit(&wanted));
        let unit = unit.map(Ok).or_else(|| self.everyday_unit(code).transpose()).transpose()?;
        unit.map(Some).ok_or_else(|| CommandError::unknown_unit(code))
    }

    /// Returns the user's rates and, for the units of those accounts, the best rates of their
    /// platforms' channels that are in force on a day and ask for no condition.
    pub fn rates(&self, store: &Store, accounts: &[Account], on: Day) -> Result<Rates, CommandError> {
        let mut best: HashMap<(Unit, Unit), Rate> = HashMap::new();
        let mut platforms: Vec<&str> = accounts.iter().filter_map(|a| a.platform.as_deref()).collect();
        platforms.sort_unstable();
        platforms.dedup();
        for platform in platforms.into_iter().filter_map(|id| self.catalog().get(id)) {
            for channel in &platform.channels {
                let counts = channel.pays != platform.unit
                    && channel.condition.is_none()
                    && channel.tariff_on(on).is_some();
                if counts {
                    let best =
                        best.entry((platform.unit.clone(), channel.pays.clone())).or_insert(channel.rate);
                    if best.is_below(channel.rate) {
                        *best = channel.rate;
                    }
                }
            }
        }
        let rate = |((unit, of), rate)| DatedRate { unit, rate, of, day: on };
        Ok(Rates::new(store.rates()?, best.into_iter().map(rate).collect()))
    }

    /// Returns what is owned and owed in all in the unit of `--exchange`, and what is to be said about
    /// it. There is no total where no rate leads from any of the units.
    pub fn exchanged(
        &self,
        book: &LedgerView<'_>,
        totals: &[Total],
        on: Day,
    ) -> Result<(Option<Exchange>, Option<Note>), CommandError> {
        let Some(unit) = self.exchange_unit(book.store)? else { return Ok((None, None)) };
        let rates = self.rates(book.store, &book.accounts, on)?;
        match report::exchange(totals, &unit, &rates, on) {
            Ok(exchange) => Ok((Some(exchange), None)),
            Err(ExchangeError::Money(error)) => Err(error.into()),
            Err(ExchangeError::NoRate(missing)) => {
                Ok((None, Some(Note::Warning(Warning::NoRate { unit, missing }))))
            }
        }
    }

    /// A new lasting name for something of a moment.
    pub fn new_id(&self, at: LocalDateTime) -> Id {
        // SplitMix64: from one number of the system's, a row of numbers that do not repeat.
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Id::new(at, bits ^ (bits >> 31))
    }

    /// Reads the ledger.
    pub fn read<T>(
        &self,
        look: impl FnOnce(&LedgerView<'_>) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        // A reader leaves nothing behind, so it leaves the closing to the end of the process, which
        // clears all at once what SQLite would give back piece by piece.
        let store = std::mem::ManuallyDrop::new(self.store()?);
        let accounts = store.accounts()?;
        look(&LedgerView { store: &store, accounts })
    }

    /// The ledger as it stands, for what is read piece by piece.
    pub fn store(&self) -> Result<Store, CommandError> {
        let store = Store::read(&self.ledger, self.wait)?;
        self.read.set(true);
        self.unlocked.replace(store.unlocked().cloned());
        Ok(store)
    }

    /// Returns the answer of a command with what is to be said about how the ledger was read, or an
    /// error where it was read without locks while another process changed it.
    pub fn after_reading(
        &self,
        ran: Result<CommandOutput, CommandError>,
    ) -> Result<CommandOutput, CommandError> {
        let unlocked = self.unlocked.take();
        if let Some(unlocked) = &unlocked {
            unlocked.verify_unchanged()?;
        }
        let mut outcome = ran?;
        if let Some(unlocked) = unlocked
            && let Some(stream) = outcome.stream.take()
        {
            let write: WriteParts = Box::new(move |form, put| {
                let written = (stream.write)(form, put);
                unlocked.verify_unchanged()?;
                written
            });
            outcome.stream = Some(Stream { write });
        }
        if self.read.get()
            && let Some(SecondName(other)) = store::lasting_second_name(&self.ledger)
        {
            outcome.notes.push(Note::Warning(Warning::LedgerHasSecondName { other }));
        }
        Ok(outcome)
    }

    /// The ledger as [`Context::store`] reads it, once every fact was verified.
    pub fn verified_store(&self) -> Result<Store, CommandError> {
        let store = self.store()?;
        store.verify_facts()?;
        Ok(store)
    }

    /// The ledger under its write lock, for as much as a file may hold; for a dry run a copy of it.
    pub fn store_for_import(&self, dry_run: bool) -> Result<Store, CommandError> {
        Ok(match dry_run {
            true => Store::trial(&self.ledger, self.wait)?,
            false => Store::write_much(&self.ledger, self.wait)?,
        })
    }

    /// Returns what others can do with the ledger.
    pub fn permission_warnings(&self) -> impl Iterator<Item = Note> {
        store::permission_issues(&self.ledger).into_iter().map(|issue| Note::Warning(issue.into()))
    }

    /// The account that a name means.
    pub fn account<'b>(
        &self,
        book: &'b LedgerView<'_>,
        typed: &str,
        writing: bool,
    ) -> Result<&'b Account, CommandError> {
        // Most names are exact, and then no platform needs to be looked at.
        let folded = name::fold_case(typed);
        let exact = |account: &&Account| !account.closed && name::fold_case(&account.name) == folded;
        if let Some(account) = book.accounts.iter().find(exact) {
            return Ok(account);
        }
        let platforms: Vec<&str> = book.accounts.iter().filter_map(|a| a.platform.as_deref()).collect();
        let names = self.catalog().names(platforms.into_iter());
        let found = name::resolve(typed, &book.accounts, &names, writing);
        let id = found.map_err(|error| {
            let can_be_opened = book.accounts.is_empty() || self.catalog().find(typed).is_some();
            CommandError::Name { error, can_be_opened: can_be_opened && ParsedAmount::parse(typed).is_err() }
        })?;
        book.account(id).ok_or(CommandError::NoHome)
    }

    /// Returns the account that a name means where only an open one can be meant; a closed one only
    /// where no open account fits.
    pub fn open_account<'b>(
        &self,
        book: &'b LedgerView<'_>,
        typed: &str,
    ) -> Result<&'b Account, CommandError> {
        let found = self.account(book, typed, false)?;
        if !found.closed {
            return Ok(found);
        }
        let open = book.accounts.iter().filter(|account| !account.closed).cloned().collect();
        let open = LedgerView { store: book.store, accounts: open };
        match self.account(&open, typed, false) {
            Ok(account) => book.account(account.id).ok_or(CommandError::NoHome),
            Err(several @ CommandError::Name { error: name::NameError::Ambiguous { .. }, .. }) => {
                Err(several)
            }
            Err(_) => Ok(found),
        }
    }

    /// Returns the platform of an account. Fails where none is set or known, and where the account has
    /// another unit or kind than the platform.
    pub fn platform_of(&self, account: &Account) -> Result<Platform, CommandError> {
        let name = || account.name.clone();
        let Some(id) = account.platform.as_deref() else {
            return Err(match account.kind {
                AccountKind::Bank => CommandError::IsABank { account: name() },
                kind => CommandError::NoPlatform {
                    account: name(),
                    close: super::account::platforms_like(self, &account.name, Some(kind)),
                },
            });
        };
        let gone = || CommandError::PlatformGone { account: name(), platform: id.into() };
        let platform = self.catalog().get(id).ok_or_else(gone)?;
        self.check_platform(account, &platform)?;
        Ok(platform)
    }

    /// Fails where an account has another unit or kind than its platform, which a file or a changed rule
    /// can bring about.
    pub fn check_platform(&self, account: &Account, platform: &Platform) -> Result<(), CommandError> {
        let (property, own, wanted) = if platform.unit != account.unit {
            (PlatformProperty::Unit, account.unit.to_string(), platform.unit.to_string())
        } else if platform.kind != account.kind {
            (PlatformProperty::Kind, account.kind.to_string(), platform.kind.to_string())
        } else {
            return Ok(());
        };
        let (account, platform) = (account.name.clone(), platform.id.clone());
        Err(CommandError::PlatformDiffers { account, platform, property, own, wanted })
    }

    /// What of each quota of a platform the ledger's withdrawals used up to a moment.
    pub fn used(
        &self,
        store: &Store,
        platform: &Platform,
        at: LocalDateTime,
    ) -> Result<HashMap<QuotaKey, QuotaUsage>, CommandError> {
        let mut used = HashMap::new();
        for ask in platform.quota_keys(at) {
            let answer = store
                .used(&ask, |channel, at, out, charges| platform.amount_of(channel, at, out, charges))?;
            used.insert(ask, answer);
        }
        Ok(used)
    }

    /// Returns the last moment of a stretch of days that a report covers: facts after now do not count
    /// yet, so a running one ends now. One that has not begun is looked at as a whole.
    pub fn end_of(&self, from: Option<Day>, to: Option<Day>) -> LocalDateTime {
        let from = from.map_or(self.now, Day::start);
        let to = to.map_or(self.now, Day::end);
        if from > self.now { to.max(from) } else { to.min(self.now) }
    }

    /// The moment of an entry: as given, else now.
    pub fn entry_moment(&self, date: Option<&str>) -> Result<LocalDateTime, CommandError> {
        Ok(self.instant(date)?.map_or(self.now, |instant| instant.start(self.now)))
    }

    /// The moment of a snapshot: as given, else now.
    pub fn seen_moment(&self, date: Option<&str>) -> Result<LocalDateTime, CommandError> {
        Ok(self.instant(date)?.map_or(self.now, |instant| instant.end(self.now)))
    }

    fn instant(&self, date: Option<&str>) -> Result<Option<DateInput>, CommandError> {
        date.map(|text| period::parse_date_input(text, self.today())).transpose().map_err(CommandError::from)
    }
}

impl<'s> LedgerView<'s> {
    /// The account of a key.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|a| a.id == id)
    }

    /// Where an account stands at a moment.
    pub fn standing(&self, account: &Account, at: LocalDateTime) -> Result<AccountBalance, CommandError> {
        Ok(self.store.account_balances(at)?.get(&account.id).copied().unwrap_or_default())
    }

    /// Rows of the history with the names of their accounts.
    pub fn lines(&self, rows: &[HistoryRow]) -> Result<Vec<HistoryLine>, CommandError> {
        let of = |row: &HistoryRow| match &row.fact {
            HistoryFact::Entry(entry) => [entry.from.account, entry.to.account],
            HistoryFact::Snapshot(snapshot, _) => [Some(snapshot.account), None],
        };
        // An account that was undone keeps its name in the history.
        let all_here = rows.iter().flat_map(of).flatten().all(|id| self.account(id).is_some());
        let undone = if all_here { Vec::new() } else { self.store.voided_accounts()? };
        let find = |id: AccountId| self.account(id).or_else(|| undone.iter().find(|a| a.id == id));
        let name = |id: Option<AccountId>| id.map(|id| find(id).map_or_else(String::new, |a| a.name.clone()));
        let line = |row: &HistoryRow| match &row.fact {
            HistoryFact::Entry(entry) => {
                let (from, to) = (name(entry.from.account), name(entry.to.account));
                let line = HistoryEntry::new(entry, row.change, row.voided, from, to);
                HistoryLine::Entry(Box::new(HistoryEntry { seq: row.seq, ..line }))
            }
            HistoryFact::Snapshot(snapshot, seen) => {
                let account = find(snapshot.account);
                let unit = account.map_or_else(|| Unit::new("?", 0), |a| a.unit.clone());
                HistoryLine::Snapshot(HistorySnapshot {
                    id: snapshot.id,
                    change: row.change,
                    at: snapshot.at,
                    kind: "snapshot",
                    account: account.map_or_else(String::new, |a| a.name.clone()),
                    balance: unit.money(snapshot.balance),
                    unexplained: seen.unexplained.map(|minor| unit.money(minor)),
                    first: seen.first,
                    note: snapshot.note.clone(),
                    voided: row.voided,
                    owed: account.is_some_and(Account::is_carrier),
                    unit,
                    seq: row.seq,
                    running: None,
                })
            }
        };
        Ok(rows.iter().map(line).collect())
    }
}

/// A typed amount of an account, above zero.
pub fn positive(text: &str, account: &Account) -> Result<Money, CommandError> {
    let money = any_amount(text, account)?;
    if money.minor == 0 { Err(CommandError::ZeroAmount { text: text.into() }) } else { Ok(money) }
}

/// A typed amount of an account, zero included.
pub fn any_amount(text: &str, account: &Account) -> Result<Money, CommandError> {
    Ok(ParsedAmount::parse_in(text, &account.unit)?)
}

/// The moment of `--today` or `JANDON_TODAY`.
fn fixed_clock(text: &str) -> Result<LocalDateTime, CommandError> {
    let text = text.trim();
    let day = |text: &str| Day::parse_iso(text).map(Day::end);
    LocalDateTime::parse_iso(text)
        .or_else(|| day(text))
        .ok_or_else(|| CommandError::Clock { text: text.into() })
}
