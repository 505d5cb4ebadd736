//! What every official channel would net.

use super::Render;
use super::amount::Amounts;
use super::csv::Csv;
use super::page::{Cell, Column, Page, Style, Table};
use crate::fee::{Delay, Text};
use crate::messages::{
    Arrival, BlockedChannel, CellWord, ChannelTerms, FeesLine, FreeLeftText, Heading, Language, Message,
    RulesOf, Trust,
};
use crate::money::{Money, Unit};
use crate::period::Day;
use serde::{Serialize, Serializer};

/// The answer of `fees`.
#[derive(Debug, Serialize)]
pub struct Fees {
    schema: &'static str,
    /// The account, or null where a platform was asked.
    pub account: Option<String>,
    /// The platform.
    pub platform: String,
    /// The unit that leaves.
    pub unit: Unit,
    /// The balance, where an account was asked.
    pub balance: Option<Money>,
    /// What of it may leave.
    pub available: Option<Money>,
    /// The amount asked, or `all`; null where a net was asked, or nothing can be.
    pub asked: Option<AskedAmount>,
    /// The net asked.
    pub receive: Option<Money>,
    /// The day of the rules.
    pub on: Day,
    /// One row a channel, best first.
    pub channels: Vec<ChannelQuote>,
    /// Why there is no way out at all.
    #[serde(serialize_with = "english_line")]
    pub reason: Option<FeesLine>,
    /// What can be done instead.
    #[serde(serialize_with = "english_lines")]
    pub advice: Vec<FeesLine>,
    /// What only the page needs.
    #[serde(skip)]
    pub details: FeesDetails,
}

/// What only the page of `fees` needs.
#[derive(Clone, Debug, Default)]
pub struct FeesDetails {
    /// The present day; `None` for that of the rules.
    pub today: Option<Day>,
    /// The command with its options.
    pub command: String,
    /// Whether the sources of all rules are shown.
    pub has_sources: bool,
    /// Several withdrawals from which more arrives than from one.
    pub plan: Option<PlanHint>,
}

/// Several withdrawals from which more arrives than from one.
#[derive(Clone, Debug)]
pub struct PlanHint {
    /// How many.
    pub withdrawals: usize,
    /// What arrives in all.
    pub net: Money,
    /// The command that lists them.
    pub command: String,
}

fn english_line<S: Serializer>(line: &Option<FeesLine>, serializer: S) -> Result<S::Ok, S::Error> {
    line.as_ref().map(Message::english).serialize(serializer)
}

fn english_lines<S: Serializer>(lines: &[FeesLine], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lines.iter().map(Message::english))
}

fn english_text<S: Serializer>(text: &Option<Text>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().map(|text| &text.en).serialize(serializer)
}

fn english_texts<S: Serializer>(texts: &[Text], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| &text.en))
}

/// What one channel would net, or why it cannot be used.
#[derive(Debug, Serialize)]
pub struct ChannelQuote {
    /// The full id.
    pub channel: String,
    /// What it is called.
    pub name: String,
    /// `ok` or `blocked`.
    pub status: &'static str,
    /// Why it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The nearest amounts that can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Vec<Money>>,
    /// The amount.
    pub amount: Option<Money>,
    /// What leaves the balance.
    pub debit: Option<Money>,
    /// The fees.
    pub fee: Option<Money>,
    /// The taxes.
    pub tax: Option<Money>,
    /// What arrives.
    pub net: Option<Money>,
    /// The unit of what arrives.
    pub net_unit: Unit,
    /// Fees and taxes as a share of the amount.
    pub effective_percent: Option<String>,
    /// The outcome at the best rate, where only the app knows the rate.
    pub best_case: Option<BestCase>,
    /// Earliest and latest arrival.
    pub arrives: Option<[Delay; 2]>,
    /// What is left of the free quota before this withdrawal.
    pub free_left: Option<FreeLeftText>,
    /// What the user needs.
    #[serde(serialize_with = "english_texts")]
    pub requires: Vec<Text>,
    /// What must be true for the channel to be open, and the ledger cannot know.
    #[serde(serialize_with = "english_text")]
    pub condition: Option<Text>,
    /// The condition was not said to hold.
    #[serde(skip)]
    pub is_conditional: bool,
    /// The smaller amount that nets the most, where it nets no less.
    pub better: Option<Better>,
    /// The address of the rule.
    pub source: Option<String>,
    /// When it was last checked.
    pub checked: Option<Day>,
    /// How far it can be trusted.
    pub confidence: Option<&'static str>,
    /// The keys of the rule that the source does not state.
    pub assumed: Vec<String>,
    /// It was checked long ago.
    pub stale: bool,
    /// The rule says from or until when it is in force.
    #[serde(skip)]
    pub is_dated: bool,
}

