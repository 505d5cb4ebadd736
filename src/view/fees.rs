//! What every official channel would net.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::fee::Delay;
use crate::messages::Language;
use crate::money::{Money, Unit};
use crate::period::Day;
use serde::Serialize;

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
    pub asked: Option<String>,
    /// The net asked.
    pub receive: Option<String>,
    /// The day of the rules.
    pub on: Day,
    /// One row a channel, best first.
    pub channels: Vec<ChannelQuote>,
    /// Why there is no way out at all.
    pub reason: Option<String>,
    /// What can be done instead.
    pub advice: Vec<String>,
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
    pub free_left: Option<FreeLeftRow>,
    /// What the user needs.
    pub requires: Vec<String>,
    /// What must be true for the channel to be open, and the ledger cannot know.
    pub condition: Option<String>,
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

/// What is left of a free quota; null where there is no such part.
#[derive(Debug, Serialize)]
pub struct FreeLeftRow {
    /// So many withdrawals.
    pub count: Option<i64>,
    /// So much.
    pub amount: Option<Money>,
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
        }
    }

    /// What was asked, in one sentence.
    fn question(&self) -> String {
        let money = |text: &String| {
            let minor = crate::money::parse_minor(text, self.unit.decimals);
            minor.map_or_else(|| text.clone(), |minor| self.unit.money(minor).to_string())
        };
        let what = match (&self.asked, &self.receive) {
            (Some(all), _) if all == "all" => "all that can be withdrawn".to_string(),
            (Some(amount), _) => money(amount),
            (None, Some(net)) => format!("the smallest amount that brings at least {net}"),
            (None, None) => "nothing".to_string(),
        };
        let from = match (&self.account, &self.available) {
            (Some(account), Some(available)) => format!(", from {available} available in {account}"),
            _ => format!(", from {}", self.platform),
        };
        format!("Asked: {what}{from}; {}.", self.rules())
    }

    /// Returns of when the rules are: those of the day asked, or, where they have no dates, as they
    /// were checked.
    fn rules(&self) -> String {
        let known = || self.channels.iter().filter(|c| c.checked.is_some());
        let undated = known().filter(|c| !c.is_dated).filter_map(|c| c.checked);
        let (first, last) = (undated.clone().min(), undated.max());
        match (first.zip(last), known().any(|c| c.is_dated)) {
            (Some((first, last)), false) if first == last => format!("rules as checked on {first}"),
            (Some((first, last)), false) => format!("rules as checked from {first} to {last}"),
            (Some(_), true) => format!("rules of {}, and those without dates as checked", self.on),
            (None, _) => format!("rules of {}", self.on),
        }
    }

    /// Returns the first line: what can be had without a condition, or why nothing can.
    fn headline(&self) -> String {
        let best = self.channels.iter().find(|c| c.status == "ok" && !c.is_conditional);
        if let Some(best) = best {
            return format!("Best: {}.", best.arriving());
        }
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        if self.is_empty_balance() {
            let balance = self.balance.as_ref().or(self.available.as_ref());
            return format!(
                "Nothing to withdraw: the balance is {}.",
                balance.map_or("0".into(), Money::to_grouped_string)
            );
        }
        if self.any_ok() {
            return "It depends on what the ledger cannot know:".into();
        }
        format!("No official channel of {} can do that.", self.platform)
    }

    /// Returns what each channel brings if its condition holds, where that is more than the best
    /// without one.
    fn on_conditions(&self) -> impl Iterator<Item = String> + '_ {
        let ok = || self.channels.iter().filter(|c| c.status == "ok");
        let best = ok().find(|c| !c.is_conditional);
        let more = move |quote: &&ChannelQuote| {
            // Other units cannot be compared, so both are shown.
            let Some(best) = best.filter(|best| best.net_unit == quote.net_unit) else { return true };
            quote.net.as_ref().map(|net| net.minor) > best.net.as_ref().map(|net| net.minor)
        };
        let line = |quote: &ChannelQuote| {
            let condition = quote.condition.as_deref().unwrap_or_default();
            format!("If {condition}: {}.", quote.arriving())
        };
        ok().filter(|c| c.is_conditional).filter(more).map(line)
    }

    /// Whether all of a balance was asked for in which there is nothing.
    fn is_empty_balance(&self) -> bool {
        self.asked.as_deref() == Some("all") && self.available.as_ref().is_some_and(|a| a.minor <= 0)
    }

    /// Can any withdrawal be made?
    pub fn any_ok(&self) -> bool {
        self.channels.iter().any(|c| c.status == "ok")
    }
}

