//! What holds where ledgers import each other's files: known facts must agree, and whatever the
//! order of the imports, all end with the same accounts, balances and facts.

#[path = "support/roundtrip.rs"]
mod roundtrip;

use jandon::import::{Difference, LineError};
use jandon::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot};
use jandon::money::Unit;
use jandon::period::{Day, LocalDateTime};
use jandon::store::{Change, Fact, ImportError, ImportSummary, Refusal, Store, StoreError};
use proptest::prelude::*;
use roundtrip::{Stopped, answers, carried, carried_together, told};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one waits for another here.
const WAIT: Duration = Duration::from_secs(1);

fn now() -> LocalDateTime {
    LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment")
}

/// A folder that goes with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// One thing that happens to one of the ledgers.
#[derive(Clone, Debug)]
enum Step {
    Edit {
        account: usize,
        name: usize,
        kind: usize,
        trait_of: usize,
    },
    Close {
        account: usize,
        closed: bool,
    },
    Entry {
        account: usize,
        earn: bool,
        amount: i64,
    },
    See {
        account: usize,
        balance: i64,
    },
    Undo,
    /// The other ledger's file comes in.
    Import,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4usize, 0..4usize, 0..3usize, 0..4usize)
            .prop_map(|(account, name, kind, trait_of)| Step::Edit { account, name, kind, trait_of }),
        2 => (0..4usize, any::<bool>()).prop_map(|(account, closed)| Step::Close { account, closed }),
        4 => (0..4usize, any::<bool>(), 1..900i64)
            .prop_map(|(account, earn, amount)| Step::Entry { account, earn, amount }),
        1 => (0..4usize, -900..900i64).prop_map(|(account, balance)| Step::See { account, balance }),
        2 => Just(Step::Undo),
        3 => Just(Step::Import),
    ]
}

fn krw() -> Unit {
    Unit::currency("KRW").expect("a currency")
}

fn opened(number: usize) -> Account {
    let carrier = number == 3;
    Account {
        id: AccountId(0),
        name: format!("account {number}"),
        platform: None,
        kind: if carrier { AccountKind::Carrier } else { AccountKind::Wallet },
        unit: krw(),
        limit: carrier.then_some(300_000),
        bill_day: carrier.then_some(25),
        note: None,
        closed: false,
    }
}

