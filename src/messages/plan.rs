//! The page of `plan`.

use super::particle::{object, toward};
use super::{Language, Message, date, list_all};
use crate::money::{Money, Unit};
use crate::period::Day;

/// A line of the page of `plan`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum PlanLine {
    YouReceive {
        net: Money,
        count: usize,
        cost: Money,
    },
    YouReceiveAtMost {
        net: Money,
        count: usize,
        cost: Money,
    },
    ObviousCostsMore {
        simple: Money,
        saved: Money,
    },
    ObviousPaysLess {
        simple: Money,
    },
    ObviousCostsTheSame,
    ObviousFallsShort,
    Most {
        unit: Unit,
        by: Day,
        today: Day,
    },
    AtLeast {
        target: Money,
        by: Day,
        today: Day,
    },
    OutOfReach {
        target: Money,
        by: Day,
        today: Day,
    },
    NotFound {
        target: Money,
        by: Day,
        today: Day,
    },
    EachCountsAs {
        step_cost: Money,
    },
    MayNeedFewer,
    MayCostLess {
        gap: Money,
        has_step_cost: bool,
    },
    MayPayMore {
        gap: Money,
        has_step_cost: bool,
    },
    /// How many withdrawals, with what they pay out or cost.
    Alternatives {
        plans: Vec<(usize, AlternativeFigure)>,
    },
    NoBalance,
    NotWorthIt {
        step_cost: Money,
    },
    NothingBy {
        by: Day,
        today: Day,
    },
    ShortOfMinimum {
        account: String,
        short: Money,
        least: Money,
    },
    ShortOfSmallest {
        account: String,
        short: Money,
        least: Money,
    },
    Blocked {
        accounts: Vec<String>,
        reason: &'static str,
    },
    HowToRecord {
        command: String,
    },
}

/// What another plan comes to.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a figure says itself")]
pub enum AlternativeFigure {
    PaysOut(String),
    Costs(String),
    Free,
}

fn withdrawals(count: usize) -> String {
    if count == 1 { "1 withdrawal".into() } else { format!("{count} withdrawals") }
}

