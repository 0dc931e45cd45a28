mod pace;
mod robots;

use std::ops::{Deref, Range};

use avmarks_protocol::ErrorCode;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info::{Answer, Request, Served};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::UserId;

use super::*;
use crate::{ATTEMPT_TIMEOUT_MIN, Attempt, PaceSettings, PlanSettings, RetrySettings, SignatureSettings, State};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const START: u64 = 1_795_412_030_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn plan(group: &str, accounts: usize) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), [1000]));
    Plan::set_marks(group, wanted, &PlanSettings::default()).unwrap()
}

fn signer() -> Arc<Signer> {
    let (admin, key) = (UserId::parse("admin").unwrap(), SecretKey::new(KEY).unwrap());
    Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default()).unwrap())
}

fn job(plans: Vec<Plan>, settings: JobSettings) -> Job {
    Job::new(plans, signer(), settings, 7).unwrap()
}

/// What a fake service does about a try.
enum Deed {
    Serve,
    Refuse(i64),
    Say(u16, String),
    Fail(TransportError),
    Silence,
}

fn served(body: &[u8]) -> Vec<u8> {
    let request = Request::parse(body).unwrap();
    let marks = |marks: &[avmarks_protocol::Integer<'_>]| marks.iter().filter_map(|mark| mark.to_i64()).collect();
    let members = request.member_list.iter().map(|member| Served::new(&*member.account, marks(&member.marks)));
    Answer::served(request.command_type.to_i64().unwrap(), members.collect()).to_json()
}

/// What a job sends, with the accounts that it names.
#[derive(Debug)]
struct Sent {
    transmit: Transmit,
    plan: usize,
    range: Range<usize>,
}

impl Deref for Sent {
    type Target = Transmit;

    fn deref(&self) -> &Transmit {
        &self.transmit
    }
}

/// A pace that admits everything.
fn free() -> Pace {
    Pace::new(PaceSettings { calls_max: usize::MAX, ..PaceSettings::default() })
}

/// Runs a job to its end in virtual time; each answer takes 10 ms. Gives what was sent: time, group, first, accounts.
fn run(job: &mut Job, deed: impl FnMut(&Sent, u64) -> Deed) -> Vec<(u64, String, usize, usize)> {
    run_at(job, &mut free(), deed)
}

fn run_at(
    job: &mut Job,
    pace: &mut Pace,
    mut deed: impl FnMut(&Sent, u64) -> Deed,
) -> Vec<(u64, String, usize, usize)> {
    let (mut now, mut sent) = (at(0), Vec::new());
    loop {
        match job.poll(now, pace) {
            Step::Done => return sent,
            Step::WaitUntil(then) => {
                assert!(then > now, "a wait into the past");
                now = then;
            }
            Step::Send(transmit) => {
                let time = now.as_millis() - START;
                let (plan, range) = job.in_flight(transmit.id).unwrap();
                sent.push((time, job.plans().nth(plan).unwrap().group().to_string(), range.start, range.len()));
                let transmit = Sent { transmit, plan, range };
                let done = deed(&transmit, time);
                now = now.saturating_add(Duration::from_millis(10));
                let feed = |job: &mut Job, status, body: &[u8]| {
                    job.on_response(transmit.id, now, &Response::new(status, body)).unwrap();
                    assert_eq!(job.in_flight(transmit.id), None);
                    assert_eq!(job.on_failure(transmit.id, now, TransportError::TimedOut).unwrap_err().id, transmit.id);
                };
                match done {
                    Deed::Serve => feed(job, 200, &served(&transmit.body)),
                    Deed::Refuse(code) => feed(job, 200, &Answer::refused(ErrorCode::new(code), "no").to_json()),
                    Deed::Say(status, text) => feed(job, status, text.as_bytes()),
                    Deed::Fail(error) => job.on_failure(transmit.id, now, error).unwrap(),
                    Deed::Silence => {}
                }
            }
        }
    }
}

fn counts(job: &Job) -> Vec<(State, usize)> {
    let report = job.report();
    State::ALL.iter().map(|state| (*state, report.count(*state))).filter(|(_, count)| *count > 0).collect()
}

#[test]
fn groups_take_turns_and_each_keeps_its_order() {
    let mut job = job(vec![plan("a", 1_001), plan("b", 1), plan("c", 501)], JobSettings::default());
    let sent: Vec<_> =
        run(&mut job, |_, _| Deed::Serve).into_iter().map(|(_, group, first, _)| (group, first)).collect();
    let sent: Vec<_> = sent.iter().map(|(group, first)| (&**group, *first)).collect();
    assert_eq!(sent, [("a", 0), ("b", 0), ("c", 0), ("a", 500), ("c", 500), ("a", 1_000)]);
    assert_eq!(counts(&job), [(State::Applied, 1_503)]);
    assert_eq!(job.answered(), 1_503);
}

#[test]
fn a_refusal_for_size_halves_calls_and_nobody_is_lost() {
    let mut job = job(vec![plan("a", 900)], JobSettings::default());
    let sent = run(&mut job, |out, _| if out.range.len() > 200 { Deed::Refuse(10005) } else { Deed::Serve });
    let sizes: Vec<_> = sent.iter().map(|(_, _, first, accounts)| (*first, *accounts)).collect();
    assert_eq!(sizes[..3], [(0, 500), (0, 250), (0, 125)]);
    assert_eq!(counts(&job), [(State::Applied, 900)]);
    assert!(sizes[2..].iter().all(|(_, accounts)| *accounts <= 125));

    let mut hopeless = self::job(vec![plan("a", 3)], JobSettings::default());
    assert_eq!(run(&mut hopeless, |_, _| Deed::Refuse(10005)).len(), 1 + 1 + 3);
    assert_eq!(counts(&hopeless), [(State::Refused, 3)]);
}

#[test]
fn a_signature_is_renewed_once_per_call_and_a_second_refusal_ends_the_job() {
    let mut signatures = Vec::new();
    let mut job = self::job(vec![plan("a", 1_000)], JobSettings::default());
    run(&mut job, |out, _| {
        signatures.push(out.query.usersig.clone());
        if signatures.len() == 1 { Deed::Refuse(70001) } else { Deed::Serve }
    });
    assert_eq!(counts(&job), [(State::Applied, 1_000)]);
    assert_eq!(signatures.len(), 3);

    let mut job = self::job(vec![plan("a", 1_000), plan("b", 1)], JobSettings::default());
    assert_eq!(run(&mut job, |_, _| Deed::Refuse(70001)).len(), 3);
    assert_eq!(counts(&job), [(State::Refused, 501), (State::NotSent, 500)]);
    let report = job.report();
    let last = report.accounts().filter(|account| account.plan == 0).last().unwrap();
    let why = last.outcome.to_string();
    assert_eq!(
        why,
        "not sent: an earlier call failed in a way that this one would as well: refused with 70001: \"no\""
    );

    let fixed = Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("admin").unwrap(), UserSig::new("eJy"));
    let mut job = Job::new(vec![plan("a", 1_000)], Arc::new(fixed), JobSettings::default(), 7).unwrap();
    assert_eq!(run(&mut job, |_, _| Deed::Refuse(70001)).len(), 1);

    // The minute and the day that these ask for are longer than the budget, and so they are for the next call.
    for code in [70050, 60028] {
        let mut job = self::job(vec![plan("a", 1_000)], JobSettings::default());
        assert_eq!(run(&mut job, |_, _| Deed::Refuse(code)).len(), 1);
        assert_eq!(counts(&job), [(State::Refused, 500), (State::NotSent, 500)]);
    }
}

