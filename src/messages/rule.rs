//! Fee rules in words: what a withdrawal costs and which amounts are possible.

use super::Language;
use crate::fee::{
    Base, Channel, Charge, ChargeKind, Confidence, Crossing, Destination, Free, Percent, Scale, Side, Slab,
    Tariff, Window,
};
use crate::money::{Rate, RoundingMode, Unit, to_plain_string};

/// How many bands of a fee are named in one line.
const BANDS: usize = 2;

/// Returns what a rule charges: `1.7 %, at least 0.25, at most 25.00`; `free`.
pub fn fee(tariff: &Tariff, unit: &Unit, language: Language) -> String {
    fee_in(tariff, &|charge| scale(charge, unit, language), unit, language)
}

/// Returns what a rule charges in one line, without long tables of bands: `100 to 1,000 by amount`.
pub fn short_fee(tariff: &Tariff, unit: &Unit, language: Language) -> String {
    let short = |charge: &Charge| match bands(charge) {
        Some(slabs) => by_amount(slabs, unit, language),
        None => scale(charge, unit, language),
    };
    fee_in(tariff, &short, unit, language)
}

/// Returns the bands of a charge where there are too many for a line.
pub fn bands(charge: &Charge) -> Option<&[Slab]> {
    match &charge.scale {
        Scale::Slabs(slabs) | Scale::Brackets(slabs) if slabs.len() > BANDS => Some(slabs),
        Scale::Line(_) | Scale::Slabs(_) | Scale::Brackets(_) => None,
    }
}

fn fee_in(tariff: &Tariff, scale: &dyn Fn(&Charge) -> String, unit: &Unit, language: Language) -> String {
    let is_english = language == Language::English;
    if tariff.charges.is_empty() {
        return if is_english { "free".into() } else { "무료".into() };
    }
    let charges = tariff.charges.iter().map(|charge| charge_words(charge, scale(charge), unit, language));
    let mut parts: Vec<String> = charges.collect();
    if tariff.side == Side::OnTop {
        parts.push(if is_english { "charged on top".into() } else { "출금액과 별도로 차감".into() });
    }
    parts.join("; ")
}

/// Returns which amounts a rule allows: `1.00 to 10,000.00; at most 3 times a day`; empty for any.
pub fn bounds(tariff: &Tariff, unit: &Unit, language: Language) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let is_english = language == Language::English;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(match (tariff.min, tariff.max, is_english) {
        (Some(min), Some(max), true) => Some(format!("{} to {}", amount(min), amount(max))),
        (Some(min), None, true) => Some(format!("from {}", amount(min))),
        (None, Some(max), true) => Some(format!("up to {}", amount(max))),
        (Some(min), Some(max), false) => Some(format!("{} ~ {}", amount(min), amount(max))),
        (Some(min), None, false) => Some(format!("{} 이상", amount(min))),
        (None, Some(max), false) => Some(format!("{} 이하", amount(max))),
        (None, None, _) => None,
    });
    if tariff.step > 1 {
        let step = amount(tariff.step);
        parts.push(if is_english { format!("in steps of {step}") } else { format!("{step} 단위") });
    }
    if tariff.whole_balance {
        parts.push(if is_english { "only the whole balance".into() } else { "전액만".into() });
    }
    for limit in &tariff.limits {
        let per = window(limit.per, language);
        let often = |count: i64| match (count, is_english) {
            (1, true) => "once".to_string(),
            (count, true) => format!("{count} times"),
            (count, false) => format!("{count}회"),
        };
        let what: Vec<String> = limit.amount.map(amount).into_iter().chain(limit.count.map(often)).collect();
        parts.push(match is_english {
            true => format!("at most {} {per}", what.join(" and ")),
            false => format!("{per} 최대 {}", what.join(", ")),
        });
    }
    parts.join("; ")
}

/// Returns what one unit gives, where that is not one of the same unit.
pub fn conversion(channel: &Channel, unit: &Unit, language: Language) -> Option<String> {
    let (rate, pays) = (channel.rate, &channel.pays);
    (rate != Rate::ONE || pays != unit).then(|| match language {
        Language::English => format!("1 {unit} gives {rate} {pays}"),
        Language::Korean => format!("1 {unit} = {rate} {pays}"),
    })
}

/// Returns where the money lands.
pub fn destination(to: &Destination, language: Language) -> String {
    let word = match (to, language) {
        (Destination::Bank, Language::English) => "to a bank",
        (Destination::Card, Language::English) => "to a card",
        (Destination::Cash, Language::English) => "in cash",
        (Destination::Voucher, Language::English) => "as a voucher",
        (Destination::Wallet(id), Language::English) => return format!("to {id}"),
        (Destination::Bank, Language::Korean) => "은행 계좌로",
        (Destination::Card, Language::Korean) => "카드로",
        (Destination::Cash, Language::Korean) => "현금으로",
        (Destination::Voucher, Language::Korean) => "상품권으로",
        (Destination::Wallet(id), Language::Korean) => return super::particle::toward(id),
    };
    word.into()
}

