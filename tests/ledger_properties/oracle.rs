//! The oracle: a ledger kept as a plain list of facts and reckoned anew, from its first fact on,
//! for every question. It follows the words of the contract and shares no sum with the store.

use jandon::fee::{QuotaKey, QuotaUsage, Side};
use jandon::ledger::{Account, AccountBalance, AccountId, Entry, Expires, FlowKind, Id, Kind, Leg};
use jandon::money::{Rate, Unit};
use jandon::period::{Day, LocalDateTime, Month};
use jandon::report::{CategoryTotal, ChannelTotal};
use jandon::store::{Change, Fact, Filter, HistoryFact, Outside, SnapshotDifference};
use std::collections::BTreeMap;

/// A ledger as a list.
#[derive(Clone, Default)]
pub struct Oracle {
    /// Every change, in the order of recording.
    pub changes: Vec<Recorded>,
    facts: Vec<Written>,
}

/// One change.
#[derive(Clone)]
pub struct Recorded {
    /// Its lasting name.
    pub id: Id,
    /// The change that it voids.
    pub voids: Option<usize>,
}

/// One fact, its change and its place in the order of recording.
#[derive(Clone)]
struct Written {
    change: usize,
    order: usize,
    at: LocalDateTime,
    fact: Fact,
}

/// What a snapshot shows beyond the entries known.
#[derive(Clone, Copy, Debug)]
struct Gap {
    at: LocalDateTime,
    unexplained: i64,
    first: bool,
}

/// Where an account stands after a part of its facts.
#[derive(Clone, Debug, Default)]
pub struct Path {
    /// Its balance, and when it was last seen.
    pub standing: AccountBalance,
    /// What expires after each day.
    pub lots: BTreeMap<Day, i64>,
    /// What is owed of each month's charges.
    pub bills: BTreeMap<Month, i64>,
    /// What expired, and the moment from which on it was gone.
    pub expired: Vec<(LocalDateTime, i64)>,
    /// What is neither in a lot nor kept for ever.
    pub unknown: i64,
    facts: i64,
    gaps: BTreeMap<usize, Gap>,
    /// The balance after each of its facts.
    after: BTreeMap<usize, i64>,
}

/// A row of the history without its number.
pub type Line = (Id, bool, HistoryFact);

/// A sum under a category: kind, category, unit, count, amount.
pub type CategoryLine = (Kind, Option<String>, Unit, i64, i64);

/// A sum of a channel: channel, unit, count, amount, fee, tax.
pub type ChannelLine = (Option<String>, Unit, i64, i64, i64, i64);

/// Points by their expiry, as the contract tells it under "Lots".
#[derive(Clone, Debug, Default)]
struct Purse {
    lots: Vec<(Expires, i64)>,
    below_zero: i64,
}

impl Purse {
    /// The next arrivals fill what is below zero first.
    fn put(&mut self, amount: i64, expires: Expires) {
        let filled = amount.min(self.below_zero);
        self.below_zero -= filled;
        self.lots.push((expires, amount - filled));
    }

    /// Dated lots, earliest expiry first, then unknown, then never; then nothing.
    fn take(&mut self, mut amount: i64) {
        self.lots.sort_by_key(|(expires, _)| match expires {
            Expires::On(day) => (0, day.0),
            Expires::Unknown => (1, 0),
            Expires::Never => (2, 0),
        });
        for (_, held) in &mut self.lots {
            let taken = amount.min(*held);
            *held -= taken;
            amount -= taken;
        }
        self.below_zero += amount;
    }

    /// Once a day begins, every lot whose last day was before it is gone: says from when on, and how
    /// much it was.
    fn expire(&mut self, on: Day) -> Vec<(LocalDateTime, i64)> {
        let mut gone = Vec::new();
        self.lots.retain(|(expires, held)| match expires {
            Expires::On(last) if *last < on => {
                gone.push((Day(last.0 + 1).start(), *held));
                false
            }
            _ => true,
        });
        gone
    }

    fn dated(&self) -> BTreeMap<Day, i64> {
        let mut dated = BTreeMap::new();
        for (expires, held) in &self.lots {
            if let Expires::On(day) = expires {
                *dated.entry(*day).or_default() += held;
            }
        }
        dated.retain(|_, held| *held > 0);
        dated
    }

