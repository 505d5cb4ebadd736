//! The most that can arrive at each cost.
//!
//! Where nothing but the balance keeps money from leaving, each withdrawal of a choice may bring as
//! much as its run allows, so what a choice brings is a sum of the ends of its runs, and for each cost
//! the largest of these sums is all that needs to be known. What two kinds of withdrawals bring together
//! is the largest sum over all ways to share the cost. With the balance in the way nothing can bring
//! more; whether a choice still brings as much is seen when it is made.

use super::labels::cap;
use super::{LabelNode, NOTHING, SegmentModel, SegmentRule, SegmentSolution, SlotsByRule};
use crate::plan::knapsack::{Choice, Goal};
use std::collections::HashMap;
use std::rc::Rc;

/// So many looks at a figure take as long as a look at a choice.
const LOOKS: usize = 256;
/// More figures than this are not kept.
const KEPT_MAX: usize = 2_000_000;
/// Sums of larger balances have no room.
const BUDGET_MAX: i64 = 1 << 29;
/// Stands where no sum can be had.
const NEVER: i32 = i32::MIN / 2;

/// With a larger step cost there are too many costs to look at.
const STEP_COST_MAX: i64 = 10_000;

/// The most that an account can bring at each cost.
pub struct ValueByCost {
    root: Option<Rc<Stage>>,
    budget: i64,
    /// Withdrawals cost more than their charges, so a cost does not tell what leaves.
    with_step_cost: bool,
}

/// What arrives at the most where no more than its place is spent; beyond its end as much as there.
#[derive(Clone, PartialEq, Eq)]
struct MaxByCost(Rc<[i32]>);

/// Some of the withdrawals of an account, and what they bring.
struct Stage {
    most: MaxByCost,
    kind: StageKind,
}

enum StageKind {
    /// Withdrawals under one rule.
    SegmentRule {
        rule: usize,
        /// The day and the window of each.
        slots: Vec<(usize, u16)>,
        rows: Rc<RuleRows>,
    },
    /// Withdrawals of both.
    Both(Rc<Stage>, Rc<Stage>),
    /// Withdrawals of one window, whose amounts may come to no more than a sum.
    Window { of: Rc<Stage>, cap: AmountCap },
}

/// Withdrawals under one rule, whenever.
struct RuleRows {
    most: MaxByCost,
    /// With none, one, two of them near the ends of a percentage.
    few: Vec<MaxByCost>,
    /// With one of them further from the ends.
    inner: Vec<PeriodicSegments>,
}

/// Runs of a percentage that repeat with its period.
struct PeriodicSegments {
    /// The first run, and after how many runs they repeat.
    first: usize,
    every: usize,
    /// With a run of the first period, and on from there by some periods, or not; by twice as many, or
    /// not, ….
    rows: Vec<(usize, MaxByCost)>,
    /// What one period costs and brings.
    step: (usize, i64),
}

/// A withdrawal: its rule, run, day and window.
type PickedSegment = (usize, usize, usize, u16);

/// What a row is made with.
struct CurveBuilder<'e> {
    /// What is dearer is of no use.
    cost_end: usize,
    budget: i64,
    with_step_cost: bool,
    kept: usize,
    /// Rows of so many withdrawals under a rule.
    known: HashMap<(usize, usize), Rc<RuleRows>>,
    effort: &'e mut u64,
}

impl MaxByCost {
    fn at(&self, cost: usize) -> i64 {
        i64::from(self.0[cost.min(self.0.len() - 1)])
    }

    /// The least cost at which so much arrives.
    fn first(&self, needed: i64) -> usize {
        self.0.partition_point(|most| i64::from(*most) < needed)
    }

    /// Where it rises, and to what.
    fn rises(&self) -> Vec<(usize, i64)> {
        let before = std::iter::once(0).chain(self.0.iter().copied());
        let rises = self.0.iter().zip(before).enumerate().filter(|(_, (most, before))| *most > before);
        rises.map(|(cost, (most, _))| (cost, i64::from(*most))).collect()
    }
}

