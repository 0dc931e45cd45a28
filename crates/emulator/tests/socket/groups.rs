//! `create_group`, `destroy_group`, `get_group_info`.

use avmarks_emulator::Running;

use crate::client::{Reply, ask};
use crate::{COUNT, CREATE, QUERY, post, start};

const DESTROY: &str = "/v4/group_open_http_svc/destroy_group";
const INFO: &str = "/v4/group_open_http_svc/get_group_info";

fn call(running: &Running, path: &str, body: &str) -> Reply {
    ask(running.address(), post(path, QUERY, body))
}

#[test]
fn a_group_comes_and_goes() {
    let running = start(|_| {});
    let created = call(&running, CREATE, r#"{"Type":"AVChatRoom","Name":"n","GroupId":"live"}"#);
    assert_eq!(created.body, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupId":"live"}"#);
    assert_eq!(
        call(&running, COUNT, r#"{"GroupId":"live"}"#).body,
        r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"OnlineMemberNum":0}"#
    );
    let destroyed = call(&running, DESTROY, r#"{"GroupId":"live"}"#);
    assert_eq!(destroyed.body, r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#);
    assert_eq!(call(&running, DESTROY, r#"{"GroupId":"live"}"#).code(), 10010);
    assert_eq!(call(&running, COUNT, r#"{"GroupId":"live"}"#).code(), 10010);
}

#[test]
fn ids_are_assigned_the_same_way_every_time() {
    let ids = || {
        let running = start(|_| {});
        [1, 2].map(|_| call(&running, CREATE, r#"{"Type":"AVChatRoom","Name":"n"}"#).body)
    };
    let first = ids();
    assert!(first[0].contains(r##""GroupId":"@TGS#a00000001""##), "{first:?}");
    assert_ne!(first[0], first[1]);
    assert_eq!(first, ids());
}

#[test]
fn what_create_group_refuses() {
    let running = start(|settings| settings.groups_max = 4);
    assert_eq!(
        call(&running, CREATE, r#"{"Type":"AVChatRoom","Name":"n","GroupId":"used","Owner_Account":"o"}"#).code(),
        0
    );
    let long = "x".repeat(1_025);
    for (body, code) in [
        ("", 60003),
        ("[]", 60003),
        ("{", 60003),
        (r#"{"Name":"n"}"#, 10004),
        (r#"{"Type":"Public","Name":"n"}"#, 0),
        (r#"{"Type":"avchatroom","Name":"n"}"#, 10004),
        (r#"{"Type":5,"Name":"n"}"#, 10004),
        (r#"{"Type":"AVChatRoom"}"#, 10004),
        (r#"{"Type":"AVChatRoom","Name":""}"#, 10004),
        (r#"{"Type":"AVChatRoom","Name":null}"#, 10004),
        (r#"{"Type":"AVChatRoom","Name":"n","Name":"m"}"#, 10004),
        (&format!(r#"{{"Type":"AVChatRoom","Name":"{long}"}}"#), 10004),
        (r#"{"Type":"AVChatRoom","Name":"n","Owner_Account":""}"#, 10004),
        (r#"{"Type":"AVChatRoom","Name":"n","GroupId":""}"#, 10015),
        (r#"{"Type":"AVChatRoom","Name":"n","GroupId":"ü"}"#, 10015),
        (r#"{"Type":"AVChatRoom","Name":"n","GroupId":"1234567890123456789012345678901234567890123456789"}"#, 10015),
        (r##"{"Type":"AVChatRoom","Name":"n","GroupId":"@TGS#a6I4ZUUGO"}"##, 10015),
        (r#"{"Type":"AVChatRoom","Name":"n","MemberList":[{"Member_Account":"a"}]}"#, 10007),
        (r#"{"Type":"AVChatRoom","Name":"n","MemberList":{}}"#, 10004),
        (r#"{"Type":"AVChatRoom","Name":"n","GroupId":"used"}"#, 10021),
        (r#"{"Type":"AVChatRoom","Name":"n","GroupId":"used","Owner_Account":"p"}"#, 10021),
        (r#"{"Type":"AVChatRoom","Name":"n","GroupId":"used","Owner_Account":"o"}"#, 10025),
        (r#"{"Type":"AVChatRoom","Name":"n","MemberList":[],"MaxMemberCount":500,"Unknown":{}}"#, 0),
        (r#"{"Type":"AVChatRoom","Name":"n"}"#, 0),
        (r#"{"Type":"AVChatRoom","Name":"n"}"#, 10036),
    ] {
        let reply = call(&running, CREATE, body);
        assert_eq!(reply.code(), code, "{body}: {reply:?}");
    }
}

#[test]
fn steps_1_to_4_come_first() {
    let running = start(|_| {});
    for path in [CREATE, DESTROY, INFO] {
        let student = QUERY.replace("administrator", "student9");
        assert_eq!(ask(running.address(), post(path, &student, "")).code(), 60010);
        assert_eq!(ask(running.address(), post(path, "", "")).code(), 60012);
        assert_eq!(ask(running.address(), format!("GET {path}?{QUERY} HTTP/1.1\r\nHost: x\r\n\r\n")).code(), 60002);
    }
}

#[test]
fn get_group_info_keeps_the_order() {
    let running = start(|settings| {
        settings.clock = avmarks_emulator::Clock::standing_at(avmarks_emulator::spec::Timestamp::from_millis(5_999));
        settings.members_max = 7;
    });
    let body = r#"{"Type":"AVChatRoom","Name":"N","GroupId":"live","Owner_Account":"o","Introduction":"I","Notification":"A","FaceUrl":"F"}"#;
    assert_eq!(call(&running, CREATE, body).code(), 0);
    let reply = call(&running, INFO, r#"{"GroupIdList":["live","gone","","live"]}"#);
    assert_eq!(reply.code(), 0);
    let live = concat!(
        r#"{"GroupId":"live","ErrorCode":0,"ErrorInfo":"","Type":"AVChatRoom","Name":"N","Appid":1400000000,"Introduction":"I","#,
        r#""Notification":"A","FaceUrl":"F","Owner_Account":"o","CreateTime":5,"LastInfoTime":5,"LastMsgTime":0,"NextMsgSeq":1,"#,
        r#""MemberNum":0,"MaxMemberNum":7,"ApplyJoinOption":"FreeAccess","MuteAllMember":"Off","ShutUpAllMember":"Off"}"#
    );
    let start = r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"GroupInfo":["#;
    assert!(reply.body.starts_with(&format!("{start}{live},{{\"GroupId\":\"gone\",\"ErrorCode\":10010,")), "{reply:?}");
    assert!(reply.body.contains(r#"{"GroupId":"","ErrorCode":10015,"#), "{reply:?}");
    assert!(reply.body.ends_with(&format!(",{live}]}}")), "{reply:?}");
    let some = call(
        &running,
        INFO,
        r#"{"GroupIdList":["live"],"ResponseFilter":{"GroupBaseInfoFilter":["Owner_Account","Type"]}}"#,
    );
    let expected = r#"[{"GroupId":"live","ErrorCode":0,"ErrorInfo":"","Type":"AVChatRoom","Owner_Account":"o"}]}"#;
    assert!(some.body.ends_with(expected), "{some:?}");
}

#[test]
fn what_get_group_info_refuses() {
    let running = start(|_| {});
    let fifty = vec!["\"g\""; 50].join(",");
    for (list, code) in [
        ("", 10004),
        (r#""GroupIdList":[]"#, 10004),
        (r#""GroupIdList":"g""#, 10004),
        (r#""GroupIdList":[5]"#, 10004),
        (&*format!(r#""GroupIdList":[{fifty}]"#), 0),
        (&*format!(r#""GroupIdList":[{fifty},"g"]"#), 10004),
        (r#""GroupIdList":["g"],"ResponseFilter":[]"#, 10004),
        (r#""GroupIdList":["g"],"ResponseFilter":{"GroupBaseInfoFilter":"Type"}"#, 10004),
        (r#""GroupIdList":["g"],"ResponseFilter":{}"#, 0),
    ] {
        assert_eq!(call(&running, INFO, &format!("{{{list}}}")).code(), code, "{list}");
    }
}

#[test]
fn an_owner_may_ask_under_one_reading() {
    let running =
        start(|settings| settings.app.terms.policy.rest_owner = avmarks_emulator::spec::readings::RestOwner::OwnerToo);
    assert_eq!(
        call(&running, CREATE, r#"{"Type":"AVChatRoom","Name":"n","GroupId":"live","Owner_Account":"o"}"#).code(),
        0
    );
    let as_user =
        |user: &str, path, body: &str| ask(running.address(), post(path, &QUERY.replace("administrator", user), body));
    assert_eq!(as_user("o", CREATE, r#"{"Type":"AVChatRoom","Name":"n"}"#).code(), 10007);
    assert_eq!(as_user("p", DESTROY, r#"{"GroupId":"live"}"#).code(), 10007);
    assert!(as_user("p", INFO, r#"{"GroupIdList":["live"]}"#).body.contains(r#""ErrorCode":10007"#));
    assert_eq!(as_user("o", DESTROY, r#"{"GroupId":"live"}"#).code(), 0);
}
