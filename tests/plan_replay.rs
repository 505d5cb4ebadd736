//! What a plan says happens: on ledgers of random balances with a past, every command of a plan is
//! run on its day, in its order, and does what its step says.
//!
//! A failure prints the ledger and how to run it again (`PLAN_SEED`, `PLAN_CASES`).

#![allow(clippy::disallowed_methods, reason = "a test reads the clock and how often it is to run")]
#![allow(clippy::disallowed_macros, reason = "a test says how it is to be run again")]

use jandon::cli;
use jandon::cli::context::{Context, Env};
use jandon::cli::error::CommandError;
use jandon::ledger::Account;
use jandon::messages::error::{PlanAdvice, WithdrawalError};
use jandon::money::Unit;
use jandon::period::{Day, LocalDateTime};
use jandon::store::Store;
use jandon::view::chart::ChartStyle;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The present moment of every ledger.
const NOW: &str = "2026-11-22T13:05";

/// No further brief problem is begun after that time.
const TIME: Duration = Duration::from_secs(8);

/// A built-in platform as the ledgers hold it.
#[derive(Clone, Copy)]
struct Kept {
    platform: &'static str,
    kind: &'static str,
    unit: &'static str,
    /// What one of its unit is worth in the unit that its channels pay.
    par: (i128, i128),
    channels: &'static [&'static str],
}

const fn wallet(platform: &'static str, channels: &'static [&'static str]) -> Kept {
    Kept { platform, kind: "wallet", unit: "KRW", par: (1, 1), channels }
}

const fn giftcard(platform: &'static str, channels: &'static [&'static str]) -> Kept {
    Kept { platform, kind: "giftcard", unit: "KRW", par: (1, 1), channels }
}

const fn points(platform: &'static str, unit: &'static str, par: (i128, i128)) -> Kept {
    Kept { platform, kind: "rewards", unit, par, channels: &["own-account"] }
}

const fn dollars(platform: &'static str, channels: &'static [&'static str]) -> Kept {
    Kept { platform, kind: "wallet", unit: "USD", par: (1, 1), channels }
}

/// Of the platforms that pay won: quotas by count, day, month and year, pools, slabs, minimums,
/// steps, whole balances, shares of the balance, points at par and below.
const WON: &[Kept] = &[
    wallet("kakaopay", &["other-bank"]),
    wallet("kakaopay-business", &["own-account"]),
    wallet("banksalad-money", &["transfer", "transfer-minor"]),
    wallet("payco", &["own-account"]),
    wallet("paypal-kr", &["bank"]),
    wallet("samsung-wallet", &["transfer", "woori-atm"]),
    wallet("mobile-tmoney", &["account", "account-large"]),
    wallet("tmoney-card", &["subway-partial", "atm", "head-office"]),
    wallet("tmoney-pay", &["bank"]),
    wallet("nexon-cash", &["bank"]),
    giftcard("culture-land", &["auto-refund", "refund-used"]),
    giftcard("ssg-money-quasi", &["bank"]),
    points("l-point", "LPOINT", (1, 1)),
    points("toss-points", "TOSSP", (1, 1)),
    points("ok-cashbag", "OKCASHBAG", (1, 1)),
    points("hyundai-m", "HYUNDAIM", (2, 3)),
    points("card-points-kr", "CARDPTKR", (1, 1)),
];

/// Those of them that let so little out in a month that the rest waits for the next one.
const TIGHT: &[Kept] = &[
    wallet("mobile-tmoney", &["account", "account-large"]),
    giftcard("culture-land", &["auto-refund", "refund-used"]),
];

/// Of those that pay dollars: rolling windows, and charges between bounds.
const DOLLARS: &[Kept] = &[
    dollars("venmo", &["instant", "standard"]),
    dollars("revolut-us", &["atm", "allpoint"]),
    dollars("adsense-kr", &["bank"]),
    dollars("apple-cash", &["instant", "ach"]),
    dollars("google-pay-us", &["bank", "debit-card"]),
];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: i64) -> i64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % n as u64) as i64
    }

    fn within(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(to - from + 1)
    }

    fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as i64) as usize]
    }

    /// A number whose length is drawn first, so that small ones are met as well as large ones.
    fn size(&mut self, most: i64) -> i64 {
        let bound = 10_i64.pow(self.within(3, 7) as u32).min(most);
        self.within(1, bound)
    }
}

/// One ledger in a folder of its own, and all that was said to it.
struct Ground {
    folder: tempfile::TempDir,
    said: Vec<String>,
}

