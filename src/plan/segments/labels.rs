//! The choices of runs that can be worth making: put together window by window, without those that
//! another one makes needless.

use super::pruning::ReachTable;
use super::{
    ChannelCounts, DominanceClass, Envelope, Exhausted, Label, LabelNode, LabelSolver, NOTHING, POOL_MAX,
    RuleCounts, SegmentRule, SlotsByRule, WindowBucket,
};
use crate::plan::knapsack::Goal;
use crate::plan::pareto::ParetoSet;
use std::collections::HashMap;

/// What it takes to hold a choice against the others, in looks at a choice.
const EFFORT_OF_LABEL: usize = 8;

impl LabelSolver<'_> {
    /// Finds what single withdrawals come to, so that dear choices need not be looked at.
    pub(super) fn tighten_by_singles(&mut self, options: &[Vec<WindowBucket>], rules: &[SegmentRule]) {
        let mut labels = Vec::new();
        for rule in options
            .iter()
            .flatten()
            .flat_map(|b| b.slots.iter().map(|s| s.1))
            .collect::<std::collections::BTreeSet<_>>()
        {
            let rule = &rules[rule];
            labels.extend(rule.segments.iter().map(|segment| rule.label(segment)));
        }
        self.tighten_cost_end(&labels);
    }

    /// Where `net` can be had for `cost`, whatever leaves no more than that is of no use.
    pub(super) fn tighten_cost_end(&mut self, labels: &[Label]) {
        for label in labels.iter().filter(|l| l.least <= self.budget) {
            let Some(debit) = label.fill(&self.strides, self.budget) else { continue };
            let net = debit - self.lost(label);
            // A choice brings the budget less its charges at the most, and all but the step costs of as
            // many withdrawals as may be made are charges.
            let end = match self.goal {
                Goal::Reach(_) => (self.budget - net).saturating_add(self.step_costs).max(label.cost + 1),
                Goal::Most(_) => self.budget - net + 1,
            };
            self.cost_end = self.cost_end.min(end);
        }
    }

    /// All that is worth doing through one channel.
    pub(super) fn option(
        &mut self,
        buckets: &[WindowBucket],
        rules: &[SegmentRule],
        offset: usize,
    ) -> Result<Vec<Label>, Exhausted> {
        let mut labels = vec![NOTHING];
        let mut among: RuleCounts = vec![0; rules.len()];
        // Without sums that bind, the withdrawals under one rule are alike whatever their window.
        let mut alike = SlotsByRule::new();
        for (place, bucket) in buckets.iter().enumerate() {
            let number = (offset + place) as u16;
            if let Some(sum) = bucket.sum {
                let mut own = vec![NOTHING];
                let mut own_among: RuleCounts = vec![0; rules.len()];
                let mut slots = SlotsByRule::new();
                bucket.note_slots(number, &mut slots);
                for (rule, slots) in slots {
                    let more = self.rule(&rules[rule], rule, &slots, Some(sum))?;
                    own_among[rule] += slots.len() as i64;
                    among[rule] += slots.len() as i64;
                    own = self.combine(&own, &more, Some((&rules[rule], sum)), &own_among)?;
                }
                // With the sum reached, nothing more can come from another window.
                for label in own.iter_mut().filter(|l| l.open > 0) {
                    let rule = &rules[label.open as usize - 1];
                    let least = if rule.on_top { label.least - label.charges } else { label.least };
                    let most = least + label.room[rule.stride];
                    if rule.period.is_some_and(|period| most > sum - period) {
                        label.open = 0;
                    }
                }
                labels = self.combine(&labels, &own, None, &among)?;
                self.tighten_cost_end(&labels);
            } else {
                bucket.note_slots(number, &mut alike);
            }
        }
        for label in &mut labels {
            label.open = 0;
        }
        for (rule, mut slots) in alike {
            slots.sort_unstable();
            let more = self.rule(&rules[rule], rule, &slots, None)?;
            among[rule] += slots.len() as i64;
            labels = self.combine(&labels, &more, None, &among)?;
            self.tighten_cost_end(&labels);
        }
        Ok(labels)
    }

    /// All that is worth doing with some slots under one rule.
    fn rule(
        &mut self,
        rule: &SegmentRule,
        number: usize,
        slots: &[(usize, u16)],
        sum: Option<i64>,
    ) -> Result<Vec<Label>, Exhausted> {
        let near: Vec<(usize, Label, i128)> = self.singles(rule, false);
        let inner: Vec<(usize, Label, i128)> = self.singles(rule, true);
        let capped = sum.map(|sum| (rule, sum));
        let mut last = vec![NOTHING];
        // Choices that look everywhere for one withdrawal are at their end; they must not stand in
        // the way of choices that still may.
        let mut plain = vec![NOTHING];
        let mut ended: Vec<Label> = Vec::new();
        let mut among: RuleCounts = vec![0; self.slots.len()];
        for (day, bucket) in slots {
            among[number] += 1;
            let mut next: Vec<Label> = Vec::new();
            let mut ends: Vec<Label> = Vec::new();
            let capped_rule = capped.is_some().then_some(rule);
            let reach = self.reach(&among);
            for (segments, out) in [(&near, &mut next), (&inner, &mut ends)] {
                let mut pool_max = POOL_MAX;
                for from in &last {
                    let end = self.end(reach.as_ref(), from);
                    let mut looked_at = 0;
                    for (segment, single, above) in segments.iter() {
                        looked_at += 1;
                        // What follows is further above what there is room for.
                        if *above > end {
                            break;
                        }
                        let mut label = from.plus(single);
                        if label.cost >= self.cost_end {
                            continue;
                        }
                        if label.least > self.budget || !cap(&mut label, capped) {
                            continue;
                        }
                        if reach.as_ref().is_some_and(|reach| !reach.holds(&label)) {
                            continue;
                        }
                        // The node is made when the label is known to stay.
                        label.ties.1 += self.days_on[*day];
                        label.from = *segment as u64;
                        label.node = from.node;
                        label.open = match (rule.segments[*segment].margin, sum) {
                            (0, _) => 0,
                            (_, Some(_)) => number as u32 + 1,
                            (margin, None) => rule.exchange_of(margin),
                        };
                        out.push(label);
                    }
                    self.spend_effort(1, looked_at)?;
                    if out.len() > pool_max {
                        self.spend_effort(EFFORT_OF_LABEL, out.len())?;
                        let pool = std::mem::take(out).into_iter().map(|label| (label, true)).collect();
                        *out = self.pareto(pool, capped_rule);
                        pool_max = wider(out.len())?;
                    }
                }
            }
            let is_new = |label: Label| (label, true);
            let mut pool: Vec<(Label, bool)> = plain.iter().map(|l| (*l, false)).collect();
            pool.extend(next.into_iter().map(is_new));
            self.spend_effort(EFFORT_OF_LABEL, pool.len())?;
            let stay = self.pareto(pool, capped_rule);
            let mut grown: Vec<Label> = Vec::new();
            for mut label in stay {
                self.settle_run(&mut label, number, *day, *bucket);
                grown.push(label);
            }
            plain.extend(&grown);
            let mut pool: Vec<(Label, bool)> = plain.iter().chain(&ended).map(|l| (*l, false)).collect();
            pool.extend(ends.into_iter().map(is_new));
            self.spend_effort(EFFORT_OF_LABEL, pool.len())?;
            for mut label in self.pareto(pool, capped_rule) {
                self.settle_run(&mut label, number, *day, *bucket);
                ended.push(label);
            }
            self.tighten_cost_end(&grown);
            if grown.is_empty() {
                break;
            }
            last = grown;
        }
        let pool = plain.into_iter().chain(ended).map(|l| (l, true)).collect();
        Ok(self.pareto(pool, capped.is_some().then_some(rule)))
    }

    /// The runs of a rule with their choices, the ones first that are worth most.
    fn singles(&self, rule: &SegmentRule, inner: bool) -> Vec<(usize, Label, i128)> {
        let segments = rule.segments.iter().enumerate().filter(|(_, segment)| (segment.margin > 0) == inner);
        let single = |(i, segment)| {
            let label = rule.label(segment);
            (i, label, self.above(&label))
        };
        let mut singles: Vec<(usize, Label, i128)> = segments.map(single).collect();
        singles.sort_by_key(|(_, label, above)| (*above, label.cost));
        singles
    }

    /// How far a choice is above what it brings is worth; its cost, where no worth is known.
    fn above(&self, label: &Label) -> i128 {
        match &self.window {
            Some(window) => window.above(label, i128::from(self.budget)).0,
            None => label.cost.into(),
        }
    }

    /// How far above what it brings something may be to be taken in addition to a choice.
    fn end(&self, reach: Option<&ReachTable>, label: &Label) -> i128 {
        match reach {
            Some(reach) => reach.left(label),
            None => i128::from(self.cost_end - 1 - label.cost),
        }
    }

    /// All that is worth doing with both of two kinds of choices, which were made among so many
    /// withdrawals.
    pub(super) fn combine(
        &mut self,
        a: &[Label],
        b: &[Label],
        capped: Option<(&SegmentRule, i64)>,
        among: &RuleCounts,
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
        let mut sorted: Vec<(Label, i128)> = b.iter().map(|label| (*label, self.above(label))).collect();
        sorted.sort_by_key(|(label, above)| (*above, label.cost));
        // Of two that could exchange, one needs only be looked at near its ends.
        let all: Vec<usize> = (0..sorted.len()).collect();
        let mut split: HashMap<u32, Vec<usize>> = HashMap::new();
        for open in a.iter().map(|l| l.open).filter(|open| *open > 0) {
            let other = |j: &usize| sorted[*j].0.open != open;
            split.entry(open).or_insert_with(|| all.iter().copied().filter(other).collect());
        }
        let reach = self.reach(among);
        let mut pool_max = POOL_MAX;
        for (i, from) in a.iter().enumerate() {
            let others = split.get(&from.open).unwrap_or(&all);
            let end = self.end(reach.as_ref(), from);
            let mut looked_at = 0;
            for j in others {
                looked_at += 1;
                let (more, above) = &sorted[*j];
                if *above > end {
                    break;
                }
                let mut label = from.plus(more);
                if label.cost >= self.cost_end {
                    continue;
                }
                if label.least > self.budget || (from.whole && more.whole) || !cap(&mut label, capped) {
                    continue;
                }
                if reach.as_ref().is_some_and(|reach| !reach.holds(&label)) {
                    continue;
                }
                label.from = (i as u64) << 32 | *j as u64;
                pairs.push((label, true));
            }
            self.spend_effort(1, looked_at)?;
            if pairs.len() > pool_max {
                self.spend_effort(EFFORT_OF_LABEL, pairs.len())?;
                let kept = self.pareto(pairs, capped.map(|(rule, _)| rule));
                pool_max = wider(kept.len())?;
                pairs = kept.into_iter().map(|label| (label, true)).collect();
            }
        }
        self.spend_effort(EFFORT_OF_LABEL, pairs.len())?;
        let mut kept = self.pareto(pairs, capped.map(|(rule, _)| rule));
        for label in &mut kept {
            let (i, j) = ((label.from >> 32) as usize, (label.from & 0xffff_ffff) as usize);
            label.node = match (a[i].node, sorted[j].0.node) {
                (node, 0) | (0, node) => node,
                (a, b) => self.node(LabelNode::Both(a, b)),
            };
        }
        Ok(kept)
    }

    /// Which choices can still come to lie in the window, where they were made among so many withdrawals.
    fn reach(&self, among: &RuleCounts) -> Option<ReachTable> {
        let window = self.window.as_ref()?;
        let of_rest = |envelopes: &[Envelope]| {
            let mut rest: Envelope = Vec::new();
            let left = self.slots.iter().zip(among).map(|(all, n)| i128::from(all - n));
            for (envelope, left) in envelopes.iter().zip(left).filter(|(_, left)| *left > 0) {
                rest.extend(envelope.iter().map(|(more, cost)| (more * left, cost * left)));
            }
            rest.sort_by(|a, b| (a.1 * b.0).cmp(&(b.1 * a.0)));
            rest
        };
        let (heights, brings) = (of_rest(&self.heights), of_rest(&self.brings));
        Some(ReachTable::of(window, &heights, &brings, self.budget, self.step_costs > 0))
    }

    /// What of the debit of a choice is lost to what is being sought: without a target the step costs too.
    fn lost(&self, label: &Label) -> i64 {
        match self.goal {
            Goal::Reach(_) => label.charges,
            Goal::Most(_) => label.cost,
        }
    }

    /// Notes for good which run a choice took last.
    fn settle_run(&mut self, label: &mut Label, rule: usize, day: usize, bucket: u16) {
        let segment = label.from as u32;
        let (before, rule, day) = (label.node, rule as u32, day as u16);
        label.node = self.node(LabelNode::Segment { before, rule, segment, day, bucket });
    }

    fn node(&mut self, node: LabelNode) -> u32 {
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
    /// with as much room in coarse steps, and is no worse among equals. Nor may its charges be more,
    /// which only fewer withdrawals at a higher charge can mean: the balance must bear them.
    fn pareto(&self, mut pool: Vec<(Label, bool)>, capped: Option<&SegmentRule>) -> Vec<Label> {
        let on_top = capped.is_some_and(|rule| rule.on_top);
        // Where a sum of amounts binds, a choice must not use up more of it either.
        let least = |l: &Label| if on_top { l.least - l.charges } else { l.least };
        // Where all must leave to the part, a choice must reach as far and not only bring as much.
        let most = |l: &Label| l.least + l.room[0] - if self.exact { 0 } else { self.lost(l) };
        let order = |l: &Label| (l.cost, l.ties, least(l), -most(l));
        pool.sort_by(|(a, a_new), (b, b_new)| {
            order(a).cmp(&order(b)).then(a_new.cmp(b_new)).then(a.from.cmp(&b.from))
        });
        let fine = self.strides.first().copied().unwrap_or(1);
        let mut kept = Vec::new();
        let mut steps: HashMap<DominanceClass, ParetoByTie> = HashMap::new();
        for (label, is_new) in pool {
            let mut key = label.room;
            key[0] = 0;
            let odd = (label.least - self.lost(&label)).rem_euclid(fine);
            let odd_debit = if self.exact { label.least.rem_euclid(fine) } else { 0 };
            let (least, most) = (least(&label), most(&label));
            let ties = label.ties;
            let needless = |pareto_sets: &ParetoByTie| match self.goal {
                // What came before costs less, or as much and is no worse among equals.
                Goal::Reach(_) => pareto_sets.iter().any(|(other, s)| {
                    s.dominates(least, most, |charges| other.0 >= ties.0 || charges <= label.charges)
                }),
                Goal::Most(_) => pareto_sets.iter().any(|(other, s)| {
                    // Of two that bring the same, the dearer one takes more of what lapses.
                    let is_equal = |cost| !self.lapses || cost == label.cost;
                    (*other <= ties && s.dominates(least, most, is_equal))
                        || s.dominates(least, most + 1, |cost| cost <= label.cost - fine)
                }),
            };
            let class = |open: u32| (key, odd, odd_debit, label.whole, open);
            // What exchanges with nothing goes with all that something else does go with.
            if label.open > 0 && steps.get(&class(0)).is_some_and(needless) {
                continue;
            }
            let pareto_sets = steps.entry(class(label.open)).or_default();
            if needless(pareto_sets) {
                continue;
            }
            let (subproblem, worth) = match self.goal {
                Goal::Most(_) => (ties, label.cost),
                Goal::Reach(_) if self.step_costs > 0 => ((ties.0, 0, ChannelCounts(0)), label.charges),
                Goal::Reach(_) => ((0, 0, ChannelCounts(0)), label.charges),
            };
            match pareto_sets.iter_mut().find(|(other, _)| *other == subproblem) {
                Some((_, s)) => s.insert(least, most, worth),
                None => {
                    let mut s = ParetoSet::default();
                    s.insert(least, most, worth);
                    pareto_sets.push((subproblem, s));
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

/// The staircases of one kind, each with the ties that it stands for.
type ParetoByTie = Vec<((i64, i64, ChannelCounts), ParetoSet)>;

/// Keeps a choice below a sum of amounts; `false` where it is above at the least.
pub(super) fn cap(label: &mut Label, capped: Option<(&SegmentRule, i64)>) -> bool {
    let Some((rule, sum)) = capped else { return true };
    let amounts = if rule.on_top { label.least - label.charges } else { label.least };
    if amounts > sum {
        return false;
    }
    label.room[rule.stride] = label.room[rule.stride].min(sum - amounts);
    true
}
