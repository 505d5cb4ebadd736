//! What the user should know beside an answer.

use super::error::{io_cause, platform_file_error};
use super::particle::{called, subject, topic};
use super::terms::{korean_day, korean_moment, list_all};
use super::{Language, Message};
use crate::fee::Reason;
use crate::fee::parse::FileError;
use crate::ledger::Id;
use crate::money::{Money, Unit};
use crate::period::{Day, LocalDateTime, Month};
use crate::store::PermissionIssue;
use crate::text::{quoted, quoted_name};
use std::io;
use std::path::{Path, PathBuf};

/// Something that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Warning {
    /// A platform file does not count.
    PlatformFile(IgnoredFile),
    /// No total in a unit: no rate leads to it from the missing ones.
    NoRate { unit: Unit, missing: Vec<Unit> },
    /// The ledger has a second name, a hard link; nothing can be recorded.
    LedgerHasSecondName { other: Option<PathBuf> },
    /// Other users can read the ledger.
    LedgerReadable { file: PathBuf },
    /// Other users can replace the ledger.
    LedgerFolderWritable { folder: PathBuf },
    /// The ledger belongs to another user.
    LedgerOfAnother { file: PathBuf },
    /// The ledger lies in a folder that a program synchronizes.
    LedgerSynced { folder: String },
    /// Something is wrong with the ledger.
    LedgerUnsound(UnsoundLedger),
    /// A repair accepted damaged records.
    DamageAccepted,
    /// A record is dated years before all others.
    DateLongAgo { day: Day, first: Day },
    /// The clock is behind the last change.
    ClockBehind { now: LocalDateTime, last: LocalDateTime },
    /// A record is dated in the future.
    FutureDate { from: LocalDateTime },
    /// The balance of an account is, was or will be below zero.
    NegativeBalance { account: String, balance: Money, when: BalanceTime },
    /// Nothing was recorded before the first record.
    NothingYet { first: Day },
    /// Another account is on the same platform.
    SamePlatform { other: String, platform: String },
    /// A new account has no platform; the ids of those with a name like it.
    NoPlatform { account: String, close: Vec<String> },
    /// The balance of a carrier account may be the bill of the month before.
    BillMonth { account: String, amount: String, month: Month, bill_day: Option<u8> },
    /// A channel between two accounts charges more than what was recorded.
    ChannelCharges(Box<ChannelCharges>),
    /// A withdrawal differs from the rule of its channel.
    RuleDiffers(Box<RuleDifference>),
    /// The rule of a channel does not allow a withdrawal, which was recorded as given.
    NotPossibleByRule { reason: Reason },
    /// A channel costs a large share of the amount, in percent.
    HighCost { channel: String, percent: String, charges: Money },
    /// Rules were checked too many days ago.
    RuleOutdated { channels: Vec<String>, days: i32 },
    /// Rules are from third parties.
    RuleNotOfficial { channels: Vec<String> },
    /// Imported records are undone in this ledger; whether a redo brings back the last of them.
    UndoneHere { count: u64, can_redo: bool },
    /// A closed account has a balance.
    ClosedNotEmpty { account: String, balance: Money },
    /// Cells at the end of rows are missing.
    ShortRows { file: String, count: u64 },
    /// A profile was checked against nothing.
    UnverifiedProfile { profile: String },
    /// A running balance does not follow from the one before.
    BalanceBreak { file: String, line: u64, expected: Money, found: Money },
    /// A row is recorded with another amount.
    RowChanged { file: String, line: u64, entry: Id, was: Money, is: Money },
}

/// Why a platform file does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum IgnoredFile {
    /// It cannot be read: the kind of the error, and its text for kinds without one of their own.
    Unreadable { path: PathBuf, kind: io::ErrorKind, text: String },
    /// It has a fault.
    Faulty { path: String, error: Box<FileError> },
    /// Another file describes the same platform.
    SameId { path: String, other: String, id: String },
}

/// What a check or a repair advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsoundLedger {
    /// Something is wrong.
    KeepACopy,
    /// Nothing was repaired: damaged records cannot be read or break a rule.
    CannotAccept,
    /// Nothing was repaired: totals would follow from damaged records.
    NotRepaired,
}

