//! The withdrawals that bring a sum at the least cost.

use super::Render;
use super::amount::Amounts;
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table};
use crate::ledger::Account;
use crate::messages::{self, AlternativeFigure, CellWord, EmptyPage, Heading, Language, PlanLine};
use crate::money::{Money, Unit};
use crate::period::Day;
use serde::Serialize;
use std::cmp::Ordering;

/// The answer of `plan`.
#[derive(Debug, Serialize)]
pub struct PlanAnswer {
    /// The form of the document.
    pub schema: &'static str,
    /// The unit in which money arrives.
    pub unit: Unit,
    /// How much is to arrive at least; null for as much as can be.
    pub target: Option<Money>,
    /// The last day of the plan.
    pub by: Day,
    /// What arrives in all.
    pub net: Money,
    /// What it costs in all, in the target's unit, rounded up once.
    pub cost: Money,
    /// What each withdrawal counted for while choosing; no part of the cost.
    pub step_cost: Money,
    /// No plan is better.
    pub proven: bool,
    /// By how much a better plan could cost less, or where `net` is not the target bring more, with the
    /// step costs.
    pub gap: Money,
    /// The withdrawals, in an order in which they can be recorded.
    pub steps: Vec<PlanStep>,
    /// The plan with the fewest withdrawals and the cheapest one.
    pub alternatives: Vec<AlternativeRow>,
    /// The accounts from which nothing can be withdrawn.
    pub blocked: Vec<Blocked>,
    /// What the obvious way would cost, or null where it misses the target.
    pub simple_cost: Option<Money>,
    /// The commands that record it, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commands: Option<Vec<String>>,
    /// Why there is nothing to plan, where that is so.
    #[serde(skip)]
    pub nothing: Option<Nothing>,
    /// The command that prints the commands that record it.
    #[serde(skip)]
    pub how_to_record: Option<String>,
    /// The present day.
    #[serde(skip)]
    pub today: Day,
}

/// Why there is nothing to plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// There are no accounts.
    NoAccounts,
    /// No account holds anything that could be withdrawn.
    NoBalance,
    /// No withdrawal brings as much as it counts for.
    NotWorthIt,
}

/// What another plan comes to.
#[derive(Debug, Serialize)]
pub struct AlternativeRow {
    /// How many withdrawals it has.
    pub steps: usize,
    /// What arrives in all.
    pub net: Money,
    /// What it costs in all.
    pub cost: Money,
}

/// One withdrawal of a plan.
#[derive(Debug, Serialize)]
pub struct PlanStep {
    /// The day.
    pub date: Day,
    /// The account.
    pub account: String,
    /// The full id of the channel.
    pub channel: String,
    /// The unit of amount, debit, fee and tax.
    pub unit: Unit,
    /// The amount.
    pub amount: Money,
    /// What leaves the balance.
    pub debit: Money,
    /// The fees.
    pub fee: Money,
    /// The taxes.
    pub tax: Money,
    /// What arrives.
    pub net: Money,
    /// The unit of what arrives.
    pub net_unit: Unit,
}

/// An account from which nothing can be withdrawn.
#[derive(Debug, Serialize)]
pub struct Blocked {
    /// The account.
    pub account: String,
    /// Why.
    pub reason: &'static str,
    /// How much more it must hold, where that would do.
    pub short_by: Option<Money>,
    /// Its unit.
    pub unit: Unit,
    /// The smallest amount that would do.
    #[serde(skip)]
    pub least: Option<Money>,
}

impl Blocked {
    /// An account whose platform is not known, or not in the catalog any more.
    pub fn without_platform(account: &Account) -> Blocked {
        let reason = if account.platform.is_some() { "platform-gone" } else { "no-platform" };
        Blocked {
            account: account.name.clone(),
            reason,
            short_by: None,
            unit: account.unit.clone(),
            least: None,
        }
    }
}

impl PlanAnswer {
    /// It brings less than was asked for.
    fn misses_target(&self) -> bool {
        self.target.as_ref().is_some_and(|target| self.net.minor < target.minor)
    }

