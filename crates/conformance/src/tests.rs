//! Tests of the cases: each verdict in the tables is held against the engine.

use std::collections::BTreeSet;

use avmarks_protocol::ERROR_CODES;

use crate::case::{Case, Category, Expect, Level, Question};
use crate::verb::Verb;
use crate::verdict::verdict;
use crate::{cases, generated, lines};

#[test]
fn ids_are_unique_and_begin_with_their_category() {
    let all = cases();
    let ids: BTreeSet<_> = all.iter().map(Case::id).collect();
    assert_eq!(ids.len(), all.len());
    for case in &all {
        let first = case.id().split('/').next().unwrap();
        assert_eq!(Category::from_name(first), Some(case.category()), "{}", case.id());
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/-".contains(c);
        assert!(case.id().chars().all(plain) && case.id().matches('/').count() == 2, "{}", case.id());
        assert!(!case.description().is_empty() && !case.description().ends_with('.'), "{}", case.id());
    }
    let categories: BTreeSet<_> = all.iter().map(Case::category).collect();
    assert_eq!(categories.len(), Category::ALL.len());
}

#[test]
fn each_case_has_a_source() {
    for case in cases() {
        let has_page = case.basis.url().is_some_and(|url| url.starts_with("https://"));
        assert!(has_page || case.level() == Level::Gap, "{}: {:?}", case.id(), case.basis);
        assert_eq!(case.level() == Level::Gap, case.basis.gap.is_some() && case.level() == Level::Gap, "{}", case.id());
    }
}

#[test]
fn the_table_agrees_with_the_engine() {
    for case in cases() {
        let (Question::Check { endpoint, body }, Expect::Judged(judged)) = (&case.question, &case.expect) else {
            continue;
        };
        let (found, gap) = verdict(*endpoint, body);
        assert_eq!(found, *judged, "{}", case.id());
        if case.level() == Level::Gap {
            // A merge of accounts decides which marks they get, and not whether the body is accepted.
            assert!(gap == case.basis.gap || case.id() == "check/valid/account-twice", "{}: {gap:?}", case.id());
        } else {
            assert_eq!(gap, None, "{}", case.id());
        }
    }
}

#[test]
fn arguments_make_the_expected_bodies() {
    for case in cases() {
        let Question::Call { verb: Some(verb), args, .. } = &case.question else { continue };
        let (judged, gap) = verdict(verb.endpoint(), verb.body(args).to_string().as_bytes());
        let id = case.id();
        match &case.expect {
            Expect::Body(body) => assert_eq!((judged.refusal, body), (None, &verb.body(args)), "{id}"),
            Expect::Refused if id == "refuse/accounts/sixth-admin" => assert_eq!(judged.refusal, None, "{id}"),
            Expect::Refused => {
                assert!(judged.refusal.is_some(), "{id}");
                assert_eq!(gap.is_some(), case.level() == Level::Gap, "{id}: {gap:?}");
            }
            Expect::Unaltered(_) => assert!(judged.refusal.is_some(), "{id}"),
            _ => {}
        }
    }
}

#[test]
fn generated_cases_are_valid_invalid_and_open() {
    let found = generated(7, 600);
    for level in Level::ALL {
        assert!(found.iter().any(|case| case.level() == *level), "{level:?}");
    }
    let accepted = |case: &&Case| matches!(&case.expect, Expect::Judged(judged) if judged.refusal.is_none());
    let valid = found.iter().filter(accepted).count();
    assert!((100..500).contains(&valid), "{valid}");
    for case in &found {
        let describes_acceptance = case.description().ends_with("is accepted");
        assert_eq!(accepted(&case), describes_acceptance, "{}: {}", case.id(), case.description());
    }
    assert_ne!(lines(&generated(7, 10)).unwrap(), lines(&generated(8, 10)).unwrap().replace("seed-8", "seed-7"));
}

#[test]
fn lines_are_objects_of_one_line_each() {
    let all = [cases(), generated(1, 50)].concat();
    let text = lines(&all).unwrap();
    assert_eq!(text, lines(&all).unwrap());
    for (line, case) in text.lines().zip(&all) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["id"], case.id());
        assert!(line["verdict"].is_object() || line["expect"].is_object(), "{line}");
        let is_body = line["body"].is_string() || line["body_b64"].is_string();
        assert_eq!(is_body, line["endpoint"].is_string(), "{line}");
    }
    assert_eq!(text.lines().count(), all.len());
    let of = |id: &str| text.lines().find(|line| line.contains(&format!("\"{id}\""))).unwrap().to_owned();
    let below = of("check/mark/below-1000");
    assert!(
        below.ends_with(
            r#""verdict":{"accepted":false,"reason":"MARK-RANGE","code":10004,"pointer":"/MemberList/0/Marks/0"}}"#
        ),
        "{below}"
    );
    // The code of too many accounts is open.
    let many = of("check/accounts/501");
    assert!(many.ends_with(r#""verdict":{"accepted":false,"reason":"ACCOUNTS-MAX","pointer":"/MemberList"}}"#));
    assert!(of("check/json/not-utf8").contains(r#""body_b64":"#));
}

#[test]
fn questions_do_not_reveal_expectations() {
    let test_app = crate::test_app::TestApp::printed().unwrap();
    for case in [cases(), generated(1, 50)].concat() {
        let object = crate::line::object(&case.question, Some(1), &test_app).unwrap();
        let names: Vec<_> = object.keys().map(String::as_str).collect();
        let allowed = [
            "id",
            "do",
            "verb",
            "args",
            "endpoint",
            "bytes_b64",
            "code",
            "identifier",
            "expire",
            "userbuf_b64",
            "usersig",
            "now_ms",
            "query",
        ];
        assert!(names.iter().all(|name| allowed.contains(name)), "{}: {names:?}", case.id());
    }
}

#[test]
fn verbs_have_names_of_their_own() {
    let names: BTreeSet<_> = Verb::ALL.iter().map(|verb| verb.name()).collect();
    assert_eq!(names.len(), Verb::ALL.len());
    for case in cases() {
        if let Question::Classify { code } = case.question {
            assert!(ERROR_CODES.iter().any(|row| row.code.number() == code), "{code}");
        }
    }
}
