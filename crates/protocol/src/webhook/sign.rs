//! Whether a webhook comes from the service.

use core::fmt;
use core::time::Duration;

use avmarks_spec::Timestamp;
use hmac_sha256::Hash;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::{SecretError, checked};

/// The token that the console and the app's own server share.
///
/// `Sign` is the SHA-256 of the token and, right behind it, `RequestTime`, in lower-case hexadecimal. It does **not**
/// cover the body. Source: 1047/34354, security. The sample of its 2023 text has a token that does not give its digest;
/// the newest text mends that.
///
/// ```
/// use avmarks_protocol::webhook::WebhookToken;
/// use avmarks_spec::Timestamp;
///
/// let token = WebhookToken::new("xxxxyyyy").unwrap();
/// let sign = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061";
/// assert_eq!(token.sign(1669872112), sign);
/// assert!(token.check(sign, 1669872112, Timestamp::EPOCH, None).is_ok());
/// assert_eq!(format!("{token:?}"), "WebhookToken(…)");
/// ```
#[derive(Clone)]
pub struct WebhookToken(Zeroizing<String>);

impl WebhookToken {
    /// The token of this text.
    ///
    /// # Errors
    ///
    /// [`SecretError`] if the text is empty or has white space in or around it.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        checked(text).map(Self)
    }

    /// `Sign` for this `RequestTime`, in Unix seconds.
    #[must_use]
    pub fn sign(&self, request_time_seconds: u64) -> String {
        let mut hash = Hash::new();
        hash.update(self.0.as_bytes());
        hash.update(request_time_seconds.to_string());
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Checks `Sign` against `RequestTime`, in constant time, and where `window` is given, that the two clocks differ by
    /// no more than that. The documents give no window; without one, an old URL can be used again.
    ///
    /// # Errors
    ///
    /// [`SignError`].
    pub fn check(
        &self,
        sign: &str,
        request_time_seconds: u64,
        now: Timestamp,
        window: Option<Duration>,
    ) -> Result<(), SignError> {
        if !bool::from(self.sign(request_time_seconds).as_bytes().ct_eq(sign.as_bytes())) {
            return Err(SignError::Mismatch);
        }
        let apart_seconds = now.as_seconds().abs_diff(request_time_seconds);
        match window {
            Some(window) if Duration::from_secs(apart_seconds) > window => Err(SignError::Stale { apart_seconds }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for WebhookToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookToken(…)")
    }
}

/// Why a webhook is not taken for one of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// `Sign` does not match the token.
    #[error("`Sign` is not what the token and `RequestTime` give; check that the token is the console's")]
    Mismatch,
    /// `RequestTime` is too long ago, or too far ahead.
    #[error("`RequestTime` is {apart_seconds} s from now, which is more than allowed; check the clock")]
    Stale {
        /// How far the two are apart, in seconds.
        apart_seconds: u64,
    },
}
