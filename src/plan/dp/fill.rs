//! The table is filled: day by day for some channels, then channels together, then the days between
//! which nothing lapses, from the last to the first.

use super::{
    CELLS_MAX, ChannelSet, DpCell, DpKey, DpProblem, DpRow, DpRows, DpState, EFFORT_OF_CHARGE, EMPTY,
    ENTRIES_OF_EFFORT, LotPeriod, NO_NODE, NODES_MAX, ONE_COST, ONE_DAY, ONE_STEP, PathNode, Transition,
    nothing_left, with_lasting,
};
use crate::fee::PricingContext;
use crate::plan::knapsack::Goal;
use crate::plan::subproblem::PlannedUse;
use std::collections::HashMap;
use std::rc::Rc;

/// A channel, the place of its rule in memory, what is left of its free quotas.
type TransitionsKey = (usize, usize, Vec<(bool, Option<i64>)>);

/// What is being filled.
pub(super) struct DpSolver<'t, 'e> {
    pub(super) goal: Goal,
    /// Ways with different numbers of withdrawals are told apart.
    pub(super) counts_steps: bool,
    /// What each withdrawal costs besides, where that is a part of the cost of an entry.
    pub(super) in_cost: i128,
    pub(super) nodes: Vec<PathNode>,
    /// By the channel, its rule and what is left of its free quotas: up to how many entries they were
    /// asked for.
    pub(super) transitions: HashMap<TransitionsKey, (usize, Rc<Vec<Transition>>)>,
    /// Ways that are dearer are of no use.
    pub(super) end: DpKey,
    pub(super) most_net: i128,
    /// What is known of each stretch and all after it.
    pub(super) suffixes: Vec<HashMap<DpState, Rc<Vec<DpRow>>>>,
    /// What is found can be done just so.
    pub(super) is_plan: bool,
    pub(super) table: &'t DpProblem<'t, 't>,
    pub(super) effort: &'e mut u64,
}

impl DpSolver<'_, '_> {
    /// All that can leave from the beginning of a stretch of days on, after what is remembered of
    /// the days before, which must not be how many withdrawals there were; by the number of withdrawals
    /// where these are told apart.
    pub(super) fn solve_from(&mut self, period: usize, state: &DpState) -> Option<Rc<Vec<DpRow>>> {
        if let Some(known) = self.suffixes[period].get(state) {
            return Some(Rc::clone(known));
        }
        let table = self.table;
        let LotPeriod { first, end, most, lapsing } = table.periods[period];
        let mut rows = DpRows::from([(state.clone(), nothing_left(table.most))]);
        let nothing_yet = |m: &DpState| m.counts.iter().all(|c| *c == 0) && m.spent.iter().all(Vec::is_empty);
        for set in &table.sets {
            self.is_plan = nothing_yet(state);
            // What some channels do is bound by what others do in the end only.
            let mut own = DpRows::from([(state.clone(), nothing_left(table.most))]);
            for day in set.active_days.iter().copied().filter(|day| (first..end).contains(day)) {
                own = self.day(own, set, day, most)?;
                own = self.drop_dominated(own)?;
            }
            rows = self.combine_sets(rows, own, set, most)?;
        }
        let mut all: Vec<DpRow> = Vec::new();
        let nothing = Rc::new(vec![vec![DpCell { key: 0, ..EMPTY }]]);
        for (mut then, row) in rows {
            let steps = std::mem::take(&mut then.steps) as usize;
            let behind = if period + 1 < table.periods.len() {
                self.solve_from(period + 1, &then)?
            } else {
                Rc::clone(&nothing)
            };
            self.is_plan = period == 0;
            for (more, behind) in behind.iter().enumerate() {
                while all.len() <= steps + more {
                    all.push(vec![EMPTY; table.most + 1]);
                }
                self.combine(&row, behind, &mut all[steps + more], most, lapsing)?;
                if all.len() * table.most > CELLS_MAX {
                    return None;
                }
            }
        }
        self.clear_dominated(&mut all)?;
        let all = Rc::new(all);
        self.suffixes[period].insert(state.clone(), Rc::clone(&all));
        Some(all)
    }

