//! The order of the rows of `fees`, held against section 4 of the contract pair by pair.

use jandon::fee::{Platform, QuotaUsage, Quote, QuoteRequest, parse, quotes};
use jandon::period::LocalDateTime;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::TestCaseError;
use std::cmp::Ordering;

/// One channel as the law knows it.
#[derive(Clone, Debug)]
struct Way {
    id: &'static str,
    to: &'static str,
    pays: &'static str,
    flat: i64,
    on_top: bool,
    min: i64,
    condition: bool,
    arrives: Option<(i64, i64)>,
    /// Free withdrawals of the month.
    free: Option<i64>,
}

impl Way {
    fn text(&self) -> String {
        let condition = if self.condition { "condition = \"so\"\n" } else { "" };
        let arrives =
            self.arrives.map_or(String::new(), |(a, b)| format!("arrives = [\"{a}h\", \"{b}h\"]\n"));
        let side = if self.on_top { "on-top" } else { "deducted" };
        let free =
            self.free.map_or(String::new(), |n| format!("free = {{ count = {n}, per = \"month\" }}\n"));
        format!(
            "[[channel]]\nid = \"{}\"\nname = \"N\"\nto = \"{}\"\npays = \"{}\"\n{condition}{arrives}\
             [[channel.tariff]]\nmin = \"{}\"\nside = \"{side}\"\nsource = \"https://p.example\"\n\
             checked = 2026-11-22\nconfidence = \"official\"\n\
             [[channel.tariff.charge]]\nflat = \"{}\"\n{free}",
            self.id, self.to, self.pays, self.min, self.flat
        )
    }

    fn is_in_hand(&self) -> bool {
        ["bank", "card", "cash"].contains(&self.to)
    }
}

#[derive(Clone, Debug)]
pub struct Ways {
    ways: Vec<Way>,
    assumed: Vec<&'static str>,
    used: i64,
    amount: i64,
    balance: Option<i64>,
}

const IDS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn way(id: &'static str) -> impl Strategy<Value = Way> {
    let places = select(vec!["bank", "card", "cash", "voucher", "wallet:q"]);
    let units = select(vec!["KRW", "KRW", "KRW", "POINT", "JPY"]);
    // Few values, so that there are many ties.
    let figures = (select(vec![0, 100]), any::<bool>(), select(vec![0, 0, 600]), prop::bool::weighted(0.3));
    let arrives = prop::option::of(select(vec![(0, 1), (0, 24), (24, 48)]));
    let free = prop::option::weighted(0.3, 1..=3_i64);
    (places, units, figures, arrives, free).prop_map(
        move |(to, pays, (flat, on_top, min, condition), arrives, free)| Way {
            id,
            to,
            pays,
            flat,
            on_top,
            min,
            condition,
            arrives,
            free,
        },
    )
}

pub fn ways() -> impl Strategy<Value = Ways> {
    let ways = subsequence(IDS.to_vec(), 2..=6).prop_shuffle();
    let ways = ways.prop_flat_map(|ids| ids.into_iter().map(|id| way(id).boxed()).collect::<Vec<_>>());
    let assumed = subsequence(IDS.to_vec(), 0..=3);
    let balance = prop::option::of(select(vec![300, 500, 550, 700]));
    (ways, assumed, 0..=3_i64, Just(500_i64), balance)
        .prop_map(|(ways, assumed, used, amount, balance)| Ways { ways, assumed, used, amount, balance })
}

/// A row as the contract sees it.
struct Row<'a> {
    way: &'a Way,
    quote: &'a Quote,
    conditional: bool,
    uses_quota: bool,
}

/// Which of two rows the contract puts first; `Equal` where it leaves that open.
fn contract(a: &Row<'_>, b: &Row<'_>) -> Ordering {
    // "`ok` before `blocked`; unconditional before conditional; money to a bank, a card or in cash
    // before vouchers and other wallets".
    let (a_ok, b_ok) = (a.quote.outcome.is_ok(), b.quote.outcome.is_ok());
    if a_ok != b_ok {
        return if a_ok { Ordering::Less } else { Ordering::Greater };
    }
    if a.conditional != b.conditional {
        return if b.conditional { Ordering::Less } else { Ordering::Greater };
    }
    if a.way.is_in_hand() != b.way.is_in_hand() {
        return if a.way.is_in_hand() { Ordering::Less } else { Ordering::Greater };
    }
    // "then, within one received unit, net, largest first; then debit, smallest first; then rows that
    // use up no quota; then earliest arrival; then id".
    if a.way.pays != b.way.pays {
        // Money before points; of money, the unit of the platform first.
        let place = |way: &Way| ["KRW", "JPY", "POINT"].iter().position(|unit| *unit == way.pays);
        return place(a.way).cmp(&place(b.way));
    }
    let (Ok(x), Ok(y)) = (&a.quote.outcome, &b.quote.outcome) else { return Ordering::Equal };
    let hours = |way: &Way| way.arrives.map_or(i64::MAX, |(earliest, _)| earliest);
    (y.net.cmp(&x.net))
        .then(x.debit.cmp(&y.debit))
        .then(a.uses_quota.cmp(&b.uses_quota))
        .then(hours(a.way).cmp(&hours(b.way)))
        .then(a.way.id.cmp(b.way.id))
}

pub fn hold(case: &Ways) -> Result<(), TestCaseError> {
    let head = "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n";
    let text: String = std::iter::once(head.to_string()).chain(case.ways.iter().map(Way::text)).collect();
    let platform: Platform = parse::parse_platform(&text, &|code| (code == "POINT").then_some(0))
        .map_err(|error| TestCaseError::fail(format!("refused: {error:?}")))?;
    let used = QuotaUsage { count: case.used, amount: 0 };
    let assumed: Vec<String> = case.assumed.iter().map(|id| format!("p/{id}")).collect();
    let rows = quotes(
        &platform,
        None,
        &QuoteRequest::Amount(case.amount),
        LocalDateTime(0),
        case.balance,
        &assumed,
        |_| used,
    );
    prop_assert_eq!(rows.len(), case.ways.len());
    let row = |quote: &Quote| {
        let id = quote.channel.trim_start_matches("p/");
        let way = case.ways.iter().find(|way| way.id == id).expect("a channel of the platform");
        let conditional = way.condition && !case.assumed.contains(&way.id);
        (way.clone(), conditional, way.free.is_some_and(|free| case.used < free))
    };
    let facts: Vec<(Way, bool, bool)> = rows.iter().map(row).collect();
    let seen =
        |i: usize| Row { way: &facts[i].0, quote: &rows[i], conditional: facts[i].1, uses_quota: facts[i].2 };
    for first in 0..rows.len() {
        for second in first + 1..rows.len() {
            let wrong = contract(&seen(first), &seen(second)) == Ordering::Greater;
            prop_assert!(!wrong, "{} before {}", rows[first].channel, rows[second].channel);
        }
    }
    Ok(())
}
