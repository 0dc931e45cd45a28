//! Whether what was seen is what a case expects.

use std::collections::BTreeSet;

use avmarks_protocol::url::{QueryError, RawQuery};
use avmarks_protocol::usersig::{self, UserSig};
use avmarks_protocol::{Endpoint, Envelope};
use avmarks_rules::Terms;
use avmarks_service::preflight;
use avmarks_spec::{Limits, Timestamp};
use serde_json::{Map, Value, json};

use crate::case::{AccountOutcome, Case, Expect, Question, UrlRule};
use crate::reply::{Observation, Recorded, Reply, excerpt};
use crate::test_app::{APP, CLOCK_MARGIN, IDENTIFIER, TestApp};
use crate::verb::{self, Verb, items};

/// The result of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// With what was expected and found.
    Failed(String),
    Skipped {
        why: String,
        url: Option<String>,
    },
}

/// The most characters of a value that a message shows.
const SHOWN_MAX: usize = 240;

/// Judges what was seen of a case.
pub(crate) fn judge(case: &Case, seen: &Observation, test_app: &TestApp) -> Outcome {
    for reply in &seen.replies {
        match reply {
            Reply::Skipped { why, url } => return Outcome::Skipped { why: why.clone(), url: url.clone() },
            Reply::Failed { message } => {
                return Outcome::Failed(format!("the harness failed: {}", excerpt(message, SHOWN_MAX)));
            }
            _ => {}
        }
    }
    let Some(reply) = seen.replies.last() else { return Outcome::Failed("there was no reply".to_owned()) };
    let verb = match case.question {
        Question::Call { verb, .. } => verb,
        _ => None,
    };
    let judged = match &case.expect {
        Expect::Body(body) => body_sent(verb, body, seen, reply),
        Expect::Url(rule) => url(*rule, verb, seen, reply, test_app),
        Expect::Refused => refused(seen, reply),
        Expect::Unaltered(body) => refused(seen, reply).or_else(|_| same_body(body, seen, reply)),
        Expect::WithinLimit => within_limit(seen, reply),
        Expect::Whole(accounts) => whole(accounts, seen, reply),
        Expect::Split { accounts, calls } => split(accounts, *calls, seen, reply),
        Expect::Accounts(told) => accounts(told, &case.question, reply),
        Expect::Returned(value) => returned(value, verb, reply),
        Expect::Failure(code) => failure(*code, reply),
        Expect::Once => failure(None, reply).and_then(|()| {
            let count = seen.requests.len();
            ensure(count == 1, || format!("expected one request; found {count}"))
        }),
        Expect::Again => match (is_failure(reply), seen.requests.len()) {
            (false, 2..) => Ok(()),
            (true, count) => {
                Err(format!("expected success after a second request; found {}, after {count}", shown(reply)))
            }
            (false, count) => Err(format!("expected at least two requests; found {count}")),
        },
        Expect::Class(class) => value(reply).and_then(|value| equal(&json!(class), value)),
        Expect::Token => token(&case.question, reply, test_app),
        Expect::Accepted(accepted) => verdict(reply).and_then(|(found, _)| equal(&json!(accepted), &json!(found))),
        Expect::Webhook(told) => webhook(told.as_ref(), reply),
        Expect::Judged(judged) => verdict(reply).and_then(|(accepted, code)| {
            equal(&json!(judged.refusal.is_none()), &json!(accepted))
                .map_err(|error| format!("`accepted`: {error}"))?;
            match (judged.code, code) {
                (Some(expected), Some(found)) if expected != found => {
                    Err(format!("`code`: expected {expected}; found {found}"))
                }
                _ => Ok(()),
            }
        }),
    };
    judged.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

/// A reply in a message.
fn shown(reply: &Reply) -> String {
    match reply {
        Reply::Raised { kind, message, code } => {
            let code = code.map(|code| format!(" with code {code}")).unwrap_or_default();
            format!("the error {}{code}: {}", excerpt(kind, 60), excerpt(message, SHOWN_MAX))
        }
        Reply::Returned(value) | Reply::Value(value) => short(value),
        Reply::Answer(value) => format!("the answer {}", short(value)),
        Reply::Accounts(accounts) => short(&Value::Object(accounts.clone())),
        Reply::Skipped { .. } | Reply::Failed { .. } => "no result".to_owned(),
    }
}

fn short(value: &Value) -> String {
    excerpt(&value.to_string(), SHOWN_MAX)
}

fn equal(expected: &Value, found: &Value) -> Result<(), String> {
    ensure(expected == found, || differs(expected, found))
}

fn differs(expected: &Value, found: &Value) -> String {
    format!("expected {}; found {}", short(expected), short(found))
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// Whether a value has all that is expected: further fields of objects do not matter.
fn contains(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| contains(value, found)))
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.len() == found.len() && expected.iter().zip(found).all(|(one, other)| contains(one, other))
        }
        _ => expected == found,
    }
}

