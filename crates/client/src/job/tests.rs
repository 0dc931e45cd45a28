mod pace;
mod robots;

use std::time::Duration;

use avmarks_protocol::ErrorCode;
use avmarks_protocol::SdkAppId;
use avmarks_protocol::modify_user_info::{Answer, Request, Served};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::UserId;

use super::*;
use crate::{Change, PaceSettings, PlanSettings, RetrySettings, SignatureSettings, State, TRY_TIMEOUT_MIN};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const START: u64 = 1_795_412_030_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

fn plan(group: &str, accounts: usize) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), [1000]));
    Plan::new(Change::Set, group, wanted, &PlanSettings::default()).unwrap()
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
    Fail(Failure),
    Silence,
}

fn served(body: &[u8]) -> Vec<u8> {
    let request = Request::parse(body).unwrap();
    let marks = |marks: &[avmarks_protocol::Integer<'_>]| marks.iter().filter_map(|mark| mark.to_i64()).collect();
    let members = request.member_list.iter().map(|member| Served::new(&*member.account, marks(&member.marks)));
    Answer::served(request.command_type.to_i64().unwrap(), members.collect()).to_json()
}

/// Runs a job to its end in virtual time; each answer takes 10 ms. Gives what was sent: time, group, first, accounts.
fn run(job: &mut Job, mut deed: impl FnMut(&Outgoing, u64) -> Deed) -> Vec<(u64, String, usize, usize)> {
    let (mut now, mut sent) = (at(0), Vec::new());
    loop {
        match job.poll(now) {
            Step::Done => return sent,
            Step::WaitUntil(then) => {
                assert!(then > now, "a wait into the past");
                now = then;
            }
            Step::Send(outgoing) => {
                let time = now.as_millis() - START;
                sent.push((time, outgoing.group.to_string(), outgoing.range.start, outgoing.range.len()));
                let done = deed(&outgoing, time);
                now = now.saturating_add(Duration::from_millis(10));
                let feed = |job: &mut Job, status, body: &[u8]| {
                    job.on_reply(outgoing.id, now, &Reply::new(status, body)).unwrap();
                    assert_eq!(job.on_failure(outgoing.id, now, Failure::TimedOut).unwrap_err().id, outgoing.id);
                };
                match done {
                    Deed::Serve => feed(job, 200, &served(&outgoing.body)),
                    Deed::Refuse(code) => feed(job, 200, &Answer::refused(ErrorCode::new(code), "no").to_json()),
                    Deed::Say(status, text) => feed(job, status, text.as_bytes()),
                    Deed::Fail(failure) => job.on_failure(outgoing.id, now, failure).unwrap(),
                    Deed::Silence => {}
                }
            }
        }
    }
}

fn counts(job: &Job) -> Vec<(State, usize)> {
    let counts = job.report().counts();
    State::ALL.iter().map(|state| (*state, counts.of(*state))).filter(|(_, count)| *count > 0).collect()
}

#[test]
fn groups_take_turns_and_each_keeps_its_order() {
    let mut job = job(vec![plan("a", 1_001), plan("b", 1), plan("c", 501)], JobSettings::default());
    let sent: Vec<_> =
        run(&mut job, |_, _| Deed::Serve).into_iter().map(|(_, group, first, _)| (group, first)).collect();
    let sent: Vec<_> = sent.iter().map(|(group, first)| (&**group, *first)).collect();
    assert_eq!(sent, [("a", 0), ("b", 0), ("c", 0), ("a", 500), ("c", 500), ("a", 1_000)]);
    assert_eq!(counts(&job), [(State::Applied, 1_503)]);
    assert_eq!(job.settled(), 1_503);
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
    assert_eq!((counts(&job), job.signer.sign(at(0)).generation), (vec![(State::Applied, 1_000)], 2));

    let mut job = self::job(vec![plan("a", 1_000), plan("b", 1)], JobSettings::default());
    assert_eq!(run(&mut job, |_, _| Deed::Refuse(70001)).len(), 3);
    assert_eq!(counts(&job), [(State::Refused, 501), (State::NotTried, 500)]);
    let report = job.report();
    let why = report.plans()[0].accounts().last().unwrap().outcome.to_string();
    assert_eq!(why, "not tried: another call found that it is of no use: refused with 70001: `no`");

    let fixed = Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("admin").unwrap(), UserSig::new("eJy"));
    let mut job = Job::new(vec![plan("a", 1_000)], Arc::new(fixed), JobSettings::default(), 7).unwrap();
    assert_eq!(run(&mut job, |_, _| Deed::Refuse(70001)).len(), 1);

    // The minute and the day that these ask for are longer than the budget, and so they are for the next call.
    for code in [70050, 60028] {
        let mut job = self::job(vec![plan("a", 1_000)], JobSettings::default());
        assert_eq!(run(&mut job, |_, _| Deed::Refuse(code)).len(), 1);
        assert_eq!(counts(&job), [(State::Refused, 500), (State::NotTried, 500)]);
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
        || Deed::Fail(Failure::Unusable { what: "certificate not trusted".to_owned() }),
    ] {
        let mut job = job(vec![plan("a", 1_001), plan("b", 2)], JobSettings::default());
        assert_eq!(run(&mut job, |_, _| deed()).len(), 1);
        assert_eq!(job.report().counts().total(), 1_003);
        assert!(job.report().counts().of(State::NotTried) >= 503);
    }
    let mut job = job(vec![plan("a", 1_001), plan("b", 2)], JobSettings::default());
    run(&mut job, |out, _| if out.plan == 0 { Deed::Refuse(10010) } else { Deed::Serve });
    assert_eq!(counts(&job), [(State::Applied, 2), (State::Refused, 500), (State::NotTried, 501)]);
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
    assert_eq!(call.tries().last().unwrap().ended_at(), at(sent[4].0 + 10));
    let randoms: std::collections::BTreeSet<_> = call.tries().iter().map(Try::random).collect();
    assert_eq!((randoms.len(), counts(&job)), (5, vec![(State::Refused, 1)]));
    for once in [10008, 60004] {
        let mut job = self::job(vec![plan("a", 1)], JobSettings::default());
        assert_eq!(run(&mut job, |_, _| Deed::Refuse(once)).len(), 2);
    }
}

