//! The page of `import` and of `profiles`.

use super::particle::object;
use super::terms::{MONTHS, kind_of_account};
use super::{Language, Message, date};
use crate::ledger::AccountKind;
use crate::money::{Money, Unit};
use crate::period::Day;
use crate::statement::profile::Verified;
use crate::statement::rows::{BadReason, SkipReason};
use crate::text::quoted;

/// A line of the page of `import`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum ImportLine {
    /// A file: what reads it, its form, the line of its header, and its first and last day.
    File { file: String, profile: String, form: String, header: Option<u64>, days: Option<(Day, Day)> },
    /// The encoding of the file.
    Encoding { encoding: String },
    /// An account is opened.
    Opens { account: String, kind: AccountKind, platform: Option<String>, unit: Unit },
    /// The rows of an account that was there.
    To { account: String },
    /// How many rows were read, and what they came to.
    Counts { read: u64, new: u64, known: u64, skipped: u64, bad: u64, moved: Vec<(Money, Money)> },
    /// The closing balance of an account follows from its rows.
    Closing { account: Option<String>, balance: Money, day: Day, today: Day, steps: u64 },
    /// Not every step holds.
    ClosingWithBreaks {
        account: Option<String>,
        balance: Money,
        day: Day,
        today: Day,
        steps: u64,
        breaks: u64,
    },
    /// A balance does not follow from the one before.
    Break { line: u64, expected: Money, found: Money },
    /// Rows are not for the ledger.
    Skipped { count: u64, reason: SkipReason },
    /// A row was not understood.
    Bad { file: String, row: crate::statement::rows::BadRow },
    /// Typed entries are replaced.
    Replaced { count: u64 },
    /// A row is like an entry that stays.
    Alike { line: u64, entry: String },
    /// A row is the other leg of a transfer that is there.
    OtherLeg { line: u64, entry: String },
    /// Rows are known in another account.
    KnownElsewhere { count: u64, account: String },
    /// Rows have no category: the payees with the most of them.
    NoCategory { count: u64, payees: Vec<(u64, String)> },
    /// A line of the user's rules makes `--account` unnecessary.
    AccountRule { label: String, account: String },
    /// Nothing was written.
    DryRun,
    /// Is all that to be imported?
    Question,
    /// What a file is.
    Describes {
        file: String,
        form: String,
        encoding: Option<String>,
        delimiter: Option<String>,
        sheet: Option<String>,
        header: Option<u64>,
    },
    /// How many rows it has, and how many lines outside of its table.
    DescribedRows { rows: u64, outside: u64 },
    /// The profile that would read it.
    ReadBy { profile: String },
    /// No profile would read it.
    ReadByNone,
    /// A profile that misses names.
    NearProfile { profile: String, missing: Vec<String> },
    /// Cells of a column that are empty.
    EmptyCells { count: u64, of: u64 },
}