    fn sum(&self) -> i64 {
        self.lots.iter().map(|(_, held)| held).sum::<i64>() - self.below_zero
    }
}

/// Charges by their month, as the contract tells it under "Carrier bills".
#[derive(Clone, Debug, Default)]
struct Owed {
    charges: Vec<(Month, i64)>,
    paid_ahead: i64,
}

impl Owed {
    fn charge(&mut self, amount: i64, month: Month) {
        let ahead = amount.min(self.paid_ahead);
        self.paid_ahead -= ahead;
        self.charges.push((month, amount - ahead));
    }

    /// Settles bills, the one with the lowest rank first.
    fn settle(&mut self, mut amount: i64, rank: impl Fn(Month) -> (bool, i32)) {
        self.charges.sort_by_key(|(month, _)| rank(*month));
        for (_, owed) in &mut self.charges {
            let paid = amount.min(*owed);
            *owed -= paid;
            amount -= paid;
        }
        self.charges.retain(|(_, owed)| *owed > 0);
        self.paid_ahead += amount;
    }

    fn bills(&self) -> BTreeMap<Month, i64> {
        let mut bills = BTreeMap::new();
        for (month, owed) in &self.charges {
            *bills.entry(*month).or_default() += owed;
        }
        bills.retain(|_, owed| *owed > 0);
        bills
    }

    fn sum(&self) -> i64 {
        self.charges.iter().map(|(_, owed)| owed).sum::<i64>() - self.paid_ahead
    }
}

/// The table of the contract's section 5: what an entry is on an account.
fn headings(entry: &Entry, account: AccountId) -> Vec<(FlowKind, i64)> {
    let (out, arriving) = (entry.from.amount, entry.to.amount);
    if entry.from.account == Some(account) {
        let left = out - entry.fee - entry.tax;
        let charged = |moved| vec![(moved, left), (FlowKind::Fees, entry.fee), (FlowKind::Taxes, entry.tax)];
        return match entry.kind {
            Kind::Spend => charged(FlowKind::Spent),
            Kind::Expire => charged(FlowKind::Expired),
            Kind::Transfer | Kind::Topup | Kind::Pay => charged(FlowKind::MovedOut),
            Kind::Withdraw => charged(FlowKind::Withdrawn),
            Kind::Earn | Kind::Refund => panic!("{:?} leaves no account", entry.kind),
        };
    }
    if entry.to.account == Some(account) {
        let from_outside = entry.from.account.is_none() && entry.from.unit == entry.to.unit;
        return match entry.kind {
            Kind::Earn | Kind::Refund | Kind::Topup if from_outside => {
                let measure = match entry.kind {
                    Kind::Earn => FlowKind::Earned,
                    Kind::Refund => FlowKind::Refunded,
                    _ => FlowKind::ToppedUp,
                };
                vec![(measure, out), (FlowKind::Fees, entry.fee), (FlowKind::Taxes, entry.tax)]
            }
            Kind::Earn => vec![(FlowKind::Earned, arriving)],
            Kind::Refund => vec![(FlowKind::Refunded, arriving)],
            Kind::Topup => vec![(FlowKind::ToppedUp, arriving)],
            Kind::Pay => vec![(FlowKind::BillPaid, arriving)],
            Kind::Transfer | Kind::Withdraw => vec![(FlowKind::MovedIn, arriving)],
            Kind::Spend | Kind::Expire => panic!("{:?} reaches no account", entry.kind),
        };
    }
    Vec::new()
}

fn inside(at: LocalDateTime, from: Option<LocalDateTime>, to: Option<LocalDateTime>) -> bool {
    from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
}

impl Path {
    fn expire(&mut self, purse: &mut Purse, on: Day) {
        for (from, amount) in purse.expire(on) {
            self.standing.balance -= amount;
            self.expired.push((from, amount));
        }
    }
}

