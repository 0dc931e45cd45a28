//! One of everything that webhooks tell, and how it must arrive.

use avmarks_emulator::Running;
use avmarks_emulator::protocol::webhook::{Revision, Webhook};

use super::{MARKS, control, presence};
use crate::client::ask;
use crate::{QUERY, post};

const JOINED: &str = "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterNewMemberJoin&contenttype=json&ClientIP=127.0.0.1&OptPlatform=Unknown";
const STATE: &str = "SdkAppid=1400000000&CallbackCommand=Group.CallbackOnMemberStateChange&contenttype=json";

/// Everything that webhooks tell, once.
pub(super) fn everything(running: &Running) {
    presence(running, "join", &["jared", "tommy"]);
    presence(running, "disconnect", &["jared", "tommy"]);
    presence(running, "reconnect", &["jared"]);
    presence(running, "join", &["tommy"]);
    // Pinned: disconnections are ignored, until the pin ends.
    let body = r#"{"GroupId":"room","CommandType":1,"MemberList":[{"Member_Account":"jared","Marks":[500]}]}"#;
    assert_eq!(ask(running.address(), post(MARKS, QUERY, body)).code(), 0);
    presence(running, "disconnect", &["jared"]);
    presence(running, "reconnect", &["jared"]);
    presence(running, "disconnect", &["jared"]);
    assert_eq!(control(running, "POST", "/clock/advance", r#"{"ms":259200000}"#).status, 200);
    // Offline already, so there is no second `Offline`.
    presence(running, "leave", &["jared"]);
    presence(running, "leave", &["tommy"]);
    presence(running, "join", &["anna", "jared"]);
    presence(running, "kick", &["anna", "jared", "stranger"]);
    assert_eq!(control(running, "DELETE", "/groups/room", "").status, 200);
}

/// The queries, and the bodies in the newest revision.
const EVERYTHING: [(&str, &str); 17] = [
    (
        JOINED,
        r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"room","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"jared","NewMemberList":[{"Member_Account":"jared"}],"EventTime":1670574414123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Online","EventCause":"Join","MemberList":[{"Member_Account":"jared"}],"EventTime":1670574414123}"#,
    ),
    (
        JOINED,
        r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"room","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"tommy","NewMemberList":[{"Member_Account":"tommy"}],"EventTime":1670574414123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Online","EventCause":"Join","MemberList":[{"Member_Account":"tommy"}],"EventTime":1670574414123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Offline","EventCause":"HeartbeatInterrupt","MemberList":[{"Member_Account":"jared"},{"Member_Account":"tommy"}],"EventTime":1670574414123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Online","EventCause":"HeartbeatRecover","MemberList":[{"Member_Account":"jared"}],"EventTime":1670574414123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Online","EventCause":"Join","MemberList":[{"Member_Account":"tommy"}],"EventTime":1670574414123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Offline","EventCause":"HeartbeatInterrupt","MemberList":[{"Member_Account":"jared"}],"EventTime":1670833614123}"#,
    ),
    (
        "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterMemberExit&contenttype=json&ClientIP=127.0.0.1&OptPlatform=Unknown",
        r#"{"CallbackCommand":"Group.CallbackAfterMemberExit","GroupId":"room","Type":"AVChatRoom","ExitType":"Quit","Operator_Account":"jared","ExitMemberList":[{"Member_Account":"jared"}],"EventTime":1670833614123}"#,
    ),
    (
        "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterMemberExit&contenttype=json&ClientIP=127.0.0.1&OptPlatform=Unknown",
        r#"{"CallbackCommand":"Group.CallbackAfterMemberExit","GroupId":"room","Type":"AVChatRoom","ExitType":"Quit","Operator_Account":"tommy","ExitMemberList":[{"Member_Account":"tommy"}],"EventTime":1670833614123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Offline","EventCause":"Quit","MemberList":[{"Member_Account":"tommy"}],"EventTime":1670833614123}"#,
    ),
    (
        JOINED,
        r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"room","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"anna","NewMemberList":[{"Member_Account":"anna"}],"EventTime":1670833614123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Online","EventCause":"Join","MemberList":[{"Member_Account":"anna"}],"EventTime":1670833614123}"#,
    ),
    (
        JOINED,
        r#"{"CallbackCommand":"Group.CallbackAfterNewMemberJoin","GroupId":"room","Type":"AVChatRoom","JoinType":"Apply","Operator_Account":"jared","NewMemberList":[{"Member_Account":"jared"}],"EventTime":1670833614123}"#,
    ),
    (
        STATE,
        r#"{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"room","EventType":"Online","EventCause":"Join","MemberList":[{"Member_Account":"jared"}],"EventTime":1670833614123}"#,
    ),
    (
        "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterMemberExit&contenttype=json&ClientIP=127.0.0.1&OptPlatform=RESTAPI",
        r#"{"CallbackCommand":"Group.CallbackAfterMemberExit","GroupId":"room","Type":"AVChatRoom","ExitType":"Kicked","Operator_Account":"administrator","ExitMemberList":[{"Member_Account":"anna"},{"Member_Account":"jared"}],"EventTime":1670833614123}"#,
    ),
    (
        "SdkAppid=1400000000&CallbackCommand=Group.CallbackAfterGroupDestroyed&contenttype=json&ClientIP=127.0.0.1&OptPlatform=RESTAPI",
        r#"{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","GroupId":"room","Type":"AVChatRoom","Owner_Account":"boss","Name":"Room","EventTime":1670833614123}"#,
    ),
];

/// What a revision has of it. In 2023, a first join and a last exit were no change of state.
pub(super) fn expected(revision: Revision) -> Vec<(String, String)> {
    let first_joins_and_exits = [1, 3, 10, 12, 14];
    let kept = EVERYTHING
        .iter()
        .enumerate()
        .filter(|(at, _)| revision > Revision::Y2023 || !first_joins_and_exits.contains(at));
    let written = |body: &str| Webhook::parse(body.as_bytes()).unwrap().to_json(revision);
    kept.map(|(_, (query, body))| ((*query).to_owned(), String::from_utf8(written(body)).unwrap())).collect()
}
