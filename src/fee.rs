//! Fees: platforms, their official channels, and what a withdrawal pays out.
//!
//! Each platform is described by one TOML file ([`parse`]). All arithmetic is exact, in whole minor
//! units and exact fractions of them; each charge is rounded once, at its end.

pub mod catalog;
mod charge;
mod cheapest;
mod paid;
pub mod parse;
mod quote;
mod search;

use crate::ledger::AccountKind;
use crate::money::{Rate, RoundingMode, Unit};
use crate::period::{Day, LocalDateTime, Month};
use serde::{Serialize, Serializer};
use std::fmt;

pub use charge::FreeLeft;
pub use charge::{Charges, PricingContext};
pub use cheapest::cheapest;
pub use paid::{Paid, Recorded, deviation};
pub use quote::{
    Advice, Outcome, Quote, QuoteRequest, Reason, Rejection, RuleSource, outcome, quote, quotes,
};
pub use search::AmountSearch;

/// A text for people, in English and optionally in Korean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In English, or in the only language of a user's file.
    pub en: String,
    /// In Korean.
    pub ko: Option<String>,
}

/// A platform with its official channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Its id: `kakaopay`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Other names that people type.
    pub aliases: Vec<String>,
    /// The kind of balance that it holds.
    pub kind: AccountKind,
    /// Where it runs, ISO 3166 alpha-2; `ZZ` for everywhere.
    pub country: Option<String>,
    /// The unit of its balances.
    pub unit: Unit,
    /// Whether the service has ended.
    pub ended: bool,
    /// Whether there is an official way to withdraw.
    pub withdrawable: bool,
    /// Why there is none, in one sentence.
    pub reason: Option<Text>,
    /// How long a lot of points lasts.
    pub expires_after: Option<Validity>,
    /// Its official channels.
    pub channels: Vec<Channel>,
}

/// How long a lot of points lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It never expires.
    Never,
    /// It expires after that long.
    Lasts {
        /// The length, from the day the lot was earned.
        length: LifeLength,
        /// The day to which the end is extended.
        until: LifeEnd,
    },
}

/// A length of time in calendar units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeLength {
    /// A number of days.
    Days(i32),
    /// A number of calendar months, to the same day of the month or its last day. A year is twelve.
    Months(i32),
}

/// How the last day of a lot is rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeEnd {
    /// Not at all.
    SameDay,
    /// To the last day of its month.
    MonthEnd,
    /// To the last day of its year.
    YearEnd,
}

impl Validity {
    /// Returns the last day of a lot that was earned on a day; `None` for never.
    pub fn last_day(self, earned: Day) -> Option<Day> {
        let Validity::Lasts { length, until } = self else { return None };
        let over = match length {
            LifeLength::Days(days) => earned.add_days(days),
            LifeLength::Months(months) => earned.month().add_months(months).day(earned.of_month()),
        };
        Some(match until {
            LifeEnd::SameDay => over,
            LifeEnd::MonthEnd => over.month().last(),
            LifeEnd::YearEnd => Month::new(over.year(), 12).last(),
        })
    }
}

/// How long a payout takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Hours by the clock.
    Hours(i64),
    /// Business days.
    BusinessDays(i64),
}

impl Delay {
    /// Returns the minimum in hours: a business day counts as 24.
    pub fn hours_min(self) -> i64 {
        match self {
            Delay::Hours(hours) => hours,
            Delay::BusinessDays(days) => days * 24,
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delay::Hours(hours) => write!(f, "{hours}h"),
            Delay::BusinessDays(days) => write!(f, "{days}bd"),
        }
    }
}

impl Serialize for Delay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Where the money of a channel arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A bank account.
    Bank,
    /// A debit card.
    Card,
    /// Cash.
    Cash,
    /// A voucher.
    Voucher,
    /// A balance on another platform, by its id.
    Wallet(String),
}

impl Destination {
    /// Returns whether it is money at a bank, on a card or in cash, rather than another balance.
    pub fn is_money_in_hand(&self) -> bool {
        matches!(self, Destination::Bank | Destination::Card | Destination::Cash)
    }
}

