use avmarks_protocol::modify_user_info::Served;

use super::*;
use crate::PlanSettings;

fn plan(accounts: usize) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), [1000, 1001]));
    Plan::set_marks("@TGS#a", wanted, &PlanSettings::default()).unwrap()
}

fn answered(first: usize, accounts: usize) -> AnsweredCall {
    AnsweredCall::whole(first..first.saturating_add(accounts), 7, Timestamp::from_millis(5))
}

fn progress(plan: &Plan, answered: Vec<AnsweredCall>) -> Progress {
    Progress::new([(plan, answered)])
}

#[test]
fn each_account_of_an_answer_has_a_result() {
    let plan = plan(4);
    let served = [("u1", vec![1001, 1000]), ("u3", vec![1001, 9]), ("u2", vec![5]), ("other", vec![1000])];
    let members = served.map(|(account, marks)| Served::new(account, marks)).into();
    let answer = Answer::served(1, members);
    let (call, anomalies) = AnsweredCall::of(&plan, 1..4, &answer, &Holders::new(), 7, Timestamp::from_millis(5));
    assert_eq!(anomalies, [Anomaly::UnrequestedAccounts(1), Anomaly::UnrequestedMarks(2)]);
    assert_eq!((call.range(), call.random()), (1..4, 7));
    let mut holders = Holders::new();
    call.count(&plan, &mut holders);
    assert_eq!(holders.into_values().collect::<Vec<_>>(), [1, 2]);
    let json = progress(&plan, vec![call]).to_json();
    assert_eq!(
        String::from_utf8(json.clone()).unwrap(),
        format!(
            r#"{{"version":2,"plans":[{{"group":"@TGS#a","change":"set","accounts":4,"fingerprint":"{}","answered":[{{"first":1,"accounts":3,"random":7,"at":5,"partial":[{{"account":3,"marks":[1001],"cause":"mark_full"}}],"unexplained":[2]}}]}}]}}"#,
            hexadecimal(&plan)
        )
    );
    let back = Progress::parse(&json).unwrap();
    assert_eq!((back.accounts(), back.to_json()), (3, json));
    assert_eq!(back.fit(std::slice::from_ref(&plan)).unwrap()[0].len(), 1);
}

#[test]
fn another_version_and_another_plan_are_refused() {
    let mine = plan(4);
    let good = progress(&mine, vec![answered(0, 2)]);
    assert!(matches!(good.fit(&[]), Err(ProgressError::Plans { found: 1, planned: 0 })));
    assert!(matches!(good.fit(&[plan(5)]), Err(ProgressError::OtherPlan { field: "accounts", .. })));
    let other = Plan::set_marks("@TGS#a", (0..4).map(|n| (format!("u{n}"), [1000])), &PlanSettings::default());
    let error = good.fit(&[other.unwrap()]).unwrap_err().to_string();
    assert!(error.starts_with("the progress was made for another plan: plans[0].fingerprint is `"), "{error}");
    let newer = String::from_utf8(good.to_json()).unwrap().replace("\"version\":2", "\"version\":3,\"new\":[]");
    assert_eq!(
        Progress::parse(newer.as_bytes()).unwrap_err().to_string(),
        "the progress has version `3`, and this program reads 2; use the program that wrote it"
    );
    let unchecked: Progress = serde_json::from_str(&newer.replace(",\"new\":[]", "")).unwrap();
    assert_eq!(unchecked.fit(&[mine]), Err(ProgressError::Version { found: 3 }));
    for text in ["", "[]", "{}", r#"{"version":2}"#, r#"{"version":"2"}"#] {
        assert!(matches!(Progress::parse(text.as_bytes()), Err(ProgressError::NotProgress { .. })), "{text}");
    }
}

