//! What holds for every ledger, whatever was recorded and in whatever order.
//!
//! Random histories are written through the store's writer and also to the plain list
//! of a oracle; then both are asked the same questions. A failure prints the seed that shows it
//! again (`JANDON_SEED=… cargo test --test ledger_properties`); `JANDON_CASES` sets the number of cases.

#![allow(clippy::disallowed_methods, reason = "a test reads how often it is to run")]

#[path = "ledger_properties/oracle.rs"]
mod oracle;
#[path = "support/sql_counter.rs"]
mod sql_counter;

use jandon::fee::{QuotaKey, Side};
use jandon::ledger::{
    Account, AccountId, AccountKind, Entry, Expires, FlowKind, Flows, Id, Kind, Leg, RuleViolation, Snapshot,
};
use jandon::money::{Rate, Unit};
use jandon::period::{Day, LocalDateTime};
use jandon::report::without_expiry;
use jandon::store::{Applied, Change, Fact, Filter, Outside, Refusal, Store, StoreError};
use oracle::{Oracle, category_lines, channel_lines};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a law says of one case.
type Verdict = Result<(), TestCaseError>;

/// Tries a law on that many random cases and on ever smaller ones where it does not hold.
fn law<S: Strategy>(cases: u32, strategy: S, holds: impl Fn(S::Value) -> Verdict) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seed = number("JANDON_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed") >> 1);
    let cases = number("JANDON_CASES").map_or(cases, |n| n as u32);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    match runner.run(&strategy, holds) {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => panic!("JANDON_SEED={seed} shows it again\n{why}\n{case:?}"),
        Err(error) => panic!("JANDON_SEED={seed} shows it again\n{error}"),
    }
}

/// The store and the oracle must say the same.
fn same<T: PartialEq + Debug>(what: impl Display, store: T, oracle: T) -> Verdict {
    if store == oracle {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{what}\n   store: {store:?}\n oracle: {oracle:?}")))
}

/// An answer that the store must be able to give.
fn fine<T>(answer: Result<T, StoreError>) -> Result<T, TestCaseError> {
    answer.map_err(|error| TestCaseError::fail(format!("the store fails: {error:?}")))
}

fn day(text: &str) -> Day {
    Day::parse_iso(text).expect("a day of the calendar")
}

fn won() -> Unit {
    Unit::new("KRW", 0)
}

fn dollars() -> Unit {
    Unit::new("USD", 2)
}

fn points() -> Unit {
    Unit::new("TOSSP", 0)
}

fn account(name: &str, kind: AccountKind, unit: Unit) -> Account {
    let bill_day = (kind == AccountKind::Carrier).then_some(31);
    Account {
        id: AccountId(0),
        name: name.into(),
        platform: None,
        kind,
        unit,
        limit: None,
        bill_day,
        note: None,
        closed: false,
    }
}

/// Accounts of every kind.
fn accounts() -> Vec<Account> {
    vec![
        account("kakao", AccountKind::Wallet, won()),
        account("toss points", AccountKind::Rewards, points()),
        account("skt", AccountKind::Carrier, won()),
        account("card", AccountKind::Giftcard, won()),
        account("bank", AccountKind::Bank, won()),
        account("venmo", AccountKind::Wallet, dollars()),
        account("kt", AccountKind::Carrier, won()),
        account("stars", AccountKind::Rewards, Unit::new("STAR", 2)),
    ]
}

const CATEGORIES: [&str; 4] = ["coffee", "밥", "50% off_\\", "Coffee beans"];
const CHANNELS: [&str; 3] = ["kakaopay/other-bank", "venmo/instant", "venmo/standard"];
const SEARCHES: [&str; 6] = ["coff", "밥", "%", "_", "VENMO", "seen"];

/// One fact before its accounts and its moment are known to exist.
#[derive(Clone, Debug)]
struct Raw {
    what: What,
    accounts: (Index, Index),
    outside: bool,
    amount: i64,
    received: i64,
    charges: (i64, i64),
    at: LocalDateTime,
    expires: Expires,
    words: (Option<Index>, Option<Index>, Option<Index>),
    channel: Option<Index>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Entry(Kind),
    Snapshot,
    /// A snapshot that shows what is expected.
    SnapshotAsExpected,
    Rate,
}

/// Moments that lie close together, on the edges of days and months, and some far away.
fn moment() -> impl Strategy<Value = LocalDateTime> {
    let first = day("2026-01-01").0;
    let day = prop_oneof![
        12 => 0..150_i32,
        6 => prop::sample::select(vec![0, 30, 31, 58, 59, 89, 90]),
        1 => -30_000..30_000_i32,
    ];
    let second = prop::sample::select(vec![0_i64, 1, 43_200, 86_399]);
    (day, second).prop_map(move |(day, second)| LocalDateTime(Day(first + day).start().0 + second))
}

fn expires() -> impl Strategy<Value = Expires> {
    let first = day("2025-12-01").0;
    prop_oneof![
        2 => Just(Expires::Unknown),
        1 => Just(Expires::Never),
        5 => (0..24_i32).prop_map(move |n| Expires::On(Day(first + 10 * n))),
    ]
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        5 => Just(What::Entry(Kind::Spend)),
        5 => Just(What::Entry(Kind::Earn)),
        1 => Just(What::Entry(Kind::Topup)),
        2 => Just(What::Entry(Kind::Refund)),
        2 => Just(What::Entry(Kind::Transfer)),
        2 => Just(What::Entry(Kind::Withdraw)),
        2 => Just(What::Entry(Kind::Pay)),
        2 => Just(What::Entry(Kind::Expire)),
        3 => Just(What::Snapshot),
        1 => Just(What::SnapshotAsExpected),
        1 => Just(What::Rate),
    ]
}

fn raw() -> impl Strategy<Value = Raw> {
    let charge = || prop_oneof![2 => Just(0_i64), 1 => 0..80_i64];
    let word = || prop::option::of(any::<Index>());
    let accounts = (any::<Index>(), any::<Index>());
    let amounts = (1..1000_i64, 1..1000_i64, charge(), charge());
    let words = (word(), word(), word(), prop::option::weighted(0.5, any::<Index>()));
    (what(), accounts, any::<bool>(), amounts, moment(), expires(), words).prop_map(
        |(what, accounts, outside, (amount, received, fee, tax), at, expires, words)| Raw {
            what,
            accounts,
            outside,
            amount,
            received,
            charges: (fee, tax),
            at,
            expires,
            words: (words.0, words.1, words.2),
            channel: words.3,
        },
    )
}

/// One command.
#[derive(Clone, Debug)]
enum Step {
    Record(Vec<Raw>),
    Undo,
    Redo,
    /// Voids any change, or brings it back.
    Void(Index),
    /// Gives an account another note.
    Edit(Index, i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => raw().prop_map(|raw| Step::Record(vec![raw])),
        4 => prop::collection::vec(raw(), 2..8).prop_map(Step::Record),
        3 => Just(Step::Undo),
        2 => Just(Step::Redo),
        4 => any::<Index>().prop_map(Step::Void),
        1 => (any::<Index>(), 0..3_i64).prop_map(|(index, note)| Step::Edit(index, note)),
    ]
}

/// A stretch of time, open or closed.
type Range = (Option<LocalDateTime>, Option<LocalDateTime>);

fn range() -> impl Strategy<Value = Range> {
    let end = || {
        prop_oneof![
            1 => Just(None),
            2 => moment().prop_map(|m| Some((m.month().first().start(), m.month().last().end()))),
            3 => moment().prop_map(|m| Some((m, m))),
        ]
    };
    (end(), end()).prop_map(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => (Some(a.0.min(b.0)), Some(a.1.max(b.1))),
        (a, b) => (a.map(|a| a.0), b.map(|b| b.1)),
    })
}

/// What both are asked after every step.
#[derive(Clone, Debug)]
struct Questions {
    moments: Vec<LocalDateTime>,
    ranges: Vec<Range>,
    filter: RawFilter,
    threshold: i64,
}

#[derive(Clone, Debug)]
struct RawFilter {
    account: Option<Index>,
    range: Range,
    kind: Option<Index>,
    outside: Option<Index>,
    snapshots_only: bool,
    category: Option<Index>,
    payee: Option<Index>,
    search: Option<Index>,
    limit: Option<usize>,
}

fn questions() -> impl Strategy<Value = Questions> {
    let maybe = |weight| prop::option::weighted(weight, any::<Index>());
    let range_or_none = prop_oneof![Just((None, None)), range()];
    let limit = prop::option::of(0..12_usize);
    let kinds = (maybe(0.3), maybe(0.1), prop::bool::weighted(0.2));
    let texts = (maybe(0.2), maybe(0.1), maybe(0.3));
    let filter = (maybe(0.5), range_or_none, kinds, texts, limit);
    let filter = filter.prop_map(|(account, range, kinds, (category, payee, search), limit)| {
        let (kind, outside, snapshots_only) = kinds;
        RawFilter { account, range, kind, outside, snapshots_only, category, payee, search, limit }
    });
    let moments = prop::collection::vec(moment(), 2);
    let ranges = prop::collection::vec(range(), 2);
    (moments, ranges, filter, 1..1000_i64).prop_map(|(moments, ranges, filter, threshold)| Questions {
        moments,
        ranges,
        filter,
        threshold,
    })
}

