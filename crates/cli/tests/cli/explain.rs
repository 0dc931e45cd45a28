//! `avmarks explain` and `avmarks policy`.

use avmarks_protocol::{Cause, ERROR_CODES};
use avmarks_rules::{PROFILES, Policy, Refusal};
use avmarks_spec::{Clause, Gap, Source};
use serde_json::{Value, json};

use crate::run::avmarks;

/// The text has each source with its address and date, the first beside the heading, and so has the JSON.
fn sources_are_shown(sources: &[Source], told: &str, found: &Value) {
    assert_eq!(told.contains("\nsources   "), !sources.is_empty(), "{told}");
    for (at, source) in sources.iter().enumerate() {
        let heading = if at == 0 { "sources" } else { "" };
        let (date, page) = (source.date.unwrap_or("undated"), source.page);
        let lines = format!(
            "\n{heading:<10}{date:<10}  {}\n{:22}{}: {}, {}\n",
            page.url, "", page.number, page.title, source.section
        );
        assert!(told.contains(&lines), "{lines}{told}");
    }
    let wanted = sources.iter().map(|Source { page, section, date, .. }| {
        json!({
            "page": page.number,
            "title": page.title,
            "language": page.language,
            "section": section,
            "date": date,
            "url": page.url,
        })
    });
    assert_eq!(found, &Value::Array(wanted.collect()));
}

#[test]
fn every_clause_is_explained() {
    for clause in Clause::ALL {
        let told = avmarks(&["explain", clause.id()]);
        assert_eq!((told.status, told.err.as_str()), (0, ""));
        for part in [clause.id(), clause.description(), clause.refusal()] {
            assert!(told.out.contains(part), "{part}: {}", told.out);
        }
        let found = avmarks(&["explain", "--json", clause.id()]).json();
        assert_eq!((&found["kind"], &found["id"]), (&json!("clause"), &json!(clause.id())));
        sources_are_shown(clause.sources(), &told.out, &found["sources"]);
    }
    let found = avmarks(&["explain", "--json", "GROUP-TYPE"]).json();
    assert_eq!(
        found["refusals"],
        json!([
            {"step": 14, "code": 10007, "because": ["GROUP-TYPE", "gap:wrong-type-code"], "description": Refusal::GroupType.description(), "under": null},
            {"step": 14, "code": 10004, "because": ["GROUP-TYPE", "gap:wrong-type-code"], "description": Refusal::GroupType.description(), "under": "gap:wrong-type-code=10004"},
            {"step": 14, "code": 10007, "because": ["GROUP-TYPE"], "description": Refusal::ListType.description(), "under": null},
            {"step": 14, "code": 10007, "because": ["GROUP-TYPE", "gap:count-types"], "description": Refusal::CountType.description(), "under": "gap:count-types=avchatroom-only"},
        ])
    );
}

#[test]
fn every_gap_is_explained() {
    for gap in Gap::ALL {
        let (id, field) = (gap.id(), gap.field().unwrap_or(gap.id()));
        let told = avmarks(&["explain", id]);
        assert_eq!((told.status, &told.out), (0, &avmarks(&["explain", field]).out));
        for part in [id, field, gap.question(), gap.evidence()] {
            assert!(told.out.contains(part), "{part}: {}", told.out);
        }
        sources_are_shown(gap.sources(), &told.out, &avmarks(&["explain", "--json", id]).json()["sources"]);
        for (at, reading) in gap.readings().iter().enumerate() {
            let line =
                told.out.lines().find(|line| line.starts_with("    ") && line.contains(reading.meaning)).unwrap();
            assert_eq!(line.ends_with("(default)"), at == 0, "{line}");
        }
    }
}

#[test]
fn every_error_code_is_explained() {
    for row in ERROR_CODES {
        let told = avmarks(&["explain", &row.code.to_string()]);
        assert_eq!((told.status, told.err.as_str()), (0, ""));
        let advice: Vec<_> = match row.code.causes() {
            [] => vec![row.action.advice()],
            causes => causes.iter().flat_map(|cause| [cause.when, cause.advice]).collect(),
        };
        for part in [row.name, row.meaning, row.document].iter().chain(&advice) {
            assert!(told.out.contains(part), "{part}: {}", told.out);
        }
    }
    let steps = avmarks(&["explain", "10005", "--json"]).json()["refusals"].clone();
    assert_eq!(
        steps,
        json!([{"step": 9, "code": 10005, "because": ["ACCOUNTS-MAX", "gap:too-many-code"], "description": Refusal::AccountsMax.description(), "under": null}])
    );
}

