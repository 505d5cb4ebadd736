//! Profiles and the user's rules as TOML, read strictly: every fault with its line and key.

use super::{
    AmountStyle, ColumnPart, FileDirection, LabelTexts, MessagePattern, Profile, RowKind, StatementRule,
    UserRules, Verified, YearSource,
};
use crate::fee::Text;
use crate::ledger::AccountKind;
use crate::statement::dates::DateFormat;
use crate::statement::figures::Decimal;
use crate::statement::pattern::Pattern;
use crate::statement::read::Encoding;
use crate::statement::template::Template;
use crate::text;
use std::cell::RefCell;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A fault of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileFault {
    /// The line it stands in, from 1.
    pub line: usize,
    /// The key with its table: `rule 3, when, type`.
    pub key: String,
    /// What is wrong.
    pub kind: ProfileFaultKind,
}

/// What is wrong in a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileFaultKind {
    /// It is not TOML, in the words of the parser.
    NotToml(String),
    /// The key is unknown; those that are allowed.
    UnknownKey(Vec<&'static str>),
    /// The key is missing.
    Missing,
    /// The value is not what the key needs.
    Expected(ExpectedInProfile),
    /// The expression is not one, in the words of the parser.
    Expression(String),
    /// The version of the language is unknown.
    Format,
    /// No column has that name.
    UnknownColumn(String),
    /// The label of the account has a column that is not in the key.
    AccountColumnNotInKey(String),
    /// A list has more entries than this.
    TooMany(usize),
}

/// What the value of a key should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum ExpectedInProfile {
    Id,
    Text,
    Texts,
    Flag,
    Table,
    Tables,
    /// Texts by language, or one text.
    LanguageText,
    Template,
    /// A name, a list of names, or a template.
    Column,
    DateFormats,
    Encodings,
    Delimiter,
    Unit,
    Replacements,
    OneOf(Vec<&'static str>),
    /// A list of names, each with others.
    Header,
}

type TomlValue<'t> = Spanned<DeValue<'t>>;

/// More rules, columns or patterns than any platform needs.
const LIST_MAX: usize = 1_000;

/// Collects the faults of one file.
struct Faults<'t> {
    text: &'t str,
    found: RefCell<Vec<ProfileFault>>,
}

impl Faults<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }

    fn add(&self, at: usize, key: String, kind: ProfileFaultKind) {
        self.found.borrow_mut().push(ProfileFault { line: self.line(at), key, kind });
    }
}

/// One table of the file, and which of its keys were asked for.
struct ProfileKeys<'f, 't> {
    faults: &'f Faults<'t>,
    /// Where it begins.
    at: usize,
    path: String,
    table: Option<&'f DeTable<'t>>,
    known: RefCell<Vec<&'static str>>,
}

