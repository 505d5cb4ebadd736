//! The cheapest official way to have made a recorded withdrawal.

use super::{Channel, Paid, Platform, PricingContext, QuotaKey, QuotaUsage, outcome};

/// Returns the lowest charge for a withdrawal of the same amount on its day, in minor units of the
/// platform's unit: the recorded charge, or that of any unconditional channel of the platform that
/// pays money in the same unit at the same rate.
///
/// `used` returns the used part of a quota up to that moment, including this withdrawal.
pub fn cheapest(
    platform: &Platform,
    channel: &Channel,
    paid: &Paid,
    used: impl Fn(&QuotaKey) -> QuotaUsage,
) -> i128 {
    let charged = i128::from(paid.fee) + i128::from(paid.tax);
    let full_id = platform.full_id(channel);
    let amount = platform.amount_of(&full_id, paid.at, paid.out, paid.fee.saturating_add(paid.tax));
    let used_before = |ask: &QuotaKey| {
        let all = used(ask);
        match ask.channels.contains(&full_id) {
            true => QuotaUsage { count: (all.count - 1).max(0), amount: (all.amount - amount).max(0) },
            false => all,
        }
    };
    let is_alternative = |other: &&Channel| {
        other.pays == channel.pays
            && other.to.is_money_in_hand()
            && (other.condition.is_none() || other.id == channel.id)
            // Within one unit, the rate is part of the charges; between two units, it must be the
            // same.
            && (other.pays == platform.unit || other.rate == channel.rate)
    };
    let charges = |other: &Channel| {
        let pricing = PricingContext::of(platform, other, paid.at, None, used_before)?;
        let outcome = outcome(&pricing, platform.unit.decimals, amount).ok()?;
        let within_unit = other.pays == platform.unit;
        Some(if within_unit { outcome.debit - outcome.net } else { outcome.fee + outcome.tax })
    };
    let least = platform.channels.iter().filter(is_alternative).filter_map(charges).min();
    least.map_or(charged, |least| least.min(charged))
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse_platform;
    use super::*;
    use crate::period::LocalDateTime;

    /// Returns a platform with an expensive channel, one that is free once a month, and a
    /// conditional one.
    fn platform() -> Platform {
        let channel = |id: &str, extra: &str, charge: &str| {
            format!(
                "[[channel]]\nid = \"{id}\"\nname = \"{id}\"\nto = \"bank\"\n{extra}\n[[channel.tariff]]\n\
                 source = \"https://p.example/fees\"\nchecked = 2026-11-22\nconfidence = \"official\"\n\
                 min = \"1000\"\n[[channel.tariff.charge]]\n{charge}\n"
            )
        };
        let text = format!(
            "[platform]\nid = \"p\"\nname = \"P\"\nkind = \"wallet\"\nunit = \"KRW\"\n{}{}{}",
            channel("dear", "", "percent = \"10\""),
            channel("monthly", "", "flat = \"500\"\nfree = { count = 1, per = \"month\" }"),
            channel("spent", "condition = \"part was spent\"", "flat = \"1\"")
        );
        parse_platform(&text, &|_| None).expect("a platform file without fault")
    }

    fn least(channel: &str, [out, fee]: [i64; 2], used: i64) -> i128 {
        let platform = platform();
        let paid = Paid { at: LocalDateTime(0), out, fee, tax: 0, received: out - fee };
        let channel = platform.channel(channel).expect("a channel");
        cheapest(&platform, channel, &paid, |ask| {
            let of_monthly = ask.channels == ["p/monthly"];
            QuotaUsage { count: if of_monthly { used } else { 0 }, amount: 0 }
        })
    }

    #[test]
    fn the_cheapest_channel_that_is_open_counts_and_its_free_withdrawals_once() {
        assert_eq!(least("dear", [20_000, 2_000], 0), 0);
        assert_eq!(least("dear", [20_000, 2_000], 1), 500);
        assert_eq!(least("dear", [3_000, 300], 1), 300);
        // This withdrawal used the free one itself.
        assert_eq!(least("monthly", [20_000, 500], 1), 0);
        assert_eq!(least("monthly", [20_000, 500], 2), 500);
    }

    #[test]
    fn never_more_than_what_was_charged() {
        assert_eq!(least("dear", [20_000, 100], 1), 100);
        assert_eq!(least("spent", [20_000, 1], 1), 1);
        assert_eq!(least("spent", [20_000, 900], 1), 1);
        // No channel charges less.
        assert_eq!(least("dear", [500, 50], 0), 50);
    }
}
