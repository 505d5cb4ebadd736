//! One dated event, in which value leaves one place and arrives at another, and what it means for
//! the accounts on both sides.

use super::{Account, AccountId, AccountKind, Id};
use crate::money::Unit;
use crate::period::{Day, Moment};
use smol_str::SmolStr;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Money out for something.
    Spend,
    /// Points or money in.
    Earn,
    /// Money put into a balance.
    Topup,
    /// A purchase that came back.
    Refund,
    /// Between own accounts.
    Transfer,
    /// Out of a platform through one of its channels.
    Withdraw,
    /// A carrier's bill paid.
    Pay,
    /// Points that the platform took away.
    Expire,
}

impl Kind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Kind; 8] = [
        Kind::Spend,
        Kind::Earn,
        Kind::Topup,
        Kind::Refund,
        Kind::Transfer,
        Kind::Withdraw,
        Kind::Pay,
        Kind::Expire,
    ];

    /// Its word, as typed and as in files.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Spend => "spend",
            Kind::Earn => "earn",
            Kind::Topup => "topup",
            Kind::Refund => "refund",
            Kind::Transfer => "transfer",
            Kind::Withdraw => "withdraw",
            Kind::Pay => "pay",
            Kind::Expire => "expire",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// When what arrived expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Expires {
    /// Nobody said.
    #[default]
    Unknown,
    /// After that day.
    After(Day),
    /// Never.
    Never,
}

/// A place that value leaves or reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The account, or `None` for outside the ledger.
    pub account: Option<AccountId>,
    /// Smallest parts that leave or arrive, never negative.
    pub amount: i64,
    /// The unit of the amount; the account's, where there is one.
    pub unit: Unit,
}

/// One dated event. In one unit always `out = in + fee + tax`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its lasting name.
    pub id: Id,
    /// When it happened.
    pub at: Moment,
    /// What it is.
    pub kind: Kind,
    /// Where value leaves, and how much.
    pub out: Place,
    /// Where value arrives, and how much.
    pub arriving: Place,
    /// Charged by the platform, in the unit that leaves.
    pub fee: i64,
    /// Withheld as tax, in the unit that leaves.
    pub tax: i64,
    /// What it was for.
    pub category: Option<SmolStr>,
    /// Who was paid, or who paid.
    pub payee: Option<SmolStr>,
    /// A remark.
    pub note: Option<String>,
    /// The full id of the channel of a withdrawal: `venmo/instant`.
    pub channel: Option<SmolStr>,
    /// When what was earned expires.
    pub expires: Expires,
}

/// A balance that the user saw, at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its lasting name.
    pub id: Id,
    /// When it was seen.
    pub at: Moment,
    /// Whose balance.
    pub account: AccountId,
    /// Smallest parts; of a carrier negative where money is owed.
    pub balance: i64,
    /// A remark.
    pub note: Option<String>,
}

/// A rule that a fact would break.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum RuleBroken {
    /// `out = in + fee + tax` does not hold.
    AmountsDoNotBalance { out: i64, arriving: i64, charges: i64 },
    /// An amount is below zero, or the amount that moves is zero.
    AmountNotPositive,
    /// The unit is not the account's.
    UnitNotOfAccount { account: String, wanted: Unit, given: Unit },
    /// A carrier account takes only `spend`, `refund`, `pay` and snapshots.
    CarrierTakesOnlySpendRefundPay { account: String, kind: Kind },
    /// `pay` pays a carrier's bill, and this is no carrier.
    PayNeedsCarrier { account: String },
    /// The account was closed.
    AccountClosed { account: String },
    /// Value must move between two different places.
    SamePlaceTwice { account: String },
    /// The kind needs an account on that side, or must not have one.
    PlacesDoNotFitKind { kind: Kind },
    /// Points cannot expire before they are earned.
    ExpiresBeforeEarned { expires: Day, earned: Day },
    /// A balance would pass what a 64-bit number of parts can hold.
    BalanceTooLarge { account: String },
}

