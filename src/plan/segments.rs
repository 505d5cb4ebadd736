//! Plain tariffs: one account, and charges that depend on nothing but the amount and on how many
//! withdrawals of the window came before.
//!
//! A *run* is a stretch of amounts that are charged the same. A plan is a choice of runs; its cost
//! is the sum of their charges, and the amounts may then lie anywhere in their runs. So a choice
//! is known by its cost, the least that it takes, and the room above that ([`Label`]), and of two
//! choices the one that costs and takes no less and brings no more is dropped. A step cost of the
//! withdrawals is a part of the cost of a choice, but not of its charges.
//!
//! Where a charge is a percentage its runs are many, but repeat with a period. Two withdrawals
//! under one rule that both lie further than a period from the ends of the percentage can be
//! pushed apart by periods, at no cost, until one of them is near an end. So only one withdrawal of
//! a rule needs to be looked at everywhere, the others near the ends.
//!
//! What no choice can beat is known sooner, from the most that each cost can bring ([`ValueByCost`]).

mod labels;
mod pruning;
mod rule;
mod value_by_cost;

use super::Withdrawal;
use super::knapsack::{Choice, Goal, Order, TieBreak};
use super::pareto::pareto_frontier;
use super::subproblem::{self, PlannedUse, Subproblem};
use rule::{buckets, note_exchanges};
use std::collections::{BTreeMap, HashMap};

pub use pruning::CostWindow;
pub use rule::{is_plain, segments_of_tariff};
pub use value_by_cost::ValueByCost;

/// More runs than this under one rule are not looked at one by one.
const RUNS_MAX: usize = 60_000;
/// So many choices are held at once before the needless ones are dropped.
const POOL_MAX: usize = 140_000;
/// Of so many stretches a regime is made where its runs are told apart coarsely.
const STRETCHES: i64 = 250;
/// Steps of so many sizes are told apart.
const STRIDES: usize = 4;

/// All that can be worth doing with one group.
pub struct SegmentSolution {
    /// What can be done.
    pub choices: Vec<Choice>,
    nodes: Vec<LabelNode>,
    rules: Vec<SegmentRule>,
    strides: Vec<i64>,
    budget: i64,
    labels: Vec<Label>,
    /// The channels in the sequence of their withdrawals of one day.
    pub sequence: Vec<usize>,
}

/// How finely the amounts of a rule are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    /// Every run.
    Each,
    /// Neighbours together, charged as the least of them.
    Few,
}

/// Amounts that are charged the same under one rule.
#[derive(Clone, Copy, Debug)]
struct Segment {
    from: i64,
    to: i64,
    charges: i64,
    /// How far it is from the ends of a percentage, where that is further than a period; else 0.
    margin: i64,
}

/// A channel's rule for a withdrawal before which so many others were made.
#[derive(Clone)]
struct SegmentRule {
    option: usize,
    /// Of how many charges nothing is free any more.
    used_up: usize,
    /// It takes all that is left, and so comes last.
    whole: bool,
    on_top: bool,
    /// What each withdrawal costs besides its charges.
    step_cost: i64,
    stride: usize,
    /// What two withdrawals exchange, in parts.
    period: Option<i64>,
    /// The percentage that it charges wherever what it charges grows, where there is just one.
    percent: Option<i64>,
    /// With which other rules it exchanges, counted from 1, and how much at a time; 0 for none.
    exchange: (u32, i64),
    segments: Vec<Segment>,
}

/// The withdrawals that may be made through one channel within one window.
struct WindowBucket {
    /// The day of each withdrawal that may be made, in this order, and its rule.
    slots: Vec<(usize, usize)>,
    /// The sum of amounts that is allowed, where it could be reached.
    sum: Option<i64>,
    month: i32,
}

/// The day and the window of each withdrawal that may be made under a rule.
type SlotsByRule = BTreeMap<usize, Vec<(usize, u16)>>;

impl WindowBucket {
    /// Notes its slots by their rules; the window has that number.
    fn note_slots(&self, number: u16, slots: &mut SlotsByRule) {
        for (day, rule) in &self.slots {
            slots.entry(*rule).or_default().push((*day, number));
        }
    }
}

/// What makes one rule different from another: its place in memory, what is left of its free
/// quotas, the largest amount.
type RuleKey = (usize, Vec<(bool, Option<i64>)>, i64);