impl Message for ImportLine {
    fn english(&self) -> String {
        let en = Language::English;
        match self {
            ImportLine::File { file, profile, form, header, days } => {
                let header = header.map_or(String::new(), |line| format!(", header in line {line}"));
                let days = days.map_or(String::new(), |(from, to)| format!(", {}", days_english(from, to)));
                format!("{file}: {profile} ({form}{header}){days}")
            }
            ImportLine::Encoding { encoding } => format!("read as {encoding}"),
            ImportLine::Opens { account, kind, platform, unit } => {
                let on = platform.as_ref().map_or(String::new(), |platform| format!(" on {platform}"));
                format!("opens {account} ({}{on}, {unit})", kind_of_account(*kind, en))
            }
            ImportLine::To { account } => format!("to {account}"),
            ImportLine::Counts { read, new, known, skipped, bad, moved } => {
                let moved: Vec<String> = moved
                    .iter()
                    .map(|(arrived, left)| {
                        format!("+{}, -{}", arrived.to_grouped_string(), left.to_grouped_string())
                    })
                    .collect();
                let moved = if moved.is_empty() { String::new() } else { format!(" {}.", moved.join("; ")) };
                format!("{read} read: {new} new, {known} known, {skipped} skipped, {bad} bad.{moved}")
            }
            ImportLine::Closing { account, balance, day, today, steps } => {
                let of = account.as_ref().map_or(String::new(), |account| format!(" of {account}"));
                let hold = match steps {
                    0 => "no step to check".into(),
                    1 => "the only step holds".into(),
                    steps => format!("all {steps} steps hold"),
                };
                format!("Closing balance{of} {balance} on {}; {hold}.", date(*day, *today, en))
            }
            ImportLine::ClosingWithBreaks { account, balance, day, today, steps, breaks } => {
                let of = account.as_ref().map_or(String::new(), |account| format!(" of {account}"));
                let all = steps + breaks;
                format!(
                    "Closing balance{of} {balance} on {}; {steps} of {all} steps hold.",
                    date(*day, *today, en)
                )
            }
            ImportLine::Break { line, expected, found } => {
                format!("line {line}: the balance is {found}, and {expected} follows from the one before")
            }
            ImportLine::Skipped { count, reason } => {
                format!("{count} skipped: {}", skip_reason_english(reason))
            }
            ImportLine::Bad { file, row } => super::error::bad_row_english(file, row),
            ImportLine::Replaced { count: 1 } => "replaced 1 typed entry".into(),
            ImportLine::Replaced { count } => format!("replaced {count} typed entries"),
            ImportLine::Alike { line, entry } => {
                format!(
                    "line {line} is like the entry {entry}, which stays: if both are one, undo that entry"
                )
            }
            ImportLine::OtherLeg { line, entry } => format!(
                "line {line} is like the other end of the transfer {entry}: to tell a transfer once, give it a rule with skip in one of the two statements"
            ),
            ImportLine::KnownElsewhere { count, account } => format!("{count} known in {account}"),
            ImportLine::NoCategory { count, payees } => {
                let payees: Vec<String> =
                    payees.iter().map(|(count, payee)| format!("{count} × {payee}")).collect();
                let have = if *count == 1 { "1 row has".into() } else { format!("{count} rows have") };
                format!("{have} no category: {}", payees.join(", "))
            }
            ImportLine::AccountRule { label, account } => format!(
                "next time without --account: put {} under [accounts] in rules.toml",
                account_rule(label, account)
            ),
            ImportLine::DryRun => "nothing was written (dry run)".into(),
            ImportLine::Question => "Import this? [y/N]".into(),
            ImportLine::Describes { file, form, encoding, delimiter, sheet, header } => {
                let encoding = encoding.as_ref().map_or(String::new(), |encoding| format!(", {encoding}"));
                let delimiter = delimiter
                    .as_ref()
                    .map_or(String::new(), |c| format!(", cells separated by '{}'", shown(c)));
                let sheet = sheet.as_ref().map_or(String::new(), |sheet| format!(", sheet '{sheet}'"));
                let header = header.map_or(", no header".into(), |line| format!(", header in line {line}"));
                format!("{file}: {form}{encoding}{delimiter}{sheet}{header}")
            }
            ImportLine::DescribedRows { rows, outside } => {
                format!("{rows} rows; {outside} lines outside of the table are not shown")
            }
            ImportLine::ReadBy { profile } => format!("read by the profile {profile}"),
            ImportLine::ReadByNone => "no profile reads it".into(),
            ImportLine::NearProfile { profile, missing } => {
                format!("near: {profile}, which misses {}", super::list_all(missing, en))
            }
            ImportLine::EmptyCells { count, of } => format!("empty in {count} of {of}"),
        }
    }

