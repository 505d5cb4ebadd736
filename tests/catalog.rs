//! Every rule of the built-in catalog: where it is from, how far it can be trusted, and what it
//! leaves to the person who asks.

use jandon::fee::catalog::Catalog;
use jandon::fee::{Channel, Confidence, Platform, Tariff, Text};

/// Sites that speak about operators and laws without being one: consumer centres, another state's
/// research office, newspapers, blogs, wikis, copies. A subdomain of one counts as well.
const THIRD_PARTIES: &[&str] = &[
    "abs-cbn.com",
    "algoboja.com",
    "banglatech24.com",
    "blog.touched.co.kr",
    "blogspot.com",
    "brunch.co.kr",
    "cga.ct.gov",
    "channel-guard.com",
    "consumernews.co.kr",
    "daol.cc",
    "donga.com",
    "etoday.co.kr",
    "eurogamer.net",
    "expatica.com",
    "fnnews.com",
    "ganatoday.kr",
    "gwd.go.kr",
    "hapakenya.com",
    "hatenablog.jp",
    "heise.de",
    "how.africa",
    "icfoodnews.com",
    "imaeil.com",
    "inews24.com",
    "joins.com",
    "kahawatungu.com",
    "kpenews.com",
    "macrumors.com",
    "mercari-kun.com",
    "namu.wiki",
    "nation.co.ke",
    "naver.com",
    "nextdaily.co.kr",
    "pinpro.kr",
    "sagecalculator.com",
    "sbs.co.kr",
    "scribd.com",
    "segye.com",
    "techpointmag.com",
    "tengele.com",
    "tistory.com",
    "todudream.com",
    "visualfoodie.com",
    "wikipedia.org",
    "wordpress.com",
    "zum.com",
];

fn platforms() -> Vec<Platform> {
    let catalog = Catalog::default();
    catalog.ids().iter().map(|id| catalog.get(id).unwrap_or_else(|| panic!("{id} cannot be read"))).collect()
}

