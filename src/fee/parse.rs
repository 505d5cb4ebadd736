//! Platform files: one TOML file for each platform, parsed strictly. Every error has its line, its
//! key and what is allowed there.

use super::{
    Base, Channel, Charge, ChargeKind, Confidence, Crossing, Delay, Destination, Free, LifeEnd, LifeLength,
    Limit, Percent, Platform, Scale, Side, Slab, Tariff, Text, Validity, Window,
};
use crate::ledger::AccountKind;
use crate::money::{DECIMALS_MAX, Rate, RoundingMode, Unit, parse_minor};
use crate::period::Day;
use crate::text::{self, TEXT_MAX, TextError};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// An error in a platform file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Its line, from 1.
    pub line: usize,
    /// The key, after the tables that contain it: `channel 1, tariff 2, min`.
    pub key: String,
    /// What is wrong.
    pub fault: Fault,
}

/// The maximum number of tables in one list: channels, rules, charges, or steps of a charge. It
/// bounds the effort of a quote. The largest built-in list has thirty.
const TABLES_MAX: usize = 1_000;

/// What is wrong in a platform file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A list has more than this many tables.
    TooMany(usize),
    /// The file is not TOML.
    NotToml(String),
    /// The key is unknown; these are allowed there.
    UnknownKey(Vec<&'static str>),
    /// The text may not be stored or shown.
    Text(TextError),
    /// A key is missing.
    Missing,
    /// The value has the wrong form.
    Expected(ExpectedSetting),
    /// The rate is not positive.
    RateNotPositive,
    /// The minimum is above the maximum.
    MinAboveMax,
    /// A step of a scale ends at or below the end of the one before.
    SlabsOverlap,
    /// A step other than the last has no end.
    SlabOpenBeforeLast,
    /// Two rules of a channel are in force on the same day.
    DatesOverlap(Day),
    /// The rule ends before it begins.
    DatesBackwards,
    /// Two channels have the same id.
    DuplicateChannel(String),
    /// A carrier has a channel, but a billing limit is credit, not money.
    ChannelOnCarrier,
    /// A platform that is not withdrawable has a channel.
    ChannelOnClosed,
    /// The unit is neither a currency nor declared by a platform.
    UnknownUnit(String),
}

/// The form that a value must have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum ExpectedSetting {
    Id,
    Table,
    Tables,
    Text,
    Texts,
    Name,
    Flag,
    Country,
    UnitCode,
    /// The decimals of this currency.
    CurrencyDecimals(Unit),
    Destination,
    Source,
    Day,
    Validity,
    Arrival,
    Rate,
    /// Only one of `flat` and `percent`, `slabs`, and `brackets`.
    OneScale,
    Percent,
    PercentRange,
    AmountAboveZero,
    Amount {
        decimals: u8,
    },
    Whole {
        least: i64,
        most: Option<i64>,
    },
    OneOf(Vec<&'static str>),
    Rounding(&'static [&'static str]),
    RuleKeys(&'static [&'static str]),
}

/// Parses a platform file. `decimals_of` returns the decimals of points units that other platforms
/// declare.
pub fn parse_platform(text: &str, decimals_of: &dyn Fn(&str) -> Option<u8>) -> Result<Platform, FileError> {
    let root = DeTable::parse(text).map_err(|error| FileError {
        line: line_of(text, error.span().map_or(0, |s| s.start)),
        key: String::new(),
        fault: Fault::NotToml(error.message().to_string()),
    })?;
    check_texts(text, "", root.get_ref())?;
    let mut root = TomlTable::of(text, "", root.span().start, root.get_ref());
    let platform = root.required("platform")?;
    let mut fields = TomlTable::table(text, "platform", platform)?;
    let mut found = platform_fields(&mut fields)?;
    fields.finish()?;
    let channels = root.tables("channel")?;
    root.finish()?;
    if let Some((_, first)) = channels.first() {
        let fault = match (found.kind, found.withdrawable) {
            (AccountKind::Carrier, _) => Some(Fault::ChannelOnCarrier),
            (_, false) => Some(Fault::ChannelOnClosed),
            _ => None,
        };
        if let Some(fault) = fault {
            let line = line_of(text, first.span().start);
            return Err(FileError { line, key: "channel 1".into(), fault });
        }
    }
    for (index, table) in channels {
        let path = format!("channel {}", index + 1);
        let mut fields = TomlTable::table(text, &path, table)?;
        let channel = channel(&mut fields, &found, decimals_of)?;
        fields.finish()?;
        if found.channels.iter().any(|c| c.id == channel.id) {
            let line = line_of(text, table.span().start);
            return Err(FileError { line, key: path, fault: Fault::DuplicateChannel(channel.id) });
        }
        found.channels.push(channel);
    }
    Ok(found)
}