/// What a range of rates comes to at its best end.
#[derive(Debug, Serialize)]
pub struct BestCase {
    /// The fees.
    pub fee: Money,
    /// The taxes.
    pub tax: Money,
    /// What arrives.
    pub net: Money,
}

/// The amount that is asked for: `"all"`, or a decimal string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedAmount {
    /// As much as can be withdrawn.
    All,
    /// An amount.
    Amount(Money),
}

impl Serialize for AskedAmount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            AskedAmount::All => serializer.serialize_str("all"),
            AskedAmount::Amount(money) => money.serialize(serializer),
        }
    }
}

/// A smaller amount that nets no less.
#[derive(Debug, Serialize)]
pub struct Better {
    /// The amount.
    pub amount: Money,
    /// What it nets.
    pub net: Money,
}

impl Fees {
    /// The answer for one platform on one day.
    pub fn new(platform: String, unit: Unit, on: Day) -> Fees {
        Fees {
            schema: "jandon.fees/2",
            account: None,
            platform,
            unit,
            balance: None,
            available: None,
            asked: None,
            receive: None,
            on,
            channels: Vec::new(),
            reason: None,
            advice: Vec::new(),
            details: FeesDetails::default(),
        }
    }

    /// Returns of when the rules are: those of the day asked, or, where they have no dates, as they
    /// were checked.
    fn rules(&self) -> RulesOf {
        let today = self.today();
        let known = || self.channels.iter().filter(|c| c.checked.is_some());
        let undated = known().filter(|c| !c.is_dated).filter_map(|c| c.checked);
        let (first, last) = (undated.clone().min(), undated.max());
        match (first.zip(last), known().any(|c| c.is_dated)) {
            (Some((first, last)), false) => RulesOf::Checked(first, last, today),
            (Some(_), true) => RulesOf::Both(self.on, today),
            (None, _) => RulesOf::Day(self.on, today),
        }
    }

    fn today(&self) -> Day {
        self.details.today.unwrap_or(self.on)
    }

    /// Returns what is asked: the account, else the platform.
    fn from(&self) -> String {
        self.account.clone().unwrap_or_else(|| self.platform.clone())
    }

    /// Returns the best channel that is open to everyone.
    pub fn best(&self) -> Option<&ChannelQuote> {
        self.channels.iter().find(|c| c.status == "ok" && !c.is_conditional)
    }

    /// Returns the answer in one sentence: what can be had without a condition, or why nothing can.
    fn answer(&self) -> FeesLine {
        if let Some(best) = self.best() {
            return self.answer_of(best);
        }
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        if self.is_empty_balance() {
            let balance = self.balance.as_ref().or(self.available.as_ref()).cloned();
            return FeesLine::NothingToWithdraw { balance: balance.unwrap_or_else(|| self.unit.zero()) };
        }
        if self.any_ok() {
            return FeesLine::OnlyOnConditions;
        }
        let from = self.from();
        match (&self.asked, &self.receive) {
            (Some(AskedAmount::Amount(amount)), _) => {
                FeesLine::CannotWithdraw { amount: amount.clone(), from }
            }
            (None, Some(net)) => FeesLine::CannotReceive { net: net.clone(), from },
            (Some(AskedAmount::All), _) | (None, None) => FeesLine::CannotWithdrawAll { from },
        }
    }

    fn answer_of(&self, quote: &ChannelQuote) -> FeesLine {
        let (net, terms, channel) = (quote.received(), quote.terms(&self.unit), quote.channel.clone());
        let Some(amount) = quote.amount.clone() else { return FeesLine::Receive { net, channel, terms } };
        let is_part = self.available.as_ref() != Some(&amount) && self.asked == Some(AskedAmount::All);
        match self.receive {
            Some(_) => FeesLine::Withdraw { amount, net, channel, terms },
            None if is_part => FeesLine::ReceiveFor { amount, net, channel, terms },
            None => FeesLine::Receive { net, channel, terms },
        }
    }

