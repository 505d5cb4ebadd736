//! What a check of the ledger found.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::messages::damage::Damage;
use crate::messages::{Language, Message};
use crate::money::{Money, Unit};
use serde::{Serialize, Serializer};

/// The answer of `check`.
#[derive(Debug, Serialize)]
pub struct Checked {
    schema: &'static str,
    /// The ledger.
    pub ledger: String,
    /// All is well.
    pub ok: bool,
    /// Accounts looked at.
    pub accounts: i64,
    /// Entries that count.
    pub entries: i64,
    /// Snapshots that count.
    pub snapshots: i64,
    /// What is wrong.
    pub findings: Vec<FindingLine>,
    /// What was wrong and is right now.
    pub mended: Vec<FindingLine>,
    /// What was damaged and counts from now on as it is.
    pub accepted: Vec<FindingLine>,
    /// What a repair made of each balance.
    pub balances: Vec<RepairedRow>,
}

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
pub struct FindingLine {
    /// Where.
    pub part: &'static str,
    /// What; scripts read it in English.
    #[serde(serialize_with = "in_english")]
    pub what: Damage,
}

fn in_english<S: Serializer>(damage: &Damage, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&damage.english())
}

/// What a repair made of the balance of one account.
#[derive(Debug, Serialize)]
pub struct RepairedRow {
    /// Its name.
    pub account: String,
    /// Its unit.
    pub unit: Unit,
    /// Whether people read what is owed on it as a positive figure.
    #[serde(skip)]
    pub is_owed: bool,
    /// The balance before, negative where money is owed; null where it could not be read.
    pub before: Option<Money>,
    /// The balance that follows from the facts; null where there are none.
    pub after: Option<Money>,
}

impl Checked {
    /// The answer for one ledger, of which nothing was changed.
    pub fn new(ledger: String, counts: [i64; 3], findings: Vec<FindingLine>) -> Checked {
        let [accounts, entries, snapshots] = counts;
        Checked {
            schema: "jandon.check/1",
            ledger,
            ok: findings.is_empty(),
            accounts,
            entries,
            snapshots,
            findings,
            mended: Vec::new(),
            accepted: Vec::new(),
            balances: Vec::new(),
        }
    }
}

impl Render for Checked {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        let many = |n: i64, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        let counted = format!(
            "{}, {}, {}",
            many(self.accounts, "account", "accounts"),
            many(self.entries, "entry", "entries"),
            many(self.snapshots, "snapshot", "snapshots")
        );
        let table = |lines: &[FindingLine]| {
            let mut table = Table::new(vec![Column::fixed("where"), Column::words("what")]);
            for finding in lines {
                table.row(vec![finding.part.to_string(), language.say(&finding.what)]);
            }
            table
        };
        if !self.mended.is_empty() {
            let things =
                many(self.mended.len() as i64, "thing was wrong and was", "things were wrong and were");
            page.line(format!("{things} rebuilt from the facts."));
            page.gap();
            page.table(table(&self.mended));
            page.gap();
        }
        if !self.accepted.is_empty() {
            page.line("What was damaged counts from now on as it is:");
            page.gap();
            page.table(table(&self.accepted));
            page.gap();
        }
        if !self.balances.is_empty() {
            let mut balances =
                Table::new(vec![Column::name("account"), Column::fixed("before"), Column::fixed("after")]);
            for balance in &self.balances {
                let text = |money: &Option<Money>| {
                    let sign = if balance.is_owed { -1 } else { 1 };
                    let shown = |money: &Money| money.unit.money(sign * money.minor).to_string();
                    money.as_ref().map_or_else(String::new, shown)
                };
                let name = format!("{}{}", balance.account, if balance.is_owed { " (owed)" } else { "" });
                balances.row(vec![name, text(&balance.before), text(&balance.after)]);
            }
            page.table(balances);
            page.gap();
        }
        if self.ok {
            page.line(format!("All is well: {counted}."));
        } else {
            page.line(format!(
                "{} found in {} ({counted}).",
                many(self.findings.len() as i64, "thing is wrong, as", "things are wrong, as"),
                self.ledger
            ));
            page.gap();
            page.table(table(&self.findings));
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["part", "what", "mended"]);
        let mended = self.mended.iter().map(|finding| (finding, "true"));
        for (finding, mended) in self.findings.iter().map(|f| (f, "false")).chain(mended) {
            csv.row(vec![Some(finding.part.to_string()), Some(finding.what.english()), Some(mended.into())]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
