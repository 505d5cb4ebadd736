//! The withdrawals that bring a sum at the least cost.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::ledger::Account;
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::Day;
use serde::Serialize;

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

    /// Why, in words: `ok-cashbag: 12,400 OKCASHBAG short of its minimum of 50,000`.
    pub fn words(&self) -> String {
        if let (Some(short), Some(least)) = (&self.short_by, &self.least) {
            let what = if self.reason == "below-minimum" {
                "its minimum"
            } else {
                "the smallest amount that can be made"
            };
            return format!("{}: {short} short of {what} of {}", self.account, least.to_grouped_string());
        }
        let why = match self.reason {
            "not-withdrawable" => "there is no official way out",
            "ended" => "the service has ended",
            "not-in-force" => "no rule is known for these days",
            "conditional" => {
                "its channels are open on a condition only; see jandon fees, and name one with --assume"
            }
            "no-channel" => "no official channel pays that unit to a bank, a card or in cash",
            "platform-gone" => "the catalog does not hold its platform",
            "no-platform" => "it is on no known platform",
            "over-limit" => "a limit of its channels is used up",
            "whole-balance-only" => "only the whole balance can leave, and that is not possible",
            "kept" => "all of it is to be kept",
            "nothing-left" => "the charges leave nothing",
            "off-step" | "above-maximum" => "no amount fits the rules of its channels",
            _ => "nothing can be withdrawn",
        };
        format!("{}: {why}", self.account)
    }
}

impl PlanAnswer {
    /// It brings less than was asked for.
    fn misses_target(&self) -> bool {
        self.target.as_ref().is_some_and(|target| self.net.minor < target.minor)
    }

    /// What comes of it, in one sentence.
    fn headline(&self) -> String {
        let how_many = match self.steps.len() {
            1 => "1 withdrawal".to_string(),
            n => format!("{n} withdrawals"),
        };
        let cost = if self.cost.minor == 0 { "free of charge".into() } else { format!("for {}", self.cost) };
        let saved = match &self.simple_cost {
            Some(simple) if simple.minor > self.cost.minor => {
                let less = self.unit.money(simple.minor - self.cost.minor);
                format!(
                    " (the obvious way costs {}; saves {})",
                    simple.to_grouped_string(),
                    less.to_grouped_string()
                )
            }
            Some(simple) if simple.minor < self.cost.minor => {
                format!(" (the obvious way costs {}, and brings less)", simple.to_grouped_string())
            }
            Some(_) => " (as the obvious way)".into(),
            None if !self.misses_target() => " (the obvious way does not bring so much)".into(),
            None => String::new(),
        };
        let most = if self.misses_target() && self.proven { "At most " } else { "" };
        format!("{most}{} arrive with {how_many}, {cost}{saved}.", self.net)
    }

    /// The other plans beside this one, by how many withdrawals they have: what each brings or, where
    /// that is given, costs.
    fn ladder(&self) -> Option<String> {
        let own = AlternativeRow {
            steps: self.steps.len(),
            net: self.unit.money(self.net.minor),
            cost: self.unit.money(self.cost.minor),
        };
        let mut rungs: Vec<&AlternativeRow> = self.alternatives.iter().chain([&own]).collect();
        rungs.sort_by_key(|rung| (rung.steps, rung.cost.minor, rung.net.minor));
        rungs.dedup_by_key(|rung| (rung.steps, rung.cost.minor, rung.net.minor));
        if rungs.len() < 2 {
            return None;
        }
        let words = |(place, rung): (usize, &&AlternativeRow)| {
            let comes_to = match self.target {
                Some(_) if rung.cost.minor == 0 => "free".into(),
                Some(_) => format!("for {}", rung.cost.to_grouped_string()),
                None => rung.net.to_grouped_string(),
            };
            match (place, rung.steps) {
                (0, 1) => format!("1 withdrawal: {comes_to}"),
                (0, steps) => format!("{steps} withdrawals: {comes_to}"),
                (_, steps) => format!("{steps}: {comes_to}"),
            }
        };
        Some(rungs.iter().enumerate().map(words).collect::<Vec<_>>().join(" · "))
    }

