//! The settings as values of their types.

use std::fmt::Display;

use std::time::Duration;

use avmarks_client::{ATTEMPT_TIMEOUT_MIN, JobSettings, PaceSettings, RetrySettings, SignatureSettings, Signer};
use avmarks_protocol::region::{BaseUrl, Region};
use avmarks_protocol::secret::SecretKey;
use avmarks_protocol::url::SdkAppId;
use avmarks_protocol::usersig::UserSig;
use avmarks_spec::{GroupId, Limits, Timestamp, UserId};
use avmarks_transport_ureq::{BuildError, Client};

use super::table::NO_PROXY;
use super::{Setting, Settings};
use crate::error::Error;
use crate::input::{Source, without_line_break};
use crate::key;

/// Whom to ask, as whom.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) app: SdkAppId,
    pub(crate) identifier: UserId,
    pub(crate) base: BaseUrl,
}

impl Settings {
    /// What a [`Target`] needs.
    pub(crate) const TARGET: [&'static [Setting]; 2] = [&[Setting::Sdkappid], &[Setting::Region, Setting::Url]];
    /// What a signature needs.
    pub(crate) const CREDENTIAL: &'static [Setting] =
        &[Setting::KeyFile, Setting::UsersigFile, Setting::Key, Setting::Usersig];
    /// What every change and question needs.
    pub(crate) const GROUP: &'static [Setting] = &[Setting::Group];

    pub(crate) fn group(&self) -> Result<GroupId, Error> {
        self.parsed(Setting::Group, GroupId::parse)
    }

    pub(crate) fn target(&self) -> Result<Target, Error> {
        let base = match self.text(Setting::Region).and_then(Region::parse) {
            Some(region) => region.base_url(),
            None => self.parsed(Setting::Url, BaseUrl::parse)?,
        };
        Ok(Target {
            app: self.parsed(Setting::Sdkappid, SdkAppId::parse)?,
            identifier: self.parsed(Setting::Identifier, UserId::parse)?,
            base,
        })
    }

    /// Who signs, by the key or the signature that is given. Reads the file that holds it.
    pub(crate) fn signer(&self, target: &Target) -> Result<Signer, Error> {
        let Some((setting, text)) = self.credential()? else { return self.check(&[Self::CREDENTIAL]).and(Err(none())) };
        match setting {
            Setting::Key | Setting::KeyFile => {
                let key: SecretKey = key::parse(key_origin(setting), &text).map_err(fault)?;
                let settings = SignatureSettings::default();
                Signer::with_key(target.app, target.identifier, key, settings).map_err(fault)
            }
            _ => Ok(Signer::fixed(target.app, target.identifier, usersig(setting, &text)?)),
        }
    }

    /// The secret, and where it is from.
    fn credential(&self) -> Result<Option<(Setting, String)>, Error> {
        for setting in Self::CREDENTIAL {
            if !self.values.contains_key(setting) {
                continue;
            }
            if setting.is_secret() {
                return Ok(self.text(*setting).map(|text| (*setting, without_line_break(text).to_owned())));
            }
            // The name is not shown: by a slip it may be the secret itself.
            let named = match setting {
                Setting::KeyFile => "the file of `key_file`",
                _ => "the file of `usersig_file`",
            };
            let path = self.path(*setting).unwrap_or_default();
            let source = if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path) };
            let text = source.read_text(SECRET_BYTES_MAX, "a secret").map_err(|error| fault(error.about(named)))?;
            return Ok(Some((*setting, text)));
        }
        Ok(None)
    }

    /// Whether the secret is read from standard input.
    pub(crate) fn reads_secret_from_stdin(&self) -> bool {
        [Setting::KeyFile, Setting::UsersigFile].iter().any(|setting| self.text(*setting) == Some("-"))
    }

    /// A client of the service. Reads the secret and the certificates.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        let target = self.target()?;
        let signer = self.signer(&target)?;
        let mut builder = Client::builder(target.base, signer).settings(self.job(None)).pace(self.pace());
        builder = match self.text(Setting::Proxy) {
            Some(NO_PROXY) => builder.without_proxy(),
            Some(url) => builder.proxy(url),
            None => builder,
        };
        if let Some(path) = self.path(Setting::Ca) {
            let pem = Source::File(path).read_limited(ROOTS_BYTES_MAX, "certificates").map_err(fault)?;
            builder = builder.root_certificates_pem(&pem);
        }
        builder.build().map_err(|wrong| match wrong {
            BuildError::Http { base } => {
                fault(format!("`{base}` would show the signature to whoever sees the traffic; use `https`"))
            }
            BuildError::RootCertificate { .. } => fault(format!("`ca`: {wrong}")),
            other => fault(other),
        })
    }

    /// When a run that begins at `now` must have ended.
    pub(crate) fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        self.number(Setting::TimeLimit).map(|seconds| now.saturating_add(Duration::from_secs(seconds)))
    }

    /// How fast calls of one command are sent.
    pub(crate) fn pace(&self) -> PaceSettings {
        let pace = PaceSettings::default();
        PaceSettings { calls_max: self.count(Setting::CallsPerSecond).unwrap_or(pace.calls_max), ..pace }
    }

    /// How a job goes about it, and when it must have ended.
    pub(crate) fn job(&self, deadline: Option<Timestamp>) -> JobSettings {
        let seconds = |setting| self.number(setting).map(Duration::from_secs);
        let retry = RetrySettings::default();
        JobSettings {
            in_flight_max: self.count(Setting::InFlight).unwrap_or(1),
            retry: RetrySettings {
                attempts_max: self.number(Setting::Tries).and_then(|n| n.try_into().ok()).unwrap_or(retry.attempts_max),
                budget: seconds(Setting::Budget).unwrap_or(retry.budget).max(ATTEMPT_TIMEOUT_MIN),
                ..retry
            },
            deadline,
            keep_answers: false,
        }
    }

    pub(crate) fn accounts_per_call(&self) -> usize {
        self.count(Setting::AccountsPerCall).unwrap_or(Limits::DOCUMENTED.accounts_per_call_max)
    }

    fn number(&self, setting: Setting) -> Option<u64> {
        self.text(setting)?.parse().ok()
    }

    fn count(&self, setting: Setting) -> Option<usize> {
        self.text(setting)?.parse().ok()
    }

    /// A setting that was checked before.
    fn parsed<T, E: Display>(&self, setting: Setting, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, Error> {
        let Some(text) = self.text(setting) else { return self.check(&[&[setting]]).and(Err(none())) };
        parse(text).map_err(|wrong| fault(format!("`{setting}`: {wrong}")))
    }
}

/// A key has 64 characters, a signature a few hundred.
const SECRET_BYTES_MAX: u64 = 64 * 1_024;

/// All the certificates of a system come to some 300 KiB.
const ROOTS_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

fn fault(what: impl Display) -> Error {
    Error::Settings { faults: vec![what.to_string()] }
}

/// Of what has been checked to be there.
fn none() -> Error {
    fault("a setting is missing; `avmarks send config` shows them all")
}

fn key_origin(setting: Setting) -> &'static str {
    if setting == Setting::Key { key::VARIABLE } else { "the file of `key_file`" }
}

/// A signature, if it has the characters of one.
fn usersig(setting: Setting, text: &str) -> Result<UserSig, Error> {
    let stray = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '*' | '-' | '_')));
    let wrong = match stray {
        Some(at) => format!("has a character at byte {at} that no signature has"),
        None if text.is_empty() => "is empty".to_owned(),
        None => return Ok(UserSig::new(text)),
    };
    Err(fault(format!("the signature of `{setting}` {wrong}; `avmarks usersig explain` says more")))
}
