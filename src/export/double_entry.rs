//! Facts as double-entry transactions: postings with a sum of zero.

use crate::ledger::{Account, AccountId, AccountKind, Entry, Kind};
use crate::money::{Unit, to_plain_string};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// The account of a posting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PostingAccount {
    /// An account of the ledger.
    Own(AccountId),
    /// Spending in a category, or without one.
    Spent(Option<String>),
    /// Income in a category, or without one.
    Earned(Option<String>),
    /// Fees.
    Fees,
    /// Taxes withheld.
    Taxes,
    /// Points that expired.
    Expired,
    /// Places outside of the ledger.
    Outside,
    /// Opening balances: the first snapshots of accounts.
    Opening,
    /// Unexplained differences between snapshots and records.
    Unexplained,
}

impl PostingAccount {
    /// The accounts of every journal, whatever the ledger's accounts and categories are.
    pub const FIXED: [PostingAccount; 8] = [
        PostingAccount::Spent(None),
        PostingAccount::Earned(None),
        PostingAccount::Fees,
        PostingAccount::Taxes,
        PostingAccount::Expired,
        PostingAccount::Outside,
        PostingAccount::Opening,
        PostingAccount::Unexplained,
    ];

    /// Returns the parts of its name from the root on; the last one is the user's name for it.
    pub fn path<'a>(&'a self, account: impl Fn(AccountId) -> Option<&'a Account>) -> Vec<&'a str> {
        match self {
            PostingAccount::Own(id) => match account(*id) {
                Some(account) => {
                    let root = if account.is_carrier() { "liabilities" } else { "assets" };
                    vec![root, group(account.kind), &account.name]
                }
                None => vec!["assets", "unknown"],
            },
            PostingAccount::Spent(category) => {
                vec!["expenses", category.as_deref().unwrap_or("uncategorized")]
            }
            PostingAccount::Earned(category) => {
                vec!["income", category.as_deref().unwrap_or("uncategorized")]
            }
            PostingAccount::Fees => vec!["expenses", "fees"],
            PostingAccount::Taxes => vec!["expenses", "taxes"],
            PostingAccount::Expired => vec!["expenses", "expired"],
            PostingAccount::Outside => vec!["equity", "outside"],
            PostingAccount::Opening => vec!["equity", "opening balances"],
            PostingAccount::Unexplained => vec!["equity", "unexplained"],
        }
    }

    /// Returns the user's name for it, if there is one.
    pub fn own_name<'a>(&'a self, account: impl Fn(AccountId) -> Option<&'a Account>) -> Option<&'a str> {
        match self {
            PostingAccount::Own(id) => account(*id).map(|account| account.name.as_str()),
            PostingAccount::Spent(category) | PostingAccount::Earned(category) => category.as_deref(),
            _ => None,
        }
    }
}

fn group(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Wallet => "wallet",
        AccountKind::Rewards => "rewards",
        AccountKind::Giftcard => "giftcard",
        AccountKind::Carrier => "carrier",
        AccountKind::Bank => "bank",
    }
}

/// A posting of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub side: PostingAccount,
    /// Minor units, negative if value leaves the account.
    pub minor: i128,
    /// The unit of the amount.
    pub unit: Unit,
    /// The price of the whole amount, in minor units of another unit, never negative.
    pub price: Option<(i128, Unit)>,
}

impl Posting {
    fn new(side: PostingAccount, minor: i128, unit: &Unit) -> Posting {
        Posting { side, minor, unit: unit.clone(), price: None }
    }

    fn at(self, minor: i128, unit: &Unit) -> Posting {
        Posting { price: Some((minor, unit.clone())), ..self }
    }

    /// Returns the amount as a decimal, without its unit.
    pub fn amount(&self) -> String {
        to_plain_string(self.minor, self.unit.decimals)
    }
}

/// Returns the postings of an entry. In each unit they add up to zero if an amount with a price
/// counts at its price.
pub fn of_entry(entry: &Entry) -> Vec<Posting> {
    let (out, arriving) = (&entry.from, &entry.to);
    let category = || entry.category.as_deref().filter(|text| !text.is_empty()).map(String::from);
    let source = match (out.account, entry.kind) {
        (Some(id), _) => PostingAccount::Own(id),
        (None, Kind::Earn) => PostingAccount::Earned(category()),
        (None, Kind::Refund) => PostingAccount::Spent(category()),
        (None, _) => PostingAccount::Outside,
    };
    let target = match (arriving.account, entry.kind) {
        (Some(id), _) => PostingAccount::Own(id),
        (None, Kind::Spend) => PostingAccount::Spent(category()),
        (None, Kind::Expire) => PostingAccount::Expired,
        (None, _) => PostingAccount::Outside,
    };
    let (leaves, arrives) = (i128::from(out.amount), i128::from(arriving.amount));
    let charges =
        [(PostingAccount::Fees, i128::from(entry.fee)), (PostingAccount::Taxes, i128::from(entry.tax))];
    let charged = charges.iter().map(|(_, minor)| minor).sum::<i128>();
    let moved = leaves - charged;
    let mut postings = Vec::with_capacity(5);
    if out.unit == arriving.unit {
        postings.push(Posting::new(target, arrives, &arriving.unit));
        postings.push(Posting::new(source, -leaves, &out.unit));
    } else {
        // Points are priced in money, not money in points; otherwise the amount that leaves has the
        // price.
        let is_money = |unit: &Unit| Unit::currency(&unit.code).is_some();
        let sold_arrives = moved == 0 || (is_money(&out.unit) && !is_money(&arriving.unit));
        let target = Posting::new(target, arrives, &arriving.unit);
        let source_moved = Posting::new(source.clone(), -moved, &out.unit);
        if sold_arrives {
            postings.extend([target.at(moved, &out.unit), source_moved]);
        } else {
            postings.extend([target, source_moved.at(arrives, &arriving.unit)]);
        }
        postings.push(Posting::new(source, -charged, &out.unit));
    }
    postings.extend(charges.map(|(side, minor)| Posting::new(side, minor, &out.unit)));
    postings.retain(|posting| posting.minor != 0);
    postings
}

