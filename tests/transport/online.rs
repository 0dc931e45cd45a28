//! The list of online members, their number, and any other call.

use std::time::Duration;

use avmarks_client::{AttemptResult, Backoff, CallRequest, ContentError, JobSettings, RetrySettings, UnexpectedKind};
use avmarks_protocol::get_members::{Answer, Listed, Request};
use avmarks_protocol::{
    Endpoint, add_robots, check_members, del_robots, get_admin_list, get_online_member_num, modify_admin,
};
use avmarks_spec::{GroupId, Mark};
use avmarks_transport_ureq::{CallError, Client};

use crate::server::{Act, Server, response};
use crate::{GROUP, builder};

fn client(server: &Server) -> Client {
    let none = Backoff { least: Duration::ZERO, base: Duration::ZERO, max: Duration::ZERO };
    let retry = RetrySettings { attempts_max: 3, immediate: none, delayed: none, ..RetrySettings::default() };
    builder(server.base()).settings(JobSettings { retry, ..JobSettings::default() }).build().unwrap()
}

fn group() -> GroupId {
    GroupId::parse(GROUP).unwrap()
}

fn saying(status: u16, body: impl AsRef<[u8]>) -> Vec<Act> {
    vec![Act::Write(response(status, body.as_ref()))]
}

/// A list of 5 pages of 2; the cursor is the number of the page.
fn pages() -> Server {
    Server::start(|_, body| {
        let page = Request::parse(body).unwrap().timestamp.to_i64().unwrap();
        let members = [0, 1].map(|at| Listed::new(1_000 - page, format!("u{}", 2 * page + at)));
        saying(200, Answer::page(members.into(), (page + 1) % 5).to_json())
    })
}

#[test]
fn the_list_is_read_page_by_page() {
    let server = pages();
    let client = client(&server);
    let mut list = client.online_members(group());
    assert_eq!(server.requests().len(), 0, "asked before it was iterated over");
    assert_eq!(list.next().unwrap().unwrap().len(), 2);
    assert_eq!(server.requests().len(), 1);
    let rest: Vec<_> = list.by_ref().map(|page| page.unwrap()[1].account.clone()).collect();
    assert_eq!(rest, ["u3", "u5", "u7", "u9"]);
    assert!(list.next().is_none());
    assert_eq!((server.requests().len(), server.connections()), (5, 1));
}

