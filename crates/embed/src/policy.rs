//! `policy`: the gaps, their readings, and those in force; and the readings that a request names.

use avmarks_rules::{PROFILES, Policy};
use avmarks_spec::{Excerpt, Gap, Quoted};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::{ErrorKind, RequestError};
use crate::reply::json;
use crate::request::Request;
use crate::shape::{self, Text};

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
            let known = Quoted(PROFILES.iter().map(|profile| profile.name));
            RequestError::invalid(pointer, format!("invalid value `{}`: expected {known}", Excerpt(&name)))
        })?;
    }
    for (gap, field) in Gap::choices() {
        if let Some((pointer, name)) = text(field)? {
            policy.set(gap, &name).map_err(|_| {
                let known = Quoted(gap.readings().iter().map(|reading| reading.name));
                RequestError::invalid(pointer, format!("invalid value `{}`: expected {known}", Excerpt(&name)))
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
struct Fields<'a> {
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
}

/// The profiles, and the gaps with their readings.
#[derive(Serialize)]
pub struct Overview {
    pub profiles: Vec<ProfileLine>,
    pub gaps: Vec<GapInForce>,
}

#[derive(Serialize)]
pub struct ProfileLine {
    pub name: &'static str,
    pub meaning: &'static str,
    pub in_force: bool,
}

#[derive(Serialize)]
pub struct GapInForce {
    pub id: &'static str,
    pub field: Option<&'static str>,
    pub question: &'static str,
    pub in_force: &'static str,
    pub default: &'static str,
    pub readings: Vec<ReadingLine>,
}

/// A reading of a gap.
#[derive(Serialize)]
pub struct ReadingLine {
    pub name: &'static str,
    pub meaning: &'static str,
}

/// The readings of a gap, the default first.
pub(crate) fn readings(gap: Gap) -> Vec<ReadingLine> {
    gap.readings().iter().map(|reading| ReadingLine { name: reading.name, meaning: reading.meaning }).collect()
}

pub(crate) fn policy(request: &Request<'_>) -> Result<String, RequestError> {
    json(&Overview::new(&policy_of(request.fields::<Fields<'_>>()?.policy, Policy::default())?))
}

impl Overview {
    /// The profiles and gaps, with what is in force under a policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let profiles = PROFILES.iter().map(|profile| ProfileLine {
            name: profile.name,
            meaning: profile.meaning,
            in_force: (profile.policy)() == *policy,
        });
        let gaps = Gap::ALL.iter().map(|gap| {
            let readings = readings(*gap);
            GapInForce {
                id: gap.id(),
                field: gap.field(),
                question: gap.question(),
                in_force: policy.reading(*gap),
                default: readings.first().map(|first| first.name).unwrap_or_default(),
                readings,
            }
        });
        Self { profiles: profiles.collect(), gaps: gaps.collect() }
    }
}
