//! The verdict on a body, and the gap that it depends on.

use avmarks_protocol::Endpoint;
use avmarks_rules::{Policy, Refusal, Terms};
use avmarks_service::preflight;
use avmarks_spec::Gap;
use serde_json::Value;

use crate::case::Judged;

/// The verdict of the documents on a body, as far as it shows by itself; and the gap that leaves it open, if one does.
pub(crate) fn verdict(endpoint: Endpoint, body: &[u8]) -> (Judged, Option<Gap>) {
    let found = preflight(endpoint, body, &Terms::default());
    match found.first() {
        None => (judged(None, None), differing(endpoint, body, true)),
        Some(first) => {
            let pointer = first.pointer();
            let gap = single_reading(endpoint, first.refusal, pointer.as_deref(), body);
            (judged(Some(first.refusal), pointer), gap.or_else(|| differing(endpoint, body, false)))
        }
    }
}

/// The verdict, with the code if it is the same under every reading of the gaps.
pub(crate) fn judged(refusal: Option<Refusal>, pointer: Option<String>) -> Judged {
    let code = |policy: &Policy| refusal.map(|refusal| i64::from(refusal.code(policy)));
    let default = code(&Policy::default());
    let is_open = policies().any(|(_, policy)| code(&policy) != default);
    Judged { refusal, code: default.filter(|_| !is_open), pointer: pointer.filter(|_| refusal.is_some()) }
}

/// Every policy that reads one gap in another way than the default.
fn policies() -> impl Iterator<Item = (Gap, Policy)> {
    let readings = Gap::choices().flat_map(|(gap, _)| gap.readings().iter().map(move |reading| (gap, reading.name)));
    readings.filter_map(|(gap, reading)| {
        let mut policy = Policy::default();
        policy.set(gap, reading).ok().map(|()| (gap, policy))
    })
}

/// The gap under another reading of which the body is refused instead of accepted, or accepted instead of refused.
fn differing(endpoint: Endpoint, body: &[u8], accepted: bool) -> Option<Gap> {
    let differs = |policy: &Policy| {
        preflight(endpoint, body, &Terms { policy: *policy, ..Terms::default() }).is_empty() != accepted
    };
    policies().find(|(_, policy)| differs(policy)).map(|(gap, _)| gap)
}

/// The gap with one reading that a refusal rests on.
fn single_reading(endpoint: Endpoint, refusal: Refusal, pointer: Option<&str>, body: &[u8]) -> Option<Gap> {
    let value = || serde_json::from_slice::<Value>(body).ok()?.pointer(pointer?).cloned();
    match refusal {
        Refusal::DuplicateField => Some(Gap::DuplicateField),
        Refusal::GroupId => value().is_none_or(|group| group != "").then_some(Gap::GroupId),
        Refusal::MarkRange => value()
            .and_then(|mark| mark.as_f64())
            .is_some_and(|mark| mark > f64::from(u32::MAX))
            .then_some(Gap::MarkMax),
        Refusal::AccountsMax => match endpoint {
            Endpoint::AddRobots | Endpoint::DelRobots => Some(Gap::RobotsMax),
            Endpoint::CheckMembers => Some(Gap::CheckMax),
            Endpoint::ModifyAdmin => Some(Gap::AdminsMax),
            _ => None,
        },
        _ => None,
    }
}
