//! What the lists of the service show.

use super::*;

fn settings(prune: bool) -> Settings {
    Settings { prune, ..Settings::default() }
}

fn list(keeper: &mut Keeper, call: &Call, millis: u64, names: &[&str], next: i64) {
    assert_eq!(call.action, Action::List);
    let listed = names.iter().map(|name| Listed::new(1, *name)).collect();
    keeper.on_result(call.id, at(millis), CallResult::Answered(&get_members::Answer::page(listed, next).to_json()));
}

#[test]
fn pages_are_a_second_apart() {
    let mut keeper = Keeper::new(settings(false));
    keeper.load(at(0), group(), account("a"), Some(want(&[1_000, 1_001])), &[]);
    waits_until(&mut keeper, 0, 600_000);
    let page = call(&mut keeper, 600_000);
    assert_eq!(page.request.body, br#"{"GroupId":"@TGS#a","Timestamp":0,"Mark":1000}"#);
    is_quiet(&mut keeper, 600_001);
    list(&mut keeper, &page, 600_010, &["a"], 77);
    waits_until(&mut keeper, 600_999, 601_000);
    let page = call(&mut keeper, 601_000);
    assert_eq!(page.request.body, br#"{"GroupId":"@TGS#a","Timestamp":77,"Mark":1000}"#);
    list(&mut keeper, &page, 601_010, &[], 0);
    let page = call(&mut keeper, 602_000);
    assert_eq!(page.request.body, br#"{"GroupId":"@TGS#a","Timestamp":0,"Mark":1001}"#);
    list(&mut keeper, &page, 602_010, &["a"], 0);
    assert_eq!(keeper.take_events(), [Event::Swept { group: group(), unlisted: 0, unwanted: 0 }]);
    waits_until(&mut keeper, 602_010, 1_202_010);
}

#[test]
fn a_missing_mark_is_set_and_told() {
    let mut keeper = Keeper::new(settings(false));
    for name in ["a", "b"] {
        keeper.load(at(0), group(), account(name), Some(want(&[1_000])), &[]);
    }
    let page = call(&mut keeper, 600_000);
    list(&mut keeper, &page, 600_010, &[], 0);
    let set = call(&mut keeper, 600_010);
    assert_eq!((set.action, set.accounts), (Action::Set, 2));
    serve_but(&mut keeper, &set, 600_020, &["b"]);
    let restored = Event::Restored { group: group(), account: account("a"), marks: vec![mark(1_000)] };
    assert!(keeper.take_events().contains(&restored));
    assert_eq!(keeper.group(group()).unwrap().restored, 1);
    is_quiet(&mut keeper, 650_000);
}

#[test]
fn unwanted_marks_are_deleted_on_demand() {
    for prune in [false, true] {
        let mut keeper = Keeper::new(settings(prune));
        keeper.load(at(0), group(), account("a"), Some(want(&[1_000])), &[]);
        let page = call(&mut keeper, 600_000);
        list(&mut keeper, &page, 600_010, &["a", "x"], 0);
        let told =
            Event::Unwanted { group: group(), account: account("x"), marks: vec![mark(1_000)], is_pruned: prune };
        assert!(keeper.take_events().contains(&told));
        match prune {
            true => {
                let delete = call(&mut keeper, 600_010);
                assert_eq!((delete.action, named(&delete)), (Action::Delete, vec![("x".to_owned(), vec![1_000])]));
                serve(&mut keeper, &delete, 600_020);
                // Nothing was stored, so nothing is removed.
                assert_eq!(keeper.take_records(), []);
            }
            false => is_quiet(&mut keeper, 650_000),
        }
    }
}

/// The lists may be 40 s old.
#[test]
fn recently_changed_accounts_are_skipped() {
    for (touched, is_judged) in [(540_000, true), (540_001, false)] {
        let mut keeper = Keeper::new(settings(true));
        keeper.load(at(0), group(), account("a"), Some(want(&[1_000])), &[]);
        keeper.on_webhook(at(touched - 210), &online(&["a"], touched - 210));
        let set = call(&mut keeper, touched - 10);
        serve(&mut keeper, &set, touched);
        let page = call(&mut keeper, 600_000);
        list(&mut keeper, &page, 600_010, &[], 0);
        let found = keeper.take_events().into_iter().find_map(|event| match event {
            Event::Swept { unlisted, .. } => Some(unlisted),
            _ => None,
        });
        assert_eq!(found, Some(usize::from(is_judged)), "{touched}");
    }
}

#[test]
fn a_cursor_that_comes_back_ends_the_list() {
    let mut keeper = Keeper::new(settings(false));
    keeper.load(at(0), group(), account("a"), Some(want(&[1_000])), &[]);
    let page = call(&mut keeper, 600_000);
    list(&mut keeper, &page, 600_010, &["a"], 5);
    let page = call(&mut keeper, 601_000);
    list(&mut keeper, &page, 601_010, &["a"], 5);
    assert_eq!(keeper.take_events(), [Event::Swept { group: group(), unlisted: 0, unwanted: 0 }]);
}

#[test]
fn three_failed_pages_end_a_sweep() {
    let mut keeper = Keeper::new(settings(false));
    keeper.load(at(0), group(), account("a"), Some(want(&[1_000])), &[]);
    for millis in [600_000, 601_000, 602_000] {
        let page = call(&mut keeper, millis);
        fail(&mut keeper, &page, millis);
    }
    waits_until(&mut keeper, 602_000, 1_202_000);
    assert_eq!(keeper.take_events().len(), 3);
}

#[test]
fn a_requested_sweep_begins_at_once() {
    let mut keeper = Keeper::new(Settings { sweep_every: None, ..settings(false) });
    keeper.load(at(0), group(), account("a"), Some(want(&[1_000])), &[]);
    assert_eq!(keeper.poll(at(0)), Step::Idle);
    keeper.sweep(at(5), group());
    let page = call(&mut keeper, 5);
    list(&mut keeper, &page, 10, &["a"], 0);
    assert_eq!(keeper.poll(at(1_000)), Step::Idle);
}
