//! `check`: everything that is wrong with a body, as far as it shows by itself; and the same shape for a dry run.

use std::borrow::Cow;

use avmarks_protocol::Endpoint;
use avmarks_protocol::internal::without_trailing_commas;
use avmarks_rules::{Omission, Policy, Reason};
use avmarks_service::{App, Note, Settings, Violation, notes, preflight};
use avmarks_spec::readings::TrailingComma;
use avmarks_spec::{Gap, Limits, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::RequestError;
use crate::policy::policy_of;
use crate::reply::{json, raw};
use crate::request::Request;

#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    endpoint: Cow<'a, str>,
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
    #[serde(borrow, default)]
    want: Vec<Cow<'a, str>>,
}

/// The call of this command. That there is one was looked at before.
pub(crate) fn endpoint(command: &str) -> Result<Endpoint, RequestError> {
    let found = Endpoint::ALL.iter().copied().find(|endpoint| endpoint.command() == command);
    found.ok_or_else(|| RequestError::invalid("/endpoint", "expected the name of a call"))
}

/// What came out. What was not wanted is not there.
#[derive(Serialize)]
pub(crate) struct Checked<'a> {
    pub(crate) accepted: bool,
    pub(crate) violations: &'a [Violation],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Option<&'a RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) because: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) omitted: Option<Vec<OmittedMark<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notes: Option<Vec<Note>>,
}

/// A mark that is left out.
#[derive(Serialize)]
pub(crate) struct OmittedMark<'a> {
    account: &'a str,
    mark: u32,
    because: &'static str,
}

impl<'a> From<&'a Omission> for OmittedMark<'a> {
    fn from(omission: &'a Omission) -> Self {
        Self { account: omission.account.as_str(), mark: omission.mark.number(), because: omission.because.id() }
    }
}

pub(crate) fn check(request: &Request<'_>) -> Result<String, RequestError> {
    let asked: Asked<'_> = request.fields()?;
    let endpoint = endpoint(&asked.endpoint)?;
    let policy = policy_of(asked.policy, Policy::default())?;
    let wants = |name: &str| asked.want.iter().any(|wanted| wanted == name);
    let (body, limits) = (request.body, Limits::DOCUMENTED);
    let violations = match body.len() > limits.body_bytes_max {
        true => too_long(endpoint, body, policy),
        false => preflight(endpoint, body, &policy, &limits),
    };
    let first = violations.first();
    let answer = first.map(|first| Endpoint::refused_answer(Some(endpoint), first.code, first.message.as_str()));
    json(&Checked {
        accepted: violations.is_empty(),
        violations: &violations,
        answer: if wants("answer") { Some(answer.as_deref().map(raw).transpose()?) } else { None },
        because: wants("because").then(|| because(&violations, &policy, body)),
        omitted: None,
        notes: wants("notes")
            .then(|| if body.len() > limits.body_bytes_max { Vec::new() } else { notes(endpoint, body, &policy) }),
    })
}

/// What is wrong with a body that is too long to be read, in the words of the service.
fn too_long(endpoint: Endpoint, body: &[u8], policy: Policy) -> Vec<Violation> {
    let mut settings = Settings::default();
    settings.terms.policy = policy;
    let call = avmarks_service::Request::trusted("administrator", endpoint.path(), body);
    App::new(settings).dry_run(&call, Timestamp::EPOCH).violations
}

/// What the answer rests on, the deciding clause or gap first.
fn because(violations: &[Violation], policy: &Policy, body: &[u8]) -> Vec<&'static str> {
    let first = violations.first().into_iter().flat_map(|first| &first.because);
    let mut because: Vec<_> = first.copied().map(Reason::id).collect();
    because.extend(Violation::by_precedence(violations).then_some(Gap::Precedence.id()));
    let has_trailing_comma = || std::str::from_utf8(body).is_ok_and(|text| without_trailing_commas(text) != text);
    let gap = Gap::TrailingComma.id();
    if policy.trailing_comma == TrailingComma::Accept && !because.contains(&gap) && has_trailing_comma() {
        because.push(gap);
    }
    because
}
