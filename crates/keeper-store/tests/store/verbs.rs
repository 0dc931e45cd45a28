//! Every verb, on any store.

use avmarks_keeper_store::{
    Admission, BatchId, Deleted, Epoch, Event, Lease, NewDue, NewWant, NodeId, PresenceChange, Put, Settlement, Slot,
    Store,
};
use avmarks_protocol::Endpoint;
use avmarks_spec::readings::AccountId;
use avmarks_spec::{Clause, GroupId, Limits, Mark, Timestamp, UserId};

use crate::bench::{Bench, LIMITS, all_batches, all_due, all_slots, all_wants, dump, group, online, slot, user, want};

type Open = dyn Fn(Limits) -> Bench;

fn put(store: &mut dyn Store, wants: &[NewWant]) -> Vec<Result<Put, Clause>> {
    let answers = store.put_wants(wants, false).unwrap();
    answers.into_iter().map(|answer| answer.map_err(|error| error.clause)).collect()
}

fn put_one(store: &mut dyn Store, of: &str, account: &str, marks: &[i64]) -> Result<Put, Clause> {
    put(store, &[want(of, account, marks, false)]).remove(0)
}

/// A node that holds every slot.
fn holder(bench: &mut Bench) -> NodeId {
    let node = NodeId(1);
    assert!(bench.store.register(node).unwrap());
    assert_eq!(bench.store.claim(node, Slot::COUNT).unwrap().len(), Slot::COUNT);
    node
}

fn lease(bench: &mut Bench, node: NodeId, slot: Slot) -> Lease {
    let leases = bench.store.claim(node, 0).unwrap();
    leases.into_iter().find(|lease| lease.slot == slot).unwrap()
}

fn due_at(of: &str, account: Option<&str>, at: u64, tries: u32) -> NewDue {
    NewDue { group: group(of), account: account.map(user), at: Timestamp::from_millis(at), tries }
}

fn settle(bench: &mut Bench, of: &str, settlement: &Settlement) {
    let node = holder(bench);
    let lease = lease(bench, node, slot(of));
    assert!(bench.store.settle(node, lease, settlement).unwrap());
}

pub(crate) fn a_want_comes_back_as_it_was_put(open: &Open) {
    let store = &mut *open(LIMITS).store;
    let new = [want("g1", "ann", &[1_000, 500], false), want("g2", "bob", &[], true)];
    assert_eq!(put(store, &new), [Ok(Put::Changed), Ok(Put::Changed)]);
    assert_eq!(put(store, &new), [Ok(Put::Unchanged), Ok(Put::Unchanged)]);
    let keys = [
        (group("g2"), user("bob")),
        (group("g1"), user("ann")),
        (group("g1"), user("ann")),
        (group("g1"), user("eve")),
    ];
    let wants = store.wants(&keys).unwrap();
    assert_eq!(wants.len(), 2);
    for (found, new) in wants.iter().zip(&new) {
        assert_eq!(
            (&found.group, &found.account, &found.marks, found.robot),
            (&new.group, &new.account, &new.marks, new.robot)
        );
        assert!(found.removed.is_empty() && found.version.0 > 0);
    }
    assert_ne!(wants[0].version, wants[1].version);
    assert_eq!(store.holders(&group("g2")).unwrap()[0].mark, Mark::PINNED);
}

pub(crate) fn the_eleventh_mark_of_a_group_is_refused(open: &Open) {
    let store = &mut *open(Limits::DOCUMENTED).store;
    for mark in 1_000..1_010 {
        assert_eq!(put_one(store, "g1", &format!("user{mark}"), &[mark, 500, 600]), Ok(Put::Changed));
    }
    assert_eq!(put_one(store, "g1", "eve", &[1_010]), Err(Clause::MarksPerGroup));
    assert_eq!(put_one(store, "g2", "eve", &[1_010]), Ok(Put::Changed));
    assert_eq!(put_one(store, "g1", "user1000", &[]), Ok(Put::Changed));
    assert_eq!(put_one(store, "g1", "eve", &[1_010]), Ok(Put::Changed));
}

