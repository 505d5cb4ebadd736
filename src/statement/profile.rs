//! How the statements of one platform are read, as data.

mod builtin;
mod parse;

use super::dates::DateFormat;
use super::figures::Decimal;
use super::pattern::Pattern;
use super::template::Template;
use crate::fee::Text;
use crate::ledger::AccountKind;
use std::collections::BTreeMap;

pub use builtin::{BUILT_IN_PROFILES, BuiltInProfile};
pub use parse::{ExpectedInProfile, ProfileFault, ProfileFaultKind, parse_profile, parse_rules};

/// How the statements of one platform are read.
#[derive(Debug)]
pub struct Profile {
    /// Its id: `kakaopay-money`.
    pub id: String,
    /// What identities are made from: layouts of one platform share it.
    pub source: String,
    /// What people call it.
    pub name: Text,
    /// The platform of the catalog.
    pub platform: Option<String>,
    /// The label of a row's account.
    pub account: LabelTexts,
    /// The kind of an account that is opened where no platform says.
    pub kind: AccountKind,
    /// The code of the unit, or the column that has it.
    pub unit: Option<Template>,
    /// Whether accounts are opened.
    pub open: bool,
    /// How far it was checked.
    pub verified: Verified,
    /// Why such files are no list of a balance.
    pub refuse: Option<Text>,
    /// The names of the header, each with other names of the same column.
    pub header: Vec<Vec<String>>,
    /// Found in one of the first lines of messages.
    pub text: Option<Pattern>,
    /// A table or messages.
    pub is_messages: bool,
    /// The labels of encodings to try.
    pub encodings: Vec<String>,
    /// The delimiter, if it is not one of the usual ones.
    pub delimiter: Option<u8>,
    /// Which sheets are read.
    pub sheet: Option<Pattern>,
    /// Values that count as empty.
    pub empty: Vec<String>,
    /// The first cell of the line that ends the table.
    pub end: Option<Pattern>,
    /// Which way the file runs where times and balances do not tell.
    pub order: Option<FileDirection>,
    /// A line that separates messages.
    pub split_messages: Option<Pattern>,
    /// A line with which a message begins.
    pub start: Option<Pattern>,
    /// The columns, by name.
    pub columns: Vec<(String, Vec<ColumnPart>)>,
    /// The ways in which dates are written.
    pub formats: Vec<DateFormat>,
    /// Where the year of a date without one comes from.
    pub year: Option<YearSource>,
    /// How amounts are written.
    pub style: AmountStyle,
    /// The decimal character; `None`: told by the whole column.
    pub decimal: Option<Decimal>,
    /// Whether what leaves is written positive.
    pub flip: bool,
    /// Whether fee and tax are beside the amount.
    pub fee_beside: bool,
    /// Where the unit stands in the cell of the amount.
    pub unit_in_amount: Option<Pattern>,
    /// What the file calls units.
    pub units: BTreeMap<String, String>,
    /// The columns that make a row's identity.
    pub key: Vec<String>,
    /// Whether the key is an id: a repeat is the same row.
    pub once: bool,
    /// The columns with opening and closing balances.
    pub opening: Option<String>,
    /// The same for the closing balance.
    pub closing: Option<String>,
    /// Whether the running balance is the one before its row.
    pub stands_before: bool,
    /// Of one second, rows that match stand first.
    pub first: Vec<(String, Pattern)>,
    /// One row, several accounts: the column, and what each of them matches.
    pub split: Option<(String, Pattern)>,
    /// What is replaced in a column before anything else looks.
    pub clean: Vec<(String, Vec<(Pattern, String)>)>,
    /// What a column must match.
    pub expect: Vec<(String, Pattern)>,
    /// The rules, from top to bottom.
    pub rules: Vec<StatementRule>,
    /// Cut from the front of a message.
    pub drop: Option<Pattern>,
    /// Messages that are no payment.
    pub ignore: Vec<Pattern>,
    /// Looked for after the pattern of a message.
    pub tail: Option<Pattern>,
    /// The patterns of messages.
    pub messages: Vec<MessagePattern>,
}

/// The label of a row's account in both languages.
#[derive(Clone, Debug)]
pub struct LabelTexts {
    /// In English, or in the only language.
    pub en: Template,
    /// In Korean.
    pub ko: Option<Template>,
}

