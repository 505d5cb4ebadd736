//! The plan: which balances to withdraw, through which channels, on which days and in how many
//! pieces, so that a sum arrives at the least cost, or as much as can be.
//!
//! Platforms meet in the sum only. So each is solved alone (`group`), to a list of all that
//! can be worth doing with it, and the lists are blended (`blend`). Plain tariffs are solved
//! by the stretches of amounts that are charged the same, however large the balance
//! (`runs`); whatever else a tariff can state, by every sequence of steps (`search`).
//! All figures of a step are the fee engine's.

mod blend;
mod blocked;
mod bound;
mod group;
mod replay;
mod runs;
mod search;
mod simple;
mod solve;
mod table;

use crate::fee::{Platform, Use, Used};
use crate::money::{RoundingMode, Unit};
use crate::period::{Day, Moment};
use blend::{Goal, Hull, Point, blend};
use group::Group;
use replay::{replay, trim};
use solve::solve;
use std::collections::HashMap;

pub use group::taking_part;

/// How many things a plan may look at unless told otherwise.
pub const EFFORT: u64 = 20_000_000;
/// How many withdrawals for each account, channel and calendar month a plan may have.
pub const SPLITS: u32 = 12;

/// What one account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The account.
    pub account: String,
    /// Its platform, by its place in the question.
    pub platform: usize,
    /// What lapses after each day, soonest first; nothing that has lapsed already.
    pub dated: Vec<(Day, i64)>,
    /// What does not lapse on a day that is known.
    pub undated: i64,
    /// What must stay.
    pub keep: i64,
    /// The last day of the plan.
    pub by: Day,
}

/// What a plan is asked for.
#[derive(Clone, Debug)]
pub struct Question<'p> {
    /// The platforms of the accounts.
    pub platforms: &'p [Platform],
    /// The accounts, in the order of their names.
    pub holdings: Vec<Holding>,
    /// The unit in which money is to arrive.
    pub unit: Unit,
    /// How much is to arrive at least; `None` for as much as can be.
    pub target: Option<i64>,
    /// The present moment.
    pub now: Moment,
    /// The last day of the plan.
    pub by: Day,
    /// At most so many withdrawals for each account, channel and calendar month.
    pub splits: u32,
    /// How many things may be looked at.
    pub effort: u64,
}

/// One withdrawal of a group, in its own counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Move {
    day: usize,
    account: usize,
    channel: usize,
    amount: i64,
    debit: i64,
    fee: i64,
    tax: i64,
    net: i64,
}

/// One withdrawal of a plan; all parts of the account's unit, but `net` of the target's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The day.
    pub date: Day,
    /// The account, by its place in the question.
    pub holding: usize,
    /// The full id of the channel.
    pub channel: String,
    /// The amount.
    pub amount: i64,
    /// What leaves the balance.
    pub debit: i64,
    /// The fees.
    pub fee: i64,
    /// The taxes.
    pub tax: i64,
    /// What arrives.
    pub net: i64,
}

/// An account from which nothing can be withdrawn in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// The account, by its place in the question.
    pub holding: usize,
    /// Why, as a code.
    pub reason: &'static str,
    /// How much more it must hold, in its own unit, where that would do.
    pub short_by: Option<i64>,
    /// The smallest amount that would do.
    pub least: Option<i64>,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The withdrawals, in an order in which they can be booked.
    pub steps: Vec<Step>,
    /// What arrives in all.
    pub net: i64,
    /// What it costs in all, in the target's unit, summed exactly and rounded up once.
    pub cost: i64,
    /// No plan is better.
    pub proven: bool,
    /// By how much a better plan could cost less, or without a target bring more; 0 where proven.
    pub gap: i64,
    /// The accounts from which nothing can be withdrawn.
    pub blocked: Vec<Stuck>,
    /// What the obvious way would cost, or `None` where it misses the target.
    pub simple_cost: Option<i64>,
}

/// No plan that brings so much was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooMuch {
    /// The plan that brings the most there is; what it brings is less than the target.
    pub most: Plan,
}