impl<'f, 't> ProfileKeys<'f, 't> {
    fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.into() } else { format!("{}, {key}", self.path) }
    }

    fn get(&self, key: &'static str) -> Option<&'f TomlValue<'t>> {
        self.known.borrow_mut().push(key);
        self.table?.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn fault(&self, key: &str, at: usize, kind: ProfileFaultKind) {
        self.faults.add(at, self.key(key), kind);
    }

    fn expected(&self, key: &str, value: &TomlValue<'_>, what: ExpectedInProfile) {
        self.fault(key, value.span().start, ProfileFaultKind::Expected(what));
    }

    fn missing(&self, key: &str) {
        self.fault(key, self.at, ProfileFaultKind::Missing);
    }

    fn child(&self, key: &'static str) -> ProfileKeys<'f, 't> {
        let value = self.get(key);
        let table = value.and_then(|value| value.get_ref().as_table());
        if let (Some(value), None) = (value, table) {
            self.expected(key, value, ExpectedInProfile::Table);
        }
        let at = value.map_or(self.at, |value| value.span().start);
        ProfileKeys { faults: self.faults, at, path: self.key(key), table, known: RefCell::default() }
    }

    fn is_there(&self) -> bool {
        self.table.is_some()
    }

    fn children(&self, key: &'static str) -> Vec<ProfileKeys<'f, 't>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.expected(key, value, ExpectedInProfile::Tables);
            return Vec::new();
        };
        if items.len() > LIST_MAX {
            self.fault(key, value.span().start, ProfileFaultKind::TooMany(LIST_MAX));
            return Vec::new();
        }
        let mut tables = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = self.key(&format!("{key} {}", index + 1));
            match item.get_ref().as_table() {
                Some(table) => tables.push(ProfileKeys {
                    faults: self.faults,
                    at: item.span().start,
                    path,
                    table: Some(table),
                    known: RefCell::default(),
                }),
                None => self.faults.add(
                    item.span().start,
                    path,
                    ProfileFaultKind::Expected(ExpectedInProfile::Table),
                ),
            }
        }
        tables
    }

    fn text(&self, key: &'static str) -> Option<&'f str> {
        let value = self.get(key)?;
        let found = value.get_ref().as_str();
        if found.is_none() {
            self.expected(key, value, ExpectedInProfile::Text);
        }
        found
    }

    fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.expected(key, value, ExpectedInProfile::Flag);
        }
        found
    }

    /// One of some words.
    fn word<T: Copy>(&self, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let value = self.get(key)?;
        let found = value.get_ref().as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let words = words.iter().map(|(word, _)| *word).collect();
            self.expected(key, value, ExpectedInProfile::OneOf(words));
        }
        found.map(|(_, value)| *value)
    }

    fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let value = self.get(key)?;
        let found = strings(value);
        if found.is_none() {
            self.expected(key, value, ExpectedInProfile::Texts);
        }
        found
    }

    fn pattern(&self, key: &'static str) -> Option<Pattern> {
        let value = self.get(key)?;
        self.pattern_of(key, value, false)
    }

    fn pattern_of(&self, key: &str, value: &TomlValue<'_>, can_be_negated: bool) -> Option<Pattern> {
        let Some(text) = value.get_ref().as_str() else {
            self.expected(key, value, ExpectedInProfile::Text);
            return None;
        };
        let pattern = if can_be_negated { Pattern::negatable(text) } else { Pattern::new(text) };
        pattern.map_err(|error| self.fault(key, value.span().start, ProfileFaultKind::Expression(error))).ok()
    }

    fn template(&self, key: &'static str) -> Option<Template> {
        let value = self.get(key)?;
        self.template_of(key, value)
    }

    fn template_of(&self, key: &str, value: &TomlValue<'_>) -> Option<Template> {
        let found = value.get_ref().as_str().and_then(Template::parse);
        if found.is_none() {
            self.expected(key, value, ExpectedInProfile::Template);
        }
        found
    }

    /// A text, or one for each language.
    fn language_texts(&self, key: &'static str) -> Option<(String, Option<String>, usize)> {
        let value = self.get(key)?;
        let at = value.span().start;
        let shown = |text: &str| {
            let length = text.chars().count();
            text::checked(text, text::TEXT_MAX).is_ok() && length > 0
        };
        let found = match value.get_ref() {
            DeValue::String(text) if shown(text) => Some((text.to_string(), None, at)),
            DeValue::Table(table) => {
                let of = |key: &str| {
                    let value = table.iter().find(|(name, _)| name.get_ref() == key)?.1;
                    value.get_ref().as_str().filter(|text| shown(text)).map(str::to_string)
                };
                let is_known = table.iter().all(|(key, value)| {
                    ["en", "ko"].contains(&key.get_ref().as_ref())
                        && value.get_ref().as_str().is_some_and(shown)
                });
                of("en").filter(|_| is_known).map(|en| (en, of("ko"), at))
            }
            _ => None,
        };
        if found.is_none() {
            self.expected(key, value, ExpectedInProfile::LanguageText);
        }
        found
    }

    /// Every key of a table whose keys are names of columns.
    fn entries(&self) -> Vec<(String, &'f TomlValue<'t>)> {
        let entries = self.table.into_iter().flat_map(|table| table.iter());
        entries.map(|(key, value)| (key.get_ref().to_string(), value)).collect()
    }

    /// Every key that was not asked for.
    fn others(&self) -> Vec<(String, &'f TomlValue<'t>)> {
        let known = self.known.borrow();
        self.entries().into_iter().filter(|(key, _)| !known.contains(&key.as_str())).collect()
    }

    fn finish(&self) {
        let mut allowed = self.known.borrow().clone();
        allowed.sort_unstable();
        allowed.dedup();
        for (key, value) in self.others() {
            self.fault(&key, value.span().start, ProfileFaultKind::UnknownKey(allowed.clone()));
        }
    }
}