    /// Empties what is as well had with fewer withdrawals.
    fn clear_dominated(&mut self, rows: &mut [DpRow]) -> Option<()> {
        let mut best: Option<Vec<DpKey>> = None;
        for row in rows.iter_mut() {
            self.spend_effort(row.len() as u64)?;
            let best = best.get_or_insert_with(|| vec![DpKey::MAX; row.len()]);
            for (cell, best) in row.iter_mut().zip(best) {
                if *best <= cell.key {
                    *cell = EMPTY;
                } else {
                    *best = cell.key;
                }
            }
        }
        Some(())
    }

    /// What some channels come to and what others do, together.
    fn combine_sets(&mut self, rows: DpRows, own: DpRows, set: &ChannelSet, most: usize) -> Option<DpRows> {
        let subproblem = self.table.subproblem;
        let mut after = DpRows::new();
        for (state, row) in &rows {
            for (then, more) in &own {
                let mut state = state.clone();
                state.steps += then.steps;
                for option in &set.options {
                    state.counts[*option] = then.counts[*option];
                }
                for (place, quota) in subproblem.quotas.iter().enumerate() {
                    if quota.options.iter().any(|option| set.options.contains(option)) {
                        state.spent[place] = then.spent[place].clone();
                    }
                }
                let target = after.entry(state).or_insert_with(|| vec![EMPTY; self.table.most + 1]);
                self.combine(row, more, target, most, i64::MAX)?;
                if after.len() * self.table.most > CELLS_MAX {
                    return None;
                }
            }
        }
        Some(after)
    }

    /// What may have left after a day on which some channels are of use.
    fn day(&mut self, rows: DpRows, set: &ChannelSet, day: usize, most: usize) -> Option<DpRows> {
        let subproblem = self.table.subproblem;
        let next = set.active_days.iter().copied().find(|act| *act > day);
        if set.from_the_start {
            let rows = self.expand(rows, set, day, most)?;
            return Some(self.next_states(rows, set, next, day));
        }
        let mut alone: HashMap<Vec<u32>, Vec<(DpState, DpRows)>> = HashMap::new();
        let mut after = DpRows::new();
        for (state, row) in rows {
            // What the channels themselves remember, and what the others do.
            let (mut own, mut others) = (state.clone(), state.clone());
            own.steps = 0;
            for option in 0..subproblem.options.len() {
                let not = if set.options.contains(&option) { &mut others } else { &mut own };
                not.counts[option] = 0;
            }
            for (place, quota) in subproblem.quotas.iter().enumerate() {
                let is_own = quota.options.iter().any(|option| set.options.contains(option));
                let not = if is_own { &mut others } else { &mut own };
                not.spent[place].clear();
            }
            let known = alone.entry(own.counts.clone()).or_default();
            let found = match known.iter().position(|(known, _)| *known == own) {
                Some(found) => found,
                None => {
                    let first = nothing_left(self.table.most);
                    let expand = self.expand(DpRows::from([(own.clone(), first)]), set, day, most)?;
                    let expand = self.next_states(expand, set, next, day);
                    known.push((own, expand));
                    known.len() - 1
                }
            };
            for (then, more) in &known[found].1 {
                let mut state = others.clone();
                state.steps += then.steps;
                for (count, more) in state.counts.iter_mut().zip(&then.counts) {
                    *count += more;
                }
                for (spent, more) in state.spent.iter_mut().zip(&then.spent) {
                    spent.extend(more);
                }
                let target = after.entry(state).or_insert_with(|| vec![EMPTY; self.table.most + 1]);
                self.combine(&row, more, target, most, i64::MAX)?;
            }
            if after.len() * self.table.most > CELLS_MAX {
                return None;
            }
        }
        Some(after)
    }