    fn korean(&self) -> String {
        let ko = Language::Korean;
        match self {
            ImportLine::File { file, profile, form, header, days } => {
                let header = header.map_or(String::new(), |line| format!(", 제목 줄 {line}행"));
                let days = days.map_or(String::new(), |(from, to)| format!(", {}", days_korean(from, to)));
                format!("{file}: {profile} ({form}{header}){days}")
            }
            ImportLine::Encoding { encoding } => format!("인코딩: `{encoding}`"),
            ImportLine::Opens { account, kind, platform, unit } => {
                let on = platform.as_ref().map_or(String::new(), |platform| format!("{platform} "));
                format!("새 계정 {account} ({on}{}, {unit})", kind_of_account(*kind, ko))
            }
            ImportLine::To { account } => format!("계정 {account}"),
            ImportLine::Counts { read, new, known, skipped, bad, moved } => {
                let moved: Vec<String> = moved
                    .iter()
                    .map(|(arrived, left)| {
                        format!("+{}, -{}", arrived.to_grouped_string(), left.to_grouped_string())
                    })
                    .collect();
                let moved = if moved.is_empty() { String::new() } else { format!(" {}.", moved.join("; ")) };
                format!("읽음 {read}: 새 기록 {new}, 이미 있음 {known}, 건너뜀 {skipped}, 오류 {bad}.{moved}")
            }
            ImportLine::Closing { account, balance, day, today, steps } => {
                let of = account.as_ref().map_or(String::new(), |account| format!("{account} "));
                let hold = match steps {
                    0 => "확인할 단계가 없습니다".into(),
                    steps => format!("{steps}단계가 모두 맞습니다"),
                };
                format!("{of}마감 잔액 {balance} ({}). {hold}.", date(*day, *today, ko))
            }
            ImportLine::ClosingWithBreaks { account, balance, day, today, steps, breaks } => {
                let of = account.as_ref().map_or(String::new(), |account| format!("{account} "));
                let all = steps + breaks;
                format!(
                    "{of}마감 잔액 {balance} ({}). {all}단계 중 {steps}단계가 맞습니다.",
                    date(*day, *today, ko)
                )
            }
            ImportLine::Break { line, expected, found } => {
                format!("{line}행: 잔액은 {found}인데 앞의 잔액에서는 {}입니다", expected)
            }
            ImportLine::Skipped { count, reason } => {
                format!("{count}건 건너뜀: {}", skip_reason_korean(reason))
            }
            ImportLine::Bad { file, row } => super::error::bad_row_korean(file, row),
            ImportLine::Replaced { count } => format!("직접 입력한 기록 {count}건을 대신했습니다"),
            ImportLine::Alike { line, entry } => {
                format!(
                    "{line}행은 남아 있는 기록 {entry}과 비슷합니다. 같은 거래라면 그 기록을 취소하십시오"
                )
            }
            ImportLine::OtherLeg { line, entry } => format!(
                "{line}행은 이체 {entry}의 상대 쪽과 비슷합니다. 이체를 한 번만 기록하려면 두 내역 중 한쪽에 `skip` 규칙을 두십시오"
            ),
            ImportLine::KnownElsewhere { count, account } => {
                format!("{count}건은 계정 {account}에 이미 있음")
            }
            ImportLine::NoCategory { count, payees } => {
                let payees: Vec<String> =
                    payees.iter().map(|(count, payee)| format!("{count} × {payee}")).collect();
                format!("{count}행에 분류가 없습니다: {}", payees.join(", "))
            }
            ImportLine::AccountRule { label, account } => format!(
                "다음에 --account 없이 가져오려면 rules.toml의 `[accounts]` 아래에 {} 쓰십시오",
                object(&format!("`{}`", account_rule(label, account)))
            ),
            ImportLine::DryRun => "아무것도 기록하지 않았습니다(시험 실행)".into(),
            ImportLine::Question => "가져올까요? [y/N]".into(),
            ImportLine::Describes { file, form, encoding, delimiter, sheet, header } => {
                let encoding = encoding.as_ref().map_or(String::new(), |encoding| format!(", `{encoding}`"));
                let delimiter =
                    delimiter.as_ref().map_or(String::new(), |c| format!(", 구분 문자 '{}'", shown(c)));
                let sheet = sheet.as_ref().map_or(String::new(), |sheet| format!(", 시트 '{sheet}'"));
                let header =
                    header.map_or(", 제목 줄 없음".into(), |line| format!(", 제목 줄 {line}행"));
                format!("{file}: {form}{encoding}{delimiter}{sheet}{header}")
            }
            ImportLine::DescribedRows { rows, outside } => {
                format!("{rows}행. 표 밖의 {outside}줄은 보이지 않습니다")
            }
            ImportLine::ReadBy { profile } => format!("읽는 프로필: {profile}"),
            ImportLine::ReadByNone => "읽는 프로필이 없습니다".into(),
            ImportLine::NearProfile { profile, missing } => {
                format!("비슷한 프로필: {profile}. 없는 이름: {}", super::list_all(missing, ko))
            }
            ImportLine::EmptyCells { count, of } => format!("{of} 가운데 {count} 비어 있음"),
        }
    }
}

