//! One account with a small balance: a table of all that may have left it by each day, and the best
//! way to each.
//!
//! Where a charge does not depend on what is held, what can be done through some channels on one
//! day is the same whatever left before, but for what their quotas remember. So it is found once
//! for a day and a memory, and then added to everything that may have left by then.
//!
//! What lapses bounds what may leave from a day on, whatever left before; so the days between which
//! nothing lapses are put together from the last to the first.

mod fill;

use super::Move;
use super::blend::{Goal, Order, Point, Ties};
use super::group::{Group, Offer, Spent};
use crate::fee::Side;
use crate::period::Day;
use fill::Work;
use std::collections::{BTreeMap, HashMap};

/// Larger tables are not begun.
const ENTRIES_MAX: i64 = 12_000;
/// So many entries, and so many steps to them, are held at a time.
const CELLS_MAX: usize = 2_000_000;
const NODES_MAX: usize = 3_000_000;
/// So many entries are looked at in the time of one look at a choice.
const ENTRIES_OF_EFFORT: u64 = 6;
/// What it takes to find a charge, in looks at a choice.
const EFFORT_OF_CHARGE: u64 = 4;

/// What decides between two ways to one entry, as one number: the cost, then withdrawals, then what
/// is taken of what does not lapse, then days from today, then the numbers of the channels.
type Key = i128;
const WAYS_BITS: u32 = 12;
const DAYS_BITS: u32 = 20;
const LASTING_BITS: u32 = 34;
const COUNT_BITS: u32 = 14;
const ONE_DAY: Key = 1 << WAYS_BITS;
const ONE_LASTING: Key = ONE_DAY << DAYS_BITS;
const ONE_STEP: Key = ONE_LASTING << LASTING_BITS;
const ONE_COST: Key = ONE_STEP << COUNT_BITS;
const COST_MAX: i128 = 1 << 46;

const NO_NODE: u32 = u32::MAX;

/// The best way to an entry.
#[derive(Clone, Copy)]
struct Cell {
    key: Key,
    /// An amount that is not noted as a node yet.
    amount: i64,
    node: u32,
    way: u32,
}

const EMPTY: Cell = Cell { key: Key::MAX, amount: 0, node: NO_NODE, way: 0 };

/// The best way to each sum that may have left.
type Row = Vec<Cell>;

/// Nothing has left yet.
fn nothing_left(most: usize) -> Row {
    let mut row = vec![EMPTY; most + 1];
    row[0].key = 0;
    row
}

/// What later days can tell of how it was done.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Memory {
    /// How many withdrawals of the month were made through each channel.
    counts: Vec<u32>,
    spent: Vec<Spent>,
    /// How many withdrawals were made, where that makes a difference: with a target and a step cost.
    steps: u32,
}

type Rows = BTreeMap<Memory, Row>;

/// How an entry came about.
#[derive(Clone, Copy)]
enum Node {
    /// One more withdrawal, after what.
    Step { before: u32, day: u16, way: u16, amount: i64 },
    /// What was done on one day, after what.
    Day { before: u32, steps: u32 },
}

/// A withdrawal that may be made.
struct Choice {
    amount: i64,
    /// What it takes, in entries.
    debit: usize,
    key: Key,
}

/// Channels whose quotas are tied to each other's, and to no others.
struct Part {
    ways: Vec<usize>,
    /// The days on which they may be of use.
    acts: Vec<usize>,
    /// The quotas that must follow amounts.
    amounts: Vec<usize>,
    /// What they followed since the beginning is all that left.
    from_the_start: bool,
}

/// Days between which nothing lapses.
#[derive(Clone, Copy)]
struct Stretch {
    first: usize,
    end: usize,
    /// How much may leave on these days and later, in entries.
    most: usize,
    /// How much of it lapses in the time of the plan at the most, in parts.
    lapsing: i64,
}

/// What was found.
pub struct Found {
    /// All that can be worth doing.
    pub points: Vec<Point>,
    /// The steps of each point, by its mark.
    moves: Vec<Vec<Move>>,
}

impl Found {
    /// The steps of a point, in the order in which they can be booked.
    pub fn moves(&self, mark: usize) -> Vec<Move> {
        self.moves[mark].clone()
    }
}

