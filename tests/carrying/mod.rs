//! A ledger as lines, out and in again, without the program around it.

use jandon::export::{HEADER, Teller};
use jandon::import;
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
    let mut lines = text.split(|byte| *byte == b'\n').enumerate();
    let (_, first) = lines.next().expect("at least one line");
    import::header(first).map_err(Stopped::Wrong)?;
    let lines = lines.filter_map(|(number, line)| match import::line(line) {
        Ok(line) => line.map(|line| Ok((number as u64 + 1, line))),
        Err(wrong) => Some(Err(Stopped::Wrong(wrong))),
    });
    let now = Moment::parse_iso("2026-11-22T13:05").expect("a moment");
    store.carry(Id(id), now, lines, &|_| None)
}
