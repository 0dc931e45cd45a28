//! What an emulator is set up with.

use std::path::PathBuf;
use std::time::Duration;

use avmarks_rules::Policy;
use avmarks_spec::readings::{Random, TrailingComma};

use crate::authority::Authority;
use crate::clock::Clock;
use crate::token::ControlToken;
use crate::webhooks::WebhookSettings;

/// Why an emulator cannot be set up with these settings.
///
/// ```
/// use std::time::Duration;
/// use avmarks_emulator::{Emulator, Settings};
///
/// let mut settings = Settings::default();
/// settings.body_timeout = Duration::MAX;
/// let error = Emulator::new(settings).err().map(|error| error.to_string());
/// let expected = "`body_timeout` is 18446744073709551615.999999999s; it must be from 1ms to 86400s";
/// assert_eq!(error.as_deref(), Some(expected));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The count is below its minimum.
    #[error("`{field}` is {found}; it must be at least {least}")]
    Count {
        /// The field.
        field: &'static str,
        /// The value found.
        found: usize,
        /// The lowest value.
        least: usize,
    },
    /// The duration is out of range.
    #[error("`{field}` is {found:?}; it must be from {least:?} to {most:?}")]
    Time {
        /// The field.
        field: &'static str,
        /// The value found.
        found: Duration,
        /// The lowest value.
        least: Duration,
        /// The highest value.
        most: Duration,
    },
}

/// What an emulator is set up with. Start from [`Settings::default`] and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The app: SDKAppID, admins, plan, switch, policy, limits, key.
    pub app: avmarks_service::Settings,
    /// Whether what the documents forbid is refused although a more lenient reading would accept and flag it: `random`
    /// missing or out of range (60025, `gap:random`), a comma before `]` or `}` (60003, `gap:trailing-comma`). It stays in force
    /// whatever another state, a change of the settings, a scenario or the folder with the state says of these two gaps.
    pub strict: bool,
    /// The clock that everything goes by.
    pub clock: Clock,
    /// The folder that the state is kept in, made if there is none; without one, the state is lost when the emulator stops.
    /// If it contains a state, that takes precedence over [`app`](Self::app) and [`clock`](Self::clock), except for the signing key.
    pub data: Option<PathBuf>,
    /// Whether a journal in that folder that is broken in its middle, or has an input that cannot be taken in, ends there, and
    /// what was behind is given up; otherwise the emulator cannot be set up. A torn tail is cut in any case: nothing in it was
    /// answered.
    pub data_repair: bool,
    /// Bytes of a journal after which another begins, with the whole state in front of it.
    pub journal_bytes_max: usize,
    /// Paths that are answered with these bytes, in the place of rules or of 60009; nothing is checked but what `gate` checks of every
    /// call (method, query, signature, caller). At most 1,000.
    pub stubs: Vec<(String, Vec<u8>)>,
    /// Whether a path that nothing answers is answered `OK` with the bare envelope; 60009 otherwise.
    pub stub_unknown_ok: bool,
    /// Where webhooks are sent; none are sent without.
    pub webhooks: Option<WebhookSettings>,
    /// Who signs the certificates for HTTPS; without one, one is made for this run alone.
    pub authority: Option<Authority>,
    /// Hosts that the proxy replaces: a name, or `*.` and what the name ends in, or `*` for all.
    pub proxied_hosts: Vec<String>,
    /// Hosts, beyond addresses, `localhost` and names without a dot, by which the control API may be reached. A web page
    /// of somebody else must not be served under any of them: it could drive the emulator.
    pub control_hosts: Vec<String>,
    /// What opens the control API, as `Authorization: Bearer TOKEN`, or as the password of `Basic`. Without one, it is
    /// open to every client on the loopback network, and closed to all others.
    pub control_token: Option<ControlToken>,
    /// Connections open at once; at least one. A few more are for the control API alone.
    pub connections_max: usize,
    /// Bytes of request bodies and of states that are sent, beyond 64 KiB each, that may be held at once; what comes when
    /// they are taken waits, or is refused (503). At least [`LARGE_BYTES_LEAST`](Self::LARGE_BYTES_LEAST).
    pub large_bytes_max: usize,
    /// Bytes of the head of a request; at least [`HEAD_BYTES_LEAST`](Self::HEAD_BYTES_LEAST). Each connection may hold about twice as many,
    /// for the head that is read and for the answer that is written.
    pub head_bytes_max: usize,
    /// How long a client may take for the head of a request, and sit idle between two; as all times here, at most
    /// [`TIMEOUT_MAX`](Self::TIMEOUT_MAX).
    pub head_timeout: Duration,
    /// How long a client may take for the body of a request, and for taking what it is sent, a piece of a stream of events
    /// as well.
    pub body_timeout: Duration,
    /// How long requests that are being answered may take when the emulator stops.
    pub stop_timeout: Duration,
    /// Groups that there may be at once.
    pub groups_max: usize,
    /// Members that a group may have at once.
    pub members_max: usize,
    /// Requests that the log keeps; older ones are dropped.
    pub log_entries_max: usize,
}