    /// What no proof was found of.
    fn doubt(&self) -> Option<String> {
        if self.proven {
            return None;
        }
        let cheaper = self.target.is_some() && !self.misses_target();
        Some(match (self.gap.minor, cheaper, self.step_cost.minor) {
            (0, true, _) => "Not proven: fewer withdrawals might do the same.".into(),
            (0, false, _) => "Not proven: fewer withdrawals might bring as much.".into(),
            (_, true, 0) => format!("Not proven: another plan could cost up to {} less.", self.gap),
            (_, false, 0) => format!("Not proven: another plan could bring up to {} more.", self.gap),
            (_, true, _) => {
                format!("Not proven: with the step costs, another plan could cost up to {} less.", self.gap)
            }
            (_, false, _) => {
                format!("Not proven: with the step costs, another plan could bring up to {} more.", self.gap)
            }
        })
    }
}

impl Render for PlanAnswer {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if let Some(commands) = &self.commands {
            for command in commands {
                page.preformatted(command.clone());
            }
            return page;
        }
        match self.nothing {
            Some(Nothing::NoAccounts) => {
                page.line("No accounts yet. Start with: jandon account add 카카오페이");
                return page;
            }
            Some(Nothing::NoBalance) => {
                page.line("No account holds anything that could be withdrawn.");
                return page;
            }
            Some(Nothing::NotWorthIt) => page.line(format!(
                "No withdrawal brings more than the {} it counts for; to see what can be withdrawn \
                 nevertheless: jandon plan --step-cost 0",
                self.step_cost
            )),
            None if self.steps.is_empty() => page.line(format!("Nothing can be withdrawn by {}.", self.by)),
            None => page.line(self.headline()),
        }
        let asked = match &self.target {
            Some(target) if self.misses_target() => {
                let cannot = self.net.minor.saturating_add(self.gap.minor) < target.minor;
                let why = if cannot { "which cannot be reached" } else { "which no plan was found to reach" };
                format!("at least {target} by {}, {why}", self.by)
            }
            Some(target) => format!("at least {target}, at the least cost, by {}", self.by),
            None => format!("as much {} as can be, by {}", self.unit, self.by),
        };
        let counts = self.step_cost.minor > 0 && !self.steps.is_empty() && !self.misses_target();
        let counts =
            if counts { format!(" Each withdrawal counts as {}.", self.step_cost) } else { String::new() };
        page.line(format!("Asked: {asked}.{counts}"));
        if let Some(doubt) = self.doubt() {
            page.line(doubt);
        }
        page.gap();
        let mut table = Table::new(vec![
            Column::fixed("date"),
            Column::name("account"),
            Column::fixed("channel"),
            Column::figure("amount"),
            Column::figure("fee"),
            Column::figure("tax"),
            Column::figure("leaves"),
            Column::fixed("unit"),
            Column::figure("arrives"),
        ]);
        for step in &self.steps {
            let blank =
                |money: &Money| if money.minor == 0 { String::new() } else { money.to_grouped_string() };
            table.row(vec![
                step.date.to_string(),
                step.account.clone(),
                step.channel.clone(),
                step.amount.to_grouped_string(),
                if step.fee.minor == 0 { "free".into() } else { step.fee.to_grouped_string() },
                blank(&step.tax),
                if step.debit == step.amount { String::new() } else { step.debit.to_grouped_string() },
                step.unit.to_string(),
                step.net.to_grouped_string(),
            ]);
        }
        page.table(table);
        page.gap();
        if let Some(ladder) = self.ladder() {
            page.line(ladder);
            page.gap();
        }
        for blocked in &self.blocked {
            page.line(format!("{}.", blocked.words()));
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