#[test]
fn the_mark_is_asked_for_on_each_page() {
    let server = pages();
    let client = client(&server);
    assert_eq!(client.online_members_with_mark(group(), Mark::PINNED).flatten().count(), 5);
    for request in server.requests() {
        assert!(String::from_utf8(request).unwrap().ends_with(r#","Mark":500}"#));
    }
}

/// What the vendor's own clients read and no page names is shown if it is there, and harms nobody.
#[test]
fn list_items_keep_marks_and_extras() {
    let page = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":"Id-1-O-Seq-2","MemberList":[{"JoinTime":1,"Member_Account":"a","Remark":"r","Marks":[500,1000],"Role":"x"},{"JoinTime":1,"Member_Account":"b","Marks":"1000","Marks":7}],"NextTimestamp":0,"More":[]}"#;
    let server = Server::start(move |_, _| saying(200, page));
    let pages: Vec<_> = client(&server).online_members(group()).map(Result::unwrap).collect();
    let [members] = &pages[..] else { panic!("{pages:?}") };
    let shown: Vec<_> =
        members.iter().map(|member| (&*member.account, member.remark.as_deref(), &member.marks)).collect();
    assert_eq!(shown, [("a", Some("r"), &Some([500, 1_000].into())), ("b", None, &None)]);
    let extra: Vec<_> = members[1].extra.iter().collect();
    assert_eq!(extra, [("Marks", "\"1000\""), ("Marks", "7")]);
}

#[test]
fn a_page_is_tried_again() {
    let server = Server::start(|number, _| match number {
        0 => saying(503, "<html>"),
        1 => vec![Act::Close],
        _ => saying(200, Answer::page(vec![], 0).to_json()),
    });
    let client = client(&server);
    let list: Vec<_> = client.online_members(group()).collect();
    assert_eq!((list, server.requests().len()), (vec![Ok(vec![])], 3));
}

#[test]
fn a_stuck_cursor_ends_the_list() {
    let server = Server::start(|_, _| saying(200, Answer::page(vec![Listed::new(1, "a")], 7).to_json()));
    let client = client(&server);
    let list: Vec<_> = client.online_members(group()).collect();
    let [Ok(_), Err(error)] = &list[..] else { panic!("{list:?}") };
    assert!(matches!(error, CallError::Content { error: ContentError::RepeatedCursor { cursor: 7 }, .. }));
    assert!(
        error.to_string().ends_with("`NextTimestamp` is `7`, which was asked for before: the list would never end")
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_failed_list_ends_with_its_result() {
    let server = Server::start(|_, _| saying(502, "<html><h1>Bad Gateway</h1></html>"));
    let client = client(&server);
    let list: Vec<_> = client.online_members(group()).collect();
    let [Err(CallError::Unanswered(unanswered))] = &list[..] else { panic!("{list:?}") };
    let Some(AttemptResult::UnexpectedResponse(response)) = unanswered.result() else { panic!("{unanswered}") };
    assert_eq!((&response.kind, response.status), (&UnexpectedKind::Status, 502));
    assert_eq!(&*response.head, b"<html><h1>Bad Gateway</h1></html>");
    assert_eq!(unanswered.attempts().len(), 3);
    let last = String::from_utf8(server.requests().pop().unwrap()).unwrap();
    assert!(last.contains(&format!("&random={}&", unanswered.attempts()[2].random())), "{last}");
}

#[test]
fn the_number_or_its_error_is_shown() {
    for (body, told) in [
        (get_online_member_num::Answer::count(1_524).to_json(), Ok(1_524)),
        (br#"{"ActionStatus":"OK","ErrorCode":0,"OnlineMemberNum":7,"ExpireTime":60,"RequestId":"x"}"#.to_vec(), Ok(7)),
        (get_online_member_num::Answer::count(-1).to_json(), Err("`OnlineMemberNum` is `-1`: expected 0 or more")),
        (br#"{"ActionStatus":"OK","ErrorCode":0}"#.to_vec(), Err("the answer has no `OnlineMemberNum`")),
        (
            br#"{"ActionStatus":"OK","ErrorCode":0,"OnlineMemberNum":"1"}"#.to_vec(),
            Err("`OnlineMemberNum` must be an integer, and is a string: `\"1\"`"),
        ),
        (
            br#"{"ActionStatus":"FAIL","ErrorCode":10010,"ErrorInfo":"gone"}"#.to_vec(),
            Err("refused with 10010: \"gone\""),
        ),
    ] {
        let server = Server::start(move |_, _| saying(200, &body));
        match (client(&server).online_count(group()), told) {
            (Ok(found), Ok(told)) => assert_eq!(found, told),
            (Err(error), Err(told)) => {
                assert!(error.to_string().starts_with("`get_online_member_num` "), "{error}");
                assert!(error.to_string().ends_with(told), "{error}");
                assert!(error.to_string().contains("`random` "), "{error}");
            }
            (found, told) => panic!("{found:?}, {told:?}"),
        }
        assert_eq!(server.requests().len(), 1);
    }
    let server = Server::start(|_, _| vec![Act::Close]);
    assert!(matches!(client(&server).online_count(group()), Err(CallError::Unanswered(_))));
}

/// The types of the protocol write and read what is asked and answered.
#[test]
fn other_calls_work_alike() {
    let (group, accounts) = (GROUP, vec!["robot1".into(), "robot2".into()]);
    let accounts_body = add_robots::Request { group_id: group.into(), accounts: accounts.clone() }.to_json();
    let admins_body = modify_admin::Request { group_id: group.into(), command_type: 1.into(), accounts }.to_json();
    let group_body = get_online_member_num::Request { group_id: group.into() }.to_json();
    let online = check_members::Answer::online(vec!["robot2".to_owned()]);
    let admins = get_admin_list::Answer::admins(vec![get_admin_list::Admin::new("robot1")]);
    for (endpoint, body, answer) in [
        (Endpoint::AddRobots, &accounts_body, add_robots::Answer::ok().to_json()),
        (Endpoint::DelRobots, &accounts_body, del_robots::Answer::ok().to_json()),
        (Endpoint::CheckMembers, &accounts_body, online.to_json()),
        (Endpoint::ModifyAdmin, &admins_body, modify_admin::Answer::ok().to_json()),
        (Endpoint::GetAdminList, &group_body, admins.to_json()),
    ] {
        let told = answer.clone();
        let server = Server::start(move |_, _| saying(200, &told));
        let request = CallRequest { path: endpoint.path().to_owned(), body: body.clone(), repeatable: true };
        assert_eq!(&*client(&server).call(request).unwrap().body, answer, "{}", endpoint.command());
        let request = String::from_utf8(server.requests().pop().unwrap()).unwrap();
        assert!(request.starts_with(&format!("POST /{}?sdkappid=", endpoint.path())), "{request}");
        assert!(request.ends_with(std::str::from_utf8(body).unwrap()), "{request}");
    }
}

#[test]
fn unrepeatable_calls_are_sent_once() {
    let answer = r#"{"ActionStatus":"OK","ErrorCode":0,"QueryResult":[]}"#;
    let server = Server::start(move |number, _| match number {
        0 | 2 => vec![Act::Close],
        _ => saying(200, answer),
    });
    let client = client(&server);
    let request = |repeatable| {
        let path = "v4/im_open_login_svc/account_check".to_owned();
        CallRequest { path, body: br#"{"CheckItem":[]}"#.to_vec(), repeatable }
    };
    let answered = client.call(request(true)).unwrap();
    assert_eq!((&*answered.body, server.requests().len()), (answer.as_bytes(), 2));
    let unanswered = client.call(request(false)).unwrap_err();
    assert!(unanswered.may_have_been_served() && unanswered.attempts().len() == 1);
    assert_eq!(server.requests().len(), 3);
    assert!(server.requests()[0].starts_with(b"POST /v4/im_open_login_svc/account_check?sdkappid=1400000000&"));
}
