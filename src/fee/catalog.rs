//! The catalog: the built-in platforms, and the user's own files.
//!
//! A built-in platform is parsed only when it is needed.

use super::parse::{self, FileError};
use super::{Platform, Validity};
use crate::ledger::name::{self, PlatformNames};
use crate::money::Unit;
use crate::period::Day;

/// A built-in platform file.
pub struct BuiltIn {
    /// The id of the platform.
    pub id: &'static str,
    /// Its names, folded for comparison, the id first.
    pub names: &'static [&'static str],
    /// The code of its unit.
    pub unit: &'static str,
    /// The decimals of its unit, if it is not a currency.
    pub decimals: Option<u8>,
    /// The earliest day on which one of its open-ended rules was checked.
    pub checked: Option<&'static str>,
    /// The text of the file.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// A platform file of the user, as read from disk.
pub struct UserFile {
    /// Its path, for messages.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A user's file that is ignored, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is invalid.
    Faulty {
        /// Its path.
        path: String,
        /// What is wrong with it.
        error: FileError,
    },
    /// Another file describes the same platform.
    SameId {
        /// Its path.
        path: String,
        /// The path of the file that is used.
        other: String,
        /// The id of the platform.
        id: String,
    },
}

/// All known platforms.
#[derive(Default)]
pub struct Catalog {
    own: Vec<Platform>,
    left_out: Vec<LeftOut>,
}

impl Catalog {
    /// Creates a catalog of the built-in platforms and the user's files, which take precedence. A
    /// file that is invalid, or that has the id of an earlier one, is ignored and listed in
    /// [`Catalog::left_out`].
    pub fn new(files: Vec<UserFile>) -> Catalog {
        let mut catalog = Catalog::default();
        // A unit that one file declares may be paid by another, in any order.
        let declared: Vec<Unit> = files
            .iter()
            .filter_map(|f| parse::parse_platform(&f.text, &|_| Some(0)).ok())
            .map(|platform| platform.unit)
            .collect();
        let mut paths: Vec<String> = Vec::new();
        for user_file in files {
            let decimals_of = |code: &str| {
                let own = declared.iter().find(|u| *u.code == *code).map(|u| u.decimals);
                own.or_else(|| built_in_unit(code).map(|u| u.decimals))
            };
            match parse::parse_platform(&user_file.text, &decimals_of) {
                Ok(platform) => match catalog.own.iter().position(|p| p.id == platform.id) {
                    Some(place) => {
                        let (other, id) = (paths[place].clone(), platform.id);
                        catalog.left_out.push(LeftOut::SameId { path: user_file.path, other, id });
                    }
                    None => {
                        paths.push(user_file.path);
                        catalog.own.push(platform);
                    }
                },
                Err(error) => catalog.left_out.push(LeftOut::Faulty { path: user_file.path, error }),
            }
        }
        catalog
    }

    /// Returns the user's files that are ignored.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Returns the platform with an id.
    pub fn get(&self, id: &str) -> Option<Platform> {
        if let Some(own) = self.own.iter().find(|p| p.id == id) {
            return Some(own.clone());
        }
        let built_in = BUILT_IN.iter().find(|b| b.id == id)?;
        // A test parses every built-in file.
        parse::parse_platform(built_in.text, &|code| self.unit(code).map(|u| u.decimals)).ok()
    }

    /// Returns every id, in alphabetical order.
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = BUILT_IN.iter().map(|b| b.id.to_string()).collect();
        ids.extend(self.own.iter().map(|p| p.id.clone()));
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Returns the id of the platform with exactly this id, name or alias.
    pub fn find(&self, typed: &str) -> Option<String> {
        let wanted = name::fold_case(typed);
        let own = self.own.iter().find(|p| own_names(p).contains(&wanted));
        own.map(|p| p.id.clone()).or_else(|| {
            let free = |b: &&BuiltIn| !self.own.iter().any(|p| p.id == b.id);
            let fits = |b: &&BuiltIn| b.names.contains(&wanted.as_str());
            BUILT_IN.iter().filter(free).find(fits).map(|b| b.id.to_string())
        })
    }

