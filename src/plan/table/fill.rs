//! The table is filled: day by day for some channels, then channels together, then the days between
//! which nothing lapses, from the last to the first.

use super::{
    CELLS_MAX, Cell, Choice, EFFORT_OF_CHARGE, EMPTY, ENTRIES_OF_EFFORT, Key, Memory, NO_NODE, NODES_MAX,
    Node, ONE_COST, ONE_DAY, ONE_STEP, Part, Row, Rows, Stretch, Table, nothing_left, with_lasting,
};
use crate::fee::Terms;
use crate::plan::blend::Goal;
use crate::plan::group::Spent;
use std::collections::HashMap;
use std::rc::Rc;

/// A channel, the place of its rule in memory, what is left of its free quotas.
type ChoicesKey = (usize, usize, Vec<(bool, Option<i64>)>);

/// What is being filled.
pub(super) struct Work<'t, 'e> {
    pub(super) goal: Goal,
    /// Ways with different numbers of withdrawals are told apart.
    pub(super) steps_tell: bool,
    /// What each withdrawal costs besides, where that is a part of the cost of an entry.
    pub(super) in_cost: i128,
    pub(super) nodes: Vec<Node>,
    /// By the channel, its rule and what is left of its free quotas: up to how many entries they were
    /// asked for.
    pub(super) choices: HashMap<ChoicesKey, (usize, Rc<Vec<Choice>>)>,
    /// Ways that are dearer are of no use.
    pub(super) end: Key,
    pub(super) most_net: i128,
    /// What is known of each stretch and all after it.
    pub(super) suffixes: Vec<HashMap<Memory, Rc<Vec<Row>>>>,
    /// What is found can be done just so.
    pub(super) is_plan: bool,
    pub(super) table: &'t Table<'t, 't>,
    pub(super) effort: &'e mut u64,
}

impl Work<'_, '_> {
    /// All that can leave from the beginning of a stretch of days on, after what is remembered of
    /// the days before, which must not be how many withdrawals there were; by the number of withdrawals
    /// where these are told apart.
    pub(super) fn onwards(&mut self, stretch: usize, memory: &Memory) -> Option<Rc<Vec<Row>>> {
        if let Some(known) = self.suffixes[stretch].get(memory) {
            return Some(Rc::clone(known));
        }
        let table = self.table;
        let Stretch { first, end, most, lapsing } = table.stretches[stretch];
        let mut rows = Rows::from([(memory.clone(), nothing_left(table.most))]);
        let nothing_yet = |m: &Memory| m.counts.iter().all(|c| *c == 0) && m.spent.iter().all(Vec::is_empty);
        for part in &table.parts {
            self.is_plan = nothing_yet(memory);
            // What some channels do is bound by what others do in the end only.
            let mut own = Rows::from([(memory.clone(), nothing_left(table.most))]);
            for day in part.acts.iter().copied().filter(|day| (first..end).contains(day)) {
                own = self.day(own, part, day, most)?;
                own = self.undominated(own)?;
            }
            rows = self.crossed(rows, own, part, most)?;
        }
        let mut all: Vec<Row> = Vec::new();
        let nothing = Rc::new(vec![vec![Cell { key: 0, ..EMPTY }]]);
        for (mut then, row) in rows {
            let steps = std::mem::take(&mut then.steps) as usize;
            let behind = if stretch + 1 < table.stretches.len() {
                self.onwards(stretch + 1, &then)?
            } else {
                Rc::clone(&nothing)
            };
            self.is_plan = stretch == 0;
            for (more, behind) in behind.iter().enumerate() {
                while all.len() <= steps + more {
                    all.push(vec![EMPTY; table.most + 1]);
                }
                self.both(&row, behind, &mut all[steps + more], most, lapsing)?;
                if all.len() * table.most > CELLS_MAX {
                    return None;
                }
            }
        }
        self.without_needless(&mut all)?;
        let all = Rc::new(all);
        self.suffixes[stretch].insert(memory.clone(), Rc::clone(&all));
        Some(all)
    }

