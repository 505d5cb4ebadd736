//! A file of lines as facts: one line of JSON, one fact, checked for its form but not yet held
//! against any ledger.

use crate::jsonl::VERSION;
use crate::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Leg, Snapshot};
use crate::money::{DECIMALS_MAX, Rate, Unit, parse_minor};
use crate::period::{Day, LocalDateTime};
use crate::text::{self, NAME_MAX, TEXT_MAX, TextError};
use serde::Deserialize;
use smol_str::SmolStr;

pub use crate::jsonl::{
    AccountLine, ChangeLine, Content, DateField, EntryLine, KindField, Line, RateLine, SnapshotLine,
    UnitLine, VoidLine,
};

/// No line is longer than that.
pub const LINE_MAX: u64 = 1 << 20;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum LineError {
    /// The first line does not say that the file is one of ours.
    NoHeader,
    /// A newer version wrote the file.
    Newer(u64),
    /// It is not text in UTF-8.
    NotText,
    /// It is longer than [`LINE_MAX`].
    TooLong,
    /// It is not JSON.
    NotJson(String),
    /// A field is missing, unknown or of another form.
    Form(String),
    /// The text of a field is none that is stored.
    Text { key: &'static str, error: TextError },
    /// The value of a field is not what it should be.
    Value { key: &'static str, text: String, expected: ExpectedValue },
    /// Neither what leaves nor what arrives is said, or only one of two units.
    AmountMissing(MissingAmount),
    /// No account has that name there.
    UnknownAccount(String),
    /// No unit has that code.
    UnknownUnit(String),
    /// No change has that id there.
    UnknownChange(String),
    /// The change was recorded before, without this.
    ChangeIsOver(String),
    /// The ledger has that account otherwise.
    AccountDiffers(String),
    /// A fact of that id is known, and says something else.
    Differs(Box<Difference>),
}

/// What the value of a field should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum ExpectedValue {
    Moment,
    Day,
    Expiry,
    Amount,
    AmountNotBelowZero,
    AmountThatFits,
    /// What arrives, the fee and the tax together.
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
}

/// The amounts that an entry must have and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingAmount {
    /// The amount that leaves with its place, or the amount that arrives with its place.
    Place,
    /// The amount that leaves, or the amount that arrives.
    Either,
    /// Both, because their units differ.
    Both,
}

/// What a line says otherwise than the known fact of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The kind of the fact: `entry`, `snapshot` and so on.
    pub what: &'static str,
    /// The id, as the line has it.
    pub id: String,
    /// What of the line differs, as JSON.
    pub said: String,
    /// What of the known fact differs, as JSON.
    pub known: String,
    /// The texts of `said` by their keys, unless there is more than texts.
    pub values: Vec<(String, String)>,
    /// The id of the known fact, if the ledger had it before the import.
    pub recorded: Option<Id>,
}

impl DateField {
    /// The moment; of a date alone the one that is given for it.
    fn or(&self, of_day: fn(Day) -> LocalDateTime) -> Result<LocalDateTime, LineError> {
        match self {
            DateField::Time(at) => Ok(*at),
            DateField::Day(day) => Ok(of_day(*day)),
            DateField::Neither(text) => Err(value("at", text, ExpectedValue::Moment)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    jandon: u64,
}

/// Reads the first line of a file.
pub fn header(line: &[u8]) -> Result<(), LineError> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NoHeader)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str(text) {
        Ok(Header { jandon: VERSION }) => Ok(()),
        Ok(Header { jandon }) if jandon > VERSION => Err(LineError::Newer(jandon)),
        _ => Err(LineError::NoHeader),
    }
}

/// Reads one of the lines that follow; nothing where it is blank.
pub fn line(line: &[u8]) -> Result<Option<Line>, LineError> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotText)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut line: Line = serde_json::from_str(text).map_err(|error| {
        // The line is told by its number in the file, not by that in the text handed to serde.
        let mut what = error.to_string();
        if let Some(end) = what.rfind(" at line ") {
            what.truncate(end);
        }
        match error.classify() {
            serde_json::error::Category::Data => LineError::Form(what),
            _ => LineError::NotJson(what),
        }
    })?;
    line.check_texts()?;
    if let Line::Entry(entry) = &mut line {
        entry.begun = entry.begin();
    }
    Ok(Some(line))
}

