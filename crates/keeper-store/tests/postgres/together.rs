//! Several connections at once.

use std::sync::Barrier;
use std::thread;

use avmarks_keeper_store::{Admission, Epoch, Lease, NodeId, PostgresStore, Put, Slot, Store, WantError};
use avmarks_protocol::Endpoint;
use avmarks_spec::Limits;

use crate::Schema;
use crate::bench::{LIMITS, group, online, slot, want};

const COUNT: usize = 6;

/// Does the same on several connections at the same time.
fn at_once<T: Send>(store: &PostgresStore, work: impl Fn(usize, &mut dyn Store) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(COUNT);
    let stores: Vec<_> = (0..COUNT).map(|_| store.another().unwrap()).collect();
    thread::scope(|scope| {
        let run = |(number, mut store): (usize, Box<dyn Store>)| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(number, &mut *store)
            })
        };
        let threads: Vec<_> = stores.into_iter().enumerate().map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn writers_at_once_keep_the_limits() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    for round in 0..10 {
        let of = format!("g{round}");
        let answers: Vec<Result<Put, WantError>> = at_once(&store, |number, store| {
            store.put_wants(&[want(&of, &format!("user{number}"), &[1_000], false)], false).unwrap().remove(0)
        });
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), LIMITS.members_per_mark_max);
        assert_eq!(store.holders(&group(&of)).unwrap()[0].holders, LIMITS.members_per_mark_max);
    }
}

#[test]
fn acknowledged_wants_are_known_everywhere() {
    let schema = Schema::new();
    let limits = Limits { members_per_mark_max: 10_000, ..LIMITS };
    let node = || PostgresStore::connect(&schema.url(), limits).unwrap();
    let store = node();
    // Each thread puts wants on one node, and asks another one at once.
    at_once(&store, |number, store| {
        let mut other = node();
        let filter = other.filter().unwrap();
        for round in 0..60 {
            let (of, account) = (format!("g{}", round % 7), format!("user{number}-{round}"));
            assert_eq!(store.put_wants(&[want(&of, &account, &[1_000], false)], false).unwrap(), [Ok(Put::Changed)]);
            other.refresh_filter().unwrap();
            assert!(filter.may_want(&online(&of, &account)), "{of} {account}");
            assert_eq!(other.accept(&[online(&of, &account)]).unwrap(), 1);
        }
    });
    let mut late = node();
    late.refresh_filter().unwrap();
    let all = (0..COUNT).flat_map(|number| (0..60).map(move |round| (round % 7, format!("user{number}-{round}"))));
    let filter = late.filter().unwrap();
    assert!(all.into_iter().all(|(of, account)| filter.may_want(&online(&format!("g{of}"), &account))));
}

#[test]
fn late_commits_are_not_missed() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    let filter = store.filter().unwrap();
    let mut client = schema.client();
    let mut early = client.transaction().unwrap();
    early
        .execute(
            "INSERT INTO want VALUES ($1, 'g1', 'ann', '1000', false, '', nextval('keeper_version'))",
            &[&i16::from(slot("g1").0)],
        )
        .unwrap();
    // Of another slot, with a greater version.
    store.put_wants(&[want("g2", "bob", &[1_000], false)], false).unwrap();
    store.refresh_filter().unwrap();
    assert!(!filter.may_want(&online("g1", "ann")) && filter.may_want(&online("g2", "bob")));
    early.commit().unwrap();
    store.refresh_filter().unwrap();
    assert!(filter.may_want(&online("g1", "ann")));
}

#[test]
fn a_slot_is_claimed_once() {
    let schema = Schema::new();
    let store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    let claimed = at_once(&store, |number, store| {
        let node = NodeId(number as u64);
        assert!(store.register(node).unwrap());
        (0..20).for_each(|share| drop(store.claim(node, 10 * share).unwrap()));
        store.claim(node, Slot::COUNT).unwrap()
    });
    let mut all: Vec<_> = claimed.into_iter().flatten().collect();
    all.sort();
    assert_eq!(all, Slot::all().map(|slot| Lease { slot, epoch: Epoch(1) }).collect::<Vec<_>>());
}

