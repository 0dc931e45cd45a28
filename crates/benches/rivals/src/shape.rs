//! Whether a body of 500 accounts has the shape of a request.

use avmarks_benches::rounds::{Compared, timed};
use avmarks_benches::world::{Numbers, request};
use avmarks_protocol::Endpoint;
use avmarks_rules::Terms;
use avmarks_service::preflight;
use serde_json::{Value, json};

pub(crate) fn compare(rounds: usize) {
    let schema = json!({
        "type": "object",
        "required": ["GroupId", "CommandType", "MemberList"],
        "properties": {
            "GroupId": {"type": "string", "pattern": "^[ -~]{1,48}$"},
            "CommandType": {"enum": [1, 2]},
            "MemberList": {"type": "array", "minItems": 1, "maxItems": 500, "items": {
                "type": "object",
                "required": ["Member_Account", "Marks"],
                "properties": {
                    "Member_Account": {"type": "string", "minLength": 1, "maxLength": 32},
                    "Marks": {"type": "array", "minItems": 1, "items": {
                        "anyOf": [{"enum": [500, 600]}, {"type": "integer", "minimum": 1000}]
                    }},
                },
            }},
        },
    });
    let validator = jsonschema::validator_for(&schema).unwrap();
    let body = serde_json::to_vec(&request(&mut Numbers(5), 1_000_000, 500, 3)).unwrap();
    let compared = Compared::rounds(
        rounds,
        &mut |_| {
            let (took, is_valid) = timed(|| validator.is_valid(&serde_json::from_slice::<Value>(&body).unwrap()));
            assert!(is_valid);
            took
        },
        &mut |_| {
            let (took, found) = timed(|| preflight(Endpoint::ModifyUserInfo, &body, &Terms::default()));
            assert!(found.is_empty());
            took
        },
    );
    compared.print("the shape of 500 accounts, from bytes: `jsonschema`", 1, "");
}
