//! One platform as a plan sees it: who holds what there, by which channels it may leave on which
//! days, and which quotas its withdrawals share.

use super::{Holding, Question};
use crate::fee::{
    Channel, Destination, Outcome, Platform, Reason, Tariff, Terms, Use, Used, Window, outcome,
};
use crate::money::{Rate, Unit};
use crate::period::{Day, Moment};
use std::collections::{BTreeSet, HashMap};

/// So many days on one platform are looked at; with more the plan is not proven.
const DAYS_MAX: usize = 400;

/// A platform with those of its accounts that a plan may draw on.
#[derive(Clone)]
pub struct Group<'p> {
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
    pub ways: Vec<Way<'p>>,
    /// What withdrawals count against.
    pub quotas: Vec<Quota>,
    /// Parts of the target's unit that a part of the platform's is worth, as a fraction.
    pub par: (i128, i128),
    /// At most so many withdrawals for each account, channel and calendar month.
    pub splits: u32,
    now: Moment,
}

/// A channel that takes part.
#[derive(Clone)]
pub struct Way<'p> {
    /// The channel.
    pub channel: &'p Channel,
    /// Its rule on each of the days.
    pub offers: Vec<Option<Offer<'p>>>,
}

/// The rule of a channel on a day, with the quotas that its limits and free quotas stand for.
#[derive(Clone)]
pub struct Offer<'p> {
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
    pub ways: Vec<usize>,
    /// What the ledger says is used, on each of the days.
    pub base: Vec<Used>,
    /// Withdrawals of the plan can use it up, or up its free part.
    pub counted: Counted,
}

impl Quota {
    /// A quota of one channel for all time, of which nothing is used.
    pub fn of_way(way: usize) -> Quota {
        Quota {
            per: Window::Lifetime,
            channels: Vec::new(),
            ways: vec![way],
            base: vec![Used::default()],
            counted: Counted { count: true, amount: true },
        }
    }
}

/// What of the withdrawals of a plan a quota must follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many there are.
    pub count: bool,
    /// What they come to.
    pub amount: bool,
}

/// Withdrawals of a plan that a quota counts: the day, how many, their amounts.
pub type Spent = Vec<(u16, i64, i64)>;

