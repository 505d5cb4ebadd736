//! The catalog: every official channel, its rule in words, and how far it can be trusted.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Table};
use crate::fee::{
    Base, Channel, Charge, ChargeKind, Crossing, Delay, Destination, Free, Percent, Platform, Scale, Side,
    Slab, Tariff, Window,
};
use crate::ledger::AccountKind;
use crate::messages::Language;
use crate::money::{RoundingMode, Unit, to_plain_string};
use crate::period::Day;
use serde::Serialize;

/// The answer of `channels`.
#[derive(Debug, Serialize)]
pub struct Channels {
    schema: &'static str,
    /// One row a platform.
    pub platforms: Vec<PlatformRow>,
    /// The whole catalog was asked for, not one platform.
    #[serde(skip)]
    pub is_list: bool,
}

/// A platform and its ways out.
#[derive(Debug, Serialize)]
pub struct PlatformRow {
    /// Its id.
    pub platform: String,
    /// What it is called.
    pub name: String,
    /// What kind of balance.
    pub kind: AccountKind,
    /// Where it runs.
    pub country: Option<String>,
    /// The unit of its balances.
    pub unit: Unit,
    /// `active` or `ended`.
    pub status: &'static str,
    /// There is an official way out.
    pub withdrawable: bool,
    /// Why there is none.
    pub reason: Option<String>,
    /// Its official ways out.
    pub channels: Vec<ChannelRow>,
}

/// One way out.
#[derive(Debug, Serialize)]
pub struct ChannelRow {
    /// The full id.
    pub channel: String,
    /// What it is called.
    pub name: String,
    /// Where the money lands.
    pub to: String,
    /// The unit received.
    pub pays: Unit,
    /// Units received per unit withdrawn.
    pub rate: String,
    /// Earliest and latest arrival.
    pub arrives: Option<[Delay; 2]>,
    /// What the user needs.
    pub requires: Vec<String>,
    /// What must be true for the channel to be open, and the ledger cannot know.
    pub condition: Option<String>,
    /// Its rules, earliest first.
    pub tariffs: Vec<TariffRow>,
}

/// One rule in words.
#[derive(Debug, Serialize)]
pub struct TariffRow {
    /// The first day in force.
    pub from: Option<Day>,
    /// The last day in force.
    pub until: Option<Day>,
    /// It is in force today.
    pub in_force: bool,
    /// The rule in words.
    pub rule: String,
    /// The address of the rule.
    pub source: String,
    /// When it was last checked.
    pub checked: Day,
    /// How far it can be trusted.
    pub confidence: &'static str,
    /// The keys of the rule that the source does not state.
    pub assumed: Vec<String>,
    /// It was checked long ago.
    pub stale: bool,
}

impl Channels {
    /// The answer for those platforms on a day; a rule checked before `stale_before` is stale.
    pub fn new(platforms: &[Platform], today: Day, stale_before: Day, is_list: bool) -> Channels {
        let platforms = platforms.iter().map(|p| platform_row(p, today, stale_before)).collect();
        Channels { schema: "jandon.channels/1", platforms, is_list }
    }
}

fn platform_row(platform: &Platform, today: Day, stale_before: Day) -> PlatformRow {
    let channel = |channel: &Channel| ChannelRow {
        channel: platform.full_id(channel),
        name: channel.name.en.clone(),
        to: match &channel.to {
            Destination::Bank => "bank".into(),
            Destination::Card => "card".into(),
            Destination::Cash => "cash".into(),
            Destination::Voucher => "voucher".into(),
            Destination::Wallet(id) => format!("wallet:{id}"),
        },
        pays: channel.pays.clone(),
        rate: channel.rate.to_string(),
        arrives: channel.arrives.map(|(earliest, latest)| [earliest, latest]),
        requires: channel.requires.iter().map(|r| r.en.clone()).collect(),
        condition: channel.condition.as_ref().map(|c| c.en.clone()),
        tariffs: channel
            .tariffs
            .iter()
            .map(|tariff| TariffRow {
                from: tariff.from,
                until: tariff.until,
                in_force: tariff.in_force(today),
                rule: rule(tariff, channel, &platform.unit),
                source: tariff.source.clone(),
                checked: tariff.checked,
                confidence: tariff.confidence.as_str(),
                assumed: tariff.assumed.clone(),
                stale: tariff.checked < stale_before,
            })
            .collect(),
    };
    PlatformRow {
        platform: platform.id.clone(),
        name: platform.name.en.clone(),
        kind: platform.kind,
        country: platform.country.clone(),
        unit: platform.unit.clone(),
        status: if platform.ended { "ended" } else { "active" },
        withdrawable: platform.withdrawable,
        reason: platform.reason.as_ref().map(|r| r.en.clone()),
        channels: platform.channels.iter().map(channel).collect(),
    }
}

