//! The plan: which balances to withdraw, through which channels, on which days and in how many
//! pieces, so that a sum arrives at the least cost, or as much as can be.
//!
//! Platforms meet in the sum only. So each is solved alone (`group`), to a list of all that
//! can be worth doing with it, and the lists are blended (`blend`). Plain tariffs are solved
//! by the stretches of amounts that are charged the same, however large the balance
//! (`runs`); whatever else a tariff can state, by every sequence of steps (`search`).
//! All figures of a step are the fee engine's.

mod blend;
mod bound;
mod group;
mod runs;
mod search;

use crate::fee::{Amounts, Platform, Reason, Terms, Use, Used};
use crate::money::{RoundingMode, Unit};
use crate::period::{Day, Moment};
use blend::{Goal, Hull, Point, blend};
use group::{Group, Spent};
use search::Look;
use std::collections::HashMap;

pub use group::taking_part;

/// How many things a plan may look at unless told otherwise.
pub const EFFORT: u64 = 30_000_000;
/// How many withdrawals for each account, channel and calendar month a plan may have.
pub const SPLITS: u32 = 12;
/// Below so many amounts that a step could have, every one of them is looked at.
const AMOUNTS_ALL: i128 = 3_000;

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

/// What can be done with one group.
struct Solved<'p> {
    group: Group<'p>,
    points: Vec<Point>,
    found: Way,
    /// From below, where the points are not all that can be done.
    bound: Option<Vec<Vec<Point>>>,
}

/// How the points of a group were found.
enum Way {
    Runs(runs::Runs),
    Search(search::Found),
}

