//! What a past withdrawal was charged, compared with its rule.

use super::{Channel, Charges, Platform, PricingContext, QuotaKey, QuotaUsage, Side};
use crate::money::div_ceil;
use crate::period::LocalDateTime;
use std::ops::RangeInclusive;

/// A recorded withdrawal through a channel. All amounts but `received` are minor units of the unit
/// withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The moment.
    pub at: LocalDateTime,
    /// The amount that left the balance.
    pub out: i64,
    /// The fees, including what a rate took within one unit.
    pub fee: i64,
    /// The taxes.
    pub tax: i64,
    /// The amount received, in minor units of the unit received.
    pub received: i64,
}

/// The charges of a withdrawal as its entry records them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The fees, including what a rate takes within one unit.
    pub fee: i128,
    /// The taxes.
    pub tax: i128,
    /// The amount received.
    pub received: i128,
}

/// Returns the charges of a withdrawal by the rule of its day, if what was paid differs from them.
///
/// The real balance may have been larger than the ledger knows, so a charge that depends on the
/// share of the balance may apply or not; and a percentage that only the app knows may be at either
/// end. Only what lies outside of all these cases differs. `used` returns the used part of a quota,
/// including this withdrawal.
pub fn deviation(
    platform: &Platform,
    channel: &Channel,
    paid: &Paid,
    used: impl Fn(&QuotaKey) -> QuotaUsage,
) -> Option<Recorded> {
    let tariff = channel.tariff_on(paid.at.day())?;
    let amounts = channel.amounts_of(platform, tariff.side, paid.out, paid.fee + paid.tax);
    let smallest = *amounts.start();
    // The ledger counts the smallest of them as used.
    let says = |amount| possible(platform, channel, paid.at, (amount, smallest), &used);
    let is_explained = amounts.take(AMOUNTS_TRIED).any(|amount| {
        let recorded = says(amount);
        let within = |of: fn(&Recorded) -> i128, value: i64| {
            let (least, most) = (recorded.iter().map(of).min(), recorded.iter().map(of).max());
            least.zip(most).is_some_and(|(least, most)| (least..=most).contains(&i128::from(value)))
        };
        within(|r| r.fee, paid.fee) && within(|r| r.tax, paid.tax) && within(|r| r.received, paid.received)
    });
    says(smallest).first().copied().filter(|_| !is_explained)
}

/// Maximum number of amounts to try for one received amount. A rate within one unit is hardly ever
/// so small.
const AMOUNTS_TRIED: usize = 10_000;

/// Returns all charges that the rule may have recorded for an amount, for every value of what the
/// ledger cannot know. `counted` is the amount that the ledger counts as used.
fn possible(
    platform: &Platform,
    channel: &Channel,
    at: LocalDateTime,
    (amount, counted): (i64, i64),
    used: impl Fn(&QuotaKey) -> QuotaUsage,
) -> Vec<Recorded> {
    let Some(tariff) = channel.tariff_on(at.day()) else { return Vec::new() };
    let full_id = platform.full_id(channel);
    let before = |place: usize| {
        let Some(free) = tariff.charges.get(place).and_then(|c| c.free.as_ref()) else {
            return QuotaUsage::default();
        };
        let ask = platform.quota_key(channel, free.per, free.pool.as_deref(), at);
        let all = used(&ask);
        let counts_itself = ask.channels.contains(&full_id);
        let itself =
            if counts_itself { QuotaUsage { count: 1, amount: counted } } else { QuotaUsage::default() };
        QuotaUsage {
            count: (all.count - itself.count).max(0),
            amount: all.amount.saturating_sub(itself.amount).max(0),
        }
    };
    let unlimited = |_: usize| QuotaUsage::default();
    // In a balance without limit, every amount is too small a share to be charged.
    let shares = [None, Some(i64::MAX)];
    let known = shares.map(|share| PricingContext::for_tariff(channel, tariff, share, unlimited, before));
    let terms = known.iter().flat_map(|pricing| [Some(pricing.clone()), pricing.at_low_end()]).flatten();
    terms.filter_map(|pricing| recorded(platform, channel, &pricing, amount)).collect()
}

/// Returns the entry of a withdrawal of an amount under these terms; `None` past the end of a
/// scale.
fn recorded(
    platform: &Platform,
    channel: &Channel,
    pricing: &PricingContext<'_>,
    amount: i64,
) -> Option<Recorded> {
    let minor = i128::from(amount);
    let charges: Charges = pricing.charge(minor)?;
    let received = channel.received_for(platform, pricing.net_before_conversion(minor, charges))?;
    let lost = if channel.pays == platform.unit {
        pricing.net_before_conversion(minor, charges) - received
    } else {
        0
    };
    Some(Recorded { fee: charges.fee + lost, tax: charges.tax, received })
}

impl Channel {
    /// Converts minor units of the platform's unit to those of the unit received, rounded down;
    /// `None` on overflow.
    pub fn received_for(&self, platform: &Platform, kept: i128) -> Option<i128> {
        let (num, den) = self.conversion(platform.unit.decimals);
        let received = kept.checked_mul(num)?.div_euclid(den);
        i64::try_from(received).ok().map(i128::from)
    }

    /// Returns the possible tariff amounts of a recorded withdrawal: what left, less charges that
    /// were added on top. If a rate below 1 within one unit is among the charges, several amounts
    /// may have paid out the same.
    fn amounts_of(&self, platform: &Platform, side: Side, out: i64, charges: i64) -> RangeInclusive<i64> {
        let kept = out.saturating_sub(charges);
        match side {
            Side::Deducted => out..=out,
            Side::OnTop if self.pays != platform.unit => kept..=kept,
            Side::OnTop => {
                let (num, den) = self.conversion(platform.unit.decimals);
                let smallest = |received: i128| div_ceil(received * den, num);
                let fits = |amount: i128| i64::try_from(amount).unwrap_or(i64::MAX);
                fits(smallest(kept.into()))..=fits(smallest(i128::from(kept) + 1) - 1)
            }
        }
    }
}