/// A percent without the zeros at its end.
fn percent_words(percent: Percent) -> String {
    let short = |p: i64| {
        let text = to_plain_string(i128::from(p), 6);
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    };
    if percent.low == percent.high {
        format!("{} %", short(percent.high))
    } else {
        format!("{} % to {} %, as the app shows", short(percent.low), short(percent.high))
    }
}

/// A rule in words: `1.7 %, at least 0.25, at most 25.00; 1.00 to 10,000.00`.
pub fn rule(tariff: &Tariff, channel: &Channel, unit: &Unit) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let mut parts: Vec<String> = Vec::new();
    if tariff.charges.is_empty() {
        parts.push("free".into());
    }
    parts.extend(tariff.charges.iter().map(|charge| charge_words(charge, unit)));
    if tariff.side == Side::OnTop && !tariff.charges.is_empty() {
        parts.push("charged on top".into());
    }
    match (tariff.min, tariff.max) {
        (Some(min), Some(max)) => parts.push(format!("{} to {}", amount(min), amount(max))),
        (Some(min), None) => parts.push(format!("from {}", amount(min))),
        (None, Some(max)) => parts.push(format!("up to {}", amount(max))),
        (None, None) => {}
    }
    if tariff.step > 1 {
        parts.push(format!("in steps of {}", amount(tariff.step)));
    }
    if tariff.whole_balance {
        parts.push("only the whole balance".into());
    }
    for limit in &tariff.limits {
        let per = window_words(limit.per);
        let much = limit.amount.map(&amount);
        let often = limit.count.map(|c| format!("{c} times"));
        let what: Vec<String> = much.into_iter().chain(often).collect();
        parts.push(format!("at most {} {per}", what.join(" and ")));
    }
    if channel.rate != crate::money::Rate::ONE || channel.pays != *unit {
        parts.push(format!("1 {unit} gives {} {}", channel.rate, channel.pays));
    }
    parts.join("; ")
}

fn window_words(window: Window) -> &'static str {
    match window {
        Window::Day => "a day",
        Window::Week => "a week",
        Window::Month => "a month",
        Window::Year => "a year",
        Window::Lifetime => "in all",
        Window::Hours(24) => "in 24 hours",
        Window::Hours(168) => "in 7 days",
        Window::Hours(_) => "in 30 days",
    }
}

