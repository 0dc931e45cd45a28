//! Operations: every line is valid, and both ways to tell them say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use avmarks_generators::Generate;
use avmarks_generators::operations::{Input, Run, Step, small_limits};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::{Endpoint, add_robots, modify_admin};
use avmarks_service::{App, Request, Settings, scenario::Scenario};
use avmarks_spec::{Gap, GroupId, Timestamp, UserId};
use avmarks_testkit::service_with;

use crate::{noise, values};

fn group(id: &str) -> GroupId {
    GroupId::parse(id).unwrap()
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

/// Tells a service what a scenario line would, as values.
fn tell(app: &mut App, input: &Input, now: Timestamp) -> Option<Vec<u8>> {
    let mut settings: Settings = app.settings().clone();
    match input {
        Input::App { sdkappid, admins, marks_supported, online_list_enabled } => {
            settings.sdkappid = SdkAppId::new(*sdkappid).unwrap();
            settings.admins = admins.iter().map(|admin| (*admin).to_owned()).collect();
            settings.terms.marks_supported = *marks_supported;
            settings.terms.online_list_enabled = *online_list_enabled;
        }
        Input::Policy { field, reading } => settings.terms.policy.set(Gap::from_name(field).unwrap(), reading).unwrap(),
        Input::CreateGroup { group: id, kind, owner } => {
            app.create_group(group(id), *kind, owner.map(user), now);
        }
        Input::DestroyGroup { group: id } => {
            app.destroy_group(group(id), now);
        }
        Input::Presence { presence, group: id, accounts } => {
            let accounts: Vec<_> = accounts.iter().map(|account| user(account)).collect();
            app.apply_presence(group(id), *presence, &accounts, now);
        }
        Input::Call { identifier, path, body } => {
            let call = Request::trusted(identifier, path, body.as_bytes());
            return Some(app.handle(&call, now).answer.body);
        }
        Input::Tick => {}
    }
    app.tick(now);
    app.configure(settings);
    None
}

#[test]
fn a_line_and_its_value_say_the_same() {
    for run in values::<Run>(300) {
        let mut told: Scenario = service_with(small_limits());
        let mut app = App::new(told.app().settings().clone());
        let mut at = 0;
        for step in &run.steps {
            let (now, line) = step.line(at);
            assert_eq!(now, step.at(at));
            at = now;
            let said = told.answer(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
            if let Some(answer) = tell(&mut app, &step.input, Timestamp::from_millis(at)) {
                let answer = String::from_utf8(answer).unwrap();
                assert!(String::from_utf8(said).unwrap().contains(&answer), "{line}: {answer}");
            }
        }
        assert_eq!(String::from_utf8(told.app().snapshot()), String::from_utf8(app.snapshot()));
    }
}

#[test]
fn no_kind_of_operation_is_left_out() {
    let steps: Vec<Step> = values(10_000).collect();
    let kinds: BTreeSet<_> = steps.iter().map(|step| format!("{:?}", mem::discriminant(&step.input))).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    let mut readings = BTreeSet::new();
    let (mut calls, mut bodies, mut late) = (BTreeMap::<_, u32>::new(), Vec::new(), 0);
    for step in &steps {
        late += u32::from(step.wait_ms < 0);
        match &step.input {
            Input::Policy { field, reading } => drop(readings.insert((*field, *reading))),
            Input::Call { path, body, .. } => {
                *calls.entry(Endpoint::from_path(path)).or_default() += 1;
                bodies.push((Endpoint::from_path(path), body.as_str()));
            }
            _ => {}
        }
    }
    let all = Gap::choices().flat_map(|(gap, field)| gap.readings().iter().map(move |row| (field, row.name)));
    assert_eq!(readings, all.collect());
    let all = Endpoint::ALL.iter().map(|endpoint| Some(*endpoint)).chain([None]);
    assert!(all.clone().all(|path| calls.get(&path) >= Some(&100)), "{calls:?}");
    assert_eq!(calls.len(), all.count(), "{calls:?}");
    assert!(late > 300, "{late}");

    // Up to seven accounts are named, repeated ones and strangers among them.
    let lists = |endpoint: Endpoint| bodies.iter().filter(move |(path, _)| *path == Some(endpoint));
    let admins =
        lists(Endpoint::ModifyAdmin).filter_map(|(_, body)| modify_admin::Request::parse(body.as_bytes()).ok());
    let counts: BTreeSet<_> = admins.map(|request| request.accounts.len()).collect();
    assert_eq!(counts, (0..=7).collect());
    for endpoint in [Endpoint::AddRobots, Endpoint::DelRobots, Endpoint::CheckMembers] {
        let requests = lists(endpoint).filter_map(|(_, body)| add_robots::Request::parse(body.as_bytes()).ok());
        let lists: Vec<_> = requests.map(|request| request.accounts).collect();
        let is_repeated = |list: &&Vec<_>| list.iter().collect::<BTreeSet<_>>().len() < list.len();
        assert!(lists.iter().filter(is_repeated).count() > 20, "{endpoint:?}");
        assert!(lists.iter().filter(|list| list.iter().any(|account| account == "u6")).count() > 20, "{endpoint:?}");
    }
}

#[test]
fn a_run_ends_with_its_bytes() {
    assert_eq!(Run::from_bytes(&[]).steps, Run::start());
    let lengths: BTreeSet<_> = noise(300, 200).map(|bytes| Run::from_bytes(&bytes).steps.len()).collect();
    assert!(lengths.first() >= Some(&3) && lengths.last() <= Some(&Run::STEPS_MAX), "{lengths:?}");
    assert_eq!(Run::from_bytes(&[7; 4_000]).steps.len(), Run::STEPS_MAX);
}
