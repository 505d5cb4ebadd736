//! The catalog: every official channel, its rule in words, and how far it can be trusted.

use super::Render;
use super::csv::Csv;
use super::page::{Column, Page, Style, Table};
use crate::fee::{Channel, Delay, Destination, Platform, Slab, Tariff};
use crate::ledger::AccountKind;
use crate::messages::{self, Arrival, ChannelsLine, Heading, Language, RuleWord, rule};
use crate::money::Unit;
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
    /// The platforms as the catalog has them.
    #[serde(skip)]
    details: Vec<Platform>,
    /// The present day.
    #[serde(skip)]
    today: Day,
    /// A rule checked before this day is stale.
    #[serde(skip)]
    stale_before: Day,
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
    pub fn new(details: Vec<Platform>, today: Day, stale_before: Day, is_list: bool) -> Channels {
        let platforms = details.iter().map(|p| platform_row(p, today, stale_before)).collect();
        Channels { schema: "jandon.channels/1", platforms, is_list, details, today, stale_before }
    }

    /// Adds every platform with the rules of today, country by country.
    fn list(&self, page: &mut Page, language: Language) {
        let channels = self.details.iter().map(|platform| platform.channels.len()).sum();
        page.line(language.say(&ChannelsLine::Count { platforms: self.details.len(), channels }));
        let code = |platform: &Platform| platform.country.clone().unwrap_or_default();
        let mut countries: Vec<String> = self.details.iter().map(code).collect();
        // Platforms of several countries, or of none, come last.
        countries.sort_unstable_by_key(|code| {
            (code.is_empty(), code == "ZZ", messages::country(code, language).to_string())
        });
        countries.dedup();
        for country in countries {
            page.gap();
            page.styled_line(messages::country(&country, language), Style::Strong);
            let of_country = || self.details.iter().filter(|platform| code(platform) == country);
            page.table(self.rules_of_today(of_country(), language));
            let named = |test: &dyn Fn(&Platform) -> bool| -> Vec<String> {
                of_country().filter(|platform| test(platform)).map(|platform| platform.id.clone()).collect()
            };
            for (platforms, line) in [
                (named(&|p| !p.ended && !p.withdrawable), ChannelsLine::NoWayOut as fn(_) -> _),
                (named(&|p| !p.ended && p.withdrawable && p.channels.is_empty()), ChannelsLine::NoneKnown),
                (named(&|p| p.ended), ChannelsLine::Ended),
            ] {
                if !platforms.is_empty() {
                    page.line(language.say(&line(platforms)));
                }
            }
        }
        page.gap();
        let example = self.details.iter().find(|platform| platform.id == "kakaopay");
        if let Some(example) = example.or(self.details.first()) {
            page.line(language.say(&ChannelsLine::OneInFull { example: example.id.clone() }));
        }
    }

    /// The channels of platforms, each with what it charges today and for which amounts.
    fn rules_of_today<'p>(&self, platforms: impl Iterator<Item = &'p Platform>, language: Language) -> Table {
        let title = |heading| language.heading(heading);
        let rule_title = format!("{} · {}", title(Heading::Fee), title(Heading::Amount));
        let mut table = Table::new(vec![Column::fixed(title(Heading::Channel)), Column::words(rule_title)]);
        for platform in platforms.filter(|platform| !platform.ended) {
            for channel in &platform.channels {
                let mut rule = match channel.tariff_on(self.today) {
                    Some(tariff) => vec![
                        rule::short_fee(tariff, &platform.unit, language),
                        rule::bounds(tariff, &platform.unit, language),
                    ],
                    None => vec![language.say(&RuleWord::NoRuleToday)],
                };
                rule.retain(|part| !part.is_empty());
                rule.extend(channel.condition.as_ref().map(|_| language.say(&RuleWord::OnACondition)));
                table.row(vec![platform.full_id(channel), rule.join(" · ")]);
            }
        }
        table
    }

    /// Adds one platform with every rule of its channels, the latest first.
    fn platform(&self, platform: &Platform, page: &mut Page, language: Language) {
        let mut about = vec![messages::kind_of_account(platform.kind, language).to_string()];
        about.push(platform.unit.to_string());
        let country = platform.country.as_deref().map(|code| messages::country(code, language));
        about.extend(country.map(String::from));
        let (name, id) = (language.text(&platform.name), &platform.id);
        let title = if name == id { name.to_string() } else { format!("{name} ({id})") };
        page.styled_line(title, Style::Strong);
        page.line(about.join(" · "));
        if platform.ended {
            page.line(language.say(&ChannelsLine::HasEnded));
        }
        match &platform.reason {
            Some(reason) => page.line(language.text(reason)),
            None if platform.channels.is_empty() => {
                page.line(language.say(&ChannelsLine::NotKnownWellEnough));
            }
            None => {}
        }
        for channel in &platform.channels {
            page.gap();
            page.styled_line(platform.full_id(channel), Style::Strong);
            let arrives = channel.arrives.map(|(from, to)| language.say(&Arrival([from, to])));
            let what = [language.text(&channel.name).to_string(), rule::destination(&channel.to, language)];
            page.line(what.into_iter().chain(arrives).collect::<Vec<_>>().join(" · "));
            if let Some(condition) = &channel.condition {
                let condition = language.text(condition).to_string();
                page.styled_line(language.say(&RuleWord::OnlyIf { condition }), Style::Attention);
            }
            if !channel.requires.is_empty() {
                let needs: Vec<&str> = channel.requires.iter().map(|need| language.text(need)).collect();
                page.line(format!("{}: {}", language.heading(Heading::Needs), needs.join(" · ")));
            }
            for tariff in channel.tariffs.iter().rev() {
                page.gap();
                self.tariff(tariff, channel, &platform.unit, page, language);
            }
        }
        if !platform.channels.is_empty() && !platform.ended {
            page.gap();
            page.line(language.say(&ChannelsLine::Compare { command: format!("jandon fees {id}") }));
        }
    }

    /// Adds one rule: its days, its fee and its bounds apart, and where it is from.
    fn tariff(&self, tariff: &Tariff, channel: &Channel, unit: &Unit, page: &mut Page, language: Language) {
        let today = self.today;
        let style = if tariff.in_force(today) { Style::Plain } else { Style::Faint };
        let days = match (tariff.from, tariff.until) {
            (None, None) => RuleWord::Always,
            (Some(from), None) => RuleWord::Since { from, today },
            (None, Some(until)) => RuleWord::Until { until, today },
            (Some(from), Some(until)) => RuleWord::Between { from, until, today },
        };
        let amounts = match rule::bounds(tariff, unit, language) {
            bounds if bounds.is_empty() => language.say(&RuleWord::AnyAmount),
            bounds => bounds,
        };
        let checked = RuleWord::Checked {
            confidence: rule::confidence(tariff.confidence, language),
            day: tariff.checked,
            today,
            is_stale: tariff.checked < self.stale_before,
        };
        let assumed = |keys: &[String]| {
            let keys: Vec<&str> = keys.iter().map(|key| rule::assumed(key, language)).collect();
            keys.join(", ")
        };
        let mut rows = vec![
            (Heading::InForce, language.say(&days)),
            (Heading::Fee, rule::short_fee(tariff, unit, language)),
            (Heading::Amount, amounts),
        ];
        rows.extend(rule::conversion(channel, unit, language).map(|words| (Heading::Rate, words)));
        rows.push((Heading::Trust, language.say(&checked)));
        rows.extend((!tariff.assumed.is_empty()).then(|| (Heading::Assumed, assumed(&tariff.assumed))));
        let mut table = Table::new(vec![Column::fixed(""), Column::words("")]);
        for (heading, words) in rows {
            table.styled_row(vec![language.heading(heading).to_string(), words], style);
        }
        page.table(table);
        page.source(&tariff.source);
        for slabs in tariff.charges.iter().filter_map(rule::bands) {
            page.gap();
            page.table(band_table(slabs, unit, language));
        }
    }
}

