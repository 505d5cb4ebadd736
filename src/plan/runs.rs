//! Plain tariffs: one account, and charges that depend on nothing but the amount and on how many
//! withdrawals of the window came before.
//!
//! A *run* is a stretch of amounts that are charged the same. A plan is a choice of runs; its cost
//! is the sum of their charges, and the amounts may then lie anywhere in their runs. So a choice
//! is known by its cost, the least that it takes, and the room above that ([`Label`]), and of two
//! choices the one that costs and takes no less and brings no more is dropped.
//!
//! Where a charge is a percentage its runs are many, but repeat with a period. Two withdrawals
//! under one rule that both lie further than a period from the ends of the percentage can be
//! pushed apart by periods, at no cost, until one of them is near an end. So only one withdrawal of
//! a rule needs to be looked at everywhere, the others near the ends.

use super::Move;
use super::blend::{Goal, Point, Ties};
use super::group::{Counted, Group, Spent};
use crate::fee::{self, Base, PERCENT_WHOLE, Scale, Side, Slab, Tariff, Terms};
use crate::money::RoundingMode;
use std::collections::{BTreeMap, HashMap};

/// More runs than this under one rule are not looked at one by one.
const RUNS_MAX: usize = 60_000;
/// So many choices are held at once before the needless ones are dropped.
const POOL_MAX: usize = 140_000;
/// Steps of so many sizes are told apart.
const STRIDES: usize = 4;

/// All that can be worth doing with one group.
pub struct Runs {
    /// What can be done.
    pub points: Vec<Point>,
    nodes: Vec<Node>,
    rules: Vec<Rule>,
    strides: Vec<i64>,
    budget: i64,
    labels: Vec<Label>,
}

/// Amounts that are charged the same under one rule.
#[derive(Clone, Copy, Debug)]
struct Run {
    from: i64,
    to: i64,
    charges: i64,
    /// Further than a period from the ends of a percentage.
    inner: bool,
}

/// A channel's rule for a withdrawal before which so many others were made.
#[derive(Clone)]
struct Rule {
    way: usize,
    /// It takes all that is left, and so comes last.
    whole: bool,
    on_top: bool,
    stride: usize,
    /// What two withdrawals exchange, in parts.
    period: Option<i64>,
    runs: Vec<Run>,
}

/// The withdrawals that may be made through one channel within one window.
struct Bucket {
    /// The day of each withdrawal that may be made, in this order, and its rule.
    slots: Vec<(usize, usize)>,
    /// The sum of amounts that is allowed, where it could be reached.
    sum: Option<i64>,
    month: i32,
}

/// What makes one rule different from another: its place in memory, what is left of its free
/// quotas, the largest amount.
type RuleKey = (usize, Vec<(bool, Option<i64>)>, i64);

/// What two choices must have in common for one to stand for the other: the room in coarse steps,
/// what is odd about what arrives and leaves, and what each may still do.
type Kind = ([i64; STRIDES], i64, i64, bool, u32);

/// A choice of runs.
#[derive(Clone, Copy, Debug)]
struct Label {
    cost: i64,
    /// The least that leaves.
    least: i64,
    /// What may leave beyond that, by the size of steps.
    room: [i64; STRIDES],
    ties: Ties,
    node: u32,
    /// All that there is must leave.
    whole: bool,
    /// The rule, counted from 1, under which one withdrawal could still exchange with one of
    /// another window; 0 for none.
    open: u32,
}

/// How a choice came about.
#[derive(Clone, Copy, Debug)]
enum Node {
    Nothing,
    /// One more withdrawal: after what, in which rule, run and slot.
    Run {
        before: u32,
        rule: u32,
        run: u32,
        day: u16,
        bucket: u16,
    },
    Both(u32, u32),
}

const NOTHING: Label =
    Label { cost: 0, least: 0, room: [0; STRIDES], ties: (0, 0, 0), node: 0, whole: false, open: 0 };

impl Label {
    fn plus(&self, other: &Label) -> Label {
        let mut room = self.room;
        for (room, more) in room.iter_mut().zip(other.room) {
            *room += more;
        }
        Label {
            cost: self.cost + other.cost,
            least: self.least + other.least,
            room,
            ties: super::blend::plus(self.ties, other.ties),
            node: 0,
            whole: self.whole || other.whole,
            open: if self.open == 0 { other.open } else { self.open },
        }
    }

    /// What arrives where only the finest steps are used, at the most.
    fn most_fine(&self) -> i64 {
        self.least + self.room[0] - self.cost
    }
}

/// What is being solved.
struct Work<'e> {
    goal: Goal,
    nodes: Vec<Node>,
    strides: Vec<i64>,
    budget: i64,
    /// Some channel takes all that is left, so what leaves must be met to the part.
    exact: bool,
    /// Choices that cost as much are of no use.
    cost_end: i64,
    window: Option<Window>,
    /// What the rest of a choice can add at best.
    outline: Vec<(i128, i128)>,
    effort: &'e mut u64,
}

/// The effort is used up.
struct Exhausted;

/// What is known of a group whose rules are plain before it is solved.
pub struct Plain {
    budget: i64,
    strides: Vec<i64>,
    rules: Vec<Rule>,
    ways: Vec<Vec<Bucket>>,
    lapsing: i64,
}

/// How dear a choice may be: its cost times `run` less what it brings times `rise` is at most
/// `limit`, where it is to be part of a plan that is no dearer than one that is known.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// What a part that arrives is worth …
    pub rise: i128,
    /// … over this.
    pub run: i128,
    /// The most that a choice may be above that.
    pub limit: i128,
}

/// Solves a group whose rules are plain; `None` where they are not, or where it takes too much.
pub fn solve(group: &Group<'_>, goal: Goal, effort: &mut u64) -> Option<Runs> {
    prepare(group)?.solve(goal, None, effort)
}

