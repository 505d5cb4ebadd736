//! What leaving costs: platforms, their official channels, and what a withdrawal nets.
//!
//! A platform is described by one file of data ([`parse`]). All arithmetic is exact, in whole minor units
//! and exact fractions of them; each charge is rounded once, at its end.

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

/// A text for people, in English and perhaps in Korean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In English, or in the only language given.
    pub en: String,
    /// In Korean.
    pub ko: Option<String>,
}

/// Who runs a balance, and every official way out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Its id: `kakaopay`.
    pub id: String,
    /// What it is called.
    pub name: Text,
    /// Other names that people type.
    pub aliases: Vec<String>,
    /// What kind of balance it holds.
    pub kind: AccountKind,
    /// Where it runs, ISO 3166 alpha-2; `ZZ` for everywhere.
    pub country: Option<String>,
    /// The unit of its balances.
    pub unit: Unit,
    /// The service is over.
    pub ended: bool,
    /// There is an official way out.
    pub withdrawable: bool,
    /// Why there is none, in one sentence.
    pub reason: Option<Text>,
    /// How long a lot of points lives.
    pub expires_after: Option<Validity>,
    /// Its official ways out.
    pub channels: Vec<Channel>,
}

/// How long a lot of points lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It never expires.
    Never,
    /// It expires after that long.
    Lasts {
        /// How long, from the day it was earned.
        length: LifeLength,
        /// To which day it then still lasts.
        until: LifeEnd,
    },
}

/// A length of time in calendar units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeLength {
    /// So many days.
    Days(i32),
    /// So many calendar months (a year is twelve), to the same day of the month or its last day.
    Months(i32),
}

/// The last day of a lot, seen from the day on which its length is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifeEnd {
    /// That day.
    SameDay,
    /// The last day of its month.
    MonthEnd,
    /// The last day of its year.
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

/// How long money takes to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// So many hours by the clock.
    Hours(i64),
    /// So many business days.
    BusinessDays(i64),
}

impl Delay {
    /// Returns the fewest hours it can be: a business day counts as 24.
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

/// Where the money of a channel lands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A bank account.
    Bank,
    /// A debit card.
    Card,
    /// Cash in hand.
    Cash,
    /// A voucher.
    Voucher,
    /// A balance on another platform, by its id.
    Wallet(String),
}

impl Destination {
    /// Whether what arrives is money at a bank, on a card or in cash, and not another balance.
    pub fn is_money_in_hand(&self) -> bool {
        matches!(self, Destination::Bank | Destination::Card | Destination::Cash)
    }
}

/// One official way out of a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id within the platform: `instant`.
    pub id: String,
    /// What it is called.
    pub name: Text,
    /// Where the money lands.
    pub to: Destination,
    /// The unit received.
    pub pays: Unit,
    /// Units received per unit withdrawn.
    pub rate: Rate,
    /// Earliest and latest arrival.
    pub arrives: Option<(Delay, Delay)>,
    /// What the user needs.
    pub requires: Vec<Text>,
    /// What must be true for the channel to be open, and the ledger cannot know.
    pub condition: Option<Text>,
    /// Its dated rules, earliest first; their days do not overlap.
    pub tariffs: Vec<Tariff>,
}

impl Channel {
    /// The rule in force on a day.
    pub fn tariff_on(&self, day: Day) -> Option<&Tariff> {
        self.tariffs.iter().find(|t| t.in_force(day))
    }

    /// Returns the fraction by which parts of a unit with those decimals become parts of the unit
    /// received.
    pub fn conversion(&self, withdrawn_decimals: u8) -> (i128, i128) {
        let scale = |more: u8| 10_i128.pow(u32::from(more));
        let received = self.pays.decimals;
        let num = i128::from(self.rate.num) * scale(received.saturating_sub(withdrawn_decimals));
        let den = i128::from(self.rate.den) * scale(withdrawn_decimals.saturating_sub(received));
        (num, den)
    }
}

/// The dated rule of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    /// First day in force, or `None`: since ever.
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
    /// Who bears the charges.
    pub side: Side,
    /// The address of the rule.
    pub source: String,
    /// The day it was last checked.
    pub checked: Day,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// The keys of this rule that the source does not state.
    pub assumed: Vec<String>,
    /// What may leave within a window of time.
    pub limits: Vec<Limit>,
    /// What is charged, in this order.
    pub charges: Vec<Charge>,
}