impl Entry {
    /// Checks every rule that an entry keeps by itself. `account` finds an account by its key.
    pub fn check<'a>(&self, account: impl Fn(AccountId) -> Option<&'a Account>) -> Result<(), RuleBroken> {
        let from = self.out.account.and_then(&account);
        let to = self.arriving.account.and_then(&account);
        for (place, account) in [(&self.out, from), (&self.arriving, to)] {
            let Some(account) = account else { continue };
            let name = || account.name.clone();
            if account.closed {
                return Err(RuleBroken::AccountClosed { account: name() });
            }
            if account.unit != place.unit {
                let (wanted, given) = (account.unit.clone(), place.unit.clone());
                return Err(RuleBroken::UnitNotOfAccount { account: name(), wanted, given });
            }
            if account.kind == AccountKind::Carrier
                && !matches!(self.kind, Kind::Spend | Kind::Refund | Kind::Pay)
            {
                return Err(RuleBroken::CarrierTakesOnlySpendRefundPay { account: name(), kind: self.kind });
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && from.id == to.id
        {
            return Err(RuleBroken::SamePlaceTwice { account: from.name.clone() });
        }
        let fits = match self.kind {
            Kind::Spend | Kind::Expire => from.is_some() && to.is_none(),
            Kind::Earn | Kind::Refund => from.is_none() && to.is_some(),
            Kind::Topup | Kind::Pay => to.is_some(),
            // One end of a transfer may be a person outside.
            Kind::Transfer => from.is_some() || to.is_some(),
            Kind::Withdraw => from.is_some(),
        };
        if !fits {
            return Err(RuleBroken::PlacesDoNotFitKind { kind: self.kind });
        }
        if self.kind == Kind::Pay {
            for (side, wants_carrier) in [(to, true), (from, false)] {
                if let Some(account) = side
                    && account.is_carrier() != wants_carrier
                {
                    return Err(RuleBroken::PayNeedsCarrier { account: account.name.clone() });
                }
            }
        }
        if self.fee < 0 || self.tax < 0 || self.arriving.amount < 0 || self.out.amount <= 0 {
            return Err(RuleBroken::AmountNotPositive);
        }
        if self.out.unit == self.arriving.unit {
            let charges = i128::from(self.fee) + i128::from(self.tax);
            if i128::from(self.out.amount) != i128::from(self.arriving.amount) + charges {
                return Err(RuleBroken::AmountsDoNotBalance {
                    out: self.out.amount,
                    arriving: self.arriving.amount,
                    charges: charges as i64,
                });
            }
        } else if self.arriving.amount == 0
            || i128::from(self.fee) + i128::from(self.tax) > i128::from(self.out.amount)
        {
            return Err(RuleBroken::AmountNotPositive);
        }
        if let (Expires::After(expires), Kind::Earn) = (self.expires, self.kind)
            && expires < self.at.day()
        {
            return Err(RuleBroken::ExpiresBeforeEarned { expires, earned: self.at.day() });
        }
        Ok(())
    }

    /// What the entry does to the accounts on its two sides, by the table of the contract's
    /// section 5. All amounts are at least 0; their signs are those of [`Measure::sign`].
    pub fn flows(&self) -> impl Iterator<Item = Flow> + use<> {
        let (mut flows, mut count) = ([None; 4], 0);
        let mut push = |account: AccountId, measure: Measure, amount: i64| {
            if amount != 0 {
                flows[count] = Some(Flow { account, measure, amount });
                count += 1;
            }
        };
        if let Some(from) = self.out.account {
            let measure = match self.kind {
                Kind::Spend => Measure::Spent,
                Kind::Expire => Measure::Expired,
                Kind::Withdraw => Measure::Withdrawn,
                _ => Measure::MovedOut,
            };
            push(from, measure, self.out.amount - self.fee - self.tax);
            push(from, Measure::Fees, self.fee);
            push(from, Measure::Taxes, self.tax);
        }
        if let Some(to) = self.arriving.account {
            let measure = match self.kind {
                Kind::Earn => Measure::Earned,
                Kind::Refund => Measure::Refunded,
                Kind::Topup => Measure::ToppedUp,
                Kind::Pay => Measure::BillPaid,
                _ => Measure::MovedIn,
            };
            let (fee, tax) = if self.pays_charges_on_arrival() { (self.fee, self.tax) } else { (0, 0) };
            push(to, measure, self.arriving.amount + fee + tax);
            push(to, Measure::Fees, fee);
            push(to, Measure::Taxes, tax);
        }
        flows.into_iter().flatten()
    }

    /// Returns whether the account that receives pays fee and tax: what comes from outside in the same
    /// unit has no account of the user's that could pay them.
    fn pays_charges_on_arrival(&self) -> bool {
        matches!(self.kind, Kind::Earn | Kind::Refund | Kind::Topup)
            && self.out.account.is_none()
            && self.out.unit == self.arriving.unit
    }

    /// What the entry adds to the balance of an account, negative where it takes away.
    pub fn change_of(&self, account: AccountId) -> i64 {
        let arriving = if self.arriving.account == Some(account) { self.arriving.amount } else { 0 };
        let leaving = if self.out.account == Some(account) { self.out.amount } else { 0 };
        arriving - leaving
    }
}

/// A part of the path of an account's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Whose balance moves.
    pub account: AccountId,
    /// Under which heading.
    pub measure: Measure,
    /// Smallest parts, at least 0 but for [`Measure::Unexplained`] and [`Measure::FirstSeen`].
    pub amount: i64,
}

