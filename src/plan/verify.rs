//! A sequence of withdrawals, made once more by the fee engine.

use super::Withdrawal;
use super::subproblem::{PlannedUse, Subproblem};
use std::collections::HashMap;

/// The cost of a sequence and what it takes of what lapses in time, or `None` where one of its
/// steps cannot be made as it says.
pub fn verify(subproblem: &Subproblem<'_>, withdrawals: &[Withdrawal]) -> Option<(i128, i64)> {
    let mut left: Vec<i64> = subproblem.holdings.iter().map(|h| h.total()).collect();
    let mut spent = vec![PlannedUse::new(); subproblem.quotas.len()];
    let (mut day, mut cost, mut lapses) = (0, 0, 0);
    let mut counts: HashMap<(usize, usize, i32), u32> = HashMap::new();
    for m in withdrawals {
        if m.day < day {
            return None;
        }
        if m.day > day {
            day = m.day;
            subproblem.forget(&mut spent, day);
        }
        let holding = subproblem.holdings[m.account];
        left[m.account] = holding.left_on(subproblem.days[day], left[m.account]);
        let pricing = subproblem.pricing(m.channel, day, left[m.account], &spent)?;
        let outcome = subproblem.outcome(&pricing, m.amount).ok()?;
        let as_said = (outcome.debit, outcome.fee, outcome.tax, outcome.net)
            == (m.debit.into(), m.fee.into(), m.tax.into(), m.net.into());
        if !as_said || left[m.account] - m.debit < holding.keep {
            return None;
        }
        lapses += holding.lapsing(left[m.account]) - holding.lapsing(left[m.account] - m.debit);
        left[m.account] -= m.debit;
        subproblem.record_use(&mut spent, m.channel, day, m.amount);
        let count = counts.entry((m.account, m.channel, subproblem.days[day].month().0)).or_default();
        *count += 1;
        if *count > subproblem.splits {
            return None;
        }
        cost += subproblem.cost(&outcome);
    }
    Some((cost, lapses))
}

/// Takes from the amounts what is not needed, where that changes no charge and takes nothing that
/// would lapse; returns what could not be taken.
pub fn tighten(subproblem: &Subproblem<'_>, withdrawals: &mut [Withdrawal], mut excess: i128) -> i128 {
    let Some(known) = verify(subproblem, withdrawals).filter(|_| excess > 0) else { return excess };
    for i in 0..withdrawals.len() {
        let m = withdrawals[i];
        let Some(daily) = &subproblem.options[m.channel].tariffs[m.day] else { continue };
        let step = daily.tariff.step;
        // The charge is the same on a stretch that ends here; its lower end is found by halving.
        let (mut low, mut high) = (0, i64::try_from(excess / i128::from(step)).unwrap_or(0));
        let smaller = |steps: i64| {
            let less = steps * step;
            let with = Withdrawal { amount: m.amount - less, debit: m.debit - less, net: m.net - less, ..m };
            (with.amount > 0 && with.net > 0).then_some(with)
        };
        let holds = |steps: i64, withdrawals: &mut [Withdrawal]| {
            let Some(with) = smaller(steps) else { return false };
            withdrawals[i] = with;
            let same = verify(subproblem, withdrawals) == Some(known);
            withdrawals[i] = m;
            same
        };
        if high == 0 {
            continue;
        }
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if holds(middle, withdrawals) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        if low > 0
            && let Some(with) = smaller(low)
        {
            withdrawals[i] = with;
            excess -= i128::from(low * step);
        }
    }
    excess
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::parse;
    use crate::money::Unit;
    use crate::period::LocalDateTime;
    use crate::plan::{EFFORT, Holding, PlanRequest};

    #[test]
    fn takes_nothing_of_what_is_to_stay() {
        let text = "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n[[channel]]\n\
                    id = \"c\"\nname = \"C\"\nto = \"bank\"\n[[channel.tariff]]\nsource = \"https://p.example\"\n\
                    checked = 2026-01-01\nconfidence = \"official\"\n";
        let platforms = vec![parse::parse_platform(text, &|_| None).expect("a platform")];
        let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
        let by = now.day();
        let (account, dated) = (String::from("a"), Vec::new());
        let request = PlanRequest {
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
        let subproblem = request.subproblems(&HashMap::new()).remove(0);
        let of = |amount| Withdrawal {
            day: 0,
            account: 0,
            channel: 0,
            amount,
            debit: amount,
            fee: 0,
            tax: 0,
            net: amount,
        };
        assert_eq!(verify(&subproblem, &[of(40), of(30)]), Some((0, 0)));
        assert_eq!(verify(&subproblem, &[of(40), of(31)]), None);
    }
}
