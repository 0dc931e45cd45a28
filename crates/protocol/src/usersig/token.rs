//! What a signature holds.

use core::fmt;

use avmarks_spec::{Excerpt, Timestamp};
use serde_json::value::RawValue;

use crate::json::BodyError;
use crate::json::{self, DuplicateField, Fields, JsonType};
use crate::secret::SecretKey;

use super::encoding;
use super::mac::Signed;

/// What a signature holds: the fields `TLS.…`, of their types, and not yet held against key, app, user or time.
///
/// ```
/// use avmarks_protocol::secret::SecretKey;
/// use avmarks_protocol::SdkAppId;
/// use avmarks_protocol::usersig::{Token, UserSig};
///
/// let key = SecretKey::new("throw-away").unwrap();
/// let sig = UserSig::sign(&key, SdkAppId::new(1_400_000_000).unwrap(), "admin", 1_795_412_030, 86_400, Some(b"room"));
/// let token = Token::decode(sig.as_str()).unwrap();
/// assert_eq!((token.identifier(), token.sdkappid(), token.userbuf()), ("admin", 1_400_000_000, Some(&b"room"[..])));
/// assert!(token.is_made_with(&key));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    identifier: String,
    sdkappid: u64,
    time: u64,
    expire: u64,
    userbuf: Option<Vec<u8>>,
    mac: [u8; 32],
}

impl Token {
    /// What the signature of this text holds. Key order, blanks and unknown fields are of no matter.
    ///
    /// # Errors
    ///
    /// [`TokenError`] where it cannot be read.
    pub fn decode(sig: &str) -> Result<Self, TokenError> {
        Self::of_json(&encoding::unpack(sig)?)
    }

    /// `TLS.ver`, the version of the scheme. Only 2.0 is read.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        VERSION
    }

    /// `TLS.identifier`: the user it was made for.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// `TLS.sdkappid`: the app it was made for.
    #[must_use]
    pub const fn sdkappid(&self) -> u64 {
        self.sdkappid
    }

    /// `TLS.time`: when it was made, in Unix seconds.
    #[must_use]
    pub const fn issued_at_seconds(&self) -> u64 {
        self.time
    }

    /// `TLS.expire`: for how many seconds from then on it is valid.
    #[must_use]
    pub const fn valid_for_seconds(&self) -> u64 {
        self.expire
    }

    /// The first second, in Unix time, at which it is valid no longer; the last one there is, where that is beyond.
    #[must_use]
    pub const fn expires_at_seconds(&self) -> u64 {
        self.time.saturating_add(self.expire)
    }

    /// `TLS.userbuf`, decoded: what the maker put in.
    #[must_use]
    pub fn userbuf(&self) -> Option<&[u8]> {
        self.userbuf.as_deref()
    }

    /// Whether `TLS.sig` is what this key gives for the other fields; compared in constant time.
    #[must_use]
    pub fn is_made_with(&self, key: &SecretKey) -> bool {
        self.is_made_with_bytes(key.as_bytes())
    }

    /// Whether its time is over.
    #[must_use]
    pub const fn is_expired(&self, now: Timestamp) -> bool {
        now.as_seconds() >= self.expires_at_seconds()
    }

    pub(super) fn is_made_with_bytes(&self, key: &[u8]) -> bool {
        let signed = Signed {
            identifier: &self.identifier,
            sdkappid: self.sdkappid,
            time: self.time,
            expire: self.expire,
            userbuf: self.userbuf.as_ref().map(encoding::standard),
        };
        signed.has_mac(&self.mac, key)
    }

    /// Whether `TLS.sig` is what this key gives for this text; compared in constant time.
    pub(super) fn has_mac_of(&self, text: &str, key: &[u8]) -> bool {
        super::mac::is_mac_of(&self.mac, text, key)
    }

    fn of_json(bytes: &[u8]) -> Result<Self, TokenError> {
        let text = core::str::from_utf8(bytes).map_err(|_| TokenError::NotJson)?;
        let mut fields = json::Fields::parse(text).map_err(|error| match error {
            BodyError::NotObject { .. } => TokenError::NotObject,
            _ => TokenError::NotJson,
        })?;
        if fields.names().any(|name| OLD_FIELDS.contains(&name)) {
            return Err(TokenError::OldScheme);
        }
        let version = required_text(&mut fields, "TLS.ver")?;
        if version != VERSION {
            return Err(TokenError::Version { found: version });
        }
        Ok(Self {
            identifier: required_text(&mut fields, "TLS.identifier")?,
            sdkappid: required_number(&mut fields, "TLS.sdkappid")?,
            time: required_number(&mut fields, "TLS.time")?,
            expire: required_number(&mut fields, "TLS.expire")?,
            userbuf: match optional(&mut fields, "TLS.userbuf")? {
                Some(value) => {
                    let encoded = text_of("TLS.userbuf", value)?;
                    Some(encoding::from_standard(&encoded).ok_or(TokenError::UserbufNotBase64)?)
                }
                None => None,
            },
            mac: {
                let mac = encoding::from_standard(&required_text(&mut fields, "TLS.sig")?);
                let mac = mac.ok_or(TokenError::MacNotBase64)?;
                mac.try_into().map_err(|mac: Vec<u8>| TokenError::MacLength { bytes: mac.len() })?
            },
        })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("identifier", &self.identifier)
            .field("sdkappid", &self.sdkappid)
            .field("time", &self.time)
            .field("expire", &self.expire)
            .field("userbuf", &self.userbuf)
            .finish_non_exhaustive()
    }
}

/// The version of the scheme that this module knows.
const VERSION: &str = "2.0";

