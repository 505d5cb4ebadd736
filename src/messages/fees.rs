//! The page of `fees`.

use super::{CellWord, Language, Message, date, list_any, particle};
use crate::fee::{Delay, Text};
use crate::money::Money;
use crate::period::Day;
use serde::Serialize;

/// A line of the page of `fees`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum FeesLine {
    /// The answer where an amount was asked.
    Receive {
        net: Money,
        channel: String,
        terms: ChannelTerms,
    },
    /// The same, where less than the balance can be withdrawn.
    ReceiveFor {
        amount: Money,
        net: Money,
        channel: String,
        terms: ChannelTerms,
    },
    /// The answer where an amount to receive was asked.
    Withdraw {
        amount: Money,
        net: Money,
        channel: String,
        terms: ChannelTerms,
    },
    /// What a channel pays out if its condition holds.
    OnCondition {
        condition: Text,
        net: Money,
        channel: String,
        terms: ChannelTerms,
    },
    OnlyOnConditions,
    NothingToWithdraw {
        balance: Money,
    },
    CannotWithdraw {
        amount: Money,
        from: String,
    },
    CannotWithdrawAll {
        from: String,
    },
    CannotReceive {
        net: Money,
        from: String,
    },
    /// Why a platform has no way out, in its own words.
    NotWithdrawable {
        reason: Text,
    },
    NoKnownChannel {
        platform: Text,
    },
    /// What is known of the account, and of which day the rules are.
    Available {
        available: Money,
        account: String,
        rules: RulesOf,
    },
    Rules {
        platform: String,
        rules: RulesOf,
    },
    Blocked {
        channel: String,
        why: BlockedChannel,
    },
    /// A smaller amount from which more arrives.
    Better {
        amount: Money,
        more: Money,
    },
    /// Several withdrawals from which more arrives.
    Plan {
        withdrawals: usize,
        net: Money,
        command: String,
    },
    AppSetsRateUpTo {
        to: Money,
    },
    OnlyIf {
        condition: Text,
    },
    /// Where the rule of the best channel is from.
    Trust {
        trust: Trust,
    },
    /// The same of any channel.
    TrustOf {
        channel: String,
        trust: Trust,
    },
    Needs {
        requires: Vec<Text>,
    },
    Assumed {
        keys: Vec<String>,
    },
    CashingOutIsAnOffence,
    LowerTheLimit,
    GetHelp,
    Sources {
        command: String,
    },
    AboutPlatform {
        platform: String,
    },
    OpenBills,
}

/// What a withdrawal costs, and when the money arrives.
#[derive(Clone, Debug)]
pub struct ChannelTerms {
    /// The fee.
    pub fee: Money,
    /// The tax.
    pub tax: Money,
    /// Earliest and latest arrival.
    pub arrives: Option<[Delay; 2]>,
}

/// Of which day rules are.
#[derive(Clone, Copy, Debug)]
pub enum RulesOf {
    /// They have dates, and are those in force on a day.
    Day(Day, Day),
    /// They have no dates, and are as they were checked between two days.
    Checked(Day, Day, Day),
    /// Some have dates.
    Both(Day, Day),
}

/// Why a channel is blocked, with the nearest amounts that can be withdrawn.
#[derive(Clone, Debug)]
pub struct BlockedChannel {
    /// The code of the reason.
    pub reason: &'static str,
    /// The nearest amounts.
    pub nearest: Vec<Money>,
    /// What leaves, what is available and what would arrive, where only the balance is too small.
    pub short: Option<(Money, Money, Money)>,
}

/// How far a rule can be trusted.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Its confidence: `official`, `secondary` or `unverified`.
    pub confidence: &'static str,
    /// When it was last checked.
    pub checked: Day,
    /// Whether it says from or until when it is in force.
    pub is_dated: bool,
    /// Whether it was checked too long ago.
    pub is_stale: bool,
    /// The present day.
    pub today: Day,
}

