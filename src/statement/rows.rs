//! From the cells of a row to what it did to a balance.

use super::dates::{self, DateFormat, DateOrder, ParsedDate};
use super::figures::{Decimal, DecimalEvidence, Figure};
use super::identity::{IdentityHasher, RowIdentity};
use super::pattern::Pattern;
use super::profile::{AmountStyle, ColumnPart, MessagePattern, Profile, RowKind, StatementRule, UserRules};
use super::read::delimited::DelimitedRecord;
use super::read::{Row, SheetCell, moment_of_serial};
use super::template::{Template, fold_blanks};
use crate::fee::Text;
use crate::money::Unit;
use crate::period::{Day, LocalDateTime};
use crate::text;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// What a cell of a workbook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A date or a time.
    Moment,
}

/// The cells of one row.
pub trait Cells {
    /// Returns the text of a cell, empty where there is none.
    fn text(&self, column: usize) -> &str;
    /// Returns what the cell is.
    fn kind(&self, column: usize) -> CellKind;
    /// Returns how many there are.
    fn count(&self) -> usize;
}

impl Cells for DelimitedRecord {
    fn text(&self, column: usize) -> &str {
        self.get(column).unwrap_or_default()
    }

    fn kind(&self, _: usize) -> CellKind {
        CellKind::Text
    }

    fn count(&self) -> usize {
        self.len()
    }
}

impl Cells for Row {
    fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", SheetCell::text)
    }

    fn kind(&self, column: usize) -> CellKind {
        match self.cells.get(column) {
            Some(SheetCell::Number(_)) => CellKind::Number,
            Some(SheetCell::Moment(_)) => CellKind::Moment,
            _ => CellKind::Text,
        }
    }

    fn count(&self) -> usize {
        self.cells.len()
    }
}

/// What the file alone does not tell.
pub struct ReadSettings<'a> {
    /// The present day.
    pub today: Day,
    /// The year in the name of the file.
    pub file_year: Option<i32>,
    /// The day of messages that name none.
    pub day: Option<Day>,
    /// The decimal character.
    pub decimal: Option<Decimal>,
    /// The order of day and month.
    pub order: Option<DateOrder>,
    /// Finds a unit by its code.
    pub unit_of: &'a dyn Fn(&str) -> Option<Unit>,
}

/// A row that is for the ledger, or at least has a place in the chain of balances.
#[derive(Clone, Debug)]
pub struct StatementRow {
    /// The line, or the row of the sheet.
    pub line: u64,
    /// When it happened.
    pub at: LocalDateTime,
    /// By how much the balance moved, in minor units.
    pub effect: i64,
    /// The fee as it is written, with its sign.
    pub fee: i64,
    /// The tax.
    pub tax: i64,
    /// The running balance.
    pub balance: Option<i64>,
    /// What a rule says that it is.
    pub kind: Option<RowKind>,
    /// Its account among those of the statement.
    pub account: usize,
    /// The label of the other account of a transfer.
    pub with: Option<SmolStr>,
    /// What it was for.
    pub category: Option<SmolStr>,
    /// Who was paid, or who paid.
    pub payee: Option<SmolStr>,
    /// A remark.
    pub note: Option<SmolStr>,
    /// What makes it the same row in another file; none if the row only carries a balance. Of a date without
    /// a year one for each of the last years.
    pub identity: Option<RowIdentity>,
    /// Under which identities it may be known, too.
    pub former: Vec<RowIdentity>,
    /// Of one second it stands first.
    pub is_first: bool,
    /// The row of the file counts already, with another part of it.
    pub is_part: bool,
}

/// An account of a statement: a label and a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementAccount {
    /// The label in English.
    pub label: String,
    /// The label in Korean, where it is another one.
    pub label_ko: Option<String>,
    /// The unit.
    pub unit: Unit,
}

/// Why a row that was understood is not for the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// A rule says why.
    Rule(Text),
    /// A card or a bank paid.
    NoEffect,
    /// The amount is 0.
    MovedNothing,
    /// No account has that label, and none is opened.
    NoAccount(String),
    /// Another row of the file has the same id.
    Repeated,
    /// A message that speaks of no payment.
    NoPayment,
}

/// A row that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The line.
    pub line: u64,
    /// The column, as the file calls it.
    pub column: Option<String>,
    /// Why.
    pub reason: BadReason,
}

/// Why a row was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum BadReason {
    /// The text is not an amount.
    NotAnAmount(String),
    /// The amount is missing.
    NoAmount,
    /// The amount has more decimals than the unit.
    Decimals { text: String, unit: Unit },
    /// The text is not a date of the profile.
    NotADate(String),
    /// The date is missing.
    NoDate,
    /// No unit has that code.
    UnknownUnit(String),
    /// The value is none of those that the profile expects.
    Unexpected { column: String, value: String },
    /// The kind is not for what leaves, or not for what comes.
    KindDoesNotFit { kind: RowKind, leaves: bool },
    /// No rule gives the sign.
    NoSign,
    /// Fee and tax are more than what left.
    FeeAboveAmount,
    /// No pattern matches the message.
    UnknownMessage,
    /// Text follows a closing quotation mark.
    StrayQuote,
    /// An account cannot be called so.
    Label(String),
}