/// What a table is filled from.
pub struct Table<'g, 'p> {
    group: &'g Group<'p>,
    parts: Vec<Part>,
    stretches: Vec<Stretch>,
    total: i64,
    /// What an entry stands for.
    unit: i64,
    /// What may have left at the most, in entries.
    most: usize,
    /// What a count of each quota matters up to.
    counts_to: Vec<i64>,
    /// Withdrawals of a month through a channel must be counted.
    counted: bool,
}

/// The table of a group; `None` where it has no such table.
pub fn prepare<'g, 'p>(group: &'g Group<'p>) -> Option<Table<'g, 'p>> {
    let [holding] = group.holdings.as_slice() else { return None };
    let offers = || group.ways.iter().flat_map(|w| w.offers.iter().flatten());
    let depends = offers()
        .any(|o| o.tariff.whole_balance || o.tariff.charges.iter().any(|charge| charge.share_from.is_some()));
    let total = holding.left_on(group.days[0], holding.total());
    let last = group.days[group.days.len() - 1];
    let lapses = holding.left_on(last, total) < total;
    let is_deducted = offers().all(|o| o.tariff.side == Side::Deducted);
    let unit = match lapses || !is_deducted {
        true => 1,
        false => offers().fold(0, |unit, o| super::gcd(unit, o.tariff.step.max(1).into())).max(1) as i64,
    };
    let entries = total.saturating_sub(holding.keep).max(0) / unit;
    if depends || group.days_cut || !(1..=ENTRIES_MAX).contains(&entries) {
        return None;
    }
    // A key has only so much room for a cost.
    if group.step_price().saturating_mul(entries.into()) > COST_MAX {
        return None;
    }
    let counted = total / least(offers()) > i64::from(group.splits);
    let parts = parts(group, total)?;
    if parts.iter().any(|p| p.from_the_start) && lapses {
        return None;
    }
    Some(Table {
        parts,
        total,
        unit,
        most: entries as usize,
        stretches: stretches(group, total, unit),
        counts_to: counts_to(group),
        counted,
        group,
    })
}

/// The smallest amount that some rules allow.
fn least<'o>(offers: impl Iterator<Item = &'o Offer<'o>>) -> i64 {
    offers.map(|o| o.tariff.min.unwrap_or(1).max(o.tariff.step).max(1)).min().unwrap_or(1)
}

/// The days of a group, apart where something lapses between them.
fn stretches(group: &Group<'_>, total: i64, unit: i64) -> Vec<Stretch> {
    let holding = group.holdings[0];
    let left = |day: usize| holding.left_on(group.days[day], total);
    let mut stretches: Vec<Stretch> = Vec::new();
    for day in 0..group.days.len() {
        match stretches.last_mut() {
            Some(last) if left(last.first) == left(day) => last.end = day + 1,
            _ => {
                let unlapsed = |lot: &&(Day, i64)| lot.0 >= group.days[day] && lot.0 <= holding.by;
                stretches.push(Stretch {
                    first: day,
                    end: day + 1,
                    most: ((left(day) - holding.keep).max(0) / unit) as usize,
                    lapsing: holding.dated.iter().filter(unlapsed).map(|lot| lot.1).sum(),
                });
            }
        }
    }
    stretches
}

