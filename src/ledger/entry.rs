//! One dated event, in which value leaves one place and arrives at another, and what it means for
//! the accounts on both sides.

use super::{Account, AccountId, AccountKind, Id};
use crate::money::Unit;
use crate::period::{Day, LocalDateTime};
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
    pub fn as_str(self) -> &'static str {
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
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// When what arrived expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Expires {
    /// Not known.
    #[default]
    Unknown,
    /// At the end of that day.
    On(Day),
    /// Never.
    Never,
}

/// A place that value leaves or reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The account, or `None` for outside the ledger.
    pub account: Option<AccountId>,
    /// Minor units that leave or arrive, never negative.
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
    pub at: LocalDateTime,
    /// What it is.
    pub kind: Kind,
    /// Where value leaves, and how much.
    pub from: Leg,
    /// Where value arrives, and how much.
    pub to: Leg,
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
    pub at: LocalDateTime,
    /// Whose balance.
    pub account: AccountId,
    /// Minor units; of a carrier negative where money is owed.
    pub balance: i64,
    /// A remark.
    pub note: Option<String>,
}

/// A rule that a fact would break.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum RuleViolation {
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
    /// A balance would pass what a 64-bit number of minor units can hold.
    BalanceTooLarge { account: String },
}

impl Entry {
    /// Checks every rule that an entry keeps by itself. `account` finds an account by its key.
    pub fn check<'a>(&self, account: impl Fn(AccountId) -> Option<&'a Account>) -> Result<(), RuleViolation> {
        let from = self.from.account.and_then(&account);
        let to = self.to.account.and_then(&account);
        for (place, account) in [(&self.from, from), (&self.to, to)] {
            let Some(account) = account else { continue };
            let name = || account.name.clone();
            if account.closed {
                return Err(RuleViolation::AccountClosed { account: name() });
            }
            if account.unit != place.unit {
                let (wanted, given) = (account.unit.clone(), place.unit.clone());
                return Err(RuleViolation::UnitNotOfAccount { account: name(), wanted, given });
            }
            if account.kind == AccountKind::Carrier
                && !matches!(self.kind, Kind::Spend | Kind::Refund | Kind::Pay)
            {
                return Err(RuleViolation::CarrierTakesOnlySpendRefundPay {
                    account: name(),
                    kind: self.kind,
                });
            }
        }
        if let (Some(from), Some(to)) = (from, to)
            && from.id == to.id
        {
            return Err(RuleViolation::SamePlaceTwice { account: from.name.clone() });
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
            return Err(RuleViolation::PlacesDoNotFitKind { kind: self.kind });
        }
        if self.kind == Kind::Pay {
            for (side, wants_carrier) in [(to, true), (from, false)] {
                if let Some(account) = side
                    && account.is_carrier() != wants_carrier
                {
                    return Err(RuleViolation::PayNeedsCarrier { account: account.name.clone() });
                }
            }
        }
        if self.fee < 0 || self.tax < 0 || self.to.amount < 0 || self.from.amount <= 0 {
            return Err(RuleViolation::AmountNotPositive);
        }
        if self.from.unit == self.to.unit {
            let charges = i128::from(self.fee) + i128::from(self.tax);
            if i128::from(self.from.amount) != i128::from(self.to.amount) + charges {
                return Err(RuleViolation::AmountsDoNotBalance {
                    out: self.from.amount,
                    arriving: self.to.amount,
                    charges: charges as i64,
                });
            }
        } else if self.to.amount == 0
            || i128::from(self.fee) + i128::from(self.tax) > i128::from(self.from.amount)
        {
            return Err(RuleViolation::AmountNotPositive);
        }
        if let (Expires::On(expires), Kind::Earn) = (self.expires, self.kind)
            && expires < self.at.day()
        {
            return Err(RuleViolation::ExpiresBeforeEarned { expires, earned: self.at.day() });
        }
        Ok(())
    }

    /// What the entry does to the accounts on its two sides, by the table of the contract's
    /// section 5. All amounts are at least 0; their signs are those of [`FlowKind::sign`].
    pub fn flows(&self) -> impl Iterator<Item = Flow> + use<> {
        let (mut flows, mut count) = ([None; 4], 0);
        let mut push = |account: AccountId, measure: FlowKind, amount: i64| {
            if amount != 0 {
                flows[count] = Some(Flow { account, measure, amount });
                count += 1;
            }
        };
        if let Some(from) = self.from.account {
            let measure = match self.kind {
                Kind::Spend => FlowKind::Spent,
                Kind::Expire => FlowKind::Expired,
                Kind::Withdraw => FlowKind::Withdrawn,
                _ => FlowKind::MovedOut,
            };
            push(from, measure, self.from.amount - self.fee - self.tax);
            push(from, FlowKind::Fees, self.fee);
            push(from, FlowKind::Taxes, self.tax);
        }
        if let Some(to) = self.to.account {
            let measure = match self.kind {
                Kind::Earn => FlowKind::Earned,
                Kind::Refund => FlowKind::Refunded,
                Kind::Topup => FlowKind::ToppedUp,
                Kind::Pay => FlowKind::BillPaid,
                _ => FlowKind::MovedIn,
            };
            let (fee, tax) = if self.pays_charges_on_arrival() { (self.fee, self.tax) } else { (0, 0) };
            push(to, measure, self.to.amount + fee + tax);
            push(to, FlowKind::Fees, fee);
            push(to, FlowKind::Taxes, tax);
        }
        flows.into_iter().flatten()
    }

    /// Returns whether the account that receives pays fee and tax: what comes from outside in the same
    /// unit has no account of the user's that could pay them.
    fn pays_charges_on_arrival(&self) -> bool {
        matches!(self.kind, Kind::Earn | Kind::Refund | Kind::Topup)
            && self.from.account.is_none()
            && self.from.unit == self.to.unit
    }

    /// What the entry adds to the balance of an account, negative where it takes away.
    pub fn change_of(&self, account: AccountId) -> i64 {
        let arriving = if self.to.account == Some(account) { self.to.amount } else { 0 };
        let leaving = if self.from.account == Some(account) { self.from.amount } else { 0 };
        arriving - leaving
    }
}

