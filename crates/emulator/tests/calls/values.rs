//! Attributes and counters of groups.

use super::*;

const GET: &str = "group_open_attr_http_svc/get_group_attr";
const MODIFY: &str = "group_open_http_svc/modify_group_attr";
const SET: &str = "group_open_http_svc/set_group_attr";
const CLEAR: &str = "group_open_http_svc/clear_group_attr";
const COUNT: &str = "group_open_http_svc/update_group_counter";
const COUNTERS: &str = "group_open_http_svc/get_group_counter";
const FORGET: &str = "group_open_http_svc/delete_group_counter";

fn attributes(pairs: &[(&str, &str)]) -> Value {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    json!({ "GroupId": "AVChatRoom", "GroupAttr": pairs })
}

#[test]
fn attributes_are_added_or_replaced() {
    let running = with_groups();
    let shown = || served(&running, GET, &json!({ "GroupId": "AVChatRoom" }))["GroupAttrAry"].clone();
    served(&running, MODIFY, &attributes(&[("a", "1"), ("b", "2")]));
    served(&running, MODIFY, &attributes(&[("b", "3")]));
    assert_eq!(shown(), json!([{ "key": "a", "value": "1" }, { "key": "b", "value": "3" }]));
    served(&running, SET, &attributes(&[("c", "4")]));
    assert_eq!(shown(), json!([{ "key": "c", "value": "4" }]));
    served(&running, CLEAR, &json!({ "GroupId": "AVChatRoom" }));
    assert_eq!(shown(), json!([]));
    for (path, body) in
        [(GET, json!({})), (CLEAR, json!({})), (SET, attributes(&[("a", "")])), (MODIFY, attributes(&[("a", "")]))]
    {
        codes_by_type(&running, path, &body, [0, 0, 0, 0, 10007]);
    }
}

#[test]
fn attributes_are_limited() {
    let running = with_groups();
    let (long, longer) = ("x".repeat(4_000), "x".repeat(4_001));
    let keys: Vec<_> = (0..17).map(|number| format!("k{number}")).collect();
    let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "v")).collect();
    codes(
        &running,
        SET,
        &[
            (json!({ "GroupId": "AVChatRoom" }), 10004),
            (attributes(&[]), 10004),
            (attributes(&[("", "")]), 10004),
            (attributes(&[(&"k".repeat(32), "")]), 0),
            (attributes(&[(&"k".repeat(33), "")]), 10045),
            (attributes(&[("k", &long)]), 0),
            (attributes(&[("k", &longer)]), 10046),
            (attributes(&pairs[..16]), 0),
            (attributes(&pairs), 10047),
            (attributes(&[("a", &long), ("b", &long), ("c", &long), ("d", &long)]), 0),
            (attributes(&[("a", &long), ("b", &long), ("c", &long), ("d", &long), ("e", "x")]), 10048),
        ],
    );
}

fn counters(mode: &str, pairs: &[(&str, i64)]) -> Value {
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    json!({ "GroupId": "AVChatRoom", "GroupCounter": pairs, "Mode": mode })
}

#[test]
fn counters_count_up_and_down() {
    let running = with_groups();
    let shown = |row: &Value| row["GroupCounter"].clone();
    let pair = |key: &str, value: i64| json!({ "Key": key, "Value": value });
    assert_eq!(
        shown(&served(&running, COUNT, &counters("Set", &[("a", 5), ("b", 1)]))),
        json!([pair("a", 5), pair("b", 1)])
    );
    assert_eq!(shown(&served(&running, COUNT, &counters("Increase", &[("a", 2)]))), json!([pair("a", 7)]));
    assert_eq!(shown(&served(&running, COUNT, &counters("Decrease", &[("c", 1)]))), json!([pair("c", -1)]));
    let all = json!({ "GroupId": "AVChatRoom" });
    let some = json!({ "GroupId": "AVChatRoom", "GroupCounterKeys": ["b"] });
    assert_eq!(shown(&served(&running, COUNTERS, &all)), json!([pair("a", 7), pair("b", 1), pair("c", -1)]));
    assert_eq!(shown(&served(&running, COUNTERS, &some)), json!([pair("b", 1)]));
    served(&running, FORGET, &some);
    assert_eq!(shown(&served(&running, COUNTERS, &all)), json!([pair("a", 7), pair("c", -1)]));
    served(&running, FORGET, &all);
    assert_eq!(shown(&served(&running, COUNTERS, &all)), json!([]));
    for path in [COUNTERS, FORGET] {
        codes_by_type(&running, path, &json!({}), [0, 0, 0, 0, 10007]);
    }
    codes_by_type(&running, COUNT, &counters("Set", &[("a", 1)]), [0, 0, 0, 0, 10007]);
}

#[test]
fn counters_are_limited() {
    let running = with_groups();
    let keys: Vec<_> = (0..21).map(|number| format!("k{number}")).collect();
    let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), 0)).collect();
    codes(
        &running,
        COUNT,
        &[
            (counters("Other", &[("a", 1)]), 10004),
            (counters("Set", &[]), 10004),
            (counters("Set", &[("", 1)]), 10004),
            (counters("Set", &[(&"k".repeat(129), 1)]), 10004),
            (counters("Set", &pairs[..20]), 0),
            (counters("Set", &pairs), 10063),
            (counters("Set", &[("another", 0)]), 10063),
            (counters("Set", &[("k0", i64::MAX)]), 0),
            (counters("Increase", &[("k1", 1), ("k0", 1)]), 10004),
        ],
    );
    // What is refused changes nothing.
    let one = served(&running, COUNTERS, &json!({ "GroupId": "AVChatRoom", "GroupCounterKeys": ["k1"] }));
    assert_eq!(one["GroupCounter"][0]["Value"], 0);
}