impl Oracle {
    /// Writes a change down.
    pub fn write(&mut self, change: &Change) {
        let number = self.changes.len();
        let mut voids = None;
        for fact in &change.facts {
            let at = match fact {
                Fact::Entry(entry) => entry.at,
                Fact::Snapshot(snapshot) => snapshot.at,
                Fact::Rate { day, .. } => day.start(),
                _ => change.at,
            };
            if let Fact::Void(id) = fact {
                voids = self.changes.iter().position(|c| c.id == *id);
                assert!(voids.is_some(), "{id} is no change");
            }
            self.facts.push(Written { change: number, order: self.facts.len(), at, fact: fact.clone() });
        }
        self.changes.push(Recorded { id: change.id, voids });
    }

    /// Which changes count: a change does not where one that does voids it.
    pub fn counting(&self) -> Vec<bool> {
        let mut counting = vec![true; self.changes.len()];
        for (number, change) in self.changes.iter().enumerate().rev() {
            if let Some(voided) = change.voids
                && counting[number]
            {
                counting[voided] = false;
            }
        }
        counting
    }

    /// All facts that count, in the order of time, those of one second in the order of recording.
    fn live(&self) -> Vec<&Written> {
        let counting = self.counting();
        let mut live: Vec<&Written> = self.facts.iter().filter(|f| counting[f.change]).collect();
        live.sort_by_key(|f| (f.at, f.order));
        live
    }

    fn live_entries(&self) -> impl Iterator<Item = &Entry> {
        self.live().into_iter().filter_map(|f| match &f.fact {
            Fact::Entry(entry) => Some(entry),
            _ => None,
        })
    }

    /// How many entries and how many snapshots count.
    pub fn counts(&self) -> (i64, i64) {
        let live = self.live();
        let entries = live.iter().filter(|f| matches!(f.fact, Fact::Entry(_))).count();
        let snapshots = live.iter().filter(|f| matches!(f.fact, Fact::Snapshot(_))).count();
        (entries as i64, snapshots as i64)
    }

    /// What all facts that count move and show together.
    pub fn moved(&self) -> i128 {
        let of = |f: &&Written| match &f.fact {
            Fact::Entry(entry) => i128::from(entry.from.amount) + i128::from(entry.to.amount),
            Fact::Snapshot(snapshot) => i128::from(snapshot.balance).abs(),
            _ => 0,
        };
        self.live().iter().map(of).sum()
    }

    /// The moment of an account's last fact that counts.
    fn last_fact(&self, account: &Account) -> Option<LocalDateTime> {
        let is_of = |fact: &Fact| match fact {
            Fact::Entry(e) => [e.from.account, e.to.account].contains(&Some(account.id)),
            Fact::Snapshot(snapshot) => snapshot.account == account.id,
            _ => false,
        };
        self.live().iter().filter(|written| is_of(&written.fact)).map(|written| written.at).max()
    }

    /// Walks through an account's facts up to a moment, those of that second included.
    pub fn path(&self, account: &Account, until: Option<LocalDateTime>) -> Path {
        let mut path = Path::default();
        let (mut purse, mut owed) = (Purse::default(), Owed::default());
        for written in self.live() {
            if !inside(written.at, None, until) {
                break;
            }
            let month = written.at.month();
            path.expire(&mut purse, written.at.day());
            match &written.fact {
                Fact::Entry(entry) if entry.from.account == Some(account.id) => {
                    let amount = entry.from.amount;
                    path.standing.balance -= amount;
                    path.facts += 1;
                    purse.take(amount);
                    owed.charge(amount, month);
                }
                Fact::Entry(entry) if entry.to.account == Some(account.id) => {
                    let amount = entry.to.amount;
                    path.standing.balance += amount;
                    path.facts += 1;
                    let earned = entry.kind == Kind::Earn;
                    purse.put(amount, if earned { entry.expires } else { Expires::Unknown });
                    let newest_first = entry.kind == Kind::Refund;
                    owed.settle(amount, |m| (false, if newest_first { -m.0 } else { m.0 }));
                }
                Fact::Snapshot(snapshot) if snapshot.account == account.id => {
                    let unexplained = snapshot.balance - path.standing.balance;
                    let gap = Gap { at: written.at, unexplained, first: path.gaps.is_empty() };
                    path.gaps.insert(written.order, gap);
                    path.standing.balance = snapshot.balance;
                    path.standing.seen = Some(written.at);
                    path.facts += 1;
                    if unexplained > 0 {
                        purse.put(unexplained, Expires::Unknown);
                        owed.settle(unexplained, |m| (m != month, m.0));
                    } else {
                        purse.take(-unexplained);
                        owed.charge(-unexplained, month);
                    }
                }
                _ => continue,
            }
            path.after.insert(written.order, path.standing.balance);
        }
        path.expire(&mut purse, until.map_or(Day(i32::MAX), LocalDateTime::day));
        assert_eq!(purse.sum(), path.standing.balance, "lots add up to the balance");
        path.standing.has_facts = path.facts > 0;
        path.standing.last_fact = self.last_fact(account);
        if account.is_carrier() {
            assert_eq!(owed.sum(), -path.standing.balance, "bills add up to what is owed");
            path.bills = owed.bills();
        } else {
            path.lots = purse.dated();
            let unknown = purse.lots.iter().filter(|(expires, _)| *expires == Expires::Unknown);
            path.unknown = unknown.map(|(_, held)| held).sum();
        }
        path
    }

