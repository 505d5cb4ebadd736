//! Every error in both languages: each variant has a sample here, no sentence in Korean has an English
//! word in it, and no two errors share a code unless they are one for scripts.

use jandon::fee::parse::{ExpectedSetting, Fault, FileError};
use jandon::fee::{Reason, Text};
use jandon::import::{Difference, ExpectedValue, LineError, MissingAmount};
use jandon::ledger::name::NameError;
use jandon::ledger::{Id, Kind, RuleViolation};
use jandon::messages::Language;
use jandon::messages::error::StatementError;
use jandon::messages::error::{
    CommandError, ConfigError, Correction, Done, ExpectedWord, PlanAdvice, PlatformProperty, RecordKind,
    TextField, UsageError, WithdrawalError,
};
use jandon::money::{AmountError, Money, MoneyError, RateError, Unit};
use jandon::output_file::OutputError;
use jandon::period::{DateError, Day};
use jandon::statement::order::ContradictedAmounts;
use jandon::statement::profile::{ExpectedInProfile, ProfileFault, ProfileFaultKind};
use jandon::statement::read::{FilePlace, ReadError, ReadLimit};
use jandon::statement::rows::{BadReason, BadRow};
use jandon::store::{Damage, ImportError, Refusal, StoreError};
use jandon::text::TextError;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

fn krw() -> Unit {
    Unit::new("KRW", 0)
}

fn money(minor: i64) -> Money {
    krw().money(minor)
}

fn name() -> String {
    "토스".into()
}

fn names() -> Vec<String> {
    vec!["토스".into(), "국민".into()]
}

fn amounts() -> Vec<AmountError> {
    let text = || String::from("1.5");
    vec![
        AmountError::Empty,
        AmountError::Signed(text()),
        AmountError::Ambiguous(".5".into(), vec!["0.5".into(), "5".into()]),
        AmountError::Misgrouped(text(), vec!["15".into()]),
        AmountError::ForeignDigits(text()),
        AmountError::LeadingZeros(text()),
        AmountError::NotAnAmount(text()),
        AmountError::TooManyDecimals(text(), krw(), vec!["15".into()]),
        AmountError::WrongUnit { text: text(), written: "USD".into(), wanted: krw() },
        AmountError::TooLarge(text()),
    ]
}

fn violations() -> Vec<RuleViolation> {
    let account = name;
    vec![
        RuleViolation::AmountsDoNotBalance { out: 3, arriving: 1, charges: 1 },
        RuleViolation::AmountNotPositive,
        RuleViolation::UnitNotOfAccount { account: account(), wanted: krw(), given: Unit::new("USD", 2) },
        RuleViolation::CarrierTakesOnlySpendRefundPay { account: account(), kind: Kind::Withdraw },
        RuleViolation::PayNeedsCarrier { account: account() },
        RuleViolation::AccountClosed { account: account() },
        RuleViolation::SamePlaceTwice { account: account() },
        RuleViolation::PlacesDoNotFitKind { kind: Kind::Spend },
        RuleViolation::ExpiresBeforeEarned { expires: Day(20_000), earned: Day(20_001) },
        RuleViolation::BalanceTooLarge { account: account() },
    ]
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::NameTaken(name()),
        Refusal::BalanceNotZero { account: name(), balance: money(5) },
        Refusal::AccountInUse(name()),
        Refusal::AccountChanged(name()),
        Refusal::UnitDiffers { unit: krw(), wanted: 2 },
        Refusal::NothingToUndo,
        Refusal::NothingToRedo,
        Refusal::UnknownChange("12".into()),
        Refusal::UnknownChange("1234".into()),
        Refusal::AmbiguousChange("1234".into(), vec![Id(1), Id(2)]),
        Refusal::AlreadyUndone(Id(1)),
        Refusal::ReplacedByEdit { change: Id(1), edit: Id(2) },
        Refusal::UndoOfUndo(Id(1)),
        Refusal::StillNeeded { account: String::new() },
        Refusal::StillNeeded { account: name() },
    ]
}

fn outputs() -> Vec<OutputError> {
    let path = || "장부.db".into();
    vec![
        OutputError::IsTheLedger(path()),
        OutputError::IsInput(path()),
        OutputError::Exists(path()),
        OutputError::NotAPlainFile(path()),
        OutputError::Io(path(), io::ErrorKind::NotFound.into()),
        OutputError::Io(path(), io::ErrorKind::PermissionDenied.into()),
    ]
}

