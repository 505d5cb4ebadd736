//! What a check of the ledger found.

use super::Answer;
use super::csv::Csv;
use super::page::{Page, Table};
use serde::Serialize;

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
}

/// Something that is not as it should be.
#[derive(Debug, Serialize)]
pub struct FindingLine {
    /// Where.
    pub part: &'static str,
    /// What.
    pub what: String,
}

impl Checked {
    /// The answer for one ledger.
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
        }
    }
}

impl Answer for Checked {
    fn page(&self) -> Page {
        let mut page = Page::new();
        let many = |n: i64, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
        let counted = format!(
            "{}, {}, {}",
            many(self.accounts, "account", "accounts"),
            many(self.entries, "entry", "entries"),
            many(self.snapshots, "snapshot", "snapshots")
        );
        if self.ok {
            page.line(format!("All is well: {counted}."));
        } else {
            page.line(format!(
                "{} found in {} ({counted}).",
                many(self.findings.len() as i64, "thing is wrong, as", "things are wrong, as"),
                self.ledger
            ));
            page.gap();
            let mut table = Table::new(&["where", "what"]);
            for finding in &self.findings {
                table.row(vec![finding.part.to_string(), finding.what.clone()]);
            }
            page.table(table);
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["part", "what"]);
        for finding in &self.findings {
            csv.row(vec![Some(finding.part.to_string()), Some(finding.what.clone())]);
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
