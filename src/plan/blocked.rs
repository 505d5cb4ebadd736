//! The accounts from which nothing can be withdrawn in time, and why.

use super::group::{Group, Spent, taking_part};
use super::{Holding, Question, Stuck, parts};
use crate::fee::{Amounts, Reason, Terms, Use, Used};
use std::collections::HashMap;

impl<'p> Question<'p> {
    /// Why nothing can be withdrawn from an account on any of the days, for each such account.
    pub(super) fn blocked(&'p self, used: &HashMap<Use, Used>) -> Vec<Stuck> {
        let mut blocked = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].total() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if accounts.is_empty() {
                continue;
            }
            let group = Group::of(self, platform, accounts.clone(), used);
            for (at, account) in accounts.into_iter().enumerate() {
                let Some(group) = &group else {
                    let reason = if !platform.withdrawable {
                        Reason::NotWithdrawable.code()
                    } else if platform.ended {
                        Reason::Ended.code()
                    } else if taking_part(platform, &self.unit, &self.assumed).is_empty() {
                        let all: Vec<String> =
                            platform.channels.iter().map(|channel| platform.full_id(channel)).collect();
                        let is_conditional = !taking_part(platform, &self.unit, &all).is_empty();
                        if is_conditional { "conditional" } else { "no-channel" }
                    } else {
                        Reason::NotInForce.code()
                    };
                    blocked.push(Stuck { holding: account, reason, short_by: None, least: None });
                    continue;
                };
                blocked.extend(stuck(group, at).map(|s| Stuck { holding: account, ..s }));
            }
        }
        blocked.sort_unstable_by_key(|s| s.holding);
        blocked
    }
}

/// Why nothing can be withdrawn from an account, where that is so.
fn stuck(group: &Group<'_>, at: usize) -> Option<Stuck> {
    let holding = group.holdings[at];
    let decimals = group.platform.unit.decimals;
    let none = vec![Spent::new(); group.quotas.len()];
    let mut why: Option<Stuck> = None;
    for day in 0..group.days.len() {
        let left = holding.left_on(group.days[day], holding.total());
        let may_leave = left.saturating_sub(holding.keep);
        for way in 0..group.ways.len() {
            let Some(terms) = group.terms(way, day, left, &none) else { continue };
            if largest(&terms, decimals, &Holding { undated: left, dated: Vec::new(), ..holding.clone() })
                .is_some()
            {
                return None;
            }
            if may_leave <= 0 {
                continue;
            }
            let mut anywhere = terms.clone();
            anywhere.available = None;
            let least = Amounts::of(&anywhere, decimals).smallest();
            let debit = least.and_then(|x| Some((x, group.outcome(&anywhere, x).ok()?.debit)));
            let short_by =
                debit.map(|(_, debit)| parts(debit - i128::from(may_leave))).filter(|short| *short > 0);
            let reason = group.outcome(&terms, may_leave).err().unwrap_or(Reason::InsufficientBalance);
            let reason = if short_by.is_some() && reason == Reason::InsufficientBalance {
                Reason::BelowMinimum
            } else {
                reason
            };
            let this = Stuck { holding: 0, reason: reason.code(), short_by, least: short_by.and(least) };
            let nearer = |a: &Stuck, b: &Stuck| {
                (a.short_by.is_none(), a.short_by) < (b.short_by.is_none(), b.short_by)
            };
            if why.as_ref().is_none_or(|known| nearer(&this, known)) {
                why = Some(this);
            }
        }
    }
    let kept = Stuck { holding: 0, reason: "kept", short_by: None, least: None };
    let not_in_force = Stuck { holding: 0, reason: Reason::NotInForce.code(), short_by: None, least: None };
    Some(why.unwrap_or(if holding.today() == 0 { kept } else { not_in_force }))
}

/// The largest amount that can be made with what may leave.
pub fn largest(terms: &Terms<'_>, decimals: u8, holding: &Holding) -> Option<i64> {
    if holding.keep == 0 {
        return Amounts::of(terms, decimals).largest();
    }
    // What stays is no part of what may leave, but it is a part of the balance that shares are of.
    let mut capped = terms.clone();
    capped.available = Some(holding.today());
    let amount = Amounts::of(&capped, decimals).largest()?;
    let outcome = crate::fee::outcome(terms, decimals, amount).ok()?;
    (outcome.debit <= i128::from(holding.today())).then_some(amount)
}
