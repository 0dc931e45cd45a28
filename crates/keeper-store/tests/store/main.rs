//! One suite for every store. `MemoryStore` is the oracle of the random histories, so its own answers are held by the verbs' tests.
#![cfg(test)]

mod bench;
mod histories;
mod verbs;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use avmarks_keeper_store::{Clock, MemoryStore, SqliteStore, Store};
use avmarks_spec::{Limits, Timestamp};
use bench::{Bench, suite};

/// How long no permit is free after a start.
const SILENCE: u64 = 1_120;

/// A clock that the test sets.
fn clock() -> (Arc<AtomicU64>, Clock) {
    let millis = Arc::new(AtomicU64::new(bench::START));
    let read = Arc::clone(&millis);
    (millis, Arc::new(move || Timestamp::from_millis(read.load(Ordering::Relaxed))))
}

fn memory(limits: Limits) -> Bench {
    let (millis, clock) = clock();
    let set = Box::new(move |now| millis.store(now, Ordering::Relaxed));
    Bench::new(Box::new(MemoryStore::new(limits, clock)), set, ())
}

fn sqlite(limits: Limits) -> Bench {
    let (millis, clock) = clock();
    let folder = Folder::new();
    let store = SqliteStore::open(&folder.0.join("keeper.sqlite"), limits, clock).unwrap();
    let set = Box::new(move |now| millis.store(now, Ordering::Relaxed));
    let mut bench = Bench::new(Box::new(store), set, folder);
    // Past the silence of a start.
    bench.pass(SILENCE);
    bench
}

/// A folder that goes with the value.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("avmarks-store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

mod in_memory {
    super::suite!(super::memory);
}

mod in_sqlite {
    super::suite!(super::sqlite);

    #[test]
    fn random_histories_are_those_of_memory() {
        crate::histories::same_as(super::sqlite, super::memory);
    }
}

#[test]
fn a_file_keeps_what_was_stored() {
    let folder = Folder::new();
    let path = folder.0.join("keeper.sqlite");
    let (millis, clock) = clock();
    let open = || SqliteStore::open(&path, bench::LIMITS, Arc::clone(&clock));
    let mut store = open().unwrap();
    let before = {
        store.put_wants(&[bench::want("g1", "ann", &[1_000], false)], false).unwrap();
        store.accept(&[bench::online("g1", "ann")]).unwrap();
        bench::dump(&mut store)
    };
    let versions = |store: &mut SqliteStore| bench::all_due(store).into_iter().map(|due| due.version).max().unwrap();
    let last = versions(&mut store);
    let node = avmarks_keeper_store::NodeId(1);
    store.register(node).unwrap();
    let lease = store.claim(node, 1).unwrap()[0];
    assert!(open().is_err(), "one process has the file by itself");
    drop(store);

    let mut store = open().unwrap();
    assert_eq!(bench::dump(&mut store), before);
    let filter = store.filter().unwrap();
    assert!(filter.may_want(&bench::online("g1", "ann")) && !filter.may_want(&bench::online("g1", "bob")));
    store.put_wants(&[bench::want("g1", "ann", &[1_001], false)], false).unwrap();
    assert!(versions(&mut store) > last, "a version is given once");
    store.register(node).unwrap();
    let next = store.claim(node, 1).unwrap()[0];
    assert!(next.slot == lease.slot && next.epoch > lease.epoch, "an epoch never falls");

    // Calls of the process before may be under way.
    let mut admit = || store.admit(node, next, avmarks_protocol::Endpoint::ModifyUserInfo, 1).unwrap();
    millis.fetch_add(SILENCE - 1, Ordering::Relaxed);
    assert_eq!(admit(), avmarks_keeper_store::Admission::Granted(0));
    millis.fetch_add(1, Ordering::Relaxed);
    assert_eq!(admit(), avmarks_keeper_store::Admission::Granted(1));
}

#[test]
fn a_filter_follows_changing_wants() {
    let folder = Folder::new();
    let mut store = SqliteStore::open(&folder.0.join("keeper.sqlite"), Limits::DOCUMENTED, clock().1).unwrap();
    let filter = store.filter().unwrap();
    for number in 0..5_000 {
        let wants = [bench::want("g1", &format!("user{number}"), &[1_000 + number / 1_000], false)];
        assert_eq!(store.put_wants(&wants, false).unwrap(), [Ok(avmarks_keeper_store::Put::Changed)]);
    }
    assert!((0..5_000).all(|number| filter.may_want(&bench::online("g1", &format!("user{number}")))));
    let looks_wanted = (0..5_000).filter(|number| filter.may_want(&bench::online("g1", &format!("guest{number}"))));
    // One of 16 is the most, 312, with a spread of 17.
    assert!(looks_wanted.count() < 450);
}

#[test]
fn a_file_of_a_later_version_is_refused() {
    let folder = Folder::new();
    let path = folder.0.join("keeper.sqlite");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let error = SqliteStore::open(&path, bench::LIMITS, clock().1).unwrap_err();
    assert_eq!(error.to_string(), "the tables are of version 2: expected at most 1, the last that this program knows");
    std::fs::write(folder.0.join("text"), "x".repeat(4_096)).unwrap();
    let error = SqliteStore::open(&folder.0.join("text"), bench::LIMITS, clock().1).unwrap_err();
    assert!(error.to_string().starts_with("what is stored cannot be read: "), "{error}");
}
