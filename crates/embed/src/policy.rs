//! `policy`: the gaps, their readings, and those in force; and the readings that a request names.

use avmarks_rules::{PROFILES, Policy};
use avmarks_spec::{Excerpt, Gap};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::{ErrorKind, RequestError};
use crate::reply::json;
use crate::request::Request;
use crate::shape::{self, Text, listed};

/// The policy that a request names: the profile first, then the readings over it.
pub(crate) fn policy_of(value: Option<&RawValue>, over: Policy) -> Result<Policy, RequestError> {
    let mut policy = over;
    let Some(value) = value else { return Ok(policy) };
    let mut fields = shape::object(value.get())?;
    let mut text = |name: &str| -> Result<Option<(String, String)>, RequestError> {
        let pointer = format!("/policy/{name}");
        let Some(value) = shape::take(&mut fields, name, &pointer)? else { return Ok(None) };
        match serde_json::from_str(value.get()) {
            Ok(Text(text)) => Ok(Some((pointer, text.into_owned()))),
            Err(_) => {
                let message = format!("invalid value `{}`: expected a string", Excerpt(value.get()));
                Err(RequestError::new(ErrorKind::WrongType, Some(pointer), message))
            }
        }
    };
    if let Some((pointer, name)) = text("profile")? {
        policy = Policy::profile(&name).ok_or_else(|| {
            let known: Vec<_> = PROFILES.iter().map(|profile| profile.name).collect();
            RequestError::invalid(pointer, format!("invalid value `{}`: expected {}", Excerpt(&name), listed(&known)))
        })?;
    }
    for (gap, field) in Gap::choices() {
        if let Some((pointer, name)) = text(field)? {
            policy.set(gap, &name).map_err(|_| {
                let known: Vec<_> = gap.readings().iter().map(|reading| reading.name).collect();
                let message = format!("invalid value `{}`: expected {}", Excerpt(&name), listed(&known));
                RequestError::invalid(pointer, message)
            })?;
        }
    }
    match fields.names().next() {
        None => Ok(policy),
        Some(name) => {
            let known = ["profile"].into_iter().chain(Gap::choices().map(|(_, field)| field));
            Err(shape::unknown_field(name, "/policy", known))
        }
    }
}

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Overview {
    profiles: Vec<ProfileLine>,
    gaps: Vec<GapInForce>,
}

#[derive(Serialize)]
struct ProfileLine {
    name: &'static str,
    meaning: &'static str,
    in_force: bool,
}

#[derive(Serialize)]
struct GapInForce {
    id: &'static str,
    field: Option<&'static str>,
    question: &'static str,
    in_force: &'static str,
    default: &'static str,
    readings: Vec<ReadingLine>,
}

/// A reading of a gap.
#[derive(Serialize)]
pub(crate) struct ReadingLine {
    name: &'static str,
    meaning: &'static str,
}

/// The readings of a gap, the default first.
pub(crate) fn readings(gap: Gap) -> Vec<ReadingLine> {
    gap.readings().iter().map(|reading| ReadingLine { name: reading.name, meaning: reading.meaning }).collect()
}

pub(crate) fn policy(request: &Request<'_>) -> Result<String, RequestError> {
    let policy = policy_of(request.fields::<Asked<'_>>()?.policy, Policy::default())?;
    let profiles = PROFILES.iter().map(|profile| ProfileLine {
        name: profile.name,
        meaning: profile.meaning,
        in_force: (profile.policy)() == policy,
    });
    let gaps = Gap::ALL.iter().map(|gap| {
        let row = gap.row();
        let readings = readings(*gap);
        GapInForce {
            id: row.id,
            field: row.field,
            question: row.question,
            in_force: policy.reading(*gap),
            default: readings.first().map(|first| first.name).unwrap_or_default(),
            readings,
        }
    });
    json(&Overview { profiles: profiles.collect(), gaps: gaps.collect() })
}