impl Message for FeesLine {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            FeesLine::Receive { net, channel, terms } => {
                format!("You would receive {net} through {channel} ({}).", terms.english())
            }
            FeesLine::ReceiveFor { amount, net, channel, terms } => {
                format!("You would receive {net} for {amount} through {channel} ({}).", terms.english())
            }
            FeesLine::Withdraw { amount, net, channel, terms } => {
                format!("Withdraw {amount} through {channel} to receive {net} ({}).", terms.english())
            }
            FeesLine::OnCondition { condition, net, channel, terms } => {
                format!("If {}: {net} through {channel} ({}).", en.text(condition), terms.english())
            }
            FeesLine::OnlyOnConditions => "No channel is open to everyone:".into(),
            FeesLine::NothingToWithdraw { balance } => format!("Nothing to withdraw: the balance is {balance}."),
            FeesLine::CannotWithdraw { amount, from } => {
                format!("{amount} cannot be withdrawn from {from}.")
            }
            FeesLine::CannotWithdrawAll { from } => format!("Nothing can be withdrawn from {from} now."),
            FeesLine::CannotReceive { net, from } => {
                format!("No withdrawal from {from} pays out {net} or more.")
            }
            FeesLine::NotWithdrawable { reason } => en.text(reason).into(),
            FeesLine::NoKnownChannel { platform } => {
                format!("No channel of {} is known well enough to be quoted.", en.text(platform))
            }
            FeesLine::Available { available, account, rules } => {
                format!("{available} available in {account}; {}", rules.english())
            }
            FeesLine::Rules { platform, rules } => format!("Platform {platform}; {}", rules.english()),
            FeesLine::Blocked { channel, why } => format!("{channel}: {}", why.english()),
            FeesLine::Better { amount, more } => {
                format!("Better: withdraw {amount} and you receive {more} more.")
            }
            FeesLine::Plan { withdrawals, net, command } => {
                format!("{withdrawals} withdrawals pay out {net}: {command}")
            }
            FeesLine::AppSetsRateUpTo { to } => format!("up to {to}: the app sets the rate"),
            FeesLine::OnlyIf { condition } => format!("only if {}", en.text(condition)),
            FeesLine::Trust { trust } => format!("Rule: {}", trust.english()),
            FeesLine::TrustOf { channel, trust } => format!("{channel}: {}", trust.english()),
            FeesLine::Needs { requires } => {
                let texts: Vec<&str> = requires.iter().map(|text| en.text(text)).collect();
                format!("Needs: {}", texts.join("; "))
            }
            FeesLine::Assumed { keys } => {
                format!("Assumed, as the source does not say: {}", rule_keys(keys, en))
            }
            FeesLine::CashingOutIsAnOffence => {
                "Whoever lends, brokers or advertises cash for carrier billing (소액결제 현금화) commits an \
                 offence (정보통신망법 제72조 제1항 제4호); it costs its victims 20 to 60 %."
                    .into()
            }
            FeesLine::LowerTheLimit => {
                "What you can do: lower the limit in the carrier's app or set it to 0, and ask the shop for a \
                 refund of what you do not need."
                    .into()
            }
            FeesLine::GetHelp => {
                "In need of money or caught in such an offer: call 1332 (금융감독원), free and confidential."
                    .into()
            }
            FeesLine::Sources { command } => format!("Sources: {command} --sources"),
            FeesLine::AboutPlatform { platform } => format!("More about it: jandon channels {platform}"),
            FeesLine::OpenBills => "Open bills: jandon due".into(),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            FeesLine::Receive { net, channel, terms } => {
                format!(
                    "{} 출금하면 {} 받습니다({}).",
                    particle::toward(channel),
                    object(net),
                    terms.korean()
                )
            }
            FeesLine::ReceiveFor { amount, net, channel, terms } => format!(
                "{} {} 출금하면 {} 받습니다({}).",
                particle::toward(channel),
                object(amount),
                object(net),
                terms.korean()
            ),
            FeesLine::Withdraw { amount, net, channel, terms } => format!(
                "{} {} 출금하면 {} 받습니다({}).",
                particle::toward(channel),
                object(amount),
                object(net),
                terms.korean()
            ),
            FeesLine::OnCondition { condition, net, channel, terms } => {
                format!("{}: {channel} {net} ({})", ko.text(condition), terms.korean())
            }
            FeesLine::OnlyOnConditions => "누구나 쓸 수 있는 출금 방법이 없습니다.".into(),
            FeesLine::NothingToWithdraw { balance } => format!("출금할 금액이 없습니다. 잔액: {balance}"),
            FeesLine::CannotWithdraw { amount, from } => {
                format!("{from}에서 {} 출금할 수 없습니다.", object(amount))
            }
            FeesLine::CannotWithdrawAll { from } => format!("{from}에서 지금 출금할 수 있는 금액이 없습니다."),
            FeesLine::CannotReceive { net, from } => {
                format!("{from}에서 {net} 이상 받을 수 있는 출금이 없습니다.")
            }
            FeesLine::NotWithdrawable { reason } => ko.text(reason).into(),
            FeesLine::NoKnownChannel { platform } => {
                format!("수수료를 알려 드릴 만큼 확인된 {} 출금 방법이 없습니다.", ko.text(platform))
            }
            FeesLine::Available { available, account, rules } => {
                format!("{account} 출금 가능 금액: {available} · {}", rules.korean())
            }
            FeesLine::Rules { platform, rules } => format!("플랫폼: {platform} · {}", rules.korean()),
            FeesLine::Blocked { channel, why } => format!("{channel}: {}", why.korean()),
            FeesLine::Better { amount, more } => format!(
                "더 나은 금액: {} 출금하면 {} 더 받습니다.",
                object(amount),
                object(more)
            ),
            FeesLine::Plan { withdrawals, net, command } => {
                format!("{withdrawals}번 나누어 출금하면 {net}: {command}")
            }
            FeesLine::AppSetsRateUpTo { to } => format!("최대 {to}: 비율은 앱이 정함"),
            FeesLine::OnlyIf { condition } => ko.text(condition).into(),
            FeesLine::Trust { trust } => format!("규칙: {}", trust.korean()),
            FeesLine::TrustOf { channel, trust } => format!("{channel}: {}", trust.korean()),
            FeesLine::Needs { requires } => {
                let texts: Vec<&str> = requires.iter().map(|text| ko.text(text)).collect();
                format!("필요한 것: {}", texts.join("; "))
            }
            FeesLine::Assumed { keys } => format!("출처에 없어 가정한 것: {}", rule_keys(keys, ko)),
            FeesLine::CashingOutIsAnOffence => {
                "소액결제 현금화를 빌려주거나 알선하거나 광고하는 것은 범죄이며(정보통신망법 제72조 제1항 제4호), \
                 이용자는 금액의 20~60 %를 잃습니다."
                    .into()
            }
            FeesLine::LowerTheLimit => {
                "할 수 있는 일: 통신사 앱에서 한도를 낮추거나 0으로 정하고, 필요 없는 결제는 판매처에 환불을 \
                 요청합니다."
                    .into()
            }
            FeesLine::GetHelp => {
                "돈이 급하거나 그런 제안을 받았다면 1332(금융감독원)에서 무료로 비밀 상담을 받을 수 있습니다.".into()
            }
            FeesLine::Sources { command } => format!("출처 보기: {command} --sources"),
            FeesLine::AboutPlatform { platform } => format!("더 보기: jandon channels {platform}"),
            FeesLine::OpenBills => "납부할 청구서 보기: jandon due".into(),
        }
    }
}