/// Returns a character that separates cells as people see it.
fn shown(delimiter: &str) -> &str {
    if delimiter == "\t" { "\\t" } else { delimiter }
}

fn account_rule(label: &str, account: &str) -> String {
    format!("{label:?} = {account:?}")
}

/// Returns two days as a sentence names them: `12 to 20 Aug 2026`.
fn days_english(from: Day, to: Day) -> String {
    let parts = |day: Day| {
        let (year, month) = day.month().year_month();
        (year, MONTHS[(month as usize - 1).min(11)], day.of_month())
    };
    let ((from_year, from_month, from_day), (year, month, day)) = (parts(from), parts(to));
    match (from == to, from_year == year, from.month() == to.month()) {
        (true, ..) => format!("{day} {month} {year}"),
        (_, _, true) => format!("{from_day} to {day} {month} {year}"),
        (_, true, _) => format!("{from_day} {from_month} to {day} {month} {year}"),
        _ => format!("{from_day} {from_month} {from_year} to {day} {month} {year}"),
    }
}

fn days_korean(from: Day, to: Day) -> String {
    let parts = |day: Day| {
        let (year, month) = day.month().year_month();
        (year, month, day.of_month())
    };
    let ((from_year, from_month, from_day), (year, month, day)) = (parts(from), parts(to));
    match (from == to, from_year == year) {
        (true, _) => format!("{year}년 {month}월 {day}일"),
        (_, true) => format!("{year}년 {from_month}월 {from_day}일~{month}월 {day}일"),
        _ => format!("{from_year}년 {from_month}월 {from_day}일~{year}년 {month}월 {day}일"),
    }
}

/// Returns why a row is not for the ledger, in English.
pub fn skip_reason_english(reason: &SkipReason) -> String {
    match reason {
        SkipReason::Rule(text) => text.en.clone(),
        SkipReason::NoEffect => "did not move the balance".into(),
        SkipReason::MovedNothing => "moved nothing".into(),
        SkipReason::NoAccount(label) => format!("no account '{label}'"),
        SkipReason::Repeated => "the same id twice".into(),
        SkipReason::NoPayment => "no payment".into(),
    }
}

/// Returns why a row is not for the ledger, in Korean.
pub fn skip_reason_korean(reason: &SkipReason) -> String {
    match reason {
        SkipReason::Rule(text) => text.ko.clone().unwrap_or_else(|| text.en.clone()),
        SkipReason::NoEffect => "잔액이 움직이지 않음".into(),
        SkipReason::MovedNothing => "금액이 0임".into(),
        SkipReason::NoAccount(label) => format!("계정 '{label}' 없음"),
        SkipReason::Repeated => "같은 번호가 두 번 있음".into(),
        SkipReason::NoPayment => "결제가 아님".into(),
    }
}

/// Returns why a row was not understood, in English.
pub fn bad_reason_english(reason: &BadReason) -> String {
    match reason {
        BadReason::NotAnAmount(text) => format!("not an amount: '{text}'"),
        BadReason::NoAmount => "no amount".into(),
        BadReason::Decimals { text, unit } => {
            format!("more decimals than {unit} has: '{text}'")
        }
        BadReason::NotADate(text) => format!("not a date: '{text}'"),
        BadReason::NoDate => "no date; give the day with --date".into(),
        BadReason::UnknownUnit(code) => format!("unknown unit '{code}'"),
        BadReason::Unexpected { column, value } => format!("unknown {column} '{value}'"),
        BadReason::KindDoesNotFit { kind, leaves } => {
            let way = if *leaves { "leaves" } else { "comes" };
            format!("what {way} cannot be of the kind {}", kind.as_str())
        }
        BadReason::NoSign => "no rule says whether it came or left".into(),
        BadReason::FeeAboveAmount => "fee and tax are more than what left".into(),
        BadReason::UnknownMessage => "unknown message".into(),
        BadReason::StrayQuote => "text follows a closing quotation mark".into(),
        BadReason::Label(text) if text.is_empty() => "no account".into(),
        BadReason::Label(text) => format!("an account cannot be called '{text}'"),
    }
}

