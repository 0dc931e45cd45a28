//! The exact bytes of each request as it goes over the socket, for reviewers. The clock stands still, the seed is 7, the
//! signature is made with the key of the documents' examples. The port, which the system gave, is written `PORT`.

use avmarks_client::{CallRequest, PaceSettings};
use avmarks_protocol::get_members::{Answer, Listed, Request};
use avmarks_protocol::{add_robots, check_members, del_robots, get_admin_list, get_online_member_num, modify_admin};
use avmarks_spec::{GroupId, Mark, Timestamp};
use avmarks_transport_ureq::Client;

use crate::server::{Act, Server, response, serve_all};
use crate::{GROUP, builder};

const NOW: Timestamp = Timestamp::from_millis(1_795_412_030_000);

fn client(server: &Server) -> Client {
    // The clock stands still, so nothing may wait for the pace.
    let pace = PaceSettings { calls_max: usize::MAX, ..PaceSettings::default() };
    builder(server.base()).clock(|| NOW).seed(7).pace(pace).build().unwrap()
}

/// Compares what the server got with `tests/snapshots/transport/<name>.snap`.
fn reviewed(name: &str, rests_on: &str, server: &Server) {
    let requests: Vec<String> =
        server.requests().into_iter().map(|request| String::from_utf8(request).unwrap()).collect();
    let shown = requests.join("\n\n").replace(&format!("127.0.0.1:{}\r\n", server.port()), "127.0.0.1:PORT\r\n");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/transport");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(rests_on);
    settings.bind(|| insta::assert_snapshot!(name, shown.replace('\r', "␍")));
}

fn saying(body: Vec<u8>) -> Vec<Act> {
    vec![Act::Write(response(200, &body))]
}

fn group() -> GroupId {
    GroupId::parse(GROUP).unwrap()
}

#[test]
fn set_marks() {
    let server = Server::start(serve_all);
    client(&server).set_marks(GROUP, [("teacher10", [1_000]), ("student9", [1_001])]).unwrap().into_result().unwrap();
    reviewed("set_marks", "1047/50294 sample request and URL; QUERY; REQUIRED", &server);
}

#[test]
fn delete_marks() {
    let server = Server::start(serve_all);
    client(&server)
        .delete_marks(GROUP, [("teacher10", [1_000]), ("student9", [1_001])])
        .unwrap()
        .into_result()
        .unwrap();
    reviewed("delete_marks", "1047/50294 sample request and URL; QUERY; REQUIRED", &server);
}

#[test]
fn online_members() {
    let server = Server::start(|_, body| {
        let is_first = Request::parse(body).unwrap().timestamp.to_i64() == Some(0);
        let next = if is_first { 1_524 } else { 0 };
        saying(Answer::page(vec![Listed::new(1_669_872_112, "teacher10")], next).to_json())
    });
    assert_eq!(client(&server).online_members_with_mark(group(), Mark::CUSTOM_MIN).flatten().count(), 2);
    reviewed("online_members", "1047/50293 sample request and URL; QUERY; HIDE-600", &server);
}

#[test]
fn online_count() {
    let server = Server::start(|_, _| saying(get_online_member_num::Answer::count(1_000).to_json()));
    assert_eq!(client(&server).online_count(group()), Ok(1_000));
    reviewed("online_count", "1047/38521 request fields and URL; QUERY", &server);
}

#[test]
fn add_robots() {
    let server = Server::start(|_, _| saying(add_robots::Answer::ok().to_json()));
    client(&server).add_robots(GROUP, ["robot1", "robot2"]).unwrap().into_result().unwrap();
    reviewed("add_robots", "1047/60527; 269/103785 request fields; QUERY; REQUIRED", &server);
}

#[test]
fn delete_robots() {
    let server = Server::start(|_, _| saying(del_robots::Answer::ok().to_json()));
    client(&server).delete_robots(GROUP, ["robot1", "robot2"]).unwrap().into_result().unwrap();
    reviewed("delete_robots", "269/103785 request fields; QUERY; REQUIRED", &server);
}

#[test]
fn check_members() {
    let server = Server::start(|_, _| saying(check_members::Answer::online(vec!["student9".to_owned()]).to_json()));
    let checked = client(&server).check_members(GROUP, ["teacher10", "student9"]).unwrap();
    assert_eq!(checked.iter().map(|one| one.is_online).collect::<Vec<_>>(), [false, true]);
    reviewed("check_members", "1047/60523 request fields; QUERY; REQUIRED", &server);
}

#[test]
fn administrators() {
    let server = Server::start(|number, _| match number {
        0 | 1 => saying(modify_admin::Answer::ok().to_json()),
        _ => saying(get_admin_list::Answer::admins(vec![get_admin_list::Admin::new("teacher10")]).to_json()),
    });
    let client = client(&server);
    client.set_admins(GROUP, ["teacher10", "teacher11"]).unwrap();
    client.delete_admins(GROUP, ["teacher11"]).unwrap();
    assert_eq!(client.admins(GROUP).unwrap()[0].account, "teacher10");
    reviewed("administrators", "269/102857 and 1047/60524 request fields; QUERY; REQUIRED; COMMAND-TYPE", &server);
}

#[test]
fn any_other_call() {
    let server = Server::start(|_, _| saying(br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}"#.to_vec()));
    let path = "v4/group_open_http_svc/get_group_info".to_owned();
    let body = br#"{"GroupIdList":["@TGS#a6I4ZUUGO"]}"#.to_vec();
    client(&server).call(CallRequest { path, body, repeatable: true }).unwrap();
    reviewed("any_other_call", "1047/34620, request URL; QUERY", &server);
}