fn platform_fields(fields: &mut TomlTable<'_>) -> Result<Platform, FileError> {
    let id = fields.required_text("id", ExpectedSetting::Id, is_id)?;
    let name = fields.text("name")?.ok_or_else(|| fields.missing("name"))?;
    let aliases = match fields.take("aliases") {
        None => Vec::new(),
        Some(value) => {
            fields.list("aliases", value, |v| v.as_str().and_then(stored), ExpectedSetting::Texts)?
        }
    };
    let kind = fields.required_word("kind", &["wallet", "rewards", "giftcard", "carrier"])?;
    let kind = AccountKind::parse(kind).unwrap_or(AccountKind::Wallet);
    let country = fields.string("country", ExpectedSetting::Country, |s| {
        s.len() == 2 && s.bytes().all(|b| b.is_ascii_uppercase())
    })?;
    let unit_code = fields.required_text("unit", ExpectedSetting::UnitCode, is_unit_code)?;
    let decimals = fields.whole("decimals", 0, i64::from(DECIMALS_MAX))?;
    let unit = match (Unit::currency(&unit_code), decimals) {
        (Some(currency), None) => currency,
        (Some(currency), Some(given)) if i64::from(currency.decimals) == given => currency,
        (Some(currency), Some(_)) => {
            return Err(
                fields.wrong("decimals", Fault::Expected(ExpectedSetting::CurrencyDecimals(currency)))
            );
        }
        (None, Some(given)) => Unit::new(&unit_code, given as u8),
        (None, None) => return Err(fields.missing("decimals")),
    };
    let ended = fields.word("status", &["active", "ended"])? == Some("ended");
    let withdrawable = fields.flag("withdrawable")?.unwrap_or(true);
    let reason = fields.text("reason")?;
    if !withdrawable && reason.is_none() {
        return Err(fields.missing("reason"));
    }
    let expires_after = fields
        .string("expires_after", ExpectedSetting::Validity, |s| validity(s).is_some())?
        .and_then(|s| validity(&s));
    let (aliases, channels) = (aliases, Vec::new());
    Ok(Platform {
        id,
        name,
        aliases,
        kind,
        country,
        unit,
        ended,
        withdrawable,
        reason,
        expires_after,
        channels,
    })
}

fn channel(
    fields: &mut TomlTable<'_>,
    platform: &Platform,
    decimals_of: &dyn Fn(&str) -> Option<u8>,
) -> Result<Channel, FileError> {
    let id = fields.required_text("id", ExpectedSetting::Id, is_id)?;
    let name = fields.text("name")?.ok_or_else(|| fields.missing("name"))?;
    let to = fields.required_text("to", ExpectedSetting::Destination, |s| destination(s).is_some())?;
    let to = destination(&to).unwrap_or(Destination::Bank);
    let pays = match fields.string("pays", ExpectedSetting::UnitCode, is_unit_code)? {
        None => platform.unit.clone(),
        Some(code) if *code == *platform.unit.code => platform.unit.clone(),
        Some(code) => match Unit::currency(&code).or_else(|| decimals_of(&code).map(|d| Unit::new(&code, d)))
        {
            Some(unit) => unit,
            None => return Err(fields.wrong("pays", Fault::UnknownUnit(code))),
        },
    };
    let rate = match fields.string("rate", ExpectedSetting::Rate, |_| true)? {
        None => Rate::ONE,
        Some(text) => match Rate::parse(&text) {
            Ok(rate) => rate,
            Err(crate::money::RateError::NotPositive(_)) => {
                return Err(fields.wrong("rate", Fault::RateNotPositive));
            }
            Err(_) => {
                return Err(fields.wrong("rate", Fault::Expected(ExpectedSetting::Rate)));
            }
        },
    };
    let arrives = match fields.take("arrives") {
        None => None,
        Some(value) => {
            let delays =
                fields.list("arrives", value, |v| v.as_str().and_then(delay), ExpectedSetting::Arrival)?;
            match delays.as_slice() {
                [earliest, latest] if earliest.hours_min() <= latest.hours_min() => {
                    Some((*earliest, *latest))
                }
                _ => return Err(fields.wrong("arrives", Fault::Expected(ExpectedSetting::Arrival))),
            }
        }
    };
    let requires = match fields.take("requires") {
        None => Vec::new(),
        Some(value) => fields.list("requires", value, text_of, ExpectedSetting::Texts)?,
    };
    let condition = fields.text("condition")?;
    let tables = fields.tables("tariff")?;
    if tables.is_empty() {
        return Err(fields.missing("tariff"));
    }
    let mut tariffs: Vec<Tariff> = Vec::new();
    for (index, table) in tables {
        let path = format!("{}, tariff {}", fields.path, index + 1);
        let mut inner = TomlTable::table(fields.text, &path, table)?;
        let tariff = tariff(&mut inner, platform.unit.decimals)?;
        inner.finish()?;
        let overlap = |other: &&Tariff| {
            let begin = tariff.from.max(other.from);
            let ends = |t: &Tariff| t.until.is_none_or(|until| begin.is_none_or(|b| b <= until));
            ends(&tariff) && ends(other)
        };
        if let Some(other) = tariffs.iter().find(overlap) {
            let day = tariff.from.max(other.from).or(tariff.until.min(other.until)).unwrap_or(tariff.checked);
            let line = line_of(fields.text, table.span().start);
            return Err(FileError { line, key: path, fault: Fault::DatesOverlap(day) });
        }
        tariffs.push(tariff);
    }
    tariffs.sort_unstable_by_key(|t| t.from);
    Ok(Channel { id, name, to, pays, rate, arrives, requires, condition, tariffs })
}