impl Ground {
    fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    /// Runs a command at a moment, as the process would; what it answers, as JSON.
    fn run(&mut self, today: &str, line: &str) -> Result<Value, CommandError> {
        self.said.push(format!("[{today}] {line}"));
        let words = std::iter::once("jandon".into()).chain(words(line)).map(Into::into);
        let words = cli::parse(words).unwrap_or_else(|e| panic!("{line}\n{e}"));
        let world = Env {
            now: LocalDateTime(0),
            data: None,
            config: None,
            region: Some("KR".into()),
            ledger: Some(self.ledger()),
            catalog: None,
            today: Some(today.into()),
            language: jandon::messages::Language::English,
            // Each change draws an id of its own.
            random: self.said.len() as u64,
            drawing: ChartStyle::Figures,
            progress: None,
            terminal: None,
        };
        let session = Context::new(world, &words.globals)?;
        let outcome = cli::run(&words.command, &session)?;
        Ok(serde_json::from_str(&outcome.answer.json()).expect("an answer as JSON"))
    }

    /// What every account holds on a day, without what has expired.
    fn available(&self, at: LocalDateTime) -> BTreeMap<String, i64> {
        let store = Store::read(&self.ledger(), Duration::ZERO).expect("the ledger opens");
        let standings = store.account_balances(at).expect("standings");
        let accounts = store.accounts().expect("accounts");
        let held = |account: &Account| standings.get(&account.id).map_or(0, |s| s.balance);
        accounts.iter().map(|account| (account.name.clone(), held(account))).collect()
    }
}

/// The words of a line as a shell takes them apart: `'…'` is one word, `\` keeps what follows.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut letters = line.chars();
    while let Some(c) = letters.next() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if !quoted => word.get_or_insert_default().extend(letters.next()),
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A figure of JSON in parts of its unit.
fn parts(value: &Value, unit: &str) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no figure"));
    let decimals = Unit::currency(unit).map_or(0, |u| usize::from(u.decimals));
    let (ones, rest) = text.split_once('.').unwrap_or((text, ""));
    format!("{ones}{rest:0<decimals$}").parse().unwrap_or_else(|_| panic!("{value} is no figure"))
}

/// A figure as it is typed.
fn typed(parts: i64, unit: &str) -> String {
    match Unit::currency(unit) {
        Some(unit) => unit.money(parts).to_plain_string(),
        None => parts.to_string(),
    }
}

/// A ledger with a past, and what it holds: each account with its platform.
fn ledger(dice: &mut Dice, kept: &[Kept], tight: bool, brief: bool) -> (Ground, Vec<(String, Kept)>) {
    let now = LocalDateTime::parse_iso(NOW).expect("a moment");
    let mut ground = Ground { folder: tempfile::tempdir().expect("a folder"), said: Vec::new() };
    let mut lines = String::from("{\"jandon\":1}\n");
    let mut accounts: Vec<(String, Kept)> = Vec::new();
    let names = ["a", "지갑", "o'clock", "my own", "-e", "f", "g"];
    for name in &names[..dice.within(1, if brief { 2 } else { 6 }) as usize] {
        // Two accounts of one platform share its quotas.
        let twin = accounts.last().filter(|_| dice.one_in(6)).map(|(_, kept)| *kept);
        let from = match (tight, brief, accounts.len()) {
            (true, true, 0) => &TIGHT[..1],
            (true, true, _) => &kept[..6],
            (true, false, 0) => TIGHT,
            _ => kept,
        };
        let here = twin.unwrap_or_else(|| dice.of(from));
        let Kept { platform, kind, unit, .. } = here;
        if unit != "KRW" && unit != "USD" && !accounts.iter().any(|(_, k)| k.unit == unit) {
            let _ = writeln!(lines, "{{\"unit\":{{\"code\":\"{unit}\",\"decimals\":0}}}}");
        }
        let _ = writeln!(
            lines,
            "{{\"account\":{{\"name\":\"{name}\",\"platform\":\"{platform}\",\"kind\":\"{kind}\",\"unit\":\"{unit}\"}}}}"
        );
        let least = if tight && name == &names[0] { 800_000 } else { 0 };
        let balance = typed(least + dice.size(4_000_000), unit);
        let _ = writeln!(
            lines,
            "{{\"snapshot\":{{\"at\":\"2026-10-31\",\"account\":\"{name}\",\"balance\":\"{balance}\"}}}}"
        );
        for _ in 0..if kind == "rewards" { dice.within(0, 2) } else { 0 } {
            let (earned, last) =
                (typed(dice.size(100_000), unit), now.day().add_days(dice.within(-5, 45) as i32));
            let _ = writeln!(
                lines,
                "{{\"entry\":{{\"at\":\"2026-11-02\",\"kind\":\"earn\",\"to\":\"{name}\",\"in\":\"{earned}\",\"expires\":\"{last}\"}}}}"
            );
        }
        accounts.push(((*name).into(), here));
    }
    let file = ground.folder.path().join("past.jsonl");
    std::fs::write(&file, &lines).expect("a file");
    ground.run(NOW, &format!("import '{}'", file.display())).unwrap_or_else(|e| panic!("{lines}\n{e:?}"));
    ground.said[0] = lines;
    for _ in 0..dice.within(0, 4) {
        let (name, kept) = &accounts[dice.below(accounts.len() as i64) as usize];
        let amount = typed(dice.size(300_000), kept.unit);
        let channel = dice.of(kept.channels);
        let day = now.day().add_days(-dice.within(0, 20) as i32);
        let line = format!("withdraw --via {channel} --date {day} -- {} {amount}", in_shell(name));
        // What the channel does not allow has not happened.
        match ground.run(NOW, &line) {
            Ok(_) => {}
            Err(CommandError::Withdrawal(_)) => drop(ground.said.pop()),
            Err(other) => panic!("{line}: {other:?}"),
        }
    }
    (ground, accounts)
}