    /// Returns the ids of the platforms with an id, a name or an alias that contains the fragment,
    /// and, if there are none, similar ids.
    pub fn search(&self, typed: &str) -> (Vec<String>, Vec<String>) {
        let wanted = name::fold_case(typed);
        let holds = |names: &[&str]| {
            !wanted.is_empty() && names.iter().any(|n| name::has_fragment(n, &wanted, false))
        };
        let built_in = BUILT_IN.iter().filter(|b| holds(b.names)).map(|b| b.id.to_string());
        let own = self.own.iter().filter(|p| {
            let names = own_names(p);
            holds(&names.iter().map(String::as_str).collect::<Vec<_>>())
        });
        let mut found: Vec<String> = built_in.chain(own.map(|p| p.id.clone())).collect();
        found.sort_unstable();
        found.dedup();
        let close = if found.is_empty() {
            name::suggest(typed, self.ids().iter().map(String::as_str))
        } else {
            Vec::new()
        };
        (found, close)
    }

    /// Returns the ids of the platforms that the name of an account may mean, best first: those
    /// with a name that begins with it, or with which it begins; else those that share a word with
    /// it; else those with a similar name. A single letter matches none.
    pub fn like(&self, typed: &str) -> Vec<String> {
        let wanted = name::fold_case(typed);
        if !name::is_long_enough(&wanted) {
            return Vec::new();
        }
        // A short name occurs in many words by chance.
        let is_long = |name: &str| name.chars().count() > 2;
        let rank = |name: &String| {
            let begins = name.starts_with(&*wanted) || is_long(name) && wanted.starts_with(&**name);
            let is_word = name::has_fragment(name, &wanted, true)
                || is_long(name) && name::has_fragment(&wanted, name, true);
            let slips = || name::slips(&wanted, name).filter(|slips| slips * 4 <= wanted.chars().count());
            match (begins, is_word) {
                (true, _) => Some(0),
                (false, true) => Some(1),
                (false, false) => slips().map(|slips| 1 + slips),
            }
        };
        let mut ranked: Vec<(usize, String)> = Vec::new();
        for id in self.ids() {
            let names = self.names(std::iter::once(id.as_str())).into_iter().flat_map(|p| p.folded);
            let best = names.collect::<Vec<String>>().iter().filter_map(rank).min();
            ranked.extend(best.map(|rank| (rank, id)));
        }
        ranked.sort_unstable();
        let best = ranked.first().map_or(0, |(rank, _)| *rank);
        ranked.into_iter().take_while(|(rank, _)| *rank == best).map(|(_, id)| id).collect()
    }

    /// Returns the names of platforms, to find accounts by their platform.
    pub fn names<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<PlatformNames<'a>> {
        ids.map(|id| {
            let own = self.own.iter().find(|p| p.id == id).map(own_names);
            let built_in = || {
                let names = BUILT_IN.iter().find(|b| b.id == id).map_or(&[][..], |b| b.names);
                names.iter().map(|n| n.to_string()).collect()
            };
            PlatformNames { id, folded: own.unwrap_or_else(built_in) }
        })
        .collect()
    }

    /// Returns the unit with a code: a currency, or a unit that a platform declares.
    pub fn unit(&self, code: &str) -> Option<Unit> {
        let code = code.trim().to_uppercase();
        Unit::currency(&code)
            .or_else(|| self.own.iter().map(|p| &p.unit).find(|u| *u.code == *code).cloned())
            .or_else(|| built_in_unit(&code))
    }

    /// Returns the earliest day on which one of a platform's open-ended rules was checked.
    pub fn rules_checked(&self, platform: &str) -> Option<Day> {
        if let Some(own) = self.own.iter().find(|p| p.id == platform) {
            let rules = own.channels.iter().flat_map(|channel| &channel.tariffs);
            return rules.filter(|rule| rule.until.is_none()).map(|rule| rule.checked).min();
        }
        BUILT_IN.iter().find(|b| b.id == platform)?.checked.and_then(Day::parse_iso)
    }

    /// Returns how long lots of a platform last by default.
    pub fn life(&self, platform: &str) -> Option<Validity> {
        self.get(platform)?.expires_after
    }
}