fn stores() -> Vec<StoreError> {
    let path = || "장부.db".into();
    let found = vec![
        StoreError::Io(path(), io::ErrorKind::NotADirectory.into()),
        StoreError::Sqlite(path(), rusqlite::Error::QueryReturnedNoRows),
        StoreError::NotALedger(path()),
        StoreError::Damaged(path(), Damage::OnlyJournal.into()),
        StoreError::DamagedFact(path(), Damage::SumTooLarge.into()),
        StoreError::WrongTotals(path()),
        StoreError::Newer { path: path(), version: 9, known: 1 },
        StoreError::Busy(path(), Duration::ZERO),
        StoreError::Busy(path(), Duration::from_secs(3)),
        StoreError::CreatedMeanwhile(path()),
        StoreError::BeingWritten(path()),
        StoreError::StaleJournal { path: path(), journal: path() },
        StoreError::Foreign { path: path(), kind: "trigger".into(), name: "x".into() },
        StoreError::SecondName { path: path(), other: None, needless: None },
        StoreError::SecondName { path: path(), other: Some(path()), needless: None },
        StoreError::SecondName { path: path(), other: Some(path()), needless: Some(path()) },
        StoreError::DiskFull(path()),
        StoreError::DiskFailed(path(), "1".into()),
        StoreError::ReadOnly(path()),
        StoreError::NotAPlainFile(path()),
    ];
    let nested = outputs().into_iter().map(StoreError::Output);
    let nested = nested.chain(violations().into_iter().map(StoreError::Rule));
    let nested = nested.chain(refusals().into_iter().map(StoreError::Refused));
    found.into_iter().chain(nested).collect()
}

fn expected_values() -> Vec<ExpectedValue> {
    use ExpectedValue::*;
    vec![
        Moment,
        Day,
        Expiry,
        Amount,
        AmountNotBelowZero,
        AmountThatFits,
        SumOfParts,
        UnitCode,
        OtherUnit,
        UnitOfAccount,
        Decimals,
        DayOfMonth,
        Rate,
        AccountKind,
        CarrierAccount,
        EntryKind,
    ]
}

fn missing_amounts() -> Vec<MissingAmount> {
    vec![MissingAmount::Place, MissingAmount::Either, MissingAmount::Both]
}

fn lines() -> Vec<LineError> {
    let differs = |what, values, recorded| {
        let (said, known) = ("\"in\":1".into(), "\"in\":2".into());
        LineError::Differs(Box::new(Difference { what, id: "12".into(), said, known, values, recorded }))
    };
    let found = vec![
        LineError::NoHeader,
        LineError::Newer(9),
        LineError::NotText,
        LineError::TooLong,
        LineError::NotJson("1".into()),
        LineError::Form("1".into()),
        LineError::Text { key: "note", error: TextError::Empty },
        LineError::UnknownAccount(name()),
        LineError::UnknownUnit("XYZ".into()),
        LineError::UnknownChange("12".into()),
        LineError::ChangeIsOver("12".into()),
        LineError::AccountDiffers(name()),
        differs("entry", vec![("note".into(), name())], Some(Id(1))),
        differs("account", Vec::new(), Some(Id(1))),
        differs("entry", Vec::new(), None),
    ];
    let value = |expected| LineError::Value { key: "in", text: "1".into(), expected };
    let values = expected_values().into_iter().map(value);
    let missing = missing_amounts().into_iter().map(LineError::AmountMissing);
    found.into_iter().chain(values).chain(missing).collect()
}

fn settings() -> Vec<ExpectedSetting> {
    use ExpectedSetting::*;
    vec![
        Id,
        Table,
        Tables,
        Text,
        Texts,
        Name,
        Flag,
        Country,
        UnitCode,
        CurrencyDecimals(krw()),
        Destination,
        Source,
        Day,
        Validity,
        Arrival,
        Rate,
        OneScale,
        Percent,
        PercentRange,
        AmountAboveZero,
        Amount { decimals: 2 },
        Whole { least: 1, most: None },
        Whole { least: 1, most: Some(9) },
        OneOf(vec!["fee", "tax"]),
        Rounding(&["up", "down"]),
        RuleKeys(&["min", "max"]),
    ]
}

fn faults() -> Vec<Fault> {
    let found = vec![
        Fault::TooMany(1_000),
        Fault::NotToml("1".into()),
        Fault::UnknownKey(vec!["id", "name"]),
        Fault::Text(TextError::Empty),
        Fault::Missing,
        Fault::RateNotPositive,
        Fault::MinAboveMax,
        Fault::SlabsOverlap,
        Fault::SlabOpenBeforeLast,
        Fault::DatesOverlap(Day(20_000)),
        Fault::DatesBackwards,
        Fault::DuplicateChannel("bank".into()),
        Fault::ChannelOnCarrier,
        Fault::ChannelOnClosed,
        Fault::UnknownUnit("XYZ".into()),
    ];
    found.into_iter().chain(settings().into_iter().map(Fault::Expected)).collect()
}

