//! Requests: valid, invalid valid, hostile.

use std::collections::BTreeSet;

use avmarks_generators::request::{Defect, Request};
use avmarks_generators::{Choices, Mutation};
use avmarks_protocol::{
    Endpoint, add_robots, check_members, del_robots, get_admin_list, get_members, get_online_member_num, modify_admin,
    modify_user_info,
};
use avmarks_rules::{Policy, Refusal, Terms};
use avmarks_service::{App, Settings, Violation, preflight, preflight_request};
use avmarks_spec::{Limits, Timestamp};
use avmarks_testkit::fuzz;
use proptest::prelude::*;

use crate::{Met, noise, values};

type Valid = avmarks_generators::Valid<Request>;
type Invalid = avmarks_generators::Invalid<Request>;
type Hostile = avmarks_generators::Hostile<Request>;

fn found(endpoint: Endpoint, body: &[u8]) -> Vec<Violation> {
    preflight(endpoint, body, &Terms::default())
}

/// Nothing is wrong with it, and its bytes say what it says.
fn assert_valid(valid: &Valid) {
    let Valid { message: request, context, body } = valid;
    assert_eq!(request.endpoint(), *context);
    assert_eq!(found(request.endpoint(), body), [], "{valid:?}");
    assert!(body.len() < Limits::DOCUMENTED.body_bytes_max, "{valid:?}");
    let is_read_alike = match request {
        Request::ModifyUserInfo(request) => {
            assert_eq!(preflight_request(request.clone(), &Terms::default()), []);
            modify_user_info::Request::parse(body).as_ref() == Ok(request)
        }
        Request::GetMembers(request) => get_members::Request::parse(body).as_ref() == Ok(request),
        Request::GetOnlineMemberNum(request) => get_online_member_num::Request::parse(body).as_ref() == Ok(request),
        Request::AddRobots(request) => add_robots::Request::parse(body).as_ref() == Ok(request),
        Request::DelRobots(request) => del_robots::Request::parse(body).as_ref() == Ok(request),
        Request::CheckMembers(request) => check_members::Request::parse(body).as_ref() == Ok(request),
        Request::ModifyAdmin(request) => modify_admin::Request::parse(body).as_ref() == Ok(request),
        Request::GetAdminList(request) => get_admin_list::Request::parse(body).as_ref() == Ok(request),
    };
    assert!(is_read_alike, "{valid:?}");
}

/// It has the one defect that it names, where it says; and without it nothing is wrong.
fn assert_invalid(invalid: &Invalid) {
    let found = found(invalid.context, &invalid.body);
    assert_eq!(found.len(), 1, "{invalid:?}: {found:?}");
    assert_eq!((found[0].refusal, found[0].path), (invalid.defect.refusal(), invalid.path), "{invalid:?}");
    assert_valid(&invalid.repaired);
}

proptest! {
    #[test]
    fn any_valid_request_is_valid(valid in any::<Valid>()) {
        assert_valid(&valid);
    }

    #[test]
    fn an_invalid_request_has_its_one_defect(invalid in any::<Invalid>()) {
        assert_invalid(&invalid);
    }

    #[test]
    fn any_hostile_request_is_judged(hostile in any::<Hostile>()) {
        let found = found(hostile.context, &hostile.body);
        prop_assert!(found.is_sorted_by_key(|violation| violation.refusal.step()));
    }
}

#[test]
fn each_defect_is_refused_for_its_reason() {
    let mut reasons = BTreeSet::new();
    for endpoint in Endpoint::ALL {
        for defect in Defect::ALL {
            for bytes in noise(60, 64) {
                let invalid = Invalid::with(*endpoint, *defect, &mut Choices::new(&bytes));
                assert_eq!(invalid.is_some(), defect.applies_to(*endpoint));
                let Some(invalid) = invalid else { break };
                assert_invalid(&invalid);
                reasons.insert(invalid.defect.refusal());
            }
        }
    }
    assert!(Defect::ALL.is_sorted_by_key(|defect| defect.refusal()));
    // Steps 6 to 12, which need no state.
    let all: BTreeSet<_> = Refusal::ALL.iter().copied().filter(|refusal| (6..=12).contains(&refusal.step())).collect();
    assert_eq!(reasons, all);
}

/// What comes first in a dry run is what the service answers.
#[test]
fn the_service_gives_the_expected_refusal() {
    let app = App::new(Settings::default());
    for invalid in values::<Invalid>(500) {
        let call = avmarks_service::Request::trusted("administrator", invalid.context.path(), &invalid.body);
        let dry = app.dry_run(&call, Timestamp::from_millis(0));
        let due = invalid.defect.refusal();
        assert_eq!(dry.violations[0].refusal, due, "{invalid:?}");
        assert_eq!(dry.answer.code.number(), i64::from(due.code(&Policy::default())));
    }
}