    /// Returns what each channel pays out if its condition holds, where that is more than the best
    /// without one.
    fn on_conditions(&self) -> impl Iterator<Item = FeesLine> + '_ {
        let best = self.best();
        let more = move |quote: &&ChannelQuote| {
            // Other units cannot be compared, so both are shown.
            let Some(best) = best.filter(|best| best.net_unit == quote.net_unit) else { return true };
            quote.net.as_ref().map(|net| net.minor) > best.net.as_ref().map(|net| net.minor)
        };
        let line = |quote: &ChannelQuote| {
            Some(FeesLine::OnCondition {
                condition: quote.condition.clone()?,
                net: quote.received(),
                channel: quote.channel.clone(),
                terms: quote.terms(&self.unit),
            })
        };
        let ok = self.channels.iter().filter(|c| c.status == "ok");
        ok.filter(|c| c.is_conditional).filter(more).filter_map(line)
    }

    /// Returns a table of the channels that are open, the best first.
    fn table(&self, language: Language) -> Table {
        let ok: Vec<&ChannelQuote> = self.channels.iter().filter(|c| c.status == "ok").collect();
        let of = |money: &dyn Fn(&ChannelQuote) -> Option<Money>| {
            ok.iter().filter_map(|quote| money(quote)).collect::<Vec<Money>>()
        };
        let nets = Amounts::of(of(&|quote| quote.net.clone()));
        let fees = Amounts::of([of(&|quote| quote.fee.clone()), of(&|quote| quote.tax.clone())].concat());
        let paid =
            Amounts::of([of(&|quote| quote.amount.clone()), of(&|quote| quote.debit.clone())].concat());
        // The amount is asked for, unless each channel has its own.
        let is_asked = self.receive.is_none()
            && ok.iter().all(|quote| quote.amount == ok.first().and_then(|first| first.amount.clone()));
        // What leaves is the amount, unless charges come on top.
        let is_on_top = ok.iter().any(|quote| quote.debit != quote.amount);
        let mut table = Table::new(vec![
            Column::fixed(language.heading(Heading::Channel)),
            Column::figure(language.heading(Heading::YouGet)),
            Column::figure(language.heading(Heading::Amount)),
            Column::figure(language.heading(Heading::Fee)),
            Column::figure(language.heading(Heading::Tax)),
            Column::figure(language.heading(Heading::YouPay)),
            Column::fixed(language.heading(Heading::Takes)),
            Column::figure(language.heading(Heading::FreeLeft)),
            Column::words(""),
        ]);
        for (place, quote) in ok.iter().enumerate() {
            let money = |money: &Option<Money>, amounts: &Amounts| {
                let money = money.as_ref().filter(|money| money.minor != 0);
                money.map(|money| amounts.figure(money)).unwrap_or_default()
            };
            let is_free = quote.fee.as_ref().is_some_and(|fee| fee.minor == 0);
            let free_left = quote.free_left.as_ref().filter(|_| quote.is_free_by_quota());
            let row = vec![
                Cell::from(quote.channel.clone()),
                Cell::from(quote.net.as_ref().map(|net| nets.with_unit(net)).unwrap_or_default()),
                Cell::from(if is_asked { String::new() } else { money(&quote.amount, &paid) }),
                Cell::from(if is_free { language.say(&CellWord::Free) } else { money(&quote.fee, &fees) }),
                Cell::from(money(&quote.tax, &fees)),
                Cell::from(if is_on_top { money(&quote.debit, &paid) } else { String::new() }),
                Cell::from(quote.arrives.map(|arrives| language.say(&Arrival(arrives))).unwrap_or_default()),
                Cell::from(free_left.map(|left| language.say(left)).unwrap_or_default()),
                Cell::from(quote.remark().map(|line| language.say(&line)).unwrap_or_default()),
            ];
            let is_best = place == 0 && !quote.is_conditional && ok.len() > 1;
            table.styled_row(row, if is_best { Style::Strong } else { Style::Plain });
        }
        table
    }

    /// Adds where the rule of each channel is from, and what it needs.
    fn sources(&self, page: &mut Page, language: Language) {
        for quote in &self.channels {
            let Some((source, trust)) = quote.source.as_ref().zip(quote.trust(self.today())) else {
                continue;
            };
            page.line(language.say(&FeesLine::TrustOf { channel: quote.channel.clone(), trust }));
            page.source(source);
            self.about(page, quote, "  ", language);
            if let Some(condition) = &quote.condition {
                let line = FeesLine::OnlyIf { condition: condition.clone() };
                page.line(format!("  {}", language.say(&line)));
            }
        }
    }

    /// Adds what a channel needs, and what of its rule is assumed.
    fn about(&self, page: &mut Page, quote: &ChannelQuote, indent: &str, language: Language) {
        if !quote.requires.is_empty() {
            let line = FeesLine::Needs { requires: quote.requires.clone() };
            page.line(format!("{indent}{}", language.say(&line)));
        }
        if !quote.assumed.is_empty() {
            let line = FeesLine::Assumed { keys: quote.assumed.clone() };
            page.line(format!("{indent}{}", language.say(&line)));
        }
    }

    /// Whether all of a balance was asked for in which there is nothing.
    fn is_empty_balance(&self) -> bool {
        self.asked == Some(AskedAmount::All) && self.available.as_ref().is_some_and(|a| a.minor <= 0)
    }

    /// Can any withdrawal be made?
    pub fn any_ok(&self) -> bool {
        self.channels.iter().any(|c| c.status == "ok")
    }
}

