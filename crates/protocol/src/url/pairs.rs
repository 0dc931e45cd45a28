//! The parameters of a query, whatever they are.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use percent_encoding::percent_decode_str;

/// Names and values of a query, percent-decoded, `+` read as a blank as forms send it. A leading `?` is passed over.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Decoded<'_>, Decoded<'_>)> {
    let mut rest = query.strip_prefix('?').unwrap_or(query);
    // Most queries are written as they are read.
    let is_encoded = memchr2(b'%', b'+', rest.as_bytes()).is_some();
    let read =
        move |text| if is_encoded { decoded(text) } else { Decoded { text: Cow::Borrowed(text), broken: false } };
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (pair, behind) = split_once(rest, b'&');
            rest = behind;
            if !pair.is_empty() {
                let (name, value) = split_once(pair, b'=');
                return Some((read(name), read(value)));
            }
        }
        None
    })
}

/// The parts before and after the first of these bytes, which is ASCII.
fn split_once(text: &str, byte: u8) -> (&str, &str) {
    let at = memchr(byte, text.as_bytes()).unwrap_or(text.len());
    (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())
}

/// A decoded text.
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Whether a `%` has no two hexadecimal digits behind it, or what was encoded is not UTF-8.
    pub(crate) broken: bool,
}

fn decoded(text: &str) -> Decoded<'_> {
    let plain = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    if !plain.contains('%') {
        return Decoded { text: plain, broken: false };
    }
    let escapes_broken = plain.split('%').skip(1).any(|rest| {
        let mut digits = rest.bytes();
        !(digits.next().is_some_and(|b| b.is_ascii_hexdigit()) && digits.next().is_some_and(|b| b.is_ascii_hexdigit()))
    });
    match percent_decode_str(&plain).decode_utf8() {
        Ok(text) => Decoded { text: Cow::Owned(text.into_owned()), broken: escapes_broken },
        Err(_) => Decoded { text: plain, broken: true },
    }
}

/// A parameter that may be there once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parameter<T = String> {
    Missing,
    /// There once, and empty: as good as missing, because it says no more, as long as it is alone.
    Empty,
    Once(T),
    DuplicateField,
    Broken,
}

impl<T> Parameter<T> {
    /// Takes a value in.
    pub(crate) fn record<'a>(&mut self, value: Decoded<'a>)
    where
        T: From<Cow<'a, str>>,
    {
        *self = match self {
            Self::Missing if value.broken => Self::Broken,
            Self::Missing if value.text.is_empty() => Self::Empty,
            Self::Missing => Self::Once(T::from(value.text)),
            _ => Self::DuplicateField,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Vec<(String, String, bool)> {
        pairs(query)
            .map(|(name, value)| (name.text.into_owned(), value.text.into_owned(), name.broken || value.broken))
            .collect()
    }

    #[test]
    fn names_and_values_are_decoded() {
        let pair = |name: &str, value: &str, broken| (name.to_owned(), value.to_owned(), broken);
        for (query, expected) in [
            ("", vec![]),
            ("?", vec![]),
            ("&&", vec![]),
            ("a=1&b", vec![pair("a", "1", false), pair("b", "", false)]),
            ("?a=b=c", vec![pair("a", "b=c", false)]),
            ("%61=%2a+%2B", vec![pair("a", "* +", false)]),
            ("a=%", vec![pair("a", "%", true)]),
            ("a=%4", vec![pair("a", "%4", true)]),
            ("a=%zz%41", vec![pair("a", "%zzA", true)]),
            ("a=%ff", vec![pair("a", "%ff", true)]),
            ("a=%%41", vec![pair("a", "%A", true)]),
            ("a=é%C3%A9", vec![pair("a", "éé", false)]),
        ] {
            assert_eq!(read(query), expected, "{query}");
        }
    }
}