pub(crate) fn the_1001st_holder_of_a_mark_is_refused(open: &Open) {
    let store = &mut *open(Limits::DOCUMENTED).store;
    let all: Vec<_> = (0..1_000).map(|n| want("g1", &format!("user{n}"), &[1_000], false)).collect();
    assert!(put(store, &all).iter().all(|answer| *answer == Ok(Put::Changed)));
    let refused = store.put_wants(&[want("g1", "eve", &[1_000], false)], false).unwrap().remove(0).unwrap_err();
    assert_eq!((refused.clause, refused.mark.number(), refused.limit), (Clause::MembersPerMark, 1_000, 1_000));
    assert_eq!(put_one(store, "g1", "user7", &[]), Ok(Put::Changed));
    assert_eq!(put_one(store, "g1", "eve", &[1_000]), Ok(Put::Changed));
    assert_eq!(store.holders(&group("g1")).unwrap()[0].holders, 1_000);
}

pub(crate) fn a_dry_run_stores_nothing(open: &Open) {
    let store = &mut *open(LIMITS).store;
    put_one(store, "g1", "ann", &[1_000]).unwrap();
    let before = dump(store);
    let new = [want("g1", "ann", &[1_001], false), want("g1", "bob", &[1_000, 1_001, 1_002], false)];
    let dry = store.put_wants(&new, true).unwrap();
    assert_eq!(dump(store), before);
    assert_eq!(store.put_wants(&new, false).unwrap(), dry);
}

pub(crate) fn wants_of_one_call_count_one_after_the_other(open: &Open) {
    let store = &mut *open(LIMITS).store;
    let new = [
        want("g1", "ann", &[1_000], false),
        want("g1", "bob", &[1_000], false),
        want("g1", "eve", &[1_000], false),
        want("g1", "ann", &[1_001], false),
        want("g1", "eve", &[1_000], false),
    ];
    let changed = Ok(Put::Changed);
    assert_eq!(put(store, &new), [changed, changed, Err(Clause::MembersPerMark), changed, changed]);
}

pub(crate) fn a_want_that_changed_is_due_at_once(open: &Open) {
    let mut bench = open(LIMITS);
    put_one(&mut *bench.store, "g1", "ann", &[1_000]).unwrap();
    let first = all_due(&mut *bench.store);
    assert_eq!((first.len(), first[0].at, first[0].account), (1, bench.now(), Some(user("ann"))));
    bench.pass(5);
    put_one(&mut *bench.store, "g1", "ann", &[1_000]).unwrap();
    assert_eq!(all_due(&mut *bench.store), first);
    // Whoever had read the row before must not clear it.
    put_one(&mut *bench.store, "g1", "ann", &[1_001]).unwrap();
    let again = all_due(&mut *bench.store);
    assert!(again.len() == 1 && again[0].version > first[0].version && again[0].at == first[0].at);
}

pub(crate) fn a_removed_want_stays_until_its_deletion(open: &Open) {
    let mut bench = open(LIMITS);
    put_one(&mut *bench.store, "g1", "ann", &[1_000, 1_001]).unwrap();
    put_one(&mut *bench.store, "g1", "ann", &[1_001]).unwrap();
    let read = |bench: &mut Bench| bench.store.wants(&[(group("g1"), user("ann"))]).unwrap();
    let found = read(&mut bench).remove(0);
    assert_eq!(found.removed, [Mark::new(1_000).unwrap()].into());
    let deleted = Deleted { group: found.group, account: found.account, version: found.version };
    settle(&mut bench, "g1", &Settlement { deleted: vec![deleted], ..Settlement::default() });
    assert!(read(&mut bench)[0].removed.is_empty());
    put_one(&mut *bench.store, "g1", "ann", &[]).unwrap();
    let found = read(&mut bench).remove(0);
    assert!(found.marks.is_empty() && bench.store.holders(&group("g1")).unwrap().is_empty());
    let deleted = Deleted { version: found.version, ..deleted };
    settle(&mut bench, "g1", &Settlement { deleted: vec![deleted], ..Settlement::default() });
    assert!(read(&mut bench).is_empty() && bench.store.groups(slot("g1"), None, 10).unwrap().is_empty());
}