#[test]
fn the_budget_bounds_tries_their_time_outs_and_waits() {
    let budget = Duration::from_millis(12_000);
    let retry = RetrySettings { budget, tries_max: 100, ..RetrySettings::default() };
    let mut job = job(vec![plan("a", 1)], JobSettings { retry, ..JobSettings::default() });
    let mut timeouts = Vec::new();
    let sent = run(&mut job, |out, time| {
        timeouts.push(out.timeout);
        assert!(out.timeout >= TRY_TIMEOUT_MIN && Duration::from_millis(time) + out.timeout <= budget);
        Deed::Silence
    });
    assert_eq!(sent.len(), 2);
    assert_eq!(timeouts[0], Duration::from_secs(5));
    assert!(job.calls()[0].tries().last().unwrap().ended_at() <= at(12_000));
    assert_eq!(counts(&job), [(State::Unconfirmed, 1)]);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_what_stays_lost_is_unconfirmed() {
    let lost = || Deed::Fail(Failure::ConnectionLost { what: "reset".to_owned() });
    let mut first = true;
    let mut job = job(vec![plan("a", 3)], JobSettings::default());
    run(&mut job, |_, _| if std::mem::take(&mut first) { lost() } else { Deed::Serve });
    assert_eq!((job.calls()[0].tries().len(), counts(&job)), (2, vec![(State::Applied, 3)]));

    // A refusal afterwards does not say that the lost try was not carried out.
    let mut first = true;
    let mut job = self::job(vec![plan("a", 3)], JobSettings::default());
    run(&mut job, |_, _| if std::mem::take(&mut first) { lost() } else { Deed::Refuse(10004) });
    assert_eq!(counts(&job), [(State::Unconfirmed, 3)]);

    let mut job = self::job(vec![plan("a", 3)], JobSettings::default());
    run(&mut job, |_, _| Deed::Fail(Failure::NotSent { what: "refused".to_owned() }));
    assert_eq!(counts(&job), [(State::NotTried, 3)]);
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
            (1, _) => Deed::Fail(Failure::ConnectionLost { what: "reset".to_owned() }),
            (_, 1) => Deed::Refuse(10004),
            _ => Deed::Refuse(10005),
        }
    });
    assert_eq!((turn, counts(&job)), (1 + 1 + 1 + 4, vec![(State::Unconfirmed, 4)]));
}