fn strings(value: &TomlValue<'_>) -> Option<Vec<String>> {
    match value.get_ref() {
        DeValue::String(text) => Some(vec![text.to_string()]),
        DeValue::Array(items) => {
            items.iter().map(|item| item.get_ref().as_str().map(str::to_string)).collect()
        }
        _ => None,
    }
}

fn with_root<T>(
    text: &str,
    read: impl FnOnce(&ProfileKeys<'_, '_>) -> Option<T>,
) -> Result<T, Vec<ProfileFault>> {
    let faults = Faults { text, found: RefCell::default() };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            faults.add(at, String::new(), ProfileFaultKind::NotToml(error.message().to_string()));
            return Err(faults.found.into_inner());
        }
    };
    let read = {
        let keys = ProfileKeys {
            faults: &faults,
            at: 0,
            path: String::new(),
            table: Some(root.get_ref()),
            known: RefCell::default(),
        };
        let format = keys.get("format");
        match format.map(|value| value.get_ref()) {
            Some(DeValue::Integer(number)) if number.as_str() == "1" => {}
            Some(_) => {
                keys.fault("format", format.map_or(0, |value| value.span().start), ProfileFaultKind::Format)
            }
            None => keys.missing("format"),
        }
        let found = read(&keys);
        keys.finish();
        found
    };
    let mut found = faults.found.into_inner();
    found.sort_by_key(|fault| fault.line);
    match read.filter(|_| found.is_empty()) {
        Some(read) => Ok(read),
        None => Err(found),
    }
}

/// Reads a profile.
///
/// # Errors
///
/// Returns every fault, in the order of lines.
pub fn parse_profile(text: &str) -> Result<Profile, Vec<ProfileFault>> {
    with_root(text, profile)
}

/// Reads the user's rules.
///
/// # Errors
///
/// Returns every fault, in the order of lines.
pub fn parse_rules(text: &str) -> Result<UserRules, Vec<ProfileFault>> {
    with_root(text, |root| {
        let accounts = root.child("accounts");
        let mut rules = UserRules::default();
        for (label, value) in accounts.entries() {
            match value.get_ref().as_str() {
                Some(name) => rules.accounts.push((label, name.to_string())),
                None => accounts.expected(&label, value, ExpectedInProfile::Text),
            }
        }
        rules.rules = root.children("rule").iter().filter_map(|keys| rule(keys, true)).collect();
        Some(rules)
    })
}