/// How far a profile was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Against a file that a platform wrote.
    Sample,
    /// Against published readers of such files.
    Parsers,
    /// Against nothing.
    Unverified,
}

impl Verified {
    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Verified::Sample => "sample",
            Verified::Parsers => "parsers",
            Verified::Unverified => "unverified",
        }
    }
}

/// Which way a file runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileDirection {
    /// The newest row stands first.
    NewestFirst,
    /// The oldest row stands first.
    OldestFirst,
}

/// One place where the value of a column may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnPart {
    /// A column of the file.
    Name(String),
    /// Several columns of the file.
    Template(Template),
}

/// Where the year of a date without one comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearSource {
    /// The name of the file.
    FileName,
    /// The latest year in which the date is not in the future.
    NearestPast,
}

/// How amounts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountStyle {
    /// With their sign.
    Signed,
    /// Without: a rule gives it.
    Unsigned,
    /// In two columns.
    InOut,
}

/// A rule of a profile or of the user.
#[derive(Debug)]
pub struct StatementRule {
    /// Of a user's rule, the profile that it is for.
    pub profile: Option<String>,
    /// What must match, all of it.
    pub when: Vec<(String, Pattern)>,
    /// Why the row is not for the ledger.
    pub skip: Option<Text>,
    /// The row did not move the balance.
    pub no_effect: bool,
    /// The sign of the effect.
    pub sign: Option<bool>,
    /// The kind of the entry.
    pub kind: Option<RowKind>,
    /// The label of the other account of a transfer.
    pub with: Option<Template>,
    /// The label of the row's account.
    pub account: Option<Template>,
    /// Columns that are set.
    pub set: Vec<(String, Template)>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a variant says itself")]
pub enum RowKind {
    Spend,
    Send,
    Receive,
    Withdraw,
    Earn,
    Topup,
    Refund,
    Expire,
    Transfer,
    Pay,
}

impl RowKind {
    /// Every kind with its word.
    pub const ALL: [(&'static str, RowKind); 10] = [
        ("spend", RowKind::Spend),
        ("send", RowKind::Send),
        ("receive", RowKind::Receive),
        ("withdraw", RowKind::Withdraw),
        ("earn", RowKind::Earn),
        ("topup", RowKind::Topup),
        ("refund", RowKind::Refund),
        ("expire", RowKind::Expire),
        ("transfer", RowKind::Transfer),
        ("pay", RowKind::Pay),
    ];

    /// Returns its word.
    pub fn as_str(self) -> &'static str {
        RowKind::ALL.into_iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// Returns whether the kind fits what leaves, or what comes.
    pub fn fits(self, leaves: bool) -> bool {
        match self {
            RowKind::Spend | RowKind::Send | RowKind::Withdraw | RowKind::Expire => leaves,
            RowKind::Receive | RowKind::Earn | RowKind::Topup | RowKind::Refund | RowKind::Pay => !leaves,
            RowKind::Transfer => true,
        }
    }
}

/// The form of one message.
#[derive(Debug)]
pub struct MessagePattern {
    /// Its text.
    pub pattern: Pattern,
    /// The sign of the effect.
    pub sign: Option<bool>,
    /// The kind of the entry.
    pub kind: Option<RowKind>,
    /// Columns that are set.
    pub set: Vec<(String, Template)>,
}

/// The user's own rules, and which account each label leads to.
#[derive(Debug, Default)]
pub struct UserRules {
    /// Label and account.
    pub accounts: Vec<(String, String)>,
    /// Applied after those of the profile.
    pub rules: Vec<StatementRule>,
}

impl Profile {
    /// Returns every name by which the profile finds a column of the file, the header's and the columns'.
    pub fn known_names(&self) -> impl Iterator<Item = &str> {
        let header = self.header.iter().flatten().map(String::as_str);
        let columns = self.columns.iter().flat_map(|(_, parts)| {
            parts.iter().flat_map(|part| -> Box<dyn Iterator<Item = &str>> {
                match part {
                    ColumnPart::Name(name) => Box::new(std::iter::once(name.as_str())),
                    ColumnPart::Template(template) => Box::new(template.columns()),
                }
            })
        });
        header.chain(columns)
    }
}