/// The channels by what they share; `None` where amounts must be followed in more ways than one.
fn parts(group: &Group<'_>, total: i64) -> Option<Vec<Part>> {
    let mut sets: Vec<Vec<usize>> = (0..group.ways.len()).map(|way| vec![way]).collect();
    for quota in group.quotas.iter().filter(|q| q.counted.count || q.counted.amount) {
        let tied = |set: &Vec<usize>| set.iter().any(|way| quota.ways.contains(way));
        let (one, others): (Vec<Vec<usize>>, Vec<Vec<usize>>) = sets.into_iter().partition(tied);
        sets = others;
        sets.push(one.into_iter().flatten().collect());
    }
    let part = |mut ways: Vec<usize>| {
        ways.sort_unstable();
        let acts = acts(group, &ways, total);
        let own = |q: &usize| group.quotas[*q].counted.amount && group.quotas[*q].ways.contains(&ways[0]);
        let of_all = |q: &usize| ways.iter().all(|way| group.quotas[*q].ways.contains(way));
        let touched = |q: &usize| group.quotas[*q].ways.iter().any(|way| ways.contains(way));
        let all: Vec<usize> =
            (0..group.quotas.len()).filter(|q| group.quotas[*q].counted.amount && touched(q)).collect();
        let amounts: Vec<usize> = all.iter().copied().filter(own).filter(of_all).collect();
        let mut offers = ways.iter().flat_map(|way| group.ways[*way].offers.iter().flatten());
        let is_deducted = offers.all(|o| o.tariff.side == Side::Deducted);
        if amounts.len() != all.len() || (!amounts.is_empty() && !is_deducted) {
            return None;
        }
        let pairs = || acts.iter().enumerate().flat_map(|(i, a)| acts[i + 1..].iter().map(|b| (*a, *b)));
        let shares = |q: &usize, (a, b)| group.shares(group.quotas[*q].per, a, b);
        let never = amounts.iter().all(|q| pairs().all(|pair| !shares(q, pair)));
        let always = amounts.iter().all(|q| pairs().all(|pair| shares(q, pair)));
        let from_the_start = !amounts.is_empty() && !never;
        (never || always).then_some(Part { ways, acts, amounts, from_the_start })
    };
    sets.into_iter().map(part).collect()
}

/// The days on which some channels may be of use: a withdrawal of another day can be made on an
/// earlier one of them at the same charge, and where a month may allow too few of them, in the same one.
fn acts(group: &Group<'_>, ways: &[usize], total: i64) -> Vec<usize> {
    let offers = ways.iter().flat_map(|way| group.ways[*way].offers.iter().flatten());
    let counted = total / least(offers) > i64::from(group.splits);
    let own = |q: &&super::group::Quota| q.ways.iter().any(|way| ways.contains(way));
    let tariff = |way: usize, day: usize| {
        group.ways[way].offers[day].as_ref().map(|o| std::ptr::from_ref(o.tariff) as usize)
    };
    let same = |a: usize, b: usize| {
        (!counted || group.days[a].month() == group.days[b].month())
            && ways.iter().all(|way| tariff(*way, a) == tariff(*way, b))
            && group.quotas.iter().filter(own).all(|q| {
                let is_counted = q.counted.count || q.counted.amount;
                let rolls = matches!(q.per, crate::fee::Window::Hours(_));
                q.base[a] == q.base[b] && (!is_counted || (!rolls && group.shares(q.per, a, b)))
            })
    };
    let mut acts: Vec<usize> = Vec::new();
    for day in 0..group.days.len() {
        let offered = ways.iter().any(|way| tariff(*way, day).is_some());
        // A withdrawal must not come before those of a day between, which count with it.
        if offered && !acts.last().is_some_and(|known| same(*known, day)) {
            acts.push(day);
        }
    }
    acts
}

/// Up to what each quota need be counted.
fn counts_to(group: &Group<'_>) -> Vec<i64> {
    let mut most = vec![0; group.quotas.len()];
    for offer in group.ways.iter().flat_map(|way| way.offers.iter().flatten()) {
        let rows = offer.tariff.limits.iter().zip(&offer.limits).map(|(l, q)| (l.count, Some(*q)));
        let frees = offer.tariff.charges.iter().zip(&offer.frees);
        let frees = frees.map(|(c, q)| (c.free.as_ref().and_then(|free| free.count), *q));
        for (count, quota) in rows.chain(frees) {
            if let (Some(count), Some(quota)) = (count, quota) {
                most[quota] = count.max(most[quota]);
            }
        }
    }
    most
}