fn profile(root: &ProfileKeys<'_, '_>) -> Option<Profile> {
    let keys = root.child("profile");
    if !keys.is_there() {
        root.missing("profile");
        return None;
    }
    let id = id_of(&keys, "id");
    if id.is_none() && keys.get("id").is_none() {
        keys.missing("id");
    }
    let source = id_of(&keys, "source");
    let name = keys.language_texts("name");
    if name.is_none() && keys.get("name").is_none() {
        keys.missing("name");
    }
    let platform = id_of(&keys, "platform");
    let account = keys.language_texts("account").or_else(|| name.clone());
    let labels = account.and_then(|(en, ko, at)| {
        let template = |text: &str| {
            let found = Template::parse(text);
            if found.is_none() {
                keys.fault("account", at, ProfileFaultKind::Expected(ExpectedInProfile::Template));
            }
            found
        };
        let ko = ko.as_deref().map(template);
        Some(LabelTexts { en: template(&en)?, ko: ko.flatten() })
    });
    let kinds = AccountKind::ALL.map(|kind| (kind.as_str(), kind));
    let kind = keys.word("kind", &kinds).unwrap_or(AccountKind::Wallet);
    let unit = keys.template("unit");
    if let (Some(literal), Some(value)) = (unit.as_ref().and_then(Template::literal), keys.get("unit"))
        && !is_unit(literal)
    {
        keys.expected("unit", value, ExpectedInProfile::Unit);
    }
    let open = keys.flag("open").unwrap_or(true);
    let verified =
        [Verified::Sample, Verified::Parsers, Verified::Unverified].map(|word| (word.as_str(), word));
    let verified = keys.word("verified", &verified).unwrap_or(Verified::Unverified);
    let refuse = keys.language_texts("refuse").map(|(en, ko, _)| Text { en, ko });
    keys.finish();

    let detect = root.child("detect");
    let header = detect.get("header").map_or(Vec::new(), |value| {
        let names = value.get_ref().as_array().and_then(|items| items.iter().map(strings).collect());
        let names = names.filter(|names: &Vec<Vec<String>>| {
            !names.is_empty() && names.iter().all(|others| others.iter().all(|name| !name.trim().is_empty()))
        });
        names.unwrap_or_else(|| {
            detect.expected("header", value, ExpectedInProfile::Header);
            Vec::new()
        })
    });
    let text = detect.pattern("text");
    detect.finish();

    let read = root.child("read");
    let is_messages = read.word("form", &[("table", false), ("messages", true)]).unwrap_or(false);
    if detect.is_there() || !is_messages {
        let (key, is_missing) =
            if is_messages { ("text", text.is_none()) } else { ("header", header.is_empty()) };
        if is_missing && detect.get(key).is_none() {
            detect.missing(key);
        }
    }
    let encodings = read.texts("encoding").unwrap_or_else(|| vec!["utf-8".into()]);
    if let Some(value) = read.get("encoding")
        && encodings.iter().any(|label| Encoding::for_label(label).is_none())
    {
        read.expected("encoding", value, ExpectedInProfile::Encodings);
    }
    let delimiter = read.get("delimiter").and_then(|value| {
        let letter = value.get_ref().as_str().filter(|text| text.len() == 1).and_then(|t| t.bytes().next());
        let letter = letter.filter(|byte| *byte == b'\t' || byte.is_ascii_punctuation() && *byte != b'"');
        if letter.is_none() {
            read.expected("delimiter", value, ExpectedInProfile::Delimiter);
        }
        letter
    });
    let sheet = read.pattern("sheet");
    let empty = read.texts("empty").unwrap_or_default();
    let end = read.pattern("end");
    let order = read.word(
        "order",
        &[("newest-first", FileDirection::NewestFirst), ("oldest-first", FileDirection::OldestFirst)],
    );
    let (split_messages, start) = (read.pattern("split"), read.pattern("start"));
    read.finish();

    let keys = root.child("columns");
    let columns: Vec<(String, Vec<ColumnPart>)> = keys
        .entries()
        .into_iter()
        .filter_map(|(name, value)| {
            let parts = strings(value).and_then(|names| {
                let part = |name: String| match name.contains(['{', '}']) {
                    true => Template::parse(&name).map(ColumnPart::Template),
                    false => Some(ColumnPart::Name(name)),
                };
                names.into_iter().map(part).collect::<Option<Vec<_>>>().filter(|parts| !parts.is_empty())
            });
            if parts.is_none() {
                keys.expected(&name, value, ExpectedInProfile::Column);
            }
            Some((name, parts?))
        })
        .collect();

    let date = root.child("date");
    let formats = date.texts("formats").unwrap_or_default();
    let formats: Vec<Option<DateFormat>> = formats.iter().map(|text| DateFormat::parse(text)).collect();
    if let Some(value) = date.get("formats")
        && (formats.is_empty() || formats.contains(&None))
    {
        date.expected("formats", value, ExpectedInProfile::DateFormats);
    }
    let formats: Vec<DateFormat> = formats.into_iter().flatten().collect();
    let year =
        date.word("year", &[("file-name", YearSource::FileName), ("nearest-past", YearSource::NearestPast)]);
    date.finish();

    let amount = root.child("amount");
    let styles = [
        ("signed", AmountStyle::Signed),
        ("unsigned", AmountStyle::Unsigned),
        ("in-out", AmountStyle::InOut),
    ];
    let style = amount.word("style", &styles).unwrap_or(AmountStyle::Signed);
    let decimals = [(".", Some(Decimal::Point)), (",", Some(Decimal::Comma)), ("auto", None)];
    let decimal = amount.word("decimal", &decimals).unwrap_or(Some(Decimal::Point));
    let flip = amount.flag("flip").unwrap_or(false);
    let fee_beside = amount.word("fee", &[("inside", false), ("beside", true)]).unwrap_or(false);
    let unit_in_amount = amount.pattern("unit");
    amount.finish();

    let keys = root.child("units");
    let mut units = BTreeMap::new();
    for (name, value) in keys.entries() {
        match value.get_ref().as_str().filter(|code| is_unit(code)) {
            Some(code) => {
                units.insert(name, code.to_string());
            }
            None => keys.expected(&name, value, ExpectedInProfile::Unit),
        }
    }

    let key = root.child("key");
    let key_columns = key.texts("columns").unwrap_or_default();
    let once = key.flag("once").unwrap_or(false);
    key.finish();

    let balance = root.child("balance");
    let (opening, closing) = (balance.text("opening"), balance.text("closing"));
    let (opening, closing) = (opening.map(str::to_string), closing.map(str::to_string));
    let stands_before = balance.word("stands", &[("after", false), ("before", true)]).unwrap_or(false);
    balance.finish();

    let order_keys = root.child("order");
    let first = conditions(&order_keys.child("first"));
    order_keys.finish();

    let split_keys = root.child("split");
    let split = split_keys.text("column").map(str::to_string).zip(split_keys.pattern("each"));
    if split_keys.is_there() {
        for key in ["column", "each"] {
            if split_keys.get(key).is_none() {
                split_keys.missing(key);
            }
        }
    }
    split_keys.finish();

    let clean_keys = root.child("clean");
    let mut clean = Vec::new();
    for (name, value) in clean_keys.entries() {
        let pairs = value.get_ref().as_array().map(|items| {
            items.iter().map(|item| strings(item).filter(|pair| pair.len() == 2)).collect::<Option<Vec<_>>>()
        });
        let Some(Some(pairs)) = pairs else {
            clean_keys.expected(&name, value, ExpectedInProfile::Replacements);
            continue;
        };
        let mut replacements = Vec::new();
        for pair in pairs {
            match (Pattern::new(&pair[0]), &pair[1]) {
                (Ok(pattern), with) => replacements.push((pattern, with.clone())),
                (Err(error), _) => {
                    clean_keys.fault(&name, value.span().start, ProfileFaultKind::Expression(error));
                }
            }
        }
        clean.push((name, replacements));
    }

    let expect = conditions(&root.child("expect"));
    let rules: Vec<StatementRule> =
        root.children("rule").iter().filter_map(|keys| rule(keys, false)).collect();

    let messages = root.child("messages");
    let (drop, tail) = (messages.pattern("drop"), messages.pattern("tail"));
    let ignore = messages.get("ignore").map_or(Vec::new(), |value| match strings(value) {
        Some(texts) => texts
            .iter()
            .filter_map(|text| {
                let fault = |error| {
                    messages.fault("ignore", value.span().start, ProfileFaultKind::Expression(error));
                };
                Pattern::new(text).map_err(fault).ok()
            })
            .collect(),
        None => {
            messages.expected("ignore", value, ExpectedInProfile::Texts);
            Vec::new()
        }
    });
    messages.finish();
    let patterns: Vec<MessagePattern> = root.children("message").iter().filter_map(message_pattern).collect();

    let profile = Profile {
        source: source.or_else(|| id.clone()).unwrap_or_default(),
        id: id.unwrap_or_default(),
        name: name.map_or(Text { en: String::new(), ko: None }, |(en, ko, _)| Text { en, ko }),
        platform,
        account: labels?,
        kind,
        unit,
        open,
        verified,
        refuse,
        header,
        text,
        is_messages,
        encodings,
        delimiter,
        sheet,
        empty,
        end,
        order,
        split_messages,
        start,
        columns,
        formats,
        year,
        style,
        decimal,
        flip,
        fee_beside,
        unit_in_amount,
        units,
        key: key_columns,
        once,
        opening,
        closing,
        stands_before,
        first,
        split,
        clean,
        expect,
        rules,
        drop,
        ignore,
        tail,
        messages: patterns,
    };
    if profile.refuse.is_none() {
        check(root, &profile);
    }
    Some(profile)
}

