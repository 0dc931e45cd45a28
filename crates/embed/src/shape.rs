//! The possible fields of each request, as data, and the check of a request against them.
//!
//! The tables are in `verbs.rs`. The schema in `docs` is printed from them, so that it says what is checked here.

use std::borrow::Cow;
use std::fmt::Write as _;

use avmarks_protocol::internal::{DuplicateField, Fields};
use avmarks_spec::{Excerpt, Quoted, Timestamp};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use crate::error::{ErrorKind, RequestError};

/// A field of a request.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// What it means, with its unit and its default.
    #[cfg_attr(not(test), expect(dead_code, reason = "the schema has it"))]
    pub(crate) description: &'static str,
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A string that is never shown.
    Secret,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An integer from 0 to 2^64-1, as a number or as a string of its digits.
    Whole,
    /// Milliseconds since the Unix epoch, from 0 to 2^53-1, as a number or as a string of its digits.
    Time,
    /// An integer of 64 bits, as a number or as a string of its digits.
    Integer,
    /// `true` or `false`.
    Flag,
    /// Any JSON.
    Json,
    /// An object of readings, of which the policy has the fields.
    Policy,
    /// A list.
    List(&'static Kind),
    /// An object of these fields.
    Object(&'static [Field]),
}

impl Kind {
    /// What is expected, for messages.
    fn noun(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Text | Self::Secret => "a string",
            Self::OneOf(names) => return Cow::Owned(Quoted(names.iter()).to_string()),
            Self::Whole => "an integer from 0 to 18446744073709551615, or a string of its digits",
            Self::Time => "an integer of milliseconds since the Unix epoch, from 0 to 9007199254740991",
            Self::Integer => "an integer of 64 bits, or a string of its digits",
            Self::Flag => "`true` or `false`",
            Self::Json => "JSON",
            Self::Policy | Self::Object(_) => "an object",
            Self::List(_) => "a list",
        })
    }

    /// Looks whether a value is of this kind, down to its leaves; the first that is not is the error.
    pub(crate) fn check(&self, value: &RawValue, pointer: &mut String) -> Result<(), RequestError> {
        let text = value.get();
        let wrong = |kind, pointer: &str| {
            let message = match self {
                Self::Secret => format!("invalid value: expected {}", self.noun()),
                _ => format!("invalid value `{}`: expected {}", Excerpt(text), self.noun()),
            };
            Err(RequestError::new(kind, Some(pointer.to_owned()), message))
        };
        match (self, text.as_bytes().first()) {
            (Self::Text | Self::Secret, Some(b'"')) => match serde_json::from_str::<Text<'_>>(text) {
                Ok(_) => Ok(()),
                // Half of a surrogate pair, which no text can hold.
                Err(_) => wrong(ErrorKind::InvalidValue, pointer),
            },
            (Self::OneOf(names), Some(b'"')) => match serde_json::from_str::<Text<'_>>(text) {
                Ok(Text(found)) if names.contains(&&*found) => Ok(()),
                _ => wrong(ErrorKind::InvalidValue, pointer),
            },
            (Self::Whole, _) if is_integer(text) => match digits(text).parse::<u64>() {
                Ok(_) => Ok(()),
                Err(_) => wrong(ErrorKind::InvalidValue, pointer),
            },
            (Self::Time, _) if is_integer(text) => match digits(text).parse().map(Timestamp::new) {
                Ok(Ok(_)) => Ok(()),
                _ => wrong(ErrorKind::InvalidValue, pointer),
            },
            (Self::Integer, _) if is_integer(text) => match digits(text).parse::<i64>() {
                Ok(_) => Ok(()),
                Err(_) => wrong(ErrorKind::InvalidValue, pointer),
            },
            (Self::Flag, Some(b't' | b'f')) | (Self::Json, _) | (Self::Policy, Some(b'{')) => Ok(()),
            (Self::List(kind), Some(b'[')) => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
                items.iter().enumerate().try_for_each(|(at, item)| {
                    let length = pointer.len();
                    // Writing into a string does not fail.
                    let _ = write!(pointer, "/{at}");
                    kind.check(item, pointer)?;
                    pointer.truncate(length);
                    Ok(())
                })
            }
            (Self::Object(fields), Some(b'{')) => check(fields.iter(), object(text)?, pointer),
            _ => wrong(ErrorKind::WrongType, pointer),
        }
    }
}

/// The fields of a text.
pub(crate) fn object(text: &str) -> Result<Fields<'_>, RequestError> {
    serde_json::from_str(text).map_err(|error| match serde_json::from_str::<&RawValue>(text) {
        Ok(value) => {
            let message = format!("invalid value `{}`: expected an object", Excerpt(value.get()));
            RequestError::new(ErrorKind::NotJson, Some(String::new()), message)
        }
        Err(_) => not_json(&error),
    })
}

fn not_json(error: &serde_json::Error) -> RequestError {
    RequestError::new(ErrorKind::NotJson, None, format!("the request is not JSON: {error}"))
}

/// Looks whether an object has these fields and no others, each once.
pub(crate) fn check<'f>(
    fields: impl Iterator<Item = &'f Field> + Clone,
    mut found: Fields<'_>,
    pointer: &mut String,
) -> Result<(), RequestError> {
    // Checked first: a name that is not known may be a required one with a typing error.
    if let Some(name) = found.names().find(|name| fields.clone().all(|field| field.name != *name)) {
        return Err(unknown_field(name, pointer, fields.map(|field| field.name)));
    }
    let length = pointer.len();
    for Field { name, kind, required, .. } in fields {
        pointer.push('/');
        pointer.push_str(name);
        match take(&mut found, name, pointer)? {
            Some(value) => kind.check(value, pointer)?,
            None if *required => {
                let message = format!("`{name}` is missing: expected {}", kind.noun());
                return Err(RequestError::new(ErrorKind::MissingField, Some(pointer.clone()), message));
            }
            None => {}
        }
        pointer.truncate(length);
    }
    Ok(())
}

/// Takes a field out of an object.
pub(crate) fn take<'a>(
    found: &mut Fields<'a>,
    name: &str,
    pointer: &str,
) -> Result<Option<&'a RawValue>, RequestError> {
    found.take(name).map_err(|DuplicateField| {
        let message = format!("`{name}` is there more than once: expected one");
        RequestError::new(ErrorKind::DuplicateField, Some(pointer.to_owned()), message)
    })
}

/// That an object at `pointer` has a field that it should not.
pub(crate) fn unknown_field<'n>(
    name: &str,
    pointer: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> RequestError {
    let message = format!("`{}` is not a field here: expected {}", Excerpt(name), Quoted(known));
    let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    RequestError::new(ErrorKind::UnknownField, Some(pointer), message)
}

/// Whether the JSON is an integer, or a string of one: digits, with a minus in front or without.
fn is_integer(text: &str) -> bool {
    let digits = digits(text);
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The text without the quotation marks around it.
fn digits(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// A string, borrowed if it has no escapes.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// An integer, as a number or as a string of its digits: [`Kind::Whole`] and [`Kind::Integer`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number<N>(pub(crate) N);

impl<'de, N: std::str::FromStr> Deserialize<'de> for Number<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&RawValue>::deserialize(deserializer)?;
        digits(value.get()).parse().map(Self).map_err(|_| serde::de::Error::custom("an integer"))
    }
}