/// The headings under which a balance moves; the columns of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// `earn`.
    Earned,
    /// `topup`.
    ToppedUp,
    /// `refund`.
    Refunded,
    /// `transfer` and `withdraw`, arriving.
    MovedIn,
    /// `pay`, on the carrier's side.
    BillPaid,
    /// `spend`.
    Spent,
    /// `withdraw`, less its charges.
    Withdrawn,
    /// `transfer`, `topup` and `pay`, leaving, less their charges.
    MovedOut,
    /// Fees of what left.
    Fees,
    /// Taxes of what left.
    Taxes,
    /// `expire`, and what expires by itself.
    Expired,
    /// What snapshots show beyond the entries known, the first one included.
    Unexplained,
    /// The part of [`Measure::Unexplained`] that is due to the account's first snapshot.
    FirstSeen,
}

impl Measure {
    /// How many there are.
    pub const COUNT: usize = 13;

    /// Every measure, in the order of the columns.
    pub const ALL: [Measure; Measure::COUNT] = [
        Measure::Earned,
        Measure::ToppedUp,
        Measure::Refunded,
        Measure::MovedIn,
        Measure::BillPaid,
        Measure::Spent,
        Measure::Withdrawn,
        Measure::MovedOut,
        Measure::Fees,
        Measure::Taxes,
        Measure::Expired,
        Measure::Unexplained,
        Measure::FirstSeen,
    ];

    /// Its name in files and columns.
    pub fn word(self) -> &'static str {
        match self {
            Measure::Earned => "earned",
            Measure::ToppedUp => "topped_up",
            Measure::Refunded => "refunded",
            Measure::MovedIn => "moved_in",
            Measure::BillPaid => "bill_paid",
            Measure::Spent => "spent",
            Measure::Withdrawn => "withdrawn",
            Measure::MovedOut => "moved_out",
            Measure::Fees => "fees",
            Measure::Taxes => "taxes",
            Measure::Expired => "expired",
            Measure::Unexplained => "unexplained",
            Measure::FirstSeen => "first_seen",
        }
    }

    /// `1` where it adds to the balance, `-1` where it takes away, `0` where it is only a part of
    /// another measure.
    pub fn sign(self) -> i64 {
        match self {
            Measure::Earned
            | Measure::ToppedUp
            | Measure::Refunded
            | Measure::MovedIn
            | Measure::BillPaid
            | Measure::Unexplained => 1,
            Measure::Spent
            | Measure::Withdrawn
            | Measure::MovedOut
            | Measure::Fees
            | Measure::Taxes
            | Measure::Expired => -1,
            Measure::FirstSeen => 0,
        }
    }
}