fn body_of(request: &Recorded) -> Result<Value, String> {
    serde_json::from_slice(&request.body).map_err(|error| {
        format!("the body is no JSON ({error}): {}", excerpt(&String::from_utf8_lossy(&request.body), SHOWN_MAX))
    })
}

/// What is said if nothing was sent.
fn nothing_sent(reply: &Reply) -> String {
    format!("expected a request; found none, and {}", shown(reply))
}

/// One request with this body, which breaks no rule.
fn body_sent(verb: Option<Verb>, body: &Value, seen: &Observation, reply: &Reply) -> Result<(), String> {
    same_body(body, seen, reply)?;
    let (Some(verb), Some(request)) = (verb, seen.requests.first()) else { return Ok(()) };
    let found = preflight(verb.endpoint(), &request.body, &Terms::default());
    match found.first() {
        Some(violation) => Err(format!("the body breaks a rule: {violation}")),
        None => Ok(()),
    }
}

/// One request with this body.
fn same_body(body: &Value, seen: &Observation, reply: &Reply) -> Result<(), String> {
    match seen.requests.as_slice() {
        [] => Err(nothing_sent(reply)),
        [request] => {
            let found = body_of(request)?;
            ensure(contains(body, &found), || format!("expected the body {}; found {}", short(body), short(&found)))
        }
        more => Err(format!("expected one request; found {}", more.len())),
    }
}

fn url(rule: UrlRule, verb: Option<Verb>, seen: &Observation, reply: &Reply, test_app: &TestApp) -> Result<(), String> {
    if seen.requests.is_empty() {
        return Err(nothing_sent(reply));
    }
    if rule == UrlRule::RandomDiffers {
        let randoms: Vec<_> = seen.requests.iter().map(|request| RawQuery::new(&request.query).random().ok()).collect();
        let different: BTreeSet<_> = randoms.iter().flatten().collect();
        return ensure(different.len() == randoms.len() && randoms.len() > 1, || {
            format!("expected {} values of `random`; found {}", randoms.len().max(2), different.len())
        });
    }
    let text = |error: QueryError| error.to_string();
    seen.requests.iter().try_for_each(|request| {
        let query = RawQuery::new(&request.query);
        match rule {
            UrlRule::Post => equal(&json!("POST"), &json!(request.method)),
            UrlRule::Path => {
                let paths = verb.map_or_else(|| Endpoint::ALL.to_vec(), |verb| vec![verb.endpoint()]);
                ensure(paths.iter().any(|endpoint| endpoint.path() == request.path), || {
                    format!("expected the path of the call; found {}", excerpt(&request.path, SHOWN_MAX))
                })
            }
            UrlRule::SdkAppId => equal(&json!(APP), &json!(query.sdkappid().map_err(text)?.number())),
            UrlRule::Identifier => equal(&json!(IDENTIFIER), &json!(query.identifier().map_err(text)?)),
            UrlRule::UserSig => {
                let sig = query.usersig().map_err(text)?;
                // Of the two clocks, that of the harness may be ahead.
                let verified = usersig::verify(sig, &test_app.key, test_app.app, IDENTIFIER, test_app.now);
                verified.map(drop).map_err(|error| error.to_string())
            }
            UrlRule::ContentType => query.contenttype().map_err(text),
            UrlRule::Random => query.random().map(drop).map_err(text),
            UrlRule::RandomDiffers => Ok(()),
        }
    })
}

/// An error, and no request.
fn refused(seen: &Observation, reply: &Reply) -> Result<(), String> {
    match (seen.requests.len(), reply) {
        (0, Reply::Raised { .. }) => Ok(()),
        (0, reply) => Err(format!("expected an error; found {}", shown(reply))),
        (count, _) => {
            let body = seen.requests.first().map(|request| String::from_utf8_lossy(&request.body)).unwrap_or_default();
            let requests = if count == 1 { "a request" } else { "several requests" };
            Err(format!("expected an error and no request; found {requests}: {}", excerpt(&body, SHOWN_MAX)))
        }
    }
}

/// The accounts of each request.
fn accounts_sent(seen: &Observation) -> Result<Vec<Vec<String>>, String> {
    seen.requests.iter().map(|request| Ok(verb::accounts(&body_of(request)?))).collect()
}