fn usages() -> Vec<UsageError> {
    let usage = || String::from("jandon spend [OPTIONS] <NAME> <AMOUNT>");
    let option = || String::from("--format <FORM>");
    let typed = || String::from("12");
    let allowed = || vec![String::from("json"), String::from("csv")];
    vec![
        UsageError::UnknownCommand { typed: typed(), meant: None },
        UsageError::UnknownCommand { typed: typed(), meant: Some("spend".into()) },
        UsageError::UnknownOption { typed: "--x".into(), meant: None, usage: usage() },
        UsageError::UnknownOption { typed: "--x".into(), meant: Some("--date".into()), usage: usage() },
        UsageError::UnexpectedArgument { typed: typed(), usage: usage() },
        UsageError::MisplacedArgument { typed: typed(), meant: "jandon plan 12".into() },
        UsageError::MissingArguments { missing: vec!["<NAME>".into()], usage: usage() },
        UsageError::MissingArguments { missing: vec!["<NAME>".into(), "<AMOUNT>".into()], usage: usage() },
        UsageError::MissingCommand { usage: usage() },
        UsageError::MissingValue { option: option(), allowed: Vec::new(), usage: usage() },
        UsageError::MissingValue { option: option(), allowed: allowed(), usage: usage() },
        UsageError::ValueNotAllowed { option: option(), typed: typed(), allowed: allowed(), meant: None },
        UsageError::ValueNotAllowed {
            option: option(),
            typed: typed(),
            allowed: allowed(),
            meant: Some("csv".into()),
        },
        UsageError::NumberOutOfRange { option: option(), typed: typed(), least: 0, most: None },
        UsageError::NumberOutOfRange { option: option(), typed: typed(), least: 0, most: Some(9) },
        UsageError::InvalidValue { option: option(), typed: typed(), usage: usage() },
        UsageError::OptionAsValue { option: option(), typed: "--date".into() },
        UsageError::Conflict { option: option(), others: Vec::new(), usage: usage() },
        UsageError::Conflict { option: option(), others: vec![option()], usage: usage() },
        UsageError::Conflict { option: option(), others: vec!["--json".into()], usage: usage() },
        UsageError::NotUtf8 { usage: usage() },
        UsageError::Invalid { usage: usage() },
        UsageError::NegativeValue { option: "--fee".into(), typed: "-1".into() },
        UsageError::RemovedAccount { name: None },
        UsageError::RemovedAccount { name: Some(name()) },
        UsageError::UselessExchange,
        UsageError::PlatformWithoutAmount { platform: "toss".into() },
        UsageError::NothingToChange { options: &["--date", "--note"] },
        UsageError::UnchangedRecord { record: RecordKind::Entry(Kind::Spend) },
        UsageError::UnchangedRecord { record: RecordKind::Snapshot },
        UsageError::RecordOfLargerChange { change: Id(1) },
        UsageError::ChangeWithoutRecords { typed: typed() },
        UsageError::SeveralRecords { typed: typed(), count: 2, records: vec![(Id(1), money(5))] },
        UsageError::ComputedAmount { kind: Kind::Withdraw, id: Id(1) },
        UsageError::OptionNotOfRecord { record: RecordKind::Snapshot, option: "--payee" },
        UsageError::InvalidUnitCode { typed: typed() },
        UsageError::EverydayUnitName { typed: "원".into() },
        UsageError::InvalidDecimals { typed: typed(), most: 9 },
        UsageError::NoWebPage,
        UsageError::BackupToStdout,
        UsageError::SplitAmount { amount: "5".into(), word: "만".into() },
        UsageError::InvalidDayOfMonth { option: "--bill-day", typed: typed() },
        UsageError::AccountTwice { account: name() },
        UsageError::FutureMonth { typed: typed() },
        UsageError::NotAMonth { typed: typed() },
        UsageError::NoBalance,
        UsageError::NoAmount { name: name() },
        UsageError::Unconditional { channel: "toss/bank".into(), platform: "toss".into() },
        UsageError::InvalidDays { option: "--within".into(), typed: typed() },
        UsageError::RateToItself { unit: krw() },
        UsageError::PastDay { by: Day(20_000), today: Day(20_001) },
        UsageError::ReceiverNotABank { account: name() },
        UsageError::UnknownAssumption { typed: typed() },
        UsageError::AmbiguousAssumption { typed: typed(), channels: vec!["toss/bank".into()] },
        UsageError::SeveralUnits { units: vec![krw(), Unit::new("USD", 2)] },
        UsageError::ReceiverInOtherUnit { account: name(), holds: krw(), wanted: Unit::new("USD", 2) },
        UsageError::KeepWithoutAmount { typed: name() },
        UsageError::KeepAboveBalance { account: name(), available: money(5), keep: money(6) },
    ]
}

fn advices() -> Vec<PlanAdvice> {
    vec![
        PlanAdvice::AskForLess(money(5)),
        PlanAdvice::ShowBalances,
        PlanAdvice::ShowFees(name()),
        PlanAdvice::ShowPlan("jandon plan".into()),
    ]
}

