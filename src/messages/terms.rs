//! Words that many messages share: kinds, dates and lists.

use super::Language;
use crate::ledger::{AccountKind, Kind};
use crate::period::{Day, LocalDateTime};

/// Returns the name of a kind of account.
pub fn kind_of_account(kind: AccountKind, language: Language) -> &'static str {
    match (language, kind) {
        (Language::English, AccountKind::Wallet) => "wallet",
        (Language::English, AccountKind::Rewards) => "points",
        (Language::English, AccountKind::Giftcard) => "gift card",
        (Language::English, AccountKind::Carrier) => "carrier billing",
        (Language::English, AccountKind::Bank) => "bank",
        (Language::Korean, AccountKind::Wallet) => "지갑",
        (Language::Korean, AccountKind::Rewards) => "적립 포인트",
        (Language::Korean, AccountKind::Giftcard) => "상품권·기프트카드",
        (Language::Korean, AccountKind::Carrier) => "휴대폰 소액결제",
        (Language::Korean, AccountKind::Bank) => "은행",
    }
}

/// Returns the name of a kind of entry.
pub fn kind_of_entry(kind: Kind, language: Language) -> &'static str {
    match (language, kind) {
        (Language::English, kind) => kind.as_str(),
        (Language::Korean, Kind::Spend) => "사용",
        (Language::Korean, Kind::Earn) => "적립",
        (Language::Korean, Kind::Topup) => "충전",
        (Language::Korean, Kind::Refund) => "환불",
        (Language::Korean, Kind::Transfer) => "이체",
        (Language::Korean, Kind::Withdraw) => "출금",
        (Language::Korean, Kind::Pay) => "납부",
        (Language::Korean, Kind::Expire) => "소멸",
    }
}

/// The months as English dates name them.
pub const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Returns a day as a sentence names it: `25 Nov`, `11월 25일`; with its year unless it is that of
/// `today`.
pub fn date(day: Day, today: Day, language: Language) -> String {
    let ((year, month), number) = (day.month().year_month(), day.of_month());
    let is_this_year = year == today.year();
    let name = MONTHS[(month as usize - 1).min(11)];
    match (language, is_this_year) {
        (Language::English, true) => format!("{number} {name}"),
        (Language::English, false) => format!("{number} {name} {year}"),
        (Language::Korean, true) => format!("{month}월 {number}일"),
        (Language::Korean, false) => format!("{year}년 {month}월 {number}일"),
    }
}

/// Returns a stretch of days as a sentence names it: `1 to 31 Oct`, `25 Sep to 24 Oct`, `10월 1일 ~ 31일`;
/// with its year unless it is that of `today`.
pub fn days(from: Day, to: Day, today: Day, language: Language) -> String {
    if from == to {
        return date(from, today, language);
    }
    // What both days share is said once: in English with the last day, in Korean with the first.
    let is_one_year = from.year() == to.year();
    match language {
        Language::English if from.month() == to.month() => {
            format!("{} to {}", from.of_month(), date(to, today, language))
        }
        Language::English => {
            let shown = if is_one_year { to } else { today };
            format!("{} to {}", date(from, shown, language), date(to, today, language))
        }
        Language::Korean if from.month() == to.month() => {
            format!("{} ~ {}일", date(from, today, language), to.of_month())
        }
        Language::Korean => {
            let shown = if is_one_year { from } else { today };
            format!("{} ~ {}", date(from, today, language), date(to, shown, language))
        }
    }
}

/// Returns a moment as a sentence names it: `25 Nov 18:30`, `11월 25일 18:30`.
pub fn day_and_time(moment: LocalDateTime, today: Day, language: Language) -> String {
    let seconds = moment.0.rem_euclid(86_400);
    format!("{} {:02}:{:02}", date(moment.day(), today, language), seconds / 3600, seconds / 60 % 60)
}

/// Returns a day with its year in Korean: `2026년 11월 25일`.
pub fn korean_day(day: Day) -> String {
    let ((year, month), number) = (day.month().year_month(), day.of_month());
    format!("{year}년 {month}월 {number}일")
}

/// Returns a moment with its year in Korean, without the time where it is the start of a day:
/// `2026년 11월 25일 18:30`.
pub fn korean_moment(moment: LocalDateTime) -> String {
    let text = moment.to_short_string();
    let day = korean_day(moment.day());
    text.split_once(' ').map_or(day.clone(), |(_, time)| format!("{day} {time}"))
}

/// Returns a list of which all are meant: `a, b and c`; `a, b, c`.
pub fn list_all(items: &[String], language: Language) -> String {
    list(items, " and ", language)
}

/// Returns a list of which one is meant: `a, b or c`; `a, b, c`.
pub fn list_any(items: &[String], language: Language) -> String {
    list(items, " or ", language)
}

fn list(items: &[String], last: &str, language: Language) -> String {
    match (items, language) {
        ([rest @ .., end], Language::English) if !rest.is_empty() => {
            format!("{}{last}{end}", rest.join(", "))
        }
        _ => items.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_its_year_unless_it_is_the_present_one() {
        let day = |text: &str| Day::parse_iso(text).expect("a date");
        let (today, old) = (day("2026-11-22"), day("2025-03-04"));
        assert_eq!(date(day("2026-11-25"), today, Language::English), "25 Nov");
        assert_eq!(date(old, today, Language::English), "4 Mar 2025");
        assert_eq!(date(day("2026-11-25"), today, Language::Korean), "11월 25일");
        assert_eq!(date(old, today, Language::Korean), "2025년 3월 4일");
        let moment = LocalDateTime(day("2026-11-25").start().0 + 18 * 3600 + 5 * 60);
        assert_eq!(day_and_time(moment, today, Language::English), "25 Nov 18:05");
    }

    #[test]
    fn what_two_days_share_is_said_once() {
        let day = |text: &str| Day::parse_iso(text).expect("a date");
        let shown = |from: &str, to: &str| {
            [Language::English, Language::Korean]
                .map(|language| days(day(from), day(to), day("2026-11-22"), language))
        };
        assert_eq!(shown("2026-10-01", "2026-10-31"), ["1 to 31 Oct", "10월 1일 ~ 31일"]);
        assert_eq!(shown("2026-09-25", "2026-10-24"), ["25 Sep to 24 Oct", "9월 25일 ~ 10월 24일"]);
        assert_eq!(shown("2026-10-03", "2026-10-03"), ["3 Oct", "10월 3일"]);
        assert_eq!(shown("2025-10-01", "2025-10-31"), ["1 to 31 Oct 2025", "2025년 10월 1일 ~ 31일"]);
        assert_eq!(shown("2025-01-01", "2025-12-31"), ["1 Jan to 31 Dec 2025", "2025년 1월 1일 ~ 12월 31일"]);
        assert_eq!(
            shown("2025-12-25", "2026-01-24"),
            ["25 Dec 2025 to 24 Jan", "2025년 12월 25일 ~ 1월 24일"]
        );
    }

    #[test]
    fn a_list_names_its_last_item_with_a_word() {
        let items =
            |count: usize| ["a", "b", "c"].iter().take(count).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(list_all(&items(3), Language::English), "a, b and c");
        assert_eq!(list_any(&items(2), Language::English), "a or b");
        assert_eq!(list_any(&items(1), Language::English), "a");
        assert_eq!(list_all(&items(3), Language::Korean), "a, b, c");
    }
}