impl CurveBuilder<'_> {
    /// A row up to where all there is has left, or nothing comes of spending more. More than there is
    /// arrives nowhere.
    fn row(&mut self, mut most: Vec<i32>) -> Option<MaxByCost> {
        let mut best = NEVER;
        for most in &mut most {
            best = best.max((*most).min(self.budget as i32));
            *most = best;
        }
        let leaves = |(cost, most): (usize, &i32)| {
            i64::from(*most) + if self.with_step_cost { 0 } else { cost as i64 }
        };
        let all = most.iter().enumerate().position(|at| leaves(at) >= self.budget);
        most.truncate(all.map_or(most.len(), |all| all + 1));
        let last = most[most.len() - 1];
        most.truncate(most.partition_point(|m| *m < last) + 1);
        self.kept += most.len();
        (self.kept <= KEPT_MAX).then(|| MaxByCost(most.into()))
    }

    /// With one of some more withdrawals or without.
    fn with(&mut self, before: &MaxByCost, more: &[(usize, i64)]) -> Option<MaxByCost> {
        self.beside(before, more, before.0.to_vec())
    }

    /// With one of some more withdrawals, or what there is otherwise.
    fn beside(
        &mut self,
        before: &MaxByCost,
        more: &[(usize, i64)],
        otherwise: Vec<i32>,
    ) -> Option<MaxByCost> {
        let dearest = more.iter().map(|(cost, _)| *cost).max().unwrap_or(0);
        let len = (before.0.len() + dearest).min(self.cost_end + 1);
        let looks = len + before.0.len() * more.len();
        *self.effort = self.effort.checked_sub((looks / LOOKS + more.len()) as u64)?;
        let mut most = otherwise;
        most.resize(len, most[most.len() - 1]);
        for (cost, net) in more.iter().filter(|(cost, _)| *cost < len) {
            let net = *net as i32;
            for (to, from) in most[*cost..].iter_mut().zip(&*before.0) {
                *to = (*to).max(*from + net);
            }
        }
        self.row(most)
    }

    /// The larger of each.
    fn larger(&mut self, a: &MaxByCost, b: &MaxByCost) -> Option<MaxByCost> {
        let len = a.0.len().max(b.0.len());
        self.row((0..len).map(|cost| a.at(cost).max(b.at(cost)) as i32).collect())
    }

    /// Withdrawals of all of some stages, none where there are none; nothing where that takes too much.
    fn all(&mut self, stages: Vec<Rc<Stage>>) -> Option<Option<Rc<Stage>>> {
        let mut stages = stages.into_iter();
        let Some(mut all) = stages.next() else { return Some(None) };
        for stage in stages {
            let (long, short) =
                if all.most.0.len() < stage.most.0.len() { (stage, all) } else { (all, stage) };
            let most = self.with(&long.most, &short.most.rises())?;
            all = Rc::new(Stage { most, kind: StageKind::Both(long, short) });
        }
        Some(Some(all))
    }

    /// So many withdrawals under one rule.
    fn rule_rows(&mut self, rules: &[SegmentRule], number: usize, count: usize) -> Option<Rc<RuleRows>> {
        if let Some(known) = self.known.get(&(number, count)) {
            return Some(known.clone());
        }
        let rule = &rules[number];
        let near = rule.best(rule.near());
        let mut few = vec![MaxByCost(Rc::from([0]))];
        for _ in 0..count {
            let last = &few[few.len() - 1];
            let next = self.with(last, &near)?;
            if next == *last {
                break;
            }
            few.push(next);
        }
        // Only one withdrawal needs to be further from the ends.
        let before = few[few.len().min(count) - 1].clone();
        let mut most = few[few.len() - 1].clone();
        let mut inner = Vec::new();
        let mut from = 0;
        while let Some(first) = (from..rule.segments.len()).find(|segment| rule.segments[*segment].margin > 0)
        {
            let (repeat, end) = self.repeat(rule, first, &before)?;
            most = self.larger(&most, &repeat.rows[repeat.rows.len() - 1].1)?;
            from = end;
            inner.push(repeat);
        }
        let rule_rows = Rc::new(RuleRows { most, few, inner });
        self.known.insert((number, count), rule_rows.clone());
        Some(rule_rows)
    }

    /// With one of the runs from the first on that repeat with a period, and where these end.
    fn repeat(
        &mut self,
        rule: &SegmentRule,
        first: usize,
        before: &MaxByCost,
    ) -> Option<(PeriodicSegments, usize)> {
        let segments = &rule.segments[first..];
        let segments = &segments[..segments.iter().take_while(|segment| segment.margin > 0).count()];
        let ahead = |segment: usize, every: usize| {
            let (from, to) = (segments.get(segment)?, segments.get(segment + every)?);
            Some((to.to - from.to, (to.charges - from.charges) as usize))
        };
        let every = (1..segments.len()).find(|every| ahead(0, *every).map(|a| a.0) == rule.period);
        let every = every.unwrap_or(segments.len());
        let step = ahead(0, every).unwrap_or((0, 0));
        let rule_rows = (0..).take_while(|segment| ahead(*segment, every) == Some(step)).count();
        let periods = rule_rows / every;
        let own = rule.best(first..first + every);
        let step = (step.1, if rule.on_top { step.0 } else { step.0 - step.1 as i64 });
        let mut rows = vec![(0, self.beside(before, &own, vec![NEVER])?)];
        let (mut left, mut some) = (periods, 1);
        while left > 0 {
            let on = some.min(left);
            let row = self.with(&rows[rows.len() - 1].1, &[(step.0 * on, step.1 * on as i64)])?;
            rows.push((on, row));
            left -= on;
            some *= 2;
        }
        Some((PeriodicSegments { first, every, rows, step }, first + every * (periods + 1)))
    }

    /// Withdrawals under several rules.
    fn rules(&mut self, rules: &[SegmentRule], slots: SlotsByRule) -> Option<Rc<Stage>> {
        let mut stages = Vec::new();
        for (number, slots) in slots {
            let rows = self.rule_rows(rules, number, slots.len())?;
            let kind = StageKind::SegmentRule { rule: number, slots, rows: rows.clone() };
            stages.push(Rc::new(Stage { most: rows.most.clone(), kind }));
        }
        self.all(stages)?
    }
}