fn withdrawals() -> Vec<WithdrawalError> {
    let reasons = [
        Reason::NotWithdrawable,
        Reason::Ended,
        Reason::NotInForce,
        Reason::BelowMinimum,
        Reason::AboveMaximum,
        Reason::OffStep,
        Reason::WholeBalanceOnly,
        Reason::InsufficientBalance,
        Reason::OverLimit,
        Reason::NothingLeft,
        Reason::OutOfReach,
    ];
    let rejected = |reason, nearest| WithdrawalError::Rejected {
        account: name(),
        channel: "toss/bank".into(),
        amount: money(5),
        reason,
        nearest,
    };
    let reason = Text { en: "closed".into(), ko: Some("닫았습니다".into()) };
    let by = Day(20_000);
    let mut found = vec![
        WithdrawalError::NotWithdrawable { account: name(), reason: None },
        WithdrawalError::NotWithdrawable { account: name(), reason: Some(reason) },
        rejected(Reason::OffStep, vec![money(1), money(2)]),
    ];
    found.extend(reasons.into_iter().map(|reason| rejected(reason, Vec::new())));
    for advice in advices() {
        let target = money(9);
        found.extend([
            WithdrawalError::NothingWithdrawable { advice: advice.clone() },
            WithdrawalError::NothingPaysOut { advice: advice.clone() },
            WithdrawalError::TargetOutOfReach {
                most: money(5),
                found: Some(money(4)),
                target: target.clone(),
                by,
                advice: advice.clone(),
            },
            WithdrawalError::TargetOutOfReach {
                most: money(5),
                found: None,
                target: target.clone(),
                by,
                advice: advice.clone(),
            },
            WithdrawalError::NoBetterPlan { best: money(5), target: None, by, advice: advice.clone() },
            WithdrawalError::NoBetterPlan { best: money(5), target: Some(target), by, advice },
        ]);
    }
    found
}

fn corrections() -> Vec<Correction> {
    let command = || String::from("jandon spend 토스 4500");
    vec![
        Correction::Command(command()),
        Correction::Channel { command: command(), others: Vec::new() },
        Correction::Channel { command: command(), others: vec!["toss/bank".into()] },
        Correction::Category { one_amount: None, category: command() },
        Correction::Category { one_amount: Some(command()), category: command() },
        Correction::Credit { account: name(), amount: "5".into() },
        Correction::Import("장부.db".into()),
    ]
}

fn configs() -> Vec<ConfigError> {
    let key = || String::from("micropayments");
    vec![
        ConfigError::NotToml("1".into()),
        ConfigError::UnknownKey("x".into()),
        ConfigError::OnlyKey { table: "fees", example: "warn_above_percent = \"5\"" },
        ConfigError::UnknownUnit { key: key(), code: "XYZ".into() },
        ConfigError::AmbiguousUnit { key: key(), name: "원".into(), fits: vec!["KRW", "KPW"] },
        ConfigError::UnknownLanguage("12".into()),
        ConfigError::NotAnAmount { key: key(), unit: "KRW".into() },
        ConfigError::NotAnAmountWithUnit { key: key() },
    ]
}

fn texts() -> Vec<TextError> {
    vec![TextError::Empty, TextError::TooLong(1_000), TextError::Invisible('\u{200b}')]
}

fn text_fields() -> Vec<TextField> {
    use TextField::*;
    vec![AccountName, Category, Channel, Note, Payee, UnitCode]
}

fn expected_words() -> Vec<ExpectedWord> {
    use ExpectedWord::*;
    vec![AccountKind, EntryKind, ExportFormat, Language]
}

fn dones() -> Vec<Done> {
    vec![Done::Recorded(Id(1)), Done::BackedUp, Done::Restored, Done::Repaired]
}

fn rates() -> Vec<RateError> {
    vec![
        RateError::NotARate("12".into()),
        RateError::NotPositive("0".into()),
        RateError::TooPrecise("0.1".into()),
    ]
}

fn dates() -> Vec<DateError> {
    vec![
        DateError::Impossible("2026-02-30".into()),
        DateError::NotADate("12".into()),
        DateError::NotAPeriod("12".into()),
        DateError::Backwards(Day(20_001), Day(20_000), "2024-10-04..2024-10-05".into()),
    ]
}

fn name_errors() -> Vec<NameError> {
    vec![
        NameError::Unknown { name: name(), close: Vec::new() },
        NameError::Unknown { name: name(), close: names() },
        NameError::Ambiguous { name: name(), fits: names() },
    ]
}

