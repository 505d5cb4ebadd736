//! The figures that only the web page of `report` shows.

use super::context::{Context, LedgerView};
use super::error::CommandError;
use crate::fee::{self, Platform, QuotaKey, QuotaUsage};
use crate::ledger::{AccountBalance, AccountId};
use crate::money::Money;
use crate::period::{LocalDateTime, Month};
use crate::report::month_page::{self, CheapestCharge, MonthPage};
use crate::report::{ChannelSummary, Summary, SummaryInput};
use std::collections::HashMap;

/// Returns the figures of the web page of a period.
pub fn figures(
    context: &Context,
    book: &LedgerView<'_>,
    (begin, end): (LocalDateTime, LocalDateTime),
    input: &SummaryInput<'_>,
    summary: &Summary,
) -> Result<MonthPage, CommandError> {
    let sizes = |(threshold, amounts): &(Money, _)| month_page::sizes(threshold, amounts);
    let lots = book.store.lots(end)?;
    Ok(MonthPage {
        balances: balances(book, end, &input.closing)?,
        sizes: input.micropayments.iter().map(sizes).collect(),
        cheapest: cheapest(context, book, (begin, end), &summary.fees)?,
        expiries: month_page::expiry_months(&book.accounts, &lots, end.day()),
    })
}

/// Returns the balances over the months up to the end of the period.
fn balances(
    book: &LedgerView<'_>,
    end: LocalDateTime,
    closings: &HashMap<AccountId, AccountBalance>,
) -> Result<Vec<month_page::BalanceChart>, CommandError> {
    let to = end.month();
    let whole = if end == to.last().end() { to } else { to.add_months(-1) };
    let mut changes: HashMap<(AccountId, Month), i64> = HashMap::new();
    for (account, month, net) in book.store.month_nets(to.add_months(2 - month_page::MONTHS), whole)? {
        *changes.entry((account, month)).or_default() += net;
    }
    if whole < to {
        for (account, flows) in book.store.flows(Some(to.first().start()), Some(end))? {
            changes.insert((account, to), flows.net());
        }
    }
    let closings = closings.iter().map(|(account, standing)| (*account, standing.balance)).collect();
    let begun = book.store.first_facts()?.into_iter().map(|(account, at)| (account, at.month())).collect();
    Ok(month_page::balance_charts(&book.accounts, &closings, &changes, &begun, to))
}

/// Returns for each channel that was charged what the cheapest one would have charged, where its platform
/// is known.
fn cheapest(
    context: &Context,
    book: &LedgerView<'_>,
    (begin, end): (LocalDateTime, LocalDateTime),
    fees: &[ChannelSummary],
) -> Result<Vec<Option<CheapestCharge>>, CommandError> {
    let mut known: HashMap<&str, Option<(Platform, Usage)>> = HashMap::new();
    let mut rows = Vec::new();
    for row in fees {
        let of_channel = row.channel.as_deref().and_then(|id| Some((id, id.split_once('/')?.0)));
        let Some((id, platform)) = of_channel else {
            rows.push(None);
            continue;
        };
        if !known.contains_key(platform) {
            let found = context.catalog().get(platform);
            let read = found.map(|found| {
                let usage = Usage::read(book, &found, (begin, end))?;
                Ok::<_, CommandError>((found, usage))
            });
            known.insert(platform, read.transpose()?);
        }
        let sum = known.get(platform).and_then(Option::as_ref).and_then(|(platform, usage)| {
            let channel = platform.channel(id).filter(|_| platform.unit == row.unit)?;
            let within = usage.of(id).iter().filter(|(paid, _)| (begin..=end).contains(&paid.at));
            let least = |paid| fee::cheapest(platform, channel, paid, |ask| usage.used(ask));
            let sum: i128 = within.map(|(paid, _)| least(paid)).sum();
            i64::try_from(sum).ok()
        });
        rows.push(sum.map(|sum| month_page::cheapest_charge(row, sum)));
    }
    Ok(rows)
}

/// The withdrawals through the channels of a platform, for what of its quotas was used at any moment.
struct Usage {
    /// By channel, in the order of time, each with the sum of the amounts up to it.
    channels: HashMap<String, Vec<(fee::Paid, i64)>>,
}

impl Usage {
    /// Reads all withdrawals that count against a quota of the platform within a period.
    fn read(
        book: &LedgerView<'_>,
        platform: &Platform,
        (begin, end): (LocalDateTime, LocalDateTime),
    ) -> Result<Usage, CommandError> {
        let asks = platform.quota_keys(begin).into_iter().chain(platform.quota_keys(end));
        let since = asks
            .map(|ask| ask.since.unwrap_or(LocalDateTime(i64::MIN)))
            .min()
            .map_or(begin, |at| at.min(begin));
        let mut channels = HashMap::new();
        for channel in &platform.channels {
            let (id, mut sum) = (platform.full_id(channel), 0_i64);
            let with_sum = |paid: fee::Paid| {
                let charges = paid.fee.saturating_add(paid.tax);
                sum = sum.saturating_add(platform.amount_of(&id, paid.at, paid.out, charges));
                (paid, sum)
            };
            let rows = book.store.withdrawals(&id, since, end)?.into_iter().map(with_sum).collect();
            channels.insert(id, rows);
        }
        Ok(Usage { channels })
    }

    fn of(&self, channel: &str) -> &[(fee::Paid, i64)] {
        self.channels.get(channel).map_or(&[], Vec::as_slice)
    }

    /// Returns what of a quota is used.
    fn used(&self, ask: &QuotaKey) -> QuotaUsage {
        let mut used = QuotaUsage::default();
        for channel in &ask.channels {
            let rows = self.of(channel);
            let before = ask.since.map_or(0, |since| rows.partition_point(|(paid, _)| paid.at < since));
            let until = rows.partition_point(|(paid, _)| paid.at <= ask.until).max(before);
            let sum =
                |count: usize| count.checked_sub(1).and_then(|at| rows.get(at)).map_or(0, |(_, sum)| *sum);
            used.count += i64::try_from(until - before).unwrap_or(i64::MAX);
            used.amount = used.amount.saturating_add(sum(until).saturating_sub(sum(before)));
        }
        used
    }
}
