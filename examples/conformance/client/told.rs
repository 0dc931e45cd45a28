//! What the client says, as replies.

use avmarks_client::{AttemptResult, Job, Outcome};
use avmarks_spec::Mark;
use serde_json::{Map, Value, json};

/// An error, with the code of the service where its last answer has one.
pub fn raised(message: &str, last: Option<&AttemptResult>) -> Value {
    let Some(AttemptResult::Refused { code, .. }) = last else { return json!({"raised": {"message": message}}) };
    json!({"raised": {"message": message, "code": code}})
}

/// The marks of each account that were applied; an error if nothing is known to be served.
pub fn outcome(job: &Job) -> Value {
    let numbers = |marks: &[Mark]| json!(marks.iter().map(|mark| mark.number()).collect::<Vec<_>>());
    let mut told = Map::new();
    for one in job.report().accounts() {
        let marks = match &one.outcome {
            Outcome::Applied => numbers(one.marks),
            Outcome::Partial { applied, .. } => numbers(applied),
            Outcome::Omitted { .. } => json!([]),
            Outcome::Accepted => json!(true),
            _ => Value::Null,
        };
        told.insert(one.account.to_owned(), marks);
    }
    if told.values().all(Value::is_null) {
        let last = job.calls().last().and_then(|call| call.attempts().last()).map(|attempt| attempt.result());
        return raised(&format!("{last:?}"), last);
    }
    if told.values().all(Value::is_boolean) { json!({"returned": null}) } else { json!({"accounts": told}) }
}

/// A text that was asked; empty if there is none.
pub fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}