/// Checks that the parts of a profile fit together.
fn check(root: &ProfileKeys<'_, '_>, profile: &Profile) {
    let at = |table: &'static str, key: &'static str| {
        let value = root.table.and_then(|keys| keys.iter().find(|(name, _)| name.get_ref() == table));
        let inner = value.and_then(|(_, value)| value.get_ref().as_table());
        let key = inner.and_then(|keys| keys.iter().find(|(name, _)| name.get_ref() == key));
        key.map(|(_, value)| value.span().start).or(value.map(|(_, value)| value.span().start)).unwrap_or(0)
    };
    let missing = |table: &'static str, key: &'static str| {
        root.faults.add(at(table, key), format!("{table}, {key}"), ProfileFaultKind::Missing);
    };
    let groups = profile.messages.iter().flat_map(|message| {
        message.pattern.groups().chain(message.set.iter().map(|(name, _)| name.as_str()))
    });
    let groups: Vec<&str> = groups.chain(profile.tail.iter().flat_map(|tail| tail.groups())).collect();
    let has = |name: &str| profile.columns.iter().any(|(column, _)| column == name) || groups.contains(&name);
    if !profile.is_messages {
        let amounts: &[&'static str] =
            if profile.style == AmountStyle::InOut { &["in", "out"] } else { &["amount"] };
        for name in amounts.iter().chain(&["date"]) {
            if !has(name) {
                missing("columns", name);
            }
        }
    } else if profile.messages.is_empty() {
        root.faults.add(0, "message".into(), ProfileFaultKind::Missing);
    }
    if profile.formats.is_empty() && (has("date") || !profile.is_messages) {
        missing("date", "formats");
    }
    if profile.unit.is_none() && profile.unit_in_amount.is_none() {
        missing("profile", "unit");
    }
    if profile.key.is_empty() {
        missing("key", "columns");
    }
    // Columns of the label are in the identity, or a row would be known under another account.
    let is_file_column = |name: &str| profile.known_names().any(|known| known == name);
    let in_key = |name: &str| {
        name == "unit"
            || profile.key.iter().any(|key| key == name || is_column(profile, key, name))
            || profile.key.iter().any(|key| key == "message")
    };
    let labels = profile.account.en.columns().chain(profile.account.ko.iter().flat_map(Template::columns));
    let mut reported: Vec<&str> = Vec::new();
    for name in labels {
        if !in_key(name) && !reported.contains(&name) {
            reported.push(name);
            let kind = ProfileFaultKind::AccountColumnNotInKey(name.into());
            root.faults.add(at("key", "columns"), "key, columns".into(), kind);
        }
    }
    for name in &profile.key {
        let is_known = name == "message" || has(name) || is_file_column(name) || profile.header.is_empty();
        let is_split = profile.split.as_ref().is_some_and(|(_, each)| each.groups().any(|g| g == name));
        if !is_known && !is_split {
            let kind = ProfileFaultKind::UnknownColumn(name.clone());
            root.faults.add(at("key", "columns"), "key, columns".into(), kind);
        }
    }
}

/// Returns whether a name of the file is what a column is read from.
fn is_column(profile: &Profile, key: &str, name: &str) -> bool {
    profile.columns.iter().any(|(column, parts)| {
        column == name
            && parts.len() == 1
            && matches!(parts.first(), Some(ColumnPart::Name(source)) if source == key)
    })
}

fn id_of(keys: &ProfileKeys<'_, '_>, key: &'static str) -> Option<String> {
    let value = keys.get(key)?;
    let found = value.get_ref().as_str().filter(|id| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    });
    if found.is_none() {
        keys.expected(key, value, ExpectedInProfile::Id);
    }
    found.map(str::to_string)
}

