//! One platform as a plan sees it: who holds what there, by which channels it may leave on which
//! days, and which quotas its withdrawals share.

mod days;

use super::knapsack::Order;
use super::{Holding, PlanRequest};
use crate::fee::{
    Channel, Destination, Outcome, Platform, PricingContext, QuotaKey, QuotaUsage, Reason, Tariff, Window,
    outcome,
};
use crate::money::{Rate, Unit, div_ceil, gcd};
use crate::period::{Day, LocalDateTime};
use days::days;
use std::collections::HashMap;
use std::ops::Range;

pub use days::quota_keys;

/// So many channels of an account are told apart where nothing else decides between plans.
const WAYS_ORDERED: usize = 8;

/// A platform with those of its accounts that a plan may draw on.
#[derive(Clone)]
pub struct Subproblem<'p> {
    /// The platform.
    pub platform: &'p Platform,
    /// Its accounts, by their place in the question.
    pub accounts: Vec<usize>,
    /// What each of them holds.
    pub holdings: Vec<&'p Holding>,
    /// The days on which something may leave, the first of them today.
    pub days: Vec<Day>,
    /// Days were left out.
    pub days_cut: bool,
    /// The channels that take part.
    pub options: Vec<ChannelOption<'p>>,
    /// What withdrawals count against.
    pub quotas: Vec<Quota>,
    /// Parts of the target's unit that a part of the platform's is worth, as a fraction.
    pub par: (i128, i128),
    /// At most so many withdrawals for each account, channel and calendar month.
    pub splits: u32,
    /// What each withdrawal costs besides, in parts of the target's unit.
    pub step_cost: i64,
    now: LocalDateTime,
}

/// A channel that takes part.
#[derive(Clone)]
pub struct ChannelOption<'p> {
    /// The channel.
    pub channel: &'p Channel,
    /// Its rule on each of the days.
    pub tariffs: Vec<Option<DailyTariff<'p>>>,
    /// The most withdrawals through it, where it has a fixed part of the counts that it shares with others.
    pub count_max: Option<usize>,
}

/// The rule of a channel on a day, with the quotas that its limits and free quotas stand for.
#[derive(Clone)]
pub struct DailyTariff<'p> {
    /// The rule.
    pub tariff: &'p Tariff,
    /// The quota of each limit.
    pub limits: Vec<usize>,
    /// The quota of each charge that is free at first.
    pub frees: Vec<Option<usize>>,
}

/// A window of time in which the withdrawals through some channels count together.
#[derive(Clone)]
pub struct Quota {
    /// The window.
    pub per: Window,
    /// The channels, by full id.
    channels: Vec<String>,
    /// Those of them that take part.
    pub options: Vec<usize>,
    /// What the ledger says is used, on each of the days.
    pub base: Vec<QuotaUsage>,
    /// Withdrawals of the plan can use it up, or up its free part.
    pub tracked: QuotaTracking,
}

impl Quota {
    /// A quota of one channel for all time, of which nothing is used.
    pub fn of_way(option: usize) -> Quota {
        Quota {
            per: Window::Lifetime,
            channels: Vec::new(),
            options: vec![option],
            base: vec![QuotaUsage::default()],
            tracked: QuotaTracking { count: true, amount: true },
        }
    }
}

/// What of the withdrawals of a plan a quota must follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaTracking {
    /// How many there are.
    pub count: bool,
    /// What they come to.
    pub amount: bool,
}

/// Withdrawals of a plan that a quota counts: the day, how many, their amounts.
pub type PlannedUse = Vec<(u16, i64, i64)>;