    /// All that may have left before, with all that leaves then, where so much may leave in all and
    /// what is beyond so much does not lapse.
    fn combine(
        &mut self,
        row: &[DpCell],
        more: &[DpCell],
        target: &mut DpRow,
        most: usize,
        lapsing: i64,
    ) -> Option<()> {
        let more: Vec<(usize, &DpCell)> =
            more.iter().enumerate().filter(|(_, cell)| cell.key < DpKey::MAX).collect();
        let mut looked_at = 0;
        for (gone, cell) in row.iter().enumerate().filter(|(_, cell)| cell.key < DpKey::MAX) {
            for (debit, with) in &more {
                let to = gone + debit;
                if to > most {
                    break;
                }
                looked_at += 1;
                let lasting = (to as i64 * self.table.unit).saturating_sub(lapsing);
                let key = with_lasting(cell.key + with.key, lasting);
                if key < target[to].key && key <= self.end {
                    self.record_reached(to, key);
                    target[to] =
                        DpCell { key, amount: -1 - i64::from(with.node), node: cell.node, option: 0 };
                }
            }
        }
        self.spend_effort(looked_at)?;
        // What stays is noted.
        for cell in target.iter_mut().filter(|cell| cell.amount < 0) {
            let steps = (-1 - cell.amount) as u32;
            cell.amount = 0;
            cell.node = match (cell.node, steps) {
                (NO_NODE, node) | (node, NO_NODE) => node,
                (before, steps) => {
                    self.nodes.push(PathNode::Day { before, steps });
                    (self.nodes.len() - 1) as u32
                }
            };
        }
        (self.nodes.len() <= NODES_MAX).then_some(())
    }

    /// Where so much arrives, what is dearer is of no use.
    fn record_reached(&mut self, gone: usize, key: DpKey) {
        if !self.is_plan {
            return;
        }
        let (_, net) = self.table.worth(gone, key);
        match self.goal {
            Goal::Reach(target) if net >= target && self.counts_steps => {
                // What costs as much without its step costs is of no use.
                let steps = (key / ONE_STEP).rem_euclid(ONE_COST / ONE_STEP);
                let cost = key.div_euclid(ONE_COST) + self.table.subproblem.step_price() * steps;
                self.end = self.end.min((cost + 1).saturating_mul(ONE_COST) - 1);
            }
            Goal::Reach(target) if net >= target => {
                let end = key / ONE_STEP * ONE_STEP + (ONE_STEP - 1);
                self.end = self.end.min(end);
            }
            Goal::Reach(_) => {}
            Goal::Most(_) if net > self.most_net => {
                // What costs more cannot bring as much any more.
                let par = self.table.subproblem.par;
                self.most_net = net;
                let cost = i128::from(self.table.total) * par.0 - net * par.1;
                self.end = self.end.min((cost + 1).saturating_mul(ONE_COST) - 1);
            }
            Goal::Most(_) => {}
        }
    }