impl Message for ChannelTerms {
    fn english(&self) -> String {
        let mut parts = Vec::new();
        if self.fee.minor != 0 {
            parts.push(format!("fee {}", self.fee.to_grouped_string()));
        }
        if self.tax.minor != 0 {
            parts.push(format!("tax {}", self.tax.to_grouped_string()));
        }
        if parts.is_empty() {
            parts.push(CellWord::Free.english());
        }
        parts.extend(self.arrives.map(|arrives| Arrival(arrives).english()));
        parts.join(", ")
    }

    fn korean(&self) -> String {
        let mut parts = Vec::new();
        if self.fee.minor != 0 {
            parts.push(format!("수수료 {}", self.fee.to_grouped_string()));
        }
        if self.tax.minor != 0 {
            parts.push(format!("세금 {}", self.tax.to_grouped_string()));
        }
        if parts.is_empty() {
            parts.push(CellWord::Free.korean());
        }
        parts.extend(self.arrives.map(|arrives| Arrival(arrives).korean()));
        parts.join(", ")
    }
}

impl Message for RulesOf {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            RulesOf::Day(day, today) => format!("rules of {}", date(*day, *today, en)),
            RulesOf::Checked(first, last, today) if first == last => {
                format!("rules as checked on {}", date(*first, *today, en))
            }
            RulesOf::Checked(first, last, today) => {
                format!("rules as checked from {} to {}", date(*first, *today, en), date(*last, *today, en))
            }
            RulesOf::Both(day, today) => {
                format!("rules of {}, and those without dates as checked", date(*day, *today, en))
            }
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            RulesOf::Day(day, today) => format!("{} 규칙", date(*day, *today, ko)),
            RulesOf::Checked(first, last, today) if first == last => {
                format!("{}에 확인한 규칙", date(*first, *today, ko))
            }
            RulesOf::Checked(first, last, today) => {
                format!("{}부터 {}까지 확인한 규칙", date(*first, *today, ko), date(*last, *today, ko))
            }
            RulesOf::Both(day, today) => {
                format!("{} 규칙 (날짜가 없는 규칙은 확인한 그대로)", date(*day, *today, ko))
            }
        }
    }
}

