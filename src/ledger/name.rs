//! How a typed name finds an account: exactly, by its platform, or by a fragment that fits one only.

use super::{Account, AccountId};
use crate::text;
use unicode_normalization::UnicodeNormalization;

/// A name in the form in which names are compared: NFC, case folded, spaces trimmed.
pub fn folded(name: &str) -> String {
    text::folded(name).into_owned()
}

/// Why a name finds no account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the comment of a variant speaks of its fields")]
pub enum NameError {
    /// No account has that name; names that come close.
    Unknown { name: String, close: Vec<String> },
    /// Several accounts fit.
    Ambiguous { name: String, fits: Vec<String> },
}

/// What a platform is called: its id, name and aliases.
pub struct PlatformNames<'a> {
    /// The id, such as `kakaopay`.
    pub id: &'a str,
    /// The folded names and aliases, the id among them.
    pub folded: Vec<String>,
}

/// Finds the account that a name means. Tried in this order, the first that fits one account wins:
/// the exact name; the exact id or alias of its platform; a fragment of a name; a fragment of a
/// platform's names. Where `writing`, a fragment must begin a word.
pub fn resolve(
    typed: &str,
    accounts: &[Account],
    platforms: &[PlatformNames<'_>],
    writing: bool,
) -> Result<AccountId, NameError> {
    let wanted = folded(typed);
    let on = |account: &Account, test: &dyn Fn(&str) -> bool| {
        platforms
            .iter()
            .filter(|p| Some(p.id) == account.platform.as_deref())
            .any(|p| p.folded.iter().any(|name| test(name)))
    };
    let exact = |name: &str| name == wanted;
    let fragment = |name: &str| !wanted.is_empty() && has_fragment(name, &wanted, writing);
    let steps: [&dyn Fn(&Account) -> bool; 4] =
        [&|a| exact(&folded(&a.name)), &|a| on(a, &exact), &|a| fragment(&folded(&a.name)), &|a| {
            on(a, &fragment)
        }];
    for step in steps {
        let mut fits: Vec<&Account> = accounts.iter().filter(|a| step(a)).collect();
        if fits.iter().any(|a| !a.closed) {
            fits.retain(|a| !a.closed);
        }
        match fits.as_slice() {
            [] => {}
            [one] => return Ok(one.id),
            many => {
                let fits = many.iter().map(|a| a.name.clone()).collect();
                return Err(NameError::Ambiguous { name: typed.trim().into(), fits });
            }
        }
    }
    let close = closest(&wanted, accounts.iter().map(|a| a.name.as_str()));
    Err(NameError::Unknown { name: typed.trim().into(), close })
}

/// Does a folded name contain the fragment, where `at_word` at the beginning of a word?
pub fn has_fragment(name: &str, fragment: &str, at_word: bool) -> bool {
    name.match_indices(fragment).any(|(at, _)| {
        !at_word || name[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    })
}

/// Up to three names that are a slip of the fingers away, nearest first. Hangul is compared by its
/// letters, so that one wrong jamo is one slip.
pub fn closest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let letters = |text: &str| folded(text).nfd().collect::<String>();
    let wanted = letters(typed);
    let mut near: Vec<(usize, &str)> = names
        .map(|name| (strsim::osa_distance(&wanted, &letters(name)), name))
        .filter(|(distance, name)| *distance * 3 <= letters(name).chars().count().max(3) + 2)
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, name)| name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::AccountKind;
    use crate::money::Unit;

    fn accounts(names: &[(&str, Option<&str>)]) -> Vec<Account> {
        names
            .iter()
            .enumerate()
            .map(|(i, (name, platform))| Account {
                id: AccountId(i as i64 + 1),
                name: name.to_string(),
                platform: platform.map(String::from),
                kind: AccountKind::Wallet,
                unit: Unit::currency("KRW").unwrap(),
                limit: None,
                bill_day: None,
                note: None,
                closed: false,
            })
            .collect()
    }

    fn platforms() -> Vec<PlatformNames<'static>> {
        let names = |id, all: &[&str]| PlatformNames { id, folded: all.iter().map(|n| folded(n)).collect() };
        vec![
            names("kakaopay", &["kakaopay", "KakaoPay", "카카오페이"]),
            names("naverpay", &["naverpay", "네이버페이"]),
        ]
    }

    fn found(typed: &str, all: &[Account], writing: bool) -> Result<i64, NameError> {
        resolve(typed, all, &platforms(), writing).map(|id| id.0)
    }

    #[test]
    fn composed_and_decomposed_hangul_are_one_name() {
        let all = accounts(&[("네이버", None)]);
        let decomposed: String = "네이버".nfd().collect();
        assert_ne!(decomposed, "네이버");
        assert_eq!(found(&decomposed, &all, true), Ok(1));
        assert_eq!(folded("STRASSE"), folded("straße"));
    }

    #[test]
    fn an_exact_name_wins_over_a_platform_and_a_platform_over_a_fragment() {
        let all =
            accounts(&[("my wallet", Some("kakaopay")), ("kakaopay old", None), ("naver", Some("naverpay"))]);
        assert_eq!(found("카카오페이", &all, true), Ok(1));
        assert_eq!(found("kakaopay", &all, true), Ok(1));
        assert_eq!(found("NAVER", &all, true), Ok(3));
        assert_eq!(found("네이버페이", &all, true), Ok(3));
        assert_eq!(found("old", &all, true), Ok(2));
    }

    #[test]
    fn a_fragment_must_begin_a_word_where_something_is_written() {
        let all = accounts(&[("kakao wallet", None), ("toss", None)]);
        assert_eq!(found("akao", &all, false), Ok(1));
        assert!(matches!(found("akao", &all, true), Err(NameError::Unknown { .. })));
        assert_eq!(found("wal", &all, true), Ok(1));
    }

    #[test]
    fn a_fragment_of_several_names_is_refused_with_all_of_them() {
        let all = accounts(&[("toss points", None), ("toss money", None)]);
        let error = found("toss", &all, true).unwrap_err();
        assert_eq!(
            error,
            NameError::Ambiguous {
                name: "toss".into(),
                fits: vec!["toss points".into(), "toss money".into()]
            }
        );
    }

    #[test]
    fn suggests_what_was_meant() {
        let all = accounts(&[("카카오", None), ("toss", None), ("paypal", None)]);
        let close = |typed: &str| match found(typed, &all, true) {
            Err(NameError::Unknown { close, .. }) => close,
            other => panic!("{other:?}"),
        };
        assert_eq!(close("카카우"), ["카카오"]);
        assert_eq!(close("payapl"), ["paypal"]);
        assert!(close("zzzzzzz").is_empty());
    }
}