pub(crate) fn a_deletion_of_an_earlier_version_is_passed_over(open: &Open) {
    let mut bench = open(LIMITS);
    put_one(&mut *bench.store, "g1", "ann", &[1_000]).unwrap();
    put_one(&mut *bench.store, "g1", "ann", &[]).unwrap();
    let found = all_wants(&mut *bench.store).remove(0);
    put_one(&mut *bench.store, "g1", "ann", &[1_001]).unwrap();
    let deleted = Deleted { group: found.group, account: found.account, version: found.version };
    settle(&mut bench, "g1", &Settlement { deleted: vec![deleted], ..Settlement::default() });
    assert_eq!(all_wants(&mut *bench.store)[0].removed, [Mark::new(1_000).unwrap()].into());
}

pub(crate) fn pages_go_on_where_they_ended(open: &Open) {
    let store = &mut *open(Limits::DOCUMENTED).store;
    for account in ["Zoe", "ann", "a b", "b", "~"] {
        put_one(store, "g1", account, &[1_000]).unwrap();
    }
    let mut seen = Vec::new();
    while let Some(last) = store.wants_of_group(&group("g1"), seen.last(), 2).unwrap().last() {
        let page = store.wants_of_group(&group("g1"), seen.last(), 2).unwrap();
        seen.extend(page.iter().map(|want| want.account));
        assert_eq!(seen.last(), Some(&last.account));
    }
    assert_eq!(seen, ["Zoe", "a b", "ann", "b", "~"].map(user), "in the order of the bytes");
    let twins: Vec<_> = (0..10_000).map(|n| format!("g{n}")).filter(|it| slot(it) == slot("g1")).take(3).collect();
    for name in &twins {
        put_one(store, name, "eve", &[1_000]).unwrap();
    }
    let first = store.groups(slot("g1"), None, 2).unwrap();
    let rest = store.groups(slot("g1"), Some(&first[1].group), 2).unwrap();
    let mut names: Vec<_> = twins.iter().map(|name| group(name)).collect();
    names.sort();
    assert_eq!(first.iter().chain(&rest).map(|it| it.group).collect::<Vec<_>>(), names);
    assert_eq!(first[0].wants, 6);
}

pub(crate) fn ids_of_any_bytes_come_back(open: &Open) {
    let store = &mut *open(Limits::DOCUMENTED).store;
    let of = GroupId::parse("'; DROP TABLE want; --%_\\").unwrap();
    for text in ["ученик", "\0", "a\0b", "'\"\\", "\u{10ffff}"] {
        let account = UserId::parse_as(text, AccountId::Utf8).unwrap();
        let new = NewWant { group: of, account, marks: [Mark::CUSTOM_MIN].into(), robot: false };
        assert_eq!(put(store, &[new]), [Ok(Put::Changed)]);
        let event = Event { group: of, change: PresenceChange::Joined(account), at: None };
        assert_eq!(store.accept(&[event]).unwrap(), 1);
        assert_eq!(all_batches(store).last().unwrap().events, [event]);
        assert_eq!(store.wants(&[(of, account)]).unwrap()[0].account, account);
    }
}

pub(crate) fn only_events_of_the_wanted_are_stored(open: &Open) {
    let store = &mut *open(LIMITS).store;
    let destroyed = |of| Event { group: group(of), change: PresenceChange::Destroyed, at: None };
    assert_eq!(store.accept(&[]).unwrap(), 0);
    assert_eq!(store.accept(&[online("g1", "ann"), destroyed("g1")]).unwrap(), 0);
    assert!(all_batches(store).is_empty());
    put_one(store, "g1", "ann", &[1_000]).unwrap();
    let events = [online("g1", "ann"), online("g1", "eve"), online("g2", "ann"), destroyed("g1"), destroyed("g2")];
    assert_eq!(store.accept(&events).unwrap(), 2);
    let batches = all_batches(store);
    assert_eq!((batches.len(), batches[0].slot, &batches[0].events[..]), (1, slot("g1"), &[events[0], events[3]][..]));
}