fn in_shell(name: &str) -> String {
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// Says how to run a problem again that ends in a panic.
struct Again(u64);

impl Drop for Again {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to run this again: PLAN_SEED={} PLAN_CASES=1", self.0);
        }
    }
}

/// What was held to its word.
#[derive(Default)]
struct Held {
    plans: u64,
    out_of_reach: u64,
    unproven: u64,
    steps: u64,
    later: u64,
}

/// Plans on a ledger, and does as the plan says. A brief problem has few accounts and withdrawals.
fn hold(seed: u64, brief: bool, held: &mut Held) {
    let _again = Again(seed);
    let mut dice = Dice(seed);
    let in_won = !dice.one_in(4);
    let unit = if in_won { "KRW" } else { "USD" };
    let tight = in_won && dice.one_in(3);
    let (mut ground, accounts) = ledger(&mut dice, if in_won { WON } else { DOLLARS }, tight, brief);
    let now = LocalDateTime::parse_iso(NOW).expect("a moment");
    let before = ground.available(now);
    let worth = |(name, kept): &(String, Kept)| i128::from(before[name].max(0)) * kept.par.0 / kept.par.1;
    let total = accounts.iter().map(worth).sum::<i128>() as i64;

    let mut asked = format!("plan --commands -X {unit}");
    let mut keeps: BTreeMap<&str, i64> = BTreeMap::new();
    for (name, kept) in &accounts {
        let held = before[name];
        if held > 0 && dice.one_in(4) {
            let keep = dice.within(0, held);
            keeps.insert(name, keep);
            let _ = write!(asked, " --keep={}", in_shell(&format!("{name}={}", typed(keep, kept.unit))));
        }
    }
    let later: &[i32] = match () {
        () if tight && brief => &[12],
        () if tight => &[12, 40],
        () if brief && !in_won => &[0, 0, 1],
        () if brief => &[0, 1, 3, 9],
        () => &[0, 1, 3, 9, 12, 40],
    };
    let by = now.day().add_days(dice.of(later));
    let _ = write!(asked, " --by {by}");
    if brief || dice.one_in(2) {
        let _ = write!(asked, " --splits {}", dice.within(1, if brief { 2 } else { 12 }));
    }
    let mut target =
        (total > 0 && !dice.one_in(if tight { 2 } else { 4 })).then(|| dice.within(total / 4, total));
    let wanted = |target: Option<i64>| match target {
        Some(target) => format!("{asked} --target {}", typed(target, unit)),
        None => asked.clone(),
    };
    let plan = match ground.run(NOW, &wanted(target)) {
        // The most that can be is what it says: a plan for just that is found.
        Err(CommandError::Withdrawal(error)) => {
            let (WithdrawalError::TargetOutOfReach { advice, .. }
            | WithdrawalError::NoBetterPlan { advice, .. }) = &*error
            else {
                let is_nothing = matches!(
                    *error,
                    WithdrawalError::NothingWithdrawable { .. } | WithdrawalError::NothingPaysOut { .. }
                );
                assert!(is_nothing, "{error:?}\n{}", ground.said.join("\n"));
                return;
            };
            held.out_of_reach += 1;
            let is_bound = matches!(*error, WithdrawalError::TargetOutOfReach { .. });
            let PlanAdvice::AskForLess(most) = advice else { return };
            target = Some(most.minor);
            match ground.run(NOW, &wanted(target)) {
                Err(other) if is_bound => {
                    panic!("{other:?}\n{}", ground.said.join("\n"))
                }
                Err(_) => return,
                Ok(plan) => plan,
            }
        }
        Err(other) => panic!("{other:?}\n{}", ground.said.join("\n")),
        Ok(plan) => plan,
    };
    assert_eq!(ground.available(now), before, "a plan writes nothing");
    held.plans += 1;
    held.unproven += u64::from(plan["proven"] == false);

    let steps = plan["steps"].as_array().expect("steps");
    let commands = plan["commands"].as_array().expect("commands");
    assert_eq!(steps.len(), commands.len());
    let (mut net, mut cost, mut left) = (0, 0_i128, before.clone());
    let mut today = now.day();
    for (step, command) in steps.iter().zip(commands) {
        let about = |what: &str, ground: &Ground| {
            format!("{what}\nstep {step}\nplan {plan}\n{}", ground.said.join("\n"))
        };
        let date = Day::parse_iso(step["date"].as_str().expect("a date")).expect("a day");
        assert!(today <= date && date <= by, "{}", about("out of its time", &ground));
        let name = step["account"].as_str().expect("an account");
        let kept = &accounts.iter().find(|(n, _)| n == name).expect("an account").1;
        let moment = if date == now.day() {
            NOW.to_string()
        } else if !in_won {
            // What rolls with the clock is free from the first moment of the day on.
            date.start().to_string()
        } else if dice.one_in(2) {
            date.to_string()
        } else {
            LocalDateTime(date.start().0 + dice.below(86_400)).to_string()
        };
        if date > today {
            today = date;
            held.later += 1;
            // What has expired since is gone.
            left = ground.available(date.start());
        }
        let command = command.as_str().expect("a line").strip_prefix("jandon ").expect("a command of ours");
        let booked = match ground.run(&moment, command) {
            Ok(booked) => booked,
            Err(failure) => panic!("{}", about(&format!("{failure:?}"), &ground)),
        };
        let entry = &booked["entries"][0];
        for (word, said, in_unit) in [
            ("out", "debit", kept.unit),
            ("fee", "fee", kept.unit),
            ("tax", "tax", kept.unit),
            ("in", "net", unit),
        ] {
            let (booked, said) = (parts(&entry[word], in_unit), parts(&step[said], in_unit));
            assert_eq!(booked, said, "{}", about(word, &ground));
        }
        let debit = parts(&step["debit"], kept.unit);
        *left.get_mut(name).expect("an account") -= debit;
        let after = ground.available(if date == now.day() { now } else { date.end() });
        assert_eq!(after, left, "{}", about("the balances", &ground));
        let keep = keeps.get(name).copied().unwrap_or(0);
        assert!(after[name] >= keep, "{}", about("what was to stay", &ground));
        let arrived = parts(&step["net"], unit);
        net += arrived;
        // In sixths, which every par here is a whole number of.
        cost += i128::from(debit) * 6 * kept.par.0 / kept.par.1 - i128::from(arrived) * 6;
        held.steps += 1;
    }
    let about = || format!("plan {plan}\n{}", ground.said.join("\n"));
    assert_eq!(net, parts(&plan["net"], unit), "{}", about());
    assert!(target.is_none_or(|target| net >= target), "{}", about());
    assert_eq!(-(-cost).div_euclid(6), i128::from(parts(&plan["cost"], unit)), "{}", about());
    let store = Store::read(&ground.ledger(), Duration::ZERO).expect("the ledger opens");
    assert!(store.check().expect("a check").findings.is_empty(), "{}", about());
}

