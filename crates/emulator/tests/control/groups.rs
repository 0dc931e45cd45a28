use serde_json::json;

use super::*;

#[test]
fn a_group_is_made_filled_shown_and_destroyed() {
    let running = start(|_| {});
    let made = done(&running, "POST", "groups", r#"{"group":"@TGS#a","owner":"o","name":"Class 9"}"#);
    assert_eq!(made, json!({ "events": [{ "event": "group_created", "group": "@TGS#a" }] }));
    // What exists stays as it is.
    let again = done(&running, "POST", "groups", r#"{"group":"@TGS#a","owner":"p","name":"other"}"#);
    assert_eq!(again, json!({ "events": [] }));

    let joined = ask(&running, "POST", "groups/@TGS%23a/join", r#"{"accounts":["a"]}"#);
    assert_eq!(
        joined.body,
        r#"{"events":[{"event":"joined","group":"@TGS#a","account":"a"},{"event":"came_online","group":"@TGS#a","account":"a","cause":"join"}]}"#
    );
    done(&running, "POST", "groups/%40TGS%23a/join", r#"{"accounts":["b"]}"#);
    set_marks(&running, "a", &[500, 1_000]);
    let left = done(&running, "POST", "groups/@TGS%23a/disconnect", r#"{"accounts":["a","b","nobody"]}"#);
    assert_eq!(
        left["events"],
        json!([
            { "event": "disconnected", "group": "@TGS#a", "account": "a" },
            { "event": "went_offline", "group": "@TGS#a", "account": "b", "lost": [], "cause": "connection" },
        ])
    );

    let shown = ask(&running, "GET", "groups/@TGS%23a", "");
    assert_eq!(
        shown.body,
        concat!(
            r#"{"group":"@TGS#a","type":"AVChatRoom","owner":"o","name":"Class 9","admins":[],"now":1700000000000,"total":2,"robots":0,"online":1,"#,
            r#""marks":[{"mark":500,"holders":1},{"mark":1000,"holders":1}],"members":["#,
            r#"{"account":"a","position":1,"joined":1700000000000,"connected":false,"robot":false,"online":true,"marks":[500,1000],"pinned_until":1700259200000},"#,
            r#"{"account":"b","position":2,"joined":1700000000000,"connected":false,"robot":false,"online":false,"marks":[],"pinned_until":null}],"#,
            r#""next":null}"#
        )
    );
    assert_eq!(
        ask(&running, "GET", "groups", "").body,
        r#"{"groups":[{"group":"@TGS#a","type":"AVChatRoom","owner":"o","name":"Class 9","members":2,"robots":0,"online":1}],"total":1,"next":null}"#
    );

    let back = done(&running, "POST", "groups/@TGS%23a/reconnect", r#"{"accounts":["a"]}"#);
    assert_eq!(back["events"][0]["event"], "reconnected");
    let left = done(&running, "POST", "groups/@TGS%23a/leave", r#"{"accounts":["a"]}"#);
    assert_eq!(left["events"], json!([{ "event": "left", "group": "@TGS#a", "account": "a", "lost": [500, 1000] }]));
    let kicked = done(&running, "POST", "groups/@TGS%23a/kick", r#"{"accounts":["b"]}"#);
    assert_eq!(kicked["events"], json!([{ "event": "left", "group": "@TGS#a", "account": "b", "lost": [] }]));

    let gone = done(&running, "DELETE", "groups/@TGS%23a", "");
    assert_eq!(gone["events"], json!([{ "event": "group_destroyed", "group": "@TGS#a" }]));
    assert_eq!(refused(&running, "DELETE", "groups/@TGS%23a", ""), (404, "there is no group `@TGS#a`".to_owned()));
}

#[test]
fn members_and_groups_come_in_pages() {
    let running = start(|_| {});
    for group in ["c", "a", "b"] {
        done(&running, "POST", "groups", &format!(r#"{{"group":"{group}"}}"#));
    }
    let page = done(&running, "GET", "groups?limit=2", "");
    assert_eq!((&page["groups"][0]["group"], &page["next"], &page["total"]), (&json!("a"), &json!("b"), &json!(3)));
    let page = done(&running, "GET", "groups?limit=2&after=b", "");
    assert_eq!((&page["groups"][0]["group"], &page["next"]), (&json!("c"), &json!(null)));

    let accounts: Vec<_> = (0..250).map(|at| format!("u{at}")).collect();
    done(&running, "POST", "groups/a/join", &json!({ "accounts": accounts }).to_string());
    let mut shown = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let page = done(&running, "GET", &format!("groups/a?after={after}"), "");
        assert_eq!(page["total"], 250);
        shown.extend(page["members"].as_array().unwrap().iter().map(|member| member["account"].clone()));
        after = page["next"].clone();
    }
    assert_eq!(json!(shown), json!(accounts));
}

#[test]
fn what_cannot_be_is_said() {
    let running = with_group();
    for (method, path, body, status, says) in [
        ("POST", "groups", "{}", 400, "the body: missing field `group` at line 1 column 2"),
        ("POST", "groups", r#"{"group":""}"#, 400, "`group` is ``: it is empty"),
        ("POST", "groups", r#"{"group":"\u00e4"}"#, 400, "`group` is `ä`: `\\u{e4}` at byte 0 is not allowed"),
        (
            "POST",
            "groups",
            r#"{"group":{}}"#,
            400,
            "`group`: invalid type: object, expected a string at line 1 column 9",
        ),
        (
            "POST",
            "groups",
            r#"{"group":"g","owner":null}"#,
            400,
            "`owner`: invalid type: null, expected a string at line 1 column 25",
        ),
        (
            "POST",
            "groups",
            r#"{"group":"g","type":"Room"}"#,
            400,
            "`type` is `Room`; there are `Private`, `Public`, `ChatRoom`, `AVChatRoom`, `Community`",
        ),
        (
            "POST",
            "groups",
            r#"{"group":"g","owner":"an account id of more bytes than 32"}"#,
            400,
            "`owner` is `an account id of more bytes than 32`, which is no user id: it has 35 bytes, and at most 32 are allowed",
        ),
        (
            "POST",
            "groups",
            r#"{"group":"g","group":"h"}"#,
            400,
            "the body: duplicate field `group` at line 1 column 20",
        ),
        ("POST", "groups", "[]", 400, "the body must be an object, `{…}`"),
        ("POST", "groups", r#"{"group":"g"} x"#, 400, "the body is not JSON: trailing characters at line 1 column 15"),
        ("GET", "groups/x", "", 404, "there is no group `x`"),
        ("GET", "groups/%c3%a4", "", 400, "the group in the path is `ä`: `\\u{e4}` at byte 0 is not allowed"),
        ("GET", "groups/%ff", "", 400, "the group in the path is not UTF-8 once its percent signs are decoded"),
        ("GET", "groups?limit=0", "", 400, "`limit` is 0; it must be from 1 to 1000"),
        ("GET", "groups?after=", "", 400, "`after` is ``: it is empty"),
        ("GET", "groups/@TGS%23a?after=-1", "", 400, "`after` in the query: invalid digit found in string"),
        ("GET", "groups/@TGS%23a?limit=1001", "", 400, "`limit` is 1001; it must be from 1 to 1000"),
        (
            "GET",
            "groups/@TGS%23a?page=1",
            "",
            400,
            "`page` in the query: unknown field `page`, expected `after` or `limit`",
        ),
        ("POST", "groups/x/join", r#"{"accounts":[]}"#, 404, "there is no group `x`"),
        (
            "POST",
            "groups/@TGS%23a/kick",
            r#"{"accounts":["a",""]}"#,
            400,
            "`accounts[1]` is ``, which is no user id: it is empty",
        ),
        (
            "POST",
            "groups/@TGS%23a/join",
            r#"{"accounts":["c",7]}"#,
            400,
            "`accounts[1]`: invalid type: integer `7`, expected a string at line 1 column 18",
        ),
    ] {
        assert_eq!(refused(&running, method, path, body), (status, says.to_owned()), "{method} {path} {body}");
    }
    // Nothing of all that was done.
    let state = done(&running, "GET", "groups", "");
    assert_eq!((&state["total"], &state["groups"][0]["members"]), (&json!(1), &json!(2)));
}

#[test]
fn there_is_an_end_to_what_is_kept() {
    let running = start(|settings| {
        settings.groups_max = 1;
        settings.members_max = 2;
    });
    done(&running, "POST", "groups", r#"{"group":"a"}"#);
    let (status, says) = refused(&running, "POST", "groups", r#"{"group":"b"}"#);
    assert_eq!((status, says.as_str()), (409, "there would be 2 groups, and the emulator keeps at most 1"));
    done(&running, "POST", "groups/a/join", r#"{"accounts":["u1","u2"]}"#);
    let (status, says) = refused(&running, "POST", "groups/a/join", r#"{"accounts":["u1","u3"]}"#);
    assert_eq!((status, says.as_str()), (409, "group `a` would have 3 members; the emulator keeps at most 2 in one"));
    // Who is there already takes no place.
    done(&running, "POST", "groups/a/join", r#"{"accounts":["u1","u2"]}"#);
    let scenario = |accounts: &str| {
        let line = format!(r#"{{"at":0,"do":"join","group":"a",{accounts}}}"#);
        ask_with(&running, "POST", "scenario", "Content-Type: application/x-ndjson\r\n", &line)
    };
    for there in [r#""account":"u2""#, r#""accounts":["u2","u1","u1"]"#] {
        assert_eq!(scenario(there).status, 200, "{there}");
    }
    for new in [r#""account":"u3""#, r#""accounts":["u2","u3","u3"]"#] {
        let says = "line 1: group `a` would have 3 members; the emulator keeps at most 2 in one; no line was taken in";
        assert_eq!(sentence(&scenario(new)), (409, says.to_owned()), "{new}");
    }
    // Scenarios and seeds do not get around it.
    let lines = "{\"at\":0,\"do\":\"tick\"}\n{\"at\":0,\"do\":\"create_group\",\"group\":\"b\"}";
    let reply = ask_with(&running, "POST", "scenario", "Content-Type: application/x-ndjson\r\n", lines);
    let says = "line 2: there would be 2 groups, and the emulator keeps at most 1; the line before it was taken in";
    assert_eq!(sentence(&reply), (409, says.to_owned()));
    let larger = with_group();
    done(&larger, "POST", "groups/@TGS%23a/join", r#"{"accounts":["c"]}"#);
    let seed = ask(&larger, "GET", "state", "").body;
    let (status, says) = refused(&running, "PUT", "state", &seed);
    assert_eq!(
        (status, says.as_str()),
        (409, "group `@TGS#a` would have 3 members; the emulator keeps at most 2 in one")
    );
}
