use serde_json::{Value, json};

use super::*;

fn on(command: &str, body: impl AsRef<[u8]>) -> Vec<Note> {
    notes_on(command, body.as_ref(), &Policy::default())
}

fn pointers(notes: &[Note]) -> Vec<&str> {
    notes.iter().map(|note| note.pointer.as_str()).collect()
}

fn members(accounts: impl Iterator<Item = String>) -> String {
    let entries: Vec<Value> = accounts.map(|account| json!({"Member_Account": account, "Marks": [1000]})).collect();
    json!({"GroupId": "@TGS#a", "CommandType": 1, "MemberList": entries}).to_string()
}

#[test]
fn every_call_has_its_fields() {
    for endpoint in Endpoint::ALL {
        assert!(CALLS.iter().any(|(call, _)| *call == endpoint.command()), "{endpoint:?}");
    }
    for (at, (call, known)) in CALLS.iter().enumerate() {
        assert!(CALLS[at + 1..].iter().all(|(other, _)| other != call), "{call} is there twice");
        assert_eq!(known[0].name, "GroupId");
    }
}

#[test]
fn a_correct_request_has_no_notes() {
    for (command, body) in [
        ("modify_user_info", members(["a", "A", "a "].map(str::to_owned).into_iter())),
        ("get_members", r#"{"GroupId":"@TGS#a","Timestamp":0}"#.to_owned()),
        ("get_members", r#"{"GroupId":"@TGS#a","Timestamp":0,"Mark":1000,"Limit":5}"#.to_owned()),
        ("get_online_member_num", r#"{"GroupId":"@TGS#a","Mark":999,"CommandTypes":1}"#.to_owned()),
        ("add_robots", r#"{"GroupId":"@TGS#a","Member_Account":["a","b"]}"#.to_owned()),
        ("del_robots", r#"{"GroupId":"@TGS#a","Member_Account":["a","b"]}"#.to_owned()),
        ("check_members", r#"{"GroupId":"@TGS#a","Member_Account":["a","b"]}"#.to_owned()),
        ("modify_admin", r#"{"GroupId":"@TGS#a","CommandType":2,"Admin_Account":["a"]}"#.to_owned()),
        ("get_admin_list", r#"{"GroupId":"@TGS#a"}"#.to_owned()),
        ("create_group", r#"{"groupId":"@TGS#a"}"#.to_owned()),
    ] {
        assert_eq!(on(command, &body), [], "{command} {body}");
    }
}

#[test]
fn near_names_are_noted_with_their_path() {
    for name in [
        "groupId",
        "GROUPID",
        "groupid",
        "GropId",
        "GrouppId",
        "GroupID",
        "GroupIt",
        "group_id",
        "Group/Id",
        "GroupId😀",
    ] {
        let found = on("get_online_member_num", json!({ name: "@TGS#a" }).to_string());
        assert_eq!(pointers(&found), [format!("/{}", name.replace('/', "~1"))], "{name}");
        let said = format!("`{name}` is ignored: the field is called `GroupId`, which is required and missing");
        assert_eq!(found[0].message.replace(" (names are case-sensitive)", ""), said);
        assert_eq!(found[0].message.contains("case-sensitive"), name.eq_ignore_ascii_case("GroupId"), "{name}");
    }
    for name in ["GroId", "GruopId", "Group__Id", "GroupIdX2", "Id", "", "é", "GroupIdééé"] {
        assert_eq!(on("get_online_member_num", json!({ name: "@TGS#a" }).to_string()), [], "{name}");
    }
    let body = r#"{"GroupId":"g","groupId":"h","CommandType":1,"MemberList":[{"Member_Account":"a","mark":[1]},{"MemberAccount":"b","Marks":[1000],"marks":[5]}]}"#;
    let found = on("modify_user_info", body);
    assert_eq!(
        pointers(&found),
        ["/groupId", "/MemberList/0/mark", "/MemberList/1/MemberAccount", "/MemberList/1/marks"]
    );
    assert_eq!(
        found[0].message,
        "`groupId` is ignored: `GroupId`, which is there too, is read (names are case-sensitive)"
    );
    assert_eq!(
        found[1].message,
        "`MemberList[0].mark` is ignored: the field is called `Marks`, which is required and missing"
    );
    // At another place it is a field like any other.
    assert_eq!(on("modify_user_info", r#"{"Marks":[1],"member_account":"a","Mark":1}"#), []);
}

#[test]
fn a_filter_without_a_mark_is_noted() {
    let filter = |number: &str| on("get_members", format!(r#"{{"GroupId":"g","Timestamp":0,"Mark":{number}}}"#));
    for number in ["500", "600", "1000", "4294967295"] {
        assert_eq!(filter(number), [], "{number}");
    }
    for number in ["-1", "-0", "0", "499", "501", "999", "4294967296", &"9".repeat(1 << 10)] {
        let found = filter(number);
        assert_eq!((found[0].kind, pointers(&found)), ("mark-filter", vec!["/Mark"]), "{number}");
        assert!(found[0].message.len() < 200, "{}", found[0].message);
    }
    // These are refused, and so need no note.
    for other in ["null", "1e3", "1000.0", "\"999\"", "[999]", "999,\"Mark\":999"] {
        assert_eq!(filter(other), [], "{other}");
    }
}

#[test]
fn a_repeated_account_is_noted_with_both_paths() {
    let found = on(
        "modify_user_info",
        members(["a", "b", "c", "a"].map(str::to_owned).into_iter()).replace("\"c\"", "\"\\u0061\""),
    );
    assert_eq!(pointers(&found), ["/MemberList/2/Member_Account", "/MemberList/3/Member_Account"]);
    assert_eq!(
        found[1].message,
        "`MemberList[3].Member_Account` is `a`, as in `MemberList[0]`; the two entries become one, with the marks of both (gap:duplicates)"
    );
    for (command, list) in [
        ("add_robots", "Member_Account"),
        ("del_robots", "Member_Account"),
        ("check_members", "Member_Account"),
        ("modify_admin", "Admin_Account"),
    ] {
        let found = on(command, json!({"GroupId": "g", "CommandType": 1, list: ["a", 5, "b", "b", 5]}).to_string());
        assert_eq!(pointers(&found), [format!("/{list}/3")], "{command}");
        assert!(found[0].message.contains("it counts once (gap:duplicates)"), "{}", found[0].message);
    }
}

#[test]
fn twenty_are_given_and_the_others_counted() {
    let twice = |accounts: usize| on("modify_user_info", members((0..=accounts).map(|_| "a".to_owned())));
    let kinds = |found: &[Note]| found.iter().map(|note| note.kind).collect::<Vec<_>>();
    assert_eq!(kinds(&twice(20)), ["account-twice"; 20]);
    let found = twice(21);
    assert_eq!((found.len(), found[20].kind, found[20].count), (21, "more", Some(1)));
    assert_eq!(
        serde_json::to_value(&found[20]).unwrap(),
        json!({"kind": "more", "pointer": "", "message": "1 more note is not listed", "count": 1})
    );
    let keys = serde_json::to_value(&found[0]).unwrap();
    assert_eq!(keys.as_object().unwrap().keys().collect::<Vec<_>>(), ["kind", "message", "pointer"]);
}

#[test]
fn no_body_is_too_odd_or_too_large() {
    let body = members(["a", "a"].map(str::to_owned).into_iter());
    for end in 0..body.len() {
        assert_eq!(on("modify_user_info", &body[..end]), [], "{end}");
    }
    for odd in [&b"\xff\xfe"[..], b"[1]", b"null", b"{\"MemberList\":[[],5,null,{}]}", b"{\"\\ud800\":1}"] {
        assert_eq!(on("modify_user_info", odd), [], "{odd:?}");
    }
    assert_eq!(on("modify_user_info", "[".repeat(1 << 20)), []);
    // Time in the square of the size would show.
    let fields: Vec<_> = (0..1 << 18).map(|_| "\"groupId\":0".to_owned()).collect();
    let found = on("get_members", format!("{{{}}}", fields.join(",")));
    assert_eq!(found[20].count, Some((1 << 18) - 20));
    let found = on("modify_user_info", members((0..1 << 18).map(|at| (at % (1 << 17)).to_string())));
    assert_eq!(found[20].count, Some((1 << 17) - 20));
}

#[test]
fn notes_accept_trailing_commas_under_the_policy() {
    let body = br#"{"groupId":"g",}"#;
    assert_eq!(notes(Endpoint::GetOnlineMemberNum, body, &Policy::default()), []);
    let mut policy = Policy::default();
    policy.trailing_comma = TrailingComma::Accept;
    assert_eq!(notes(Endpoint::GetOnlineMemberNum, body, &policy).len(), 1);
}
