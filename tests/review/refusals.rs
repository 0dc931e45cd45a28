//! Every refusal of every call, got by breaking the one rule and asking; or why a call does not know it.

mod broken;

use std::collections::BTreeSet;

use avmarks_protocol::{ERROR_CODES, Endpoint, ErrorCode};
use avmarks_rules::{Policy, Reason, Refusal};
use avmarks_spec::Gap;

use crate::Page;
use crate::show::{Case, shown_all, title};
pub(crate) use broken::broken;

/// The vendor's page of a call, and what of it a page here is about.
fn document(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::ModifyUserInfo => "1047/50294 error codes",
        Endpoint::GetMembers => "1047/50293 error codes",
        Endpoint::GetOnlineMemberNum => "1047/38521 error codes",
        Endpoint::AddRobots => "1047/60527",
        Endpoint::DelRobots => "269/103785",
        Endpoint::CheckMembers => "1047/60523",
        Endpoint::ModifyAdmin => "269/102857",
        Endpoint::GetAdminList => "1047/60524",
    }
}

/// The codes that the page of a call lists (1047/50294, 1047/50293, 1047/38521); none where the copies end before them.
fn listed(endpoint: Endpoint) -> Option<&'static [i64]> {
    match endpoint {
        Endpoint::ModifyUserInfo | Endpoint::GetMembers => Some(&[10001, 10002, 10003, 10004, 10007, 10010, 10015]),
        Endpoint::GetOnlineMemberNum => Some(&[10002, 10003, 10004, 10007, 10010, 10015]),
        _ => None,
    }
}

/// Codes that those pages list and the service never gives, and why.
const NEVER_GIVEN: &[(i64, &str)] = &[
    (10002, "an error of the vendor's own system, which a service without a system of its own has not"),
    (10003, "a wrong command has another path, and no call has that path: 60009 (gap:http-codes)"),
];

pub(crate) fn refused(endpoint: Endpoint) -> Vec<Page> {
    let mut text = String::new();
    let mut ids = Vec::new();
    let mut unknown = Vec::new();
    for refusal in Refusal::ALL {
        match knows(endpoint, *refusal) {
            Ok(given) => {
                let (shown, because) = case(endpoint, *refusal, given);
                text.push_str(&shown);
                text.push_str("\n\n");
                ids.extend(because);
            }
            Err(why) => unknown.push(format!("{refusal:?}: {why}")),
        }
    }
    text.push_str("== refusals that this call does not know\n");
    text.push_str(&unknown.join("\n"));
    if let Some(listed) = listed(endpoint) {
        text.push_str("\n\n== codes that the page of the call lists and the service never gives");
        for (code, why) in NEVER_GIVEN.iter().filter(|(code, _)| listed.contains(code)) {
            text.push_str(&format!("\n{code}: {why}"));
        }
    }
    let shows = "one answer for each refusal, in the order of the precedence, with what each other reading makes of it";
    vec![Page::new(endpoint.command(), "answers_refused", shows, document(endpoint), text).and_on(ids)]
}

fn case(endpoint: Endpoint, refusal: Refusal, given: &str) -> (String, Vec<&'static str>) {
    let ask = |policy: Policy| broken(endpoint, refusal, policy);
    shown_all(&[Case { title: title(refusal), given, read: needs(endpoint, refusal), ask: &ask }])
}

