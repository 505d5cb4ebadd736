//! What a command did, and what can be done next.

use super::calendar::CalendarText;
use super::history::command_in_korean;
use super::particle::{object, toward};
use super::record::{
    AccountChange, NewBalance, RecordedEntry, RecordedFact, RecordedSnapshot, balances_english,
    balances_korean, opened_english, opened_korean,
};
use super::terms::korean_day;
use super::{Language, Message};
use crate::ledger::AccountKind;
use crate::money::{Money, Rate, Unit};
use crate::period::Day;
use crate::store::LedgerChangeKind;
use crate::text::quoted_name;
use std::path::PathBuf;

/// Something that a command did, or a command that can follow.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum Notice {
    /// An entry was recorded.
    Recorded { entry: Box<RecordedEntry>, balances: Vec<NewBalance>, dry_run: bool },
    /// Balances were recorded; those of them that stay because they were checked later.
    Logged { seen: Vec<RecordedSnapshot>, date: Option<Day>, stayed: Vec<NewBalance>, dry_run: bool },
    /// A record was corrected.
    Edited { before: RecordedFact, after: RecordedFact, balances: Vec<NewBalance>, dry_run: bool },
    /// A change of a command was undone.
    Undid { command: String, what: VoidedRecords, balances: Vec<NewBalance>, dry_run: bool },
    /// A change of a command was redone.
    Redid { command: String, what: VoidedRecords, balances: Vec<NewBalance>, dry_run: bool },
    /// An undo can be redone.
    CanRedo,
    /// Nothing was written: a dry run.
    NothingWritten,
    /// No balance was given that is not recorded.
    NothingToLog,
    /// An account was opened.
    AccountOpened { name: String, kind: AccountKind, platform: Option<String>, unit: Unit, dry_run: bool },
    /// A new account has the default unit.
    DefaultUnit { account: String, unit: Unit },
    /// A new account has no bill day.
    NoBillDay { account: String },
    /// What a calendar leaves out.
    Calendar(CalendarText),
    /// An account was changed.
    AccountEdited { account: String, changes: Vec<AccountChange>, dry_run: bool },
    /// An account was closed.
    AccountClosed { account: String, dry_run: bool },
    /// An account was reopened.
    AccountReopened { account: String, dry_run: bool },
    /// A rate was set.
    RateSet { unit: Unit, rate: Rate, of: Unit, from: Day, dry_run: bool },
    /// A unit was defined.
    UnitDefined { unit: Unit, dry_run: bool },
    /// A unit is known already.
    UnitKnown { unit: Unit },
    /// What a withdrawal leaves by its rule.
    Quoted { channel: String, out: Money, fee: Money, tax: Money, received: Money },
    /// Files were imported.
    Imported { files: Vec<String>, read: u64, new: u64, known: u64, dry_run: bool },
    /// An import can be undone.
    CanUndoImport,
    /// Records were exported.
    Exported { count: u64, what: ExportedPart },
    /// An answer was written to a file.
    Wrote { path: PathBuf },
    /// A check found that only totals are wrong.
    OnlyTotalsWrong,
    /// A check found damaged records, none of which changes a total.
    TotalsUnaffected,
    /// A check found damaged accounts, units, rates or texts.
    OtherFactsVerified,
    /// A ledger can be restored from a backup.
    CanRestore,
    /// A ledger can be restored from an export.
    CanImport,
    /// Damaged records can be accepted.
    CanAcceptDamage,
    /// A repair left a copy of the ledger.
    CopyBeforeRepair { path: PathBuf },
}

/// What an undo or a redo was about.
#[derive(Clone, Debug)]
pub enum VoidedRecords {
    /// Each thing is named.
    Named(Vec<LedgerChangeKind>, Vec<RecordedFact>),
    /// There are too many to name.
    Counted(RecordCounts),
}

/// How many records of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "a count says itself")]
pub struct RecordCounts {
    pub units: usize,
    pub accounts: usize,
    pub rates: usize,
    pub entries: usize,
    pub snapshots: usize,
}

/// The parts of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a part says itself")]
pub enum ExportedPart {
    Lines,
    Rows,
    Facts,
}

