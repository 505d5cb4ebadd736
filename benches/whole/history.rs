//! Five years of small money, the same at every run: what a person with twelve accounts records, a
//! thousand facts of it or a million.
//!
//! Of a hundred facts 80 are spends in twelve categories, 8 move money between own accounts, 8 are
//! points earned that lapse after a year and are mostly spent before, 2 are withdrawals with a fee
//! and 2 are balances seen, which agree with what was recorded. Times run evenly from 2021-12-01 to
//! 2026-11-22.

use jandon::period::LocalDateTime;
use std::io::{BufWriter, Result, Write};
use std::path::Path;

/// The moment that every command of the bench is given as now.
pub const NOW: &str = "2026-11-22T12:00:00";
/// The month that is reported: a full one.
pub const MONTH: &str = "2026-10";

const BEGIN: &str = "2021-12-01T00:00:00";
const YEAR: i64 = 365 * 86_400;
const CATEGORIES: [&str; 12] =
    ["food", "cafe", "bus", "games", "music", "books", "gifts", "health", "home", "travel", "fun", "misc"];
/// Name, platform, kind, unit.
const ACCOUNTS: [(&str, &str, &str, &str); 12] = [
    ("은행", "", "bank", "KRW"),
    ("카카오페이", "kakaopay", "wallet", "KRW"),
    ("네이버페이", "naverpay", "wallet", "KRW"),
    ("삼성월렛", "samsung-wallet", "wallet", "KRW"),
    ("페이코", "payco", "wallet", "KRW"),
    ("컬쳐랜드", "culture-land", "giftcard", "KRW"),
    ("steam", "", "giftcard", "USD"),
    ("venmo", "venmo", "wallet", "USD"),
    ("토스", "toss-points", "rewards", "TOSSP"),
    ("points", "", "rewards", "TOSSP"),
    ("skt", "skt", "carrier", "KRW"),
    ("kt", "", "carrier", "KRW"),
];
const BANK: usize = 0;
const WALLETS: std::ops::Range<usize> = 1..5;
const POINTS: std::ops::Range<usize> = 8..10;
const SPENT_FROM: [usize; 10] = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];

/// Random numbers that are the same everywhere (SplitMix64, by its published constants).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> i64 {
        (self.next() % n) as i64
    }

    fn one_of(&mut self, range: std::ops::Range<usize>) -> usize {
        range.start + self.below(range.len() as u64) as usize
    }
}

/// An amount in the decimals of an account's unit.
fn figure(account: usize, minor: i64) -> String {
    if ACCOUNTS[account].3 == "USD" {
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
    } else {
        minor.to_string()
    }
}

/// Writes so many facts as `history.jsonl`, which `import` takes, and as `history.csv`, numbers apart
/// by commas, which is as cheap to read as lines can be.
pub fn write(folder: &Path, facts: u64) -> Result<()> {
    let mut lines = BufWriter::new(std::fs::File::create(folder.join("history.jsonl"))?);
    let mut plain = BufWriter::new(std::fs::File::create(folder.join("history.csv"))?);
    writeln!(lines, "{{\"jandon\":1}}")?;
    for unit in ["{\"code\":\"TOSSP\",\"decimals\":0}", "{\"code\":\"USD\",\"decimals\":2}"] {
        writeln!(lines, "{{\"unit\":{unit}}}")?;
    }
    for (name, platform, kind, unit) in ACCOUNTS {
        let platform =
            if platform.is_empty() { String::new() } else { format!("\"platform\":\"{platform}\",") };
        let bill = if kind == "carrier" { ",\"limit\":\"900000\",\"bill_day\":25" } else { "" };
        writeln!(
            lines,
            "{{\"account\":{{\"name\":\"{name}\",{platform}\"kind\":\"{kind}\",\"unit\":\"{unit}\"{bill}}}}}"
        )?;
    }
    let moment = |text| LocalDateTime::parse_iso(text).expect("a moment of this file");
    let (begin, end) = (moment(BEGIN), moment(NOW));
    let mut numbers = Numbers(20_261_122);
    let mut balances = [0_i64; ACCOUNTS.len()];
    for fact in 0..facts {
        let passed = i128::from(end.0 - begin.0 - 3_600) * i128::from(fact) / i128::from(facts);
        let at = LocalDateTime(begin.0 + passed as i64);
        let name = |account: usize| ACCOUNTS[account].0;
        match numbers.below(100) {
            0..80 => {
                let from = SPENT_FROM[numbers.one_of(0..SPENT_FROM.len())];
                let minor = 500 + numbers.below(if POINTS.contains(&from) { 1_500 } else { 30_000 });
                let (category, payee) = (numbers.one_of(0..CATEGORIES.len()), numbers.below(500));
                balances[from] -= minor;
                writeln!(
                    lines,
                    "{{\"entry\":{{\"at\":\"{at}\",\"kind\":\"spend\",\"from\":\"{}\",\"out\":\"{}\",\"category\":\"{}\",\"payee\":\"가게 {payee}\"}}}}",
                    name(from),
                    figure(from, minor),
                    CATEGORIES[category]
                )?;
                writeln!(plain, "1,{},{from},,{minor},{minor},0,{category},{payee},", at.0)?;
            }
            80..88 => {
                let (to, minor) = (numbers.one_of(WALLETS), 10_000 + numbers.below(90_000));
                balances[BANK] -= minor;
                balances[to] += minor;
                writeln!(
                    lines,
                    "{{\"entry\":{{\"at\":\"{at}\",\"kind\":\"transfer\",\"from\":\"{}\",\"to\":\"{}\",\"out\":\"{minor}\"}}}}",
                    name(BANK),
                    name(to)
                )?;
                writeln!(plain, "5,{},{BANK},{to},{minor},{minor},0,,,", at.0)?;
            }
            88..96 => {
                let (to, minor) = (numbers.one_of(POINTS), 1 + numbers.below(5_000));
                let expires = LocalDateTime(at.0 + YEAR).day();
                balances[to] += minor;
                writeln!(
                    lines,
                    "{{\"entry\":{{\"at\":\"{at}\",\"kind\":\"earn\",\"to\":\"{}\",\"in\":\"{minor}\",\"category\":\"walk\",\"expires\":\"{expires}\"}}}}",
                    name(to)
                )?;
                writeln!(plain, "2,{},,{to},{minor},{minor},0,12,,{}", at.0, expires.0)?;
            }
            96..98 => {
                let (from, minor) = (1, 10_000 + numbers.below(20_000));
                balances[from] -= minor;
                balances[BANK] += minor - 500;
                writeln!(
                    lines,
                    "{{\"entry\":{{\"at\":\"{at}\",\"kind\":\"withdraw\",\"from\":\"{}\",\"to\":\"{}\",\"out\":\"{minor}\",\"fee\":\"500\",\"in\":\"{}\",\"channel\":\"kakaopay/other-bank\"}}}}",
                    name(from),
                    name(BANK),
                    minor - 500
                )?;
                writeln!(plain, "6,{},{from},{BANK},{minor},{},500,13,,", at.0, minor - 500)?;
            }
            _ => {
                let account = numbers.one_of(0..ACCOUNTS.len());
                writeln!(
                    lines,
                    "{{\"snapshot\":{{\"at\":\"{at}\",\"account\":\"{}\",\"balance\":\"{}\"}}}}",
                    name(account),
                    figure(account, balances[account])
                )?;
            }
        }
    }
    lines.flush()?;
    plain.flush()
}

/// The names of the accounts, in the order of their numbers in `history.csv`.
pub fn accounts() -> [&'static str; 12] {
    ACCOUNTS.map(|(name, ..)| name)
}