    /// The facts of an account in a stretch of time, and the sums under every heading.
    pub fn flows(
        &self,
        account: &Account,
        from: Option<LocalDateTime>,
        to: Option<LocalDateTime>,
    ) -> (i64, BTreeMap<FlowKind, i64>) {
        let mut sums: BTreeMap<FlowKind, i64> = FlowKind::ALL.into_iter().map(|m| (m, 0)).collect();
        let mut facts = 0;
        for entry in self.live_entries().filter(|e| inside(e.at, from, to)) {
            for (measure, amount) in headings(entry, account.id) {
                *sums.entry(measure).or_default() += amount;
            }
            facts += i64::from([entry.from.account, entry.to.account].contains(&Some(account.id)));
        }
        let path = self.path(account, to);
        for (_, amount) in path.expired.iter().filter(|(at, _)| inside(*at, from, to)) {
            *sums.entry(FlowKind::Expired).or_default() += amount;
        }
        for gap in path.gaps.values().filter(|g| inside(g.at, from, to)) {
            *sums.entry(FlowKind::Unexplained).or_default() += gap.unexplained;
            if gap.first {
                *sums.entry(FlowKind::FirstSeen).or_default() += gap.unexplained;
            }
            facts += 1;
        }
        (facts, sums)
    }

    /// What was spent, earned and refunded, a line for each kind, category and unit.
    pub fn categories(&self, from: Option<LocalDateTime>, to: Option<LocalDateTime>) -> Vec<CategoryLine> {
        self.grouped(from, to, |entry| entry.category.as_deref())
    }

    /// The same, a line for each kind, payee and unit.
    pub fn payees(&self, from: Option<LocalDateTime>, to: Option<LocalDateTime>) -> Vec<CategoryLine> {
        self.grouped(from, to, |entry| entry.payee.as_deref())
    }

    fn grouped(
        &self,
        from: Option<LocalDateTime>,
        to: Option<LocalDateTime>,
        name: impl Fn(&Entry) -> Option<&str>,
    ) -> Vec<CategoryLine> {
        let mut sums: BTreeMap<(Kind, Option<String>, Unit), (i64, i64)> = BTreeMap::new();
        for entry in self.live_entries().filter(|e| inside(e.at, from, to)) {
            let charges = entry.fee + entry.tax;
            let (place, charged) = match entry.kind {
                Kind::Spend => (&entry.from, -charges),
                Kind::Earn | Kind::Refund if entry.from.unit == entry.to.unit => (&entry.to, charges),
                Kind::Earn | Kind::Refund => (&entry.to, 0),
                _ => continue,
            };
            let key = (entry.kind, name(entry).map(String::from), place.unit.clone());
            let sum = sums.entry(key).or_default();
            *sum = (sum.0 + 1, sum.1 + place.amount + charged);
        }
        sums.into_iter().map(|((kind, word, unit), (n, amount))| (kind, word, unit, n, amount)).collect()
    }