impl Message for BlockedChannel {
    fn english(&self) -> String {
        let nearest: Vec<String> = self.nearest.iter().map(Money::to_grouped_string).collect();
        let possible = match (nearest.is_empty(), self.reason) {
            (true, _) => String::new(),
            (false, "out-of-reach") => {
                format!("; the most comes from {}", list_any(&nearest, Language::English))
            }
            (false, _) => format!("; possible: {}", list_any(&nearest, Language::English)),
        };
        if let Some((needed, available, net)) = &self.short {
            let (needed, available) = (needed.to_grouped_string(), available.to_grouped_string());
            return format!("needs {needed}, you have {available}; {net} would arrive{possible}");
        }
        let why = match self.reason {
            "not-withdrawable" => "no official way out",
            "ended" => "the service has ended",
            "not-in-force" => "no rule is known for that day",
            "below-minimum" => "below the minimum",
            "above-maximum" => "above the maximum",
            "off-step" => "not a multiple of the step",
            "whole-balance-only" => "only the whole balance can be withdrawn",
            "insufficient-balance" => "more than is available",
            "over-limit" => "over a limit of the channel",
            "nothing-left" => "the fee leaves nothing",
            _ => "no amount pays out that much",
        };
        format!("{why}{possible}")
    }

    fn korean(&self) -> String {
        let nearest: Vec<String> = self.nearest.iter().map(Money::to_grouped_string).collect();
        let possible = match (nearest.is_empty(), self.reason) {
            (true, _) => String::new(),
            (false, "out-of-reach") => {
                format!(" (가장 많이 받는 금액: {})", list_any(&nearest, Language::Korean))
            }
            (false, _) => format!(" (가능한 금액: {})", list_any(&nearest, Language::Korean)),
        };
        if let Some((needed, available, net)) = &self.short {
            let (needed, available) = (needed.to_grouped_string(), available.to_grouped_string());
            return format!("필요 {needed}, 보유 {available}, 받는 금액 {net}{possible}");
        }
        let why = match self.reason {
            "not-withdrawable" => "공식 출금 방법 없음",
            "ended" => "서비스 종료",
            "not-in-force" => "그날의 규칙을 알 수 없음",
            "below-minimum" => "최소 금액 미만",
            "above-maximum" => "최대 금액 초과",
            "off-step" => "출금 단위에 맞지 않음",
            "whole-balance-only" => "전액만 출금 가능",
            "insufficient-balance" => "잔액 부족",
            "over-limit" => "한도 초과",
            "nothing-left" => "수수료를 빼면 남는 금액 없음",
            _ => "그만큼 받을 수 있는 금액 없음",
        };
        format!("{why}{possible}")
    }
}

