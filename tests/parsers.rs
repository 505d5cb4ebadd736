//! The laws of every reader, held over texts at random.

#[path = "parsers/mod.rs"]
mod laws;

use jandon::fee::catalog::BUILT_IN;
use proptest::prelude::*;

/// Texts that come close to an amount.
const AMOUNTS: &str = "[0-9]{1,3}(,[0-9]{2,3}){0,4}(\\.[0-9]{1,4})?( ?(KRW|USD|P|원|점))?\
                       |[₩$€]?[0-9]{1,20}(\\.[0-9]{0,10})?|([0-9.]{1,5}[억만천백십]){1,4}[0-9]{0,4}\
                       |[0-9]{1,19}/[0-9]{1,19}|-?[0-9,._ 천만백십억원₩$€KRWPp+−()eE-]{0,24}|\\PC{0,24}";

/// Texts that come close to a date.
const DATES: &str = "[12][0-9]{3}-[01]?[0-9]-[0-3]?[0-9]([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?\
                     |[0-9]{1,4} ?(d|day|days|w|weeks|m|y|years|일|주|달|개월|년) ?(ago|전)\
                     |today|Yesterday|tomorrow|어제|그저께|내일|[0-9:T -]{0,20}|\\PC{0,20}";

/// Texts that come close to a period.
const PERIODS: &str = "[12][0-9]{3}(-[01][0-9](-[0-3][0-9])?|-?[qQ][0-5])?\
                       |([12][0-9]{3}(-[01][0-9](-[0-3][0-9])?)?)?\\.\\.([12][0-9]{3}(-[01][0-9](-[0-3][0-9])?)?)?\
                       |(last|this|최근|지난|이번) ?(month|year|quarter|week|[0-9]{1,4} ?(d|w|일|주)|달|분기|주)\
                       |[0-9.:TqQ -]{0,24}|\\PC{0,24}";

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(20_000))]

    #[test]
    fn what_is_taken_for_an_amount_reads_back_the_same(text in AMOUNTS) {
        laws::amount(&text);
    }

    #[test]
    fn what_is_taken_for_a_date_reads_back_the_same(text in DATES) {
        laws::date(&text);
    }

    #[test]
    fn what_is_taken_for_a_period_reads_back_the_same(text in PERIODS, month_start in 1_u32..=31) {
        laws::period(&text, month_start);
    }
}

proptest! {
    #![proptest_config(config(1_500))]

    #[test]
    fn what_is_taken_for_a_platform_can_be_quoted(
        which in 0..BUILT_IN.len(),
        at in any::<prop::sample::Index>(),
        inserted in "[0-9]{1,18}|\"[0-9]{1,9}\"|\\PC{0,6}|\\[\\[|true|=",
        cut in 0_usize..12,
    ) {
        // A built-in file with a few characters cut out and others put in.
        let text: Vec<char> = BUILT_IN[which].text.chars().collect();
        let at = at.index(text.len() + 1);
        let rest = &text[(at + cut).min(text.len())..];
        laws::platform_file(&text[..at].iter().copied().chain(inserted.chars()).chain(rest.iter().copied()).collect::<String>());
    }

    #[test]
    fn what_is_taken_for_lines_comes_back_the_same_and_what_is_refused_leaves_nothing(
        lines in prop::collection::vec(line(), 0..6),
        bytes in prop_oneof![9 => Just(Vec::new()), 1 => any::<Vec<u8>>()],
    ) {
        thread_local! {
            static SHELF: (tempfile::TempDir, laws::Shelf) = {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("ledger.db");
                (folder, laws::Shelf::new(path))
            };
        }
        let mut file = lines.join("\n").into_bytes();
        file.extend(bytes);
        SHELF.with(|(_, shelf)| laws::lines(&file, shelf));
    }
}

/// A line that comes close to one of ours.
fn line() -> impl Strategy<Value = String> {
    let account = prop::sample::select(vec!["a", "포인트", "phone", "b", "", "A"]);
    let amount = "[0-9]{1,6}(\\.[0-9]{1,3})?|-?[0-9]{1,20}|";
    let at = "2026-1[0-2]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9])?";
    let word = prop::sample::select(vec!["x", "y", "5113000000000001", "", "가"]);
    let kind = prop::sample::select(vec![
        "spend", "earn", "topup", "refund", "transfer", "withdraw", "pay", "expire",
    ]);
    let entry = (at, kind, account.clone(), amount, account.clone(), amount, amount, word.clone()).prop_map(
        |(at, kind, from, out, to, arriving, fee, word)| {
            let field = |key: &str, value: &str| match value {
                "" => String::new(),
                value => format!(",\"{key}\":\"{value}\""),
            };
            let fields: String = [
                ("from", from),
                ("out", &out),
                ("to", to),
                ("in", &arriving),
                ("fee", &fee),
                ("id", word),
                ("category", word),
            ]
            .map(|(key, value)| field(key, value))
            .concat();
            format!("{{\"entry\":{{\"at\":\"{at}\",\"kind\":\"{kind}\"{fields}}}}}")
        },
    );
    let snapshot = (at, account.clone(), amount).prop_map(|(at, account, balance)| {
        format!("{{\"snapshot\":{{\"at\":\"{at}\",\"account\":\"{account}\",\"balance\":\"{balance}\"}}}}")
    });
    let change = (at, word.clone()).prop_map(|(at, id)| {
        format!("{{\"change\":{{\"id\":\"{id}\",\"at\":\"{at}\",\"command\":\"spend\"}}}}")
    });
    let void = (at, word).prop_map(|(at, of)| format!("{{\"void\":{{\"of\":\"{of}\",\"at\":\"{at}\"}}}}"));
    let opened = (account, "wallet|carrier|rewards", "KRW|MILES|USD|X").prop_map(|(name, kind, unit)| {
        format!("{{\"account\":{{\"name\":\"{name}\",\"kind\":\"{kind}\",\"unit\":\"{unit}\"}}}}")
    });
    let rate = ("MILES|KRW|USD", "[0-9]{1,4}(\\.[0-9]{1,3})?|[0-9]{1,19}/[0-9]{1,19}").prop_map(|(unit, value)| {
        format!("{{\"rate\":{{\"unit\":\"{unit}\",\"value\":\"{value}\",\"of\":\"KRW\",\"date\":\"2026-10-01\"}}}}")
    });
    prop_oneof![8 => entry, 3 => snapshot, 1 => change, 1 => void, 1 => opened, 1 => rate, 1 => "\\PC{0,20}"]
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn no_file_makes_a_reader_fall_over(
        front in prop::sample::select(vec!["", "OFXHEADER:100\n<OFX>", "!Type:Bank\n", "<html><table>", "PK\u{3}\u{4}", "a,b\n"]),
        bytes in prop::collection::vec(prop_oneof![4 => 0x20u8..0x7f, 1 => any::<u8>(), 1 => Just(b'\n'), 1 => Just(b'<')], 0..300),
    ) {
        laws::statement(&[front.as_bytes(), &bytes].concat());
    }

    #[test]
    fn a_profile_is_read_or_its_faults_have_lines(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        inserted in "\\PC{0,6}|\\[\\[|true|=|'\\('|\\{",
        cut in 0_usize..12,
    ) {
        let profiles = jandon::statement::profile::BUILT_IN_PROFILES;
        let text: Vec<char> = profiles[which.index(profiles.len())].text.chars().collect();
        let at = at.index(text.len() + 1);
        let changed = text[..at].iter().copied().chain(inserted.chars()).chain(text.iter().copied().skip(at + cut));
        laws::profile(&changed.collect::<String>());
    }
}
