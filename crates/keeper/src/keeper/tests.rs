//! Each rule at its edge.

mod deletions;
mod divided;
mod pins;
mod sweeps;

use avmarks_protocol::check_members;
use avmarks_protocol::get_members::{self, Listed};
use avmarks_protocol::modify_user_info::{Answer, Request, Served};
use avmarks_protocol::webhook::{
    AfterGroupDestroyed, EventType, ExitType, MemberStateChange, MembershipChange, Webhook,
};
use avmarks_protocol::{ErrorCode, add_robots};
use avmarks_spec::{GroupId, Limits, Mark, Timestamp, UserId};

use crate::{Action, Call, CallResult, Event, Keeper, Record, Settings, Step, Want, WantError};

const START: u64 = 1_795_412_030_000;
const DAY: u64 = 86_400_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn group() -> GroupId {
    GroupId::parse("@TGS#a").unwrap()
}

fn account(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}

fn mark(number: i64) -> Mark {
    Mark::new(number).unwrap()
}

fn want(marks: &[i64]) -> Want {
    Want::marks(marks.iter().map(|number| mark(*number))).unwrap()
}

/// Without sweeps, which would be due as well.
fn keeper() -> Keeper {
    Keeper::new(Settings { sweep_every: None, ..Settings::default() })
}

/// A keeper that wants this of an account that is offline, a minute after it was told so.
fn keeper_of(name: &str, wanted: Want) -> Keeper {
    let mut keeper = keeper();
    keeper.load(at(0), group(), account(name), Some(wanted), &[]);
    keeper
}

fn change(kind: EventType, names: &[&str], event_time: Option<u64>) -> Webhook {
    Webhook::MemberStateChange(MemberStateChange {
        group_id: group().to_string(),
        event_type: kind,
        event_cause: None,
        members: names.iter().map(|name| (*name).into()).collect(),
        event_time: event_time.map(at),
        extra: Default::default(),
    })
}

fn online(names: &[&str], event_time: u64) -> Webhook {
    change(EventType::Online, names, Some(event_time))
}

fn offline(names: &[&str], event_time: u64) -> Webhook {
    change(EventType::Offline, names, Some(event_time))
}

fn exit(name: &str, event_time: u64) -> Webhook {
    Webhook::AfterMemberExit(MembershipChange {
        group_id: group().to_string(),
        group_type: None,
        change_type: ExitType::Quit,
        operator: name.to_owned(),
        members: vec![name.into()],
        event_time: Some(at(event_time)),
        extra: Default::default(),
    })
}

fn call(keeper: &mut Keeper, millis: u64) -> Call {
    match keeper.poll(at(millis)) {
        Step::Call(call) => call,
        other => panic!("at {millis}: {other:?}"),
    }
}

fn waits_until(keeper: &mut Keeper, millis: u64, until: u64) {
    assert_eq!(keeper.poll(at(millis)), Step::WaitUntil(at(until)), "at {millis}");
}

/// That no call leaves at this moment.
fn is_quiet(keeper: &mut Keeper, millis: u64) {
    let step = keeper.poll(at(millis));
    assert!(!matches!(step, Step::Call(_)), "at {millis}: {step:?}");
}

/// Serves a call as if everybody were online.
fn serve(keeper: &mut Keeper, call: &Call, millis: u64) {
    serve_but(keeper, call, millis, &[]);
}

/// Serves a call as if all were online but these.
fn serve_but(keeper: &mut Keeper, call: &Call, millis: u64, absent: &[&str]) {
    let body = match call.action {
        Action::Delete | Action::Set | Action::Pin => {
            let request = Request::parse(&call.request.body).unwrap();
            let there = request.member_list.iter().filter(|member| !absent.contains(&&*member.account));
            let served = there.map(|member| {
                Served::new(&*member.account, member.marks.iter().filter_map(|mark| mark.to_i64()).collect())
            });
            let served: Vec<_> = served.collect();
            Answer::served(request.command_type.to_i64().unwrap(), served).to_json()
        }
        Action::Check => {
            let request = check_members::Request::parse(&call.request.body).unwrap();
            let online = request.accounts.iter().filter(|name| !absent.contains(&&***name));
            check_members::Answer::online(online.map(|name| name.to_string()).collect()).to_json()
        }
        Action::AddRobots => add_robots::Answer::ok().to_json(),
        Action::List => get_members::Answer::page(Vec::new(), 0).to_json(),
    };
    keeper.on_result(call.id, at(millis), CallResult::Answered(&body));
}

