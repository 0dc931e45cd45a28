//! What the answers to the other calls rest on: the list, the count, robots, `check_members`, administrators.

use super::because;

const BELOW: &str = "v4/group_open_avchatroom_http_svc";
const LOW_PLAN: &str = r#"{"at":5,"do":"app","marks_supported":false}"#;
const OFF: &str = r#"{"at":5,"do":"app","online_list_enabled":false}"#;

fn policy(field: &str, reading: &str) -> String {
    format!(r#"{{"at":5,"do":"policy","{field}":"{reading}"}}"#)
}

/// A call of the admin at 5 ms in group `g`, with what stands behind the group in its body.
fn call(command: &str, rest: &str) -> String {
    call_in("g", command, rest)
}

fn call_in(group: &str, command: &str, rest: &str) -> String {
    format!(r#"{{"at":5,"do":"call","path":"{BELOW}/{command}","body":{{"GroupId":"{group}"{rest}}}}}"#)
}

fn list(mark: &str) -> String {
    call("get_members", &format!(r#","Timestamp":0{mark}"#))
}

fn accounts(command: &str, accounts: &str) -> String {
    call(command, &format!(r#","Member_Account":[{accounts}]"#))
}

fn admins(command: u8, accounts: &str) -> String {
    call("modify_admin", &format!(r#","CommandType":{command},"Admin_Account":[{accounts}]"#))
}

/// The count of group `g`, by the path that differs from the others.
fn count() -> String {
    r#"{"at":5,"do":"call","path":"v4/group_open_http_svc/get_online_member_num","body":{"GroupId":"g"}}"#.to_owned()
}

fn all_are(cases: &[(&[&str], &[&str])]) {
    for (lines, expected) in cases {
        assert_eq!(because(lines), *expected, "{}", lines.join("\n"));
    }
}

#[test]
fn what_a_list_rests_on() {
    let always = ["gap:list-order", "gap:page-size", "gap:list-marks", "gap:refresh-list"];
    let and_always = |ids: &[&'static str]| [ids, &always[..]].concat();
    let refuse = policy("low_plan_list", "refuse");
    let thirty = policy("switch_list", "30");
    assert_eq!(because(&[&list("")]), and_always(&["LIST-MAX", "HIDE-600"]));
    assert_eq!(because(&[&list(",\"Mark\":1000")]), and_always(&["HIDE-600", "gap:unhide"]));
    assert_eq!(because(&[&list(",\"Mark\":600")]), and_always(&["HIDE-600"]));
    assert_eq!(because(&[&list(",\"Mark\":7")]), always);

    // The 30 of a low plan hold with a mark, too.
    assert_eq!(because(&[LOW_PLAN, &list("")]), and_always(&["gap:low-plan-list", "HIDE-600"]));
    let by_mark = and_always(&["gap:low-plan-list", "HIDE-600", "gap:unhide"]);
    assert_eq!(because(&[LOW_PLAN, &list(",\"Mark\":1000")]), by_mark);
    assert_eq!(because(&[LOW_PLAN, &refuse, &list("")]), ["PLAN", "gap:plan-code", "gap:low-plan-list"]);

    // So do those of a switch that is off, if it is read so.
    assert_eq!(because(&[OFF, &list("")]), ["SWITCH", "gap:switch-list"]);
    assert_eq!(because(&[OFF, &thirty, &list("")]), and_always(&["gap:switch-list", "HIDE-600"]));
    let by_mark = and_always(&["gap:switch-list", "HIDE-600", "gap:unhide"]);
    assert_eq!(because(&[OFF, &thirty, &list(",\"Mark\":1000")]), by_mark);

    // Both: the switch refuses first, for on a low plan nothing does; PLAN goes before SWITCH if both refuse.
    assert_eq!(because(&[LOW_PLAN, OFF, &list("")]), ["SWITCH", "gap:switch-list", "gap:low-plan-list"]);
    let both = and_always(&["gap:low-plan-list", "gap:switch-list", "HIDE-600"]);
    assert_eq!(because(&[LOW_PLAN, OFF, &thirty, &list("")]), both);
    let refused = ["PLAN", "gap:plan-code", "gap:low-plan-list"];
    assert_eq!(because(&[LOW_PLAN, OFF, &refuse, &list("")]), [&refused[..], &["gap:precedence"]].concat());
    assert_eq!(because(&[LOW_PLAN, OFF, &refuse, &thirty, &list("")]), refused);
}

#[test]
fn what_a_count_rests_on() {
    let public = r#"{"at":5,"do":"destroy_group","group":"g"}"#;
    let create = r#"{"at":5,"do":"create_group","group":"g","type":"Public"}"#;
    let av_only = policy("count_types", "avchatroom-only");
    all_are(&[
        (&[&count()], &["gap:refresh-count"]),
        // Neither plan nor switch has a part in it.
        (&[LOW_PLAN, OFF, &count()], &["gap:refresh-count"]),
        (&[&av_only, &count()], &["gap:refresh-count"]),
        (&[public, create, &count()], &["gap:count-types", "gap:refresh-count"]),
        (&[public, create, &av_only, &count()], &["GROUP-TYPE", "gap:count-types"]),
    ]);
}

#[test]
fn what_calls_about_robots_rest_on() {
    let add = |names: &str| accounts("add_robots", names);
    let delete = |names: &str| accounts("del_robots", names);
    let many = vec!["\"x\""; 501].join(",");
    all_are(&[
        // The answer echoes nothing.
        (&[&add("\"a\"")], &["ONLINE-ONLY", "gap:special-slots"]),
        (&[&add("\"off\"")], &["ONLINE-ONLY", "gap:offline-500", "gap:special-slots"]),
        (&[&add("\"x\"")], &["ONLINE-ONLY", "gap:offline-500", "gap:special-slots", "gap:robot-days"]),
        (
            &[&add("\"x\",\"x\"")],
            &["ONLINE-ONLY", "gap:duplicates", "gap:offline-500", "gap:special-slots", "gap:robot-days"],
        ),
        (&[&add("\"x\""), &add("\"x\"")], &["ONLINE-ONLY", "gap:special-slots", "gap:pin-renewal", "gap:robot-days"]),
        // A mark has room for two here.
        (
            &[&add("\"a\",\"x\",\"y\"")],
            &[
                "MEMBERS-PER-MARK",
                "ONLINE-ONLY",
                "gap:special-slots",
                "gap:offline-500",
                "gap:robot-days",
                "gap:over-capacity",
            ],
        ),
        (&[&add("\"x\""), &delete("\"x\"")], &["ONLINE-ONLY"]),
        (&[&delete("\"a\"")], &["ONLINE-ONLY", "gap:delete-unset"]),
        (&[&delete("\"x\",\"off\"")], &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY"]),
        (&[&add(&many)], &["ACCOUNTS-MAX", "gap:too-many-code", "gap:robots-max"]),
        (&[&delete(&many)], &["ACCOUNTS-MAX", "gap:too-many-code", "gap:robots-max"]),
        (&[LOW_PLAN, &add("\"x\"")], &["PLAN", "gap:plan-code"]),
        (&[OFF, &delete("\"a\"")], &["SWITCH", "gap:switch-code"]),
        // There is no such robot either.
        (&[OFF, &delete("\"x\"")], &["SWITCH", "gap:switch-code", "gap:precedence"]),
        (
            &[&policy("offline_500", "nobody-offline"), &add("\"x\"")],
            &["ALL-FAILED", "gap:all-failed-code", "ONLINE-ONLY", "gap:offline-500"],
        ),
    ]);
}

#[test]
fn what_a_check_of_members_rests_on() {
    let check = |names: &str| accounts("check_members", names);
    let many = vec!["\"x\""; 501].join(",");
    all_are(&[
        (&[&check("\"a\"")], &["gap:refresh-list"]),
        (&[&check("\"nobody\"")], &["gap:refresh-list"]),
        (&[&check("\"a\",\"a\"")], &["gap:refresh-list", "gap:duplicates"]),
        (&[&check(&many)], &["ACCOUNTS-MAX", "gap:too-many-code", "gap:check-max"]),
        (&[LOW_PLAN, OFF, &check("\"a\"")], &["PLAN", "gap:plan-code", "gap:precedence"]),
        // The readings of the list are not its own.
        (&[OFF, &policy("switch_list", "30"), &check("\"a\"")], &["SWITCH", "gap:switch-code"]),
    ]);
}

#[test]
fn what_calls_about_administrators_rest_on() {
    let five = admins(1, "\"p\",\"q\",\"r\",\"s\",\"t\"");
    let many = vec!["\"x\""; 501].join(",");
    let ask = call("get_admin_list", "");
    all_are(&[
        (&[&admins(1, "\"a\"")], &[]),
        (&[&admins(1, "\"a\",\"a\"")], &["gap:duplicates"]),
        (&[&admins(1, "\"a\""), &admins(1, "\"a\",\"b\"")], &["gap:admin-unset"]),
        (&[&admins(1, "\"a\""), &admins(2, "\"a\"")], &[]),
        (&[&admins(2, "\"a\"")], &["gap:admin-unset"]),
        (&[&five, &admins(1, "\"a\"")], &["gap:sixth-admin"]),
        (&[&five, &admins(1, "\"p\"")], &["gap:admin-unset"]),
        // So many names are too many, were each of them the same.
        (&[&admins(1, &many)], &["ACCOUNTS-MAX", "gap:too-many-code", "gap:admins-max"]),
        (&[LOW_PLAN, &admins(1, "\"a\"")], &["PLAN", "gap:plan-code"]),
        (&[&ask], &[]),
        (&[OFF, &ask], &["SWITCH", "gap:switch-code"]),
        (&[&call_in("nowhere", "get_admin_list", "")], &["GROUP-EXISTS"]),
    ]);
}