impl Line {
    /// Brings every text that may be stored into the form in which it is.
    fn check_texts(&mut self) -> Result<(), LineError> {
        match self {
            Line::Unit(line) => {
                check("code", &mut line.code)?;
                check_some("change", &mut line.change)
            }
            Line::Account(line) => {
                check_as("name", &mut line.name, NAME_MAX)?;
                check_some("platform", &mut line.platform)?;
                check_some("note", &mut line.note)?;
                check_some("change", &mut line.change)
            }
            Line::Rate(line) => check_some("change", &mut line.change),
            Line::Change(line) => {
                check("id", &mut line.id)?;
                check("command", &mut line.command)
            }
            Line::Entry(line) => {
                check_some("id", &mut line.id)?;
                check_some("change", &mut line.change)?;
                check_some("category", &mut line.category)?;
                check_some("payee", &mut line.payee)?;
                check_some("channel", &mut line.channel)?;
                check_some("note", &mut line.note)
            }
            Line::Snapshot(line) => {
                check_some("id", &mut line.id)?;
                check_some("change", &mut line.change)?;
                check_some("note", &mut line.note)
            }
            Line::Void(line) => {
                check("of", &mut line.of)?;
                check_some("change", &mut line.change)
            }
            Line::NextFile => Ok(()),
        }
    }
}

/// A text of a line that can be replaced by the form in which it is stored.
trait StoredText: AsRef<str> + for<'t> From<&'t str> {}
impl<T: AsRef<str> + for<'t> From<&'t str>> StoredText for T {}

fn check_as(key: &'static str, text: &mut impl StoredText, max: usize) -> Result<(), LineError> {
    let given = (*text).as_ref();
    let stored = text::checked(given, max).map_err(|error| LineError::Text { key, error })?;
    if *stored != *given {
        let stored = stored.as_ref().into();
        *text = stored;
    }
    Ok(())
}

fn check(key: &'static str, text: &mut impl StoredText) -> Result<(), LineError> {
    check_as(key, text, TEXT_MAX)
}

fn check_some(key: &'static str, text: &mut Option<impl StoredText>) -> Result<(), LineError> {
    text.as_mut().map_or(Ok(()), |text| check(key, text))
}

fn value(key: &'static str, text: &str, expected: ExpectedValue) -> LineError {
    LineError::Value { key, text: text.chars().take(80).collect(), expected }
}

/// The moment of an entry or a change: a date alone is its first second.
pub fn moment(text: &str) -> Result<LocalDateTime, LineError> {
    DateField::read(text).or(Day::start)
}

fn amount(key: &'static str, text: &str, unit: &Unit) -> Result<i64, LineError> {
    parse_minor(text, unit.decimals).ok_or_else(|| value(key, text, ExpectedValue::Amount))
}

impl UnitLine {
    /// The unit.
    pub fn unit(&self) -> Result<Unit, LineError> {
        let unit = Unit::new(&self.code, self.decimals);
        let fits = (1..=16).contains(&unit.code.chars().count()) && *unit.code == *self.code;
        if !fits || self.code.contains(char::is_whitespace) {
            return Err(value("code", &self.code, ExpectedValue::UnitCode));
        }
        if self.decimals > DECIMALS_MAX {
            return Err(value("decimals", &self.decimals.to_string(), ExpectedValue::Decimals));
        }
        Ok(unit)
    }
}

