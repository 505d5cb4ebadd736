//! What no plan can beat, for groups whose rules are too entangled to be solved outright.
//!
//! Every rule is loosened until it is plain: limits are gone, what may be free is free, a share is
//! never reached. What is left is solved exactly, and no real withdrawal costs less.

use super::Holding;
use super::blend::{Goal, Point};
use super::group::{Group, Offer, Way};
use super::runs;
use crate::fee::{Base, Channel, Charge, Scale, Slab, Tariff, Terms, Used};

/// From below what can be done with each account of a group.
pub fn bound(group: &Group<'_>, effort: &mut u64) -> Vec<Vec<Point>> {
    let accounts = 0..group.accounts.len();
    accounts
        .map(|account| loosened(group, account, effort).unwrap_or_else(|| crude(group, account)))
        .collect()
}

/// By the loosened rules; `None` where these are not plain either.
fn loosened(group: &Group<'_>, account: usize, effort: &mut u64) -> Option<Vec<Point>> {
    let mut channels: Vec<Channel> = Vec::new();
    for way in &group.ways {
        let mut tariffs: Vec<&Tariff> = way.offers.iter().flatten().map(|o| o.tariff).collect();
        tariffs.dedup_by(|a, b| std::ptr::eq(*a, *b));
        channels
            .extend(tariffs.into_iter().map(|t| Channel { tariffs: vec![loose(t)], ..way.channel.clone() }));
    }
    let holding = group.holdings[account];
    let holding = Holding { undated: holding.total(), dated: Vec::new(), ..holding.clone() };
    let months = group.days.last().map_or(0, |d| d.month().0 - group.days[0].month().0) + 1;
    let ways = channels.iter().map(way).collect();
    let loose = group.loosened(&holding, ways, months.unsigned_abs());
    let mut share = *effort / 8;
    let before = share;
    let solved = runs::solve(&loose, Goal::Reach(0), &mut share);
    *effort -= before - share;
    Some(solved?.points)
}

/// A channel of one rule without quotas.
fn way(channel: &Channel) -> Way<'_> {
    let mut offers = Vec::new();
    for tariff in &channel.tariffs {
        offers.push(Some(Offer { tariff, limits: Vec::new(), frees: vec![None; tariff.charges.len()] }));
    }
    Way { channel, offers }
}

/// A rule that allows all that the other does, and charges no more.
fn loose(tariff: &Tariff) -> Tariff {
    let stays =
        |c: &&Charge| c.share_from.is_none() && c.free.is_none() && c.base == Base::Amount && !c.clamp;
    let lower = |slab: &Slab| {
        let mut slab = *slab;
        slab.percent.high = slab.percent.low.min(slab.percent.high);
        slab.percent.low = slab.percent.high;
        slab
    };
    let all = |slabs: &Vec<Slab>| slabs.iter().map(lower).collect();
    let charges = tariff.charges.iter().filter(stays).map(|charge| Charge {
        scale: match &charge.scale {
            Scale::Line(line) => Scale::Line(lower(line)),
            Scale::Slabs(slabs) => Scale::Slabs(all(slabs)),
            Scale::Brackets(slabs) => Scale::Brackets(all(slabs)),
        },
        ..charge.clone()
    });
    Tariff {
        from: None,
        until: None,
        whole_balance: false,
        limits: Vec::new(),
        charges: charges.collect(),
        ..tariff.clone()
    }
}

/// Nothing costs less than what its rate takes, and no more arrives than all.
fn crude(group: &Group<'_>, account: usize) -> Vec<Point> {
    let total = i128::from(group.holdings[account].today());
    let mut most = 0;
    for way in &group.ways {
        let Some(offer) = way.offers.iter().flatten().next() else { continue };
        let terms = Terms::under(way.channel, offer.tariff, None, |_| Used::default(), |_| Used::default());
        let (num, den) = terms.conversion(group.platform.unit.decimals);
        most = most.max((total * num).div_euclid(den));
    }
    let cost = (total * group.par.0 - most * group.par.1).min(0);
    let nothing = Point { cost, net: 0, ties: (0, 0, 0), mark: 0 };
    vec![nothing, Point { net: most, ..nothing }]
}