/// The runs of a group whose rules are plain; `None` where they are not.
pub fn prepare(group: &Group<'_>) -> Option<Plain> {
    if group.accounts.len() != 1 || group.days_cut || group.par.0 != group.par.1 {
        return None;
    }
    let holding = group.holdings[0];
    let lapsing = holding.lapsing(holding.total());
    if group.days.len() > 1 && lapsing > 0 {
        return None;
    }
    let budget = holding.today();
    let offers = group.ways.iter().flat_map(|w| w.offers.iter().flatten());
    let mut strides: Vec<i64> = offers.map(|o| o.tariff.step).collect();
    strides.sort_unstable();
    strides.dedup();
    let is_chain = strides.windows(2).all(|w| w[1] % w[0] == 0);
    if strides.len() > STRIDES || !is_chain {
        return None;
    }
    let mut rules: Vec<Rule> = Vec::new();
    let mut ways: Vec<Vec<Bucket>> = Vec::new();
    for way in 0..group.ways.len() {
        ways.push(buckets(group, way, budget, &strides, &mut rules)?);
    }
    Some(Plain { budget, strides, rules, ways, lapsing })
}

impl Plain {
    /// All that can be worth doing; `None` where it takes too much. With a window, all that can be
    /// worth doing within it.
    pub fn solve(&self, goal: Goal, window: Option<Window>, effort: &mut u64) -> Option<Runs> {
        let exact = self.rules.iter().any(|rule| rule.whole);
        let outline = self.outline();
        let (budget, strides, rules) = (self.budget, self.strides.clone(), self.rules.clone());
        let mut work = Work {
            goal,
            nodes: vec![Node::Nothing],
            strides,
            budget,
            exact,
            cost_end: i64::MAX,
            window,
            outline,
            effort,
        };
        work.see_cheapest(&self.ways, &rules);
        let mut labels = vec![NOTHING];
        let mut before = 0;
        for buckets in &self.ways {
            let more = work.way(buckets, &rules, before).ok()?;
            before += buckets.len();
            labels = work.both(&labels, &more, None).ok()?;
            work.see(&labels);
        }
        let point = |(mark, label): (usize, &Label)| {
            let debit = work.fill(label)?;
            let ties = (label.ties.0, -i128::from(debit.min(self.lapsing)), label.ties.2);
            Some(Point { cost: i128::from(label.cost), net: i128::from(debit - label.cost), ties, mark })
        };
        let points = labels.iter().enumerate().filter_map(point).collect();
        let points = super::blend::frontier(points, goal);
        Some(Runs { points, nodes: work.nodes, rules, strides: work.strides, budget, labels })
    }

    /// A few of the runs of each rule only: what can be done with them can be done.
    pub fn sample(
        &self,
        goal: Goal,
        per_rule: usize,
        window: Option<Window>,
        effort: &mut u64,
    ) -> Option<Runs> {
        let few = |rule: &Rule| {
            let (count, last) = (rule.runs.len(), rule.runs.len().saturating_sub(1));
            let every = count / per_rule + 1;
            let runs = rule.runs.iter().enumerate();
            let runs = runs.filter(|(i, run)| {
                let bends = *i < last && (rule.runs[i + 1].to - run.to) < (run.to - run.from) / 4;
                (last - i) % every == 0 || bends
            });
            Rule { runs: runs.map(|(_, run)| Run { inner: false, ..*run }).collect(), ..*rule }
        };
        let bucket = |b: &Bucket| Bucket { slots: b.slots.clone(), ..*b };
        let plain = Plain {
            strides: self.strides.clone(),
            rules: self.rules.iter().map(few).collect(),
            ways: self.ways.iter().map(|way| way.iter().map(bucket).collect()).collect(),
            ..*self
        };
        plain.solve(goal, window, effort)
    }

    /// By how much the cost falls where one withdrawal of such a net brings so much less.
    pub fn saved(&self, way: usize, net: i64, charges: i64, less: i64) -> i64 {
        let wanted = net - less;
        if wanted <= 0 {
            return charges;
        }
        let rules = self.rules.iter().filter(|rule| rule.way == way && !rule.whole);
        let cheapest = |rule: &Rule| {
            let brings = |run: &Run| if rule.on_top { run.to } else { run.to - run.charges };
            let fits = |run: &&Run| brings(run) >= wanted && run.from <= net.min(wanted);
            // The charge that was paid tells which of the rules of a channel it was.
            let own = rule.runs.iter().any(|r| r.charges == charges && brings(r) >= net);
            rule.runs.iter().filter(|_| own).find(fits).map(|run| run.charges)
        };
        rules.filter_map(cheapest).max().map_or(0, |cheapest| charges - cheapest)
    }

    /// What no choice can beat: how much the debit grows by at what charge, the cheapest first.
    fn outline(&self) -> Vec<(i128, i128)> {
        let mut steps: Vec<(i128, i128)> = Vec::new();
        let mut slots: BTreeMap<usize, i128> = BTreeMap::new();
        for (_, rule) in self.ways.iter().flatten().flat_map(|b| &b.slots) {
            *slots.entry(*rule).or_default() += 1;
        }
        for (rule, count) in slots {
            let rule = &self.rules[rule];
            let mut hull: Vec<(i128, i128)> = vec![(0, 0)];
            for run in &rule.runs {
                let debit = if rule.on_top { run.to + run.charges } else { run.to };
                let (debit, charges) = (i128::from(debit), i128::from(run.charges));
                if charges < 0 || debit <= hull[hull.len() - 1].0 {
                    continue;
                }
                while let [.., a, b] = hull.as_slice() {
                    if (b.1 - a.1) * (debit - a.0) < (charges - a.1) * (b.0 - a.0) {
                        break;
                    }
                    hull.pop();
                }
                hull.push((debit, charges));
            }
            steps.extend(hull.windows(2).map(|w| ((w[1].0 - w[0].0) * count, (w[1].1 - w[0].1) * count)));
        }
        steps.sort_by(|a, b| (a.1 * b.0).cmp(&(b.1 * a.0)));
        steps
    }

