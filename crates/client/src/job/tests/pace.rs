//! The pace: shared, and of one command.

use super::robots::{add, delete, names};
use super::*;

#[test]
fn jobs_share_a_pace() {
    let window = Duration::from_millis(400);
    let mut pace = Pace::new(PaceSettings { calls_max: 1, window, margin: Duration::ZERO });
    let mut first = job(vec![plan("a", 1)], JobSettings::default());
    let mut second = job(vec![plan("b", 501)], JobSettings::default());
    assert!(matches!(first.poll(at(0), &mut pace), Step::Send(_)));
    assert!(matches!(second.poll(at(100), &mut pace), Step::WaitUntil(then) if then == at(400)));
    let Step::Send(transmit) = second.poll(at(400), &mut pace) else { panic!() };
    second.on_response(transmit.id, at(410), &Response::new(200, &served(&transmit.body))).unwrap();
    assert!(matches!(second.poll(at(410), &mut pace), Step::WaitUntil(then) if then == at(800)));
    assert!(matches!(second.poll(at(410), &mut free()), Step::Send(_)));
}

#[test]
fn a_call_each_five_and_a_half_milliseconds() {
    let settings = PlanSettings { accounts_per_call_max: 1, ..PlanSettings::default() };
    let plan = Plan::add_robots(robots::GROUP, names(3), &settings).unwrap();
    let mut job = job(vec![plan], JobSettings { in_flight_max: 3, ..JobSettings::default() });
    let mut pace = Pace::new(PaceSettings::default());
    for (now, then) in [(0, 6), (6, 11)] {
        assert!(matches!(job.poll(at(now), &mut pace), Step::Send(_)));
        assert!(matches!(job.poll(at(now), &mut pace), Step::WaitUntil(until) if until == at(then)));
    }
}

#[test]
fn each_command_has_its_own_pace() {
    let mark = Plan::set_marks("@TGS#b", [("a", [1000])], &PlanSettings::default()).unwrap();
    let other = Plan::add_robots("@TGS#c", ["a"], &PlanSettings::default()).unwrap();
    let refused = |plans| Job::new(plans, signer(), JobSettings::default(), 7).unwrap_err().to_string();
    assert_eq!(
        refused(vec![add(1), other.clone(), mark.clone()]),
        "plans[2] calls `modify_user_info`, and plans[0] `add_robots`; make it a job of its own: each command has its own pace"
    );
    assert!(refused(vec![mark, delete(1)]).starts_with("plans[1] calls `del_robots`"));
    assert!(refused(vec![delete(1), other.clone()]).starts_with("plans[1] calls `add_robots`"));
    let mut pace = Pace::new(PaceSettings { calls_max: 1, ..PaceSettings::default() });
    let mut both = job(vec![add(1), other], JobSettings::default());
    let times: Vec<_> = run_at(&mut both, &mut pace, |_, _| robots::accept()).iter().map(|(time, ..)| *time).collect();
    assert_eq!(times, [0, 1_100]);
}