fn refuse(keeper: &mut Keeper, call: &Call, millis: u64, code: i64) {
    keeper.on_result(call.id, at(millis), CallResult::Refused(ErrorCode::new(code)));
}

fn fail(keeper: &mut Keeper, call: &Call, millis: u64) {
    keeper.on_result(call.id, at(millis), CallResult::Failed);
}

/// The accounts that a call names, with their marks.
fn named(call: &Call) -> Vec<(String, Vec<i64>)> {
    let request = Request::parse(&call.request.body).unwrap();
    let marks = |member: &avmarks_protocol::modify_user_info::Member<'_>| {
        member.marks.iter().filter_map(|mark| mark.to_i64()).collect()
    };
    request.member_list.iter().map(|member| (member.account.to_string(), marks(member))).collect()
}

#[test]
fn a_call_waits_200_ms_for_accounts() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.load(at(0), group(), account("b"), Some(want(&[1_001])), &[]);
    keeper.on_webhook(at(1_000), &online(&["a"], 990));
    keeper.on_webhook(at(1_199), &online(&["b"], 1_195));
    waits_until(&mut keeper, 1_199, 1_200);
    let both = call(&mut keeper, 1_200);
    assert_eq!(named(&both), [("a".to_owned(), vec![1_000]), ("b".to_owned(), vec![1_001])]);
    // One that comes 1 ms later has a call of its own.
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.load(at(0), group(), account("b"), Some(want(&[1_001])), &[]);
    keeper.on_webhook(at(1_000), &online(&["a"], 990));
    assert_eq!(call(&mut keeper, 1_201).accounts, 1);
    keeper.on_webhook(at(1_201), &online(&["b"], 1_195));
    waits_until(&mut keeper, 1_201, 1_401);
}