/// Returns samples of every variant of every error.
fn samples() -> Vec<CommandError> {
    let (left, received, fee) = (|| money(9).to_string(), || money(5).to_string(), || money(1).to_string());
    let failure = || Box::new(CommandError::NoHome);
    let mut found = vec![
        CommandError::NoHome,
        CommandError::NotText { name: "JANDON_LANG" },
        CommandError::Clock { text: "12".into() },
        CommandError::ZeroAmount { text: "0".into() },
        CommandError::Money(MoneyError::UnitsDiffer(krw(), Unit::new("USD", 2))),
        CommandError::Money(MoneyError::TooLarge),
        CommandError::MonthStart { day: 32 },
        CommandError::UnknownPlatform { typed: name(), close: Vec::new() },
        CommandError::UnknownPlatform { typed: name(), close: names() },
        CommandError::AmbiguousPlatform { typed: name(), fits: names() },
        CommandError::NoPlatform { account: name(), close: Vec::new() },
        CommandError::NoPlatform { account: name(), close: vec!["toss".into()] },
        CommandError::NoPlatform { account: name(), close: vec!["toss".into(), "kakaopay".into()] },
        CommandError::PlatformGone { account: name(), platform: "toss".into() },
        CommandError::IsABank { account: name() },
        CommandError::PlatformDiffers {
            account: name(),
            platform: "kakaopay".into(),
            property: PlatformProperty::Unit,
            own: "USD".into(),
            wanted: "KRW".into(),
        },
        CommandError::PlatformDiffers {
            account: name(),
            platform: "toss".into(),
            property: PlatformProperty::Kind,
            own: "wallet".into(),
            wanted: "carrier".into(),
        },
        CommandError::NoCatalogFolder { path: "폴더".into() },
        CommandError::NotClosed { account: name() },
        CommandError::UnknownUnit { code: "XYZ".into() },
        CommandError::AmbiguousUnit { typed: "원".into(), fits: vec!["KRW", "KPW"] },
        CommandError::PlatformDecides {
            platform: "toss".into(),
            property: PlatformProperty::Kind,
            value: "wallet".into(),
        },
        CommandError::PlatformDecides {
            platform: "toss".into(),
            property: PlatformProperty::Unit,
            value: "KRW".into(),
        },
        CommandError::UnknownChannel { typed: "12".into(), platform: "toss".into(), channels: Vec::new() },
        CommandError::UnknownChannel {
            typed: "12".into(),
            platform: "toss".into(),
            channels: vec!["toss/bank".into()],
        },
        CommandError::AmbiguousChannel { typed: "12".into(), fits: vec!["toss/bank".into()] },
        CommandError::NoChannel { channels: Vec::new() },
        CommandError::NoChannel { channels: vec!["toss/bank".into()] },
        CommandError::CarrierOnly { option: "limit", account: name() },
        CommandError::ReceivedAndFeeDisagree { left: left(), received: received(), fee: fee() },
        CommandError::ReceivedMoreThanLeft { left: left(), received: received() },
        CommandError::FeeAboveAmount { amount: left(), fee: fee() },
        CommandError::ReceivedNeeded { from: krw(), to: Unit::new("USD", 2) },
        CommandError::TopupInTwoUnits {
            from: name(),
            holds: krw(),
            to: "국민".into(),
            wanted: Unit::new("USD", 2),
        },
        CommandError::ChannelPaysOther {
            channel: "toss/bank".into(),
            pays: krw(),
            account: name(),
            unit: Unit::new("USD", 2),
        },
        CommandError::PayNeedsCarrier { account: name(), amount: "5".into(), carrier: None },
        CommandError::PayNeedsCarrier { account: name(), amount: "5".into(), carrier: Some("SKT".into()) },
        CommandError::SendFromCarrier { account: name(), amount: "5".into() },
        CommandError::ReceiveOnCarrier { account: name(), amount: "5".into() },
        CommandError::UnknownEnding { ending: "12".into(), allowed: vec!["json", "csv"] },
        CommandError::NumericCategory { amount: "4".into(), category: "500".into() },
        CommandError::Unsound { findings: 2 },
        CommandError::NotShown { done: Done::BackedUp, cause: Box::new(CommandError::BrokenPipe) },
        CommandError::BrokenPipe,
    ];
    let kinds = [
        io::ErrorKind::NotFound,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::IsADirectory,
        io::ErrorKind::NotADirectory,
        io::ErrorKind::StorageFull,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::AlreadyExists,
        io::ErrorKind::InvalidInput,
        io::ErrorKind::InvalidData,
        io::ErrorKind::FileTooLarge,
    ];
    found.extend(kinds.map(|kind| CommandError::File { path: "장부.db".into(), error: kind.into() }));
    found.extend(usages().into_iter().map(CommandError::from));
    found.extend(amounts().into_iter().map(CommandError::Amount));
    found.extend(dates().into_iter().map(CommandError::Date));
    found.extend(rates().into_iter().map(CommandError::Rate));
    for can_be_opened in [false, true] {
        found.extend(name_errors().into_iter().map(|error| CommandError::Name { error, can_be_opened }));
    }
    for error in texts() {
        found.extend(text_fields().into_iter().map(|field| CommandError::Text { field, error }));
    }
    found.extend(expected_words().into_iter().map(|expected| CommandError::Word {
        expected,
        typed: "12".into(),
        allowed: vec!["json", "csv"],
    }));
    found.extend(withdrawals().into_iter().map(CommandError::from));
    found.extend(violations().into_iter().map(CommandError::Rule));
    found.extend(stores().into_iter().map(CommandError::Store));
    found.extend(outputs().into_iter().map(CommandError::Output));
    found.extend(dones().into_iter().map(|done| CommandError::NotShown { done, cause: failure() }));
    let line = |error| CommandError::Line { file: "장부.jsonl".into(), error: Box::new(error) };
    found.extend(lines().into_iter().map(|what| line(ImportError::Line { line: 2, what })));
    let refused = StoreError::Refused(Refusal::NameTaken(name()));
    found.extend(
        [refused, StoreError::DiskFull("장부.db".into())]
            .map(|error| line(ImportError::Refused { line: 2, error })),
    );
    found.extend(
        statements()
            .into_iter()
            .map(|error| CommandError::Statement { file: "거래내역.csv".into(), error: Box::new(error) }),
    );
    found.extend(faults().into_iter().map(|fault| CommandError::PlatformFile {
        path: "platforms/toss.toml".into(),
        error: FileError { line: 2, key: "rate".into(), fault },
    }));
    found.extend(
        configs().into_iter().map(|error| CommandError::Config { path: "config.toml".into(), error }),
    );
    found.extend(
        corrections()
            .into_iter()
            .map(|correction| CommandError::Corrected { failure: failure(), correction }),
    );
    found
}

