//! Any bytes: never a panic, and always a reply in JSON.

use proptest::prelude::*;
use serde_json::Value;

use super::{EXAMPLES, call, open, opened, replies};

/// Requests that are nearly in order: an example with some bytes changed, cut, or joined with another.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let example = proptest::sample::select(EXAMPLES).prop_map(|(_, request, _)| request.as_bytes().to_vec());
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 0..4);
    (example, changes).prop_map(|(mut bytes, changes)| {
        for (at, byte, change) in changes {
            let at = at.index(bytes.len().max(1));
            match change {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), byte),
                2 if at < bytes.len() => bytes[at] = byte,
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        bytes
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let example = proptest::sample::select(EXAMPLES).prop_map(|(_, _, body)| body.to_vec());
    prop_oneof![example, proptest::collection::vec(any::<u8>(), 0..64)]
}

/// A reply is one line of JSON, begins with fixed bytes, and its error has three fields.
fn is_reply(reply: &str) {
    let parsed: Value = serde_json::from_str(reply).unwrap();
    assert!(!reply.contains(['\n', '\r', '\0']), "{reply}");
    assert!(!reply.contains("\"internal\""), "{reply}");
    if let Some(error) = reply.strip_prefix(r#"{"v":1,"error":"#) {
        replies::is_error(error.strip_suffix('}').unwrap());
    } else {
        assert!(reply.starts_with(r#"{"v":1,"ok":"#), "{reply}");
    }
    assert_eq!(parsed.as_object().unwrap().len(), 2);
}

proptest! {
    #[test]
    fn any_bytes_have_a_reply(request in proptest::collection::vec(any::<u8>(), 0..64), body in body()) {
        is_reply(&call(&request, &body));
    }

    #[test]
    fn nearly_valid_requests_have_a_reply(requests in proptest::collection::vec((nearly(), body()), 1..6)) {
        let (mut session, mut job) = (opened("session"), opened("job"));
        for (request, body) in &requests {
            is_reply(&call(request, body));
            is_reply(&session.ask(request, body));
            is_reply(&job.ask(request, body));
            if let Err(reply) = open(request, body) {
                is_reply(&reply);
            }
        }
    }

    #[test]
    fn the_same_questions_have_the_same_replies(request in nearly(), body in body()) {
        prop_assert_eq!(call(&request, &body), call(&request, &body));
        prop_assert_eq!(opened("job").ask(&request, &body), opened("job").ask(&request, &body));
    }
}
