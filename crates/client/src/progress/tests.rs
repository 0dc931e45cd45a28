use avmarks_protocol::modify_user_info::Served;

use super::*;
use crate::{Change, PlanSettings};

fn plan(accounts: usize) -> Plan {
    let wanted = (0..accounts).map(|n| (format!("u{n}"), [1000, 1001]));
    Plan::new(Change::Set, "@TGS#a", wanted, &PlanSettings::default()).unwrap()
}

fn settled(first: usize, accounts: usize) -> Settled {
    Settled { first, accounts, random: 7, at: 5, partly: Vec::new(), omitted: Vec::new() }
}

fn progress(plan: &Plan, settled: Vec<Settled>) -> Progress {
    Progress::new([(plan, settled)])
}

#[test]
fn an_answer_settles_each_account_of_its_call() {
    let plan = plan(4);
    let served = [("u1", vec![1001, 1000]), ("u3", vec![1001, 9]), ("u2", vec![5]), ("other", vec![1000])];
    let members = served.map(|(account, marks)| Served::new(account, marks)).into();
    let (settled, strangers) = Settled::of(&plan, 1..4, &Answer::served(1, members), 7, Timestamp::from_millis(5));
    assert_eq!(strangers, 1);
    assert_eq!((settled.range(), settled.random(), settled.at()), (1..4, 7, Timestamp::from_millis(5)));
    let json = progress(&plan, vec![settled]).to_json();
    assert_eq!(
        String::from_utf8(json.clone()).unwrap(),
        format!(
            r#"{{"version":1,"plans":[{{"group":"@TGS#a","change":"set","accounts":4,"fingerprint":"{}","settled":[{{"first":1,"accounts":3,"random":7,"at":5,"partly":[{{"account":3,"marks":[1001]}}],"omitted":[2]}}]}}]}}"#,
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
    let good = progress(&mine, vec![settled(0, 2)]);
    assert!(matches!(good.fit(&[]), Err(ProgressError::Plans { found: 1, planned: 0 })));
    assert!(matches!(good.fit(&[plan(5)]), Err(ProgressError::OtherPlan { field: "accounts", .. })));
    let other = Plan::new(Change::Set, "@TGS#a", (0..4).map(|n| (format!("u{n}"), [1000])), &PlanSettings::default());
    let fault = good.fit(&[other.unwrap()]).unwrap_err().to_string();
    assert!(fault.starts_with("plans[0].fingerprint of the progress is `"), "{fault}");
    let newer = String::from_utf8(good.to_json()).unwrap().replace("\"version\":1", "\"version\":2,\"new\":[]");
    assert_eq!(
        Progress::parse(newer.as_bytes()).unwrap_err().to_string(),
        "the progress has version `2`, and this program reads 1; use the program that wrote it"
    );
    let unchecked: Progress = serde_json::from_str(&newer).unwrap();
    assert_eq!(unchecked.fit(&[mine]), Err(ProgressError::Version { found: 2 }));
    for text in ["", "[]", "{}", r#"{"version":1}"#, r#"{"version":"1"}"#] {
        assert!(matches!(Progress::parse(text.as_bytes()), Err(ProgressError::NotProgress { .. })), "{text}");
    }
}

#[test]
fn what_cannot_have_been_is_refused() {
    let plan = plan(4);
    let partly = |account, marks: &[u32]| vec![Partly { account, marks: marks.to_vec() }];
    for bad in [
        settled(0, 0),
        settled(3, 2),
        settled(usize::MAX, usize::MAX),
        Settled { omitted: vec![2], ..settled(0, 2) },
        Settled { omitted: vec![1, 0], ..settled(0, 2) },
        Settled { omitted: vec![1, 1], ..settled(0, 2) },
        Settled { partly: partly(0, &[]), ..settled(0, 2) },
        Settled { partly: partly(0, &[1000, 1001]), ..settled(0, 2) },
        Settled { partly: partly(0, &[1002]), ..settled(0, 2) },
        Settled { partly: partly(0, &[1000]), omitted: vec![0], ..settled(0, 2) },
        Settled { partly: partly(3, &[1000]), ..settled(0, 2) },
    ] {
        let fault = progress(&plan, vec![settled(2, 1), bad.clone()]).fit(std::slice::from_ref(&plan)).unwrap_err();
        assert!(matches!(fault, ProgressError::Settled { plan: 0, call: 1, .. }), "{bad:?}: {fault}");
    }
    let twice = progress(&plan, vec![settled(2, 2), settled(0, 3)]).fit(std::slice::from_ref(&plan));
    assert_eq!(twice, Err(ProgressError::Twice { plan: 0, account: 2 }));
}

#[test]
fn robots_are_settled_whole_or_not_at_all() {
    let plan = |kind: fn(&str, Vec<String>, &PlanSettings) -> Result<Plan, crate::PlanFaults>| {
        kind("@TGS#a", (0..4).map(|number| format!("robot{number}")).collect(), &PlanSettings::default()).unwrap()
    };
    let (add, delete) = (plan(Plan::add_robots), plan(Plan::delete_robots));
    let whole = progress(&add, vec![Settled::whole(1..4, 7, Timestamp::from_millis(5))]);
    let json = String::from_utf8(whole.to_json()).unwrap();
    assert!(json.contains(r#""change":"add-robots","accounts":4,"#), "{json}");
    assert!(json.ends_with(r#""settled":[{"first":1,"accounts":3,"random":7,"at":5}]}]}"#), "{json}");
    let back = Progress::parse(json.as_bytes()).unwrap();
    assert_eq!(back.fit(std::slice::from_ref(&add)).unwrap(), [[settled(1, 3)]]);
    assert!(matches!(back.fit(&[delete]), Err(ProgressError::OtherPlan { field: "change", .. })));
    let odd = progress(&add, vec![Settled { omitted: vec![1], ..settled(0, 2) }]);
    assert!(matches!(odd.fit(&[add]), Err(ProgressError::Settled { plan: 0, call: 0, .. })));
}