fn tariff(fields: &mut TomlTable<'_>, decimals: u8) -> Result<Tariff, FileError> {
    let (from, until) = (fields.day("from")?, fields.day("until")?);
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        return Err(fields.wrong("until", Fault::DatesBackwards));
    }
    let (min, max) = (fields.minor("min", decimals)?, fields.minor("max", decimals)?);
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        return Err(fields.wrong("min", Fault::MinAboveMax));
    }
    let step = fields.minor("step", decimals)?.unwrap_or(1);
    if step < 1 {
        return Err(fields.wrong("step", Fault::Expected(ExpectedSetting::AmountAboveZero)));
    }
    let whole_balance = fields.flag("whole_balance")?.unwrap_or(false);
    let side = match fields.word("side", &["deducted", "on-top"])? {
        Some("on-top") => Side::OnTop,
        _ => Side::Deducted,
    };
    let source = fields.required_text("source", ExpectedSetting::Source, |s| {
        s.strip_prefix("https://")
            .is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace))
    })?;
    let checked = fields.day("checked")?.ok_or_else(|| fields.missing("checked"))?;
    let confidence = match fields.required_word("confidence", &["official", "secondary", "unverified"])? {
        "official" => Confidence::Official,
        "secondary" => Confidence::Secondary,
        _ => Confidence::Unverified,
    };
    let assumed = assumed(fields)?;
    let mut limits = Vec::new();
    for (index, table) in fields.tables("limits")? {
        let path = format!("{}, limit {}", fields.path, index + 1);
        let mut inner = TomlTable::table(fields.text, &path, table)?;
        let per = inner.window()?;
        let (amount, count) = (inner.minor("amount", decimals)?, inner.whole("count", 1, i64::MAX)?);
        if amount.is_none() && count.is_none() {
            return Err(inner.missing("amount"));
        }
        let pool = inner.string("pool", ExpectedSetting::Name, |s| !s.is_empty())?;
        inner.finish()?;
        limits.push(Limit { per, amount, count, pool });
    }
    let mut charges = Vec::new();
    for (index, table) in fields.tables("charge")? {
        let path = format!("{}, charge {}", fields.path, index + 1);
        let mut inner = TomlTable::table(fields.text, &path, table)?;
        charges.push(charge(&mut inner, decimals)?);
        inner.finish()?;
    }
    Ok(Tariff {
        from,
        until,
        min,
        max,
        step,
        whole_balance,
        side,
        source,
        checked,
        confidence,
        assumed,
        limits,
        charges,
    })
}

/// The keys of a rule and its parts that a source may leave open.
const RULE_KEYS: [&str; 26] = [
    "from",
    "until",
    "min",
    "max",
    "step",
    "whole_balance",
    "side",
    "limits",
    "charge",
    "kind",
    "base",
    "flat",
    "percent",
    "slabs",
    "brackets",
    "round",
    "when",
    "share_from",
    "free",
    "per",
    "amount",
    "count",
    "crossing",
    "pool",
    "clamp",
    "to",
];