#[test]
fn a_rate_refusal_holds_everything_for_a_second() {
    let mut job = job(vec![plan("a", 1), plan("b", 1)], JobSettings::default());
    let mut first = true;
    let sent = run(&mut job, |_, _| if std::mem::take(&mut first) { Deed::Refuse(60007) } else { Deed::Serve });
    assert_eq!((sent[0].0, &*sent[0].1), (0, "a"));
    assert_eq!((sent[1].0, &*sent[1].1), (1_010, "b"));
    assert!((1_010..=1_510).contains(&sent[2].0) && sent[2].1 == "a", "{sent:?}");
    assert_eq!(counts(&job), [(State::Applied, 2)]);
}

#[test]
fn what_is_hopeless_for_all_is_asked_once_and_what_is_for_a_group_leaves_the_others() {
    for deed in [
        || Deed::Say(404, "<html>".to_owned()),
        || Deed::Say(302, String::new()),
        || Deed::Refuse(60010),
        || Deed::Refuse(10059),
        || Deed::Fail(TransportError::Unusable { message: "certificate not trusted".to_owned() }),
    ] {
        let mut job = job(vec![plan("a", 1_001), plan("b", 2)], JobSettings::default());
        assert_eq!(run(&mut job, |_, _| deed()).len(), 1);
        assert_eq!(job.report().total(), 1_003);
        assert!(job.report().count(State::NotSent) >= 503);
    }
    let mut job = job(vec![plan("a", 1_001), plan("b", 2)], JobSettings::default());
    run(&mut job, |out, _| if out.plan == 0 { Deed::Refuse(10010) } else { Deed::Serve });
    assert_eq!(counts(&job), [(State::Applied, 2), (State::Refused, 500), (State::NotSent, 501)]);
    // A call whose accounts are all offline says nothing of the next one.
    let mut job = self::job(vec![plan("a", 1_001)], JobSettings::default());
    run(&mut job, |out, _| if out.range.start == 500 { Deed::Refuse(10004) } else { Deed::Serve });
    assert_eq!(counts(&job), [(State::Applied, 501), (State::Refused, 500)]);
}