#[test]
fn a_code_is_explained_by_its_causes() {
    let found = avmarks(&["explain", "--json", "10004"]).json();
    assert_eq!(found["action"], "fix-request");
    assert_eq!(found["advice"], "What to do depends on the cause.");
    let causes = found["causes"].as_array().unwrap();
    let of = |id: &str| {
        let rests = |cause: &&Value| cause["because"].as_array().unwrap().contains(&json!(id));
        causes.iter().find(rests).unwrap_or_else(|| panic!("{id}"))
    };
    let advice = |cause: &Value| cause["advice"].as_str().unwrap().to_owned();
    assert!(advice(of("ALL-FAILED")).contains("the same request can succeed once one of them is"));
    assert!(advice(of("REQUIRED")).contains("the same one will be refused again"));
    assert_eq!(of("gap:over-capacity")["under"], "gap:over-capacity=refuse-call");
    assert_eq!(of("ALL-FAILED")["under"], Value::Null);

    let told = avmarks(&["explain", "10007"]).out;
    assert!(told.contains("\n        Switch the list of online members on in the console"), "{told}");
    assert!(told.contains("SWITCH, gap:switch-code"), "{told}");
    let told = avmarks(&["explain", "10010"]).out;
    assert!(told.contains("Check the group id, the app (sdkappid) and the region"), "{told}");
    assert!(!told.contains("no remedy is known"), "{told}");
    let told = avmarks(&["explain", "60008"]).out;
    assert!(told.find("Check the path first").unwrap() < told.find("Wait, then").unwrap(), "{told}");
    let told = avmarks(&["explain", "60007"]).out;
    assert!(told.contains("The limit is fixed"), "{told}");
    assert!(avmarks(&["explain", "60009"]).out.contains("advice    fix-request: Correct the request"));
}

