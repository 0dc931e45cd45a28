//! What is tried again, and what is not.

use super::*;

#[test]
fn a_second_signature_refusal_ends_the_job() {
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
fn hopeless_refusals_end_the_job_or_group() {
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
fn no_wait_follows_the_last_attempt() {
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
fn a_lost_answer_is_retried_then_unconfirmed() {
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
fn retry_after_of_a_gateway_is_obeyed() {
    const REFUSED: &[u8] = br#"{"ActionStatus":"FAIL","ErrorCode":60007,"ErrorInfo":""}"#;
    const EXPIRED: &[u8] = br#"{"ActionStatus":"FAIL","ErrorCode":70001,"ErrorInfo":""}"#;
    for (status, body) in [
        (503, &b"busy"[..]),
        (429, b""),
        (200, b"<html>"),
        (200, REFUSED),
        (429, REFUSED),
        (503, REFUSED),
        (503, EXPIRED),
    ] {
        for (wait, times) in
            [("3", vec![0, 3_010]), ("20", vec![0, 20_010]), ("31", vec![0]), ("99999999999999999999", vec![0])]
        {
            let mut job = job(vec![plan("a", 1)], JobSettings::default());
            let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
            job.on_response(transmit.id, at(10), &Response::new(status, body).with_retry_after(wait)).unwrap();
            let mut sent = vec![0];
            sent.extend(run(&mut job, |_, _| Deed::Serve).iter().map(|(time, ..)| *time));
            assert_eq!(sent, times, "{status} {body:?} {wait}");
            assert_eq!(job.into_result().is_ok(), times.len() == 2);
        }
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
