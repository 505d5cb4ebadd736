//! A record that drives a later balance below zero is found, and exactly the first moment of it.

use jandon::ledger::{Account, AccountId, AccountKind, Entry, Expires, Id, Kind, Leg, Snapshot};
use jandon::money::Unit;
use jandon::period::LocalDateTime;
use jandon::store::{Change, Fact, Store};
use proptest::prelude::*;

/// What happened on an account: so much more or less, or what was seen.
#[derive(Clone, Copy, Debug)]
enum Step {
    Moved(i64),
    Seen(i64),
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let step = prop_oneof![
        8 => (-60..60_i64).prop_filter("something moves", |n| *n != 0).prop_map(Step::Moved),
        1 => (0..80_i64).prop_map(Step::Seen),
    ];
    // Some hours of a few days: days with many facts, with one and with none.
    prop::collection::vec((0..9 * 24_i64, step), 0..30)
}

fn fact(number: i64, hour: i64, step: Step, unit: &Unit) -> Fact {
    let (id, at, account) = (Id(number), LocalDateTime(hour * 3600), AccountId(1));
    match step {
        Step::Seen(balance) => Fact::Snapshot(Snapshot { id, at, account, balance, note: None }),
        Step::Moved(by) => {
            let place =
                |own: bool| Leg { account: own.then_some(account), amount: by.abs(), unit: unit.clone() };
            let kind = if by < 0 { Kind::Spend } else { Kind::Earn };
            Fact::Entry(Entry {
                id,
                at,
                kind,
                from: place(by < 0),
                to: place(by > 0),
                fee: 0,
                tax: 0,
                category: None,
                payee: None,
                note: None,
                channel: None,
                expires: Expires::Unknown,
            })
        }
    }
}

/// The same by walking every fact in order.
fn walked(steps: &[(i64, Step)], after: i64, past_snapshots: bool) -> (i64, Option<(LocalDateTime, i64)>) {
    let mut in_order: Vec<(i64, Step)> = steps.to_vec();
    in_order.sort_by_key(|(hour, _)| *hour);
    let (mut balance, mut at_start) = (0, 0);
    for (hour, step) in in_order {
        match step {
            Step::Seen(_) if hour > after && !past_snapshots => break,
            Step::Seen(seen) => balance = seen,
            Step::Moved(by) => {
                balance += by;
                if hour > after && balance < 0 {
                    return (at_start, Some((LocalDateTime(hour * 3600), balance)));
                }
            }
        }
        if hour <= after {
            at_start = balance;
        }
    }
    (at_start, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn finds_the_first_moment_below_zero(steps in steps(), after in 0..9 * 24_i64, past in any::<bool>()) {
        let unit = Unit::new("KRW", 0);
        let store = Store::in_memory().expect("a ledger");
        let account = Account {
            id: AccountId(0),
            name: "W".into(),
            platform: None,
            kind: AccountKind::Wallet,
            unit: unit.clone(),
            limit: None,
            bill_day: None,
            note: None,
            closed: false,
        };
        let change = |number, facts| Change { id: Id(number), at: LocalDateTime(0), command: "test", facts };
        store.apply(&change(1, vec![Fact::Open(account)])).expect("opened");
        let id = store.accounts().expect("accounts")[0].id;
        for (number, (hour, step)) in steps.iter().enumerate() {
            let number = number as i64 + 10;
            let mut fact = fact(number, *hour, *step, &unit);
            match &mut fact {
                Fact::Entry(entry) => {
                    for place in [&mut entry.from, &mut entry.to] {
                        place.account = place.account.map(|_| id);
                    }
                }
                Fact::Snapshot(snapshot) => snapshot.account = id,
                _ => {}
            }
            store.apply(&change(1_000 + number, vec![fact])).expect("recorded");
        }
        let (start, wanted) = walked(&steps, after, past);
        let at = LocalDateTime(after * 3600);
        prop_assert_eq!(store.account_balances(at).expect("balances").get(&id).map_or(0, |s| s.balance), start);
        prop_assert_eq!(store.first_below_zero(id, at, start, past).expect("an answer"), wanted);
    }
}
