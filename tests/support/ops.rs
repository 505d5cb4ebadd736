//! Things that a person does with a ledger, at random, for what must hold whatever was done.

use jandon::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot};
use jandon::money::{Rate, Unit};
use jandon::period::{Day, LocalDateTime};
use jandon::store::{Applied, Change, Fact, Store, StoreError};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one waits for another here.
pub const WAIT: Duration = Duration::from_secs(1);

/// The present moment.
pub fn now() -> LocalDateTime {
    LocalDateTime::parse_iso("2026-11-22T13:05").expect("a moment")
}

/// One thing that a person does; what the ledger refuses is passed over.
#[derive(Clone, Debug)]
pub enum Op {
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
const WORDS: [&str; 5] = ["", "coffee", "교통 \\ \"버스\"", "a, b: c; d", "👨‍👩‍👧 한\u{3000}줄"];
const CODES: [&str; 2] = ["MILES", "도토리"];

fn units() -> [Unit; 4] {
    [Unit::new("KRW", 0), Unit::new("USD", 2), Unit::new("MILES", 3), Unit::new("도토리", 0)]
}

/// Any op.
pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..6usize, 0..5usize, 0..4usize).prop_map(|(name, kind, unit)| Op::Open { name, kind, unit }),
        1 => (0..6usize, 0..6usize, 0..5usize, 0..4usize, -1..500i64)
            .prop_map(|(account, name, kind, unit, limit)| Op::Edit { account, name, kind, unit, limit }),
        1 => (0..6usize).prop_map(|account| Op::Close { account }),
        12 => (0..7usize, 0..7usize, 0..8usize, 0..90i32, 1..900i64, 0..30i64, -2..60i32, 0..5usize).prop_map(
            |(from, to, kind, day, out, fee, expires, word)| Op::Entry { from, to, kind, day, out, fee, expires, word }
        ),
        4 => (0..6usize, 0..90i32, -50..900i64, 0..5usize)
            .prop_map(|(account, day, balance, word)| Op::See { account, day, balance, word }),
        1 => ((0..6usize, 0..6usize), 0..90i32, 0..900i64)
            .prop_map(|((a, b), day, balance)| Op::SeeTwo { accounts: [a, b], day, balance }),
        3 => Just(Op::Undo),
        1 => (0..9usize).prop_map(|back| Op::UndoEarlier { back }),
        2 => Just(Op::Redo),
        1 => (0..4usize, 0..4usize, 1..2000i64, 1..4i64, 0..90i32)
            .prop_map(|(unit, of, num, den, day)| Op::Rate { unit, of, num, den, day }),
        1 => (0..2usize, 0..4u8).prop_map(|(code, decimals)| Op::DeclareUnit { code, decimals }),
    ]
}

fn some(word: usize) -> Option<String> {
    Some(WORDS[word].to_string()).filter(|w| !w.is_empty())
}

/// Does one op in a transaction of its own.
pub fn act(path: &Path, number: i64, op: &Op) {
    let store = Store::write(path, WAIT).expect("a ledger");
    let accounts = store.accounts().expect("accounts");
    let known = store.units().expect("units");
    let unit = |at: usize| {
        let wanted = units()[at].clone();
        known.iter().find(|u| u.code == wanted.code).cloned().unwrap_or(wanted)
    };
    let pick = |at: usize| accounts.get(at);
    let day = |offset: i32| Day::parse_iso("2026-09-01").expect("a day").add_days(offset);
    let id = |part: i64| Id(number << 16 | part);
    let (command, facts): (&'static str, Vec<Fact>) = match op {
        Op::Open { name, kind, unit: at } => {
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
        Op::Edit { account, name, kind, unit: at, limit } => {
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
        Op::Close { account } => {
            let Some(account) = pick(*account) else { return };
            ("account close", vec![Fact::Edit(Account { closed: true, ..account.clone() })])
        }
        Op::Entry { from, to, kind, day: offset, out, fee, expires, word } => {
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
                at: LocalDateTime(day(*offset).start().0 + i64::from(*offset % 3) * 40_000),
                kind,
                from: Leg {
                    account: from.map(|a| a.id),
                    amount: if out_unit == in_unit { out + fee + tax } else { out + 100 },
                    unit: out_unit,
                },
                to: Leg { account: to.map(|a| a.id), amount: arriving, unit: in_unit },
                fee,
                tax,
                category: some(*word).map(Into::into),
                payee: some((word + 1) % 5).map(Into::into),
                note: some((word + 2) % 5),
                channel: (kind == Kind::Withdraw).then(|| "kakaopay/other-bank".into()),
                expires: match (kind, expires) {
                    (Kind::Earn | Kind::Expire, -2) => Expires::Never,
                    (Kind::Earn | Kind::Expire, 0..) => Expires::On(day(offset + expires)),
                    _ => Expires::Unknown,
                },
            };
            (kind.as_str(), vec![Fact::Entry(entry)])
        }
        Op::See { account, day: offset, balance, word } => {
            let Some(account) = pick(*account) else { return };
            let at = day(*offset).end();
            let note = some(*word);
            let snapshot = Snapshot { id: id(1), at, account: account.id, balance: *balance, note };
            ("log", vec![Fact::Snapshot(snapshot)])
        }
        Op::SeeTwo { accounts: [a, b], day: offset, balance } => {
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
        Op::Undo | Op::Redo => {
            let undo = matches!(op, Op::Undo);
            let Some(change) = store.last_change(undo).expect("changes") else { return };
            (if undo { "undo" } else { "redo" }, vec![Fact::Void(change.id)])
        }
        Op::UndoEarlier { back } => {
            let earlier = Id((number - *back as i64) << 16);
            let found = store.find_changes(&earlier.to_string()).expect("changes");
            let Some(change) = found.iter().find(|c| c.voids.is_none() && !c.voided) else { return };
            ("undo", vec![Fact::Void(change.id)])
        }
        Op::Rate { unit: a, of, num, den, day: offset } => {
            let (a, of) = (unit(*a), unit(*of));
            if a == of {
                return;
            }
            let rate = Rate::parse(&format!("{num}/{den}")).expect("a rate");
            ("rate set", vec![Fact::Rate { unit: a, rate, of, day: day(*offset) }])
        }
        Op::DeclareUnit { code, decimals } => {
            let new = Unit::new(CODES[*code], *decimals);
            if known.iter().any(|u| u.code == new.code) {
                return;
            }
            ("unit add", vec![Fact::Unit(new)])
        }
    };
    let at = LocalDateTime(now().0 + number);
    let applied: Result<Applied, StoreError> =
        store.apply(&Change { id: Id(number << 16), at, command, facts });
    match applied {
        Ok(_) => store.commit().expect("kept"),
        // The rules of the ledger are not under test here.
        Err(StoreError::Rule(_) | StoreError::Refused(_)) => {}
        Err(error) => panic!("{error:?}"),
    }
}

/// A folder that goes with the test.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}