impl SegmentRule {
    /// The runs near the ends of a percentage.
    fn near(&self) -> impl Iterator<Item = usize> {
        (0..self.segments.len()).filter(|segment| self.segments[*segment].margin == 0)
    }

    /// Does a run with what comes before it bring so much at no more than a cost?
    fn completes(&self, segment: usize, before: &MaxByCost, cost: usize, needed: i64) -> bool {
        let left = cost.checked_sub(self.price(&self.segments[segment]) as usize);
        left.is_some_and(|left| before.at(left) + self.brings(&self.segments[segment]) >= needed)
    }

    /// The cost and the most of some runs, without those that cost more than others and bring less.
    fn best(&self, segments: impl Iterator<Item = usize>) -> Vec<(usize, i64)> {
        let mut best: Vec<(usize, i64)> = segments
            .map(|segment| &self.segments[segment])
            .map(|segment| (self.price(segment) as usize, self.brings(segment)))
            .collect();
        best.sort_unstable_by_key(|(cost, net)| (*cost, -net));
        let mut most = 0;
        best.retain(|(_, net)| {
            let rises = *net > most;
            most = most.max(*net);
            rises
        });
        best
    }
}

impl PeriodicSegments {
    /// The run that brings so much with what comes before it, at no more than a cost.
    fn segment(
        &self,
        rule: &SegmentRule,
        before: &MaxByCost,
        mut cost: usize,
        mut needed: i64,
    ) -> Option<usize> {
        let mut periods = 0;
        for place in (1..self.rows.len()).rev() {
            let on = self.rows[place].0;
            if self.rows[place - 1].1.at(cost) < needed {
                cost = cost.checked_sub(self.step.0 * on)?;
                needed -= self.step.1 * on as i64;
                periods += on;
            }
        }
        let mut own = self.first..self.first + self.every;
        let segment = own.find(|segment| rule.completes(*segment, before, cost, needed))?;
        Some(segment + periods * self.every)
    }
}