fn within_limit(seen: &Observation, reply: &Reply) -> Result<(), String> {
    if refused(seen, reply).is_ok() {
        return Ok(());
    }
    let sent = accounts_sent(seen)?;
    match sent.iter().map(Vec::len).max() {
        None => Err(nothing_sent(reply)),
        Some(found) if found > Limits::DOCUMENTED.accounts_per_call_max => {
            Err(format!("expected at most 500 accounts in a call; found {found}"))
        }
        Some(_) => Ok(()),
    }
}

fn whole(accounts: &[String], seen: &Observation, reply: &Reply) -> Result<(), String> {
    if is_failure(reply) {
        return Ok(());
    }
    let sent: BTreeSet<String> = accounts_sent(seen)?.into_iter().flatten().collect();
    let missing = accounts.iter().filter(|account| !sent.contains(*account)).count();
    ensure(missing == 0, || format!("expected all {} accounts, or an error; {missing} were not sent", accounts.len()))
}

fn split(accounts: &[String], calls: usize, seen: &Observation, reply: &Reply) -> Result<(), String> {
    within_limit(seen, reply)?;
    let sent = accounts_sent(seen)?;
    if sent.len() != calls {
        return Err(format!("expected {calls} requests; found {}, and {}", sent.len(), shown(reply)));
    }
    let mut sent: Vec<String> = sent.into_iter().flatten().collect();
    let mut expected = accounts.to_vec();
    // Calls may be made side by side.
    sent.sort();
    expected.sort();
    ensure(sent == expected, || format!("expected each of {} accounts once; found {}", accounts.len(), sent.len()))
}

/// Whether the reply says that the call failed.
fn is_failure(reply: &Reply) -> bool {
    match reply {
        Reply::Raised { .. } => true,
        Reply::Answer(answer) => !is_ok(answer),
        Reply::Accounts(accounts) => {
            accounts.values().all(|marks| marks.as_array().is_none_or(Vec::is_empty)) && !accounts.is_empty()
        }
        _ => false,
    }
}

/// Whether a returned answer says that the call was served.
fn is_ok(answer: &Value) -> bool {
    let envelope = serde_json::to_vec(answer).ok().and_then(|json| Envelope::parse(&json).ok());
    envelope.is_some_and(|envelope| envelope.is_ok() && answer.get("ActionStatus") == Some(&json!("OK")))
}

fn failure(code: Option<i64>, reply: &Reply) -> Result<(), String> {
    if !is_failure(reply) {
        return Err(format!("expected a failure; found {}", shown(reply)));
    }
    let found = match reply {
        Reply::Raised { code, .. } => *code,
        Reply::Answer(answer) => answer.get("ErrorCode").and_then(Value::as_i64),
        _ => None,
    };
    match code {
        Some(expected) if found != Some(expected) => {
            Err(format!("expected a failure with code {expected}; found {}", shown(reply)))
        }
        _ => Ok(()),
    }
}

/// The reported marks of each account; null if they are not known. `None` if the reply has no accounts.
fn told_accounts(reply: &Reply) -> Option<Map<String, Value>> {
    match reply {
        Reply::Accounts(accounts) => Some(accounts.clone()),
        Reply::Answer(answer) if is_ok(answer) => {
            let of = |member: &Value| {
                let account = member.get("Member_Account")?.as_str()?.to_owned();
                Some((account, member.get("Marks").cloned().unwrap_or_default()))
            };
            Some(items(answer, "MemberList").iter().filter_map(of).collect())
        }
        // Nothing was done.
        Reply::Answer(_) | Reply::Raised { .. } => Some(Map::new()),
        _ => None,
    }
}

fn accounts(told: &[(String, AccountOutcome)], question: &Question, reply: &Reply) -> Result<(), String> {
    let Some(found) = told_accounts(reply) else {
        return Err(format!("expected what became of each account; found {}", shown(reply)));
    };
    let marks = |account: &str| {
        let list = found.get(account).and_then(Value::as_array);
        list.map(|list| list.iter().map(Value::as_i64).collect::<Option<Vec<_>>>().unwrap_or_default())
    };
    for (account, told) in told {
        let shown = found.get(account).map_or("nothing".to_owned(), short);
        let is_told = match told {
            AccountOutcome::Applied(expected) => marks(account).as_ref() == Some(expected),
            AccountOutcome::NotApplied => marks(account).is_none_or(|marks| marks.is_empty()),
            AccountOutcome::Omitted => marks(account).is_some_and(|marks| marks.is_empty()),
        };
        if !is_told {
            let expected = match told {
                AccountOutcome::Applied(marks) => format!("the marks {marks:?} as applied"),
                AccountOutcome::NotApplied => "no mark as applied".to_owned(),
                AccountOutcome::Omitted => "an empty list of applied marks".to_owned(),
            };
            return Err(format!("of `{account}`, expected {expected}; found {shown}"));
        }
    }
    let asked: BTreeSet<_> = match question {
        Question::Call { args, .. } => {
            items(args, "members").iter().filter_map(|member| member.get("account")?.as_str()).collect()
        }
        _ => BTreeSet::new(),
    };
    match found.keys().find(|account| !asked.contains(account.as_str())) {
        Some(account) => Err(format!("expected nothing of `{}`, which was not asked for", excerpt(account, 60))),
        None => Ok(()),
    }
}