impl RawFilter {
    fn filter(&self, accounts: &[Account]) -> Filter {
        let pick = |index: &Option<Index>, words: &[&str]| index.map(|i| String::from(*i.get(words)));
        Filter {
            account: self.account.map(|i| i.get(accounts).id),
            from: self.range.0,
            to: self.range.1,
            kind: self.kind.map(|i| *i.get(&Kind::ALL)).filter(|_| !self.snapshots_only),
            outside: self.outside.map(|i| *i.get(&[Outside::From, Outside::To])),
            snapshots_only: self.snapshots_only && self.outside.is_none(),
            category: pick(&self.category, &CATEGORIES),
            payee: pick(&self.payee, &SEARCHES),
            search: pick(&self.search, &SEARCHES),
            limit: self.limit,
        }
    }
}

/// A store and a oracle that were told the same.
struct Scene {
    store: Store,
    oracle: Oracle,
    /// As they were opened.
    accounts: Vec<Account>,
    /// So many changes opened accounts.
    openings: usize,
    ids: u64,
}

impl Scene {
    /// In memory, with accounts of every kind.
    fn new() -> Scene {
        Scene::on(Store::in_memory().expect("a ledger in memory"))
    }

    fn on(store: Store) -> Scene {
        let mut scene = Scene { store, oracle: Oracle::default(), accounts: Vec::new(), openings: 0, ids: 0 };
        let mut opened = accounts();
        for account in &opened {
            scene.record("account add", vec![Fact::Open(account.clone())]);
        }
        for (account, known) in opened.iter_mut().zip(scene.store.accounts().expect("accounts")) {
            account.id = known.id;
        }
        assert_eq!(scene.store.accounts().expect("accounts"), opened);
        (scene.openings, scene.accounts) = (opened.len(), opened);
        scene
    }

    fn id(&mut self, at: LocalDateTime) -> Id {
        self.ids += 1;
        Id::new(at, self.ids)
    }

    /// Writes one change in both.
    fn record(&mut self, command: &'static str, facts: Vec<Fact>) -> Applied {
        let at = day("2026-11-22").start();
        let change = Change { id: self.id(at), at, command, facts };
        let applied = self.store.apply(&change).unwrap_or_else(|e| panic!("{e:?} on {change:?}"));
        self.oracle.write(&change);
        applied
    }

    fn void(&mut self, number: usize, command: &'static str) {
        let id = self.oracle.changes[number].id;
        self.record(command, vec![Fact::Void(id)]);
    }

    /// One command in both. What the command line would refuse is left out.
    fn step(&mut self, step: &Step) {
        match step {
            Step::Record(raws) => {
                // A fact may depend on those before it in its change, so both must know them.
                let mut facts = Vec::new();
                let mut told = self.oracle.clone();
                for raw in raws {
                    let fact = self.fact(raw, &told);
                    let id = Id(-1 - told.changes.len() as i64);
                    told.write(&Change {
                        id,
                        at: raw.at,
                        command: "log",
                        facts: fact.iter().cloned().collect(),
                    });
                    facts.extend(fact);
                }
                if !facts.is_empty() {
                    self.record("log", facts);
                }
            }
            Step::Undo | Step::Redo => {
                let is_undo = matches!(step, Step::Undo);
                let last = self.oracle.last_change(is_undo).filter(|n| *n >= self.openings);
                if let Some(last) = last {
                    self.void(last, if is_undo { "undo" } else { "redo" });
                }
            }
            Step::Void(index) => {
                let number = index.index(self.oracle.changes.len());
                let counts = self.oracle.counting()[number];
                let original = self.oracle.changes[number].voids;
                let is_redo = original.is_some_and(|of| self.oracle.changes[of].voids.is_some());
                if number >= self.openings && counts && !is_redo {
                    self.void(number, if original.is_some() { "redo" } else { "undo" });
                }
            }
            Step::Edit(index, note) => {
                let opened = index.get(&self.accounts);
                let note = Some(format!("note {note}"));
                let account = Account { note, ..self.oracle.account(opened) };
                self.record("account edit", vec![Fact::Edit(account)]);
            }
        }
    }

    /// The fact that a raw one stands for, or none where there is nothing of the kind.
    fn fact(&mut self, raw: &Raw, told: &Oracle) -> Option<Fact> {
        let any = raw.accounts.0.get(&self.accounts).clone();
        let seen = |id: Id, balance: i64| {
            let note = raw.words.0.map(|i| format!("SnapshotDifference {}", i.index(3)));
            Some(Fact::Snapshot(Snapshot { id, at: raw.at, account: any.id, balance, note }))
        };
        match raw.what {
            What::Entry(kind) => {
                let id = self.id(raw.at);
                Some(Fact::Entry(entry(raw, kind, id, &self.accounts)))
            }
            What::Snapshot => {
                let low = if any.is_carrier() { -1200 } else { -100 };
                let balance = raw.received.saturating_add(low + raw.amount % 1000);
                let id = self.id(raw.at);
                seen(id, balance)
            }
            What::SnapshotAsExpected => {
                let balance = told.path(&any, Some(raw.at)).standing.balance;
                let id = self.id(raw.at);
                seen(id, balance)
            }
            What::Rate => {
                let rate = Rate { num: raw.amount, den: 1 };
                Some(Fact::Rate { unit: points(), rate, of: won(), day: raw.at.day() })
            }
        }
    }

    /// Asks both everything.
    fn agree(&self, questions: &Questions) -> Verdict {
        let (store, oracle) = (&self.store, &self.oracle);
        let accounts: Vec<Account> = self.accounts.iter().map(|a| oracle.account(a)).collect();
        let checked = fine(store.check())?;
        same("check", &checked.findings, &Vec::new())?;
        same("check counts", (checked.entries, checked.snapshots), oracle.counts())?;
        same("accounts", fine(store.accounts())?, accounts.clone())?;
        let rates = fine(store.rates())?.into_iter().map(|r| (r.unit, r.rate, r.of, r.day)).collect();
        same("rates", rates, oracle.rates())?;
        same("first fact", fine(store.first_fact())?, oracle.first_fact())?;
        for undo in [true, false] {
            let last = oracle.last_change(undo).map(|n| oracle.changes[n].id);
            same(format!("last change, undo {undo}"), fine(store.last_change(undo))?.map(|c| c.id), last)?;
        }
        for at in &questions.moments {
            self.agree_at(*at)?;
        }
        for range in &questions.ranges {
            self.agree_within(*range, questions.threshold)?;
        }
        let filter = questions.filter.filter(&self.accounts);
        for filter in [Filter::default(), filter] {
            let rows = fine(store.history(&filter))?;
            if let Some(account) = accounts.iter().find(|a| Some(a.id) == filter.account) {
                let mut running = store.running_balance(account.id);
                let mut movements = Vec::new();
                for row in &rows {
                    let movement = fine(running.next(row))?;
                    movements.push((movement.amount, movement.balance_after));
                }
                let referees = oracle.running(account, &filter);
                same(format!("running balance, {filter:?}"), movements, referees)?;
            }
            let counted = oracle.history(&accounts, &Filter { limit: None, ..filter.clone() }).len();
            same(format!("count of {filter:?}"), fine(store.count_history(&filter))?, counted)?;
            let lines = rows.into_iter().map(|row| (row.change, row.voided, row.fact)).collect();
            same(format!("{filter:?}"), lines, oracle.history(&accounts, &filter))?;
        }
        Ok(())
    }