    /// The same as points from below.
    pub fn least(&self) -> Vec<Point> {
        let mut points = vec![Point { cost: 0, net: 0, ties: (0, 0, 0), mark: 0 }];
        let (budget, mut debit, mut cost) = (i128::from(self.budget), 0, 0);
        for (more, charges) in self.outline() {
            let fits = more.min(budget - debit);
            if fits <= 0 {
                break;
            }
            debit += fits;
            cost += (charges * fits).div_euclid(more);
            points.push(Point { cost, net: debit - cost, ..points[0] });
        }
        points
    }
}

impl Runs {
    /// The steps of a point, in the order in which they can be booked.
    pub fn moves(&self, group: &Group<'_>, mark: usize) -> Vec<Move> {
        let label = &self.labels[mark];
        // What is to leave beyond the least, by the size of steps: the coarse ones first.
        let mut left = self.budget - label.least;
        let mut room = [0; STRIDES];
        for i in (0..self.strides.len()).rev() {
            room[i] = label.room[i].min(left / self.strides[i] * self.strides[i]);
            left -= room[i];
        }
        let mut taken: Vec<(u32, u32, u16, u16)> = Vec::new();
        let mut open = vec![label.node];
        while let Some(node) = open.pop() {
            match self.nodes[node as usize] {
                Node::Nothing => {}
                Node::Run { before, rule, run, day, bucket } => {
                    taken.push((rule, run, day, bucket));
                    open.push(before);
                }
                Node::Both(a, b) => open.extend([a, b]),
            }
        }
        // Rules stand in the order in which the withdrawals of a window meet them.
        // What takes all that is left comes last.
        let whole = |rule: &u32| self.rules[*rule as usize].whole;
        taken.sort_by_key(|(rule, run, day, bucket)| (*day, whole(rule), *rule, *bucket, *run));
        let mut sums: HashMap<u16, i64> = HashMap::new();
        for (rule, run, _, bucket) in &taken {
            *sums.entry(*bucket).or_default() += self.rules[*rule as usize].runs[*run as usize].from;
        }
        let none = vec![Spent::new(); group.quotas.len()];
        let mut moves = Vec::new();
        for (rule, run, day, bucket) in taken {
            let rule = &self.rules[rule as usize];
            let run = rule.runs[run as usize];
            let limit =
                group.terms(rule.way, usize::from(day), self.budget, &none).and_then(|t| t.amount_left);
            let sum = sums.entry(bucket).or_default();
            let stride = self.strides[rule.stride];
            let fits = limit.map_or(i64::MAX, |limit| limit - *sum);
            let more = (run.to - run.from).min(room[rule.stride]).min(fits) / stride * stride;
            *sum += more;
            room[rule.stride] -= more;
            let amount = run.from + more;
            let (debit, net) =
                if rule.on_top { (amount + run.charges, amount) } else { (amount, amount - run.charges) };
            moves.push(Move {
                day: usize::from(day),
                account: 0,
                channel: rule.way,
                amount,
                debit,
                fee: run.charges,
                tax: 0,
                net,
            });
        }
        self.with_taxes(group, &mut moves);
        moves
    }

    /// Tells the taxes from the fees, by the engine.
    fn with_taxes(&self, group: &Group<'_>, moves: &mut [Move]) {
        let holding = group.holdings[0];
        let mut spent = vec![Spent::new(); group.quotas.len()];
        let (mut left, mut day) = (holding.total(), 0);
        for m in moves {
            if m.day > day {
                day = m.day;
                group.forget(&mut spent, day);
            }
            let terms = group.terms(m.channel, day, left, &spent);
            if let Some(Ok(outcome)) = terms.map(|terms| group.outcome(&terms, m.amount))
                && outcome.fee + outcome.tax == i128::from(m.fee)
            {
                (m.fee, m.tax) = (outcome.fee as i64, outcome.tax as i64);
            }
            left -= m.debit;
            group.spend(&mut spent, m.channel, day, m.amount);
        }
    }
}

// ---------------------------------------------------------------------------------------------
// What may be withdrawn.