/// Returns in words when money arrives: `at once`, `within 1 hour`, `1–5 days`, `2–3 business days`.
pub fn arrival([earliest, latest]: [Delay; 2]) -> String {
    let many = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    let (from, to, unit) = match (earliest, latest) {
        (Delay::Hours(from), Delay::Hours(to)) if from % 24 == 0 && to % 24 == 0 && to > 0 => {
            (from / 24, to / 24, "day")
        }
        (Delay::Hours(from), Delay::Hours(to)) => (from, to, "hour"),
        (Delay::BusinessDays(from), Delay::BusinessDays(to)) => (from, to, "business day"),
        (Delay::Hours(0), Delay::BusinessDays(to)) => (0, to, "business day"),
        (Delay::Hours(from), Delay::BusinessDays(to)) => {
            return format!("{} to {}", many(from, "hour"), many(to, "business day"));
        }
        (Delay::BusinessDays(from), Delay::Hours(to)) => {
            return format!("{} to {}", many(from, "business day"), many(to, "hour"));
        }
    };
    match (from, to) {
        (_, 0) => "at once".into(),
        (0, to) => format!("within {}", many(to, unit)),
        (from, to) if from == to => format!("in {}", many(to, unit)),
        (from, to) => format!("{from}–{}", many(to, unit)),
    }
}

impl ChannelQuote {
    /// Returns the charges in words: `free`, `fee 500`, `fee 500, tax 77`.
    fn charges(&self) -> String {
        let part = |what: &str, money: &Option<Money>| {
            let money = money.as_ref().filter(|money| money.minor != 0);
            money.map(|money| format!("{what} {}", money.to_grouped_string()))
        };
        let parts: Vec<String> = part("fee", &self.fee).into_iter().chain(part("tax", &self.tax)).collect();
        if parts.is_empty() { "free".into() } else { parts.join(", ") }
    }

    /// Returns what arrives, through what, at what charge and when.
    fn arriving(&self) -> String {
        let net = self.net.as_ref().map(Money::to_string).unwrap_or_default();
        let when = self.arrives.map_or(String::new(), |a| format!(", {}", arrival(a)));
        format!("{net} through {} ({}{when})", self.channel, self.charges())
    }

    /// Whether the withdrawal costs nothing because of a quota of which something is left.
    fn is_free_by_quota(&self) -> bool {
        let charged = [&self.fee, &self.tax].into_iter().flatten().any(|money| money.minor != 0);
        let left = |left: &FreeLeftRow| {
            left.count != Some(0) && left.amount.as_ref().is_none_or(|amount| amount.minor > 0)
        };
        !charged && self.free_left.as_ref().is_some_and(left)
    }
}

impl FreeLeftRow {
    /// Returns what is left in words: `10`, `400.00`, `2 and 400.00`.
    fn words(&self) -> String {
        let count = self.count.map(|count| count.to_string());
        let amount = self.amount.as_ref().map(Money::to_grouped_string);
        count.into_iter().chain(amount).collect::<Vec<_>>().join(" and ")
    }
}

/// Returns why a channel is blocked, in words, and what amount can be made.
fn blocked_words(quote: &ChannelQuote, available: Option<&Money>) -> String {
    let why = match quote.reason.unwrap_or_default() {
        "not-withdrawable" => "there is no official way out",
        "ended" => "the service has ended",
        "not-in-force" => "no rule is known for that day",
        "below-minimum" => "below the smallest amount",
        "above-maximum" => "above the largest amount",
        "off-step" => "not a multiple of the step",
        "whole-balance-only" => "only the whole balance can leave",
        "insufficient-balance" => "more than is available",
        "over-limit" => "over a limit of the channel",
        "nothing-left" => "the charges leave nothing",
        _ => "no amount nets that much",
    };
    let why = match (quote.reason, &quote.debit, &quote.net, available) {
        (Some("insufficient-balance"), Some(debit), Some(net), Some(available)) => format!(
            "needs {}; you have {}; {net} would arrive ({})",
            debit.to_grouped_string(),
            available.to_grouped_string(),
            quote.charges()
        ),
        _ => why.to_string(),
    };
    let amounts: Vec<String> = quote.nearest.iter().flatten().map(Money::to_grouped_string).collect();
    match (amounts.as_slice(), quote.reason) {
        ([], _) => why,
        (amounts, Some("out-of-reach")) => format!("{why}; the most comes from {}", amounts.join(" or ")),
        (amounts, _) => format!("{why}; possible: {}", amounts.join(" or ")),
    }
}

/// Whether a smaller amount gains so much that it is worth a word: half a percent.
fn is_worth_a_word(better: &Better, net: &Money) -> bool {
    let gained = i128::from(better.net.minor) - i128::from(net.minor);
    gained > 0 && gained * 200 >= i128::from(net.minor)
}

