//! Random platforms of every shape that a platform file can have, written as the text of one.
//!
//! A number is drawn against a size, so that balances, steps and edges of one platform meet.

use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::{self, Write as _};

/// A unit: a currency, or points with so many decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coin {
    pub code: &'static str,
    pub decimals: u8,
}

const COINS: [Coin; 6] = [
    Coin { code: "KRW", decimals: 0 },
    Coin { code: "USD", decimals: 2 },
    Coin { code: "KWD", decimals: 3 },
    Coin { code: "PTS", decimals: 0 },
    Coin { code: "DIMES", decimals: 1 },
    Coin { code: "GRAINS", decimals: 4 },
];

/// The decimals of a unit that is no currency, as another platform would declare them.
pub fn decimals_of(code: &str) -> Option<u8> {
    COINS.iter().find(|coin| coin.code == code).map(|coin| coin.decimals)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    Amount,
    Charges,
    Rest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    HalfUp,
    HalfEven,
    Up,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    Day,
    Week,
    Month,
    Year,
    Lifetime,
    /// Rolling, in hours.
    Rolling(i64),
}

/// Flat parts and a percent in millionths, from the lower to the upper end where it is a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub flat: Option<i64>,
    pub percent: Option<(i64, i64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    Line(Line),
    Slabs(Vec<(Option<i64>, Line)>),
    Brackets(Vec<(Option<i64>, Line)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Free {
    pub count: Option<i64>,
    pub amount: Option<i64>,
    pub per: Per,
    pub cliff: bool,
    pub pool: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    pub tax: bool,
    pub base: Base,
    pub scale: Scale,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub mode: Mode,
    pub to: i64,
    /// In millionths of a percent.
    pub share_from: Option<i64>,
    pub free: Option<Free>,
    pub clamp: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    pub per: Per,
    pub amount: Option<i64>,
    pub count: Option<i64>,
    pub pool: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub step: i64,
    pub whole_balance: bool,
    pub on_top: bool,
    pub limits: Vec<Limit>,
    pub charges: Vec<Charge>,
}

/// A withdrawal of the past (or, with negative seconds, of the future).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Through the second channel instead of the first.
    pub other: bool,
    pub seconds_ago: i64,
    pub amount: i64,
}

/// A platform with a first channel, which is asked, and a second, and all that its quotes rest on.
#[derive(Clone, PartialEq, Eq)]
pub struct Case {
    pub unit: Coin,
    pub pays: Option<Coin>,
    /// The fraction of the rate, and how it is written.
    pub rate: (i64, i64, String),
    /// The rule in force.
    pub tariff: Tariff,
    /// The days from which and until which the rule is in force, counted from the day asked; the
    /// days outside have rules of their own where there is room.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// The pools that the second channel takes part in.
    pub shared: Vec<&'static str>,
    /// What is there to leave, or `None` where the platform is asked without an account.
    pub balance: Option<i64>,
    /// The day asked, counted from 1970, and the second within it.
    pub day: i64,
    pub second: i64,
    pub history: Vec<Past>,
    /// Write every key that has a default, instead of leaving it out.
    pub spelled: bool,
}

impl fmt::Debug for Case {
    /// All that is needed to run the case again by hand.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.text())?;
        let balance = self.balance.map(|balance| decimal(balance, self.unit.decimals));
        writeln!(f, "# first channel, balance {}", balance.as_deref().unwrap_or("unknown"))?;
        writeln!(f, "# asked {}T{}", iso(self.day), clock(self.second))?;
        for past in &self.history {
            let at = self.day * 86_400 + self.second - past.seconds_ago;
            let (day, second) = (at.div_euclid(86_400), at.rem_euclid(86_400));
            let channel = if past.other { "second" } else { "first" };
            let amount = decimal(past.amount, self.unit.decimals);
            writeln!(f, "# withdrawn {amount} through {channel} at {}T{}", iso(day), clock(second))?;
        }
        Ok(())
    }
}