/// When a balance is below zero, as seen from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a time says itself")]
pub enum BalanceTime {
    Now,
    Past(LocalDateTime),
    Future(LocalDateTime),
}

/// What a channel between two accounts charges.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a field says itself")]
pub struct ChannelCharges {
    pub channel: String,
    pub charges: Money,
    pub received: Money,
    pub from: String,
    pub to: String,
    pub amount: Money,
}

/// How a withdrawal differs from the rule of its channel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum RuleDifference {
    /// It was recorded as given, with `more_fee` and `more_received`, below zero where they are less.
    Recorded { fee: Money, received: Money, more_fee: Money, more_received: Money },
    /// The latest one of the ledger was charged otherwise.
    Latest { channel: String, day: Day, rule: PaidCharges, paid: PaidCharges },
}

/// The charges of a withdrawal, and what was received.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a field says itself")]
pub struct PaidCharges {
    pub fee: Money,
    pub tax: Money,
    pub received: Money,
}

impl From<PermissionIssue> for Warning {
    fn from(issue: PermissionIssue) -> Warning {
        match issue {
            PermissionIssue::FileReadable(file) => Warning::LedgerReadable { file },
            PermissionIssue::FolderWritable(folder) => Warning::LedgerFolderWritable { folder },
            PermissionIssue::OfAnother(file) => Warning::LedgerOfAnother { file },
            PermissionIssue::Synced(folder) => Warning::LedgerSynced { folder },
        }
    }
}

impl Warning {
    /// Returns its code for scripts, which never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::PlatformFile(_) => "platform-file",
            Warning::NoRate { .. } => "no-rate",
            Warning::LedgerHasSecondName { .. } => "ledger-has-second-name",
            Warning::LedgerReadable { .. } => "ledger-readable",
            Warning::LedgerFolderWritable { .. } => "ledger-folder-writable",
            Warning::LedgerOfAnother { .. } => "ledger-of-another",
            Warning::LedgerSynced { .. } => "ledger-synced",
            Warning::LedgerUnsound(_) => "ledger-unsound",
            Warning::DamageAccepted => "damage-accepted",
            Warning::DateLongAgo { .. } => "date-long-ago",
            Warning::ClockBehind { .. } => "clock-behind",
            Warning::FutureDate { .. } => "future-date",
            Warning::NegativeBalance { .. } => "negative-balance",
            Warning::NothingYet { .. } => "nothing-yet",
            Warning::SamePlatform { .. } => "same-platform",
            Warning::NoPlatform { .. } => "no-platform",
            Warning::BillMonth { .. } => "bill-month",
            Warning::ChannelCharges(_) => "channel-charges",
            Warning::RuleDiffers(_) => "rule-differs",
            Warning::NotPossibleByRule { .. } => "not-possible-by-rule",
            Warning::HighCost { .. } => "high-cost",
            Warning::RuleOutdated { .. } => "rule-outdated",
            Warning::RuleNotOfficial { .. } => "rule-not-official",
            Warning::UndoneHere { .. } => "undone-here",
            Warning::ClosedNotEmpty { .. } => "closed-not-empty",
            Warning::ShortRows { .. } => "short-rows",
            Warning::UnverifiedProfile { .. } => "unverified-profile",
            Warning::BalanceBreak { .. } => "balance-break",
            Warning::RowChanged { .. } => "row-changed",
        }
    }
}