/// What two choices must have in common for one to stand for the other: the room in coarse steps,
/// what is odd about what arrives and leaves, and what each may still do.
type DominanceClass = ([i64; STRIDES], i64, i64, bool, u32);

/// A choice of runs.
#[derive(Clone, Copy, Debug)]
struct Label {
    /// The charges with the step cost of each withdrawal.
    cost: i64,
    charges: i64,
    /// The least that leaves.
    least: i64,
    /// What may leave beyond that, by the size of steps.
    room: [i64; STRIDES],
    /// How many withdrawals there are, how far from today in sum, and through which channels.
    ties: (i64, i64, ChannelCounts),
    /// Where it is from, until its node is made.
    from: u64,
    node: u32,
    /// All that there is must leave.
    whole: bool,
    /// With what one withdrawal could still exchange: within a channel the rule, counted from 1, and
    /// beyond that the rules that exchange with each other; 0 for nothing.
    open: u32,
}

/// How a choice came about.
#[derive(Clone, Copy, Debug)]
enum LabelNode {
    Nothing,
    /// One more withdrawal: after what, in which rule, run and slot.
    Segment {
        before: u32,
        rule: u32,
        segment: u32,
        day: u16,
        bucket: u16,
    },
    Both(u32, u32),
}

const NOTHING: Label = Label {
    cost: 0,
    charges: 0,
    least: 0,
    room: [0; STRIDES],
    ties: (0, 0, ChannelCounts(0)),
    from: 0,
    node: 0,
    whole: false,
    open: 0,
};

/// How many withdrawals go through each of the first channels of an account; of as many withdrawals,
/// those that go through earlier channels come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ChannelCounts(i64);

/// So many channels are told apart, each by so many bits.
const CHANNELS_MAX: usize = 6;
const CHANNEL_BITS: usize = 10;

impl ChannelCounts {
    fn one(option: usize) -> ChannelCounts {
        let place = CHANNELS_MAX.checked_sub(1 + option);
        ChannelCounts(place.map_or(0, |place| -(1 << (CHANNEL_BITS * place))))
    }

    /// How many withdrawals of them all go through one channel.
    fn count(self, option: usize) -> usize {
        let place = CHANNEL_BITS * (CHANNELS_MAX - 1 - option);
        (-self.0 >> place) as usize & ((1 << CHANNEL_BITS) - 1)
    }
}

impl SegmentRule {
    /// The choice of one withdrawal.
    fn label(&self, segment: &Segment) -> Label {
        let mut label = Label { cost: self.price(segment), charges: segment.charges, ..NOTHING };
        label.least = if self.on_top { segment.from + segment.charges } else { segment.from };
        label.room[self.stride] = segment.to - segment.from;
        label.ties = (1, 0, ChannelCounts::one(self.option));
        label.whole = self.whole;
        label
    }

    /// What a withdrawal in a run costs, with its step cost.
    fn price(&self, segment: &Segment) -> i64 {
        segment.charges.saturating_add(self.step_cost)
    }

    /// What leaves at the most with a withdrawal in a run.
    fn takes(&self, segment: &Segment) -> i64 {
        if self.on_top { segment.to + segment.charges } else { segment.to }
    }

    /// What arrives at the most of a withdrawal in a run.
    fn brings(&self, segment: &Segment) -> i64 {
        if self.on_top { segment.to } else { segment.to - segment.charges }
    }

    /// With what a withdrawal so far from the ends of a percentage could exchange under other rules.
    fn exchange_of(&self, margin: i64) -> u32 {
        let (class, period) = self.exchange;
        if class > 0 && margin >= period { u32::MAX - class } else { 0 }
    }
}

impl Label {
    fn plus(&self, other: &Label) -> Label {
        let mut room = self.room;
        for (room, more) in room.iter_mut().zip(other.room) {
            *room += more;
        }
        Label {
            cost: self.cost + other.cost,
            charges: self.charges + other.charges,
            least: self.least + other.least,
            room,
            ties: (
                self.ties.0 + other.ties.0,
                self.ties.1 + other.ties.1,
                ChannelCounts(self.ties.2.0 + other.ties.2.0),
            ),
            from: 0,
            node: 0,
            whole: self.whole || other.whole,
            open: if self.open == 0 { other.open } else { self.open },
        }
    }