impl ChannelQuote {
    /// Returns what arrives.
    fn received(&self) -> Money {
        self.net.clone().unwrap_or_else(|| self.net_unit.zero())
    }

    /// Returns what it costs, in the unit that leaves, and when it arrives.
    fn terms(&self, unit: &Unit) -> ChannelTerms {
        let charge = |money: &Option<Money>| money.clone().unwrap_or_else(|| unit.zero());
        ChannelTerms { fee: charge(&self.fee), tax: charge(&self.tax), arrives: self.arrives }
    }

    /// Returns how far its rule can be trusted; `None` where none is known.
    fn trust(&self, today: Day) -> Option<Trust> {
        Some(Trust {
            confidence: self.confidence?,
            checked: self.checked?,
            is_dated: self.is_dated,
            is_stale: self.stale,
            today,
        })
    }

    /// Returns what is said beside its figures.
    fn remark(&self) -> Option<FeesLine> {
        match (&self.condition, &self.best_case) {
            (Some(condition), _) => Some(FeesLine::OnlyIf { condition: condition.clone() }),
            (None, Some(best)) => Some(FeesLine::AppSetsRateUpTo { to: best.net.clone() }),
            (None, None) => None,
        }
    }

    /// Returns why it is blocked.
    fn blocked(&self, available: Option<&Money>) -> FeesLine {
        let short = match (self.reason, &self.debit, &self.net, available) {
            (Some("insufficient-balance"), Some(debit), Some(net), Some(available)) => {
                Some((debit.clone(), available.clone(), net.clone()))
            }
            _ => None,
        };
        let nearest = self.nearest.clone().unwrap_or_default();
        let why = BlockedChannel { reason: self.reason.unwrap_or_default(), nearest, short };
        FeesLine::Blocked { channel: self.channel.clone(), why }
    }

    /// Whether the withdrawal costs nothing because of a quota of which something is left.
    fn is_free_by_quota(&self) -> bool {
        let charged = [&self.fee, &self.tax].into_iter().flatten().any(|money| money.minor != 0);
        let left = |left: &FreeLeftText| {
            left.count != Some(0) && left.amount.as_ref().is_none_or(|amount| amount.minor > 0)
        };
        !charged && self.free_left.as_ref().is_some_and(left)
    }
}

/// Whether more arrives by so much that it is worth a word: half a percent.
pub fn gains_enough(more: i64, net: i64) -> bool {
    let gained = i128::from(more) - i128::from(net);
    gained > 0 && gained * 200 >= i128::from(net)
}

