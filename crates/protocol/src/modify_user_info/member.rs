//! The entries of a request.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::body_path::BodyPath;
use crate::integer::Integer;
use crate::json::{self, BodyError, FieldErrors};

use super::marks::Marks;

/// An entry of a request's `MemberList`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Member<'a> {
    /// `Member_Account`.
    #[serde(rename = "Member_Account")]
    pub account: Cow<'a, str>,
    /// `Marks`.
    #[serde(rename = "Marks")]
    pub marks: Marks<Integer<'a>>,
}

/// An entry of a [`Draft`](super::Draft).
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftMember<'a> {
    /// `Member_Account`, if it is there once and a string.
    pub account: Option<Cow<'a, str>>,
    /// `Marks`, if it is there once and an array; none for each mark that is not an integer.
    pub marks: Option<Marks<Option<Integer<'a>>>>,
}

impl<'a> DraftMember<'a> {
    pub(super) fn parse(at: usize, entry: &'a RawValue, errors: &mut FieldErrors) -> Result<Self, BodyError> {
        let Some(mut fields) = errors.keep(json::fields(BodyPath::Entry(at), entry))? else {
            return Ok(Self::default());
        };
        let account = errors.keep(fields.require(BodyPath::Account(at), json::string))?;
        let marks = errors.list(&mut fields, BodyPath::Marks(at), |mark| BodyPath::Mark(at, mark), json::integer)?;
        Ok(Self { account, marks })
    }
}
