//! Mark 500: pins of members, and robots.

use super::*;

#[test]
fn pinning_follows_a_served_call() {
    let mut keeper = keeper_of("a", want(&[500, 1_000]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let set = call(&mut keeper, 200);
    assert_eq!(named(&set), [("a".to_owned(), vec![1_000])]);
    serve(&mut keeper, &set, 210);
    let pin = call(&mut keeper, 410);
    assert_eq!((pin.action, named(&pin)), (Action::Pin, vec![("a".to_owned(), vec![500])]));
    // Left out: not pinned.
    let mut keeper = keeper_of("a", want(&[500, 1_000]));
    keeper.want(at(0), group(), account("b"), want(&[500, 1_001])).unwrap();
    let set = call(&mut keeper, 200);
    serve_but(&mut keeper, &set, 210, &["b"]);
    is_quiet(&mut keeper, 10_000);
}

#[test]
fn pinning_alone_follows_a_look_who_is_online() {
    for (absent, is_pinned) in [(&[][..], true), (&["a"][..], false)] {
        let mut keeper = keeper_of("a", want(&[500]));
        keeper.on_webhook(at(0), &online(&["a"], 0));
        let check = call(&mut keeper, 200);
        assert_eq!(check.action, Action::Check);
        serve_but(&mut keeper, &check, 210, absent);
        match is_pinned {
            true => assert_eq!(call(&mut keeper, 410).action, Action::Pin),
            false => is_quiet(&mut keeper, 10_000),
        }
    }
}

#[test]
fn pinning_that_failed_begins_with_another_look() {
    let mut keeper = keeper_of("a", want(&[500]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let check = call(&mut keeper, 200);
    serve(&mut keeper, &check, 210);
    let pin = call(&mut keeper, 410);
    fail(&mut keeper, &pin, 420);
    assert_eq!(call(&mut keeper, 1_420).action, Action::Check);
}

#[test]
fn pinning_is_renewed_an_hour_before_its_end() {
    let mut keeper = keeper_of("a", want(&[500]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let check = call(&mut keeper, 200);
    serve(&mut keeper, &check, 210);
    let pin = call(&mut keeper, 410);
    serve(&mut keeper, &pin, 420);
    let ends = 410 + 3 * DAY;
    assert_eq!(keeper.account(group(), account("a")).unwrap().pin_ends, Some(at(ends)));
    let due = ends - 3_600_000;
    waits_until(&mut keeper, due - 1, due);
    waits_until(&mut keeper, due, due + 200);
    let check = call(&mut keeper, due + 200);
    assert_eq!(check.action, Action::Check);
    serve(&mut keeper, &check, due + 210);
    assert_eq!(call(&mut keeper, due + 410).action, Action::Pin);
}

#[test]
fn leaving_while_pinned_unpins() {
    let mut keeper = keeper_of("a", want(&[500]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let check = call(&mut keeper, 200);
    serve(&mut keeper, &check, 210);
    let pin = call(&mut keeper, 410);
    keeper.on_webhook(at(415), &exit("a", 405));
    serve(&mut keeper, &pin, 420);
    let delete = call(&mut keeper, 620);
    assert_eq!((delete.action, named(&delete)), (Action::Delete, vec![("a".to_owned(), vec![500])]));
    serve_but(&mut keeper, &delete, 630, &["a"]);
    is_quiet(&mut keeper, 10_000);
}

#[test]
fn a_robot_is_added_without_joining_and_renewed() {
    let mut keeper = keeper();
    keeper.want(at(0), group(), account("r"), Want::robot([mark(1_000)])).unwrap();
    let add = call(&mut keeper, 200);
    assert_eq!((add.action, &*add.request.path), (Action::AddRobots, "v4/group_open_avchatroom_http_svc/add_robots"));
    serve(&mut keeper, &add, 210);
    let set = call(&mut keeper, 410);
    assert_eq!(named(&set), [("r".to_owned(), vec![1_000])]);
    serve(&mut keeper, &set, 420);
    let due = 200 + 3 * DAY - 3_600_000;
    waits_until(&mut keeper, 1_000, due);
    waits_until(&mut keeper, due, due + 200);
    assert_eq!(call(&mut keeper, due + 200).action, Action::AddRobots);
}

#[test]
fn a_robot_that_left_is_added_again() {
    let mut keeper = keeper();
    keeper.want(at(0), group(), account("r"), Want::robot([])).unwrap();
    let add = call(&mut keeper, 200);
    serve(&mut keeper, &add, 210);
    keeper.on_webhook(at(500), &exit("r", 490));
    assert_eq!(call(&mut keeper, 700).action, Action::AddRobots);
}