fn read_errors() -> Vec<ReadError> {
    let limits = [
        ReadLimit::FileBytes(64 << 20),
        ReadLimit::UnpackedBytes(512 << 20),
        ReadLimit::PackingRatio(100),
        ReadLimit::Rows(1_048_576),
        ReadLimit::Columns(1024),
        ReadLimit::RowBytes(1 << 20),
        ReadLimit::KeyRounds(10_000_000),
    ];
    let places = [
        FilePlace::File,
        FilePlace::Line(7),
        FilePlace::Part("xl/workbook.xml".into()),
        FilePlace::Row { sheet: "내역".into(), row: 7 },
        FilePlace::Cell { sheet: "내역".into(), cell: "C7".into() },
    ];
    let mut found = vec![
        ReadError::Io(io::ErrorKind::NotFound),
        ReadError::Undecodable { encoding: "EUC-KR", line: 7, offset: 99 },
        ReadError::UnclosedQuote { line: 7 },
        ReadError::Locked,
        ReadError::WrongPassword,
        ReadError::Unsupported { what: "an old workbook".into() },
    ];
    let damaged = |place: &FilePlace| ReadError::Damaged { place: place.clone(), fault: "a part is missing" };
    found.extend(places.iter().map(damaged));
    found.extend(limits.map(|limit| ReadError::TooLarge { place: FilePlace::File, limit }));
    found
}

fn profile_faults() -> Vec<ProfileFault> {
    use ExpectedInProfile::*;
    let expected = [
        Id,
        Text,
        Texts,
        Flag,
        Table,
        Tables,
        LanguageText,
        Template,
        Column,
        DateFormats,
        Encodings,
        Delimiter,
        Unit,
        Replacements,
        OneOf(vec!["table", "messages"]),
        Header,
    ];
    let mut kinds = vec![
        ProfileFaultKind::NotToml("unclosed table".into()),
        ProfileFaultKind::UnknownKey(vec!["id", "name"]),
        ProfileFaultKind::UnknownKey(Vec::new()),
        ProfileFaultKind::Missing,
        ProfileFaultKind::Expression("unclosed group".into()),
        ProfileFaultKind::Format,
        ProfileFaultKind::UnknownColumn("거래".into()),
        ProfileFaultKind::AccountColumnNotInKey("거래".into()),
        ProfileFaultKind::TooMany(1_000),
    ];
    kinds.extend(expected.map(ProfileFaultKind::Expected));
    let fault = |kind| ProfileFault { line: 7, key: "profile, id".into(), kind };
    kinds.into_iter().map(fault).collect()
}

fn statements() -> Vec<StatementError> {
    let won = || Unit::new("KRW", 0);
    let bad =
        BadRow { line: 7, column: Some("금액".into()), reason: BadReason::NotAnAmount("12..34".into()) };
    let mut found: Vec<StatementError> = read_errors().into_iter().map(StatementError::Read).collect();
    found.extend(
        profile_faults()
            .into_iter()
            .map(|fault| StatementError::Faults { path: "profiles/toss.toml".into(), faults: vec![fault] }),
    );
    for are_signs_turned in [false, true] {
        let what = ContradictedAmounts { are_signs_turned, would_hold: 7, hold: 1 };
        found.push(StatementError::Contradicted { profile: "kakaopay".into(), what });
    }
    found.extend([
        StatementError::NoProfile { near: Vec::new() },
        StatementError::NoProfile {
            near: vec![("kakaopay".into(), vec!["거래".into()]), ("toss".into(), Vec::new())],
        },
        StatementError::SeveralProfiles { profiles: vec!["kakaopay".into(), "toss".into()] },
        StatementError::NotOfProfile { profile: "kakaopay".into(), missing: Vec::new() },
        StatementError::NotOfProfile { profile: "kakaopay".into(), missing: vec!["거래".into()] },
        StatementError::UnknownProfile { typed: "kakao".into(), close: Vec::new() },
        StatementError::UnknownProfile { typed: "kakao".into(), close: vec!["kakaopay".into()] },
        StatementError::Refused { reason: text_of_reason() },
        StatementError::BadRows { count: 1, rows: vec![bad.clone()] },
        StatementError::BadRows { count: 2, rows: vec![bad] },
        StatementError::AmbiguousDates,
        StatementError::AccountNeeded,
        StatementError::AmbiguousAccount {
            label: "카카오".into(), fits: vec!["지갑".into(), "통장".into()]
        },
        StatementError::OtherUnit { account: "지갑".into(), holds: won(), wanted: Unit::new("USD", 2) },
        StatementError::SeveralLabels { account: "지갑".into(), labels: vec!["가".into(), "나".into()] },
        StatementError::UnknownEncoding { typed: "ebcdic".into() },
        StatementError::UnknownDelimiter { typed: ",,".into() },
    ]);
    found
}