/// Parts as a decimal, with no more digits than needed where `short`.
pub fn decimal(minor: i64, decimals: u8) -> String {
    let scale = 10_i64.pow(decimals.into());
    if decimals == 0 {
        return minor.to_string();
    }
    format!("{}.{:0width$}", minor / scale, minor % scale, width = usize::from(decimals))
}

fn short(minor: i64, decimals: u8) -> String {
    let text = decimal(minor, decimals);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

pub fn date(day: i64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_epoch_days(i32::try_from(day).unwrap()).unwrap()
}

fn iso(day: i64) -> String {
    date(day).format("%Y-%m-%d").to_string()
}

fn clock(second: i64) -> String {
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

fn word(per: Per) -> &'static str {
    match per {
        Per::Day => "day",
        Per::Week => "week",
        Per::Month => "month",
        Per::Year => "year",
        Per::Lifetime => "lifetime",
        Per::Rolling(24) => "24h",
        Per::Rolling(168) => "168h",
        Per::Rolling(_) => "30d",
    }
}

impl Case {
    /// The platform file.
    pub fn text(&self) -> String {
        let mut text = String::from("[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\n");
        let _ = writeln!(text, "unit = \"{}\"", self.unit.code);
        if self.spelled || !["KRW", "USD", "KWD"].contains(&self.unit.code) {
            let _ = writeln!(text, "decimals = {}", self.unit.decimals);
        }
        text.push_str("\n[[channel]]\nid = \"first\"\nname = \"First\"\nto = \"bank\"\n");
        if let Some(pays) = self.pays {
            let _ = writeln!(text, "pays = \"{}\"", pays.code);
        }
        if self.spelled || (self.rate.0, self.rate.1) != (1, 1) {
            let _ = writeln!(text, "rate = \"{}\"", self.rate.2);
        }
        // Rules of other days must not be taken: they would cost another amount.
        if let Some(from) = self.from {
            let until = format!("until = {}\n", iso(self.day + from - 1));
            text.push_str(&format!(
                "\n[[channel.tariff]]\n{until}{SOURCE}\n[[channel.tariff.charge]]\nflat = \"3\"\n"
            ));
        }
        text.push_str("\n[[channel.tariff]]\n");
        if let Some(from) = self.from {
            let _ = writeln!(text, "from = {}", iso(self.day + from));
        }
        if let Some(until) = self.until {
            let _ = writeln!(text, "until = {}", iso(self.day + until));
        }
        self.tariff_text(&mut text);
        if let Some(until) = self.until {
            // A gap of one day, in which nothing is in force.
            let from = format!("from = {}\n", iso(self.day + until + 2));
            text.push_str(&format!(
                "\n[[channel.tariff]]\n{from}{SOURCE}\n[[channel.tariff.charge]]\nflat = \"4\"\n"
            ));
        }
        text.push_str(
            "\n[[channel]]\nid = \"second\"\nname = \"Second\"\nto = \"card\"\n\n[[channel.tariff]]\n",
        );
        text.push_str(SOURCE);
        for pool in &self.shared {
            let free = format!("free = {{ count = 1, per = \"day\", pool = \"{pool}\" }}");
            let _ = writeln!(text, "\n[[channel.tariff.charge]]\nflat = \"1\"\n{free}");
        }
        text
    }

    fn tariff_text(&self, text: &mut String) {
        let amount = |minor: i64| short(minor, self.unit.decimals);
        let tariff = &self.tariff;
        let mut line = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {value}");
            }
        };
        let quoted = |text: String| format!("\"{text}\"");
        let spelled = |text: &str| self.spelled.then(|| text.to_string());
        line("min", tariff.min.map(amount).map(quoted));
        line("max", tariff.max.map(amount).map(quoted));
        let step = (self.spelled || tariff.step != 1).then(|| quoted(amount(tariff.step)));
        line("step", step);
        line("whole_balance", if tariff.whole_balance { Some("true".into()) } else { spelled("false") });
        line("side", if tariff.on_top { Some("\"on-top\"".into()) } else { spelled("\"deducted\"") });
        let limits = tariff.limits.iter().map(|limit| {
            let mut fields = vec![format!("per = \"{}\"", word(limit.per))];
            fields.extend(limit.amount.map(|a| format!("amount = \"{}\"", amount(a))));
            fields.extend(limit.count.map(|count| format!("count = {count}")));
            fields.extend(limit.pool.map(|pool| format!("pool = \"{pool}\"")));
            format!("{{ {} }}", fields.join(", "))
        });
        let limits = limits.collect::<Vec<_>>().join(", ");
        line("limits", (!limits.is_empty()).then(|| format!("[{limits}]")));
        text.push_str(SOURCE);
        for charge in &tariff.charges {
            text.push_str("\n[[channel.tariff.charge]]\n");
            self.charge_text(charge, text);
        }
    }

    fn charge_text(&self, charge: &Charge, text: &mut String) {
        let amount = |minor: i64| format!("\"{}\"", short(minor, self.unit.decimals));
        let percent = |millionths: i64| format!("\"{}\"", short(millionths, 6));
        let fields = |line: &Line| {
            let mut fields = Vec::new();
            fields.extend(line.flat.map(|flat| format!("flat = {}", amount(flat))));
            fields.extend(line.percent.map(|(low, high)| match low == high {
                true => format!("percent = {}", percent(low)),
                false => format!("percent = [{}, {}]", percent(low), percent(high)),
            }));
            fields
        };
        let steps = |steps: &[(Option<i64>, Line)]| {
            let steps = steps.iter().map(|(to, line)| {
                let to = to.map(|to| format!("to = {}", amount(to)));
                format!("{{ {} }}", to.into_iter().chain(fields(line)).collect::<Vec<_>>().join(", "))
            });
            format!("[{}]", steps.collect::<Vec<_>>().join(", "))
        };
        let mut lines = Vec::new();
        let spelled = |line: &str| self.spelled.then(|| line.to_string());
        lines.extend(if charge.tax { Some("kind = \"tax\"".into()) } else { spelled("kind = \"fee\"") });
        lines.extend(match charge.base {
            Base::Amount => spelled("base = \"amount\""),
            Base::Charges => Some("base = \"charges\"".into()),
            Base::Rest => Some("base = \"rest\"".into()),
        });
        match &charge.scale {
            Scale::Line(line) => lines.extend(fields(line)),
            Scale::Slabs(slabs) => lines.push(format!("slabs = {}", steps(slabs))),
            Scale::Brackets(brackets) => lines.push(format!("brackets = {}", steps(brackets))),
        }
        lines.extend(charge.min.map(|min| format!("min = {}", amount(min))));
        lines.extend(charge.max.map(|max| format!("max = {}", amount(max))));
        let mode = match charge.mode {
            Mode::HalfUp => "half-up",
            Mode::HalfEven => "half-even",
            Mode::Up => "up",
            Mode::Down => "down",
        };
        lines.extend(match (charge.to, charge.mode) {
            (1, Mode::HalfUp) => spelled("round = \"half-up\""),
            (1, _) => Some(format!("round = \"{mode}\"")),
            (to, _) => Some(format!("round = {{ mode = \"{mode}\", to = {} }}", amount(to))),
        });
        lines.extend(charge.share_from.map(|s| format!("when = {{ share_from = {} }}", percent(s))));
        if let Some(free) = &charge.free {
            let mut fields = vec![format!("per = \"{}\"", word(free.per))];
            fields.extend(free.count.map(|count| format!("count = {count}")));
            fields.extend(free.amount.map(|a| format!("amount = {}", amount(a))));
            fields.extend(if free.cliff {
                Some("crossing = \"cliff\"".into())
            } else {
                spelled("crossing = \"marginal\"")
            });
            fields.extend(free.pool.map(|pool| format!("pool = \"{pool}\"")));
            lines.push(format!("free = {{ {} }}", fields.join(", ")));
        }
        lines.extend(if charge.clamp { Some("clamp = true".into()) } else { spelled("clamp = false") });
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
}