/// Where there is a filter; memory has none.
pub(crate) fn the_filter_knows_every_want(open: &Open) {
    let store = &mut *open(LIMITS).store;
    let Some(filter) = store.filter() else { return assert!(!store.is_shared()) };
    let other = store.another().unwrap();
    let destroyed = |of| Event { group: group(of), change: PresenceChange::Destroyed, at: None };
    let events = [online("g1", "ann"), destroyed("g1"), online("g1", "bob"), online("g2", "ann"), destroyed("g2")];
    let known = |store: &mut dyn Store| {
        store.refresh_filter().unwrap();
        events.map(|event| filter.may_want(&event))
    };
    assert_eq!(known(store), [false; 5]);
    put_one(store, "g1", "ann", &[1_000]).unwrap();
    assert_eq!(known(store), [true, true, false, false, false]);
    put_one(store, "g1", "ann", &[1_001]).unwrap();
    put(store, &[want("g1", "bob", &[], true), want("g2", "ann", &[1_000], false)]);
    assert_eq!(known(store), [true; 5]);
    // All connections of a process have the same one.
    assert!(other.filter().unwrap().may_want(&events[2]));
    assert!(!filter.may_want(&online("g2", "bob")));
}

pub(crate) fn events_keep_their_order(open: &Open) {
    let store = &mut *open(LIMITS).store;
    let accounts = ["ann", "bob"];
    for of in ["g1", "g2"] {
        put(store, &accounts.map(|account| want(of, account, &[1_000], false)));
    }
    let changes = [PresenceChange::Online, PresenceChange::Offline, PresenceChange::Joined, PresenceChange::Left];
    let mut events = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        for of in ["g1", "g2"] {
            let account = user(accounts[at % 2]);
            events.push(Event {
                group: group(of),
                change: change(account),
                at: Some(Timestamp::from_millis(at as u64)),
            });
        }
    }
    store.accept(&events).unwrap();
    for batch in all_batches(store) {
        let of_slot = events.iter().filter(|event| Slot::of(&event.group) == batch.slot);
        assert_eq!(batch.events, of_slot.copied().collect::<Vec<_>>());
    }
    store.accept(&events[..1]).unwrap();
    let ids: Vec<_> = all_batches(store).iter().map(|batch| batch.id).collect();
    assert!(ids.len() == 3 && ids.is_sorted(), "{ids:?}");
}

pub(crate) fn a_batch_in_hand_is_not_read_again(open: &Open) {
    let mut bench = open(LIMITS);
    put_one(&mut *bench.store, "g1", "ann", &[1_000]).unwrap();
    for _ in 0..3 {
        bench.store.accept(&[online("g1", "ann")]).unwrap();
    }
    let ids: Vec<BatchId> = all_batches(&mut *bench.store).iter().map(|batch| batch.id).collect();
    let read = |bench: &mut Bench, except: &[BatchId], max| {
        let batches = bench.store.inbox(&[slot("g1")], except, max).unwrap();
        batches.into_iter().map(|batch| batch.id).collect::<Vec<_>>()
    };
    assert_eq!(read(&mut bench, &[], 2), ids[..2]);
    assert_eq!(read(&mut bench, &ids[..1], 9), ids[1..]);
    assert!(bench.store.inbox(&[slot("g2")], &[], 9).unwrap().is_empty());
    settle(&mut bench, "g1", &Settlement { batches: vec![ids[1]], ..Settlement::default() });
    assert_eq!(read(&mut bench, &[], 9), [ids[0], ids[2]]);
    bench.store.accept(&[online("g1", "ann")]).unwrap();
    settle(&mut bench, "g1", &Settlement { batches: vec![ids[2]], ..Settlement::default() });
    bench.store.accept(&[online("g1", "ann")]).unwrap();
    assert!(read(&mut bench, &[], 9)[1..].iter().all(|id| !ids.contains(id)), "an id is given once");
}

pub(crate) fn one_due_row_for_each_account_and_group(open: &Open) {
    let store = &mut *open(LIMITS).store;
    store
        .mark_due(&[due_at("g1", Some("ann"), 50, 1), due_at("g1", None, 50, 0), due_at("g2", Some("ann"), 50, 0)])
        .unwrap();
    store.mark_due(&[due_at("g1", Some("ann"), 60, 0), due_at("g1", None, 40, 3)]).unwrap();
    let found: Vec<_> =
        all_due(store).into_iter().map(|due| (due.group, due.account, due.at.as_millis(), due.tries)).collect();
    let (g1, g2, ann) = (group("g1"), group("g2"), Some(user("ann")));
    assert_eq!(found, [(g1, None, 40, 3), (g1, ann, 50, 1), (g2, ann, 50, 0)]);
}