fn is_unit(code: &str) -> bool {
    (1..=16).contains(&code.chars().count()) && !code.contains(char::is_whitespace)
}

fn conditions(keys: &ProfileKeys<'_, '_>) -> Vec<(String, Pattern)> {
    let condition = |(name, value): (String, &TomlValue<'_>)| {
        let pattern = keys.pattern_of(&name, value, true)?;
        Some((name, pattern))
    };
    keys.entries().into_iter().filter_map(condition).collect()
}

fn sign(keys: &ProfileKeys<'_, '_>) -> Option<bool> {
    keys.word("sign", &[("-", true), ("+", false)])
}

fn settings(keys: &ProfileKeys<'_, '_>) -> Vec<(String, Template)> {
    let others = keys.others();
    let set = |(name, value): (String, &TomlValue<'_>)| {
        let is_name = !name.trim().is_empty();
        let template = keys.template_of(&name, value).filter(|_| is_name)?;
        Some((name, template))
    };
    others.into_iter().filter_map(set).collect()
}

fn rule(keys: &ProfileKeys<'_, '_>, is_user: bool) -> Option<StatementRule> {
    let profile = if is_user { id_of(keys, "profile") } else { None };
    let when = keys.child("when");
    if !when.is_there() && keys.get("when").is_none() {
        keys.missing("when");
    }
    let when = conditions(&when);
    let skip = keys.language_texts("skip").map(|(en, ko, _)| Text { en, ko });
    let no_effect = keys.word("effect", &[("none", ())]).is_some();
    let kind = keys.word("kind", &RowKind::ALL);
    let (sign, with, account) = (sign(keys), keys.template("with"), keys.template("account"));
    let set = settings(keys);
    Some(StatementRule { profile, when, skip, no_effect, sign, kind, with, account, set })
}

