//! No webhook tells of a robot before it has joined (`gap:robot-webhook`).

use super::{control, deliveries, presence, told};
use crate::client::ask;
use crate::receiver::Receiver;
use crate::{QUERY, post};

const FAMILY: &str = "/v4/group_open_avchatroom_http_svc";

#[test]
fn robots_send_no_webhooks() {
    let receiver = Receiver::start(&[]);
    let running = told(&receiver, |_| {});
    let robots = |what: &str, accounts: &str| {
        let body = format!(r#"{{"GroupId":"room","Member_Account":[{accounts}]}}"#);
        assert_eq!(ask(running.address(), post(&format!("{FAMILY}/{what}"), QUERY, &body)).code(), 0);
    };
    robots("add_robots", r#""deleted","left","joined","old""#);
    let marks = r#"{"GroupId":"room","CommandType":1,"MemberList":[{"Member_Account":"deleted","Marks":[1000,600]}]}"#;
    assert_eq!(ask(running.address(), post(&format!("{FAMILY}/modify_user_info"), QUERY, marks)).code(), 0);
    robots("del_robots", r#""deleted""#);
    presence(&running, "disconnect", &["left", "joined"]);
    presence(&running, "reconnect", &["left", "joined"]);
    presence(&running, "leave", &["left"]);
    assert_eq!(deliveries(&running), Vec::<serde_json::Value>::new());

    presence(&running, "join", &["joined"]);
    let log = deliveries(&running);
    let bodies: Vec<_> = log.iter().map(|delivery| delivery["body"].to_string()).collect();
    assert_eq!(bodies.len(), 1, "it was online before: {bodies:?}");
    assert!(bodies[0].contains("CallbackAfterNewMemberJoin") && bodies[0].contains("joined"), "{bodies:?}");

    let three_days = r#"{"ms":259200000}"#;
    assert_eq!(control(&running, "POST", "/clock/advance", three_days).status, 200);
    assert_eq!(deliveries(&running).len(), 1, "neither the end of a robot nor that of a member's 500 is told of");
}