    /// Where everything stands at a moment.
    fn agree_at(&self, at: LocalDateTime) -> Verdict {
        let standings = fine(self.store.account_balances(at))?;
        let (mut lots, mut bills, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        let all_lots = fine(self.store.all_lots(at))?;
        let without = without_expiry(&self.accounts, &standings, &all_lots);
        for account in &self.accounts {
            let path = self.oracle.path(account, Some(at));
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            same(format!("{} stands at {at}", account.name), standing, path.standing)?;
            if account.is_carrier() {
                let owed: i64 = path.bills.values().sum();
                same("bills sum to what is owed", owed, (-path.standing.balance).max(0))?;
            }
            let may_expire = matches!(account.kind, AccountKind::Rewards | AccountKind::Giftcard);
            if may_expire && path.unknown > 0 {
                unknown.push((account.name.clone(), path.unknown));
            }
            lots.extend(path.lots.into_iter().map(|(last, amount)| (account.id, last, amount)));
            bills.extend(path.bills.into_iter().map(|(month, amount)| (account.id, month, amount)));
        }
        let (mut kept_lots, mut kept_bills) = (fine(self.store.lots(at))?, fine(self.store.bills(at))?);
        kept_lots.sort();
        kept_bills.sort();
        let (mut next, mut first) = (fine(self.store.next_expiries(at))?, lots.clone());
        next.sort();
        first.dedup_by_key(|(account, ..)| *account);
        same(format!("what expires next at {at}"), next, first)?;
        same(format!("lots at {at}"), kept_lots, lots)?;
        unknown.sort();
        let points = |account: &str| matches!(account, "toss points" | "stars" | "card");
        let without = without.into_iter().filter(|row| points(&row.account));
        let without: Vec<(String, i64)> = without.map(|row| (row.account, row.amount.minor)).collect();
        same(format!("of unknown expiry at {at}"), without, unknown)?;
        same(format!("bills at {at}"), kept_bills, bills)
    }

    /// What moved within a stretch of time.
    fn agree_within(&self, range: Range, threshold: i64) -> Verdict {
        let (from, to) = range;
        let flows = fine(self.store.flows(from, to))?;
        for account in &self.accounts {
            let flows = flows.get(&account.id).copied().unwrap_or_default();
            let sums: BTreeMap<FlowKind, i64> = FlowKind::ALL.into_iter().map(|m| (m, flows.of(m))).collect();
            let what = format!("flows of {} within {range:?}", account.name);
            same(&what, (flows.facts, sums), self.oracle.flows(account, from, to))?;
            self.identity(account, range, flows)?;
        }
        let activity = fine(self.store.activity(from, to))?;
        let what = format!("categories within {range:?}");
        same(what, category_lines(fine(activity.categories())?), self.oracle.categories(from, to))?;
        let what = format!("payees within {range:?}");
        same(what, category_lines(fine(activity.payees())?), self.oracle.payees(from, to))?;
        let what = format!("channels within {range:?}");
        same(what, channel_lines(fine(activity.channels())?), self.oracle.channels(from, to))?;
        if let (Some(from), Some(to)) = range {
            for unit in [won(), dollars(), points()] {
                let limits = [unit.money(threshold)];
                let counts = fine(activity.micropayments(&limits))?.remove(0);
                let times = |(amount, count): (i64, i64)| std::iter::repeat_n(amount, count as usize);
                let amounts: Vec<i64> = counts.into_iter().flat_map(times).collect();
                same("micropayments", amounts, self.oracle.micropayments(&unit, threshold, from, to))?;
            }
        }
        if let Some(until) = to {
            let channels = CHANNELS[1..].iter().map(|c| c.to_string()).collect();
            let ask = QuotaKey { channels, since: from, until };
            let side = |channel: &str| if channel == CHANNELS[1] { Side::OnTop } else { Side::Deducted };
            let amount = |channel: &str, _, out: i64, charges: i64| match side(channel) {
                Side::OnTop => out - charges,
                Side::Deducted => out,
            };
            let used = fine(self.store.used(&ask, amount))?;
            same(format!("{ask:?}"), used, self.oracle.used(&ask, side))?;
        }
        Ok(())
    }

    /// closing = opening + what came − what went, to the last part.
    fn identity(&self, account: &Account, (from, to): Range, flows: Flows) -> Verdict {
        let standing_at = |at: LocalDateTime| -> Result<i64, TestCaseError> {
            Ok(fine(self.store.account_balances(at))?.get(&account.id).map_or(0, |s| s.balance))
        };
        let opening = from.map_or(Ok(0), |from| standing_at(LocalDateTime(from.0 - 1)))?;
        let closing = standing_at(to.unwrap_or(day("9999-12-31").end()))?;
        let [earned, topped_up, refunded, moved_in, bill_paid, rest @ ..] =
            FlowKind::ALL.map(|measure| flows.of(measure));
        let [spent, withdrawn, moved_out, fees, taxes, expired, unexplained, _first_seen] = rest;
        let came = earned + topped_up + refunded + moved_in + bill_paid;
        let went = spent + withdrawn + moved_out + fees + taxes + expired;
        same("closing", closing, opening + came - went + unexplained)
    }
}

/// An entry of that kind, with accounts that fit it.
fn entry(raw: &Raw, kind: Kind, id: Id, accounts: &[Account]) -> Entry {
    let carriers: Vec<&Account> = accounts.iter().filter(|a| a.is_carrier()).collect();
    let others: Vec<&Account> = accounts.iter().filter(|a| !a.is_carrier()).collect();
    // Carriers twice, so that bills grow.
    let spending: Vec<&Account> = accounts.iter().chain(carriers.iter().copied()).collect();
    let (a, b) = raw.accounts;
    fn pick<'a>(index: Index, of: &[&'a Account]) -> &'a Account {
        of[index.index(of.len())]
    }
    let main = pick(a, if others.is_empty() { &carriers } else { &others });
    let besides: Vec<&Account> = others.iter().copied().filter(|other| other.id != main.id).collect();
    let beside = || pick(b, &besides);
    let (from, to): (Option<&Account>, Option<&Account>) = match kind {
        Kind::Spend => (Some(pick(a, &spending)), None),
        Kind::Expire => (Some(main), None),
        Kind::Earn => (None, Some(main)),
        Kind::Refund => (None, Some(pick(a, &spending))),
        Kind::Topup if raw.outside => (None, Some(main)),
        Kind::Topup | Kind::Transfer => (Some(beside()), Some(main)),
        Kind::Withdraw if raw.outside => (Some(main), None),
        Kind::Withdraw => (Some(main), Some(beside())),
        Kind::Pay => ((!raw.outside).then_some(main), Some(pick(b, &carriers))),
    };
    // Outside there is money of any unit, but only what moves is ever converted.
    let moves = matches!(kind, Kind::Topup | Kind::Withdraw | Kind::Pay);
    let foreign = (moves && raw.received % 3 == 0).then(dollars);
    let unit_of = |one: Option<&Account>, other: Option<&Account>| match (one, other) {
        (Some(account), _) => account.unit.clone(),
        (None, Some(other)) => foreign.clone().unwrap_or(other.unit.clone()),
        (None, None) => won(),
    };
    let (unit_out, unit_in) = (unit_of(from, to), unit_of(to, from));
    let out = raw.amount;
    let fee = if kind == Kind::Expire { 0 } else { raw.charges.0.min(out) };
    let tax = if kind == Kind::Expire { 0 } else { raw.charges.1.min(out - fee) };
    let arriving = if unit_out == unit_in { out - fee - tax } else { raw.received.abs() };
    let expires = match raw.expires {
        Expires::On(last) if kind == Kind::Earn => Expires::On(last.max(raw.at.day())),
        expires if kind == Kind::Earn => expires,
        _ => Expires::Unknown,
    };
    let word = |index: Option<Index>| index.map(|i| String::from(*i.get(&CATEGORIES)));
    let channel = raw.channel.filter(|_| kind == Kind::Withdraw || raw.outside);
    let entry = Entry {
        id,
        at: raw.at,
        kind,
        from: Leg { account: from.map(|a| a.id), amount: out, unit: unit_out },
        to: Leg { account: to.map(|a| a.id), amount: arriving, unit: unit_in },
        fee,
        tax,
        category: word(raw.words.0).map(Into::into),
        payee: word(raw.words.1).map(Into::into),
        note: word(raw.words.2),
        channel: channel.map(|i| (*i.get(&CHANNELS)).into()),
        expires,
    };
    entry.check(|id| accounts.iter().find(|a| a.id == id)).unwrap_or_else(|e| panic!("{e:?}: {entry:?}"));
    entry
}

#[test]
fn every_reading_agrees_with_a_plain_walk_through_the_facts_after_every_step() {
    let history = (prop::collection::vec(step(), 1..25), questions());
    law(60, history, |(steps, questions)| {
        let mut scene = Scene::new();
        for step in &steps {
            scene.step(step);
            scene.agree(&questions)?;
        }
        Ok(())
    });
}

#[test]
fn what_is_kept_in_a_file_is_read_again_as_it_was_after_every_step() {
    let history = (prop::collection::vec(step(), 1..12), questions());
    law(8, history, |(steps, questions)| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ledger.db");
        let mut scene = Scene::on(fine(Store::write(&path, WAIT))?);
        for step in &steps {
            scene.step(step);
            let read = || Store::read(&path, WAIT);
            fine(std::mem::replace(&mut scene.store, fine(Store::in_memory())?).commit())?;
            scene.store = fine(read())?;
            scene.agree(&questions)?;
            // What is not kept is forgotten.
            let writing = fine(Store::write(&path, WAIT))?;
            let rate = Rate { num: 7, den: 9 };
            let facts = vec![Fact::Rate { unit: won(), rate, of: points(), day: day("2026-01-01") }];
            fine(writing.apply(&Change { id: Id(1), at: LocalDateTime(0), command: "rate set", facts }))?;
            drop(writing);
            scene.store = fine(Store::write(&path, WAIT))?;
        }
        scene.agree(&questions)
    });
}

/// Facts in the order of a list, and the same facts in another order and cut otherwise into changes.
#[derive(Clone, Debug)]
struct Orders {
    raws: Vec<Raw>,
    order: Vec<u32>,
    cuts: [Vec<bool>; 2],
    questions: Questions,
}

fn orders() -> impl Strategy<Value = Orders> {
    let most = 40;
    let cuts = || prop::collection::vec(any::<bool>(), most);
    let raws = prop::collection::vec(raw(), 1..most);
    (raws, prop::collection::vec(any::<u32>(), most), cuts(), cuts(), questions())
        .prop_map(|(raws, order, a, b, questions)| Orders { raws, order, cuts: [a, b], questions })
}

impl Orders {
    /// The facts, no two of one second.
    fn facts(&self, scene: &mut Scene) -> Vec<Fact> {
        let mut taken = std::collections::BTreeSet::new();
        let mut facts = Vec::new();
        for raw in &self.raws {
            let mut at = raw.at;
            while !taken.insert(at) {
                at = LocalDateTime(at.0 + 1);
            }
            let raw = Raw { what: plain(raw.what), at, ..raw.clone() };
            facts.extend(scene.fact(&raw, &Oracle::default()));
        }
        facts
    }
}