const SOURCE: &str = "source = \"https://p.example\"\nchecked = 2026-11-22\nconfidence = \"official\"\n";

/// A number of parts up to a size: anywhere, small, or round.
fn upto(size: i64) -> BoxedStrategy<i64> {
    let digits = (size.max(1)).ilog10();
    let lead = |zeros: u32, digits: i64| i128::from(digits) * 10_i128.pow(zeros) / 10;
    let round = (0..=digits, 1..=99_i64).prop_map(move |(zeros, digits)| lead(zeros, digits));
    prop_oneof![
        3 => 0..=size,
        2 => 0..=size.min(12),
        2 => 0..=size / 8,
        2 => round.prop_map(move |n| i64::try_from(n).unwrap_or(size).min(size)),
    ]
    .boxed()
}

/// Millionths of a percent: from whole ones to ones with six decimals, seldom above a hundred.
fn percents() -> BoxedStrategy<i64> {
    prop_oneof![
        3 => (0..=30_i64).prop_map(|n| n * 1_000_000),
        3 => (0..=1_000_i64).prop_map(|n| n * 10_000),
        2 => 0..=20_000_000_i64,
        2 => 0..=150_000_000_i64,
        2 => select(vec![
            1, 100, 250_000, 1_750_000, 22_000_000, 33_333_333, 50_000_000, 66_666_667, 99_000_000, 99_999_999,
            100_000_000, 100_000_001, 150_000_000,
        ]),
    ]
    .boxed()
}

