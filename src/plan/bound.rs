//! What no plan can beat, for groups whose rules are too entangled to be solved outright.
//!
//! Every rule is loosened until it is plain: the windows of a limit or a free quota become one that
//! lets through what they let through together, a free amount has no end, a share is never reached.
//! What is left is solved, and no real withdrawal costs less.

use super::blend::{Goal, Point};
use super::group::{Group, Offer, Quota, Way};
use super::{Holding, gcd, runs, spend};
use crate::fee::{Base, Channel, Charge, Free, Limit, Scale, Side, Slab, Tariff, Terms, Used, Window};

/// What no plan for one or more accounts can beat.
#[derive(Clone)]
pub struct Bound {
    /// Of all that can be done each is no better than one of these, or than what lies between two.
    pub points: Vec<Point>,
    /// What lies between two of them counts.
    pub divisible: bool,
}

impl Bound {
    /// The outline of plain rules.
    pub fn outline(plain: &runs::Plain) -> Bound {
        Bound { points: plain.least(), divisible: true }
    }

    /// Are all its points among what can be done?
    pub fn is_met(&self, points: &[Point]) -> bool {
        let met = |own: &Point| points.iter().any(|p| p.cost <= own.cost && p.net >= own.net);
        !self.divisible && self.points.iter().all(met)
    }
}

/// From below what can be done with each account of a group.
pub fn bound(group: &Group<'_>, effort: &mut u64) -> Vec<Bound> {
    let most = in_all(group);
    let held: i64 = group.holdings.iter().fold(0, |sum, h| sum.saturating_add(h.today()));
    if group.accounts.len() > 1 && most.is_some_and(|most| most < held) {
        // What binds them together binds them as one.
        let all = Holding { undated: held, dated: Vec::new(), keep: 0, ..group.holdings[0].clone() };
        if let Some(bound) = loosened(group, &all, group.accounts.len() as u32, most, effort) {
            return vec![bound];
        }
    }
    let alone = |(account, holding): (usize, &&Holding)| {
        loosened(group, holding, 1, most, effort).unwrap_or_else(|| crude(group, account))
    };
    group.holdings.iter().enumerate().map(alone).collect()
}

/// By the loosened rules, for a holding that stands for so many accounts and lets out so much at the
/// most; `None` where these are not plain either.
fn loosened(
    group: &Group<'_>,
    holding: &Holding,
    accounts: u32,
    most: Option<i64>,
    effort: &mut u64,
) -> Option<Bound> {
    let mut channels: Vec<Channel> = Vec::new();
    for way in &group.ways {
        let mut offers: Vec<&Offer<'_>> = way.offers.iter().flatten().collect();
        offers.dedup_by(|a, b| std::ptr::eq(a.tariff, b.tariff));
        let loosened = offers.into_iter().map(|offer| loose(group, offer));
        channels.extend(loosened.map(|t| Channel { tariffs: vec![t], ..way.channel.clone() }));
    }
    let most = most.map_or(i64::MAX, |most| most.saturating_add(holding.keep));
    let holding = Holding { undated: holding.total().min(most), dated: Vec::new(), ..holding.clone() };
    let months = group.days.last().map_or(0, |d| d.month().0 - group.days[0].month().0) + 1;
    let ways = channels.iter().enumerate().map(|(i, channel)| way(i, channel)).collect();
    let quotas = (0..channels.len()).map(Quota::of_way).collect();
    let loose = group.loosened(&holding, ways, quotas, months.unsigned_abs().saturating_mul(accounts));
    let share = *effort / 8;
    let finest = runs::prepare(&loose);
    let curve = finest.and_then(|plain| spend(effort, share, |share| plain.curve(i64::MAX, share)));
    if let Some(curve) = curve {
        return Some(Bound { points: curve.points(), divisible: false });
    }
    let plain = runs::prepare_below(&loose)?;
    let share = *effort / 8;
    let solved = spend(effort, share, |share| plain.solve(Goal::Reach(0), None, share));
    let points = |solved: runs::Runs| Bound { points: solved.points, divisible: false };
    Some(solved.map_or_else(|| Bound::outline(&plain), points))
}

/// A channel of one rule, all of whose quotas are its own.
fn way(place: usize, channel: &Channel) -> Way<'_> {
    let offer = |tariff: &'_ Tariff| {
        let frees = tariff.charges.iter().map(|c| c.free.as_ref().map(|_| place)).collect();
        (vec![place; tariff.limits.len()], frees)
    };
    let offers = channel.tariffs.iter().map(|tariff| {
        let (limits, frees) = offer(tariff);
        Some(Offer { tariff, limits, frees })
    });
    Way { channel, offers: offers.collect() }
}

