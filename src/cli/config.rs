//! The user's settings in `config.toml`.

use super::error::CommandError;
use super::text_file;
use crate::fee::catalog::Catalog;
use crate::messages::Language;
use crate::messages::error::ConfigError;
use crate::money::{self, Money, ParsedAmount, Unit};
use std::io::ErrorKind;
use std::path::Path;
use toml::{Table, Value};

/// The user's settings. What the file leaves out keeps its default.
#[derive(Clone, Debug)]
pub struct Config {
    /// The unit of new accounts.
    pub unit: Option<Unit>,
    /// The largest amount of a micropayment, one for each unit.
    pub micropayments: Vec<Money>,
    /// What each withdrawal of a plan adds while choosing, one for each unit.
    pub step_costs: Vec<Money>,
    /// The share of an amount above which charges are warned of, in hundredths of a percent.
    pub warn_above: i64,
}

impl Default for Config {
    fn default() -> Config {
        let money = |code, minor| Unit::currency(code).map(|unit| unit.money(minor));
        Config {
            unit: None,
            micropayments: [money("KRW", 10_000), money("USD", 1_000)].into_iter().flatten().collect(),
            step_costs: [money("KRW", 100), money("USD", 10), money("JPY", 10)]
                .into_iter()
                .flatten()
                .collect(),
            warn_above: 500,
        }
    }
}

impl Config {
    /// Reads a file; one that does not exist leaves every default.
    ///
    /// The catalog knows the units that the file may name. The keys are matched by hand, as the errors
    /// of a deserializer come in one language only.
    pub fn read(path: &Path, catalog: &Catalog) -> Result<Config, CommandError> {
        let text = match text_file::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(CommandError::File { path: path.into(), error }),
        };
        Config::parse(&text, catalog).map_err(|error| CommandError::Config { path: path.into(), error })
    }

    /// Returns the language that a settings file names, whatever else it says.
    pub fn language_of(path: &Path) -> Option<Language> {
        let table: Table = text_file::read(path).ok()?.parse().ok()?;
        Language::of_code(table.get("lang")?.as_str()?)
    }

    fn parse(text: &str, catalog: &Catalog) -> Result<Config, ConfigError> {
        let table: Table =
            text.parse().map_err(|e: toml::de::Error| ConfigError::NotToml(e.message().to_string()))?;
        let mut config = Config::default();
        for (key, value) in &table {
            match (key.as_str(), value) {
                ("unit", Value::String(code)) => config.unit = Some(unit(key, code, catalog)?),
                ("lang", Value::String(code)) => {
                    // The language is known before the settings are: see `Config::language_of`.
                    let unknown = || ConfigError::UnknownLanguage(code.clone());
                    Language::of_code(code).ok_or_else(unknown)?;
                }
                ("micropayments", Value::Table(thresholds)) => {
                    for (code, value) in thresholds {
                        replace(&mut config.micropayments, amount(key, code, value, catalog)?);
                    }
                }
                ("plan", Value::Table(plan)) => config.set_plan(plan, catalog)?,
                ("fees", Value::Table(fees)) => config.set_fees(fees)?,
                (other, _) => return Err(ConfigError::UnknownKey(other.into())),
            }
        }
        Ok(config)
    }

    fn set_plan(&mut self, plan: &Table, catalog: &Catalog) -> Result<(), ConfigError> {
        let key = "plan.step_cost";
        for (name, value) in plan {
            match (name.as_str(), value) {
                ("step_cost", Value::Table(units)) => {
                    for (code, value) in units {
                        replace(&mut self.step_costs, amount(key, code, value, catalog)?);
                    }
                }
                ("step_cost", value) => {
                    replace(&mut self.step_costs, amount_with_unit(key, value, catalog)?);
                }
                _ => {
                    let example = "step_cost = \"100 KRW\"";
                    return Err(ConfigError::OnlyKey { table: "plan", example });
                }
            }
        }
        Ok(())
    }

    fn set_fees(&mut self, fees: &Table) -> Result<(), ConfigError> {
        for (name, value) in fees {
            let percent = value.as_str().and_then(|text| money::parse_minor(text, 2));
            self.warn_above = match (name.as_str(), percent) {
                ("warn_above_percent", Some(percent)) => percent,
                _ => {
                    let example = "warn_above_percent = \"5\"";
                    return Err(ConfigError::OnlyKey { table: "fees", example });
                }
            };
        }
        Ok(())
    }
}

/// Replaces the amount of the same unit.
fn replace(amounts: &mut Vec<Money>, money: Money) {
    amounts.retain(|other| other.unit != money.unit);
    amounts.push(money);
}

/// Returns the unit of a code or an everyday name.
fn unit(key: &str, code: &str, catalog: &Catalog) -> Result<Unit, ConfigError> {
    let unknown = || {
        let fits: Vec<&str> = Unit::codes_of_everyday_name(code).collect();
        match fits.is_empty() {
            true => ConfigError::UnknownUnit { key: key.into(), code: code.into() },
            false => ConfigError::AmbiguousUnit { key: key.into(), name: code.into(), fits },
        }
    };
    catalog.unit(code).or_else(|| Unit::by_everyday_name(code)).ok_or_else(unknown)
}

/// Returns an amount of the unit that its key names.
fn amount(key: &str, code: &str, value: &Value, catalog: &Catalog) -> Result<Money, ConfigError> {
    let unknown = || ConfigError::UnknownUnit { key: key.into(), code: code.into() };
    let unit = catalog.unit(code).ok_or_else(unknown)?;
    let parsed = value.as_str().and_then(|text| ParsedAmount::parse(text).ok());
    let money = parsed.and_then(|parsed| parsed.money(&unit).ok());
    money.ok_or_else(|| ConfigError::NotAnAmount { key: key.into(), unit: code.into() })
}

/// Returns an amount that is written with its unit.
fn amount_with_unit(key: &str, value: &Value, catalog: &Catalog) -> Result<Money, ConfigError> {
    let money = || {
        let parsed = ParsedAmount::parse(value.as_str()?).ok()?;
        let unit = parsed.unit_written().or_else(|| catalog.unit(parsed.symbol()?))?;
        parsed.money(&unit).ok()
    };
    money().ok_or_else(|| ConfigError::NotAnAmountWithUnit { key: key.into() })
}
