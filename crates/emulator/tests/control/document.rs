//! The OpenAPI document, held against the paths that there are, and the lists that it repeats.

use std::collections::{BTreeMap, BTreeSet};

use avmarks_rules::PROFILES;
use avmarks_spec::{Clause, Gap, GroupType, Source};

use super::*;

fn document(running: &Running) -> Value {
    done(running, "GET", "openapi.json", "")
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_document_lists_every_path() {
    let running = start(|_| {});
    let document = document(&running);
    let (status, says) = refused(&running, "GET", "nothing", "");
    assert_eq!(status, 404);
    let there = says.strip_prefix("there is no `/_avmarks/nothing` here; there are `").unwrap();
    let there: BTreeSet<_> = there.trim_end_matches('`').split("`, `").map(str::to_owned).collect();
    assert_eq!(there, names(&document["paths"]));

    for (path, methods) in document["paths"].as_object().unwrap() {
        let asked = path.strip_prefix("/_avmarks/").unwrap().replace("{group}", "g");
        let reply = ask(&running, "PURGE", &asked, "");
        let says = format!("`/_avmarks/{asked}` does not answer to `PURGE`; `Allow` names what it does");
        assert_eq!(sentence(&reply), (405, says));
        let allowed: BTreeSet<_> =
            reply.header("allow").unwrap().split(',').map(|method| method.trim().to_lowercase()).collect();
        let written: BTreeSet<_> = names(methods).into_iter().filter(|name| name != "parameters").collect();
        // Where there is a GET, there is its HEAD.
        let allowed: BTreeSet<_> = allowed.into_iter().filter(|method| method != "head").collect();
        assert_eq!(allowed, written, "{path}");
    }
}

#[test]
fn operation_names_and_references_are_valid() {
    let running = start(|_| {});
    let document = document(&running);
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let mut seen = BTreeSet::new();
    for operation in operations {
        assert!(seen.insert(operation["operationId"].as_str().unwrap().to_owned()), "{}", operation["operationId"]);
    }
    let mut values = vec![&document];
    while let Some(value) = values.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                values.extend(fields.values());
            }
            Value::Array(items) => values.extend(items),
            _ => {}
        }
    }
}

#[test]
fn lists_in_the_document_match_the_code() {
    let running = start(|_| {});
    let document = document(&running);
    let schema = |name: &str| document["components"]["schemas"][name]["properties"].clone();
    let readings: BTreeMap<_, _> = Gap::choices()
        .map(|(gap, field)| (field, gap.readings().iter().map(|reading| reading.name).collect::<Vec<_>>()))
        .collect();
    for (name, extra) in [("Policy", None), ("PolicyChange", Some("profile"))] {
        let written = schema(name);
        let fields: BTreeSet<_> = readings.keys().copied().chain(extra).map(str::to_owned).collect();
        assert_eq!(names(&written), fields, "{name}");
        for (field, readings) in &readings {
            assert_eq!(written[field]["enum"], json!(readings), "{field}");
        }
    }
    let profiles: Vec<_> = PROFILES.iter().map(|profile| profile.name).collect();
    assert_eq!(schema("PolicyChange")["profile"]["enum"], json!(profiles));
    let settings = done(&running, "GET", "settings", "");
    assert_eq!(names(&schema("Limits")), names(&settings["limits"]));
    assert_eq!(names(&schema("LimitsChange")), names(&settings["limits"]));
    for kind in schema("NewGroup")["type"]["enum"].as_array().unwrap() {
        assert!(GroupType::from_name(kind.as_str().unwrap()).is_some(), "{kind}");
    }
}

#[test]
fn responses_follow_the_document() {
    let running = with_group();
    let schemas = document(&running)["components"]["schemas"].clone();
    let group = done(&running, "GET", "groups/@TGS%23a", "");
    let groups = done(&running, "GET", "groups", "");
    for (name, shown) in [("Group", &group), ("Member", &group["members"][0]), ("GroupRow", &groups["groups"][0])] {
        let required = schemas[name]["required"].as_array().unwrap();
        let required: BTreeSet<_> = required.iter().map(|field| field.as_str().unwrap().to_owned()).collect();
        assert_eq!(names(shown), required, "{name}");
        assert_eq!(names(&schemas[name]["properties"]), required, "{name}");
    }
    let state = done(&running, "GET", "state", "");
    assert_eq!(state["avmarks_snapshot"], schemas["Snapshot"]["properties"]["avmarks_snapshot"]["const"]);
}

#[test]
fn the_ledger_follows_the_document() {
    let running = start(|_| {});
    let schemas = document(&running)["components"]["schemas"].clone();
    let ledger = done(&running, "GET", "ledger", "");
    let source = |Source { page, section, date, .. }: &Source| {
        json!({
            "page": page.number,
            "title": page.title,
            "language": page.language,
            "section": section,
            "date": date,
            "url": page.url,
        })
    };
    let rows = |list: &str| ledger[list].as_array().unwrap().clone();
    let (clauses, gaps) = (rows("clauses"), rows("gaps"));
    assert_eq!((clauses.len(), gaps.len()), (Clause::ALL.len(), Gap::ALL.len()));
    for (clause, shown) in Clause::ALL.iter().zip(&clauses) {
        assert_eq!((&shown["id"], &shown["description"]), (&json!(clause.id()), &json!(clause.description())));
        assert_eq!(shown["sources"], json!(clause.sources().iter().map(source).collect::<Vec<_>>()), "{clause}");
    }
    for (gap, shown) in Gap::ALL.iter().zip(&gaps) {
        assert_eq!((&shown["id"], &shown["field"]), (&json!(gap.id()), &json!(gap.field())));
        assert_eq!((&shown["question"], &shown["evidence"]), (&json!(gap.question()), &json!(gap.evidence())));
        assert_eq!(shown["sources"], json!(gap.sources().iter().map(source).collect::<Vec<_>>()), "{gap}");
    }
    // What is shown has the fields that the document promises, and no others.
    let promised = |list: &str| schemas["Ledger"]["properties"][list]["items"].clone();
    for (shown, schema) in [
        (&clauses[0], promised("clauses")),
        (&gaps[0], promised("gaps")),
        (&clauses[0]["sources"][0], schemas["Source"].clone()),
    ] {
        assert_eq!(names(shown), names(&schema["properties"]));
        let required: BTreeSet<_> =
            schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert_eq!(names(shown), required);
    }
}
