//! The schema of requests and replies, printed from the tables and compared with `docs/embed.schema.json`.

use std::path::Path;

use avmarks_rules::PROFILES;
use avmarks_spec::Gap;
use serde_json::{Map, Value, json};

use super::replies::{error_schema, shape};
use super::{Place, verbs};
use crate::error::ErrorKind;
use crate::request::HEAD;
use crate::shape::{Field, Kind};
use crate::verbs::Verb;

fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::Text | Kind::Secret => json!({"type": "string"}),
        Kind::OneOf(names) => json!({"enum": names}),
        Kind::Whole | Kind::Time => json!({"$ref": "#/$defs/whole"}),
        Kind::Integer => json!({"$ref": "#/$defs/integer"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Json => json!(true),
        Kind::Policy => json!({"$ref": "#/$defs/policy"}),
        Kind::List(item) => json!({"type": "array", "items": self::kind(item)}),
        Kind::Object(fields) => object(fields.iter()),
    }
}

fn object<'f>(fields: impl Iterator<Item = &'f Field> + Clone) -> Value {
    let properties = fields.clone().map(|field| {
        let mut schema = kind(&field.kind);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(field.description));
        }
        (field.name.to_owned(), schema)
    });
    let required: Vec<_> = fields.clone().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": Value::Object(properties.collect()),
        "required": required,
        "additionalProperties": false,
    })
}

fn request(verb: &Verb) -> Value {
    let mut schema = object(HEAD.iter().chain(verb.fields));
    schema["properties"]["v"] = json!({"const": 1});
    schema["properties"]["do"] = json!({"const": verb.name});
    let body = verb.body.map_or("none".to_owned(), str::to_owned);
    schema["description"] = json!(format!("{} Bytes beside it: {body}.", verb.description));
    schema
}

fn schema() -> Value {
    let mut definitions = Map::new();
    let readings = Gap::choices().map(|(gap, field)| {
        let names: Vec<_> = gap.readings().iter().map(|reading| reading.name).collect();
        (field.to_owned(), json!({"enum": names, "description": gap.question()}))
    });
    let profiles: Vec<_> = PROFILES.iter().map(|profile| profile.name).collect();
    let properties = [("profile".to_owned(), json!({"enum": profiles}))].into_iter().chain(readings);
    definitions.insert(
        "policy".to_owned(),
        json!({"type": "object", "properties": Value::Object(properties.collect()), "additionalProperties": false}),
    );
    let digits = |pattern: &str| json!([{"type": "integer"}, {"type": "string", "pattern": pattern}]);
    definitions.insert(
        "whole".to_owned(),
        json!({"description": "An integer; as a string of its digits beyond 2^53-1.", "anyOf": digits("^-?[0-9]+$")}),
    );
    definitions
        .insert("integer".to_owned(), json!({"description": "An integer of 64 bits.", "anyOf": digits("^-?[0-9]+$")}));
    let mut error = error_schema();
    error["properties"]["kind"] = json!({"enum": ErrorKind::ALL});
    definitions.insert("error".to_owned(), error);

    for (_, verb) in verbs() {
        definitions.insert(format!("{}.request", verb.name), request(verb));
        let ok = json!({
            "type": "object",
            "properties": {"v": {"const": 1}, "ok": shape(verb.name).schema()},
            "required": ["v", "ok"],
        });
        let error = json!({
            "type": "object",
            "properties": {"v": {"const": 1}, "error": {"$ref": "#/$defs/error"}},
            "required": ["v", "error"],
        });
        definitions.insert(format!("{}.reply", verb.name), json!({"anyOf": [ok, error]}));
    }
    let places = [
        ("call", "avmarks_call", Place::Call),
        ("open", "avmarks_open", Place::Open),
        ("session", "avmarks_ask of a session", Place::Session),
        ("job", "avmarks_ask of a job", Place::Job),
    ];
    for (name, title, place) in places {
        let of_place = verbs().filter(|(found, _)| *found == place);
        let requests: Vec<_> =
            of_place.map(|(_, verb)| json!({"$ref": format!("#/$defs/{}.request", verb.name)})).collect();
        definitions.insert(format!("requests.{name}"), json!({"title": title, "oneOf": requests}));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://github.com/avmarks/avmarks/blob/main/docs/embed.schema.json",
        "title": "avmarks: requests and replies as text, version 1",
        "description": "`NAME.request` and `NAME.reply` of each question, and `requests.PLACE`: any request where it is asked.",
        "$defs": definitions,
    })
}

#[test]
fn the_schema_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/embed.schema.json");
    let printed = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        std::fs::write(&path, &printed).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap();
    assert!(found == printed, "write docs/embed.schema.json anew with AVMARKS_WRITE=1 cargo test -p avmarks-embed");
}