    /// What leaves at the most.
    fn most(&self) -> i64 {
        self.room.iter().fold(self.least, |most, room| most.saturating_add(*room))
    }

    /// What leaves at the most where there is so much; `None` where all must leave and cannot.
    fn fill(&self, strides: &[i64], budget: i64) -> Option<i64> {
        let mut debit = self.least;
        for (stride, room) in strides.iter().zip(self.room).rev() {
            let fits = (budget - debit) / stride * stride;
            debit += room.min(fits);
        }
        (!self.whole || debit == budget).then_some(debit)
    }
}

/// What is being solved.
struct LabelSolver<'e> {
    goal: Goal,
    nodes: Vec<LabelNode>,
    strides: Vec<i64>,
    budget: i64,
    /// Some channel takes all that is left, so what leaves must be met to the part.
    exact: bool,
    /// Something lapses in the time of the plan.
    lapses: bool,
    /// Choices that cost as much are of no use.
    cost_end: i64,
    window: Option<CostWindow>,
    /// How far from today each of the days is.
    days_on: &'e [i64],
    /// What one withdrawal under each rule can add at best to the height above the window, and by how
    /// much what arrives can grow for what cost.
    heights: Vec<Envelope>,
    brings: Vec<Envelope>,
    /// How many withdrawals there may be under each rule.
    slots: Vec<i64>,
    /// What all withdrawals that may be made cost besides their charges.
    step_costs: i64,
    effort: &'e mut u64,
}

/// How much one figure grows by while another grows, flattest first: what leaves or arrives, and what
/// that costs.
type Envelope = Vec<(i128, i128)>;

/// How many withdrawals under each rule a choice was made among.
type RuleCounts = Vec<i64>;

/// The effort is used up.
struct Exhausted;

/// What is known of a group whose rules are plain before it is solved.
pub struct SegmentModel {
    budget: i64,
    strides: Vec<i64>,
    rules: Vec<SegmentRule>,
    options: Vec<Vec<WindowBucket>>,
    lapsing: i64,
    /// How far from today each of the days is.
    days_on: Vec<i64>,
    /// What each withdrawal costs besides its charges.
    step_cost: i64,
    /// The account's place among all accounts.
    account: usize,
}

/// The runs of a group whose rules are plain; `None` where they are not.
pub fn prepare(subproblem: &Subproblem<'_>) -> Option<SegmentModel> {
    prepared(subproblem, Resolution::Each)
}

/// The same from below: where there are very many runs, neighbours are charged as the least of them.
pub fn prepare_coarse(subproblem: &Subproblem<'_>) -> Option<SegmentModel> {
    prepared(subproblem, Resolution::Few)
}

fn prepared(subproblem: &Subproblem<'_>, resolution: Resolution) -> Option<SegmentModel> {
    if subproblem.accounts.len() != 1 || subproblem.days_cut || subproblem.par.0 != subproblem.par.1 {
        return None;
    }
    let holding = subproblem.holdings[0];
    let lapsing = holding.lapsing(holding.total());
    if subproblem.days.len() > 1 && lapsing > 0 {
        return None;
    }
    let budget = holding.today();
    let tariffs = subproblem.options.iter().flat_map(|w| w.tariffs.iter().flatten());
    let mut strides: Vec<i64> = tariffs.map(|o| o.tariff.step).collect();
    strides.sort_unstable();
    strides.dedup();
    let is_chain = strides.windows(2).all(|w| w[1] % w[0] == 0);
    if strides.len() > STRIDES || !is_chain {
        return None;
    }
    let mut rules: Vec<SegmentRule> = Vec::new();
    let mut options: Vec<Vec<WindowBucket>> = Vec::new();
    for option in 0..subproblem.options.len() {
        options.push(buckets(subproblem, option, budget, &strides, resolution, &mut rules)?);
    }
    note_exchanges(&options, &mut rules);
    let days_on = subproblem.days.iter().map(|day| i64::from(day.0 - subproblem.days[0].0)).collect();
    let (step_cost, account) = (subproblem.step_cost, subproblem.accounts[0]);
    Some(SegmentModel { budget, strides, rules, options, lapsing, days_on, step_cost, account })
}