fn assumed(fields: &mut TomlTable<'_>) -> Result<Vec<String>, FileError> {
    let Some(value) = fields.take("assumed") else { return Ok(Vec::new()) };
    let wanted = || Fault::Expected(ExpectedSetting::RuleKeys(&RULE_KEYS));
    let items = value.get_ref().as_array().ok_or_else(|| fields.wrong("assumed", wanted()))?;
    let mut keys: Vec<String> = Vec::new();
    for item in items {
        let key = item.get_ref().as_str().filter(|key| RULE_KEYS.contains(key));
        match key.filter(|key| !keys.iter().any(|known| known == key)) {
            Some(key) => keys.push(key.to_string()),
            None => return Err(fields.wrong("assumed", wanted())),
        }
    }
    Ok(keys)
}

fn charge(fields: &mut TomlTable<'_>, decimals: u8) -> Result<Charge, FileError> {
    let kind = match fields.word("kind", &["fee", "tax"])? {
        Some("tax") => ChargeKind::Tax,
        _ => ChargeKind::Fee,
    };
    let base = match fields.word("base", &["amount", "charges", "rest"])? {
        Some("charges") => Base::Charges,
        Some("rest") => Base::Rest,
        _ => Base::Amount,
    };
    let line = slab(fields, decimals, false)?;
    let scales = [("slabs", fields.tables("slabs")?), ("brackets", fields.tables("brackets")?)];
    let mut scale = Scale::Line(line);
    for (key, tables) in scales {
        if tables.is_empty() {
            continue;
        }
        if !matches!(&scale, Scale::Line(l) if l.flat == 0 && l.percent.high == 0) {
            return Err(fields.wrong(key, Fault::Expected(ExpectedSetting::OneScale)));
        }
        let steps = steps(fields, key, tables, decimals)?;
        scale = if key == "slabs" { Scale::Slabs(steps) } else { Scale::Brackets(steps) };
    }
    let (min, max) = (fields.minor("min", decimals)?, fields.minor("max", decimals)?);
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        return Err(fields.wrong("min", Fault::MinAboveMax));
    }
    let (round, round_to) = rounding(fields, decimals)?;
    let share_from = match fields.take("when") {
        None => None,
        Some(value) => {
            let path = format!("{}, when", fields.path);
            let mut inner = TomlTable::table(fields.text, &path, value)?;
            let share = inner.take("share_from").ok_or_else(|| inner.missing("share_from"))?;
            let share = share.get_ref().as_str().and_then(parse_percent);
            let wanted = || Fault::Expected(ExpectedSetting::Percent);
            let share = share.ok_or_else(|| inner.wrong("share_from", wanted()))?;
            inner.finish()?;
            Some(share)
        }
    };
    let free = match fields.take("free") {
        None => None,
        Some(value) => {
            let path = format!("{}, free", fields.path);
            let mut inner = TomlTable::table(fields.text, &path, value)?;
            let per = inner.window()?;
            let (count, amount) = (inner.whole("count", 1, i64::MAX)?, inner.minor("amount", decimals)?);
            if amount.is_none() && count.is_none() {
                return Err(inner.missing("count"));
            }
            let crossing = match inner.word("crossing", &["marginal", "cliff"])? {
                Some("cliff") => Crossing::Cliff,
                _ => Crossing::Marginal,
            };
            let pool = inner.string("pool", ExpectedSetting::Name, |s| !s.is_empty())?;
            inner.finish()?;
            Some(Free { count, amount, per, crossing, pool })
        }
    };
    let clamp = fields.flag("clamp")?.unwrap_or(false);
    Ok(Charge { kind, base, scale, min, max, round, round_to, share_from, free, clamp })
}

/// Parses `flat` and `percent` of a charge or a step of a scale, and `to` of a step.
fn slab(fields: &mut TomlTable<'_>, decimals: u8, is_step: bool) -> Result<Slab, FileError> {
    let to = if is_step { fields.minor("to", decimals)? } else { None };
    let flat = fields.minor("flat", decimals)?.unwrap_or(0);
    let percent = match fields.take("percent") {
        None => Percent { low: 0, high: 0 },
        Some(value) => {
            let range = match value.get_ref() {
                DeValue::String(text) => parse_percent(text).map(|p| (p, p)),
                DeValue::Array(ends) if ends.len() == 2 => {
                    let end =
                        |i: usize| ends.get(i).and_then(|v| v.get_ref().as_str()).and_then(parse_percent);
                    end(0).zip(end(1)).filter(|(low, high)| low <= high)
                }
                _ => None,
            };
            let (low, high) = range
                .ok_or_else(|| fields.wrong("percent", Fault::Expected(ExpectedSetting::PercentRange)))?;
            Percent { low, high }
        }
    };
    Ok(Slab { to, flat, percent })
}