pub(crate) fn a_row_marked_again_is_not_cleared(open: &Open) {
    let mut bench = open(LIMITS);
    bench.store.mark_due(&[due_at("g1", Some("ann"), 50, 1), due_at("g1", None, 50, 1)]).unwrap();
    let read = all_due(&mut *bench.store);
    bench.store.mark_due(&[due_at("g1", Some("ann"), 50, 1)]).unwrap();
    settle(&mut bench, "g1", &Settlement { cleared: read, ..Settlement::default() });
    let left = all_due(&mut *bench.store);
    assert_eq!((left.len(), left[0].account), (1, Some(user("ann"))));
    // Cleared and marked in one: the later time holds.
    let later = due_at("g1", Some("ann"), 90, 2);
    settle(&mut bench, "g1", &Settlement { cleared: left, due: vec![later], ..Settlement::default() });
    let found = all_due(&mut *bench.store).remove(0);
    assert_eq!((found.at, found.tries), (later.at, 2));
}

pub(crate) fn what_is_due_comes_by_time(open: &Open) {
    let store = &mut *open(LIMITS).store;
    let rows =
        [("g2", Some("ann"), 10), ("g1", Some("bob"), 20), ("g1", None, 20), ("g1", Some("ann"), 20), ("g3", None, 21)];
    for (of, account, at) in rows {
        store.mark_due(&[due_at(of, account, at, 0)]).unwrap();
    }
    let mut seen = Vec::new();
    loop {
        let page = store.due(&all_slots(), Timestamp::from_millis(20), seen.last(), 2).unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let order: Vec<_> = seen.iter().map(|due| (due.group, due.account)).collect();
    let (g1, g2) = (group("g1"), group("g2"));
    assert_eq!(order, [(g2, Some(user("ann"))), (g1, None), (g1, Some(user("ann"))), (g1, Some(user("bob")))]);
    assert_eq!(store.due(&[slot("g2")], Timestamp::from_millis(9), None, 9).unwrap(), []);
    assert_eq!(store.due(&[slot("g2")], Timestamp::from_millis(10), None, 9).unwrap(), seen[..1]);
}

pub(crate) fn a_destroyed_group_drops_what_waits(open: &Open) {
    let mut bench = open(LIMITS);
    put_one(&mut *bench.store, "g1", "ann", &[1_000, 1_001]).unwrap();
    put_one(&mut *bench.store, "g1", "ann", &[1_001]).unwrap();
    put_one(&mut *bench.store, "g1", "bob", &[1_001]).unwrap();
    put_one(&mut *bench.store, "g1", "bob", &[]).unwrap();
    put_one(&mut *bench.store, "g2", "ann", &[1_000]).unwrap();
    bench.store.mark_due(&[due_at("g1", None, 5, 0)]).unwrap();
    settle(&mut bench, "g1", &Settlement { destroyed: vec![group("g1"), group("g2")], ..Settlement::default() });
    let wants = all_wants(&mut *bench.store);
    let of_g1: Vec<_> = wants.iter().filter(|want| want.group == group("g1")).collect();
    assert!(of_g1.len() == 1 && of_g1[0].account == user("ann") && of_g1[0].removed.is_empty());
    assert!(all_due(&mut *bench.store).iter().all(|due| due.group == group("g2")));
    assert_eq!(all_due(&mut *bench.store).len(), 1, "`g2` is of another slot");
}

pub(crate) fn who_lost_the_lease_settles_nothing(open: &Open) {
    let mut bench = open(LIMITS);
    put_one(&mut *bench.store, "g1", "ann", &[1_000]).unwrap();
    bench.store.accept(&[online("g1", "ann")]).unwrap();
    let node = holder(&mut bench);
    let lease = lease(&mut bench, node, slot("g1"));
    let batches = all_batches(&mut *bench.store).iter().map(|batch| batch.id).collect();
    let settlement = Settlement { batches, cleared: all_due(&mut *bench.store), ..Settlement::default() };
    let before = dump(&mut *bench.store);
    for (node, lease) in [
        (NodeId(2), lease),
        (node, Lease { epoch: Epoch(lease.epoch.0 - 1), ..lease }),
        (node, Lease { epoch: Epoch(lease.epoch.0 + 1), ..lease }),
    ] {
        assert!(!bench.store.settle(node, lease, &settlement).unwrap());
        assert_eq!(bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 1).unwrap(), Admission::LeaseLost);
    }
    assert_eq!(dump(&mut *bench.store), before);
    assert!(bench.store.settle(node, lease, &settlement).unwrap());
    assert!(all_batches(&mut *bench.store).is_empty() && all_due(&mut *bench.store).is_empty());
}