#[test]
fn a_call_leaves_at_once_with_500_accounts() {
    for (accounts, expected) in [(499, None), (500, Some(500)), (501, Some(500))] {
        let mut keeper = keeper();
        let names: Vec<String> = (0..accounts).map(|number| format!("user{number}")).collect();
        for name in &names {
            keeper.load(at(0), group(), account(name), Some(want(&[1_000])), &[]);
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        keeper.on_webhook(at(1_000), &online(&names, 1_000));
        let found = match keeper.poll(at(1_000)) {
            Step::Call(call) => Some(call.accounts),
            _ => None,
        };
        assert_eq!(found, expected, "{accounts}");
        if accounts == 501 {
            waits_until(&mut keeper, 1_000, 1_200);
            assert_eq!(call(&mut keeper, 1_200).accounts, 1);
        }
    }
}

#[test]
fn only_changed_wants_are_due() {
    let mut keeper = keeper();
    assert_eq!(keeper.want(at(0), group(), account("a"), want(&[1_000])), Ok(true));
    let set = call(&mut keeper, 200);
    serve(&mut keeper, &set, 210);
    assert_eq!(keeper.want(at(300), group(), account("a"), want(&[1_000])), Ok(false));
    is_quiet(&mut keeper, 1_000);
    assert_eq!(keeper.want(at(1_000), group(), account("a"), want(&[1_001])), Ok(true));
    // What is not wanted any more goes first: a group may have ten marks.
    let delete = call(&mut keeper, 1_200);
    assert_eq!((delete.action, named(&delete)), (Action::Delete, vec![("a".to_owned(), vec![1_000])]));
    serve(&mut keeper, &delete, 1_210);
    let set = call(&mut keeper, 1_410);
    assert_eq!((set.action, named(&set)), (Action::Set, vec![("a".to_owned(), vec![1_001])]));
}

#[test]
fn the_eleventh_mark_of_a_group_is_refused() {
    let mut keeper = keeper();
    for number in 0..10 {
        let account = account(&format!("user{number}"));
        assert_eq!(keeper.want(at(0), group(), account, want(&[500, 600, 1_000 + number])), Ok(true));
    }
    let eleventh = keeper.want(at(0), group(), account("late"), want(&[1_010]));
    assert_eq!(eleventh, Err(WantError::MarksPerGroup { mark: mark(1_010), max: 10 }));
    assert_eq!(keeper.want(at(0), group(), account("late"), want(&[1_009])), Ok(true));
    assert_eq!(keeper.want(at(0), GroupId::parse("other").unwrap(), account("late"), want(&[1_010])), Ok(true));
    // One account gives its mark up for another, and so the mark that nobody else has makes place.
    assert_eq!(keeper.want(at(0), group(), account("user0"), want(&[1_010])), Ok(true));
}

#[test]
fn the_holder_number_1001_is_refused() {
    for special in [1_000, 500, 600] {
        let mut keeper = keeper();
        for number in 0..1_000 {
            let account = account(&format!("user{number}"));
            let wanted = if special == 500 { Want::robot([]) } else { want(&[special]) };
            assert_eq!(keeper.want(at(0), group(), account, wanted), Ok(true));
        }
        let error = keeper.want(at(0), group(), account("late"), want(&[1_001, special]));
        assert_eq!(error, Err(WantError::MembersPerMark { mark: mark(special), max: 1_000 }));
        assert_eq!(keeper.account(group(), account("late")), None);
        assert!(keeper.unwant(at(0), group(), account("user7")));
        assert_eq!(keeper.want(at(0), group(), account("late"), want(&[special])), Ok(true));
    }
}

#[test]
fn offline_accounts_leave_the_queue() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(1_000), &online(&["a"], 990));
    keeper.on_webhook(at(1_100), &offline(&["a"], 991));
    is_quiet(&mut keeper, 1_300);
    // The same with an exit.
    keeper.on_webhook(at(2_000), &online(&["a"], 1_990));
    keeper.on_webhook(at(2_100), &exit("a", 1_991));
    is_quiet(&mut keeper, 2_300);
}

#[test]
fn in_doubt_an_account_counts_as_online() {
    let tie = offline(&["a"], 990);
    let older = offline(&["a"], 989);
    let timeless = change(EventType::Offline, &["a"], None);
    for doubtful in [tie, older, timeless] {
        let mut keeper = keeper_of("a", want(&[1_000]));
        keeper.on_webhook(at(1_000), &online(&["a"], 990));
        keeper.on_webhook(at(1_100), &doubtful);
        assert_eq!(call(&mut keeper, 1_200).accounts, 1, "{doubtful:?}");
    }
    let unknown = change(EventType::Other("Sleeping".to_owned()), &["a"], Some(990));
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(1_000), &unknown);
    assert_eq!(call(&mut keeper, 1_200).accounts, 1);
}

#[test]
fn a_webhook_without_a_wanted_account_changes_nothing() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(1_000), &online(&["b"], 1_000));
    keeper.on_webhook(at(1_000), &exit("b", 1_000));
    assert_eq!(keeper.poll(at(1_000)), Step::Idle);
}

#[test]
fn a_doubled_webhook_costs_at_most_a_place() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    let came = online(&["a"], 990);
    keeper.on_webhook(at(1_000), &came);
    keeper.on_webhook(at(1_100), &came);
    let set = call(&mut keeper, 1_200);
    keeper.on_webhook(at(1_201), &online(&["a"], 1_150));
    serve(&mut keeper, &set, 1_210);
    // It came back while the call was in flight: the answer may be about the time before.
    let again = call(&mut keeper, 1_401);
    serve(&mut keeper, &again, 1_410);
    // A late one is older than what was served.
    keeper.on_webhook(at(1_500), &came);
    is_quiet(&mut keeper, 2_000);
}