/// Everything that can be read and is no trace of the order of recording.
fn everything(scene: &Scene, questions: &Questions) -> Result<Vec<String>, TestCaseError> {
    let store = &scene.store;
    let mut told = Vec::new();
    for at in &questions.moments {
        let standings = fine(store.account_balances(*at))?;
        for account in &scene.accounts {
            let standing = standings.get(&account.id).copied().unwrap_or_default();
            told.push(format!("{} at {at}: {standing:?}", account.name));
        }
        let (mut lots, mut bills) = (fine(store.lots(*at))?, fine(store.bills(*at))?);
        lots.sort();
        bills.sort();
        told.push(format!("at {at}: {lots:?} {bills:?}"));
    }
    for (from, to) in &questions.ranges {
        let flows = fine(store.flows(*from, *to))?;
        for account in &scene.accounts {
            let flows = flows.get(&account.id).copied().unwrap_or_default();
            told.push(format!("{} within {from:?} to {to:?}: {flows:?}", account.name));
        }
        let activity = fine(store.activity(*from, *to))?;
        told.push(format!("{:?}", category_lines(fine(activity.categories())?)));
        told.push(format!("{:?}", channel_lines(fine(activity.channels())?)));
    }
    let rows = fine(store.history(&Filter::default()))?;
    told.extend(rows.into_iter().filter(|row| !row.voided).map(|row| format!("{:?}", row.fact)));
    Ok(told)
}

#[test]
fn the_same_facts_of_different_seconds_lead_to_the_same_whatever_the_order_of_recording() {
    law(60, orders(), |case| {
        let mut scenes: Vec<Scene> = (0..3).map(|_| Scene::new()).collect();
        let facts = case.facts(&mut scenes[0]);
        scenes[1].ids = scenes[0].ids;
        scenes[2].ids = scenes[0].ids;
        let mut shuffled: Vec<(u32, Fact)> = case.order.iter().copied().zip(facts.clone()).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<Fact> = shuffled.into_iter().map(|(_, fact)| fact).collect();
        for ((scene, facts), cuts) in scenes.iter_mut().zip([&facts, &shuffled]).zip(&case.cuts) {
            let mut change = Vec::new();
            for (fact, cut) in facts.iter().zip(cuts) {
                change.push(fact.clone());
                if *cut {
                    scene.record("log", std::mem::take(&mut change));
                }
            }
            if !change.is_empty() {
                scene.record("log", change);
            }
        }
        // And on a detour: every second change is taken back and brought back in a later order.
        let openings = scenes[2].openings;
        for fact in &shuffled {
            scenes[2].record("log", vec![fact.clone()]);
        }
        let undone: Vec<usize> = (openings..openings + facts.len()).step_by(2).collect();
        let undos: Vec<usize> = (openings + facts.len()..).take(undone.len()).collect();
        for number in &undone {
            scenes[2].void(*number, "undo");
        }
        for number in undos.iter().rev() {
            scenes[2].void(*number, "redo");
        }
        let plain = everything(&scenes[0], &case.questions)?;
        same("in another order", everything(&scenes[1], &case.questions)?, plain.clone())?;
        same("undone and redone", everything(&scenes[2], &case.questions)?, plain)?;
        for scene in &scenes {
            same("check", fine(scene.store.check())?.findings, Vec::new())?;
        }
        Ok(())
    });
}

#[test]
fn a_fact_recorded_and_undone_leaves_no_trace_in_any_reading() {
    let history = (prop::collection::vec(raw(), 1..20), prop::collection::vec(raw(), 1..6), questions());
    law(40, history, |(kept, undone, questions)| {
        let mut scene = Scene::new();
        scene.step(&Step::Record(kept));
        let before = everything(&scene, &questions)?;
        let changes = scene.oracle.changes.len();
        scene.step(&Step::Record(undone));
        if scene.oracle.changes.len() > changes {
            scene.step(&Step::Undo);
        }
        same("after an undo", everything(&scene, &questions)?, before)?;
        same("check", fine(scene.store.check())?.findings, Vec::new())
    });
}

#[test]
fn what_a_ledger_cannot_hold_is_refused_and_all_else_is_reckoned_exactly() {
    let amount = || {
        let edges = [0, 1, 2, 3].map(|shift| i64::MAX >> shift);
        let edges = [edges, edges.map(|edge| edge - 1), [1, 1000, 1 << 32, 1 << 40]].concat();
        prop::sample::select(edges)
    };
    let huge = (raw(), amount(), amount(), any::<bool>()).prop_map(|(raw, amount, received, negative)| Raw {
        amount,
        received: if negative { -received } else { received },
        ..raw
    });
    let step = prop_oneof![
        6 => huge.prop_map(|raw| Step::Record(vec![raw])),
        1 => Just(Step::Undo),
        1 => Just(Step::Redo),
    ];
    law(40, (prop::collection::vec(step, 1..14), questions()), |(steps, questions)| {
        let mut scene = Scene::new();
        let mut done: Vec<Change> = Vec::new();
        for step in &steps {
            let at = day("2026-11-22").start();
            let facts = match step {
                Step::Record(raws) => {
                    let told = scene.oracle.clone();
                    let raw = Raw { what: plain(raws[0].what), ..raws[0].clone() };
                    Vec::from_iter(scene.fact(&raw, &told))
                }
                step => {
                    let last = scene.oracle.last_change(matches!(step, Step::Undo));
                    match last.filter(|last| *last >= scene.openings) {
                        Some(last) => scene.voiding(last),
                        None => continue,
                    }
                }
            };
            let change = Change { id: scene.id(at), at, command: "log", facts };
            let ids = scene.ids;
            match scene.store.apply(&change) {
                Ok(_) => {
                    scene.oracle.write(&change);
                    done.push(change);
                }
                Err(StoreError::Rule(RuleViolation::BalanceTooLarge { .. })) => {
                    // Some sum of what there is must come near what 64 bits hold.
                    let mut told = scene.oracle.clone();
                    told.write(&change);
                    prop_assert!(told.moved() > i128::from(i64::MAX) / 4, "{change:?} was refused");
                    scene = Scene::new();
                    scene.ids = ids;
                    for change in &done {
                        fine(scene.store.apply(change))?;
                        scene.oracle.write(change);
                    }
                }
                Err(error) => return Err(TestCaseError::fail(format!("{error:?} on {change:?}"))),
            }
            scene.agree(&questions)?;
        }
        Ok(())
    });
}

/// Of facts that depend on others, plain ones.
fn plain(what: What) -> What {
    match what {
        What::Entry(kind) => What::Entry(kind),
        What::Snapshot | What::SnapshotAsExpected | What::Rate => What::Snapshot,
    }
}

// Refused by the writer.

/// An entry of KRW between two of the accounts, or outside, on a day.
fn won_entry(scene: &mut Scene, kind: Kind, names: [Option<&str>; 2], amount: i64, on: &str) -> Fact {
    let at = day(on).start();
    let [from, to] = names.map(|name| name.map(|name| scene.account(name).id));
    let place = |account| Leg { account, amount, unit: won() };
    Fact::Entry(Entry {
        id: scene.id(at),
        at,
        kind,
        from: place(from),
        to: place(to),
        fee: 0,
        tax: 0,
        category: None,
        payee: None,
        note: None,
        channel: None,
        expires: Expires::Unknown,
    })
}

fn snapshot(scene: &mut Scene, name: &str, balance: i64, on: &str) -> Fact {
    let at = day(on).end();
    let account = scene.account(name).id;
    Fact::Snapshot(Snapshot { id: scene.id(at), at, account, balance, note: None })
}

impl Scene {
    fn account(&self, name: &str) -> Account {
        self.accounts.iter().find(|a| a.name == name).expect("an account of that name").clone()
    }

    /// What the store says to a change that it refuses. It is of no use afterwards.
    fn refused(mut self, facts: Vec<Fact>) -> StoreError {
        let at = day("2026-11-22").start();
        let change = Change { id: self.id(at), at, command: "log", facts };
        self.store.apply(&change).expect_err("a refusal")
    }

    fn voiding(&self, number: usize) -> Vec<Fact> {
        vec![Fact::Void(self.oracle.changes[number].id)]
    }
}

#[test]
fn a_redo_is_refused_when_the_account_has_another_unit_now() {
    let recorded = |scene: &mut Scene| -> [Fact; 2] {
        let earned = won_entry(scene, Kind::Earn, [None, Some("kakao")], 100, "2026-10-01");
        [earned, snapshot(scene, "kakao", 100, "2026-10-01")]
    };
    for which in 0..2 {
        for (kind, unit) in [(AccountKind::Wallet, dollars()), (AccountKind::Carrier, won())] {
            let mut scene = Scene::new();
            let fact = recorded(&mut scene)[which].clone();
            scene.record("earn", vec![fact]);
            let recorded = scene.openings;
            scene.void(recorded, "undo");
            // Nothing counts on the account, so it may become another one.
            let before = scene.account("kakao");
            scene.record("account edit", vec![Fact::Edit(Account { kind, unit, ..before.clone() })]);
            let voiding = scene.voiding(recorded + 1);
            let error = scene.refused(voiding);
            assert!(matches!(error, StoreError::Refused(_) | StoreError::Rule(_)), "{error:?}");
        }
        // Once it is again what it was, the redo is no matter.
        let mut scene = Scene::new();
        let fact = recorded(&mut scene)[which].clone();
        scene.record("earn", vec![fact]);
        let recorded = scene.openings;
        scene.void(recorded, "undo");
        let before = scene.account("kakao");
        scene.record("account edit", vec![Fact::Edit(Account { unit: dollars(), ..before.clone() })]);
        scene.record("account edit", vec![Fact::Edit(before)]);
        scene.void(recorded + 1, "redo");
        let kakao = scene.account("kakao").id;
        assert_eq!(
            scene.store.account_balances(day("2026-11-01").start()).expect("standings")[&kakao].balance,
            100
        );
        assert_eq!(scene.store.check().expect("a check").findings, []);
    }
}