impl Tariff {
    /// Is it the rule of that day?
    pub fn in_force(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// Who bears the charges of a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// They come out of the amount.
    Deducted,
    /// They are charged beside the amount.
    OnTop,
}

/// How far a rule can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// The operator or the law says so.
    Official,
    /// Somebody else says so.
    Secondary,
    /// Nobody was found who says so.
    Unverified,
}

impl Confidence {
    /// Its word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Official => "official",
            Confidence::Secondary => "secondary",
            Confidence::Unverified => "unverified",
        }
    }
}

/// A stretch of time in which withdrawals are counted together.
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
    /// So many hours back from the moment: 24, 168 or 720.
    Hours(i64),
}

impl Window {
    /// Its word in files: `day` … `lifetime`, `24h`, `168h`, `30d`.
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

    /// The first moment that counts together with `at`, or `None` for all time. What happened
    /// exactly a rolling window ago no longer counts.
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

/// What may leave through a channel within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The window.
    pub per: Window,
    /// Parts in all.
    pub amount: Option<i64>,
    /// Withdrawals.
    pub count: Option<i64>,
    /// Channels of the platform with the same pool count together.
    pub pool: Option<String>,
}

/// One charge of a tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Fee or tax.
    pub kind: ChargeKind,
    /// What it is a share of.
    pub base: Base,
    /// How it grows with the base.
    pub scale: Scale,
    /// At least so many minor units.
    pub min: Option<i64>,
    /// At most so many minor units.
    pub max: Option<i64>,
    /// How it is rounded …
    pub round: RoundingMode,
    /// … and to a multiple of how many minor units.
    pub round_to: i64,
    /// Charged only from this share of the available balance on, in millionths of a percent.
    pub share_from: Option<i64>,
    /// What costs nothing.
    pub free: Option<Free>,
    /// Never more than the amount less the charges before.
    pub clamp: bool,
}

/// What kind of charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeKind {
    /// The platform keeps it.
    Fee,
    /// The state gets it.
    Tax,
}

/// What a charge is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The amount of the withdrawal.
    Amount,
    /// The sum of the charges before.
    Charges,
    /// The amount less the charges before, at least 0.
    Rest,
}

/// A percentage in millionths of a percent: 1.75 % is 1,750,000. The second figure is the upper
/// end where only the app knows the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent {
    /// The lower end, or the rate.
    pub low: i64,
    /// The upper end, or the rate again.
    pub high: i64,
}

/// How many millionths of a percent are the whole.
pub const PERCENT_WHOLE: i128 = 100_000_000;

/// How a charge grows with its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scale {
    /// `flat + percent · base`.
    Line(Slab),
    /// The first slab that reaches the base gives flat and percent for all of it.
    Slabs(Vec<Slab>),
    /// Each bracket charges for the part of the base inside it.
    Brackets(Vec<Slab>),
}

/// A step of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slab {
    /// The largest base it covers, or `None`: all above.
    pub to: Option<i64>,
    /// Parts charged at once.
    pub flat: i64,
    /// Share charged.
    pub percent: Percent,
}

/// What of a charge costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Free {
    /// So many withdrawals of the window.
    pub count: Option<i64>,
    /// So many parts of the window.
    pub amount: Option<i64>,
    /// The window.
    pub per: Window,
    /// What happens to the withdrawal that crosses the free amount.
    pub crossing: Crossing,
    /// Channels of the platform with the same pool count together.
    pub pool: Option<String>,
}

/// What happens to the withdrawal that crosses a free amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// Only the part above is charged.
    Marginal,
    /// All of it is charged.
    Cliff,
}

/// A question to the ledger: which withdrawals count against a quota.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QuotaKey {
    /// Through any of these channels, by full id.
    pub channels: Vec<String>,
    /// From this moment on, or `None`: ever.
    pub since: Option<LocalDateTime>,
    /// Up to this moment.
    pub until: LocalDateTime,
}

/// What of a quota is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct QuotaUsage {
    /// Withdrawals.
    pub count: i64,
    /// Their tariff amounts together, in minor units.
    pub amount: i64,
}

/// Returns the channels that a typed id means, of those platforms: the one of that id, with or
/// without its platform's before it, else every one whose id begins with what was typed.
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
    /// The channel of that id, with or without the platform's before it.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        let short = id.strip_prefix(self.id.as_str()).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id);
        self.channels.iter().find(|c| c.id == short)
    }

    /// The full id of one of its channels: `venmo/instant`.
    pub fn full_id(&self, channel: &Channel) -> String {
        format!("{}/{}", self.id, channel.id)
    }

    /// The question behind a quota of a channel at a moment.
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

    /// Every question that quotes at a moment ask of the ledger.
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
