//! Errors about statements, in both languages.

use super::Diagnostic;
use crate::fee::Text;
use crate::messages::import::{bad_reason_english, bad_reason_korean};
use crate::messages::particle::{object, subject, topic};
use crate::messages::{Language, list_all};
use crate::money::Unit;
use crate::statement::order::ContradictedAmounts;
use crate::statement::profile::{ExpectedInProfile, ProfileFault, ProfileFaultKind};
use crate::statement::read::{FilePlace, ReadError, ReadLimit};
use crate::statement::rows::BadRow;
use crate::text::{quoted, quoted_name};
use std::io;

/// Why a statement cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum StatementError {
    /// The file cannot be read.
    Read(ReadError),
    /// No profile knows the file; the nearest ones with the names that they miss.
    NoProfile { near: Vec<(String, Vec<String>)> },
    /// Several profiles know it.
    SeveralProfiles { profiles: Vec<String> },
    /// The profile that was asked for does not know it; the names that it misses.
    NotOfProfile { profile: String, missing: Vec<String> },
    /// No profile has that id.
    UnknownProfile { typed: String, close: Vec<String> },
    /// A profile, or the user's rules, have faults.
    Faults { path: String, faults: Vec<ProfileFault> },
    /// It is known, and no list of a balance.
    Refused { reason: Text },
    /// Rows were not understood: the first of them.
    BadRows { count: u64, rows: Vec<BadRow> },
    /// Both orders of day and month read every date.
    AmbiguousDates,
    /// The running balances contradict the amounts.
    Contradicted { profile: String, what: ContradictedAmounts },
    /// The account of the rows must be named.
    AccountNeeded,
    /// Several accounts fit.
    AmbiguousAccount { label: String, fits: Vec<String> },
    /// The account has another unit than its rows.
    OtherUnit { account: String, holds: Unit, wanted: Unit },
    /// `--account` names no label, and the file has several.
    SeveralLabels { account: String, labels: Vec<String> },
    /// The encoding is unknown.
    UnknownEncoding { typed: String },
    /// The delimiter is none.
    UnknownDelimiter { typed: String },
}

impl StatementError {
    /// Returns a code that scripts can branch on.
    pub fn code(&self) -> &'static str {
        match self {
            StatementError::Read(error) => match error {
                ReadError::Io(_) => "file",
                ReadError::Undecodable { .. } => "undecodable",
                ReadError::UnclosedQuote { .. } | ReadError::Damaged { .. } => "damaged-file",
                ReadError::TooLarge { .. } => "too-large",
                ReadError::Locked => "locked-file",
                ReadError::WrongPassword => "wrong-password",
                ReadError::Unsupported { .. } => "unsupported-file",
            },
            StatementError::NoProfile { .. } | StatementError::NotOfProfile { .. } => "no-profile",
            StatementError::SeveralProfiles { .. } => "several-profiles",
            StatementError::UnknownProfile { .. } => "unknown-profile",
            StatementError::Faults { .. } => "profile-faults",
            StatementError::Refused { .. } => "no-balance-list",
            StatementError::BadRows { .. } => "bad-rows",
            StatementError::AmbiguousDates => "ambiguous-dates",
            StatementError::Contradicted { .. } => "balances-contradict",
            StatementError::AccountNeeded => "account-needed",
            StatementError::AmbiguousAccount { .. } => "several-accounts",
            StatementError::OtherUnit { .. } => "wrong-unit",
            StatementError::SeveralLabels { .. } => "several-labels",
            StatementError::UnknownEncoding { .. } => "unknown-encoding",
            StatementError::UnknownDelimiter { .. } => "usage",
        }
    }

    /// Returns the exit status: 1 for a file that cannot be read, 2 for everything else.
    pub fn status(&self) -> u8 {
        let is_unreadable = matches!(
            self,
            StatementError::Read(
                ReadError::Io(_)
                    | ReadError::Undecodable { .. }
                    | ReadError::UnclosedQuote { .. }
                    | ReadError::Damaged { .. }
                    | ReadError::Unsupported { .. }
            )
        );
        if is_unreadable { 1 } else { 2 }
    }
}

