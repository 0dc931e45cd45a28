//! A text that is mostly short, and then takes no memory elsewhere.

use core::fmt;
use core::ops::Deref;

/// A text of which up to 22 bytes lie in place. A body can have a hundred thousand errors, and the value that each shows is mostly
/// a few bytes: none of them takes a memory allocation.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ShortText(Repr);

/// Bytes of a text that lie in place.
const INLINE_MAX: usize = 22;

#[derive(Clone, PartialEq, Eq)]
enum Repr {
    /// So many of the bytes are the text; the others are 0.
    Inline(u8, [u8; INLINE_MAX]),
    Boxed(Box<str>),
}

const _: () = assert!(size_of::<ShortText>() <= 24);

impl From<&str> for ShortText {
    fn from(text: &str) -> Self {
        let mut bytes = [0; INLINE_MAX];
        match bytes.get_mut(..text.len()) {
            Some(taken) => {
                taken.copy_from_slice(text.as_bytes());
                Self(Repr::Inline(text.len() as u8, bytes))
            }
            None => Self(Repr::Boxed(text.into())),
        }
    }
}

impl Deref for ShortText {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Repr::Inline(len, bytes) => {
                let bytes = bytes.get(..usize::from(*len)).unwrap_or_default();
                core::str::from_utf8(bytes).unwrap_or_default()
            }
            Repr::Boxed(text) => text,
        }
    }
}

impl fmt::Display for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_are_kept() {
        for length in [0, 1, 21, 22, 23, 100] {
            let text = "x".repeat(length);
            let short = ShortText::from(&*text);
            assert_eq!((&*short, short.to_string(), format!("{short:?}")), (&*text, text.clone(), format!("{text:?}")));
            assert_eq!(matches!(short.0, Repr::Boxed(_)), length > INLINE_MAX);
            assert_eq!(short, short.clone());
        }
        assert_eq!(&*ShortText::from("jürgen…"), "jürgen…");
    }
}
