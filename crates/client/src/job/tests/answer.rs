//! Answers that contradict the request or themselves.

use super::*;

#[test]
fn an_answer_without_a_list_omits_everybody() {
    for (rest, state) in [(r#","CommandType":2,"MemberList":[]"#, State::Unconfirmed), ("", State::Omitted)] {
        let mut job = job(vec![plan("a", 3)], JobSettings::default());
        let body = format!(r#"{{"ActionStatus":"OK","ErrorCode":0{rest}}}"#);
        assert_eq!(run(&mut job, |_, _| Deed::Say(200, body.clone())).len(), 1);
        assert_eq!(counts(&job), [(state, 3)]);
    }
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