#[test]
fn a_redo_is_no_change_that_can_be_voided() {
    let mut scene = Scene::new();
    let spent = won_entry(&mut scene, Kind::Spend, [Some("kakao"), None], 4500, "2026-10-01");
    scene.record("spend", vec![spent]);
    let recorded = scene.openings;
    scene.void(recorded, "undo");
    scene.void(recorded + 1, "redo");
    let redo = scene.oracle.changes[recorded + 2].id;
    let error = scene.refused(vec![Fact::Void(redo)]);
    assert!(matches!(error, StoreError::Refused(Refusal::UndoOfUndo(id)) if id == redo), "{error:?}");
}

#[test]
fn an_account_opened_and_used_in_one_change_is_undone_whole() {
    // The writer assigns the id of an account, so a first try shows which one it will be.
    let points_account = || account("oki", AccountKind::Rewards, points());
    let carrier = || account("lg", AccountKind::Carrier, won());
    let mut scene = Scene::new();
    scene.record("import", vec![Fact::Open(points_account()), Fact::Open(carrier())]);
    let opened: Vec<AccountId> =
        scene.store.accounts().expect("accounts")[scene.openings..].iter().map(|a| a.id).collect();

    let mut scene = Scene::new();
    let earn = Entry {
        to: Leg { account: Some(opened[0]), amount: 120, unit: points() },
        from: Leg { account: None, amount: 120, unit: points() },
        expires: Expires::On(day("2026-12-31")),
        ..match won_entry(&mut scene, Kind::Earn, [None, Some("kakao")], 120, "2026-10-01") {
            Fact::Entry(entry) => entry,
            other => panic!("{other:?}"),
        }
    };
    let spend = Entry {
        id: Id(1),
        kind: Kind::Spend,
        from: Leg { account: Some(opened[1]), amount: 900, unit: won() },
        to: Leg { account: None, amount: 900, unit: won() },
        expires: Expires::Unknown,
        ..earn.clone()
    };
    // Another lot that has expired before the earning counts, so that a total has it.
    let early = Entry {
        id: Id(2),
        at: day("2026-08-01").start(),
        expires: Expires::On(day("2026-08-31")),
        ..earn.clone()
    };
    let mut facts = vec![Fact::Open(points_account()), Fact::Open(carrier())];
    facts.extend([early, earn, spend].map(Fact::Entry));
    scene.record("import", facts);
    let number = scene.openings;
    let late = day("2026-11-01").start();
    assert_eq!(scene.store.lots(late).expect("lots"), [(opened[0], day("2026-12-31"), 120)]);
    assert_eq!(scene.store.bills(late).expect("bills"), [(opened[1], late.month().add_months(-1), 900)]);
    assert_eq!(scene.store.check().expect("a check").findings, []);
    let known = scene.store.accounts().expect("accounts").pop().expect("an account");
    scene.record("account edit", vec![Fact::Edit(Account { note: Some("LG U+".into()), ..known })]);
    scene.void(number, "undo");
    assert_eq!(scene.store.accounts().expect("accounts").len(), scene.openings);
    assert_eq!(scene.store.lots(late).expect("lots"), []);
    assert_eq!(scene.store.bills(late).expect("bills"), []);
    assert_eq!(scene.store.check().expect("a check").findings, []);
    scene.void(number + 2, "redo");
    assert_eq!(scene.store.lots(late).expect("lots"), [(opened[0], day("2026-12-31"), 120)]);
    assert_eq!(scene.store.check().expect("a check").findings, []);
}

#[test]
fn an_opening_is_undone_only_before_anything_stands_on_it() {
    let mut scene = Scene::new();
    let kakao = 0;
    let spent = won_entry(&mut scene, Kind::Spend, [Some("kakao"), None], 4500, "2026-10-01");
    scene.record("spend", vec![spent]);
    let spend = scene.openings;
    scene.void(spend, "undo");
    scene.void(kakao, "undo");
    assert_eq!(scene.store.accounts().expect("accounts").len(), scene.accounts.len() - 1);
    assert_eq!(scene.store.check().expect("a check").findings, []);
    // Its name is free now, and what was recorded on it stays undone.
    let undone = scene.voiding(spend + 1);
    scene.record("account add", vec![Fact::Open(account("KaKao", AccountKind::Bank, won()))]);
    let error = scene.refused(undone);
    assert!(matches!(error, StoreError::Refused(Refusal::StillNeeded { .. })), "{error:?}");

    let mut scene = Scene::new();
    let spent = won_entry(&mut scene, Kind::Spend, [Some("kakao"), None], 4500, "2026-10-01");
    scene.record("spend", vec![spent]);
    let undo = scene.voiding(kakao);
    let error = scene.refused(undo);
    assert!(matches!(error, StoreError::Refused(Refusal::StillNeeded { .. })), "{error:?}");
}

#[test]
fn a_closed_account_takes_nothing_and_gives_nothing_back() {
    let closed = || {
        let mut scene = Scene::new();
        let facts = [
            won_entry(&mut scene, Kind::Earn, [None, Some("kakao")], 100, "2026-10-01"),
            won_entry(&mut scene, Kind::Spend, [Some("kakao"), None], 100, "2026-10-02"),
        ];
        for fact in facts {
            scene.record("log", vec![fact]);
        }
        let open = scene.account("kakao");
        scene.record("account close", vec![Fact::Edit(Account { closed: true, ..open })]);
        scene
    };
    let mut scene = closed();
    let spent = won_entry(&mut scene, Kind::Spend, [Some("kakao"), None], 1, "2026-10-03");
    assert!(matches!(scene.refused(vec![spent]), StoreError::Rule(_)));
    let mut scene = closed();
    let seen = snapshot(&mut scene, "kakao", 1, "2026-10-03");
    assert!(matches!(scene.refused(vec![seen]), StoreError::Rule(_)));
    let scene = closed();
    let undo = scene.voiding(scene.openings);
    assert!(matches!(scene.refused(undo), StoreError::Rule(_)));

    let mut scene = Scene::new();
    let earned = won_entry(&mut scene, Kind::Earn, [None, Some("kakao")], 100, "2026-10-01");
    scene.record("earn", vec![earned]);
    let close = Fact::Edit(Account { closed: true, ..scene.account("kakao") });
    let error = scene.refused(vec![close]);
    assert!(matches!(error, StoreError::Refused(Refusal::BalanceNotZero { .. })), "{error:?}");
}

// What expires by itself.

