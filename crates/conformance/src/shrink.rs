//! Smaller cases that ask the same thing: the minimal counterexample of a failure is found by asking again.

use avmarks_protocol::Endpoint;
use avmarks_rules::{Refusal, Terms};
use avmarks_service::preflight;
use serde_json::Value;

use crate::case::{Case, Expect, Question};
use crate::verb::{Verb, accounts, items};
use crate::verdict::verdict;

/// Cases that are smaller and have the same kind of expectation, those that leave out most first; each is made when it is asked
/// for. `None` if the case cannot be made smaller.
pub(crate) fn smaller(case: &Case) -> Box<dyn Iterator<Item = Case> + '_> {
    let size = size(&case.question);
    let with = |question: Question, expect: Expect| Case { question, expect, ..case.clone() };
    match &case.question {
        Question::Call { verb: Some(verb), args, times, answers } => {
            let before = refusals(*verb, args).first().copied();
            let arguments = if needs_many(&case.expect) { fewest(args) } else { smaller_json(args, Fields::Kept) };
            let made = arguments.into_iter().filter_map(move |args| {
                let expect = expect_of_call(&case.expect, before, *verb, &args)?;
                Some(with(Question::Call { verb: Some(*verb), args, times: *times, answers: answers.clone() }, expect))
            });
            Box::new(made.filter(move |smaller| self::size(&smaller.question) < size))
        }
        Question::Check { endpoint, body } => {
            let Expect::Judged(before) = &case.expect else { return Box::new(std::iter::empty()) };
            let bodies = match before.refusal {
                // Fewer than 501 accounts would be another case, and each other body is as large.
                Some(Refusal::AccountsMax) => fewest_in(body),
                _ => smaller_bodies(body),
            };
            let bodies = bodies.into_iter().filter(move |body| body.len() < size);
            Box::new(bodies.filter_map(move |body| {
                // Another rule that is broken would be another case.
                let found = reasons(*endpoint, &body);
                if found.iter().any(|reason| Some(*reason) != before.refusal) {
                    return None;
                }
                let (judged, gap) = verdict(*endpoint, &body);
                let is_same = judged.refusal == before.refusal && gap.is_none();
                is_same.then(|| with(Question::Check { endpoint: *endpoint, body }, Expect::Judged(judged)))
            }))
        }
        Question::UserSigMake { identifier, expire_seconds, userbuf } => {
            let of = move |(identifier, userbuf)| {
                let question = Question::UserSigMake { identifier, expire_seconds: *expire_seconds, userbuf };
                with(question, Expect::Token)
            };
            let shorter = userbuf.as_ref().map(|bytes| bytes.iter().copied().take(bytes.len() / 2).collect());
            let mut found: Vec<(String, Option<Vec<u8>>)> =
                shorter_texts(identifier).into_iter().map(|text| (text, userbuf.clone())).collect();
            found.extend([None, shorter].map(|userbuf| (identifier.clone(), userbuf)));
            Box::new(found.into_iter().map(of).filter(move |smaller| self::size(&smaller.question) < size))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// The body with the fewest accounts that are more than one call may name.
fn fewest_in(body: &[u8]) -> Vec<Vec<u8>> {
    let value = serde_json::from_slice::<Value>(body).unwrap_or_default();
    fewest(&value).iter().map(|smaller| smaller.to_string().into_bytes()).collect()
}

/// Whether it is about more than 500 accounts.
const fn needs_many(expect: &Expect) -> bool {
    matches!(expect, Expect::WithinLimit | Expect::Whole(_) | Expect::Split { .. })
}

/// The arguments, or the body, with the fewest accounts that are more than one call may name.
fn fewest(args: &Value) -> Vec<Value> {
    const FEWEST: usize = 501;
    let lists = ["members", "accounts", "MemberList", "Member_Account", "Admin_Account"];
    let list = lists.into_iter().find(|name| items(args, name).len() > FEWEST);
    let mut fewer = args.clone();
    let found = list.and_then(|name| fewer.get_mut(name)?.as_array_mut()).map(|list| list.truncate(FEWEST));
    found.map(|()| fewer).into_iter().collect()
}

/// How large a question is: each step makes it smaller, so that there is an end.
fn size(question: &Question) -> usize {
    match question {
        Question::Call { args, .. } => args.to_string().len(),
        Question::Check { body, .. } => body.len(),
        Question::UserSigMake { identifier, userbuf, .. } => {
            identifier.len() + userbuf.as_ref().map_or(0, |bytes| bytes.len() + 1)
        }
        _ => 0,
    }
}

/// What is expected of other arguments, if that is of the same kind.
fn expect_of_call(expect: &Expect, before: Option<Refusal>, verb: Verb, args: &Value) -> Option<Expect> {
    let body = verb.body(args);
    let named = accounts(&body);
    match expect {
        Expect::WithinLimit => return Some(Expect::WithinLimit),
        Expect::Whole(_) => return Some(Expect::Whole(named)),
        Expect::Split { .. } => {
            let calls = named.len().div_ceil(500);
            return Some(Expect::Split { accounts: named, calls });
        }
        _ => {}
    }
    // Another rule that is broken would be another case.
    let found = refusals(verb, args);
    match (expect, before) {
        (Expect::Body(_), _) if found.is_empty() => Some(Expect::Body(body)),
        (Expect::Refused, Some(before)) if is_only(&found, before) => Some(Expect::Refused),
        (Expect::Unaltered(_), Some(before)) if is_only(&found, before) => Some(Expect::Unaltered(body)),
        _ => None,
    }
}

/// What refuses the body that arguments make, in the order of the precedence.
fn refusals(verb: Verb, args: &Value) -> Vec<Refusal> {
    reasons(verb.endpoint(), verb.body(args).to_string().as_bytes())
}

/// What refuses a body, in the order of the precedence.
fn reasons(endpoint: Endpoint, body: &[u8]) -> Vec<Refusal> {
    let found = preflight(endpoint, body, &Terms::default());
    found.iter().map(|violation| violation.refusal).collect()
}

fn is_only(found: &[Refusal], one: Refusal) -> bool {
    !found.is_empty() && found.iter().all(|refusal| *refusal == one)
}

/// A list without a half, a quarter, and so on down to single items.
fn shorter_lists(list: &[Value]) -> Vec<Vec<Value>> {
    let mut found = Vec::new();
    let mut part = list.len().div_ceil(2);
    while part > 0 {
        for (at, _) in list.chunks(part).enumerate().take(32) {
            let without = list.iter().enumerate().filter(|(index, _)| index / part != at);
            found.push(without.map(|(_, item)| item.clone()).collect());
        }
        part = if part == 1 { 0 } else { part / 2 };
    }
    found
}

/// The start and the end of a text, and the text without each of its characters.
fn shorter_texts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let half = characters.len() / 2;
    let mut found = vec![characters.iter().take(half).collect(), characters.iter().skip(half).collect()];
    if characters.len() <= 48 {
        found.extend((0..characters.len()).map(|at| {
            characters.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, character)| *character).collect()
        }));
    }
    found.retain(|shorter: &String| shorter.len() < text.len());
    found
}