fn text_of_reason() -> Text {
    Text { en: "these are purchases of a card".into(), ko: Some("카드 이용내역입니다".into()) }
}

/// Returns the name of the variant of a value.
fn variant(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Returns the variants that a source file declares of an enum.
fn declared(file: &str, name: &str) -> BTreeSet<String> {
    let source = std::fs::read_to_string(file).expect("a source file");
    let (_, rest) = source.split_once(&format!("pub enum {name} {{\n")).unwrap_or_else(|| panic!("{name}"));
    let (body, _) = rest.split_once("\n}\n").expect("an end");
    let variants = body.lines().filter_map(|line| line.strip_prefix("    "));
    let variants = variants.filter(|line| line.starts_with(char::is_uppercase));
    variants.map(|line| line.chars().take_while(char::is_ascii_alphanumeric).collect()).collect()
}

#[test]
fn every_variant_has_a_sample() {
    let set = |found: Vec<String>| found.into_iter().collect::<BTreeSet<_>>();
    let errors = "src/messages/error.rs";
    macro_rules! covers {
        ($file:expr, $name:literal, $samples:expr) => {
            assert_eq!(set($samples.iter().map(variant).collect()), declared($file, $name), $name);
        };
    }
    covers!(errors, "CommandError", samples());
    covers!(errors, "UsageError", usages());
    covers!(errors, "WithdrawalError", withdrawals());
    covers!("src/messages/error/statement.rs", "StatementError", statements());
    covers!("src/statement/read/error.rs", "ReadError", read_errors());
    covers!(errors, "PlanAdvice", advices());
    covers!(errors, "Correction", corrections());
    covers!(errors, "ConfigError", configs());
    covers!(errors, "TextField", text_fields());
    covers!(errors, "ExpectedWord", expected_words());
    covers!(errors, "Done", dones());
    covers!("src/import.rs", "LineError", lines());
    covers!("src/import.rs", "ExpectedValue", expected_values());
    covers!("src/import.rs", "MissingAmount", missing_amounts());
    covers!("src/fee/parse.rs", "Fault", faults());
    covers!("src/fee/parse.rs", "ExpectedSetting", settings());
    covers!("src/store.rs", "StoreError", stores());
    covers!("src/store.rs", "Refusal", refusals());
    covers!("src/ledger/entry.rs", "RuleViolation", violations());
    covers!("src/money/parse.rs", "AmountError", amounts());
    covers!("src/money/rate.rs", "RateError", rates());
    covers!("src/period/parse.rs", "DateError", dates());
    covers!("src/ledger/name.rs", "NameError", name_errors());
    covers!("src/output_file.rs", "OutputError", outputs());
    covers!("src/text.rs", "TextError", texts());
}

/// Words of Latin letters that a sentence in Korean may have beside commands, options and what is in
/// quotes: names, keys, kinds, file names and formats.
const NAMES: &[&str] = &[
    "account",
    "aug",
    "bank",
    "bd",
    "card",
    "carrier",
    "cash",
    "change",
    "config",
    "csv",
    "db",
    "down",
    "earn",
    "entry",
    "expire",
    "fee",
    "fees",
    "find",
    "flat",
    "friday",
    "giftcard",
    "html",
    "https",
    "id",
    "import",
    "jandon",
    "json",
    "jsonl",
    "kakaopay",
    "last",
    "lang",
    "log",
    "max",
    "min",
    "mode",
    "month",
    "mv",
    "name",
    "never",
    "oct",
    "old",
    "pay",
    "percent",
    "plan",
    "platform",
    "platforms",
    "profiles",
    "MiB",
    "brackets",
    "slabs",
    "rate",
    "redo",
    "refund",
    "restore",
    "rewards",
    "rm",
    "snapshot",
    "spend",
    "tax",
    "to",
    "toml",
    "topup",
    "toss",
    "transfer",
    "trigger",
    "true",
    "false",
    "ulimit",
    "undo",
    "unit",
    "up",
    "void",
    "voucher",
    "wal",
    "wallet",
    "withdraw",
    "yesterday",
    "micropayments",
    "en",
    "ko",
];

/// Returns the words of a text in Latin letters that are neither names nor parts of a command, an option or
/// a quotation.
fn foreign_words(text: &str) -> Vec<String> {
    let mut prose = String::new();
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '`' | '"' | '\'') => quote = Some(c),
            None => prose.push(c),
        }
    }
    // A command reaches to the next Hangul word or the end.
    let commands = ["jandon ", "find / "];
    for command in commands {
        while let Some(at) = prose.find(command) {
            let rest = &prose[at..];
            let end = rest.find([';', '(', ')']).unwrap_or(rest.len());
            prose.replace_range(at..at + end, "");
        }
    }
    let words = prose.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '(' | ')' | '[' | ']'));
    let words =
        words.filter(|word| !word.starts_with('-') && !word.starts_with('<') && !word.contains("JANDON"));
    let latin = words.flat_map(|word| word.split(|c: char| !c.is_ascii_alphabetic()));
    let latin = latin.filter(|word| word.len() > 1 && word.chars().any(|c| c.is_ascii_lowercase()));
    latin.filter(|word| !NAMES.contains(word)).map(String::from).collect()
}