/// Points earned on the first of October 2026, with their last day.
fn points_earned(scene: &mut Scene, amount: i64, last: &str) -> Fact {
    match won_entry(scene, Kind::Earn, [None, Some("card")], amount, "2026-10-01") {
        Fact::Entry(entry) => Fact::Entry(Entry { expires: Expires::On(day(last)), ..entry }),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_expiry_takes_no_more_than_what_was_left_of_its_own_lot() {
    let late: [fn(&mut Scene) -> Fact; 2] = [
        |scene| won_entry(scene, Kind::Spend, [Some("card"), None], 30, "2026-10-15"),
        |scene| snapshot(scene, "card", 150, "2026-10-20"),
    ];
    for late in late {
        for is_recorded_first in [true, false] {
            let mut scene = Scene::new();
            for last in ["2026-10-31", "2027-01-31"] {
                let earned = points_earned(&mut scene, 100, last);
                scene.record("earn", vec![earned]);
            }
            let late = late(&mut scene);
            // A later fact, so that the expiry is in the totals before or after it changes.
            let topup = won_entry(&mut scene, Kind::Topup, [None, Some("card")], 1, "2026-11-10");
            let order = if is_recorded_first { [late, topup] } else { [topup, late] };
            for fact in order {
                scene.record("log", vec![fact]);
            }
            let card = scene.account("card").id;
            let now = day("2026-11-22").end();
            assert_eq!(scene.store.account_balances(now).expect("standings")[&card].balance, 101);
            assert_eq!(scene.store.lots(now).expect("lots"), [(card, day("2027-01-31"), 100)]);
            let after = day("2027-02-01").start();
            assert_eq!(scene.store.account_balances(after).expect("standings")[&card].balance, 1);
            assert_eq!(scene.store.check().expect("a check").findings, []);
        }
    }
}

#[test]
fn an_account_whose_points_have_expired_can_be_closed() {
    for (last, is_closed) in [("2026-11-21", true), ("2026-11-22", false)] {
        let mut scene = Scene::new();
        let earned = points_earned(&mut scene, 100, last);
        scene.record("earn", vec![earned]);
        let close = Fact::Edit(Account { closed: true, ..scene.account("card") });
        let at = day("2026-11-22").start();
        let change = Change { id: scene.id(at), at, command: "account close", facts: vec![close] };
        assert_eq!(scene.store.apply(&change).is_ok(), is_closed, "{last}");
    }
}

// The file.

const WAIT: Duration = Duration::from_secs(60);

/// A ledger file in a fresh folder, with rows in every table.
struct OnDisk {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl OnDisk {
    fn new() -> OnDisk {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new/ledger.db");
        let store = Store::write(&path, WAIT).expect("a store");
        let mut scene = Scene::on(store);
        let months = ["2026-08-03", "2026-09-03", "2026-10-03"];
        for (n, on) in months.iter().enumerate() {
            let mut facts = vec![
                won_entry(&mut scene, Kind::Earn, [None, Some("kakao")], 5000, on),
                won_entry(&mut scene, Kind::Spend, [Some("kakao"), None], 1200, on),
                won_entry(&mut scene, Kind::Withdraw, [Some("kakao"), Some("bank")], 1000, on),
                won_entry(&mut scene, Kind::Spend, [Some("skt"), None], 700, on),
                snapshot(&mut scene, "kakao", 2500 * (n as i64 + 1), on),
            ];
            for fact in &mut facts {
                let Fact::Entry(entry) = fact else { continue };
                match entry.kind {
                    Kind::Earn => entry.expires = Expires::On(day(on).add_days(40)),
                    Kind::Spend => entry.category = Some("coffee".into()),
                    _ => entry.channel = Some(CHANNELS[0].into()),
                }
            }
            scene.record("log", facts);
        }
        let rate = Rate { num: 1, den: 1 };
        scene
            .record("rate set", vec![Fact::Rate { unit: points(), rate, of: won(), day: day("2026-01-01") }]);
        let undone = won_entry(&mut scene, Kind::Earn, [None, Some("kakao")], 1, "2026-10-05");
        scene.record("earn", vec![undone]);
        let last = scene.oracle.last_change(true).expect("a change");
        scene.void(last, "undo");
        scene.store.commit().expect("a file");
        OnDisk { folder, path }
    }

    /// What a stranger does to the file: no rule but the triggers is looked at.
    fn sql(&self, sql: &str) -> rusqlite::Result<()> {
        let db = rusqlite::Connection::open(&self.path)?;
        db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")?;
        db.execute_batch(sql)
    }

    fn findings(&self) -> Vec<&'static str> {
        let store = Store::read(&self.path, WAIT).expect("a ledger");
        let mut parts: Vec<&str> = store.check().expect("a check").findings.iter().map(|f| f.part).collect();
        parts.dedup();
        parts
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).expect("the file")
    }
}

/// A part that a check names, and what was done to it. `ONE` is one row of `total`.
const DAMAGES: &[(&str, &str)] = &[
    ("monthly_flow", "UPDATE monthly_flow SET spent = spent + 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET earned = earned - 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET topped_up = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET refunded = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET moved_in = moved_in + 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET bill_paid = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET withdrawn = withdrawn + 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET moved_out = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET fees = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET taxes = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET expired = 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET unexplained = unexplained + 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET first_seen = first_seen + 1 WHERE ONE"),
    ("monthly_flow", "UPDATE monthly_flow SET facts = facts + 1 WHERE ONE"),
    (
        "monthly_flow",
        "UPDATE monthly_flow SET month = month - 1 WHERE month = (SELECT min(month) FROM monthly_flow)",
    ),
    ("monthly_flow", "DELETE FROM monthly_flow WHERE ONE"),
    ("account_balance", "UPDATE account_balance SET balance = balance + 1"),
    ("account_balance", "UPDATE account_balance SET fact_at = fact_at - 1"),
    ("account_balance", "UPDATE account_balance SET seen_at = NULL"),
    ("account_balance", "UPDATE account_balance SET dated = dated + 1"),
    (
        "account_balance",
        "DELETE FROM account_balance WHERE account = (SELECT max(account) FROM account_balance)",
    ),
    ("account_balance", "INSERT INTO account_balance SELECT max(id), 0, 0, NULL, 0 FROM account"),
    ("snapshot_delta", "UPDATE snapshot_delta SET unexplained = unexplained + 1 WHERE first = 0"),
    ("snapshot_delta", "UPDATE snapshot_delta SET first = 1 - first"),
    ("snapshot_delta", "UPDATE snapshot_delta SET balance = balance + 1"),
    ("snapshot_delta", "DELETE FROM snapshot_delta WHERE first = 1"),
    ("lot", "UPDATE lot SET amount = amount + 1"),
    ("lot", "UPDATE lot SET month = month - 1"),
    ("lot", "UPDATE lot SET expires = expires + 1000"),
    ("lot", "DELETE FROM lot"),
    ("bill", "UPDATE bill SET amount = amount - 1"),
    ("bill", "INSERT INTO bill SELECT account, month + 100, amount FROM bill LIMIT 1"),
    ("bill", "DELETE FROM bill WHERE month = (SELECT max(month) FROM bill)"),
    ("monthly_category", "UPDATE monthly_category SET amount = amount + 1"),
    ("monthly_category", "UPDATE monthly_category SET count = count + 1"),
    ("monthly_category", "DELETE FROM monthly_category WHERE kind = 1"),
    ("monthly_channel", "UPDATE monthly_channel SET amount = amount + 1"),
    ("monthly_channel", "UPDATE monthly_channel SET fee = fee + 1"),
    ("monthly_channel", "UPDATE monthly_channel SET tax = tax + 1"),
    ("monthly_channel", "UPDATE monthly_channel SET count = count + 1"),
    ("monthly_channel", "DELETE FROM monthly_channel"),
    ("voided_change", "DELETE FROM voided_change"),
    ("voided_change", "INSERT INTO voided_change SELECT min(change) FROM entry"),
    // Facts themselves, with their guards removed.
    (
        "account_balance",
        "DROP TRIGGER entry_is_kept;
         UPDATE entry SET amount_in = amount_in + 1, amount_out = amount_out + 1 WHERE channel > 0",
    ),
    ("monthly_flow", "DROP TRIGGER entry_is_kept; UPDATE entry SET at = at - 2678400"),
    ("monthly_flow", "DROP TRIGGER entry_is_kept; UPDATE entry SET kind = 4, expires = NULL WHERE kind = 2"),
    ("monthly_category", "DROP TRIGGER entry_is_kept; UPDATE entry SET category = NULL"),
    ("lot", "DROP TRIGGER entry_is_kept; UPDATE entry SET expires = expires + 1 WHERE expires > 0"),
    ("bill", "DROP TRIGGER entry_is_not_deleted; DELETE FROM entry WHERE kind = 1"),
    ("snapshot_delta", "DROP TRIGGER snapshot_is_kept; UPDATE snapshot SET balance = balance + 1"),
    ("snapshot_delta", "DROP TRIGGER snapshot_is_not_deleted; DELETE FROM snapshot"),
    ("voided_change", "DROP TRIGGER void_is_not_deleted; DELETE FROM void"),
    ("references", "DROP TRIGGER change_is_not_deleted; DELETE FROM change"),
    ("references", "DROP TRIGGER unit_is_not_deleted; DELETE FROM unit WHERE code = 'KRW'"),
    ("references", "DROP TRIGGER account_is_not_deleted; DELETE FROM account"),
    (
        "file",
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'tax           INTEGER', 'tax           TEXT   ')
         WHERE name = 'entry'",
    ),
];

#[test]
fn check_sees_every_figure_that_is_not_what_the_facts_say() {
    let sound = OnDisk::new();
    assert_eq!(sound.findings(), Vec::<&str>::new());
    let bytes = sound.bytes();
    let one =
        "account = (SELECT min(account) FROM monthly_flow) AND month = (SELECT max(month) FROM monthly_flow)";
    for (part, sql) in DAMAGES {
        std::fs::write(&sound.path, &bytes).expect("the sound file again");
        sound.sql(&sql.replace("ONE", one)).unwrap_or_else(|e| panic!("{e}: {sql}"));
        assert!(sound.bytes() != bytes, "nothing was damaged: {sql}");
        let findings = sound.findings();
        assert!(findings.contains(part), "{sql}\nonly {findings:?} was found");
    }
}

#[test]
fn check_sees_a_page_that_was_overwritten() {
    let ledger = OnDisk::new();
    let sound = ledger.bytes();
    for page in 1..sound.len() / 4096 {
        let mut bytes = sound.clone();
        bytes[page * 4096..][..4096].fill(0x5a);
        std::fs::write(&ledger.path, &bytes).expect("a damaged file");
        let answer = Store::read(&ledger.path, WAIT).and_then(|store| store.check());
        let told = answer.is_err() || answer.is_ok_and(|report| !report.findings.is_empty());
        assert!(told, "page {page} was overwritten");
    }
}

#[test]
fn facts_can_be_neither_altered_nor_deleted() {
    let ledger = OnDisk::new();
    let tables = [
        ("change", "at"),
        ("void", "of"),
        ("unit", "decimals"),
        ("account", "change"),
        ("account_version", "name"),
        ("label", "text"),
        ("entry", "note"),
        ("snapshot", "balance"),
        ("rate", "value"),
    ];
    for (table, column) in tables {
        for sql in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
            let error = ledger.sql(&sql).expect_err(&sql).to_string();
            assert!(error.contains("never"), "{sql}: {error}");
        }
    }
    assert_eq!(ledger.findings(), Vec::<&str>::new());
}

#[test]
fn a_ledger_of_a_newer_version_is_refused_and_left_untouched() {
    let ledger = OnDisk::new();
    ledger.sql("PRAGMA user_version = 99").expect("a version");
    let before = ledger.bytes();
    for opened in [Store::read(&ledger.path, WAIT), Store::write(&ledger.path, WAIT)] {
        let error = opened.err().expect("a refusal");
        assert!(matches!(error, StoreError::Newer { version: 99, known, .. } if known < 99), "{error:?}");
        assert!(ledger.bytes() == before, "the file was touched");
    }
}