/// Holds so many plans to their word, or as many as are asked for.
fn hold_all(default: u64, brief: bool) {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse().ok());
    // A plain run is the same as the last one, so that what it finds was brought by a change.
    let seed: u64 = number("PLAN_SEED").unwrap_or(20_261_122);
    let cases = number("PLAN_CASES").unwrap_or(default);
    println!("PLAN_SEED={seed} PLAN_CASES={cases} shows it again");
    let mut held = Held::default();
    let begun = Instant::now();
    let mut done = 0;
    for seed in seed..seed + cases {
        // On a busy machine fewer of them do.
        if begun.elapsed() > TIME && brief {
            break;
        }
        hold(seed, brief, &mut held);
        done += 1;
    }
    let Held { plans, out_of_reach, unproven, steps, later } = held;
    println!(
        "{done} ledgers, {plans} plans ({unproven} not proven, {out_of_reach} of the most there is), {steps} steps, \
         {later} waits for a later day"
    );
    assert!(done < 20 || plans > done / 2, "only {plans} plans of {done}");
}

#[test]
fn the_commands_of_a_plan_do_what_it_says() {
    hold_all(40, true);
}

#[test]
#[ignore = "takes minutes"]
fn the_commands_of_a_long_plan_do_what_it_says() {
    hold_all(200, false);
}