#[test]
fn no_korean_sentence_has_an_english_word() {
    assert_eq!(foreign_words("계정 is 없습니다"), ["is"]);
    let mut broken = Vec::new();
    for error in samples() {
        // Only the text of another program can be in another language.
        if matches!(error, CommandError::Store(StoreError::Sqlite(..))) {
            continue;
        }
        let shown = error.diagnostic(Language::Korean);
        for text in [&shown.message, &shown.hint] {
            // What was typed follows as it was, and so do the reasons of a parser.
            let words = foreign_words(text);
            if !words.is_empty() {
                broken.push(format!("{words:?}: {text}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_error_is_said_in_each_language_in_its_own_way() {
    for error in samples() {
        let (english, korean) = (error.diagnostic(Language::English), error.diagnostic(Language::Korean));
        if matches!(error, CommandError::BrokenPipe) {
            assert!(english.message.is_empty() && korean.message.is_empty());
            continue;
        }
        assert!(!english.message.is_empty(), "{error:?}");
        assert_ne!(english.message, korean.message, "{error:?}");
        assert_eq!(english.hint.is_empty(), korean.hint.is_empty(), "{error:?}");
        assert!(korean.message.chars().any(|c| ('가'..='힣').contains(&c)), "{korean:?}");
        for text in [&english.message, &english.hint, &korean.message, &korean.hint] {
            assert!(!text.contains("  ") && !text.ends_with('.'), "{text}");
        }
    }
}

/// Codes that several errors share, because a script does the same about them.
const SHARED: &[&str] = &[
    "account-closed",
    "bad-date",
    "bad-amount",
    "bad-line",
    "bad-rate",
    "bad-text",
    "carrier-takes-only-spend-refund-pay",
    "config",
    "file",
    "file-exists",
    "file-not-written",
    "is-input",
    "is-the-ledger",
    "ledger-busy",
    "ledger-damaged",
    "ledger-io",
    "no-home",
    "no-way-out",
    "not-a-plain-file",
    "nothing-to-do",
    "not-withdrawable",
    "out-of-reach",
    "pay-needs-carrier",
    "platform-file",
    "recorded-not-shown",
    "refused-line",
    "units-differ",
    "unknown-account",
    "unknown-unit",
    "unknown-change",
    "usage",
    "wrong-unit",
];

#[test]
fn two_errors_have_two_codes_unless_they_are_one_for_scripts() {
    let mut codes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for error in &samples() {
        let kind = match error {
            CommandError::Store(StoreError::Refused(refusal)) => format!("Refused {}", variant(refusal)),
            CommandError::Store(StoreError::Rule(rule)) | CommandError::Rule(rule) => {
                format!("Rule {}", variant(rule))
            }
            CommandError::Store(StoreError::Output(output)) | CommandError::Output(output) => {
                format!("Output {}", variant(output))
            }
            CommandError::Store(store) => format!("Store {}", variant(store)),
            CommandError::Withdrawal(withdrawal) => match &**withdrawal {
                WithdrawalError::Rejected { reason, .. } => format!("{reason:?}"),
                other => variant(other),
            },
            CommandError::Amount(amount) => format!("Amount {}", variant(amount)),
            CommandError::Corrected { .. } => continue,
            other => variant(other),
        };
        codes.entry(error.code()).or_default().insert(kind);
    }
    let doubled: Vec<_> =
        codes.iter().filter(|(code, kinds)| kinds.len() > 1 && !SHARED.contains(code)).collect();
    assert!(doubled.is_empty(), "{doubled:#?}");
    assert!(codes.keys().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '8')));
}