fn lines(size: i64) -> impl Strategy<Value = Line> {
    let percent = prop_oneof![
        4 => percents().prop_map(|p| (p, p)),
        1 => (percents(), percents()).prop_map(|(a, b)| (a.min(b), a.max(b))),
    ];
    (option(1, 1, upto(size / 4)), option(1, 3, percent)).prop_map(|(flat, percent)| Line { flat, percent })
}

/// The value in so many of so many cases.
fn option<T: fmt::Debug + Clone + 'static>(
    none: u32,
    some: u32,
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop_oneof![none => Just(None), some => of.prop_map(Some)].boxed()
}

fn scales(size: i64) -> impl Strategy<Value = Scale> {
    let steps = || {
        let edges = prop::collection::btree_set(upto(size), 1..=4);
        let lines = prop::collection::vec(lines(size), 5);
        (edges, lines, any::<bool>(), 0..=4_usize).prop_map(|(edges, lines, open, rare)| {
            // A closed scale ends well above most amounts, or in their midst.
            let mut ends: Vec<Option<i64>> = edges.into_iter().map(Some).collect();
            if open || rare > 0 && ends.len() < 2 {
                ends.push(None);
            }
            ends.into_iter().zip(lines).collect::<Vec<_>>()
        })
    };
    prop_oneof![
        4 => lines(size).prop_map(Scale::Line),
        1 => steps().prop_map(Scale::Slabs),
        1 => steps().prop_map(Scale::Brackets),
    ]
}

fn windows() -> impl Strategy<Value = Per> {
    select(vec![
        Per::Day,
        Per::Week,
        Per::Month,
        Per::Year,
        Per::Lifetime,
        Per::Rolling(24),
        Per::Rolling(168),
        Per::Rolling(720),
    ])
}

fn pools() -> BoxedStrategy<Option<&'static str>> {
    option(3, 1, select(vec!["a", "b"]))
}

/// A count, an amount or both.
fn quotas(count: i64, size: i64) -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    prop_oneof![
        (1..=count).prop_map(|count| (Some(count), None)),
        upto(size).prop_map(|amount| (None, Some(amount))),
        (1..=count, upto(size)).prop_map(|(count, amount)| (Some(count), Some(amount))),
    ]
}

fn charges(size: i64) -> impl Strategy<Value = Charge> {
    let base = prop_oneof![3 => Just(Base::Amount), 1 => Just(Base::Charges), 1 => Just(Base::Rest)];
    let mode = select(vec![Mode::HalfUp, Mode::HalfEven, Mode::Up, Mode::Down]);
    let to = prop_oneof![3 => Just(1), 1 => select(vec![10_i64, 7, 100])];
    let bounds = (option(2, 1, upto(size / 4)), option(2, 1, upto(size / 2)));
    let free = (quotas(4, size), windows(), any::<bool>(), pools());
    let free = free.prop_map(|((count, amount), per, cliff, pool)| Free { count, amount, per, cliff, pool });
    let share = prop_oneof![(0..=100_i64).prop_map(|n| n * 1_000_000), 0..=110_000_000_i64];
    let rest = (option(5, 1, share), option(3, 1, free), prop::bool::weighted(0.2));
    ((any::<bool>(), base, scales(size)), bounds, (mode, to), rest).prop_map(
        |((tax, base, scale), (min, max), (mode, to), (share_from, free, clamp))| Charge {
            tax,
            base,
            scale,
            min: min.min(max.or(min)),
            max,
            mode,
            to,
            share_from,
            free,
            clamp,
        },
    )
}

