//! `avmarks replay`: what is said, line by line, and what is printed to it.

use std::fs;
use std::path::Path;

use avmarks_service::scenario::Scenario;

use crate::Page;

const FOLDER: &str = "replay";

/// Each operation, and each kind of answer.
const OPERATIONS: &[&str] = &[
    r#"{"at":0,"do":"app","sdkappid":1400000001,"admins":["administrator","second"],"marks_supported":true,"online_list_enabled":true}"#,
    r#"{"at":0,"do":"policy","profile":"2023","rest_owner":"owner-too"}"#,
    r#"{"at":0,"do":"create_group","group":"g","owner":"teacher10"}"#,
    r#"{"at":0,"do":"create_group","group":"g"}"#,
    r#"{"at":0,"do":"create_group","group":"work","type":"Work"}"#,
    r#"{"at":1000,"do":"join","group":"g","accounts":["teacher10","student9","guest"]}"#,
    r#"{"at":1000,"do":"join","group":"nowhere","account":"teacher10"}"#,
    r#"{"at":2000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[500,1000]},{"Member_Account":"student9","Marks":[1001]},{"Member_Account":"guest","Marks":[600,1001]}]}}"#,
    r#"{"at":2000,"do":"call","as":"teacher10","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"teacher10","Marks":[600]}]}}"#,
    r#"{"at":2000,"do":"call","as":"guest","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"g"}}"#,
    r#"{"at":3000,"do":"join","group":"g","account":"student9"}"#,
    r#"{"at":3000,"do":"disconnect","group":"g","accounts":["student9","teacher10"]}"#,
    r#"{"at":4000,"do":"call","path":"/v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0}}"#,
    r#"{"at":5000,"do":"reconnect","group":"g","accounts":["student9","teacher10","stranger"]}"#,
    r#"{"at":6000,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0}}"#,
    r#"{"at":15000,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0}}"#,
    r#"{"at":15000,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0,"Mark":1001}}"#,
    r#"{"at":16000,"do":"disconnect","group":"g","account":"student9"}"#,
    r#"{"at":17000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"student9","Marks":[500,1001]},{"Member_Account":"nobody","Marks":[500]}]}}"#,
    r#"{"at":17000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":2,"MemberList":[{"Member_Account":"nobody","Marks":[1000]},{"Member_Account":"nobody","Marks":[1001]}]}}"#,
    r#"{"at":17000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","raw":"{\"GroupId\":\"g\","}"#,
    r#"{"at":17000,"do":"call","path":"v4/nothing","body":{}}"#,
    r#"{"at":18000,"do":"leave","group":"g","accounts":["guest","guest"]}"#,
    r#"{"at":259202000,"do":"tick"}"#,
    r#"{"at":259217000,"do":"join","group":"g","account":"student9"}"#,
    r#"{"at":5,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"g"}}"#,
    r#"{"at":259217000,"do":"app","marks_supported":false}"#,
    r#"{"at":259217000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":2,"MemberList":[{"Member_Account":"teacher10","Marks":[1000]}]}}"#,
    r#"{"at":259217000,"do":"destroy_group","group":"g"}"#,
    r#"{"at":259217000,"do":"destroy_group","group":"g"}"#,
];

/// A mark that nobody holds any longer gives its place back; a delete of 500 without connection ends in silence.
const PLACES: &[&str] = &[
    r#"{"at":0,"do":"create_group","group":"g"}"#,
    r#"{"at":0,"do":"join","group":"g","accounts":["a","b"]}"#,
    r#"{"at":1,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[1000,1001,1002,1003,1004,1005,1006,1007,1008,1009]}]}}"#,
    r#"{"at":2,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"b","Marks":[1010]}]}}"#,
    r#"{"at":3,"do":"disconnect","group":"g","account":"a"}"#,
    r#"{"at":4,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"b","Marks":[1010,500]}]}}"#,
    r#"{"at":5,"do":"disconnect","group":"g","account":"b"}"#,
    r#"{"at":6,"do":"join","group":"g","account":"b"}"#,
    r#"{"at":7,"do":"disconnect","group":"g","account":"b"}"#,
    r#"{"at":8,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":2,"MemberList":[{"Member_Account":"b","Marks":[500]}]}}"#,
    r#"{"at":9,"do":"reconnect","group":"g","account":"b"}"#,
    r#"{"at":10,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0,"Mark":1010}}"#,
];

