//! Preflight and dry run: everything that is wrong, each with its place, and nothing of a body is lost.

use avmarks_protocol::{Endpoint, modify_user_info};
use avmarks_rules::{Reason, Terms};
use avmarks_service::{Violation, preflight, preflight_request};
use avmarks_spec::Gap;

use crate::{app_with_group, body};

/// Every violation of a body of `modify_user_info`, one a line: step, code, pointer, sentence.
fn found(body: &[u8]) -> String {
    preflight(Endpoint::ModifyUserInfo, body, &Terms::default())
        .iter()
        .map(|found| {
            format!("{} {} {} {}\n", found.refusal.step(), found.code, found.pointer().unwrap(), found.message)
        })
        .collect()
}

#[test]
fn preflight_lists_every_error_with_path() {
    let body = br#"{"CommandType":0,"MemberList":[{"Member_Account":"","Marks":[]},7,{"Marks":[500,1e3,-7]},
        {"Member_Account":"a","Member_Account":"b","Marks":[99999999999999999999]}],"GroupId":"\u0000"}"#;
    // A field that is there twice answers first, wherever it stands; then the others in the order of the field table.
    let expected = r"7 10004 /MemberList/3/Member_Account `MemberList[3].Member_Account` is there more than once; send it once
7 10004 /MemberList/1 `MemberList[1]` must be an object, and is an integer: `7`
7 10004 /MemberList/2/Member_Account `MemberList[2].Member_Account` is missing
7 10004 /MemberList/2/Marks/1 `MemberList[2].Marks[1]` must be an integer, and is a number with fraction or exponent: `1e3`
8 10004 /CommandType `CommandType` is `0`; it must be 1 (set) or 2 (delete)
10 10004 /MemberList/0/Member_Account `MemberList[0].Member_Account` is ``, which is no user id: it is empty
10 10004 /MemberList/0/Marks `MemberList[0].Marks` is empty; name at least one mark
10 10004 /MemberList/2/Marks/2 `MemberList[2].Marks[2]` is `-7`, which is no mark: a mark is 500, 600, or a number from 1000 to 4294967295
10 10004 /MemberList/3/Marks/0 `MemberList[3].Marks[0]` is `99999999999999999999`, which is no mark: a mark is 500, 600, or a number from 1000 to 4294967295
12 10015 /GroupId `GroupId` is `\u{0}`, which is no group id: `\u{0}` at byte 0 is not allowed
";
    assert_eq!(found(body), expected);
}

