//! The pace: handed on, shared, and of one command.

use super::robots::{add, delete, names};
use super::*;

#[test]
fn the_pace_is_handed_on() {
    let pace = PaceSettings { calls_max: 1, ..PaceSettings::default() };
    let settings = JobSettings { pace, ..JobSettings::default() };
    let mut first = job(vec![plan("a", 1)], settings);
    run(&mut first, |_, _| Deed::Serve);
    let mut next = job(vec![plan("a", 1)], settings).with_pace(first.into_pace());
    assert_eq!(run(&mut next, |_, _| Deed::Serve)[0].0, 1_000);
}

#[test]
fn a_shared_pace_holds_beside_the_jobs_own() {
    let mut shared = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_millis(400) });
    let (mut first, mut second) =
        (job(vec![plan("a", 1)], JobSettings::default()), job(vec![plan("b", 501)], JobSettings::default()));
    assert!(matches!(first.poll_shared(at(0), &mut shared), Step::Send(_)));
    assert!(matches!(second.poll_shared(at(100), &mut shared), Step::WaitUntil(then) if then == at(400)));
    let Step::Send(outgoing) = second.poll_shared(at(400), &mut shared) else { panic!() };
    second.on_reply(outgoing.id, at(410), &Reply::new(200, &served(&outgoing.body))).unwrap();
    assert!(matches!(second.poll_shared(at(410), &mut shared), Step::WaitUntil(then) if then == at(800)));
    assert!(matches!(second.poll(at(410)), Step::Send(_)));
}

#[test]
fn two_hundred_calls_in_a_second_and_no_more() {
    let settings = PlanSettings { accounts_per_call_max: 1, ..PlanSettings::default() };
    let plan = Plan::add_robots(robots::GROUP, names(201), &settings).unwrap();
    let mut job =
        Job::new(vec![plan], signer(), JobSettings { in_flight_max: 1_000, ..JobSettings::default() }, 7).unwrap();
    let mut sent = 0;
    while let Step::Send(_) = job.poll(at(0)) {
        sent += 1;
    }
    assert_eq!(sent, 200);
    assert!(matches!(job.poll(at(0)), Step::WaitUntil(then) if then == at(1_000)));
}

#[test]
fn each_command_has_a_pace_and_a_job_of_its_own() {
    let mark = Plan::new(Change::Set, "@TGS#b", [("a", [1000])], &PlanSettings::default()).unwrap();
    let other = Plan::add_robots("@TGS#c", ["a"], &PlanSettings::default()).unwrap();
    let refused = |plans| Job::new(plans, signer(), JobSettings::default(), 7).unwrap_err().to_string();
    assert_eq!(
        refused(vec![add(1), other.clone(), mark.clone()]),
        "plans[2] calls `modify_user_info`, and plans[0] `add_robots`; make it a job of its own: each command has its own pace"
    );
    assert!(refused(vec![mark, delete(1)]).starts_with("plans[1] calls `del_robots`"));
    assert!(refused(vec![delete(1), other.clone()]).starts_with("plans[1] calls `add_robots`"));
    let settings =
        JobSettings { pace: PaceSettings { calls_max: 1, ..PaceSettings::default() }, ..JobSettings::default() };
    let mut both = Job::new(vec![add(1), other], signer(), settings, 7).unwrap();
    let times: Vec<_> = run(&mut both, |_, _| robots::accept()).iter().map(|(time, ..)| *time).collect();
    assert_eq!(times, [0, 1_000]);
}
