//! A sequence of withdrawals, made once more by the fee engine.

use super::Move;
use super::group::{Group, Spent};
use std::collections::HashMap;

/// The cost of a sequence and what it takes of what lapses in time, or `None` where one of its
/// steps cannot be made as it says.
pub fn replay(group: &Group<'_>, moves: &[Move]) -> Option<(i128, i64)> {
    let mut left: Vec<i64> = group.holdings.iter().map(|h| h.total()).collect();
    let mut spent = vec![Spent::new(); group.quotas.len()];
    let (mut day, mut cost, mut lapses) = (0, 0, 0);
    let mut counts: HashMap<(usize, usize, i32), u32> = HashMap::new();
    for m in moves {
        if m.day < day {
            return None;
        }
        if m.day > day {
            day = m.day;
            group.forget(&mut spent, day);
        }
        let holding = group.holdings[m.account];
        left[m.account] = holding.left_on(group.days[day], left[m.account]);
        let terms = group.terms(m.channel, day, left[m.account], &spent)?;
        let outcome = group.outcome(&terms, m.amount).ok()?;
        let as_said = (outcome.debit, outcome.fee, outcome.tax, outcome.net)
            == (m.debit.into(), m.fee.into(), m.tax.into(), m.net.into());
        if !as_said || left[m.account] - m.debit < holding.keep {
            return None;
        }
        lapses += holding.lapsing(left[m.account]) - holding.lapsing(left[m.account] - m.debit);
        left[m.account] -= m.debit;
        group.spend(&mut spent, m.channel, day, m.amount);
        let count = counts.entry((m.account, m.channel, group.days[day].month().0)).or_default();
        *count += 1;
        if *count > group.splits {
            return None;
        }
        cost += group.cost(&outcome);
    }
    Some((cost, lapses))
}

/// Takes from the amounts what is not needed, where that changes no charge and takes nothing that
/// would lapse; returns what could not be taken.
pub fn trim(group: &Group<'_>, moves: &mut [Move], mut excess: i128) -> i128 {
    let Some(known) = replay(group, moves).filter(|_| excess > 0) else { return excess };
    for i in 0..moves.len() {
        let m = moves[i];
        let Some(offer) = &group.ways[m.channel].offers[m.day] else { continue };
        let step = offer.tariff.step;
        // The charge is the same on a stretch that ends here; its lower end is found by halving.
        let (mut low, mut high) = (0, i64::try_from(excess / i128::from(step)).unwrap_or(0));
        let smaller = |steps: i64| {
            let less = steps * step;
            let with = Move { amount: m.amount - less, debit: m.debit - less, net: m.net - less, ..m };
            (with.amount > 0 && with.net > 0).then_some(with)
        };
        let holds = |steps: i64, moves: &mut [Move]| {
            let Some(with) = smaller(steps) else { return false };
            moves[i] = with;
            let same = replay(group, moves) == Some(known);
            moves[i] = m;
            same
        };
        if high == 0 {
            continue;
        }
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if holds(middle, moves) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        if low > 0
            && let Some(with) = smaller(low)
        {
            moves[i] = with;
            excess -= i128::from(low * step);
        }
    }
    excess
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::file;
    use crate::money::Unit;
    use crate::period::Moment;
    use crate::plan::{EFFORT, Holding, Question};

    #[test]
    fn takes_nothing_of_what_is_to_stay() {
        let text = "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n[[channel]]\n\
                    id = \"c\"\nname = \"C\"\nto = \"bank\"\n[[channel.tariff]]\nsource = \"https://p.example\"\n\
                    checked = 2026-01-01\nconfidence = \"official\"\n";
        let platforms = vec![file::parse(text, &|_| None).expect("a platform")];
        let now = Moment::parse_iso("2026-11-22T13:05").expect("a moment");
        let by = now.day();
        let (account, dated) = (String::from("a"), Vec::new());
        let question = Question {
            platforms: &platforms,
            holdings: vec![Holding { account, platform: 0, dated, undated: 100, keep: 30, by }],
            unit: Unit::currency("KRW").expect("won"),
            target: None,
            now,
            by,
            splits: 12,
            step_cost: 0,
            assumed: Vec::new(),
            effort: EFFORT,
        };
        let group = question.groups(&HashMap::new()).remove(0);
        let of = |amount| Move {
            day: 0,
            account: 0,
            channel: 0,
            amount,
            debit: amount,
            fee: 0,
            tax: 0,
            net: amount,
        };
        assert_eq!(replay(&group, &[of(40), of(30)]), Some((0, 0)));
        assert_eq!(replay(&group, &[of(40), of(31)]), None);
    }
}
