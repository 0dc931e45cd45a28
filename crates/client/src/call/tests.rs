use avmarks_protocol::SdkAppId;
use avmarks_protocol::internal::envelope_json;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::{ErrorCode, get_online_member_num};
use avmarks_spec::UserId;
use proptest::prelude::*;

use std::time::Duration;

use super::*;
use crate::random::Random;
use crate::{ATTEMPT_TIMEOUT_MIN, PaceSettings, SignatureSettings, Transmit};

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
    mut answer: impl FnMut(&Transmit) -> Option<Result<(u16, Vec<u8>), TransportError>>,
) -> (Result<CallAnswer, UnansweredError>, Vec<u64>) {
    let mut pace = Pace::new(PaceSettings::default());
    let (mut now, mut sent) = (START, Vec::new());
    loop {
        match call.poll(now, &mut pace) {
            Step::Done => return (std::mem::replace(call, self::call(true)).into_result(), sent),
            Step::WaitUntil(then) => {
                assert!(then > now, "a wait into the past");
                now = then;
            }
            Step::Send(transmit) => {
                sent.push(now.saturating_duration_since(START).as_millis() as u64);
                let came = answer(&transmit);
                now = now.saturating_add(Duration::from_millis(10));
                match came {
                    Some(Ok((status, body))) => {
                        call.on_response(transmit.id, now, &Response::new(status, &body)).unwrap()
                    }
                    Some(Err(failure)) => call.on_failure(transmit.id, now, failure).unwrap(),
                    None => continue,
                }
                assert!(call.on_failure(transmit.id, now, TransportError::TimedOut).is_err());
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
    assert_eq!((answered.body, answered.envelope.is_ok(), answered.anomalies, sent), (ok().1, true, vec![], vec![0]));
}

#[test]
fn a_code_as_string_becomes_a_number() {
    let body = br#"{"ActionStatus":"OK","ErrorCode":"0","OnlineMemberNum":3}"#;
    let answered = run(&mut call(true), |_| Some(Ok((200, body.to_vec())))).0.unwrap();
    assert_eq!(answered.anomalies, [Anomaly::CodeAsText]);
    let answer = get_online_member_num::Answer::parse(&answered.body).unwrap();
    assert_eq!(answer.online_member_num, Some(3));
}

#[test]
fn a_single_call_is_retried_like_jobs() {
    for (code, tries) in [(10002, 5), (10008, 2), (10010, 1), (60007, 5), (70001, 2), (60028, 1), (10005, 1)] {
        let (outcome, sent) = run(&mut call(true), |_| Some(Ok(refused(code))));
        let unanswered = outcome.unwrap_err();
        assert_eq!((sent.len(), unanswered.attempts().len()), (tries, tries), "{code}");
        assert!(
            matches!(unanswered.result().unwrap(), AttemptResult::Refused { code: found, .. } if found.number() == code)
        );
    }
    let (_, sent) = run(&mut call(true), |_| Some(Ok(refused(60007))));
    assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "{sent:?}");
}

#[test]
fn a_signature_that_was_refused_is_renewed() {
    let mut signatures: Vec<UserSig> = Vec::new();
    let (outcome, _) = run(&mut call(true), |transmit| {
        signatures.push(transmit.query.usersig.clone());
        Some(Ok(if signatures.len() == 1 { refused(70001) } else { ok() }))
    });
    assert!(outcome.is_ok());
    let mut call = call(true);
    call.sender.signer = Arc::new(Signer::fixed(SdkAppId::EXAMPLE, UserId::parse("a").unwrap(), UserSig::new("eJy")));
    assert_eq!(run(&mut call, |_| Some(Ok(refused(70001)))).1.len(), 1);
}

#[test]
fn unrepeatable_calls_are_retried_only_if_unsent() {
    let text = || "reset".to_owned();
    for (failure, tries) in [
        (TransportError::NotSent { message: text() }, 5),
        (TransportError::ConnectionLost { message: text() }, 1),
        (TransportError::TimedOut, 1),
        (TransportError::Unusable { message: text() }, 1),
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
    call.sender.retry = RetrySettings { budget: Duration::from_secs(12), attempts_max: 100, ..call.sender.retry };
    let (outcome, sent) = run(&mut call, |transmit| {
        assert!(transmit.timeout >= ATTEMPT_TIMEOUT_MIN);
        None
    });
    assert_eq!(
        (sent.len(), outcome.unwrap_err().result().unwrap()),
        (2, &AttemptResult::Failed(TransportError::TimedOut))
    );
}

#[test]
fn a_call_in_flight_may_have_been_served() {
    let (mut call, mut pace) = (call(true), Pace::new(PaceSettings::default()));
    let Step::Send(_) = call.poll(START, &mut pace) else { panic!() };
    let unanswered = call.into_result().unwrap_err();
    assert!(unanswered.may_have_been_served());
    assert_eq!(unanswered.attempts().len(), 1);
    let unsent = self::call(true).into_result().unwrap_err();
    assert_eq!(
        (unsent.may_have_been_served(), unsent.to_string()),
        (false, "`do_it` was given up after 0 attempts".to_owned())
    );
}

#[test]
fn the_wait_for_pace_respects_the_budget() {
    let mut pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_secs(60), margin: Duration::ZERO });
    assert!(pace.admit(START));
    let mut call = call(true);
    let Step::WaitUntil(then) = call.poll(START, &mut pace) else { panic!() };
    assert_eq!(then, START.saturating_add(Duration::from_secs(60)));
    let Step::Send(transmit) = call.poll(then, &mut pace) else { panic!() };
    call.on_failure(transmit.id, then, TransportError::TimedOut).unwrap();
    assert!(matches!(call.poll(then, &mut pace), Step::Done));
    assert!(matches!(call.poll(then, &mut pace), Step::Done));
    assert!(call.into_result().is_err());
}

#[test]
fn the_last_attempt_may_use_the_budget() {
    let budget = Duration::from_secs(10);
    for (late, again) in [(Duration::ZERO, true), (Duration::from_millis(1), false)] {
        let mut call = call(true);
        call.sender.retry = RetrySettings { budget, ..call.sender.retry };
        let mut pace = Pace::new(PaceSettings {
            calls_max: 1,
            window: budget - ATTEMPT_TIMEOUT_MIN + late,
            margin: Duration::ZERO,
        });
        let Step::Send(transmit) = call.poll(START, &mut pace) else { panic!() };
        let (_, body) = refused(10002);
        call.on_response(transmit.id, START, &Response::new(200, &body)).unwrap();
        match call.poll(START, &mut pace) {
            Step::WaitUntil(then) if again => {
                assert_eq!(then, START.saturating_add(budget - ATTEMPT_TIMEOUT_MIN));
                let Step::Send(transmit) = call.poll(then, &mut pace) else { panic!() };
                assert_eq!(transmit.timeout, ATTEMPT_TIMEOUT_MIN);
            }
            Step::Done if !again => {
                let unanswered = call.into_result().unwrap_err();
                assert_eq!(unanswered.attempts().len(), 1);
            }
            step => panic!("{late:?}: {step:?}"),
        }
    }
}

#[test]
fn late_responses_to_earlier_attempts_are_refused() {
    let (mut call, mut pace) = (call(true), Pace::new(PaceSettings::default()));
    let Step::Send(first) = call.poll(START, &mut pace) else { panic!() };
    let Step::WaitUntil(then) = call.poll(START.saturating_add(first.timeout), &mut pace) else { panic!() };
    let Step::Send(second) = call.poll(then, &mut pace) else { panic!() };
    let reply = Response::new(200, br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"late"}"#);
    assert_eq!(call.on_response(first.id, then, &reply), Err(NotInFlightError { id: first.id }));
    assert_eq!(call.on_failure(first.id, then, TransportError::TimedOut), Err(NotInFlightError { id: first.id }));
    call.on_response(second.id, then, &Response::new(200, &ok().1)).unwrap();
    let Step::Done = call.poll(then, &mut pace) else { panic!() };
    let answered = call.into_result().unwrap();
    assert_eq!(answered.body, ok().1);
}

#[test]
fn the_result_is_one_line_without_secrets() {
    let mut secrets = vec![KEY.to_owned()];
    let (outcome, _) = run(&mut call(true), |transmit| {
        let sig = transmit.query.usersig.as_str().to_owned();
        let body = format!("<h1>POST /v4?usersig={sig}\n</h1>").into_bytes();
        let what = format!("https://h/v4?usersig={sig}");
        secrets.push(sig);
        Some(if secrets.len() == 2 { Ok((502, body)) } else { Err(TransportError::Unusable { message: what }) })
    });
    let unanswered = outcome.unwrap_err();
    let text = unanswered.to_string();
    let random = unanswered.attempts().last().unwrap().random();
    let heard = "not sent, and a retry cannot succeed: https://h/v4?usersig=…";
    assert_eq!(text, format!("`do_it` was given up after 2 attempts, the last with `random` {random}: {heard}"));
    assert!(secrets.iter().all(|secret| !format!("{text} {unanswered:?}").contains(secret)));
    let mut odd = call(true);
    let mut sig = String::new();
    let answered = run(&mut odd, |transmit| {
        sig = transmit.query.usersig.as_str().to_owned();
        Some(Ok((200, format!(r#"{{"ActionStatus":"OK","ErrorCode":0,"You":"{sig}"}}"#).into_bytes())))
    });
    let answered = answered.0.unwrap();
    assert!(!String::from_utf8_lossy(&answered.body).contains(&sig));
    assert_eq!(answered.anomalies, [Anomaly::Signature]);
}

proptest! {
    /// Whatever comes back, and however late: the call ends, within its budget and its tries, each with a `random` of its own;
    /// the pace holds; nothing that does harm twice is sent again after it may have been carried out.
    #[test]
    fn it_ends_within_its_limits(
        deeds in prop::collection::vec((0u8..9, 0u64..7_000), 1..8),
        repeatable: bool,
        seed: u64,
        attempts_max in 1u32..6,
        budget in 3_001u64..20_000,
        window in 1u64..5_000,
    ) {
        let mut call = call(repeatable);
        let budget = Duration::from_millis(budget);
        call.sender.retry = RetrySettings { attempts_max, budget, ..call.sender.retry };
        call.sender.random = Random::new(seed);
        let mut pace = Pace::new(PaceSettings { calls_max: 1, window: Duration::from_millis(window), margin: Duration::ZERO });
        let (mut now, mut sent, mut randoms) = (START, Vec::new(), std::collections::BTreeSet::new());
        let mut may_have_been_served = false;
        let outcome = loop {
            match call.poll(now, &mut pace) {
                Step::Done => break call.into_result(),
                Step::WaitUntil(then) => {
                    prop_assert!(then > now);
                    now = then;
                }
                Step::Send(transmit) => {
                    prop_assert!(repeatable || !may_have_been_served);
                    prop_assert!(sent.last().is_none_or(|last| now.saturating_duration_since(*last).as_millis() >= window.into()));
                    sent.push(now);
                    prop_assert!(transmit.timeout >= ATTEMPT_TIMEOUT_MIN);
                    prop_assert!(now.saturating_add(transmit.timeout) <= sent[0].saturating_add(budget));
                    prop_assert!(randoms.insert(transmit.query.random));
                    let (deed, latency) = deeds[sent.len() % deeds.len()];
                    let latency = Duration::from_millis(latency);
                    let text = || "lost".to_owned();
                    let came = match deed {
                        0 => Some(Ok(ok())),
                        1 => Some(Ok(refused(10002))),
                        2 => Some(Ok(refused(60007))),
                        3 => Some(Ok(refused(70003))),
                        4 => Some(Ok((502, b"<html>".to_vec()))),
                        5 => Some(Err(TransportError::NotSent { message: text() })),
                        6 => Some(Err(TransportError::ConnectionLost { message: text() })),
                        7 => Some(Ok((200, ok().1[..30].to_vec()))),
                        _ => None,
                    };
                    may_have_been_served |= !matches!(deed, 1 | 2 | 3 | 5) || latency >= transmit.timeout;
                    now = now.saturating_add(latency.min(transmit.timeout));
                    if latency < transmit.timeout {
                        match came {
                            Some(Ok((status, body))) => call.on_response(transmit.id, now, &Response::new(status, &body)).unwrap(),
                            Some(Err(failure)) => call.on_failure(transmit.id, now, failure).unwrap(),
                            None => {}
                        }
                    }
                }
            }
        };
        prop_assert!(sent.len() <= attempts_max as usize);
        match outcome {
            Ok(answered) => prop_assert!(answered.envelope.is_ok() && randoms.contains(&Some(answered.random))),
            Err(unanswered) => {
                prop_assert_eq!(unanswered.attempts().len(), sent.len());
                prop_assert_eq!(unanswered.may_have_been_served(), may_have_been_served);
            }
        }
    }
}

#[test]
fn one_attempt_is_told_as_one() {
    let unanswered = run(&mut call(true), |_| Some(Ok(refused(10010)))).0.unwrap_err().to_string();
    assert!(unanswered.starts_with("`do_it` was given up after 1 attempt, the last with `random` "), "{unanswered}");
}