impl SegmentModel {
    /// All that can be worth doing; `None` where it takes too much. With a window, all that can be
    /// worth doing within it.
    pub fn solve(&self, goal: Goal, window: Option<CostWindow>, effort: &mut u64) -> Option<SegmentSolution> {
        let exact = self.rules.iter().any(|rule| rule.whole);
        let (budget, strides, rules) = (self.budget, self.strides.clone(), &self.rules);
        let mut work = LabelSolver {
            goal,
            nodes: vec![LabelNode::Nothing],
            strides,
            budget,
            exact,
            lapses: self.lapsing > 0,
            cost_end: i64::MAX,
            heights: window
                .iter()
                .flat_map(|w| self.envelopes(|rule, segment| w.of_run(rule, segment)))
                .collect(),
            brings: window
                .iter()
                .filter(|window| !window.needs.is_empty())
                .flat_map(|_| {
                    self.envelopes(|rule, segment| (rule.brings(segment), rule.price(segment).into()))
                })
                .collect(),
            window,
            days_on: &self.days_on,
            slots: self.slots(),
            step_costs: super::parts(self.step_costs()),
            effort,
        };
        work.tighten_by_singles(&self.options, rules);
        let mut labels = vec![NOTHING];
        let mut before = 0;
        let mut among = vec![0; rules.len()];
        for buckets in &self.options {
            let more = work.option(buckets, rules, before).ok()?;
            before += buckets.len();
            for (_, rule) in buckets.iter().flat_map(|bucket| &bucket.slots) {
                among[*rule] += 1;
            }
            labels = work.combine(&labels, &more, None, &among).ok()?;
            work.tighten_cost_end(&labels);
        }
        let nodes = work.nodes;
        Some(self.segments(goal, nodes, labels))
    }

    /// Choices with what they come to.
    fn segments(&self, goal: Goal, nodes: Vec<LabelNode>, labels: Vec<Label>) -> SegmentSolution {
        let choice = |(origin, label): (usize, &Label)| {
            let debit = label.fill(&self.strides, self.budget)?;
            let (steps, days, channels) = label.ties;
            let order = (0..self.options.len().min(CHANNELS_MAX)).fold(Order::default(), |order, option| {
                order.and(subproblem::order(self.account, option, channels.count(option)))
            });
            let ties = TieBreak { steps, expiring: -i128::from(debit.min(self.lapsing)), days, order };
            let (cost, net) = (i128::from(label.cost), i128::from(debit - label.charges));
            Some(Choice { cost, net, ties, origin })
        };
        let choices = labels.iter().enumerate().filter_map(choice).collect();
        let choices = pareto_frontier(choices, goal);
        let (rules, strides) = (self.rules.clone(), self.strides.clone());
        let sequence = (0..self.options.len()).collect();
        SegmentSolution { choices, nodes, rules, strides, budget: self.budget, labels, sequence }
    }

    /// A few of the runs of each rule only: what can be done with them can be done.
    pub fn sample(
        &self,
        goal: Goal,
        per_rule: usize,
        window: Option<CostWindow>,
        effort: &mut u64,
    ) -> Option<SegmentSolution> {
        let few = |rule: &SegmentRule| {
            let (count, last) = (rule.segments.len(), rule.segments.len().saturating_sub(1));
            let every = count / per_rule + 1;
            let segments = rule.segments.iter().enumerate();
            let segments = segments.filter(|(i, segment)| {
                let bends =
                    *i < last && (rule.segments[i + 1].to - segment.to) < (segment.to - segment.from) / 4;
                (last - i) % every == 0 || bends
            });
            SegmentRule {
                segments: segments.map(|(_, segment)| Segment { margin: 0, ..*segment }).collect(),
                ..*rule
            }
        };
        let bucket = |b: &WindowBucket| WindowBucket { slots: b.slots.clone(), ..*b };
        let plain = SegmentModel {
            strides: self.strides.clone(),
            rules: self.rules.iter().map(few).collect(),
            options: self.options.iter().map(|option| option.iter().map(bucket).collect()).collect(),
            days_on: self.days_on.clone(),
            ..*self
        };
        plain.solve(goal, window, effort)
    }

    /// The most that can leave.
    pub fn most(&self) -> i128 {
        self.budget.into()
    }

