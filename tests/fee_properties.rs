//! Laws of the fee engine and of the parsers, held over random inputs.
//!
//! A random platform is written as the text of a platform file and read through the parser; what
//! the engine answers is held against a oracle that follows section 4 of the contract for one
//! amount at a time, over every amount of a small balance and around the answer for a large one.
//! A failure prints the file, the question and the seed to run it again with.

#![allow(clippy::disallowed_methods, reason = "a test reads how often it is to run")]

#[path = "fee_properties/oracle.rs"]
mod oracle;
#[path = "fee_properties/order.rs"]
mod order;
#[path = "fee_properties/shapes.rs"]
mod shapes;

use jandon::fee::{
    Advice, Outcome, Platform, QuotaKey, QuotaUsage, Quote, QuoteRequest, Reason, Rejection, catalog, parse,
    quote,
};
use jandon::money::{ParsedAmount, Unit, to_grouped_string, to_plain_string};
use jandon::period::{Day, LocalDateTime, Period, parse_date_input};
use oracle::Oracle;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use shapes::{Case, cases};
use std::ops::RangeInclusive;

/// Holds a law over so many random inputs.
fn hold<S: Strategy>(name: &str, runs: u32, inputs: S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let given = Config::default();
    let seed = match given.rng_seed {
        RngSeed::Fixed(seed) => seed,
        // A plain run is the same as the last one, so that what it finds was brought by a change.
        RngSeed::Random => 20_261_122,
    };
    let runs = if std::env::var_os("PROPTEST_CASES").is_some() { given.cases } else { runs };
    let config = Config {
        cases: runs,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_time: 30_000,
        ..given
    };
    let failure = match TestRunner::new(config).run(&inputs, law) {
        Ok(()) => return,
        Err(TestError::Fail(why, input)) => format!("{why}\nfor {input:?}"),
        Err(TestError::Abort(why)) => why.to_string(),
    };
    let again =
        format!("PROPTEST_RNG_SEED={seed} PROPTEST_CASES={runs} cargo test --test fee_properties {name}");
    panic!("{failure}\n\nto run this again: {again}");
}

/// A case read by the parser, and the questions put to the engine.
struct Asker<'c> {
    case: &'c Case,
    platform: Platform,
    at: LocalDateTime,
}