impl Stage {
    /// Withdrawals that bring as much as is needed, which must be no more than the most for a cost, and
    /// cost no more than that.
    fn picks(&self, rules: &[SegmentRule], cost: usize, needed: i64, picks: &mut Vec<PickedSegment>) {
        if needed <= 0 {
            return;
        }
        // What can be had for less is not paid more for.
        let cost = self.most.first(needed).min(cost);
        match &self.kind {
            StageKind::Both(a, b) => {
                let split = (0..=cost).find(|own| a.most.at(cost - own) + b.most.at(*own) >= needed);
                let Some(split) = split else { return };
                let of_a = a.most.at(cost - split).min(needed);
                a.picks(rules, cost - split, of_a, picks);
                b.picks(rules, split, needed - of_a, picks);
            }
            StageKind::SegmentRule { rule: number, slots, rows } => {
                let rule = &rules[*number];
                let segments = rows.segments(rule, slots.len(), cost, needed);
                picks.extend(
                    segments
                        .into_iter()
                        .zip(slots)
                        .map(|(segment, (day, bucket))| (*number, segment, *day, *bucket)),
                );
            }
            StageKind::Window { of, cap } => {
                let most = |cost: &usize| cap.of(of.most.at(*cost), *cost);
                if let Some(cost) = (0..=cost).find(|cost| most(cost) >= needed) {
                    of.picks(rules, cost, needed, picks);
                }
            }
        }
    }
}

impl RuleRows {
    /// The runs of as few withdrawals as bring so much at no more than a cost, of so many.
    fn segments(&self, rule: &SegmentRule, count: usize, mut cost: usize, mut needed: i64) -> Vec<usize> {
        let mut segments = Vec::new();
        let mut take = |segment: usize, cost: &mut usize, needed: &mut i64| {
            segments.push(segment);
            *cost -= rule.price(&rule.segments[segment]) as usize;
            *needed -= rule.brings(&rule.segments[segment]);
        };
        if self.few[self.few.len() - 1].at(cost) < needed {
            let before = &self.few[self.few.len().min(count) - 1];
            let segment = self.inner.iter().find_map(|repeat| repeat.segment(rule, before, cost, needed));
            let Some(segment) = segment else { return segments };
            take(segment, &mut cost, &mut needed);
        }
        while needed > 0 {
            let few = self.few.iter().position(|row| row.at(cost) >= needed);
            let Some(before) = few.and_then(|few| self.few.get(few.checked_sub(1)?)) else { break };
            let Some(segment) = rule.near().find(|segment| rule.completes(*segment, before, cost, needed))
            else {
                break;
            };
            take(segment, &mut cost, &mut needed);
        }
        segments
    }
}

/// How much may arrive of withdrawals whose amounts may not come to more than a sum.
#[derive(Clone, Copy)]
struct AmountCap {
    sum: i64,
    /// The cost is a part of the amounts.
    with_cost: bool,
}

impl AmountCap {
    fn of(self, most: i64, cost: usize) -> i64 {
        most.min(if self.with_cost { self.sum - cost as i64 } else { self.sum })
    }
}

impl ValueByCost {
    /// What can be done is no better than one of these.
    pub fn choices(&self) -> Vec<Choice> {
        let mut choices = vec![Choice::nothing(0)];
        let rows = self.root.iter().flat_map(|root| root.most.0.iter().enumerate());
        for (cost, most) in rows {
            let net = i128::from(i64::from(*most).min(self.most(cost)));
            if net > choices[choices.len() - 1].net {
                choices.push(Choice { cost: cost as i128, net, origin: cost, ..choices[0] });
            }
        }
        choices
    }

    /// What arrives at the most for that cost, as far as the balance goes.
    fn most(&self, cost: usize) -> i64 {
        if self.with_step_cost { self.budget } else { self.budget - cost as i64 }
    }
}

