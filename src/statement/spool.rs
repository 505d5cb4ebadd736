//! Rows of a statement that is too long to be held in memory, as bytes that are kept elsewhere.

use super::identity::RowIdentity;
use super::profile::RowKind;
use super::read::{FilePlace, ReadError};
use super::rows::StatementRow;
use crate::period::LocalDateTime;
use smol_str::SmolStr;

/// Where bytes are kept that can be read again in any order.
pub trait ByteStore {
    /// Appends bytes.
    fn append(&mut self, bytes: &[u8]) -> Result<(), ReadError>;
    /// Returns bytes that were appended.
    fn read(&mut self, at: u64, length: usize) -> Result<Vec<u8>, ReadError>;
}

/// What was kept is not what comes back.
const DAMAGED: ReadError =
    ReadError::Damaged { place: FilePlace::File, fault: "its rows could not be read back" };
/// Rows that are kept together.
const BLOCK_ROWS: usize = 1024;

/// Rows in the order in which they were added, in blocks.
pub struct RowSpool {
    store: Box<dyn ByteStore>,
    /// Where each block begins, and its length.
    blocks: Vec<(u64, usize)>,
    end: u64,
    pending: Vec<u8>,
    pending_rows: usize,
}

impl std::fmt::Debug for RowSpool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RowSpool of {} blocks", self.blocks.len())
    }
}

impl RowSpool {
    /// Returns a spool without rows.
    pub fn new(store: Box<dyn ByteStore>) -> RowSpool {
        RowSpool { store, blocks: Vec::new(), end: 0, pending: Vec::new(), pending_rows: 0 }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &StatementRow) -> Result<(), ReadError> {
        write_row(row, &mut self.pending);
        self.pending_rows += 1;
        if self.pending_rows >= BLOCK_ROWS { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> Result<(), ReadError> {
        if self.pending_rows == 0 {
            return Ok(());
        }
        self.store.append(&self.pending)?;
        self.blocks.push((self.end, self.pending.len()));
        self.end += self.pending.len() as u64;
        self.pending.clear();
        self.pending_rows = 0;
        Ok(())
    }

    /// Hands on every row, in the order in which they were added or the other way round.
    pub fn replay<E: From<ReadError>>(
        &mut self,
        is_reversed: bool,
        mut each: impl FnMut(StatementRow) -> Result<(), E>,
    ) -> Result<(), E> {
        self.end_block()?;
        for number in 0..self.blocks.len() {
            let number = if is_reversed { self.blocks.len() - 1 - number } else { number };
            let (at, length) = self.blocks[number];
            let bytes = self.store.read(at, length)?;
            let mut rows = Vec::with_capacity(BLOCK_ROWS);
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                rows.push(read_row(&mut rest).ok_or(DAMAGED)?);
            }
            if is_reversed {
                rows.reverse();
            }
            rows.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }
}

fn write_row(row: &StatementRow, out: &mut Vec<u8>) {
    let mut number = |number: i64| out.extend(number.to_le_bytes());
    number(row.line as i64);
    number(row.at.0);
    number(row.effect);
    number(row.fee);
    number(row.tax);
    number(row.account as i64);
    number(row.balance.unwrap_or(0));
    let kind = row.kind.and_then(|kind| RowKind::ALL.iter().position(|(_, known)| *known == kind));
    let flags = u8::from(row.balance.is_some()) | u8::from(row.is_first) << 1;
    let flags = flags | u8::from(row.identity.is_some()) << 2 | u8::from(row.is_part) << 3;
    out.extend([flags, kind.map_or(u8::MAX, |kind| kind as u8), row.former.len() as u8]);
    for text in [&row.with, &row.category, &row.payee, &row.note] {
        let bytes = text.as_ref().map_or(&[][..], |text| text.as_bytes());
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend(bytes);
    }
    for identity in row.identity.iter().chain(&row.former) {
        out.extend(identity.to_bytes());
    }
}

fn read_row(rest: &mut &[u8]) -> Option<StatementRow> {
    fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
        let (front, back) = rest.split_first_chunk::<N>()?;
        *rest = back;
        Some(*front)
    }
    let mut number = || take::<8>(rest).map(i64::from_le_bytes);
    let (line, at, effect) = (number()? as u64, LocalDateTime(number()?), number()?);
    let (fee, tax, account, balance) = (number()?, number()?, number()? as usize, number()?);
    let [flags, kind, former] = take::<3>(rest)?;
    let mut text = || -> Option<Option<SmolStr>> {
        let length = u32::from_le_bytes(take::<4>(rest)?) as usize;
        let (bytes, back) = rest.split_at_checked(length)?;
        *rest = back;
        let text = std::str::from_utf8(bytes).ok()?;
        Some((!text.is_empty()).then(|| SmolStr::from(text)))
    };
    let (with, category, payee, note) = (text()?, text()?, text()?, text()?);
    let mut identity = || take::<{ RowIdentity::BYTES }>(rest).map(RowIdentity::from_bytes);
    let own = if flags & 4 != 0 { Some(identity()?) } else { None };
    let former = (0..former).map(|_| identity()).collect::<Option<Vec<_>>>()?;
    Some(StatementRow {
        line,
        at,
        effect,
        fee,
        tax,
        balance: (flags & 1 != 0).then_some(balance),
        kind: RowKind::ALL.get(usize::from(kind)).map(|(_, kind)| *kind),
        account,
        with,
        category,
        payee,
        note,
        identity: own,
        former,
        is_first: flags & 2 != 0,
        is_part: flags & 8 != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::identity::IdentityHasher;

    #[derive(Default)]
    struct Memory(Vec<u8>);

    impl ByteStore for Memory {
        fn append(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
            self.0.extend(bytes);
            Ok(())
        }

        fn read(&mut self, at: u64, length: usize) -> Result<Vec<u8>, ReadError> {
            Ok(self.0[at as usize..at as usize + length].to_vec())
        }
    }

    #[test]
    fn rows_come_back_as_they_were_in_either_direction() {
        let identity = IdentityHasher::new("a").moment(LocalDateTime(5)).finish("KRW", 7, true);
        let row = |line: u64| StatementRow {
            line,
            at: LocalDateTime(line as i64 * 1000),
            effect: -(line as i64),
            fee: 1,
            tax: 2,
            balance: (line.is_multiple_of(2)).then_some(line as i64),
            kind: (line.is_multiple_of(3)).then_some(RowKind::Send),
            account: line as usize % 4,
            with: None,
            category: Some("분류".into()),
            payee: (line.is_multiple_of(5))
                .then(|| "a payee with a name of more than twenty-three bytes".into()),
            note: None,
            identity: (!line.is_multiple_of(7)).then_some(identity),
            former: if line.is_multiple_of(11) { vec![identity, identity] } else { Vec::new() },
            is_first: line.is_multiple_of(13),
            is_part: line.is_multiple_of(17),
        };
        let mut spool = RowSpool::new(Box::new(Memory::default()));
        for line in 0..5_000 {
            spool.push(&row(line)).expect("kept");
        }
        for is_reversed in [false, true] {
            let mut expected: Vec<u64> = (0..5_000).collect();
            if is_reversed {
                expected.reverse();
            }
            let mut lines = Vec::new();
            let replayed = spool.replay(is_reversed, |found| -> Result<(), ReadError> {
                assert_eq!(format!("{found:?}"), format!("{:?}", row(found.line)));
                lines.push(found.line);
                Ok(())
            });
            assert_eq!(replayed, Ok(()));
            assert_eq!(lines, expected);
        }
    }
}