impl<'c> Asker<'c> {
    fn of(case: &'c Case) -> Result<Asker<'c>, TestCaseError> {
        let platform = parse::parse_platform(&case.text(), &shapes::decimals_of);
        let platform = platform.map_err(|error| TestCaseError::fail(format!("refused: {error:?}")))?;
        let day = Day(i32::try_from(case.day).unwrap());
        Ok(Asker { case, platform, at: LocalDateTime(day.start().0 + case.second) })
    }

    fn quote(&self, asked: &QuoteRequest) -> Quote {
        let channel = &self.platform.channels[0];
        quote(&self.platform, channel, asked, self.at, self.case.balance, |ask| self.used(ask))
    }

    /// The ledger: what of a quota is used.
    fn used(&self, ask: &QuotaKey) -> QuotaUsage {
        let mut used = QuotaUsage::default();
        for past in &self.case.history {
            let channel = if past.other { "p/second" } else { "p/first" };
            let at = LocalDateTime(self.at.0 - past.seconds_ago);
            let in_window = ask.since.is_none_or(|since| since <= at) && at <= ask.until;
            if in_window && ask.channels.iter().any(|c| c == channel) {
                used.count += 1;
                used.amount += past.amount;
            }
        }
        used
    }

    fn receive(&self, net: i64) -> QuoteRequest {
        let decimals = self.case.pays.unwrap_or(self.case.unit).decimals;
        QuoteRequest::Receive(ParsedAmount::parse(&to_plain_string(net.into(), decimals)).unwrap())
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), TestCaseError> {
    if found == wanted {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{what}: the engine says {found:?}, the oracle {wanted:?}")))
}

// ---------------------------------------------------------------------------------------------
// Small balances: every amount is known.

/// What the oracle says of every amount that a small balance holds.
struct Known {
    /// The outcome or the reason of each amount from 0.
    verdicts: Vec<Result<Outcome, Reason>>,
}

impl Known {
    fn of(case: &Case, oracle: &Oracle<'_>) -> Known {
        let last = case.balance.or(case.tariff.max).unwrap_or(0).max(0) + 30;
        Known { verdicts: (0..=last).map(|amount| oracle.judge(amount)).collect() }
    }

    /// The amounts of a range that can be made, and what they net.
    fn made(&self, amounts: RangeInclusive<i64>) -> impl DoubleEndedIterator<Item = (i64, i128)> + '_ {
        let verdict = |amount: i64| self.verdicts.get(usize::try_from(amount).ok()?)?.as_ref().ok();
        let last = i64::try_from(self.verdicts.len()).unwrap() - 1;
        let amounts = *amounts.start()..=(*amounts.end()).min(last);
        amounts.filter_map(move |amount| Some((amount, verdict(amount)?.net)))
    }

    /// The smallest of the amounts that net the most.
    fn most(&self, amounts: RangeInclusive<i64>) -> Option<Advice> {
        self.made(amounts).fold(None, |best: Option<Advice>, (amount, net)| match best {
            Some(best) if best.net >= net => Some(best),
            _ => Some(Advice { amount, net }),
        })
    }

    fn last(&self) -> i64 {
        i64::try_from(self.verdicts.len()).unwrap() - 1
    }
}

/// The quote of one amount: its outcome or reason, and the amounts that it points to.
fn hold_amount(
    asker: &Asker<'_>,
    oracle: &Oracle<'_>,
    known: &Known,
    amount: i64,
) -> Result<(), TestCaseError> {
    let quote = asker.quote(&QuoteRequest::Amount(amount));
    hold_outcome(asker, oracle, &quote, amount)?;
    match &quote.outcome {
        Ok(_) => {
            let net = oracle.judge(amount).map_or(0, |outcome| outcome.net);
            let better = known.most(0..=amount - 1).filter(|most| most.net >= net);
            same(&format!("better than {amount}"), quote.better, better)
        }
        Err(blocked) => {
            let below = known.made(0..=amount - 1).next_back();
            let above = known.made(amount + 1..=known.last()).next();
            let nearest: Vec<i64> = below.into_iter().chain(above).map(|(amount, _)| amount).collect();
            same(&format!("nearest to {amount}"), blocked.nearest.clone(), nearest)
        }
    }
}

/// What a quote of that amount must say of it.
fn hold_outcome(
    asker: &Asker<'_>,
    oracle: &Oracle<'_>,
    quote: &Quote,
    amount: i64,
) -> Result<(), TestCaseError> {
    let what = format!("amount {amount}");
    same(&what, quote.amount, Some(amount))?;
    let verdict = oracle.judge(amount);
    let reason = |outcome: &Result<Outcome, Rejection>| outcome.as_ref().err().map(|blocked| blocked.reason);
    same(&what, reason(&quote.outcome), verdict.err())?;
    let best = |best: Outcome| Some(best).filter(|_| ranged(asker.case));
    match &quote.outcome {
        Ok(found) => {
            let wanted = (oracle.judge(amount).ok(), oracle.best(amount).and_then(best));
            same(&what, (Some(*found), quote.outcome_best), wanted)
        }
        Err(blocked) => {
            let wanted = oracle.if_covered(amount);
            let wanted = (wanted.map(|(worst, _)| worst), wanted.and_then(|(_, better)| best(better)));
            same(&format!("{what}, covered"), (blocked.if_covered, quote.outcome_best), wanted)
        }
    }
}

/// Is a percent of the rule in force a range?
fn ranged(case: &Case) -> bool {
    use shapes::{Line, Scale};
    let range = |line: &Line| line.percent.is_some_and(|(low, high)| low != high);
    case.tariff.charges.iter().any(|charge| match &charge.scale {
        Scale::Line(line) => range(line),
        Scale::Slabs(steps) | Scale::Brackets(steps) => steps.iter().any(|(_, line)| range(line)),
    })
}

fn hold_all(asker: &Asker<'_>, oracle: &Oracle<'_>, known: &Known) -> Result<(), TestCaseError> {
    let Some(balance) = asker.case.balance else { return Ok(()) };
    let quote = asker.quote(&QuoteRequest::All);
    if let Some((largest, _)) = known.made(0..=known.last()).next_back() {
        same("all", quote.amount, Some(largest))?;
        return hold_outcome(asker, oracle, &quote, largest);
    }
    let reason = oracle.judge(balance).unwrap_err();
    let if_covered = oracle.if_covered(balance).map(|(worst, _)| worst);
    same("all", quote.outcome, Err(Rejection { reason, nearest: Vec::new(), if_covered }))
}

fn hold_receive(
    asker: &Asker<'_>,
    oracle: &Oracle<'_>,
    known: &Known,
    net: i64,
) -> Result<(), TestCaseError> {
    let quote = asker.quote(&asker.receive(net));
    let found = known.made(0..=known.last()).find(|(_, made)| *made >= net.into());
    if let Some((amount, _)) = found {
        same(&format!("receive {net}"), quote.amount, Some(amount))?;
        return hold_outcome(asker, oracle, &quote, amount);
    }
    let reason = if oracle.in_force() { Reason::OutOfReach } else { Reason::NotInForce };
    let nearest = known.most(0..=known.last()).map(|most| most.amount).into_iter().collect();
    same(&format!("receive {net}"), quote.outcome, Err(Rejection { reason, nearest, if_covered: None }))
}

/// Every law of one small case. `seeds` pick which amounts are asked, where there are many.
fn hold_small(case: &Case, seeds: &[i64]) -> Result<(), TestCaseError> {
    let asker = Asker::of(case)?;
    let oracle = Oracle::of(case);
    let known = Known::of(case, &oracle);
    hold_all(&asker, &oracle, &known)?;
    let last = known.last();
    let mut amounts: Vec<i64> = if last < 80 { (0..=last).collect() } else { vec![0, last - 30] };
    amounts.extend(seeds.iter().map(|seed| seed % (last + 1)));
    for amount in amounts {
        hold_amount(&asker, &oracle, &known, amount)?;
    }
    let nets: Vec<i64> = known.made(0..=last).map(|(_, net)| i64::try_from(net).unwrap()).collect();
    let mut wanted = vec![0, 1, nets.iter().max().map_or(2, |most| most + 1)];
    for seed in seeds {
        if let Some(net) = nets.get(usize::try_from(*seed).unwrap() % nets.len().max(1)) {
            wanted.extend([*net, net + seed % 3 - 1]);
        }
    }
    for net in wanted {
        hold_receive(&asker, &oracle, &known, net)?;
    }
    Ok(())
}

fn small(sizes: &[i64]) -> impl Strategy<Value = (Case, Vec<i64>)> + use<> {
    let case = select(sizes.to_vec()).prop_flat_map(|size| {
        let balance = prop_oneof![5 => (0..=size).prop_map(Some), 1 => Just(None)];
        cases(size, balance.boxed())
    });
    (case, prop::collection::vec(0..1_000_000_i64, 12))
}

#[test]
fn over_every_amount_of_a_tiny_balance_the_engine_agrees_with_the_oracle() {
    let name = "over_every_amount_of_a_tiny_balance_the_engine_agrees_with_the_oracle";
    hold(name, 1000, small(&[12, 60]), |(case, seeds)| hold_small(&case, &seeds));
}

#[test]
fn over_every_amount_of_a_small_balance_the_engine_agrees_with_the_oracle() {
    let name = "over_every_amount_of_a_small_balance_the_engine_agrees_with_the_oracle";
    hold(name, 1000, small(&[300, 3000]), |(case, seeds)| hold_small(&case, &seeds));
}

#[test]
fn rows_stand_in_the_order_of_the_contract() {
    let name = "rows_stand_in_the_order_of_the_contract";
    hold(name, 2_000, order::ways(), |case| order::hold(&case));
}

// ---------------------------------------------------------------------------------------------
// Large balances: the amounts around the answer are known, and a sample of the others.

/// How many allowed amounts beside an answer are looked at.
const AROUND: i64 = 5_000;
/// How long a question may take; what is meant is "no scan", so it is generous.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// A large case with the amounts that are looked at.
struct Sampled<'c> {
    asker: Asker<'c>,
    oracle: Oracle<'c>,
    /// Multiples of the step near every edge of the rule, and anywhere.
    probes: Vec<i64>,
    last: i64,
}

impl<'c> Sampled<'c> {
    fn of(case: &'c Case, seeds: &[i64]) -> Result<Sampled<'c>, TestCaseError> {
        let asker = Asker::of(case)?;
        let last = case.balance.or(case.tariff.max).unwrap_or(0).max(0);
        let step = case.tariff.step;
        let edges = case.edges();
        let near = edges.iter().flat_map(|edge| (-2..=2).map(move |k| (edge / step).saturating_add(k)));
        let anywhere =
            seeds.iter().map(|seed| (i128::from(*seed) * i128::from(last) / 1_000_000) as i64 / step);
        let mut probes: Vec<i64> = near.chain(anywhere).filter_map(|k| k.checked_mul(step)).collect();
        probes.retain(|amount| (0..=last).contains(amount));
        probes.sort_unstable();
        probes.dedup();
        Ok(Sampled { asker, oracle: Oracle::of(case), probes, last })
    }

    fn net(&self, amount: i64) -> Option<i128> {
        self.oracle.judge(amount).ok().map(|outcome| outcome.net)
    }

    /// The amounts of a range that are looked at: those next to both of its ends, and the probes.
    fn looked_at(&self, range: RangeInclusive<i64>) -> impl Iterator<Item = i64> + '_ {
        let step = self.asker.case.tariff.step;
        let (first, last) = ((range.start() - 1).div_euclid(step) + 1, range.end() / step);
        let low = first..=last.min(first.saturating_add(AROUND));
        let high = (low.end() + 1).max(last - AROUND)..=last;
        let probes = self.probes.iter().copied().filter(move |amount| range.contains(amount));
        low.chain(high).map(move |k| k * step).chain(probes)
    }