/// The windows of a channel with the withdrawals that may be made in each; `None` where its rules
/// are not plain. An empty list where nothing can be withdrawn.
fn buckets(
    group: &Group<'_>,
    way: usize,
    budget: i64,
    strides: &[i64],
    rules: &mut Vec<Rule>,
) -> Option<Vec<Bucket>> {
    let offers = &group.ways[way].offers;
    let mut per: Option<fee::Window> = None;
    for quota in group.quotas.iter().filter(|q| q.counted != Counted::default() && q.ways.contains(&way)) {
        let alone = quota.ways == [way];
        let calendar = !matches!(quota.per, fee::Window::Hours(_)) || group.days.len() == 1;
        let same = per.is_none_or(|per| per == quota.per) || group.days.len() == 1;
        if !alone || !calendar || !same {
            return None;
        }
        per = Some(quota.per);
    }
    if !offers.iter().flatten().all(|o| is_plain(group, o.tariff, &o.frees)) {
        return None;
    }
    let own = |quota: &&super::group::Quota| quota.ways.contains(&way);
    let same_use = |a: usize, b: usize| group.quotas.iter().filter(own).all(|q| q.base[a] == q.base[b]);
    // Days of one window together.
    let mut days: Vec<Vec<usize>> = Vec::new();
    for day in (0..group.days.len()).filter(|day| offers[*day].is_some()) {
        let together = |before: &Vec<usize>| match per {
            Some(per) => group.shares(per, before[0], day),
            None => group.days[before[0]].month() == group.days[day].month() && same_use(before[0], day),
        };
        match days.last_mut() {
            Some(last) if together(last) => last.push(day),
            _ => days.push(vec![day]),
        }
    }
    let tariff = |day: usize| offers[day].as_ref().map(|o| o.tariff);
    let same_rule = |a: usize, b: usize| tariff(a).zip(tariff(b)).is_some_and(|(a, b)| std::ptr::eq(a, b));
    if days
        .iter()
        .any(|window| window.iter().any(|day| !same_rule(window[0], *day) || !same_use(window[0], *day)))
    {
        return None;
    }
    let mut known: HashMap<RuleKey, usize> = HashMap::new();
    let mut buckets = Vec::new();
    for window in days {
        let first = window[0];
        let tariff = tariff(first)?;
        // In a window of several months, each month allows so many withdrawals.
        let mut dates: Vec<usize> = Vec::new();
        for day in &window {
            let month = group.days[*day].month();
            let taken = dates.iter().filter(|d| group.days[**d].month() == month).count();
            dates.extend(std::iter::repeat_n(*day, group.splits as usize - taken.min(group.splits as usize)));
        }
        let mut spent = vec![Spent::new(); group.quotas.len()];
        let mut slots = Vec::new();
        let mut sum = None;
        let stride = strides.iter().position(|s| *s == tariff.step)?;
        let smallest = tariff.min.unwrap_or(1).max(tariff.step).max(1);
        let most = usize::try_from(budget / smallest).unwrap_or(usize::MAX);
        let most = if tariff.whole_balance { most.min(1) } else { most };
        for day in dates.into_iter().take(most) {
            let terms = group.terms(way, first, budget, &spent)?;
            if terms.count_used_up {
                break;
            }
            if slots.is_empty() {
                sum = terms.amount_left.map(|left| left / tariff.step * tariff.step);
            }
            // What of the free quotas makes one withdrawal different from another.
            let free = |i: usize| (terms.free_of(i).count == Some(0), terms.free_of(i).amount);
            let frees: Vec<(bool, Option<i64>)> = (0..tariff.charges.len()).map(free).collect();
            let cap = terms.amount_left.unwrap_or(i64::MAX).min(budget);
            let key = (std::ptr::from_ref(tariff) as usize, frees, cap);
            let rule = match known.get(&key) {
                Some(rule) => *rule,
                None => {
                    let (runs, period) = runs_of(&terms, budget)?;
                    let on_top = tariff.side == Side::OnTop;
                    rules.push(Rule { way, whole: tariff.whole_balance, on_top, stride, period, runs });
                    known.insert(key, rules.len() - 1);
                    rules.len() - 1
                }
            };
            slots.push((day, rule));
            group.spend(&mut spent, way, first, 0);
        }
        let reach = |sum: i64| {
            let most = slots.iter().map(|(_, rule)| rules[*rule].runs.last().map_or(0, |r| i128::from(r.to)));
            i128::from(sum) < most.sum::<i128>().min(i128::from(budget))
        };
        let sum = sum.filter(|sum| reach(*sum));
        if !slots.is_empty() {
            buckets.push(Bucket { slots, sum, month: group.days[first].month().0 });
        }
    }
    cut_to_splits(group, buckets, budget, way)
}

/// Windows shorter than a month share the withdrawals that the month allows.
fn cut_to_splits(
    group: &Group<'_>,
    mut buckets: Vec<Bucket>,
    budget: i64,
    way: usize,
) -> Option<Vec<Bucket>> {
    let splits = group.splits as usize;
    let tariffs = group.ways[way].offers.iter().flatten().map(|o| o.tariff);
    let smallest = tariffs.map(|t| t.min.unwrap_or(1).max(t.step).max(1)).min().unwrap_or(1);
    let mut at = 0;
    while at < buckets.len() {
        let to = at + buckets[at..].iter().take_while(|b| b.month == buckets[at].month).count();
        let all: usize = buckets[at..to].iter().map(|b| b.slots.len()).sum();
        if to - at > 1 && all > splits && budget / smallest > splits as i64 {
            let rule = buckets[at].slots[0].1;
            let even = buckets[at..to].iter().all(|b| b.sum.is_none() && b.slots.iter().all(|s| s.1 == rule));
            if !even {
                return None;
            }
            let mut left = splits;
            for bucket in &mut buckets[at..to] {
                bucket.slots.truncate(left);
                left -= bucket.slots.len();
            }
        }
        at = to;
    }
    buckets.retain(|b| !b.slots.is_empty());
    Some(buckets)
}

/// Do the charges of a rule depend on nothing but the amount and the number of withdrawals?
fn is_plain(group: &Group<'_>, tariff: &Tariff, frees: &[Option<usize>]) -> bool {
    let one_for_one = group.ways.iter().all(|w| {
        let (pays, unit) = (&w.channel.pays, &group.platform.unit);
        w.channel.rate.num == w.channel.rate.den && pays.decimals == unit.decimals
    });
    let settled = |line: &Slab| line.percent.low == line.percent.high;
    let charges = tariff.charges.iter().zip(frees).all(|(charge, quota)| {
        let free = charge.free.as_ref();
        let counted = quota.map_or(Counted::default(), |q| group.quotas[q].counted);
        let by_amount = free.is_none_or(|f| f.amount.is_none() || !counted.amount);
        let (lines, is_line): (Vec<&Slab>, bool) = match &charge.scale {
            Scale::Line(line) => (vec![line], true),
            Scale::Slabs(slabs) | Scale::Brackets(slabs) => (slabs.iter().collect(), false),
        };
        let share = lines.iter().all(|l| settled(l) && i128::from(l.percent.high) <= PERCENT_WHOLE);
        let of_amount = charge.base == Base::Amount;
        let of_rest = is_line
            && charge.round_to == 1
            && tariff.charges.iter().all(|c| c.free.is_none() && c.round_to == 1);
        charge.share_from.is_none() && by_amount && share && (of_amount || of_rest)
    });
    let whole = group.days.len() == 1 && group.holdings.iter().all(|h| h.keep == 0);
    one_for_one && (whole || !tariff.whole_balance) && charges
}