impl<'p> Table<'_, 'p> {
    /// All that can be worth doing; `None` where it takes too much.
    pub fn solve(&self, goal: Goal, effort: &mut u64) -> Option<Found> {
        let steps_tell = matches!(goal, Goal::Reach(_)) && self.group.step_cost > 0;
        // With a target the step costs are not a part of the keys' cost.
        let in_cost = if matches!(goal, Goal::Reach(_)) { 0 } else { self.group.step_price() };
        let mut work = Work {
            goal,
            steps_tell,
            in_cost,
            nodes: Vec::new(),
            choices: HashMap::new(),
            end: Key::MAX,
            most_net: 0,
            suffixes: vec![HashMap::new(); self.stretches.len()],
            is_plan: true,
            table: self,
            effort,
        };
        let nothing = Memory {
            counts: vec![0; self.group.ways.len()],
            spent: vec![Spent::new(); self.group.quotas.len()],
            steps: 0,
        };
        let rows = work.onwards(0, &nothing)?;
        let nodes = std::mem::take(&mut work.nodes);
        let mut points = Vec::new();
        let cells = rows.iter().flat_map(|row| row.iter().enumerate());
        for (gone, cell) in cells.filter(|(_, cell)| cell.key < Key::MAX) {
            let (key_cost, _) = self.worth(gone, cell.key);
            let steps = (cell.key / ONE_STEP).rem_euclid(ONE_COST / ONE_STEP);
            let charges = key_cost - in_cost * steps;
            let debit = i128::from(self.unit) * gone as i128;
            let net = (debit * self.group.par.0 - charges) / self.group.par.1;
            let days = (cell.key / ONE_DAY).rem_euclid(ONE_LASTING / ONE_DAY) as i64;
            let expiring = lasting_of(cell.key) - debit;
            let ways = taken(&nodes, cell.node).into_iter().map(|(_, way, _)| self.group.order(0, way, 1));
            let order = ways.fold(Order::default(), Order::and);
            let ties = Ties { steps: steps as i64, expiring, days, order };
            let cost = charges + self.group.step_price() * steps;
            points.push(Point { cost, net, ties, mark: cell.node as usize });
        }
        let mut points = super::blend::frontier(points, goal);
        let mut moves = Vec::new();
        for point in &mut points {
            moves.push(self.moves(taken(&nodes, point.mark as u32))?);
            point.mark = moves.len() - 1;
        }
        Some(Found { points, moves })
    }

    /// What an entry costs and what has arrived by it, less step costs that are a part of the cost.
    fn worth(&self, gone: usize, key: Key) -> (i128, i128) {
        let cost = key.div_euclid(ONE_COST);
        let debit = i128::from(self.unit) * gone as i128;
        (cost, (debit * self.group.par.0 - cost) / self.group.par.1)
    }

    /// Some steps as the fee engine tells them; `None` where it does not.
    fn moves(&self, taken: Vec<Taken>) -> Option<Vec<Move>> {
        let holding = self.group.holdings[0];
        let mut spent = vec![Spent::new(); self.group.quotas.len()];
        let (mut left, mut today, mut moves) = (self.total, 0, Vec::new());
        for (day, channel, amount) in taken {
            if day > today {
                today = day;
                self.group.forget(&mut spent, day);
            }
            left = holding.left_on(self.group.days[day], left);
            let terms = self.group.terms(channel, day, left, &spent)?;
            let outcome = self.group.outcome(&terms, amount).ok()?;
            let (debit, net) = (outcome.debit as i64, outcome.net as i64);
            let (fee, tax) = (outcome.fee as i64, outcome.tax as i64);
            moves.push(Move { day, account: 0, channel, amount, debit, fee, tax, net });
            left -= debit;
            self.group.spend(&mut spent, channel, day, amount);
        }
        Some(moves)
    }
}

/// A step of a way: its day, channel and amount.
type Taken = (usize, usize, i64);

/// The steps that lead to a node, in their order.
fn taken(nodes: &[Node], node: u32) -> Vec<Taken> {
    let mut taken: Vec<Taken> = Vec::new();
    let mut open = vec![node];
    while let Some(at) = open.pop() {
        match nodes.get(at as usize) {
            None => {}
            Some(Node::Step { before, day, way, amount }) => {
                taken.push((usize::from(*day), usize::from(*way), *amount));
                open.push(*before);
            }
            Some(Node::Day { before, steps }) => open.extend([*before, *steps]),
        }
    }
    taken.reverse();
    // What some channels do was put behind what others do.
    taken.sort_by_key(|(day, ..)| *day);
    taken
}

/// What a way takes of what does not lapse.
fn lasting_of(key: Key) -> i128 {
    (key / ONE_LASTING).rem_euclid(ONE_STEP / ONE_LASTING)
}

/// The same way, where it takes so much of what does not lapse at the least.
fn with_lasting(key: Key, lasting: i64) -> Key {
    let known = lasting_of(key);
    key + (Key::from(lasting) - known).max(0) * ONE_LASTING
}