#[test]
fn a_try_says_what_to_send_and_shows_neither_body_nor_signature() {
    let mut job = job(vec![plan("a", 2)], JobSettings::default());
    let Step::Send(outgoing) = job.poll(at(0)) else { panic!() };
    assert_eq!(outgoing.path(), "v4/group_open_avchatroom_http_svc/modify_user_info");
    assert_eq!(Some(outgoing.random()), outgoing.query.random);
    let debug = format!("{outgoing:?}");
    assert!(debug.contains(&format!("bytes: {}", outgoing.body.len())) && !debug.contains("Marks"), "{debug}");
}

#[test]
fn a_deadline_ends_the_job_and_nothing_is_begun_that_could_not_be_finished() {
    let settings = JobSettings { deadline: Some(at(5_000)), ..JobSettings::default() };
    let pace = PaceSettings { calls_max: 1, ..PaceSettings::default() };
    let mut job = job(vec![plan("a", 2_000)], JobSettings { pace, ..settings });
    let sent = run(&mut job, |_, _| Deed::Serve);
    assert_eq!(sent.iter().map(|(time, ..)| *time).collect::<Vec<_>>(), [0, 1_000]);
    assert_eq!(counts(&job), [(State::Applied, 1_000), (State::NotTried, 1_000)]);
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
    let pace = PaceSettings { calls_max: 1, window: Duration::from_secs(10) };
    for (late, tries) in [(0, 2), (1, 1)] {
        let window = Duration::from_millis(10_000 - late);
        let retry = RetrySettings { budget: window + TRY_TIMEOUT_MIN, ..RetrySettings::default() };
        let mut job = job(vec![plan("a", 1)], JobSettings { retry, pace, ..JobSettings::default() });
        let mut numbers = Vec::new();
        run(&mut job, |out, _| {
            numbers.push(out.number);
            Deed::Refuse(10002)
        });
        assert_eq!(numbers, [1, 2][..tries], "a budget that ends {late} ms early");

        let deadline = Some(at(10_000 - late).saturating_add(TRY_TIMEOUT_MIN));
        let mut job = self::job(vec![plan("a", 1_000)], JobSettings { deadline, pace, ..JobSettings::default() });
        assert_eq!(run(&mut job, |_, _| Deed::Serve).len(), tries, "a deadline that comes {late} ms early");
    }
}

#[test]
fn a_stop_waits_for_what_is_in_flight_and_sends_nothing_more() {
    let mut job = job(vec![plan("a", 2_000)], JobSettings { in_flight_max: 2, ..JobSettings::default() });
    let mut flying = Vec::new();
    while let Step::Send(outgoing) = job.poll(at(0)) {
        flying.push(outgoing);
    }
    assert_eq!(flying.len(), 2);
    assert_eq!(counts(&job), [(State::Unconfirmed, 1_000), (State::NotTried, 1_000)]);
    job.stop();
    assert!(matches!(job.poll(at(1)), Step::WaitUntil(then) if then == at(5_000)));
    job.on_reply(flying[1].id, at(2), &Reply::new(200, &served(&flying[1].body))).unwrap();
    job.on_reply(flying[0].id, at(3), &Reply::new(502, b"")).unwrap();
    assert!(matches!(job.poll(at(3)), Step::Done));
    assert_eq!(counts(&job), [(State::Applied, 500), (State::Unconfirmed, 500), (State::NotTried, 1_000)]);
}