impl Platform {
    /// Returns the tariff amount of a recorded withdrawal through one of the platform's channels,
    /// by full id: the smallest if several are possible, and all that left if no rule is known.
    pub fn amount_of(&self, channel: &str, at: LocalDateTime, out: i64, charges: i64) -> i64 {
        let channel = self.channel(channel);
        let side = channel.and_then(|c| c.tariff_on(at.day())).map_or(Side::Deducted, |t| t.side);
        channel.map_or(out, |channel| *channel.amounts_of(self, side, out, charges).start())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn platform(channel: &str, tariff: &str, charges: &str) -> Platform {
        let text = format!(
            "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n\
             [[channel]]\nid = \"c\"\nname = \"C\"\nto = \"bank\"\n{channel}\n\
             [[channel.tariff]]\nsource = \"https://p.example/fees\"\nchecked = 2026-11-22\n\
             confidence = \"official\"\n{tariff}\n{charges}"
        );
        parse::parse_platform(&text, &|_| None).unwrap()
    }

    /// Returns the charges by the rule for an entry (out, fee, tax, received), if they differ.
    fn differs(platform: &Platform, entry: [i64; 4], used: QuotaUsage) -> Option<[i128; 3]> {
        let [out, fee, tax, received] = entry;
        let paid = Paid { at: LocalDateTime(0), out, fee, tax, received };
        let says = deviation(platform, &platform.channels[0], &paid, |_| used);
        says.map(|says| [says.fee, says.tax, says.received])
    }

    #[test]
    fn says_what_the_rule_says_where_another_fee_was_paid() {
        let flat = platform("", "", "[[channel.tariff.charge]]\nflat = \"500\"\n");
        let once = QuotaUsage { count: 1, amount: 10_000 };
        assert_eq!(differs(&flat, [10_000, 500, 0, 9_500], once), None);
        assert_eq!(differs(&flat, [10_000, 700, 0, 9_300], once), Some([500, 0, 9_500]));
        assert_eq!(differs(&flat, [10_000, 500, 100, 9_400], once), Some([500, 0, 9_500]));
    }

    #[test]
    fn a_free_quota_counts_by_the_use_that_the_ledger_knows() {
        let free = "[[channel.tariff.charge]]\nflat = \"500\"\nfree = { count = 10, per = \"month\" }\n";
        let free = platform("", "", free);
        let used = |count| QuotaUsage { count, amount: count * 10_000 };
        assert_eq!(differs(&free, [10_000, 0, 0, 10_000], used(1)), None);
        assert_eq!(differs(&free, [10_000, 500, 0, 9_500], used(1)), Some([0, 0, 10_000]));
        assert_eq!(differs(&free, [10_000, 600, 0, 9_400], used(1)), Some([0, 0, 10_000]));
        // The tenth withdrawal, including this one, is free; the eleventh is not.
        assert_eq!(differs(&free, [10_000, 0, 0, 10_000], used(10)), None);
        assert_eq!(differs(&free, [10_000, 0, 0, 10_000], used(11)), Some([500, 0, 9_500]));
    }

    #[test]
    fn a_percent_that_is_a_range_may_be_at_either_end() {
        let range = platform("", "", "[[channel.tariff.charge]]\npercent = [\"1\", \"2\"]\n");
        let once = QuotaUsage { count: 1, amount: 10_000 };
        assert_eq!(differs(&range, [10_000, 100, 0, 9_900], once), None);
        assert_eq!(differs(&range, [10_000, 150, 0, 9_850], once), None);
        assert_eq!(differs(&range, [10_000, 201, 0, 9_799], once), Some([200, 0, 9_800]));
    }

    #[test]
    fn what_a_rate_takes_within_one_unit_is_part_of_the_fee() {
        let rate = platform("rate = \"9/10\"", "", "[[channel.tariff.charge]]\nflat = \"500\"\n");
        let once = QuotaUsage { count: 1, amount: 10_000 };
        assert_eq!(differs(&rate, [10_000, 1_450, 0, 8_550], once), None);
        assert_eq!(differs(&rate, [10_000, 500, 0, 9_500], once), Some([1_450, 0, 8_550]));
        let on_top =
            platform("rate = \"9/10\"", "side = \"on-top\"", "[[channel.tariff.charge]]\nflat = \"500\"\n");
        // 10,000 and a fee of 500 leave, 9,000 are received.
        assert_eq!(on_top.amount_of("p/c", LocalDateTime(0), 10_500, 1_500), 10_000);
        assert_eq!(differs(&on_top, [10_500, 1_500, 0, 9_000], once), None);
    }

    #[test]
    fn any_amount_that_a_rate_pays_out_alike_may_have_been_withdrawn() {
        let charge = "[[channel.tariff.charge]]\npercent = \"10\"\n";
        let on_top = platform("rate = \"1/3\"", "side = \"on-top\"", charge);
        // 36 and 38 both pay out 12; with 10 % on top, 40 and 42 leave.
        let entry = |amount: i64, fee: i64| [amount + fee, amount + fee - 12, 0, 12];
        let used = QuotaUsage { count: 1, amount: 36 };
        for (amount, fee) in [(36, 4), (37, 4), (38, 4)] {
            assert_eq!(differs(&on_top, entry(amount, fee), used), None, "{amount}");
        }
        assert_eq!(differs(&on_top, [43, 31, 0, 12], used), Some([28, 0, 12]));
    }
}