/// Returns the error about a file in English.
pub(super) fn english(file: &str, error: &StatementError) -> Diagnostic {
    let shown = |names: &[String]| list_all(names, Language::English);
    let describe =
        || format!("see what the file is, without its values: jandon import --describe {}", quoted(file));
    match error {
        StatementError::Read(error) => {
            let hint = match error {
                ReadError::Locked => format!(
                    "give its password in a file: jandon import {} --password-file FILE",
                    quoted(file)
                ),
                ReadError::WrongPassword => {
                    "check the password: banks often use the date of birth as six digits".into()
                }
                _ => String::new(),
            };
            Diagnostic::new(format!("{file}: {}", read_english(error)), hint)
        }
        StatementError::NoProfile { near } => {
            let near: Vec<String> = near
                .iter()
                .map(|(id, missing)| match missing.is_empty() {
                    true => id.clone(),
                    false => format!("{id} (without {})", quoted_list(missing)),
                })
                .collect();
            let near = match near.as_slice() {
                [] => String::new(),
                near => format!("; near: {}", near.join(", ")),
            };
            Diagnostic::new(format!("{file}: no profile knows this file{near}"), describe())
        }
        StatementError::SeveralProfiles { profiles } => Diagnostic::new(
            format!("{file}: several profiles know this file: {}", shown(profiles)),
            format!(
                "name one: jandon import {} --profile {}; {}",
                quoted(file),
                profiles.first().map_or("ID", String::as_str),
                describe()
            ),
        ),
        StatementError::NotOfProfile { profile, missing } => {
            let missing = match missing.as_slice() {
                [] => String::new(),
                missing => format!(": it has no {}", quoted_list(missing)),
            };
            Diagnostic::new(format!("{file} is not what the profile {profile} reads{missing}"), describe())
        }
        StatementError::UnknownProfile { typed, close } => Diagnostic::new(
            format!("profile not found: {typed:?}"),
            match close.as_slice() {
                [] => "list the profiles: jandon profiles".into(),
                close => format!("did you mean {}?", close.join(", ")),
            },
        ),
        StatementError::Faults { path, faults } => {
            let lines: Vec<String> = faults.iter().take(20).map(|fault| fault_english(path, fault)).collect();
            Diagnostic::new(lines.join("\n"), format!("check it: jandon profiles --check {}", quoted(path)))
        }
        StatementError::Refused { reason } => Diagnostic::new(format!("{file}: {}", reason.en), ""),
        StatementError::BadRows { count, rows } => {
            let rows = rows.iter().take(20).map(|row| format!("\n{}", bad_row_english(file, row)));
            let what = if *count == 1 {
                "1 row was not understood".into()
            } else {
                format!("{count} rows were not understood")
            };
            Diagnostic::new(
                format!("{file}: {what}, so nothing was imported{}", rows.collect::<String>()),
                format!("leave such rows out: jandon import {} --skip-bad", quoted(file)),
            )
        }
        StatementError::AmbiguousDates => Diagnostic::new(
            format!("{file}: its dates can be read with the day first or with the month first"),
            format!("say which: jandon import {} --date-order dmy, or mdy", quoted(file)),
        ),
        StatementError::Contradicted { profile, what } => {
            let would = match what.are_signs_turned {
                true => "with the signs turned round",
                false => "if each balance stood on the other side of its row",
            };
            Diagnostic::new(
                format!(
                    "{file}: the balances contradict the amounts: {} steps hold, and {} would hold {would}; the profile {profile} is wrong for this file",
                    what.hold, what.would_hold
                ),
                "take the rows without the balances: --no-balance",
            )
        }
        StatementError::AccountNeeded => Diagnostic::new(
            format!("{file} does not say of which account it is"),
            format!("name the account: jandon import {} --account NAME", quoted(file)),
        ),
        StatementError::AmbiguousAccount { label, fits } => Diagnostic::new(
            format!("{file}: several accounts fit {label:?}: {}", shown(fits)),
            format!(
                "name one: jandon import {} --account {}",
                quoted(file),
                quoted(&format!("{label}={}", fits.first().map_or("NAME", String::as_str)))
            ),
        ),
        StatementError::OtherUnit { account, holds, wanted } => Diagnostic::new(
            format!("{file}: its amounts are in {wanted}, and the account {account} holds {holds}"),
            format!("open another account: jandon account add NAME --unit {wanted}"),
        ),
        StatementError::SeveralLabels { account, labels } => Diagnostic::new(
            format!("{file} is of several accounts: {}", shown(labels)),
            format!(
                "say which one is meant: --account {}",
                quoted(&format!("{}={account}", labels.first().map_or("LABEL", String::as_str)))
            ),
        ),
        StatementError::UnknownEncoding { typed } => Diagnostic::new(
            format!("unknown encoding {typed:?}"),
            "use one of utf-8, euc-kr, shift_jis, gb18030, windows-1251, windows-1252, utf-16le",
        ),
        StatementError::UnknownDelimiter { typed } => Diagnostic::new(
            format!("{typed:?} is not one character that can separate cells"),
            "use , ; | or tab",
        ),
    }
}