impl AccountLine {
    /// The account, of a unit that is known.
    pub fn account(&self, id: AccountId, unit: Unit) -> Result<Account, LineError> {
        let kind = AccountKind::parse(&self.kind)
            .ok_or_else(|| value("kind", &self.kind, ExpectedValue::AccountKind))?;
        let carrier = |given: bool, key| {
            let fits = !given || kind == AccountKind::Carrier;
            if fits { Ok(()) } else { Err(value(key, &self.kind, ExpectedValue::CarrierAccount)) }
        };
        carrier(self.limit.is_some(), "limit")?;
        carrier(self.bill_day.is_some(), "bill_day")?;
        let limit = self.limit.as_ref().map(|text| match amount("limit", text, &unit)? {
            minor if minor < 0 => Err(value("limit", text, ExpectedValue::AmountNotBelowZero)),
            minor => Ok(minor),
        });
        let limit = limit.transpose()?;
        if let Some(day) = self.bill_day.filter(|day| !(1..=31).contains(day)) {
            return Err(value("bill_day", &day.to_string(), ExpectedValue::DayOfMonth));
        }
        Ok(Account {
            id,
            name: self.name.clone(),
            platform: self.platform.clone(),
            kind,
            unit,
            limit,
            bill_day: self.bill_day,
            note: self.note.clone(),
            closed: self.closed,
        })
    }
}

impl RateLine {
    /// The rate and its day.
    pub fn rate(&self) -> Result<(Rate, Day), LineError> {
        let rate = Rate::parse(&self.value);
        let rate = rate.map_err(|_| value("value", &self.value, ExpectedValue::Rate))?;
        let day = Day::parse_iso(&self.date);
        let day = day.ok_or_else(|| value("date", &self.date, ExpectedValue::Day))?;
        if self.unit == self.of {
            return Err(value("of", &self.of, ExpectedValue::OtherUnit));
        }
        Ok((rate, day))
    }
}

impl EntryLine {
    /// The entry between two places, of which account and unit are known, and what makes it what it
    /// is. Its id is not made yet.
    pub fn entry(
        self,
        from: Option<(AccountId, Unit)>,
        to: Option<(AccountId, Unit)>,
        outside: [Option<Unit>; 2],
    ) -> Result<(Entry, Content), LineError> {
        let kind = match &self.kind {
            KindField::Kind(kind) => *kind,
            KindField::None(word) => return Err(value("kind", word, ExpectedValue::EntryKind)),
        };
        let at = self.at.or(Day::start)?;
        let [out_said, in_said] = outside;
        let of = |place: &Option<(AccountId, Unit)>| place.as_ref().map(|(_, unit)| unit.clone());
        let (out_known, in_known) = (of(&from).or(out_said), of(&to).or(in_said));
        // A place outside deals in the unit of the other one.
        let out_unit = out_known.clone().or_else(|| in_known.clone());
        let in_unit = in_known.or(out_known);
        let (Some(out_unit), Some(in_unit)) = (out_unit, in_unit) else {
            return Err(LineError::AmountMissing(MissingAmount::Place));
        };
        let minor = |key, text: &Option<SmolStr>, unit: &Unit| {
            text.as_ref().map(|text| amount(key, text, unit)).transpose()
        };
        let (out, arriving) = (minor("out", &self.out, &out_unit)?, minor("in", &self.arriving, &in_unit)?);
        let (fee, tax) = (minor("fee", &self.fee, &out_unit)?, minor("tax", &self.tax, &out_unit)?);
        let too_large = || value("out", "the sum", ExpectedValue::AmountThatFits);
        let (out, arriving, fee, tax) = if out_unit == in_unit {
            let charges = fee.unwrap_or(0).checked_add(tax.unwrap_or(0)).ok_or_else(too_large)?;
            match (out, arriving) {
                (Some(out), None) => {
                    let arriving = out.checked_sub(charges).ok_or_else(too_large)?;
                    (out, arriving, fee.unwrap_or(0), tax.unwrap_or(0))
                }
                (None, Some(arriving)) => {
                    let out = arriving.checked_add(charges).ok_or_else(too_large)?;
                    (out, arriving, fee.unwrap_or(0), tax.unwrap_or(0))
                }
                (Some(out), Some(arriving)) => {
                    let gap = out.checked_sub(arriving).ok_or_else(too_large)?;
                    let rest = gap.checked_sub(charges).ok_or_else(too_large)?;
                    if rest < 0 || rest > 0 && fee.is_some() && tax.is_some() {
                        let text = self.out.as_deref().unwrap_or_default();
                        return Err(value("out", text, ExpectedValue::SumOfParts));
                    }
                    match (fee, tax) {
                        (Some(fee), Some(tax)) => (out, arriving, fee, tax),
                        (Some(fee), None) => (out, arriving, fee, rest),
                        (None, tax) => (out, arriving, rest, tax.unwrap_or(0)),
                    }
                }
                (None, None) => return Err(LineError::AmountMissing(MissingAmount::Either)),
            }
        } else {
            let (Some(out), Some(arriving)) = (out, arriving) else {
                return Err(LineError::AmountMissing(MissingAmount::Both));
            };
            (out, arriving, fee.unwrap_or(0), tax.unwrap_or(0))
        };
        let day = |text: &str| {
            Day::parse_iso(text).map(Expires::On).ok_or_else(|| value("expires", text, ExpectedValue::Expiry))
        };
        let expires = match self.expires.as_deref() {
            None => Expires::Unknown,
            Some("never") => Expires::Never,
            Some(text) => day(text)?,
        };
        let mut entry = Entry {
            id: Id(0),
            at,
            kind,
            from: Leg { account: from.map(|(id, _)| id), amount: out, unit: out_unit },
            to: Leg { account: to.map(|(id, _)| id), amount: arriving, unit: in_unit },
            fee,
            tax,
            category: None,
            payee: None,
            note: None,
            channel: None,
            expires,
        };
        let content = self.content(&entry);
        (entry.category, entry.payee) = (self.category, self.payee);
        (entry.channel, entry.note) = (self.channel, self.note);
        Ok((entry, content))
    }