impl<'p> Subproblem<'p> {
    /// The platform of a question with those accounts; `None` where no channel takes part.
    pub fn of(
        request: &'p PlanRequest<'p>,
        platform: &'p Platform,
        accounts: Vec<usize>,
        used: &HashMap<QuotaKey, QuotaUsage>,
    ) -> Option<Subproblem<'p>> {
        let (days, days_cut) = days(request, platform, used);
        let mut channels = eligible_channels(platform, &request.unit, &request.assumed);
        // What a free channel does as well need not be looked at, nor what it would share with others.
        let mut place = 0;
        while place < channels.len() {
            if channels[..place].iter().any(|earlier| replaces(earlier, channels[place], &days)) {
                channels.remove(place);
            } else {
                place += 1;
            }
        }
        if channels.is_empty() {
            return None;
        }
        let ids: Vec<String> = channels.iter().map(|channel| platform.full_id(channel)).collect();
        let holdings: Vec<&Holding> = accounts.iter().map(|i| &request.holdings[*i]).collect();
        let mut subproblem = Subproblem {
            platform,
            par: par(request, platform),
            accounts,
            holdings,
            days,
            days_cut,
            options: Vec::new(),
            quotas: Vec::new(),
            splits: request.splits,
            step_cost: request.step_cost,
            now: request.now,
        };
        for channel in channels {
            let tariffs =
                (0..subproblem.days.len()).map(|day| subproblem.daily(channel, &ids, day, used)).collect();
            subproblem.options.push(ChannelOption { channel, tariffs, count_max: None });
        }
        subproblem.options.iter().any(|w| w.tariffs.iter().any(Option::is_some)).then(|| {
            subproblem.mark_tracked();
            subproblem
        })
    }

    fn daily(
        &mut self,
        channel: &'p Channel,
        ids: &[String],
        day: usize,
        used: &HashMap<QuotaKey, QuotaUsage>,
    ) -> Option<DailyTariff<'p>> {
        let tariff = channel.tariff_on(self.days[day])?;
        let mut quota = |per, pool: Option<&str>| self.quota(channel, ids, per, pool, day, used);
        let limits = tariff.limits.iter().map(|l| quota(l.per, l.pool.as_deref())).collect();
        let frees = tariff.charges.iter().map(|c| c.free.as_ref());
        let frees = frees.map(|f| f.map(|f| quota(f.per, f.pool.as_deref()))).collect();
        Some(DailyTariff { tariff, limits, frees })
    }

    /// The place of a quota, which is put among the others where it is new: what leaves through any of
    /// its channels uses it up, whether that one has the same window or not.
    fn quota(
        &mut self,
        channel: &Channel,
        ids: &[String],
        per: Window,
        pool: Option<&str>,
        day: usize,
        used: &HashMap<QuotaKey, QuotaUsage>,
    ) -> usize {
        let channels = self.platform.quota_key(channel, per, pool, self.at(day)).channels;
        let found = self.quotas.iter().position(|q| q.per == per && q.channels == channels);
        found.unwrap_or_else(|| {
            let base = (0..self.days.len()).map(|day| {
                let at = self.at(day);
                usage_on_record(
                    used,
                    &QuotaKey { channels: channels.clone(), since: per.start(at), until: at },
                )
            });
            let base = base.collect();
            let tracked = QuotaTracking::default();
            let options = (0..ids.len()).filter(|option| channels.contains(&ids[*option])).collect();
            self.quotas.push(Quota { per, channels, options, base, tracked });
            self.quotas.len() - 1
        })
    }

    /// Finds the quotas that withdrawals of a plan can use up.
    fn mark_tracked(&mut self) {
        let total: i128 = self.holdings.iter().map(|h| i128::from(h.today())).sum();
        let months = self.days.last().map_or(0, |d| d.month().0) - self.now.month().0 + 1;
        let most =
            self.splits as i128 * i128::from(months) * (self.options.len() * self.accounts.len()) as i128;
        let smallest = |t: &Tariff| i128::from(t.min.unwrap_or(1).max(t.step).max(1));
        let mut tracked = vec![QuotaTracking::default(); self.quotas.len()];
        for option in &self.options {
            for (day, daily) in option.tariffs.iter().enumerate() {
                let Some(daily) = daily else { continue };
                let rows = daily.tariff.limits.iter().zip(&daily.limits);
                let rows = rows.map(|(l, q)| (l.count, l.amount, *q));
                let frees = daily.tariff.charges.iter().zip(&daily.frees);
                let frees = frees.filter_map(|(c, q)| {
                    let free = c.free.as_ref()?;
                    Some((free.count, free.amount, (*q)?))
                });
                for (count, amount, q) in rows.chain(frees) {
                    let quota = &self.quotas[q];
                    // The cheapest way to use a count up is by the smallest amounts that count.
                    let options = quota.options.iter().filter_map(|w| self.options.get(*w));
                    let tariffs = options.flat_map(|w| w.tariffs.iter().flatten());
                    let least = tariffs.map(|o| smallest(o.tariff)).min().unwrap_or(1);
                    let withdrawals = most.min(total / least.max(1));
                    let base = quota.base[day];
                    let reach = |limit: i64, base: i64, more: i128| {
                        base < limit && i128::from(base) + more > i128::from(limit)
                    };
                    tracked[q].count |= count.is_some_and(|count| reach(count, base.count, withdrawals));
                    tracked[q].amount |= amount.is_some_and(|amount| reach(amount, base.amount, total));
                }
            }
        }
        for (quota, tracked) in self.quotas.iter_mut().zip(tracked) {
            quota.tracked = tracked;
        }
    }

    /// The moment of a withdrawal on one of the days: today it is now, else the first second.
    pub fn at(&self, day: usize) -> LocalDateTime {
        if self.days[day] == self.now.day() { self.now } else { self.days[day].start() }
    }

    /// Do two of the days share a window, seen from the second of them?
    pub fn same_window(&self, per: Window, earlier: usize, later: usize) -> bool {
        per.start(self.at(later)).is_none_or(|start| start <= self.at(earlier))
    }

    /// Do no quotas tie the accounts to each other?
    pub fn is_free_of_quotas(&self) -> bool {
        self.quotas.iter().all(|q| q.tracked == QuotaTracking::default())
    }

    /// Each account alone, where no quota ties them to each other.
    pub fn split(self) -> Vec<Subproblem<'p>> {
        if self.accounts.len() < 2 || !self.is_free_of_quotas() {
            return vec![self];
        }
        let alone = |(account, holding): (&usize, &&'p Holding)| Subproblem {
            platform: self.platform,
            accounts: vec![*account],
            holdings: vec![*holding],
            days: self.days.clone(),
            days_cut: self.days_cut,
            options: self.options.clone(),
            quotas: self.quotas.clone(),
            par: self.par,
            splits: self.splits,
            step_cost: self.step_cost,
            now: self.now,
        };
        self.accounts.iter().zip(&self.holdings).map(alone).collect()
    }

    /// The same in the first days only, and with fewer withdrawals a month.
    pub fn narrowed(&self, days: usize, splits: u32) -> Subproblem<'p> {
        let mut narrowed = self.clone();
        narrowed.days.truncate(days);
        for tariffs in narrowed.options.iter_mut().map(|option| &mut option.tariffs) {
            tariffs.truncate(days);
        }
        for base in narrowed.quotas.iter_mut().map(|quota| &mut quota.base) {
            base.truncate(days);
        }
        narrowed.days_cut &= days == self.days.len();
        narrowed.splits = splits;
        narrowed
    }

    /// How much and how many withdrawals a quota lets through in all the time of the plan at the most,
    /// where a window lets that through.
    pub fn over_horizon(
        &self,
        quota: usize,
        count: Option<i64>,
        amount: Option<i64>,
    ) -> (Option<i64>, Option<i64>) {
        let quota = &self.quotas[quota];
        let (mut counts, mut amounts) = (0_i64, 0_i64);
        let mut day = 0;
        while day < self.days.len() {
            // Days that one window can hold, whichever of them finds least used.
            let together =
                (day..self.days.len()).take_while(|later| self.same_window(quota.per, day, *later));
            let last = together.last().unwrap_or(day);
            let base = &quota.base[day..=last];
            let base_count = base.iter().map(|used| used.count).min().unwrap_or(0);
            let base_amount = base.iter().map(|used| used.amount).min().unwrap_or(0);
            counts = counts.saturating_add((count.unwrap_or(0) - base_count).max(0));
            amounts = amounts.saturating_add((amount.unwrap_or(0) - base_amount).max(0));
            day = last + 1;
        }
        (count.map(|_| counts), amount.map(|_| amounts))
    }

    /// The group of one account under other rules, on one day that has room for so many months.
    pub fn relaxed<'q>(
        &self,
        holding: &'q Holding,
        options: Vec<ChannelOption<'q>>,
        quotas: Vec<Quota>,
        months: u32,
    ) -> Subproblem<'q>
    where
        'p: 'q,
    {
        Subproblem {
            platform: self.platform,
            accounts: vec![0],
            holdings: vec![holding],
            days: self.days[..1].to_vec(),
            days_cut: false,
            options,
            quotas,
            par: self.par,
            splits: self.splits.saturating_mul(months),
            step_cost: self.step_cost,
            now: self.now,
        }
    }

    /// What of a quota is used on a day, with what the plan has used of it so far.
    pub fn used(&self, quota: usize, day: usize, spent: &[PlannedUse]) -> QuotaUsage {
        let row = &self.quotas[quota];
        let mut used = row.base[day];
        for (on, count, amount) in &spent[quota] {
            if self.same_window(row.per, usize::from(*on), day) {
                used.count = used.count.saturating_add(*count);
                used.amount = used.amount.saturating_add(*amount);
            }
        }
        used
    }

    /// The terms of a channel on a day; `None` where none are in force.
    pub fn pricing(
        &self,
        option: usize,
        day: usize,
        available: i64,
        spent: &[PlannedUse],
    ) -> Option<PricingContext<'p>> {
        let option = &self.options[option];
        let daily = option.tariffs[day].as_ref()?;
        let limit = |i: usize| self.used(daily.limits[i], day, spent);
        let free =
            |i: usize| daily.frees[i].map_or(QuotaUsage::default(), |quota| self.used(quota, day, spent));
        Some(PricingContext::for_tariff(option.channel, daily.tariff, Some(available), limit, free))
    }

    /// What a withdrawal comes to under those terms.
    pub fn outcome(&self, pricing: &PricingContext<'_>, amount: i64) -> Result<Outcome, Reason> {
        outcome(pricing, self.platform.unit.decimals, amount)
    }

    /// Counts a withdrawal against every quota that must follow it.
    pub fn record_use(&self, spent: &mut [PlannedUse], option: usize, day: usize, amount: i64) {
        for (quota, spent) in self.quotas.iter().zip(spent) {
            let QuotaTracking { count, amount: amounts } = quota.tracked;
            if !(count || amounts) || !quota.options.contains(&option) {
                continue;
            }
            let (count, amount) = (i64::from(count), if amounts { amount } else { 0 });
            match spent.last_mut() {
                Some(last) if usize::from(last.0) == day => {
                    last.1 += count;
                    last.2 = last.2.saturating_add(amount);
                }
                _ => spent.push((day as u16, count, amount)),
            }
        }
    }

    /// Forgets what no longer counts on a day, and tells what counts for the same stretch apart no more.
    pub fn forget(&self, spent: &mut [PlannedUse], day: usize) {
        for (quota, spent) in self.quotas.iter().zip(spent) {
            spent.retain(|(on, ..)| self.same_window(quota.per, usize::from(*on), day));
            if !matches!(quota.per, Window::Hours(_)) && !spent.is_empty() {
                let sum = spent.iter().fold((day as u16, 0, 0_i64), |sum, (_, count, amount)| {
                    (sum.0, sum.1 + count, sum.2.saturating_add(*amount))
                });
                *spent = vec![sum];
            }
        }
    }

    /// The cost of a withdrawal, in parts of the target's unit times the lower part of `par`.
    pub fn cost(&self, outcome: &Outcome) -> i128 {
        outcome.debit * self.par.0 - outcome.net * self.par.1
    }

    /// What its accounts hold at the most, in the target's unit.
    pub fn worth(&self) -> i128 {
        let held: i128 = self.holdings.iter().map(|holding| i128::from(holding.today())).sum();
        div_ceil(held * self.par.0, self.par.1)
    }

    /// Returns the most that one withdrawal from an account can bring, in parts of the target's unit.
    pub fn most_of_one(&self, account: usize) -> i128 {
        let today = self.holdings[account].today();
        let brings = |option: &ChannelOption<'_>, daily: &DailyTariff<'_>| {
            let limits = daily.tariff.limits.iter().filter_map(|limit| limit.amount);
            let most = limits.chain(daily.tariff.max).fold(today, i64::min);
            let (num, den) = option.channel.conversion(self.platform.unit.decimals);
            (i128::from(most) * num).div_euclid(den)
        };
        let options = self.options.iter();
        let all = options.flat_map(|o| o.tariffs.iter().flatten().map(move |daily| brings(o, daily)));
        all.max().unwrap_or(0)
    }

    /// Returns how many withdrawals from some of its accounts it takes at the least to bring so much;
    /// charges are not considered.
    pub fn fewest_withdrawals(&self, accounts: Range<usize>, net: i128) -> i64 {
        let most = accounts.map(|account| self.most_of_one(account)).max().unwrap_or(0);
        if net <= 0 { 0 } else { i64::try_from(div_ceil(net, most.max(1))).unwrap_or(i64::MAX) }
    }

    /// What each withdrawal costs besides, in the fraction that costs are counted in.
    pub fn step_price(&self) -> i128 {
        i128::from(self.step_cost) * self.par.1
    }

    /// The order of so many withdrawals from an account through a channel, among all of the question.
    pub fn order(&self, account: usize, option: usize, count: usize) -> Order {
        order(self.accounts[account], option, count)
    }
}