impl<'p> Group<'p> {
    /// The platform of a question with those accounts; `None` where no channel takes part.
    pub fn of(
        question: &'p Question<'p>,
        platform: &'p Platform,
        accounts: Vec<usize>,
        used: &HashMap<Use, Used>,
    ) -> Option<Group<'p>> {
        let channels = taking_part(platform, &question.unit);
        if channels.is_empty() {
            return None;
        }
        let (days, days_cut) = days(question, platform, used);
        let holdings: Vec<&Holding> = accounts.iter().map(|i| &question.holdings[*i]).collect();
        let mut group = Group {
            platform,
            par: par(platform, &question.unit, question.now.day(), question.by),
            accounts,
            holdings,
            days,
            days_cut,
            ways: Vec::new(),
            quotas: Vec::new(),
            splits: question.splits,
            now: question.now,
        };
        for (way, channel) in channels.into_iter().enumerate() {
            let offers = (0..group.days.len()).map(|day| group.offer(channel, way, day, used)).collect();
            group.ways.push(Way { channel, offers });
        }
        group.ways.iter().any(|w| w.offers.iter().any(Option::is_some)).then(|| {
            group.mark_counted();
            group
        })
    }

    fn offer(
        &mut self,
        channel: &'p Channel,
        way: usize,
        day: usize,
        used: &HashMap<Use, Used>,
    ) -> Option<Offer<'p>> {
        let tariff = channel.tariff_on(self.days[day])?;
        let mut quota = |per, pool: Option<&str>| self.quota(channel, way, per, pool, day, used);
        let limits = tariff.limits.iter().map(|l| quota(l.per, l.pool.as_deref())).collect();
        let frees = tariff.charges.iter().map(|c| c.free.as_ref());
        let frees = frees.map(|f| f.map(|f| quota(f.per, f.pool.as_deref()))).collect();
        Some(Offer { tariff, limits, frees })
    }

    /// The place of a quota, which is put among the others where it is new.
    fn quota(
        &mut self,
        channel: &Channel,
        way: usize,
        per: Window,
        pool: Option<&str>,
        day: usize,
        used: &HashMap<Use, Used>,
    ) -> usize {
        let channels = self.platform.use_of(channel, per, pool, self.at(day)).channels;
        let found = self.quotas.iter().position(|q| q.per == per && q.channels == channels);
        let place = found.unwrap_or_else(|| {
            let base = (0..self.days.len()).map(|day| {
                let at = self.at(day);
                answer(used, &Use { channels: channels.clone(), since: per.start(at), until: at })
            });
            let base = base.collect();
            let counted = Counted::default();
            self.quotas.push(Quota { per, channels, ways: Vec::new(), base, counted });
            self.quotas.len() - 1
        });
        if !self.quotas[place].ways.contains(&way) {
            self.quotas[place].ways.push(way);
        }
        place
    }

    /// Finds the quotas that withdrawals of a plan can use up.
    fn mark_counted(&mut self) {
        let total: i128 = self.holdings.iter().map(|h| i128::from(h.today())).sum();
        let months = self.days.last().map_or(0, |d| d.month().0) - self.now.month().0 + 1;
        let most = self.splits as i128 * i128::from(months) * (self.ways.len() * self.accounts.len()) as i128;
        let smallest = |t: &Tariff| i128::from(t.min.unwrap_or(1).max(t.step).max(1));
        let mut counted = vec![Counted::default(); self.quotas.len()];
        for way in &self.ways {
            for (day, offer) in way.offers.iter().enumerate() {
                let Some(offer) = offer else { continue };
                let rows = offer.tariff.limits.iter().zip(&offer.limits);
                let rows = rows.map(|(l, q)| (l.count, l.amount, *q));
                let frees = offer.tariff.charges.iter().zip(&offer.frees);
                let frees = frees.filter_map(|(c, q)| {
                    let free = c.free.as_ref()?;
                    Some((free.count, free.amount, (*q)?))
                });
                for (count, amount, q) in rows.chain(frees) {
                    let quota = &self.quotas[q];
                    // The cheapest way to use a count up is by the smallest amounts that count.
                    let ways = quota.ways.iter().filter_map(|w| self.ways.get(*w));
                    let offers = ways.flat_map(|w| w.offers.iter().flatten());
                    let least = offers.map(|o| smallest(o.tariff)).min().unwrap_or(1);
                    let moves = most.min(total / least.max(1));
                    let base = quota.base[day];
                    let reach = |limit: i64, base: i64, more: i128| {
                        base < limit && i128::from(base) + more > i128::from(limit)
                    };
                    counted[q].count |= count.is_some_and(|count| reach(count, base.count, moves));
                    counted[q].amount |= amount.is_some_and(|amount| reach(amount, base.amount, total));
                }
            }
        }
        for (quota, counted) in self.quotas.iter_mut().zip(counted) {
            quota.counted = counted;
        }
    }

    /// The moment of a withdrawal on one of the days: today it is now, else the first second.
    pub fn at(&self, day: usize) -> Moment {
        if self.days[day] == self.now.day() { self.now } else { self.days[day].start() }
    }

    /// Do two of the days share a window, seen from the second of them?
    pub fn shares(&self, per: Window, earlier: usize, later: usize) -> bool {
        per.start(self.at(later)).is_none_or(|start| start <= self.at(earlier))
    }

    /// Do no quotas tie the accounts to each other?
    pub fn is_free_of_quotas(&self) -> bool {
        self.quotas.iter().all(|q| q.counted == Counted::default())
    }

    /// Each account alone, where no quota ties them to each other.
    pub fn apart(self) -> Vec<Group<'p>> {
        if self.accounts.len() < 2 || !self.is_free_of_quotas() {
            return vec![self];
        }
        let alone = |(account, holding): (&usize, &&'p Holding)| Group {
            platform: self.platform,
            accounts: vec![*account],
            holdings: vec![*holding],
            days: self.days.clone(),
            days_cut: self.days_cut,
            ways: self.ways.clone(),
            quotas: self.quotas.clone(),
            par: self.par,
            splits: self.splits,
            now: self.now,
        };
        self.accounts.iter().zip(&self.holdings).map(alone).collect()
    }

    /// How much and how many withdrawals a quota lets through in all the time of the plan at the most,
    /// where a window lets that through.
    pub fn in_all(
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
            let together = (day..self.days.len()).take_while(|later| self.shares(quota.per, day, *later));
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
    pub fn loosened<'q>(
        &self,
        holding: &'q Holding,
        ways: Vec<Way<'q>>,
        quotas: Vec<Quota>,
        months: u32,
    ) -> Group<'q>
    where
        'p: 'q,
    {
        Group {
            platform: self.platform,
            accounts: vec![0],
            holdings: vec![holding],
            days: self.days[..1].to_vec(),
            days_cut: false,
            ways,
            quotas,
            par: self.par,
            splits: self.splits.saturating_mul(months),
            now: self.now,
        }
    }

    /// What of a quota is used on a day, with what the plan has used of it so far.
    pub fn used(&self, quota: usize, day: usize, spent: &[Spent]) -> Used {
        let row = &self.quotas[quota];
        let mut used = row.base[day];
        for (on, count, amount) in &spent[quota] {
            if self.shares(row.per, usize::from(*on), day) {
                used.count = used.count.saturating_add(*count);
                used.amount = used.amount.saturating_add(*amount);
            }
        }
        used
    }

    /// The terms of a channel on a day; `None` where none are in force.
    pub fn terms(&self, way: usize, day: usize, available: i64, spent: &[Spent]) -> Option<Terms<'p>> {
        let way = &self.ways[way];
        let offer = way.offers[day].as_ref()?;
        let limit = |i: usize| self.used(offer.limits[i], day, spent);
        let free = |i: usize| offer.frees[i].map_or(Used::default(), |quota| self.used(quota, day, spent));
        Some(Terms::under(way.channel, offer.tariff, Some(available), limit, free))
    }

    /// What a withdrawal comes to under those terms.
    pub fn outcome(&self, terms: &Terms<'_>, amount: i64) -> Result<Outcome, Reason> {
        outcome(terms, self.platform.unit.decimals, amount)
    }

    /// Counts a withdrawal against every quota that must follow it.
    pub fn spend(&self, spent: &mut [Spent], way: usize, day: usize, amount: i64) {
        for (quota, spent) in self.quotas.iter().zip(spent) {
            let Counted { count, amount: amounts } = quota.counted;
            if !(count || amounts) || !quota.ways.contains(&way) {
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
    pub fn forget(&self, spent: &mut [Spent], day: usize) {
        for (quota, spent) in self.quotas.iter().zip(spent) {
            spent.retain(|(on, ..)| self.shares(quota.per, usize::from(*on), day));
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
}

/// The channels of a platform that take part in a plan for a unit.
pub fn taking_part<'p>(platform: &'p Platform, unit: &Unit) -> Vec<&'p Channel> {
    let open = platform.withdrawable && !platform.ended;
    let lands = |c: &&Channel| {
        c.pays == *unit && matches!(c.to, Destination::Bank | Destination::Card | Destination::Cash)
    };
    platform.channels.iter().filter(|_| open).filter(lands).collect()
}

/// What a part of the platform's unit is worth in parts of another, as a fraction: the same where
/// the units are, else the best rate of a channel that pays the other.
fn par(platform: &Platform, unit: &Unit, from: Day, to: Day) -> (i128, i128) {
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
    let common = super::gcd(num, den);
    (num / common, den / common)
}

/// What of a quota is used, as far as it was asked: a later moment of the same window finds the
/// same used as the latest moment asked.
fn answer(used: &HashMap<Use, Used>, ask: &Use) -> Used {
    if let Some(answer) = used.get(ask) {
        return *answer;
    }
    let same =
        |other: &&Use| other.channels == ask.channels && other.since == ask.since && other.until <= ask.until;
    let known = used.keys().filter(same).max_by_key(|u| u.until);
    known.and_then(|known| used.get(known)).copied().unwrap_or_default()
}

/// The windows of the channels that take part, as far as their rules are in force in time.
fn windows(question: &Question<'_>, platform: &Platform) -> BTreeSet<(i64, &'static str)> {
    let today = question.now.day();
    let mut windows = BTreeSet::new();
    for channel in taking_part(platform, &question.unit) {
        let in_time =
            |t: &&Tariff| t.from.is_none_or(|f| f <= question.by) && t.until.is_none_or(|u| today <= u);
        for tariff in channel.tariffs.iter().filter(in_time) {
            let frees = tariff.charges.iter().filter_map(|c| c.free.as_ref()).map(|f| f.per);
            for per in tariff.limits.iter().map(|l| l.per).chain(frees) {
                let hours = if let Window::Hours(hours) = per { hours } else { 0 };
                windows.insert((hours, per.word()));
            }
        }
    }
    windows
}

/// What must be asked of the ledger for one platform.
pub fn uses(question: &Question<'_>, platform: &Platform) -> Vec<Use> {
    let today = question.now.day();
    let windows = windows(question, platform);
    let mut asked: BTreeSet<Day> = calendar_days(question, &windows).into_iter().take(DAYS_MAX).collect();
    // Earlier use leaves a rolling window free within its own length.
    let longest = windows.iter().map(|(hours, _)| *hours).max().unwrap_or(0);
    if longest > 0 {
        let last = today.plus((longest / 24 + 1) as i32).min(question.by);
        asked.extend((today.0..=last.0).map(Day));
    }
    asked.insert(today);
    let at = |day: Day| if day == today { question.now } else { day.start() };
    let mut uses = Vec::new();
    for day in asked {
        for ask in platform.uses(at(day)) {
            if !uses.contains(&ask) {
                uses.push(ask);
            }
        }
    }
    uses
}

/// Today, and the first day of each calendar window that opens in time.
fn calendar_days(question: &Question<'_>, windows: &BTreeSet<(i64, &'static str)>) -> BTreeSet<Day> {
    let (today, by) = (question.now.day(), question.by);
    let mut days = BTreeSet::from([today]);
    let has = |word: &str| windows.iter().any(|(_, w)| *w == word);
    let mut every = |next: &dyn Fn(Day) -> Day| {
        let mut day = next(today);
        while day <= by && days.len() <= DAYS_MAX {
            days.insert(day);
            day = next(day);
        }
    };
    if has("year") {
        every(&|day| Day::new(day.year() + 1, 1, 1).unwrap_or(Day(i32::MAX)));
    }
    if has("month") {
        every(&|day| day.month().plus(1).first());
    }
    if has("week") {
        every(&|day| day.monday().plus(7));
    }
    if has("day") {
        every(&|day| day.plus(1));
    }
    days
}

/// The days on which something may leave, and whether some had to be left out.
fn days(question: &Question<'_>, platform: &Platform, used: &HashMap<Use, Used>) -> (Vec<Day>, bool) {
    let today = question.now.day();
    let windows = windows(question, platform);
    let mut days = calendar_days(question, &windows);
    let lengths: Vec<i64> = windows.iter().map(|(hours, _)| *hours).filter(|hours| *hours > 0).collect();
    if !lengths.is_empty() {
        // A rolling window opens when something the ledger knows of leaves it …
        for hours in &lengths {
            let mut asked: Vec<&Use> = used.keys().filter(|u| rolls(u, *hours, platform)).collect();
            asked.sort_by_key(|u| (u.until, u.channels.len()));
            for later in &asked {
                let earlier =
                    asked.iter().rev().find(|e| e.until < later.until && e.channels == later.channels);
                let figure = |ask: &Use| used.get(ask).copied().unwrap_or_default();
                let opens = earlier.is_some_and(|e| {
                    figure(later).count < figure(e).count || figure(later).amount < figure(e).amount
                });
                if opens && later.until.day() > today && later.until.day() <= question.by {
                    days.insert(later.until.day());
                }
            }
        }
        // … and again when something that the plan took on such a day does.
        let mut open: Vec<Day> = days.iter().copied().collect();
        while let Some(day) = open.pop() {
            for hours in &lengths {
                let at = if day == today { question.now } else { day.start() };
                let free = at.0 + hours * 3600;
                let first = Day(i32::try_from((free + 86_399).div_euclid(86_400)).unwrap_or(i32::MAX));
                if first <= question.by && days.len() <= DAYS_MAX && days.insert(first) {
                    open.push(first);
                }
            }
        }
    }
    let cut = days.len() > DAYS_MAX;
    (days.into_iter().take(DAYS_MAX).collect(), cut)
}

/// Is it a question for a rolling window of that length on that platform?
fn rolls(ask: &Use, hours: i64, platform: &Platform) -> bool {
    let own =
        ask.channels.iter().all(|c| c.strip_prefix(platform.id.as_str()).is_some_and(|r| r.starts_with('/')));
    own && ask.since.is_some_and(|since| since.0 == ask.until.0 - hours * 3600 + 1)
}
