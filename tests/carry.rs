//! What holds for every ledger that is carried out as lines and in again.

use jandon::export::{HEADER, Teller};
use jandon::import;
use jandon::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Place, Snapshot};
use jandon::money::{Rate, Unit};
use jandon::period::{Day, Moment};
use jandon::store::{Applied, Carried, CarryError, Change, Fact, Filter, Refusal, Store, StoreError};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(1);

/// What stops an import here.
#[derive(Debug)]
enum Stopped {
    Store(#[allow(dead_code)] StoreError),
    Carry(#[allow(dead_code)] CarryError),
    Wrong(#[allow(dead_code)] import::Wrong),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Stopped {
        Stopped::Store(error)
    }
}

impl From<CarryError> for Stopped {
    fn from(error: CarryError) -> Stopped {
        Stopped::Carry(error)
    }
}

fn exported(path: &Path) -> String {
    let store = Store::read(path, WAIT).expect("a ledger");
    told(&store)
}

fn told(store: &Store) -> String {
    let (mut text, mut teller) = (String::from(HEADER), Teller::default());
    let each = store.each_told::<StoreError>(&mut |told| {
        text += &teller.tell(told);
        Ok(())
    });
    each.expect("a readable ledger");
    text
}

fn carried(store: &Store, id: i64, text: &[u8]) -> Result<Carried, Stopped> {
    let mut lines = text.split(|byte| *byte == b'\n').enumerate();
    let (_, first) = lines.next().expect("at least one line");
    import::header(first).map_err(Stopped::Wrong)?;
    let lines = lines.filter_map(|(number, line)| match import::line(line) {
        Ok(line) => line.map(|line| Ok((number as u64 + 1, line))),
        Err(wrong) => Some(Err(Stopped::Wrong(wrong))),
    });
    store.carry(Id(id), now(), lines, &|_| None)
}

fn now() -> Moment {
    Moment::parse_iso("2026-11-22T13:05").expect("a moment")
}

/// One thing that a person does; what the ledger refuses is passed over.
#[derive(Clone, Debug)]
enum Deed {
    Open { name: usize, kind: usize, unit: usize },
    Edit { account: usize, name: usize, kind: usize, unit: usize, limit: i64 },
    Close { account: usize },
    Entry { from: usize, to: usize, kind: usize, day: i32, out: i64, fee: i64, expires: i32, word: usize },
    See { account: usize, day: i32, balance: i64, word: usize },
    SeeTwo { accounts: [usize; 2], day: i32, balance: i64 },
    Undo,
    UndoEarlier { back: usize },
    Redo,
    Rate { unit: usize, of: usize, num: i64, den: i64, day: i32 },
    DeclareUnit { code: usize, decimals: u8 },
}

const NAMES: [&str; 6] = ["카카오페이", "toss", "엘포인트 \"적립\"", "phone", "은행", "카드 💳"];
const WORDS: [&str; 5] = ["", "coffee", "교통 \\ \"버스\"", "a\nb\tc", "\u{1f}한 줄"];
const CODES: [&str; 2] = ["MILES", "도토리"];

fn units() -> [Unit; 4] {
    [Unit::new("KRW", 0), Unit::new("USD", 2), Unit::new("MILES", 3), Unit::new("도토리", 0)]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (0..6usize, 0..5usize, 0..4usize).prop_map(|(name, kind, unit)| Deed::Open { name, kind, unit }),
        1 => (0..6usize, 0..6usize, 0..5usize, 0..4usize, -1..500i64)
            .prop_map(|(account, name, kind, unit, limit)| Deed::Edit { account, name, kind, unit, limit }),
        1 => (0..6usize).prop_map(|account| Deed::Close { account }),
        12 => (0..7usize, 0..7usize, 0..8usize, 0..90i32, 1..900i64, 0..30i64, -2..60i32, 0..5usize).prop_map(
            |(from, to, kind, day, out, fee, expires, word)| Deed::Entry { from, to, kind, day, out, fee, expires, word }
        ),
        4 => (0..6usize, 0..90i32, -50..900i64, 0..5usize)
            .prop_map(|(account, day, balance, word)| Deed::See { account, day, balance, word }),
        1 => ((0..6usize, 0..6usize), 0..90i32, 0..900i64)
            .prop_map(|((a, b), day, balance)| Deed::SeeTwo { accounts: [a, b], day, balance }),
        3 => Just(Deed::Undo),
        1 => (0..9usize).prop_map(|back| Deed::UndoEarlier { back }),
        2 => Just(Deed::Redo),
        1 => (0..4usize, 0..4usize, 1..2000i64, 1..4i64, 0..90i32)
            .prop_map(|(unit, of, num, den, day)| Deed::Rate { unit, of, num, den, day }),
        1 => (0..2usize, 0..4u8).prop_map(|(code, decimals)| Deed::DeclareUnit { code, decimals }),
    ]
}

fn some(word: usize) -> Option<String> {
    Some(WORDS[word].to_string()).filter(|w| !w.is_empty())
}

/// Does one deed in a transaction of its own.
fn act(path: &Path, number: i64, deed: &Deed) {
    let store = Store::write(path, WAIT).expect("a ledger");
    let accounts = store.accounts().expect("accounts");
    let known = store.units().expect("units");
    let unit = |at: usize| {
        let wanted = units()[at].clone();
        known.iter().find(|u| u.code == wanted.code).cloned().unwrap_or(wanted)
    };
    let pick = |at: usize| accounts.get(at);
    let day = |offset: i32| Day::parse_iso("2026-09-01").expect("a day").plus(offset);
    let id = |part: i64| Id(number << 16 | part);
    let (command, facts): (&'static str, Vec<Fact>) = match deed {
        Deed::Open { name, kind, unit: at } => {
            let kind = AccountKind::ALL[*kind];
            let account = Account {
                id: AccountId(0),
                name: NAMES[*name].into(),
                platform: (kind as usize).is_multiple_of(2).then(|| "kakaopay".to_string()),
                kind,
                unit: unit(*at),
                limit: (kind == AccountKind::Carrier).then_some(300_000),
                bill_day: (kind == AccountKind::Carrier).then_some(25),
                note: some(*name % WORDS.len()),
                closed: false,
            };
            ("account add", vec![Fact::Open(account)])
        }
        Deed::Edit { account, name, kind, unit: at, limit } => {
            let Some(account) = pick(*account) else { return };
            let kind = AccountKind::ALL[*kind];
            let carrier = kind == AccountKind::Carrier;
            let edited = Account {
                name: NAMES[*name].into(),
                kind,
                unit: unit(*at),
                limit: Some(*limit).filter(|limit| carrier && *limit >= 0),
                bill_day: carrier.then_some(31),
                ..account.clone()
            };
            ("account edit", vec![Fact::Edit(edited)])
        }
        Deed::Close { account } => {
            let Some(account) = pick(*account) else { return };
            ("account close", vec![Fact::Edit(Account { closed: true, ..account.clone() })])
        }
        Deed::Entry { from, to, kind, day: offset, out, fee, expires, word } => {
            let kind = Kind::ALL[*kind];
            let (from, to) = (pick(*from), pick(*to));
            // A kind that has one side only gets that one.
            let from = from.filter(|_| !matches!(kind, Kind::Earn | Kind::Refund));
            let to = to.filter(|_| !matches!(kind, Kind::Spend | Kind::Expire));
            let Some(any) = from.or(to) else { return };
            let out_unit = from.map_or(any.unit.clone(), |a| a.unit.clone());
            // A withdrawal to outside may pay another unit.
            let elsewhere = if kind == Kind::Withdraw && *word == 1 { unit(0) } else { out_unit.clone() };
            let in_unit = to.map_or(elsewhere, |a| a.unit.clone());
            let charged = matches!(kind, Kind::Transfer | Kind::Withdraw | Kind::Topup | Kind::Pay);
            let fee = if charged { *fee } else { 0 };
            let tax = if charged && fee % 3 == 0 { fee / 3 } else { 0 };
            let arriving = if out_unit == in_unit { *out } else { *out / 2 + 1 };
            let entry = Entry {
                id: id(1),
                at: Moment(day(*offset).start().0 + i64::from(*offset % 3) * 40_000),
                kind,
                out: Place {
                    account: from.map(|a| a.id),
                    amount: if out_unit == in_unit { out + fee + tax } else { out + 100 },
                    unit: out_unit,
                },
                arriving: Place { account: to.map(|a| a.id), amount: arriving, unit: in_unit },
                fee,
                tax,
                category: some(*word),
                payee: some((word + 1) % 5),
                note: some((word + 2) % 5),
                channel: (kind == Kind::Withdraw).then(|| "kakaopay/other-bank".to_string()),
                expires: match (kind, expires) {
                    (Kind::Earn | Kind::Expire, -2) => Expires::Never,
                    (Kind::Earn | Kind::Expire, 0..) => Expires::After(day(offset + expires)),
                    _ => Expires::Unknown,
                },
            };
            (kind.word(), vec![Fact::Entry(entry)])
        }
        Deed::See { account, day: offset, balance, word } => {
            let Some(account) = pick(*account) else { return };
            let at = day(*offset).end();
            let note = some(*word);
            let snapshot = Snapshot { id: id(1), at, account: account.id, balance: *balance, note };
            ("log", vec![Fact::Snapshot(snapshot)])
        }
        Deed::SeeTwo { accounts: [a, b], day: offset, balance } => {
            let (Some(a), Some(b)) = (pick(*a), pick(*b)) else { return };
            let see = |part: i64, account: &Account| {
                let at = day(*offset).end();
                Fact::Snapshot(Snapshot {
                    id: id(part),
                    at,
                    account: account.id,
                    balance: *balance,
                    note: None,
                })
            };
            ("log", vec![see(1, a), see(2, b)])
        }
        Deed::Undo | Deed::Redo => {
            let undo = matches!(deed, Deed::Undo);
            let Some(change) = store.last_change(undo).expect("changes") else { return };
            (if undo { "undo" } else { "redo" }, vec![Fact::Void(change.id)])
        }
        Deed::UndoEarlier { back } => {
            let earlier = Id((number - *back as i64) << 16);
            let found = store.changes_like(&earlier.to_string()).expect("changes");
            let Some(change) = found.iter().find(|c| c.voids.is_none() && !c.voided) else { return };
            ("undo", vec![Fact::Void(change.id)])
        }
        Deed::Rate { unit: a, of, num, den, day: offset } => {
            let (a, of) = (unit(*a), unit(*of));
            if a == of {
                return;
            }
            let rate = Rate::parse(&format!("{num}/{den}")).expect("a rate");
            ("rate set", vec![Fact::Rate { unit: a, rate, of, day: day(*offset) }])
        }
        Deed::DeclareUnit { code, decimals } => {
            let new = Unit::new(CODES[*code], *decimals);
            if known.iter().any(|u| u.code == new.code) {
                return;
            }
            ("unit add", vec![Fact::Unit(new)])
        }
    };
    let at = Moment(now().0 + number);
    let applied: Result<Applied, StoreError> =
        store.apply(&Change { id: Id(number << 16), at, command, facts });
    match applied {
        Ok(_) => store.keep().expect("kept"),
        // The rules of the ledger are not under test here.
        Err(StoreError::Rule(_) | StoreError::Refused(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Everything that a ledger answers, by the names of its accounts.
fn answers(path: &Path) -> Vec<String> {
    let store = Store::read(path, WAIT).expect("a ledger");
    let report = store.check().expect("a check");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    let accounts = store.accounts().expect("accounts");
    let name = |id: AccountId| accounts.iter().find(|a| a.id == id).expect("an account").name.clone();
    let mut out = Vec::new();
    for moment in [now(), Day::parse_iso("2026-10-01").expect("a day").end()] {
        out.extend(
            store
                .standings(moment)
                .expect("standings")
                .into_iter()
                .map(|(id, s)| format!("{} {s:?}", name(id))),
        );
        let flows = store.flows(None, Some(moment)).expect("flows");
        out.extend(flows.into_iter().map(|(id, f)| format!("{} {f:?}", name(id))));
        let lots = store.lots(moment).expect("lots");
        out.extend(lots.into_iter().map(|(id, day, n)| format!("{} {day} {n}", name(id))));
        let bills = store.bills(moment).expect("bills");
        out.extend(bills.into_iter().map(|(id, month, n)| format!("{} {month} {n}", name(id))));
    }
    out.extend(accounts.iter().map(|a| format!("{:?}", Account { id: AccountId(0), ..a.clone() })));
    out.extend(store.categories(None, None).expect("categories").iter().map(|c| format!("{c:?}")));
    out.extend(store.channels(None, None).expect("channels").iter().map(|c| format!("{c:?}")));
    out.extend(store.rates().expect("rates").iter().map(|r| format!("{r:?}")));
    out.extend(store.units().expect("units").iter().map(|u| format!("{u:?}")));
    let rows = store.history(&Filter::default()).expect("history");
    out.push(format!("{}", rows.len()));
    out.push(format!("{} {} {}", report.accounts, report.entries, report.snapshots));
    out.sort();
    out
}

/// Voids or unvoids the import, as `undo` and `redo` choose.
fn turn(path: &Path, undo: bool, number: i64) {
    let store = Store::write(path, WAIT).expect("a ledger");
    let change = store.last_change(undo).expect("changes").expect("something to take back");
    let command = if undo { "undo" } else { "redo" };
    let facts = vec![Fact::Void(change.id)];
    store.apply(&Change { id: Id(number), at: now(), command, facts }).expect("taken back");
    store.keep().expect("kept");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_carried_out_comes_back_the_same(
        deeds in prop::collection::vec(deed(), 1..70),
        again in prop::collection::vec(deed(), 0..12),
        odd in any::<bool>(),
    ) {
        let folder = Folder::new();
        let (first, second, third) = (folder.at("a.db"), folder.at("b.db"), folder.at("c.db"));
        for (number, deed) in deeds.iter().enumerate() {
            act(&first, number as i64 + 1, deed);
        }
        let mut text = exported(&first);
        if odd {
            // Ids need not be of the ledger's own form.
            text = text.replace("\"0000000000", "\"가-0");
        }
        let store = Store::write(&second, WAIT).expect("a ledger");
        let came = carried(&store, 1 << 60, text.as_bytes()).expect("an import");
        prop_assert_eq!(came.read, text.lines().count() as u64 - 1);
        if came.change.is_some() {
            store.keep().expect("kept");
        } else {
            return Ok(());
        }
        prop_assert_eq!(exported(&second), text.clone());
        prop_assert_eq!(answers(&second), answers(&first));

        let store = Store::write(&second, WAIT).expect("a ledger");
        let twice = carried(&store, 2 << 60, text.as_bytes()).expect("an import");
        prop_assert_eq!((twice.new, twice.change), (0, None));
        drop(store);

        let before = answers(&second);
        turn(&second, true, 3 << 59);
        let store = Store::read(&second, WAIT).expect("a ledger");
        let report = store.check().expect("a check");
        prop_assert!(report.findings.is_empty(), "{:?}", report.findings);
        prop_assert_eq!((report.accounts, report.entries, report.snapshots), (0, 0, 0));
        drop(store);
        let undone = exported(&second);
        turn(&second, false, (3 << 59) + 1);
        prop_assert_eq!(answers(&second), before);

        // What was done after an import, and the undoing of an import, is carried along too.
        let store = Store::write(&third, WAIT).expect("a ledger");
        carried(&store, 1 << 60, undone.as_bytes()).expect("an import");
        store.keep().expect("kept");
        prop_assert_eq!(exported(&third), undone);
        for (number, deed) in again.iter().enumerate() {
            act(&second, number as i64 + 1000, deed);
        }
        let later = exported(&second);
        let fourth = folder.at("d.db");
        let store = Store::write(&fourth, WAIT).expect("a ledger");
        carried(&store, 1 << 60, later.as_bytes()).expect("an import");
        store.keep().expect("kept");
        prop_assert_eq!(exported(&fourth), later.clone());
        prop_assert_eq!(answers(&fourth), answers(&second));
        // A ledger that has the earlier part takes the rest.
        let store = Store::write(&first, WAIT).expect("a ledger");
        if !odd && again.iter().all(|d| !matches!(d, Deed::Undo | Deed::UndoEarlier { .. } | Deed::Redo)) {
            carried(&store, 1 << 60, later.as_bytes()).expect("an import");
            store.keep().expect("kept");
        }
    }

    #[test]
    fn a_broken_line_anywhere_imports_nothing(
        deeds in prop::collection::vec(deed(), 5..20),
        at in any::<prop::sample::Index>(),
    ) {
        let folder = Folder::new();
        let (first, second) = (folder.at("a.db"), folder.at("b.db"));
        for (number, deed) in deeds.iter().enumerate() {
            act(&first, number as i64 + 1, deed);
        }
        // Twice, so that the file is in the form that writers leave it in.
        for number in 1..3 {
            act(&second, 900 + number, &Deed::Open { name: 5 - number as usize, kind: 0, unit: 0 });
        }
        let before = std::fs::read(&second).expect("a ledger");
        let mut lines: Vec<String> = exported(&first).lines().map(str::to_string).collect();
        lines.insert(at.index(lines.len() + 1), "{\"entry\":{}}".into());
        let store = Store::write(&second, WAIT).expect("a ledger");
        prop_assert!(carried(&store, 1 << 60, lines.join("\n").as_bytes()).is_err());
        drop(store);
        prop_assert_eq!(std::fs::read(&second).expect("a ledger"), before);
    }

    #[test]
    fn no_text_makes_an_import_fall_over(lines in prop::collection::vec(any::<Vec<u8>>(), 0..6), text in ".{0,80}") {
        let store = Store::in_memory().expect("a ledger");
        let mut bytes = HEADER.as_bytes().to_vec();
        bytes.extend(lines.join(&b'\n'));
        let _ = carried(&store, 1, &bytes);
        let _ = import::header(text.as_bytes());
        let _ = import::line(text.as_bytes());
    }

    #[test]
    fn no_value_makes_an_import_fall_over(
        values in prop::collection::vec(".{0,12}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?|-?[0-9]{1,20}(\\.[0-9]{0,3})?|kakao|KRW|spend|transfer|never", 14),
    ) {
        let text = |at: usize| format!("{:?}", values[at].as_str().chars().filter(|c| *c != '\\' && !c.is_control()).collect::<String>()).replace("\\u{", "u{").replace("\\'", "'");
        let store = Store::in_memory().expect("a ledger");
        let lines = [
            "{\"jandon\":1}".to_string(),
            "{\"account\":{\"name\":\"kakao\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}".into(),
            format!("{{\"entry\":{{\"at\":{},\"kind\":\"transfer\",\"from\":{},\"out\":{},\"fee\":{},\"tax\":{},\"in\":{},\"in_unit\":{},\"expires\":{}}}}}", text(0), text(1), text(2), text(3), text(4), text(5), text(6), text(7)),
            format!("{{\"snapshot\":{{\"id\":{},\"at\":\"2026-10-01\",\"account\":\"kakao\",\"balance\":{}}}}}", text(8), text(9)),
            format!("{{\"rate\":{{\"unit\":\"USD\",\"value\":{},\"of\":\"KRW\",\"date\":{}}}}}", text(10), text(11)),
            format!("{{\"void\":{{\"of\":{},\"at\":{}}}}}", text(12), text(13)),
        ];
        for skip in 1..lines.len() {
            let some: Vec<&str> = lines.iter().enumerate().filter(|(at, _)| *at != skip).map(|(_, l)| l.as_str()).collect();
            let _ = carried(&store, skip as i64, some.join("\n").as_bytes());
        }
    }
}

#[test]
fn minimal_lines_follow_from_what_they_say() {
    let text = "{\"jandon\":1}
{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}
{\"account\":{\"name\":\"b\",\"kind\":\"bank\",\"unit\":\"KRW\"}}

{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"transfer\",\"from\":\"a\",\"out\":\"1000\",\"fee\":\"100\",\"to\":\"b\"}}
{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"transfer\",\"from\":\"a\",\"to\":\"b\",\"out\":\"1000\",\"in\":\"950\"}}
{\"entry\":{\"at\":\"2026-10-04\",\"kind\":\"earn\",\"to\":\"b\",\"in\":\"7\"}}
{\"snapshot\":{\"at\":\"2026-10-04\",\"account\":\"b\",\"balance\":\"2000\"}}\n";
    let store = Store::in_memory().expect("a ledger");
    let came = carried(&store, 1, text.as_bytes()).expect("an import");
    assert_eq!((came.read, came.new, came.known), (6, 6, 0));
    let rows = store.history(&Filter::default()).expect("history");
    assert_eq!(rows.len(), 4);
    let moments: Vec<String> = rows.iter().map(|row| row.at().to_string()).collect();
    assert_eq!(moments[0], "2026-10-04T00:00:00");
    assert_eq!(moments[3], "2026-10-04T23:59:59");
    let told = told(&store);
    for part in ["\"fee\":\"100\",\"to\":\"b\",\"in\":\"900\"", "\"fee\":\"50\"", "\"command\":\"import\""] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let again = carried(&store, 2, text.as_bytes()).expect("an import");
    assert_eq!((again.new, again.change), (0, None));
}

#[test]
fn a_change_within_an_import_can_be_voided_alone_and_the_rest_with_the_import() {
    let text = "{\"jandon\":1}
{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}
{\"change\":{\"id\":\"x\",\"at\":\"2026-10-04\",\"command\":\"earn\"}}
{\"entry\":{\"id\":\"y\",\"change\":\"x\",\"at\":\"2026-10-04\",\"kind\":\"earn\",\"to\":\"a\",\"in\":\"7\"}}
{\"entry\":{\"at\":\"2026-10-05\",\"kind\":\"earn\",\"to\":\"a\",\"in\":\"5\"}}\n";
    let folder = Folder::new();
    let path = folder.at("a.db");
    let store = Store::write(&path, WAIT).expect("a ledger");
    carried(&store, 1 << 60, text.as_bytes()).expect("an import");
    store.keep().expect("kept");
    let store = Store::write(&path, WAIT).expect("a ledger");
    let x = store.history(&Filter::default()).expect("history")[0].change;
    let facts = vec![Fact::Void(x)];
    store.apply(&Change { id: Id(77), at: now(), command: "undo", facts: facts.clone() }).expect("undone");
    let twice = store.apply(&Change { id: Id(78), at: now(), command: "undo", facts });
    assert!(matches!(twice, Err(StoreError::Refused(Refusal::AlreadyUndone(_)))));
    drop(store);
    let before = answers(&path);
    turn(&path, true, 79);
    turn(&path, false, 80);
    assert_eq!(answers(&path), before);
}

#[test]
fn an_import_reads_what_is_piped_into_it() {
    let folder = Folder::new();
    let ledger = folder.at("a.db");
    let mut child = Command::new(env!("CARGO_BIN_EXE_jandon"))
        .args(["import", "-", "--json", "--ledger"])
        .arg(&ledger)
        .env("JANDON_TODAY", "2026-11-22T13:05")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let text = "{\"jandon\":1}\r\n{\"account\":{\"name\":\"a\",\"kind\":\"wallet\",\"unit\":\"KRW\"}}\r\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes()).expect("written");
    let out = child.wait_with_output().expect("an answer");
    let answer = String::from_utf8(out.stdout).expect("text");
    assert!(answer.contains("\"read\":1,\"new\":1,\"known\":0,\"skipped\":0,\"bad\":0"), "{answer}");
    assert!(exported(&ledger).contains("\"name\":\"a\""));
}