    /// Empties what is as well had with fewer withdrawals.
    fn without_needless(&mut self, rows: &mut [Row]) -> Option<()> {
        let mut best: Option<Vec<Key>> = None;
        for row in rows.iter_mut() {
            self.spend_effort(row.len() as u64)?;
            let best = best.get_or_insert_with(|| vec![Key::MAX; row.len()]);
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
    fn crossed(&mut self, rows: Rows, own: Rows, part: &Part, most: usize) -> Option<Rows> {
        let group = self.table.group;
        let mut after = Rows::new();
        for (memory, row) in &rows {
            for (then, more) in &own {
                let mut memory = memory.clone();
                memory.steps += then.steps;
                for way in &part.ways {
                    memory.counts[*way] = then.counts[*way];
                }
                for (place, quota) in group.quotas.iter().enumerate() {
                    if quota.ways.iter().any(|way| part.ways.contains(way)) {
                        memory.spent[place] = then.spent[place].clone();
                    }
                }
                let target = after.entry(memory).or_insert_with(|| vec![EMPTY; self.table.most + 1]);
                self.both(row, more, target, most, i64::MAX)?;
                if after.len() * self.table.most > CELLS_MAX {
                    return None;
                }
            }
        }
        Some(after)
    }

    /// What may have left after a day on which some channels are of use.
    fn day(&mut self, rows: Rows, part: &Part, day: usize, most: usize) -> Option<Rows> {
        let group = self.table.group;
        let next = part.acts.iter().copied().find(|act| *act > day);
        if part.from_the_start {
            let rows = self.spread(rows, part, day, most)?;
            return Some(self.remembered(rows, part, next, day));
        }
        let mut alone: HashMap<Vec<u32>, Vec<(Memory, Rows)>> = HashMap::new();
        let mut after = Rows::new();
        for (memory, row) in rows {
            // What the channels themselves remember, and what the others do.
            let (mut own, mut others) = (memory.clone(), memory.clone());
            own.steps = 0;
            for way in 0..group.ways.len() {
                let not = if part.ways.contains(&way) { &mut others } else { &mut own };
                not.counts[way] = 0;
            }
            for (place, quota) in group.quotas.iter().enumerate() {
                let is_own = quota.ways.iter().any(|way| part.ways.contains(way));
                let not = if is_own { &mut others } else { &mut own };
                not.spent[place].clear();
            }
            let known = alone.entry(own.counts.clone()).or_default();
            let found = match known.iter().position(|(known, _)| *known == own) {
                Some(found) => found,
                None => {
                    let first = nothing_left(self.table.most);
                    let spread = self.spread(Rows::from([(own.clone(), first)]), part, day, most)?;
                    let spread = self.remembered(spread, part, next, day);
                    known.push((own, spread));
                    known.len() - 1
                }
            };
            for (then, more) in &known[found].1 {
                let mut memory = others.clone();
                memory.steps += then.steps;
                for (count, more) in memory.counts.iter_mut().zip(&then.counts) {
                    *count += more;
                }
                for (spent, more) in memory.spent.iter_mut().zip(&then.spent) {
                    spent.extend(more);
                }
                let target = after.entry(memory).or_insert_with(|| vec![EMPTY; self.table.most + 1]);
                self.both(&row, more, target, most, i64::MAX)?;
            }
            if after.len() * self.table.most > CELLS_MAX {
                return None;
            }
        }
        Some(after)
    }

    /// All that may have left before, with all that leaves then, where so much may leave in all and
    /// what is beyond so much does not lapse.
    fn both(
        &mut self,
        row: &[Cell],
        more: &[Cell],
        target: &mut Row,
        most: usize,
        lapsing: i64,
    ) -> Option<()> {
        let more: Vec<(usize, &Cell)> =
            more.iter().enumerate().filter(|(_, cell)| cell.key < Key::MAX).collect();
        let mut looked_at = 0;
        for (gone, cell) in row.iter().enumerate().filter(|(_, cell)| cell.key < Key::MAX) {
            for (debit, with) in &more {
                let to = gone + debit;
                if to > most {
                    break;
                }
                looked_at += 1;
                let lasting = (to as i64 * self.table.unit).saturating_sub(lapsing);
                let key = with_lasting(cell.key + with.key, lasting);
                if key < target[to].key && key <= self.end {
                    self.see(to, key);
                    target[to] = Cell { key, amount: -1 - i64::from(with.node), node: cell.node, way: 0 };
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
                    self.nodes.push(Node::Day { before, steps });
                    (self.nodes.len() - 1) as u32
                }
            };
        }
        (self.nodes.len() <= NODES_MAX).then_some(())
    }

    /// Where so much arrives, what is dearer is of no use.
    fn see(&mut self, gone: usize, key: Key) {
        if !self.is_plan {
            return;
        }
        let (_, net) = self.table.worth(gone, key);
        match self.goal {
            Goal::Reach(target) if net >= target && self.steps_tell => {
                // What costs as much without its step costs is of no use.
                let steps = (key / ONE_STEP).rem_euclid(ONE_COST / ONE_STEP);
                let cost = key.div_euclid(ONE_COST) + self.table.group.step_price() * steps;
                self.end = self.end.min((cost + 1).saturating_mul(ONE_COST) - 1);
            }
            Goal::Reach(target) if net >= target => {
                let end = key / ONE_STEP * ONE_STEP + (ONE_STEP - 1);
                self.end = self.end.min(end);
            }
            Goal::Reach(_) => {}
            Goal::Most(_) if net > self.most_net => {
                // What costs more cannot bring as much any more.
                let par = self.table.group.par;
                self.most_net = net;
                let cost = i128::from(self.table.total) * par.0 - net * par.1;
                self.end = self.end.min((cost + 1).saturating_mul(ONE_COST) - 1);
            }
            Goal::Most(_) => {}
        }
    }

    /// All that some channels can do on one day after some beginnings.
    fn spread(&mut self, start: Rows, part: &Part, day: usize, most: usize) -> Option<Rows> {
        let (group, table) = (self.table.group, self.table);
        let days_on = Key::from(group.days[day].0 - group.days[0].0) * ONE_DAY;
        let mut done = start.clone();
        let mut layer = start;
        while !layer.is_empty() {
            let mut next = Rows::new();
            for (memory, row) in &layer {
                for way in part.ways.iter().copied() {
                    if table.counted && memory.counts[way] >= group.splits {
                        continue;
                    }
                    let mut known: Option<(Rc<Vec<Choice>>, usize)> = None;
                    let mut target: Option<(Memory, Row)> = None;
                    for (gone, cell) in row.iter().enumerate().filter(|(_, cell)| cell.key < Key::MAX) {
                        if known.is_none() || !part.amounts.is_empty() {
                            let mut spent = memory.spent.clone();
                            for quota in &part.amounts {
                                spent[*quota].push((day as u16, 0, gone as i64 * table.unit));
                            }
                            let Some(terms) = group.terms(way, day, table.total, &spent) else { break };
                            if terms.count_used_up {
                                break;
                            }
                            let left = terms.amount_left.unwrap_or(i64::MAX);
                            let choices = self.choices(way, terms, most.saturating_sub(gone))?;
                            let fits = choices.partition_point(|choice| choice.amount <= left);
                            self.spend_effort(ENTRIES_OF_EFFORT * 4)?;
                            known = Some((choices, fits));
                        }
                        let Some((choices, fits)) = &known else { break };
                        let (_, to) = target.get_or_insert_with(|| {
                            let mut then = memory.clone();
                            if table.counted {
                                then.counts[way] += 1;
                            }
                            then.steps += u32::from(self.steps_tell);
                            group.spend(&mut then.spent, way, day, 0);
                            self.settle(&mut then);
                            let row = next.remove(&then).unwrap_or_else(|| vec![EMPTY; table.most + 1]);
                            (then, row)
                        });
                        let from = cell.key + days_on;
                        let mut looked_at = 0;
                        for choice in &choices[..*fits] {
                            looked_at += 1;
                            let (place, key) = (gone + choice.debit, from + choice.key);
                            if place <= most && key < to[place].key {
                                to[place] =
                                    Cell { key, amount: choice.amount, node: cell.node, way: way as u32 };
                            }
                        }
                        self.spend_effort(looked_at)?;
                    }
                    if let Some((memory, row)) = target {
                        next.insert(memory, row);
                    }
                }
            }
            layer = self.settled(next, &mut done, day)?;
        }
        Some(done)
    }

    /// Of one withdrawal more what is better than anything before, with its steps noted.
    fn settled(&mut self, next: Rows, done: &mut Rows, day: usize) -> Option<Rows> {
        let mut layer = Rows::new();
        for (memory, mut row) in next {
            for (known, before) in done.iter() {
                if stands_for(known, &memory) {
                    for (cell, before) in row.iter_mut().zip(before) {
                        if before.key <= cell.key {
                            *cell = EMPTY;
                        }
                    }
                }
            }
            let mut is_empty = true;
            let into = done.entry(memory.clone()).or_insert_with(|| vec![EMPTY; row.len()]);
            for (place, cell) in row.iter_mut().enumerate() {
                if cell.key > self.end {
                    *cell = EMPTY;
                    continue;
                }
                if cell.key == Key::MAX {
                    continue;
                }
                is_empty = false;
                let (before, way, amount) = (cell.node, cell.way as u16, cell.amount);
                self.nodes.push(Node::Step { before, day: day as u16, way, amount });
                *cell = Cell { node: (self.nodes.len() - 1) as u32, amount: 0, ..*cell };
                into[place] = *cell;
            }
            self.spend_effort(row.len() as u64 * (1 + done.len() as u64))?;
            if self.nodes.len() > NODES_MAX || done.len() * row.len() > CELLS_MAX {
                return None;
            }
            if !is_empty {
                layer.insert(memory, row);
            }
        }
        Some(layer)
    }

    /// What the next day on which the channels are of use can still tell.
    fn remembered(&self, rows: Rows, part: &Part, next: Option<usize>, day: usize) -> Rows {
        let group = self.table.group;
        let mut after = Rows::new();
        for (mut memory, row) in rows {
            let other_month = next.is_none_or(|next| group.days[next].month() != group.days[day].month());
            for way in part.ways.iter().filter(|_| other_month) {
                memory.counts[*way] = 0;
            }
            match next {
                Some(next) => group.forget(&mut memory.spent, next),
                None => memory.spent.iter_mut().for_each(Spent::clear),
            }
            self.settle(&mut memory);
            match after.get_mut(&memory) {
                None => {
                    after.insert(memory, row);
                }
                Some(known) => {
                    let known: &mut Row = known;
                    for (known, cell) in known.iter_mut().zip(row).filter(|(k, c)| c.key < k.key) {
                        *known = cell;
                    }
                }
            }
        }
        after
    }

    /// Counts no further than it matters.
    fn settle(&self, memory: &mut Memory) {
        for (place, spent) in memory.spent.iter_mut().enumerate() {
            for entry in spent.iter_mut() {
                entry.1 = entry.1.min(self.table.counts_to[place]);
            }
            spent.retain(|(_, count, amount)| *count != 0 || *amount != 0);
        }
    }

    /// What is not as well had with fewer withdrawals of the month.
    fn undominated(&mut self, mut rows: Rows) -> Option<Rows> {
        let memories: Vec<Memory> = rows.keys().cloned().collect();
        for memory in &memories {
            let mut row = rows.remove(memory)?;
            for (known, before) in &rows {
                if stands_for(known, memory) {
                    for (cell, before) in row.iter_mut().zip(before) {
                        if before.key <= cell.key {
                            *cell = EMPTY;
                        }
                    }
                }
            }
            for cell in row.iter_mut().filter(|cell| cell.key > self.end) {
                *cell = EMPTY;
            }
            self.spend_effort(row.len() as u64 * (1 + rows.len() as u64))?;
            if row.iter().any(|cell| cell.key < Key::MAX) {
                rows.insert(memory.clone(), row);
            }
        }
        Some(rows)
    }

    /// The withdrawals up to so many entries that a channel allows on a day, whatever its limits still
    /// let through.
    fn choices(&mut self, way: usize, mut terms: Terms<'_>, most: usize) -> Option<Rc<Vec<Choice>>> {
        let group = self.table.group;
        let free = |i: usize| (terms.free_of(i).count == Some(0), terms.free_of(i).amount);
        let frees: Vec<(bool, Option<i64>)> = (0..terms.tariff.charges.len()).map(free).collect();
        let key = (way, std::ptr::from_ref(terms.tariff) as usize, frees);
        if let Some((known, choices)) = self.choices.get(&key)
            && *known >= most
        {
            return Some(Rc::clone(choices));
        }
        terms.amount_left = None;
        let step = terms.tariff.step.max(1);
        let least = terms.tariff.min.unwrap_or(1).max(1).saturating_add(step - 1) / step * step;
        let last = terms.tariff.max.unwrap_or(i64::MAX).min(most as i64 * self.table.unit);
        let tried = (least..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        *self.effort = self.effort.checked_sub(EFFORT_OF_CHARGE * tried.clone().count() as u64)?;
        let choice = |amount: i64| {
            let outcome = group.outcome(&terms, amount).ok()?;
            let cost = group.cost(&outcome) + self.in_cost;
            let debit = usize::try_from(outcome.debit / i128::from(self.table.unit)).ok()?;
            Some(Choice { amount, debit, key: cost * ONE_COST + ONE_STEP + way as Key })
        };
        let choices: Rc<Vec<Choice>> = Rc::new(tried.filter_map(choice).collect());
        self.choices.insert(key, (most, Rc::clone(&choices)));
        Some(choices)
    }

    fn spend_effort(&mut self, entries: u64) -> Option<()> {
        *self.effort = self.effort.checked_sub(entries / ENTRIES_OF_EFFORT + 1)?;
        Some(())
    }
}

/// Can all that may be done after the one be done after the other, and at the same charge?
fn stands_for(known: &Memory, memory: &Memory) -> bool {
    known.spent == memory.spent
        && known.steps <= memory.steps
        && known.counts.iter().zip(&memory.counts).all(|(a, b)| a <= b)
}