fn charge_words(charge: &Charge, unit: &Unit) -> String {
    let amount = |minor: i64| unit.money(minor).to_grouped_string();
    let line = |slab: &Slab| match (slab.flat, slab.percent.high) {
        (0, 0) => "nothing".to_string(),
        (flat, 0) => amount(flat),
        (0, _) => percent_words(slab.percent),
        (flat, _) => format!("{} + {}", amount(flat), percent_words(slab.percent)),
    };
    let steps = |slabs: &[Slab]| {
        let step = |slab: &Slab| match slab.to {
            Some(to) => format!("{} up to {}", line(slab), amount(to)),
            None => format!("{} above", line(slab)),
        };
        slabs.iter().map(step).collect::<Vec<_>>().join(", ")
    };
    let mut words = match &charge.scale {
        Scale::Line(slab) => line(slab),
        Scale::Slabs(slabs) => steps(slabs),
        Scale::Brackets(slabs) => format!("by parts: {}", steps(slabs)),
    };
    if charge.kind == ChargeKind::Tax {
        words = format!("tax {words}");
    }
    match charge.base {
        Base::Amount => {}
        Base::Charges => words += " of the charges before",
        Base::Rest => words += " of the rest",
    }
    for (bound, name) in [(charge.min, "at least"), (charge.max, "at most")] {
        if let Some(bound) = bound {
            words += &format!(", {name} {}", amount(bound));
        }
    }
    if let Some(share) = charge.share_from {
        let share = percent_words(Percent { low: share, high: share });
        words += &format!(", from {share} of the balance on");
    }
    if let Some(free) = &charge.free {
        words = format!("{}, then {words}", free_words(free, unit));
    }
    if charge.clamp {
        words += ", never more than is left";
    }
    let rounding = match charge.round {
        RoundingMode::HalfUp => None,
        RoundingMode::HalfEven => Some("rounded half to even"),
        RoundingMode::Up => Some("rounded up"),
        RoundingMode::Down => Some("rounded down"),
    };
    let has_percent = match &charge.scale {
        Scale::Line(slab) => slab.percent.high > 0,
        Scale::Slabs(slabs) | Scale::Brackets(slabs) => slabs.iter().any(|s| s.percent.high > 0),
    };
    if let Some(rounding) = rounding.filter(|_| has_percent) {
        words += &format!(", {rounding}");
    }
    if charge.round_to > 1 {
        words += &format!(" to {}", amount(charge.round_to));
    }
    words
}

fn free_words(free: &Free, unit: &Unit) -> String {
    let per = window_words(free.per);
    let count = free.count.map(|c| format!("first {c} {per} free"));
    let amount = free.amount.map(|a| {
        let whole = if free.crossing == Crossing::Cliff { ", crossing it charges all" } else { "" };
        format!("first {} {per} free{whole}", unit.money(a).to_grouped_string())
    });
    count.into_iter().chain(amount).collect::<Vec<_>>().join(" and ")
}

