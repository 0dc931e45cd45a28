//! Identifiers of groups and users, kept inline: no allocation, and the id of a member is part of its record.

use core::fmt;

use crate::Limits;
use crate::readings::AccountId as AccountIdReading;

/// Why a text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdError {
    /// The text is empty.
    Empty,
    /// The text has more bytes than an identifier may have.
    TooLong {
        /// Its bytes.
        bytes: usize,
        /// The most there may be.
        bytes_max: usize,
    },
    /// A character that the reading in force does not allow.
    Character {
        /// The character found.
        found: char,
        /// Where it starts, in bytes from the start of the text.
        at: usize,
    },
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong { bytes, bytes_max } => {
                write!(f, "it has {bytes} bytes, and at most {bytes_max} are allowed")
            }
            Self::Character { found, at } => {
                write!(f, "`{}` at byte {at} is not allowed", found.escape_default())
            }
        }
    }
}

impl core::error::Error for IdError {}

macro_rules! inline_text {
    ($name:ident, $bytes_max:expr) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
                core::str::from_utf8(bytes).unwrap_or_default()
            }

            /// The bytes of the text.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8] {
                self.bytes.get(..usize::from(self.len)).unwrap_or_default()
            }

            /// `text` unchanged; the callers have checked its characters.
            fn inline(text: &str) -> Result<Self, IdError> {
                if text.is_empty() {
                    return Err(IdError::Empty);
                }
                let mut bytes = [0; $bytes_max];
                match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
                    (Some(place), Ok(len)) => {
                        place.copy_from_slice(text.as_bytes());
                        Ok(Self { len, bytes })
                    }
                    _ => Err(IdError::TooLong { bytes: text.len(), bytes_max: $bytes_max }),
                }
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                self.as_bytes().cmp(other.as_bytes())
            }
        }

        /// Word by word, and as many of them whatever the text: a hasher so has no loop, and reads no length. What is not
        /// text is zero.
        impl core::hash::Hash for $name {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                let (words, rest) = self.bytes.as_chunks::<8>();
                const { assert!($bytes_max % 8 == 0) };
                debug_assert!(rest.is_empty());
                words.iter().for_each(|word| state.write_u64(u64::from_le_bytes(*word)));
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl core::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }
    };
}

/// The id of a group: 1 to 48 bytes of printable ASCII, 0x20 to 0x7e (`GROUP-ID`, `gap:group-id`).
///
/// Source: 33529 and the use limits say "less than" and "at most" 48 bytes; the wider reading is taken.
///
/// ```
/// use avmarks_spec::GroupId;
///
/// assert_eq!(GroupId::parse("@TGS#a6I4ZUUGO").unwrap().as_str(), "@TGS#a6I4ZUUGO");
/// assert!(GroupId::parse("").is_err());
/// assert!(GroupId::parse(&"x".repeat(49)).is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct GroupId {
    len: u8,
    bytes: [u8; Limits::GROUP_ID_BYTES_MAX],
}

inline_text!(GroupId, Limits::GROUP_ID_BYTES_MAX);

impl GroupId {
    /// The group id of this text.
    ///
    /// # Errors
    ///
    /// [`IdError`] if the text is empty, longer than 48 bytes, or contains anything but printable ASCII.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let id = Self::inline(text)?;
        match first_unprintable(text) {
            None => Ok(id),
            Some((at, found)) => Err(IdError::Character { found, at }),
        }
    }
}

/// The id of a user: 1 to 32 bytes (`ACCOUNT-ID`); which characters, the documents dispute (`gap:account-id`).
///
/// The value itself is of the widest reading (any UTF-8); [`UserId::parse`] applies the default one.
///
/// ```
/// use avmarks_spec::{UserId, readings::AccountId};
///
/// assert!(UserId::parse("student 9").is_ok());
/// assert!(UserId::parse_as("student 9", AccountId::Identifier).is_err());
/// assert!(UserId::parse("ученик").is_err());
/// assert!(UserId::parse_as("ученик", AccountId::Utf8).is_ok());
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UserId {
    len: u8,
    bytes: [u8; Limits::USER_ID_BYTES_MAX],
}

inline_text!(UserId, Limits::USER_ID_BYTES_MAX);

