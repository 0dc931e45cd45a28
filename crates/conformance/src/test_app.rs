//! The made-up app of every run, with its signatures and the URLs of its webhooks at a moment.

use std::time::Duration;

use avmarks_protocol::SdkAppId;
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::usersig::UserSig;
use avmarks_protocol::webhook::{WebhookQuery, WebhookToken};
use avmarks_spec::Timestamp;

use crate::case::{Damage, Sign, Signature};

/// The app.
pub(crate) const APP: u64 = 1_400_000_000;
/// The caller.
pub(crate) const IDENTIFIER: &str = "administrator";
/// Its key, made up: of the form that the console shows.
pub(crate) const KEY: &str = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e";
/// The token of its webhooks, made up.
pub(crate) const TOKEN: &str = "conformance-token";

/// An invalid constant of this module. A test shows that there is none.
#[derive(Debug, thiserror::Error)]
#[error("the app of the cases cannot be made: {0}")]
pub(crate) struct TestAppError(String);

/// The app of the cases at a moment.
#[derive(Clone, Debug)]
pub(crate) struct TestApp {
    pub(crate) now: Timestamp,
    pub(crate) app: SdkAppId,
    pub(crate) key: SecretKey,
    token: WebhookToken,
}

impl TestApp {
    pub(crate) fn at(now: Timestamp) -> Result<Self, TestAppError> {
        let failed = |error: &dyn std::fmt::Display| TestAppError(error.to_string());
        Ok(Self {
            now,
            app: SdkAppId::new(APP).map_err(|error| failed(&error))?,
            key: SecretKey::new(KEY).map_err(|error| failed(&error))?,
            token: WebhookToken::new(TOKEN).map_err(|error| failed(&error))?,
        })
    }

    /// The moment at which cases are printed: the same in every run.
    pub(crate) fn printed() -> Result<Self, TestAppError> {
        Self::at(Timestamp::from_millis(1_795_900_000_000))
    }

    /// The signature as text.
    pub(crate) fn signature(&self, signature: &Signature) -> Result<String, TestAppError> {
        let failed = |error: &dyn std::fmt::Display| TestAppError(error.to_string());
        let key = SecretKey::new(signature.key).map_err(|error| failed(&error))?;
        let app = SdkAppId::new(signature.app).map_err(|error| failed(&error))?;
        let age_millis = signature.age_seconds.saturating_mul(1_000);
        let issued_at = Timestamp::from_millis(self.now.as_millis().saturating_sub(age_millis));
        let valid_for = Duration::from_secs(signature.expire_seconds);
        let sig = UserSig::sign(&key, app, &signature.identifier, issued_at, valid_for, None);
        let text = sig.as_str();
        Ok(match signature.damage {
            Damage::None => text.to_owned(),
            // Base64 is ASCII, so that every index is one of a character.
            Damage::Cut => text.get(..text.len() / 2).unwrap_or_default().to_owned(),
            Damage::Replaced => "this is not a signature".to_owned(),
            Damage::Empty => String::new(),
        })
    }

    /// The query of the URL of a webhook.
    pub(crate) fn webhook_query(&self, command: &str, sign: Sign, app: u64) -> Result<String, TestAppError> {
        let failed = |error: &dyn std::fmt::Display| TestAppError(error.to_string());
        let other = WebhookToken::new("another-token").map_err(|error| failed(&error))?;
        let seconds = self.now.as_seconds();
        let (signed, time) = match sign {
            Sign::Valid => (Some(self.token.sign(seconds)), Some(seconds)),
            Sign::OtherToken => (Some(other.sign(seconds)), Some(seconds)),
            Sign::OtherTime => (Some(self.token.sign(seconds.saturating_sub(1))), Some(seconds)),
            Sign::Missing => (None, None),
        };
        let query = WebhookQuery {
            sdkappid: SdkAppId::new(app).map_err(|error| failed(&error))?,
            command: command.to_owned(),
            contenttype: Some("json".to_owned()),
            client_ip: Some("127.0.0.1".to_owned()),
            opt_platform: Some("RESTAPI".to_owned()),
            sign: signed,
            request_time_seconds: time,
        };
        Ok(query.to_text())
    }
}

/// How far the clock of a harness may be from that of the runner.
pub(crate) const CLOCK_MARGIN: Duration = Duration::from_secs(60);
