//! Calls that fail because of one account.

use super::*;

/// Answers calls as a service that refuses every call which names one of `bad`, and has everybody online but `absent`. Gives the
/// calls, each with its accounts and whether it was refused.
fn play(keeper: &mut Keeper, from: u64, bad: &[&str], absent: &[&str]) -> Vec<(Action, usize, bool)> {
    let (mut now, mut calls) = (from, Vec::new());
    loop {
        match keeper.poll(at(now)) {
            Step::Call(call) => {
                let body = String::from_utf8(call.request.body.clone()).unwrap();
                let is_named = |name: &&str| body.contains(&format!("\"{name}\""));
                let all_absent =
                    call.action == Action::Set && named(&call).iter().all(|(name, _)| absent.contains(&&**name));
                let is_refused = bad.iter().any(is_named) || all_absent;
                calls.push((call.action, call.accounts, is_refused));
                match is_refused {
                    true => refuse(keeper, &call, now, 10_004),
                    false => serve_but(keeper, &call, now, absent),
                }
            }
            Step::WaitUntil(then) if then < at(from + 50_000) => now = then.as_millis() - START,
            _ => return calls,
        }
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("user{number:03}")).collect()
}

fn keeper_of_many(count: usize) -> (Keeper, Vec<String>) {
    let (mut keeper, names) = (keeper(), names(count));
    for name in &names {
        keeper.load(at(0), group(), account(name), Some(want(&[1_000])), &[]);
    }
    (keeper, names)
}

fn served(keeper: &mut Keeper) -> usize {
    let of = |event| match event {
        Event::Answered { action: Action::Set, served, .. } => served.len(),
        _ => 0,
    };
    keeper.take_events().into_iter().map(of).sum()
}

fn come(keeper: &mut Keeper, names: &[String], millis: u64) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    keeper.on_webhook(at(millis), &online(&names, millis));
}

#[test]
fn one_bad_account_does_not_hold_up_499() {
    let (mut keeper, names) = keeper_of_many(500);
    come(&mut keeper, &names, 0);
    let calls = play(&mut keeper, 0, &["user321"], &[]);
    let refusals = calls.iter().filter(|(.., is_refused)| *is_refused).count();
    // The call, the look-up, and what finds one of 500.
    assert!(refusals <= 20 && calls.len() <= 30, "{refusals} {calls:?}");
    let rejected: Vec<_> =
        keeper.events.iter().filter(|event| matches!(event, Event::Rejected { .. })).cloned().collect();
    let expected = Event::Rejected {
        group: group(),
        account: account("user321"),
        action: Action::Check,
        code: ErrorCode::new(10_004),
    };
    assert_eq!(rejected, [expected]);
    assert_eq!(served(&mut keeper), 499);
    // From then on it is sent by itself.
    come(&mut keeper, &names, 60_000);
    let calls = play(&mut keeper, 60_000, &["user321"], &[]);
    let mut sizes: Vec<_> = calls.iter().map(|(_, accounts, is_refused)| (*accounts, *is_refused)).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [(1, true), (499, false)]);
    served(&mut keeper);
    // Once it is served, it waits with the others again.
    come(&mut keeper, &names, 120_000);
    play(&mut keeper, 120_000, &[], &[]);
    come(&mut keeper, &names, 180_000);
    assert_eq!(play(&mut keeper, 180_000, &[], &[]), [(Action::Set, 500, false)]);
}

#[test]
fn invalid_accounts_are_found_among_online_ones() {
    let (mut keeper, names) = keeper_of_many(8);
    come(&mut keeper, &names, 0);
    let set = call(&mut keeper, 200);
    refuse(&mut keeper, &set, 210, 10_019);
    let check = call(&mut keeper, 210);
    serve(&mut keeper, &check, 220);
    let calls = play(&mut keeper, 220, &["user000"], &[]);
    let sizes: Vec<_> = calls.iter().map(|(_, accounts, is_refused)| (*accounts, *is_refused)).collect();
    assert_eq!(sizes, [(8, true), (4, true), (2, true), (1, true), (1, false), (2, false), (4, false)]);
    assert_eq!((served(&mut keeper), keeper.group(group()).unwrap().waiting), (7, 0));
}

#[test]
fn calls_about_absent_accounts_are_not_divided() {
    let (mut keeper, names) = keeper_of_many(500);
    let absent: Vec<&str> = names.iter().map(String::as_str).collect();
    come(&mut keeper, &names, 0);
    let calls = play(&mut keeper, 0, &[], &absent);
    assert_eq!(calls, [(Action::Set, 500, true), (Action::Check, 500, false)]);
}