/// What must be given so that a call is refused for it; or why the call is never refused for it.
pub(crate) fn knows(endpoint: Endpoint, refusal: Refusal) -> Result<&'static str, &'static str> {
    let names_accounts =
        !matches!(endpoint, Endpoint::GetMembers | Endpoint::GetOnlineMemberNum | Endpoint::GetAdminList);
    let changes_marks = matches!(endpoint, Endpoint::ModifyUserInfo | Endpoint::AddRobots | Endpoint::DelRobots);
    let is_set = matches!(endpoint, Endpoint::ModifyUserInfo | Endpoint::AddRobots);
    let is_marks = endpoint == Endpoint::ModifyUserInfo;
    let is_admins = endpoint == Endpoint::ModifyAdmin;
    let (is_list, is_count) = (endpoint == Endpoint::GetMembers, endpoint == Endpoint::GetOnlineMemberNum);
    let is_robots = changes_marks && !is_marks;
    Ok(match refusal {
        Refusal::UnknownPath => return Err("a call is what a path names; gateway/answers_refused has it"),
        Refusal::SignatureExpired => "the signature is two days old and was made for one",
        Refusal::SignatureUser => "the signature was made for `someone`",
        Refusal::SignatureApp => "the signature was made for app 1",
        Refusal::SignatureKey => "the signature was made with another key",
        Refusal::Rate => "200 calls of this command were admitted within the last second",
        Refusal::CommandType if !is_marks && !is_admins => return Err("its body has no `CommandType`"),
        Refusal::AccountsMax | Refusal::MemberListEmpty | Refusal::AccountId if !names_accounts => {
            return Err("its body names no account");
        }
        Refusal::MarksEmpty | Refusal::MarkRange | Refusal::MarksNamed if !is_marks => {
            return Err("its body names no mark");
        }
        Refusal::GroupExists => "the group was destroyed",
        Refusal::GroupType if is_list => return Err("ListType is its row"),
        Refusal::GroupType if is_count => return Err("CountType is its row"),
        Refusal::ListType if !is_list => return Err("a row of `get_members` alone"),
        Refusal::CountType if !is_count => return Err("a row of `get_online_member_num` alone"),
        Refusal::GroupType | Refusal::ListType | Refusal::CountType => "the group is of type `Public`",
        Refusal::Plan if is_list => return Err("ListPlan is its row"),
        Refusal::Plan if is_count => return Err("the count is on every plan (1047/38521)"),
        Refusal::ListPlan if !is_list => return Err("a row of `get_members` alone"),
        Refusal::Plan | Refusal::ListPlan => "the plan lacks the feature",
        Refusal::Switch if is_list => return Err("ListSwitch is its row"),
        Refusal::Switch if is_count => return Err("the count needs no switch (1047/38521)"),
        Refusal::ListSwitch if !is_list => return Err("a row of `get_members` alone"),
        Refusal::Switch | Refusal::ListSwitch => "the list of online members is off",
        Refusal::Permission if is_admins => {
            "the group is `owner`'s, who calls: administrators are for app admins alone"
        }
        Refusal::Permission if is_robots => {
            "`u` is a member, and the group is `owner`'s; who may not call may not set or delete 500 either"
        }
        Refusal::Permission => "`u` is a member, and the group is `owner`'s",
        Refusal::SpecialAdmin if !changes_marks => return Err("it sets and deletes no mark"),
        Refusal::MarksPerGroup | Refusal::MembersPerMark if !is_set => return Err("it sets no mark"),
        Refusal::MarksPerGroup => "`v` holds 1000 to 1009",
        Refusal::MembersPerMark if is_robots => "1,000 other accounts hold 500, `f0` one of them",
        Refusal::MembersPerMark => "1,000 other accounts hold 1000",
        Refusal::SixthAdmin if !is_admins => return Err("a row of `modify_admin` alone"),
        Refusal::SixthAdmin => "`keeper` and four more are administrators",
        Refusal::AllFailed if endpoint == Endpoint::CheckMembers => {
            return Err("where nobody is online the list of the answer is empty, and the call has not failed");
        }
        Refusal::AllFailed if is_admins => return Err("any account can be an administrator, and can cease to be one"),
        Refusal::AllFailed if !changes_marks => return Err("its body names no account"),
        Refusal::AllFailed if endpoint == Endpoint::AddRobots => "1,000 other accounts hold 500",
        Refusal::AllFailed => "`u` is offline, and `w` never joined",
        Refusal::AdminCaller | Refusal::SpecialAdmin => "the group is `owner`'s",
        _ => "",
    })
}

