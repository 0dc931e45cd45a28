//! JSON as the documents need it: the value of each field, its position, and whether it is duplicated.
//!
//! serde_json reads the text; this module keeps what its values lose: the order of fields, repetitions, and the digits
//! of a number, which distinguishes an integer of any size from `1000.0`.

mod error;

use core::fmt;
use std::borrow::Cow;

use avmarks_spec::{Excerpt, OneLine};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::body_path::BodyPath;
use crate::encoding::Encoding;
use crate::extra::Extra;
use crate::integer::Integer;
use crate::short_text::ShortText;
use crate::surrogate::has_lone_surrogate;
use crate::trailing_comma::{trailing_commas, without_trailing_commas};

pub use error::{BodyError, FieldError, RequestError};
pub(crate) use error::{FieldProblem, JsonType};

/// The text of a body.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, BodyError> {
    core::str::from_utf8(bytes).map_err(|error| BodyError::not_utf8(bytes, error.valid_up_to()))
}

/// The error of a text that serde_json could not read as an object.
fn body_error(text: &str, error: &serde_json::Error) -> BodyError {
    if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
        return BodyError::Empty;
    }
    if text.starts_with('\u{feff}') {
        // Whoever reads this may have received the body, and cannot save it without one.
        return BodyError::NotJson {
            what: "it begins with a byte order mark, which its sender must leave out".to_owned(),
        };
    }
    // Without a byte order mark, ASCII in UTF-16 is UTF-8 as well.
    if let Some(encoding @ Encoding::Utf16) = Encoding::of(text.as_bytes()) {
        return BodyError::Encoded { encoding: encoding.name() };
    }
    let error = match serde_json::from_str::<&RawValue>(text) {
        Ok(value) if json_type(value) != JsonType::Object => {
            return BodyError::NotObject { found: json_type(value).name() };
        }
        Ok(_) => error.to_string(),
        // What is wrong with the text as such, and not that it is not an object.
        Err(error) => error.to_string(),
    };
    if let Some(comma) = trailing_commas(text).first()
        && serde_json::from_str::<Fields<'_>>(&without_trailing_commas(text)).is_ok()
    {
        let (line, column) = line_and_column(text, *comma);
        return BodyError::TrailingComma { line, column };
    }
    if let Some(comment) = comment(text) {
        let (line, column) = line_and_column(text, comment);
        return BodyError::Comment { line, column };
    }
    BodyError::NotJson { what: OneLine(&error).to_string() }
}

/// The line and the column of a byte, from 1.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, at - line_start + 1)
}

/// Where the first comment (`//` or `/*`) begins, outside of strings.
fn comment(text: &str) -> Option<usize> {
    let (mut is_in_string, mut is_escaped, mut is_after_slash) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if is_in_string {
            is_in_string = byte != b'"' || is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            continue;
        }
        if is_after_slash && matches!(byte, b'/' | b'*') {
            return Some(at - 1);
        }
        is_in_string = byte == b'"';
        is_after_slash = byte == b'/';
    }
    None
}

/// The type of a value.
pub(crate) fn json_type(value: &RawValue) -> JsonType {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => JsonType::Object,
        Some(b'[') => JsonType::Array,
        Some(b'"') => JsonType::Text,
        Some(b't' | b'f') => JsonType::Bool,
        Some(b'n') => JsonType::Null,
        _ if text.contains(['.', 'e', 'E']) => JsonType::Fraction,
        _ => JsonType::Integer,
    }
}

/// The fields of a JSON object, in order, repetitions and all: what serde's own maps and structs forget or forbid.
///
/// ```
/// use avmarks_protocol::internal::Fields;
///
/// let mut fields: Fields<'_> = serde_json::from_str(r#"{"at":5,"do":"tick","at":6,"more":[1]}"#).unwrap();
/// assert!(fields.take("at").is_err(), "it is there twice");
/// assert_eq!(fields.take("do").unwrap().unwrap().get(), r#""tick""#);
/// assert!(fields.take("do").unwrap().is_none());
/// assert_eq!(fields.names().collect::<Vec<_>>(), ["more"]);
/// ```
#[derive(Clone, Debug)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// A field that is duplicated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateField;

impl<'a> Fields<'a> {
    /// The fields of the object that a whole body is.
    ///
    /// # Errors
    ///
    /// [`BodyError`] if the text is not a JSON object.
    pub fn parse(body: &'a str) -> Result<Self, BodyError> {
        serde_json::from_str(body).map_err(|error| body_error(body, &error))
    }