#[test]
fn a_ledger_of_a_newer_version_is_left_untouched_with_its_write_ahead_log() {
    // The newer version was killed, so that its last changes lie beside the file.
    let ledger = OnDisk::new();
    let db = rusqlite::Connection::open(&ledger.path).expect("a database");
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA user_version = 99").expect("a version");
    let beside = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    let read = |path: &Path| std::fs::read(path).expect("the file");
    let log = read(&beside(&ledger.path));
    assert!(!log.is_empty(), "nothing lies beside the file");
    for writes in [false, true] {
        let copy = ledger.folder.path().join(format!("copy-{writes}.db"));
        std::fs::copy(&ledger.path, &copy).expect("a copy");
        std::fs::write(beside(&copy), &log).expect("a copy");
        let opened = if writes { Store::write(&copy, WAIT) } else { Store::read(&copy, WAIT) };
        let error = opened.err().expect("a refusal");
        assert!(matches!(error, StoreError::Newer { version: 99, .. }), "{error:?}");
        assert!(read(&copy) == ledger.bytes(), "the file was touched, writes: {writes}");
        assert!(read(&beside(&copy)) == log, "the log was touched, writes: {writes}");
    }
}

#[test]
fn a_file_that_is_no_ledger_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("other.db");
    let database = |sql: &str| {
        let _ = std::fs::remove_file(&path);
        let db = rusqlite::Connection::open(&path).expect("a database");
        db.execute_batch(sql).expect("a database");
        drop(db);
        std::fs::read(&path).expect("the file")
    };
    let files = [
        database("CREATE TABLE moz_places (id INTEGER PRIMARY KEY)"),
        database("CREATE TABLE change (seq INTEGER PRIMARY KEY); PRAGMA user_version = 1"),
        database("CREATE TABLE t (a); PRAGMA application_id = 252006673; PRAGMA user_version = 10300"),
        database("CREATE TABLE t (a); DROP TABLE t; PRAGMA application_id = 252006673"),
        database("PRAGMA journal_mode = WAL; CREATE TABLE t (a)"),
        b"{\"jandon\":1}\n".to_vec(),
        b"no".to_vec(),
        vec![0; 4096],
        b"SQLite format 3\0 but no more than that".to_vec(),
        "2026-11-22,커피,4500\n".repeat(1000).into_bytes(),
    ];
    for (number, bytes) in files.iter().enumerate() {
        for writes in [false, true] {
            std::fs::write(&path, bytes).expect("a file");
            let opened = if writes { Store::write(&path, WAIT) } else { Store::read(&path, WAIT) };
            let error = opened.err().unwrap_or_else(|| panic!("file {number} was taken for a ledger"));
            assert!(matches!(error, StoreError::NotALedger(_)), "file {number}: {error:?}");
            assert!(std::fs::read(&path).expect("the file") == *bytes, "file {number} was touched");
        }
    }
}

#[test]
fn a_database_without_anything_in_it_is_an_empty_ledger() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ledger.db");
    let db = rusqlite::Connection::open(&path).expect("a database");
    db.execute_batch("VACUUM; PRAGMA journal_mode = WAL").expect("a header");
    drop(db);
    assert!(path.metadata().expect("a file").len() > 0);
    let store = Store::read(&path, WAIT).unwrap_or_else(|e| panic!("{e:?}"));
    assert_eq!(store.accounts().expect("accounts"), []);
    assert_eq!(store.check().expect("a check").findings, []);
    write_along(&path, 1, 2);
    all_was_kept(&path, 1, 2);
}

#[cfg(unix)]
#[test]
fn a_new_ledger_is_closed_to_others_with_its_folder() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| path.metadata().expect("a file").permissions().mode() & 0o777;
    let ledger = OnDisk::new();
    assert_eq!(mode(&ledger.path), 0o600);
    assert_eq!(mode(ledger.path.parent().expect("a folder")), 0o700);
    // So are the files that lie beside it while it is written.
    let store = Store::write(&ledger.path, WAIT).expect("a store");
    let facts = vec![Fact::Open(account("late", AccountKind::Wallet, won()))];
    store
        .apply(&Change { id: Id(77), at: LocalDateTime(0), command: "account add", facts })
        .expect("a change");
    for file in ledger.path.parent().expect("a folder").read_dir().expect("a folder") {
        let path = file.expect("a file").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    // A folder that was there stays as it was.
    let open_folder = ledger.folder.path().join("open");
    std::fs::create_dir(&open_folder).expect("a folder");
    std::fs::set_permissions(&open_folder, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    Store::write(&open_folder.join("ledger.db"), WAIT).and_then(Store::commit).expect("a file");
    assert_eq!((mode(&open_folder), mode(&open_folder.join("ledger.db"))), (0o755, 0o600));
}

#[test]
fn a_change_that_is_not_kept_leaves_no_file_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("new/ledger.db");
    let scene = Scene::on(Store::write(&path, WAIT).expect("a store"));
    assert!(scene.store.is_new());
    drop(scene);
    Store::read(&path, WAIT).expect("an empty ledger");
    assert!(!path.parent().expect("a folder").exists());
}

/// Records one change as a command does: again where another one created the ledger meanwhile.
fn record_on(path: &Path, change: impl Fn(&Store) -> Change) {
    loop {
        let store = Store::write(path, WAIT).unwrap_or_else(|e| panic!("{e:?}"));
        store.apply(&change(&store)).unwrap_or_else(|e| panic!("{e:?}"));
        match store.commit() {
            Err(StoreError::CreatedMeanwhile(_)) => continue,
            kept => return kept.unwrap_or_else(|e| panic!("{e:?}")),
        }
    }
}

/// Opens an account and earns 1 so many times, as one of several writers.
fn write_along(path: &Path, writer: i64, earnings: i64) {
    let at = day("2026-11-22").start();
    let name = format!("writer {writer}");
    let change =
        |number: i64, command, facts| Change { id: Id(writer * 10_000 + number), at, command, facts };
    record_on(path, |_| {
        change(0, "account add", vec![Fact::Open(account(&name, AccountKind::Wallet, won()))])
    });
    for number in 1..=earnings {
        record_on(path, |store| {
            let accounts = store.accounts().expect("accounts");
            let id = accounts.iter().find(|a| a.name == name).expect("the account just opened").id;
            let place = |account| Leg { account, amount: 1, unit: won() };
            let entry = Entry {
                id: Id(writer * 10_000 + number),
                at: LocalDateTime(at.0 + (number * 7_919) % 500 * 86_400),
                kind: Kind::Earn,
                from: place(None),
                to: place(Some(id)),
                fee: 0,
                tax: 0,
                category: Some(name.as_str().into()),
                payee: None,
                note: None,
                channel: None,
                expires: Expires::Never,
            };
            change(number, "earn", vec![Fact::Entry(entry)])
        });
    }
}

/// Every writer has its account with its balance, and the ledger is sound.
fn all_was_kept(path: &Path, writers: i64, earnings: i64) {
    let store = Store::read(path, WAIT).expect("a ledger");
    let checked = store.check().expect("a check");
    assert_eq!((checked.findings, checked.entries), (vec![], writers * earnings));
    let standings = store.account_balances(day("9999-12-31").end()).expect("standings");
    let accounts = store.accounts().expect("accounts");
    assert_eq!(accounts.len() as i64, writers);
    for account in accounts {
        let balance = standings.get(&account.id).map_or(0, |s| s.balance);
        assert_eq!(balance, earnings, "{}", account.name);
    }
}

#[test]
fn eight_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("new/ledger.db");
    std::thread::scope(|scope| {
        for writer in 1..=8 {
            let path = &path;
            scope.spawn(move || write_along(path, writer, 49));
        }
    });
    let left: Vec<_> = path.parent().expect("a folder").read_dir().expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    all_was_kept(&path, 8, 49);
}

#[test]
fn of_writers_that_all_create_the_ledger_none_is_lost() {
    for round in 0..40 {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("ledger.db");
        // An empty file gives way, but to one of them only.
        if round % 4 > 0 {
            std::fs::write(&path, "").expect("an empty file");
        }
        let start = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            for writer in 1..=4 {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    write_along(path, writer, 1);
                });
            }
        });
        all_was_kept(&path, 4, 1);
    }
}

#[test]
fn a_second_writer_waits_and_a_reader_sees_what_was_kept() {
    let ledger = OnDisk::new();
    let accounts = |store: &Store| store.accounts().expect("accounts").len();
    let writing = Store::write(&ledger.path, WAIT).expect("a store");
    let before = accounts(&writing);
    let facts = vec![Fact::Open(account("late", AccountKind::Wallet, won()))];
    writing
        .apply(&Change { id: Id(77), at: LocalDateTime(0), command: "account add", facts })
        .expect("a change");
    let short = Duration::from_millis(50);
    let error = Store::write(&ledger.path, short).err().expect("a refusal");
    assert!(matches!(error, StoreError::Busy(_, wait) if wait == short), "{error:?}");
    let reading = Store::read(&ledger.path, short).expect("a ledger");
    assert_eq!((accounts(&reading), accounts(&writing)), (before, before + 1));
    writing.commit().expect("a change");
    // One answer is of one moment, the next one is of a later one.
    assert_eq!(accounts(&reading), before);
    assert_eq!(accounts(&Store::read(&ledger.path, short).expect("a ledger")), before + 1);
}

