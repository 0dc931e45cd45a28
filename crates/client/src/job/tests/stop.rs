//! A stop, a late answer, a clock that runs backwards.

use super::*;

#[test]
fn a_stop_waits_for_attempts_in_flight() {
    let mut job = job(vec![plan("a", 2_000)], JobSettings { in_flight_max: 2, ..JobSettings::default() });
    let mut in_flight = Vec::new();
    while let Step::Send(transmit) = job.poll(at(0), &mut free()) {
        in_flight.push(transmit);
    }
    assert_eq!(in_flight.len(), 2);
    assert_eq!(counts(&job), [(State::Unconfirmed, 1_000), (State::NotSent, 1_000)]);
    job.stop();
    assert!(matches!(job.poll(at(1), &mut free()), Step::WaitUntil(then) if then == at(5_000)));
    job.on_response(in_flight[1].id, at(2), &Response::new(200, &served(&in_flight[1].body))).unwrap();
    job.on_response(in_flight[0].id, at(3), &Response::new(502, b"")).unwrap();
    assert!(matches!(job.poll(at(3), &mut free()), Step::Done));
    assert_eq!(counts(&job), [(State::Applied, 500), (State::Unconfirmed, 500), (State::NotSent, 1_000)]);
}

#[test]
fn an_answer_after_its_time_is_refused() {
    let mut job = job(vec![plan("a", 1)], JobSettings::default());
    let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
    assert!(matches!(job.poll(at(5_000), &mut free()), Step::WaitUntil(_) | Step::Send(_)));
    let late = job.on_response(transmit.id, at(5_001), &Response::new(200, &served(&transmit.body))).unwrap_err();
    assert_eq!(late.to_string(), "attempt `0` is not in flight: it has ended or timed out; ask `poll` what to do next");
}

#[test]
fn a_clock_that_runs_back_changes_nothing() {
    let mut job = job(vec![plan("a", 1)], JobSettings::default());
    let Step::Send(transmit) = job.poll(at(1_000), &mut free()) else { panic!() };
    job.on_failure(transmit.id, at(0), TransportError::TimedOut).unwrap();
    assert!(
        matches!(job.poll(at(0), &mut free()), Step::WaitUntil(then) if then > at(1_000)) || job.calls().is_empty()
    );
}