impl SegmentModel {
    /// The most that can arrive at each cost up to an end; `None` where that takes too much.
    pub fn curve(&self, cost_end: i64, effort: &mut u64) -> Option<ValueByCost> {
        let rules = &self.rules;
        let is_odd =
            |rule: &SegmentRule| rule.whole || rule.segments.iter().any(|segment| segment.charges < 0);
        if self.budget > BUDGET_MAX || self.step_cost > STEP_COST_MAX || rules.iter().any(is_odd) {
            return None;
        }
        let with_step_cost = self.step_cost > 0;
        let dearest = super::super::parts(i128::from(self.budget) + self.step_costs());
        let cost_end = cost_end.clamp(0, dearest) as usize;
        let known = HashMap::new();
        let mut work = CurveBuilder { cost_end, budget: self.budget, with_step_cost, kept: 0, known, effort };
        let mut stages: Vec<Rc<Stage>> = Vec::new();
        let mut number = 0;
        for buckets in &self.options {
            // Without sums that bind, the withdrawals under one rule are alike whatever their window.
            let mut rule_rows = SlotsByRule::new();
            for bucket in buckets {
                let place = number;
                number += 1;
                let Some(sum) = bucket.sum else {
                    bucket.note_slots(place, &mut rule_rows);
                    continue;
                };
                let mut slots = SlotsByRule::new();
                bucket.note_slots(place, &mut slots);
                let on_top = bucket.slots.iter().any(|(_, rule)| rules[*rule].on_top);
                let of = work.rules(rules, slots)?;
                let cap = AmountCap { sum, with_cost: !on_top && !with_step_cost };
                let most = |cost: usize| cap.of(of.most.at(cost), cost) as i32;
                let most = work.row((0..of.most.0.len()).map(most).collect())?;
                stages.push(Rc::new(Stage { most, kind: StageKind::Window { of, cap } }));
            }
            if !rule_rows.is_empty() {
                stages.push(work.rules(rules, rule_rows)?);
            }
        }
        Some(ValueByCost { root: work.all(stages)?, budget: self.budget, with_step_cost })
    }