    /// Takes a field out, with its value as it was written; none if it is not there.
    ///
    /// # Errors
    ///
    /// [`DuplicateField`] if there is more than one field with that name; all of them are removed then.
    pub fn take(&mut self, name: &str) -> Result<Option<&'a RawValue>, DuplicateField> {
        let Some(at) = self.0.iter().position(|(field, _)| field == name) else { return Ok(None) };
        let (_, value) = self.0.remove(at);
        let others = self.0.len();
        self.0.retain(|(field, _)| field != name);
        if self.0.len() == others { Ok(Some(value)) } else { Err(DuplicateField) }
    }

    /// The names of what has not been taken.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &**name)
    }

    fn at(&mut self, path: BodyPath) -> Result<Option<&'a RawValue>, FieldError> {
        self.take(path.field()).map_err(|DuplicateField| FieldError { path, problem: FieldProblem::DuplicateField })
    }

    /// Takes the field at `path` out, read by `read`; an error if it is not there.
    pub(crate) fn require<T>(&mut self, path: BodyPath, read: Read<'a, T>) -> Result<T, ValueError> {
        match self.at(path)? {
            Some(value) => read(path, value),
            None => Err(FieldError { path, problem: FieldProblem::Missing }.into()),
        }
    }

    /// Takes the field at `path` out, read by `read`, if it is there.
    pub(crate) fn optional<T>(&mut self, path: BodyPath, read: Read<'a, T>) -> Result<Option<T>, ValueError> {
        self.at(path)?.map(|value| read(path, value)).transpose()
    }

    /// Takes the field at `path` out, read by `read`, if it is there and not `null`: who answers may write `null` for
    /// what it leaves out.
    pub(crate) fn optional_nullable<T>(&mut self, path: BodyPath, read: Read<'a, T>) -> Result<Option<T>, ValueError> {
        let value = self.at(path)?.filter(|value| json_type(value) != JsonType::Null);
        value.map(|value| read(path, value)).transpose()
    }

    /// Takes the field at `path` out, read by `read`, if it is there once and `read` can read it. Otherwise the field stays
    /// where it is, so that it ends among the unknown ones and is written back as it came: no page names these fields, and a
    /// caller needs none of them.
    pub(crate) fn undocumented<T>(
        &mut self,
        path: BodyPath,
        read: impl FnOnce(BodyPath, &'a RawValue) -> Option<T>,
    ) -> Option<T> {
        let mut found = self.0.iter().enumerate().filter(|(_, (field, _))| field == path.field());
        let (at, (_, value)) = found.next()?;
        if found.next().is_some() {
            return None;
        }
        let value = read(path, value)?;
        self.0.remove(at);
        Some(value)
    }

    /// What has not been taken, to be written back as it came.
    pub(crate) fn rest(self) -> Extra {
        Extra::of(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(4);
                while let Some(Text(name)) = map.next_key()? {
                    fields.push((name, map.next_value()?));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A string, borrowed if it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The error of a value that does not fit its field: its type, or that it is not JSON after all (a lone surrogate, which the
/// grammar allows, but no text can contain).
pub(crate) enum ValueError {
    Field(FieldError),
    Body(BodyError),
}

impl From<FieldError> for ValueError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

/// The error of a text that contains the escape of half a surrogate pair.
fn half_a_pair(path: BodyPath) -> String {
    format!("in `{path}`: half of a surrogate pair, which no text can hold")
}

fn wrong_type(path: BodyPath, wanted: JsonType, value: &RawValue) -> ValueError {
    // A text that no string can hold is not JSON, whatever the field should be.
    if has_lone_surrogate(value.get()) {
        return ValueError::Body(BodyError::NotJson { what: half_a_pair(path) });
    }
    // A short value with nothing to escape is its own excerpt.
    let is_plain = value.get().len() <= 22 && value.get().bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let text = if is_plain { value.get().into() } else { ShortText::from(&*Excerpt(value.get()).to_string()) };
    FieldError { path, problem: FieldProblem::Type { wanted, found: json_type(value), text } }.into()
}

fn read<'a, T: Deserialize<'a>>(path: BodyPath, wanted: JsonType, value: &'a RawValue) -> Result<T, ValueError> {
    if json_type(value) != wanted {
        return Err(wrong_type(path, wanted, value));
    }
    serde_json::from_str(value.get()).map_err(|error| {
        let half = has_lone_surrogate(value.get());
        let what = if half { half_a_pair(path) } else { format!("in `{path}`: {error}") };
        ValueError::Body(BodyError::NotJson { what })
    })
}

/// Reads the value at a path.
pub(crate) type Read<'a, T> = fn(BodyPath, &'a RawValue) -> Result<T, ValueError>;

/// The string that must be at `path`.
pub(crate) fn string(path: BodyPath, value: &RawValue) -> Result<Cow<'_, str>, ValueError> {
    read::<Text<'_>>(path, JsonType::Text, value).map(|text| text.0)
}

/// The integer that must be at `path`.
pub(crate) fn integer(path: BodyPath, value: &RawValue) -> Result<Integer<'_>, ValueError> {
    match json_type(value) {
        JsonType::Integer => Ok(Integer::from_json(value.get())),
        _ => Err(wrong_type(path, JsonType::Integer, value)),
    }
}

/// The values of the array that must be at `path`.
pub(crate) fn array(path: BodyPath, value: &RawValue) -> Result<Vec<&RawValue>, ValueError> {
    read(path, JsonType::Array, value)
}

/// The fields of the object that must be at `path`.
pub(crate) fn fields(path: BodyPath, value: &RawValue) -> Result<Fields<'_>, ValueError> {
    read(path, JsonType::Object, value)
}

/// Collects the errors of fields.
#[derive(Default)]
pub(crate) struct FieldErrors(pub(crate) Vec<FieldError>);

impl FieldErrors {
    /// The value that was read, or `None` after recording an error. Invalid JSON ends the reading.
    pub(crate) fn keep<T>(&mut self, read: Result<T, ValueError>) -> Result<Option<T>, BodyError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(ValueError::Field(error)) => {
                self.0.push(error);
                Ok(None)
            }
            Err(ValueError::Body(error)) => Err(error),
        }
    }

    /// Reads the items of the list that must be at `list`. `item` returns the path of an item for its index, and `read` reads the
    /// item. An item that could not be read is `None`. The collection is empty if there is no list.
    pub(crate) fn list<'a, T, L: FromIterator<Option<T>>>(
        &mut self,
        fields: &mut Fields<'a>,
        list: BodyPath,
        item: impl Fn(usize) -> BodyPath,
        read: Read<'a, T>,
    ) -> Result<Option<L>, BodyError> {
        let Some(values) = self.keep(fields.require(list, array))? else { return Ok(None) };
        values
            .into_iter()
            .enumerate()
            .map(|(at, value)| self.keep(read(item(at), value)))
            .collect::<Result<_, _>>()
            .map(Some)
    }
}

#[cfg(test)]
mod tests;
