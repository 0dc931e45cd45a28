//! What these calls are asked.

use std::borrow::Cow;

use avmarks_protocol::internal::{Fields, without_trailing_commas};
use avmarks_protocol::{BodyError, ErrorCode};
use avmarks_rules::Policy;
use avmarks_spec::Excerpt;
use avmarks_spec::readings::TrailingComma;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// Bytes of a text that is kept with a group. The documents give several numbers for each, all smaller.
const TEXT_BYTES_MAX: usize = 1_024;

/// Why a call is refused.
#[derive(Clone)]
pub(super) struct Refused {
    pub(super) code: ErrorCode,
    pub(super) info: String,
}

impl Refused {
    pub(super) fn new(code: i64, info: impl Into<String>) -> Self {
        Self { code: ErrorCode::new(code), info: info.into() }
    }

    /// 10004: a parameter is invalid.
    pub(super) fn invalid(info: impl Into<String>) -> Self {
        Self::new(10_004, info)
    }

    /// 60003: the body is no JSON.
    pub(super) fn no_json(fault: &BodyError) -> Self {
        Self::new(60_003, fault.to_string())
    }
}

/// The text of a body, as the policy reads it.
pub(super) fn text<'a>(body: &'a [u8], policy: &Policy) -> Result<Cow<'a, str>, Refused> {
    let text = std::str::from_utf8(body);
    let text = text.map_err(|fault| Refused::no_json(&BodyError::NotUtf8 { at: fault.valid_up_to() }))?;
    Ok(match policy.trailing_comma {
        TrailingComma::Accept => without_trailing_commas(text),
        _ => Cow::Borrowed(text),
    })
}

/// The fields of an object, each of which can be taken once.
pub(super) struct Body<'a>(Fields<'a>);

impl<'a> Body<'a> {
    /// The fields of a whole body.
    pub(super) fn parse(text: &'a str) -> Result<Self, Refused> {
        Fields::parse(text).map(Self).map_err(|fault| Refused::no_json(&fault))
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Refused> {
        let Some(text) = self.take::<String>(name, "a string")? else { return Ok(None) };
        if text.len() > TEXT_BYTES_MAX {
            let info = format!("`{name}` has {} bytes; the emulator keeps at most {TEXT_BYTES_MAX}", text.len());
            return Err(Refused::invalid(info));
        }
        Ok(Some(text))
    }

    pub(super) fn required_text(&mut self, name: &'static str) -> Result<String, Refused> {
        match self.text(name)? {
            Some(text) if text.is_empty() => Err(Refused::invalid(format!("`{name}` is empty"))),
            Some(text) => Ok(text),
            None => Err(missing(name)),
        }
    }

    pub(super) fn array(&mut self, name: &'static str) -> Result<Option<Vec<&'a RawValue>>, Refused> {
        self.take(name, "an array")
    }

    pub(super) fn required_texts(&mut self, name: &'static str) -> Result<Vec<String>, Refused> {
        self.take(name, "an array of strings")?.ok_or_else(|| missing(name))
    }

    /// The fields that `ResponseFilter.GroupBaseInfoFilter` asks for; all where there is none.
    pub(super) fn base_info_filter(&mut self) -> Result<Option<Vec<String>>, Refused> {
        let Some(filter) = self.take::<Fields<'a>>("ResponseFilter", "an object")? else { return Ok(None) };
        Body(filter).take("GroupBaseInfoFilter", "an array of strings")
    }

    fn take<T: Deserialize<'a>>(&mut self, name: &'static str, wanted: &str) -> Result<Option<T>, Refused> {
        let twice = |_| Refused::invalid(format!("`{name}` is there more than once; send it once"));
        let Some(value) = self.0.take(name).map_err(twice)? else { return Ok(None) };
        serde_json::from_str(value.get()).map(Some).map_err(|fault| match fault.classify() {
            // A lone surrogate: the grammar lets it through, and no text can hold it.
            Category::Syntax => Refused::new(60_003, format!("the body is not JSON: in `{name}`: {fault}")),
            _ => Refused::invalid(format!("`{name}` must be {wanted}, and is `{}`", Excerpt(value.get()))),
        })
    }
}

fn missing(name: &str) -> Refused {
    Refused::invalid(format!("`{name}` is missing"))
}
