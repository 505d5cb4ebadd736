//! The versions of accounts, and which one of each account holds.

use super::{Account, AccountId, Id};
use crate::period::LocalDateTime;
use std::collections::HashMap;

/// When a version was made: of two the later one holds, whatever the order in which they arrive. Of
/// one second it is the one of the change with the higher id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// When its change was recorded.
    pub at: LocalDateTime,
    /// The change that made it.
    pub change: Id,
}

impl Stamp {
    /// Later than every stamp of a ledger.
    pub const LAST: Stamp = Stamp { at: LocalDateTime(i64::MAX), change: Id(i64::MAX) };

    /// Returns the stamp of a new version, given the latest one of its account.
    ///
    /// That is its own, unless the clock is behind, or both are of one second: then it is moved as
    /// little as needed to be the later one.
    #[must_use]
    pub fn after(self, latest: Stamp) -> Stamp {
        if self > latest {
            return self;
        }
        let last_of_day = latest.change.0 | 0xffff_ffff_ffff;
        let rest = last_of_day - latest.change.0;
        if rest == 0 {
            return Stamp { at: LocalDateTime(latest.at.0 + 1), change: self.change };
        }
        // A random part of what is left, so that two machines do not meet, and so small a part that
        // a second has room for many versions.
        let random = self.change.0 & 0xffff_ffff_ffff;
        let step = 1 + random % ((rest >> 16) + 1).min(rest);
        Stamp { at: latest.at, change: Id(latest.change.0 + step) }
    }
}

/// The versions of the accounts of one history, as it tells them.
#[derive(Debug, Default)]
pub struct Versions {
    versions: HashMap<AccountId, Vec<(Stamp, Account)>>,
    /// Which changes void a change.
    voids: HashMap<Id, Vec<Id>>,
}

impl Versions {
    /// Adds a version of the account of that id.
    pub fn add(&mut self, stamp: Stamp, account: Account) {
        self.versions.entry(account.id).or_default().push((stamp, account));
    }

    /// Notes that a change voids an earlier one. Where that is an undo itself, what it voided holds again.
    pub fn void(&mut self, change: Id, of: Id) {
        self.voids.entry(of).or_default().push(change);
    }

    /// Whether a change is void: one that is not void itself voids it.
    fn is_void(&self, change: Id) -> bool {
        self.voids.get(&change).is_some_and(|by| by.iter().any(|by| !self.is_void(*by)))
    }

    /// Returns the version that holds, unless all are voided.
    pub fn current(&self, id: AccountId) -> Option<&Account> {
        self.latest(self.versions.get(&id)?)
    }

    /// Returns the account that has a name now, which is given folded.
    pub fn named(&self, folded: &str) -> Option<AccountId> {
        let current = self.versions.values().filter_map(|versions| self.latest(versions));
        current.filter(|account| super::name::fold_case(&account.name) == folded).map(|a| a.id).max()
    }

    /// Whether the history tells of an account.
    pub fn knows(&self, id: AccountId) -> bool {
        self.versions.contains_key(&id)
    }

    fn latest<'v>(&self, versions: &'v [(Stamp, Account)]) -> Option<&'v Account> {
        let counting = versions.iter().filter(|(stamp, _)| !self.is_void(stamp.change));
        counting.max_by_key(|(stamp, _)| *stamp).map(|(_, account)| account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AccountKind;
    use crate::money::Unit;
    use proptest::prelude::*;

    fn stamp(at: i64, change: i64) -> Stamp {
        Stamp { at: LocalDateTime(at), change: Id(change) }
    }

    fn called(name: &str) -> Account {
        Account {
            id: AccountId(1),
            name: name.into(),
            platform: None,
            kind: AccountKind::Wallet,
            unit: Unit::new("KRW", 0),
            limit: None,
            bill_day: None,
            note: None,
            closed: false,
        }
    }

    fn name(versions: &Versions) -> Option<&str> {
        versions.current(AccountId(1)).map(|account| account.name.as_str())
    }

    #[test]
    fn the_version_changed_last_holds_whatever_came_first() {
        let mut versions = Versions::default();
        versions.add(stamp(1, 1), called("first"));
        versions.add(stamp(3, 2), called("late"));
        versions.add(stamp(2, 9), called("early"));
        assert_eq!(name(&versions), Some("late"));
        versions.add(stamp(3, 3), called("same second"));
        assert_eq!(name(&versions), Some("same second"));
        assert_eq!(versions.named("same second"), Some(AccountId(1)));
        assert_eq!(versions.named("late"), None);
    }

    #[test]
    fn of_one_change_the_last_version_holds() {
        let mut versions = Versions::default();
        versions.add(stamp(1, 1), called("a"));
        versions.add(stamp(1, 1), called("b"));
        assert_eq!(name(&versions), Some("b"));
    }

    #[test]
    fn a_voided_version_does_not_hold_and_holds_again() {
        let mut versions = Versions::default();
        versions.add(stamp(1, 1), called("a"));
        versions.add(stamp(2, 2), called("b"));
        versions.void(Id(3), Id(2));
        assert_eq!(name(&versions), Some("a"));
        versions.void(Id(4), Id(3));
        assert_eq!(name(&versions), Some("b"));
        versions.void(Id(5), Id(1));
        versions.void(Id(6), Id(2));
        assert_eq!(name(&versions), None);
    }

    proptest! {
        #[test]
        fn a_new_version_is_later_than_the_latest_and_moved_no_further_than_needed(
            at in -5i64..5, latest_at in -5i64..5, change in 0i64..1 << 60, latest in 0i64..1 << 60,
        ) {
            let (own, latest) = (stamp(at, change), stamp(latest_at, latest));
            let moved = own.after(latest);
            prop_assert!(moved > latest);
            if own > latest {
                prop_assert_eq!(moved, own);
            } else {
                prop_assert!(moved.at.0 - latest.at.0 <= 1);
            }
        }

        #[test]
        fn a_second_has_room_for_many_versions(seeds in prop::collection::vec(any::<u64>(), 300)) {
            let at = LocalDateTime(86_400);
            let mut latest = Stamp { at, change: Id::new(at, 0xf000_0000_0000) };
            for seed in seeds {
                let next = Stamp { at, change: Id::new(at, seed) }.after(latest);
                prop_assert!(next > latest);
                prop_assert_eq!((next.at, next.change.day()), (at, latest.change.day()));
                latest = next;
            }
        }

        #[test]
        fn the_day_may_end_with_the_latest(change in any::<u64>()) {
            let at = LocalDateTime(86_400);
            let latest = Stamp { at, change: Id::new(at, u64::MAX) };
            let moved = Stamp { at, change: Id::new(at, change) }.after(latest);
            prop_assert!(moved > latest);
        }
    }
}