/// A part of the path of an account's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Whose balance moves.
    pub account: AccountId,
    /// Under which heading.
    pub measure: FlowKind,
    /// Minor units, at least 0 but for [`FlowKind::Unexplained`] and [`FlowKind::FirstSeen`].
    pub amount: i64,
}

/// The headings under which a balance moves; the columns of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlowKind {
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
    /// The part of [`FlowKind::Unexplained`] that is due to the account's first snapshot.
    FirstSeen,
}

impl FlowKind {
    /// How many there are.
    pub const COUNT: usize = 13;

    /// Every measure, in the order of the columns.
    pub const ALL: [FlowKind; FlowKind::COUNT] = [
        FlowKind::Earned,
        FlowKind::ToppedUp,
        FlowKind::Refunded,
        FlowKind::MovedIn,
        FlowKind::BillPaid,
        FlowKind::Spent,
        FlowKind::Withdrawn,
        FlowKind::MovedOut,
        FlowKind::Fees,
        FlowKind::Taxes,
        FlowKind::Expired,
        FlowKind::Unexplained,
        FlowKind::FirstSeen,
    ];

    /// Its name in files and columns.
    pub fn as_str(self) -> &'static str {
        match self {
            FlowKind::Earned => "earned",
            FlowKind::ToppedUp => "topped_up",
            FlowKind::Refunded => "refunded",
            FlowKind::MovedIn => "moved_in",
            FlowKind::BillPaid => "bill_paid",
            FlowKind::Spent => "spent",
            FlowKind::Withdrawn => "withdrawn",
            FlowKind::MovedOut => "moved_out",
            FlowKind::Fees => "fees",
            FlowKind::Taxes => "taxes",
            FlowKind::Expired => "expired",
            FlowKind::Unexplained => "unexplained",
            FlowKind::FirstSeen => "first_seen",
        }
    }

    /// `1` where it adds to the balance, `-1` where it takes away, `0` where it is only a part of
    /// another measure.
    pub fn sign(self) -> i64 {
        match self {
            FlowKind::Earned
            | FlowKind::ToppedUp
            | FlowKind::Refunded
            | FlowKind::MovedIn
            | FlowKind::BillPaid
            | FlowKind::Unexplained => 1,
            FlowKind::Spent
            | FlowKind::Withdrawn
            | FlowKind::MovedOut
            | FlowKind::Fees
            | FlowKind::Taxes
            | FlowKind::Expired => -1,
            FlowKind::FirstSeen => 0,
        }
    }
}

/// Where an account stands at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountBalance {
    /// Its balance, in minor units; what is owed is negative.
    pub balance: i64,
    /// The last snapshot up to the moment.
    pub seen: Option<LocalDateTime>,
    /// There is a fact up to the moment.
    pub has_facts: bool,
    /// Its latest fact of all, which may come after the moment.
    pub last_fact: Option<LocalDateTime>,
}

impl AccountBalance {
    /// Returns whether the balance was last checked at least `days` days before `at`, or never. An
    /// account without facts is not stale.
    pub fn is_stale(&self, at: LocalDateTime, days: i32) -> bool {
        self.has_facts && self.seen.is_none_or(|seen| at.day().0 - seen.day().0 >= days)
    }
}

/// What moved the balance of one account in a stretch of time, by heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// Facts; an entry counts for each of its sides.
    pub facts: i64,
    sums: [i64; FlowKind::COUNT],
}

impl Flows {
    /// The sum under a heading, in minor units.
    pub fn of(&self, measure: FlowKind) -> i64 {
        self.sums[measure as usize]
    }

    /// By how much the balance moved.
    pub fn net(&self) -> i64 {
        FlowKind::ALL.into_iter().map(|m| m.sign() * self.of(m)).sum()
    }

    /// Adds to the sum under a heading.
    pub fn add(&mut self, measure: FlowKind, amount: i64) {
        self.sums[measure as usize] += amount;
    }

    /// Adds to the sum under a heading; returns whether it fits in 64 bits. If not, nothing is added.
    pub fn checked_add(&mut self, measure: FlowKind, amount: i64) -> bool {
        let sum = &mut self.sums[measure as usize];
        sum.checked_add(amount).inspect(|total| *sum = *total).is_some()
    }

    /// That many facts and those sums, in the order of [`FlowKind::ALL`].
    pub fn new(facts: i64, sums: [i64; FlowKind::COUNT]) -> Flows {
        Flows { facts, sums }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: Kind, from: Option<i64>, to: Option<i64>, out: i64, fee: i64, tax: i64) -> Entry {
        let unit = Unit::currency("KRW").unwrap();
        let place = |account: Option<i64>, amount| Leg {
            account: account.map(AccountId),
            amount,
            unit: unit.clone(),
        };
        Entry {
            id: Id(1),
            at: LocalDateTime(0),
            kind,
            from: place(from, out),
            to: place(to, out - fee - tax),
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