pub(crate) fn what_is_of_another_slot_is_passed_over(open: &Open) {
    let mut bench = open(LIMITS);
    assert_ne!(slot("g1"), slot("g2"));
    put_one(&mut *bench.store, "g2", "ann", &[1_000]).unwrap();
    put_one(&mut *bench.store, "g2", "ann", &[]).unwrap();
    bench.store.accept(&[online("g2", "ann")]).unwrap();
    let want = all_wants(&mut *bench.store).remove(0);
    let settlement = Settlement {
        batches: all_batches(&mut *bench.store).iter().map(|batch| batch.id).collect(),
        cleared: all_due(&mut *bench.store),
        due: vec![due_at("g2", None, 5, 0)],
        deleted: vec![Deleted { group: want.group, account: want.account, version: want.version }],
        destroyed: vec![group("g2")],
    };
    let before = dump(&mut *bench.store);
    settle(&mut bench, "g1", &settlement);
    assert_eq!(dump(&mut *bench.store), before);
}

pub(crate) fn a_node_ends_three_seconds_after_its_heartbeat(open: &Open) {
    let mut bench = open(LIMITS);
    assert!(bench.store.register(NodeId(1)).unwrap());
    assert!(bench.store.register(NodeId(2)).unwrap());
    bench.pass(2_999);
    assert_eq!(bench.store.renew(NodeId(1)).unwrap(), Some(2));
    bench.pass(1);
    assert_eq!(bench.store.renew(NodeId(2)).unwrap(), None);
    assert!(!bench.store.register(NodeId(2)).unwrap(), "an id serves once");
    assert_eq!(bench.store.renew(NodeId(1)).unwrap(), Some(1));
    assert_eq!(bench.store.renew(NodeId(3)).unwrap(), None);
    bench.pass(3_000);
    assert_eq!(bench.store.renew(NodeId(1)).unwrap(), None);
}

pub(crate) fn a_node_that_left_is_gone(open: &Open) {
    let mut bench = open(LIMITS);
    let node = holder(&mut bench);
    let old = lease(&mut bench, node, Slot(7));
    bench.store.leave(node).unwrap();
    assert_eq!(bench.store.renew(node).unwrap(), None);
    assert_eq!(bench.store.admit(node, old, Endpoint::ModifyUserInfo, 1).unwrap(), Admission::LeaseLost);
    assert!(bench.store.register(NodeId(2)).unwrap());
    assert_eq!(bench.store.claim(NodeId(2), Slot::COUNT).unwrap().len(), Slot::COUNT);
}

pub(crate) fn slots_of_the_dead_pass_on(open: &Open) {
    let mut bench = open(LIMITS);
    let node = holder(&mut bench);
    let old = lease(&mut bench, node, Slot(7));
    bench.pass(2_999);
    assert!(bench.store.register(NodeId(2)).unwrap());
    assert!(bench.store.claim(NodeId(2), Slot::COUNT).unwrap().is_empty());
    bench.pass(1);
    assert_eq!(bench.store.claim(NodeId(2), Slot::COUNT).unwrap().len(), Slot::COUNT);
    let new = lease(&mut bench, NodeId(2), Slot(7));
    assert_eq!(new.epoch.0, old.epoch.0 + 1);
    assert!(bench.store.claim(node, Slot::COUNT).unwrap().is_empty());
    assert_eq!(bench.store.admit(node, old, Endpoint::ModifyUserInfo, 1).unwrap(), Admission::LeaseLost);
    assert_eq!(bench.store.admit(NodeId(2), new, Endpoint::ModifyUserInfo, 1).unwrap(), Admission::Granted(1));
}