/// Parses the steps of a scale: each ends above the one before, and only the last may be open.
fn steps(
    fields: &TomlTable<'_>,
    key: &str,
    tables: Vec<(usize, &Spanned<DeValue<'_>>)>,
    decimals: u8,
) -> Result<Vec<Slab>, FileError> {
    let mut steps: Vec<Slab> = Vec::new();
    for (index, table) in tables {
        let path = format!("{}, {key} {}", fields.path, index + 1);
        let mut inner = TomlTable::table(fields.text, &path, table)?;
        let step = slab(&mut inner, decimals, true)?;
        inner.finish()?;
        let fault = match steps.last().map(|last| last.to) {
            Some(None) => Some(Fault::SlabOpenBeforeLast),
            Some(Some(before)) if step.to.is_some_and(|to| to <= before) => Some(Fault::SlabsOverlap),
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(FileError { line: line_of(fields.text, table.span().start), key: path, fault });
        }
        steps.push(step);
    }
    Ok(steps)
}

fn rounding(fields: &mut TomlTable<'_>, decimals: u8) -> Result<(RoundingMode, i64), FileError> {
    const MODES: [&str; 4] = ["half-up", "half-even", "up", "down"];
    let mode = |word: &str| match word {
        "half-up" => Some(RoundingMode::HalfUp),
        "half-even" => Some(RoundingMode::HalfEven),
        "up" => Some(RoundingMode::Up),
        "down" => Some(RoundingMode::Down),
        _ => None,
    };
    let Some(value) = fields.take("round") else { return Ok((RoundingMode::HalfUp, 1)) };
    if value.get_ref().as_table().is_some() {
        let path = format!("{}, round", fields.path);
        let mut inner = TomlTable::table(fields.text, &path, value)?;
        let word = inner.required_word("mode", &MODES)?;
        let to = inner.minor("to", decimals)?.unwrap_or(1);
        if to < 1 {
            return Err(inner.wrong("to", Fault::Expected(ExpectedSetting::AmountAboveZero)));
        }
        inner.finish()?;
        return Ok((mode(word).unwrap_or(RoundingMode::HalfUp), to));
    }
    let word = value.get_ref().as_str().and_then(mode);
    let wanted = || Fault::Expected(ExpectedSetting::Rounding(&MODES));
    word.map(|mode| (mode, 1)).ok_or_else(|| fields.wrong("round", wanted()))
}

/// Parses a percentage to millionths of a percent.
fn parse_percent(text: &str) -> Option<i64> {
    parse_minor(text, 6).filter(|p| (0..=1_000_000_000).contains(p))
}

fn is_id(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_unit_code(text: &str) -> bool {
    (2..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn destination(text: &str) -> Option<Destination> {
    Some(match text {
        "bank" => Destination::Bank,
        "card" => Destination::Card,
        "cash" => Destination::Cash,
        "voucher" => Destination::Voucher,
        _ => Destination::Wallet(text.strip_prefix("wallet:").filter(|id| is_id(id))?.to_string()),
    })
}

/// Parses `0h`, `36h`, `5d`, or `3bd` for business days.
fn delay(text: &str) -> Option<Delay> {
    let (count, factor) = match (text.strip_suffix("bd"), text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(count), _, _) => (count, None),
        (_, Some(count), _) => (count, Some(1)),
        (_, _, Some(count)) => (count, Some(24)),
        _ => return None,
    };
    let count = parse_minor(count, 0).filter(|n| (0..=10_000).contains(n))?;
    Some(factor.map_or(Delay::BusinessDays(count), |factor| Delay::Hours(count * factor)))
}

fn validity(text: &str) -> Option<Validity> {
    if text == "never" {
        return Some(Validity::Never);
    }
    let (text, until) = match text.split_once('/') {
        None => (text, LifeEnd::SameDay),
        Some((text, "month-end")) => (text, LifeEnd::MonthEnd),
        Some((text, "year-end")) => (text, LifeEnd::YearEnd),
        Some(_) => return None,
    };
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count = parse_minor(count, 0).filter(|n| (1..=9_999).contains(n))? as i32;
    let length = match unit {
        "d" => LifeLength::Days(count),
        "m" => LifeLength::Months(count),
        "y" => LifeLength::Months(count.checked_mul(12)?),
        _ => return None,
    };
    Some(Validity::Lasts { length, until })
}

/// Parses a text for people: a string, or `{ en = "…", ko = "…" }`, where `ko` is optional.
fn text_of(value: &DeValue<'_>) -> Option<Text> {
    match value {
        DeValue::String(text) => Some(Text { en: stored(text)?, ko: None }),
        DeValue::Table(table) => {
            let mut text = Text { en: String::new(), ko: None };
            for (language, value) in table.iter() {
                let value = stored(value.get_ref().as_str()?)?;
                match language.get_ref().as_ref() {
                    "en" => text.en = value,
                    "ko" => text.ko = Some(value),
                    _ => return None,
                }
            }
            (!text.en.is_empty()).then_some(text)
        }
        _ => None,
    }
}

fn stored(text: &str) -> Option<String> {
    text::checked(text, TEXT_MAX).ok().map(|text| text.into_owned())
}

/// Checks every string in a table and in the tables inside it, whatever its key.
fn check_texts(text: &str, path: &str, table: &DeTable<'_>) -> Result<(), FileError> {
    let under = |key: &str| if path.is_empty() { key.to_string() } else { format!("{path}, {key}") };
    for (key, value) in table.iter() {
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(inner) => check_texts(text, &under(name), inner)?,
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    match item.get_ref() {
                        DeValue::Table(inner) => {
                            check_texts(text, &format!("{} {}", under(name), index + 1), inner)?;
                        }
                        value => check_text(text, item.span().start, || under(name), value)?,
                    }
                }
            }
            inner => check_text(text, value.span().start, || under(name), inner)?,
        }
    }
    Ok(())
}

