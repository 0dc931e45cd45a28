//! The runner against harnesses that misbehave.
#![cfg(test)]
#![cfg(unix)]

use std::collections::BTreeMap;
use std::time::Duration;

use avmarks_conformance::{
    Category, Difference, ExpectedFailures, Level, RESTARTS_MAX, Report, RunError, RunSettings, State, junit, run,
};

fn settings(script: &str, categories: &[Category]) -> RunSettings {
    let mut settings = RunSettings::new(format!("sh '{}/tests/scripted.sh' {script}", env!("CARGO_MANIFEST_DIR")));
    settings.categories = categories.to_vec();
    // A shell reads byte by byte, and the machine may be busy.
    settings.timeouts.case = Duration::from_secs(60);
    settings
}

fn ran(script: &str, category: Category) -> Report {
    run(&settings(script, &[category]), |_, _| ()).unwrap()
}

fn states(report: &Report) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for result in &report.results {
        *counts.entry(result.state.name()).or_default() += 1;
    }
    counts
}

fn message(report: &Report, at: usize) -> &str {
    match &report.results[at].state {
        State::Failed { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_breakage_fails_the_case_that_was_asked() {
    for (mode, name, said) in [
        ("crash", "crash", "it ended: exit status: 3; standard error: it hurts"),
        ("signal", "crash", "it ended: signal: 9 (SIGKILL)"),
        ("closed", "crash", "it closed its standard output"),
        ("no-json", "no-json", "a line is no JSON object: nonsense"),
        ("no-reply", "no-json", "a reply has `id` and one of `returned`, `answer`"),
        ("wrong-id", "wrong-id", "a reply has the id 4: expected 3"),
        ("not-utf8", "no-json", "a line is no JSON object: {\"id\":3,\"value\":\"\u{fffd}\"}"),
        ("huge", "no-json", "a line has more than 16777216 bytes: xxx"),
        ("endless", "no-json", "a line has more than 16777216 bytes: xxx"),
        ("doubled", "wrong-id", "it replied more than once"),
        ("later", "wrong-id", "it replied more than once"),
    ] {
        let report = ran(&format!("{mode} 3"), Category::UserSig);
        // What is not asked is skipped; of those asked, the third is the one.
        let asked: Vec<_> = report
            .results
            .iter()
            .enumerate()
            .filter(|(_, one)| one.state.name() != "skipped")
            .map(|(at, _)| at)
            .collect();
        assert_eq!(states(&report).get(name), Some(&1), "{mode}: {:?}", states(&report));
        assert_eq!(report.results[asked[2]].state.name(), name, "{mode}");
        assert!(message(&report, asked[2]).starts_with(said), "{mode}: {}", message(&report, asked[2]));
        // A harness that says something twice is not out of step.
        assert_eq!(report.restarts, usize::from(!said.starts_with("it replied")), "{mode}");
    }
}

#[test]
fn a_timeout_fails_only_its_case() {
    let mut settings = settings("silence 2", &[Category::UserSig]);
    settings.timeouts.case = Duration::from_millis(300);
    let report = run(&settings, |_, _| ()).unwrap();
    assert_eq!((states(&report)["silence"], report.restarts), (1, 1));
    assert!(report.results.iter().any(|one| one.state == State::Passed));
    let silent = report.results.iter().position(|one| one.state.name() == "silence").unwrap();
    assert_eq!(message(&report, silent), "no reply within 0.3 s");
}

#[test]
fn a_harness_that_always_breaks_is_given_up() {
    let report = ran("crash", Category::Check);
    let counts = states(&report);
    assert_eq!((counts["crash"], report.restarts), (RESTARTS_MAX + 1, RESTARTS_MAX));
    assert_eq!(counts["not-asked"], report.results.len() - RESTARTS_MAX - 1);
    assert_eq!(message(&report, RESTARTS_MAX + 1), "it was not asked: the harness had been started again 10 times");
}

#[test]
fn a_second_reply_to_the_last_question_counts() {
    let asked = states(&ran("accept", Category::UserSig))
        .iter()
        .filter(|(name, _)| **name != "skipped")
        .map(|(_, n)| n)
        .sum::<usize>();
    let report = ran(&format!("doubled {asked}"), Category::UserSig);
    let last = report.results.iter().rposition(|one| one.state.name() != "skipped").unwrap();
    assert_eq!((report.results[last].state.name(), report.restarts), ("wrong-id", 0));
}

#[test]
fn without_a_start_there_is_no_run() {
    for (script, said) in [
        ("no-start", "the harness did not start: it ended: exit status: 7"),
        ("other-protocol", "the harness did not start: its reply to `start` has protocol 2; expected 1"),
        ("no-sdk", "the harness did not start: its reply to `start` cannot be read: missing field `sdk`"),
        ("chatty", "the harness did not start: a line is no JSON object: Welcome!"),
    ] {
        let error = run(&settings(script, &[]), |_, _| ()).unwrap_err();
        assert!(matches!(error, RunError::Start(_)), "{script}: {error:?}");
        assert!(error.to_string().starts_with(said), "{script}: {error}");
    }
    let mut silent = settings("silent-start", &[]);
    silent.timeouts.start = Duration::from_millis(200);
    let error = run(&silent, |_, _| ()).unwrap_err();
    assert_eq!(error.to_string(), "the harness did not start: no reply within 0.2 s");
    let error = run(&RunSettings::new("no-such-program-anywhere"), |_, _| ()).unwrap_err();
    assert!(error.to_string().starts_with("`no-such-program-anywhere` cannot be run: "), "{error}");
    assert!(matches!(run(&RunSettings::new("'"), |_, _| ()).unwrap_err(), RunError::Command(_)));
}

#[test]
fn a_slow_start_is_waited_for() {
    assert_eq!(ran("slow-start", Category::UserSig).restarts, 0);
}

#[test]
fn skipped_cases_count_as_applicable() {
    let report = ran("skip", Category::Check);
    let score = &report.scores[0];
    assert_eq!((score.category, score.must.passed), ("check", 0));
    assert!(score.must.applicable > 50, "{score:?}");
    assert_eq!(states(&report), BTreeMap::from([("skipped", report.results.len())]));
    assert_eq!(report.failures().count(), 0);
    // What the harness does not name is not asked, and says so.
    let report = ran("accept", Category::Classify);
    let why: Vec<_> =
        report.results.iter().filter(|one| one.id.starts_with("classify/code/")).map(|one| &one.state).collect();
    let expected = State::Skipped { why: "the harness does not say that it can".to_owned(), url: None };
    assert!(!why.is_empty() && why.iter().all(|state| **state == expected), "{why:?}");
}

#[test]
fn a_harness_that_failed_fails_its_case() {
    let report = ran("failed", Category::UserSig);
    let failed = report.results.iter().position(|one| one.state.name() == "failed").unwrap();
    assert_eq!(message(&report, failed), "the harness failed: no disk");
}

#[test]
fn null_harnesses_have_their_scores() {
    for (mode, null) in [("accept", "accept"), ("refuse", "refuse")] {
        let report = ran(mode, Category::UserSig);
        let score = &report.scores[0];
        let passed = score.must.passed + score.should.passed;
        assert_eq!(passed, score.null[null].passed, "{mode}");
        assert!(passed > 0 && passed < score.must.applicable, "{mode}: {score:?}");
        assert_eq!(score.null["silent"].passed, 0);
    }
}

#[test]
fn failures_are_made_small_and_gaps_not_counted() {
    let report = ran("accept", Category::Check);
    let smallest = |id: &str| {
        let result = report.results.iter().find(|one| one.id == id).unwrap();
        result.smallest.as_ref().unwrap_or_else(|| panic!("{id}")).question.clone()
    };
    let member = r#"{"Marks":[9],"Member_Account":"u"}"#;
    let body =
        |members: &str| format!(r#"modify_user_info {{"CommandType":1,"GroupId":"g","MemberList":[{members}]}}"#);
    assert_eq!(smallest("check/mark/second"), body(member));
    // The rule that is broken is the same: a field is missing.
    assert_eq!(smallest("check/field/no-marks"), "modify_user_info {}");
    for result in report.results.iter().filter(|one| one.smallest.is_some()) {
        assert_eq!(result.state.name(), "failed", "{}", result.id);
    }
    // What is open fails as well, and is told and not counted.
    let open = report.results.iter().filter(|one| one.level == Level::Gap && one.state.is_failure()).count();
    let score = &report.scores[0];
    assert_eq!(score.gap.applicable - score.gap.passed, open);
    assert!(open > 0 && report.failures().all(|one| one.level != Level::Gap));
}

#[test]
fn generated_cases_are_asked_beside_the_others() {
    let without = ran("skip", Category::Check).results.len();
    let mut settings = settings("skip", &[Category::Check]);
    (settings.seed, settings.count) = (7, 20);
    let mut seen = Vec::new();
    let report = run(&settings, |at, count| seen.push((at, count))).unwrap();
    assert_eq!(report.results.len(), without + 20);
    assert_eq!(seen.first().zip(seen.last()), Some((&(0, without + 20), &(without + 20, without + 20))));
}

fn known(text: &str) -> ExpectedFailures {
    ExpectedFailures::parse(text).unwrap()
}

#[test]
fn expected_failures_must_be_exact() {
    // Everything is accepted: whatever is to be refused fails.
    let report = ran("accept", Category::UserSig);
    let failed: Vec<_> = report.failures().map(|one| one.id.clone()).collect();
    assert_eq!(failed.len(), 9, "{failed:?}");
    let list =
        |ids: &[String]| ids.iter().map(|id| format!("{id}  # open https://example.com/1\n")).collect::<String>();
    assert_eq!(known(&list(&failed)).compare(&report), []);

    let missing = known(&list(&failed[1..])).compare(&report);
    assert_eq!(missing, [Difference::Unexpected { id: failed[0].clone() }]);

    let more = list(&failed)
        + "usersig/read/valid # open https://example.com/1\nusersig/read/nothing # open https://example.com/1\n";
    let differences = known(&more).compare(&report);
    let said: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "line 10: usersig/read/valid is expected to fail, and was passed; remove it",
            "line 11: `usersig/read/nothing` matches no case; correct or remove it",
        ]
    );
    // A category that was not asked is not missed.
    assert_eq!(known(&(list(&failed) + "check/** # open https://example.com/1\n")).compare(&report), []);
    // A wildcard stands for failures alone.
    let wild = known("usersig/read/* # open https://example.com/1\n").compare(&report);
    let expected = Difference::NotFailed { line: 1, id: "usersig/read/valid".to_owned(), found: "passed" };
    assert!(wild.contains(&expected) && wild.len() == 2, "{wild:?}");
}

#[test]
fn a_failure_in_another_way_is_a_surprise() {
    let report = ran("crash 4", Category::UserSig);
    let crashed = report.results.iter().find(|one| one.state.name() == "crash").unwrap().id.clone();
    let others: String = report
        .failures()
        .filter(|one| one.id != crashed)
        .map(|one| format!("{} # open https://example.com/1\n", one.id))
        .collect();
    let with =
        |entry: &str| known(&format!("{others}{crashed} {entry} # open https://example.com/1\n")).compare(&report);
    assert_eq!(with("crash"), []);
    for other in ["", "silence"] {
        let differences = with(other);
        assert!(matches!(differences[..], [Difference::Otherwise { found: "crash", .. }]), "{other}: {differences:?}");
    }
}

#[test]
fn junit_has_no_character_that_xml_forbids() {
    let xml = junit(&ran("odd 3", Category::UserSig));
    assert!(xml.contains("a\\0b\\u{1b}\u{1f600}\\u{ffff}\\r\\n&quot;&lt;]]&gt;&amp;\\u{85}\""), "{xml}");
    let forbidden =
        |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    assert_eq!(xml.find(forbidden), None);
}

#[test]
fn junit_has_a_suite_for_each_category() {
    let report = ran("crash 3", Category::UserSig);
    let xml = junit(&report);
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"scripted 1\">\n"), "{xml}");
    let failures = report.failures().count();
    let skipped = states(&report)["skipped"];
    let tests = report.results.len();
    let suite = format!(
        "<testsuite name=\"usersig\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time="
    );
    assert!(xml.contains(&suite), "{xml}");
    assert_eq!(xml.matches("<testcase classname=\"usersig\" name=\"usersig/").count(), tests);
    assert!(xml.contains("type=\"crash\">") && xml.contains("it hurts"), "{xml}");
    assert_eq!(xml.matches("<failure ").count(), failures);
}
