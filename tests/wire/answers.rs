//! Requests and answers: what the vendor may add survives, what is wrong is told with its place, nothing panics.

use avmarks_protocol::{
    AnswerError, BodyError, Envelope, ErrorCode, Integer, add_robots, check_members, get_admin_list, get_members,
    get_online_member_num, modify_admin, modify_user_info,
};
use proptest::prelude::*;

#[test]
fn unknown_values_survive_a_round_trip() {
    let bytes = br#"{"ActionStatus":"MAYBE","ErrorCode":12345678,"ErrorInfo":"\u00e9","RequestId":"x","CommandType":9,"MemberList":[{"Member_Account":"a","Marks":[7,-1],"Since":1e400}],"More":{"b":[1.50,null]}}"#;
    let answer = modify_user_info::Answer::parse(bytes).unwrap();
    assert_eq!((answer.envelope.error_code, answer.envelope.error_code.row()), (ErrorCode::new(12_345_678), None));
    assert_eq!(answer.envelope.request_id.as_deref(), Some("x"));
    // `RequestId` is written behind the other fields of the envelope, wherever it stood; what no document names stays in order.
    assert_eq!(
        String::from_utf8(answer.to_json()).unwrap(),
        r#"{"ActionStatus":"MAYBE","ErrorCode":12345678,"ErrorInfo":"é","RequestId":"x","CommandType":9,"MemberList":[{"Member_Account":"a","Marks":[7,-1],"Since":1e400}],"More":{"b":[1.50,null]}}"#
    );
    assert_eq!(modify_user_info::Answer::parse(&answer.to_json()), Ok(answer));
}