/// Returns how far a rule can be trusted.
pub fn confidence(confidence: Confidence, language: Language) -> &'static str {
    match (language, confidence) {
        (Language::English, Confidence::Official) => "from the operator",
        (Language::English, Confidence::Secondary) => "third-party source",
        (Language::English, Confidence::Unverified) => "unverified",
        (Language::Korean, Confidence::Official) => "운영사 출처",
        (Language::Korean, Confidence::Secondary) => "제3자 출처",
        (Language::Korean, Confidence::Unverified) => "확인되지 않은 출처",
    }
}

/// Returns what a key of a rule is about, where its source does not state it; other keys as they are.
pub fn assumed(key: &str, language: Language) -> &str {
    let (english, korean) = match key {
        "base" => ("what the fee is a share of", "수수료의 기준"),
        "charge" => ("the fee", "수수료"),
        "crossing" => ("what is charged beyond the free amount", "무료 금액을 넘을 때의 부과 방식"),
        "limits" => ("limits", "한도"),
        "max" => ("the largest amount", "최대 금액"),
        "min" => ("the smallest amount", "최소 금액"),
        "per" => ("the time that a limit is counted over", "횟수를 세는 기간"),
        "percent" => ("the percent", "비율"),
        "round" => ("rounding", "끝수 처리"),
        "side" => ("whether the fee is taken from the amount", "수수료를 출금액에서 빼는지"),
        "step" => ("steps of the amount", "금액 단위"),
        "to" => ("where the money lands", "받는 곳"),
        "whole_balance" => ("whether part of the balance can be withdrawn", "일부 출금 가능 여부"),
        other => (other, other),
    };
    if language == Language::English { english } else { korean }
}

/// Returns a percent without the zeros at its end.
fn percent(percent: Percent, language: Language) -> String {
    let short = |p: i64| {
        let text = to_plain_string(i128::from(p), 6);
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    };
    let (low, high) = (short(percent.low), short(percent.high));
    match language {
        _ if low == high => format!("{high} %"),
        Language::English => format!("{low} % to {high} %, as the app shows"),
        Language::Korean => format!("{low} % ~ {high} %(앱에 표시)"),
    }
}

/// Returns the charge of one band: `500`, `1.5 %`, `500 + 1.5 %`.
pub fn band(slab: &Slab, unit: &Unit, language: Language) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    match (slab.flat, slab.percent.high) {
        (0, 0) if language == Language::English => "nothing".into(),
        (0, 0) => "무료".into(),
        (flat, 0) => amount(flat),
        (0, _) => percent(slab.percent, language),
        (flat, _) => format!("{} + {}", amount(flat), percent(slab.percent, language)),
    }
}

fn scale(charge: &Charge, unit: &Unit, language: Language) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let steps = |slabs: &[Slab]| {
        let step = |slab: &Slab| {
            let charge = band(slab, unit, language);
            match (slab.to, language) {
                (Some(to), Language::English) => format!("{charge} up to {}", amount(to)),
                (None, Language::English) => format!("{charge} above"),
                (Some(to), Language::Korean) => format!("{}까지 {charge}", amount(to)),
                (None, Language::Korean) => format!("그 이상 {charge}"),
            }
        };
        slabs.iter().map(step).collect::<Vec<_>>().join(", ")
    };
    match (&charge.scale, language) {
        (Scale::Line(slab), _) => band(slab, unit, language),
        (Scale::Slabs(slabs), _) => steps(slabs),
        (Scale::Brackets(slabs), Language::English) => format!("by parts: {}", steps(slabs)),
        (Scale::Brackets(slabs), Language::Korean) => format!("구간별: {}", steps(slabs)),
    }
}

/// Returns the range of bands: `100 to 1,000 by amount`.
fn by_amount(slabs: &[Slab], unit: &Unit, language: Language) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let is_flat = slabs.iter().all(|slab| slab.percent.high == 0);
    let flats = || slabs.iter().map(|slab| slab.flat);
    let range = flats().min().zip(flats().max()).filter(|(low, high)| is_flat && low != high);
    match (range, language) {
        (Some((low, high)), Language::English) => format!("{} to {} by amount", amount(low), amount(high)),
        (Some((low, high)), Language::Korean) => format!("금액별 {} ~ {}", amount(low), amount(high)),
        (None, Language::English) => "by amount".into(),
        (None, Language::Korean) => "금액별".into(),
    }
}