    /// What it pays out, and how that compares with the obvious way.
    fn headline(&self) -> (PlanLine, Option<PlanLine>) {
        let (net, count, cost) = (self.net.clone(), self.steps.len(), self.cost.clone());
        let misses = self.misses_target();
        let line = match misses && self.proven {
            true => PlanLine::YouReceiveAtMost { net, count, cost },
            false => PlanLine::YouReceive { net, count, cost },
        };
        let comparison = self.simple_cost.as_ref().map(|simple| match simple.minor.cmp(&self.cost.minor) {
            Ordering::Greater => PlanLine::ObviousCostsMore {
                simple: simple.clone(),
                saved: self.unit.money(simple.minor - self.cost.minor),
            },
            Ordering::Less => PlanLine::ObviousPaysLess { simple: simple.clone() },
            Ordering::Equal => PlanLine::ObviousCostsTheSame,
        });
        // One withdrawal at that cost is the obvious way.
        let is_obvious = self.steps.len() == 1 && self.simple_cost.as_ref() == Some(&self.cost);
        let comparison = comparison.filter(|_| !is_obvious);
        (line, comparison.or((!misses && self.simple_cost.is_none()).then_some(PlanLine::ObviousFallsShort)))
    }

    /// What was asked for.
    fn asked(&self) -> PlanLine {
        let (by, today) = (self.by, self.today);
        match &self.target {
            None => PlanLine::Most { unit: self.unit.clone(), by, today },
            Some(target) if !self.misses_target() => PlanLine::AtLeast { target: target.clone(), by, today },
            Some(target) if self.net.minor.saturating_add(self.gap.minor) < target.minor => {
                PlanLine::OutOfReach { target: target.clone(), by, today }
            }
            Some(target) => PlanLine::NotFound { target: target.clone(), by, today },
        }
    }

    /// The other plans beside this one, by how many withdrawals they have: what each pays out or, where
    /// that is given, costs.
    fn alternatives(&self) -> Option<PlanLine> {
        let own = AlternativeRow {
            steps: self.steps.len(),
            net: self.unit.money(self.net.minor),
            cost: self.unit.money(self.cost.minor),
        };
        let mut plans: Vec<&AlternativeRow> = self.alternatives.iter().chain([&own]).collect();
        plans.sort_by_key(|plan| (plan.steps, plan.cost.minor, plan.net.minor));
        plans.dedup_by_key(|plan| (plan.steps, plan.cost.minor, plan.net.minor));
        let comes_to = |plan: &&AlternativeRow| match self.target {
            Some(_) if plan.cost.minor == 0 => (plan.steps, AlternativeFigure::Free),
            Some(_) => (plan.steps, AlternativeFigure::Costs(plan.cost.to_grouped_string())),
            None => (plan.steps, AlternativeFigure::PaysOut(plan.net.to_grouped_string())),
        };
        (plans.len() > 1).then(|| PlanLine::Alternatives { plans: plans.iter().map(comes_to).collect() })
    }

    /// What no proof was found of.
    fn doubt(&self) -> Option<PlanLine> {
        let is_cheaper = self.target.is_some() && !self.misses_target();
        let (gap, has_step_cost) = (self.gap.clone(), self.step_cost.minor > 0);
        match (self.proven, gap.minor, is_cheaper) {
            (true, ..) => None,
            (false, 0, _) => Some(PlanLine::MayNeedFewer),
            (false, _, true) => Some(PlanLine::MayCostLess { gap, has_step_cost }),
            (false, _, false) => Some(PlanLine::MayPayMore { gap, has_step_cost }),
        }
    }

    /// The accounts from which nothing can be withdrawn; those with one reason together.
    fn blocked(&self) -> Vec<PlanLine> {
        let mut lines: Vec<PlanLine> = Vec::new();
        for row in &self.blocked {
            if let (Some(short), Some(least)) = (&row.short_by, &row.least) {
                let (account, short, least) = (row.account.clone(), short.clone(), least.clone());
                lines.push(match row.reason {
                    "below-minimum" => PlanLine::ShortOfMinimum { account, short, least },
                    _ => PlanLine::ShortOfSmallest { account, short, least },
                });
                continue;
            }
            let same = lines.iter_mut().find_map(|line| match line {
                PlanLine::Blocked { accounts, reason } if *reason == row.reason => Some(accounts),
                _ => None,
            });
            match same {
                Some(accounts) => accounts.push(row.account.clone()),
                None => {
                    lines.push(PlanLine::Blocked { accounts: vec![row.account.clone()], reason: row.reason })
                }
            }
        }
        lines
    }

