//! A request as the service receives it.

use std::borrow::Cow;
use std::fmt;

use avmarks_protocol::BodyPath;
use avmarks_protocol::url::RawQuery;
use avmarks_rules::{Refusal, Terms};

use crate::violation::Violation;

/// A request of the REST API.
///
/// ```
/// use avmarks_service::Request;
///
/// let query = "sdkappid=1400000000&identifier=administrator&usersig=secret&random=1&contenttype=json";
/// let request = Request::signed("POST", "/v4/group_open_avchatroom_http_svc/get_members", query, b"{}");
/// assert!(!format!("{request:?}").contains("secret"));
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The HTTP method. The API accepts `POST` only.
    pub method: &'a str,
    /// The path, with or without a leading slash.
    pub path: &'a str,
    /// The caller.
    pub caller: Caller<'a>,
    /// The body.
    pub body: RequestBody<'a>,
}

/// How a request names its caller.
#[derive(Clone, Copy)]
pub enum Caller<'a> {
    /// The query of the URL, without the question mark. Steps 2 and 3 check it and its signature.
    Signed(&'a str),
    /// The same query, if it has been parsed already.
    Parsed(&'a RawQuery<'a>),
    /// An identifier that was authenticated elsewhere. Steps 2 and 3 are skipped.
    Trusted(&'a str),
}

/// The body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody<'a> {
    /// The whole body.
    Bytes(&'a [u8]),
    /// A body over the limit that was not read, with its length in bytes if that is known. Step 1 refuses it.
    TooLong(Option<u64>),
}

impl RequestBody<'_> {
    /// The violation of a body that has more bytes than the limit (`gap:http-codes`); `None` if it has not.
    #[must_use]
    pub fn too_long(self, terms: &Terms) -> Option<Violation> {
        let bytes_max = terms.limits.body_bytes_max;
        let message = match self {
            Self::Bytes(body) if body.len() <= bytes_max => return None,
            Self::Bytes(body) => format!("the body has {} bytes; at most {bytes_max} are read", body.len()),
            Self::TooLong(Some(bytes)) => format!("the body has {bytes} bytes; at most {bytes_max} are read"),
            Self::TooLong(None) => format!("the body has more than the {bytes_max} bytes that are read"),
        };
        Some(Violation::new(Refusal::BodySize, Some(BodyPath::Body), &terms.policy, message))
    }
}

impl<'a> Request<'a> {
    /// A request with a query and its signature.
    #[must_use]
    pub const fn signed(method: &'a str, path: &'a str, query: &'a str, body: &'a [u8]) -> Self {
        Self { method, path, caller: Caller::Signed(query), body: RequestBody::Bytes(body) }
    }

    /// A `POST` request of a caller that was authenticated elsewhere.
    #[must_use]
    pub const fn trusted(identifier: &'a str, path: &'a str, body: &'a [u8]) -> Self {
        Self { method: "POST", path, caller: Caller::Trusted(identifier), body: RequestBody::Bytes(body) }
    }

    /// The bytes of the body; empty if the body was not read.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        match self.body {
            RequestBody::Bytes(bytes) => bytes,
            RequestBody::TooLong(_) => b"",
        }
    }
}

/// Without the query, which contains a signature.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &without_query(self.path))
            .field("body", &String::from_utf8_lossy(self.bytes()))
            .finish_non_exhaustive()
    }
}

/// Without the query, which contains a signature.
impl fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(_) => f.write_str("Signed(…)"),
            Self::Parsed(_) => f.write_str("Parsed(…)"),
            Self::Trusted(identifier) => f.debug_tuple("Trusted").field(identifier).finish(),
        }
    }
}

/// Removes everything after `?` from a path, since a signature may be there.
pub(crate) fn without_query(path: &str) -> Cow<'_, str> {
    match path.split_once('?') {
        Some((path, _)) => Cow::Owned(format!("{path}?…")),
        None => Cow::Borrowed(path),
    }
}