impl Message for Warning {
    fn english(&self) -> String {
        match self {
            Warning::PlatformFile(ignored) => match ignored {
                IgnoredFile::Unreadable { path, kind, text } => {
                    let why = io_cause(*kind, text, Language::English);
                    format!("left out {}, which cannot be read: {why}", path.display())
                }
                IgnoredFile::Faulty { path, error } => {
                    format!("left out {}", platform_file_error(path, error, Language::English))
                }
                IgnoredFile::SameId { path, other, id } => {
                    format!("left out {path}, which describes {id} again: {other} counts")
                }
            },
            Warning::NoRate { unit, missing } => format!(
                "no total in {unit}: no rate for {} (set one: {})",
                codes(missing),
                rate_command(missing, unit)
            ),
            Warning::LedgerHasSecondName { other } => {
                let other =
                    other.as_ref().map_or_else(String::new, |other| format!(", {}", path_word(other)));
                format!(
                    "the ledger has a second name (hard link){other}: nothing can be recorded in it until only \
                     one is left"
                )
            }
            Warning::LedgerReadable { file } => format!(
                "other users can read all that is recorded: close the file to them (chmod go= {})",
                path_word(file)
            ),
            Warning::LedgerFolderWritable { folder } => format!(
                "other users can take the ledger away or put another in its place: close its folder to them \
                 (chmod go-w {})",
                path_word(folder)
            ),
            Warning::LedgerOfAnother { file } => format!(
                "the ledger belongs to another user, who can change what is recorded: take it over (chown \
                 $USER {})",
                path_word(file)
            ),
            Warning::LedgerSynced { folder } => format!(
                "the ledger lies in {folder}, and what syncs it can take it half written or bring back an \
                 older one: keep it elsewhere (--ledger FILE) and put copies there (jandon backup FILE)"
            ),
            Warning::LedgerUnsound(UnsoundLedger::KeepACopy) => {
                "keep a copy of the file before you go on".into()
            }
            Warning::LedgerUnsound(UnsoundLedger::CannotAccept) => {
                "nothing was changed: what is damaged cannot be read or breaks a rule of the ledger".into()
            }
            Warning::LedgerUnsound(UnsoundLedger::NotRepaired) => {
                "nothing was changed: totals that follow from damaged records would be wrong, too".into()
            }
            Warning::DamageAccepted => {
                "damaged records were accepted as they are now, with new checksums, and the totals follow from \
                 them: what was recorded there is lost"
                    .into()
            }
            Warning::DateLongAgo { day, first } => format!(
                "{day} is years before the first record of this ledger ({first}); if the date is wrong: jandon \
                 undo"
            ),
            Warning::ClockBehind { now, last } => format!(
                "the clock says {}, but the ledger was last written to on {}; if the clock is wrong, give --date",
                now.to_short_string(),
                last.to_short_string()
            ),
            Warning::FutureDate { from } => {
                format!("dated in the future: it counts from {} on", from.to_short_string())
            }
            Warning::NegativeBalance { account, balance, when } => match when {
                BalanceTime::Now => format!(
                    "{account} is at {balance}: an earlier record seems to be missing; to record what you see: \
                     jandon log {} AMOUNT",
                    quoted_name(account)
                ),
                BalanceTime::Past(at) => format!(
                    "{account} was at {balance} on {}: an earlier record seems to be missing",
                    at.to_short_string()
                ),
                BalanceTime::Future(at) => {
                    format!("{account} will be at {balance} on {}", at.to_short_string())
                }
            },
            Warning::NothingYet { first } => format!("nothing was recorded before {first}"),
            Warning::SamePlatform { other, platform } => format!("you have {other} on {platform} already"),
            Warning::NoPlatform { account, close } => match close.as_slice() {
                [] => format!(
                    "no platform called {account:?} was found, so `fees` cannot quote it; to see all: jandon \
                     channels"
                ),
                [first, others @ ..] => {
                    let others = match others {
                        [] => String::new(),
                        others => format!(" (or {})", others.join(", ")),
                    };
                    format!(
                        "no platform of exactly that name was found, so `fees` cannot quote it; to set one: \
                         jandon account edit {} --platform {first}{others}",
                        quoted_name(account)
                    )
                }
            },
            Warning::BillMonth { account, amount, month, bill_day } => {
                let named = |month: Month| match bill_day {
                    Some(day) => format!("{month} (due {})", month.add_months(1).day(u32::from(*day))),
                    None => month.to_string(),
                };
                let before = month.add_months(-1);
                format!(
                    "{account} was counted in {}; if it is the bill of {}: {}",
                    named(*month),
                    named(before),
                    bill_command(account, amount, before)
                )
            }
            Warning::ChannelCharges(charged) => {
                let ChannelCharges { channel, charges, received, amount, .. } = &**charged;
                format!(
                    "{channel} takes {charges} of {amount}, so you receive {received}; if it went that way, undo this and \
                     record: {}",
                    charged.command()
                )
            }
            Warning::RuleDiffers(difference) => match &**difference {
                RuleDifference::Recorded { fee, received, more_fee, more_received } => {
                    let more = |by: &Money| {
                        let amount = by.unit.money(by.minor.saturating_abs());
                        if by.minor >= 0 { format!("{amount} more") } else { format!("{amount} less") }
                    };
                    format!(
                        "the rule says a fee of {fee} and {received} received; recorded as you say: {} in \
                         fees, {} received",
                        more(more_fee),
                        more(more_received)
                    )
                }
                RuleDifference::Latest { channel, day, rule, paid } => format!(
                    "{channel} on {day}: the rule says {}; you paid {}",
                    rule.english(),
                    paid.english()
                ),
            },
            Warning::NotPossibleByRule { reason } => {
                format!("its rule does not allow this ({}); recorded as you say", reason.code())
            }
            Warning::HighCost { channel, percent, charges } => {
                format!("{channel} costs {percent} % of the amount ({charges})")
            }
            Warning::RuleOutdated { channels, days } => format!(
                "checked more than {days} days ago: {}; check in the app before you withdraw",
                channels.join(", ")
            ),
            Warning::RuleNotOfficial { channels } => format!(
                "not from the operator itself: {}; check in the app before you withdraw",
                channels.join(", ")
            ),
            Warning::UndoneHere { count, can_redo } => {
                let (are, they) = if *count == 1 { ("was", "it does") } else { ("were", "they do") };
                let redo = if *can_redo { "; to bring back what was undone last: jandon redo" } else { "" };
                format!("{count} of them {are} undone here, so {they} not count{redo}")
            }
            Warning::ShortRows { file, count } => format!(
                "{file}: cells are missing at the end of {count} {}",
                if *count == 1 { "row" } else { "rows" }
            ),
            Warning::UnverifiedProfile { profile } => format!(
                "the profile {profile} was not checked against any file: compare the balance with your app"
            ),
            Warning::BalanceBreak { file, line, expected, found } => format!(
                "{file}, line {line}: the balance is {found}, and {expected} follows from the one before; the difference is unexplained"
            ),
            Warning::RowChanged { file, line, entry, was, is } => format!(
                "{file}, line {line}: the amount is {is}, and {was} is recorded; to correct it: jandon edit {entry} --amount {}",
                is.to_plain_string()
            ),
            Warning::ClosedNotEmpty { account, balance } => format!(
                "{account} is closed and holds {balance}: it was used elsewhere before that was known; to use \
                 it again: jandon account reopen {}",
                quoted_name(account)
            ),
        }
    }

