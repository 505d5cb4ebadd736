//! The page of `value`.

use super::{Language, Message, date};
use crate::period::Day;

/// A line of the page of `value`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ValueLine {
    Period { from: Day, to: Day, today: Day },
    NothingMoved,
    SetRate,
    More,
}

impl Message for ValueLine {
    fn english(&self) -> String {
        let shown = |day: &Day, today: &Day| date(*day, *today, Language::English);
        match self {
            ValueLine::Period { from, to, today } => {
                format!("What each platform gained you, {} to {}", shown(from, today), shown(to, today))
            }
            ValueLine::NothingMoved => "Nothing moved in these days.".into(),
            ValueLine::SetRate => "A rate is missing. Set it: jandon rate set UNIT VALUE OF".into(),
            ValueLine::More => "What it rests on: jandon report".into(),
        }
    }

    fn korean(&self) -> String {
        let shown = |day: &Day, today: &Day| date(*day, *today, Language::Korean);
        match self {
            ValueLine::Period { from, to, today } => {
                format!("플랫폼별 이득, {} ~ {}", shown(from, today), shown(to, today))
            }
            ValueLine::NothingMoved => "이 기간에는 움직인 금액이 없습니다.".into(),
            ValueLine::SetRate => "환율이 없습니다. 설정하기: jandon rate set UNIT VALUE OF".into(),
            ValueLine::More => "자세히 보기: jandon report".into(),
        }
    }
}