    /// None of the amounts of a range nets that much.
    fn none(&self, what: &str, range: RangeInclusive<i64>, net: i128) -> Result<(), TestCaseError> {
        if range.is_empty() {
            return Ok(());
        }
        match self.looked_at(range).find(|amount| self.net(*amount).is_some_and(|found| found >= net)) {
            None => Ok(()),
            Some(amount) => Err(TestCaseError::fail(format!("{what}: {amount} nets {:?}", self.net(amount)))),
        }
    }

    fn made(&self, what: &str, amount: i64) -> Result<i128, TestCaseError> {
        self.net(amount).ok_or_else(|| TestCaseError::fail(format!("{what}: {amount} cannot be made")))
    }

    fn hold_all(&self) -> Result<(), TestCaseError> {
        let quote = self.asker.quote(&QuoteRequest::All);
        let Some(amount) = quote.amount.filter(|_| quote.outcome.is_ok()) else {
            let reason = quote.outcome.map_err(|blocked| blocked.reason).err();
            same("all", reason, self.oracle.judge(self.last).err())?;
            return self.none("all is blocked", 0..=self.last, 1);
        };
        self.made("all", amount)?;
        hold_outcome(&self.asker, &self.oracle, &quote, amount)?;
        self.none(&format!("above all = {amount}"), amount + 1..=self.last, 1)?;
        self.hold_better(amount, &quote)
    }