    fn korean(&self) -> String {
        match self {
            Warning::PlatformFile(ignored) => match ignored {
                IgnoredFile::Unreadable { path, kind, text } => {
                    let why = io_cause(*kind, text, Language::Korean);
                    format!("플랫폼 파일을 읽을 수 없어 제외했습니다: {}({why}).", path.display())
                }
                IgnoredFile::Faulty { path, error } => format!(
                    "플랫폼 파일을 제외했습니다: {}.",
                    platform_file_error(path, error, Language::Korean)
                ),
                IgnoredFile::SameId { path, other, id } => {
                    format!("{path} 파일은 {other} 파일과 같은 플랫폼({id})을 설명하므로 제외했습니다.")
                }
            },
            Warning::NoRate { unit, missing } => format!(
                "{} 환율이 없어 {unit} 합계를 계산할 수 없습니다. 정하려면: {}",
                codes(missing),
                rate_command(missing, unit)
            ),
            Warning::LedgerHasSecondName { other } => {
                let other =
                    other.as_ref().map_or_else(String::new, |other| format!(": {}", path_word(other)));
                format!(
                    "장부 파일에 다른 이름(하드 링크{other})이 있습니다. 이름이 하나만 남을 때까지 기록할 수 없습니다."
                )
            }
            Warning::LedgerReadable { file } => {
                format!("다른 사용자가 모든 기록을 읽을 수 있습니다. 막으려면: chmod go= {}", path_word(file))
            }
            Warning::LedgerFolderWritable { folder } => format!(
                "다른 사용자가 장부를 가져가거나 바꿔 놓을 수 있습니다. 폴더를 막으려면: chmod go-w {}",
                path_word(folder)
            ),
            Warning::LedgerOfAnother { file } => format!(
                "장부의 소유자가 다른 사용자이므로 그 사용자가 기록을 바꿀 수 있습니다. 소유자를 바꾸려면: \
                 chown $USER {}",
                path_word(file)
            ),
            Warning::LedgerSynced { folder } => format!(
                "장부가 {folder} 폴더에 있습니다. 동기화 프로그램이 쓰는 중인 장부를 복사하거나 옛 장부로 \
                 되돌릴 수 있으므로, 장부는 다른 곳에 두고(--ledger FILE) 사본만 보관하십시오(jandon backup \
                 FILE)."
            ),
            Warning::LedgerUnsound(UnsoundLedger::KeepACopy) => {
                "계속하기 전에 장부 파일의 사본을 보관하십시오.".into()
            }
            Warning::LedgerUnsound(UnsoundLedger::CannotAccept) => {
                "아무것도 바꾸지 않았습니다. 손상된 기록을 읽을 수 없거나 장부의 규칙에 어긋납니다.".into()
            }
            Warning::LedgerUnsound(UnsoundLedger::NotRepaired) => {
                "아무것도 바꾸지 않았습니다. 손상된 기록에서 나온 합계도 틀리게 됩니다.".into()
            }
            Warning::DamageAccepted => {
                "손상된 기록을 지금 그대로 받아들이고 합계를 다시 계산했습니다. 원래 기록은 되찾을 수 없습니다."
                    .into()
            }
            Warning::DateLongAgo { day, first } => format!(
                "{} 이 장부의 첫 기록({})보다 몇 년 앞섭니다. 날짜가 틀렸으면: jandon undo",
                topic(&korean_day(*day)),
                korean_day(*first)
            ),
            Warning::ClockBehind { now, last } => format!(
                "시계는 {}인데 장부의 마지막 기록은 {}입니다. 시계가 틀렸으면 --date 옵션으로 날짜를 정하십시오.",
                korean_moment(*now),
                korean_moment(*last)
            ),
            Warning::FutureDate { from } => {
                format!("미래 날짜이므로 {}부터 잔액에 반영합니다.", korean_moment(*from))
            }
            Warning::NegativeBalance { account, balance, when } => match when {
                BalanceTime::Now => format!(
                    "{account} 잔액이 {balance}입니다. 빠진 기록이 있는 것 같습니다. 지금 보이는 잔액을 \
                     기록하려면: jandon log {} AMOUNT",
                    quoted_name(account)
                ),
                BalanceTime::Past(at) => format!(
                    "{} 기준 {account} 잔액이 {balance}입니다. 빠진 기록이 있는 것 같습니다.",
                    korean_moment(*at)
                ),
                BalanceTime::Future(at) => format!(
                    "{}에는 {account} 잔액이 {} 됩니다.",
                    korean_moment(*at),
                    subject(&balance.to_string())
                ),
            },
            Warning::NothingYet { first } => format!("{} 이전에는 기록이 없습니다.", korean_day(*first)),
            Warning::SamePlatform { other, platform } => {
                format!("같은 플랫폼({platform})에 이미 {other} 계정이 있습니다.")
            }
            Warning::NoPlatform { account, close } => match close.as_slice() {
                [] => format!(
                    "{}는 플랫폼이 없어 `fees` 명령이 수수료를 계산할 수 없습니다. 전체 목록: jandon channels",
                    called(&format!("{account:?}"))
                ),
                [first, others @ ..] => {
                    let others = match others {
                        [] => String::new(),
                        others => format!(" (또는 {})", others.join(", ")),
                    };
                    format!(
                        "이름이 정확히 같은 플랫폼이 없어 `fees` 명령이 수수료를 계산할 수 없습니다. 정하려면: \
                         jandon account edit {} --platform {first}{others}",
                        quoted_name(account)
                    )
                }
            },
            Warning::BillMonth { account, amount, month, bill_day } => {
                let named = |month: Month| {
                    let (year, number) = month.year_month();
                    match bill_day {
                        Some(day) => format!(
                            "{year}년 {number}월분(납부일 {})",
                            korean_day(month.add_months(1).day(u32::from(*day)))
                        ),
                        None => format!("{year}년 {number}월분"),
                    }
                };
                let before = month.add_months(-1);
                format!(
                    "{account} 금액을 {}에 넣었습니다. {} 청구액이면: {}",
                    named(*month),
                    named(before),
                    bill_command(account, amount, before)
                )
            }
            Warning::ChannelCharges(charged) => {
                let ChannelCharges { channel, charges, received, amount, .. } = &**charged;
                format!(
                    "{channel} 방법으로 {amount} 출금하면 수수료와 세금이 {charges}, 받는 금액이 {received}입니다. 이 방법으로 \
                     옮겼으면 실행을 취소하고 다음을 기록하십시오: {}",
                    charged.command()
                )
            }
            Warning::RuleDiffers(difference) => match &**difference {
                RuleDifference::Recorded { fee, received, more_fee, more_received } => {
                    let more = |by: &Money| {
                        let amount = by.unit.money(by.minor.saturating_abs());
                        if by.minor >= 0 { format!("{amount} 많음") } else { format!("{amount} 적음") }
                    };
                    format!(
                        "규칙은 수수료 {fee}, 받는 금액 {received}입니다. 입력한 대로 기록했습니다(수수료 {}, \
                         받는 금액 {}).",
                        more(more_fee),
                        more(more_received)
                    )
                }
                RuleDifference::Latest { channel, day, rule, paid } => format!(
                    "{} {channel} 출금이 규칙과 다릅니다. 규칙: {}. 실제: {}.",
                    korean_day(*day),
                    rule.korean(),
                    paid.korean()
                ),
            },
            Warning::NotPossibleByRule { reason } => {
                format!("규칙에 따르면 할 수 없는 출금입니다({}). 입력한 대로 기록했습니다.", reason.code())
            }
            Warning::HighCost { channel, percent, charges } => {
                format!("{channel} 출금은 금액의 {percent} %({charges})가 듭니다.")
            }
            Warning::RuleOutdated { channels, days } => format!(
                "확인한 지 {days}일이 넘은 규칙입니다: {}. 출금하기 전에 앱에서 확인하십시오.",
                channels.join(", ")
            ),
            Warning::RuleNotOfficial { channels } => format!(
                "운영사가 밝힌 규칙이 아닙니다: {}. 출금하기 전에 앱에서 확인하십시오.",
                channels.join(", ")
            ),
            Warning::UndoneHere { count, can_redo } => {
                let redo =
                    if *can_redo { " 마지막 실행 취소를 되돌리려면: jandon redo" } else { "" };
                format!("그중 {count}건은 이 장부에서 실행 취소되어 반영하지 않습니다.{redo}")
            }
            Warning::ShortRows { file, count } => {
                format!("{file}: {count}행의 끝에 빠진 칸이 있습니다.")
            }
            Warning::UnverifiedProfile { profile } => format!(
                "프로필 `{profile}`의 파일은 확인된 적이 없습니다. 잔액을 앱과 비교하십시오."
            ),
            Warning::BalanceBreak { file, line, expected, found } => format!(
                "{file} {line}행: 앞의 잔액에서 계산한 잔액은 {expected}인데 파일의 잔액은 {found}입니다. 차액은 설명되지 않습니다."
            ),
            Warning::RowChanged { file, line, entry, was, is } => format!(
                "{file} {line}행: 금액은 {is}인데 {was} 기록되어 있습니다. 고치려면: jandon edit {entry} --amount {}",
                is.to_plain_string()
            ),
            Warning::ClosedNotEmpty { account, balance } => format!(
                "닫은 계정 {}에 {} 남아 있습니다. 닫기 전에 다른 장부에서 사용되었습니다. 다시 쓰려면: jandon \
                 account reopen {}",
                account,
                subject(&balance.to_string()),
                quoted_name(account)
            ),
        }
    }
}