pub(crate) fn a_node_claims_its_share(open: &Open) {
    let store = &mut *open(LIMITS).store;
    for node in [1, 2, 3] {
        store.register(NodeId(node)).unwrap();
    }
    let first = store.claim(NodeId(1), 86).unwrap();
    assert_eq!(first.len(), 86);
    assert_eq!(store.claim(NodeId(1), 86).unwrap(), first, "repeated, it gives the same");
    assert_eq!(store.claim(NodeId(2), 86).unwrap().len(), 86);
    assert_eq!(store.claim(NodeId(3), 86).unwrap().len(), 84);
    assert_eq!(store.claim(NodeId(1), 256).unwrap(), first);
    assert_eq!(store.claim(NodeId(1), 1).unwrap(), first, "a smaller share takes nothing away");
}

pub(crate) fn only_own_leases_are_released(open: &Open) {
    let store = &mut *open(LIMITS).store;
    for node in [1, 2] {
        store.register(NodeId(node)).unwrap();
    }
    let leases = store.claim(NodeId(1), 3).unwrap();
    let stale = Lease { epoch: Epoch(leases[0].epoch.0 - 1), ..leases[0] };
    store.release(NodeId(2), &leases).unwrap();
    store.release(NodeId(1), &[stale]).unwrap();
    assert_eq!(store.claim(NodeId(1), 3).unwrap(), leases);
    store.release(NodeId(1), &leases[..2]).unwrap();
    assert_eq!(store.claim(NodeId(1), 1).unwrap(), leases[2..]);
    let taken = store.claim(NodeId(2), 2).unwrap();
    for (new, old) in taken.iter().zip(&leases) {
        assert!(new.slot == old.slot && new.epoch.0 == old.epoch.0 + 1);
    }
}

pub(crate) fn no_call_more_than_the_limit_is_admitted(open: &Open) {
    let mut bench = open(LIMITS);
    let node = holder(&mut bench);
    let leases = [lease(&mut bench, node, Slot(1)), lease(&mut bench, node, Slot(2))];
    let admit = |bench: &mut Bench, at: usize, calls| {
        bench.store.admit(node, leases[at], Endpoint::ModifyUserInfo, calls).unwrap()
    };
    assert_eq!(admit(&mut bench, 0, 0), Admission::Granted(0));
    assert_eq!(admit(&mut bench, 0, 2), Admission::Granted(2));
    bench.pass(100);
    assert_eq!(admit(&mut bench, 1, 2), Admission::Granted(1), "the permits are of all slots together");
    bench.pass(1_019);
    assert_eq!(admit(&mut bench, 0, 1), Admission::Granted(0));
    bench.pass(1);
    assert_eq!(admit(&mut bench, 0, 9), Admission::Granted(2));
    bench.pass(100);
    assert_eq!(admit(&mut bench, 0, 9), Admission::Granted(1));
}

pub(crate) fn each_endpoint_has_its_own_permits(open: &Open) {
    let mut bench = open(LIMITS);
    let node = holder(&mut bench);
    let lease = lease(&mut bench, node, Slot(1));
    for endpoint in Endpoint::ALL {
        assert_eq!(bench.store.admit(node, lease, *endpoint, 9).unwrap(), Admission::Granted(3), "{endpoint:?}");
    }
    assert_eq!(bench.store.status().unwrap().permits_taken, 3);
}

pub(crate) fn who_has_no_time_left_records_nothing(open: &Open) {
    let mut bench = open(LIMITS);
    let node = holder(&mut bench);
    let lease = lease(&mut bench, node, Slot(1));
    bench.pass(2_899);
    assert_eq!(bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 1).unwrap(), Admission::Granted(1));
    bench.pass(1);
    assert_eq!(bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 1).unwrap(), Admission::LeaseLost);
    assert_eq!(bench.store.status().unwrap().permits_taken, 1);
}

pub(crate) fn a_clock_set_back_holds_nothing_up(open: &Open) {
    let mut bench = open(LIMITS);
    let node = holder(&mut bench);
    let lease = lease(&mut bench, node, Slot(1));
    bench.store.register(NodeId(2)).unwrap();
    bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 3).unwrap();
    let now = bench.now().as_millis();
    bench.set(now - 600_000);
    assert_eq!(bench.store.renew(node).unwrap(), Some(2));
    bench.pass(1_119);
    assert_eq!(bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 3).unwrap(), Admission::Granted(0));
    bench.pass(1);
    assert_eq!(bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 3).unwrap(), Admission::Granted(3));
    bench.pass(1_000);
    assert_eq!(bench.store.renew(node).unwrap(), Some(2));
    bench.pass(880);
    assert_eq!(bench.store.renew(node).unwrap(), Some(1), "the other one sent no heartbeat for 3 s");
}