    fn hold_better(&self, amount: i64, quote: &Quote) -> Result<(), TestCaseError> {
        let net = self.made("asked", amount)?;
        let Some(better) = quote.better else {
            return self.none(&format!("{amount} has no better"), 0..=amount - 1, net);
        };
        let what = format!("{better:?} instead of {amount}");
        same(&what, Some(better.net), self.net(better.amount))?;
        if better.amount >= amount || better.net < net {
            return Err(TestCaseError::fail(format!("{what} is no better")));
        }
        self.none(&what, 0..=better.amount - 1, better.net)?;
        self.none(&what, better.amount + 1..=amount - 1, better.net + 1)
    }

    fn hold_amount(&self, amount: i64) -> Result<(), TestCaseError> {
        let quote = self.asker.quote(&QuoteRequest::Amount(amount));
        hold_outcome(&self.asker, &self.oracle, &quote, amount)?;
        let Err(blocked) = &quote.outcome else { return self.hold_better(amount, &quote) };
        let what = format!("nearest to {amount}");
        let below = blocked.nearest.iter().copied().find(|near| *near < amount);
        let above = blocked.nearest.iter().copied().find(|near| *near > amount);
        let found: Vec<i64> = below.into_iter().chain(above).collect();
        same(&what, blocked.nearest.clone(), found)?;
        for near in &blocked.nearest {
            self.made(&what, *near)?;
        }
        self.none(&what, below.map_or(0, |below| below + 1)..=amount - 1, 1)?;
        self.none(&what, amount + 1..=above.map_or(self.last, |above| above - 1), 1)
    }

