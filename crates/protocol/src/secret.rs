//! Secrets: they never print, and the text that they own is wiped when they are dropped.
//!
//! That is so of [`SecretKey`], [`WebhookToken`](crate::webhook::WebhookToken), [`UserSig`](crate::usersig::UserSig) and
//! [`CallUrl`](crate::url::CallUrl). **Not wiped** are the copies on the way: what they are made from (a file, a query),
//! what they are written to ([`Query::to_text`](crate::url::Query::to_text), `Sign` of a webhook), and what hashing,
//! compressing and encoding leave in memory.

use core::fmt;

use zeroize::Zeroizing;

/// The secret key of an app, with which its signatures are made.
///
/// What counts are the bytes of the text as the console shows it. It looks like hexadecimal and is **not** decoded.
/// Source: 1047/34385, and the vendor's own signing packages.
///
/// ```
/// use avmarks_protocol::secret::{SecretError, SecretKey};
///
/// let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e").unwrap();
/// assert_eq!(format!("{key:?}"), "SecretKey(…)");
/// assert_eq!(SecretKey::new("5bd2850f\n").unwrap_err(), SecretError::WhiteSpace { at: 8 });
/// ```
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// The key of this text.
    ///
    /// # Errors
    ///
    /// [`SecretError`] if the text is empty or has white space in or around it: that is a slip of pasting or reading
    /// a file, and every signature made with it would be refused.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        checked(text).map(Self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

/// Why a text is not a valid secret. It says nothing of the text but where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is none.
    #[error("the secret is empty; copy it from the console")]
    Empty,
    /// White space in or around it.
    #[error("the secret has white space at byte {at}; copy it again, without blanks or line breaks")]
    WhiteSpace {
        /// Bytes before the first white space.
        at: usize,
    },
}

/// The text of a secret, in memory that is wiped.
pub(crate) fn checked(text: &str) -> Result<Zeroizing<String>, SecretError> {
    match text.find(char::is_whitespace) {
        Some(at) => Err(SecretError::WhiteSpace { at }),
        None if text.is_empty() => Err(SecretError::Empty),
        None => Ok(Zeroizing::new(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasting_errors_are_refused_without_the_key() {
        for (text, error) in [
            ("", SecretError::Empty),
            (" abc", SecretError::WhiteSpace { at: 0 }),
            ("abc\n", SecretError::WhiteSpace { at: 3 }),
            ("ab c", SecretError::WhiteSpace { at: 2 }),
            ("ab\u{a0}c", SecretError::WhiteSpace { at: 2 }),
        ] {
            let found = SecretKey::new(text).unwrap_err();
            assert_eq!(found, error);
            assert!(!found.to_string().contains("abc"), "{found}");
            assert!(found.to_string().starts_with("the secret "), "{found}");
        }
    }
}