    /// All that some channels can do on one day after some beginnings.
    fn expand(&mut self, start: DpRows, set: &ChannelSet, day: usize, most: usize) -> Option<DpRows> {
        let (subproblem, table) = (self.table.subproblem, self.table);
        let days_on = DpKey::from(subproblem.days[day].0 - subproblem.days[0].0) * ONE_DAY;
        let mut done = start.clone();
        let mut layer = start;
        while !layer.is_empty() {
            let mut next = DpRows::new();
            for (state, row) in &layer {
                for option in set.options.iter().copied() {
                    if table.tracked && state.counts[option] >= subproblem.splits {
                        continue;
                    }
                    let mut known: Option<(Rc<Vec<Transition>>, usize)> = None;
                    let mut target: Option<(DpState, DpRow)> = None;
                    for (gone, cell) in row.iter().enumerate().filter(|(_, cell)| cell.key < DpKey::MAX) {
                        if known.is_none() || !set.amounts.is_empty() {
                            let mut spent = state.spent.clone();
                            for quota in &set.amounts {
                                spent[*quota].push((day as u16, 0, gone as i64 * table.unit));
                            }
                            let Some(pricing) = subproblem.pricing(option, day, table.total, &spent) else {
                                break;
                            };
                            if pricing.count_used_up {
                                break;
                            }
                            let left = pricing.amount_left.unwrap_or(i64::MAX);
                            let transitions = self.transitions(option, pricing, most.saturating_sub(gone))?;
                            let fits = transitions.partition_point(|transition| transition.amount <= left);
                            self.spend_effort(ENTRIES_OF_EFFORT * 4)?;
                            known = Some((transitions, fits));
                        }
                        let Some((transitions, fits)) = &known else { break };
                        let (_, to) = target.get_or_insert_with(|| {
                            let mut then = state.clone();
                            if table.tracked {
                                then.counts[option] += 1;
                            }
                            then.steps += u32::from(self.counts_steps);
                            subproblem.record_use(&mut then.spent, option, day, 0);
                            self.cap_counts(&mut then);
                            let row = next.remove(&then).unwrap_or_else(|| vec![EMPTY; table.most + 1]);
                            (then, row)
                        });
                        let from = cell.key + days_on;
                        let mut looked_at = 0;
                        for transition in &transitions[..*fits] {
                            looked_at += 1;
                            let (place, key) = (gone + transition.debit, from + transition.key);
                            if place <= most && key < to[place].key {
                                to[place] = DpCell {
                                    key,
                                    amount: transition.amount,
                                    node: cell.node,
                                    option: option as u32,
                                };
                            }
                        }
                        self.spend_effort(looked_at)?;
                    }
                    if let Some((state, row)) = target {
                        next.insert(state, row);
                    }
                }
            }
            layer = self.keep_better(next, &mut done, day)?;
        }
        Some(done)
    }

    /// Of one withdrawal more what is better than anything before, with its steps noted.
    fn keep_better(&mut self, next: DpRows, done: &mut DpRows, day: usize) -> Option<DpRows> {
        let mut layer = DpRows::new();
        for (state, mut row) in next {
            for (known, before) in done.iter() {
                if covers(known, &state) {
                    clear_dominated_cells(&mut row, before);
                }
            }
            let mut is_empty = true;
            let into = done.entry(state.clone()).or_insert_with(|| vec![EMPTY; row.len()]);
            for (place, cell) in row.iter_mut().enumerate() {
                if cell.key > self.end {
                    *cell = EMPTY;
                    continue;
                }
                if cell.key == DpKey::MAX {
                    continue;
                }
                is_empty = false;
                let (before, option, amount) = (cell.node, cell.option as u16, cell.amount);
                self.nodes.push(PathNode::Step { before, day: day as u16, option, amount });
                *cell = DpCell { node: (self.nodes.len() - 1) as u32, amount: 0, ..*cell };
                into[place] = *cell;
            }
            self.spend_effort(row.len() as u64 * (1 + done.len() as u64))?;
            if self.nodes.len() > NODES_MAX || done.len() * row.len() > CELLS_MAX {
                return None;
            }
            if !is_empty {
                layer.insert(state, row);
            }
        }
        Some(layer)
    }

    /// What the next day on which the channels are of use can still tell.
    fn next_states(&self, rows: DpRows, set: &ChannelSet, next: Option<usize>, day: usize) -> DpRows {
        let subproblem = self.table.subproblem;
        let mut after = DpRows::new();
        for (mut state, row) in rows {
            let other_month =
                next.is_none_or(|next| subproblem.days[next].month() != subproblem.days[day].month());
            for option in set.options.iter().filter(|_| other_month) {
                state.counts[*option] = 0;
            }
            match next {
                Some(next) => subproblem.forget(&mut state.spent, next),
                None => state.spent.iter_mut().for_each(PlannedUse::clear),
            }
            self.cap_counts(&mut state);
            match after.get_mut(&state) {
                None => {
                    after.insert(state, row);
                }
                Some(known) => {
                    let known: &mut DpRow = known;
                    for (known, cell) in known.iter_mut().zip(row).filter(|(k, c)| c.key < k.key) {
                        *known = cell;
                    }
                }
            }
        }
        after
    }

