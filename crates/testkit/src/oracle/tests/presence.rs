//! Presence, pins, and which lines are valid.

use avmarks_spec::Limits;
use serde_json::json;

use super::{PIN_MS, Told};

#[test]
fn pins_expire_before_the_input() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    told.say(json!({ "at": 0, "do": "create_group", "group": "f" }));
    told.say(json!({ "at": 0, "do": "join", "group": "f", "account": "z" }));
    told.tick(5);
    told.marks(1, &[("b", &[500, 1000])]);
    let body = r#"{"GroupId":"f","CommandType":1,"MemberList":[{"Member_Account":"z","Marks":[500]}]}"#;
    told.raw("modify_user_info", body);
    told.say(json!({ "at": 6, "do": "disconnect", "group": "g", "account": "b" }));
    told.marks(1, &[("a", &[500])]);
    // An earlier time is the latest seen; one millisecond before the end nothing happens.
    assert!(told.events(json!({ "at": 3, "do": "tick" })).is_empty());
    assert!(told.events(json!({ "at": PIN_MS + 4, "do": "tick" })).is_empty());
    // At one moment, the group `f` comes before the group `g`. Then comes what the line itself does.
    assert_eq!(
        told.events(json!({ "at": PIN_MS + 6, "do": "join", "group": "g", "account": "b" })),
        ["pin_expired z", "pin_expired b", "went_offline b [1000] pin_expired", "pin_expired a", "came_online b join"]
    );
}

#[test]
fn a_pin_is_renewed_or_kept() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    told.marks(1, &[("a", &[500])]);
    told.tick(7);
    told.marks(1, &[("a", &[500])]);
    assert_eq!(told.pin_end("a"), Some(PIN_MS + 7));
    told.say(json!({ "at": 9, "do": "policy", "pin_renewal": "keep-first" }));
    told.marks(1, &[("a", &[500])]);
    assert_eq!(told.pin_end("a"), Some(PIN_MS + 7));
}

#[test]
fn a_rejoin_keeps_the_position() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a", "b"]);
    told.marks(1, &[("a", &[1001, 500])]);
    assert!(told.events(json!({ "at": 9, "do": "join", "group": "g", "account": "a" })).is_empty());
    assert_eq!(told.list(), ["b", "a"]);
    assert_eq!(told.events(json!({ "at": 9, "do": "leave", "group": "g", "account": "a" })), ["left a [500,1001]"]);
    told.say(json!({ "at": 9, "do": "join", "group": "g", "account": "a" }));
    assert_eq!(told.list(), ["a", "b"]);
    assert!(told.held("a").is_empty());
}

#[test]
fn an_invalid_line_changes_nothing() {
    let mut told = Told::room(Limits::DOCUMENTED, &["a"]);
    for bad in [
        r#"{"at":9,"do":"tick","more":1}"#,
        r#"{"at":9,"at":9,"do":"tick"}"#,
        r#"{"at":-1,"do":"tick"}"#,
        r#"{"at":9,"do":"join","group":"g"}"#,
        r#"{"at":9,"do":"join","group":"g","account":""}"#,
        r#"{"at":9,"do":"policy","page_size":"251"}"#,
        r#"{"at":9,"do":"call","path":"x","raw":"","body":{}}"#,
        r#"{"at":9,"do":"call","path":"x","body":{"a":1,}}"#,
    ] {
        assert!(told.oracle.answer(9, bad).is_err(), "{bad}");
    }
    told.say(json!({ "at": 3, "do": "join", "group": "g", "account": "b" }));
    assert_eq!(told.oracle.members("g").unwrap()[1].join_time, 3);
}
