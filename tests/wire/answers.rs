//! Requests and answers: what the vendor may add survives, what is wrong is told with its place, nothing panics.

use avmarks_protocol::{
    AnswerFault, BodyFault, ErrorCode, FieldProblem, Integer, get_members, get_online_member_num, modify_user_info,
};
use proptest::prelude::*;

#[test]
fn unknown_codes_fields_and_statuses_come_back_as_they_came() {
    let bytes = br#"{"ActionStatus":"MAYBE","ErrorCode":12345678,"ErrorInfo":"\u00e9","CommandType":9,"MemberList":[{"Member_Account":"a","Marks":[7,-1],"Since":1e400}],"RequestId":"x","More":{"b":[1.50,null]}}"#;
    let answer = modify_user_info::Answer::parse(bytes).unwrap();
    assert_eq!((answer.envelope.error_code, answer.envelope.error_code.row()), (ErrorCode::new(12_345_678), None));
    assert_eq!(String::from_utf8(answer.to_json()).unwrap(), String::from_utf8_lossy(bytes).replace("\\u00e9", "é"));
    assert_eq!(modify_user_info::Answer::parse(&answer.to_json()), Ok(answer));
}

#[test]
fn fields_may_come_in_any_order_and_error_info_may_be_missing() {
    // The overview's own sample answer lacks `ErrorInfo` (1047/34620).
    let answer = modify_user_info::Answer::parse(br#"{"ErrorCode":10010,"ActionStatus":"FAIL"}"#).unwrap();
    assert_eq!(answer.envelope.error_info, None);
    assert_eq!(answer.to_json(), br#"{"ActionStatus":"FAIL","ErrorCode":10010}"#);
}

#[test]
fn answers_that_are_none_are_typed_faults() {
    let parse = |bytes: &[u8]| modify_user_info::Answer::parse(bytes).unwrap_err();
    assert!(matches!(parse(b"<html>502</html>"), AnswerFault::Body(BodyFault::NotJson { .. })));
    assert!(matches!(parse(b"{\"ActionStatus\":\"OK\",\"Err"), AnswerFault::Body(BodyFault::NotJson { .. })));
    assert!(matches!(parse(b""), AnswerFault::Body(BodyFault::Empty)));
    let AnswerFault::Field(fault) = parse(br#"{"ActionStatus":"OK","ErrorCode":"0"}"#) else { panic!() };
    assert_eq!(fault.to_string(), "`ErrorCode` must be an integer, and is a string: `\"0\"`");
    let AnswerFault::Field(fault) = parse(br#"{"ErrorCode":0}"#) else { panic!() };
    assert_eq!(fault.problem, FieldProblem::Missing);
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
fn integers_of_any_size_are_written_as_they_were_read() {
    let digits = "123456789012345678901234567890";
    let body = format!(
        r#"{{"GroupId":"g","CommandType":-{digits},"MemberList":[{{"Member_Account":"a","Marks":[{digits},-0]}}]}}"#
    );
    let request = modify_user_info::Request::parse(body.as_bytes()).unwrap();
    assert_eq!(request.member_list[0].marks[1], Integer::from(0));
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
        "\"ActionStatus\"",
        "\"ErrorCode\"",
        "\"ErrorInfo\"",
        "\"NextTimestamp\"",
        "\"Timestamp\"",
        "\"OnlineMemberNum\"",
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
        (0_usize..120, 0_usize..8, piece).prop_map(|(at, gone, piece)| {
            let good = r#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","CommandType":1,"GroupId":"g","Timestamp":0,"MemberList":[{"Member_Account":"a","Marks":[1000]}],"NextTimestamp":0}"#;
            let (at, end) = (at.min(good.len()), (at + gone).min(good.len()));
            format!("{}{piece}{}", &good[..at], &good[end..])
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// Whatever is read of any text is written so that it is read alike, and in our own writing comes back byte for byte.
    #[test]
    fn what_is_read_is_written_and_read_again(text in nearly_json()) {
        let bytes = text.as_bytes();
        if let Ok(request) = modify_user_info::Request::parse(bytes) {
            let written = request.to_json();
            let again = modify_user_info::Request::parse(&written).unwrap();
            prop_assert_eq!(&again, &request);
            prop_assert_eq!(again.to_json(), written.clone());
        }
        if let Ok(request) = get_members::Request::parse(bytes) {
            let written = request.to_json();
            prop_assert_eq!(&get_members::Request::parse(&written).unwrap(), &request);
        }
        if let Ok(request) = get_online_member_num::Request::parse(bytes) {
            let written = request.to_json();
            prop_assert_eq!(&get_online_member_num::Request::parse(&written).unwrap(), &request);
        }
        if let Ok(answer) = modify_user_info::Answer::parse(bytes) {
            let written = answer.to_json();
            prop_assert_eq!(&modify_user_info::Answer::parse(&written).unwrap(), &answer);
            prop_assert_eq!(modify_user_info::Answer::parse(&written).unwrap().to_json(), written);
        }
        if let Ok(answer) = get_members::Answer::parse(bytes) {
            prop_assert_eq!(&get_members::Answer::parse(&answer.to_json()).unwrap(), &answer);
        }
        if let Ok(answer) = get_online_member_num::Answer::parse(bytes) {
            prop_assert_eq!(&get_online_member_num::Answer::parse(&answer.to_json()).unwrap(), &answer);
        }
    }

    /// A request is read just where its draft shows no fault, and the two say the same.
    #[test]
    fn a_request_is_a_draft_without_faults(text in nearly_json()) {
        let request = modify_user_info::Request::parse(text.as_bytes());
        match modify_user_info::Draft::parse(&text) {
            Ok(draft) if draft.faults.is_empty() => prop_assert_eq!(modify_user_info::Draft::from(request.unwrap()), draft),
            _ => prop_assert!(request.is_err()),
        }
    }
}