impl Holding {
    /// All that has not lapsed today.
    pub fn total(&self) -> i64 {
        self.dated.iter().fold(self.undated, |sum, (_, parts)| sum.saturating_add(*parts))
    }

    /// What may leave today.
    fn today(&self) -> i64 {
        self.total().saturating_sub(self.keep).max(0)
    }

    /// What of so much is left on a day: what lapses first was taken first.
    fn left_on(&self, day: Day, left: i64) -> i64 {
        let unlapsed = self.dated.iter().filter(|(last, _)| *last >= day).map(|(_, parts)| *parts);
        left.min(self.undated.saturating_add(unlapsed.sum()))
    }

    /// What of so much lapses in the time of the plan.
    fn lapsing(&self, left: i64) -> i64 {
        let later = self.dated.iter().filter(|(last, _)| *last > self.by).map(|(_, parts)| *parts);
        (left - self.undated - later.sum::<i64>()).max(0)
    }
}

impl<'p> Question<'p> {
    /// What must be asked of the ledger before the plan can be made.
    pub fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for platform in self.platforms.iter().filter(|p| !taking_part(p, &self.unit).is_empty()) {
            uses.extend(group::uses(self, platform));
        }
        uses
    }

    /// The plan, by what of each quota is used; where the target is too much, the one that brings most.
    pub fn plan(&'p self, used: &HashMap<Use, Used>) -> Result<Plan, Box<TooMuch>> {
        let mut effort = self.effort;
        if let Some(plan) = self.found(used, &mut effort) {
            return Ok(plan);
        }
        // What was found not to be enough was mostly found soon.
        let mut effort = effort.max(self.effort / 4);
        let most = Question { target: None, ..self.clone() }.found(used, &mut effort);
        let most = most.unwrap_or_else(|| self.nothing(used));
        let most = Plan { simple_cost: self.simple_cost(used), ..most };
        if self.target.is_some_and(|target| most.net >= target) {
            // A search that was cut short missed what another one found.
            return Ok(Plan { proven: false, gap: most.cost, ..most });
        }
        Err(Box::new(TooMuch { most }))
    }

    /// The plan that leaves all where it is.
    fn nothing(&'p self, used: &HashMap<Use, Used>) -> Plan {
        Plan {
            steps: Vec::new(),
            net: 0,
            cost: 0,
            proven: false,
            gap: 0,
            blocked: self.blocked(used),
            simple_cost: None,
        }
    }

    /// The plan; `None` where none was found that brings the target.
    fn found(&'p self, used: &HashMap<Use, Used>, effort: &mut u64) -> Option<Plan> {
        let goal = self.target.map_or(Goal::Most, |target| Goal::Reach(i128::from(target)));
        let blocked = self.blocked(used);
        // A sequence that cannot be replayed would be a mistake of the fast way; the slow one has
        // no such mistakes.
        let mut slow: Vec<usize> = Vec::new();
        loop {
            let (solved, known_least) = solve(self.groups(used), goal, &slow, effort)?;
            let scale = solved.iter().fold(1, |sum, s| lcm(sum, s.group.par.1));
            let scaled = |points: &[Point], group: &Group<'_>| -> Vec<Point> {
                points.iter().map(|p| Point { cost: p.cost * (scale / group.par.1), ..*p }).collect()
            };
            let lists: Vec<Vec<Point>> = solved.iter().map(|s| scaled(&s.points, &s.group)).collect();
            let bounds: Vec<Vec<Point>> = solved
                .iter()
                .zip(&lists)
                .flat_map(|(s, list)| match &s.bound {
                    None => vec![list.clone()],
                    Some(bounds) => bounds.iter().map(|b| scaled(&b.points, &s.group)).collect(),
                })
                .collect();
            let divisible = solved.iter().flat_map(|s| s.bound.iter().flatten()).any(|b| b.divisible);
            let all_exact = solved.iter().all(|s| s.bound.is_none());
            let most = |lists: &[Vec<Point>]| {
                let most = |l: &Vec<Point>| l.iter().map(|p| p.net).max().unwrap_or(0);
                lists.iter().map(most).sum::<i128>()
            };
            let blended = blend(&lists, goal, effort)?;
            let mut steps: Vec<(Day, usize, Vec<Step>)> = Vec::new();
            let mut broken = None;
            let mut excess = match goal {
                Goal::Reach(target) => blended.picks.iter().map(|p| p.net).sum::<i128>() - target,
                Goal::Most => 0,
            };
            for (place, (solved, pick)) in solved.iter().zip(&blended.picks).enumerate() {
                let mut moves = solved.moves(pick.mark);
                let replayed = replay(&solved.group, &moves);
                let cost = i128::from(moves.iter().map(|m| m.net).sum::<i64>());
                if replayed.is_none() || cost != pick.net {
                    debug_assert!(false, "a plan that cannot be booked: {moves:?}");
                    broken = Some(solved.group.accounts[0]);
                    break;
                }
                excess = trim(&solved.group, &mut moves, excess);
                steps.extend(
                    moves
                        .into_iter()
                        .map(|m| (solved.group.days[m.day], place, vec![self.step(&solved.group, m)])),
                );
            }
            if let Some(account) = broken {
                slow.push(account);
                continue;
            }
            steps.sort_by_key(|(day, place, _)| (*day, *place));
            let steps: Vec<Step> = steps.into_iter().flat_map(|(_, _, steps)| steps).collect();
            let cost: i128 = blended.picks.iter().map(|p| p.cost).sum();
            let net: i128 = steps.iter().map(|s| i128::from(s.net)).sum();
            let rounded = ceil(cost, scale);
            let least = match goal {
                Goal::Reach(target) => {
                    let hull = bounds.iter().fold(Hull::default_start(), |sum, l| sum.with(&Hull::of(l)));
                    // What is no better than one of each list is bound by the best choice of them.
                    let choice = (!all_exact && !divisible)
                        .then(|| blend(&bounds, goal, &mut (*effort).max(self.effort / 64)))
                        .flatten()
                        .filter(|choice| choice.proven)
                        .map(|choice| choice.picks.iter().map(|p| p.cost).sum::<i128>());
                    let least = [Some(known_least), hull.least(target), choice].into_iter().flatten().max();
                    least.map_or(cost, |least| least.min(cost))
                }
                Goal::Most => 0,
            };
            let gap = match goal {
                Goal::Reach(_) => rounded - ceil(least, scale),
                Goal::Most => most(&bounds) - net,
            };
            let proven = match goal {
                Goal::Reach(_) => (all_exact && blended.proven) || least == cost,
                Goal::Most => all_exact || gap == 0,
            };
            return Some(Plan {
                simple_cost: self.simple_cost(used),
                steps,
                net: parts(net),
                cost: parts(rounded),
                proven,
                gap: if proven { 0 } else { parts(gap) },
                blocked,
            });
        }
    }

    fn groups(&'p self, used: &HashMap<Use, Used>) -> Vec<Group<'p>> {
        let mut groups = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].today() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if !accounts.is_empty() {
                groups.extend(Group::of(self, platform, accounts, used).into_iter().flat_map(Group::apart));
            }
        }
        groups.sort_by_key(|g| g.accounts[0]);
        groups
    }

    fn step(&self, group: &Group<'p>, m: Move) -> Step {
        Step {
            date: group.days[m.day],
            holding: group.accounts[m.account],
            channel: group.platform.full_id(group.ways[m.channel].channel),
            amount: m.amount,
            debit: m.debit,
            fee: m.fee,
            tax: m.tax,
            net: m.net,
        }
    }
}

/// Does something with a share of the effort; what it leaves of the share stays there for others.
fn spend<T>(effort: &mut u64, share: u64, with: impl FnOnce(&mut u64) -> T) -> T {
    let mut left = share;
    let done = with(&mut left);
    *effort = effort.saturating_sub(share - left);
    done
}

/// A figure of a problem whose figures all fit.
fn parts(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

fn ceil(num: i128, den: i128) -> i128 {
    if num >= 0 { crate::money::round(num, den, RoundingMode::Up) } else { -(-num).div_euclid(den) }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn lcm(a: i128, b: i128) -> i128 {
    a / gcd(a, b) * b
}
