//! The cases, a file for each category.

mod build;
mod check;
mod classify;
mod read;
mod refuse;
mod split;
mod usersig;
mod webhook;

use avmarks_spec::Clause;
use serde_json::{Value, json};

use crate::case::{Answer, Basis, Case, Expect, Level, Question};
use crate::verb::Verb;

/// The version of the cases: a changed expectation is a new id and a new first number, a new case a new second one.
pub const CASES_VERSION: &str = "1.0";

/// Every case, in the order in which they are asked.
///
/// ```
/// use avmarks_conformance::{Category, Level, cases};
///
/// let all = cases();
/// let case = all.iter().find(|case| case.id() == "check/mark/below-1000").unwrap();
/// assert_eq!((case.category(), case.level()), (Category::Check, Level::Must));
/// assert!(case.url().unwrap().starts_with("https://"));
/// ```
#[must_use]
pub fn cases() -> Vec<Case> {
    let all = [
        build::cases(),
        refuse::cases(),
        split::cases(),
        read::cases(),
        classify::cases(),
        usersig::cases(),
        webhook::cases(),
        check::cases(),
    ];
    all.into_iter().flatten().collect()
}

/// The page about requests and answers in general.
const OVERVIEW: Basis = Basis::page("1047/34620", Some("2024-07-16"));

fn case(id: &str, level: Level, basis: Basis, description: &str, question: Question, expect: Expect) -> Case {
    Case { id: id.to_owned(), level, basis, description: description.to_owned(), question, expect }
}

/// What the documents leave open is at its own level, everything else at this one.
const fn level(basis: Basis, otherwise: Level) -> Level {
    if basis.gap.is_some() { Level::Gap } else { otherwise }
}

/// What the ids of the cases of a call have in front.
fn prefix(verb: Verb) -> String {
    verb.name().replace('_', "-")
}

/// A call that is served.
fn call(verb: Verb, args: Value) -> Question {
    answered(verb, args, vec![Answer::Served])
}

/// A call with these answers.
fn answered(verb: Verb, args: Value, answers: Vec<Answer>) -> Question {
    Question::Call { verb: Some(verb), args, times: 1, answers }
}

/// Whatever call the SDK has, with these answers.
fn any_call(times: usize, answers: Vec<Answer>) -> Question {
    Question::Call { verb: None, args: Value::Null, times, answers }
}

/// Arguments about marks.
fn marks(group: &str, members: &[(&str, &[i64])]) -> Value {
    let members = members.iter().map(|(account, marks)| json!({"account": account, "marks": marks}));
    json!({"group": group, "members": members.collect::<Vec<_>>()})
}

/// Arguments about accounts.
fn accounts(group: &str, accounts: &[&str]) -> Value {
    json!({"group": group, "accounts": accounts})
}

const REQUIRED: Basis = Basis::clause(Clause::Required);
