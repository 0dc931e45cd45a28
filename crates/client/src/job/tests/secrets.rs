//! Key and signature in what is printed and kept.

use super::*;

#[test]
fn transmit_prints_neither_body_nor_signature() {
    let mut job = job(vec![plan("a", 2)], JobSettings::default());
    let Step::Send(transmit) = job.poll(at(0), &mut free()) else { panic!() };
    assert_eq!(transmit.path, "v4/group_open_avchatroom_http_svc/modify_user_info");
    assert_eq!(Some(transmit.random()), transmit.query.random);
    let debug = format!("{transmit:?}");
    assert!(debug.contains(&format!("bytes: {}", transmit.body.len())) && !debug.contains("Marks"), "{debug}");
}

#[test]
fn repeated_secrets_are_never_printed() {
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
    let noted: std::collections::BTreeSet<_> = tries.filter(with_signature).map(|one| one.id).collect();
    assert_eq!(noted, [0, 2].into(), "the tries whose response held it, and no others");
}

#[test]
fn former_signatures_are_redacted_too() {
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