/// Accounts that are not listed were applied: a misspelt list must not be passed over.
#[test]
fn a_field_that_is_not_known_is_refused() {
    let plan = plan(4);
    let call = AnsweredCall {
        offline: vec![1],
        partial: vec![Partial { account: 0, marks: vec![1000], cause: Cause::Offline }],
        ..answered(0, 2)
    };
    let good = String::from_utf8(progress(&plan, vec![call]).to_json()).unwrap();
    assert!(Progress::parse(good.as_bytes()).is_ok());
    for (from, to) in [
        ("\"offline\":[", "\"ofline\":["),
        ("\"version\":2", "\"version\":2,\"x\":1"),
        ("\"change\"", "\"x\":1,\"change\""),
        ("\"cause\"", "\"x\":1,\"cause\""),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good);
        let error = Progress::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with("not a progress file: unknown field `"), "{error}");
    }
}

#[test]
fn impossible_results_are_refused() {
    let plan = plan(4);
    let partial = |account, marks: &[u32]| vec![Partial { account, marks: marks.to_vec(), cause: Cause::Offline }];
    for bad in [
        answered(0, 0),
        answered(3, 2),
        answered(usize::MAX - 1, 1),
        AnsweredCall { offline: vec![2], ..answered(0, 2) },
        AnsweredCall { mark_full: vec![2], ..answered(0, 2) },
        AnsweredCall { unexplained: vec![2], ..answered(0, 2) },
        AnsweredCall { offline: vec![1, 0], ..answered(0, 2) },
        AnsweredCall { offline: vec![1, 1], ..answered(0, 2) },
        AnsweredCall { offline: vec![1], mark_full: vec![1], ..answered(0, 2) },
        AnsweredCall { partial: partial(0, &[]), ..answered(0, 2) },
        AnsweredCall { partial: partial(0, &[1000, 1001]), ..answered(0, 2) },
        AnsweredCall { partial: partial(0, &[1002]), ..answered(0, 2) },
        AnsweredCall { partial: partial(0, &[1000]), offline: vec![0], ..answered(0, 2) },
        AnsweredCall { partial: partial(3, &[1000]), ..answered(0, 2) },
    ] {
        let error = progress(&plan, vec![answered(2, 1), bad.clone()]).fit(std::slice::from_ref(&plan)).unwrap_err();
        assert!(matches!(error, ProgressError::Call { plan: 0, call: 1, .. }), "{bad:?}: {error}");
    }
    let twice = progress(&plan, vec![answered(2, 2), answered(0, 3)]).fit(std::slice::from_ref(&plan));
    assert_eq!(twice, Err(ProgressError::Twice { plan: 0, account: 2 }));
}

#[test]
fn robots_are_answered_whole() {
    let plan = |kind: fn(&'static str, Vec<String>, &PlanSettings) -> Result<Plan, crate::PlanErrors>| {
        kind("@TGS#a", (0..4).map(|number| format!("robot{number}")).collect(), &PlanSettings::default()).unwrap()
    };
    let (add, delete) = (plan(Plan::add_robots), plan(Plan::delete_robots));
    let whole = progress(&add, vec![AnsweredCall::whole(1..4, 7, Timestamp::from_millis(5))]);
    let json = String::from_utf8(whole.to_json()).unwrap();
    assert!(json.contains(r#""change":"add-robots","accounts":4,"#), "{json}");
    assert!(json.ends_with(r#""answered":[{"first":1,"accounts":3,"random":7,"at":5}]}]}"#), "{json}");
    let back = Progress::parse(json.as_bytes()).unwrap();
    assert_eq!(back.fit(std::slice::from_ref(&add)).unwrap(), [[answered(1, 3)]]);
    assert!(matches!(back.fit(&[delete]), Err(ProgressError::OtherPlan { field: "change", .. })));
    let odd = progress(&add, vec![AnsweredCall { offline: vec![1], ..answered(0, 2) }]);
    assert!(matches!(odd.fit(&[add]), Err(ProgressError::Call { plan: 0, call: 0, .. })));
}
