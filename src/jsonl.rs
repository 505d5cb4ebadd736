//! The lines of a JSON Lines file: one fact a line, written by an export and read by an import.
//!
//! The structs say which fields a line has; whether the values mean something is checked by
//! `import`, and the order of lines is made by `export`.

use crate::ledger::{Account, Entry, Expires, Kind, Snapshot};
use crate::money::{Rate, Unit};
use crate::period::{Day, LocalDateTime};
use crate::text;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::borrow::Cow;

/// The first line of every file.
pub const HEADER: &str = "{\"jandon\":1}\n";
/// The version of the format.
pub const VERSION: u64 = 1;

/// One line of a file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(
    clippy::large_enum_variant,
    reason = "nearly every line is an entry, and lines are handed on by hundreds"
)]
pub enum Line {
    /// A unit that is used from now on.
    Unit(UnitLine),
    /// An account that is opened or changed.
    Account(AccountLine),
    /// The rate of a unit from a day on.
    Rate(RateLine),
    /// A command that wrote facts; they name it.
    Change(ChangeLine),
    /// A dated event.
    Entry(EntryLine),
    /// A balance that the user saw.
    Snapshot(SnapshotLine),
    /// A change no longer counts, or counts again.
    Void(VoidLine),
    /// Not a line: the start of another file.
    #[serde(skip)]
    NextFile,
}

/// A unit.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct UnitLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    pub code: String,
    pub decimals: u8,
}

/// An account; `of` is the name it had before.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct AccountLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    pub kind: String,
    pub unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill_day: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// A rate.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct RateLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    pub unit: String,
    pub value: String,
    pub of: String,
    pub date: String,
}

/// A change.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct ChangeLine {
    pub id: String,
    pub at: String,
    pub command: String,
}

/// An entry.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct EntryLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<SmolStr>,
    pub at: DateField,
    pub kind: KindField,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_unit: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<SmolStr>,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub arriving: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_unit: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payee: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The part of the content that needs no ledger, hashed on the thread that reads the file.
    #[serde(skip)]
    pub(crate) begun: Content,
}

/// The field `at`. Parsed on the thread that reads the file.
#[derive(Clone, Debug)]
pub enum DateField {
    /// A date and a time.
    Time(LocalDateTime),
    /// A date alone.
    Day(Day),
    /// Neither.
    Neither(SmolStr),
}

/// The field `kind`. Parsed on the thread that reads the file.
#[derive(Clone, Debug)]
pub enum KindField {
    /// A kind.
    Kind(Kind),
    /// None.
    None(SmolStr),
}

/// A snapshot.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct SnapshotLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<SmolStr>,
    pub at: DateField,
    pub account: SmolStr,
    pub balance: SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A void.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of the contract")]
pub struct VoidLine {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    pub of: String,
    pub at: String,
}

/// A visitor that converts a string without storing it.
struct ParsedText<T>(fn(&str) -> T);

impl<T> Visitor<'_> for ParsedText<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}

impl<'de> Deserialize<'de> for DateField {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<DateField, D::Error> {
        from.deserialize_str(ParsedText(DateField::read))
    }
}

impl<'de> Deserialize<'de> for KindField {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<KindField, D::Error> {
        let read =
            |text: &str| Kind::parse(text).map_or_else(|| KindField::None(text.into()), KindField::Kind);
        from.deserialize_str(ParsedText(read))
    }
}

impl Serialize for DateField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            DateField::Time(at) => serializer.collect_str(at),
            DateField::Day(day) => serializer.collect_str(day),
            DateField::Neither(text) => serializer.serialize_str(text),
        }
    }
}

impl Serialize for KindField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            KindField::Kind(kind) => kind.as_str(),
            KindField::None(word) => word,
        })
    }
}

impl DateField {
    pub(crate) fn read(text: &str) -> DateField {
        let moment = LocalDateTime::parse_iso(text).map(DateField::Time);
        let day = || Day::parse_iso(text).map(DateField::Day);
        moment.or_else(day).unwrap_or_else(|| DateField::Neither(text.into()))
    }
}