/// Fields of the scheme of before 2019, which signs with ECDSA; the new one has none of them.
const OLD_FIELDS: &[&str] =
    &["TLS.account_type", "TLS.appid_at_3rd", "TLS.sdk_appid", "TLS.expire_after", "TLS.version"];

fn optional<'a>(fields: &mut Fields<'a>, name: &'static str) -> Result<Option<&'a RawValue>, TokenError> {
    fields.take(name).map_err(|DuplicateField| TokenError::DuplicateField { name })
}

fn required<'a>(fields: &mut Fields<'a>, name: &'static str) -> Result<&'a RawValue, TokenError> {
    optional(fields, name)?.ok_or(TokenError::Missing { name })
}

fn required_text(fields: &mut Fields<'_>, name: &'static str) -> Result<String, TokenError> {
    text_of(name, required(fields, name)?)
}

fn required_number(fields: &mut Fields<'_>, name: &'static str) -> Result<u64, TokenError> {
    let value = required(fields, name)?;
    match json::json_type(value) {
        JsonType::Integer => value.get().parse().map_err(|_| TokenError::Number { name }),
        found => Err(TokenError::Type { name, wanted: "an integer", found }),
    }
}

fn text_of(name: &'static str, value: &RawValue) -> Result<String, TokenError> {
    match json::json_type(value) {
        JsonType::Text => serde_json::from_str(value.get()).map_err(|_| TokenError::NotJson),
        found => Err(TokenError::Type { name, wanted: "a string", found }),
    }
}

/// Why a signature cannot be read (70003). The variants follow the layers, from the outermost to the fields.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is none.
    #[error("it is empty")]
    Empty,
    /// A character that is not of the vendor's base64.
    #[error("`{}` at byte {at} is not of its alphabet, which is letters, digits, `*`, `-`, and `_` at the end", .found.escape_debug())]
    Alphabet {
        /// The first such character.
        found: char,
        /// Bytes before it.
        at: usize,
    },
    /// The number of characters is no multiple of 4, or there is too much padding.
    #[error(
        "its {characters} characters do not come in fours: it was cut off, or something was put in; copy all of it"
    )]
    Length {
        /// How many characters there are.
        characters: usize,
    },
    /// The last character before the padding says more than it may.
    #[error("its last character is wrong: it was changed, or cut off; copy all of it")]
    LastCharacter,
    /// What was decoded does not begin as zlib does.
    #[error("it is no zlib stream: no signature, or one whose beginning is lost")]
    NotZlib,
    /// What was decoded is deflate's data without zlib's header and checksum.
    #[error(
        "it is raw deflate, without the header of zlib; compress with zlib (`gzcompress`, `zlib.deflateSync`, `ZLibStream`)"
    )]
    RawDeflate,
    /// What was decoded begins as gzip does.
    #[error("it is gzip; compress with zlib (`gzcompress`, `zlib.deflateSync`, `ZLibStream`)")]
    Gzip,
    /// What was decoded is the JSON itself.
    #[error("it is JSON that was not compressed; compress it with zlib before the base64")]
    NotCompressed,
    /// The zlib stream ends early.
    #[error("it ends early: it was cut off; copy all of it")]
    ZlibCutOff,
    /// The zlib stream is damaged.
    #[error("it is damaged: some characters were changed or lost; copy it again")]
    ZlibDamaged,
    /// Something stands behind the zlib stream.
    #[error("something was appended to it; copy the signature alone")]
    BehindZlib,
    /// It unpacks to more than 64 KiB.
    #[error("it unpacks to more than 64 KiB, which no signature does")]
    TooLarge,
    /// The text inside is no JSON.
    #[error("the text inside is not JSON")]
    NotJson,
    /// The JSON inside is no object.
    #[error("the JSON inside is no object")]
    NotObject,
    /// It is of the scheme of before 2019.
    #[error("it is of the old scheme, which signs with ECDSA; make a new one with the app's secret key")]
    OldScheme,
    /// A field is missing.
    #[error("its field `{name}` is missing")]
    Missing {
        /// The field.
        name: &'static str,
    },
    /// A field is there more than once.
    #[error("its field `{name}` is there more than once")]
    DuplicateField {
        /// The field.
        name: &'static str,
    },
    /// A field is of another type.
    #[error("its field `{name}` must be {wanted}, and is {found}")]
    Type {
        /// The field.
        name: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: JsonType,
    },
    /// A number is negative, or does not fit 64 bits.
    #[error("its field `{name}` must be a number from 0 to 18446744073709551615")]
    Number {
        /// The field.
        name: &'static str,
    },
    /// `TLS.ver` is another.
    #[error("its `TLS.ver` is `{}`, and only `2.0` is known", Excerpt(.found))]
    Version {
        /// The version found.
        found: String,
    },
    /// `TLS.userbuf` is no base64.
    #[error("its `TLS.userbuf` is not standard base64")]
    UserbufNotBase64,
    /// `TLS.sig` is no base64.
    #[error("its `TLS.sig` is not standard base64")]
    MacNotBase64,
    /// `TLS.sig` has another length.
    #[error("its `TLS.sig` has {bytes} bytes, and must have 32{}", mac_length_hint(*.bytes))]
    MacLength {
        /// How many bytes it has.
        bytes: usize,
    },
}

/// The two lengths that hexadecimal digits give: encoded in base64, and taken for base64.
const fn mac_length_hint(bytes: usize) -> &'static str {
    match bytes {
        48 | 64 => "; it is hexadecimal digits: encode the HMAC's bytes in base64",
        _ => "",
    }
}