impl Message for Trust {
    fn english(&self) -> String {
        let from = match self.confidence {
            "official" => "from the operator",
            "secondary" => "third-party source",
            _ => "unverified",
        };
        let checked = date(self.checked, self.today, Language::English);
        let checked =
            if self.is_dated { format!("checked {checked}") } else { format!("as checked on {checked}") };
        let look = match (self.is_stale, self.confidence) {
            (true, _) => "; check it in the app first, as that is long ago",
            (false, "official") => "",
            (false, _) => "; check it in the app first",
        };
        format!("{from}, {checked}{look}")
    }

    fn korean(&self) -> String {
        let from = match self.confidence {
            "official" => "운영사 출처",
            "secondary" => "제3자 출처",
            _ => "확인되지 않은 출처",
        };
        let checked = date(self.checked, self.today, Language::Korean);
        let checked = if self.is_dated {
            format!("{checked} 확인")
        } else {
            format!("{checked}에 확인한 그대로")
        };
        let look = match (self.is_stale, self.confidence) {
            (true, _) => " (오래되었으니 출금하기 전에 앱에서 확인하십시오)",
            (false, "official") => "",
            (false, _) => " (출금하기 전에 앱에서 확인하십시오)",
        };
        format!("{from}, {checked}{look}")
    }
}

/// Earliest and latest arrival: `at once`, `within 1 hour`, `1–5 days`, `2–3 business days`.
#[derive(Clone, Copy, Debug)]
pub struct Arrival(pub [Delay; 2]);

/// The unit of a delay.
#[derive(Clone, Copy, Debug)]
enum DelayUnit {
    Hours,
    Days,
    BusinessDays,
}

/// Two delays in one unit, or in two that have nothing in common.
enum Delays {
    Same(i64, i64, DelayUnit),
    Mixed((i64, DelayUnit), (i64, DelayUnit)),
}

impl Arrival {
    fn delays(self) -> Delays {
        match self.0 {
            [Delay::Hours(from), Delay::Hours(to)] if from % 24 == 0 && to % 24 == 0 && to > 0 => {
                Delays::Same(from / 24, to / 24, DelayUnit::Days)
            }
            [Delay::Hours(from), Delay::Hours(to)] => Delays::Same(from, to, DelayUnit::Hours),
            [Delay::BusinessDays(from), Delay::BusinessDays(to)] => {
                Delays::Same(from, to, DelayUnit::BusinessDays)
            }
            [Delay::Hours(0), Delay::BusinessDays(to)] => Delays::Same(0, to, DelayUnit::BusinessDays),
            [Delay::Hours(from), Delay::BusinessDays(to)] => {
                Delays::Mixed((from, DelayUnit::Hours), (to, DelayUnit::BusinessDays))
            }
            [Delay::BusinessDays(from), Delay::Hours(to)] => {
                Delays::Mixed((from, DelayUnit::BusinessDays), (to, DelayUnit::Hours))
            }
        }
    }
}

impl Message for Arrival {
    fn english(&self) -> String {
        let many = |count: i64, unit: DelayUnit| {
            let unit = match unit {
                DelayUnit::Hours => "hour",
                DelayUnit::Days => "day",
                DelayUnit::BusinessDays => "business day",
            };
            format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
        };
        match self.delays() {
            Delays::Same(_, 0, _) => "at once".into(),
            Delays::Same(0, to, unit) => format!("within {}", many(to, unit)),
            Delays::Same(from, to, unit) if from == to => format!("in {}", many(to, unit)),
            Delays::Same(from, to, unit) => format!("{from}–{}", many(to, unit)),
            Delays::Mixed((from, first), (to, last)) => {
                format!("{} to {}", many(from, first), many(to, last))
            }
        }
    }

    fn korean(&self) -> String {
        let many = |count: i64, unit: DelayUnit| match unit {
            DelayUnit::Hours => format!("{count}시간"),
            DelayUnit::Days => format!("{count}일"),
            DelayUnit::BusinessDays => format!("{count}영업일"),
        };
        match self.delays() {
            Delays::Same(_, 0, _) => "즉시".into(),
            Delays::Same(0, to, unit) => format!("{} 이내", many(to, unit)),
            Delays::Same(from, to, unit) if from == to => format!("{} 후", many(to, unit)),
            Delays::Same(from, to, unit) => format!("{from}–{}", many(to, unit)),
            Delays::Mixed((from, first), (to, last)) => format!("{}~{}", many(from, first), many(to, last)),
        }
    }
}