impl Line {
    /// Returns the line as JSON, with its line end. Invisible characters are escaped.
    pub fn to_json(&self) -> String {
        // A value of text and whole numbers has no way to fail.
        let line = serde_json::to_string(self).unwrap_or_default();
        let escaped = match text::json_escaped(&line) {
            Cow::Borrowed(_) => line,
            Cow::Owned(escaped) => escaped,
        };
        escaped + "\n"
    }
}

/// Returns the expiry as files write it; `None` if it is unknown.
pub fn expires_text(expires: Expires) -> Option<String> {
    match expires {
        Expires::Unknown => None,
        Expires::On(day) => Some(day.to_string()),
        Expires::Never => Some("never".into()),
    }
}

impl UnitLine {
    /// Returns the line without ids.
    pub fn new(unit: &Unit) -> UnitLine {
        UnitLine { change: None, code: unit.code.to_string(), decimals: unit.decimals }
    }
}

impl AccountLine {
    /// Returns the line without ids.
    pub fn new(account: &Account) -> AccountLine {
        AccountLine {
            change: None,
            of: None,
            name: account.name.clone(),
            platform: account.platform.clone(),
            kind: account.kind.as_str().into(),
            unit: account.unit.code.to_string(),
            limit: account.limit.map(|minor| account.unit.money(minor).to_plain_string()),
            bill_day: account.bill_day,
            note: account.note.clone(),
            closed: account.closed,
        }
    }
}

impl RateLine {
    /// Returns the line without ids.
    pub fn new(unit: &Unit, rate: Rate, of: &Unit, day: Day) -> RateLine {
        let (unit, of) = (unit.code.to_string(), of.code.to_string());
        RateLine { change: None, unit, value: rate.to_string(), of, date: day.to_string() }
    }
}

impl ChangeLine {
    /// Returns the line without ids.
    pub fn new(id: Option<&str>, at: LocalDateTime, command: &str) -> ChangeLine {
        ChangeLine { id: id.unwrap_or_default().into(), at: at.to_string(), command: command.into() }
    }
}

impl SnapshotLine {
    /// Returns the line without ids.
    pub fn new(snapshot: &Snapshot, account: &str, unit: &Unit) -> SnapshotLine {
        SnapshotLine {
            id: None,
            change: None,
            at: DateField::Time(snapshot.at),
            account: account.into(),
            balance: unit.money(snapshot.balance).to_plain_string().into(),
            note: snapshot.note.clone(),
        }
    }
}

impl EntryLine {
    /// Returns the line without ids.
    pub fn new(entry: &Entry, from: Option<&str>, to: Option<&str>) -> EntryLine {
        let (out_unit, in_unit) = (&entry.from.unit, &entry.to.unit);
        let two = out_unit != in_unit;
        let text = |minor: i64, unit: &Unit| SmolStr::from(unit.money(minor).to_plain_string());
        let charge = |minor: i64| (minor != 0).then(|| text(minor, out_unit));
        let code = |unit: &Unit| SmolStr::from(&*unit.code);
        EntryLine {
            id: None,
            change: None,
            at: DateField::Time(entry.at),
            kind: KindField::Kind(entry.kind),
            from: from.map(SmolStr::from),
            out: (two || from.is_some()).then(|| text(entry.from.amount, out_unit)),
            out_unit: (two && from.is_none()).then(|| code(out_unit)),
            // With both amounts a fee of 0 follows from them, but a tax does not.
            fee: charge(entry.fee),
            tax: charge(entry.tax),
            to: to.map(SmolStr::from),
            arriving: (two || to.is_some()).then(|| text(entry.to.amount, in_unit)),
            in_unit: (two && to.is_none()).then(|| code(in_unit)),
            category: entry.category.clone(),
            payee: entry.payee.clone(),
            channel: entry.channel.clone(),
            expires: expires_text(entry.expires).map(SmolStr::from),
            note: entry.note.clone(),
            begun: Content::default(),
        }
    }
}

/// The values of a line by key, without ids and the names that accounts had before.
pub struct Keys(Map<String, Value>);

impl std::fmt::Display for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).unwrap_or_default())
    }
}

impl Keys {
    /// Returns the values of the line of an entry between places of those names.
    pub fn of_entry(entry: &Entry, from: Option<&str>, to: Option<&str>) -> Keys {
        Keys::of(&EntryLine::new(entry, from, to))
    }