/// The runs of a rule in ascending order; `None` where there are too many.
fn runs_of(terms: &Terms<'_>, budget: i64) -> Option<(Vec<Run>, Option<i64>)> {
    let tariff = terms.tariff;
    let step = tariff.step.max(1);
    let most = [tariff.max, terms.amount_left, Some(budget)].into_iter().flatten().min()? / step;
    let least = tariff.min.unwrap_or(1).max(1);
    let least = least / step + i64::from(least % step > 0);
    let charge = |at: i64| terms.charge(i128::from(at) * i128::from(step)).map(|c| c.sum() as i64);
    let on_top = tariff.side == Side::OnTop;
    let regimes = regimes(terms, least, most);
    let mut runs: Vec<Run> = Vec::new();
    for (regime, next) in regimes.iter().zip(regimes.iter().skip(1).map(Some).chain([None])) {
        let end = next.map_or(most, |next| next.from - 1).min(most);
        let mut at = regime.from;
        while at <= end {
            let Some(charges) = charge(at) else { break };
            // The last amount that is charged the same, by doubling and halving.
            let (mut low, mut wide) = (at, 1);
            while low + wide <= end && charge(low + wide) == Some(charges) {
                low += wide;
                wide *= 2;
            }
            while wide > 0 {
                if low + wide <= end && charge(low + wide) == Some(charges) {
                    low += wide;
                }
                wide /= 2;
            }
            // Nothing would be left, or more leave than there is.
            let kept = if on_top { 1 } else { charges / step + 1 };
            let from = at.max(kept);
            let to = if on_top { low.min((budget - charges) / step) } else { low };
            if from <= to {
                let near = regime.period.is_none_or(|period| {
                    from < regime.from + period || to > end - period || i128::from(from) <= 0
                });
                runs.push(Run { from: from * step, to: to * step, charges, inner: !near });
            }
            if runs.len() > RUNS_MAX {
                return None;
            }
            at = low + 1;
        }
    }
    let period = regimes.first().and_then(|r| r.period?.checked_mul(step));
    Some((runs, period))
}

/// A stretch of steps on which every charge is a constant or one percentage.
#[derive(Clone, Copy, Debug)]
struct Regime {
    from: i64,
    /// After so many steps the charges grow by a whole number and go on as before; `None` where
    /// that is not known.
    period: Option<i64>,
}

fn regimes(terms: &Terms<'_>, least: i64, most: i64) -> Vec<Regime> {
    let tariff = terms.tariff;
    let step = i128::from(tariff.step.max(1));
    let all_of_amount = tariff.charges.iter().all(|c| c.base == Base::Amount);
    // The steps at which a charge may begin to follow another line.
    let mut edges: Vec<i128> = vec![least.into()];
    for charge in &tariff.charges {
        let (lines, ends): (Vec<Slab>, Vec<i64>) = match &charge.scale {
            Scale::Line(line) => (vec![*line], Vec::new()),
            Scale::Slabs(s) | Scale::Brackets(s) => (s.clone(), s.iter().filter_map(|s| s.to).collect()),
        };
        edges.extend(ends.iter().map(|end| i128::from(*end) / step + 1));
        if !all_of_amount {
            continue;
        }
        let brackets = matches!(charge.scale, Scale::Brackets(_));
        for bound in [charge.min, charge.max].into_iter().flatten() {
            let bound = i128::from(bound) * PERCENT_WHOLE;
            if brackets {
                // A sum of brackets grows, so it meets a bound once; found by halving.
                let above = |at: i128| terms.bracket_sum(charge, at * step).is_none_or(|value| value > bound);
                let (mut low, mut high) = (i128::from(least) - 1, i128::from(most) + 1);
                while low + 1 < high {
                    let middle = (low + high) / 2;
                    if above(middle) { high = middle } else { low = middle }
                }
                edges.push(high);
                continue;
            }
            for line in &lines {
                let percent = i128::from(line.percent.high);
                let over = bound - i128::from(line.flat) * PERCENT_WHOLE;
                if percent > 0 && over >= 0 {
                    edges.push(over.div_euclid(percent).div_euclid(step) + 1);
                }
            }
        }
    }
    let mut edges: Vec<i64> = edges
        .into_iter()
        .filter_map(|e| i64::try_from(e).ok())
        .filter(|e| (least..=most).contains(e))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    // Two withdrawals may lie on two different stretches, so what they exchange must fit both.
    let periods = edges.iter().map(|from| period(terms, *from).filter(|_| all_of_amount));
    let common = periods.reduce(|a, b| {
        let both = super::lcm(a?.into(), b?.into());
        i64::try_from(both).ok().filter(|both| *both < 1 << 40)
    });
    edges.into_iter().map(|from| Regime { from, period: common.flatten() }).collect()
}

