use avmarks_protocol::SdkAppId;
use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{ErrorCode, get_online_member_num};
use avmarks_spec::UserId;
use proptest::prelude::*;

use super::*;
use crate::{PaceSettings, SignatureSettings, TRY_TIMEOUT_MIN};

const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
const START: Timestamp = Timestamp::from_millis(1_795_412_030_000);

fn signer() -> Arc<Signer> {
    let (admin, key) = (UserId::parse("admin").unwrap(), SecretKey::new(KEY).unwrap());
    Arc::new(Signer::with_key(SdkAppId::EXAMPLE, admin, key, SignatureSettings::default()).unwrap())
}

fn call(repeatable: bool) -> SingleCall {
    let request = CallRequest { path: "v4/x/do_it".to_owned(), body: b"{}".to_vec(), repeatable };
    SingleCall::new(request, signer(), RetrySettings::default(), 7)
}

fn refused(code: i64) -> (u16, Vec<u8>) {
    (200, envelope_json(&Envelope::fail(ErrorCode::new(code), "no")))
}

fn ok() -> (u16, Vec<u8>) {
    (200, br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","More":[1]}"#.to_vec())
}

/// Runs a call in virtual time; `answer` says what comes back after 10 ms, if anything. Gives when each try was sent.
fn run(
    call: &mut SingleCall,
    mut answer: impl FnMut(&Sending) -> Option<Result<(u16, Vec<u8>), Failure>>,
) -> (Result<Answered, Unanswered>, Vec<u64>) {
    let mut pace = Pace::new(PaceSettings::default());
    let (mut now, mut sent) = (START, Vec::new());
    loop {
        match call.poll(now, &mut pace) {
            CallStep::Done(outcome) => return (outcome, sent),
            CallStep::WaitUntil(then) => {
                assert!(then > now, "a wait into the past");
                now = then;
            }
            CallStep::Send(sending) => {
                sent.push(now.saturating_duration_since(START).as_millis() as u64);
                let came = answer(&sending);
                now = now.saturating_add(Duration::from_millis(10));
                match came {
                    Some(Ok((status, body))) => call.on_reply(sending.id, now, &Reply::new(status, &body)).unwrap(),
                    Some(Err(failure)) => call.on_failure(sending.id, now, failure).unwrap(),
                    None => continue,
                }
                assert!(call.on_failure(sending.id, now, Failure::TimedOut).is_err());
            }
        }
    }
}

#[test]
fn an_answer_comes_back_whole() {
    let mut call = call(true);
    let (outcome, sent) = run(&mut call, |_| Some(Ok(ok())));
    let answered = outcome.unwrap();
    let shown = format!("{answered:?}");
    assert!(shown.contains("bytes: 61") && !shown.contains("More"), "the body is counted and not shown: {shown}");
    assert_eq!((answered.body, answered.envelope.is_ok(), answered.quirks, sent), (ok().1, true, vec![], vec![0]));
}

#[test]
fn a_code_as_a_string_is_mended_so_that_the_body_can_be_read() {
    let body = br#"{"ActionStatus":"OK","ErrorCode":"0","OnlineMemberNum":3}"#;
    let answered = run(&mut call(true), |_| Some(Ok((200, body.to_vec())))).0.unwrap();
    assert_eq!(answered.quirks, [Anomaly::CodeAsText]);
    let answer = get_online_member_num::Answer::parse(&answered.body).unwrap();
    assert_eq!(answer.online_member_num, Some(3));
}

#[test]
fn it_is_tried_again_by_the_rules_of_a_job() {
    for (code, tries) in [(10002, 5), (10008, 2), (10010, 1), (60007, 5), (70001, 2), (60028, 1), (10005, 1)] {
        let (outcome, sent) = run(&mut call(true), |_| Some(Ok(refused(code))));
        let unanswered = outcome.unwrap_err();
        assert_eq!((sent.len(), unanswered.tries().count()), (tries, tries), "{code}");
        assert!(
            matches!(unanswered.last().heard(), AttemptResult::Refused { code: found, .. } if found.number() == code)
        );
    }
    let (_, sent) = run(&mut call(true), |_| Some(Ok(refused(60007))));
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "{sent:?}");
}

#[test]
fn a_signature_that_was_refused_is_renewed() {
    let mut signatures: Vec<UserSig> = Vec::new();
    let (outcome, _) = run(&mut call(true), |sending| {
        signatures.push(sending.query.usersig.clone());
        Some(Ok(if signatures.len() == 1 { refused(70001) } else { ok() }))
    });
    assert!(outcome.is_ok());
    let mut call = call(true);
    call.signer = Arc::new(Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("a").unwrap(), UserSig::new("eJy")));
    assert_eq!(run(&mut call, |_| Some(Ok(refused(70001)))).1.len(), 1);
}