    fn hold_receive(&self, net: i64) -> Result<(), TestCaseError> {
        let what = format!("receive {net}");
        let quote = self.asker.quote(&self.asker.receive(net));
        let net = i128::from(net.max(1));
        match (quote.amount, &quote.outcome) {
            (Some(amount), Ok(_)) => {
                hold_outcome(&self.asker, &self.oracle, &quote, amount)?;
                self.none(&what, 0..=amount - 1, net)?;
                if self.made(&what, amount)? >= net {
                    return Ok(());
                }
                Err(TestCaseError::fail(format!("{what}: {amount} nets less")))
            }
            (_, Ok(_)) => Err(TestCaseError::fail(format!("{what}: no amount"))),
            (_, Err(blocked)) => {
                self.none(&what, 0..=self.last, net)?;
                let Some(most) = blocked.nearest.first() else { return self.none(&what, 0..=self.last, 1) };
                let most = self.made(&what, *most)?;
                self.none(&what, 0..=self.last, most + 1)
            }
        }
    }

    fn hold(&self, seeds: &[i64]) -> Result<(), TestCaseError> {
        self.hold_all()?;
        let pick = |seed: &i64| self.probes.get(usize::try_from(*seed).unwrap() % self.probes.len().max(1));
        for amount in seeds.iter().take(4).filter_map(pick) {
            self.hold_amount(*amount)?;
            self.hold_amount(amount + seeds[0] % 3)?;
        }
        for amount in seeds.iter().skip(4).take(3).filter_map(pick) {
            let net = self.net(*amount).and_then(|net| i64::try_from(net).ok()).unwrap_or(*amount);
            self.hold_receive(net)?;
            self.hold_receive(net.saturating_add(1))?;
        }
        self.hold_receive(i64::MAX / 2)?;
        self.hold_receive(1)
    }
}

fn large(size: i64) -> impl Strategy<Value = (Case, Vec<i64>)> {
    let case = select(vec![size, size / 1_000, 100_000]).prop_flat_map(move |numbers| {
        let balance = prop_oneof![3 => Just(size), 3 => size / 2..=size];
        cases(numbers, balance.prop_map(Some).boxed())
    });
    (case, prop::collection::vec(0..1_000_000_i64, 200))
}

/// Holds a case on a thread of its own, so that a question without end fails instead of hanging.
fn hold_large(case: &Case, seeds: &[i64]) -> Result<(), TestCaseError> {
    let (send, receive) = std::sync::mpsc::channel();
    let (case, seeds) = (case.clone(), seeds.to_vec());
    let thread = std::thread::spawn(move || {
        let held = Sampled::of(&case, &seeds).and_then(|sampled| sampled.hold(&seeds));
        let _ = send.send(held);
    });
    match receive.recv_timeout(PATIENCE) {
        Ok(held) => held,
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => Err(TestCaseError::fail("takes too long")),
        Err(_) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("the thread has sent"),
        },
    }
}