/// Where an account stands at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its balance, in parts; what is owed is negative.
    pub balance: i64,
    /// The last snapshot up to the moment.
    pub seen: Option<Moment>,
    /// There is a fact up to the moment.
    pub has_facts: bool,
    /// Its latest fact of all, which may come after the moment.
    pub last_fact: Option<Moment>,
}

/// What moved the balance of one account in a stretch of time, by heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Facts; an entry counts for each of its sides.
    pub facts: i64,
    sums: [i64; Measure::COUNT],
}

impl Flows {
    /// The sum under a heading, in parts.
    pub fn of(&self, measure: Measure) -> i64 {
        self.sums[measure as usize]
    }

    /// By how much the balance moved.
    pub fn net(&self) -> i64 {
        Measure::ALL.into_iter().map(|m| m.sign() * self.of(m)).sum()
    }

    /// Adds to the sum under a heading.
    pub fn add(&mut self, measure: Measure, amount: i64) {
        self.sums[measure as usize] += amount;
    }

    /// Adds to the sum under a heading; returns whether it fits in 64 bits. If not, nothing is added.
    pub fn checked_add(&mut self, measure: Measure, amount: i64) -> bool {
        let sum = &mut self.sums[measure as usize];
        sum.checked_add(amount).inspect(|total| *sum = *total).is_some()
    }

    /// That many facts and those sums, in the order of [`Measure::ALL`].
    pub fn new(facts: i64, sums: [i64; Measure::COUNT]) -> Flows {
        Flows { facts, sums }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: Kind, from: Option<i64>, to: Option<i64>, out: i64, fee: i64, tax: i64) -> Entry {
        let unit = Unit::currency("KRW").unwrap();
        let place = |account: Option<i64>, amount| Place {
            account: account.map(AccountId),
            amount,
            unit: unit.clone(),
        };
        Entry {
            id: Id(1),
            at: Moment(0),
            kind,
            out: place(from, out),
            arriving: place(to, out - fee - tax),
            fee,
            tax,
            category: None,
            payee: None,
            note: None,
            channel: None,
            expires: Expires::Unknown,
        }
    }

    #[test]
    fn flows_of_every_kind_add_up_to_the_change_of_the_balance() {
        let cases = [
            entry(Kind::Spend, Some(1), None, 4500, 0, 0),
            entry(Kind::Earn, None, Some(1), 120, 0, 0),
            entry(Kind::Topup, None, Some(1), 10_300, 300, 0),
            entry(Kind::Topup, Some(2), Some(1), 10_300, 300, 0),
            entry(Kind::Refund, None, Some(1), 900, 0, 0),
            entry(Kind::Transfer, Some(1), Some(2), 5_000, 500, 10),
            entry(Kind::Withdraw, Some(1), None, 30_000, 500, 70),
            entry(Kind::Withdraw, Some(1), Some(2), 30_000, 500, 70),
            entry(Kind::Pay, None, Some(1), 12_000, 0, 0),
            entry(Kind::Pay, Some(2), Some(1), 12_000, 100, 0),
            entry(Kind::Expire, Some(1), None, 77, 0, 0),
        ];
        for case in cases {
            for account in [AccountId(1), AccountId(2)] {
                let sum: i64 =
                    case.flows().filter(|f| f.account == account).map(|f| f.measure.sign() * f.amount).sum();
                assert_eq!(sum, case.change_of(account), "{:?} on {account:?}", case.kind);
                assert!(case.flows().all(|f| f.amount > 0));
            }
        }
    }
}
