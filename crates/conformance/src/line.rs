//! A case as a line of JSON.

use avmarks_rules::Refusal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::case::{AccountOutcome, Answer, Case, Expect, Judged, Question};
use crate::error::RunError;
use crate::test_app::{TestApp, TestAppError};
use crate::verb::Verb;

/// A case as `avmarks generate` prints it. What it has not is left out.
#[derive(Default, Serialize)]
struct Line<'a> {
    id: &'a str,
    since: &'static str,
    category: &'static str,
    level: &'static str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_b64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expect: Option<Value>,
}

#[derive(Serialize)]
struct Verdict {
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

impl Verdict {
    fn of(judged: &Judged) -> Self {
        Self {
            accepted: judged.refusal.is_none(),
            reason: judged.refusal.map(reason),
            code: judged.code,
            pointer: judged.pointer.clone(),
        }
    }
}

/// The id of what a refusal rests on.
fn reason(refusal: Refusal) -> &'static str {
    let gap = refusal.gap().map(|gap| gap.id());
    refusal.clause().map(|clause| clause.id()).or(gap).unwrap_or_default()
}

/// The cases as lines of JSON, each with its line break. Signatures and URLs are of a fixed moment.
///
/// # Errors
///
/// [`RunError::Setup`] if the app of the cases cannot be made.
///
/// ```
/// use avmarks_conformance::{cases, lines};
///
/// let text = lines(&cases()[..1])?;
/// assert!(text.starts_with(r#"{"id":"build/set-marks/one","since":"1.0","category":"build","level":"must","#), "{text}");
/// assert!(text.ends_with("}\n") && text.lines().count() == 1);
/// # Ok::<(), avmarks_conformance::RunError>(())
/// ```
pub fn lines(cases: &[Case]) -> Result<String, RunError> {
    let test_app = TestApp::printed()?;
    let mut text = String::new();
    for case in cases {
        let line = line(case, &test_app)?;
        // Text and numbers alone: writing them does not fail.
        text.push_str(&serde_json::to_string(&line).unwrap_or_default());
        text.push('\n');
    }
    Ok(text)
}

/// The hash of the cases: the first 16 digits of the SHA-256 of their lines.
pub(crate) fn cases_hash(cases: &[Case]) -> Result<String, RunError> {
    let hash = hmac_sha256::Hash::hash(lines(cases)?.as_bytes());
    Ok(hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

fn line<'a>(case: &'a Case, test_app: &TestApp) -> Result<Line<'a>, TestAppError> {
    let mut line = Line {
        id: &case.id,
        since: "1.0",
        category: case.category().name(),
        level: case.level.name(),
        description: &case.description,
        clause: case.basis.clause.map(|clause| clause.id()),
        gap: case.basis.gap.map(|gap| gap.id()),
        url: case.basis.url(),
        date: case.basis.date(),
        ..Line::default()
    };
    match (&case.question, &case.expect) {
        (Question::Check { endpoint, body }, Expect::Judged(judged)) => {
            line.endpoint = Some(endpoint.command());
            match std::str::from_utf8(body) {
                Ok(text) => line.body = Some(text.to_owned()),
                Err(_) => line.body_b64 = Some(STANDARD.encode(body)),
            }
            line.verdict = Some(Verdict::of(judged));
        }
        (question, expect) => {
            line.question = Some(object(question, None, test_app)?);
            line.expect = Some(expected(expect));
            if let Question::Call { verb, answers, args, .. } = question {
                line.endpoint = verb.map(|verb| verb.endpoint().command());
                line.body = verb.map(|verb| verb.body(args).to_string());
                line.answers = Some(answers.iter().map(answer).collect());
            }
        }
    }
    Ok(line)
}

/// A question as the harness is asked it.
pub(crate) fn object(
    question: &Question,
    id: Option<u64>,
    test_app: &TestApp,
) -> Result<Map<String, Value>, TestAppError> {
    let mut object = Map::new();
    if let Some(id) = id {
        object.insert("id".to_owned(), json!(id));
    }
    let fields = match question {
        Question::Call { verb, args, .. } => {
            json!({"do": "call", "verb": verb.map(Verb::name), "args": args})
        }
        Question::Check { endpoint, body } => {
            json!({"do": "check", "endpoint": endpoint.command(), "bytes_b64": STANDARD.encode(body)})
        }
        Question::Classify { code } => json!({"do": "classify", "code": code}),
        Question::UserSigMake { identifier, expire_seconds, userbuf } => json!({
            "do": "usersig_make", "identifier": identifier, "expire": expire_seconds,
            "userbuf_b64": userbuf.as_ref().map(|bytes| STANDARD.encode(bytes)),
        }),
        Question::UserSigRead { signature, identifier } => json!({
            "do": "usersig_read", "usersig": test_app.signature(signature)?, "identifier": identifier,
            "now_ms": test_app.now.as_millis(),
        }),
        Question::Webhook { command, body, sign, app } => json!({
            "do": "webhook", "query": test_app.webhook_query(command, *sign, *app)?, "bytes_b64": STANDARD.encode(body),
            "now_ms": test_app.now.as_millis(),
        }),
    };
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    Ok(object)
}

fn answer(answer: &Answer) -> Value {
    match answer {
        Answer::Served => json!("served"),
        Answer::Body { status, body } => json!({"status": status, "body": body}),
        Answer::Cut { body } => json!({"status": 200, "cut": body}),
        Answer::Closed => json!("closed"),
    }
}

fn expected(expect: &Expect) -> Value {
    match expect {
        Expect::Body(body) => json!({"body": body}),
        Expect::Url(rule) => json!({"url": rule.name()}),
        Expect::Refused => json!({"refused": true}),
        Expect::Unaltered(body) => json!({"refused": "or", "body": body}),
        Expect::WithinLimit => json!({"accounts_per_call_max": 500}),
        Expect::Whole(accounts) => json!({"refused": "or", "accounts": accounts.len()}),
        Expect::Split { accounts, calls } => json!({"accounts": accounts.len(), "calls": calls}),
        Expect::Accounts(told) => {
            let of = |told: &AccountOutcome| match told {
                AccountOutcome::Applied(marks) => json!(marks),
                AccountOutcome::NotApplied => json!("not applied"),
                AccountOutcome::Omitted => json!([]),
            };
            json!({"accounts": told.iter().map(|(account, told)| (account.clone(), of(told))).collect::<Map<_, _>>()})
        }
        Expect::Returned(value) => json!({"returned": value}),
        Expect::Failure(code) => json!({"failure": true, "code": code}),
        Expect::Once => json!({"failure": true, "requests": 1}),
        Expect::Again => json!({"failure": false, "requests_min": 2}),
        Expect::Class(class) => json!({"value": class}),
        Expect::Token => json!({"value": "a signature that the service takes"}),
        Expect::Accepted(accepted) => json!({"value": {"accepted": accepted}}),
        Expect::Webhook(Some(told)) => json!({"value": told}),
        Expect::Webhook(None) => json!({"refused": true}),
        Expect::Judged(judged) => json!({"value": {"accepted": judged.refusal.is_none()}}),
    }
}