#[test]
fn an_account_has_one_call_in_flight() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let set = call(&mut keeper, 200);
    assert!(keeper.unwant(at(300), group(), account("a")));
    is_quiet(&mut keeper, 5_000);
    fail(&mut keeper, &set, 5_000);
    waits_until(&mut keeper, 5_000, 6_000);
    let delete = call(&mut keeper, 6_000);
    assert_eq!((delete.action, named(&delete)), (Action::Delete, vec![("a".to_owned(), vec![1_000])]));
}

#[test]
fn omitted_accounts_are_tried_twice() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let first = call(&mut keeper, 200);
    serve_but(&mut keeper, &first, 210, &["a"]);
    waits_until(&mut keeper, 210, 1_210);
    let second = call(&mut keeper, 1_210);
    serve_but(&mut keeper, &second, 1_220, &["a"]);
    is_quiet(&mut keeper, 60_000);
    // Its next sign of life has two tries again.
    keeper.on_webhook(at(60_000), &online(&["a"], 60_000));
    let third = call(&mut keeper, 60_200);
    serve(&mut keeper, &third, 60_210);
    is_quiet(&mut keeper, 70_000);
}

#[test]
fn one_that_is_only_wanted_is_tried_once() {
    let mut keeper = keeper();
    keeper.want(at(0), group(), account("a"), want(&[1_000])).unwrap();
    let first = call(&mut keeper, 200);
    serve_but(&mut keeper, &first, 210, &["a"]);
    is_quiet(&mut keeper, 10_000);
}

#[test]
fn failed_calls_back_off() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let mut now = 200;
    for wait in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
        let failed = call(&mut keeper, now);
        fail(&mut keeper, &failed, now);
        assert_eq!(keeper.group(group()).unwrap().waiting, 1);
        waits_until(&mut keeper, now, now + wait);
        now += wait;
    }
}

#[test]
fn a_group_that_is_gone_drops_what_waits() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.load(at(0), group(), account("b"), None, &[mark(1_000)]);
    let delete = call(&mut keeper, 0);
    serve(&mut keeper, &delete, 10);
    keeper.on_webhook(at(40_000), &online(&["a"], 40_000));
    keeper.take_events();
    let gone = Webhook::AfterGroupDestroyed(AfterGroupDestroyed {
        group_id: group().to_string(),
        group_type: None,
        owner: None,
        name: None,
        members: None,
        event_time: None,
        extra: Default::default(),
    });
    keeper.on_webhook(at(40_100), &gone);
    is_quiet(&mut keeper, 50_000);
    assert_eq!(keeper.take_events(), [Event::Destroyed { group: group() }]);
    assert_eq!(keeper.take_records(), [Record::Remove { group: group(), account: account("b") }]);
    assert_eq!(keeper.group(group()).unwrap().wanted, 1);
    // The same is learnt from a refusal.
    keeper.on_webhook(at(60_000), &online(&["a"], 60_000));
    let set = call(&mut keeper, 60_200);
    refuse(&mut keeper, &set, 60_210, 10_010);
    is_quiet(&mut keeper, 70_000);
}

