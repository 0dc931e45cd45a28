//! Snapshots that are none, and snapshots that the rules do not allow: each field, at its edge.

use avmarks_service::App;
use avmarks_spec::{LimitField, Limits};

use super::full_app;

/// The snapshot with everything in it.
fn good() -> String {
    let good = String::from_utf8(full_app().snapshot()).unwrap();
    assert!(App::restore(good.as_bytes()).is_ok());
    good
}

/// `good` with the first of `from` replaced.
fn spoilt(good: &str, from: &str, to: &str) -> String {
    assert!(good.contains(from), "{from} is not in {good}");
    good.replacen(from, to, 1)
}

fn all_are_refused(cases: &[(&str, &str, &str)]) {
    let good = good();
    for (from, to, message) in cases {
        let error = App::restore(spoilt(&good, from, to).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{from} -> {to}: {error}");
    }
}

#[test]
fn an_app_that_there_cannot_be() {
    all_are_refused(&[
        ("\"sdkappid\":1400000000", "\"sdkappid\":0", "`sdkappid` in the snapshot: invalid SDKAppID `0`: "),
        ("\"page_size\":\"500\"", "\"page_size\":\"7\"", "`policy` in the snapshot"),
        ("\"page_size\"", "\"page\"", "`policy` in the snapshot: `page_size` is missing"),
        (
            "\"page_size\"",
            "\"page\":\"1\",\"page_size\"",
            "`policy` in the snapshot: `page` is not a field of the policy",
        ),
        ("\"refresh_list\"", "\"refresh\"", "`policy` in the snapshot: `refresh_list` is missing"),
        ("\"group_admins_max\":5", "\"group_admins_max\":-1", "this is not a snapshot: invalid value"),
        ("\"group_admins_max\":5,", "", "this is not a snapshot: missing field `group_admins_max`"),
        ("\"page_size\"", "\"page_size\":\"500\",\"page_size\"", "this is not a snapshot: duplicate field `page_size`"),
        ("\"at\":[", "\"at\":[9999999999999,", "the moments must ascend"),
        ("\"command\":\"modify_user_info\"", "\"command\":\"modify_info\"", "`modify_info` is not a call"),
        ("\"command\":\"get_members\"", "\"command\":\"modify_user_info\"", "is there twice"),
        ("\"command\":\"check_members\"", "\"command\":\"add_robots\"", "is there twice"),
        ("\"groups\":[", "\"groups\":[7,", "this is not a snapshot: invalid type"),
        ("\"groups\":[", "\"groupes\":[", "this is not a snapshot: unknown field `groupes`"),
    ]);
}

#[test]
fn a_group_that_there_cannot_be() {
    all_are_refused(&[
        ("\"id\":\"g\"", "\"id\":\"\"", "`id` in the snapshot: invalid group id ``: it is empty"),
        ("\"AVChatRoom\"", "\"Public\"", "in a group that is not an AVChatRoom"),
        ("\"AVChatRoom\"", "\"Party\"", "`Party` is not a type of group"),
        (
            "\"owner\":\"owner\",\"admins\":[\"keeper\",\"a\"],\"latest\":1795412030000",
            "\"owner\":\"owner\",\"admins\":[\"keeper\",\"a\"],\"latest\":1795412030001",
            "has seen a later time than the app",
        ),
        ("\"latest\":1795412030000", "\"latest\":1795671230000", "a pin of group `g` has ended already"),
        ("\"admins\":[\"keeper\",\"a\"]", "\"admins\":[\"keeper\",\"keeper\"]", "`keeper` is an administrator twice"),
        (
            "\"admins\":[\"keeper\",\"a\"]",
            "\"admins\":[\"keeper\",\"a\",\"keeper\"]",
            "`keeper` is an administrator twice",
        ),
        (
            "\"admins\":[\"keeper\",\"a\"]",
            "\"admins\":[\"keeper\",\"\"]",
            "`admins` in the snapshot: `` is not a user id",
        ),
        ("\"admins\":[\"keeper\",\"a\"],", "", "this is not a snapshot: missing field `admins`"),
        (
            "\"next_position\":6",
            "\"next_position\":18446744073709551615",
            "position 18446744073709551615 is out of order",
        ),
        ("\"next_position\":6", "\"next_position\":4398046511105", "position 4398046511105 is out of order"),
        ("\"next_position\":6", "\"next_position\":5", "position 5 is out of order"),
        ("\"next_position\":6", "\"next_position\":0", "position 0 is out of order"),
    ]);
    let good = good();
    let groups = &good[good.find("\"groups\":[").unwrap() + "\"groups\":[".len()..good.rfind(']').unwrap()];
    let twice = good.replacen(groups, &format!("{groups},{groups}"), 1);
    assert_eq!(App::restore(twice.as_bytes()).unwrap_err().to_string(), "`groups` in the snapshot: `g` is there twice");
}

#[test]
fn members_that_there_cannot_be() {
    all_are_refused(&[
        ("\"account\":\"b\",\"position\":2", "\"account\":\"a\",\"position\":2", "`a` is a member twice"),
        ("\"position\":2", "\"position\":1", "position 1 is out of order"),
        ("\"position\":3", "\"position\":4", "position 4 is out of order"),
        ("\"joined\":1795412030000", "\"joined\":1795412030001", "`a` joined after the latest time seen"),
        ("[500,600,1000]", "[600,1000]", "has an end of mark 500 without the mark, or one that has passed"),
        (
            "\"pinned_until\":1795671230000",
            "\"pinned_until\":1795412030000",
            "without the mark, or one that has passed",
        ),
        (
            "\"pinned_until\":1795671230000",
            "\"pinned_until\":18014398509481983",
            "`pinned_until` in the snapshot: `18014398509481983` is too late: it must be at most 18014398509481982",
        ),
        ("[500,600,1000]", "[500,600,1000,1000]", "holds mark 1000 twice"),
        ("[500,600,1000]", "[500,700,1000]", "`700` is no mark"),
        ("\"marks\":[],\"pinned_until\":null", "\"marks\":[1000],\"pinned_until\":null", "is offline and holds marks"),
        (
            "[500,600,1000]",
            "[500,600,1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010,1011,1012,1013,1014]",
            "mark 1014 is one more than the 14 that a room can keep",
        ),
    ]);
}

#[test]
fn robots_that_there_cannot_be() {
    let robot = "is a robot with a connection, or without mark 500 (gap:offline-500)";
    let (r, s) = (format!("`r` {robot}"), format!("`s` {robot}"));
    all_are_refused(&[
        ("\"connected\":false,\"robot\":true", "\"connected\":true,\"robot\":true", &r),
        (
            "\"robot\":true,\"marks\":[500],\"pinned_until\":null",
            "\"robot\":true,\"marks\":[],\"pinned_until\":null",
            &s,
        ),
        (
            "\"robot\":true,\"marks\":[500],\"pinned_until\":null",
            "\"robot\":true,\"marks\":[600],\"pinned_until\":null",
            &s,
        ),
        // A member that is offline is no robot without the mark.
        ("\"robot\":false,\"marks\":[]", "\"robot\":true,\"marks\":[]", &format!("`owner` {robot}")),
        // A robot without 500 has no end of it either.
        (
            "\"robot\":true,\"marks\":[500,1000],\"pinned_until\":1795671230000",
            "\"robot\":true,\"marks\":[1000],\"pinned_until\":1795671230000",
            "`r` has an end of mark 500 without the mark, or one that has passed (PIN-500)",
        ),
        (
            "\"robot\":true,\"marks\":[500,1000],\"pinned_until\":1795671230000",
            "\"robot\":true,\"marks\":[500,1000],\"pinned_until\":1795412030000",
            "`r` has an end of mark 500 without the mark, or one that has passed (PIN-500)",
        ),
        ("\"robot\":true,", "", "this is not a snapshot: missing field `robot`"),
        ("\"robot\":true", "\"robot\":1", "this is not a snapshot: invalid type"),
    ]);
    // A robot alone makes a group of another type one that there cannot be.
    let good = good();
    let (before, members) = good.split_once("\"members\":[").unwrap();
    let robot = &members[members.find("{\"account\":\"s\"").unwrap()..members.find("],\"list_views\"").unwrap()];
    let after = &members[members.find("],\"list_views\"").unwrap()..];
    let alone = format!("{before}\"members\":[{robot}{after}");
    assert!(App::restore(alone.as_bytes()).is_ok(), "{alone}");
    let error = App::restore(spoilt(&alone, "\"AVChatRoom\"", "\"Public\"").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("`s` holds a mark in a group that is not an AVChatRoom (GROUP-TYPE)"), "{error}");
}

#[test]
fn views_that_there_cannot_be() {
    let late =
        |view: &str| (format!("\"{view}\":{{\"taken\":1795412030000"), format!("\"{view}\":{{\"taken\":1795412030001"));
    let message = "a view was taken after `latest`";
    let (count, online) = (late("count_view"), late("online_view"));
    all_are_refused(&[
        ("\"taken\":1795412030000", "\"taken\":1795412030001", message),
        (&count.0, &count.1, message),
        (&online.0, &online.1, message),
        ("\"invalid_mark\"", "{\"holding\":1000}", "a filter of group `g` is there twice"),
        ("{\"holding\":1000}", "\"invalid_mark\"", "`r` is in a view that does not show it"),
        ("{\"holding\":1000}", "{\"holding\":700}", "`700` is no mark"),
        ("\"accounts\":[\"a\",", "\"accounts\":[\"\",", "`online_view` in the snapshot: `` is not a user id"),
        ("\"online_view\":{", "\"check_view\":{", "this is not a snapshot: unknown field `check_view`"),
    ]);
    let good = good();
    let views = good.find("\"list_views\":[").unwrap();
    let (before, views) = good.split_at(views);
    for (position, order) in [("0", "rising"), ("4", "level")] {
        let spoilt = format!("{before}{}", views.replacen("\"position\":5", &format!("\"position\":{position}"), 1));
        let error = App::restore(spoilt.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "`list_views` in the snapshot: positions must descend", "{order}");
    }
}

/// What a view shows, one could not have been shown by the rules.
#[test]
fn views_that_contradict_the_group() {
    let good = good();
    let views = good.find("\"list_views\":[").unwrap();
    let (before, views) = good.split_at(views);
    let json: serde_json::Value = serde_json::from_str(&good).unwrap();
    let count = format!("\"count\":{}", json["groups"][0]["count_view"]["count"]);
    for (from, to, message) in [
        (
            "\"position\":5",
            "\"position\":6",
            "position 6 cannot be: it must be at least 1, and below the next free one, 6",
        ),
        ("\"position\":5", "\"position\":9223372036854775808", "position 9223372036854775808 cannot be"),
        ("\"position\":1,", "\"position\":0,", "position 0 cannot be"),
        ("\"account\":\"r\"", "\"account\":\"s\"", "`s` is in a view twice"),
        (count.as_str(), "\"count\":6", "6 are online, and fewer have ever joined group `g`"),
        (count.as_str(), "\"count\":18446744073709551615", "are online, and fewer have ever joined group `g`"),
        ("\"accounts\":[", "\"accounts\":[\"1\",\"2\",\"3\",\"4\",", "are online, and fewer have ever joined"),
    ] {
        let text = format!("{before}{}", views.replacen(from, to, 1));
        assert_ne!(text, good, "{from}");
        let error = App::restore(text.as_bytes()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(message), "{to}: {error}");
    }
    // In the view without a filter, nobody holds 600; in one by a mark, everybody holds that, once.
    for (at, view) in json["groups"][0]["list_views"].as_array().unwrap().iter().enumerate() {
        let bad: &[&[u32]] = match view["filter"].as_str() {
            Some("visible") => &[&[600], &[1000, 1000]],
            Some(_) => &[],
            None => &[&[], &[1001], &[1000, 1000]],
        };
        for marks in bad {
            let mut json = json.clone();
            json["groups"][0]["list_views"][at]["members"][0]["marks"] = serde_json::json!(marks);
            let error = App::restore(json.to_string().as_bytes()).map(|_| ()).unwrap_err().to_string();
            let expected = ["is in a view that does not show it", "holds mark 1000 twice"];
            assert!(expected.iter().any(|expected| error.ends_with(expected)), "{at} {marks:?}: {error}");
        }
    }
}

/// A group of another type is counted, and has no list.
#[test]
fn views_of_a_group_of_another_type() {
    let mut json: serde_json::Value = serde_json::from_str(&good()).unwrap();
    let group = &mut json["groups"][0];
    (group["type"], group["members"], group["admins"]) =
        ("Public".into(), serde_json::json!([]), serde_json::json!([]));
    let error = App::restore(json.to_string().as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "`list_views` in the snapshot: group `g` is not an AVChatRoom, so it has no list (GROUP-TYPE)");
    json["groups"][0]["list_views"] = serde_json::json!([]);
    assert!(App::restore(json.to_string().as_bytes()).is_err());
    json["groups"][0]["online_view"] = serde_json::Value::Null;
    assert!(App::restore(json.to_string().as_bytes()).is_ok());
}

#[test]
fn limits_end_at_their_ceilings() {
    let good = good();
    let json: serde_json::Value = serde_json::from_str(&good).unwrap();
    for LimitField { name, ceiling, .. } in Limits::FIELDS {
        let documented = format!("\"{name}\":{}", json["limits"][name]);
        assert!(
            App::restore(spoilt(&good, &documented, &format!("\"{name}\":{ceiling}")).as_bytes()).is_ok(),
            "{name}"
        );
        let above = ceiling + 1;
        let error = App::restore(spoilt(&good, &documented, &format!("\"{name}\":{above}")).as_bytes()).unwrap_err();
        let expected = format!("`limits` in the snapshot: `{name}` is {above}; it must be at most {ceiling}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_view_holds_nobody_who_joined_after_it() {
    let good = good();
    let views = good.find("\"list_views\":[").unwrap();
    let (before, views) = good.split_at(views);
    let late = views.replacen("\"joined\":1795412030000", "\"joined\":1795412030001", 1);
    assert_ne!(late, views);
    let error = App::restore(format!("{before}{late}").as_bytes()).unwrap_err().to_string();
    assert!(error.ends_with("joined after the view was taken"), "{error}");
}

#[test]
fn what_can_be_if_nothing_less() {
    let good = good();
    for (from, to) in [
        // As many marks as a room can keep.
        ("[500,600,1000]", "[500,600,1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010,1011,1012]"),
        ("\"next_position\":6", "\"next_position\":4398046511104"),
        // The limit may have been lowered since (`gap:sixth-admin`).
        ("[\"keeper\",\"a\"]", "[\"keeper\",\"a\",\"k1\",\"k2\",\"k3\",\"k4\"]"),
        ("[\"keeper\",\"a\"]", "[]"),
        // A robot gets an end, or has none, by the reading that was in force (`gap:robot-days`); one that joined keeps it.
        (
            "\"robot\":true,\"marks\":[500,1000],\"pinned_until\":1795671230000",
            "\"robot\":true,\"marks\":[500,1000],\"pinned_until\":null",
        ),
        (
            "\"connected\":false,\"robot\":true,\"marks\":[500],\"pinned_until\":null",
            "\"connected\":true,\"robot\":false,\"marks\":[500],\"pinned_until\":null",
        ),
        ("\"pinned_until\":1795671230000", "\"pinned_until\":1795412030001"),
        ("\"pinned_until\":1795671230000", "\"pinned_until\":18014398509481982"),
        ("\"online_view\":{\"taken\":1795412030000", "\"online_view\":{\"taken\":0"),
    ] {
        let again = App::restore(spoilt(&good, from, to).as_bytes()).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert!(String::from_utf8(again.snapshot()).unwrap().contains(to), "{to}");
    }
}

#[test]
fn what_is_no_snapshot_or_of_another_version() {
    for (bytes, message) in [
        (&b""[..], "this is not a snapshot: EOF while parsing a value at line 1 column 0"),
        (b"{}", "this is not a snapshot: missing field `avmarks_snapshot` at line 1 column 2"),
        (b"\xff", "this is not a snapshot: expected value at line 1 column 1"),
        // Whatever form another version has, its number is checked first.
        (b"{\"avmarks_snapshot\":1}", "the snapshot is of version 1, and only versions 2 and 3 can be read"),
        (b"{\"avmarks_snapshot\":4}", "the snapshot is of version 4, and only versions 2 and 3 can be read"),
    ] {
        assert_eq!(App::restore(bytes).unwrap_err().to_string(), message);
    }
    all_are_refused(&[
        ("{\"avmarks_snapshot\":3", "{\"avmarks_snapshot\":1", "of version 1, and only versions 2 and 3 can be read"),
        ("{\"avmarks_snapshot\":3", "{\"avmarks_snapshot\":4", "of version 4, and only versions 2 and 3 can be read"),
    ]);
}

/// A message of the JSON reader, which may repeat any text of the snapshot, is shown up to 400 characters.
#[test]
fn a_long_message_is_cut_at_400_characters() {
    let message = |name: &str| App::restore(format!("{{\"avmarks_snapshot\":3,\"{name}\":0}}").as_bytes()).unwrap_err();
    let [fixed, name] = [message("").to_string(), "é".repeat(500)];
    assert!(fixed.starts_with("this is not a snapshot: unknown field ``"), "{fixed}");
    // The reader's own words, without what stands before them, and their place, which grows with the name.
    let words = |length: usize| message(&"x".repeat(length)).to_string().replacen("this is not a snapshot: ", "", 1);
    let whole = (1..400).map(words).take_while(|words| !words.ends_with('…')).last().unwrap();
    let cut = words(whole.chars().filter(|c| *c == 'x').count() + 1);
    assert!(whole.chars().count() == 400 && cut.chars().count() == 401, "{whole}\n{cut}");
    assert_eq!(message(&name).to_string(), format!("this is not a snapshot: unknown field `{}…", "é".repeat(400 - 15)));
}
