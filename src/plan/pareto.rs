//! Pareto sets: what remains of many alternatives once every dominated one is dropped.
//!
//! An alternative is dominated by another one that is no worse in every respect that can matter
//! later. Dropping it is exact, and it keeps the label setting, the dynamic programming and the
//! knapsack from growing exponentially.

use super::knapsack::{Choice, Goal, TieBreak};

/// Returns the choices that no other one dominates, by ascending cost.
///
/// With a target, a choice is dominated by one that costs less and brings as much, or costs the same,
/// brings as much and does not lose the tie break. Without a target only the best choice is left.
/// Takes O(n log n) for n choices.
pub fn pareto_frontier(mut choices: Vec<Choice>, goal: Goal) -> Vec<Choice> {
    if let Goal::Most(step_cost) = goal {
        choices.sort_by(|a, b| {
            b.value(step_cost).cmp(&a.value(step_cost)).then(a.ties.cmp(&b.ties)).then(a.cost.cmp(&b.cost))
        });
        choices.truncate(1);
        return choices;
    }
    choices.sort_by(|a, b| {
        a.cost.cmp(&b.cost).then(b.net.cmp(&a.net)).then(a.ties.cmp(&b.ties)).then(a.origin.cmp(&b.origin))
    });
    let mut frontier: Vec<Choice> = Vec::new();
    let mut net_of_cheaper = i128::MIN;
    for same_cost in choices.chunk_by(|a, b| a.cost == b.cost) {
        // The largest net comes first; a smaller one must win the tie break.
        let mut best: Option<TieBreak> = None;
        for choice in same_cost.iter().take_while(|choice| choice.net > net_of_cheaper) {
            if best.is_none_or(|best| choice.ties < best) {
                best = Some(choice.ties);
                frontier.push(*choice);
            }
        }
        net_of_cheaper = net_of_cheaper.max(same_cost[0].net);
    }
    frontier
}

/// Ranges with a price, each known by its ends, kept as a staircase: a range dominates those that begin
/// no earlier and end no later.
#[derive(Default)]
pub struct ParetoSet {
    /// First value, last value and price; both values ascend.
    ranges: Vec<(i64, i64, i64)>,
}

impl ParetoSet {
    /// Whether some range begins at `least` or earlier, ends at `most` or later and has a price that
    /// `is_cheap` accepts.
    pub fn dominates(&self, least: i64, most: i64, is_cheap: impl Fn(i64) -> bool) -> bool {
        let end = self.ranges.partition_point(|range| range.0 <= least);
        let begin = self.ranges[..end].partition_point(|range| range.1 < most);
        self.ranges[begin..end].iter().any(|range| is_cheap(range.2))
    }

    /// Inserts a range and drops those within it, whatever their price: that bounds the size of the set,
    /// and only makes it dominate less.
    pub fn insert(&mut self, least: i64, most: i64, price: i64) {
        let begin = self.ranges.partition_point(|range| range.0 < least);
        let end = begin + self.ranges[begin..].iter().take_while(|range| range.1 <= most).count();
        self.ranges.splice(begin..end, [(least, most, price)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_dominated_by_one_that_holds_it_at_no_higher_price() {
        let mut set = ParetoSet::default();
        set.insert(2, 5, 7);
        set.insert(4, 9, 7);
        let within = |least, most, price| set.dominates(least, most, |other| other <= price);
        assert!(within(3, 5, 7) && within(4, 9, 8));
        assert!(!within(1, 3, 9) && !within(3, 6, 9) && !within(3, 5, 6));
        set.insert(2, 9, 8);
        assert!(set.dominates(2, 9, |price| price == 8) && !set.dominates(2, 9, |price| price == 7));
        assert_eq!(set.ranges.len(), 1);
    }
}