#[test]
fn what_does_harm_twice_is_repeated_only_where_it_was_not_carried_out() {
    let text = || "reset".to_owned();
    for (failure, tries) in [
        (Failure::NotSent { what: text() }, 5),
        (Failure::ConnectionLost { what: text() }, 1),
        (Failure::TimedOut, 1),
        (Failure::Unusable { what: text() }, 1),
    ] {
        let (outcome, sent) = run(&mut call(false), |_| Some(Err(failure.clone())));
        let unanswered = outcome.unwrap_err();
        assert_eq!((sent.len(), unanswered.may_have_been_served()), (tries, failure.may_have_been_served()));
    }
    assert_eq!(run(&mut call(false), |_| Some(Ok((502, vec![])))).1.len(), 1);
    assert_eq!(run(&mut call(false), |_| Some(Ok(refused(10002)))).1.len(), 5);
    assert_eq!(run(&mut call(true), |_| Some(Ok((502, vec![])))).1.len(), 5);
}

#[test]
fn silence_ends_with_the_budget() {
    let mut call = call(true);
    call.retry = RetrySettings { budget: Duration::from_secs(12), tries_max: 100, ..call.retry };
    let (outcome, sent) = run(&mut call, |sending| {
        assert!(sending.timeout >= TRY_TIMEOUT_MIN);
        None
    });
    assert_eq!((sent.len(), outcome.unwrap_err().last().heard()), (2, &AttemptResult::Failed(Failure::TimedOut)));
}

#[test]
fn a_pace_that_is_full_is_waited_for_and_not_beyond_the_budget() {
    let mut pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_secs(60) });
    assert!(pace.admit(START));
    let mut call = call(true);
    let CallStep::WaitUntil(then) = call.poll(START, &mut pace) else { panic!() };
    assert_eq!(then, START.saturating_add(Duration::from_secs(60)));
    let CallStep::Send(sending) = call.poll(then, &mut pace) else { panic!() };
    call.on_failure(sending.id, then, Failure::TimedOut).unwrap();
    assert!(matches!(call.poll(then, &mut pace), CallStep::Done(Err(_))));
    assert!(matches!(call.poll(then, &mut pace), CallStep::Done(Err(_))));
}

#[test]
fn the_last_moment_that_the_budget_leaves_for_a_try_is_used() {
    let budget = Duration::from_secs(10);
    for (late, again) in [(Duration::ZERO, true), (Duration::from_millis(1), false)] {
        let mut call = call(true);
        call.retry = RetrySettings { budget, ..call.retry };
        let mut pace = Pace::new(PaceSettings { calls_max: 1, window: budget - TRY_TIMEOUT_MIN + late });
        let CallStep::Send(sending) = call.poll(START, &mut pace) else { panic!() };
        let (_, body) = refused(10002);
        call.on_reply(sending.id, START, &Reply::new(200, &body)).unwrap();
        match call.poll(START, &mut pace) {
            CallStep::WaitUntil(then) if again => {
                assert_eq!(then, START.saturating_add(budget - TRY_TIMEOUT_MIN));
                let CallStep::Send(sending) = call.poll(then, &mut pace) else { panic!() };
                assert_eq!(sending.timeout, TRY_TIMEOUT_MIN);
            }
            CallStep::Done(Err(unanswered)) if !again => assert_eq!(unanswered.tries().count(), 1),
            step => panic!("{late:?}: {step:?}"),
        }
    }
}

#[test]
fn what_comes_back_for_an_earlier_try_is_not_taken_for_the_latest() {
    let (mut call, mut pace) = (call(true), Pace::new(PaceSettings::default()));
    let CallStep::Send(first) = call.poll(START, &mut pace) else { panic!() };
    let CallStep::WaitUntil(then) = call.poll(START.saturating_add(first.timeout), &mut pace) else { panic!() };
    let CallStep::Send(second) = call.poll(then, &mut pace) else { panic!() };
    let reply = Reply::new(200, br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"late"}"#);
    assert_eq!(call.on_reply(first.id, then, &reply), Err(NotInFlight { id: first.id }));
    assert_eq!(call.on_failure(first.id, then, Failure::TimedOut), Err(NotInFlight { id: first.id }));
    call.on_reply(second.id, then, &Reply::new(200, &ok().1)).unwrap();
    let CallStep::Done(Ok(answered)) = call.poll(then, &mut pace) else { panic!() };
    assert_eq!(answered.body, ok().1);
}