    /// What all withdrawals that may be made cost besides their charges.
    pub fn step_costs(&self) -> i128 {
        i128::from(self.step_cost) * self.slots().iter().map(|slots| i128::from(*slots)).sum::<i128>()
    }

    /// The same where a withdrawal costs nothing but its charges.
    pub fn without_step_cost(&self) -> SegmentModel {
        let bucket = |b: &WindowBucket| WindowBucket { slots: b.slots.clone(), ..*b };
        SegmentModel {
            strides: self.strides.clone(),
            rules: self.rules.iter().map(|rule| SegmentRule { step_cost: 0, ..rule.clone() }).collect(),
            options: self.options.iter().map(|option| option.iter().map(bucket).collect()).collect(),
            days_on: self.days_on.clone(),
            step_cost: 0,
            ..*self
        }
    }

    /// What no withdrawal under each rule can beat in two figures.
    fn envelopes<N: Into<i128>>(
        &self,
        figures: impl Fn(&SegmentRule, &Segment) -> (N, i128),
    ) -> Vec<Envelope> {
        self.rules.iter().map(|rule| envelope(rule, &figures)).collect()
    }

    /// How much there is to look at: the runs that its withdrawals choose among.
    pub fn weight(&self) -> u64 {
        let slots = self.options.iter().flatten().flat_map(|bucket| &bucket.slots);
        slots.map(|(_, rule)| self.rules[*rule].segments.len() as u64).sum()
    }

    /// By how much the cost falls where one withdrawal of such a net brings so much less.
    pub fn saved(&self, option: usize, net: i64, charges: i64, less: i64) -> i64 {
        let wanted = net - less;
        if wanted <= 0 {
            return charges;
        }
        let rules = self.rules.iter().filter(|rule| rule.option == option && !rule.whole);
        let cheapest = |rule: &SegmentRule| {
            let fits = |segment: &&Segment| rule.brings(segment) >= wanted && segment.from <= net.min(wanted);
            // The charge that was paid tells which of the rules of a channel it was.
            let own = rule.segments.iter().any(|r| r.charges == charges && rule.brings(r) >= net);
            rule.segments.iter().filter(|_| own).find(fits).map(|segment| segment.charges)
        };
        rules.filter_map(cheapest).max().map_or(0, |cheapest| charges - cheapest)
    }

    /// How many withdrawals there may be under each rule.
    fn slots(&self) -> RuleCounts {
        let mut slots = vec![0; self.rules.len()];
        for (_, rule) in self.options.iter().flatten().flat_map(|b| &b.slots) {
            slots[*rule] += 1;
        }
        slots
    }

    /// What no choice can beat, as points from below.
    ///
    /// Without a step cost the balance bounds what leaves; with one, a withdrawal's cost does not tell
    /// its charges, and the balance bounds what arrives.
    pub fn least(&self) -> Vec<Choice> {
        let with_step_cost = self.step_cost > 0;
        let envelopes = self.envelopes(|rule, segment| match with_step_cost {
            true => (rule.brings(segment), rule.price(segment).into()),
            false => (rule.takes(segment), segment.charges.into()),
        });
        let mut steps: Envelope = Vec::new();
        for (envelope, count) in envelopes.into_iter().zip(self.slots()).filter(|(_, count)| *count > 0) {
            let count = i128::from(count);
            steps.extend(envelope.into_iter().map(|(more, cost)| (more * count, cost * count)));
        }
        steps.sort_by(|a, b| (a.1 * b.0).cmp(&(b.1 * a.0)));
        let mut choices = vec![Choice::nothing(0)];
        let (budget, mut sum, mut cost) = (i128::from(self.budget), 0, 0);
        for (more, costs) in steps {
            let fits = more.min(budget - sum);
            if fits <= 0 {
                break;
            }
            sum += fits;
            cost += (costs * fits).div_euclid(more);
            choices.push(Choice { cost, net: if with_step_cost { sum } else { sum - cost }, ..choices[0] });
        }
        choices
    }
}