    /// Returns the values of the line of a snapshot of an account of that name and unit.
    pub fn of_snapshot(snapshot: &Snapshot, account: &str, unit: &Unit) -> Keys {
        Keys::of(&SnapshotLine::new(snapshot, account, unit))
    }

    /// Returns the values of the line of an account.
    pub fn of_account(account: &Account) -> Keys {
        Keys::of(&AccountLine::new(account))
    }

    /// Returns the values of the line of a rate.
    pub fn of_rate(unit: &Unit, rate: Rate, of: &Unit, day: Day) -> Keys {
        Keys::of(&RateLine::new(unit, rate, of, day))
    }

    /// Returns the values of the line of a unit.
    pub fn of_unit(unit: &Unit) -> Keys {
        Keys::of(&UnitLine::new(unit))
    }

    /// Returns the values of the line of a change.
    pub fn of_change(at: LocalDateTime, command: &str) -> Keys {
        let mut keys = Keys::of(&ChangeLine::new(None, at, command));
        keys.0.remove("id");
        keys
    }

    /// Returns the values of the line of a void.
    pub fn of_void(of: &str) -> Keys {
        Keys(Map::from_iter([("of".to_string(), Value::from(of))]))
    }

    fn of(line: &impl Serialize) -> Keys {
        match serde_json::to_value(line) {
            Ok(Value::Object(keys)) => Keys(keys),
            _ => Keys(Map::new()),
        }
    }

    /// Returns what each of the two says that the other does not. What only one of them says is null
    /// in the other.
    pub fn differing(&self, other: &Keys) -> [Keys; 2] {
        let part = |one: &Keys, other: &Keys| {
            let all = one.0.keys().chain(other.0.keys());
            let differ = all.filter(|key| one.0.get(*key) != other.0.get(*key));
            Keys(differ.map(|key| (key.clone(), one.0.get(key).cloned().unwrap_or_default())).collect())
        };
        [part(self, other), part(other, self)]
    }

    /// Returns the texts by their keys, empty for null; nothing if there is a value of another kind.
    pub fn texts(&self) -> Vec<(String, String)> {
        let text = |(key, value): (&String, &Value)| {
            let text = if value.is_null() { "" } else { value.as_str()? };
            Some((key.clone(), text.to_string()))
        };
        self.0.iter().map(text).collect::<Option<_>>().unwrap_or_default()
    }
}

/// A hash of what a line says, the same on every machine and in every version: 64-bit FNV-1a over its
/// fields, each ended by a byte that no text of a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Content(u64);

/// The FNV prime.
const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Default for Content {
    fn default() -> Content {
        Content(0xcbf2_9ce4_8422_2325)
    }
}

impl Content {
    /// Returns the hash of a text.
    pub fn of(text: &str) -> Content {
        Content::default().text(text)
    }

    fn bytes(self, bytes: &[u8]) -> Content {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        Content(bytes.iter().fold(self.0, step))
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Content {
        self.bytes(text.as_bytes()).bytes(&[0xff])
    }

    /// Adds a text that may be missing, which is not the same as an empty one.
    #[must_use]
    pub fn maybe(self, text: Option<&str>) -> Content {
        text.map_or(self, |text| self.text(text)).bytes(&[0xfe])
    }

    /// Adds a name, folded for comparison, that may be missing.
    #[must_use]
    pub fn name(self, name: Option<&str>) -> Content {
        self.maybe(name.map(text::fold_case).as_deref())
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, number: i64) -> Content {
        let zeros = number.leading_zeros() as usize / 8;
        let Content(hash) = self.bytes(&number.to_le_bytes()[..8 - zeros]);
        // FNV only multiplies for a zero byte.
        Content(hash.wrapping_mul(PRIME.wrapping_pow(zeros as u32)))
    }

    /// Returns the hash of the `time`-th line of that content.
    pub fn hash(self, time: u64) -> u64 {
        let Content(hash) = self.bytes(&time.to_le_bytes());
        // The low bits of FNV stir little; the high ones are folded in, for 48 bits are used.
        hash ^ (hash >> 48)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_content_of_its_eight_bytes() {
        for number in [0, 1, 255, 256, -1, 4500, 1 << 40, i64::MIN, i64::MAX] {
            let plain = Content::of("amount").bytes(&number.to_le_bytes());
            assert_eq!(Content::of("amount").number(number), plain, "{number}");
        }
    }
}
