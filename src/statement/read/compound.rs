//! Streams of a compound file (MS-CFB), the container of XLS and of locked workbooks.

use super::zip::{u16_at, u32_at, u64_at};
use super::{FilePlace, ReadError};

/// The first bytes of every compound file.
pub(super) const SIGNATURE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Sector numbers from here on mean no sector; the one before ends a chain.
const SECTOR_MAX: u32 = 0xffff_fffa;
const END_OF_CHAIN: u32 = 0xffff_fffe;
/// Streams shorter than this stand in the mini stream, in sectors of 64 bytes.
const MINI_STREAM_BELOW: u64 = 4096;
const MINI_SECTOR: usize = 64;

/// A compound file in memory.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    next: Vec<u32>,
    mini_next: Vec<u32>,
    mini_stream: Vec<u8>,
    /// Name, first sector and length of each stream in the root storage.
    streams: Vec<(String, u32, u64)>,
}

impl<'a> Compound<'a> {
    /// Reads the tables and the root directory of a compound file.
    ///
    /// # Errors
    /// Damage.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Compound<'a>, ReadError> {
        Compound::tables(bytes).ok_or(ReadError::damaged(
            FilePlace::File,
            "the tables of the compound file are wrong or cut off",
        ))
    }

    fn tables(bytes: &'a [u8]) -> Option<Compound<'a>> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Compound {
            bytes,
            sector,
            next: Vec::new(),
            mini_next: Vec::new(),
            mini_stream: Vec::new(),
            streams: Vec::new(),
        };
        // The first 109 sectors of the table of sectors are listed in the header, the others in a chain.
        let mut listed: Vec<u32> = (0..109).map_while(|entry| u32_at(bytes, 76 + 4 * entry)).collect();
        let (mut list, per_list) = (u32_at(bytes, 68)?, sector / 4 - 1);
        while list < SECTOR_MAX {
            // Longer than the file means a ring.
            if listed.len() > bytes.len() / sector + 109 {
                return None;
            }
            let content = file.sector(list)?;
            listed.extend((0..per_list).map_while(|entry| u32_at(content, 4 * entry)));
            list = u32_at(content, 4 * per_list)?;
        }
        for table in listed.into_iter().filter(|sector| *sector < SECTOR_MAX) {
            if file.next.len() > bytes.len() / 4 {
                return None;
            }
            file.next.extend(numbers(file.sector(table)?));
        }
        let mini_table = file.chain(u32_at(bytes, 60)?)?;
        file.mini_next = numbers(&mini_table).collect();
        let directory = file.chain(u32_at(bytes, 48)?)?;
        let entry = |id: u32| directory.get(usize::try_from(id).ok()?.checked_mul(128)?..)?.get(..128);
        let root = entry(0)?;
        file.mini_stream = file.chain(u32_at(root, 116)?)?;
        // The streams of the root form a tree; each id is visited once.
        let (mut ids, mut visits) = (vec![u32_at(root, 76)?], 0);
        while let Some(id) = ids.pop() {
            if id >= SECTOR_MAX {
                continue;
            }
            visits += 1;
            if visits > directory.len() / 128 {
                return None;
            }
            let entry = entry(id)?;
            ids.extend([u32_at(entry, 68)?, u32_at(entry, 72)?]);
            if entry[66] == 2 {
                let units = usize::from(u16_at(entry, 64)?).min(64) / 2;
                let name = (0..units).map_while(|unit| u16_at(entry, 2 * unit)).filter(|unit| *unit != 0);
                let name = char::decode_utf16(name).map(|c| c.unwrap_or('\u{fffd}')).collect();
                // Files with sectors of 512 bytes may leave the upper half of the length undefined.
                let length = u64_at(entry, 120)? & if sector == 512 { 0xffff_ffff } else { u64::MAX };
                file.streams.push((name, u32_at(entry, 116)?, length));
            }
        }
        Some(file)
    }

    /// Returns the content of a stream of the root storage, or `None` if there is none with that name.
    ///
    /// # Errors
    /// Damage.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let Some((_, start, length)) = self.streams.iter().find(|stream| stream.0 == name) else {
            return Ok(None);
        };
        let mut content =
            if *length < MINI_STREAM_BELOW { self.mini_chain(*start) } else { self.chain(*start) };
        match (&mut content, usize::try_from(*length)) {
            (Some(content), Ok(length)) if content.len() >= length => content.truncate(length),
            _ => {
                return Err(ReadError::damaged(
                    FilePlace::Part(name.to_owned()),
                    "it is shorter than it should be",
                ));
            }
        }
        Ok(content)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = usize::try_from(number).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        // The last sector may be cut short.
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        Some(&rest[..rest.len().min(self.sector)])
    }

    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        collect_chain(start, &self.next, |number| self.sector(number))
    }

    fn mini_chain(&self, start: u32) -> Option<Vec<u8>> {
        collect_chain(start, &self.mini_next, |number| {
            let start = usize::try_from(number).ok()?.checked_mul(MINI_SECTOR)?;
            let rest = self.mini_stream.get(start..).filter(|rest| !rest.is_empty())?;
            Some(&rest[..rest.len().min(MINI_SECTOR)])
        })
    }
}

/// Returns the content of a chain of sectors, or `None` if it leaves the file or runs in a ring.
fn collect_chain<'a>(start: u32, next: &[u32], sector: impl Fn(u32) -> Option<&'a [u8]>) -> Option<Vec<u8>> {
    let (mut content, mut number, mut visits) = (Vec::new(), start, 0);
    if start >= SECTOR_MAX {
        return Some(content);
    }
    while number != END_OF_CHAIN {
        visits += 1;
        if visits > next.len() {
            return None;
        }
        content.extend_from_slice(sector(number)?);
        number = *next.get(usize::try_from(number).ok()?)?;
    }
    Some(content)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|number| u32_at(number, 0).unwrap_or(END_OF_CHAIN))
}