/// Returns the error about a file in Korean.
pub(super) fn korean(file: &str, error: &StatementError) -> Diagnostic {
    let shown = |names: &[String]| list_all(names, Language::Korean);
    let describe = || format!("값 없이 파일의 구조 보기: jandon import --describe {}", quoted(file));
    match error {
        StatementError::Read(error) => {
            let hint = match error {
                ReadError::Locked => {
                    format!(
                        "비밀번호를 파일로 지정하십시오: jandon import {} --password-file FILE",
                        quoted(file)
                    )
                }
                ReadError::WrongPassword => {
                    "비밀번호를 확인하십시오. 생년월일 여섯 자리인 경우가 많습니다".into()
                }
                _ => String::new(),
            };
            Diagnostic::new(format!("{file}: {}", read_korean(error)), hint)
        }
        StatementError::NoProfile { near } => {
            let near: Vec<String> = near
                .iter()
                .map(|(id, missing)| match missing.is_empty() {
                    true => id.clone(),
                    false => format!("{id}({} 없음)", quoted_list(missing)),
                })
                .collect();
            let near = match near.as_slice() {
                [] => String::new(),
                near => format!(". 비슷한 프로필: {}", near.join(", ")),
            };
            Diagnostic::new(format!("{file}: 이 파일을 읽을 프로필이 없습니다{near}"), describe())
        }
        StatementError::SeveralProfiles { profiles } => Diagnostic::new(
            format!("{file}: 여러 프로필이 이 파일을 읽습니다: {}", shown(profiles)),
            format!(
                "하나를 지정하십시오: jandon import {} --profile {}; {}",
                quoted(file),
                profiles.first().map_or("ID", String::as_str),
                describe()
            ),
        ),
        StatementError::NotOfProfile { profile, missing } => {
            let missing = match missing.as_slice() {
                [] => String::new(),
                missing => format!(": {} 없습니다", subject(&quoted_list(missing))),
            };
            Diagnostic::new(
                format!("{} 프로필 {profile}의 파일이 아닙니다{missing}", topic(file)),
                describe(),
            )
        }
        StatementError::UnknownProfile { typed, close } => Diagnostic::new(
            format!("프로필 {} 없습니다", subject(&format!("{typed:?}"))),
            match close.as_slice() {
                [] => "프로필 목록: jandon profiles".into(),
                close => format!("혹시 {}입니까?", close.join(", ")),
            },
        ),
        StatementError::Faults { path, faults } => {
            let lines: Vec<String> = faults.iter().take(20).map(|fault| fault_korean(path, fault)).collect();
            Diagnostic::new(lines.join("\n"), format!("확인하려면: jandon profiles --check {}", quoted(path)))
        }
        StatementError::Refused { reason } => {
            Diagnostic::new(format!("{file}: {}", reason.ko.as_ref().unwrap_or(&reason.en)), "")
        }
        StatementError::BadRows { count, rows } => {
            let rows = rows.iter().take(20).map(|row| format!("\n{}", bad_row_korean(file, row)));
            Diagnostic::new(
                format!(
                    "{file}: {count}행을 읽지 못해 아무것도 가져오지 않았습니다{}",
                    rows.collect::<String>()
                ),
                format!("이런 행을 빼려면: jandon import {} --skip-bad", quoted(file)),
            )
        }
        StatementError::AmbiguousDates => Diagnostic::new(
            format!("{file}: 날짜를 일/월로도, 월/일로도 읽을 수 있습니다"),
            format!("순서를 지정하십시오: jandon import {} --date-order dmy 또는 mdy", quoted(file)),
        ),
        StatementError::Contradicted { profile, what } => {
            let would = match what.are_signs_turned {
                true => "부호를 뒤집으면",
                false => "잔액이 거래의 반대쪽 것이라면",
            };
            Diagnostic::new(
                format!(
                    "{file}: 잔액이 금액과 모순됩니다. 맞는 단계는 {}개인데 {would} {}개가 맞습니다. 이 파일에는 프로필 {} 맞지 않습니다",
                    what.hold,
                    what.would_hold,
                    subject(profile)
                ),
                "잔액 없이 행만 가져오려면: --no-balance",
            )
        }
        StatementError::AccountNeeded => Diagnostic::new(
            format!("{file}: 어느 계정의 파일인지 알 수 없습니다"),
            format!("계정을 지정하십시오: jandon import {} --account NAME", quoted(file)),
        ),
        StatementError::AmbiguousAccount { label, fits } => Diagnostic::new(
            format!("{file}: {label:?}에 맞는 계정이 여럿입니다: {}", shown(fits)),
            format!(
                "하나를 지정하십시오: jandon import {} --account {}",
                quoted(file),
                quoted(&format!("{label}={}", fits.first().map_or("NAME", String::as_str)))
            ),
        ),
        StatementError::OtherUnit { account, holds, wanted } => Diagnostic::new(
            format!("{file}: 금액의 단위는 {wanted}인데 계정 {account}의 단위는 {holds}입니다"),
            format!("다른 계정을 만드십시오: jandon account add NAME --unit {wanted}"),
        ),
        StatementError::SeveralLabels { account, labels } => Diagnostic::new(
            format!("{}에 여러 계정이 있습니다: {}", file, shown(labels)),
            format!(
                "어느 것인지 지정하십시오: --account {}",
                quoted(&format!("{}={account}", labels.first().map_or("LABEL", String::as_str)))
            ),
        ),
        StatementError::UnknownEncoding { typed } => Diagnostic::new(
            format!("인코딩 {} 알 수 없습니다", object(&format!("{typed:?}"))),
            "`utf-8`, `euc-kr`, `shift_jis`, `gb18030`, `windows-1251`, `windows-1252`, `utf-16le` 가운데 하나를 쓰십시오",
        ),
        StatementError::UnknownDelimiter { typed } => Diagnostic::new(
            format!("{} 칸을 나누는 한 글자가 아닙니다", topic(&format!("{typed:?}"))),
            "`,` `;` `|` 또는 `tab`을 쓰십시오",
        ),
    }
}

