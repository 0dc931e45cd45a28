//! The content of a signature.

use core::fmt;

use avmarks_spec::Timestamp;
use serde_json::value::RawValue;

use crate::json::{self, BodyError, DuplicateField, Fields, JsonType};
use crate::secret::SecretKey;

use super::mac::Signed;
use super::token_error::TokenError;
use super::{UserSigError, encoding};

/// The content of a signature: the fields `TLS.…` with their types, not yet checked against key, app, user or time.
///
/// ```
/// use std::time::Duration;
///
/// use avmarks_protocol::secret::SecretKey;
/// use avmarks_protocol::SdkAppId;
/// use avmarks_protocol::usersig::{Token, UserSig};
/// use avmarks_spec::Timestamp;
///
/// let key = SecretKey::new("throw-away").unwrap();
/// let (made, day) = (Timestamp::from_millis(1_795_412_030_000), Duration::from_secs(86_400));
/// let sig = UserSig::sign(&key, SdkAppId::EXAMPLE, "admin", made, day, Some(b"room"));
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
    /// The content of this signature. Key order, blanks and unknown fields do not matter.
    ///
    /// # Errors
    ///
    /// [`UserSigError::Malformed`] if it cannot be read.
    pub fn decode(sig: &str) -> Result<Self, UserSigError> {
        Self::read(sig).map_err(|error| UserSigError::Malformed { reason: error.to_string() })
    }

    /// As [`Token::decode`], with the layer that cannot be read.
    pub(super) fn read(sig: &str) -> Result<Self, TokenError> {
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

    /// The first second, in Unix time, at which it is valid no longer; the last one there is, if that is beyond.
    #[must_use]
    pub const fn expires_at_seconds(&self) -> u64 {
        self.time.saturating_add(self.expire)
    }

    /// `TLS.userbuf`, decoded: further data of the maker.
    #[must_use]
    pub fn userbuf(&self) -> Option<&[u8]> {
        self.userbuf.as_deref()
    }

    /// Whether `TLS.sig` is the MAC of the other fields with this key; compared in constant time.
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

    /// Whether `TLS.sig` is the MAC of this text with this key; compared in constant time.
    pub(super) fn has_mac_of(&self, text: &str, key: &[u8]) -> bool {
        super::mac::is_mac_of(&self.mac, text, key)
    }

    /// Whether `TLS.sig` is this; compared in constant time.
    pub(super) fn has_mac(&self, mac: &[u8; 32]) -> bool {
        super::mac::is_same(&self.mac, mac)
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
            mac: mac_of(&required_text(&mut fields, "TLS.sig")?)?,
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

/// The MAC that is written so.
fn mac_of(text: &str) -> Result<[u8; 32], TokenError> {
    let mac = encoding::from_standard(text).ok_or(TokenError::MacNotBase64)?;
    let is_hex = |digits: &[u8]| digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
    mac.try_into().map_err(|mac: Vec<u8>| match mac.len() {
        bytes if is_hex(text.as_bytes()) || is_hex(&mac) => TokenError::MacInHex { bytes },
        bytes => TokenError::MacLength { bytes },
    })
}

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
        found => Err(TokenError::Type { name, wanted: "an integer", found: found.name() }),
    }
}

fn text_of(name: &'static str, value: &RawValue) -> Result<String, TokenError> {
    match json::json_type(value) {
        JsonType::Text => serde_json::from_str(value.get()).map_err(|_| TokenError::NotJson),
        found => Err(TokenError::Type { name, wanted: "a string", found: found.name() }),
    }
}