/// How much can leave a group in all the time of the plan; `None` where some channel lets out what it is asked for.
fn in_all(group: &Group<'_>) -> Option<i64> {
    let mut most: Vec<(usize, i64)> = Vec::new();
    for way in &group.ways {
        let mut tightest: Option<(usize, i64)> = None;
        for offer in way.offers.iter().flatten() {
            // What leaves on top is no part of the amount.
            let amounts = offer.tariff.side == Side::Deducted;
            let limits = offer.tariff.limits.iter().zip(&offer.limits).filter(|_| amounts);
            let caps =
                limits.filter_map(|(l, quota)| Some((*quota, group.in_all(*quota, None, l.amount).1?)));
            // Every rule of the channel must be bound by the same quota.
            let cap = caps.min_by_key(|(_, most)| *most)?;
            match tightest {
                Some(known) if known != cap => return None,
                _ => tightest = Some(cap),
            }
        }
        most.extend(tightest);
    }
    // Of the limits that count together the widest.
    most.sort_unstable_by_key(|(quota, most)| (*quota, std::cmp::Reverse(*most)));
    most.dedup_by_key(|(quota, _)| *quota);
    most.into_iter().try_fold(0_i64, |sum, (_, most)| sum.checked_add(most))
}

/// A rule that allows all that the other does in all the time of the plan, and charges no more.
fn loose(group: &Group<'_>, offer: &Offer<'_>) -> Tariff {
    let tariff = offer.tariff;
    let stays = |c: &Charge| c.share_from.is_none() && c.base == Base::Amount && !c.clamp;
    let lower = |slab: &Slab| {
        let mut slab = *slab;
        slab.percent.high = slab.percent.low.min(slab.percent.high);
        slab.percent.low = slab.percent.high;
        slab
    };
    let all = |slabs: &Vec<Slab>| slabs.iter().map(lower).collect();
    let mut charges: Vec<Charge> = Vec::new();
    for (charge, quota) in tariff.charges.iter().zip(&offer.frees) {
        let free = match (&charge.free, quota) {
            (None, _) => None,
            // The withdrawals that are free in one window or another.
            (Some(Free { count: Some(count), amount: None, crossing, .. }), Some(quota)) => {
                let count = group.in_all(*quota, Some(*count), None).0;
                Some(Free { count, amount: None, per: Window::Lifetime, crossing: *crossing, pool: None })
            }
            (Some(_), _) => continue,
        };
        if !stays(charge) {
            continue;
        }
        charges.push(Charge {
            scale: match &charge.scale {
                Scale::Line(line) => Scale::Line(lower(line)),
                Scale::Slabs(slabs) => Scale::Slabs(all(slabs)),
                Scale::Brackets(slabs) => Scale::Brackets(all(slabs)),
            },
            free,
            ..charge.clone()
        });
    }
    let limits = tariff.limits.iter().zip(&offer.limits).map(|(limit, quota)| {
        let (count, amount) = group.in_all(*quota, limit.count, limit.amount);
        Limit { per: Window::Lifetime, count, amount, pool: None }
    });
    Tariff {
        from: None,
        until: None,
        whole_balance: false,
        limits: limits.collect(),
        charges,
        ..tariff.clone()
    }
}

/// Nothing costs less than what its rate takes, and no more arrives than all.
fn crude(group: &Group<'_>, account: usize) -> Bound {
    // Of what is no whole number of steps something stays.
    let offers = group.ways.iter().flat_map(|way| way.offers.iter().flatten());
    let step = offers.fold(0, |step, offer| gcd(step, i128::from(offer.tariff.step.max(1)))).max(1);
    let deducted =
        |way: &Way<'_>| way.offers.iter().flatten().all(|offer| offer.tariff.side == Side::Deducted);
    let today = i128::from(group.holdings[account].today());
    let total = if group.ways.iter().all(deducted) { today / step * step } else { today };
    let mut most = 0;
    for way in &group.ways {
        let Some(offer) = way.offers.iter().flatten().next() else { continue };
        let terms = Terms::under(way.channel, offer.tariff, None, |_| Used::default(), |_| Used::default());
        let (num, den) = terms.conversion(group.platform.unit.decimals);
        most = most.max((total * num).div_euclid(den));
    }
    let cost = (total * group.par.0 - most * group.par.1).min(0);
    // Whatever arrives takes a withdrawal.
    let nothing = Point { cost, ..Point::nothing(0) };
    let all = Point { cost: cost + group.step_price(), net: most, ..nothing };
    Bound { points: vec![nothing, all], divisible: false }
}