#[test]
fn an_answer_after_its_time_is_refused() {
    let mut job = job(vec![plan("a", 1)], JobSettings::default());
    let Step::Send(outgoing) = job.poll(at(0)) else { panic!() };
    assert!(matches!(job.poll(at(5_000)), Step::WaitUntil(_) | Step::Send(_)));
    let late = job.on_reply(outgoing.id, at(5_001), &Reply::new(200, &served(&outgoing.body))).unwrap_err();
    assert_eq!(
        late.to_string(),
        "try `0` is not in flight: it was answered before, or its time was over; ask `poll` what to do next"
    );
}

#[test]
fn a_clock_that_runs_back_changes_nothing() {
    let mut job = job(vec![plan("a", 1)], JobSettings::default());
    let Step::Send(outgoing) = job.poll(at(1_000)) else { panic!() };
    job.on_failure(outgoing.id, at(0), Failure::TimedOut).unwrap();
    assert!(matches!(job.poll(at(0)), Step::WaitUntil(then) if then > at(1_000)) || job.calls().is_empty());
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
            2 => Deed::Fail(Failure::ConnectionLost { what: format!("POST https://h/v4?usersig={sig}: reset") }),
            3 => Deed::Say(200, format!(r#"{{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"bad {sig}"}}"#)),
            _ => Deed::Serve,
        }
    });
    let report = job.report();
    let sentences: String = report.plans()[0].accounts().map(|account| account.outcome.to_string()).collect();
    let bytes: Vec<_> = job.calls().iter().flat_map(CallRecord::tries).filter_map(Try::verbatim).collect();
    let bytes = String::from_utf8_lossy(&bytes.concat()).into_owned();
    let progress = String::from_utf8(job.progress().to_json()).unwrap();
    let shown = format!("{job:?} {report:?} {sentences} {bytes} {progress}");
    assert!(bytes.contains("bad …"), "{bytes}");
    assert!(secrets.iter().all(|secret| !shown.contains(secret)));
    let with_signature = |one: &&Try| one.quirks().contains(&Anomaly::Signature);
    let tries = job.calls().iter().flat_map(CallRecord::tries);
    let noted: std::collections::BTreeSet<_> = tries.filter(with_signature).map(|one| one.id.0).collect();
    assert_eq!(noted, [0, 2].into(), "the tries whose response held it, and no others");
}

#[test]
fn settings_out_of_range_and_a_group_twice_are_refused() {
    let retry = RetrySettings { try_timeout: Duration::from_secs(3), ..RetrySettings::default() };
    let refused = |plans, settings| Job::new(plans, signer(), settings, 7).unwrap_err().to_string();
    assert_eq!(
        refused(vec![], JobSettings { retry, ..JobSettings::default() }),
        "retry.try_timeout is `3000` ms; it must be at least 3001 ms"
    );
    assert_eq!(
        refused(vec![], JobSettings { in_flight_max: 0, ..JobSettings::default() }),
        "in_flight_max is `0`; it must be at least 1"
    );
    assert_eq!(
        refused(vec![plan("a", 1), plan("b", 1), plan("a", 2)], JobSettings::default()),
        "plans[2] is for group `a`, as one before it is; make it a job of its own, after this one"
    );
    assert!(matches!(job(vec![], JobSettings::default()).poll(at(0)), Step::Done));
}