/// Writes one change as the program does; what the ledger refuses is passed over.
fn record(path: &Path, id: i64, at: LocalDateTime, command: &'static str, facts: Vec<Fact>) {
    let store = Store::write(path, WAIT).expect("a ledger");
    // Ids of one day, as random as the program's.
    let id = Id::new(now(), (id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16);
    let change = store.in_order(Change { id, at, command, facts }).expect("a readable ledger");
    match store.apply(&change) {
        Ok(_) => store.commit().expect("kept"),
        Err(StoreError::Rule(_) | StoreError::Refused(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

/// Imports what another ledger exports.
fn import(path: &Path, other: &Path, id: i64) -> ImportSummary {
    let text = told(&Store::read(other, WAIT).expect("a ledger"));
    let store = Store::write(path, WAIT).expect("a ledger");
    let came = carried(&store, id, text.as_bytes()).expect("an import");
    if came.change.is_some() {
        store.commit().expect("kept");
    }
    came
}

/// Does one step at a moment of its ledger's own clock.
fn act(paths: &[PathBuf; 2], at: usize, number: i64, clock: i64, step: &Step) {
    let path = &paths[at];
    let clock = LocalDateTime(now().0 + clock);
    let accounts = Store::read(path, WAIT).expect("a ledger").accounts().expect("accounts");
    // Each fact has a second of its own.
    let moment = LocalDateTime(Day::parse_iso("2026-10-01").expect("a day").start().0 + number);
    let id = |bits: u64| Id::new(moment, bits << 40 | number as u64);
    let (command, fact) = match step {
        Step::Edit { account, name, kind, trait_of } => {
            let account = &accounts[*account];
            let carrier = account.is_carrier();
            let mut edited = Account { name: format!("{} {name}", &account.name[..9]), ..account.clone() };
            match trait_of {
                0 if carrier => edited.limit = Some(*kind as i64 * 1000),
                1 if carrier => edited.bill_day = Some(*kind as u8 + 1),
                0 => edited.kind = [AccountKind::Wallet, AccountKind::Rewards, AccountKind::Giftcard][*kind],
                1 => edited.platform = (*kind > 0).then(|| format!("platform-{kind}")),
                2 => edited.note = (*kind > 0).then(|| format!("note {kind}")),
                _ => {}
            }
            ("account edit", Fact::Edit(edited))
        }
        Step::Close { account, closed } => {
            ("account close", Fact::Edit(Account { closed: *closed, ..accounts[*account].clone() }))
        }
        Step::Entry { account, earn, amount } => {
            let account = &accounts[*account];
            let kind = match (account.is_carrier(), earn) {
                (true, true) => Kind::Refund,
                (false, true) => Kind::Earn,
                (_, false) => Kind::Spend,
            };
            let place = |here: bool| Leg {
                account: here.then_some(account.id),
                amount: *amount,
                unit: account.unit.clone(),
            };
            let entry = Entry {
                id: id(at as u64 + 1),
                at: moment,
                kind,
                from: place(!earn),
                to: place(*earn),
                fee: 0,
                tax: 0,
                category: None,
                payee: None,
                note: None,
                channel: None,
                expires: Expires::Unknown,
            };
            (kind.as_str(), Fact::Entry(entry))
        }
        Step::See { account, balance } => {
            let account = accounts[*account].id;
            let balance = *balance;
            (
                "log",
                Fact::Snapshot(Snapshot { id: id(at as u64 + 1), at: moment, account, balance, note: None }),
            )
        }
        Step::Undo => {
            let store = Store::read(path, WAIT).expect("a ledger");
            let Some(change) = store.last_change(true).expect("changes") else { return };
            // The accounts themselves stay, and so does what the other ledger told.
            if matches!(change.command.as_str(), "import" | "account add") {
                return;
            }
            ("undo", Fact::Void(change.id))
        }
        Step::Import => {
            import(path, &paths[1 - at], number);
            return;
        }
    };
    record(path, number, clock, command, vec![fact]);
}

/// The facts of an export, whatever their order and whatever accounts were called when they came.
fn facts(path: &Path) -> BTreeSet<String> {
    let text = told(&Store::read(path, WAIT).expect("a ledger"));
    let mut facts = BTreeSet::new();
    for line in text.lines().skip(1) {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (kind, content) = line.as_object_mut().expect("a fact").iter_mut().next().expect("a fact");
        let content = content.as_object_mut().expect("keys");
        let names: &[&str] = if kind == "account" { &["of"] } else { &["from", "to", "account"] };
        for key in names {
            content.remove(*key);
        }
        // What one ledger undid already, the other one does not undo again.
        if kind != "void" && content.get("command").and_then(|c| c.as_str()) != Some("undo") {
            facts.insert(line.to_string());
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn two_ledgers_that_read_each_other_hold_the_same(
        steps in prop::collection::vec((0..2usize, -3..4i64, step()), 1..40),
        first in 0..2usize,
    ) {
        let folder = Folder::new();
        let paths = [folder.at("a.db"), folder.at("b.db")];
        for number in 0..4 {
            let at = LocalDateTime(now().0 - 100 + number as i64);
            record(&paths[0], number as i64 + 1, at, "account add", vec![Fact::Open(opened(number))]);
        }
        import(&paths[1], &paths[0], 50);
        for (number, (at, clock, step)) in steps.iter().enumerate() {
            act(&paths, *at, number as i64 + 100, *clock, step);
        }
        // Both ways, beginning with either.
        import(&paths[first], &paths[1 - first], 1000);
        import(&paths[1 - first], &paths[first], 1001);
        prop_assert_eq!(answers(&paths[0]), answers(&paths[1]));
        prop_assert_eq!(facts(&paths[0]), facts(&paths[1]));
        for at in 0..2 {
            let came = import(&paths[at], &paths[1 - at], 2000 + at as i64);
            prop_assert_eq!((came.new, came.change), (0, None));
        }
        // A third ledger that reads one of them, or both, is no different.
        let third = folder.at("c.db");
        import(&third, &paths[first], 3000);
        prop_assert_eq!(answers(&third), answers(&paths[first]));
        let came = import(&third, &paths[1 - first], 3001);
        prop_assert_eq!(came.new, 0);
    }

    #[test]
    fn of_several_edits_the_last_one_holds(
        clocks in prop::collection::vec(-3..4i64, 1..12),
        seeds in prop::collection::vec(any::<u16>(), 12),
    ) {
        let folder = Folder::new();
        let path = folder.at("a.db");
        record(&path, 1, now(), "account add", vec![Fact::Open(opened(0))]);
        for (number, clock) in clocks.iter().enumerate() {
            let accounts = Store::read(&path, WAIT).expect("a ledger").accounts().expect("accounts");
            let edited = Account { name: format!("name {number}"), ..accounts[0].clone() };
            let id = i64::from(seeds[number]) << 8 | number as i64;
            record(&path, id + 2, LocalDateTime(now().0 + clock), "account edit", vec![Fact::Edit(edited)]);
            let accounts = Store::read(&path, WAIT).expect("a ledger").accounts().expect("accounts");
            prop_assert_eq!(&accounts[0].name, &format!("name {number}"));
        }
    }
}

const ACCOUNTS: &str = r#"{"jandon":1}
{"account":{"name":"bank","kind":"bank","unit":"USD"}}
{"change":{"id":"c0","at":"2026-10-01","command":"account add"}}
{"unit":{"change":"c0","code":"KRW","decimals":0}}
{"account":{"change":"c0","name":"카카오","kind":"wallet","unit":"KRW","note":"mine"}}
"#;

/// Lines of known facts, and others under the same ids that say something else.
const KNOWN: [(&str, &str, &str, &str); 17] = [
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"earn","to":"카카오","in":"5"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"earn","to":"카카오","in":"500"}}"#,
        r#"{"in":"500"}"#,
        r#"{"in":"5"}"#,
    ),
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"earn","to":"카카오","in":"5","expires":"never"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03T00:00:01","kind":"refund","to":"카카오","in":"5"}}"#,
        r#"{"at":"2026-11-03T00:00:01","expires":null,"kind":"refund"}"#,
        r#"{"at":"2026-11-03T00:00:00","expires":"never","kind":"earn"}"#,
    ),
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"spend","from":"카카오","out":"5","category":"food"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"spend","from":"카카오","out":"5","category":"fuel","payee":"A"}}"#,
        r#"{"category":"fuel","payee":"A"}"#,
        r#"{"category":"food","payee":null}"#,
    ),
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"topup","to":"카카오","in":"5"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"topup","to":"bank","in":"5"}}"#,
        r#"{"to":"bank"}"#,
        r#"{"to":"카카오"}"#,
    ),
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"topup","to":"카카오","in":"5"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"topup","to":"bank","out":"5","out_unit":"KRW","in":"5"}}"#,
        r#""to":"bank"}"#,
        r#""to":"카카오"}"#,
    ),
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"withdraw","from":"카카오","out":"50","in":"45"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"withdraw","from":"카카오","out":"50","in":"45","fee":"4"}}"#,
        r#"{"fee":"4","tax":"1"}"#,
        r#"{"fee":"5","tax":null}"#,
    ),
    (
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"withdraw","from":"카카오","out":"50","channel":"a/b","note":"x"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"withdraw","from":"카카오","out":"50","channel":"a/c"}}"#,
        r#"{"channel":"a/c","note":null}"#,
        r#"{"channel":"a/b","note":"x"}"#,
    ),
    (
        r#"{"snapshot":{"id":"q","at":"2026-11-03","account":"카카오","balance":"5"}}"#,
        r#"{"snapshot":{"id":"q","at":"2026-11-03","account":"카카오","balance":"6","note":"n"}}"#,
        r#"{"balance":"6","note":"n"}"#,
        r#"{"balance":"5","note":null}"#,
    ),
    (
        r#"{"snapshot":{"id":"q","at":"2026-11-03","account":"카카오","balance":"5"}}"#,
        r#"{"snapshot":{"id":"q","at":"2026-11-03T12:00","account":"bank","balance":"5"}}"#,
        r#"{"account":"bank","at":"2026-11-03T12:00:00"}"#,
        r#"{"account":"카카오","at":"2026-11-03T23:59:59"}"#,
    ),
    (
        r#"{"snapshot":{"id":"q","at":"2026-11-03","account":"카카오","balance":"5"}}"#,
        r#"{"entry":{"id":"q","at":"2026-11-03","kind":"earn","to":"카카오","in":"5"}}"#,
        r#"{"entry":…}"#,
        r#"{"snapshot":…}"#,
    ),
    (
        r#"{"change":{"id":"q","at":"2026-11-03","command":"spend"}}"#,
        r#"{"change":{"id":"q","at":"2026-11-04","command":"spend"}}"#,
        r#"{"at":"2026-11-04T00:00:00"}"#,
        r#"{"at":"2026-11-03T00:00:00"}"#,
    ),
    (
        r#"{"change":{"id":"q","at":"2026-11-03","command":"spend"}}"#,
        r#"{"change":{"id":"q","at":"2026-11-03","command":"earn"}}"#,
        r#"{"command":"earn"}"#,
        r#"{"command":"spend"}"#,
    ),
    (
        r#"{"account":{"change":"c0","name":"카카오","kind":"wallet","unit":"KRW","note":"mine"}}"#,
        r#"{"account":{"change":"c0","name":"카카오","kind":"rewards","unit":"KRW","platform":"p","note":"mine"}}"#,
        r#"{"kind":"rewards","platform":"p"}"#,
        r#"{"kind":"wallet","platform":null}"#,
    ),
    (
        r#"{"account":{"change":"c0","name":"카카오","kind":"wallet","unit":"KRW","note":"mine"}}"#,
        r#"{"account":{"change":"c0","name":"naver","kind":"wallet","unit":"KRW","note":"mine"}}"#,
        r#"{"name":"naver"}"#,
        r#"{"name":"카카오"}"#,
    ),
    (
        r#"{"unit":{"change":"c0","code":"KRW","decimals":0}}"#,
        r#"{"unit":{"change":"c0","code":"KRW","decimals":2}}"#,
        r#"{"decimals":2}"#,
        r#"{"decimals":0}"#,
    ),
    (
        "{\"change\":{\"id\":\"q\",\"at\":\"2026-11-03\",\"command\":\"rate set\"}}\n\
         {\"rate\":{\"change\":\"q\",\"unit\":\"USD\",\"value\":\"1400\",\"of\":\"KRW\",\"date\":\"2026-11-03\"}}",
        r#"{"rate":{"change":"q","unit":"USD","value":"1500","of":"KRW","date":"2026-11-03"}}"#,
        r#"{"value":"1500"}"#,
        r#"{"value":"1400"}"#,
    ),
    (
        "{\"change\":{\"id\":\"c1\",\"at\":\"2026-11-01\",\"command\":\"earn\"}}\n\
         {\"entry\":{\"id\":\"e1\",\"change\":\"c1\",\"at\":\"2026-11-01\",\"kind\":\"earn\",\"to\":\"카카오\",\"in\":\"5\"}}\n\
         {\"change\":{\"id\":\"c2\",\"at\":\"2026-11-01\",\"command\":\"earn\"}}\n\
         {\"entry\":{\"id\":\"e2\",\"change\":\"c2\",\"at\":\"2026-11-01\",\"kind\":\"earn\",\"to\":\"카카오\",\"in\":\"5\"}}\n\
         {\"change\":{\"id\":\"q\",\"at\":\"2026-11-03\",\"command\":\"undo\"}}\n\
         {\"void\":{\"change\":\"q\",\"of\":\"c1\",\"at\":\"2026-11-03\"}}",
        r#"{"void":{"change":"q","of":"c2","at":"2026-11-03"}}"#,
        r#"{"of":"c2"}"#,
        r#"{"of":"c1"}"#,
    ),
];