impl Render for Fees {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        let ok: Vec<&ChannelQuote> = self.channels.iter().filter(|c| c.status == "ok").collect();
        page.line(self.headline());
        for line in self.on_conditions() {
            page.line(line);
        }
        if !self.channels.is_empty() {
            page.line(self.question());
        }
        page.gap();
        let mut table = Table::new(vec![
            Column::fixed("channel"),
            Column::figure("arrives"),
            Column::fixed("unit"),
            Column::figure("amount"),
            Column::figure("leaves"),
            Column::figure("fee"),
            Column::figure("tax"),
            Column::figure("%"),
            Column::fixed("when"),
            Column::figure("free left"),
        ]);
        // What leaves is worth a column where it is not the amount.
        let on_top = ok.iter().any(|quote| quote.debit != quote.amount);
        for quote in &ok {
            let money = |m: &Option<Money>| m.as_ref().map(Money::to_grouped_string).unwrap_or_default();
            let zero_blank = |m: &Option<Money>| match m {
                Some(m) if m.minor == 0 => String::new(),
                other => money(other),
            };
            table.row(vec![
                quote.channel.clone(),
                money(&quote.net),
                quote.net_unit.to_string(),
                money(&quote.amount),
                if on_top { money(&quote.debit) } else { String::new() },
                if quote.fee.as_ref().is_some_and(|f| f.minor == 0) {
                    "free".into()
                } else {
                    money(&quote.fee)
                },
                zero_blank(&quote.tax),
                quote.effective_percent.clone().unwrap_or_default(),
                quote.arrives.map(arrival).unwrap_or_default(),
                quote
                    .free_left
                    .as_ref()
                    .filter(|_| quote.is_free_by_quota())
                    .map(FreeLeftRow::words)
                    .unwrap_or_default(),
            ]);
        }
        page.table(table);
        page.gap();
        for quote in self.channels.iter().filter(|c| c.status == "blocked" && !self.is_empty_balance()) {
            page.line(format!("{}: {}.", quote.channel, blocked_words(quote, self.available.as_ref())));
        }
        page.gap();
        if let Some(best) = ok.first()
            && let (Some(better), Some(net), Some(amount)) = (&best.better, &best.net, &best.amount)
            && is_worth_a_word(better, net)
        {
            page.line(format!(
                "Better: {} nets {} more than {} through {}.",
                better.amount.to_grouped_string(),
                net.unit.money(better.net.minor - net.minor).to_grouped_string(),
                amount.to_grouped_string(),
                best.channel
            ));
        }
        for quote in &ok {
            if let (Some(best), Some(net)) = (&quote.best_case, &quote.net) {
                page.line(format!(
                    "{}: only the app knows the rate; between {} and {} arrive.",
                    quote.channel,
                    net.to_grouped_string(),
                    best.net
                ));
            }
        }
        page.gap();
        for quote in &self.channels {
            if let (Some(source), Some(checked), Some(confidence)) =
                (&quote.source, quote.checked, quote.confidence)
            {
                let checked = if quote.is_dated {
                    format!("checked {checked}")
                } else {
                    format!("as checked on {checked}")
                };
                page.line(format!("{}: {confidence} rule, {checked}", quote.channel));
                page.source(source);
                if !quote.assumed.is_empty() {
                    page.line(format!("  assumed (the source does not say): {}", quote.assumed.join(", ")));
                }
                if let Some(condition) = &quote.condition {
                    page.line(format!("  only if {condition}"));
                }
                if !quote.requires.is_empty() {
                    page.line(format!("  needs: {}", quote.requires.join("; ")));
                }
            }
        }
        if !self.advice.is_empty() {
            page.gap();
            for advice in &self.advice {
                page.line(advice.clone());
            }
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
                quote.condition.clone(),
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
    use super::arrival;
    use crate::fee::Delay;

    #[test]
    fn says_when_money_arrives() {
        let hours = |hours: [i64; 2]| arrival(hours.map(Delay::Hours));
        assert_eq!(hours([0, 0]), "at once");
        assert_eq!(hours([0, 1]), "within 1 hour");
        assert_eq!(hours([24, 120]), "1–5 days");
        assert_eq!(hours([0, 24]), "within 1 day");
        assert_eq!(hours([36, 48]), "36–48 hours");
        assert_eq!(arrival([1, 3].map(Delay::BusinessDays)), "1–3 business days");
        assert_eq!(arrival([Delay::Hours(0), Delay::BusinessDays(1)]), "within 1 business day");
        assert_eq!(arrival([Delay::Hours(12), Delay::BusinessDays(2)]), "12 hours to 2 business days");
        assert_eq!(arrival([Delay::BusinessDays(1), Delay::Hours(36)]), "1 business day to 36 hours");
    }
}
