//! Signatures of users: made with the app's key, checked with it, and explained if they are refused.
//!
//! Source: 1047/34385, and the vendor's packages `tls-sig-api-v2`. A signature is JSON, compressed with zlib, in base64
//! with `*`, `-` and `_` for `+`, `/` and `=` (which is **not** the URL-safe alphabet of RFC 4648). Its `TLS.sig` is an
//! HMAC-SHA256 over the other fields. Key order, blanks and compression differ between makers, so two signatures of
//! the same content need not be the same text.

mod corruption;
mod encoding;
mod explain;
mod mac;
mod maker;
mod token;
mod token_error;

use std::borrow::Cow;

use core::fmt;
use core::hash::{Hash, Hasher};
use core::time::Duration;

use avmarks_spec::{Excerpt, Timestamp};
use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::app_id::SdkAppId;
use crate::error_code::ErrorCode;
use crate::secret::SecretKey;

pub use explain::{Explanation, Finding, explain};
pub use token::Token;

/// A signature as text, as it is sent; whether it is a good one, [`verify`] says.
///
/// Anyone who has it can call as the app, so it never prints, and its text is wiped when it is dropped: ask for the text with
/// [`UserSig::as_str`].
#[derive(Clone, PartialEq, Eq)]
pub struct UserSig(Zeroizing<String>);

impl UserSig {
    /// The signature of this text, taken as it is.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The signature of this text of a URL: percent-decoded first. No signature has a `%`, so one that is not encoded
    /// stays as it is.
    ///
    /// ```
    /// use avmarks_protocol::usersig::UserSig;
    ///
    /// assert_eq!(UserSig::from_url("eJyr%2ABh").as_str(), "eJyr*Bh");
    /// assert_eq!(UserSig::from_url("eJyr*Bh").as_str(), "eJyr*Bh");
    /// ```
    #[must_use]
    pub fn from_url(text: &str) -> Self {
        Self::new(percent_decode_str(text).decode_utf8_lossy())
    }

    /// Signs: `identifier` may act in the app until `valid_for` after `issued_at`. Both count in whole seconds.
    ///
    /// The vendor advises a validity of at least 24 hours (1047/34348, 70001); its own packages default to 180 days.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use avmarks_protocol::secret::SecretKey;
    /// use avmarks_protocol::SdkAppId;
    /// use avmarks_protocol::usersig::{UserSig, verify};
    /// use avmarks_spec::Timestamp;
    ///
    /// let now = Timestamp::from_millis(1_795_412_030_000);
    /// let key = SecretKey::new("5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e").unwrap();
    /// let app = SdkAppId::new(1_400_000_000).unwrap();
    /// let sig = UserSig::sign(&key, app, "administrator", now, Duration::from_secs(86_400), None);
    ///
    /// assert_eq!(verify(&sig, &key, app, "administrator", now).unwrap().expires_at_seconds(), 1_795_498_430);
    /// assert_eq!(verify(&sig, &key, app, "someone", now).unwrap_err().code().number(), 70013);
    /// ```
    #[must_use]
    pub fn sign(
        key: &SecretKey,
        app: SdkAppId,
        identifier: &str,
        issued_at: Timestamp,
        valid_for: Duration,
        userbuf: Option<&[u8]>,
    ) -> Self {
        Self::with_fields(key, app, identifier, issued_at.as_seconds(), valid_for.as_secs(), userbuf)
    }

    /// [`UserSig::sign`] with any numbers for `TLS.time` and `TLS.expire`.
    fn with_fields(
        key: &SecretKey,
        app: SdkAppId,
        identifier: &str,
        time: u64,
        expire: u64,
        userbuf: Option<&[u8]>,
    ) -> Self {
        let signed =
            mac::Signed { identifier, sdkappid: app.number(), time, expire, userbuf: userbuf.map(encoding::standard) };
        Self::new(encoding::pack(&signed.to_json(&signed.mac(key.as_bytes()))))
    }

    /// The text, for sending. **It is a secret** until it expires: do not log it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for UserSig {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Cow<'_, str>> for UserSig {
    fn from(text: Cow<'_, str>) -> Self {
        Self::new(text)
    }
}

