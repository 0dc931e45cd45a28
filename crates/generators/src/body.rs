//! Bytes of a request, an answer or a webhook, as people want to see them.

use std::fmt;
use std::ops::Deref;

/// The bytes of a body. It shows as text; a long one shows its ends and its length.
///
/// ```
/// use avmarks_generators::Body;
///
/// assert_eq!(format!("{:?}", Body::from(b"{\"a\":\"\xff\n\"}".to_vec())), r#"{"a":"\xff\n"}"#);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Body(Vec<u8>);

/// A body of more bytes is not shown whole.
const SHOWN_MAX: usize = 1_200;
const ENDS: usize = 300;

impl Body {
    /// The bytes themselves.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// Text as it is; what cannot be seen, escaped as in Rust.
impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.len();
        let (Some(start), Some(end), true) =
            (self.get(..ENDS), self.get(length.saturating_sub(ENDS)..), length > SHOWN_MAX)
        else {
            return show(self, f);
        };
        show(start, f)?;
        write!(f, " … {} bytes … ", length - 2 * ENDS)?;
        show(end, f)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn show(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for shown in chunk.valid().chars() {
            match shown {
                '"' | '\\' | '\'' => write!(f, "{shown}")?,
                _ => write!(f, "{}", shown.escape_debug())?,
            }
        }
        write!(f, "{}", chunk.invalid().escape_ascii())?;
    }
    Ok(())
}