impl UserId {
    /// The user id of this text, under the default reading of `gap:account-id`: printable ASCII, 0x20 to 0x7e.
    ///
    /// # Errors
    ///
    /// [`IdError`] if the text is empty, longer than 32 bytes, or contains another character.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        Self::parse_as(text, AccountIdReading::default())
    }

    /// The user id of this text, under the given reading of `gap:account-id`.
    ///
    /// # Errors
    ///
    /// [`IdError`] if the text is empty, longer than 32 bytes, or contains a character that the reading does not allow.
    pub fn parse_as(text: &str, reading: AccountIdReading) -> Result<Self, IdError> {
        let id = Self::inline(text)?;
        let invalid = match reading {
            AccountIdReading::PrintableAscii => first_unprintable(text),
            AccountIdReading::Identifier => {
                text.char_indices().find(|(_, c)| !(c.is_ascii_alphanumeric() || *c == '_' || *c == '-'))
            }
            AccountIdReading::Utf8 => None,
        };
        match invalid {
            None => Ok(id),
            Some((at, found)) => Err(IdError::Character { found, at }),
        }
    }
}

/// Nearly every text has none, which is seen from all of its bytes at once, without a look at each in turn.
fn first_unprintable(text: &str) -> Option<(usize, char)> {
    let is_printable = |byte: &u8| (b' '..=b'~').contains(byte);
    if text.as_bytes().iter().fold(true, |all, byte| all & is_printable(byte)) {
        return None;
    }
    text.char_indices().find(|(_, c)| !(' '..='~').contains(c))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn lengths_are_bytes_not_characters() {
        assert!(GroupId::parse(&"g".repeat(48)).is_ok());
        assert_eq!(GroupId::parse(&"g".repeat(49)), Err(IdError::TooLong { bytes: 49, bytes_max: 48 }));
        assert!(UserId::parse(&"u".repeat(32)).is_ok());
        assert_eq!(
            UserId::parse_as(&"д".repeat(17), AccountIdReading::Utf8),
            Err(IdError::TooLong { bytes: 34, bytes_max: 32 })
        );
    }

    #[test]
    fn edges_of_printable_ascii() {
        for good in [" ", "~", "@TGS#a"] {
            assert!(GroupId::parse(good).is_ok() && UserId::parse(good).is_ok(), "{good}");
        }
        for bad in ["\u{1f}", "\u{7f}", "a\u{80}", "\0"] {
            assert!(GroupId::parse(bad).is_err() && UserId::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(UserId::parse("ab\n").unwrap_err().to_string(), "`\\n` at byte 2 is not allowed");
    }

    #[test]
    fn the_narrow_reading_allows_letters_digits_underscore_hyphen() {
        assert!(UserId::parse_as("aZ09_-", AccountIdReading::Identifier).is_ok());
        for bad in ["a b", "a.b", "é", "@x"] {
            assert!(UserId::parse_as(bad, AccountIdReading::Identifier).is_err(), "{bad}");
        }
    }

    #[test]
    fn order_is_that_of_the_bytes() {
        let [a, b, c] = ["a", "ab", "b"].map(|text| UserId::parse(text).unwrap());
        assert!(a < b && b < c);
    }

    #[test]
    fn ids_of_maximum_length_differ_by_last_byte() {
        let group = |last| GroupId::parse(&("g".repeat(47) + last)).unwrap();
        let user = |last| UserId::parse(&("u".repeat(31) + last)).unwrap();
        assert!(group("a") < group("b") && user("a") < user("b"));
        assert_eq!([group("a").as_bytes().len(), user("a").as_bytes().len()], [48, 32]);
        assert_eq!(
            (UserId::parse("ab").unwrap().as_bytes(), GroupId::parse("ab").unwrap().as_bytes()),
            (&b"ab"[..], &b"ab"[..])
        );
    }

    #[test]
    fn the_first_invalid_character_is_reported() {
        for (text, found, at) in [("~é", 'é', 1), (" \u{7f}", '\u{7f}', 1), ("a\u{1f}b", '\u{1f}', 1), ("é~", 'é', 0)]
        {
            assert_eq!(GroupId::parse(text), Err(IdError::Character { found, at }), "{text:?}");
            assert_eq!(UserId::parse(text), Err(IdError::Character { found, at }), "{text:?}");
        }
    }
}
