//! What every official channel would net.

use super::Answer;
use super::csv::Csv;
use super::page::{Page, Table};
use crate::fee::Delay;
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
    /// The amount asked, or `all`; null where a net was asked.
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
    /// What is left of the free quota: a number of withdrawals, or else an amount.
    pub free_left: Option<FreeLeft>,
    /// What the user needs.
    pub requires: Vec<String>,
    /// The smaller amount that nets the most, where it nets no less.
    pub better: Option<Better>,
    /// The address of the rule.
    pub source: Option<String>,
    /// When it was last checked.
    pub checked: Option<Day>,
    /// How far it can be trusted.
    pub confidence: Option<&'static str>,
    /// It was checked long ago.
    pub stale: bool,
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

/// What is left of a free quota.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum FreeLeft {
    /// So many withdrawals.
    Count(i64),
    /// So much.
    Amount(Money),
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
            schema: "jandon.fees/1",
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
            let parts = crate::money::decimal_parts(text, self.unit.decimals);
            parts.map_or_else(|| text.clone(), |parts| self.unit.money(parts).to_string())
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
        format!("Asked: {what}{from}; rules of {}.", self.on)
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

/// Why a channel is blocked, in words, and what amount would pass.
fn blocked_words(quote: &ChannelQuote) -> String {
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
    let amounts: Vec<String> = quote.nearest.iter().flatten().map(Money::grouped).collect();
    match (amounts.as_slice(), quote.reason) {
        ([], _) => why.to_string(),
        (amounts, Some("out-of-reach")) => format!("{why}; the most comes from {}", amounts.join(" or ")),
        (amounts, _) => format!("{why}; possible: {}", amounts.join(" or ")),
    }
}

impl Answer for Fees {
    fn page(&self) -> Page {
        let mut page = Page::new();
        let ok: Vec<&ChannelQuote> = self.channels.iter().filter(|c| c.status == "ok").collect();
        // Of those that bring the most, the one that costs least.
        let most = ok.first().map(|first| (&first.net, &first.net_unit));
        let ties = ok.iter().filter(|c| Some((&c.net, &c.net_unit)) == most);
        if let Some(best) = ties.min_by_key(|c| c.debit.as_ref().map(|debit| debit.parts))
            && let (Some(net), Some(fee), Some(tax)) = (&best.net, &best.fee, &best.tax)
        {
            let charges = match (fee.parts, tax.parts) {
                (0, 0) => "free".to_string(),
                (_, 0) => format!("fee {}", fee.grouped()),
                (0, _) => format!("tax {}", tax.grouped()),
                _ => format!("fee {}, tax {}", fee.grouped(), tax.grouped()),
            };
            let when = best.arrives.map_or(String::new(), |a| format!(", {}", arrival(a)));
            page.line(format!("Best: {net} through {} ({charges}{when}).", best.channel));
        } else if let Some(reason) = &self.reason {
            page.line(reason.clone());
        } else {
            page.line(format!("No official channel of {} can do that.", self.platform));
        }
        if !self.channels.is_empty() {
            page.line(self.question());
        }
        page.gap();
        let mut table = Table::new(&[
            "channel",
            ">arrives",
            "unit",
            ">amount",
            ">fee",
            ">tax",
            ">%",
            "when",
            ">free left",
        ]);
        for quote in &ok {
            let money = |m: &Option<Money>| m.as_ref().map(Money::grouped).unwrap_or_default();
            let zero_blank = |m: &Option<Money>| match m {
                Some(m) if m.parts == 0 => String::new(),
                other => money(other),
            };
            table.row(vec![
                quote.channel.clone(),
                money(&quote.net),
                quote.net_unit.to_string(),
                money(&quote.amount),
                if quote.fee.as_ref().is_some_and(|f| f.parts == 0) {
                    "free".into()
                } else {
                    money(&quote.fee)
                },
                zero_blank(&quote.tax),
                quote.effective_percent.clone().unwrap_or_default(),
                quote.arrives.map(|a| arrival(a)).unwrap_or_default(),
                match &quote.free_left {
                    None => String::new(),
                    Some(FreeLeft::Count(count)) => count.to_string(),
                    Some(FreeLeft::Amount(amount)) => amount.grouped(),
                },
            ]);
        }
        page.table(table.without_empty_columns());
        page.gap();
        for quote in self.channels.iter().filter(|c| c.status == "blocked") {
            page.line(format!("{}: {}.", quote.channel, blocked_words(quote)));
        }
        page.gap();
        for quote in &ok {
            if let (Some(better), Some(net), Some(amount)) = (&quote.better, &quote.net, &quote.amount) {
                let more = better.net.parts - net.parts;
                let more = if more == 0 {
                    "as much as".into()
                } else {
                    format!("{} more than", net.unit.money(more).grouped())
                };
                page.line(format!(
                    "Better: {} nets {more} {} through {}.",
                    better.amount.grouped(),
                    amount.grouped(),
                    quote.channel
                ));
            }
            if let (Some(best), Some(net)) = (&quote.best_case, &quote.net) {
                page.line(format!(
                    "{}: only the app knows the rate; between {} and {} arrive.",
                    quote.channel,
                    net.grouped(),
                    best.net
                ));
            }
        }
        page.gap();
        for quote in &self.channels {
            if let (Some(source), Some(checked), Some(confidence)) =
                (&quote.source, quote.checked, quote.confidence)
            {
                page.line(format!("{}: {confidence} rule, checked {checked}", quote.channel));
                page.line(format!("  {source}"));
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
            "free_left",
            "better_amount",
            "better_net",
            "source",
            "checked",
            "confidence",
            "stale",
        ]);
        let money = |m: &Option<Money>| m.as_ref().map(Money::plain);
        for quote in &self.channels {
            let nearest: Option<Vec<String>> =
                quote.nearest.as_ref().map(|n| n.iter().map(Money::plain).collect());
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
                quote.free_left.as_ref().map(|f| match f {
                    FreeLeft::Count(count) => count.to_string(),
                    FreeLeft::Amount(amount) => amount.plain(),
                }),
                quote.better.as_ref().map(|b| b.amount.plain()),
                quote.better.as_ref().map(|b| b.net.plain()),
                quote.source.clone(),
                quote.checked.map(|d| d.to_string()),
                quote.confidence.map(String::from),
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