/// After how many steps the charges of a regime repeat.
fn period(terms: &Terms<'_>, from: i64) -> Option<i64> {
    let tariff = terms.tariff;
    let amount = i128::from(from) * i128::from(tariff.step.max(1));
    let mut period: i128 = i128::from(tariff.step.max(1));
    for (i, charge) in tariff.charges.iter().enumerate() {
        if terms.is_free(i) {
            continue;
        }
        let line = match &charge.scale {
            Scale::Line(line) => Some(line),
            Scale::Slabs(slabs) | Scale::Brackets(slabs) => {
                slabs.iter().find(|s| s.to.is_none_or(|to| amount <= i128::from(to)))
            }
        };
        let percent = i128::from(line?.percent.high);
        if percent > 0 {
            let even = if charge.round == RoundingMode::HalfEven { 2 } else { 1 };
            let whole = PERCENT_WHOLE * i128::from(charge.round_to) * even;
            period = super::lcm(period, whole / super::gcd(percent, whole));
            if period > 1 << 60 {
                return None;
            }
        }
    }
    i64::try_from(period / i128::from(tariff.step.max(1))).ok()
}

// ---------------------------------------------------------------------------------------------
// What is worth choosing.

impl Work<'_> {
    /// What leaves of a choice at the most; `None` where all must leave and cannot.
    fn fill(&self, label: &Label) -> Option<i64> {
        let mut debit = label.least;
        for i in (0..self.strides.len()).rev() {
            let fits = (self.budget - debit) / self.strides[i] * self.strides[i];
            debit += label.room[i].min(fits);
        }
        (!label.whole || debit == self.budget).then_some(debit)
    }

    /// Finds what single withdrawals come to, so that dear choices need not be looked at.
    fn see_cheapest(&mut self, ways: &[Vec<Bucket>], rules: &[Rule]) {
        let mut labels = Vec::new();
        for rule in ways
            .iter()
            .flatten()
            .flat_map(|b| b.slots.iter().map(|s| s.1))
            .collect::<std::collections::BTreeSet<_>>()
        {
            let rule = &rules[rule];
            labels.extend(rule.runs.iter().map(|run| self.label(rule, run)));
        }
        self.see(&labels);
    }

    /// Where `net` can be had for `cost`, whatever leaves no more than that is of no use.
    fn see(&mut self, labels: &[Label]) {
        for label in labels.iter().filter(|l| l.least <= self.budget) {
            let Some(debit) = self.fill(label) else { continue };
            let net = debit - label.cost;
            // A choice of that cost brings the budget less its cost at the most.
            let end = match self.goal {
                Goal::Reach(_) => (self.budget - net).max(label.cost + 1),
                Goal::Most => self.budget - net + 1,
            };
            self.cost_end = self.cost_end.min(end);
        }
    }

    fn label(&self, rule: &Rule, run: &Run) -> Label {
        let mut label = Label { cost: run.charges, ..NOTHING };
        label.least = if rule.on_top { run.from + run.charges } else { run.from };
        label.room[rule.stride] = run.to - run.from;
        label.ties = (1, 0, 0);
        label.whole = rule.whole;
        label
    }

    /// All that is worth doing through one channel.
    fn way(&mut self, buckets: &[Bucket], rules: &[Rule], offset: usize) -> Result<Vec<Label>, Exhausted> {
        let mut labels = vec![NOTHING];
        // Without sums that bind, the withdrawals under one rule are alike whatever their window.
        let mut alike: BTreeMap<usize, Vec<(usize, u16)>> = BTreeMap::new();
        for (place, bucket) in buckets.iter().enumerate() {
            let number = (offset + place) as u16;
            if let Some(sum) = bucket.sum {
                let mut own = vec![NOTHING];
                let mut slots: BTreeMap<usize, Vec<(usize, u16)>> = BTreeMap::new();
                for (day, rule) in &bucket.slots {
                    slots.entry(*rule).or_default().push((*day, number));
                }
                for (rule, slots) in slots {
                    let more = self.rule(&rules[rule], rule, &slots, Some(sum))?;
                    own = self.both(&own, &more, Some((&rules[rule], sum)))?;
                }
                // With the sum reached, nothing more can come from another window.
                for label in own.iter_mut().filter(|l| l.open > 0) {
                    let rule = &rules[label.open as usize - 1];
                    let least = if rule.on_top { label.least - label.cost } else { label.least };
                    let most = least + label.room[rule.stride];
                    if rule.period.is_some_and(|period| most > sum - period) {
                        label.open = 0;
                    }
                }
                labels = self.both(&labels, &own, None)?;
                self.see(&labels);
            } else {
                for (day, rule) in &bucket.slots {
                    alike.entry(*rule).or_default().push((*day, number));
                }
            }
        }
        for label in &mut labels {
            label.open = 0;
        }
        for (rule, mut slots) in alike {
            slots.sort_unstable();
            let more = self.rule(&rules[rule], rule, &slots, None)?;
            labels = self.both(&labels, &more, None)?;
            self.see(&labels);
        }
        Ok(labels)
    }

    /// All that is worth doing with some slots under one rule.
    fn rule(
        &mut self,
        rule: &Rule,
        number: usize,
        slots: &[(usize, u16)],
        sum: Option<i64>,
    ) -> Result<Vec<Label>, Exhausted> {
        let near: Vec<(usize, Label)> = self.singles(rule, false);
        let inner: Vec<(usize, Label)> = self.singles(rule, true);
        let capped = sum.map(|sum| (rule, sum));
        let mut last = vec![NOTHING];
        // Choices that look everywhere for one withdrawal are at their end; they must not stand in
        // the way of choices that still may.
        let mut plain = vec![NOTHING];
        let mut ended: Vec<Label> = Vec::new();
        for (day, bucket) in slots {
            let mut next: Vec<Label> = Vec::new();
            let mut ends: Vec<Label> = Vec::new();
            let capped_rule = capped.is_some().then_some(rule);
            let reach = self.reach();
            for (runs, out) in [(&near, &mut next), (&inner, &mut ends)] {
                let mut pool_max = POOL_MAX;
                for from in &last {
                    self.spend_effort(1, runs.len())?;
                    for (run, single) in runs.iter() {
                        let mut label = from.plus(single);
                        // Runs with higher charges follow.
                        if label.cost >= self.cost_end {
                            break;
                        }
                        if label.least > self.budget || !cap(&mut label, capped) {
                            continue;
                        }
                        if reach.as_ref().is_some_and(|reach| !reach.holds(&label)) {
                            continue;
                        }
                        // The node is made when the label is known to stay; until then the run is
                        // carried in the place of the lapses, which are not known yet.
                        label.ties = (label.ties.0, *run as i128, label.ties.2 + *day as i64);
                        label.node = from.node;
                        out.push(label);
                    }
                    if out.len() > pool_max {
                        let pool = std::mem::take(out).into_iter().map(|label| (label, true)).collect();
                        *out = self.undominated(pool, capped_rule);
                        pool_max = wider(out.len())?;
                    }
                }
            }
            let is_new = |label: Label| (label, true);
            let mut pool: Vec<(Label, bool)> = plain.iter().map(|l| (*l, false)).collect();
            pool.extend(next.into_iter().map(is_new));
            let stay = self.undominated(pool, capped_rule);
            let mut grown: Vec<Label> = Vec::new();
            for mut label in stay {
                let run = label.ties.1 as u32;
                label.ties.1 = 0;
                label.node = self.node(Node::Run {
                    before: label.node,
                    rule: number as u32,
                    run,
                    day: *day as u16,
                    bucket: *bucket,
                });
                grown.push(label);
            }
            plain.extend(&grown);
            let mut pool: Vec<(Label, bool)> = plain.iter().chain(&ended).map(|l| (*l, false)).collect();
            pool.extend(ends.into_iter().map(is_new));
            for mut label in self.undominated(pool, capped_rule) {
                let run = label.ties.1 as u32;
                label.ties.1 = 0;
                label.node = self.node(Node::Run {
                    before: label.node,
                    rule: number as u32,
                    run,
                    day: *day as u16,
                    bucket: *bucket,
                });
                label.open = if sum.is_some() { number as u32 + 1 } else { 0 };
                ended.push(label);
            }
            self.see(&grown);
            if grown.is_empty() {
                break;
            }
            last = grown;
        }
        let pool = plain.into_iter().chain(ended).map(|l| (l, true)).collect();
        Ok(self.undominated(pool, capped.is_some().then_some(rule)))
    }

    fn singles(&self, rule: &Rule, inner: bool) -> Vec<(usize, Label)> {
        let runs = rule.runs.iter().enumerate().filter(|(_, run)| run.inner == inner);
        let mut singles: Vec<(usize, Label)> = runs.map(|(i, run)| (i, self.label(rule, run))).collect();
        singles.sort_by_key(|(_, label)| label.cost);
        singles
    }

    /// All that is worth doing with both of two kinds of choices.
    fn both(
        &mut self,
        a: &[Label],
        b: &[Label],
        capped: Option<(&Rule, i64)>,
    ) -> Result<Vec<Label>, Exhausted> {
        if let [only] = a
            && only.node == 0
        {
            return Ok(b.to_vec());
        }
        if let [only] = b
            && only.node == 0
        {
            return Ok(a.to_vec());
        }
        let mut pairs: Vec<(Label, bool)> = Vec::new();
        let mut sorted = b.to_vec();
        sorted.sort_by_key(|l| l.cost);
        // Of two that could exchange, one needs only be looked at near its ends.
        let all: Vec<usize> = (0..sorted.len()).collect();
        let mut apart: HashMap<u32, Vec<usize>> = HashMap::new();
        for open in a.iter().map(|l| l.open).filter(|open| *open > 0) {
            let other = |j: &usize| sorted[*j].open != open;
            apart.entry(open).or_insert_with(|| all.iter().copied().filter(other).collect());
        }
        let reach = self.reach();
        let mut pool_max = POOL_MAX;
        for (i, from) in a.iter().enumerate() {
            let others = apart.get(&from.open).unwrap_or(&all);
            self.spend_effort(1, others.len())?;
            for j in others {
                let more = &sorted[*j];
                let mut label = from.plus(more);
                if label.cost >= self.cost_end {
                    break;
                }
                if label.least > self.budget || (from.whole && more.whole) || !cap(&mut label, capped) {
                    continue;
                }
                if reach.as_ref().is_some_and(|reach| !reach.holds(&label)) {
                    continue;
                }
                // Where it is from is carried in the place of the lapses, which are not known yet.
                label.ties.1 = (i as i128) << 32 | *j as i128;
                pairs.push((label, true));
            }
            if pairs.len() > pool_max {
                let kept = self.undominated(pairs, capped.map(|(rule, _)| rule));
                pool_max = wider(kept.len())?;
                pairs = kept.into_iter().map(|label| (label, true)).collect();
            }
        }
        let mut kept = self.undominated(pairs, capped.map(|(rule, _)| rule));
        for label in &mut kept {
            let (i, j) = ((label.ties.1 >> 32) as usize, (label.ties.1 & 0xffff_ffff) as usize);
            label.ties.1 = 0;
            label.node = match (a[i].node, sorted[j].node) {
                (node, 0) | (0, node) => node,
                (a, b) => self.node(Node::Both(a, b)),
            };
        }
        Ok(kept)
    }

    fn reach(&self) -> Option<Reach> {
        self.window.map(|window| Reach::of(window, &self.outline, self.budget))
    }

    fn node(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        (self.nodes.len() - 1) as u32
    }

    fn spend_effort(&mut self, a: usize, b: usize) -> Result<(), Exhausted> {
        let more = a as u64 * b as u64;
        if *self.effort < more || self.nodes.len() > 4_000_000 {
            return Err(Exhausted);
        }
        *self.effort -= more;
        Ok(())
    }

    /// The new ones of some choices that no other makes needless.
    ///
    /// A choice is needless where another costs no more, takes no more and can bring no less,
    /// with as much room in coarse steps, and is no worse among equals.
    fn undominated(&self, mut pool: Vec<(Label, bool)>, capped: Option<&Rule>) -> Vec<Label> {
        let on_top = capped.is_some_and(|rule| rule.on_top);
        // Where a sum of amounts binds, a choice must not use up more of it either.
        let least = |l: &Label| if on_top { l.least - l.cost } else { l.least };
        // Where all must leave to the part, a choice must reach as far and not only bring as much.
        let most = |l: &Label| if self.exact { l.most_fine() + l.cost } else { l.most_fine() };
        let order = |l: &Label| (l.cost, l.ties.0, l.ties.2, least(l), -most(l));
        pool.sort_by(|(a, a_new), (b, b_new)| {
            order(a).cmp(&order(b)).then(a_new.cmp(b_new)).then(a.ties.1.cmp(&b.ties.1))
        });
        let fine = self.strides.first().copied().unwrap_or(1);
        let mut kept = Vec::new();
        let mut steps: HashMap<Kind, Vec<(Ties, Staircase)>> = HashMap::new();
        for (label, is_new) in pool {
            let mut key = label.room;
            key[0] = 0;
            let odd = (label.least - label.cost).rem_euclid(fine);
            let odd_debit = if self.exact { label.least.rem_euclid(fine) } else { 0 };
            let stairs = steps.entry((key, odd, odd_debit, label.whole, label.open)).or_default();
            let (least, most) = (least(&label), most(&label));
            let ties = (label.ties.0, 0, label.ties.2);
            let needless = match self.goal {
                // What came before costs less, or as much and is no worse among equals.
                Goal::Reach(_) => stairs.iter().any(|(_, s)| s.covers(least, most)),
                Goal::Most => stairs.iter().any(|(other, s)| {
                    if *other <= ties {
                        s.covers(least, most)
                    } else {
                        s.covers_dearer(least, most, label.cost - fine)
                    }
                }),
            };
            if needless {
                continue;
            }
            let group = if self.goal == Goal::Most { ties } else { (0, 0, 0) };
            match stairs.iter_mut().find(|(other, _)| *other == group) {
                Some((_, s)) => s.add(least, most, label.cost),
                None => {
                    let mut s = Staircase::default();
                    s.add(least, most, label.cost);
                    stairs.push((group, s));
                }
            }
            if is_new {
                kept.push(label);
            }
        }
        kept
    }
}