/// Returns why a row was not understood, in Korean.
pub fn bad_reason_korean(reason: &BadReason) -> String {
    match reason {
        BadReason::NotAnAmount(text) => format!("금액이 아님: '{text}'"),
        BadReason::NoAmount => "금액 없음".into(),
        BadReason::Decimals { text, unit } => format!("{unit}에 없는 소수 자릿수: '{text}'"),
        BadReason::NotADate(text) => format!("날짜가 아님: '{text}'"),
        BadReason::NoDate => "날짜 없음. --date로 날을 지정하십시오".into(),
        BadReason::UnknownUnit(code) => format!("알 수 없는 단위 '{code}'"),
        BadReason::Unexpected { column, value } => format!("알 수 없는 `{column}` 값 '{value}'"),
        BadReason::KindDoesNotFit { kind, leaves } => {
            let way = if *leaves { "나간" } else { "들어온" };
            format!("{way} 돈의 종류가 `{}`일 수 없음", kind.as_str())
        }
        BadReason::NoSign => "들어온 돈인지 나간 돈인지 알려 주는 규칙이 없음".into(),
        BadReason::FeeAboveAmount => "수수료와 세금이 나간 금액보다 많음".into(),
        BadReason::UnknownMessage => "알 수 없는 문자".into(),
        BadReason::StrayQuote => "닫는 따옴표 뒤에 글자가 있음".into(),
        BadReason::Label(text) if text.is_empty() => "계정 없음".into(),
        BadReason::Label(text) => format!("계정 이름으로 쓸 수 없음: '{text}'"),
    }
}

/// Returns the word for how far a profile was checked.
pub fn verified(verified: Verified, language: Language) -> &'static str {
    match (language, verified) {
        (Language::English, verified) => verified.as_str(),
        (Language::Korean, Verified::Sample) => "실제 파일",
        (Language::Korean, Verified::Parsers) => "공개된 프로그램",
        (Language::Korean, Verified::Unverified) => "확인 안 됨",
    }
}

/// A line of the page of `profiles`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "a line says itself")]
pub enum ProfileLine {
    NoFaults { file: String },
    More,
    Refused { reason: String },
    FileOf { path: String },
}

impl Message for ProfileLine {
    fn english(&self) -> String {
        match self {
            ProfileLine::NoFaults { file } => format!("{file} has no faults"),
            ProfileLine::More => "See one in full: jandon profiles ID".into(),
            ProfileLine::Refused { reason } => format!("recognised and refused: {reason}"),
            ProfileLine::FileOf { path } => format!("from {path}"),
        }
    }