/// An official way to withdraw from a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id within the platform: `instant`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Where the money arrives.
    pub to: Destination,
    /// The unit received.
    pub pays: Unit,
    /// Units received per unit withdrawn.
    pub rate: Rate,
    /// Earliest and latest arrival.
    pub arrives: Option<(Delay, Delay)>,
    /// What the user needs.
    pub requires: Vec<Text>,
    /// What must be true for the channel to be open, if the ledger cannot know it.
    pub condition: Option<Text>,
    /// Its dated rules, earliest first, without overlap.
    pub tariffs: Vec<Tariff>,
}

impl Channel {
    /// Returns the rule in force on a day.
    pub fn tariff_on(&self, day: Day) -> Option<&Tariff> {
        self.tariffs.iter().find(|t| t.in_force(day))
    }

    /// Returns the fraction that converts minor units of a unit with `withdrawn_decimals` to minor
    /// units of the unit received.
    pub fn conversion(&self, withdrawn_decimals: u8) -> (i128, i128) {
        let scale = |more: u8| 10_i128.pow(u32::from(more));
        let received = self.pays.decimals;
        let num = i128::from(self.rate.num) * scale(received.saturating_sub(withdrawn_decimals));
        let den = i128::from(self.rate.den) * scale(withdrawn_decimals.saturating_sub(received));
        (num, den)
    }
}

/// A dated rule of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// First day in force, or `None` for no known beginning.
    pub from: Option<Day>,
    /// Last day in force, or `None`: until further notice.
    pub until: Option<Day>,
    /// Smallest amount of one withdrawal, in minor units.
    pub min: Option<i64>,
    /// Largest amount of one withdrawal, in minor units.
    pub max: Option<i64>,
    /// The amount must be a multiple of this many minor units.
    pub step: i64,
    /// Only the whole balance can be withdrawn.
    pub whole_balance: bool,
    /// Whether charges come out of the amount or on top of it.
    pub side: Side,
    /// The address of the source.
    pub source: String,
    /// The day it was last checked.
    pub checked: Day,
    /// How trustworthy it is.
    pub confidence: Confidence,
    /// The keys of this rule that the source does not state.
    pub assumed: Vec<String>,
    /// Limits on what can be withdrawn within a window of time.
    pub limits: Vec<Limit>,
    /// The charges, in the order in which they apply.
    pub charges: Vec<Charge>,
}

impl Tariff {
    /// Returns whether the rule is in force on a day.
    pub fn in_force(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// Whether charges come out of the amount or on top of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// They come out of the amount.
    Deducted,
    /// They are added to the amount.
    OnTop,
}

/// How trustworthy a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// Stated by the operator or the law.
    Official,
    /// Stated by a third party.
    Secondary,
    /// No source was found.
    Unverified,
}

impl Confidence {
    /// Returns its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Official => "official",
            Confidence::Secondary => "secondary",
            Confidence::Unverified => "unverified",
        }
    }
}

/// A window of time in which withdrawals are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Window {
    /// A calendar day.
    Day,
    /// A calendar week, from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// All time.
    Lifetime,
    /// A rolling number of hours: 24, 168 or 720.
    Hours(i64),
}

impl Window {
    /// Returns its name in files: `day` … `lifetime`, `24h`, `168h`, `30d`.
    pub fn as_str(self) -> &'static str {
        match self {
            Window::Day => "day",
            Window::Week => "week",
            Window::Month => "month",
            Window::Year => "year",
            Window::Lifetime => "lifetime",
            Window::Hours(24) => "24h",
            Window::Hours(168) => "168h",
            Window::Hours(_) => "30d",
        }
    }

    /// Returns the first moment of the window that ends at `at`, or `None` for all time. A
    /// withdrawal exactly one rolling window ago no longer counts.
    pub fn start(self, at: LocalDateTime) -> Option<LocalDateTime> {
        let day = at.day();
        match self {
            Window::Day => Some(day.start()),
            Window::Week => Some(day.monday().start()),
            Window::Month => Some(day.month().first().start()),
            Window::Year => Day::new(day.year(), 1, 1).map(Day::start),
            Window::Lifetime => None,
            Window::Hours(hours) => Some(LocalDateTime(at.0 - hours * 3600 + 1)),
        }
    }
}

