//! Robots by the machine of marks.

use avmarks_protocol::{Endpoint, add_robots};

use super::*;

pub(super) const GROUP: &str = "@TGS#a";

pub(super) fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("robot{number}"))
}

pub(super) fn add(count: usize) -> Plan {
    Plan::add_robots(GROUP, names(count), &PlanSettings::default()).unwrap()
}

pub(super) fn delete(count: usize) -> Plan {
    Plan::delete_robots(GROUP, names(count), &PlanSettings::default()).unwrap()
}

/// Code 0, and no account named.
pub(super) fn accept() -> Deed {
    Deed::Say(200, String::from_utf8(add_robots::Answer::ok().to_json()).unwrap())
}

fn new_job(plan: Plan) -> Job {
    job(vec![plan], JobSettings::default())
}

/// Runs a job to its end. Gives the first account of each try, and how many it names.
fn sent(job: &mut Job, mut deed: impl FnMut(&Sent) -> Deed) -> Vec<(usize, usize)> {
    run(job, |transmit, _| deed(transmit)).into_iter().map(|(_, _, first, accounts)| (first, accounts)).collect()
}

#[test]
fn robot_calls_have_the_documented_bytes() {
    for (plan, path) in [
        (add(2), "v4/group_open_avchatroom_http_svc/add_robots"),
        (delete(2), "v4/group_open_avchatroom_http_svc/del_robots"),
    ] {
        let mut job = new_job(plan);
        assert_eq!(job.endpoint().map(Endpoint::path), Some(path));
        let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
        assert_eq!(transmit.path, path);
        assert_eq!(transmit.body, br#"{"GroupId":"@TGS#a","Member_Account":["robot0","robot1"]}"#);
        job.on_response(transmit.id, at(1), &Response::new(200, &add_robots::Answer::ok().to_json())).unwrap();
        assert!(matches!(job.poll(at(1), &mut free()), Step::Done));
        assert_eq!((counts(&job), job.answered()), (vec![(State::Accepted, 2)], 2));
        let call = &job.calls()[0];
        assert_eq!(call.attempts()[0].result(), &AttemptResult::Accepted);
        assert!(call.is_answered() && !call.is_split());
    }
    assert_eq!(job(vec![], JobSettings::default()).endpoint(), None);
}

#[test]
fn more_than_500_robots_make_two_calls() {
    for (robots, calls) in [(499, vec![(0, 499)]), (500, vec![(0, 500)]), (501, vec![(0, 500), (500, 1)])] {
        let mut job = new_job(add(robots));
        assert_eq!(sent(&mut job, |_| accept()), calls);
        assert_eq!(counts(&job), [(State::Accepted, robots)]);
    }
}

#[test]
fn a_refused_call_affects_only_its_robots() {
    let mut job = new_job(delete(501));
    sent(&mut job, |transmit| if transmit.range.start == 0 { Deed::Refuse(10004) } else { accept() });
    assert_eq!(counts(&job), [(State::Accepted, 1), (State::Refused, 500)]);
}

#[test]
fn lost_answers_and_busy_services_are_retried() {
    for first in [|| Deed::Silence, || Deed::Refuse(10002)] {
        let mut job = new_job(add(3));
        let mut is_first = true;
        let tries = sent(&mut job, |_| if std::mem::take(&mut is_first) { first() } else { accept() });
        assert_eq!((tries, counts(&job)), (vec![(0, 3); 2], vec![(State::Accepted, 3)]));
    }
    let deeds: [(fn() -> Deed, State); 2] =
        [(|| Deed::Silence, State::Unconfirmed), (|| Deed::Refuse(10002), State::Refused)];
    for (deed, state) in deeds {
        let mut job = new_job(add(3));
        sent(&mut job, |_| deed());
        assert_eq!(counts(&job), [(state, 3)]);
    }
    // A refusal afterwards does not say that the lost try was not carried out.
    let mut job = new_job(add(3));
    let mut is_first = true;
    sent(&mut job, |_| if std::mem::take(&mut is_first) { Deed::Silence } else { Deed::Refuse(10004) });
    assert_eq!(counts(&job), [(State::Unconfirmed, 3)]);
}

#[test]
fn a_rate_refusal_holds_everything_for_a_second() {
    let mut job = new_job(add(501));
    let mut is_first = true;
    let tries = run(&mut job, |_, _| if std::mem::take(&mut is_first) { Deed::Refuse(60007) } else { accept() });
    assert_eq!(tries.len(), 3);
    assert!(tries[1..].iter().all(|(time, ..)| *time >= 1_010), "{tries:?}");
    assert_eq!(counts(&job), [(State::Accepted, 501)]);
}

#[test]
fn a_size_refusal_halves_the_calls() {
    let mut job = new_job(add(500));
    let tries = sent(&mut job, |transmit| if transmit.range.len() > 125 { Deed::Refuse(10005) } else { accept() });
    assert_eq!(tries, [(0, 500), (0, 250), (0, 125), (125, 125), (250, 125), (375, 125)]);
    assert_eq!(counts(&job), [(State::Accepted, 500)]);
}

#[test]
fn a_resumed_job_skips_accepted_robots() {
    let mut first = new_job(add(1_200));
    let Step::Send(transmit) = first.poll(at(0), &mut free()) else { panic!() };
    first.stop();
    first.on_response(transmit.id, at(1), &Response::new(200, &add_robots::Answer::ok().to_json())).unwrap();
    assert!(matches!(first.poll(at(1), &mut free()), Step::Done));
    assert_eq!(counts(&first), [(State::Accepted, 500), (State::NotSent, 700)]);
    let progress = Progress::parse(&first.progress().to_json()).unwrap();
    assert_eq!(progress.accounts(), 500);

    let mut next = Job::resume(vec![add(1_200)], &progress, signer(), JobSettings::default(), 8).unwrap();
    assert_eq!(sent(&mut next, |_| accept()), [(500, 500), (1_000, 200)]);
    assert_eq!((counts(&next), next.answered()), (vec![(State::Accepted, 1_200)], 1_200));
    let other = Job::resume(vec![delete(1_200)], &progress, signer(), JobSettings::default(), 8);
    assert!(matches!(other, Err(JobError::Progress(_))));
}