#[test]
fn on_a_trillion_parts_no_amount_around_the_answer_is_a_better_one() {
    let name = "on_a_trillion_parts_no_amount_around_the_answer_is_a_better_one";
    hold(name, 100, large(1_000_000_000_000), |(case, seeds)| hold_large(&case, &seeds));
}

#[test]
fn on_all_the_parts_that_fit_no_amount_around_the_answer_is_a_better_one() {
    let name = "on_all_the_parts_that_fit_no_amount_around_the_answer_is_a_better_one";
    hold(name, 100, large(9_000_000_000_000_000_000), |(case, seeds)| hold_large(&case, &seeds));
}

#[test]
fn a_figure_written_out_reads_back_the_same_and_no_text_breaks_the_reader() {
    let figures = (0..=i64::MAX, 0_u8..=9);
    hold(
        "a_figure_written_out_reads_back_the_same_and_no_text_breaks_the_reader",
        2_000,
        figures,
        |(minor, decimals)| {
            let unit = Unit::new("POINT", decimals);
            for text in
                [to_plain_string(i128::from(minor), decimals), to_grouped_string(i128::from(minor), decimals)]
            {
                let read = ParsedAmount::parse(&text).and_then(|figure| figure.money(&unit));
                prop_assert_eq!(read, Ok(unit.money(minor)), "{}", text);
            }
            Ok(())
        },
    );
    let texts = "[0-9,._ 천만백십억원₩$€KRWPp+−()eE-]{0,24}|\\PC{0,24}";
    hold("a_figure_written_out_reads_back_the_same_and_no_text_breaks_the_reader", 20_000, texts, |text| {
        for unit in [Unit::new("KRW", 0), Unit::new("USD", 2), Unit::new("X", 9)] {
            let _ = ParsedAmount::parse(&text).and_then(|figure| figure.money(&unit));
        }
        Ok(())
    });
}

#[test]
fn no_text_breaks_the_readers_of_dates_and_periods() {
    let texts =
        "[0-9.:TqQ -]{0,24}|[0-9]{0,4}(-[0-9]{0,2}){0,2}(\\.\\.)?[0-9-]{0,10}|last [0-9]{0,5}[dw]|\\PC{0,24}";
    hold("no_text_breaks_the_readers_of_dates_and_periods", 20_000, (texts, 1_u32..=31), |(text, start)| {
        let today = Day::parse_iso("2026-11-22").expect("a day");
        let _ = parse_date_input(&text, today);
        if let Ok(period) = Period::parse(&text, today, start) {
            if let (Some(from), Some(to)) = (period.from, period.to) {
                prop_assert!(from <= to, "{text}: {period}");
            }
            let _ = period.previous();
        }
        Ok(())
    });
}

#[test]
fn no_text_breaks_the_reader_of_platform_files() {
    let built_in = (0..catalog::BUILT_IN.len(), 0_usize..4_000, "\\PC{0,6}", 0_usize..40);
    hold("no_text_breaks_the_reader_of_platform_files", 3_000, built_in, |(which, at, inserted, cut)| {
        // A built-in file with a few characters cut out and others put in.
        let text = catalog::BUILT_IN[which].text;
        let chars: Vec<char> = text.chars().collect();
        let at = at.min(chars.len());
        let rest = chars[(at + cut).min(chars.len())..].iter();
        let mutated: String =
            chars[..at].iter().copied().chain(inserted.chars()).chain(rest.copied()).collect();
        let _ = parse::parse_platform(&mutated, &|_| Some(0));
        Ok(())
    });
    hold("no_text_breaks_the_reader_of_platform_files", 3_000, "\\PC{0,200}", |text| {
        let _ = parse::parse_platform(&text, &|_| None);
        Ok(())
    });
}
