//! Budgets, deadlines and waits.

use super::*;

#[test]
fn the_budget_bounds_attempts_and_waits() {
    let budget = Duration::from_millis(12_000);
    let retry = RetrySettings { budget, attempts_max: 100, ..RetrySettings::default() };
    let mut job = job(vec![plan("a", 1)], JobSettings { retry, ..JobSettings::default() });
    let mut timeouts = Vec::new();
    let sent = run(&mut job, |out, time| {
        timeouts.push(out.timeout);
        assert!(out.timeout >= ATTEMPT_TIMEOUT_MIN && Duration::from_millis(time) + out.timeout <= budget);
        Deed::Silence
    });
    assert_eq!(sent.len(), 2);
    assert_eq!(timeouts[0], Duration::from_secs(5));
    assert!(job.calls()[0].attempts().last().unwrap().ended_at() <= at(12_000));
    assert_eq!(counts(&job), [(State::Unconfirmed, 1)]);
}

#[test]
fn nothing_begins_too_near_the_deadline() {
    let settings = JobSettings { deadline: Some(at(5_000)), ..JobSettings::default() };
    let mut pace = Pace::new(PaceSettings { calls_max: 1, margin: Duration::ZERO, ..PaceSettings::default() });
    let mut job = job(vec![plan("a", 2_000)], settings);
    let sent = run_at(&mut job, &mut pace, |_, _| Deed::Serve);
    assert_eq!(sent.iter().map(|(time, ..)| *time).collect::<Vec<_>>(), [0, 1_000]);
    assert_eq!(counts(&job), [(State::Applied, 1_000), (State::NotSent, 1_000)]);
    let mut job = self::job(vec![plan("a", 1)], JobSettings { deadline: Some(at(3_000)), ..settings });
    assert!(run(&mut job, |_, _| Deed::Serve).is_empty());
    let mut job = self::job(vec![plan("a", 1)], settings);
    run(&mut job, |out, time| {
        assert!(Duration::from_millis(time) + out.timeout <= Duration::from_secs(5));
        Deed::Silence
    });
}

#[test]
fn the_last_allowed_moment_is_used() {
    let pace = PaceSettings { calls_max: 1, window: Duration::from_secs(10), margin: Duration::ZERO };
    for (late, tries) in [(0, 2), (1, 1)] {
        let window = Duration::from_millis(10_000 - late);
        let retry = RetrySettings { budget: window + ATTEMPT_TIMEOUT_MIN, ..RetrySettings::default() };
        let mut job = job(vec![plan("a", 1)], JobSettings { retry, ..JobSettings::default() });
        let mut numbers = Vec::new();
        run_at(&mut job, &mut Pace::new(pace), |out, _| {
            numbers.push(out.number);
            Deed::Refuse(10002)
        });
        assert_eq!(numbers, [1, 2][..tries], "a budget that ends {late} ms early");

        let deadline = Some(at(10_000 - late).saturating_add(ATTEMPT_TIMEOUT_MIN));
        let mut job = self::job(vec![plan("a", 1_000)], JobSettings { deadline, ..JobSettings::default() });
        assert_eq!(
            run_at(&mut job, &mut Pace::new(pace), |_, _| Deed::Serve).len(),
            tries,
            "a deadline that comes {late} ms early"
        );
    }
}

/// The pace opens at 10 s, and nothing may begin after 5 s: there is nothing to wait for.
#[test]
fn a_pace_beyond_the_deadline_ends_the_job() {
    let mut pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_secs(10), margin: Duration::ZERO });
    let deadline = Some(at(5_000).saturating_add(ATTEMPT_TIMEOUT_MIN));
    let mut job = job(vec![plan("a", 501)], JobSettings { deadline, ..JobSettings::default() });
    let Step::Send(transmit) = job.poll(at(0), &mut pace) else { panic!() };
    job.on_response(transmit.id, at(0), &Response::new(200, &served(&transmit.body))).unwrap();
    assert!(matches!(job.poll(at(0), &mut pace), Step::Done));
    assert_eq!(counts(&job), [(State::Applied, 500), (State::NotSent, 1)]);
}

/// While another attempt leaves no room, a call waits as long as it could begin, and a millisecond later it is too late.
#[test]
fn waiting_calls_end_when_too_late() {
    let budget = Duration::from_millis(1_000) + ATTEMPT_TIMEOUT_MIN;
    let retry = RetrySettings { budget, ..RetrySettings::default() };
    let mut tried = job(vec![plan("a", 1), plan("b", 1)], JobSettings { retry, ..JobSettings::default() });
    let Step::Send(first) = tried.poll(at(0), &mut free()) else { panic!() };
    tried.on_failure(first.id, at(0), TransportError::NotSent { message: "refused".to_owned() }).unwrap();
    let Step::Send(second) = tried.poll(at(0), &mut free()) else { panic!() };
    assert_eq!((tried.in_flight(second.id), second.timeout), (Some((1, 0..1)), budget));
    assert!(matches!(tried.poll(at(0), &mut free()), Step::WaitUntil(then) if then == at(1_001)));

    let deadline = Some(at(1_000).saturating_add(ATTEMPT_TIMEOUT_MIN));
    let mut fresh = job(vec![plan("a", 501)], JobSettings { deadline, ..JobSettings::default() });
    assert!(matches!(fresh.poll(at(0), &mut free()), Step::Send(_)));
    assert!(matches!(fresh.poll(at(0), &mut free()), Step::WaitUntil(then) if then == at(1_001)));
}

/// Nothing keeps the job from sending, but the wait of the call itself would end after its last moment.
#[test]
fn too_long_a_wait_ends_a_call() {
    let budget = Duration::from_millis(100) + ATTEMPT_TIMEOUT_MIN;
    let retry = RetrySettings { budget, ..RetrySettings::default() };
    let mut job = job(vec![plan("a", 1)], JobSettings { retry, ..JobSettings::default() });
    let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
    let refused = Answer::refused(ErrorCode::new(10008), "no").to_json();
    job.on_response(transmit.id, at(10), &Response::new(200, &refused)).unwrap();
    assert!(matches!(job.poll(at(10), &mut free()), Step::Done));
    assert_eq!((counts(&job), job.calls()[0].attempts().len()), (vec![(State::Refused, 1)], 1));
}
