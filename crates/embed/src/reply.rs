//! Replies as text.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::VERSION;
use crate::error::{ErrorKind, RequestError};

/// What is replied if there is nothing to tell.
pub(crate) const EMPTY: &str = "{}";

/// The reply to a question: what it gave, which is JSON already, or why it could not be put.
pub(crate) fn text(given: Result<String, RequestError>) -> String {
    match given {
        Ok(ok) => format!("{{\"v\":{VERSION},\"ok\":{ok}}}"),
        Err(error) => {
            // Three texts: writing them does not fail.
            let error = serde_json::to_string(&error).unwrap_or_default();
            format!("{{\"v\":{VERSION},\"error\":{error}}}")
        }
    }
}

/// A value as JSON, compact.
pub(crate) fn json(value: &impl Serialize) -> Result<String, RequestError> {
    // String keys, and no part that can fail: writing does not.
    serde_json::to_string(value).map_err(|error| {
        debug_assert!(false, "a reply could not be written: {error}");
        RequestError::new(ErrorKind::Internal, None, "the library could not write its reply; please report it")
    })
}

/// JSON that was written elsewhere, to be put into a reply as it is.
pub struct Json(pub Vec<u8>);

impl Json {
    /// The text; empty if it is not UTF-8, which JSON of this project always is.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_slice::<&RawValue>(&self.0).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// The largest integer that a reader of doubles keeps as it is: 2^53-1.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// An integer: a number up to 2^53-1 either way, and a string of its digits beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<N>(pub N);

impl Serialize for Whole<u64> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 > EXACT_MAX { serializer.collect_str(&self.0) } else { serializer.serialize_u64(self.0) }
    }
}

impl Serialize for Whole<i64> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.unsigned_abs() > EXACT_MAX {
            serializer.collect_str(&self.0)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_beyond_doubles_are_strings() {
        for (number, shown) in [
            (0, "0"),
            (9_007_199_254_740_991, "9007199254740991"),
            (9_007_199_254_740_992, "\"9007199254740992\""),
            (u64::MAX, "\"18446744073709551615\""),
        ] {
            assert_eq!(json(&Whole(number)).unwrap(), shown);
        }
        for (number, shown) in [(-9_007_199_254_740_991, "-9007199254740991"), (i64::MIN, "\"-9223372036854775808\"")] {
            assert_eq!(json(&Whole(number)).unwrap(), shown);
        }
    }

    #[test]
    fn a_reply_begins_with_fixed_bytes() {
        assert_eq!(text(Ok("[]".to_owned())), r#"{"v":1,"ok":[]}"#);
        let error = RequestError::new(ErrorKind::Body, None, "x");
        assert_eq!(text(Err(error)), r#"{"v":1,"error":{"kind":"body","pointer":null,"message":"x"}}"#);
    }
}