fn differing(stopped: &Stopped) -> Option<(u64, &str, &str, Option<Id>)> {
    match stopped {
        Stopped::Carry(ImportError::Line { line, what: LineError::Differs(difference) }) => {
            let Difference { said, known, recorded, .. } = &**difference;
            Some((*line, said, known, *recorded))
        }
        _ => None,
    }
}

#[test]
fn a_known_id_with_other_content_is_refused() {
    for (known, other, said, recorded) in KNOWN {
        let head = r#"{"jandon":1}"#;
        let first = format!("{ACCOUNTS}{known}\n");
        // The line alone, in a file that tells of the accounts too, and in one file with the other.
        let again = format!("{head}\n{other}\n");
        let whole = format!("{ACCOUNTS}{other}\n");
        let both = format!("{first}{other}\n");
        let store = || Store::in_memory().expect("a ledger");
        let later = |text: &str| {
            let store = store();
            carried(&store, 1 << 60, first.as_bytes()).expect("an import");
            carried(&store, 2 << 60, text.as_bytes()).expect_err(other)
        };
        let together = |files: &[&[u8]]| carried_together(&store(), 1 << 60, files).expect_err(other);
        let mut stops = vec![later(&both), together(&[first.as_bytes(), both.as_bytes()])];
        let is = |kinds: &[&str]| kinds.iter().any(|kind| other.starts_with(&format!("{{\"{kind}")));
        if is(&["entry", "snapshot", "change"]) {
            stops.push(together(&[both.as_bytes()]));
            stops.push(later(&again));
            stops.push(later(&whole));
            stops.push(together(&[first.as_bytes(), again.as_bytes()]));
        }
        for stopped in stops {
            let Some((line, here, there, undo)) = differing(&stopped) else {
                panic!("{other}: {stopped:?}");
            };
            assert!(here.ends_with(said), "{here} is not {said}");
            assert!(there.ends_with(recorded), "{there} is not {recorded}");
            assert!(line > 1, "{line}");
            assert!(is(&["entry", "snapshot"]) || undo.is_none());
        }
    }
}

