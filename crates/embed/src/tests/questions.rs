//! Every question with its fields: what is missing, twice, unknown or of another type is told with its place.

use avmarks_protocol::Endpoint;
use serde_json::{Map, Value, json};

use super::{EXAMPLES, asked, error, example, value, verbs};
use crate::error::ErrorKind;
use crate::request::HEAD;
use crate::shape::{Field, Kind};
use crate::verbs::{CALLS, ENDPOINTS};

fn fields(request: &str) -> Map<String, Value> {
    value(request).as_object().unwrap().clone()
}

/// A value that a field of this kind cannot have.
fn wrong(kind: &Kind) -> Value {
    match kind {
        Kind::Text | Kind::Secret | Kind::OneOf(_) | Kind::Flag => json!(5),
        Kind::Whole | Kind::Time | Kind::Integer => json!(1.5),
        Kind::List(_) => json!({}),
        Kind::Object(_) | Kind::Policy => json!([]),
        Kind::Json => Value::Null,
    }
}

#[test]
fn every_request_has_a_complete_example() {
    for (_, verb) in verbs() {
        let found = fields(example(verb.name).0);
        for field in verb.fields.iter().filter(|field| (verb.name, field.name) != ("job", "usersig")) {
            assert!(found.contains_key(field.name), "{} {}", verb.name, field.name);
        }
    }
    assert_eq!(EXAMPLES.len(), verbs().count());
}

#[test]
fn endpoints_are_those_of_the_protocol() {
    assert_eq!(ENDPOINTS, Endpoint::ALL.iter().map(|endpoint| endpoint.command()).collect::<Vec<_>>());
}

#[test]
fn invalid_fields_are_reported_with_their_path() {
    for (place, verb) in verbs() {
        let (request, body) = example(verb.name);
        for Field { name, kind, required, .. } in HEAD.iter().chain(verb.fields) {
            let pointer = Some(format!("/{name}"));
            let mut without = fields(request);
            without.remove(*name);
            let reply = asked(place, Value::Object(without).to_string(), body);
            let is_error = value(&reply)["error"]["kind"] == "missing-field";
            assert_eq!(is_error, *required || (verb.name, *name) == ("job", "key"), "{} {name}: {reply}", verb.name);
            if is_error {
                assert_eq!(error(&reply).1, pointer);
            }
            if !matches!(kind, Kind::Json) {
                let mut with = fields(request);
                with.insert((*name).to_owned(), wrong(kind));
                let reply = asked(place, Value::Object(with).to_string(), body);
                assert_eq!(error(&reply), ("wrong-type".to_owned(), pointer.clone()), "{} {name}: {reply}", verb.name);
            }
            let given = &fields(request).get(*name).cloned().unwrap_or(json!("x"));
            let twice = request.replacen('{', &format!("{{{}:{given},{}:{given},", json!(name), json!(name)), 1);
            let reply = asked(place, twice, body);
            assert_eq!(error(&reply), ("duplicate-field".to_owned(), pointer), "{} {name}: {reply}", verb.name);
        }
    }
}

#[test]
fn unknown_fields_are_errors() {
    for (place, verb) in verbs() {
        let (request, body) = example(verb.name);
        let mut with = fields(request);
        with.insert("a/b~c".to_owned(), Value::Null);
        let reply = asked(place, Value::Object(with).to_string(), body);
        assert_eq!(error(&reply), ("unknown-field".to_owned(), Some("/a~1b~0c".to_owned())), "{reply}");
    }
    for (request, pointer) in [
        (r#"{"v":1,"do":"policy","policy":{"pagesize":"250"}}"#, "/policy/pagesize"),
        (r#"{"v":1,"do":"plan","change":"set","group":"g","inputs":[{"account":"a","mark":1}]}"#, "/inputs/0/mark"),
    ] {
        assert_eq!(error(&crate::call(request, b"")), ("unknown-field".to_owned(), Some(pointer.to_owned())));
    }
}

#[test]
fn unexpected_bytes_are_an_error() {
    for (place, verb) in verbs().filter(|(_, verb)| verb.body.is_none()) {
        let reply = asked(place, example(verb.name).0, b"x");
        assert_eq!(error(&reply), ("body".to_owned(), None), "{} {reply}", verb.name);
    }
}

#[test]
fn invalid_requests_are_reported() {
    for (request, kind, pointer) in [
        (&b""[..], "not-json", None),
        (b"\xff", "not-json", None),
        (b"{", "not-json", None),
        (b"{\"v\":1,\"do\":\"about\"}x", "not-json", None),
        (b"[1]", "not-json", Some("")),
        (b"{}", "missing-field", Some("/v")),
        (b"{\"v\":2}", "version", Some("/v")),
        (b"{\"v\":\"1\",\"do\":\"about\"}", "version", Some("/v")),
        (b"{\"v\":1}", "missing-field", Some("/do")),
        (b"{\"v\":1,\"do\":\"\\ud800\"}", "invalid-value", Some("/do")),
        (b"{\"v\":1,\"do\":\"poll\"}", "unknown-verb", Some("/do")),
    ] {
        let reply = crate::call(request, b"");
        assert_eq!(error(&reply), (kind.to_owned(), pointer.map(str::to_owned)), "{reply}");
    }
}

#[test]
fn messages_say_what_is_expected() {
    for (name, elsewhere) in [
        ("session", "it opens a session or job, by the function that opens one"),
        ("line", "it is a request to an open session"),
        ("poll", "it is a request to an open job"),
    ] {
        let reply = crate::call(format!(r#"{{"v":1,"do":"{name}"}}"#), b"");
        assert!(reply.contains(elsewhere), "{reply}");
    }
    let reply = crate::open(r#"{"v":1,"do":"check"}"#, b"").unwrap_err();
    assert!(reply.contains("it is a request without a session or job"), "{reply}");
    for (request, body, expected) in [
        (" ", "", "the request is empty: expected a JSON object"),
        (r#"{"v":1,"do":"about"}"#, "x", "invalid body of length `1`: expected no body with `about`"),
        (
            r#"{"v":1,"do":"usersig_explain","now_ms":1.5,"usersig":"x"}"#,
            "",
            "invalid value `1.5`: expected an integer of milliseconds since the Unix epoch, from 0 to 9007199254740991",
        ),
    ] {
        let reply: serde_json::Value = serde_json::from_str(&crate::call(request, body.as_bytes())).unwrap();
        assert_eq!(reply["error"]["message"], expected);
    }
}

#[test]
fn kinds_of_errors_have_names_of_their_own() {
    let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| serde_json::to_string(kind).unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ErrorKind::ALL.len());
}

#[test]
fn questions_have_names_and_fields_of_their_own() {
    let mut names: Vec<_> = verbs().map(|(_, verb)| verb.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), verbs().count());
    assert!(
        CALLS
            .iter()
            .all(|verb| !crate::call(format!(r#"{{"v":1,"do":"{}"}}"#, verb.name), b"").contains("\"internal\""))
    );
}