#[test]
fn tries_end_with_their_cap_and_no_wait_follows_the_last() {
    let mut job = job(vec![plan("a", 1)], JobSettings::default());
    let sent = run(&mut job, |_, _| Deed::Refuse(10002));
    assert_eq!(sent.len(), 5);
    let call = &job.calls()[0];
    assert_eq!(call.attempts().last().unwrap().ended_at(), at(sent[4].0 + 10));
    let randoms: std::collections::BTreeSet<_> = call.attempts().iter().map(Attempt::random).collect();
    assert_eq!((randoms.len(), counts(&job)), (5, vec![(State::Refused, 1)]));
    for once in [10008, 60004] {
        let mut job = self::job(vec![plan("a", 1)], JobSettings::default());
        assert_eq!(run(&mut job, |_, _| Deed::Refuse(once)).len(), 2);
    }
}

#[test]
fn the_budget_bounds_tries_their_time_outs_and_waits() {
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
fn a_lost_answer_is_asked_for_again_and_what_stays_lost_is_unconfirmed() {
    let lost = || Deed::Fail(TransportError::ConnectionLost { message: "reset".to_owned() });
    let mut first = true;
    let mut job = job(vec![plan("a", 3)], JobSettings::default());
    run(&mut job, |_, _| if std::mem::take(&mut first) { lost() } else { Deed::Serve });
    assert_eq!((job.calls()[0].attempts().len(), counts(&job)), (2, vec![(State::Applied, 3)]));

    // A refusal afterwards does not say that the lost try was not carried out.
    let mut first = true;
    let mut job = self::job(vec![plan("a", 3)], JobSettings::default());
    run(&mut job, |_, _| if std::mem::take(&mut first) { lost() } else { Deed::Refuse(10004) });
    assert_eq!(counts(&job), [(State::Unconfirmed, 3)]);

    let mut job = self::job(vec![plan("a", 3)], JobSettings::default());
    run(&mut job, |_, _| Deed::Fail(TransportError::NotSent { message: "refused".to_owned() }));
    assert_eq!(counts(&job), [(State::NotSent, 3)]);
}

#[test]
fn an_answer_to_another_command_leaves_all_unconfirmed_and_one_without_a_list_leaves_all_out() {
    for (rest, state) in [(r#","CommandType":2,"MemberList":[]"#, State::Unconfirmed), ("", State::Omitted)] {
        let mut job = job(vec![plan("a", 3)], JobSettings::default());
        let body = format!(r#"{{"ActionStatus":"OK","ErrorCode":0{rest}}}"#);
        assert_eq!(run(&mut job, |_, _| Deed::Say(200, body.clone())).len(), 1);
        assert_eq!(counts(&job), [(state, 3)]);
    }
}

#[test]
fn what_may_have_been_served_stays_so_when_its_call_is_halved_twice() {
    let mut turn = 0;
    let mut job = job(vec![plan("a", 4)], JobSettings::default());
    run(&mut job, |out, _| {
        turn += 1;
        match (turn, out.range.len()) {
            (1, _) => Deed::Fail(TransportError::ConnectionLost { message: "reset".to_owned() }),
            (_, 1) => Deed::Refuse(10004),
            _ => Deed::Refuse(10005),
        }
    });
    assert_eq!((turn, counts(&job)), (1 + 1 + 1 + 4, vec![(State::Unconfirmed, 4)]));
}

#[test]
fn a_try_says_what_to_send_and_shows_neither_body_nor_signature() {
    let mut job = job(vec![plan("a", 2)], JobSettings::default());
    let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
    assert_eq!(transmit.path, "v4/group_open_avchatroom_http_svc/modify_user_info");
    assert_eq!(Some(transmit.random()), transmit.query.random);
    let debug = format!("{transmit:?}");
    assert!(debug.contains(&format!("bytes: {}", transmit.body.len())) && !debug.contains("Marks"), "{debug}");
}

#[test]
fn a_deadline_ends_the_job_and_nothing_is_begun_that_could_not_be_finished() {
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
fn the_last_moment_that_budget_and_deadline_leave_is_used() {
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

#[test]
fn a_stop_waits_for_what_is_in_flight_and_sends_nothing_more() {
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

#[test]
fn key_and_signature_do_not_print_though_they_come_back() {
    let mut job = job(vec![plan("a", 1_200)], JobSettings::default());
    let mut secrets = vec![KEY.to_owned()];
    let mut turn = 0;
    run(&mut job, |out, _| {
        secrets.push(out.query.usersig.as_str().to_owned());
        let sig = out.query.usersig.as_str();
        turn += 1;
        assert!(!format!("{out:?}").contains(sig));
        match turn {
            1 => Deed::Say(502, format!("<p>/v4?usersig={sig}</p>")),
            2 => Deed::Fail(TransportError::ConnectionLost {
                message: format!("POST https://h/v4?usersig={sig}: reset"),
            }),
            3 => Deed::Say(200, format!(r#"{{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"bad {sig}"}}"#)),
            _ => Deed::Serve,
        }
    });
    let report = job.report();
    let sentences: String = report.accounts().map(|account| account.outcome.to_string()).collect();
    let bytes: Vec<_> = job.calls().iter().flat_map(CallRecord::attempts).filter_map(Attempt::body).collect();
    let bytes = String::from_utf8_lossy(&bytes.concat()).into_owned();
    let progress = String::from_utf8(job.progress().to_json()).unwrap();
    let shown = format!("{job:?} {report:?} {sentences} {bytes} {progress}");
    assert!(bytes.contains("bad …"), "{bytes}");
    assert!(secrets.iter().all(|secret| !shown.contains(secret)));
    let with_signature = |one: &&Attempt| one.anomalies().contains(&Anomaly::Signature);
    let tries = job.calls().iter().flat_map(CallRecord::attempts);
    let noted: std::collections::BTreeSet<_> = tries.filter(with_signature).map(|one| one.id.0).collect();
    assert_eq!(noted, [0, 2].into(), "the tries whose response held it, and no others");
}

#[test]
fn an_answer_that_repeats_a_former_signature_is_redacted() {
    let mut job = job(vec![plan("a", 1)], JobSettings::default());
    let Step::Send(first) = job.poll(at(0), &mut free()) else { panic!() };
    let refusal = Answer::refused(ErrorCode::new(70001), "no").to_json();
    job.on_response(first.id, at(1_500), &Response::new(200, &refusal)).unwrap();
    let Step::Send(second) = job.poll(at(1_500), &mut free()) else { panic!() };
    let (former, latest) = (first.query.usersig.as_str(), second.query.usersig.as_str());
    assert_ne!(former, latest);
    let page = format!("<p>{former} and {latest}</p>");
    job.on_response(second.id, at(1_510), &Response::new(502, page.as_bytes())).unwrap();
    let AttemptResult::UnexpectedResponse(response) = job
        .report()
        .accounts()
        .next()
        .map(|account| match account.outcome {
            crate::Outcome::Unconfirmed { last: Some(last) } => last.clone(),
            other => panic!("{other:?}"),
        })
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(String::from_utf8_lossy(&response.head), "<p>… and …</p>");
}

#[test]
fn a_gateway_that_asks_for_a_wait_is_obeyed() {
    for (wait, times) in
        [("3", vec![0, 3_010]), ("20", vec![0, 20_010]), ("31", vec![0]), ("99999999999999999999", vec![0])]
    {
        let mut job = job(vec![plan("a", 1)], JobSettings::default());
        let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
        job.on_response(transmit.id, at(10), &Response::new(503, b"busy").with_retry_after(wait)).unwrap();
        let mut sent = vec![0];
        sent.extend(run(&mut job, |_, _| Deed::Serve).iter().map(|(time, ..)| *time));
        assert_eq!(sent, times, "{wait}");
        assert_eq!(job.into_result().is_ok(), times.len() == 2);
    }
}

#[test]
fn a_compressed_answer_is_not_asked_for_again() {
    let mut job = job(vec![plan("a", 501)], JobSettings::default());
    let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
    job.on_response(transmit.id, at(1), &Response::new(200, &[0x1f, 0x8b, 8])).unwrap();
    assert!(matches!(job.poll(at(1), &mut free()), Step::Done));
    assert_eq!(counts(&job), [(State::Unconfirmed, 500), (State::NotSent, 1)]);
}

#[test]
fn a_contradiction_is_never_silent_success() {
    for (status, state) in [("FAIL", State::Unconfirmed), ("Ok", State::Applied)] {
        let mut job = job(vec![plan("a", 1)], JobSettings::default());
        let members = r#""MemberList":[{"Member_Account":"u0","Marks":[1000]}]"#;
        let body = format!(r#"{{"ActionStatus":"{status}","ErrorCode":0,{members}}}"#);
        assert_eq!(run(&mut job, |_, _| Deed::Say(200, body.clone())).len(), 1);
        assert_eq!(counts(&job), [(state, 1)]);
        assert_eq!(job.calls()[0].attempts()[0].anomalies(), [Anomaly::StatusContradictsCode]);
    }
}

#[test]
fn what_failed_in_part_is_an_error() {
    let mut job = job(vec![plan("a", 501)], JobSettings::default());
    run(&mut job, |out, _| if out.range.start == 0 { Deed::Serve } else { Deed::Refuse(10004) });
    let error = job.into_result().unwrap_err();
    assert_eq!(
        error.to_string(),
        "500 of 501 accounts were served, 1 refused; the first is `u500`: refused with 10004: \"no\""
    );
    assert_eq!(error.job().report().count(State::Refused), 1);
    let mut job = self::job(vec![plan("a", 1)], JobSettings::default());
    run(&mut job, |_, _| Deed::Serve);
    assert!(job.into_result().is_ok());
}

#[test]
fn settings_out_of_range_and_a_group_twice_are_refused() {
    let retry = RetrySettings { attempt_timeout: Duration::from_secs(3), ..RetrySettings::default() };
    let refused = |plans, settings| Job::new(plans, signer(), settings, 7).unwrap_err().to_string();
    assert_eq!(
        refused(vec![], JobSettings { retry, ..JobSettings::default() }),
        "invalid retry.attempt_timeout `3000 ms`: expected at least 3001 ms"
    );
    assert_eq!(
        refused(vec![], JobSettings { in_flight_max: 0, ..JobSettings::default() }),
        "invalid in_flight_max `0`: expected at least 1"
    );
    assert_eq!(
        refused(vec![plan("a", 1), plan("b", 1), plan("a", 2)], JobSettings::default()),
        "plans[2] is for group `a`, which an earlier plan is for as well; make it a job of its own, after this one"
    );
    assert!(matches!(job(vec![], JobSettings::default()).poll(at(0), &mut free()), Step::Done));
}

#[test]
fn each_setting_may_be_at_its_least() {
    let retry = RetrySettings {
        attempts_max: 1,
        budget: ATTEMPT_TIMEOUT_MIN,
        attempt_timeout: ATTEMPT_TIMEOUT_MIN,
        ..RetrySettings::default()
    };
    let settings = JobSettings { in_flight_max: 1, retry, ..JobSettings::default() };
    assert!(settings.check(&[]).is_ok());
    type Lower = fn(&mut JobSettings);
    let below: [(&str, u128, u128, Lower); 4] = [
        ("in_flight_max", 0, 1, |settings| settings.in_flight_max = 0),
        ("retry.attempts_max", 0, 1, |settings| settings.retry.attempts_max = 0),
        ("retry.budget", 3_000, 3_001, |settings| settings.retry.budget = Duration::from_millis(3_000)),
        ("retry.attempt_timeout", 3_000, 3_001, |settings| {
            settings.retry.attempt_timeout = Duration::from_millis(3_000);
        }),
    ];
    for (setting, found, least, lower) in below {
        let mut settings = settings;
        lower(&mut settings);
        let unit = if setting.ends_with("_max") { "" } else { " ms" };
        assert_eq!(settings.check(&[]), Err(JobError::Setting { setting, found, least, unit }));
    }
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let (seconds, millis) = (Duration::from_secs, Duration::from_millis);
    let backoff = |least, base| crate::Backoff { least, base, max: seconds(10) };
    let retry = RetrySettings {
        attempts_max: 5,
        budget: seconds(30),
        attempt_timeout: seconds(5),
        immediate: backoff(Duration::ZERO, millis(100)),
        delayed: backoff(seconds(1), millis(500)),
    };
    let settings = JobSettings { in_flight_max: 1, retry, deadline: None, keep_answers: true };
    assert_eq!(JobSettings::default(), settings);
    let pace = PaceSettings { calls_max: 200, window: millis(1_000), margin: millis(100) };
    assert_eq!(PaceSettings::default(), pace);
}

/// The pace opens at 10 s, and nothing may begin after 5 s: there is nothing to wait for.
#[test]
fn a_pace_that_opens_after_the_deadline_ends_the_job() {
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
fn what_waits_for_room_ends_when_it_is_too_late() {
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

#[test]
fn unrequested_accounts_are_counted() {
    for others in 0..3 {
        let mut job = job(vec![plan("a", 1)], JobSettings::default());
        let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
        let mut members = vec![Served::new("u0", vec![1000])];
        members.extend((0..others).map(|n| Served::new(format!("other{n}"), vec![1000])));
        let body = Answer::served(1, members).to_json();
        job.on_response(transmit.id, at(1), &Response::new(200, &body)).unwrap();
        let expected = (others > 0).then_some(Anomaly::UnrequestedAccounts(others));
        assert_eq!(job.calls()[0].attempts()[0].anomalies(), expected.as_slice());
    }
}

/// Nothing keeps the job from sending, but the wait of the call itself would end after its last moment.
#[test]
fn a_call_that_must_wait_too_long_ends_at_once() {
    let budget = Duration::from_millis(100) + TRY_TIMEOUT_MIN;
    let retry = RetrySettings { budget, ..RetrySettings::default() };
    let mut job = job(vec![plan("a", 1)], JobSettings { retry, ..JobSettings::default() });
    let Step::Send(outgoing) = job.poll(at(0)) else { panic!() };
    let refused = Answer::refused(ErrorCode::new(10008), "no").to_json();
    job.on_reply(outgoing.id, at(10), &Reply::new(200, &refused)).unwrap();
    assert!(matches!(job.poll(at(10)), Step::Done));
    assert_eq!((counts(&job), job.calls()[0].tries().len()), (vec![(State::Refused, 1)], 1));
}
