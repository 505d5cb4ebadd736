//! The worked examples of tests/golden, each held against the fee engine: what a source states, or
//! what follows from its rules, for one withdrawal on one day.

use jandon::fee::{Platform, QuotaUsage, Quote, QuoteRequest, catalog::Catalog, parse, quote, quotes};
use jandon::money::{Unit, parse_minor, to_plain_string};
use jandon::period::Day;
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    example: Vec<Example>,
}

/// One example as it stands in a file; amounts are decimal strings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    /// Unique within its file.
    id: String,
    says: String,
    /// The full id of the channel.
    channel: String,
    /// A platform file of tests/golden/tariffs, without its ending; else the platform is built in.
    file: Option<String>,
    on: toml::value::Datetime,
    /// Without it the balance is unknown, as when a platform is named instead of an account.
    balance: Option<String>,
    amount: String,
    used_count: Option<i64>,
    used_amount: Option<String>,
    /// `ok` or `blocked`.
    status: String,
    fee: Option<String>,
    tax: Option<String>,
    net: Option<String>,
    debit: Option<String>,
    reason: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn minor(what: &str, text: &str, unit: &Unit) -> Result<i64, String> {
    parse_minor(text, unit.decimals).ok_or_else(|| format!("{what} = {text:?} is no amount of {unit}"))
}

impl Example {
    fn platform(&self) -> Result<Platform, String> {
        let catalog = Catalog::default();
        if let Some(name) = &self.file {
            let text = read(&folder().join("tariffs").join(format!("{name}.toml")))?;
            let decimals_of = |code: &str| catalog.unit(code).map(|unit| unit.decimals);
            return parse::parse_platform(&text, &decimals_of)
                .map_err(|error| format!("{name}.toml: {error:?}"));
        }
        let id = self.channel.split('/').next().unwrap_or_default();
        catalog.get(id).ok_or_else(|| format!("no platform {id:?} is built in"))
    }

    /// Nothing where the engine says what the example says, else all that differs.
    fn hold(&self) -> Result<(), String> {
        let platform = self.platform()?;
        let unit = &platform.unit;
        let channel = platform.channel(&self.channel);
        let channel = channel.filter(|channel| platform.full_id(channel) == self.channel);
        let channel = channel.ok_or_else(|| format!("there is no channel {:?}", self.channel))?;
        let day =
            Day::parse_iso(&self.on.to_string()).ok_or_else(|| format!("on = {} is no day", self.on))?;
        let balance = self.balance.as_deref().map(|text| minor("balance", text, unit)).transpose()?;
        let amount = minor("amount", &self.amount, unit)?;
        let used_amount = self.used_amount.as_deref().map(|text| minor("used_amount", text, unit));
        let used =
            QuotaUsage { count: self.used_count.unwrap_or(0), amount: used_amount.transpose()?.unwrap_or(0) };

        let asked = QuoteRequest::Amount(amount);
        let found = quote(&platform, channel, &asked, day.end(), balance, |_| used);
        let all = quotes(&platform, None, &asked, day.end(), balance, &[], |_| used);
        if all.len() != platform.channels.len() || !all.contains(&found) {
            return Err("the comparison of all channels does not hold the quote of this one".into());
        }
        let wanted = self.wanted(unit, &channel.pays)?;
        let found = says(&found, unit);
        // What an example leaves out, it does not hold.
        let differing: Vec<String> = (wanted.iter())
            .filter_map(|(what, wanted)| {
                let got = found.iter().find(|(name, _)| name == what).map(|(_, value)| value.as_str());
                (got != Some(wanted)).then(|| format!("{what} = {}, not {wanted}", got.unwrap_or("nothing")))
            })
            .collect();
        if differing.is_empty() {
            return Ok(());
        }
        let got: Vec<String> = found.iter().map(|(what, value)| format!("{what} = {value}")).collect();
        Err(format!("{} (got: {})", differing.join("; "), got.join(", ")))
    }

    fn wanted(&self, unit: &Unit, pays: &Unit) -> Result<Vec<(&'static str, String)>, String> {
        let given = [("fee", &self.fee), ("tax", &self.tax), ("net", &self.net), ("debit", &self.debit)];
        let mut wanted = vec![("status", self.status.clone())];
        match self.status.as_str() {
            "ok" if self.reason.is_none() && self.net.is_some() => {}
            "blocked" if self.reason.is_some() && given.iter().all(|(_, value)| value.is_none()) => {}
            _ => return Err("an example is ok with a net, or blocked with a reason".into()),
        }
        for (what, value) in given {
            if let Some(value) = value {
                let unit = if what == "net" { pays } else { unit };
                wanted.push((what, to_plain_string(minor(what, value, unit)?.into(), unit.decimals)));
            }
        }
        wanted.extend(self.reason.iter().map(|reason| ("reason", reason.clone())));
        Ok(wanted)
    }
}

/// What a quote says, in the words of the examples.
fn says(quote: &Quote, unit: &Unit) -> Vec<(&'static str, String)> {
    match &quote.outcome {
        Ok(outcome) => vec![
            ("status", "ok".into()),
            ("fee", to_plain_string(outcome.fee, unit.decimals)),
            ("tax", to_plain_string(outcome.tax, unit.decimals)),
            ("net", to_plain_string(outcome.net, quote.net_unit.decimals)),
            ("debit", to_plain_string(outcome.debit, unit.decimals)),
        ],
        Err(blocked) => vec![("status", "blocked".into()), ("reason", blocked.reason.code().into())],
    }
}

/// Holds every example of a file and tells all failures at once.
fn hold_file(name: &str) {
    let text = read(&folder().join(name)).unwrap_or_else(|error| panic!("{error}"));
    let examples: Examples = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let examples = examples.example;
    assert!(!examples.is_empty(), "{name} holds no example");
    let mut failures = Vec::new();
    for (index, example) in examples.iter().enumerate() {
        if examples[..index].iter().any(|other| other.id == example.id) {
            failures.push(format!("{}: another example has this id", example.id));
        }
        if let Err(failure) = example.hold() {
            failures.push(format!("{} ({}): {failure}", example.id, example.says));
        }
    }
    assert!(
        failures.is_empty(),
        "{name}: {} of {} examples fail\n{}",
        failures.len(),
        examples.len(),
        failures.join("\n")
    );
}

#[test]
fn every_korean_example_comes_out_as_its_source_says() {
    hold_file("korea.toml");
}

#[test]
fn every_example_from_the_rest_of_the_world_comes_out_as_its_source_says() {
    hold_file("world.toml");
}

#[test]
fn every_tariff_of_the_examples_is_used_by_one() {
    // A file that nobody refers to would be read by no test.
    let texts: Vec<String> =
        ["korea.toml", "world.toml"].map(|name| read(&folder().join(name)).unwrap()).into();
    for entry in std::fs::read_dir(folder().join("tariffs")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let line = format!("file = \"{stem}\"");
        assert!(texts.iter().any(|text| text.lines().any(|l| l.trim() == line)), "{}", path.display());
    }
}