impl Solved<'_> {
    fn moves(&self, mark: usize) -> Vec<Move> {
        match &self.found {
            Way::Runs(runs) => runs.moves(&self.group, mark),
            Way::Search(found) => found.moves(mark),
        }
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
        if let Some(plan) = self.found(used) {
            return Ok(plan);
        }
        let most = Question { target: None, ..self.clone() }.found(used);
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
    fn found(&'p self, used: &HashMap<Use, Used>) -> Option<Plan> {
        let goal = self.target.map_or(Goal::Most, |target| Goal::Reach(i128::from(target)));
        let blocked = self.blocked(used);
        let mut effort = self.effort;
        // A sequence that cannot be replayed would be a mistake of the fast way; the slow one has
        // no such mistakes.
        let mut slow: Vec<usize> = Vec::new();
        loop {
            let solved = self.solved(goal, used, &slow, &mut effort);
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
                    Some(bounds) => bounds.iter().map(|b| scaled(b, &s.group)).collect(),
                })
                .collect();
            let all_exact = solved.iter().all(|s| s.bound.is_none());
            let most = |lists: &[Vec<Point>]| {
                let most = |l: &Vec<Point>| l.iter().map(|p| p.net).max().unwrap_or(0);
                lists.iter().map(most).sum::<i128>()
            };
            let blended = blend(&lists, goal, &mut effort)?;
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
                    hull.least(target).map_or(cost, |least| least.min(cost))
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

    fn solved(
        &'p self,
        goal: Goal,
        used: &HashMap<Use, Used>,
        slow: &[usize],
        effort: &mut u64,
    ) -> Vec<Solved<'p>> {
        let groups = self.groups(used);
        let mut solved: Vec<Option<Solved<'p>>> = Vec::new();
        let mut plain: Vec<Option<(Group<'p>, runs::Plain)>> = Vec::new();
        let mut left = groups.len() as u64;
        for group in groups {
            let is_slow = slow.contains(&group.accounts[0]);
            let prepared = if is_slow { None } else { runs::prepare(&group) };
            // What one group leaves of its share the others may use.
            let mut share = *effort / left.max(1);
            left -= 1;
            let before = share;
            match prepared {
                Some(prepared) => {
                    plain.push(Some((group, prepared)));
                    solved.push(None);
                }
                None => {
                    plain.push(None);
                    solved.push(Some(searched(group, goal, &mut share)));
                }
            }
            *effort = effort.saturating_sub(before - share);
        }
        let windows = windows(goal, &solved, &plain, effort);
        let mut left = plain.iter().flatten().count() as u64;
        for ((solved, plain), window) in solved.iter_mut().zip(plain).zip(windows) {
            let Some((group, prepared)) = plain else { continue };
            // Most take little, so the first of those that take much may have a good deal.
            let mut share = if left > 1 { *effort / 2 } else { *effort };
            left -= 1;
            let before = share;
            let runs = prepared.solve(goal, window, &mut share);
            *effort = effort.saturating_sub(before - share);
            *solved = Some(match runs {
                Some(runs) => {
                    Solved { points: runs.points.clone(), found: Way::Runs(runs), bound: None, group }
                }
                // Of what is too much to look at, as many runs as there is effort for.
                None => match [300, 80, 12]
                    .iter()
                    .find_map(|per_rule| prepared.sample(goal, *per_rule, window, &mut 3_000_000))
                {
                    Some(runs) => {
                        let bound = Some(vec![prepared.least()]);
                        Solved { points: runs.points.clone(), found: Way::Runs(runs), bound, group }
                    }
                    None => searched(group, goal, effort),
                },
            });
        }
        solved.into_iter().flatten().collect()
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

    /// Why nothing can be withdrawn from an account on any of the days, for each such account.
    fn blocked(&'p self, used: &HashMap<Use, Used>) -> Vec<Stuck> {
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
                    } else if taking_part(platform, &self.unit).is_empty() {
                        "no-channel"
                    } else {
                        Reason::NotInForce.code()
                    };
                    blocked.push(Stuck { holding: account, reason, short_by: None, least: None });
                    continue;
                };
                blocked.extend(stuck(group, at).map(|s| Stuck { holding: account, ..s }));
            }
        }
        blocked.sort_by_key(|s| s.holding);
        blocked
    }

    /// What the obvious way would cost: the largest balances first, each at once today.
    fn simple_cost(&'p self, used: &HashMap<Use, Used>) -> Option<i64> {
        let mut groups: Vec<Group<'p>> = Vec::new();
        for (place, platform) in self.platforms.iter().enumerate() {
            let here = |i: &usize| self.holdings[*i].platform == place && self.holdings[*i].today() > 0;
            let accounts: Vec<usize> = (0..self.holdings.len()).filter(here).collect();
            if !accounts.is_empty() {
                groups.extend(Group::of(self, platform, accounts, used));
            }
        }
        let scale = groups.iter().fold(1, |sum, g| lcm(sum, g.par.1));
        let mut order: Vec<(usize, usize)> = groups
            .iter()
            .enumerate()
            .flat_map(|(g, group)| (0..group.accounts.len()).map(move |a| (g, a)))
            .collect();
        let worth = |(g, a): &(usize, usize)| {
            let (num, den) = groups[*g].par;
            i128::from(groups[*g].holdings[*a].today()) * num * (scale / den)
        };
        order.sort_by_key(|at| (-worth(at), groups[at.0].accounts[at.1]));
        let mut spent: Vec<Vec<Spent>> = groups.iter().map(|g| vec![Vec::new(); g.quotas.len()]).collect();
        let (mut net, mut cost) = (0_i128, 0_i128);
        for (g, a) in order {
            let rest = self.target.map(|target| i128::from(target) - net);
            if rest.is_some_and(|rest| rest <= 0) {
                break;
            }
            let group = &groups[g];
            let Some((way, amount, outcome)) = simple_step(group, a, &spent[g], rest) else { continue };
            group.spend(&mut spent[g], way, 0, amount);
            net += outcome.net;
            cost += group.cost(&outcome) * (scale / group.par.1);
        }
        let enough = self.target.is_none_or(|target| net >= i128::from(target));
        enough.then(|| parts(ceil(cost, scale)))
    }
}