impl Message for PlanLine {
    fn english(&self) -> String {
        let en = Language::English;
        let charged = |cost: &Money| match cost.minor {
            0 => "free of charge".to_string(),
            _ => format!("for {cost}"),
        };
        match self {
            PlanLine::YouReceive { net, count, cost } => {
                format!("You would receive {net} with {}, {}.", withdrawals(*count), charged(cost))
            }
            PlanLine::YouReceiveAtMost { net, count, cost } => {
                format!("You would receive at most {net} with {}, {}.", withdrawals(*count), charged(cost))
            }
            PlanLine::ObviousCostsMore { simple, saved } => format!(
                "One withdrawal for each balance would cost {simple}; this plan saves {}.",
                saved.to_grouped_string()
            ),
            PlanLine::ObviousPaysLess { simple } => {
                format!("One withdrawal for each balance would cost {simple} and pay out less.")
            }
            PlanLine::ObviousCostsTheSame => "One withdrawal for each balance would cost the same.".into(),
            PlanLine::ObviousFallsShort => {
                "One withdrawal for each balance would not reach that amount.".into()
            }
            PlanLine::Most { unit, by, today } => {
                format!("This is the most {unit} that you can get by {}.", date(*by, *today, en))
            }
            PlanLine::AtLeast { target, by, today } => {
                format!("This is the cheapest way to at least {target} by {}.", date(*by, *today, en))
            }
            PlanLine::OutOfReach { target, by, today } => {
                format!("{target} cannot be reached by {}.", date(*by, *today, en))
            }
            PlanLine::NotFound { target, by, today } => {
                format!("No plan was found that reaches {target} by {}.", date(*by, *today, en))
            }
            PlanLine::EachCountsAs { step_cost } => {
                format!("While choosing, each withdrawal counts as {step_cost} (--step-cost).")
            }
            PlanLine::MayNeedFewer => "Not proven: fewer withdrawals might do the same.".into(),
            PlanLine::MayCostLess { gap, has_step_cost: false } => {
                format!("Not proven: another plan could cost up to {gap} less.")
            }
            PlanLine::MayCostLess { gap, has_step_cost: true } => {
                format!("Not proven: with --step-cost counted, another plan could cost up to {gap} less.")
            }
            PlanLine::MayPayMore { gap, has_step_cost: false } => {
                format!("Not proven: another plan could pay out up to {gap} more.")
            }
            PlanLine::MayPayMore { gap, has_step_cost: true } => {
                format!("Not proven: with --step-cost counted, another plan could pay out up to {gap} more.")
            }
            PlanLine::Alternatives { plans } => {
                let plan = |(place, (count, comes_to)): (usize, &(usize, AlternativeFigure))| {
                    let count = if place == 0 { withdrawals(*count) } else { count.to_string() };
                    match comes_to {
                        AlternativeFigure::PaysOut(net) => format!("{count}: {net}"),
                        AlternativeFigure::Costs(cost) => format!("{count}: for {cost}"),
                        AlternativeFigure::Free => format!("{count}: free"),
                    }
                };
                plans.iter().enumerate().map(plan).collect::<Vec<_>>().join(" · ")
            }
            PlanLine::NoBalance => {
                "No account has anything to withdraw. See the balances: jandon balance".into()
            }
            PlanLine::NotWorthIt { step_cost } => format!(
                "No withdrawal pays out more than the {step_cost} that it counts as. See what can be withdrawn \
                 nevertheless: jandon plan --step-cost 0"
            ),
            PlanLine::NothingBy { by, today } => {
                format!("Nothing can be withdrawn by {}.", date(*by, *today, en))
            }
            PlanLine::ShortOfMinimum { account, short, least } => {
                format!("{account}: {short} short of the minimum of {}.", least.to_grouped_string())
            }
            PlanLine::ShortOfSmallest { account, short, least } => {
                format!(
                    "{account}: {short} short of the smallest possible amount, {}.",
                    least.to_grouped_string()
                )
            }
            PlanLine::Blocked { accounts, reason } => {
                let why = match *reason {
                    "not-withdrawable" => "no official way out",
                    "ended" => "the service has ended",
                    "not-in-force" => "no rule is known for these days",
                    "conditional" => {
                        "only under a condition; see jandon fees, then name the channel with --assume"
                    }
                    "no-channel" => "no official channel pays that unit to a bank, a card or in cash",
                    "platform-gone" => "the platform is no longer in the catalog",
                    "no-platform" => "no platform is set",
                    "over-limit" => "a limit is used up",
                    "whole-balance-only" => {
                        "only the whole balance can be withdrawn, and that is not possible"
                    }
                    "kept" => "all of it is kept",
                    "nothing-left" => "the charges would leave nothing",
                    "off-step" | "above-maximum" => "no amount fits the rules",
                    _ => "nothing can be withdrawn",
                };
                format!("{}: {why}.", accounts.join(", "))
            }
            PlanLine::HowToRecord { command } => format!("The commands that record it: {command}"),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        let charged = |cost: &Money| match cost.minor {
            0 => "수수료 없음".to_string(),
            _ => format!("비용 {cost}"),
        };
        match self {
            PlanLine::YouReceive { net, count, cost } => {
                format!("받는 금액: {net} (출금 {count}회, {})", charged(cost))
            }
            PlanLine::YouReceiveAtMost { net, count, cost } => {
                format!("받을 수 있는 최대 금액: {net} (출금 {count}회, {})", charged(cost))
            }
            PlanLine::ObviousCostsMore { simple, saved } => format!(
                "잔액마다 한 번씩 출금하면 비용이 {simple}입니다. 이 계획은 {} 적게 듭니다.",
                saved.to_grouped_string()
            ),
            PlanLine::ObviousPaysLess { simple } => {
                format!("잔액마다 한 번씩 출금하면 비용이 {simple}이고 받는 금액은 더 적습니다.")
            }
            PlanLine::ObviousCostsTheSame => "잔액마다 한 번씩 출금해도 비용은 같습니다.".into(),
            PlanLine::ObviousFallsShort => "잔액마다 한 번씩 출금하면 이 금액에 이르지 못합니다.".into(),
            PlanLine::Most { unit, by, today } => {
                format!("{}까지 받을 수 있는 가장 많은 {unit} 금액입니다.", date(*by, *today, ko))
            }
            PlanLine::AtLeast { target, by, today } => {
                format!("{}까지 {target} 이상을 받는 가장 저렴한 방법입니다.", date(*by, *today, ko))
            }
            PlanLine::OutOfReach { target, by, today } => {
                let target = object(&target.to_string());
                format!("{}까지 {target} 받을 수 없습니다.", date(*by, *today, ko))
            }
            PlanLine::NotFound { target, by, today } => {
                let target = object(&target.to_string());
                format!("{}까지 {target} 받는 계획을 찾지 못했습니다.", date(*by, *today, ko))
            }
            PlanLine::EachCountsAs { step_cost } => {
                let step_cost = toward(&step_cost.to_string());
                format!("고를 때 출금 1회를 {step_cost} 계산합니다(--step-cost).")
            }
            PlanLine::MayNeedFewer => "최적 미확인: 더 적은 횟수로 같은 결과가 가능할 수 있습니다.".into(),
            PlanLine::MayCostLess { gap, has_step_cost: false } => {
                format!("최적 미확인: 비용이 최대 {gap} 더 적은 계획이 있을 수 있습니다.")
            }
            PlanLine::MayCostLess { gap, has_step_cost: true } => {
                format!(
                    "최적 미확인: --step-cost를 더하면 비용이 최대 {gap} 더 적은 계획이 있을 수 있습니다."
                )
            }
            PlanLine::MayPayMore { gap, has_step_cost: false } => {
                format!("최적 미확인: 최대 {gap} 더 받는 계획이 있을 수 있습니다.")
            }
            PlanLine::MayPayMore { gap, has_step_cost: true } => {
                format!("최적 미확인: --step-cost를 빼고 최대 {gap} 더 받는 계획이 있을 수 있습니다.")
            }
            PlanLine::Alternatives { plans } => {
                let plan = |(count, comes_to): &(usize, AlternativeFigure)| match comes_to {
                    AlternativeFigure::PaysOut(net) => format!("{count}회: {net}"),
                    AlternativeFigure::Costs(cost) => format!("{count}회: 비용 {cost}"),
                    AlternativeFigure::Free => format!("{count}회: 무료"),
                };
                format!("출금 {}", plans.iter().map(plan).collect::<Vec<_>>().join(" · "))
            }
            PlanLine::NoBalance => "출금할 수 있는 잔액이 없습니다. 잔액 보기: jandon balance".into(),
            PlanLine::NotWorthIt { step_cost } => format!(
                "출금 1회로 계산하는 {step_cost}보다 많이 받는 출금이 없습니다. 그래도 가능한 출금 보기: \
                 jandon plan --step-cost 0"
            ),
            PlanLine::NothingBy { by, today } => {
                format!("{}까지 출금할 수 있는 금액이 없습니다.", date(*by, *today, ko))
            }
            PlanLine::ShortOfMinimum { account, short, least } => {
                format!("{account}: 최소 금액 {}까지 {short} 부족", least.to_grouped_string())
            }
            PlanLine::ShortOfSmallest { account, short, least } => {
                format!(
                    "{account}: 출금 가능한 가장 작은 금액 {}까지 {short} 부족",
                    least.to_grouped_string()
                )
            }
            PlanLine::Blocked { accounts, reason } => {
                let why = match *reason {
                    "not-withdrawable" => "공식 출금 방법 없음",
                    "ended" => "서비스 종료",
                    "not-in-force" => "해당 날짜의 규칙을 알 수 없음",
                    "conditional" => "조건부로만 출금 가능. jandon fees로 조건을 확인한 뒤 --assume으로 지정",
                    "no-channel" => "이 단위를 은행, 카드, 현금으로 받는 공식 방법 없음",
                    "platform-gone" => "플랫폼이 목록에 더 이상 없음",
                    "no-platform" => "플랫폼이 지정되지 않음",
                    "over-limit" => "한도를 모두 사용함",
                    "whole-balance-only" => "전액만 출금할 수 있으나 지금은 불가능",
                    "kept" => "전액을 남겨 둠",
                    "nothing-left" => "수수료를 빼면 남는 금액 없음",
                    "off-step" | "above-maximum" => "규칙에 맞는 금액 없음",
                    _ => "출금할 수 있는 금액 없음",
                };
                format!("{}: {why}", list_all(accounts, ko))
            }
            PlanLine::HowToRecord { command } => format!("기록하는 명령 보기: {command}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_languages, check_variants};
    use super::*;

    #[test]
    fn every_line_is_whole_in_both_languages() {
        let (unit, by) = (Unit::new("KRW", 0), Day::parse_iso("2026-11-25").expect("a day"));
        let won = |minor| unit.money(minor);
        let account = || "카카오페이".to_string();
        let mut lines = vec![
            PlanLine::YouReceive { net: won(1), count: 1, cost: won(0) },
            PlanLine::YouReceiveAtMost { net: won(1), count: 2, cost: won(5) },
            PlanLine::ObviousCostsMore { simple: won(5), saved: won(4) },
            PlanLine::ObviousPaysLess { simple: won(5) },
            PlanLine::ObviousCostsTheSame,
            PlanLine::ObviousFallsShort,
            PlanLine::Most { unit: unit.clone(), by, today: by },
            PlanLine::AtLeast { target: won(5), by, today: by },
            PlanLine::OutOfReach { target: won(5), by, today: by },
            PlanLine::NotFound { target: won(5), by, today: by },
            PlanLine::EachCountsAs { step_cost: won(100) },
            PlanLine::MayNeedFewer,
            PlanLine::NoBalance,
            PlanLine::NotWorthIt { step_cost: won(100) },
            PlanLine::NothingBy { by, today: by },
            PlanLine::ShortOfMinimum { account: account(), short: won(5), least: won(10) },
            PlanLine::ShortOfSmallest { account: account(), short: won(5), least: won(10) },
            PlanLine::HowToRecord { command: "jandon plan --commands".into() },
            PlanLine::Alternatives {
                plans: vec![
                    (1, AlternativeFigure::PaysOut("38,950".into())),
                    (3, AlternativeFigure::Costs("5".into())),
                    (4, AlternativeFigure::Free),
                ],
            },
        ];
        for has_step_cost in [false, true] {
            lines.push(PlanLine::MayCostLess { gap: won(5), has_step_cost });
            lines.push(PlanLine::MayPayMore { gap: won(5), has_step_cost });
        }
        for reason in [
            "not-withdrawable",
            "ended",
            "not-in-force",
            "no-channel",
            "platform-gone",
            "no-platform",
            "over-limit",
            "whole-balance-only",
            "kept",
            "nothing-left",
            "off-step",
            "",
        ] {
            lines.push(PlanLine::Blocked { accounts: vec![account(), "토스".into()], reason });
        }
        let shown = format!("{lines:?}");
        let source = include_str!("plan.rs");
        check_variants(source, "PlanLine", &shown);
        check_variants(source, "AlternativeFigure", &shown);
        for line in lines.iter().filter(|line| !line.english().contains("jandon ")) {
            check_languages(line);
        }
    }
}