/// A limit on withdrawals within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The window.
    pub per: Window,
    /// Maximum total, in minor units.
    pub amount: Option<i64>,
    /// Maximum number of withdrawals.
    pub count: Option<i64>,
    /// Channels of the platform with the same pool count together.
    pub pool: Option<String>,
}

/// One charge of a tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Fee or tax.
    pub kind: ChargeKind,
    /// What it is charged on.
    pub base: Base,
    /// The flat part and the percentage, by the size of the base.
    pub scale: Scale,
    /// Minimum, in minor units.
    pub min: Option<i64>,
    /// Maximum, in minor units.
    pub max: Option<i64>,
    /// The rounding mode.
    pub round: RoundingMode,
    /// The charge is rounded to a multiple of this many minor units.
    pub round_to: i64,
    /// Charged only from this share of the available balance on, in millionths of a percent.
    pub share_from: Option<i64>,
    /// The free quota.
    pub free: Option<Free>,
    /// Whether it is limited to the amount less the charges before.
    pub clamp: bool,
}

/// The kind of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeKind {
    /// Kept by the platform.
    Fee,
    /// Withheld for the state.
    Tax,
}

/// What a charge is charged on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The amount of the withdrawal.
    Amount,
    /// The sum of the charges before.
    Charges,
    /// The amount less the charges before, at least 0.
    Rest,
}

/// A percentage in millionths of a percent: 1.75 % is 1,750,000. The two ends differ if only the
/// app knows the exact rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    /// The lower end, or the rate.
    pub low: i64,
    /// The upper end, or the rate again.
    pub high: i64,
}

/// A whole in millionths of a percent.
pub const PERCENT_WHOLE: i128 = 100_000_000;

/// How a charge depends on its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    /// `flat + percent · base`.
    Line(Slab),
    /// The first slab that reaches the base sets the flat part and the percentage for all of it.
    Slabs(Vec<Slab>),
    /// Each bracket charges for the part of the base inside it.
    Brackets(Vec<Slab>),
}

/// A step of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slab {
    /// The largest base it covers, or `None` for no end.
    pub to: Option<i64>,
    /// The flat part, in minor units.
    pub flat: i64,
    /// The percentage.
    pub percent: Percent,
}

/// The free quota of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Free {
    /// Free withdrawals in each window.
    pub count: Option<i64>,
    /// Free amount in each window, in minor units.
    pub amount: Option<i64>,
    /// The window.
    pub per: Window,
    /// How a withdrawal that crosses the free amount is charged.
    pub crossing: Crossing,
    /// Channels of the platform with the same pool count together.
    pub pool: Option<String>,
}

/// How a withdrawal that crosses a free amount is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// On the part above it.
    Marginal,
    /// On the whole amount.
    Cliff,
}

/// The withdrawals that count against a quota, as a question to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QuotaKey {
    /// Through any of these channels, by full id.
    pub channels: Vec<String>,
    /// From this moment on, or `None` for all time.
    pub since: Option<LocalDateTime>,
    /// Up to this moment.
    pub until: LocalDateTime,
}

/// The used part of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct QuotaUsage {
    /// Number of withdrawals.
    pub count: i64,
    /// Total of their tariff amounts, in minor units.
    pub amount: i64,
}

/// Returns the channels that a typed id matches: the one with that id, with or without the id of
/// its platform, else all whose id begins with it.
pub fn channels_named<'p>(
    platforms: impl Iterator<Item = &'p Platform>,
    typed: &str,
) -> Vec<(&'p Platform, &'p Channel)> {
    let typed = typed.trim().to_lowercase();
    let begins = |platform: &Platform, channel: &Channel| {
        channel.id.starts_with(&typed) || platform.full_id(channel).starts_with(&typed)
    };
    let mut exact = Vec::new();
    let mut begun = Vec::new();
    for platform in platforms {
        exact.extend(platform.channel(&typed).map(|channel| (platform, channel)));
        let fits = platform.channels.iter().filter(|channel| begins(platform, channel));
        begun.extend(fits.map(|channel| (platform, channel)));
    }
    if typed.is_empty() || !exact.is_empty() { exact } else { begun }
}

