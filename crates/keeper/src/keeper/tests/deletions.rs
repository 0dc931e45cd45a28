//! Marks that are not wanted any more.

use super::*;

#[test]
fn unwanted_marks_are_recorded_until_deleted() {
    let mut keeper = keeper();
    let (group, name) = (group(), account("a"));
    keeper.want(at(0), group, name, want(&[1_000])).unwrap();
    let put = Record::Put { group, account: name, want: Some(want(&[1_000])), unwanted: vec![] };
    assert_eq!(keeper.take_records(), [put]);
    assert!(keeper.unwant(at(100), group, name) && !keeper.unwant(at(100), group, name));
    let put = Record::Put { group, account: name, want: None, unwanted: vec![mark(1_000)] };
    assert_eq!(keeper.take_records(), [put]);
    let delete = call(&mut keeper, 300);
    fail(&mut keeper, &delete, 310);
    assert_eq!(keeper.take_records(), []);
    let delete = call(&mut keeper, 1_310);
    serve_but(&mut keeper, &delete, 1_320, &["a"]);
    assert_eq!(keeper.take_records(), [Record::Remove { group, account: name }]);
    assert_eq!(keeper.account(group, name), None);
}

#[test]
fn stored_deletions_are_due_after_start() {
    let mut keeper = keeper();
    keeper.load(at(0), group(), account("a"), None, &[mark(1_000)]);
    let delete = call(&mut keeper, 0);
    assert_eq!((delete.action, named(&delete)), (Action::Delete, vec![("a".to_owned(), vec![1_000])]));
    serve(&mut keeper, &delete, 10);
    assert_eq!(keeper.take_records(), []);
    // A call from before the start may have set the mark again since.
    waits_until(&mut keeper, 10, 30_000);
    let delete = call(&mut keeper, 30_000);
    serve(&mut keeper, &delete, 30_010);
    assert_eq!(keeper.take_records(), [Record::Remove { group: group(), account: account("a") }]);
    is_quiet(&mut keeper, 80_000);
}

#[test]
fn a_lost_deletion_is_sent_twice() {
    let mut keeper = keeper();
    keeper.want(at(0), group(), account("a"), want(&[1_000])).unwrap();
    let set = call(&mut keeper, 200);
    fail(&mut keeper, &set, 300);
    assert!(keeper.unwant(at(300), group(), account("a")));
    keeper.take_records();
    let delete = call(&mut keeper, 500);
    serve(&mut keeper, &delete, 510);
    assert_eq!(keeper.take_records(), []);
    waits_until(&mut keeper, 30_299, 30_300);
    let delete = call(&mut keeper, 30_300);
    serve(&mut keeper, &delete, 30_310);
    assert_eq!(keeper.take_records(), [Record::Remove { group: group(), account: account("a") }]);
}
