//! More cases about bodies, out of a seed.

use avmarks_generators::request::{Defect, Request};
use avmarks_generators::{Choices, Generate, Invalid, Valid};
use avmarks_protocol::Endpoint;
use avmarks_rules::Refusal;
use serde_json::Value;

use crate::case::{Basis, Case, Expect, Level, Question};
use crate::verdict::verdict;

/// The first `count` cases of a seed: bodies of requests, valid ones and ones with a single defect, whose verdict is known. The same
/// seed makes the same cases, and their ids contain both: `check/seed-7/0`.
///
/// ```
/// use avmarks_conformance::generated;
///
/// let cases = generated(7, 20);
/// assert_eq!((cases.len(), cases[0].id()), (20, "check/seed-7/0"));
/// assert_eq!(cases[..5], generated(7, 5));
/// ```
#[must_use]
pub fn generated(seed: u64, count: usize) -> Vec<Case> {
    (0..count).map(|number| one(seed, number)).collect()
}

fn one(seed: u64, number: usize) -> Case {
    const BYTES: usize = 96;
    let mut state = seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let bytes: Vec<u8> = (0..BYTES / 8).flat_map(|_| next(&mut state).to_le_bytes()).collect();
    let mut choices = Choices::new(&bytes);
    let (endpoint, body, defect, is_plain) = if choices.byte().is_multiple_of(3) {
        let valid = Valid::<Request>::generate(&mut choices);
        // A body with fields that no document names is valid as well, and no document says so.
        let plain = serde_json::from_slice::<Value>(&valid.message.to_json()).ok();
        let is_plain = plain == serde_json::from_slice(&valid.body).ok();
        (valid.context, valid.body.into_vec(), None, is_plain)
    } else {
        let invalid = Invalid::<Request>::generate(&mut choices);
        // Of half a surrogate pair and of a byte order mark, the grammar of JSON leaves open what a reader does.
        let is_plain = !matches!(invalid.defect, Defect::LoneSurrogate | Defect::ByteOrderMark);
        (invalid.context, invalid.body.into_vec(), Some(invalid.defect), is_plain)
    };
    of_body(format!("check/seed-{seed}/{number}"), endpoint, body, defect, is_plain)
}

fn of_body(id: String, endpoint: Endpoint, body: Vec<u8>, defect: Option<Defect>, is_plain: bool) -> Case {
    let (judged, gap) = verdict(endpoint, &body);
    let clause = judged.refusal.and_then(Refusal::clause);
    let level = match gap {
        Some(_) => Level::Gap,
        None if is_plain => Level::Must,
        None => Level::Should,
    };
    let command = endpoint.command();
    let description = match defect {
        None => format!("a valid body of `{command}` is accepted"),
        Some(defect) => format!("a body of `{command}` is refused: {defect}"),
    };
    let basis = Basis::of_verdict(clause, gap);
    Case { id, level, basis, description, question: Question::Check { endpoint, body }, expect: Expect::Judged(judged) }
}

/// The next number of SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
