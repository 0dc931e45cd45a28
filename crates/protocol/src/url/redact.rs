//! Signatures where none belongs: behind a path whose `?` was forgotten, or in the value of another parameter.

use std::borrow::Cow;

use memchr::memchr2;

/// The replacement of a signature.
const INSTEAD: &str = "…";

/// The name of the parameter, and the ways to write the `=` behind it: as it is, and percent-encoded once or twice.
const NAME: &str = "usersig";
const EQUALS: [&str; 3] = ["=", "%3d", "%253d"];

/// A part of a URL that can be shown: without what follows `usersig=`, in any case and encoding.
///
/// For logs and messages that quote what a caller has sent. Borrowed if there is nothing to redact.
///
/// ```
/// use avmarks_protocol::url::redact_usersig;
///
/// assert_eq!(redact_usersig("/v4/x&sdkappid=1&UserSig=eJw*-_&random=1"), "/v4/x&sdkappid=1&UserSig=…&random=1");
/// assert_eq!(redact_usersig("admin?usersig%3DeJw%2A%26random=1"), "admin?usersig%3D…%26random=1");
/// ```
#[must_use]
pub fn redact_usersig(text: &str) -> Cow<'_, str> {
    // Nearly all texts have none, and each call is logged. Without `=` or `%`, nothing is assigned.
    if memchr2(b'=', b'%', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    if !text.as_bytes().windows(NAME.len()).any(|part| part.eq_ignore_ascii_case(NAME.as_bytes())) {
        return Cow::Borrowed(text);
    }
    let lower = text.to_ascii_lowercase();
    let mut shown = String::new();
    let mut from = 0;
    while let Some(found) = lower.get(from..).and_then(|rest| rest.find(NAME)) {
        let behind = from + found + NAME.len();
        let rest = lower.get(behind..).unwrap_or_default();
        let equals = EQUALS.iter().find(|equals| rest.starts_with(**equals)).map_or(0, |equals| equals.len());
        let value = lower.get(behind + equals..).unwrap_or_default();
        let bytes = if equals == 0 { 0 } else { signature_bytes(value) };
        shown.push_str(text.get(from..behind + equals).unwrap_or_default());
        if bytes > 0 {
            shown.push_str(INSTEAD);
        }
        from = behind + equals + bytes;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(shown)
}

/// How many bytes of a value in lower case may be of a signature: all but what ends a parameter, encoded or not.
fn signature_bytes(value: &str) -> usize {
    let ends = ["&", "%26", "%2526", "?", "#", " ", "\"", "`"];
    ends.iter().filter_map(|end| value.find(end)).min().unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signature_is_redacted() {
        for (text, shown) in [
            ("/v4/a/b", "/v4/a/b"),
            ("", ""),
            ("usersig", "usersig"),
            ("usersig=", "usersig="),
            ("usersig=&a=1", "usersig=&a=1"),
            ("usersig=x", "usersig=…"),
            ("/v4/a&usersig=x&USERSIG=y#z", "/v4/a&usersig=…&USERSIG=…#z"),
            ("1400000000?usersig=eJw*-_%2A+/é&random=1", "1400000000?usersig=…&random=1"),
            ("a%3Fusersig%3deJw%26random%3D1", "a%3Fusersig%3d…%26random%3D1"),
            ("usersig%253DeJw%2526x", "usersig%253D…%2526x"),
            ("my_usersig_is=x", "my_usersig_is=x"),
        ] {
            assert_eq!(redact_usersig(text), shown, "{text}");
        }
        assert!(matches!(redact_usersig("é"), Cow::Borrowed(_)));
    }
}