#[test]
fn each_setting_may_be_at_its_least_and_not_below() {
    let settings = JobSettings {
        in_flight_max: 1,
        pace: PaceSettings { calls_max: 1, window: Duration::from_millis(1) },
        retry: RetrySettings {
            tries_max: 1,
            budget: TRY_TIMEOUT_MIN,
            try_timeout: TRY_TIMEOUT_MIN,
            ..RetrySettings::default()
        },
        ..JobSettings::default()
    };
    assert!(settings.check(&[]).is_ok());
    type Lower = fn(&mut JobSettings);
    let below: [(&str, u128, u128, Lower); 6] = [
        ("in_flight_max", 0, 1, |settings| settings.in_flight_max = 0),
        ("pace.calls_max", 0, 1, |settings| settings.pace.calls_max = 0),
        ("pace.window", 0, 1, |settings| settings.pace.window = Duration::from_micros(999)),
        ("retry.tries_max", 0, 1, |settings| settings.retry.tries_max = 0),
        ("retry.budget", 3_000, 3_001, |settings| settings.retry.budget = Duration::from_millis(3_000)),
        ("retry.try_timeout", 3_000, 3_001, |settings| settings.retry.try_timeout = Duration::from_millis(3_000)),
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
        tries_max: 5,
        budget: seconds(30),
        try_timeout: seconds(5),
        now: backoff(Duration::ZERO, millis(100)),
        later: backoff(seconds(1), millis(500)),
    };
    let pace = PaceSettings { calls_max: 200, window: millis(1_000) };
    let settings = JobSettings { in_flight_max: 1, pace, retry, deadline: None, keep_answers: true };
    assert_eq!(JobSettings::default(), settings);
}

/// The pace opens at 10 s, and nothing may begin after 5 s: there is nothing to wait for.
#[test]
fn a_job_ends_at_once_where_the_pace_opens_after_the_deadline() {
    let pace = PaceSettings { calls_max: 1, window: Duration::from_secs(10) };
    let deadline = Some(at(5_000).saturating_add(TRY_TIMEOUT_MIN));
    let mut job = job(vec![plan("a", 501)], JobSettings { pace, deadline, ..JobSettings::default() });
    let Step::Send(outgoing) = job.poll(at(0)) else { panic!() };
    job.on_reply(outgoing.id, at(0), &Reply::new(200, &served(&outgoing.body))).unwrap();
    assert!(matches!(job.poll(at(0)), Step::Done));
    assert_eq!(counts(&job), [(State::Applied, 500), (State::NotTried, 1)]);
}

/// While another try leaves no room, a call waits as long as it could begin, and a millisecond later it is too late.
#[test]
fn what_waits_for_room_ends_when_it_is_too_late() {
    let budget = Duration::from_millis(1_000) + TRY_TIMEOUT_MIN;
    let retry = RetrySettings { budget, ..RetrySettings::default() };
    let mut tried = job(vec![plan("a", 1), plan("b", 1)], JobSettings { retry, ..JobSettings::default() });
    let Step::Send(first) = tried.poll(at(0)) else { panic!() };
    tried.on_failure(first.id, at(0), Failure::NotSent { what: "refused".to_owned() }).unwrap();
    let Step::Send(second) = tried.poll(at(0)) else { panic!() };
    assert_eq!((second.plan, second.timeout), (1, budget));
    assert!(matches!(tried.poll(at(0)), Step::WaitUntil(then) if then == at(1_001)));

    let deadline = Some(at(1_000).saturating_add(TRY_TIMEOUT_MIN));
    let mut fresh = job(vec![plan("a", 501)], JobSettings { deadline, ..JobSettings::default() });
    assert!(matches!(fresh.poll(at(0)), Step::Send(_)));
    assert!(matches!(fresh.poll(at(0)), Step::WaitUntil(then) if then == at(1_001)));
}

#[test]
fn accounts_that_nobody_asked_for_are_counted() {
    for strangers in 0..3 {
        let mut job = job(vec![plan("a", 1)], JobSettings::default());
        let Step::Send(outgoing) = job.poll(at(0)) else { panic!() };
        let mut members = vec![Served::new("u0", vec![1000])];
        members.extend((0..strangers).map(|n| Served::new(format!("stranger{n}"), vec![1000])));
        let body = Answer::served(1, members).to_json();
        job.on_reply(outgoing.id, at(1), &Reply::new(200, &body)).unwrap();
        let expected = (strangers > 0).then_some(Anomaly::UnrequestedAccounts(strangers));
        assert_eq!(job.calls()[0].tries()[0].quirks(), expected.as_slice());
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
