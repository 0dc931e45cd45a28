//! A request, read strictly: JSON of the version that is spoken here, a question that is known, its fields and no others.

use avmarks_protocol::internal::Fields;
use avmarks_spec::{Excerpt, Quoted};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::VERSION;
use crate::error::{ErrorKind, RequestError};
use crate::shape::{self, Field, Kind, Text};
use crate::verbs::{CALLS, JOB, OPENS, SESSION, Verb};

/// A request whose fields are those of its question, each of its kind.
pub(crate) struct Request<'a> {
    pub(crate) verb: &'static Verb,
    text: &'a str,
    pub(crate) body: &'a [u8],
}

/// The fields that every request has.
pub(crate) const HEAD: &[Field] = &[
    Field { name: "v", kind: Kind::Whole, required: true, description: "The version of the request: 1." },
    Field { name: "do", kind: Kind::Text, required: true, description: "The operation." },
];

impl<'a> Request<'a> {
    /// The request of these bytes, if it asks one of `verbs`.
    pub(crate) fn parse(request: &'a [u8], body: &'a [u8], verbs: &'static [Verb]) -> Result<Self, RequestError> {
        let text = std::str::from_utf8(request).map_err(|error| {
            let message = format!("the request is not UTF-8: invalid at byte {}", error.valid_up_to());
            RequestError::new(ErrorKind::NotJson, None, message)
        })?;
        if text.trim_ascii().is_empty() {
            let message = "the request is empty: expected a JSON object";
            return Err(RequestError::new(ErrorKind::NotJson, None, message));
        }
        let mut head = shape::object(text)?;
        let version = required(&mut head, "v", &Kind::Whole)?;
        if version.get() != "1" {
            let message = format!("invalid value `{}`: expected {VERSION}", Excerpt(version.get()));
            return Err(RequestError::new(ErrorKind::Version, Some("/v".to_owned()), message));
        }
        let asked = required(&mut head, "do", &Kind::Text)?;
        let Text(name) =
            serde_json::from_str(asked.get()).map_err(|_| RequestError::invalid("/do", "expected a string"))?;
        let verb = verbs.iter().find(|verb| verb.name == name).ok_or_else(|| {
            let known = Quoted(verbs.iter().map(|verb| verb.name));
            let message = format!("invalid value `{}`: expected {known}{}", Excerpt(&name), other_use(&name));
            RequestError::new(ErrorKind::UnknownVerb, Some("/do".to_owned()), message)
        })?;
        shape::check(HEAD.iter().chain(verb.fields), shape::object(text)?, &mut String::new())?;
        if verb.body.is_none() && !body.is_empty() {
            let message = format!("invalid body of length `{}`: expected no body with `{name}`", body.len());
            return Err(RequestError::body(message));
        }
        Ok(Self { verb, text, body })
    }

    /// The fields as values. That they can be read was checked before.
    pub(crate) fn fields<T: Deserialize<'a>>(&self) -> Result<T, RequestError> {
        serde_json::from_str(self.text).map_err(|error| {
            debug_assert!(false, "the table of `{}` lets through what cannot be read: {error}", self.verb.name);
            RequestError::new(ErrorKind::WrongType, None, format!("the request cannot be read: {error}"))
        })
    }
}

/// Where a name is known that is not known here.
fn other_use(name: &str) -> &'static str {
    let has = |verbs: &[Verb]| verbs.iter().any(|verb| verb.name == name);
    if has(OPENS) {
        "; it opens a session or job, by the function that opens one"
    } else if has(SESSION) {
        "; it is a request to an open session"
    } else if has(JOB) {
        "; it is a request to an open job"
    } else if has(CALLS) {
        "; it is a request without a session or job"
    } else {
        ""
    }
}

/// Takes a field of the head out.
fn required<'a>(head: &mut Fields<'a>, name: &str, kind: &Kind) -> Result<&'a RawValue, RequestError> {
    let mut pointer = format!("/{name}");
    let Some(value) = shape::take(head, name, &pointer)? else {
        let message = format!("`{name}` is missing: expected it in every request");
        return Err(RequestError::new(ErrorKind::MissingField, Some(pointer), message));
    };
    kind.check(value, &mut pointer)?;
    Ok(value)
}