/// How dear a choice of each plain group may be: no dearer than leaves room below a first plan that
/// is made of few of the runs. `None` where no first plan is found.
fn windows(
    goal: Goal,
    solved: &[Option<Solved<'_>>],
    plain: &[Option<(Group<'_>, runs::Plain)>],
    effort: &mut u64,
) -> Vec<Option<runs::Window>> {
    let mut windows = vec![None; plain.len()];
    // Coarsely first; what that leaves room for more finely.
    for (per_rule, share) in [(10, 8), (80, 4)] {
        let mut budget = *effort / share;
        let before = budget;
        let closer = windows_by(goal, solved, plain, per_rule, &windows, &mut budget);
        *effort -= before - budget;
        match closer {
            Some(closer) => windows = closer,
            None => break,
        }
    }
    windows
}

fn windows_by(
    goal: Goal,
    solved: &[Option<Solved<'_>>],
    plain: &[Option<(Group<'_>, runs::Plain)>],
    per_rule: usize,
    windows: &[Option<runs::Window>],
    budget: &mut u64,
) -> Option<Vec<Option<runs::Window>>> {
    let Goal::Reach(target) = goal else { return None };
    let scale = solved.iter().flatten().fold(1, |sum, s| lcm(sum, s.group.par.1));
    let scaled = |points: &[Point], by: i128| -> Vec<Point> {
        points.iter().map(|p| Point { cost: p.cost * by, ..*p }).collect()
    };
    let mut lists: Vec<Vec<Point>> = Vec::new();
    let mut hulls: Vec<Hull> = Vec::new();
    let mut samples: Vec<Option<runs::Runs>> = Vec::new();
    for ((solved, plain), window) in solved.iter().zip(plain).zip(windows) {
        match (solved, plain) {
            (Some(solved), _) => {
                let by = scale / solved.group.par.1;
                lists.push(scaled(&solved.points, by));
                let bounds = solved.bound.clone().unwrap_or_else(|| vec![solved.points.clone()]);
                hulls.extend(bounds.iter().map(|b| Hull::of(&scaled(b, by))));
                samples.push(None);
            }
            (None, Some((_, prepared))) => {
                let sample = prepared.sample(goal, per_rule, *window, budget)?;
                lists.push(scaled(&sample.points, scale));
                hulls.push(Hull::of(&scaled(&prepared.least(), scale)));
                samples.push(Some(sample));
            }
            (None, None) => return None,
        }
    }
    let first = blend(&lists, goal, budget)?;
    let cost: i128 = first.picks.iter().map(|p| p.cost).sum();
    let excess = first.picks.iter().map(|p| p.net).sum::<i128>() - target;
    // What is too much may be left out of one withdrawal.
    let mut saved = 0;
    for ((plain, sample), pick) in plain.iter().zip(&samples).zip(&first.picks) {
        if let (Some((group, prepared)), Some(sample)) = (plain, sample) {
            let moves = sample.moves(group, pick.mark);
            // Where all must leave nothing can be left out.
            let offers = |m: &Move| group.ways[m.channel].offers[m.day].as_ref();
            if moves.iter().any(|m| offers(m).is_none_or(|o| o.tariff.whole_balance)) {
                continue;
            }
            for m in moves {
                saved = saved.max(prepared.saved(m.channel, m.net, m.fee + m.tax, parts(excess)));
            }
        }
    }
    let best = cost - i128::from(saved) * scale;
    let whole = hulls.iter().fold(Hull::default_start(), |sum, hull| sum.with(hull));
    let bound = whole.least(target)?;
    let (rise, run) = whole.slope(target);
    let room = (best - bound + 1) * run;
    let window = |plain: &Option<(Group<'_>, runs::Plain)>| {
        let (_, prepared) = plain.as_ref()?;
        let points = prepared.least();
        let least = points.iter().map(|p| p.cost * scale * run - p.net * rise).min()?;
        Some(runs::Window { rise, run: run * scale, limit: least + room })
    };
    let narrower = |(new, old): (Option<runs::Window>, &Option<runs::Window>)| match (new, old) {
        (Some(new), Some(old)) if old.limit < new.limit => Some(*old),
        (new, _) => new,
    };
    Some(plain.iter().map(window).zip(windows).map(narrower).collect())
}

/// The withdrawal that is made without a thought: all of a balance through the channel that nets
/// the most, or the smallest amount through it that nets the rest.
fn simple_step(
    group: &Group<'_>,
    account: usize,
    spent: &[Spent],
    rest: Option<i128>,
) -> Option<(usize, i64, crate::fee::Outcome)> {
    let holding = group.holdings[account];
    let decimals = group.platform.unit.decimals;
    let ways = (0..group.ways.len()).filter_map(|way| {
        let terms = group.terms(way, 0, holding.total(), spent)?;
        let amount = largest(&terms, decimals, holding)?;
        let outcome = group.outcome(&terms, amount).ok()?;
        Some((way, terms, amount, outcome))
    });
    let mut best: Option<(usize, Terms<'_>, i64, crate::fee::Outcome)> = None;
    for other in ways {
        if best.as_ref().is_none_or(|b| other.3.net > b.3.net) {
            best = Some(other);
        }
    }
    let (way, terms, amount, outcome) = best?;
    let Some(rest) = rest.filter(|rest| outcome.net > *rest) else { return Some((way, amount, outcome)) };
    let (num, den) = terms.conversion(decimals);
    let smaller = Amounts::of(&terms, decimals).smallest_keeping((rest * den + num - 1).div_euclid(num));
    let smaller = smaller.and_then(|x| Some((way, x, group.outcome(&terms, x).ok()?)));
    let fits = smaller.filter(|(_, _, o)| o.debit <= i128::from(holding.today()));
    Some(fits.unwrap_or((way, amount, outcome)))
}

/// The largest amount that can be made with what may leave.
fn largest(terms: &Terms<'_>, decimals: u8, holding: &Holding) -> Option<i64> {
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

/// A group whose rules only a search can follow.
fn searched<'p>(group: Group<'p>, goal: Goal, effort: &mut u64) -> Solved<'p> {
    let amounts: i128 = group.holdings.iter().map(|h| i128::from(h.today())).sum::<i128>()
        * group.ways.iter().map(|w| 1.max(w.offers.iter().flatten().count() as i128)).sum::<i128>();
    let step = group.ways.iter().flat_map(|w| w.offers.iter().flatten()).map(|o| o.tariff.step).min();
    if amounts / i128::from(step.unwrap_or(1).max(1)) <= AMOUNTS_ALL && !group.days_cut {
        let mut all = *effort - *effort / 4;
        let before = all;
        let found = search::search(&group, goal, Look::All, i64::MAX, &mut all);
        *effort -= before - all;
        if let Some(found) = found {
            return Solved { points: found.points.clone(), found: Way::Search(found), bound: None, group };
        }
    }
    let bound = Some(bound::bound(&group, effort));
    // Longer and longer sequences, as far as the effort goes.
    let mut best = search::Found::nothing();
    let mut steps_max = 1;
    loop {
        let mut share = *effort / 2;
        let before = share;
        let found = search::search(&group, goal, Look::Telling, steps_max, &mut share);
        *effort -= before - share;
        let Some(found) = found else { break };
        let cut = found.cut;
        best = found;
        // What costs nothing is not beaten, and a longer sequence is worse among equals.
        let is_free = |target: i128| best.points.iter().any(|p| p.cost <= 0 && p.net >= target);
        if !cut || matches!(goal, Goal::Reach(target) if is_free(target)) {
            break;
        }
        steps_max += 1 + steps_max / 3;
    }
    if best.cut || best.points.is_empty() {
        best.add(search::in_passing(&group), goal);
    }
    Solved { points: best.points.clone(), found: Way::Search(best), bound, group }
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

/// The cost of a sequence and what it takes of what lapses in time, or `None` where one of its
/// steps cannot be made as it says.
fn replay(group: &Group<'_>, moves: &[Move]) -> Option<(i128, i64)> {
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
fn trim(group: &Group<'_>, moves: &mut [Move], mut excess: i128) -> i128 {
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
