//! Whole jobs: marks set and deleted, several tries at a time, stopped and resumed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use avmarks_client::{JobSettings, PaceSettings, Plan, PlanSettings, State};
use avmarks_protocol::modify_user_info::Request;
use avmarks_transport_ureq::MarksError;

use crate::server::{Act, Server, response, serve_all, served};
use crate::{GROUP, builder};

fn plan(group: &str, accounts: usize, per_call: usize) -> Plan {
    let settings = PlanSettings { accounts_per_call_max: per_call, ..PlanSettings::default() };
    Plan::set_marks(group, (0..accounts).map(|at| (format!("u{at}"), [1_000])), &settings).unwrap()
}

fn never() -> AtomicBool {
    AtomicBool::new(false)
}

#[test]
fn a_job_uses_one_connection() {
    let server = Server::start(serve_all);
    let client = builder(server.base()).build().unwrap();
    let wanted = || (0..1_200).map(|number| (format!("student{number}"), [1_000]));
    for job in [client.set_marks(GROUP, wanted()).unwrap(), client.delete_marks(GROUP, wanted()).unwrap()] {
        assert_eq!(job.report().count(State::Applied), 1_200);
    }
    assert_eq!((server.requests().len(), server.connections()), (6, 1));
}

#[test]
fn input_errors_come_before_any_request() {
    let server = Server::start(serve_all);
    let client = builder(server.base()).build().unwrap();
    let error = client.set_marks(GROUP, [("", vec![1_000]), ("a", vec![999])]).unwrap_err();
    assert!(matches!(&error, MarksError::Plan(errors) if errors.len() == 2), "{error}");
    let settings = JobSettings { in_flight_max: 0, ..JobSettings::default() };
    assert!(client.job(vec![plan(GROUP, 1, 1)], settings).is_err());
    assert!(builder(server.base()).settings(settings).build().is_err());
    assert!(server.requests().is_empty());
}

/// The server answers nobody until four requests are there: less than four at a time would never end in time.
#[test]
fn attempts_in_flight_reach_their_limit() {
    let barrier = Arc::new(Barrier::new(4));
    let arrived = Arc::clone(&barrier);
    let server = Server::start(move |_, body| {
        arrived.wait();
        vec![Act::Write(response(200, &served(body)))]
    });
    let client = builder(server.base()).build().unwrap();
    let settings = JobSettings { in_flight_max: 4, ..JobSettings::default() };
    let mut told = Vec::new();
    let job = client.job(vec![plan(GROUP, 80, 10)], settings).unwrap();
    let job = client.run(job, &never(), |job| told.push(job.answered()));
    assert_eq!(job.report().count(State::Applied), 80);
    assert_eq!(told, [10, 20, 30, 40, 50, 60, 70, 80]);
    assert_eq!((server.requests().len(), server.connections()), (8, 4));
    assert!(job.calls().iter().all(|call| call.attempts().len() == 1));
}

#[test]
fn a_stopped_job_can_be_resumed() {
    for in_flight_max in [1, 3] {
        let server = Server::start(serve_all);
        let client = builder(server.base()).build().unwrap();
        let settings = JobSettings { in_flight_max, ..JobSettings::default() };
        let job = client.job(vec![plan(GROUP, 100, 10)], settings).unwrap();
        let stop = never();
        let job = client.run(job, &stop, |job| stop.store(job.answered() >= 30, Ordering::Relaxed));
        let sent = server.requests().len();
        assert!((3..3 + in_flight_max).contains(&sent), "{sent}");
        let report = job.report();
        assert_eq!((report.count(State::Applied), report.count(State::NotSent)), (sent * 10, 100 - sent * 10));

        let next = client.resume(vec![plan(GROUP, 100, 10)], &job.progress(), settings).unwrap();
        let next = client.run(next, &never(), |_| ());
        assert_eq!(next.answered(), 100);
        let accounts: BTreeSet<String> = accounts(&server);
        assert_eq!((server.requests().len(), accounts.len()), (10, 100));
    }
}

#[test]
fn a_stop_ends_a_wait() {
    let server = Server::start(serve_all);
    let pace = PaceSettings { calls_max: 1, window: Duration::from_secs(3_600), margin: Duration::ZERO };
    let client = builder(server.base()).pace(pace).build().unwrap();
    let job = client.job(vec![plan(GROUP, 2, 1)], JobSettings::default()).unwrap();
    let stop = AtomicBool::new(false);
    let job = client.run(job, &stop, |_| stop.store(true, Ordering::Relaxed));
    let report = job.report();
    assert_eq!((report.count(State::Applied), report.count(State::NotSent)), (1, 1));
}

#[test]
fn jobs_of_one_client_keep_one_pace() {
    let server = Server::start(serve_all);
    let pace = PaceSettings { calls_max: 2, window: Duration::from_millis(150), margin: Duration::ZERO };
    let client = builder(server.base()).pace(pace).build().unwrap();
    let jobs: Vec<_> = thread::scope(|scope| {
        let run = |group: &'static str| {
            let job = client.job(vec![plan(group, 3, 1)], JobSettings::default()).unwrap();
            client.run(job, &never(), |_| ())
        };
        let threads = ["a", "b"].map(|group| scope.spawn(move || run(group)));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut sent: Vec<_> =
        jobs.iter().flat_map(|job| job.calls()).flat_map(|call| call.attempts()).map(|one| one.sent_at()).collect();
    sent.sort();
    assert_eq!(sent.len(), 6);
    assert!(sent.windows(3).all(|three| three[2].saturating_duration_since(three[0]) >= pace.window), "{sent:?}");
}

#[test]
fn a_panicking_watcher_ends_the_job() {
    let server = Server::start(serve_all);
    let client = builder(server.base()).build().unwrap();
    let settings = JobSettings { in_flight_max: 3, ..JobSettings::default() };
    let job = client.job(vec![plan(GROUP, 100, 1)], settings).unwrap();
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = client.run(job, &never(), |_| panic!("on purpose"));
    }));
    assert!(ran.is_err() && server.requests().len() <= 3);
}

fn accounts(server: &Server) -> BTreeSet<String> {
    let bodies = server.requests().into_iter().map(|request| {
        let at = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        request[at + 4..].to_vec()
    });
    let accounts = bodies.flat_map(|body| {
        let request = Request::parse(&body).unwrap();
        request.member_list.iter().map(|member| member.account.to_string()).collect::<Vec<_>>()
    });
    accounts.collect()
}