impl VoidedRecords {
    /// Returns what was voided by its name, or by that of the command that recorded it.
    fn english(&self, command: &str) -> String {
        match self {
            VoidedRecords::Named(changes, facts) if !changes.is_empty() || !facts.is_empty() => {
                let changes = changes.iter().map(Message::english);
                changes.chain(facts.iter().map(RecordedFact::english)).collect::<Vec<_>>().join("; ")
            }
            VoidedRecords::Named(..) => format!("`{command}`"),
            VoidedRecords::Counted(counts) => {
                let counts = counts
                    .each()
                    .map(|(count, one, many, _)| format!("{count} {}", if count == 1 { one } else { many }));
                format!("`{command}`, {}", counts.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Returns what was voided by its name, or by that of the command that recorded it.
    fn korean(&self, command: &str) -> String {
        let command = command_in_korean(command);
        match self {
            VoidedRecords::Named(changes, facts) if !changes.is_empty() || !facts.is_empty() => {
                let changes = changes.iter().map(Message::korean);
                changes.chain(facts.iter().map(RecordedFact::korean)).collect::<Vec<_>>().join(", ")
            }
            VoidedRecords::Named(..) => command.to_string(),
            VoidedRecords::Counted(counts) => {
                let counts = counts.each().map(|(count, _, _, name)| format!("{name} {count}개"));
                format!("{command}({})", counts.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

impl RecordCounts {
    /// Returns each count above zero with its name: singular, plural, Korean.
    fn each(self) -> impl Iterator<Item = (usize, &'static str, &'static str, &'static str)> {
        let RecordCounts { units, accounts, rates, entries, snapshots } = self;
        let counts = [
            (units, "unit", "units", "단위"),
            (accounts, "account", "accounts", "계정"),
            (rates, "rate", "rates", "환율"),
            (entries, "entry", "entries", "거래"),
            (snapshots, "snapshot", "snapshots", "잔액 기록"),
        ];
        counts.into_iter().filter(|(count, ..)| *count > 0)
    }
}

/// Returns the word that says what was done, or in a dry run would be.
fn did<'a>(dry_run: bool, done: &'a str, would_be: &'a str) -> &'a str {
    if dry_run { would_be } else { done }
}

impl Message for Notice {
    fn english(&self) -> String {
        match self {
            Notice::Recorded { entry, balances, dry_run } => format!(
                "{}: {}.{}",
                did(*dry_run, "Recorded", "Would record"),
                entry.english(),
                balances_english(balances)
            ),
            Notice::Logged { seen, date, stayed, dry_run } => {
                let seen: Vec<String> = seen.iter().map(RecordedSnapshot::english).collect();
                let on = date.map_or_else(String::new, |day| format!(" on {day}"));
                let did = did(*dry_run, "Recorded", "Would record");
                format!("{did}: {}{on}.{}", seen.join(", "), balances_english(stayed))
            }
            Notice::Edited { before, after, balances, dry_run } => format!(
                "{}: {}; now {}.{}",
                did(*dry_run, "Edited", "Would edit"),
                before.english(),
                after.english(),
                balances_english(balances)
            ),
            Notice::Undid { command, what, balances, dry_run } => {
                let did = did(*dry_run, "Undone", "Would undo");
                format!("{did}: {}.{}", what.english(command), balances_english(balances))
            }
            Notice::Redid { command, what, balances, dry_run } => {
                let did = did(*dry_run, "Redone", "Would redo");
                format!("{did}: {}.{}", what.english(command), balances_english(balances))
            }
            Notice::CanRedo => "To bring it back: jandon redo".into(),
            Notice::NothingWritten => "Nothing was written (dry run).".into(),
            Notice::NothingToLog => "There is nothing to record.".into(),
            Notice::AccountOpened { name, kind, platform, unit, dry_run } => {
                let traits = opened_english(*kind, platform.as_deref(), unit);
                format!("{} {name}: {traits}.", did(*dry_run, "Opened", "Would open"))
            }
            Notice::DefaultUnit { account, unit } => format!(
                "{unit} is the default unit. To change it: jandon account edit {} --unit CODE",
                quoted_name(account)
            ),
            Notice::NoBillDay { account } => format!(
                "No due day is known. To set it: jandon account edit {} --bill-day N",
                quoted_name(account)
            ),
            Notice::Calendar(text) => text.english(),
            Notice::AccountEdited { account, changes, dry_run } => {
                let changes: Vec<String> = changes.iter().map(AccountChange::english).collect();
                format!("{} {account}: {}.", did(*dry_run, "Changed", "Would change"), changes.join(", "))
            }
            Notice::AccountClosed { account, dry_run } => {
                format!("{} {account}.", did(*dry_run, "Closed", "Would close"))
            },
            Notice::AccountReopened { account, dry_run } => {
                format!("{} {account}.", did(*dry_run, "Reopened", "Would reopen"))
            },
            Notice::RateSet { unit, rate, of, from, dry_run } => {
                let did = did(*dry_run, "Recorded", "Would record");
                format!("{did}: 1 {unit} = {rate} {of} from {from} on.")
            }
            Notice::UnitDefined { unit, dry_run } => {
                let did = did(*dry_run, "Defined", "Would define");
                format!("{did} {unit} with {} decimals.", unit.decimals)
            }
            Notice::UnitKnown { unit } => format!("{unit} is already defined ({} decimals).", unit.decimals),
            Notice::Quoted { channel, out, fee, tax, received } => {
                let fee = match fee.minor {
                    0 => "no fee".to_string(),
                    _ => format!("fee {}", fee.to_grouped_string()),
                };
                let tax = match tax.minor {
                    0 => String::new(),
                    _ => format!(", tax {}", tax.to_grouped_string()),
                };
                format!("By the rule of {channel}, you receive {received} of {out} ({fee}{tax}).")
            }
            Notice::Imported { files, read, new, known, dry_run } => format!(
                "{} {}: {read} read, {new} new, {known} known, 0 skipped, 0 bad.",
                did(*dry_run, "Imported", "Would import"),
                files.join(", ")
            ),
            Notice::CanUndoImport => "To undo it: jandon undo".into(),
            Notice::Exported { count, what } => {
                let what = match (what, count) {
                    (ExportedPart::Lines, 1) => "line",
                    (ExportedPart::Lines, _) => "lines",
                    (ExportedPart::Rows, 1) => "row",
                    (ExportedPart::Rows, _) => "rows",
                    (ExportedPart::Facts, 1) => "record",
                    (ExportedPart::Facts, _) => "records",
                };
                format!("Exported {count} {what}.")
            }
            Notice::Wrote { path } => format!("Wrote {}", path.display()),
            Notice::OnlyTotalsWrong => {
                "All records are intact; only totals are wrong. To rebuild them: jandon check --repair".into()
            }
            Notice::TotalsUnaffected => {
                "All other records are intact. Present balances and sums of whole months come from totals, which \
                 the damage does not change; history, categories and balances on past days show the damaged \
                 records as they are now."
                    .into()
            }
            Notice::OtherFactsVerified => {
                "All other records are intact. Answers that show these accounts, units, rates or texts may be \
                 wrong."
                    .into()
            }
            Notice::CanRestore => {
                "To get the records back, restore a backup: jandon restore FILE".into()
            }
            Notice::CanImport => {
                "Or import an export into a new ledger: jandon --ledger NEW.db import FILE.jsonl".into()
            }
            Notice::CanAcceptDamage => {
                "With neither, accept the records as they are now: jandon check --repair --accept-damage"
                    .into()
            }
            Notice::CopyBeforeRepair { path } => {
                format!("The ledger as it was is kept in {}", path.display())
            }
        }
    }

    fn korean(&self) -> String {
        match self {
            Notice::Recorded { entry, balances, dry_run } => {
                let did = did(*dry_run, "기록했습니다", "기록하게 됩니다");
                let (what, details) = (object(&entry.korean()), entry.korean_details());
                format!("{what} {did}{details}.{}", balances_korean(balances))
            }
            Notice::Logged { seen, date, stayed, dry_run } => {
                let did = did(*dry_run, "기록했습니다", "기록하게 됩니다");
                let seen: Vec<String> = seen.iter().map(RecordedSnapshot::korean).collect();
                let on = date.map_or_else(String::new, |day| format!("{} ", korean_day(day)));
                format!("{on}잔액을 {did}: {}.{}", seen.join(", "), balances_korean(stayed))
            }
            Notice::Edited { before, after, balances, dry_run } => format!(
                "{} 기록을 {}: {} → {}.{}",
                before.kind(Language::Korean),
                did(*dry_run, "고쳤습니다", "고치게 됩니다"),
                before.korean(),
                after.korean(),
                balances_korean(balances)
            ),
            Notice::Undid { command, what, balances, dry_run } => {
                let did = did(*dry_run, "취소했습니다", "취소하게 됩니다");
                format!("{did}: {}.{}", what.korean(command), balances_korean(balances))
            }
            Notice::Redid { command, what, balances, dry_run } => {
                let did = did(*dry_run, "다시 실행했습니다", "다시 실행하게 됩니다");
                format!("{did}: {}.{}", what.korean(command), balances_korean(balances))
            }
            Notice::CanRedo => "되돌리려면: jandon redo".into(),
            Notice::NothingWritten => "시험 실행이므로 아무것도 저장하지 않았습니다.".into(),
            Notice::NothingToLog => "기록할 잔액이 없습니다.".into(),
            Notice::AccountOpened { name, kind, platform, unit, dry_run } => {
                let traits = opened_korean(*kind, platform.as_deref(), unit);
                format!("{name} 계정을 {}({traits}).", did(*dry_run, "열었습니다", "열게 됩니다"))
            }
            Notice::DefaultUnit { account, unit } => format!(
                "기본 단위인 {} 열었습니다. 바꾸려면: jandon account edit {} --unit CODE",
                toward(&unit.to_string()),
                quoted_name(account)
            ),
            Notice::NoBillDay { account } => format!(
                "납부일을 알 수 없습니다. 정하려면: jandon account edit {} --bill-day N",
                quoted_name(account)
            ),
            Notice::Calendar(text) => text.korean(),
            Notice::AccountEdited { account, changes, dry_run } => {
                let changes: Vec<String> = changes.iter().map(AccountChange::korean).collect();
                let did = did(*dry_run, "변경했습니다", "변경하게 됩니다");
                format!("{account} 계정을 {did}: {}.", changes.join(", "))
            }
            Notice::AccountClosed { account, dry_run } => {
                format!("{account} 계정을 {}.", did(*dry_run, "닫았습니다", "닫게 됩니다"))
            }
            Notice::AccountReopened { account, dry_run } => {
                format!("{account} 계정을 {}.", did(*dry_run, "다시 열었습니다", "다시 열게 됩니다"))
            }
            Notice::RateSet { unit, rate, of, from, dry_run } => {
                let did = did(*dry_run, "기록했습니다", "기록하게 됩니다");
                format!("환율을 {did}: {}부터 1 {unit} = {rate} {of}.", korean_day(*from))
            }
            Notice::UnitDefined { unit, dry_run } => {
                let did = did(*dry_run, "정의했습니다", "정의하게 됩니다");
                format!("{unit} 단위를 {did}(소수 {}자리).", unit.decimals)
            }
            Notice::UnitKnown { unit } => {
                format!("{unit} 단위는 이미 있습니다(소수 {}자리).", unit.decimals)
            }
            Notice::Quoted { channel, out, fee, tax, received } => {
                let fee = match fee.minor {
                    0 => "수수료 없음".to_string(),
                    _ => format!("수수료 {}", fee.to_grouped_string()),
                };
                let tax = match tax.minor {
                    0 => String::new(),
                    _ => format!(", 세금 {}", tax.to_grouped_string()),
                };
                format!("{channel} 출금: {out} 출금, {fee}{tax}, 받는 금액 {received}.")
            }
            Notice::Imported { files, read, new, known, dry_run } => format!(
                "{} {}: 읽음 {read}, 새 기록 {new}, 이미 있음 {known}, 건너뜀 0, 오류 0.",
                object(&files.join(", ")),
                did(*dry_run, "가져왔습니다", "가져오게 됩니다"),
            ),
            Notice::CanUndoImport => "취소하려면: jandon undo".into(),
            Notice::Exported { count, what } => {
                let what = match what {
                    ExportedPart::Lines => "줄",
                    ExportedPart::Rows => "행",
                    ExportedPart::Facts => "건",
                };
                format!("{} 내보냈습니다.", object(&format!("{count}{what}")))
            }
            Notice::Wrote { path } => format!("{}에 저장했습니다.", path.display()),
            Notice::OnlyTotalsWrong => {
                "모든 기록은 확인되었고 합계만 틀립니다. 고치려면: jandon check --repair".into()
            }
            Notice::TotalsUnaffected => {
                "다른 기록은 모두 확인되었습니다. 현재 잔액과 월별 합계는 손상의 영향을 받지 않습니다. \
                 거래 내역, 분류별 금액, 지난 날짜의 잔액은 손상된 기록을 그대로 보여 줍니다."
                    .into()
            }
            Notice::OtherFactsVerified => {
                "다른 기록은 모두 확인되었습니다. 손상된 계정, 단위, 환율, 문구가 나오는 답은 틀릴 수 있습니다."
                    .into()
            }
            Notice::CanRestore => "기록을 되찾으려면 백업을 복원하십시오: jandon restore FILE".into(),
            Notice::CanImport => {
                "또는 내보낸 파일을 새 장부로 가져오십시오: jandon --ledger NEW.db import FILE.jsonl".into()
            }
            Notice::CanAcceptDamage => {
                "둘 다 없으면 손상된 기록을 지금 그대로 받아들이십시오: jandon check --repair --accept-damage".into()
            }
            Notice::CopyBeforeRepair { path } => {
                format!("고치기 전의 장부를 {}에 남겼습니다.", path.display())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{Because, SnapshotComparison};
    use super::super::testing::{check_languages, check_variants};
    use super::*;
    use crate::ledger::{Account, AccountId, Expires, Id, Kind};
    use crate::period::LocalDateTime;

    fn won(minor: i64) -> Money {
        Unit::new("KRW", 0).money(minor)
    }

    fn day(text: &str) -> Day {
        Day::parse_iso(text).expect("a date")
    }

    fn entry(kind: Kind, from: Option<&str>, to: Option<&str>) -> RecordedEntry {
        RecordedEntry {
            kind,
            from: from.map(Into::into),
            to: to.map(Into::into),
            out: won(4_500),
            received: won(4_500),
            fee: won(0),
            tax: won(0),
            category: None,
            payee: None,
            expires: Expires::Unknown,
            date: None,
        }
    }

    fn recorded(entry: RecordedEntry, balances: Vec<NewBalance>, dry_run: bool) -> Notice {
        Notice::Recorded { entry: Box::new(entry), balances, dry_run }
    }

    fn balance(account: &str, minor: i64, is_owed: bool, because: Because) -> NewBalance {
        NewBalance { account: account.into(), balance: won(minor), is_owed, because }
    }

    fn seen(minor: i64, is_owed: bool, difference: Option<SnapshotComparison>) -> RecordedSnapshot {
        RecordedSnapshot {
            account: "카카오페이".into(),
            balance: won(minor),
            is_owed,
            difference,
            date: None,
        }
    }

    fn coffee() -> RecordedEntry {
        RecordedEntry { category: Some("커피".into()), ..entry(Kind::Spend, Some("카카오페이"), None) }
    }

    fn account() -> Account {
        Account {
            id: AccountId(1),
            name: "카카오페이".into(),
            platform: Some("kakaopay".into()),
            kind: AccountKind::Wallet,
            unit: Unit::new("KRW", 0),
            limit: None,
            bill_day: None,
            note: None,
            closed: false,
        }
    }

    fn changes() -> Vec<LedgerChangeKind> {
        let (unit, of, day) = (Unit::new("USD", 2), Unit::new("KRW", 0), day("2026-11-01"));
        let rate = Rate::parse("1400").expect("a rate");
        let closed = Account { closed: true, name: "돼지저금통".into(), ..account() };
        let change = |before: Option<Account>, after| LedgerChangeKind::Account { before, after };
        vec![
            LedgerChangeKind::Rate { unit: unit.clone(), rate, of, day },
            LedgerChangeKind::Unit(unit),
            change(None, account()),
            change(Some(account()), closed.clone()),
            change(Some(closed), account()),
            change(Some(account()), account()),
        ]
    }

    fn samples() -> Vec<Notice> {
        let (a, b) = (Some("카카오페이"), Some("국민은행"));
        let at = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
        let date = Some(day("2026-11-03"));
        let (name, unit) = ("카카오페이".to_string(), Unit::new("KRW", 0));
        let fact = |entry: RecordedEntry| RecordedFact::Entry(Box::new(entry));
        let shapes = [
            (Kind::Spend, a, None),
            (Kind::Earn, None, a),
            (Kind::Topup, None, a),
            (Kind::Topup, b, a),
            (Kind::Refund, None, a),
            (Kind::Transfer, a, None),
            (Kind::Transfer, None, a),
            (Kind::Transfer, a, b),
            (Kind::Withdraw, a, None),
            (Kind::Withdraw, a, b),
            (Kind::Pay, None, a),
            (Kind::Pay, b, a),
            (Kind::Expire, a, None),
        ];
        let mut samples: Vec<Notice> = Vec::new();
        for (kind, from, to) in shapes {
            for dry_run in [false, true] {
                samples.push(recorded(entry(kind, from, to), Vec::new(), dry_run));
            }
        }
        let whys = [
            Because::Moved,
            Because::SeenLater(at),
            Because::NotYet,
            Because::LaterRecords(at),
            Because::ExpiredSince(true),
            Because::ExpiredSince(false),
        ];
        for because in whys {
            for (minor, is_owed) in [(4_500, false), (-4_500, true), (4_500, true)] {
                let balances = vec![balance("카카오페이", minor, is_owed, because)];
                samples.push(recorded(coffee(), balances, false));
            }
        }
        let charged = RecordedEntry {
            received: won(4_000),
            fee: won(423),
            tax: won(77),
            date,
            ..entry(Kind::Withdraw, a, b)
        };
        let expiring = |expires| RecordedEntry { expires, ..entry(Kind::Earn, None, a) };
        let both = ["카카오페이", "국민은행"].map(|name| balance(name, 5, false, Because::Moved)).to_vec();
        samples.push(recorded(charged.clone(), both, false));
        samples.push(recorded(expiring(Expires::Never), Vec::new(), false));
        samples.push(recorded(expiring(Expires::On(day("2027-01-31"))), Vec::new(), false));
        let comparisons = [
            None,
            Some(SnapshotComparison::First),
            Some(SnapshotComparison::AsExpected),
            Some(SnapshotComparison::More(won(500))),
            Some(SnapshotComparison::Less(won(500))),
        ];
        let comparisons = comparisons.map(|difference| seen(12_500, false, difference)).to_vec();
        for dry_run in [false, true] {
            let stayed = vec![balance("카카오페이", 4_500, false, Because::SeenLater(at))];
            samples.push(Notice::Logged { seen: comparisons.clone(), date, stayed, dry_run });
            let snapshot = RecordedFact::Snapshot(seen(-12_500, true, None));
            samples.push(Notice::Edited {
                before: snapshot.clone(),
                after: snapshot,
                balances: Vec::new(),
                dry_run,
            });
            samples.push(Notice::Edited {
                before: fact(coffee()),
                after: fact(charged.clone()),
                balances: Vec::new(),
                dry_run,
            });
            let counts = RecordCounts { units: 1, accounts: 2, rates: 1, entries: 78, snapshots: 1 };
            for what in [
                VoidedRecords::Named(Vec::new(), Vec::new()),
                VoidedRecords::Named(changes(), vec![fact(coffee())]),
                VoidedRecords::Counted(counts),
            ] {
                let command = "spend".to_string();
                let (undone, balances) = (what.clone(), Vec::new());
                samples.push(Notice::Undid { command: command.clone(), what: undone, balances, dry_run });
                samples.push(Notice::Redid { command, what, balances: Vec::new(), dry_run });
            }
            samples.push(Notice::AccountOpened {
                name: name.clone(),
                kind: AccountKind::Wallet,
                platform: Some("kakaopay".into()),
                unit: unit.clone(),
                dry_run,
            });
            let changes = vec![
                AccountChange::Name("돼지저금통".into()),
                AccountChange::Platform(Some("kakaopay".into())),
                AccountChange::Platform(None),
                AccountChange::Kind(AccountKind::Rewards),
                AccountChange::Unit(unit.clone()),
                AccountChange::Limit(Some(won(200_000))),
                AccountChange::Limit(None),
                AccountChange::BillDay(Some(25)),
                AccountChange::BillDay(None),
                AccountChange::Note(Some("책상 위".into())),
                AccountChange::Note(None),
                AccountChange::Closed,
                AccountChange::Reopened,
            ];
            samples.push(Notice::AccountEdited { account: name.clone(), changes, dry_run });
            samples.push(Notice::AccountClosed { account: name.clone(), dry_run });
            samples.push(Notice::AccountReopened { account: name.clone(), dry_run });
            let files = vec!["a.jsonl".to_string(), "b.jsonl".to_string()];
            samples.push(Notice::Imported { files, read: 3, new: 1, known: 2, dry_run });
        }
        for what in [ExportedPart::Lines, ExportedPart::Rows, ExportedPart::Facts] {
            samples.extend([1, 2].map(|count| Notice::Exported { count, what }));
        }
        for (fee, tax) in [(0, 0), (423, 77)] {
            samples.push(Notice::Quoted {
                channel: "toss-points/own-account".into(),
                out: won(4_500),
                fee: won(fee),
                tax: won(tax),
                received: won(4_000),
            });
        }
        samples.extend([
            Notice::Calendar(CalendarText::Empty),
            Notice::CanRedo,
            Notice::NothingWritten,
            Notice::NothingToLog,
            Notice::DefaultUnit { account: name.clone(), unit: unit.clone() },
            Notice::NoBillDay { account: name },
            Notice::RateSet {
                unit: Unit::new("USD", 2),
                rate: Rate::parse("1400").expect("a rate"),
                of: unit.clone(),
                from: day("2026-11-01"),
                dry_run: true,
            },
            Notice::UnitDefined { unit: unit.clone(), dry_run: false },
            Notice::UnitKnown { unit },
            Notice::CanUndoImport,
            Notice::Wrote { path: "a/report.txt".into() },
            Notice::OnlyTotalsWrong,
            Notice::TotalsUnaffected,
            Notice::OtherFactsVerified,
            Notice::CanRestore,
            Notice::CanImport,
            Notice::CanAcceptDamage,
            Notice::CopyBeforeRepair { path: "a/ledger.db.before".into() },
        ]);
        samples
    }

    #[test]
    fn every_notice_is_whole_in_both_languages() {
        let shown = format!("{:?}", samples());
        let source = include_str!("notice.rs");
        for name in ["Notice", "VoidedRecords", "ExportedPart"] {
            check_variants(source, name, &shown);
        }
        let source = include_str!("record.rs");
        for name in ["RecordedFact", "SnapshotComparison", "Because", "AccountChange"] {
            check_variants(source, name, &shown);
        }
        samples().iter().for_each(check_languages);
    }

    #[test]
    fn a_recorded_entry_is_named_before_its_balance() {
        let notice = recorded(coffee(), vec![balance("카카오페이", 45_500, false, Because::Moved)], false);
        assert_eq!(notice.english(), "Recorded: 4,500 KRW from 카카오페이 for 커피. Balance 45,500 KRW.");
        assert_eq!(notice.korean(), "카카오페이에서 4,500 KRW 사용을 기록했습니다(커피). 잔액 45,500 KRW.");
        let seen = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
        let stays = vec![balance("카카오페이", 45_500, false, Because::SeenLater(seen))];
        let spent = RecordedEntry { date: Some(day("2026-11-03")), ..coffee() };
        assert_eq!(
            recorded(spent, stays, true).korean(),
            "2026년 11월 3일 카카오페이에서 4,500 KRW 사용을 기록하게 됩니다(커피). 2026년 11월 22일 13:05 \
             잔액을 확인했으므로 잔액은 45,500 KRW 그대로입니다."
        );
    }

    #[test]
    fn a_change_of_the_ledger_has_its_korean_words() {
        changes().iter().for_each(check_languages);
        let void = LedgerChangeKind::Void { of: Id(1), of_command: "spend".into(), command: "undo".into() };
        assert_eq!(void.english(), format!("`spend` ({})", &Id(1).to_string()[10..]));
    }
}