#[test]
fn a_permit_is_taken_once() {
    let schema = Schema::new();
    let limits = Limits { calls_per_window_max: 50, ..LIMITS };
    let mut store = PostgresStore::connect(&schema.url(), limits).unwrap();
    // All within one moment, so that no permit is free again.
    schema.run(
        "CREATE OR REPLACE FUNCTION keeper_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT 1000000::bigint'",
    );
    let node = NodeId(u64::MAX);
    assert!(store.register(node).unwrap());
    let leases = store.claim(node, COUNT).unwrap();
    let granted = at_once(&store, |number, store| {
        let mut granted = 0;
        for _ in 0..50 {
            match store.admit(node, leases[number], Endpoint::ModifyUserInfo, 3).unwrap() {
                Admission::Granted(count) => granted += count,
                Admission::LeaseLost => panic!("the lease is this node's"),
            }
        }
        granted
    });
    assert_eq!(granted.iter().sum::<usize>(), 50);
}

#[test]
fn who_waits_for_a_claim_records_nothing() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    let node = NodeId(1);
    store.register(node).unwrap();
    let lease = store.claim(node, 1).unwrap()[0];
    let mut client = schema.client();
    let mut claim = client.transaction().unwrap();
    claim.batch_execute("UPDATE lease SET node = 2, epoch = epoch + 1 WHERE slot = 0").unwrap();
    thread::scope(|scope| {
        let mut other = store.another().unwrap();
        let admitted = scope.spawn(move || other.admit(node, lease, Endpoint::ModifyUserInfo, 1).unwrap());
        schema.wait_for_waiting(1);
        claim.commit().unwrap();
        assert_eq!(admitted.join().unwrap(), Admission::LeaseLost);
    });
    assert_eq!(store.status().unwrap().permits_taken, 0);
}

#[test]
fn who_waits_for_an_admission_claims_another_slot() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    let node = NodeId(1);
    store.register(node).unwrap();
    let mut client = schema.client();
    let mut admission = client.transaction().unwrap();
    admission.query("SELECT 1 FROM lease WHERE slot = 0 FOR SHARE", &[]).unwrap();
    let slots = |leases: Vec<Lease>| leases.iter().map(|lease| lease.slot.0).collect::<Vec<_>>();
    assert_eq!(slots(store.claim(node, 2).unwrap()), [1, 2]);
    admission.commit().unwrap();
    assert_eq!(slots(store.claim(node, 3).unwrap()), [0, 1, 2]);
}

#[test]
fn a_heartbeat_under_way_keeps_the_slots() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    store.register(NodeId(1)).unwrap();
    store.claim(NodeId(1), Slot::COUNT).unwrap();
    schema.run("UPDATE node SET until = keeper_now() - 1");
    store.register(NodeId(2)).unwrap();
    let mut client = schema.client();
    let mut heartbeat = client.transaction().unwrap();
    heartbeat.batch_execute("UPDATE node SET until = keeper_now() + 3000 WHERE id = 1").unwrap();
    assert_eq!(store.claim(NodeId(2), Slot::COUNT).unwrap(), []);
    heartbeat.commit().unwrap();
    assert_eq!(store.claim(NodeId(2), Slot::COUNT).unwrap(), []);
    schema.run("UPDATE node SET until = keeper_now() - 1 WHERE id = 1");
    assert_eq!(store.claim(NodeId(2), Slot::COUNT).unwrap().len(), Slot::COUNT);
    assert_eq!(store.renew(NodeId(1)).unwrap(), None);
}

/// A process that is stopped within a transaction would keep its locks, and nobody could claim its slots.
#[test]
fn idle_transactions_end_after_a_second() {
    let schema = Schema::new();
    let mut store = PostgresStore::connect(&schema.url(), LIMITS).unwrap();
    store.register(NodeId(1)).unwrap();
    schema.run(
        "CREATE TABLE seen (setting text);
        CREATE OR REPLACE FUNCTION keeper_now() RETURNS bigint LANGUAGE sql VOLATILE AS
            'INSERT INTO seen SELECT current_setting(''idle_in_transaction_session_timeout''); SELECT 1000::bigint'",
    );
    store.claim(NodeId(1), 1).unwrap();
    let seen = schema.client().query("SELECT DISTINCT setting FROM seen", &[]).unwrap();
    assert_eq!(seen.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["1s"]);
}