impl Platform {
    /// Returns the channel with an id, which may include the id of the platform.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        let short = id.strip_prefix(self.id.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id);
        self.channels.iter().find(|c| c.id == short)
    }

    /// Returns the full id of a channel: `venmo/instant`.
    pub fn full_id(&self, channel: &Channel) -> String {
        format!("{}/{}", self.id, channel.id)
    }

    /// Returns the key of a quota of a channel at a moment.
    pub fn quota_key(
        &self,
        channel: &Channel,
        per: Window,
        pool: Option<&str>,
        at: LocalDateTime,
    ) -> QuotaKey {
        let pooled = |c: &Channel| {
            let pools = |t: &Tariff| {
                let limits = t.limits.iter().any(|l| l.pool.as_deref() == pool);
                limits || t.charges.iter().any(|c| c.free.as_ref().is_some_and(|f| f.pool.as_deref() == pool))
            };
            c.tariffs.iter().any(pools)
        };
        let channels = match pool {
            None => vec![self.full_id(channel)],
            Some(_) => self.channels.iter().filter(|c| pooled(c)).map(|c| self.full_id(c)).collect(),
        };
        QuotaKey { channels, since: per.start(at), until: at }
    }

    /// Returns the key of every quota that a quote at a moment needs.
    pub fn quota_keys(&self, at: LocalDateTime) -> Vec<QuotaKey> {
        let mut uses: Vec<QuotaKey> = Vec::new();
        for channel in &self.channels {
            let Some(tariff) = channel.tariff_on(at.day()) else { continue };
            let limits = tariff.limits.iter().map(|l| (l.per, l.pool.as_deref()));
            let frees = tariff.charges.iter().filter_map(|c| c.free.as_ref());
            for (per, pool) in limits.chain(frees.map(|f| (f.per, f.pool.as_deref()))) {
                let ask = self.quota_key(channel, per, pool, at);
                if !uses.contains(&ask) {
                    uses.push(ask);
                }
            }
        }
        uses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    #[test]
    fn a_lot_lasts_to_the_end_of_its_month_or_year() {
        let lasts = |length, until| Validity::Lasts { length, until };
        let cases = [
            (lasts(LifeLength::Months(60), LifeEnd::SameDay), "2024-02-29", "2029-02-28"),
            (lasts(LifeLength::Months(60), LifeEnd::MonthEnd), "2024-02-29", "2029-02-28"),
            (lasts(LifeLength::Months(60), LifeEnd::MonthEnd), "2026-11-01", "2031-11-30"),
            (lasts(LifeLength::Months(24), LifeEnd::YearEnd), "2026-01-01", "2028-12-31"),
            (lasts(LifeLength::Months(24), LifeEnd::YearEnd), "2026-12-31", "2028-12-31"),
            (lasts(LifeLength::Days(30), LifeEnd::MonthEnd), "2026-12-15", "2027-01-31"),
        ];
        for (validity, earned, last) in cases {
            assert_eq!(validity.last_day(day(earned)), Some(day(last)), "{validity:?} from {earned}");
        }
        assert_eq!(Validity::Never.last_day(day("2026-01-01")), None);
    }

    #[test]
    fn finds_a_channel_by_its_id_or_by_how_it_begins() {
        let catalog = catalog::Catalog::default();
        let platforms = ["venmo", "culture-land"].map(|id| catalog.get(id).unwrap());
        let found = |typed: &str| -> Vec<String> {
            let found = channels_named(platforms.iter(), typed);
            found.iter().map(|(platform, channel)| platform.full_id(channel)).collect()
        };
        assert_eq!(found("venmo/instant"), ["venmo/instant"]);
        assert_eq!(found(" Instant"), ["venmo/instant"]);
        assert_eq!(found("venmo/inst"), ["venmo/instant"]);
        assert_eq!(found("refund").len(), 2);
        assert!(found("").is_empty());
        assert!(found("nowhere").is_empty());
    }
}