/// The order of so many withdrawals from an account, by its place in the question, through a channel.
pub fn order(account: usize, option: usize, count: usize) -> Order {
    Order::of(account * WAYS_ORDERED + option.min(WAYS_ORDERED - 1), count)
}

/// The channels of a platform that take part in a plan for a unit: those that pay it to a bank, a
/// card or in cash, and whose condition, where they have one, is assumed to be met.
pub fn eligible_channels<'p>(platform: &'p Platform, unit: &Unit, assumed: &[String]) -> Vec<&'p Channel> {
    let open = platform.withdrawable && !platform.ended;
    let lands = |c: &&Channel| {
        c.pays == *unit && matches!(c.to, Destination::Bank | Destination::Card | Destination::Cash)
    };
    let is_met = |c: &&Channel| c.condition.is_none() || assumed.contains(&platform.full_id(c));
    platform.channels.iter().filter(|_| open).filter(lands).filter(is_met).collect()
}

/// Whether whatever can be withdrawn through a channel on some days can be withdrawn as well, free and
/// in one withdrawal of the same day, through another one that nothing limits.
fn replaces(free: &Channel, other: &Channel, days: &[Day]) -> bool {
    let least = |tariff: &Tariff| tariff.min.unwrap_or(1).max(tariff.step);
    let on = |day: &Day| match (free.tariff_on(*day), other.tariff_on(*day)) {
        (_, None) => true,
        (None, _) => false,
        (Some(free), Some(other)) => {
            free.charges.is_empty()
                && free.limits.is_empty()
                && free.max.is_none()
                && !free.whole_balance
                && least(free) <= least(other)
                && other.step.max(1) % free.step.max(1) == 0
        }
    };
    free.rate == other.rate && free.pays == other.pays && days.iter().all(on)
}

