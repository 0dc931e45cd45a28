//! The URL of a call: written by the caller, read by the service.

mod pairs;
mod raw_query;
mod redact;

use core::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::app_id::SdkAppId;
use crate::region::BaseUrl;
use crate::usersig::UserSig;

pub(crate) use pairs::{Parameter, pairs};
pub(crate) use raw_query::once;
pub use raw_query::{QueryError, RawQuery};
pub use redact::redact_usersig;

/// The query of a call.
///
/// Source: 1047/50294 and 1047/34620, request URL. Names and values are case-sensitive; `contenttype` is always `json`.
///
/// ```
/// use avmarks_protocol::SdkAppId;
/// use avmarks_protocol::url::Query;
/// use avmarks_protocol::usersig::UserSig;
///
/// let query = Query {
///     sdkappid: SdkAppId::new(88888888).unwrap(),
///     identifier: "admin".to_owned(),
///     usersig: UserSig::new("xxx"),
///     random: Some(99999999),
/// };
/// assert_eq!(
///     query.to_text(),
///     "sdkappid=88888888&identifier=admin&usersig=xxx&random=99999999&contenttype=json"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// `sdkappid`: the app.
    pub sdkappid: SdkAppId,
    /// `identifier`: who calls, an app admin.
    pub identifier: String,
    /// `usersig`: the identifier's signature.
    pub usersig: UserSig,
    /// `random`, from 0 to 4,294,967,295. None leaves it out, which the documents do not allow for (`gap:random`).
    pub random: Option<u32>,
}

impl Query {
    /// The query as sent, without `?`, in the order of the vendor's sample. **It contains the signature**: do not log it.
    ///
    /// All but letters, digits and `-_.~*` is percent-encoded, so a signature is unchanged.
    #[must_use]
    pub fn to_text(&self) -> String {
        let (before, after) = self.around_usersig();
        format!("{before}{}{after}", encoded(self.usersig.as_str()))
    }

    /// The text before the signature, and the text after it.
    fn around_usersig(&self) -> (String, String) {
        let before = format!("sdkappid={}&identifier={}&usersig=", self.sdkappid, encoded(&self.identifier));
        let random = self.random.map(|random| format!("&random={random}")).unwrap_or_default();
        (before, random + "&contenttype=json")
    }
}

/// The whole URL of a call.
///
/// ```
/// use avmarks_protocol::region::Region;
/// use avmarks_protocol::SdkAppId;
/// use avmarks_protocol::url::{CallUrl, Query};
/// use avmarks_protocol::usersig::UserSig;
///
/// let query = Query {
///     sdkappid: SdkAppId::new(88888888).unwrap(),
///     identifier: "admin".to_owned(),
///     usersig: UserSig::new("eJyrVgrx"),
///     random: Some(7),
/// };
/// let url = CallUrl::new(&Region::China.base_url(), "v4/group_open_avchatroom_http_svc/modify_user_info", &query);
/// assert_eq!(
///     url.as_str(),
///     "https://console.tim.qq.com/v4/group_open_avchatroom_http_svc/modify_user_info\
///      ?sdkappid=88888888&identifier=admin&usersig=eJyrVgrx&random=7&contenttype=json"
/// );
/// assert!(!format!("{url:?}").contains("eJyrVgrx"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CallUrl {
    text: Zeroizing<String>,
    redacted: String,
}

impl CallUrl {
    /// The URL of the call of this path (with or without a slash in front) with this query.
    #[must_use]
    pub fn new(base: &BaseUrl, path: &str, query: &Query) -> Self {
        let path = utf8_percent_encode(path.trim_start_matches('/'), IN_PATH);
        let (before, after) = query.around_usersig();
        let usersig = Zeroizing::new(encoded(query.usersig.as_str()));
        let [text, redacted] = [usersig.as_str(), "…"].map(|usersig| format!("{base}/{path}?{before}{usersig}{after}"));
        Self { text: Zeroizing::new(text), redacted }
    }

    /// The exact text, for sending. **It contains the signature**: do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text with `…` instead of the signature, for logs.
    #[must_use]
    pub fn redacted(&self) -> &str {
        &self.redacted
    }
}

impl fmt::Debug for CallUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallUrl({})", self.redacted)
    }
}

/// The characters that are percent-encoded in a value: all except RFC 3986's unreserved ones and `*`, which signatures have.
const IN_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'*');

/// The characters that are percent-encoded in a path.
const IN_PATH: &AsciiSet = &IN_VALUE.remove(b'/');

/// `value` encoded for a query.
pub(crate) fn encoded(value: &str) -> String {
    utf8_percent_encode(value, IN_VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(identifier: &str, usersig: &str) -> Query {
        Query {
            sdkappid: SdkAppId::new(1_400_000_000).unwrap(),
            identifier: identifier.to_owned(),
            usersig: UserSig::new(usersig),
            random: Some(u32::MAX),
        }
    }

    #[test]
    fn everything_but_signatures_is_encoded() {
        let text = query("a b&c=d/é~", "aZ09*-_").to_text();
        assert_eq!(
            text,
            "sdkappid=1400000000&identifier=a%20b%26c%3Dd%2F%C3%A9~&usersig=aZ09*-_&random=4294967295&contenttype=json"
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        for identifier in ["administrator", "a+b", "100%", "%41", "x&random=1", "名", " ", "a\nb"] {
            let mut query = query(identifier, "eJ+w=*-_");
            let text = query.to_text();
            let raw = RawQuery::new(&text);
            assert_eq!((raw.query(), raw.errors(), raw.random()), (Ok(query.clone()), vec![], Ok(u32::MAX)));
            query.random = None;
            let text = query.to_text();
            let raw = RawQuery::new(&text);
            assert_eq!((raw.query(), raw.random()), (Ok(query), Err(QueryError::Missing { name: "random" })));
        }
    }

    #[test]
    fn a_url_hides_only_the_signature() {
        let base = BaseUrl::parse("http://[::1]:8080/im").unwrap();
        let url = CallUrl::new(&base, "/v4/a b/c", &query("admin", "secret%"));
        assert!(url.as_str().starts_with("http://[::1]:8080/im/v4/a%20b/c?sdkappid=1400000000&"));
        assert!(url.as_str().contains("&usersig=secret%25&"));
        assert!(url.redacted().contains("&usersig=…&"));
        assert_eq!(format!("{url:?}"), format!("CallUrl({})", url.redacted()));
        assert!(!format!("{url:?} {:?}", query("admin", "secret")).contains("secret"));
    }
}
