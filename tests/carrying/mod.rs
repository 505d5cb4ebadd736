//! A ledger as lines, out and in again, without the program around it.

use jandon::export::{HEADER, Teller};
use jandon::import::{self, Line};
use jandon::ledger::Id;
use jandon::period::Moment;
use jandon::store::{Carried, CarryError, Store, StoreError};

/// What stops an import here.
#[derive(Debug)]
pub enum Stopped {
    Store(#[allow(dead_code)] StoreError),
    Carry(#[allow(dead_code)] CarryError),
    Wrong(#[allow(dead_code)] import::Wrong),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Store(error)
    }
}

impl From<CarryError> for Stopped {
    fn from(error: CarryError) -> Stopped {
        Stopped::Carry(error)
    }
}

/// All that a ledger tells, as a file.
pub fn told(store: &Store) -> String {
    let (mut text, mut teller) = (String::from(HEADER), Teller::default());
    let each = store.each_told::<StoreError>(&mut |told| {
        text += &teller.tell(told);
        Ok(())
    });
    each.expect("a readable ledger");
    text
}

/// Carries a file in; nothing of it is kept yet.
pub fn carried(store: &Store, id: i64, text: &[u8]) -> Result<Carried, Stopped> {
    carried_together(store, id, &[text])
}

/// Carries several files in as one change; nothing of them is kept yet.
pub fn carried_together(store: &Store, id: i64, files: &[&[u8]]) -> Result<Carried, Stopped> {
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
                Err(wrong) => lines.push(Err(Stopped::Wrong(wrong))),
            }
        }
    }
    let now = Moment::parse_iso("2026-11-22T13:05").expect("a moment");
    store.carry(Id(id), now, lines.into_iter(), &|_| None)
}
