//! A ledger as lines, out and in again, without the program around it.

use jandon::export::{HEADER, JsonlWriter};
use jandon::import::{self, Line};
use jandon::ledger::{Account, AccountId, Id};
use jandon::period::{Day, LocalDateTime};
use jandon::store::{Filter, ImportError, ImportSummary, Store, StoreError};
use std::path::Path;
use std::time::Duration;

/// What stops an import here.
#[derive(Debug)]
pub enum Stopped {
    Store(#[allow(dead_code)] StoreError),
    Carry(#[allow(dead_code)] ImportError),
    LineError(#[allow(dead_code)] import::LineError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Store(error)
    }
}

impl From<ImportError> for Stopped {
    fn from(error: ImportError) -> Stopped {
        Stopped::Carry(error)
    }
}

/// All that a ledger tells, as a file.
pub fn told(store: &Store) -> String {
    let (mut text, mut writer) = (String::from(HEADER), JsonlWriter::default());
    let each = store.for_each_record::<StoreError>(&mut |told| {
        text += &writer.write(told);
        Ok(())
    });
    each.expect("a readable ledger");
    text
}

/// Carries a file in; nothing of it is kept yet.
pub fn carried(store: &Store, id: i64, text: &[u8]) -> Result<ImportSummary, Stopped> {
    carried_together(store, id, &[text])
}

/// Carries several files in as one change; nothing of them is kept yet.
pub fn carried_together(store: &Store, id: i64, files: &[&[u8]]) -> Result<ImportSummary, Stopped> {
    let mut lines: Vec<Result<(u64, Line), Stopped>> = Vec::new();
    let mut number = 0;
    for (at, text) in files.iter().enumerate() {
        if at > 0 {
            lines.push(Ok((number, Line::NextFile)));
        }
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            number += 1;
            let read = if at == 0 { import::header(line).map(|()| None) } else { import::line(line) };
            match read {
                Ok(line) => lines.extend(line.map(|line| Ok((number, line)))),
                Err(wrong) => lines.push(Err(Stopped::LineError(wrong))),
            }
        }
    }
    let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
    store.import(Id(id), now, lines.into_iter(), &|_| None)
}

/// Everything that a ledger answers, by the names of its accounts.
#[allow(dead_code, reason = "not every test compares ledgers")]
pub fn answers(path: &Path) -> Vec<String> {
    let now = LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment");
    let store = Store::read(path, Duration::from_secs(1)).expect("a ledger");
    let report = store.check().expect("a check");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let accounts = store.accounts().expect("accounts");
    let name = |id: AccountId| accounts.iter().find(|a| a.id == id).expect("an account").name.clone();
    let mut out = Vec::new();
    let day = |text: &str| Day::parse_iso(text).expect("a day");
    for moment in [now, day("2026-10-01").end(), day("2026-12-24").end()] {
        out.extend(
            store
                .account_balances(moment)
                .expect("standings")
                .into_iter()
                .map(|(id, s)| format!("{} {s:?}", name(id))),
        );
        let flows = store.flows(None, Some(moment)).expect("flows");
        out.extend(flows.into_iter().map(|(id, f)| format!("{} {f:?}", name(id))));
        let lots = store.lots(moment).expect("lots");
        out.extend(lots.into_iter().map(|(id, day, n)| format!("{} {day} {n}", name(id))));
        let bills = store.bills(moment).expect("bills");
        out.extend(bills.into_iter().map(|(id, month, n)| format!("{} {month} {n}", name(id))));
    }
    out.extend(accounts.iter().map(|a| format!("{:?}", Account { id: AccountId(0), ..a.clone() })));
    let activity = store.activity(None, None).expect("what was done");
    out.extend(activity.categories().expect("categories").iter().map(|c| format!("{c:?}")));
    out.extend(activity.channels().expect("channels").iter().map(|c| format!("{c:?}")));
    out.extend(store.rates().expect("rates").iter().map(|r| format!("{r:?}")));
    out.extend(store.units().expect("units").iter().map(|u| format!("{u:?}")));
    let rows = store.history(&Filter::default()).expect("history");
    out.push(format!("{}", rows.len()));
    out.push(format!("{} {} {}", report.accounts, report.entries, report.snapshots));
    out.sort();
    out
}
