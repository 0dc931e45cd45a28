//! The query of a call as the service meets it.

use std::borrow::Cow;

use avmarks_spec::Excerpt;

use crate::app_id::SdkAppId;
use crate::error_code::ErrorCode;
use crate::usersig::UserSig;

use super::{Parameter, Query, pairs, redact_usersig};

/// A query as it came: percent-decoded, in any order, unknown parameters passed over, and not yet held against the rules.
///
/// Reading never fails; each part can be asked for on its own, and [`RawQuery::errors`] lists all that is wrong with it
/// (`QUERY`). An empty value counts as missing, but the parameter must not occur again.
///
/// ```
/// use avmarks_protocol::url::{QueryError, RawQuery};
///
/// let raw = RawQuery::new("identifier=admin&contenttype=JSON&usersig=xxx");
/// assert_eq!(raw.identifier(), Ok("admin"));
/// let errors: Vec<_> = raw.errors().iter().map(|error| (error.code().number(), error.to_string())).collect();
/// assert_eq!(
///     errors,
///     [
///         (60012, "`sdkappid` is missing from the URL".to_owned()),
///         (60025, "`contenttype` is `JSON`, and must be `json`".to_owned()),
///     ]
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawQuery<'a> {
    sdkappid: Parameter<Cow<'a, str>>,
    identifier: Parameter<Cow<'a, str>>,
    usersig: Parameter<UserSig>,
    random: Parameter<Cow<'a, str>>,
    contenttype: Parameter<Cow<'a, str>>,
}

impl<'a> RawQuery<'a> {
    /// The query of this text, with or without `?` in front. Names and values are case-sensitive (1047/34620).
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut raw = Self {
            sdkappid: Parameter::Missing,
            identifier: Parameter::Missing,
            usersig: Parameter::Missing,
            random: Parameter::Missing,
            contenttype: Parameter::Missing,
        };
        for (name, value) in pairs(text) {
            match &*name.text {
                "sdkappid" => raw.sdkappid.record(value),
                "identifier" => raw.identifier.record(value),
                "usersig" => raw.usersig.record(value),
                "random" => raw.random.record(value),
                "contenttype" => raw.contenttype.record(value),
                _ => {}
            }
        }
        raw
    }

    /// The app.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if `sdkappid` is missing, duplicated, or not a number.
    pub fn sdkappid(&self) -> Result<SdkAppId, QueryError> {
        let name = "sdkappid";
        let text = once(&self.sdkappid, name)?;
        SdkAppId::parse(text).map_err(|_| QueryError::Malformed { name, found: shown(text) })
    }

    /// Who calls. Whether that is an app admin, is another question (`ADMIN-CALLER`).
    ///
    /// # Errors
    ///
    /// [`QueryError`] if `identifier` is missing or duplicated.
    pub fn identifier(&self) -> Result<&str, QueryError> {
        once(&self.identifier, "identifier").map(|identifier| &**identifier)
    }

    /// The signature, not checked in any way.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if `usersig` is missing or duplicated.
    pub fn usersig(&self) -> Result<&UserSig, QueryError> {
        once(&self.usersig, "usersig")
    }

    /// Whether `contenttype` is `json`.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if it is missing, duplicated, or anything else.
    pub fn contenttype(&self) -> Result<(), QueryError> {
        match once(&self.contenttype, "contenttype")? {
            found if found == "json" => Ok(()),
            found => Err(QueryError::WrongContentType { found: shown(found) }),
        }
    }

    /// `random`. Its errors are separate, because the default reading of `gap:random` accepts such a call.
    ///
    /// # Errors
    ///
    /// [`QueryError`] if it is missing, duplicated, or not a number from 0 to 4,294,967,295.
    pub fn random(&self) -> Result<u32, QueryError> {
        let text = match &self.random {
            Parameter::Broken => return Err(QueryError::RandomBadEscape),
            random => once(random, "random")?,
        };
        // A sign is the one thing but digits that a number may be read from.
        let number = text.parse().ok().filter(|_| !text.starts_with('+'));
        number.ok_or_else(|| QueryError::RandomOutOfRange { found: shown(text) })
    }

    /// All that is wrong with it, except for `random`; the first decides the code of the answer.
    #[must_use]
    pub fn errors(&self) -> Vec<QueryError> {
        let mut errors = Vec::new();
        errors.extend(self.sdkappid().err());
        errors.extend(self.identifier().err());
        errors.extend(self.usersig().err());
        errors.extend(self.contenttype().err());
        errors
    }

    /// The query, if nothing is wrong with it; a bad `random` is left out.
    ///
    /// # Errors
    ///
    /// The first of [`RawQuery::errors`].
    pub fn query(&self) -> Result<Query, QueryError> {
        let (sdkappid, identifier, usersig) = (self.sdkappid()?, self.identifier()?, self.usersig()?);
        self.contenttype()?;
        Ok(Query { sdkappid, identifier: identifier.to_owned(), usersig: usersig.clone(), random: self.random().ok() })
    }
}

/// A value as an error may show it: a query whose `?` or `&` was forgotten has the signature in it.
fn shown(value: &str) -> String {
    redact_usersig(value).into_owned()
}

pub(crate) fn once<'a, T>(parameter: &'a Parameter<T>, name: &'static str) -> Result<&'a T, QueryError> {
    match parameter {
        Parameter::Once(value) => Ok(value),
        Parameter::Missing | Parameter::Empty if name == "sdkappid" => Err(QueryError::AppMissing),
        Parameter::Missing | Parameter::Empty => Err(QueryError::Missing { name }),
        Parameter::DuplicateField => Err(QueryError::DuplicateField { name }),
        Parameter::Broken => Err(QueryError::BadEscape { name }),
    }
}

