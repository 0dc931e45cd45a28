//! Where webhooks go, and how.

use std::time::Duration;

use avmarks_protocol::webhook::{Revision, WebhookToken};
use avmarks_spec::Excerpt;

use super::event::WebhookEvent;

/// Where webhooks go, and how.
///
/// ```
/// use avmarks_emulator::{Emulator, Settings, WebhookSettings};
///
/// let mut settings = Settings::default();
/// settings.webhooks = Some(WebhookSettings::new("http://127.0.0.1:9000/hook"));
/// assert!(Emulator::new(settings).is_ok());
///
/// let mut settings = Settings::default();
/// settings.webhooks = Some(WebhookSettings::new("ftp://127.0.0.1/"));
/// assert_eq!(
///     Emulator::new(settings).err().map(|error| error.to_string()).as_deref(),
///     Some("`url` is `ftp://127.0.0.1/`; it must be an absolute `http` or `https` URL, without user and fragment, whose port is from 1 to 65535")
/// );
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WebhookSettings {
    /// The URL, `http` or `https`. The vendor's parameters are put behind a query of its own, if it has one.
    pub url: String,
    /// The token of the console; with one, `Sign` and `RequestTime` are added.
    pub token: Option<WebhookToken>,
    /// The revision of the documents in which webhooks are written.
    pub revision: Revision,
    /// The webhooks that are on ([`WebhookEvent::DEFAULT`]).
    pub events: Vec<WebhookEvent>,
    /// How often a webhook is sent again that was not answered in time; at most 10. The switch of the console that turns this
    /// on has no number, and the documents have none.
    pub retries: u32,
    /// Per cent of the webhooks that are sent twice. This, and the three below, are not for those that a call waits for.
    pub duplicate: u8,
    /// Per cent of the webhooks that go out behind the one after them.
    pub reorder: u8,
    /// How long each webhook waits before it is sent; at most 10 minutes.
    pub delay: Duration,
    /// Where the random numbers start that choose which are sent twice and change places: the same webhooks fare alike.
    pub seed: u64,
    /// Whether the control API shows how answers begin. Otherwise it shows their status alone: whoever may set the URL must not
    /// read with it what this machine can reach and others cannot.
    pub show_answers: bool,
    /// Certificates in PEM that are trusted, for `https`: those of authorities, or the server's own.
    pub trusted: Option<String>,
}

impl WebhookSettings {
    const RETRIES_MAX: u32 = 10;
    const DELAY_MAX: Duration = Duration::from_secs(600);

    /// To this URL, in the newest revision, unsigned, once and in order.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            revision: Revision::default(),
            events: WebhookEvent::DEFAULT.to_vec(),
            retries: 0,
            duplicate: 0,
            reorder: 0,
            delay: Duration::ZERO,
            seed: 0,
            show_answers: false,
            trusted: None,
        }
    }

    /// Whether every number is in its range.
    pub(super) fn check(&self) -> Result<(), WebhookSettingsError> {
        let number = |field, found: u64, most: u64| match found > most {
            true => Err(WebhookSettingsError::Number { field, found, most }),
            false => Ok(()),
        };
        number("retries", self.retries.into(), Self::RETRIES_MAX.into())?;
        number("duplicate", self.duplicate.into(), 100)?;
        number("reorder", self.reorder.into(), 100)?;
        let delay_ms = u64::try_from(self.delay.as_millis()).unwrap_or(u64::MAX);
        number("delay_ms", delay_ms, Self::DELAY_MAX.as_millis() as u64)
    }
}

/// Why webhooks cannot go out like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookSettingsError {
    /// The URL is none that can be posted to.
    #[error(
        "`url` is `{}`; it must be an absolute `http` or `https` URL, without user and fragment, whose port is from 1 to 65535",
        Excerpt(url)
    )]
    Url {
        /// The URL.
        url: String,
    },
    /// Nothing is said of whom to trust.
    #[error("`url` is `{}`, which needs the certificates to trust, in PEM: no roots are built in", Excerpt(url))]
    Untrusted {
        /// The URL.
        url: String,
    },
    /// What is to be trusted cannot be read.
    #[error("`trusted` holds no certificate in PEM that can be read: {what}")]
    Trusted {
        /// What is wrong.
        what: String,
    },
    /// A number is too high.
    #[error("`{field}` is {found}; it must be at most {most}")]
    Number {
        /// The field.
        field: &'static str,
        /// The number.
        found: u64,
        /// What would do.
        most: u64,
    },
}