    /// What was charged, a line for each channel (none: booked by hand) and unit. The amount is what
    /// left, of a top-up without its charges.
    pub fn channels(&self, from: Option<LocalDateTime>, to: Option<LocalDateTime>) -> Vec<ChannelLine> {
        let mut sums: BTreeMap<(Option<String>, Unit), [i64; 4]> = BTreeMap::new();
        for entry in self.live_entries().filter(|e| inside(e.at, from, to)) {
            let charges = entry.fee + entry.tax;
            if entry.channel.is_none() && charges == 0 {
                continue;
            }
            let amount = entry.from.amount - if entry.kind == Kind::Topup { charges } else { 0 };
            let sum = sums
                .entry((entry.channel.as_deref().map(String::from), entry.from.unit.clone()))
                .or_default();
            for (sum, part) in sum.iter_mut().zip([1, amount, entry.fee, entry.tax]) {
                *sum += part;
            }
        }
        let mut lines = Vec::new();
        for ((channel, unit), [count, amount, fee, tax]) in sums {
            lines.push((channel, unit, count, amount, fee, tax));
        }
        lines
    }

    /// The amounts of the spends of a unit up to a threshold, ascending.
    pub fn micropayments(
        &self,
        unit: &Unit,
        at_most: i64,
        from: LocalDateTime,
        to: LocalDateTime,
    ) -> Vec<i64> {
        let small = |e: &&Entry| {
            let Leg { amount, unit: spent_unit, .. } = &e.from;
            e.kind == Kind::Spend && spent_unit == unit && *amount <= at_most
        };
        let inside = |e: &&Entry| inside(e.at, Some(from), Some(to));
        let mut amounts: Vec<i64> =
            self.live_entries().filter(inside).filter(small).map(|e| e.from.amount).collect();
        amounts.sort();
        amounts
    }

    /// The withdrawals through some channels in a window, and their amounts on a channel's side.
    pub fn used(&self, ask: &QuotaKey, side: impl Fn(&str) -> Side) -> QuotaUsage {
        let mut used = QuotaUsage::default();
        for entry in self.live_entries().filter(|e| inside(e.at, ask.since, Some(ask.until))) {
            let Some(channel) = entry.channel.as_deref().filter(|c| ask.channels.iter().any(|a| a == c))
            else {
                continue;
            };
            if entry.kind == Kind::Withdraw {
                used.count += 1;
                used.amount += entry.from.amount;
                if side(channel) == Side::OnTop {
                    used.amount -= entry.fee + entry.tax;
                }
            }
        }
        used
    }

    /// The first fact that counts.
    pub fn first_fact(&self) -> Option<LocalDateTime> {
        let dated = |f: &&&Written| matches!(f.fact, Fact::Entry(_) | Fact::Snapshot(_));
        self.live().iter().filter(dated).map(|f| f.at).next()
    }

    /// Every rate that counts, by day and then by the order of recording.
    pub fn rates(&self) -> Vec<(Unit, Rate, Unit, Day)> {
        let rate = |f: &Written| match &f.fact {
            Fact::Rate { unit, rate, of, day } => Some((unit.clone(), *rate, of.clone(), *day)),
            _ => None,
        };
        self.live().into_iter().filter_map(rate).collect()
    }

    /// An account as its last edit that counts left it, or as it was opened.
    pub fn account(&self, opened: &Account) -> Account {
        let counting = self.counting();
        let edits = self.facts.iter().rev().filter(|f| counting[f.change]);
        let edited = edits.filter_map(|f| match &f.fact {
            Fact::Edit(account) if account.id == opened.id => Some(account.clone()),
            _ => None,
        });
        edited.take(1).next().unwrap_or_else(|| opened.clone())
    }

