//! For each call, one request that breaks everything, mended one thing at a time: the answers come in the order of the
//! precedence, and that is the order of the enum and of the table in `docs/precedence.md`.

mod named;
mod rows;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use avmarks_protocol::Endpoint;
use avmarks_rules::{Policy, Reason, Refusal};
use avmarks_service::{App, Request};
use avmarks_spec::{Clause, Gap, Timestamp};

use crate::{NOW, app_with_group, key, signed_query};
use world::World;

/// The rows that a call meets when its hopeless request is mended, in the order in which it meets them.
fn met_by(endpoint: Endpoint) -> Vec<Refusal> {
    let mut world = World::hopeless();
    let mut met = Vec::new();
    for row in rows::of(endpoint) {
        world.is_refused(row.refusal, row.is_alone, &met);
        met.push(row.refusal);
        (row.mend)(&mut world);
    }
    let (refusals, answer) = world.asked();
    assert_eq!(refusals, [], "{}", endpoint.command());
    assert!(!answer.because.contains(&Reason::Gap(Gap::Precedence)), "{}", endpoint.command());
    met
}

#[test]
fn requests_are_fixed_one_rule_at_once() {
    let mut all = BTreeSet::new();
    for endpoint in Endpoint::ALL {
        let met = met_by(*endpoint);
        assert!(met.windows(2).all(|pair| pair[0] < pair[1]), "{}: {met:?}", endpoint.command());
        all.extend(met);
    }
    assert_eq!(all.into_iter().collect::<Vec<_>>(), Refusal::ALL);
}

/// A row that some calls do not know says in its sentence which calls know it, or which do not.
#[test]
fn each_row_names_its_calls() {
    let mut calls: BTreeMap<Refusal, BTreeSet<&str>> = BTreeMap::new();
    for endpoint in Endpoint::ALL {
        for refusal in met_by(*endpoint) {
            calls.entry(refusal).or_default().insert(endpoint.command());
        }
    }
    let every: BTreeSet<_> = Endpoint::ALL.iter().map(|endpoint| endpoint.command()).collect();
    for refusal in Refusal::ALL {
        let said = refusal.description();
        let named = |text: &str| -> BTreeSet<&str> {
            every.iter().copied().filter(|call| text.contains(&format!("`{call}`"))).collect()
        };
        let holds = match (said.split_once("Not for "), said.split_once("Only for ")) {
            (Some((_, calls)), None) => &every - &named(calls),
            (None, Some((_, calls))) => named(calls),
            (None, None) => every.clone(),
            (Some(_), Some(_)) => panic!("{said}"),
        };
        assert_eq!(holds, calls[refusal], "{refusal:?}: {said}");
    }
}

/// The precedence under the default policy as Markdown.
fn page() -> String {
    let mut page = String::from(
        "# The precedence of refusals\n\n\
         A request may break several rules at once. The first row that applies decides the answer, and the request changes nothing. No\n\
         document of the vendor says which of two errors comes first: the order of the steps, and of the rows within a step, is ours\n\
         (`gap:precedence`). That gap is a reason of the answer if more than one row applies, as far as the request could be checked;\n\
         a caller should not rely on the code then. The entries of one list are checked in the order of the request.\n\n\
         A row applies to all eight calls unless it says otherwise. Codes are those of the default policy. Steps 6 to 12\n\
         need no state: an SDK can check them before it sends. Printed from the enum `Refusal` of `crates/rules`; a test compares them,\n\
         and another one provokes each row in each call to which it applies.\n\n\
         | step | a request is refused if | code | based on |\n\
         |---|---|---|---|\n",
    );
    for refusal in Refusal::ALL {
        let ids = refusal.clause().map(Clause::id).into_iter().chain(refusal.gap().map(Gap::id));
        let ids: Vec<_> = ids.map(|id| format!("`{id}`")).collect();
        let (step, says, code) = (refusal.step(), refusal.description(), refusal.code(&Policy::default()));
        writeln!(page, "| {step} | {says} | {code} | {} |", ids.join(", ")).unwrap();
    }
    page
}

#[test]
fn the_page_on_precedence_is_the_enum() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/precedence.md");
    let printed = page();
    if std::env::var_os("AVMARKS_WRITE").is_some() {
        fs::write(&path, &printed).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), printed, "write it anew with AVMARKS_WRITE=1 cargo test");
}

/// 200 of each command at one moment, whatever became of them later; the next is let through when the first is a second old.
#[test]
fn every_call_has_its_own_quota() {
    let mut app = app_with_group();
    let query = signed_query(&key("any"), "administrator");
    let after = |millis: u64| Timestamp::from_millis(NOW.as_millis() + millis);
    let code = |app: &mut App, endpoint: Endpoint, at| {
        let request = Request::signed("POST", endpoint.path(), &query, b"{}");
        let response = app.handle(&request, at);
        assert_eq!(response.admitted, response.answer.code.number() != 60007);
        response.answer.code.number()
    };
    for endpoint in Endpoint::ALL {
        for call in 0..200 {
            assert_eq!(code(&mut app, *endpoint, NOW), 10004, "{}, {call}", endpoint.command());
        }
        assert_eq!(code(&mut app, *endpoint, NOW), 60007, "{}", endpoint.command());
    }
    for endpoint in Endpoint::ALL {
        assert_eq!([code(&mut app, *endpoint, after(999)), code(&mut app, *endpoint, after(999))], [60007; 2]);
    }
    for endpoint in Endpoint::ALL {
        assert_eq!(code(&mut app, *endpoint, after(1_000)), 10004, "{}", endpoint.command());
    }
}