fn built_in_unit(code: &str) -> Option<Unit> {
    let found = BUILT_IN.iter().find(|b| b.unit == code)?;
    Unit::currency(code).or_else(|| found.decimals.map(|d| Unit::new(code, d)))
}

fn own_names(platform: &Platform) -> Vec<String> {
    let named = [Some(&platform.id), Some(&platform.name.en), platform.name.ko.as_ref()];
    named.into_iter().flatten().chain(&platform.aliases).map(|n| name::fold_case(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_can_be_read_and_is_listed_under_its_own_id() {
        let catalog = Catalog::default();
        for built_in in BUILT_IN {
            let read = parse::parse_platform(built_in.text, &|code| catalog.unit(code).map(|u| u.decimals));
            let platform = read.unwrap_or_else(|e| panic!("{}.toml: {e:?}", built_in.id));
            assert_eq!(platform.id, built_in.id);
        }
    }

    #[test]
    fn knows_when_rules_were_checked_without_reading_their_file() {
        let built_in = Catalog::default();
        for id in built_in.ids() {
            let platform = built_in.get(&id).unwrap();
            let rules = platform.channels.iter().flat_map(|channel| &channel.tariffs);
            let checked = rules.filter(|rule| rule.until.is_none()).map(|rule| rule.checked).min();
            assert_eq!(built_in.rules_checked(&id), checked, "{id}");
        }
    }

    #[test]
    fn no_two_platforms_share_a_name() {
        let mut seen = std::collections::HashMap::new();
        for built_in in BUILT_IN {
            for name in built_in.names {
                if let Some(other) = seen.insert(*name, built_in.id) {
                    assert_eq!(other, built_in.id, "{name}");
                }
            }
        }
    }

    #[test]
    fn names_are_folded_at_build_time_as_they_are_at_run_time() {
        for built_in in BUILT_IN {
            for folded in built_in.names {
                assert_eq!(name::fold_case(folded), *folded);
            }
        }
        assert_eq!(Catalog::default().find("카카오페이").as_deref(), Some("kakaopay"));
    }

    #[test]
    fn a_file_of_ones_own_wins_and_a_broken_one_leaves_the_rest_standing() {
        let own = "[platform]\nid = \"venmo\"\nname = \"Mine\"\nkind = \"wallet\"\nunit = \"USD\"\n";
        let broken = "[platform]\nid = \"x\"\nname = \"X\"\nkind = \"wallet\"\nunit = \"USD\"\ncolour = 1\n";
        let file = |path: &str, text: &str| UserFile { path: path.into(), text: text.into() };
        let catalog = Catalog::new(vec![file("venmo.toml", own), file("x.toml", broken)]);
        assert_eq!(catalog.get("venmo").unwrap().name.en, "Mine");
        assert!(catalog.get("kakaopay").is_some());
        let [LeftOut::Faulty { path, error }] = catalog.left_out() else {
            panic!("{:?}", catalog.left_out())
        };
        assert_eq!((path.as_str(), error.line, error.key.as_str()), ("x.toml", 6, "platform, colour"));
    }

    #[test]
    fn of_two_files_with_one_id_the_first_counts_and_the_other_is_named() {
        let own = |name: &str| {
            format!("[platform]\nid = \"p\"\nname = \"{name}\"\nkind = \"wallet\"\nunit = \"USD\"\n")
        };
        let file = |path: &str, name: &str| UserFile { path: path.into(), text: own(name) };
        let catalog = Catalog::new(vec![file("a.toml", "First"), file("b.toml", "Second")]);
        assert_eq!(catalog.get("p").unwrap().name.en, "First");
        let left_out = LeftOut::SameId { path: "b.toml".into(), other: "a.toml".into(), id: "p".into() };
        assert_eq!(catalog.left_out(), [left_out]);
    }
}