fn quoted_list(names: &[String]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

/// Returns where a bad row stands and why, in English.
pub fn bad_row_english(file: &str, row: &BadRow) -> String {
    let column = row.column.as_ref().map_or(String::new(), |column| format!(", column '{column}'"));
    format!("{file}, line {}{column}: {}", row.line, bad_reason_english(&row.reason))
}

/// Returns where a bad row stands and why, in Korean.
pub fn bad_row_korean(file: &str, row: &BadRow) -> String {
    let column = row.column.as_ref().map_or(String::new(), |column| format!(" '{column}' 열"));
    format!("{file} {}행{column}: {}", row.line, bad_reason_korean(&row.reason))
}

fn read_english(error: &ReadError) -> String {
    match error {
        ReadError::Io(kind) => {
            format!(
                "it cannot be read: {}",
                super::io_cause(*kind, &io::Error::from(*kind).to_string(), Language::English)
            )
        }
        ReadError::Undecodable { encoding, line, offset } => {
            format!("line {line}: the byte at {offset} is not {encoding} text")
        }
        ReadError::UnclosedQuote { line } => format!("line {line}: a quotation mark is never closed"),
        ReadError::Damaged { place, fault } => format!("{} is damaged: {fault}", place_english(place)),
        ReadError::TooLarge { place, limit } => {
            format!("{} is too large: {}", place_english(place), limit_english(*limit))
        }
        ReadError::Locked => "the workbook is locked with a password".into(),
        ReadError::WrongPassword => "the password does not open the workbook".into(),
        ReadError::Unsupported { what } => format!("{what} is not supported"),
    }
}

fn read_korean(error: &ReadError) -> String {
    match error {
        ReadError::Io(kind) => {
            format!(
                "읽을 수 없습니다: {}",
                super::io_cause(*kind, &io::Error::from(*kind).to_string(), Language::Korean)
            )
        }
        ReadError::Undecodable { encoding, line, offset } => {
            format!("{line}행: {offset}번째 바이트는 {encoding} 텍스트가 아닙니다")
        }
        ReadError::UnclosedQuote { line } => format!("{line}행: 닫히지 않은 따옴표가 있습니다"),
        ReadError::Damaged { place, fault } => {
            format!("{} 손상되었습니다: `{fault}`", subject(&place_korean(place)))
        }
        ReadError::TooLarge { place, limit } => {
            format!("{} 너무 큽니다: {}", subject(&place_korean(place)), limit_korean(*limit))
        }
        ReadError::Locked => "비밀번호로 잠긴 통합 문서입니다".into(),
        ReadError::WrongPassword => "비밀번호가 맞지 않습니다".into(),
        ReadError::Unsupported { what } => format!("지원하지 않는 형식입니다: `{what}`"),
    }
}

fn place_english(place: &FilePlace) -> String {
    match place {
        FilePlace::File => "the file".into(),
        FilePlace::Line(line) => format!("line {line}"),
        FilePlace::Part(part) => format!("the part '{part}'"),
        FilePlace::Row { sheet, row } => format!("row {row} of the sheet '{sheet}'"),
        FilePlace::Cell { sheet, cell } => format!("the cell {cell} of the sheet '{sheet}'"),
    }
}

fn place_korean(place: &FilePlace) -> String {
    match place {
        FilePlace::File => "파일".into(),
        FilePlace::Line(line) => format!("{line}행"),
        FilePlace::Part(part) => format!("`{part}` 부분"),
        FilePlace::Row { sheet, row } => format!("시트 '{sheet}'의 {row}행"),
        FilePlace::Cell { sheet, cell } => format!("시트 '{sheet}'의 셀 {cell}"),
    }
}

fn limit_english(limit: ReadLimit) -> String {
    match limit {
        ReadLimit::FileBytes(n) => format!("at most {} are read", bytes(n)),
        ReadLimit::UnpackedBytes(n) => format!("at most {} unpacked are read", bytes(n)),
        ReadLimit::PackingRatio(n) => format!("at most {n} times its packed size is unpacked"),
        ReadLimit::Rows(n) => format!("at most {n} rows are read"),
        ReadLimit::Columns(n) => format!("at most {n} columns are read"),
        ReadLimit::RowBytes(n) => format!("at most {} are read of a row", bytes(n)),
        ReadLimit::KeyRounds(n) => format!("at most {n} rounds of its key are computed"),
    }
}

fn limit_korean(limit: ReadLimit) -> String {
    match limit {
        ReadLimit::FileBytes(n) => format!("{}까지 읽습니다", bytes(n)),
        ReadLimit::UnpackedBytes(n) => format!("압축을 풀어 {}까지 읽습니다", bytes(n)),
        ReadLimit::PackingRatio(n) => format!("압축된 크기의 {n}배까지 풉니다"),
        ReadLimit::Rows(n) => format!("{n}행까지 읽습니다"),
        ReadLimit::Columns(n) => format!("{n}열까지 읽습니다"),
        ReadLimit::RowBytes(n) => format!("한 행은 {}까지 읽습니다", bytes(n)),
        ReadLimit::KeyRounds(n) => format!("키 계산은 {n}회까지 합니다"),
    }
}

fn bytes(count: u64) -> String {
    if count.is_multiple_of(1 << 20) { format!("{} MiB", count >> 20) } else { format!("{count} bytes") }
}

/// Returns where a fault of a profile stands and what it is, in English.
pub fn fault_english(path: &str, fault: &ProfileFault) -> String {
    let what = match &fault.kind {
        ProfileFaultKind::NotToml(error) => format!("not TOML: {error}"),
        ProfileFaultKind::UnknownKey(allowed) if allowed.is_empty() => "this key is unknown".into(),
        ProfileFaultKind::UnknownKey(allowed) => {
            format!("this key is unknown; allowed: {}", allowed.join(", "))
        }
        ProfileFaultKind::Missing => "it is missing".into(),
        ProfileFaultKind::Expected(what) => format!("expected {}", expected_english(what)),
        ProfileFaultKind::Expression(error) => format!("not a regular expression: {error}"),
        ProfileFaultKind::Format => "expected 1, the only version of the format".into(),
        ProfileFaultKind::UnknownColumn(name) => format!("no column has the name '{name}'"),
        ProfileFaultKind::AccountColumnNotInKey(name) => {
            format!("the account's label has the column '{name}', which must be in the key")
        }
        ProfileFaultKind::TooMany(most) => format!("at most {most} are allowed"),
    };
    place_of_fault(path, fault.line, &fault.key) + &what
}

/// Returns where a fault of a profile stands and what it is, in Korean.
pub fn fault_korean(path: &str, fault: &ProfileFault) -> String {
    let what = match &fault.kind {
        ProfileFaultKind::NotToml(error) => format!("TOML이 아닙니다: `{error}`"),
        ProfileFaultKind::UnknownKey(allowed) if allowed.is_empty() => "알 수 없는 키입니다".into(),
        ProfileFaultKind::UnknownKey(allowed) => {
            format!("알 수 없는 키입니다. 쓸 수 있는 키: `{}`", allowed.join(", "))
        }
        ProfileFaultKind::Missing => "없습니다".into(),
        ProfileFaultKind::Expected(what) => format!("{} 써야 합니다", object(&expected_korean(what))),
        ProfileFaultKind::Expression(error) => format!("정규 표현식이 아닙니다: `{error}`"),
        ProfileFaultKind::Format => "형식의 판 번호 1을 써야 합니다".into(),
        ProfileFaultKind::UnknownColumn(name) => format!("이름이 '{name}'인 열이 없습니다"),
        ProfileFaultKind::AccountColumnNotInKey(name) => {
            format!("계정 이름표의 열 '{name}'도 키에 있어야 합니다")
        }
        ProfileFaultKind::TooMany(most) => format!("{most}개까지 쓸 수 있습니다"),
    };
    place_of_fault(path, fault.line, &fault.key) + &what
}

fn place_of_fault(path: &str, line: usize, key: &str) -> String {
    if key.is_empty() { format!("{path}:{line}: ") } else { format!("{path}:{line}: `{key}`: ") }
}

fn expected_english(what: &ExpectedInProfile) -> String {
    match what {
        ExpectedInProfile::Id => "small letters, digits and hyphens".into(),
        ExpectedInProfile::Text => "a text".into(),
        ExpectedInProfile::Texts => "a list of texts".into(),
        ExpectedInProfile::Flag => "true or false".into(),
        ExpectedInProfile::Table => "a table".into(),
        ExpectedInProfile::Tables => "a list of tables".into(),
        ExpectedInProfile::LanguageText => "a text, or { en = \"…\", ko = \"…\" }".into(),
        ExpectedInProfile::Template => "a text with columns in closed braces".into(),
        ExpectedInProfile::Column => "a column, a list of columns, or a text with columns in braces".into(),
        ExpectedInProfile::DateFormats => "a list of formats of %Y %y %m %d %b %H %I %p %M %S %f".into(),
        ExpectedInProfile::Encodings => "a list of encodings".into(),
        ExpectedInProfile::Delimiter => "one character".into(),
        ExpectedInProfile::Unit => "the code of a unit".into(),
        ExpectedInProfile::Replacements => "a list of pairs: an expression and a text".into(),
        ExpectedInProfile::OneOf(words) => format!("one of {}", words.join(", ")),
        ExpectedInProfile::Header => "a list of names, each possibly a list of names".into(),
    }
}

fn expected_korean(what: &ExpectedInProfile) -> String {
    match what {
        ExpectedInProfile::Id => "영문 소문자, 숫자, 붙임표".into(),
        ExpectedInProfile::Text => "텍스트".into(),
        ExpectedInProfile::Texts => "텍스트 목록".into(),
        ExpectedInProfile::Flag => "`true` 또는 `false` 값".into(),
        ExpectedInProfile::Table => "표".into(),
        ExpectedInProfile::Tables => "표 목록".into(),
        ExpectedInProfile::LanguageText => "텍스트나 `{ en = \"…\", ko = \"…\" }` 표".into(),
        ExpectedInProfile::Template => "열을 중괄호로 묶은 텍스트".into(),
        ExpectedInProfile::Column => "열, 열 목록, 또는 열을 중괄호로 묶은 텍스트".into(),
        ExpectedInProfile::DateFormats => "`%Y %y %m %d %b %H %I %p %M %S %f` 형식 목록".into(),
        ExpectedInProfile::Encodings => "인코딩 목록".into(),
        ExpectedInProfile::Delimiter => "한 글자".into(),
        ExpectedInProfile::Unit => "단위 코드".into(),
        ExpectedInProfile::Replacements => "표현식과 텍스트의 쌍 목록".into(),
        ExpectedInProfile::OneOf(words) => format!("`{}` 가운데 하나", words.join(", ")),
        ExpectedInProfile::Header => "이름 목록".into(),
    }
}

/// Returns the command that corrects an amount.
pub fn correction(entry: &str, amount: &str) -> String {
    format!("jandon edit {} --amount {}", quoted_name(entry), quoted_name(amount))
}