/// Ways to write a known fact that do not make it another one.
#[test]
fn a_known_id_with_the_same_content_is_known_however_it_is_written() {
    let known = r#"{"entry":{"id":"q","at":"2026-11-03","kind":"spend","from":"카카오","out":"10","category":"Food","note":"a"}}"#;
    let first = format!("{ACCOUNTS}{known}\n");
    let store = Store::in_memory().expect("a ledger");
    carried(&store, 1 << 60, first.as_bytes()).expect("an import");
    for (number, other) in [
        r#"{"entry":{"id":"q","at":"2026-11-03T00:00:00","kind":"spend","from":"카카오","out":"010","in":"10","fee":"0","tax":null,"category":" food ","note":"a ","in_unit":"KRW"}}"#,
        r#"{"entry":{"note":"a","id":"q","category":"FOOD","kind":"spend","out":"10","from":" 카카오","at":"2026-11-03","payee":null}}"#,
        r#"{"account":{"change":"c0","name":"카카오","kind":"wallet","unit":"KRW","note":"mine ","limit":null,"closed":false}}"#,
        r#"{"change":{"id":"c0","at":"2026-10-01T00:00","command":"account add"}}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let text = format!("{{\"jandon\":1}}\n{other}\n");
        let came = carried(&store, (number as i64 + 2) << 56, text.as_bytes()).expect(other);
        assert_eq!((came.new, came.known), (0, 1), "{other}");
    }
}