impl Render for Channels {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        if self.is_list {
            let channels: usize = self.platforms.iter().map(|p| p.channels.len()).sum();
            page.line(format!(
                "{} platforms, {channels} official channels. One in full: jandon channels NAME",
                self.platforms.len()
            ));
            page.gap();
            let mut table = Table::new(vec![Column::fixed("channel"), Column::words("rule today")]);
            for platform in &self.platforms {
                if platform.channels.is_empty() {
                    let words =
                        if platform.withdrawable { "no channel known" } else { "no official way out" };
                    table.row(vec![platform.platform.clone(), words.into()]);
                }
                for channel in &platform.channels {
                    let rule = channel.tariffs.iter().find(|t| t.in_force);
                    let rule = rule.map_or("none in force".into(), |t| t.rule.clone());
                    let rule = if platform.status == "ended" { "ended".into() } else { rule };
                    table.row(vec![channel.channel.clone(), rule]);
                }
            }
            page.table(table);
            return page;
        }
        for platform in &self.platforms {
            let country =
                platform.country.as_ref().filter(|c| *c != "ZZ").map_or(String::new(), |c| format!(", {c}"));
            let ended = if platform.status == "ended" { ", ended" } else { "" };
            page.gap();
            page.line(format!(
                "{} ({}): {}, {}{country}{ended}",
                platform.name, platform.platform, platform.kind, platform.unit
            ));
            if let Some(reason) = &platform.reason {
                page.line(reason.clone());
            } else if platform.channels.is_empty() {
                page.line("No channel of it is known well enough to be listed.");
            }
            for channel in &platform.channels {
                page.gap();
                let when =
                    channel.arrives.map_or(String::new(), |a| format!(", {}", super::fees::arrival(a)));
                page.line(format!("{}  {} (to {}{when})", channel.channel, channel.name, channel.to));
                for tariff in &channel.tariffs {
                    let dates = match (tariff.from, tariff.until) {
                        (None, None) => String::new(),
                        (from, until) => {
                            let shown = |d: Option<Day>| d.map(|d| d.to_string()).unwrap_or_default();
                            format!("{}..{}: ", shown(from), shown(until))
                        }
                    };
                    page.line(format!("  {dates}{}", tariff.rule));
                    let stale = if tariff.stale { ", check it again" } else { "" };
                    page.line(format!(
                        "    {}, checked {}{stale}, {}",
                        tariff.confidence, tariff.checked, tariff.source
                    ));
                    if !tariff.assumed.is_empty() {
                        page.line(format!(
                            "    assumed (the source does not say): {}",
                            tariff.assumed.join(", ")
                        ));
                    }
                }
                if let Some(condition) = &channel.condition {
                    page.line(format!("  only if {condition}"));
                }
                if !channel.requires.is_empty() {
                    page.line(format!("  needs: {}", channel.requires.join("; ")));
                }
            }
        }
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&[
            "platform",
            "name",
            "kind",
            "country",
            "unit",
            "status",
            "withdrawable",
            "channel",
            "to",
            "pays",
            "rate",
            "from",
            "until",
            "in_force",
            "rule",
            "source",
            "checked",
            "confidence",
            "stale",
        ]);
        for platform in &self.platforms {
            let base = || {
                vec![
                    Some(platform.platform.clone()),
                    Some(platform.name.clone()),
                    Some(platform.kind.to_string()),
                    platform.country.clone(),
                    Some(platform.unit.to_string()),
                    Some(platform.status.to_string()),
                    Some(platform.withdrawable.to_string()),
                ]
            };
            if platform.channels.is_empty() {
                let mut row = base();
                row.extend(std::iter::repeat_n(None, 12));
                csv.row(row);
            }
            for channel in &platform.channels {
                for tariff in &channel.tariffs {
                    let mut row = base();
                    row.extend([
                        Some(channel.channel.clone()),
                        Some(channel.to.clone()),
                        Some(channel.pays.to_string()),
                        Some(channel.rate.clone()),
                        tariff.from.map(|d| d.to_string()),
                        tariff.until.map(|d| d.to_string()),
                        Some(tariff.in_force.to_string()),
                        Some(tariff.rule.clone()),
                        Some(tariff.source.clone()),
                        Some(tariff.checked.to_string()),
                        Some(tariff.confidence.to_string()),
                        Some(tariff.stale.to_string()),
                    ]);
                    csv.row(row);
                }
            }
        }
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}

/// The answer of `channels --check`.
#[derive(Debug, Serialize)]
pub struct FileChecked {
    schema: &'static str,
    /// The file.
    pub file: String,
    /// Always true: a file with a fault is an error, not an answer.
    pub ok: bool,
    /// The platform that it describes.
    pub platform: PlatformRow,
}

impl FileChecked {
    /// The answer for a file without fault.
    pub fn new(file: String, platform: &Platform, today: Day) -> FileChecked {
        let platform = platform_row(platform, today, Day(i32::MIN));
        FileChecked { schema: "jandon.file-checked/1", file, ok: true, platform }
    }
}

impl Render for FileChecked {
    fn page(&self, _: Language) -> Page {
        let mut page = Page::new();
        let many = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let rules: usize = self.platform.channels.iter().map(|c| c.tariffs.len()).sum();
        page.line(format!(
            "{} is a platform file without fault: {}, {}, {}.",
            self.file,
            self.platform.platform,
            many(self.platform.channels.len(), "channel"),
            many(rules, "rule")
        ));
        page
    }

    fn csv(&self) -> Csv {
        let mut csv = Csv::new(&["file", "platform", "channels"]);
        csv.row(vec![
            Some(self.file.clone()),
            Some(self.platform.platform.clone()),
            Some(self.platform.channels.len().to_string()),
        ]);
        csv
    }

    fn json(&self) -> String {
        super::json(self)
    }
}
