//! What makes a row the same row in another file.
//!
//! FROZEN. The id of an entry that came from a statement is this hash. A ledger holds no other trace of
//! where the entry came from, so a change here, in how a part is written or in the order of the parts, would
//! make every row of every statement new once more. The golden values of the test may never change.

use crate::ledger::Id;
use crate::period::LocalDateTime;

/// The identity of a row: the source of its profile, the unit, the effect, and the key columns as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowIdentity {
    /// The day of the first date in the key; without one the ids of a statement are scattered.
    day: Option<i64>,
    /// The hash of source and key.
    key: u64,
    /// The hash of everything.
    whole: u64,
    /// Whether the key is an id.
    pub once: bool,
}

/// Hashes the parts of an identity.
#[derive(Clone, Copy, Debug)]
pub struct IdentityHasher {
    hash: u64,
    day: Option<i64>,
}

impl IdentityHasher {
    /// Starts with the source of the profile.
    pub fn new(source: &str) -> IdentityHasher {
        IdentityHasher { hash: 0xcbf2_9ce4_8422_2325, day: None }.text(source)
    }

    fn bytes(self, bytes: &[u8]) -> IdentityHasher {
        // 64-bit FNV-1a.
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        IdentityHasher { hash: bytes.iter().fold(self.hash, step), ..self }
    }

    /// Adds a text, in NFC and with blanks folded.
    #[must_use]
    pub fn text(self, text: &str) -> IdentityHasher {
        // No text holds the byte that ends it.
        self.bytes(text.as_bytes()).bytes(&[0xff])
    }

    /// Adds a moment.
    #[must_use]
    pub fn moment(self, at: LocalDateTime) -> IdentityHasher {
        let day = self.day.or(Some(i64::from(at.day().0.clamp(0, 0x7fff))));
        IdentityHasher { day, ..self.bytes(&at.0.to_le_bytes()).bytes(&[0xfd]) }
    }

    /// Ends with the unit and the effect.
    pub fn finish(self, unit: &str, effect: i64, once: bool) -> RowIdentity {
        let whole = self.text(unit).bytes(&effect.to_le_bytes());
        RowIdentity { day: self.day, key: mixed(self.hash), whole: whole.hash, once }
    }
}

/// The finalizer of MurmurHash3: FNV leaves the high bits of short texts alike.
fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// The bits of an id that say the effect where the key is an id.
const EFFECT_BITS: u32 = 16;

impl RowIdentity {
    /// The length of an identity in bytes.
    pub const BYTES: usize = 25;

    /// Returns the identity as bytes, for the time of one import.
    pub fn to_bytes(self) -> [u8; RowIdentity::BYTES] {
        let mut bytes = [0; RowIdentity::BYTES];
        bytes[..8].copy_from_slice(&self.day.unwrap_or(-1).to_le_bytes());
        bytes[8..16].copy_from_slice(&self.key.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.whole.to_le_bytes());
        bytes[24] = u8::from(self.once);
        bytes
    }

    /// Returns the identity of those bytes.
    pub fn from_bytes(bytes: [u8; RowIdentity::BYTES]) -> RowIdentity {
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(number)
        };
        let day = number(0) as i64;
        RowIdentity {
            day: (day >= 0).then_some(day),
            key: number(8),
            whole: number(16),
            once: bytes[24] == 1,
        }
    }

    /// Returns the id of the entry of the `number`-th such row.
    pub fn id(self, number: u64) -> Id {
        let whole = mixed(self.whole ^ mixed(number));
        let front = match self.day {
            Some(day) => day as u64,
            None => self.front() >> 48,
        };
        let bits = match self.once {
            // The ids of one key lie together, whatever the effect: see `ids_of_key`.
            true => self.front() & 0xffff_ffff_0000 | whole & 0xffff,
            false => whole & 0xffff_ffff_ffff,
        };
        Id((front << 48 | bits) as i64)
    }

    /// The part that the key alone decides.
    fn front(self) -> u64 {
        let hash = if self.once { self.key } else { mixed(self.whole) };
        hash & 0x7fff_ffff_ffff_ffff
    }

    /// Returns the first and the last id that rows of this key have, whatever their effect; `None` where the
    /// key is no id.
    pub fn ids_of_key(self) -> Option<(Id, Id)> {
        let first = self.id(1).0 >> EFFECT_BITS << EFFECT_BITS;
        self.once.then_some((Id(first), Id(first | 0xffff)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> LocalDateTime {
        LocalDateTime::parse_iso(text).unwrap()
    }

    /// These values are part of every ledger. If this test fails, the change that made it fail is wrong.
    #[test]
    fn golden_values_never_change() {
        let paid = IdentityHasher::new("kakaopay-money")
            .moment(at("2026-08-12T08:31:45"))
            .text("[-] 결제")
            .text("카페 예시점(강남)")
            .text("3200")
            .finish("KRW", -6800, false);
        let sent = IdentityHasher::new("paypal").text("9AB12345CD678901E").finish("USD", 941, true);
        let ids = [paid.id(1), paid.id(2), paid.id(1 | 1 << 32), sent.id(1)].map(|id| id.to_string());
        assert_eq!(ids, ["50c51301684f7f7e", "50c5440c49d903c7", "50c57d83ee4394fd", "669af63a31affab7"]);
        let other = IdentityHasher::new("paypal").text("9AB12345CD678901E").finish("USD", 900, true);
        let (first, last) = sent.ids_of_key().unwrap();
        assert_ne!(other.id(1), sent.id(1));
        assert!((first..=last).contains(&other.id(1)) && (first..=last).contains(&sent.id(1)));
        assert_eq!(paid.ids_of_key(), None);
    }

    #[test]
    fn every_part_counts() {
        let base = IdentityHasher::new("a").text("b").moment(at("2026-08-12T08:31:45"));
        let ids = [
            base.finish("KRW", 1, false).id(1),
            base.finish("KRW", 2, false).id(1),
            base.finish("USD", 1, false).id(1),
            base.finish("KRW", 1, false).id(2),
            base.text("").finish("KRW", 1, false).id(1),
            IdentityHasher::new("ab")
                .text("")
                .moment(at("2026-08-12T08:31:45"))
                .finish("KRW", 1, false)
                .id(1),
            IdentityHasher::new("a")
                .text("b")
                .moment(at("2026-08-12T08:31:46"))
                .finish("KRW", 1, false)
                .id(1),
        ];
        for (number, id) in ids.iter().enumerate() {
            assert!(!ids[..number].contains(id), "{number}");
            assert!(id.0 > 0);
            assert_eq!(id.day(), 20677, "ids of one day lie together");
        }
    }
}
