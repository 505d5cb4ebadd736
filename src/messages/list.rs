//! The pages of `account list` and `account show`, `rate list` and `unit add`.

use super::Message;
use crate::money::Unit;

/// A line of the pages about accounts, rates and units.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ListLine {
    OneAccount,
    HistoryOfAccount { name: String },
    NoRates,
    SetRate,
    UnitDefined { unit: Unit },
    UnitKnown { unit: Unit },
}

impl Message for ListLine {
    fn english(&self) -> String {
        match self {
            ListLine::OneAccount => "One account in full: jandon account show NAME".into(),
            ListLine::HistoryOfAccount { name } => format!("Its entries: jandon history {name}"),
            ListLine::NoRates => "No rates yet. Set one: jandon rate set USD 1400 KRW".into(),
            ListLine::SetRate => "Set another: jandon rate set UNIT VALUE OF".into(),
            ListLine::UnitDefined { unit } => format!("defined {unit} with {} decimals", unit.decimals),
            ListLine::UnitKnown { unit } => format!("{unit} is already defined ({} decimals)", unit.decimals),
        }
    }

    fn korean(&self) -> String {
        match self {
            ListLine::OneAccount => "계정 하나를 자세히 보기: jandon account show NAME".into(),
            ListLine::HistoryOfAccount { name } => format!("기록 보기: jandon history {name}"),
            ListLine::NoRates => "환율이 없습니다. 설정하기: jandon rate set USD 1400 KRW".into(),
            ListLine::SetRate => "환율 추가하기: jandon rate set UNIT VALUE OF".into(),
            ListLine::UnitDefined { unit } => {
                format!("{unit} 단위를 정의했습니다 (소수 {}자리).", unit.decimals)
            }
            ListLine::UnitKnown { unit } => {
                format!("{unit} 단위는 이미 있습니다 (소수 {}자리).", unit.decimals)
            }
        }
    }
}