/// Returns the postings of the unexplained part of a snapshot; none if it is zero.
pub fn of_difference(account: AccountId, minor: i64, unit: &Unit, first: bool) -> Vec<Posting> {
    if minor == 0 {
        return Vec::new();
    }
    let other = if first { PostingAccount::Opening } else { PostingAccount::Unexplained };
    let minor = i128::from(minor);
    vec![Posting::new(PostingAccount::Own(account), minor, unit), Posting::new(other, -minor, unit)]
}

/// Returns the postings of points that expired by themselves.
pub fn of_expired(account: AccountId, minor: i64, unit: &Unit) -> Vec<Posting> {
    let minor = i128::from(minor);
    vec![
        Posting::new(PostingAccount::Expired, minor, unit),
        Posting::new(PostingAccount::Own(account), -minor, unit),
    ]
}

/// Unique names in the syntax of a program.
#[derive(Debug)]
pub struct Names<K> {
    given: HashMap<K, String>,
    taken: HashSet<String>,
}

impl<K> Default for Names<K> {
    fn default() -> Names<K> {
        Names { given: HashMap::new(), taken: HashSet::new() }
    }
}

impl<K: Hash + Eq> Names<K> {
    /// Returns the name of a thing.
    pub fn of(&self, key: &K) -> Option<&str> {
        self.given.get(key).map(String::as_str)
    }

    /// Gives a thing the wanted name or, if it is taken, the name followed by the first free
    /// number.
    pub fn give(&mut self, key: K, wanted: &str) -> String {
        let mut name = wanted.to_string();
        let mut number = 2_u64;
        while !self.taken.insert(name.clone()) {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        self.given.insert(key, name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Expires, Id, Leg};
    use crate::period::LocalDateTime;

    fn entry(kind: Kind, from: Option<i64>, to: Option<i64>, amounts: [i64; 4], units: [&Unit; 2]) -> Entry {
        let [out, arriving, fee, tax] = amounts;
        let place = |account: Option<i64>, amount, unit: &Unit| Leg {
            account: account.map(AccountId),
            amount,
            unit: unit.clone(),
        };
        Entry {
            id: Id(1),
            at: LocalDateTime(0),
            kind,
            from: place(from, out, units[0]),
            to: place(to, arriving, units[1]),
            fee,
            tax,
            category: Some("coffee".into()),
            payee: None,
            note: None,
            channel: None,
            expires: Expires::Unknown,
        }
    }

    fn sums(postings: &[Posting]) -> HashMap<String, i128> {
        let mut sums = HashMap::new();
        for posting in postings {
            let (minor, unit) = match &posting.price {
                Some((price, unit)) => (price * posting.minor.signum(), unit),
                None => (posting.minor, &posting.unit),
            };
            *sums.entry(unit.code.to_string()).or_default() += minor;
        }
        sums
    }

    #[test]
    fn every_entry_adds_up_to_nothing() {
        let (won, dollar, points) = (Unit::new("KRW", 0), Unit::new("USD", 2), Unit::new("TOSSP", 0));
        let cases = [
            entry(Kind::Spend, Some(1), None, [4500, 4500, 0, 0], [&won, &won]),
            entry(Kind::Earn, None, Some(1), [100, 80, 0, 20], [&won, &won]),
            entry(Kind::Topup, Some(2), Some(1), [10_300, 10_000, 300, 0], [&won, &won]),
            entry(Kind::Withdraw, Some(1), Some(2), [8000, 7000, 500, 100], [&points, &won]),
            entry(Kind::Withdraw, Some(1), Some(2), [8000, 700, 500, 100], [&dollar, &won]),
            entry(Kind::Topup, Some(1), Some(2), [8000, 700, 500, 100], [&won, &points]),
            entry(Kind::Transfer, Some(1), Some(2), [600, 7, 500, 100], [&points, &won]),
            entry(Kind::Transfer, Some(1), Some(2), [600, 7, 0, 0], [&points, &won]),
        ];
        for case in cases {
            let postings = of_entry(&case);
            assert!(sums(&postings).values().all(|sum| *sum == 0), "{case:?}: {postings:?}");
            for account in [AccountId(1), AccountId(2)] {
                let on = postings.iter().filter(|p| p.side == PostingAccount::Own(account));
                let sum: i128 = on.map(|p| p.minor).sum();
                assert_eq!(sum, i128::from(case.change_of(account)), "{case:?}");
            }
        }
    }

    #[test]
    fn points_have_a_price_in_money() {
        let (won, points) = (Unit::new("KRW", 0), Unit::new("TOSSP", 0));
        for (kind, units) in [(Kind::Withdraw, [&points, &won]), (Kind::Topup, [&won, &points])] {
            let postings = of_entry(&entry(kind, Some(1), Some(2), [600, 500, 0, 0], units));
            let priced: Vec<&Posting> = postings.iter().filter(|p| p.price.is_some()).collect();
            assert_eq!(priced.len(), 1);
            assert_eq!(priced[0].unit, points);
        }
    }

    #[test]
    fn no_two_things_have_one_name() {
        let mut names = Names::default();
        assert_eq!(names.give("coffee", "Coffee"), "Coffee");
        assert_eq!(names.give("coffee-2", "Coffee-2"), "Coffee-2");
        assert_eq!(names.give("Coffee", "Coffee"), "Coffee-3");
        assert_eq!(names.of(&"Coffee"), Some("Coffee-3"));
    }
}
