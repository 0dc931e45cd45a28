//! The token of the control API.

use std::fmt;

/// The token of the control API: a secret that every client must send.
///
/// ```
/// use avmarks_emulator::ControlToken;
///
/// let token = ControlToken::new("correct-horse-battery-staple")?;
/// assert_eq!(format!("{token:?}"), "ControlToken(…)");
/// assert!(ControlToken::new("").is_err() && ControlToken::new("two words").is_err());
/// # Ok::<(), avmarks_emulator::ControlTokenError>(())
/// ```
#[derive(Clone)]
pub struct ControlToken(Box<str>);

/// Why a text cannot be a token. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a control token must have 1 to {} characters of printable ASCII, none of them a space",
    ControlToken::CHARACTERS_MAX
)]
#[non_exhaustive]
pub struct ControlTokenError;

impl ControlToken {
    /// Characters of a token at most.
    pub const CHARACTERS_MAX: usize = 256;

    /// The token of this text.
    ///
    /// # Errors
    ///
    /// [`ControlTokenError`] if the text is empty, too long, or cannot be sent in a header as it is.
    pub fn new(text: &str) -> Result<Self, ControlTokenError> {
        let fits = (1..=Self::CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(ControlTokenError) }
    }

    /// Whether `text` is the token. Hashes are compared, so that the time it takes says nothing of how much of it is right.
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        hmac_sha256::Hash::hash(self.0.as_bytes()) == hmac_sha256::Hash::hash(text)
    }
}

/// Without the text.
impl fmt::Debug for ControlToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ControlToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_at_its_longest() {
        let longest = "x".repeat(ControlToken::CHARACTERS_MAX);
        assert!(ControlToken::new(&longest).is_ok_and(|token| token.is(longest.as_bytes()) && !token.is(b"x")));
        assert_eq!(ControlToken::new(&format!("{longest}x")).err(), Some(ControlTokenError));
        for text in ["a\nb", "\u{e9}", "a b", ""] {
            assert!(ControlToken::new(text).is_err(), "{text}");
        }
    }
}