/// What a row is.
#[derive(Debug)]
pub enum RowOutcome {
    /// A row for the ledger.
    Taken(StatementRow),
    /// A row that is not for the ledger, with its place in the chain if it carries a balance.
    Skipped(SkipReason, Option<StatementRow>),
    /// A row that was not understood.
    Bad(BadRow),
    /// A row whose kind does not fit its sign, which the balances may explain.
    Misfit(BadRow, StatementRow),
    /// A line that only carries an opening or closing balance.
    Balances,
}

#[derive(Clone, Debug)]
enum SlotPart {
    SheetCell(usize),
    /// A template, and the places of its columns in the file.
    Template(Template, Vec<(String, usize)>),
}

/// A value of a row that has a name.
struct ValueSlot {
    name: String,
    /// Its first value is the first of these that is not empty; a pattern or a rule may give another.
    parts: Vec<SlotPart>,
    /// What the file calls it.
    shown: String,
}

/// A rule with its names looked up.
struct BoundRule<'p> {
    rule: &'p StatementRule,
    when: Vec<(usize, &'p Pattern)>,
    set: Vec<(usize, &'p Template)>,
}

/// The column of a row for several accounts, what each part of it matches, and its groups.
type BoundSplit<'p> = (usize, &'p Pattern, Vec<(&'p str, usize)>);

/// A pattern of messages with its names looked up.
struct BoundMessage<'p> {
    message: &'p MessagePattern,
    groups: Vec<(&'p str, usize)>,
    set: Vec<(usize, &'p Template)>,
}

/// How a part of the key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyPart {
    /// The date of the row.
    Date,
    /// An amount.
    Figure(usize),
    /// A text of a known column.
    Text(usize),
    /// A column of the file, which may hold anything.
    Any(usize),
}

/// Interprets the rows of one file.
pub struct Interpreter<'p> {
    profile: &'p Profile,
    settings: &'p ReadSettings<'p>,
    slots: Vec<ValueSlot>,
    names: HashMap<String, usize>,
    /// The columns of the file by their compared names.
    header: HashMap<String, usize>,
    rules: Vec<BoundRule<'p>>,
    messages: Vec<BoundMessage<'p>>,
    tail: Vec<(&'p str, usize)>,
    clean: Vec<(usize, &'p [(Pattern, String)])>,
    expect: Vec<(usize, &'p Pattern)>,
    first: Vec<(usize, &'p Pattern)>,
    split: Option<BoundSplit<'p>>,
    key: Vec<KeyPart>,
    /// The place of the id in the key.
    id_in_key: Option<usize>,
    formats: Vec<&'p DateFormat>,
    decimal: Decimal,
    evidence: DecimalEvidence,
    orders: OrderEvidence,
    known: KnownSlots,
    /// The accounts of the statement so far.
    pub accounts: Vec<StatementAccount>,
    account_numbers: HashMap<(String, Unit), usize>,
    last_account: Option<(String, Unit, usize)>,
    /// The unit of the last row, and how it was written.
    last_unit: Option<(String, Unit)>,
    /// Opening and closing balances that lines carry.
    pub opening: Option<(u64, String)>,
    /// The same for the closing balance.
    pub closing: Option<(u64, String)>,
    opening_slot: Option<usize>,
    closing_slot: Option<usize>,
    values: Vec<String>,
    /// How a workbook types each value.
    kinds: Vec<CellKind>,
}

/// The slots of names that mean something.
#[derive(Clone, Copy, Debug, Default)]
struct KnownSlots {
    date: Option<usize>,
    time: Option<usize>,
    amount: Option<usize>,
    arriving: Option<usize>,
    leaving: Option<usize>,
    fee: Option<usize>,
    tax: Option<usize>,
    balance: Option<usize>,
    payee: Option<usize>,
    note: Option<usize>,
    category: Option<usize>,
    message: Option<usize>,
}

/// What the dates of a file say about the order of day and month.
#[derive(Clone, Copy, Debug, Default)]
struct OrderEvidence {
    rows: u64,
    dmy: u64,
    mdy: u64,
    other: u64,
    differ: u64,
}

/// Both orders of day and month read every row, and differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmbiguousDates;

/// Returns a name in the form in which names of columns are compared.
pub fn compared(name: &str) -> String {
    text::nfc(&fold_blanks(name)).to_lowercase()
}

/// Returns the names of a header in the form in which they are compared; a name that stands twice is
/// `name#2`.
pub fn header_names<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    names
        .map(|name| {
            let name = compared(name);
            let count = counts.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 || name.is_empty() { name } else { format!("{name}#{count}") }
        })
        .collect()
}

/// The amounts among the known columns.
const FIGURES: [&str; 6] = ["amount", "in", "out", "fee", "tax", "balance"];

impl<'p> Interpreter<'p> {
    /// Prepares to read the rows below a header; messages have none.
    pub fn new(
        profile: &'p Profile,
        rules: &'p UserRules,
        header: &[String],
        settings: &'p ReadSettings<'p>,
    ) -> Interpreter<'p> {
        let header_numbers: HashMap<String, usize> = header
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
            .map(|(at, name)| (name.clone(), at))
            .collect();
        let mut interpreter = Interpreter {
            profile,
            settings,
            slots: Vec::new(),
            names: HashMap::new(),
            header: header_numbers,
            rules: Vec::new(),
            messages: Vec::new(),
            tail: Vec::new(),
            clean: Vec::new(),
            expect: Vec::new(),
            first: Vec::new(),
            split: None,
            key: Vec::new(),
            formats: profile.formats.iter().collect(),
            decimal: settings.decimal.or(profile.decimal).unwrap_or_default(),
            evidence: DecimalEvidence::default(),
            orders: OrderEvidence::default(),
            known: KnownSlots::default(),
            accounts: Vec::new(),
            account_numbers: HashMap::new(),
            last_account: None,
            last_unit: None,
            id_in_key: None,
            opening: None,
            closing: None,
            opening_slot: None,
            closing_slot: None,
            values: Vec::new(),
            kinds: Vec::new(),
        };
        for (name, source) in &profile.columns {
            interpreter.add_column(name, source);
        }
        interpreter.bind(rules);
        interpreter
    }

    fn add_column(&mut self, name: &str, parts: &[ColumnPart]) {
        let mut found = Vec::new();
        let mut shown = None;
        for part in parts {
            match part {
                ColumnPart::Name(column) => {
                    if let Some(at) = self.header.get(&compared(column)) {
                        found.push(SlotPart::SheetCell(*at));
                        shown = shown.or(Some(column.clone()));
                    }
                }
                ColumnPart::Template(template) => {
                    let place = |name: &str| Some((name.to_string(), *self.header.get(&compared(name))?));
                    let places: Vec<(String, usize)> = template.columns().filter_map(place).collect();
                    shown = shown.or(places.first().map(|(name, _)| name.clone()));
                    found.push(SlotPart::Template(template.clone(), places));
                }
            }
        }
        let first = parts.iter().find_map(|part| match part {
            ColumnPart::Name(name) => Some(name.clone()),
            ColumnPart::Template(_) => None,
        });
        let shown = shown.or(first).unwrap_or_else(|| name.into());
        self.names.insert(name.into(), self.slots.len());
        self.slots.push(ValueSlot { name: name.into(), parts: found, shown });
    }

    /// Returns the slot of a name: that of a column, or of what a rule or a pattern gave, or a column of the
    /// file.
    fn slot(&mut self, name: &str) -> usize {
        if let Some(slot) = self.names.get(name) {
            return *slot;
        }
        let cell = self.header.get(&compared(name)).map(|at| SlotPart::SheetCell(*at));
        let parts = cell.into_iter().collect();
        self.names.insert(name.into(), self.slots.len());
        self.slots.push(ValueSlot { name: name.into(), parts, shown: name.into() });
        self.slots.len() - 1
    }

    fn bind(&mut self, rules: &'p UserRules) {
        let profile = self.profile;
        let groups = |this: &mut Self, pattern: &'p Pattern| -> Vec<(&'p str, usize)> {
            pattern.groups().map(|name| (name, this.slot(name))).collect::<Vec<_>>()
        };
        for message in &profile.messages {
            let names = groups(self, &message.pattern);
            let set = message.set.iter().map(|(name, value)| (self.slot(name), value)).collect();
            self.messages.push(BoundMessage { message, groups: names, set });
        }
        if let Some(tail) = &profile.tail {
            self.tail = groups(self, tail);
        }
        let users =
            rules.rules.iter().filter(|rule| rule.profile.as_ref().is_none_or(|id| *id == profile.id));
        for rule in profile.rules.iter().chain(users) {
            for (_, pattern) in &rule.when {
                groups(self, pattern);
            }
            let when = rule.when.iter().map(|(name, pattern)| (self.slot(name), pattern)).collect();
            let set = rule.set.iter().map(|(name, value)| (self.slot(name), value)).collect();
            for (_, template) in &rule.set {
                for name in template.columns() {
                    self.slot(name);
                }
            }
            for template in rule.with.iter().chain(&rule.account) {
                for name in template.columns() {
                    self.slot(name);
                }
            }
            self.rules.push(BoundRule { rule, when, set });
        }
        let labels =
            profile.account.en.columns().chain(profile.account.ko.iter().flat_map(Template::columns));
        for name in labels.chain(profile.unit.iter().flat_map(Template::columns)) {
            self.slot(name);
        }
        for (name, replacements) in &profile.clean {
            let slot = self.slot(name);
            self.clean.push((slot, replacements.as_slice()));
        }
        self.expect = profile.expect.iter().map(|(name, pattern)| (self.slot(name), pattern)).collect();
        self.first = profile.first.iter().map(|(name, pattern)| (self.slot(name), pattern)).collect();
        if let Some((column, each)) = &profile.split {
            let slot = self.slot(column);
            let names = groups(self, each);
            self.split = Some((slot, each, names));
        }
        self.id_in_key = profile.key.iter().position(|name| name == "id");
        for name in &profile.key {
            let slot = self.slot(name);
            self.key.push(match name.as_str() {
                "date" => KeyPart::Date,
                name if FIGURES.contains(&name) => KeyPart::Figure(slot),
                name if profile.columns.iter().any(|(column, _)| column == name) || profile.is_messages => {
                    KeyPart::Text(slot)
                }
                _ => KeyPart::Any(slot),
            });
        }
        self.opening_slot = profile.opening.as_ref().map(|name| self.slot(name));
        self.closing_slot = profile.closing.as_ref().map(|name| self.slot(name));
        for name in
            ["date", "time", "amount", "in", "out", "fee", "tax", "balance", "payee", "note", "category"]
        {
            let is_used = self.names.contains_key(name);
            let slot = is_used.then(|| self.slot(name));
            match name {
                "date" => self.known.date = slot,
                "time" => self.known.time = slot.filter(|_| profile.is_messages),
                "amount" => self.known.amount = slot,
                "in" => self.known.arriving = slot,
                "out" => self.known.leaving = slot,
                "fee" => self.known.fee = slot,
                "tax" => self.known.tax = slot,
                "balance" => self.known.balance = slot,
                "payee" => self.known.payee = slot,
                "note" => self.known.note = slot,
                _ => self.known.category = slot,
            }
        }
        if profile.is_messages {
            self.known.message = Some(self.slot("message"));
        }
        if let Some(order) = self.settings.order {
            let of_order: Vec<&DateFormat> =
                self.formats.iter().copied().filter(|f| f.order.is_none_or(|own| own == order)).collect();
            if !of_order.is_empty() {
                self.formats = of_order;
            }
        }
    }

    /// Returns whether the whole file must be seen before a row can be understood.
    pub fn needs_survey(&self) -> bool {
        let has = |order| self.formats.iter().any(|format| format.order == Some(order));
        let is_decimal_open = self.settings.decimal.is_none() && self.profile.decimal.is_none();
        is_decimal_open || has(DateOrder::Dmy) && has(DateOrder::Mdy)
    }

    /// Looks at a row before any is understood.
    pub fn survey(&mut self, cells: &impl Cells) {
        self.fill(cells);
        self.apply_clean();
        self.survey_values();
    }

    fn survey_values(&mut self) {
        for slot in
            [self.known.amount, self.known.arriving, self.known.leaving, self.known.fee, self.known.balance]
                .into_iter()
                .flatten()
        {
            self.evidence.see(&self.values[slot]);
        }
        let Some(date) = self.known.date else { return };
        let text = self.values[date].as_str();
        if text.is_empty() || self.kinds[date] == CellKind::Moment {
            return;
        }
        let read = |order: Option<DateOrder>| {
            self.formats.iter().filter(|format| format.order == order).find_map(|format| format.read(text))
        };
        self.orders.rows += 1;
        let (dmy, mdy) = (read(Some(DateOrder::Dmy)), read(Some(DateOrder::Mdy)));
        let other = read(Some(DateOrder::Ymd)).or_else(|| read(None));
        if other.is_some() {
            self.orders.other += 1;
        } else {
            self.orders.dmy += u64::from(dmy.is_some());
            self.orders.mdy += u64::from(mdy.is_some());
            self.orders.differ += u64::from(dmy.is_some() && mdy.is_some() && dmy != mdy);
        }
    }

    /// Decides what the whole file tells.
    ///
    /// # Errors
    ///
    /// Returns an error if both orders of day and month read every row and differ.
    pub fn settle(&mut self) -> Result<(), AmbiguousDates> {
        if self.settings.decimal.is_none() && self.profile.decimal.is_none() {
            self.decimal = self.evidence.decimal();
        }
        let OrderEvidence { rows, dmy, mdy, other, differ } = self.orders;
        let open = rows - other;
        let has = |order| self.formats.iter().any(|format| format.order == Some(order));
        if open == 0 || !(has(DateOrder::Dmy) && has(DateOrder::Mdy)) {
            return Ok(());
        }
        if dmy == open && mdy == open && differ > 0 {
            return Err(AmbiguousDates);
        }
        let dropped = if dmy >= mdy { DateOrder::Mdy } else { DateOrder::Dmy };
        self.formats.retain(|format| format.order != Some(dropped));
        Ok(())
    }

    /// Fills the slots from the cells of a row.
    fn fill(&mut self, cells: &impl Cells) {
        let Interpreter { slots, values, kinds, profile, .. } = self;
        values.resize_with(slots.len(), String::new);
        kinds.resize(slots.len(), CellKind::Text);
        let cell = |at: usize| {
            let text = cells.text(at);
            if profile.empty.iter().any(|none| none == text) { "" } else { text }
        };
        for (number, slot) in slots.iter().enumerate() {
            let value = &mut values[number];
            value.clear();
            kinds[number] = CellKind::Text;
            for part in &slot.parts {
                match part {
                    SlotPart::SheetCell(at) => {
                        let text = cell(*at);
                        if text.is_empty() {
                            continue;
                        }
                        kinds[number] = cells.kind(*at);
                        match kinds[number] {
                            CellKind::Moment => value.push_str(&text.replace('T', " ")),
                            CellKind::Text | CellKind::Number => value.push_str(text),
                        }
                    }
                    SlotPart::Template(template, places) => {
                        let has_moment = places.iter().any(|(_, at)| cells.kind(*at) == CellKind::Moment);
                        let place = |name: &str| places.iter().find(|(known, _)| known == name);
                        let filled = template.fill(|name| place(name).map_or("", |(_, at)| cell(*at)));
                        // A day that a workbook types as a moment has a time of its own, which is midnight.
                        let filled = if has_moment { without_midnight(&filled) } else { filled };
                        value.push_str(&filled);
                        kinds[number] = if has_moment { CellKind::Moment } else { CellKind::Text };
                    }
                }
                if !value.is_empty() {
                    break;
                }
            }
        }
    }

    fn apply_clean(&mut self) {
        for (slot, replacements) in &self.clean {
            let value = &mut self.values[*slot];
            for (pattern, with) in *replacements {
                if let Cow::Owned(replaced) = pattern.regex().replace_all(value, with.as_str()) {
                    *value = replaced;
                }
            }
            let trimmed = value.trim();
            if trimmed.len() != value.len() {
                *value = trimmed.to_string();
            }
        }
    }

    fn value(&self, slot: Option<usize>) -> &str {
        slot.map_or("", |slot| self.values[slot].as_str())
    }

    fn named(&self, name: &str) -> &str {
        self.names.get(name).map_or("", |slot| self.values[*slot].as_str())
    }

    /// Understands the row of a table.
    pub fn row(&mut self, line: u64, cells: &impl Cells, out: &mut Vec<RowOutcome>) {
        self.fill(cells);
        self.apply_clean();
        if self.is_balance_line(line) {
            out.push(RowOutcome::Balances);
            return;
        }
        let Some((slot, each, groups)) = self.split.clone() else {
            out.push(self.understood(line, None, None));
            return;
        };
        // One row for several accounts: the column names each with its amount.
        let text = self.values[slot].clone();
        let parts: Vec<Vec<(usize, String)>> = each
            .regex()
            .captures_iter(&text)
            .map(|captures| {
                let group = |(name, slot): &(&str, usize)| {
                    Some((*slot, captures.name(name)?.as_str().trim().to_string()))
                };
                groups.iter().filter_map(group).collect()
            })
            .collect();
        if parts.is_empty() {
            out.push(self.understood(line, None, None));
            return;
        }
        let given = self.values.clone();
        for part in parts {
            self.values.clone_from(&given);
            for (slot, value) in part {
                // Of two columns the amount belongs to the one that is not empty.
                let slot = match (self.known.amount == Some(slot), self.profile.style) {
                    (true, AmountStyle::InOut) => {
                        let is_in = |this: &Self| !is_zero(this.value(this.known.arriving));
                        let side = if is_in(self) { self.known.arriving } else { self.known.leaving };
                        side.unwrap_or(slot)
                    }
                    _ => slot,
                };
                self.values[slot] = value;
            }
            out.push(self.understood(line, None, None));
        }
    }

    /// Notes the opening and closing balances of a line without an amount.
    fn is_balance_line(&mut self, line: u64) -> bool {
        let [opening, closing] = [self.opening_slot, self.closing_slot];
        let has_amount = [self.known.amount, self.known.arriving, self.known.leaving]
            .into_iter()
            .any(|slot| !self.value(slot).is_empty());
        if has_amount {
            return false;
        }
        let [opens, closes] = [opening, closing].map(|slot| self.value(slot).to_string());
        let is_one = !opens.is_empty() || !closes.is_empty();
        if !opens.is_empty() && self.opening.is_none() {
            self.opening = Some((line, opens));
        }
        if !closes.is_empty() {
            self.closing = Some((line, closes));
        }
        is_one
    }

    /// Understands a message.
    pub fn message(&mut self, line: u64, text: &str) -> RowOutcome {
        let profile = self.profile;
        let dropped = profile.drop.as_ref().map(|drop| drop.regex().replace(text, ""));
        let text = dropped.as_deref().unwrap_or(text).trim();
        self.values.resize_with(self.slots.len(), String::new);
        self.kinds.resize(self.slots.len(), CellKind::Text);
        self.values.iter_mut().for_each(String::clear);
        if profile.ignore.iter().any(|ignore| ignore.matches(text)) {
            return RowOutcome::Skipped(SkipReason::NoPayment, None);
        }
        let found = self
            .messages
            .iter()
            .enumerate()
            .find_map(|(number, bound)| Some((number, bound.message.pattern.regex().captures(text)?)));
        let Some((number, captures)) = found else {
            return RowOutcome::Bad(BadRow { line, column: None, reason: BadReason::UnknownMessage });
        };
        let bound = &self.messages[number];
        for (name, slot) in &bound.groups {
            if let Some(group) = captures.name(name) {
                self.values[*slot] = group.as_str().trim().to_string();
            }
        }
        let end = captures.get(0).map_or(0, |whole| whole.end());
        if let Some(found) = profile.tail.as_ref().and_then(|tail| tail.regex().captures(&text[end..])) {
            for (name, slot) in &self.tail {
                if let Some(group) = found.name(name) {
                    self.values[*slot] = group.as_str().trim().to_string();
                }
            }
        }
        let set: Vec<(usize, String)> = bound
            .set
            .iter()
            .map(|(slot, template)| (*slot, template.fill(|name| self.named(name))))
            .collect();
        let (sign, kind) = (bound.message.sign, bound.message.kind);
        for (slot, value) in set {
            self.values[slot] = value;
        }
        if let Some(slot) = self.known.message {
            self.values[slot] = text.to_string();
        }
        self.apply_clean();
        self.understood(line, sign, kind)
    }

    /// Looks at a message before any is understood.
    pub fn survey_message(&mut self, line: u64, text: &str) {
        if !matches!(
            self.message(line, text),
            RowOutcome::Bad(BadRow { reason: BadReason::UnknownMessage, .. })
        ) {
            self.survey_values();
        }
    }

    fn bad(&self, line: u64, slot: Option<usize>, reason: BadReason) -> RowOutcome {
        let column = slot.map(|slot| self.slots[slot].shown.clone());
        RowOutcome::Bad(BadRow { line, column, reason })
    }

    /// Returns the date of the row, or the slot and what is wrong with it.
    fn date(&self) -> Result<ParsedDate, (Option<usize>, BadReason)> {
        let slot = self.known.date;
        let text = self.value(slot);
        let time = self.value(self.known.time);
        if text.is_empty() {
            let Some(day) = self.settings.day else { return Err((slot, BadReason::NoDate)) };
            let (year, month) = day.month().year_month();
            let clock = LocalDateTime::parse_iso(&format!("{day} {time}"));
            let seconds = clock.map_or(0, |at| at.0 - day.start().0);
            return Ok(ParsedDate {
                month,
                day: day.of_month(),
                year: Some(year),
                seconds,
                has_time: !time.is_empty(),
            });
        }
        let joined;
        let text = match time {
            "" => text,
            time => {
                joined = format!("{text} {time}");
                &joined
            }
        };
        let is_moment = slot.is_some_and(|slot| self.kinds[slot] == CellKind::Moment);
        if is_moment && let Some(date) = dates::read_iso(text) {
            return Ok(date);
        }
        if let Some(date) = self.formats.iter().find_map(|format| format.read(text)) {
            return Ok(date);
        }
        if slot.is_some_and(|slot| self.kinds[slot] == CellKind::Number)
            && let Some(date) =
                moment_of_serial(text, false).and_then(|text| dates::read_iso(&text.replace('T', " ")))
        {
            return Ok(date);
        }
        Err((slot, BadReason::NotADate(shortened(text))))
    }

    fn moment(&self, date: ParsedDate) -> Option<LocalDateTime> {
        match (date.year, self.settings.file_year) {
            (Some(year), _) => date.moment(year),
            (None, Some(year)) if self.profile.year == Some(super::profile::YearSource::FileName) => {
                date.moment(year)
            }
            (None, _) => date.nearest_past(self.settings.today),
        }
    }

    fn figure(&self, slot: Option<usize>) -> Result<Option<Figure>, (Option<usize>, BadReason)> {
        let text = self.value(slot);
        if text.is_empty() {
            return Ok(None);
        }
        // A workbook and our own patterns write numbers with a point.
        let decimal = if slot.is_some_and(|slot| self.kinds[slot] == CellKind::Number) {
            Decimal::Point
        } else {
            self.decimal
        };
        let text = match (&self.profile.unit_in_amount, slot == self.known.amount) {
            (Some(unit), true) => unit.regex().replace(text, ""),
            _ => text.into(),
        };
        match Figure::parse(&text, decimal) {
            Some(figure) => Ok(Some(figure)),
            None => Err((slot, BadReason::NotAnAmount(shortened(self.value(slot))))),
        }
    }

    fn minor(
        &self,
        slot: Option<usize>,
        figure: Figure,
        unit: &Unit,
    ) -> Result<i64, (Option<usize>, BadReason)> {
        figure.minor(unit.decimals).ok_or_else(|| {
            (slot, BadReason::Decimals { text: shortened(self.value(slot)), unit: unit.clone() })
        })
    }

    /// Returns the unit of the row.
    fn unit(&mut self) -> Result<Unit, (Option<usize>, BadReason)> {
        let amount = self.value(self.known.amount);
        let in_amount = self.profile.unit_in_amount.as_ref().and_then(|pattern| {
            let captures = pattern.regex().captures(amount)?;
            captures.get(1).or_else(|| captures.get(0)).map(|group| group.as_str().to_string())
        });
        let written = in_amount.or_else(|| Some(self.profile.unit.as_ref()?.fill(|name| self.named(name))));
        let written = written.unwrap_or_default();
        // Most rows of a file have one unit, and to find it takes as long as to read a row.
        if let Some((known, unit)) = &self.last_unit
            && *known == written
        {
            return Ok(unit.clone());
        }
        let code = self.profile.units.get(written.trim()).unwrap_or(&written).trim();
        let Some(unit) = (self.settings.unit_of)(code) else {
            let slot = self.names.get("unit").copied().or(self.known.amount);
            return Err((slot, BadReason::UnknownUnit(shortened(code))));
        };
        self.last_unit = Some((written, unit.clone()));
        Ok(unit)
    }

    /// Understands the row that the slots hold.
    fn understood(&mut self, line: u64, sign: Option<bool>, kind: Option<RowKind>) -> RowOutcome {
        match self.understand(line, sign, kind) {
            Ok(outcome) => outcome,
            Err((slot, reason)) => self.bad(line, slot, reason),
        }
    }

    fn understand(
        &mut self,
        line: u64,
        mut sign: Option<bool>,
        mut kind: Option<RowKind>,
    ) -> Result<RowOutcome, (Option<usize>, BadReason)> {
        for (slot, pattern) in &self.expect {
            let value = &self.values[*slot];
            if !pattern.matches(value) {
                let column = self.slots[*slot].name.clone();
                return Err((Some(*slot), BadReason::Unexpected { column, value: shortened(value) }));
            }
        }
        // The key is what was read, not what rules make of it.
        let key: Vec<(KeyPart, String)> = self
            .key
            .iter()
            .map(|part| match part {
                KeyPart::Date => (*part, String::new()),
                KeyPart::Figure(slot) | KeyPart::Text(slot) | KeyPart::Any(slot) => {
                    (*part, self.values[*slot].clone())
                }
            })
            .collect();
        let is_first = !self.first.is_empty()
            && self.first.iter().all(|(slot, pattern)| pattern.matches(&self.values[*slot]));
        let (mut no_effect, mut with, mut account) = (false, None, None);
        for number in 0..self.rules.len() {
            let bound = &self.rules[number];
            if !bound.when.iter().all(|(slot, pattern)| pattern.matches(&self.values[*slot])) {
                continue;
            }
            let rule = bound.rule;
            let mut given: Vec<(usize, String)> = Vec::new();
            for (slot, pattern) in &bound.when {
                if pattern.has_groups()
                    && let Some(captures) = pattern.regex().captures(&self.values[*slot])
                {
                    let group = |name: &str| {
                        Some((*self.names.get(name)?, captures.name(name)?.as_str().to_string()))
                    };
                    given.extend(pattern.groups().filter_map(group));
                }
            }
            for (slot, value) in given {
                self.values[slot] = value;
            }
            if let Some(reason) = &rule.skip {
                return Ok(RowOutcome::Skipped(SkipReason::Rule(reason.clone()), None));
            }
            let bound = &self.rules[number];
            let set: Vec<(usize, String)> = bound
                .set
                .iter()
                .map(|(slot, template)| (*slot, template.fill(|name| self.named(name))))
                .collect();
            no_effect |= rule.no_effect;
            sign = rule.sign.or(sign);
            kind = rule.kind.or(kind);
            with = rule.with.as_ref().or(with);
            account = rule.account.as_ref().or(account);
            for (slot, value) in set {
                self.values[slot] = value;
            }
        }
        let with = with.map(|template| SmolStr::from(template.fill(|name| self.named(name))));
        let balance_text = !self.value(self.known.balance).is_empty();
        if no_effect && !balance_text {
            return Ok(RowOutcome::Skipped(SkipReason::NoEffect, None));
        }
        let unit = self.unit()?;
        let (effect, fee, tax) = match no_effect {
            true => (0, 0, 0),
            false => self.effect(&unit, sign)?,
        };
        let balance = match self.figure(self.known.balance)? {
            Some(figure) => Some(self.minor(self.known.balance, figure, &unit)?),
            None => None,
        };
        let moves = effect != 0;
        if !moves && balance.is_none() {
            let reason = if no_effect { SkipReason::NoEffect } else { SkipReason::MovedNothing };
            return Ok(RowOutcome::Skipped(reason, None));
        }
        let date = self.date()?;
        let Some(at) = self.moment(date) else {
            return Err((self.known.date, BadReason::NotADate(shortened(self.value(self.known.date)))));
        };
        let misfit = kind.filter(|kind| moves && !kind.fits(effect < 0));
        let account = self.account_number(account, &unit)?;
        let identity = |at: LocalDateTime| -> RowIdentity {
            let mut hasher = IdentityHasher::new(&self.profile.source);
            for (part, value) in &key {
                hasher = self.add_key(hasher, *part, value, at);
            }
            // Rows without their id count each.
            let has_id =
                self.id_in_key.is_none_or(|at| matches!(&key[at], (KeyPart::Text(_), id) if !id.is_empty()));
            hasher.finish(&unit.code, effect, self.profile.once && has_id)
        };
        let has_date = self.key.contains(&KeyPart::Date);
        let is_year_told = self.settings.file_year.is_some()
            && self.profile.year == Some(super::profile::YearSource::FileName);
        let former = match (date.year, has_date) {
            // A date without a year is known if it was recorded under any of the last five.
            (None, true) if !is_year_told => {
                let year = at.day().year();
                (1..5).filter_map(|back| date.moment(year - back)).map(identity).collect()
            }
            _ => Vec::new(),
        };
        let row = StatementRow {
            line,
            at,
            effect,
            fee,
            tax,
            balance,
            kind,
            account,
            with,
            category: stored(self.value(self.known.category)),
            payee: stored(self.value(self.known.payee)),
            note: stored(self.value(self.known.note)),
            identity: moves.then(|| identity(at)),
            former,
            is_first,
            is_part: false,
        };
        if let Some(kind) = misfit {
            let reason = BadReason::KindDoesNotFit { kind, leaves: effect < 0 };
            return Ok(RowOutcome::Misfit(BadRow { line, column: None, reason }, row));
        }
        Ok(match moves {
            true => RowOutcome::Taken(row),
            false => {
                let reason = if no_effect { SkipReason::NoEffect } else { SkipReason::MovedNothing };
                RowOutcome::Skipped(reason, Some(row))
            }
        })
    }

    /// Returns the effect on the balance, the fee as it is written, and the tax.
    fn effect(&self, unit: &Unit, sign: Option<bool>) -> Result<(i64, i64, i64), (Option<usize>, BadReason)> {
        let profile = self.profile;
        let amount = match profile.style {
            AmountStyle::InOut => {
                let side = |slot| -> Result<Option<i64>, (Option<usize>, BadReason)> {
                    let figure = self.figure(slot)?;
                    figure.map(|figure| self.minor(slot, figure, unit).map(i64::abs)).transpose()
                };
                let (arriving, leaving) = (side(self.known.arriving)?, side(self.known.leaving)?);
                let has_none = arriving.is_none() && leaving.is_none();
                if has_none && self.value(self.known.balance).is_empty() {
                    return Err((self.known.arriving.or(self.known.leaving), BadReason::NoAmount));
                }
                let amount = arriving.unwrap_or(0) - leaving.unwrap_or(0);
                sign.map_or(amount, |minus| if minus { -amount.abs() } else { amount.abs() })
            }
            style => {
                let slot = self.known.amount;
                // A line with a balance alone, such as one carried over, moved nothing.
                let amount = match self.figure(slot)? {
                    Some(figure) => self.minor(slot, figure, unit)?,
                    None if !self.value(self.known.balance).is_empty() => 0,
                    None => return Err((slot, BadReason::NoAmount)),
                };
                match (sign, style) {
                    (Some(true), _) => -amount.abs(),
                    (Some(false), _) => amount.abs(),
                    (None, AmountStyle::Unsigned) if amount != 0 => return Err((slot, BadReason::NoSign)),
                    (None, _) => {
                        if profile.flip {
                            -amount
                        } else {
                            amount
                        }
                    }
                }
            }
        };
        let charge = |slot| -> Result<i64, (Option<usize>, BadReason)> {
            let figure = self.figure(slot)?;
            figure.map_or(Ok(0), |figure| self.minor(slot, figure, unit))
        };
        let (fee, tax) = (charge(self.known.fee)?, charge(self.known.tax)?.abs());
        match profile.fee_beside {
            // What was given back is part of the effect.
            true => Ok((amount - fee - tax, fee.max(0), tax)),
            false => Ok((amount, fee, tax)),
        }
    }

    fn account_number(
        &mut self,
        given: Option<&Template>,
        unit: &Unit,
    ) -> Result<usize, (Option<usize>, BadReason)> {
        let labels = &self.profile.account;
        let label = given.unwrap_or(&labels.en).fill(|name| self.named(name));
        if let Some((known, known_unit, number)) = &self.last_account
            && *known == label
            && known_unit == unit
        {
            return Ok(*number);
        }
        if label.is_empty() {
            return Err((None, BadReason::Label(label)));
        }
        let number = match self.account_numbers.get(&(label.clone(), unit.clone())) {
            Some(number) => *number,
            None => {
                // An account may be opened by that name.
                let name = |label: &str| stored_as(label, text::NAME_MAX).map(String::from);
                let Some(shown) = name(&label) else { return Err((None, BadReason::Label(label))) };
                let korean = labels.ko.as_ref().filter(|_| given.is_none());
                let label_ko = korean.and_then(|ko| name(&ko.fill(|name| self.named(name))));
                let account = StatementAccount { label: shown, label_ko, unit: unit.clone() };
                self.account_numbers.insert((label.clone(), unit.clone()), self.accounts.len());
                self.accounts.push(account);
                self.accounts.len() - 1
            }
        };
        self.last_account = Some((label, unit.clone(), number));
        Ok(number)
    }

    /// Returns the number of an account that a list names, whether it has rows or not.
    pub fn account(&mut self, label: &str, code: &str) -> Option<usize> {
        let unit = (self.settings.unit_of)(code)?;
        let known = self.accounts.iter().position(|account| account.label == label && account.unit == unit);
        Some(known.unwrap_or_else(|| {
            self.account_numbers.insert((label.into(), unit.clone()), self.accounts.len());
            let shown = stored_as(label, text::NAME_MAX).map_or_else(|| "OFX".into(), String::from);
            self.accounts.push(StatementAccount { label: shown, label_ko: None, unit });
            self.accounts.len() - 1
        }))
    }

    /// Adds a part of the key: dates as moments, figures as amounts, texts in NFC with blanks folded.
    fn add_key(
        &self,
        hasher: IdentityHasher,
        part: KeyPart,
        value: &str,
        at: LocalDateTime,
    ) -> IdentityHasher {
        let text = |value: &str| hasher.text(&text::nfc(&fold_blanks(value)));
        match part {
            KeyPart::Date => hasher.moment(at),
            KeyPart::Figure(slot) => {
                let decimal =
                    if self.kinds[slot] == CellKind::Number { Decimal::Point } else { self.decimal };
                match Figure::parse(value, decimal) {
                    Some(figure) => hasher.text(&figure.plain()),
                    None => text(value),
                }
            }
            KeyPart::Text(_) => text(value),
            KeyPart::Any(slot) => {
                if value.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    let date = match self.kinds[slot] == CellKind::Moment {
                        true => dates::read_iso(value),
                        false => self.formats.iter().find_map(|format| format.read(value)),
                    };
                    if let Some(at) = date.and_then(|date| self.moment(date)) {
                        return hasher.moment(at);
                    }
                }
                let is_figure = value.contains(['.', ','])
                    && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+'));
                let figure = Figure::parse(value, self.decimal).filter(|_| is_figure);
                figure.map_or_else(|| text(value), |figure| hasher.text(&figure.plain()))
            }
        }
    }

    /// Returns an amount of a line that only carries a balance.
    pub fn balance_of_line(&self, text: &str, unit: &Unit) -> Option<i64> {
        Figure::parse(text, self.decimal)?.minor(unit.decimals)
    }
}

fn is_zero(text: &str) -> bool {
    !text.bytes().any(|b| matches!(b, b'1'..=b'9'))
}

/// Returns a text without the midnight of a day that is followed by a time.
fn without_midnight(text: &str) -> String {
    let text = text.replace('T', " ");
    match text.split_once(" 00:00:00 ") {
        Some((day, time)) => format!("{day} {time}"),
        None => text,
    }
}

/// Returns a text as an error shows it.
fn shortened(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

/// Returns a text as it is stored: without what cannot be seen, and cut where it is too long.
fn stored(value: &str) -> Option<SmolStr> {
    stored_as(value, text::TEXT_MAX)
}

/// Returns a text of at most so many characters as it is stored.
fn stored_as(value: &str, most: usize) -> Option<SmolStr> {
    if value.is_empty() {
        return None;
    }
    let mut value = fold_blanks(value);
    loop {
        match text::checked(&value, most) {
            Ok(text) => return Some(SmolStr::from(text.as_ref())),
            Err(text::TextError::Empty) => return None,
            Err(text::TextError::TooLong(max)) => value = Cow::Owned(value.nfc().take(max).collect()),
            Err(text::TextError::Invisible(hidden)) => value.to_mut().retain(|letter| letter != hidden),
        }
    }
}