/// Smaller bodies: JSON without fields, items and characters; anything else without pieces.
fn smaller_bodies(body: &[u8]) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        // First as it stands, in the least bytes.
        found.push(value.to_string().into_bytes());
        found.extend(smaller_json(&value, Fields::LeftOut).iter().map(|smaller| smaller.to_string().into_bytes()));
    }
    let mut part = body.len().div_ceil(2);
    while part > 0 && found.len() < 400 {
        for (at, _) in body.chunks(part).enumerate().take(64) {
            let without = body.iter().enumerate().filter(|(index, _)| index / part != at).map(|(_, byte)| *byte);
            found.push(without.collect());
        }
        part /= 2;
    }
    found
}

/// Whether the fields of an object may be left out one by one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fields {
    Kept,
    LeftOut,
}

/// Smaller values of the same form: lists without some of their items, shorter texts, and objects without a field where they may be.
fn smaller_json(value: &Value, fields: Fields) -> Vec<Value> {
    match value {
        Value::Array(list) => {
            let mut found: Vec<Value> = shorter_lists(list).into_iter().map(Value::Array).collect();
            for (at, item) in list.iter().enumerate().take(20) {
                found.extend(smaller_json(item, fields).into_iter().map(|smaller| {
                    let mut list = list.clone();
                    if let Some(item) = list.get_mut(at) {
                        *item = smaller;
                    }
                    Value::Array(list)
                }));
            }
            found
        }
        Value::Object(object) => {
            let mut found = Vec::new();
            for (name, field) in object {
                if fields == Fields::LeftOut {
                    let mut without = object.clone();
                    without.remove(name);
                    found.push(Value::Object(without));
                }
                found.extend(smaller_json(field, fields).into_iter().map(|smaller| {
                    let mut object = object.clone();
                    object.insert(name.clone(), smaller);
                    Value::Object(object)
                }));
            }
            found
        }
        Value::String(text) => shorter_texts(text).into_iter().map(Value::from).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}