/// Calls `fault` for every rule of the catalog and fails with all that it finds.
fn hold(fault: impl Fn(&Platform, &Channel, &Tariff) -> Option<String>) {
    let mut faults = Vec::new();
    for platform in &platforms() {
        for channel in &platform.channels {
            let found = channel.tariffs.iter().filter_map(|tariff| fault(platform, channel, tariff));
            faults.extend(found.map(|fault| format!("{}: {fault}", platform.full_id(channel))));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The host of an address, and what follows it.
fn split(source: &str) -> (&str, &str) {
    let rest = source.strip_prefix("https://").unwrap_or(source);
    rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
}

fn is_third_party(host: &str) -> bool {
    THIRD_PARTIES.iter().any(|site| host.strip_suffix(site).is_some_and(|h| h.is_empty() || h.ends_with('.')))
}

#[test]
fn every_rule_names_the_page_it_is_from() {
    hold(|_, _, tariff| {
        let (host, page) = split(&tariff.source);
        let named = host.contains('.') && page.len() > 1;
        (!named).then(|| format!("{} is a site, not a page", tariff.source))
    });
}

#[test]
fn every_rule_says_when_it_was_checked() {
    // The catalog was begun in November 2026.
    hold(|_, _, tariff| {
        let checked = tariff.checked;
        (checked.year() < 2026 || tariff.from.is_some_and(|from| from > checked))
            .then(|| format!("checked on {checked}"))
    });
}

#[test]
fn only_the_words_of_an_operator_or_a_law_are_official() {
    hold(|_, _, tariff| {
        let (host, _) = split(&tariff.source);
        (tariff.confidence == Confidence::Official && is_third_party(host))
            .then(|| format!("{host} is neither the operator nor the law"))
    });
}

#[test]
fn tells_a_third_party_by_its_host() {
    assert!(is_third_party("consumer.gwd.go.kr"));
    assert!(is_third_party("tistory.com"));
    assert!(!is_third_party("nottistory.com"));
    assert!(!is_third_party("help.venmo.com"));
    assert_eq!(split("https://myweb.de/?p=2396"), ("myweb.de", "/?p=2396"));
    assert_eq!(split("https://korea.kr"), ("korea.kr", ""));
}

#[test]
fn a_rule_that_takes_nothing_from_a_silent_page_says_so() {
    // A page that names no fee does not say that there is none.
    let silent = ["adsense-kr", "adsense-us", "honeygain", "ok-cashbag", "grabpay-my", "smile-cash"];
    for platform in platforms().iter().filter(|p| silent.contains(&p.id.as_str())) {
        for tariff in platform.channels.iter().flat_map(|c| &c.tariffs) {
            assert!(tariff.assumed.iter().any(|key| key == "charge"), "{}", platform.id);
        }
    }
}

/// What a text of the catalog is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum TextKind {
    Name,
    /// A whole sentence.
    Reason,
    /// The clause after "if".
    Condition,
    Requirement,
}

/// Every text of the catalog that people read: where it stands, what it is, and the text.
fn texts(platforms: &[Platform]) -> Vec<(String, TextKind, &Text)> {
    let mut texts = Vec::new();
    for platform in platforms {
        texts.push((platform.id.clone(), TextKind::Name, &platform.name));
        texts.extend(platform.reason.iter().map(|text| (platform.id.clone(), TextKind::Reason, text)));
        for channel in &platform.channels {
            let id = platform.full_id(channel);
            texts.push((id.clone(), TextKind::Name, &channel.name));
            texts.extend(channel.condition.iter().map(|text| (id.clone(), TextKind::Condition, text)));
            texts.extend(channel.requires.iter().map(|text| (id.clone(), TextKind::Requirement, text)));
        }
    }
    texts
}

fn has_hangul(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[test]
fn every_text_stands_in_both_languages() {
    let platforms = platforms();
    let mut faults = Vec::new();
    for (place, kind, text) in texts(&platforms) {
        let Some(ko) = &text.ko else {
            faults.push(format!("{place}: {:?} has no Korean text", text.en));
            continue;
        };
        // A brand without a Korean name keeps its own.
        let is_brand = kind == TextKind::Name && *ko == text.en;
        if !has_hangul(ko) && !is_brand || has_hangul(&text.en) {
            faults.push(format!("{place}: {:?} and {ko:?} are one language", text.en));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn texts_have_the_form_of_their_place() {
    let platforms = platforms();
    let mut faults = Vec::new();
    for (place, kind, text) in texts(&platforms) {
        let (en, ko) = (text.en.as_str(), text.ko.as_deref().unwrap_or_default());
        let is_right = match kind {
            TextKind::Name | TextKind::Requirement => !en.ends_with('.') && !ko.ends_with('.'),
            TextKind::Reason => en.ends_with('.') && ko.ends_with("니다."),
            // A remark in brackets may follow.
            TextKind::Condition => !en.ends_with('.') && ko.split(" (").any(|part| part.ends_with("경우")),
        };
        if !is_right {
            faults.push(format!("{place}: {en:?}, {ko:?} does not have the form of a {kind:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_the_ledger_cannot_know_is_a_condition() {
    let mut faults = Vec::new();
    for platform in &platforms() {
        for channel in &platform.channels {
            let id = platform.full_id(channel);
            // Words of what has happened to a balance, rather than of what a person can bring along.
            let past = ["spent", "not used", "never used", "expired", "within the last", "charged"];
            let told = channel.requires.iter().find(|r| past.iter().any(|word| r.en.contains(word)));
            faults.extend(told.map(|text| format!("{id}: {:?} is a condition", text.en)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn channels_that_depend_on_the_past_of_a_balance_are_conditional() {
    let conditional: Vec<String> = platforms()
        .iter()
        .flat_map(|p| p.channels.iter().filter(|c| c.condition.is_some()).map(|c| p.full_id(c)))
        .collect();
    for id in [
        "culture-land/refund-unused",
        "culture-land/refund-used",
        "google-play-kr/gift-refund",
        "mobile-voucher-kr/expired-cash",
        "mobile-voucher-kr/expired-points",
        "mobile-voucher-kr/in-validity",
        "mobile-voucher-kr/unused-7-days",
        "nexon-cash/unused-7-days",
        "ok-cashbag-charged/own-account",
        "ok-cashbag-charged/unused-7-days",
        "smile-cash/bank",
        "ssg-money-quasi/after-60",
    ] {
        assert!(conditional.iter().any(|c| c == id), "{id} has no condition");
    }
    for id in ["culture-land/auto-refund", "nexon-cash/bank", "ssg-money-quasi/bank", "venmo/instant"] {
        assert!(!conditional.iter().any(|c| c == id), "{id} has a condition");
    }
}

/// Channels that many a holder of the balance cannot use, which the ledger cannot know.
#[test]
fn a_channel_that_not_everyone_can_use_has_a_condition() {
    let ids = [
        "toss-money/own-account",
        "bkash/priyo-agent",
        "grabpay-my/closing",
        "gift-card-ca/cash",
        "paytm/bank",
    ];
    let platforms = platforms();
    for id in ids {
        let channel = platforms.iter().find_map(|platform| platform.channel(id));
        assert!(channel.is_some_and(|channel| channel.condition.is_some()), "{id}");
    }
}