#[test]
fn a_resync_sends_every_want_500_a_call() {
    let mut keeper = keeper();
    for number in 0..1_001 {
        let marks = want(&[1_000 + i64::from(number > 500)]);
        keeper.load(at(0), group(), account(&format!("user{number}")), Some(marks), &[]);
    }
    keeper.resync(at(0));
    let sizes: Vec<_> = (0..3).map(|_| call(&mut keeper, 0)).collect();
    assert_eq!(sizes.iter().map(|call| call.accounts).collect::<Vec<_>>(), [500, 500, 1]);
    is_quiet(&mut keeper, 0);
    for set in sizes {
        // Nobody is there: which is not a reason to try again.
        serve_but(
            &mut keeper,
            &set,
            10,
            &(0..1_001).map(|n| format!("user{n}")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
    is_quiet(&mut keeper, 10_000);
}

#[test]
fn calls_in_flight_are_bounded() {
    let mut keeper = Keeper::new(Settings { in_flight_max: 2, sweep_every: None, ..Settings::default() });
    for number in 0..3 {
        let group = GroupId::parse(&format!("group{number}")).unwrap();
        keeper.want(at(0), group, account("a"), want(&[1_000])).unwrap();
    }
    let first = call(&mut keeper, 200);
    call(&mut keeper, 200);
    is_quiet(&mut keeper, 200);
    serve(&mut keeper, &first, 210);
    assert_eq!(call(&mut keeper, 210).group.as_str(), "group2");
}

#[test]
fn a_refused_call_is_checked_once() {
    for code in [10_004, 10_019] {
        let mut keeper = keeper_of("a", want(&[1_000]));
        keeper.load(at(0), group(), account("b"), Some(want(&[1_000])), &[]);
        keeper.on_webhook(at(0), &online(&["a", "b"], 0));
        let set = call(&mut keeper, 200);
        refuse(&mut keeper, &set, 210, code);
        let check = call(&mut keeper, 210);
        assert_eq!((check.action, check.accounts), (Action::Check, 2));
        serve_but(&mut keeper, &check, 220, &["a"]);
        let set = call(&mut keeper, 420);
        assert_eq!(named(&set), [("b".to_owned(), vec![1_000])]);
        refuse(&mut keeper, &set, 430, code);
        is_quiet(&mut keeper, 10_000);
    }
}

#[test]
fn results_of_unknown_calls_are_ignored() {
    let mut keeper = keeper_of("a", want(&[1_000]));
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let set = call(&mut keeper, 200);
    serve(&mut keeper, &set, 210);
    let events = keeper.take_events();
    assert_eq!(events.len(), 1);
    fail(&mut keeper, &set, 220);
    keeper.on_result(set.id, at(220), CallResult::Answered(b"{"));
    assert_eq!((keeper.take_events(), keeper.in_flight()), (vec![], 0));
}

#[test]
fn unreadable_answers_count_as_failed() {
    for body in [&b""[..], b"{}", br#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":7}"#] {
        let mut keeper = keeper_of("a", want(&[1_000]));
        keeper.on_webhook(at(0), &online(&["a"], 0));
        let set = call(&mut keeper, 200);
        keeper.on_result(set.id, at(210), CallResult::Answered(body));
        waits_until(&mut keeper, 210, 1_210);
    }
}

#[test]
fn the_documented_limits_are_the_default() {
    assert_eq!(Settings::default().limits, Limits::DOCUMENTED);
    assert_eq!(Settings::default().accounts_per_call_max, 500);
}

#[test]
fn a_forgotten_group_leaves_nothing_to_do() {
    let mut keeper = Keeper::new(Settings::default());
    keeper.load(at(0), group(), account("a"), Some(want(&[1_000])), &[]);
    keeper.load(at(0), group(), account("b"), Some(want(&[1_000])), &[]);
    keeper.on_webhook(at(0), &online(&["a"], 0));
    let set = call(&mut keeper, 200);
    keeper.on_webhook(at(200), &online(&["b"], 200));
    keeper.forget(group());
    assert_eq!((keeper.poll(at(200)), keeper.in_flight(), keeper.group(group())), (Step::Idle, 0, None));
    serve(&mut keeper, &set, 210);
    assert_eq!(keeper.take_events(), []);
}

#[test]
fn changed_rows_are_due_at_once() {
    let mut keeper = keeper();
    keeper.update(at(0), group(), account("a"), Some(want(&[1_001])), &[mark(1_000)]);
    let delete = call(&mut keeper, 200);
    assert_eq!(named(&delete), [("a".to_owned(), vec![1_000])]);
    keeper.take_records();
    serve(&mut keeper, &delete, 210);
    let put = Record::Put { group: group(), account: account("a"), want: Some(want(&[1_001])), unwanted: vec![] };
    assert_eq!(keeper.take_records(), [put]);
    assert_eq!(named(&call(&mut keeper, 410)), [("a".to_owned(), vec![1_001])]);
    // The same row once more changes nothing.
    keeper.update(at(500), group(), account("b"), None, &[]);
    keeper.update(at(500), group(), account("a"), Some(want(&[1_001])), &[]);
    is_quiet(&mut keeper, 1_000);
}