/// Robots and administrators, from the first call to the end of the days.
const ROBOTS: &[&str] = &[
    r#"{"at":0,"do":"create_group","group":"g","owner":"teacher10"}"#,
    r#"{"at":0,"do":"join","group":"g","account":"student9"}"#,
    r#"{"at":1000,"do":"call","path":"v4/group_open_avchatroom_http_svc/add_robots","body":{"GroupId":"g","Member_Account":["robot1","robot2","robot3"]}}"#,
    r#"{"at":2000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"robot1","Marks":[1000,600]},{"Member_Account":"robot4","Marks":[500,1000]}]}}"#,
    r#"{"at":2000,"do":"disconnect","group":"g","account":"robot1"}"#,
    r#"{"at":2000,"do":"reconnect","group":"g","account":"robot1"}"#,
    r#"{"at":3000,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0}}"#,
    r#"{"at":3000,"do":"policy","list_marks":"present"}"#,
    r#"{"at":3000,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_members","body":{"GroupId":"g","Timestamp":0,"Mark":1000}}"#,
    r#"{"at":3000,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"g"}}"#,
    r#"{"at":3000,"do":"call","path":"v4/group_open_avchatroom_http_svc/check_members","body":{"GroupId":"g","Member_Account":["robot1","teacher10","student9"]}}"#,
    r#"{"at":4000,"do":"join","group":"g","accounts":["robot1","teacher10"]}"#,
    r#"{"at":4000,"do":"disconnect","group":"g","account":"robot1"}"#,
    r#"{"at":5000,"do":"leave","group":"g","account":"robot2"}"#,
    r#"{"at":6000,"do":"call","path":"v4/group_open_avchatroom_http_svc/del_robots","body":{"GroupId":"g","Member_Account":["robot1","robot2","robot4"]}}"#,
    r#"{"at":6000,"do":"call","path":"v4/group_open_avchatroom_http_svc/check_members","body":{"GroupId":"g","Member_Account":["robot1","robot2","robot3","robot4"]}}"#,
    r#"{"at":6000,"do":"call","path":"v4/group_open_avchatroom_http_svc/del_robots","body":{"GroupId":"g","Member_Account":["robot2"]}}"#,
    r#"{"at":7000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_admin","body":{"GroupId":"g","CommandType":1,"Admin_Account":["keeper","student9"]}}"#,
    r#"{"at":7000,"do":"call","path":"v4/group_open_avchatroom_http_svc/get_admin_list","body":{"GroupId":"g"}}"#,
    r#"{"at":7000,"do":"call","as":"keeper","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"student9","Marks":[1000]}]}}"#,
    r#"{"at":259200999,"do":"tick"}"#,
    r#"{"at":259201000,"do":"tick"}"#,
    r#"{"at":259201000,"do":"call","path":"v4/group_open_avchatroom_http_svc/modify_user_info","body":{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"robot3","Marks":[1000]}]}}"#,
];

/// Lines that are no valid input: each is said to a new conversation.
const BAD_LINES: &[&str] = &[
    "",
    "[]",
    "{",
    r#"{"do":"tick"}"#,
    r#"{"at":0}"#,
    r#"{"at":-1,"do":"tick"}"#,
    r#"{"at":1.5,"do":"tick"}"#,
    r#"{"at":9007199254740992,"do":"tick"}"#,
    r#"{"at":0,"at":1,"do":"tick"}"#,
    r#"{"at":0,"do":"jion","group":"g"}"#,
    r#"{"at":0,"do":7}"#,
    r#"{"at":0,"do":"tick","group":"g"}"#,
    r#"{"at":0,"do":"create_group"}"#,
    r#"{"at":0,"do":"create_group","group":""}"#,
    r#"{"at":0,"do":"create_group","group":"g","type":"avchatroom"}"#,
    r#"{"at":0,"do":"create_group","group":"g","owner":"jürgen"}"#,
    r#"{"at":0,"do":"join","group":"g"}"#,
    r#"{"at":0,"do":"join","group":"g","account":"a","accounts":["b"]}"#,
    r#"{"at":0,"do":"join","group":"g","accounts":["a",""]}"#,
    r#"{"at":0,"do":"join","group":"g","accounts":"a"}"#,
    r#"{"at":0,"do":"call","path":"v4/x"}"#,
    r#"{"at":0,"do":"call","body":{}}"#,
    r#"{"at":0,"do":"call","path":"v4/x","body":{},"raw":"{}"}"#,
    r#"{"at":0,"do":"app","sdkappid":0}"#,
    r#"{"at":0,"do":"app","admins":"a"}"#,
    r#"{"at":0,"do":"app","marks_supported":1}"#,
    r#"{"at":0,"do":"policy","profile":"documented"}"#,
    r#"{"at":0,"do":"policy","page_size":"100"}"#,
    r#"{"at":0,"do":"policy","gap:page-size":"250"}"#,
];