#[test]
fn a_service_that_refuses_everything_is_not_flooded() {
    let (mut keeper, names) = keeper_of_many(500);
    come(&mut keeper, &names, 0);
    let bad: Vec<&str> = names.iter().map(String::as_str).collect();
    let calls = play(&mut keeper, 0, &bad, &[]);
    assert!(calls.len() <= 30, "{}", calls.len());
    assert_eq!((keeper.group(group()).unwrap().waiting, keeper.in_flight()), (0, 0));
}

#[test]
fn each_deletion_is_confirmed_separately() {
    let mut keeper = keeper();
    for name in ["a", "b", "c", "d"] {
        keeper.load(at(0), group(), account(name), Some(want(&[1_000])), &[]);
    }
    let unwant = |keeper: &mut Keeper, millis: u64| {
        ["a", "b", "c", "d"].iter().for_each(|name| assert!(keeper.unwant(at(millis), group(), account(name))));
        keeper.take_records();
    };
    unwant(&mut keeper, 40_000);
    let calls = play(&mut keeper, 40_000, &["c"], &["b"]);
    assert_eq!(calls.first(), Some(&(Action::Delete, 4, true)));
    let deleted = keeper.take_events().into_iter().filter_map(|event| match event {
        Event::Answered { action: Action::Delete, served, .. } => {
            Some(served.into_iter().map(|(name, _)| name.to_string()))
        }
        _ => None,
    });
    assert_eq!(deleted.flatten().collect::<Vec<_>>(), ["a", "d"]);
    assert_eq!(keeper.take_records().len(), 4);
    assert_eq!(keeper.group(group()).map_or(0, |view| view.waiting), 0);
}

#[test]
fn robots_are_added_though_one_is_refused() {
    let (mut keeper, names) = (keeper(), names(5));
    for name in &names {
        keeper.want(at(0), group(), account(name), Want::robot([])).unwrap();
    }
    let calls = play(&mut keeper, 0, &["user004"], &[]);
    let sizes: Vec<_> = calls.iter().map(|(action, accounts, _)| (*action, *accounts)).collect();
    let robots = |accounts| (Action::AddRobots, accounts);
    assert_eq!(sizes, [robots(5), robots(3), robots(2), robots(1), robots(1)]);
}

#[test]
fn a_refused_robot_is_added_later() {
    let mut keeper = keeper();
    keeper.want(at(0), group(), account("a"), Want::robot([])).unwrap();
    let add = call(&mut keeper, 200);
    refuse(&mut keeper, &add, 210, 10_004);
    keeper.on_presence(at(300), group(), crate::PresenceChange::Destroyed, None);
    keeper.sweep(at(70_000), group());
    let page = call(&mut keeper, 70_000);
    serve(&mut keeper, &page, 70_010);
    let add = call(&mut keeper, 70_010);
    assert_eq!((add.action, add.accounts), (Action::AddRobots, 1));
}

#[test]
fn what_changes_during_a_division_is_sent_anew() {
    let (mut keeper, names) = keeper_of_many(4);
    come(&mut keeper, &names, 0);
    let set = call(&mut keeper, 200);
    refuse(&mut keeper, &set, 210, 10_004);
    let check = call(&mut keeper, 210);
    serve(&mut keeper, &check, 220);
    let set = call(&mut keeper, 420);
    refuse(&mut keeper, &set, 430, 10_004);
    let first = call(&mut keeper, 430);
    assert_eq!((first.accounts, keeper.group(group()).unwrap().waiting), (2, 2));
    keeper.want(at(440), group(), account("user003"), want(&[1_001])).unwrap();
    serve(&mut keeper, &first, 450);
    let second = call(&mut keeper, 450);
    assert_eq!(named(&second), [("user002".to_owned(), vec![1_000])]);
    serve(&mut keeper, &second, 460);
    let delete = call(&mut keeper, 640);
    assert_eq!((delete.action, named(&delete)), (Action::Delete, vec![("user003".to_owned(), vec![1_000])]));
    // A group that goes to another node takes its parts along.
    keeper.forget(group());
    assert_eq!((keeper.poll(at(650)), keeper.in_flight()), (Step::Idle, 0));
}