#[test]
fn a_violation_has_text_and_json() {
    let of = |body: &[u8]| preflight(Endpoint::ModifyUserInfo, body, &Terms::default()).remove(0);
    let told = |body: &[u8]| {
        let violation = of(body);
        (violation.to_string(), serde_json::to_string(&violation).unwrap())
    };
    let (line, json) = told(br#"{"CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[999]}],"GroupId":"g"}"#);
    let sentence =
        "`MemberList[0].Marks[0]` is `999`, which is no mark: a mark is 500, 600, or a number from 1000 to 4294967295";
    assert_eq!(line, format!("10004 MARK-RANGE, gap:mark-max: {sentence}"));
    assert_eq!(
        json,
        format!(
            r#"{{"step":10,"code":10004,"because":["MARK-RANGE","gap:mark-max"],"pointer":"/MemberList/0/Marks/0","message":"{sentence}"}}"#
        )
    );
    // The body as a whole has the empty pointer.
    let (line, json) = told(b"[]");
    assert_eq!(line, "60003 JSON-BODY: the body is an array, and must be an object");
    assert_eq!(
        json,
        r#"{"step":6,"code":60003,"because":["JSON-BODY"],"pointer":"","message":"the body is an array, and must be an object"}"#
    );
    // Where a comma decided, no clause is broken, and the gap is named; the same of a field that is there twice.
    let (line, json) = told(b"{\"GroupId\":\"g\",}");
    let sentence =
        "a comma before `]` or `}` at line 1 column 15 is not JSON, though the vendor's own samples have it; remove it";
    assert_eq!(line, format!("60003 gap:trailing-comma: {sentence}"));
    assert_eq!(
        json,
        format!(r#"{{"step":6,"code":60003,"because":["gap:trailing-comma"],"pointer":"","message":"{sentence}"}}"#)
    );
    let (line, json) = told(br#"{"GroupId":"g","GroupId":"g"}"#);
    assert_eq!(line, "10004 gap:duplicate-field: `GroupId` is there more than once; send it once");
    assert_eq!(
        json,
        r#"{"step":7,"code":10004,"because":["gap:duplicate-field"],"pointer":"/GroupId","message":"`GroupId` is there more than once; send it once"}"#
    );
}

#[test]
fn bodies_that_are_no_object() {
    for (body, message) in [
        (&b""[..], "the body is empty; send a JSON object"),
        (b" \n", "the body is empty; send a JSON object"),
        (b"[]", "the body is an array, and must be an object"),
        (b"null", "the body is null, and must be an object"),
        (b"\"{}\"", "the body is a string, and must be an object"),
        (
            "\u{feff}{}".as_bytes(),
            "the body is not JSON: it begins with a byte order mark, which its sender must leave out",
        ),
        (b"[[[[", "the body is not JSON: EOF while parsing a list at line 1 column 4"),
        (b"{} {}", "the body is not JSON: trailing characters at line 1 column 4"),
        (b"{\"GroupId\":\"\xff\"}", "the body is not UTF-8: invalid at byte 12"),
        (b"\x1f\x8b\x08\0", "the body is compressed (gzip), which is not decoded here; send plain UTF-8"),
        (b"\x78\x9c\xab\xae", "the body is compressed (zlib), which is not decoded here; send plain UTF-8"),
        (b"\x28\xb5\x2f\xfd", "the body is compressed (zstd), which is not decoded here; send plain UTF-8"),
        (b"\xff\xfe{\0", "the body is UTF-16, which is not decoded here; send plain UTF-8"),
        (b"\0{\0}", "the body is UTF-16, which is not decoded here; send plain UTF-8"),
        (b"{\"a\":01}", "the body is not JSON: invalid number at line 1 column 7"),
        (
            b"{\"GroupId\":\"\\ud800\"}",
            "the body is not JSON: in `GroupId`: half of a surrogate pair, which no text can hold",
        ),
    ] {
        assert_eq!(found(body), format!("6 60003  {message}\n"));
    }
}

#[test]
fn deep_unknown_fields_are_ignored() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let good = String::from_utf8(body("g", 1, &[("a", &[1_000])])).unwrap();
    let body = good.replacen('{', &format!(r#"{{"deep":{deep},"large":1e99999,"GroupID":7,"#), 1);
    assert_eq!(found(body.as_bytes()), "");
}

#[test]
fn values_are_checked_like_their_bytes() {
    for (group, command, members) in [
        ("g", 1, vec![("a", &[1_000_i64][..])]),
        ("", 3, vec![("", &[][..]), ("a", &[499])]),
        ("g", 2, vec![]),
        ("g", 1, vec![("a", &[1_000, 1_001, 1_002, 1_003, 1_004, 1_005, 1_006, 1_007, 1_008, 1_009, 1_010][..])]),
    ] {
        let bytes = body(group, command, &members);
        let request = modify_user_info::Request::parse(&bytes).unwrap();
        assert_eq!(
            preflight_request(request, &Terms::default()),
            preflight(Endpoint::ModifyUserInfo, &bytes, &Terms::default())
        );
    }
}

#[test]
fn the_other_calls_have_their_own_bodies() {
    let found = |endpoint, body: &str| {
        let found = preflight(endpoint, body.as_bytes(), &Terms::default());
        found.into_iter().map(|violation| violation.message).collect::<Vec<_>>()
    };
    assert_eq!(found(Endpoint::GetMembers, r#"{"GroupId":"g","Timestamp":0,"Mark":7}"#), [""; 0]);
    assert_eq!(
        found(Endpoint::GetMembers, r#"{"GroupId":"","Timestamp":-1,"Mark":"7"}"#),
        [
            "`Mark` must be an integer, and is a string: `\"7\"`",
            "`Timestamp` is `-1`; it must be 0, or the `NextTimestamp` of the answer before",
            "`GroupId` is ``, which is no group id: it is empty",
        ]
    );
    assert_eq!(found(Endpoint::GetOnlineMemberNum, "{}"), ["`GroupId` is missing"]);
    assert_eq!(
        found(Endpoint::GetAdminList, r#"{"GroupId":7}"#),
        ["`GroupId` must be a string, and is an integer: `7`"]
    );
    for endpoint in [Endpoint::AddRobots, Endpoint::DelRobots, Endpoint::CheckMembers] {
        assert_eq!(found(endpoint, r#"{"GroupId":"g","Member_Account":["a","a"],"CommandType":3}"#), [""; 0]);
        assert_eq!(found(endpoint, "{}"), ["`GroupId` is missing", "`Member_Account` is missing"]);
        assert_eq!(
            found(endpoint, r#"{"GroupId":"","Member_Account":["",7,"jürgen"]}"#),
            [
                "`Member_Account[1]` must be a string, and is an integer: `7`",
                "`Member_Account[0]` is ``, which is no user id: it is empty",
                "`Member_Account[2]` is `jürgen`, which is no user id: `\\u{fc}` at byte 1 is not allowed",
                "`GroupId` is ``, which is no group id: it is empty",
            ]
        );
    }
    assert_eq!(found(Endpoint::ModifyAdmin, r#"{"GroupId":"g","CommandType":2,"Admin_Account":["a"]}"#), [""; 0]);
    assert_eq!(
        found(Endpoint::ModifyAdmin, "{}"),
        ["`GroupId` is missing", "`CommandType` is missing", "`Admin_Account` is missing"]
    );
    assert_eq!(
        found(Endpoint::ModifyAdmin, r#"{"GroupId":"g","CommandType":0,"Admin_Account":["",null]}"#),
        [
            "`Admin_Account[1]` must be a string, and is null",
            "`CommandType` is `0`; it must be 1 (set) or 2 (delete)",
            "`Admin_Account[0]` is ``, which is no user id: it is empty",
        ]
    );
}

/// `ACCOUNTS-MAX` at its edge, of each call that names accounts: one is enough, 500 are not too many, 501 are.
#[test]
fn each_list_of_accounts_has_one_to_500() {
    let names = |count: usize| vec!["\"a\""; count].join(",");
    let entries = |count: usize| vec![r#"{"Member_Account":"a","Marks":[1000]}"#; count].join(",");
    // The call, the field that names accounts with what stands before it, a list of so many, and the gaps of its own.
    type Named<'a> = (Endpoint, &'a str, &'a dyn Fn(usize) -> String, &'a [&'a str]);
    let calls: [Named<'_>; 5] = [
        (Endpoint::ModifyUserInfo, r#""CommandType":1,"MemberList""#, &entries, &[]),
        (Endpoint::AddRobots, r#""Member_Account""#, &names, &["gap:robots-max"]),
        (Endpoint::DelRobots, r#""Member_Account""#, &names, &["gap:robots-max"]),
        (Endpoint::CheckMembers, r#""Member_Account""#, &names, &["gap:check-max"]),
        (Endpoint::ModifyAdmin, r#""CommandType":1,"Admin_Account""#, &names, &["gap:admins-max"]),
    ];
    for (endpoint, field, list, gaps) in calls {
        let found = |count: usize| {
            let body = format!(r#"{{"GroupId":"g",{field}:[{}]}}"#, list(count));
            let found = preflight(endpoint, body.as_bytes(), &Terms::default());
            found.into_iter().map(|violation| (violation.code.number(), ids(&violation))).collect::<Vec<_>>()
        };
        assert_eq!([found(1), found(500)], [vec![], vec![]], "{}", endpoint.command());
        assert_eq!(found(0), [(10_004, vec!["REQUIRED"])], "{}", endpoint.command());
        let too_many = [&["ACCOUNTS-MAX", "gap:too-many-code"], gaps].concat();
        assert_eq!(found(501), [(10_005, too_many)], "{}", endpoint.command());
    }
}

fn ids(violation: &Violation) -> Vec<&'static str> {
    violation.because.iter().copied().map(Reason::id).collect()
}

/// What a preflight says of `gap:precedence` is what the service names, as long as nothing beyond the body is wrong.
#[test]
fn several_rules_differ_from_several_violations() {
    let app = app_with_group();
    for (members, by_precedence) in [
        (vec![("a", &[1_000][..])], false),
        (vec![("a", &[999][..])], false),
        (vec![("a", &[999, 998][..]), ("b", &[997])], false),
        (vec![("a", &[999][..]), ("", &[1_000])], true),
        (vec![("", &[1_000][..]), ("", &[1_000])], false),
        (vec![("a", &[999][..]), ("b", &[]), ("b", &[999])], true),
        (vec![], false),
    ] {
        let body = body("g", 1, &members);
        let found = preflight(Endpoint::ModifyUserInfo, &body, &Terms::default());
        assert_eq!(Violation::by_precedence(&found), by_precedence, "{found:?}");
        let call = avmarks_service::Request::trusted("administrator", modify_user_info::PATH, &body);
        let answer = app.clone().handle(&call, crate::NOW).answer;
        assert_eq!(answer.because.contains(&Reason::Gap(Gap::Precedence)), by_precedence, "{answer:?}");
    }
}

#[test]
fn a_dry_run_checks_body_and_group() {
    let mut app = app_with_group();
    app.create_group(crate::group("public"), avmarks_spec::GroupType::Public, None, crate::NOW);
    let mut settings = app.settings().clone();
    settings.terms.marks_supported = false;
    settings.terms.online_list_enabled = false;
    app.configure(settings);
    let reasons = |marks: &[i64], identifier| {
        let body = body("public", 1, &[("a", marks)]);
        let call = avmarks_service::Request::trusted(identifier, modify_user_info::PATH, &body);
        let dry = app.dry_run(&call, crate::NOW);
        dry.violations.iter().map(|found| found.because[0].id()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&[1_000], "administrator"), ["GROUP-TYPE", "PLAN", "SWITCH"]);
    assert_eq!(reasons(&[999], "administrator"), ["MARK-RANGE", "GROUP-TYPE", "PLAN", "SWITCH"]);
    assert_eq!(
        reasons(&[999, 500], "a"),
        ["ADMIN-CALLER", "MARK-RANGE", "GROUP-TYPE", "PLAN", "SWITCH", "PERMISSION", "SPECIAL-ADMIN"]
    );
}

#[test]
fn special_marks_have_their_own_path() {
    let mut app = app_with_group();
    let mut settings = app.settings().clone();
    settings.terms.policy.rest_owner = avmarks_spec::readings::RestOwner::OwnerToo;
    app.configure(settings);
    let body = body("g", 1, &[("a", &[1_000]), ("b", &[1_000]), ("a", &[1_001, 600, 500])]);
    let call = avmarks_service::Request::trusted("owner", modify_user_info::PATH, &body);
    let dry = app.dry_run(&call, crate::NOW);
    assert_eq!(dry.violations[0].pointer().as_deref(), Some("/MemberList/2/Marks/1"));
    assert_eq!(
        dry.violations[0].message,
        "`MemberList[2].Marks[1]` is special: 500 and 600 are for app admins alone, and `owner` is none"
    );
}

#[test]
fn a_dry_run_changes_nothing() {
    let app = app_with_group();
    let before = app.snapshot();
    let body = body("g", 1, &[("a", &[500, 1_000]), ("nobody", &[1_000])]);
    let call = avmarks_service::Request::trusted("administrator", modify_user_info::PATH, &body);
    let dry = app.dry_run(&call, crate::NOW);
    assert!(dry.violations.is_empty());
    assert_eq!(dry.answer.omitted.len(), 1);
    assert_eq!(app.snapshot(), before);
}