    fn korean(&self) -> String {
        match self {
            ProfileLine::NoFaults { file } => format!("{file}: 잘못된 곳이 없습니다"),
            ProfileLine::More => "하나를 자세히 보려면: jandon profiles ID".into(),
            ProfileLine::Refused { reason } => format!("알아보지만 가져오지 않음: {reason}"),
            ProfileLine::FileOf { path } => format!("파일: {}", quoted(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fee::Text;
    use crate::messages::testing::{check_languages, check_variants};
    use crate::statement::rows::BadRow;

    fn won(minor: i64) -> Money {
        Unit::new("KRW", 0).money(minor)
    }

    fn reasons() -> Vec<BadReason> {
        vec![
            BadReason::NotAnAmount("12..34".into()),
            BadReason::NoAmount,
            BadReason::Decimals { text: "1.5".into(), unit: Unit::new("KRW", 0) },
            BadReason::NotADate("2026-02-30".into()),
            BadReason::NoDate,
            BadReason::UnknownUnit("ABC".into()),
            BadReason::Unexpected { column: "status".into(), value: "보류".into() },
            BadReason::KindDoesNotFit { kind: crate::statement::profile::RowKind::Send, leaves: false },
            BadReason::KindDoesNotFit { kind: crate::statement::profile::RowKind::Earn, leaves: true },
            BadReason::NoSign,
            BadReason::FeeAboveAmount,
            BadReason::UnknownMessage,
            BadReason::StrayQuote,
            BadReason::Label(String::new()),
            BadReason::Label("가".into()),
        ]
    }

    fn samples() -> Vec<ImportLine> {
        let today = Day::parse_iso("2026-11-22").expect("a day");
        let (from, old) = (today.add_days(-3), today.add_days(-400));
        let file = || "거래내역.xlsx".to_string();
        let mut samples = vec![
            ImportLine::Encoding { encoding: "euc-kr".into() },
            ImportLine::To { account: "지갑".into() },
            ImportLine::Break { line: 7, expected: won(1_000), found: won(900) },
            ImportLine::Replaced { count: 1 },
            ImportLine::Replaced { count: 2 },
            ImportLine::Alike { line: 7, entry: "0193".into() },
            ImportLine::OtherLeg { line: 7, entry: "0193".into() },
            ImportLine::KnownElsewhere { count: 2, account: "지갑".into() },
            ImportLine::NoCategory { count: 1, payees: vec![(1, "카페".into())] },
            ImportLine::NoCategory { count: 3, payees: vec![(2, "카페".into()), (1, "책방".into())] },
            ImportLine::AccountRule { label: "카카오페이머니".into(), account: "지갑".into() },
            ImportLine::DryRun,
            ImportLine::Question,
            ImportLine::DescribedRows { rows: 3, outside: 2 },
            ImportLine::ReadBy { profile: "kakaopay".into() },
            ImportLine::ReadByNone,
            ImportLine::NearProfile { profile: "kakaopay".into(), missing: vec!["거래일시".into()] },
            ImportLine::EmptyCells { count: 1, of: 3 },
        ];
        for days in [None, Some((from, today)), Some((today, today)), Some((old, today))] {
            let header = days.map(|_| 4);
            let (profile, form) = ("거래내역".to_string(), "XLSX".to_string());
            samples.push(ImportLine::File { file: file(), profile, form, header, days });
        }
        for platform in [None, Some("kakaopay".to_string())] {
            let (account, kind, unit) = ("지갑".to_string(), AccountKind::Wallet, Unit::new("KRW", 0));
            samples.push(ImportLine::Opens { account, kind, platform, unit });
        }
        for moved in [Vec::new(), vec![(won(5), won(3))]] {
            samples.push(ImportLine::Counts { read: 4, new: 1, known: 1, skipped: 1, bad: 1, moved });
        }
        for (account, steps) in [(None, 0), (Some("지갑".to_string()), 1), (None, 5)] {
            let (balance, day) = (won(2_200), from);
            samples.push(ImportLine::Closing {
                account: account.clone(),
                balance: balance.clone(),
                day,
                today,
                steps,
            });
            samples.push(ImportLine::ClosingWithBreaks { account, balance, day, today, steps, breaks: 2 });
        }
        let skipped = [
            SkipReason::Rule(Text { en: "not settled".into(), ko: Some("미확정".into()) }),
            SkipReason::NoEffect,
            SkipReason::MovedNothing,
            SkipReason::NoAccount("지갑".into()),
            SkipReason::Repeated,
            SkipReason::NoPayment,
        ];
        samples.extend(skipped.into_iter().map(|reason| ImportLine::Skipped { count: 2, reason }));
        for (number, reason) in reasons().into_iter().enumerate() {
            let column = (number % 2 == 0).then(|| "금액".to_string());
            samples.push(ImportLine::Bad { file: file(), row: BadRow { line: 7, column, reason } });
        }
        for value in [None, Some("가계부".to_string())] {
            samples.push(ImportLine::Describes {
                file: file(),
                form: "CSV".into(),
                encoding: value.as_ref().map(|_| "euc-kr".into()),
                delimiter: value.as_ref().map(|_| ",".into()),
                header: value.as_ref().map(|_| 4),
                sheet: value,
            });
        }
        samples
    }

    #[test]
    fn every_line_is_whole_in_both_languages() {
        let samples = samples();
        samples.iter().for_each(check_languages);
        check_variants(include_str!("import.rs"), "ImportLine", &format!("{samples:?}"));
        let lines = [
            ProfileLine::NoFaults { file: "a.toml".into() },
            ProfileLine::More,
            ProfileLine::Refused { reason: "카드 이용내역".into() },
            ProfileLine::FileOf { path: "a.toml".into() },
        ];
        lines.iter().for_each(check_languages);
    }
}