pub(crate) fn pages() -> Vec<Page> {
    let live = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/live_room.jsonl")).unwrap();
    let live: Vec<_> = live.lines().collect();
    let (presence, document) = ("CLEAR-LEAVE; CLEAR-OFFLINE; PIN-500", "1047/50294");
    vec![
        case("live_room", "`examples/live_room.jsonl`, as the README tells it", "1047/50294; PIN-500", &live),
        case(
            "operations",
            "each operation, each event, and each kind of answer",
            &format!("{document}; {presence}; gap:rejoin; gap:clock"),
            OPERATIONS,
        ),
        case(
            "places",
            "ten marks in a group, and when a place is free again",
            &format!("{document}; {presence}; gap:slots; gap:rejoin"),
            PLACES,
        ),
        case(
            "robots",
            "robots and administrators: the five calls, and what becomes of a robot that joins, leaves, is deleted, or stays its days",
            &format!(
                "{document}; 1047/60527; 269/103785; 1047/60523; 269/102857; 1047/60524; {presence}; gap:robot-webhook"
            ),
            ROBOTS,
        ),
        bad_lines(),
    ]
}

fn told(lines: &[&str]) -> Vec<String> {
    let mut scenario = Scenario::default();
    lines.iter().map(|line| String::from_utf8(scenario.answer(line).unwrap()).unwrap()).collect()
}

fn case(name: &str, shows: &str, rests_on: &str, lines: &[&str]) -> Page {
    let printed = told(lines);
    let ids: Vec<String> = printed
        .iter()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["because"].as_array().cloned())
        .flatten()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    let text: Vec<_> = lines.iter().zip(&printed).map(|(line, printed)| format!("> {line}\n{printed}")).collect();
    Page::new(FOLDER, name, shows, rests_on, text.join("\n")).and_on(ids.iter().map(String::as_str))
}

fn bad_lines() -> Page {
    let text: Vec<_> = BAD_LINES
        .iter()
        .map(|line| format!("> {line}\n{}", Scenario::default().answer(line).unwrap_err()).replace("> \n", ">\n"))
        .collect();
    let shows = "lines that are no valid input: what is said on standard error, before `replay` stops";
    let rests_on = "GROUP-ID; ACCOUNT-ID; gap:group-id; gap:account-id";
    Page::new(FOLDER, "bad_lines", shows, rests_on, text.join("\n"))
}

#[test]
fn the_stories_have_every_operation_and_every_event() {
    let said: String = [OPERATIONS, ROBOTS].concat().concat();
    let printed = told(OPERATIONS).concat() + &told(ROBOTS).concat();
    for to_do in
        ["app", "policy", "create_group", "destroy_group", "join", "leave", "disconnect", "reconnect", "call", "tick"]
    {
        assert!(said.contains(&format!(r#""do":"{to_do}""#)), "{to_do}");
    }
    for event in [
        r#"event":"group_created""#,
        r#"event":"group_destroyed""#,
        r#"event":"joined""#,
        r#"event":"came_online""#,
        r#"event":"reconnected""#,
        r#"event":"left""#,
        r#"event":"disconnected""#,
        r#"event":"went_offline""#,
        r#"event":"pin_expired""#,
        r#"cause":"join""#,
        r#"cause":"connection""#,
        r#"cause":"pin_expired""#,
        r#""events":[]"#,
        r#""ActionStatus":"OK""#,
        r#""ActionStatus":"FAIL""#,
        r#""MemberList":["#,
        r#""NextTimestamp":"#,
        r#""OnlineMemberNum":"#,
        r#""Member_Account":["#,
        r#""Admin_List":["#,
        r#""omitted":[{"#,
    ] {
        assert!(printed.contains(event), "{event}");
    }
}
