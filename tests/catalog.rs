//! Every rule of the built-in catalog: where it is from, how far it can be trusted, and what it
//! leaves to the person who asks.

use jandon::fee::catalog::Catalog;
use jandon::fee::{Channel, Confidence, Platform, Tariff};

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

#[test]
fn what_the_ledger_cannot_know_is_a_condition_in_both_languages() {
    let mut faults = Vec::new();
    for platform in &platforms() {
        for channel in &platform.channels {
            let id = platform.full_id(channel);
            if channel.condition.as_ref().is_some_and(|c| c.ko.is_none()) {
                faults.push(format!("{id}: the condition has no Korean text"));
            }
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