#[test]
fn a_ledger_just_created_takes_a_writer_while_it_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("ledger.db");
    Store::write(&path, WAIT).and_then(Store::commit).expect("a file");
    let reading = Store::read(&path, WAIT).expect("a ledger");
    assert_eq!(reading.accounts().expect("accounts"), []);
    let writing = Store::write(&path, Duration::from_millis(50));
    writing.and_then(Store::commit).unwrap_or_else(|e| panic!("{e:?}"));
}

#[test]
fn processes_that_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("new/ledger.db");
    let run = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_jandon"));
        command.args(words).arg("--ledger").arg(&path);
        command.env("JANDON_TODAY", "2026-11-22").env("HOME", folder.path());
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
        command.spawn().expect("a process")
    };
    let all = |children: Vec<std::process::Child>| {
        for child in children {
            let output = child.wait_with_output().expect("its end");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    };
    let writers = 6;
    let name = |n: usize| format!("writer-{n}");
    all((0..writers).map(|n| run(&["account", "add", &name(n), "--unit", "KRW"])).collect());
    for _ in 0..3 {
        all((0..writers).map(|n| run(&["earn", &name(n), "1"])).collect());
    }
    all_was_kept(&path, writers as i64, 3);
}

// What reading costs.

/// The statements that this thread ran, and the steps of SQLite's machine that they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    statements: u64,
    steps: u64,
}

/// What a piece of work costs.
fn cost<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (done, ran) = sql_counter::ran(work);
    (done, Cost { statements: ran.statements.len() as u64, steps: ran.steps })
}

/// That many facts over six months, whatever their number: as many accounts, categories, channels
/// and days on which points expire.
fn ledger_of(facts: i64) -> Scene {
    let mut scene = Scene::new();
    let (first, last) = (day("2026-05-01").start().0, day("2026-10-31").end().0);
    let mut change = Vec::new();
    for number in 0..facts {
        let at = LocalDateTime(first + (last - first) * number / facts);
        let on = at.day().to_string();
        let (kind, names) = match number % 8 {
            0 | 1 => (Kind::Earn, [None, Some("kakao")]),
            2 | 3 => (Kind::Spend, [Some("kakao"), None]),
            4 => (Kind::Withdraw, [Some("kakao"), Some("bank")]),
            5 => (Kind::Spend, [Some("skt"), None]),
            6 => (Kind::Pay, [Some("bank"), Some("skt")]),
            _ => (Kind::Transfer, [Some("bank"), Some("card")]),
        };
        // More is earned than leaves and more charged than paid: every month leaves a lot and a bill.
        let amount = if number % 8 == 0 || number % 8 == 5 { 1_000 } else { 1 + number % 97 };
        let mut fact = won_entry(&mut scene, kind, names, amount, &on);
        if number % 40 == 39 {
            fact = snapshot(&mut scene, "card", 10_000 + number % 1_000, &on);
        }
        if let Fact::Entry(entry) = &mut fact {
            let word = String::from(CATEGORIES[(number % 3) as usize]);
            match kind {
                Kind::Earn => entry.expires = Expires::On(at.month().add_months(3).last()),
                Kind::Spend => entry.category = Some(word.into()),
                Kind::Withdraw => entry.channel = Some(CHANNELS[0].into()),
                _ => entry.note = Some(word),
            }
        }
        change.push(fact);
        if change.len() == 500 || number + 1 == facts {
            scene.record("log", std::mem::take(&mut change));
        }
    }
    scene
}

#[test]
fn the_running_balance_of_a_long_history_is_that_of_a_plain_walk() {
    let mut scene = ledger_of(4_000);
    scene.void(scene.openings + 2, "undo");
    for name in ["kakao", "card", "skt", "bank"] {
        let account = scene.account(name);
        let from = |text| Some(day(text).start());
        let coffee = Some(CATEGORIES[0].to_string());
        let all = Filter { account: Some(account.id), ..Filter::default() };
        for filter in [
            Filter { limit: Some(20), ..all.clone() },
            Filter { limit: Some(900), ..all.clone() },
            Filter { from: from("2026-06-17"), ..all.clone() },
            Filter { from: from("2026-09-01"), limit: Some(700), ..all.clone() },
            Filter { category: coffee, ..all.clone() },
            Filter { kind: Some(Kind::Withdraw), from: from("2026-05-31"), ..all.clone() },
            Filter { search: Some("seen".into()), ..all.clone() },
            all,
        ] {
            let mut running = scene.store.running_balance(account.id);
            let rows = scene.store.history(&filter).expect("rows");
            let movements = rows.iter().map(|row| running.next(row).expect("a movement"));
            let movements: Vec<_> = movements.map(|m| (m.amount, m.balance_after)).collect();
            assert!(movements == scene.oracle.running(&account, &filter), "{name}: {filter:?}");
        }
    }
}

#[test]
fn what_a_reading_costs_does_not_depend_on_the_number_of_entries() {
    type Question = fn(&Store) -> Result<usize, StoreError>;
    // Answered from what is kept: the same statements, and the same work.
    let kept: [(&str, Question); 13] = [
        ("standings now", |s| Ok(s.account_balances(day("2026-11-22").end())?.len())),
        ("flows of a month", |s| {
            Ok(s.flows(Some(day("2026-10-01").start()), Some(day("2026-10-31").end()))?.len())
        }),
        ("flows of all time", |s| Ok(s.flows(None, None)?.len())),
        ("categories of a month", |s| {
            Ok(s.activity(Some(day("2026-10-01").start()), Some(day("2026-10-31").end()))?
                .categories()?
                .len())
        }),
        ("channels of a month", |s| {
            Ok(s.activity(Some(day("2026-10-01").start()), Some(day("2026-10-31").end()))?.channels()?.len())
        }),
        ("lots now", |s| Ok(s.lots(day("2026-11-22").end())?.len())),
        ("bills now", |s| Ok(s.bills(day("2026-11-22").end())?.len())),
        ("accounts", |s| Ok(s.accounts()?.len())),
        ("the last 20 rows", |s| Ok(s.history(&Filter { limit: Some(20), ..Filter::default() })?.len())),
        ("the last 20 rows of an account", |s| {
            let account = s.accounts()?.first().map(|a| a.id);
            Ok(s.history(&Filter { account, limit: Some(20), ..Filter::default() })?.len())
        }),
        ("the last change", |s| Ok(s.last_change(true)?.into_iter().count())),
        ("the first fact", |s| Ok(s.first_fact()?.into_iter().count())),
        ("rates", |s| Ok(s.rates()?.len())),
    ];
    // Some rows are read, of a month or of an account, but in as many statements.
    let read: [(&str, Question); 9] = [
        ("standings of the past", |s| Ok(s.account_balances(day("2026-07-10").end())?.len())),
        ("flows of some days", |s| {
            Ok(s.flows(Some(day("2026-06-10").start()), Some(day("2026-09-09").end()))?.len())
        }),
        ("categories of some days", |s| {
            Ok(s.activity(Some(day("2026-06-10").start()), Some(day("2026-09-09").end()))?
                .categories()?
                .len())
        }),
        ("channels of some days", |s| {
            Ok(s.activity(Some(day("2026-06-10").start()), Some(day("2026-09-09").end()))?.channels()?.len())
        }),
        ("lots of the past", |s| Ok(s.lots(day("2026-07-10").end())?.len())),
        ("bills of the past", |s| Ok(s.bills(day("2026-07-10").end())?.len())),
        ("small payments", |s| {
            let (from, to) = (day("2026-10-01").start(), day("2026-10-31").end());
            Ok(s.activity(Some(from), Some(to))?.micropayments(&[won().money(50)])?.len())
        }),
        ("what is used of a quota", |s| {
            let ask =
                QuotaKey { channels: vec![CHANNELS[0].into()], since: None, until: day("2026-11-22").end() };
            Ok(s.used(&ask, |_, _, out, _| out)?.count as usize)
        }),
        ("all rows", |s| Ok(s.history(&Filter::default())?.len())),
    ];
    sql_counter::start();
    let (few, many) = (ledger_of(1_000), ledger_of(20_000));
    for (questions, all_is_kept) in [(&kept[..], true), (&read[..], false)] {
        for (name, question) in questions {
            let [(few, few_cost), (many, many_cost)] =
                [&few, &many].map(|scene| cost(|| question(&scene.store).expect("an answer")));
            assert!(few_cost.statements > 0, "{name}: nothing was counted");
            assert_eq!(few_cost.statements, many_cost.statements, "{name}");
            assert!(!all_is_kept || few == many, "{name}: {few} and {many} rows");
            let most = few_cost.steps + few_cost.steps / 10 + 100;
            assert!(!all_is_kept || many_cost.steps <= most, "{name}: {few_cost:?}, {many_cost:?}");
        }
    }
    // A check reads every fact, with as many statements however many there are.
    let [few_cost, many_cost] =
        [&few, &many].map(|scene| cost(|| scene.store.check().expect("an answer").entries).1);
    assert_eq!(few_cost.statements, many_cost.statements, "a check");
    // Recording after all other facts costs the same as well.
    let [few, many] = [few, many].map(|mut scene| {
        let spent = won_entry(&mut scene, Kind::Transfer, [Some("kakao"), Some("bank")], 50, "2026-11-01");
        let (_, recorded) = cost(|| scene.record("transfer", vec![spent]));
        recorded
    });
    assert_eq!(few, many);
}