fn limits(size: i64) -> impl Strategy<Value = Limit> {
    (quotas(6, size), windows(), pools()).prop_map(|((count, amount), per, pool)| Limit {
        per,
        amount,
        count,
        pool,
    })
}

/// Charges that take all of an amount but a trace, where what is left hardly grows with the amount
/// and its rounding decides: the hardest shape to search.
pub fn nearly_all() -> impl Strategy<Value = Vec<Charge>> {
    let shares = prop_oneof![
        (1..=100_i64).prop_map(|a| vec![a, 100 - a]),
        (1..=50_i64, 1..=49_i64).prop_map(|(a, b)| vec![a, b, 100 - a - b]),
    ];
    let trace = select(vec![0, 0, 0, 1, -1, 10_000, -10_000, 100_000, -100_000, 1_000_000, -1_000_000]);
    let mode = select(vec![Mode::HalfUp, Mode::HalfEven, Mode::Up, Mode::Down]);
    let to = prop_oneof![5 => Just(1), 1 => select(vec![10_i64, 7])];
    let charge = (any::<bool>(), option(2, 1, 0..=20_i64), mode, to, prop::bool::weighted(0.2));
    let charges = prop::collection::vec(charge, 3);
    // The last charge may take its share of the rest instead: then all of it, or nearly.
    (shares, trace, charges, prop::bool::weighted(0.3)).prop_map(|(shares, trace, charges, of_rest)| {
        let last = shares.len() - 1;
        let charge = |(index, share): (usize, &i64)| {
            let (tax, flat, mode, to, clamp) = charges[index];
            let is_rest = of_rest && index == last;
            let share = if is_rest { 100 } else { *share } * 1_000_000;
            let share = if index == last { (share + trace).max(0) } else { share };
            Charge {
                tax,
                base: if is_rest { Base::Rest } else { Base::Amount },
                scale: Scale::Line(Line { flat, percent: Some((share, share)) }),
                min: None,
                max: None,
                mode,
                to,
                share_from: None,
                free: None,
                clamp,
            }
        };
        shares.iter().enumerate().map(charge).collect()
    })
}

fn tariffs(size: i64) -> impl Strategy<Value = Tariff> {
    let step = prop_oneof![
        5 => Just(1),
        2 => select(vec![2_i64, 5, 7, 10, 100]),
        1 => 1..=(size / 10).max(1),
    ];
    let few = prop_oneof![1 => Just(0..=0_usize), 4 => Just(1..=2_usize), 1 => Just(3..=4_usize)];
    let charges = few.prop_flat_map(move |few| prop::collection::vec(charges(size), few));
    let charges = prop_oneof![9 => charges, 1 => nearly_all()];
    let bounds = (option(2, 1, upto(size / 3)), option(2, 1, upto(size)));
    let limits = prop_oneof![
        3 => Just(Vec::new()).boxed(),
        1 => prop::collection::vec(limits(size), 1..=2).boxed(),
    ];
    (bounds, step, prop::bool::weighted(0.1), prop::bool::weighted(0.35), limits, charges).prop_map(
        |((min, max), step, whole_balance, on_top, limits, charges)| Tariff {
            min: min.min(max.or(min)),
            max,
            step,
            whole_balance,
            on_top,
            limits,
            charges,
        },
    )
}