    /// The choice of a curve at a cost, as far as the balance lets it be made, and that of nothing.
    pub fn along(&self, curve: &ValueByCost, cost: usize) -> SegmentSolution {
        let mut picks = Vec::new();
        if let Some(root) = &curve.root {
            let needed = root.most.at(cost).min(curve.most(cost));
            root.picks(&self.rules, cost, needed, &mut picks);
        }
        let mut nodes = vec![LabelNode::Nothing];
        let (mut label, mut node, mut fits) = (NOTHING, 0, true);
        let sums: Vec<Option<i64>> = self.options.iter().flatten().map(|bucket| bucket.sum).collect();
        // Windows one after the other, for their sums.
        picks.sort_by_key(|(_, _, _, bucket)| *bucket);
        for window in picks.chunk_by(|a, b| a.3 == b.3) {
            let mut own = NOTHING;
            for (number, segment, day, bucket) in window {
                let rule = &self.rules[*number];
                own = own.plus(&rule.label(&rule.segments[*segment]));
                own.ties.1 += self.days_on[*day];
                let (rule, segment, day) = (*number as u32, *segment as u32, *day as u16);
                nodes.push(LabelNode::Segment { before: node, rule, segment, day, bucket: *bucket });
                node = (nodes.len() - 1) as u32;
            }
            let (rule, _, _, bucket) = window[0];
            fits &= cap(&mut own, sums[usize::from(bucket)].map(|sum| (&self.rules[rule], sum)));
            label = label.plus(&own);
        }
        label.node = node;
        let made = (fits && label.least <= self.budget).then_some(label);
        self.segments(Goal::Reach(0), nodes, [NOTHING].into_iter().chain(made).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Segment;
    use super::*;
    use crate::fee::{Platform, parse};
    use crate::money::Unit;
    use crate::period::LocalDateTime;
    use crate::plan::{EFFORT, Holding, PlanRequest};

    /// The most for each cost, run by run and slot by slot.
    fn slowly(plain: &SegmentModel) -> Vec<i64> {
        let len = plain.budget as usize + 1;
        let mut all = vec![0; len];
        let with = |before: &[i64], more: &[(usize, i64)]| {
            let mut most = before.to_vec();
            for (cost, net) in more.iter().filter(|(cost, _)| *cost < len) {
                for at in *cost..len {
                    most[at] = most[at].max(before[at - cost] + net);
                }
            }
            most
        };
        for bucket in plain.options.iter().flatten() {
            let mut own = vec![0; len];
            let mut on_top = false;
            for (_, rule) in &bucket.slots {
                let rule = &plain.rules[*rule];
                on_top = rule.on_top;
                let single = |segment: &Segment| (segment.charges as usize, rule.brings(segment));
                own = with(&own, &rule.segments.iter().map(single).collect::<Vec<_>>());
            }
            let capped = |(cost, most): (usize, &i64)| match bucket.sum {
                Some(sum) => (cost, AmountCap { sum, with_cost: !on_top }.of(*most, cost)),
                None => (cost, *most),
            };
            let own: Vec<(usize, i64)> = own.iter().enumerate().map(capped).collect();
            all = with(&all, &own);
        }
        let mut best = 0;
        for (cost, most) in all.iter_mut().enumerate() {
            best = best.max((*most).min(plain.budget - cost as i64));
            *most = best;
        }
        all
    }

    #[test]
    fn is_the_most_that_any_runs_bring() {
        let mut seed = 11_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for case in 0..150 {
            let mut text =
                String::from("[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n");
            for channel in 0..1 + draw(2) {
                let round = ["up", "down", "half-up", "half-even"][draw(4) as usize];
                let side = ["deducted", "on-top"][draw(2) as usize];
                let (step, count) = ([1, 1, 10][draw(3) as usize], 1 + draw(3));
                let percent = ["3.3", "10", "33", "0.5", "7.5"][draw(5) as usize];
                let (min, max) = ([0, 3, 20][draw(3) as usize], [40, 90, 400][draw(3) as usize]);
                let sum = ["", ", amount = \"300\"", ", amount = \"700\""][draw(3) as usize];
                let free = ["", "free = { count = 1, per = \"month\" }\n"][draw(2) as usize];
                text += &format!(
                    "[[channel]]\nid = \"c{channel}\"\nname = \"C\"\nto = \"bank\"\n[[channel.tariff]]\n\
                     min = \"{step}\"\nmax = \"{}\"\nstep = \"{step}\"\nside = \"{side}\"\n\
                     limits = [{{ per = \"month\", count = {count}{sum} }}]\n\
                     source = \"https://p.example\"\nchecked = 2026-01-01\nconfidence = \"official\"\n\
                     [[channel.tariff.charge]]\npercent = \"{percent}\"\nround = \"{round}\"\n\
                     min = \"{min}\"\nmax = \"{max}\"\n{free}",
                    [200, 500, 1500][draw(3) as usize]
                );
            }
            let platforms: Vec<Platform> = vec![parse::parse_platform(&text, &|_| None).expect("a platform")];
            let now = LocalDateTime::parse_iso("2026-01-01T00:00").expect("a moment");
            let by = now.month().add_months(draw(2) as i32).first();
            let undated = 100 + draw(1_900) as i64;
            let holding = Holding { account: "p".into(), platform: 0, dated: vec![], undated, keep: 0, by };
            let request = PlanRequest {
                platforms: &platforms,
                holdings: vec![holding],
                unit: Unit::currency("KRW").expect("won"),
                target: Some(1),
                now,
                by,
                splits: 12,
                step_cost: 0,
                assumed: Vec::new(),
                effort: EFFORT,
            };
            let used = request.quota_keys().into_iter().map(|u| (u, Default::default())).collect();
            let subproblem = request.subproblems(&used).remove(0);
            let plain = super::super::prepare(&subproblem).expect("plain rules");
            let wanted = slowly(&plain);
            let choices = plain.curve(i64::MAX, &mut EFFORT.clone()).expect("a curve").choices();
            let mut found = vec![0; wanted.len()];
            for choice in &choices {
                found[choice.cost as usize..].fill(choice.net as i64);
            }
            let first = (0..found.len()).find(|cost| found[*cost] != wanted[*cost]);
            assert_eq!(first, None, "{case}: {undated} {text}");
        }
    }
}