#[test]
fn unknown_fields_keep_their_order() {
    let answer = |rest: &str| {
        let body = format!(r#"{{"ActionStatus":"OK","ErrorCode":0{rest}}}"#);
        get_online_member_num::Answer::parse(body.as_bytes()).unwrap()
    };
    let known = answer(r#","OnlineMemberNum":7"#);
    assert!(known.extra.is_empty() && known.extra.iter().next().is_none());
    let more = answer(r#","OnlineMemberNum":7,"b":1.50,"a":[ "x" ]"#);
    assert!(!more.extra.is_empty());
    assert_eq!(more.extra.iter().collect::<Vec<_>>(), [("b", "1.50"), ("a", r#"[ "x" ]"#)]);
    for other in ["", r#","b":1.5,"a":[ "x" ]"#, r#","a":[ "x" ],"b":1.50"#, r#","b":1.50"#] {
        assert_ne!(answer(&format!(r#","OnlineMemberNum":7{other}"#)), more, "{other}");
    }
}

#[test]
fn fields_may_come_in_any_order() {
    // The overview's own sample answer lacks `ErrorInfo` (1047/34620).
    let answer = modify_user_info::Answer::parse(br#"{"ErrorCode":10010,"ActionStatus":"FAIL"}"#).unwrap();
    assert_eq!(answer.envelope.error_info, None);
    assert_eq!(answer.to_json(), br#"{"ActionStatus":"FAIL","ErrorCode":10010}"#);
}

#[test]
fn null_means_missing_in_optional_fields() {
    let bytes = br#"{"ActionStatus":"FAIL","ErrorCode":10010,"ErrorInfo":null,"CommandType":null,"MemberList":null,"NextTimestamp":null,"OnlineMemberNum":null}"#;
    let answer = modify_user_info::Answer::parse(bytes).unwrap();
    assert_eq!((answer.envelope.error_info, answer.command_type, answer.member_list), (None, None, None));
    let answer = get_members::Answer::parse(bytes).unwrap();
    assert_eq!((answer.envelope.error_info, answer.member_list, answer.next_timestamp), (None, None, None));
    let answer = get_online_member_num::Answer::parse(bytes).unwrap();
    assert_eq!((answer.envelope.error_info, answer.online_member_num), (None, None));
    let parse = |bytes: &[u8]| Envelope::parse(bytes).unwrap_err().to_string();
    assert_eq!(parse(br#"{"ActionStatus":null,"ErrorCode":0}"#), "`ActionStatus` must be a string, and is null");
    assert_eq!(parse(br#"{"ActionStatus":"OK","ErrorCode":null}"#), "`ErrorCode` must be an integer, and is null");
}

#[test]
fn names_and_pictures_are_optional() {
    let start = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","MemberList":[{"JoinTime":1,"Member_Account":"a""#;
    for (fields, nick_name, avatar, written) in [
        (r#","Marks":[],"Remark":"r","Avatar":"""#, None, Some(""), r#","Avatar":"","Remark":"r","Marks":[]"#),
        ("", None, None, ""),
        (r#","NickName":null,"Avatar":null"#, None, None, ""),
        (r#","NickName":"","Avatar":"""#, Some(""), Some(""), r#","NickName":"","Avatar":"""#),
        (r#","Avatar":"u""#, None, Some("u"), r#","Avatar":"u""#),
        (r#","NickName":"n","Role":null"#, Some("n"), None, r#","NickName":"n","Role":null"#),
    ] {
        let answer = get_members::Answer::parse(format!("{start}{fields}}}]}}").as_bytes()).unwrap();
        let member = &answer.member_list.as_ref().unwrap()[0];
        assert_eq!((member.nick_name.as_deref(), member.avatar.as_deref()), (nick_name, avatar), "{fields}");
        assert_eq!(String::from_utf8(answer.to_json()).unwrap(), format!("{start}{written}}}]}}"), "{fields}");
    }
}

#[test]
fn a_refusal_needs_only_its_code() {
    for rest in [
        r#","MemberList":{}"#,
        r#","MemberList":[1],"MemberList":[]"#,
        r#","CommandType":"x","NextTimestamp":1.5,"More":[{}]"#,
        r#","MemberList":[{"Member_Account":"\ud800"}]"#,
        "",
    ] {
        let body = format!(r#"{{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"no"{rest}}}"#);
        assert_eq!(Envelope::parse(body.as_bytes()), Ok(Envelope::fail(ErrorCode::new(10_004), "no")), "{rest}");
    }
}

/// The vendor's pages tell to look at the code, and a status may be added.
#[test]
fn the_code_decides_and_the_status_prints() {
    for (status, code, is_ok) in
        [("OK", 0, true), ("FAIL", 0, true), ("MAYBE", 0, true), ("OK", 1, false), ("FAIL", -1, false)]
    {
        let body = format!(r#"{{"ActionStatus":"{status}","ErrorCode":{code}}}"#);
        let envelope = Envelope::parse(body.as_bytes()).unwrap();
        assert_eq!((envelope.is_ok(), envelope.action_status.to_string()), (is_ok, status.to_owned()), "{body}");
    }
}

#[test]
fn answers_that_are_none_are_typed_errors() {
    let parse = |bytes: &[u8]| modify_user_info::Answer::parse(bytes).unwrap_err();
    assert!(matches!(parse(b"<html>502</html>"), AnswerError::Body(BodyError::NotJson { .. })));
    assert!(matches!(parse(b"{\"ActionStatus\":\"OK\",\"Err"), AnswerError::Body(BodyError::NotJson { .. })));
    assert!(matches!(parse(b""), AnswerError::Body(BodyError::Empty)));
    let AnswerError::Field(error) = parse(br#"{"ActionStatus":"OK","ErrorCode":"0"}"#) else { panic!() };
    assert_eq!(error.to_string(), "`ErrorCode` must be an integer, and is a string: `\"0\"`");
    let AnswerError::Field(error) = parse(br#"{"ErrorCode":0}"#) else { panic!() };
    assert!(error.is_missing() && !error.is_duplicate());
    assert_eq!(
        parse(br#"{"ActionStatus":"OK","ErrorCode":99999999999999999999}"#).to_string(),
        "`ErrorCode` must fit 64 bits, and is `99999999999999999999`"
    );
    assert_eq!(
        parse(br#"{"ActionStatus":"OK","ErrorCode":0,"MemberList":{}}"#).to_string(),
        "`MemberList` must be an array, and is an object: `{}`"
    );
}

#[test]
fn large_integers_survive_a_round_trip() {
    let digits = "123456789012345678901234567890";
    let body = format!(
        r#"{{"GroupId":"g","CommandType":-{digits},"MemberList":[{{"Member_Account":"a","Marks":[{digits},-0]}}]}}"#
    );
    let request = modify_user_info::Request::parse(body.as_bytes()).unwrap();
    assert_eq!(request.member_list[0].marks[1], Integer::from(0));
    assert_eq!(
        format!("{:?} {}", request.member_list[0].marks, request.command_type),
        format!("[{digits}, 0] -{digits}")
    );
    assert_eq!(String::from_utf8(request.to_json()).unwrap(), body.replace("-0]", "0]"));
}

/// JSON texts that are near to what is read: good ones with pieces left out, repeated, or changed.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"GroupId\"",
        "\"CommandType\"",
        "\"MemberList\"",
        "\"Member_Account\"",
        "\"Marks\"",
        "\"Admin_Account\"",
        "\"Admin_List\"",
        "\"Remark\"",
        "\"RequestId\"",
        "\"ExpireTime\"",
        "\"ActionStatus\"",
        "\"ErrorCode\"",
        "\"ErrorInfo\"",
        "\"NextTimestamp\"",
        "\"Timestamp\"",
        "\"OnlineMemberNum\"",
        "\"JoinTime\"",
        "\"NickName\"",
        "\"Avatar\"",
        "\"OK\"",
        "1",
        "0",
        "-1",
        "1000",
        "1.5",
        "1e9",
        "null",
        "true",
        "\"\"",
        "\"\\ud800\"",
        "\"\\u0041\"",
        " ",
        "\"g\"",
        "18446744073709551616",
        "\"x",
        "\\",
    ]);
    prop_oneof![
        prop::collection::vec(piece.clone(), 0..24).prop_map(|pieces| pieces.concat()),
        (whole(), 0_usize..220, 0_usize..8, piece).prop_map(|(whole, at, gone, piece)| {
            let (at, end) = (at.min(whole.len()), (at + gone).min(whole.len()));
            format!("{}{piece}{}", &whole[..at], &whole[end..])
        }),
        whole(),
    ]
}

/// Requests and answers in one, each of their optional fields there, `null`, or not there.
fn whole() -> impl Strategy<Value = String> {
    let optional = |name: &'static str, values: &'static [&'static str]| {
        let there = prop::sample::select(values.to_vec()).prop_map(move |value| format!(",\"{name}\":{value}"));
        prop_oneof![2 => there, 1 => Just(format!(",\"{name}\":null")), 1 => Just(String::new())]
    };
    // What no page names may be anything.
    let anything = &["\"r\"", "7", "[500,1000]", "{}"];
    let member = (
        optional("NickName", &["\"\"", "\"n\""]),
        optional("Avatar", &["\"\"", "\"u\""]),
        optional("Remark", anything),
    )
        .prop_map(|(nick, avatar, remark)| {
            format!(
                ",\"MemberList\":[{{\"Member_Account\":\"a\",\"Marks\":[1000],\"JoinTime\":7{nick}{avatar}{remark}}}]"
            )
        });
    let members = prop_oneof![3 => member, 1 => optional("MemberList", &["[]"])];
    let numbers =
        (optional("CommandType", &["1"]), optional("NextTimestamp", &["0", "-1"]), optional("OnlineMemberNum", &["2"]));
    let accounts = &["[]", "[\"a\"]", "[\"b\",\"a\"]"];
    let admin = (optional("NickName", &["\"n\""]), optional("Avatar", &["\"u\""]));
    let admin = admin.prop_map(|(nick, avatar)| format!(",\"Admin_List\":[{{\"Admin_Account\":\"a\"{avatar}{nick}}}]"));
    let others = (
        optional("Member_Account", accounts),
        optional("Admin_Account", accounts),
        prop_oneof![3 => admin, 1 => optional("Admin_List", &["[]"])],
        optional("RequestId", anything),
        optional("ExpireTime", anything),
    );
    (optional("ErrorInfo", &["\"\"", "\"e\""]), numbers, members, others).prop_map(
        |(info, (command, next, online), members, (accounts, admins, list, id, expires))| {
            format!(
                "{{\"ActionStatus\":\"OK\",\"ErrorCode\":0,\"GroupId\":\"g\",\"Timestamp\":0{info}{command}{members}{next}{online}{accounts}{admins}{list}{id}{expires}}}"
            )
        },
    )
}

/// What is read is written so that it is read alike, and stays as it is from then on.
macro_rules! read_and_written_again {
    ($bytes:expr; $( $type:ty ),*) => { $(
        if let Ok(read) = <$type>::parse($bytes) {
            let written = read.to_json();
            let again = <$type>::parse(&written).unwrap();
            prop_assert_eq!(&again, &read);
            prop_assert_eq!(again.to_json(), written.clone());
        }
    )* };
}

/// The envelope can be read wherever the answer can, and says the same.
macro_rules! with_its_envelope {
    ($bytes:expr; $( $type:ty ),*) => { $(
        if let Ok(answer) = <$type>::parse($bytes) {
            prop_assert_eq!(Envelope::parse($bytes), Ok(answer.envelope));
        }
    )* };
}

/// A request is read just where its draft shows no error.
macro_rules! read_where_the_draft_is_clean {
    ($text:expr; $( $module:ident ),*) => { $(
        let is_clean = $module::Draft::parse($text).is_ok_and(|draft| draft.errors.is_empty());
        prop_assert_eq!($module::Request::parse($text.as_bytes()).is_ok(), is_clean, "{}", stringify!($module));
    )* };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// Whatever is read of any text is written so that it is read alike, and in our own writing comes back byte for byte. The
    /// envelope can be read wherever the answer can, and says the same.
    #[test]
    fn what_is_read_is_written_and_read_again(text in nearly_json()) {
        read_and_written_again!(
            text.as_bytes();
            modify_user_info::Request,
            get_members::Request,
            get_online_member_num::Request,
            add_robots::Request,
            modify_admin::Request,
            modify_user_info::Answer,
            get_members::Answer,
            get_online_member_num::Answer,
            add_robots::Answer,
            check_members::Answer,
            get_admin_list::Answer
        );
        with_its_envelope!(
            text.as_bytes();
            modify_user_info::Answer,
            get_members::Answer,
            get_online_member_num::Answer,
            add_robots::Answer,
            check_members::Answer,
            get_admin_list::Answer
        );
    }

    /// A request can be read exactly if its draft has no error, and both have the same values.
    #[test]
    fn a_request_is_a_draft_without_errors(text in nearly_json()) {
        let request = modify_user_info::Request::parse(text.as_bytes());
        match modify_user_info::Draft::parse(&text) {
            Ok(draft) if draft.errors.is_empty() => prop_assert_eq!(modify_user_info::Draft::from(request.unwrap()), draft),
            _ => prop_assert!(request.is_err()),
        }
        read_where_the_draft_is_clean!(&text; get_members, get_online_member_num, add_robots, modify_admin);
    }

    /// No optional field that is missing or `null` keeps an answer from being read.
    #[test]
    fn optional_fields_may_be_null_or_missing(text in whole()) {
        let bytes = text.as_bytes();
        prop_assert!(modify_user_info::Answer::parse(bytes).is_ok(), "{text}");
        prop_assert!(get_members::Answer::parse(bytes).is_ok(), "{text}");
        prop_assert!(get_online_member_num::Answer::parse(bytes).is_ok(), "{text}");
        prop_assert!(add_robots::Answer::parse(bytes).is_ok(), "{text}");
        prop_assert!(check_members::Answer::parse(bytes).is_ok(), "{text}");
        prop_assert!(get_admin_list::Answer::parse(bytes).is_ok(), "{text}");
    }
}