fn rates(unit: Coin) -> impl Strategy<Value = (Option<Coin>, (i64, i64, String))> {
    let rate = |num: i64, den: i64, text: &str| (num, den, text.to_string());
    let other = prop_oneof![
        3 => select(vec![
            rate(1, 1, "1"),
            rate(2, 3, "2/3"),
            rate(1, 1000, "0.001"),
            rate(140_025, 100, "1400.25"),
            rate(1, 2, "0.50"),
            rate(7, 1, "7/1"),
            rate(1, 1_000_000_000, "0.000000001"),
        ]),
        1 => (1..=50_i64, 1..=50_i64).prop_map(move |(num, den)| (num, den, format!("{num} / {den}"))),
    ];
    prop_oneof![
        3 => Just((None, rate(1, 1, "1.0"))),
        2 => (option(1, 3, select(COINS.to_vec())), other).prop_map(move |(pays, rate)| (pays, rate)),
        1 => Just((Some(unit), rate(1, 1, "1"))),
    ]
}

fn histories(size: i64) -> impl Strategy<Value = Vec<Past>> {
    let hour = 3_600_i64;
    let ago = prop_oneof![
        2 => 0..=100_000_i64,
        2 => 0..=40 * 24 * hour,
        1 => 0..=500 * 24 * hour,
        // On and beside the edges of the rolling windows, and just after the moment asked.
        1 => (select(vec![0, 24 * hour, 168 * hour, 720 * hour]), -1..=1_i64).prop_map(|(edge, side)| edge + side),
    ];
    let past = (prop::bool::weighted(0.3), ago, upto(size / 3));
    let past = past.prop_map(|(other, seconds_ago, amount)| Past { other, seconds_ago, amount });
    prop_oneof![1 => Just(Vec::new()).boxed(), 2 => prop::collection::vec(past, 1..=5).boxed()]
}

/// Cases whose numbers are about as large as the size; the balance is drawn apart.
pub fn cases(size: i64, balance: BoxedStrategy<Option<i64>>) -> impl Strategy<Value = Case> {
    let paid = select(COINS.to_vec()).prop_flat_map(|unit| (Just(unit), rates(unit)));
    let day = (
        prop_oneof![3 => 19_700..=21_000_i64, 1 => select(vec![19_782_i64, 19_783, 20_089, 20_454])],
        0..86_400_i64,
    );
    // A rule that ended the day before leaves that one day without a rule.
    let until = prop_oneof![3 => 0..=400_i64, 1 => Just(0), 1 => Just(-1)];
    let in_force = (option(2, 1, prop_oneof![2 => -400..=0_i64, 1 => Just(0)]), option(2, 1, until));
    let in_force = in_force.prop_map(|(from, until)| (from.map(|f: i64| f.min(until.unwrap_or(f))), until));
    let shared = prop::sample::subsequence(vec!["a", "b"], 0..=2);
    let platform = (paid, tariffs(size), in_force, shared);
    (platform, balance, day, histories(size), any::<bool>()).prop_map(
        |((paid, mut tariff, (from, until), shared), balance, (day, second), history, spelled)| {
            let (unit, (pays, rate)) = paid;
            if balance.is_none() {
                // Without a balance only the tariff ends the amounts.
                tariff.max = tariff.max.or(Some(tariff.min.unwrap_or(0) + 300));
            }
            Case { unit, pays, rate, tariff, from, until, shared, balance, day, second, history, spelled }
        },
    )
}

impl Case {
    /// Every amount that the rule, the balance or the history names.
    pub fn edges(&self) -> Vec<i64> {
        let tariff = &self.tariff;
        let mut edges = vec![0, self.balance.unwrap_or(0)];
        edges.extend(tariff.min.into_iter().chain(tariff.max));
        edges.extend(tariff.limits.iter().filter_map(|limit| limit.amount));
        for charge in &tariff.charges {
            edges.extend(charge.min.into_iter().chain(charge.max));
            edges.extend(charge.free.as_ref().and_then(|free| free.amount));
            if let (Some(share), Some(balance)) = (charge.share_from, self.balance) {
                edges.push((i128::from(share) * i128::from(balance) / 100_000_000) as i64);
            }
            if let Scale::Slabs(steps) | Scale::Brackets(steps) = &charge.scale {
                edges.extend(steps.iter().filter_map(|(to, _)| *to));
            }
        }
        edges
    }
}