/// Plays calls that set mark 500 on accounts of which the service refuses `bad` in such a call, and which are all online until the first of them
/// is refused; then those of `gone` are not, and nobody tells.
fn play_pins(keeper: &mut Keeper, from: u64, bad: &str, gone: &[&str]) -> Vec<(Action, Vec<String>, bool)> {
    let mut now = from;
    let mut calls: Vec<(Action, Vec<String>, bool)> = Vec::new();
    loop {
        match keeper.poll(at(now)) {
            Step::Call(call) => {
                let names = match call.action {
                    Action::Pin => named(&call).into_iter().map(|(name, _)| name).collect(),
                    _ => looked_up(&call),
                };
                let is_refused = call.action == Action::Pin && names.iter().any(|name| name == bad);
                let has_refused = calls.iter().any(|(.., is_refused)| *is_refused);
                match is_refused {
                    true => refuse(keeper, &call, now, 10_004),
                    false => serve_but(keeper, &call, now, if has_refused { gone } else { &[] }),
                }
                calls.push((call.action, names, is_refused));
            }
            Step::WaitUntil(then) if then < at(from + 50_000) => now = then.as_millis() - START,
            _ => return calls,
        }
    }
}

fn looked_up(call: &Call) -> Vec<String> {
    let request = check_members::Request::parse(&call.request.body).unwrap();
    request.accounts.iter().map(|name| name.to_string()).collect()
}

fn keeper_of_pins(count: usize) -> (Keeper, Vec<String>) {
    let (mut keeper, names) = (keeper(), names(count));
    for name in &names {
        keeper.load(at(0), group(), account(name), Some(want(&[500])), &[]);
    }
    come(&mut keeper, &names, 0);
    (keeper, names)
}

/// Accounts that have mark 500 by the answers.
fn pinned(keeper: &Keeper, names: &[String]) -> usize {
    let is_pinned = |name: &&String| keeper.account(group(), account(name)).unwrap().pin_ends.is_some();
    names.iter().filter(is_pinned).count()
}

#[test]
fn one_bad_account_delays_no_pin() {
    let (mut keeper, names) = keeper_of_pins(500);
    let calls = play_pins(&mut keeper, 0, "user321", &[]);
    let refusals = calls.iter().filter(|(.., is_refused)| *is_refused).count();
    assert!(refusals <= 11 && calls.len() <= 44, "{refusals} of {}", calls.len());
    assert_eq!((pinned(&keeper, &names), keeper.group(group()).unwrap().waiting), (499, 0));
    let rejected = |event: &&Event| matches!(event, Event::Rejected { action: Action::Pin, .. });
    assert_eq!(keeper.events.iter().filter(rejected).count(), 1);
    // From then on it is sent by itself.
    come(&mut keeper, &["user320".to_owned(), "user321".to_owned()], 60_000);
    let calls = play_pins(&mut keeper, 60_000, "user321", &[]);
    let refused: Vec<_> = calls.iter().filter(|(.., is_refused)| *is_refused).map(|(_, names, _)| names).collect();
    assert_eq!(refused, [&["user321"]]);
}

#[test]
fn each_part_of_pins_is_looked_up_first() {
    let (mut keeper, names) = keeper_of_pins(8);
    let calls = play_pins(&mut keeper, 0, "user005", &["user006", "user007", "user001"]);
    for pair in calls.windows(2) {
        if let [(before, looked_up, _), (Action::Pin, set, _)] = pair {
            assert!(*before == Action::Check && set.iter().all(|name| looked_up.contains(name)), "{pair:?}");
        }
    }
    let after = calls.iter().skip_while(|(.., is_refused)| !is_refused).skip(1);
    let set = after.filter(|(action, ..)| *action == Action::Pin).flat_map(|(_, names, _)| names);
    assert!(
        set.clone().count() > 0 && set.into_iter().all(|name| !["user006", "user007", "user001"].contains(&&**name))
    );
    assert_eq!(pinned(&keeper, &names), 4);
}

#[test]
fn departed_pins_are_checked_once() {
    let (mut keeper, names) = keeper_of_pins(8);
    let gone: Vec<&str> = names.iter().map(String::as_str).collect();
    let calls = play_pins(&mut keeper, 0, "user005", &gone);
    let actions: Vec<_> = calls.iter().map(|(action, ..)| *action).collect();
    assert_eq!(actions, [Action::Check, Action::Pin, Action::Check]);
    assert_eq!((pinned(&keeper, &names), keeper.group(group()).unwrap().waiting, keeper.in_flight()), (0, 0, 0));
}