    fn table(&self, language: Language) -> Table {
        let title = |heading| language.heading(heading);
        let mut table = Table::new(vec![
            Column::name(title(Heading::Account)),
            Column::fixed(title(Heading::Date)),
            Column::fixed(title(Heading::Channel)),
            Column::figure(title(Heading::Amount)),
            Column::figure(title(Heading::Fee)),
            Column::figure(title(Heading::Tax)),
            Column::figure(title(Heading::PaidOutInAll)),
            Column::figure(title(Heading::YouGet)),
        ]);
        let column = |of: fn(&PlanStep) -> &Money| Amounts::of(self.steps.iter().map(of));
        let (amounts, fees) = (column(|step| &step.amount), column(|step| &step.fee));
        let (taxes, debits) = (column(|step| &step.tax), column(|step| &step.debit));
        let nets = column(|step| &step.net);
        // That all is done on the day that a line above names need not be said again.
        let is_one_day = self.steps.iter().all(|step| step.date == self.by);
        let date = |day| match is_one_day {
            true => String::new(),
            false => messages::date(day, self.today, language),
        };
        // The account stands beside it, so the platform need not be said again.
        let channel = |id: &str| id.rsplit_once('/').map_or(id, |(_, channel)| channel).to_string();
        for step in &self.steps {
            let fee = match step.fee.minor {
                0 => language.say(&CellWord::Free),
                _ => fees.figure(&step.fee),
            };
            let is_same = step.debit == step.amount;
            table.row(vec![
                Cell::from(step.account.clone()),
                Cell::from(date(step.date)),
                Cell::from(channel(&step.channel)),
                Cell::from(amounts.with_unit(&step.amount)),
                Cell::from(fee),
                Cell::from(if step.tax.minor == 0 { String::new() } else { taxes.figure(&step.tax) }),
                Cell::from(if is_same { String::new() } else { debits.figure(&step.debit) }),
                Cell::styled(nets.with_unit(&step.net), Style::Strong),
            ]);
        }
        table
    }
}

impl Render for PlanAnswer {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if let Some(commands) = &self.commands {
            for command in commands {
                page.preformatted(command.clone());
            }
            return page;
        }
        match self.nothing {
            Some(Nothing::NoAccounts) => {
                page.line(language.say(&EmptyPage::NoAccounts));
                return page;
            }
            Some(Nothing::NoBalance) => {
                page.line(language.say(&PlanLine::NoBalance));
                return page;
            }
            Some(Nothing::NotWorthIt) => {
                page.line(language.say(&PlanLine::NotWorthIt { step_cost: self.step_cost.clone() }));
            }
            None if self.steps.is_empty() => {
                page.line(language.say(&PlanLine::NothingBy { by: self.by, today: self.today }));
            }
            None => {
                let (headline, comparison) = self.headline();
                page.styled_line(language.say(&headline), Style::Strong);
                comparison.iter().for_each(|line| page.line(language.say(line)));
                let step_cost = self.step_cost.clone();
                let counts = step_cost.minor > 0 && !self.misses_target();
                let counts = counts.then(|| language.say(&PlanLine::EachCountsAs { step_cost }));
                let asked = [language.say(&self.asked())].into_iter().chain(counts);
                page.line(asked.collect::<Vec<_>>().join(" "));
                self.doubt().iter().for_each(|line| page.styled_line(language.say(line), Style::Attention));
            }
        }
        page.gap();
        page.table(self.table(language));
        page.gap();
        if let Some(line) = self.alternatives() {
            page.line(language.say(&line));
            page.gap();
        }
        self.blocked().iter().for_each(|line| page.line(language.say(line)));
        if let Some(command) = self.how_to_record.clone().filter(|_| !self.steps.is_empty()) {
            page.gap();
            page.line(language.say(&PlanLine::HowToRecord { command }));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&[
            "date", "account", "channel", "unit", "amount", "debit", "fee", "tax", "net", "net_unit",
        ]);
        for step in &self.steps {
            csv.row(vec![
                Some(step.date.to_string()),
                Some(step.account.clone()),
                Some(step.channel.clone()),
                Some(step.unit.to_string()),
                Some(step.amount.to_plain_string()),
                Some(step.debit.to_plain_string()),
                Some(step.fee.to_plain_string()),
                Some(step.tax.to_plain_string()),
                Some(step.net.to_plain_string()),
                Some(self.unit.to_string()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