/// A file of before an account was renamed is known still, and so is what was undone.
#[test]
fn a_renamed_account_and_an_undone_entry_do_not_make_another_fact() {
    let folder = Folder::new();
    let path = folder.at("a.db");
    let entry = r#"{"entry":{"id":"q","at":"2026-11-03","kind":"earn","to":"카카오","in":"10"}}"#;
    let seen = r#"{"snapshot":{"id":"r","at":"2026-11-03","account":"카카오","balance":"10"}}"#;
    let alone = format!("{{\"jandon\":1}}\n{entry}\n{seen}\n");
    let store = Store::write(&path, WAIT).expect("a ledger");
    carried(&store, 1 << 60, format!("{ACCOUNTS}{entry}\n{seen}\n").as_bytes()).expect("an import");
    let before = told(&store);
    store.commit().expect("kept");
    let rename = |name: &str| {
        let accounts = Store::read(&path, WAIT).expect("a ledger").accounts().expect("accounts");
        let kakao = accounts.iter().find(|a| a.name.starts_with("카카오")).expect("an account").clone();
        record(
            &path,
            name.len() as i64,
            now(),
            "account edit",
            vec![Fact::Edit(Account { name: name.into(), ..kakao })],
        );
    };
    rename("카카오 old");
    // Another account takes the name.
    let other = Account { name: "카카오".into(), ..opened(0) };
    record(&path, 99, now(), "account add", vec![Fact::Open(other)]);
    for text in [&alone, &before] {
        let store = Store::write(&path, WAIT).expect("a ledger");
        let came = carried(&store, 2 << 60, text.as_bytes()).expect("an import");
        assert_eq!((came.new, came.change), (0, None), "{text}");
    }
    // Undone with its import, it is known, and told to be undone.
    let fresh = folder.at("b.db");
    let store = Store::write(&fresh, WAIT).expect("a ledger");
    carried(&store, 1 << 60, format!("{ACCOUNTS}{entry}\n{seen}\n").as_bytes()).expect("an import");
    store.commit().expect("kept");
    let change =
        Store::read(&fresh, WAIT).expect("a ledger").last_change(true).expect("changes").expect("one");
    record(&fresh, 7, now(), "undo", vec![Fact::Void(change.id)]);
    let store = Store::write(&fresh, WAIT).expect("a ledger");
    let came =
        carried(&store, 3 << 60, format!("{ACCOUNTS}{entry}\n{seen}\n").as_bytes()).expect("an import");
    assert_eq!((came.new, came.undone), (0, 2));
}

