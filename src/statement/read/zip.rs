//! Parts of a ZIP archive.

use super::{FILE_BYTES, FilePlace, PACKING_RATIO, ReadError, ReadLimit, UNPACKED_BYTES};
use flate2::bufread::DeflateDecoder;
use std::io::{self, Read};

/// A ZIP archive in memory.
pub(super) struct Archive {
    bytes: Vec<u8>,
    entries: Vec<ArchiveEntry>,
}

struct ArchiveEntry {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    offset: u64,
}

impl Archive {
    /// Reads the directory of the archive in `bytes`.
    ///
    /// # Errors
    /// Damage, or more bytes than the limits allow.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Archive, ReadError> {
        if bytes.len() as u64 > FILE_BYTES {
            return Err(ReadError::TooLarge {
                place: FilePlace::File,
                limit: ReadLimit::FileBytes(FILE_BYTES),
            });
        }
        let entries = entries(&bytes).ok_or(ReadError::damaged(
            FilePlace::File,
            "the directory of the archive is missing or cut off",
        ))?;
        let unpacked = entries.iter().try_fold(0_u64, |sum, entry| sum.checked_add(entry.unpacked));
        if unpacked.is_none_or(|unpacked| unpacked > UNPACKED_BYTES) {
            return Err(ReadError::TooLarge {
                place: FilePlace::File,
                limit: ReadLimit::UnpackedBytes(UNPACKED_BYTES),
            });
        }
        Ok(Archive { bytes, entries })
    }

    /// Returns a reader of the part with that name (letter case ignored), or `None` if there is none.
    ///
    /// # Errors
    /// Damage, or a part that is packed too well to be honest.
    pub(super) fn part(&self, name: &str) -> Result<Option<ArchivePart<'_>>, ReadError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        let place = || FilePlace::Part(entry.name.clone());
        if entry.flags & 1 != 0 {
            return Err(ReadError::Unsupported { what: "a ZIP archive with a password".to_owned() });
        }
        if entry.unpacked > entry.packed.saturating_mul(PACKING_RATIO) {
            return Err(ReadError::TooLarge {
                place: place(),
                limit: ReadLimit::PackingRatio(PACKING_RATIO),
            });
        }
        let packed =
            self.packed(entry).ok_or(ReadError::damaged(place(), "its data lies outside of the archive"))?;
        let data = match entry.method {
            0 => Data::Stored(packed),
            8 => Data::Deflated(DeflateDecoder::new(packed)),
            _ => return Err(ReadError::damaged(place(), "it is packed in an unknown way")),
        };
        Ok(Some(ArchivePart {
            name: entry.name.clone(),
            data,
            left: entry.unpacked,
            crc: entry.crc,
            sum: crc32fast::Hasher::new(),
            budget: u64::MAX,
        }))
    }

    fn packed(&self, entry: &ArchiveEntry) -> Option<&[u8]> {
        let header = self.bytes.get(usize::try_from(entry.offset).ok()?..)?;
        if !header.starts_with(b"PK\x03\x04") {
            return None;
        }
        let start = 30 + usize::from(u16_at(header, 26)?) + usize::from(u16_at(header, 28)?);
        header.get(start..start.checked_add(usize::try_from(entry.packed).ok()?)?)
    }
}

/// Returns the entries of the central directory, or `None` if it is damaged.
fn entries(bytes: &[u8]) -> Option<Vec<ArchiveEntry>> {
    // The end record is the last 22 bytes, unless a comment of up to 64 KiB follows it.
    let tail = bytes.len().saturating_sub(22 + 0xffff);
    let end = tail + memchr::memmem::rfind(&bytes[tail..], b"PK\x05\x06")?;
    let count = u16_at(bytes, end + 10)?;
    let mut at = u32_at(bytes, end + 16)? as usize;
    let mut entries = Vec::new();
    for _ in 0..count {
        let header = bytes.get(at..end)?;
        if !header.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name_end = 46 + usize::from(u16_at(header, 28)?);
        let extra_end = name_end + usize::from(u16_at(header, 30)?);
        let name = String::from_utf8_lossy(header.get(46..name_end)?).replace('\\', "/");
        let mut sizes = [24, 20, 42].map(|field| u32_at(header, field).map(u64::from));
        wide_sizes(header.get(name_end..extra_end)?, &mut sizes);
        let [unpacked, packed, offset] = sizes;
        entries.push(ArchiveEntry {
            name,
            flags: u16_at(header, 8)?,
            method: u16_at(header, 10)?,
            crc: u32_at(header, 16)?,
            packed: packed?,
            unpacked: unpacked?,
            offset: offset?,
        });
        at += extra_end + usize::from(u16_at(header, 32)?);
    }
    Some(entries)
}

/// Replaces sizes that do not fit in 32 bits by those of a ZIP64 field in `extra`, or by `None` if it is
/// missing. Some writers use the field for small parts too.
fn wide_sizes(mut extra: &[u8], sizes: &mut [Option<u64>; 3]) {
    let mut field: &[u8] = &[];
    while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let Some((content, rest)) = extra[4..].split_at_checked(usize::from(length)) else { break };
        if id == 1 {
            field = content;
        }
        extra = rest;
    }
    for size in sizes.iter_mut().filter(|size| **size == Some(0xffff_ffff)) {
        let (wide, rest) = field.split_at(field.len().min(8));
        *size = wide.try_into().ok().map(u64::from_le_bytes);
        field = rest;
    }
}

/// Returns the little-endian number at a position, or `None` beyond the end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns the little-endian number at a position, or `None` beyond the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns the little-endian number at a position, or `None` beyond the end.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A part of an archive, unpacked while it is read. Its size and checksum are verified at its end.
pub(super) struct ArchivePart<'a> {
    /// Its name in the archive.
    pub(super) name: String,
    data: Data<'a>,
    left: u64,
    crc: u32,
    sum: crc32fast::Hasher,
    /// How many more bytes may be read; whoever reads piece by piece sets it anew for every piece.
    pub(super) budget: u64,
}

enum Data<'a> {
    Stored(&'a [u8]),
    Deflated(DeflateDecoder<&'a [u8]>),
}

impl Read for ArchivePart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let length = match &mut self.data {
            Data::Stored(data) => data.read(buffer)?,
            Data::Deflated(data) => data.read(buffer)?,
        };
        self.sum.update(&buffer[..length]);
        let ends_well = length > 0 || (self.left == 0 && self.sum.clone().finalize() == self.crc);
        match (self.left.checked_sub(length as u64), self.budget.checked_sub(length as u64)) {
            (Some(left), Some(budget)) if ends_well => {
                (self.left, self.budget) = (left, budget);
                Ok(length)
            }
            (Some(_), None) => Err(io::ErrorKind::FileTooLarge.into()),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