/// How many choices may be held before needless ones are dropped again, where so many stay.
fn wider(kept: usize) -> Result<usize, Exhausted> {
    if kept > 2 * POOL_MAX { Err(Exhausted) } else { Ok(POOL_MAX.max(2 * kept)) }
}

/// Which choices can still come to lie in a window.
struct Reach {
    window: Window,
    budget: i128,
    /// By how much the rest of a choice can bring it down, for so much of the budget: corners.
    gains: Vec<(i128, i128)>,
}

impl Reach {
    fn of(window: Window, outline: &[(i128, i128)], budget: i64) -> Reach {
        let mut gains = vec![(0, 0)];
        let (mut debit, mut gain) = (0, 0);
        for (more, charges) in outline {
            let change = (window.run + window.rise) * charges - window.rise * more;
            if change >= 0 {
                break;
            }
            debit += more;
            gain += change;
            gains.push((debit, gain));
        }
        Reach { window, budget: i128::from(budget), gains }
    }

    fn holds(&self, label: &Label) -> bool {
        let most = i128::from(label.least) + label.room.iter().map(|r| i128::from(*r)).sum::<i128>();
        let debit = most.min(self.budget);
        let above = (self.window.run + self.window.rise) * i128::from(label.cost) - self.window.rise * debit;
        let left = self.budget - debit;
        let at = self.gains.partition_point(|g| g.0 <= left);
        let gain = match (self.gains[at - 1], self.gains.get(at)) {
            (from, Some(to)) => from.1 + ((to.1 - from.1) * (left - from.0)).div_euclid(to.0 - from.0),
            (from, None) => from.1,
        };
        above + gain <= self.window.limit
    }
}