/// The bands of a charge, one a row.
fn band_table(slabs: &[Slab], unit: &Unit, language: Language) -> Table {
    let title = |heading| language.heading(heading);
    let mut table =
        Table::new(vec![Column::figure(title(Heading::Amount)), Column::figure(title(Heading::Fee))]);
    let mut before = None;
    for slab in slabs {
        let figure = |minor: i64| unit.money(minor).to_grouped_string();
        let amount = match (slab.to, before) {
            (Some(to), _) => language.say(&RuleWord::UpTo { amount: figure(to) }),
            (None, Some(before)) => language.say(&RuleWord::Above { amount: figure(before) }),
            (None, None) => language.say(&RuleWord::AnyAmount),
        };
        before = slab.to;
        table.row(vec![amount, rule::band(slab, unit, language)]);
    }
    table
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
                rule: whole_rule(tariff, channel, &platform.unit),
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

/// Returns a rule in words, as scripts read it: `1.7 %, at least 0.25, at most 25.00; 1.00 to 10,000.00`.
fn whole_rule(tariff: &Tariff, channel: &Channel, unit: &Unit) -> String {
    let english = Language::English;
    let parts = [rule::fee(tariff, unit, english), rule::bounds(tariff, unit, english)];
    let parts = parts.into_iter().chain(rule::conversion(channel, unit, english));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

impl Render for Channels {
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        if self.is_list {
            self.list(&mut page, language);
            return page;
        }
        for platform in &self.details {
            page.gap();
            self.platform(platform, &mut page, language);
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
    fn page(&self, language: Language) -> Page {
        let mut page = Page::new();
        page.line(language.say(&ChannelsLine::FileIsRight {
            file: self.file.clone(),
            platform: self.platform.platform.clone(),
            channels: self.platform.channels.len(),
            rules: self.platform.channels.iter().map(|channel| channel.tariffs.len()).sum(),
        }));
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