impl ChannelCharges {
    /// Returns the command that records the withdrawal.
    fn command(&self) -> String {
        format!(
            "jandon withdraw {} {} --via {} --to {}",
            quoted_name(&self.from),
            self.amount.to_plain_string(),
            self.channel,
            quoted_name(&self.to)
        )
    }
}

impl PaidCharges {
    fn english(&self) -> String {
        let tax = match self.tax.minor {
            0 => String::new(),
            _ => format!(", a tax of {}", self.tax.to_grouped_string()),
        };
        format!("a fee of {}{tax} and {} received", self.fee.to_grouped_string(), self.received)
    }

    fn korean(&self) -> String {
        let tax = match self.tax.minor {
            0 => String::new(),
            _ => format!(", 세금 {}", self.tax.to_grouped_string()),
        };
        format!("수수료 {}{tax}, 받는 금액 {}", self.fee.to_grouped_string(), self.received)
    }
}

fn codes(units: &[Unit]) -> String {
    list_all(&units.iter().map(Unit::to_string).collect::<Vec<_>>(), Language::Korean)
}

/// Returns the command that sets the first missing rate.
fn rate_command(missing: &[Unit], unit: &Unit) -> String {
    missing.first().map_or_else(String::new, |of| format!("jandon rate set {of} VALUE {unit}"))
}

