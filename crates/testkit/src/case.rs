//! The cases of `tests/cases/*.jsonl`: cases with what must be answered. `tests/cases/README.md` has the format.

use serde_json::Value;

use crate::{Machine, Reply};

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Its lines.
    pub lines: Vec<CaseLine>,
}

/// A line of a case.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// The line in its file, from 1.
    pub number: usize,
    /// The scenario line, without what is expected of it.
    pub text: String,
    /// What is expected of it; nothing where it only moves the case on.
    pub expect: Option<Value>,
}

/// The cases of a file.
///
/// # Errors
///
/// A sentence with the number of the line that is none.
pub fn cases(file: &str) -> Result<Vec<Case>, String> {
    let mut cases: Vec<Case> = Vec::new();
    for (at, text) in file.lines().enumerate() {
        let number = at + 1;
        let wrong = |what: &dyn std::fmt::Display| format!("line {number}: {what}");
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(&error))?;
        if let Some(name) = value.get("case") {
            let name = name.as_str().ok_or_else(|| wrong(&"the name of a case must be a string"))?;
            cases.push(Case { name: name.to_owned(), lines: Vec::new() });
            continue;
        }
        let case = cases.last_mut().ok_or_else(|| wrong(&"a line before the first case"))?;
        let expect = value.get("expect").cloned();
        case.lines.push(CaseLine { number, text: without_expectation(text), expect });
    }
    Ok(cases)
}

/// A line as a machine gets it. The expectation is last in a line, so the bytes before it are unchanged.
fn without_expectation(text: &str) -> String {
    match text.rfind(r#","expect":"#) {
        Some(end) => format!("{}}}", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What a machine got wrong, as `line N: …`; empty where it got everything right.
pub fn play(case: &Case, machine: &mut dyn Machine) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in &case.lines {
        let said = match machine.answer(&line.text) {
            Ok(Reply::Answer(said)) => said,
            Ok(Reply::Unsupported) => continue,
            Err(error) => {
                wrong.push(format!("line {}: no valid input: {error}", line.number));
                return wrong;
            }
        };
        for (field, expected) in line.expect.iter().filter_map(Value::as_object).flatten() {
            if let Err(difference) = meets(field, expected, &said, machine.lists_all_reasons()) {
                wrong.push(format!("line {}: `{field}`: {difference}", line.number));
            }
        }
    }
    wrong
}

fn meets(field: &str, expected: &Value, said: &Value, lists_all_reasons: bool) -> Result<(), String> {
    let reasons = said.get("because").and_then(Value::as_array).cloned().unwrap_or_default();
    let met = match (field, expected) {
        ("because", Value::String(_)) => reasons.first() == Some(expected),
        ("because" | "rests_on", _) if !lists_all_reasons => true,
        ("rests_on", Value::Array(ids)) => ids.iter().all(|id| reasons.contains(id)),
        ("rests_not_on", Value::Array(ids)) => ids.iter().all(|id| !reasons.contains(id)),
        ("because" | "answer" | "omitted" | "events", _) => said.get(field).is_some_and(|said| covers(said, expected)),
        _ => return Err("nothing that can be expected".to_owned()),
    };
    if met { Ok(()) } else { Err(format!("expected {expected}, said {said}")) }
}

/// Whether `said` has all that is expected: of objects each field that is named, of all else the same.
fn covers(said: &Value, expected: &Value) -> bool {
    match (said, expected) {
        (Value::Object(said), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| name == "ErrorInfo" || said.get(name).is_some_and(|said| covers(said, value))),
        _ => said == expected,
    }
}