#[test]
fn what_became_of_it_is_one_line_and_holds_no_secret() {
    let mut secrets = vec![KEY.to_owned()];
    let (outcome, _) = run(&mut call(true), |sending| {
        let sig = sending.query.usersig.as_str().to_owned();
        let body = format!("<h1>POST /v4?usersig={sig}\n</h1>").into_bytes();
        let what = format!("https://h/v4?usersig={sig}");
        secrets.push(sig);
        Some(if secrets.len() == 2 { Ok((502, body)) } else { Err(Failure::Unusable { what }) })
    });
    let unanswered = outcome.unwrap_err();
    let text = unanswered.to_string();
    let random = unanswered.last().random();
    let heard = "not sent, nor will it ever be by this way: `https://h/v4?usersig=…`";
    assert_eq!(text, format!("`do_it` was given up after 2 tries, the last with `random` {random}: {heard}"));
    assert!(secrets.iter().all(|secret| !format!("{text} {unanswered:?}").contains(secret)));
    let mut odd = call(true);
    let mut sig = String::new();
    let answered = run(&mut odd, |sending| {
        sig = sending.query.usersig.as_str().to_owned();
        Some(Ok((200, format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"You":"{sig}"}}"#).into_bytes())))
    });
    let answered = answered.0.unwrap();
    assert!(!String::from_utf8_lossy(&answered.body).contains(&sig));
    assert_eq!(answered.quirks, [Anomaly::Signature]);
}

proptest! {
    /// Whatever comes back, and however late: the call ends, within its budget and its tries, each with a `random` of its own;
    /// the pace holds; nothing that does harm twice is sent again after it may have been carried out.
    #[test]
    fn it_ends_within_its_limits(
        deeds in prop::collection::vec((0u8..9, 0u64..7_000), 1..8),
        repeatable: bool,
        seed: u64,
        tries_max in 1u32..6,
        budget in 3_001u64..20_000,
        window in 1u64..5_000,
    ) {
        let mut call = call(repeatable);
        let budget = Duration::from_millis(budget);
        call.retry = RetrySettings { tries_max, budget, ..call.retry };
        call.random = Random::new(seed);
        let mut pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_millis(window) });
        let (mut now, mut sent, mut randoms) = (START, Vec::new(), std::collections::BTreeSet::new());
        let mut may_have_been_served = false;
        let outcome = loop {
            match call.poll(now, &mut pace) {
                CallStep::Done(outcome) => break outcome,
                CallStep::WaitUntil(then) => {
                    prop_assert!(then > now);
                    now = then;
                }
                CallStep::Send(sending) => {
                    prop_assert!(repeatable || !may_have_been_served);
                    prop_assert!(sent.last().is_none_or(|last| now.saturating_duration_since(*last).as_millis() >= window.into()));
                    sent.push(now);
                    prop_assert!(sending.timeout >= TRY_TIMEOUT_MIN);
                    prop_assert!(now.saturating_add(sending.timeout) <= sent[0].saturating_add(budget));
                    prop_assert!(randoms.insert(sending.query.random));
                    let (deed, latency) = deeds[sent.len() % deeds.len()];
                    let latency = Duration::from_millis(latency);
                    let text = || "lost".to_owned();
                    let came = match deed {
                        0 => Some(Ok(ok())),
                        1 => Some(Ok(refused(10002))),
                        2 => Some(Ok(refused(60007))),
                        3 => Some(Ok(refused(70003))),
                        4 => Some(Ok((502, b"<html>".to_vec()))),
                        5 => Some(Err(Failure::NotSent { what: text() })),
                        6 => Some(Err(Failure::ConnectionLost { what: text() })),
                        7 => Some(Ok((200, ok().1[..30].to_vec()))),
                        _ => None,
                    };
                    may_have_been_served |= !matches!(deed, 1 | 2 | 3 | 5) || latency >= sending.timeout;
                    now = now.saturating_add(latency.min(sending.timeout));
                    if latency < sending.timeout {
                        match came {
                            Some(Ok((status, body))) => call.on_reply(sending.id, now, &Reply::new(status, &body)).unwrap(),
                            Some(Err(failure)) => call.on_failure(sending.id, now, failure).unwrap(),
                            None => {}
                        }
                    }
                }
            }
        };
        prop_assert!(sent.len() <= tries_max as usize);
        match outcome {
            Ok(answered) => prop_assert!(answered.envelope.is_ok() && randoms.contains(&Some(answered.random))),
            Err(unanswered) => {
                prop_assert_eq!(unanswered.tries().count(), sent.len());
                prop_assert_eq!(unanswered.may_have_been_served(), may_have_been_served);
            }
        }
    }
}

#[test]
fn one_try_is_told_as_one() {
    let unanswered = run(&mut call(true), |_| Some(Ok(refused(10010)))).0.unwrap_err().to_string();
    assert!(unanswered.starts_with("`do_it` was given up after 1 try, the last with `random` "), "{unanswered}");
}