/// Where a code has causes, each refusal with that code is among them.
#[test]
fn each_refusal_has_its_cause() {
    let mut seen = 0;
    for row in ERROR_CODES.iter().filter(|row| !row.code.causes().is_empty()) {
        for refusal in Refusal::ALL {
            let (clause, gap) = (refusal.clause(), refusal.gap());
            let readings = gap.into_iter().flat_map(|gap| gap.readings().iter().map(move |row| (gap, row.name)));
            let policies = readings.map(|(gap, reading)| {
                let mut policy = Policy::default();
                policy.set(gap, reading).unwrap();
                policy
            });
            let mut policies = policies.chain([Policy::default()]);
            if policies.any(|policy| i64::from(refusal.code(&policy)) == row.code.number()) {
                let is_it = |cause: &Cause| match clause {
                    Some(clause) => cause.clauses.contains(&clause),
                    None => gap.is_some_and(|gap| cause.gaps.contains(&gap)),
                };
                assert!(row.code.causes().iter().any(is_it), "{} {refusal:?}", row.code);
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn each_refusal_of_a_code_is_explained() {
    let told = avmarks(&["explain", "10004"]).out;
    let (_, refusals) = told.split_once("refusals\n").unwrap();
    for refusal in Refusal::ALL.iter().filter(|refusal| refusal.code(&Policy::default()) == 10004) {
        let (step, says) = (format!("    step {:<2}  10004  ", refusal.step()), format!("  {}", refusal.description()));
        let is_there = refusals.lines().any(|line| line.starts_with(&step) && line.ends_with(&says));
        assert!(is_there, "{refusal:?}: {refusals}");
    }
}

#[test]
fn what_there_is_not_finds_what_was_meant() {
    for (slip, meant) in [
        ("ONLINE-ONY", "`ONLINE-ONLY`"),
        ("online-onyl", "`ONLINE-ONLY`"),
        ("gap:page-sise", "`gap:page-size`"),
        ("pagesizes", "`gap:page-size`"),
    ] {
        let run = avmarks(&["explain", slip]);
        assert!(run.error().contains("did you mean") && run.error().contains(meant), "{run:?}");
    }
    for (nothing, part) in [
        ("4294967296", "unknown subject `4294967296`; "),
        ("", "unknown subject"),
        ("0", "no error"),
        ("\u{1b}[2J", "unknown subject"),
        // The nearest codes are about something else.
        ("501", "unknown subject `501`; "),
        ("100", "unknown subject `100`; "),
    ] {
        let run = avmarks(&["explain", nothing]);
        assert!(run.error().contains(part) && run.error().contains("`avmarks explain` lists all of them"), "{run:?}");
    }
}

#[test]
fn without_an_argument_all_are_listed() {
    let told = avmarks(&["explain"]);
    let found = avmarks(&["explain", "--json"]).json();
    let ids = Clause::ALL.iter().map(|clause| clause.id()).chain(Gap::ALL.iter().map(|gap| gap.id()));
    for id in ids {
        assert!(told.out.contains(id), "{id}");
    }
    let lengths = ["clauses", "gaps", "codes"].map(|list| found[list].as_array().unwrap().len());
    assert_eq!(lengths, [Clause::ALL.len(), Gap::ALL.len(), ERROR_CODES.len()]);
}

#[test]
fn the_policy_shows_the_reading_in_force() {
    let in_force = |options: &[&str]| {
        let found = avmarks(&[&["policy", "--json"], options].concat()).json();
        let gaps = found["gaps"].as_array().unwrap().clone();
        assert_eq!(gaps.len(), Gap::ALL.len());
        let page_size = gaps.into_iter().find(|gap| gap["id"] == "gap:page-size").unwrap();
        (page_size["in_force"].as_str().unwrap().to_owned(), page_size["default"].clone())
    };
    assert_eq!(in_force(&[]), ("500".to_owned(), json!("500")));
    assert_eq!(in_force(&["--policy", "2025-11"]).0, "250");
    assert_eq!(in_force(&["--reading", "gap:page-size=250", "--reading", "refresh_list=10s"]).0, "250");
    assert_eq!(in_force(&["--policy", "2025-11", "--reading", "page_size=500"]).0, "500");

    let told = avmarks(&["policy", "--reading", "gap:page-size=250"]);
    assert_eq!(told.status, 0);
    assert!(told.out.lines().any(|line| line.starts_with("  * 250 ")), "{}", told.out);
    for profile in PROFILES {
        assert!(told.out.contains(profile.name) && told.out.contains(profile.meaning));
    }
    for gap in Gap::ALL {
        assert!(told.out.contains(gap.id()) && told.out.contains(gap.question()));
    }
}

#[test]
fn readings_that_there_are_not_are_named() {
    for (reading, part) in [
        ("gap:page-size=100", "it can be read as `500`, `250`"),
        ("gap:page-sise=250", "did you mean `gap:page-size`?"),
        ("page_size", "GAP=READING"),
        ("=", "is not a gap"),
    ] {
        for command in [&["policy"][..], &["check", "-"], &["replay", "-"]] {
            let run = avmarks(&[command, &["--reading", reading]].concat());
            assert_eq!((run.status, run.out.as_str()), (2, ""));
            assert!(run.err.starts_with("error: ") && run.err.contains(part), "{run:?}");
        }
    }
    let run = avmarks(&["policy", "--policy", "2022"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("2024-12"), "{run:?}");
}

#[test]
fn names_are_found_however_they_are_written() {
    let told = |name: &str| {
        let run = avmarks(&["explain", name]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{name}");
        run.out
    };
    for (written, meant) in [
        ("online-only", "ONLINE-ONLY"),
        ("Online_Only", "ONLINE-ONLY"),
        ("page-size", "gap:page-size"),
        ("PAGE-SIZE", "gap:page-size"),
        ("GAP:page_size", "gap:page-size"),
        ("PAGESIZE", "gap:page-size"),
        ("pagesize", "gap:page-size"),
        ("OnlineOnly", "ONLINE-ONLY"),
        ("gap:Page-Size", "gap:page-size"),
        ("low_plan-list", "gap:low-plan-list"),
        // Of those that share a name, clauses are written in capitals.
        ("account-id", "gap:account-id"),
        ("Account-ID", "ACCOUNT-ID"),
        ("ACCOUNT_ID", "ACCOUNT-ID"),
        ("gap:ACCOUNT-ID", "gap:account-id"),
        ("Precedence", "precedence"),
    ] {
        assert_eq!(told(written), told(meant), "{written}");
    }
    let name = ERROR_CODES[0].name;
    assert_eq!(told(&name.to_uppercase().replace('-', "_")), told(name));
    assert!(told("ACCOUNT-ID").contains("see also  gap:account-id, a gap"), "{}", told("ACCOUNT-ID"));
    assert!(told("account_id").contains("see also  ACCOUNT-ID, a clause"), "{}", told("account_id"));
    assert_eq!(avmarks(&["explain", "--json", "GROUP-ID"]).json()["see_also"], "gap:group-id");
}

#[test]
fn special_marks_are_explained_by_their_clauses() {
    for (mark, clause) in [("500", "PIN-500"), ("600", "HIDE-600")] {
        let told = avmarks(&["explain", mark]);
        assert_eq!((told.status, told.err.as_str()), (0, ""));
        assert!(told.out.starts_with(&format!("{mark} is a special mark; what it does is in {clause}\n")), "{told:?}");
        let found = avmarks(&["explain", "--json", mark]).json();
        assert_eq!((&found["id"], found["mark"].to_string()), (&json!(clause), mark.to_owned()));
        assert!(avmarks(&["explain", "--json", clause]).json().get("mark").is_none());
    }
}

#[test]
fn unlisted_numbers_are_custom_marks() {
    for (number, lead) in [
        ("1000", "1000 is a custom mark, "),
        ("1004", "1004 is a custom mark, "),
        ("20001", "20001 is not an error code that a list names; as a mark, it is a custom mark, "),
        ("4294967295", "4294967295 is a custom mark, "),
    ] {
        let told = avmarks(&["explain", number]);
        assert_eq!((told.status, told.err.as_str()), (0, ""));
        assert!(told.out.starts_with(lead) && told.out.contains("\nMARK-RANGE, a clause\n"), "{told:?}");
        let found = avmarks(&["explain", "--json", number]).json();
        assert_eq!((&found["id"], found["mark"].to_string()), (&json!("MARK-RANGE"), number.to_owned()));
    }
    // A listed code is the code.
    assert_eq!(avmarks(&["explain", "--json", "10004"]).json()["kind"], "code");
}

#[test]
fn readings_name_the_refusals_that_they_bring() {
    for (gap, refusals) in [
        (
            "gap:rest-owner",
            json!([
                {"step": 4, "code": 60010, "because": ["ADMIN-CALLER", "gap:rest-owner"], "description": Refusal::AdminCaller.description(), "under": null},
                {"step": 17, "code": 10007, "because": ["PERMISSION"], "description": Refusal::Permission.description(), "under": "gap:rest-owner=owner-too"},
                {"step": 18, "code": 10007, "because": ["SPECIAL-ADMIN"], "description": Refusal::SpecialAdmin.description(), "under": "gap:rest-owner=owner-too"},
            ]),
        ),
        (
            "gap:low-plan-list",
            json!([{"step": 15, "code": 10059, "because": ["PLAN", "gap:plan-code"], "description": Refusal::ListPlan.description(), "under": "gap:low-plan-list=refuse"}]),
        ),
        // By default nothing is refused for these.
        (
            "gap:random",
            json!([{"step": 2, "code": 60025, "because": ["QUERY", "gap:random"], "description": Refusal::QueryRandom.description(), "under": "gap:random=refuse"}]),
        ),
        (
            "gap:over-capacity",
            json!([{"step": 19, "code": 10004, "because": ["MEMBERS-PER-MARK", "gap:over-capacity"], "description": Refusal::MembersPerMark.description(), "under": "gap:over-capacity=refuse-call"}]),
        ),
    ] {
        assert_eq!(avmarks(&["explain", "--json", gap]).json()["refusals"], refusals, "{gap}");
    }
    assert!(avmarks(&["explain", "gap:rest-owner"]).out.contains("PERMISSION, read as gap:rest-owner=owner-too"));
}

#[test]
fn the_precedence_is_a_table() {
    let found = avmarks(&["explain", "--json", "precedence"]).json();
    assert_eq!(found["kind"], "precedence");
    let steps = found["refusals"].as_array().unwrap();
    assert_eq!(steps.len(), Refusal::ALL.len());
    let told = avmarks(&["explain", "precedence"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let lines = told.out.lines().skip_while(|line| !line.starts_with("step")).skip(1);
    for ((refusal, step), line) in Refusal::ALL.iter().zip(steps).zip(lines) {
        assert_eq!((&step["step"], &step["description"]), (&json!(refusal.step()), &json!(refusal.description())));
        assert_eq!(step["code"], json!(refusal.code(&Policy::default())));
        for ground in step["because"].as_array().unwrap() {
            assert!(line.contains(ground.as_str().unwrap()), "{line}");
        }
        assert!(
            line.trim_start().starts_with(&refusal.step().to_string()) && line.ends_with(refusal.description()),
            "{line}"
        );
        assert!(line.contains(&step["code"].to_string()), "{line}");
    }
    assert!(avmarks(&["explain"]).out.contains("`avmarks explain precedence`"));
}

#[test]
fn each_call_is_explained_by_its_name() {
    for endpoint in avmarks_protocol::Endpoint::ALL {
        let told = avmarks(&["explain", endpoint.command()]);
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{endpoint:?}");
        assert!(told.out.contains(&format!("POST /{}\n", endpoint.path())), "{told:?}");
        let found = avmarks(&["explain", "--json", &endpoint.command().to_uppercase()]).json();
        assert_eq!((&found["kind"], &found["name"]), (&json!("calls"), &json!(endpoint.command())));
        let sources = found["calls"][0]["sources"].as_array().unwrap();
        assert!(sources.iter().all(|source| source["url"].as_str().unwrap().starts_with("https://")), "{sources:?}");
        assert!(!sources.is_empty() && !found["clauses"].as_array().unwrap().is_empty(), "{found}");
    }
    let robots = avmarks(&["explain", "robots"]).out;
    for part in ["add_robots", "del_robots", "gap:robots-max", "2025-11-03"] {
        assert!(robots.contains(part), "{part}: {robots}");
    }
    assert!(avmarks(&["explain", "modify_admn"]).error().contains("did you mean `modify_admin`?"));
}

#[test]
fn mark_500_names_what_else_decides_about_it() {
    let told = avmarks(&["explain", "500"]).out;
    assert!(told.contains("related   gap:pin-renewal, gap:offline-500, gap:robot-days, robots\n"), "{told}");
    let related = avmarks(&["explain", "--json", "500"]).json()["related"].clone();
    for subject in related.as_array().unwrap() {
        assert_eq!(avmarks(&["explain", subject.as_str().unwrap()]).status, 0, "{subject}");
    }
    assert!(!avmarks(&["explain", "600"]).out.contains("related"));
}

#[test]
fn a_code_names_its_document() {
    let told = avmarks(&["explain", "10004"]).out;
    assert!(told.contains("document  1047/34348, "), "{told}");
    assert!(told.contains("2023-03-30  https://www.tencentcloud.com/document/product/1047/34348\n"), "{told}");
    let sources = avmarks(&["explain", "--json", "10001"]).json()["sources"].clone();
    assert_eq!(sources[0]["url"], "https://www.tencentcloud.com/document/product/1047/50294");
    let dates: Vec<_> = sources.as_array().unwrap().iter().map(|source| source["date"].as_str()).collect();
    assert!(dates.len() > 1 && dates.windows(2).all(|pair| pair[0] > pair[1]), "{dates:?}");
}

#[test]
fn completions_know_what_can_be_explained() {
    let zsh = avmarks(&["completions", "zsh"]).out;
    for subject in ["ONLINE-ONLY", "10004", "add_robots", "robots", "precedence"] {
        assert!(zsh.contains(subject), "{subject}");
    }
    assert!(!avmarks(&["explain", "--help"]).out.contains("MEMBERS-PER-MARK"), "the help does not list them");
}