/// As after a commit that was not answered: what is there in the end is as if each verb had run once.
pub(crate) fn every_verb_may_be_repeated(open: &Open) {
    let run = |times: usize| {
        let mut bench = open(LIMITS);
        let mut again = |work: &mut dyn FnMut(&mut dyn Store)| (0..times).for_each(|_| work(&mut *bench.store));
        let node = NodeId(1);
        again(&mut |store| assert!(store.register(node).unwrap()));
        again(&mut |store| assert_eq!(store.renew(node).unwrap(), Some(1)));
        let mut leases = Vec::new();
        again(&mut |store| leases = store.claim(node, 256).unwrap());
        let first = want("g1", "ann", &[1_000], false);
        again(&mut |store| drop(store.put_wants(&[first.clone(), want("g1", "bob", &[1_000], true)], false).unwrap()));
        again(&mut |store| drop(store.put_wants(&[want("g1", "ann", &[], false)], false).unwrap()));
        again(&mut |store| store.mark_due(&[due_at("g1", None, 5, 0), due_at("g1", Some("eve"), 5, 0)]).unwrap());
        let mut settlement = Settlement { due: vec![due_at("g1", Some("bob"), 2_000_000, 1)], ..Settlement::default() };
        again(&mut |store| {
            if settlement.deleted.is_empty() {
                settlement.cleared = all_due(store);
                let wants = all_wants(store);
                let deleted = |want: &avmarks_keeper_store::Want| Deleted {
                    group: want.group,
                    account: want.account,
                    version: want.version,
                };
                settlement.deleted = wants.iter().map(deleted).collect();
            }
            let lease = leases.iter().find(|lease| lease.slot == slot("g1")).unwrap();
            assert!(store.settle(node, *lease, &settlement).unwrap());
        });
        again(&mut |store| store.release(node, &leases[..2]).unwrap());
        let store = &mut *bench.store;
        let held = store.claim(node, 0).unwrap();
        let text = format!("{} {held:?} {:?}", dump(store), store.status().unwrap());
        (0..times).for_each(|_| store.leave(node).unwrap());
        format!("{text} {:?}", store.status().unwrap())
    };
    let once = run(1);
    assert!(once.contains("bob") && !once.contains("eve"), "{once}");
    assert_eq!(run(2), once);
    assert_eq!(run(3), once);
}

pub(crate) fn figures_count_what_is_there(open: &Open) {
    let mut bench = open(LIMITS);
    put(
        &mut *bench.store,
        &[want("g1", "ann", &[1_000], false), want("g1", "bob", &[], true), want("g2", "ann", &[600], false)],
    );
    bench.store.accept(&[online("g1", "ann"), online("g2", "ann")]).unwrap();
    let later = bench.now().as_millis() + 1;
    bench.store.mark_due(&[due_at("g3", None, later, 0)]).unwrap();
    let node = holder(&mut bench);
    let lease = lease(&mut bench, node, Slot(1));
    bench.store.admit(node, lease, Endpoint::ModifyUserInfo, 2).unwrap();
    let status = bench.store.status().unwrap();
    assert_eq!((status.groups, status.wants, status.batches, status.due), (2, 3, 2, 3));
    assert_eq!((status.nodes, status.permits_taken), (vec![(node, 256)], 2));
    bench.pass(1);
    assert_eq!(bench.store.status().unwrap().due, 4);
}

pub(crate) fn another_connection_sees_the_same(open: &Open) {
    let mut bench = open(LIMITS);
    let mut other = bench.store.another().unwrap();
    put_one(&mut *other, "g1", "ann", &[1_000]).unwrap();
    assert_eq!(put_one(&mut *bench.store, "g1", "ann", &[1_000]), Ok(Put::Unchanged));
    assert_eq!(other.now().unwrap(), bench.now());
    other.notify().unwrap();
    let node = holder(&mut bench);
    assert_eq!(other.renew(node).unwrap(), Some(1));
}