/// The readings under which a call is refused so, where the default ones never do.
pub(crate) fn needs(endpoint: Endpoint, refusal: Refusal) -> &'static [(Gap, &'static str)] {
    match refusal {
        Refusal::QueryRandom => &[(Gap::Random, "refuse")],
        Refusal::ListPlan => &[(Gap::LowPlanList, "refuse")],
        Refusal::CountType => &[(Gap::CountTypes, "avchatroom-only")],
        Refusal::Permission | Refusal::SpecialAdmin => &[(Gap::RestOwner, "owner-too")],
        Refusal::MarksPerGroup if endpoint == Endpoint::AddRobots => &[(Gap::SpecialSlots, "count")],
        Refusal::MembersPerMark => &[(Gap::OverCapacity, "refuse-call")],
        _ => &[],
    }
}

/// Rows that apply beside another one whatever the request is.
fn beside(endpoint: Endpoint, refusal: Refusal) -> &'static [Refusal] {
    match (endpoint, refusal) {
        // The owner may mark; robots and administrators are for app admins alone.
        (Endpoint::ModifyAdmin, Refusal::AdminCaller) => &[Refusal::Permission],
        (Endpoint::AddRobots | Endpoint::DelRobots, Refusal::AdminCaller | Refusal::Permission) => {
            &[Refusal::SpecialAdmin]
        }
        _ => &[],
    }
}

/// Every code of an answer on a page, under any reading.
fn codes_in(page: &Page) -> BTreeSet<i64> {
    let codes = page.text.as_ref().unwrap().split("\"ErrorCode\":").skip(1);
    codes.map(|rest| rest.split([',', '}']).next().unwrap().parse().unwrap()).collect()
}

#[test]
fn each_world_breaks_one_rule() {
    for endpoint in Endpoint::ALL {
        for refusal in Refusal::ALL.iter().filter(|refusal| knows(*endpoint, **refusal).is_ok()) {
            let mut policy = Policy::default();
            needs(*endpoint, *refusal).iter().for_each(|(gap, reading)| policy.set(*gap, reading).unwrap());
            let (world, sent) = broken(*endpoint, *refusal, policy);
            let found = world.app.dry_run(&sent.request(), world.now).violations;
            let reasons: Vec<_> = found.iter().map(|violation| violation.refusal).collect();
            let expected = [&[*refusal], beside(*endpoint, *refusal)].concat();
            assert_eq!(reasons, expected, "{}", endpoint.command());
            let names_order = world.app.dry_run(&sent.request(), world.now).answer.because;
            assert_eq!(names_order.contains(&Reason::Gap(Gap::Precedence)), expected.len() > 1, "{names_order:?}");
        }
    }
}

#[test]
fn every_code_is_shown() {
    let mut shown = codes_in(&crate::gateway::answers_refused());
    for endpoint in Endpoint::ALL {
        let codes = codes_in(&refused(*endpoint)[0]);
        for code in listed(*endpoint).into_iter().flatten() {
            let never = NEVER_GIVEN.iter().any(|(excused, _)| excused == code);
            assert_ne!(codes.contains(code), never, "{code} of {}", endpoint.command());
        }
        shown.extend(codes);
    }
    for refusal in Refusal::ALL {
        for gap in Gap::ALL {
            for reading in gap.readings() {
                let mut policy = Policy::default();
                policy.set(*gap, reading.name).unwrap();
                assert!(
                    shown.contains(&i64::from(refusal.code(&policy))),
                    "{refusal:?} with {gap} as {}",
                    reading.name
                );
            }
        }
    }
    // What is answered is what the table of codes explains.
    for code in shown.iter().filter(|code| **code != 0) {
        assert!(ERROR_CODES.iter().any(|row| row.code == ErrorCode::new(*code)), "{code}");
    }
}