/// What no withdrawal under a rule can beat in two figures: how the second must grow with the first.
fn envelope<N: Into<i128>>(
    rule: &SegmentRule,
    figures: impl Fn(&SegmentRule, &Segment) -> (N, i128),
) -> Envelope {
    let segments = rule.segments.iter().filter(|segment| segment.charges >= 0);
    // Where a charge falls with the amount, what leaves on top may fall as well.
    let figures = |segment: &Segment| {
        let (grows, cost) = figures(rule, segment);
        (grows.into(), cost)
    };
    let mut reached: Vec<(i128, i128)> = segments.map(figures).collect();
    reached.sort_unstable();
    let mut hull: Vec<(i128, i128)> = vec![(0, 0)];
    for (more, cost) in reached {
        if more <= hull[hull.len() - 1].0 {
            continue;
        }
        while let [.., a, b] = hull.as_slice() {
            if (b.1 - a.1) * (more - a.0) < (cost - a.1) * (b.0 - a.0) {
                break;
            }
            hull.pop();
        }
        hull.push((more, cost));
    }
    hull.windows(2).map(|w| (w[1].0 - w[0].0, w[1].1 - w[0].1)).collect()
}

impl SegmentSolution {
    /// The steps of a point, in the order in which they can be booked.
    pub fn withdrawals(&self, subproblem: &Subproblem<'_>, origin: usize) -> Vec<Withdrawal> {
        let label = &self.labels[origin];
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
                LabelNode::Nothing => {}
                LabelNode::Segment { before, rule, segment, day, bucket } => {
                    taken.push((rule, segment, day, bucket));
                    open.push(before);
                }
                LabelNode::Both(a, b) => open.extend([a, b]),
            }
        }
        // The withdrawals of a window use up what is free; what takes all that is left comes last.
        let place = |rule: &u32| {
            let rule = &self.rules[*rule as usize];
            let turn = self.sequence.iter().position(|option| *option == rule.option);
            (rule.whole, turn, rule.used_up)
        };
        taken.sort_by_key(|(rule, segment, day, bucket)| (*day, place(rule), *rule, *bucket, *segment));
        let mut sums: HashMap<u16, i64> = HashMap::new();
        for (rule, segment, _, bucket) in &taken {
            *sums.entry(*bucket).or_default() += self.rules[*rule as usize].segments[*segment as usize].from;
        }
        let none = vec![PlannedUse::new(); subproblem.quotas.len()];
        let mut withdrawals = Vec::new();
        for (rule, segment, day, bucket) in taken {
            let rule = &self.rules[rule as usize];
            let segment = rule.segments[segment as usize];
            let limit = subproblem
                .pricing(rule.option, usize::from(day), self.budget, &none)
                .and_then(|t| t.amount_left);
            let sum = sums.entry(bucket).or_default();
            let stride = self.strides[rule.stride];
            let fits = limit.map_or(i64::MAX, |limit| limit - *sum);
            let more = (segment.to - segment.from).min(room[rule.stride]).min(fits) / stride * stride;
            *sum += more;
            room[rule.stride] -= more;
            let amount = segment.from + more;
            let (debit, net) = if rule.on_top {
                (amount + segment.charges, amount)
            } else {
                (amount, amount - segment.charges)
            };
            withdrawals.push(Withdrawal {
                day: usize::from(day),
                account: 0,
                channel: rule.option,
                amount,
                debit,
                fee: segment.charges,
                tax: 0,
                net,
            });
        }
        with_taxes(subproblem, &mut withdrawals);
        withdrawals
    }
}

/// Splits the charges of an account's withdrawals into fees and taxes, by the engine. Where it charges
/// less, because more was left of what is free, they bring more or take less.
pub fn with_taxes(subproblem: &Subproblem<'_>, withdrawals: &mut [Withdrawal]) {
    let holding = subproblem.holdings[0];
    let mut spent = vec![PlannedUse::new(); subproblem.quotas.len()];
    let (mut left, mut day) = (holding.total(), 0);
    for m in withdrawals {
        if m.day > day {
            day = m.day;
            subproblem.forget(&mut spent, day);
        }
        let pricing = subproblem.pricing(m.channel, day, left, &spent);
        if let Some(Ok(outcome)) = pricing.map(|pricing| subproblem.outcome(&pricing, m.amount))
            && outcome.fee + outcome.tax <= i128::from(m.fee)
        {
            (m.fee, m.tax) = (outcome.fee as i64, outcome.tax as i64);
            (m.debit, m.net) = (outcome.debit as i64, outcome.net as i64);
        }
        left -= m.debit;
        subproblem.record_use(&mut spent, m.channel, day, m.amount);
    }
}
