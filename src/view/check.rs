//! What a check of the ledger found.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Style, Table};
use crate::messages::damage::Damage;
use crate::messages::{
    BalanceRemark, Heading, Language, LedgerContents, LedgerFileLine, Message, ledger_part_in_korean,
};
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

/// What was found, and where.
fn findings_table(lines: &[FindingLine], language: Language) -> Table {
    let title = |heading| language.heading(heading);
    let mut table =
        Table::new(vec![Column::fixed(title(Heading::Part)), Column::words(title(Heading::Finding))]);
    for finding in lines {
        let part = match language {
            Language::English => finding.part,
            Language::Korean => ledger_part_in_korean(finding.part),
        };
        table.row(vec![part.to_string(), language.say(&finding.what)]);
    }
    table
}

impl Checked {
    /// The balances before and after a repair; what is owed on a carrier account is a positive number.
    fn balance_table(&self, language: Language) -> Table {
        let title = |heading| language.heading(heading);
        let mut table = Table::new(vec![
            Column::name(title(Heading::Account)),
            Column::words(""),
            Column::figure(title(Heading::Before)),
            Column::figure(title(Heading::After)),
        ]);
        for row in &self.balances {
            let sign = if row.is_owed { -1 } else { 1 };
            let text = |money: &Option<Money>| {
                let shown = |money: &Money| money.unit.money(sign * money.minor).to_string();
                money.as_ref().map_or_else(String::new, shown)
            };
            let owed = if row.is_owed { language.say(&BalanceRemark::Owed) } else { String::new() };
            table.row(vec![row.account.clone(), owed, text(&row.before), text(&row.after)]);
        }
        table
    }
}

impl Render for Checked {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        let holds =
            LedgerContents { accounts: self.accounts, entries: self.entries, snapshots: self.snapshots };
        if !self.mended.is_empty() {
            page.line(language.say(&LedgerFileLine::Rebuilt { count: self.mended.len() }));
            page.gap();
            page.table(findings_table(&self.mended, language));
            page.gap();
        }
        if !self.accepted.is_empty() {
            page.line(language.say(&LedgerFileLine::Accepted));
            page.gap();
            page.table(findings_table(&self.accepted, language));
            page.gap();
        }
        page.table(self.balance_table(language));
        page.gap();
        if self.ok {
            page.line(language.say(&LedgerFileLine::Sound { holds }));
            return page;
        }
        let (count, ledger) = (self.findings.len(), self.ledger.clone());
        page.styled_line(language.say(&LedgerFileLine::Unsound { count, ledger, holds }), Style::Loss);
        page.gap();
        page.table(findings_table(&self.findings, language));
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