impl Hash for UserSig {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for UserSig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserSig(…)")
    }
}

/// Checks a signature as the service would (`USERSIG`): that it can be read, is this user's, this app's, made with this
/// key, and has not expired. At the very second of its end it has.
///
/// # Errors
///
/// The first [`UserSigError`], in the order of the enum.
pub fn verify(
    sig: &UserSig,
    key: &SecretKey,
    app: SdkAppId,
    identifier: &str,
    now: Timestamp,
) -> Result<Token, UserSigError> {
    let token = Token::decode(sig.as_str())?;
    match errors_of(&token, Some(key), Some(app), Some(identifier), now).into_iter().next() {
        Some(error) => Err(error),
        None => Ok(token),
    }
}

/// Checks a signature like [`verify`], and returns every error in the order of the enum. A signature that cannot be read has one.
#[must_use]
pub fn verify_all(
    sig: &UserSig,
    key: &SecretKey,
    app: SdkAppId,
    identifier: &str,
    now: Timestamp,
) -> Vec<UserSigError> {
    match Token::decode(sig.as_str()) {
        Ok(token) => errors_of(&token, Some(key), Some(app), Some(identifier), now),
        Err(error) => vec![error],
    }
}

/// Every error of a signature that can be read, as far as key, app and identifier are given.
fn errors_of(
    token: &Token,
    key: Option<&SecretKey>,
    app: Option<SdkAppId>,
    identifier: Option<&str>,
    now: Timestamp,
) -> Vec<UserSigError> {
    let mut errors = Vec::new();
    if let Some(asked) = identifier.filter(|asked| *asked != token.identifier()) {
        let signed = token.identifier().to_owned();
        errors.push(UserSigError::OtherUser { signed, asked: asked.to_owned() });
    }
    if let Some(asked) = app.filter(|asked| asked.number() != token.sdkappid()) {
        errors.push(UserSigError::OtherApp { signed: token.sdkappid(), asked });
    }
    if key.is_some_and(|key| !token.is_made_with(key)) {
        errors.push(UserSigError::OtherKey);
    }
    if token.is_expired(now) {
        let (at_seconds, now_seconds) = (token.expires_at_seconds(), now.as_seconds());
        errors.push(UserSigError::Expired { at_seconds, now_seconds });
    }
    errors
}

/// Why a signature is refused. **The order of the variants is the order of the checks**; the vendor documents none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UserSigError {
    /// It cannot be read.
    #[error("the signature cannot be read: {reason}")]
    Malformed {
        /// The layer that cannot be read, from base64 to the fields, and what is wrong with it.
        reason: String,
    },
    /// It is another user's.
    #[error("the signature is for user `{}`, and the request for `{}`", Excerpt(.signed), Excerpt(.asked))]
    OtherUser {
        /// The user that it was made for.
        signed: String,
        /// The user of the request.
        asked: String,
    },
    /// It is another app's.
    #[error("the signature is for app `{signed}`, and the request for `{asked}`")]
    OtherApp {
        /// The app that it was made for.
        signed: u64,
        /// The app of the request.
        asked: SdkAppId,
    },
    /// It was not made with the app's key, or changed since.
    #[error("the signature was not made with this app's key, or was changed afterwards")]
    OtherKey,
    /// Its time is over.
    #[error("the signature expired at `{at_seconds}` (Unix seconds), and it is `{now_seconds}`; make a new one")]
    Expired {
        /// When it expired, in Unix seconds.
        at_seconds: u64,
        /// When it was checked, in Unix seconds.
        now_seconds: u64,
    },
}

impl UserSigError {
    /// The code of the answer (1047/34348): 70003, 70013, 70014, 70009 or 70001.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        ErrorCode::new(match self {
            Self::Malformed { .. } => 70003,
            Self::OtherUser { .. } => 70013,
            Self::OtherApp { .. } => 70014,
            Self::OtherKey => 70009,
            Self::Expired { .. } => 70001,
        })
    }
}

#[cfg(test)]
mod tests;
