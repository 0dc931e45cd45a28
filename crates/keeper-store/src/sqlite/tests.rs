//! What a file does that no other store does.

use super::*;
use crate::types::PresenceChange;

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let folder = std::env::temp_dir().join(format!("avmarks-full-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let clock: Clock = Arc::new(|| Timestamp::from_millis(1_000));
    let mut store = SqliteStore::open(&folder.join("keeper.sqlite"), Limits::DOCUMENTED, clock).unwrap();
    let group = GroupId::parse("g").unwrap();
    let account = UserId::parse("ann").unwrap();
    let want = NewWant { group, account, marks: [Mark::CUSTOM_MIN].into(), robot: false };
    store.put_wants(&[want], false).unwrap();
    let events = [Event { group, change: PresenceChange::Online(account), at: None }; 256];
    // No file can be made smaller than it is: the next page that is needed is one too many.
    let pages_max = |pages: i64| store.file().connection.pragma_update(None, "max_page_count", pages).unwrap();
    pages_max(1);
    let mut other = store.clone();
    let mut stored = 0;
    let error = loop {
        match other.accept(&events) {
            Ok(count) => stored += count,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let left = |store: &mut SqliteStore| {
        store.inbox(&[Slot::of(&group)], &[], 1_000).unwrap().iter().map(|batch| batch.events.len()).sum::<usize>()
    };
    assert_eq!(left(&mut other), stored);
    pages_max(1_000_000);
    assert_eq!(other.accept(&events).unwrap(), 256);
    assert_eq!(left(&mut other), stored + 256);
    drop((store, other));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(unix)]
#[test]
fn a_removed_or_replaced_file_stores_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let folder = std::env::temp_dir().join(format!("avmarks-removed-{}", std::process::id()));
    let path = folder.join("keeper.sqlite");
    let log = folder.join("keeper.sqlite-wal");
    let want = NewWant {
        group: GroupId::parse("g").unwrap(),
        account: UserId::parse("ann").unwrap(),
        marks: [Mark::CUSTOM_MIN].into(),
        robot: false,
    };
    for (gone, is_replaced) in [(&path, false), (&log, false), (&path, true)] {
        std::fs::create_dir_all(&folder).unwrap();
        let clock: Clock = Arc::new(|| Timestamp::from_millis(1_000));
        let mut store = SqliteStore::open(&path, Limits::DOCUMENTED, clock).unwrap();
        for file in [&path, &log] {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
        store.put_wants(&[NewWant { robot: true, ..want.clone() }], false).unwrap();
        if is_replaced {
            std::fs::copy(gone, folder.join("copy")).unwrap();
            std::fs::rename(folder.join("copy"), gone).unwrap();
        } else {
            std::fs::remove_file(gone).unwrap();
        }
        let error = store.put_wants(std::slice::from_ref(&want), false).unwrap_err();
        assert!(error.to_string().contains("was removed or replaced while it was open"), "{error}");
        drop(store);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