#[test]
fn two_accounts_that_took_one_name_apart_are_told_apart_first() {
    let folder = Folder::new();
    let paths = [folder.at("a.db"), folder.at("b.db")];
    for number in 0..2 {
        record(&paths[0], number as i64 + 1, now(), "account add", vec![Fact::Open(opened(number))]);
    }
    import(&paths[1], &paths[0], 50);
    let rename = |path: &Path, number: usize, name: &str, id: i64| {
        let accounts = Store::read(path, WAIT).expect("a ledger").accounts().expect("accounts");
        let edited = Account { name: name.into(), ..accounts[number].clone() };
        record(path, id, LocalDateTime(now().0 + id), "account edit", vec![Fact::Edit(edited)]);
    };
    rename(&paths[0], 0, "Same", 10);
    rename(&paths[1], 1, "same", 11);
    for at in 0..2 {
        let text = told(&Store::read(&paths[1 - at], WAIT).expect("a ledger"));
        let store = Store::write(&paths[at], WAIT).expect("a ledger");
        let stopped = carried(&store, 60, text.as_bytes()).expect_err("two of one name");
        let refused = |error: &StoreError| matches!(error, StoreError::Refused(Refusal::NameTaken(_)));
        assert!(
            matches!(&stopped, Stopped::Carry(ImportError::Refused { line: 2.., error }) if refused(error)),
            "{stopped:?}"
        );
    }
    // Once one of them is renamed, each reads the other.
    rename(&paths[0], 0, "other", 12);
    import(&paths[1], &paths[0], 70);
    import(&paths[0], &paths[1], 71);
    assert_eq!(answers(&paths[0]), answers(&paths[1]));
}

#[test]
fn one_ledger_closes_an_account_while_the_other_spends_from_it() {
    let folder = Folder::new();
    let paths = [folder.at("a.db"), folder.at("b.db")];
    record(&paths[0], 1, now(), "account add", vec![Fact::Open(opened(0))]);
    import(&paths[1], &paths[0], 50);
    act(&paths, 0, 100, 1, &Step::Close { account: 0, closed: true });
    act(&paths, 1, 101, 0, &Step::Entry { account: 0, earn: false, amount: 30 });
    for at in 0..2 {
        let came = import(&paths[at], &paths[1 - at], 60 + at as i64);
        let closed: Vec<_> =
            came.closed.iter().map(|(account, balance)| (account.name.as_str(), *balance)).collect();
        assert_eq!(closed, [("account 0", -30)]);
    }
    assert_eq!(answers(&paths[0]), answers(&paths[1]));
    // A line of a person is refused all the same.
    let text = "{\"jandon\":1}\n{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"earn\",\"to\":\"account 0\",\"in\":\"7\"}}\n";
    let store = Store::write(&paths[0], WAIT).expect("a ledger");
    let stopped = carried(&store, 70, text.as_bytes()).expect_err("a closed account");
    assert!(
        matches!(stopped, Stopped::Carry(ImportError::Refused { line: 2, error: StoreError::Rule(_) })),
        "{stopped:?}"
    );
}

#[test]
fn accounts_of_one_name_and_nature_opened_apart_are_one() {
    let folder = Folder::new();
    let paths = [folder.at("a.db"), folder.at("b.db")];
    for (at, note) in ["early", "late"].into_iter().enumerate() {
        let account = Account { note: Some(note.into()), ..opened(0) };
        record(
            &paths[at],
            at as i64 + 1,
            LocalDateTime(now().0 + at as i64),
            "account add",
            vec![Fact::Open(account)],
        );
        act(&paths, at, at as i64 + 10, 5, &Step::Entry { account: 0, earn: true, amount: 7 });
    }
    import(&paths[0], &paths[1], 50);
    import(&paths[1], &paths[0], 51);
    assert_eq!(answers(&paths[0]), answers(&paths[1]));
    let accounts = Store::read(&paths[0], WAIT).expect("a ledger").accounts().expect("accounts");
    assert_eq!(accounts.iter().map(|a| a.note.as_deref()).collect::<Vec<_>>(), [Some("late")]);
}
