//! What a ledger holds and the rules it keeps: accounts, entries, snapshots, lots and bills.
//!
//! Everything here is a pure function of facts. A fact is never changed: a mistake is voided by a
//! later fact.

mod entry;
mod lots;
pub mod name;
mod versions;

use crate::money::Unit;
use crate::period::LocalDateTime;
use serde::{Serialize, Serializer};
use std::fmt;

pub use entry::{AccountBalance, Entry, Expires, Flow, FlowKind, Flows, Kind, Leg, RuleViolation, Snapshot};
pub use lots::{Bills, Lots};
pub use versions::{Stamp, Versions};

/// The key of an account within one ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub i64);

/// The lasting name of a fact or a change: 64 bits whose high part is a day, so that ids of one
/// time lie together on disk. Written as sixteen hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub i64);

impl Id {
    /// An id for something of that moment, from 48 bits that nothing else shares.
    pub fn new(at: LocalDateTime, bits: u64) -> Id {
        let day = at.day().0.clamp(0, 0x7fff) as i64;
        Id(day << 48 | (bits & 0xffff_ffff_ffff) as i64)
    }

    /// The day of the moment that the id was made for, counted from 1970-01-01.
    pub fn day(self) -> i64 {
        self.0 >> 48
    }

    /// Reads sixteen hexadecimal digits.
    pub fn parse(text: &str) -> Option<Id> {
        let hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| u64::from_str_radix(text, 16).ok().map(|bits| Id(bits as i64))).flatten()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0 as u64)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for AccountKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What kind of balance an account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// Money that was paid in.
    Wallet,
    /// Points, which may expire.
    Rewards,
    /// A gift card or voucher balance.
    Giftcard,
    /// Carrier billing: money owed, on the next phone bill.
    Carrier,
    /// Where money lands.
    Bank,
}

impl AccountKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [AccountKind; 5] = [
        AccountKind::Wallet,
        AccountKind::Rewards,
        AccountKind::Giftcard,
        AccountKind::Carrier,
        AccountKind::Bank,
    ];

    /// Its word: `wallet`, `rewards`, `giftcard`, `carrier`, `bank`.
    pub fn as_str(self) -> &'static str {
        match self {
            AccountKind::Wallet => "wallet",
            AccountKind::Rewards => "rewards",
            AccountKind::Giftcard => "giftcard",
            AccountKind::Carrier => "carrier",
            AccountKind::Bank => "bank",
        }
    }

    /// The kind of that word, as files write it.
    pub fn parse(word: &str) -> Option<AccountKind> {
        AccountKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The kind that a person means: its word, a plural, or what it is called in Korean.
    pub fn from_input(text: &str) -> Option<AccountKind> {
        let text: String = text.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
        let named = |names: &str| names.split(' ').any(|name| name == text);
        let kinds = [
            (AccountKind::Wallet, "wallet wallets money cash 지갑 머니 페이 페이머니 선불"),
            (AccountKind::Rewards, "rewards reward points point miles 포인트 적립 적립금 마일리지 리워드"),
            (AccountKind::Giftcard, "giftcard giftcards voucher vouchers 상품권 기프트카드 기프티콘"),
            (AccountKind::Carrier, "carrier carriers carrierbilling phone 통신사 휴대폰 소액결제 휴대폰결제"),
            (AccountKind::Bank, "bank banks bankaccount 은행 계좌 통장 은행계좌"),
        ];
        kinds.into_iter().find(|(_, names)| named(names)).map(|(kind, _)| kind)
    }
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One balance on one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its key in the ledger.
    pub id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// The id of the platform that runs it, where one is known.
    pub platform: Option<String>,
    /// What kind of balance it holds.
    pub kind: AccountKind,
    /// The unit of every amount in it.
    pub unit: Unit,
    /// A carrier's credit limit, in minor units.
    pub limit: Option<i64>,
    /// A carrier's day of payment in the month after the charges, 1 to 31.
    pub bill_day: Option<u8>,
    /// A remark of its owner.
    pub note: Option<String>,
    /// No longer in use.
    pub closed: bool,
}

impl Account {
    /// Returns whether the account is carrier billing, so that its balance is owed.
    pub fn is_carrier(&self) -> bool {
        self.kind == AccountKind::Carrier
    }

    /// Returns a balance as people type and read it: what is owed to a carrier is positive.
    pub fn display_balance(&self, balance: i64) -> i64 {
        if self.is_carrier() { balance.saturating_neg() } else { balance }
    }

    /// Returns how much of a balance can leave, in minor units. Of a carrier nothing can, as its unused
    /// credit is no money.
    pub fn available(&self, balance: AccountBalance) -> i64 {
        if self.is_carrier() { 0 } else { balance.balance.max(0) }
    }

    /// Returns what is left of a carrier's limit, in minor units; below zero what exceeds it.
    pub fn limit_left(&self, balance: AccountBalance) -> Option<i64> {
        let limit = self.limit.filter(|_| self.is_carrier())?;
        Some(limit.saturating_add(balance.balance).min(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Day;

    #[test]
    fn kinds_are_known_by_what_people_call_them() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::from_input(kind.as_str()), Some(kind));
        }
        for (text, kind) in [
            ("Points", AccountKind::Rewards),
            ("gift card", AccountKind::Giftcard),
            ("gift-cards", AccountKind::Giftcard),
            ("지갑", AccountKind::Wallet),
            ("은행", AccountKind::Bank),
            ("소액결제", AccountKind::Carrier),
        ] {
            assert_eq!(AccountKind::from_input(text), Some(kind), "{text}");
        }
        assert_eq!(AccountKind::from_input("purse"), None);
    }

    #[test]
    fn ids_are_ordered_by_day_and_written_as_hex() {
        let day = |text: &str| Day::parse_iso(text).unwrap().start();
        let (early, late) = (Id::new(day("2020-01-01"), u64::MAX), Id::new(day("2020-01-02"), 0));
        assert!(early < late);
        assert_eq!(Id::parse(&early.to_string()), Some(early));
        assert_eq!(Id::parse("xyz"), None);
        assert!(Id::new(day("1950-01-01"), 7).0 >= 0);
    }
}
