//! `check`: everything that is wrong with a body by itself; and the same form for a dry run.

use std::borrow::Cow;

use avmarks_protocol::Endpoint;
use avmarks_protocol::internal::without_trailing_commas;
use avmarks_rules::{Omission, Policy, Reason, Terms};
use avmarks_service::{App, DryRun, Note, Request as Call, RequestBody, Violation, notes, preflight};
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Gap, Limits, Timestamp};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize as DeriveSerialize};
use serde_json::value::RawValue;

use crate::error::RequestError;
use crate::policy::policy_of;
use crate::reply::{Json, json};
use crate::request::Request;

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    endpoint: Cow<'a, str>,
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
    #[serde(borrow, default)]
    want: Vec<Cow<'a, str>>,
}

/// The call of this command. That there is one was checked before.
pub(crate) fn endpoint(command: &str) -> Result<Endpoint, RequestError> {
    let found = Endpoint::ALL.iter().copied().find(|endpoint| endpoint.command() == command);
    found.ok_or_else(|| RequestError::invalid("/endpoint", "expected the name of a call"))
}

/// What came out. What was not wanted is left out.
#[derive(DeriveSerialize)]
pub struct Checked {
    pub accepted: bool,
    pub violations: Vec<Violation>,
    /// What the service would answer; null if a body without violations was checked by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Option<Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omitted: Option<Vec<OmittedMark>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<Vec<Note>>,
}

/// A mark that is left out.
pub struct OmittedMark(pub Omission);

impl Serialize for OmittedMark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("OmittedMark", 3)?;
        fields.serialize_field("account", self.0.account.as_str())?;
        fields.serialize_field("mark", &self.0.mark.number())?;
        fields.serialize_field("because", self.0.because.id())?;
        fields.end()
    }
}

pub(crate) fn check(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: Fields<'_> = request.fields()?;
    let policy = policy_of(asked.policy, Policy::default())?;
    let wants = |name: &str| asked.want.iter().any(|wanted| wanted == name);
    json(&Checked::alone(endpoint(&asked.endpoint)?, RequestBody::Bytes(request.body), &policy, wants))
}

impl Checked {
    /// The checks of a body by itself.
    pub fn alone(endpoint: Endpoint, body: RequestBody<'_>, policy: &Policy, wants: impl Fn(&str) -> bool) -> Self {
        let terms = Terms { policy: *policy, ..Terms::default() };
        let (violations, body) = match read(body, &terms.limits) {
            Some(body) => (preflight(endpoint, body, &terms), body),
            None => (body.too_long(&terms).into_iter().collect(), &b""[..]),
        };
        let refused = |first: &Violation| Endpoint::refused_answer(Some(endpoint), first.code, first.message.as_str());
        Self {
            accepted: violations.is_empty(),
            answer: wants("answer").then(|| violations.first().map(refused).map(Json)),
            because: wants("because").then(|| because(&violations, policy, body)),
            omitted: wants("omitted").then(Vec::new),
            notes: wants("notes").then(|| notes(endpoint, body, policy)),
            violations,
        }
    }

    /// The checks of a call with the groups of an app.
    pub fn dry_run(
        app: &App,
        endpoint: Endpoint,
        call: &Call<'_>,
        at: Timestamp,
        wants: impl Fn(&str) -> bool,
    ) -> Self {
        let DryRun { violations, answer, .. } = app.dry_run(call, at);
        let terms = &app.settings().terms;
        let notes = || read(call.body, &terms.limits).map(|body| notes(endpoint, body, &terms.policy));
        Self {
            accepted: violations.is_empty(),
            violations,
            answer: wants("answer").then_some(Some(Json(answer.body))),
            because: wants("because").then(|| ids(&answer.because)),
            omitted: wants("omitted").then(|| answer.omitted.into_iter().map(OmittedMark).collect()),
            notes: wants("notes").then(|| notes().unwrap_or_default()),
        }
    }
}

/// The ids of reasons.
pub(crate) fn ids(reasons: &[Reason]) -> Vec<&'static str> {
    reasons.iter().copied().map(Reason::id).collect()
}

/// The bytes of a body; none if it is too long to be read.
fn read<'a>(body: RequestBody<'a>, limits: &Limits) -> Option<&'a [u8]> {
    match body {
        RequestBody::Bytes(bytes) => Some(bytes).filter(|bytes| bytes.len() <= limits.body_bytes_max),
        RequestBody::TooLong(_) => None,
    }
}

/// What the answer rests on, the deciding clause or gap first.
fn because(violations: &[Violation], policy: &Policy, body: &[u8]) -> Vec<&'static str> {
    let mut because = violations.first().map(|first| ids(&first.because)).unwrap_or_default();
    because.extend(Violation::by_precedence(violations).then_some(Gap::Precedence.id()));
    let has_trailing_comma = || std::str::from_utf8(body).is_ok_and(|text| without_trailing_commas(text) != text);
    let gap = Gap::TrailingComma.id();
    if policy.trailing_comma == TrailingComma::Accept && !because.contains(&gap) && has_trailing_comma() {
        because.push(gap);
    }
    because
}