fn message_pattern(keys: &ProfileKeys<'_, '_>) -> Option<MessagePattern> {
    let pattern = keys.pattern("re");
    if pattern.is_none() && keys.get("re").is_none() {
        keys.missing("re");
    }
    let (sign, kind) = (sign(keys), keys.word("kind", &RowKind::ALL));
    let set = settings(keys);
    Some(MessagePattern { pattern: pattern?, sign, kind, set })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"format = 1
[profile]
id = "toy"
name = { en = "Toy", ko = "장난감" }
account = "Toy {product}"
unit = "{unit}"
[detect]
header = ["Date", ["Amount", "Sum"]]
[columns]
date = "Date"
amount = ["Amount", "Sum"]
unit = "Currency"
product = "Product"
payee = "{Name} {City}"
[date]
formats = ["%Y-%m-%d"]
[key]
columns = ["date", "product"]
[[rule]]
when = { payee = '!^Shop' }
skip = "not a shop"
"#;

    #[test]
    fn reads_a_profile() {
        let profile = parse_profile(WHOLE).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!((profile.id.as_str(), profile.source.as_str()), ("toy", "toy"));
        assert_eq!(profile.header, [vec!["Date".to_string()], vec!["Amount".into(), "Sum".into()]]);
        assert_eq!(profile.rules.len(), 1);
        assert!(profile.open && !profile.once && !profile.is_messages);
    }

    #[test]
    fn every_fault_has_its_line_and_key() {
        let faults = |text: &str| -> Vec<String> {
            let faults = parse_profile(text).expect_err("faults");
            faults.iter().map(|fault| format!("{} {}: {:?}", fault.line, fault.key, fault.kind)).collect()
        };
        let changed = |from: &str, to: &str| faults(&WHOLE.replace(from, to));
        for (from, to, fault) in [
            ("unit = \"{unit}\"\n", "unit = \"{unit}\"\ncolour = 1\n", "7 profile, colour: UnknownKey"),
            ("id = \"toy\"", "id = \"Toy\"", "3 profile, id: Expected(Id)"),
            ("'!^Shop'", "'('", "20 rule 1, when, payee: Expression"),
            ("\"%Y-%m-%d\"", "\"%Q\"", "16 date, formats: Expected(DateFormats)"),
            (
                "columns = [\"date\", \"product\"]",
                "columns = [\"date\"]",
                "18 key, columns: AccountColumnNotInKey(\"product\")",
            ),
            (
                "columns = [\"date\", \"product\"]",
                "columns = [\"product\", \"dat\"]",
                "18 key, columns: UnknownColumn(\"dat\")",
            ),
            ("format = 1", "format = 2", "1 format: Format"),
            ("amount = [\"Amount\", \"Sum\"]\n", "", "9 columns, amount: Missing"),
            ("[key]", "[keys]", "17 keys: UnknownKey"),
            ("{Name} {City}", "{Name} {City", "14 columns, payee: Expected(Column)"),
        ] {
            let found = changed(from, to);
            assert!(found.iter().any(|found| found.starts_with(fault)), "{fault}: {found:?}");
        }
        let two = WHOLE.replace("id = \"toy\"", "id = \"Toy\"").replace("'!^Shop'", "'('");
        assert_eq!(faults(&two).len(), 2, "{:?}", faults(&two));
        assert_eq!(faults("format = 1\n[profile"), ["2 : NotToml(\"unclosed table, expected `]`\")"]);
    }

    #[test]
    fn reads_rules_of_the_user() {
        let text = "format = 1\n[accounts]\n\"A B\" = \"c\"\n[[rule]]\nprofile = \"toy\"\nwhen = { payee = 'x' }\ncategory = \"y\"\n";
        let rules = parse_rules(text).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(rules.accounts, [("A B".to_string(), "c".to_string())]);
        assert_eq!(rules.rules.len(), 1);
        assert!(parse_rules("[accounts]\n").is_err());
    }
}