/// Empty strings are left to the check of their key.
fn check_text(
    text: &str,
    start: usize,
    key: impl Fn() -> String,
    value: &DeValue<'_>,
) -> Result<(), FileError> {
    match value.as_str().map(|value| text::checked(value, TEXT_MAX)) {
        None | Some(Ok(_) | Err(TextError::Empty)) => Ok(()),
        Some(Err(error)) => {
            Err(FileError { line: line_of(text, start), key: key(), fault: Fault::Text(error) })
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1
}

/// The keys of one table. Keys that were never taken are unknown.
struct TomlTable<'t> {
    text: &'t str,
    path: String,
    start: usize,
    table: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

impl<'t> TomlTable<'t> {
    fn of(text: &'t str, path: &str, start: usize, table: &'t DeTable<'t>) -> TomlTable<'t> {
        TomlTable { text, path: path.to_string(), start, table, asked: Vec::new() }
    }

    fn table(text: &'t str, path: &str, value: &'t Spanned<DeValue<'t>>) -> Result<TomlTable<'t>, FileError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(TomlTable::of(text, path, value.span().start, table)),
            _ => Err(FileError {
                line: line_of(text, value.span().start),
                key: path.to_string(),
                fault: Fault::Expected(ExpectedSetting::Table),
            }),
        }
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}, {key}", self.path) }
    }

    fn missing(&self, key: &str) -> FileError {
        FileError { line: line_of(self.text, self.start), key: self.key(key), fault: Fault::Missing }
    }

    fn wrong(&self, key: &str, fault: Fault) -> FileError {
        let start = self.table.get(key).map_or(self.start, |v| v.span().start);
        FileError { line: line_of(self.text, start), key: self.key(key), fault }
    }

    fn take(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.push(key);
        self.table.get(key)
    }

    fn required(&mut self, key: &'static str) -> Result<&'t Spanned<DeValue<'t>>, FileError> {
        self.take(key).ok_or_else(|| self.missing(key))
    }

    fn finish(&self) -> Result<(), FileError> {
        let unknown = self.table.iter().find(|(key, _)| !self.asked.contains(&key.get_ref().as_ref()));
        match unknown {
            None => Ok(()),
            Some((key, _)) => Err(FileError {
                line: line_of(self.text, key.span().start),
                key: self.key(key.get_ref()),
                fault: Fault::UnknownKey(self.asked.clone()),
            }),
        }
    }

    fn string(
        &mut self,
        key: &'static str,
        expected: ExpectedSetting,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Option<String>, FileError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) if fits(text) => Ok(Some(text.to_string())),
            _ => Err(self.wrong(key, Fault::Expected(expected))),
        }
    }

    fn required_text(
        &mut self,
        key: &'static str,
        expected: ExpectedSetting,
        fits: impl Fn(&str) -> bool,
    ) -> Result<String, FileError> {
        self.string(key, expected, fits)?.ok_or_else(|| self.missing(key))
    }

    fn word(&mut self, key: &'static str, words: &[&'static str]) -> Result<Option<&'static str>, FileError> {
        let expected = ExpectedSetting::OneOf(words.to_vec());
        let found = self.string(key, expected, |s| words.contains(&s))?;
        Ok(found.and_then(|f| words.iter().copied().find(|w| *w == f)))
    }

    fn required_word(
        &mut self,
        key: &'static str,
        words: &[&'static str],
    ) -> Result<&'static str, FileError> {
        self.word(key, words)?.ok_or_else(|| self.missing(key))
    }

    fn text(&mut self, key: &'static str) -> Result<Option<Text>, FileError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let wanted = || Fault::Expected(ExpectedSetting::Text);
        text_of(value.get_ref()).map(Some).ok_or_else(|| self.wrong(key, wanted()))
    }

    fn flag(&mut self, key: &'static str) -> Result<Option<bool>, FileError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let flag = value.get_ref().as_bool();
        flag.map(Some).ok_or_else(|| self.wrong(key, Fault::Expected(ExpectedSetting::Flag)))
    }

    fn whole(&mut self, key: &'static str, least: i64, most: i64) -> Result<Option<i64>, FileError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let whole = value.get_ref().as_integer().filter(|n| n.radix() == 10);
        let whole = whole.and_then(|n| n.as_str().parse::<i64>().ok()).filter(|n| (least..=most).contains(n));
        let wanted = || {
            let most = (most < i64::MAX).then_some(most);
            Fault::Expected(ExpectedSetting::Whole { least, most })
        };
        whole.map(Some).ok_or_else(|| self.wrong(key, wanted()))
    }

    /// Parses a decimal string in minor units of the platform's unit, at least 0.
    fn minor(&mut self, key: &'static str, decimals: u8) -> Result<Option<i64>, FileError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let minor = value.get_ref().as_str().and_then(|s| parse_minor(s, decimals)).filter(|p| *p >= 0);
        let wanted = || Fault::Expected(ExpectedSetting::Amount { decimals });
        minor.map(Some).ok_or_else(|| self.wrong(key, wanted()))
    }

    fn day(&mut self, key: &'static str) -> Result<Option<Day>, FileError> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let day = value.get_ref().as_datetime().and_then(|date| Day::parse_iso(&date.to_string()));
        let wanted = || Fault::Expected(ExpectedSetting::Day);
        day.map(Some).ok_or_else(|| self.wrong(key, wanted()))
    }

    fn window(&mut self) -> Result<Window, FileError> {
        const WORDS: [&str; 8] = ["day", "week", "month", "year", "lifetime", "24h", "168h", "30d"];
        Ok(match self.required_word("per", &WORDS)? {
            "day" => Window::Day,
            "week" => Window::Week,
            "month" => Window::Month,
            "year" => Window::Year,
            "lifetime" => Window::Lifetime,
            "24h" => Window::Hours(24),
            "168h" => Window::Hours(168),
            _ => Window::Hours(720),
        })
    }

    fn list<T>(
        &self,
        key: &'static str,
        value: &'t Spanned<DeValue<'t>>,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
        expected: ExpectedSetting,
    ) -> Result<Vec<T>, FileError> {
        let items = value.get_ref().as_array();
        let items = items.and_then(|items| items.iter().map(|item| read(item.get_ref())).collect());
        items.ok_or_else(|| self.wrong(key, Fault::Expected(expected)))
    }

    /// Returns the tables of an array of tables with their index from 0; none if the key is absent.
    fn tables(&mut self, key: &'static str) -> Result<Vec<(usize, &'t Spanned<DeValue<'t>>)>, FileError> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        match value.get_ref() {
            DeValue::Array(items) if items.len() > TABLES_MAX => {
                Err(self.wrong(key, Fault::TooMany(TABLES_MAX)))
            }
            DeValue::Array(items) => Ok(items.iter().enumerate().collect()),
            _ => Err(self.wrong(key, Fault::Expected(ExpectedSetting::Tables))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a file with one channel, with extra lines for its platform, channel and rule.
    fn file(platform: &str, channel: &str, tariff: &str) -> String {
        format!(
            "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"rewards\"\nunit = \"KRW\"\n{platform}\n\
             [[channel]]\nid = \"c\"\nname = \"C\"\nto = \"bank\"\n{channel}\n\
             [[channel.tariff]]\nsource = \"https://p.example/fees\"\nchecked = 2026-11-22\n\
             confidence = \"official\"\n{tariff}\n"
        )
    }

    fn read(platform: &str, channel: &str, tariff: &str) -> Result<Platform, (usize, String)> {
        parse_platform(&file(platform, channel, tariff), &|_| None).map_err(|error| (error.line, error.key))
    }

    #[test]
    fn a_list_has_an_end() {
        let brackets = |count: usize| {
            let steps: Vec<String> =
                (1..=count).map(|to| format!("{{ to = \"{to}\", flat = \"1\" }}")).collect();
            read("", "", &format!("[[channel.tariff.charge]]\nbrackets = [{}]", steps.join(", ")))
        };
        assert!(brackets(TABLES_MAX).is_ok());
        let key = "channel 1, tariff 1, charge 1, brackets".to_string();
        assert_eq!(brackets(TABLES_MAX + 1), Err((17, key)));
    }

    #[test]
    fn no_text_of_a_file_holds_what_cannot_be_seen() {
        for (platform, channel, tariff, wrong) in [
            ("aliases = [\"a\", \"b\\u200Bc\"]", "", "", (6, "platform, aliases")),
            ("reason = { en = \"x\", ko = \"\\u3164\" }", "", "", (6, "platform, reason, ko")),
            ("", "requires = [\"x\\u001B[31m\"]", "", (11, "channel 1, requires")),
            ("", "", "pool = \"\\uFEFF\"", (16, "channel 1, tariff 1, pool")),
        ] {
            assert_eq!(read(platform, channel, tariff), Err((wrong.0, wrong.1.into())));
        }
        let long = format!("aliases = [\"{}\"]", "x".repeat(1_001));
        assert_eq!(read(&long, "", ""), Err((6, "platform, aliases".into())));
    }

    #[test]
    fn reads_a_condition_in_both_languages() {
        let channel = "condition = { en = \"part was spent\", ko = \"일부를 사용한 경우\" }";
        let condition = read("", channel, "").unwrap().channels[0].condition.clone().unwrap();
        assert_eq!(
            (condition.en.as_str(), condition.ko.as_deref()),
            ("part was spent", Some("일부를 사용한 경우"))
        );
        assert_eq!(read("", "", "").unwrap().channels[0].condition, None);
        let wrong_tables = [
            "ko = \"일부\"",
            "en = \"part\", ko = 1",
            "en = \"part\", ko = \"\"",
            "en = \"part\", de = \"Teil\"",
        ];
        let wrong_tables = wrong_tables.map(|inner| format!("condition = {{ {inner} }}"));
        for wrong in ["condition = \"\"".into(), "condition = true".into()].iter().chain(&wrong_tables) {
            assert_eq!(read("", wrong, ""), Err((11, "channel 1, condition".into())), "{wrong}");
        }
    }

    #[test]
    fn reads_the_keys_that_a_source_leaves_open() {
        let assumed =
            read("", "", "assumed = [\"side\", \"round\"]").unwrap().channels[0].tariffs[0].assumed.clone();
        assert_eq!(assumed, ["side", "round"]);
        for wrong in ["\"side\"", "[\"sides\"]", "[\"side\", \"side\"]", "[1]", "[\"source\"]"] {
            let wrong = read("", "", &format!("assumed = {wrong}"));
            assert_eq!(wrong, Err((16, "channel 1, tariff 1, assumed".into())));
        }
    }

    #[test]
    fn reads_arrival_in_business_days() {
        let arrives = |text: &str| read("", &format!("arrives = {text}"), "").map(|p| p.channels[0].arrives);
        let days = |from, to| Ok(Some((Delay::BusinessDays(from), Delay::BusinessDays(to))));
        assert_eq!(arrives("[\"1bd\", \"3bd\"]"), days(1, 3));
        assert_eq!(arrives("[\"0h\", \"3bd\"]"), Ok(Some((Delay::Hours(0), Delay::BusinessDays(3)))));
        assert_eq!(arrives("[\"36h\", \"2d\"]"), Ok(Some((Delay::Hours(36), Delay::Hours(48)))));
        for wrong in ["[\"3bd\", \"1bd\"]", "[\"3bd\", \"2d\"]", "[\"bd\", \"3bd\"]", "[\"1b\", \"3b\"]"] {
            assert_eq!(arrives(wrong), Err((11, "channel 1, arrives".into())), "{wrong}");
        }
    }

    #[test]
    fn reads_how_long_a_lot_lives() {
        let validity =
            |text: &str| read(&format!("expires_after = \"{text}\""), "", "").map(|p| p.expires_after);
        let lasts = |length, until| Ok(Some(Validity::Lasts { length, until }));
        assert_eq!(validity("5y"), lasts(LifeLength::Months(60), LifeEnd::SameDay));
        assert_eq!(validity("5y/month-end"), lasts(LifeLength::Months(60), LifeEnd::MonthEnd));
        assert_eq!(validity("18m/year-end"), lasts(LifeLength::Months(18), LifeEnd::YearEnd));
        assert_eq!(validity("never"), Ok(Some(Validity::Never)));
        for wrong in ["5y/week-end", "never/month-end", "/month-end", "5/month-end", "5y/month-end/year-end"]
        {
            assert_eq!(validity(wrong), Err((6, "platform, expires_after".into())), "{wrong}");
        }
    }
}
