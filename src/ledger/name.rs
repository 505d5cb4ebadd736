//! How a typed name finds an account: exactly, by its platform, or by a fragment that fits one only.

use super::{Account, AccountId};
use crate::text;
use unicode_normalization::UnicodeNormalization;

/// A name in the form in which names are compared: NFC, case folded, spaces trimmed.
pub fn fold_case(name: &str) -> String {
    text::fold_case(name).into_owned()
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

/// Finds the account that a name means: by its exact name, the exact id or alias of its platform, a
/// fragment of its name, or a fragment of its platform's names. Open accounts win over closed ones.
///
/// Where `writing`, a fragment must begin a word, have two characters (or be one Hangul syllable),
/// and occur in the name or the platform's names of one account only.
pub fn resolve(
    typed: &str,
    accounts: &[Account],
    platforms: &[PlatformNames<'_>],
    writing: bool,
) -> Result<AccountId, NameError> {
    let candidates: Vec<Candidate<'_>> = accounts.iter().map(|a| Candidate::new(a, platforms)).collect();
    let wanted = fold_case(typed);
    // A closed account can still be read by its exact name.
    if !writing && let Some(exact) = candidates.iter().find(|c| c.name == wanted) {
        return Ok(exact.account.id);
    }
    for closed in [false, true] {
        let group: Vec<&Candidate<'_>> = candidates.iter().filter(|c| c.account.closed == closed).collect();
        let fits = fitting(&wanted, &group, writing);
        match fits.as_slice() {
            [] => {}
            [one] => return Ok(one.account.id),
            many => {
                let fits = many.iter().map(|c| c.account.name.clone()).collect();
                return Err(NameError::Ambiguous { name: typed.trim().into(), fits });
            }
        }
    }
    Err(NameError::Unknown { name: typed.trim().into(), close: meant(&wanted, &candidates) })
}

/// An account with everything it can be found by, folded.
struct Candidate<'a> {
    account: &'a Account,
    name: String,
    /// The id, names and aliases of its platform.
    platform: &'a [String],
}

impl<'a> Candidate<'a> {
    fn new(account: &'a Account, platforms: &'a [PlatformNames<'_>]) -> Candidate<'a> {
        let platform = platforms.iter().find(|p| Some(p.id) == account.platform.as_deref());
        let platform = platform.map_or(&[][..], |p| &p.folded);
        Candidate { account, name: fold_case(&account.name), platform }
    }

    /// Whether the fragment occurs in its name or its platform's, at the beginning of a word if asked.
    fn has(&self, fragment: &str, at_word: bool) -> bool {
        has_fragment(&self.name, fragment, at_word)
            || self.platform.iter().any(|name| has_fragment(name, fragment, at_word))
    }
}

/// Returns the accounts that a name fits; more than one is an ambiguity.
fn fitting<'a, 'c>(wanted: &str, candidates: &[&'a Candidate<'c>], writing: bool) -> Vec<&'a Candidate<'c>> {
    let all = |test: &dyn Fn(&Candidate<'_>) -> bool| -> Vec<&'a Candidate<'c>> {
        candidates.iter().copied().filter(|c| test(c)).collect()
    };
    let exact = all(&|c| c.name == wanted);
    if !exact.is_empty() {
        return exact;
    }
    let on_platform = all(&|c| c.platform.iter().any(|name| name == wanted));
    if !on_platform.is_empty() || wanted.is_empty() {
        return on_platform;
    }
    let anywhere = || all(&|c| c.has(wanted, false));
    if writing {
        let begins_a_word = is_long_enough(wanted) && candidates.iter().any(|c| c.has(wanted, true));
        // A word of one account that is also inside another's name does not tell them apart.
        return if begins_a_word { anywhere() } else { Vec::new() };
    }
    let by_name = all(&|c| has_fragment(&c.name, wanted, false));
    if by_name.is_empty() { anywhere() } else { by_name }
}

/// Whether a fragment is long enough to name an account in a command that writes.
pub fn is_long_enough(fragment: &str) -> bool {
    fragment.chars().count() > 1 || fragment.chars().any(|c| ('가'..='힣').contains(&c))
}

/// Names of up to three accounts that an unknown name may have meant: those that contain it, then
/// those that are a slip of the fingers away by name or platform.
fn meant(wanted: &str, candidates: &[Candidate<'_>]) -> Vec<String> {
    let mut near: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates.iter().filter(|c| !c.account.closed) {
        let distance = if !wanted.is_empty() && candidate.has(wanted, false) {
            Some(0)
        } else {
            let names = std::iter::once(&candidate.name).chain(candidate.platform);
            names.filter_map(|name| slips(wanted, name)).min()
        };
        near.extend(distance.map(|distance| (distance, candidate.account.name.as_str())));
    }
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name.to_string()).collect()
}

/// Does a folded name contain the fragment, where `at_word` at the beginning of a word?
pub fn has_fragment(name: &str, fragment: &str, at_word: bool) -> bool {
    name.match_indices(fragment).any(|(at, _)| {
        !at_word || name[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    })
}

/// Up to three names that are a slip of the fingers away, nearest first.
pub fn suggest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut near: Vec<(usize, &str)> =
        names.filter_map(|name| slips(typed, name).map(|distance| (distance, name))).collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name.to_string()).collect()
}

/// How many slips of the fingers lie between two names, or `None` where it is too many. Hangul is
/// compared by its letters, so that one wrong jamo is one slip.
pub fn slips(typed: &str, name: &str) -> Option<usize> {
    let (typed, name) = (letters(typed), letters(name));
    let distance = strsim::osa_distance(&typed, &name);
    (distance * 3 <= name.chars().count().max(3) + 2).then_some(distance)
}

/// Returns how many letters must change to make one text of another. Hangul counts by its letters.
pub fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(&letters(a), &letters(b))
}

fn letters(text: &str) -> String {
    fold_case(text).nfd().collect()
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
        let names =
            |id, all: &[&str]| PlatformNames { id, folded: all.iter().map(|n| fold_case(n)).collect() };
        vec![
            names("kakaopay", &["kakaopay", "KakaoPay", "카카오페이"]),
            names("naverpay", &["naverpay", "네이버페이", "네이버 페이"]),
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
        assert_eq!(fold_case("STRASSE"), fold_case("straße"));
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
    fn a_fragment_inside_another_name_is_ambiguous_whatever_the_aliases_say() {
        // "네이버 페이" is an alias in which 페이 begins a word; 카카오페이 has none.
        let all = accounts(&[("카카오페이", Some("kakaopay")), ("네이버페이", Some("naverpay"))]);
        assert!(matches!(found("페이", &all, true), Err(NameError::Ambiguous { .. })));
        let one = accounts(&[("네이버페이", Some("naverpay")), ("toss", None)]);
        assert_eq!(found("페이", &one, true), Ok(1));
    }

    #[test]
    fn one_letter_names_nothing_to_write_to_and_one_syllable_does() {
        let all = accounts(&[("kakao", None), ("카카오", None)]);
        assert_eq!(found("k", &all, false), Ok(1));
        assert!(matches!(found("k", &all, true), Err(NameError::Unknown { .. })));
        assert_eq!(found("ka", &all, true), Ok(1));
        assert_eq!(found("카", &all, true), Ok(2));
    }

    #[test]
    fn open_accounts_win_over_closed_ones() {
        let mut all = accounts(&[("Amazon", None), ("Amazon gift card", None), ("Amazon points", None)]);
        all[0].closed = true;
        all[2].closed = true;
        assert_eq!(found("amazon", &all, true), Ok(2));
        assert_eq!(found("amazon", &all, false), Ok(1));
        assert_eq!(found("amazon p", &all, true), Ok(3));
        assert_eq!(found("points", &all, false), Ok(3));
    }

    #[test]
    fn suggests_accounts_by_the_names_of_their_platforms_too() {
        let all = accounts(&[("my wallet", Some("kakaopay")), ("cash", None)]);
        let close = match found("kakaopey", &all, true) {
            Err(NameError::Unknown { close, .. }) => close,
            other => panic!("{other:?}"),
        };
        assert_eq!(close, ["my wallet"]);
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