fn returned(value: &Value, verb: Option<Verb>, reply: &Reply) -> Result<(), String> {
    let names = |list: &str, field: Option<&str>, answer: &Value| {
        let account = |item: &Value| field.map_or(Some(item), |field| item.get(field)).cloned();
        json!({"accounts": items(answer, list).iter().filter_map(account).collect::<Vec<_>>()})
    };
    let found = match reply {
        Reply::Returned(found) => found.clone(),
        // An account of robots is told by nothing but that the call was served.
        Reply::Accounts(_) if !is_failure(reply) => Value::Null,
        Reply::Answer(answer) if is_ok(answer) => match verb {
            Some(Verb::ListMembers) => names("MemberList", Some("Member_Account"), answer),
            Some(Verb::ListAdmins) => names("Admin_List", Some("Admin_Account"), answer),
            Some(Verb::CheckMembers) => names("Member_Account", None, answer),
            Some(Verb::CountMembers) => answer.get("OnlineMemberNum").cloned().unwrap_or_default(),
            _ => Value::Null,
        },
        reply => return Err(format!("expected {}; found {}", short(value), shown(reply))),
    };
    ensure(contains(value, &found), || differs(value, &found))
}

fn value(reply: &Reply) -> Result<&Value, String> {
    match reply {
        Reply::Value(value) => Ok(value),
        reply => Err(format!("expected a `value`; found {}", shown(reply))),
    }
}

/// Whether something is accepted, and the code if it is not.
fn verdict(reply: &Reply) -> Result<(bool, Option<i64>), String> {
    if let Reply::Raised { code, .. } = reply {
        return Ok((false, *code));
    }
    let value = value(reply)?;
    match value.get("accepted").and_then(Value::as_bool) {
        Some(accepted) => Ok((accepted, value.get("code").and_then(Value::as_i64).filter(|_| !accepted))),
        None => Err(format!("expected a value with `accepted`; found {}", short(value))),
    }
}

fn webhook(told: Option<&Value>, reply: &Reply) -> Result<(), String> {
    match (told, reply) {
        (None, Reply::Raised { .. }) => Ok(()),
        (None, reply) => match value(reply)?.get("accepted") {
            Some(Value::Bool(false)) => Ok(()),
            _ => Err(format!("expected that it is refused; found {}", shown(reply))),
        },
        (Some(told), reply) => {
            let found = value(reply)?;
            let is_told = contains(told, found) && found.get("accepted") != Some(&Value::Bool(false));
            ensure(is_told, || differs(told, found))
        }
    }
}

/// A signature that the service takes: it is verified, and not compared, for the same signature can be packed in several ways.
fn token(question: &Question, reply: &Reply, test_app: &TestApp) -> Result<(), String> {
    let Question::UserSigMake { identifier, expire_seconds, userbuf } = question else { return Ok(()) };
    let text = value(reply)?.as_str().ok_or_else(|| format!("expected a string; found {}", shown(reply)))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"*-_".contains(&byte);
    if !text.bytes().all(is_plain) {
        return Err("expected letters, digits and `*-_` alone".to_owned());
    }
    let sig = UserSig::new(text);
    // Held against its own time: whether that is now, is checked below.
    let decoded = usersig::Token::decode(text).map_err(|error| error.to_string())?;
    let made_at = Timestamp::from_millis(decoded.issued_at_seconds().saturating_mul(1_000));
    let token =
        usersig::verify(&sig, &test_app.key, test_app.app, identifier, made_at).map_err(|error| error.to_string())?;
    if test_app.now.as_seconds().abs_diff(token.issued_at_seconds()) > CLOCK_MARGIN.as_secs() {
        return Err(format!("expected it to be made now; `TLS.time` is {}", token.issued_at_seconds()));
    }
    equal(&json!(expire_seconds), &json!(token.valid_for_seconds()))
        .map_err(|error| format!("`TLS.expire`: {error}"))?;
    ensure(userbuf.as_deref() == token.userbuf(), || {
        format!("`TLS.userbuf`: expected {userbuf:?}; found {:?}", token.userbuf())
    })
}