/// Pairs of what is taken at the least and brought at the most, both ascending.
#[derive(Default)]
struct Staircase {
    steps: Vec<(i64, i64, i64)>,
}

impl Staircase {
    /// Is there one that takes no more and brings no less?
    fn covers(&self, least: i64, most: i64) -> bool {
        let at = self.steps.partition_point(|s| s.0 <= least);
        at > 0 && self.steps[at - 1].1 >= most
    }

    /// Is there one that takes no more, brings more and costs at most that?
    fn covers_dearer(&self, least: i64, most: i64, cost: i64) -> bool {
        let at = self.steps.partition_point(|s| s.0 <= least);
        at > 0 && self.steps[at - 1].1 > most && self.steps[at - 1].2 <= cost
    }

    fn add(&mut self, least: i64, most: i64, cost: i64) {
        let at = self.steps.partition_point(|s| s.0 < least);
        let end = at + self.steps[at..].iter().take_while(|s| s.1 <= most).count();
        self.steps.splice(at..end, [(least, most, cost)]);
    }
}

/// Keeps a choice below a sum of amounts; `false` where it is above at the least.
fn cap(label: &mut Label, capped: Option<(&Rule, i64)>) -> bool {
    let Some((rule, sum)) = capped else { return true };
    let amounts = if rule.on_top { label.least - label.cost } else { label.least };
    if amounts > sum {
        return false;
    }
    label.room[rule.stride] = label.room[rule.stride].min(sum - amounts);
    true
}