fn window(window: Window, language: Language) -> &'static str {
    match (language, window) {
        (Language::English, Window::Day) => "a day",
        (Language::English, Window::Week) => "a week",
        (Language::English, Window::Month) => "a month",
        (Language::English, Window::Year) => "a year",
        (Language::English, Window::Lifetime) => "in all",
        (Language::English, Window::Hours(24)) => "in 24 hours",
        (Language::English, Window::Hours(168)) => "in 7 days",
        (Language::English, Window::Hours(_)) => "in 30 days",
        (Language::Korean, Window::Day) => "하루",
        (Language::Korean, Window::Week) => "한 주",
        (Language::Korean, Window::Month) => "한 달",
        (Language::Korean, Window::Year) => "한 해",
        (Language::Korean, Window::Lifetime) => "통틀어",
        (Language::Korean, Window::Hours(24)) => "24시간",
        (Language::Korean, Window::Hours(168)) => "7일",
        (Language::Korean, Window::Hours(_)) => "30일",
    }
}

/// Returns a charge in words, whose bands are in words already.
fn charge_words(charge: &Charge, scale: String, unit: &Unit, language: Language) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let is_english = language == Language::English;
    let mut words = scale;
    if charge.kind == ChargeKind::Tax {
        words = format!("{} {words}", if is_english { "tax" } else { "세금" });
    }
    words = match (charge.base, language) {
        (Base::Amount, _) => words,
        (Base::Charges, Language::English) => format!("{words} of the charges before"),
        (Base::Rest, Language::English) => format!("{words} of the rest"),
        (Base::Charges, Language::Korean) => format!("앞 수수료의 {words}"),
        (Base::Rest, Language::Korean) => format!("나머지의 {words}"),
    };
    for (bound, name) in [
        (charge.min, if is_english { "at least" } else { "최소" }),
        (charge.max, if is_english { "at most" } else { "최대" }),
    ] {
        if let Some(bound) = bound {
            words += &format!(", {name} {}", amount(bound));
        }
    }
    if let Some(share) = charge.share_from {
        let share = percent(Percent { low: share, high: share }, language);
        words = match is_english {
            true => format!("{words}, from {share} of the balance on"),
            false => format!("잔액의 {share}부터 {words}"),
        };
    }
    if let Some(free) = &charge.free {
        let free = free_words(free, unit, language);
        words = if is_english { format!("{free}, then {words}") } else { format!("{free}, 이후 {words}") };
    }
    if charge.clamp {
        words += if is_english { ", never more than is left" } else { ", 남은 금액까지만" };
    }
    let rounding = match (charge.round, is_english) {
        (RoundingMode::HalfUp, _) => None,
        (RoundingMode::HalfEven, true) => Some("rounded half to even"),
        (RoundingMode::Up, true) => Some("rounded up"),
        (RoundingMode::Down, true) => Some("rounded down"),
        (RoundingMode::HalfEven, false) => Some("짝수 쪽으로 반올림"),
        (RoundingMode::Up, false) => Some("올림"),
        (RoundingMode::Down, false) => Some("버림"),
    };
    let has_percent = match &charge.scale {
        Scale::Line(slab) => slab.percent.high > 0,
        Scale::Slabs(slabs) | Scale::Brackets(slabs) => slabs.iter().any(|s| s.percent.high > 0),
    };
    if let Some(rounding) = rounding.filter(|_| has_percent) {
        words += &format!(", {rounding}");
    }
    if charge.round_to > 1 {
        let to = amount(charge.round_to);
        words += &if is_english { format!(" to {to}") } else { format!("({to} 단위)") };
    }
    words
}

fn free_words(free: &Free, unit: &Unit, language: Language) -> String {
    let per = window(free.per, language);
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let whole = free.crossing == Crossing::Cliff;
    match language {
        Language::English => {
            let count = free.count.map(|count| format!("first {count} {per} free"));
            let whole = if whole { ", crossing it charges all" } else { "" };
            let amount = free.amount.map(|minor| format!("first {} {per} free{whole}", amount(minor)));
            count.into_iter().chain(amount).collect::<Vec<_>>().join(" and ")
        }
        Language::Korean => {
            let count = free.count.map(|count| format!("{per} {count}회까지 무료"));
            let whole = if whole { "(넘으면 전액에 부과)" } else { "" };
            let amount = free.amount.map(|minor| format!("{per} {}까지 무료{whole}", amount(minor)));
            count.into_iter().chain(amount).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::catalog::Catalog;

    #[test]
    fn every_rule_of_the_catalog_has_its_words_in_both_languages() {
        let catalog = Catalog::default();
        for platform in catalog.ids().iter().filter_map(|id| catalog.get(id)) {
            for channel in &platform.channels {
                for tariff in &channel.tariffs {
                    let of = |language| {
                        let unit = &platform.unit;
                        let mut words = vec![fee(tariff, unit, language), short_fee(tariff, unit, language)];
                        words.push(bounds(tariff, unit, language));
                        words.join(" | ")
                    };
                    let korean = of(Language::Korean);
                    let latin = |word: &&str| word.chars().any(|c| c.is_ascii_lowercase());
                    let english: Vec<&str> = korean.split_whitespace().filter(latin).collect();
                    assert!(english.is_empty(), "{}: {korean}", platform.full_id(channel));
                    assert!(of(Language::English).is_ascii(), "{}", platform.full_id(channel));
                }
            }
        }
    }
}
