//! The calls in OpenAPI 3.1, printed from their rows.

use serde_json::{Map, Value, json};

use super::call::{Call, Run};
use super::field::{Message, schema};

/// The document of these calls, whose paths begin with `version`.
pub(super) fn document(version: &str, calls: impl Iterator<Item = &'static Call>) -> Value {
    let calls: Vec<_> = calls.collect();
    // A command that several services have is told by its service.
    let id = |call: &Call| {
        let (service, command) = call.split();
        if calls.iter().filter(|other| other.split().1 == command).count() > 1 { service } else { command }
    };
    let path = |call: &Call| (format!("/{version}{}", call.path), json!({ "post": operation(call, id(call)) }));
    let paths: Map<_, _> = calls.iter().copied().map(path).collect();
    let parameter = |name: &str, schema: Value, says: &str| json!({ "name": name, "in": "query", "required": true, "schema": schema, "description": says });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "avmarks emulator, REST calls",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The calls of the vendor's API that this emulator answers. Every answer has the HTTP status 200; `ErrorCode` says what came of the call. Fields beyond those described are passed over.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "parameters": {
                "sdkappid": parameter("sdkappid", json!({ "type": "integer", "minimum": 1 }), "The id of the app."),
                "identifier": parameter("identifier", json!({ "type": "string", "minLength": 1 }), "An app admin."),
                "usersig": parameter("usersig", json!({ "type": "string", "minLength": 1 }), "The signature of that admin."),
                "random": parameter("random", json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }), "A random number of 32 bits."),
                "contenttype": parameter("contenttype", json!({ "const": "json" }), "The form of the body."),
            },
            "schemas": {
                "Envelope": {
                    "type": "object",
                    "properties": {
                        "ActionStatus": { "enum": ["OK", "FAIL"] },
                        "ErrorInfo": { "type": "string" },
                        "ErrorCode": { "type": "integer", "minimum": 0 }
                    },
                    "required": ["ActionStatus", "ErrorInfo", "ErrorCode"]
                }
            }
        }
    })
}

fn operation(call: &Call, id: &str) -> Value {
    let (service, _) = call.split();
    let parameters = ["sdkappid", "identifier", "usersig", "random", "contenttype"];
    let parameters: Vec<_> =
        parameters.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect();
    let kind = match call.run {
        Run::Nothing | Run::Acknowledges(_) => "acknowledged",
        Run::Looks(_) | Run::Changes(_) => "emulated",
        Run::Service => "by the rules of avmarks-service",
    };
    let body = match call.run {
        Run::Service => schema(call.fields, Message::ServiceRequest),
        _ if call.needs_nothing() => {
            json!({ "anyOf": [schema(call.fields, Message::Request), { "type": "array", "maxItems": 0 }] })
        }
        _ => schema(call.fields, Message::Request),
    };
    // A refusal is the bare envelope.
    let answer = json!({
        "allOf": [
            { "$ref": "#/components/schemas/Envelope" },
            { "if": { "properties": { "ErrorCode": { "const": 0 } } }, "then": schema(call.answers, Message::Answer) }
        ]
    });
    let refuses: Map<_, _> = call.refuses.iter().map(|(kind, code)| (kind.name().to_owned(), json!(code))).collect();
    json!({
        "operationId": id,
        "tags": [service],
        "summary": call.says,
        "x-source": call.source,
        "x-answered": kind,
        "x-refused-group-types": refuses,
        "x-needs-plan": call.needs_plan,
        "parameters": parameters,
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": {
            "200": {
                "description": "The answer, a refusal as well.",
                "content": { "application/json": { "schema": answer } }
            }
        }
    })
}