#[test]
fn the_simplest_bytes_make_every_fault_as_well() {
    for endpoint in Endpoint::ALL {
        for defect in Defect::ALL {
            let invalid = Invalid::with(*endpoint, *defect, &mut Choices::new(&[]));
            invalid.iter().for_each(assert_invalid);
        }
    }
}

#[test]
fn no_kind_of_request_is_left_out() {
    let valid: Vec<Valid> = values(6_000).collect();
    Met::new(valid.iter().map(|valid| valid.context)).assert_all(Endpoint::ALL.iter().copied(), 400);
    let written = valid.iter().map(|valid| (valid.context, *valid.body == valid.message.to_json()));
    Met::new(written).assert_all(Endpoint::ALL.iter().flat_map(|one| [(*one, true), (*one, false)]), 100);

    let lists = valid.iter().filter_map(|valid| match &valid.message {
        Request::AddRobots(request) | Request::DelRobots(request) | Request::CheckMembers(request) => {
            Some((None, request.accounts.len()))
        }
        Request::ModifyAdmin(request) => Some((request.command_type.to_i64(), request.accounts.len())),
        _ => None,
    });
    let lists = Met::new(lists);
    lists.assert_all(
        [None, Some(1), Some(2)].into_iter().flat_map(|command| [1, 2, 3, 4].map(|count| (command, count))),
        30,
    );
    lists.assert_all([(None, 500), (Some(1), 499)], 1);

    let marks = valid.iter().filter_map(|valid| match &valid.message {
        Request::ModifyUserInfo(request) => Some(request),
        _ => None,
    });
    let marks: Vec<_> = marks.collect();
    Met::new(marks.iter().map(|request| request.command_type.to_i64())).assert_all([Some(1), Some(2)], 500);
    Met::new(marks.iter().map(|request| request.member_list.len())).assert_all([1, 2, 3, 4, 500], 5);
    let named = marks.iter().flat_map(|request| &request.member_list).flat_map(|member| &member.marks);
    let edges = [500, 600, 1_000, 2_147_483_648, 4_294_967_295].map(Some);
    Met::new(named.map(|mark| mark.to_i64())).assert_all(edges, 100);
    let different = |request: &&modify_user_info::Request<'_>| {
        let marks = request.member_list.iter().flat_map(|member| &member.marks).filter_map(|mark| mark.to_i64());
        marks.filter(|mark| *mark >= 1_000).collect::<BTreeSet<_>>().len()
    };
    let (set, delete) = (Some(1), Some(2));
    assert!(marks.iter().any(|request| request.command_type.to_i64() == set && different(request) == 10));
    assert!(marks.iter().any(|request| request.command_type.to_i64() == delete && different(request) > 10));
    let accounts = marks.iter().flat_map(|request| &request.member_list).map(|member| member.account.len());
    Met::new(accounts).assert_all([1, 32], 100);
}

#[test]
fn no_fault_is_left_out() {
    let defects = Met::new(values::<Invalid>(8_000).map(|invalid| (invalid.context, invalid.defect)));
    for endpoint in Endpoint::ALL {
        let its = Defect::ALL.iter().filter(|defect| defect.applies_to(*endpoint));
        defects.assert_all(its.map(|defect| (*endpoint, *defect)), 20);
    }
}

/// Every trick is played, and what was meant ill is valid now and then, and refused for many reasons.
#[test]
fn hostile_requests_are_refused_and_served() {
    let hostile: Vec<Hostile> = values(8_000).collect();
    Met::new(hostile.iter().flat_map(|hostile| hostile.mutations.clone()))
        .assert_all(Mutation::ALL.iter().copied(), 200);
    let first = hostile.iter().map(|hostile| found(hostile.context, &hostile.body).first().map(|found| found.refusal));
    let due = [Refusal::NotJson, Refusal::Required, Refusal::CommandType, Refusal::AccountId, Refusal::GroupId];
    Met::new(first).assert_all(due.into_iter().map(Some).chain([None]), 5);
}

/// What the fuzz targets say of requests, of bodies that were meant ill, under the default policy and under others.
#[test]
fn hostile_requests_hold_what_the_fuzz_targets_say() {
    for hostile in values::<Hostile>(8_000) {
        let target = match hostile.context {
            Endpoint::ModifyUserInfo => fuzz::modify_user_info_request,
            Endpoint::GetMembers => fuzz::get_members_request,
            Endpoint::GetOnlineMemberNum | Endpoint::GetAdminList => fuzz::get_online_member_num_request,
            Endpoint::AddRobots | Endpoint::DelRobots | Endpoint::CheckMembers => fuzz::account_list_request,
            Endpoint::ModifyAdmin => fuzz::modify_admin_request,
        };
        target(&hostile.body);
        let readings = hostile.body.iter().rev().take(8).map(|byte| byte.max(&1));
        target(&hostile.body.iter().chain(&[0]).chain(readings).copied().collect::<Vec<_>>());
    }
}
