//! Requests, what is wrong with them, and the answers to them.

use avmarks_protocol::internal::Fields;
use avmarks_protocol::modify_user_info::{Answer, Draft, Served};
use avmarks_protocol::{
    BodyError, Integer, add_robots, check_members, del_robots, get_admin_list, get_members, get_online_member_num,
    modify_admin,
};
use proptest::prelude::*;

#[test]
fn list_requests_report_every_wrong_field() {
    let parse = |body: &'static str| get_members::Request::parse(body.as_bytes());
    let request = |mark: Option<i64>| get_members::Request {
        group_id: "g".into(),
        timestamp: 7.into(),
        mark: mark.map(Integer::from),
    };
    assert_eq!(parse(r#"{"GroupId":"g","Timestamp":7}"#), Ok(request(None)));
    assert_eq!(parse(r#"{"Mark":1000,"Timestamp":7,"GroupId":"g","More":[]}"#), Ok(request(Some(1000))));
    for (body, error) in [
        (r#"{"GroupId":"g","Timestamp":7,"Mark":"1000"}"#, "`Mark` must be an integer, and is a string: `\"1000\"`"),
        (r#"{"GroupId":"g","Timestamp":7,"Mark":null}"#, "`Mark` must be an integer, and is null"),
        (
            r#"{"Mark":1.0,"GroupId":true,"Timestamp":7,"Timestamp":7}"#,
            "`GroupId` must be a string, and is a boolean: `true`; `Timestamp` is there more than once; send it once; `Mark` must be an integer, and is a number with fraction or exponent: `1.0`",
        ),
        ("{}", "`GroupId` is missing; `Timestamp` is missing"),
        ("[]", "the body is an array, and must be an object"),
    ] {
        assert_eq!(parse(body).unwrap_err().to_string(), error, "{body}");
    }
}

#[test]
fn a_request_for_the_count_names_a_group() {
    let parse = |body: &'static str| get_online_member_num::Request::parse(body.as_bytes());
    assert_eq!(parse(r#"{"GroupId":"g","More":1}"#), Ok(get_online_member_num::Request { group_id: "g".into() }));
    for (body, error) in [
        ("{}", "`GroupId` is missing"),
        (r#"{"GroupId":[false]}"#, "`GroupId` must be a string, and is an array: `[false]`"),
    ] {
        assert_eq!(parse(body).unwrap_err().to_string(), error, "{body}");
    }
}

#[test]
fn account_requests_are_read_alike() {
    let body = r#"{"Member_Account":["b","a\u00e9"],"More":[],"GroupId":"g"}"#;
    let request = add_robots::Request { group_id: "g".into(), accounts: vec!["b".into(), "aé".into()] };
    assert_eq!(add_robots::Request::parse(body.as_bytes()), Ok(request.clone()));
    assert_eq!(del_robots::Request::parse(body.as_bytes()), Ok(request.clone()));
    assert_eq!(check_members::Request::parse(body.as_bytes()), Ok(request));
    for (body, error) in [
        ("{}", "`GroupId` is missing; `Member_Account` is missing"),
        (
            r#"{"Member_Account":["a",7],"GroupId":"g","GroupId":"g"}"#,
            "`GroupId` is there more than once; send it once; `Member_Account[1]` must be a string, and is an integer: `7`",
        ),
        ("7", "the body is an integer, and must be an object"),
    ] {
        assert_eq!(add_robots::Request::parse(body.as_bytes()).unwrap_err().to_string(), error, "{body}");
    }
}

#[test]
fn administrator_requests_report_every_wrong_field() {
    let parse = |body: &'static str| modify_admin::Request::parse(body.as_bytes());
    let request =
        modify_admin::Request { group_id: "g".into(), command_type: 2.into(), accounts: vec!["b".into(), "a".into()] };
    assert_eq!(parse(r#"{"Admin_Account":["b","a"],"CommandType":2,"Member_Account":7,"GroupId":"g"}"#), Ok(request));
    for (body, error) in [
        ("{}", "`GroupId` is missing; `CommandType` is missing; `Admin_Account` is missing"),
        (
            r#"{"GroupId":"g","CommandType":"1","Admin_Account":[null],"Admin_Account":[]}"#,
            "`CommandType` must be an integer, and is a string: `\"1\"`; `Admin_Account` is there more than once; send it once",
        ),
    ] {
        assert_eq!(parse(body).unwrap_err().to_string(), error, "{body}");
    }
    let parse = |body: &'static str| get_admin_list::Request::parse(body.as_bytes());
    assert_eq!(parse(r#"{"GroupId":"g"}"#), Ok(get_admin_list::Request { group_id: "g".into() }));
    assert_eq!(parse("{}").unwrap_err().to_string(), "`GroupId` is missing");
}

#[test]
fn a_wrong_number_is_named() {
    for (value, error) in [
        ("null", "null"),
        ("true", "a boolean: `true`"),
        ("false", "a boolean: `false`"),
        ("1e3", "a number with fraction or exponent: `1e3`"),
        ("-0.5", "a number with fraction or exponent: `-0.5`"),
        ("\"1\"", "a string: `\"1\"`"),
        ("[1]", "an array: `[1]`"),
        ("{}", "an object: `{}`"),
    ] {
        let body = format!(r#"{{"GroupId":"g","CommandType":{value},"MemberList":[]}}"#);
        let errors: Vec<_> = Draft::parse(&body).unwrap().errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, [format!("`CommandType` must be an integer, and is {error}")]);
    }
}

/// JSON's grammar lets half of a surrogate pair through, and no text can hold it.
#[test]
fn names_must_be_valid_text() {
    let errors = [
        Fields::parse(r#"{"\ud800":1}"#).unwrap_err(),
        Draft::parse(r#"{"GroupId":"\ud800","CommandType":1,"MemberList":[]}"#).unwrap_err(),
        // In a known field of any type, and in any field name that is checked.
        Draft::parse(r#"{"GroupId":"g","CommandType":"\ud800","MemberList":[]}"#).unwrap_err(),
        Draft::parse(r#"{"GroupId":"g","CommandType":1,"MemberList":[{"Marks":[["\udc00"]]}]}"#).unwrap_err(),
        Draft::parse(r#"{"GroupId":"g","CommandType":1,"MemberList":[{"\ud800":1}]}"#).unwrap_err(),
        add_robots::Draft::parse(r#"{"GroupId":"g","Member_Account":["\ud800"]}"#).unwrap_err(),
        add_robots::Draft::parse(r#"{"GroupId":"g","Member_Account":{"a":"\ud800"}}"#).unwrap_err(),
        modify_admin::Draft::parse(r#"{"GroupId":"g","CommandType":1,"Admin_Account":["\udc00\ud800"]}"#).unwrap_err(),
        get_admin_list::Draft::parse(r#"{"GroupId":["\ud800"]}"#).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, BodyError::NotJson { .. }), "{error:?}");
    }
    // Nothing inside of an unknown field is checked.
    assert!(add_robots::Draft::parse(r#"{"GroupId":"g","Member_Account":[],"More":"\ud800"}"#).is_ok());
    let error = serde_json::from_str::<Fields<'_>>("7").unwrap_err();
    assert!(error.to_string().contains("expected an object"), "{error}");
}

/// Any number, half of the time one at an edge: of the marks there may be, or of what 64 bits hold.
fn any_number() -> impl Strategy<Value = i64> {
    let edges =
        [i64::MIN, -1, 0, 1, 2, 499, 500, 501, 599, 600, 601, 999, 1_000, 4_294_967_295, 4_294_967_296, i64::MAX];
    prop_oneof![prop::sample::select(edges.to_vec()), any::<i64>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn both_writers_of_answers_agree(
        command_type in any_number(),
        members in prop::collection::vec((any::<String>(), prop::collection::vec(any_number(), 0..4)), 0..5),
    ) {
        let mut json = b"kept".to_vec();
        Answer::write_served(&mut json, command_type, members.iter().map(|(account, marks)| (&**account, marks.iter().copied())));
        let served = members.iter().map(|(account, marks)| Served::new(account.as_str(), marks.clone())).collect();
        prop_assert_eq!(&json[4..], Answer::served(command_type, served).to_json());
        prop_assert_eq!(&json[..4], b"kept");
    }
}
