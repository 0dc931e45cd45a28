//! The description of the calls in OpenAPI, held against the calls both ways.

use std::collections::BTreeSet;

use super::*;

fn document(running: &Running) -> Value {
    control(running, "GET", "rest-openapi.json", "")
}

/// A value of this schema; the shortest there is.
fn sample(schema: &Value) -> Value {
    let schema = schema["anyOf"].get(0).unwrap_or(schema);
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            required.map(|name| (name.to_owned(), sample(&schema["properties"][name]))).collect()
        }
        Some("array") if schema["minItems"] == 1 => json!([sample(&schema["items"])]),
        Some("array") => json!([]),
        Some("integer") => schema["minimum"].clone(),
        Some("string") => schema["enum"].get(0).cloned().unwrap_or(json!("x")),
        _ => json!([1000]),
    }
}

fn operations(document: &Value) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let path = |path: &str| path.strip_prefix("/v4/").unwrap().to_owned();
    paths.iter().map(|(name, methods)| (path(name), methods["post"].clone())).collect()
}

/// What an object must be that is the body of a call.
fn schema(operation: &Value) -> &Value {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    schema["anyOf"].get(0).unwrap_or(schema)
}

#[test]
fn what_is_described_is_what_is_answered() {
    let running = start(|_| {});
    let document = document(&running);
    assert_eq!(document["openapi"], "3.1.0");
    let described: BTreeSet<_> = operations(&document).into_iter().map(|(path, _)| path).collect();
    let says = ask(&running, "nothing", &json!({}))["ErrorInfo"].as_str().unwrap().to_owned();
    let (_, list) = says.split_once("below `v4/` it answers ").unwrap();
    let services = list.trim_end_matches('}').split("}, ");
    let answered: BTreeSet<_> = services
        .flat_map(|service| {
            let (service, commands) = service.split_once("/{").unwrap();
            commands.split(',').map(move |command| format!("{service}/{command}")).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(described, answered);
    let names: BTreeSet<_> =
        operations(&document).iter().map(|(_, operation)| operation["operationId"].to_string()).collect();
    assert_eq!(names.len(), described.len());
    for path in described {
        assert_ne!(ask(&running, &path, &json!({}))["ErrorCode"], 60009, "{path}");
    }
}

#[test]
fn each_call_follows_its_schema() {
    let running = with_groups();
    // Who is named in every sample.
    control(&running, "POST", "groups/AVChatRoom/join", r#"{"accounts":["x"]}"#);
    // What a call says of a field that is missing or of another type, and of no body that fits the schema.
    let invalid = [10004, 30001, 40001, 50002, 40002, 70402, 90001, 90002, 90003, 90005, 90008, 90010];
    for (path, operation) in operations(&document(&running)) {
        let schema = schema(&operation);
        let mut body = sample(schema);
        if body.get("GroupId").is_some() {
            body["GroupId"] = json!("AVChatRoom");
        }
        let answer = ask(&running, &path, &body);
        let code = answer["ErrorCode"].as_i64().unwrap();
        // These ask for one of two fields, which no schema says of either.
        let one_of_two = [
            "account_import",
            "multiaccount_import",
            "kick",
            "forbid_send_msg",
            "admin_getroammsg",
            "create_robot",
            "delete_robot",
        ]
        .iter()
        .any(|command| path.ends_with(command));
        assert!(
            one_of_two || !invalid.contains(&code) || path.ends_with("delete_group_member"),
            "{path} {body}: {answer}"
        );
        for name in schema["required"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            let is_object = schema["properties"][name]["type"] == "object";
            let other = if is_object { json!("x") } else { json!({ "x": 1 }) };
            for value in [None, Some(other), Some(json!(null))] {
                // The service takes these as the documents do, in words of its own.
                let mut body = body.clone();
                body.as_object_mut().unwrap().remove(name);
                body.as_object_mut().unwrap().extend(value.map(|value| (name.to_owned(), value)));
                let answer = ask(&running, &path, &body);
                assert!(invalid.contains(&answer["ErrorCode"].as_i64().unwrap()), "{path} {body}: {answer}");
            }
        }
    }
}

#[test]
fn each_call_names_its_document() {
    let running = start(|_| {});
    for (path, operation) in operations(&document(&running)) {
        let source = operation["x-source"].as_str().unwrap();
        let page = source.strip_prefix("1047/").or_else(|| source.strip_prefix("269/"));
        let digits = page.map_or(0, |page| page.chars().take_while(char::is_ascii_digit).count());
        assert!((4..=5).contains(&digits) || source.starts_with("no page was read; "), "{path}: {source}");
        assert!(
            ["emulated", "acknowledged", "by the rules of avmarks-service"]
                .contains(&operation["x-answered"].as_str().unwrap())
        );
    }
}

/// The rows of `docs/calls.md`, out of the description.
fn table(document: &Value) -> String {
    let mut table =
        "| call of `v4/` | source | answered | refused group types | plan |\n|---|---|---|---|---|\n".to_owned();
    for (path, operation) in operations(document) {
        let refused = operation["x-refused-group-types"].as_object().unwrap();
        let refused: Vec<_> = refused.iter().map(|(kind, code)| format!("{kind} {code}")).collect();
        let plan = if operation["x-needs-plan"] == true { "10059" } else { "" };
        let (source, answered) = (operation["x-source"].as_str().unwrap(), operation["x-answered"].as_str().unwrap());
        table += &format!("| `{path}` | {source} | {answered} | {} | {plan} |\n", refused.join(", "));
    }
    table
}

#[test]
fn the_page_lists_the_calls_as_they_are() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/calls.md");
    let page = std::fs::read_to_string(path).unwrap();
    let start = page.find("| call of `v4/` |").unwrap();
    let end = start + page[start..].find("\n\n").unwrap() + 1;
    let table = table(&document(&super::start(|_| {})));
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        std::fs::write(path, [&page[..start], &table, &page[end..]].concat()).unwrap();
        return;
    }
    assert_eq!(page[start..end], table, "print it anew with AVMARKS_WRITE=1");
}
