//! Every case of `tests/cases`, told to the service, to the rules alone, and to the naive oracle.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use avmarks_service::scenario::Scenario;
use avmarks_spec::{Clause, Gap, Limits};
use avmarks_testkit::case::{Case, cases, play};
use avmarks_testkit::rules_alone::RulesAlone;
use avmarks_testkit::{Machine, OracleMachine};

fn all_cases() -> Vec<(String, Case)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    let mut all = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        all.extend(
            cases(&text).unwrap_or_else(|error| panic!("{name}: {error}")).into_iter().map(|case| (name.clone(), case)),
        );
    }
    all
}

fn told_to(mut machine: impl FnMut() -> Box<dyn Machine>) {
    let wrong: Vec<_> = all_cases()
        .into_iter()
        .flat_map(|(file, case)| {
            let errors = play(&case, &mut *machine());
            errors.into_iter().map(move |error| format!("{file} {}\n    {error}", case.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_service_tells_every_story() {
    told_to(|| Box::new(Scenario::default()));
}

#[test]
fn the_rules_alone_tell_every_story() {
    told_to(|| Box::new(RulesAlone::with_limits(Limits::DOCUMENTED)));
}

#[test]
fn the_oracle_tells_every_story() {
    told_to(|| Box::new(OracleMachine::with_limits(Limits::DOCUMENTED)));
}

/// Clauses that no scenario line reaches, and where they are tested instead.
const CLAUSES_ELSEWHERE: &[(Clause, &str)] = &[
    (Clause::Query, "a scenario line has no query: tests/service/precedence.rs, tests/service/query.rs"),
    (Clause::UserSig, "a scenario line has no signature: tests/service/precedence.rs, tests/service/query.rs"),
];

/// Gaps that no scenario line reaches, and where they are tested instead.
const GAPS_ELSEWHERE: &[(Gap, &str)] = &[
    (Gap::Random, "a scenario line has no query: tests/service/query.rs"),
    (Gap::UsersigCode, "a scenario line has no signature: tests/service/query.rs"),
    (Gap::RobotWebhook, "a scenario sends no webhook: crates/emulator/tests/socket/webhooks/robots.rs"),
];

#[test]
fn every_clause_is_the_answer_of_a_case() {
    let mut met = BTreeSet::new();
    for (_, case) in all_cases() {
        // A clause that refuses nothing shows in events or lists: in a case under its name that expects some.
        let told = case.lines.iter().any(|line| line.expect.is_some());
        met.extend(
            Clause::ALL
                .iter()
                .filter(|clause| told && clause.refusal().is_empty() && case.name.starts_with(clause.id())),
        );
        for expect in case.lines.iter().filter_map(|line| line.expect.as_ref()) {
            met.extend(expect["because"].as_str().and_then(Clause::from_name));
            let omitted = expect["omitted"].as_array().into_iter().flatten();
            met.extend(omitted.filter_map(|omission| Clause::from_name(omission["because"].as_str()?)));
        }
    }
    met.extend(CLAUSES_ELSEWHERE.iter().map(|(clause, _)| *clause));
    let missing: Vec<_> = Clause::ALL.iter().filter(|clause| !met.contains(clause)).collect();
    assert!(missing.is_empty(), "no case answers with {missing:?}");
}

#[test]
fn every_reading_of_every_gap_has_a_case() {
    let cases: Vec<_> = all_cases().into_iter().map(|(_, case)| case).collect();
    for gap in Gap::ALL.iter().filter(|gap| GAPS_ELSEWHERE.iter().all(|(elsewhere, _)| elsewhere != *gap)) {
        for (at, reading) in gap.readings().iter().enumerate() {
            let one = gap.readings().len() == 1;
            let prefix = if one { gap.id().to_owned() } else { format!("{} {}", gap.id(), reading.name) };
            let set = format!("\"{}\":\"{}\"", gap.field().unwrap_or_default(), reading.name);
            let shows = |case: &Case| {
                let is_read_so = at == 0 || case.lines.iter().any(|line| line.text.contains(&set));
                case.name.starts_with(&prefix) && is_read_so && case.lines.iter().any(|line| line.expect.is_some())
            };
            assert!(cases.iter().any(shows), "no case is called `{prefix}…` and reads it so");
        }
    }
}
