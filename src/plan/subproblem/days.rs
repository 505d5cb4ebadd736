//! The days on which something may leave a platform, and what of its quotas must be known for each.

use super::eligible_channels;
use crate::fee::{Platform, QuotaKey, QuotaUsage, Tariff, Window};
use crate::period::Day;
use crate::plan::PlanRequest;
use std::collections::{BTreeSet, HashMap};

/// So many days on one platform are looked at; with more the plan is not proven.
const DAYS_MAX: usize = 400;

/// The windows of the channels that take part, as far as their rules are in force in time.
fn windows(request: &PlanRequest<'_>, platform: &Platform) -> BTreeSet<(i64, &'static str)> {
    let today = request.now.day();
    let mut windows = BTreeSet::new();
    for channel in eligible_channels(platform, &request.unit, &request.assumed) {
        let in_time =
            |t: &&Tariff| t.from.is_none_or(|f| f <= request.by) && t.until.is_none_or(|u| today <= u);
        for tariff in channel.tariffs.iter().filter(in_time) {
            let frees = tariff.charges.iter().filter_map(|c| c.free.as_ref()).map(|f| f.per);
            for per in tariff.limits.iter().map(|l| l.per).chain(frees) {
                let hours = if let Window::Hours(hours) = per { hours } else { 0 };
                windows.insert((hours, per.as_str()));
            }
        }
    }
    windows
}

/// What must be asked of the ledger for one platform.
pub fn quota_keys(request: &PlanRequest<'_>, platform: &Platform) -> Vec<QuotaKey> {
    let today = request.now.day();
    let windows = windows(request, platform);
    let mut asked: BTreeSet<Day> = calendar_days(request, &windows).into_iter().take(DAYS_MAX).collect();
    // Earlier use leaves a rolling window free within its own length.
    let longest = windows.iter().map(|(hours, _)| *hours).max().unwrap_or(0);
    if longest > 0 {
        let last = today.add_days((longest / 24 + 1) as i32).min(request.by);
        asked.extend((today.0..=last.0).map(Day));
    }
    asked.insert(today);
    let at = |day: Day| if day == today { request.now } else { day.start() };
    let mut uses = Vec::new();
    for day in asked {
        for ask in platform.quota_keys(at(day)) {
            if !uses.contains(&ask) {
                uses.push(ask);
            }
        }
    }
    uses
}

/// Today, and the first day of each calendar window that opens in time.
fn calendar_days(request: &PlanRequest<'_>, windows: &BTreeSet<(i64, &'static str)>) -> BTreeSet<Day> {
    let (today, by) = (request.now.day(), request.by);
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
        every(&|day| day.month().add_months(1).first());
    }
    if has("week") {
        every(&|day| day.monday().add_days(7));
    }
    if has("day") {
        every(&|day| day.add_days(1));
    }
    days
}

/// The days on which something may leave, and whether some had to be left out.
pub(super) fn days(
    request: &PlanRequest<'_>,
    platform: &Platform,
    used: &HashMap<QuotaKey, QuotaUsage>,
) -> (Vec<Day>, bool) {
    let today = request.now.day();
    let windows = windows(request, platform);
    let mut days = calendar_days(request, &windows);
    let lengths: Vec<i64> = windows.iter().map(|(hours, _)| *hours).filter(|hours| *hours > 0).collect();
    if !lengths.is_empty() {
        // A rolling window opens when something the ledger knows of leaves it …
        for hours in &lengths {
            let mut asked: Vec<&QuotaKey> = used.keys().filter(|u| rolls(u, *hours, platform)).collect();
            asked.sort_by_key(|u| (u.until, u.channels.len()));
            for later in &asked {
                let earlier =
                    asked.iter().rev().find(|e| e.until < later.until && e.channels == later.channels);
                let figure = |ask: &QuotaKey| used.get(ask).copied().unwrap_or_default();
                let opens = earlier.is_some_and(|e| {
                    figure(later).count < figure(e).count || figure(later).amount < figure(e).amount
                });
                if opens && later.until.day() > today && later.until.day() <= request.by {
                    days.insert(later.until.day());
                }
            }
        }
        // … and again when something that the plan took on such a day does.
        let mut open: Vec<Day> = days.iter().copied().collect();
        while let Some(day) = open.pop() {
            for hours in &lengths {
                let at = if day == today { request.now } else { day.start() };
                let free = at.0 + hours * 3600;
                let first = Day(i32::try_from((free + 86_399).div_euclid(86_400)).unwrap_or(i32::MAX));
                if first <= request.by && days.len() <= DAYS_MAX && days.insert(first) {
                    open.push(first);
                }
            }
        }
    }
    let cut = days.len() > DAYS_MAX;
    (days.into_iter().take(DAYS_MAX).collect(), cut)
}

/// Is it a question for a rolling window of that length on that platform?
fn rolls(ask: &QuotaKey, hours: i64, platform: &Platform) -> bool {
    let own =
        ask.channels.iter().all(|c| c.strip_prefix(platform.id.as_str()).is_some_and(|r| r.starts_with('/')));
    own && ask.since.is_some_and(|since| since.0 == ask.until.0 - hours * 3600 + 1)
}