/// What a part of the platform's unit is worth in parts of another, as a fraction: the same where
/// the units are, else the best rate of a channel that pays the other.
pub fn par(request: &PlanRequest<'_>, platform: &Platform) -> (i128, i128) {
    let (unit, from, to) = (&request.unit, request.now.day(), request.by);
    if platform.unit == *unit {
        return (1, 1);
    }
    let in_force = |c: &&Channel| {
        c.tariffs.iter().any(|t| t.from.is_none_or(|f| f <= to) && t.until.is_none_or(|u| from <= u))
    };
    let rates = platform.channels.iter().filter(|c| c.pays == *unit).filter(in_force).map(|c| c.rate);
    let more = |a: &Rate, b: &Rate| {
        (i128::from(a.num) * i128::from(b.den)).cmp(&(i128::from(b.num) * i128::from(a.den)))
    };
    let best = rates.max_by(more).unwrap_or(Rate::ONE);
    let scale = |more: u8| 10_i128.pow(u32::from(more));
    let num = i128::from(best.num) * scale(unit.decimals.saturating_sub(platform.unit.decimals));
    let den = i128::from(best.den) * scale(platform.unit.decimals.saturating_sub(unit.decimals));
    let common = gcd(num, den);
    (num / common, den / common)
}

/// What of a quota is used, as far as it was asked: a later moment of the same window finds the
/// same used as the latest moment asked.
fn usage_on_record(used: &HashMap<QuotaKey, QuotaUsage>, ask: &QuotaKey) -> QuotaUsage {
    if let Some(usage_on_record) = used.get(ask) {
        return *usage_on_record;
    }
    let same = |other: &&QuotaKey| {
        other.channels == ask.channels && other.since == ask.since && other.until <= ask.until
    };
    let known = used.keys().filter(same).max_by_key(|u| u.until);
    known.and_then(|known| used.get(known)).copied().unwrap_or_default()
}