    /// Counts no further than it matters.
    fn cap_counts(&self, state: &mut DpState) {
        for (place, spent) in state.spent.iter_mut().enumerate() {
            for entry in spent.iter_mut() {
                entry.1 = entry.1.min(self.table.counts_to[place]);
            }
            spent.retain(|(_, count, amount)| *count != 0 || *amount != 0);
        }
    }

    /// What is not as well had with fewer withdrawals of the month.
    fn drop_dominated(&mut self, mut rows: DpRows) -> Option<DpRows> {
        let memories: Vec<DpState> = rows.keys().cloned().collect();
        for state in &memories {
            let mut row = rows.remove(state)?;
            for (known, before) in &rows {
                if covers(known, state) {
                    clear_dominated_cells(&mut row, before);
                }
            }
            for cell in row.iter_mut().filter(|cell| cell.key > self.end) {
                *cell = EMPTY;
            }
            self.spend_effort(row.len() as u64 * (1 + rows.len() as u64))?;
            if row.iter().any(|cell| cell.key < DpKey::MAX) {
                rows.insert(state.clone(), row);
            }
        }
        Some(rows)
    }

    /// The withdrawals up to so many entries that a channel allows on a day, whatever its limits still
    /// let through.
    fn transitions(
        &mut self,
        option: usize,
        mut pricing: PricingContext<'_>,
        most: usize,
    ) -> Option<Rc<Vec<Transition>>> {
        let subproblem = self.table.subproblem;
        let free = |i: usize| (pricing.free_of(i).count == Some(0), pricing.free_of(i).amount);
        let frees: Vec<(bool, Option<i64>)> = (0..pricing.tariff.charges.len()).map(free).collect();
        let key = (option, std::ptr::from_ref(pricing.tariff) as usize, frees);
        if let Some((known, transitions)) = self.transitions.get(&key)
            && *known >= most
        {
            return Some(Rc::clone(transitions));
        }
        pricing.amount_left = None;
        let step = pricing.tariff.step.max(1);
        let amount_min = pricing.tariff.min.unwrap_or(1).max(1).saturating_add(step - 1) / step * step;
        let last = pricing.tariff.max.unwrap_or(i64::MAX).min(most as i64 * self.table.unit);
        let tried = (amount_min..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        *self.effort = self.effort.checked_sub(EFFORT_OF_CHARGE * tried.clone().count() as u64)?;
        let transition = |amount: i64| {
            let outcome = subproblem.outcome(&pricing, amount).ok()?;
            let cost = subproblem.cost(&outcome) + self.in_cost;
            let debit = usize::try_from(outcome.debit / i128::from(self.table.unit)).ok()?;
            Some(Transition { amount, debit, key: cost * ONE_COST + ONE_STEP + option as DpKey })
        };
        let transitions: Rc<Vec<Transition>> = Rc::new(tried.filter_map(transition).collect());
        self.transitions.insert(key, (most, Rc::clone(&transitions)));
        Some(transitions)
    }

    fn spend_effort(&mut self, entries: u64) -> Option<()> {
        *self.effort = self.effort.checked_sub(entries / ENTRIES_OF_EFFORT + 1)?;
        Some(())
    }
}

/// Empties the cells of a row for which another row has as good a path.
fn clear_dominated_cells(row: &mut DpRow, other: &DpRow) {
    for (cell, other) in row.iter_mut().zip(other) {
        if other.key <= cell.key {
            *cell = EMPTY;
        }
    }
}

/// Can all that may be done after the one be done after the other, and at the same charge?
fn covers(known: &DpState, state: &DpState) -> bool {
    known.spent == state.spent
        && known.steps <= state.steps
        && known.counts.iter().zip(&state.counts).all(|(a, b)| a <= b)
}