impl Default for Settings {
    /// The documented rules on the system's clock, for the hosts of the vendor's regions. The comma before `]` or `}` that
    /// the vendor's own sample requests have is passed over, and flagged.
    fn default() -> Self {
        let mut app = avmarks_service::Settings::default();
        app.terms.policy.trailing_comma = TrailingComma::Accept;
        Self {
            app,
            strict: false,
            clock: Clock::system(),
            data: None,
            data_repair: false,
            journal_bytes_max: 16 * 1_048_576,
            stubs: Vec::new(),
            stub_unknown_ok: false,
            webhooks: None,
            authority: None,
            proxied_hosts: ["*.tim.qq.com", "*.im.qcloud.com", "*.my-imcloud.com"].map(str::to_owned).to_vec(),
            control_hosts: Vec::new(),
            control_token: None,
            connections_max: 1_024,
            large_bytes_max: 256 * 1_048_576,
            head_bytes_max: 65_536,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(5),
            groups_max: 100_000,
            members_max: 1_000_000,
            log_entries_max: 1_000,
        }
    }
}

impl Settings {
    /// What a time-out is at most: a day.
    pub const TIMEOUT_MAX: Duration = Duration::from_secs(86_400);
    /// What [`head_bytes_max`](Self::head_bytes_max) is at least: the head of a call with its signature.
    pub const HEAD_BYTES_LEAST: usize = 1_024;

    /// What [`large_bytes_max`](Self::large_bytes_max) is at least: the body of one call.
    pub const LARGE_BYTES_LEAST: usize = 1_048_576;

    /// The same with this authority, if there is one.
    #[must_use]
    pub fn with_authority(self, authority: Option<Authority>) -> Self {
        Self { authority: authority.or(self.authority), ..self }
    }

    /// Refuses settings under which no request could be answered, or that would wait forever.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let counts = [
            ("connections_max", self.connections_max, 1),
            ("head_bytes_max", self.head_bytes_max, Self::HEAD_BYTES_LEAST),
            ("large_bytes_max", self.large_bytes_max, Self::LARGE_BYTES_LEAST),
        ];
        for (field, found, least) in counts {
            if found < least {
                return Err(SettingsError::Count { field, found, least });
            }
        }
        let millisecond = Duration::from_millis(1);
        let times = [
            ("head_timeout", self.head_timeout, millisecond),
            ("body_timeout", self.body_timeout, millisecond),
            ("stop_timeout", self.stop_timeout, Duration::ZERO),
        ];
        for (field, found, least) in times {
            if !(least..=Self::TIMEOUT_MAX).contains(&found) {
                return Err(SettingsError::Time { field, found, least, most: Self::TIMEOUT_MAX });
            }
        }
        Ok(())
    }

    /// With what [`Settings::strict`] means for the policy.
    pub(crate) fn in_force(mut self) -> Self {
        if self.strict {
            strictly(&mut self.app.terms.policy);
        }
        self
    }

    /// The hosts that certificates are made for, in addition to addresses of this machine and names without a dot.
    pub(crate) fn certified_hosts(&self) -> Vec<String> {
        self.proxied_hosts.iter().chain(&self.control_hosts).cloned().collect()
    }

    /// Whether the proxy replaces `host`.
    pub(crate) fn stands_in_for(&self, host: &str) -> bool {
        let host = without_root(host).to_ascii_lowercase();
        self.proxied_hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(end) => host.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with('.')),
            None => pattern == "*" || *pattern == host,
        })
    }
}

/// A name without the dot of the DNS root: it is the same name.
pub(crate) fn without_root(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// What [`Settings::strict`] means for a policy.
pub(crate) fn strictly(policy: &mut Policy) {
    policy.random = Random::Refuse;
    policy.trailing_comma = TrailingComma::Strict;
}