    fn rows(&self, filter: &Filter) -> Vec<&Written> {
        let contains = |texts: &[Option<&str>]| {
            filter.search.as_ref().is_none_or(|wanted| {
                let wanted = wanted.to_lowercase();
                texts.iter().any(|t| t.is_some_and(|t| t.to_lowercase().contains(&wanted)))
            })
        };
        let wants = |fact: &Fact| match fact {
            Fact::Entry(entry) => {
                let sides = [entry.from.account, entry.to.account];
                !filter.snapshots_only
                    && filter.account.is_none_or(|account| sides.contains(&Some(account)))
                    && filter.kind.is_none_or(|kind| kind == entry.kind)
                    && match filter.outside {
                        None => true,
                        Some(Outside::From) => entry.from.account.is_none(),
                        Some(Outside::To) => entry.to.account.is_none(),
                    }
                    && filter.payee.as_ref().is_none_or(|wanted| {
                        let payee = entry.payee.as_deref().unwrap_or_default().to_lowercase();
                        payee.contains(&wanted.to_lowercase())
                    })
                    && filter.category.as_ref().is_none_or(|c| entry.category.as_deref() == Some(c.as_str()))
                    && contains(&[
                        entry.category.as_deref(),
                        entry.payee.as_deref(),
                        entry.note.as_deref(),
                        entry.channel.as_deref(),
                    ])
            }
            Fact::Snapshot(snapshot) => {
                (filter.snapshots_only || filter.kind.is_none())
                    && filter.outside.is_none()
                    && filter.payee.is_none()
                    && filter.category.is_none()
                    && filter.account.is_none_or(|account| account == snapshot.account)
                    && contains(&[snapshot.note.as_deref()])
            }
            _ => false,
        };
        let mut rows: Vec<&Written> = self.facts.iter().filter(|f| wants(&f.fact)).collect();
        rows.retain(|f| inside(f.at, filter.from, filter.to));
        rows.sort_by_key(|f| (f.at, f.order));
        let more = filter.limit.map_or(0, |limit| rows.len().saturating_sub(limit));
        rows.split_off(more)
    }

    /// The rows of the history that a filter lets through, oldest first.
    pub fn history(&self, accounts: &[Account], filter: &Filter) -> Vec<Line> {
        let counting = self.counting();
        let paths: Vec<Path> = accounts.iter().map(|a| self.path(a, None)).collect();
        let line = |f: &&Written| {
            let fact = match &f.fact {
                Fact::Snapshot(snapshot) => {
                    let gap = paths.iter().find_map(|p| p.gaps.get(&f.order));
                    let seen = gap.map_or(SnapshotDifference::default(), |g| SnapshotDifference {
                        unexplained: Some(g.unexplained),
                        first: g.first,
                    });
                    HistoryFact::Snapshot(snapshot.clone(), seen)
                }
                Fact::Entry(entry) => HistoryFact::Entry(entry.clone()),
                other => panic!("{other:?} has no row"),
            };
            (self.changes[f.change].id, !counting[f.change], fact)
        };
        self.rows(filter).iter().map(line).collect()
    }

    /// What each row of the history of one account moves, and the balance after it.
    pub fn running(&self, account: &Account, filter: &Filter) -> Vec<(Option<i64>, Option<i64>)> {
        let path = self.path(account, None);
        let moved = |written: &Written| match &written.fact {
            Fact::Entry(entry) if entry.from.account == Some(account.id) => Some(-entry.from.amount),
            Fact::Entry(entry) => Some(entry.to.amount),
            _ => path.gaps.get(&written.order).map(|gap| gap.unexplained),
        };
        let rows = self.rows(filter).into_iter();
        rows.map(|written| (moved(written), path.after.get(&written.order).copied())).collect()
    }

    /// The latest change that counts and voids nothing, or the latest undo that counts.
    pub fn last_change(&self, undo: bool) -> Option<usize> {
        let counting = self.counting();
        // What is recorded ends what could be redone.
        let recorded_last = self.changes.iter().rposition(|change| change.voids.is_none());
        let first = recorded_last.filter(|_| !undo).map_or(0, |last| last + 1);
        (first..self.changes.len()).rev().find(|number| {
            let voids = self.changes[*number].voids;
            let is_wanted = match voids {
                None => undo,
                Some(of) => !undo && self.changes[of].voids.is_none(),
            };
            counting[*number] && is_wanted
        })
    }
}

/// The store's sums by category as lines in one order.
pub fn category_lines(totals: Vec<CategoryTotal>) -> Vec<CategoryLine> {
    let mut lines: Vec<CategoryLine> =
        totals.into_iter().map(|t| (t.kind, t.name, t.unit, t.count, t.amount)).collect();
    lines.sort();
    lines
}

/// The store's sums by channel as lines in one order.
pub fn channel_lines(totals: Vec<ChannelTotal>) -> Vec<ChannelLine> {
    let mut lines: Vec<ChannelLine> =
        totals.into_iter().map(|t| (t.channel, t.unit, t.count, t.amount, t.fee, t.tax)).collect();
    lines.sort();
    lines
}
