//! The accounts from which nothing can be withdrawn in time, and why.

use super::subproblem::{PlannedUse, Subproblem, eligible_channels};
use super::{BlockedAccount, Holding, PlanRequest, parts};
use crate::fee::{AmountSearch, PricingContext, QuotaKey, QuotaUsage, Reason};
use std::collections::HashMap;

impl<'p> PlanRequest<'p> {
    /// Why nothing can be withdrawn from an account on any of the days, for each such account.
    pub(super) fn blocked(&'p self, used: &HashMap<QuotaKey, QuotaUsage>) -> Vec<BlockedAccount> {
        let mut blocked = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].total() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if accounts.is_empty() {
                continue;
            }
            let subproblem = Subproblem::of(self, platform, accounts.clone(), used);
            for (at, account) in accounts.into_iter().enumerate() {
                let Some(subproblem) = &subproblem else {
                    let reason = if !platform.withdrawable {
                        Reason::NotWithdrawable.code()
                    } else if platform.ended {
                        Reason::Ended.code()
                    } else if eligible_channels(platform, &self.unit, &self.assumed).is_empty() {
                        let all: Vec<String> =
                            platform.channels.iter().map(|channel| platform.full_id(channel)).collect();
                        let is_conditional = !eligible_channels(platform, &self.unit, &all).is_empty();
                        if is_conditional { "conditional" } else { "no-channel" }
                    } else {
                        Reason::NotInForce.code()
                    };
                    blocked.push(BlockedAccount { holding: account, reason, short_by: None, least: None });
                    continue;
                };
                blocked.extend(stuck(subproblem, at).map(|s| BlockedAccount { holding: account, ..s }));
            }
        }
        blocked.sort_unstable_by_key(|s| s.holding);
        blocked
    }
}

/// Why nothing can be withdrawn from an account, where that is so.
fn stuck(subproblem: &Subproblem<'_>, at: usize) -> Option<BlockedAccount> {
    let holding = subproblem.holdings[at];
    let decimals = subproblem.platform.unit.decimals;
    let none = vec![PlannedUse::new(); subproblem.quotas.len()];
    let mut why: Option<BlockedAccount> = None;
    for day in 0..subproblem.days.len() {
        let left = holding.left_on(subproblem.days[day], holding.total());
        let may_leave = left.saturating_sub(holding.keep);
        for option in 0..subproblem.options.len() {
            let Some(pricing) = subproblem.pricing(option, day, left, &none) else { continue };
            if largest(&pricing, decimals, &Holding { undated: left, dated: Vec::new(), ..holding.clone() })
                .is_some()
            {
                return None;
            }
            if may_leave <= 0 {
                continue;
            }
            let mut anywhere = pricing.clone();
            anywhere.available = None;
            let least = AmountSearch::of(&anywhere, decimals).smallest();
            let debit = least.and_then(|x| Some((x, subproblem.outcome(&anywhere, x).ok()?.debit)));
            let short_by =
                debit.map(|(_, debit)| parts(debit - i128::from(may_leave))).filter(|short| *short > 0);
            let reason = subproblem.outcome(&pricing, may_leave).err().unwrap_or(Reason::InsufficientBalance);
            let reason = if short_by.is_some() && reason == Reason::InsufficientBalance {
                Reason::BelowMinimum
            } else {
                reason
            };
            let this =
                BlockedAccount { holding: 0, reason: reason.code(), short_by, least: short_by.and(least) };
            let nearer = |a: &BlockedAccount, b: &BlockedAccount| {
                (a.short_by.is_none(), a.short_by) < (b.short_by.is_none(), b.short_by)
            };
            if why.as_ref().is_none_or(|known| nearer(&this, known)) {
                why = Some(this);
            }
        }
    }
    let kept = BlockedAccount { holding: 0, reason: "kept", short_by: None, least: None };
    let not_in_force =
        BlockedAccount { holding: 0, reason: Reason::NotInForce.code(), short_by: None, least: None };
    Some(why.unwrap_or(if holding.today() == 0 { kept } else { not_in_force }))
}

/// The largest amount that can be made with what may leave. What stays is no part of that, but it is a
/// part of the balance that shares are of.
pub fn largest(pricing: &PricingContext<'_>, decimals: u8, holding: &Holding) -> Option<i64> {
    AmountSearch::of(pricing, decimals).keeping(holding.keep).largest()
}