/// What is left of a free quota.
#[derive(Clone, Debug, Serialize)]
pub struct FreeLeftText {
    /// The number of withdrawals.
    pub count: Option<i64>,
    /// The amount.
    pub amount: Option<Money>,
}

impl Message for FreeLeftText {
    fn english(&self) -> String {
        let amount = self.amount.as_ref().map(Money::to_grouped_string);
        match (self.count, amount) {
            (Some(count), Some(amount)) => format!("{count} and {amount}"),
            (Some(count), None) => count.to_string(),
            (None, amount) => amount.unwrap_or_default(),
        }
    }

    fn korean(&self) -> String {
        let amount = self.amount.as_ref().map(Money::to_grouped_string);
        match (self.count, amount) {
            (Some(count), Some(amount)) => format!("{count}회, {amount}"),
            (Some(count), None) => format!("{count}회"),
            (None, amount) => amount.unwrap_or_default(),
        }
    }
}

/// Returns an amount as the object of a Korean sentence.
fn object(money: &Money) -> String {
    particle::object(&money.to_string())
}

/// Returns what keys of a rule mean: `side` is whether the fee comes out of the amount.
fn rule_keys(keys: &[String], language: Language) -> String {
    let name = |key: &String| {
        let (english, korean) = match key.as_str() {
            "side" => ("whether the fee comes out of the amount", "수수료를 금액에서 빼는지"),
            "round" => ("rounding", "반올림"),
            "min" => ("the minimum", "최소 금액"),
            "max" => ("the maximum", "최대 금액"),
            "step" => ("the step", "출금 단위"),
            "to" => ("where the money arrives", "돈이 들어오는 곳"),
            "per" => ("the period of a quota", "횟수를 세는 기간"),
            "limits" => ("the limits", "한도"),
            "charge" => ("the fee", "수수료"),
            "base" => ("what the fee is a percent of", "수수료율의 기준"),
            "percent" => ("the percent", "수수료율"),
            "flat" => ("the fixed fee", "고정 수수료"),
            "free" => ("what is free", "무료 조건"),
            "crossing" => ("the fee beyond what is free", "무료를 넘는 금액의 수수료"),
            "whole_balance" => ("whether only the whole balance can leave", "전액만 출금되는지"),
            "rate" => ("the rate", "비율"),
            "arrives" => ("when the money arrives", "걸리는 시간"),
            _ => return key.clone(),
        };
        match language {
            Language::English => english.to_string(),
            Language::Korean => korean.to_string(),
        }
    };
    keys.iter().map(name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_when_money_arrives() {
        let shown = |delays: [Delay; 2]| [Arrival(delays).english(), Arrival(delays).korean()];
        let hours = |hours: [i64; 2]| shown(hours.map(Delay::Hours));
        assert_eq!(hours([0, 0]), ["at once", "즉시"]);
        assert_eq!(hours([0, 1]), ["within 1 hour", "1시간 이내"]);
        assert_eq!(hours([24, 120]), ["1–5 days", "1–5일"]);
        assert_eq!(hours([0, 24]), ["within 1 day", "1일 이내"]);
        assert_eq!(hours([36, 48]), ["36–48 hours", "36–48시간"]);
        assert_eq!(hours([48, 48]), ["in 2 days", "2일 후"]);
        assert_eq!(shown([1, 3].map(Delay::BusinessDays)), ["1–3 business days", "1–3영업일"]);
        assert_eq!(
            shown([Delay::Hours(0), Delay::BusinessDays(1)]),
            ["within 1 business day", "1영업일 이내"]
        );
        assert_eq!(
            shown([Delay::Hours(12), Delay::BusinessDays(2)]),
            ["12 hours to 2 business days", "12시간~2영업일"]
        );
        assert_eq!(
            shown([Delay::BusinessDays(1), Delay::Hours(36)]),
            ["1 business day to 36 hours", "1영업일~36시간"]
        );
    }
}