/// Returns the command that counts a bill in a month.
fn bill_command(account: &str, amount: &str, month: Month) -> String {
    format!("jandon log {} {} --month {month}", quoted_name(account), quoted(amount))
}

fn path_word(path: &Path) -> String {
    quoted(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check_languages, check_variants};
    use super::*;
    use crate::fee::parse::Fault;
    use std::collections::BTreeSet;

    fn won(minor: i64) -> Money {
        Unit::new("KRW", 0).money(minor)
    }

    fn samples() -> Vec<Warning> {
        let day = |text: &str| Day::parse_iso(text).expect("a date");
        let moment = |text: &str| LocalDateTime::parse_iso(text).expect("a moment");
        let month = day("2026-11-22").month();
        let (first, at) = (day("2026-11-03"), moment("2026-11-22T13:05"));
        let paid = |fee, tax| PaidCharges { fee: won(fee), tax: won(tax), received: won(9_500) };
        let negative =
            |when| Warning::NegativeBalance { account: "카카오페이".into(), balance: won(-1_000), when };
        let faulty = |key: &str| IgnoredFile::Faulty {
            path: "platforms/a.toml".into(),
            error: Box::new(FileError { line: 3, key: key.into(), fault: Fault::Missing }),
        };
        let unreadable =
            |kind| IgnoredFile::Unreadable { path: "platforms/a.toml".into(), kind, text: "x".into() };
        vec![
            Warning::PlatformFile(unreadable(io::ErrorKind::PermissionDenied)),
            Warning::PlatformFile(unreadable(io::ErrorKind::IsADirectory)),
            Warning::PlatformFile(unreadable(io::ErrorKind::InvalidData)),
            Warning::PlatformFile(faulty("")),
            Warning::PlatformFile(faulty("name")),
            Warning::PlatformFile(IgnoredFile::SameId {
                path: "platforms/a.toml".into(),
                other: "platforms/b.toml".into(),
                id: "kakaopay".into(),
            }),
            Warning::NoRate {
                unit: Unit::new("KRW", 0),
                missing: vec![Unit::new("USD", 2), Unit::new("JPY", 0)],
            },
            Warning::LedgerHasSecondName { other: None },
            Warning::LedgerHasSecondName { other: Some("a/other.db".into()) },
            Warning::LedgerReadable { file: "a/ledger.db".into() },
            Warning::LedgerFolderWritable { folder: "/a/b".into() },
            Warning::LedgerOfAnother { file: "a/ledger.db".into() },
            Warning::LedgerSynced { folder: "dropbox".into() },
            Warning::LedgerUnsound(UnsoundLedger::KeepACopy),
            Warning::LedgerUnsound(UnsoundLedger::CannotAccept),
            Warning::LedgerUnsound(UnsoundLedger::NotRepaired),
            Warning::DamageAccepted,
            Warning::DateLongAgo { day: day("2020-01-02"), first },
            Warning::ClockBehind { now: moment("2026-11-01T09:00"), last: at },
            Warning::FutureDate { from: at },
            negative(BalanceTime::Now),
            negative(BalanceTime::Past(at)),
            negative(BalanceTime::Future(at)),
            Warning::NothingYet { first },
            Warning::SamePlatform { other: "토스".into(), platform: "toss-points".into() },
            Warning::NoPlatform { account: "저금통".into(), close: Vec::new() },
            Warning::NoPlatform {
                account: "카카오".into(),
                close: vec!["kakaopay".into(), "toss-points".into()],
            },
            Warning::BillMonth {
                account: "휴대폰".into(),
                amount: "33,000".into(),
                month,
                bill_day: Some(25),
            },
            Warning::BillMonth {
                account: "휴대폰".into(), amount: "33,000".into(), month, bill_day: None
            },
            Warning::ChannelCharges(Box::new(ChannelCharges {
                channel: "toss-points/own-account".into(),
                charges: won(500),
                received: won(9_500),
                from: "토스".into(),
                to: "국민은행".into(),
                amount: won(10_000),
            })),
            Warning::RuleDiffers(Box::new(RuleDifference::Recorded {
                fee: won(500),
                received: won(9_500),
                more_fee: won(100),
                more_received: won(-100),
            })),
            Warning::RuleDiffers(Box::new(RuleDifference::Latest {
                channel: "toss-points/own-account".into(),
                day: first,
                rule: paid(500, 0),
                paid: paid(300, 77),
            })),
            Warning::NotPossibleByRule { reason: Reason::BelowMinimum },
            Warning::HighCost {
                channel: "toss-points/own-account".into(),
                percent: "10.00".into(),
                charges: won(1_000),
            },
            Warning::RuleOutdated { channels: vec!["toss-points/own-account".into()], days: 180 },
            Warning::RuleNotOfficial { channels: vec!["toss-points/own-account".into()] },
            Warning::UndoneHere { count: 1, can_redo: true },
            Warning::UndoneHere { count: 2, can_redo: false },
            Warning::ClosedNotEmpty { account: "저금통".into(), balance: won(3_000) },
            Warning::ShortRows { file: "a.csv".into(), count: 1 },
            Warning::ShortRows { file: "a.csv".into(), count: 2 },
            Warning::UnverifiedProfile { profile: "kakaopay".into() },
            Warning::BalanceBreak { file: "a.csv".into(), line: 7, expected: won(1_000), found: won(900) },
            Warning::RowChanged { file: "a.csv".into(), line: 7, entry: Id(1), was: won(100), is: won(120) },
        ]
    }

    #[test]
    fn every_warning_is_whole_in_both_languages() {
        let source = include_str!("warning.rs");
        let shown = format!("{:?}", samples());
        for name in ["Warning", "IgnoredFile", "UnsoundLedger", "BalanceTime", "RuleDifference"] {
            check_variants(source, name, &shown);
        }
        samples().iter().for_each(check_languages);
    }

    #[test]
    fn every_warning_has_a_code_of_its_own() {
        let kinds: BTreeSet<String> = samples()
            .iter()
            .map(|warning| {
                let shown = format!("{warning:?}");
                shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_string()
            })
            .collect();
        let codes: BTreeSet<&str> = samples().iter().map(Warning::code).collect();
        assert_eq!(codes.len(), kinds.len(), "{codes:?}");
        let is_code = |code: &&str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(codes.iter().all(is_code), "{codes:?}");
    }

    #[test]
    fn korean_warnings_follow_the_sound_of_names() {
        let warning = Warning::NoPlatform { account: "저금통".into(), close: Vec::new() };
        assert!(warning.korean().starts_with("\"저금통\"이라는 플랫폼이 없어"), "{}", warning.korean());
        let warning = Warning::NoPlatform { account: "카카오".into(), close: Vec::new() };
        assert!(warning.korean().starts_with("\"카카오\"라는 플랫폼이 없어"), "{}", warning.korean());
    }
}