impl Render for Fees {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        page.styled_line(language.say(&self.answer()), Style::Strong);
        for line in self.on_conditions() {
            page.line(language.say(&line));
        }
        if !self.advice.is_empty() {
            page.gap();
            for line in &self.advice {
                page.line(language.say(line));
            }
        }
        if self.channels.is_empty() {
            page.gap();
            page.line(language.say(&match self.advice.is_empty() {
                true => FeesLine::AboutPlatform { platform: self.platform.clone() },
                false => FeesLine::OpenBills,
            }));
            return page;
        }
        page.gap();
        page.table(self.table(language));
        let is_blocked = |quote: &&ChannelQuote| quote.status == "blocked" && !self.is_empty_balance();
        for quote in self.channels.iter().filter(is_blocked) {
            page.line(language.say(&quote.blocked(self.available.as_ref())));
        }
        page.gap();
        let best = self.best();
        if let Some(best) = best
            && let (Some(better), Some(net)) = (&best.better, &best.net)
            && gains_enough(better.net.minor, net.minor)
        {
            let more = net.unit.money(better.net.minor - net.minor);
            page.line(language.say(&FeesLine::Better { amount: better.amount.clone(), more }));
        }
        if let Some(PlanHint { withdrawals, net, command }) = self.details.plan.clone() {
            page.line(language.say(&FeesLine::Plan { withdrawals, net, command }));
        }
        if self.details.has_sources {
            page.gap();
            self.sources(&mut page, language);
        } else if let Some((best, trust)) = best.and_then(|best| Some((best, best.trust(self.today())?))) {
            page.line(language.say(&FeesLine::Trust { trust }));
            self.about(&mut page, best, "", language);
        }
        let rules = self.rules();
        page.gap();
        page.line(language.say(&match (&self.account, &self.available) {
            (Some(account), Some(available)) => {
                let (available, account) = (available.clone(), account.clone());
                FeesLine::Available { available, account, rules }
            }
            _ => FeesLine::Rules { platform: self.platform.clone(), rules },
        }));
        if !self.details.has_sources && self.channels.iter().any(|quote| quote.source.is_some()) {
            page.line(language.say(&FeesLine::Sources { command: self.details.command.clone() }));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&[
            "channel",
            "status",
            "reason",
            "nearest",
            "amount",
            "debit",
            "fee",
            "tax",
            "net",
            "net_unit",
            "effective_percent",
            "arrives_earliest",
            "arrives_latest",
            "free_left_count",
            "free_left_amount",
            "condition",
            "better_amount",
            "better_net",
            "source",
            "checked",
            "confidence",
            "assumed",
            "stale",
        ]);
        let money = |m: &Option<Money>| m.as_ref().map(Money::to_plain_string);
        for quote in &self.channels {
            let nearest: Option<Vec<String>> =
                quote.nearest.as_ref().map(|n| n.iter().map(Money::to_plain_string).collect());
            csv.row(vec![
                Some(quote.channel.clone()),
                Some(quote.status.to_string()),
                quote.reason.map(String::from),
                nearest.map(|n| n.join(" ")),
                money(&quote.amount),
                money(&quote.debit),
                money(&quote.fee),
                money(&quote.tax),
                money(&quote.net),
                Some(quote.net_unit.to_string()),
                quote.effective_percent.clone(),
                quote.arrives.map(|a| a[0].to_string()),
                quote.arrives.map(|a| a[1].to_string()),
                quote.free_left.as_ref().and_then(|left| left.count).map(|count| count.to_string()),
                quote.free_left.as_ref().and_then(|left| left.amount.as_ref()).map(Money::to_plain_string),
                quote.condition.as_ref().map(|text| text.en.clone()),
                quote.better.as_ref().map(|b| b.amount.to_plain_string()),
                quote.better.as_ref().map(|b| b.net.to_plain_string()),
                quote.source.clone(),
                quote.checked.map(|d| d.to_string()),
                quote.confidence.map(String::from),
                (!quote.assumed.is_empty()).then(|| quote.assumed.join(" ")),
                Some(quote.stale.to_string()),
            ]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::gains_enough;

    #[test]
    fn half_a_percent_is_enough() {
        assert!(gains_enough(1_005, 1_000));
        assert!(!gains_enough(1_004, 1_000) && !gains_enough(1_000, 1_000) && !gains_enough(0, 0));
        assert!(gains_enough(i64::MAX, 1) && !gains_enough(1, i64::MAX));
    }
}