/// An error in the query of a call (`QUERY`) or of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// `sdkappid` is missing.
    #[error("`sdkappid` is missing from the URL")]
    AppMissing,
    /// Another parameter is missing.
    #[error("`{name}` is missing from the URL")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter is duplicated.
    #[error("`{name}` is in the URL more than once; send it once")]
    DuplicateField {
        /// The parameter.
        name: &'static str,
    },
    /// A value has not the form it must have.
    #[error("`{name}` is `{}`, and must be a number above 0, written in digits alone", Excerpt(.found))]
    Malformed {
        /// The parameter; never `usersig`.
        name: &'static str,
        /// The value found, without a signature.
        found: String,
    },
    /// `random` is not a number from 0 to 4,294,967,295 (`gap:random`).
    #[error("`random` is `{}`, and must be a number from 0 to 4294967295", Excerpt(.found))]
    RandomOutOfRange {
        /// The value found, without a signature.
        found: String,
    },
    /// The encoding of `random` is broken.
    #[error("`random` is not percent-encoded UTF-8")]
    RandomBadEscape,
    /// `contenttype` is not `json`.
    #[error("`contenttype` is `{}`, and must be `json`", Excerpt(.found))]
    WrongContentType {
        /// The value found, without a signature.
        found: String,
    },
    /// A `%` without two hexadecimal digits behind it, or encoded bytes that are not UTF-8.
    #[error("`{name}` is not percent-encoded UTF-8; write a `%` itself as `%25`")]
    BadEscape {
        /// The parameter.
        name: &'static str,
    },
}

impl QueryError {
    /// The code of the answer: 60012 without an app, otherwise 60025.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        ErrorCode::new(match self {
            Self::AppMissing => 60012,
            _ => 60025,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "sdkappid=1400000000&identifier=admin&usersig=xxx&random=1&contenttype=json";

    fn errors(query: &str) -> Vec<QueryError> {
        RawQuery::new(query).errors()
    }

    #[test]
    fn order_is_free_and_unknown_parameters_are_ignored() {
        let turned = "?contenttype=json&random=1&SDKAPPID=2&usersig=xxx&identifier=admin&x=%zz&sdkappid=1400000000";
        assert_eq!(RawQuery::new(turned).query(), RawQuery::new(GOOD).query());
        assert_eq!(errors(turned), []);
    }

    #[test]
    fn an_empty_query_breaks_all_of_it() {
        let missing = |name| QueryError::Missing { name };
        for query in [
            "",
            "?",
            "sdkappid=&identifier=&usersig=&contenttype=",
            "SdkAppId=1&Identifier=a&UserSig=b&ContentType=json",
        ] {
            assert_eq!(
                errors(query),
                [QueryError::AppMissing, missing("identifier"), missing("usersig"), missing("contenttype")],
                "{query}"
            );
        }
    }

    #[test]
    fn each_error() {
        let malformed = |found: &str| QueryError::Malformed { name: "sdkappid", found: found.to_owned() };
        for (from, to, error) in [
            ("sdkappid=1400000000", "sdkappid=14e8", malformed("14e8")),
            ("sdkappid=1400000000", "sdkappid=0", malformed("0")),
            ("sdkappid=1400000000", "sdkappid=+14", malformed(" 14")),
            (
                "identifier=admin",
                "identifier=admin&identifier=admin",
                QueryError::DuplicateField { name: "identifier" },
            ),
            ("sdkappid=1400000000", "sdkappid=1400000000&sdkappid=", QueryError::DuplicateField { name: "sdkappid" }),
            ("sdkappid=1400000000", "sdkappid=&sdkappid=1400000000", QueryError::DuplicateField { name: "sdkappid" }),
            ("sdkappid=1400000000", "sdkappid=&sdkappid=", QueryError::DuplicateField { name: "sdkappid" }),
            ("usersig=xxx", "usersig=x%x", QueryError::BadEscape { name: "usersig" }),
            ("=json", "=Json", QueryError::WrongContentType { found: "Json".to_owned() }),
        ] {
            let query = GOOD.replace(from, to);
            assert_eq!(errors(&query), std::slice::from_ref(&error), "{query}");
            assert_eq!(error.code().number(), 60025);
            assert_eq!(RawQuery::new(&query).query(), Err(error));
        }
        assert_eq!(QueryError::AppMissing.code().number(), 60012);
    }

    #[test]
    fn random_stands_apart() {
        let random = |text: &str| RawQuery::new(&GOOD.replace("random=1", text)).random();
        assert_eq!((random("random=0"), random("random=4294967295")), (Ok(0), Ok(u32::MAX)));
        for bad in ["4294967296", "-1", "1.5", "x", "%2B1"] {
            assert!(matches!(random(&format!("random={bad}")), Err(QueryError::RandomOutOfRange { .. })), "{bad}");
        }
        assert_eq!(random(""), Err(QueryError::Missing { name: "random" }));
        assert_eq!(random("random="), Err(QueryError::Missing { name: "random" }));
        for twice in ["random=1&random=1", "random=&random=1", "random=1&random="] {
            assert_eq!(random(twice), Err(QueryError::DuplicateField { name: "random" }), "{twice}");
        }
        assert_eq!(random("random=%"), Err(QueryError::RandomBadEscape));
        assert_eq!(QueryError::Missing { name: "random" }.code().number(), 60025);
        assert_eq!(errors(&GOOD.replace("random=1", "random=-1")), []);
    }

    #[test]
    fn the_signature_never_shows() {
        let raw = RawQuery::new("usersig=topsecret&usersig=topsecret&sdkappid=x");
        assert!(!format!("{raw:?} {:?}", raw.errors()).contains("topsecret"));
        assert!(!format!("{:?}", RawQuery::new("usersig=topsecret")).contains("topsecret"));
    }
}