    /// The beginning of [`EntryLine::content`].
    fn begin(&self) -> Content {
        let kind = match &self.kind {
            KindField::Kind(kind) => kind.as_str(),
            KindField::None(word) => word,
        };
        let at = self.at.or(Day::start).map_or(0, |at| at.0);
        let content = Content::of("entry").number(at).text(kind);
        content.name(self.from.as_deref()).name(self.to.as_deref())
    }

    /// What makes the entry what it is, for an id; accounts by the names in the file.
    fn content(&self, entry: &Entry) -> Content {
        let expires = match entry.expires {
            Expires::Unknown => i64::MIN,
            Expires::On(day) => i64::from(day.0),
            Expires::Never => i64::MAX,
        };
        let mut content = self.begun;
        for place in [&entry.from, &entry.to] {
            content = content.number(place.amount).text(&place.unit.code);
        }
        content = content.number(entry.fee).number(entry.tax).number(expires);
        content
            .name(self.category.as_deref())
            .maybe(self.payee.as_deref())
            .maybe(self.channel.as_deref())
            .maybe(self.note.as_deref())
    }
}

impl SnapshotLine {
    /// The snapshot of an account whose unit is known. Its id is not made yet.
    pub fn snapshot(&self, account: AccountId, unit: &Unit) -> Result<Snapshot, LineError> {
        let at = self.at.or(Day::end)?;
        let balance = amount("balance", &self.balance, unit)?;
        Ok(Snapshot { id: Id(0), at, account, balance, note: self.note.clone() })
    }

    /// What makes the snapshot what it is, for an id.
    pub fn content(&self, snapshot: &Snapshot) -> Content {
        let content = Content::of("snapshot").number(snapshot.at.0).text(&text::fold_case(&self.account));
        content.number(snapshot.balance).maybe(self.note.as_deref())
    }
}

/// An id that stands in a file as the ledger itself writes it.
pub fn own_id(text: &str) -> Option<Id> {
    Id::parse(text).filter(|id| id.to_string() == text)
}
