//! The settings of `avmarks send` as values of their types.

use std::time::Duration;

use avmarks_client::{
    ATTEMPT_TIMEOUT_MIN, JobSettings, PaceSettings, PlanSettings, RetrySettings, SignatureSettings, Signer,
};
use avmarks_protocol::SdkAppId;
use avmarks_protocol::region::BaseUrl;
use avmarks_protocol::usersig::{Token, UserSig};
use avmarks_spec::{GroupId, Limits, Timestamp, UserId};
use avmarks_transport_ureq::{Client, ProxyError, ProxyInUse, proxy_from_environment};

use crate::error::Error;
use crate::secret;
use crate::settings::{Setting, Settings};

/// The service, the app and the caller.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) app: SdkAppId,
    pub(super) identifier: UserId,
    pub(super) base: BaseUrl,
}

/// The settings of a [`Target`].
pub(super) const TARGET: [&[Setting]; 2] = [&[Setting::Sdkappid], &[Setting::Region, Setting::Url]];
/// The settings of a signature.
pub(super) const CREDENTIAL: &[Setting] = &[Setting::KeyFile, Setting::UsersigFile, Setting::Key, Setting::Usersig];
/// What every change and question needs.
pub(super) const GROUP: &[Setting] = &[Setting::Group];
/// The settings of a call.
pub(super) const CALL: [&[Setting]; 4] = [GROUP, TARGET[0], TARGET[1], CREDENTIAL];

impl Settings {
    pub(super) fn group(&self) -> Result<GroupId, Error> {
        self.parsed(Setting::Group, GroupId::parse)?.ok_or_else(|| missing(Setting::Group))
    }

    pub(super) fn target(&self) -> Result<Target, Error> {
        let base = self.base()?.ok_or_else(|| missing(Setting::Url))?;
        let identifier = |text: &str| UserId::parse_as(text, self.policy().account_id);
        Ok(Target {
            app: self.parsed(Setting::Sdkappid, SdkAppId::parse)?.ok_or_else(|| missing(Setting::Sdkappid))?,
            identifier: self.parsed(Setting::Identifier, identifier)?.ok_or_else(|| missing(Setting::Identifier))?,
            base,
        })
    }

    /// The signer with the given key or signature. Reads the file that contains it.
    fn signer(&self, target: &Target) -> Result<Signer, Error> {
        let (setting, origin, text) = self.credential()?;
        match setting {
            Setting::Key | Setting::KeyFile => {
                let key = secret::key(&origin, &text).map_err(Error::settings)?;
                let settings = SignatureSettings::default();
                Signer::with_key(target.app, target.identifier, key, settings).map_err(Error::settings)
            }
            _ => Ok(Signer::fixed(target.app, target.identifier, usersig(&origin, &text)?)),
        }
    }

    /// The secret, and where it is from, in words.
    fn credential(&self) -> Result<(Setting, String, String), Error> {
        for setting in CREDENTIAL.iter().copied() {
            if let Some(text) = self.text(setting).filter(|_| setting.is_secret()) {
                return Ok((setting, setting.variable(), text.to_owned()));
            }
            let Some(source) = self.source(setting) else { continue };
            let origin = format!("the file of `{}`", setting.name());
            let text = secret::read(&source, &origin, "a secret").map_err(Error::settings)?;
            return Ok((setting, origin, text));
        }
        Err(missing(Setting::KeyFile))
    }

    /// The proxy of the environment that calls go through. `None` if the setting `proxy` says which, or if no base URL is known.
    pub(super) fn environment_proxy(&self) -> Result<Option<ProxyInUse>, ProxyError> {
        match (self.text(Setting::Proxy), self.base()) {
            (None, Ok(Some(base))) => proxy_from_environment(&base),
            _ => Ok(None),
        }
    }

    /// A client of the service. Reads the secret and the certificates.
    pub(super) fn client(&self) -> Result<Client, Error> {
        let target = self.target()?;
        let signer = self.signer(&target)?;
        let builder = Client::builder(target.base, signer).settings(self.job(None)).pace(self.pace());
        self.client_of(builder)
    }

    /// When a run that begins at `now` must have ended.
    pub(super) fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        self.number(Setting::TimeLimit).map(|seconds| now.saturating_add(Duration::from_secs(seconds)))
    }

    /// How fast calls of one command are sent.
    pub(super) fn pace(&self) -> PaceSettings {
        let pace = PaceSettings::default();
        PaceSettings { calls_max: self.number(Setting::CallsPerSecond).unwrap_or(pace.calls_max), ..pace }
    }

    /// How a job is carried out, and when it must have ended.
    pub(super) fn job(&self, deadline: Option<Timestamp>) -> JobSettings {
        let retry = RetrySettings::default();
        let budget = self.number(Setting::Budget).map(Duration::from_secs);
        JobSettings {
            in_flight_max: self.number(Setting::InFlight).unwrap_or(1),
            retry: RetrySettings {
                attempts_max: self.number(Setting::Attempts).unwrap_or(retry.attempts_max),
                budget: budget.unwrap_or(retry.budget).max(ATTEMPT_TIMEOUT_MIN),
                ..retry
            },
            deadline,
            keep_answers: false,
        }
    }

    /// The limits for the accounts of a call.
    pub(super) fn plan(&self) -> PlanSettings {
        let accounts_per_call_max = self.number(Setting::AccountsPerCall);
        PlanSettings {
            accounts_per_call_max: accounts_per_call_max.unwrap_or(Limits::DOCUMENTED.accounts_per_call_max),
            account_id: self.policy().account_id,
            ..PlanSettings::default()
        }
    }
}

/// That a setting is missing which was checked to be there.
fn missing(setting: Setting) -> Error {
    Error::settings(format!("no `{}`; `avmarks send config` shows all settings", setting.name()))
}

/// A signature, if it has the characters of one.
fn usersig(origin: &str, text: &str) -> Result<UserSig, Error> {
    let text = secret::bare(origin, text).map_err(Error::settings)?;
    let unknown = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '*' | '-' | '_')));
    let wrong = match unknown {
        Some(at) => format!("has a character at byte {at} that no signature has"),
        None if text.is_empty() => "is empty".to_owned(),
        None => {
            if Token::decode(text).is_err() {
                secret::unreadable_signature(origin);
            }
            return Ok(UserSig::new(text));
        }
    };
    Err(Error::settings(format!("{origin}: the signature {wrong}; `avmarks usersig explain` says more")))
}
